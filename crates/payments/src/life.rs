//! After the first answer: approve, refuse, send back, confirm, release, cancel. Each step that posts decides again.
use crate::events::PaymentEvent;
use crate::instruction::Instruction;
use crate::order::{Kind, Receipt, State};
use crate::submit::{Prepared, after_posting, first_refusal, guard_code, hold, judge, refuse};
use crate::{
    Arrival, CHECKER_REFUSED, Desk, NOT_OPEN, NOT_THE_PAYER, SENT_BACK, arrival, limits, locked, locks, payees, resolve,
};
use approval::codes::{ABOVE_RELEASE_LIMIT, APPROVAL_CHANGED, MAKER_IS_CHECKER};
use approval::{Approve, Ask, Line};
use guard::{Clearance, Decision, Ladder, Verdict};
use kernel::id::{ApprovalId, InstructionId, TransferId};
use kernel::{Actor, Error, Id, Kind as ErrorKind, Money, Owner, Result, Who};
use ledger::{Refusal, Transfer};
use party::{Change, Entitlement, Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Audit, Tx};

/// What an approval of a payment is bound to: every term of it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Terms {
    instruction: InstructionId,
    kind: Kind,
    debit: String,
    payee: String,
    amount: i64,
    fee: i64,
    currency: String,
    memo: String,
    #[serde(default, skip_serializing_if = "Arrival::is_real_time")]
    arrival: Arrival,
}

impl Terms {
    fn of(i: &Instruction, arrival: Arrival) -> Terms {
        let payee = i.credit.map_or(i.payee.clone(), |c| format!("{c} {}", i.payee));
        Terms {
            instruction: i.id,
            kind: i.kind,
            debit: i.debit.to_string(),
            payee,
            amount: i.amount,
            fee: i.fee,
            currency: i.currency.to_string(),
            memo: i.memo.clone(),
            arrival,
        }
    }
}

/// Kinds of approval that are about payments.
const APPROVALS: [&str; 2] = ["payment", "payment.reverse"];

/// What staff made at a branch is checked there; what a firm's clerk or program made, in the firm.
pub(crate) fn ask_approval(tx: &mut Tx<'_>, actor: &Actor, i: &Instruction, arrival: Arrival) -> Result<ApprovalId> {
    let kind = if i.kind == Kind::Reversal { APPROVALS[1] } else { APPROVALS[0] };
    let mut ask = Ask::new(kind, &Terms::of(i, arrival), Permission::PaymentApprove)?;
    ask.amount = Some(i.money());
    match (i.branch, i.payer) {
        (Some(branch), _) => ask.branch = Some(branch),
        (None, Owner::Firm(firm)) => ask.firm = Some(firm),
        (None, Owner::Person(person)) => ask.person = Some(person),
        (None, Owner::Bank) => {}
    }
    ask.beneficiary = limits::payee_of(tx, i)?;
    ask.summary = vec![
        Line::shown("payment-kind", i.kind.code()),
        Line::shown("payment-payee", i.payee.clone()),
        Line::shown("payment-amount", i.money().to_string()),
        Line::shown("payment-fee", i.fee_money().to_string()),
        Line::shown("payment-memo", i.memo.clone()),
    ];
    if !arrival.is_real_time() {
        ask.summary.push(Line::shown("payment-arrival", arrival.code()));
    }
    approval::ask(tx, actor, ask)
}

/// The terms of a payment's approval that the actor may see.
fn terms(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId) -> Result<Terms> {
    let asked = approval::approval(tx, actor, id)?;
    if !APPROVALS.contains(&asked.kind.as_str()) {
        return Err(Error::not_found("approval of a payment", id));
    }
    serde_json::from_str(&asked.payload).map_err(|e| Error::broken("an approval's terms cannot be read").caused_by(e))
}

/// The guard's judgement for the next round, on a snapshot.
fn prepare_round(desk: &Desk, tx: &mut Tx<'_>, i: &Instruction, clearance: Option<Clearance>) -> Result<Prepared> {
    let (order, maker) = (resolve::order_of(tx, i)?, resolve::maker_of(i)?);
    let view = resolve::debit(tx, i.debit)?;
    let parties = resolve::parties(tx, view, &order)?;
    let facts = resolve::facts(tx, &maker, &parties, &order, i.id)?;
    let facts = resolve::next_round(facts, i, clearance)?;
    let guard = judge(desk, tx, &facts);
    Ok(Prepared::again(i.id, facts, guard, parties))
}

