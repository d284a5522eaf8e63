//! What the desk did: counts by branch and skill, outcomes, how right each rule was, and the money that did not go.
use crate::CASES_COUNTED_MAX;
use crate::case::{Alert, Appeal, Case, How, Interception, Outcome, Severity, Skill};
use crate::list::Reach;
use kernel::clock::{DAY, MINUTE};
use kernel::id::{BranchId, Raw};
use kernel::{Actor, Currency, Date, Error, Owner, Result, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use store::{Tx, params};

/// Open cases of one branch and skill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pile {
    pub branch: BranchId,
    pub skill: Skill,
    pub cases: usize,
    pub late: usize,
    pub grave: usize,
    pub oldest: Timestamp,
}

/// What is open, for the actor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    pub piles: Vec<Pile>,
    /// Open for under a day, one to three days, longer.
    pub ages: [usize; 3],
}

/// Counts what is open, at most [`CASES_COUNTED_MAX`] cases.
pub fn board(tx: &mut Tx<'_>, actor: &Actor) -> Result<Board> {
    let tail = "WHERE state IN ('open', 'claimed', 'waiting') ORDER BY due_at, id LIMIT ?1";
    let all = tx.select::<Case>(tail, params![CASES_COUNTED_MAX])?;
    let (mut reach, mut open) = (Reach::default(), Vec::new());
    for c in all {
        if reach.case(tx, actor, &c)? {
            open.push(c);
        }
    }
    Ok(counted(&open, tx.now()))
}

fn counted(open: &[Case], now: Timestamp) -> Board {
    let mut piles: BTreeMap<(BranchId, Skill), Pile> = BTreeMap::new();
    let mut ages = [0; 3];
    for c in open {
        ages[match now.since(c.opened_at) / DAY {
            ..1 => 0,
            1..3 => 1,
            _ => 2,
        }] += 1;
        let none = Pile { branch: c.branch, skill: c.skill, cases: 0, late: 0, grave: 0, oldest: c.opened_at };
        let pile = piles.entry((c.branch, c.skill)).or_insert(none);
        pile.cases += 1;
        pile.late += usize::from(c.is_late(now));
        pile.grave += usize::from(c.severity == Severity::Grave);
        pile.oldest = pile.oldest.min(c.opened_at);
    }
    Board { piles: piles.into_values().collect(), ages }
}

/// How right a rule was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFigure {
    pub rule: String,
    /// Of closed cases.
    pub alerts: usize,
    pub confirmed: usize,
}

impl RuleFigure {
    /// Confirmed of a hundred alerts.
    pub fn precision(&self) -> usize {
        self.confirmed * 100 / self.alerts.max(1)
    }
}

/// What was closed in some days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub closed: usize,
    pub outcomes: Vec<(Outcome, usize)>,
    pub rules: Vec<RuleFigure>,
    pub alerts: usize,
    /// Officers' minutes an alert.
    pub minutes_per_alert: i64,
}

/// What was closed from a day to another, both included, at most 400 days.
pub fn figures(tx: &mut Tx<'_>, actor: &Actor, from: Date, to: Date) -> Result<Figures> {
    days(from, to)?;
    let (begin, end) = (from.begins(), to.plus_days(1).begins());
    let tail = "WHERE closed_at >= ?1 AND closed_at < ?2 AND state = 'closed' ORDER BY closed_at, id LIMIT ?3";
    let all = tx.select::<Case>(tail, params![begin, end, CASES_COUNTED_MAX])?;
    let (mut reach, mut seen) = (Reach::default(), Vec::new());
    for c in all {
        if reach.case(tx, actor, &c)? {
            let alerts = crate::list::alerts(tx, c.id)?;
            seen.push((c, alerts));
        }
    }
    Ok(summed(&seen))
}

fn days(from: Date, to: Date) -> Result<()> {
    if from > to || to.days() - from.days() > 400 {
        return Err(Error::field("from", "not after the last day, and at most 400 days before it"));
    }
    Ok(())
}

