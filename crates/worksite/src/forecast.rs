//! Will there be enough on the next pay day?
//!
//! Needed is the first that is known of: the sheets that wait to be paid, the days that were worked in the month after the last sheet's at
//! that sheet's daily rate, the last sheet's net by the heads of today. There are the balance and the installments due until the pay day that are not
//! late: money that should have come and did not is not counted on.
use crate::events::Event;
use crate::site::SiteFile;
use crate::{FORECAST_DAYS, SWEEP_ROWS_MAX};
use kernel::id::ProjectId;
use kernel::{BookId, Currency, Date, Money, Result, Timestamp};
use payroll::{Kind, PaySheet, SheetState};
use store::{Seal, Tx, params};

/// Months of attendance read at a time.
const ROWS: u32 = 500;
/// Sheets of a project that are looked at.
const SHEETS: u32 = 24;

store::text_enum! {
    /// What the need was reckoned from.
    pub enum Basis {
        /// A sheet that waits.
        Sheet = "sheet",
        /// Days worked since.
        Attendance = "attendance",
        /// The last sheet, by heads.
        LastPaid = "last_paid",
        /// Nothing is known yet.
        Nothing = "nothing",
    }
}

store::record! {
    /// A pay day for which there will be too little; told once.
    pub struct Short in "worksite_shorts" key 3 {
        pub book: BookId,
        pub project: ProjectId,
        pub pay_on: Date,
        pub needed: i64,
        pub short: i64,
        pub currency: Currency,
        pub told_at: Timestamp,
    }
}

/// The next pay day, and whether there will be enough.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Forecast {
    pub pay_on: Date,
    pub basis: Basis,
    pub needed: Money,
    pub balance: Money,
    /// Installments due until the pay day, today's included and late ones not.
    pub expected: Money,
    /// What will be missing; zero when there is enough.
    pub short: Money,
}

/// What is known for a forecast; money in minor units.
#[derive(Clone, Debug, Default)]
struct Known {
    waiting: Option<i64>,
    attended: Option<i64>,
    /// Net and heads of the last sheet.
    last: Option<(i64, i64)>,
    heads: i64,
    balance: i64,
    /// Due day and rest of what is open.
    open: Vec<(Date, i64)>,
}

fn needed(k: &Known) -> (Basis, i64) {
    match (k.waiting, k.attended, k.last) {
        (Some(net), ..) => (Basis::Sheet, net),
        (_, Some(net), _) => (Basis::Attendance, net),
        (.., Some((net, lines))) if lines > 0 && k.heads > 0 => {
            let scaled = (i128::from(net) * i128::from(k.heads) + i128::from(lines) - 1) / i128::from(lines);
            (Basis::LastPaid, i64::try_from(scaled).unwrap_or(i64::MAX))
        }
        _ => (Basis::Nothing, 0),
    }
}

fn judge(k: &Known, today: Date, pay_on: Date, currency: Currency) -> Forecast {
    let (basis, needed) = needed(k);
    let in_time = |due: &Date| *due >= today && *due <= pay_on;
    let expected: i64 = k.open.iter().filter(|(due, _)| in_time(due)).map(|(_, rest)| rest).sum();
    let money = |minor| Money::new(minor, currency);
    let short = needed.saturating_sub(k.balance).saturating_sub(expected).max(0);
    Forecast {
        pay_on,
        basis,
        needed: money(needed),
        balance: money(k.balance),
        expected: money(expected),
        short: money(short),
    }
}

/// Whether a sheet's money has not left the wage account yet.
fn waits(s: &PaySheet) -> bool {
    matches!(s.state, SheetState::Drafted | SheetState::Submitted | SheetState::Checked | SheetState::SentBack)
}

fn is_settled(s: &PaySheet) -> bool {
    matches!(s.state, SheetState::Starting | SheetState::Paying | SheetState::Paid | SheetState::PartlyPaid)
}

/// Half days are 50 hundredths; `net` is what `days` hundredths came to. Rounded up.
fn at_rate(half_days: i64, (net, days): (i64, i64)) -> Option<i64> {
    if half_days <= 0 || days <= 0 {
        return None;
    }
    let whole = i128::from(half_days) * 50 * i128::from(net);
    i64::try_from((whole + i128::from(days) - 1) / i128::from(days)).ok()
}

/// The days worked in the month after that of the last sheet, at its daily rate; `None` without attendance or without its days.
fn attended(tx: &mut Tx<'_>, project: ProjectId, sheets: &[PaySheet]) -> Result<Option<i64>> {
    let Some(last) = sheets.iter().find(|s| s.kind == Kind::Wage && !s.repay && is_settled(s)) else { return Ok(None) };
    let (mut half_days, mut after) = (0, None);
    loop {
        let page = crews::worked(tx, project, last.period.next(), after, ROWS)?;
        half_days += page.iter().map(|(_, n)| n).sum::<i64>();
        match page.last() {
            Some((worker, _)) if page.len() == ROWS as usize => after = Some(*worker),
            _ => break,
        }
    }
    match half_days {
        0 => Ok(None),
        n => Ok(at_rate(n, payroll::net_and_days(tx, last.id)?)),
    }
}

