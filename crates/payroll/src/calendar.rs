//! Rest days and holidays of this country, as dated data, and the day a wage is paid on.
//!
//! A wage that falls due on a rest day or a holiday is paid on the last working day before it (保障农民工工资支付条例, Decree 724,
//! art. 14). Working weekends (调休) count as working days. Years that are not in `data/holidays.toml` know Saturdays and
//! Sundays only; [`calendar_is_known`] says so for the screens.
use kernel::{Date, Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const DATA: &str = include_str!("../data/holidays.toml");
/// Days of one holiday at most; more is a slip of the pen in the data.
const HOLIDAY_DAYS_MAX: i64 = 31;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    year: Vec<Year>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: i16,
    certain: bool,
    /// Where the dates are from; for the reader of the file.
    source: String,
    /// First and last day.
    off: Vec<(Date, Date)>,
    worked: Vec<Date>,
}

#[derive(Default)]
struct Calendar {
    /// Whether a year's arrangement is official.
    years: BTreeMap<i16, bool>,
    off: BTreeSet<Date>,
    worked: BTreeSet<Date>,
}

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| parse(DATA).expect("the bundled calendar is tested"));

fn parse(text: &str) -> Result<Calendar> {
    let broken = |why: String| Error::broken(format!("holidays.toml: {why}"));
    let file: File = toml::from_str(text).map_err(|e| broken(e.to_string()))?;
    let mut calendar = Calendar::default();
    for year in file.year {
        if year.source.is_empty() || calendar.years.insert(year.year, year.certain).is_some() {
            return Err(broken(format!("{} has no source or stands twice", year.year)));
        }
        for (first, last) in year.off {
            let days = last.days() - first.days();
            if !(0..HOLIDAY_DAYS_MAX).contains(&days) || first.year() != year.year || last.year() != year.year {
                return Err(broken(format!("{first} to {last} is no holiday of {}", year.year)));
            }
            calendar.off.extend((0..=days).map(|d| first.plus_days(d)));
        }
        if let Some(odd) = year.worked.iter().find(|d| d.weekday() < 6 || calendar.off.contains(d)) {
            return Err(broken(format!("{odd} is not a weekend that is worked")));
        }
        calendar.worked.extend(year.worked);
    }
    Ok(calendar)
}

/// Whether banks and firms work on this day.
pub fn is_business_day(date: Date) -> bool {
    CALENDAR.worked.contains(&date) || date.weekday() < 6 && !CALENDAR.off.contains(&date)
}

/// Whether the official arrangement of the date's year is known here.
pub fn calendar_is_known(date: Date) -> bool {
    CALENDAR.years.get(&date.year()).copied().unwrap_or(false)
}

/// The day a wage due on `date` is paid: that day, or the last working day before it.
pub fn pay_day(date: Date) -> Date {
    let mut day = date;
    while !is_business_day(day) {
        day = day.plus_days(-1);
    }
    day
}

/// Day `day` (1 to 31) of the month, or its last day when it is shorter.
pub(crate) fn day_of_month(year: i16, month: i8, day: u8) -> Result<Date> {
    let day = i8::try_from(day.clamp(1, 31)).unwrap_or(1);
    (1..=day).rev().map(|d| Date::ymd(year, month, d)).find(Result::is_ok).unwrap_or_else(|| Date::ymd(year, month, 1))
}

/// The next pay day of a project that pays on `day` of each month, not before `today`.
pub fn next_pay_day(today: Date, day: u8) -> Result<Date> {
    let this = pay_day(day_of_month(today.year(), today.month(), day)?);
    if this >= today {
        return Ok(this);
    }
    let next = crate::Period::of(today).next();
    Ok(pay_day(day_of_month(next.year, next.month, day)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_wage_is_paid_before_a_rest_day_or_holiday() {
        let cases = [
            ("2026-11-20", "2026-11-20", "a Friday"),
            ("2026-11-21", "2026-11-20", "a Saturday"),
            ("2026-11-22", "2026-11-20", "a Sunday"),
            ("2026-10-05", "2026-09-30", "in the National Day week"),
            ("2026-10-10", "2026-10-10", "a Saturday that is worked"),
            ("2026-10-11", "2026-10-10", "the Sunday after it"),
            ("2026-02-20", "2026-02-14", "Spring Festival; the Saturday before is worked"),
            ("2026-02-15", "2026-02-14", "its first day"),
            ("2026-01-01", "2025-12-31", "over the end of the year"),
            ("2027-02-06", "2027-02-04", "statutory days of 2027"),
            ("2028-01-01", "2027-12-31", "a Saturday beyond the data"),
        ];
        for (due, paid, why) in cases {
            assert_eq!(pay_day(d(due)), d(paid), "{due}: {why}");
        }
    }

    #[test]
    fn what_is_not_official_is_said() {
        assert!(calendar_is_known(d("2026-12-31")));
        assert!(!calendar_is_known(d("2027-01-01")) && !calendar_is_known(d("2031-05-05")));
    }

    #[test]
    fn the_agreed_day_fits_every_month() {
        assert_eq!(day_of_month(2026, 2, 31).unwrap(), d("2026-02-28"));
        assert_eq!(day_of_month(2028, 2, 30).unwrap(), d("2028-02-29"));
        assert_eq!(day_of_month(2026, 4, 31).unwrap(), d("2026-04-30"));
        assert_eq!(day_of_month(2026, 4, 5).unwrap(), d("2026-04-05"));
        assert_eq!(next_pay_day(d("2026-11-21"), 25).unwrap(), d("2026-11-25"));
        assert_eq!(next_pay_day(d("2026-11-21"), 15).unwrap(), d("2026-12-15"));
        assert_eq!(
            next_pay_day(d("2026-12-31"), 3).unwrap(),
            d("2027-01-01").plus_days(-1),
            "3 January 2027 is a Sunday after a holiday"
        );
    }

    #[test]
    fn broken_data_is_refused() {
        for text in [
            "[[year]]\nyear = 2030\ncertain = true\nsource = \"x\"\noff = [[\"2030-05-05\", \"2030-05-01\"]]\nworked = []",
            "[[year]]\nyear = 2030\ncertain = true\nsource = \"\"\noff = []\nworked = []",
            "[[year]]\nyear = 2030\ncertain = true\nsource = \"x\"\noff = []\nworked = [\"2030-05-06\"]",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
