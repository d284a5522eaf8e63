//! Blank cards of a branch, for cards made while the customer waits. Counted in by two persons; each is used or spoilt with who and
//! when in the audit.
use crate::card::{Card, PlasticState, State, Step, note, plastic};
use crate::{SAME_PERSON, STOCK_EMPTY, STOCK_MAX, STOCK_STATE};
use kernel::id::BranchId;
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use party::{Permission, Scope};
use store::{Audit, Seal, Tx, params};

store::record! {
    /// `blank` = `received` − `used` − `spoilt`.
    pub struct Stock in "card_stocks" key 2 {
        pub book: BookId,
        pub place: BranchId,
        pub blank: i64,
        pub received: i64,
        pub used: i64,
        pub spoilt: i64,
        /// Counted in by one; the second has yet to.
        pub coming: i64,
        pub coming_by: Option<String>,
        pub coming_at: Option<Timestamp>,
        /// The second person of the last count.
        pub confirmed_by: Option<String>,
    }
}

fn keeper(tx: &mut Tx<'_>, actor: &Actor, place: BranchId) -> Result<()> {
    party::may(tx, actor, Permission::VaultKeep, &Scope::branch(place))?;
    match actor.staff() {
        Some(_) => Ok(()),
        None => Err(Error::new(&SAME_PERSON, "blank cards are counted by two members of staff")),
    }
}

fn locked(tx: &mut Tx<'_>, place: BranchId) -> Result<Option<Stock>> {
    tx.load::<Stock>(params![place.book(), place])
}

/// The blank cards of a branch; none where nothing ever came. Needs `till.read` there, or `account.open`.
pub fn stock(tx: &mut Tx<'_>, actor: &Actor, place: BranchId) -> Result<Stock> {
    let scope = Scope::branch(place);
    if let Err(no) = party::may(tx, actor, Permission::TillRead, &scope) {
        party::may(tx, actor, Permission::AccountOpen, &scope).map_err(|_| no)?;
    }
    Ok(tx.get::<Stock>(params![place.book(), place])?.unwrap_or_else(|| none(place)))
}

fn none(place: BranchId) -> Stock {
    Stock {
        book: place.book(),
        place,
        blank: 0,
        received: 0,
        used: 0,
        spoilt: 0,
        coming: 0,
        coming_by: None,
        coming_at: None,
        confirmed_by: None,
        seal: Seal::default(),
    }
}

/// Blank cards came and one person counted them. Needs `vault.keep`. Errors: `card_stock_state`.
pub fn stock_receive(tx: &mut Tx<'_>, actor: &Actor, place: BranchId, count: i64) -> Result<Stock> {
    keeper(tx, actor, place)?;
    if !(1..=STOCK_MAX).contains(&count) {
        return Err(Error::limit("count", count, STOCK_MAX, "blank cards"));
    }
    let (there, new) = match locked(tx, place)? {
        Some(there) => (there, false),
        None => (none(place), true),
    };
    let mut row = there;
    // Whoever counted may count again before the second person did.
    if row.coming > 0 && row.coming_by.as_deref() != Some(&actor.principal()) {
        return Err(Error::new(&STOCK_STATE, format!("{} wait for the second person", row.coming)));
    }
    if row.blank + count > STOCK_MAX {
        return Err(Error::limit("blank", row.blank + count, STOCK_MAX, "blank cards"));
    }
    (row.coming, row.coming_by, row.coming_at) = (count, Some(actor.principal()), Some(tx.now()));
    if new {
        tx.insert(&mut row)?
    } else {
        tx.update(&mut row)?
    }
    tx.audit(actor, Audit::of("cards.stock_receive", place).after(format!("{count} blank cards")))?;
    Ok(row)
}

/// The second person counted the same. Errors: `card_stock_state`, `card_same_person`.
pub fn stock_confirm(tx: &mut Tx<'_>, actor: &Actor, place: BranchId, count: i64) -> Result<Stock> {
    keeper(tx, actor, place)?;
    let waiting = locked(tx, place)?.filter(|s| s.coming > 0);
    let mut row = waiting.ok_or_else(|| Error::new(&STOCK_STATE, "no blank cards wait for the second person"))?;
    let me = actor.principal();
    if row.coming_by.as_deref() == Some(me.as_str()) {
        return Err(Error::new(&SAME_PERSON, "the second person is another than the first"));
    }
    if row.coming != count {
        let told = format!("{count} were counted, {} by the first person", row.coming);
        return Err(Error::new(&STOCK_STATE, told).with("given", count).with("now", row.coming));
    }
    (row.blank, row.received, row.coming) = (row.blank + count, row.received + count, 0);
    (row.coming_by, row.coming_at, row.confirmed_by) = (None, None, Some(me));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("cards.stock_confirm", place).after(format!("{count} blank cards")))?;
    Ok(row)
}

/// A blank card is spoilt or missing, with a reason. Needs `vault.keep`. Errors: `card_stock_empty`.
pub fn stock_spoil(tx: &mut Tx<'_>, actor: &Actor, place: BranchId, reason: &str) -> Result<Stock> {
    keeper(tx, actor, place)?;
    let reason = party::reason(reason)?;
    let mut row = one(tx, place)?;
    (row.blank, row.spoilt) = (row.blank - 1, row.spoilt + 1);
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("cards.stock_spoil", place).reason(reason))?;
    Ok(row)
}

fn one(tx: &mut Tx<'_>, place: BranchId) -> Result<Stock> {
    let found = locked(tx, place)?.filter(|s| s.blank > 0);
    found.ok_or_else(|| Error::new(&STOCK_EMPTY, "no blank card is left at this branch"))
}

/// Makes the card's ordered plastic here, from a blank one. The actor's branch, or for a customer at a machine the card's.
pub(crate) fn make_here(tx: &mut Tx<'_>, actor: &Actor, card: &mut Card) -> Result<()> {
    let place = actor.branch.unwrap_or(card.branch);
    let mut row = one(tx, place)?;
    (row.blank, row.used) = (row.blank - 1, row.used + 1);
    tx.update(&mut row)?;
    let mut p = plastic(tx, card.id, card.sequence)?;
    (p.state, p.stock, p.produced_at) = (PlasticState::Produced, Some(place), Some(tx.now()));
    tx.update(&mut p)?;
    let before = std::mem::replace(&mut card.state, State::Produced);
    tx.update(card)?;
    note(tx, actor, card, Step::Produce, before, "")
}
