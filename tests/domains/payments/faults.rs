//! The n-th call of the database fails, for n = 1, 2 … until none is left: asked again with the same key, it is done once.
use super::hash;
use guard::Fault;
use kernel::{Money, Result};
use payments::{Receipt, State};
use tests::town::{Town, away, each_town, order};

/// Runs `ask` until it is answered, its n-th call failing; says whether a call failed.
fn with_fault(town: &Town<'_>, n: i64, ask: &dyn Fn() -> Result<Receipt>) -> (Receipt, bool) {
    town.bank.fail_call(n);
    let first = ask();
    let failed = town.bank.has_failed();
    match first {
        Ok(receipt) => (receipt, failed),
        Err(why) => {
            assert!(failed, "{why:?}");
            (ask().expect("nothing stands in the way"), true)
        }
    }
}

/// `step(n)` for n = 1, 2 … until no call failed.
fn every_call(step: impl Fn(i64) -> bool) {
    let n = (1..500).find(|n| !step(*n)).expect("an end");
    assert!(n > 10, "only {n} calls");
}

#[test]
fn an_order_to_another_bank() {
    each_town(|town| {
        let f = &town.folk;
        let owner = town.acting(f.yard.owner, f.yard);
        let fee = town.read(|tx| payments::quote(tx, &owner, &away(f.yard.account, 100))).unwrap().fee;
        every_call(|n| {
            let before = town.read(|tx| ledger::view(tx, f.yard.account)).posted();
            let key = format!("k{n}");
            let ask = || payments::submit(&town.desk, &owner, away(f.yard.account, 100).fee_shown(fee), Some(&key));
            let (receipt, failed) = with_fault(town, n, &ask);
            let again = ask().unwrap();
            // A guard whose read fails holds.
            assert!(matches!(receipt.state, State::Posted | State::Held), "{n}: {receipt:?}");
            assert_eq!((again.instruction, again.state), (receipt.instruction, receipt.state), "{n}");
            if receipt.state == State::Held {
                payments::cancel(&town.desk, &owner, receipt.instruction, "").unwrap();
            }
            let posted = if receipt.state == State::Posted { Money::cny(10_000 + fee.minor) } else { Money::cny(0) };
            assert_eq!(before.sub(town.read(|tx| ledger::view(tx, f.yard.account)).posted()).unwrap(), posted, "{n}");
            failed
        });
    });
}

#[test]
fn an_approval() {
    each_town(|town| {
        let f = &town.folk;
        let (clerk, boss) = (town.acting(f.yard.clerk, f.yard), town.acting(f.yard.checker, f.yard));
        every_call(|n| {
            let before = town.yuan(f.li.account).0;
            let asked = town.pay(&clerk, order(f.yard.account, f.li.account, 10));
            let (id, shown) = hash(town, asked.approval);
            let (receipt, failed) = with_fault(town, n, &|| payments::approve(&town.desk, &boss, id, &shown));
            assert!(matches!(receipt.state, State::Posted | State::Held), "{n}: {receipt:?}");
            let moved = if receipt.state == State::Posted { 10 } else { 0 };
            assert_eq!(town.yuan(f.li.account).0 - before, moved, "{n}");
            failed
        });
    });
}

#[test]
fn a_release_and_a_cancellation() {
    each_town(|town| {
        let f = &town.folk;
        let li = town.phone(f.li);
        let held = || {
            town.desk.guard.inject(Some(Fault::Broken));
            let receipt = town.pay(&li, order(f.li.account, f.chen.account, 1));
            town.desk.guard.inject(None);
            assert_eq!(receipt.state, State::Held);
            receipt.instruction
        };
        let released = |id| {
            let done = payments::release(&town.desk, &town.officer(), id, "fine");
            // Asked again after an unknown outcome it may be done already.
            done.or_else(|e| if e.is(&payments::NOT_OPEN) { Ok(town.instruction(id).receipt()) } else { Err(e) })
        };
        every_call(|n| {
            let (before, id) = (town.yuan(f.chen.account).0, held());
            let (receipt, failed) = with_fault(town, n, &|| released(id));
            let moved = i64::from(receipt.state == State::Posted);
            assert_eq!(town.yuan(f.chen.account).0 - before, moved, "{n}: {receipt:?}");
            if receipt.state == State::Held {
                payments::cancel(&town.desk, &li, id, "").unwrap();
            }
            failed
        });
        every_call(|n| {
            let (before, id) = (town.yuan(f.li.account), held());
            let (receipt, failed) = with_fault(town, n, &|| payments::cancel(&town.desk, &li, id, ""));
            assert_eq!((receipt.state, town.yuan(f.li.account)), (State::Cancelled, before), "{n}");
            failed
        });
    });
}
