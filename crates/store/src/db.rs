//! The store: its writers, its readers, and how a closure becomes durable.
use crate::keys::KeyRing;
use crate::migrate::Migration;
use crate::pg::{PgSession, is_retryable};
use crate::tx::{Conn, FaultPoint, Statements, Tx, Writer};
use crate::{BUSY, DATABASE, LOCKED, chain, migrate, sqlite};
use crossbeam_channel::{Receiver, Sender, bounded};
use kernel::error::{STALE, UNKNOWN_OUTCOME};
use kernel::{Clock, Error, Result};
use parking_lot::{Condvar, Mutex};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

/// Closures in one durable transaction at most.
pub const GROUP_CLOSURES_MAX: usize = 4_000;
/// Closures waiting for a writer at most; more are told [`BUSY`].
pub const WAITING_CLOSURES_MAX: usize = 20_000;
/// How often a closure is run again after a conflict with another writer.
pub const RETRIES_MAX: u32 = 20;

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
            fault: None,
        }
    }
    pub fn postgres(url: &str, schema: &str) -> Config {
        Config { engine: Engine::Postgres { url: url.into(), schema: schema.into() }, ..Config::sqlite("") }
    }
}

/// The database. Cheap to clone; closes when the last clone is dropped.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    config: Config,
    keys: KeyRing,
    jobs: Sender<Box<dyn Job>>,
    queue: Receiver<Box<dyn Job>>,
    readers: Mutex<Vec<Reader>>,
    reader_back: Condvar,
    threads: Mutex<Vec<JoinHandle<()>>>,
    _lock: Option<std::fs::File>,
}

enum Reader {
    Sqlite(rusqlite::Connection),
    Postgres(Box<PgSession>),
}

/// A closure on its way: run (perhaps more than once), then answered once.
trait Job: Send {
    /// Runs it and keeps its result; says whether its changes stay.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Forgets the kept result because of `why`, when it was to stay.
    fn spoil(&mut self, why: &Error);
    /// Whether the kept result is a passing conflict worth another try.
    fn retryable(&self) -> bool;
    fn answer(self: Box<Self>);
}

struct Write<T, F, A> {
    f: F,
    result: Option<Result<T>>,
    answer: A,
}

impl<T: Send, F: Fn(&mut Tx<'_>) -> Result<T> + Send, A: FnOnce(Result<T>) + Send> Job for Write<T, F, A> {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let done = (self.f)(tx);
        let stays = done.is_ok();
        self.result = Some(done);
        stays
    }
    fn spoil(&mut self, why: &Error) {
        self.result = Some(Err(copy_of(why)));
    }
    fn retryable(&self) -> bool {
        matches!(&self.result, Some(Err(e)) if is_retryable(e) || e.is(&STALE))
    }
    fn answer(self: Box<Self>) {
        let unknown = || Err(Error::new(&UNKNOWN_OUTCOME, "the writer stopped before it answered"));
        (self.answer)(self.result.unwrap_or_else(unknown));
    }
}

fn copy_of(e: &Error) -> Error {
    Error::new(e.code(), e.message())
}

impl Store {
    /// Opens or creates the database, brings it to `migrations`, and starts its writers.
    /// Errors: [`LOCKED`] when another process serves this directory, [`crate::SCHEMA`] when the data is newer than the binary.
    pub fn open(config: Config, keys: KeyRing, all: &[Migration]) -> Result<Store> {
        let lock = match &config.engine {
            Engine::Sqlite(dir) => Some(lock_directory(dir)?),
            Engine::Postgres { .. } => None,
        };
        let (jobs, queue) = bounded(WAITING_CLOSURES_MAX);
        let store = Store(Arc::new(Inner {
            readers: Mutex::new(Vec::new()),
            reader_back: Condvar::new(),
            threads: Mutex::new(Vec::new()),
            jobs,
            queue,
            _lock: lock,
            keys,
            config,
        }));
        store.start(all)?;
        Ok(store)
    }

