//! What the sheets say of a worker's month against what the gate says.
use super::{Facts, Finding, Value, WorkerMonth, figure};
use crate::rules::{Kind, Rules, is_quiet};
use kernel::{Date, Money};
use payroll::Period;

fn about(m: &WorkerMonth) -> String {
    format!("{} {}", m.worker, m.period)
}

/// The last day of a month.
pub(crate) fn last_day(period: Period) -> Date {
    period.next().first_day().map_or(Date::from_days(0), |d| d.plus_days(-1))
}

/// Working days of a month that have passed since somebody came; at most `most`.
fn days_on_roster(m: &WorkerMonth, today: Date, most: usize) -> usize {
    let Ok(first) = m.period.first_day() else { return 0 };
    let until = last_day(m.period).min(today.plus_days(-1));
    let days = (0..31).map(|n| first.max(m.entered_on).plus_days(n)).take_while(|d| *d <= until);
    days.filter(|d| payroll::is_business_day(*d) && !is_quiet(*d)).take(most).count()
}

/// He is on the sheet and was not there all month. Not when he was ill or on leave, nor when he came so late in the month that the gate
/// may not have known him yet.
pub fn ghost_worker(f: &Facts, r: &Rules) -> Vec<Finding> {
    let long = r.numbers.ghost_days;
    let ghost = |m: &&WorkerMonth| {
        let there = m.attended != Some(0) || m.leave_noted;
        let since_before = Period::of(m.entered_on) < m.period;
        !there && m.net.is_positive() && (since_before || days_on_roster(m, f.today, long) >= long)
    };
    let of = |m: &WorkerMonth| {
        let figures = vec![
            figure("worker", Value::Words(m.name_masked.clone())),
            figure("period", Value::Words(m.period.to_string())),
            figure("net", Value::Money(m.net)),
        ];
        Finding { kind: Kind::GhostWorker, about: about(m), size: m.net.minor, figures }
    };
    f.months.iter().filter(ghost).map(of).collect()
}

/// The sheet has more days than the gate: five, or three in ten of what was attended and a day at least.
pub fn days_invented(f: &Facts, r: &Rules) -> Vec<Finding> {
    let n = &r.numbers;
    let more = |m: &WorkerMonth| {
        let (sheet, attended) = (m.sheet_half_days?, m.attended.filter(|a| *a > 0)?);
        let above = sheet - attended;
        let much = above >= n.invented_half_days || above >= 2 && above * 100 >= attended * n.invented_percent;
        (much && !m.leave_noted).then(|| {
            let figures = vec![
                figure("worker", Value::Words(m.name_masked.clone())),
                figure("period", Value::Words(m.period.to_string())),
                figure("sheet-days", Value::HalfDays(sheet)),
                figure("attended-days", Value::HalfDays(attended)),
            ];
            Finding { kind: Kind::DaysInvented, about: about(m), size: above, figures }
        })
    };
    f.months.iter().filter_map(more).collect()
}

/// The month's wages of all sheets are below the region's minimum for the hours attended. A month that one sheet pays is judged when it is over,
/// so that it is told before the pay day; one of weekly sheets when the last of them must have come. An hour is the monthly minimum ÷ the hours of a full month, cut to the fen; no more than a month counts.
pub fn below_minimum(f: &Facts, r: &Rules) -> Vec<Finding> {
    let Some(minimum) = f.minimum else { return Vec::new() };
    let below = |m: &WorkerMonth| {
        let hours = (m.attended? * 4).min(r.numbers.month_hours);
        let least = i128::from(minimum.minor) * i128::from(hours) / i128::from(r.numbers.month_hours);
        let least = Money::new(i64::try_from(least).unwrap_or(i64::MAX), minimum.currency);
        let wait = if f.paid_by_month { 0 } else { r.numbers.minimum_days };
        let over = f.today > last_day(m.period).plus_days(wait);
        (over && m.due.is_positive() && m.due.minor < least.minor).then(|| {
            let figures = vec![
                figure("worker", Value::Words(m.name_masked.clone())),
                figure("period", Value::Words(m.period.to_string())),
                figure("hours", Value::Count(hours)),
                figure("due", Value::Money(m.due)),
                figure("least", Value::Money(least)),
            ];
            let size = least.minor - m.due.minor;
            Finding { kind: Kind::BelowMinimum, about: about(m), size, figures }
        })
    };
    f.months.iter().filter_map(below).collect()
}
