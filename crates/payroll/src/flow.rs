//! From a draft to a sheet that may be paid: the maker submits, another person checks; and failed lines once more.
//!
//! Under site rules the workers' signatures come before (Decree 724, art. 31): see `site_rules`.
use crate::account::{KIND_ACCOUNT, change_account};
use crate::apply::line_again;
use crate::line::{LineState, PayLine, line_raw, lines_raw, sums};
use crate::sheet::{PaySheet, SheetNew, SheetState, loading, sheet_raw};
use crate::worker::{Standing, worker_raw};
use crate::{ACCOUNT_UNFIT, Event, MONEY_NOT_BACK, NOT_FAILED, REPAID_ALREADY, REPAY_LINES_MAX, site_rules, text};
use approval::Approve;
use kernel::id::{ApprovalId, PayLineId, PaySheetId, WorkerId};
use kernel::{Actor, Error, Result};
use party::{Change, Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Audit, Tx};

/// The approval kind of a pay sheet.
pub(crate) const KIND_PAY: &str = "payroll.pay";

/// What an approval of a pay sheet speaks of.
#[derive(Serialize, Deserialize)]
struct PayPayload {
    sheet: PaySheetId,
    /// [`PaySheet::payload_hash`]
    hash: String,
    lines: i64,
    /// Minor units.
    net: i64,
}

#[derive(Deserialize)]
struct AccountPayload {
    worker: WorkerId,
}

/// What a checker's approval did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approved {
    /// A second checker is needed.
    FirstOfTwo,
    /// The sheet may be paid.
    Checked(PaySheetId),
    /// The worker has the new account.
    AccountChanged(WorkerId),
    AlreadySo,
}

/// The maker submits a sheet for checking. Needs `wage.sheet_make` up to its sum. Errors: `pay_sheet_state`, `pay_sheet_empty`,
/// under site rules `sheet_not_cleared`.
pub fn submit(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, note: &str) -> Result<ApprovalId> {
    let mut sheet = sheet_raw(tx, id)?;
    party::may(tx, actor, Permission::WageSheetMake, &Scope::firm(sheet.firm).amount(sheet.net()))?;
    sheet.may_submit()?;
    site_rules::may_submit(tx, &sheet)?;
    let payload = PayPayload { sheet: id, hash: sheet.payload_hash(), lines: sheet.lines, net: sheet.net };
    let mut ask = approval::Ask::new(KIND_PAY, &payload, Permission::WageSheetCheck)?;
    ask.amount = Some(sheet.net());
    ask.firm = Some(sheet.firm);
    ask.note = text("note", note)?;
    ask.replaces = sheet.approval.filter(|_| sheet.state == SheetState::SentBack);
    ask.summary = summary(tx, &sheet)?;
    let approval = approval::ask(tx, actor, ask)?;
    sheet.submit(&actor.principal(), tx.now(), approval)?;
    tx.update(&mut sheet)?;
    let shown = format!("{} lines, {}, {}", sheet.lines, sheet.net(), payload.hash);
    tx.audit(actor, Audit::of("payroll.sheet_submit", id).after(shown).approval(approval))?;
    let (lines, net) = (sheet.lines, sheet.net());
    tx.emit(&Event::SheetSubmitted { sheet: id, approval, lines, net }, &actor.correlation)?;
    Ok(approval)
}

fn summary(tx: &mut Tx<'_>, sheet: &PaySheet) -> Result<Vec<approval::Line>> {
    let project = crate::project_raw(tx, sheet.project)?;
    Ok(vec![
        approval::Line::shown("wage-project", &project.name),
        approval::Line::shown("wage-period", sheet.period.to_string()),
        approval::Line::shown("wage-kind", format!("{} {}", sheet.kind, sheet.number)),
        approval::Line::shown("wage-lines", sheet.lines.to_string()),
        approval::Line::shown("wage-due", sheet.money(sheet.due).to_string()),
        approval::Line::shown("wage-deductions", sheet.money(sheet.deductions).to_string()),
        approval::Line::shown("wage-net", sheet.net().to_string()),
        approval::Line::shown("wage-pay-on", sheet.pay_on.to_string()),
        approval::Line::shown("wage-hash", sheet.payload_hash()),
    ])
}

