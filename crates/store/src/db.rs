//! The store: how it is opened, asked to write and read, and closed.
use crate::keys::KeyRing;
use crate::migrate::Migration;
use crate::pg::PgSession;
use crate::tx::{Conn, FaultPoint, Statements, Tx};
use crate::writer::{self, IS_WRITER, Job, Write};
use crate::{BUSY, DATABASE, LOCKED, sqlite};
use crossbeam_channel::{Sender, TrySendError, bounded};
use kernel::error::UNKNOWN_OUTCOME;
use kernel::{Clock, Error, Result};
use parking_lot::{Condvar, Mutex};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

/// Closures waiting for a writer at most; more are told [`BUSY`].
pub const WAITING_CLOSURES_MAX: usize = 20_000;

/// Where the data lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file in this directory.
    Sqlite(PathBuf),
    /// `postgres://…`, all tables in `schema`.
    Postgres { url: String, schema: String },
}

/// How a store is opened.
#[derive(Clone)]
pub struct Config {
    pub engine: Engine,
    pub clock: Clock,
    /// Writer threads on PostgreSQL, 1 to 64; SQLite has one.
    pub pg_writers: usize,
    /// Read connections, 1 to 64.
    pub readers: usize,
    /// SQLite's `synchronous`: FULL. Only the power-cut test turns it OFF, to see itself fail.
    pub synchronous: &'static str,
    /// The name of a registered SQLite file layer; the operating system's when `None`. For the power-cut test.
    pub vfs: Option<&'static str>,
    /// Only for tests: fail here?
    pub fault: Option<Arc<FaultPoint>>,
}

impl Config {
    pub fn sqlite(directory: impl Into<PathBuf>) -> Config {
        Config {
            engine: Engine::Sqlite(directory.into()),
            clock: Clock::system(),
            pg_writers: 4,
            readers: 4,
            synchronous: "FULL",
            vfs: None,
            fault: None,
        }
    }
    pub fn postgres(url: &str, schema: &str) -> Config {
        Config { engine: Engine::Postgres { url: url.into(), schema: schema.into() }, ..Config::sqlite("") }
    }
}

/// The database. Cheap to clone. When the last clone is dropped, what waits is still written, the writers end, and the
/// write-ahead log is moved into the database file.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    /// `None` in a store that only reads.
    jobs: Option<Sender<Box<dyn Job>>>,
    readers: Mutex<Vec<Reader>>,
    reader_back: Condvar,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What the store and its writer threads both need. The lock on the directory ends with the last of them.
pub(crate) struct Shared {
    pub config: Config,
    pub keys: KeyRing,
    _lock: Option<File>,
}

struct Reader {
    conn: ReaderConn,
    statements: Statements,
}

enum ReaderConn {
    Sqlite(rusqlite::Connection),
    Postgres(Box<PgSession>),
}

/// A reader out of the pool; it goes back however its use ends.
struct Lent<'s> {
    inner: &'s Inner,
    reader: Option<Reader>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.inner.readers.lock().extend(self.reader.take());
        self.inner.reader_back.notify_one();
    }
}

impl Store {
    /// Opens or creates the database, brings it to `migrations`, and starts its writers.
    /// Errors: [`LOCKED`] when another process serves this directory, [`crate::SCHEMA`] when the data is newer than the
    /// binary, `broken_record` when what the last writer left does not fit its seals.
    pub fn open(config: Config, keys: KeyRing, all: &[Migration]) -> Result<Store> {
        let lock = match &config.engine {
            Engine::Sqlite(dir) => Some(lock_directory(dir)?),
            Engine::Postgres { .. } => None,
        };
        let shared = Arc::new(Shared { config, keys, _lock: lock });
        let writers = writer::open(&shared, all)?;
        let readers = Mutex::new(open_readers(&shared)?);
        let (jobs, queue) = bounded(WAITING_CLOSURES_MAX);
        let threads =
            Mutex::new(writers.into_iter().map(|writer| writer.start(queue.clone())).collect::<Result<Vec<_>>>()?);
        Ok(Store(Arc::new(Inner { shared, jobs: Some(jobs), readers, reader_back: Condvar::new(), threads })))
    }

