//! Recomputing the ledger from its journal: every hash, every link, every running balance, every sum, hold, freeze and
//! closed day.
//!
//! The journal is read once, all lanes side by side in the order of time, in pages of [`ENTRIES_PAGE`]. An entry counts when
//! both its accounts stand where it says; one that comes before its turn (lanes whose clocks disagree) waits in memory until
//! the one it follows was read. Memory grows with the number of accounts and of holds, about 200 bytes each, not with the
//! number of entries.
//!
//! When a chain is broken, the first entry that does not fit is named and nothing that follows from the journal is compared,
//! because it would all differ: [`Found::compared`] says so. Tables under seal are the store's own check ([`TABLES`]).
mod compare;
mod days;
mod journal;

use crate::account::Account;
use crate::restrictions::Order;
use days::Days;
use journal::Recount;
use kernel::Result;
use store::verify::{FAULTS_LISTED_MAX, Fault, Progress};
use store::{Param, Row, Tx};

/// Entries of a lane read at a time.
pub const ENTRIES_PAGE: i64 = 2_000;
/// Rows of a derived table read at a time.
pub const ROWS_PAGE: i64 = 10_000;

/// The ledger's tables of record, for the store's check of seals.
pub const TABLES: &[&store::Table] = &[
    store::verify::of::<Account>(),
    store::verify::of::<crate::grants::Grant>(),
    store::verify::of::<Order>(),
    store::verify::of::<crate::day::ClosedDay>(),
];

/// What was found.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Found {
    pub entries: u64,
    pub accounts: u64,
    /// Whether balances, holds and closed days were compared with the journal; `false` when the journal itself is broken.
    pub compared: bool,
    /// At most [`FAULTS_LISTED_MAX`].
    pub faults: Vec<Fault>,
}

/// Recomputes the journal and everything derived from it.
pub fn journal(tx: &mut Tx<'_>, progress: &mut Progress<'_>) -> Result<Found> {
    let mut faults = Faults::default();
    let days = Days::read(tx, &mut faults)?;
    let mut re = Recount::new(days);
    let entries = journal::read(tx, &mut re, &mut faults, progress)?;
    let compared = re.sound;
    if compared {
        re.left_waiting(&mut faults);
        re.sums_are_zero(&mut faults);
        compare::accounts(tx, &re, &mut faults, progress)?;
        compare::holds(tx, &mut re.holds, &mut faults, progress)?;
        re.days.compare(tx, &mut faults, progress)?;
    }
    Ok(Found { entries, accounts: re.accounts.len() as u64, compared, faults: faults.0 })
}

/// A list that does not grow beyond what is told.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, table: &str, record: impl Into<String>, what: impl Into<String>) {
        if self.0.len() < FAULTS_LISTED_MAX {
            self.0.push(Fault::new(table, record, what));
        }
    }
}

/// Every row of a table in the order of `keys`, a page at a time. `row` answers the row's key.
fn each_page(
    tx: &mut Tx<'_>,
    select: &str,
    keys: &[&str],
    mut row: impl FnMut(&Row<'_>) -> Result<Vec<Param<'static>>>,
) -> Result<()> {
    let names = keys.join(", ");
    let marks: Vec<String> = (1..=keys.len()).map(|i| format!("?{i}")).collect();
    let order = format!("ORDER BY {names} LIMIT {ROWS_PAGE}");
    let next = format!("{select} WHERE ({names}) > ({}) {order}", marks.join(", "));
    let mut page = tx.query(&format!("{select} {order}"), &[], &mut row)?;
    while page.len() as i64 == ROWS_PAGE {
        let after = page.pop().unwrap_or_default();
        page = tx.query(&next, &after, &mut row)?;
    }
    Ok(())
}
