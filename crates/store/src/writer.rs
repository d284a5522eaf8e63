//! The writer threads: how a closure becomes durable.
use crate::chain;
use crate::db::{Engine, Shared};
use crate::migrate::{self, Migration};
use crate::pg::{PgSession, is_conflict, is_disconnect, is_taken};
use crate::tx::{Conn, Tx, Writer, copy_of};
use crate::{DATABASE, LANE_LOST, sqlite};
use crossbeam_channel::Receiver;
use kernel::error::{STALE, UNKNOWN_OUTCOME};
use kernel::{Error, Result};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Closures in one durable transaction at most.
pub const GROUP_CLOSURES_MAX: usize = 4_000;
/// A group takes in no more closures when it is this old, in milliseconds; slow closures do not keep quick ones waiting.
pub const GROUP_AGE_MS_MAX: u64 = 50;
/// How often a closure is run again after a conflict with another writer.
pub const RETRIES_MAX: u32 = 20;
/// How often a closure is run again that was told STALE. Mostly the row it saw is from a form filled in long ago, and
/// running it again does not help.
const STALE_RETRIES_MAX: u32 = 5;

thread_local! {
    /// This thread is a writer: whoever waits here for a write waits for himself.
    pub(crate) static IS_WRITER: Cell<bool> = const { Cell::new(false) };
}

/// A closure on its way: run (perhaps more than once), then answered once.
pub(crate) trait Job: Send {
    /// Runs it and keeps its result; says whether its changes stay.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Puts `why` in the place of the kept result.
    fn spoil(&mut self, why: &Error);
    /// The kept result, when it is an error.
    fn error(&self) -> Option<&Error>;
    fn answer(self: Box<Self>);
}

pub(crate) struct Write<T, F, A> {
    f: F,
    result: Option<Result<T>>,
    answer: A,
}

impl<T, F, A> Write<T, F, A> {
    pub fn new(f: F, answer: A) -> Self {
        Write { f, result: None, answer }
    }
}

impl<T: Send, F: Fn(&mut Tx<'_>) -> Result<T> + Send, A: FnOnce(Result<T>) + Send> Job for Write<T, F, A> {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let done = (self.f)(tx).and_then(|done| tx.doomed.take().map_or(Ok(done), Err));
        let stays = done.is_ok();
        self.result = Some(done);
        stays
    }
    fn spoil(&mut self, why: &Error) {
        self.result = Some(Err(copy_of(why)));
    }
    fn error(&self) -> Option<&Error> {
        self.result.as_ref()?.as_ref().err()
    }
    fn answer(self: Box<Self>) {
        let Write { f, result, answer } = *self;
        // What the closure holds, perhaps a clone of the store, is gone before anybody can act on the answer.
        drop(f);
        let unknown = || Err(Error::new(&UNKNOWN_OUTCOME, "the writer stopped before it answered"));
        answer(result.unwrap_or_else(unknown));
    }
}

/// Why a transaction as a whole came to nothing.
enum Lost {
    /// The closure at this place in the group panicked.
    Panicked(usize),
    /// Before COMMIT was sent: certainly nothing stayed.
    Before(Error),
    /// COMMIT itself failed.
    AtCommit(Error),
}

impl Lost {
    /// What those in the transaction are told.
    fn told(&self) -> Error {
        match self {
            Lost::Panicked(_) => Error::broken("the command panicked; nothing of it was kept"),
            Lost::Before(why) => copy_of(why),
            Lost::AtCommit(why) if is_conflict(why) => copy_of(why),
            Lost::AtCommit(_) => Error::new(&UNKNOWN_OUTCOME, "the commit failed"),
        }
    }

    /// Whether running it again may do.
    fn passes(&self) -> bool {
        match self {
            Lost::Panicked(_) => false,
            Lost::Before(why) => is_conflict(why) || is_disconnect(why) || why.is(&LANE_LOST),
            Lost::AtCommit(why) => is_conflict(why),
        }
    }

    /// Whether the lane in memory is no longer what the database says, or no longer ours.
    fn loses_lane(&self) -> bool {
        match self {
            Lost::Panicked(_) => false,
            Lost::Before(why) | Lost::AtCommit(why) => why.is(&LANE_LOST) || is_disconnect(why),
        }
    }
}

