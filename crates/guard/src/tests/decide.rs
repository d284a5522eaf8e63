//! Decisions over a store: fresh, stale, missing, repeated, released.
use super::*;
use kernel::clock::{DAY, MINUTE};

#[test]
fn what_did_not_change_is_decided_as_prepared() {
    let desk = Desk::new("fresh");
    let f = facts();
    let p = desk.prepare(&f).unwrap();
    let d = desk.decide(Some(p), &f).unwrap();
    assert_eq!((d.verdict(), d.path, d.round, d.prepared_at), (Verdict::Pass, Path::Prepared, 0, Some(NOW)));
    assert!(d.rule_hash.starts_with(&desk.guard.rules().hash) && d.rule_hash.len() > desk.guard.rules().hash.len());
    assert_eq!(d.inputs.0.amount, "100.00");
    let read = desk.store.read(|tx| decision(tx, d.id())).unwrap();
    assert_eq!(read.inputs.0, d.record.inputs.0);
    desk.verified();
}

#[test]
fn whatever_changed_since_is_evaluated_once_more() {
    let desk = Desk::new("stale");
    let owner = |n| Subject::owner(desk.keys(), person(n));
    let stale = |f: &Facts, change: &dyn Fn()| {
        let p = desk.prepare(f).unwrap();
        assert_eq!(p.verdict(), Ladder::Pass);
        change();
        let d = desk.decide(Some(p), f).unwrap();
        assert_eq!(d.path, Path::InTransaction);
        d.verdict()
    };
    let to = |payee| Facts { payee: inside(payee), ..facts() };
    assert_eq!(stale(&to(2), &|| drop(desk.list(ListKind::Black, owner(2)))), Verdict::Stop, "listed meanwhile");
    let entry = desk.list(ListKind::Grey, owner(3));
    let other = Facts { payer: Payer { owner: person(7), account: account(7), ..facts().payer }, ..to(4) };
    let freeze = || drop(desk.freeze(risk_freeze(person(7))).unwrap());
    assert_eq!(stale(&other, &freeze), Verdict::Stop, "frozen meanwhile");
    let seven = || (0..7).for_each(|_| assert_eq!(desk.pay(&to(5)).verdict(), Verdict::Pass));
    assert_eq!(stale(&to(5), &seven), Verdict::Verify, "seven payments meanwhile");
    let mut rules = (*desk.guard.rules()).clone();
    rules.hash = "other".into();
    let fresh = || Facts { payer: Payer { owner: person(8), account: account(8), ..facts().payer }, ..to(6) };
    assert_eq!(stale(&fresh(), &|| desk.guard.swap(rules.clone())), Verdict::Pass, "other rules meanwhile");
    let (a, b) = (fresh(), fresh());
    let p = desk.prepare(&a).unwrap();
    let listed = Facts { payee: inside(3), ..b };
    let d = desk.decide(Some(p), &listed).unwrap();
    assert_eq!((d.verdict(), d.path), (Verdict::Delay, Path::InTransaction), "prepared for something else");
    assert!(d.staff_reasons()[0].about.contains(&entry.id.to_string()));
    desk.verified();
}

#[test]
fn a_payer_without_a_row_who_gets_one_meanwhile_is_stale() {
    let desk = Desk::new("first-row");
    let f = facts();
    let p = desk.prepare(&f).unwrap();
    desk.pay(&facts());
    assert_eq!(desk.decide(Some(p), &f).unwrap().path, Path::InTransaction);
}

