//! Recomputing the whole bank: every seal, chain, sum, balance, hold, closed day.
//!
//! It runs on one snapshot beside a working bank. What each part proves stands at the part: [`store::verify`] (seals,
//! accumulators, audit chains, outbox, idempotency keys), [`ledger::verify`] (journal, balances, holds, closed days with
//! their roots and signatures), [`payments::clearing::verify`] (the account of outgoing payments), [`deposits::verify`] (what
//! accounts earned, what is payable, what deposits hold), [`cards::verify`] (states of cards and plastics, blank cards).
use kernel::Result;
use serde::Serialize;
use store::Store;
use store::verify::Fault;

/// Rows read of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableRows {
    pub name: String,
    pub rows: u64,
}

/// What was read and what is wrong.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Tables in the order in which they were read.
    pub tables: Vec<TableRows>,
    /// Records under seal or in a chain, all together.
    pub records: u64,
    /// Entries of the journal.
    pub entries: u64,
    /// Accounts with entries.
    pub accounts: u64,
    /// Entries of the audit log.
    pub audit: u64,
    /// Closed days.
    pub days: u64,
    /// Whether balances, holds and closed days were compared with the journal; not when the journal itself is broken.
    pub compared: bool,
    pub faults: Vec<Fault>,
    pub ok: bool,
}

/// Recomputes everything. `progress` hears the table's name and the rows read of it so far. `Err` only when the database
/// cannot be read; what is wrong with the data is in the report.
pub fn verify(store: &Store, progress: &mut dyn FnMut(&str, u64)) -> Result<Report> {
    store.read(|tx| {
        let mut report = Report::default();
        let mut heard: Vec<TableRows> = Vec::new();
        let mut hear = |name: &str, rows: u64| {
            match heard.last_mut().filter(|t| t.name == name) {
                Some(table) => table.rows = rows,
                None => heard.push(TableRows { name: name.into(), rows }),
            }
            progress(name, rows);
        };
        let tables = crate::Bank::tables();
        report.records = store::verify::everything(tx, &tables, &mut report.faults, &mut hear)?;
        let journal = ledger::verify::journal(tx, &mut hear)?;
        (report.entries, report.accounts, report.compared) = (journal.entries, journal.accounts, journal.compared);
        report.faults.extend(journal.faults);
        payments::clearing::verify(tx, &mut report.faults)?;
        deposits::verify::verify(tx, &mut report.faults)?;
        cards::verify::verify(tx, &mut report.faults)?;
        wealth::verify::verify(tx, &mut report.faults)?;
        guarantee::verify::verify(tx, &mut report.faults)?;
        report.records += report.entries;
        let rows = |name: &str| heard.iter().find(|t| t.name == name).map_or(0, |t| t.rows);
        (report.audit, report.days) = (rows("audit"), rows("closed_days"));
        report.tables = heard;
        report.ok = report.faults.is_empty();
        Ok(report)
    })
}
