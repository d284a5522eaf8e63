//! The small bank, its clock, and the faults that are asked for.
use crate::Plan;
use app::{Bank, Keys, Options};
use kernel::id::{AccountId, FirmId, PersonId, StaffId};
use kernel::{Actor, Channel, Clock, Currency, Date, Error, Id, Money, Owner, Result, Timestamp, Who};
use ledger::Opening;
use party::{
    BranchKind, BranchNew, DocumentKind, FirmKind, FirmNew, FirmSize, GrantAsk, PersonNew, Role, StaffNew, Tier,
};
use payments::clearing::{Plan as Carrier, Simulator};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Engine;

const PEOPLE: usize = 10;

/// Where the simulated bank lives.
#[derive(Clone, Debug)]
pub enum Where {
    /// A directory of its own, removed at the end.
    Sqlite(PathBuf),
    /// A schema of its own on this server; the key file in the directory.
    Postgres { url: String, schema: String, keys: PathBuf },
}

/// A person with his account.
#[derive(Clone, Debug)]
pub struct Customer {
    pub person: PersonId,
    pub account: AccountId,
}

/// A firm with its account and its people.
#[derive(Clone, Debug)]
pub struct FirmDesk {
    pub firm: FirmId,
    pub account: AccountId,
    pub clerk: PersonId,
    pub checker: PersonId,
}

pub struct World {
    bank: Option<Bank>,
    place: Where,
    clock: Clock,
    /// The latest the clock ever showed: it is set back now and then, and what ended stays ended.
    latest: Timestamp,
    fault_in: Arc<AtomicI64>,
    carrier: Arc<Simulator>,
    pub people: Vec<Customer>,
    pub firms: Vec<FirmDesk>,
    pub officer: StaffId,
    pub officer_branch: kernel::id::BranchId,
    pub payday: crate::payday::Payday,
}

impl World {
    pub fn build(plan: &Plan) -> Result<World> {
        let start = Date::ymd(2026, 3, 2)?.begins().plus(9 * kernel::clock::HOUR);
        let clock = Clock::manual(start);
        let carrier = Arc::new(Simulator::new(clock.clone(), Carrier::rough(plan.seed)));
        let fault_in = Arc::new(AtomicI64::new(i64::MAX));
        let bank = open(&plan.place, &clock, &fault_in, &carrier)?;
        let people = people(&bank, start)?;
        let world = World {
            bank: Some(bank),
            place: plan.place.clone(),
            clock,
            latest: start,
            fault_in,
            carrier,
            people: people.customers,
            firms: people.firms,
            officer: people.officer,
            officer_branch: people.officer_branch,
            payday: crate::payday::Payday::default(),
        };
        Ok(world)
    }

    pub fn bank(&self) -> &Bank {
        self.bank.as_ref().expect("the bank is open between steps")
    }

    pub fn advance(&mut self, micros: i64) {
        self.clock.advance(micros);
        self.latest = self.latest.max(self.clock.now());
    }

    pub fn latest(&self) -> Timestamp {
        self.latest
    }

    /// The n-th call of the store from now on fails, once.
    pub fn fail_in(&self, calls: u64) {
        self.fault_in.store(calls as i64, Ordering::SeqCst);
    }

    /// No more faults.
    pub fn calm(&self) {
        self.fault_in.store(i64::MAX, Ordering::SeqCst);
    }

    /// The process ends and starts again.
    pub fn restart(&mut self) -> Result<()> {
        self.calm();
        drop(self.bank.take());
        self.bank = Some(open(&self.place, &self.clock, &self.fault_in, &self.carrier)?);
        Ok(())
    }

    pub fn person(&self, person: PersonId) -> Actor {
        person_actor(person)
    }

    pub fn firm_user(&self, person: PersonId, firm: FirmId) -> Actor {
        Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(Who::ForFirm { person, firm }) }
    }

    pub fn officer(&self) -> Actor {
        Actor {
            channel: Channel::Counter,
            branch: Some(self.officer_branch),
            stepped_up: true,
            ..Actor::of(Who::Staff(self.officer))
        }
    }
}

/// A person on the phone, just now proven.
pub fn person_actor(person: PersonId) -> Actor {
    Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(Who::Person(person)) }
}

fn open(place: &Where, clock: &Clock, fault_in: &Arc<AtomicI64>, carrier: &Arc<Simulator>) -> Result<Bank> {
    let (engine, keys) = match place {
        Where::Sqlite(dir) => (Engine::Sqlite(dir.clone()), dir.join("keys.json")),
        Where::Postgres { url, schema, keys } => {
            (Engine::Postgres { url: url.clone(), schema: schema.clone() }, keys.clone())
        }
    };
    if let Some(dir) = keys.parent() {
        std::fs::create_dir_all(dir)
            .map_err(|e| Error::broken(format!("{} cannot be made", dir.display())).caused_by(e))?;
    }
    let counter = fault_in.clone();
    let fault = move |_: &'static str| counter.fetch_sub(1, Ordering::SeqCst) == 1;
    Bank::open(Options {
        engine,
        keys: Keys::File(keys),
        clock: clock.clone(),
        fault: Some(Arc::new(fault)),
        synchronous: "OFF",
        pg_writers: 2,
        readers: 2,
        port: Some(carrier.clone()),
        ..Options::sqlite("")
    })
}

