//! Loads the demo bank of crate `demo` through the product's own commands, so that what it shows is what the product does.
//!
//! The load is a list of *steps*. A step is one write transaction; its answer (the ids it made) is kept under an
//! idempotency key of `system:demo` in the same transaction. A load that was cut off is simply begun again: steps that are
//! done answer what they answered before, and the first one that is not goes on. The key `begun` stands before the first
//! step and the key `loaded` after the last, which tells apart the four states of [`State`]; a bank that has branches and
//! no `begun` is somebody's own and is never loaded into.
//!
//! In numbers: 28 branches, some 340 staff, 2,000 customers, 97 firms and 120 merchants; 32 wage accounts, which are one for
//! each of the yard's 30 subcontractors, one for the building site, and one through which the yard pays on behalf of all
//! ([`YARD_PROJECT`]), so that its whole workbook of more than 4,000 lines is one import. All of them are funded for a
//! month. The first subcontractor has a pay sheet of the month before, made, checked and paid by its own people; every
//! other wage account waits for its first.
//!
//! Those who can sign in have a past of three months, where the bank's clock can be put back ([`history`]).
//!
//! A building site and a ship in repair have site files ([`sites`]); guarantees, a legal document that waits and a site near its end stand
//! beside them ([`ends`]). A third building site is under site rules, with a crew that attends, signs and is paid ([`crews`]).
//!
//! The crew of another site is gone and 43 workers wait for their wages ([`vanished`]).
//!
//! The city branch has a stocked vault and two tills ([`cash`]), and blank cards; who can sign in has cards ([`cards`]). Wealth products are on the
//! shelf, and somebody old has answered the questions about risk and holds one ([`wealth`]).
//!
//! The desk of the guard has cases, objections, papers of authorities and firms to verify ([`guarded`]). Large sums of
//! the past are reported, and a suspicion waits for its second officer ([`reports`]). An account was refused, customers are judged, and
//! accounts are looked at again ([`judged`]). A grandmother has savings that somebody is after, and a daughter who is told when a payment of
//! hers is held up ([`grandmother`]). The counter has a ledger of talks, and a man who has not been talked to yet ([`talks`]).
//!
//! Planted conditions of own accounts ([`demo::yard::Planted`]) are brought about here: closed, dormant, known under
//! another name, not yet activated, tier III. Cards at other banks are judged by those banks.
mod arrears;
mod cards;
mod cash;
mod crews;
mod elders;
mod ends;
mod files;
mod grandmother;
mod guarded;
mod history;
mod identity;
mod judged;
mod money;
mod people;
mod protections;
mod reports;
mod sites;
mod talks;
mod vanished;
mod wages;
mod wealth;

pub use crews::CREWS_SITE;
pub use ends::ENDING_SITE;
pub use files::{DemoFile, file, files};
pub use identity::identity_simulator;
pub use sites::{FILED_SITE, FILED_YARD};
pub use vanished::{VANISHED_SITE, VANISHED_WORKERS, WARNED_DAYS};
pub use wages::{SITE_PROJECT, YARD_PROJECT};
pub use wealth::recorder;

use crate::Bank;
use demo::{DEMO_SEED, DemoBank};
use kernel::{Actor, BookId, Error, Result};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::{Arc, OnceLock};
use store::{Once, Tx};

/// Rows written by one step at most.
pub const STEP_ROWS_MAX: usize = 200;
const PROCESS: &str = "demo";
const WHAT: &str = "demo.load";
const BEGUN: &str = "demo-begun";
const LOADED: &str = "demo-loaded";

kernel::codes! {
    DEMO_REFUSED: Refused, "demo_refused", "load the demo into a new data directory";
    DEMO_STEP: Broken, "demo_step", "delete the data directory and start again; if it happens again, report it";
}

/// What was loaded, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    pub branches: u64,
    pub staff: u64,
    pub people: u64,
    pub firms: u64,
    pub accounts: u64,
    pub wage_accounts: u64,
    pub workers: u64,
    pub logins: u64,
    /// Lines of the pay sheet that was paid, and those that could not be.
    pub lines_paid: i64,
    pub lines_failed: i64,
}

/// How far a bank is from being the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is in it.
    Fresh,
    /// A load was cut off; [`load`] goes on with it.
    Begun,
    Loaded(Loaded),
    /// Somebody's own bank.
    Other,
}

/// What is being loaded, how much of it is done, and how much there is.
pub type Progress<'p> = dyn FnMut(&str, u64, u64) + 'p;

/// The demo bank as data, made once a process.
pub fn data() -> Arc<DemoBank> {
    static DATA: OnceLock<Arc<DemoBank>> = OnceLock::new();
    DATA.get_or_init(|| Arc::new(demo::generate(DEMO_SEED))).clone()
}

/// Which of the states a bank is in.
pub fn state(bank: &Bank) -> Result<State> {
    bank.store.read(|tx| {
        if let Some(loaded) = kept(tx, LOADED)? {
            return Ok(State::Loaded(loaded));
        }
        Ok(match (kept::<bool>(tx, BEGUN)?, party::branches(tx)?.is_empty()) {
            (Some(_), _) => State::Begun,
            (None, true) => State::Fresh,
            (None, false) => State::Other,
        })
    })
}

