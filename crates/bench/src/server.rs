//! PostgreSQL: several writers with set-based statements, against the ledger that is usually written.
use crate::Options;
use crate::measure::{Speed, Times};
use crate::plain;
use crate::town::{BOOK, Town, post, settle, verified};
use kernel::clock::stopwatch;
use kernel::id::{AccountId, FirmId};
use kernel::{Actor, Currency, Error, Id, Owner, Result};
use ledger::Opening;
use postgres::{Client, NoTls};
use store::{Config, KeyRing, Migration, Store};

/// Writers of ours, each with a connection; chunks keep this many busy.
const WRITERS: usize = 16;
const CHUNKS_AT_ONCE: u64 = 4;
/// Clients of the plain ledger, and on a hot account.
const CLIENTS: u64 = 16;
const HOT_CLIENTS: u64 = 64;
/// Transfers of one statement of ours.
const BULK: u32 = 1_000;
/// Transfers that are measured one by one, over all clients.
const SINGLE_TRANSFERS: u64 = 19_200;

pub(crate) fn migrations() -> Vec<Migration> {
    store::migrations().into_iter().chain([ledger::MIGRATION]).collect()
}

/// What was measured on PostgreSQL.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Server {
    /// What was tried and how fast it was.
    pub speeds: Vec<(String, Speed)>,
    /// Transfers in chunks against one a transaction of the ledger that is usually written: the rates' ratio in thousandths.
    pub chunks_permille_of_plain: u64,
    /// Payments into one hot account, ours against the usual ledger's: the same.
    pub hot_permille_of_plain: u64,
}

pub(crate) fn measure(options: &Options, url: &str, progress: &mut dyn FnMut(&str)) -> Result<Server> {
    dropping(url, |names| compare(options, url, names, progress))
}

/// Runs `f` with the names of two schemas that are dropped after it.
pub(crate) fn dropping<T>(url: &str, f: impl FnOnce([&str; 2]) -> Result<T>) -> Result<T> {
    let name = format!("bench_{}_{}", std::process::id(), kernel::Clock::system().now().micros());
    let plain_name = format!("{name}_plain");
    let measured = f([&name, &plain_name]);
    let dropped = drop_schemas(url, [&name, &plain_name]);
    let measured = measured?;
    dropped.map(|()| measured)
}

fn drop_schemas(url: &str, names: [&str; 2]) -> Result<()> {
    let drops = names.map(|name| format!("DROP SCHEMA IF EXISTS {name} CASCADE;")).concat();
    let done = Client::connect(url, NoTls).and_then(|mut c| c.batch_execute(&drops));
    done.map_err(|e| Error::broken("the bench's schema was not dropped").caused_by(e))
}

fn compare(
    options: &Options,
    url: &str,
    [ours, plain_name]: [&str; 2],
    progress: &mut dyn FnMut(&str),
) -> Result<Server> {
    let config = Config { pg_writers: WRITERS, ..Config::postgres(url, ours) };
    let store = Store::open(config, KeyRing::random(), &migrations())?;
    progress(&format!("PostgreSQL: opening {} accounts", options.accounts));
    let town = settle(&store, options.accounts)?;
    plain::found(url, plain_name, &town)?;
    let plain_hot = town.accounts.first().copied();
    let biller = biller(&store)?;
    let mut out = Server::default();
    let mut say = |what: String, speed: Speed, out: &mut Server| {
        progress(&format!("PostgreSQL, {what}: {}/s", speed.per_second));
        out.speeds.push((what, speed.clone()));
        speed.per_second
    };
    let batches = u64::from((options.transfers / BULK).clamp(1, 400)).div_ceil(CHUNKS_AT_ONCE);
    let mut chunks = 0;
    for size in [BULK, 100] {
        let speed = ours_at_once(&store, &town, CHUNKS_AT_ONCE, batches, size, None)?;
        chunks = chunks.max(say(format!("ours, {CHUNKS_AT_ONCE} clients, {size} a batch"), speed, &mut out));
    }
    let each = SINGLE_TRANSFERS / CLIENTS;
    let speed = ours_at_once(&store, &town, CLIENTS, each, 1, None)?;
    say(format!("ours, {CLIENTS} clients, one at a time"), speed, &mut out);
    let speed = plain::measure(url, plain_name, &town, CLIENTS, each, None)?;
    let plain = say(format!("plain, {CLIENTS} clients, one at a time"), speed, &mut out);
    let each = SINGLE_TRANSFERS / HOT_CLIENTS / 2;
    let speed = ours_at_once(&store, &town, HOT_CLIENTS, each, 1, Some(biller))?;
    let ours_hot = say(format!("ours, {HOT_CLIENTS} clients paying one hot account"), speed, &mut out);
    let speed = plain::measure(url, plain_name, &town, HOT_CLIENTS, each, plain_hot)?;
    let plain_hot = say(format!("plain, {HOT_CLIENTS} clients paying one account"), speed, &mut out);
    (out.chunks_permille_of_plain, out.hot_permille_of_plain) = (chunks * 1_000 / plain, ours_hot * 1_000 / plain_hot);
    progress("verifying the books");
    verified(&store)?;
    Ok(out)
}

/// A hot account that everybody pays.
fn biller(store: &Store) -> Result<AccountId> {
    let now = store.clock().now();
    let owner = Owner::Firm(FirmId::new(now, BOOK));
    let opening = Opening::deposit(AccountId::new(now, BOOK), owner, "biller", Currency::CNY).hot();
    store.write(move |tx| ledger::open_account(tx, &Actor::system("bench"), &opening)).map(|account| account.id)
}

/// `clients` at once, `each` batches a client; all of them pay `hot` when it is given.
fn ours_at_once(
    store: &Store,
    town: &Town,
    clients: u64,
    each: u64,
    size: u32,
    hot: Option<AccountId>,
) -> Result<Speed> {
    let watch = stopwatch();
    let times = std::thread::scope(|scope| {
        let work = |n: u64| {
            let mut town = town.neighbour(n);
            scope.spawn(move || {
                let mut times = Times::default();
                for _ in 0..each {
                    let mut batch = town.batch(store.clock().now(), size);
                    for t in &mut batch {
                        t.credit = hot.filter(|hot| *hot != t.debit).unwrap_or(t.credit);
                    }
                    times.take(|| post(store, batch))?;
                }
                Ok(times)
            })
        };
        let threads: Vec<_> = (0..clients).map(work).collect();
        let joined = threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err(Error::broken("a client panicked"))));
        joined.collect::<Result<Vec<Times>>>()
    })?;
    let took = watch.elapsed().as_micros() as u64;
    let mut all = Times::default();
    times.into_iter().for_each(|t| all.merge(t));
    Ok(all.speed_within(u64::from(size), took))
}
