//! Card numbers: the bank's digits, eleven that tell nothing, and the Luhn digit (ISO/IEC 7812-1). A number is encrypted under its
//! holder's key; a keyed hash finds it again, the mask is for people.
use crate::rules::number;
use crate::{NO_NUMBER, card::Card};
use kernel::id::{AccountId, CardId, PersonId};
use kernel::{Error, Id, Result};
use store::Tx;

/// How many numbers are tried for a card.
const NUMBERS_TRIED_MAX: u32 = 64;
/// What the encrypted number is bound to.
const FIELD: &str = "card.number";

/// A number as it is kept.
pub(crate) struct Sealed {
    pub pan: Vec<u8>,
    pub index: Vec<u8>,
    pub masked: String,
}

fn with_luhn(body: String) -> Result<String> {
    let check = kernel::chinese::luhn_check(&body).ok_or_else(|| Error::broken("a card number is made of digits"))?;
    Ok(format!("{body}{check}"))
}

/// The number made of a key's bytes: 19 digits.
fn made_of(hash: &[u8]) -> Result<String> {
    let tail = hash.iter().take(8).fold(0u64, |n, b| n << 8 | u64::from(*b)) % 100_000_000_000;
    with_luhn(format!("{}{}{tail:011}", number().bin, number().series))
}

/// Gives a card a number of its own that leads to `account`.
pub(crate) fn give(tx: &mut Tx<'_>, card: CardId, owner: PersonId, account: AccountId) -> Result<Sealed> {
    for n in 0..NUMBERS_TRIED_MAX {
        let pan = made_of(&tx.keys().index("card.number", &format!("{card} {n}")))?;
        if payments::number_put(tx, &pan, account)? {
            let key = party::person(tx, owner)?.data_key;
            let key = tx.keys().unwrap_data_key(&key)?;
            let (index, masked) = (payments::number_index(tx.keys(), &pan), kernel::chinese::mask_card(&pan));
            return Ok(Sealed { pan: key.encrypt(FIELD, &pan), index, masked });
        }
    }
    Err(Error::new(&NO_NUMBER, format!("{NUMBERS_TRIED_MAX} numbers were tried for {card}")))
}

/// The number in the clear, for the maker of plastics alone. The caller writes down that it was opened.
pub(crate) fn open(tx: &mut Tx<'_>, card: &Card) -> Result<String> {
    let key = party::person(tx, card.owner)?.data_key;
    tx.keys().unwrap_data_key(&key)?.decrypt(FIELD, &card.pan)
}

/// The book that a card is kept in: its holder's.
pub(crate) fn book(owner: PersonId) -> kernel::BookId {
    owner.book()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_nineteen_digits_and_end_with_luhns() {
        for n in 0u8..50 {
            let pan = made_of(&[n; 32]).unwrap();
            assert_eq!(pan.len(), 19);
            assert!(pan.starts_with("9900017"));
            assert_eq!(kernel::chinese::card_number(&pan).as_deref(), Some(pan.as_str()));
        }
    }
}
