//! What an officer does with a case.
use crate::case::{
    About, Alert, CallOutcome, Case, CaseState, How, Interception, Outcome, Step, StepKind, Words, locked, sealed,
};
use crate::events::Event;
use crate::{
    EVIDENCE_BYTES_MAX, FILES_MAX, FORM, NOT_YOURS, STATE, STEPS_MAX, WAIT_HOURS_MAX, bad, book_of, free_of, list,
    may_see, may_work, text,
};
use kernel::clock::HOUR;
use kernel::id::{CaseAlertId, CaseStepId, FraudCaseId, PersonId, StaffId};
use kernel::{Actor, Error, Id, Owner, Result, Timestamp, Who};
use party::{Change, Permission, Scope};
use store::{Audit, Seal, Tx, params};

/// Something done, to be written down.
#[derive(Default)]
pub(crate) struct Did {
    kind: Option<StepKind>,
    shown: String,
    call: Option<CallOutcome>,
    pub words: Words,
    file: Option<Vec<u8>>,
}

impl Did {
    pub fn of(kind: StepKind) -> Did {
        Did { kind: Some(kind), ..Did::default() }
    }
    pub fn shown(self, shown: impl Into<String>) -> Did {
        Did { shown: shown.into(), ..self }
    }
    pub fn noted(self, note: impl Into<String>) -> Did {
        Did { words: Words { note: note.into(), ..Words::default() }, ..self }
    }
}

