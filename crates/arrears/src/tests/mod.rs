//! Detectors by tables, and a small bank whose wages come late.
mod board;
mod cases;
mod detect;
mod scan;
mod story;

use crate::*;
use guard::Guard;
use kernel::chinese::{identity_check, luhn_check};
use kernel::clock::HOUR;
use kernel::id::{
    AccountId, ApprovalId, ArrearsCaseId, BranchId, PaySheetId, PersonId, ProjectId, StaffId, WarningId, WorkerId,
};
use kernel::{Channel, Clock, Currency, Date, Id, Money, Owner, PageAsk, Who};
use ledger::{Opening, Transfer};
use party::{Change, FirmKind, FirmNew, FirmSize, GrantAsk, Role};
use payments::Desk;
use payments::own::{Own, own};
use payroll::{AccountGiven, Profile, ProjectNew, WorkerNew};
use scratch::Scratch;
use store::{Config, KeyRing, Store};

pub(super) const OURS: &str = "汐洲海岛银行";

/// A worker of the test.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    pub name: String,
    pub identity: String,
    pub card: String,
    pub account: AccountId,
}

/// A firm with one user who clerks, one who checks, and its site.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub project: ProjectId,
    pub clerk: Actor,
    pub checker: Actor,
}

pub(super) struct Bank {
    pub desk: Desk,
    pub branch: BranchId,
    pub clock: Clock,
    pub officer: Actor,
    pub manager: Actor,
    pub checker: Actor,
    pub admin: Actor,
    _scratch: Scratch,
}

pub(super) fn system() -> Actor {
    Actor::system("bootstrap")
}
pub(super) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}
pub(super) fn yuan(n: i64) -> Money {
    Money::cny(n * 100)
}

pub(super) fn identity(n: usize) -> String {
    let body = format!("990102198{:01}0{:01}15{:03}", n % 10, 1 + n / 10 % 9, n % 1000);
    let check = identity_check(&body).unwrap();
    format!("{body}{check}")
}

fn person(tx: &mut Tx<'_>, branch: BranchId, n: usize, name: String) -> Result<PersonId> {
    let number = identity(n);
    let new = party::PersonNew {
        branch,
        name,
        document: party::DocumentKind::ResidentId,
        born: kernel::chinese::identity_birth(&number).unwrap(),
        number,
        country: "CN".into(),
        phone: "13900000000".into(),
        address: String::new(),
        tier: party::Tier::I,
    };
    Ok(party::person_register(tx, &system(), new)?.person)
}

fn credit_code(n: usize) -> String {
    let body = format!("91990102MA00{n:05}");
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|c| format!("{body}{c}"))
        .find(|t| party::credit_code(t).is_some())
        .unwrap()
}

fn seed(tx: &mut Tx<'_>) -> Result<(BranchId, Vec<StaffId>)> {
    let text = |t: &str| t.to_owned();
    let new = party::BranchNew {
        code: text("10000"),
        parent: None,
        kind: party::BranchKind::HeadOffice,
        name_zh: text(OURS),
        name_en: text("Xizhou Island Bank"),
        address_zh: text("路"),
        address_en: text("Road"),
        phone: String::new(),
    };
    let branch = party::branch_open(tx, &system(), new)?;
    pricing::load_tariff(tx, &system(), pricing::DATA_FILE, pricing::DATA)?;
    let mut staff = Vec::new();
    for (number, role) in [
        ("1001", Role::PayrollOfficer),
        ("1002", Role::BranchManager),
        ("1003", Role::HeadOfficeAdmin),
        ("1004", Role::OperationsChecker),
    ] {
        let new = party::StaffNew { branch, number: text(number), name: text(number), person: None };
        let id = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(branch))?;
        staff.push(id);
    }
    Ok((branch, staff))
}

