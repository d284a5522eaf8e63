//! What a customer says against a measure (反诈法 32, 反洗钱法 39), or complains of.
use crate::case::{Appeal, AppealKind, AppealState, StepKind, Words, sealed, words};
use crate::desk::{Did, Evidence, keep, kept, step};
use crate::events::Event;
use crate::rules::rules;
use crate::{APPEAL_NOT_YOURS, APPEAL_STATE, APPEALS_OPEN_MAX, book_of, free_of, list, text};
use kernel::id::{AppealId, CaseStepId, InstructionId};
use kernel::{Actor, Error, Id, Owner, Page, PageAsk, Result, Timestamp, Who};
use party::{Change, Permission, Scope};
use store::{Audit, Seal, Tx, params};

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealNew {
    pub subject: Owner,
    pub kind: AppealKind,
    /// The payment it is about; the caller knows that it is the customer's.
    pub instruction: Option<InstructionId>,
    /// About money for living, medicine or work.
    pub urgent: bool,
    pub words: String,
    pub files: Vec<Evidence>,
}

/// `Ok(true)` for the customer himself, or who may look at the firm's accounts.
fn is_his(tx: &mut Tx<'_>, actor: &Actor, subject: Owner) -> Result<bool> {
    Ok(match (actor.who, subject) {
        (Who::Person(p), Owner::Person(q)) => p == q,
        (Who::ForFirm { firm, .. }, Owner::Firm(f)) if firm == f => {
            party::may(tx, actor, Permission::AccountRead, &Scope::firm(f)).is_ok()
        }
        _ => false,
    })
}

fn may_answer(tx: &mut Tx<'_>, actor: &Actor, a: &Appeal) -> Result<()> {
    let branch = party::branch_of(tx, a.book)?.id;
    party::may(tx, actor, Permission::CaseWork, &Scope::branch(branch))
        .map(|_| ())
        .map_err(|e| Error::not_found("objection", a.id).caused_by(e))
}

/// A customer objects or complains. One that is open about the same payment: that one, with the files added.
pub fn object(tx: &mut Tx<'_>, actor: &Actor, new: &AppealNew) -> Result<(Appeal, Change)> {
    let said = text("words", &new.words)?;
    let at_counter = matches!(actor.who, Who::Staff(_));
    let branch = party::branch_of(tx, book_of(new.subject)?)?.id;
    if at_counter {
        party::may(tx, actor, Permission::PersonRead, &Scope::branch(branch))?;
    } else if !is_his(tx, actor, new.subject)? {
        return Err(Error::forbidden("a customer speaks for himself"));
    }
    let open: Vec<Appeal> = of(tx, new.subject)?.into_iter().filter(Appeal::is_open).collect();
    if let (Some(there), Some(_)) = (open.iter().find(|a| a.instruction == new.instruction), new.instruction) {
        for f in &new.files {
            keep(tx, actor, &there.id.to_string(), new.subject, f)?;
        }
        return Ok((there.clone(), Change::AlreadySo));
    }
    if open.len() >= APPEALS_OPEN_MAX {
        return Err(Error::limit("objections", open.len() + 1, APPEALS_OPEN_MAX, "open objections"));
    }
    let mut row = fresh(tx, actor, new, said)?;
    tx.insert(&mut row)?;
    for f in &new.files {
        keep(tx, actor, &row.id.to_string(), new.subject, f)?;
    }
    let shown = format!("{}, due {}", row.kind, row.due_at.local());
    tx.audit(actor, Audit::of("appeal.make", row.id).after(shown))?;
    tx.emit(&Event::appeal("case.appeal_made", &row), &actor.correlation)?;
    Ok((row, Change::Done))
}

fn fresh(tx: &mut Tx<'_>, actor: &Actor, new: &AppealNew, said: String) -> Result<Appeal> {
    let (book, now) = (book_of(new.subject)?, tx.now());
    let of_case = match new.instruction {
        Some(id) => list::case_of_instruction(tx, new.subject, id)?.map(|c| c.id),
        None => None,
    };
    Ok(Appeal {
        book,
        id: AppealId::new(now, book),
        subject: new.subject,
        kind: new.kind,
        instruction: new.instruction,
        of_case,
        urgent: new.urgent,
        words: sealed(tx.keys(), &Words { note: said, ..Words::default() }),
        made_by: actor.principal(),
        made_at: now,
        due_at: rules(now.local_date())?.appeal_due(new.urgent, now),
        state: AppealState::Open,
        decided_by: None,
        decided_at: None,
        checked_by: None,
        checked_at: None,
        answer: None,
        seal: Seal::default(),
    })
}

