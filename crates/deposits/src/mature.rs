//! What happens to a deposit that falls due: paid to its linked account, or another term.
//!
//! Its owner hears of it [`DUE_SOON_DAYS`] days before, in time to choose otherwise. A night goes from a closed day to the next
//! business day; deposits whose last day comes into reach between the two are told, so each term is told once, in the night's own
//! transaction. A term shorter than that is told when it ends.
//!
//! What cannot be paid (a freeze, a stop, a closed account) is overdue: it earns the demand rate from its last day on, is tried
//! again each night, and can be drawn as soon as what stands in the way is lifted.
use crate::contract::{Deposit, EventKind, Paid, Rollover, State, note, raw};
use crate::draw::{close, earned, rebook};
use crate::interest::{Annual, counted, interest};
use crate::night::Night;
use crate::pay::{Movement, Taxed, move_now, pay_interest};
use crate::terms::{Product, Shelf, months};
use crate::{Event, OWNER_FROZEN, payer};
use kernel::id::AccountId;
use kernel::{Date, Error, Kind as ErrorKind, Result};
use payments::Desk;
use store::Tx;

/// Calendar days before its last day at which the owner of a deposit is told.
pub const DUE_SOON_DAYS: i64 = 7;

/// Deposits of a book whose last day is `night.next` or before, or comes into reach this night, after an account, in order.
pub(crate) fn due(tx: &mut Tx<'_>, night: &Night, after: [u8; 16], most: i64) -> Result<Vec<Deposit>> {
    let tail = "WHERE book = ?1 AND account > ?2 AND state <> 'closed' AND matures IS NOT NULL \
                AND (matures <= ?3 OR matures > ?4 AND matures <= ?5) ORDER BY account LIMIT ?6";
    let (from, to) = (night.day.plus_days(DUE_SOON_DAYS), night.next.plus_days(DUE_SOON_DAYS));
    tx.select::<Deposit>(tail, store::params![night.book, after, night.next, from, to, most])
}

/// Tells the owner of a deposit when its last day comes.
pub(crate) fn due_soon(tx: &mut Tx<'_>, d: &Deposit, matures: Date) -> Result<()> {
    let (account, owner, amount, rollover) = (d.account, d.owner, d.money(d.principal), d.rollover);
    let soon = Event::DueSoon { account, owner, amount, matures, rollover };
    tx.emit(&soon, &payer(account).correlation)
}

/// Does what is to be done for one deposit on the business day `next`. What the books refuse makes it overdue by
/// [`set_overdue`] in another transaction.
pub(crate) fn fall_due(desk: &Desk, tx: &mut Tx<'_>, shelf: &Shelf, account: AccountId, next: Date) -> Result<()> {
    let mut d = raw(tx, account)?;
    let Some(last) = d.matures.filter(|last| *last <= next && d.state != State::Closed) else { return Ok(()) };
    let product = d.product(shelf)?.clone();
    match rolled_rate(shelf, &d, last).filter(|_| d.state == State::Open) {
        Some(rate) => roll(desk, tx, &mut d, &product, last, next, rate),
        None => pay_off(desk, tx, shelf, &mut d, &product, next),
    }
}

/// The rate of the next term, where it is to have one and the product is still sold for it.
fn rolled_rate(shelf: &Shelf, d: &Deposit, last: Date) -> Option<Annual> {
    let sold = shelf.product(&d.product, last).is_ok_and(|p| p.is_sold(last));
    let wanted = d.rollover != Rollover::None && sold;
    wanted.then(|| shelf.rate(&d.product, &d.term, last).ok()).flatten()
}

