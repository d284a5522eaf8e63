//! A worker's month on a site: half hours by day, and the days they make.
//!
//! A day is written down in half hours, 0 to 48. Up to [`HALF_DAY_HALF_HOURS`] of them make half a day, more make a whole one.
//! A later file says a day anew; days it does not speak of stay as they are.
use crate::{Event, MONTH_REVIEWED, headcount, reviews};
use kernel::id::{AttendanceId, ProjectId, WorkerId};
use kernel::{Actor, BookId, Date, Error, Result, Timestamp};
use payroll::{Period, Worker};
use std::collections::{BTreeMap, HashMap};
use store::{Column, Seal, Tx, params};

/// Half hours that make at most half a day: four hours.
pub const HALF_DAY_HALF_HOURS: u8 = 8;
/// Half hours of one day at most.
pub const DAY_HALF_HOURS_MAX: u8 = 48;
/// Half days of a month at most, where only their number is known.
pub const MONTH_HALF_DAYS_MAX: i64 = 62;
/// Days that a month's bytes hold.
pub const MONTH_DAYS: usize = 31;

store::text_enum! {
    /// Where the days of a month were last taken from.
    pub enum Source {
        /// The machine at the gate, by times in and out.
        Gate = "gate",
        /// A table of workers and days.
        Table = "table",
        /// A table that has only how many days.
        Totals = "totals",
        /// A program of the firm.
        Program = "program",
        /// By hand, with a reason.
        Correction = "correction",
    }
}

store::record! {
    /// What is known of a worker's month.
    pub struct AttendanceMonth in "crews_months" key 4 {
        pub book: BookId,
        pub project: ProjectId,
        pub period: Period,
        pub worker: WorkerId,
        /// The worker's team when it was written down.
        pub team: String,
        /// Half hours of day 1, 2, 3 … 31.
        pub days: [u8; MONTH_DAYS],
        pub half_days: i64,
        pub source: Source,
        pub changed_by: String,
        pub changed_at: Timestamp,
    }
}

/// How many half days some half hours of one day make.
pub fn half_days(half_hours: u8) -> i64 {
    match half_hours {
        0 => 0,
        n if n <= HALF_DAY_HALF_HOURS => 1,
        _ => 2,
    }
}

/// What a source says of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Half hours by day of the month, 1 to 31.
    Days(BTreeMap<u8, u8>),
    /// Half days of the whole month, and nothing of its days.
    Total(i64),
}

impl AttendanceMonth {
    pub(crate) fn empty(worker: &Worker, period: Period, actor: &Actor, at: Timestamp) -> AttendanceMonth {
        AttendanceMonth {
            book: worker.book,
            project: worker.project,
            period,
            worker: worker.id,
            team: worker.team.clone(),
            days: [0; MONTH_DAYS],
            half_days: 0,
            source: Source::Table,
            changed_by: actor.principal(),
            changed_at: at,
            seal: Seal::default(),
        }
    }

    /// Takes over what a source says; whether anything is other than before. A total gives way to days.
    pub(crate) fn take(&mut self, said: &Said, source: Source) -> bool {
        let before = (self.days, self.half_days);
        match said {
            Said::Days(days) => {
                for (day, half_hours) in days {
                    self.days[usize::from(*day) - 1] = *half_hours;
                }
                self.half_days = self.days.iter().map(|d| half_days(*d)).sum();
            }
            Said::Total(n) => {
                (self.days, self.half_days) = ([0; MONTH_DAYS], *n);
            }
        }
        let changed = before != (self.days, self.half_days);
        if changed {
            self.source = source;
        }
        changed
    }

    /// It speaks of single days.
    pub fn has_days(&self) -> bool {
        self.days.iter().any(|d| *d > 0)
    }
}

/// The date of a day of a month, when the month has it.
pub(crate) fn date_of(period: Period, day: u8) -> Option<Date> {
    Date::ymd(period.year, period.month, i8::try_from(day).ok()?).ok()
}

/// A worker and what a source says of his month.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub worker: Worker,
    pub said: Said,
}

/// What writing came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub changed: i64,
    pub already: i64,
}

