//! From the crew to the main contractor (Decree 724, art. 31): the crew's clerk drafts the sheet, its workers are asked to
//! sign, the clerk gives it to the main contractor; the labour officer clears it (see `clear`) or gives it back.
//!
//! The main contractor's own sheets skip the crew: its clerk asks the workers, and the labour officer clears.
use crate::course::{Course, course};
use crate::crew::{Crew, acted_for, crew_raw, may_act, seen};
use crate::sign::employer;
use crate::{ASKED_LINES, Event, NOT_ASKED, NOT_SUBMITTED};
use kernel::id::{CrewId, FirmId, ImportId, PayLineId, PaySheetId, PersonId, ProjectId};
use kernel::{Actor, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission, Scope};
use payroll::{Import, ImportState, Kind, PaySheet, Period, SheetState, Upload};
use store::{Audit, Store, Tx, params};

/// Takes in a pay sheet of a crew: only its workers may stand on it. Needs `wage.crew` of the crew. What is wrong in the file
/// stands in [`crew_sheet_faults`]. The same file again answers the same import.
pub fn crew_sheet_import(store: &Store, actor: &Actor, crew: CrewId, upload: Upload) -> Result<Import> {
    let crew = store.read(|tx| drafting(tx, actor, crew))?;
    if crew.project != upload.project {
        return Err(Error::not_found("crew", crew.id));
    }
    let taken = payroll::take_in_for_crew(store, actor, upload, &crew.team)?;
    begun(store, actor, crew.id, taken.finish(store, actor, &|_, _| {})?)
}

/// Goes on with the valid rows of a crew's sheet. Repeating is safe.
pub fn crew_sheet_accept(store: &Store, actor: &Actor, crew: CrewId, import: ImportId) -> Result<Import> {
    let crew = store.read(|tx| {
        let crew = drafting(tx, actor, crew)?;
        of_crew(tx, &crew, import)?;
        Ok(crew)
    })?;
    let taken = payroll::take_up_for_crew(store, import, true, &crew.team)?;
    begun(store, actor, crew.id, taken.finish(store, actor, &|_, _| {})?)
}

/// The list of faults of a crew's sheet, for whoever may see the crew.
pub fn crew_sheet_faults(
    tx: &mut Tx<'_>,
    actor: &Actor,
    crew: CrewId,
    import: ImportId,
    ask: &PageAsk,
) -> Result<(Import, Page<payroll::ImportFault>)> {
    let crew = seen(tx, actor, crew)?;
    let import = of_crew(tx, &crew, import)?;
    let faults = payroll::faults_kept(tx, import.id, ask)?;
    Ok((import, faults))
}

/// An import that was drafted by one of the crew's clerks: of its project, and its sheet, when there is one, the crew's.
fn of_crew(tx: &mut Tx<'_>, crew: &Crew, id: ImportId) -> Result<Import> {
    let missing = || Error::not_found("import", id);
    let import = payroll::import_raw(tx, id)?;
    let sheet = import.sheet.map(|s| course(tx, s)).transpose()?.flatten();
    let firm_sent = crate::course::sent_for(tx, id)?;
    let fits = import.project == crew.project
        && sheet.is_none_or(|c| c.crew == Some(crew.id))
        && firm_sent.is_none_or(|c| c == crew.id);
    (fits && firm_sent.is_some()).then_some(import).ok_or_else(missing)
}

fn drafting(tx: &mut Tx<'_>, actor: &Actor, crew: CrewId) -> Result<Crew> {
    let (crew, project) = acted_for(tx, actor, crew)?;
    payroll::need_site_rules(tx, project.id)?;
    Ok(crew)
}

