//! Looking at a project: what is found, what changes, and when to look again.
//!
//! A row of `arrears_looks` says when each project is due. What happens to it makes it due at once ([`touched`]); a look sets the time
//! at which something changes by itself: a day on which other things are found, the end of somebody's hours, the next month. What
//! concerns the site and what concerns its people are due apart, so that a quiet site of 12,000 workers is not read anew every day.
//! [`scan`] looks at those that are due, each in a transaction of its own. Looking at everything ([`scan_all`]) finds the same.
use crate::events::Event;
use crate::find::{Finding, find, next_look};
use crate::load::{self, Parts};
use crate::rules::{Kind, Rules, rules};
use crate::summary;
use crate::warning::{self, Exception, Warning, WarningState};
use crate::{FINDINGS_OF_A_KIND_MAX, system};
use kernel::id::ProjectId;
use kernel::{BookId, Date, Id, Result, Timestamp};
use std::collections::BTreeMap;
use store::{Store, Tx, params};

/// What a scan did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    pub projects: u32,
    pub opened: u32,
    pub cleared: u32,
    pub escalated: u32,
    /// Others are due.
    pub more: bool,
}

/// Something happened to a project: it is looked at with the next scan, site and people. Repeating is safe.
pub fn touched(tx: &mut Tx<'_>, project: ProjectId) -> Result<()> {
    let sql = "INSERT INTO arrears_looks (book, project, site_at, people_at, look_at) VALUES (?1, ?2, 0, 0, 0) \
               ON CONFLICT (book, project) DO UPDATE SET site_at = 0, people_at = 0, look_at = 0";
    tx.execute(sql, params![project.book(), project]).map(|_| ())
}

/// Something happened to a project that says nothing about its people: money came in, a paper, an order.
pub fn touched_site(tx: &mut Tx<'_>, project: ProjectId) -> Result<()> {
    let sql = "INSERT INTO arrears_looks (book, project, site_at, people_at, look_at) VALUES (?1, ?2, 0, 0, 0) \
               ON CONFLICT (book, project) DO UPDATE SET site_at = 0, look_at = 0";
    tx.execute(sql, params![project.book(), project]).map(|_| ())
}

/// Somebody was at work, or a day of his was corrected: what the gate says of a month is held against its sheets, so the people are looked at
/// only when one is there. Sheets that come later say so themselves.
pub fn attended(tx: &mut Tx<'_>, project: ProjectId, period: payroll::Period) -> Result<()> {
    match payroll::month_has_lines(tx, project, period)? {
        true => touched(tx, project),
        false => touched_site(tx, project),
    }
}

/// Looks at projects that are due, at most `limit`, the longest due first; each in a transaction of its own.
pub fn scan(store: &Store, now: Timestamp, limit: u32) -> Result<Scanned> {
    let due = store.read(|tx| {
        let sql = "SELECT project FROM arrears_looks WHERE look_at <= ?1 ORDER BY look_at, project LIMIT ?2";
        tx.query(sql, params![now, limit + 1], |r| r.get::<ProjectId>(0))
    })?;
    let mut done = Scanned { more: due.len() > limit as usize, ..Scanned::default() };
    for project in due.into_iter().take(limit as usize) {
        let one = store.write(move |tx| look(tx, project, false))?;
        done.add(one);
    }
    Ok(done)
}

/// Looks at every project and all of its facts until nothing more is due; for the bench and after a change of rules.
pub fn scan_all(store: &Store) -> Result<Scanned> {
    let mut done = Scanned::default();
    let mut after = [0u8; 16];
    loop {
        let page = store.read(|tx| payroll::project_ids(tx, after, SCAN_PAGE))?;
        let Some(last) = page.last() else { break };
        after = last.bytes();
        for project in page {
            done.add(store.write(move |tx| look(tx, project, true))?);
        }
    }
    loop {
        let again = scan(store, store.clock().now(), SCAN_PAGE)?;
        done.add(again);
        if again.projects == 0 {
            return Ok(done);
        }
    }
}

/// Projects read at a time.
const SCAN_PAGE: u32 = 200;

impl Scanned {
    fn add(&mut self, o: Scanned) {
        self.projects += o.projects;
        self.opened += o.opened;
        self.cleared += o.cleared;
        self.escalated += o.escalated;
    }
}

/// When each part of a project is due.
#[derive(Clone, Copy, Debug)]
struct Due {
    site: Timestamp,
    people: Timestamp,
}

