//! Numbers that are well-formed and can belong to nobody.
//!
//! | number | form | why it cannot be real |
//! |---|---|---|
//! | identity (GB 11643) | area `990…`, birth, sequence, check | GB/T 2260 gives the provinces 11–82; a foreigner's permanent residence card begins with 9 and then a province, and 90 is none |
//! | passport | `ZZ` and 7 digits | ZZ is a user-assigned code of ISO 3166-1, no issuer's |
//! | phone | `1290` and 7 digits | mobile numbers begin with 13 to 19; 12 is kept for service codes |
//! | card (ISO/IEC 7812) | `99000x`, 12 digits, Luhn | a leading 9 is for national use, then a country of ISO 3166-1; 900 is user-assigned |
//! | credit code (GB 32100) | area `990…`, GB 11714 body, checks | as for identity numbers |
//! | bank | `990…`, 12 digits | no bank class of the clearing system begins with 99 |
use crate::dice::Dice;
use kernel::Date;
use kernel::chinese::{identity_check, luhn_check};
use std::collections::BTreeSet;

/// A bank of the demo world: the first six digits of its cards, its number in clearing, its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bank {
    pub bin: &'static str,
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
}

const fn bank(bin: &'static str, code: &'static str, zh: &'static str, en: &'static str) -> Bank {
    Bank { bin, code, zh, en }
}

/// The demo bank first, then eight others.
pub const BANKS: [Bank; 9] = [
    bank("990001", "990100000001", "汐洲海岛银行", "Xizhou Island Bank"),
    bank("990002", "990200000002", "沧溟银行", "Bank of Cangming"),
    bank("990003", "990300000003", "云岫农村商业银行", "Yunxiu Rural Commercial Bank"),
    bank("990004", "990400000004", "朔野银行", "Shuoye Bank"),
    bank("990005", "990500000005", "青槐储蓄银行", "Qinghuai Savings Bank"),
    bank("990006", "990600000006", "珞河村镇银行", "Luohe Village Bank"),
    bank("990007", "990700000007", "晴川联合银行", "Qingchuan United Bank"),
    bank("990008", "990800000008", "远帆网络银行", "Yuanfan Online Bank"),
    bank("990009", "990900000009", "东槎商业银行", "Dongcha Commercial Bank"),
];

/// The demo bank itself.
pub const OWN_BANK: Bank = BANKS[0];
/// Banks that some workers keep their cards at: `BANKS[1..=WORKERS_BANKS]`.
pub const WORKERS_BANKS: usize = 6;
/// Area code of people who are on no roster and known to nobody.
pub const STRANGER_AREA: &str = "990990";
/// The first four digits of every phone number.
pub const PHONE_PREFIX: &str = "1290";

/// The bank whose cards begin as `card` does.
pub fn bank_of(card: &str) -> Option<&'static Bank> {
    BANKS.iter().find(|b| card.starts_with(b.bin))
}

/// GB 32100-2015, table of characters: I, O, S, V and Z are left out.
const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The 18th character of a unified social credit code for the first 17 (GB 32100-2015, 4.6: weights 3^i mod 31). `None`
/// unless they are 17 characters of its alphabet.
pub fn credit_check(first17: &str) -> Option<char> {
    if first17.len() != 17 {
        return None;
    }
    let (mut sum, mut weight) = (0, 1);
    for byte in first17.bytes() {
        sum += CREDIT_ALPHABET.iter().position(|c| *c == byte)? * weight;
        weight = weight * 3 % 31;
    }
    Some(char::from(CREDIT_ALPHABET[(31 - sum % 31) % 31]))
}

/// The 9th character of an organisation code for the first 8, digits or capitals (GB 11714-1997).
pub fn organisation_check(first8: &str) -> Option<char> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    if first8.len() != 8 || first8.bytes().any(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let values: Option<Vec<u32>> = first8.chars().map(|c| c.to_digit(36)).collect();
    let sum: u32 = values?.iter().zip(WEIGHTS).map(|(v, w)| v * w).sum();
    Some(match (11 - sum % 11) % 11 {
        10 => 'X',
        digit => char::from(b'0' + digit as u8),
    })
}

/// True for 18 characters whose organisation code and last character both check (GB 32100-2015).
pub fn is_credit_code(code: &str) -> bool {
    let checks = |from: usize, at: usize, check: fn(&str) -> Option<char>| {
        code.get(from..at).and_then(check).is_some_and(|c| code[at..].starts_with(c))
    };
    code.len() == 18 && code.is_ascii() && checks(8, 16, organisation_check) && checks(0, 17, credit_check)
}

/// What the first two characters of a credit code say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// 企业
    Company,
    /// 个体工商户
    SoleTrader,
}

/// Gives out numbers, each once.
#[derive(Default)]
pub struct Register {
    given: BTreeSet<String>,
    /// How many strangers were made up; their cards come from a range of their own.
    strangers: u32,
}

