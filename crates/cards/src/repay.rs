//! What a holder does with his bill: repays it, takes back what he paid too much, pays a purchase in instalments, disputes an item.
use crate::credit::{Decided, Plan, rounded};
use crate::line::{CreditLine, bring_up, line, save, scheme_account};
use crate::{ACCOUNT_UNFIT, CARD_NOT_MOVED, NOT_FOR_INSTALMENTS, NOTHING_DUE, rules, us};
use approval::{Approve, Ask, Line};
use kernel::id::{AccountId, ApprovalId, InstructionId, TransferId};
use kernel::{Actor, Error, Id, Money, Owner, Result, Who};
use ledger::{Purpose, Transfer};
use party::{Permission, Scope};
use payments::{Desk, Kind, Order, Payee, Receipt, State};
use serde::{Deserialize, Serialize};
use store::{Audit, Tx};

/// How much is repaid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repay {
    /// All that was stated.
    Full,
    /// What is missing of the minimum.
    Minimum,
    Amount(Money),
}

fn may_handle(tx: &mut Tx<'_>, actor: &Actor, l: &CreditLine) -> Result<()> {
    let owner = Owner::Person(l.owner);
    match actor.who {
        Who::Staff(_) => party::may(tx, actor, Permission::PaymentSubmitAny, &Scope::here(actor))?,
        _ => party::may(tx, actor, Permission::PaymentSubmit, &Scope::person(l.owner))?,
    };
    payments::hands_off(tx, actor, &[owner])
}

