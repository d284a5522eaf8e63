//! The only place that reads time.
//!
//! Three things are kept apart: the **posting time** (a [`Timestamp`], when the row was written), the **business date**
//! (which banking day it belongs to; it moves when the day is closed, not at midnight) and the **value date** (from when it
//! earns interest). The bank's zone is Asia/Shanghai, which has had no summer time since 1991.
use crate::error::{BAD_DATE, Error, Result};
use jiff::civil;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// The bank's zone is this far ahead of UTC, in microseconds.
const ZONE: i64 = 8 * HOUR;

impl Timestamp {
    pub const fn from_micros(us: i64) -> Timestamp {
        Timestamp(us)
    }
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// `by` is microseconds; see [`SECOND`], [`HOUR`], [`DAY`].
    pub const fn plus(self, by: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(by))
    }
    pub const fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
    /// The calendar date on the wall of a branch.
    pub fn local_date(self) -> Date {
        Date::from_days((self.0 + ZONE).div_euclid(DAY))
    }
    /// `(hour, minute, second)` on the wall of a branch.
    pub fn local_time(self) -> (u8, u8, u8) {
        let s = (self.0 + ZONE).rem_euclid(DAY) / SECOND;
        ((s / 3600) as u8, (s / 60 % 60) as u8, (s % 60) as u8)
    }
    /// `2026-11-21 22:45:57` at the branch.
    pub fn local(self) -> String {
        let (h, m, s) = self.local_time();
        format!("{} {h:02}:{m:02}:{s:02}", self.local_date())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(t) => write!(f, "{t:.6}"),
            Err(_) => write!(f, "@{}us", self.0),
        }
    }
}
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        let t: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Timestamp(t.as_microsecond()))
    }
}

/// A calendar date, `YYYY-MM-DD`; stored as days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

