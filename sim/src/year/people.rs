//! Who works on the sites: a name, an identity number of nobody, a card here or at another bank, a wage for a day.
use demo::dice::Dice;
use demo::names::{Sex, worker};
use demo::numbers::{BANKS, Bank, OWN_BANK, WORKERS_BANKS};
use kernel::Date;
use kernel::chinese::{identity_check, luhn_check};

/// Of 1,000 workers so many keep their card at another bank.
const ELSEWHERE_PERMILLE: u64 = 200;
/// A day's wage in fen, from and to; the rest of a day's wage follows from the trade.
const DAY_FEN: (i64, i64) = (26_000, 46_000);
/// Identity numbers of one day of birth.
const PER_DAY: u64 = 998;

/// A card that a worker gives for his wage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub number: String,
    /// The other bank; `None` when it is ours.
    pub bank: Option<&'static Bank>,
}

/// A worker, wherever he works in the year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    pub n: usize,
    pub name: String,
    pub identity: String,
    pub born: Date,
    pub phone: String,
    pub card: Card,
    /// What a whole day is worth, in fen.
    pub day_fen: i64,
}

/// An identity number that can belong to nobody; the same `n`, the same number. `n` below 8,000,000.
pub fn identity(n: u64) -> (String, Date) {
    let born = Date::from_days((n / PER_DAY) as i64 + 1);
    let first17 = format!("990990{:04}{:02}{:02}{:03}", born.year(), born.month(), born.day(), n % PER_DAY + 1);
    let check = identity_check(&first17).unwrap_or('0');
    (format!("{first17}{check}"), born)
}

/// A card number of a bank; the same `n`, the same number.
pub fn card(bank: &Bank, n: u64) -> String {
    let digits = format!("{}0{n:011}", bank.bin);
    let check = luhn_check(&digits).unwrap_or('0');
    format!("{digits}{check}")
}

/// Worker number `n`; what he is follows from the dice alone.
pub fn hand(dice: &mut Dice, n: usize) -> Hand {
    let (identity, born) = identity(n as u64);
    let sex = if dice.permille(140) { Sex::Female } else { Sex::Male };
    let elsewhere = dice.permille(ELSEWHERE_PERMILLE);
    let bank = elsewhere.then(|| &BANKS[1 + dice.below(WORKERS_BANKS as u64) as usize]);
    Hand {
        n,
        name: worker(dice, sex, born.year()),
        identity,
        born,
        phone: format!("1290{n:07}"),
        card: Card { number: card(bank.unwrap_or(&OWN_BANK), n as u64), bank },
        day_fen: dice.between(DAY_FEN.0 / 1_000, DAY_FEN.1 / 1_000) * 1_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_well_formed_and_differ() {
        let mut seen = std::collections::BTreeSet::new();
        for n in (0..14_000).chain([7_999_999]) {
            let (number, born) = identity(n);
            assert_eq!(
                kernel::chinese::identity(&number, Date::from_days(30_000)).as_deref(),
                Ok(number.as_str()),
                "{born}"
            );
            assert!(kernel::chinese::card_number(&card(&OWN_BANK, n)).is_some());
            assert!(seen.insert(number));
        }
    }
}