/// Writes down whose the import is, and its sheet once it is there.
fn begun(store: &Store, actor: &Actor, crew: CrewId, import: Import) -> Result<Import> {
    let (by, kept) = (actor.clone(), import.clone());
    store.write(move |tx| {
        match crate::course::sent_for(tx, kept.id)? {
            Some(known) if known == crew => {}
            None if kept.made_by == by.principal() => crate::course::send(tx, &kept, crew)?,
            _ => return Err(Error::field("file", "the same file was sent by another; send the crew's own")),
        }
        let Some(sheet) = kept.sheet.filter(|_| kept.state == ImportState::Accepted) else { return Ok(()) };
        if course(tx, sheet)?.is_none() {
            let row = payroll::sheet_raw(tx, sheet)?;
            tx.insert(&mut Course::begin(&by, tx.now(), &row, Some(crew)))?;
        }
        Ok(())
    })?;
    Ok(import)
}

/// Whoever may draft a sheet: the clerk of its crew, or the main contractor's (`wage.sheet_make`).
fn maker(tx: &mut Tx<'_>, actor: &Actor, sheet: &PaySheet, course: Option<&Course>) -> Result<()> {
    let missing = || Error::not_found("pay sheet", sheet.id);
    match course.and_then(|c| c.crew) {
        Some(crew) => acted_for(tx, actor, crew).map(|_| ()).map_err(|e| match e.is(&kernel::error::NOT_FOUND) {
            true => missing(),
            false => e,
        }),
        None => {
            let refused = match party::may(tx, actor, Permission::WageSheetMake, &Scope::firm(sheet.firm)) {
                Ok(_) => return Ok(()),
                Err(why) => why,
            };
            payroll::project(tx, actor, sheet.project).map_err(|_| missing())?;
            Err(refused)
        }
    }
}

/// Shows a drafted sheet to its workers and asks them to sign. Needs `wage.crew` of its crew, or `wage.sheet_make` for a sheet
/// of the main contractor. Errors: `no_site_rules`, `pay_sheet_state`.
pub fn ask_signatures(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId) -> Result<Change> {
    let sheet = payroll::sheet_raw(tx, id)?;
    let known = course(tx, id)?;
    maker(tx, actor, &sheet, known.as_ref())?;
    payroll::need_site_rules(tx, sheet.project)?;
    if known.as_ref().is_some_and(|c| c.asked_at.is_some()) {
        return Ok(Change::AlreadySo);
    }
    need_drafted(&sheet)?;
    let is_new = known.is_none();
    let mut course = known.unwrap_or_else(|| Course::begin(actor, tx.now(), &sheet, None));
    (course.asked_by, course.asked_at) = (Some(actor.principal()), Some(tx.now()));
    if is_new {
        tx.insert(&mut course)?
    } else {
        tx.update(&mut course)?
    }
    tx.audit(actor, Audit::of("crews.ask_signatures", id).after(format!("{} lines", sheet.lines)))?;
    let last_line = payroll::last_line(tx, id)?;
    for after in (0..last_line).step_by(ASKED_LINES as usize) {
        let last = (after + i64::from(ASKED_LINES)).min(last_line);
        tx.emit(&Event::ToSign { sheet: id, project: sheet.project, after, last }, &actor.correlation)?;
    }
    Ok(Change::Done)
}

fn need_drafted(sheet: &PaySheet) -> Result<()> {
    match sheet.state {
        SheetState::Drafted | SheetState::SentBack => Ok(()),
        state => Err(Error::new(&payroll::SHEET_STATE, format!("the pay sheet is {state}")).with("state", state)),
    }
}

/// A worker who is asked to sign. Nothing in it is in the clear that the worker may not read.
#[derive(Clone, Debug)]
pub struct ToSign {
    pub line: PayLineId,
    pub person: PersonId,
    pub period: Period,
    pub kind: Kind,
    pub net: Money,
    pub employer: String,
}