fn pay_off(desk: &Desk, tx: &mut Tx<'_>, shelf: &Shelf, d: &mut Deposit, product: &Product, next: Date) -> Result<()> {
    let reference = d.account.to_string();
    let by = payer(&reference);
    let at = tx.now();
    if !guard::in_force(tx, d.owner, at)?.is_empty() {
        return Err(Error::new(&OWNER_FROZEN, format!("{} is due and its owner is frozen", d.account)));
    }
    let amount = d.money(d.principal);
    let (gross, rate) = earned(shelf, d, product, d.principal, next, false)?;
    let out = Movement {
        kind: payments::Kind::DepositOut,
        from: d.account,
        to: d.linked,
        amount,
        reference: reference.clone(),
        memo: &product.name_zh,
    };
    move_now(desk, tx, out)?;
    let taxed = Taxed::of(gross, product.terms.0.tax_millionths);
    pay_interest(desk, tx, d.linked, (taxed, d.currency), &reference)?;
    d.principal = 0;
    d.paid += gross;
    let paid = Paid { interest: gross, tax: taxed.tax, lost: 0, rate };
    note(tx, d, EventKind::Matured, amount.minor, paid)?;
    rebook(tx, d, product, next, gross)?;
    close(tx, &by, d)?;
    tx.update(d)?;
    let (account, owner, linked, interest) = (d.account, d.owner, d.linked, d.money(gross));
    let matured = Event::Matured { account, owner, linked, amount, interest };
    tx.emit(&matured, &by.correlation)
}

fn roll(
    desk: &Desk,
    tx: &mut Tx<'_>,
    d: &mut Deposit,
    product: &Product,
    last: Date,
    next: Date,
    rate: Annual,
) -> Result<()> {
    let reference = d.account.to_string();
    let by = payer(&reference);
    let base = counted(d.principal, product.terms.0.counts_from);
    let gross = interest(base, d.rate, product.terms.0.day_count, d.began, last)?;
    let taxed = Taxed::of(gross, product.terms.0.tax_millionths);
    let into = if d.rollover == Rollover::PrincipalAndInterest { d.account } else { d.linked };
    pay_interest(desk, tx, into, (taxed, d.currency), &reference)?;
    if into == d.account {
        d.principal += taxed.net();
    }
    let old = d.rate;
    d.paid += gross;
    (d.began, d.matures, d.rate) = (last, Some(last.plus_months(months(&d.term).unwrap_or(0))), rate);
    (d.round, d.draws) = (d.round + 1, 0);
    note(tx, d, EventKind::Rolled, d.principal, Paid { interest: gross, tax: taxed.tax, lost: 0, rate: old })?;
    rebook(tx, d, product, next, gross)?;
    tx.update(d)?;
    let rolled = Event::Rolled {
        account: d.account,
        owner: d.owner,
        amount: d.money(d.principal),
        interest: d.money(gross),
        matures: d.matures.unwrap_or(last),
    };
    tx.emit(&rolled, &by.correlation)
}

/// Whether a failure belongs to this one deposit, which is then overdue; anything else stops the night.
pub(crate) fn is_its_own(why: &Error) -> bool {
    matches!(why.kind(), ErrorKind::Refused | ErrorKind::Conflict | ErrorKind::Forbidden | ErrorKind::Limit)
        && !why.is(&kernel::error::STALE)
}

/// A deposit that could not be paid: from its last day on it counts at the demand rate.
pub(crate) fn set_overdue(tx: &mut Tx<'_>, shelf: &Shelf, account: AccountId, next: Date, why: &Error) -> Result<()> {
    let mut d = raw(tx, account)?;
    if d.state != State::Open {
        return Ok(());
    }
    d.state = State::Overdue;
    let product = d.product(shelf)?.clone();
    tx.update(&mut d)?;
    let listed = shelf.broken_rate(&product, next)?;
    let currency = d.currency;
    let new = || Err(Error::broken(format!("{account} is due without a line")));
    crate::page::change(tx, account, currency, new, |line| {
        line.set_rate(listed);
        Ok(())
    })?;
    let by = payer(account);
    let amount = d.money(d.principal);
    let overdue = Event::Overdue { account, owner: d.owner, amount, code: why.code().name.into() };
    tx.emit(&overdue, &by.correlation)
}
