//! Rights are given by two.
use super::{House, system};
use crate::codes::MAKER_LOST_RIGHT;
use crate::rights::{Approved, Asked, approve, control_ask, grant_ask, revoke_ask};
use approval::codes::{APPROVAL_CHANGED, CHECKER_IS_BENEFICIARY, MAKER_IS_CHECKER};
use kernel::clock::DAY;
use kernel::error::FORBIDDEN;
use kernel::id::{ApprovalId, PersonId, StaffId};
use kernel::{Actor, Code, Date, Error, Result, Who};
use party::codes::{REASON_NEEDED, SELF_GRANT, STEP_UP_NEEDED, TOXIC_ROLES};
use party::{Change, GrantAsk, Permission, Role, Scope};

/// Three administrators, and a member of staff without a role.
struct Desk {
    house: House,
    maker: Actor,
    checker: Actor,
    third: Actor,
    holder: StaffId,
}

fn desk() -> Desk {
    let house = House::open();
    let admin = |number| house.staff(number, Role::HeadOfficeAdmin);
    let (maker, checker, third) = (admin("g1"), admin("g2"), admin("g3"));
    let holder = house.staff("n1", Role::LobbyManager).staff().unwrap();
    Desk { maker, checker, third, holder, house }
}

impl Desk {
    fn ask(&self, by: &Actor, ask: GrantAsk) -> Result<Asked> {
        let by = by.clone();
        self.house.bank.write(move |tx| grant_ask(tx, &by, ask.clone(), "joins the desk"))
    }
    fn waits(&self, by: &Actor, ask: GrantAsk) -> ApprovalId {
        match self.ask(by, ask).unwrap() {
            Asked::Waits(id) => id,
            done => panic!("nobody was asked: {done:?}"),
        }
    }
    fn hash(&self, id: ApprovalId) -> String {
        self.house.read(|tx| approval::raw(tx, id)).hash_text()
    }
    fn approve(&self, by: &Actor, id: ApprovalId) -> Result<Approved> {
        let (by, hash) = (by.clone(), self.hash(id));
        self.house.bank.write(move |tx| approve(tx, &by, id, &hash))
    }
    fn roles(&self, who: Who) -> Vec<Role> {
        let mut roles: Vec<Role> =
            self.house.read(|tx| party::grants_of(tx, who)).into_iter().filter(|g| !g.deny).map(|g| g.role).collect();
        roles.sort_unstable_by_key(|r| r.code());
        roles
    }
    fn teller(&self) -> GrantAsk {
        GrantAsk::new(Who::Staff(self.holder), Role::Teller).at(self.house.branch)
    }
    fn person(&self, nth: usize) -> PersonId {
        let (name, number, born, phone) = [
            ("王秀英", "990102195103080016", "1951-03-08", "13900000001"),
            ("张伟", "990102198506230035", "1985-06-23", "13900000002"),
        ][nth];
        let branch = self.house.branch;
        self.house
            .write(move |tx| {
                let new = party::PersonNew {
                    branch,
                    name: name.into(),
                    document: party::DocumentKind::ResidentId,
                    number: number.into(),
                    country: "CN".into(),
                    phone: phone.into(),
                    address: String::new(),
                    born: Date::parse(born)?,
                    tier: party::Tier::I,
                };
                party::person_register(tx, &system(), new)
            })
            .person
    }
}