/// The forecast of a site's next pay day. Asks no right: the caller has.
pub fn forecast(tx: &mut Tx<'_>, project: ProjectId, today: Date) -> Result<Forecast> {
    let of = payroll::project_raw(tx, project)?;
    let sheets = payroll::sheets_newest(tx, project, SHEETS)?;
    let mut pay_on = payroll::next_pay_day(today, of.pay_day)?;
    let paid = |day: Date| sheets.iter().any(|s| s.kind == Kind::Wage && s.pay_on == day && is_settled(s));
    if paid(pay_on) {
        pay_on = payroll::next_pay_day(pay_on.plus_days(1), of.pay_day)?;
    }
    let waiting: Vec<i64> = sheets.iter().filter(|s| waits(s)).map(|s| s.net).collect();
    let last = sheets.iter().find(|s| s.kind == Kind::Wage && !s.repay && is_settled(s)).map(|s| (s.net, s.lines));
    let open = crate::installments(tx, project)?.into_iter();
    let open = open.filter(|i| i.state == crate::InstallmentState::Open).map(|i| (i.due_on, i.rest().minor)).collect();
    let known = Known {
        waiting: (!waiting.is_empty()).then(|| waiting.iter().sum()),
        attended: attended(tx, project, &sheets)?,
        last,
        heads: payroll::headcount(tx, project)?.workers,
        balance: ledger::view(tx, of.wage_account)?.available().minor,
        open,
    };
    Ok(judge(&known, today, pay_on, of.currency))
}

/// Tells contractors of pay days within [`FORECAST_DAYS`] for which there will be too little, once each; goes through at most `limit`
/// sites after `after`. Answers the last site seen and how many were told.
pub fn sweep_forecasts(tx: &mut Tx<'_>, after: [u8; 16], limit: u32) -> Result<(Option<[u8; 16]>, u32)> {
    use kernel::Id;
    let today = tx.now().local_date();
    let rows = limit.min(SWEEP_ROWS_MAX);
    let sites = tx.select::<SiteFile>("WHERE project > ?1 ORDER BY project LIMIT ?2", params![after, rows])?;
    let last = sites.last().map(|s| s.project.bytes());
    let mut told = 0;
    for file in sites {
        let of = payroll::project_raw(tx, file.project)?;
        let pay_on = payroll::next_pay_day(today, of.pay_day)?;
        let near = pay_on.days() - today.days() <= FORECAST_DAYS;
        if of.closed_at.is_some() || !near || tx.get::<Short>(params![file.book, file.project, pay_on])?.is_some() {
            continue;
        }
        let f = forecast(tx, file.project, today)?;
        if f.short.is_zero() || f.pay_on.days() - today.days() > FORECAST_DAYS {
            continue;
        }
        let mut short = Short {
            book: file.book,
            project: file.project,
            pay_on: f.pay_on,
            needed: f.needed.minor,
            short: f.short.minor,
            currency: f.short.currency,
            told_at: tx.now(),
            seal: Seal::default(),
        };
        if tx.insert_if_absent(&mut short)? {
            told += 1;
            let (project, firm, due) = (file.project, file.firm, f.pay_on);
            let event = Event::ForecastShort { project, firm, place: of.name, amount: f.short, due };
            tx.emit(&event, "worksite")?;
        }
    }
    Ok((last, told))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_need_is_the_surest_thing_known() {
        let all = Known { waiting: Some(900), attended: Some(800), last: Some((700, 7)), heads: 8, ..Known::default() };
        assert_eq!(needed(&all), (Basis::Sheet, 900));
        let worked = Known { waiting: None, ..all.clone() };
        assert_eq!(needed(&worked), (Basis::Attendance, 800));
        let last = Known { attended: None, ..worked };
        assert_eq!(needed(&last), (Basis::LastPaid, 800), "eight heads now, seven then");
        assert_eq!(needed(&Known { heads: 0, ..last.clone() }).0, Basis::Nothing, "nobody is on the roster any more");
        assert_eq!(needed(&Known { last: None, ..last }), (Basis::Nothing, 0));
    }

    #[test]
    fn days_are_reckoned_at_the_rate_of_the_last_sheet() {
        let last = (800_000, 2_600);
        assert_eq!(at_rate(52, last), Some(800_000), "26 days as then");
        assert_eq!(at_rate(1, last), Some(15_385), "half a day, rounded up");
        assert_eq!((at_rate(0, last), at_rate(52, (800_000, 0))), (None, None), "nothing to reckon by");
    }

    #[test]
    fn money_that_is_due_before_the_pay_day_counts_and_late_money_does_not() {
        let known = Known { waiting: Some(1000), balance: 400, ..Known::default() };
        let short = |open: &[(&str, i64)]| {
            let open = open.iter().map(|(day, rest)| (d(day), *rest)).collect();
            judge(&Known { open, ..known.clone() }, d("2026-11-22"), d("2026-11-25"), Currency::CNY).short.minor
        };
        for (open, want, why) in [
            (&[][..], 600, "nothing comes"),
            (&[("2026-11-22", 600)][..], 0, "due today"),
            (&[("2026-11-25", 600)], 0, "due on the pay day"),
            (&[("2026-11-25", 599)], 1, "one fen is missing"),
            (&[("2026-11-26", 600)], 600, "due the day after"),
            (&[("2026-11-21", 600)], 600, "late since yesterday"),
            (&[("2026-11-23", 300), ("2026-11-24", 300)], 0, "two together"),
        ] {
            assert_eq!(short(open), want, "{why}");
        }
    }
}
