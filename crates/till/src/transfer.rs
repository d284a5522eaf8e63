//! A transfer over the counter, for the customer who stands there with his document: no notes, but the teller's number, his journal
//! and the customer's advice as for cash.
//!
//! [`transfer`] looks at the order on a snapshot, then in one transaction gives it its number and submits it. One that waits, for a
//! second person or for the payer, waits in the journal too, and is decided or called off before the till closes ([`crate::follow`]).
use crate::counter::{is_ours, once};
use crate::day::at_till;
use crate::entry::{self, Entry, EntryKind, NewEntry, state_of};
use kernel::id::AccountId;
use kernel::{Actor, Error, Money, Result};
use payments::{Desk, Order, Payee, Receipt};
use serde::{Deserialize, Serialize};
use store::Tx;

/// What is transferred, to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferAsk {
    pub account: AccountId,
    pub payee: Payee,
    /// As the customer writes it; for an account here it must be that account's name.
    pub payee_name: String,
    pub amount: Money,
    /// The fee that was shown; a higher one is refused.
    #[serde(default)]
    pub fee_shown: Option<Money>,
    #[serde(default)]
    pub memo: String,
}

impl TransferAsk {
    fn order(&self) -> Result<Order> {
        let order = match &self.payee {
            Payee::Account(_) => return Err(Error::field("payee", "a number, as the customer writes it")),
            payee => Order::transfer(self.account, payee.clone(), self.amount).memo(self.memo.trim()),
        };
        let order = match &self.payee {
            Payee::Number(_) => order.payee_name(self.payee_name.trim().to_owned()),
            _ => order,
        };
        Ok(Order { fee_shown: self.fee_shown, ..order })
    }
}

const WHAT: &str = "till.transfer";

/// What a transfer costs, to be shown before it is made. Errors: those of `payments` for a malformed order.
pub fn transfer_fee(tx: &mut Tx<'_>, actor: &Actor, ask: &TransferAsk) -> Result<Money> {
    crate::teller(tx, actor)?;
    Ok(payments::quote(tx, actor, &ask.order()?)?.map_or(Money::zero(ask.amount.currency), |q| q.fee))
}

/// Rules of the guard that ask for a talk before it is made, and the payee as he is shown; none where it is refused anyway.
pub fn transfer_asks(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, ask: &TransferAsk) -> Result<(Vec<String>, String)> {
    crate::teller(tx, actor)?;
    match payments::prepare(desk, tx, actor, &ask.order()?) {
        Ok(prepared) => Ok((prepared.asks(), prepared.payee_shown().to_owned())),
        Err(why) if payments::is_recorded(&why) => Ok((Vec::new(), String::new())),
        Err(why) => Err(why),
    }
}

/// Makes a transfer out of a customer's account. `Ok` with a refused entry when a rule of the bank is against it. Errors: `NO_TILL`,
/// those of `payments` for a malformed order.
pub fn transfer(desk: &Desk, actor: &Actor, ask: TransferAsk, key: Option<&str>) -> Result<Entry> {
    let order = ask.order()?;
    let prepared = desk.store.read(|tx| {
        crate::teller(tx, actor)?;
        Ok(payments::prepare(desk, tx, actor, &order))
    })?;
    let key = key.map(str::to_owned);
    let refused = |why: Error| {
        let (actor, ask, order, key) = (actor.clone(), ask.clone(), order.clone(), key.clone());
        desk.store.write(move |tx| {
            once(tx, &actor, WHAT, &ask, key.as_deref(), |tx| {
                let receipt = payments::refuse_in(tx, &actor, &order, None, &why)?;
                enter(tx, &actor, &ask, &receipt)
            })
        })
    };
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(why) if payments::is_recorded(&why) => return refused(why),
        Err(why) => return Err(why),
    };
    let (desk2, actor2, ask2, order2, key2) = (desk.clone(), actor.clone(), ask.clone(), order.clone(), key.clone());
    let done = desk.store.write(move |tx| {
        once(tx, &actor2, WHAT, &ask2, key2.as_deref(), |tx| {
            let receipt = payments::submit_in(&desk2, tx, &actor2, &order2, &prepared, None)?;
            enter(tx, &actor2, &ask2, &receipt)
        })
    });
    match done {
        Err(why) if payments::is_recorded(&why) && !is_ours(&why) => refused(why),
        done => done,
    }
}

fn enter(tx: &mut Tx<'_>, actor: &Actor, ask: &TransferAsk, receipt: &Receipt) -> Result<Entry> {
    let (mut day, _) = at_till(tx, actor)?;
    let i = payments::raw(tx, receipt.instruction)?;
    let payee = i.map(|i| i.payee).unwrap_or_default();
    let state = state_of(receipt.state, &receipt.code);
    let new = NewEntry { state, object: &payee, memo: &ask.memo, ..NewEntry::plain(EntryKind::Transfer, ask.amount) };
    let mut e = entry::number(tx, &mut day, new)?;
    let account = ledger::view(tx, ask.account)?.account;
    (e.account, e.shown) = (Some(ask.account), kernel::chinese::mask_card(&account.number));
    (e.instruction, e.approval) = (Some(receipt.instruction), receipt.approval);
    e.refusal = receipt.code.to_string();
    tx.insert(&mut e)?;
    Ok(e)
}
