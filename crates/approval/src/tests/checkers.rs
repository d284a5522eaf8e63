use super::*;
use crate::codes::*;
use crate::{ask as ask_for, cancel as cancel_by};
use kernel::error::{FORBIDDEN, NOT_FOUND};
use kernel::{Code, Owner};
use party::Change;
use party::codes::{REASON_NEEDED, STEP_UP_NEEDED};

#[test]
fn who_may_say_yes() {
    let bank = Bank::open();
    let (himself, other) = (bank.person(0), bank.person(1));
    let maker = bank.staff("T1", Role::Teller, 1);
    let checker = bank.staff("C1", Role::OperationsChecker, 1);
    let far = bank.staff("C2", Role::OperationsChecker, 2);
    let admin = bank.staff("A1", Role::HeadOfficeAdmin, 0);
    let low = bank.staff_who_is("C3", Role::OperationsChecker, 1, None, Limits::yuan(0, 0, 0, 100));
    let owner = bank.staff_who_is("C4", Role::OperationsChecker, 1, Some(himself), Role::OperationsChecker.cap());
    let not_fresh = Actor { stepped_up: false, ..checker.clone() };
    let asked = bank.payment(200_000);
    let gains = |o: Owner| Ask { beneficiary: Some(o), ..asked.clone() };
    let old = Ask { hours: Some(1), ..asked.clone() };
    let (system, nobody) = (Actor::system("bootstrap"), Actor::nobody());
    let himself_asks = Actor::of(Who::Person(himself));
    type Case<'a> = (&'a str, &'a Actor, Ask, &'a Actor, Option<&'static Code>);
    let cases: Vec<Case<'_>> = vec![
        ("a checker of the branch", &maker, asked.clone(), &checker, None),
        ("the maker", &checker, asked.clone(), &checker, Some(&MAKER_IS_CHECKER)),
        ("a maker without the permission", &maker, asked.clone(), &maker, Some(&FORBIDDEN)),
        ("another branch", &maker, asked.clone(), &far, Some(&FORBIDDEN)),
        ("the administrator", &maker, asked.clone(), &admin, Some(&FORBIDDEN)),
        ("the system", &maker, asked.clone(), &system, Some(&MAKER_IS_CHECKER)),
        ("the system its own", &system, asked.clone(), &system, Some(&MAKER_IS_CHECKER)),
        ("nobody", &maker, asked.clone(), &nobody, Some(&FORBIDDEN)),
        ("the maker under his other hat", &himself_asks, asked.clone(), &owner, Some(&MAKER_IS_CHECKER)),
        ("who gains", &maker, gains(Owner::Person(himself)), &owner, Some(&CHECKER_IS_BENEFICIARY)),
        ("another gains", &maker, gains(Owner::Person(other)), &owner, None),
        ("the second factor is old", &maker, asked.clone(), &not_fresh, Some(&STEP_UP_NEEDED)),
        ("above the release limit", &maker, asked.clone(), &low, Some(&ABOVE_RELEASE_LIMIT)),
        ("too late", &maker, old, &checker, Some(&APPROVAL_EXPIRED)),
    ];
    for (what, maker, ask, checker, want) in cases {
        let late = want.is_some_and(|c| c == &APPROVAL_EXPIRED);
        let id = bank.ask(maker, ask);
        if late {
            bank.wait(60);
        }
        let done = bank.approve(checker, id);
        match want {
            None => assert!(matches!(done, Ok(Approve::Approved { .. })), "{what}: {done:?}"),
            Some(code) => {
                assert!(done.as_ref().is_err_and(|e| e.is(code)), "{what}: {done:?}");
                assert_eq!(bank.state(id), State::Waiting, "{what}");
            }
        }
    }
}

