//! Many at once on one account, in one process and in two.
use kernel::{Actor, Who};
use party::{GrantAsk, Limits, Role};
use payments::{Desk, State};
use std::collections::BTreeMap;
use tests::town::{Town, each_town, order, town_on_postgres};

const THREADS: usize = 16;
const ORDERS_EACH: usize = 12;

/// The yard's owner may pay 1,000 yuan a day; orders of 10 come from everywhere.
fn rush(town: &Town<'_>, desks: &[Desk]) {
    let f = town.folk;
    town.write(move |tx| {
        let who = Who::Person(f.yard.owner);
        for g in party::grants_of(tx, who)? {
            party::revoke(tx, &Actor::system("demo"), g.id, "new limits", None)?;
        }
        let ask = GrantAsk::new(who, Role::FirmOwner).of(f.yard.firm);
        party::grant(tx, &Actor::system("demo"), GrantAsk { limits: Limits::yuan(10, 1_000, 10, 0), ..ask }).map(|_| ())
    });
    let owner = town.acting(f.yard.owner, f.yard);
    let payees = [f.li.account, f.chen.account, f.wu.account, f.wang.account];
    let answers: Vec<(State, String)> = std::thread::scope(|s| {
        let one = |n: usize| {
            let (owner, desk) = (&owner, &desks[n % desks.len()]);
            s.spawn(move || {
                let pay = |k: usize| {
                    let order = order(f.yard.account, payees[(n + k) % payees.len()], 10);
                    let receipt = payments::submit(desk, owner, order, Some(&format!("{n}-{k}"))).unwrap();
                    (receipt.state, receipt.code.into_owned())
                };
                (0..ORDERS_EACH).map(pay).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (0..THREADS).map(one).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    let mut counts = BTreeMap::new();
    answers.into_iter().for_each(|a| *counts.entry(a).or_insert(0) += 1);
    let over = THREADS * ORDERS_EACH - 100;
    let want = [((State::Posted, String::new()), 100), ((State::Refused, "limit_per_day".to_owned()), over)];
    assert_eq!(counts, BTreeMap::from(want));
    assert_eq!(town.yuan(f.yard.account), (4_999_000, 4_999_000));
}

#[test]
fn a_days_limit_holds_under_a_rush() {
    each_town(|town| rush(town, std::slice::from_ref(&town.desk)));
}

#[test]
fn and_over_two_processes() {
    town_on_postgres(|town| {
        let second = Desk { store: town.bank.open_another(), guard: guard::Guard::load().unwrap() };
        rush(town, &[town.desk.clone(), second]);
    });
}

/// Everybody pays everybody: nobody is overdrawn and nothing is lost.
#[test]
fn round_and_round() {
    each_town(|town| {
        let f = town.folk;
        let ring = [f.li, f.chen, f.wang, f.wu];
        let before: i64 = ring.iter().map(|c| town.yuan(c.account).0).sum();
        std::thread::scope(|s| {
            for n in 0..8 {
                s.spawn(move || {
                    for k in 0..10 {
                        let (from, to) = (ring[(n + k) % 4], ring[(n + k + 1 + n % 3) % 4]);
                        town.pay(&town.phone(from), order(from.account, to.account, 7));
                    }
                });
            }
        });
        let after: Vec<i64> = ring.iter().map(|c| town.yuan(c.account).0).collect();
        assert_eq!((after.iter().sum::<i64>(), after.iter().all(|y| *y >= 0)), (before, true));
    });
}
