//! Facts of the site file, the crews and the guarantee, as far as a project is under site rules.
use crate::WORKERS_PAGE;
use crate::find::{Agreed, AtGate, Coming, CrewDays, CrewMonth, Deposit, DepositPart, Duty, Facts, LOOK_AHEAD_DAYS};
use crate::load::About;
use crate::rules::rules;
use crews::Source;
use kernel::id::{ProjectId, WorkerId};
use kernel::{Date, Money, Result};
use payroll::{Period, Project};
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use worksite::SiteFile;

/// The region of a project's site file; empty where it has none.
pub(crate) fn region(tx: &mut Tx<'_>, project: ProjectId) -> Result<String> {
    Ok(worksite::site_raw(tx, project)?.map_or(String::new(), |s| s.region))
}

/// Papers, agreed money, guarantee, crews.
pub(crate) fn add(tx: &mut Tx<'_>, p: &Project, f: &mut Facts, about: &mut About) -> Result<()> {
    let done = worksite::end::completion(tx, p.id)?.map(|c| c.on);
    f.works_done = done.or(p.closed_at.map(|at| at.local_date()));
    f.deposit = deposit(tx, p)?;
    if f.under_rules {
        f.crews = crews_of(tx, p, f.today)?;
        f.strangers = strangers(tx, p.id)?;
    }
    let Some(s) = worksite::site_raw(tx, p.id)? else { return Ok(()) };
    about.region = s.region.clone();
    f.works_begin = Some(s.begins_on);
    f.agreement |= worksite::agreement_of(tx, p.id)?.is_some();
    f.paid_by_month = s.pay_by == worksite::PayBy::Month;
    if f.under_rules && f.paid_by_month {
        f.worked = worked(tx, p, f.today)?;
    }
    f.minimum = worksite::minimum_wage(&s.region, f.today).ok().map(|m| m.month);
    let duty = |d: worksite::Deadline| Duty { kind: d.kind.code().into(), due_on: d.due_on, done_on: d.done_on };
    f.duties = worksite::deadlines(tx, p.id, f.today)?.into_iter().map(duty).collect();
    money(tx, &s, f, about)
}

/// Months back in which a crew that was left out is looked for.
const LEFT_OUT_MONTHS: usize = 3;

/// What the crews worked in the last months that are over, and whether it was paid.
fn worked(tx: &mut Tx<'_>, p: &Project, today: Date) -> Result<Vec<CrewMonth>> {
    let (mut all, mut first) = (Vec::new(), Period::of(today).first_day()?);
    for _ in 0..LEFT_OUT_MONTHS {
        let period = Period::of(first.plus_days(-1));
        first = period.first_day()?;
        let (pay_on, paid) = (payroll::pays_for(p, period)?, payroll::ordered_teams(tx, p.id, period)?);
        for (crew, people) in crews::teams_at_work(tx, p.id, period)? {
            let ordered = paid.contains(&crew);
            all.push(CrewMonth { crew, period, people, pay_on, ordered });
        }
    }
    Ok(all)
}

/// Installments and the forecast of the next pay.
fn money(tx: &mut Tx<'_>, s: &SiteFile, f: &mut Facts, about: &mut About) -> Result<()> {
    let all = worksite::installments(tx, s.project)?;
    let open: Vec<_> = all.iter().filter(|i| i.state == worksite::InstallmentState::Open).collect();
    let agreed = |i: &&worksite::Installment| Agreed { due_on: i.due_on, amount: i.amount(), received: i.received() };
    f.agreed = open.iter().map(agreed).collect();
    let c = worksite::forecast(tx, s.project, f.today)?;
    let before = c.pay_on.plus_days(-rules(f.today).numbers.balance_short_days);
    let turns = open.iter().map(|i| i.due_on.plus_days(1)).chain([before, c.pay_on.plus_days(1)]);
    about.look_again = turns.chain(about.look_again).filter(|d| *d > f.today).min();
    f.coming = Some(Coming { pay_on: c.pay_on, needed: c.needed, balance: c.balance, expected: c.expected });
    Ok(())
}

/// What of the guarantee is asked and there; `None` while nothing was written down.
fn deposit(tx: &mut Tx<'_>, p: &Project) -> Result<Option<Deposit>> {
    let Some(duty) = guarantee::duty(tx, p.id)? else { return Ok(None) };
    let mut parts = Vec::new();
    for g in guarantee::of_project(tx, p.id)?.into_iter().filter(|g| g.is_open()) {
        // A letter's end is judged by the detector for any day; what it covers is asked for a day on which it holds.
        let on = g.valid_until.unwrap_or(tx.now().local_date());
        let amount = g.covers(tx, on)?;
        parts.push(DepositPart { reference: g.id.to_string(), amount, until: g.valid_until, refill: None });
    }
    for n in guarantee::notices_of(tx, p.id)?.into_iter().filter(|n| n.to_refill() > 0) {
        let left = Money::new(n.to_refill(), n.currency);
        let part = parts.iter_mut().find(|part| part.reference == n.guarantee.to_string());
        if let (Some(part), Some(by)) = (part, n.refill_by) {
            part.refill = Some(part.refill.map_or((left, by), |(sum, first)| (sum_of(sum, left), first.min(by))));
        }
    }
    let due_on = if duty.met_at.is_none() { Some(duty.due_on) } else { None };
    Ok(Some(Deposit { required: duty.money(), due_on, parts }))
}

