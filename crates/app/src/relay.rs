//! The relay: every event of the outbox, to every consumer, in order.
//!
//! A consumer reads what lies after its cursors, oldest first, at most [`EVENTS_AT_ONCE_MAX`] a transaction. Its handler and
//! the move of the cursor are one transaction, so what it does in the database happens exactly once, also when two
//! processes pump. An event that tells many people at once has a transaction to itself. When one event of a batch fails, the batch is done again one by one; the one that fails is *parked* and
//! the later events of the same aggregate are parked behind it, while everything else goes on. A parked event is tried
//! again after 2 seconds, doubling; after [`store::PARK_AFTER_TRIES`] tries it waits for the operator, who looks at the
//! error and has it tried again ([`try_again`]) or gives it up with a reason ([`drop_event`]); both are audited.
//! A database that is not there parks nothing: the pump stops and goes on later.
use crate::codes::NOT_PARKED;
use crate::{reactions, webhooks};
use kernel::{Actor, Error, Kind, Result, Timestamp};
use party::{Permission, Scope};
use store::{Audit, Outbox, PARK_AFTER_TRIES, Store, Tx};

/// Events handled in one transaction at most.
pub const EVENTS_AT_ONCE_MAX: u32 = 100;
/// Transactions of one consumer in one pump at most; the rest waits for the next.
pub const BATCHES_PER_PUMP_MAX: u32 = 100;
/// Parked events tried in one pump of a consumer at most.
pub const RETRIES_PER_PUMP_MAX: u32 = 1_000;
/// Parked events shown to the operator at most.
pub const PARKED_SHOWN_MAX: u32 = 500;

type Handler = fn(&mut Tx<'_>, &Outbox) -> Result<()>;

/// One who must hear of events, by a stable name: its cursors stand under it.
#[derive(Clone, Copy)]
pub(crate) struct Consumer {
    pub name: &'static str,
    pub handle: Handler,
}

/// All consumers, in the order in which they are served.
pub(crate) const CONSUMERS: &[Consumer] = &[
    Consumer { name: "processes", handle: reactions::processes },
    Consumer { name: "notices", handle: reactions::notices },
    Consumer { name: "webhooks", handle: webhooks::queue },
];

/// What one pump did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pumped {
    /// Events that were handled, by all consumers together.
    pub handled: u32,
    pub parked: u32,
    /// Parked events that went through.
    pub mended: u32,
    pub more: bool,
}

/// Serves every consumer until nothing is left. Errors are the store's.
pub fn pump(store: &Store) -> Result<Pumped> {
    pump_to(store, CONSUMERS)
}

pub(crate) fn pump_to(store: &Store, consumers: &[Consumer]) -> Result<Pumped> {
    let mut done = Pumped::default();
    for consumer in consumers {
        retry(store, *consumer, &mut done)?;
        let mut left = BATCHES_PER_PUMP_MAX;
        while left > 0 && batch(store, *consumer, &mut done)? > 0 {
            left -= 1;
        }
        done.more |= left == 0;
    }
    Ok(done)
}

/// Whether a failure says something about the event, and not about the database or the load.
fn is_its_own(why: &Error) -> bool {
    !matches!(why.kind(), Kind::Unavailable | Kind::Unknown) && !why.is(&store::BUSY)
}

fn batch(store: &Store, consumer: Consumer, done: &mut Pumped) -> Result<usize> {
    let events = store.read(|tx| tx.outbox_after_cursor(consumer.name, EVENTS_AT_ONCE_MAX))?;
    let events = at_once(events);
    if events.is_empty() {
        return Ok(0);
    }
    let all = events.clone();
    let once =
        store.write(move |tx| all.iter().try_fold(Pumped::default(), |sum, e| Ok(sum.and(one(tx, consumer, e)?))));
    match once {
        Ok(sum) => *done = done.and(sum),
        Err(why) if is_its_own(&why) => {
            for event in events.clone() {
                *done = done.and(alone(store, consumer, event)?);
            }
        }
        Err(why) => return Err(why),
    }
    Ok(events.len())
}

/// As many as one transaction takes: a heavy event stands alone, so that nobody else waits long behind it.
fn at_once(mut events: Vec<Outbox>) -> Vec<Outbox> {
    let heavy = events.iter().position(|e| reactions::is_heavy(&e.kind));
    events.truncate(heavy.map_or(events.len(), |n| n.max(1)));
    events
}

impl Pumped {
    fn and(self, other: Pumped) -> Pumped {
        Pumped {
            handled: self.handled + other.handled,
            parked: self.parked + other.parked,
            mended: self.mended + other.mended,
            more: self.more || other.more,
        }
    }
}

/// Handles an event, or parks it behind an older one of its aggregate. One that another process has handled is left.
fn one(tx: &mut Tx<'_>, consumer: Consumer, event: &Outbox) -> Result<Pumped> {
    if !tx.outbox_passed(consumer.name, event.pos)? {
        return Ok(Pumped::default());
    }
    if tx.outbox_is_held_up(consumer.name, &event.aggregate, event.pos)? {
        tx.outbox_park(consumer.name, event, 0, "an earlier event of the same thing waits")?;
        return Ok(Pumped { parked: 1, ..Pumped::default() });
    }
    (consumer.handle)(tx, event)?;
    Ok(Pumped { handled: 1, ..Pumped::default() })
}

