//! The guard's desk beside the other domains: which event becomes a case, and what the end of one does to its payments.
use crate::bank::Bank;
use crate::desk::{self, Act, ListAdd};
use crate::fraud::LISTED_DAYS;
use crate::reactions::{id, is_of_an_order, is_part_of_a_run, text};
use cases::{Alert, Case, Closing, How, NewAlert, Outcome, Source};
use guard::{Label, Labelled, ListKind, PayeeClass, Subject};
use kernel::clock::DAY;
use kernel::id::{AppealId, FraudCaseId, FraudReportId, InstructionId, LoginId, SessionId};
use kernel::{Actor, Owner, Result, Who};
use party::Change;
use payments::{Instruction, State};
use store::{Outbox, Tx};

/// From this age on somebody is an elder (老年人权益保障法 2).
const ELDER_YEARS: i32 = 60;

fn process(event: &Outbox) -> Actor {
    Actor { correlation: event.id.to_string(), ..Actor::system("cases") }
}

/// Consumer of what the desk looks into.
pub(crate) fn heard(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    let Ok(id) = text(event, "instruction").parse::<InstructionId>() else { return Ok(()) };
    let Some(i) = payments::raw(tx, id)? else { return Ok(()) };
    let Some(new) = alert_of(tx, event, &i)? else { return Ok(()) };
    cases::alert(tx, &process(event), new).map(|_| ())
}

/// Customers who signed in on a device of their own; at machines and by programs without a mark there is none.
pub(crate) fn signed_in(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    let (Some(Who::Person(person)), Ok(device)) = (party::principal(text(event, "who")), id(event, "device")) else {
        return Ok(());
    };
    let Some(mark) = party::device_mark(tx, id::<LoginId>(event, "login")?, device)? else { return Ok(()) };
    let key = guard::device_key(tx.keys(), &mark);
    guard::signed_in(tx, id::<SessionId>(event, "session")?, Owner::Person(person), key, event.at)
}

/// What an event says of a payment; `None` for what is nobody's case: runs, orders of authorities, what the payer himself
/// wants later, what a lock of his own stopped.
fn alert_of(tx: &mut Tx<'_>, event: &Outbox, i: &Instruction) -> Result<Option<NewAlert>> {
    if i.payer == Owner::Bank || is_part_of_a_run(event) || is_of_an_order(event) {
        return Ok(None);
    }
    let decisions = guard::decisions_of(tx, i.id)?;
    let Some(d) = decisions.last() else { return Ok(None) };
    let (source, reference) = match event.kind.as_str() {
        "safety.reported" => (Source::Report, text(event, "report").to_owned()),
        "guard.case_wanted" => (Source::Rule, format!("{}.passed", i.id)),
        _ if d.verdict.may_post() => return Ok(None),
        "payment.held" => (Source::Held, format!("{}.held", i.id)),
        "payment.delayed" => (Source::Delayed, format!("{}.delayed", i.id)),
        "payment.challenged" => (Source::Challenged, format!("{}.challenged", i.id)),
        "payment.refused" if [payments::GUARD_STOP.name, payments::GUARD_LIMIT.name].contains(&i.refusal.as_str()) => {
            (Source::Stopped, format!("{}.stopped", i.id))
        }
        _ => return Ok(None),
    };
    let counting = d.reasons.0.iter().filter(|r| r.counts()).map(|r| r.rule.clone());
    let class = PayeeClass::parse(&d.inputs.0.payee_class);
    Ok(Some(NewAlert {
        instruction: Some(i.id),
        decision: Some(d.id),
        rules: counting.collect(),
        payee: i.payee.clone(),
        elder: is_elder(tx, i.payer)?,
        exempt: class.is_some_and(PayeeClass::is_basic),
        ..NewAlert::of(i.payer, source, reference, i.money())
    }))
}

fn is_elder(tx: &mut Tx<'_>, owner: Owner) -> Result<bool> {
    let Owner::Person(p) = owner else { return Ok(false) };
    let year = i32::from(tx.now().local_date().year());
    Ok(year - party::person(tx, p)?.birth_year >= ELDER_YEARS)
}

/// What the officer decides about the payments of a case with its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// Payments that wait: let them go, or call them off; `None`: leave them as they are.
    pub release: Option<bool>,
    /// Propose the payees for the grey list.
    pub list: bool,
}

/// Closes a case: its waiting payments are released or called off by the commands for that, with the officer's own rights and
/// limits; then the case ends, its payments are labelled for the engine, what did not go is counted as kept, and payees are
/// proposed for the grey list. A payment that cannot be decided on leaves the case open.
pub fn close(
    bank: &Bank,
    actor: &Actor,
    id: FraudCaseId,
    outcome: Outcome,
    why: &str,
    ending: Ending,
) -> Result<Change> {
    let (c, alerts) = bank.store.read(|tx| {
        let c = cases::case(tx, actor, id)?;
        Ok((c, cases::alerts_of(tx, actor, id)?))
    })?;
    if c.state.is_open() {
        bank.store.read(|tx| cases::closable(tx, actor, id))?;
        if let Some(release) = ending.release {
            decide_waiting(bank, actor, &alerts, release, why)?;
        }
    }
    let (guard, actor, why) = (bank.desk.guard.clone(), actor.clone(), why.to_owned());
    bank.store.write(move |tx| {
        let mut kept = Vec::new();
        for alert in alerts.iter().filter(|_| outcome.confirms()) {
            kept.extend(kept_by(tx, alert)?.map(|how| (alert.id, how)));
        }
        let change = cases::close(tx, &actor, id, &Closing { outcome, why: why.clone(), kept })?;
        if change == Change::Done {
            learn(tx, &guard, &actor, (&c, &alerts), outcome)?;
            if ending.list {
                propose(tx, &actor, &alerts, &why, id)?;
            }
        }
        Ok(change)
    })
}

