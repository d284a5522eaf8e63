//! A building site with two crews, their clerks and workers, and what is tried on it.
mod attendance;
mod chain;
mod people;

use crate::*;
use guard::Guard;
use kernel::chinese::{identity_birth, identity_check, luhn_check};
use kernel::clock::HOUR;
use kernel::id::{AccountId, BranchId, CrewId, FirmId, PaySheetId, PersonId, ProjectId, TransferId, WorkerId};
use kernel::{Actor, Channel, Clock, Currency, Date, Id, Money, Owner, PageAsk, Who};
use ledger::{Opening, Transfer};
use party::{Change, FirmKind, FirmNew, FirmSize, GrantAsk, PersonNew, Role, Tier};
use payments::Desk;
use payments::own::{Own, own};
use payroll::{AccountGiven, Import, ImportFor, Kind, Period, Profile, ProjectNew, Upload, WorkerNew};
use scratch::Scratch;
use store::{Config, KeyRing, Store, Tx};

/// A worker of the test.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    pub name: String,
    pub identity: String,
    pub card: String,
    pub worker: WorkerId,
    pub person: PersonId,
}

impl Hand {
    pub fn actor(&self) -> Actor {
        Actor { channel: Channel::Phone, ..Actor::of(Who::Person(self.person)) }
    }
}

pub(super) struct Site {
    pub desk: Desk,
    pub clock: Clock,
    pub branch: BranchId,
    pub firm: FirmId,
    pub sub: FirmId,
    pub project: ProjectId,
    pub crew: CrewId,
    pub other_crew: CrewId,
    pub clerk: Actor,
    pub checker: Actor,
    pub labour: Actor,
    pub crew_clerk: Actor,
    pub far_clerk: Actor,
    pub officer: Actor,
    /// Three of the first crew, then one of the other.
    pub hands: Vec<Hand>,
    _scratch: Scratch,
}

pub(super) const TEAM: &str = "钢筋一班";
pub(super) const OTHER_TEAM: &str = "木工班";

pub(super) fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(super) fn identity(n: usize) -> String {
    let body = format!("990102198{}0{}15{:03}", n % 10, 1 + n / 10 % 9, n % 1000);
    format!("{body}{}", identity_check(&body).unwrap())
}

fn card(n: usize) -> String {
    let body = format!("990001{n:09}");
    format!("{body}{}", luhn_check(&body).unwrap())
}

pub(super) fn october() -> Period {
    Period::parse("2026-10").unwrap()
}

pub(super) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn migrations() -> Vec<Migration> {
    let mut all = store::migrations();
    all.extend([ledger::MIGRATION, party::MIGRATION, approval::MIGRATION, pricing::MIGRATION, guard::MIGRATION]);
    all.extend([payments::MIGRATION, payroll::MIGRATION, payments::clearing::MIGRATION, party::DOOR_MIGRATION]);
    all.extend([
        payments::MIGRATION_TRANSFER,
        party::MIGRATION_KIOSK,
        party::MIGRATION_FIRM_CLASS,
        payments::MIGRATION_NUMBERS,
        payments::MIGRATION_SAFETY,
    ]);
    all.extend([payroll::MIGRATION_SITE_RULES, MIGRATION]);
    all
}

