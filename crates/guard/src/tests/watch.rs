//! What was seen lately: counted once, when it is committed, and found again after a start.
use super::*;
use kernel::clock::{DAY, MINUTE};

fn transfer(n: u8, to: u8, amount: Money, at: Timestamp) -> Facts {
    let payer = Payer { owner: person(n), account: account(n), ..facts().payer };
    Facts { instruction: InstructionId::new(at, BOOK), payer, payee: inside(to), amount, at, ..facts() }
}

fn hits(d: &Decision, rule: &str) -> bool {
    d.staff_reasons().iter().any(|r| r.rule == rule)
}

#[test]
fn a_small_payment_and_then_a_large_one_asks_for_a_proof() {
    let desk = Desk::new("watch-t01");
    assert_eq!(desk.pay(&transfer(1, 2, yuan(1), NOW)).verdict(), Verdict::Pass);
    let d = desk.pay(&transfer(1, 2, yuan(5_000), NOW.plus(MINUTE)));
    assert_eq!((d.verdict(), d.customer_reasons()), (Verdict::Verify, vec!["t01.small_then_large".to_string()]));
    assert!(desk.guard.text("t01.small_then_large", "zh").is_some_and(|t| !t.is_empty()));
    assert_ne!(desk.guard.text("t01.small_then_large", "elder"), desk.guard.text("t01.small_then_large", "en"));
    assert_eq!(desk.pay(&transfer(1, 3, yuan(5_000), NOW.plus(MINUTE))).verdict(), Verdict::Pass, "another payee");
    desk.verified();
}

#[test]
fn what_the_same_transaction_posted_counts_and_what_it_took_back_does_not() {
    let desk = Desk::new("watch-pending");
    let guard = desk.guard.clone();
    let small = transfer(1, 2, yuan(1), NOW);
    let large = || transfer(1, 2, yuan(5_000), NOW.plus(MINUTE));
    let (ps, pl) = (desk.prepare(&small).unwrap(), desk.prepare(&large()).unwrap());
    let (s, l) = (small.clone(), pl_facts(&pl));
    let both = move |tx: &mut store::Tx<'_>| {
        let first = guard.decide(tx, Some(&ps), &s)?;
        guard.posted(tx, &first, &s)?;
        let second = guard.decide(tx, Some(&pl), &l)?;
        Err::<(), _>(kernel::Error::field("verdict", second.verdict().code()))
    };
    let said = desk.store.write(both).unwrap_err();
    assert!(said.to_string().contains("verify"), "pending in the same transaction: {said}");
    assert_eq!(desk.guard.memory().keys, 0, "and taken back with it");
    assert_eq!(desk.pay(&large()).verdict(), Verdict::Pass);
}

fn pl_facts(p: &Prepared) -> Facts {
    p.facts().clone()
}

#[test]
fn a_start_remembers_what_was_committed() {
    let desk = Desk::new("watch-recall");
    for n in 0..40_i64 {
        let (from, to) = ((n % 5) as u8 + 1, (n % 7) as u8 + 11);
        desk.pay(&transfer(from, to, yuan(10 + n), NOW.plus(n * 3 * DAY)));
    }
    desk.clock.set(NOW.plus(40 * 3 * DAY));
    let fresh = Guard::load().unwrap();
    let rows = desk.store.read(|tx| fresh.recall(tx)).unwrap();
    assert_eq!(rows, 31, "of all the days that a window of ninety can reach");
    let late = transfer(1, 11, yuan(9), NOW.plus(40 * 3 * DAY));
    let of = |g: &Guard| desk.store.read(|tx| g.prepare(tx, &late)).unwrap().watched();
    assert_eq!(of(&fresh), of(&desk.guard), "the same is known of the next payment");
}

#[test]
fn many_who_pay_one_are_seen_whoever_they_are() {
    let desk = Desk::new("watch-t03");
    for n in 20..30 {
        desk.pay(&transfer(n, 2, yuan(1_000), NOW.plus(i64::from(n) * MINUTE)));
    }
    let d = desk.pay(&transfer(2, 3, yuan(9_000), NOW.plus(HOUR)));
    assert!(hits(&d, "t03.gathered"), "{:?}", d.staff_reasons());
    let near = Desk::new("watch-t03-near");
    for n in 20..29 {
        near.pay(&transfer(n, 2, yuan(1_000), NOW.plus(i64::from(n) * MINUTE)));
    }
    assert!(!hits(&near.pay(&transfer(2, 3, yuan(9_000), NOW.plus(HOUR))), "t03.gathered"), "nine are not ten");
}

#[test]
fn a_screen_that_is_shared_stops_a_payment_and_an_unknown_one_does_not() {
    let desk = Desk::new("watch-t12");
    let mut f = transfer(1, 2, yuan(60_000), NOW);
    assert_eq!(desk.pay(&f).verdict(), Verdict::Tip, "nothing is known of the screen");
    f = transfer(1, 2, yuan(60_000), NOW);
    f.signals.screen_shared = Some(true);
    assert_eq!(desk.pay(&f).verdict(), Verdict::Stop);
    let mut hospital = Facts { payee: basic(8), ..transfer(1, 2, yuan(60_000), NOW) };
    hospital.signals.screen_shared = Some(true);
    assert_eq!(desk.pay(&hospital).verdict(), Verdict::Verify, "a hospital is always paid in the end");
}

#[test]
fn at_the_counter_a_suspicion_holds_and_does_not_refuse() {
    let desk = Desk::new("watch-counter");
    let mut f = Facts { channel: Channel::Counter, ..transfer(1, 2, yuan(60_000), NOW) };
    f.signals.screen_shared = Some(true);
    assert_eq!(desk.pay(&f).verdict(), Verdict::Delay);
}

#[test]
fn t14_a_new_payee_after_a_broken_deposit_asks_for_a_talk_for_two_hours() {
    let desk = Desk::new("watch-t14");
    let paid = |to: u8, amount, at: Timestamp| transfer(1, to, yuan(amount), at);
    assert_eq!(desk.pay(&paid(2, 100, NOW)).verdict(), Verdict::Pass);
    let broke = |tx: &mut store::Tx<'_>| deposit_broken(tx, person(1), account(1), kernel::Currency::CNY);
    desk.store.write(broke).unwrap();
    let after = |minutes: i64| NOW.plus(minutes * MINUTE);
    assert!(hits(&desk.pay(&paid(3, 300, after(10))), "t14.broken_deposit"));
    assert!(!hits(&desk.pay(&paid(2, 300, after(20))), "t14.broken_deposit"), "he knows that payee");
    let asks = desk.prepare(&paid(4, 300, after(119))).unwrap().asks();
    assert_eq!(asks, ["t14.broken_deposit"]);
    assert!(desk.prepare(&paid(4, 300, after(120))).unwrap().asks().is_empty(), "two hours have passed");
    let other =
        Facts { payer: Payer { owner: person(9), account: account(9), ..facts().payer }, ..paid(4, 300, after(10)) };
    assert!(desk.prepare(&other).unwrap().asks().is_empty(), "another customer");
    desk.verified();
}
