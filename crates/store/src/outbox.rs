//! The outbox: what happened, written in the same transaction, delivered at least once and in order per aggregate.
//!
//! A consumer has a cursor per lane. It reads events after its cursors, oldest first over all lanes, and moves a cursor in
//! the transaction that handled the event. An event whose handler fails is parked: it is tried again later, at most
//! [`PARK_AFTER_TRIES`] times, and until it is done or dropped by the operator the later events of the same aggregate are
//! parked behind it, so their order holds while other aggregates go on.
use crate::Seal;
use crate::sql::{Param, Row};
use crate::tx::Tx;
use kernel::{BookId, Error, Id, Result, Timestamp, id::EventId};
use std::borrow::Cow;

/// Tries before an event waits for the operator.
pub const PARK_AFTER_TRIES: u32 = 8;
/// Seconds between the tries of a parked event grow from this, doubling.
pub const RETRY_SECONDS_FIRST: i64 = 2;

/// An event to be told; `payload` is JSON with ids and masked text only.
pub trait Event: serde::Serialize {
    /// `payroll.paid`: stable, documented in docs/api.
    fn kind(&self) -> &'static str;
    /// The id of the thing it happened to; order holds per aggregate.
    fn aggregate(&self) -> String;
}

/// An event as it stands in the outbox.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Outbox {
    pub pos: i64,
    pub id: EventId,
    pub at: Timestamp,
    pub kind: String,
    pub aggregate: String,
    pub payload: serde_json::Value,
    pub correlation: String,
}

/// An event that could not be handled yet.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ParkedEvent {
    pub consumer: String,
    pub pos: i64,
    pub aggregate: String,
    pub tries: u32,
    pub next_at: Timestamp,
    pub error: String,
}

crate::record! {
    pub(crate) struct Told in "outbox" key 1 {
        pub(crate) pos: i64,
        id: EventId,
        pub(crate) at: Timestamp,
        kind: String,
        aggregate: String,
        payload: String,
        correlation: String,
    }
}

pub(crate) const TABLE: &crate::Table = <Told as crate::Record>::TABLE;

impl Told {
    fn read(self) -> Result<Outbox> {
        let Told { pos, id, at, kind, aggregate, payload, correlation, .. } = self;
        let payload = serde_json::from_str(&payload)
            .map_err(|e| Error::broken(format!("the event at {pos} has no readable payload")).caused_by(e))?;
        Ok(Outbox { pos, id, at, kind, aggregate, payload, correlation })
    }
}

fn parked_row(r: &Row<'_>) -> Result<ParkedEvent> {
    Ok(ParkedEvent {
        consumer: r.get(0)?,
        pos: r.get(1)?,
        aggregate: r.get(2)?,
        tries: r.get(3)?,
        next_at: r.get(4)?,
        error: r.get(5)?,
    })
}

