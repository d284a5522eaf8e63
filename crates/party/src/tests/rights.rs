use super::*;
use crate::codes::*;
use kernel::clock::DAY;
use kernel::error::FORBIDDEN;
use kernel::{Code, Id, Money};

#[test]
fn who_may_do_what_where() {
    let bank = Bank::open();
    let b = bank.branches.clone();
    let (teller, admin, auditor) = (bank.staff("T1", 1), bank.staff("A1", 0), bank.staff("U1", 0));
    let (own, other) = (bank.person(0, 2), bank.person(1, 3));
    let firm = bank.firm(1);
    bank.grant(GrantAsk::new(Who::Staff(teller), Role::Teller).at(b[1])).unwrap();
    bank.grant(GrantAsk::new(Who::Staff(admin), Role::HeadOfficeAdmin)).unwrap();
    bank.grant(GrantAsk::new(Who::Staff(auditor), Role::Auditor).at(b[0])).unwrap();
    bank.grant(GrantAsk::new(Who::Person(own), Role::PayrollClerk).of(firm)).unwrap();
    let teller = at(b[1], Who::Staff(teller));
    let admin = at(b[0], Who::Staff(admin));
    let auditor = at(b[0], Who::Staff(auditor));
    let clerk = Actor::of(Who::ForFirm { person: own, firm });
    let customer = Actor::of(Who::Person(own));
    let other_firm = FirmId::new(bank.clock.now(), b[1].book());
    use Permission as P;
    let cases: &[(&str, &Actor, Permission, Scope, bool)] = &[
        ("at his counter", &teller, P::PaymentSubmitAny, Scope::here(&teller), true),
        ("in the subtree", &teller, P::AccountOpen, Scope::branch(b[2]), true),
        ("a customer of the subtree", &teller, P::PersonRead, Scope::person(own), true),
        ("a customer elsewhere", &teller, P::PersonRead, Scope::person(other), false),
        ("another branch", &teller, P::AccountOpen, Scope::branch(b[3]), false),
        ("above", &teller, P::AccountOpen, Scope::branch(b[0]), false),
        ("the whole bank", &teller, P::AccountOpen, Scope::bank(), false),
        ("not his trade", &teller, P::PaymentApprove, Scope::here(&teller), false),
        ("a firm of the branch", &teller, P::FirmRegister, Scope::firm(firm), true),
        ("admin: roles anywhere", &admin, P::RoleGrant, Scope::branch(b[3]), true),
        ("admin: the bank", &admin, P::ConfigEdit, Scope::bank(), true),
        ("admin approves nothing", &admin, P::PaymentApprove, Scope::bank(), false),
        ("admin sees nobody", &admin, P::PersonReveal, Scope::person(own), false),
        ("auditor at the root is everywhere", &auditor, P::AuditRead, Scope::bank(), true),
        ("auditor writes nothing", &auditor, P::AccountFreeze, Scope::branch(b[1]), false),
        ("clerk in his firm", &clerk, P::WageSheetMake, Scope::firm(firm), true),
        ("clerk checks nothing", &clerk, P::WageSheetCheck, Scope::firm(firm), false),
        ("clerk in another firm", &clerk, P::WageSheetMake, Scope::firm(other_firm), false),
        ("clerk without the firm", &clerk, P::WageSheetMake, Scope::bank(), false),
        ("the same person for himself", &customer, P::WageSheetMake, Scope::firm(firm), false),
        ("customer: his own", &customer, P::PaymentSubmit, Scope::person(own), true),
        ("customer: another's", &customer, P::PaymentSubmit, Scope::person(other), false),
        ("customer: anybody's", &customer, P::AccountReadAny, Scope::person(own), false),
        ("a named process", &Actor::system("close-day"), P::DayClose, Scope::bank(), true),
        ("beyond its list", &Actor::system("close-day"), P::RoleGrant, Scope::bank(), false),
        ("a process nobody knows", &Actor::system("backdoor"), P::DayClose, Scope::bank(), false),
        ("nobody", &Actor::nobody(), P::PersonRead, Scope::person(own), false),
    ];
    for (what, actor, permission, scope, want) in cases {
        let done = bank.may(actor, *permission, scope);
        assert_eq!(done.is_ok(), *want, "{what}: {done:?}");
        if let Err(e) = done {
            assert!(e.is(&FORBIDDEN) && e.message().contains(permission.code()), "{what}: {e}");
            assert!(!e.message().contains('_') || permission.code().contains('_'), "{what} tells an id: {e}");
        }
    }
}

