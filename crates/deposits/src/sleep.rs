//! Accounts that fall asleep (久悬) when their owner moved nothing for the product's number of days, and are woken in person.
//!
//! Asleep, an account neither pays nor receives ([`Restriction::Dormant`]); it goes on to earn, and what becomes due waits.
use crate::line::{ASLEEP, short};
use crate::settle::pay_due;
use crate::terms::shelf;
use crate::{Event, NOT_ASLEEP, page};
use kernel::id::AccountId;
use kernel::{Actor, Error, Result};
use ledger::restrictions::{Restrict, Restriction, lift, orders, restrict};
use party::{Permission, Scope};
use payments::Desk;
use store::Tx;

/// On what basis the bank puts an account to sleep.
pub(crate) const BASIS: &str = "长期无交易转久悬 no movement by the owner for the product's days";

pub(crate) fn put_to_sleep(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<()> {
    restrict(tx, actor, &Restrict::new(account, Restriction::Dormant, BASIS))?;
    tx.emit(&Event::Asleep { account }, &actor.correlation)
}

/// Wakes an account: its owner is here in person. By staff (`account.open`); interest that waited is paid. Errors:
/// `deposit_not_asleep`.
pub fn wake(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, account: AccountId, why: &str) -> Result<()> {
    party::may(tx, actor, Permission::AccountOpen, &Scope::here(actor))?;
    let why = party::reason(why)?;
    let a = ledger::view(tx, account)?.account;
    payments::hands_off(tx, actor, &[a.owner])?;
    let ours =
        |o: &ledger::restrictions::Order| o.kind == Restriction::Dormant && o.basis == BASIS && o.lifted_at.is_none();
    let Some(order) = orders(tx, account)?.into_iter().find(ours) else {
        return Err(Error::new(&NOT_ASLEEP, format!("{account} does not sleep")));
    };
    lift(tx, actor, account, order.number, &why)?;
    let today = tx.business_date()?;
    let no_line = || Err(Error::broken(format!("{account} sleeps without a line")));
    let (number, due) = page::change(tx, account, a.currency, no_line, |line| {
        line.flags &= !ASLEEP;
        line.moved_on = short(today);
        Ok((line.product, line.due))
    })?;
    let shelf = shelf(tx)?;
    pay_due(desk, tx, shelf.by_number(number, today)?, account, due)?;
    tx.emit(&Event::Woken { account }, &actor.correlation)
}
