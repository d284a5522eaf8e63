//! What identity and card numbers of this country look like, and how they are masked.
use crate::clock::Date;
use crate::money::{Currency, Money};

/// Full-width digits, letters and punctuation (U+FF01–U+FF5E) and the ideographic space, as ASCII.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        })
        .collect()
}

/// Why an identity number is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityFault {
    /// Not 18 characters of 0-9 with a last 0-9 or X.
    Shape,
    /// Characters 7 to 14 are not a date, or one after today.
    Birth,
    /// The check character is another (ISO 7064 MOD 11-2).
    Check,
    /// What a spreadsheet leaves of a number it took for a quantity: an exponent, or 15 digits and then zeros.
    Damaged,
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// The 18th character for the first 17 digits (GB 11643-1999, annex: ISO 7064 MOD 11-2). `None` unless 17 digits.
pub fn identity_check(first17: &str) -> Option<char> {
    let digits: Vec<u32> = first17.chars().filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != 17 || first17.len() != 17 {
        return None;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    Some(b"10X98765432"[(sum % 11) as usize] as char)
}

/// A resident identity number (公民身份号码, GB 11643): 18 characters, upper-case X. `today` bounds the birth date.
/// Full-width characters, spaces and a small x are forgiven; nothing else is.
pub fn identity(text: &str, today: Date) -> Result<String, IdentityFault> {
    let t: String = half_width(text).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    if t.contains('E') || t.contains('.') {
        return Err(IdentityFault::Damaged);
    }
    let is_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (first17, last) = t.split_at_checked(17).ok_or(IdentityFault::Shape)?;
    if !is_digits(first17) || last.len() != 1 || !(is_digits(last) || last == "X") {
        return Err(IdentityFault::Shape);
    }
    if identity_birth(&t).is_none_or(|born| born > today) {
        return Err(if t.ends_with("000") { IdentityFault::Damaged } else { IdentityFault::Birth });
    }
    match identity_check(first17) == t.chars().last() {
        true => Ok(t),
        false if t.ends_with("000") => Err(IdentityFault::Damaged),
        false => Err(IdentityFault::Check),
    }
}

/// The birth date in characters 7 to 14 of an identity number.
pub fn identity_birth(number: &str) -> Option<Date> {
    let part = |at: std::ops::Range<usize>| number.get(at).filter(|p| p.bytes().all(|b| b.is_ascii_digit()));
    Date::ymd(part(6..10)?.parse().ok()?, part(10..12)?.parse().ok()?, part(12..14)?.parse().ok()?).ok()
}

/// The Luhn check digit (ISO/IEC 7812-1, annex B) for the digits before it. `None` when there is something but digits.
pub fn luhn_check(digits: &str) -> Option<char> {
    let mut sum = 0;
    for (i, c) in digits.chars().rev().enumerate() {
        let d = c.to_digit(10)?;
        sum += if i % 2 == 0 { d / 5 + d * 2 % 10 } else { d };
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// A card or passbook number: 12 to 19 digits whose last is the Luhn digit. Spaces, hyphens and full-width digits are
/// forgiven.
pub fn card_number(text: &str) -> Option<String> {
    let t: String = half_width(text).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = (12..=19).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    (digits && luhn_check(&t[..t.len() - 1]) == t.chars().last()).then_some(t)
}

/// `330***********1234`: the first `head` and last `tail` characters stay.
pub fn mask(text: &str, head: usize, tail: usize) -> String {
    let n = text.chars().count();
    if n <= head + tail {
        return "*".repeat(n);
    }
    text.chars().enumerate().map(|(i, c)| if i < head || i >= n - tail { c } else { '*' }).collect()
}

/// `张*`, `欧阳**`: the first character of a name stays (of a long or foreign name the first two).
pub fn mask_name(name: &str) -> String {
    let n = name.chars().count();
    mask(name, if n > 3 { 2 } else { 1 }, 0)
}

/// `330***********1234`
pub fn mask_identity(number: &str) -> String {
    mask(number, 3, 4)
}

/// `6200 **** 1234`
pub fn mask_card(number: &str) -> String {
    let tail: String = number.chars().skip(number.chars().count().saturating_sub(4)).collect();
    let head: String = number.chars().take(4).collect();
    if number.chars().count() > 8 { format!("{head} **** {tail}") } else { mask(number, 0, 2) }
}

/// `138****5678`
pub fn mask_phone(number: &str) -> String {
    mask(number, 3, 4)
}

const CAPITALS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// An amount of yuan in capital words (大写), as they are written on cheques (正确填写票据和结算凭证的基本规定): `壹仟零伍元叁角整`.
/// `None` below zero, from a million million yuan on, and in other currencies.
pub fn capital_amount(amount: Money) -> Option<String> {
    const GROUPS: [&str; 3] = ["亿", "万", ""];
    if amount.currency != Currency::CNY || !(0..100_000_000_000_000).contains(&amount.minor) {
        return None;
    }
    let (yuan, jiao, fen) = (amount.minor / 100, amount.minor / 10 % 10, amount.minor % 10);
    let groups = [yuan / 100_000_000, yuan / 10_000 % 10_000, yuan % 10_000];
    let (mut out, mut gap) = (String::new(), false);
    for (group, unit) in groups.into_iter().zip(GROUPS) {
        if group == 0 {
            gap = !out.is_empty();
            continue;
        }
        if !out.is_empty() && (gap || group < 1_000) {
            out.push('零');
        }
        out.push_str(&capital_group(group));
        out.push_str(unit);
        gap = false;
    }
    if yuan > 0 {
        out.push('元');
    }
    match (jiao, fen) {
        (0, 0) if yuan == 0 => out.push_str("零元整"),
        (0, 0) => out.push('整'),
        (0, _) if yuan > 0 => out.push('零'),
        (0, _) => {}
        _ => out.extend([capital(jiao), '角']),
    }
    match fen {
        0 if jiao > 0 => out.push('整'),
        0 => {}
        _ => out.extend([capital(fen), '分']),
    }
    Some(out)
}

fn capital(digit: i64) -> char {
    usize::try_from(digit).ok().and_then(|d| CAPITALS.get(d)).copied().unwrap_or('零')
}

/// 1 to 9,999.
fn capital_group(n: i64) -> String {
    let (mut out, mut gap) = (String::new(), false);
    for (digit, unit) in [(n / 1_000, "仟"), (n / 100 % 10, "佰"), (n / 10 % 10, "拾"), (n % 10, "")] {
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
        }
        out.push(capital(digit));
        out.push_str(unit);
        gap = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_capital_words() {
        let cases = [
            (0, Some("零元整")),
            (5, Some("伍分")),
            (50, Some("伍角整")),
            (105, Some("壹元零伍分")),
            (20_000, Some("贰佰元整")),
            (100_530, Some("壹仟零伍元叁角整")),
            (140_950, Some("壹仟肆佰零玖元伍角整")),
            (60_070_014, Some("陆拾万零柒佰元壹角肆分")),
            (10_000_000, Some("壹拾万元整")),
            (100_000_100, Some("壹佰万零壹元整")),
            (100_200_300, Some("壹佰万贰仟零叁元整")),
            (10_000_000_000, Some("壹亿元整")),
            (10_000_000_100, Some("壹亿零壹元整")),
            (123_456_789_012, Some("壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元壹角贰分")),
            (-1, None),
            (100_000_000_000_000, None),
        ];
        for (fen, want) in cases {
            assert_eq!(capital_amount(Money::cny(fen)).as_deref(), want, "{fen}");
        }
        assert_eq!(capital_amount(Money::new(100, Currency::JPY)), None);
    }

    #[test]
    fn identity_numbers() {
        let today = Date::parse("2026-11-21").unwrap();
        // The example of GB 11643-1999.
        assert_eq!(identity("11010519491231002X", today).unwrap(), "11010519491231002X");
        assert_eq!(identity("１１０１０５ 19491231 002x", today).unwrap(), "11010519491231002X");
        let cases = [
            ("110105194912310021", IdentityFault::Check),
            ("11010519491331002X", IdentityFault::Birth),
            ("11010520301231002X", IdentityFault::Birth),
            ("1.10105194912310E+17", IdentityFault::Damaged),
            ("110105194912310000", IdentityFault::Damaged),
            ("1101051949123100", IdentityFault::Shape),
            ("", IdentityFault::Shape),
            ("622202123456789㰰", IdentityFault::Shape),
            ("11010119490101000㰰", IdentityFault::Shape),
            ("身份证号码一二三四五六七八九十一二三", IdentityFault::Shape),
        ];
        for (text, fault) in cases {
            assert_eq!(identity(text, today), Err(fault), "{text}");
        }
    }

    #[test]
    fn card_numbers() {
        assert_eq!(luhn_check("7992739871"), Some('3'));
        assert!(card_number("7992 7398 713").is_none(), "11 digits are too few");
        assert_eq!(card_number("4539-1488 0343 6467").as_deref(), Some("4539148803436467"));
        assert!(card_number("4539148803436468").is_none());
    }

    #[test]
    fn masks_hide_the_middle() {
        assert_eq!(mask_name("张三"), "张*");
        assert_eq!(mask_name("欧阳小山"), "欧阳**");
        assert_eq!(mask_identity("11010519491231002X"), "110***********002X");
        assert_eq!(mask_card("6200123412341234"), "6200 **** 1234");
        assert_eq!(mask_phone("13812345678"), "138****5678");
        assert_eq!(mask("ab", 3, 4), "**");
    }
}
