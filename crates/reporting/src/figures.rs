//! What is counted of a day at a branch, and a month of it.
use crate::{DAYS_BACK_MAX, FIGURE_DAYS_MAX, bad};
use kernel::clock::{DAY, HOUR};
use kernel::id::BranchId;
use kernel::{Actor, BookId, Date, Error, Owner, Result, Timestamp};
use party::{Permission, Scope};
use std::collections::BTreeMap;
use store::{Seal, Tx, params};

/// Microseconds.
const MILLISECOND: i64 = 1_000;

store::text_enum! {
    /// What is counted.
    pub enum What {
        /// Decisions of the guard; the code is a `guard::Verdict`.
        Decision = "decision",
        /// Accounts; the codes are `opened`, `closed` and `limited`.
        Account = "account",
    }
}

store::record! {
    pub struct Count in "report_counts" key 4 {
        pub book: BookId,
        pub day: Date,
        pub what: What,
        pub code: String,
        pub counted: i64,
    }
}

pub(crate) type Counted = Vec<(BookId, Date, What, String, i64)>;

/// Counts one thing as it is told: an account that was closed or limited. The caller tells each thing once.
pub fn count(tx: &mut Tx<'_>, owner: Owner, code: &str) -> Result<()> {
    let book = match owner {
        Owner::Person(p) => kernel::Id::book(&p),
        Owner::Firm(f) => kernel::Id::book(&f),
        Owner::Bank => return Ok(()),
    };
    let day = tx.now().local_date();
    add(tx, book, day, (What::Account, code, 1))
}

fn add(tx: &mut Tx<'_>, book: BookId, day: Date, (what, code, more): (What, &str, i64)) -> Result<()> {
    if let Some(mut row) = tx.load::<Count>(params![book, day, what, code.to_owned()])? {
        row.counted = row.counted.saturating_add(more);
        return tx.update(&mut row);
    }
    tx.insert(&mut Count { book, day, what, code: code.to_owned(), counted: more, seal: Seal::default() })
}

/// What is counted when a day is closed: decisions by step and accounts opened since the day before was closed, each by its
/// calendar day. A business day may hold several, such as a weekend.
pub(crate) fn of_day(tx: &mut Tx<'_>, day: Date) -> Result<Counted> {
    let (from, to) = span(tx, day)?;
    let mut out = Vec::new();
    for branch in party::branches(tx)? {
        for n in from.local_date().days()..=to.local_date().days() {
            let date = Date::from_days(n);
            let (from, to) = (from.max(date.begins()), to.min(date.plus_days(1).begins()));
            for (verdict, n) in guard::tally(tx, branch.book, from, to)? {
                out.push((branch.book, date, What::Decision, verdict.code().to_owned(), n));
            }
            match ledger::accounts_made(tx, branch.book, from, to)? {
                0 => {}
                n => out.push((branch.book, date, What::Account, "opened".to_owned(), n)),
            }
        }
    }
    Ok(out)
}

/// From when a closed day held until when, to the millisecond of an id.
fn span(tx: &mut Tx<'_>, day: Date) -> Result<(Timestamp, Timestamp)> {
    let after = |at: Timestamp| at.plus(MILLISECOND);
    let all = ledger::day::closed(tx, DAYS_BACK_MAX + 1)?;
    let at = all.iter().position(|d| d.date == day).ok_or_else(|| Error::not_found("closed day", day))?;
    let from = all.get(at + 1).map_or_else(|| day.begins(), |before| after(before.closed_at));
    Ok((from.max(after(all[at].closed_at).plus(-i64::from(DAYS_BACK_MAX) * DAY)), after(all[at].closed_at)))
}

pub(crate) fn keep(tx: &mut Tx<'_>, counts: &Counted) -> Result<()> {
    counts.iter().try_for_each(|(book, day, what, code, n)| add(tx, *book, *day, (*what, code, *n)))
}

/// A branch's day or month by code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    pub branch: BranchId,
    pub day: Date,
    pub what: What,
    pub code: String,
    pub counted: i64,
}

/// What was counted from a day to another, both included, where the actor has `guard.read`; at most [`FIGURE_DAYS_MAX`] days.
pub fn days(tx: &mut Tx<'_>, actor: &Actor, from: Date, to: Date) -> Result<Vec<Day>> {
    if from > to || to.days() - from.days() >= FIGURE_DAYS_MAX {
        return Err(bad("from", format!("not after the last day, and within {FIGURE_DAYS_MAX} days of it")));
    }
    let mut out = Vec::new();
    for branch in party::branches(tx)? {
        if party::may(tx, actor, Permission::GuardRead, &Scope::branch(branch.id)).is_err() {
            continue;
        }
        let tail = "WHERE book = ?1 AND day >= ?2 AND day <= ?3 ORDER BY day, what, code";
        let rows = tx.select::<Count>(tail, params![branch.book, from, to])?;
        out.extend(rows.into_iter().map(|c| Day {
            branch: branch.id,
            day: c.day,
            what: c.what,
            code: c.code,
            counted: c.counted,
        }));
    }
    Ok(out)
}

/// A branch's month: accounts opened, closed and limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Month {
    pub opened: i64,
    pub closed: i64,
    pub limited: i64,
}

/// The accounts of a month by branch. `first` is any day of it.
pub fn month(tx: &mut Tx<'_>, actor: &Actor, first: Date) -> Result<BTreeMap<BranchId, Month>> {
    let begins = Date::ymd(first.year(), first.month(), 1)?;
    let ends = begins.plus_months(1).plus_days(-1);
    let mut out: BTreeMap<BranchId, Month> = BTreeMap::new();
    for d in days(tx, actor, begins, ends)?.into_iter().filter(|d| d.what == What::Account) {
        let m = out.entry(d.branch).or_default();
        match d.code.as_str() {
            "opened" => m.opened += d.counted,
            "closed" => m.closed += d.counted,
            _ => m.limited += d.counted,
        }
    }
    Ok(out)
}

/// Payments that wait now, of the branches where the actor has `guard.read`, by branch.
pub fn waiting(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<(BranchId, payments::Standing)>> {
    let mut out = Vec::new();
    for branch in party::branches(tx)? {
        if party::may(tx, actor, Permission::GuardRead, &Scope::branch(branch.id)).is_ok() {
            out.extend(payments::standing(tx, branch.book)?.into_iter().map(|s| (branch.id, s)));
        }
    }
    Ok(out)
}

/// Customers whose payments waited for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wronged {
    pub customers: usize,
    pub payments: i64,
    /// Tenths of an hour that a payment waited, in the mean.
    pub mean_tenths: i64,
}

/// Payments of cases that were closed as false alarms from a day to another and that were posted in the end: how many customers
/// waited, and how long from order to end.
pub fn wronged(tx: &mut Tx<'_>, actor: &Actor, from: Date, to: Date) -> Result<Wronged> {
    let (mut whose, mut seen) = (std::collections::HashSet::new(), std::collections::HashMap::new());
    for (owner, alert) in cases::false_alarms(tx, actor, from, to)? {
        let Some(id) = alert.instruction else { continue };
        let Some(i) = payments::raw(tx, id)? else { continue };
        if let (payments::State::Posted, Some(ended)) = (i.state, i.ended_at) {
            whose.insert(owner.to_string());
            seen.insert(id, ended.since(i.made_at));
        }
    }
    let (n, sum): (i64, i64) = (seen.len() as i64, seen.values().sum());
    let mean_tenths = sum / (n.max(1) * HOUR / 10);
    Ok(Wronged { customers: whose.len(), payments: n, mean_tenths })
}
