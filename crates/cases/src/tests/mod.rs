//! A branch with customers and officers, and what is tried with cases about them.
mod appeals;
mod course;
mod talks;

use crate::*;
use kernel::clock::HOUR;
use kernel::id::{AppealId, BranchId, CaseAlertId, FraudCaseId, InstructionId, PersonId, StaffId};
use kernel::{Channel, Clock, Date, Money, PageAsk, Timestamp};
use party::{BranchKind, BranchNew, Change, DocumentKind, GrantAsk, PersonNew, Role, StaffNew, Tier};
use scratch::Scratch;
use store::{Config, KeyRing, Store};

pub(super) struct Bank {
    pub store: Store,
    pub clock: Clock,
    pub branch: BranchId,
    /// Another branch, whose officers answer at night when it is said so.
    pub other: BranchId,
    /// Wang, 75; her son Li; Zhang, a stranger.
    pub people: [PersonId; 3],
    /// Risk officers; the second is Li as a customer.
    pub officers: [Actor; 3],
    pub manager: Actor,
    pub teller: Actor,
    /// A risk officer of the other branch.
    pub far: Actor,
    _scratch: Scratch,
}

const RESIDENTS: [(&str, &str, &str); 3] = [
    ("王秀英", "990102195103080016", "1951-03-08"),
    ("李建国", "990102199004120025", "1990-04-12"),
    ("张伟", "990102198506230035", "1985-06-23"),
];

pub(super) fn system() -> Actor {
    Actor::system("bootstrap")
}

/// The process that listens to payments.
pub(super) fn watch() -> Actor {
    Actor::system("cases")
}

pub(super) fn phone_of(person: PersonId) -> Actor {
    Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(Who::Person(person)) }
}

pub(super) fn code<T: std::fmt::Debug>(outcome: Result<T>) -> &'static str {
    outcome.expect_err("it is turned away").code().name
}

pub(super) fn yuan(yuan: i64) -> Money {
    Money::cny(yuan * 100)
}

impl Bank {
    pub fn open() -> Bank {
        let scratch = Scratch::new("cases");
        let start = Date::parse("2026-11-23").unwrap().begins().plus(10 * HOUR);
        let clock = Clock::manual(start);
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut migrations = store::migrations();
        migrations.extend([
            party::MIGRATION,
            payroll::MIGRATION,
            party::DOOR_MIGRATION,
            party::MIGRATION_KIOSK,
            party::MIGRATION_FIRM_CLASS,
        ]);
        migrations.extend([party::family::FAMILY_MIGRATION, MIGRATION, MIGRATION_TALKS]);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let (branches, people, staff) = store.write(settle).unwrap();
        let [branch, other] = branches;
        let at = |id: StaffId| Actor {
            channel: Channel::Counter,
            branch: Some(branch),
            stepped_up: true,
            ..Actor::of(Who::Staff(id))
        };
        let [one, son, three, manager, teller, far] = staff.map(at);
        let far = Actor { branch: Some(other), ..far };
        Bank {
            store,
            clock,
            branch,
            other,
            people,
            officers: [one, son, three],
            manager,
            teller,
            far,
            _scratch: scratch,
        }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.store.write(f)
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.store.read(f).unwrap()
    }
    pub fn hours(&self, hours: i64) {
        self.clock.advance(hours * HOUR);
    }
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
    pub fn events(&self) -> Vec<String> {
        let mut all = self.read(|tx| tx.outbox_after_cursor("test", 100_000));
        all.sort_by_key(|e| e.id);
        all.into_iter().map(|e| e.kind).filter(|k| k.starts_with("case.") || k.starts_with("talk.")).collect()
    }

