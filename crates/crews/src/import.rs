//! A file of attendance on its way in: kept, read, its faults listed, and its people written down when none is refused or the
//! sender wants the others to go on. All of it is written in one transaction, so nothing of a file is ever half there.
//!
//! The bytes are kept under their hash; the same bytes for the same month are the same import.
use crate::crew::acted_for;
use crate::findings::Finding;
use crate::headcount::{self, Unknown};
use crate::month::{self, Entry, Said, Source, months_of};
use crate::read::{self, Plan, roster};
use crate::{PEOPLE_MAX, PROGRAM_ROWS_MAX, reviews, text};
use kernel::id::{AttendanceId, CrewId, ProjectId, WorkerId};
use kernel::{Actor, BookId, Date, Error, Id, Page, PageAsk, Result, Timestamp};
use party::{Permission, Scope};
use payroll::{ImportFault, Period, Project};
use sheets::{Fault, Limits, Workbook};
use std::collections::{BTreeMap, HashMap};
use store::{Audit, Seal, Store, Tx, params};

store::text_enum! {
    pub enum AttendanceState {
        /// What is not refused waits for the sender's word.
        Read = "read",
        Accepted = "accepted",
        /// Nobody of it can go on.
        Rejected = "rejected",
    }
}

store::record! {
    /// A file of attendance, and what came of it.
    pub struct Attendance in "crews_imports" key 2 {
        pub book: BookId,
        pub id: AttendanceId,
        pub project: ProjectId,
        pub period: Period,
        /// The crew that it is for; `None` when the main contractor sent it for all.
        pub crew: Option<CrewId>,
        pub file_name: String,
        pub file_hash: Vec<u8>,
        pub file_bytes: i64,
        pub state: AttendanceState,
        pub rows_read: i64,
        /// Workers whose month it wrote down or may write down.
        pub people: i64,
        pub refused: i64,
        /// Of the people: nothing changed.
        pub already: i64,
        pub strangers: i64,
        /// Entries of the list of faults.
        pub faults: i64,
        pub made_by: String,
        pub made_at: Timestamp,
        pub accepted_by: Option<String>,
        pub accepted_at: Option<Timestamp>,
    }
}

/// A file as it is sent.
#[derive(Clone, Debug)]
pub struct AttendanceUpload {
    pub project: ProjectId,
    pub period: Period,
    /// Only this crew's workers may stand in it.
    pub crew: Option<CrewId>,
    pub file_name: String,
    pub bytes: Vec<u8>,
    /// Go on with the others even when somebody is refused.
    pub accept_valid: bool,
}

/// Whose attendance the actor may write down: of a crew as its clerk, of the whole site as the main contractor's
/// (`wage.roster_edit`). Answers the project and the team.
fn permitted(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: ProjectId,
    crew: Option<CrewId>,
) -> Result<(Project, Option<String>)> {
    let (project, team) = match crew {
        Some(id) => {
            let (crew, of) = acted_for(tx, actor, id)?;
            if of.id != project {
                return Err(Error::not_found("crew", id));
            }
            (of, Some(crew.team))
        }
        None => {
            let project = payroll::project_raw(tx, project)?;
            party::may(tx, actor, Permission::WageRosterEdit, &Scope::firm(project.firm))?;
            (project, None)
        }
    };
    payroll::need_site_rules(tx, project.id)?;
    Ok((project, team))
}

/// Takes a file in. Needs `wage.crew` of the crew, or `wage.roster_edit` for the whole site. What is wrong inside it is no
/// error but stands in [`attendance_faults`]; errors are those of [`Workbook::read`], `no_site_rules`, and more than
/// [`PEOPLE_MAX`] people. The same bytes for the same month answer the same import.
pub fn attendance_import(store: &Store, actor: &Actor, upload: AttendanceUpload) -> Result<Attendance> {
    let book = Workbook::read(&upload.bytes, &Limits::default())?;
    let (accept, by) = (upload.accept_valid, actor.clone());
    let import = store.write(move |tx| keep(tx, &by, &upload))?;
    match import.state {
        AttendanceState::Accepted => Ok(import),
        _ => finish(store, actor, import.id, &book, accept),
    }
}