/// Who is asked by one event: the lines of a sheet after number `after` up to `last`. For the bank's own processes.
pub fn to_sign_in_chunk(tx: &mut Tx<'_>, sheet: PaySheetId, after: i64, last: i64) -> Result<Vec<ToSign>> {
    let contractor = {
        let sheet = payroll::sheet_raw(tx, sheet)?;
        payroll::project_raw(tx, sheet.project)?.contractor
    };
    let lines = payroll::lines_raw(tx, sheet, after, ASKED_LINES)?;
    let mut employers: std::collections::HashMap<String, String> = std::collections::HashMap::new();
    let mut out = Vec::with_capacity(lines.len());
    for line in lines.into_iter().filter(|l| l.number <= last) {
        let employer = match employers.get(&line.team) {
            Some(known) => known.clone(),
            None => {
                let found = employer(tx, line.project, contractor, &line.team)?;
                employers.insert(line.team.clone(), found.clone());
                found
            }
        };
        let (period, kind, net) = (line.period, line.kind, line.net());
        out.push(ToSign { line: line.id, person: line.person, period, kind, net, employer });
    }
    Ok(out)
}

/// The crew's clerk gives the sheet to the main contractor. Needs `wage.crew` of its crew. Errors: `not_asked` before the
/// workers were asked, `pay_sheet_state`.
pub fn submit_to_main(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId) -> Result<Change> {
    let sheet = payroll::sheet_raw(tx, id)?;
    let missing = || Error::not_found("sheet of a crew", id);
    let mut course = course(tx, id)?.ok_or_else(missing)?;
    let crew = crew_raw(tx, course.crew.ok_or_else(missing)?)?;
    maker(tx, actor, &sheet, Some(&course))?;
    if course.submitted_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    need_drafted(&sheet)?;
    if course.asked_at.is_none() {
        return Err(Error::new(&NOT_ASKED, "the workers were not asked to sign yet"));
    }
    (course.submitted_by, course.submitted_at) = (Some(actor.principal()), Some(tx.now()));
    (course.returned_by, course.returned_at, course.returned_reason) = (None, None, None);
    tx.update(&mut course)?;
    tx.audit(actor, Audit::of("crews.submit_to_main", id).after(sheet.payload_hash()))?;
    let (project, firm) = (crew.project, crew.firm);
    tx.emit(&Event::Submitted { sheet: id, crew: crew.id, project, firm }, &actor.correlation)?;
    Ok(Change::Done)
}

/// The labour officer gives a crew's sheet back, with a reason. Needs `wage.review`. Errors: `not_submitted`,
/// `pay_sheet_state` once the main contractor submitted it.
pub fn return_to_crew(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, reason: &str) -> Result<Change> {
    let sheet = payroll::sheet_raw(tx, id)?;
    party::may(tx, actor, Permission::WageReview, &Scope::firm(sheet.firm))?;
    let reason = party::reason(reason)?;
    let missing = || Error::not_found("sheet of a crew", id);
    let mut course = course(tx, id)?.ok_or_else(missing)?;
    let crew = crew_raw(tx, course.crew.ok_or_else(missing)?)?;
    if course.returned_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    need_drafted(&sheet)?;
    if course.submitted_at.is_none() {
        return Err(Error::new(&NOT_SUBMITTED, "the crew has not given this sheet to the main contractor"));
    }
    (course.submitted_by, course.submitted_at) = (None, None);
    (course.returned_by, course.returned_at) = (Some(actor.principal()), Some(tx.now()));
    course.returned_reason = Some(reason.clone());
    tx.update(&mut course)?;
    tx.audit(actor, Audit::of("crews.return_to_crew", id).reason(&reason))?;
    let (project, firm) = (crew.project, crew.firm);
    tx.emit(&Event::Returned { sheet: id, crew: crew.id, project, firm, reason }, &actor.correlation)?;
    Ok(Change::Done)
}

