//! The simulation: a few seeds always, 2,000 with `YIZHAN_DEEP=1`. A seed that ever failed stands in [`KEPT`].
use sim::{Plan, Where};

/// Seeds that once found a defect, with the steps they need.
const KEPT: &[(u64, u32)] = &[(1, 250), (2, 250), (3, 250)];

/// `name` keeps runs of one seed on two databases, which go on at once, out of each other's directory.
fn run(name: &str, seed: u64, steps: u32, place: impl Fn(&std::path::Path) -> Where) {
    let dir = std::env::temp_dir().join(format!("yizhan-simulation-{name}-{}-{seed}", std::process::id()));
    let done = sim::run(&Plan { seed, steps, place: place(&dir) }, &mut |_| {});
    let _ = std::fs::remove_dir_all(&dir);
    if let Err(why) = done {
        panic!("{why:?}\nrun it again: yizhan simulate --seed {seed} --steps {steps}");
    }
}

fn seeds() -> u64 {
    if std::env::var_os("YIZHAN_DEEP").is_some() { 2_000 } else { 6 }
}

#[test]
fn seeds_hold_on_sqlite() {
    KEPT.iter().for_each(|(seed, steps)| run("sqlite", *seed, *steps, |dir| Where::Sqlite(dir.into())));
    let next = std::sync::atomic::AtomicU64::new(1_000);
    let end = 1_000 + seeds();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    run("sqlite", seed, 150, |dir| Where::Sqlite(dir.into()));
                }
            });
        }
    });
}

#[test]
fn seeds_hold_on_postgresql() {
    let Ok(url) = std::env::var("YIZHAN_TEST_DATABASE") else {
        println!("skipped: YIZHAN_TEST_DATABASE names no PostgreSQL");
        return;
    };
    for seed in 1..=(seeds() / 20).max(2) {
        let schema = format!("sim_{}_{seed}", std::process::id());
        run("postgresql", seed, 120, |dir| Where::Postgres {
            url: url.clone(),
            schema: schema.clone(),
            keys: dir.join("keys.json"),
        });
    }
}
