//! A month's pay, worker by worker.
//!
//! Base pay is days times the day rate; an hour of overtime is three sixteenths of a day rate (an eighth, half as much
//! again), rounded down to whole yuan; due is base, overtime and allowance. From it go the worker's share of social
//! insurance (10.5 % of a base of 4,900 yuan for those insured), income tax (3 % of what is over 5,000 yuan after
//! insurance, as for a first month), meals and advances. `net = due - deductions`, and net is above zero.
use crate::dice::Dice;
use crate::numbers::Bank;
use crate::yard::{Subcontractor, Worker};
use kernel::{Date, Money, Rate, Rounding};

/// The insured worker's share a month: 10.5 % of 4,900.00.
pub const SOCIAL_SHARE: Money = Money::cny(51_450);
/// What is free of income tax a month.
pub const TAX_FREE: Money = Money::cny(500_000);

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

/// The month that the demo's first pay sheets are for.
pub const FIRST_PAY_MONTH: Month = Month { year: 2026, month: 10 };

impl Month {
    pub fn next(self) -> Month {
        if self.month == 12 { Month { year: self.year + 1, month: 1 } } else { Month { month: self.month + 1, ..self } }
    }
    /// Days of the month; 30 outside of the calendar.
    pub fn days(self) -> u32 {
        let first = |m: Month| Date::ymd(m.year, m.month, 1).map(Date::days);
        match (first(self), first(self.next())) {
            (Ok(a), Ok(b)) => (b - a) as u32,
            _ => 30,
        }
    }
    /// `2026年10月`
    pub fn zh(self) -> String {
        format!("{}年{}月", self.year, self.month)
    }
}

/// One worker's line of a pay sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayRow {
    /// Index into [`Subcontractor::workers`].
    pub worker: usize,
    pub name: String,
    pub identity: String,
    pub card: String,
    pub bank: Bank,
    pub team: String,
    pub trade: &'static str,
    /// Days worked, in halves.
    pub half_days: u32,
    pub overtime_hours: u32,
    pub base: Money,
    pub overtime: Money,
    pub allowance: Money,
    /// Base, overtime and allowance.
    pub due: Money,
    pub social: Money,
    pub tax: Money,
    pub meals: Money,
    pub advance: Money,
    /// Insurance, tax, meals and advance.
    pub deductions: Money,
    pub net: Money,
}

impl PayRow {
    /// `26` or `26.5`
    pub fn days(&self) -> String {
        let whole = self.half_days / 2;
        if self.half_days.is_multiple_of(2) { whole.to_string() } else { format!("{whole}.5") }
    }
}

/// A subcontractor's pay sheet: a row for every worker of the roster, by team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaySheet {
    pub month: Month,
    pub firm: String,
    pub rows: Vec<PayRow>,
    pub due: Money,
    pub deductions: Money,
    pub net: Money,
}

/// The pay sheet of `employer` for `month`; the same each time it is asked for.
pub fn pay_sheet(employer: &Subcontractor, month: Month) -> PaySheet {
    let mut dice = Dice::new(employer.seed, &format!("pay {}-{}", month.year, month.month));
    let rows: Vec<PayRow> =
        employer.workers.iter().enumerate().map(|(i, w)| pay_row(&mut dice, employer, w, i, month)).collect();
    let total = |of: fn(&PayRow) -> Money| Money::cny(rows.iter().map(|r| of(r).minor).sum());
    let (due, deductions, net) = (total(|r| r.due), total(|r| r.deductions), total(|r| r.net));
    PaySheet { month, firm: employer.firm.zh.clone(), rows, due, deductions, net }
}

fn pay_row(dice: &mut Dice, employer: &Subcontractor, worker: &Worker, index: usize, month: Month) -> PayRow {
    let most = i64::from(month.days()) * 2 - 2;
    let half_days = if dice.permille(60) { dice.between(12, 34) } else { dice.between(42, most) };
    let hours = if dice.permille(700) { dice.between(1, half_days / 2 * 2) } else { 0 };
    let rate = worker.day_rate.minor;
    let base = rate * half_days / 2;
    let overtime = rate * 3 / 16 / 100 * 100 * hours;
    let allowance = *dice.weighted(&[(0, 5), (20_000, 2), (30_000, 2), (50_000, 1)]);
    let due = base + overtime + allowance;
    let social = if worker.insured { SOCIAL_SHARE.minor.min(due / 4) } else { 0 };
    let tax = income_tax(Money::cny(due - social)).minor;
    let meals = (half_days + 1) / 2 * *dice.pick(&[1_000, 1_200, 1_500]);
    let advance = if half_days < 40 { 0 } else { *dice.weighted(&[(0, 12), (50_000, 2), (100_000, 2), (200_000, 1)]) };
    let deductions = social + tax + meals + advance;
    let team = &employer.teams[worker.team];
    PayRow {
        worker: index,
        name: worker.name.clone(),
        identity: worker.identity.clone(),
        card: worker.card.clone(),
        bank: worker.bank,
        team: team.zh.clone(),
        trade: team.trade.zh,
        half_days: half_days as u32,
        overtime_hours: hours as u32,
        base: Money::cny(base),
        overtime: Money::cny(overtime),
        allowance: Money::cny(allowance),
        due: Money::cny(due),
        social: Money::cny(social),
        tax: Money::cny(tax),
        meals: Money::cny(meals),
        advance: Money::cny(advance),
        deductions: Money::cny(deductions),
        net: Money::cny(due - deductions),
    }
}

/// 3 % of what is over [`TAX_FREE`], half up. Wages so high that they do not multiply owe nothing here.
fn income_tax(income: Money) -> Money {
    let over = Money::cny((income.minor - TAX_FREE.minor).max(0));
    Rate::new(3, 2).apply(over, Rounding::HalfUp).unwrap_or(Money::cny(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_their_days() {
        for (year, month, days) in [(2026, 10, 31), (2026, 12, 31), (2027, 2, 28), (2028, 2, 29), (2026, 11, 30)] {
            assert_eq!(Month { year, month }.days(), days, "{year}-{month}");
        }
        assert_eq!(FIRST_PAY_MONTH.next().next().next().zh(), "2027年1月");
    }

    #[test]
    fn tax_begins_above_5000_yuan() {
        for (income, tax) in [(499_999, 0), (500_000, 0), (500_017, 1), (500_016, 0), (812_345, 9_370)] {
            assert_eq!(income_tax(Money::cny(income)).minor, tax, "{income}");
        }
    }
}
