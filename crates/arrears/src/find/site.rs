//! The site: papers, deposits, and who is there.
use super::{CrewDays, Facts, Finding, Value, Waiting, figure};
use crate::rules::{Kind, Rules, is_quiet};
use kernel::{Date, Money};

/// Works have begun for days and no roster came (R28). One that everybody left is none that is missing.
pub fn roster_missing(f: &Facts, r: &Rules) -> Vec<Finding> {
    let Some(begin) = f.works_begin.filter(|_| f.works_go_on() && f.under_rules && !f.has_roster) else {
        return Vec::new();
    };
    let by = begin.plus_days(r.numbers.roster_days);
    if f.today <= by {
        return Vec::new();
    }
    let figures = vec![figure("works-began", Value::Day(begin)), figure("roster-by", Value::Day(by))];
    vec![Finding { kind: Kind::RosterMissing, about: "roster".into(), size: 1, figures }]
}

/// Somebody without a line on the roster was at work on several days (R28).
pub fn stranger_on_site(f: &Facts, r: &Rules) -> Vec<Finding> {
    let n = &r.numbers;
    let seen =
        f.strangers.iter().filter(|s| s.days >= n.stranger_days && f.today <= s.last.plus_days(n.stranger_forget_days));
    seen.map(|s| {
        let figures = vec![
            figure("worker", Value::Words(s.name_masked.clone())),
            figure("first-seen", Value::Day(s.first)),
            figure("last-seen", Value::Day(s.last)),
            figure("days", Value::Count(s.days)),
        ];
        Finding { kind: Kind::StrangerOnSite, about: s.key.clone(), size: s.days, figures }
    })
    .collect()
}

/// The working days up to one, newest first; days on which crews are at home do not count.
fn working_days_to(last: Date, many: usize) -> Vec<Date> {
    let day = (0..60).map(|n| last.plus_days(-n));
    day.filter(|d| payroll::is_business_day(*d) && !is_quiet(*d)).take(many).collect()
}

fn present(c: &CrewDays, day: Date) -> i64 {
    c.days.binary_search_by_key(&day, |(d, _)| *d).map_or(0, |at| c.days[at].1)
}

/// The last whole day that the site told of.
fn told_until(f: &Facts, c: &CrewDays) -> Option<Date> {
    c.reported_until.map(|d| d.min(f.today.plus_days(-1)))
}

fn is_judged(f: &Facts, c: &CrewDays) -> bool {
    f.works_go_on() && !c.ended && !is_quiet(f.today)
}

/// A crew is down by half for days while the works go on. Holidays and weeks around the Spring Festival do not count.
pub fn sudden_drop(f: &Facts, r: &Rules) -> Vec<Finding> {
    let n = &r.numbers;
    let down = |c: &CrewDays| {
        let days = working_days_to(told_until(f, c)?, n.drop_days + n.drop_reference_days);
        let (new, old) = days.split_at_checked(n.drop_days)?;
        if old.len() < n.drop_reference_days {
            return None;
        }
        let before: i64 = old.iter().map(|d| present(c, *d)).sum();
        let most = new.iter().map(|d| present(c, *d)).max()?;
        let many = old.len() as i64;
        let fell = most > 0 && before >= n.drop_crew_min * many && most * many * 100 <= before * (100 - n.drop_percent);
        fell.then(|| {
            let figures = vec![
                figure("crew", Value::Words(c.name.clone())),
                figure("before", Value::Count(before / many)),
                figure("now", Value::Count(most)),
                figure("since", Value::Day(*new.last().unwrap_or(&f.today))),
            ];
            Finding { kind: Kind::SuddenDrop, about: format!("crew {}", c.name), size: before / many - most, figures }
        })
    };
    f.crews.iter().filter(|c| is_judged(f, c)).filter_map(down).collect()
}

/// Whether the site was at work on a day: somebody of another crew was there.
fn others_there(f: &Facts, c: &CrewDays, day: Date) -> bool {
    f.crews.iter().any(|other| other.name != c.name && present(other, day) > 0)
}

/// A whole crew did not come for working days while it is owed wages; raised before the pay day, whenever that is. Counted are days on which
/// others worked there: rain, a stop or a missing crane empties the whole site. When the whole site stays empty for longer, every
/// crew of it is gone.
pub fn crew_vanished(f: &Facts, r: &Rules) -> Vec<Finding> {
    let n = &r.numbers;
    let gone = |c: &CrewDays| {
        let (last, many) = c.days.iter().rfind(|(_, n)| *n > 0)?;
        let days = working_days_to(told_until(f, c)?, n.stopped_days);
        let without = days.iter().filter(|d| *d > last);
        let alone = without.clone().filter(|d| others_there(f, c, **d)).count();
        let away = alone >= n.vanished_days || without.count() >= n.stopped_days;
        (away && c.unpaid).then(|| {
            let figures = vec![
                figure("crew", Value::Words(c.name.clone())),
                figure("last-seen", Value::Day(*last)),
                figure("people", Value::Count(*many)),
            ];
            Finding { kind: Kind::CrewVanished, about: format!("crew {}", c.name), size: *many, figures }
        })
    };
    f.crews.iter().filter(|c| is_judged(f, c)).filter_map(gone).collect()
}