#[test]
fn without_an_answer_it_is_held_and_never_passes() {
    let desk = Desk::new("held");
    let f = facts();
    let d = desk.decide(None, &f).unwrap();
    assert_eq!((d.verdict(), d.path, d.verdict().may_post()), (Verdict::Held, Path::Unavailable, false));
    assert_eq!(d.customer_reasons(), ["guard-unavailable"]);
    assert_eq!(d.staff_reasons()[0].rule, "guard_unavailable");

    for fault in [Fault::Broken, Fault::Slow(GUARD_PREPARE_MS_MAX + 1)] {
        desk.guard.inject(Some(fault));
        assert!(desk.prepare(&facts()).unwrap_err().is(&GUARD_UNAVAILABLE), "{fault:?}");
        assert_eq!(desk.pay(&facts()).verdict(), Verdict::Held);
    }
    desk.guard.inject(Some(Fault::Slow(GUARD_PREPARE_MS_MAX)));
    assert_eq!(desk.pay(&facts()).verdict(), Verdict::Pass, "just in time");

    desk.guard.inject(None);
    let stale = facts();
    let p = desk.prepare(&stale).unwrap();
    desk.pay(&facts());
    desk.guard.inject(Some(Fault::Broken));
    let d = desk.decide(Some(p), &stale).unwrap();
    assert_eq!((d.verdict(), d.path), (Verdict::Held, Path::Unavailable), "stale, and broken when asked again");
    assert!(Guard::broken().unwrap().fault().is_some());

    desk.guard.inject(None);
    let again = Facts { round: 1, ..f };
    assert_eq!(desk.pay(&again).verdict(), Verdict::Pass, "the next round, with the guard back");
    desk.verified();
}

#[test]
fn the_same_round_answers_what_is_on_record() {
    let desk = Desk::new("repeat");
    let f = facts();
    let first = desk.pay(&f);
    desk.list(ListKind::Black, Subject::owner(desk.keys(), person(2)));
    let again = desk.pay(&Facts { at: NOW.plus(MINUTE), ..f.clone() });
    assert_eq!((again.id(), again.verdict()), (first.id(), Verdict::Pass));
    let other = Facts { amount: yuan(101), ..f.clone() };
    let p = desk.prepare(&other).ok();
    assert!(desk.decide(p, &other).unwrap_err().is(&DECISION_DIFFERS));
    let next = Facts { round: 1, ..f.clone() };
    assert_eq!(desk.pay(&next).verdict(), Verdict::Stop);
    let rounds = desk.store.read(|tx| decisions_of(tx, f.instruction)).unwrap();
    assert_eq!(
        rounds.iter().map(|d| (d.round, d.verdict)).collect::<Vec<_>>(),
        [(0, Verdict::Pass), (1, Verdict::Stop)]
    );
    assert!(desk.store.write(|tx| tx.execute("UPDATE guard_decisions SET verdict = 'pass'", &[])).is_err());
    let far = Facts { round: ROUNDS_MAX + 1, ..f };
    assert!(desk.decide(None, &far).unwrap_err().is(&kernel::error::TOO_LARGE));
}

#[test]
fn a_release_clears_what_was_on_record_and_nothing_new() {
    let desk = Desk::new("release");
    let f = Facts { amount: yuan(20_000), ..elder() };
    let d = desk.pay(&f);
    assert_eq!((d.verdict(), d.delay_until()), (Verdict::Delay, Some(NOW.plus(DAY))));
    let tip = released(&f, Ladder::Tip);
    assert_eq!(desk.pay(&tip).verdict(), Verdict::Delay, "a confirmed tip does not end a delay");
    // Listed while it waits: the elder's reason is cleared, the list's is new.
    let entry = desk.list(ListKind::Grey, Subject::owner(desk.keys(), person(2)));
    let second = released(&tip, Ladder::Delay);
    let d = desk.pay(&second);
    assert_eq!((d.verdict(), d.score, d.cleared_by.as_deref()), (Verdict::Delay, 40, Some("staf_X")));
    assert_eq!(d.staff_reasons().iter().filter(|r| r.cleared).count(), 1);
    // A held round between loses nothing.
    let third = released(&second, Ladder::Delay);
    assert_eq!(desk.decide(None, &third).unwrap().verdict(), Verdict::Held);
    let fourth = released(&third, Ladder::Delay);
    assert_eq!(desk.pay(&fourth).verdict(), Verdict::Pass);
    // The same payee on the same list by another entry is a new reason.
    let phone = Subject::account(desk.keys(), account(2));
    assert_ne!(desk.list(ListKind::Grey, phone).id, entry.id);
    assert_eq!(desk.pay(&released(&fourth, Ladder::Verify)).verdict(), Verdict::Delay);
    desk.verified();
}

