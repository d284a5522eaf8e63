//! A report's course: one officer says what becomes of it, another agrees or puts it back.
use crate::report::{Act, Kind, Report, State, Verdict, sealed, words};
use crate::rules::{rules, working_days_after};
use crate::{CORRECTIONS_MAX, SECOND_PERSON, STATE, bad, file, found, may_work, text};
use kernel::id::ReportId;
use kernel::{Actor, Error, Id, Result};
use party::Change;
use store::{Audit, Json, Seal, Tx, params};

pub(crate) fn locked(tx: &mut Tx<'_>, id: ReportId) -> Result<Report> {
    tx.load::<Report>(params![id.book(), id])?.ok_or_else(|| Error::not_found("report", id))
}

/// A report, whoever asks.
pub(crate) fn raw(tx: &mut Tx<'_>, id: ReportId) -> Result<Report> {
    tx.get::<Report>(params![id.book(), id])?.ok_or_else(|| Error::not_found("report", id))
}

fn moved_on(r: &Report) -> Error {
    Error::new(&STATE, format!("it is {}", r.state)).with("state", r.state)
}

/// A report with its words and the note on it. Every look is audited: in a write transaction, answer after its commit. To who
/// may not see it, it does not exist.
pub fn look(tx: &mut Tx<'_>, actor: &Actor, id: ReportId) -> Result<(Report, String, String)> {
    let r = locked(tx, id)?;
    may_work(tx, actor, &r)?;
    tx.audit(actor, Audit::of("report.look", id))?;
    let (said, note) = (words(tx.keys(), &r.words)?, words(tx.keys(), &r.note)?);
    Ok((r, said, note))
}

fn reviewed(r: &Report, verdict: Verdict, who: &str) -> Result<Change> {
    match r.state {
        State::Open => Ok(Change::Done),
        State::Reviewed if r.verdict == Some(verdict) && r.reviewed_by.as_deref() == Some(who) => Ok(Change::AlreadySo),
        _ => Err(moved_on(r)),
    }
}

/// One officer says whether a report is sent, and why. A suspicion's words may be written anew with it.
pub fn review(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ReportId,
    verdict: Verdict,
    note: &str,
    anew: Option<&str>,
) -> Result<Change> {
    let mut r = locked(tx, id)?;
    may_work(tx, actor, &r)?;
    cases::free_of(tx, actor, r.subject)?;
    let who = actor.principal();
    if reviewed(&r, verdict, &who)? == Change::AlreadySo {
        return Ok(Change::AlreadySo);
    }
    let note = text("note", note)?;
    if let Some(anew) = anew.filter(|_| r.kind == Kind::Suspicion) {
        r.words = sealed(tx.keys(), &text("words", anew)?);
    }
    (r.state, r.verdict, r.note) = (State::Reviewed, Some(verdict), sealed(tx.keys(), &note));
    (r.reviewed_by, r.reviewed_at) = (Some(who), Some(tx.now()));
    tx.update(&mut r)?;
    tx.audit(actor, Audit::of("report.review", id).result(verdict.code()))?;
    Ok(Change::Done)
}

fn agreeing(r: &Report, who: &str) -> Result<Change> {
    match r.state {
        State::Reviewed if r.reviewed_by.as_deref() == Some(who) => {
            Err(Error::new(&SECOND_PERSON, "who reviewed it does not agree to it"))
        }
        State::Reviewed => Ok(Change::Done),
        State::Released | State::Sent | State::LeftOut if r.agreed_by.as_deref() == Some(who) => Ok(Change::AlreadySo),
        _ => Err(moved_on(r)),
    }
}

/// A second officer agrees: its file is made and waits for the job, or the report is left out. `Err(SECOND_PERSON)`.
pub fn agree(tx: &mut Tx<'_>, actor: &Actor, id: ReportId) -> Result<Change> {
    let mut r = locked(tx, id)?;
    may_work(tx, actor, &r)?;
    cases::free_of(tx, actor, r.subject)?;
    let who = actor.principal();
    if agreeing(&r, &who)? == Change::AlreadySo {
        return Ok(Change::AlreadySo);
    }
    (r.agreed_by, r.agreed_at) = (Some(who), Some(tx.now()));
    if r.verdict == Some(Verdict::Send) {
        let bytes = file::made(tx, actor, &r)?;
        let hash = payroll::file_hash(&bytes);
        payroll::keep_file(tx, r.book, &hash, &bytes)?;
        (r.state, r.file) = (State::Released, Some(hash));
    } else {
        r.state = State::LeftOut;
    }
    tx.update(&mut r)?;
    tx.audit(actor, Audit::of("report.agree", id).result(r.state.code()))?;
    Ok(Change::Done)
}

