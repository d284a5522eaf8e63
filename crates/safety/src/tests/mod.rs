//! A branch with three customers and its staff, and what is tried on their protections.
mod contacts;
mod locks;
mod reports;

use crate::*;
use kernel::clock::HOUR;
use kernel::id::{BranchId, InstructionId, PersonId, StaffId};
use kernel::{Actor, Channel, Clock, Date, Error, Id, Money, Result, Who};
use party::{BranchKind, BranchNew, DocumentKind, GrantAsk, PersonNew, Role, StaffNew, Tier};
use scratch::Scratch;
use store::{Config, KeyRing, Store, Tx};

pub(super) struct Bank {
    pub store: Store,
    pub clock: Clock,
    pub branch: BranchId,
    /// Wang, 75; her son Li; Zhang, a stranger.
    pub people: [PersonId; 3],
    pub teller: Actor,
    pub officers: [Actor; 2],
    _scratch: Scratch,
}

const RESIDENTS: [(&str, &str, &str); 3] = [
    ("王秀英", "990102195103080016", "1951-03-08"),
    ("李建国", "990102199004120025", "1990-04-12"),
    ("张伟", "990102198506230035", "1985-06-23"),
];

fn system() -> Actor {
    Actor::system("bootstrap")
}

/// A customer on his phone.
pub(super) fn phone(person: PersonId) -> Actor {
    Actor { channel: Channel::Phone, ..Actor::of(Who::Person(person)) }
}

/// The same, who gave his second factor just now.
pub(super) fn sure(person: PersonId) -> Actor {
    Actor { stepped_up: true, ..phone(person) }
}

pub(super) fn code<T: std::fmt::Debug>(outcome: Result<T>) -> &'static str {
    outcome.expect_err("it is turned away").code().name
}

impl Bank {
    pub fn open() -> Bank {
        let scratch = Scratch::new("safety");
        let start = Date::parse("2026-11-23").unwrap().begins().plus(10 * HOUR);
        let clock = Clock::manual(start);
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut migrations = store::migrations();
        migrations.extend([
            party::MIGRATION,
            party::DOOR_MIGRATION,
            party::MIGRATION_KIOSK,
            party::MIGRATION_FIRM_CLASS,
        ]);
        migrations.extend([party::family::FAMILY_MIGRATION, MIGRATION]);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let (branch, people, staff) = store.write(settle).unwrap();
        let at = |id| Actor {
            channel: Channel::Counter,
            branch: Some(branch),
            stepped_up: true,
            ..Actor::of(Who::Staff(id))
        };
        let [teller, one, other] = staff.map(at);
        Bank { store, clock, branch, people, teller, officers: [one, other], _scratch: scratch }
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
    /// Kinds of all events so far.
    pub fn events(&self, prefix: &str) -> Vec<String> {
        let mut all = self.read(|tx| tx.outbox_after_cursor("test", 100_000));
        all.sort_by_key(|e| e.id);
        all.into_iter().map(|e| e.kind).filter(|k| k.starts_with(prefix)).collect()
    }

    pub fn set(&self, actor: &Actor, person: PersonId, terms: &Terms) -> Result<Set> {
        let (actor, terms) = (actor.clone(), terms.clone());
        self.write(move |tx| set(tx, &actor, person, &terms, false))
    }
    pub fn lock_all(&self, actor: &Actor, person: PersonId) -> Result<Set> {
        let actor = actor.clone();
        self.write(move |tx| lock_all(tx, &actor, person, true))
    }
    pub fn terms(&self, person: PersonId) -> Terms {
        self.read(|tx| lock_of(tx, &phone(person), person)).terms
    }
    pub fn loosen_due(&self) -> u32 {
        self.write(|tx| loosen_due(tx, 100)).unwrap()
    }
}

fn settle(tx: &mut Tx<'_>) -> Result<(BranchId, [PersonId; 3], [StaffId; 3])> {
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
    let mut staff = Vec::new();
    for (number, role) in [("T1", Role::Teller), ("R1", Role::RiskOfficer), ("R2", Role::RiskOfficer)] {
        let id = party::staff_join(
            tx,
            &system(),
            StaffNew { branch, number: text(number), name: text(number), person: None },
        )?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(branch))?;
        staff.push(id);
    }
    let three = |all: Vec<_>| all.try_into().map_err(|_| Error::broken("three of each"));
    let staff = staff.try_into().map_err(|_| Error::broken("three of each"))?;
    Ok((branch, three(people)?, staff))
}

pub(super) fn instruction(bank: &Bank) -> InstructionId {
    InstructionId::new(bank.clock.now(), bank.branch.book())
}

pub(super) fn yuan(yuan: i64) -> Money {
    Money::cny(yuan * 100)
}
