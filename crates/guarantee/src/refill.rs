//! Making a guarantee whole again after it was used (D4).
use crate::events::Event;
use crate::guarantee::{Guarantee, guarantee_raw};
use crate::notice::{NoticeState, PaymentNotice, notice_raw};
use crate::pay::{Movement, move_now};
use crate::{NOT_CASH, NOTHING_BACK, NOTICE_STATE, SHEET_UNFIT, mover};
use kernel::id::{ApprovalId, PayNoticeId};
use kernel::{Actor, Error, Money, PageAsk, Result};
use party::{Permission, Scope};
use payments::{Desk, Kind};
use payroll::{LineState, project_raw};
use serde::{Deserialize, Serialize};
use store::{Audit, Tx, params};

/// Notes which notices of a guarantee are refilled. What it lacks of its amount belongs to the newest notices; the oldest are refilled
/// first.
pub(crate) fn look(tx: &mut Tx<'_>, g: &Guarantee) -> Result<()> {
    let today = tx.now().local_date();
    let mut lacks = g.amount - g.covers(tx, today)?.minor;
    let tail = "WHERE book = ?1 AND guarantee = ?2 AND state = 'paid' AND refilled_at IS NULL ORDER BY id DESC";
    for mut n in tx.select_locked::<PaymentNotice>(tail, params![g.book, g.id])? {
        let owed = n.paid - n.came_back;
        if lacks > 0 {
            lacks -= owed;
            continue;
        }
        n.refilled_at = Some(tx.now());
        tx.update(&mut n)?;
        let by = mover(n.id);
        tx.audit(&by, Audit::of("guarantee.refilled", n.id).after(Money::new(owed, n.currency).to_string()))?;
        tx.emit(&Event::of_notice(&n, g), &by.correlation)?;
    }
    Ok(())
}

/// What of a notice's money lies in the wage account and nobody is paid with: failed lines of its sheet that no other sheet pays, and what
/// the sheet did not need once it is over, less what came back before.
fn back(tx: &mut Tx<'_>, n: &PaymentNotice) -> Result<i64> {
    let Some(used) = n.live_sheet(tx)? else { return Ok(0) };
    let (by, sheet) = (mover(n.id), used.id);
    let mut ask = PageAsk::first(kernel::page::PAGE_ROWS_MAX);
    let mut sum = if used.finished_at.is_some() { n.paid - used.net } else { 0 };
    loop {
        let page = payroll::lines(tx, &by, sheet, Some(LineState::Failed), &ask)?;
        sum += page.items.iter().filter(|l| l.money_back && l.repaid_by.is_none()).map(|l| l.net.minor).sum::<i64>();
        let Some(next) = page.next else { break };
        ask.after = Some(next);
    }
    Ok((sum - n.came_back).clamp(0, n.paid - n.came_back))
}

/// Puts money of failed lines, which lies in the wage account again, back into the deposit it came from: it refills first. Needs
/// `wage.case`. Errors: `guarantee_nothing_back`, `guarantee_not_cash`, those of the pipeline.
pub fn came_back(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, id: PayNoticeId) -> Result<Money> {
    let mut n = notice_raw(tx, id)?;
    let project = project_raw(tx, n.project)?;
    party::may(tx, actor, Permission::WageCase, &Scope::firm(project.firm))?;
    n.is(&[NoticeState::Paid])?;
    let amount = Money::new(back(tx, &n)?, n.currency);
    give_back(desk, tx, actor, &mut n, amount)?;
    Ok(amount)
}

