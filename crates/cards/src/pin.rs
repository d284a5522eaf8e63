//! The PIN of a card (交易密码): set by its holder in person, six digits, never read again.
//!
//! What keeps it is a security module (加密机) behind a port ([`Hsm`]); the first one is [`KeyedHashes`]: a keyed hash with a key of the bank's
//! key file, hashed slowly. A try is counted before it is looked at, so that many at once are not more than three; the third wrong one
//! locks, and only a new PIN at a counter ends that.
use crate::card::{card, key};
use crate::life::{InPerson, in_person};
use crate::{CARD_STATE, Card, PIN_WEAK, State};
use kernel::id::CardId;
use kernel::{Actor, BookId, Error, Result, Timestamp};
use party::{PasswordCost, PasswordHash};
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Store, Tx};

/// Digits of a PIN.
pub const PIN_DIGITS: usize = 6;
/// Wrong tries until it is locked.
pub const PIN_TRIES_MAX: i64 = 3;

store::record! {
    /// The PIN of a card.
    pub struct CardPin in "card_pins" key 2 {
        pub book: BookId,
        pub card: CardId,
        /// As the security module gave it out.
        pub sealed: String,
        pub set_by: String,
        pub set_at: Timestamp,
        /// Tries since the last right one.
        pub wrong: i64,
        pub locked_at: Option<Timestamp>,
    }
}

/// What seals PINs and looks at them. Slow; never called inside a transaction.
pub trait Hsm: Send + Sync {
    fn seal(&self, card: CardId, pin: &str) -> Result<String>;
    fn fits(&self, card: CardId, sealed: &str, pin: &str) -> Result<bool>;
}

/// Keyed hashes, hashed slowly: without the key file a copy of the database tells nothing, however few PINs there are.
pub struct KeyedHashes {
    pub store: Store,
    pub cost: PasswordCost,
}

impl KeyedHashes {
    fn keyed(&self, card: CardId, pin: &str) -> Result<String> {
        self.store.read(|tx| {
            let index = tx.keys().index("card.pin", &format!("{card} {pin}"));
            Ok(index.iter().map(|b| format!("{b:02x}")).collect())
        })
    }
}

impl Hsm for KeyedHashes {
    fn seal(&self, card: CardId, pin: &str) -> Result<String> {
        self.cost.hash("", &self.keyed(card, pin)?).map(|hash| hash.text().to_owned())
    }
    fn fits(&self, card: CardId, sealed: &str, pin: &str) -> Result<bool> {
        Ok(PasswordHash::kept(sealed).fits(&self.keyed(card, pin)?))
    }
}

/// Six digits that are neither one digit repeated nor a row up or down. `Err(card_pin_weak)`.
fn strong(pin: &str) -> Result<()> {
    let bytes = pin.as_bytes();
    let digits = bytes.len() == PIN_DIGITS && bytes.iter().all(u8::is_ascii_digit);
    let row = |step: i16| bytes.windows(2).all(|w| i16::from(w[1]) - i16::from(w[0]) == step);
    match digits && ![0, 1, -1].into_iter().any(row) {
        true => Ok(()),
        false => Err(Error::new(&PIN_WEAK, "six digits, not all the same and not in a row")),
    }
}

fn open(tx: &mut Tx<'_>, actor: &Actor, id: CardId, seen: &InPerson) -> Result<Card> {
    let c = card(tx, actor, id)?;
    in_person(tx, actor, c.owner, seen)?;
    match matches!(c.state, State::Produced | State::Active | State::Frozen) {
        true => Ok(c),
        false => Err(Error::new(&CARD_STATE, format!("it is {}", c.state)).with("state", c.state)),
    }
}

