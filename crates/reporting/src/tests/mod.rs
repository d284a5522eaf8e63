//! A branch with customers, a till and officers; what moves on a day and what is reported of it.
mod course;
mod large;

use crate::*;
use kernel::clock::{DAY, HOUR};
use kernel::id::{AccountId, BranchId, FirmId, PersonId, Raw, ReportId, StaffId, TransferId};
use kernel::{Channel, Clock, Currency, Date, Money, PageAsk, Who};
use ledger::{Opening, Purpose, Side, Transfer};
use party::{BranchKind, BranchNew, Change, DocumentKind, GrantAsk, PersonNew, Role, StaffNew, Tier};
use scratch::Scratch;
use store::{Config, KeyRing, Store};

pub(super) struct Bank {
    pub store: Store,
    pub clock: Clock,
    pub branch: BranchId,
    /// Wang; Li, who is also the second officer; Zhang.
    pub people: [PersonId; 3],
    pub till: AccountId,
    /// A current account each, in the order of `people`, then the firm's.
    pub accounts: [AccountId; 4],
    /// Wang's account for a term.
    pub term: AccountId,
    /// Two risk officers, then the manager, a checker, a teller, and a risk officer of another branch.
    pub staff: [Actor; 6],
    _scratch: Scratch,
}

pub(super) fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(super) fn code<T: std::fmt::Debug>(outcome: Result<T>) -> &'static str {
    outcome.expect_err("it is turned away").code().name
}

const RESIDENTS: [(&str, &str, &str); 3] = [
    ("王秀英", "990102195103080016", "1951-03-08"),
    ("李建国", "990102199004120025", "1990-04-12"),
    ("张伟", "990102198506230035", "1985-06-23"),
];

impl Bank {
    pub fn open() -> Bank {
        let scratch = Scratch::new("reporting");
        let start = Date::parse("2026-11-23").unwrap().begins().plus(10 * HOUR);
        let clock = Clock::manual(start);
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut migrations = store::migrations();
        migrations.extend([
            ledger::MIGRATION,
            party::MIGRATION,
            approval::MIGRATION,
            pricing::MIGRATION,
            guard::MIGRATION,
            payments::MIGRATION,
            payroll::MIGRATION,
            party::DOOR_MIGRATION,
            party::MIGRATION_KIOSK,
            party::MIGRATION_FIRM_CLASS,
            party::family::FAMILY_MIGRATION,
            cases::MIGRATION,
            MIGRATION,
        ]);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let (branch, other, people, staff) = store.write(settle).unwrap();
        let at = |(n, id): (usize, StaffId)| Actor {
            channel: Channel::Counter,
            branch: Some(if n == 5 { other } else { branch }),
            stepped_up: true,
            ..Actor::of(Who::Staff(id))
        };
        let staff: Vec<Actor> = staff.into_iter().enumerate().map(at).collect();
        let firm = FirmId::new(start, branch.book());
        let owners = [Owner::Person(people[0]), Owner::Person(people[1]), Owner::Person(people[2]), Owner::Firm(firm)];
        let (till, accounts, term) = store.write(move |tx| accounts(tx, branch, owners)).unwrap();
        let staff = staff.try_into().unwrap();
        Bank { store, clock, branch, people, till, accounts, term, staff, _scratch: scratch }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.store.write(f)
    }
    pub fn moves(&self, from: AccountId, to: AccountId, yuan: i64) -> TransferId {
        self.moves_of(from, to, Money::cny(yuan * 100))
    }
    pub fn moves_of(&self, from: AccountId, to: AccountId, amount: Money) -> TransferId {
        let id = TransferId::new(self.clock.now(), from.book());
        self.write(move |tx| ledger::post_one(tx, true, &Transfer::single(id, from, to, amount, "transfer"))).unwrap();
        id
    }
    pub fn gives_back(&self, id: TransferId) {
        let back = TransferId::new(self.clock.now(), id.book());
        self.write(move |tx| {
            let entry = ledger::entry(tx, id)?.expect("it was posted");
            ledger::post_one(tx, true, &Transfer::reversal(back, &entry))
        })
        .unwrap();
    }
    /// Closes the open day and runs the night.
    pub fn night(&self) -> Night {
        self.write(|tx| {
            let today = tx.business_date()?;
            ledger::day::close(tx, &Actor::system("close-day"), today.plus_days(1)).map(|_| ())
        })
        .unwrap();
        self.clock.advance(DAY);
        self.goes_on()
    }
    pub fn goes_on(&self) -> Night {
        go_on(&self.store, &Simulator).unwrap()
    }
    pub fn open_reports(&self) -> Vec<Report> {
        self.store.read(|tx| listed(tx, &self.staff[0], Ask::Open, &PageAsk::first(50))).unwrap().items
    }
    /// What is reported, shortly: whose, kind, way, yuan, movements.
    pub fn told(&self) -> Vec<(Owner, Kind, Option<Way>, i64, i64)> {
        let mut all: Vec<_> =
            self.open_reports().iter().map(|r| (r.subject, r.kind, r.way, r.amount / 100, r.movements)).collect();
        all.sort_by_key(|(o, k, w, ..)| (o.to_string(), *k, *w));
        all
    }
    pub fn report(&self, id: ReportId) -> Report {
        self.store.read(|tx| crate::course::raw(tx, id)).unwrap()
    }
    pub fn reviewed(&self, who: usize, id: ReportId, verdict: Verdict) -> Result<Change> {
        let actor = self.staff[who].clone();
        self.write(move |tx| review(tx, &actor, id, verdict, "已核对", None))
    }
    pub fn agreed(&self, who: usize, id: ReportId) -> Result<Change> {
        let actor = self.staff[who].clone();
        self.write(move |tx| agree(tx, &actor, id))
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

type Settled = (BranchId, BranchId, [PersonId; 3], Vec<StaffId>);

fn settle(tx: &mut Tx<'_>) -> Result<Settled> {
    tx.open_business_date(Date::parse("2026-11-23")?)?;
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
        ("M1", Role::BranchManager, branch, None),
        ("Y1", Role::OperationsChecker, branch, None),
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
    Ok((branch, other, people, staff))
}

fn accounts(tx: &mut Tx<'_>, at: BranchId, owners: [Owner; 4]) -> Result<(AccountId, [AccountId; 4], AccountId)> {
    let book = at.book();
    // Made by hand: ids of one process only grow, and other tests of it are days ahead.
    let mut nth = 0u8;
    let mut id = |tx: &mut Tx<'_>| {
        nth += 1;
        let tick = ((tx.now().micros() as u64 / 1000) << 12) + u64::from(nth);
        AccountId::from_raw(Raw::from_parts(tick, book, [nth; 6]))
    };
    let till = id(tx);
    let own = Opening::own(till, "1001", Purpose::Till, Side::Debit, "till", Currency::CNY);
    ledger::open_account(tx, &system(), &own)?;
    let mut out = Vec::new();
    for owner in owners {
        let new = Opening::deposit(id(tx), owner, "customer", Currency::CNY);
        out.push(ledger::open_account(tx, &system(), &new)?.id);
    }
    let term = id(tx);
    let second = Opening::deposit(term, owners[0], "customer", Currency::CNY);
    ledger::open_account(tx, &system(), &second)?;
    let out = out.try_into().map_err(|_| Error::broken("four accounts"))?;
    Ok((till, out, term))
}