/// Decides again and posts what is held: the common end of approve, confirm and release. Whoever made it must still be
/// entitled and free; if not, it is refused and the money is free again.
fn release_in(
    desk: &Desk,
    tx: &mut Tx<'_>,
    actor: &Actor,
    i: &mut Instruction,
    prepared: &Prepared,
    why: &str,
) -> Result<Receipt> {
    if prepared.facts.round != i.round + 1 {
        return Err(Error::new(&kernel::error::STALE, format!("{} was decided on meanwhile", i.id)));
    }
    let payee = prepared.parties.payee_owner();
    let entitled = still_entitled(tx, i, prepared);
    limits::give_back(tx, i, payee)?;
    let decision = desk.guard.decide(tx, prepared.guard.as_ref(), &prepared.facts)?;
    (i.round, i.decision) = (prepared.facts.round, Some(decision.id()));
    i.reasons.0 = decision.customer_reasons();
    match &entitled {
        Ok(_) => carry_out(tx, i, &decision)?,
        Err(no) if matches!(no.kind(), ErrorKind::Forbidden | ErrorKind::Missing | ErrorKind::Refused) => {
            free(tx, i)?;
            refuse(i, no.code().name, vec![no.message().into()]);
        }
        Err(_) => {}
    }
    let entitlement = match entitled {
        Err(why) if i.state != State::Refused => return Err(why),
        entitled => entitled.ok(),
    };
    if let Some(entitlement) = entitlement.filter(|_| i.state == State::Posted || i.state.is_open()) {
        limits::use_all(tx, &entitlement, payee, (true, true), i)?;
    }
    if i.state == State::Posted {
        desk.guard.posted(tx, &decision, &prepared.facts)?;
        let order = resolve::order_of(tx, i)?;
        payees::paid(tx, prepared, &order.payee, i)?;
        after_posting(tx, actor, &order, i)?;
    }
    if !i.state.is_open() {
        i.end(&actor.principal(), tx.now(), why);
    }
    save(tx, actor, i, "payment.release", why)
}

fn still_entitled(tx: &mut Tx<'_>, i: &Instruction, prepared: &Prepared) -> Result<Entitlement> {
    let maker = resolve::maker_of(i)?;
    let entitlement = resolve::entitle(tx, &maker, &prepared.parties.debit, i.kind, Some(i.money()))?;
    resolve::check_free(tx, i.made_by_bank(), i.payer, i.kind)?;
    locks::pass(tx, &maker, prepared, i.kind, i.made_at)?;
    Ok(entitlement)
}

/// What waits again is held anew, with the whole time of its state; what the payer wants to arrive later waits for that.
fn carry_out(tx: &mut Tx<'_>, i: &mut Instruction, decision: &Decision) -> Result<()> {
    let (state, until) = match decision.verdict() {
        Verdict::Pass | Verdict::Tip => match arrival::waits_until(tx, i.id)? {
            None => return post_held(tx, i),
            later => (State::Delayed, later),
        },
        verdict @ (Verdict::Limit | Verdict::Stop) => {
            free(tx, i)?;
            refuse(i, guard_code(verdict), decision.customer_reasons());
            return Ok(());
        }
        Verdict::Verify => (State::Challenged, None),
        Verdict::Held => (State::Held, None),
        Verdict::Delay => (State::Delayed, decision.delay_until().max(arrival::waits_until(tx, i.id)?)),
    };
    free(tx, i)?;
    hold(tx, i, state, until)
}

pub(crate) fn save(
    tx: &mut Tx<'_>,
    actor: &Actor,
    i: &mut Instruction,
    action: &'static str,
    why: &str,
) -> Result<Receipt> {
    tx.update(i)?;
    let decision = i.decision.map(|d| d.to_string()).unwrap_or_default();
    let approval = i.approval.map(|a| a.to_string()).unwrap_or_default();
    let entry = Audit::of(action, i.id).reason(why).decision(decision).approval(approval).result(i.result());
    tx.audit(actor, entry)?;
    tx.emit(&PaymentEvent::of(i), &actor.correlation)?;
    Ok(i.receipt())
}

