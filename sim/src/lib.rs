//! One seed, thousands of mixed commands, and an auditor who believes nobody.
//!
//! A small bank (two branches, a dozen people, two firms, one wage project) lives through `steps` random commands on a clock
//! that is moved by hand, also backwards and over weeks. Commands come twice, answers get lost, several makers order in one
//! group commit, two checkers approve at once, the guard falls silent, the n-th call of the store fails, a commit fails, the
//! process ends and starts again.
//!
//! The **auditor** keeps books of his own, from nothing but what was *acknowledged*: a plain map of balances and holds,
//! written differently from the ledger. After every step he compares the accounts that were touched, after every restart
//! and at the end all of them, and runs the bank's own `verify`. What was not acknowledged is asked again with the same key
//! until it is; it counts once.
//!
//! A failing seed is kept as a test in `tests/processes/`.
mod auditor;
mod dice;
pub mod history;
mod many;
mod payday;
mod steps;
pub mod victim;
mod world;
pub mod year;

pub use many::{JOBS_MAX, Many, Outcome, RED_MAX, jobs_here, many};
pub use world::Where;

use auditor::Auditor;
use dice::Dice;
use kernel::{Error, Result};
use serde::Serialize;
use std::collections::BTreeMap;
use world::World;

/// Steps of one run at most.
pub const STEPS_MAX: u32 = 1_000_000;
/// How often an unacknowledged command is asked again before the run is called broken.
pub const ASKED_AGAIN_MAX: u32 = 50;

/// What to run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub steps: u32,
    pub place: Where,
}

/// What happened in a run that held.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub seed: u64,
    pub steps: u32,
    /// How often each command was tried, and how often it was refused.
    pub commands: BTreeMap<&'static str, u32>,
    pub refused: BTreeMap<String, u32>,
    pub faults_injected: u32,
    pub asked_again: u32,
    pub restarts: u32,
    pub days_closed: u32,
    /// Wage lines by the state they were last seen in.
    pub wage_lines: BTreeMap<&'static str, u32>,
    pub journal_entries: u64,
}

/// Runs a plan. `Err` names the seed, the step and what the auditor found.
pub fn run(plan: &Plan, progress: &mut dyn FnMut(u32)) -> Result<Report> {
    if plan.steps > STEPS_MAX {
        return Err(Error::limit("steps", plan.steps, STEPS_MAX, "steps"));
    }
    let lost = |step: u32, what: &str, why: Error| {
        Error::broken(format!("seed {} step {step} ({what}): {}", plan.seed, why.message())).caused_by(why)
    };
    let mut dice = Dice::new(plan.seed);
    let mut world = World::build(plan).map_err(|e| lost(0, "founding", e))?;
    let mut auditor = Auditor::default();
    let mut report = Report { seed: plan.seed, ..Report::default() };
    steps::open_everybody(&mut world, &mut auditor, &mut report).map_err(|e| lost(0, "opening", e))?;
    for step in 1..=plan.steps {
        let what = steps::pick(&mut dice);
        *report.commands.entry(what.name()).or_default() += 1;
        let take = || steps::take(what, &mut world, &mut auditor, &mut dice, &mut report);
        many::or_panicked(take).map_err(|e| lost(step, what.name(), e))?;
        report.steps = step;
        progress(step);
    }
    world.calm();
    let found = auditor.check_all(&world).map_err(|e| lost(plan.steps, "the last audit", e))?;
    report.journal_entries = found;
    report.wage_lines = world.payday.counts();
    Ok(report)
}
