//! A carrier that is not there: it pays after a while, returns on the next business day, and behaves as badly as its plan
//! says. What it does to an item follows from the plan's seed and the item's id alone, so a run can be repeated.
use super::port::{Answer, Outgoing, Port, Reason, Status};
use crate::clearing::{BATCH_ITEMS_MAX, PORT_SILENT};
use kernel::clock::{DAY, HOUR, MINUTE};
use kernel::id::ClearingId;
use kernel::{Clock, Error, Id, Result, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

/// How the simulator behaves. Chances are of 1,000 items or calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    /// Minutes until an item is paid.
    pub pay_minutes: i64,
    /// Items that come back on the next business day at nine.
    pub returned: u32,
    /// Of 1,000 returned items, those that were reported paid before.
    pub paid_before_returned: u32,
    /// Items whose answer never comes by itself.
    pub lost_answer: u32,
    /// Answers that come twice.
    pub twice: u32,
    /// Answers that come a day late.
    pub late: u32,
    /// Calls that hand items over and end without a confirmation; in half of them nothing arrived.
    pub lost_call: u32,
    /// Questions that stay without an answer.
    pub silent: u32,
}

impl Plan {
    /// Pays everything after two minutes.
    pub fn calm(seed: u64) -> Plan {
        Plan {
            seed,
            pay_minutes: 2,
            returned: 0,
            paid_before_returned: 0,
            lost_answer: 0,
            twice: 0,
            late: 0,
            lost_call: 0,
            silent: 0,
        }
    }
    /// Everything that can go wrong does, now and then.
    pub fn rough(seed: u64) -> Plan {
        Plan {
            seed,
            pay_minutes: 5,
            returned: 60,
            paid_before_returned: 300,
            lost_answer: 50,
            twice: 100,
            late: 100,
            lost_call: 80,
            silent: 100,
        }
    }

    /// A number below 1,000 from the seed, a purpose and an id.
    fn draw(&self, purpose: &str, of: &[u8]) -> u32 {
        let mut h = store::hasher();
        h.update(&self.seed.to_le_bytes()).update(&(purpose.len() as u64).to_le_bytes());
        h.update(purpose.as_bytes()).update(of);
        let bytes: [u8; 4] = h.finalize().as_bytes()[..4].try_into().expect("4 of 32 bytes");
        u32::from_le_bytes(bytes) % 1_000
    }
}

/// What has arrived, and what was told of it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct World {
    taken: BTreeMap<ClearingId, Timestamp>,
    /// Items with answers still to be told, and how many of them were.
    open: BTreeMap<ClearingId, usize>,
    /// Answers told and not acknowledged.
    told: BTreeMap<u64, (ClearingId, Told)>,
    numbers: u64,
    calls: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Told {
    Paid,
    Returned,
}

/// See the module's head. Kept in a file when one is given, as a real carrier would outlive us; servers that were given the
/// same file speak to the same carrier, one call at a time.
pub struct Simulator {
    plan: Plan,
    clock: Clock,
    file: Option<PathBuf>,
    world: Mutex<World>,
}

/// The world during one call. What is in the file counts, not what was there when this process last looked.
struct Call<'s> {
    world: MutexGuard<'s, World>,
    file: Option<(&'s Path, File)>,
}

impl Call<'_> {
    /// What this call changed outlives it.
    fn keep(&self) -> Result<()> {
        let Some((path, _)) = &self.file else { return Ok(()) };
        let text = serde_json::to_vec(&*self.world).map_err(|e| silent("its state has no JSON form").caused_by(e))?;
        let beside = path.with_extension("new");
        std::fs::write(&beside, text)
            .and_then(|()| std::fs::rename(&beside, path))
            .map_err(|e| silent("its file cannot be written").caused_by(e))
    }
}

fn read(path: &Path) -> Result<World> {
    match std::fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|e| silent("its file cannot be read").caused_by(e)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(World::default()),
        Err(e) => Err(silent("its file cannot be read").caused_by(e)),
    }
}

impl Simulator {
    pub fn new(clock: Clock, plan: Plan) -> Simulator {
        Simulator { plan, clock, file: None, world: Mutex::default() }
    }

    /// Goes on where the file ends; makes it when it is not there.
    pub fn with_file(path: &Path, clock: Clock, plan: Plan) -> Result<Simulator> {
        Ok(Simulator { plan, clock, file: Some(path.into()), world: Mutex::new(read(path)?) })
    }

    /// How many items have arrived.
    pub fn taken(&self) -> usize {
        self.world().taken.len()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Waits until no other process is in a call; the lock ends with the call.
    fn call(&self) -> Result<Call<'_>> {
        let mut world = self.world();
        let Some(path) = &self.file else { return Ok(Call { world, file: None }) };
        let lock = File::create(path.with_extension("lock"))
            .and_then(|lock| lock.lock().map(|()| lock))
            .map_err(|e| silent("its file cannot be locked").caused_by(e))?;
        *world = read(path)?;
        Ok(Call { world, file: Some((path, lock)) })
    }