#[test]
fn a_stop_cannot_be_cleared() {
    let desk = Desk::new("stop");
    let f = facts();
    desk.freeze(risk_freeze(person(1))).unwrap();
    assert_eq!(desk.pay(&f).verdict(), Verdict::Stop);
    let again = released(&f, Ladder::Delay);
    assert_eq!(desk.pay(&again).verdict(), Verdict::Stop);
    for level in [Ladder::Limit, Ladder::Stop] {
        assert!(desk.decide(None, &released(&again, level)).unwrap_err().is(&BAD_FACTS));
    }
    let early = Facts { clearance: Some(Clearance { level: Ladder::Tip, by: "x".into() }), ..facts() };
    assert!(desk.decide(None, &early).unwrap_err().is(&BAD_FACTS), "nothing to clear in a first round");
    let approval = kernel::id::ApprovalId::new(NOW, BOOK);
    let lift =
        Release { document: String::new(), reason: "explained".into(), asked_by: "staf_CHECKER".into(), approval };
    desk.store.write(move |tx| release_party(tx, &Actor::system("test"), person(1), 1, lift.clone())).unwrap();
    assert_eq!(desk.pay(&released(&again, Ladder::Tip)).verdict(), Verdict::Pass, "released, it passes by itself");
}

#[test]
fn a_stop_by_score_is_not_cleared_either() {
    let desk = Desk::new("score");
    desk.list(ListKind::Grey, Subject::owner(desk.keys(), person(2)));
    let f = Facts { amount: yuan(200_000), ..elder() };
    assert_eq!(desk.pay(&f).verdict(), Verdict::Stop);
    assert_eq!(desk.pay(&released(&f, Ladder::Delay)).verdict(), Verdict::Stop);
}

#[test]
fn activity_counts_what_was_posted_and_is_bounded_in_writes() {
    let desk = Desk::new("activity");
    let known = |f: &Facts| desk.pay(f).aggregates.0.payee_known;
    assert_eq!(known(&facts()), Some(false));
    assert_eq!(known(&facts()), Some(true));
    // Not posted, not counted.
    let f = Facts { payee: inside(5), ..facts() };
    let p = desk.prepare(&f).ok();
    desk.decide(p, &f).unwrap();
    assert_eq!(known(&Facts { payee: inside(5), ..facts() }), Some(false));
    // Two payments of one payer decided before either is counted.
    let guard = desk.guard.clone();
    let (a, b) = (facts(), facts());
    let (pa, pb) = (desk.prepare(&a).unwrap(), desk.prepare(&b).unwrap());
    let both = move |tx: &mut store::Tx<'_>| {
        let (da, db) = (guard.decide(tx, Some(&pa), &a)?, guard.decide(tx, Some(&pb), &b)?);
        guard.posted(tx, &da, &a)?;
        guard.posted(tx, &db, &b)
    };
    desk.store.write(both).unwrap();
    let now = desk.pay(&facts()).aggregates.0;
    assert_eq!((now.hour.count, now.day.sum), (5, 50_000));
    desk.verified();
}