/// Ends an open instruction without posting: the money and the limits are free again.
pub(crate) fn close(
    tx: &mut Tx<'_>,
    actor: &Actor,
    i: &mut Instruction,
    state: State,
    action: &'static str,
    why: &str,
) -> Result<Receipt> {
    free(tx, i)?;
    let payee = limits::payee_of(tx, i)?;
    limits::give_back(tx, i, payee)?;
    i.state = state;
    i.end(&actor.principal(), tx.now(), why);
    save(tx, actor, i, action, why)
}

pub(crate) fn holds(tx: &mut Tx<'_>, i: &Instruction) -> Result<Vec<ledger::Entry>> {
    [i.hold, i.fee_hold]
        .into_iter()
        .flatten()
        .map(|id| ledger::entry(tx, id)?.ok_or_else(|| Error::broken(format!("the hold {id} is not in the journal"))))
        .collect()
}

fn post_held(tx: &mut Tx<'_>, i: &mut Instruction) -> Result<()> {
    let holds = holds(tx, i)?;
    let (now, last) = (tx.now(), holds.len().saturating_sub(1));
    let reverses = crate::reverse::undone(tx, i)?;
    let post = |(n, e): (usize, &ledger::Entry)| Transfer {
        linked: n < last,
        memo: e.memo.clone(),
        reverses: reverses.filter(|_| n == 0),
        ..Transfer::post(TransferId::new(now, e.debit.book()), e, e.money())
    };
    let batch: Vec<Transfer> = holds.iter().enumerate().map(post).collect();
    match first_refusal(&ledger::post(tx, i.channel.is_counter(), &batch)?) {
        None => (i.state, i.transfer) = (State::Posted, batch.first().map(|t| t.id)),
        Some(Refusal::PendingExpired) => i.state = State::Expired,
        Some(r) => {
            free(tx, i)?;
            refuse(i, r.code().name, vec![r.message().into()]);
        }
    }
    Ok(())
}

/// Frees what is held; holds that ended by themselves are left.
fn free(tx: &mut Tx<'_>, i: &Instruction) -> Result<()> {
    let (holds, now) = (holds(tx, i)?, tx.now());
    let batch: Vec<Transfer> = holds.iter().map(|e| Transfer::void(TransferId::new(now, e.debit.book()), e)).collect();
    let ended = |r: &Refusal| matches!(r, Refusal::PendingExpired | Refusal::PendingVoided);
    match ledger::post(tx, true, &batch)?.iter().find_map(|o| o.ok().err().filter(|r| !ended(r))) {
        Some(r) => Err(r.into()),
        None => Ok(()),
    }
}