#[test]
fn deny_wins_and_the_highest_limit_applies() {
    let bank = Bank::open();
    let b = bank.branches.clone();
    let id = bank.staff("T1", 1);
    let (who, scope) = (Who::Staff(id), Scope::branch(b[2]));
    let actor = at(b[1], who);
    let low = Limits::yuan(1_000, 5_000, 100, 0);
    let high = Limits::yuan(2_000, 3_000, 50, 0);
    bank.grant(GrantAsk { limits: low, ..GrantAsk::new(who, Role::Teller).at(b[1]) }).unwrap();
    bank.grant(GrantAsk { limits: high, ..GrantAsk::new(who, Role::Teller).at(b[2]) }).unwrap();
    let e = bank.may(&actor, Permission::PaymentSubmitAny, &scope).unwrap();
    assert_eq!(e.limits, Limits::yuan(2_000, 5_000, 100, 0), "field by field");
    assert!(!e.needs_checker(Money::cny(10_000)) && e.needs_checker(Money::cny(10_001)));
    assert!(e.needs_checker(Money::new(1, kernel::Currency::USD)), "limits are in one currency");
    assert!(bank.may(&actor, Permission::PaymentSubmitAny, &scope.amount(Money::cny(200_000))).is_ok());
    let above = bank.may(&actor, Permission::PaymentSubmitAny, &scope.amount(Money::cny(200_001))).unwrap_err();
    assert!(above.is(&LIMIT_PER_TRANSACTION), "{above}");
    let here = bank.may(&actor, Permission::PaymentSubmitAny, &Scope::here(&actor)).unwrap();
    assert_eq!(here.limits, low, "the grant below does not reach up");

    let only = Some(Permission::PaymentSubmitAny);
    let deny = GrantAsk { deny: true, permission: only, ..GrantAsk::new(who, Role::Teller).at(b[2]) };
    let deny = bank.grant(deny).unwrap();
    assert!(bank.may(&actor, Permission::PaymentSubmitAny, &scope).is_err(), "denied below");
    assert!(bank.may(&actor, Permission::PaymentSubmitAny, &Scope::here(&actor)).is_ok(), "not denied above");
    assert!(bank.may(&actor, Permission::AccountOpen, &scope).is_ok(), "only what is named");
    let lifted = bank.write(move |tx| revoke(tx, &system(), deny, "entered by mistake", None));
    assert_eq!(lifted, Change::Done);
    assert!(bank.may(&actor, Permission::PaymentSubmitAny, &scope).is_ok());
    assert_eq!(bank.write(move |tx| revoke(tx, &system(), deny, "again", None)), Change::AlreadySo);
}

type Case = (&'static str, GrantAsk, Option<&'static Code>);

fn refused(bank: &Bank, cases: Vec<Case>) {
    for (what, ask, want) in cases {
        let done = bank.grant(ask);
        match want {
            None => assert!(done.is_ok(), "{what}: {done:?}"),
            Some(code) => assert!(done.as_ref().is_err_and(|e| e.is(code)), "{what}: {done:?}"),
        }
    }
}

