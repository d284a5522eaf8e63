//! A spreadsheet on its way in: kept, read, its faults listed, and its valid rows taken over when the maker wants that.
//!
//! The bytes are kept under their hash; the same bytes for the same subject are the same import. Reading happens on a
//! snapshot and writes nothing but the list of faults. When nothing was refused, or the maker accepts the valid rows, these are
//! written in chunks; an import that was interrupted there is finished by asking again. A long file is [taken in](take_in)
//! first and [finished](TakenIn::finish) beside the requests, which hear how far it is.
use crate::apply::{self, Taken};
use crate::fault_list::{self, FileId};
use crate::project::{Project, project_raw};
use crate::sheet::{Kind, SheetState, sheet_raw};
use crate::{Event, Period, SUPPLEMENTS_MAX, calendar, files, read_roster, read_sheet, text};
use kernel::id::{ImportId, PaySheetId, ProjectId};
use kernel::{Actor, BookId, Date, Error, Id, Result, Timestamp};
use party::{Permission, Scope};
use sheets::{Fault, Limits, Workbook};
use store::{Audit, Seal, Store, Tx, params};

/// Entries of a list of faults written in one transaction.
const FAULT_CHUNK_ROWS: usize = 1_000;

store::text_enum! {
    /// What a file is.
    pub enum Subject { Roster = "roster", PaySheet = "pay_sheet" }
}

store::text_enum! {
    pub enum ImportState {
        /// Its valid rows wait for the maker's word.
        Read = "read",
        Accepted = "accepted",
        /// No row of it can go on.
        Rejected = "rejected",
    }
}

store::record! {
    /// A file that was sent, and what came of it.
    pub struct Import in "payroll_imports" key 2 {
        pub book: BookId,
        pub id: ImportId,
        pub project: ProjectId,
        pub subject: Subject,
        /// `2026-10`; empty for a roster.
        pub period: String,
        pub kind: Kind,
        /// 1 for a wage, 1 to 99 for a supplement, 0 for a roster.
        pub number: u8,
        pub tag: String,
        pub due_on: Option<Date>,
        pub file_name: String,
        pub file_hash: Vec<u8>,
        pub file_bytes: i64,
        pub state: ImportState,
        /// Rows of the project's workers in the file.
        pub rows_read: i64,
        /// Of them: may go on, or went on.
        pub valid: i64,
        pub refused: i64,
        /// On the roster, paid, or on another sheet before.
        pub already: i64,
        /// Entries of the list of faults.
        pub faults: i64,
        pub sheet: Option<PaySheetId>,
        pub made_by: String,
        pub made_at: Timestamp,
        pub accepted_by: Option<String>,
        pub accepted_at: Option<Timestamp>,
    }
}

impl Import {
    pub fn period(&self) -> Option<Period> {
        Period::parse(&self.period).ok()
    }
    /// It was read to its end. One that was not is under way, or was interrupted and is finished by [`take_up`].
    pub fn is_read(&self) -> bool {
        self.state != ImportState::Read || self.valid > 0
    }
}

/// What a file is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportFor {
    Roster,
    PaySheet {
        period: Period,
        kind: Kind,
        /// 1 for the wage; 1 to 99 for supplements.
        number: u8,
        tag: String,
        /// `None`: the project's pay day in the month after the period.
        due_on: Option<Date>,
    },
}

impl ImportFor {
    fn subject(&self) -> Subject {
        if matches!(self, ImportFor::Roster) { Subject::Roster } else { Subject::PaySheet }
    }
    fn permission(subject: Subject) -> Permission {
        match subject {
            Subject::Roster => Permission::WageRosterEdit,
            Subject::PaySheet => Permission::WageSheetMake,
        }
    }
    fn check(&self) -> Result<()> {
        match self {
            ImportFor::PaySheet { kind: Kind::Wage, number, .. } if *number != 1 => {
                Err(Error::field("number", "the wage of a period has the number 1"))
            }
            ImportFor::PaySheet { number, .. } if !(1..=SUPPLEMENTS_MAX).contains(number) => {
                Err(Error::limit("number", number, SUPPLEMENTS_MAX, "supplements of a period"))
            }
            _ => Ok(()),
        }
    }
}

