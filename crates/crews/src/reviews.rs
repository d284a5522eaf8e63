//! The labour officer's review of a crew's month, and corrections after it (Decree 724, art. 28).
//!
//! A review is bound to a hash of the month as it was shown. After it the month changes only by a [correction](correct) with a
//! reason; that opens the review, and the month is reviewed again. Nobody reviews what he wrote down himself.
use crate::crew::{acted_for, crew_raw, crews_raw, seen};
use crate::month::{self, AttendanceMonth, DAY_HALF_HOURS_MAX, Entry, Said, Source};
use crate::{Event, MONTH_CHANGED, MONTH_EMPTY, OWN_WORK, text};
use kernel::id::{CrewId, ProjectId, WorkerId};
use kernel::{Actor, BookId, Date, Error, Id, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission, Scope};
use payroll::Period;
use std::collections::{BTreeMap, HashSet};
use store::{Audit, Seal, Tx, params};

/// Workers of a month read at a time.
const PAGE_ROWS: u32 = 1_000;
/// Reviews of one month of one crew at most, corrections included.
pub const REVIEWS_MAX: i64 = 100;

store::record! {
    /// That a crew's month was reviewed.
    pub struct Review in "crews_reviews" key 5 {
        pub book: BookId,
        pub project: ProjectId,
        pub period: Period,
        pub crew: CrewId,
        /// 1, 2, 3 …
        pub number: i64,
        pub team: String,
        /// Of all days of all workers.
        pub months_hash: Vec<u8>,
        pub workers: i64,
        pub half_days: i64,
        pub note: String,
        pub reviewed_by: String,
        pub reviewed_at: Timestamp,
        /// Who corrected the month after it, so that it holds no more.
        pub opened_by: Option<String>,
        pub opened_at: Option<Timestamp>,
        pub opened_reason: Option<String>,
    }
}

/// What a crew's month comes to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MonthSum {
    pub workers: i64,
    pub half_days: i64,
    /// What a review is bound to, 64 hexadecimal digits.
    pub hash: String,
}

/// Adds up a crew's month as it is now, and who wrote it down. Reads 1,000 workers at a time.
fn sum(tx: &mut Tx<'_>, project: ProjectId, period: Period, team: &str) -> Result<(MonthSum, HashSet<String>)> {
    let (mut hasher, mut after, mut makers) = (store::hasher(), [0u8; 16], HashSet::new());
    let (mut workers, mut half_days) = (0, 0);
    loop {
        let tail =
            "WHERE book = ?1 AND project = ?2 AND period = ?3 AND team = ?4 AND worker > ?5 ORDER BY worker LIMIT ?6";
        let team = team.to_owned();
        let page =
            tx.select::<AttendanceMonth>(tail, params![project.book(), project, period, team, after, PAGE_ROWS])?;
        let Some(last) = page.last() else { break };
        after = last.worker.bytes();
        for m in page {
            hasher.update(&m.worker.bytes()).update(&m.days).update(&m.half_days.to_le_bytes());
            (workers, half_days) = (workers + 1, half_days + m.half_days);
            makers.insert(m.changed_by);
        }
    }
    let hash = hasher.finalize().to_hex().to_string();
    Ok((MonthSum { workers, half_days, hash }, makers))
}

/// A crew's month as it is now, for whoever may see the crew.
pub fn month_sum(tx: &mut Tx<'_>, actor: &Actor, crew: CrewId, period: Period) -> Result<MonthSum> {
    let crew = seen(tx, actor, crew)?;
    Ok(sum(tx, crew.project, period, &crew.team)?.0)
}

/// The newest review of a crew's month, whether it still holds or was opened again.
pub fn review_of(tx: &mut Tx<'_>, crew: CrewId, project: ProjectId, period: Period) -> Result<Option<Review>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND period = ?3 AND crew = ?4 ORDER BY number DESC LIMIT 1";
    Ok(tx.select_locked::<Review>(tail, params![project.book(), project, period, crew])?.pop())
}

/// The teams of a project whose month is reviewed now.
pub(crate) fn teams(tx: &mut Tx<'_>, project: ProjectId, period: Period) -> Result<HashSet<String>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND period = ?3 AND opened_at IS NULL ORDER BY crew, number";
    let found = tx.select::<Review>(tail, params![project.book(), project, period])?;
    Ok(found.into_iter().map(|r| r.team).collect())
}

