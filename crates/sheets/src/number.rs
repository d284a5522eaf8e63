//! Amounts, quantities and digit strings, exactly.
//!
//! A number in a sheet is a float. A spreadsheet keeps and compares 15 significant digits of it, so those 15 are read, as decimal
//! text and never by calculating with floats. What formulas leave behind (0.1 + 0.2 = 0.30000000000000004, 1E-13 for nothing) is
//! below a millionth and is dropped; a third decimal of an amount is not such a rest and is refused.
use crate::clean::plain;

/// Why a text or number is not the decimal that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Unreadable,
    /// More decimals than the unit has.
    Decimals,
    TooLarge,
}

/// Floats at and above this hold no longer every whole number (2^53).
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
/// Decimals of a float below which only the rests of formulas live.
const FLOAT_DECIMALS_MAX: u32 = 6;

/// `(mantissa, decimals)` of the 15 significant digits, no trailing zero in the decimals. `None` from 10^15 on.
fn significant(n: f64) -> Option<(i64, u32)> {
    if !n.is_finite() || n.abs() >= 1e15 {
        return None;
    }
    if n.fract() == 0.0 {
        return Some((n as i64, 0));
    }
    let text = format!("{n:.14e}");
    let (digits, exponent) = text.split_once('e')?;
    let mantissa: i64 = digits.replace('.', "").parse().ok()?;
    let decimals = 14 - exponent.parse::<i32>().ok()?;
    u32::try_from(decimals).ok().map(|d| short(mantissa, d))
}

fn short(mut mantissa: i64, mut decimals: u32) -> (i64, u32) {
    while decimals > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        decimals -= 1;
    }
    (mantissa, decimals)
}

/// Rounds, half away from zero, to at most `keep` decimals.
fn settle(mantissa: i64, decimals: u32, keep: u32) -> (i64, u32) {
    if decimals <= keep {
        return (mantissa, decimals);
    }
    let cut = decimals - keep;
    let Some(unit) = 10i64.checked_pow(cut) else { return (0, 0) };
    let rounded = mantissa / unit + (mantissa % unit) / (unit / 2);
    short(rounded, keep)
}

/// A float in units of 10^-`decimals`.
pub(crate) fn scaled_number(n: f64, decimals: u32) -> Result<i64, Why> {
    let (mantissa, has) = significant(n).ok_or(if n.is_finite() { Why::TooLarge } else { Why::Unreadable })?;
    let (mantissa, has) = settle(mantissa, has, FLOAT_DECIMALS_MAX);
    let up = decimals.checked_sub(has).ok_or(Why::Decimals)?;
    10i64.checked_pow(up).and_then(|f| mantissa.checked_mul(f)).ok_or(Why::TooLarge)
}

/// As the sheet shows it in a wide cell of no special format.
pub(crate) fn number_text(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < WHOLE_MAX {
        return (n as i64).to_string();
    }
    match significant(n) {
        Some((mantissa, decimals)) if decimals <= 20 => {
            let d = decimals as usize;
            let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = d + 1);
            let (whole, part) = digits.split_at(digits.len() - d);
            format!("{}{whole}.{part}", if mantissa < 0 { "-" } else { "" })
        }
        _ => format!("{n:.14E}"),
    }
}

/// The digits of a number that should have been text. `None` when digits are lost: not whole, negative, at or above 2^53, or of 16
/// digits with a 0 at the end, as a spreadsheet leaves a number typed with more than 15.
pub(crate) fn whole_digits(n: f64) -> Option<String> {
    if n.fract() != 0.0 || !(0.0..WHOLE_MAX).contains(&n) {
        return None;
    }
    let text = (n as u64).to_string();
    (text.len() < 16 || !text.ends_with('0')).then_some(text)
}

/// A text in units of 10^-`decimals`, with its sign: `1,234.50`, `¥1，234.50元`, `(5.00)`, `５－`. `Ok(None)` for nothing and for the
/// strokes that stand for nothing (`-`, `—`, `/`, `无`). `marks` may stand before, `units` after the number.
pub(crate) fn scaled_text(text: &str, decimals: u32, marks: &[&str], units: &[&str]) -> Result<Option<i64>, Why> {
    let text = plain(text).to_uppercase();
    if matches!(text.as_str(), "" | "-" | "--" | "—" | "——" | "–" | "/" | "无") {
        return Ok(None);
    }
    let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    let mut negative = inner.is_some();
    let mut rest = inner.unwrap_or(&text).trim();
    let mut signs = usize::from(negative);
    loop {
        let before = rest;
        rest = marks.iter().find_map(|m| rest.strip_prefix(m)).unwrap_or(rest).trim_start();
        rest = units.iter().find_map(|u| rest.strip_suffix(u)).unwrap_or(rest).trim_end();
        if let Some(t) = rest.strip_prefix(['-', '−', '–']).or_else(|| rest.strip_suffix(['-', '−'])) {
            (rest, negative, signs) = (t.trim(), true, signs + 1);
        } else if let Some(t) = rest.strip_prefix('+') {
            (rest, signs) = (t.trim(), signs + 1);
        }
        if rest == before {
            break;
        }
    }
    if signs > 1 {
        return Err(Why::Unreadable);
    }
    let units = unsigned(rest, decimals)?;
    Ok(Some(if negative { -units } else { units }))
}