    /// Opens an existing SQLite database or PostgreSQL schema for reading beside a running server: no lock, no writer.
    pub fn open_to_read(config: Config, keys: KeyRing) -> Result<Store> {
        let (jobs, queue) = bounded(0);
        let readers = Mutex::new(Vec::new());
        let store = Store(Arc::new(Inner {
            readers,
            reader_back: Condvar::new(),
            threads: Mutex::default(),
            jobs,
            queue,
            _lock: None,
            keys,
            config,
        }));
        store.open_readers()?;
        Ok(store)
    }

    fn start(&self, all: &[Migration]) -> Result<()> {
        let writers = match &self.config().engine {
            Engine::Sqlite(dir) => {
                vec![WriterConn::Sqlite(sqlite::open_writer(&dir.join("yizhan.db"), self.config().synchronous)?)]
            }
            Engine::Postgres { url, schema } => (0..self.config().pg_writers.clamp(1, 64))
                .map(|_| PgSession::connect(url, schema).map(|s| WriterConn::Postgres(Box::new(s))))
                .collect::<Result<_>>()?,
        };
        let mut first = true;
        let mut ready = Vec::new();
        for mut conn in writers {
            if std::mem::take(&mut first) {
                migrate::bring_up(&mut conn.tx(self, &mut Writer::default()), all)?;
            }
            let mut writer = Writer::default();
            conn.claim_lane(self, &mut writer)?;
            ready.push((conn, writer));
        }
        self.open_readers()?;
        let mut threads = self.0.threads.lock();
        for (conn, writer) in ready {
            let weak = Arc::downgrade(&self.0);
            let queue = self.0.queue.clone();
            let name = format!("writer-{}", writer.lane.lane);
            let handle = std::thread::Builder::new().name(name).spawn(move || serve(weak, queue, conn, writer));
            threads.push(handle.map_err(|e| Error::new(&DATABASE, "no thread for a writer").caused_by(e))?);
        }
        Ok(())
    }

    fn open_readers(&self) -> Result<()> {
        let mut readers = self.0.readers.lock();
        for _ in 0..self.config().readers.clamp(1, 64) {
            readers.push(match &self.config().engine {
                Engine::Sqlite(dir) => Reader::Sqlite(sqlite::open_reader(&dir.join("yizhan.db"))?),
                Engine::Postgres { url, schema } => Reader::Postgres(Box::new(PgSession::connect(url, schema)?)),
            });
        }
        Ok(())
    }

    pub fn config(&self) -> &Config {
        &self.0.config
    }
    pub fn keys(&self) -> &KeyRing {
        &self.0.keys
    }
    pub fn clock(&self) -> &Clock {
        &self.0.config.clock
    }

    /// Runs `f` in a durable transaction and waits for its commit.
    /// `Err(STALE)` and serialisation failures are tried again here; what comes out has been tried [`RETRIES_MAX`] times.
    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
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
        let job = Box::new(Write { f, result: None, answer });
        if let Err(refused) = self.0.jobs.try_send(job) {
            let mut job = refused.into_inner();
            job.spoil(&Error::new(&BUSY, format!("{WAITING_CLOSURES_MAX} requests are waiting")));
            job.answer();
        }
    }

    /// Runs `f` on one snapshot; waits for a free reader.
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let mut readers = self.0.readers.lock();
        let mut reader = loop {
            match readers.pop() {
                Some(r) => break r,
                None => self.0.reader_back.wait(&mut readers),
            }
        };
        drop(readers);
        let done = self.read_on(&mut reader, f);
        self.0.readers.lock().push(reader);
        self.0.reader_back.notify_one();
        done
    }

    fn read_on<T>(&self, reader: &mut Reader, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        if let (Reader::Postgres(s), Engine::Postgres { url, schema }) = (&mut *reader, &self.config().engine) {
            if s.is_closed() {
                **s = PgSession::connect(url, schema)?;
            }
        }
        let (conn, begin) = match reader {
            Reader::Sqlite(c) => (Conn::Sqlite(c), "BEGIN DEFERRED"),
            Reader::Postgres(s) => (Conn::Postgres(s), "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        };
        let mut tx = Tx {
            conn,
            writer: None,
            read_statements: Statements::new(),
            store: self,
            now: self.clock().now(),
            date: None,
            day_moved_here: false,
        };
        tx.batch(begin)?;
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&mut tx)));
        let ended = tx.batch("ROLLBACK");
        match done {
            Ok(done) => done.and_then(|t| ended.map(|()| t)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let (dead, _) = bounded(0);
        self.jobs = dead;
        let me = std::thread::current().id();
        for t in self.threads.get_mut().drain(..) {
            if t.thread().id() != me {
                let _ = t.join();
            }
        }
    }
}

