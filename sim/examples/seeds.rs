//! `seeds FROM TO STEPS JOBS`: runs those seeds in scratch directories, a line for each that does not hold and every 100 that do.
use sim::{Many, Where};
use std::sync::atomic::{AtomicU64, Ordering};

fn main() {
    let number = |n: usize, or: u64| std::env::args().nth(n).and_then(|a| a.parse().ok()).unwrap_or(or);
    let (from, to, steps) = (number(1, 1), number(2, 11), number(3, 200) as u32);
    let jobs = number(4, sim::jobs_here() as u64) as usize;
    let ended = AtomicU64::new(0);
    let each = |_: u64, done: &kernel::Result<sim::Report>| {
        let n = ended.fetch_add(1, Ordering::Relaxed) + 1;
        if let Err(why) = done {
            println!("red: {why:?}");
        }
        if n.is_multiple_of(100) {
            println!("{n} of {}", to - from);
        }
    };
    let place = |_: u64, dir: &std::path::Path| Where::Sqlite(dir.into());
    let scratch = std::env::temp_dir();
    let outcome = sim::many(&Many { seeds: from..to, steps, jobs, scratch, place: &place }, &each);
    println!("{} held, {} red", outcome.held.len(), outcome.red.len());
    std::process::exit(i32::from(!outcome.red.is_empty()));
}
