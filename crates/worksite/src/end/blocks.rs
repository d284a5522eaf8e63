//! What keeps a site from its end; written by whoever keeps the case.
use crate::end::{BLOCKS_MAX, COMPLAINT, TEXT_CHARS_MAX, filled};
use kernel::id::ProjectId;
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use party::Change;
use store::{Audit, Seal, Tx, params};

store::record! {
    /// Something that keeps a site from its end.
    pub struct Block in "worksite_blocks" key 4 {
        pub book: BookId,
        pub project: ProjectId,
        /// `arrears`, `arbitration`, `complaint`: the keeper's word.
        pub kind: String,
        /// The keeper's own id or document.
        pub reference: String,
        pub why: String,
        pub set_by: String,
        pub set_at: Timestamp,
        pub lifted_by: Option<String>,
        pub lifted_at: Option<Timestamp>,
        pub lifted_why: String,
    }
}

impl Block {
    /// What the audit files it under. A firm may read what stands under its project, and hears nothing of complaints.
    fn audited(&self) -> String {
        match self.kind == COMPLAINT {
            true => format!("{} {COMPLAINT}", self.project),
            false => self.project.to_string(),
        }
    }
}

/// Keeps a site from its end, for domain code: who may is the caller's matter. Again is already so; one that was lifted stands again.
pub fn block(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: ProjectId,
    kind: &str,
    reference: &str,
    why: &str,
) -> Result<Change> {
    let (kind, reference) = (filled("kind", kind, TEXT_CHARS_MAX)?, filled("reference", reference, TEXT_CHARS_MAX)?);
    let why = filled("why", why, TEXT_CHARS_MAX)?;
    let book = project.book();
    let before = tx.load::<Block>(params![book, project, kind, reference])?;
    if before.as_ref().is_some_and(|b| b.lifted_at.is_none()) {
        return Ok(Change::AlreadySo);
    }
    let (set_by, set_at) = (actor.principal(), tx.now());
    let seal = before.as_ref().map_or(Seal::default(), |b| b.seal);
    let (lifted_by, lifted_at, lifted_why) = (None, None, String::new());
    let mut row = Block { book, project, kind, reference, why, set_by, set_at, lifted_by, lifted_at, lifted_why, seal };
    match before {
        Some(_) => tx.update(&mut row)?,
        None if count(tx, project, &row.kind)? >= BLOCKS_MAX => {
            return Err(Error::limit("blocks of a site", BLOCKS_MAX + 1, BLOCKS_MAX, "blocks"));
        }
        None => tx.insert(&mut row)?,
    }
    let shown = format!("{} {}", row.kind, row.reference);
    tx.audit(actor, Audit::of("worksite.block", row.audited()).after(shown).reason(row.why))?;
    Ok(Change::Done)
}

/// Lets a site go on to its end, as far as this one is concerned. What does not stand is already so.
pub fn unblock(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: ProjectId,
    kind: &str,
    reference: &str,
    why: &str,
) -> Result<Change> {
    let (kind, reference) = (kind.trim().to_owned(), reference.trim().to_owned());
    let found = tx.load::<Block>(params![project.book(), project, kind, reference])?;
    let Some(mut row) = found.filter(|b| b.lifted_at.is_none()) else { return Ok(Change::AlreadySo) };
    (row.lifted_by, row.lifted_at) = (Some(actor.principal()), Some(tx.now()));
    row.lifted_why = filled("why", why, TEXT_CHARS_MAX)?;
    tx.update(&mut row)?;
    let shown = format!("{} {}", row.kind, row.reference);
    tx.audit(actor, Audit::of("worksite.unblock", row.audited()).change(shown, "").reason(row.lifted_why))?;
    Ok(Change::Done)
}

/// What stands between a site and its end, and what did; at most [`BLOCKS_MAX`].
pub fn blocks_of(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Block>> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY lifted_at IS NOT NULL, set_at, kind, reference LIMIT ?3";
    tx.select::<Block>(tail, params![project.book(), project, BLOCKS_MAX])
}

/// Whether anything stands between a site and its end.
pub fn is_blocked(tx: &mut Tx<'_>, project: ProjectId) -> Result<bool> {
    let tail = "WHERE book = ?1 AND project = ?2 AND lifted_at IS NULL LIMIT 1";
    Ok(!tx.select::<Block>(tail, params![project.book(), project])?.is_empty())
}

/// Blocks of one kind, lifted or not, counted up to [`BLOCKS_MAX`]: one kind does not crowd out another.
fn count(tx: &mut Tx<'_>, project: ProjectId, kind: &str) -> Result<i64> {
    let tail = "WHERE book = ?1 AND project = ?2 AND kind = ?3 LIMIT ?4";
    let found = tx.select::<Block>(tail, params![project.book(), project, kind.to_owned(), BLOCKS_MAX])?;
    Ok(found.len() as i64)
}
