//! The second person: sees what will be done, and agrees or not.
use crate::act;
use crate::enter::judge;
use crate::order::{AuthorityOrder, OrderKind, OrderState, locked};
use crate::{Event, QUERY_DAYS, TOO_LATE, hold};
use approval::{Approve, Ask, Line};
use kernel::clock::DAY;
use kernel::id::{ApprovalId, AuthorityOrderId};
use kernel::{Actor, Error, Owner, Result};
use party::{Change, Permission};
use payments::Desk;
use serde::{Deserialize, Serialize};
use store::{Audit, Tx};

/// Kinds of approvals that [`approval_yes`] carries out.
pub const KINDS: &[&str] = &["authority.order"];

#[derive(Serialize, Deserialize)]
struct Payload {
    order: AuthorityOrderId,
}

/// Asks a second person. The request names neither firm nor person as its own, for their users would be told of it.
pub(crate) fn ask(tx: &mut Tx<'_>, actor: &Actor, o: &AuthorityOrder, hours: u32) -> Result<ApprovalId> {
    let mut ask = Ask::new(KINDS[0], &Payload { order: o.id }, Permission::OrderCheck)?;
    ask.branch = Some(party::branch_of(tx, o.book)?.id);
    ask.beneficiary = Some(o.subject);
    ask.hours = Some(hours);
    ask.amount = o.money().filter(|_| o.kind.takes_money());
    ask.summary = summary(tx, o)?;
    approval::ask(tx, actor, ask)
}

/// A party as staff see it: a firm by its name, a person masked.
pub(crate) fn shown(tx: &mut Tx<'_>, subject: Owner) -> Result<String> {
    match subject {
        Owner::Person(p) => party::person(tx, p).map(|p| format!("{} {}", p.name_masked, p.identity_masked)),
        Owner::Firm(f) => party::firm(tx, f).map(|f| f.name),
        Owner::Bank => Ok(String::new()),
    }
}

fn summary(tx: &mut Tx<'_>, o: &AuthorityOrder) -> Result<Vec<Line>> {
    let account = match o.account {
        Some(a) => kernel::chinese::mask_card(&ledger::view(tx, a)?.account.number),
        None => String::new(),
    };
    let last = (o.term_days > 0).then(|| o.received_at.local_date().plus_days(o.term_days).to_string());
    let keep = o.keep.map(|k| kernel::Money::new(k, o.currency).to_string());
    let lines = [
        ("orders-kind", o.kind.code().to_owned()),
        ("orders-party", shown(tx, o.subject)?),
        ("orders-account", account),
        ("orders-amount", o.money().map(|m| m.to_string()).unwrap_or_default()),
        ("orders-keep", keep.unwrap_or_default()),
        ("orders-payee", o.payee_shown.clone()),
        ("orders-last-day", last.unwrap_or_default()),
        ("orders-authority", o.authority_name.clone()),
        ("orders-document", o.document.clone()),
        ("orders-basis", o.basis.clone()),
        ("orders-officers", o.officers_shown.clone()),
        ("orders-target", o.target.map(|t| t.to_string()).unwrap_or_default()),
    ];
    Ok(lines.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| Line::shown(key, text)).collect())
}

/// Yes: what the document orders is done now, judged anew; an emergency stop is confirmed. `AlreadySo` when the same
/// person said so before. Errors: those of `approval::approve` and of [`crate::enter`], `order_state`, `order_too_late`,
/// `order_not_covered`, those of the pipeline.
pub fn approval_yes(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Change> {
    let payload = match approval::approve(tx, actor, id, shown_hash)? {
        Approve::Approved { payload, .. } => payload,
        Approve::FirstOfTwo => return Ok(Change::Done),
        Approve::AlreadySo { .. } => return Ok(Change::AlreadySo),
    };
    let mut o = locked(tx, read(&payload)?)?;
    o.is(&[OrderState::Entered, OrderState::InForce])?;
    let emergency = o.state == OrderState::InForce;
    let now = tx.now();
    if let Some(by) = o.confirm_by.filter(|by| *by <= now) {
        return Err(Error::new(&TOO_LATE, format!("it waited for the second person until {}", by.local())));
    }
    if !emergency {
        judge(tx, &o)?;
    }
    (o.decided_by, o.decided_at) = (Some(actor.principal()), Some(now));
    tx.update(&mut o)?;
    tx.audit(actor, Audit::of("order.agree", o.id).after(o.kind.code()).approval(id))?;
    match o.kind {
        OrderKind::Stop if emergency => tx.emit(&Event::confirmed(&o), &actor.correlation)?,
        OrderKind::Stop | OrderKind::Freeze => hold::place(tx, actor, &mut o)?,
        OrderKind::Query => {
            (o.state, o.placed_at, o.until) = (OrderState::InForce, Some(now), Some(now.plus(QUERY_DAYS * DAY)));
            tx.update(&mut o)?;
            tx.emit(&Event::placed(&o), &actor.correlation)?;
        }
        OrderKind::Deduct | OrderKind::Return => act::take(desk, tx, actor, &mut o)?,
        OrderKind::Renew => act::renew(tx, actor, &mut o)?,
        OrderKind::Release => act::release(tx, actor, &mut o)?,
    }
    approval::mark_executed(tx, actor, id, &o.id.to_string())?;
    Ok(Change::Done)
}

/// No, with its reason: nothing was done, and an emergency stop ends now.
pub fn approval_no(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, why: &str) -> Result<Change> {
    if approval::refuse(tx, actor, id, shown_hash, why)? == Change::AlreadySo {
        return Ok(Change::AlreadySo);
    }
    let why = party::reason(why)?;
    let payload = approval::raw(tx, id)?.payload;
    let mut o = locked(tx, read(&payload)?)?;
    o.is(&[OrderState::Entered, OrderState::InForce])?;
    refused(tx, actor, &mut o, &why)?;
    Ok(Change::Done)
}

/// Nothing comes of an order that nobody agreed to.
pub(crate) fn refused(tx: &mut Tx<'_>, actor: &Actor, o: &mut AuthorityOrder, why: &str) -> Result<()> {
    (o.decided_by, o.decided_at) = (Some(actor.principal()), Some(tx.now()));
    o.decided_why = why.to_owned();
    if o.state == OrderState::InForce {
        return hold::end(tx, actor, o, (OrderState::Refused, why));
    }
    o.state = OrderState::Refused;
    tx.update(o)?;
    tx.audit(actor, Audit::of("order.refuse", o.id).reason(why).approval(o.approval))?;
    tx.emit(&Event::refused(o), &actor.correlation)
}

fn read(payload: &str) -> Result<AuthorityOrderId> {
    let unread = |e| Error::broken("what an approval is to do cannot be read").caused_by(e);
    serde_json::from_str::<Payload>(payload).map(|p| p.order).map_err(unread)
}
