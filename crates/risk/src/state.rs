//! Everything that is remembered of everybody, and what is asked of it.
//!
//! Only aggregates that something refers to are kept; two that need the same entries share a slot. Memory is bounded
//! per key (every slot has at most 25 buckets or 64 points) and over all: above `keys_max` the sixteenth part that was
//! silent longest is forgotten, and how many that were is counted.
use crate::aggregate::{AGGREGATES_MAX, Aggregate, Function, Side};
use crate::expr::share;
use crate::input::event_values;
use crate::payment::{Key, Observed, Payment};
use crate::window::{Keeps, Memory, Seen, Slot};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Keys remembered at most unless the engine is told otherwise.
pub const KEYS_MAX: usize = 8_000_000;

/// Keys are hashes already.
#[derive(Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.0 = self.0.rotate_left(8) ^ u64::from(*b));
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

pub(crate) type ByKey<T> = HashMap<u64, T, BuildHasherDefault<AsIs>>;

/// A slot and which events it takes.
#[derive(Debug)]
struct Stream {
    key: Side,
    slot: Slot,
    on: crate::payment::Happening,
    /// Place among the filters.
    filter: Option<usize>,
    /// Whom a distinct count counts.
    of: Side,
}

/// Where the value of an aggregate comes from.
#[derive(Clone, Copy, Debug)]
struct Reading {
    read: Side,
    key: Side,
    stream: u8,
    function: Function,
}

/// Which aggregates are kept, and in which slots.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    streams: Vec<Stream>,
    /// Places of streams by the side they are counted under.
    by_side: [Vec<u8>; 7],
    filters: Vec<crate::expr::Expression>,
    /// By the place of the aggregate; `None` for what nothing refers to.
    readings: Vec<Option<Reading>>,
}

impl Plan {
    /// `wanted` are places of aggregates.
    pub fn new(aggregates: &[Aggregate], wanted: &[usize]) -> Plan {
        let mut plan = Plan { readings: vec![None; aggregates.len()], ..Plan::default() };
        for at in wanted {
            plan.want(aggregates, *at);
        }
        plan
    }

    fn want(&mut self, aggregates: &[Aggregate], at: usize) {
        if self.readings[at].is_some() {
            return;
        }
        let a = &aggregates[at];
        let stream = match a.function {
            Function::Ratio(of, over) => {
                self.want(aggregates, of);
                self.want(aggregates, over);
                0
            }
            _ => self.stream(a),
        };
        self.readings[at] = Some(Reading { read: a.read, key: a.key, stream, function: a.function });
    }

    fn stream(&mut self, a: &Aggregate) -> u8 {
        let (keeps, of) = match a.function {
            Function::Count | Function::Sum | Function::FirstSeen | Function::Decayed(_) | Function::Ratio(..) => {
                (Keeps::Tally, Side::Payer)
            }
            Function::Max => (Keeps::Max, Side::Payer),
            Function::Distinct(of) => (Keeps::Others, of),
            Function::LastSeen => (Keeps::Last, Side::Payer),
            Function::P95 => (Keeps::Amounts, Side::Payer),
        };
        let filter = a.filter.as_ref().map(|f| {
            self.filters.iter().position(|known| known.node == f.node).unwrap_or_else(|| {
                self.filters.push(f.clone());
                self.filters.len() - 1
            })
        });
        let slot = Slot { keeps, window: a.window };
        let same = |s: &Stream| s.key == a.key && s.slot == slot && s.on == a.on && s.filter == filter && s.of == of;
        let at = self.streams.iter().position(same).unwrap_or_else(|| {
            self.streams.push(Stream { key: a.key, slot, on: a.on, filter, of });
            self.by_side[a.key as usize].push((self.streams.len() - 1) as u8);
            self.streams.len() - 1
        });
        at as u8
    }

    /// Slots that are kept.
    pub fn slots(&self) -> usize {
        self.streams.len()
    }
}