#[test]
fn a_wage_run_is_one_decision_and_no_activity() {
    let desk = Desk::new("run");
    let mut f = facts();
    f.kind = Kind::WageRun;
    f.payer = Payer { owner: firm(1), wage_account: true, ..f.payer };
    f.payee = Payee::Many { lines: 100_000 };
    f.amount = yuan(500_000_000);
    let d = desk.pay(&f);
    assert_eq!((d.verdict(), d.inputs.0.payee.as_str()), (Verdict::Pass, "100000 lines"));
    let rows = desk.store.read(|tx| tx.query("SELECT count(*) FROM guard_activity", &[], |r| r.get::<i64>(0))).unwrap();
    assert_eq!(rows, [0]);
    f.kind = Kind::Transfer;
    f.instruction = InstructionId::new(NOW, BOOK);
    assert_eq!(desk.pay(&f).customer_reasons(), ["guard-wage-purpose"]);
}

#[test]
fn the_customer_is_not_tipped_off() {
    let desk = Desk::new("tipping");
    let mut f = Facts { amount: yuan(60_000), ..elder() };
    let d = desk.pay(&f);
    assert_eq!(
        d.customer_reasons(),
        ["t11.elder_first_payee"],
        "what only asks for a second look is not told beside it"
    );
    let payee = Payee::external(desk.keys(), "102100099996", "6222 0000 1234 5678", "李四");
    desk.list(ListKind::Police, Subject::number(desk.keys(), "6222000012345678"));
    (f.payee, f.instruction) = (payee, InstructionId::new(NOW, BOOK));
    let d = desk.pay(&f);
    assert_eq!((d.verdict(), d.customer_reasons()), (Verdict::Stop, vec!["guard-check".to_string()]));
    assert!(d.staff_reasons().iter().any(|r| r.rule == "list.police" && r.neutral));
    let stored = serde_json::to_string(&d.inputs.0).unwrap() + &serde_json::to_string(&d.reasons.0).unwrap();
    assert!(!stored.contains("6222000012345678") && !stored.contains("李四"), "{stored}");
    assert!(desk.guard.text("guard-check", "zh-CN").unwrap().contains("网点"));
    assert!(!desk.guard.text("guard-check", "en").unwrap().to_lowercase().contains("police"));
}

/// All prepared before any is posted, then posted from a thread each.
fn race(desk: &Desk, all: &[Facts]) -> Vec<Verdict> {
    let prepared: Vec<Prepared> = all.iter().map(|f| desk.prepare(f).unwrap()).collect();
    assert!(prepared.iter().all(|p| p.verdict() <= Ladder::Tip), "alone each of them may pass");
    std::thread::scope(|s| {
        let start = |(f, p): (&Facts, Prepared)| {
            let (store, guard, f) = (desk.store.clone(), desk.guard.clone(), f.clone());
            let pay = move |tx: &mut store::Tx<'_>| {
                let d = guard.decide(tx, Some(&p), &f)?;
                if d.verdict().may_post() {
                    guard.posted(tx, &d, &f)?;
                }
                Ok(d.verdict())
            };
            s.spawn(move || store.write(pay).unwrap())
        };
        let threads: Vec<_> = all.iter().zip(prepared).map(start).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

#[test]
fn racing_payments_of_one_payer_never_slip_under_a_limit() {
    let desk = Desk::new("race");
    let verdicts = race(&desk, &(0..24).map(|_| facts()).collect::<Vec<_>>());
    assert_eq!(verdicts.iter().filter(|v| v.may_post()).count(), 7, "{verdicts:?}");
    assert_eq!(verdicts.iter().filter(|v| **v == Verdict::Verify).count(), 17);
    desk.verified();
}

#[test]
fn the_very_first_payments_of_a_payer_race_no_better() {
    let desk = Desk::new("first-race");
    for n in 10..20 {
        let payer = Payer { owner: person(n), account: account(n), ..facts().payer };
        let one = || Facts { payer: payer.clone(), amount: yuan(150_000), ..facts() };
        let verdicts = race(&desk, &(0..8).map(|_| one()).collect::<Vec<_>>());
        assert_eq!(verdicts.iter().filter(|v| v.may_post()).count(), 1, "200,000 a day: {verdicts:?}");
    }
    desk.verified();
}
