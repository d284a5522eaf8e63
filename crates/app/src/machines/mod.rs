//! The cash devices of a served bank, each behind a lock, and what is ordered of them.
//!
//! A device belongs to a drawer ([`till::DrawerKind::Machine`]); which terminal of the lobby it stands in is `till`'s to know. Whoever draws or
//! puts in cash waits for his visit to be written down, no longer: from there on a thread of the device's own goes on, and the
//! visit says how far it is. One order at a time; while the lock is held, the device is busy.
//!
//! **Nobody is left waiting.** [`look_after`] runs when the server starts and every few seconds: a visit that stopped in the
//! middle (the power went, the process was killed) is made up for as soon as the device answers, and notes that were counted and
//! not agreed to go back after [`COUNTED_SECONDS_MAX`].
mod hands;

pub use hands::{COLLECT_SECONDS, Fault, Hands, INSERT_SECONDS, Seen, Take};

use crate::Bank;
use kernel::clock::SECOND;
use kernel::id::{AccountId, CashMoveId, DeviceId, DrawerId, VisitId};
use kernel::{Actor, Error, Result};
use parking_lot::{Mutex, RwLock};
use payments::Desk;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;
use till::device::{CashDevice, Holdings};
use till::machine::{self, Drawing, Served};
use till::{DEVICE_DOWN, MACHINE_BUSY, MACHINE_OUT, Step, Visit};

/// Seconds that a customer has for saying whether the count is right.
pub const COUNTED_SECONDS_MAX: i64 = 120;
/// Milliseconds that the counters of a device are waited for.
pub const COUNTERS_MILLISECONDS_MAX: u64 = 1_000;
/// Devices of one server at most.
pub const DEVICES_MAX: usize = 1_000;

type Device = Box<dyn CashDevice + Send>;

/// A device and, when it is simulated, whose hands are at it.
struct Post {
    device: Mutex<Device>,
    hands: Option<Arc<Hands>>,
}

/// Every device of this server.
#[derive(Default)]
pub struct Machines(RwLock<HashMap<DrawerId, Arc<Post>>>);

impl Machines {
    /// A device that answers for a drawer from now on.
    pub fn attach(&self, id: DrawerId, device: Device) -> Result<()> {
        self.put(id, Post { device: Mutex::new(device), hands: None })
    }

    /// A simulated device, and the hands of whoever stands before it.
    pub fn attach_simulated(&self, id: DrawerId, hands: Arc<Hands>) -> Result<()> {
        self.put(id, Post { device: Mutex::new(Box::new(hands.device())), hands: Some(hands) })
    }

    fn put(&self, id: DrawerId, post: Post) -> Result<()> {
        let mut all = self.0.write();
        if all.len() >= DEVICES_MAX {
            return Err(Error::limit("devices", all.len() + 1, DEVICES_MAX, "devices of one server"));
        }
        all.insert(id, Arc::new(post));
        Ok(())
    }

    /// The hands at a simulated device; `None` at a real one.
    pub fn hands(&self, id: DrawerId) -> Option<Arc<Hands>> {
        self.0.read().get(&id).and_then(|post| post.hands.clone())
    }

    /// Every simulated device.
    pub fn simulated(&self) -> Vec<(DrawerId, Arc<Hands>)> {
        let all = self.0.read();
        let mut found: Vec<_> = all.iter().filter_map(|(id, p)| Some((*id, p.hands.clone()?))).collect();
        found.sort_by_key(|(id, _)| *id);
        found
    }

    fn post(&self, id: DrawerId) -> Result<Arc<Post>> {
        let found = self.0.read().get(&id).cloned();
        found.ok_or_else(|| Error::new(&MACHINE_OUT, format!("no device answers for {id}")))
    }
}

/// Devices in memory for the machines of the demo; each remembers its notes in a file of `directory`, and one that is new holds what
/// the book says. Without a directory they forget.
pub fn attach_simulators(bank: &Bank, directory: Option<&Path>) -> Result<()> {
    for d in bank.read(till::machine_drawers)? {
        let file = directory.map(|dir| dir.join(format!("cash-machine-{}.json", d.id)));
        bank.machines.attach_simulated(d.id, Arc::new(Hands::open(d.notes, file)?))?;
    }
    Ok(())
}

