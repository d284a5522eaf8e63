//! What is kept of a site's cases, for the archive of its evidence. Nothing here asks for a permission: domain code does.
use crate::case::ArrearsCase;
use crate::case_entry::CaseEntry;
use crate::case_line::{CaseLine, lines_of};
use kernel::id::ProjectId;
use kernel::{Id, Result};
use store::{Tx, params};

/// A case with who is owed what and everything that happened in it.
#[derive(Debug)]
pub struct CaseKept {
    pub case: ArrearsCase,
    pub lines: Vec<CaseLine>,
    /// Oldest first, from number 1 without a gap.
    pub entries: Vec<CaseEntry>,
}

/// The cases of a project, oldest first, one at a time.
pub fn cases_kept(
    tx: &mut Tx<'_>,
    project: ProjectId,
    take: &mut dyn FnMut(&mut Tx<'_>, CaseKept) -> Result<()>,
) -> Result<()> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY id";
    for case in tx.select::<ArrearsCase>(tail, params![project.book(), project])? {
        let lines = lines_of(tx, case.id)?;
        let tail = "WHERE book = ?1 AND case_id = ?2 ORDER BY number";
        let entries = tx.select::<CaseEntry>(tail, params![case.book, case.id])?;
        take(tx, CaseKept { case, lines, entries })?;
    }
    Ok(())
}