/// Moves what is not needed from the wage account into the deposit.
fn give_back(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, n: &mut PaymentNotice, amount: Money) -> Result<()> {
    let g = guarantee_raw(tx, n.guarantee)?;
    let to = g.account.ok_or_else(|| Error::new(&NOT_CASH, format!("{} is a letter", g.id)))?;
    g.open()?;
    if !amount.is_positive() {
        return Err(Error::new(&NOTHING_BACK, format!("nothing of {} lies in the wage account again", n.id)));
    }
    let (from, reference) = (project_raw(tx, n.project)?.wage_account, n.id.to_string());
    payroll::earmark_given_back(tx, &mover(n.id), n.project, &reference, amount)?;
    let m = Movement { kind: Kind::WageReturn, from, to, amount, reference, memo: "保证金退回" };
    move_now(desk, tx, m)?;
    n.came_back += amount.minor;
    tx.update(n)?;
    tx.audit(actor, Audit::of("guarantee.came_back", n.id).after(amount.to_string()))?;
    look(tx, &g)
}

/// The approval kind of money that is not needed.
pub(crate) const KIND: &str = "guarantee.unneeded";

#[derive(Serialize, Deserialize)]
struct Payload {
    notice: PayNoticeId,
    amount: i64,
}

/// The workers were paid otherwise: asks a second person to put a notice's money back into the deposit. No sheet uses it. Needs `wage.case`;
/// he needs `wage.account_check`. Asking again answers the request that waits. Errors: `guarantee_notice_state`, `guarantee_not_cash`,
/// `guarantee_sheet_unfit` while a sheet uses it,
/// `guarantee_nothing_back`.
pub fn unneeded_ask(tx: &mut Tx<'_>, actor: &Actor, id: PayNoticeId, why: &str) -> Result<ApprovalId> {
    let n = notice_raw(tx, id)?;
    let project = project_raw(tx, n.project)?;
    party::may(tx, actor, Permission::WageCase, &Scope::firm(project.firm))?;
    let amount = unneeded(tx, &n)?;
    let why = party::reason(why)?;
    let mut ask =
        approval::Ask::new(KIND, &Payload { notice: id, amount: amount.minor }, Permission::WageAccountCheck)?;
    ask.amount = Some(amount);
    ask.firm = Some(project.firm);
    ask.note = why.clone();
    ask.summary = vec![
        approval::Line::shown("wage-project", &project.name),
        approval::Line::shown("guarantee-bureau", &n.bureau_name),
        approval::Line::shown("guarantee-number", &n.number),
        approval::Line::shown("guarantee-workers", n.workers.0.len().to_string()),
        approval::Line::shown("guarantee-amount", amount.to_string()),
    ];
    if let Some(waits) = approval::asked_already(tx, actor, &ask)? {
        return Ok(waits);
    }
    let asked = approval::ask(tx, actor, ask)?;
    tx.audit(actor, Audit::of("guarantee.unneeded_ask", id).after(amount.to_string()).reason(why).approval(asked))?;
    Ok(asked)
}

/// All of a paid notice that no sheet uses.
fn unneeded(tx: &mut Tx<'_>, n: &PaymentNotice) -> Result<Money> {
    n.is(&[NoticeState::Paid])?;
    if guarantee_raw(tx, n.guarantee)?.account.is_none() {
        return Err(Error::new(&NOT_CASH, format!("{} is a letter", n.guarantee)));
    }
    if let Some(sheet) = n.live_sheet(tx)? {
        return Err(Error::new(&SHEET_UNFIT, format!("{} uses the money of {}", sheet.id, n.id)));
    }
    match Money::new(n.paid - n.came_back, n.currency) {
        left if left.is_positive() => Ok(left),
        _ => Err(Error::new(&NOTHING_BACK, format!("all of {} is back", n.id))),
    }
}

/// The second person agreed: judged again, and moved.
pub(crate) fn carry_out(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, payload: &str) -> Result<Money> {
    let asked: Payload = serde_json::from_str(payload)
        .map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))?;
    let mut n = notice_raw(tx, asked.notice)?;
    let amount = unneeded(tx, &n)?;
    if amount.minor != asked.amount {
        return Err(Error::new(&NOTICE_STATE, format!("{amount} of {} are left", n.id)).with("state", n.state));
    }
    give_back(desk, tx, actor, &mut n, amount)?;
    Ok(amount)
}