/// The guarantee deposit is below what is asked, ends soon, or was not refilled (D1 to D4).
pub fn guarantee_below(f: &Facts, r: &Rules) -> Vec<Finding> {
    let Some(d) = &f.deposit else { return Vec::new() };
    let mut found = Vec::new();
    let mut add = |about: String, size: i64, figures| {
        found.push(Finding { kind: Kind::GuaranteeBelow, about, size, figures });
    };
    let holds = |until: Option<Date>| until.is_none_or(|u| f.today <= u);
    let held: i64 = d.parts.iter().filter(|p| holds(p.until)).map(|p| p.amount.minor).sum();
    if held < d.required.minor && d.due_on.is_none_or(|by| f.today > by) {
        let (held, missing) = (Money::new(held, d.required.currency), d.required.minor - held);
        let figures = vec![
            figure("required", Value::Money(d.required)),
            figure("held", Value::Money(held)),
            figure("left", Value::Money(Money::new(missing, d.required.currency))),
        ];
        add("amount".into(), missing, figures);
    }
    for p in d.parts.iter().filter(|_| d.required.is_positive()) {
        if let Some(until) =
            p.until.filter(|u| holds(Some(*u)) && u.days() - f.today.days() <= r.numbers.guarantee_days)
        {
            let figures = vec![figure("ends-on", Value::Day(until)), figure("amount", Value::Money(p.amount))];
            add(format!("end {}", p.reference), p.amount.minor, figures);
        }
    }
    for (p, (left, by)) in d.parts.iter().filter_map(|p| p.refill.map(|r| (p, r))) {
        if f.today > by && left.is_positive() {
            let figures = vec![figure("refill-by", Value::Day(by)), figure("left", Value::Money(left))];
            add(format!("refill {}", p.reference), left.minor, figures);
        }
    }
    found
}

/// The account was not opened, or the site not filed, in its days (W1, W2).
pub fn duties_late(f: &Facts, _: &Rules) -> Vec<Finding> {
    let kind = |word: &str| match word {
        "filing" => Some(Kind::FilingLate),
        "account" => Some(Kind::AccountLate),
        _ => None,
    };
    let open = f.duties.iter().filter(|d| d.done_on.is_none() && f.today > d.due_on);
    let finding = |kind, d: &super::Duty| Finding {
        kind,
        about: d.kind.clone(),
        size: 1,
        figures: vec![figure("due-on", Value::Day(d.due_on))],
    };
    open.filter_map(|d| Some(finding(kind(&d.kind)?, d))).collect()
}

/// A building project under site rules has no agreement of owner, contractor and bank (W2).
pub fn agreement_missing(f: &Facts, _: &Rules) -> Vec<Finding> {
    let missing = f.building && f.under_rules && !f.agreement;
    let finding = || Finding { kind: Kind::AgreementMissing, about: "agreement".into(), size: 1, figures: Vec::new() };
    missing.then(finding).into_iter().collect()
}

/// The pay day is near and the workers' signatures are not together (W7), or they stand on a scan that another sheet had before, cleared or
/// not: such a scan says nothing of this sheet. A sheet that was just made leaves its workers two days, or until the day before the pay day.
pub fn unsigned_sheet(f: &Facts, r: &Rules) -> Vec<Finding> {
    let n = &r.numbers;
    let near = |s: &Waiting| {
        let left = s.pay_on.days() - f.today.days();
        let out = f.today.days() - s.drafted_on.days();
        (0..=1).contains(&left) || left <= n.unsigned_days && out >= n.unsigned_asked_days
    };
    let open = |s: &&Waiting| s.on_used_scans > 0 || s.unsigned > 0 && near(s);
    let of = |s: &Waiting| {
        let mut figures =
            vec![figure("period", Value::Words(s.period.clone())), figure("pay-on", Value::Day(s.pay_on))];
        for (name, lines) in [("unsigned", s.unsigned), ("used-scan", s.on_used_scans)] {
            if lines > 0 {
                figures.push(figure(name, Value::Count(lines)));
            }
        }
        let size = s.unsigned.max(s.on_used_scans);
        Finding { kind: Kind::UnsignedSheet, about: s.sheet.clone(), size, figures }
    };
    f.sheets.iter().filter(|_| f.under_rules).filter(open).map(of).collect()
}

/// The pay day has ended, and for a crew that worked in the month no money left the account (R14).
pub fn pay_missed(f: &Facts, _: &Rules) -> Vec<Finding> {
    let missed = f.worked.iter().filter(|m| !m.ordered && f.today > m.pay_on);
    missed
        .map(|m| {
            let figures = vec![
                figure("crew", Value::Words(m.crew.clone())),
                figure("period", Value::Words(m.period.to_string())),
                figure("pay-on", Value::Day(m.pay_on)),
                figure("people", Value::Count(m.people)),
            ];
            Finding { kind: Kind::PayMissed, about: format!("{} {}", m.crew, m.period), size: m.people, figures }
        })
        .collect()
}
