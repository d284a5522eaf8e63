//! Daily and tier limits: used in the transaction that posts or holds, given back when the money is freed.
use crate::instruction::Instruction;
use crate::order::{Kind, LegOutcome, Order};
use crate::resolve::Parties;
use kernel::id::PersonId;
use kernel::{Actor, Id, Owner, Result, Who};
use party::{Entitlement, Function, LimitKey};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
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

fn daily(i: &Instruction) -> LimitKey<'_> {
    LimitKey { book: i.id.book(), subject: &i.made_by, kind: PER_DAY }
}

/// Uses the payer's tier limits or the actor's own daily limit, and the payee's tier limits. `Err` undoes the caller's
/// transaction.
pub(crate) fn use_all(
    tx: &mut Tx<'_>,
    actor: &Actor,
    entitlement: &Entitlement,
    parties: &Parties,
    i: &mut Instruction,
) -> Result<()> {
    if let Some(Owner::Person(payee)) = parties.payee_owner {
        party::tier_check(tx, payee, i.channel, Function::Receive, i.money())?;
    }
    i.limits_on = Some(tx.business_date()?);
    match i.payer {
        _ if matches!(actor.who, Who::System(_)) => Ok(()),
        Owner::Person(person) => party::tier_check(tx, person, i.channel, function(i, parties.payee_owner), i.money()),
        _ if entitlement.limits.currency != i.currency => Ok(()),
        _ => {
            let max = kernel::Money::new(entitlement.limits.per_day_max, i.currency);
            party::use_limit(tx, &daily(i), i.money(), max)
        }
    }
}

/// Gives back what an instruction used, on the day it was used.
pub(crate) fn give_back(tx: &mut Tx<'_>, i: &mut Instruction) -> Result<()> {
    let Some(date) = i.limits_on.take() else { return Ok(()) };
    let payee = i.credit.map(|c| ledger::view(tx, c)).transpose()?.map(|v| v.account.owner);
    if let Some(Owner::Person(payee)) = payee {
        party::tier_release(tx, payee, i.channel, Function::Receive, i.money(), date)?;
    }
    match i.payer {
        _ if i.made_by.starts_with("system:") => Ok(()),
        Owner::Person(person) => party::tier_release(tx, person, i.channel, function(i, payee), i.money(), date),
        _ => party::release_limit(tx, &daily(i), i.money(), date),
    }
}

/// The limited receiver of each leg, by its place.
pub(crate) type Receivers = HashMap<usize, PersonId>;

/// Counts what each leg adds to a payee whose tier limits what he may receive; a leg beyond his limit gets its code.
pub(crate) fn receive_legs(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &Order,
    legs: &mut [LegOutcome],
) -> Result<Receivers> {
    let mut credits: Vec<_> = order.legs.iter().map(|l| l.credit).collect();
    credits.sort();
    credits.dedup();
    let accounts = ledger::accounts(tx, &credits)?;
    let owners: HashMap<_, _> =
        accounts.iter().filter_map(|a| if let Owner::Person(p) = a.owner { Some((a.id, p)) } else { None }).collect();
    let people: Vec<PersonId> = owners.values().copied().collect::<HashSet<_>>().into_iter().collect();
    let limited: HashSet<PersonId> = party::receive_limited(tx, &people, actor.channel)?.into_iter().collect();
    let mut counted = Receivers::new();
    for (n, leg) in order.legs.iter().enumerate() {
        let Some(person) = owners.get(&leg.credit).filter(|p| limited.contains(*p)) else { continue };
        match party::tier_check(tx, *person, actor.channel, Function::Receive, leg.amount) {
            Ok(()) => {
                counted.insert(n, *person);
            }
            Err(why) if crate::is_recorded(&why) => legs[n].code = Cow::Borrowed(why.code().name),
            Err(why) => return Err(why),
        }
    }
    Ok(counted)
}

/// Takes back what a leg counted that the ledger then refused.
pub(crate) fn unreceive(tx: &mut Tx<'_>, actor: &Actor, order: &Order, counted: &Receivers, n: usize) -> Result<()> {
    let Some(person) = counted.get(&n) else { return Ok(()) };
    let today = tx.business_date()?;
    party::tier_release(tx, *person, actor.channel, Function::Receive, order.legs[n].amount, today)
}
