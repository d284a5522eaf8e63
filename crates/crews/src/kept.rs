//! What is kept of a site's crews, row by row, for the archive of its evidence. Nothing here asks for a permission: domain code does.
use crate::course::{Course, course};
use crate::headcount::StrangerMonth;
use crate::import::Attendance;
use crate::month::AttendanceMonth;
use crate::object::{Objection, words_of};
use crate::paper::{Paper, papers};
use crate::reviews::Review;
use crate::sign::Signature;
use crate::words::Given;
use kernel::id::{AttendanceId, ProjectId};
use kernel::{Id, Result};
use payroll::{PaySheet, Period};
use store::{Tx, params};

/// What stands beside a pay sheet under site rules.
#[derive(Debug)]
pub struct SheetKept {
    pub course: Course,
    /// In the order of its lines.
    pub signatures: Vec<Signature>,
    /// At most [`crate::PAPERS_PER_SHEET_MAX`], those that were refused included.
    pub papers: Vec<Paper>,
    pub reasons: Vec<Given>,
    /// Each with the worker's words in the clear.
    pub objections: Vec<(Objection, String)>,
}

/// The months of which a site keeps attendance, of its workers or of strangers, oldest first.
pub fn months_kept(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Period>> {
    let sql = "SELECT period FROM crews_months WHERE book = ?1 AND project = ?2 \
               UNION SELECT period FROM crews_strangers WHERE book = ?1 AND project = ?2 ORDER BY 1";
    tx.query(sql, params![project.book(), project], |r| r.get(0))
}

/// A month of a site as the archive keeps it.
pub enum MonthPart {
    Attendance(Vec<AttendanceMonth>),
    Strangers(Vec<StrangerMonth>),
    Reviews(Vec<Review>),
}

/// Hands out a month of a site: attendance in the order of the roster, `rows` at a time, then strangers, then the reviews of all crews.
pub fn month_kept(
    tx: &mut Tx<'_>,
    (project, period): (ProjectId, Period),
    rows: u32,
    take: &mut dyn FnMut(MonthPart) -> Result<()>,
) -> Result<()> {
    let mut after = None;
    loop {
        let page = crate::months_page(tx, project, period, after, rows)?;
        let (last, full) = (page.last().map(|m| m.worker), page.len() == rows as usize);
        take(MonthPart::Attendance(page))?;
        if !full {
            break;
        }
        after = last;
    }
    let tail = "WHERE book = ?1 AND project = ?2 AND period = ?3 ORDER BY identity_index";
    take(MonthPart::Strangers(tx.select(tail, params![project.book(), project, period])?))?;
    let tail = "WHERE book = ?1 AND project = ?2 AND period = ?3 ORDER BY crew, number";
    take(MonthPart::Reviews(tx.select(tail, params![project.book(), project, period])?))
}

/// The files of attendance that were sent for a site, at most `rows` after `after`.
pub fn attendance_kept(
    tx: &mut Tx<'_>,
    project: ProjectId,
    after: Option<AttendanceId>,
    rows: u32,
) -> Result<Vec<Attendance>> {
    let after = after.map_or([0; 16], |id| id.bytes());
    let tail = "WHERE book = ?1 AND project = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
    tx.select::<Attendance>(tail, params![project.book(), project, after, rows])
}

/// The way of a sheet, its signatures, papers, reasons and objections; `None` for a sheet that its workers were never asked about.
pub fn sheet_kept(tx: &mut Tx<'_>, sheet: &PaySheet) -> Result<Option<SheetKept>> {
    let Some(course) = course(tx, sheet.id)? else { return Ok(None) };
    let tail = "WHERE book = ?1 AND sheet = ?2 ORDER BY number";
    let signatures = tx.select::<Signature>(tail, params![sheet.book, sheet.id])?;
    let reasons = tx.select::<Given>(tail, params![sheet.book, sheet.id])?;
    let found = tx.select::<Objection>(tail, params![sheet.book, sheet.id])?;
    let objections = found.into_iter().map(|o| words_of(tx, &o).map(|text| (o, text))).collect::<Result<_>>()?;
    Ok(Some(SheetKept { course, signatures, papers: papers(tx, sheet)?, reasons, objections }))
}