#[test]
fn roles_that_do_not_go_together() {
    let bank = Bank::open();
    let b = bank.branches.clone();
    let (x, y) = (bank.staff("X", 1), bank.staff("Y", 1));
    let (p, firm) = (bank.person(0, 1), bank.firm(1));
    bank.grant(GrantAsk::new(Who::Staff(x), Role::Teller).at(b[2])).unwrap();
    bank.grant(GrantAsk::new(Who::Staff(y), Role::Auditor)).unwrap();
    bank.grant(GrantAsk::new(Who::Person(p), Role::PayrollClerk).of(firm)).unwrap();
    let elsewhere = bank.firm_of("91990103MA000000", "海角建筑有限公司", FirmKind::Company, 3);
    let new = GrantAsk::new;
    let tomorrow = Some(bank.clock.now().plus(DAY));
    let q = bank.person(2, 1);
    bank.grant(GrantAsk { valid_until: tomorrow, ..new(Who::Person(q), Role::PayrollClerk).of(firm) }).unwrap();
    let later = |role: Role, who: Option<PersonId>| {
        let holder = Who::Person(who.unwrap_or(p));
        GrantAsk { valid_from: tomorrow, ..new(holder, role).of(firm) }
    };
    let cases: Vec<Case> = vec![
        ("maker and checker of one firm", new(Who::Person(p), Role::PayrollChecker).of(firm), Some(&TOXIC_ROLES)),
        ("clerk and owner of one firm", new(Who::Person(p), Role::FirmOwner).of(firm), Some(&TOXIC_ROLES)),
        ("checker of another firm", new(Who::Person(p), Role::PayrollChecker).of(elsewhere), None),
        ("teller and checker in one branch", new(Who::Staff(x), Role::OperationsChecker).at(b[2]), Some(&TOXIC_ROLES)),
        ("checker of the branch above", new(Who::Staff(x), Role::OperationsChecker).at(b[1]), Some(&TOXIC_ROLES)),
        ("checker of the whole bank", new(Who::Staff(x), Role::OperationsChecker), Some(&TOXIC_ROLES)),
        ("checker elsewhere", new(Who::Staff(x), Role::OperationsChecker).at(b[3]), None),
        ("auditor and teller", new(Who::Staff(y), Role::Teller).at(b[3]), Some(&TOXIC_ROLES)),
        ("auditor and lobby", new(Who::Staff(y), Role::LobbyManager).at(b[3]), Some(&TOXIC_ROLES)),
        ("checker of the firm from tomorrow on", later(Role::PayrollChecker, None), Some(&TOXIC_ROLES)),
        ("checker from when he is no clerk any more", later(Role::PayrollChecker, Some(q)), None),
    ];
    refused(&bank, cases);
}

#[test]
fn a_bureau_has_its_own_roles_and_a_firm_has_none_of_them() {
    let bank = Bank::open();
    let (p, q) = (bank.person(0, 1), bank.person(2, 1));
    let firm = bank.firm(1);
    let bureau = bank.firm_of("11990102MB000000", "东港区劳动保障监察大队", FirmKind::Authority, 1);
    let new = |who, role| GrantAsk::new(Who::Person(who), role);
    let cases: Vec<Case> = vec![
        ("an inspector of a firm", new(p, Role::BureauOfficer).of(firm), Some(&ROLE_SCOPE)),
        ("a head of a firm", new(p, Role::BureauHead).of(firm), Some(&ROLE_SCOPE)),
        ("an owner of a bureau", new(p, Role::FirmOwner).of(bureau), Some(&ROLE_SCOPE)),
        ("an inspector of a bureau", new(p, Role::BureauOfficer).of(bureau), None),
        ("the inspector as its head", new(p, Role::BureauHead).of(bureau), Some(&TOXIC_ROLES)),
        ("another as its head", new(q, Role::BureauHead).of(bureau), None),
    ];
    refused(&bank, cases);
}

#[test]
fn what_is_not_granted() {
    let bank = Bank::open();
    let (z, p, firm) = (bank.staff("Z", 1), bank.person(0, 1), bank.firm(1));
    let new = GrantAsk::new;
    let cases: Vec<Case> = vec![
        ("a bank role for a customer", new(Who::Person(p), Role::Teller), Some(&ROLE_SCOPE)),
        ("a firm role for staff", new(Who::Staff(z), Role::PayrollClerk).of(firm), Some(&ROLE_SCOPE)),
        ("a firm role without a firm", new(Who::Person(p), Role::PayrollClerk), Some(&ROLE_SCOPE)),
        ("an implied role", new(Who::Person(p), Role::Customer).of(firm), Some(&ROLE_SCOPE)),
        ("a role for a process", new(Who::System("relay"), Role::Teller), Some(&ROLE_SCOPE)),
        (
            "a permission that the role has not",
            GrantAsk { permission: Some(Permission::AuditRead), ..new(Who::Staff(z), Role::Teller) },
            Some(&ROLE_SCOPE),
        ),
        (
            "above the cap",
            GrantAsk { limits: Limits::yuan(0, 0, 0, 10_000_001), ..new(Who::Staff(z), Role::OperationsChecker) },
            Some(&ROLE_CAP),
        ),
        (
            "in another currency",
            GrantAsk {
                limits: Limits { currency: kernel::Currency::USD, ..Role::Teller.cap() },
                ..new(Who::Staff(z), Role::Teller)
            },
            Some(&ROLE_CAP),
        ),
        (
            "asked for by the holder",
            GrantAsk { asked_by: Some(z.to_string()), ..new(Who::Staff(z), Role::Teller) },
            Some(&SELF_GRANT),
        ),
    ];
    refused(&bank, cases);
}

