//! A small bank in a temporary directory, and what is tried on it.
mod consents;
mod firm_class;
mod kiosk;
mod limits;
mod passkeys;
mod people;
mod rights;
mod sign_in;

use crate::*;
use kernel::clock::MINUTE;
use kernel::id::{BranchId, FirmId, LoginId, PersonId, StaffId};
use kernel::{Channel, Clock, Date, Who};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Config, Engine, FaultPoint, KeyRing, Store};

pub(crate) const RESIDENTS: [(&str, &str, &str); 3] = [
    ("王秀英", "990102195103080016", "1951-03-08"),
    ("李建国", "990102199004120025", "1990-04-12"),
    ("张伟", "990102198506230035", "1985-06-23"),
];

/// Head office 0, city 1, sub-branch 2 below it, and outlet 3 beside the city.
pub(crate) struct Bank {
    pub store: Store,
    pub clock: Clock,
    pub branches: Vec<BranchId>,
    /// Statements that asked the database something, so far.
    pub queries: Arc<AtomicU32>,
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
        Ok(url) if url.starts_with("postgres") => Config::postgres(&url, &format!("party_{}_{n}", std::process::id())),
        _ => Config::sqlite(directory),
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

pub(crate) fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(crate) fn at(branch: BranchId, who: Who) -> Actor {
    Actor { branch: Some(branch), channel: Channel::Counter, ..Actor::of(who) }
}

pub(crate) fn stepped_up(actor: Actor) -> Actor {
    Actor { stepped_up: true, ..actor }
}

impl Bank {
    pub fn open() -> Bank {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("yizhan-party-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let clock = Clock::manual(Date::parse("2026-11-21").unwrap().begins().plus(10 * 60 * MINUTE));
        let queries = Arc::new(AtomicU32::new(0));
        let counted = queries.clone();
        let count = move |at: &'static str| {
            counted.fetch_add(u32::from(at == "query"), Ordering::Relaxed);
            false
        };
        let fault: Option<Arc<FaultPoint>> = Some(Arc::new(count));
        let config = Config { clock: clock.clone(), synchronous: "OFF", fault, ..config(&directory, n) };
        let mut migrations = store::migrations();
        migrations.extend([MIGRATION, DOOR_MIGRATION, MIGRATION_KIOSK, MIGRATION_FIRM_CLASS]);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let mut bank = Bank { store, clock, branches: Vec::new(), queries, directory };
        for (code, parent, kind) in [
            ("10000", None, BranchKind::HeadOffice),
            ("10100", Some(0), BranchKind::City),
            ("10210", Some(1), BranchKind::SubBranch),
            ("10300", Some(0), BranchKind::Outlet),
        ] {
            let parent = parent.map(|i: usize| bank.branches[i]);
            let text = |t: &str| format!("{t} {code}");
            let new = BranchNew {
                code: code.into(),
                parent,
                kind,
                name_zh: text("网点"),
                name_en: text("Branch"),
                address_zh: text("路"),
                address_en: text("Road"),
                phone: String::new(),
            };
            let id = bank.write(move |tx| branch_open(tx, &system(), new.clone()));
            bank.branches.push(id);
        }
        bank
    }

    pub fn try_write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut store::Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.store.write(f)
    }
    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut store::Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.store.write(f).unwrap()
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut store::Tx<'_>) -> Result<T>) -> T {
        self.store.read(f).unwrap()
    }

    pub fn staff(&self, number: &'static str, branch: usize) -> StaffId {
        let new = StaffNew { branch: self.branches[branch], number: number.into(), name: number.into(), person: None };
        self.write(move |tx| staff_join(tx, &system(), new.clone()))
    }
    pub fn person_new(&self, nth: usize, branch: usize) -> PersonNew {
        let (name, number, born) = RESIDENTS[nth];
        PersonNew {
            branch: self.branches[branch],
            name: name.into(),
            document: DocumentKind::ResidentId,
            number: number.into(),
            country: "CN".into(),
            phone: format!("1390000000{nth}"),
            address: "汐洲市海晏路8号".into(),
            born: Date::parse(born).unwrap(),
            tier: Tier::I,
        }
    }
    pub fn person(&self, nth: usize, branch: usize) -> PersonId {
        let new = self.person_new(nth, branch);
        self.write(move |tx| person_register(tx, &system(), new.clone())).person
    }
    pub fn firm(&self, branch: usize) -> FirmId {
        self.firm_of("91990102MA000000", "汐源船舶修造有限公司", FirmKind::Company, branch)
    }
    /// `credit_code` without its check character.
    pub fn firm_of(&self, credit_code: &str, name: &str, kind: FirmKind, branch: usize) -> FirmId {
        let whole = |c: char| Some(format!("{credit_code}1{c}")).filter(|code| crate::credit_code(code).is_some());
        let new = FirmNew {
            branch: self.branches[branch],
            credit_code: "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find_map(whole).expect("a check character"),
            name: name.into(),
            kind,
            size: FirmSize::Medium,
            address: String::new(),
            phone: String::new(),
        };
        self.write(move |tx| firm_register(tx, &system(), new.clone())).firm
    }
    pub fn grant(&self, ask: GrantAsk) -> Result<kernel::id::GrantId> {
        self.try_write(move |tx| grant(tx, &system(), ask.clone()))
    }
    /// Whether the actor may, in a read.
    pub fn may(&self, actor: &Actor, permission: Permission, scope: &Scope) -> Result<Entitlement> {
        self.store.read(|tx| may(tx, actor, permission, scope))
    }
    pub fn login(&self, name: &'static str, who: Who) -> LoginId {
        let password = PasswordCost::TEST.hash(name, PASSWORD).unwrap();
        self.write(move |tx| {
            let new = LoginNew {
                name: name.into(),
                who,
                password: password.clone(),
                totp_secret: *SECRET,
                first_password: false,
            };
            login_make(tx, &system(), new)
        })
    }
    pub fn audits(&self, action: &'static str, result: &str) -> usize {
        let rows = self.read(|tx| tx.audit_search(i64::MAX, 1_000, "", action, ""));
        rows.iter().filter(|r| r.result == result).count()
    }
    /// How many questions to the database `f` takes.
    pub fn count(&self, f: impl FnOnce()) -> u32 {
        let before = self.queries.load(Ordering::Relaxed);
        f();
        self.queries.load(Ordering::Relaxed) - before
    }
    /// How many events so far have a kind that begins with `prefix`.
    pub fn events(&self, prefix: &str) -> usize {
        let all = self.read(|tx| tx.outbox_after_cursor("test", 1_000));
        all.iter().filter(|e| e.kind.starts_with(prefix)).count()
    }
}

pub(crate) const PASSWORD: &str = "anchor-lantern-4821";
pub(crate) const SECRET: &[u8; 20] = b"12345678901234567890";
