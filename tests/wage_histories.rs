//! Random histories of a wage account and its guarantee: no wage money leaves but to rostered workers and by the named exceptions, and no
//! evidence goes before its clock ends. The commands, the bank and the auditor with books of his own are `sim::history`.
//!
//! Which breaks were seen red is written at the head of `sim::history`.
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestError, TestRunner};
use sim::history::{Step, play};
use std::cell::Cell;
use tests::TempDir;

/// Histories in an ordinary run, and in a deep one (`YIZHAN_DEEP`).
const HISTORIES: u32 = 24;
const HISTORIES_DEEP: u32 = 1_000;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step =
        (any::<u8>(), any::<u8>(), 0u16..4_096, any::<u32>()).prop_map(|(what, who, a, b)| Step { what, who, a, b });
    prop::collection::vec(step, 20..140)
}

fn config() -> Config {
    let deep = std::env::var_os("YIZHAN_DEEP").is_some();
    Config {
        cases: if deep { HISTORIES_DEEP } else { HISTORIES },
        max_shrink_iters: 300,
        // Seeds that were red once are tried first, for good.
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/wage_histories.seeds"
        )))),
        ..Config::default()
    }
}

#[test]
fn w6_w13_wage_money_goes_to_rostered_workers_and_by_the_named_exceptions_alone() {
    let (deducted, noticed, closed) = (Cell::new(0u32), Cell::new(0u32), Cell::new(0u32));
    let count = |of: &Cell<u32>, n: u32| of.set(of.get() + n);
    let done = TestRunner::new(config()).run(&steps(), |steps| {
        let dir = TempDir::new();
        let told = play(&steps, dir.path()).map_err(|why| TestCaseError::fail(why.message().to_owned()))?;
        count(&deducted, told.deducted);
        count(&noticed, told.noticed);
        count(&closed, told.closed);
        Ok(())
    });
    if let Err(TestError::Fail(why, steps)) = &done {
        panic!("{why}: {steps:?}");
    }
    done.unwrap();
    // The named exceptions happened, and are not only possible.
    let seen = (deducted.get(), noticed.get(), closed.get());
    assert!(seen.0 > 0 && seen.1 > 0 && seen.2 > 0, "deductions, notices paid, closings: {seen:?}");
}

#[test]
fn a_history_deducts_by_a_document_and_closes() {
    let at = |what: u8, b: u32| Step { what, who: 1, a: 0, b };
    let (payday, deduct, whole_end) = (9, 28, 29);
    let dir = TempDir::new();
    let told = play(&[at(payday, 4), at(deduct, 30), at(whole_end, 1)], dir.path()).unwrap();
    assert_eq!((told.deducted, told.closed), (1, 1), "{told:?}");
}

/// A history in which money moves, so that the property does not hold by idleness.
#[test]
fn a_history_pays_wages_and_takes_in_orders_and_notices() {
    let at = |what: u8, who: u8, a: u16, b: u32| Step { what, who, a, b };
    let dir = TempDir::new();
    let (payday, legal_order, decide, end, notice, account) = (9, 17, 18, 22, 24, 26);
    let steps = [
        at(payday, 1, 0, 4),
        at(payday, 1, 0, 7),
        at(legal_order, 1, 0, 30),
        at(decide, 1, 0, 0),
        at(notice, 1, 63, 9),
        at(decide, 1, 0, 0),
        at(payday, 1, 0, 10),
        at(account, 1, 1, 39),
        at(end, 1, 0, 1),
    ];
    let told = play(&steps, dir.path()).unwrap();
    for what in ["payday", "legal_order", "notice"] {
        assert!(told.done.contains_key(what), "{what} was never done: {told:?}");
    }
    assert!(told.entries > 5, "{told:?}");
}
