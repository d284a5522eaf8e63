//! A cash machine's device in memory, from a seed: notes are rejected, found suspicious, misfed, jam; customers leave notes in the
//! slot or take a part; the power is cut after any event that is chosen. Counters survive the cut.
//!
//! Notes are conserved: what leaves the device is in somebody's hands ([`Simulator::hands`], [`Simulator::staff`]), so a test can
//! count all of them at any time.
use crate::device::{CashDevice, Command, Event, Holdings};
use crate::{DEVICE_DOWN, DEVICE_JAM, NOTES_SHORT, Notes};
use kernel::{Currency, Error, Money, Result};
use serde::{Deserialize, Serialize};

/// How often things go wrong, per thousand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Notes that are not recognised.
    pub rejects: u16,
    /// Notes taken for counterfeit.
    pub suspects: u16,
    /// Notes misfed while paying out.
    pub misfeeds: u16,
    /// Notes that jam the transport.
    pub jams: u16,
    /// Customers who leave what is in the slot.
    pub leaves: u16,
    /// Customers who take a part of it.
    pub takes_part: u16,
    /// Customers who reach into the slot while the power is off.
    pub reaches_in: u16,
}

/// What becomes of one note, whatever chance says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Fine,
    /// Not recognised, given back at once.
    Rejected,
    /// Taken for counterfeit.
    Suspicious,
    /// Stuck on its way.
    Jams,
}

/// The device, its customer's hands and those of staff.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simulator {
    holdings: Holdings,
    /// The notes of whoever stands before it.
    pub hands: Notes,
    /// Notes that staff took out or will put in.
    pub staff: Notes,
    /// What the customer will put in, in this order; out of his hands.
    pub offer: Vec<i64>,
    /// How often things go wrong.
    pub plan: Plan,
    /// What becomes of the next notes, in this order; of those after them, the plan says.
    #[serde(default)]
    pub fates: Vec<Fate>,
    random: u64,
    powered: bool,
    jammed: bool,
    /// The power is cut after so many more events.
    cut_in: Option<u64>,
    /// Events so far.
    pub events: u64,
}

impl Simulator {
    pub fn new(currency: Currency, seed: u64, plan: Plan) -> Simulator {
        Simulator {
            holdings: Holdings::none(currency),
            hands: Notes::none(currency),
            staff: Notes::none(currency),
            offer: Vec::new(),
            plan,
            fates: Vec::new(),
            random: seed ^ 0x9e37_79b9_7f4a_7c15,
            powered: true,
            jammed: false,
            cut_in: None,
            events: 0,
        }
    }

    /// One without faults that holds these notes.
    pub fn stocked(notes: Notes) -> Simulator {
        let mut new = Simulator::new(notes.currency(), 0, Plan::default());
        new.holdings.cassettes = notes;
        new
    }

    /// The power is cut after `events` more events; 0 is the next.
    pub fn cut_after(&mut self, events: u64) {
        self.cut_in = Some(events);
    }
    /// No cut is planned any more.
    pub fn spare(&mut self) {
        self.cut_in = None;
    }
    /// The counters, with or without power: what somebody sees who opens it.
    pub fn counters(&self) -> &Holdings {
        &self.holdings
    }
    pub fn is_powered(&self) -> bool {
        self.powered
    }

    /// The power is back. Meanwhile a customer may have reached into the slot.
    pub fn power_on(&mut self) -> Result<()> {
        if !self.powered && self.happens(self.plan.reaches_in) {
            let taken = self.take_all(|h| &mut h.slot);
            self.hands = self.hands.plus(&taken)?;
        }
        (self.powered, self.cut_in) = (true, None);
        Ok(())
    }

    /// A number from the seed, splitmix64 (Steele, Lea and Flood 2014).
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn happens(&mut self, per_mille: u16) -> bool {
        self.next() % 1_000 < u64::from(per_mille)
    }

    fn fate(&mut self) -> Fate {
        match self.fates.is_empty() {
            true => Fate::Fine,
            false => self.fates.remove(0),
        }
    }