fn summed(closed: &[(Case, Vec<Alert>)]) -> Figures {
    let mut rules: BTreeMap<&str, RuleFigure> = BTreeMap::new();
    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    for (c, alerts) in closed {
        let Some(outcome) = c.outcome else { continue };
        *outcomes.entry(outcome).or_default() += 1;
        for rule in once_a_payment(alerts) {
            let figure =
                rules.entry(rule).or_insert_with(|| RuleFigure { rule: rule.clone(), ..RuleFigure::default() });
            figure.alerts += 1;
            figure.confirmed += usize::from(outcome.confirms());
        }
    }
    let alerts: usize = closed.iter().map(|(_, a)| a.len()).sum();
    let worked: i64 = closed.iter().map(|(c, _)| c.worked).sum();
    Figures {
        closed: closed.len(),
        outcomes: outcomes.into_iter().collect(),
        rules: rules.into_values().collect(),
        alerts,
        minutes_per_alert: worked / MINUTE / i64::try_from(alerts.max(1)).unwrap_or(1),
    }
}

/// Cases that were opened, of one branch and typology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub branch: BranchId,
    pub typology: String,
    pub cases: usize,
    pub alerts: i64,
}

/// Cases opened from a day to another by branch and typology, of those that the actor sees; at most [`CASES_COUNTED_MAX`] a
/// branch. What is sensitive is counted for nobody: a figure would tell of it.
pub fn opened(tx: &mut Tx<'_>, actor: &Actor, from: Date, to: Date) -> Result<Vec<Opened>> {
    days(from, to)?;
    let (low, high) = (Raw::bound(from.begins()), Raw::bound(to.plus_days(1).begins()));
    let (mut reach, mut sums) = (Reach::default(), BTreeMap::new());
    for branch in party::branches(tx)? {
        if !reach.sees(tx, actor, branch.id)? {
            continue;
        }
        let tail =
            "WHERE book = ?1 AND id >= ?2 AND id < ?3 AND sensitive = 0 AND state <> 'merged' ORDER BY id LIMIT ?4";
        for c in tx.select::<Case>(tail, params![branch.book, low, high, CASES_COUNTED_MAX])? {
            let none = Opened { branch: branch.id, typology: c.typology.clone(), cases: 0, alerts: 0 };
            let sum: &mut Opened = sums.entry((branch.id, c.typology)).or_insert(none);
            sum.cases += 1;
            sum.alerts += c.alerts;
        }
    }
    Ok(sums.into_values().collect())
}

/// Objections that wait, and those that are late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub open: usize,
    pub late: usize,
    /// The first answer that is due.
    pub first_due: Option<Timestamp>,
}

/// Open objections of customers where the actor works or reads cases, at most [`CASES_COUNTED_MAX`].
pub fn objections_open(tx: &mut Tx<'_>, actor: &Actor) -> Result<Waiting> {
    let tail = "WHERE state IN ('open', 'lifting') ORDER BY due_at, id LIMIT ?1";
    let (mut reach, mut waiting, now) = (Reach::default(), Waiting::default(), tx.now());
    for a in tx.select::<Appeal>(tail, params![CASES_COUNTED_MAX])? {
        let branch = party::branch_of(tx, a.book)?.id;
        if reach.sees(tx, actor, branch)? {
            waiting.open += 1;
            waiting.late += usize::from(a.is_late(now));
            waiting.first_due = waiting.first_due.or(Some(a.due_at));
        }
    }
    Ok(waiting)
}

/// The rules of alerts. A payment that its customer reported too comes back with the same rules; it counts once.
fn once_a_payment(alerts: &[Alert]) -> impl Iterator<Item = &String> {
    let mut counted = BTreeSet::new();
    let fresh = alerts.iter().filter(move |a| a.instruction.is_none_or(|i| counted.insert(i)));
    fresh.flat_map(|a| a.rules.0.iter())
}

/// Money that did not go, of one branch, month and way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub branch: BranchId,
    /// The first day of the month.
    pub month: Date,
    pub how: How,
    pub payments: usize,
    /// Minor units of [`Saved::currency`].
    pub amount: i64,
    pub currency: Currency,
}