fn of(tx: &mut Tx<'_>, subject: Owner) -> Result<Vec<Appeal>> {
    let tail = "WHERE book = ?1 AND subject = ?2 ORDER BY id DESC LIMIT ?3";
    tx.select::<Appeal>(tail, params![book_of(subject)?, subject, 200])
}

/// A customer's own objections, the newest first, at most 200.
pub fn appeals_of(tx: &mut Tx<'_>, actor: &Actor, subject: Owner) -> Result<Vec<Appeal>> {
    match is_his(tx, actor, subject)? {
        true => of(tx, subject),
        false => Err(Error::forbidden("a customer sees his own")),
    }
}

/// Open objections that the actor may answer, the first due first.
pub fn appeals(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<Appeal>> {
    let rows = ask.rows()?;
    let (mut at, mut id) = match &ask.after {
        Some(cursor) => {
            let id = cursor.parse::<AppealId>()?;
            (raw(tx, id)?.due_at, id.bytes())
        }
        None => (Timestamp::from_micros(0), [0; 16]),
    };
    let tail = "WHERE state IN ('open', 'lifting') AND (due_at, id) > (?1, ?2) ORDER BY due_at, id LIMIT ?3";
    let mut found = Vec::new();
    loop {
        let part = tx.select::<Appeal>(tail, params![at, id, rows + 1])?;
        let Some(last) = part.last() else { break };
        (at, id) = (last.due_at, last.id.bytes());
        let last_part = part.len() <= rows as usize;
        for a in part {
            if may_answer(tx, actor, &a).is_ok() {
                found.push(a);
            }
        }
        if last_part || found.len() > rows as usize {
            break;
        }
    }
    found.truncate(rows as usize + 1);
    Ok(Page::cut(found, rows, |a| a.id.to_string()))
}

fn raw(tx: &mut Tx<'_>, id: AppealId) -> Result<Appeal> {
    tx.get::<Appeal>(params![id.book(), id])?.ok_or_else(|| Error::not_found("objection", id))
}

fn locked(tx: &mut Tx<'_>, id: AppealId) -> Result<Appeal> {
    tx.load::<Appeal>(params![id.book(), id])?.ok_or_else(|| Error::not_found("objection", id))
}

/// An objection, for its customer and those who answer it.
pub fn appeal(tx: &mut Tx<'_>, actor: &Actor, id: AppealId) -> Result<Appeal> {
    let a = raw(tx, id)?;
    if !is_his(tx, actor, a.subject)? {
        may_answer(tx, actor, &a)?;
    }
    Ok(a)
}

/// Kept files: id and name.
pub type Files = Vec<(CaseStepId, String)>;

/// What was said, what was answered, and the files, for the customer and those who answer.
pub fn appeal_said(tx: &mut Tx<'_>, actor: &Actor, id: AppealId) -> Result<(String, Option<String>, Files)> {
    let a = appeal(tx, actor, id)?;
    let said = words(tx.keys(), &a.words)?.note;
    let answer = match &a.answer {
        Some(answer) if !a.is_open() || !is_his(tx, actor, a.subject)? => Some(words(tx.keys(), answer)?.note),
        _ => None,
    };
    let files = list::said(tx, &id.to_string())?;
    let files = files.into_iter().filter(|s| s.kind == StepKind::File).map(|s| (s.id, s.shown)).collect();
    Ok((said, answer, files))
}

/// A file of an objection, for those who answer it.
pub fn appeal_file(tx: &mut Tx<'_>, actor: &Actor, id: AppealId, file: CaseStepId) -> Result<Evidence> {
    let a = raw(tx, id)?;
    may_answer(tx, actor, &a)?;
    let f = kept(tx, &id.to_string(), file)?;
    tx.audit(actor, Audit::of("appeal.file_read", id).after(file.to_string()))?;
    Ok(f)
}

fn moved_on(a: &Appeal) -> Error {
    Error::new(&APPEAL_STATE, format!("{} is {}", a.id, a.state)).with("state", a.state)
}

/// An objection, locked, for an officer who had no part in its case and is not near to the customer.
fn impartial(tx: &mut Tx<'_>, actor: &Actor, id: AppealId) -> Result<Appeal> {
    let a = locked(tx, id)?;
    may_answer(tx, actor, &a)?;
    let Who::Staff(me) = actor.who else { return Err(Error::forbidden("staff answer objections")) };
    free_of(tx, actor, a.subject)?;
    let worked = match a.of_case {
        Some(case) => {
            let c = list::case_raw(tx, case)?;
            c.officer == Some(me) || c.closed_by.as_deref() == Some(actor.principal().as_str())
        }
        None => false,
    };
    match worked || a.made_by == actor.principal() {
        true => Err(Error::new(&APPEAL_NOT_YOURS, "who worked the case does not decide on the objection to it")),
        false => Ok(a),
    }
}

/// An officer answers. A no ends it; a yes waits for a second officer. `answer` is what the customer reads.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, id: AppealId, passes: bool, answer: &str) -> Result<Change> {
    let answer = text("answer", answer)?;
    let mut a = impartial(tx, actor, id)?;
    let state = if passes { AppealState::Lifting } else { AppealState::Dismissed };
    if a.state == state && a.decided_by.as_deref() == Some(actor.principal().as_str()) {
        return Ok(Change::AlreadySo);
    }
    if a.state != AppealState::Open {
        return Err(moved_on(&a));
    }
    a.answer = Some(sealed(tx.keys(), &Words { note: answer, ..Words::default() }));
    (a.state, a.decided_by, a.decided_at) = (state, Some(actor.principal()), Some(tx.now()));
    save(tx, actor, &mut a, "appeal.decide")?;
    Ok(Change::Done)
}