/// A second person approves a pay sheet or a change of account, and it is carried out. `shown_hash` is the approval's own.
/// Errors: those of [`approval::approve`], `pay_sheet_changed`.
pub fn approve(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Approved> {
    let kind = approval::raw(tx, id)?.kind;
    if kind != KIND_PAY && kind != KIND_ACCOUNT {
        return Err(Error::not_found("approval of wages", id));
    }
    let payload = match approval::approve(tx, actor, id, shown_hash)? {
        Approve::FirstOfTwo => return Ok(Approved::FirstOfTwo),
        Approve::AlreadySo { .. } => return Ok(Approved::AlreadySo),
        Approve::Approved { payload, .. } => payload,
    };
    let unread = |e| Error::broken("an approval's payload cannot be read").caused_by(e);
    if kind == KIND_ACCOUNT {
        let asked: AccountPayload = serde_json::from_str(&payload).map_err(unread)?;
        let worker = change_account(tx, actor, id, asked.worker)?;
        approval::mark_executed(tx, actor, id, &worker.to_string())?;
        return Ok(Approved::AccountChanged(worker));
    }
    let asked: PayPayload = serde_json::from_str(&payload).map_err(unread)?;
    let mut sheet = sheet_raw(tx, asked.sheet)?;
    sheet.check(&actor.principal(), tx.now(), id, &asked.hash)?;
    tx.update(&mut sheet)?;
    approval::mark_executed(tx, actor, id, &sheet.id.to_string())?;
    tx.audit(actor, Audit::of("payroll.sheet_check", sheet.id).after(asked.hash).approval(id))?;
    tx.emit(&Event::SheetChecked { sheet: sheet.id, by: actor.principal() }, &actor.correlation)?;
    Ok(Approved::Checked(sheet.id))
}

/// The checker sends a sheet back to its maker, with a reason.
pub fn send_back(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, reason: &str) -> Result<Change> {
    let row = approval::raw(tx, id)?;
    if row.kind != KIND_PAY {
        return Err(Error::not_found("approval of a pay sheet", id));
    }
    let done = approval::send_back(tx, actor, id, shown_hash, reason)?;
    if done == Change::AlreadySo {
        return Ok(done);
    }
    let asked: PayPayload = serde_json::from_str(&row.payload)
        .map_err(|e| Error::broken("an approval's payload cannot be read").caused_by(e))?;
    let mut sheet = sheet_raw(tx, asked.sheet)?;
    sheet.send_back(&actor.principal(), tx.now(), reason.trim())?;
    tx.update(&mut sheet)?;
    tx.audit(actor, Audit::of("payroll.sheet_send_back", sheet.id).approval(id).reason(reason))?;
    tx.emit(&Event::SheetSentBack { sheet: sheet.id, reason: reason.trim().into() }, &actor.correlation)?;
    Ok(done)
}

/// Cancels a sheet before any money moved; its lines may then stand on another one. Needs `wage.sheet_make`.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, reason: &str) -> Result<Change> {
    let sheet = sheet_raw(tx, id)?;
    party::may(tx, actor, Permission::WageSheetMake, &Scope::firm(sheet.firm))?;
    cancel_for_crew(tx, actor, id, reason)
}

/// As [`cancel`]. No right is asked: crate `crews` looked whether the actor may act for the crew of the sheet.
pub fn cancel_for_crew(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, reason: &str) -> Result<Change> {
    let mut sheet = sheet_raw(tx, id)?;
    let reason = party::reason(reason)?;
    if sheet.state == SheetState::Cancelled {
        return Ok(Change::AlreadySo);
    }
    if let Some(approval) = sheet.approval.filter(|_| sheet.state == SheetState::Submitted) {
        approval::cancel(tx, actor, approval, &reason)?;
    }
    let before = sheet.state;
    sheet.cancel(&actor.principal(), tx.now(), &reason)?;
    tx.update(&mut sheet)?;
    if sheet.repay {
        failed_again(tx, &sheet)?;
    }
    tx.audit(actor, Audit::of("payroll.sheet_cancel", id).change(before.code(), "cancelled").reason(reason))?;
    tx.emit(&Event::SheetCancelled { sheet: id }, &actor.correlation)?;
    Ok(Change::Done)
}

