//! A small bank in a temporary directory: a head office, a branch, a firm with money, a person with an account, and staff.
//! With `YIZHAN_TEST_DATABASE=postgres://…` in a schema of its own there.
mod cash;
mod counter;
mod followed;
mod house;
mod relaying;
mod rights;
mod turns;
mod wages;
mod whole;

use crate::webhooks::Policy;
use crate::{Bank, Options, branch_open};
use kernel::clock::{HOUR, SECOND};
use kernel::id::{AccountId, BranchId, FirmId, PersonId, StaffId};
use kernel::{Actor, Channel, Clock, Currency, Date, Id, Money, Owner, Result, Who};
use ledger::{Opening, Transfer};
use party::{GrantAsk, Role};
use payments::own::{Own, own};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Engine, Tx};

pub(crate) struct House {
    pub bank: Bank,
    pub clock: Clock,
    pub branch: BranchId,
    pub firm: FirmId,
    pub person: PersonId,
    /// The firm's, with a million yuan.
    pub funds: AccountId,
    /// The person's, empty.
    pub account: AccountId,
    pub directory: PathBuf,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
        if let Engine::Postgres { url, schema } = &self.bank.store.config().engine {
            let mut by_hand = postgres::Client::connect(url, postgres::NoTls).unwrap();
            by_hand.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).unwrap();
        }
    }
}

/// SQLite in the directory, or a schema of its own on the PostgreSQL that `YIZHAN_TEST_DATABASE` names.
fn options(directory: &Path) -> Options {
    match std::env::var("YIZHAN_TEST_DATABASE") {
        Ok(url) if url.starts_with("postgres") => {
            let schema = directory.file_name().and_then(|n| n.to_str()).unwrap_or("yizhan").replace('-', "_");
            Options::postgres(&url, &schema, directory.join("keys.json"))
        }
        _ => Options::sqlite(directory),
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

pub(crate) fn directory() -> PathBuf {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("yizhan-app-{}-{n}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    directory
}

pub(crate) fn system() -> Actor {
    Actor::system("bootstrap")
}

fn text(what: &str, code: &str) -> String {
    format!("{what} {code}")
}

fn branch(code: &str, parent: Option<BranchId>) -> party::BranchNew {
    party::BranchNew {
        code: code.into(),
        parent,
        kind: if parent.is_none() { party::BranchKind::HeadOffice } else { party::BranchKind::Outlet },
        name_zh: text("网点", code),
        name_en: text("Branch", code),
        address_zh: String::new(),
        address_en: String::new(),
        phone: String::new(),
    }
}

struct Found {
    branch: BranchId,
    firm: FirmId,
    person: PersonId,
    funds: AccountId,
    account: AccountId,
}

fn found(tx: &mut Tx<'_>) -> Result<Found> {
    let head = branch_open(tx, &system(), branch("10000", None))?;
    let branch = branch_open(tx, &system(), branch("10100", Some(head)))?;
    let new = party::FirmNew {
        branch,
        credit_code: "91990102MA0000001D".into(),
        name: "汐源船舶修造有限公司".into(),
        kind: party::FirmKind::Company,
        size: party::FirmSize::Small,
        address: String::new(),
        phone: String::new(),
    };
    let firm = party::firm_register(tx, &system(), new)?.firm;
    let new = party::PersonNew {
        branch,
        name: "李建国".into(),
        document: party::DocumentKind::ResidentId,
        number: "990102199004120025".into(),
        country: "CN".into(),
        phone: "13800005678".into(),
        address: "海滨路 1 号".into(),
        born: Date::parse("1990-04-12")?,
        tier: party::Tier::I,
    };
    let person = party::person_register(tx, &system(), new)?.person;
    party::grant(tx, &system(), GrantAsk::new(Who::Person(person), Role::FirmOwner).of(firm))?;
    let funds = AccountId::new(tx.now(), branch.book());
    let account = AccountId::new(tx.now(), branch.book());
    ledger::open_account(tx, &system(), &Opening::deposit(funds, Owner::Firm(firm), "汐源", Currency::CNY))?;
    ledger::open_account(tx, &system(), &Opening::deposit(account, Owner::Person(person), "李建国", Currency::CNY))?;
    let id = kernel::id::TransferId::new(tx.now(), branch.book());
    let from = own(branch.book(), Own::Settlement, Currency::CNY);
    ledger::post_one(tx, false, &Transfer::single(id, from, funds, Money::cny(100_000_000), "opening"))?;
    Ok(Found { branch, firm, person, funds, account })
}

impl House {
    pub fn open() -> House {
        House::open_with(|o| o)
    }

    pub fn open_with(change: impl FnOnce(Options) -> Options) -> House {
        let directory = directory();
        // A Wednesday at ten in the morning.
        let clock = Clock::manual(Date::parse("2026-11-18").unwrap().begins().plus(10 * HOUR));
        let options = Options { synchronous: "OFF", ..options(&directory).memory_keys().clock(clock.clone()) };
        let options = Options { webhooks: Policy { allow_private: true }, ..options };
        let bank = Bank::open(change(options)).unwrap();
        let Found { branch, firm, person, funds, account } = bank.write(found).unwrap();
        clock.advance(SECOND);
        House { bank, clock, branch, firm, person, funds, account, directory }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.bank.write(f).unwrap()
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.bank.read(f).unwrap()
    }

    /// A member of staff with a role for the whole bank.
    pub fn staff(&self, number: &'static str, role: Role) -> Actor {
        let branch = self.branch;
        let id: StaffId = self.write(move |tx| {
            let new = party::StaffNew { branch, number: number.into(), name: number.into(), person: None };
            let id = party::staff_join(tx, &system(), new)?;
            party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role))?;
            Ok(id)
        });
        Actor { branch: Some(branch), channel: Channel::Counter, stepped_up: true, ..Actor::of(Who::Staff(id)) }
    }

    /// The person acting for the firm as its owner.
    pub fn owner(&self) -> Actor {
        let who = Who::ForFirm { person: self.person, firm: self.firm };
        Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(who) }
    }

    pub fn customer(&self) -> Actor {
        Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(Who::Person(self.person)) }
    }

    pub fn jobs(&self) -> u64 {
        let done = self.bank.run_jobs_once();
        assert!(done.failed.is_empty(), "{:?}", done.failed);
        done.total()
    }

    /// All jobs until nothing happens any more.
    pub fn settle(&self) {
        for _ in 0..50 {
            if self.jobs() == 0 {
                return;
            }
        }
        panic!("the bank does not come to rest");
    }

    /// The whole bank is sound.
    pub fn sound(&self) -> crate::Report {
        let report = crate::verify(&self.bank.store, &mut |_, _| {}).unwrap();
        assert!(report.ok, "{:#?}", report.faults);
        report
    }

    pub fn wait(&self, seconds: i64) {
        self.clock.advance(seconds * SECOND);
    }
}