fn unsigned(text: &str, decimals: u32) -> Result<i64, Why> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|g| g.len() == 3));
    if !grouped || !groups.iter().all(|g| digits(g)) || !digits(part) {
        return Err(Why::Unreadable);
    }
    let part = part.trim_end_matches('0');
    if part.len() > decimals as usize {
        return Err(Why::Decimals);
    }
    format!("{}{part:0<width$}", groups.concat(), width = decimals as usize).parse().map_err(|_| Why::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MARKS: &[&str] = &["¥", "￥", "RMB", "CNY", "人民币"];
    const UNITS: &[&str] = &["元整", "元"];

    #[test]
    fn amounts_as_people_write_them() {
        let cases: &[(&str, Result<Option<i64>, Why>)] = &[
            ("1234.5", Ok(Some(123_450))),
            ("1,234.50", Ok(Some(123_450))),
            ("1，234.50", Ok(Some(123_450))),
            ("１２３４．５０", Ok(Some(123_450))),
            ("¥1,234.50", Ok(Some(123_450))),
            ("￥ 1234.50元", Ok(Some(123_450))),
            ("人民币1234元整", Ok(Some(123_400))),
            ("rmb 12", Ok(Some(1_200))),
            ("'1234.50", Ok(Some(123_450))),
            ("1234.50\u{a0}", Ok(Some(123_450))),
            ("\u{200b}1234.5000", Ok(Some(123_450))),
            ("-5", Ok(Some(-500))),
            ("¥-5", Ok(Some(-500))),
            ("-¥5", Ok(Some(-500))),
            ("－5", Ok(Some(-500))),
            ("(5.00)", Ok(Some(-500))),
            ("5.00-", Ok(Some(-500))),
            ("+5", Ok(Some(500))),
            ("--5", Err(Why::Unreadable)),
            ("(-5)", Err(Why::Unreadable)),
            ("-", Ok(None)),
            ("—", Ok(None)),
            ("", Ok(None)),
            ("　", Ok(None)),
            ("1.234", Err(Why::Decimals)),
            ("1.234,50", Err(Why::Unreadable)),
            ("12,34", Err(Why::Unreadable)),
            ("1 234.50", Err(Why::Unreadable)),
            ("1.2万", Err(Why::Unreadable)),
            ("1e5", Err(Why::Unreadable)),
            ("1.", Err(Why::Unreadable)),
            (".5", Err(Why::Unreadable)),
            ("$5", Err(Why::Unreadable)),
            ("壹佰元", Err(Why::Unreadable)),
            ("99999999999999999999", Err(Why::TooLarge)),
        ];
        for (text, want) in cases {
            assert_eq!(scaled_text(text, 2, MARKS, UNITS), *want, "{text:?}");
        }
    }

    #[test]
    fn floats_are_read_to_fifteen_digits() {
        let cases = [
            (1234.5, Ok(123_450)),
            (0.1 + 0.2, Ok(30)),
            (1e-13, Ok(0)),
            (-1e-13, Ok(0)),
            (1234.56, Ok(123_456)),
            (1_233.999_999_999_9, Ok(123_400)),
            (8000.0, Ok(800_000)),
            (-3.0, Ok(-300)),
            (1234.567, Err(Why::Decimals)),
            (0.005, Err(Why::Decimals)),
            (1e15, Err(Why::TooLarge)),
            (f64::NAN, Err(Why::Unreadable)),
            (f64::INFINITY, Err(Why::Unreadable)),
        ];
        for (n, want) in cases {
            assert_eq!(scaled_number(n, 2), want, "{n}");
        }
    }

    #[test]
    fn digits_that_a_float_lost_are_not_made_up() {
        let cases = [
            (6_222_021_234_567_891.0, Some("6222021234567891")),
            (6_222_021_234_567_890.0, None),
            (622_202_123_456_789.0, Some("622202123456789")),
            (1_380_013_800.0, Some("1380013800")),
            (9_007_199_254_740_992.0, None),
            (1.101_051_949_123_1e17, None),
            (12.5, None),
            (-1.0, None),
            (f64::NAN, None),
        ];
        for (n, want) in cases {
            assert_eq!(whole_digits(n).as_deref(), want, "{n}");
        }
        assert_eq!(number_text(0.1 + 0.2), "0.3");
        assert_eq!(number_text(-1234.5), "-1234.5");
        assert_eq!(number_text(1.5e-9), "0.0000000015");
    }

    proptest! {
        #[test]
        fn an_amount_survives_as_float_and_as_text(fen in 0i64..1_000_000_000_000_000) {
            let text = format!("{}.{:02}", fen / 100, fen % 100);
            prop_assert_eq!(scaled_number(text.parse().unwrap(), 2), Ok(fen));
            prop_assert_eq!(scaled_text(&text, 2, MARKS, UNITS), Ok(Some(fen)));
            let grouped = kernel::Money::cny(-fen).grouped();
            prop_assert_eq!(scaled_text(&grouped, 2, MARKS, UNITS), Ok(Some(-fen)));
        }
        #[test]
        fn any_text_and_any_float_are_answered(text in ".*", n: f64) {
            let _ = scaled_text(&text, 2, MARKS, UNITS);
            let _ = scaled_number(n, 2);
            let _ = whole_digits(n);
            prop_assert!(!number_text(n).is_empty());
        }
    }
}