/// Goes on with those of a file who were not refused. Repeating is safe.
pub fn attendance_accept(store: &Store, actor: &Actor, id: AttendanceId) -> Result<Attendance> {
    let (import, bytes) = store.read(|tx| {
        let import = attendance_raw(tx, id)?;
        permitted(tx, actor, import.project, import.crew)?;
        let bytes = payroll::read_file(tx, import.book, &import.file_hash)?;
        Ok((import, bytes))
    })?;
    match import.state {
        AttendanceState::Accepted => Ok(import),
        _ => finish(store, actor, id, &Workbook::read(&bytes, &Limits::default())?, true),
    }
}

fn attendance_raw(tx: &mut Tx<'_>, id: AttendanceId) -> Result<Attendance> {
    tx.load::<Attendance>(params![id.book(), id])?.ok_or_else(|| Error::not_found("attendance", id))
}

fn keep(tx: &mut Tx<'_>, actor: &Actor, upload: &AttendanceUpload) -> Result<Attendance> {
    let (project, _) = permitted(tx, actor, upload.project, upload.crew)?;
    let file_hash = payroll::file_hash(&upload.bytes);
    let tail = "WHERE book = ?1 AND project = ?2 AND period = ?3 AND file_hash = ?4 ORDER BY id DESC";
    let found = tx.select_locked::<Attendance>(tail, params![project.book, project.id, upload.period, file_hash])?;
    if let Some(known) = found.into_iter().find(|a| a.crew == upload.crew) {
        return Ok(known);
    }
    payroll::keep_file(tx, project.book, &file_hash, &upload.bytes)?;
    let shown = upload.file_name.chars().filter(|c| !c.is_control()).take(crate::TEXT_CHARS_MAX).collect();
    let mut import = Attendance {
        book: project.book,
        id: AttendanceId::new(tx.now(), project.book),
        project: project.id,
        period: upload.period,
        crew: upload.crew,
        file_name: shown,
        file_hash,
        file_bytes: i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX),
        state: AttendanceState::Read,
        rows_read: 0,
        people: 0,
        refused: 0,
        already: 0,
        strangers: 0,
        faults: 0,
        made_by: actor.principal(),
        made_at: tx.now(),
        accepted_by: None,
        accepted_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut import)?;
    let shown = format!("{} {}", import.period, import.file_name);
    tx.audit(actor, Audit::of("crews.attendance", import.id).after(shown))?;
    Ok(import)
}

/// Reads the file against today's roster and writes it down, in one transaction.
fn finish(store: &Store, actor: &Actor, id: AttendanceId, book: &Workbook, accept: bool) -> Result<Attendance> {
    let plan = store.read(|tx| {
        let import = attendance_raw(tx, id)?;
        let (project, team) = permitted(tx, actor, import.project, import.crew)?;
        let mut plan = read::read(tx, &project, import.period, team.as_deref(), book)?;
        without_reviewed(tx, &project, import.period, &mut plan)?;
        Ok(plan)
    })?;
    match plan.entries.len() + plan.unknown.len() {
        n if n > PEOPLE_MAX => return Err(Error::limit("people", n, PEOPLE_MAX, "people of one file")),
        _ => {}
    }
    let actor = actor.clone();
    store.write(move |tx| settle(tx, &actor, id, &plan, accept))
}

/// Takes out whoever's month was reviewed and would change.
fn without_reviewed(tx: &mut Tx<'_>, project: &Project, period: Period, plan: &mut Plan) -> Result<()> {
    let reviewed = reviews::teams(tx, project.id, period)?;
    if reviewed.is_empty() {
        return Ok(());
    }
    let known = months_of(tx, project.id, period, plan.entries.iter().map(|e| e.worker.id))?;
    let source = plan.source.unwrap_or(Source::Table);
    let (entries, mut kept) = (std::mem::take(&mut plan.entries), Vec::new());
    for entry in entries {
        let changes = known.get(&entry.worker.id).is_none_or(|m| m.clone().take(&entry.said, source));
        if changes && reviewed.contains(&entry.worker.team) {
            plan.refused += 1;
            let who = format!("{} {}", entry.worker.team, entry.worker.name_masked);
            plan.faults.push(Finding::Reviewed.of_file("", who));
        } else {
            kept.push(entry);
        }
    }
    plan.entries = kept;
    Ok(())
}

