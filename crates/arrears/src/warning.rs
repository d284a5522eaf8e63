//! A warning: opened by a look at the facts, cleared by the next one that does not find it, passed on by time.
use crate::events::Event;
use crate::find::{Figure, Finding};
use crate::look::touched;
use crate::rules::{Kind, Rules, Severity, Step, rules};
use crate::{MONTHS_BACK_MAX, NOT_OPEN, filled, may_act, note};
use kernel::clock::HOUR;
use kernel::id::{ArrearsCaseId, FirmId, ProjectId, WarningId};
use kernel::{Actor, BookId, Date, Error, Id, Result, Timestamp};
use party::Change;
use payroll::Period;
use std::collections::BTreeSet;
use store::{Audit, Json, Seal, Tx, params};

store::text_enum! {
    /// Where a warning stands.
    pub enum WarningState {
        Open = "open",
        /// Somebody said that he acts on it.
        Acting = "acting",
        /// What it was about is gone.
        Cleared = "cleared",
        Dismissed = "dismissed",
    }
}

store::record! {
    /// A warning. Figures and size are those of the last look.
    pub struct Warning in "arrears_warnings" key 2 {
        pub book: BookId,
        pub id: WarningId,
        pub project: ProjectId,
        pub firm: FirmId,
        /// Six digits; empty where the project has no site file.
        pub region: String,
        pub kind: Kind,
        /// What tells it apart from others of its kind: a worker and month, a crew, a sheet, a day.
        pub about: String,
        pub severity: Severity,
        /// Whose turn it is.
        pub step: Step,
        /// When the next is told; `None` with the bureau.
        pub next_at: Option<Timestamp>,
        pub size: i64,
        pub figures: Json<Vec<Figure>>,
        pub opened_at: Timestamp,
        pub state: WarningState,
        pub acting_by: Option<String>,
        pub acting_at: Option<Timestamp>,
        pub acting_note: String,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        pub ended_why: String,
        pub case_id: Option<ArrearsCaseId>,
    }
}

