//! The second look: a person of the bank who did not sell it says yes or no.
use crate::buy::{Payload, cool, in_review, put_back, room, still_suitable};
use crate::order::{State, save};
use crate::product::shelf;
use crate::{NO_RECORDING, free};
use approval::Approve;
use kernel::id::ApprovalId;
use kernel::{Actor, Error, Result};
use party::Change;
use payments::Desk;
use store::Tx;

/// Kinds of approvals that [`approval_yes`] carries out.
pub const KINDS: &[&str] = &["wealth.sale"];

/// Yes: the hours in which the customer can call it off begin. `AlreadySo` when the same person said so before. It is judged again:
/// whoever's level fell meanwhile, or whose accounts are frozen, gets no units. Errors: those of `approval::approve`, `wealth_above_level`,
/// `wealth_no_assessment`, `wealth_not_sold`, `wealth_no_recording` where the terms changed since the sale was recorded, `wealth_owner_frozen`,
/// `wealth_not_in_review`.
pub fn approval_yes(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Change> {
    match approval::approve(tx, actor, id, shown_hash)? {
        Approve::Approved { approval, payload } => {
            let (mut o, product) = in_review(tx, read(&payload)?.order)?;
            still_suitable(tx, &o, &product)?;
            // Its risk may have been judged anew since it was ordered.
            let today = tx.business_date()?;
            let now = shelf(tx)?.product(&o.product, today)?.clone();
            still_suitable(tx, &o, &now)?;
            room(&now, today)?;
            if o.recording.is_some() && now.version != o.version {
                let told = format!("{} was recorded for version {}, {} is in force", o.id, o.version, now.version);
                return Err(Error::new(&NO_RECORDING, told).with("given", o.version).with("now", now.version));
            }
            free(tx, o.owner)?;
            let before = o.state;
            cool(tx, &product, &mut o)?;
            approval::mark_executed(tx, actor, approval.id, &o.id.to_string())?;
            save(tx, actor, &mut o, "wealth.second_look", before)?;
            Ok(Change::Done)
        }
        Approve::FirstOfTwo => Ok(Change::Done),
        Approve::AlreadySo { .. } => Ok(Change::AlreadySo),
    }
}

/// No, with its reason: all of the money goes back.
pub fn approval_no(
    desk: &Desk,
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ApprovalId,
    shown_hash: &str,
    why: &str,
) -> Result<Change> {
    if approval::refuse(tx, actor, id, shown_hash, why)? == Change::AlreadySo {
        return Ok(Change::AlreadySo);
    }
    let payload = approval::raw(tx, id)?.payload;
    let (mut o, _) = in_review(tx, read(&payload)?.order)?;
    put_back(desk, tx, &o, "复核未通过")?;
    let (before, by, at) = (o.state, actor.principal(), tx.now());
    o.end(State::Refused, &by, at, &party::reason(why)?);
    save(tx, actor, &mut o, "wealth.second_look", before)?;
    Ok(Change::Done)
}

fn read(payload: &str) -> Result<Payload> {
    serde_json::from_str(payload).map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))
}