    /// Opens an existing SQLite database or PostgreSQL schema for reading beside a running server: no lock, no writer.
    pub fn open_to_read(config: Config, keys: KeyRing) -> Result<Store> {
        let shared = Arc::new(Shared { config, keys, _lock: None });
        let readers = Mutex::new(open_readers(&shared)?);
        let (reader_back, threads) = (Condvar::new(), Mutex::default());
        Ok(Store(Arc::new(Inner { shared, jobs: None, readers, reader_back, threads })))
    }

    pub fn config(&self) -> &Config {
        &self.0.shared.config
    }
    pub fn keys(&self) -> &KeyRing {
        &self.0.shared.keys
    }
    pub fn clock(&self) -> &Clock {
        &self.config().clock
    }

    /// Runs `f` in a durable transaction and waits for its commit. On PostgreSQL serialisation failures, deadlocks and
    /// `Err(STALE)` are tried again here, at most [`crate::RETRIES_MAX`] times. Not to be called by a closure or
    /// an answer: it would wait for itself.
    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        if IS_WRITER.get() {
            return Err(Error::broken("a writer was asked to wait for itself; use the transaction at hand"));
        }
        let (tx, rx) = bounded(1);
        self.write_then(f, move |done| {
            let _ = tx.send(done);
        });
        rx.recv().unwrap_or_else(|_| Err(Error::new(&UNKNOWN_OUTCOME, "the writer stopped before it answered")))
    }

    /// Runs `f` in a durable transaction and gives the outcome to `answer` (on the writer's thread: be quick) after the
    /// commit. [`BUSY`] at once when [`WAITING_CLOSURES_MAX`] are waiting.
    pub fn write_then<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        answer: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let made = Arc::new(Mutex::new(None));
        let make = {
            let made = made.clone();
            move |tx: &mut Tx<'_>| f(tx).map(|t| *made.lock() = Some(t))
        };
        let tell = move |done: Result<()>| answer(done.and_then(|()| taken(made.lock().take())));
        self.write_erased(Box::new(make), Box::new(tell));
    }

    /// [`Store::write_then`] without its types, which would be compiled anew for each command.
    fn write_erased(&self, make: Make, tell: Tell) {
        let mut job: Box<dyn Job> = Box::new(Write::new(make, tell));
        let why = match &self.0.jobs {
            None => Error::new(&LOCKED, "this store was opened to read; the server writes"),
            Some(jobs) => match jobs.try_send(job) {
                Ok(()) => return,
                Err(TrySendError::Full(back)) => {
                    job = back;
                    Error::new(&BUSY, format!("{WAITING_CLOSURES_MAX} requests are waiting"))
                }
                Err(TrySendError::Disconnected(back)) => {
                    job = back;
                    Error::new(&DATABASE, "the writer has stopped")
                }
            },
        };
        job.spoil(&why);
        job.answer();
    }

    /// Runs `f` on one snapshot; waits for a free reader.
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let (mut f, mut made) = (Some(f), None);
        self.read_erased(&mut |tx| match f.take() {
            Some(f) => f(tx).map(|t| made = Some(t)),
            None => Err(Error::broken("a look was asked for twice")),
        })?;
        taken(made)
    }

    /// [`Store::read`] without its types.
    fn read_erased(&self, f: &mut dyn FnMut(&mut Tx<'_>) -> Result<()>) -> Result<()> {
        let mut readers = self.0.readers.lock();
        let reader = loop {
            match readers.pop() {
                Some(r) => break r,
                None => self.0.reader_back.wait(&mut readers),
            }
        };
        drop(readers);
        let mut lent = Lent { inner: &self.0, reader: Some(reader) };
        match &mut lent.reader {
            Some(reader) => reader.read(&self.0.shared, f),
            None => Err(Error::new(&DATABASE, "the reader is gone")),
        }
    }

    /// Moves what SQLite's write-ahead log holds into the database file and empties it; `false` when a reader held it
    /// back. On PostgreSQL, whose server does this by itself, nothing happens.
    pub fn checkpoint(&self) -> Result<bool> {
        match &self.config().engine {
            Engine::Sqlite(dir) => {
                sqlite::checkpoint(&sqlite::open_reader(&dir.join(sqlite::FILE), self.config().vfs)?)
            }
            Engine::Postgres { .. } => Ok(true),
        }
    }
}