store::record! {
    /// What a dismissal lets pass: the same finding, until a day, while it is not worse than by a step.
    pub struct Exception in "arrears_exceptions" key 2 {
        pub book: BookId,
        /// The warning that was dismissed.
        pub warning: WarningId,
        pub project: ProjectId,
        pub kind: Kind,
        pub about: String,
        /// The last day.
        pub until: Date,
        /// How big it was.
        pub size: i64,
        /// It comes back when it is bigger by more than so many hundredths.
        pub worse_percent: i64,
        /// Asked for as an exception; otherwise a dismissal, which holds for days only.
        pub lasting: bool,
        pub reason: String,
        pub made_by: String,
        pub made_at: Timestamp,
        /// The second person, for what is severe.
        pub checked_by: Option<String>,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

impl Exception {
    /// Whether it lets a finding pass on a day.
    pub fn covers(&self, f: &Finding, today: Date) -> bool {
        let most = i128::from(self.size) * i128::from(100 + self.worse_percent);
        self.ended_at.is_none()
            && today <= self.until
            && (self.kind, &self.about) == (f.kind, &f.about)
            && i128::from(f.size) * 100 <= most
    }
}

impl Warning {
    pub fn is_open(&self) -> bool {
        matches!(self.state, WarningState::Open | WarningState::Acting)
    }
    fn is_of(&self, f: &Finding) -> bool {
        (self.kind, &self.about) == (f.kind, &f.about)
    }
    /// Passes it on when its hours are over; answers whether it did.
    pub(crate) fn escalate(&mut self, now: Timestamp) -> bool {
        let due = self.next_at.is_some_and(|at| at <= now);
        let Some(next) = self.step.next().filter(|_| due && self.is_open()) else { return false };
        self.step = next;
        self.next_at = hours(self.kind, next, now);
        true
    }
}

fn hours(kind: Kind, step: Step, now: Timestamp) -> Option<Timestamp> {
    rules(now.local_date()).kind(kind).hours_of(step).map(|h| now.plus(h * HOUR))
}

/// What a look changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Places in the findings.
    pub open: Vec<usize>,
    /// Places in the warnings and in the findings.
    pub keep: Vec<(usize, usize)>,
    /// Places in the warnings.
    pub clear: Vec<usize>,
}

/// Kinds about what happened once: somebody must look into them, for nothing that comes later undoes them.
fn stays(kind: Kind) -> bool {
    kind == Kind::WageBackflow
}

/// What becomes of the warnings that are open and of what was found. Pure.
pub(crate) fn plan(open: &[Warning], found: &[Finding], pass: &[Exception], today: Date) -> Plan {
    let mut plan = Plan::default();
    for (at, f) in found.iter().enumerate() {
        match open.iter().position(|w| w.is_of(f)) {
            Some(w) => plan.keep.push((w, at)),
            None if pass.iter().any(|e| e.covers(f, today)) => {}
            None => plan.open.push(at),
        }
    }
    let gone = |w: &Warning| !stays(w.kind) && !found.iter().any(|f| w.is_of(f));
    plan.clear = (0..open.len()).filter(|at| gone(&open[*at])).collect();
    plan
}

/// A new warning of a finding.
pub(crate) fn opened(r: &Rules, now: Timestamp, f: &Finding, of: (ProjectId, FirmId, &str)) -> Warning {
    let (project, firm, region) = of;
    let rule = r.kind(f.kind);
    Warning {
        book: project.book(),
        id: WarningId::new(now, project.book()),
        project,
        firm,
        region: region.into(),
        kind: f.kind,
        about: f.about.clone(),
        severity: rule.severity,
        step: rule.owner,
        next_at: hours(f.kind, rule.owner, now),
        size: f.size,
        figures: Json(f.figures.clone()),
        opened_at: now,
        state: WarningState::Open,
        acting_by: None,
        acting_at: None,
        acting_note: String::new(),
        ended_by: None,
        ended_at: None,
        ended_why: String::new(),
        case_id: None,
        seal: Seal::default(),
    }
}

/// The open warnings of a project.
pub(crate) fn open_of(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Warning>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND state IN ('open', 'acting') ORDER BY id";
    tx.select_locked(tail, params![project.book(), project])
}

/// Months of which a worker's warning is open; they are looked at until it is mended. At most [`MONTHS_BACK_MAX`].
pub(crate) fn open_months(tx: &mut Tx<'_>, project: ProjectId) -> Result<BTreeSet<Period>> {
    let sql = "SELECT DISTINCT about FROM arrears_warnings WHERE book = ?1 AND project = ?2 AND state IN ('open', 'acting') \
               AND kind IN ('ghost_worker', 'days_invented', 'below_minimum')";
    let about = tx.query(sql, params![project.book(), project], |r| r.get::<String>(0))?;
    let months: BTreeSet<Period> = about.iter().filter_map(|a| a.rsplit(' ').next()?.parse().ok()).collect();
    Ok(months.into_iter().rev().take(MONTHS_BACK_MAX).collect())
}

/// The exceptions of a project that hold on a day.
pub(crate) fn exceptions_of(tx: &mut Tx<'_>, project: ProjectId, today: Date) -> Result<Vec<Exception>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND until >= ?3 AND ended_at IS NULL ORDER BY warning";
    tx.select(tail, params![project.book(), project, today])
}

pub(crate) fn warning_raw(tx: &mut Tx<'_>, id: WarningId) -> Result<Warning> {
    tx.load::<Warning>(params![id.book(), id])?.ok_or_else(|| Error::not_found("warning", id))
}

fn need_open(w: &Warning) -> Result<()> {
    match w.is_open() {
        true => Ok(()),
        false => Err(Error::new(&NOT_OPEN, format!("{} is {}", w.id, w.state)).with("state", w.state)),
    }
}

/// Somebody says what he does about a warning; whoever has the turn gets his hours anew, once. By the firm's own users
/// (`wage.project_manage`) or the bank (`wage.case`). Errors: `warning_not_open`.
pub fn act_on(tx: &mut Tx<'_>, actor: &Actor, id: WarningId, what: &str) -> Result<Change> {
    let mut w = warning_raw(tx, id)?;
    may_act(tx, actor, w.firm)?;
    let what = filled("note", what)?;
    need_open(&w)?;
    if w.state == WarningState::Acting && w.acting_note == what {
        return Ok(Change::AlreadySo);
    }
    let now = tx.now();
    if w.state == WarningState::Open {
        w.next_at = hours(w.kind, w.step, now);
    }
    (w.state, w.acting_by, w.acting_at) = (WarningState::Acting, Some(actor.principal()), Some(now));
    w.acting_note = what.clone();
    tx.update(&mut w)?;
    tx.audit(actor, Audit::of("arrears.act", id).reason(what))?;
    tx.emit(&Event::of_warning("arrears.acting", &w), &actor.correlation)?;
    Ok(Change::Done)
}

/// How a warning is dismissed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Dismissal {
    pub reason: String,
    /// An exception until this day; without it the dismissal holds for some days only and any worsening ends it.
    pub until: Option<Date>,
    /// By how many hundredths it must grow to come back, 0 to 1,000.
    pub worse_percent: i64,
}

