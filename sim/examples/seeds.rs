//! Runs seeds `FROM..TO` of `STEPS` steps each in a scratch directory and stops at the first that does not hold.
use sim::{Plan, Where};

fn main() {
    let number = |n: usize, or: u64| std::env::args().nth(n).and_then(|a| a.parse().ok()).unwrap_or(or);
    let (from, to, steps) = (number(1, 1), number(2, 11), number(3, 200) as u32);
    for seed in from..to {
        let dir = std::env::temp_dir().join(format!("yizhan-sim-{}-{seed}", std::process::id()));
        let plan = Plan { seed, steps, place: Where::Sqlite(dir.clone()) };
        let done = sim::run(&plan, &mut |_| {});
        let _ = std::fs::remove_dir_all(&dir);
        match done {
            Ok(report) => println!("{}", serde_json::to_string(&report).unwrap_or_default()),
            Err(why) => {
                eprintln!("{why:?}");
                std::process::exit(1);
            }
        }
    }
}