#[test]
fn an_administrator_given_the_permission_still_does_not_check_his_own() {
    let bank = Bank::open();
    let admin = bank.staff("A1", Role::HeadOfficeAdmin, 0);
    let ask = Ask { permission: Permission::RoleGrant, ..Ask::new("grant", &"x", Permission::RoleGrant).unwrap() };
    let id = bank.ask(&admin, ask);
    assert!(bank.approve(&admin, id).unwrap_err().is(&MAKER_IS_CHECKER));
    let second = bank.staff("A2", Role::HeadOfficeAdmin, 0);
    assert!(matches!(bank.approve(&second, id), Ok(Approve::Approved { .. })));
}

#[test]
fn in_a_firm_the_clerk_makes_and_the_checker_checks() {
    let bank = Bank::open();
    let clerk = bank.user(bank.person(0), Role::PayrollClerk);
    let checker = bank.user(bank.person(1), Role::PayrollChecker);
    let himself = Actor { stepped_up: true, ..Actor::of(Who::Person(checker.person().unwrap())) };
    let ask = Ask {
        firm: Some(bank.firm),
        amount: Some(Money::cny(1_000_000)),
        ..Ask::new("payroll.pay", &"psht_x", Permission::WageSheetCheck).unwrap()
    };
    let id = bank.ask(&clerk, ask);
    assert!(bank.approve(&clerk, id).unwrap_err().is(&FORBIDDEN));
    assert!(bank.approve(&himself, id).unwrap_err().is(&FORBIDDEN), "not acting for the firm");
    assert!(matches!(bank.approve(&checker, id), Ok(Approve::Approved { .. })));
}

