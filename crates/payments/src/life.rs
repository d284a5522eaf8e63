//! After the first answer: approve, confirm, release, cancel, expire, reverse. Each step decides again.
use crate::events::PaymentEvent;
use crate::instruction::Instruction;
use crate::order::{Kind, Order, Payee, Receipt, State};
use crate::resolve;
use crate::submit::{Prepared, after_posting, first_refusal, guard_code, is_recorded, refuse};
use crate::{Desk, NOT_OPEN, NOT_THE_PAYER, NOTHING_TO_REVERSE, limits};
use approval::{Approve, Ask, Line};
use guard::{Clearance, Ladder, Verdict};
use kernel::id::{ApprovalId, InstructionId, TransferId};
use kernel::{Actor, Error, Id, Owner, Result, Timestamp, Who};
use ledger::{Refusal, Transfer};
use party::{Change, Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Audit, Param, Tx};

/// Rows a job looks at in one go.
pub const JOB_ROWS_MAX: u32 = 1_000;

/// What an approval of a payment is bound to: every term of it.
#[derive(Debug, Serialize, Deserialize)]
struct Terms {
    instruction: InstructionId,
    kind: Kind,
    debit: String,
    payee: String,
    amount: i64,
    fee: i64,
    currency: String,
    memo: String,
}

impl Terms {
    fn of(i: &Instruction) -> Terms {
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
        }
    }
}

pub(crate) fn ask_approval(tx: &mut Tx<'_>, actor: &Actor, i: &Instruction) -> Result<ApprovalId> {
    let kind = if i.kind == Kind::Reversal { "payment.reverse" } else { "payment" };
    let mut ask = Ask::new(kind, &Terms::of(i), Permission::PaymentApprove)?;
    ask.amount = Some(i.money());
    match i.payer {
        Owner::Firm(firm) => ask.firm = Some(firm),
        Owner::Person(person) => ask.person = Some(person),
        Owner::Bank => ask.branch = actor.branch,
    }
    ask.beneficiary = i.credit.map(|c| ledger::view(tx, c)).transpose()?.map(|v| v.account.owner);
    ask.summary = vec![
        Line::shown("payment-kind", i.kind.code()),
        Line::shown("payment-payee", i.payee.clone()),
        Line::shown("payment-amount", i.money().to_string()),
        Line::shown("payment-fee", i.fee_money().to_string()),
        Line::shown("payment-memo", i.memo.clone()),
    ];
    approval::ask(tx, actor, ask)
}

fn load_open(tx: &mut Tx<'_>, id: InstructionId) -> Result<Instruction> {
    let i = crate::locked(tx, id)?;
    match i.state.is_open() {
        true => Ok(i),
        false => Err(Error::new(&NOT_OPEN, format!("{id} is {} already", i.state)).with("state", i.state)),
    }
}

/// The guard's judgement for the next round, on a snapshot.
fn prepare_round(desk: &Desk, id: InstructionId, clearance: Option<Clearance>) -> Result<Prepared> {
    desk.store.read(|tx| {
        let i = crate::raw(tx, id)?.ok_or_else(|| Error::not_found("instruction", id))?;
        let order = resolve::order_of(tx, &i)?;
        let maker = resolve::maker_of(tx, &i)?;
        let parties = resolve::parties(tx, &order)?;
        let facts = resolve::next_round(resolve::facts(tx, &maker, &parties, &order, id)?, &i, clearance);
        let guard = desk.guard.prepare(tx, &facts).ok();
        Ok(Prepared { id, facts, guard })
    })
}

/// Decides again and posts what is held: the common end of approve, confirm and release.
fn release_in(
    desk: &Desk,
    tx: &mut Tx<'_>,
    actor: &Actor,
    i: &mut Instruction,
    prepared: &Prepared,
    why: &str,
) -> Result<Receipt> {
    let order = resolve::order_of(tx, i)?;
    let maker = resolve::maker_of(tx, i)?;
    let parties = resolve::parties(tx, &order)?;
    let entitlement = resolve::entitle(tx, &maker, &parties, &order)?;
    limits::give_back(tx, i)?;
    let decision = desk.guard.decide(tx, prepared.guard.as_ref(), &prepared.facts)?;
    (i.round, i.decision) = (prepared.facts.round, Some(decision.id()));
    i.reasons.0 = decision.customer_reasons();
    match decision.verdict() {
        Verdict::Pass | Verdict::Tip => post_held(tx, actor, i)?,
        Verdict::Limit | Verdict::Stop => {
            free(tx, i)?;
            refuse(i, guard_code(decision.verdict()), decision.customer_reasons());
        }
        Verdict::Verify => i.state = State::Challenged,
        Verdict::Held => i.state = State::Held,
        Verdict::Delay => (i.state, i.until) = (State::Delayed, decision.delay_until()),
    }
    if i.state != State::Refused {
        limits::use_all(tx, &maker, &entitlement, &parties, i)?;
    }
    if i.state == State::Posted {
        i.end(&actor.principal(), tx.now(), why);
        desk.guard.posted(tx, &decision, &prepared.facts)?;
        after_posting(tx, actor, &order, i)?;
    }
    save(tx, actor, i, "payment.release", why)
}

