//! Long work that an operator or auditor starts from a page: it runs beside the requests, one of each kind at a time, and its page
//! tells how far it is. What it found is remembered until the next one of its kind or the end of the process; what it did
//! stands in the database.
use kernel::{Error, Result, Timestamp};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// What is worked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    CloseDay,
    Verify,
}

/// How it came out.
#[derive(Clone, Debug)]
pub enum Outcome {
    Closed(app::Close),
    Verified(app::Report),
    Failed(Arc<Error>),
}

/// How far a piece of work is.
#[derive(Clone, Debug)]
pub struct Doing {
    /// The part it is at: a text key's end, or a table's name.
    pub part: String,
    pub rows: u64,
    /// Of so many; 0 where that is not known.
    pub of: u64,
    pub parts_done: u32,
    pub by: String,
    pub began: Timestamp,
    /// `None` while it goes on.
    pub outcome: Option<(Timestamp, Outcome)>,
}

/// All long work of this process.
#[derive(Default)]
pub struct Works(Mutex<HashMap<Work, Doing>>);

impl Works {
    pub fn get(&self, work: Work) -> Option<Doing> {
        self.0.lock().get(&work).cloned()
    }

    /// Begins; false when one of its kind goes on already.
    pub fn begin(&self, work: Work, by: &str, now: Timestamp) -> bool {
        let mut all = self.0.lock();
        if all.get(&work).is_some_and(|d| d.outcome.is_none()) {
            return false;
        }
        let doing =
            Doing { part: String::new(), rows: 0, of: 0, parts_done: 0, by: by.into(), began: now, outcome: None };
        all.insert(work, doing);
        true
    }

    pub fn at(&self, work: Work, part: &str, rows: u64, of: u64) {
        if let Some(doing) = self.0.lock().get_mut(&work) {
            if doing.part != part {
                doing.parts_done += u32::from(!doing.part.is_empty());
                doing.part = part.to_owned();
            }
            (doing.rows, doing.of) = (rows, of);
        }
    }

    pub fn end(&self, work: Work, now: Timestamp, outcome: Result<Outcome>) {
        let outcome = outcome.unwrap_or_else(|why| Outcome::Failed(Arc::new(why)));
        if let Some(doing) = self.0.lock().get_mut(&work) {
            doing.outcome = Some((now, outcome));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_kind_at_a_time() {
        let (works, now) = (Works::default(), Timestamp::from_micros(1));
        assert!(works.begin(Work::Verify, "a", now) && !works.begin(Work::Verify, "b", now));
        assert!(works.begin(Work::CloseDay, "b", now));
        works.at(Work::Verify, "accounts", 5, 10);
        works.at(Work::Verify, "accounts", 9, 10);
        works.at(Work::Verify, "audit", 1, 0);
        let doing = works.get(Work::Verify).unwrap();
        assert_eq!((doing.part.as_str(), doing.rows, doing.parts_done, doing.by.as_str()), ("audit", 1, 1, "a"));
        works.end(Work::Verify, now, Err(Error::broken("x")));
        assert!(matches!(works.get(Work::Verify).unwrap().outcome, Some((_, Outcome::Failed(_)))));
        assert!(works.begin(Work::Verify, "c", now));
    }
}
