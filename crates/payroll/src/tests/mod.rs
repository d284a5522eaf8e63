//! A small bank in a temporary directory with a building site, its firm's users and its workers, and what is tried on it.
mod files;
mod payday;
mod rights;

use crate::*;
use guard::Guard;
use kernel::chinese::{identity_check, luhn_check};
use kernel::clock::HOUR;
use kernel::id::{AccountId, BranchId, FirmId, ImportId, PaySheetId, PersonId, ProjectId};
use kernel::{Channel, Clock, Currency, Date, Id, Money, Owner, PageAsk, Who};
use ledger::{Opening, Transfer};
use party::{FirmKind, FirmNew, FirmSize, GrantAsk, Role};
use payments::Desk;
use payments::own::{Own, own};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use store::{Config, Engine, KeyRing, Store};

/// A worker of the test: what stands in the files about him.
#[derive(Clone, Debug)]
pub(crate) struct Hand {
    pub name: String,
    pub identity: String,
    pub card: String,
    pub bank: &'static str,
    /// His account, when it is ours.
    pub account: Option<AccountId>,
}

pub(crate) struct Bank {
    pub desk: Desk,
    pub branch: BranchId,
    pub firm: FirmId,
    pub project: ProjectId,
    pub clerk: Actor,
    pub checker: Actor,
    pub owner: Actor,
    pub officer: Actor,
    pub teller: Actor,
    pub hands: Vec<Hand>,
    /// The n-th statement from now fails; below zero none does.
    pub fail_at: Arc<AtomicI64>,
    directory: PathBuf,
}

impl Drop for Bank {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
        if let Engine::Postgres { url, schema } = &self.desk.store.config().engine {
            let mut by_hand = postgres::Client::connect(url, postgres::NoTls).unwrap();
            by_hand.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).unwrap();
        }
    }
}