    fn chance(&self, purpose: &str, of: &[u8], of_thousand: u32) -> bool {
        self.plan.draw(purpose, of) < of_thousand
    }

    /// What happens to an item, with the time of each answer.
    fn fate(&self, id: ClearingId, taken_at: Timestamp) -> Vec<(Told, Timestamp)> {
        let raw = id.bytes();
        let late = if self.chance("late", &raw, self.plan.late) { DAY } else { 0 };
        let paid = (Told::Paid, taken_at.plus(self.plan.pay_minutes * MINUTE + late));
        if !self.chance("returned", &raw, self.plan.returned) {
            return vec![paid];
        }
        let mut next = taken_at.local_date().plus_days(1);
        while next.weekday() > 5 {
            next = next.plus_days(1);
        }
        let returned = (Told::Returned, next.begins().plus(9 * HOUR + late));
        match self.chance("paid before", &raw, self.plan.paid_before_returned) {
            true => vec![paid, returned],
            false => vec![returned],
        }
    }

    fn reason(&self, id: ClearingId) -> Reason {
        Reason::ALL[self.plan.draw("reason", &id.bytes()) as usize % Reason::ALL.len()]
    }

    fn status_of(&self, told: Told, id: ClearingId) -> Status {
        match told {
            Told::Paid => Status::Paid,
            Told::Returned => Status::Returned(self.reason(id)),
        }
    }

    /// Tells the answers whose time has come, some of them twice.
    fn tell_due(&self, world: &mut World) {
        let now = self.clock.now();
        let mut due = Vec::new();
        let taken = &world.taken;
        world.open.retain(|id, told| {
            let Some(taken_at) = taken.get(id) else { return false };
            let fate = self.fate(*id, *taken_at);
            let copies = if self.chance("twice", &id.bytes(), self.plan.twice) { 2 } else { 1 };
            for (answer, _) in fate.iter().skip(*told).take_while(|(_, at)| *at <= now) {
                due.extend(std::iter::repeat_n((*id, *answer), copies));
                *told += 1;
            }
            *told < fate.len()
        });
        for answer in due {
            world.numbers += 1;
            world.told.insert(world.numbers, answer);
        }
    }

    fn take(&self, world: &mut World, id: ClearingId, now: Timestamp) {
        if world.taken.contains_key(&id) {
            return;
        }
        world.taken.insert(id, now);
        if !self.chance("lost answer", &id.bytes(), self.plan.lost_answer) {
            world.open.insert(id, 0);
        }
    }

    /// Whether this call fails, and how a second draw for it falls.
    fn fails(&self, world: &mut World, purpose: &str, of_thousand: u32) -> (bool, bool) {
        world.calls += 1;
        let call = world.calls.to_le_bytes();
        (self.chance(purpose, &call, of_thousand), self.chance("half", &call, 500))
    }
}

fn silent(what: &str) -> Error {
    Error::new(&PORT_SILENT, format!("the simulated clearing house: {what}"))
}

impl Port for Simulator {
    fn send(&self, items: &[Outgoing]) -> Result<()> {
        if items.len() > BATCH_ITEMS_MAX as usize {
            return Err(Error::limit("batch", items.len(), BATCH_ITEMS_MAX, "items"));
        }
        let (mut call, now) = (self.call()?, self.clock.now());
        let (lost, nothing_arrived) = self.fails(&mut call.world, "lost call", self.plan.lost_call);
        if !(lost && nothing_arrived) {
            items.iter().for_each(|o| self.take(&mut call.world, o.item, now));
        }
        call.keep()?;
        if lost { Err(silent("the line broke")) } else { Ok(()) }
    }

    fn status(&self, items: &[ClearingId]) -> Result<Vec<(ClearingId, Status)>> {
        let (mut call, now) = (self.call()?, self.clock.now());
        let fails = self.fails(&mut call.world, "silent", self.plan.silent).0;
        call.keep()?;
        if fails {
            return Err(silent("no answer"));
        }
        let one = |id: &ClearingId| {
            let Some(taken_at) = call.world.taken.get(id) else { return (*id, Status::Absent) };
            let last = self.fate(*id, *taken_at).into_iter().rfind(|(_, at)| *at <= now);
            (*id, last.map_or(Status::Taken, |(told, _)| self.status_of(told, *id)))
        };
        Ok(items.iter().map(one).collect())
    }

    fn answers(&self, most: u32) -> Result<Vec<Answer>> {
        let mut call = self.call()?;
        let fails = self.fails(&mut call.world, "silent", self.plan.silent).0;
        if !fails {
            self.tell_due(&mut call.world);
        }
        call.keep()?;
        if fails {
            return Err(silent("no answer"));
        }
        let answer = |(number, (item, told)): (&u64, &(ClearingId, Told))| Answer {
            number: *number,
            item: *item,
            status: self.status_of(*told, *item),
        };
        Ok(call.world.told.iter().take(most as usize).map(answer).collect())
    }

    fn acknowledge(&self, numbers: &[u64]) -> Result<()> {
        let mut call = self.call()?;
        numbers.iter().for_each(|n| {
            call.world.told.remove(n);
        });
        call.keep()
    }
}
