//! A second person's answer, by the kind of what he was asked.
use crate::apply::{Payload, approve, decline};
use crate::dispute::decide_approve;
use crate::life::find_approve;
use crate::limit::limit_approve;
use approval::State;
use kernel::id::ApprovalId;
use kernel::{Actor, Error, Result};
use party::Change;
use store::Tx;

/// Kinds of approvals that [`approval_yes`] carries out.
pub const KINDS: &[&str] = &["card.issue", "card.found", "card.dispute", "card.limit"];

/// Yes: it is done. `AlreadySo` when the same person said so before. Errors: those of `approval::approve` and of what is done.
pub fn approval_yes(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Change> {
    let row = approval::raw(tx, id)?;
    match row.kind.as_str() {
        "card.issue" => {
            let Payload { card } = read(&row.payload)?;
            approve(tx, actor, card, shown_hash)?;
        }
        "card.found" => {
            find_approve(tx, actor, id, shown_hash)?;
        }
        "card.dispute" => {
            decide_approve(tx, actor, id, shown_hash)?;
        }
        "card.limit" => limit_approve(tx, actor, id, shown_hash)?,
        other => return Err(Error::broken(format!("cards carry out no {other}"))),
    }
    Ok(if row.state == State::Waiting { Change::Done } else { Change::AlreadySo })
}

/// No, with its reason: an application is declined, anything else stays as it is.
pub fn approval_no(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, why: &str) -> Result<Change> {
    let row = approval::raw(tx, id)?;
    if row.kind != "card.issue" {
        return approval::refuse(tx, actor, id, shown_hash, why);
    }
    let Payload { card } = read(&row.payload)?;
    decline(tx, actor, card, shown_hash, why)?;
    Ok(if row.state == State::Waiting { Change::Done } else { Change::AlreadySo })
}

fn read(payload: &str) -> Result<Payload> {
    serde_json::from_str(payload).map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))
}