fn alone(store: &Store, consumer: Consumer, event: Outbox) -> Result<Pumped> {
    let handled = event.clone();
    let why = match store.write(move |tx| one(tx, consumer, &handled)) {
        Err(why) if is_its_own(&why) => why,
        done => return done,
    };
    tracing::warn!(consumer = consumer.name, event = %event.id, kind = event.kind, error = ?why, "an event is parked");
    let error = shown(&why);
    store.write(move |tx| {
        if !tx.outbox_passed(consumer.name, event.pos)? {
            return Ok(Pumped::default());
        }
        tx.outbox_park(consumer.name, &event, 1, &error)?;
        Ok(Pumped { parked: 1, ..Pumped::default() })
    })
}

fn shown(why: &Error) -> String {
    format!("{}: {}", why.code().name, why.message())
}

/// Tries parked events whose time has come, oldest first.
fn retry(store: &Store, consumer: Consumer, done: &mut Pumped) -> Result<()> {
    for parked in store.read(|tx| tx.outbox_due(consumer.name, RETRIES_PER_PUMP_MAX))? {
        let pos = parked.pos;
        let tried = store.write(move |tx| {
            let event = event_at(tx, pos)?;
            if tx.outbox_is_held_up(consumer.name, &event.aggregate, pos)? || !tx.outbox_unpark(consumer.name, pos)? {
                return Ok(0);
            }
            (consumer.handle)(tx, &event).map(|()| 1)
        });
        match tried {
            Ok(mended) => done.mended += mended,
            Err(why) if is_its_own(&why) => {
                let (error, tries) = (shown(&why), parked.tries + 1);
                if tries >= PARK_AFTER_TRIES {
                    tracing::error!(consumer = consumer.name, pos, error, "an event waits for the operator");
                }
                store.write(move |tx| {
                    let event = event_at(tx, pos)?;
                    tx.outbox_park(consumer.name, &event, tries, &error)
                })?;
            }
            Err(why) => return Err(why),
        }
    }
    Ok(())
}

fn event_at(tx: &mut Tx<'_>, pos: i64) -> Result<Outbox> {
    tx.outbox_at(pos)?.ok_or_else(|| Error::broken(format!("there is no event {pos}")))
}

/// A parked event as the operator sees it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Parked {
    pub consumer: String,
    pub pos: i64,
    pub kind: String,
    pub aggregate: String,
    pub told_at: Timestamp,
    pub tries: u32,
    pub next_at: Timestamp,
    pub error: String,
    /// No further try comes by itself.
    pub waits_for_operator: bool,
}

/// Parked events of all consumers, at most [`PARKED_SHOWN_MAX`]. `outbox.operate`.
pub fn parked(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Parked>> {
    party::may(tx, actor, Permission::OutboxOperate, &Scope::bank())?;
    let rows = tx.outbox_parked(PARKED_SHOWN_MAX)?;
    rows.into_iter()
        .map(|p| {
            let event = event_at(tx, p.pos)?;
            let waits_for_operator = p.tries >= PARK_AFTER_TRIES;
            let (kind, told_at) = (event.kind, event.at);
            let store::ParkedEvent { consumer, pos, aggregate, tries, next_at, error } = p;
            Ok(Parked { consumer, pos, kind, aggregate, told_at, tries, next_at, error, waits_for_operator })
        })
        .collect()
}

/// Has a parked event tried again, from the first try. `outbox.operate`; `Err(NOT_PARKED)` when it is not parked any more.
pub fn try_again(tx: &mut Tx<'_>, actor: &Actor, consumer: &str, pos: i64) -> Result<()> {
    party::may(tx, actor, Permission::OutboxOperate, &Scope::bank())?;
    let event = tx.outbox_at(pos)?.ok_or_else(|| not_parked(consumer, pos))?;
    if !tx.outbox_try_again(consumer, pos)? {
        return Err(not_parked(consumer, pos));
    }
    tx.audit(actor, Audit::of("outbox.try_again", event.id).after(format!("{consumer} {}", event.kind)))
}

/// Gives a parked event up: its consumer never hears of it. `outbox.operate` and a reason.
pub fn drop_event(tx: &mut Tx<'_>, actor: &Actor, consumer: &str, pos: i64, reason: &str) -> Result<()> {
    party::may(tx, actor, Permission::OutboxOperate, &Scope::bank())?;
    let reason = party::reason(reason)?;
    let event = tx.outbox_at(pos)?.ok_or_else(|| not_parked(consumer, pos))?;
    if !tx.outbox_unpark(consumer, pos)? {
        return Err(not_parked(consumer, pos));
    }
    let entry =
        Audit::of("outbox.drop", event.id).change(format!("{consumer} {}", event.kind), "dropped").reason(reason);
    tx.audit(actor, entry)
}

fn not_parked(consumer: &str, pos: i64) -> Error {
    Error::new(&NOT_PARKED, format!("event {pos} is not parked for {consumer}"))
        .with("consumer", consumer)
        .with("pos", pos)
}
