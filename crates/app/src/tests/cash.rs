use super::House;
use super::system;
use crate::{Close, close_day};
use kernel::{Currency, Date, Money};
use party::Role;
use till::{CashAsk, Direction, EntryState, Notes};

const CNY: Currency = Currency::CNY;

/// A till is supplied, a deposit waits for another desk, and the day closes when the cash is put away.
#[test]
fn the_day_waits_for_the_cash_and_a_till_follows_what_is_decided_elsewhere() {
    let h = House::open();
    let (operator, teller) = (h.staff("o", Role::Operator), h.staff("t", Role::Teller));
    let checker = h.staff("y", Role::OperationsChecker);
    let (branch, next) = (h.branch, Date::parse("2026-11-19").unwrap());
    let drawer = h.write(move |tx| {
        till::set_up(tx, &system(), branch, CNY)?;
        till::till_make(tx, &system(), branch, "T01", CNY)
    });
    let none = Notes::none(CNY);
    let (who, empty) = (teller.clone(), none.clone());
    h.write(move |tx| till::till_open(tx, &who, drawer, &empty, None));
    let close = || close_day(&h.bank, &operator, next, &mut |_, _, _| {}).unwrap();
    let Close::Blocked(list) = close() else { panic!("it closed") };
    assert_eq!((list.len(), list[0].what, list[0].count), (1, "tills_open", 1));

    let ask = CashAsk {
        direction: Direction::In,
        account: h.account,
        notes_in: Notes::of(CNY, &[(10_000, 600)]).unwrap(),
        notes_out: none.clone(),
        fee_shown: None,
        memo: String::new(),
        overrides: Vec::new(),
        resubmits: None,
    };
    let waits = till::cash(&h.bank.desk, &teller, ask, None).unwrap();
    assert_eq!(waits.state, EntryState::Waiting, "above what a teller may do alone");
    let approval = waits.approval.unwrap();
    let hash = h.read(|tx| approval::raw(tx, approval)).hash_text();
    payments::approve(&h.bank.desk, &checker, approval, &hash).unwrap();
    h.settle();
    let at = waits.reference();
    let seen = h.read(|tx| till::drawer(tx, &checker, drawer));
    assert_eq!(seen.notes.sum().unwrap(), Money::cny(6_000_000), "the relay brought the drawer up");
    assert_eq!(h.read(|tx| till::entry(tx, &teller, branch, at)).state, EntryState::Done);

    let who = teller.clone();
    h.write(move |tx| till::till_close(tx, &who, &seen.notes, &[], None));
    assert!(matches!(close(), Close::Closed(_)));
    h.sound();
}