#[test]
fn a_yes_binds_to_what_was_shown() {
    let bank = Bank::open();
    let (maker, checker) = (bank.staff("T1", Role::Teller, 1), bank.staff("C1", Role::OperationsChecker, 1));
    let (one, two) = (bank.ask(&maker, bank.payment(60_000)), bank.ask(&maker, bank.payment(70_000)));
    let (same_again, shown) = (bank.ask(&maker, bank.payment(60_000)), bank.hash(one));
    assert_ne!(bank.hash(same_again), shown, "the same words asked twice are two requests");
    for (id, hash) in [(two, shown.clone()), (one, String::new()), (one, shown.to_uppercase())] {
        let by = checker.clone();
        let done = bank.try_write(move |tx| approve(tx, &by, id, &hash));
        assert!(done.unwrap_err().is(&APPROVAL_CHANGED));
    }
    let Ok(Approve::Approved { payload, approval }) = bank.approve(&checker, one) else { panic!("refused") };
    assert_eq!(payload, r#"{"fen":6000000,"to":"acct_x"}"#);
    assert_eq!(approval.approved().unwrap().by, checker.principal());
}

#[test]
fn an_approval_is_used_once() {
    let bank = Bank::open();
    let maker = bank.staff("T1", Role::Teller, 1);
    let (a, b) = (bank.staff("C1", Role::OperationsChecker, 1), bank.staff("C2", Role::OperationsChecker, 1));
    let id = bank.ask(&maker, bank.payment(60_000));
    let by = maker.clone();
    assert!(bank.try_write(move |tx| mark_executed(tx, &by, id, "xfer")).unwrap_err().is(&APPROVAL_DECIDED));
    let hash = bank.hash(id);
    let done: Vec<Result<Approve>> = std::thread::scope(|s| {
        let both = [&a, &b].map(|checker| {
            let (checker, hash, store) = (checker.clone(), hash.clone(), bank.store.clone());
            s.spawn(move || {
                store.write(move |tx| {
                    let done = approve(tx, &checker, id, &hash)?;
                    mark_executed(tx, &checker, id, "xfer_1")?;
                    Ok(done)
                })
            })
        });
        both.map(|t| t.join().unwrap()).into()
    });
    let won = done.iter().filter(|d| matches!(d, Ok(Approve::Approved { .. }))).count();
    let lost = done.iter().filter(|d| d.as_ref().is_err_and(|e| e.is(&APPROVAL_DECIDED))).count();
    assert_eq!((won, lost, bank.state(id)), (1, 1, State::Executed));
    let winner = if done[0].is_ok() { &a } else { &b };
    assert!(matches!(bank.approve(winner, id), Ok(Approve::AlreadySo { .. })), "his repeat is no second use");
    let by = winner.clone();
    assert_eq!(bank.write(move |tx| mark_executed(tx, &by, id, "xfer_1")), Change::AlreadySo);
    let by = winner.clone();
    assert!(bank.try_write(move |tx| mark_failed(tx, &by, id, "late")).is_err(), "the end is the end");
    assert_eq!(bank.events(), ["approval.approved", "approval.asked", "approval.executed"]);
}

#[test]
fn what_fails_after_the_yes_leaves_it_waiting_or_marked() {
    let bank = Bank::open();
    let (maker, checker) = (bank.staff("T1", Role::Teller, 1), bank.staff("C1", Role::OperationsChecker, 1));
    let id = bank.ask(&maker, bank.payment(60_000));
    let (by, hash) = (checker.clone(), bank.hash(id));
    let undone: Result<()> = bank.try_write(move |tx| {
        approve(tx, &by, id, &hash)?;
        Err(kernel::Error::broken("the ledger said no"))
    });
    assert!(undone.is_err());
    assert_eq!(bank.state(id), State::Waiting);
    let (by, hash) = (checker, bank.hash(id));
    bank.write(move |tx| {
        approve(tx, &by, id, &hash)?;
        mark_failed(tx, &by, id, "the account was frozen meanwhile")
    });
    let row = bank.read(|tx| raw(tx, id));
    assert_eq!((row.state, row.outcome.as_str()), (State::Failed, "the account was frozen meanwhile"));
    assert!(row.approved().is_some() && row.done_at.is_some());
}

#[test]
fn two_checkers_are_two_people() {
    let bank = Bank::open();
    let maker = bank.staff("T1", Role::Teller, 1);
    let (a, b) = (bank.staff("C1", Role::OperationsChecker, 1), bank.staff("C2", Role::OperationsChecker, 1));
    let id = bank.ask(&maker, bank.payment(1_000_001));
    assert_eq!(bank.read(|tx| raw(tx, id)).left(), 2);
    assert!(matches!(bank.approve(&a, id), Ok(Approve::FirstOfTwo)));
    assert_eq!(bank.read(|tx| raw(tx, id)).left(), 1);
    assert!(matches!(bank.approve(&a, id), Ok(Approve::AlreadySo { .. })));
    assert_eq!(bank.state(id), State::Waiting);
    assert!(bank.approve(&maker, id).is_err());
    assert!(matches!(bank.approve(&b, id), Ok(Approve::Approved { .. })));
    assert!(matches!(bank.approve(&a, id), Ok(Approve::AlreadySo { .. })));
    let row = bank.read(|tx| raw(tx, id));
    assert_eq!((row.first().unwrap().by, row.approved().unwrap().by), (a.principal(), b.principal()));
    assert_eq!(bank.events(), ["approval.approved", "approval.asked", "approval.first_approved"]);
}

#[test]
fn no_needs_a_reason_and_ends_it() {
    let bank = Bank::open();
    let (maker, checker) = (bank.staff("T1", Role::Teller, 1), bank.staff("C1", Role::OperationsChecker, 1));
    let id = bank.ask(&maker, bank.payment(60_000));
    let say_no = |by: &Actor, why: &'static str, back: bool| {
        let (by, hash) = (by.clone(), bank.hash(id));
        bank.try_write(move |tx| match back {
            true => send_back(tx, &by, id, &hash, why),
            false => refuse(tx, &by, id, &hash, why),
        })
    };
    assert!(say_no(&checker, "  ", true).unwrap_err().is(&REASON_NEEDED));
    assert!(say_no(&maker, "no", false).unwrap_err().is(&FORBIDDEN));
    assert_eq!(say_no(&checker, "the purpose is missing", true).unwrap(), Change::Done);
    assert_eq!(say_no(&checker, "the purpose is missing", true).unwrap(), Change::AlreadySo);
    assert!(say_no(&checker, "and no", false).unwrap_err().is(&APPROVAL_DECIDED));
    assert!(bank.approve(&checker, id).unwrap_err().is(&APPROVAL_DECIDED));
    assert_eq!(bank.read(|tx| raw(tx, id)).sent_back().unwrap().reason, "the purpose is missing");

    let again = Ask { replaces: Some(id), ..bank.payment(60_000) };
    let (by, ask) = (checker.clone(), again.clone());
    assert!(bank.try_write(move |tx| ask_for(tx, &by, ask.clone())).is_err(), "not his to replace");
    let second = bank.ask(&maker, again);
    assert_eq!(bank.read(|tx| raw(tx, second)).replaces, Some(id));
    let (by, hash) = (checker.clone(), bank.hash(second));
    assert_eq!(bank.write(move |tx| refuse(tx, &by, second, &hash, "not today")), Change::Done);
    assert_eq!(bank.read(|tx| raw(tx, second)).refused().unwrap().by, checker.principal());
}