/// A checker approves a payment that waits for him; `shown_hash` is what his screen showed. Runs entitlement, limits and
/// guard again. A second checker may still be needed: then the receipt says so.
pub fn approve(desk: &Desk, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Receipt> {
    let (terms, prepared) = desk.store.read(|tx| {
        let terms = terms(tx, actor, id)?;
        let i = crate::raw(tx, terms.instruction)?.ok_or_else(|| Error::not_found("instruction", terms.instruction))?;
        let prepared = prepare_round(desk, tx, &i, None)?;
        Ok((terms, prepared))
    })?;
    let (desk2, actor, hash) = (desk.clone(), actor.clone(), shown_hash.to_owned());
    desk.store.write(move |tx| {
        let mut i = locked(tx, terms.instruction)?;
        match approval::approve(tx, &actor, id, &hash)? {
            Approve::FirstOfTwo | Approve::AlreadySo { .. } => return Ok(i.receipt()),
            Approve::Approved { .. } => {}
        }
        in_state(&i, &[State::AwaitingApproval])?;
        if i.approval != Some(id) || Terms::of(&i, arrival::arrival_of(tx, i.id)?) != terms {
            return Err(Error::new(&APPROVAL_CHANGED, format!("{} is not what was approved", i.id)));
        }
        let receipt = release_in(&desk2, tx, &actor, &mut i, &prepared, "approved")?;
        match i.state {
            State::Refused | State::Expired => approval::mark_failed(tx, &actor, id, &i.result())?,
            _ => approval::mark_executed(tx, &actor, id, &i.id.to_string())?,
        };
        Ok(receipt)
    })
}

/// The checker refuses a payment that waits for him: the money is freed. A reason is needed.
pub fn disapprove(desk: &Desk, actor: &Actor, id: ApprovalId, shown_hash: &str, reason: &str) -> Result<Receipt> {
    turn_down(desk, actor, id, reason, CHECKER_REFUSED.name, {
        let (actor, hash, reason) = (actor.clone(), shown_hash.to_owned(), reason.to_owned());
        move |tx| approval::refuse(tx, &actor, id, &hash, &reason)
    })
}

/// The checker sends a payment back to its maker, who corrects it and orders it anew: the money is freed meanwhile.
pub fn send_back(desk: &Desk, actor: &Actor, id: ApprovalId, shown_hash: &str, reason: &str) -> Result<Receipt> {
    turn_down(desk, actor, id, reason, SENT_BACK.name, {
        let (actor, hash, reason) = (actor.clone(), shown_hash.to_owned(), reason.to_owned());
        move |tx| approval::send_back(tx, &actor, id, &hash, &reason)
    })
}

fn turn_down(
    desk: &Desk,
    actor: &Actor,
    id: ApprovalId,
    reason: &str,
    code: &'static str,
    say_no: impl Fn(&mut Tx<'_>) -> Result<Change> + Send + 'static,
) -> Result<Receipt> {
    let (actor, reason) = (actor.clone(), reason.to_owned());
    desk.store.write(move |tx| {
        let terms = terms(tx, &actor, id)?;
        let mut i = locked(tx, terms.instruction)?;
        if say_no(tx)? == Change::AlreadySo || i.state != State::AwaitingApproval {
            return Ok(i.receipt());
        }
        i.refusal = code.into();
        i.reasons.0 = vec![reason.clone()];
        close(tx, &actor, &mut i, State::Refused, "payment.disapprove", &reason)
    })
}

/// The payer himself answers a challenge. He must have given his second factor just now.
pub fn confirm(desk: &Desk, actor: &Actor, id: InstructionId) -> Result<Receipt> {
    let clearance = Clearance { level: Ladder::Verify, by: actor.principal() };
    step(desk, actor, id, clearance, "confirmed by the payer", |tx, actor, i| {
        visible_to_payer(tx, actor, i)?;
        if !matches!(actor.who, Who::Person(_) | Who::ForFirm { .. }) {
            return Err(Error::new(&NOT_THE_PAYER, "a challenge is answered by the payer himself"));
        }
        party::need_step_up(actor)?;
        in_state(i, &[State::Challenged])
    })
}

/// Staff with `guard.decide` and a release limit release what is held or challenged; the bank itself what was delayed and
/// is due. Nobody else ends a delay, which is the customer's time to think.
pub fn release(desk: &Desk, actor: &Actor, id: InstructionId, why: &str) -> Result<Receipt> {
    let level = if matches!(actor.who, Who::System(_)) { Ladder::Delay } else { Ladder::Verify };
    let clearance = Clearance { level, by: actor.principal() };
    let why = party::reason(why)?;
    step(desk, actor, id, clearance, &why, |tx, actor, i| {
        if actor.who == Who::System("payments") {
            in_state(i, &[State::Delayed])?;
            let due = i.until.is_some_and(|at| at <= tx.now());
            let early = || Error::new(&NOT_OPEN, format!("{} is delayed until later", i.id));
            return if due { Ok(()) } else { Err(early()) };
        }
        may_release(tx, actor, i)?;
        in_state(i, &[State::Held, State::Challenged])
    })
}

fn may_release(tx: &mut Tx<'_>, actor: &Actor, i: &Instruction) -> Result<()> {
    let entitlement = party::may(tx, actor, Permission::GuardDecide, &place(i))?;
    let Who::Staff(staff) = actor.who else { return Ok(()) };
    let himself = party::staff(tx, staff)?.person;
    let payee = limits::payee_of(tx, i)?;
    let gains = |p| i.made_by == p || i.payer.to_string() == p || payee.is_some_and(|o| o.to_string() == p);
    if i.made_by == actor.principal() || himself.is_some_and(|p| gains(p.to_string())) {
        return Err(Error::new(&MAKER_IS_CHECKER, "who made a payment, or is a party to it, does not release it"));
    }
    if !entitlement.may_release(i.money()) {
        let max = Money::new(entitlement.limits.release_max, entitlement.limits.currency);
        let message = format!("{} is above your release limit of {max}", i.money());
        return Err(Error::new(&ABOVE_RELEASE_LIMIT, message).with("given", i.money()).with("max", max));
    }
    Ok(())
}

/// Where it is decided on what is held: at the payer's.
fn place(i: &Instruction) -> Scope {
    match i.payer {
        Owner::Person(person) => Scope::person(person),
        Owner::Firm(firm) => Scope::firm(firm),
        Owner::Bank => i.branch.map_or(Scope::bank(), Scope::branch),
    }
}

pub(crate) fn in_state(i: &Instruction, allowed: &[State]) -> Result<()> {
    if i.is_reserved() {
        return Err(Error::new(&NOT_OPEN, format!("{} waits for the machine that moves its notes", i.id)));
    }
    match allowed.contains(&i.state) {
        true => Ok(()),
        false => Err(Error::new(&NOT_OPEN, format!("{} is {}", i.id, i.state)).with("state", i.state)),
    }
}

/// Whoever may order payments from the account; to everybody else the instruction does not exist.
fn visible_to_payer(tx: &mut Tx<'_>, actor: &Actor, i: &Instruction) -> Result<()> {
    let view = resolve::debit(tx, i.debit)?;
    match resolve::entitle(tx, actor, &view.account, i.kind, None) {
        Ok(_) => Ok(()),
        Err(no) if matches!(no.kind(), ErrorKind::Missing | ErrorKind::Forbidden) => {
            Err(Error::not_found("instruction", i.id))
        }
        Err(why) => Err(why),
    }
}

/// `allowed` is asked before anything is said of the instruction, and again in the posting transaction.
fn step(
    desk: &Desk,
    actor: &Actor,
    id: InstructionId,
    clearance: Clearance,
    why: &str,
    allowed: impl Fn(&mut Tx<'_>, &Actor, &Instruction) -> Result<()> + Send + 'static,
) -> Result<Receipt> {
    let prepared = desk.store.read(|tx| {
        let i = crate::raw(tx, id)?.ok_or_else(|| Error::not_found("instruction", id))?;
        allowed(tx, actor, &i)?;
        prepare_round(desk, tx, &i, Some(clearance))
    })?;
    let (desk2, actor, why) = (desk.clone(), actor.clone(), why.to_owned());
    desk.store.write(move |tx| {
        let mut i = locked(tx, id)?;
        allowed(tx, &actor, &i)?;
        release_in(&desk2, tx, &actor, &mut i, &prepared, &why)
    })
}

/// Calls an open instruction off: the payer himself, who need not say why, whoever made it, or staff with `guard.decide`.
/// The money is freed.
pub fn cancel(desk: &Desk, actor: &Actor, id: InstructionId, why: &str) -> Result<Receipt> {
    let (actor, why) = (actor.clone(), why.to_owned());
    desk.store.write(move |tx| cancel_in(tx, &actor, id, &why))
}

/// [`cancel`] inside a transaction of the caller's.
pub fn cancel_in(tx: &mut Tx<'_>, actor: &Actor, id: InstructionId, why: &str) -> Result<Receipt> {
    let unsaid = why.trim().is_empty() && !matches!(actor.who, Who::Staff(_));
    let why = party::reason(if unsaid { "called off" } else { why })?;
    let mut i = locked(tx, id)?;
    match actor.who {
        Who::Staff(_) if i.made_by != actor.principal() => {
            party::may(tx, actor, Permission::GuardDecide, &place(&i)).map(|_| ())?
        }
        _ => visible_to_payer(tx, actor, &i)?,
    }
    if i.state == State::Cancelled {
        return Ok(i.receipt());
    }
    in_state(&i, &[State::AwaitingApproval, State::Challenged, State::Delayed, State::Held])?;
    if let (State::AwaitingApproval, Some(asked)) = (i.state, i.approval) {
        approval::withdraw(tx, actor, asked, &why)?;
    }
    close(tx, actor, &mut i, State::Cancelled, "payment.cancel", &why)
}
