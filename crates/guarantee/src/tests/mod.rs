//! A small bank with a contractor, a building site, a yard and their workers, and what is tried on them.
mod end;
mod evidence;
mod life;
mod model;
mod orders;

use crate::*;
use guard::Guard;
use kernel::chinese::{identity_check, luhn_check};
use kernel::clock::HOUR;
use kernel::id::{
    AccountId, ApprovalId, BranchId, FirmId, GuaranteeId, PayNoticeId, PaySheetId, PersonId, ProjectId, StaffId,
    TransferId, WorkerId,
};
use kernel::{Channel, Clock, Currency, Date, Id, Money, Owner, PageAsk};
use ledger::{Opening, Transfer};
use party::{Change, FirmKind, FirmNew, FirmSize, GrantAsk, Role};
use payments::Desk;
use payments::own::{Own, open_own, own};
use payroll::{AccountGiven, ImportFor, Profile, ProjectNew, Upload, WorkerNew};
use scratch::Scratch;
use store::{Config, KeyRing, Store};

pub(super) const FIRST: &str = "2026-11-20";
/// Fen of 10,000 yuan.
pub(super) const WAN: i64 = 1_000_000;

pub(super) struct Bank {
    pub desk: Desk,
    pub clock: Clock,
    pub firm: FirmId,
    /// A building site and a ship-repair project of the firm.
    pub site: ProjectId,
    pub yard: ProjectId,
    /// A general account of the firm, and one of another's.
    pub general: AccountId,
    pub others: AccountId,
    pub clerk: Actor,
    pub checker: Actor,
    pub owner: Actor,
    pub stranger: Actor,
    pub officer: Actor,
    pub manager: Actor,
    pub operations: Actor,
    pub risk: Actor,
    pub hands: Vec<Hand>,
    _scratch: Scratch,
}

/// A worker of the site with an account here.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    pub name: String,
    pub identity: String,
    pub card: String,
    pub person: PersonId,
    pub account: AccountId,
    pub worker: WorkerId,
}

pub(super) fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(super) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn identity(n: usize) -> String {
    let body = format!("99010219800{}15{:03}", 1 + n / 100 % 9, n % 1000);
    format!("{body}{}", identity_check(&body).unwrap())
}

fn person(tx: &mut Tx<'_>, branch: BranchId, n: usize, name: &str) -> Result<PersonId> {
    let number = identity(n);
    let new = party::PersonNew {
        branch,
        name: name.into(),
        document: party::DocumentKind::ResidentId,
        born: kernel::chinese::identity_birth(&number).unwrap(),
        number,
        country: "CN".into(),
        phone: "13700000000".into(),
        address: String::new(),
        tier: party::Tier::I,
    };
    Ok(party::person_register(tx, &system(), new)?.person)
}

fn firm(tx: &mut Tx<'_>, branch: BranchId, code: &str, name: &str) -> Result<FirmId> {
    let check = |c: char| Some(format!("{code}{c}")).filter(|code| party::credit_code(code).is_some());
    let credit_code = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find_map(check).expect("a check character");
    let (kind, size) = (FirmKind::Company, FirmSize::Medium);
    let new =
        FirmNew { branch, credit_code, name: name.into(), kind, size, address: String::new(), phone: String::new() };
    Ok(party::firm_register(tx, &system(), new)?.firm)
}

fn account(tx: &mut Tx<'_>, owner: Owner, branch: BranchId, number: &str) -> Result<AccountId> {
    let id = AccountId::new(tx.now(), branch.book());
    ledger::open_account(tx, &system(), &Opening::deposit(id, owner, "户", Currency::CNY).number(number))?;
    Ok(id)
}

/// Money from outside.
pub(super) fn from_outside(tx: &mut Tx<'_>, to: AccountId, fen: i64) -> Result<()> {
    let from = own(to.book(), Own::Settlement, Currency::CNY);
    let id = TransferId::new(tx.now(), to.book());
    ledger::post_one(tx, false, &Transfer::single(id, from, to, Money::cny(fen), "cash_in"))
}