impl Bank {
    /// Open at ten in the morning of a day.
    pub fn open(on: &str) -> Bank {
        let scratch = Scratch::new("arrears");
        let clock = Clock::manual(day(on).begins().plus(10 * HOUR));
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut all = store::migrations();
        all.extend([
            ledger::MIGRATION,
            party::MIGRATION,
            party::DOOR_MIGRATION,
            party::MIGRATION_KIOSK,
            party::MIGRATION_FIRM_CLASS,
        ]);
        all.extend([approval::MIGRATION, pricing::MIGRATION, guard::MIGRATION, payments::MIGRATION]);
        all.extend([
            payments::clearing::MIGRATION,
            payments::MIGRATION_TRANSFER,
            payments::MIGRATION_NUMBERS,
            payments::MIGRATION_SAFETY,
        ]);
        all.extend([
            payroll::MIGRATION,
            payroll::MIGRATION_SITE_RULES,
            crews::MIGRATION,
            worksite::MIGRATION,
            worksite::MIGRATION_END,
            guarantee::MIGRATION,
            MIGRATION,
        ]);
        all.sort_by_key(|m| m.name);
        let store = Store::open(config, KeyRing::random(), &all).unwrap();
        let (branch, staff) = store.write(seed).unwrap();
        let of = |n: usize| {
            let who = Who::Staff(staff[n]);
            Actor { branch: Some(branch), channel: Channel::Counter, stepped_up: true, ..Actor::of(who) }
        };
        let desk = Desk { store, guard: Guard::load().unwrap() };
        Bank { desk, branch, clock, officer: of(0), manager: of(1), admin: of(2), checker: of(3), _scratch: scratch }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.desk.store.write(f)
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.desk.store.read(f).unwrap()
    }
    pub fn at(&self, on: &str) {
        self.clock.set(day(on).begins().plus(10 * HOUR));
    }

