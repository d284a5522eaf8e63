//! A small bank with a contractor, an owner of works, a building site and a yard, and what is tried on them.
mod funding;
mod papers;

use crate::*;
use guard::Guard;
use kernel::chinese::identity_check;
use kernel::clock::{DAY, HOUR};
use kernel::id::{AccountId, ApprovalId, BranchId, ProjectId, TransferId};
use kernel::{Channel, Clock, Currency, Date, Id, Money, PageAsk, Who};
use ledger::Transfer;
use party::{Change, FirmKind, FirmNew, FirmSize, GrantAsk, Role};
use payments::Desk;
use payments::own::{Own, own};
use payroll::{Period, Profile, ProjectNew};
use scratch::Scratch;
use store::{Config, KeyRing, Store};

pub(super) const FIRST: &str = "2026-11-20";

pub(super) struct Bank {
    pub desk: Desk,
    pub clock: Clock,
    pub contractor: FirmId,
    pub owner: FirmId,
    /// A building site and a ship-repair project of the contractor.
    pub site: ProjectId,
    pub yard: ProjectId,
    pub clerk: Actor,
    pub owner_user: Actor,
    pub stranger: Actor,
    pub officer: Actor,
    pub manager: Actor,
    _scratch: Scratch,
}

pub(super) fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(super) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub(super) fn month(text: &str) -> Period {
    text.parse().unwrap()
}

pub(super) fn yuan(n: i64) -> Money {
    Money::cny(n * 100)
}

struct Seeded {
    branch: BranchId,
    firms: [FirmId; 3],
    people: [kernel::id::PersonId; 3],
    staff: [kernel::id::StaffId; 2],
    projects: [ProjectId; 2],
}

fn firm(tx: &mut Tx<'_>, branch: BranchId, code: &str, name: &str) -> Result<FirmId> {
    let check = |c: char| Some(format!("{code}{c}")).filter(|code| party::credit_code(code).is_some());
    let credit_code = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find_map(check).expect("a check character");
    let (kind, size) = (FirmKind::Company, FirmSize::Medium);
    let new =
        FirmNew { branch, credit_code, name: name.into(), kind, size, address: String::new(), phone: String::new() };
    Ok(party::firm_register(tx, &system(), new)?.firm)
}

fn person(tx: &mut Tx<'_>, branch: BranchId, n: usize, role: Role, of: FirmId) -> Result<kernel::id::PersonId> {
    let body = format!("99010219800101{:03}", n);
    let number = format!("{body}{}", identity_check(&body).expect("a check character"));
    let new = party::PersonNew {
        branch,
        name: format!("{}职员", ["甲", "乙", "丙"][n]),
        document: party::DocumentKind::ResidentId,
        born: kernel::chinese::identity_birth(&number).expect("a date"),
        number,
        country: "CN".into(),
        phone: "13700000000".into(),
        address: String::new(),
        tier: party::Tier::I,
    };
    let id = party::person_register(tx, &system(), new)?.person;
    party::grant(tx, &system(), GrantAsk::new(Who::Person(id), role).of(of))?;
    Ok(id)
}

pub(super) fn project(firm: FirmId, profile: Profile, name: &str) -> ProjectNew {
    ProjectNew {
        firm,
        contractor: firm,
        profile,
        name: name.into(),
        tag: String::new(),
        basis: "汐人社备2026-17".into(),
        agreement: "三方-2026-5".into(),
        account_name: String::new(),
        account_number: String::new(),
        pay_day: 25,
    }
}

