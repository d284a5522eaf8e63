//! How the bank is opened.
use crate::denial::Denials;
use crate::machines::Machines;
use crate::messenger::{Log, Messenger};
use crate::{MIGRATION, notices, webhooks};
use cards::make::CardMaker;
use cards::pin::{Hsm, KeyedHashes};
use cards::simulator::{MakerSimulator, Plan as MakerPlan};
use guard::Guard;
use kernel::id::BranchId;
use kernel::{Actor, BookId, Clock, Currency, Error, Result};
use party::{IdentityPort, NoReader};
use payments::Desk;
use payments::clearing::{Plan, Port, Simulator};
use payments::own::open_own;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Config, Engine, FaultPoint, KeyRing, Migration, Store, Table, Tx};

/// The file of an SQLite bank's database, to know whether there is one.
const DATABASE_FILE: &str = "yizhan.db";

/// Where the secrets come from.
pub enum Keys {
    /// Made when it is missing and the bank is new.
    File(PathBuf),
    /// In memory: tests and simulations.
    Ring(KeyRing),
}

/// How the bank is opened.
pub struct Options {
    pub engine: Engine,
    pub keys: Keys,
    pub clock: Clock,
    /// Writer threads on PostgreSQL, 1 to 64.
    pub pg_writers: usize,
    /// Read connections, 1 to 64.
    pub readers: usize,
    /// SQLite's `synchronous`; see [`Config::synchronous`].
    pub synchronous: &'static str,
    pub vfs: Option<&'static str>,
    pub fault: Option<Arc<FaultPoint>>,
    /// Who carries payments to other banks; `None` is the simulator that pays everything after two minutes, kept beside
    /// an SQLite bank's data, or beside the key file of a bank on PostgreSQL.
    pub port: Option<Arc<dyn Port>>,
    /// Who sends messages to phones; `None` writes them, masked, to the log.
    pub messenger: Option<Arc<dyn Messenger>>,
    pub webhooks: webhooks::Policy,
    /// Reader and camera of the branches' machines; `None` is none, and a machine says so.
    pub identity: Option<Arc<dyn IdentityPort>>,
    /// Who makes plastics of cards; `None` is the simulator, which takes two looks for each.
    pub maker: Option<Arc<dyn CardMaker>>,
    /// Who takes reports of large sums and suspicions; `None` is the simulator, which takes everything.
    pub receiver: Option<Arc<dyn reporting::Receiver>>,
}

impl Options {
    /// Data in a directory, the key file in it as `keys.json`.
    pub fn sqlite(directory: impl Into<PathBuf>) -> Options {
        let directory = directory.into();
        let keys = Keys::File(directory.join("keys.json"));
        Options::with(Config::sqlite(directory), keys)
    }
    pub fn postgres(url: &str, schema: &str, keys: PathBuf) -> Options {
        Options::with(Config::postgres(url, schema), Keys::File(keys))
    }
    /// Fresh secrets that are never saved.
    pub fn memory_keys(self) -> Options {
        Options { keys: Keys::Ring(KeyRing::random()), ..self }
    }
    pub fn clock(self, clock: Clock) -> Options {
        Options { clock, ..self }
    }

    /// Everything usual, for an engine and its key file.
    pub(crate) fn of_engine(engine: Engine, keys: PathBuf) -> Options {
        Options::with(Config { engine, ..Config::sqlite("") }, Keys::File(keys))
    }

    fn with(config: Config, keys: Keys) -> Options {
        let Config { engine, clock, pg_writers, readers, synchronous, vfs, fault } = config;
        let (port, messenger, identity, maker, webhooks) = (None, None, None, None, webhooks::Policy::default());
        Options {
            engine,
            keys,
            clock,
            pg_writers,
            readers,
            synchronous,
            vfs,
            fault,
            port,
            messenger,
            webhooks,
            identity,
            maker,
            receiver: None,
        }
    }

    fn config(&self) -> Config {
        Config {
            engine: self.engine.clone(),
            clock: self.clock.clone(),
            pg_writers: self.pg_writers,
            readers: self.readers,
            synchronous: self.synchronous,
            vfs: self.vfs,
            fault: self.fault.clone(),
        }
    }

    fn directory(&self) -> Option<&Path> {
        match &self.engine {
            Engine::Sqlite(directory) => Some(directory),
            Engine::Postgres { .. } => None,
        }
    }
}

/// Looks at a plastic until the simulated maker has made it: with one every five seconds, a quarter of a minute.
const MAKER_LOOKS: u32 = 2;