/// The holder, in person, gives the card a new PIN; a lock ends with it. Errors: `card_in_person`, `card_wrong_document`, `card_pin_weak`,
/// `card_state`.
pub fn pin_set(store: &Store, hsm: &dyn Hsm, actor: &Actor, id: CardId, pin: &str, seen: &InPerson) -> Result<()> {
    store.read(|tx| open(tx, actor, id, seen))?;
    strong(pin)?;
    let (sealed, actor, seen) = (hsm.seal(id, pin)?, actor.clone(), seen.clone());
    store.write(move |tx| {
        let c = open(tx, &actor, id, &seen)?;
        let (sealed, set_by, set_at) = (sealed.clone(), actor.principal(), tx.now());
        match tx.load::<CardPin>(&key(id))? {
            Some(mut there) => {
                (there.sealed, there.set_by, there.set_at) = (sealed, set_by, set_at);
                (there.wrong, there.locked_at) = (0, None);
                tx.update(&mut there)?;
            }
            None => {
                let (wrong, locked_at, seal) = (0, None, Seal::default());
                tx.insert(&mut CardPin { book: c.book, card: id, sealed, set_by, set_at, wrong, locked_at, seal })?;
            }
        }
        tx.audit(&actor, Audit::of("cards.pin_set", id))
    })
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinTry {
    Right,
    /// So many are left.
    Wrong(i64),
    Locked,
    /// None was set.
    None,
}

/// A try that is counted and not looked at yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Counted {
    /// To be looked at; so many are left when it is wrong.
    Look(i64),
    Locked,
    None,
}

/// Counts a try before it is looked at; the third one locks.
pub(crate) fn count(tx: &mut Tx<'_>, id: CardId) -> Result<Counted> {
    let Some(mut there) = tx.load::<CardPin>(&key(id))? else { return Ok(Counted::None) };
    if there.locked_at.is_some() {
        return Ok(Counted::Locked);
    }
    there.wrong += 1;
    if there.wrong >= PIN_TRIES_MAX {
        there.locked_at = Some(tx.now());
        tx.audit(&crate::us("pin"), Audit::of("cards.pin_locked", id))?;
    }
    tx.update(&mut there)?;
    Ok(Counted::Look(PIN_TRIES_MAX - there.wrong))
}

/// Looks at a PIN whose try is counted; a right one makes the count nothing again.
pub(crate) fn looked_at(store: &Store, hsm: &dyn Hsm, id: CardId, counted: Counted, pin: &str) -> Result<PinTry> {
    let left = match counted {
        Counted::Look(left) => left,
        Counted::Locked => return Ok(PinTry::Locked),
        Counted::None => return Ok(PinTry::None),
    };
    let Some(sealed) = store.read(|tx| Ok(tx.get::<CardPin>(&key(id))?.map(|p| p.sealed)))? else {
        return Ok(PinTry::None);
    };
    if !hsm.fits(id, &sealed, pin)? {
        return Ok(if left > 0 { PinTry::Wrong(left) } else { PinTry::Locked });
    }
    store.write(move |tx| {
        let Some(mut there) = tx.load::<CardPin>(&key(id))?.filter(|p| p.sealed == sealed) else { return Ok(()) };
        (there.wrong, there.locked_at) = (0, None);
        tx.update(&mut there)
    })?;
    Ok(PinTry::Right)
}

/// Looks at a PIN that somebody typed. What came of it is written down before it is answered.
pub fn pin_try(store: &Store, hsm: &dyn Hsm, id: CardId, pin: &str) -> Result<PinTry> {
    let counted = store.write(move |tx| count(tx, id))?;
    looked_at(store, hsm, id, counted, pin)
}

pub(crate) fn is_locked(tx: &mut Tx<'_>, id: CardId) -> Result<bool> {
    Ok(tx.get::<CardPin>(&key(id))?.is_some_and(|p| p.locked_at.is_some()))
}

/// Whether a card has a PIN, and since when it is locked. Whoever may see the card.
pub fn pin_seen(tx: &mut Tx<'_>, actor: &Actor, id: CardId) -> Result<Option<CardPin>> {
    card(tx, actor, id)?;
    tx.get::<CardPin>(&key(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_six_digits_that_are_not_guessed_first() {
        let cases = [
            ("258046", true),
            ("112233", true),
            ("111111", false),
            ("123456", false),
            ("987654", false),
            ("12345", false),
            ("1234567", false),
            ("12a456", false),
            ("１２３４５６", false),
            ("", false),
        ];
        for (pin, want) in cases {
            assert_eq!(strong(pin).is_ok(), want, "{pin}");
        }
    }
}