    fn tell(&mut self, hear: &mut dyn FnMut(&Event), event: Event) -> Result<()> {
        hear(&event);
        self.events += 1;
        match self.cut_in {
            Some(0) => {
                (self.powered, self.cut_in) = (false, None);
                hear(&Event::PowerCut);
                Err(down())
            }
            Some(n) => {
                self.cut_in = Some(n - 1);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn one(&self, face: i64) -> Result<Notes> {
        Notes::of(self.hands.currency(), &[(face, 1)])
    }
    fn empty(&self) -> Notes {
        Notes::none(self.hands.currency())
    }

    /// Empties a part of the device.
    fn take_all(&mut self, part: impl Fn(&mut Holdings) -> &mut Notes) -> Notes {
        let empty = self.empty();
        std::mem::replace(part(&mut self.holdings), empty)
    }

    fn jam(&mut self, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        self.jammed = true;
        self.tell(hear, Event::Jammed)?;
        Err(stuck())
    }

    fn accept(&mut self, takes: &[i64], most: i64, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        while !self.offer.is_empty() && self.holdings.escrow.count() < most {
            let (face, fate) = (self.offer.remove(0), self.fate());
            let note = self.one(face)?;
            self.hands = self.hands.minus(&note)?;
            self.holdings.transport = self.holdings.transport.plus(&note)?;
            self.tell(hear, Event::Inserted(face))?;
            if fate == Fate::Jams || self.happens(self.plan.jams) {
                return self.jam(hear);
            }
            self.holdings.transport = self.holdings.transport.minus(&note)?;
            if !takes.contains(&face) || fate == Fate::Rejected || self.happens(self.plan.rejects) {
                self.hands = self.hands.plus(&note)?;
                self.tell(hear, Event::Rejected(face))?;
            } else if fate == Fate::Suspicious || self.happens(self.plan.suspects) {
                self.holdings.suspect = self.holdings.suspect.plus(&note)?;
                self.tell(hear, Event::Suspicious(face))?;
            } else {
                self.holdings.escrow = self.holdings.escrow.plus(&note)?;
                self.tell(hear, Event::Validated(face))?;
                self.tell(hear, Event::Escrowed(face))?;
            }
        }
        Ok(())
    }

    fn store(&mut self, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        loop {
            let highest = self.holdings.escrow.iter().next_back();
            let Some((face, _)) = highest else { return Ok(()) };
            let note = self.one(face)?;
            self.holdings.escrow = self.holdings.escrow.minus(&note)?;
            if self.happens(self.plan.jams) {
                self.holdings.transport = self.holdings.transport.plus(&note)?;
                return self.jam(hear);
            }
            self.holdings.cassettes = self.holdings.cassettes.plus(&note)?;
            self.tell(hear, Event::Stored(face))?;
        }
    }

    fn give_back(&mut self, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        let all = self.holdings.escrow.plus(&self.holdings.transport)?;
        self.holdings.slot = self.holdings.slot.plus(&all)?;
        (self.holdings.escrow, self.holdings.transport) = (self.empty(), self.empty());
        self.tell(hear, Event::Returned(all))
    }

    fn dispense(&mut self, notes: &Notes, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        for (face, pieces) in notes.iter().rev() {
            let mut left = pieces;
            while left > 0 {
                let (note, fate) = (self.one(face)?, self.fate());
                let Ok(rest) = self.holdings.cassettes.minus(&note) else {
                    self.tell(hear, Event::OutOfCash(face))?;
                    let shown = Money::new(face, notes.currency());
                    return Err(Error::new(&NOTES_SHORT, format!("the cassette of {shown} is empty")));
                };
                self.holdings.cassettes = rest;
                if self.happens(self.plan.misfeeds) {
                    self.holdings.rejects = self.holdings.rejects.plus(&note)?;
                    self.tell(hear, Event::Misfed(face))?;
                    continue;
                }
                self.holdings.transport = self.holdings.transport.plus(&note)?;
                if fate == Fate::Jams || self.happens(self.plan.jams) {
                    return self.jam(hear);
                }
                self.tell(hear, Event::Dispensed(face))?;
                left -= 1;
            }
        }
        Ok(())
    }

    fn present(&mut self, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        let all = self.take_all(|h| &mut h.transport);
        self.holdings.slot = self.holdings.slot.plus(&all)?;
        self.tell(hear, Event::Presented(all))
    }

    fn collect(&mut self, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        if self.holdings.slot.is_empty() || self.happens(self.plan.leaves) {
            let left = self.holdings.slot.clone();
            return self.tell(hear, Event::LeftBehind(left));
        }
        let mut taken = self.holdings.slot.clone();
        if self.happens(self.plan.takes_part) {
            let lowest = taken.iter().next().map(|(face, _)| face);
            if let Some(face) = lowest {
                taken = taken.minus(&self.one(face)?)?;
            }
        }
        self.holdings.slot = self.holdings.slot.minus(&taken)?;
        self.hands = self.hands.plus(&taken)?;
        self.tell(hear, Event::Taken(taken))?;
        match self.holdings.slot.is_empty() {
            true => Ok(()),
            false => {
                let left = self.holdings.slot.clone();
                self.tell(hear, Event::LeftBehind(left))
            }
        }
    }

    fn retract(&mut self, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        let mut all = self.take_all(|h| &mut h.slot);
        if !self.jammed {
            all = all.plus(&self.take_all(|h| &mut h.transport))?;
        }
        self.holdings.retracted = self.holdings.retracted.plus(&all)?;
        self.tell(hear, Event::Retracted(all))
    }

    fn load(&mut self, notes: &Notes, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        self.staff = self.staff.minus(notes)?;
        self.holdings.cassettes = self.holdings.cassettes.plus(notes)?;
        self.tell(hear, Event::Loaded(notes.clone()))
    }

    fn unload(&mut self, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        let all = self.holdings.inside()?;
        let suspect = self.take_all(|h| &mut h.suspect);
        self.staff = self.staff.plus(&all)?.plus(&suspect)?;
        self.holdings = Holdings::none(self.hands.currency());
        self.jammed = false;
        self.tell(hear, Event::Unloaded(all))
    }
}

impl CashDevice for Simulator {
    fn holdings(&mut self) -> Result<Holdings> {
        match self.powered {
            true => Ok(self.holdings.clone()),
            false => Err(down()),
        }
    }

    fn run(&mut self, command: &Command, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        if !self.powered {
            return Err(down());
        }
        self.tell(hear, Event::Started)?;
        let moves = !matches!(command, Command::Retract | Command::Collect | Command::Unload);
        if self.jammed && moves {
            return Err(stuck());
        }
        match command {
            Command::Accept { takes, most } => self.accept(takes, *most, hear),
            Command::Store => self.store(hear),
            Command::Return => self.give_back(hear),
            Command::Dispense(notes) => self.dispense(notes, hear),
            Command::Present => self.present(hear),
            Command::Collect => self.collect(hear),
            Command::Retract => self.retract(hear),
            Command::Load(notes) => self.load(notes, hear),
            Command::Unload => self.unload(hear),
        }
    }
}

fn down() -> Error {
    Error::new(&DEVICE_DOWN, "the device has no power")
}

fn stuck() -> Error {
    Error::new(&DEVICE_JAM, "notes are stuck in the device")
}
