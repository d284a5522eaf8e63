//! What the end of a project asks of its wages, for the crates that see it through.
use crate::project::{Project, project_raw};
use kernel::id::{AccountId, PersonId, ProjectId, WorkerId};
use kernel::{Actor, Id, Result, Timestamp};
use party::Change;
use store::{Audit, Tx, params};

/// Projects of one person that are looked at, the newest.
const PROJECTS_OF_PERSON_MAX: i64 = 100;

/// Wages of a project that are not at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Unsettled {
    /// Pay sheets that are submitted, checked or being paid.
    pub sheets: i64,
    /// Lines on their way to another bank.
    pub processing: i64,
    /// Failed lines that no other line pays: one of a sheet that was cancelled, or is not submitted yet, pays nobody.
    pub failed: i64,
    /// Of them, in minor units.
    pub failed_net: i64,
    /// On the wage account for named workers who were not paid yet, in minor units.
    pub earmarked: i64,
}

impl Unsettled {
    pub fn is_none(&self) -> bool {
        *self == Unsettled::default()
    }
}

/// What of a project's wages is not at its end.
pub fn unsettled(tx: &mut Tx<'_>, project: ProjectId) -> Result<Unsettled> {
    let sql = "SELECT count(*) FROM payroll_sheets WHERE book = ?1 AND project = ?2 \
               AND state IN ('submitted', 'checked', 'starting', 'paying')";
    let sheets = tx.query_one(sql, params![project.book(), project], |r| r.get::<i64>(0))?.unwrap_or(0);
    // A repayment that nobody submitted pays nobody.
    let sql = "SELECT state, net FROM payroll_lines l WHERE l.book = ?1 AND l.project = ?2 \
               AND l.state IN ('processing', 'failed') AND (l.repaid_by IS NULL OR EXISTS \
               (SELECT 1 FROM payroll_lines a JOIN payroll_sheets s ON s.book = a.book AND s.id = a.sheet \
               WHERE a.book = l.book AND a.id = l.repaid_by AND s.state IN ('loading', 'drafted', 'sent_back')))";
    let open = tx.query(sql, params![project.book(), project], |r| Ok((r.get::<String>(0)?, r.get::<i64>(1)?)))?;
    let failed = open.iter().filter(|(state, _)| state == "failed");
    let (failed, failed_net) = failed.fold((0, 0), |(n, sum), (_, net)| (n + 1, sum + net));
    let earmarked = crate::earmark::earmarked(tx, project)?.minor;
    Ok(Unsettled { sheets, processing: open.len() as i64 - failed, failed, failed_net, earmarked })
}

/// When the last pay sheet of a project came to its end; `None` while one has not, and where there is none.
pub fn settled_at(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<Timestamp>> {
    if !unsettled(tx, project)?.is_none() {
        return Ok(None);
    }
    let sql = "SELECT max(finished_at) FROM payroll_sheets WHERE book = ?1 AND project = ?2";
    Ok(tx.query_one(sql, params![project.book(), project], |r| r.get::<Option<Timestamp>>(0))?.flatten())
}

/// The project whose wage or clearing account this is.
pub fn project_of_account(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<Project>> {
    let tail = "WHERE book = ?1 AND (wage_account = ?2 OR clearing_account = ?2)";
    Ok(tx.select::<Project>(tail, params![account.book(), account])?.pop())
}

/// Notes that a project's accounts were closed; who may is the caller's matter. Repeating is safe.
pub fn project_closed(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId) -> Result<Change> {
    let mut project = project_raw(tx, id)?;
    if project.closed_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    (project.closed_by, project.closed_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut project)?;
    tx.audit(actor, Audit::of("payroll.project_close", id).change("open", "closed"))?;
    Ok(Change::Done)
}

/// The projects on whose rosters a person stands, or stood, at most [`PROJECTS_OF_PERSON_MAX`].
pub fn projects_of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<ProjectId>> {
    let sql = "SELECT DISTINCT project FROM payroll_workers WHERE person = ?1 ORDER BY project DESC LIMIT ?2";
    tx.query(sql, params![person, PROJECTS_OF_PERSON_MAX], |r| r.get(0))
}

/// The worker of a project who has this identity number, with no permission asked: for domain code.
pub fn worker_by_identity(tx: &mut Tx<'_>, project: ProjectId, number: &str) -> Result<Option<WorkerId>> {
    let number = kernel::chinese::half_width(number.trim()).to_ascii_uppercase();
    let index = crate::identity_index(tx, &number);
    let sql = "SELECT id FROM payroll_workers WHERE book = ?1 AND project = ?2 AND identity_index = ?3 ORDER BY id DESC LIMIT 1";
    tx.query_one(sql, params![project.book(), project, index], |r| r.get(0))
}

/// Whether a person stands, or stood, on a project's roster.
pub fn is_of_roster(tx: &mut Tx<'_>, project: ProjectId, person: PersonId) -> Result<bool> {
    let sql = "SELECT count(*) FROM payroll_workers WHERE book = ?1 AND project = ?2 AND person = ?3";
    Ok(tx.query_one(sql, params![project.book(), project, person], |r| r.get::<i64>(0))?.unwrap_or(0) > 0)
}