fn seed(tx: &mut Tx<'_>) -> Result<Seeded> {
    let text = |t: &str| t.to_owned();
    let new = party::BranchNew {
        code: text("10000"),
        parent: None,
        kind: party::BranchKind::HeadOffice,
        name_zh: text("汐洲海岛银行"),
        name_en: text("Xizhou Island Bank"),
        address_zh: text("路"),
        address_en: text("Road"),
        phone: String::new(),
    };
    let branch = party::branch_open(tx, &system(), new)?;
    pricing::load_tariff(tx, &system(), pricing::DATA_FILE, pricing::DATA)?;
    let firms = [
        firm(tx, branch, "91990102MA0000001", "海岳建工有限公司")?,
        firm(tx, branch, "91990102MA0000002", "渔港投资有限公司")?,
        firm(tx, branch, "91990102MA0000003", "路过有限公司")?,
    ];
    let people = [
        person(tx, branch, 0, Role::PayrollClerk, firms[0])?,
        person(tx, branch, 1, Role::FirmOwner, firms[1])?,
        person(tx, branch, 2, Role::FirmOwner, firms[2])?,
    ];
    let mut staff = Vec::new();
    for (number, role) in [("1001", Role::PayrollOfficer), ("1002", Role::BranchManager)] {
        let new = party::StaffNew { branch, number: text(number), name: text(number), person: None };
        let id = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(branch))?;
        staff.push(id);
    }
    let projects = [
        payroll::project_open(tx, &system(), project(firms[0], Profile::Construction, "渔港二期"))?,
        payroll::project_open(tx, &system(), project(firms[0], Profile::ShipRepair, "海丰轮修理"))?,
    ];
    Ok(Seeded { branch, firms, people, staff: [staff[0], staff[1]], projects })
}

impl Bank {
    pub fn open() -> Bank {
        let scratch = Scratch::new("worksite");
        let clock = Clock::manual(day(FIRST).begins().plus(10 * HOUR));
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut migrations = store::migrations();
        migrations.extend([ledger::MIGRATION, party::MIGRATION, approval::MIGRATION, pricing::MIGRATION]);
        migrations.extend([guard::MIGRATION, payments::MIGRATION, payments::clearing::MIGRATION]);
        migrations.extend([party::DOOR_MIGRATION, party::MIGRATION_KIOSK, party::MIGRATION_FIRM_CLASS]);
        migrations.extend([payments::MIGRATION_TRANSFER, payments::MIGRATION_NUMBERS, payments::MIGRATION_SAFETY]);
        migrations.extend([payroll::MIGRATION, payroll::MIGRATION_SITE_RULES, MIGRATION]);
        migrations.sort_by_key(|m| m.name);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let s = store.write(seed).unwrap();
        let user = |n: usize| {
            let who = Who::ForFirm { person: s.people[n], firm: s.firms[n] };
            Actor { stepped_up: true, correlation: "test".into(), ..Actor::of(who) }
        };
        let staff = |n: usize| {
            let who = Who::Staff(s.staff[n]);
            Actor { branch: Some(s.branch), channel: Channel::Counter, stepped_up: true, ..Actor::of(who) }
        };
        Bank {
            clock,
            contractor: s.firms[0],
            owner: s.firms[1],
            site: s.projects[0],
            yard: s.projects[1],
            clerk: user(0),
            owner_user: user(1),
            stranger: user(2),
            officer: staff(0),
            manager: staff(1),
            desk: Desk { store, guard: Guard::load().unwrap() },
            _scratch: scratch,
        }
    }

    /// Whose file names an owner that banks here.
    pub fn filed() -> Bank {
        let bank = Bank::open();
        let (site, new) = (bank.site, SiteNew { owner_firm: Some(bank.owner), ..bank.paper() });
        assert_eq!(bank.act(&bank.officer, move |tx, a| file_site(tx, a, site, &new)).unwrap(), Change::Done);
        bank
    }

