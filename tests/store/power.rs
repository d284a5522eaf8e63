//! The power fails while the bank is at work. What was answered is there afterwards, and the books verify.
use super::{FERRIES, FERRIES_TABLE};
use powercut::{Disk, VFS};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Config, KeyRing, Store, verify};
use tests::{CROSSINGS, CROSSINGS_TABLE, Command, TempDir};

/// Seeds tried by one run; ten times as many with `YIZHAN_DEEP`.
const SEEDS: u64 = 40;
/// Writes and syncs before the cut: from the first steps of a new file to some hundred commands and several checkpoints.
const STEPS_MAX: u64 = 1_500;
/// Customers at once.
const CUSTOMERS: u64 = 3;
/// A checkpoint is asked for after so many commands.
const CHECKPOINT_EVERY: u64 = 40;

/// How many answered commands are missing after the power failed; `Err` when the books do not open or verify.
fn lost(seed: u64, synchronous: &'static str) -> Result<usize, String> {
    let (before, after, keys) = (TempDir::new(), TempDir::new(), TempDir::new());
    let key_file = keys.path().join("keys.json");
    let disk = Disk::plug(before.path(), seed, seed * 7_919 % STEPS_MAX);
    let all = [store::migrations(), vec![CROSSINGS, FERRIES]].concat();
    let ring = || KeyRing::open_or_create(&key_file).expect("the key file can be used");
    let config = Config { synchronous, vfs: Some(VFS), readers: 1, ..Config::sqlite(before.path()) };
    let answered = Mutex::new(Vec::new());
    if let Ok(store) = Store::open(config, ring(), &all) {
        let next = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..CUSTOMERS {
                scope.spawn(|| {
                    while !disk.is_dark() {
                        let command = Command::new(next.fetch_add(1, Ordering::SeqCst));
                        let run = command.clone();
                        let kept = store.write(move |tx| run.run(tx)).is_ok();
                        if kept && !disk.is_dark() {
                            answered.lock().expect("no panic").push(command);
                        }
                        if next.load(Ordering::SeqCst).is_multiple_of(CHECKPOINT_EVERY) {
                            let _ = store.checkpoint();
                        }
                    }
                });
            }
        });
    }
    disk.cut();
    disk.survivors(after.path()).expect("the survivors can be written");
    let store = Store::open(Config::sqlite(after.path()), ring(), &all).map_err(|e| format!("{e:?}"))?;
    let mut faults = Vec::new();
    let tables = [FERRIES_TABLE, CROSSINGS_TABLE];
    store.read(|tx| verify::everything(tx, &tables, &mut faults, &mut |_, _| {})).map_err(|e| format!("{e:?}"))?;
    if !faults.is_empty() {
        return Err(format!("{faults:?}"));
    }
    let answered = answered.into_inner().expect("no panic");
    let missing = |c: &&Command| !store.read(|tx| c.is_done(tx)).unwrap_or(false);
    Ok(answered.iter().filter(missing).count())
}

fn seeds() -> std::ops::Range<u64> {
    0..if std::env::var_os("YIZHAN_DEEP").is_some() { 10 * SEEDS } else { SEEDS }
}

#[test]
fn what_was_answered_survives_a_power_cut() {
    powercut::register();
    for seed in seeds() {
        assert_eq!(lost(seed, "FULL"), Ok(0), "seed {seed}");
    }
}

#[test]
fn without_sync_this_test_would_notice() {
    powercut::register();
    let noticed = (0..SEEDS).filter(|seed| lost(*seed, "OFF") != Ok(0)).count();
    assert!(noticed > 0, "the disk of this test forgets nothing, so it proves nothing");
}
