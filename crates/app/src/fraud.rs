//! "It is a fraud": a customer's word about a payment of his that waits, or that the guard or his own lock stopped. In one transaction the
//! payment is called off where it waits, the money is free, and the payee is reported to the branch ([`safety::say`]); nothing is put on a
//! list by it. Whoever took the
//! report proposes the payee for the grey list ([`propose`]), on which a second person decides as on any entry.
use crate::desk::{self, Act, ListAdd, Proposed};
use guard::{ListKind, Subject, SubjectKind};
use kernel::clock::DAY;
use kernel::id::{FraudReportId, InstructionId};
use kernel::{Actor, Error, Owner, Result, Who};
use party::Change;
use payments::Instruction;
use safety::{Outcome, Report, ReportState, Said, Typology};
use store::Tx;

/// Days for which a reported payee is proposed to be looked out for.
pub const LISTED_DAYS: i64 = 180;

/// Calls a waiting payment off and reports its payee; one that was stopped is reported as it is. Only the payer himself. Again: the report there is. Errors: not found,
/// `not_open` for what waits no more.
pub fn refuse_and_report(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: InstructionId,
    typology: Typology,
) -> Result<(Report, Change)> {
    let i = payments::instruction(tx, actor, id)?;
    let Who::Person(me) = actor.who else {
        return Err(Error::forbidden("only the payer himself says that it is a fraud"));
    };
    if i.payer != Owner::Person(me) {
        return Err(Error::not_found("instruction", id));
    }
    if let Some(before) = safety::report_of(tx, id)? {
        return Ok((before, Change::AlreadySo));
    }
    if i.state == payments::State::Cancelled {
        return Err(Error::new(&payments::NOT_OPEN, format!("{id} was called off before")));
    }
    let subject = payee(tx, actor, &i)?;
    if !was_stopped(&i) {
        payments::cancel_in(tx, actor, id, "the payer says it is a fraud")?;
    }
    let said = Said {
        instruction: id,
        person: me,
        typology,
        payee: i.payee.clone(),
        subject_kind: subject.kind.code().into(),
        subject: subject.hash,
        amount: i.money(),
    };
    safety::say(tx, actor, said)
}

/// Whether the guard or the payer's lock refused it, so that there is a payee to be looked at and nothing to call off.
pub fn was_stopped(i: &Instruction) -> bool {
    i.state == payments::State::Refused && stops(&i.refusal)
}

/// Refusals by the guard or by the payer's own lock.
pub(crate) fn stops(refusal: &str) -> bool {
    [payments::GUARD_STOP.name, payments::GUARD_LIMIT.name].contains(&refusal) || refusal.starts_with("lock_")
}

/// The payee by his account, as lists know it.
fn payee(tx: &mut Tx<'_>, actor: &Actor, i: &Instruction) -> Result<Subject> {
    let none = || Error::new(&payments::NOT_OPEN, format!("{} has no payee to be reported", i.id));
    let number = payments::payee_of(tx, actor, i.id)?.ok_or_else(none)?.number;
    Ok(Subject::number(tx.keys(), &number))
}

/// Proposes the payee of a report for the grey list, by whoever took it. Errors: those of [`safety::report_decide`] and of an
/// order for a list.
pub fn propose(tx: &mut Tx<'_>, actor: &Actor, id: FraudReportId, why: &str) -> Result<Change> {
    let why = party::reason(why)?;
    let r = safety::report(tx, actor, id)?;
    if r.state == ReportState::Proposed {
        return Ok(Change::AlreadySo);
    }
    safety::report_decidable(&r, actor)?;
    let kind = SubjectKind::parse(&r.subject_kind)
        .ok_or_else(|| Error::broken(format!("{id} names its payee by {:?}", r.subject_kind)))?;
    let subject = Subject { kind, hash: r.subject.clone() };
    let until = tx.now().plus(LISTED_DAYS * DAY);
    let add = ListAdd::of_subject(ListKind::Grey, &subject, &r.payee, &why, &id.to_string(), until);
    let approval = match desk::propose(tx, actor, &Act::ListAdd(add))? {
        Proposed::Asked(approval) => Some(approval),
        Proposed::Done(..) => None,
    };
    safety::report_decide(tx, actor, id, Outcome::Proposed(approval), &why)
}
