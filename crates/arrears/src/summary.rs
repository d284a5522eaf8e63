//! A project in one row, so that a board of thousands is one query over an index.
use crate::load::About;
use kernel::id::{FirmId, ProjectId};
use kernel::{BookId, Currency, Date, Money, Result};
use payroll::Project;
use store::{Seal, Tx, params};

store::record! {
    /// What stands open in a project. Written by each look.
    pub struct Summary in "arrears_summaries" key 2 {
        pub book: BookId,
        pub project: ProjectId,
        pub firm: FirmId,
        pub firm_name: String,
        pub name: String,
        pub region: String,
        pub severe: i64,
        pub high: i64,
        pub middle: i64,
        /// Cases that are open.
        pub cases: i64,
        /// Owed in open cases, fen.
        pub owed: i64,
        /// On the roster.
        pub workers: i64,
        pub next_pay_on: Option<Date>,
    }
}

impl Summary {
    pub fn owed(&self) -> Money {
        Money::new(self.owed, Currency::CNY)
    }
    pub fn warnings(&self) -> i64 {
        self.severe + self.high + self.middle
    }
}

/// The region of a project's site file; empty where it has none.
pub(crate) fn region_of(tx: &mut Tx<'_>, project: ProjectId) -> Result<String> {
    crate::site::region(tx, project)
}

/// The row of a project that was not looked at yet.
pub(crate) fn empty(tx: &mut Tx<'_>, p: &Project) -> Result<Summary> {
    Ok(Summary {
        book: p.book,
        project: p.id,
        firm: p.firm,
        firm_name: party::firm(tx, p.firm)?.name,
        name: p.name.clone(),
        region: String::new(),
        severe: 0,
        high: 0,
        middle: 0,
        cases: 0,
        owed: 0,
        workers: 0,
        next_pay_on: None,
        seal: Seal::default(),
    })
}

/// Counts anew what is open and writes the row.
pub(crate) fn write(tx: &mut Tx<'_>, p: &Project, about: &About) -> Result<()> {
    let mut row = match tx.load::<Summary>(params![p.book, p.id])? {
        Some(row) => row,
        None => {
            let mut new = empty(tx, p)?;
            tx.insert(&mut new)?;
            new
        }
    };
    (row.severe, row.high, row.middle) = (0, 0, 0);
    let sql = "SELECT severity, count(*) FROM arrears_warnings WHERE book = ?1 AND project = ?2 \
               AND state IN ('open', 'acting') GROUP BY severity";
    for (severity, many) in tx.query(sql, params![p.book, p.id], |r| Ok((r.get::<String>(0)?, r.get::<i64>(1)?)))? {
        match severity.as_str() {
            "severe" => row.severe = many,
            "high" => row.high = many,
            _ => row.middle = many,
        }
    }
    let sql = "SELECT count(*), CAST(coalesce(sum(owed - paid), 0) AS BIGINT) FROM arrears_cases \
               WHERE book = ?1 AND project = ?2 AND state <> 'closed'";
    let open = tx.query_one(sql, params![p.book, p.id], |r| Ok((r.get(0)?, r.get(1)?)))?;
    (row.cases, row.owed) = open.unwrap_or((0, 0));
    (row.region, row.workers, row.next_pay_on) = (about.region.clone(), about.workers, about.next_pay_on);
    tx.update(&mut row)
}
