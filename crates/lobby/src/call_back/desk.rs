//! The queue, and the side of those who call.
use super::promise::again;
use super::{CallBack, CallState, Event, Happened, Outcome, PHONE, QUEUE_ROWS_MAX, TRIES_MAX, Topic};
use crate::codes::{CALL_BACK_CLOSED, CALL_BACK_NOT_YOURS, CALL_BACK_TAKEN};
use kernel::id::CallBackId;
use kernel::{Actor, Error, Id, Result, Timestamp, Who};
use party::{Change, Permission, REASON_CHARS_MAX, Scope, branch_of, may, rights, staff, who_name};
use std::collections::HashMap;
use store::{Audit, Tx, params};

const OPEN: &str = "WHERE state IN ('asked', 'taken', 'not_reached') ORDER BY promised_by, id LIMIT ?1";

/// The open requests of the actor's branches in the order in which they are to be called, at most `most`. Needs `call_back.take`.
pub fn queue(tx: &mut Tx<'_>, actor: &Actor, most: usize) -> Result<Vec<CallBack>> {
    let held = rights(tx, actor)?;
    let mut here: HashMap<kernel::BookId, bool> = HashMap::new();
    let mut found = Vec::new();
    for row in tx.select::<CallBack>(OPEN, params![QUEUE_ROWS_MAX])? {
        let in_reach = match here.get(&row.book) {
            Some(known) => *known,
            None => {
                let branch = branch_of(tx, row.book)?;
                let may = held.entitle(Permission::CallBackTake, &Scope::branch(branch.id), Some(&branch.path)).is_ok();
                here.insert(row.book, may);
                may
            }
        };
        if in_reach {
            found.push(row);
        }
    }
    let now = tx.now();
    found.sort_by_key(|c| rank(c, now));
    found.truncate(most);
    Ok(found)
}

/// What may be called now before what is for later; then who fears a fraud, then elders, then whoever waits longest.
fn rank(call: &CallBack, now: Timestamp) -> (bool, bool, bool, Timestamp) {
    (call.call_from > now, call.topic != Topic::Suspicious, !call.elder, call.asked_at)
}

/// How many requests wait for somebody to take them in the actor's branches.
pub fn waiting(tx: &mut Tx<'_>, actor: &Actor, most: usize) -> Result<usize> {
    Ok(queue(tx, actor, most)?.iter().filter(|c| c.state != CallState::Taken).count())
}

/// The request, for staff of its branch. Needs `call_back.take` there.
pub fn call(tx: &mut Tx<'_>, actor: &Actor, id: CallBackId) -> Result<CallBack> {
    let row = tx.load::<CallBack>(params![id.book(), id])?.ok_or_else(|| Error::not_found("call-back", id))?;
    let branch = branch_of(tx, row.book)?;
    may(tx, actor, Permission::CallBackTake, &Scope::branch(branch.id))?;
    Ok(row)
}

/// Takes a request: from now on the customer sees who will call. One that a colleague has taken is left to him unless it
/// is overdue. Errors: `call_back_taken`, `call_back_closed`.
pub fn take(tx: &mut Tx<'_>, actor: &Actor, id: CallBackId) -> Result<Change> {
    let mut row = call(tx, actor, id)?;
    if !matches!(actor.who, Who::Staff(_)) {
        return Err(Error::forbidden("a member of staff calls"));
    }
    let me = actor.principal();
    if !taking(&row, &me, tx.now())? {
        return Ok(Change::AlreadySo);
    }
    (row.state, row.taken_by, row.taken_at) = (CallState::Taken, Some(me), Some(tx.now()));
    write(tx, actor, &mut row, Happened::Taken)?;
    Ok(Change::Done)
}

/// Whether it may be taken; `false` when it is his already.
fn taking(row: &CallBack, me: &str, now: Timestamp) -> Result<bool> {
    match row.state {
        CallState::Asked | CallState::NotReached => Ok(true),
        CallState::Taken if row.taken_by.as_deref() == Some(me) => Ok(false),
        CallState::Taken if row.is_late(now) => Ok(true),
        CallState::Taken => Err(Error::new(&CALL_BACK_TAKEN, "a colleague has taken it")),
        _ => Err(closed(row)),
    }
}

fn closed(row: &CallBack) -> Error {
    Error::new(&CALL_BACK_CLOSED, format!("it is {}", row.state)).with("state", row.state)
}

/// The request, when the actor has taken it.
fn mine(tx: &mut Tx<'_>, actor: &Actor, id: CallBackId) -> Result<CallBack> {
    let row = call(tx, actor, id)?;
    match row.state {
        CallState::Taken if row.taken_by.as_deref() == Some(actor.principal().as_str()) => Ok(row),
        CallState::Taken | CallState::Asked | CallState::NotReached => {
            Err(Error::new(&CALL_BACK_NOT_YOURS, "you have not taken this request"))
        }
        _ => Err(closed(&row)),
    }
}

