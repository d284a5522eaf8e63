//! What an order does to an earlier one, or to the money.
use crate::order::{AuthorityOrder, OrderKind, OrderState, raw};
use crate::{Event, NOT_COVERED, NOT_MOVED, TARGET_UNFIT, TOO_LATE, hold, process};
use kernel::id::{AccountId, InstructionId};
use kernel::{Actor, Error, Id, Money, Result};
use ledger::Refusal;
use payments::{Desk, Kind, Order, Payee, State};
use store::{Audit, Tx};

fn target(tx: &mut Tx<'_>, o: &AuthorityOrder) -> Result<AuthorityOrder> {
    let id = o.target.ok_or_else(|| Error::broken(format!("{} speaks of no order", o.id)))?;
    let target = raw(tx, id)?;
    target.is_target_of(o)?;
    let now = tx.now();
    match target.until.is_some_and(|until| until <= now) {
        true => Err(Error::new(&TOO_LATE, format!("{id} has ended")).with("target", id)),
        false => Ok(target),
    }
}

fn done(tx: &mut Tx<'_>, actor: &Actor, o: &mut AuthorityOrder, shown: String) -> Result<()> {
    (o.state, o.ended_by, o.ended_at) = (OrderState::Done, Some(actor.principal()), Some(tx.now()));
    tx.update(o)?;
    tx.audit(actor, Audit::of("order.done", o.id).after(shown).approval(o.approval))
}

/// Gives a freeze a later last day; it keeps its place.
pub(crate) fn renew(tx: &mut Tx<'_>, actor: &Actor, o: &mut AuthorityOrder) -> Result<()> {
    let mut t = target(tx, o)?;
    t.renewals += 1;
    match t.state {
        OrderState::Waiting => t.term_days = o.term_days,
        _ => {
            t.until = Some(o.received_at.local_date().plus_days(o.term_days + 1).begins());
            if let Some(number) = t.freeze_number {
                guard::end_ordered(tx, actor, t.subject, number, &o.document, "renewed")?;
                hold::freeze_party(tx, actor, &mut t)?;
            }
        }
    }
    tx.update(&mut t)?;
    tx.emit(&Event::renewed(&t), &actor.correlation)?;
    let until = t.until.map(|u| u.local()).unwrap_or_default();
    done(tx, actor, o, format!("{} until {until}", t.id))
}

/// Ends a stop or freeze, or has a freeze keep less.
pub(crate) fn release(tx: &mut Tx<'_>, actor: &Actor, o: &mut AuthorityOrder) -> Result<()> {
    let mut t = target(tx, o)?;
    match (o.amount, t.amount) {
        (Some(less), Some(kept)) => {
            t.amount = Some(kept - less);
            tx.update(&mut t)?;
            tx.emit(&Event::renewed(&t), &actor.correlation)?;
            if let Some(account) = t.account {
                hold::settle(tx, actor, t.subject, account)?;
            }
        }
        (None, _) => hold::end(tx, actor, &mut t, (OrderState::Released, &o.document))?,
        (Some(_), None) => return Err(Error::new(&TARGET_UNFIT, format!("{} keeps all, not an amount", t.id))),
    }
    done(tx, actor, o, t.id.to_string())
}

/// Takes money: what is asked, and no more than its freeze covers and stays above what is left for living.
pub(crate) fn take(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, o: &mut AuthorityOrder) -> Result<()> {
    let (Some(from), Some(to), Some(asked)) = (o.account, o.payee, o.amount) else {
        return Err(Error::broken(format!("{} takes nothing from nowhere", o.id)));
    };
    let target = o.target.map(|_| target(tx, o)).transpose()?;
    let amount = asked.min(most(tx, o, target.as_ref(), from)?);
    if amount <= 0 {
        let told = format!("{} of {asked} minor units may be taken for {}", amount.max(0), o.id);
        return Err(Error::new(&NOT_COVERED, told).with("asked", Money::new(asked, o.currency)));
    }
    hold::open(tx, from)?;
    o.instruction = Some(pay(desk, tx, o, (from, to), Money::new(amount, o.currency))?);
    o.taken = amount;
    if let Some(mut t) = target {
        t.taken += amount;
        tx.update(&mut t)?;
        if t.left() == Some(0) {
            hold::end(tx, actor, &mut t, (OrderState::Done, "all of it was taken"))?;
        }
    }
    hold::settle(tx, actor, o.subject, from)?;
    done(tx, actor, o, Money::new(amount, o.currency).to_string())?;
    tx.emit(&Event::taken(o), &actor.correlation)
}

/// Minor units that this order may have: what its freeze covers, or without one what all freezes leave; less what stays.
fn most(tx: &mut Tx<'_>, o: &AuthorityOrder, target: Option<&AuthorityOrder>, from: AccountId) -> Result<i64> {
    let (shares, left) = hold::shares(tx, from)?;
    let covered = match target {
        Some(t) => shares.iter().find(|s| s.order == t.id).map_or(0, |s| s.covered.minor),
        None => left.minor,
    };
    let view = ledger::view(tx, from)?;
    let above = view.posted().sub(view.held())?.minor - o.keep.unwrap_or(0);
    Ok(covered.min(above))
}

fn pay(
    desk: &Desk,
    tx: &mut Tx<'_>,
    o: &AuthorityOrder,
    (from, to): (AccountId, AccountId),
    amount: Money,
) -> Result<InstructionId> {
    let by = process(o.id);
    let memo = if o.kind == OrderKind::Return { "资金返还" } else { "依法扣划" };
    let id = InstructionId::new(tx.now(), from.book());
    let order = Order::new(Kind::LegalDeduction, from, Payee::Account(to), amount).id(id).reference(o.id).memo(memo);
    let prepared = payments::prepare(desk, tx, &by, &order)?;
    let receipt = payments::submit_in(desk, tx, &by, &order, &prepared, None)?;
    if receipt.state == State::Posted {
        return Ok(receipt.instruction);
    }
    match Refusal::parse(&receipt.code) {
        Some(refusal) => Err(refusal.into()),
        None => {
            let told = format!("the payment is {}: {}", receipt.state, receipt.reasons.join(", "));
            Err(Error::new(&NOT_MOVED, told).with("state", receipt.state).with("code", receipt.code))
        }
    }
}
