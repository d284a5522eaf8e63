//! Hot accounts: a balance row per writer lane, and one account all the same.
use super::{at_bank, at_postgres_bank, closure, customer, has, open, pay, post, settle, sound, teller, vault, view};
use kernel::clock::{HOUR, SECOND};
use kernel::id::AccountId;
use kernel::{Date, Timestamp};
use ledger::restrictions::{Restrict, Restriction, lift, restrict};
use ledger::{Kind, Line, Outcome, Refusal, Transfer};
use std::sync::atomic::{AtomicI64, Ordering};
use store::Store;
use tests::TestStore;

fn put(store: &Store, batch: Vec<Transfer>) -> Vec<Outcome> {
    store.write(move |tx| ledger::post(tx, false, &batch)).unwrap()
}

fn lines(bank: &TestStore, id: AccountId, rows: u32) -> Vec<Line> {
    let (mut lines, mut from): (Vec<Line>, Option<i64>) = (Vec::new(), None);
    loop {
        lines.extend(bank.store().read(|tx| ledger::statement(tx, id, from, rows)).unwrap());
        from = match lines.last().and_then(Line::prev) {
            Some(pos) => Some(pos),
            None => return lines,
        };
    }
}

fn net_at(bank: &TestStore, id: AccountId, at: Timestamp) -> i64 {
    bank.store().read(|tx| ledger::net_at(tx, id, at)).unwrap()
}

/// Credits by many writers at once, so that the account has several strands.
fn crowd_pays(bank: &TestStore, from: AccountId, hot: AccountId, each: i64) {
    let store = bank.store();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..each {
                    assert_eq!(put(&store, vec![pay(bank, from, hot, 1)]), [Outcome::Posted]);
                }
            });
        }
    });
}

fn strands(bank: &TestStore) -> i64 {
    bank.hand().count("SELECT count(*) FROM strands")
}

#[test]
fn its_rows_are_one_account() {
    at_bank(|bank| {
        let town = settle(bank);
        let biller = open(bank, customer(bank).hot());
        let start = bank.clock.now();
        crowd_pays(bank, town.vault, biller, 10);
        assert!(strands(bank) > i64::from(bank.is_postgres()), "several writers came");
        assert_eq!(has(bank, biller), (80, 80));
        bank.clock.advance(SECOND);
        assert_eq!(post(bank, &[pay(bank, biller, town.ann, 75)]), [Outcome::Posted]);
        assert_eq!(post(bank, &[pay(bank, biller, town.ann, 6)]), [Outcome::Refused(Refusal::FundsShort)]);
        assert_eq!(has(bank, biller), (5, 5));
        let all = lines(bank, biller, 1_000);
        assert_eq!(all.len(), 81);
        let mut net = 0;
        for l in all.iter().rev() {
            net += l.change;
            assert_eq!(l.after, net);
        }
        let places = |lines: &[Line]| lines.iter().map(|l| l.entry.pos).collect::<Vec<_>>();
        assert_eq!(places(&lines(bank, biller, 7)), places(&all), "in pages");
        assert_eq!([start, start.plus(SECOND)].map(|at| net_at(bank, biller, at)), [80, 5]);
        sound(bank);
    });
}

#[test]
fn days_close_over_every_row() {
    at_bank(|bank| {
        let town = settle(bank);
        let biller = open(bank, customer(bank).hot());
        crowd_pays(bank, town.vault, biller, 5);
        let first = bank.clock.now();
        for day in 3..5 {
            let closed =
                bank.store().write(move |tx| ledger::day::close(tx, &teller(), Date::ymd(2026, 3, day)?)).unwrap();
            let customers = closed.trial_balance.0.iter().find(|l| l.chart == "2011").unwrap();
            assert_eq!((customers.accounts, customers.debits), (3, i64::from(day - 3)));
            assert_eq!(customers.credits, 200_040 + i64::from(day - 3));
            bank.clock.advance(24 * HOUR);
            post(bank, &[pay(bank, biller, town.ann, 1)]);
        }
        assert_eq!(net_at(bank, biller, first), 40);
        assert_eq!(net_at(bank, biller, first.plus(24 * HOUR)), 39);
        assert_eq!(has(bank, biller).0, 38);
        sound(bank);
    });
}

