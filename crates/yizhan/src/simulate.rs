//! `yizhan simulate`: seeds of the simulation, each in a scratch directory. The first that does not hold ends it.
use crate::exit::{Done, Outcome};
use crate::ground::Stage;
use crate::progress::Progress;
use serde_json::json;
use sim::{Plan, Where};

pub fn simulate(seed: u64, steps: u32, seeds: u64) -> Outcome {
    let mut progress = Progress::new();
    let mut reports = Vec::new();
    for n in seed..seed.saturating_add(seeds.max(1)) {
        let stage = Stage::new(&format!("simulate-{n}"))?;
        let plan = Plan { seed: n, steps, place: Where::Sqlite(stage.0.clone()) };
        let report =
            sim::run(&plan, &mut |step| progress.tell(&format!("seed {n}"), u64::from(step), u64::from(steps)))?;
        reports.push(report);
    }
    let sum = |of: fn(&sim::Report) -> u64| reports.iter().map(of).sum::<u64>();
    let text = format!(
        "{} seeds from {seed} held, {} steps: {} journal entries, {} faults injected, {} restarts, {} days closed",
        reports.len(),
        sum(|r| u64::from(r.steps)),
        sum(|r| r.journal_entries),
        sum(|r| u64::from(r.faults_injected)),
        sum(|r| u64::from(r.restarts)),
        sum(|r| u64::from(r.days_closed))
    );
    Ok(Done::new(text, json!({ "seeds": reports })))
}
