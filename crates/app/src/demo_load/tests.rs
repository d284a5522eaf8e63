//! The whole demo, loaded; a load that was cut off; a bank of one's own.
use super::*;
use crate::{Bank, Options};
use std::cell::Cell;

fn bank(dir: &std::path::Path) -> Bank {
    Bank::open(Options::sqlite(dir).memory_keys()).unwrap()
}

fn directory(name: &str) -> std::path::PathBuf {
    let dir = std::env::temp_dir().join(format!("yizhan-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    dir
}

#[test]
fn the_whole_demo_after_being_cut_off_again_and_again() {
    let dir = directory("demo-load");
    let bank = bank(&dir);
    assert_eq!(state(&bank).unwrap(), State::Fresh);
    // The n-th report of progress stops the load by a panic, as a kill would between two steps.
    for stop in [3, 12, 40, 90, 140] {
        let seen = Cell::new(0);
        let cut = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            load(&bank, &mut |_, _, _| {
                seen.set(seen.get() + 1);
                assert!(seen.get() < stop, "cut off here");
            })
        }));
        assert!(cut.is_err() && state(&bank).unwrap() == State::Begun, "stopped at {stop}");
    }
    let loaded = load(&bank, &mut |_, _, _| ()).unwrap();
    let workers: usize = data().yard.subcontractors.iter().map(|s| s.workers.len()).sum();
    assert_eq!((loaded.branches, loaded.wage_accounts), (28, 32));
    assert_eq!(loaded.workers as usize, 2 * workers + 320);
    assert!(loaded.lines_paid > 50, "{loaded:?}");
    assert_eq!(state(&bank).unwrap(), State::Loaded(loaded.clone()));
    assert_eq!(load(&bank, &mut |_, _, _| ()).unwrap(), loaded, "again: nothing is done");
    let report = crate::verify(&bank.store, &mut |_, _| ()).unwrap();
    assert!(report.ok, "{:?}", report.faults);
    drop(bank);
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn a_bank_of_ones_own_is_left_alone() {
    let dir = directory("demo-own");
    let bank = bank(&dir);
    let new = party::BranchNew {
        code: "1".into(),
        parent: None,
        kind: party::BranchKind::HeadOffice,
        name_zh: "总行".into(),
        name_en: "Head Office".into(),
        address_zh: String::new(),
        address_en: String::new(),
        phone: "12900000000".into(),
    };
    bank.store.write(move |tx| crate::branch_open(tx, &Actor::system("bootstrap"), new.clone())).unwrap();
    assert_eq!(state(&bank).unwrap(), State::Other);
    assert!(load(&bank, &mut |_, _, _| ()).unwrap_err().is(&DEMO_REFUSED));
    drop(bank);
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn files_have_names_of_their_own_and_the_bytes_they_promise() {
    let all = files();
    for f in &all {
        assert_eq!(all.iter().filter(|o| o.name == f.name).count(), 1, "{}", f.name);
        assert!(f.name.is_ascii() && !f.bytes().unwrap().is_empty());
        assert_eq!(f.bytes().unwrap().starts_with(b"PK"), f.name.ends_with(".xlsx"), "{}", f.name);
    }
    assert!(file("yard-2026-10-faulty.xlsx").is_ok() && file("../keys.json").is_err());
}
