use super::*;
use kernel::id::FamilyTieId;
use party::Change;
use party::family::{self, Relation};

fn named(name: &str, phone: &str) -> Named {
    Named { relation: Relation::Son, name: name.into(), phone: phone.into(), version: 1 }
}

/// Wang names her son.
fn son(bank: &Bank) -> FamilyTieId {
    let wang = bank.people[0];
    bank.write(move |tx| contact_name(tx, &sure(wang), &named("李建国", "13900000001"))).unwrap().tie.id
}

fn answer(bank: &Bank, who: PersonId, tie: FamilyTieId, yes: bool) -> Result<Change> {
    bank.write(move |tx| contact_answer(tx, &phone(who), tie, yes, 1))
}

fn told_of(bank: &Bank) -> Vec<PersonId> {
    let wang = bank.people[0];
    bank.read(|tx| told(tx, wang))
}

#[test]
fn both_agree_and_either_ends_it() {
    let bank = Bank::open();
    let [wang, li, zhang] = bank.people;
    assert_eq!(
        code(bank.write(move |tx| contact_name(tx, &phone(wang), &named("李建国", "13900000001")))),
        "step_up_needed"
    );
    let tie = son(&bank);
    assert!(told_of(&bank).is_empty(), "before the yes");
    assert_eq!(code(answer(&bank, zhang, tie, true)), "not_found");
    assert_eq!(code(answer(&bank, wang, tie, true)), "not_found", "nobody agrees for another");
    let stale = bank.write(move |tx| contact_answer(tx, &phone(li), tie, true, 2));
    assert_eq!(code(stale), "contact_text_changed");
    assert_eq!(answer(&bank, li, tie, true).unwrap(), Change::Done);
    assert_eq!(answer(&bank, li, tie, true).unwrap(), Change::AlreadySo);
    assert_eq!(told_of(&bank), [li]);
    let of = bank.read(|tx| contacts(tx, &phone(li))).of_others;
    assert!(of.len() == 1 && of[0].1.contains('*'));
    let views = [wang, li].map(|p| bank.read(|tx| family::circle(tx, &phone(p))));
    assert!(views.iter().all(|v| v.given.is_empty() && v.received.is_empty()), "a family view shows accounts");

    assert_eq!(bank.write(move |tx| contact_end(tx, &phone(li), tie)).unwrap(), Change::Done);
    assert_eq!(bank.write(move |tx| contact_end(tx, &phone(wang), tie)).unwrap(), Change::AlreadySo);
    assert!(told_of(&bank).is_empty());
    assert!(bank.read(|tx| contacts(tx, &phone(wang))).named.is_empty());
    let tie = bank.read(|tx| family::tie_raw(tx, tie)).unwrap();
    assert_eq!(tie.state, family::TieState::Ended, "a tie that shows nothing ends with it");
    let want = ["safety.contact_named", "safety.contact_accepted", "safety.contact_ended"];
    assert_eq!(bank.events("safety."), want);
}

#[test]
fn a_contact_sees_no_account_and_is_told_no_longer_than_a_year() {
    let bank = Bank::open();
    let [_, li, _] = bank.people;
    let tie = son(&bank);
    answer(&bank, li, tie, true).unwrap();
    let (_, shares) = bank.write(move |tx| family::look(tx, &phone(li), tie, None)).unwrap();
    assert!(shares.is_empty());
    bank.hours(24 * family::MONTH_DAYS * i64::from(family::MONTHS_MAX));
    assert!(told_of(&bank).is_empty());
}

#[test]
fn two_at_most_and_a_stranger_looks_like_everybody() {
    let bank = Bank::open();
    let [wang, li, _] = bank.people;
    let tie = son(&bank);
    let second = bank.write(move |tx| contact_name(tx, &sure(wang), &named("无此人", "13911112222"))).unwrap();
    assert!(second.waits(bank.clock.now()) && second.tie.member.is_none());
    let third = || bank.write(move |tx| contact_name(tx, &sure(wang), &named("张伟", "13900000002")));
    assert_eq!(code(third()), "contact_limit");
    assert_eq!(answer(&bank, li, tie, false).unwrap(), Change::Done);
    assert!(third().is_ok());
}

#[test]
fn a_member_who_looks_already_becomes_a_contact_and_stays_a_member() {
    let bank = Bank::open();
    let [wang, li, zhang] = bank.people;
    let account = kernel::id::AccountId::new(bank.clock.now(), bank.branch.book());
    let shares = vec![family::ShareAsk { account, level: family::Level::Balance, alerts: false }];
    let ask = family::Invite {
        relation: Relation::Son,
        name: "李建国".into(),
        phone: "13900000001".into(),
        shares,
        months: 3,
    };
    let tie = bank.write(move |tx| family::invite(tx, &sure(wang), &ask)).unwrap().id;
    let name = move |tx: &mut Tx<'_>| contact_name_member(tx, &sure(wang), tie, 1);
    assert_eq!(code(bank.write(name)), "contact_closed", "he has not answered");
    bank.write(move |tx| family::answer(tx, &phone(li), tie, true)).unwrap();
    bank.write(name).unwrap();
    bank.write(name).unwrap();
    assert_eq!(code(bank.write(move |tx| contact_name_member(tx, &sure(zhang), tie, 1))), "not_found");
    assert!(told_of(&bank).is_empty());
    answer(&bank, li, tie, true).unwrap();
    assert_eq!(told_of(&bank), [li]);
    bank.write(move |tx| contact_end(tx, &phone(wang), tie)).unwrap();
    let now = bank.clock.now();
    assert!(bank.read(|tx| family::tie_raw(tx, tie)).unwrap().is_open(now), "he still looks");
}

#[test]
fn a_contact_is_let_look_later_and_a_second_contact_of_the_same_number_is_not_made() {
    let bank = Bank::open();
    let [wang, li, _] = bank.people;
    let contact = son(&bank);
    let account = kernel::id::AccountId::new(bank.clock.now(), bank.branch.book());
    let ask = family::Invite {
        relation: Relation::Son,
        name: "李建国".into(),
        phone: "13900000001".into(),
        shares: vec![family::ShareAsk { account, level: family::Level::Balance, alerts: false }],
        months: 3,
    };
    let invite = || {
        let ask = ask.clone();
        bank.write(move |tx| family::invite(tx, &sure(wang), &ask))
    };
    let tie = invite().unwrap().id;
    assert_ne!(tie, contact);
    assert_eq!(code(invite()), "family_already");
    let again = bank.write(move |tx| contact_name(tx, &sure(wang), &named("李建国", "13900000001")));
    assert_eq!(code(again), "family_already");
    let seen = bank.read(|tx| family::circle(tx, &phone(li))).received;
    assert_eq!(seen.iter().map(|t| t.id).collect::<Vec<_>>(), [tie]);
}