#[test]
fn the_maker_cancels_and_time_ends_the_rest() {
    let bank = Bank::open();
    let (maker, checker) = (bank.staff("T1", Role::Teller, 1), bank.staff("C1", Role::OperationsChecker, 1));
    let cancel = |by: &Actor, id: ApprovalId| {
        let by = by.clone();
        bank.try_write(move |tx| cancel_by(tx, &by, id, "typed twice"))
    };
    let id = bank.ask(&maker, bank.payment(60_000));
    assert!(cancel(&checker, id).unwrap_err().is(&NOT_THE_MAKER));
    assert_eq!(cancel(&maker, id).unwrap(), Change::Done);
    assert_eq!(cancel(&maker, id).unwrap(), Change::AlreadySo);
    let approved = bank.ask(&maker, bank.payment(60_000));
    bank.approve(&checker, approved).unwrap();
    assert!(cancel(&maker, approved).unwrap_err().is(&APPROVAL_DECIDED));
    let old = bank.ask(&maker, bank.payment(60_001));
    let young = bank.ask(&maker, Ask { hours: Some(48), ..bank.payment(60_002) });
    bank.wait(24 * 60 - 1);
    assert!(bank.write(|tx| expire_due(tx, 10)).is_empty());
    bank.wait(1);
    assert_eq!(bank.write(|tx| expire_due(tx, 10)), [old]);
    assert_eq!((bank.state(old), bank.state(young)), (State::Expired, State::Waiting));
    assert_eq!(bank.read(|tx| raw(tx, old)).expired().unwrap().by, "system:expire");
    let missing = <ApprovalId as kernel::Id>::new(bank.clock.now(), kernel::BookId(1));
    let by = maker.clone();
    assert!(bank.try_write(move |tx| cancel_by(tx, &by, missing, "x")).unwrap_err().is(&NOT_FOUND));
}

#[test]
fn sizes_and_times_have_limits() {
    let bank = Bank::open();
    let maker = bank.staff("T1", Role::Teller, 1);
    let good = bank.payment(60_000);
    let lines = vec![Line::shown("x", "y"); SUMMARY_LINES_MAX + 1];
    let cases = [
        ("hours", Ask { hours: Some(APPROVAL_HOURS_MAX + 1), ..good.clone() }),
        ("no hours", Ask { hours: Some(0), ..good.clone() }),
        ("lines", Ask { summary: lines, ..good.clone() }),
        ("payload", Ask { payload: "x".repeat(PAYLOAD_BYTES_MAX + 1), ..good.clone() }),
        ("note", Ask { note: "字".repeat(party::REASON_CHARS_MAX + 1), ..good.clone() }),
        ("amount", Ask { amount: Some(Money::cny(-1)), ..good.clone() }),
    ];
    for (what, ask) in cases {
        let by = maker.clone();
        assert!(bank.try_write(move |tx| ask_for(tx, &by, ask.clone())).is_err(), "{what}");
    }
    let nobody = bank.try_write(move |tx| ask_for(tx, &Actor::nobody(), good.clone()));
    assert!(nobody.unwrap_err().is(&FORBIDDEN));
}