impl Site {
    pub fn open() -> Site {
        let scratch = Scratch::new("crews");
        let clock = Clock::manual(day("2026-11-09").begins().plus(10 * HOUR));
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let store = Store::open(config, KeyRing::random(), &migrations()).unwrap();
        let seeded = store.write(seed).unwrap();
        let desk = Desk { store, guard: Guard::load().unwrap() };
        let user = |n: usize, firm| {
            let who = Who::ForFirm { person: seeded.people[n], firm };
            Actor { stepped_up: true, ..Actor::of(who) }
        };
        let [firm, sub, far] = seeded.firms;
        let officer = Actor { branch: Some(seeded.branch), stepped_up: true, ..Actor::of(Who::Staff(seeded.staff)) };
        let mut site = Site {
            desk,
            clock,
            branch: seeded.branch,
            firm,
            sub,
            project: seeded.project,
            crew: seeded.crews[0],
            other_crew: seeded.crews[1],
            clerk: user(0, firm),
            checker: user(1, firm),
            labour: user(2, firm),
            crew_clerk: user(3, sub),
            far_clerk: user(4, far),
            officer,
            hands: Vec::new(),
            _scratch: scratch,
        };
        for n in 0..4 {
            let hand = site.take_on(n, if n < 3 { TEAM } else { OTHER_TEAM });
            site.hands.push(hand);
        }
        site
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.desk.store.write(f)
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.desk.store.read(f).unwrap()
    }
    pub fn read_as<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.desk.store.read(f)
    }

    /// A customer with an account, on the roster.
    fn take_on(&self, n: usize, team: &'static str) -> Hand {
        let (branch, project, clerk) = (self.branch, self.project, self.clerk.clone());
        let (name, identity, card) = (format!("工人{}", ["甲", "乙", "丙", "丁"][n]), identity(n), card(n));
        let hand = (name.clone(), identity.clone(), card.clone());
        let (worker, person) = self
            .write(move |tx| {
                let (name, identity, card) = hand.clone();
                let person = party::person_register(tx, &system(), person(branch, &name, &identity))?.person;
                let id = AccountId::new(tx.now(), branch.book());
                let opening = Opening::deposit(id, Owner::Person(person), "工*", Currency::CNY).number(&card);
                ledger::open_account(tx, &system(), &opening)?;
                let account = Some(AccountGiven { number: card, bank: String::new() });
                let contract = format!("HT-{n}");
                let entered_on = Some(day("2026-09-01"));
                let new = WorkerNew {
                    name,
                    identity,
                    contract,
                    team: team.into(),
                    account,
                    entered_on,
                    ..WorkerNew::default()
                };
                let worker = payroll::worker_add(tx, &clerk, project, new)?.worker;
                Ok((worker, person))
            })
            .unwrap();
        Hand { name, identity, card, worker, person }
    }

    /// The first crew's month: 22 days for each but the last, who has 20.
    pub fn month_file(&self, hands: &[Hand]) -> String {
        let mut out = String::from("姓名,身份证号码,班组");
        (1..=31).for_each(|d| out += &format!(",{d}"));
        out += ",出勤天数\n";
        for (n, h) in hands.iter().enumerate() {
            let days = if n + 1 == hands.len() { 20 } else { 22 };
            out += &format!("{},{},x", h.name, h.identity);
            (1..=31).for_each(|d| out += if d <= days { ",√" } else { "," });
            out += &format!(",{days}\n");
        }
        out
    }

    pub fn send(&self, actor: &Actor, crew: Option<CrewId>, text: &str, accept_valid: bool) -> Result<Attendance> {
        let upload = AttendanceUpload {
            project: self.project,
            period: october(),
            crew,
            file_name: "考勤.csv".into(),
            bytes: text.as_bytes().to_vec(),
            accept_valid,
        };
        attendance_import(&self.desk.store, actor, upload)
    }

    /// The codes of a file's list, without notes.
    pub fn list(&self, import: &Attendance) -> Vec<String> {
        let page = self.read(|tx| attendance_faults(tx, &self.clerk, import.id, &PageAsk::first(200)));
        page.items.into_iter().filter(|f| f.severity != "note").map(|f| f.code).collect()
    }

    /// Half days of everybody in October, in the order of the roster.
    pub fn worked(&self) -> Vec<i64> {
        let found = self.read(|tx| worked(tx, self.project, october(), None, 100));
        let of = |w: WorkerId| found.iter().find(|(worker, _)| *worker == w).map_or(-1, |(_, n)| *n);
        self.hands.iter().map(|h| of(h.worker)).collect()
    }

    /// The labour officer reviews October of a crew.
    pub fn review(&self, crew: CrewId) -> Result<Change> {
        let labour = self.labour.clone();
        let hash = self.read(|tx| month_sum(tx, &labour, crew, october())).hash;
        self.write(move |tx| review_attendance(tx, &labour, crew, october(), &hash, ""))
    }

    /// A pay sheet of some hands: 22 days and 8,000.00 less 500.00 for each.
    pub fn pay_file(&self, hands: &[Hand]) -> String {
        let mut out = String::from("姓名,身份证号码,出勤天数,基本工资,应发工资,伙食费,扣款合计,实发工资,银行卡号\n");
        for h in hands {
            out += &format!("{},{},22,8000,8000,500,500,7500,{}\n", h.name, h.identity, h.card);
        }
        out
    }

    pub fn upload(&self, text: &str) -> Upload {
        let what =
            ImportFor::PaySheet { period: october(), kind: Kind::Wage, number: 1, tag: String::new(), due_on: None };
        let (file_name, bytes) = ("工资.csv".into(), text.as_bytes().to_vec());
        Upload { project: self.project, what, file_name, bytes, accept_valid: false }
    }

    /// The first crew's sheet, drafted and shown to its workers.
    pub fn crew_sheet(&self) -> PaySheetId {
        let import = self.crew_import(&self.pay_file(&self.hands[..3])).unwrap();
        let sheet = import.sheet.expect("a sheet without faults is accepted");
        let clerk = self.crew_clerk.clone();
        self.write(move |tx| ask_signatures(tx, &clerk, sheet)).unwrap();
        sheet
    }

    pub fn crew_import(&self, text: &str) -> Result<Import> {
        crew_sheet_import(&self.desk.store, &self.crew_clerk, self.crew, self.upload(text))
    }

    pub fn hash(&self, sheet: PaySheetId) -> String {
        self.read(|tx| payroll::sheet_raw(tx, sheet)).payload_hash()
    }

    /// A worker's own newest line.
    pub fn mine(&self, n: usize) -> MyLine {
        let actor = self.hands[n].actor();
        self.read(|tx| my_lines(tx, &actor, &PageAsk::first(10))).items.remove(0)
    }

    pub fn sign(&self, n: usize) -> Result<Change> {
        let (mine, actor) = (self.mine(n), self.hands[n].actor());
        self.write(move |tx| sign(tx, &actor, mine.line, &mine.hash))
    }

    pub fn clear(&self, sheet: PaySheetId) -> Result<Change> {
        let (labour, hash) = (self.labour.clone(), self.hash(sheet));
        self.write(move |tx| clear_sheet(tx, &labour, sheet, &hash, ""))
    }

    /// Submitted by the main contractor's clerk, checked and paid.
    pub fn pay(&self, sheet: PaySheetId) -> Result<payroll::Progress> {
        let (clerk, checker) = (self.clerk.clone(), self.checker.clone());
        let approval = self.write(move |tx| payroll::submit(tx, &clerk, sheet, ""))?;
        let hash = self.read(|tx| approval::raw(tx, approval)).hash_text();
        self.write(move |tx| payroll::approve(tx, &checker, approval, &hash))?;
        payroll::pay_all(&self.desk, &self.checker, sheet, &self.hash(sheet))
    }

    /// Every record is as it was sealed.
    pub fn verify(&self) {
        let tables = [party::TABLES, payroll::TABLES, TABLES].concat();
        let mut faults = Vec::new();
        self.read(|tx| {
            tables.iter().try_for_each(|t| store::verify::table(tx, t, &mut faults, &mut |_, _| {}).map(|_| ()))
        });
        assert_eq!(faults, []);
    }
}

