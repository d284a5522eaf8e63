//! How often one may ask.
//!
//! A token bucket per key, kept as one number: the moment until which the bucket is spent (the generic cell rate
//! algorithm, ITU-T I.371). A request moves it one interval on; it is refused while it would run further ahead of now than the
//! burst allows. The map is bounded: when it is full, keys whose bucket is full again are dropped, at most once a second;
//! while none can be, newcomers share one bucket, so that a flood of addresses slows strangers and not those already known.
use crate::codes::TOO_MANY_REQUESTS;
use kernel::clock::{MINUTE, SECOND};
use kernel::{Error, Result, Timestamp};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Keys one limiter remembers.
pub const LIMITER_KEYS_MAX: usize = 100_000;

/// What is limited and how: `burst` at once, then `per_minute`.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// For the log and the answer: `sign-in`.
    pub name: &'static str,
    pub burst: u32,
    pub per_minute: u32,
}

pub struct Limiter {
    allowance: Allowance,
    keys_max: usize,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    until: HashMap<String, i64>,
    strangers: i64,
    swept: i64,
}

impl Limiter {
    pub fn new(allowance: Allowance) -> Limiter {
        Limiter::bounded(allowance, LIMITER_KEYS_MAX)
    }
    fn bounded(allowance: Allowance, keys_max: usize) -> Limiter {
        Limiter { allowance, keys_max, spent: Mutex::new(Spent::default()) }
    }

    /// Whether `key` has a token left, without taking it; the same error as [`Limiter::take`].
    pub fn room(&self, key: &str, now: Timestamp) -> Result<()> {
        self.ask(key, now, false)
    }

    /// Takes one token of `key`; the error carries the whole `seconds` until there is one again.
    pub fn take(&self, key: &str, now: Timestamp) -> Result<()> {
        self.ask(key, now, true)
    }

    fn ask(&self, key: &str, now: Timestamp, taken: bool) -> Result<()> {
        let interval = MINUTE / i64::from(self.allowance.per_minute.max(1));
        let ahead = interval * i64::from(self.allowance.burst.max(1));
        let now = now.micros();
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let until = spent.bucket(key, now, self.keys_max);
        // More than a burst ahead is a clock that stepped back, not somebody who asked too often.
        *until = (*until).clamp(now, now + ahead);
        let next = *until + interval;
        if next - now > ahead {
            let seconds = (next - now - ahead + SECOND - 1) / SECOND;
            let name = self.allowance.name;
            let refusal = Error::new(&TOO_MANY_REQUESTS, format!("too many requests ({name}); wait {seconds} seconds"));
            return Err(refusal.with("limit", name).with("seconds", seconds));
        }
        if taken {
            *until = next;
        }
        Ok(())
    }
}

impl Spent {
    fn bucket(&mut self, key: &str, now: i64, keys_max: usize) -> &mut i64 {
        if !self.until.contains_key(key) && self.until.len() >= keys_max {
            if now - self.swept >= SECOND {
                self.swept = now;
                self.until.retain(|_, until| *until > now);
            }
            if self.until.len() >= keys_max {
                return &mut self.strangers;
            }
        }
        self.until.entry(key.to_owned()).or_default()
    }
}

/// The key of an address: all of IPv4, the first 64 bits of IPv6, which one subscriber holds whole.
pub fn address_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGN_IN: Allowance = Allowance { name: "sign-in", burst: 3, per_minute: 6 };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_795_000_000 * SECOND + seconds * SECOND)
    }

    #[test]
    fn looking_for_room_takes_nothing() {
        let limiter = Limiter::new(SIGN_IN);
        (0..9).for_each(|_| limiter.room("a", at(0)).unwrap());
        (0..3).for_each(|_| limiter.take("a", at(0)).unwrap());
        assert!(limiter.room("a", at(0)).is_err());
        assert!(limiter.room("a", at(10)).is_ok());
    }

    #[test]
    fn a_burst_then_one_at_a_time() {
        let limiter = Limiter::new(SIGN_IN);
        let cases = [
            (0, true),
            (0, true),
            (0, true),
            (0, false),
            (9, false),
            (10, true),
            (10, false),
            (40, true),
            (40, true),
            (40, true),
            (40, false),
        ];
        for (i, (second, allowed)) in cases.into_iter().enumerate() {
            assert_eq!(limiter.take("a", at(second)).is_ok(), allowed, "step {i}");
        }
        assert!(limiter.take("b", at(40)).is_ok(), "another key has a bucket of its own");
    }

    #[test]
    fn a_refusal_says_how_long_and_costs_nothing() {
        let limiter = Limiter::new(SIGN_IN);
        (0..3).for_each(|_| limiter.take("a", at(0)).unwrap());
        for _ in 0..50 {
            let e = limiter.take("a", at(1)).unwrap_err();
            assert!(e.is(&TOO_MANY_REQUESTS) && e.fields().contains(&("seconds", "9".into())), "{e:?}");
        }
        assert!(limiter.take("a", at(10)).is_ok());
    }

    #[test]
    fn a_clock_that_steps_back_does_not_lock_out_for_long() {
        let limiter = Limiter::new(Allowance { name: "x", burst: 1, per_minute: 60 });
        limiter.take("a", at(3600)).unwrap();
        assert!(
            limiter.take("a", at(0)).unwrap_err().fields().contains(&("seconds", "1".into())),
            "an interval, not an hour"
        );
        assert!(limiter.take("a", at(1)).is_ok());
    }

    #[test]
    fn the_map_is_bounded_and_known_keys_stay_served() {
        let limiter = Limiter::bounded(SIGN_IN, 2);
        limiter.take("a", at(0)).unwrap();
        limiter.take("b", at(0)).unwrap();
        let strangers = (0..100).filter(|i| limiter.take(&format!("s{i}"), at(0)).is_ok()).count();
        assert_eq!(strangers, 3, "newcomers share one bucket");
        assert!(limiter.take("a", at(0)).is_ok());
        assert_eq!(limiter.spent.lock().unwrap().until.len(), 2);
        assert!(limiter.take("c", at(60)).is_ok());
        assert_eq!(limiter.spent.lock().unwrap().until.len(), 1, "the full buckets were dropped");
    }

    #[test]
    fn addresses_are_grouped_as_they_are_handed_out() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::3"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::3"), key("2001:db8:1:3::3"));
        assert_eq!(key("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