/// SQLite in the directory, or a schema of its own on the PostgreSQL that `YIZHAN_TEST_DATABASE` names.
fn config(directory: &Path, n: u32) -> Config {
    match std::env::var("YIZHAN_TEST_DATABASE") {
        Ok(url) if url.starts_with("postgres") => {
            Config::postgres(&url, &format!("payroll_{}_{n}", std::process::id()))
        }
        _ => Config::sqlite(directory),
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);
pub(crate) const OURS: &str = "汐洲海岛银行";
pub(crate) const THEIRS: &str = "沧溟银行";

pub(crate) fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(crate) fn identity(n: usize) -> String {
    let body = format!("990102198{:01}0{:01}15{:03}", n % 10, 1 + n / 10 % 9, n % 1000);
    let check = identity_check(&body).unwrap();
    format!("{body}{check}")
}

pub(crate) fn card(n: usize) -> String {
    let body = format!("990001{n:09}");
    format!("{body}{}", luhn_check(&body).unwrap())
}

impl Bank {
    /// `ours` workers with an account here, `theirs` with a card at another bank; all on the roster, and money in the
    /// wage account.
    pub(crate) fn open(ours: usize, theirs: usize) -> Bank {
        let mut bank = Bank::bare();
        for n in 0..ours + theirs {
            bank.meet(n, n < ours);
        }
        let file = bank.roster_file();
        let import = bank.import(ImportFor::Roster, &file, false);
        assert_eq!(
            (import.state, import.valid),
            (ImportState::Accepted, (ours + theirs) as i64),
            "{}",
            bank.list(import.id)
        );
        bank
    }

    pub(crate) fn bare() -> Bank {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("yizhan-payroll-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let clock = Clock::manual(Date::parse("2026-11-20").unwrap().begins().plus(10 * HOUR));
        let fail_at = Arc::new(AtomicI64::new(-1));
        let counted = fail_at.clone();
        let fault: Arc<store::FaultPoint> = Arc::new(move |_| match counted.load(Ordering::SeqCst) {
            n if n < 0 => false,
            _ => counted.fetch_sub(1, Ordering::SeqCst) == 0,
        });
        let config = Config { clock, synchronous: "OFF", fault: Some(fault), ..config(&directory, n) };
        let migrations = [
            store::migrations(),
            vec![
                ledger::MIGRATION,
                party::MIGRATION,
                party::DOOR_MIGRATION,
                party::MIGRATION_KIOSK,
                party::MIGRATION_FIRM_CLASS,
                approval::MIGRATION,
                pricing::MIGRATION,
                guard::MIGRATION,
            ],
            vec![
                payments::MIGRATION,
                payments::clearing::MIGRATION,
                payments::MIGRATION_TRANSFER,
                payments::MIGRATION_NUMBERS,
                payments::MIGRATION_SAFETY,
                MIGRATION,
                MIGRATION_SITE_RULES,
            ],
        ]
        .concat();
        let mut sorted = migrations;
        sorted.sort_by_key(|m| m.name);
        let store = Store::open(config, KeyRing::random(), &sorted).unwrap();
        let seeded = store.write(seed).unwrap();
        seeded.into_bank(store, fail_at, directory)
    }

    pub(crate) fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.desk.store.write(f)
    }
    pub(crate) fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.desk.store.read(f).unwrap()
    }

    /// A worker who is not on the roster yet; with `ours`, a customer with an account here.
    pub(crate) fn meet(&mut self, n: usize, ours: bool) {
        let hand = Hand {
            name: format!("工人{}", char::from_u32(0x4e00 + n as u32).unwrap()),
            identity: identity(n),
            card: card(n),
            bank: if ours { OURS } else { THEIRS },
            account: None,
        };
        let account = ours.then(|| self.customer(&hand, &hand.name.clone()));
        self.hands.push(Hand { account, ..hand });
    }

    /// Opens an account for a hand under a name.
    pub(crate) fn customer(&self, hand: &Hand, name: &str) -> AccountId {
        let (branch, hand, name) = (self.branch, hand.clone(), name.to_owned());
        self.write(move |tx| {
            let new = party::PersonNew {
                branch,
                name: name.clone(),
                document: party::DocumentKind::ResidentId,
                number: hand.identity.clone(),
                country: "CN".into(),
                phone: "13900000000".into(),
                address: String::new(),
                born: kernel::chinese::identity_birth(&hand.identity).unwrap(),
                tier: party::Tier::I,
            };
            let person = party::person_register(tx, &system(), new)?.person;
            let id = AccountId::new(tx.now(), branch.book());
            let opening = Opening::deposit(id, Owner::Person(person), "工*", Currency::CNY).number(&hand.card);
            ledger::open_account(tx, &system(), &opening)?;
            Ok(id)
        })
        .unwrap()
    }

    pub(crate) fn roster_file(&self) -> String {
        let mut out = String::from("姓名,身份证号码,手机号码,班组,工种,银行卡号,开户银行,合同编号,进场日期\n");
        for h in &self.hands {
            out += &format!(
                "{},{},13912345678,钢筋一班,钢筋工,{},{},HT-1,2026-03-01\n",
                h.name, h.identity, h.card, h.bank
            );
        }
        out
    }

    /// Everybody's wage: 8,000.00 less 100.00 and their place in the list.
    pub(crate) fn pay_file(&self) -> String {
        let mut out =
            String::from("姓名,身份证号码,班组,出勤天数,基本工资,应发工资,社保,扣款合计,实发工资,银行卡号,开户行\n");
        for (n, h) in self.hands.iter().enumerate() {
            let deductions = 100 + n;
            let net = 8000 - deductions;
            out += &format!(
                "{},{},钢筋一班,26,7000,8000,100,{deductions},{net},{},{}\n",
                h.name, h.identity, h.card, h.bank
            );
        }
        let less: usize = (0..self.hands.len()).map(|n| 100 + n).sum();
        let all = self.hands.len() * 8000;
        out + &format!("合计,,,,,{all},,{less},{},,\n", all - less)
    }

    pub(crate) fn net(n: usize) -> i64 {
        (8000 - 100 - n as i64) * 100
    }

    pub(crate) fn import(&self, what: ImportFor, text: &str, accept_valid: bool) -> Import {
        let upload = Upload {
            project: self.project,
            what,
            file_name: "表.csv".into(),
            bytes: text.as_bytes().to_vec(),
            accept_valid,
        };
        import(&self.desk.store, &self.clerk, upload).unwrap()
    }

    pub(crate) fn wages(period: &str) -> ImportFor {
        ImportFor::PaySheet {
            period: period.parse().unwrap(),
            kind: Kind::Wage,
            number: 1,
            tag: String::new(),
            due_on: None,
        }
    }

    /// The codes of an import's list, for messages and assertions.
    pub(crate) fn list(&self, id: ImportId) -> String {
        let page = self.read(|tx| faults(tx, &self.clerk, id, &PageAsk::first(200)));
        let shown =
            |f: &ImportFault| format!("{}{} {}", f.cell, f.line.map(|l| format!("/{l}")).unwrap_or_default(), f.code);
        page.items.iter().filter(|f| f.severity != "note").map(shown).collect::<Vec<_>>().join("; ")
    }

    /// Submitted and checked.
    pub(crate) fn check(&self, sheet: PaySheetId) {
        let (clerk, checker) = (self.clerk.clone(), self.checker.clone());
        let approval = self.write(move |tx| submit(tx, &clerk, sheet, "")).unwrap();
        let hash = self.read(|tx| approval::raw(tx, approval)).hash_text();
        let done = self.write(move |tx| approve(tx, &checker, approval, &hash)).unwrap();
        assert_eq!(done, Approved::Checked(sheet));
    }

    pub(crate) fn hash(&self, sheet: PaySheetId) -> String {
        self.read(|tx| sheet_raw(tx, sheet)).payload_hash()
    }

    pub(crate) fn pay(&self, sheet: PaySheetId) -> Progress {
        pay_all(&self.desk, &self.checker, sheet, &self.hash(sheet)).unwrap()
    }

    pub(crate) fn balance(&self, account: AccountId) -> i64 {
        self.read(|tx| ledger::view(tx, account)).posted().minor
    }
    pub(crate) fn wage_account(&self) -> AccountId {
        self.read(|tx| project_raw(tx, self.project)).wage_account
    }
    pub(crate) fn clearing_account(&self) -> AccountId {
        self.read(|tx| project_raw(tx, self.project)).clearing_account
    }

    /// Every record of every crate is as it was sealed, and the books balance.
    pub(crate) fn verify(&self) {
        let tables: Vec<&Table> = [party::TABLES, approval::TABLES, payments::TABLES, TABLES].concat();
        let mut faults = Vec::new();
        self.read(|tx| {
            tables.iter().try_for_each(|t| store::verify::table(tx, t, &mut faults, &mut |_, _| {}).map(|_| ()))
        });
        assert_eq!(faults, []);
        let lines = self.read(ledger::day::trial_balance);
        assert_eq!(lines.iter().map(|l| l.credits - l.debits).sum::<i64>(), 0);
    }

    /// All lines of a sheet: number, state, reason.
    pub(crate) fn states(&self, sheet: PaySheetId) -> Vec<(i64, LineState, String)> {
        let page = self.read(|tx| lines(tx, &self.clerk, sheet, None, &PageAsk::first(200)));
        page.items.into_iter().map(|l| (l.number, l.state, l.reason)).collect()
    }
}

