//! What a payer did lately, in one bounded row per (book, owner, currency).
//!
//! Three windows of counts and sums are kept in buckets: an hour in 13 of five minutes, a day in 25 of an hour, a month in
//! 31 of a day. A window is the bucket of now and those before it, so it reaches back its length and up to one bucket more,
//! never less. Beside them stand the time of the last payment, the time at which a term deposit was last broken, and the last [`KNOWN_PAYEES_MAX`] payees (who is paid for the
//! first time; the one not paid for longest is forgotten and asked again). Full, the row is below 4 KiB. It is also what a
//! payer's payments wait for, so that each finds the one before counted.
use kernel::clock::{HOUR, MINUTE};
use kernel::{BookId, Currency, Error, Owner, Result, Timestamp};
use store::{Column, Param};

/// Payees a payer is remembered to know.
pub const KNOWN_PAYEES_MAX: usize = 200;

store::record! {
    /// A payer's activity in one currency.
    pub struct PayerActivity in "guard_activity" key 3 {
        pub book: BookId,
        pub owner: Owner,
        pub currency: Currency,
        pub activity: Activity,
    }
}

store::text_enum! {
    /// How far back is counted.
    pub enum Window { Hour = "hour", Day = "day", Month = "month" }
}

/// A count and a sum in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    pub count: u32,
    pub sum: i64,
}

/// What was read of the payer's activity for a decision, the instruction itself not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Windows {
    pub hour: Tally,
    pub day: Tally,
    pub month: Tally,
    /// `None` for what has no payee.
    pub payee_known: Option<bool>,
}

