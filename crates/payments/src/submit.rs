//! The pipeline: entitlement → price → limits → guard → ledger → outbox, in one transaction.
//!
//! Within the transaction the order of work differs from the order of the boxes only where it cannot be seen: limits are
//! used after the ledger has accepted, because a limit that is used up undoes the whole transaction and the refusal is then
//! recorded in a second one ([`refuse_in`]).
use crate::events::PaymentEvent;
use crate::instruction::Instruction;
use crate::order::{Kind, LegOutcome, Order, Receipt, State};
use crate::own::{Own, own};
use crate::resolve::{self, Parties};
use crate::{Desk, HOLD_HOURS, clearing, limits};
use guard::{Decision, Facts, Verdict};
use kernel::id::{InstructionId, TransferId};
use kernel::{Actor, Error, Id, Kind as ErrorKind, Money, Result, Timestamp, Who, clock::HOUR};
use ledger::{Outcome, Refusal, Transfer};
use pricing::Quote;
use std::borrow::Cow;
use store::{Audit, Json, Once, Seal, Tx};

/// What was found out on a snapshot before the posting transaction.
#[derive(Clone)]
pub struct Prepared {
    pub(crate) id: InstructionId,
    pub(crate) facts: Facts,
    pub(crate) guard: Option<guard::Prepared>,
}

const WHAT: &str = "payments.submit";

/// Orders a payment and waits until it is durable. `key`: the principal's idempotency key.
///
/// `Ok` with [`State::Refused`] when a rule of the bank is against it (that is recorded); `Err` when the order is malformed,
/// the account is unknown to the actor, or he is not entitled.
pub fn submit(desk: &Desk, actor: &Actor, order: Order, key: Option<&str>) -> Result<Receipt> {
    order.check_form()?;
    let prepared = match desk.store.read(|tx| prepare(desk, tx, actor, &order)) {
        Ok(prepared) => prepared,
        Err(why) if is_recorded(&why) => return record_refusal(desk, actor, order, key, why),
        Err(why) => return Err(why),
    };
    let (desk2, actor2, order2, key2) = (desk.clone(), actor.clone(), order.clone(), key.map(str::to_owned));
    match desk.store.write(move |tx| submit_in(&desk2, tx, &actor2, &order2, &prepared, key2.as_deref())) {
        Err(why) if is_recorded(&why) => record_refusal(desk, actor, order, key, why),
        done => done,
    }
}

fn record_refusal(desk: &Desk, actor: &Actor, order: Order, key: Option<&str>, why: Error) -> Result<Receipt> {
    let (actor, key) = (actor.clone(), key.map(str::to_owned));
    desk.store.write(move |tx| refuse_in(tx, &actor, &order, key.as_deref(), &why))
}

/// Whether a failure is a refusal by a rule, which is kept on record and answered as a receipt.
pub fn is_recorded(why: &Error) -> bool {
    let same_request = why.is(&store::KEY_REUSED) || why.is(&kernel::error::STALE);
    matches!(why.kind(), ErrorKind::Refused | ErrorKind::Limit | ErrorKind::Conflict)
        && !same_request
        && !why.is(&store::BUSY)
}

/// Looks at an order on a snapshot: who is behind it, and the guard's provisional judgement. A guard that does not answer
/// is noted, and holds the payment later.
pub fn prepare(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, order: &Order) -> Result<Prepared> {
    order.check_form()?;
    let parties = resolve::parties(tx, order)?;
    resolve::entitle(tx, actor, &parties, order)?;
    let id = order.id.unwrap_or_else(|| InstructionId::new(tx.now(), order.debit.book()));
    let facts = resolve::facts(tx, actor, &parties, order, id)?;
    let guard = desk.guard.prepare(tx, &facts).map_err(|e| tracing::warn!(error = ?e, "the guard did not answer")).ok();
    Ok(Prepared { id, facts, guard })
}

