//! The socket of a running server, for commands of its operator.
//!
//! `<data>/admin.sock`, mode 0600: whoever may open it owns the data directory anyway. A client sends one line of JSON,
//! `{"command":"pay","run":"psht_…","bytes":0}`, and `bytes` bytes of a file after it. The server answers lines of JSON:
//! any number of `{"progress":{"what":…,"done":…,"of":…}}`, then `{"done":{…}}` or `{"error":{…}}`, and closes. Not
//! found, or nobody behind it: no server runs here.
use crate::exit::{self, Done};
use crate::work::{self, Ask, FILE_BYTES_MAX, Tell};
use anyhow::{Context, Result, anyhow};
use app::Bank;
use kernel::{Code, Error, Kind};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Commands under way at once at most.
pub const CLIENTS_MAX: usize = 4;
/// Bytes of the line a client sends at most.
pub const LINE_BYTES_MAX: u64 = 64 * 1024;
/// Seconds within which a client must have sent its command.
const READ_SECONDS_MAX: u64 = 30;

#[derive(Serialize, Deserialize)]
struct Request {
    #[serde(flatten)]
    ask: Ask,
    bytes: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Progress { what: String, done: u64, of: u64 },
    Done(Done),
    Error { code: String, message: String, exit: u8 },
}

/// Whether anybody answered.
pub enum Reached {
    Answer(Done),
    Nobody,
}

kernel::codes! {
    ADMIN_BUSY: Limit, "admin_busy", "wait until the other commands are done";
    ADMIN_REQUEST: Invalid, "admin_request", "use a binary of the same version as the server";
}

/// Sends a command to the running server and follows its progress.
pub fn ask(path: &Path, ask: &Ask, bytes: &[u8], tell: &mut Tell<'_>) -> Result<Reached> {
    let mut stream = match UnixStream::connect(path) {
        Ok(stream) => stream,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => return Ok(Reached::Nobody),
        Err(e) => return Err(e).with_context(|| format!("{} cannot be used", path.display())),
    };
    let gone = "the server went away before it answered; look at what it did before you repeat it";
    let mut line = serde_json::to_value(ask)?;
    line["bytes"] = bytes.len().into();
    stream.write_all(format!("{line}\n").as_bytes()).context(gone)?;
    stream.write_all(bytes).context(gone)?;
    for line in BufReader::new(stream).lines() {
        match serde_json::from_str(&line.context(gone)?)? {
            Answer::Progress { what, done, of } => tell(&what, done, of),
            Answer::Done(done) => return Ok(Reached::Answer(done)),
            Answer::Error { code, message, exit } => return Err(told(&code, &message, exit)),
        }
    }
    Err(anyhow!(gone))
}

/// The server's error as one of our own: the code it named, or at least its kind.
fn told(name: &str, message: &str, exit: u8) -> anyhow::Error {
    static REFUSED: Code = Code { name: "refused", kind: Kind::Refused, remedy: "" };
    static INVALID: Code = Code { name: "invalid", kind: Kind::Invalid, remedy: "" };
    static DEFECT: Code = Code { name: "broken_record", kind: Kind::Broken, remedy: "look at the server's log" };
    let known = app::codes().into_iter().chain(ALL.iter().copied()).chain(work::ALL.iter().copied());
    let code = known.into_iter().find(|c| c.name == name);
    match (code, exit) {
        (Some(code), _) => Error::new(code, message).into(),
        (None, exit::REFUSED) => Error::new(&REFUSED, message).into(),
        (None, exit::USAGE) => Error::new(&INVALID, message).into(),
        (None, exit::DEFECT) => Error::new(&DEFECT, message).into(),
        (None, _) => anyhow!("{message}"),
    }
}

/// The listening socket; dropped, it takes no more commands and waits for those under way.
pub struct Socket {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Listens at `path`. The caller holds the data directory, so a socket that is there already is a dead one; on PostgreSQL,
/// where several servers may run, the one that answers keeps it.
pub fn listen(path: &Path, bank: Bank) -> Result<Socket> {
    if UnixStream::connect(path).is_ok() {
        return Err(Error::new(&store::LOCKED, format!("another server answers at {}", path.display())).into());
    }
    let _ = std::fs::remove_file(path);
    let listener = UnixListener::bind(path).with_context(|| format!("{} cannot be made", path.display()))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    let thread = std::thread::Builder::new().name("admin".into()).spawn(move || accept(&listener, &bank, &told))?;
    Ok(Socket { path: path.to_owned(), stop, thread: Some(thread) })
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener, which looks at `stop`.
        let _ = UnixStream::connect(&self.path);
        let _ = std::fs::remove_file(&self.path);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn accept(listener: &UnixListener, bank: &Bank, stop: &Arc<AtomicBool>) {
    let under_way = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for stream in listener.incoming() {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let Ok(stream) = stream else { continue };
            if under_way.fetch_add(1, Ordering::Relaxed) >= CLIENTS_MAX {
                under_way.fetch_sub(1, Ordering::Relaxed);
                let busy = Error::new(&ADMIN_BUSY, format!("{CLIENTS_MAX} commands are under way"));
                let _ = send(&stream, &failure(&busy.into()));
                continue;
            }
            let under_way = &under_way;
            scope.spawn(move || {
                serve(stream, bank, stop);
                under_way.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
}

fn serve(stream: UnixStream, bank: &Bank, stop: &AtomicBool) {
    let mut tell = |what: &str, done: u64, of: u64| {
        let _ = send(&stream, &Answer::Progress { what: what.into(), done, of });
    };
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let (ask, bytes) = read(&stream)?;
        tracing::info!(?ask, "a command of the operator");
        work::run(bank, ask, bytes, stop, &mut tell)
    }));
    let answer = match done {
        Ok(Ok(done)) => Answer::Done(done),
        Ok(Err(why)) => failure(&why),
        Err(_) => failure(&Error::broken("the command ended by a defect; the server's log has it").into()),
    };
    if let Err(why) = send(&stream, &answer) {
        tracing::warn!(error = %why, "the operator went away before the answer");
    }
}

fn read(stream: &UnixStream) -> Result<(Ask, Vec<u8>)> {
    stream.set_read_timeout(Some(Duration::from_secs(READ_SECONDS_MAX)))?;
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    (&mut reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
    let request: Request = serde_json::from_slice(&line)
        .map_err(|e| Error::new(&ADMIN_REQUEST, format!("the command is not understood: {e}")))?;
    if request.bytes > FILE_BYTES_MAX {
        return Err(Error::limit("file", request.bytes, FILE_BYTES_MAX, "bytes").into());
    }
    let mut bytes = vec![0; usize::try_from(request.bytes)?];
    reader.read_exact(&mut bytes)?;
    Ok((request.ask, bytes))
}

fn failure(why: &anyhow::Error) -> Answer {
    let (code, message) = match why.downcast_ref::<Error>() {
        Some(e) => (e.code().name.to_owned(), e.message().to_owned()),
        None => ("unavailable".to_owned(), format!("{why:#}")),
    };
    Answer::Error { code, message, exit: exit::code_of(why) }
}

fn send(mut stream: &UnixStream, answer: &Answer) -> Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    Ok(stream.write_all(&line)?)
}