fn save(tx: &mut Tx<'_>, actor: &Actor, a: &mut Appeal, action: &'static str) -> Result<()> {
    tx.update(a)?;
    step(tx, actor, &a.id.to_string(), Did::of(StepKind::Decided).shown(a.state.code()))?;
    tx.audit(actor, Audit::of(action, a.id).after(a.state.code()))?;
    if !a.is_open() {
        tx.emit(&Event::appeal("case.appeal_decided", a), &actor.correlation)?;
    }
    Ok(())
}

fn second(tx: &mut Tx<'_>, actor: &Actor, id: AppealId) -> Result<Appeal> {
    let a = impartial(tx, actor, id)?;
    if a.state == AppealState::Lifting && a.decided_by.as_deref() == Some(actor.principal().as_str()) {
        return Err(Error::new(&APPEAL_NOT_YOURS, "another officer agrees to it"));
    }
    Ok(a)
}

/// A second officer agrees: it is upheld, and the caller lifts in this transaction.
pub fn agree(tx: &mut Tx<'_>, actor: &Actor, id: AppealId) -> Result<(Appeal, Change)> {
    let mut a = second(tx, actor, id)?;
    if a.state == AppealState::Upheld {
        return Ok((a, Change::AlreadySo));
    }
    if a.state != AppealState::Lifting {
        return Err(moved_on(&a));
    }
    (a.state, a.checked_by, a.checked_at) = (AppealState::Upheld, Some(actor.principal()), Some(tx.now()));
    save(tx, actor, &mut a, "appeal.agree")?;
    Ok((a, Change::Done))
}

/// A second officer does not agree: it is open again, for another answer.
pub fn disagree(tx: &mut Tx<'_>, actor: &Actor, id: AppealId, why: &str) -> Result<Change> {
    let why = text("why", why)?;
    let mut a = second(tx, actor, id)?;
    if a.state != AppealState::Lifting {
        return Err(moved_on(&a));
    }
    (a.state, a.decided_by, a.decided_at, a.answer) = (AppealState::Open, None, None, None);
    tx.update(&mut a)?;
    step(tx, actor, &id.to_string(), Did::of(StepKind::Decided).shown("disagreed").noted(why))?;
    tx.audit(actor, Audit::of("appeal.disagree", id).after(a.state.code()))?;
    Ok(Change::Done)
}
