//! Undoing a posted payment by a new entry in the other direction.
use crate::instruction::Instruction;
use crate::order::{Kind, Order, Payee, Receipt, State};
use crate::{Desk, NOTHING_TO_REVERSE};
use kernel::id::{InstructionId, TransferId};
use kernel::{Actor, Error, Result, Who};
use party::{Permission, Scope};
use store::{Tx, params};

/// Undoes a posted single payment inside the bank, once; the fee is not given back. Staff need `payment.reverse` and a
/// second person; until he approves, the money is held on the payee's account. Limits are neither used nor given back.
/// Again by the same principal while the first stands: its receipt.
pub fn reverse(desk: &Desk, actor: &Actor, id: InstructionId, why: &str) -> Result<Receipt> {
    let why = party::reason(why)?;
    let order = desk.store.read(|tx| {
        if matches!(actor.who, Who::System(_)) {
            party::may(tx, actor, Permission::PaymentReverse, &Scope::bank())?;
        } else {
            party::may(tx, actor, Permission::PaymentReverse, &Scope::here(actor))?;
        }
        let i = crate::raw(tx, id)?.ok_or_else(|| Error::not_found("instruction", id))?;
        match (i.state, i.credit, i.kind) {
            (State::Posted, Some(credit), Kind::Transfer | Kind::FundWageAccount) => {
                let order = Order::new(Kind::Reversal, credit, Payee::Account(i.debit), i.money());
                Ok(Order { reverses: Some(id), ..order.reference(id).memo(why) })
            }
            _ => Err(Error::new(&NOTHING_TO_REVERSE, format!("{id} is {} {}", i.kind, i.state))),
        }
    })?;
    crate::submit(desk, actor, order, None)
}

/// The receipt of a reversal by the same principal that is open or posted. `Err` when it is another's.
pub(crate) fn standing(tx: &mut Tx<'_>, actor: &Actor, of: InstructionId) -> Result<Option<Receipt>> {
    let tail =
        "WHERE reverses = ?1 AND state IN ('posted', 'awaiting_approval', 'challenged', 'delayed', 'held') LIMIT 1";
    match tx.select::<Instruction>(tail, params![of])?.pop() {
        None => Ok(None),
        Some(before) if before.made_by == actor.principal() => Ok(Some(before.receipt())),
        Some(before) => {
            Err(Error::new(&NOTHING_TO_REVERSE, format!("{of} is being reversed by {}: {}", before.id, before.state)))
        }
    }
}

/// The journal entry that an instruction undoes; the ledger lets it be undone once.
pub(crate) fn undone(tx: &mut Tx<'_>, i: &Instruction) -> Result<Option<TransferId>> {
    let Some(of) = i.reverses else { return Ok(None) };
    let original = crate::raw(tx, of)?.ok_or_else(|| Error::not_found("instruction", of))?;
    match original.transfer {
        Some(transfer) => Ok(Some(transfer)),
        None => Err(Error::new(&NOTHING_TO_REVERSE, format!("{of} moved nothing"))),
    }
}