fn due(tx: &mut Tx<'_>, project: ProjectId) -> Result<Due> {
    let lock = if tx.locks_rows() { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT site_at, people_at FROM arrears_looks WHERE book = ?1 AND project = ?2{lock}");
    let found =
        tx.query_one(&sql, params![project.book(), project], |r| Ok(Due { site: r.get(0)?, people: r.get(1)? }))?;
    let never = Timestamp::from_micros(0);
    Ok(found.unwrap_or(Due { site: never, people: never }))
}

/// Kinds that are about single workers: they are looked at when workers, sheets or attendance changed.
pub(crate) fn is_of_people(kind: Kind) -> bool {
    use Kind::*;
    matches!(kind, GhostWorker | DaysInvented | BelowMinimum | OneCardMany | WageBackflow)
}

/// One look at one project: warnings open, change, clear and are passed on; the project's row for the boards is written.
pub(crate) fn look(tx: &mut Tx<'_>, project: ProjectId, everything: bool) -> Result<Scanned> {
    let (now, was) = (tx.now(), due(tx, project)?);
    let people = everything || was.people <= now;
    let p = payroll::project_raw(tx, project)?;
    let (facts, about) = load::facts(tx, &p, if people { Parts::All } else { Parts::Site })?;
    let r = rules(facts.today);
    let found: Vec<Finding> =
        bounded(find(&facts, r)).into_iter().filter(|f| people || !is_of_people(f.kind)).collect();
    let open = warning::open_of(tx, project)?;
    let open = open.into_iter().filter(|w| people || !is_of_people(w.kind)).collect::<Vec<_>>();
    let pass = warning::exceptions_of(tx, project, facts.today)?;
    let mut done = Scanned { projects: 1, ..Scanned::default() };
    let of = (project, p.firm, about.region.as_str());
    let mut left = apply(tx, r, open, &found, &pass, of, &mut done)?;
    if !people {
        left.extend(warning::open_of(tx, project)?.into_iter().filter(|w| is_of_people(w.kind)));
    }
    crate::case::follow(tx, project)?;
    let next_month = crate::find::first_of_next_month(facts.today);
    let pass_ends = pass.iter().map(|e| e.until.plus_days(1)).min();
    let turn = |of: fn(Kind) -> bool, more: Option<Date>| {
        let days = [next_look(&facts, r, of), more, pass_ends, Some(next_month)];
        days.into_iter().flatten().min().map_or(now, Date::begins)
    };
    let hours = left.iter().filter_map(|w| w.next_at).chain(crate::case::next_of(tx, project)?).min();
    let site = turn(|k| !is_of_people(k), about.look_again);
    let people_at = turn(is_of_people, None);
    let followed = about.follow_at.map_or(people_at, |at| at.min(people_at));
    let people = if people { followed } else { was.people };
    set_due(tx, project, Due { site: hours.map_or(site, |h| h.min(site)), people })?;
    summary::write(tx, &p, &about)?;
    Ok(done)
}

fn set_due(tx: &mut Tx<'_>, project: ProjectId, at: Due) -> Result<()> {
    let sql = "INSERT INTO arrears_looks (book, project, site_at, people_at, look_at) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (book, project) DO UPDATE SET site_at = ?3, people_at = ?4, look_at = ?5";
    let first = at.site.min(at.people);
    tx.execute(sql, params![project.book(), project, at.site, at.people, first]).map(|_| ())
}

/// The biggest of each kind, at most [`FINDINGS_OF_A_KIND_MAX`], in their order.
fn bounded(found: Vec<Finding>) -> Vec<Finding> {
    let mut by_kind: BTreeMap<Kind, Vec<Finding>> = BTreeMap::new();
    found.into_iter().for_each(|f| by_kind.entry(f.kind).or_default().push(f));
    for of in by_kind.values_mut().filter(|of| of.len() > FINDINGS_OF_A_KIND_MAX) {
        of.sort_by(|a, b| (b.size, &a.about).cmp(&(a.size, &b.about)));
        of.truncate(FINDINGS_OF_A_KIND_MAX);
    }
    by_kind.into_values().flatten().collect()
}

type Of<'a> = (ProjectId, kernel::id::FirmId, &'a str);

/// Carries out a plan; answers the warnings that are open now.
fn apply(
    tx: &mut Tx<'_>,
    r: &Rules,
    mut open: Vec<Warning>,
    found: &[Finding],
    pass: &[Exception],
    of: Of<'_>,
    done: &mut Scanned,
) -> Result<Vec<Warning>> {
    let now = tx.now();
    let plan = warning::plan(&open, found, pass, now.local_date());
    let mut told: Vec<Warning> = Vec::new();
    for at in plan.open {
        let mut new = warning::opened(r, now, &found[at], of);
        tx.insert(&mut new)?;
        done.opened += 1;
        told.push(new);
    }
    tell(tx, &told, "arrears.warned")?;
    for (w, f) in &plan.keep {
        (open[*w].size, open[*w].figures.0) = (found[*f].size, found[*f].figures.clone());
        open[*w].region = of.2.into();
    }
    let mut passed_on = Vec::new();
    for w in open.iter_mut().chain(told.iter_mut()) {
        if w.escalate(now) {
            passed_on.push(w.clone());
            done.escalated += 1;
        }
    }
    let mut gone = Vec::new();
    for at in &plan.clear {
        let w = &mut open[*at];
        (w.state, w.ended_by, w.ended_at) = (WarningState::Cleared, Some(system().principal()), Some(now));
        gone.push(w.clone());
        done.cleared += 1;
    }
    passed_on.retain(|w| !gone.iter().any(|g| g.id == w.id));
    for w in open.iter_mut().chain(told.iter_mut()) {
        tx.update(w)?;
    }
    tell(tx, &passed_on, "arrears.escalated")?;
    tell(tx, &gone, "arrears.cleared")?;
    Ok(open.into_iter().chain(told).filter(Warning::is_open).collect())
}

/// One event for each kind and step, however many warnings it stands for.
fn tell(tx: &mut Tx<'_>, warnings: &[Warning], kind: &'static str) -> Result<()> {
    let mut groups: BTreeMap<_, Vec<&Warning>> = BTreeMap::new();
    warnings.iter().for_each(|w| groups.entry((w.kind, w.step)).or_default().push(w));
    for of in groups.values() {
        let event = Event::of_warning(kind, of[0]).many(of.len() as i64);
        tx.emit(&event, "")?;
    }
    Ok(())
}

/// Whether a project was ever looked at, and when it is due; for tests and the operator.
pub fn due_at(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<Timestamp>> {
    let sql = "SELECT look_at FROM arrears_looks WHERE book = ?1 AND project = ?2";
    let book: BookId = project.book();
    tx.query_one(sql, params![book, project], |r| r.get(0))
}