impl Reader {
    fn open(config: &Config) -> Result<Reader> {
        let conn = match &config.engine {
            Engine::Sqlite(dir) => ReaderConn::Sqlite(sqlite::open_reader(&dir.join(sqlite::FILE), config.vfs)?),
            Engine::Postgres { url, schema } => ReaderConn::Postgres(Box::new(PgSession::connect(url, schema)?)),
        };
        Ok(Reader { conn, statements: Statements::new() })
    }

    fn read(&mut self, shared: &Shared, f: &mut dyn FnMut(&mut Tx<'_>) -> Result<()>) -> Result<()> {
        if let Err(why) = self.begin(shared) {
            // An idle connection that ended is noticed here, by its first statement; a new one may do.
            tracing::warn!(error = ?why, "a reader is opened again");
            *self = Reader::open(&shared.config)?;
            self.begin(shared)?;
        }
        let statements = std::mem::take(&mut self.statements);
        let mut tx = self.tx(shared);
        tx.read_statements = statements;
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&mut tx)));
        let ended = tx.control("ROLLBACK");
        let statements = std::mem::take(&mut tx.read_statements);
        self.statements = statements;
        match done {
            Ok(done) => done.and(ended),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    fn begin(&mut self, shared: &Shared) -> Result<()> {
        let begin = match &self.conn {
            ReaderConn::Sqlite(_) => "BEGIN DEFERRED",
            ReaderConn::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        self.tx(shared).control(begin)
    }

    fn tx<'c>(&'c mut self, shared: &'c Shared) -> Tx<'c> {
        let conn = match &mut self.conn {
            ReaderConn::Sqlite(c) => Conn::Sqlite(c),
            ReaderConn::Postgres(s) => Conn::Postgres(s),
        };
        Tx::new(conn, None, shared)
    }
}

/// A command and what is done with its outcome, without their types.
type Make = Box<dyn Fn(&mut Tx<'_>) -> Result<()> + Send>;
type Tell = Box<dyn FnOnce(Result<()>) + Send>;

fn taken<T>(made: Option<T>) -> Result<T> {
    made.ok_or_else(|| Error::broken("a transaction ended without its answer"))
}

fn open_readers(shared: &Shared) -> Result<Vec<Reader>> {
    (0..shared.config.readers.clamp(1, 64)).map(|_| Reader::open(&shared.config)).collect()
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.jobs = None;
        self.readers.get_mut().clear();
        // The last clone may be held by a closure's answer, and then this is a writer's own thread.
        let me = std::thread::current().id();
        for t in self.threads.get_mut().drain(..).filter(|t| t.thread().id() != me) {
            let _ = t.join();
        }
    }
}

pub(crate) fn lock_directory(dir: &Path) -> Result<File> {
    let trouble = |what: &Path, e| Error::new(&DATABASE, format!("{} cannot be used", what.display())).caused_by(e);
    std::fs::create_dir_all(dir).map_err(|e| trouble(dir, e))?;
    let path = dir.join("writer.lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(|e| trouble(&path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::new(&LOCKED, format!("{} is in use", dir.display()))),
        Err(std::fs::TryLockError::Error(e)) => Err(trouble(&path, e)),
    }
}
