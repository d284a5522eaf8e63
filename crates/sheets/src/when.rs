//! Dates and months as people write them.
use crate::clean::plain;
use crate::grid::Value;
use kernel::Date;
use std::fmt;

/// A calendar month; shows as `2026-07`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Month {
    pub fn of(date: Date) -> Month {
        Month { year: date.year(), month: date.month() }
    }
    pub fn first_day(self) -> Option<Date> {
        Date::ymd(self.year, self.month, 1).ok()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// Years that a sheet may speak of.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;
/// Serial numbers that are taken for dates although the cell is not formatted as one: 1954-10-03 to 2099-12-31.
const SERIALS: std::ops::RangeInclusive<i64> = 20_000..=73_050;
/// Serial numbers of 1970-01-01, counted from 1900 (with its day too many) and from 1904.
const EPOCH_1900: i64 = 25_569;
const EPOCH_1904: i64 = 24_107;

/// What a cell says of the calendar.
enum Said {
    Nothing,
    Month(Month),
    Day(Date),
}

fn said(value: Value<'_>, epoch_1904: bool) -> Option<Said> {
    let date = match value {
        Value::Empty => return Some(Said::Nothing),
        Value::Moment(date, _) => date,
        Value::Number(n) if n.fract() == 0.0 && SERIALS.contains(&(n as i64)) => {
            Date::from_days(n as i64 - if epoch_1904 { EPOCH_1904 } else { EPOCH_1900 })
        }
        Value::Number(n) if n.fract() == 0.0 && (190_000.0..30_000_000.0).contains(&n) => {
            return text(&(n as i64).to_string());
        }
        Value::Text(t) => return text(t),
        _ => return None,
    };
    YEARS.contains(&date.year()).then_some(Said::Day(date))
}

/// `2026-07`, `2026/7/1`, `2026.7.1`, `2026年7月1日`, `202607`, `20260701`, each perhaps with a time of day behind it.
fn text(text: &str) -> Option<Said> {
    let text = plain(text).replace("月份", "月").replace(['年', '月'], "-").replace(['日', '号'], " ");
    let text = text.replace("- ", "-").replace(" -", "-");
    let text = text.trim().trim_end_matches('-');
    if text.is_empty() {
        return Some(Said::Nothing);
    }
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    if !time.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ' ' | 'Z' | '+')) {
        return None;
    }
    let pieces: Vec<&str> = day.split(['-', '/', '.']).collect();
    if !pieces.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let (year, month, date) = match pieces.as_slice() {
        [whole] if whole.len() == 6 => (&whole[..4], &whole[4..], None),
        [whole] if whole.len() == 8 => (&whole[..4], &whole[4..6], Some(&whole[6..])),
        [y, m] if y.len() == 4 && m.len() <= 2 => (*y, *m, None),
        [y, m, d] if y.len() == 4 && m.len() <= 2 && d.len() <= 2 => (*y, *m, Some(*d)),
        _ => return None,
    };
    let (year, month) = (year.parse().ok().filter(|y| YEARS.contains(y))?, month.parse().ok()?);
    match date {
        Some(d) => Date::ymd(year, month, d.parse().ok()?).ok().map(Said::Day),
        None => (1..=12).contains(&month).then_some(Said::Month(Month { year, month })),
    }
}

/// A day; `Ok(None)` for an empty cell, `Err` for anything that does not name one day of 1900 to 2199.
pub(crate) fn date(value: Value<'_>, epoch_1904: bool) -> Result<Option<Date>, ()> {
    match said(value, epoch_1904) {
        Some(Said::Day(date)) => Ok(Some(date)),
        Some(Said::Nothing) => Ok(None),
        _ => Err(()),
    }
}

/// A month; a day is read as its month, for that is what a spreadsheet makes of `2026-7`.
pub(crate) fn month(value: Value<'_>, epoch_1904: bool) -> Result<Option<Month>, ()> {
    match said(value, epoch_1904) {
        Some(Said::Day(date)) => Ok(Some(Month::of(date))),
        Some(Said::Month(month)) => Ok(Some(month)),
        Some(Said::Nothing) => Ok(None),
        None => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_in_every_spelling() {
        let cases = [
            ("2026-07-01", Some("2026-07-01"), Some("2026-07")),
            ("2026/7/1", Some("2026-07-01"), Some("2026-07")),
            ("2026.7.1", Some("2026-07-01"), Some("2026-07")),
            ("2026年7月1日", Some("2026-07-01"), Some("2026-07")),
            ("2026 年 7 月 1 日", Some("2026-07-01"), Some("2026-07")),
            ("２０２６年７月１号", Some("2026-07-01"), Some("2026-07")),
            ("20260701", Some("2026-07-01"), Some("2026-07")),
            ("2026-07-01 08:30:00", Some("2026-07-01"), Some("2026-07")),
            ("2026-07-01T00:00:00", Some("2026-07-01"), Some("2026-07")),
            ("2026-07", None, Some("2026-07")),
            ("2026年7月", None, Some("2026-07")),
            ("2026年7月份", None, Some("2026-07")),
            ("202607", None, Some("2026-07")),
            ("2026-13", None, None),
            ("2026-02-30", None, None),
            ("7月", None, None),
            ("26-7-1", None, None),
            ("7/1/2026", None, None),
            ("2026年", None, None),
            ("昨天", None, None),
            ("9999-01-01", None, None),
        ];
        for (text, day, mon) in cases {
            let v = Value::Text(text);
            assert_eq!(date(v, false).ok().flatten().map(|d| d.to_string()).as_deref(), day, "{text}");
            assert_eq!(month(v, false).ok().flatten().map(|d| d.to_string()).as_deref(), mon, "{text}");
        }
    }

    #[test]
    fn serial_numbers_count_from_1900_or_1904() {
        assert_eq!(date(Value::Number(46_204.0), false).unwrap().unwrap().to_string(), "2026-07-01");
        assert_eq!(date(Value::Number(44_742.0), true).unwrap().unwrap().to_string(), "2026-07-01");
        assert_eq!(date(Value::Number(20_260_701.0), false).unwrap().unwrap().to_string(), "2026-07-01");
        assert_eq!(month(Value::Number(202_607.0), false).unwrap().unwrap().to_string(), "2026-07");
        assert!(date(Value::Number(46_204.5), false).is_err());
        assert!(date(Value::Number(7.0), false).is_err());
        assert!(date(Value::Bool(true), false).is_err());
        assert_eq!(date(Value::Text(" "), false), Ok(None));
    }

    proptest::proptest! {
        #[test]
        fn any_text_and_any_number_are_answered(t in ".*", n: f64) {
            let _ = (date(Value::Text(&t), false), month(Value::Number(n), true));
        }
        #[test]
        fn a_day_survives_its_spellings(days in -20_000i64..70_000) {
            let d = Date::from_days(days);
            let spelt = format!("{}年{}月{}日", d.year(), d.month(), d.day());
            proptest::prop_assert_eq!(date(Value::Text(&spelt), false), Ok(Some(d)));
            proptest::prop_assert_eq!(date(Value::Text(&d.to_string()), false), Ok(Some(d)));
        }
    }
}