enum WriterConn {
    Sqlite(rusqlite::Connection),
    Postgres(Box<PgSession>),
}

/// A writer before and in its thread.
pub(crate) struct WriterThread {
    shared: Arc<Shared>,
    conn: WriterConn,
    writer: Writer,
}

/// Opens the connections that write, brings the schema up by the first, and claims a lane for each.
pub(crate) fn open(shared: &Arc<Shared>, all: &[Migration]) -> Result<Vec<WriterThread>> {
    let conns = match &shared.config.engine {
        Engine::Sqlite(dir) => {
            let config = &shared.config;
            vec![WriterConn::Sqlite(sqlite::open_writer(&dir.join(sqlite::FILE), config.synchronous, config.vfs)?)]
        }
        Engine::Postgres { url, schema } => (0..shared.config.pg_writers.clamp(1, 64))
            .map(|_| PgSession::connect_writer(url, schema).map(|s| WriterConn::Postgres(Box::new(s))))
            .collect::<Result<_>>()?,
    };
    let mut threads: Vec<WriterThread> = Vec::new();
    for conn in conns {
        let mut thread = WriterThread { shared: shared.clone(), conn, writer: Writer::default() };
        if threads.is_empty() {
            if let (WriterConn::Postgres(s), Engine::Postgres { schema, .. }) =
                (&mut thread.conn, &shared.config.engine)
            {
                s.create_schema(schema)?;
            }
            migrate::bring_up(&mut thread.tx(), all)?;
        }
        thread.claim_lane()?;
        threads.push(thread);
    }
    Ok(threads)
}

impl WriterThread {
    pub fn start(self, queue: Receiver<Box<dyn Job>>) -> Result<JoinHandle<()>> {
        let name = format!("writer-{}", self.writer.lane.lane);
        let handle = std::thread::Builder::new().name(name).spawn(move || self.serve(&queue));
        handle.map_err(|e| Error::new(&DATABASE, "no thread for a writer").caused_by(e))
    }

    fn serve(mut self, queue: &Receiver<Box<dyn Job>>) {
        IS_WRITER.set(true);
        while let Ok(first) = queue.recv() {
            let answered = match self.conn {
                WriterConn::Sqlite(_) => self.group(first, queue),
                WriterConn::Postgres(_) => vec![self.alone(first)],
            };
            for job in answered {
                if catch_unwind(AssertUnwindSafe(|| job.answer())).is_err() {
                    tracing::error!("an answer panicked; its command stays as it was answered");
                }
            }
        }
        self.close();
    }

    fn close(mut self) {
        let closed = match &self.conn {
            WriterConn::Sqlite(c) => sqlite::checkpoint(c).map(|_| ()),
            WriterConn::Postgres(s) if s.is_closed() => Ok(()),
            WriterConn::Postgres(_) => chain::release(&mut self.tx()),
        };
        if let Err(why) = closed {
            tracing::warn!(error = ?why, "a writer did not end cleanly; the next start makes up for it");
        }
        // The lock on the directory is in `shared` and must outlive the connection.
        drop(self.conn);
        drop(self.shared);
    }

