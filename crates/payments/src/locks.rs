//! What the payer locked himself, and the day to think that an elder has: crate `safety`, asked from the pipeline. What comes
//! in, what the bank owes, what a court takes and what firms pay is never locked.
use crate::arrival::{Arrival, arrival_of};
use crate::instruction::Instruction;
use crate::order::{Kind, Order};
use crate::submit::Prepared;
use guard::{AgeBand, Decision};
use kernel::id::{InstructionId, PersonId};
use kernel::{Actor, Channel, Owner, Result, Timestamp, Who};
use safety::{First, Movement, To, Way};
use store::Tx;

/// By which way money of a customer goes out; `None` for what the bank does.
fn way(channel: Channel, kind: Kind) -> Option<Way> {
    match (kind, channel) {
        (Kind::CardPurchase, _) => Some(Way::Card),
        (_, Channel::Phone | Channel::Api) => Some(Way::Phone),
        (_, Channel::Remote) => Some(Way::Remote),
        (_, Channel::Kiosk) => Some(Way::Kiosk),
        (_, Channel::Counter) => Some(Way::Counter),
        (_, Channel::Cli | Channel::System) => None,
    }
}

/// Whom the money goes to; `None` for what is not the customer's order.
fn to(kind: Kind, payer: Owner, payee: Option<Owner>, since: Option<Timestamp>) -> Option<To> {
    match kind {
        Kind::Transfer | Kind::ClearingOut if payee == Some(payer) => Some(To::Own),
        Kind::Transfer | Kind::ClearingOut => Some(To::Payee { firm: matches!(payee, Some(Owner::Firm(_))), since }),
        Kind::CardPurchase => Some(To::Payee { firm: true, since: None }),
        Kind::CashOut => Some(To::Cash),
        Kind::DepositIn | Kind::DepositOut | Kind::WealthIn | Kind::WealthOut | Kind::CardOut => Some(To::Own),
        Kind::FundWageAccount | Kind::WageRun | Kind::WagePay | Kind::WageReturn | Kind::WageClosing => None,
        Kind::ClearingIn | Kind::ClearingReturn | Kind::CashIn | Kind::Reversal | Kind::Interest => None,
        Kind::GuaranteeIn | Kind::GuaranteeOut | Kind::LegalDeduction => None,
    }
}

/// Whether a payment of `maker`, ordered at `at`, passes the payer's lock; `true` when it is then counted against a sum of the day.
pub(crate) fn pass(tx: &mut Tx<'_>, maker: &Actor, prepared: &Prepared, kind: Kind, at: Timestamp) -> Result<bool> {
    let (parties, facts) = (&prepared.parties, &prepared.facts);
    let Owner::Person(payer) = parties.debit.owner else { return Ok(false) };
    if matches!(maker.who, Who::System(_)) {
        return Ok(false);
    }
    let to = to(kind, parties.debit.owner, parties.payee_owner(), facts.payee_since);
    match to.zip(way(maker.channel, kind)) {
        Some((to, way)) => safety::pass(tx, payer, &Movement { way, to, amount: facts.amount, at }),
        None => Ok(false),
    }
}

/// Counts what was posted or held against the payer's own sum of the day.
pub(crate) fn use_day(tx: &mut Tx<'_>, payer: PersonId, i: &Instruction, payee: Option<Owner>) -> Result<()> {
    let counted = to(i.kind, i.payer, payee, None).is_some_and(|to| to != To::Own);
    match way(i.channel, i.kind).filter(|way| counted && *way != Way::Counter) {
        Some(_) => {
            let today = tx.business_date()?;
            safety::use_day(tx, payer, i.id, i.money(), today)
        }
        None => Ok(()),
    }
}

/// The sum in yuan that an elder's first payment is above, when it arrives the next day whatever was chosen.
pub(crate) fn cools(tx: &Tx<'_>, order: &Order, prepared: &Prepared, decision: &Decision) -> Result<Option<i64>> {
    let (facts, parties) = (&prepared.facts, &prepared.parties);
    let transfer = matches!(order.kind, Kind::Transfer | Kind::ClearingOut) && order.arrival != Arrival::NextDay;
    let Some(way) = way(facts.channel, order.kind).filter(|_| transfer) else { return Ok(None) };
    let first = First {
        elder: facts.payer.age == AgeBand::Elder,
        first: decision.record.aggregates.0.payee_known == Some(false),
        own: parties.payee_owner() == Some(parties.debit.owner),
        way,
        amount: order.amount,
    };
    safety::cools(&first, tx.now().local_date())
}

/// Notes why an instruction that the payer wanted sooner arrives the next day.
pub(crate) fn note_cooling(tx: &mut Tx<'_>, i: &Instruction, above: Option<i64>) -> Result<()> {
    match (above, i.payer) {
        (Some(above), Owner::Person(payer)) => safety::cool(tx, i.id, payer, above),
        _ => Ok(()),
    }
}

/// Whether an instruction arrives as `asked`, or later because the bank put it off.
pub(crate) fn arrives_as(tx: &mut Tx<'_>, id: InstructionId, asked: Arrival) -> Result<bool> {
    Ok(arrival_of(tx, id)? == asked || safety::cooling(tx, id)?.is_some())
}
