//! Day counts: which part of a year lies between two days, as an exact fraction.
//!
//! The first day counts and the last does not (算头不算尾). The names are those of ISDA (2006 Definitions, 4.16); the values
//! are held against QuantLib's in the tests. [`DayCount::YearsMonthsDays`] is what the People's Bank lets banks do with
//! term deposits (逐笔计息, whole years and months by the year, odd days by 1/360): written from memory of 银发〔2005〕129号.
use kernel::Date;

store::text_enum! {
    /// How days become a part of a year.
    pub enum DayCount {
        Act360 = "act/360",
        Act365Fixed = "act/365f",
        ActActIsda = "act/act_isda",
        Thirty360Bond = "30/360_bond",
        ThirtyE360 = "30e/360",
        /// 整年整月加零头天数.
        YearsMonthsDays = "years_months_days",
    }
}

/// `parts` of `whole`; `whole` is above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    pub parts: i64,
    pub whole: i64,
}

impl DayCount {
    /// From `from` to `to`; zero when `to` is not later.
    pub fn fraction(self, from: Date, to: Date) -> Fraction {
        if to <= from {
            return Fraction { parts: 0, whole: 360 };
        }
        let days = to.days() - from.days();
        match self {
            DayCount::Act360 => Fraction { parts: days, whole: 360 },
            DayCount::Act365Fixed => Fraction { parts: days, whole: 365 },
            DayCount::ActActIsda => {
                let leap = leap_days(from, to);
                Fraction { parts: (days - leap) * 366 + leap * 365, whole: 365 * 366 }
            }
            DayCount::Thirty360Bond => {
                let first = from.day().min(30);
                let last = if to.day() == 31 && first == 30 { 30 } else { to.day() };
                thirty(from, first, to, last)
            }
            DayCount::ThirtyE360 => thirty(from, from.day().min(30), to, to.day().min(30)),
            DayCount::YearsMonthsDays => {
                let months = whole_months(from, to);
                let odd = to.days() - from.plus_months(months).days();
                Fraction { parts: i64::from(months) * 30 + odd, whole: 360 }
            }
        }
    }
}

fn thirty(from: Date, first: i8, to: Date, last: i8) -> Fraction {
    let months = (i64::from(to.year()) - i64::from(from.year())) * 12 + i64::from(to.month()) - i64::from(from.month());
    Fraction { parts: months * 30 + i64::from(last) - i64::from(first), whole: 360 }
}

/// Months that fit between two days; a month ends on the day of the same number, or on its last one.
pub fn whole_months(from: Date, to: Date) -> i32 {
    let rough = (i32::from(to.year()) - i32::from(from.year())) * 12 + i32::from(to.month()) - i32::from(from.month());
    if from.plus_months(rough) > to { rough - 1 } else { rough }
}

/// Days from `from` on and before `to` that lie in leap years.
fn leap_days(from: Date, to: Date) -> i64 {
    let begins = |year: i16| Date::ymd(year, 1, 1).map_or(to.days(), Date::days);
    (from.year()..=to.year())
        .filter(|year| Date::ymd(*year, 1, 1).is_ok_and(Date::is_leap_year))
        .map(|year| begins(year + 1).min(to.days()) - begins(year).max(from.days()))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    /// QuantLib 1.44, seven digits after the point.
    #[test]
    fn fractions_are_those_of_quantlib() {
        use DayCount::*;
        let (spring, half) = (("2024-01-15", "2024-03-31"), ("2023-11-01", "2024-05-01"));
        let cases = [
            (spring, Act360, 2_111_111),
            (spring, Act365Fixed, 2_082_192),
            (spring, ActActIsda, 2_076_503),
            (spring, Thirty360Bond, 2_111_111),
            (spring, ThirtyE360, 2_083_333),
            (half, Act360, 5_055_556),
            (half, Act365Fixed, 4_986_301),
            (half, ActActIsda, 4_977_244),
            (half, Thirty360Bond, 5_000_000),
            (half, ThirtyE360, 5_000_000),
        ];
        for ((from, to), count, want) in cases {
            let f = count.fraction(day(from), day(to));
            let seven = (i128::from(f.parts) * 20_000_000 + i128::from(f.whole)) / (2 * i128::from(f.whole));
            assert_eq!(seven, want, "{count} {from} {to}");
        }
    }

    /// 1,000,000.00 at 2.10 % over the same periods, in fen: the fractions above, unrounded, worked out by hand.
    #[test]
    fn and_so_is_the_interest_to_the_fen() {
        use DayCount::*;
        let rate = crate::Annual::percent("2.10").unwrap();
        let cases = [
            ("2024-01-15", "2024-03-31", [443_333, 437_260, 436_066, 443_333, 437_500]),
            ("2023-11-01", "2024-05-01", [1_061_667, 1_047_123, 1_045_221, 1_050_000, 1_050_000]),
        ];
        for (from, to, want) in cases {
            let counts = [Act360, Act365Fixed, ActActIsda, Thirty360Bond, ThirtyE360];
            let got = counts.map(|count| crate::interest(100_000_000, rate, count, day(from), day(to)).unwrap());
            assert_eq!(got, want, "{from} {to}");
        }
    }

    #[test]
    fn days_by_name() {
        use DayCount::*;
        let cases = [
            ("2024-01-15", "2024-03-31", Thirty360Bond, 76),
            ("2024-01-15", "2024-03-31", ThirtyE360, 75),
            ("2024-01-31", "2024-03-31", Thirty360Bond, 60),
            ("2024-02-29", "2024-03-31", Thirty360Bond, 32),
            ("2024-02-29", "2024-03-31", ThirtyE360, 31),
            ("2026-01-31", "2026-02-28", YearsMonthsDays, 30),
            ("2026-01-31", "2026-03-01", YearsMonthsDays, 31),
            ("2024-02-29", "2025-02-28", YearsMonthsDays, 360),
            ("2026-03-02", "2027-03-02", YearsMonthsDays, 360),
            ("2026-03-02", "2026-03-02", YearsMonthsDays, 0),
            ("2026-03-02", "2026-03-01", Act360, 0),
        ];
        for (from, to, count, want) in cases {
            assert_eq!(count.fraction(day(from), day(to)).parts, want, "{count} {from} {to}");
        }
    }
}