/// A file as it is sent.
#[derive(Clone, Debug)]
pub struct Upload {
    pub project: ProjectId,
    pub what: ImportFor,
    pub file_name: String,
    pub bytes: Vec<u8>,
    /// Go on with the valid rows even when others are refused.
    pub accept_valid: bool,
}

/// Takes a file in. Needs `wage.roster_edit` or `wage.sheet_make`. What is wrong inside the file is no error but stands in
/// [`crate::faults`]; errors are those of [`Workbook::read`] and of the fields.
pub fn import(store: &Store, actor: &Actor, upload: Upload) -> Result<Import> {
    take_in(store, actor, upload)?.finish(store, actor, &|_, _| {})
}

/// Goes on with the valid rows of an import, or finishes one that was interrupted. Repeating is safe.
pub fn accept_valid(store: &Store, actor: &Actor, id: ImportId) -> Result<Import> {
    take_up(store, actor, id, true)?.finish(store, actor, &|_, _| {})
}

/// Hears how many rows were written, and of how many.
pub type Hear<'a> = &'a dyn Fn(u64, u64);

/// A file that is kept and can be read; what is in it has not been looked at yet.
pub struct TakenIn {
    pub import: Import,
    book: Workbook,
    accept: bool,
    /// Of a crew's sheet: the team whose workers may stand on it. The right was asked where it was taken in.
    team: Option<String>,
}

impl TakenIn {
    /// Compares it with the roster, writes its valid rows when they may go on, and lists what is wrong. An import that was
    /// accepted before stays as it is.
    pub fn finish(self, store: &Store, actor: &Actor, hear: Hear<'_>) -> Result<Import> {
        match self.import.state {
            ImportState::Accepted => Ok(self.import),
            _ => carry_on(store, actor, self, hear),
        }
    }
}

/// The first part of [`import`]: is it a file that can be read, and may the actor send it.
pub fn take_in(store: &Store, actor: &Actor, upload: Upload) -> Result<TakenIn> {
    upload.what.check()?;
    let book = Workbook::read(&upload.bytes, &Limits::default())?;
    let accept = upload.accept_valid;
    let by = actor.clone();
    let import = store.write(move |tx| {
        let project = project_raw(tx, upload.project)?;
        party::may(tx, &by, ImportFor::permission(upload.what.subject()), &Scope::firm(project.firm))?;
        keep(tx, &by, &project, &upload)
    })?;
    Ok(TakenIn { import, book, accept, team: None })
}

/// As [`take_in`], for a pay sheet on which only the workers of `team` may stand. No right is asked: crate `crews` looked
/// whether the actor may act for that crew.
pub fn take_in_for_crew(store: &Store, actor: &Actor, upload: Upload, team: &str) -> Result<TakenIn> {
    upload.what.check()?;
    if upload.what.subject() == Subject::Roster {
        return Err(Error::field("what", "a crew sends pay sheets; the roster is the main contractor's"));
    }
    let book = Workbook::read(&upload.bytes, &Limits::default())?;
    let accept = upload.accept_valid;
    let by = actor.clone();
    let import = store.write(move |tx| {
        let project = project_raw(tx, upload.project)?;
        keep(tx, &by, &project, &upload)
    })?;
    Ok(TakenIn { import, book, accept, team: Some(team.to_owned()) })
}

/// As [`take_up`] for a file that was [taken in for a crew](take_in_for_crew). No right is asked.
pub fn take_up_for_crew(store: &Store, id: ImportId, accept: bool, team: &str) -> Result<TakenIn> {
    let (import, bytes) = store.read(|tx| {
        let import = import_raw(tx, id)?;
        let bytes = files::read(tx, import.book, &import.file_hash)?;
        Ok((import, bytes))
    })?;
    let book = Workbook::read(&bytes, &Limits::default())?;
    Ok(TakenIn { import, book, accept, team: Some(team.to_owned()) })
}

