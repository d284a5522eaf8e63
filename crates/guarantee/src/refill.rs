//! Making a guarantee whole again after it was used (D4).
use crate::events::Event;
use crate::guarantee::{Guarantee, guarantee_raw};
use crate::notice::{NoticeState, PaymentNotice, notice_raw};
use crate::pay::{Movement, move_now};
use crate::{NOT_CASH, NOTHING_BACK, mover};
use kernel::id::PayNoticeId;
use kernel::{Actor, Error, Money, PageAsk, Result};
use party::{Permission, Scope};
use payments::{Desk, Kind};
use payroll::{LineState, project_raw};
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
    let Some(sheet) = n.sheet else { return Ok(0) };
    let by = mover(n.id);
    let mut ask = PageAsk::first(kernel::page::PAGE_ROWS_MAX);
    let used = payroll::sheet_raw(tx, sheet)?;
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
    let g = guarantee_raw(tx, n.guarantee)?;
    let to = g.account.ok_or_else(|| Error::new(&NOT_CASH, format!("{} is a letter", g.id)))?;
    g.open()?;
    let amount = Money::new(back(tx, &n)?, n.currency);
    if !amount.is_positive() {
        return Err(Error::new(&NOTHING_BACK, format!("nothing of {id} lies in the wage account again")));
    }
    let (from, by) = (project.wage_account, mover(id));
    let reference = id.to_string();
    let m = Movement { kind: Kind::WageReturn, from, to, amount, reference, memo: "保证金退回" };
    move_now(desk, tx, m)?;
    payroll::earmark_given_back(tx, &by, n.project, &id.to_string(), amount)?;
    n.came_back += amount.minor;
    tx.update(&mut n)?;
    tx.audit(actor, Audit::of("guarantee.came_back", id).after(amount.to_string()))?;
    look(tx, &g)?;
    Ok(amount)
}