/// A second officer does not agree: it is open again, with his note.
pub fn put_back(tx: &mut Tx<'_>, actor: &Actor, id: ReportId, why: &str) -> Result<Change> {
    let mut r = locked(tx, id)?;
    may_work(tx, actor, &r)?;
    if r.state == State::Open {
        return Ok(Change::AlreadySo);
    }
    if r.state != State::Reviewed {
        return Err(moved_on(&r));
    }
    let why = text("note", why)?;
    (r.state, r.verdict, r.note) = (State::Open, None, sealed(tx.keys(), &why));
    (r.reviewed_by, r.reviewed_at) = (None, None);
    tx.update(&mut r)?;
    tx.audit(actor, Audit::of("report.put_back", id))?;
    Ok(Change::Done)
}

/// A new report that corrects or withdraws one that was sent. Of a large sum the day is read anew from the ledger; one that has
/// gone is withdrawn. It walks the same course. Again while one is open: that one.
pub fn correct(tx: &mut Tx<'_>, actor: &Actor, id: ReportId, act: Act, why: &str) -> Result<(Report, Change)> {
    let old = locked(tx, id)?;
    may_work(tx, actor, &old)?;
    let why = text("note", why)?;
    if act == Act::New {
        return Err(bad("act", "a correction or a withdrawal"));
    }
    let tail = "WHERE book = ?1 AND corrects = ?2 AND corrects IS NOT NULL AND state IN ('open', 'reviewed', 'released') LIMIT 1";
    if let Some(before) = tx.select::<Report>(tail, params![old.book, id])?.pop() {
        return Ok((before, Change::AlreadySo));
    }
    if old.state != State::Sent {
        return Err(moved_on(&old));
    }
    let number = last_number(tx, &old)? + 1;
    if number > CORRECTIONS_MAX {
        return Err(Error::limit("corrections", number, CORRECTIONS_MAX, "corrections"));
    }
    let today = tx.business_date()?;
    let mut new = Report {
        id: ReportId::new(tx.now(), old.book),
        number,
        act,
        corrects: Some(id),
        made_by: actor.principal(),
        made_at: tx.now(),
        due_on: working_days_after(today, rules(today)?.due_working_days),
        state: State::Open,
        verdict: None,
        reviewed_by: None,
        reviewed_at: None,
        note: sealed(tx.keys(), &why),
        agreed_by: None,
        agreed_at: None,
        file: None,
        sent_at: None,
        receipt: String::new(),
        seal: Seal::default(),
        ..old
    };
    if act == Act::Correction && new.kind != Kind::Suspicion {
        read_anew(tx, &mut new)?;
    }
    tx.insert(&mut new)?;
    tx.audit(actor, Audit::of("report.correct", id).after(new.id.to_string()).result(act.code()))?;
    Ok((new, Change::Done))
}

fn last_number(tx: &mut Tx<'_>, old: &Report) -> Result<i64> {
    match old.kind {
        Kind::Suspicion => Ok(old.number),
        _ => {
            let tail = "WHERE book = ?1 AND subject = ?2 AND day = ?3 AND kind = ?4 AND way = ?5 AND currency = ?6 \
                        AND kind <> 'suspicion' ORDER BY number DESC LIMIT 1";
            let key = params![old.book, old.subject, old.day, old.kind, old.way, old.currency];
            Ok(tx.select::<Report>(tail, key)?.pop().map_or(0, |r| r.number))
        }
    }
}

fn read_anew(tx: &mut Tx<'_>, new: &mut Report) -> Result<()> {
    let same = |f: &found::Found| (f.kind, Some(f.way), f.currency) == (new.kind, new.way, new.currency);
    match found::found_of(tx, new.day, new.subject)?.into_iter().find(same) {
        Some(f) => (new.amount, new.movements, new.lines) = (f.amount, f.count, Json(f.lines)),
        None => new.act = Act::Withdrawal,
    }
    Ok(())
}