fn lock_directory(dir: &Path) -> Result<std::fs::File> {
    std::fs::create_dir_all(dir)
        .map_err(|e| Error::new(&DATABASE, format!("{} cannot be made", dir.display())).caused_by(e))?;
    let path = dir.join("writer.lock");
    let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|e| Error::new(&DATABASE, format!("{} cannot be opened", path.display())).caused_by(e))?;
    file.try_lock().map_err(|_| Error::new(&LOCKED, format!("{} is in use", dir.display())))?;
    Ok(file)
}

enum WriterConn {
    Sqlite(rusqlite::Connection),
    Postgres(Box<PgSession>),
}

impl WriterConn {
    fn tx<'c>(&'c mut self, store: &'c Store, writer: &'c mut Writer) -> Tx<'c> {
        let conn = match self {
            WriterConn::Sqlite(c) => Conn::Sqlite(c),
            WriterConn::Postgres(s) => Conn::Postgres(s),
        };
        Tx {
            conn,
            writer: Some(writer),
            read_statements: Statements::new(),
            store,
            now: store.clock().now(),
            date: None,
            day_moved_here: false,
        }
    }

    fn is_sqlite(&self) -> bool {
        matches!(self, WriterConn::Sqlite(_))
    }

    fn claim_lane(&mut self, store: &Store, writer: &mut Writer) -> Result<()> {
        let mut tx = self.tx(store, writer);
        tx.batch("BEGIN")?;
        let claimed = chain::claim(&mut tx);
        tx.batch(if claimed.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        writer.lane = claimed?;
        Ok(())
    }
}

fn serve(weak: std::sync::Weak<Inner>, queue: Receiver<Box<dyn Job>>, mut conn: WriterConn, mut writer: Writer) {
    while let Ok(first) = queue.recv() {
        let Some(store) = weak.upgrade().map(Store) else { return first.answer() };
        let mut group = vec![first];
        if conn.is_sqlite() {
            gather(&store, &queue, &mut conn, &mut writer, &mut group);
        } else {
            alone(&store, &mut conn, &mut writer, &mut group[0]);
        }
        group.into_iter().for_each(|job| job.answer());
    }
}

/// One durable transaction for everybody who waits. When it fails as a whole, nothing in it happened that is known, so
/// all who were to stay are told so.
fn gather(
    store: &Store,
    queue: &Receiver<Box<dyn Job>>,
    conn: &mut WriterConn,
    writer: &mut Writer,
    group: &mut Vec<Box<dyn Job>>,
) {
    let before = writer.lane.clone();
    let done = (|| -> Result<()> {
        conn.tx(store, writer).batch("BEGIN IMMEDIATE")?;
        let mut at = 0;
        loop {
            run_one(store, conn, writer, group[at].as_mut())?;
            at += 1;
            match (group.len() < GROUP_CLOSURES_MAX).then(|| queue.try_recv().ok()).flatten() {
                Some(job) => group.push(job),
                None => break,
            }
        }
        commit(store, conn, writer)
    })();
    match done {
        Ok(()) => publish(writer, true),
        Err(why) => {
            let _ = conn.tx(store, writer).batch("ROLLBACK");
            tracing::error!(error = ?why, waiting = group.len(), "a group was not committed");
            writer.lane = before;
            publish(writer, false);
            group.iter_mut().for_each(|job| job.spoil(&Error::new(&UNKNOWN_OUTCOME, "the commit failed")));
        }
    }
}

