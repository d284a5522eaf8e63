//! The family view: consent, its ends, and that it shows no more than was agreed; on every database.
use kernel::clock::{DAY, MINUTE};
use kernel::id::{AccountId, FamilyTieId};
use kernel::{Actor, PageAsk, Result};
use party::Change;
use party::codes::{FAMILY_ALREADY, FAMILY_CLOSED, FAMILY_LIMIT, STEP_UP_NEEDED};
use party::family::{self, Invite, Level, Relation, ShareAsk, TieState};
use tests::town::{Customer, Town, each_town};

fn invitation(name: &str, phone: &str, account: AccountId, level: Level) -> Invite {
    let shares = vec![ShareAsk { account, level, alerts: true }];
    Invite { relation: Relation::Daughter, name: name.into(), phone: phone.into(), shares, months: 3 }
}

fn sure(town: &Town<'_>, customer: Customer) -> Actor {
    Actor { stepped_up: true, ..town.phone(customer) }
}

/// Wang shows her account to Li.
fn tie(town: &Town<'_>, level: Level) -> FamilyTieId {
    let (wang, ask) = (sure(town, town.folk.wang), invitation("李建国", "13919900412", town.folk.wang.account, level));
    town.write(move |tx| app::family::invite(tx, &wang, &ask)).id
}

fn answered(town: &Town<'_>, who: Customer, id: FamilyTieId, yes: bool) -> Result<Change> {
    let actor = town.phone(who);
    town.desk.store.write(move |tx| family::answer(tx, &actor, id, yes))
}

fn looked(town: &Town<'_>, who: Customer, id: FamilyTieId, account: Option<AccountId>) -> Result<app::family::Looked> {
    let actor = town.phone(who);
    town.desk.store.write(move |tx| app::family::look(tx, &actor, id, account))
}

fn ended(town: &Town<'_>, who: Customer, id: FamilyTieId) -> Result<Change> {
    let actor = town.phone(who);
    town.desk.store.write(move |tx| family::end(tx, &actor, id))
}

#[test]
fn a_member_sees_what_was_agreed_each_look_is_known_and_either_ends_it() {
    each_town(|town| {
        let (wang, li, chen) = (town.folk.wang, town.folk.li, town.folk.chen);
        let id = tie(town, Level::Balance);
        assert_eq!(looked(town, li, id, None).unwrap_err().code().name, "family_closed", "before the yes");
        for stranger in [chen, wang] {
            assert!(answered(town, stranger, id, true).is_err());
        }
        assert_eq!(answered(town, li, id, true).unwrap(), Change::Done);
        assert_eq!(answered(town, li, id, true).unwrap(), Change::AlreadySo);
        let seen = looked(town, li, id, None).unwrap();
        assert_eq!(seen.accounts[0].available, kernel::Money::cny(5_000_000));
        assert!(seen.movements.is_empty() && seen.owner.contains('*'));
        let more = looked(town, li, id, Some(wang.account)).unwrap_err();
        assert_eq!(more.code().name, "not_found", "only the balance was agreed");
        assert_eq!(looked(town, chen, id, None).unwrap_err().code().name, "not_found");
        assert!(looked(town, wang, id, None).is_err(), "the owner needs no tie");

        let looks = |who: Customer| {
            let actor = town.phone(who);
            town.desk.store.read(|tx| family::looks(tx, &actor, id, &PageAsk::first(10)))
        };
        assert_eq!(looks(wang).unwrap().items.len(), 1);
        assert!(looks(li).is_err());
        assert_eq!(ended(town, chen, id).unwrap_err().code().name, "not_found");
        assert_eq!(ended(town, wang, id).unwrap(), Change::Done);
        assert_eq!(ended(town, li, id).unwrap(), Change::AlreadySo);
        assert!(looked(town, li, id, None).unwrap_err().is(&FAMILY_CLOSED));
        assert_eq!(looks(wang).unwrap().items.len(), 1, "what was refused is no look");
        let kinds = town.events(id);
        assert_eq!(kinds, ["family.invited", "family.accepted", "family.ended"]);
    });
}

