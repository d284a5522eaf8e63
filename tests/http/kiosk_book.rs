//! A passbook caught up at a machine, and cash machines kept by staff: loaded and emptied by three.
use super::house::{House, system};
use super::kiosk::Browser;
use super::kiosk_cash::{cny, keepers};
use kernel::id::{AccountId, BranchId, TransferId};
use kernel::{Actor, Channel, Currency, Id, Money, Who};
use ledger::Transfer;
use party::Variant;
use payments::own::{Own, own};
use till::MoveAsk;

const BOOK: &str = "6200001";

pub(super) fn paid_in(house: &House, account: AccountId, yuan: i64) {
    let done = house.bank.write(move |tx| {
        let from = own(account.book(), Own::Settlement, Currency::CNY);
        let id = TransferId::new(tx.now(), account.book());
        ledger::post_one(tx, false, &Transfer::single(id, from, account, Money::cny(yuan * 100), "opening"))
    });
    done.expect("money");
}

#[test]
fn what_is_missing_in_a_passbook_is_printed_once() {
    let house = House::open();
    let account: AccountId = house.fill("$account").parse().expect("an account");
    let branch: BranchId = house.fill("$branch").parse().expect("a branch");
    let mut at = Browser::new(&house).enrolled(Variant::Tall).served();
    let none = at.get("/kiosk/passbook?lang=en").text();
    assert!(none.contains("None of your accounts has a passbook"), "{none}");
    let issued = house.bank.write(move |tx| {
        let new = party::StaffNew { branch, number: "T09".into(), name: "柜员".into(), person: None };
        let staff = Who::Staff(party::staff_join(tx, &system(), new)?);
        party::grant(tx, &system(), party::GrantAsk::new(staff, party::Role::Teller).at(branch))?;
        let teller = Actor { channel: Channel::Counter, branch: Some(branch), ..Actor::of(staff) };
        deposits::passbook_issue(tx, &teller, account, BOOK)
    });
    issued.expect("a passbook");
    assert!(at.get("/kiosk/passbook").text().contains("up to date"));
    paid_in(&house, account, 5);
    paid_in(&house, account, 7);
    let page = at.get("/kiosk/passbook").text();
    assert!(page.contains("2 lines are to be printed") && page.contains("name=\"printed_to\""), "{page}");
    let to = page.split("name=\"printed_to\" value=\"").nth(1).and_then(|p| p.split('"').next()).expect("a place");
    let to = to.to_owned();
    let here = format!("/kiosk/passbook/{account}");
    let wrong = at.send("/kiosk/passbook", &here, &[("voucher", "6200002"), ("printed_to", &to)]);
    assert!(wrong.status == 422 && wrong.text().contains("f-voucher-error"), "{}", wrong.text());
    let right = [("voucher", BOOK), ("printed_to", to.as_str())];
    let done = at.send("/kiosk/passbook", &here, &right);
    assert!(done.text().contains("2 lines are printed") && done.text().contains("12"), "{}", done.text());
    let again = at.send("/kiosk/passbook", &here, &right);
    assert_ne!(again.status, 200, "the same lines are not printed twice");
    assert!(at.get("/kiosk/passbook").text().contains("up to date"));
}

/// The name of a form's key and its value on a page.
fn once(page: &str) -> String {
    let found = page.split("name=\"once\" value=\"").nth(1).and_then(|p| p.split('"').next());
    found.unwrap_or_default().to_owned()
}

#[test]
fn a_machine_is_loaded_by_three_and_emptied_by_two() {
    let mut house = House::open();
    house.hire('z', party::Role::OperationsChecker, None);
    let branch: BranchId = house.fill("$branch").parse().expect("a branch");
    let vault = house.fill("$vault").parse().expect("a vault");
    let stocked = house.bank.write(move |tx| {
        let [a, b, c] = keepers(tx, branch)?;
        let notes = cny(&[(100, 40), (10, 20)]);
        let from = till::centre(tx, &a, branch, Currency::CNY)?;
        let came = till::move_ask(tx, &a, &MoveAsk { from, to: vault, notes: notes.clone() })?;
        till::move_countersign(tx, &b, came.id)?;
        till::move_receive(tx, &c, came.id, &notes, None)?;
        let gone = till::move_ask(tx, &a, &MoveAsk { from: vault, to: came.to_drawer, notes: notes.clone() });
        assert!(gone.is_err(), "a vault gives nothing to itself");
        Ok(c)
    });
    let third = stocked.expect("a stocked vault");
    let (vault, machine) = (house.fill("$vault"), house.fill("$machine"));
    let asked = [("from", vault.as_str()), ("to", &machine), ("n_10000", "20"), ("n_1000", "10")];
    let form = house.page('m', "/cash-moves/new").text();
    assert!(form.contains(&machine), "a keeper may send cash to a machine: {form}");
    let made =
        house.form('m', "/cash-moves/new", "/cash-moves/new", &[asked.as_slice(), &[("once", &once(&form))]].concat());
    let here = made.header("location").expect("a move").to_owned();
    let own = house.form('m', &here, &format!("{here}/countersignature"), &[]);
    assert_eq!(own.status, 403, "not by the one who asked");
    assert_eq!(house.form('y', &here, &format!("{here}/countersignature"), &[]).status, 303);
    assert_eq!(house.form('y', &here, &format!("{here}/loading"), &[]).status, 403, "not by the second either");
    let page = house.page('y', &here).text();
    assert!(page.contains("/loading") && !page.contains("/receipt"), "{page}");
    let movement = here.rsplit('/').next().and_then(|id| id.parse().ok()).expect("a move");
    let id = machine.parse().expect("a machine");
    let visit = app::machines::load(&house.bank, &third, id, movement).expect("the third loads it");
    assert_eq!(visit.outcome, "done");
    let page = house.page('m', &format!("/machines/{machine}")).text();
    assert!(page.contains("2,100.00") && !page.contains("notice-warn"), "{page}");
    assert!(house.page('a', "/machines").status == 200 && house.page('m', "/machines").text().contains("M01"));
    let asked = house.form('m', &format!("/machines/{machine}"), &format!("/machines/{machine}/unloading"), &[]);
    let here = asked.header("location").expect("a move").to_owned();
    assert_eq!(house.form('m', &here, &format!("{here}/emptying"), &[]).status, 403, "not by the one who asked");
    let page = house.page('y', &here).text();
    assert!(page.contains("/emptying") && !page.contains("/countersignature"), "{page}");
    assert_eq!(house.form('y', &here, &format!("{here}/emptying"), &[]).status, 303);
    assert!(house.page('y', &format!("/machines/{machine}")).text().contains("0.00"));
}