    pub fn act<T: Send + 'static>(
        &self,
        actor: &Actor,
        f: impl Fn(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let actor = actor.clone();
        self.desk.store.write(move |tx| f(tx, &actor))
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.desk.store.read(f).unwrap()
    }
    pub fn try_read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.desk.store.read(f)
    }
    pub fn today(&self) -> Date {
        self.clock.now().local_date()
    }
    /// Midday of a later day.
    pub fn go_to(&self, text: &str) {
        let to = day(text).begins().plus(12 * HOUR);
        self.clock.advance(to.since(self.clock.now()));
    }

    pub fn paper(&self) -> SiteNew {
        SiteNew {
            region: "990102".into(),
            works_contract: "HT-2026-18".into(),
            signed_on: day("2026-10-30"),
            price: yuan(12_000_000),
            labour: LabourShare::Bps(2_500),
            begins_on: day("2026-11-16"),
            ends_on: day("2027-12-31"),
            address: "海晏路18号".into(),
            owner_name: "渔港投资有限公司".into(),
            owner_firm: None,
            authority: "望潮区住房和建设局".into(),
            hotline: String::new(),
            legal_aid: String::new(),
            pay_by: PayBy::Month,
            contacts: Contacts {
                owner_name: "周远山".into(),
                owner_phone: "0990-5550101".into(),
                contractor_name: "林立".into(),
                contractor_phone: "13900010002".into(),
                officer_name: "何小满".into(),
                officer_phone: "13900010003".into(),
            },
        }
    }

    /// A month's amount from November 2026 on the tenth, twelve times.
    pub fn schedule(amount: i64) -> ScheduleNew {
        ScheduleNew {
            amount: Some(yuan(amount)),
            bps: None,
            day: 23,
            from_period: month("2026-11"),
            until_period: month("2027-10"),
            document: String::new(),
        }
    }

    pub fn yes(&self, by: &Actor, approval: ApprovalId) -> Result<Change> {
        let hash = self.read(|tx| approval::raw(tx, approval)).hash_text();
        self.act(by, move |tx, a| approval_yes(tx, a, approval, &hash))
    }
    pub fn no(&self, by: &Actor, approval: ApprovalId, why: &'static str) -> Result<Change> {
        let hash = self.read(|tx| approval::raw(tx, approval)).hash_text();
        self.act(by, move |tx, a| approval_no(tx, a, approval, &hash, why))
    }

    /// A schedule that the owner agreed to.
    pub fn agreed(&self, new: ScheduleNew) {
        let site = self.site;
        let asked = self.act(&self.clerk, move |tx, a| schedule_ask(tx, a, site, &new)).unwrap();
        assert_eq!(self.yes(&self.owner_user, asked).unwrap(), Change::Done);
    }

    pub fn wage_account(&self) -> AccountId {
        self.read(|tx| payroll::project_raw(tx, self.site)).wage_account
    }

    /// Money from outside, and that it arrived.
    pub fn fund(&self, id: &str, minor: i64) -> Change {
        let (to, id) = (self.wage_account(), id.to_owned());
        self.act(&system(), move |tx, _| {
            let from = own(to.book(), Own::Settlement, Currency::CNY);
            let transfer = TransferId::new(tx.now(), from.book());
            ledger::post_one(tx, false, &Transfer::single(transfer, from, to, Money::cny(minor), "cash_in"))?;
            on_funded(tx, &Funded { id: id.clone(), account: to, amount: Money::cny(minor), project: None })
        })
        .unwrap()
    }

    /// Due day, received in yuan, state.
    pub fn owed(&self) -> Vec<(String, i64, InstallmentState)> {
        let all = self.read(|tx| installments(tx, self.site));
        all.into_iter().map(|i| (i.due_on.to_string(), i.received / 100, i.state)).collect()
    }

    /// Kinds of events since the beginning, of this crate.
    pub fn events(&self) -> Vec<String> {
        let all = self.read(|tx| tx.outbox_after_cursor("test", 1_000));
        all.into_iter().map(|e| e.kind).filter(|k| k.starts_with("worksite.")).collect()
    }

    pub fn verify(&self) {
        let tables: Vec<&Table> = [party::TABLES, approval::TABLES, payroll::TABLES, TABLES].concat();
        let mut faults = Vec::new();
        self.read(|tx| {
            tables.iter().try_for_each(|t| store::verify::table(tx, t, &mut faults, &mut |_, _| {}).map(|_| ()))
        });
        assert_eq!(faults, []);
    }
}

pub(super) fn page() -> PageAsk {
    PageAsk::default()
}

pub(super) const A_DAY: i64 = DAY;
