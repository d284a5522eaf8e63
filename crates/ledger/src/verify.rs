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
    store::verify::of::<crate::strands::Strand>(),
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
    let mut re = Recount::new(days, compare::hot(tx)?);
    let entries = journal::read(tx, &mut re, &mut faults, progress)?;
    let compared = re.sound;
    if compared {
        re.left_waiting(&mut faults);
        re.sums_are_zero(&mut faults);
        compare::accounts(tx, &re, &mut faults, progress)?;
        compare::holds(tx, &mut re.holds, &mut faults, progress)?;
        re.days.compare(tx, &mut faults, progress)?;
    }
    Ok(Found { entries, accounts: re.moved_accounts(), compared, faults: faults.0 })
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

/// A select without a condition, and the columns its pages are ordered by: their names and their places in the answer.
struct Pages<'a> {
    table: &'a str,
    select: &'a str,
    keys: &'a [(&'a str, usize)],
}

impl Pages<'_> {
    /// Every row in the order of the keys, a page at a time. A row that `each` cannot read is a fault.
    fn read(
        &self,
        tx: &mut Tx<'_>,
        faults: &mut Faults,
        mut each: impl FnMut(&Row<'_>, &mut Faults) -> Result<()>,
    ) -> Result<u64> {
        let names: Vec<&str> = self.keys.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        let marks: Vec<String> = (1..=self.keys.len()).map(|i| format!("?{i}")).collect();
        let order = format!("ORDER BY {names} LIMIT {ROWS_PAGE}");
        let next = format!("{} WHERE ({names}) > ({}) {order}", self.select, marks.join(", "));
        let (mut sql, mut after, mut rows) = (format!("{} {order}", self.select), Vec::new(), 0);
        loop {
            let mut page = tx.query(&sql, &after, |r| {
                let key: Vec<Param<'static>> =
                    self.keys.iter().map(|(_, at)| r.param(*at).map(owned)).collect::<Result<_>>()?;
                if each(r, faults).is_err() {
                    faults.add(self.table, format!("{key:?}"), "it cannot be read");
                }
                Ok(key)
            })?;
            rows += page.len() as u64;
            match page.pop() {
                Some(last) if page.len() as i64 + 1 == ROWS_PAGE => (sql, after) = (next.clone(), last),
                _ => return Ok(rows),
            }
        }
    }
}

fn owned(p: Param<'_>) -> Param<'static> {
    match p {
        Param::Null => Param::Null,
        Param::Int(n) => Param::Int(n),
        Param::Text(t) => Param::Text(t.into_owned().into()),
        Param::Bytes(b) => Param::Bytes(b.into_owned().into()),
        Param::Id(b) => Param::Id(b),
    }
}