/// Everything that belongs to one bank; cheap to clone. It closes when the last clone is dropped.
#[derive(Clone)]
pub struct Bank {
    pub store: Store,
    pub desk: Desk,
    pub port: Arc<dyn Port>,
    pub messenger: Arc<dyn Messenger>,
    pub webhooks: webhooks::Courier,
    /// The readers and cameras of the branches' machines.
    pub identity: Arc<dyn IdentityPort>,
    /// The devices of the branches' cash machines; none until they are attached.
    pub machines: Arc<Machines>,
    /// What records sales at the counters.
    pub recorder: Arc<dyn wealth::Recorder>,
    /// Who makes plastics of cards.
    pub maker: Arc<dyn CardMaker>,
    /// Who takes reports of large sums and suspicions.
    pub receiver: Arc<dyn reporting::Receiver>,
    /// What keeps the PINs of cards.
    pub hsm: Arc<dyn Hsm>,
    pub(crate) denials: Arc<Denials>,
}

impl Bank {
    /// Opens the bank, or makes a new one. Errors: the store's, `key_file` when the database is there and its key file is
    /// not, and those of the rule and tariff files.
    pub fn open(options: Options) -> Result<Bank> {
        let config = options.config();
        let port = match &options.port {
            Some(port) => port.clone(),
            None => simulator(&options)?,
        };
        let guard = Guard::load()?;
        let store = open_store(options.keys, config, options.engine)?;
        let desk = Desk { store: store.clone(), guard };
        let messenger = options.messenger.unwrap_or_else(|| Arc::new(Log));
        let bank = Bank {
            desk,
            port,
            messenger,
            webhooks: webhooks::Courier::new(options.webhooks),
            identity: options.identity.unwrap_or_else(|| Arc::new(NoReader)),
            machines: Arc::default(),
            recorder: Arc::new(wealth::NoRecorder),
            maker: options
                .maker
                .unwrap_or_else(|| Arc::new(MakerSimulator::new(MakerPlan { looks: MAKER_LOOKS, away: 0 }))),
            receiver: options.receiver.unwrap_or_else(|| Arc::new(reporting::Simulator)),
            hsm: Arc::new(KeyedHashes { store: store.clone(), cost: party::PasswordCost::default() }),
            denials: Arc::default(),
            store,
        };
        bank.store.write(seed_tariff)?;
        bank.store.write(seed_deposits)?;
        bank.store.write(open_books)?;
        bank.recall()?;
        Ok(bank)
    }

    /// Fills the guard's memory from what is on record, before anything is decided.
    fn recall(&self) -> Result<()> {
        let begun = kernel::clock::stopwatch();
        let started = self.desk.guard.start(&self.store);
        if let Err(why) = started {
            // A set that was agreed to and cannot be read any more: nothing passes unjudged, everything waits for people.
            tracing::error!(error = %why, "the rules in force cannot be used; every payment is held");
            self.desk.guard.inject(Some(guard::Fault::Broken));
            self.store.read(|tx| self.desk.guard.recall(tx))?;
        }
        tracing::info!(ms = begun.elapsed().as_millis() as u64, "the guard remembers what moved lately");
        Ok(())
    }

    /// The data beside a running server: no lock, no writer. For `verify` and exports.
    pub fn open_to_read(options: Options) -> Result<Store> {
        let config = options.config();
        let keys = match options.keys {
            Keys::File(path) => KeyRing::open(&path)?,
            Keys::Ring(ring) => ring,
        };
        Store::open_to_read(config, keys)
    }

    /// The same bank with another reader and camera.
    pub fn with_identity(self, identity: Arc<dyn IdentityPort>) -> Bank {
        Bank { identity, ..self }
    }

    /// The same bank with a device that records sales.
    pub fn with_recorder(self, recorder: Arc<dyn wealth::Recorder>) -> Bank {
        Bank { recorder, ..self }
    }

    pub fn clock(&self) -> &Clock {
        self.store.clock()
    }

