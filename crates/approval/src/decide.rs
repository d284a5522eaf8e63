//! The checker's side, and what ends a request otherwise.
use crate::EXPIRE_ROWS_MAX;
use crate::approval::{Approval, State, raw};
use crate::codes::{
    ABOVE_RELEASE_LIMIT, APPROVAL_CHANGED, APPROVAL_DECIDED, APPROVAL_EXPIRED, CHECKER_IS_BENEFICIARY,
    MAKER_IS_CHECKER, NOT_THE_MAKER,
};
use crate::events::{Event, Happened};
use kernel::id::{ApprovalId, PersonId};
use kernel::{Actor, Error, Result, Timestamp, Who};
use party::{Change, may, need_step_up, reason};
use store::{Audit, Tx, params};

/// What a yes came to.
#[derive(Debug)]
pub enum Approve {
    /// Another checker is still needed.
    FirstOfTwo,
    /// Judge again, do it and say [`mark_executed`] in this transaction.
    Approved { approval: Approval, payload: String },
    /// The same checker said yes before; nothing is to be done.
    AlreadySo { approval: Approval },
}

/// What a checker's yes or no meets first: nothing of the record but who stands in it.
struct Seen<'a> {
    checker: &'a str,
    /// The checker himself as a customer.
    person: Option<PersonId>,
    shown_hash: &'a str,
    now: Timestamp,
}

/// Whether a decision is possible at all; pure. `Ok(false)` when this checker decided the same before.
fn decidable(a: &Approval, seen: &Seen<'_>, same: &[State]) -> Result<bool> {
    not_his_own(a, seen.checker, seen.person)?;
    if a.hash_text() != seen.shown_hash {
        return Err(Error::new(&APPROVAL_CHANGED, "what was shown is not what waits here"));
    }
    let mine = |by: &Option<String>| by.as_deref() == Some(seen.checker);
    let first = mine(&a.first_by) && same.contains(&State::Approved);
    if same.contains(&a.state) && (mine(&a.decided_by) || first) {
        return Ok(false);
    }
    if a.state != State::Waiting {
        let message = format!("it is {} already", a.state);
        return Err(Error::new(&APPROVAL_DECIDED, message).with("state", a.state));
    }
    if seen.now >= a.expires_at {
        return Err(Error::new(&APPROVAL_EXPIRED, format!("it waited until {}", a.expires_at.local())));
    }
    Ok(true)
}

/// Four eyes: the maker never, as himself or as a customer; nor who gains.
pub(crate) fn not_his_own(a: &Approval, checker: &str, person: Option<PersonId>) -> Result<()> {
    let person = person.map(|p| p.to_string());
    let is = |who: &str| who == checker || person.as_deref() == Some(who);
    if is(&a.maker) {
        return Err(Error::new(&MAKER_IS_CHECKER, "the maker does not check what he made"));
    }
    match &a.beneficiary {
        Some(b) if is(b) => Err(Error::new(&CHECKER_IS_BENEFICIARY, "the checker gains from it")),
        _ => Ok(()),
    }
}