/// The pipeline inside a transaction of the caller's.
pub fn submit_in(
    desk: &Desk,
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &Order,
    prepared: &Prepared,
    key: Option<&str>,
) -> Result<Receipt> {
    if let Some(receipt) = answered(tx, actor, order, key, prepared.id)? {
        return Ok(receipt);
    }
    let parties = resolve::parties(tx, order)?;
    let entitlement = resolve::entitle(tx, actor, &parties, order)?;
    let quote = price(tx, actor, &parties, order)?;
    let decision = desk.guard.decide(tx, prepared.guard.as_ref(), &prepared.facts)?;
    let mut new = instruction(tx, actor, order, &parties, prepared.id, &quote, &decision)?;
    let needs_checker =
        entitlement.needs_checker(order.amount) && order.approved.is_none() && !matches!(actor.who, Who::System(_));
    let legs = match decision.verdict() {
        Verdict::Limit | Verdict::Stop => {
            refuse(&mut new, guard_code(decision.verdict()), decision.customer_reasons());
            Vec::new()
        }
        _ if needs_checker => hold_for_approval(tx, actor, order, &mut new)?,
        Verdict::Verify => hold(tx, actor, &mut new, State::Challenged, None)?,
        Verdict::Delay => hold(tx, actor, &mut new, State::Delayed, decision.delay_until())?,
        Verdict::Held => hold(tx, actor, &mut new, State::Held, None)?,
        Verdict::Pass | Verdict::Tip => post(tx, actor, order, &mut new)?,
    };
    if new.state != State::Refused {
        limits::use_all(tx, actor, &entitlement, &parties, &mut new)?;
    }
    if new.state == State::Posted {
        desk.guard.posted(tx, &decision, &prepared.facts)?;
        after_posting(tx, actor, order, &new)?;
    }
    tx.insert(&mut new)?;
    if let Some(quote) = &quote {
        pricing::record(tx, quote, new.id, "")?;
    }
    finish(tx, actor, order, key, &new, new.receipt_with(legs))
}

/// Records that an order was refused because of `why`. For the transaction after the one that failed.
pub fn refuse_in(tx: &mut Tx<'_>, actor: &Actor, order: &Order, key: Option<&str>, why: &Error) -> Result<Receipt> {
    let id = order.id.unwrap_or_else(|| InstructionId::new(tx.now(), order.debit.book()));
    if let Some(receipt) = answered(tx, actor, order, key, id)? {
        return Ok(receipt);
    }
    let debit = ledger::view(tx, order.debit)?.account;
    let parties = Parties { debit, credit: None, payee_owner: None, payee_shown: String::new() };
    let mut new = blank(tx, actor, order, &parties, id)?;
    refuse(&mut new, why.code().name, vec![why.message().into()]);
    tx.insert(&mut new)?;
    let receipt = Receipt { next: Cow::Borrowed(why.remedy()), ..new.receipt() };
    finish(tx, actor, order, key, &new, receipt)
}

fn answered(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &Order,
    key: Option<&str>,
    id: InstructionId,
) -> Result<Option<Receipt>> {
    if let Some(key) = key {
        let body = serde_json::to_vec(order).map_err(|e| Error::broken("an order has no JSON form").caused_by(e))?;
        if let Once::Done(answer) = tx.once(order.debit.book(), &actor.principal(), key, WHAT, &body)? {
            let receipt = serde_json::from_str(&answer)
                .map_err(|e| Error::broken("a kept answer cannot be read").caused_by(e))?;
            return Ok(Some(receipt));
        }
    }
    match crate::raw(tx, id)? {
        Some(before) if before.debit == order.debit && before.money() == order.amount && before.kind == order.kind => {
            Ok(Some(before.receipt()))
        }
        Some(_) => Err(Error::new(&store::KEY_REUSED, format!("{id} is another instruction"))),
        None => Ok(None),
    }
}

fn finish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &Order,
    key: Option<&str>,
    new: &Instruction,
    receipt: Receipt,
) -> Result<Receipt> {
    let result = if new.refusal.is_empty() { new.state.code().to_owned() } else { new.refusal.clone() };
    let decision = new.decision.map(|d| d.to_string()).unwrap_or_default();
    let what = format!("{} {} from {} to {}", new.kind, new.money(), new.debit, new.payee);
    let entry = Audit::of("payment.submit", new.id).after(what).decision(decision).result(result);
    tx.audit(actor, entry)?;
    tx.emit(&PaymentEvent::of(new), &actor.correlation)?;
    if let Some(key) = key {
        let body = serde_json::to_vec(order).map_err(|e| Error::broken("an order has no JSON form").caused_by(e))?;
        let answer =
            serde_json::to_string(&receipt).map_err(|e| Error::broken("a receipt has no JSON form").caused_by(e))?;
        tx.answered(order.debit.book(), &actor.principal(), key, WHAT, &body, &answer)?;
    }
    Ok(receipt)
}