/// Whether every team that has attendance in a month was reviewed, and there is any, with no permission asked: for domain code.
pub fn is_reviewed(tx: &mut Tx<'_>, project: ProjectId, month: Period) -> Result<bool> {
    let sql = "SELECT DISTINCT team FROM crews_months WHERE book = ?1 AND project = ?2 AND period = ?3";
    let there: Vec<String> = tx.query(sql, params![project.book(), project, month], |r| r.get(0))?;
    let reviewed = teams(tx, project, month)?;
    Ok(!there.is_empty() && there.iter().all(|team| reviewed.contains(team)))
}

/// The labour officer reviews a crew's month as `shown_hash` says he saw it. Needs `wage.review` at the main contractor.
/// Errors: `month_empty`, `month_changed`, `own_work`.
pub fn review_attendance(
    tx: &mut Tx<'_>,
    actor: &Actor,
    crew: CrewId,
    period: Period,
    shown_hash: &str,
    note: &str,
) -> Result<Change> {
    let crew = crew_raw(tx, crew)?;
    let project = payroll::project_raw(tx, crew.project)?;
    party::may(tx, actor, Permission::WageReview, &Scope::firm(project.firm))?;
    let note = text("note", note)?;
    let before = review_of(tx, crew.id, crew.project, period)?;
    let (now, makers) = sum(tx, crew.project, period, &crew.team)?;
    if now.hash != shown_hash {
        return Err(Error::new(&MONTH_CHANGED, "the month is not as it was shown"));
    }
    if before.as_ref().is_some_and(|r| r.opened_at.is_none()) {
        return Ok(Change::AlreadySo);
    }
    if now.workers == 0 {
        return Err(Error::new(&MONTH_EMPTY, format!("nobody of {} has attendance in {period}", crew.team)));
    }
    if makers.contains(&actor.principal()) {
        return Err(Error::new(&OWN_WORK, "he wrote some of these days down himself"));
    }
    let number = before.map_or(1, |r| r.number + 1);
    if number > REVIEWS_MAX {
        return Err(Error::limit("reviews", number, REVIEWS_MAX, "reviews of one month"));
    }
    let mut review = Review {
        book: crew.book,
        project: crew.project,
        period,
        crew: crew.id,
        number,
        team: crew.team.clone(),
        months_hash: now.hash.clone().into_bytes(),
        workers: now.workers,
        half_days: now.half_days,
        note,
        reviewed_by: actor.principal(),
        reviewed_at: tx.now(),
        opened_by: None,
        opened_at: None,
        opened_reason: None,
        seal: Seal::default(),
    };
    tx.insert(&mut review)?;
    let (workers, half_days) = (now.workers, now.half_days);
    tx.audit(actor, Audit::of("crews.review", crew.id).after(format!("{period} {}", now.hash)))?;
    let (project, firm) = (crew.project, crew.firm);
    tx.emit(&Event::Reviewed { crew: crew.id, project, firm, period, workers, half_days }, &actor.correlation)?;
    Ok(Change::Done)
}

/// One day of one worker, corrected.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    pub worker: WorkerId,
    pub date: Date,
    /// 0 to 48.
    pub half_hours: u8,
    pub reason: String,
}

/// Corrects a day. A review of the month is opened again. Needs `wage.crew` of the crew, or for an own crew
/// `wage.sheet_make`. Errors: a field error for a worker of another team or a day to come.
pub fn correct(tx: &mut Tx<'_>, actor: &Actor, crew: CrewId, day: &Correction) -> Result<Change> {
    let (crew, _) = acted_for(tx, actor, crew)?;
    let reason = party::reason(&day.reason)?;
    let worker = payroll::worker_raw(tx, day.worker)?;
    if worker.project != crew.project || worker.team != crew.team {
        return Err(Error::field("worker", "he is not of this crew"));
    }
    if day.half_hours > DAY_HALF_HOURS_MAX {
        return Err(Error::limit("half_hours", day.half_hours, DAY_HALF_HOURS_MAX, "half hours of a day"));
    }
    if day.date > tx.now().local_date() {
        return Err(Error::field("date", "it is still to come"));
    }
    let period = Period::of(day.date);
    let known = month::months_of(tx, crew.project, period, std::iter::once(worker.id))?;
    if known.get(&worker.id).is_some_and(|m| m.half_days > 0 && !m.has_days()) {
        return Err(Error::field("date", "only the number of his days is known; send a table of days"));
    }
    let said = Said::Days(BTreeMap::from([(day.date.day().unsigned_abs(), day.half_hours)]));
    let done = month::write(tx, actor, (crew.project, period), &[Entry { worker, said }], Source::Correction)?;
    if done.changed == 0 {
        return Ok(Change::AlreadySo);
    }
    let what = format!("{} {} half hours", day.date, day.half_hours);
    tx.audit(actor, Audit::of("crews.correct", day.worker).after(what).reason(&reason))?;
    open_again(tx, actor, crew.id, crew.project, period, &reason)?;
    Ok(Change::Done)
}

