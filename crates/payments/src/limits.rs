//! Daily and tier limits: used in the transaction that posts or holds, given back when the money is freed.
use crate::instruction::Instruction;
use crate::order::{Kind, LegOutcome, Order};
use kernel::id::PersonId;
use kernel::{Actor, BookId, Id, Owner, Result, Who};
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

/// Whose tier counts what is received: a person's, of what comes from others.
fn receiver(i: &Instruction, payee: Option<Owner>) -> Option<PersonId> {
    match payee {
        Some(Owner::Person(person)) if payee != Some(i.payer) && i.kind != Kind::Interest => Some(person),
        _ => None,
    }
}

/// Whose daily limit counts it: staff wherever they work, a clerk or program for one firm. A customer has his tier instead.
fn subject(i: &Instruction) -> Option<(BookId, String)> {
    match (party::principal(&i.made_by), i.payer) {
        (Some(Who::Person(p)), Owner::Firm(firm)) => Some((p.book(), format!("{p}/{firm}"))),
        (Some(Who::Staff(s)), _) => Some((s.book(), i.made_by.clone())),
        (None, Owner::Firm(firm)) if !i.made_by_bank() => Some((firm.book(), i.made_by.clone())),
        _ => None,
    }
}

/// Uses the payer's tier limits, the daily limit of whoever acts for him, and the payee's tier limits. `Err` undoes the
/// caller's transaction. A reversal uses none. `limited`: the payee may be one whose tier limits what he receives. `day`: the payer has
/// locked sums of a day.
pub(crate) fn use_all(
    tx: &mut Tx<'_>,
    entitlement: &Entitlement,
    payee: Option<Owner>,
    (limited, day): (bool, bool),
    i: &mut Instruction,
) -> Result<()> {
    if i.kind == Kind::Reversal {
        return Ok(());
    }
    i.limits_on = Some(tx.business_date()?);
    if let Some(person) = receiver(i, payee).filter(|_| limited) {
        party::tier_check(tx, person, i.channel, Function::Receive, i.money())?;
    }
    if let Some((book, subject)) = subject(i) {
        let key = LimitKey { book, subject: &subject, kind: PER_DAY };
        let max = kernel::Money::new(entitlement.limits.per_day_max, i.currency);
        party::use_limit(tx, &key, i.money(), max)?;
    }
    match i.payer {
        Owner::Person(person) if !i.made_by_bank() => {
            party::tier_check(tx, person, i.channel, function(i, payee), i.money())?;
            if day { crate::locks::use_day(tx, person, i, payee) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// Gives back what an instruction used, on the day it was used.
pub(crate) fn give_back(tx: &mut Tx<'_>, i: &mut Instruction, payee: Option<Owner>) -> Result<()> {
    let Some(date) = i.limits_on.take() else { return Ok(()) };
    if let Some(person) = receiver(i, payee) {
        party::tier_release(tx, person, i.channel, Function::Receive, i.money(), date)?;
    }
    if let Some((book, subject)) = subject(i) {
        let key = LimitKey { book, subject: &subject, kind: PER_DAY };
        party::release_limit(tx, &key, i.money(), date)?;
    }
    match i.payer {
        Owner::Person(person) if !i.made_by_bank() => {
            party::tier_release(tx, person, i.channel, function(i, payee), i.money(), date)?;
            safety::give_back(tx, person, i.id, i.money())
        }
        _ => Ok(()),
    }
}

/// The payee of an open instruction, when he has an account here.
pub(crate) fn payee_of(tx: &mut Tx<'_>, i: &Instruction) -> Result<Option<Owner>> {
    let Some(credit) = i.credit else { return Ok(None) };
    Ok(ledger::accounts(tx, &[credit])?.pop().map(|a| a.owner))
}

/// The limited receiver of each leg, by its place.
pub(crate) type Receivers = HashMap<usize, PersonId>;

/// Interest is nobody's receipt from others and counts nowhere.
/// Counts what each leg adds to a payee whose tier limits what he may receive; a leg beyond his limit gets its code.
pub(crate) fn receive_legs(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &Order,
    legs: &mut [LegOutcome],
) -> Result<Receivers> {
    if order.kind == Kind::Interest {
        return Ok(Receivers::new());
    }
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