/// The crew's clerk takes a sheet back that the main contractor does not have, so that a corrected one can take its place.
/// Errors: `pay_sheet_state`.
pub fn crew_sheet_cancel(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, reason: &str) -> Result<Change> {
    let sheet = payroll::sheet_raw(tx, id)?;
    let missing = || Error::not_found("sheet of a crew", id);
    let course = course(tx, id)?.ok_or_else(missing)?;
    let (crew, project) = acted_for(tx, actor, course.crew.ok_or_else(missing)?)?;
    may_act(tx, actor, &crew, &project)?;
    if course.submitted_at.is_some() && sheet.state != SheetState::Cancelled {
        return Err(Error::new(&payroll::SHEET_STATE, "the main contractor has the pay sheet; ask for it back"));
    }
    payroll::cancel_for_crew(tx, actor, id, reason)
}

/// The subcontractor of a sheet, when it is a crew's: for domain code.
pub fn firm_of_sheet(tx: &mut Tx<'_>, id: PaySheetId) -> Result<Option<FirmId>> {
    let crew = course(tx, id)?.and_then(|c| c.crew);
    Ok(crew.map(|c| crew_raw(tx, c)).transpose()?.and_then(|c| c.firm))
}

store::text_enum! {
    /// How far a sheet is.
    pub enum Step {
        Drafted = "drafted",
        /// Its workers were asked.
        Signing = "signing",
        /// The main contractor has it.
        Submitted = "submitted",
        Returned = "returned",
        /// The main contractor may submit it for checking.
        Cleared = "cleared",
        /// With the main contractor's checker, or checked.
        Checking = "checking",
        Paying = "paying",
        Paid = "paid",
        Cancelled = "cancelled",
    }
}

/// A sheet with its way, for lists and its page.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CourseView {
    pub sheet: PaySheetId,
    pub project: ProjectId,
    pub project_name: String,
    pub crew: Option<CrewId>,
    /// Empty for a sheet of the main contractor.
    pub team: String,
    pub period: Period,
    pub kind: Kind,
    pub number: u8,
    pub step: Step,
    pub state: SheetState,
    pub lines: i64,
    pub due: Money,
    pub deductions: Money,
    pub net: Money,
    pub paid: Money,
    pub payload_hash: String,
    pub drafted_by: String,
    pub drafted_at: Timestamp,
    pub asked_at: Option<Timestamp>,
    pub submitted_by: String,
    pub submitted_at: Option<Timestamp>,
    pub returned_reason: String,
    pub cleared_by: String,
    pub cleared_at: Option<Timestamp>,
    pub clearance_note: String,
}

fn step(sheet: &PaySheet, course: Option<&Course>, cleared: bool) -> Step {
    use SheetState::{Cancelled, Checked, Drafted, Loading, Paid, PartlyPaid, Paying, SentBack, Starting, Submitted};
    match sheet.state {
        Cancelled => Step::Cancelled,
        Submitted | Checked => Step::Checking,
        Starting | Paying => Step::Paying,
        Paid | PartlyPaid => Step::Paid,
        Loading | Drafted | SentBack => match course {
            _ if cleared => Step::Cleared,
            Some(c) if c.returned_at.is_some() => Step::Returned,
            Some(c) if c.submitted_at.is_some() => Step::Submitted,
            Some(c) if c.asked_at.is_some() => Step::Signing,
            _ => Step::Drafted,
        },
    }
}

/// A sheet under site rules, for the clerks of its crew and whoever may see the project. Another is not found.
pub fn sheet_course(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId) -> Result<CourseView> {
    let sheet = readable(tx, actor, id)?;
    view(tx, sheet)
}

pub(crate) fn readable(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId) -> Result<PaySheet> {
    let sheet = payroll::sheet_raw(tx, id)?;
    let missing = |_| Error::not_found("pay sheet", id);
    payroll::need_site_rules(tx, sheet.project).map_err(missing)?;
    match course(tx, id)?.and_then(|c| c.crew) {
        Some(crew) => seen(tx, actor, crew).map(|_| ()).map_err(missing)?,
        None => payroll::project(tx, actor, sheet.project).map(|_| ()).map_err(missing)?,
    }
    Ok(sheet)
}

