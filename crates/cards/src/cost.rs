//! What credit costs, said as people compare it: money in all, and a rate for a year. Pure and exact in whole numbers.
//!
//! The yearly rate of instalments is the one at which all parts with their fees, a month between two, are worth today what was
//! bought, times twelve (内部收益率, as 中国人民银行公告〔2021〕第3号 has lenders show it).
use crate::credit::{GRAINS_PER_MINOR, rounded};
use std::fmt;

/// Hundredths of a per cent a year; shown as `13.03%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Yearly(pub i64);

impl fmt::Display for Yearly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}%", self.0 / 100, self.0 % 100)
    }
}

/// Days of a year for a daily rate.
const DAYS: i128 = 365;
const MONTHS: i128 = 12;
/// One, in the fixed point of the search; a monthly rate is exact to 10⁻¹².
const ONE: i128 = 1_000_000_000_000;
/// Hundredths of a per cent in the whole.
const WHOLE: i128 = 10_000;

/// A daily rate in grains a minor unit, over a year without interest on interest.
pub fn of_daily(grains: i64) -> Yearly {
    Yearly(rounded(i128::from(grains) * DAYS * WHOLE))
}

/// A daily rate in grains a minor unit, as per cent: `0.05%`.
pub fn daily_shown(grains: i64) -> String {
    let millionths = i128::from(grains) * 100_000_000 / GRAINS_PER_MINOR;
    let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// What the parts, a month between two, are worth today at a monthly rate in [`ONE`]ths.
fn worth(parts: &[i64], rate: i128) -> i128 {
    let mut factor = ONE;
    parts.iter().fold(0, |sum, part| {
        factor = factor * ONE / (ONE + rate);
        sum + i128::from(*part) * factor
    })
}

/// The yearly rate of a purchase of `principal` minor units that is paid in `parts`, fees included.
pub fn of_parts(principal: i64, parts: &[i64]) -> Yearly {
    let (mut low, mut high) = (0, ONE);
    while high - low > 1 {
        let middle = (low + high) / 2;
        match worth(parts, middle) > i128::from(principal) * ONE {
            true => low = middle,
            false => high = middle,
        }
    }
    Yearly(((high * MONTHS * WHOLE * 2 + ONE) / (2 * ONE)) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_rate_is_told_for_a_year() {
        for (grains, yearly, daily) in [(50_000, "18.25%", "0.05%"), (35_000, "12.78%", "0.035%"), (0, "0.00%", "0%")] {
            assert_eq!((of_daily(grains).to_string().as_str(), daily_shown(grains).as_str()), (yearly, daily));
        }
    }

    /// Known pairs: what 0.60 % of the principal a month comes to, by the internal rate of return.
    #[test]
    fn instalments_cost_nearly_twice_what_their_fee_seems_to_say() {
        for (periods, yearly) in [(3, 1_077), (6, 1_224), (12, 1_303), (24, 1_327)] {
            let part = 1_200_000 / periods + 7_200;
            assert_eq!(of_parts(1_200_000, &vec![part; periods as usize]), Yearly(yearly), "{periods}");
        }
    }

    #[test]
    fn what_costs_nothing_is_nothing_and_an_unfair_offer_is_seen() {
        assert_eq!(of_parts(1_200, &[100; 12]), Yearly(0));
        assert_eq!(of_parts(100, &[110]), Yearly(12_000), "a tenth a month");
    }
}
