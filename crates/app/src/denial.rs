//! What was refused to whom is written down, and nobody can drown the log with it.
use crate::Bank;
use kernel::clock::MINUTE;
use kernel::{Actor, Error, Result, Timestamp};
use parking_lot::Mutex;
use std::collections::HashMap;
use store::Audit;

/// Denials of one principal that are written one by one in a minute; further ones are counted and summed up.
pub const DENIALS_PER_MINUTE_MAX: u32 = 20;
/// Principals counted apart at once; the rest share one count.
pub const DENIERS_KEPT_MAX: usize = 10_000;

/// Characters of a denial's message kept at most.
const MESSAGE_CHARS_MAX: usize = 300;

/// Who was denied how often in the running minute.
#[derive(Default)]
pub(crate) struct Denials(Mutex<HashMap<String, Count>>);

#[derive(Clone, Copy)]
struct Count {
    since: Timestamp,
    written: u32,
    more: u32,
}

/// Denials that were counted and not written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sum {
    who: String,
    more: u32,
}

impl Denials {
    /// Whether this denial is to be written by itself, and the sum of an earlier minute that is to be written now.
    fn count(&self, who: &str, now: Timestamp) -> (bool, Option<Sum>) {
        let mut counts = self.0.lock();
        let name = if counts.len() >= DENIERS_KEPT_MAX && !counts.contains_key(who) { "others" } else { who };
        let fresh = Count { since: now, written: 0, more: 0 };
        let count = counts.entry(name.to_owned()).or_insert(fresh);
        let over = now.since(count.since) >= MINUTE;
        let before = if over { std::mem::replace(count, fresh).more } else { 0 };
        let write = count.written < DENIALS_PER_MINUTE_MAX;
        if write {
            count.written += 1;
        } else {
            count.more += 1;
        }
        (write, (before > 0).then(|| Sum { who: name.to_owned(), more: before }))
    }

    /// Takes out the counts of minutes that are over.
    fn over(&self, now: Timestamp) -> Vec<Sum> {
        let mut sums = Vec::new();
        self.0.lock().retain(|who, count| {
            let running = now.since(count.since) < MINUTE;
            if !running && count.more > 0 {
                sums.push(Sum { who: who.clone(), more: count.more });
            }
            running
        });
        sums.sort_by(|a, b| a.who.cmp(&b.who));
        sums
    }
}

impl Bank {
    /// Writes down that `action` on `object` was denied, in a transaction of its own. For callers whose command returned an
    /// error of kind Forbidden. A log that cannot be written is told to the operator's log, not to the one who was denied.
    pub fn denied(&self, actor: &Actor, action: &str, object: &str, why: &Error) {
        // Whoever is not signed in is told apart by his address.
        let who = match actor.principal() {
            nobody if nobody == "nobody" => format!("nobody {}", actor.address),
            principal => principal,
        };
        let (write, sum) = self.denials.count(&who, self.clock().now());
        if !write && sum.is_none() {
            return;
        }
        let message: String = why.message().chars().take(MESSAGE_CHARS_MAX).collect();
        let (actor, action, object, code) = (actor.clone(), action.to_owned(), object.to_owned(), why.code().name);
        let done = self.store.write(move |tx| {
            if let Some(sum) = &sum {
                summary(tx, sum)?;
            }
            if write {
                tx.audit(&actor, Audit::of(action.clone(), &object).after(message.clone()).result(code))?;
            }
            Ok(())
        });
        if let Err(why) = done {
            tracing::error!(error = ?why, "a denial could not be written to the audit log");
        }
    }

    /// Writes the sums of minutes that are over.
    pub(crate) fn denials_summed(&self) -> Result<u32> {
        let sums = self.denials.over(self.clock().now());
        if sums.is_empty() {
            return Ok(0);
        }
        let many = sums.len() as u32;
        self.store.write(move |tx| sums.iter().try_for_each(|sum| summary(tx, sum)))?;
        Ok(many)
    }
}

fn summary(tx: &mut store::Tx<'_>, sum: &Sum) -> Result<()> {
    let entry = Audit::of("denials.more", &sum.who).after(format!("{} more in a minute", sum.more)).result("forbidden");
    tx.audit(&Actor::system("web"), entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * kernel::clock::SECOND)
    }

    #[test]
    fn a_flood_is_counted_and_summed_up() {
        let d = Denials::default();
        let written = (0..100).filter(|_| d.count("pers_a", at(0)).0).count();
        assert_eq!(written, DENIALS_PER_MINUTE_MAX as usize);
        assert!(d.count("pers_b", at(0)).0, "another is not held up");
        assert_eq!(d.over(at(59)), [], "the minute runs");
        let sum = Sum { who: "pers_a".into(), more: 100 - DENIALS_PER_MINUTE_MAX };
        assert_eq!(d.count("pers_a", at(60)), (true, Some(sum)), "the next minute begins with the sum");
        (0..30).for_each(|_| {
            d.count("pers_a", at(61));
        });
        assert_eq!(d.over(at(200)), [Sum { who: "pers_a".into(), more: 11 }]);
        assert_eq!(d.over(at(200)), []);
    }

    #[test]
    fn so_many_names_are_kept_and_no_more() {
        let d = Denials::default();
        for n in 0..DENIERS_KEPT_MAX + 100 {
            d.count(&format!("nobody {n}"), at(0));
        }
        assert!(d.0.lock().len() <= DENIERS_KEPT_MAX + 1);
    }
}
