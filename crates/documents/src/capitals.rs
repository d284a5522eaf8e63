//! Amounts in Chinese capitals (大写), as payment vouchers carry them beside the figures: 支付结算办法, annex 1, rules 1 to 5.
use kernel::{Currency, Money};

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const YI: u64 = 100_000_000;
/// Yuan up to which there are words: one below ten thousand times 亿亿.
const YUAN_MAX: u64 = YI * YI - 1;

/// `人民币壹仟肆佰零玖元伍角`. `None` for amounts below zero, other currencies, and ten quadrillion yuan or more.
pub fn capitals(amount: Money) -> Option<String> {
    let fen = u64::try_from(amount.minor).ok().filter(|_| amount.currency == Currency::CNY)?;
    let (yuan, jiao, fen) = (fen / 100, fen / 10 % 10, fen % 10);
    if yuan > YUAN_MAX {
        return None;
    }
    let mut out = String::from("人民币");
    if yuan > 0 || (jiao, fen) == (0, 0) {
        out.push_str(&whole(yuan));
        out.push('元');
    }
    match (jiao, fen) {
        (0, 0) => out.push('整'),
        (0, fen) => {
            if yuan > 0 {
                out.push('零');
            }
            out.extend([digit(fen), '分']);
        }
        (jiao, 0) => out.extend([digit(jiao), '角']),
        (jiao, fen) => out.extend([digit(jiao), '角', digit(fen), '分']),
    }
    Some(out)
}

fn digit(n: u64) -> char {
    DIGITS[n as usize % 10]
}

fn whole(n: u64) -> String {
    if n == 0 {
        return "零".into();
    }
    let (high, low) = (n / YI, n % YI);
    let mut out = String::new();
    if high > 0 {
        out.push_str(&eight(high));
        out.push('亿');
    }
    if low > 0 {
        if high > 0 && low < YI / 10 {
            out.push('零');
        }
        out.push_str(&eight(low));
    }
    out
}

/// 1 to 99,999,999.
fn eight(n: u64) -> String {
    let (high, low) = (n / 10_000, n % 10_000);
    let mut out = String::new();
    if high > 0 {
        out.push_str(&four(high));
        out.push('万');
    }
    if low > 0 {
        if high > 0 && low < 1_000 {
            out.push('零');
        }
        out.push_str(&four(low));
    }
    out
}

/// 1 to 9,999.
fn four(n: u64) -> String {
    let mut out = String::new();
    let mut gap = false;
    for (place, unit) in [(1_000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        match n / place % 10 {
            0 => gap = !out.is_empty(),
            d => {
                if std::mem::take(&mut gap) {
                    out.push('零');
                }
                out.push(digit(d));
                out.push_str(unit);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_the_rules_write_them() {
        let cases = [
            (140_950, "壹仟肆佰零玖元伍角"),
            (600_714, "陆仟零柒元壹角肆分"),
            (168_032, "壹仟陆佰捌拾元叁角贰分"),
            (10_700_053, "壹拾万柒仟元伍角叁分"),
            (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
            (32_504, "叁佰贰拾伍元零肆分"),
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角"),
            (1_348_868, "壹万叁仟肆佰捌拾捌元陆角捌分"),
            (100_000_000, "壹佰万元整"),
            (10_001_000, "壹拾万零壹拾元整"),
            (1_000_000_000_100, "壹佰亿零壹元整"),
            (100_010_000_000_000, "壹万零壹亿元整"),
            (999_999_999_999_999, "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ];
        for (fen, want) in cases {
            assert_eq!(capitals(Money::cny(fen)).unwrap(), format!("人民币{want}"), "{fen}");
        }
        assert_eq!(capitals(Money::cny(-1)), None);
        assert_eq!(capitals(Money::cny(i64::MAX)), None);
        assert_eq!(capitals(Money::new(1, Currency::USD)), None);
    }
}