impl Register {
    fn once(&mut self, mut draw: impl FnMut() -> String) -> String {
        loop {
            let number = draw();
            if self.given.insert(number.clone()) {
                return number;
            }
        }
    }

    /// An identity number; the 17th digit is odd for men.
    pub fn identity(&mut self, dice: &mut Dice, area: &str, born: Date, male: bool) -> String {
        self.once(|| identity_number(area, born, dice.below(500) * 2 + u64::from(male)))
    }

    pub fn passport(&mut self, dice: &mut Dice) -> String {
        self.once(|| format!("ZZ{}", dice.digits(7)))
    }

    pub fn phone(&mut self, dice: &mut Dice) -> String {
        self.once(|| format!("{PHONE_PREFIX}{}", dice.digits(7)))
    }

    /// A card of 19 digits, or a firm's account number: the first digit after the bank's six tells which.
    pub fn card(&mut self, dice: &mut Dice, bank: &Bank) -> String {
        self.once(|| with_luhn(format!("{}{}{}", bank.bin, dice.below(7), dice.digits(11))))
    }

    /// A firm's account number of 19 digits, Luhn as well.
    pub fn firm_account(&mut self, dice: &mut Dice) -> String {
        self.once(|| with_luhn(format!("{}8{}", OWN_BANK.bin, dice.digits(11))))
    }

    pub fn credit_code(&mut self, dice: &mut Dice, kind: Registered, area: &str) -> String {
        let head = if kind == Registered::Company { "91" } else { "92" };
        self.once(|| {
            let body = format!("MA{}{}", dice.character("0123456789ABCDEFGH"), dice.digits(5));
            let first17 = format!("{head}{area}{body}{}", organisation_check(&body).unwrap_or('0'));
            let check = credit_check(&first17).unwrap_or('0');
            format!("{first17}{check}")
        })
    }

    /// Identity and card of somebody the bank has never met; the same for the same count of strangers before.
    pub fn stranger(&mut self, born: Date, male: bool) -> (String, String) {
        self.strangers += 1;
        let n = u64::from(self.strangers);
        let identity = identity_number(STRANGER_AREA, born, n % 500 * 2 + u64::from(male));
        (identity, with_luhn(format!("{}9{n:011}", OWN_BANK.bin)))
    }
}

fn identity_number(area: &str, born: Date, sequence: u64) -> String {
    let first17 = format!("{area}{:04}{:02}{:02}{:03}", born.year(), born.month(), born.day(), sequence % 1000);
    let check = identity_check(&first17).unwrap_or('0');
    format!("{first17}{check}")
}

fn with_luhn(digits: String) -> String {
    let check = luhn_check(&digits).unwrap_or('0');
    format!("{digits}{check}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::chinese::{card_number, identity};

    #[test]
    fn credit_codes_check() {
        // Codes that large companies print on every invoice; they fix both check characters.
        let cases = [
            ("91330100799655058B", true),
            ("9144030071526726XG", true),
            ("91100000100003962T", true),
            ("914403001922038216", true),
            ("91350100M000100Y43", true),
            ("91330100799655058C", false),
            ("91330100799655059B", false),
            ("9144030071526726xg", false),
            ("9133010079965505", false),
            ("91330100O99655058B", false),
            ("九一三三零零", false),
            ("", false),
        ];
        for (code, good) in cases {
            assert_eq!(is_credit_code(code), good, "{code}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_number_given_is_valid(seed: u64, days in 0i64..20_000, male: bool) {
            let (mut dice, mut register) = (Dice::new(seed, "numbers"), Register::default());
            let born = Date::from_days(days);
            let number = register.identity(&mut dice, "990211", born, male);
            proptest::prop_assert_eq!(identity(&number, born), Ok(number.clone()));
            for bank in &BANKS {
                let card = register.card(&mut dice, bank);
                proptest::prop_assert_eq!(card_number(&card), Some(card.clone()));
                proptest::prop_assert_eq!(bank_of(&card), Some(bank));
            }
            proptest::prop_assert!(is_credit_code(&register.credit_code(&mut dice, Registered::Company, "990101")));
            proptest::prop_assert!(is_credit_code(&register.credit_code(&mut dice, Registered::SoleTrader, "990122")));
        }

        #[test]
        fn one_changed_digit_is_found(place in 0usize..17, by in 1u8..10) {
            let mut code: Vec<u8> = b"91330100799655058B".to_vec();
            code[place] = b'0' + (code[place] - b'0' + by) % 10;
            proptest::prop_assert!(!is_credit_code(std::str::from_utf8(&code).unwrap()));
        }
    }

    #[test]
    fn a_register_never_repeats() {
        let (mut dice, mut register) = (Dice::new(3, "numbers"), Register::default());
        let born = Date::parse("1990-05-01").unwrap();
        let all: BTreeSet<String> = (0..500).map(|_| register.identity(&mut dice, "990211", born, false)).collect();
        assert_eq!(all.len(), 500, "every sequence number of a day and sex, none twice");
    }
}
