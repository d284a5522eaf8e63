//! Recomputing what the store sealed. Finds the first broken record of each table and names it.
//!
//! * every row of a table of record against its seal;
//! * the number and sum of all seals against the accumulators of all lanes (missing, extra and older rows);
//! * the audit chain of each lane from its first entry to its head.
//!
//! Tables are read in pages of [`PAGE_ROWS`], so memory does not grow with the books.
use crate::Seal;
use crate::audit::{AuditRow, COLUMNS};
use crate::chain::{Accumulator, Chain, Head, LANE_SHIFT};
use crate::record::{Record, Table, show_key};
use crate::sql::Param;
use crate::tx::Tx;
use kernel::{Error, Result};

/// Rows read at a time.
pub const PAGE_ROWS: i64 = 10_000;
/// Faults listed per table; the rest is counted.
pub const FAULTS_LISTED_MAX: usize = 20;

/// What is wrong with one record.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    pub table: String,
    /// The record's key, or the lane for a chain.
    pub record: String,
    pub what: String,
}

impl Fault {
    pub fn new(table: &str, record: impl Into<String>, what: impl Into<String>) -> Fault {
        Fault { table: table.into(), record: record.into(), what: what.into() }
    }
}

/// How far a verification is: called with the table's name and the rows read of it so far.
pub type Progress<'p> = dyn FnMut(&str, u64) + 'p;

/// The tables of record of the store itself.
pub fn tables() -> Vec<&'static Table> {
    vec![crate::idempotency::TABLE, crate::day::TABLE]
}

/// Checks one table of record; answers its rows.
pub fn table(
    tx: &mut Tx<'_>,
    table: &'static Table,
    faults: &mut Vec<Fault>,
    progress: &mut Progress<'_>,
) -> Result<u64> {
    let mut sum = Accumulator::default();
    let mut after: Option<Vec<Param<'static>>> = None;
    let before = faults.len();
    loop {
        let page = page(tx, table, after.as_deref())?;
        for row in &page {
            let (seal, values) = row.split_last().ok_or_else(|| Error::broken("a row without columns"))?;
            let seal = seal.bytes().ok().and_then(|b| b.try_into().ok()).map(Seal);
            let sound = seal.is_some_and(|s| tx.seal_of(table, values) == s);
            if !sound && faults.len() < before + FAULTS_LISTED_MAX {
                faults.push(Fault::new(table.name, show_key(table, values), "its seal does not fit its columns"));
            }
            sum.add(tx.keys().term(seal.unwrap_or_default()));
        }
        progress(table.name, sum.rows as u64);
        match page.last() {
            Some(row) if page.len() as i64 == PAGE_ROWS => after = Some(row[..table.keys].to_vec()),
            _ => break,
        }
    }
    let expected = accumulated(tx, table.name)?;
    if expected.rows != sum.rows {
        faults.push(Fault::new(
            table.name,
            "whole table",
            format!("{} rows are there, {} were written", sum.rows, expected.rows),
        ));
    } else if expected.sum != sum.sum {
        faults.push(Fault::new(table.name, "whole table", "a row was replaced by another or by an older one"));
    }
    Ok(sum.rows as u64)
}