pub(crate) fn step(tx: &mut Tx<'_>, actor: &Actor, of_what: &str, did: Did) -> Result<CaseStepId> {
    let book = match of_what.parse::<FraudCaseId>() {
        Ok(case) => case.book(),
        Err(_) => of_what.parse::<kernel::id::AppealId>()?.book(),
    };
    let id = CaseStepId::new(tx.now(), book);
    let mut row = Step {
        book,
        id,
        of_what: of_what.to_owned(),
        kind: did.kind.unwrap_or(StepKind::Note),
        who: actor.principal(),
        at: tx.now(),
        shown: did.shown,
        call: did.call,
        words: sealed(tx.keys(), &did.words),
        file: did.file,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    Ok(id)
}

/// The case, locked, for an officer who may work it and is not near to the customer.
fn workable(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId) -> Result<(Case, StaffId)> {
    let c = locked(tx, id)?;
    may_work(tx, actor, &c)?;
    let Who::Staff(me) = actor.who else { return Err(Error::forbidden("staff work cases")) };
    free_of(tx, actor, c.subject)?;
    Ok((c, me))
}

/// The same, when he has it.
fn mine(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId) -> Result<Case> {
    let (c, me) = workable(tx, actor, id)?;
    if !c.state.is_open() {
        return Err(moved_on(&c));
    }
    match c.officer == Some(me) {
        true => Ok(c),
        false => Err(Error::new(&NOT_YOURS, format!("{id} is not yours"))),
    }
}

fn moved_on(c: &Case) -> Error {
    Error::new(&STATE, format!("{} is {}", c.id, c.state)).with("state", c.state)
}

/// Whether he may have it; `false` when he has it already.
fn claimable(c: &Case, me: StaffId, now: Timestamp) -> Result<bool> {
    match (c.state, c.officer) {
        (CaseState::Claimed, Some(officer)) if officer == me => Ok(false),
        (CaseState::Open, _) => Ok(true),
        (CaseState::Waiting, Some(officer)) if officer == me => Ok(true),
        (CaseState::Claimed | CaseState::Waiting, _) if c.is_late(now) => Ok(true),
        (CaseState::Claimed | CaseState::Waiting, _) => {
            Err(Error::new(&NOT_YOURS, format!("a colleague has {} and it is not late", c.id)))
        }
        _ => Err(moved_on(c)),
    }
}

/// An officer takes a case and answers for it. One that a colleague has is his only when it is late.
/// Errors: `case_conflict`, `case_not_yours`, `case_state`.
pub fn claim(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId) -> Result<Change> {
    let (mut c, me) = workable(tx, actor, id)?;
    if !claimable(&c, me, tx.now())? {
        return Ok(Change::AlreadySo);
    }
    rest(&mut c, tx.now());
    (c.state, c.officer, c.claimed_at, c.waits_until) = (CaseState::Claimed, Some(me), Some(tx.now()), None);
    save(tx, actor, &mut c, "case.claim", Did::of(StepKind::Claimed))?;
    Ok(Change::Done)
}

/// Counts the time for which somebody had it.
fn rest(c: &mut Case, now: Timestamp) {
    if let Some(since) = c.claimed_at.take() {
        c.worked += now.since(since).max(0);
    }
}

fn save(tx: &mut Tx<'_>, actor: &Actor, c: &mut Case, action: &'static str, did: Did) -> Result<()> {
    tx.update(c)?;
    let shown = did.shown.clone();
    step(tx, actor, &c.id.to_string(), did)?;
    tx.audit(actor, Audit::of(action, c.id).after(c.state.code()).reason(shown))
}

/// Puts a case back into the queue.
pub fn put_back(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId, why: &str) -> Result<Change> {
    let why = text("why", why)?;
    let mut c = mine(tx, actor, id)?;
    rest(&mut c, tx.now());
    (c.state, c.officer, c.waits_until) = (CaseState::Open, None, None);
    save(tx, actor, &mut c, "case.put_back", Did::of(StepKind::PutBack).noted(why))?;
    Ok(Change::Done)
}

/// Hands a case to a colleague who may work it and is not near to the customer.
pub fn hand_over(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId, to: StaffId, why: &str) -> Result<Change> {
    let why = text("why", why)?;
    let mut c = mine(tx, actor, id)?;
    if c.officer == Some(to) {
        return Ok(Change::AlreadySo);
    }
    let colleague = Actor::of(Who::Staff(to));
    may_work(tx, &colleague, &c).map_err(|_| bad("to", "this colleague does not work such cases"))?;
    free_of(tx, &colleague, c.subject)?;
    rest(&mut c, tx.now());
    (c.state, c.officer, c.claimed_at, c.waits_until) = (CaseState::Claimed, Some(to), Some(tx.now()), None);
    save(tx, actor, &mut c, "case.hand_over", Did::of(StepKind::Handed).shown(to.to_string()).noted(why))?;
    Ok(Change::Done)
}

/// Lets a case wait for an answer, at most [`WAIT_HOURS_MAX`] hours.
pub fn wait(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId, until: Timestamp, why: &str) -> Result<Change> {
    let why = text("why", why)?;
    let mut c = mine(tx, actor, id)?;
    let hours = until.since(tx.now());
    if hours <= 0 || hours > WAIT_HOURS_MAX * HOUR {
        return Err(bad("until", &format!("within the next {WAIT_HOURS_MAX} hours")));
    }
    rest(&mut c, tx.now());
    (c.state, c.waits_until, c.due_at) = (CaseState::Waiting, Some(until), c.due_at.max(until));
    save(tx, actor, &mut c, "case.wait", Did::of(StepKind::Waiting).shown(until.to_string()).noted(why))?;
    Ok(Change::Done)
}

fn room(tx: &mut Tx<'_>, of_what: &str) -> Result<()> {
    let steps = list::steps(tx, of_what)?;
    if steps.len() >= STEPS_MAX {
        return Err(Error::limit("steps", steps.len() + 1, STEPS_MAX, "steps"));
    }
    Ok(())
}

/// Writes something down. Anybody who may work the case.
pub fn note(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId, note: &str) -> Result<CaseStepId> {
    let note = text("note", note)?;
    let (c, _) = workable(tx, actor, id)?;
    if !c.state.is_open() {
        return Err(moved_on(&c));
    }
    room(tx, &id.to_string())?;
    tx.audit(actor, Audit::of("case.note", id))?;
    step(tx, actor, &id.to_string(), Did::of(StepKind::Note).noted(note))
}

/// A call and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Of a firm: which of its people. Of a person: himself.
    pub person: Option<PersonId>,
    pub outcome: CallOutcome,
    pub asked: String,
    pub answered: String,
}

/// Whom to call, and under which number of the register, masked: the customer, or somebody who acts for the firm.
pub fn phone(tx: &mut Tx<'_>, c: &Case, person: Option<PersonId>) -> Result<(PersonId, String)> {
    let whom = match (c.subject, person) {
        (Owner::Person(p), None) => p,
        (Owner::Person(p), Some(asked)) if p == asked => p,
        (Owner::Firm(firm), Some(p)) => {
            let user = Actor::of(Who::ForFirm { person: p, firm });
            match party::rights(tx, &user)?.acts_for(firm) {
                true => p,
                false => return Err(bad("person", "nobody of this firm")),
            }
        }
        _ => return Err(bad("person", "say whom you called")),
    };
    Ok((whom, party::person(tx, whom)?.phone_masked))
}

