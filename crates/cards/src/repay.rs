//! What a holder does with his bill: repays it, takes back what he paid too much, pays a purchase in instalments.
use crate::credit::{Plan, rounded};
use crate::line::{CreditLine, bring_up, save, seen};
use crate::{ACCOUNT_UNFIT, CARD_NOT_MOVED, NOT_FOR_INSTALMENTS, NOTHING_DUE, rules, us};
use kernel::id::{AccountId, InstructionId};
use kernel::{Actor, Error, Id, Money, Owner, Result, Who};
use ledger::Purpose;
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

pub(crate) fn may_handle(tx: &mut Tx<'_>, actor: &Actor, l: &CreditLine) -> Result<()> {
    let owner = Owner::Person(l.owner);
    match actor.who {
        Who::Staff(_) => party::may(tx, actor, Permission::PaymentSubmitAny, &Scope::here(actor))?,
        _ => party::may(tx, actor, Permission::PaymentSubmit, &Scope::person(l.owner))?,
    };
    payments::hands_off(tx, actor, &[owner])
}

/// A line that the actor handles, with its bill of now.
fn current(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<CreditLine> {
    let l = seen(tx, actor, account)?;
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
    // A key of its own: the caller keeps his answer under the one he was given.
    let key: String = store::request_hash("cards.repay", key.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    let receipt = payments::submit(desk, actor, order, Some(&key))?;
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
