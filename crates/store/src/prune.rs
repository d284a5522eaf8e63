//! Taking away what has been kept long enough.
//!
//! An idempotency answer protects nobody after [`KEPT_DAYS`]; an event that every consumer passed is of no use to any of
//! them. Both stand under seal, so what goes leaves a sealed record behind: how many rows, up to which time and, for events,
//! up to which position, with BLAKE3 over their seals in order. An old copy of the database can show that these were the
//! rows. [`crate::verify`] counts with the records: an event that is missing without one is a fault.
//!
//! Of a lane's events the oldest go first, without a gap, and none beyond the first that is too young, parked, or not
//! passed by a consumer that has ever passed anything.
use crate::audit::Audit;
use crate::chain::LANE_SHIFT;
use crate::idempotency::Answered;
use crate::outbox::Told;
use crate::record::{Record, Seal};
use crate::sql::{Column, Param};
use crate::tx::Tx;
use kernel::{Actor, BookId, Error, Result, Timestamp, clock::DAY};

/// Days that answers and events are kept: past any month end a payroll could be sent again.
pub const KEPT_DAYS: i64 = 400;
/// Rows taken away by one closure at most.
pub const PRUNED_ROWS_MAX: u32 = 500;
/// Answers looked through by one read.
const LOOKED_THROUGH: i64 = 10_000;

crate::record! {
    /// That rows were taken away.
    pub(crate) struct Pruning in "prunings" key 3 {
        pub pruned: String,
        /// Of events their lane, of answers the lane of the writer that took them away.
        pub lane: i64,
        pub number: i64,
        pub at: Timestamp,
        /// All of them were made before this.
        pub before: Timestamp,
        pub rows: i64,
        /// The last event's position; 0 for answers.
        pub upto: i64,
        /// BLAKE3 over the seals of the rows, in the order of their keys.
        pub seals: [u8; 32],
    }
}

pub(crate) const TABLE: &crate::Table = <Pruning as Record>::TABLE;

/// Which answer: book, principal, key.
pub type AnswerKey = (BookId, String, String);

/// A look through the answers.
#[derive(Debug, Default)]
pub struct OldAnswers {
    pub old: Vec<AnswerKey>,
    /// Where to look on; `None` at the end.
    pub next: Option<AnswerKey>,
}