    /// Runs a command in a durable transaction; see [`Store::write`].
    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.store.write(f)
    }

    /// Looks at one snapshot; see [`Store::read`].
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.store.read(f)
    }

    /// The whole schema, in order.
    pub fn migrations() -> Vec<Migration> {
        let mut all = store::migrations();
        all.extend([
            ledger::MIGRATION,
            party::MIGRATION,
            approval::MIGRATION,
            pricing::MIGRATION,
            guard::MIGRATION,
            payments::MIGRATION,
            payroll::MIGRATION,
            payments::clearing::MIGRATION,
            MIGRATION,
            party::DOOR_MIGRATION,
            payments::MIGRATION_TRANSFER,
            party::family::FAMILY_MIGRATION,
            lobby::MIGRATION,
            party::MIGRATION_KIOSK,
            documents::MIGRATION,
            bulk::MIGRATION,
            deposits::MIGRATION,
            till::MIGRATION,
            payments::MIGRATION_NUMBERS,
            cards::MIGRATION,
            till::MIGRATION_TERMINALS,
            wealth::MIGRATION,
            cards::MIGRATION_MORE,
            payroll::MIGRATION_SITE_RULES,
            crews::MIGRATION,
            worksite::MIGRATION,
            guarantee::MIGRATION,
            arrears::MIGRATION,
            worksite::MIGRATION_END,
            orders::MIGRATION,
            safety::MIGRATION,
            cases::MIGRATION,
            party::MIGRATION_FIRM_CLASS,
            guard::MIGRATION_RULES,
            cases::MIGRATION_TALKS,
            diligence::MIGRATION,
            reporting::MIGRATION,
            guard::MIGRATION_LIST_WORK,
        ]);
        all
    }

    /// All tables of record, the store's own included.
    pub fn tables() -> Vec<&'static Table> {
        let mut all = store::verify::tables();
        let lists = [
            ledger::verify::TABLES,
            party::TABLES,
            approval::TABLES,
            pricing::TABLES,
            guard::TABLES,
            safety::TABLES,
            documents::TABLES,
            payments::TABLES,
            payments::clearing::TABLES,
            payroll::TABLES,
            party::MANAGER_TABLES,
            party::family::FAMILY_TABLES,
            lobby::TABLES,
            bulk::TABLES,
            till::TABLES,
            till::TERMINAL_TABLES,
            deposits::TABLES,
            cards::TABLES,
            wealth::TABLES,
            crews::TABLES,
            worksite::TABLES,
            worksite::end::TABLES,
            guarantee::TABLES,
            arrears::TABLES,
            orders::TABLES,
            cases::TABLES,
            diligence::TABLES,
            reporting::TABLES,
            notices::TABLES,
            webhooks::TABLES,
        ];
        lists.iter().for_each(|list| all.extend(list.iter()));
        all
    }
}

pub(crate) fn simulator(options: &Options) -> Result<Arc<dyn Port>> {
    let (clock, plan) = (options.clock.clone(), Plan::calm(0));
    let Keys::File(keys) = &options.keys else { return Ok(Arc::new(Simulator::new(clock, plan))) };
    let beside_keys = keys.parent().unwrap_or(Path::new(""));
    let directory = options.directory().unwrap_or(beside_keys);
    std::fs::create_dir_all(directory).map_err(|e| unusable(directory, e))?;
    Ok(Arc::new(Simulator::with_file(&directory.join("clearing-simulator.json"), clock, plan)?))
}

fn unusable(path: &Path, e: std::io::Error) -> Error {
    Error::new(&store::DATABASE, format!("{} cannot be used", path.display())).caused_by(e)
}

/// A key file is made only for a new bank: another one than the bank's own would read nothing and seal differently.
fn open_store(keys: Keys, config: Config, engine: Engine) -> Result<Store> {
    let path = match keys {
        Keys::Ring(ring) => return Store::open(config, ring, &Bank::migrations()),
        Keys::File(path) => path,
    };
    let database = match &engine {
        Engine::Sqlite(directory) => Some(directory.join(DATABASE_FILE)),
        Engine::Postgres { .. } => None,
    };
    let made = !path.exists();
    if made && database.as_ref().is_some_and(|file| file.exists()) {
        let what = format!("{} is missing, and the bank's data is there", path.display());
        return Err(Error::new(&store::KEY_FILE, what));
    }
    if let Some(directory) = path.parent().filter(|_| made) {
        std::fs::create_dir_all(directory).map_err(|e| unusable(directory, e))?;
    }
    let opened = KeyRing::open_or_create(&path).and_then(|ring| Store::open(config, ring, &Bank::migrations()));
    if opened.is_err() && made && database.is_none() {
        // A PostgreSQL bank that did not open with a new key file has another one.
        let _ = std::fs::remove_file(&path);
    }
    opened
}

fn bootstrap() -> Actor {
    Actor::system("bootstrap")
}

fn seed_tariff(tx: &mut Tx<'_>) -> Result<()> {
    let date = tx.business_date()?;
    if pricing::tariff_table(tx, date)?.is_empty() {
        pricing::load_tariff(tx, &bootstrap(), pricing::DATA_FILE, pricing::DATA)?;
    }
    Ok(())
}

fn seed_deposits(tx: &mut Tx<'_>) -> Result<()> {
    let date = tx.business_date()?;
    if deposits::shelf(tx)?.on_sale(date).is_empty() {
        deposits::load_terms(tx, &bootstrap(), deposits::DATA_FILE, deposits::DATA)?;
    }
    Ok(())
}

/// The bank's own accounts of every branch's book. Repeating is safe.
fn open_books(tx: &mut Tx<'_>) -> Result<()> {
    for branch in party::branches(tx)? {
        open_book(tx, &bootstrap(), branch.book)?;
    }
    Ok(())
}

fn open_book(tx: &mut Tx<'_>, actor: &Actor, book: BookId) -> Result<()> {
    open_own(tx, actor, book, Currency::CNY)
}

/// Opens a branch with the bank's own accounts of its book.
pub fn branch_open(tx: &mut Tx<'_>, actor: &Actor, new: party::BranchNew) -> Result<BranchId> {
    let id = party::branch_open(tx, actor, new)?;
    open_book(tx, actor, kernel::Id::book(&id))?;
    Ok(id)
}
