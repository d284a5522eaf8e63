use super::*;
use crate::codes::*;
use kernel::Code;
use kernel::error::FORBIDDEN;

#[test]
fn one_document_is_one_person() {
    let bank = Bank::open();
    let new = bank.person_new(0, 1);
    let register = |new: PersonNew| bank.try_write(move |tx| person_register(tx, &system(), new.clone()));
    let first = register(new.clone()).unwrap();
    assert!(!first.already);
    let spaced = PersonNew { name: " 王秀英 ".into(), number: "990102 19510308 0016".into(), ..new.clone() };
    assert_eq!(register(spaced).unwrap(), Registered { person: first.person, already: true });
    let passport = |number: &str, country: &str, name: &str| PersonNew {
        document: DocumentKind::Passport,
        number: number.into(),
        country: country.into(),
        name: name.into(),
        ..new.clone()
    };
    let cases: Vec<(&str, PersonNew, Option<&Code>)> = vec![
        ("another name", PersonNew { name: "王秀兰".into(), ..new.clone() }, Some(&IDENTITY_TAKEN)),
        ("a wrong check sign", PersonNew { number: "990102195103080018".into(), ..new.clone() }, Some(&BAD_IDENTITY)),
        (
            "another birthday",
            PersonNew { born: Date::parse("1951-03-09").unwrap(), ..new.clone() },
            Some(&kernel::error::BAD_FIELD),
        ),
        ("no phone", PersonNew { phone: "12".into(), ..new.clone() }, Some(&kernel::error::BAD_FIELD)),
        ("no name", PersonNew { name: "　".into(), ..new.clone() }, Some(&kernel::error::BAD_FIELD)),
        ("a passport", passport("x1234567", "gb", "Ada Byron"), None),
        ("the same number of another country", passport("X1234567", "FR", "Ada Byron"), None),
        ("too short a passport", passport("X1", "GB", "Ada Byron"), Some(&BAD_IDENTITY)),
    ];
    for (what, new, want) in cases {
        let done = register(new);
        match want {
            None => assert!(done.is_ok_and(|r| !r.already), "{what}"),
            Some(code) => assert!(done.as_ref().is_err_and(|e| e.is(code)), "{what}: {done:?}"),
        }
    }
    let found = bank.read(|tx| person_by_identity(tx, "gb x1234567")).unwrap();
    let row = bank.read(|tx| person(tx, found));
    assert!(row.is_foreign && row.country == "GB" && row.name_masked == "Ad*******");
}

#[test]
fn nothing_personal_lies_in_the_clear_and_each_look_is_written_down() {
    let bank = Bank::open();
    let id = bank.person(0, 1);
    let (name, number, _) = RESIDENTS[0];
    bank.read(|tx| {
        let row = format!("{:?}", person(tx, id)?);
        assert!(!row.contains(name) && !row.contains(number) && row.contains("王**"), "{row}");
        for row in tx.audit_search(i64::MAX, 100, "", "", "")? {
            assert!(!format!("{row:?}").contains(name) && !format!("{row:?}").contains(number));
        }
        Ok(())
    });
    let teller = bank.staff("T", 1);
    let clerk = at(bank.branches[1], Who::Staff(teller));
    let by = clerk.clone();
    assert!(bank.try_write(move |tx| reveal(tx, &by, id, "curious").map(|_| ())).unwrap_err().is(&FORBIDDEN));
    bank.grant(GrantAsk::new(Who::Staff(teller), Role::Teller).at(bank.branches[1])).unwrap();
    let by = clerk.clone();
    assert!(bank.try_write(move |tx| reveal(tx, &by, id, " ").map(|_| ())).unwrap_err().is(&REASON_NEEDED));
    assert_eq!(bank.audits("person.reveal", "done"), 0);
    let shown = bank.write(move |tx| reveal(tx, &clerk, id, "card lost, identity compared"));
    assert_eq!((shown.name.as_str(), shown.identity.as_str()), (name, number));
    let own = bank.write(move |tx| reveal(tx, &Actor::of(Who::Person(id)), id, "own data"));
    assert_eq!(own.phone, "13900000000");
    assert_eq!(bank.audits("person.reveal", "done"), 2);
    assert!(bank.read(|tx| person_name_is(tx, id, "王 秀英")) == bank.read(|tx| person_name_is(tx, id, "x")));
    assert!(bank.read(|tx| person_name_is(tx, id, "王秀英 ")));
}

#[test]
fn people_are_found_by_document_everywhere_and_by_phone_at_home() {
    let bank = Bank::open();
    let (here, away) = (bank.person(0, 1), bank.person(1, 3));
    let teller = bank.staff("T", 1);
    bank.grant(GrantAsk::new(Who::Staff(teller), Role::Teller).at(bank.branches[1])).unwrap();
    let actor = at(bank.branches[1], Who::Staff(teller));
    let cases = [
        (Find::Identity(RESIDENTS[0].1), Some(here)),
        (Find::Identity(RESIDENTS[1].1), Some(away)),
        (Find::Identity("990102198506230035"), None),
        (Find::Phone("139 0000 0000"), Some(here)),
        (Find::Phone("13900000001"), None),
        (Find::Id(here), Some(here)),
        (Find::Id(away), None),
    ];
    for (by, want) in cases {
        let found = bank.read(|tx| people_find(tx, &actor, by));
        assert_eq!(found.first().map(|p| p.id), want);
    }
    let view = bank.read(|tx| person_view(tx, &actor, here));
    assert!(view.elder && !view.foreign && view.identity == "990***********0016");
    assert!(bank.store.read(|tx| person_view(tx, &actor, away)).is_err());
}

#[test]
fn names_in_lists() {
    let bank = Bank::open();
    let (p, s, f) = (bank.person(0, 1), bank.staff("T1", 1), bank.firm(1));
    let texts = [p.to_string(), s.to_string(), f.to_string(), "system:relay".into()];
    let shown: Vec<String> = texts.iter().map(|t| bank.read(|tx| who_name(tx, t))).collect();
    assert_eq!(shown, ["王**", "T1", "汐源船舶修造有限公司", "system:relay"]);
    let tree: Vec<String> = bank.read(branches).into_iter().map(|b| b.path).collect();
    assert_eq!(tree, ["/0/", "/0/1/", "/0/1/2/", "/0/3/"]);
    assert_eq!(bank.read(|tx| branch_by_code(tx, "10210")).book, kernel::BookId(2));
    let taken = StaffNew { branch: bank.branches[3], number: "T1".into(), name: "x".into(), person: None };
    assert!(bank.try_write(move |tx| staff_join(tx, &system(), taken.clone())).unwrap_err().is(&NUMBER_TAKEN));
}

#[test]
fn every_table_verifies_and_a_changed_row_is_named() {
    let bank = Bank::open();
    bank.person(0, 1);
    let check = || {
        bank.read(|tx| {
            let mut faults = Vec::new();
            for t in TABLES {
                store::verify::table(tx, t, &mut faults, &mut |_, _| {})?;
            }
            Ok(faults)
        })
    };
    assert_eq!(check(), []);
    bank.write(|tx| tx.execute("UPDATE people SET tier = 'III'", &[]));
    assert!(check().iter().any(|f| f.table == "people"));
}