    fn tx(&mut self) -> Tx<'_> {
        let conn = match &mut self.conn {
            WriterConn::Sqlite(c) => Conn::Sqlite(c),
            WriterConn::Postgres(s) => Conn::Postgres(s),
        };
        Tx::new(conn, Some(&mut self.writer), &self.shared)
    }

    fn control(&mut self, sql: &'static str) -> Result<()> {
        match &mut self.conn {
            WriterConn::Sqlite(c) => sqlite::control(c, sql),
            WriterConn::Postgres(s) => s.batch(sql),
        }
    }

    fn begin(&mut self) -> Result<()> {
        self.control(match self.conn {
            WriterConn::Sqlite(_) => "BEGIN IMMEDIATE",
            WriterConn::Postgres(_) => "BEGIN",
        })
    }

    fn claim_lane(&mut self) -> Result<()> {
        self.begin()?;
        let claimed = chain::claim(&mut self.tx());
        self.control(if claimed.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        self.writer.lane = claimed?;
        Ok(())
    }

    /// One durable transaction for everybody who waits. A closure that panics is left out and the others run again; when
    /// the group fails before its commit, each is run by itself, so that one cannot spoil it for the rest.
    fn group(&mut self, first: Box<dyn Job>, queue: &Receiver<Box<dyn Job>>) -> Vec<Box<dyn Job>> {
        let mut waiting = vec![first];
        let mut answered = Vec::new();
        let mut more = Some(queue);
        while !waiting.is_empty() {
            match self.attempt(&mut waiting, more.take()) {
                Ok(()) => answered.append(&mut waiting),
                Err(lost @ Lost::Panicked(at)) => {
                    let mut job = waiting.remove(at);
                    job.spoil(&lost.told());
                    answered.push(job);
                }
                Err(Lost::Before(_)) if waiting.len() > 1 => {
                    for job in waiting.drain(..) {
                        let mut one = vec![job];
                        if let Err(lost) = self.attempt(&mut one, None) {
                            one[0].spoil(&lost.told());
                        }
                        answered.append(&mut one);
                    }
                }
                Err(lost) => {
                    waiting.iter_mut().for_each(|job| job.spoil(&lost.told()));
                    answered.append(&mut waiting);
                }
            }
        }
        answered
    }

    fn attempt(&mut self, group: &mut Vec<Box<dyn Job>>, more: Option<&Receiver<Box<dyn Job>>>) -> Result<(), Lost> {
        let before = self.writer.lane.clone();
        let done = self.run_group(group, more);
        match &done {
            Ok(()) => self.publish(true),
            Err(lost) => self.undo(before, lost),
        }
        done
    }

    fn run_group(&mut self, group: &mut Vec<Box<dyn Job>>, more: Option<&Receiver<Box<dyn Job>>>) -> Result<(), Lost> {
        self.begin().map_err(Lost::Before)?;
        let age = kernel::clock::stopwatch();
        let mut at = 0;
        loop {
            self.run_one(at, group[at].as_mut())?;
            at += 1;
            if at < group.len() {
                continue;
            }
            let room = at < GROUP_CLOSURES_MAX && age.elapsed() < Duration::from_millis(GROUP_AGE_MS_MAX);
            match more.filter(|_| room).and_then(|queue| queue.try_recv().ok()) {
                Some(job) => group.push(job),
                None => return self.commit(),
            }
        }
    }

    /// One closure under its savepoint. `Err` only when the whole transaction is lost. The first needs no savepoint: what
    /// undoes it undoes the transaction, which is empty then, and SQLite keeps no copies of the pages it writes.
    fn run_one(&mut self, at: usize, job: &mut dyn Job) -> Result<(), Lost> {
        self.writer.lane.savepoint();
        self.writer.overlays.values_mut().for_each(|o| o.savepoint());
        let first = at == 0;
        if !first {
            self.control("SAVEPOINT closure").map_err(Lost::Before)?;
        }
        let stays = catch_unwind(AssertUnwindSafe(|| job.run(&mut self.tx()))).map_err(|_| Lost::Panicked(at))?;
        if stays {
            self.writer.overlays.values_mut().for_each(|o| o.release());
        } else {
            self.writer.lane.rollback();
            self.writer.overlays.values_mut().for_each(|o| o.rollback());
            self.writer.day = None;
            let undone = match first {
                true => self.control("ROLLBACK").and_then(|()| self.begin()),
                false => self.control("ROLLBACK TO closure"),
            };
            undone.map_err(Lost::Before)?;
        }
        match first {
            true => Ok(()),
            false => self.control("RELEASE closure").map_err(Lost::Before),
        }
    }

    fn commit(&mut self) -> Result<(), Lost> {
        let saved = catch_unwind(AssertUnwindSafe(|| self.flush()));
        saved.unwrap_or_else(|_| Err(Error::broken("an overlay panicked"))).map_err(Lost::Before)?;
        self.tx().fault("commit").and_then(|()| self.control("COMMIT")).map_err(Lost::AtCommit)?;
        self.writer.lane.committed();
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let kinds: Vec<_> = self.writer.overlays.keys().copied().collect();
        for kind in kinds {
            let Some(mut overlay) = self.writer.overlays.remove(&kind) else { continue };
            let flushed = overlay.flush(&mut self.tx());
            self.writer.overlays.insert(kind, overlay);
            flushed?;
        }
        chain::save(&mut self.tx())
    }

    fn publish(&mut self, keep: bool) {
        self.writer.overlays.values_mut().for_each(|o| o.published(keep));
    }

    /// Puts the database and the memory back to before the transaction.
    fn undo(&mut self, lane: chain::Lane, lost: &Lost) {
        if let Lost::Before(why) | Lost::AtCommit(why) = lost
            && !lost.passes()
        {
            tracing::error!(error = ?why, "a transaction was not committed");
        }
        // SQLite may have rolled back by itself, and a connection may be gone: then there is nothing left to undo.
        let _ = self.control("ROLLBACK");
        self.writer.lane = lane;
        self.writer.overlays.clear();
        self.writer.day = None;
        if lost.loses_lane() {
            self.writer.lane.epoch = 0;
        }
    }

    /// One closure, one transaction, again after a conflict with another writer or a connection that ended.
    fn alone(&mut self, mut job: Box<dyn Job>) -> Box<dyn Job> {
        for again in 0..=RETRIES_MAX {
            let passes = match self.attempt_alone(job.as_mut()) {
                Ok(()) => job
                    .error()
                    .is_some_and(|e| is_conflict(e) || is_disconnect(e) || e.is(&STALE) && again < STALE_RETRIES_MAX),
                Err(lost) => {
                    job.spoil(&lost.told());
                    lost.passes()
                }
            };
            if !passes {
                break;
            }
            let step = 1 + self.writer.lane.lane.unsigned_abs() % 3;
            std::thread::sleep(Duration::from_millis(u64::from(again.min(10)) * step));
        }
        job
    }

    /// `Ok` when the closure has an answer of its own: committed, or an error and nothing kept.
    fn attempt_alone(&mut self, job: &mut dyn Job) -> Result<(), Lost> {
        self.reconnect().map_err(Lost::Before)?;
        let before = self.writer.lane.clone();
        let mut done = self.run_alone(job);
        match &done {
            Ok(true) => self.publish(false),
            Ok(false) => {
                self.writer.overlays.clear();
                self.writer.lane = before;
                if self.control("ROLLBACK").is_err() {
                    self.writer.lane.epoch = 0;
                }
            }
            Err(lost) => self.undo(before, lost),
        }
        let refused = match &done {
            Ok(_) => job.error(),
            Err(Lost::Before(why)) => Some(why),
            Err(_) => None,
        };
        if refused.is_some_and(is_taken) && !chain::is_ours(&mut self.tx()).unwrap_or(false) {
            let lost = Error::new(&LANE_LOST, format!("lane {} was taken over", self.writer.lane.lane));
            self.writer.lane.epoch = 0;
            done = Err(Lost::Before(lost));
        }
        done.map(|_| ())
    }

    fn run_alone(&mut self, job: &mut dyn Job) -> Result<bool, Lost> {
        self.begin().map_err(Lost::Before)?;
        self.writer.overlays.values_mut().for_each(|o| o.savepoint());
        self.writer.day = None;
        let ran = catch_unwind(AssertUnwindSafe(|| job.run(&mut self.tx())));
        match ran.map_err(|_| Lost::Panicked(0))? {
            false => Ok(false),
            true => self.commit().map(|()| true),
        }
    }

    fn reconnect(&mut self) -> Result<()> {
        let (WriterConn::Postgres(session), Engine::Postgres { url, schema }) =
            (&mut self.conn, &self.shared.config.engine)
        else {
            return Ok(());
        };
        if session.is_closed() {
            **session = PgSession::connect_writer(url, schema)?;
            self.writer.lane.epoch = 0;
        }
        if self.writer.lane.epoch == 0 {
            self.claim_lane()?;
        }
        Ok(())
    }
}
