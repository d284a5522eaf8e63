//! One transaction over either database.
use crate::chain::{Chain, Lane};
use crate::db::Shared;
use crate::keys::KeyRing;
use crate::pg::PgSession;
use crate::record::{Seal, Table};
use crate::sql::{Param, Row};
use crate::{DATABASE, FAULT};
use kernel::{Clock, Error, Result, Timestamp};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

/// State that a domain keeps in the writer between statements, such as the ledger's balances. It follows the writer's
/// savepoints: what a failed closure did is undone, what a failed commit did is forgotten.
pub trait Overlay: Any + Send {
    /// A closure begins.
    fn savepoint(&mut self);
    /// The closure that began last succeeded.
    fn release(&mut self);
    /// The closure that began last failed: put back what was before it.
    fn rollback(&mut self);
    /// The transaction is about to commit: write what is not yet written.
    fn flush(&mut self, tx: &mut Tx<'_>) -> Result<()>;
    /// The transaction committed. `keep` is false where another process may write too: then forget everything.
    fn published(&mut self, keep: bool);
}

pub(crate) enum Conn<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c mut PgSession),
}

/// What a writer thread keeps between transactions.
#[derive(Default)]
pub(crate) struct Writer {
    pub lane: Lane,
    pub overlays: HashMap<TypeId, Box<dyn OverlayAny>>,
    pub statements: Statements,
    /// The open business day as this writer saw it: on SQLite since it was last moved, on PostgreSQL in this transaction.
    pub day: Option<kernel::Date>,
}

/// Texts of generated statements, so that they are built once.
pub(crate) type Statements = HashMap<(&'static str, &'static str), Arc<str>>;

pub(crate) trait OverlayAny: Overlay {
    fn any(self: Box<Self>) -> Box<dyn Any>;
}
impl<T: Overlay> OverlayAny for T {
    fn any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Asked before each statement and commit whether to fail here; for tests that fail the n-th call.
pub type FaultPoint = dyn Fn(&'static str) -> bool + Send + Sync;

/// A transaction: a snapshot when reading, a savepoint or a transaction of its own when writing.
pub struct Tx<'c> {
    pub(crate) conn: Conn<'c>,
    pub(crate) writer: Option<&'c mut Writer>,
    pub(crate) read_statements: Statements,
    pub(crate) shared: &'c Shared,
    pub(crate) now: Timestamp,
    /// The business date, once asked for.
    pub(crate) date: Option<kernel::Date>,
    /// The first statement that the database refused. Nothing of a closure stays after that, whatever it answers:
    /// PostgreSQL would undo it at the commit without a word, and a chain may have grown by an entry without a row.
    pub(crate) doomed: Option<Error>,
}

/// An error that can be told twice; its source stays with the first.
pub(crate) fn copy_of(e: &Error) -> Error {
    e.fields().iter().fold(Error::new(e.code(), e.message()), |copy, (field, value)| copy.with(field, value))
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: Conn<'c>, writer: Option<&'c mut Writer>, shared: &'c Shared) -> Tx<'c> {
        Tx {
            conn,
            writer,
            read_statements: Statements::new(),
            now: shared.config.clock.now(),
            shared,
            date: None,
            doomed: None,
        }
    }

    /// The time of this transaction; the same for everything it writes.
    pub fn now(&self) -> Timestamp {
        self.now
    }
    pub fn clock(&self) -> &Clock {
        &self.shared.config.clock
    }
    pub fn keys(&self) -> &'c KeyRing {
        let shared: &'c Shared = self.shared;
        &shared.keys
    }
    pub fn is_write(&self) -> bool {
        self.writer.is_some()
    }
    /// The lane this transaction writes to; 0 in a read.
    pub fn lane(&self) -> i64 {
        self.writer.as_ref().map_or(0, |w| w.lane.lane)
    }
    pub fn is_postgres(&self) -> bool {
        matches!(self.conn, Conn::Postgres(_))
    }
    /// Whether a row that is to be changed must be locked first (PostgreSQL, in a write).
    pub fn locks_rows(&self) -> bool {
        self.is_postgres() && self.is_write()
    }

