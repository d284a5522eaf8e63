//! The embedded database, in turn with the bare log.
use crate::log::Log;
use crate::measure::{Times, writers_ns};
use crate::town::{post, settle, verified};
use crate::{BATCHES_MAX, Embedded, Options};
use kernel::Result;
use store::{Config, KeyRing, Store};

/// Batches before the clock runs, for each size.
const WARM_UP: u32 = 3;

pub(crate) fn measure(options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Vec<Embedded>> {
    let config = Config::sqlite(options.directory.join("sqlite"));
    let store = Store::open(config, KeyRing::random(), &crate::server::migrations())?;
    progress(&format!("opening {} accounts", options.accounts));
    let mut town = settle(&store, options.accounts)?;
    let mut log = Log::create(&options.directory)?;
    let mut out = Vec::new();
    for &size in &options.sizes {
        let batches = (options.transfers / size).clamp(1, BATCHES_MAX);
        let (mut ours, mut bare) = (Times::default(), Times::default());
        let mut busy = Vec::new();
        for n in 0..WARM_UP + batches {
            let now = store.clock().now();
            let batch = town.batch(now, size);
            if n < WARM_UP {
                log.append(&batch, now.micros())?;
                post(&store, batch)?;
                continue;
            }
            bare.take(|| log.append(&batch, now.micros()))?;
            let before = writers_ns();
            ours.take(|| post(&store, batch))?;
            busy.push((writers_ns() - before) / u64::from(size));
        }
        let (ledger, log) = (ours.speed(u64::from(size)), bare.speed(u64::from(size)));
        let permille_of_log = ledger.per_second * 1_000 / log.per_second.max(1);
        busy.sort_unstable();
        let processor_ns = busy.get(busy.len() / 2).copied().unwrap_or(0);
        progress(&format!("SQLite, {size} a batch: {}/s", ledger.per_second));
        out.push(Embedded { batch: size, ledger, log, permille_of_log, processor_ns });
    }
    progress("verifying the books");
    verified(&store)?;
    Ok(out)
}
