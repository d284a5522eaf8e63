//! Recomputing what the store sealed. Finds the first broken record of each table and names it.
//!
//! * every row of a table of record against its seal;
//! * the number and sum of all seals against the accumulators of all lanes (missing, extra and older rows);
//! * the audit chain of each lane from its first entry to its head, and that no entry stands outside the chains;
//! * the lanes themselves: their sealed heads, accumulators and event counts, and that none is missing;
//! * the outbox: no event is missing from a lane's sequence but the oldest that a sealed record says were taken away, and no consumer is past what was told.
//!
//! A row put back to an older version has a sound seal of its own: then the table is named, not the row. Whoever replaces
//! the whole database by an older one is found out by the signed root of the day, not here.
//! Tables are read in pages of [`PAGE_ROWS`], so memory does not grow with the books.
use crate::Seal;
use crate::audit::{AuditRow, COLUMNS};
use crate::chain::{self, Accumulator, Chain, Head, LANE_SHIFT};
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
    vec![crate::idempotency::TABLE, crate::day::TABLE, crate::outbox::TABLE, crate::prune::TABLE]
}

/// All of it: the given tables of record, the store's own, lanes, audit and outbox. Answers the records read.
pub fn everything(
    tx: &mut Tx<'_>,
    given: &[&'static Table],
    faults: &mut Vec<Fault>,
    progress: &mut Progress<'_>,
) -> Result<u64> {
    let mut rows = lanes(tx, faults)?;
    let mut known = tables();
    known.extend(given.iter().filter(|t| tables().iter().all(|own| own.name != t.name)));
    for t in &known {
        rows += table(tx, t, faults, progress)?;
    }
    let mut unread: Vec<String> = chain::accumulators(tx)?.into_iter().map(|a| a.table).collect();
    unread.retain(|written| known.iter().all(|t| t.name != written));
    unread.sort();
    unread.dedup();
    for name in unread {
        let what = "rows were written under seal, and this verification was not asked to read them";
        faults.push(Fault::new(&name, "whole table", what));
    }
    rows += audit(tx, faults, progress)?;
    rows += outbox(tx, faults)?;
    Ok(rows)
}

/// Checks what the lanes say of themselves; answers their number.
pub fn lanes(tx: &mut Tx<'_>, faults: &mut Vec<Fault>) -> Result<u64> {
    let lanes = chain::lanes(tx)?;
    let mut bad = |table: &str, lane: i64, what: &str| faults.push(Fault::new(table, format!("lane {lane}"), what));
    for (expected, lane) in (0..).zip(&lanes) {
        if lane.lane != expected {
            bad("lanes", expected, "it is missing");
            break;
        }
    }
    lanes.iter().filter(|l| !l.sound).for_each(|l| bad("lanes", l.lane, "its seal does not fit its columns"));
    for chain in Chain::ALL {
        let heads = chain::heads(tx, chain)?;
        for lane in lanes.iter().map(|l| l.lane) {
            match heads.iter().find(|h| h.lane == lane) {
                None => bad("chain_heads", lane, &format!("the head of its {} chain is missing", chain.code())),
                Some(h) if !h.sound => bad("chain_heads", lane, "its seal does not fit its columns"),
                Some(_) => {}
            }
        }
        for head in heads.iter().filter(|h| lanes.iter().all(|l| l.lane != h.lane)) {
            bad("chain_heads", head.lane, "there is no such lane");
        }
    }
    for stored in chain::accumulators(tx)?.iter().filter(|a| !a.sound) {
        bad("accumulators", stored.lane, &format!("the seal of {} does not fit its columns", stored.table));
    }
    Ok(lanes.len() as u64)
}

/// Checks that the events of each lane are numbered without a gap from those that were taken away ([`crate::prune`]) up to the
/// lane's count, that no cursor is past them, and that what is parked exists. Answers the cursors and parked events read.
pub fn outbox(tx: &mut Tx<'_>, faults: &mut Vec<Fault>) -> Result<u64> {
    let lanes = chain::lanes(tx)?;
    for lane in &lanes {
        let bounds = [Param::Int(lane.lane << LANE_SHIFT), Param::Int((lane.lane + 1) << LANE_SHIFT)];
        let first = lane.lane << LANE_SHIFT;
        let gone = events_taken_away(tx, lane.lane)?;
        let sql = "SELECT count(*), min(pos), max(pos) FROM outbox WHERE pos > ?1 AND pos < ?2";
        let found = tx.query_one(sql, &bounds, |r| Ok((r.get::<i64>(0)?, r.get(1)?, r.get(2)?)))?.unwrap_or_default();
        let left = lane.events - gone;
        let ends = (left > 0).then_some((first + gone + 1, first + lane.events)).unzip();
        if found != (left, ends.0, ends.1) {
            let what = format!("{} events are there, {} were told and {gone} taken away", found.0, lane.events);
            faults.push(Fault::new("outbox", format!("lane {}", lane.lane), what));
        }
    }
    let past = |pos: i64| {
        let lane = lanes.iter().find(|l| l.lane == pos >> LANE_SHIFT);
        lane.is_none_or(|l| pos > (l.lane << LANE_SHIFT | l.events))
    };
    let mut read = 0;
    for table in ["outbox_cursors", "outbox_parked"] {
        let sql = format!("SELECT consumer, pos FROM {table} ORDER BY consumer, pos");
        for (consumer, pos) in tx.query(&sql, &[], |r| Ok((r.get::<String>(0)?, r.get::<i64>(1)?)))? {
            read += 1;
            if past(pos) {
                faults.push(Fault::new(table, format!("consumer {consumer}, pos {pos}"), "there is no such event"));
            }
        }
    }
    Ok(read)
}

/// How many events of a lane were taken away, the first of them first.
fn events_taken_away(tx: &mut Tx<'_>, lane: i64) -> Result<i64> {
    let sql = "SELECT CAST(coalesce(sum(rows), 0) AS BIGINT) FROM prunings WHERE pruned = 'outbox' AND lane = ?1";
    Ok(tx.query_one(sql, &[Param::Int(lane)], |r| r.get(0))?.unwrap_or(0))
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
    let mut broken = 0;
    loop {
        let page = page(tx, table, after.as_deref())?;
        for row in &page {
            let (seal, values) = row.split_last().ok_or_else(|| Error::broken("a row without columns"))?;
            let seal = seal.bytes().ok().and_then(|b| b.try_into().ok()).map(Seal);
            let sound = seal.is_some_and(|s| tx.seal_of(table, values) == s);
            broken += usize::from(!sound);
            if !sound && broken <= FAULTS_LISTED_MAX {
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
    if broken > FAULTS_LISTED_MAX {
        let what = format!("{} more seals do not fit their columns", broken - FAULTS_LISTED_MAX);
        faults.push(Fault::new(table.name, "whole table", what));
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
    let mut total = Accumulator::default();
    chain::accumulators(tx)?.iter().filter(|a| a.table == table).for_each(|lane| total.merge(&lane.total));
    Ok(total)
}

/// Every lane that ever wrote, with the stored head of `chain`.
pub fn heads(tx: &mut Tx<'_>, chain: Chain) -> Result<Vec<(i64, Head)>> {
    Ok(chain::heads(tx, chain)?.into_iter().map(|h| (h.lane, h.head)).collect())
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
    let all: Option<i64> = tx.query_one("SELECT count(*) FROM audit", &[], |r| r.get(0))?;
    let outside = all.unwrap_or(0) - rows as i64;
    if outside != 0 {
        faults.push(Fault::new("audit", "whole table", format!("{outside} entries belong to no lane's chain")));
    }
    Ok(rows)
}

/// A table's description from its row type, for lists of tables of record.
pub const fn of<R: Record>() -> &'static Table {
    R::TABLE
}
