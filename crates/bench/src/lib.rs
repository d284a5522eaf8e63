//! How fast the ledger is on this machine, measured the way it is used: durable commits, production indexes, hash chain.
//!
//! [`ledger`] posts batches through the store on SQLite (`synchronous = FULL`) and, in turn with each batch, appends the
//! same records to a bare file and syncs it: the file is what the disk and the machine could do at best at that very
//! moment, so the **ratio** says more than the rate on a machine that others use too. With a PostgreSQL it also measures
//! several writers there, against the ledger that is usually written: one transfer a transaction, both accounts locked.
//!
//! What a posted transfer includes: the check of its id, of both accounts, their restrictions and funds; two balances; an
//! entry of 22 columns under two indexes, chained by BLAKE3; the lane's sealed head once a commit; one durable commit a
//! batch. It does not include what `payments` adds: entitlement, price, limits, guard, audit, outbox.
mod log;
mod measure;
mod plain;
mod server;
mod sqlite;
mod town;
mod usual;

pub use measure::Speed;
pub use server::Server;
pub use usual::usual_ledger;

use kernel::{Error, Result};
use std::path::PathBuf;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Options {
    /// An empty directory for the database and the log; nothing is removed.
    pub directory: PathBuf,
    /// Accounts between which money moves at random, 100 to [`ACCOUNTS_MAX`].
    pub accounts: u32,
    /// Transfers measured for each size of a batch, about.
    pub transfers: u32,
    /// Transfers in a batch, each size by itself; 1 to 8,192.
    pub sizes: Vec<u32>,
    /// `postgres://…` of a server that may be filled; a schema of its own is made and dropped.
    pub postgres: Option<String>,
}

/// Accounts at most: those the ledger keeps in memory on SQLite.
pub const ACCOUNTS_MAX: u32 = 150_000;
/// Sizes of a batch that are measured unless others are asked for.
pub const SIZES: [u32; 4] = [8_000, 1_000, 100, 1];
/// Batches of one size at most; small ones would take minutes.
pub const BATCHES_MAX: u32 = 2_000;

impl Options {
    pub fn new(directory: impl Into<PathBuf>) -> Options {
        Options {
            directory: directory.into(),
            accounts: 100_000,
            transfers: 400_000,
            sizes: SIZES.into(),
            postgres: None,
        }
    }
}

/// A size of a batch on SQLite, beside the bare log.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Embedded {
    pub batch: u32,
    pub ledger: Speed,
    pub log: Speed,
    /// The ledger's rate in thousandths of the log's.
    pub permille_of_log: u64,
    /// What a transfer keeps the writer's processor busy for, in nanoseconds, in half of the batches at most; 0 where the
    /// system does not say.
    pub processor_ns: u64,
}

/// What was measured.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Report {
    pub processors: usize,
    pub accounts: u32,
    pub sqlite: Vec<Embedded>,
    /// On PostgreSQL, when one was given.
    pub postgresql: Option<Server>,
}

/// Measures the ledger; `progress` hears a line now and then. The answer is a [`Report`] as JSON; [`lines`] shows it.
pub fn ledger(options: &Options, progress: &mut dyn FnMut(&str)) -> Result<serde_json::Value> {
    let report = report(options, progress)?;
    serde_json::to_value(&report).map_err(|e| Error::broken("a report has no JSON form").caused_by(e))
}

pub fn report(options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Report> {
    if !(100..=ACCOUNTS_MAX).contains(&options.accounts) {
        return Err(Error::limit("accounts of a bench", options.accounts, ACCOUNTS_MAX, "accounts"));
    }
    if let Some(size) = options.sizes.iter().find(|n| !(1..=ledger::BATCH_TRANSFERS_MAX as u32).contains(n)) {
        return Err(Error::limit("a batch", size, ledger::BATCH_TRANSFERS_MAX, "transfers"));
    }
    let sqlite = sqlite::measure(options, progress)?;
    let server = options.postgres.as_ref().map(|url| server::measure(options, url, progress));
    let postgresql = server.transpose()?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Report { processors, accounts: options.accounts, sqlite, postgresql })
}

/// The report for a reader.
pub fn lines(report: &Report) -> Vec<String> {
    let mut out = vec![format!("{} processors, {} accounts, durable commits", report.processors, report.accounts)];
    for e in &report.sqlite {
        let percent = format!("{}.{} %", e.permille_of_log / 10, e.permille_of_log % 10);
        out.push(format!(
            "SQLite, {} a batch: {}; {} ns of the writer's processor each; bare log {}/s; {percent} of it",
            e.batch, e.ledger, e.processor_ns, e.log.per_second
        ));
    }
    if let Some(server) = &report.postgresql {
        out.extend(server.speeds.iter().map(|(what, speed)| format!("PostgreSQL, {what}: {speed}")));
        let times = |permille: u64| format!("{}.{:02}", permille / 1_000, permille % 1_000 / 10);
        let (chunks, hot) = (times(server.chunks_permille_of_plain), times(server.hot_permille_of_plain));
        out.push(format!("PostgreSQL, ours in chunks is {chunks} times the plain ledger's one a transaction"));
        out.push(format!("PostgreSQL, ours into one hot account is {hot} times the plain ledger's into one account"));
    }
    out
}