fn price(tx: &mut Tx<'_>, actor: &Actor, parties: &Parties, order: &Order) -> Result<Option<Quote>> {
    let Some(ask) = resolve::price_ask(tx, actor, parties, order)? else { return Ok(None) };
    let shown = order.fee_shown.unwrap_or(Money::zero(order.amount.currency));
    pricing::confirm(tx, &ask, shown).map(Some)
}

fn blank(tx: &mut Tx<'_>, actor: &Actor, order: &Order, parties: &Parties, id: InstructionId) -> Result<Instruction> {
    let code = if order.code.is_empty() { order.kind.code() } else { order.code.as_ref() };
    Ok(Instruction {
        book: id.book(),
        id,
        kind: order.kind,
        debit: order.debit,
        payer: parties.debit.owner,
        credit: parties.credit,
        payee: parties.payee_shown.clone(),
        payee_sealed: resolve::seal_payee(tx, &order.payee)?,
        amount: order.amount.minor,
        currency: order.amount.currency,
        fee: 0,
        legs: order.legs.len() as u32,
        code: code.into(),
        reference: order.reference.clone(),
        memo: order.memo.clone(),
        channel: actor.channel,
        made_by: actor.principal(),
        made_at: tx.now(),
        business_date: tx.business_date()?,
        state: State::Posted,
        refusal: String::new(),
        reasons: Json(Vec::new()),
        round: 0,
        decision: None,
        approval: order.approved,
        transfer: None,
        hold: None,
        fee_hold: None,
        until: None,
        ended_by: None,
        ended_at: None,
        ended_why: None,
        reverses: None,
        limits_on: None,
        seal: Seal::default(),
    })
}

fn instruction(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &Order,
    parties: &Parties,
    id: InstructionId,
    quote: &Option<Quote>,
    decision: &Decision,
) -> Result<Instruction> {
    let mut new = blank(tx, actor, order, parties, id)?;
    new.fee = quote.as_ref().map_or(0, |q| q.fee.minor);
    new.decision = Some(decision.id());
    new.reasons = Json(decision.customer_reasons());
    Ok(new)
}

pub(crate) fn refuse(new: &mut Instruction, code: &str, reasons: Vec<String>) {
    new.state = State::Refused;
    new.refusal = code.into();
    new.reasons = Json(reasons);
}

pub(crate) fn guard_code(verdict: Verdict) -> &'static str {
    if verdict == Verdict::Limit { crate::GUARD_LIMIT.name } else { crate::GUARD_STOP.name }
}

/// The transfers of a single payment: the amount and, linked to it, the fee.
fn transfers(tx: &Tx<'_>, new: &Instruction) -> Result<Vec<Transfer>> {
    let credit = new.credit.ok_or_else(|| Error::broken(format!("{} has no payee", new.id)))?;
    let id = || TransferId::new(tx.now(), new.debit.book());
    let main = Transfer::single(id(), new.debit, credit, new.money(), new.code.clone())
        .reference(new.id)
        .memo(new.memo.clone());
    if new.fee == 0 {
        return Ok(vec![main]);
    }
    let fee =
        Transfer::single(id(), new.debit, own(new.debit.book(), Own::FeeIncome, new.currency), new.fee_money(), "fee")
            .reference(new.id);
    Ok(vec![main.linked(), fee])
}

/// The first refusal that is not merely "another of the group".
pub(crate) fn first_refusal(outcomes: &[Outcome]) -> Option<Refusal> {
    let refusals = || outcomes.iter().filter_map(|o| o.ok().err());
    refusals().find(|r| *r != Refusal::LinkFailed).or_else(|| refusals().next())
}

