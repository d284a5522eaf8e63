//! What a firm is verified to be for, and the device that somebody signs in on.
use super::sign_in::{actor, signed};
use super::*;
use kernel::clock::DAY;
use kernel::error::FORBIDDEN;

fn officer(bank: &Bank, branch: usize) -> Actor {
    let who = Who::Staff(bank.staff(["9001", "9002", "9003", "9004"][branch], branch));
    bank.grant(GrantAsk::new(who, Role::RiskOfficer).at(bank.branches[branch])).unwrap();
    at(bank.branches[branch], who)
}

fn verify(bank: &Bank, by: &Actor, firm: FirmId, class: FirmClass, document: &'static str) -> Result<i64> {
    let by = by.clone();
    bank.try_write(move |tx| firm_verify(tx, &by, firm, class, document, "staf_X"))
}

fn class(bank: &Bank, firm: FirmId) -> Option<FirmClass> {
    let now = bank.clock.now();
    bank.read(|tx| firm_class(tx, firm, now))
}

#[test]
fn a_firm_is_what_the_head_office_verified_it_to_be_until_that_ends() {
    let bank = Bank::open();
    let (firm, by) = (bank.firm(1), officer(&bank, 0));
    assert_eq!(class(&bank, firm), None, "whatever it calls itself");
    assert_eq!(verify(&bank, &by, firm, FirmClass::Medical, "医疗机构执业许可证 77").unwrap(), 1);
    assert_eq!(class(&bank, firm), Some(FirmClass::Medical));
    assert_eq!(verify(&bank, &by, firm, FirmClass::Utilities, "供水许可证 8").unwrap(), 2);
    assert_eq!(class(&bank, firm), Some(FirmClass::Utilities), "the newer one ends the older");
    bank.clock.advance(FIRM_CLASS_DAYS * DAY - 1);
    assert_eq!(class(&bank, firm), Some(FirmClass::Utilities));
    bank.clock.advance(1);
    assert_eq!(class(&bank, firm), None, "three years are over");
    let all = bank.read(|tx| firm_classes(tx, firm));
    let ended: Vec<Option<&str>> = all.iter().map(|v| v.ended_why.as_deref()).collect();
    assert_eq!(ended, [None, Some("verified anew")]);
    assert_eq!(all[0].asked_by, "staf_X");
}

#[test]
fn it_is_taken_back_once_and_leaves_a_trace() {
    let bank = Bank::open();
    let (firm, by) = (bank.firm(1), officer(&bank, 0));
    let unverify = |by: Actor| bank.write(move |tx| firm_unverify(tx, &by, firm, "licence withdrawn"));
    assert!(!unverify(by.clone()), "there was nothing");
    verify(&bank, &by, firm, FirmClass::Tax, "公函 3").unwrap();
    assert!(unverify(by.clone()));
    assert!(!unverify(by.clone()), "again");
    assert_eq!(class(&bank, firm), None);
    assert_eq!((bank.audits("firm.verify", "done"), bank.audits("firm.unverify", "done")), (1, 1));
}

#[test]
fn only_whoever_may_for_the_whole_bank_verifies_and_only_by_a_document() {
    let bank = Bank::open();
    let (firm, by) = (bank.firm(1), officer(&bank, 0));
    let outlet = officer(&bank, 3);
    assert!(verify(&bank, &outlet, firm, FirmClass::Medical, "许可证").unwrap_err().is(&FORBIDDEN));
    let why = verify(&bank, &by, firm, FirmClass::Medical, "  ").unwrap_err();
    assert!(why.to_string().contains("document"), "{why}");
    assert_eq!(class(&bank, firm), None);
}

#[test]
fn two_who_sign_in_on_one_device_have_the_same_mark() {
    let bank = Bank::open();
    for (n, name) in [(0, "wang"), (1, "zhang.li")] {
        let person = bank.person(n, 1);
        bank.login(name, Who::Person(person));
    }
    let on = |name: &str| {
        let (token, _) = signed(&bank, name);
        let actor = actor(&bank, &token).unwrap();
        (actor.device, bank.read(|tx| on_device(tx, &actor)).unwrap().mark)
    };
    let (wang, li) = (on("wang"), on("zhang.li"));
    assert_ne!(wang.0, li.0, "a device is known for each login");
    assert_eq!(wang.1, li.1, "by one mark");
    assert!(wang.1.is_some());
}
