//! The owner's answer, or that of the bank's second person with the owner's document before him.
use crate::{schedule, topup};
use approval::Approve;
use kernel::id::ApprovalId;
use kernel::{Actor, Error, Result};
use party::Change;
use store::Tx;

/// Kinds of approvals that [`approval_yes`] and [`approval_no`] carry out.
pub const KINDS: &[&str] = &[schedule::KIND, topup::KIND];

/// Yes: the schedule holds, or the top-up becomes an installment. Errors: those of `approval::approve`, `site_asked_else`.
pub fn approval_yes(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Change> {
    known(tx, id)?;
    match approval::approve(tx, actor, id, shown_hash)? {
        Approve::Approved { approval, .. } => {
            let outcome = match approval.kind == topup::KIND {
                true => topup::agree(tx, actor, &approval)?,
                false => schedule::agree(tx, actor, &approval)?,
            };
            approval::mark_executed(tx, actor, id, &outcome)?;
            Ok(Change::Done)
        }
        Approve::FirstOfTwo => Ok(Change::Done),
        Approve::AlreadySo { .. } => Ok(Change::AlreadySo),
    }
}

/// No, with its reason. Errors: those of `approval::refuse`, `site_asked_else`.
pub fn approval_no(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, why: &str) -> Result<Change> {
    known(tx, id)?;
    if approval::refuse(tx, actor, id, shown_hash, why)? == Change::AlreadySo {
        return Ok(Change::AlreadySo);
    }
    let (row, why) = (approval::raw(tx, id)?, party::reason(why)?);
    match row.kind == topup::KIND {
        true => topup::turn_down(tx, actor, &row, &why)?,
        false => schedule::turn_down(tx, actor, &row, &why)?,
    }
    Ok(Change::Done)
}

fn known(tx: &mut Tx<'_>, id: ApprovalId) -> Result<()> {
    match KINDS.contains(&approval::raw(tx, id)?.kind.as_str()) {
        true => Ok(()),
        false => Err(Error::not_found("approval of a site", id)),
    }
}