impl Windows {
    pub fn of(&self, window: Window) -> Tally {
        match window {
            Window::Hour => self.hour,
            Window::Day => self.day,
            Window::Month => self.month,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bucket {
    index: i64,
    tally: Tally,
}

/// The pure part: windows, the last payment, known payees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    hour: Vec<Bucket>,
    day: Vec<Bucket>,
    month: Vec<Bucket>,
    last: Option<Timestamp>,
    broken: Option<Timestamp>,
    /// The one paid last is last.
    known: Vec<u64>,
}

const HOUR_BUCKETS: i64 = 13;
const DAY_BUCKETS: i64 = 25;
const MONTH_BUCKETS: i64 = 31;

fn five_minutes(at: Timestamp) -> i64 {
    at.micros().div_euclid(5 * MINUTE)
}
fn hours(at: Timestamp) -> i64 {
    at.micros().div_euclid(HOUR)
}
fn days(at: Timestamp) -> i64 {
    at.local_date().days()
}

fn add(buckets: &mut Vec<Bucket>, index: i64, keep: i64, minor: i64) {
    // A clock that stepped back adds to the newest bucket.
    let index = buckets.last().map_or(index, |b| b.index.max(index));
    if buckets.last().is_none_or(|b| b.index != index) {
        buckets.push(Bucket { index, tally: Tally::default() });
    }
    if let Some(bucket) = buckets.last_mut() {
        bucket.tally.count = bucket.tally.count.saturating_add(1);
        bucket.tally.sum = bucket.tally.sum.saturating_add(minor);
    }
    buckets.retain(|b| b.index > index - keep);
}

fn total(buckets: &[Bucket], index: i64, keep: i64) -> Tally {
    buckets.iter().filter(|b| b.index > index - keep).fold(Tally::default(), |t, b| Tally {
        count: t.count.saturating_add(b.tally.count),
        sum: t.sum.saturating_add(b.tally.sum),
    })
}

impl Activity {
    /// Counts a payment of `minor` units to `payee` (0 for cash) at `at`.
    pub fn paid(&mut self, at: Timestamp, minor: i64, payee: u64) {
        add(&mut self.hour, five_minutes(at), HOUR_BUCKETS, minor);
        add(&mut self.day, hours(at), DAY_BUCKETS, minor);
        add(&mut self.month, days(at), MONTH_BUCKETS, minor);
        self.last = self.last.max(Some(at));
        if payee != 0 {
            self.known.retain(|k| *k != payee);
            self.known.push(payee);
            if self.known.len() > KNOWN_PAYEES_MAX {
                self.known.remove(0);
            }
        }
    }

    pub fn windows(&self, at: Timestamp, payee: Option<u64>) -> Windows {
        Windows {
            hour: total(&self.hour, five_minutes(at), HOUR_BUCKETS),
            day: total(&self.day, hours(at), DAY_BUCKETS),
            month: total(&self.month, days(at), MONTH_BUCKETS),
            payee_known: payee.map(|p| self.known.contains(&p)),
        }
    }

    /// When something was paid last.
    pub fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// A term deposit was broken before its last day.
    pub fn deposit_broken(&mut self, at: Timestamp) {
        self.broken = self.broken.max(Some(at));
    }

    /// When that was last.
    pub fn broken(&self) -> Option<Timestamp> {
        self.broken
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = vec![2u8];
        for buckets in [&self.hour, &self.day, &self.month] {
            out.extend((buckets.len() as u16).to_le_bytes());
            for b in buckets {
                out.extend(b.index.to_le_bytes());
                out.extend(b.tally.count.to_le_bytes());
                out.extend(b.tally.sum.to_le_bytes());
            }
        }
        for at in [self.last, self.broken] {
            out.extend(at.map_or(i64::MIN, |at| at.micros()).to_le_bytes());
        }
        out.extend((self.known.len() as u16).to_le_bytes());
        for k in &self.known {
            out.extend(k.to_le_bytes());
        }
        out
    }

    fn decode(bytes: &[u8]) -> Option<Activity> {
        let mut r = Reader(bytes);
        // What was written before deposits were known has no time of them.
        let [form @ (1 | 2)] = r.take::<1>()? else { return None };
        let mut windows = [Vec::new(), Vec::new(), Vec::new()];
        for buckets in &mut windows {
            for _ in 0..r.count()? {
                let index = r.i64()?;
                let count = u32::from_le_bytes(r.take()?);
                buckets.push(Bucket { index, tally: Tally { count, sum: r.i64()? } });
            }
        }
        let [hour, day, month] = windows;
        let mut out = Activity { hour, day, month, ..Activity::default() };
        out.last = r.time()?;
        out.broken = if form == 1 { None } else { r.time()? };
        for _ in 0..r.count()? {
            out.known.push(u64::from_le_bytes(r.take()?));
        }
        r.0.is_empty().then_some(out)
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }
    fn i64(&mut self) -> Option<i64> {
        self.take().map(i64::from_le_bytes)
    }
    fn time(&mut self) -> Option<Option<Timestamp>> {
        self.i64().map(|at| Some(at).filter(|at| *at != i64::MIN).map(Timestamp::from_micros))
    }
    fn count(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }
}

impl Column for Activity {
    fn param(&self) -> Param<'_> {
        Param::Bytes(self.encode().into())
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        Activity::decode(value.bytes()?).ok_or_else(|| Error::broken("a payer's activity cannot be read"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::DAY;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_micros(1_795_300_200_000_000 / HOUR * HOUR);

    #[test]
    fn windows_reach_back_their_length_and_at_most_a_bucket_more() {
        let mut a = Activity::default();
        a.paid(START, 100, 7);
        let count = |after: i64| {
            let w = a.windows(START.plus(after), None);
            [w.hour.count, w.day.count, w.month.count]
        };
        assert_eq!(count(0), [1, 1, 1]);
        assert_eq!(count(HOUR), [1, 1, 1]);
        assert_eq!(count(HOUR + 5 * MINUTE), [0, 1, 1]);
        assert_eq!(count(DAY), [0, 1, 1]);
        assert_eq!(count(DAY + HOUR), [0, 0, 1]);
        assert_eq!(count(30 * DAY), [0, 0, 1]);
        assert_eq!(count(31 * DAY), [0, 0, 0]);
        assert_eq!(count(-DAY), [1, 1, 1], "a clock that stepped back forgets nothing");
    }

    #[test]
    fn payees_are_known_until_two_hundred_others() {
        let mut a = Activity::default();
        (1..=KNOWN_PAYEES_MAX as u64).for_each(|p| a.paid(START, 1, p));
        assert_eq!(a.windows(START, Some(1)).payee_known, Some(true));
        a.paid(START, 1, 1);
        a.paid(START, 1, 999);
        assert_eq!(a.windows(START, Some(1)).payee_known, Some(true), "paid again, remembered longer");
        assert_eq!(a.windows(START, Some(2)).payee_known, Some(false));
        assert_eq!(a.windows(START, None).payee_known, None);
    }

    proptest! {
        #[test]
        fn the_row_is_bounded_and_reads_back(outs in proptest::collection::vec((-DAY..40 * DAY, 0i64..i64::MAX, any::<u64>()), 0..400)) {
            let mut a = Activity::default();
            for (after, minor, payee) in outs {
                a.paid(START.plus(after), minor, payee);
            }
            let bytes = a.encode();
            prop_assert!(bytes.len() <= 4 * 1024);
            prop_assert_eq!(Activity::decode(&bytes), Some(a));
            prop_assert!(bytes.is_empty() || Activity::decode(&bytes[..bytes.len() - 1]).is_none());
        }

        #[test]
        fn counts_and_sums_never_fall_short(outs in proptest::collection::vec((0i64..3 * HOUR, 0i64..1_000_000), 1..200)) {
            let mut sorted = outs;
            sorted.sort_unstable();
            let mut a = Activity::default();
            sorted.iter().for_each(|(after, minor)| a.paid(START.plus(*after), *minor, 1));
            let now = START.plus(sorted[sorted.len() - 1].0);
            let within = |span: i64| sorted.iter().filter(|(t, _)| now.since(START.plus(*t)) <= span).fold((0, 0), |(n, s), o| (n + 1, s + o.1));
            let w = a.windows(now, None);
            prop_assert!((w.hour.count, w.hour.sum) >= within(HOUR));
            prop_assert!((w.hour.count, w.hour.sum) <= within(HOUR + 5 * MINUTE));
            prop_assert_eq!((w.day.count, w.day.sum), within(DAY));
        }
    }
}
