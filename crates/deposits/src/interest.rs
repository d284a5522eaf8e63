//! Interest, exactly: a yearly rate, grains of a minor unit, and the one rounding at settlement. No input or output, no clock.
//!
//! What a day adds is counted in **grains**: 131,400,000,000 (365 × 360 × 10⁶) to a minor unit, eleven digits beyond the fen.
//! In grains a day's interest by 1/360 or 1/365 of a year is a whole number, so however a time is cut into pieces the pieces
//! add up to it, in any order, and nothing is lost before the rounding (四舍五入) when interest becomes due.
use crate::DayCount;
use kernel::{Date, Error, Result};
use std::fmt;

/// Grains in one minor unit.
pub const GRAINS_PER_MINOR: i128 = 365 * 360 * 1_000_000;
/// A yearly rate is below this: 100 %.
pub const RATE_MILLIONTHS_MAX: i32 = 1_000_000;

/// A rate a year, in millionths of the amount: 1.15 % is 11,500.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Annual(i32);

impl Annual {
    /// Below zero and from [`RATE_MILLIONTHS_MAX`] on there is none.
    pub const fn millionths(n: i32) -> Option<Annual> {
        if n >= 0 && n < RATE_MILLIONTHS_MAX { Some(Annual(n)) } else { None }
    }
    /// Reads per cent with at most four decimals: `1.15`.
    pub fn percent(text: &str) -> Result<Annual> {
        let bad = || Error::field("rate", format!("{text:?} is not per cent a year, such as 1.15, below 100"));
        parse_millionths(text).and_then(Annual::millionths).ok_or_else(bad)
    }
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Annual {
    /// `1.15%`, at least two decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 10_000, format!("{:04}", self.0 % 10_000));
        let part = if part.ends_with("00") { &part[..2] } else { part.trim_end_matches('0') };
        write!(f, "{whole}.{part}%")
    }
}

impl serde::Serialize for Annual {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.serialize_str(self.to_string().trim_end_matches('%'))
    }
}

impl store::Column for Annual {
    fn param(&self) -> store::Param<'_> {
        store::Param::Int(i64::from(self.0))
    }
    fn from_param(value: &store::Param<'_>) -> Result<Self> {
        let n = i32::try_from(value.int()?).ok().and_then(Annual::millionths);
        n.ok_or_else(|| Error::broken(format!("a column holds {value:?} where a rate belongs")))
    }
}

/// Per cent as millionths: the text's digits, four of them after the point.
fn parse_millionths(percent: &str) -> Option<i32> {
    let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let shaped = (1..=3).contains(&whole.len()) && part.len() <= 4 && !percent.ends_with('.');
    match shaped && digits(whole) && digits(part) {
        true => format!("{whole}{part:0<4}").parse().ok(),
        false => None,
    }
}

/// A part of a minor unit that was earned and is not yet due. Never below zero in a sound book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grains(pub i128);

impl Grains {
    /// What `amount` minor units earn at `rate` in `days` days of 1/360 or 1/365 year. `year` is 360 or 365.
    pub fn daily(amount: i64, rate: i64, days: i64, year: Year) -> Grains {
        Grains(i128::from(amount) * i128::from(rate) * i128::from(days) * year.grains())
    }
    /// What a sum of balances over days (积数, minor units × days) earns at `rate`.
    pub fn of_products(products: i64, rate: Annual, year: Year) -> Grains {
        Grains(i128::from(products) * i128::from(rate.get()) * year.grains())
    }
    pub fn of_minor(minor: i64) -> Grains {
        Grains(i128::from(minor) * GRAINS_PER_MINOR)
    }
    /// Rounded half up, the one rounding there is.
    pub fn minor(self) -> Result<i64> {
        let rounded = (2 * self.0 + GRAINS_PER_MINOR).div_euclid(2 * GRAINS_PER_MINOR);
        i64::try_from(rounded).map_err(|_| Error::broken("interest is larger than the ledger can hold"))
    }
}

impl store::Column for Grains {
    fn param(&self) -> store::Param<'_> {
        store::Param::Id(self.0.to_be_bytes())
    }
    fn from_param(value: &store::Param<'_>) -> Result<Self> {
        <[u8; 16] as store::Column>::from_param(value).map(|b| Grains(i128::from_be_bytes(b)))
    }
}

/// Days of the year that a day's interest is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Year {
    Of360,
    Of365,
}

impl Year {
    fn grains(self) -> i128 {
        match self {
            Year::Of360 => 365,
            Year::Of365 => 360,
        }
    }
}

/// What `amount` minor units (≥ 0) earn from `from` to `to` at `rate`, rounded half up once.
pub fn interest(amount: i64, rate: Annual, count: DayCount, from: Date, to: Date) -> Result<i64> {
    let f = count.fraction(from, to);
    let wide = |n: i64| i128::from(n);
    let over = wide(f.whole) * wide(i64::from(RATE_MILLIONTHS_MAX));
    let exact = wide(amount) * i128::from(rate.get()) * wide(f.parts);
    i64::try_from((2 * exact + over).div_euclid(2 * over))
        .map_err(|_| Error::broken("interest is larger than the ledger can hold"))
}

