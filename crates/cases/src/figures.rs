//! What the desk did: counts by branch and skill, outcomes, how right each rule was, and the money that did not go.
use crate::CASES_COUNTED_MAX;
use crate::case::{Alert, Case, How, Interception, Outcome, Severity, Skill};
use crate::list::Reach;
use kernel::clock::{DAY, MINUTE};
use kernel::id::BranchId;
use kernel::{Actor, Currency, Date, Error, Result, Timestamp};
use std::collections::BTreeMap;
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
        for rule in alerts.iter().flat_map(|a| a.rules.0.iter()) {
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