struct Seeded {
    branch: BranchId,
    firms: [FirmId; 2],
    people: Vec<PersonId>,
    staff: Vec<StaffId>,
    projects: [ProjectId; 2],
    accounts: [AccountId; 2],
    hands: Vec<Hand>,
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
    open_own(tx, &system(), branch.book(), Currency::CNY)?;
    let firms = [
        firm(tx, branch, "91990102MA0000001", "海岳建工有限公司")?,
        firm(tx, branch, "91990102MA0000002", "路过有限公司")?,
    ];
    let mut people = Vec::new();
    let roles = [(Role::PayrollClerk, 0), (Role::PayrollChecker, 0), (Role::FirmOwner, 0), (Role::FirmOwner, 1)];
    for (n, (role, of)) in roles.into_iter().enumerate() {
        let id = person(tx, branch, 900 + n, ["甲职员", "乙职员", "丙职员", "丁职员"][n])?;
        party::grant(tx, &system(), GrantAsk::new(Who::Person(id), role).of(firms[of]))?;
        people.push(id);
    }
    let mut staff = Vec::new();
    let roles = [Role::PayrollOfficer, Role::BranchManager, Role::OperationsChecker, Role::RiskOfficer];
    for (n, role) in roles.into_iter().enumerate() {
        let number = format!("100{n}");
        let new = party::StaffNew { branch, number: number.clone(), name: number, person: None };
        let id = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(branch))?;
        staff.push(id);
    }
    let projects = [
        payroll::project_open(tx, &system(), project(firms[0], Profile::Construction, "渔港二期"))?,
        payroll::project_open(tx, &system(), project(firms[0], Profile::ShipRepair, "海丰轮修理"))?,
    ];
    let accounts = [account(tx, Owner::Firm(firms[0]), branch, "")?, account(tx, Owner::Firm(firms[1]), branch, "")?];
    accounts.iter().try_for_each(|a| from_outside(tx, *a, 900 * WAN))?;
    let mut hands = Vec::new();
    for n in 0..3 {
        let name = format!("工人{}", ["一", "二", "三"][n]);
        let card = format!("990001{n:09}");
        let card = format!("{card}{}", luhn_check(&card).unwrap());
        let person = person(tx, branch, n, &name)?;
        let account = account(tx, Owner::Person(person), branch, &card)?;
        let given = AccountGiven { number: card.clone(), bank: String::new() };
        let new = WorkerNew {
            name: name.clone(),
            identity: identity(n),
            phone: "13912345678".into(),
            team: "钢筋一班".into(),
            contract: "HT-1".into(),
            account: Some(given),
            ..WorkerNew::default()
        };
        let worker = payroll::worker_add(tx, &system(), projects[0], new)?.worker;
        hands.push(Hand { name, identity: identity(n), card, person, account, worker });
    }
    Ok(Seeded { branch, firms, people, staff, projects, accounts, hands })
}

