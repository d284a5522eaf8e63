//! Files of wages that are being read. A short one is answered at once; a long one is read on beside the requests, and whoever sent
//! it sees how far it is. How far is remembered by this process alone: what a file became stands in the database, and one
//! whose reading broke off is taken up again from its page.
use crate::codes::TOO_MANY_FILES;
use crate::state::Web;
use kernel::id::ImportId;
use kernel::{Actor, Error, Result, Timestamp};
use parking_lot::Mutex;
use payroll::{Import, TakenIn};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Files that are read at the same time at most.
pub const READINGS_AT_ONCE_MAX: usize = 4;
/// Readings remembered at most; the oldest that ended are forgotten.
pub const READINGS_KEPT_MAX: usize = 200;
/// Seconds for which whoever sent a file waits for its reading before he is shown how far it is.
pub const READING_WAIT_SECONDS: u64 = 5;

/// How far a file is.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Rows written.
    pub done: u64,
    /// Rows to write; 0 while the file is compared with the roster.
    pub total: u64,
    pub began: Timestamp,
    /// `None` while it goes on.
    pub outcome: Option<std::result::Result<(), Arc<Error>>>,
}

/// All readings of this process.
#[derive(Default)]
pub struct Readings(Mutex<HashMap<ImportId, Reading>>);

impl Readings {
    pub fn get(&self, id: ImportId) -> Option<Reading> {
        self.0.lock().get(&id).cloned()
    }

    /// How far it is while it goes on.
    pub fn under_way(&self, id: ImportId) -> Option<Reading> {
        self.get(id).filter(|r| r.outcome.is_none())
    }

    /// Begins; false when this file is being read already. `Err(TOO_MANY_FILES)` when others are.
    fn begin(&self, id: ImportId, now: Timestamp) -> Result<bool> {
        let mut all = self.0.lock();
        if all.get(&id).is_some_and(|r| r.outcome.is_none()) {
            return Ok(false);
        }
        let going_on = all.values().filter(|r| r.outcome.is_none()).count();
        if going_on >= READINGS_AT_ONCE_MAX {
            let message = format!("{going_on} files are being read, {READINGS_AT_ONCE_MAX} at most");
            return Err(Error::new(&TOO_MANY_FILES, message).with("max", READINGS_AT_ONCE_MAX));
        }
        while all.len() >= READINGS_KEPT_MAX {
            let ended = all.iter().filter(|(_, r)| r.outcome.is_some());
            let Some(oldest) = ended.min_by_key(|(_, r)| r.began).map(|(id, _)| *id) else { break };
            all.remove(&oldest);
        }
        all.insert(id, Reading { done: 0, total: 0, began: now, outcome: None });
        Ok(true)
    }

    fn at(&self, id: ImportId, done: u64, total: u64) {
        if let Some(reading) = self.0.lock().get_mut(&id) {
            (reading.done, reading.total) = (done, total);
        }
    }

    fn end(&self, id: ImportId, outcome: std::result::Result<(), Arc<Error>>) {
        if let Some(reading) = self.0.lock().get_mut(&id) {
            reading.outcome = Some(outcome);
        }
    }
}

/// An error that is told once more; its source stays with the first.
fn copy_of(why: &Error) -> Error {
    why.fields().iter().fold(Error::new(why.code(), why.message()), |copy, (field, value)| copy.with(field, value))
}

impl Web {
    /// Reads a file to its end and waits for it [`READING_WAIT_SECONDS`]; `None` when it goes on after that, or somebody
    /// else has it read already.
    pub async fn read_file(&self, actor: &Actor, file: TakenIn) -> Result<Option<Import>> {
        let id = file.import.id;
        if !self.inner().readings.begin(id, self.now())? {
            return Ok(None);
        }
        let (answer, outcome) = oneshot::channel();
        let (web, actor) = (self.clone(), actor.clone());
        tokio::spawn(async move {
            let inside = web.clone();
            let hear = move |done, total| inside.inner().readings.at(id, done, total);
            let done = web.run(move |bank| file.finish(&bank.store, &actor, &hear)).await;
            web.inner().readings.end(id, done.as_ref().map(|_| ()).map_err(|why| Arc::new(copy_of(why))));
            if let Err(why) = &done {
                tracing::warn!(import = %id, error = ?why, "a file was not read to its end");
            }
            drop(answer.send(done));
        });
        match tokio::time::timeout(Duration::from_secs(READING_WAIT_SECONDS), outcome).await {
            Err(_) => Ok(None),
            Ok(Ok(done)) => done.map(Some),
            Ok(Err(_)) => Err(Error::broken("the reading of a file ended without an answer")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{BookId, Id};

    #[test]
    fn a_file_is_read_once_at_a_time_and_few_together() {
        let (readings, now) = (Readings::default(), Timestamp::from_micros(1));
        let file = |n: i64| ImportId::new(Timestamp::from_micros(n), BookId(1));
        let files: Vec<ImportId> = (0..READINGS_KEPT_MAX as i64 + 1).map(file).collect();
        for id in &files[..READINGS_AT_ONCE_MAX] {
            assert!(readings.begin(*id, now).unwrap() && !readings.begin(*id, now).unwrap());
        }
        let next = files[READINGS_AT_ONCE_MAX];
        assert!(readings.begin(next, now).unwrap_err().is(&TOO_MANY_FILES));
        readings.at(files[0], 5, 9);
        assert_eq!(readings.under_way(files[0]).map(|r| (r.done, r.total)), Some((5, 9)));
        readings.end(files[0], Ok(()));
        assert!(readings.under_way(files[0]).is_none() && readings.begin(next, now.plus(1)).unwrap());
        readings.end(next, Err(Arc::new(Error::broken("x"))));
        for id in &files[READINGS_AT_ONCE_MAX + 1..] {
            assert!(readings.begin(*id, now.plus(1)).unwrap());
            readings.end(*id, Ok(()));
        }
        let kept = readings.0.lock().len();
        assert!(kept <= READINGS_KEPT_MAX && readings.get(files[0]).is_none(), "{kept} are kept");
        assert!(readings.under_way(files[1]).is_some(), "what goes on is not forgotten");
    }
}
