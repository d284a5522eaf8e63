//! The second person of the bank says yes or no.
use crate::guarantee::{Form, guarantee_raw};
use crate::notice::{KIND, NoticeState, Payload, PaymentNotice, notice_raw};
use crate::pay::{Movement, let_out};
use crate::{Event, NOTHING_THERE, refill, returned};
use approval::Approve;
use kernel::id::ApprovalId;
use kernel::{Actor, Error, Money, Result};
use party::Change;
use payments::{Desk, Kind};
use payroll::project_raw;
use store::{Audit, Tx};

/// Kinds of approvals that [`approval_yes`] carries out.
pub const KINDS: &[&str] = &[KIND, returned::KIND, refill::KIND];

/// Yes: the money of a deposit goes into the wage account now, as much as is there and the notice asks for; a letter is called on its
/// issuer. `AlreadySo` when the same person said so before. Errors: those of `approval::approve`, `guarantee_notice_state`,
/// `guarantee_named_elsewhere`, `guarantee_nothing_there`, `guarantee_ended`, those of the pipeline.
pub fn approval_yes(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Change> {
    let (asked, payload) = match approval::approve(tx, actor, id, shown_hash)? {
        Approve::Approved { approval, payload } => (approval, payload),
        Approve::FirstOfTwo => return Ok(Change::Done),
        Approve::AlreadySo { .. } => return Ok(Change::AlreadySo),
    };
    if asked.kind != KIND {
        let amount = match asked.kind.as_str() {
            returned::KIND => returned::carry_out(desk, tx, actor, &payload)?,
            _ => refill::carry_out(desk, tx, actor, &payload)?,
        };
        approval::mark_executed(tx, actor, asked.id, &amount.to_string())?;
        return Ok(Change::Done);
    }
    let n = waiting(tx, &payload)?;
    pay(desk, tx, actor, asked.id, n)?;
    Ok(Change::Done)
}

fn pay(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, asked: ApprovalId, mut n: PaymentNotice) -> Result<()> {
    let g = guarantee_raw(tx, n.guarantee)?;
    g.open()?;
    n.alone(tx)?;
    let today = tx.now().local_date();
    let amount = Money::new(n.amount.min(g.covers(tx, today)?.minor), n.currency);
    if !amount.is_positive() {
        return Err(Error::new(&NOTHING_THERE, format!("{} holds nothing", g.id)));
    }
    (n.decided_by, n.decided_at, n.paid) = (Some(actor.principal()), Some(tx.now()), amount.minor);
    match (g.form, g.account) {
        (Form::Cash, Some(from)) => {
            let to = project_raw(tx, n.project)?.wage_account;
            let reference = n.id.to_string();
            let m = Movement { kind: Kind::GuaranteeOut, from, to, amount, reference, memo: "动用工资保证金" };
            let done = let_out(desk, tx, m)?;
            n.pay(tx, &g, done)?;
        }
        _ => call(tx, &mut n, g.clone())?,
    }
    tx.update(&mut n)?;
    approval::mark_executed(tx, actor, asked, &n.id.to_string())?;
    let shown = format!("{} {} of {}", n.state, amount, n.money());
    tx.audit(actor, Audit::of("guarantee.notice_agreed", n.id).after(shown).approval(asked))?;
    tx.emit(&Event::of_notice(&n, &g), &actor.correlation)?;
    refill::look(tx, &g)
}

/// The letter's issuer is told to pay: the claim bears the notice's number.
fn call(tx: &mut Tx<'_>, n: &mut PaymentNotice, mut g: crate::Guarantee) -> Result<()> {
    g.called += n.paid;
    tx.update(&mut g)?;
    n.state = NoticeState::Called;
    n.claim = format!("{}-{}", g.letter, n.number);
    Ok(())
}

/// No, with its reason: the bureau is answered, and it may be asked again; a guarantee that was to go back stays.
pub fn approval_no(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, why: &str) -> Result<Change> {
    if approval::refuse(tx, actor, id, shown_hash, why)? == Change::AlreadySo {
        return Ok(Change::AlreadySo);
    }
    let asked = approval::raw(tx, id)?;
    if asked.kind != KIND {
        return Ok(Change::Done);
    }
    let mut n = notice_raw(tx, Payload::read(&asked.payload)?.notice)?;
    if n.state == NoticeState::Settled {
        return Ok(Change::Done);
    }
    n.is(&[NoticeState::Asked])?;
    let g = guarantee_raw(tx, n.guarantee)?;
    n.state = NoticeState::Refused;
    (n.decided_by, n.decided_at) = (Some(actor.principal()), Some(tx.now()));
    n.decided_why = party::reason(why)?;
    tx.update(&mut n)?;
    tx.audit(actor, Audit::of("guarantee.notice_refused", n.id).reason(why).approval(id))?;
    tx.emit(&Event::of_notice(&n, &g), &actor.correlation)?;
    Ok(Change::Done)
}

fn waiting(tx: &mut Tx<'_>, payload: &str) -> Result<PaymentNotice> {
    let n = notice_raw(tx, Payload::read(payload)?.notice)?;
    n.is(&[NoticeState::Asked])?;
    Ok(n)
}