#[test]
fn a_role_is_given_by_two_and_the_row_names_both() {
    let d = desk();
    let id = d.waits(&d.maker, d.teller());
    assert_eq!(d.roles(Who::Staff(d.holder)), [Role::LobbyManager], "nothing is given yet");
    let row = d.house.read(|tx| approval::raw(tx, id));
    let line = |label: &str| row.summary.0.iter().find(|l| l.label == label).cloned().unwrap();
    assert_eq!((line("rights-holder").after.as_str(), line("rights-roles").after.as_str()), ("n1 n1", "teller"));
    assert!(line("rights-per-day").is_change() && line("rights-place").after.starts_with("10100 "));
    assert!(d.approve(&d.maker, id).unwrap_err().is(&MAKER_IS_CHECKER), "no administrator is exempt");
    let Approved::Granted(grant) = d.approve(&d.checker, id).unwrap() else { panic!("not given") };
    assert_eq!(d.roles(Who::Staff(d.holder)), [Role::LobbyManager, Role::Teller]);
    let held = d.house.read(|tx| party::grants_of(tx, Who::Staff(d.holder)));
    let row = held.into_iter().find(|g| g.id == grant).unwrap();
    assert_eq!((row.asked_by, row.granted_by), (d.maker.principal(), d.checker.principal()));
    assert_eq!(row.approval, Some(id));
    assert_eq!(d.approve(&d.checker, id).unwrap(), Approved::AlreadySo);
    assert_eq!(d.house.read(|tx| approval::raw(tx, id)).outcome, grant.to_string());
    d.house.sound();
}

#[test]
fn what_cannot_be_given_is_not_asked_for() {
    let d = desk();
    let teller = d.house.staff("t1", Role::Teller);
    let own = GrantAsk::new(d.maker.who, Role::LobbyManager);
    let checker = GrantAsk::new(teller.who, Role::OperationsChecker).at(d.house.branch);
    let stale = Actor { stepped_up: false, ..d.maker.clone() };
    let over = GrantAsk { valid_until: Some(d.house.clock.now()), ..d.teller() };
    let cases: [(&str, &Actor, GrantAsk, &'static Code); 5] = [
        ("no administrator", &teller, d.teller(), &FORBIDDEN),
        ("to himself", &d.maker, own, &SELF_GRANT),
        ("roles that do not go together", &d.maker, checker, &TOXIC_ROLES),
        ("without a fresh code", &stale, d.teller(), &STEP_UP_NEEDED),
        ("over before it begins", &d.maker, over, &kernel::error::BAD_FIELD),
    ];
    for (what, by, ask, want) in cases {
        let done = d.ask(by, ask);
        assert!(done.as_ref().is_err_and(|e| e.is(want)), "{what}: {done:?}");
    }
}

#[test]
fn everything_is_judged_again_when_it_is_approved() {
    let d = desk();
    let refused = |done: Result<Approved>, want: &'static Code| {
        let why: Error = done.unwrap_err();
        assert!(why.is(want), "{why}");
    };
    let id = d.waits(&d.maker, d.teller());
    let (by, other) = (d.checker.clone(), "00".repeat(32));
    refused(d.house.bank.write(move |tx| approve(tx, &by, id, &other)), &APPROVAL_CHANGED);
    let holder = d.holder;
    let clash = GrantAsk::new(Who::Staff(holder), Role::BranchManager).at(d.house.branch);
    d.house.write(move |tx| party::grant(tx, &system(), clash.clone()));
    refused(d.approve(&d.checker, id), &TOXIC_ROLES);
    assert!(d.house.read(|tx| approval::raw(tx, id)).is_open(d.house.clock.now()), "it still waits");

    let until = Some(d.house.clock.now().plus(DAY));
    let ask = GrantAsk { valid_until: until, ..GrantAsk::new(Who::Staff(holder), Role::CustomerManager) };
    let late = d.waits(&d.maker, ask);
    let maker = d.maker.staff().unwrap();
    let third = d.waits(&d.third, GrantAsk::new(Who::Staff(holder), Role::CustomerManager));
    d.house.write(move |tx| party::staff_leave(tx, &system(), maker, "retired"));
    refused(d.approve(&d.checker, late), &MAKER_LOST_RIGHT);
    assert!(matches!(d.approve(&d.checker, third), Ok(Approved::Granted(_))));
}

