//! Money of guarantees through the one pipeline, inside the caller's transaction: all of it moves, or the caller fails.
use crate::{NOT_MOVED, mover};
use kernel::id::{AccountId, InstructionId};
use kernel::{Error, Id, Money, Result};
use ledger::Refusal;
use payments::{Desk, Kind, Order, Payee, State};
use store::Tx;

/// One movement of money.
pub(crate) struct Movement<'a> {
    pub kind: Kind,
    pub from: AccountId,
    pub to: AccountId,
    pub amount: Money,
    /// What it belongs to.
    pub reference: String,
    pub memo: &'a str,
}

/// Moves money now. What the pipeline refuses, or would have somebody look at, is an error that undoes everything.
pub(crate) fn move_now(desk: &Desk, tx: &mut Tx<'_>, m: Movement<'_>) -> Result<InstructionId> {
    let by = mover(&m.reference);
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

/// As [`move_now`] out of a deposit: the ledger knows the payee for this one movement and no longer.
pub(crate) fn let_out(desk: &Desk, tx: &mut Tx<'_>, m: Movement<'_>) -> Result<InstructionId> {
    let (by, from, to) = (mover(&m.reference), m.from, m.to);
    let basis = m.reference.clone();
    ledger::grants::grant(tx, &by, from, to, &basis)?;
    let done = move_now(desk, tx, m)?;
    ledger::grants::end(tx, &by, from, to, &basis)?;
    Ok(done)
}