    pub fn instruction(&self) -> InstructionId {
        InstructionId::new(self.now(), self.branch.book())
    }
    /// A held payment of 30,000 yuan of `person`, by a rule.
    pub fn held(&self, person: PersonId, rule: &str) -> NewAlert {
        let id = self.instruction();
        NewAlert {
            instruction: Some(id),
            rules: vec![rule.to_owned()],
            payee: "6222 **** 7890".into(),
            ..NewAlert::of(Owner::Person(person), Source::Held, id.to_string(), yuan(30_000))
        }
    }
    pub fn alert(&self, actor: &Actor, new: &NewAlert) -> Result<(Case, Change)> {
        let (actor, new) = (actor.clone(), new.clone());
        self.write(move |tx| alert(tx, &actor, new.clone()))
    }
    /// A case of a held payment.
    pub fn opened(&self, person: PersonId, rule: &str) -> Case {
        self.alert(&watch(), &self.held(person, rule)).unwrap().0
    }
    pub fn claim(&self, actor: &Actor, id: FraudCaseId) -> Result<Change> {
        let actor = actor.clone();
        self.write(move |tx| claim(tx, &actor, id))
    }
    pub fn close(
        &self,
        actor: &Actor,
        id: FraudCaseId,
        outcome: Outcome,
        kept: &[(CaseAlertId, How)],
    ) -> Result<Change> {
        let (actor, closing) = (actor.clone(), Closing { outcome, why: "谈过".into(), kept: kept.to_vec() });
        self.write(move |tx| close(tx, &actor, id, &closing))
    }
    pub fn case(&self, id: FraudCaseId) -> Case {
        self.read(|tx| case_raw(tx, id))
    }
    pub fn alerts(&self, id: FraudCaseId) -> Vec<Alert> {
        self.read(|tx| list::alerts(tx, id))
    }
    pub fn queue(&self, actor: &Actor) -> Vec<FraudCaseId> {
        let page = self.read(|tx| listed(tx, actor, Ask::default(), &PageAsk::first(50)));
        page.items.into_iter().map(|c| c.id).collect()
    }
    pub fn verified(&self) {
        let faults = self.store.read(|tx| {
            let mut faults = Vec::new();
            for table in TABLES {
                store::verify::table(tx, table, &mut faults, &mut |_, _| {})?;
            }
            Ok(faults)
        });
        assert!(faults.unwrap().is_empty());
    }
}

type Settled = ([BranchId; 2], [PersonId; 3], [StaffId; 6]);

fn settle(tx: &mut Tx<'_>) -> Result<Settled> {
    let text = |t: &str| t.to_owned();
    let new = |code: &str, parent, kind| BranchNew {
        code: code.into(),
        parent,
        kind,
        name_zh: text("网点"),
        name_en: text("Branch"),
        address_zh: text("路"),
        address_en: text("Road"),
        phone: String::new(),
    };
    let head = party::branch_open(tx, &system(), new("10000", None, BranchKind::HeadOffice))?;
    let branch = party::branch_open(tx, &system(), new("10100", Some(head), BranchKind::Outlet))?;
    let other = party::branch_open(tx, &system(), new("10200", Some(head), BranchKind::Outlet))?;
    let mut people = Vec::new();
    for (n, (name, number, born)) in RESIDENTS.iter().enumerate() {
        let new = PersonNew {
            branch,
            name: text(name),
            document: DocumentKind::ResidentId,
            number: text(number),
            country: text("CN"),
            phone: format!("1390000000{n}"),
            address: text("汐洲市海晏路8号"),
            born: Date::parse(born)?,
            tier: Tier::I,
        };
        people.push(party::person_register(tx, &system(), new)?.person);
    }
    let roles = [
        ("R1", Role::RiskOfficer, branch, None),
        ("R2", Role::RiskOfficer, branch, Some(people[1])),
        ("R3", Role::RiskOfficer, branch, None),
        ("M1", Role::BranchManager, branch, None),
        ("T1", Role::Teller, branch, None),
        ("R9", Role::RiskOfficer, other, None),
    ];
    let mut staff = Vec::new();
    for (number, role, at, person) in roles {
        let joins = StaffNew { branch: at, number: text(number), name: text(number), person };
        let id = party::staff_join(tx, &system(), joins)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(at))?;
        staff.push(id);
    }
    let people = people.try_into().map_err(|_| Error::broken("three people"))?;
    let staff = staff.try_into().map_err(|_| Error::broken("six of staff"))?;
    Ok(([branch, other], people, staff))
}