/// Loads the demo bank, or what is missing of it. Answers what is there; repeating is safe.
/// Errors: `demo_refused` when the bank is somebody's own.
pub fn load(bank: &Bank, progress: &mut Progress<'_>) -> Result<Loaded> {
    let fresh = match state(bank)? {
        State::Loaded(loaded) => return Ok(loaded),
        State::Other => return Err(Error::new(&DEMO_REFUSED, "there is a bank in this data already")),
        State::Fresh => true,
        State::Begun => false,
    };
    let past = history::begin(bank, fresh);
    let loaded = load_from(bank, past, progress);
    // Whatever happened, the time is now.
    bank.clock().fall_behind(0);
    loaded
}

fn load_from(bank: &Bank, past: Option<history::Past>, progress: &mut Progress<'_>) -> Result<Loaded> {
    let mut load = Load { bank, data: data(), progress, numbers: Loaded::default() };
    load.step(BEGUN.into(), |_| Ok(true))?;
    let people = people::load(&mut load)?;
    let money = money::load(&mut load, &people)?;
    match past {
        Some(past) => history::live(&mut load, &people, &money, past)?,
        None => history::leave(bank)?,
    }
    elders::load(&mut load, &people, &money)?;
    protections::load(&mut load, &people, &money)?;
    guarded::load(&mut load, &people, &money)?;
    talks::load(&mut load, &people, &money)?;
    reports::load(&mut load, &people)?;
    judged::load(&mut load, &people, &money)?;
    grandmother::load(&mut load, &people, &money)?;
    wages::load(&mut load, &people, &money)?;
    sites::load(&mut load, &people, &money)?;
    ends::load(&mut load, &people, &money)?;
    crews::load(&mut load, &people, &money)?;
    vanished::load(&mut load, &people, &money)?;
    arrears::load(&mut load, &people)?;
    cash::load(&mut load, &people)?;
    cards::load(&mut load, &people, &money)?;
    wealth::load(&mut load, &money)?;
    let numbers = load.numbers.clone();
    load.step(LOADED.into(), move |_| Ok(numbers.clone()))
}

/// A load under way.
struct Load<'a, 'p> {
    bank: &'a Bank,
    data: Arc<DemoBank>,
    progress: &'a mut Progress<'p>,
    numbers: Loaded,
}

impl Load<'_, '_> {
    /// Runs `f` in one transaction and keeps its answer under `key`; when it was done before, answers that.
    fn step<T>(&self, key: String, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        self.bank.store.write(move |tx| {
            if let Some(before) = kept(tx, &key)? {
                return Ok(before);
            }
            let done = f(tx)?;
            let answer =
                serde_json::to_string(&done).map_err(|e| broken(&key, "its answer has no JSON form").caused_by(e))?;
            tx.answered(BookId::HEAD_OFFICE, &actor().principal(), &key, WHAT, &DEMO_SEED.to_le_bytes(), &answer)?;
            Ok(done)
        })
    }

    /// A step for every [`STEP_ROWS_MAX`] items; `f` is given an item and answers what it made of it.
    fn each<I, T>(
        &mut self,
        what: &'static str,
        items: Vec<I>,
        f: impl Fn(&mut Tx<'_>, &I) -> Result<T> + Clone + Send + 'static,
    ) -> Result<Vec<T>>
    where
        I: Clone + Send + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let mut out = Vec::with_capacity(items.len());
        (self.progress)(what, 0, items.len() as u64);
        for (n, chunk) in items.chunks(STEP_ROWS_MAX).enumerate() {
            let (chunk, f) = (chunk.to_vec(), f.clone());
            let made = move |tx: &mut Tx<'_>| chunk.iter().map(|item| f(tx, item)).collect::<Result<Vec<T>>>();
            out.extend(self.step(format!("demo-{}-{n}", what.replace(' ', "-")), made)?);
            (self.progress)(what, out.len() as u64, items.len() as u64);
        }
        Ok(out)
    }
}

/// The answer of a step that is done.
fn kept<T: DeserializeOwned>(tx: &mut Tx<'_>, key: &str) -> Result<Option<T>> {
    match tx.once(BookId::HEAD_OFFICE, &actor().principal(), key, WHAT, &DEMO_SEED.to_le_bytes())? {
        Once::New => Ok(None),
        Once::Done(answer) => {
            let read = serde_json::from_str(&answer);
            read.map(Some).map_err(|e| broken(key, "its kept answer cannot be read").caused_by(e))
        }
    }
}

fn actor() -> Actor {
    Actor { correlation: "demo-load".into(), ..Actor::system(PROCESS) }
}

fn broken(step: &str, why: impl std::fmt::Display) -> Error {
    Error::new(&DEMO_STEP, format!("step {step} of loading the demo: {why}"))
}

#[cfg(test)]
mod tests;