fn page(tx: &mut Tx<'_>, table: &'static Table, after: Option<&[Param<'static>]>) -> Result<Vec<Vec<Param<'static>>>> {
    let keys = table.columns[..table.keys].join(", ");
    let marks: Vec<String> = (1..=table.keys).map(|i| format!("?{i}")).collect();
    let limit = format!("ORDER BY {keys} LIMIT {PAGE_ROWS}");
    let select = crate::record::select_sql(table);
    let sql = match after {
        Some(_) => format!("{select} WHERE ({keys}) > ({}) {limit}", marks.join(", ")),
        None => format!("{select} {limit}"),
    };
    let width = table.columns.len() + 1;
    tx.query(&sql, after.unwrap_or_default(), |r| (0..width).map(|i| r.param(i).map(owned)).collect())
}

fn owned(p: Param<'_>) -> Param<'static> {
    match p {
        Param::Null => Param::Null,
        Param::Int(i) => Param::Int(i),
        Param::Text(t) => Param::Text(t.into_owned().into()),
        Param::Bytes(b) => Param::Bytes(b.into_owned().into()),
        Param::Id(b) => Param::Id(b),
    }
}

fn accumulated(tx: &mut Tx<'_>, table: &'static str) -> Result<Accumulator> {
    let lanes = tx.query("SELECT rows, sum FROM accumulators WHERE table_name = ?1", &[table.into()], |r| {
        Accumulator::from_parts(r.get(0)?, r.param(1)?.bytes()?)
    })?;
    let mut total = Accumulator::default();
    lanes.iter().for_each(|lane| total.merge(lane));
    Ok(total)
}

/// Every lane that ever wrote, with the stored head of `chain`.
pub fn heads(tx: &mut Tx<'_>, chain: Chain) -> Result<Vec<(i64, Head)>> {
    let sql = "SELECT lane, seq, hash FROM chain_heads WHERE chain = ?1 ORDER BY lane";
    tx.query(sql, &[chain.code().into()], |r| Ok((r.get(0)?, Head { seq: r.get(1)?, hash: r.get(2)? })))
}

/// Follows a chain: give it each entry in order; it names the first that does not fit.
pub struct Walk {
    table: &'static str,
    lane: i64,
    head: Head,
    broken: bool,
}

impl Walk {
    pub fn new(table: &'static str, lane: i64) -> Walk {
        Walk { table, lane, head: Head::default(), broken: false }
    }

    /// `pos` and `hash` as stored, `entry` as recomputed. After the first fault the rest of the lane is not judged.
    pub fn step(&mut self, pos: i64, hash: &[u8; 32], entry: &[u8], faults: &mut Vec<Fault>) {
        if self.broken {
            return;
        }
        let (seq, expected) = self.head.extend(entry);
        let wanted = self.lane << LANE_SHIFT | seq;
        if pos != wanted {
            self.fail(faults, pos, format!("entry {wanted} is missing before it"));
        } else if expected != *hash {
            self.fail(faults, pos, "its hash does not follow from its columns and the entry before".into());
        }
    }

    fn fail(&mut self, faults: &mut Vec<Fault>, pos: i64, what: String) {
        self.broken = true;
        faults.push(Fault::new(self.table, format!("pos {pos}"), what));
    }

    pub fn end(self, stored: Head, faults: &mut Vec<Fault>) {
        if !self.broken && self.head != stored {
            let what = format!("it ends at entry {}, its head says {}", self.head.seq, stored.seq);
            faults.push(Fault::new(self.table, format!("lane {}", self.lane), what));
        }
    }
}

/// Checks the audit chains of all lanes; answers the number of entries.
pub fn audit(tx: &mut Tx<'_>, faults: &mut Vec<Fault>, progress: &mut Progress<'_>) -> Result<u64> {
    let mut rows = 0;
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE pos > ?1 AND pos < ?2 ORDER BY pos LIMIT ?3");
    for (lane, head) in heads(tx, Chain::Audit)? {
        let mut walk = Walk::new("audit", lane);
        let mut after = lane << LANE_SHIFT;
        loop {
            let end = (lane + 1) << LANE_SHIFT;
            let page =
                tx.query(&sql, &[Param::Int(after), Param::Int(end), Param::Int(PAGE_ROWS)], AuditRow::from_row)?;
            page.iter().for_each(|row| walk.step(row.pos, &row.hash, &row.entry(), faults));
            rows += page.len() as u64;
            progress("audit", rows);
            match page.last() {
                Some(last) if page.len() as i64 == PAGE_ROWS => after = last.pos,
                _ => break,
            }
        }
        walk.end(head, faults);
    }
    Ok(rows)
}

/// A table's description from its row type, for lists of tables of record.
pub const fn of<R: Record>() -> &'static Table {
    R::TABLE
}