/// What the first transaction makes.
struct Seeded {
    branch: BranchId,
    firm: FirmId,
    project: ProjectId,
    people: [PersonId; 3],
    staff: [kernel::id::StaffId; 2],
}

fn seed(tx: &mut Tx<'_>) -> Result<Seeded> {
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
    let new = FirmNew {
        branch,
        credit_code: text("91990102MA0000001D"),
        name: text("海岳建工有限公司"),
        kind: FirmKind::Company,
        size: FirmSize::Medium,
        address: String::new(),
        phone: String::new(),
    };
    let firm = party::firm_register(tx, &system(), new)?.firm;
    let mut people = Vec::new();
    for (n, role) in [Role::PayrollClerk, Role::PayrollChecker, Role::FirmOwner].into_iter().enumerate() {
        let number = identity(900 + n);
        let new = party::PersonNew {
            branch,
            name: format!("{}职员", ["甲", "乙", "丙"][n]),
            document: party::DocumentKind::ResidentId,
            born: kernel::chinese::identity_birth(&number).unwrap(),
            number,
            country: text("CN"),
            phone: text("13700000000"),
            address: String::new(),
            tier: party::Tier::I,
        };
        let person = party::person_register(tx, &system(), new)?.person;
        party::grant(tx, &system(), GrantAsk::new(Who::Person(person), role).of(firm))?;
        people.push(person);
    }
    let mut staff = Vec::new();
    for (number, role) in [("1001", Role::PayrollOfficer), ("1002", Role::Teller)] {
        let new = party::StaffNew { branch, number: text(number), name: text(number), person: None };
        let id = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(branch))?;
        staff.push(id);
    }
    let project = project_open(tx, &system(), site(firm))?;
    let wage = project_raw(tx, project)?.wage_account;
    deposit(tx, wage, 100_000_000)?;
    let (people, staff) = ([people[0], people[1], people[2]], [staff[0], staff[1]]);
    Ok(Seeded { branch, firm, project, people, staff })
}

pub(crate) fn site(firm: FirmId) -> ProjectNew {
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

/// Money from outside, minor units.
pub(crate) fn deposit(tx: &mut Tx<'_>, to: AccountId, minor: i64) -> Result<()> {
    let from = own(to.book(), Own::Settlement, Currency::CNY);
    let id = kernel::id::TransferId::new(tx.now(), from.book());
    ledger::post_one(tx, false, &Transfer::single(id, from, to, Money::cny(minor), "cash_in"))
}

impl Seeded {
    fn into_bank(self, store: Store, fail_at: Arc<AtomicI64>, directory: PathBuf) -> Bank {
        let user = |n: usize| {
            let who = Who::ForFirm { person: self.people[n], firm: self.firm };
            Actor { stepped_up: true, correlation: "test".into(), ..Actor::of(who) }
        };
        let staff = |n: usize| {
            let who = Who::Staff(self.staff[n]);
            Actor { branch: Some(self.branch), channel: Channel::Counter, stepped_up: true, ..Actor::of(who) }
        };
        Bank {
            desk: Desk { store, guard: Guard::load().unwrap() },
            branch: self.branch,
            firm: self.firm,
            project: self.project,
            clerk: user(0),
            checker: user(1),
            owner: user(2),
            officer: staff(0),
            teller: staff(1),
            hands: Vec::new(),
            fail_at,
            directory,
        }
    }
}
