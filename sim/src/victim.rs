//! A bank that is killed while it works.
//!
//! [`prepare`] makes a small bank in a directory. [`work`] is run in a process of its own: four makers order payments as fast
//! as they are answered and write down each answer only after they have it. Somebody kills that process. [`check`] opens
//! what is left: every answer that was written down is there, once, with the same terms; asking again under the same key
//! answers the same; the books verify.
use crate::dice::Dice;
use crate::world::{self, World};
use crate::{Plan, Report, Where, auditor::Auditor, steps};
use app::{Bank, Options};
use kernel::id::{AccountId, InstructionId, PersonId};
use kernel::{Error, Money, Result};
use payments::{Order, Payee, Receipt};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

/// Makers that work at once.
pub const MAKERS: u64 = 4;

/// Who may be killed with the bank: written beside its data.
#[derive(Serialize, Deserialize)]
struct Cast(Vec<(PersonId, AccountId)>);

/// An answer a maker had in hand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    pub key: String,
    pub person: PersonId,
    pub order: Order,
    pub receipt: Receipt,
}

fn trouble(what: &str, why: impl std::fmt::Display) -> Error {
    Error::broken(format!("{what}: {why}"))
}

/// Makes the bank and gives everybody money.
pub fn prepare(dir: &Path) -> Result<()> {
    let mut world = World::build(&Plan { seed: 0, steps: 0, place: Where::Sqlite(dir.into()) })?;
    steps::open_everybody(&mut world, &mut Auditor::default(), &mut Report::default())?;
    let cast = Cast(world.people.iter().map(|c| (c.person, c.account)).collect());
    let text = serde_json::to_vec(&cast).map_err(|e| trouble("the cast", e))?;
    std::fs::write(dir.join("cast.json"), text).map_err(|e| trouble("the cast", e))
}

fn cast(dir: &Path) -> Result<Cast> {
    let text = std::fs::read(dir.join("cast.json")).map_err(|e| trouble("the cast", e))?;
    serde_json::from_slice(&text).map_err(|e| trouble("the cast", e))
}

/// Orders payments until killed; `out` gets a line of JSON per answer, after the answer.
pub fn work(dir: &Path, seed: u64, out: impl Write + Send) -> Result<()> {
    let bank = Bank::open(Options::sqlite(dir))?;
    let cast = cast(dir)?;
    let out = Mutex::new(out);
    std::thread::scope(|scope| {
        let makers: Vec<_> = (0..MAKERS)
            .map(|maker| {
                scope.spawn({
                    let (bank, cast, out) = (&bank, &cast, &out);
                    move || make(bank, cast, out, seed, maker)
                })
            })
            .collect();
        makers.into_iter().try_for_each(|m| m.join().unwrap_or_else(|_| Err(Error::broken("a maker panicked"))))
    })
}

fn make(bank: &Bank, cast: &Cast, out: &Mutex<impl Write>, seed: u64, maker: u64) -> Result<()> {
    let mut dice = Dice::new(seed * MAKERS + maker);
    for n in 0u64.. {
        let ((person, from), (_, to)) = (*dice.pick(&cast.0), *dice.pick(&cast.0));
        let order = Order::transfer(from, Payee::Account(to), Money::cny(1 + dice.below(5_000) as i64))
            .fee_shown(Money::cny(0));
        let key = format!("v-{seed}-{maker}-{n}");
        let Ok(receipt) = payments::submit(&bank.desk, &world::person_actor(person), order.clone(), Some(&key)) else {
            continue;
        };
        let line =
            serde_json::to_string(&Answer { key, person, order, receipt }).map_err(|e| trouble("an answer", e))?;
        let mut out = out.lock().map_err(|e| trouble("the pipe", e))?;
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|e| trouble("the pipe", e))?;
    }
    Ok(())
}

/// What is left after a kill; answers how many answers were found.
pub fn check(dir: &Path, answers: &[Answer]) -> Result<u64> {
    let bank = Bank::open(Options::sqlite(dir))?;
    for a in answers {
        let kept = bank.store.read(|tx| payments::raw(tx, a.receipt.instruction))?;
        let kept = kept.ok_or_else(|| lost(a, "is not there"))?;
        if kept.state != a.receipt.state || kept.transfer != a.receipt.transfer || kept.amount != a.order.amount.minor {
            return Err(lost(a, "is there with other terms"));
        }
        if let Some(transfer) = a.receipt.transfer {
            bank.store.read(|tx| ledger::entry(tx, transfer))?.ok_or_else(|| lost(a, "has no journal entry"))?;
        }
    }
    for a in answers.iter().rev().take(20) {
        let again = payments::submit(&bank.desk, &world::person_actor(a.person), a.order.clone(), Some(&a.key))?;
        if again.instruction != a.receipt.instruction || again.state != a.receipt.state {
            return Err(lost(a, "was answered differently the second time"));
        }
    }
    let report = app::verify(&bank.store, &mut |_, _| {})?;
    match report.faults.first() {
        None => Ok(answers.len() as u64),
        Some(f) => Err(Error::broken(format!("verify: {} {}: {}", f.table, f.record, f.what))),
    }
}

fn lost(a: &Answer, what: &str) -> Error {
    let id: InstructionId = a.receipt.instruction;
    Error::broken(format!("{id}, acknowledged under {}, {what}", a.key))
}