impl Tx<'_> {
    fn kept_since(&self) -> Timestamp {
        self.now().plus(-KEPT_DAYS * DAY)
    }

    /// The lanes that have events.
    pub fn event_lanes(&mut self) -> Result<Vec<i64>> {
        self.query("SELECT lane FROM lanes WHERE events > 0 ORDER BY lane", &[], |r| r.get(0))
    }

    /// Takes away the oldest events of a lane, at most [`PRUNED_ROWS_MAX`]; answers how many went.
    pub fn prune_events(&mut self, actor: &Actor, lane: i64) -> Result<u32> {
        let (first, before) = (lane << LANE_SHIFT, self.kept_since());
        let bounds = [Param::Int(first), Param::Int(self.events_done_with(lane)?), Param::Int(PRUNED_ROWS_MAX.into())];
        let mut told = self.select_locked::<Told>("WHERE pos > ?1 AND pos <= ?2 ORDER BY pos LIMIT ?3", &bounds)?;
        let old = told.iter().position(|e| e.at >= before).unwrap_or(told.len());
        told.truncate(old);
        let upto = told.last().map_or(0, |e| e.pos);
        self.prune(actor, &told, (lane, before, upto))
    }

    /// The last event of a lane that nobody needs: every consumer passed it, and none before it is parked.
    fn events_done_with(&mut self, lane: i64) -> Result<i64> {
        let first = lane << LANE_SHIFT;
        let sql = "SELECT count(*), coalesce(min(coalesce(c.pos, ?1)), ?1) FROM \
                   (SELECT DISTINCT consumer FROM outbox_cursors) k \
                   LEFT JOIN outbox_cursors c ON c.consumer = k.consumer AND c.lane = ?2";
        let (consumers, passed) = self
            .query_one(sql, &[Param::Int(first), Param::Int(lane)], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))?
            .unwrap_or((0, first));
        let sql = "SELECT min(pos) FROM outbox_parked WHERE pos > ?1 AND pos < ?2";
        let bounds = [Param::Int(first), Param::Int((lane + 1) << LANE_SHIFT)];
        let parked = self.query_one(sql, &bounds, |r| r.get::<Option<i64>>(0))?.flatten();
        let passed = if consumers == 0 { first } else { passed };
        Ok(parked.map_or(passed, |pos| passed.min(pos - 1)))
    }

    /// Looks through the answers from `after` on, 10,000 at a time, for those that were kept long enough. On a read
    /// snapshot, for a large bank has many.
    pub fn old_answers(&mut self, after: Option<&AnswerKey>) -> Result<OldAnswers> {
        let start = (BookId(0), String::new(), String::new());
        let (book, principal, key) = after.unwrap_or(&start);
        let sql = "SELECT book, principal, key, at FROM idempotency WHERE (book, principal, key) > (?1, ?2, ?3) \
                   ORDER BY book, principal, key LIMIT ?4";
        let params = [book.param(), principal.param(), key.param(), Param::Int(LOOKED_THROUGH)];
        let rows = self.query(sql, &params, |r| Ok(((r.get(0)?, r.get(1)?, r.get(2)?), r.get::<Timestamp>(3)?)))?;
        let next = rows.last().filter(|_| rows.len() as i64 == LOOKED_THROUGH).map(|(key, _)| AnswerKey::clone(key));
        let before = self.kept_since();
        Ok(OldAnswers { old: rows.into_iter().filter(|(_, at)| *at < before).map(|(key, _)| key).collect(), next })
    }

    /// Takes away those of these answers that were kept long enough, at most [`PRUNED_ROWS_MAX`] of them; answers how many
    /// went.
    pub fn prune_answers(&mut self, actor: &Actor, keys: &[AnswerKey]) -> Result<u32> {
        if keys.len() > PRUNED_ROWS_MAX as usize {
            return Err(Error::limit("answers to be taken away", keys.len(), PRUNED_ROWS_MAX, "rows"));
        }
        let keys: Vec<Vec<Param<'_>>> = keys.iter().map(|(b, p, k)| vec![b.param(), p.param(), k.param()]).collect();
        let before = self.kept_since();
        let mut answers = self.get_all::<Answered>(&keys, true)?;
        answers.retain(|a| a.at < before);
        let lane = self.lane();
        self.prune(actor, &answers, (lane, before, 0))
    }

    fn prune<R: Record>(
        &mut self,
        actor: &Actor,
        rows: &[R],
        (lane, before, upto): (i64, Timestamp, i64),
    ) -> Result<u32> {
        if rows.is_empty() {
            return Ok(0);
        }
        let mut seals = blake3::Hasher::new();
        for row in rows {
            seals.update(&row.seal().0);
            self.remove(row)?;
        }
        let sql = "SELECT max(number) FROM prunings WHERE pruned = ?1 AND lane = ?2";
        let table = R::TABLE.name;
        let last = self.query_one(sql, &[table.into(), Param::Int(lane)], |r| r.get::<Option<i64>>(0))?.flatten();
        self.insert(&mut Pruning {
            pruned: table.into(),
            lane,
            number: last.unwrap_or(0) + 1,
            at: self.now(),
            before,
            rows: rows.len() as i64,
            upto,
            seals: *seals.finalize().as_bytes(),
            seal: Seal::default(),
        })?;
        let what = format!("{} rows of lane {lane} before {}", rows.len(), before.micros());
        self.audit(actor, Audit::of("store.prune", table).after(what).reason("kept long enough"))?;
        Ok(rows.len() as u32)
    }
}
