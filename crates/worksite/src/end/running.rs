//! The public notice as a worker meets it: which of his sites are about to end, and what he has said about it.
use crate::end::closing::{Objection, WorksiteEnd, end_of};
use kernel::id::{PersonId, ProjectId};
use kernel::{Actor, Date, Error, Id, Result};
use store::{Tx, params};

/// Objections of one worker to one closing that are shown at most, the newest.
const OWN_SHOWN_MAX: u32 = 50;

/// A notice that runs: the site is not closed yet.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Running {
    pub project: ProjectId,
    pub name: String,
    pub text: String,
    /// Its first day, and the first on which the site may be closed.
    pub from: Date,
    pub until: Date,
}

fn running(name: String, end: WorksiteEnd) -> Option<Running> {
    let (from, until) = end.notice_from.zip(end.notice_until).filter(|_| end.closed_at.is_none())?;
    Some(Running { project: end.project, name, text: end.notice_text, from, until })
}

/// The notice of a project that runs; for domain code and for what hangs at the gate.
pub fn notice_of(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<Running>> {
    let name = payroll::project_raw(tx, project)?.name;
    Ok(running(name, end_of(tx, project)?))
}

/// Who acts for himself.
fn himself(actor: &Actor) -> Option<PersonId> {
    actor.person().filter(|_| actor.firm().is_none())
}

/// The notices that run at the sites of the worker who asks; none for anybody else.
pub fn my_notices(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Running>> {
    let Some(person) = himself(actor) else { return Ok(Vec::new()) };
    let projects = payroll::projects_of_person(tx, person)?;
    let found = projects.into_iter().map(|project| notice_of(tx, project)).collect::<Result<Vec<_>>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// The notice of one's own site and what one has said, the newest first. Another's site, and one whose notice does not run, is not found.
pub fn my_notice(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<(Running, Vec<Objection>)> {
    let missing = || Error::not_found("notice", project);
    let person = himself(actor).ok_or_else(missing)?;
    if !payroll::is_of_roster(tx, project, person)? {
        return Err(missing());
    }
    let notice = notice_of(tx, project)?.ok_or_else(missing)?;
    let tail = "WHERE book = ?1 AND project = ?2 AND person = ?3 ORDER BY number DESC LIMIT ?4";
    Ok((notice, tx.select::<Objection>(tail, params![project.book(), project, person, OWN_SHOWN_MAX])?))
}
