//! The second person of the bank says yes or no to a legal document or to a closing; and money that follows from it.
use crate::end::{NOT_MOVED, closing, orders};
use approval::Approve;
use kernel::id::{AccountId, ApprovalId, InstructionId};
use kernel::{Actor, Error, Id, Money, Result};
use ledger::Refusal;
use party::Change;
use payments::{Desk, Kind, Order, Payee, State};
use serde::de::DeserializeOwned;
use store::Tx;

/// Kinds of approvals that [`approval_yes`] carries out.
pub const KINDS: &[&str] = &[orders::KIND, closing::KIND];

/// Yes, and it is done: judged again first. `AlreadySo` when the same person said so before. Errors: those of `approval::approve`,
/// `worksite_order_state`, those of [`crate::end::judge`], those of the pipeline.
pub fn approval_yes(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Change> {
    let (asked, payload) = match approval::approve(tx, actor, id, shown_hash)? {
        Approve::Approved { approval, payload } => (approval, payload),
        Approve::FirstOfTwo => return Ok(Change::Done),
        Approve::AlreadySo { .. } => return Ok(Change::AlreadySo),
    };
    let outcome = match asked.kind.as_str() {
        orders::KIND => orders::carry_out(desk, tx, actor, &read(&payload)?)?.id.to_string(),
        _ => closing::close(desk, tx, actor, &read(&payload)?)?.to_string(),
    };
    approval::mark_executed(tx, actor, id, &outcome)?;
    Ok(Change::Done)
}

/// No, with its reason.
pub fn approval_no(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, why: &str) -> Result<Change> {
    let done = approval::refuse(tx, actor, id, shown_hash, why)?;
    let asked = approval::raw(tx, id)?;
    if done == Change::Done && asked.kind == orders::KIND {
        orders::refused(tx, actor, &read(&asked.payload)?, why)?;
    }
    Ok(done)
}

fn read<T: DeserializeOwned>(payload: &str) -> Result<T> {
    serde_json::from_str(payload).map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))
}

/// One movement of money.
pub(crate) struct Movement<'a> {
    pub kind: Kind,
    pub from: AccountId,
    pub to: AccountId,
    pub amount: Money,
    pub reference: String,
    pub memo: &'a str,
}

/// Moves money now, or fails and undoes everything.
pub(crate) fn move_now(desk: &Desk, tx: &mut Tx<'_>, m: Movement<'_>) -> Result<InstructionId> {
    let by = Actor { correlation: m.reference.clone(), ..Actor::system("guarantee") };
    let id = InstructionId::new(tx.now(), m.from.book());
    let order = Order::new(m.kind, m.from, Payee::Account(m.to), m.amount).id(id).reference(&m.reference).memo(m.memo);
    let prepared = payments::prepare(desk, tx, &by, &order)?;
    let receipt = payments::submit_in(desk, tx, &by, &order, &prepared, None)?;
    if receipt.state == State::Posted {
        return Ok(receipt.instruction);
    }
    match Refusal::parse(&receipt.code) {
        Some(refusal) => Err(refusal.into()),
        None => {
            let told = format!("the payment is {}: {}", receipt.state, receipt.reasons.join(", "));
            Err(Error::new(&NOT_MOVED, told).with("state", receipt.state).with("code", receipt.code))
        }
    }
}