/// Writes a call down, by who has the case. The number is the register's.
pub fn call(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId, call: &Call) -> Result<CaseStepId> {
    let c = mine(tx, actor, id)?;
    let (whom, number) = phone(tx, &c, call.person)?;
    room(tx, &id.to_string())?;
    let reached = call.outcome == CallOutcome::Reached;
    let said = |field, given: &str| if reached { text(field, given) } else { Ok(given.trim().to_owned()) };
    let words =
        Words { note: String::new(), asked: said("asked", &call.asked)?, answered: said("answered", &call.answered)? };
    if words.asked.chars().count().max(words.answered.chars().count()) > crate::TEXT_CHARS_MAX {
        return Err(bad("asked", "it is too long"));
    }
    tx.audit(actor, Audit::of("case.call", id).after(format!("{whom} {number}: {}", call.outcome)))?;
    let did = Did { call: Some(call.outcome), words, ..Did::of(StepKind::Call).shown(number) };
    step(tx, actor, &id.to_string(), did)
}

/// A file with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Keeps a file, encrypted, under its hash.
pub(crate) fn keep(tx: &mut Tx<'_>, actor: &Actor, of_what: &str, subject: Owner, f: &Evidence) -> Result<CaseStepId> {
    let name: String = f.name.trim().chars().filter(|c| !c.is_control()).take(100).collect();
    if name.is_empty() {
        return Err(bad("file", "a name"));
    }
    if f.bytes.is_empty() || f.bytes.len() > EVIDENCE_BYTES_MAX {
        return Err(Error::limit("file", f.bytes.len(), EVIDENCE_BYTES_MAX, "bytes"));
    }
    let hash = payroll::file_hash(&f.bytes);
    let steps = list::steps(tx, of_what)?;
    if let Some(there) = steps.iter().find(|s| s.kind == StepKind::File && s.file.as_ref() == Some(&hash)) {
        return Ok(there.id);
    }
    let files = steps.iter().filter(|s| s.kind == StepKind::File).count();
    if files >= FILES_MAX {
        return Err(Error::limit("files", files + 1, FILES_MAX, "files"));
    }
    payroll::keep_file(tx, book_of(subject)?, &hash, &f.bytes)?;
    tx.audit(actor, Audit::of("case.file", of_what).after(format!("{} bytes", f.bytes.len())))?;
    step(tx, actor, of_what, Did { file: Some(hash), ..Did::of(StepKind::File).shown(name) })
}

/// Keeps a file with a case. The same bytes again are there already.
pub fn file(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId, file: &Evidence) -> Result<CaseStepId> {
    let (c, _) = workable(tx, actor, id)?;
    if !c.state.is_open() {
        return Err(moved_on(&c));
    }
    keep(tx, actor, &id.to_string(), c.subject, file)
}

/// A kept file; that it was read is a step of the case.
pub fn evidence(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId, step_id: CaseStepId) -> Result<Evidence> {
    let c = locked(tx, id)?;
    may_see(tx, actor, &c)?;
    let f = kept(tx, &id.to_string(), step_id)?;
    step(tx, actor, &id.to_string(), Did::of(StepKind::Seen).shown(f.name.clone()))?;
    tx.audit(actor, Audit::of("case.file_read", id).after(step_id.to_string()))?;
    Ok(f)
}

pub(crate) fn kept(tx: &mut Tx<'_>, of_what: &str, id: CaseStepId) -> Result<Evidence> {
    let none = || Error::not_found("file", id);
    let row = tx.get::<Step>(params![id.book(), id])?.filter(|s| s.of_what == of_what).ok_or_else(none)?;
    let hash = row.file.ok_or_else(none)?;
    Ok(Evidence { name: row.shown, bytes: payroll::read_file(tx, row.book, &hash)? })
}

/// Hides a case from those without `case.secret`, or shows it again. Needs `case.secret`. One about a suspicion stays hidden.
pub fn keep_secret(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId, secret: bool) -> Result<Change> {
    let mut c = locked(tx, id)?;
    may_work(tx, actor, &c)?;
    party::may(tx, actor, Permission::CaseSecret, &Scope::branch(c.branch))?;
    if c.sensitive == secret {
        return Ok(Change::AlreadySo);
    }
    if c.about == About::Suspicion {
        return Err(Error::new(&FORM, "work on a suspicion stays with its few").with("field", "secret"));
    }
    c.sensitive = secret;
    let shown = if secret { "secret" } else { "open" };
    save(tx, actor, &mut c, "case.secrecy", Did::of(StepKind::Secrecy).shown(shown))?;
    Ok(Change::Done)
}