    fn firm(&self, n: usize, kind: FirmKind) -> FirmId {
        let branch = self.branch;
        let new = move |tx: &mut Tx<'_>| {
            let new = FirmNew {
                branch,
                credit_code: credit_code(n),
                name: format!("单位{n}"),
                kind,
                size: FirmSize::Medium,
                address: String::new(),
                phone: String::new(),
            };
            party::firm_register(tx, &system(), new).map(|f| f.firm)
        };
        self.write(new).unwrap()
    }

    fn user(&self, n: usize, firm: FirmId, role: Role) -> Actor {
        let branch = self.branch;
        let made = self.write(move |tx| {
            let person = person(tx, branch, n, format!("职员{}", char::from_u32(0x4e00 + n as u32).unwrap()))?;
            party::grant(tx, &system(), GrantAsk::new(Who::Person(person), role).of(firm))?;
            Ok(person)
        });
        let who = Who::ForFirm { person: made.unwrap(), firm };
        Actor { stepped_up: true, correlation: "test".into(), ..Actor::of(who) }
    }

    /// The n-th site: 渔港 in a firm of its own, with a site file in a region when one is named.
    pub fn site(&self, n: usize, region: Option<&str>) -> Site {
        let firm = self.firm(n, FirmKind::Company);
        let (clerk, checker) =
            (self.user(900 - 2 * n, firm, Role::PayrollClerk), self.user(901 - 2 * n, firm, Role::PayrollChecker));
        let project = self.write(move |tx| {
            let new = ProjectNew {
                firm,
                contractor: firm,
                profile: Profile::Construction,
                name: format!("渔港{n}期"),
                tag: String::new(),
                basis: "汐人社备2026-17".into(),
                agreement: "三方-2026-5".into(),
                account_name: String::new(),
                account_number: String::new(),
                pay_day: 20,
            };
            payroll::project_open(tx, &system(), new)
        });
        let project = project.unwrap();
        if let Some(region) = region {
            let region = region.to_owned();
            self.write(move |tx| worksite::file_site(tx, &system(), project, &file(&region))).unwrap();
        }
        self.write(move |tx| touched(tx, project)).unwrap();
        Site { project, clerk, checker }
    }

    /// A customer with an account here.
    pub fn hand(&self, n: usize) -> Hand {
        let branch = self.branch;
        let (name, card) = (format!("工人{}", char::from_u32(0x5000 + n as u32).unwrap()), card(n));
        let given = (name.clone(), card.clone());
        let account = self.write(move |tx| {
            let person = person(tx, branch, n, given.0.clone())?;
            let id = AccountId::new(tx.now(), branch.book());
            let opening = Opening::deposit(id, Owner::Person(person), "工*", Currency::CNY).number(&given.1);
            ledger::open_account(tx, &system(), &opening)?;
            Ok(id)
        });
        Hand { name, identity: identity(n), card, account: account.unwrap() }
    }

    /// Puts somebody on a roster with an account.
    pub fn take_on(&self, site: &Site, h: &Hand, number: &str, bank: &str) -> WorkerId {
        self.try_take_on(site, h, number, bank).unwrap()
    }
    pub fn try_take_on(&self, site: &Site, h: &Hand, number: &str, bank: &str) -> Result<WorkerId> {
        let (clerk, project) = (site.clerk.clone(), site.project);
        let new = WorkerNew {
            name: h.name.clone(),
            identity: h.identity.clone(),
            phone: "13912345678".into(),
            team: "钢筋一班".into(),
            contract: "HT-1".into(),
            contract_on: None,
            entered_on: Some(day("2026-03-01")),
            account: Some(AccountGiven { number: number.into(), bank: bank.into() }),
        };
        let added = self.write(move |tx| {
            touched(tx, project)?;
            payroll::worker_add(tx, &clerk, project, new.clone())
        });
        added.map(|a| a.worker)
    }

    /// A sheet of 8,000 yuan for each of the hands, drafted.
    pub fn sheet(&self, site: &Site, period: &str, hands: &[Hand]) -> PaySheetId {
        self.sheet_of(site, period, payroll::Kind::Wage, hands)
    }
    pub fn sheet_of(&self, site: &Site, period: &str, kind: payroll::Kind, hands: &[Hand]) -> PaySheetId {
        let mut text = String::from("姓名,身份证号码,班组,出勤天数,应发合计,扣款合计,实发工资,银行卡号,开户银行\n");
        for h in hands {
            text += &format!("{},{},钢筋一班,22,8000,0,8000,{},{OURS}\n", h.name, h.identity, h.card);
        }
        let what = payroll::ImportFor::PaySheet {
            period: period.parse().unwrap(),
            kind,
            number: 1,
            tag: String::new(),
            due_on: None,
        };
        let upload = payroll::Upload {
            project: site.project,
            what,
            file_name: "表.csv".into(),
            bytes: text.into_bytes(),
            accept_valid: true,
        };
        let import = payroll::import(&self.desk.store, &site.clerk, upload).unwrap();
        let project = site.project;
        self.write(move |tx| touched(tx, project)).unwrap();
        import.sheet.expect("its lines were taken")
    }

    /// Submitted, checked and paid.
    pub fn pay(&self, site: &Site, sheet: PaySheetId) {
        let (clerk, checker) = (site.clerk.clone(), site.checker.clone());
        let approval = self.write(move |tx| payroll::submit(tx, &clerk, sheet, "")).unwrap();
        let hash = self.read(|tx| approval::raw(tx, approval)).hash_text();
        self.write(move |tx| payroll::approve(tx, &checker, approval, &hash)).unwrap();
        let hash = self.read(|tx| payroll::sheet_raw(tx, sheet)).payload_hash();
        payroll::pay_all(&self.desk, &site.checker, sheet, &hash).unwrap();
        let project = site.project;
        self.write(move |tx| touched(tx, project)).unwrap();
    }

    /// Money from outside into an account.
    pub fn deposit(&self, to: AccountId, amount: Money) {
        let from = own(to.book(), Own::Settlement, Currency::CNY);
        self.transfer(from, to, amount, "cash_in");
    }
    pub fn fund(&self, site: &Site, amount: Money) {
        let project = site.project;
        let to = self.read(|tx| payroll::project_raw(tx, project)).wage_account;
        self.deposit(to, amount);
    }
    pub fn transfer(&self, from: AccountId, to: AccountId, amount: Money, code: &'static str) {
        let move_it = move |tx: &mut Tx<'_>| {
            let id = kernel::id::TransferId::new(tx.now(), from.book());
            ledger::post_one(tx, false, &Transfer::single(id, from, to, amount, code))
        };
        self.write(move_it).unwrap();
    }

    /// A bureau of a region with its inspector and its head.
    pub fn bureau(&self, n: usize, region: &str, level: Level) -> (Actor, Actor) {
        let firm = self.firm(100 + n, FirmKind::Authority);
        let (admin, region) = (self.admin.clone(), region.to_owned());
        let new = move || BureauNew { firm, region: region.clone(), level, hotline: "12333".into() };
        self.write(move |tx| bureau_make(tx, &admin, new())).unwrap();
        (self.user(700 + 2 * n, firm, Role::BureauOfficer), self.user(701 + 2 * n, firm, Role::BureauHead))
    }

    pub fn scan(&self) -> Scanned {
        let mut all = Scanned::default();
        loop {
            let one = scan(&self.desk.store, self.clock.now(), 100).unwrap();
            all.opened += one.opened;
            all.cleared += one.cleared;
            all.escalated += one.escalated;
            all.projects += one.projects;
            if one.projects == 0 {
                return all;
            }
        }
    }

    /// Somebody's yes to what one person asked of another.
    pub fn decide(&self, by: &Actor, asked: ApprovalId) -> Result<Change> {
        let (by, hash) = (by.clone(), self.read(|tx| approval::raw(tx, asked)).hash_text());
        self.write(move |tx| approval_yes(tx, &by, asked, &hash))
    }

    /// Open warnings of a project: kind and about.
    pub fn open_warnings(&self, project: ProjectId) -> Vec<(Kind, String)> {
        let (_, all) = self.read(|tx| project_warnings(tx, &self.officer, project));
        let mut open: Vec<_> = all.into_iter().filter(Warning::is_open).map(|w| (w.kind, w.about)).collect();
        open.sort();
        open
    }
    pub fn warning_of(&self, project: ProjectId, kind: Kind) -> WarningId {
        let (_, all) = self.read(|tx| project_warnings(tx, &self.officer, project));
        all.into_iter().find(|w| w.kind == kind && w.is_open()).expect("it is warned of").id
    }
    pub fn case(&self, id: ArrearsCaseId) -> ArrearsCase {
        self.read(|tx| case(tx, &self.officer, id))
    }

    /// Every record is as it was sealed.
    pub fn verify(&self) {
        let tables: Vec<&Table> = [party::TABLES, approval::TABLES, payroll::TABLES, TABLES].concat();
        let mut faults = Vec::new();
        self.read(|tx| {
            tables.iter().try_for_each(|t| store::verify::table(tx, t, &mut faults, &mut |_, _| {}).map(|_| ()))
        });
        assert_eq!(faults, []);
    }
}

pub(super) fn card(n: usize) -> String {
    let body = format!("990001{n:09}");
    format!("{body}{}", luhn_check(&body).unwrap())
}

/// A site file of works that began in March.
pub(super) fn file(region: &str) -> worksite::SiteNew {
    worksite::SiteNew {
        region: region.into(),
        works_contract: "施工-2026-9".into(),
        signed_on: day("2026-02-20"),
        price: yuan(20_000_000),
        labour: worksite::LabourShare::Bps(2_000),
        begins_on: day("2026-03-01"),
        ends_on: day("2027-06-30"),
        address: "渔港路1号".into(),
        owner_name: "渔港建设指挥部".into(),
        owner_firm: None,
        authority: "住建局".into(),
        hotline: String::new(),
        legal_aid: String::new(),
        pay_by: worksite::PayBy::Month,
        contacts: worksite::Contacts {
            owner_name: "甲方".into(),
            owner_phone: "0990-1234567".into(),
            contractor_name: "项目部".into(),
            contractor_phone: "0990-1234568".into(),
            officer_name: "劳专管".into(),
            officer_phone: "13900000009".into(),
        },
    }
}

pub(super) fn first(ask: u32) -> PageAsk {
    PageAsk::first(ask)
}
