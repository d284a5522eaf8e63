//! Amounts that are kept, taken and given back.
use super::*;

const YUAN: i64 = 100;

fn deduct(b: &Bank, c: &Customer, to: (&Customer, usize), fen: i64, document: &str) -> OrderNew {
    OrderNew {
        kind: OrderKind::Deduct,
        amount: Some(Money::cny(fen)),
        keep: Some(Money::cny(0)),
        payee_number: b.number(to.0.account),
        payee_name: name(to.1),
        until: None,
        ..b.court(c, document, None, "2026-09-01")
    }
}

#[test]
fn amounts_stand_beside_each_other_and_the_earlier_is_covered_first() {
    let b = Bank::open();
    let c = b.customer(1, 40 * YUAN);
    b.done(b.court(&c, "甲1", Some(30 * YUAN), "2026-09-01")).unwrap();
    b.done(b.court(&c, "乙1", Some(50 * YUAN), "2026-09-01")).unwrap();
    assert_eq!(b.covered(c.account), (vec![30 * YUAN, 10 * YUAN], 0));
    assert!(b.pays(c.account, 1).unwrap_err().is(&ledger::refusals::FUNDS_FROZEN));
    b.gets(c.account, 45 * YUAN);
    assert_eq!(b.covered(c.account), (vec![30 * YUAN, 50 * YUAN], 5 * YUAN), "what comes in fills them");
    assert!(b.pays(c.account, 5 * YUAN + 1).is_err());
    b.pays(c.account, 5 * YUAN).unwrap();
}

#[test]
fn a_deduction_takes_what_its_freeze_covers_and_not_a_fen_more() {
    let b = Bank::open();
    let (c, court) = (b.customer(1, 40 * YUAN), b.customer(2, 0));
    let first = b.done(b.court(&c, "甲1", Some(30 * YUAN), "2026-09-01")).unwrap();
    let second = b.done(b.court(&c, "乙1", Some(50 * YUAN), "2026-09-01")).unwrap();
    let from_second = OrderNew { target: Some(second), ..deduct(&b, &c, (&court, 2), 50 * YUAN, "乙2") };
    let id = b.done(from_second).unwrap();
    assert_eq!((b.order(id).taken, b.balance(court.account)), (10 * YUAN, 10 * YUAN), "the first court's money stays");
    assert_eq!(b.order(second).left(), Some(40 * YUAN));
    let from_first = OrderNew { target: Some(first), ..deduct(&b, &c, (&court, 2), 30 * YUAN, "甲2") };
    b.done(from_first).unwrap();
    assert_eq!((b.state(first), b.balance(c.account)), (OrderState::Done, 0), "all of it was taken");
    let again = OrderNew { target: Some(second), ..deduct(&b, &c, (&court, 2), 1, "乙3") };
    let again = b.enter(again).unwrap();
    assert!(b.yes(again).unwrap_err().is(&NOT_COVERED));
    assert_eq!(b.state(again), OrderState::Entered, "the request stays open");
    b.gets(c.account, 40 * YUAN);
    b.yes(again).unwrap();
    assert_eq!((b.balance(c.account), b.covered(c.account).0), (40 * YUAN - 1, vec![40 * YUAN - 1]));
    b.verify();
}

#[test]
fn a_deduction_from_a_small_freeze_leaves_what_is_free() {
    let b = Bank::open();
    let (c, court) = (b.customer(1, 40 * YUAN), b.customer(2, 0));
    let freeze = b.done(b.court(&c, "甲1", Some(15 * YUAN), "2026-09-01")).unwrap();
    let id = b.done(OrderNew { target: Some(freeze), ..deduct(&b, &c, (&court, 2), 30 * YUAN, "甲2") }).unwrap();
    assert_eq!((b.order(id).taken, b.balance(c.account)), (15 * YUAN, 25 * YUAN), "no more than its freeze");
    b.pays(c.account, 25 * YUAN).unwrap();
}

#[test]
fn without_a_freeze_a_deduction_gets_what_all_freezes_leave() {
    let b = Bank::open();
    let (c, court) = (b.customer(1, 40 * YUAN), b.customer(2, 0));
    b.done(b.court(&c, "甲1", Some(30 * YUAN), "2026-09-01")).unwrap();
    b.done(deduct(&b, &c, (&court, 2), 25 * YUAN, "乙1")).unwrap();
    assert_eq!(b.balance(court.account), 10 * YUAN);
    assert_eq!(b.covered(c.account), (vec![30 * YUAN], 0));
}

