//! Times at a gate and marks in a table, as half hours of a day.
use crate::month::DAY_HALF_HOURS_MAX;
use kernel::Date;
use sheets::Value;
use std::collections::BTreeMap;

/// Hours that in and out may lie apart at most: a night shift ends on the next day.
pub(crate) const SHIFT_HOURS_MAX: i64 = 16;
/// Hundredths: numbers up to this in a table of days are days of work, in a table with any above it hours.
const DAYS_MAX_HUNDREDTHS: i64 = 200;
/// Half hours that a day's mark stands for: eight hours.
const FULL_DAY: i64 = 16;
const DAY_SECONDS: i64 = 86_400;

/// A time at the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Punch {
    pub date: Date,
    pub second: u32,
    pub way: Option<Way>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    In,
    Out,
}

/// 进 or 出; `None` for anything else.
pub(crate) fn way(text: &str) -> Option<Way> {
    let t = sheets::clean(text).to_lowercase();
    match t.as_str() {
        "进" | "入" | "进场" | "入场" | "进入" | "上班" | "签到" | "in" | "enter" => Some(Way::In),
        "出" | "离" | "出场" | "离场" | "离开" | "外出" | "下班" | "签退" | "out" | "exit" => {
            Some(Way::Out)
        }
        _ => None,
    }
}

/// A time of day, with its date where the cell has one.
pub(crate) fn time(value: Value<'_>) -> Option<(Option<Date>, u32)> {
    match value {
        Value::Moment(date, second) => Some(((date.year() >= 1950).then_some(date), second)),
        Value::Number(n) if (0.0..1.0).contains(&n) => {
            let seconds = (scaled(&value.shown(), 9)? * DAY_SECONDS + 500_000_000) / 1_000_000_000;
            u32::try_from(seconds).ok().map(|s| (None, s))
        }
        Value::Text(text) => written(text),
        _ => None,
    }
}

fn written(text: &str) -> Option<(Option<Date>, u32)> {
    let text = kernel::chinese::half_width(&sheets::clean(text)).replace(['T', '/', '.'], " ").replace('-', " ");
    let parts: Vec<&str> = text.split_whitespace().collect();
    let (clock, date) = parts.split_last()?;
    let date = match date {
        [] => None,
        [y, m, d] => Some(Date::ymd(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok()?),
        _ => return None,
    };
    let numbers: Vec<u32> = clock.split(':').map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let (h, m, s) = match numbers[..] {
        [h, m] => (h, m, 0),
        [h, m, s] => (h, m, s),
        _ => return None,
    };
    (h < 24 && m < 60 && s < 60).then_some((date, h * 3600 + m * 60 + s))
}

/// Full half hours between two moments, at least one; `None` when they are too far apart or the wrong way round.
pub(crate) fn between(from: (Date, u32), to: (Date, u32)) -> Option<u8> {
    let seconds = (to.0.days() - from.0.days()) * DAY_SECONDS + i64::from(to.1) - i64::from(from.1);
    let fits = seconds > 0 && seconds <= SHIFT_HOURS_MAX * 3600;
    fits.then(|| (seconds / 1800).max(1)).and_then(|n| u8::try_from(n).ok())
}

/// What the punches of one person come to: half hours by the date of the time in, and dates with a time that has no partner.
/// Where no punch says which way it was, the first and the last of a date are in and out.
pub(crate) fn paired(mut punches: Vec<Punch>) -> (BTreeMap<Date, u32>, Vec<Date>) {
    punches.sort();
    punches.dedup();
    if punches.iter().all(|p| p.way.is_none()) {
        return by_date(&punches);
    }
    let (mut hours, mut alone) = (BTreeMap::new(), Vec::new());
    let mut inside: Option<Punch> = None;
    for punch in punches {
        match (punch.way, inside) {
            (Some(Way::In), None) => inside = Some(punch),
            // Twice in within a shift is one time in; later it is another day's.
            (Some(Way::In), Some(first))
                if between((first.date, first.second), (punch.date, punch.second)).is_none() =>
            {
                alone.push(first.date);
                inside = Some(punch);
            }
            (Some(Way::Out), Some(first)) => {
                match between((first.date, first.second), (punch.date, punch.second)) {
                    Some(n) => *hours.entry(first.date).or_default() += u32::from(n),
                    None => alone.extend([first.date, punch.date]),
                }
                inside = None;
            }
            (Some(Way::Out), None) if !hours.contains_key(&punch.date) => alone.push(punch.date),
            _ => {}
        }
    }
    alone.extend(inside.map(|p| p.date));
    alone.retain(|date| !hours.contains_key(date));
    alone.dedup();
    (hours, alone)
}

fn by_date(punches: &[Punch]) -> (BTreeMap<Date, u32>, Vec<Date>) {
    let mut dates: BTreeMap<Date, (u32, u32)> = BTreeMap::new();
    for p in punches {
        let span = dates.entry(p.date).or_insert((p.second, p.second));
        *span = (span.0.min(p.second), span.1.max(p.second));
    }
    let (mut hours, mut alone) = (BTreeMap::new(), Vec::new());
    for (date, (first, last)) in dates {
        match between((date, first), (date, last)) {
            Some(n) => {
                hours.insert(date, u32::from(n));
            }
            None => alone.push(date),
        }
    }
    (hours, alone)
}

/// A mark of a table of days as half hours; `None` when it is not understood.
pub(crate) fn mark(value: Value<'_>, in_hours: bool) -> Option<u8> {
    let full_day = u8::try_from(FULL_DAY).ok();
    match value {
        Value::Empty => Some(0),
        Value::Number(_) => of_number(scaled(&value.shown(), 2)?, in_hours),
        Value::Text(text) => match kernel::chinese::half_width(&sheets::clean(text)).as_str() {
            "" | "-" | "—" | "×" | "x" | "X" | "缺" | "缺勤" | "休" | "假" | "旷" | "旷工" | "事假" | "病假" => {
                Some(0)
            }
            "√" | "✓" | "✔" | "出" | "出勤" | "全" | "到" => full_day,
            "半" | "半天" | "△" | "▲" => full_day.map(|n| n / 2),
            other => of_number(number(other)?, in_hours),
        },
        _ => None,
    }
}

/// Hundredths of an hour or of a day of work as half hours of one day.
fn of_number(hundredths: i64, in_hours: bool) -> Option<u8> {
    let half_hours = hundredths * if in_hours { 2 } else { FULL_DAY } / 100;
    let half_hours = if hundredths > 0 { half_hours.max(1) } else { half_hours };
    u8::try_from(half_hours).ok().filter(|n| *n <= DAY_HALF_HOURS_MAX)
}

/// Hundredths of a number in a cell, with 天, 工 or 小时 after it or not.
fn number(text: &str) -> Option<i64> {
    let bare = ["小时", "天", "工", "h"].iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text).trim();
    scaled(bare, 2)
}

