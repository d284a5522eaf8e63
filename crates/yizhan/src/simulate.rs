//! `yizhan simulate`: seeds of the simulation, each in a directory of its own, several at once. A red seed is told as soon as
//! it is found, with its step, command and reason; the others go on.
use crate::exit::{Done, Outcome};
use crate::ground::Stage;
use crate::progress::Progress;
use kernel::Error;
use serde_json::json;
use sim::{JOBS_MAX, Many, Where};
use std::sync::Mutex;

pub fn simulate(seed: u64, steps: u32, seeds: u64, jobs: Option<usize>) -> Outcome {
    let jobs = jobs.unwrap_or_else(sim::jobs_here);
    if jobs == 0 || jobs > JOBS_MAX {
        return Err(Error::limit("jobs", jobs, JOBS_MAX, "threads").into());
    }
    let stage = Stage::new("simulate")?;
    let all = seed..seed.saturating_add(seeds.max(1));
    let progress = Mutex::new((Progress::new(), 0u64));
    let of = all.end - all.start;
    let each = |_: u64, done: &kernel::Result<sim::Report>| {
        let mut told = progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        told.1 += 1;
        let ended = told.1;
        match done {
            Ok(_) => told.0.tell("seeds", ended, of),
            Err(why) => eprintln!("red: {why:?}"),
        }
    };
    let place = |_: u64, dir: &std::path::Path| Where::Sqlite(dir.into());
    let outcome = sim::many(&Many { seeds: all, steps, jobs, scratch: stage.0.clone(), place: &place }, &each);
    drop(progress);
    let (held, reports) = (outcome.held.len(), &outcome.held);
    if let Some((first, why)) = outcome.red.into_iter().next() {
        let again = format!("{}; run it again: yizhan simulate --seed {first} --steps {steps}", why.message());
        return Err(Error::broken(again).caused_by(why).into());
    }
    let sum = |of: fn(&sim::Report) -> u64| reports.iter().map(of).sum::<u64>();
    let text = format!(
        "{held} seeds from {seed} held, {} steps: {} journal entries, {} faults injected, {} restarts, {} days closed",
        sum(|r| u64::from(r.steps)),
        sum(|r| r.journal_entries),
        sum(|r| u64::from(r.faults_injected)),
        sum(|r| u64::from(r.restarts)),
        sum(|r| u64::from(r.days_closed))
    );
    Ok(Done::new(text, json!({ "seeds": reports })))
}