/// Runs an order on the device's own thread. `work` answers with what it is given as soon as that is known, and goes on.
fn drive<T: Send + 'static>(
    bank: &Bank,
    id: DrawerId,
    work: impl FnOnce(&Desk, &mut Device, &SyncSender<Result<T>>) + Send + 'static,
) -> Result<T> {
    let (post, desk) = (bank.machines.post(id)?, bank.desk.clone());
    let (told, answer) = sync_channel(1);
    let busy = move || Error::new(&MACHINE_BUSY, format!("the device of {id} is at work"));
    let run = move || match post.device.try_lock() {
        Some(mut device) => work(&desk, &mut device, &told),
        None => drop(told.send(Err(busy()))),
    };
    let started = std::thread::Builder::new().name("cash-machine".into()).spawn(run);
    started.map_err(|e| Error::broken("no thread for a cash machine").caused_by(e))?;
    answer.recv().unwrap_or_else(|_| Err(Error::broken("a cash machine ended without an answer")))
}

/// What happened after the customer's page was answered.
fn ended(what: &str, id: VisitId, done: Result<Visit>) {
    match done {
        Ok(visit) => tracing::info!(visit = %id, outcome = visit.outcome, "{what}"),
        Err(why) => tracing::warn!(visit = %id, error = %why, "{what} stopped in the middle"),
    }
}

/// Tells what was served, and goes on with the visit, when there is one.
fn go_on(
    told: &SyncSender<Result<Served>>,
    served: Result<Served>,
    what: &str,
    then: impl FnOnce(VisitId) -> Result<Visit>,
) {
    let visit = match &served {
        Ok(Served::Visit(visit)) => Some(visit.id),
        _ => None,
    };
    drop(told.send(served));
    if let Some(id) = visit {
        ended(what, id, then(id));
    }
}

/// Begins a withdrawal; the notes come while the visit is looked at. Errors: those of [`machine::withdraw_begin`].
pub fn withdraw(bank: &Bank, actor: &Actor, id: DrawerId, drawing: Drawing) -> Result<Served> {
    let actor = actor.clone();
    drive(bank, id, move |desk, device, told| {
        let served = machine::withdraw_begin(desk, &actor, id, &drawing, &mut **device);
        go_on(told, served, "withdrawal", |visit| machine::withdraw_pay(desk, visit, &mut **device));
    })
}

/// Opens the slot for notes to an account; what was counted stands in the visit. Errors: those of [`machine::deposit_begin`].
pub fn deposit(bank: &Bank, actor: &Actor, id: DrawerId, account: AccountId, key: &str) -> Result<Served> {
    let (actor, key) = (actor.clone(), key.to_owned());
    drive(bank, id, move |desk, device, told| {
        let served = machine::deposit_begin(desk, &actor, id, account, &key, &mut **device);
        go_on(told, served, "deposit", |visit| machine::deposit_count(desk, visit, &mut **device));
    })
}

/// The customer agrees to the count of his notes. When it is refused, they go back into the slot.
pub fn agree(bank: &Bank, actor: &Actor, visit: &Visit) -> Result<Served> {
    let (actor, id) = (actor.clone(), visit.id);
    drive(bank, visit.machine, move |desk, device, told| {
        let served = machine::deposit_agree(desk, &actor, id);
        let refused = matches!(served, Ok(Served::Refused(_)));
        go_on(told, served, "deposit", |visit| machine::deposit_store(desk, visit, &mut **device));
        if refused {
            ended("deposit refused", id, machine::give_back(desk, id, &mut **device));
        }
    })
}

/// The customer wants his notes back; they come while the visit is looked at.
pub fn give_back(bank: &Bank, actor: &Actor, visit: &Visit) -> Result<()> {
    let (actor, id) = (actor.clone(), visit.id);
    let mine = bank.read(|tx| till::visit(tx, &actor, id))?;
    if mine.step != Step::Counted || mine.by_whom != actor.principal() {
        return Err(Error::new(&till::VISIT_STATE, format!("{id} is {}", mine.step)).with("step", mine.step));
    }
    drive(bank, visit.machine, move |desk, device, told| {
        drop(told.send(Ok(())));
        ended("notes given back", id, machine::deposit_return(desk, &actor, id, &mut **device));
    })
}