fn decide_waiting(bank: &Bank, actor: &Actor, alerts: &[Alert], release: bool, why: &str) -> Result<()> {
    let mut done: Vec<InstructionId> = Vec::new();
    for id in alerts.iter().filter_map(|a| a.instruction) {
        let state = bank.store.read(|tx| Ok(payments::raw(tx, id)?.map(|i| i.state)))?;
        let waits = matches!(state, Some(State::Held | State::Challenged | State::Delayed));
        if !waits || done.contains(&id) {
            continue;
        }
        done.push(id);
        match release {
            // A delay is the customer's time to think; it ends by itself.
            true if state == Some(State::Delayed) => {}
            true => drop(payments::release(&bank.desk, actor, id, why)?),
            false => drop(payments::cancel(&bank.desk, actor, id, why)?),
        }
    }
    Ok(())
}

/// Why an alert's money did not go; `None` when it went or may still go.
fn kept_by(tx: &mut Tx<'_>, alert: &Alert) -> Result<Option<How>> {
    let Some(id) = alert.instruction else {
        return Ok((alert.source == Source::Counter && alert.amount > 0).then_some(How::Talked));
    };
    Ok(match payments::raw(tx, id)?.map(|i| i.state) {
        Some(State::Cancelled | State::Expired) => Some(How::CalledOff),
        Some(State::Refused) => Some(How::Refused),
        _ => None,
    })
}

/// Tells the engine what the payments of a case turned out to be.
fn learn(
    tx: &mut Tx<'_>,
    guard: &guard::Guard,
    actor: &Actor,
    (c, alerts): (&Case, &[Alert]),
    outcome: Outcome,
) -> Result<()> {
    let Some(fraud) = outcome.label() else { return Ok(()) };
    for alert in alerts {
        let Some(i) = instruction_of(tx, alert)? else { continue };
        let Some(payee) = payee(tx, actor, &i)? else { continue };
        let label = Label { instruction: i.id, payer: c.subject, payee, amount: i.money(), fraud };
        guard.label(tx, actor, &label)?;
    }
    Ok(())
}

fn instruction_of(tx: &mut Tx<'_>, alert: &Alert) -> Result<Option<Instruction>> {
    match alert.instruction {
        Some(id) => payments::raw(tx, id),
        None => Ok(None),
    }
}

/// A payee as the engine knows him; `None` for cash and what was never found.
fn payee(tx: &mut Tx<'_>, actor: &Actor, i: &Instruction) -> Result<Option<Labelled>> {
    if let Some(credit) = i.credit {
        let owner = ledger::view(tx, credit)?.account.owner;
        if owner != Owner::Bank {
            return Ok(Some(Labelled::Inside(owner)));
        }
    }
    Ok(number(tx, actor, i)?.map(|n| Labelled::Outside(Subject::number(tx.keys(), &n))))
}

fn number(tx: &mut Tx<'_>, actor: &Actor, i: &Instruction) -> Result<Option<String>> {
    Ok(payments::payee_of(tx, actor, i.id)?.map(|p| p.number))
}

/// Proposes the payees of a case for the grey list; another decides on each.
fn propose(tx: &mut Tx<'_>, actor: &Actor, alerts: &[Alert], why: &str, id: FraudCaseId) -> Result<()> {
    let mut seen: Vec<String> = Vec::new();
    for alert in alerts {
        let Some(i) = instruction_of(tx, alert)? else { continue };
        let Some(number) = number(tx, actor, &i)?.filter(|n| !seen.contains(n)) else { continue };
        let subject = Subject::number(tx.keys(), &number);
        seen.push(number);
        let until = tx.now().plus(LISTED_DAYS * DAY);
        let add = ListAdd::of_subject(ListKind::Grey, &subject, &i.payee, why, &id.to_string(), until);
        desk::propose(tx, actor, &Act::ListAdd(add))?;
    }
    Ok(())
}

/// A second officer agrees to an objection; what it is about is let go at once: a payment that waits is released, with the
/// officer's own rights and limits.
pub fn agree(bank: &Bank, actor: &Actor, id: AppealId) -> Result<Change> {
    let (by, appeal) = (actor.clone(), id);
    let (a, change) = bank.store.write(move |tx| cases::agree(tx, &by, appeal))?;
    let Some(instruction) = a.instruction else { return Ok(change) };
    let state = bank.store.read(|tx| Ok(payments::raw(tx, instruction)?.map(|i| i.state)))?;
    if matches!(state, Some(State::Held | State::Challenged)) {
        payments::release(&bank.desk, actor, instruction, "the objection was upheld")?;
    }
    Ok(change)
}

/// The case that a report of a customer became, for its page.
pub fn case_of_report(tx: &mut Tx<'_>, actor: &Actor, id: FraudReportId) -> Result<Option<Case>> {
    let r = safety::report(tx, actor, id)?;
    cases::case_of_instruction(tx, Owner::Person(r.person), r.instruction)
}
