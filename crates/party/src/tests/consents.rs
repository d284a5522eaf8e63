use super::*;
use crate::codes::{CONSENT_REQUIRED, CONSENT_TEXT_CHANGED, STEP_UP_NEEDED};
use kernel::error::{FORBIDDEN, NOT_FOUND};

fn customer(id: PersonId) -> Actor {
    Actor { channel: Channel::Phone, ..Actor::of(Who::Person(id)) }
}

#[test]
fn a_customer_agrees_and_takes_it_back_and_all_of_it_stays_on_record() {
    let bank = Bank::open();
    let (id, neighbour) = (bank.person(0, 1), bank.person(1, 1));
    let give =
        |by: Actor, purpose: &'static str, version| bank.try_write(move |tx| consent_give(tx, &by, purpose, version));
    let back = |by: Actor, purpose: &'static str| bank.try_write(move |tx| consent_withdraw(tx, &by, purpose));
    let standing = |purpose: &str| {
        let all = bank.read(|tx| consents_of(tx, &customer(id), id));
        all.iter().find(|s| s.text.purpose == purpose).map(ConsentStanding::is_given).unwrap()
    };
    assert!(!standing("face_check"));
    assert_eq!(back(customer(id), "face_check").unwrap(), Change::AlreadySo);
    assert_eq!(give(customer(id), "face_check", 1).unwrap(), Change::Done);
    assert_eq!(give(customer(id), "face_check", 1).unwrap(), Change::AlreadySo);
    assert!(standing("face_check") && !standing("offers"), "one does not bring another along");
    assert!(bank.read(|tx| consent_in_force(tx, id, "face_check")));
    assert!(!bank.read(|tx| consent_in_force(tx, neighbour, "face_check")));
    assert_eq!(back(customer(id), "face_check").unwrap(), Change::Done);
    assert!(!standing("face_check"));
    assert_eq!(give(customer(id), "face_check", 1).unwrap(), Change::Done);
    let history = bank.read(|tx| consent_history(tx, &customer(id), id));
    assert_eq!(history.iter().map(|c| c.ended_at.is_some()).collect::<Vec<_>>(), [false, true]);
    assert_eq!((bank.audits("consent.give", "done"), bank.audits("consent.withdraw", "done")), (2, 1));

    let refusals = [
        ("another wording", give(customer(id), "offers", 2), &CONSENT_TEXT_CHANGED),
        ("nothing asked", give(customer(id), "soul", 1), &NOT_FOUND),
        ("needed for the account", back(customer(id), "account_service"), &CONSENT_REQUIRED),
        ("not a customer", give(system(), "offers", 1), &FORBIDDEN),
    ];
    for (what, got, code) in refusals {
        assert!(got.unwrap_err().is(code), "{what}");
    }
}

#[test]
fn staff_see_what_was_agreed_where_they_work_and_others_do_not() {
    let bank = Bank::open();
    let id = bank.person(0, 1);
    let (near, far) = (bank.staff("T", 1), bank.staff("U", 3));
    for (who, branch) in [(near, 1), (far, 3)] {
        bank.grant(GrantAsk::new(Who::Staff(who), Role::Teller).at(bank.branches[branch])).unwrap();
    }
    let look = |actor: Actor| bank.store.read(|tx| consents_of(tx, &actor, id)).map(|all| all.len());
    assert!(look(at(bank.branches[1], Who::Staff(near))).is_ok());
    assert!(look(at(bank.branches[3], Who::Staff(far))).unwrap_err().is(&FORBIDDEN));
    let neighbour = bank.person(1, 1);
    assert!(look(customer(neighbour)).unwrap_err().is(&FORBIDDEN));
    let by = at(bank.branches[1], Who::Staff(near));
    assert!(bank.try_write(move |tx| consent_give(tx, &by, "offers", 1)).unwrap_err().is(&FORBIDDEN));
}

#[test]
fn a_number_is_changed_by_its_owner_with_a_fresh_code_and_the_old_one_is_told() {
    let bank = Bank::open();
    let id = bank.person(0, 1);
    let fresh = stepped_up(customer(id));
    let change = |by: Actor, number: &'static str| bank.try_write(move |tx| phone_change(tx, &by, number));
    assert!(change(customer(id), "13812345678").unwrap_err().is(&STEP_UP_NEEDED));
    assert!(change(fresh.clone(), "not a number").is_err());
    assert_eq!(change(fresh.clone(), "139-0000-0000").unwrap(), Change::AlreadySo, "the same, written otherwise");
    assert_eq!(change(fresh.clone(), "138 1234 5678").unwrap(), Change::Done);
    let by = fresh.clone();
    let seen = bank.write(move |tx| reveal_own(tx, &by));
    assert_eq!(seen.phone, "13812345678");
    let changed = bank.read(|tx| tx.outbox_after_cursor("test", 1_000));
    let event = changed.iter().find(|e| e.kind == "party.phone_changed").unwrap();
    assert_eq!(event.payload["masked"], "139****0000");
    let kept = bank.read(|tx| contact_change(tx, event.aggregate.parse()?));
    assert_eq!((kept.before_masked.as_str(), kept.what), ("139****0000", Contact::Phone));
    assert!(!kept.before.windows(11).any(|w| w == b"13900000000"), "what it was is encrypted");
    let found = bank.read(|tx| person(tx, id));
    assert_eq!(found.phone_masked, "138****5678");

    let by = fresh.clone();
    assert_eq!(bank.write(move |tx| address_change(tx, &by, " 汐洲市海晏路9号 ")), Change::Done);
    let by = fresh.clone();
    assert_eq!(bank.write(move |tx| address_change(tx, &by, "汐洲市海晏路9号")), Change::AlreadySo);
    for bad in [String::new(), "x".repeat(ADDRESS_CHARS_MAX + 1)] {
        let by = fresh.clone();
        assert!(bank.try_write(move |tx| address_change(tx, &by, &bad)).is_err());
    }
    let stale = customer(id);
    assert!(bank.try_write(move |tx| reveal_own(tx, &stale)).err().is_some_and(|e| e.is(&STEP_UP_NEEDED)));
    assert_eq!(bank.audits("person.reveal", "done"), 1);
}

#[test]
fn what_a_login_prefers_is_kept() {
    let bank = Bank::open();
    let id = bank.person(0, 1);
    let login = bank.login("customer", Who::Person(id));
    let by = Actor { login: Some(login), ..customer(id) };
    let set = |language: &'static str, edition| {
        let by = by.clone();
        bank.try_write(move |tx| preference_set(tx, &by, language, edition))
    };
    assert!(bank.read(|tx| preference(tx, login)).is_none());
    assert_eq!(set("zh-CN", Edition::Elder).unwrap(), Change::Done);
    assert_eq!(set("zh-CN", Edition::Elder).unwrap(), Change::AlreadySo);
    assert_eq!(set("en", Edition::Standard).unwrap(), Change::Done);
    for bad in ["", "x", "en; path=/", "<b>"] {
        assert!(set(bad, Edition::Elder).is_err(), "{bad}");
    }
    let kept = bank.read(|tx| preference(tx, login)).unwrap();
    assert_eq!((kept.language.as_str(), kept.edition), ("en", Edition::Standard));
}
