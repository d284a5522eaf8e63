//! A branch with customers, a teller and officers, and what is asked, judged and looked at again.
mod opening;
mod standing;
mod stock;

use crate::*;
use guard::{ListKind, NewEntry, Subject};
use kernel::clock::{DAY, HOUR};
use kernel::id::{AccountId, FirmId, PersonId, StaffId};
use kernel::{Channel, Clock, Currency, Date, PageAsk, Who};
use ledger::{Opening as LedgerOpening, Purpose};
use party::{
    BranchKind, BranchNew, DocumentKind, FirmKind, FirmNew, FirmSize, GrantAsk, PersonNew, Role, StaffNew, Tier,
};
use scratch::Scratch;
use store::{Config, KeyRing, Store};

pub(super) struct Bank {
    pub store: Store,
    pub clock: Clock,
    pub branch: BranchId,
    /// Wang and Li share a phone; Zhang has his own. Wang and Zhang live at one address.
    pub people: [PersonId; 3],
    pub firm: FirmId,
    pub teller: Actor,
    pub risk: Actor,
    pub manager: Actor,
    /// A teller of another branch.
    pub far: Actor,
    _scratch: Scratch,
}

const RESIDENTS: [(&str, &str, &str, &str, &str); 3] = [
    ("王秀英", "990102195103080016", "1951-03-08", "13900000000", "汐洲市海晏路8号"),
    ("李建国", "990102199004120025", "1990-04-12", "13900000000", "汐洲市滨江路1号"),
    ("张伟", "990102198506230035", "1985-06-23", "13900000002", "汐洲市 海晏路８号"),
];

pub(super) fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(super) fn code<T: std::fmt::Debug>(outcome: Result<T>) -> &'static str {
    outcome.expect_err("it is turned away").code().name
}

impl Bank {
    pub fn open() -> Bank {
        let scratch = Scratch::new("diligence");
        let start = Date::parse("2026-11-23").unwrap().begins().plus(10 * HOUR);
        let clock = Clock::manual(start);
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut migrations = store::migrations();
        migrations.extend([
            ledger::MIGRATION,
            party::MIGRATION,
            guard::MIGRATION,
            payroll::MIGRATION,
            party::DOOR_MIGRATION,
            party::MIGRATION_KIOSK,
            party::MIGRATION_FIRM_CLASS,
            party::family::FAMILY_MIGRATION,
            cases::MIGRATION,
            MIGRATION,
        ]);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let (branches, people, firm, staff) = store.write(settle).unwrap();
        let [branch, other] = branches;
        let at = |id: StaffId| Actor {
            channel: Channel::Counter,
            branch: Some(branch),
            stepped_up: true,
            ..Actor::of(Who::Staff(id))
        };
        let [teller, risk, manager, far] = staff.map(at);
        let far = Actor { branch: Some(other), ..far };
        Bank { store, clock, branch, people, firm, teller, risk, manager, far, _scratch: scratch }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.store.write(f)
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.store.read(f).unwrap()
    }
    /// The plain answers of whoever it is for, some of them changed.
    pub fn said(&self, owner: Owner, changed: &[(&str, &str)]) -> Said {
        let day = self.clock.now().local_date();
        let mut answers = set_of(AnswerOf::owner(owner), day).unwrap().plain();
        for (question, choice) in changed {
            let a = answers.iter_mut().find(|a| a.question == *question).expect("a question");
            a.choice = (*choice).to_owned();
        }
        Said { purpose: "领工资".into(), answers, closer: String::new() }
    }
    pub fn ask(&self, owner: Owner, said: Said) -> Result<Asked> {
        let teller = self.teller.clone();
        self.write(move |tx| ask(tx, &teller, &OpeningNew { owner, said: said.clone() }))
    }
    /// Asked, and the account of it opened.
    pub fn opens(&self, owner: Owner, said: Said) -> (AccountId, Opening) {
        let (teller, branch) = (self.teller.clone(), self.branch);
        let done = self.write(move |tx| {
            let Asked::Go(row) = ask(tx, &teller, &OpeningNew { owner, said: said.clone() })? else {
                return Err(Error::broken("it was refused"));
            };
            let id = AccountId::new(tx.now(), branch.book());
            let new = LedgerOpening::deposit(id, owner, "户", Currency::CNY).purpose(Purpose::General, "2011");
            ledger::open_account(tx, &teller, &new)?;
            Ok((id, opened(tx, &teller, row, id)?))
        });
        done.unwrap()
    }
    pub fn rescore(&self, owner: Owner) -> Standing {
        self.write(move |tx| rescore(tx, owner)).unwrap()
    }
    pub fn tier(&self, person: PersonId) -> Tier {
        self.read(|tx| party::person(tx, person)).tier
    }
    pub fn tier_of(&self, person: PersonId, to: Tier) {
        self.write(move |tx| party::tier_change(tx, &system(), person, to, "a test")).unwrap();
    }
    /// Puts a person on a list for a day.
    pub fn lists(&self, person: PersonId, list: ListKind) {
        let new = move |tx: &mut Tx<'_>| {
            let now = tx.now();
            let entry = NewEntry {
                list,
                subject: Subject::owner(tx.keys(), Owner::Person(person)),
                masked: "王**".into(),
                reason: "a test".into(),
                from: now,
                until: now.plus(DAY),
                source: "公函".into(),
                owner_staff: None,
            };
            guard::add_entry(tx, &system(), entry).map(drop)
        };
        self.write(new).unwrap();
    }
    pub fn events(&self) -> Vec<String> {
        let mut all = self.read(|tx| tx.outbox_after_cursor("test", 100_000));
        all.sort_by_key(|e| e.id);
        all.into_iter().map(|e| e.kind).filter(|k| k.starts_with("diligence.")).collect()
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

type Settled = ([BranchId; 2], [PersonId; 3], FirmId, [StaffId; 4]);

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
    for (name, number, born, phone, address) in RESIDENTS {
        let new = PersonNew {
            branch,
            name: text(name),
            document: DocumentKind::ResidentId,
            number: text(number),
            country: text("CN"),
            phone: text(phone),
            address: text(address),
            born: Date::parse(born)?,
            tier: Tier::I,
        };
        people.push(party::person_register(tx, &system(), new)?.person);
    }
    let firm = FirmNew {
        branch,
        credit_code: text("91990102MA0000001D"),
        name: text("海岳商贸"),
        kind: FirmKind::Company,
        size: FirmSize::Small,
        address: text("海晏路9号"),
        phone: text("0990-1234567"),
    };
    let firm = party::firm_register(tx, &system(), firm)?.firm;
    let roles = [
        ("T1", Role::Teller, branch),
        ("R1", Role::RiskOfficer, branch),
        ("M1", Role::BranchManager, branch),
        ("T9", Role::Teller, other),
    ];
    let mut staff = Vec::new();
    for (number, role, at) in roles {
        let joins = StaffNew { branch: at, number: text(number), name: text(number), person: None };
        let id = party::staff_join(tx, &system(), joins)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(at))?;
        staff.push(id);
    }
    let people = people.try_into().map_err(|_| Error::broken("three people"))?;
    let staff = staff.try_into().map_err(|_| Error::broken("four of staff"))?;
    Ok(([branch, other], people, firm, staff))
}
