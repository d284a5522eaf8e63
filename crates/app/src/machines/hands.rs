//! A simulated cash device with a person before it: where the device waits for a hand, it waits here until somebody says what the
//! hand does, or the time for it is over. So the pages of a machine can be tried, and tests can play the customer.
use kernel::{Error, Result};
use parking_lot::{Condvar, Mutex};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use till::device::{CashDevice, Command, Event, Holdings};
use till::simulator::{Fate, Plan, Simulator};
use till::{DEVICE_DOWN, Notes};

/// Seconds that notes lie in the slot before they are taken back.
pub const COLLECT_SECONDS: u64 = 30;
/// Seconds that the slot stays open for notes.
pub const INSERT_SECONDS: u64 = 60;
/// Notes that a hand holds at most.
pub const HAND_NOTES_MAX: i64 = 1_000;

/// What a hand does with the notes in the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    All,
    /// All but one of the lowest face.
    Part,
    /// Nothing; the device takes them back.
    None,
}

/// What is made to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The next note sticks.
    Jam,
    /// The next note is taken for counterfeit.
    Suspicious,
    /// The next note is not recognised.
    Rejected,
    /// The power goes at the device's next movement.
    PowerCut,
    PowerOn,
}

/// What is to be seen of the device from outside.
#[derive(Clone, Debug)]
pub struct Seen {
    pub powered: bool,
    pub holdings: Holdings,
    pub hands: Notes,
    /// It waits for a hand.
    pub waits: bool,
}

struct State {
    device: Simulator,
    /// A hand has acted.
    acted: bool,
    waits: bool,
}

/// The hands, and the device behind them.
pub struct Hands {
    state: Mutex<State>,
    turned: Condvar,
    file: Option<PathBuf>,
}

impl Hands {
    /// A device that remembers itself in `file`; a new one holds `notes`.
    pub fn open(notes: Notes, file: Option<PathBuf>) -> Result<Hands> {
        let kept = match file.as_ref().filter(|f| f.exists()) {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|e| unusable(path, e))?;
                let read = serde_json::from_str::<Simulator>(&text);
                Some(read.map_err(|e| Error::broken(format!("{} cannot be read", path.display())).caused_by(e))?)
            }
            None => None,
        };
        let mut device = kept.unwrap_or_else(|| Simulator::stocked(notes));
        device.power_on()?;
        let state = State { device, acted: false, waits: false };
        Ok(Hands { state: Mutex::new(state), turned: Condvar::new(), file })
    }

    /// The device as a port.
    pub fn device(self: &Arc<Hands>) -> Bench {
        Bench(self.clone())
    }

    pub fn seen(&self) -> Seen {
        let mut s = self.state.lock();
        let powered = s.device.is_powered();
        let holdings = s.device.holdings().unwrap_or_else(|_| s.device.counters().clone());
        Seen { powered, holdings, hands: s.device.hands.clone(), waits: s.waits }
    }

    fn act(&self, f: impl FnOnce(&mut State) -> Result<()>) -> Result<()> {
        let mut s = self.state.lock();
        f(&mut s)?;
        self.save(&s.device)?;
        self.turned.notify_all();
        Ok(())
    }

    /// A hand reaches for what lies in the slot.
    pub fn take(&self, how: Take) -> Result<()> {
        self.act(|s| {
            s.device.plan = match how {
                Take::All => Plan::default(),
                Take::Part => Plan { takes_part: 1_000, ..Plan::default() },
                Take::None => Plan { leaves: 1_000, ..Plan::default() },
            };
            s.acted = true;
            Ok(())
        })
    }

    /// A hand puts notes into the slot, the highest face first.
    pub fn put(&self, notes: &Notes) -> Result<()> {
        if notes.count() > HAND_NOTES_MAX {
            return Err(Error::limit("notes", notes.count(), HAND_NOTES_MAX, "notes in one hand"));
        }
        self.act(|s| {
            s.device.hands = s.device.hands.plus(notes)?;
            let faces = notes.iter().rev().flat_map(|(face, n)| (0..n).map(move |_| face));
            s.device.offer.extend(faces);
            s.acted = true;
            Ok(())
        })
    }

    /// Staff bring notes to be loaded.
    pub fn bring(&self, notes: &Notes) -> Result<()> {
        self.act(|s| {
            s.device.staff = s.device.staff.plus(notes)?;
            Ok(())
        })
    }

    pub fn fault(&self, fault: Fault) -> Result<()> {
        self.act(|s| {
            match fault {
                Fault::Jam => s.device.fates.push(Fate::Jams),
                Fault::Suspicious => s.device.fates.push(Fate::Suspicious),
                Fault::Rejected => s.device.fates.push(Fate::Rejected),
                Fault::PowerCut => {
                    s.device.cut_after(0);
                    s.acted = s.waits;
                }
                Fault::PowerOn => s.device.power_on()?,
            }
            Ok(())
        })
    }

    /// Written whole or not at all: a device's counters survive whatever ends the process.
    fn save(&self, device: &Simulator) -> Result<()> {
        let Some(path) = &self.file else { return Ok(()) };
        let text =
            serde_json::to_string(device).map_err(|e| Error::broken("a device has no JSON form").caused_by(e))?;
        let new = path.with_extension("new");
        std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, path)).map_err(|e| unusable(path, e))
    }

    fn run(&self, command: &Command, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        let mut s = self.state.lock();
        let seconds = match command {
            Command::Collect if !s.device.counters().slot.is_empty() => COLLECT_SECONDS,
            Command::Accept { .. } => INSERT_SECONDS,
            _ => 0,
        };
        if seconds > 0 && s.device.is_powered() && !s.acted {
            s.waits = true;
            let until = Duration::from_secs(seconds);
            let over = self.turned.wait_while_for(&mut s, |s| !s.acted, until).timed_out();
            s.waits = false;
            if over {
                s.device.plan = Plan { leaves: 1_000, ..Plan::default() };
            }
        }
        let done = s.device.run(command, hear);
        if matches!(command, Command::Accept { .. } | Command::Collect) {
            (s.device.plan, s.device.offer, s.acted) = (Plan::default(), Vec::new(), false);
        }
        self.save(&s.device)?;
        done
    }
}

fn unusable(path: &std::path::Path, e: std::io::Error) -> Error {
    Error::new(&DEVICE_DOWN, format!("{} cannot be used", path.display())).caused_by(e)
}

/// The simulated device as the bank drives it.
pub struct Bench(Arc<Hands>);

impl CashDevice for Bench {
    fn holdings(&mut self) -> Result<Holdings> {
        self.0.state.lock().device.holdings()
    }
    fn run(&mut self, command: &Command, hear: &mut dyn FnMut(&Event)) -> Result<()> {
        self.0.run(command, hear)
    }
}