/// The highest step of an exception, hundredths.
pub const WORSE_PERCENT_MAX: i64 = 1_000;

impl Dismissal {
    /// The texts and days as they are kept. Pure.
    pub(crate) fn checked(mut self, r: &Rules, today: Date) -> Result<Dismissal> {
        self.reason = party::reason(&self.reason)?;
        let max = r.numbers.exception_days_max;
        match self.until {
            Some(until) if until < today => return Err(Error::field("until", "it is over already")),
            Some(until) if until.days() - today.days() > max => {
                return Err(Error::limit("until", until.days() - today.days(), max, "days"));
            }
            None if self.worse_percent != 0 => return Err(Error::field("until", "an exception has a last day")),
            _ => {}
        }
        match (0..=WORSE_PERCENT_MAX).contains(&self.worse_percent) {
            true => Ok(self),
            false => Err(Error::limit("worse_percent", self.worse_percent, WORSE_PERCENT_MAX, "hundredths")),
        }
    }
    /// A severe warning is not dismissed by one person.
    pub fn needs_second(w: &Warning) -> bool {
        w.severity == Severity::Severe
    }
}

/// Ends a warning and lets the same finding pass. The caller has asked whether the actor may.
pub(crate) fn dismissed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    w: &mut Warning,
    d: Dismissal,
    (maker, checker): (String, Option<String>),
) -> Result<()> {
    need_open(w)?;
    let (now, today) = (tx.now(), tx.now().local_date());
    let d = d.checked(rules(today), today)?;
    let mut exception = Exception {
        book: w.book,
        warning: w.id,
        project: w.project,
        kind: w.kind,
        about: w.about.clone(),
        until: d.until.unwrap_or_else(|| today.plus_days(rules(today).numbers.dismissed_days)),
        size: w.size,
        worse_percent: d.worse_percent,
        lasting: d.until.is_some(),
        reason: d.reason.clone(),
        made_by: maker.clone(),
        made_at: now,
        checked_by: checker,
        ended_by: None,
        ended_at: None,
        seal: Seal::default(),
    };
    (w.state, w.ended_by, w.ended_at) = (WarningState::Dismissed, Some(maker), Some(now));
    w.ended_why = d.reason.clone();
    tx.update(w)?;
    tx.insert(&mut exception)?;
    touched(tx, w.project)?;
    tx.audit(actor, Audit::of("arrears.dismiss", w.id).reason(d.reason))?;
    tx.emit(&Event::of_warning("arrears.dismissed", w), &actor.correlation)
}

/// Ends an exception; the finding comes back with the next look. Needs `wage.case`.
pub fn exception_end(tx: &mut Tx<'_>, actor: &Actor, id: WarningId, why: &str) -> Result<Change> {
    let missing = || Error::not_found("exception", id);
    let mut e = tx.load::<Exception>(params![id.book(), id])?.ok_or_else(missing)?;
    let firm = payroll::project_raw(tx, e.project)?.firm;
    crate::may_keep(tx, actor, firm)?;
    let why = note(&party::reason(why)?)?;
    if e.ended_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    (e.ended_by, e.ended_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut e)?;
    touched(tx, e.project)?;
    tx.audit(actor, Audit::of("arrears.exception_end", id).reason(why))?;
    Ok(Change::Done)
}