/// A decimal number times ten to the power of `decimals`; digits beyond are left out. `None` below zero and for anything
/// else.
fn scaled(text: &str, decimals: usize) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain(std::iter::repeat('0')).take(decimals).collect();
    format!("{whole}{part}").parse().ok()
}

/// Whether a table with these marks counts hours: some number is more than any day of work.
pub(crate) fn counts_hours<'v>(values: impl Iterator<Item = Value<'v>>) -> bool {
    let read = |v: Value<'_>| match v {
        Value::Number(_) => scaled(&v.shown(), 2),
        Value::Text(t) => number(&kernel::chinese::half_width(&sheets::clean(t))),
        _ => None,
    };
    values.filter_map(read).any(|n| n > DAYS_MAX_HUNDREDTHS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i8, hour: u32, way: Option<Way>) -> Punch {
        Punch { date: Date::ymd(2026, 10, day).unwrap(), second: hour * 3600, way }
    }

    #[test]
    fn times_are_read_as_gates_and_people_write_them() {
        let day = Date::ymd(2026, 10, 8).ok();
        for (text, want) in [
            ("07:45", Some((None, 27_900))),
            ("2026-10-08 07:45:30", Some((day, 27_930))),
            ("2026/10/8 7:45", Some((day, 27_900))),
            ("2026-10-08T07:45", Some((day, 27_900))),
            ("24:00", None),
            ("7点", None),
            ("10-08 07:45", None),
        ] {
            assert_eq!(time(Value::Text(text)), want, "{text}");
        }
        assert_eq!(time(Value::Number(0.5)), Some((None, 43_200)));
        assert_eq!(time(Value::Number(1.5)), None);
    }

    #[test]
    fn in_and_out_make_a_shift_and_one_alone_makes_none() {
        use Way::{In, Out};
        let day = |n| Date::ymd(2026, 10, n).unwrap();
        let cases = [
            ("a day", vec![at(8, 7, Some(In)), at(8, 17, Some(Out))], vec![(8, 20)], vec![]),
            (
                "a day with a break",
                vec![at(8, 7, Some(In)), at(8, 11, Some(Out)), at(8, 13, Some(In)), at(8, 17, Some(Out))],
                vec![(8, 16)],
                vec![],
            ),
            ("a night", vec![at(8, 22, Some(In)), at(9, 6, Some(Out))], vec![(8, 16)], vec![]),
            ("in twice", vec![at(8, 7, Some(In)), at(8, 8, Some(In)), at(8, 17, Some(Out))], vec![(8, 20)], vec![]),
            ("no way out", vec![at(8, 7, Some(In))], vec![], vec![8]),
            ("no way in", vec![at(8, 17, Some(Out))], vec![], vec![8]),
            (
                "no ways at all",
                vec![at(8, 7, None), at(8, 12, None), at(8, 17, None), at(9, 7, None)],
                vec![(8, 20)],
                vec![9],
            ),
        ];
        for (what, punches, hours, alone) in cases {
            let hours: Vec<(i8, u32)> = hours;
            let want: BTreeMap<Date, u32> = hours.into_iter().map(|(d, n)| (day(d), n)).collect();
            assert_eq!(paired(punches), (want, alone.into_iter().map(day).collect()), "{what}");
        }
        assert_eq!(between((day(8), 0), (day(8), 60)), Some(1), "whoever was there at all was there half an hour");
        assert_eq!(between((day(8), 0), (day(8), 16 * 3600)), Some(32));
        assert_eq!(between((day(8), 0), (day(8), 16 * 3600 + 1)), None);
    }

    #[test]
    fn marks_are_days_or_hours() {
        for (text, days, hours) in [
            ("√", Some(16), Some(16)),
            ("半", Some(8), Some(8)),
            ("", Some(0), Some(0)),
            ("休", Some(0), Some(0)),
            ("1", Some(16), Some(2)),
            ("0.5", Some(8), Some(1)),
            ("1.5工", Some(24), Some(3)),
            ("9", None, Some(18)),
            ("25", None, None),
            ("？", None, None),
            ("-1", None, None),
        ] {
            assert_eq!((mark(Value::Text(text), false), mark(Value::Text(text), true)), (days, hours), "{text}");
        }
        let texts = |list: &'static [&'static str]| counts_hours(list.iter().map(|t| Value::Text(t)));
        assert!(texts(&["√", "8"]) && !texts(&["√", "2", "1.5"]));
    }
}
