//! The port to a cash machine's device.
//!
//! A device runs one command at a time and tells what happens while it does. Its counters survive a power cut, as those of real cash
//! units do; which command it was in the middle of, it does not know. So whoever drives it writes down what it is about to
//! order, and after a cut asks the counters where the notes are.
use crate::Notes;
use kernel::{Currency, Result};
use serde::{Deserialize, Serialize};

/// Where the notes are, by the device's own counters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holdings {
    /// Fit to be paid out.
    pub cassettes: Notes,
    /// Misfed while paying out.
    pub rejects: Notes,
    /// Taken back from the slot.
    pub retracted: Notes,
    /// Between the parts of the device.
    pub transport: Notes,
    /// Put in by a customer who has not agreed to the count yet.
    pub escrow: Notes,
    /// Within a customer's reach.
    pub slot: Notes,
    /// Taken for counterfeit, in a box of their own. Not cash.
    pub suspect: Notes,
}

impl Holdings {
    pub fn none(currency: Currency) -> Holdings {
        let none = || Notes::none(currency);
        Holdings {
            cassettes: none(),
            rejects: none(),
            retracted: none(),
            transport: none(),
            escrow: none(),
            slot: none(),
            suspect: none(),
        }
    }

    /// All cash in the machine: everything but what was set aside as suspicious.
    pub fn inside(&self) -> Result<Notes> {
        let parts = [&self.rejects, &self.retracted, &self.transport, &self.escrow, &self.slot];
        parts.into_iter().try_fold(self.cassettes.clone(), |sum, part| sum.plus(part))
    }

    /// Whether nothing lies outside cassettes and bins.
    pub fn at_rest(&self) -> bool {
        self.transport.is_empty() && self.escrow.is_empty() && self.slot.is_empty()
    }
}

/// What the device is told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Take notes from the customer into escrow until he stops or `most` are in.
    Accept { takes: Vec<i64>, most: i64 },
    /// Escrow into the cassettes. What is there already stays: safe to repeat.
    Store,
    /// Escrow and transport back into the slot.
    Return,
    /// Notes from the cassettes into the transport.
    Dispense(Notes),
    /// Transport into the slot.
    Present,
    /// Wait until the customer takes what is in the slot, or the time for it is over.
    Collect,
    /// Slot and transport into the bin of retracted notes. Safe to repeat.
    Retract,
    /// Notes from the hands of staff into the cassettes.
    Load(Notes),
    /// Everything into the hands of staff, what is stuck too.
    Unload,
}

/// What happens at the device. Faces in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Started,
    Inserted(i64),
    Validated(i64),
    Escrowed(i64),
    /// Not recognised; back to the customer.
    Rejected(i64),
    /// Taken for counterfeit and kept aside.
    Suspicious(i64),
    Stored(i64),
    Returned(Notes),
    Dispensed(i64),
    /// Misfed, into the reject bin.
    Misfed(i64),
    OutOfCash(i64),
    Presented(Notes),
    Taken(Notes),
    /// Still in the slot when the time was over.
    LeftBehind(Notes),
    Retracted(Notes),
    Loaded(Notes),
    Unloaded(Notes),
    Jammed,
    PowerCut,
}

/// A device that counts, takes and pays notes.
pub trait CashDevice {
    /// The counters now. `Err(DEVICE_DOWN)` without power.
    fn holdings(&mut self) -> Result<Holdings>;
    /// Runs a command to its end. `Err(DEVICE_DOWN)` when the power is cut on the way, `Err(DEVICE_JAM)` when notes are stuck,
    /// `Err(NOTES_SHORT)` when a cassette runs out; the counters say how far it came.
    fn run(&mut self, command: &Command, hear: &mut dyn FnMut(&Event)) -> Result<()>;
}
