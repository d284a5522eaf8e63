//! The simulation: a few seeds always, 2,000 with `YIZHAN_DEEP=1`, as many at once as there are processors. A seed that ever
//! failed stands in [`KEPT`]. Red seeds are written down as they are found; the test fails with all of them at its end.
use kernel::clock::stopwatch;
use sim::{Many, Report, Where};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Seeds that once found a defect, with the steps they need.
const KEPT: &[(u64, u32)] = &[(1, 250), (2, 250), (3, 250), (130, 150)];
const DEEP_SEEDS: u64 = 2_000;
/// Seeds between two lines that say how far it is.
const TOLD_EVERY: u64 = 50;

/// `name` keeps runs of one seed on two databases, which go on at once, out of each other's directory.
fn hold(name: &str, seeds: Range<u64>, steps: u32, place: &(dyn Fn(u64, &Path) -> Where + Sync)) {
    let (began, ended, of) = (stopwatch(), AtomicU64::new(0), seeds.end - seeds.start);
    let each = |_: u64, done: &kernel::Result<Report>| {
        let n = ended.fetch_add(1, Ordering::Relaxed) + 1;
        if let Err(why) = done {
            eprintln!("red on {name}: {why:?}");
        }
        if n.is_multiple_of(TOLD_EVERY) || n == of {
            eprintln!("{name}: {n} of {of} seeds after {} s", began.elapsed().as_secs());
        }
    };
    let scratch = std::env::temp_dir().join(format!("yizhan-simulation-{name}-{}", std::process::id()));
    let outcome = sim::many(&Many { seeds, steps, jobs: sim::jobs_here(), scratch: scratch.clone(), place }, &each);
    let _ = std::fs::remove_dir_all(&scratch);
    let red: Vec<String> = outcome.red.iter().map(|(_, why)| format!("{why:?}")).collect();
    assert!(red.is_empty(), "{name}, {steps} steps each:\n{}", red.join("\n"));
    assert_eq!(outcome.held.len() as u64, of);
}

fn seeds() -> u64 {
    if std::env::var_os("YIZHAN_DEEP").is_some() { DEEP_SEEDS } else { 6 }
}

fn sqlite(_: u64, dir: &Path) -> Where {
    Where::Sqlite(dir.into())
}

#[test]
fn seeds_hold_on_sqlite() {
    KEPT.iter().for_each(|(seed, steps)| hold("sqlite-kept", *seed..seed + 1, *steps, &sqlite));
    hold("sqlite", 1_000..1_000 + seeds(), 150, &sqlite);
}

#[test]
fn seeds_hold_on_postgresql() {
    let Ok(url) = std::env::var("YIZHAN_TEST_DATABASE") else {
        println!("skipped: YIZHAN_TEST_DATABASE names no PostgreSQL");
        return;
    };
    hold("postgresql", 1..1 + (seeds() / 20).max(2), 120, &|seed, dir| Where::Postgres {
        url: url.clone(),
        schema: format!("sim_{}_{seed}", std::process::id()),
        keys: dir.join("keys.json"),
    });
}