#[test]
fn movements_are_shown_without_the_other_side_and_a_tie_gives_no_right_to_pay() {
    each_town(|town| {
        let (wang, li, chen) = (town.folk.wang, town.folk.li, town.folk.chen);
        let id = tie(town, Level::Movements);
        answered(town, li, id, true).unwrap();
        let seen = looked(town, li, id, Some(wang.account)).unwrap();
        assert_eq!(seen.movements.len(), 1);
        assert_eq!(seen.movements[0].change, kernel::Money::cny(5_000_000));
        assert_eq!(looked(town, li, id, Some(li.account)).unwrap_err().code().name, "not_found");
        let order = tests::town::order(wang.account, chen.account, 1);
        assert_eq!(town.fails(&sure(town, li), order).code().name, "not_found");
        assert_eq!(town.yuan(wang.account).0, 50_000);
    });
}

#[test]
fn an_invitation_tells_nothing_about_who_is_a_customer_and_lapses() {
    each_town(|town| {
        let wang = sure(town, town.folk.wang);
        let account = town.folk.wang.account;
        let sent = |name: &str, phone: &str| {
            let (actor, ask) = (wang.clone(), invitation(name, phone, account, Level::Balance));
            town.desk.store.write(move |tx| app::family::invite(tx, &actor, &ask))
        };
        let known = sent("李建国", "13919900412").unwrap();
        let strange = sent("李建国", "13700000000").unwrap();
        let misnamed = sent("李建军", "13919790901").unwrap();
        assert!(known.member.is_some() && strange.member.is_none() && misnamed.member.is_none());
        let states = |n: i64| {
            town.bank.clock.advance(n * DAY);
            let now = town.bank.clock.now();
            town.read(|tx| family::circle(tx, &wang)).given.iter().map(|t| t.state_at(now)).collect::<Vec<_>>()
        };
        assert_eq!(states(0), [TieState::Invited; 3]);
        assert!(sent("李建国", "13700000000").unwrap_err().is(&FAMILY_ALREADY));
        assert_eq!(states(8), [TieState::Lapsed; 3], "all the same to the owner");
        assert!(answered(town, town.folk.li, known.id, true).unwrap_err().is(&FAMILY_CLOSED));
        assert_eq!(town.write(|tx| family::family_expire(tx, 100)), 3);
        assert_eq!(town.write(|tx| family::family_expire(tx, 100)), 0);
        for n in 0..6 {
            sent("某人", &format!("1370000001{n}")).unwrap();
        }
        assert!(sent("某人", "13700000020").unwrap_err().is(&FAMILY_LIMIT), "six open ones");
    });
}

#[test]
fn inviting_needs_the_second_factor_and_accounts_of_ones_own() {
    each_town(|town| {
        let (wang, li) = (town.folk.wang, town.folk.li);
        let tried = |actor: Actor, account: AccountId, months: u32| {
            let ask = Invite { months, ..invitation("陈静", "13919790901", account, Level::Balance) };
            town.desk.store.write(move |tx| app::family::invite(tx, &actor, &ask))
        };
        assert!(tried(town.phone(wang), wang.account, 3).unwrap_err().is(&STEP_UP_NEEDED));
        let cases = [(li.account, 3, "accounts"), (wang.account, 0, "months"), (wang.account, 13, "months")];
        for (account, months, field) in cases {
            let why = tried(sure(town, wang), account, months).unwrap_err();
            assert!(why.fields().contains(&("field", field.into())), "{why}");
        }
        let staff = Actor { stepped_up: true, ..town.teller() };
        assert!(tried(staff, wang.account, 3).is_err());
        assert!(tried(sure(town, wang), wang.account, 12).is_ok());
    });
}

#[test]
fn consent_runs_out_and_looks_have_a_limit() {
    each_town(|town| {
        let (wang, li) = (town.folk.wang, town.folk.li);
        let id = tie(town, Level::Balance);
        answered(town, li, id, true).unwrap();
        for _ in 0..family::LOOKS_PER_DAY_MAX {
            looked(town, li, id, None).unwrap();
        }
        assert!(looked(town, li, id, None).unwrap_err().is(&FAMILY_LIMIT));
        town.bank.clock.advance(DAY + MINUTE);
        looked(town, li, id, None).unwrap();
        assert_eq!(town.read(|tx| family::alerted(tx, wang.person, wang.account)), [li.person]);
        town.bank.clock.advance(90 * DAY);
        assert!(looked(town, li, id, None).unwrap_err().is(&FAMILY_CLOSED));
        assert!(town.read(|tx| family::alerted(tx, wang.person, wang.account)).is_empty());
    });
}