#[test]
fn holds_made_by_one_writer_end_by_another() {
    at_bank(|bank| {
        let town = settle(bank);
        let biller = open(bank, customer(bank).hot());
        crowd_pays(bank, town.vault, biller, 20);
        let ends = bank.clock.now().plus(HOUR);
        let holds: Vec<Transfer> = (0..16).map(|_| pay(bank, biller, town.ann, 9).hold(ends)).collect();
        holds.iter().for_each(|h| assert_eq!(post(bank, std::slice::from_ref(h)), [Outcome::Posted]));
        assert_eq!(has(bank, biller), (160, 16));
        assert_eq!(post(bank, &[pay(bank, biller, town.ann, 17)]), [Outcome::Refused(Refusal::FundsShort)]);
        for (n, h) in holds.iter().enumerate().take(12) {
            let kind = if n % 2 == 0 { Kind::Post } else { Kind::Void };
            let end = Transfer { kind, pending: Some(h.id), ..pay(bank, biller, town.ann, 9) };
            assert_eq!(post(bank, &[end]), [Outcome::Posted]);
        }
        bank.clock.advance(2 * HOUR);
        bank.store().write(|tx| ledger::expire_due(tx, 100)).unwrap();
        assert_eq!(has(bank, biller), (160 - 54, 160 - 54));
        sound(bank);
    });
}

#[test]
fn a_stop_a_freeze_and_a_closing_hold_for_every_writer() {
    at_bank(|bank| {
        let town = settle(bank);
        let biller = open(bank, customer(bank).hot());
        crowd_pays(bank, town.vault, biller, 10);
        let freeze = Restrict { amount: 30, ..Restrict::new(biller, Restriction::Freeze, "court") };
        let number = bank.store().write(move |tx| restrict(tx, &teller(), &freeze)).unwrap();
        assert_eq!(has(bank, biller), (80, 50));
        for _ in 0..8 {
            assert_eq!(post(bank, &[pay(bank, biller, town.ann, 51)]), [Outcome::Refused(Refusal::FundsFrozen)]);
        }
        bank.store().write(move |tx| lift(tx, &teller(), biller, number, "over")).unwrap();
        let stop = Restrict::new(biller, Restriction::NoCredits, "rule");
        bank.store().write(move |tx| restrict(tx, &teller(), &stop)).unwrap();
        for _ in 0..8 {
            assert_eq!(post(bank, &[pay(bank, town.ann, biller, 1)]), [Outcome::Refused(Refusal::CreditsStopped)]);
        }
        sound(bank);
        let close = closure(move |tx| ledger::close_account(tx, &teller(), biller, "asked for"));
        assert!(bank.store().write(close).unwrap_err().is(&ledger::ACCOUNT_NOT_EMPTY));
        assert_eq!(post(bank, &[pay(bank, biller, town.ann, 80)]), [Outcome::Posted]);
        bank.store().write(move |tx| ledger::close_account(tx, &teller(), biller, "asked for")).unwrap();
        assert!(view(bank, biller).account.closed_at.is_some());
        for _ in 0..8 {
            assert_eq!(post(bank, &[pay(bank, town.ann, biller, 1)]), [Outcome::Refused(Refusal::CreditClosed)]);
        }
        sound(bank);
    });
}

