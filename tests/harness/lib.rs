//! The harness of the integration suite: a fresh database for each test, on SQLite always and on PostgreSQL besides when
//! `YIZHAN_TEST_DATABASE` is the address of one (`postgres://…`; every test has a schema of its own and drops it).
//!
//! A test is `each_database(&migrations, &tables, |bank| { …; bank.finish() })`. [`TestStore::finish`] recomputes every seal,
//! sum, chain and sequence, so a test that left anything crooked fails although its own assertions held.
mod bench;
mod hand;
pub mod town;

pub use bench::{CROSSINGS, CROSSINGS_TABLE, Command, Crossing};
pub use hand::Hand;

use kernel::{Clock, Date, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use store::verify::{self, Fault};
use store::{Config, Engine, KeyRing, Migration, Store, Table};

/// The morning on which every test begins: 2026-03-02, a Monday, 08:00 at the branch.
pub fn monday_morning() -> Timestamp {
    Date::ymd(2026, 3, 2).expect("a date").begins().plus(8 * kernel::clock::HOUR)
}

/// The address of the PostgreSQL to test on, when there is one.
pub fn postgres_url() -> Option<String> {
    std::env::var("YIZHAN_TEST_DATABASE").ok().filter(|url| url.starts_with("postgres"))
}

/// Runs `test` on a fresh SQLite database, and on PostgreSQL when one is given. `migrations` follow the store's own;
/// `tables` are all tables of record in them.
pub fn each_database(migrations: &[Migration], tables: &[&'static Table], test: impl Fn(&mut TestStore)) {
    on_sqlite(migrations, tables, &test);
    on_postgres(migrations, tables, &test);
}

pub fn on_sqlite(migrations: &[Migration], tables: &[&'static Table], test: impl Fn(&mut TestStore)) {
    let dir = TempDir::new();
    let config = Config::sqlite(dir.path());
    test(&mut TestStore::open(dir, config, migrations, tables));
}

/// Does nothing when no PostgreSQL is given.
pub fn on_postgres(migrations: &[Migration], tables: &[&'static Table], test: impl Fn(&mut TestStore)) {
    let Some(url) = postgres_url() else { return };
    let dir = TempDir::new();
    let config = Config::postgres(&url, &format!("test_{}", dir.name));
    test(&mut TestStore::open(dir, config, migrations, tables));
}

/// A directory that is gone when it is dropped.
pub struct TempDir {
    path: PathBuf,
    name: String,
}

impl TempDir {
    #[expect(clippy::new_without_default, reason = "it makes a directory; a default should not")]
    pub fn new() -> TempDir {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let started = Clock::system().now().micros();
        let name = format!("{}_{}_{started}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("yizhan-test-{name}"));
        std::fs::create_dir_all(&path).expect("a temporary directory can be made");
        TempDir { path, name }
    }
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A store with a clock that stands still until the test moves it, and a statement that fails when the test says so.
pub struct TestStore {
    pub clock: Clock,
    config: Config,
    migrations: Vec<Migration>,
    tables: Vec<&'static Table>,
    store: Option<Store>,
    fail_in: Arc<AtomicI64>,
    calls: Arc<AtomicU64>,
    dir: TempDir,
}

impl TestStore {
    fn open(dir: TempDir, config: Config, migrations: &[Migration], tables: &[&'static Table]) -> TestStore {
        let clock = Clock::manual(monday_morning());
        let fail_in = Arc::new(AtomicI64::new(0));
        let countdown = fail_in.clone();
        let calls = Arc::new(AtomicU64::new(0));
        let counted = calls.clone();
        let fault = move |_: &'static str| {
            counted.fetch_add(1, Ordering::Relaxed);
            countdown.load(Ordering::SeqCst) > 0 && countdown.fetch_sub(1, Ordering::SeqCst) == 1
        };
        let config = Config { clock: clock.clone(), fault: Some(Arc::new(fault)), ..config };
        let all = store::migrations().into_iter().chain(migrations.iter().copied()).collect();
        let mut bank =
            TestStore { clock, config, migrations: all, tables: tables.to_vec(), store: None, fail_in, calls, dir };
        bank.store = Some(bank.open_another());
        bank
    }

    /// The store; clones are cheap and may go to threads.
    pub fn store(&self) -> Store {
        self.store.clone().expect("the store is open")
    }
    pub fn config(&self) -> &Config {
        &self.config
    }
    pub fn migrations(&self) -> &[Migration] {
        &self.migrations
    }
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
    pub fn is_postgres(&self) -> bool {
        matches!(self.config.engine, Engine::Postgres { .. })
    }
    /// The keys of this database, read from its key file.
    pub fn keys(&self) -> KeyRing {
        KeyRing::open_or_create(&self.dir.path().join("keys.json")).expect("the key file can be used")
    }

    /// One more store on the same database, as another process would open it.
    pub fn open_another(&self) -> Store {
        Store::open(self.config.clone(), self.keys(), &self.migrations).expect("the store opens")
    }

    /// Closes the store and opens it again.
    pub fn reopen(&mut self) {
        self.close();
        self.store = Some(self.open_another());
    }
    pub fn close(&mut self) {
        self.store = None;
    }

    /// The n-th call of the database from now on fails, n ≥ 1.
    pub fn fail_call(&self, n: i64) {
        self.fail_in.store(n, Ordering::SeqCst);
    }
    /// Takes the order to fail back; says whether a call failed meanwhile.
    pub fn has_failed(&self) -> bool {
        self.fail_in.swap(0, Ordering::SeqCst) <= 0
    }

    /// Tells how many calls of the database there were so far: statements and commits.
    pub fn counter(&self) -> impl Fn() -> u64 + Send + 'static {
        let calls = self.calls.clone();
        move || calls.load(Ordering::Relaxed)
    }

    /// What a verification of everything finds.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let checked = self.store().read(|tx| verify::everything(tx, &self.tables, &mut faults, &mut |_, _| {}));
        checked.expect("the database can be read");
        faults
    }

    /// Fails the test unless everything verifies.
    pub fn finish(&self) {
        let faults = self.faults();
        assert!(faults.is_empty(), "after the test the database does not verify: {faults:#?}");
    }

    /// Fails the test unless each of these consumers has handled every event of the outbox, and none is parked.
    pub fn finish_with_outbox_empty(&self, consumers: &[&str]) {
        self.finish();
        for consumer in consumers {
            let left = self.store().read(|tx| tx.outbox_after_cursor(consumer, 100)).expect("the outbox can be read");
            assert!(left.is_empty(), "{consumer} has not handled {left:#?}");
        }
        let parked = self.store().read(|tx| tx.outbox_parked(100)).expect("the outbox can be read");
        assert!(parked.is_empty(), "events are parked: {parked:#?}");
    }

    /// Somebody with a database client, who goes past the store.
    pub fn hand(&self) -> Hand {
        Hand::reach(&self.config.engine)
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        self.close();
        if let Engine::Postgres { schema, .. } = &self.config.engine {
            self.hand().does(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
        }
    }
}
