//! The ledger that is usually written, by itself: one transfer a transaction on PostgreSQL, without HTTP, guard or audit.
use crate::measure::Speed;
use crate::server::dropping;
use crate::town::Town;
use crate::{Options, plain};
use kernel::Result;

/// Clients between many accounts, and on one hot account: where such ledgers are at their best and at their worst.
const CROWDS: [(u64, bool); 2] = [(16, false), (64, true)];
/// Transfers measured in each crowd.
const TRANSFERS: u64 = 19_200;

/// Measures it on the server of `options.postgres`, in a schema that is made and dropped; empty without a server.
pub fn usual_ledger(options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Vec<(String, Speed)>> {
    let Some(url) = &options.postgres else { return Ok(Vec::new()) };
    let town = Town::unsettled(options.accounts);
    dropping(url, |[schema, _]| {
        plain::found(url, schema, &town)?;
        let one = |(clients, hot): (u64, bool)| {
            let payee = town.accounts.first().copied().filter(|_| hot);
            let speed = plain::measure(url, schema, &town, clients, TRANSFERS / clients, payee)?;
            let on = if hot { " on one hot account" } else { "" };
            let what = format!("usual ledger on PostgreSQL, {clients} clients{on}");
            progress(&format!("{what}: {}/s", speed.per_second));
            Ok((what, speed))
        };
        CROWDS.into_iter().map(one).collect()
    })
}