#[test]
fn what_was_moved_in_a_transaction_is_seen_in_it() {
    at_bank(|bank| {
        let town = settle(bank);
        let biller = open(bank, customer(bank).hot());
        crowd_pays(bank, town.vault, biller, 5);
        let batches = [pay(bank, town.ann, biller, 7), pay(bank, biller, town.ben, 46), pay(bank, town.ann, biller, 3)];
        let last = pay(bank, biller, town.ben, 5);
        let seen = bank.store().write(move |tx| {
            let mut seen = Vec::new();
            for t in &batches {
                ledger::post_one(tx, false, t)?;
                seen.push(ledger::view(tx, biller)?.balance.net());
            }
            assert_eq!(ledger::post(tx, false, std::slice::from_ref(&last))?, [Outcome::Refused(Refusal::FundsShort)]);
            assert_eq!(ledger::statement(tx, biller, None, 3)?.len(), 3);
            Ok(seen)
        });
        assert_eq!(seen.unwrap(), [47, 1, 4]);
        assert_eq!(has(bank, biller), (4, 4));
        sound(bank);
    });
}

/// Random payments in and out by one thread of one process; `held` is what certainly came in less what went out.
fn trade(bank: &TestStore, store: &Store, [vault, hot, ann]: [AccountId; 3], mut dice: u64, held: &AtomicI64) {
    for _ in 0..60 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let amount = (dice >> 33) as i64 % 40 + 1;
        let t = match (dice >> 20) % 3 {
            0 => pay(bank, vault, hot, amount),
            1 => pay(bank, hot, ann, amount),
            _ => pay(bank, hot, ann, 2 * amount),
        };
        let sign = if t.credit == hot { 1 } else { -1 };
        let moved = sign * t.amount.minor;
        match &put(store, vec![t])[0] {
            Outcome::Posted => held.fetch_add(moved, Ordering::Relaxed),
            Outcome::Refused(Refusal::FundsShort) => 0,
            other => panic!("{other:?}"),
        };
    }
}

/// Whatever its lanes do at once, a limited account is never overdrawn: not at the end, and on no line of its statement.
#[test]
fn lanes_of_two_processes_never_overdraw() {
    at_postgres_bank(|bank| {
        let town = settle(bank);
        let bank = &*bank;
        let stores = [bank.store(), bank.open_another()];
        for seed in 0..6u64 {
            let hot = open(bank, customer(bank).hot());
            let held = AtomicI64::new(0);
            std::thread::scope(|scope| {
                for thread in 0..8 {
                    let (store, held) = (&stores[thread % 2], &held);
                    let dice = seed * 1_000 + thread as u64;
                    scope.spawn(move || trade(bank, store, [town.vault, hot, town.ann], dice, held));
                }
            });
            let held = held.into_inner();
            assert_eq!(has(bank, hot), (held, held), "seed {seed}");
            let lines = lines(bank, hot, 1_000);
            assert!(lines.iter().all(|l| l.after >= 0), "seed {seed}: overdrawn for a while");
            assert_eq!(lines[0].after, held);
            sound(bank);
        }
        assert!(strands(bank) > 6 * 2);
    });
}

/// Two that pay each other from hot accounts take locks in one order.
#[test]
fn hot_accounts_that_pay_each_other_do_not_block_for_ever() {
    at_postgres_bank(|bank| {
        let bank = &*bank;
        let town = settle(bank);
        let (a, b) = (open(bank, customer(bank).hot()), open(bank, customer(bank).hot()));
        let till = open(bank, vault(bank).hot());
        let stores = [bank.store(), bank.open_another()];
        post(bank, &[pay(bank, town.vault, a, 500), pay(bank, town.vault, b, 500)]);
        std::thread::scope(|scope| {
            for thread in 0..6usize {
                let store = &stores[thread % 2];
                scope.spawn(move || {
                    for n in 0..30 {
                        let (from, to) = if (n + thread) % 2 == 0 { (a, b) } else { (b, a) };
                        put(store, vec![pay(bank, from, to, 3), pay(bank, to, till, 1), pay(bank, till, from, 1)]);
                    }
                });
            }
        });
        let total = has(bank, a).0 + has(bank, b).0 - view(bank, till).posted().minor;
        assert_eq!(total, 1_000);
        sound(bank);
    });
}