fn open_again(
    tx: &mut Tx<'_>,
    actor: &Actor,
    crew: CrewId,
    project: ProjectId,
    period: Period,
    reason: &str,
) -> Result<()> {
    let Some(mut review) = review_of(tx, crew, project, period)?.filter(|r| r.opened_at.is_none()) else {
        return Ok(());
    };
    (review.opened_by, review.opened_at) = (Some(actor.principal()), Some(tx.now()));
    review.opened_reason = Some(reason.to_owned());
    tx.update(&mut review)?;
    let firm = crew_raw(tx, crew)?.firm;
    tx.emit(&Event::ReviewOpened { crew, project, firm, period, reason: reason.to_owned() }, &actor.correlation)
}

/// The crews of a project and whether their month is reviewed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CrewMonth {
    pub crew: CrewId,
    pub team: String,
    #[serde(flatten)]
    pub sum: MonthSum,
    pub reviewed_at: Option<Timestamp>,
    /// Why it must be reviewed again; empty otherwise.
    pub opened_reason: String,
}

/// The month of every crew of a project, for whoever may see the project.
pub fn months_of_crews(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, period: Period) -> Result<Vec<CrewMonth>> {
    payroll::project(tx, actor, project)?;
    let crews = crews_raw(tx, project)?;
    crews
        .into_iter()
        .map(|c| {
            let (sum, _) = sum(tx, project, period, &c.team)?;
            let review = review_of(tx, c.id, project, period)?;
            let holds = review.as_ref().filter(|r| r.opened_at.is_none());
            Ok(CrewMonth {
                crew: c.id,
                team: c.team,
                sum,
                reviewed_at: holds.map(|r| r.reviewed_at),
                opened_reason: review.and_then(|r| r.opened_reason).unwrap_or_default(),
            })
        })
        .collect()
}

/// A worker's month in a list.
#[derive(Clone, Debug, serde::Serialize)]
pub struct MonthRow {
    pub worker: WorkerId,
    /// Masked, like `identity`.
    pub name: String,
    pub identity: String,
    /// Half hours of day 1 to 31; all zero where only their number is known.
    pub days: Vec<u8>,
    pub half_days: i64,
    pub source: Source,
    pub changed_at: Timestamp,
}

/// The workers of a crew's month in the order of the roster, for whoever may see the crew.
pub fn month_rows(
    tx: &mut Tx<'_>,
    actor: &Actor,
    crew: CrewId,
    period: Period,
    ask: &PageAsk,
) -> Result<Page<MonthRow>> {
    let crew = seen(tx, actor, crew)?;
    let rows = ask.rows()?;
    let after = ask.after.as_deref().map_or(Ok([0; 16]), |t| t.parse::<WorkerId>().map(|w| w.bytes()))?;
    let tail =
        "WHERE book = ?1 AND project = ?2 AND period = ?3 AND team = ?4 AND worker > ?5 ORDER BY worker LIMIT ?6";
    let more = rows + 1;
    let key = params![crew.book, crew.project, period, crew.team, after, more];
    let found = tx.select::<AttendanceMonth>(tail, key)?;
    let page = Page::cut(found, rows, |m| m.worker.to_string());
    let one = |tx: &mut Tx<'_>, m: AttendanceMonth| {
        let worker = payroll::worker_raw(tx, m.worker)?;
        Ok(MonthRow {
            worker: m.worker,
            name: worker.name_masked,
            identity: worker.identity_masked,
            days: m.days.to_vec(),
            half_days: m.half_days,
            source: m.source,
            changed_at: m.changed_at,
        })
    };
    let items = page.items.into_iter().map(|m| one(tx, m)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}