/// A side of an event or a payment.
pub(crate) trait Sides {
    fn side(&self, side: Side) -> Option<Key>;
}

impl Sides for Observed {
    fn side(&self, side: Side) -> Option<Key> {
        match side {
            Side::Payer => self.payer,
            Side::Payee => self.payee,
            Side::Pair => Some(Key::pair(self.payer?, self.payee?)),
            Side::Device => self.device,
            Side::Phone => self.phone,
            Side::Address => self.address,
            Side::Merchant => self.merchant,
        }
    }
}

impl Sides for Payment {
    fn side(&self, side: Side) -> Option<Key> {
        match side {
            Side::Payer => Some(self.payer),
            Side::Payee => Some(self.payee),
            Side::Pair => Some(Key::pair(self.payer, self.payee)),
            Side::Device => self.device,
            Side::Phone => self.phone,
            Side::Address => self.address,
            Side::Merchant => self.merchant,
        }
    }
}

/// Seconds since 1970, within 32 bits.
pub(crate) fn second(at: kernel::Timestamp) -> u32 {
    u32::try_from(at.micros().div_euclid(kernel::clock::SECOND).max(0)).unwrap_or(u32::MAX / 2).min(u32::MAX / 2)
}

/// Which filters an event passes, each asked once.
struct Passes<'a> {
    plan: &'a Plan,
    values: [Option<i64>; 8],
    known: [Option<bool>; AGGREGATES_MAX],
}

impl Passes<'_> {
    /// The other that a stream counts, 0 where it counts none; `None` when it does not take the event.
    fn other(&mut self, stream: &Stream, event: &Observed) -> Option<u64> {
        if stream.on != event.what {
            return None;
        }
        let other = if stream.slot.keeps == Keeps::Others { event.side(stream.of)?.0 } else { 0 };
        let Some(filter) = stream.filter else { return Some(other) };
        let known = &mut self.known[filter];
        let passed = *known.get_or_insert_with(|| self.plan.filters[filter].value(&self.values) == Ok(1));
        passed.then_some(other)
    }
}

/// What is remembered, by side and key.
#[derive(Debug)]
pub(crate) struct State {
    sides: [ByKey<Memory>; 7],
    keys_max: usize,
    /// Keys forgotten because there were too many.
    pub forgotten: u64,
}

impl PartialEq for State {
    fn eq(&self, other: &State) -> bool {
        self.sides == other.sides
    }
}

impl State {
    pub fn new(keys_max: usize) -> State {
        State { sides: std::array::from_fn(|_| ByKey::default()), keys_max: keys_max.max(16), forgotten: 0 }
    }

    pub fn observe(&mut self, plan: &Plan, event: &Observed) {
        let values = event_values(event);
        let mut passes = Passes { plan, values, known: [None; AGGREGATES_MAX] };
        let second = second(event.at);
        let mut fresh = false;
        for (side, streams) in Side::ALL.iter().zip(&plan.by_side) {
            let Some(key) = event.side(*side).filter(|_| !streams.is_empty()) else { continue };
            // One look for the key, and only when something of it is counted.
            let mut counted = [(0u8, 0u64); AGGREGATES_MAX];
            let mut count = 0;
            for id in streams {
                let stream = &plan.streams[usize::from(*id)];
                if let Some(other) = passes.other(stream, event) {
                    counted[count] = (*id, other);
                    count += 1;
                }
            }
            if count == 0 {
                continue;
            }
            let memory = self.sides[*side as usize].entry(key.0).or_insert_with(|| {
                fresh = true;
                Memory::default()
            });
            for (id, other) in &counted[..count] {
                let slot = &plan.streams[usize::from(*id)].slot;
                memory.add(*id, slot, Seen { second, amount: event.amount.minor, other: *other });
            }
        }
        if fresh && self.keys() > self.keys_max {
            self.forget();
        }
    }

