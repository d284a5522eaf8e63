//! A bank with a payroll firm, its people and its checkers, and what they try on each other's requests.
mod checkers;
mod lists;
mod texts;

use crate::*;
use kernel::clock::{HOUR, MINUTE};
use kernel::id::{ApprovalId, BranchId, FirmId, PersonId, StaffId};
use kernel::{Actor, Channel, Clock, Date, Money, Result, Who};
use party::{GrantAsk, Limits, Permission, Role};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Config, Engine, KeyRing, Store, Tx};

pub(crate) struct Bank {
    pub store: Store,
    pub clock: Clock,
    pub branches: Vec<BranchId>,
    pub firm: FirmId,
    directory: PathBuf,
}

impl Drop for Bank {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
        if let Engine::Postgres { url, schema } = &self.store.config().engine {
            let mut by_hand = postgres::Client::connect(url, postgres::NoTls).unwrap();
            by_hand.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).unwrap();
        }
    }
}

/// SQLite in the directory, or a schema of its own on the PostgreSQL that `YIZHAN_TEST_DATABASE` names.
fn config(directory: &Path, n: u32) -> Config {
    match std::env::var("YIZHAN_TEST_DATABASE") {
        Ok(url) if url.starts_with("postgres") => {
            Config::postgres(&url, &format!("approval_{}_{n}", std::process::id()))
        }
        _ => Config::sqlite(directory),
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

fn system() -> Actor {
    Actor::system("bootstrap")
}

/// Head office, and two branches below it; a firm at the first.
fn found(tx: &mut Tx<'_>) -> Result<(Vec<BranchId>, FirmId)> {
    let mut branches: Vec<BranchId> = Vec::new();
    for code in ["10000", "10100", "10200"] {
        let text = |what: &str| format!("{what} {code}");
        let new = party::BranchNew {
            code: code.into(),
            parent: branches.first().copied(),
            kind: party::BranchKind::Outlet,
            name_zh: text("网点"),
            name_en: text("Branch"),
            address_zh: String::new(),
            address_en: String::new(),
            phone: String::new(),
        };
        branches.push(party::branch_open(tx, &system(), new)?);
    }
    let new = party::FirmNew {
        branch: branches[1],
        credit_code: "91990102MA0000001D".into(),
        name: "汐源船舶修造有限公司".into(),
        kind: party::FirmKind::Company,
        size: party::FirmSize::Medium,
        address: String::new(),
        phone: String::new(),
    };
    let firm = party::firm_register(tx, &system(), new)?.firm;
    Ok((branches, firm))
}

impl Bank {
    pub fn open() -> Bank {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("yizhan-approval-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let clock = Clock::manual(Date::parse("2026-11-21").unwrap().begins().plus(10 * HOUR));
        let config = Config { clock: clock.clone(), synchronous: "OFF", ..config(&directory, n) };
        let mut migrations = store::migrations();
        migrations.extend([
            party::MIGRATION,
            party::DOOR_MIGRATION,
            party::MIGRATION_KIOSK,
            party::MIGRATION_FIRM_CLASS,
            MIGRATION,
        ]);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let (branches, firm) = store.write(found).unwrap();
        Bank { store, clock, branches, firm, directory }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.store.write(f).unwrap()
    }
    pub fn try_write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.store.write(f)
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.store.read(f).unwrap()
    }

    /// A person, the nth of three, at the first branch.
    pub fn person(&self, nth: usize) -> PersonId {
        let (number, born) = [
            ("990102195103080016", "1951-03-08"),
            ("990102199004120025", "1990-04-12"),
            ("990102198506230035", "1985-06-23"),
        ][nth];
        let new = party::PersonNew {
            branch: self.branches[1],
            name: format!("甲{nth}"),
            document: party::DocumentKind::ResidentId,
            number: number.into(),
            country: "CN".into(),
            phone: "13900000000".into(),
            address: String::new(),
            born: Date::parse(born).unwrap(),
            tier: party::Tier::I,
        };
        self.write(move |tx| party::person_register(tx, &system(), new.clone())).person
    }

    /// A member of staff with a role at a branch, signed in there with a fresh second factor.
    pub fn staff(&self, number: &'static str, role: Role, branch: usize) -> Actor {
        self.staff_who_is(number, role, branch, None, role.cap())
    }

    pub fn staff_who_is(
        &self,
        number: &'static str,
        role: Role,
        branch: usize,
        person: Option<PersonId>,
        limits: Limits,
    ) -> Actor {
        let at = self.branches[branch];
        let id: StaffId = self.write(move |tx| {
            let new = party::StaffNew { branch: at, number: number.into(), name: number.into(), person };
            let id = party::staff_join(tx, &system(), new)?;
            let ask = GrantAsk { limits, ..GrantAsk::new(Who::Staff(id), role).at(at) };
            party::grant(tx, &system(), ask)?;
            Ok(id)
        });
        let signed_in =
            Actor { branch: Some(at), channel: Channel::Counter, stepped_up: true, ..Actor::of(Who::Staff(id)) };
        Actor { roles: role.to_string(), ..signed_in }
    }

    /// A user of the firm with a role.
    pub fn user(&self, person: PersonId, role: Role) -> Actor {
        let firm = self.firm;
        self.write(move |tx| party::grant(tx, &system(), GrantAsk::new(Who::Person(person), role).of(firm)));
        Actor { stepped_up: true, ..Actor::of(Who::ForFirm { person, firm }) }
    }

    /// A payment of some yuan asked by `maker` at the first branch.
    pub fn payment(&self, yuan: i64) -> Ask {
        let payload = serde_json::json!({ "to": "acct_x", "fen": yuan * 100 });
        Ask {
            amount: Some(Money::cny(yuan * 100)),
            branch: Some(self.branches[1]),
            summary: vec![Line::new("amount", "", format!("{yuan}"))],
            ..Ask::new("payment", &payload, Permission::PaymentApprove).unwrap()
        }
    }
    pub fn ask(&self, maker: &Actor, ask: Ask) -> ApprovalId {
        let maker = maker.clone();
        self.write(move |tx| crate::ask(tx, &maker, ask.clone()))
    }
    pub fn hash(&self, id: ApprovalId) -> String {
        self.read(|tx| raw(tx, id)).hash_text()
    }
    pub fn approve(&self, checker: &Actor, id: ApprovalId) -> Result<Approve> {
        let (checker, hash) = (checker.clone(), self.hash(id));
        self.try_write(move |tx| approve(tx, &checker, id, &hash))
    }
    pub fn state(&self, id: ApprovalId) -> State {
        self.read(|tx| raw(tx, id)).state
    }
    /// The kinds of all events so far, by name: while the clock stands, two writers' events have no order.
    pub fn events(&self) -> Vec<String> {
        let all = self.read(|tx| tx.outbox_after_cursor("test", 1_000));
        let mut kinds: Vec<String> = all.into_iter().map(|e| e.kind).filter(|k| k.starts_with("approval.")).collect();
        kinds.sort();
        kinds
    }
    pub fn wait(&self, minutes: i64) {
        self.clock.advance(minutes * MINUTE);
    }
}