/// The number to ring, in the clear, for who took the request; written down before it is answered. Empty for somebody at a machine. In a
/// write transaction only.
pub fn number(tx: &mut Tx<'_>, actor: &Actor, id: CallBackId) -> Result<String> {
    let row = mine(tx, actor, id)?;
    if row.is_at_machine() {
        return Ok(String::new());
    }
    let object = row.person.map_or_else(|| id.to_string(), |p| p.to_string());
    tx.audit(actor, Audit::of("call_back.number", object).after(row.phone_masked.clone()).reason(id.to_string()))?;
    let plain = tx.keys().decrypt_own(PHONE, &row.phone)?;
    String::from_utf8(plain.to_vec()).map_err(|e| Error::broken("a phone is no text").caused_by(e))
}

/// She was reached, and what came of it.
pub fn done(tx: &mut Tx<'_>, actor: &Actor, id: CallBackId, outcome: Outcome, note: &str) -> Result<Change> {
    let row = call(tx, actor, id)?;
    if row.state == CallState::Done && row.ended_by.as_deref() == Some(actor.principal().as_str()) {
        return Ok(Change::AlreadySo);
    }
    let mut row = mine(tx, actor, id)?;
    row.note = noted(note)?;
    (row.state, row.outcome, row.tries) = (CallState::Done, Some(outcome), row.tries + 1);
    (row.ended_by, row.ended_at) = (Some(actor.principal()), Some(tx.now()));
    write(tx, actor, &mut row, Happened::Done)?;
    Ok(Change::Done)
}

/// Nobody answered: it comes back into the queue a while later, and is given up after [`TRIES_MAX`] tries; whoever left a machine
/// is not waited for.
pub fn not_reached(tx: &mut Tx<'_>, actor: &Actor, id: CallBackId, note: &str) -> Result<Change> {
    let mut row = mine(tx, actor, id)?;
    let now = tx.now();
    row.note = noted(note)?;
    row.tries += 1;
    if row.tries >= TRIES_MAX || row.is_at_machine() {
        (row.state, row.ended_by, row.ended_at) = (CallState::GivenUp, Some(actor.principal()), Some(now));
        write(tx, actor, &mut row, Happened::GivenUp)?;
        return Ok(Change::Done);
    }
    let promise = again(now, row.elder)?;
    (row.state, row.call_from, row.promised_by) = (CallState::NotReached, promise.from, promise.by);
    row.overdue_at = None;
    write(tx, actor, &mut row, Happened::NotReached)?;
    Ok(Change::Done)
}

fn noted(note: &str) -> Result<String> {
    let note = note.trim();
    match note.chars().count() {
        n if n > REASON_CHARS_MAX => Err(Error::limit("note", n, REASON_CHARS_MAX, "characters")),
        _ => Ok(note.to_owned()),
    }
}

/// Marks what nobody did in time, at most `limit`; answers how many. For the clockwork.
pub fn mark_overdue(tx: &mut Tx<'_>, limit: u32) -> Result<u32> {
    let (actor, now) = (Actor::system("expire"), tx.now());
    let tail = "WHERE state IN ('asked', 'taken', 'not_reached') AND promised_by < ?1 AND overdue_at IS NULL \
                ORDER BY book, id LIMIT ?2";
    let late = tx.select_locked::<CallBack>(tail, params![now, limit])?;
    let count = late.len() as u32;
    for mut row in late {
        row.overdue_at = Some(now);
        write(tx, &actor, &mut row, Happened::Overdue)?;
    }
    Ok(count)
}

pub(super) fn write(tx: &mut Tx<'_>, actor: &Actor, row: &mut CallBack, what: Happened) -> Result<()> {
    tx.update(row)?;
    let taker = row.taken_by.clone().unwrap_or_default();
    let from = if taker.is_empty() { taker } else { who_name(tx, &taker)? };
    let event = Event::of(what, row, from);
    let outcome = row.outcome.map_or("", Outcome::code);
    tx.audit(actor, Audit::of(store::Event::kind(&event), row.id).after(outcome).reason(row.note.clone()))?;
    tx.emit(&event, &actor.correlation)
}

/// Who took it, as the customer sees him.
pub fn taker(tx: &mut Tx<'_>, row: &CallBack) -> Result<Option<party::Manager>> {
    let id = row.taken_by.as_deref().and_then(|who| who.parse().ok());
    let Some(id) = id.filter(|_| row.state == CallState::Taken) else { return Ok(None) };
    match staff(tx, id)?.left_at {
        Some(_) => Ok(None),
        None => party::face_of(tx, id).map(Some),
    }
}