#[test]
fn nobody_grants_himself_no_administrator_exempt() {
    let bank = Bank::open();
    let (x, y) = (bank.staff("X", 0), bank.staff("Y", 0));
    for id in [x, y] {
        bank.grant(GrantAsk::new(Who::Staff(id), Role::HeadOfficeAdmin)).unwrap();
    }
    let admin = at(bank.branches[0], Who::Staff(x));
    let by = admin.clone();
    let own = bank.try_write(move |tx| grant(tx, &by, GrantAsk::new(Who::Staff(x), Role::LobbyManager)));
    assert!(own.unwrap_err().is(&SELF_GRANT));
    let by = admin.clone();
    bank.write(move |tx| grant(tx, &by, GrantAsk::new(Who::Staff(y), Role::LobbyManager)));
    let teller = bank.staff("T", 1);
    let by = at(bank.branches[1], Who::Staff(teller));
    let none = bank.try_write(move |tx| grant(tx, &by, GrantAsk::new(Who::Staff(y), Role::LobbyManager)));
    assert!(none.unwrap_err().is(&FORBIDDEN));
}

#[test]
fn a_firm_appoints_its_clerks_but_not_its_owners() {
    let bank = Bank::open();
    let (owner, clerk, firm) = (bank.person(0, 1), bank.person(1, 2), bank.firm(1));
    bank.grant(GrantAsk::new(Who::Person(owner), Role::FirmOwner).of(firm)).unwrap();
    let by = Actor::of(Who::ForFirm { person: owner, firm });
    let actor = by.clone();
    bank.write(move |tx| grant(tx, &actor, GrantAsk::new(Who::Person(clerk), Role::PayrollClerk).of(firm)));
    let actor = by.clone();
    let second =
        bank.try_write(move |tx| grant(tx, &actor, GrantAsk::new(Who::Person(clerk), Role::FirmOwner).of(firm)));
    assert!(second.unwrap_err().is(&ROLE_SCOPE));
    let actor = by.clone();
    let staff = bank.staff("T", 1);
    let bank_role = bank.try_write(move |tx| grant(tx, &actor, GrantAsk::new(Who::Staff(staff), Role::Teller)));
    assert!(bank_role.unwrap_err().is(&FORBIDDEN));
    assert_eq!(bank.read(|tx| firms_of(tx, clerk)), vec![(firm, vec![Role::PayrollClerk])]);
}

#[test]
fn grants_begin_and_end_and_leavers_lose_everything() {
    let bank = Bank::open();
    let id = bank.staff("T", 1);
    let (who, now) = (Who::Staff(id), bank.clock.now());
    let (from, until) = (Some(now.plus(DAY)), Some(now.plus(2 * DAY)));
    let ask =
        GrantAsk { valid_from: from, valid_until: until, ..GrantAsk::new(who, Role::Teller).at(bank.branches[1]) };
    bank.grant(ask).unwrap();
    let actor = at(bank.branches[1], who);
    let may = |bank: &Bank| bank.may(&actor, Permission::AccountOpen, &Scope::here(&actor)).is_ok();
    assert!(!may(&bank), "not yet");
    bank.clock.advance(DAY);
    assert!(may(&bank));
    assert_eq!(bank.write(move |tx| staff_leave(tx, &system(), id, "retired")), Change::Done);
    assert!(!may(&bank), "left");
    assert_eq!(bank.write(move |tx| staff_leave(tx, &system(), id, "retired")), Change::AlreadySo);
    let again = bank.grant(GrantAsk::new(who, Role::LobbyManager).at(bank.branches[1]));
    assert!(again.is_err(), "nothing is granted to a leaver");
}