struct Everybody {
    customers: Vec<Customer>,
    firms: Vec<FirmDesk>,
    officer: StaffId,
    officer_branch: kernel::id::BranchId,
}

fn people(bank: &Bank, start: Timestamp) -> Result<Everybody> {
    bank.store.write(move |tx| {
        let boss = Actor::system("simulate");
        let head = app::branch_open(tx, &boss, branch("000", None, BranchKind::HeadOffice))?;
        let north = app::branch_open(tx, &boss, branch("001", Some(head), BranchKind::SubBranch))?;
        let south = app::branch_open(tx, &boss, branch("002", Some(head), BranchKind::SubBranch))?;
        let officer = party::staff_join(
            tx,
            &boss,
            StaffNew { branch: head, number: "S001".into(), name: "林主任".into(), person: None },
        )?;
        party::grant(tx, &boss, GrantAsk::new(Who::Staff(officer), Role::RiskOfficer).at(head))?;
        let mut customers = Vec::new();
        for n in 0..PEOPLE {
            let tier = if n == 0 { Tier::II } else { Tier::I };
            let person = person(tx, &boss, if n % 2 == 0 { north } else { south }, n, tier, start)?;
            let account = AccountId::new(tx.now(), person.book());
            ledger::open_account(tx, &boss, &Opening::deposit(account, Owner::Person(person), "活期", Currency::CNY))?;
            customers.push(Customer { person, account });
        }
        let mut firms = Vec::new();
        for n in 0..2usize {
            let clerk = person(tx, &boss, north, 100 + 2 * n, Tier::I, start)?;
            let checker = person(tx, &boss, north, 101 + 2 * n, Tier::I, start)?;
            firms.push(firm(tx, &boss, north, n, clerk, checker)?);
        }
        Ok(Everybody { customers, firms, officer, officer_branch: head })
    })
}

fn branch(code: &str, parent: Option<kernel::id::BranchId>, kind: BranchKind) -> BranchNew {
    BranchNew {
        code: code.into(),
        parent,
        kind,
        name_zh: format!("支行{code}"),
        name_en: format!("Branch {code}"),
        address_zh: "海滨路1号".into(),
        address_en: "1 Harbour Road".into(),
        phone: "0580-0000000".into(),
    }
}

/// Identity numbers of nobody: area 990000, birth 1980, a running number, the right check digit.
pub fn identity(n: usize) -> String {
    let body = format!("99000019800101{n:03}");
    let check = kernel::chinese::identity_check(&body).unwrap_or('X');
    format!("{body}{check}")
}

pub fn name(n: usize) -> String {
    let given = ["海", "江", "河", "湖", "波", "涛", "帆", "舟", "岛", "港"];
    format!("{}{}{}", ["陈", "林", "黄", "周", "吴"][n % 5], given[n / 5 % 10], given[n / 50 % 10])
}

fn person(
    tx: &mut store::Tx<'_>,
    boss: &Actor,
    branch: kernel::id::BranchId,
    n: usize,
    tier: Tier,
    _at: Timestamp,
) -> Result<PersonId> {
    let new = PersonNew {
        branch,
        name: name(n),
        document: DocumentKind::ResidentId,
        number: identity(n),
        country: "CN".into(),
        phone: format!("1290000{n:04}"),
        address: "海滨路2号".into(),
        born: Date::ymd(1980, 1, 1)?,
        tier,
    };
    Ok(party::person_register(tx, boss, new)?.person)
}

/// A unified social credit code of nobody: area 990000, the organisation's and the whole code's check characters right.
fn credit_code(n: usize) -> String {
    let organisation = format!("MA00000{n}");
    let body = format!("91990000{organisation}{}", demo::numbers::organisation_check(&organisation).unwrap_or('X'));
    format!("{body}{}", demo::numbers::credit_check(&body).unwrap_or('X'))
}

fn firm(
    tx: &mut store::Tx<'_>,
    boss: &Actor,
    branch: kernel::id::BranchId,
    n: usize,
    clerk: PersonId,
    checker: PersonId,
) -> Result<FirmDesk> {
    let new = FirmNew {
        branch,
        credit_code: credit_code(n),
        name: format!("海工{n}有限公司"),
        kind: FirmKind::Company,
        size: FirmSize::Small,
        address: "船厂路1号".into(),
        phone: "0580-1111111".into(),
    };
    let firm = party::firm_register(tx, boss, new)?.firm;
    let own_max = Money::cny(500_000);
    for (who, role) in [(clerk, Role::PayrollClerk), (checker, Role::PayrollChecker), (clerk, Role::FirmOwner)] {
        let mut ask = GrantAsk::new(Who::Person(who), role).of(firm);
        ask.limits.own_max = ask.limits.own_max.min(own_max.minor);
        if party::grant(tx, boss, ask).is_err() && role != Role::FirmOwner {
            return Err(Error::broken("a role of a firm cannot be granted"));
        }
    }
    let account = AccountId::new(tx.now(), firm.book());
    ledger::open_account(tx, boss, &Opening::deposit(account, Owner::Firm(firm), "基本户", Currency::CNY))?;
    Ok(FirmDesk { firm, account, clerk, checker })
}
