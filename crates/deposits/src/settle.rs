//! What a demand account has earned by now, and its settlement outside the quarter (结清): before it is closed.
use crate::line::Line;
use crate::page::{self, line_of};
use crate::pay::{Taxed, pay_interest};
use crate::terms::{Product, Shelf, shelf};
use kernel::id::AccountId;
use kernel::{Actor, Date, Error, Id, Money, Result};
use party::{Permission, Scope};
use payments::Desk;
use serde::Serialize;
use store::{Audit, Tx};

/// What an account has earned and was not paid.
#[derive(Clone, Debug, Serialize)]
pub struct Earned {
    pub account: AccountId,
    /// Code of the product; empty for an account that earns nothing.
    pub product: String,
    /// Balance × days since the last settlement, minor units × days (积数).
    pub products: i64,
    /// Settled and waiting to be paid.
    pub due: Money,
    /// Since then, at today's rate, rounded.
    pub accrued: Money,
    pub asleep: bool,
}

/// What an account that the actor may see has earned until the last night.
pub fn earned(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Earned> {
    let owner = ledger::view(tx, account)?.account;
    payments::may_see(tx, actor, owner.owner).map_err(|_| Error::not_found("account", account))?;
    let money = |minor| Money::new(minor, owner.currency);
    let nothing =
        Earned { account, product: String::new(), products: 0, due: money(0), accrued: money(0), asleep: false };
    let Some(line) = line_of(tx, account)? else { return Ok(nothing) };
    let (shelf, today) = (shelf(tx)?, tx.business_date()?);
    let product = shelf.by_number(line.product, today)?;
    let accrued = match line.is_listed() {
        true => settled(&shelf, product, line, today)?,
        false => line.grains.minor()?,
    };
    let (due, accrued, asleep) = (money(line.due), money(accrued), line.is_asleep());
    Ok(Earned { product: product.code.clone(), products: line.products, due, accrued, asleep, ..nothing })
}

fn settled(shelf: &Shelf, product: &Product, mut line: Line, today: Date) -> Result<i64> {
    line.settle(shelf.rate(&product.code, "", today)?, product.terms.0.settled_at, product.year())
}

/// Settles a demand account today at today's rate and pays what is due, by staff at the counter (`account.open`), so that
/// it can be emptied and closed. Answers what was paid, tax included; nothing for an account that earned nothing.
pub fn settle(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Money> {
    party::may(tx, actor, Permission::AccountOpen, &Scope::here(actor))?;
    crate::night::check_none(tx)?;
    let a = ledger::view(tx, account)?.account;
    payments::hands_off(tx, actor, &[a.owner])?;
    let nothing = Money::zero(a.currency);
    let (shelf, today) = (shelf(tx)?, tx.business_date()?);
    let Some(line) = line_of(tx, account)?.filter(Line::is_listed) else { return Ok(nothing) };
    let product = shelf.by_number(line.product, today)?.clone();
    let rate = shelf.rate(&product.code, "", today)?;
    let no_line = || Err(Error::broken(format!("{account} has a line and has none")));
    let due = page::change(tx, account, a.currency, no_line, |line| {
        line.settle(rate, product.terms.0.settled_at, product.year())?;
        Ok(line.due)
    })?;
    pay_due(desk, tx, &product, account, due)?;
    let paid = Money::new(due, a.currency);
    tx.audit(actor, Audit::of("deposits.settle", account).after(paid.to_string()))?;
    Ok(paid)
}

/// Pays what an account's line says is due.
pub(crate) fn pay_due(desk: &Desk, tx: &mut Tx<'_>, product: &Product, account: AccountId, due: i64) -> Result<()> {
    if due == 0 {
        return Ok(());
    }
    let today = tx.business_date()?;
    let taxed = Taxed::of(due, product.terms.0.tax_millionths);
    pay_interest(desk, tx, account, (taxed, product.currency), &format!("interest {today}"))?;
    let no_line = || Err(Error::broken(format!("{account} has a line and has none")));
    page::change(tx, account, product.currency, no_line, |line| {
        line.paid(due, today);
        Ok(())
    })?;
    let mut left = page::Moved::default();
    left.paid(product.number, product.currency, due);
    left.apply(tx, account.book())
}