fn settle(tx: &mut Tx<'_>, actor: &Actor, id: AttendanceId, plan: &Plan, accept: bool) -> Result<Attendance> {
    let mut import = attendance_raw(tx, id)?;
    if import.state == AttendanceState::Accepted {
        return Ok(import);
    }
    import.faults = payroll::keep_faults(tx, id, plan.faults.clone())?;
    let there = plan.entries.len() + plan.unknown.len();
    let accepted = there > 0 && (accept || !plan.faults.iter().any(Fault::is_refused));
    (import.rows_read, import.people, import.refused) = (plan.rows, plan.entries.len() as i64, plan.refused);
    import.strangers = plan.unknown.len() as i64;
    import.state = match (accepted, there) {
        (true, _) => AttendanceState::Accepted,
        (false, 0) => AttendanceState::Rejected,
        (false, _) => AttendanceState::Read,
    };
    if accepted {
        let of = (import.project, import.period);
        let source = plan.source.unwrap_or(Source::Table);
        import.already = month::write(tx, actor, of, &plan.entries, source)?.already;
        headcount::keep(tx, of.0, of.1, &plan.unknown, &plan.known)?;
        (import.accepted_by, import.accepted_at) = (Some(actor.principal()), Some(tx.now()));
        month::attended(tx, actor, of, Some(id), (import.people, import.strangers))?;
    }
    tx.update(&mut import)?;
    let shown = format!("{}: {} people, {} refused", import.state, import.people, import.refused);
    tx.audit(actor, Audit::of("crews.attendance_read", id).after(shown))?;
    Ok(import)
}

/// Whether the actor may look at what a file of attendance came to.
fn readable(tx: &mut Tx<'_>, actor: &Actor, id: AttendanceId) -> Result<Attendance> {
    let import = attendance_raw(tx, id)?;
    let missing = |_| Error::not_found("attendance", id);
    match import.crew {
        Some(crew) => crate::crew::seen(tx, actor, crew).map(|_| ()).map_err(missing)?,
        None => payroll::project(tx, actor, import.project).map(|_| ()).map_err(missing)?,
    }
    Ok(import)
}

/// A file of attendance, for its sender's crew and whoever may see the project.
pub fn attendance(tx: &mut Tx<'_>, actor: &Actor, id: AttendanceId) -> Result<Attendance> {
    readable(tx, actor, id)
}

/// The files of attendance of a crew, or of a whole project with what its crews sent, newest first; those of a crew for whoever may
/// see it, those of a project for whoever may see that.
pub fn attendances(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: ProjectId,
    crew: Option<CrewId>,
    ask: &PageAsk,
) -> Result<Page<Attendance>> {
    match crew {
        Some(crew) if crate::crew::seen(tx, actor, crew)?.project != project => {
            return Err(Error::not_found("crew", crew));
        }
        Some(_) => {}
        None => payroll::project(tx, actor, project).map(|_| ())?,
    }
    let rows = ask.rows()?;
    let before = ask.after.as_deref().map_or(Ok([0xff; 16]), |t| t.parse::<AttendanceId>().map(|a| a.bytes()))?;
    let (book, more) = (project.book(), rows + 1);
    let found = match crew {
        Some(crew) => {
            let tail = "WHERE book = ?1 AND project = ?2 AND id < ?3 AND crew = ?4 ORDER BY id DESC LIMIT ?5";
            tx.select::<Attendance>(tail, params![book, project, before, crew, more])?
        }
        None => {
            let tail = "WHERE book = ?1 AND project = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
            tx.select::<Attendance>(tail, params![book, project, before, more])?
        }
    };
    Ok(Page::cut(found, rows, |a| a.id.to_string()))
}

/// A file's list of faults: refusals, warnings, notes.
pub fn attendance_faults(tx: &mut Tx<'_>, actor: &Actor, id: AttendanceId, ask: &PageAsk) -> Result<Page<ImportFault>> {
    readable(tx, actor, id)?;
    payroll::faults_kept(tx, id, ask)
}

/// One day of one worker, from a program: by roster line or by identity number.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttendanceRow {
    #[serde(default)]
    pub worker: Option<WorkerId>,
    #[serde(default)]
    pub identity: Option<String>,
    /// Shown masked when he is on no roster; may be empty.
    #[serde(default)]
    pub name: String,
    pub date: Option<Date>,
    /// Half hours of the day, 0 to 48.
    pub half_hours: u8,
}

