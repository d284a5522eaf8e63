//! The pipeline: entitlement → price → limits → guard → ledger → outbox, in one transaction.
//!
//! [`prepare`] does on a snapshot what need not be done by the writer: it finds the accounts, whose facts never change, the
//! price, which is promised for minutes, and the guard's provisional judgement. [`submit_in`] does the rest in the posting
//! transaction: who may, whether the payer is frozen, the guard's decision, the ledger, the limits. Limits are used after
//! the ledger has accepted, because a limit that is used up undoes the whole transaction and the refusal is then recorded
//! in a second one ([`refuse_in`]).
use crate::events::PaymentEvent;
use crate::instruction::Instruction;
use crate::order::{Kind, LegOutcome, Order, Payee, Receipt, State};
use crate::own::{Own, own};
use crate::resolve::{self, Parties};
use crate::{
    Arrival, COVERING, Desk, HOLD_HOURS, KIND_RESERVED, LEGS_WAIT, arrival, clearing, form, limits, locks, payees,
};
use guard::{Decision, Facts, Verdict};
use kernel::id::{InstructionId, TransferId};
use kernel::{Actor, BookId, Error, Id, Kind as ErrorKind, Owner, Result, Timestamp, Who, clock::HOUR};
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
    pub(crate) parties: Parties,
    quote: Option<Quote>,
    /// Whether the payee's tier limits what he receives.
    limited: bool,
}

const WHAT: &str = "payments.submit";