fn sum_of(a: Money, b: Money) -> Money {
    Money::new(a.minor.saturating_add(b.minor), a.currency)
}

fn strangers(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<AtGate>> {
    let of = |s: crews::Stranger| AtGate {
        key: format!("{} {}", s.name, s.identity),
        name_masked: s.name,
        first: s.first_on,
        last: s.last_on,
        days: s.days,
    };
    Ok(crews::strangers(tx, project)?.into_iter().map(of).collect())
}

/// The months whose days say how a crew has been of late.
fn months(today: Date) -> Result<[Period; 2]> {
    let this = Period::of(today);
    Ok([Period::of(this.first_day()?.plus_days(-1)), this])
}

/// What the gate knows of a team.
#[derive(Default)]
struct Team {
    days: BTreeMap<Date, i64>,
    /// The gate or a program tells day by day; a table comes when it comes.
    live: bool,
    months: BTreeSet<Period>,
}

/// Presence by day of every crew of the last two months.
fn crews_of(tx: &mut Tx<'_>, p: &Project, today: Date) -> Result<Vec<CrewDays>> {
    let mut teams: BTreeMap<String, Team> = BTreeMap::new();
    for period in months(today)? {
        each_month(tx, p.id, period, &mut |m| {
            let team = teams.entry(m.team.clone()).or_default();
            team.live |= matches!(m.source, Source::Gate | Source::Program);
            team.months.insert(period);
            for (n, day) in (1i8..).zip(&m.days) {
                if let (true, Ok(day)) = (*day > 0, Date::ymd(period.year, period.month, n)) {
                    *team.days.entry(day).or_default() += 1;
                }
            }
        })?;
    }
    let last = teams.values().filter_map(|t| t.days.keys().next_back()).max().copied();
    let ended: BTreeSet<String> =
        crews::crews_raw(tx, p.id)?.into_iter().filter(|c| !c.is_at_work()).map(|c| c.team).collect();
    let mut paid: BTreeMap<Period, Vec<String>> = BTreeMap::new();
    for period in months(today)? {
        paid.insert(period, payroll::paid_teams(tx, p.id, period)?);
    }
    let of = |(name, team): (String, Team)| CrewDays {
        reported_until: if team.live { Some(today.plus_days(LOOK_AHEAD_DAYS)) } else { last },
        unpaid: team.months.iter().any(|m| paid.get(m).is_none_or(|teams| !teams.contains(&name))),
        ended: ended.contains(&name),
        days: team.days.into_iter().collect(),
        name,
    };
    Ok(teams.into_iter().map(of).collect())
}

fn each_month(
    tx: &mut Tx<'_>,
    project: ProjectId,
    period: Period,
    each: &mut dyn FnMut(&crews::AttendanceMonth),
) -> Result<()> {
    let mut after: Option<WorkerId> = None;
    loop {
        let page = crews::months_page(tx, project, period, after, WORKERS_PAGE)?;
        page.iter().for_each(&mut *each);
        match page.last() {
            Some(last) => after = Some(last.worker),
            None => return Ok(()),
        }
    }
}

/// Whether the gate's silence about somebody says that he was not there: it told of his team in the month, or of other teams and it told of
/// his once. Of a team that never came through a gate nothing is known, nor of a month in which the gate told of nobody.
fn is_told(team: &str, in_month: &BTreeSet<String>, ever: &BTreeSet<String>) -> bool {
    in_month.contains(team) || !in_month.is_empty() && ever.contains(team)
}

/// What the gate says of the workers of the months.
pub(crate) fn add_attendance(tx: &mut Tx<'_>, p: &Project, f: &mut Facts, periods: &BTreeSet<Period>) -> Result<()> {
    if !f.under_rules {
        return Ok(());
    }
    let ever: BTreeSet<String> = crews::teams_ever(tx, p.id)?.into_iter().collect();
    for period in periods.iter().copied() {
        let (mut worked, mut told) = (BTreeMap::new(), BTreeSet::new());
        each_month(tx, p.id, period, &mut |m| {
            worked.insert(m.worker.to_string(), m.half_days);
            told.insert(m.team.clone());
        })?;
        for m in f.months.iter_mut().filter(|m| m.period == period) {
            let there = worked.get(&m.worker).copied();
            m.attended = there.or_else(|| is_told(&m.team, &told, &ever).then_some(0));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_about_a_team_that_came_before_says_that_it_was_not_there() {
        let set = |teams: &[&str]| -> BTreeSet<String> { teams.iter().map(|t| (*t).to_owned()).collect() };
        for (in_month, ever, wanted, why) in [
            (set(&["钢筋班"]), set(&["钢筋班"]), true, "others of his team came"),
            (
                set(&["木工班"]),
                set(&["钢筋班", "木工班"]),
                true,
                "his team came in other months, other teams in this one",
            ),
            (set(&["木工班"]), set(&["木工班"]), false, "his team never came through a gate"),
            (set(&[]), set(&["钢筋班"]), false, "no attendance came for the month"),
        ] {
            assert_eq!(is_told("钢筋班", &in_month, &ever), wanted, "{why}");
        }
    }
}
