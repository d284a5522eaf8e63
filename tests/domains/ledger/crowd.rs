//! Many at once: several processes and threads between the same few accounts.
use super::{Town, at_bank, open, pay, post, settle, sound, vault};
use kernel::{Money, clock::HOUR, id::AccountId};
use ledger::{Kind, Outcome, Transfer};
use std::sync::atomic::{AtomicI64, Ordering};
use store::Store;
use tests::TestStore;

const THREADS: usize = 6;
const ROUNDS: usize = 40;

/// One thread's work: batches between hot accounts, each with a hold that is posted, voided or left to expire.
fn work(bank: &TestStore, store: &Store, hot: &[AccountId], seed: usize, moved: &AtomicI64) {
    let pick = |n: usize| hot[n % hot.len()];
    for round in 0..ROUNDS {
        let n = seed * 31 + round * 7;
        let ends = bank.clock.now().plus(HOUR);
        let hold = pay(bank, pick(n), pick(n + 1), 40).hold(ends);
        let end = Transfer {
            kind: if round % 3 == 0 { Kind::Void } else { Kind::Post },
            pending: Some(hold.id),
            ..pay(bank, pick(n), pick(n + 1), 40)
        };
        let mut batch = vec![hold, pay(bank, pick(n + 2), pick(n), 3).linked(), pay(bank, pick(n), pick(n + 3), 2)];
        batch.extend((0..round % 5).map(|i| pay(bank, pick(n + i), pick(n + i + 1), 1)));
        let done = store.write(move |tx| ledger::post(tx, false, &batch)).unwrap();
        moved.fetch_add(done.iter().filter(|o| **o == Outcome::Posted).count() as i64, Ordering::Relaxed);
        if round % 4 != 3 && done[0] == Outcome::Posted {
            let again = end.clone();
            let first = store.write(move |tx| ledger::post(tx, false, std::slice::from_ref(&end))).unwrap();
            let second = store.write(move |tx| ledger::post(tx, false, std::slice::from_ref(&again))).unwrap();
            assert_eq!((&first[0], &second[0]), (&Outcome::Posted, &Outcome::AlreadySo));
            moved.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn rush(bank: &TestStore, stores: &[Store], town: &Town) -> i64 {
    let hot = [town.ann, town.ben, town.vault, open(bank, vault(bank))];
    let moved = AtomicI64::new(0);
    std::thread::scope(|scope| {
        for (at, store) in stores.iter().enumerate() {
            for thread in 0..THREADS {
                let (hot, moved) = (&hot, &moved);
                scope.spawn(move || work(bank, store, hot, at * THREADS + thread, moved));
            }
        }
    });
    moved.into_inner()
}

#[test]
fn sums_are_right_after_many_at_once() {
    at_bank(|bank| {
        let town = settle(bank);
        let mut stores = vec![bank.store()];
        if bank.is_postgres() {
            stores.push(bank.open_another());
        }
        let before = super::found(bank).entries as i64;
        let posted = rush(bank, &stores, &town);
        sound(bank);
        assert_eq!(super::found(bank).entries as i64, before + posted);
        // What was left over expires, though everybody tries it at once.
        bank.clock.advance(2 * HOUR);
        std::thread::scope(|scope| {
            for store in &stores {
                for _ in 0..3 {
                    scope.spawn(|| store.write(|tx| ledger::expire_due(tx, 1_000)).unwrap());
                }
            }
        });
        let holds = bank.hand().count("SELECT count(*) FROM pendings WHERE ended IS NULL");
        assert_eq!(holds, 0);
        drop(stores);
        sound(bank);
    });
}

#[test]
fn one_id_asked_for_by_all_is_posted_once() {
    at_bank(|bank| {
        let town = settle(bank);
        let store = bank.store();
        for _ in 0..10 {
            let one = pay(bank, town.ann, town.ben, 7);
            let posted = AtomicI64::new(0);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        let ask = one.clone();
                        let done = store.write(move |tx| ledger::post(tx, false, std::slice::from_ref(&ask))).unwrap();
                        assert!(done[0].ok().is_ok());
                        posted.fetch_add(i64::from(done[0] == Outcome::Posted), Ordering::Relaxed);
                    });
                }
            });
            assert_eq!(posted.into_inner(), 1);
        }
        assert_eq!(super::has(bank, town.ann).0, 100_000 - 70);
        sound(bank);
    });
}

#[test]
fn a_limited_account_is_never_overdrawn_by_a_crowd() {
    at_bank(|bank| {
        let town = settle(bank);
        let store = bank.store();
        let paid = AtomicI64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        let t = Transfer { amount: Money::cny(3_000), ..pay(bank, town.ann, town.ben, 1) };
                        let done = store.write(move |tx| ledger::post(tx, false, std::slice::from_ref(&t))).unwrap();
                        paid.fetch_add(i64::from(done[0] == Outcome::Posted), Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(paid.into_inner(), 33);
        assert_eq!(super::has(bank, town.ann), (1_000, 1_000));
        assert!(post(bank, &[pay(bank, town.ann, town.ben, 1_000)])[0].ok().is_ok());
        sound(bank);
    });
}