    /// What is remembered of the sides of `payment` alone, with `pending` counted on top.
    pub fn beside(&self, plan: &Plan, payment: &Payment, pending: &[Observed]) -> State {
        let mut beside = State::new(usize::MAX);
        for reading in plan.readings.iter().flatten() {
            let Some(key) = payment.side(reading.read) else { continue };
            let side = reading.key as usize;
            if let Some(known) = self.sides[side].get(&key.0) {
                beside.sides[side].entry(key.0).or_insert_with(|| known.clone());
            }
        }
        pending.iter().for_each(|event| beside.observe(plan, event));
        beside
    }

    /// Puts the values of the aggregates of `plan` into `out`, each at its place. What no key is given for is unknown.
    pub fn read(&self, plan: &Plan, payment: &Payment, at: kernel::Timestamp, out: &mut [Option<i64>]) {
        let now = second(at);
        let mut found: [Option<Option<&Memory>>; 49] = [None; 49];
        for (place, reading) in plan.readings.iter().enumerate() {
            let Some(reading) = reading else { continue };
            if let Function::Ratio(..) = reading.function {
                continue;
            }
            let cache = &mut found[reading.key as usize * 7 + reading.read as usize];
            let memory = match cache {
                Some(known) => *known,
                None => {
                    let Some(key) = payment.side(reading.read) else { continue };
                    *cache.insert(self.sides[reading.key as usize].get(&key.0))
                }
            };
            out[place] = Some(value(plan, *reading, memory, now));
        }
        for (place, reading) in plan.readings.iter().enumerate() {
            if let Some(Reading { function: Function::Ratio(of, over), .. }) = reading {
                out[place] = out[*of].zip(out[*over]).map(|(a, b)| share(a, b));
            }
        }
    }

    pub fn keys(&self) -> usize {
        self.sides.iter().map(HashMap::len).sum()
    }

    /// Bytes of what is remembered: the entries and the tables that find them.
    pub fn bytes(&self) -> usize {
        let table = |m: &ByKey<Memory>| {
            m.capacity() * (size_of::<u64>() + size_of::<Memory>() + 1)
                + m.values().map(|v| v.bytes() - size_of::<Memory>()).sum::<usize>()
        };
        self.sides.iter().map(table).sum()
    }

    pub fn bytes_of(&self, side: Side, key: Key) -> usize {
        self.sides[side as usize].get(&key.0).map_or(0, Memory::bytes)
    }

    fn forget(&mut self) {
        let mut ages: Vec<u32> = self.sides.iter().flat_map(|s| s.values().map(|m| m.newest)).collect();
        let part = ages.len() / 16;
        let (_, edge, _) = ages.select_nth_unstable(part);
        let edge = *edge;
        let before = self.keys();
        let mut left = part + 1;
        for side in &mut self.sides {
            side.retain(|_, m| {
                let goes = m.newest <= edge && left > 0;
                left -= usize::from(goes);
                !goes
            });
        }
        self.forgotten += (before - self.keys()) as u64;
    }
}

fn value(plan: &Plan, reading: Reading, memory: Option<&Memory>, now: u32) -> i64 {
    let slot = &plan.streams[usize::from(reading.stream)].slot;
    let Some(memory) = memory else {
        return if reading.function == Function::LastSeen { i64::from(slot.window / 60) } else { 0 };
    };
    let id = reading.stream;
    match reading.function {
        Function::Count => memory.count(id, slot, now),
        Function::Sum => memory.sum(id, slot, now),
        Function::Max => memory.max(id, slot, now),
        Function::Distinct(_) => memory.others(id, slot, now),
        Function::LastSeen => memory.last(id, slot, now),
        Function::FirstSeen => memory.first(id, slot, now),
        Function::P95 => memory.p95(id, slot, now),
        Function::Decayed(half) => memory.decayed(id, slot, now, half),
        Function::Ratio(..) => 0,
    }
}