/// Puts the alerts of one case of the customer into another that the actor has.
pub fn merge(tx: &mut Tx<'_>, actor: &Actor, into: FraudCaseId, from: FraudCaseId) -> Result<Change> {
    let mut c = mine(tx, actor, into)?;
    let (mut other, me) = workable(tx, actor, from)?;
    if other.merged_into == Some(into) {
        return Ok(Change::AlreadySo);
    }
    if into == from || c.subject != other.subject {
        return Err(bad("from", "another case of the same customer"));
    }
    if !other.state.is_open() {
        return Err(moved_on(&other));
    }
    if other.officer.is_some_and(|o| o != me) {
        return Err(Error::new(&NOT_YOURS, format!("a colleague has {from}")));
    }
    for mut alert in list::alerts(tx, from)? {
        alert.of_case = into;
        tx.update(&mut alert)?;
    }
    rest(&mut other, tx.now());
    c.alerts += other.alerts;
    c.worked += other.worked;
    c.severity = c.severity.min(other.severity);
    c.due_at = c.due_at.min(other.due_at);
    c.sensitive |= other.sensitive;
    (other.state, other.merged_into, other.alerts, other.worked) = (CaseState::Merged, Some(into), 0, 0);
    (other.closed_by, other.closed_at) = (Some(actor.principal()), Some(tx.now()));
    save(tx, actor, &mut other, "case.merge", Did::of(StepKind::Merged).shown(into.to_string()))?;
    save(tx, actor, &mut c, "case.merge", Did::of(StepKind::Merged).shown(from.to_string()))?;
    Ok(Change::Done)
}

/// How a case ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    pub outcome: Outcome,
    pub why: String,
    /// Alerts whose money did not go.
    pub kept: Vec<(CaseAlertId, How)>,
}

/// Whether the actor may close it now, before he does what its end takes.
pub fn closable(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId) -> Result<Case> {
    mine(tx, actor, id)
}

/// Closes a case, by who has it. The same outcome again changes nothing. Errors: `case_state`, `case_not_yours`, an alert of another
/// case, money kept with an outcome that keeps none.
pub fn close(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId, closing: &Closing) -> Result<Change> {
    let why = text("why", &closing.why)?;
    let (c, _) = workable(tx, actor, id)?;
    if c.state == CaseState::Closed && c.outcome == Some(closing.outcome) {
        return Ok(Change::AlreadySo);
    }
    let mut c = mine(tx, actor, id)?;
    if !closing.kept.is_empty() && !closing.outcome.confirms() {
        return Err(bad("outcome", "money is kept when a fraud was stopped"));
    }
    let alerts = list::alerts(tx, id)?;
    for (alert, how) in &closing.kept {
        let alert = alerts.iter().find(|a| a.id == *alert).ok_or_else(|| bad("kept", "an alert of this case"))?;
        intercepted(tx, actor, &c, alert, *how)?;
    }
    rest(&mut c, tx.now());
    (c.state, c.outcome, c.waits_until) = (CaseState::Closed, Some(closing.outcome), None);
    (c.closed_by, c.closed_at, c.closed_why) = (Some(actor.principal()), Some(tx.now()), String::new());
    save(tx, actor, &mut c, "case.close", Did::of(StepKind::Closed).shown(closing.outcome.code()).noted(why))?;
    tx.emit(&Event::case("case.closed", &c), &actor.correlation)?;
    Ok(Change::Done)
}

/// Counts an alert's money as kept, once.
pub(crate) fn intercepted(tx: &mut Tx<'_>, actor: &Actor, c: &Case, alert: &Alert, how: How) -> Result<()> {
    if alert.amount == 0 {
        return Ok(());
    }
    // Alerts about one payment keep its money once.
    let others = list::alerts(tx, c.id)?;
    let same = |a: &&Alert| a.instruction.is_some() && a.instruction == alert.instruction && a.id != alert.id;
    for other in others.iter().filter(same) {
        if tx.get::<Interception>(params![other.book, other.id])?.is_some() {
            return Ok(());
        }
    }
    let mut row = Interception {
        book: c.book,
        alert: alert.id,
        of_case: c.id,
        branch: c.branch,
        day: tx.now().local_date(),
        amount: alert.amount,
        currency: alert.currency,
        how,
        officer: actor.principal(),
        at: tx.now(),
        seal: Seal::default(),
    };
    if tx.insert_if_absent(&mut row)? {
        tx.audit(actor, Audit::of("case.kept", c.id).after(format!("{} {how}", row.money())))?;
    }
    Ok(())
}