/// A line that the actor handles, with its bill of now.
fn current(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<CreditLine> {
    let l = line(tx, actor, account)?;
    may_handle(tx, actor, &l)?;
    bring_up(tx, account)
}

/// Repays from an account of the payer's own, through the one way in for money; cash goes to the line at a till like to any account.
/// Errors: `card_nothing_due`, those of `payments::submit`.
pub fn repay(desk: &Desk, actor: &Actor, to: AccountId, from: AccountId, what: Repay, key: &str) -> Result<Receipt> {
    let by = actor.clone();
    let l = desk.store.write(move |tx| current(tx, &by, to))?;
    let amount = match what {
        Repay::Full => Money::cny(l.bill.0.asked()),
        Repay::Minimum => Money::cny(l.bill.0.minimum_left()),
        Repay::Amount(amount) => amount,
    };
    if !amount.is_positive() {
        return Err(Error::new(&NOTHING_DUE, "nothing is asked for now"));
    }
    let order = Order::transfer(from, Payee::Account(to), amount).memo("信用卡还款");
    let receipt = payments::submit(desk, actor, order, Some(key))?;
    desk.store.write(move |tx| bring_up(tx, to).map(|_| ()))?;
    Ok(receipt)
}

/// Gives back what was paid too much, to a current account of the holder's. Errors: a limit of what is his, `card_account_unfit`,
/// `card_not_moved`.
pub fn take_out(
    desk: &Desk,
    tx: &mut Tx<'_>,
    actor: &Actor,
    from: AccountId,
    to: AccountId,
    amount: Money,
) -> Result<CreditLine> {
    let l = current(tx, actor, from)?;
    let target = ledger::view(tx, to).map_err(|_| Error::not_found("account", to))?.account;
    if target.owner != Owner::Person(l.owner) || target.purpose != Purpose::General {
        return Err(Error::new(&ACCOUNT_UNFIT, "it goes to a current account of the holder's"));
    }
    if !amount.is_positive() || amount.minor > l.bill.0.overpaid {
        return Err(Error::limit("amount", amount.minor, l.bill.0.overpaid, "minor units"));
    }
    if !guard::in_force(tx, Owner::Person(l.owner), tx.now())?.is_empty() {
        return Err(Error::new(&CARD_NOT_MOVED, "the holder's accounts are frozen"));
    }
    let by = us(&from.to_string());
    ledger::grants::grant(tx, &by, from, to, "what was paid too much")?;
    let id = InstructionId::new(tx.now(), from.book());
    let order = Order::new(Kind::CardOut, from, Payee::Account(to), amount).id(id).memo("溢缴款领回");
    let prepared = payments::prepare(desk, tx, &by, &order)?;
    let receipt = payments::submit_in(desk, tx, &by, &order, &prepared, None)?;
    if receipt.state != State::Posted {
        let told = format!("the payment is {}: {}", receipt.state, receipt.reasons.join(", "));
        return Err(Error::new(&CARD_NOT_MOVED, told).with("state", receipt.state));
    }
    bring_up(tx, from)
}

/// Pays an unstated purchase in `periods` parts, with a fee for each. Errors: `card_item_unknown`, `card_not_for_instalments`.
pub fn instalments(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, item: i64, periods: u32) -> Result<Plan> {
    let mut l = current(tx, actor, account)?;
    let terms = rules::instalment_terms(tx.business_date()?)?;
    let amount = l.bill.0.items.iter().find(|i| i.number == item).map_or(0, |i| i.amount);
    if !terms.periods.contains(&periods) || amount < terms.least && amount != 0 {
        return Err(Error::new(&NOT_FOR_INSTALMENTS, format!("{periods} periods of {}", Money::cny(amount))));
    }
    let fee = rounded(i128::from(amount) * i128::from(terms.fee_grains));
    let plan = l.bill.0.instalments(item, periods, fee)?;
    save(tx, &mut l, Vec::new())?;
    let told = format!("item {item} in {periods} parts, {} each", Money::cny(fee));
    tx.audit(actor, Audit::of("cards.instalments", account).after(told))?;
    Ok(plan)
}

/// The holder says that an item is not his. Errors: `card_item_unknown`, `card_dispute_state`.
pub fn dispute(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, item: i64, reason: &str) -> Result<CreditLine> {
    let mut l = current(tx, actor, account)?;
    l.bill.0.dispute(item)?;
    save(tx, &mut l, Vec::new())?;
    tx.audit(actor, Audit::of("cards.dispute", account).after(format!("item {item}")).reason(party::reason(reason)?))?;
    Ok(l)
}

#[derive(Serialize, Deserialize)]
struct Dispute {
    account: AccountId,
    item: i64,
    how: Decided,
}

/// The first person says how a dispute ends; it waits for the second. Needs `card.check`. Errors: `card_item_unknown`.
pub fn decide_ask(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    item: i64,
    how: Decided,
    reason: &str,
) -> Result<ApprovalId> {
    party::may(tx, actor, Permission::CardCheck, &Scope::here(actor))?;
    let l = bring_up(tx, account)?;
    l.bill.0.clone().decide(item, how)?;
    let mut ask = Ask::new("card.dispute", &Dispute { account, item, how }, Permission::CardCheck)?;
    (ask.branch, ask.beneficiary, ask.note) = (actor.branch, Some(Owner::Person(l.owner)), party::reason(reason)?);
    ask.summary = vec![Line::shown("card-item", item.to_string())];
    approval::ask(tx, actor, ask)
}

/// The second person agrees. Errors: those of `approval::approve`, `card_dispute_state`.
pub fn decide_approve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    asked: ApprovalId,
    shown_hash: &str,
) -> Result<Option<CreditLine>> {
    if approval::raw(tx, asked)?.kind != "card.dispute" {
        return Err(Error::not_found("approval", asked));
    }
    let Approve::Approved { payload, .. } = approval::approve(tx, actor, asked, shown_hash)? else { return Ok(None) };
    let Dispute { account, item, how } = serde_json::from_str(&payload)
        .map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))?;
    let mut l = bring_up(tx, account)?;
    let gone = l.bill.0.decide(item, how)?;
    if gone > 0 {
        let id = TransferId::new(tx.now(), account.book());
        let back = Transfer::single(id, scheme_account(l.book), account, Money::cny(gone), "card_chargeback");
        ledger::post_one(tx, false, &back.reference(asked))?;
    }
    save(tx, &mut l, Vec::new())?;
    approval::mark_executed(tx, actor, asked, &account.to_string())?;
    tx.audit(
        actor,
        Audit::of("cards.dispute_decide", account).after(format!("item {item}, {} back", Money::cny(gone))),
    )?;
    Ok(Some(l))
}