/// A file that was sent before, to be finished; with `accept`, to go on with its valid rows although others are refused.
pub fn take_up(store: &Store, actor: &Actor, id: ImportId, accept: bool) -> Result<TakenIn> {
    let (import, bytes) = store.read(|tx| {
        let import = import_raw(tx, id)?;
        permitted(tx, actor, &import)?;
        let bytes = files::read(tx, import.book, &import.file_hash)?;
        Ok((import, bytes))
    })?;
    Ok(TakenIn { import, book: Workbook::read(&bytes, &Limits::default())?, accept, team: None })
}

/// The row, locked in a write, with no permission asked: for domain code.
pub fn import_raw(tx: &mut Tx<'_>, id: ImportId) -> Result<Import> {
    tx.load::<Import>(params![id.book(), id])?.ok_or_else(|| Error::not_found("import", id))
}

fn permitted(tx: &mut Tx<'_>, actor: &Actor, import: &Import) -> Result<Project> {
    let project = project_raw(tx, import.project)?;
    party::may(tx, actor, ImportFor::permission(import.subject), &Scope::firm(project.firm))?;
    Ok(project)
}

/// The import of these bytes, made when it is new. An accepted one whose sheet was cancelled begins again.
fn keep(tx: &mut Tx<'_>, actor: &Actor, project: &Project, upload: &Upload) -> Result<Import> {
    let subject = upload.what.subject();
    let (period, kind, number, tag, due_on) = match &upload.what {
        ImportFor::Roster => (String::new(), Kind::Wage, 0, String::new(), None),
        ImportFor::PaySheet { period, kind, number, tag, due_on } => {
            let next = period.next();
            let due_on = due_on.map_or_else(|| calendar::day_of_month(next.year, next.month, project.pay_day), Ok)?;
            (period.to_string(), *kind, *number, text("tag", tag)?, Some(due_on))
        }
    };
    let file_hash = files::hash(&upload.bytes);
    let tail = "WHERE book = ?1 AND project = ?2 AND subject = ?3 AND period = ?4 AND kind = ?5 AND number = ?6 AND file_hash = ?7";
    let key = params![project.book, project.id, subject, period, kind, number, file_hash];
    if let Some(mut known) = tx.select_locked::<Import>(tail, key)?.pop() {
        let sheet = known.sheet.map(|id| sheet_raw(tx, id)).transpose()?;
        if sheet.is_some_and(|s| s.state == SheetState::Cancelled) {
            (known.state, known.sheet, known.due_on) = (ImportState::Read, None, due_on);
            tx.update(&mut known)?;
        }
        return Ok(known);
    }
    files::keep(tx, project.book, &file_hash, &upload.bytes)?;
    let file_name: String = upload.file_name.chars().filter(|c| !c.is_control()).take(crate::TEXT_CHARS_MAX).collect();
    let mut import = Import {
        book: project.book,
        id: ImportId::new(tx.now(), project.book),
        project: project.id,
        subject,
        period,
        kind,
        number,
        tag,
        due_on,
        file_name,
        file_hash,
        file_bytes: i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX),
        state: ImportState::Read,
        rows_read: 0,
        valid: 0,
        refused: 0,
        already: 0,
        faults: 0,
        sheet: None,
        made_by: actor.principal(),
        made_at: tx.now(),
        accepted_by: None,
        accepted_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut import)?;
    let shown = format!("{} {}", import.subject, import.file_name);
    tx.audit(actor, Audit::of("payroll.import", import.id).after(shown).reason(crate::hex(&import.file_hash)))?;
    Ok(import)
}

/// What reading and writing a file came to.
#[derive(Default)]
struct Outcome {
    rows: i64,
    valid: i64,
    refused: i64,
    already: i64,
    faults: Vec<Fault>,
    sheet: Option<PaySheetId>,
    accepted: bool,
}

fn carry_on(store: &Store, actor: &Actor, file: TakenIn, hear: Hear<'_>) -> Result<Import> {
    let project = store.read(|tx| match file.team {
        Some(_) => project_raw(tx, file.import.project),
        None => permitted(tx, actor, &file.import),
    })?;
    let outcome = match file.import.subject {
        Subject::Roster => roster(store, actor, &project, &file.book, file.accept, hear)?,
        Subject::PaySheet => pay_sheet(store, actor, &project, &file, hear)?,
    };
    list_faults(store, &file.import, &outcome)?;
    finish(store, actor, file.import.id, outcome)
}