impl Date {
    pub fn ymd(year: i16, month: i8, day: i8) -> Result<Date> {
        civil::Date::new(year, month, day)
            .map(Date)
            .map_err(|_| Error::new(&BAD_DATE, format!("{year}-{month:02}-{day:02} is not a date")))
    }
    pub fn parse(text: &str) -> Result<Date> {
        text.parse().map(Date).map_err(|_| Error::new(&BAD_DATE, format!("{text:?} is not a date")).with("given", text))
    }
    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        const EPOCH: civil::Date = civil::date(1970, 1, 1);
        i64::from(EPOCH.until(self.0).expect("two dates have a distance").get_days())
    }
    /// The date `days` after 1970-01-01; saturates at the ends of the calendar.
    pub fn from_days(days: i64) -> Date {
        let span = jiff::Span::new().try_days(days).unwrap_or_default();
        Date(civil::date(1970, 1, 1).saturating_add(span))
    }
    pub fn plus_days(self, days: i64) -> Date {
        Date::from_days(self.days() + days)
    }
    /// The same day `months` later, or the month's last day where it has no such day (对月对日). Saturates.
    pub fn plus_months(self, months: i32) -> Date {
        let span = jiff::Span::new().try_months(months).unwrap_or_default();
        Date(self.0.saturating_add(span))
    }
    pub fn is_leap_year(self) -> bool {
        self.0.in_leap_year()
    }
    pub fn year(self) -> i16 {
        self.0.year()
    }
    pub fn month(self) -> i8 {
        self.0.month()
    }
    pub fn day(self) -> i8 {
        self.0.day()
    }
    /// Monday is 1, Sunday is 7.
    pub fn weekday(self) -> i8 {
        self.0.weekday().to_monday_one_offset()
    }
    /// Midnight at the branch where this date begins.
    pub fn begins(self) -> Timestamp {
        Timestamp(self.days() * DAY - ZONE)
    }
    /// Whole years from `self` to `on`: an age.
    pub fn years_until(self, on: Date) -> i32 {
        let years = i32::from(on.year()) - i32::from(self.year());
        years - i32::from((on.month(), on.day()) < (self.month(), self.day()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl std::str::FromStr for Date {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        Date::parse(s)
    }
}
impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        Date::parse(&<std::borrow::Cow<'de, str>>::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// Where the bank reads the time: the system's clock, or one that a test or a simulation moves by hand.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    /// Microseconds behind the system's; below zero it is ahead of it.
    Behind(Arc<AtomicI64>),
    Manual(Arc<AtomicI64>),
}

impl Clock {
    pub fn system() -> Clock {
        Clock(Source::System)
    }
    /// The system's clock, which can be put back and catches up, or ahead: an invented bank lives its past in a moment, and need not
    /// wait for its tomorrow.
    pub fn with_a_past() -> Clock {
        Clock(Source::Behind(Arc::default()))
    }
    pub fn manual(start: Timestamp) -> Clock {
        Clock(Source::Manual(Arc::new(AtomicI64::new(start.0))))
    }
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => system_now(),
            Source::Behind(by) => Timestamp(system_now().0.saturating_sub(by.load(Ordering::SeqCst))),
            Source::Manual(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }
    /// Whether it can be put back or ahead, see [`with_a_past`](Clock::with_a_past).
    pub fn is_movable(&self) -> bool {
        matches!(self.0, Source::Behind(_))
    }
    /// What time it is outside the bank, where the telephones with one-time codes are: they do not follow a clock that was put back or
    /// ahead. A manual clock is the time everywhere.
    pub fn outside(&self) -> Timestamp {
        match &self.0 {
            Source::System | Source::Behind(_) => system_now(),
            Source::Manual(_) => self.now(),
        }
    }
    /// How far it is behind the system's clock, in microseconds; 0 when it is ahead.
    pub fn behind(&self) -> i64 {
        self.shift().max(0)
    }
    /// How far it is ahead of the system's clock, in microseconds; 0 when it is behind.
    pub fn ahead(&self) -> i64 {
        (-self.shift()).max(0)
    }
    fn shift(&self) -> i64 {
        match &self.0 {
            Source::Behind(by) => by.load(Ordering::SeqCst),
            Source::System | Source::Manual(_) => 0,
        }
    }
    /// Puts a clock [`with_a_past`](Clock::with_a_past) back by `micros`, or forward to where it is that much behind; answers
    /// whether it is such a clock.
    pub fn fall_behind(&self, micros: i64) -> bool {
        self.put(micros.max(0))
    }
    /// Puts such a clock to `micros` ahead of the system's: an invented bank need not wait for tomorrow. Answers whether it is such a
    /// clock.
    pub fn go_ahead(&self, micros: i64) -> bool {
        self.put(-micros.max(0))
    }
    fn put(&self, shift: i64) -> bool {
        match &self.0 {
            Source::Behind(by) => {
                by.store(shift, Ordering::SeqCst);
                true
            }
            Source::System | Source::Manual(_) => false,
        }
    }
    /// Moves a manual clock by `micros` (may be negative: clocks do jump); no effect on the system's.
    pub fn advance(&self, micros: i64) {
        if let Source::Manual(at) = &self.0 {
            at.fetch_add(micros, Ordering::SeqCst);
        }
    }
    pub fn set(&self, to: Timestamp) {
        if let Source::Manual(at) = &self.0 {
            at.store(to.0, Ordering::SeqCst);
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the one place")]
fn system_now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// A stopwatch for benches and progress; nothing that posts money may look at it.
#[allow(clippy::disallowed_methods, reason = "this is the one place")]
pub fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_wall_is_eight_hours_ahead() {
        let t = Timestamp::from_micros(1_795_305_600 * SECOND - 1); // 2026-11-21T23:59:59.999999Z
        assert_eq!(t.local(), "2026-11-22 07:59:59");
        assert_eq!(Date::parse("2026-11-22").unwrap().begins().to_string(), "2026-11-21T16:00:00.000000Z");
    }

    #[test]
    fn only_a_clock_with_a_past_is_put_back_or_ahead_and_telephones_do_not_follow() {
        let clock = Clock::with_a_past();
        assert!(clock.fall_behind(3 * DAY));
        assert_eq!((clock.behind(), clock.ahead()), (3 * DAY, 0));
        assert!(clock.go_ahead(2 * DAY));
        assert_eq!((clock.behind(), clock.ahead()), (0, 2 * DAY));
        let early = clock.now().since(clock.outside());
        assert!((2 * DAY - SECOND..=2 * DAY).contains(&early), "{early}");
        clock.fall_behind(DAY);
        assert_eq!((clock.behind(), clock.ahead()), (DAY, 0));
        for other in [Clock::system(), Clock::manual(Timestamp::from_micros(5))] {
            assert!(!other.go_ahead(DAY) && !other.fall_behind(DAY));
            assert_eq!((other.behind(), other.ahead()), (0, 0));
        }
        assert_eq!(Clock::manual(Timestamp::from_micros(5)).outside().micros(), 5);
    }

    #[test]
    fn dates_count_days_both_ways() {
        for text in ["1900-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "2026-11-21"] {
            let d = Date::parse(text).unwrap();
            assert_eq!(Date::from_days(d.days()), d);
        }
        assert!(Date::parse("2026-02-30").is_err());
    }

    #[test]
    fn an_age_turns_on_the_birthday() {
        let born = Date::parse("1951-03-08").unwrap();
        assert_eq!(born.years_until(Date::parse("2026-03-07").unwrap()), 74);
        assert_eq!(born.years_until(Date::parse("2026-03-08").unwrap()), 75);
    }
}