/// The failed lines that a cancelled sheet was to pay are unpaid again, and may stand on another one.
fn failed_again(tx: &mut Tx<'_>, cancelled: &PaySheet) -> Result<()> {
    for mut gone in lines_raw(tx, cancelled.id, 0, REPAY_LINES_MAX as u32)? {
        let Some(old) = gone.repays else { continue };
        gone.live = false;
        tx.update(&mut gone)?;
        let mut old = line_raw(tx, old)?;
        (old.live, old.repaid_by) = (true, None);
        tx.update(&mut old)?;
    }
    Ok(())
}

/// Puts failed lines on a new sheet, each to the account that the roster has for its worker today. Their money must be back
/// in the wage account. All are of one project, period and kind, at most [`REPAY_LINES_MAX`]. The sheet is submitted,
/// checked and paid as any other. Needs `wage.sheet_make`. Errors: `line_not_failed`, `money_not_back`, `repaid_already`,
/// `worker_account_unfit`.
pub fn repay(tx: &mut Tx<'_>, actor: &Actor, lines: &[PayLineId], note: &str) -> Result<PaySheetId> {
    if lines.is_empty() || lines.len() > REPAY_LINES_MAX {
        return Err(Error::limit("lines", lines.len(), REPAY_LINES_MAX, "lines, and at least one"));
    }
    let first = line_raw(tx, lines[0])?;
    party::may(tx, actor, Permission::WageSheetMake, &Scope::firm(first.firm))?;
    let new = SheetNew {
        project: first.project,
        firm: first.firm,
        period: first.period,
        kind: first.kind,
        number: first.kind_number,
        tag: text("note", note)?,
        repay: true,
        import: None,
        due_on: tx.now().local_date(),
    };
    let mut sheet = loading(tx.now(), &actor.principal(), new);
    sheet.pay_on = sheet.due_on;
    tx.insert(&mut sheet)?;
    for (number, id) in (1i64..).zip(lines) {
        let mut old = line_raw(tx, *id)?;
        let key = |l: &PayLine| (l.project, l.period, l.kind, l.kind_number);
        if key(&old) != key(&first) {
            return Err(Error::field("lines", "they are of one project, period and kind"));
        }
        may_repay(tx, &old)?;
        let mut again = line_again(tx, &old, sheet.id, number)?;
        (old.live, old.repaid_by) = (false, Some(again.id));
        tx.update(&mut old)?;
        tx.insert(&mut again)?;
    }
    sheet.draft(sums(tx, sheet.id)?)?;
    tx.update(&mut sheet)?;
    let shown = format!("{} lines, {}", sheet.lines, sheet.net());
    tx.audit(actor, Audit::of("payroll.repay", sheet.id).after(shown))?;
    Ok(sheet.id)
}

/// The line failed, its money is back, nothing else pays it, and its worker has an account that can be paid.
fn may_repay(tx: &mut Tx<'_>, old: &PayLine) -> Result<()> {
    if let Some(other) = old.repaid_by {
        let sheet = line_raw(tx, other)?.sheet;
        return Err(Error::new(&REPAID_ALREADY, format!("{} stands on {sheet}", old.id)).with("sheet", sheet));
    }
    if old.state != LineState::Failed {
        return Err(Error::new(&NOT_FAILED, format!("{} is {}", old.id, old.state)));
    }
    if old.swept.is_none() {
        return Err(Error::new(&MONEY_NOT_BACK, format!("the money of {} is still in the clearing account", old.id)));
    }
    let worker = worker_raw(tx, old.worker)?;
    match worker.standing {
        Standing::Verified | Standing::External => Ok(()),
        standing => Err(Error::new(&ACCOUNT_UNFIT, format!("the account of {} is {standing}", worker.name_masked))
            .with("standing", standing)),
    }
}