/// The newest interceptions from a day to another, at most `most`, of branches where the actor has `case.work` or `guard.read`.
pub fn interceptions_newest(
    tx: &mut Tx<'_>,
    actor: &Actor,
    from: Date,
    to: Date,
    most: usize,
) -> Result<Vec<Interception>> {
    days(from, to)?;
    let tail = "WHERE day >= ?1 AND day <= ?2 ORDER BY day DESC, book DESC, alert DESC LIMIT ?3";
    let (mut reach, mut out) = (Reach::default(), Vec::new());
    for row in tx.select::<Interception>(tail, params![from, to, CASES_COUNTED_MAX])? {
        if out.len() < most && reach.sees(tx, actor, row.branch)? {
            out.push(row);
        }
    }
    Ok(out)
}

/// Customers of a branch whose accounts served others, by cases that ended from a day to another; a customer counts once.
pub fn misused(tx: &mut Tx<'_>, actor: &Actor, from: Date, to: Date) -> Result<Vec<(BranchId, Owner)>> {
    days(from, to)?;
    let (begin, end) = (from.begins(), to.plus_days(1).begins());
    let tail = "WHERE closed_at >= ?1 AND closed_at < ?2 AND state = 'closed' AND about = 'misuse' AND sensitive = 0 \
                ORDER BY closed_at, id LIMIT ?3";
    let (mut reach, mut out) = (Reach::default(), BTreeMap::new());
    for c in tx.select::<Case>(tail, params![begin, end, CASES_COUNTED_MAX])? {
        if c.outcome.is_some_and(Outcome::confirms) && reach.case(tx, actor, &c)? {
            out.insert(c.subject.to_string(), (c.branch, c.subject));
        }
    }
    Ok(out.into_values().collect())
}

/// Alerts with a payment whose case was closed as a false alarm from a day to another, and whose they were.
pub fn false_alarms(tx: &mut Tx<'_>, actor: &Actor, from: Date, to: Date) -> Result<Vec<(Owner, Alert)>> {
    days(from, to)?;
    let (begin, end) = (from.begins(), to.plus_days(1).begins());
    let tail = "WHERE closed_at >= ?1 AND closed_at < ?2 AND state = 'closed' AND outcome = 'false_alarm' AND sensitive = 0 \
                ORDER BY closed_at, id LIMIT ?3";
    let (mut reach, mut out) = (Reach::default(), Vec::new());
    for c in tx.select::<Case>(tail, params![begin, end, CASES_COUNTED_MAX])? {
        if reach.case(tx, actor, &c)? {
            let alerts = crate::list::alerts(tx, c.id)?.into_iter().filter(|a| a.instruction.is_some());
            out.extend(alerts.map(|a| (c.subject, a)));
        }
    }
    Ok(out)
}

/// Interceptions from a day to another, by month, branch and way. Needs `case.work` or `guard.read` at the branch.
pub fn interceptions(tx: &mut Tx<'_>, actor: &Actor, from: Date, to: Date) -> Result<Vec<Saved>> {
    days(from, to)?;
    let tail = "WHERE day >= ?1 AND day <= ?2 ORDER BY day, book, alert LIMIT ?3";
    let (mut reach, mut sums) = (Reach::default(), BTreeMap::new());
    for row in tx.select::<Interception>(tail, params![from, to, CASES_COUNTED_MAX])? {
        if !reach.sees(tx, actor, row.branch)? {
            continue;
        }
        let month = Date::ymd(row.day.year(), row.day.month(), 1)?;
        let none = Saved { branch: row.branch, month, how: row.how, payments: 0, amount: 0, currency: row.currency };
        let key = (month, row.branch, row.how, row.currency.code().to_owned());
        let sum: &mut Saved = sums.entry(key).or_insert(none);
        sum.payments += 1;
        sum.amount = sum.amount.saturating_add(row.amount);
    }
    Ok(sums.into_values().collect())
}
