//! The verification code of a document: what a stranger types to learn whether the bank issued it.
//!
//! 80 bits as 16 characters of Crockford base32 and a seventeenth that checks them, written `7KQF-M2XD-9HTA-4C6WP`. The bits are a
//! keyed hash of the document's id and content, so they cannot be guessed without the bank's key file, and belong to this content
//! alone. At [`GUESSES_PER_SECOND`] a guesser meets one of 10⁹ documents after 38 years on average, and the public page allows far
//! fewer. The check character makes the weighted sum over GF(32) zero; the weights are different powers of a generator, so every wrong
//! character and every exchange of two is seen: a slip of the finger is told as one, not as a forgery.
use crate::CODE_TYPO;
use kernel::chinese::half_width;
use kernel::{Error, Result};
use std::fmt;

/// Bits of a code that are not the check.
pub const CODE_BITS: u32 = 80;
/// Guesses a second for which the module's head counts.
pub const GUESSES_PER_SECOND: u64 = 1_000_000;
/// Characters of a code without the hyphens.
pub const CODE_CHARS: usize = 17;
/// Characters looked at in what somebody typed.
const TYPED_CHARS_MAX: usize = 64;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code whose check character is right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code([u8; CODE_CHARS]);

/// GF(32) with x⁵ = x² + 1.
fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b > 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a <<= 1;
        if a & 32 != 0 {
            a ^= 0b10_0101;
        }
        b >>= 1;
    }
    product
}

/// The weighted sum; the last character has the weight 1.
fn sum(values: &[u8; CODE_CHARS]) -> u8 {
    let mut weight = 1;
    let mut total = 0;
    for value in values.iter().rev() {
        total ^= times(*value, weight);
        weight = times(weight, 2);
    }
    total
}

impl Code {
    /// From the first [`CODE_BITS`] bits of a keyed hash.
    pub(crate) fn of(mac: &[u8; 32]) -> Code {
        let mut bits = [0u8; 16];
        bits[..10].copy_from_slice(&mac[..10]);
        let bits = u128::from_be_bytes(bits) >> (128 - CODE_BITS);
        let mut values = [0u8; CODE_CHARS];
        for (i, value) in values.iter_mut().take(CODE_CHARS - 1).enumerate() {
            *value = (bits >> (CODE_BITS - 5 * (i as u32 + 1)) & 31) as u8;
        }
        values[CODE_CHARS - 1] = sum(&values);
        Code(values)
    }

    /// Reads what somebody typed or scanned: small letters, full-width characters, hyphens and spaces are forgiven, O is 0, I and L are 1.
    /// `CODE_TYPO` says what is wrong with it.
    pub fn parse(text: &str) -> Result<Code> {
        let typo = |why: String| Error::new(&CODE_TYPO, why);
        let plain = half_width(&text.chars().take(TYPED_CHARS_MAX).collect::<String>());
        let typed: Vec<char> = plain.chars().filter(|c| !c.is_whitespace() && !"-‐–—_.".contains(*c)).collect();
        if typed.len() != CODE_CHARS {
            return Err(typo(format!("the code has {CODE_CHARS} letters and digits, {} were given", typed.len())));
        }
        let mut values = [0u8; CODE_CHARS];
        for (value, c) in values.iter_mut().zip(typed) {
            *value = value_of(c).ok_or_else(|| typo(format!("a code has no {c:?}")))?;
        }
        if sum(&values) != 0 {
            return Err(typo("the last character does not fit the others".into()));
        }
        Ok(Code(values))
    }

    /// Without hyphens, for addresses and indexes.
    pub fn plain(&self) -> String {
        self.0.iter().map(|v| char::from(ALPHABET[usize::from(*v)])).collect()
    }
}

fn value_of(c: char) -> Option<u8> {
    match c.to_ascii_uppercase() {
        'O' => Some(0),
        'I' | 'L' => Some(1),
        c => ALPHABET.iter().position(|a| char::from(*a) == c).map(|i| i as u8),
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        f.pad(&[&plain[..4], &plain[4..8], &plain[8..12], &plain[12..]].join("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(n: u8) -> Code {
        Code::of(blake3::hash(&[n]).as_bytes())
    }

    #[test]
    fn a_code_is_read_back_however_it_was_typed() {
        for n in 0..=255 {
            let shown = code(n).to_string();
            assert_eq!(shown.len(), CODE_CHARS + 3);
            for typed in [
                shown.clone(),
                shown.to_lowercase(),
                shown.replace('-', ""),
                shown.replace('-', " "),
                shown.replace('0', "o").replace('1', "l"),
                format!("　{}　", shown.replace('-', "－")),
            ] {
                assert_eq!(Code::parse(&typed).unwrap(), code(n), "{typed}");
            }
        }
    }

    #[test]
    fn every_wrong_character_and_every_exchange_of_two_is_a_typing_error() {
        for n in 0..8 {
            let right: Vec<char> = code(n).plain().chars().collect();
            let refused =
                |typed: &[char]| Code::parse(&typed.iter().collect::<String>()).is_err_and(|e| e.is(&CODE_TYPO));
            for i in 0..CODE_CHARS {
                for other in ALPHABET.iter().map(|a| char::from(*a)).filter(|c| *c != right[i]) {
                    let mut typed = right.clone();
                    typed[i] = other;
                    assert!(refused(&typed), "{typed:?}");
                }
                for j in (0..i).filter(|j| right[*j] != right[i]) {
                    let mut typed = right.clone();
                    typed.swap(i, j);
                    assert!(refused(&typed), "{typed:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_code_is_told_as_one() {
        let long = "A".repeat(10_000);
        for typed in ["", "7KQF", "U7KQF-M2XD-9HTA-4C6W", "回单回单回单回单回单回单回单回单回", &long, "\0\0\0\0"]
        {
            assert!(Code::parse(typed).unwrap_err().is(&CODE_TYPO), "{typed:?}");
        }
    }

    #[test]
    fn the_bits_are_the_first_of_the_hash() {
        let mut mac = [0u8; 32];
        mac[..10].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1]);
        assert!(Code::of(&mac).plain().starts_with("ZZZZZZZZ00000001"), "{}", Code::of(&mac));
    }
}
