//! How many heads were on a site by day, counted as days are written down; and who was there without being on a roster.
use crate::month::{MONTH_DAYS, date_of};
use kernel::id::ProjectId;
use kernel::{BookId, Date, Id, Result};
use payroll::Period;
use std::collections::{BTreeMap, HashMap};
use store::{Seal, Tx, params};

/// Days that one call of [`head_count`] answers at most: a year.
pub const HEAD_COUNT_DAYS_MAX: i64 = 366;
/// Strangers of a project that are answered at most.
pub const STRANGERS_MAX: u32 = 1_000;

store::record! {
    /// Heads of one day.
    pub struct Heads in "crews_days" key 3 {
        pub book: BookId,
        pub project: ProjectId,
        pub day: Date,
        /// Workers of the roster.
        pub present: i64,
        pub strangers: i64,
    }
}

store::record! {
    /// A month of somebody at the gate who is on no roster of the site.
    pub struct StrangerMonth in "crews_strangers" key 4 {
        pub book: BookId,
        pub project: ProjectId,
        pub period: Period,
        pub identity_index: Vec<u8>,
        pub name_masked: String,
        pub identity_masked: String,
        /// Half hours of day 1 to 31.
        pub days: [u8; MONTH_DAYS],
        pub first_on: Date,
        pub last_on: Date,
        pub days_seen: i64,
    }
}

/// Somebody who was on the site and is on no roster.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Stranger {
    /// Masked, as the gate or the sheet named him.
    pub name: String,
    pub identity: String,
    pub first_on: Date,
    pub last_on: Date,
    pub days: i64,
}

/// Whose heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Present,
    Strangers,
}

/// Adds up by how much the heads of each day change.
pub(crate) fn compare(before: &[u8; MONTH_DAYS], after: &[u8; MONTH_DAYS], heads: &mut BTreeMap<u8, i64>) {
    for ((day, before), after) in (1u8..).zip(before).zip(after) {
        match (*before > 0, *after > 0) {
            (false, true) => *heads.entry(day).or_default() += 1,
            (true, false) => *heads.entry(day).or_default() -= 1,
            _ => {}
        }
    }
}

/// Writes the changed heads down.
pub(crate) fn count(
    tx: &mut Tx<'_>,
    project: ProjectId,
    period: Period,
    heads: &BTreeMap<u8, i64>,
    who: Who,
) -> Result<()> {
    for (day, by) in heads.iter().filter(|(_, by)| **by != 0) {
        let Some(date) = date_of(period, *day) else { continue };
        let book = project.book();
        let add = |row: &mut Heads| match who {
            Who::Present => row.present += by,
            Who::Strangers => row.strangers += by,
        };
        match tx.load::<Heads>(params![book, project, date])? {
            Some(mut row) => {
                add(&mut row);
                tx.update(&mut row)?;
            }
            None => {
                let mut row = Heads { book, project, day: date, present: 0, strangers: 0, seal: Seal::default() };
                add(&mut row);
                tx.insert(&mut row)?;
            }
        }
    }
    Ok(())
}

/// The days of a site from `from` to `to`, both included, as far as heads were counted: day, workers of the roster, strangers;
/// at most [`HEAD_COUNT_DAYS_MAX`], with no permission asked: for domain code.
pub fn head_count(tx: &mut Tx<'_>, project: ProjectId, from: Date, to: Date) -> Result<Vec<(Date, i64, i64)>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND day >= ?3 AND day <= ?4 ORDER BY day LIMIT ?5";
    let found = tx.select::<Heads>(tail, params![project.book(), project, from, to, HEAD_COUNT_DAYS_MAX])?;
    Ok(found.into_iter().map(|h| (h.day, h.present, h.strangers)).collect())
}

/// Who was on the site and is on no roster of it, at most [`STRANGERS_MAX`] months of them, with no permission asked: for
/// domain code. Whoever is put on the roster and whose file is sent again leaves the list.
pub fn strangers(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Stranger>> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY period, identity_index LIMIT ?3";
    let months = tx.select::<StrangerMonth>(tail, params![project.book(), project, STRANGERS_MAX])?;
    let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut out: Vec<Stranger> = Vec::new();
    for month in months {
        match places.get(&month.identity_index) {
            Some(at) => {
                let known = &mut out[*at];
                (known.last_on, known.days) = (month.last_on, known.days + month.days_seen);
            }
            None => {
                places.insert(month.identity_index, out.len());
                let (name, identity) = (month.name_masked, month.identity_masked);
                let (first_on, last_on, days) = (month.first_on, month.last_on, month.days_seen);
                out.push(Stranger { name, identity, first_on, last_on, days });
            }
        }
    }
    Ok(out)
}

/// Somebody of a file who is on no roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub identity_index: Vec<u8>,
    pub name_masked: String,
    pub identity_masked: String,
    pub days: BTreeMap<u8, u8>,
}

/// Keeps strangers of a month. Whoever is on the roster by now (`on_roster`, by identity) is none any more.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    project: ProjectId,
    period: Period,
    unknown: &[Unknown],
    on_roster: &[Vec<u8>],
) -> Result<()> {
    let book = project.book();
    let mut heads = BTreeMap::new();
    for index in on_roster {
        if let Some(row) = tx.load::<StrangerMonth>(params![book, project, period, *index])? {
            compare(&row.days, &[0; MONTH_DAYS], &mut heads);
            tx.remove(&row)?;
        }
    }
    for one in unknown {
        let known = tx.load::<StrangerMonth>(params![book, project, period, one.identity_index])?;
        let before = known.as_ref().map_or([0; MONTH_DAYS], |k| k.days);
        let mut days = before;
        one.days.iter().for_each(|(day, n)| days[usize::from(*day) - 1] = *n);
        compare(&before, &days, &mut heads);
        match (known, span(period, &days)) {
            (Some(mut row), Some((first_on, last_on, seen))) => {
                (row.days, row.first_on, row.last_on, row.days_seen) = (days, first_on, last_on, seen);
                tx.update(&mut row)?;
            }
            (Some(row), None) => tx.remove(&row)?,
            (None, Some((first_on, last_on, days_seen))) => {
                let (identity_index, seal) = (one.identity_index.clone(), Seal::default());
                let (name_masked, identity_masked) = (one.name_masked.clone(), one.identity_masked.clone());
                tx.insert(&mut StrangerMonth {
                    book,
                    project,
                    period,
                    identity_index,
                    name_masked,
                    identity_masked,
                    days,
                    first_on,
                    last_on,
                    days_seen,
                    seal,
                })?;
            }
            (None, None) => {}
        }
    }
    count(tx, project, period, &heads, Who::Strangers)
}

/// First day, last day and number of days on which there is anything.
fn span(period: Period, days: &[u8; MONTH_DAYS]) -> Option<(Date, Date, i64)> {
    let there: Vec<u8> = (1u8..).zip(days).filter(|(_, n)| **n > 0).map(|(day, _)| day).collect();
    let (first, last) = (date_of(period, *there.first()?)?, date_of(period, *there.last()?)?);
    Some((first, last, there.len() as i64))
}
