//! Until when somebody calls: pure, from dated data.
use crate::call_back::{Topic, Wish};
use kernel::clock::MINUTE;
use kernel::{Date, Error, Result, Timestamp};
use std::sync::LazyLock;

/// From when and until when somebody calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    pub from: Timestamp,
    pub by: Timestamp,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    promise: Vec<Rule>,
}

/// Minutes after midnight, and minutes.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    effective_from: Date,
    effective_to: Option<Date>,
    #[serde(rename = "source")]
    _source: String,
    opens: i64,
    noon: i64,
    closes: i64,
    suspicious_minutes: i64,
    elder_minutes: i64,
    minutes: i64,
    again_minutes: i64,
    machine_minutes: i64,
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../../data/call_back.toml")).expect("data/call_back.toml is tested"));

fn rule(on: Date) -> Result<&'static Rule> {
    let holds = |r: &&Rule| r.effective_from <= on && r.effective_to.is_none_or(|end| on <= end);
    FILE.promise.iter().find(holds).ok_or_else(|| Error::broken(format!("no promise of calls for {on}")))
}

/// When a request made at `now` is answered. Elders and whoever fears a fraud wait less; at night it is the next morning.
pub fn promise(now: Timestamp, topic: Topic, wish: Wish, elder: bool) -> Result<Promise> {
    let rule = rule(now.local_date())?;
    let minutes = match topic {
        Topic::Suspicious => rule.suspicious_minutes,
        _ if elder => rule.elder_minutes,
        _ => rule.minutes,
    };
    let window = match wish {
        Wish::Soon => (rule.opens, rule.closes),
        Wish::Morning => (rule.opens, rule.noon),
        Wish::Afternoon => (rule.noon, rule.closes),
    };
    let (from, until) = next_window(now, window, minutes);
    let by = if wish == Wish::Soon { from.plus(minutes * MINUTE) } else { until };
    Ok(Promise { from, by })
}

/// Until when somebody comes to a machine; `None` when it is too late for it today, or too early.
pub fn at_machine(now: Timestamp) -> Result<Option<Promise>> {
    let rule = rule(now.local_date())?;
    let (from, _) = next_window(now, (rule.opens, rule.closes), rule.machine_minutes);
    Ok((from == now).then(|| Promise { from, by: from.plus(rule.machine_minutes * MINUTE) }))
}

/// When somebody who did not answer is tried again.
pub(crate) fn again(now: Timestamp, elder: bool) -> Result<Promise> {
    let rule = rule(now.local_date())?;
    let minutes = if elder { rule.elder_minutes } else { rule.minutes };
    let (from, _) = next_window(now.plus(rule.again_minutes * MINUTE), (rule.opens, rule.closes), minutes);
    Ok(Promise { from, by: from.plus(minutes * MINUTE) })
}

/// The next time between two minutes of a day with `minutes` of it left: from (not before `now`) and until.
fn next_window(now: Timestamp, (begin, end): (i64, i64), minutes: i64) -> (Timestamp, Timestamp) {
    let today = now.local_date();
    let of = |day: Date| (day.begins().plus(begin * MINUTE), day.begins().plus(end * MINUTE));
    let (from, until) = of(today);
    let start = from.max(now);
    if start.plus(minutes * MINUTE) <= until { (start, until) } else { of(today.plus_days(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let (day, time) = text.split_once(' ').unwrap();
        let (hour, minute) = time.split_once(':').unwrap();
        let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
        Date::parse(day).unwrap().begins().plus(minutes * MINUTE)
    }

    #[test]
    fn promises_by_topic_wish_age_and_hour() {
        use Topic::*;
        use Wish::*;
        let cases = [
            ("2026-11-23 14:00", Payment, Soon, false, "2026-11-23 14:00", "2026-11-23 15:00"),
            ("2026-11-23 14:00", Payment, Soon, true, "2026-11-23 14:00", "2026-11-23 14:30"),
            ("2026-11-23 14:00", Suspicious, Soon, true, "2026-11-23 14:00", "2026-11-23 14:15"),
            ("2026-11-23 14:00", Suspicious, Soon, false, "2026-11-23 14:00", "2026-11-23 14:15"),
            ("2026-11-23 06:00", Other, Soon, true, "2026-11-23 08:30", "2026-11-23 09:00"),
            ("2026-11-23 17:10", Other, Soon, true, "2026-11-24 08:30", "2026-11-24 09:00"),
            ("2026-11-23 17:00", Other, Soon, true, "2026-11-23 17:00", "2026-11-23 17:30"),
            ("2026-11-23 22:00", Card, Soon, false, "2026-11-24 08:30", "2026-11-24 09:30"),
            ("2026-11-23 07:00", Card, Morning, true, "2026-11-23 08:30", "2026-11-23 12:00"),
            ("2026-11-23 11:50", Card, Morning, true, "2026-11-24 08:30", "2026-11-24 12:00"),
            ("2026-11-23 09:00", Card, Afternoon, true, "2026-11-23 12:00", "2026-11-23 17:30"),
            ("2026-11-23 13:00", Card, Afternoon, true, "2026-11-23 13:00", "2026-11-23 17:30"),
            ("2026-11-23 17:20", Card, Afternoon, true, "2026-11-24 12:00", "2026-11-24 17:30"),
        ];
        for (now, topic, wish, elder, from, by) in cases {
            let got = promise(at(now), topic, wish, elder).unwrap();
            assert_eq!((got.from.local(), got.by.local()), (at(from).local(), at(by).local()), "{now} {topic} {wish}");
        }
        assert_eq!(
            again(at("2026-11-23 14:00"), true).unwrap(),
            Promise { from: at("2026-11-23 14:30"), by: at("2026-11-23 15:00") }
        );
    }

    #[test]
    fn somebody_comes_to_a_machine_while_there_is_somebody() {
        let cases =
            [("2026-11-23 08:29", None), ("2026-11-23 08:30", Some("2026-11-23 08:35")), ("2026-11-23 17:26", None)];
        for (now, by) in cases {
            let got = at_machine(at(now)).unwrap().map(|p| p.by.local());
            assert_eq!(got, by.map(|t| at(t).local()), "{now}");
        }
    }

    #[test]
    fn a_day_has_one_rule_and_its_hours_are_in_order() {
        for r in &FILE.promise {
            assert!(r.opens < r.noon && r.noon < r.closes && r.closes <= 24 * 60);
            assert!(r.suspicious_minutes <= r.elder_minutes && r.elder_minutes <= r.minutes);
        }
        assert_eq!(FILE.promise.iter().filter(|r| r.effective_to.is_none()).count(), 1);
    }
}