fn goes_on(faults: &[Fault], accept: bool) -> bool {
    accept || !faults.iter().any(Fault::is_refused)
}

fn roster(
    store: &Store,
    actor: &Actor,
    project: &Project,
    book: &Workbook,
    accept: bool,
    hear: Hear<'_>,
) -> Result<Outcome> {
    let plan = store.read(|tx| read_roster::read(tx, project, book))?;
    let valid = plan.candidates.len() as i64;
    let accepted = valid > 0 && goes_on(&plan.faults, accept);
    let mut outcome = Outcome {
        rows: plan.rows,
        valid,
        refused: plan.refused,
        already: plan.already,
        faults: plan.faults,
        sheet: None,
        accepted,
    };
    if accepted {
        let Taken { put, mut faults } = apply::workers(store, actor, project, plan.candidates, hear)?;
        outcome.refused += outcome.valid - put;
        outcome.valid = put;
        outcome.faults.append(&mut faults);
    }
    Ok(outcome)
}

fn pay_sheet(
    store: &Store,
    actor: &Actor,
    project: &Project,
    TakenIn { import, book, accept, team }: &TakenIn,
    hear: Hear<'_>,
) -> Result<Outcome> {
    let period = import.period().ok_or_else(|| Error::broken("an import of a pay sheet has no period"))?;
    let what =
        read_sheet::For { period, kind: import.kind, number: import.number, own: import.sheet, team: team.as_deref() };
    let plan = store.read(|tx| read_sheet::read(tx, project, book, what))?;
    let valid = plan.drafts.len() as i64 + plan.written;
    let accepted = valid > 0 && goes_on(&plan.faults, *accept || plan.written > 0);
    let (rows, refused, already) = (plan.rows, plan.refused, plan.already);
    let sheet = match accepted {
        true => Some(apply::lines(store, actor, project, import, plan.drafts, hear)?),
        false => None,
    };
    Ok(Outcome { rows, valid, refused, already, faults: plan.faults, sheet, accepted })
}

/// Puts the new list in the place of the old one.
fn list_faults(store: &Store, import: &Import, outcome: &Outcome) -> Result<()> {
    let id = import.id;
    loop {
        let removed = store.write(move |tx| fault_list::forget(tx, id, FAULT_CHUNK_ROWS))?;
        if removed < FAULT_CHUNK_ROWS {
            break;
        }
    }
    let file = (id.book(), FileId::of(id));
    for chunk in fault_list::rows(file, outcome.faults.clone()).chunks(FAULT_CHUNK_ROWS) {
        let chunk = chunk.to_vec();
        store.write(move |tx| tx.insert_all(&mut chunk.clone()))?;
    }
    Ok(())
}

fn finish(store: &Store, actor: &Actor, id: ImportId, outcome: Outcome) -> Result<Import> {
    let (actor, faults) = (actor.clone(), outcome.faults.len().min(crate::FAULTS_KEPT_MAX) as i64);
    let Outcome { rows, valid, refused, already, sheet, accepted, .. } = outcome;
    store.write(move |tx| {
        let mut import = import_raw(tx, id)?;
        if import.state == ImportState::Accepted {
            return Ok(import);
        }
        (import.rows_read, import.valid, import.refused, import.already) = (rows, valid, refused, already);
        import.faults = faults;
        import.state = match (accepted, valid) {
            (true, _) => ImportState::Accepted,
            (false, 0) => ImportState::Rejected,
            (false, _) => ImportState::Read,
        };
        if accepted {
            (import.accepted_by, import.accepted_at) = (Some(actor.principal()), Some(tx.now()));
            import.sheet = sheet;
        }
        tx.update(&mut import)?;
        let shown = format!("{}: {rows} rows, {valid} valid, {refused} refused, {already} already", import.state);
        tx.audit(&actor, Audit::of("payroll.import_read", id).after(shown))?;
        let (project, subject) = (import.project, import.subject);
        tx.emit(&Event::Imported { import: id, project, subject, valid, refused, already }, &actor.correlation)?;
        Ok(import)
    })
}