#[test]
fn a_deduction_from_a_whole_freeze_leaves_the_rest_stopped() {
    let b = Bank::open();
    let (c, court) = (b.customer(1, 40 * YUAN), b.customer(2, 0));
    let freeze = b.done(b.court(&c, "甲1", None, "2026-09-01")).unwrap();
    b.done(OrderNew { target: Some(freeze), ..deduct(&b, &c, (&court, 2), 15 * YUAN, "甲2") }).unwrap();
    assert_eq!((b.balance(court.account), b.balance(c.account)), (15 * YUAN, 25 * YUAN));
    assert!(b.pays(c.account, 1).unwrap_err().is(&ledger::refusals::DEBITS_STOPPED));
    assert_eq!(b.state(freeze), OrderState::InForce);
}

#[test]
fn civil_procedure_254_a_person_keeps_what_he_needs_for_living() {
    let b = Bank::open();
    let (c, court) = (b.customer(1, 40 * YUAN), b.customer(2, 0));
    let unsaid = OrderNew { keep: None, ..deduct(&b, &c, (&court, 2), 40 * YUAN, "甲1") };
    assert!(b.enter(unsaid).unwrap_err().is(&LIVING));
    let keep = OrderNew { keep: Some(Money::cny(15 * YUAN)), ..deduct(&b, &c, (&court, 2), 40 * YUAN, "甲2") };
    b.done(keep).unwrap();
    assert_eq!((b.balance(c.account), b.balance(court.account)), (15 * YUAN, 25 * YUAN));
}

#[test]
fn funds_go_back_to_the_victim_from_the_freeze_of_the_same_authority() {
    let b = Bank::open();
    let (c, victim) = (b.customer(1, 40 * YUAN), b.customer(2, 0));
    let new = OrderNew {
        account: Some(c.account),
        amount: Some(Money::cny(30 * YUAN)),
        until: Some(day("2026-09-01")),
        ..b.paper(OrderKind::Freeze, &c, "冻1")
    };
    let freeze = b.done(new).unwrap();
    let back = |document: &str, fen: i64| OrderNew {
        amount: Some(Money::cny(fen)),
        payee_number: b.number(victim.account),
        payee_name: name(2),
        ..b.after(OrderKind::Return, freeze, document)
    };
    let wrong = OrderNew { payee_name: "别人".into(), ..back("还1", 20 * YUAN) };
    assert!(b.enter(wrong).unwrap_err().is(&payments::NAME_MISMATCH));
    let court = OrderNew { authority: Authority::Court, ..back("还1", 20 * YUAN) };
    assert!(b.enter(court).unwrap_err().is(&TARGET_UNFIT));
    let police_deducts = OrderNew { kind: OrderKind::Deduct, ..back("还1", 20 * YUAN) };
    assert!(b.enter(police_deducts).unwrap_err().is(&POWER), "the police return, they do not deduct");
    b.done(back("还1", 20 * YUAN)).unwrap();
    assert_eq!((b.balance(victim.account), b.balance(c.account)), (20 * YUAN, 20 * YUAN));
    assert_eq!(b.order(freeze).left(), Some(10 * YUAN));
    b.pays(c.account, 10 * YUAN).unwrap();
    assert!(b.pays(c.account, 1).is_err());
}

#[test]
fn a_release_of_a_part_keeps_the_rest() {
    let b = Bank::open();
    let c = b.customer(1, 40 * YUAN);
    let freeze = b.done(b.court(&c, "甲1", Some(30 * YUAN), "2026-09-01")).unwrap();
    let part = |fen: i64, document: &str| OrderNew {
        amount: Some(Money::cny(fen)),
        ..b.after(OrderKind::Release, freeze, document)
    };
    assert!(b.enter(part(30 * YUAN, "甲2")).unwrap_err().is(&FORM), "all of it is no part");
    b.done(part(20 * YUAN, "甲2")).unwrap();
    assert!(b.pays(c.account, 30 * YUAN + 1).is_err());
    b.pays(c.account, 30 * YUAN).unwrap();
    assert_eq!(b.state(freeze), OrderState::InForce);
}

#[test]
fn the_banks_own_freeze_stays_beside_the_orders() {
    let b = Bank::open();
    let c = b.customer(1, 40 * YUAN);
    let account = c.account;
    b.write(move |tx| {
        let ask = ledger::restrictions::Restrict {
            amount: 10 * YUAN,
            ..ledger::restrictions::Restrict::new(account, ledger::restrictions::Restriction::Freeze, "担保")
        };
        ledger::restrictions::restrict(tx, &system(), &ask)
    })
    .unwrap();
    b.done(b.court(&c, "甲1", Some(50 * YUAN), "2026-09-01")).unwrap();
    assert_eq!(b.covered(c.account), (vec![30 * YUAN], 0));
    let restrictions = b.read(|tx| ledger::restrictions::orders(tx, account));
    assert!(!b.read(|tx| keeps_account(tx, account, restrictions[0].number)));
}
