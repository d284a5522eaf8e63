//! How long the writer works for a plain transfer, and how many go through when many pay at once. `cargo run --release
//! -p tests --example payments_speed`; with `YIZHAN_TEST_DATABASE` on PostgreSQL too.
use kernel::id::{AccountId, BranchId, PersonId};
use kernel::{Actor, Channel, Currency, Date, Id, Money, Owner, Result, Who};
use ledger::Opening;
use party::{DocumentKind, PersonNew, Tier};
use payments::own::{Own, own};
use payments::{Desk, Kind, LEGS_MAX, Leg, Order, Prepared, State};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Config, KeyRing, Store, Tx};
use tests::town::{found, migrations, order};
use tests::{TempDir, postgres_url};

const CUSTOMERS: usize = 4_000;
const THREADS: usize = 64;

fn boss() -> Actor {
    Actor::system("demo")
}

fn customer(tx: &mut Tx<'_>, branch: BranchId, n: usize) -> Result<(PersonId, AccountId)> {
    let new = PersonNew {
        branch,
        name: format!("客户{n}"),
        document: DocumentKind::Passport,
        number: format!("E{n:08}"),
        country: "NO".into(),
        phone: format!("139{n:08}"),
        address: "海晏路8号".into(),
        born: Date::ymd(1990, 1, 1)?,
        tier: Tier::I,
    };
    let person = party::person_register(tx, &boss(), new)?.person;
    let opening =
        Opening::deposit(AccountId::new(tx.now(), branch.book()), Owner::Person(person), "客户", Currency::CNY);
    Ok((person, ledger::open_account(tx, &boss(), &opening)?.id))
}

fn crowd(desk: &Desk, branch: BranchId) -> Result<Vec<(Actor, AccountId)>> {
    let mut all = Vec::new();
    for first in (0..CUSTOMERS).step_by(LEGS_MAX) {
        let some = desk
            .store
            .write(move |tx| (first..first + LEGS_MAX).map(|n| customer(tx, branch, n)).collect::<Result<Vec<_>>>())?;
        let leg = |(_, credit): &(PersonId, AccountId)| Leg {
            credit: *credit,
            amount: Money::cny(1_000_000),
            reference: String::new(),
            memo: String::new(),
        };
        let from = own(branch.book(), Own::Settlement, Currency::CNY);
        payments::submit(desk, &boss(), Order::many(Kind::ClearingIn, from, some.iter().map(leg).collect())?, None)?;
        let actor = |person| Actor { channel: Channel::Phone, ..Actor::of(Who::Person(person)) };
        all.extend(some.into_iter().map(|(person, account)| (actor(person), account)));
    }
    Ok(all)
}

fn orders(crowd: &[(Actor, AccountId)], round: usize) -> Vec<(Actor, Order)> {
    let to = |n: usize| crowd[(n + 1 + round) % crowd.len()].1;
    crowd.iter().enumerate().map(|(n, (actor, from))| (actor.clone(), order(*from, to(n), 5))).collect()
}

/// Statements and time of `submit_in` alone, prepared before, in one transaction.
fn alone(name: &str, desk: &Desk, orders: Vec<(Actor, Order)>, calls: &Arc<AtomicU64>, round: usize) -> Result<()> {
    let watch = kernel::clock::stopwatch();
    let prepared: Vec<(Actor, Order, Prepared)> = desk.store.read(|tx| {
        let one =
            |(actor, order): (Actor, Order)| payments::prepare(desk, tx, &actor, &order).map(|p| (actor, order, p));
        orders.into_iter().map(one).collect()
    })?;
    println!("{name:<12} prepare: {:>7} ns each", watch.elapsed().as_nanos() / prepared.len() as u128);
    let (desk2, calls) = (desk.clone(), calls.clone());
    let (ns, statements) = desk.store.write(move |tx| {
        let (watch, before) = (kernel::clock::stopwatch(), calls.load(Ordering::Relaxed));
        for (n, (actor, order, prepared)) in prepared.iter().enumerate() {
            let receipt = payments::submit_in(&desk2, tx, actor, order, prepared, Some(&format!("alone-{round}-{n}")))?;
            assert_eq!(receipt.state, State::Posted, "{receipt:?}");
        }
        let number = prepared.len() as u128;
        Ok((watch.elapsed().as_nanos() / number, u128::from(calls.load(Ordering::Relaxed) - before) / number))
    })?;
    println!("{name:<12} submit_in: {ns:>5} ns each, {statements} statements");
    Ok(())
}

/// Everything, snapshot to commit, from many threads. On a machine that is too busy the guard is late and holds some.
fn together(name: &str, desk: &Desk, orders: &[(Actor, Order)], round: usize) {
    let (watch, posted) = (kernel::clock::stopwatch(), AtomicU64::new(0));
    std::thread::scope(|s| {
        for part in orders.chunks(orders.len().div_ceil(THREADS)) {
            s.spawn(|| {
                for (n, (actor, order)) in part.iter().enumerate() {
                    let key = format!("together-{round}-{n}");
                    let receipt = payments::submit(desk, actor, order.clone(), Some(&key)).expect("it is answered");
                    posted.fetch_add(u64::from(receipt.state == State::Posted), Ordering::Relaxed);
                }
            });
        }
    });
    let (posted, all) = (posted.into_inner(), orders.len());
    let each = u128::from(posted) * 1_000_000 / watch.elapsed().as_micros().max(1);
    println!("{name:<12} {THREADS} threads, prepared and durable: {each:>6} payments/s ({posted} of {all} posted)");
}

fn measure(name: &str, config: Config) -> Result<()> {
    let calls = Arc::new(AtomicU64::new(0));
    let counted = calls.clone();
    let fault = move |_: &'static str| {
        counted.fetch_add(1, Ordering::Relaxed);
        false
    };
    let all = [store::migrations(), migrations()].concat();
    let store = Store::open(Config { fault: Some(Arc::new(fault)), ..config }, KeyRing::random(), &all)?;
    let (desk, folk) = found(store);
    let crowd = crowd(&desk, folk.outlet)?;
    for round in 0..2 {
        alone(name, &desk, orders(&crowd, round), &calls, round)?;
    }
    (2..4).for_each(|round| together(name, &desk, &orders(&crowd, round), round));
    Ok(())
}

fn main() -> Result<()> {
    let dir = TempDir::new();
    measure("SQLite", Config::sqlite(dir.path()))?;
    match postgres_url() {
        Some(url) => measure("PostgreSQL", Config::postgres(&url, "payments_speed")),
        None => Ok(()),
    }
}
