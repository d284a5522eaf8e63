//! Many seeds at once: one after another on each of a few threads, every red one with what it found.
use crate::{Plan, Report, Where, run};
use kernel::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Threads at once at most.
pub const JOBS_MAX: usize = 64;
/// Red seeds after which no new one is begun: what follows would likely say the same.
pub const RED_MAX: usize = 20;

/// Which seeds to run, and where.
pub struct Many<'a> {
    pub seeds: std::ops::Range<u64>,
    pub steps: u32,
    /// Threads, 1 to [`JOBS_MAX`].
    pub jobs: usize,
    /// A directory in which each seed gets one of its own, gone when it ends.
    pub scratch: PathBuf,
    /// Where a seed's bank lives, given its directory.
    pub place: &'a (dyn Fn(u64, &Path) -> Where + Sync),
}

/// What became of them.
#[derive(Default)]
pub struct Outcome {
    /// Those that held, in the order of their seeds.
    pub held: Vec<Report>,
    /// Those that did not, in the order of their seeds; each names seed, step, command and reason.
    pub red: Vec<(u64, Error)>,
}

/// Threads that use the machine without waiting on each other: as many as it has processors.
pub fn jobs_here() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(JOBS_MAX)
}

/// Runs them all, unless [`RED_MAX`] are red; `each` hears of every seed as it ends. A run that panics is red.
pub fn many(plan: &Many<'_>, each: &(dyn Fn(u64, &Result<Report>) + Sync)) -> Outcome {
    let next = AtomicU64::new(plan.seeds.start);
    let outcome = Mutex::new(Outcome::default());
    std::thread::scope(|scope| {
        for _ in 0..plan.jobs.clamp(1, JOBS_MAX) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= plan.seeds.end || locked(&outcome).red.len() >= RED_MAX {
                        return;
                    }
                    let done = one(plan, seed);
                    each(seed, &done);
                    match done {
                        Ok(report) => locked(&outcome).held.push(report),
                        Err(why) => locked(&outcome).red.push((seed, why)),
                    }
                }
            });
        }
    });
    let mut outcome = outcome.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    outcome.held.sort_by_key(|report| report.seed);
    outcome.red.sort_by_key(|(seed, _)| *seed);
    outcome
}

fn locked(outcome: &Mutex<Outcome>) -> std::sync::MutexGuard<'_, Outcome> {
    outcome.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn one(many: &Many<'_>, seed: u64) -> Result<Report> {
    let dir = many.scratch.join(format!("seed-{seed}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    let plan = Plan { seed, steps: many.steps, place: (many.place)(seed, &dir) };
    let done = or_panicked(|| run(&plan, &mut |_| {}));
    let _ = std::fs::remove_dir_all(&dir);
    done.map_err(|why| match why.message().contains("seed") {
        true => why,
        false => Error::broken(format!("seed {seed}: {}", why.message())).caused_by(why),
    })
}

/// A panic is a defect like any other, and its words are the reason.
pub(crate) fn or_panicked<T>(f: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        let plain = panic.downcast_ref::<&str>().copied();
        let words = panic.downcast_ref::<String>().map(String::as_str).or(plain).unwrap_or("no words");
        Err(Error::broken(format!("it panicked: {words}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_red_is_told_and_the_rest_goes_on() {
        let place = |seed: u64, dir: &Path| match seed {
            // A file where a directory must be made.
            2 => Where::Sqlite("/dev/null/x".into()),
            _ => Where::Sqlite(dir.into()),
        };
        let told = Mutex::new(Vec::new());
        let scratch = std::env::temp_dir();
        let plan = Many { seeds: 1..4, steps: 0, jobs: 2, scratch, place: &place };
        let outcome = many(&plan, &|seed, done| told.lock().unwrap().push((seed, done.is_ok())));
        let mut told = told.into_inner().unwrap();
        told.sort_unstable();
        assert_eq!(told, [(1, true), (2, false), (3, true)]);
        assert_eq!(outcome.held.iter().map(|r| r.seed).collect::<Vec<_>>(), [1, 3]);
        let (seed, why) = &outcome.red[0];
        assert!(*seed == 2 && why.message().contains("seed 2"), "{why:?}");
    }
}
