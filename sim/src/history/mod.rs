//! Random histories of one wage account and its guarantee, under the eyes of an auditor with books of his own.
//!
//! A history is a list of [`Step`]s, small numbers that a property test draws and shrinks. Each becomes a command that somebody could try:
//! money in, sheets paid by two persons, runs that go on, payments to other banks that come back, and besides everything that must not
//! work: transfers, cash, cards and bulk files from the wage account, reversals, freezes and deductions without a document or without a
//! second person, a closing before its time, a notice for people who are not on the roster.
//!
//! The **auditor** reads every new entry of the wage account, its clearing account and the guarantee deposit, and knows from what he was
//! told alone who may get what. Out of the wage account goes money to the clearing account for sheets that two persons agreed to, to the
//! account that an agreed legal document names, within its amount, and what is left after the closing to the contractor. Out of the
//! clearing account goes money to rostered workers, to their own cards, never more than their lines say, or back. Out of the deposit it
//! goes to the wage account, on a notice that two persons agreed to. Anything else ends the history with the entry that broke the rule. Nothing that
//! is evidence may have gone while its clock runs.
//!
//! **Seen red.** Each of these was built into the bank once and showed in a history of the tests: a document takes or freezes twice its amount; a
//! document is taken in without its file; a site is closed before its notice has run, or over wages that are unpaid; a deposit pays a notice
//! twice; the clock of the records is off. What the auditor found by himself: a site closed over a returned wage whose repayment was cancelled.
mod auditor;
mod steps;
mod world;

pub use steps::{STEPS_MAX, Step};

use kernel::{Error, Result};
use std::path::Path;

/// What happened in a history that held.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Commands that were carried out, by their name; those that were refused, by name and code.
    pub done: std::collections::BTreeMap<&'static str, u32>,
    pub refused: std::collections::BTreeMap<String, u32>,
    /// Entries the auditor looked at.
    pub entries: u64,
    /// What he saw in the journal: deductions by a document, payments out of the deposit, a closing that paid out what was left.
    pub deducted: u32,
    pub noticed: u32,
    pub closed: u32,
}

/// Plays a history in a bank of its own. `Err` names the step and what the auditor found.
pub fn play(steps: &[Step], directory: &Path) -> Result<Told> {
    let mut world = world::World::found(directory)?;
    let mut auditor = auditor::Auditor::new(&world)?;
    for (n, step) in steps.iter().take(STEPS_MAX).enumerate() {
        let what = world.take(step, &mut auditor)?;
        let found = auditor.look(&mut world);
        found.map_err(|e| Error::broken(format!("step {n} ({what}): {}", e.message())).caused_by(e))?;
    }
    let report = app::verify(&world.town.bank.store, &mut |_, _| {})?;
    match report.faults.first() {
        None => Ok(Told {
            entries: auditor.entries,
            deducted: auditor.deducted,
            noticed: auditor.noticed_paid,
            closed: auditor.closed,
            ..world.told
        }),
        Some(fault) => Err(Error::broken(format!("the books do not verify: {fault:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Histories without a shrinker, for a first look; the property is in the integration suite.
    #[test]
    fn histories_of_a_few_seeds_hold() {
        let mut seen = (0, 0, 0);
        for seed in 0..12u64 {
            let mut dice = crate::dice::Dice::new(seed);
            let mut byte = |n: u64| dice.below(n);
            let steps: Vec<Step> = (0..120)
                .map(|_| Step {
                    what: byte(31) as u8,
                    who: byte(64) as u8,
                    a: byte(1 << 12) as u16,
                    b: byte(1 << 31) as u32,
                })
                .collect();
            let dir = std::env::temp_dir().join(format!("yizhan-history-{}-{seed}", std::process::id()));
            std::fs::create_dir_all(&dir).expect("a directory");
            let told = play(&steps, &dir);
            std::fs::remove_dir_all(&dir).expect("it goes away");
            let told = told.unwrap_or_else(|e| panic!("seed {seed}: {e:?}"));
            println!("{seed}: {told:?}");
            seen = (seen.0 + told.deducted, seen.1 + told.noticed, seen.2 + told.closed);
        }
        assert!(seen.0 > 0 && seen.1 > 0 && seen.2 > 0, "deductions, notices paid, closings: {seen:?}");
    }
}