/// The checker as a customer. Programs and processes check nothing.
pub(crate) fn checker_person(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<PersonId>> {
    match actor.who {
        Who::Staff(s) => Ok(party::staff(tx, s)?.person),
        Who::Person(p) | Who::ForFirm { person: p, .. } => Ok(Some(p)),
        Who::Client { .. } | Who::System(_) | Who::Nobody => {
            Err(Error::new(&MAKER_IS_CHECKER, "a program is not a second person"))
        }
    }
}

/// A checker's yes to what he was shown. Errors in this order: not found, `FORBIDDEN` (the permission at the request's
/// scope), `MAKER_IS_CHECKER`, `CHECKER_IS_BENEFICIARY`, `APPROVAL_CHANGED`, `APPROVAL_DECIDED`, `APPROVAL_EXPIRED`,
/// `STEP_UP_NEEDED`, `ABOVE_RELEASE_LIMIT`.
pub fn approve(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Approve> {
    let mut row = raw(tx, id)?;
    let entitlement = may(tx, actor, row.permission, &row.scope())?;
    let (checker, person, now) = (actor.principal(), checker_person(tx, actor)?, tx.now());
    let seen = Seen { checker: &checker, person, shown_hash, now };
    let fresh = decidable(&row, &seen, &[State::Approved, State::Executed, State::Failed])?;
    if !fresh || row.first_by.as_ref() == Some(&checker) {
        return Ok(Approve::AlreadySo { approval: row });
    }
    need_step_up(actor)?;
    if let Some(amount) = row.amount().filter(|a| !entitlement.may_release(*a)) {
        let max = entitlement.limits.release_max;
        let max = kernel::Money::new(max, entitlement.limits.currency);
        let message = format!("{amount} is above your release limit of {max}");
        return Err(Error::new(&ABOVE_RELEASE_LIMIT, message).with("given", amount).with("max", max));
    }
    if row.checkers == 2 && row.first_by.is_none() {
        (row.first_by, row.first_at) = (Some(checker), Some(now));
        write(tx, actor, &mut row, Happened::FirstApproved, "")?;
        return Ok(Approve::FirstOfTwo);
    }
    decided(tx, actor, &mut row, State::Approved, "");
    write(tx, actor, &mut row, Happened::Approved, "")?;
    let payload = row.payload.clone();
    Ok(Approve::Approved { approval: row, payload })
}

/// A checker's no. The reason is for the maker to read.
pub fn refuse(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, why: &str) -> Result<Change> {
    no(tx, actor, id, shown_hash, why, (State::Refused, Happened::Refused))
}

/// Back to the maker to correct: he asks anew, naming this one.
pub fn send_back(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, why: &str) -> Result<Change> {
    no(tx, actor, id, shown_hash, why, (State::SentBack, Happened::SentBack))
}

fn no(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ApprovalId,
    shown_hash: &str,
    why: &str,
    (state, happened): (State, Happened),
) -> Result<Change> {
    let mut row = raw(tx, id)?;
    may(tx, actor, row.permission, &row.scope())?;
    let (checker, person, now) = (actor.principal(), checker_person(tx, actor)?, tx.now());
    let seen = Seen { checker: &checker, person, shown_hash, now };
    if !decidable(&row, &seen, &[state])? {
        return Ok(Change::AlreadySo);
    }
    let why = reason(why)?;
    decided(tx, actor, &mut row, state, &why);
    write(tx, actor, &mut row, happened, &why)?;
    Ok(Change::Done)
}

/// The maker takes it back while nobody has decided. Errors: `NOT_THE_MAKER`, `APPROVAL_DECIDED`.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, why: &str) -> Result<Change> {
    let mut row = raw(tx, id)?;
    if row.maker != actor.principal() {
        return Err(Error::new(&NOT_THE_MAKER, "only the maker cancels"));
    }
    match row.state {
        State::Cancelled => return Ok(Change::AlreadySo),
        State::Waiting => {}
        state => return Err(Error::new(&APPROVAL_DECIDED, format!("it is {state} already")).with("state", state)),
    }
    let why = reason(why)?;
    decided(tx, actor, &mut row, State::Cancelled, &why);
    write(tx, actor, &mut row, Happened::Cancelled, &why)?;
    Ok(Change::Done)
}

/// What it asked for was called off by somebody who may (the caller has asked): nobody decides on it any more. `AlreadySo`
/// when it waits no longer.
pub fn withdraw(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, why: &str) -> Result<Change> {
    let mut row = raw(tx, id)?;
    if row.state != State::Waiting {
        return Ok(Change::AlreadySo);
    }
    let why = reason(why)?;
    decided(tx, actor, &mut row, State::Cancelled, &why);
    write(tx, actor, &mut row, Happened::Cancelled, &why)?;
    Ok(Change::Done)
}

/// Ends at most `limit` (≤ [`EXPIRE_ROWS_MAX`]) requests that waited too long, oldest first. For the clockwork.
pub fn expire_due(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<ApprovalId>> {
    let (actor, now) = (Actor::system("expire"), tx.now());
    let tail = "WHERE state = 'waiting' AND expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2";
    let rows = tx.select_locked::<Approval>(tail, params![now, limit.min(EXPIRE_ROWS_MAX)])?;
    let mut ended = Vec::with_capacity(rows.len());
    for mut row in rows {
        decided(tx, &actor, &mut row, State::Expired, "nobody decided in time");
        write(tx, &actor, &mut row, Happened::Expired, "nobody decided in time")?;
        ended.push(row.id);
    }
    Ok(ended)
}

/// What was approved is done; `outcome` is the id of what came of it. In the transaction of [`approve`].
pub fn mark_executed(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, outcome: &str) -> Result<Change> {
    mark(tx, actor, id, State::Executed, Happened::Executed, outcome)
}

/// What was approved could not be done, and why.
pub fn mark_failed(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, why: &str) -> Result<Change> {
    mark(tx, actor, id, State::Failed, Happened::Failed, why)
}

fn mark(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ApprovalId,
    state: State,
    happened: Happened,
    outcome: &str,
) -> Result<Change> {
    let mut row = raw(tx, id)?;
    if row.state == state {
        return Ok(Change::AlreadySo);
    }
    if row.state != State::Approved {
        let message = format!("it is {}, not approved", row.state);
        return Err(Error::new(&APPROVAL_DECIDED, message).with("state", row.state));
    }
    (row.state, row.done_at, row.outcome) = (state, Some(tx.now()), outcome.to_owned());
    write(tx, actor, &mut row, happened, outcome)?;
    Ok(Change::Done)
}

fn decided(tx: &Tx<'_>, actor: &Actor, row: &mut Approval, state: State, why: &str) {
    (row.state, row.decided_by, row.decided_at) = (state, Some(actor.principal()), Some(tx.now()));
    row.reason = why.to_owned();
}

fn write(tx: &mut Tx<'_>, actor: &Actor, row: &mut Approval, happened: Happened, why: &str) -> Result<()> {
    tx.update(row)?;
    let event = Event::of(happened, row, &actor.principal(), why);
    let action = store::Event::kind(&event);
    let after = format!("{} {}", row.kind, row.hash_text());
    tx.audit(actor, Audit::of(action, row.id).after(after).approval(row.id).reason(why))?;
    tx.emit(&event, &actor.correlation)
}