fn project(firm: FirmId, profile: Profile, name: &str) -> ProjectNew {
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

impl Bank {
    pub fn open() -> Bank {
        let scratch = Scratch::new("guarantee");
        let clock = Clock::manual(day(FIRST).begins().plus(10 * HOUR));
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut migrations = store::migrations();
        migrations.extend([ledger::MIGRATION, party::MIGRATION, approval::MIGRATION, pricing::MIGRATION]);
        migrations.extend([guard::MIGRATION, payments::MIGRATION, payments::clearing::MIGRATION]);
        migrations.extend([party::DOOR_MIGRATION, party::MIGRATION_KIOSK, party::MIGRATION_FIRM_CLASS]);
        migrations.extend([payments::MIGRATION_TRANSFER, payments::MIGRATION_NUMBERS, payments::MIGRATION_SAFETY]);
        migrations.extend([payroll::MIGRATION, payroll::MIGRATION_SITE_RULES]);
        migrations.extend([worksite::MIGRATION, worksite::MIGRATION_END, MIGRATION]);
        migrations.sort_by_key(|m| m.name);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let s = store.write(seed).unwrap();
        let user = |n: usize, of: usize| {
            let who = Who::ForFirm { person: s.people[n], firm: s.firms[of] };
            Actor { stepped_up: true, correlation: "test".into(), ..Actor::of(who) }
        };
        let staff = |n: usize| {
            let who = Who::Staff(s.staff[n]);
            Actor { branch: Some(s.branch), channel: Channel::Counter, stepped_up: true, ..Actor::of(who) }
        };
        Bank {
            clock,
            firm: s.firms[0],
            site: s.projects[0],
            yard: s.projects[1],
            general: s.accounts[0],
            others: s.accounts[1],
            clerk: user(0, 0),
            checker: user(1, 0),
            owner: user(2, 0),
            stranger: user(3, 1),
            officer: staff(0),
            manager: staff(1),
            operations: staff(2),
            risk: staff(3),
            desk: Desk { store, guard: Guard::load().unwrap() },
            hands: s.hands,
            _scratch: scratch,
        }
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
    /// Midday of a later day.
    pub fn go_to(&self, text: &str) {
        self.clock.set(day(text).begins().plus(12 * HOUR));
    }
    pub fn balance(&self, account: AccountId) -> i64 {
        self.read(|tx| ledger::view(tx, account)).posted().minor
    }
    pub fn wage_account(&self) -> AccountId {
        self.read(|tx| payroll::project_raw(tx, self.site)).wage_account
    }

    /// A file of the site, by its hash.
    pub fn keep(&self, text: &'static str) -> Vec<u8> {
        let site = self.site;
        self.act(&system(), move |tx, _| {
            let hash = payroll::file_hash(text.as_bytes());
            payroll::keep_file(tx, site.book(), &hash, text.as_bytes())?;
            Ok(hash)
        })
        .unwrap()
    }

    /// Another building site of the same contractor.
    pub fn second_site(&self) -> ProjectId {
        let firm = self.firm;
        self.act(&system(), move |tx, a| payroll::project_open(tx, a, project(firm, Profile::Construction, "渔港三期")))
            .unwrap()
    }

    /// The site must put 200,000 yuan aside.
    pub fn duty(&self) {
        let ask = Ask {
            contract: Money::cny(1_000 * WAN),
            other_works: 0,
            history: History::default(),
            region: "990102".into(),
            date: day("2026-11-02"),
        };
        let new = DutyNew { project: self.site, ask, counts_from: day(FIRST) };
        assert_eq!(self.act(&self.officer, move |tx, a| duty_set(tx, a, new.clone())).unwrap(), Change::Done);
    }

    /// A deposit with so much in it.
    pub fn deposit(&self, fen: i64) -> GuaranteeId {
        self.duty();
        let site = self.site;
        let id = self.act(&self.officer, move |tx, a| open_cash(tx, a, site)).unwrap();
        if fen > 0 {
            let done = pay_in(&self.desk, &system(), id, self.general, Money::cny(fen), None).unwrap();
            assert_eq!(done.state, payments::State::Posted, "{done:?}");
        }
        id
    }
    pub fn account_of(&self, id: GuaranteeId) -> AccountId {
        self.read(|tx| guarantee(tx, &self.officer, id)).account.unwrap()
    }

    /// A notice for these hands, each owed so much.
    pub fn notice_of(&self, guarantee: GuaranteeId, number: &str, owed: &[(usize, i64)]) -> NoticeNew {
        NoticeNew {
            guarantee,
            bureau: None,
            bureau_name: "望潮区人力资源和社会保障局".into(),
            number: number.into(),
            officer: "监察员 何平".into(),
            basis: "条例第29、30条".into(),
            issued_on: day("2026-11-20"),
            settle_order: "汐人社监令〔2026〕31号".into(),
            settle_ordered_on: day("2026-11-05"),
            default_proof: "逾期未改正记录31号".into(),
            defaulted_on: day("2026-11-16"),
            workers: owed.iter().map(|(n, amount)| Named { worker: self.hands[*n].worker, amount: *amount }).collect(),
        }
    }
    pub fn receive(&self, new: NoticeNew) -> Result<PayNoticeId> {
        self.act(&self.officer, move |tx, a| notice_receive(tx, a, new.clone()))
    }
    pub fn ask(&self, id: PayNoticeId) -> Result<ApprovalId> {
        self.act(&self.officer, move |tx, a| notice_ask(tx, a, id, ""))
    }
    pub fn notice(&self, id: PayNoticeId) -> PaymentNotice {
        self.read(|tx| notice(tx, &self.officer, id))
    }
    pub fn yes(&self, by: &Actor, approval: ApprovalId) -> Result<Change> {
        let asked = self.read(|tx| approval::raw(tx, approval));
        let (hash, desk, of_site) = (asked.hash_text(), self.desk.clone(), asked.kind.starts_with("worksite."));
        self.act(by, move |tx, a| match of_site {
            true => worksite::end::approval_yes(&desk, tx, a, approval, &hash),
            false => approval_yes(&desk, tx, a, approval, &hash),
        })
    }
    pub fn no(&self, by: &Actor, approval: ApprovalId, why: &'static str) -> Result<Change> {
        let asked = self.read(|tx| approval::raw(tx, approval));
        let (hash, of_site) = (asked.hash_text(), asked.kind.starts_with("worksite."));
        self.act(by, move |tx, a| match of_site {
            true => worksite::end::approval_no(tx, a, approval, &hash, why),
            false => approval_no(tx, a, approval, &hash, why),
        })
    }

    pub fn cancel(&self, sheet: PaySheetId) {
        self.act(&self.clerk, move |tx, a| payroll::cancel(tx, a, sheet, "made anew")).unwrap();
    }

    /// A notice for these hands whose money lies in the wage account.
    pub fn paid_notice(&self, guarantee: GuaranteeId, number: &str, owed: &[(usize, i64)]) -> PayNoticeId {
        let notice = self.receive(self.notice_of(guarantee, number, owed)).unwrap();
        let asked = self.ask(notice).unwrap();
        assert_eq!(self.yes(&self.operations, asked).unwrap(), Change::Done);
        notice
    }

    /// A pay sheet of these hands, each with a net wage in yuan: drafted, submitted and checked.
    pub fn sheet(&self, period: &str, wages: &[(usize, i64)]) -> PaySheetId {
        let mut out =
            String::from("姓名,身份证号码,班组,出勤天数,基本工资,应发工资,社保,扣款合计,实发工资,银行卡号,开户行\n");
        for (n, net) in wages {
            let h = &self.hands[*n];
            out += &format!("{},{},钢筋一班,26,{net},{net},0,0,{net},{},汐洲海岛银行\n", h.name, h.identity, h.card);
        }
        let what = ImportFor::PaySheet {
            period: period.parse().unwrap(),
            kind: payroll::Kind::Wage,
            number: 1,
            tag: String::new(),
            due_on: None,
        };
        let (file_name, bytes) = ("表.csv".into(), out.into_bytes());
        let upload = Upload { project: self.site, what, file_name, bytes, accept_valid: true };
        let taken = payroll::import(&self.desk.store, &self.clerk, upload).unwrap();
        let sheet = taken.sheet.unwrap_or_else(|| {
            let page = self.read(|tx| payroll::faults(tx, &self.clerk, taken.id, &PageAsk::first(50)));
            panic!("{:?}", page.items)
        });
        let asked = self.act(&self.clerk, move |tx, a| payroll::submit(tx, a, sheet, "")).unwrap();
        let hash = self.read(|tx| approval::raw(tx, asked)).hash_text();
        self.act(&self.checker, move |tx, a| payroll::approve(tx, a, asked, &hash)).unwrap();
        sheet
    }
    pub fn pay(&self, sheet: PaySheetId) -> payroll::Progress {
        let hash = self.read(|tx| payroll::sheet_raw(tx, sheet)).payload_hash();
        payroll::pay_all(&self.desk, &self.checker, sheet, &hash).unwrap()
    }

    /// Every record is as it was sealed, what can be recomputed comes to the same, and the books balance.
    pub fn verify(&self) {
        let tables: Vec<&Table> =
            [party::TABLES, approval::TABLES, payments::TABLES, payroll::TABLES, worksite::end::TABLES, TABLES]
                .concat();
        let mut faults = Vec::new();
        self.read(|tx| {
            tables.iter().try_for_each(|t| store::verify::table(tx, t, &mut faults, &mut |_, _| {}).map(|_| ()))?;
            verify::verify(tx, &mut faults)
        });
        assert_eq!(faults, []);
        let lines = self.read(ledger::day::trial_balance);
        assert_eq!(lines.iter().map(|l| l.credits - l.debits).sum::<i64>(), 0);
    }
}

/// The code of a refusal; empty when there was none.
pub(super) fn code<T>(done: Result<T>) -> &'static str {
    done.err().map_or("", |e| e.code().name)
}
