//! Daily and tier limits: used in the transaction that posts or holds, given back when the money is freed.
use crate::instruction::Instruction;
use crate::order::Kind;
use crate::resolve::Parties;
use kernel::{Actor, Id, Owner, Result, Who};
use party::{Entitlement, Function, LimitKey};
use store::Tx;

/// The kind of the daily limit of whoever pays on somebody's behalf.
const PER_DAY: &str = "payment.day";

fn function(i: &Instruction, payee: Option<Owner>) -> Function {
    match i.kind {
        Kind::CashIn | Kind::CashOut => Function::Cash,
        _ if payee == Some(i.payer) => Function::TransferOwn,
        _ => Function::TransferOut,
    }
}

fn concerns(actor: &Actor) -> bool {
    !matches!(actor.who, Who::System(_))
}

/// Uses the payer's tier limits and the actor's own daily limit. `Err` undoes the caller's transaction.
pub(crate) fn use_all(tx: &mut Tx<'_>, actor: &Actor, entitlement: &Entitlement, parties: &Parties, i: &mut Instruction) -> Result<()> {
    if !concerns(actor) {
        return Ok(());
    }
    match i.payer {
        Owner::Person(person) => party::tier_check(tx, person, i.channel, function(i, parties.payee_owner), i.money())?,
        _ => {
            let max = kernel::Money::new(entitlement.limits.per_day_max, entitlement.limits.currency);
            let key = LimitKey { book: i.book, subject: &i.made_by, kind: PER_DAY };
            if max.currency == i.currency {
                party::use_limit(tx, &key, i.money(), max)?;
            }
        }
    }
    i.limits_on = Some(tx.business_date()?);
    Ok(())
}

/// Gives back what an instruction used, on the day it was used.
pub(crate) fn give_back(tx: &mut Tx<'_>, i: &mut Instruction) -> Result<()> {
    let Some(date) = i.limits_on.take() else { return Ok(()) };
    match i.payer {
        Owner::Person(person) => {
            let payee = i.credit.map(|c| ledger::view(tx, c)).transpose()?.map(|v| v.account.owner);
            party::tier_release(tx, person, i.channel, function(i, payee), i.money(), date)
        }
        _ => party::release_limit(tx, &LimitKey { book: i.id.book(), subject: &i.made_by.clone(), kind: PER_DAY }, i.money(), date),
    }
}
