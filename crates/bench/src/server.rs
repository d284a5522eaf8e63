//! PostgreSQL: several writers with set-based statements, against the ledger that is usually written.
use crate::Options;
use crate::measure::{Speed, Times};
use crate::plain;
use crate::town::{Town, post, settle, verified};
use kernel::clock::stopwatch;
use kernel::{Error, Result, id::AccountId};
use postgres::{Client, NoTls};
use store::{Config, KeyRing, Migration, Store};

/// Writers of ours, each with a connection.
const WRITERS: usize = 4;
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

pub(crate) fn measure(options: &Options, url: &str, progress: &mut dyn FnMut(&str)) -> Result<Vec<(String, Speed)>> {
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
) -> Result<Vec<(String, Speed)>> {
    let config = Config { pg_writers: WRITERS, ..Config::postgres(url, ours) };
    let store = Store::open(config, KeyRing::random(), &migrations())?;
    progress(&format!("PostgreSQL: opening {} accounts", options.accounts));
    let town = settle(&store, options.accounts)?;
    plain::found(url, plain_name, &town)?;
    let hot = town.accounts.first().copied();
    let mut out = Vec::new();
    let mut say = |what: String, speed: Speed, out: &mut Vec<(String, Speed)>| {
        progress(&format!("PostgreSQL, {what}: {}/s", speed.per_second));
        out.push((what, speed));
    };
    let batches = u64::from((options.transfers / BULK).clamp(1, 400)).div_ceil(WRITERS as u64);
    for size in [BULK, 100] {
        let speed = ours_at_once(&store, &town, WRITERS as u64, batches, size, None)?;
        say(format!("ours, {WRITERS} writers, {size} a batch"), speed, &mut out);
    }
    let each = SINGLE_TRANSFERS / CLIENTS;
    let speed = ours_at_once(&store, &town, CLIENTS, each, 1, None)?;
    say(format!("ours, {CLIENTS} clients, one at a time"), speed, &mut out);
    let speed = plain::measure(url, plain_name, &town, CLIENTS, each, None)?;
    say(format!("plain, {CLIENTS} clients, one at a time"), speed, &mut out);
    let each = SINGLE_TRANSFERS / HOT_CLIENTS / 2;
    let speed = ours_at_once(&store, &town, HOT_CLIENTS, each, 1, hot)?;
    say(format!("ours, {HOT_CLIENTS} clients paying one hot account"), speed, &mut out);
    let speed = plain::measure(url, plain_name, &town, HOT_CLIENTS, each, hot)?;
    say(format!("plain, {HOT_CLIENTS} clients paying one hot account"), speed, &mut out);
    progress("verifying the books");
    verified(&store)?;
    Ok(out)
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
