//! What a merchant gives back: a transfer of its own from the scheme's account to where the card leads. On a bill it makes the purchase
//! smaller; what of it was paid already counts as a payment.
use crate::line::{open_own, scheme_account};
use crate::{REFUND_TOO_MUCH, us};
use kernel::id::{AccountId, InstructionId, TransferId};
use kernel::{BookId, Error, Id, Money, Result, Timestamp};
use ledger::Transfer;
use payments::{Desk, Kind, State};
use store::{Audit, Seal, Tx, params};

/// Refunds of one purchase at most.
pub const REFUNDS_MAX: usize = 100;

store::record! {
    /// A refund as it was booked.
    pub struct Refund in "card_refunds" key 3 {
        pub book: BookId,
        pub purchase: InstructionId,
        /// The scheme's own.
        pub reference: String,
        pub account: AccountId,
        /// Minor units.
        pub amount: i64,
        pub transfer: TransferId,
        pub at: Timestamp,
    }
}

/// Gives back a purchase that was presented, or a part of it. The same reference again is the same refund. Errors: `card_refund_too_much`,
/// `NOT_FOUND`, the ledger's refusals.
pub fn refund(desk: &Desk, purchase: InstructionId, reference: &str, amount: Money) -> Result<Refund> {
    let reference = reference.to_owned();
    desk.store.write(move |tx| refund_in(tx, purchase, &reference, amount))
}

/// Keeps what a dispute gave back of a purchase, so that its merchant does not give it a second time.
pub(crate) fn charged_back(tx: &mut Tx<'_>, purchase: InstructionId, account: AccountId, amount: i64) -> Result<()> {
    let of = payments::locked(tx, purchase)?;
    let (book, reference, at) = (of.book, "chargeback".to_owned(), tx.now());
    let transfer = TransferId::new(at, account.book());
    tx.insert(&mut Refund { book, purchase, reference, account, amount, transfer, at, seal: Seal::default() })
}

fn refund_in(tx: &mut Tx<'_>, purchase: InstructionId, reference: &str, amount: Money) -> Result<Refund> {
    let of = Some(payments::locked(tx, purchase)?).filter(|i| i.kind == Kind::CardPurchase);
    let of = of.ok_or_else(|| Error::not_found("purchase", purchase))?;
    let too_much = |told: String| Error::new(&REFUND_TOO_MUCH, told);
    if of.state != State::Posted || amount.currency != of.currency || !amount.is_positive() {
        return Err(too_much(format!("the purchase is {}", of.state)));
    }
    let before = tx.select::<Refund>("WHERE book = ?1 AND purchase = ?2 ORDER BY at", params![of.book, purchase])?;
    if let Some(same) = before.iter().find(|r| r.reference == reference) {
        return match same.amount == amount.minor {
            true => Ok(same.clone()),
            false => Err(too_much(format!("{reference} was {}", Money::cny(same.amount)))),
        };
    }
    let given: i64 = before.iter().map(|r| r.amount).sum();
    if before.len() >= REFUNDS_MAX || given + amount.minor > of.amount {
        return Err(too_much(format!("{amount} of {}, {} was given back before", of.money(), Money::cny(given))));
    }
    open_own(tx, of.debit.book())?;
    let transfer = TransferId::new(tx.now(), of.debit.book());
    let back = Transfer::single(transfer, scheme_account(of.debit.book()), of.debit, amount, "card_refund");
    let back = Transfer { memo: of.memo.clone(), ..back.reference(purchase) };
    ledger::post_one(tx, false, &back)?;
    let (reference, at) = (reference.to_owned(), tx.now());
    let (account, amount) = (of.debit, amount.minor);
    let mut row = Refund { book: of.book, purchase, reference, account, amount, transfer, at, seal: Seal::default() };
    tx.insert(&mut row)?;
    tx.audit(&us(&purchase.to_string()), Audit::of("cards.refund", purchase).after(Money::cny(amount).to_string()))?;
    Ok(row)
}