/// Orders a payment and waits until it is durable. `key`: the principal's idempotency key.
///
/// `Ok` with [`State::Refused`] when a rule of the bank is against it (that is recorded); `Err` when the order is malformed,
/// the account is unknown to the actor, or he is not entitled.
pub fn submit(desk: &Desk, actor: &Actor, order: Order, key: Option<&str>) -> Result<Receipt> {
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

/// Looks at an order on a snapshot: who is behind it, its price, and the guard's provisional judgement. A guard that does
/// not answer is noted, and holds the payment later.
pub fn prepare(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, order: &Order) -> Result<Prepared> {
    let (parties, _) = resolve::look(tx, actor, order)?;
    let quote = resolve::price_as_shown(tx, actor, &parties, order)?;
    let limited = match parties.payee_owner() {
        Some(Owner::Person(payee)) => !party::receive_limited(tx, &[payee], actor.channel)?.is_empty(),
        _ => false,
    };
    let id = order.id.unwrap_or_else(|| InstructionId::new(tx.now(), order.debit.book()));
    let facts = resolve::facts(tx, actor, &parties, order, id)?;
    let guard = judge(desk, tx, &facts);
    Ok(Prepared { id, facts, guard, parties, quote, limited })
}

/// The guard's provisional judgement; `None` when it does not answer, which holds the payment.
pub(crate) fn judge(desk: &Desk, tx: &mut Tx<'_>, facts: &Facts) -> Option<guard::Prepared> {
    desk.guard.prepare(tx, facts).map_err(|e| tracing::warn!(error = ?e, "the guard did not answer")).ok()
}

impl Prepared {
    /// Rules of the guard that ask for somebody's word before the money moves; see [`guard::Prepared::asks`].
    pub fn asks(&self) -> Vec<String> {
        self.guard.as_ref().map(guard::Prepared::asks).unwrap_or_default()
    }
    /// The payee as he is shown.
    pub fn payee_shown(&self) -> &str {
        &self.parties.payee_shown
    }
    /// For a later round: nothing is priced again.
    pub(crate) fn again(id: InstructionId, facts: Facts, guard: Option<guard::Prepared>, parties: Parties) -> Prepared {
        Prepared { id, facts, guard, parties, quote: None, limited: true }
    }

    fn check(&self, order: &Order) -> Result<()> {
        let same = (self.facts.payer.account, self.facts.amount) == (order.debit, order.amount);
        match same && order.id.is_none_or(|id| id == self.id) {
            true => Ok(()),
            false => Err(Error::broken(format!("{} was prepared for another order", self.id))),
        }
    }
}

/// The pipeline inside a transaction of the caller's. `prepared` is what [`prepare`] made of this order.
pub fn submit_in(
    desk: &Desk,
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &Order,
    prepared: &Prepared,
    key: Option<&str>,
) -> Result<Receipt> {
    prepared.check(order)?;
    let request = Request::of(actor, order, key)?;
    if let Some(receipt) = request.answered(tx, order.id.map(|_| prepared.parties.payee_shown.as_str()))? {
        return Ok(receipt);
    }
    let parties = &prepared.parties;
    let entitlement = resolve::entitle(tx, actor, &parties.debit, order.kind, Some(order.amount))?;
    resolve::check_free(tx, matches!(actor.who, Who::System(_)), parties.debit.owner, order.kind)?;
    let counts_day = locks::pass(tx, actor, prepared, order.kind, tx.now())?;
    if let Some(of) = order.reverses
        && let Some(before) = crate::reverse::standing(tx, actor, of)?
    {
        return Ok(before);
    }
    let covered = covered(tx, actor, order, parties.debit.owner)?;
    let quote = price(tx, actor, order, prepared)?;
    let decision = desk.guard.decide(tx, prepared.guard.as_ref(), &prepared.facts)?;
    let above = locks::cools(tx, order, prepared, &decision)?;
    let put_off = above.map(|_| order.clone().arrival(Arrival::NextDay));
    let order = put_off.as_ref().unwrap_or(order);
    let mut new = blank(tx, actor, order, parties, prepared.id)?;
    new.fee = quote.as_ref().map_or(0, |q| q.fee.minor);
    new.decision = Some(decision.id());
    new.reasons = Json(decision.customer_reasons());
    let legs = act(tx, actor, order, &mut new, entitlement.needs_checker(order.amount) && !covered, &decision)?;
    if new.state != State::Refused {
        limits::use_all(tx, &entitlement, parties.payee_owner(), (prepared.limited, counts_day), &mut new)?;
    }
    if new.state == State::Posted || new.is_reserved() {
        desk.guard.posted(tx, &decision, &prepared.facts)?;
    }
    if new.state == State::Posted {
        payees::paid(tx, prepared, &order.payee, &new)?;
        after_posting(tx, actor, order, &new)?;
    }
    tx.insert(&mut new)?;
    if new.state != State::Refused {
        let from_now = new.state == State::Delayed;
        arrival::note(tx, new.id, order.arrival, order.arrival.after(tx.now()).filter(|_| from_now))?;
        locks::note_cooling(tx, &new, above)?;
    }
    if let Some(quote) = quote.filter(|_| new.state != State::Refused) {
        pricing::record(tx, &quote, new.id, "")?;
    }
    request.finish(tx, &new, new.receipt_with(legs))
}

/// What the decision comes to: refused, held for somebody, or posted. `above`: a second person has to agree.
fn act(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &Order,
    new: &mut Instruction,
    above: bool,
    decision: &Decision,
) -> Result<Vec<LegOutcome>> {
    let by_bank = matches!(actor.who, Who::System(_));
    let second = order.drawer.is_some_and(|d| d.second);
    let above = above || order.kind == Kind::Reversal || second;
    let reserve = order.drawer.is_some_and(|d| d.reserve);
    let verdict = decision.verdict();
    match verdict {
        Verdict::Limit | Verdict::Stop => refuse(new, guard_code(verdict), decision.customer_reasons()),
        Verdict::Pass | Verdict::Tip if reserve => hold(tx, new, State::Held, None)?,
        _ if reserve => refuse(new, crate::NOT_AT_MACHINE.name, decision.customer_reasons()),
        Verdict::Pass | Verdict::Tip if by_bank || !above => match order.arrival.after(tx.now()) {
            None => return post(tx, actor, order, new),
            later => hold(tx, new, State::Delayed, later)?,
        },
        _ if !order.legs.is_empty() => {
            return Err(Error::new(&LEGS_WAIT, format!("the guard says {verdict}")).with("verdict", verdict));
        }
        _ if above && !by_bank => hold_for_approval(tx, actor, new, order.arrival)?,
        Verdict::Verify => hold(tx, new, State::Challenged, None)?,
        Verdict::Delay => {
            let later = order.arrival.after(tx.now());
            hold(tx, new, State::Delayed, decision.delay_until().max(later))?;
        }
        Verdict::Held | Verdict::Pass | Verdict::Tip => hold(tx, new, State::Held, None)?,
    }
    Ok(Vec::new())
}

/// Whether a second person of the payer's firm has agreed to the file that this order is of: done with, made by the same maker, at least its sum, and
/// named by its reference. An agreement to anything else is refused.
fn covered(tx: &mut Tx<'_>, actor: &Actor, order: &Order, payer: Owner) -> Result<bool> {
    let Some(id) = order.approved.filter(|_| !matches!(actor.who, Who::System(_))) else { return Ok(false) };
    let asked = approval::raw(tx, id)?;
    let done = asked.kind == COVERING && asked.state == approval::State::Executed;
    let own = asked.firm.map(Owner::Firm) == Some(payer) && asked.maker == actor.principal();
    let enough = asked.currency == order.amount.currency && asked.amount.is_some_and(|sum| order.amount.minor <= sum);
    let named = order.reference.split_once('/').is_some_and(|(file, _)| file == asked.outcome);
    match done && own && enough && named {
        true => Ok(true),
        false => Err(Error::new(&KIND_RESERVED, format!("{id} does not cover this order")).with("kind", order.kind)),
    }
}

/// Records that an order was refused because of `why`. For the transaction after the one that failed. Errors as
/// [`submit`]: only who is entitled to the debit account leaves a record on it.
pub fn refuse_in(tx: &mut Tx<'_>, actor: &Actor, order: &Order, key: Option<&str>, why: &Error) -> Result<Receipt> {
    form::check(order)?;
    form::check_kind(actor, order)?;
    let view = resolve::debit(tx, order.debit)?;
    resolve::entitle(tx, actor, &view.account, order.kind, Some(order.amount))?;
    let request = Request::of(actor, order, key)?;
    if let Some(receipt) = request.answered(tx, None)? {
        return Ok(receipt);
    }
    let (available, debit) = (view.available(), view.account);
    let parties = Parties { debit, available, credit: None, payee: None, payee_shown: String::new() };
    let id = order.id.unwrap_or_else(|| InstructionId::new(tx.now(), order.debit.book()));
    let mut new = blank(tx, actor, order, &parties, id)?;
    refuse(&mut new, why.code().name, vec![why.message().into()]);
    tx.insert(&mut new)?;
    let receipt = Receipt { next: Cow::Borrowed(why.remedy()), ..new.receipt() };
    request.finish(tx, &new, receipt)
}

/// Who asks for what, under which key.
struct Request<'a> {
    actor: &'a Actor,
    principal: String,
    order: &'a Order,
    /// With the order as bytes, by which it is recognised: every word of it, the fee that was shown too.
    key: Option<(&'a str, Vec<u8>)>,
}

impl<'a> Request<'a> {
    fn of(actor: &'a Actor, order: &'a Order, key: Option<&'a str>) -> Result<Request<'a>> {
        let body = |_| serde_json::to_vec(order).map_err(|e| Error::broken("an order has no JSON form").caused_by(e));
        let key = key.map(|key| body(key).map(|body| (key, body))).transpose()?;
        Ok(Request { actor, principal: actor.principal(), order, key })
    }

    /// Keys are kept where the principal is at home, so that he has one set of them.
    fn book(&self) -> BookId {
        party::home_book(self.actor.who).unwrap_or(self.order.debit.book())
    }

    /// The answer that was given before, by key or by the instruction's id. `payee` as he would be shown, when known.
    fn answered(&self, tx: &mut Tx<'_>, payee: Option<&str>) -> Result<Option<Receipt>> {
        if let Some((key, body)) = &self.key
            && let Once::Done(answer) = tx.once(self.book(), &self.principal, key, WHAT, body)?
        {
            let kept = serde_json::from_str(&answer);
            return kept.map(Some).map_err(|e| Error::broken("a kept answer cannot be read").caused_by(e));
        }
        let Some(id) = self.order.id else { return Ok(None) };
        match crate::raw(tx, id)? {
            Some(before) if self.is_of(tx, &before, payee)? => Ok(Some(before.receipt())),
            Some(_) => Err(Error::new(&store::KEY_REUSED, format!("{id} is another instruction"))),
            None => Ok(None),
        }
    }

    fn is_of(&self, tx: &mut Tx<'_>, before: &Instruction, payee: Option<&str>) -> Result<bool> {
        let order = self.order;
        let same = (before.debit, before.kind, before.money(), before.legs as usize)
            == (order.debit, order.kind, order.amount, order.legs.len())
            && (&before.memo, &before.reference, &before.made_by) == (&order.memo, &order.reference, &self.principal);
        let lives = before.state != State::Refused;
        let same = same && (!lives || locks::arrives_as(tx, before.id, order.arrival)?);
        let same_payee = match &order.payee {
            _ if !same || before.credit.is_none() && before.payee_sealed.is_none() => same,
            Payee::Account(id) => before.credit == Some(*id),
            Payee::Number(_) => payee.is_none_or(|shown| shown == before.payee),
            Payee::External { .. } => resolve::order_of(tx, before)?.payee == order.payee,
        };
        Ok(same && same_payee)
    }

    fn finish(&self, tx: &mut Tx<'_>, new: &Instruction, receipt: Receipt) -> Result<Receipt> {
        let decision = new.decision.map(|d| d.to_string()).unwrap_or_default();
        let what = format!("{} {} from {} to {}", new.kind, new.money(), new.debit, new.payee);
        let entry = Audit::of("payment.submit", new.id).after(what).decision(decision).result(new.result());
        tx.audit(self.actor, entry)?;
        // A reservation is a step of the machine's, not yet news for anybody.
        if !new.is_reserved() {
            tx.emit(&PaymentEvent::of(new), &self.actor.correlation)?;
        }
        if let Some((key, body)) = &self.key {
            let answer = serde_json::to_string(&receipt)
                .map_err(|e| Error::broken("a receipt has no JSON form").caused_by(e))?;
            tx.answered(self.book(), &self.principal, key, WHAT, body, &answer)?;
        }
        Ok(receipt)
    }
}

/// The price that was found on the snapshot, while it is promised; else today's, refused when above what was shown.
fn price(tx: &mut Tx<'_>, actor: &Actor, order: &Order, prepared: &Prepared) -> Result<Option<Quote>> {
    let (now, today) = (tx.now(), tx.business_date()?);
    match &prepared.quote {
        None => Ok(None),
        Some(quote) if quote.ask.date == today && now < quote.valid_until => Ok(Some(quote.clone())),
        Some(_) => resolve::price_as_shown(tx, actor, &prepared.parties, order),
    }
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
        branch: actor.staff().and(actor.branch),
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
        reverses: order.reverses,
        limits_on: None,
        seal: Seal::default(),
    })
}