impl Tx<'_> {
    /// Puts an event into the outbox of this transaction.
    pub fn emit(&mut self, event: &impl Event, correlation: &str) -> Result<()> {
        let pos = self.next_event()?;
        // The clock is read again: whoever waited for another's lock must not look earlier than him.
        let at = self.clock().now().max(self.now());
        let id = EventId::new(at, BookId::HEAD_OFFICE);
        let payload =
            serde_json::to_string(event).map_err(|e| Error::broken("an event has no JSON form").caused_by(e))?;
        self.insert(&mut Told {
            pos,
            id,
            at,
            kind: event.kind().into(),
            aggregate: event.aggregate(),
            payload,
            correlation: correlation.into(),
            seal: Seal::default(),
        })
    }

    /// Events that `consumer` has not passed, oldest first, at most `rows`.
    pub fn outbox_after_cursor(&mut self, consumer: &str, rows: u32) -> Result<Vec<Outbox>> {
        let lanes = self.query(
            "SELECT l.lane, coalesce(c.pos, l.lane * 17592186044416) FROM lanes l LEFT JOIN outbox_cursors c ON c.lane = l.lane AND c.consumer = ?1 ORDER BY l.lane",
            &[Param::Text(Cow::Borrowed(consumer))],
            |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)),
        )?;
        let mut events = Vec::new();
        for (lane, cursor) in lanes {
            let end = (lane + 1) << crate::chain::LANE_SHIFT;
            let params = [Param::Int(cursor), Param::Int(end), Param::Int(i64::from(rows))];
            events.extend(self.select::<Told>("WHERE pos > ?1 AND pos < ?2 ORDER BY pos LIMIT ?3", &params)?);
        }
        events.sort_by_key(|e| (e.at, e.pos));
        events.truncate(rows as usize);
        events.into_iter().map(Told::read).collect()
    }

    /// The event at a position.
    pub fn outbox_at(&mut self, pos: i64) -> Result<Option<Outbox>> {
        self.get::<Told>(&[Param::Int(pos)])?.map(Told::read).transpose()
    }

    /// Moves a consumer's cursor past the event at `pos`. Cursors only move forward; a second move to the same place says `false`.
    pub fn outbox_passed(&mut self, consumer: &str, pos: i64) -> Result<bool> {
        let sql = "INSERT INTO outbox_cursors (consumer, lane, pos) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (consumer, lane) DO UPDATE SET pos = excluded.pos WHERE outbox_cursors.pos < excluded.pos";
        let lane = pos >> crate::chain::LANE_SHIFT;
        Ok(self.execute(sql, &[Param::Text(Cow::Borrowed(consumer)), Param::Int(lane), Param::Int(pos)])? == 1)
    }

    /// Whether an event of the aggregate that is older than the one at `before` is parked for this consumer. Positions
    /// tell the order within a lane only; over lanes it is the time.
    pub fn outbox_is_held_up(&mut self, consumer: &str, aggregate: &str, before: i64) -> Result<bool> {
        let sql = "SELECT count(*) FROM outbox_parked p JOIN outbox e ON e.pos = p.pos WHERE p.consumer = ?1 AND p.aggregate = ?2 \
                   AND (e.at, e.pos) < (SELECT at, pos FROM outbox WHERE pos = ?3)";
        let n: Option<i64> = self.query_one(
            sql,
            &[Param::Text(Cow::Borrowed(consumer)), Param::Text(Cow::Borrowed(aggregate)), Param::Int(before)],
            |r| r.get(0),
        )?;
        Ok(n.unwrap_or(0) > 0)
    }

    /// Parks an event (or counts one more failed try of a parked one) until its next try. Tries of 0 wait behind another.
    pub fn outbox_park(&mut self, consumer: &str, event: &Outbox, tries: u32, error: &str) -> Result<()> {
        let wait = RETRY_SECONDS_FIRST << tries.saturating_sub(1).min(PARK_AFTER_TRIES);
        let next_at = if tries == 0 { self.now() } else { self.now().plus(wait * kernel::clock::SECOND) };
        let sql = "INSERT INTO outbox_parked (consumer, pos, aggregate, tries, next_at, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                   ON CONFLICT (consumer, pos) DO UPDATE SET tries = excluded.tries, next_at = excluded.next_at, error = excluded.error";
        let error: String = error.chars().take(500).collect();
        let params = [
            Param::Text(Cow::Borrowed(consumer)),
            Param::Int(event.pos),
            Param::Text(Cow::Borrowed(&event.aggregate)),
            Param::Int(i64::from(tries)),
            Param::Int(next_at.micros()),
            Param::Text(error.into()),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// Takes a parked event out, done or dropped.
    pub fn outbox_unpark(&mut self, consumer: &str, pos: i64) -> Result<bool> {
        Ok(self.execute(
            "DELETE FROM outbox_parked WHERE consumer = ?1 AND pos = ?2",
            &[Param::Text(Cow::Borrowed(consumer)), Param::Int(pos)],
        )? == 1)
    }

    /// Parked events whose next try is due and that are not waiting for the operator, oldest first.
    pub fn outbox_due(&mut self, consumer: &str, rows: u32) -> Result<Vec<ParkedEvent>> {
        let sql = "SELECT p.consumer, p.pos, p.aggregate, p.tries, p.next_at, p.error FROM outbox_parked p \
                   JOIN outbox e ON e.pos = p.pos WHERE p.consumer = ?1 AND p.next_at <= ?2 AND p.tries < ?3 \
                   ORDER BY e.at, e.pos LIMIT ?4";
        let params = [
            Param::Text(Cow::Borrowed(consumer)),
            Param::Int(self.now().micros()),
            Param::Int(i64::from(PARK_AFTER_TRIES)),
            Param::Int(i64::from(rows)),
        ];
        self.query(sql, &params, parked_row)
    }

    /// All parked events, for the operator's page.
    pub fn outbox_parked(&mut self, rows: u32) -> Result<Vec<ParkedEvent>> {
        let sql =
            "SELECT consumer, pos, aggregate, tries, next_at, error FROM outbox_parked ORDER BY consumer, pos LIMIT ?1";
        self.query(sql, &[Param::Int(i64::from(rows))], parked_row)
    }

    /// Puts an event that waits for the operator back to its first try.
    pub fn outbox_try_again(&mut self, consumer: &str, pos: i64) -> Result<bool> {
        let params = [Param::Text(Cow::Borrowed(consumer)), Param::Int(pos), Param::Int(self.now().micros())];
        Ok(self
            .execute("UPDATE outbox_parked SET tries = 0, next_at = ?3 WHERE consumer = ?1 AND pos = ?2", &params)?
            == 1)
    }
}