fn save(tx: &mut Tx<'_>, actor: &Actor, i: &mut Instruction, action: &'static str, why: &str) -> Result<Receipt> {
    tx.update(i)?;
    let decision = i.decision.map(|d| d.to_string()).unwrap_or_default();
    let approval = i.approval.map(|a| a.to_string()).unwrap_or_default();
    let result = if i.refusal.is_empty() { i.state.code().to_owned() } else { i.refusal.clone() };
    tx.audit(actor, Audit::of(action, i.id).reason(why).decision(decision).approval(approval).result(result))?;
    tx.emit(&PaymentEvent::of(i), &actor.correlation)?;
    Ok(i.receipt())
}

fn holds(tx: &mut Tx<'_>, i: &Instruction) -> Result<Vec<ledger::Entry>> {
    [i.hold, i.fee_hold]
        .into_iter()
        .flatten()
        .map(|id| ledger::entry(tx, id)?.ok_or_else(|| Error::broken(format!("the hold {id} is not in the journal"))))
        .collect()
}

fn post_held(tx: &mut Tx<'_>, actor: &Actor, i: &mut Instruction) -> Result<()> {
    let holds = holds(tx, i)?;
    let last = holds.len().saturating_sub(1);
    let post = |(n, e): (usize, &ledger::Entry)| Transfer {
        linked: n < last,
        memo: e.memo.clone(),
        ..Transfer::post(TransferId::new(tx.now(), e.debit.book()), e, e.money())
    };
    let batch: Vec<Transfer> = holds.iter().enumerate().map(post).collect();
    let at_counter = i.channel.is_counter() || actor.channel.is_counter();
    match first_refusal(&ledger::post(tx, at_counter, &batch)?) {
        None => (i.state, i.transfer, i.until) = (State::Posted, batch.first().map(|t| t.id), None),
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
    let holds = holds(tx, i)?;
    let batch: Vec<Transfer> =
        holds.iter().map(|e| Transfer::void(TransferId::new(tx.now(), e.debit.book()), e)).collect();
    let outcomes = ledger::post(tx, true, &batch)?;
    match outcomes
        .iter()
        .find_map(|o| o.ok().err().filter(|r| !matches!(r, Refusal::PendingExpired | Refusal::PendingVoided)))
    {
        Some(r) => Err(r.into()),
        None => Ok(()),
    }
}

/// A checker approves a payment that waits for him; `shown_hash` is what his screen showed. Runs entitlement, limits and
/// guard again. A second checker may still be needed: then the receipt says so.
pub fn approve(desk: &Desk, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Receipt> {
    let instruction = desk.store.read(|tx| {
        let asked = approval::approval(tx, actor, id)?;
        let terms: Terms = serde_json::from_str(&asked.payload)
            .map_err(|e| Error::broken("an approval's terms cannot be read").caused_by(e))?;
        Ok(terms.instruction)
    })?;
    let prepared = prepare_round(desk, instruction, None)?;
    let (desk2, actor, hash) = (desk.clone(), actor.clone(), shown_hash.to_owned());
    desk.store.write(move |tx| {
        match approval::approve(tx, &actor, id, &hash)? {
            Approve::FirstOfTwo => return Ok(crate::locked(tx, instruction)?.receipt()),
            Approve::AlreadySo { .. } => return Ok(crate::locked(tx, instruction)?.receipt()),
            Approve::Approved { .. } => {}
        }
        let mut i = load_open(tx, instruction)?;
        let receipt = release_in(&desk2, tx, &actor, &mut i, &prepared, "approved")?;
        match i.state {
            State::Refused | State::Expired => approval::mark_failed(tx, &actor, id, &i.refusal)?,
            _ => approval::mark_executed(tx, &actor, id, &i.id.to_string())?,
        };
        Ok(receipt)
    })
}

/// The checker refuses a payment that waits for him: the money is freed. A reason is needed.
pub fn disapprove(desk: &Desk, actor: &Actor, id: ApprovalId, shown_hash: &str, reason: &str) -> Result<Receipt> {
    let (actor, hash, reason) = (actor.clone(), shown_hash.to_owned(), reason.to_owned());
    desk.store.write(move |tx| {
        let asked = approval::approval(tx, &actor, id)?;
        let terms: Terms = serde_json::from_str(&asked.payload)
            .map_err(|e| Error::broken("an approval's terms cannot be read").caused_by(e))?;
        let mut i = crate::locked(tx, terms.instruction)?;
        if approval::refuse(tx, &actor, id, &hash, &reason)? == Change::AlreadySo || !i.state.is_open() {
            return Ok(i.receipt());
        }
        free(tx, &i)?;
        limits::give_back(tx, &mut i)?;
        refuse(&mut i, crate::CHECKER_REFUSED.name, vec![reason.clone()]);
        i.end(&actor.principal(), tx.now(), &reason);
        save(tx, &actor, &mut i, "payment.disapprove", &reason)
    })
}

/// The payer answers a challenge. He must have given his second factor just now.
pub fn confirm(desk: &Desk, actor: &Actor, id: InstructionId) -> Result<Receipt> {
    party::need_step_up(actor)?;
    let clearance = Some(Clearance { level: Ladder::Verify, by: actor.principal() });
    step(desk, actor, id, clearance, "confirmed by the payer", |tx, actor, i| {
        check_payer(tx, actor, i)?;
        in_state(i, &[State::Challenged])
    })
}

/// Staff with `guard.decide` release what is held; the bank itself what was delayed and is due.
pub fn release(desk: &Desk, actor: &Actor, id: InstructionId, why: &str) -> Result<Receipt> {
    let level = if matches!(actor.who, Who::System(_)) { Ladder::Delay } else { Ladder::Verify };
    let clearance = Some(Clearance { level, by: actor.principal() });
    step(desk, actor, id, clearance, why, |tx, actor, i| match actor.who {
        Who::System("payments") => {
            in_state(i, &[State::Delayed])?;
            let due = i.until.is_some_and(|at| at <= tx.now());
            if due { Ok(()) } else { Err(Error::new(&NOT_OPEN, format!("{} is delayed until later", i.id))) }
        }
        _ => {
            party::may(tx, actor, Permission::GuardDecide, &Scope::here(actor).amount(i.money()))?;
            if i.made_by == actor.principal() {
                return Err(Error::new(&approval::codes::MAKER_IS_CHECKER, "who made a payment does not release it"));
            }
            in_state(i, &[State::Held, State::Challenged, State::Delayed])
        }
    })
}

fn in_state(i: &Instruction, allowed: &[State]) -> Result<()> {
    match allowed.contains(&i.state) {
        true => Ok(()),
        false => Err(Error::new(&NOT_OPEN, format!("{} is {}", i.id, i.state)).with("state", i.state)),
    }
}

fn check_payer(tx: &mut Tx<'_>, actor: &Actor, i: &Instruction) -> Result<()> {
    let order = resolve::order_of(tx, i)?;
    let parties = resolve::parties(tx, &order)?;
    resolve::entitle(tx, actor, &parties, &order).map(|_| ())
}

fn step(
    desk: &Desk,
    actor: &Actor,
    id: InstructionId,
    clearance: Option<Clearance>,
    why: &str,
    allowed: impl Fn(&mut Tx<'_>, &Actor, &Instruction) -> Result<()> + Send + 'static,
) -> Result<Receipt> {
    let prepared = prepare_round(desk, id, clearance)?;
    let (desk2, actor, why) = (desk.clone(), actor.clone(), why.to_owned());
    desk.store.write(move |tx| {
        let mut i = load_open(tx, id)?;
        allowed(tx, &actor, &i)?;
        if prepared.facts.round != i.round + 1 {
            return Err(Error::new(&kernel::error::STALE, format!("{id} was decided on meanwhile")));
        }
        release_in(&desk2, tx, &actor, &mut i, &prepared, &why)
    })
}

/// Calls an open instruction off: the payer himself, whoever made it, or staff. The money is freed.
pub fn cancel(desk: &Desk, actor: &Actor, id: InstructionId, why: &str) -> Result<Receipt> {
    let (actor, why) = (actor.clone(), why.to_owned());
    desk.store.write(move |tx| {
        let mut i = crate::locked(tx, id)?;
        match actor.who {
            Who::Staff(_) if i.made_by != actor.principal() => {
                party::may(tx, &actor, Permission::GuardDecide, &Scope::here(&actor)).map(|_| ())?
            }
            _ => check_payer(tx, &actor, &i).map_err(|e| {
                if e.kind() == kernel::Kind::Missing { e } else { Error::new(&NOT_THE_PAYER, e.message()) }
            })?,
        }
        if i.state == State::Cancelled {
            return Ok(i.receipt());
        }
        in_state(&i, &[State::AwaitingApproval, State::Challenged, State::Delayed, State::Held])?;
        free(tx, &i)?;
        limits::give_back(tx, &mut i)?;
        if let (State::AwaitingApproval, Some(asked)) = (i.state, i.approval) {
            approval::mark_failed(tx, &actor, asked, "cancelled by the payer")?;
        }
        i.state = State::Cancelled;
        i.end(&actor.principal(), tx.now(), &why);
        save(tx, &actor, &mut i, "payment.cancel", &why)
    })
}

/// Releases delayed payments whose time has come, at most `most`; answers how many. One that fails is left for the next run.
pub fn release_due(desk: &Desk, most: u32) -> Result<u32> {
    let due = desk.store.read(|tx| open_until(tx, State::Delayed, most))?;
    let actor = Actor::system("payments");
    let mut done = 0;
    for (id, _) in due {
        match release(desk, &actor, id, "its delay is over") {
            Ok(_) => done += 1,
            Err(why) if is_recorded(&why) => tracing::warn!(%id, error = ?why, "a delayed payment was not released"),
            Err(why) => return Err(why),
        }
    }
    Ok(done)
}

/// Ends open instructions whose money is no longer held because nobody decided in time, at most `most`; answers how many.
pub fn expire_due(desk: &Desk, most: u32) -> Result<u32> {
    let mut ended = 0;
    for state in [State::AwaitingApproval, State::Challenged, State::Held] {
        for (id, _) in desk.store.read(|tx| open_until(tx, state, most))? {
            desk.store.write(move |tx| {
                let mut i = crate::locked(tx, id)?;
                if i.state != state || i.until.is_none_or(|at| at > tx.now()) {
                    return Ok(());
                }
                free(tx, &i)?;
                limits::give_back(tx, &mut i)?;
                i.state = State::Expired;
                i.end("system:payments", tx.now(), "nobody decided in time");
                save(tx, &Actor::system("payments"), &mut i, "payment.expire", "nobody decided in time").map(|_| ())
            })?;
            ended += 1;
        }
    }
    Ok(ended)
}

fn open_until(tx: &mut Tx<'_>, state: State, most: u32) -> Result<Vec<(InstructionId, Timestamp)>> {
    let now = tx.now();
    let sql = "SELECT id, until FROM instructions WHERE state IN ('awaiting_approval', 'challenged', 'delayed', 'held') AND state = ?1 AND until <= ?2 ORDER BY until, id LIMIT ?3";
    tx.query(
        sql,
        &[state.code().into(), Param::Int(now.micros()), Param::Int(i64::from(most.min(JOB_ROWS_MAX)))],
        |r| Ok((r.get(0)?, r.get(1)?)),
    )
}

/// Undoes a posted single payment by a new entry in the other direction; the fee is not given back. Staff need
/// `payment.reverse` and a second person; until he approves, the money is held on the payee's account.
pub fn reverse(desk: &Desk, actor: &Actor, id: InstructionId, why: &str) -> Result<Receipt> {
    if why.trim().is_empty() {
        return Err(Error::new(&party::codes::REASON_NEEDED, "a reversal needs a reason"));
    }
    let (order, of) = desk.store.read(|tx| {
        let i = crate::raw(tx, id)?.ok_or_else(|| Error::not_found("instruction", id))?;
        party::may(tx, actor, Permission::PaymentReverse, &Scope::here(actor).amount(i.money()))?;
        match (i.state, i.credit, i.kind) {
            (State::Posted, Some(credit), Kind::Transfer | Kind::FundWageAccount) => Ok((
                Order::new(Kind::Reversal, credit, Payee::Account(i.debit), i.money())
                    .code("reversal")
                    .reference(i.id)
                    .memo(why),
                i.transfer,
            )),
            _ => Err(Error::new(&NOTHING_TO_REVERSE, format!("{id} is {} {}", i.kind, i.state))),
        }
    })?;
    let key = format!("reverse-{id}-{}", of.map(|t| t.to_string()).unwrap_or_default());
    crate::submit(desk, actor, order, Some(&key))
}
