//! Money of orders through the one pipeline, and units in the ledger, inside the caller's transaction: all of it moves, or the
//! caller fails.
use crate::product::Product;
use crate::{NOT_MOVED, mover};
use kernel::id::{AccountId, InstructionId, Raw, TransferId};
use kernel::{BookId, Currency, Error, Id, Money, Result};
use ledger::{Opening, Purpose, Refusal, Side, Transfer};
use payments::{Desk, Kind, Order, Payee, State};
use store::Tx;

/// One movement of money.
pub(crate) struct Movement<'a> {
    pub kind: Kind,
    pub from: AccountId,
    pub to: AccountId,
    pub amount: Money,
    /// The order it belongs to.
    pub reference: String,
    pub memo: &'a str,
}

/// Moves money now. What the pipeline refuses, or would have somebody look at, is an error that undoes everything: the ledger's own
/// refusal where it was that. Nothing happens for nothing.
pub(crate) fn move_now(desk: &Desk, tx: &mut Tx<'_>, m: Movement<'_>) -> Result<()> {
    if m.amount.is_zero() {
        return Ok(());
    }
    let by = mover(&m.reference);
    let id = InstructionId::new(tx.now(), m.from.book());
    let order = Order::new(m.kind, m.from, Payee::Account(m.to), m.amount).id(id).reference(&m.reference).memo(m.memo);
    let prepared = payments::prepare(desk, tx, &by, &order)?;
    let receipt = payments::submit_in(desk, tx, &by, &order, &prepared, None)?;
    if receipt.state == State::Posted {
        return Ok(());
    }
    match Refusal::parse(&receipt.code) {
        Some(refusal) => Err(refusal.into()),
        None => {
            let told = format!("the payment is {}: {}", receipt.state, receipt.reasons.join(", "));
            Err(Error::new(&NOT_MOVED, told).with("state", receipt.state).with("code", receipt.code))
        }
    }
}

/// Units come into being on `to`, or end from it.
pub(crate) fn move_units(tx: &mut Tx<'_>, from: AccountId, to: AccountId, units: Money, order: &str) -> Result<()> {
    let id = TransferId::new(tx.now(), from.book());
    ledger::post_one(tx, false, &Transfer::single(id, from, to, units, "wealth_units").reference(order))
}

/// The bank's two accounts of a product in a book: what was collected for it, and the units of it that were issued. Their
/// ids are computed from its number.
pub(crate) fn ids_of(book: BookId, product: &Product) -> (AccountId, AccountId) {
    let id = |kind: u8, currency: Currency| {
        let code = currency.code().as_bytes();
        let tail = [b'w', kind, 0, code[0], code[1], code[2]];
        AccountId::from_raw(Raw::from_parts(u64::from(product.number) + 1, book, tail))
    };
    (id(1, product.currency), id(2, Currency::UNITS))
}

/// As [`ids_of`], opened where they are not.
pub(crate) fn accounts_of(tx: &mut Tx<'_>, book: BookId, product: &Product) -> Result<(AccountId, AccountId)> {
    let (collected, issued) = ids_of(book, product);
    let by = mover(&product.code);
    let name = format!("{} {}", product.terms().name.zh, product.code);
    let opening = Opening::own(collected, "2314", Purpose::WealthProduct, Side::Credit, &name, product.currency).hot();
    ledger::open_account(tx, &by, &opening)?;
    let opening = Opening::own(issued, "9001", Purpose::WealthProduct, Side::Debit, &name, Currency::UNITS).hot();
    ledger::open_account(tx, &by, &opening)?;
    Ok((collected, issued))
}