struct Seeded {
    branch: BranchId,
    firms: [FirmId; 3],
    project: ProjectId,
    crews: [CrewId; 2],
    people: Vec<PersonId>,
    staff: kernel::id::StaffId,
}

fn person(branch: BranchId, name: &str, identity: &str) -> PersonNew {
    PersonNew {
        branch,
        name: name.into(),
        document: party::DocumentKind::ResidentId,
        number: identity.into(),
        country: "CN".into(),
        phone: "13900000000".into(),
        address: String::new(),
        born: identity_birth(identity).unwrap(),
        tier: Tier::I,
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
    let mut firms = Vec::new();
    for (code, name) in [
        ("91990102MA0000001D", "海岳建工有限公司"),
        ("91990102MA0000023M", "潮生劳务有限公司"),
        ("91990102MA0000031G", "远帆劳务有限公司"),
    ] {
        let new = FirmNew {
            branch,
            credit_code: text(code),
            name: text(name),
            kind: FirmKind::Company,
            size: FirmSize::Medium,
            address: String::new(),
            phone: String::new(),
        };
        firms.push(party::firm_register(tx, &system(), new)?.firm);
    }
    let roles = [
        (Role::PayrollClerk, 0),
        (Role::PayrollChecker, 0),
        (Role::LabourOfficer, 0),
        (Role::CrewClerk, 1),
        (Role::CrewClerk, 2),
    ];
    let mut people = Vec::new();
    for (n, (role, firm)) in roles.into_iter().enumerate() {
        let id = party::person_register(tx, &system(), person(branch, "职员", &identity(900 + n)))?.person;
        party::grant(tx, &system(), GrantAsk::new(Who::Person(id), role).of(firms[firm]))?;
        people.push(id);
    }
    let new = party::StaffNew { branch, number: text("1001"), name: text("专员"), person: None };
    let staff = party::staff_join(tx, &system(), new)?;
    party::grant(tx, &system(), GrantAsk::new(Who::Staff(staff), Role::PayrollOfficer).at(branch))?;
    let project = payroll::project_open(tx, &system(), site(firms[0]))?;
    payroll::put_under_site_rules(tx, &system(), project)?;
    let wage = payroll::project_raw(tx, project)?.wage_account;
    let from = own(branch.book(), Own::Settlement, Currency::CNY);
    let id = TransferId::new(tx.now(), branch.book());
    ledger::post_one(tx, false, &Transfer::single(id, from, wage, Money::cny(100_000_000), "cash_in"))?;
    let crew = |firm, team: &str| CrewNew {
        project,
        firm,
        team: team.into(),
        contact: String::new(),
        contract: "FB-1".into(),
        from_on: day("2026-09-01"),
    };
    let first = crew_add(tx, &system(), crew(Some(firms[1]), TEAM))?;
    let other = crew_add(tx, &system(), crew(Some(firms[2]), OTHER_TEAM))?;
    let firms = [firms[0], firms[1], firms[2]];
    Ok(Seeded { branch, firms, project, crews: [first, other], people, staff })
}

pub(super) fn site(firm: FirmId) -> ProjectNew {
    ProjectNew {
        firm,
        contractor: firm,
        profile: Profile::Construction,
        name: "渔港二期".into(),
        tag: String::new(),
        basis: "汐人社备2026-17".into(),
        agreement: "三方-2026-5".into(),
        account_name: String::new(),
        account_number: String::new(),
        pay_day: 20,
    }
}