/// One closure under its savepoint. `Err` only when the whole transaction is lost.
fn run_one(store: &Store, conn: &mut WriterConn, writer: &mut Writer, job: &mut dyn Job) -> Result<()> {
    let lane = writer.lane.clone();
    writer.overlays.values_mut().for_each(|o| o.savepoint());
    conn.tx(store, writer).batch("SAVEPOINT closure")?;
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job.run(&mut conn.tx(store, writer))));
    let stays = match ran {
        Ok(stays) => stays,
        Err(_) => return Err(Error::broken("a closure panicked")),
    };
    if stays {
        writer.overlays.values_mut().for_each(|o| o.release());
        return conn.tx(store, writer).batch("RELEASE closure");
    }
    writer.lane = lane;
    writer.overlays.values_mut().for_each(|o| o.rollback());
    conn.tx(store, writer).batch("ROLLBACK TO closure; RELEASE closure")
}

fn commit(store: &Store, conn: &mut WriterConn, writer: &mut Writer) -> Result<()> {
    let kinds: Vec<_> = writer.overlays.keys().copied().collect();
    for kind in kinds {
        let Some(mut overlay) = writer.overlays.remove(&kind) else { continue };
        let flushed = overlay.flush(&mut conn.tx(store, writer));
        writer.overlays.insert(kind, overlay);
        flushed?;
    }
    let mut tx = conn.tx(store, writer);
    chain::save(&mut tx)?;
    tx.fault("commit")?;
    tx.batch("COMMIT")?;
    writer.lane.touched.clear();
    writer.lane.dirty = false;
    Ok(())
}

fn publish(writer: &mut Writer, keep: bool) {
    writer.overlays.values_mut().for_each(|o| o.published(keep));
}

/// One closure, one transaction, again after a conflict with another writer.
fn alone(store: &Store, conn: &mut WriterConn, writer: &mut Writer, job: &mut Box<dyn Job>) {
    for again in 0..=RETRIES_MAX {
        if let Err(why) = reconnect(store, conn, writer) {
            return job.spoil(&why);
        }
        let before = writer.lane.clone();
        let done = (|| -> Result<bool> {
            conn.tx(store, writer).batch("BEGIN")?;
            writer.overlays.values_mut().for_each(|o| o.savepoint());
            let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job.run(&mut conn.tx(store, writer))));
            match ran {
                Ok(true) => commit(store, conn, writer).map(|()| true),
                Ok(false) => Ok(false),
                Err(_) => Err(Error::broken("a closure panicked")),
            }
        })();
        if matches!(done, Ok(true)) {
            return publish(writer, false);
        }
        let _ = conn.tx(store, writer).batch("ROLLBACK");
        writer.lane = before;
        publish(writer, false);
        let passing = match done {
            Ok(_) => job.retryable(),
            Err(why) => {
                let passing = is_retryable(&why) || why.is(&crate::LANE_LOST);
                if !passing {
                    tracing::error!(error = ?why, "a transaction was not committed");
                }
                job.spoil(&if passing { why } else { Error::new(&UNKNOWN_OUTCOME, "the commit failed") });
                passing
            }
        };
        if !passing || again == RETRIES_MAX {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(
            u64::from(again.min(10)) * (1 + writer.lane.lane as u64 % 3),
        ));
    }
}

fn reconnect(store: &Store, conn: &mut WriterConn, writer: &mut Writer) -> Result<()> {
    let (WriterConn::Postgres(session), Engine::Postgres { url, schema }) = (&mut *conn, &store.config().engine) else {
        return Ok(());
    };
    if session.is_closed() {
        **session = PgSession::connect(url, schema)?;
        writer.lane.epoch = 0;
    }
    if writer.lane.epoch == 0 {
        conn.claim_lane(store, writer)?;
    }
    Ok(())
}
