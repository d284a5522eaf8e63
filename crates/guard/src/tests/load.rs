//! Under load: a guard that breaks, is slow and comes back, and payments that race. Nothing slips through.
use super::*;
use kernel::clock::{MINUTE, SECOND};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const THREADS: u64 = 4;

/// Without the house rules, so that only the engine has a say.
fn engine_alone(desk: &Desk) {
    let mut house = (*desk.guard.rules()).clone();
    house.rules.clear();
    desk.guard.swap(house);
}

fn rows(desk: &Desk) -> usize {
    let all = |tx: &mut store::Tx<'_>| tx.select::<SeenRow>("WHERE at >= ?1 ORDER BY at, id", store::params![0_i64]);
    desk.store.read(all).unwrap().len()
}

fn from(n: u64) -> Facts {
    let raw = kernel::id::Raw::from_parts(1 << 12, BOOK, [1, 2, 3, 4, (n >> 8) as u8, n as u8]);
    let payer =
        Payer { owner: Owner::Person(PersonId::from_raw(raw)), account: AccountId::from_raw(raw), ..facts().payer };
    let at = NOW.plus(n as i64 * SECOND);
    Facts { instruction: InstructionId::new(at, BOOK), payer, at, ..facts() }
}

#[test]
fn a_guard_that_breaks_and_comes_back_under_load_holds_and_passes_nothing_unseen() {
    let desk = Desk::new("load-fault");
    engine_alone(&desk);
    let next = AtomicU64::new(0);
    let faults = [None, Some(Fault::Broken), Some(Fault::Slow(GUARD_PREPARE_MS_MAX + 1))];
    let work = || {
        let mut all = Vec::new();
        loop {
            let n = next.fetch_add(1, Relaxed);
            if n >= 240 {
                return all;
            }
            if n.is_multiple_of(20) {
                desk.guard.inject(faults[(n / 20 % 3) as usize]);
            }
            let f = from(n);
            let d = desk.pay(&f);
            all.push((f, d.verdict()));
        }
    };
    let all: Vec<(Facts, Verdict)> = std::thread::scope(|s| {
        let threads: Vec<_> = (0..THREADS).map(|_| s.spawn(work)).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    let of = |verdict: Verdict| all.iter().filter(|(_, v)| *v == verdict).count();
    assert_eq!(of(Verdict::Pass) + of(Verdict::Held), 240, "{all:?}");
    assert!(of(Verdict::Held) >= 60 && of(Verdict::Pass) >= 20, "{} held", of(Verdict::Held));
    assert_eq!(rows(&desk), of(Verdict::Pass), "what passed was seen, what was held moved nothing");

    desk.guard.inject(None);
    for (f, _) in all.iter().filter(|(_, v)| *v == Verdict::Held) {
        let d = desk.pay(&Facts { round: 1, ..f.clone() });
        assert_eq!((d.verdict(), d.path), (Verdict::Pass, Path::Prepared), "back again");
    }
    assert_eq!(rows(&desk), 240);
    assert_eq!(desk.guard.memory().keys, fresh(&desk).memory().keys, "and it remembers all of them");
    desk.verified();
}

fn fresh(desk: &Desk) -> Guard {
    let fresh = Guard::load().unwrap();
    desk.store.read(|tx| fresh.recall(tx)).unwrap();
    fresh
}

/// All prepared before any is posted, then posted from a thread each.
fn race(desk: &Desk, all: &[Facts]) -> Vec<Verdict> {
    let prepared: Vec<Prepared> = all.iter().map(|f| desk.prepare(f).unwrap()).collect();
    assert!(prepared.iter().all(|p| p.verdict() <= Ladder::Tip), "alone each of them may pass");
    let one = |(f, p): (&Facts, Prepared)| {
        let (store, guard, f) = (desk.store.clone(), desk.guard.clone(), f.clone());
        let pay = move |tx: &mut store::Tx<'_>| {
            let d = guard.decide(tx, Some(&p), &f)?;
            if d.verdict().may_post() {
                guard.posted(tx, &d, &f)?;
            }
            Ok(d.verdict())
        };
        move || store.write(pay).unwrap()
    };
    std::thread::scope(|s| {
        let threads: Vec<_> = all.iter().zip(prepared).map(one).map(|pay| s.spawn(pay)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

#[test]
fn racing_payments_never_slip_under_a_rule_of_the_engine() {
    let desk = Desk::new("load-race");
    engine_alone(&desk);
    let young = |n: u8| {
        let mut f = Facts { payee: inside(n), amount: yuan(5_000), at: NOW.plus(MINUTE), ..facts() };
        f.signals.account_age_days = Some(3);
        f
    };
    let verdicts = race(&desk, &(10..34).map(young).collect::<Vec<_>>());
    let passed = verdicts.iter().filter(|v| v.may_post()).count();
    assert_eq!(passed, 9, "ten payments of 50,000 yuan from an account of three days: {verdicts:?}");
    assert_eq!(rows(&desk), 9);

    let near = Desk::new("load-race-near");
    engine_alone(&near);
    let older = |n: u8| {
        let mut f = young(n);
        f.signals.account_age_days = Some(8);
        f
    };
    let verdicts = race(&near, &(10..34).map(older).collect::<Vec<_>>());
    assert!(verdicts.iter().all(|v| v.may_post()), "of eight days: {verdicts:?}");
}