/// Writes down months of workers, and the heads of the days that change. A change of a reviewed month is refused unless it is
/// a correction.
pub(crate) fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (project, period): (ProjectId, Period),
    entries: &[Entry],
    source: Source,
) -> Result<Written> {
    let reviewed = reviews::teams(tx, project, period)?;
    let mut known = months_of(tx, project, period, entries.iter().map(|e| e.worker.id))?;
    let (mut new, mut old, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    let mut heads: BTreeMap<u8, i64> = BTreeMap::new();
    let mut written = Written::default();
    for entry in entries {
        let before = known.remove(&entry.worker.id);
        let was_there = before.is_some();
        let before = before.unwrap_or_else(|| AttendanceMonth::empty(&entry.worker, period, actor, tx.now()));
        let mut after = before.clone();
        if !after.take(&entry.said, source) {
            written.already += 1;
            if was_there || source == Source::Correction {
                continue;
            }
        } else {
            written.changed += 1;
        }
        if source != Source::Correction && reviewed.contains(&after.team) {
            return Err(reviewed_already(&after.team, period));
        }
        headcount::compare(&before.days, &after.days, &mut heads);
        (after.changed_by, after.changed_at) = (actor.principal(), tx.now());
        if was_there {
            old.push(before);
            changed.push(after);
        } else {
            new.push(after);
        }
    }
    tx.insert_all(&mut new)?;
    tx.update_all(&old, &mut changed)?;
    headcount::count(tx, project, period, &heads, headcount::Who::Present)?;
    Ok(written)
}

pub(crate) fn reviewed_already(team: &str, period: Period) -> Error {
    let message = format!("{period} of {team} was reviewed by the labour officer");
    Error::new(&MONTH_REVIEWED, message).with("team", team).with("month", period)
}

/// The months of some workers, locked in a write.
pub(crate) fn months_of(
    tx: &mut Tx<'_>,
    project: ProjectId,
    period: Period,
    workers: impl Iterator<Item = WorkerId>,
) -> Result<HashMap<WorkerId, AttendanceMonth>> {
    let book = kernel::Id::book(&project);
    let workers: Vec<WorkerId> = workers.collect();
    let keys: Vec<_> = workers.iter().map(|w| vec![book.param(), project.param(), period.param(), w.param()]).collect();
    let found = tx.get_all::<AttendanceMonth>(&keys, true)?;
    Ok(found.into_iter().map(|m| (m.worker, m)).collect())
}

/// The months of a project's workers after `after`, in the order of the roster, at most `rows`: for domain code.
pub fn months_page(
    tx: &mut Tx<'_>,
    project: ProjectId,
    period: Period,
    after: Option<WorkerId>,
    rows: u32,
) -> Result<Vec<AttendanceMonth>> {
    let (book, after) = (kernel::Id::book(&project), after.map_or([0; 16], |w| kernel::Id::bytes(&w)));
    let tail = "WHERE book = ?1 AND project = ?2 AND period = ?3 AND worker > ?4 ORDER BY worker LIMIT ?5";
    tx.select::<AttendanceMonth>(tail, params![book, project, period, after, rows])
}

/// Half days that the workers of a project were there in a month: at most `rows` after `after`, in the order of the roster,
/// with no permission asked: for domain code.
pub fn worked(
    tx: &mut Tx<'_>,
    project: ProjectId,
    month: Period,
    after: Option<WorkerId>,
    rows: u32,
) -> Result<Vec<(WorkerId, i64)>> {
    Ok(months_page(tx, project, month, after, rows)?.into_iter().map(|m| (m.worker, m.half_days)).collect())
}

/// The teams that were at work in a month, and how many of each; with no permission asked: for domain code.
pub fn teams_at_work(tx: &mut Tx<'_>, project: ProjectId, month: Period) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT team, count(*) FROM crews_months WHERE book = ?1 AND project = ?2 AND period = ?3 AND half_days > 0 \
               GROUP BY team ORDER BY team";
    tx.query(sql, params![kernel::Id::book(&project), project, month], |r| Ok((r.get(0)?, r.get(1)?)))
}

/// The teams of a project that were at work in any month; with no permission asked: for domain code.
pub fn teams_ever(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT team FROM crews_months WHERE book = ?1 AND project = ?2 AND half_days > 0 ORDER BY team";
    tx.query(sql, params![kernel::Id::book(&project), project], |r| r.get(0))
}

pub(crate) fn attended(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (project, period): (ProjectId, Period),
    import: Option<AttendanceId>,
    (people, strangers): (i64, i64),
) -> Result<()> {
    tx.emit(&Event::Attended { project, period, import, people, strangers }, &actor.correlation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_hours_are_half_a_day_and_more_a_whole_one() {
        for (half_hours, want) in [(0, 0), (1, 1), (8, 1), (9, 2), (16, 2), (48, 2)] {
            assert_eq!(half_days(half_hours), want, "{half_hours} half hours");
        }
    }
}
