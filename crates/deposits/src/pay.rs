//! Money of deposits through the one pipeline, inside the caller's transaction: all of it moves, or the caller fails.
use crate::{NOT_MOVED, payer};
use kernel::id::{AccountId, InstructionId};
use kernel::{Error, Id, Money, Result};
use ledger::{Refusal, Transfer};
use payments::own::{Own, open_own, own};
use payments::{Desk, Kind, Order, Payee, Receipt, State};
use store::Tx;

/// One movement of a deposit.
pub(crate) struct Movement<'a> {
    pub kind: Kind,
    pub from: AccountId,
    pub to: AccountId,
    pub amount: Money,
    /// What it belongs to.
    pub reference: String,
    pub memo: &'a str,
}

/// Moves money now. What the pipeline refuses, or would have somebody look at, is an error that undoes everything: the
/// ledger's own refusal where it was that.
pub(crate) fn move_now(desk: &Desk, tx: &mut Tx<'_>, m: Movement<'_>) -> Result<Receipt> {
    let by = payer(&m.reference);
    let id = InstructionId::new(tx.now(), m.from.book());
    let order = Order::new(m.kind, m.from, Payee::Account(m.to), m.amount).id(id).reference(&m.reference).memo(m.memo);
    let prepared = payments::prepare(desk, tx, &by, &order)?;
    moved(payments::submit_in(desk, tx, &by, &order, &prepared, None)?)
}

fn moved(receipt: Receipt) -> Result<Receipt> {
    if receipt.state == State::Posted {
        return Ok(receipt);
    }
    match Refusal::parse(&receipt.code) {
        Some(refusal) => Err(refusal.into()),
        None => {
            let told = format!("the payment is {}: {}", receipt.state, receipt.reasons.join(", "));
            Err(Error::new(&NOT_MOVED, told).with("state", receipt.state).with("code", receipt.code))
        }
    }
}

/// Interest to be paid, and what of it the tax office gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taxed {
    pub gross: i64,
    pub tax: i64,
}

impl Taxed {
    /// Rounded half up.
    pub fn of(gross: i64, millionths: i32) -> Taxed {
        let tax = (i128::from(gross) * i128::from(millionths) * 2 + 1_000_000).div_euclid(2_000_000);
        Taxed { gross, tax: tax as i64 }
    }
    pub fn net(self) -> i64 {
        self.gross - self.tax
    }
}

/// Pays interest of one account from what is payable, with its tax. Nothing happens for nothing.
pub(crate) fn pay_interest(
    desk: &Desk,
    tx: &mut Tx<'_>,
    to: AccountId,
    (interest, currency): (Taxed, kernel::Currency),
    reference: &str,
) -> Result<Option<InstructionId>> {
    keep_tax(tx, to, Money::new(interest.tax, currency), reference)?;
    if interest.net() == 0 {
        return Ok(None);
    }
    let from = payable(tx, to, currency)?;
    let amount = Money::new(interest.net(), currency);
    let reference = reference.to_owned();
    let done = move_now(desk, tx, Movement { kind: Kind::Interest, from, to, amount, reference, memo: "利息" })?;
    Ok(Some(done.instruction))
}

/// Moves what the tax office gets out of what is payable.
pub(crate) fn keep_tax(tx: &mut Tx<'_>, of: AccountId, tax: Money, reference: &str) -> Result<()> {
    if tax.is_zero() {
        return Ok(());
    }
    let (from, to) = (payable(tx, of, tax.currency)?, own(of.book(), Own::InterestTax, tax.currency));
    let id = kernel::id::TransferId::new(tx.now(), of.book());
    ledger::post_one(tx, false, &Transfer::single(id, from, to, tax, "interest_tax").reference(reference))
}

/// The account of interest payable that serves an account; opened with the others of its currency where there is none.
pub(crate) fn payable(tx: &mut Tx<'_>, of: AccountId, currency: kernel::Currency) -> Result<AccountId> {
    if currency != kernel::Currency::CNY {
        open_own(tx, &payer("own accounts"), of.book(), currency)?;
    }
    Ok(own(of.book(), Own::InterestPayable, currency))
}