/// Loads what is under way to a machine: the third person. Errors: those of [`machine::load`].
pub fn load(bank: &Bank, actor: &Actor, id: DrawerId, movement: CashMoveId) -> Result<Visit> {
    let (actor, hands) = (actor.clone(), bank.machines.hands(id));
    let moved = bank.read(|tx| till::movement(tx, &actor, movement))?;
    drive(bank, id, move |desk, device, told| {
        let given = hands.map_or(Ok(()), |hands| hands.bring(&moved.notes));
        drop(told.send(given.and_then(|()| machine::load(desk, &actor, movement, &mut **device))));
    })
}

/// Empties a machine: the second person. Errors: those of [`machine::unload`].
pub fn unload(bank: &Bank, actor: &Actor, id: DrawerId, movement: CashMoveId) -> Result<Visit> {
    let actor = actor.clone();
    drive(bank, id, move |desk, device, told| {
        drop(told.send(machine::unload(desk, &actor, movement, &mut **device)));
    })
}

/// The counters of a device. One that has just been told something is waited for, [`COUNTERS_MILLISECONDS_MAX`] at most. Errors:
/// `DEVICE_DOWN`, `MACHINE_BUSY`.
pub fn holdings(bank: &Bank, id: DrawerId) -> Result<Holdings> {
    let post = bank.machines.post(id)?;
    match post.device.try_lock_for(Duration::from_millis(COUNTERS_MILLISECONDS_MAX)) {
        Some(mut device) => device.holdings(),
        None => Err(Error::new(&MACHINE_BUSY, format!("the device of {id} is at work"))),
    }
}

/// Whether a device is in the middle of something.
pub fn is_at_work(bank: &Bank, id: DrawerId) -> bool {
    bank.machines.post(id).is_ok_and(|post| post.device.is_locked())
}

/// Whoever was served at a terminal has left: notes of his that were counted and not agreed to go back.
pub fn left(bank: &Bank, branch: kernel::id::BranchId, terminal: DeviceId) -> Result<()> {
    let Some(id) = bank.read(|tx| till::machine_in(tx, branch, terminal))? else { return Ok(()) };
    let counted = |visit: &Visit| visit.step == Step::Counted;
    match bank.read(|tx| machine::going_on(tx, id))?.is_some_and(|v| counted(&v)) {
        true => come_back(bank, id),
        false => Ok(()),
    }
}

fn come_back(bank: &Bank, id: DrawerId) -> Result<()> {
    let begun = drive(bank, id, move |desk, device, told| {
        drop(told.send(Ok(())));
        match machine::come_back(desk, id, &mut **device) {
            Ok(Some(visit)) => tracing::info!(visit = %visit.id, outcome = visit.outcome, "a visit was made up for"),
            Ok(None) => {}
            Err(why) if why.is(&DEVICE_DOWN) => {}
            Err(why) => tracing::warn!(machine = %id, error = %why, "a machine was not brought back"),
        }
    });
    match begun {
        Err(why) if why.is(&MACHINE_BUSY) => Ok(()),
        done => done,
    }
}

/// A keeper brings a machine back that stopped in the middle. Errors: those of [`machine::recover`].
pub fn recover(bank: &Bank, actor: &Actor, id: DrawerId) -> Result<Option<Visit>> {
    let actor = actor.clone();
    drive(bank, id, move |desk, device, told| {
        drop(told.send(machine::recover(desk, &actor, id, &mut **device)));
    })
}

/// Looks at every device that nobody orders anything of: a visit that goes on there stopped in the middle. Answers how many there
/// were.
pub fn look_after(bank: &Bank) -> Result<u64> {
    let all: Vec<DrawerId> = bank.machines.0.read().keys().copied().collect();
    let (mut found, now) = (0, bank.clock().now());
    for id in all {
        let post = bank.machines.post(id)?;
        if post.device.is_locked() {
            continue;
        }
        let waits = |v: &Visit| v.step == Step::Counted && now.since(v.step_at) < COUNTED_SECONDS_MAX * SECOND;
        if bank.read(|tx| machine::going_on(tx, id))?.is_some_and(|v| !waits(&v)) {
            found += 1;
            come_back(bank, id)?;
        }
    }
    Ok(found)
}

/// What a machine can pay out now, for a page that asks how much. `None` while it cannot be asked.
pub fn offers(bank: &Bank, id: DrawerId) -> Option<till::Notes> {
    let d = bank.read(|tx| till::machine_open(tx, id)).ok().flatten()?;
    holdings(bank, id).ok().map(|h| h.cassettes).filter(|_| d.out_of_service.is_none())
}