/// The part of an amount that counts for interest: whole units (计息起点) of `unit` minor units.
pub fn counted(amount: i64, unit: i64) -> i64 {
    let amount = amount.max(0);
    amount - amount % unit.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::{Decimal, RoundingStrategy};

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn rates_are_read_and_told() {
        let cases = [
            ("1.15", Some(11_500)),
            ("0.05", Some(500)),
            ("0", Some(0)),
            ("2", Some(20_000)),
            ("0.0001", Some(1)),
            ("99.9999", Some(999_999)),
            ("100", None),
            ("1.00001", None),
            ("-1", None),
            ("1.", None),
            (".5", None),
            ("", None),
            ("1e1", None),
        ];
        for (text, want) in cases {
            assert_eq!(Annual::percent(text).ok().map(Annual::get), want, "{text}");
        }
        assert_eq!(Annual(11_500).to_string(), "1.15%");
        assert_eq!(Annual(1).to_string(), "0.0001%");
        assert_eq!(Annual(20_000).to_string(), "2.00%");
    }

    /// Worked out by hand: principal, rate, count, from, to, interest in fen.
    #[test]
    fn interest_to_the_fen() {
        use DayCount::*;
        let cases = [
            (1_000_000, "1.50", YearsMonthsDays, "2026-01-15", "2027-01-15", 15_000),
            (1_000_000, "1.50", YearsMonthsDays, "2026-01-15", "2026-07-15", 7_500),
            (1_000_000, "1.50", YearsMonthsDays, "2026-01-31", "2026-04-30", 3_750),
            (1_000_000, "1.50", YearsMonthsDays, "2026-01-15", "2026-07-25", 7_917),
            (1_000_000, "0.05", Act360, "2026-01-15", "2026-04-15", 125),
            (1_000_000, "0.05", Act365Fixed, "2026-01-15", "2026-04-15", 123),
            (12_345_678, "2.10", ThirtyE360, "2024-01-15", "2024-03-31", 54_012),
            (100, "0.05", Act360, "2026-01-01", "2026-01-02", 0),
            (36_000_000, "0.05", Act360, "2026-01-01", "2026-01-02", 50),
            (0, "5", Act360, "2026-01-01", "2027-01-01", 0),
            (9_000_000_000_000, "5", Act360, "2021-01-01", "2026-01-01", 2_282_500_000_000),
        ];
        for (amount, rate, count, from, to, want) in cases {
            let rate = Annual::percent(rate).unwrap();
            assert_eq!(
                interest(amount, rate, count, day(from), day(to)).unwrap(),
                want,
                "{amount} {count} {from} {to}"
            );
        }
    }

    #[test]
    fn half_a_fen_is_a_fen_and_less_is_none() {
        let half = Grains(GRAINS_PER_MINOR / 2);
        assert_eq!(half.minor().unwrap(), 1);
        assert_eq!(Grains(half.0 - 1).minor().unwrap(), 0);
        assert_eq!(Grains(-half.0).minor().unwrap(), 0);
        assert_eq!(Grains(-half.0 - 1).minor().unwrap(), -1);
    }

    #[test]
    fn only_whole_units_count() {
        for (amount, unit, want) in
            [(12_345, 100, 12_300), (99, 100, 0), (-500, 100, 0), (12_345, 1, 12_345), (5, 0, 5)]
        {
            assert_eq!(counted(amount, unit), want);
        }
    }

    proptest! {
        #[test]
        fn any_cut_of_the_days_adds_up(amount in 0i64..1_000_000_000_000, rate in 0i64..100_000, days in prop::collection::vec(0i64..400, 1..20)) {
            for year in [Year::Of360, Year::Of365] {
                let whole = Grains::daily(amount, rate, days.iter().sum(), year);
                let parts: i128 = days.iter().map(|d| Grains::daily(amount, rate, *d, year).0).sum();
                let backwards: i128 = days.iter().rev().map(|d| Grains::daily(amount, rate, *d, year).0).sum();
                prop_assert_eq!(whole.0, parts);
                prop_assert_eq!(parts, backwards);
                prop_assert!(whole.0 >= 0);
            }
        }

        #[test]
        fn parts_of_an_amount_earn_what_the_whole_earns(parts in prop::collection::vec(0i64..10_000_000_000, 1..20), rate in 0i64..100_000, days in 0i64..2_000) {
            let whole = Grains::daily(parts.iter().sum(), rate, days, Year::Of360);
            let sum: i128 = parts.iter().map(|p| Grains::daily(*p, rate, days, Year::Of360).0).sum();
            prop_assert_eq!(whole.0, sum);
        }

        #[test]
        fn products_and_days_say_the_same(balances in prop::collection::vec((0i64..10_000_000_000, 1i64..40), 1..20), rate in 0i32..100_000) {
            let products: i64 = balances.iter().map(|(b, d)| b * d).sum();
            let daily: i128 = balances.iter().map(|(b, d)| Grains::daily(*b, i64::from(rate), *d, Year::Of360).0).sum();
            prop_assert_eq!(Grains::of_products(products, Annual(rate), Year::Of360).0, daily);
        }

        #[test]
        fn decimals_come_to_the_same_fen(amount in 0i64..1_000_000_000_000, rate in 0i32..100_000, from in 15_000i64..25_000, days in 0i64..2_000) {
            let (from, to) = (Date::from_days(from), Date::from_days(from + days));
            for count in DayCount::ALL {
                let got = interest(amount, Annual(rate), *count, from, to).unwrap();
                let f = count.fraction(from, to);
                let exact = Decimal::from(amount) * Decimal::new(i64::from(rate), 6) * Decimal::from(f.parts) / Decimal::from(f.whole);
                let near = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
                prop_assert!((Decimal::from(got) - near).is_zero(), "{} {} {}", count, got, exact);
                prop_assert!(got >= 0);
            }
        }
    }
}
