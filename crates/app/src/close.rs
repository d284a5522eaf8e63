//! Close of day: what stands in the way, then the trial balance, the day's ends and the signed root; then the night's work on
//! deposits, which begins in the closing transaction and goes on by itself if it is broken off, and the look for large sums to report.
//!
//! A business day closes when nothing made at a counter waits for authorisation: neither a payment nor another command that
//! was asked for in a branch; and when the cash is put away: no till open, nothing under way inside a branch, every vault that
//! moved counted, no machine in the middle of a visit. Payments under way to other banks, delayed ones, and what customers' own checkers have not
//! decided yet do not stand in the way; they are money on hold or on the way and are counted where they are.
use crate::codes::DAY_NOT_AFTER;
use crate::{Bank, relay};
use kernel::{Actor, BookId, Date, Error, Result};
use party::{Permission, Scope};
use serde::Serialize;
use std::fmt;
use store::{Column, Param, Tx};

/// Something that must be decided before the day can close.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocker {
    pub book: BookId,
    /// The branch's name.
    pub branch: String,
    /// `payments`, `approvals`, or what [`till::blockers`] names.
    pub what: &'static str,
    pub count: u64,
}

/// A day that was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Closed {
    pub date: Date,
    /// The day that is open now.
    pub next: Date,
    /// Lines of the trial balance.
    pub lines: usize,
    /// Lanes and chains under the root.
    pub heads: usize,
    /// Merkle root and signature, lower-case hexadecimal.
    pub root: String,
    pub signature: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Close {
    Blocked(Vec<Blocker>),
    Closed(Closed),
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Close::Blocked(list) => {
                writeln!(f, "the day stays open; decide these first:")?;
                list.iter().try_for_each(|b| writeln!(f, "  {} ({}): {} {} wait", b.branch, b.book, b.count, b.what))
            }
            Close::Closed(c) => {
                writeln!(f, "{} is closed, {} is open", c.date, c.next)?;
                writeln!(f, "  trial balance: {} lines, in balance", c.lines)?;
                writeln!(f, "  root      {}", c.root)?;
                writeln!(f, "  signature {}", c.signature)
            }
        }
    }
}

/// What stands in the way now, by branch.
pub fn blockers(tx: &mut Tx<'_>) -> Result<Vec<Blocker>> {
    let mut found = Vec::new();
    for branch in party::branches(tx)? {
        let payments = payments::waiting_in(tx, branch.book)?;
        let approvals = counter_approvals(tx, branch.book)?;
        for (what, count) in [("payments", payments), ("approvals", approvals)] {
            if count > 0 {
                found.push(Blocker { book: branch.book, branch: branch.name_zh.clone(), what, count });
            }
        }
        for till::Blocked { what, count } in till::blockers(tx, branch.book)? {
            found.push(Blocker { book: branch.book, branch: branch.name_zh.clone(), what, count });
        }
    }
    Ok(found)
}

/// What staff asked for at a counter about a customer's account. Payments are counted by themselves; a firm's own checkers
/// and the head office's settings (tariffs, roles) have no closing time.
const COUNTER_KINDS: [&str; 3] = ["freeze", "unfreeze", "tier"];
/// Requests of a book counted at most.
const COUNTED_MAX: u32 = 1_000;

fn counter_approvals(tx: &mut Tx<'_>, book: BookId) -> Result<u64> {
    if approval::waiting_in(tx, book)? == 0 {
        return Ok(0);
    }
    let tail =
        "WHERE state = 'waiting' AND book = ?1 AND substr(maker, 1, 5) = 'staf_' AND kind IN (?2, ?3, ?4) LIMIT ?5";
    let [freeze, unfreeze, tier] = COUNTER_KINDS.map(Param::from);
    Ok(tx.select::<approval::Approval>(tail, &[book.param(), freeze, unfreeze, tier, COUNTED_MAX.param()])?.len()
        as u64)
}

/// Closes the open business day and opens `to`. `day.close` for the whole bank. `Err(DAY_NOT_AFTER)`; the ledger's
/// `day_out_of_balance`, which leaves the day open. `progress` hears what is being done, how far it is, and of how much (0: not
/// known).
pub fn close_day(bank: &Bank, actor: &Actor, to: Date, progress: &mut dyn FnMut(&str, u64, u64)) -> Result<Close> {
    let asker = actor.clone();
    let open = bank.read(|tx| {
        party::may(tx, &asker, Permission::DayClose, &Scope::bank())?;
        tx.business_date()
    })?;
    if to <= open {
        return Err(Error::new(&DAY_NOT_AFTER, format!("{to} is not after {open}, the open day")).with("open", open));
    }
    // A night that was broken off is finished before the next day ends.
    night(bank, progress)?;
    progress("events", 0, 0);
    relay::pump(&bank.store)?;
    progress("holds", 0, 0);
    while bank.write(|tx| ledger::expire_due(tx, ledger::EXPIRE_AT_ONCE_MAX))? == ledger::EXPIRE_AT_ONCE_MAX as usize {}
    progress("blockers", 0, 0);
    let asker = actor.clone();
    let closed = bank.write(move |tx| {
        party::may(tx, &asker, Permission::DayClose, &Scope::bank())?;
        // Looked at in the transaction that closes: nothing slips in between.
        let waiting = blockers(tx)?;
        if !waiting.is_empty() {
            return Ok(Close::Blocked(waiting));
        }
        let day = ledger::day::close(tx, &asker, to)?;
        deposits::night_begin(tx, day.date, to)?;
        Ok(Close::Closed(Closed {
            date: day.date,
            next: to,
            lines: day.trial_balance.0.len(),
            heads: day.heads.0.len(),
            root: data_encoding::HEXLOWER.encode(&day.root),
            signature: data_encoding::HEXLOWER.encode(&day.signature),
        }))
    })?;
    if matches!(closed, Close::Closed(_))
        && let Err(why) = night(bank, progress)
    {
        // The day is closed all the same; the clockwork, or the next close, goes on where it broke off.
        tracing::error!(error = ?why, "the night's work on deposits broke off");
    }
    if matches!(closed, Close::Closed(_)) {
        progress("reports", 0, 0);
        if let Err(why) = reporting::go_on(&bank.store, &*bank.receiver) {
            // The clockwork looks through the day again.
            tracing::error!(error = ?why, "the day's look for large sums broke off");
        }
    }
    progress("done", 0, 0);
    Ok(closed)
}

/// Goes on with the nights of deposits until none is left; tells the step it is at. The clockwork does the same, so a night that
/// breaks off here goes on there.
fn night(bank: &Bank, progress: &mut dyn FnMut(&str, u64, u64)) -> Result<()> {
    let all = bank.read(ledger::accounts_count)?;
    loop {
        let done = deposits::night_go_on(&bank.desk, NIGHT_STEPS_TOLD)?;
        let Some(night) = done.night else { return Ok(()) };
        let far = |n: i64| u64::try_from(n).unwrap_or(0);
        match night.step {
            deposits::Step::Accrue => progress(night_step(night.step), far(night.accounts), all),
            deposits::Step::Pay => progress(night_step(night.step), far(night.paid), 0),
            step => progress(night_step(step), far(night.matured), 0),
        }
    }
}

/// Steps of a night between two words on how far it is.
const NIGHT_STEPS_TOLD: u32 = 8;

fn night_step(step: deposits::Step) -> &'static str {
    match step {
        deposits::Step::Accrue => "interest",
        deposits::Step::Post => "interest-post",
        deposits::Step::Pay => "interest-pay",
        deposits::Step::Mature | deposits::Step::Done => "deposits-due",
    }
}
