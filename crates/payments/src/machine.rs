//! Cash that a machine moves: held first, posted when the notes were moved.
//!
//! An order whose [`crate::Drawer`] says *reserve* is decided like any other, then held. The machine moves the notes and says how much:
//! [`take`] posts that much and frees the rest, [`let_go`] frees all. So a customer is never debited for notes that stayed in the
//! machine. The decision that goes with the posting is the one of the order: the notes cannot be asked back by a second one.
use crate::instruction::Instruction;
use crate::life::{close, holds, save};
use crate::order::{Receipt, State};
use crate::submit::first_refusal;
use crate::{NOT_OPEN, limits, locked};
use kernel::id::{InstructionId, TransferId};
use kernel::{Actor, Error, Id, Money, Result};
use ledger::Transfer;
use store::Tx;

fn reserved(tx: &mut Tx<'_>, id: InstructionId) -> Result<Instruction> {
    let i = locked(tx, id)?;
    match i.is_reserved() {
        true => Ok(i),
        false => Err(Error::new(&NOT_OPEN, format!("{id} is {}, not held for a machine", i.state))),
    }
}

/// Posts `amount`, above zero and at most what was ordered; the rest is free again and the instruction is of that amount. A
/// fee is taken with the whole only. Again after it was posted: the same receipt.
pub fn take(tx: &mut Tx<'_>, actor: &Actor, id: InstructionId, amount: Money) -> Result<Receipt> {
    let before = locked(tx, id)?;
    if before.state == State::Posted && before.money() == amount {
        return Ok(before.receipt());
    }
    let mut i = reserved(tx, id)?;
    let ordered = i.money();
    let rest = ordered.sub(amount)?;
    let (held, now) = (holds(tx, &i)?, tx.now());
    let mut batch = Vec::with_capacity(held.len());
    for (n, hold) in held.iter().enumerate() {
        let of = TransferId::new(now, hold.debit.book());
        batch.push(match n {
            0 => Transfer { memo: hold.memo.clone(), ..Transfer::post(of, hold, amount) },
            _ if rest.is_zero() => Transfer { memo: hold.memo.clone(), ..Transfer::post(of, hold, hold.money()) },
            _ => Transfer::void(of, hold),
        });
    }
    let last = batch.len().saturating_sub(1);
    batch.iter_mut().take(last).for_each(|t| t.linked = true);
    if let Some(refusal) = first_refusal(&ledger::post(tx, i.channel.is_counter(), &batch)?) {
        return Err(refusal.into());
    }
    if !rest.is_zero() {
        let payee = limits::payee_of(tx, &i)?;
        limits::give_back(tx, &mut Instruction { amount: rest.minor, ..i.clone() }, payee)?;
        (i.amount, i.fee) = (amount.minor, 0);
    }
    (i.state, i.transfer) = (State::Posted, batch.first().map(|t| t.id));
    i.end(&actor.principal(), now, "the notes were moved");
    save(tx, actor, &mut i, "payment.take", &format!("{amount} of {ordered}"))
}

/// Frees what was held: no note was moved. Again: the same receipt.
pub fn let_go(tx: &mut Tx<'_>, actor: &Actor, id: InstructionId, why: &str) -> Result<Receipt> {
    let before = locked(tx, id)?;
    if matches!(before.state, State::Cancelled | State::Expired) {
        return Ok(before.receipt());
    }
    let mut i = reserved(tx, id)?;
    close(tx, actor, &mut i, State::Cancelled, "payment.let_go", why)
}
