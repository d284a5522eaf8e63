//! The end of every visit and of every recovery: the book takes over what the device's counters say.
use crate::book;
use crate::case::{self, Found, Source};
use crate::device::Holdings;
use crate::drawer::{Drawer, over_short, save};
use kernel::id::AccountId;
use kernel::{Actor, Money, Result};
use store::Tx;

/// What differs goes to over and short with a case, and is answered.
pub(super) fn follow_counters(
    tx: &mut Tx<'_>,
    actor: &Actor,
    d: &mut Drawer,
    now: &Holdings,
    customer: Option<AccountId>,
    how: &str,
) -> Result<Money> {
    let inside = now.inside()?;
    let difference = inside.sum()?.sub(ledger::view(tx, d.account)?.posted())?;
    if !difference.is_zero() {
        let detail = format!("{how}: it holds {inside}, booked {}", d.notes);
        let found = Found { source: Source::Machine, amount: difference, detail, candidates: Vec::new(), customer };
        let opened = case::open(tx, actor, d, found)?;
        let amount = Money::new(difference.minor.abs(), d.currency);
        let account = over_short(d.book, d.currency);
        let (debit, credit) = if difference.is_positive() { (d.account, account) } else { (account, d.account) };
        book(tx, debit, credit, amount, "cash_difference", &opened.to_string())?;
    }
    save(tx, d, inside)?;
    Ok(difference)
}