fn view(tx: &mut Tx<'_>, sheet: PaySheet) -> Result<CourseView> {
    let course = course(tx, sheet.id)?;
    let clearance = payroll::clearance(tx, &sheet)?;
    let crew = course.as_ref().and_then(|c| c.crew);
    let name = |tx: &mut Tx<'_>, who: Option<&str>| who.map_or(Ok(String::new()), |w| party::who_name(tx, w));
    let money = |minor| Money::new(minor, sheet.currency);
    Ok(CourseView {
        sheet: sheet.id,
        project: sheet.project,
        project_name: payroll::project_raw(tx, sheet.project)?.name,
        crew,
        team: crew.map(|c| crew_raw(tx, c)).transpose()?.map_or_else(String::new, |c| c.team),
        period: sheet.period,
        kind: sheet.kind,
        number: sheet.number,
        step: step(&sheet, course.as_ref(), clearance.is_some()),
        state: sheet.state,
        lines: sheet.lines,
        due: money(sheet.due),
        deductions: money(sheet.deductions),
        net: sheet.net(),
        paid: money(sheet.paid_net),
        payload_hash: sheet.payload_hash(),
        drafted_by: party::who_name(tx, &sheet.drafted_by)?,
        drafted_at: sheet.drafted_at,
        asked_at: course.as_ref().and_then(|c| c.asked_at),
        submitted_by: name(tx, course.as_ref().and_then(|c| c.submitted_by.as_deref()))?,
        submitted_at: course.as_ref().and_then(|c| c.submitted_at),
        returned_reason: course.and_then(|c| c.returned_reason).unwrap_or_default(),
        cleared_by: name(tx, clearance.as_ref().map(|c| c.cleared_by.as_str()))?,
        cleared_at: clearance.as_ref().map(|c| c.cleared_at),
        clearance_note: clearance.map(|c| c.note).unwrap_or_default(),
    })
}

/// The sheets of a crew, newest first, for its clerks and whoever may see the project.
pub fn sheets_of_crew(tx: &mut Tx<'_>, actor: &Actor, crew: CrewId, ask: &PageAsk) -> Result<Page<CourseView>> {
    let crew = seen(tx, actor, crew)?;
    let (rows, before) = (ask.rows()?, before(ask)?);
    let tail = "WHERE book = ?1 AND crew = ?2 AND sheet < ?3 ORDER BY sheet DESC LIMIT ?4";
    let found = tx.select::<Course>(tail, params![crew.book, crew.id, before, rows + 1])?;
    viewed(tx, Page::cut(found, rows, |c| c.sheet.to_string()))
}

/// The sheets of a project whose way began, newest first, for whoever may see the project.
pub fn sheets_on_site(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, ask: &PageAsk) -> Result<Page<CourseView>> {
    payroll::project(tx, actor, project)?;
    let (rows, before) = (ask.rows()?, before(ask)?);
    let tail = "WHERE book = ?1 AND project = ?2 AND sheet < ?3 ORDER BY sheet DESC LIMIT ?4";
    let found = tx.select::<Course>(tail, params![project.book(), project, before, rows + 1])?;
    viewed(tx, Page::cut(found, rows, |c| c.sheet.to_string()))
}

fn before(ask: &PageAsk) -> Result<[u8; 16]> {
    ask.after.as_deref().map_or(Ok([0xff; 16]), |t| t.parse::<PaySheetId>().map(|s| s.bytes()))
}

fn viewed(tx: &mut Tx<'_>, page: Page<Course>) -> Result<Page<CourseView>> {
    let one = |tx: &mut Tx<'_>, c: Course| {
        let sheet = payroll::sheet_raw(tx, c.sheet)?;
        view(tx, sheet)
    };
    let items = page.items.into_iter().map(|c| one(tx, c)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}
