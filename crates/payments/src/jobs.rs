//! What time does to open instructions. One that cannot be handled is left for the next run and does not stop the others.
use crate::life::{close, in_state};
use crate::order::State;
use crate::{CHECKER_REFUSED, Desk, SENT_BACK, is_recorded, locked, release};
use approval::State as Asked;
use kernel::id::InstructionId;
use kernel::{Actor, Error, Kind, Result};
use store::{Param, Tx};

/// Rows a job looks at in one go.
pub const JOB_ROWS_MAX: u32 = 1_000;

fn us() -> Actor {
    Actor::system("payments")
}

/// Releases delayed payments whose time has come, at most `most`; answers how many. Where a limit of today stands in the
/// way it is tried again, until the hold is given up.
pub fn release_due(desk: &Desk, most: u32) -> Result<u32> {
    let due = desk.store.read(|tx| past(tx, State::Delayed, most))?;
    each(due, |id| match release(desk, &us(), id, "its delay is over") {
        Ok(_) => Ok(true),
        Err(why) if is_recorded(&why) => {
            tracing::warn!(%id, error = ?why, "a delayed payment was not released");
            Ok(false)
        }
        Err(why) => Err(why),
    })
}

/// Ends open instructions that nobody decided on in time, and those whose approval was ended elsewhere, at most `most` of
/// each state; answers how many.
pub fn expire_due(desk: &Desk, most: u32) -> Result<u32> {
    let orphans = desk.store.read(|tx| orphans(tx, most))?;
    let mut ended = each(orphans, |id| desk.store.write(move |tx| end_orphan(tx, id)))?;
    for state in [State::AwaitingApproval, State::Challenged, State::Held] {
        let due = desk.store.read(|tx| past(tx, state, most))?;
        ended += each(due, |id| desk.store.write(move |tx| end_late(tx, id, state)))?;
    }
    Ok(ended)
}

/// How many `handle` says it ended. A failure of the database stops the run, anything else only the one it met.
fn each(ids: Vec<InstructionId>, handle: impl Fn(InstructionId) -> Result<bool>) -> Result<u32> {
    let mut done = 0;
    for id in ids {
        match handle(id) {
            Ok(ended) => done += u32::from(ended),
            Err(why) if matches!(why.kind(), Kind::Unavailable | Kind::Unknown) => return Err(why),
            Err(why) => tracing::error!(%id, error = ?why, "an open payment cannot be handled"),
        }
    }
    Ok(done)
}

fn past(tx: &mut Tx<'_>, state: State, most: u32) -> Result<Vec<InstructionId>> {
    let now = tx.now();
    let sql = "SELECT id FROM instructions WHERE state IN ('awaiting_approval', 'challenged', 'delayed', 'held') \
               AND state = ?1 AND until <= ?2 ORDER BY until, id LIMIT ?3";
    let params = [state.code().into(), Param::Int(now.micros()), Param::Int(i64::from(most.min(JOB_ROWS_MAX)))];
    tx.query(sql, &params, |r| r.get(0))
}

fn end_late(tx: &mut Tx<'_>, id: InstructionId, state: State) -> Result<bool> {
    let mut i = locked(tx, id)?;
    if i.state != state || i.until.is_none_or(|at| at > tx.now()) {
        return Ok(false);
    }
    close(tx, &us(), &mut i, State::Expired, "payment.expire", "nobody decided in time")?;
    Ok(true)
}

/// Instructions that wait for an approval that waits no more: its checker or maker ended it without a word to the payment.
fn orphans(tx: &mut Tx<'_>, most: u32) -> Result<Vec<InstructionId>> {
    let tail = "WHERE state IN ('awaiting_approval', 'challenged', 'delayed', 'held') AND state = 'awaiting_approval' \
                ORDER BY id LIMIT ?1";
    let waiting = tx.select::<crate::Instruction>(tail, &[Param::Int(i64::from(most.min(JOB_ROWS_MAX)))])?;
    let mut found = Vec::new();
    for i in waiting {
        if let Some(asked) = i.approval
            && approval::raw(tx, asked)?.state != Asked::Waiting
        {
            found.push(i.id);
        }
    }
    Ok(found)
}

fn end_orphan(tx: &mut Tx<'_>, id: InstructionId) -> Result<bool> {
    let mut i = locked(tx, id)?;
    let Some(asked) = i.approval.filter(|_| i.state == State::AwaitingApproval) else { return Ok(false) };
    in_state(&i, &[State::AwaitingApproval])?;
    let asked = approval::raw(tx, asked)?;
    let (state, refusal) = match asked.state {
        Asked::Waiting => return Ok(false),
        Asked::Refused => (State::Refused, CHECKER_REFUSED.name),
        Asked::SentBack => (State::Refused, SENT_BACK.name),
        Asked::Cancelled => (State::Cancelled, ""),
        Asked::Expired => (State::Expired, ""),
        Asked::Approved | Asked::Executed | Asked::Failed => {
            return Err(Error::broken(format!("{id} waits for an approval that is {}", asked.state)));
        }
    };
    i.refusal = refusal.into();
    if state == State::Refused {
        i.reasons.0 = vec![asked.reason.clone()];
    }
    close(tx, &us(), &mut i, state, "payment.follow_approval", &asked.reason)?;
    Ok(true)
}