    /// Runs a statement; `?1`, `?2` … are the parameters. Answers the number of rows it changed. After an error the
    /// closure can only fail.
    pub fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        let done = self.fault("execute").and_then(|()| match &mut self.conn {
            Conn::Sqlite(c) => crate::sqlite::execute(c, sql, params),
            Conn::Postgres(s) => s.execute(sql, params),
        });
        self.noted(done)
    }

    /// A statement that the database refused dooms the closure; a row that cannot be read does not.
    pub(crate) fn noted<T>(&mut self, done: Result<T>) -> Result<T> {
        if let Err(why) = &done
            && (why.is(&DATABASE) || why.is(&FAULT))
        {
            self.doom(copy_of(why));
        }
        done
    }

    /// From here on the closure can only fail.
    pub(crate) fn doom(&mut self, why: Error) {
        self.doomed.get_or_insert(why);
    }

    /// All rows of an answer, each made into a `T`.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut row: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut out = Vec::new();
        self.each_row(sql, params, &mut |r| {
            out.push(row(r)?);
            Ok(())
        })?;
        Ok(out)
    }

    /// The first row of an answer, if there is one.
    pub fn query_one<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        row: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.query(sql, params, row)?.into_iter().next())
    }

    /// Every row of an answer in turn, without keeping them. For long tables page by key: PostgreSQL holds the answer.
    pub fn each_row(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        row: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let done = self.fault("query").and_then(|()| match &mut self.conn {
            Conn::Sqlite(c) => crate::sqlite::each_row(c, sql, params, row),
            Conn::Postgres(s) => s.each_row(sql, params, row),
        });
        self.noted(done)
    }

    /// Extends one of this lane's hash chains. Answers the entry's position (unique over all lanes) and its hash.
    pub fn extend(&mut self, chain: Chain, entry: &[u8]) -> Result<(i64, [u8; 32])> {
        Ok(self.lane_mut()?.extend(chain, entry))
    }

    /// The next position of an outbox event in this lane.
    pub(crate) fn next_event(&mut self) -> Result<i64> {
        Ok(self.lane_mut()?.next_event())
    }

    pub(crate) fn accumulate(&mut self, table: &'static str, old: Option<Seal>, new: Option<Seal>) {
        let keys = self.keys();
        if let Some(writer) = &mut self.writer {
            writer.lane.accumulate(keys, table, old, new);
        }
    }

    fn lane_mut(&mut self) -> Result<&mut Lane> {
        match &mut self.writer {
            Some(w) => Ok(&mut w.lane),
            None => Err(Error::new(&DATABASE, "a read cannot write")),
        }
    }

    /// Lends the writer's overlay of type `O` (made empty when it is new) together with the transaction.
    pub fn with_overlay<O: Overlay + Default, T>(
        &mut self,
        f: impl FnOnce(&mut O, &mut Self) -> Result<T>,
    ) -> Result<T> {
        let Some(writer) = &mut self.writer else { return f(&mut O::default(), self) };
        let mut overlay = match writer.overlays.remove(&TypeId::of::<O>()) {
            Some(kept) => *kept.any().downcast::<O>().expect("overlays are kept by their type"),
            None => {
                let mut fresh = O::default();
                fresh.savepoint();
                fresh
            }
        };
        let done = f(&mut overlay, self);
        if let Some(writer) = &mut self.writer {
            writer.overlays.insert(TypeId::of::<O>(), Box::new(overlay));
        }
        done
    }

    pub(crate) fn statement(
        &mut self,
        table: &'static Table,
        kind: &'static str,
        build: impl FnOnce(&Table) -> String,
    ) -> Arc<str> {
        let statements = match &mut self.writer {
            Some(w) => &mut w.statements,
            None => &mut self.read_statements,
        };
        statements.entry((table.name, kind)).or_insert_with(|| build(table).into()).clone()
    }

    pub(crate) fn fault(&self, at: &'static str) -> Result<()> {
        match &self.shared.config.fault {
            Some(fault) if fault(at) => Err(Error::new(&FAULT, format!("a fault was asked for at {at}"))),
            _ => Ok(()),
        }
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        match &mut self.conn {
            Conn::Sqlite(c) => crate::sqlite::batch(c, sql),
            Conn::Postgres(s) => s.batch(sql),
        }
    }

    /// `BEGIN`, `SAVEPOINT`, `COMMIT` and their kind: one statement, prepared once on SQLite.
    pub(crate) fn control(&mut self, sql: &'static str) -> Result<()> {
        match &mut self.conn {
            Conn::Sqlite(c) => crate::sqlite::control(c, sql),
            Conn::Postgres(s) => s.batch(sql),
        }
    }
}