#[test]
fn taking_a_role_waits_for_nobody_and_lifting_a_denial_for_a_second_person() {
    let d = desk();
    let deny = GrantAsk {
        deny: true,
        permission: Some(Permission::LoginUnlock),
        ..GrantAsk::new(Who::Staff(d.holder), Role::LobbyManager)
    };
    let Asked::Granted(denied) = d.ask(&d.maker, deny).unwrap() else { panic!("a denial works at once") };
    let holder = Actor { branch: Some(d.house.branch), ..Actor::of(Who::Staff(d.holder)) };
    let may =
        || d.house.bank.read(|tx| party::may(tx, &holder, Permission::LoginUnlock, &Scope::here(&holder))).is_ok();
    assert!(!may());
    let revoke = |by: &Actor, id, why: &'static str| {
        let by = by.clone();
        d.house.bank.write(move |tx| revoke_ask(tx, &by, id, why))
    };
    assert!(revoke(&d.maker, denied, " ").unwrap_err().is(&REASON_NEEDED));
    let Asked::Waits(lift) = revoke(&d.maker, denied, "entered by mistake").unwrap() else { panic!("done alone") };
    assert!(!may(), "it is still denied");
    assert_eq!(d.approve(&d.checker, lift).unwrap(), Approved::Revoked(denied));
    assert!(may());
    let grant = d.house.read(|tx| party::grants_of(tx, Who::Staff(d.holder)))[0].id;
    assert_eq!(revoke(&d.maker, grant, "moves on").unwrap(), Asked::Changed(Change::Done));
    assert_eq!(revoke(&d.maker, grant, "moves on").unwrap(), Asked::Changed(Change::AlreadySo));
    assert!(d.roles(Who::Staff(d.holder)).is_empty());
}

#[test]
fn a_firm_gives_its_roles_alone_until_it_wants_two() {
    let d = desk();
    let (firm, owner) = (d.house.firm, d.house.owner());
    let (clerk, second) = (d.person(0), d.person(1));
    let of_firm = |who, role| GrantAsk::new(Who::Person(who), role).of(firm);
    assert!(matches!(d.ask(&owner, of_firm(clerk, Role::PayrollClerk)).unwrap(), Asked::Granted(_)));
    let id = d.waits(&d.maker, of_firm(second, Role::FirmOwner));
    let linked = d.house.branch;
    let own = d.house.write(move |tx| {
        let new = party::StaffNew { branch: linked, number: "g9".into(), name: "g9".into(), person: Some(second) };
        let id = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), Role::HeadOfficeAdmin))?;
        Ok(id)
    });
    let own = Actor { stepped_up: true, branch: Some(linked), ..Actor::of(Who::Staff(own)) };
    assert!(d.approve(&own, id).unwrap_err().is(&CHECKER_IS_BENEFICIARY), "himself as a customer");
    assert!(d.ask(&own, of_firm(second, Role::PayrollChecker)).unwrap_err().is(&SELF_GRANT));
    assert!(matches!(d.approve(&d.checker, id), Ok(Approved::Granted(_))));
    let partner = Actor { stepped_up: true, ..Actor::of(Who::ForFirm { person: second, firm }) };

    let control = |by: &Actor, two| {
        let by = by.clone();
        d.house.bank.write(move |tx| control_ask(tx, &by, firm, two, "the board wants it"))
    };
    assert_eq!(control(&owner, true).unwrap(), Asked::Changed(Change::Done));
    assert_eq!(control(&owner, true).unwrap(), Asked::Changed(Change::AlreadySo));
    let waits = d.waits(&owner, of_firm(clerk, Role::PayrollClerk));
    assert!(d.approve(&owner, waits).unwrap_err().is(&MAKER_IS_CHECKER));
    assert!(matches!(d.approve(&partner, waits), Ok(Approved::Granted(_))));
    let Asked::Waits(end) = control(&owner, false).unwrap() else { panic!("ended by one") };
    assert!(d.house.read(|tx| party::firm_control(tx, firm)).is_some());
    assert_eq!(d.approve(&partner, end).unwrap(), Approved::ControlEnded(firm));
    assert!(matches!(d.ask(&owner, of_firm(clerk, Role::PayrollClerk)).unwrap(), Asked::Granted(_)));
    d.house.sound();
}