/// What rows of a program came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AttendanceTaken {
    pub people: i64,
    pub changed: i64,
    pub already: i64,
    pub strangers: i64,
}

/// Writes down rows of a program, all or none, of one month, at most [`PROGRAM_ROWS_MAX`]. Rights as [`attendance_import`].
/// Errors name the row, from 1: field errors, `month_reviewed`.
pub fn attendance_rows(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: ProjectId,
    crew: Option<CrewId>,
    rows: &[AttendanceRow],
) -> Result<AttendanceTaken> {
    if rows.is_empty() || rows.len() > PROGRAM_ROWS_MAX {
        return Err(Error::limit("rows", rows.len(), PROGRAM_ROWS_MAX, "rows, and at least one"));
    }
    let (project, team) = permitted(tx, actor, project, crew)?;
    let by_identity = roster(tx, &project)?;
    let today = tx.now().local_date();
    let mut period = None;
    let mut workers: BTreeMap<WorkerId, (payroll::Worker, BTreeMap<u8, u8>)> = BTreeMap::new();
    let mut unknown: HashMap<Vec<u8>, Unknown> = HashMap::new();
    for (n, row) in (1..).zip(rows) {
        let bad = |why: &str| Error::field("rows", format!("row {n}: {why}"));
        let date = row.date.filter(|d| *d <= today).ok_or_else(|| bad("a date up to today is needed"))?;
        if *period.get_or_insert(Period::of(date)) != Period::of(date) {
            return Err(bad("all rows are of one month"));
        }
        if row.half_hours > month::DAY_HALF_HOURS_MAX {
            return Err(bad("0 to 48 half hours"));
        }
        let day = date.day().unsigned_abs();
        match whose(tx, &project, &by_identity, row).map_err(|e| bad(e.message()))? {
            Whose::Worker(worker) => {
                if team.as_ref().is_some_and(|t| *t != worker.team) {
                    return Err(bad("he belongs to another team"));
                }
                workers.entry(worker.id).or_insert_with(|| (worker, BTreeMap::new())).1.insert(day, row.half_hours);
            }
            Whose::Stranger(one) => {
                unknown.entry(one.identity_index.clone()).or_insert(one).days.insert(day, row.half_hours);
            }
        }
    }
    let period = period.unwrap_or(Period::of(today));
    let known: Vec<Vec<u8>> = workers.values().map(|(w, _)| w.identity_index.clone()).collect();
    let entries: Vec<Entry> =
        workers.into_values().map(|(worker, days)| Entry { worker, said: Said::Days(days) }).collect();
    let unknown: Vec<Unknown> = unknown.into_values().collect();
    let written = month::write(tx, actor, (project.id, period), &entries, Source::Program)?;
    headcount::keep(tx, project.id, period, &unknown, &known)?;
    let (people, strangers) = (entries.len() as i64, unknown.len() as i64);
    tx.audit(actor, Audit::of("crews.attendance_rows", project.id).after(format!("{period}: {} rows", rows.len())))?;
    month::attended(tx, actor, (project.id, period), None, (people, strangers))?;
    Ok(AttendanceTaken { people, changed: written.changed, already: written.already, strangers })
}

enum Whose {
    Worker(payroll::Worker),
    Stranger(Unknown),
}

fn whose(
    tx: &mut Tx<'_>,
    project: &Project,
    roster: &HashMap<Vec<u8>, std::sync::Arc<payroll::Worker>>,
    row: &AttendanceRow,
) -> Result<Whose> {
    if let Some(id) = row.worker {
        let worker = payroll::worker_raw(tx, id)?;
        let missing = || Error::not_found("worker", id);
        return (worker.project == project.id).then_some(Whose::Worker(worker)).ok_or_else(missing);
    }
    let given = row.identity.as_deref().unwrap_or_default();
    let number = kernel::chinese::identity(given, tx.now().local_date())
        .map_err(|_| Error::field("identity", "a worker or an identity number is needed"))?;
    let identity_index = payroll::identity_index(tx, &number);
    if let Some(worker) = roster.get(&identity_index) {
        return Ok(Whose::Worker((**worker).clone()));
    }
    Ok(Whose::Stranger(Unknown {
        identity_index,
        name_masked: kernel::chinese::mask_name(&text("name", &row.name)?),
        identity_masked: kernel::chinese::mask_identity(&number),
        days: BTreeMap::new(),
    }))
}
