//! The payment notice of a bureau (支付通知, D4): its officer writes it, its head signs it; then the bank may take it in.
//!
//! The case stays in default while the notice waits. A refusal says why, and another may be written.
use crate::case::{ArrearsCase, CaseState, case_raw, save, seen_by_bureau};
use crate::case_entry::What;
use crate::rules::Step;
use crate::{NOTICE_WAITS, filled, my_bureau};
use approval::Approve;
use kernel::id::{ApprovalId, ArrearsCaseId};
use kernel::{Actor, Error, Result};
use party::{Change, Permission};
use serde::{Deserialize, Serialize};
use store::Tx;

pub(crate) const KIND_NOTICE: &str = "bureau.notice";

#[derive(Serialize, Deserialize)]
struct Payload {
    case: ArrearsCaseId,
    number: String,
}

/// Writes a payment notice to the bank after the contractor's default and asks the head of one's own bureau to sign it. Needs
/// `bureau.act` in the region; the head needs `bureau.approve`. The same number again answers the request that waits. Errors:
/// `arrears_case_state`, `arrears_notice_waits` while another waits, limits.
pub fn notice_ask(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId, number: &str) -> Result<ApprovalId> {
    let mut c = seen_by_bureau(tx, actor, Permission::BureauAct, id)?;
    let bureau = my_bureau(tx, actor, Permission::BureauAct)?;
    let number = filled("notice", number)?;
    if let Some(asked) = notice_waits(tx, &c)? {
        return match c.notice == number {
            true => Ok(asked),
            false => Err(Error::new(&NOTICE_WAITS, format!("notice {} waits", c.notice)).with("approval", asked)),
        };
    }
    c.need(&[CaseState::Defaulted], "paid from the guarantee")?;
    let payload = Payload { case: id, number: number.clone() };
    let mut ask = approval::Ask::new(KIND_NOTICE, &payload, Permission::BureauApprove)?;
    ask.firm = Some(bureau.firm);
    ask.note = c.about.clone();
    ask.summary = summary(tx, &c, &number)?;
    let asked = approval::ask(tx, actor, ask)?;
    (c.notice, c.notice_approval, c.notice_bureau) = (number.clone(), Some(asked), Some(bureau.id));
    (c.notice_asked_by, c.notice_asked_at) = (Some(actor.principal()), Some(tx.now()));
    save(tx, actor, &mut c, What::NoticeAsked, &number)?;
    Ok(asked)
}

/// What the head reads before he signs: the order of liability is in it.
fn summary(tx: &mut Tx<'_>, c: &ArrearsCase, number: &str) -> Result<Vec<approval::Line>> {
    let day = |d: Option<kernel::Date>| d.map_or(String::new(), |d| d.to_string());
    let project = payroll::project_raw(tx, c.project)?.name;
    Ok(vec![
        approval::Line::shown("arrears-project", project),
        approval::Line::shown("arrears-notice-number", number),
        approval::Line::shown("arrears-notice-order", format!("{} {}", c.order_number, day(c.order_due_on))),
        approval::Line::shown("arrears-notice-default", day(c.defaulted_at.map(kernel::Timestamp::local_date))),
        approval::Line::shown("arrears-notice-workers", c.workers.to_string()),
        approval::Line::shown("arrears-owed", c.left().to_string()),
    ])
}

/// The request for the head's signature, while it is open. No right is asked: whoever may see the case sees it.
pub fn notice_waits(tx: &mut Tx<'_>, c: &ArrearsCase) -> Result<Option<ApprovalId>> {
    let Some(asked) = c.notice_approval.filter(|_| c.state == CaseState::Defaulted) else { return Ok(None) };
    let now = tx.now();
    Ok(approval::raw(tx, asked)?.is_open(now).then_some(asked))
}

fn read(payload: &str) -> Result<Payload> {
    serde_json::from_str(payload).map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))
}

/// The head signs: the notice is issued, and it is the bank's turn. Errors: those of `approval::approve`, `arrears_case_state` when all was paid meanwhile.
pub(crate) fn notice_yes(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Change> {
    let (approval, payload) = match approval::approve(tx, actor, id, shown_hash)? {
        Approve::Approved { approval, payload } => (approval, payload),
        Approve::FirstOfTwo => return Ok(Change::Done),
        Approve::AlreadySo { .. } => return Ok(Change::AlreadySo),
    };
    let asked = read(&payload)?;
    let mut c = case_raw(tx, asked.case)?;
    c.need(&[CaseState::Defaulted], "paid from the guarantee")?;
    (c.state, c.noticed_by, c.noticed_at) = (CaseState::Noticed, Some(actor.principal()), Some(tx.now()));
    c.step = Step::Officer;
    save(tx, actor, &mut c, What::Noticed, &asked.number)?;
    approval::mark_executed(tx, actor, approval.id, &asked.number)?;
    Ok(Change::Done)
}

/// The head does not sign, with a reason.
pub(crate) fn notice_no(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, why: &str) -> Result<Change> {
    if approval::refuse(tx, actor, id, shown_hash, why)? == Change::AlreadySo {
        return Ok(Change::AlreadySo);
    }
    let asked = read(&approval::raw(tx, id)?.payload)?;
    let mut c = case_raw(tx, asked.case)?;
    if c.notice_approval == Some(id) && c.state != CaseState::Closed {
        (c.notice, c.notice_approval) = (String::new(), None);
        save(tx, actor, &mut c, What::NoticeRefused, &party::reason(why)?)?;
    }
    Ok(Change::Done)
}