pub(crate) fn refuse(new: &mut Instruction, code: &str, reasons: Vec<String>) {
    new.state = State::Refused;
    new.refusal = code.into();
    // A price that is not taken is no price.
    new.fee = 0;
    new.reasons = Json(reasons);
}

pub(crate) fn guard_code(verdict: Verdict) -> &'static str {
    if verdict == Verdict::Limit { crate::GUARD_LIMIT.name } else { crate::GUARD_STOP.name }
}

/// The transfers of a single payment: the amount and, linked to it, the fee.
fn transfers(tx: &mut Tx<'_>, new: &Instruction) -> Result<Vec<Transfer>> {
    let (now, book) = (tx.now(), new.debit.book());
    let reverses = crate::reverse::undone(tx, new)?;
    let credit = new.credit.ok_or_else(|| Error::broken(format!("{} has no payee", new.id)))?;
    let id = || TransferId::new(now, book);
    let single = Transfer::single(id(), new.debit, credit, new.money(), new.code.clone());
    let main = Transfer { reverses, ..single.reference(new.id).memo(new.memo.clone()) };
    if new.fee == 0 {
        return Ok(vec![main]);
    }
    let income = own(book, Own::FeeIncome, new.currency);
    let fee = Transfer::single(id(), new.debit, income, new.fee_money(), "fee").reference(new.id);
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
pub(crate) fn hold(tx: &mut Tx<'_>, new: &mut Instruction, state: State, until: Option<Timestamp>) -> Result<()> {
    let given_up = until.unwrap_or(tx.now()).plus(HOLD_HOURS * HOUR);
    // What undoes another entry is the posting, not the hold before it.
    let held = |t: Transfer| Transfer { reverses: None, ..t.hold(given_up) };
    let batch: Vec<Transfer> = transfers(tx, new)?.into_iter().map(held).collect();
    let outcomes = ledger::post(tx, new.channel.is_counter(), &batch)?;
    if let Some(r) = first_refusal(&outcomes) {
        refuse(new, r.code().name, vec![r.message().into()]);
        return Ok(());
    }
    new.state = state;
    new.hold = Some(batch[0].id);
    new.fee_hold = batch.get(1).map(|t| t.id);
    new.until = Some(until.unwrap_or(given_up));
    Ok(())
}

/// Nobody decides on it any more once the approval's own time is over.
fn hold_for_approval(tx: &mut Tx<'_>, actor: &Actor, new: &mut Instruction, arrival: Arrival) -> Result<()> {
    hold(tx, new, State::AwaitingApproval, None)?;
    if new.state == State::AwaitingApproval {
        let asked = crate::life::ask_approval(tx, actor, new, arrival)?;
        let expires_at = approval::raw(tx, asked)?.expires_at;
        new.approval = Some(asked);
        new.until = new.until.map(|at| at.min(expires_at));
    }
    Ok(())
}

/// What follows a posting in the same transaction: a payment to another bank goes into the clearing queue.
pub(crate) fn after_posting(tx: &mut Tx<'_>, actor: &Actor, order: &Order, new: &Instruction) -> Result<()> {
    if order.kind != Kind::ClearingOut {
        return Ok(());
    }
    clearing::queue_payment(tx, actor, order, new)
}
