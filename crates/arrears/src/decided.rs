//! What takes a second person: dismissing what is severe, closing a case that was opened in error, a look into an account, a payment
//! notice.
use crate::case::{CaseState, case_raw, closed};
use crate::notice::{KIND_NOTICE, notice_no, notice_yes};
use crate::query::{KIND_QUERY, query_no, query_yes};
use crate::rules::rules;
use crate::warning::{Dismissal, dismissed, warning_raw};
use crate::{CASE_STATE, NOT_OPEN};
use approval::Approve;
use kernel::id::{ApprovalId, ArrearsCaseId, WarningId};
use kernel::{Actor, Error, Result};
use party::{Change, Permission};
use serde::{Deserialize, Serialize};
use store::{Audit, Tx};

const KIND_DISMISS: &str = "arrears.dismiss";
const KIND_CLOSE: &str = "arrears.close";

/// Kinds of approvals that [`approval_yes`] carries out.
pub const KINDS: &[&str] = &[KIND_DISMISS, KIND_CLOSE, KIND_QUERY, KIND_NOTICE];

#[derive(Serialize, Deserialize)]
struct DismissPayload {
    warning: WarningId,
    dismissal: Dismissal,
    by: String,
}

#[derive(Serialize, Deserialize)]
struct ClosePayload {
    case: ArrearsCaseId,
    why: String,
}

/// What became of a dismissal that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dismissed {
    Done,
    /// It is severe: a second person decides.
    Asked(ApprovalId),
}

/// Dismisses a warning with a reason; what is severe waits for a second person. Needs `wage.case`.
/// Errors: `warning_not_open`, limits of the exception.
pub fn dismiss(tx: &mut Tx<'_>, actor: &Actor, id: WarningId, how: Dismissal) -> Result<Dismissed> {
    let mut w = warning_raw(tx, id)?;
    crate::may_keep(tx, actor, w.firm)?;
    if !w.is_open() {
        return Err(Error::new(&NOT_OPEN, format!("{id} is {}", w.state)).with("state", w.state));
    }
    let today = tx.now().local_date();
    let how = how.checked(rules(today), today)?;
    if !Dismissal::needs_second(&w) {
        dismissed(tx, actor, &mut w, how, (actor.principal(), None))?;
        return Ok(Dismissed::Done);
    }
    let payload = DismissPayload { warning: id, dismissal: how.clone(), by: actor.principal() };
    let mut ask = approval::Ask::new(KIND_DISMISS, &payload, Permission::WageCase)?;
    ask.firm = Some(w.firm);
    ask.note = how.reason.clone();
    let project = payroll::project_raw(tx, w.project)?;
    ask.summary = vec![
        approval::Line::shown("arrears-project", project.name),
        approval::Line::shown("arrears-warning", w.kind.code()),
        approval::Line::new("arrears-state", w.state.code(), "dismissed"),
        approval::Line::shown("arrears-until", how.until.map_or(String::new(), |d| d.to_string())),
        approval::Line::shown("arrears-reason", how.reason.clone()),
    ];
    let asked = approval::ask(tx, actor, ask)?;
    tx.audit(actor, Audit::of("arrears.dismiss_ask", id).approval(asked).reason(how.reason))?;
    Ok(Dismissed::Asked(asked))
}

/// Asks a second person to close a case that was opened in error. Needs `wage.case`. Errors: `arrears_case_state`.
pub fn close_ask(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId, why: &str) -> Result<ApprovalId> {
    let c = case_raw(tx, id)?;
    crate::may_keep(tx, actor, c.firm)?;
    let why = party::reason(why)?;
    still_open(&c)?;
    let mut ask = approval::Ask::new(KIND_CLOSE, &ClosePayload { case: id, why: why.clone() }, Permission::WageCase)?;
    ask.firm = Some(c.firm);
    ask.note = why.clone();
    ask.summary = vec![
        approval::Line::shown("arrears-case", c.about.clone()),
        approval::Line::shown("arrears-owed", c.left().to_string()),
        approval::Line::new("arrears-state", c.state.code(), "closed"),
        approval::Line::shown("arrears-reason", why.clone()),
    ];
    let asked = approval::ask(tx, actor, ask)?;
    tx.audit(actor, Audit::of("arrears.close_ask", id).approval(asked).reason(why))?;
    Ok(asked)
}

fn still_open(c: &crate::case::ArrearsCase) -> Result<()> {
    match c.state {
        CaseState::Closed => {
            Err(Error::new(&CASE_STATE, "the case is closed already").with("state", CaseState::Closed))
        }
        _ => Ok(()),
    }
}

fn unread(e: serde_json::Error) -> Error {
    Error::broken("what an approval is to do cannot be read").caused_by(e)
}

/// Yes, and it is done; judged anew, for things have moved. Errors: those of `approval::approve`, `warning_not_open`,
/// `arrears_case_state`.
pub fn approval_yes(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Change> {
    let kind = approval::raw(tx, id)?.kind;
    match kind.as_str() {
        KIND_QUERY => return query_yes(tx, actor, id, shown_hash),
        KIND_NOTICE => return notice_yes(tx, actor, id, shown_hash),
        _ => {}
    }
    let payload = match approval::approve(tx, actor, id, shown_hash)? {
        Approve::Approved { payload, .. } => payload,
        Approve::FirstOfTwo => return Ok(Change::Done),
        Approve::AlreadySo { .. } => return Ok(Change::AlreadySo),
    };
    let done = match kind.as_str() {
        KIND_DISMISS => {
            let asked: DismissPayload = serde_json::from_str(&payload).map_err(unread)?;
            let mut w = warning_raw(tx, asked.warning)?;
            dismissed(tx, actor, &mut w, asked.dismissal, (asked.by, Some(actor.principal())))?;
            asked.warning.to_string()
        }
        KIND_CLOSE => {
            let asked: ClosePayload = serde_json::from_str(&payload).map_err(unread)?;
            let mut c = case_raw(tx, asked.case)?;
            still_open(&c)?;
            closed(tx, actor, &mut c, &asked.why)?;
            asked.case.to_string()
        }
        _ => return Err(Error::not_found("approval of a warning", id)),
    };
    approval::mark_executed(tx, actor, id, &done)?;
    Ok(Change::Done)
}

/// No, with its reason.
pub fn approval_no(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, why: &str) -> Result<Change> {
    match approval::raw(tx, id)?.kind.as_str() {
        KIND_QUERY => query_no(tx, actor, id, shown_hash, why),
        KIND_NOTICE => notice_no(tx, actor, id, shown_hash, why),
        _ => approval::refuse(tx, actor, id, shown_hash, why),
    }
}