pub(crate) fn post(tx: &mut Tx<'_>, actor: &Actor, order: &Order, new: &mut Instruction) -> Result<Vec<LegOutcome>> {
    if !order.legs.is_empty() {
        return post_legs(tx, actor, order, new);
    }
    let batch = transfers(tx, new)?;
    let outcomes = ledger::post(tx, actor.channel.is_counter(), &batch)?;
    match first_refusal(&outcomes) {
        Some(r) => refuse(new, r.code().name, vec![r.message().into()]),
        None => (new.state, new.transfer) = (State::Posted, Some(batch[0].id)),
    }
    Ok(Vec::new())
}

/// Each leg on its own: a payee's tier may refuse it, then the ledger may.
fn post_legs(tx: &mut Tx<'_>, actor: &Actor, order: &Order, new: &mut Instruction) -> Result<Vec<LegOutcome>> {
    let mut legs: Vec<LegOutcome> = order
        .legs
        .iter()
        .map(|l| LegOutcome {
            reference: l.reference.clone(),
            transfer: TransferId::new(tx.now(), order.debit.book()),
            code: Cow::Borrowed(""),
        })
        .collect();
    let counted = limits::receive_legs(tx, actor, order, &mut legs)?;
    let open: Vec<usize> = (0..legs.len()).filter(|n| legs[*n].code.is_empty()).collect();
    let transfer = |n: &usize| {
        let leg = &order.legs[*n];
        let reference = if leg.reference.is_empty() { new.id.to_string() } else { leg.reference.clone() };
        Transfer::single(legs[*n].transfer, order.debit, leg.credit, leg.amount, new.code.clone())
            .reference(reference)
            .memo(leg.memo.clone())
    };
    let batch: Vec<Transfer> = open.iter().map(transfer).collect();
    let outcomes = ledger::post(tx, actor.channel.is_counter(), &batch)?;
    for (n, outcome) in open.into_iter().zip(outcomes) {
        if let Err(r) = outcome.ok() {
            legs[n].code = Cow::Borrowed(r.code().name);
            limits::unreceive(tx, actor, order, &counted, n)?;
        }
    }
    match legs.iter().all(|l| !l.code.is_empty()) {
        true => refuse(new, crate::ALL_LEGS_REFUSED.name, vec![crate::ALL_LEGS_REFUSED.remedy.into()]),
        false => new.state = State::Posted,
    }
    Ok(legs)
}

/// Holds the money until `until` (or the state's usual time) and sets the state; a ledger refusal refuses the instruction.
fn hold(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &mut Instruction,
    state: State,
    until: Option<Timestamp>,
) -> Result<Vec<LegOutcome>> {
    let given_up = until.unwrap_or(tx.now()).plus(HOLD_HOURS * HOUR);
    let batch: Vec<Transfer> = transfers(tx, new)?.into_iter().map(|t| t.hold(given_up)).collect();
    let outcomes = ledger::post(tx, actor.channel.is_counter(), &batch)?;
    if let Some(r) = first_refusal(&outcomes) {
        refuse(new, r.code().name, vec![r.message().into()]);
        return Ok(Vec::new());
    }
    new.state = state;
    new.hold = Some(batch[0].id);
    new.fee_hold = batch.get(1).map(|t| t.id);
    new.until = Some(until.unwrap_or(given_up));
    Ok(Vec::new())
}

fn hold_for_approval(tx: &mut Tx<'_>, actor: &Actor, order: &Order, new: &mut Instruction) -> Result<Vec<LegOutcome>> {
    if !order.legs.is_empty() {
        return Err(Error::new(&crate::LEGS_NEED_APPROVAL, "an order with many legs comes with its approval"));
    }
    hold(tx, actor, new, State::AwaitingApproval, None)?;
    if new.state == State::AwaitingApproval {
        let asked = crate::life::ask_approval(tx, actor, new)?;
        new.approval = Some(asked);
    }
    Ok(Vec::new())
}

/// What follows a posting in the same transaction: a payment to another bank goes into the clearing queue.
pub(crate) fn after_posting(tx: &mut Tx<'_>, actor: &Actor, order: &Order, new: &Instruction) -> Result<()> {
    if order.kind != Kind::ClearingOut {
        return Ok(());
    }
    clearing::queue_payment(tx, actor, order, new)
}