#[test]
fn recertification_pages_through_everything_in_force() {
    let bank = Bank::open();
    let auditor = bank.staff("U", 0);
    bank.grant(GrantAsk::new(Who::Staff(auditor), Role::Auditor)).unwrap();
    for number in ["T1", "T2", "T3"] {
        let id = bank.staff(number, 1);
        bank.grant(GrantAsk::new(Who::Staff(id), Role::Teller).at(bank.branches[1])).unwrap();
    }
    let actor = at(bank.branches[0], Who::Staff(auditor));
    let mut ask = kernel::PageAsk::first(3);
    let mut names = Vec::new();
    loop {
        let page = bank.read(|tx| recertification(tx, &actor, &ask));
        names.extend(page.items.into_iter().map(|h| h.holder_name));
        match page.next {
            Some(next) => ask.after = Some(next),
            None => break,
        }
    }
    assert_eq!(names, ["U", "T1", "T2", "T3"]);
    let teller = at(bank.branches[1], Who::Person(bank.person(0, 1)));
    assert!(bank.store.read(|tx| recertification(tx, &teller, &ask)).is_err());
}

#[test]
fn a_client_has_its_scopes_in_its_firm() {
    let bank = Bank::open();
    let (owner, firm) = (bank.person(0, 1), bank.firm(1));
    bank.grant(GrantAsk::new(Who::Person(owner), Role::FirmOwner).of(firm)).unwrap();
    let by = stepped_up(Actor::of(Who::ForFirm { person: owner, firm }));
    let make = |scopes: Vec<Permission>, limits: Limits| {
        let by = by.clone();
        bank.try_write(move |tx| {
            let new = ClientNew { firm, name: "erp".into(), scopes: scopes.clone(), limits };
            client_make(tx, &by, new)
        })
    };
    let limits = Limits::yuan(1_000, 5_000, 0, 0);
    assert!(make(vec![Permission::WagePay], limits).is_err(), "paying takes a person");
    assert!(make(vec![Permission::WageRead], Limits::yuan(0, 0, 1, 0)).unwrap_err().is(&ROLE_CAP));
    let (id, secret) = make(vec![Permission::WageSheetMake], limits).unwrap();
    let origin = sign_in::origin("api");
    let actor = bank.read(|tx| client_actor(tx, id, &secret, &origin));
    assert!(bank.store.read(|tx| client_actor(tx, id, "c2VjcmV0", &origin)).unwrap_err().is(&NOT_SIGNED_IN));
    let of_firm = Scope::firm(firm);
    assert_eq!(bank.may(&actor, Permission::WageSheetMake, &of_firm).unwrap().via_role, Role::Client);
    assert!(bank.may(&actor, Permission::WageRead, &of_firm).is_err());
    assert!(bank.may(&actor, Permission::WageSheetMake, &of_firm.amount(Money::cny(100_001))).is_err());
    bank.write(move |tx| client_end(tx, &by, id, "the program is gone"));
    assert!(bank.may(&actor, Permission::WageSheetMake, &of_firm).is_err());
    assert!(bank.store.read(|tx| client_actor(tx, id, &secret, &origin)).is_err());
}

#[test]
fn asking_costs_two_questions_at_most() {
    let bank = Bank::open();
    let b = bank.branches.clone();
    let (teller, person, firm) = (bank.staff("T1", 1), bank.person(0, 2), bank.firm(1));
    bank.grant(GrantAsk::new(Who::Staff(teller), Role::Teller).at(b[1])).unwrap();
    bank.grant(GrantAsk::new(Who::Person(person), Role::PayrollClerk).of(firm)).unwrap();
    let teller = at(b[1], Who::Staff(teller));
    let clerk = Actor::of(Who::ForFirm { person, firm });
    let cases = [
        (&teller, Permission::PersonRead, Scope::person(person), 2),
        (&clerk, Permission::WageRead, Scope::firm(firm), 1),
        (&Actor::of(Who::Person(person)), Permission::PaymentSubmit, Scope::person(person), 0),
        (&Actor::system("relay"), Permission::OutboxOperate, Scope::bank(), 0),
    ];
    for (actor, permission, scope, want) in cases {
        let asked = bank.count(|| {
            bank.may(actor, permission, &scope).unwrap();
        });
        assert_eq!(asked, want, "{permission}");
    }
}
