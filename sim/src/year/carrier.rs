//! Who carries wages to other banks: pays after two minutes, and sends back on the next day what goes to a card that is out of order.
use kernel::clock::{HOUR, MINUTE};
use kernel::id::ClearingId;
use kernel::{Clock, Result, Timestamp};
use payments::clearing::{Answer, Outgoing, Port, Reason, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

const PAID_MINUTES: i64 = 2;
const BACK_HOURS: i64 = 20;

#[derive(Default)]
struct State {
    /// When it came, and whether its card is out of order.
    taken: BTreeMap<ClearingId, (Timestamp, bool)>,
    waiting: BTreeSet<ClearingId>,
    told: BTreeMap<u64, (ClearingId, Status)>,
    next: u64,
    /// Numbers of cards that are out of order.
    broken: BTreeSet<String>,
    /// Everything that was ever handed over: to which card, how much in minor units.
    sent: Vec<(ClearingId, String, i64)>,
}

/// The carrier of the year.
pub struct Carrier {
    clock: Clock,
    state: Mutex<State>,
}

impl Carrier {
    pub fn new(clock: Clock) -> Carrier {
        Carrier { clock, state: Mutex::default() }
    }
    /// Whatever goes to this card from now on comes back.
    pub fn break_card(&self, number: &str) {
        self.state().broken.insert(number.to_owned());
    }
    /// It works again.
    pub fn mend_card(&self, number: &str) {
        self.state().broken.remove(number);
    }
    /// What was handed over and has not come back: to which card, how much in minor units.
    pub fn kept(&self) -> Vec<(String, i64)> {
        let (state, now) = (self.state(), self.clock.now());
        let kept =
            state.sent.iter().filter(|(id, ..)| !matches!(status(state.taken.get(id), now), Status::Returned(_)));
        kept.map(|(_, number, amount)| (number.clone(), *amount)).collect()
    }
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn status(taken: Option<&(Timestamp, bool)>, now: Timestamp) -> Status {
    match taken {
        None => Status::Absent,
        Some((at, true)) if now.since(*at) >= BACK_HOURS * HOUR => Status::Returned(Reason::AccountClosed),
        Some((at, false)) if now.since(*at) >= PAID_MINUTES * MINUTE => Status::Paid,
        Some(_) => Status::Taken,
    }
}

impl Port for Carrier {
    fn send(&self, items: &[Outgoing]) -> Result<()> {
        let (mut state, now) = (self.state(), self.clock.now());
        for o in items {
            if state.taken.contains_key(&o.item) {
                continue;
            }
            let broken = state.broken.contains(&o.number);
            state.taken.insert(o.item, (now, broken));
            state.waiting.insert(o.item);
            state.sent.push((o.item, o.number.clone(), o.amount.minor));
        }
        Ok(())
    }
    fn status(&self, items: &[ClearingId]) -> Result<Vec<(ClearingId, Status)>> {
        let (state, now) = (self.state(), self.clock.now());
        Ok(items.iter().map(|id| (*id, status(state.taken.get(id), now))).collect())
    }
    fn answers(&self, most: u32) -> Result<Vec<Answer>> {
        let (mut state, now) = (self.state(), self.clock.now());
        let due: Vec<_> = state
            .waiting
            .iter()
            .map(|id| (*id, status(state.taken.get(id), now)))
            .filter(|(_, s)| matches!(s, Status::Paid | Status::Returned(_)))
            .collect();
        for (id, told) in due {
            state.waiting.remove(&id);
            state.next += 1;
            let number = state.next;
            state.told.insert(number, (id, told));
        }
        let answer = |(number, (item, status)): (&u64, &(ClearingId, Status))| Answer {
            number: *number,
            item: *item,
            status: *status,
        };
        Ok(state.told.iter().take(most as usize).map(answer).collect())
    }
    fn acknowledge(&self, numbers: &[u64]) -> Result<()> {
        let mut state = self.state();
        state.told.retain(|n, _| !numbers.contains(n));
        Ok(())
    }
}
