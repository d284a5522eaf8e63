//! Another set of rules is put in force while payments go on.
use crate::kept::{engine, hash_of, in_force, sources};
use crate::watch::{RECALL_DAYS, RECENT_SECONDS, Watch};
use crate::{Guard, SHIPPED};
use kernel::Result;
use kernel::clock::{DAY, SECOND};
use kernel::id::InstructionId;
use risk::{Model, Observed, RuleSet};
use std::sync::Arc;
use store::Store;

/// Which set is in force here. 0 without a hash is the product's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetNamed {
    pub number: i64,
    pub hash: String,
}

impl Guard {
    /// The set that decides here now.
    pub fn set(&self) -> SetNamed {
        self.0.set.read().clone()
    }

    /// Its rules, as they were read.
    pub fn fraud_rules(&self) -> RuleSet {
        self.watch().engine().rules().clone()
    }

    /// Its model, if it has one.
    pub fn model(&self) -> Option<Model> {
        self.watch().engine().model().cloned()
    }

    /// At the start, before anything is decided: the set of the day with all that is on record. Errors: as [`Guard::renew`].
    pub fn start(&self, store: &Store) -> Result<()> {
        match self.renew(store)? {
            // It was filled before it took over.
            Some(_) => Ok(()),
            None => store.read(|tx| self.recall(tx)).map(drop),
        }
    }

    /// Puts the set of the day in force, unless it is; answers its number when another took over. A second memory is filled from
    /// what is on record while the first goes on deciding; both count what is posted meanwhile. Of a transaction that
    /// was counted before the second began to count and commits after it has taken over, the second knows from the next start on.
    /// Errors: those of the store; `bad_risk_rules` when this program cannot read the set, and then the old one stays.
    pub fn renew(&self, store: &Store) -> Result<Option<i64>> {
        let _turn = self.0.turning.lock();
        let found = store.read(|tx| {
            let today = tx.clock().now().local_date();
            let set = in_force(tx, today)?;
            Ok(set.map_or_else(SetNamed::default, |s| SetNamed { number: s.number, hash: s.hash }))
        })?;
        if found == self.set() {
            return Ok(None);
        }
        let files = store.read(|tx| sources(tx, found.number))?;
        if found.number != SHIPPED && hash_of(&files) != found.hash {
            return Err(kernel::Error::broken("the files of the set in force are not what was agreed to"));
        }
        let next = Watch::new(engine(files)?);
        self.0.watch.write().next = Some(next.clone());
        let filled = self.fill_twice(store, &next);
        let mut watching = self.0.watch.write();
        watching.next = None;
        filled?;
        watching.now = next;
        let number = found.number;
        *self.0.set.write() = found;
        Ok(Some(number))
    }

    /// Everything on record, then once more what was written while that was read.
    fn fill_twice(&self, store: &Store, next: &Arc<Watch>) -> Result<()> {
        let begun = store.clock().now();
        store.read(|tx| next.fill(tx, begun.plus(-RECALL_DAYS * DAY)))?;
        store.read(|tx| next.fill(tx, begun.plus(-RECENT_SECONDS * SECOND))).map(drop)
    }

    /// Counts what a transaction posted, in the memory that decides and in the one that is to follow it.
    pub(crate) fn count(&self, events: &[(InstructionId, Observed)]) {
        let watching = self.0.watch.read();
        watching.now.count(events);
        watching.next.iter().for_each(|next| next.count(events));
    }
}
