//! What a unit is worth on a day, and the two divisions between money and units.
use crate::NAV_DAYS_MAX;
use kernel::error::AMOUNT_OVERFLOW;
use kernel::{BookId, Currency, Date, Error, Money, Result, Timestamp};
use store::{Tx, params};

/// Parts of a currency unit in which values are kept: 1.0234 is 10,234.
pub const NAV_SCALE: i64 = 10_000;
/// No unit is worth more than this many currency units.
const NAV_MAX: i64 = 1_000_000;

/// The value of one unit (单位净值): currency units, four decimals, above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nav(i64);

impl Nav {
    pub fn new(scaled: i64) -> Option<Nav> {
        (1..=NAV_MAX * NAV_SCALE).contains(&scaled).then_some(Nav(scaled))
    }
    /// Ten-thousandths of a currency unit.
    pub fn get(self) -> i64 {
        self.0
    }
    /// Reads `1.0234`: digits with at most four decimals.
    pub fn parse(text: &str) -> Option<Nav> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 4 {
            return None;
        }
        format!("{whole}{part:0<4}").parse().ok().and_then(Nav::new)
    }
}

impl std::fmt::Display for Nav {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:04}", self.0 / NAV_SCALE, self.0 % NAV_SCALE)
    }
}
impl serde::Serialize for Nav {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl store::Column for Nav {
    fn param(&self) -> store::Param<'_> {
        store::Param::Int(self.0)
    }
    fn from_param(value: &store::Param<'_>) -> Result<Self> {
        Nav::new(value.int()?).ok_or_else(|| Error::broken(format!("a column holds {value:?} where a value belongs")))
    }
}

store::record! {
    /// The value of a product's unit at the end of a day.
    pub struct NavRow in "wealth_navs" key 3 {
        /// Always the head office.
        pub book: BookId,
        pub product: String,
        pub day: Date,
        pub value: Nav,
        pub document: String,
        pub approved_by: String,
        pub approved_at: Timestamp,
    }
}

/// Units for money: cut to 0.01 unit.
pub fn units_of(net: Money, nav: Nav) -> Result<Money> {
    divided(i128::from(net.minor) * i128::from(NAV_SCALE), i128::from(nav.0), Currency::UNITS)
}

/// Money for units: cut to the currency's minor unit.
pub fn worth(units: Money, nav: Nav, currency: Currency) -> Result<Money> {
    divided(i128::from(units.minor) * i128::from(nav.0), i128::from(NAV_SCALE), currency)
}

/// The fee inside an amount (外扣法): amount − amount ÷ (1 + rate), the net amount rounded half up. Millionths.
pub(crate) fn fee_inside(amount: Money, millionths: i64) -> Result<Money> {
    let (top, bottom) = (i128::from(amount.minor) * 1_000_000, 1_000_000 + i128::from(millionths));
    let net = divided(2 * top + bottom, 2 * bottom, amount.currency)?;
    amount.sub(net)
}

fn divided(top: i128, bottom: i128, currency: Currency) -> Result<Money> {
    let minor = i64::try_from(top.div_euclid(bottom));
    minor.map(|minor| Money::new(minor, currency)).map_err(|_| Error::new(&AMOUNT_OVERFLOW, "the amount is too large"))
}

/// The values of a product up to a day, oldest first, at most [`NAV_DAYS_MAX`].
pub(crate) fn navs(tx: &mut Tx<'_>, product: &str, to: Date) -> Result<Vec<NavRow>> {
    let tail = "WHERE book = ?1 AND product = ?2 AND day <= ?3 ORDER BY day DESC LIMIT ?4";
    let mut found = tx.select::<NavRow>(tail, params![BookId::HEAD_OFFICE, product.to_owned(), to, NAV_DAYS_MAX])?;
    found.reverse();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_have_four_decimals_and_stand_above_zero() {
        let cases = [("1", Some(10_000)), ("1.0234", Some(10_234)), ("0.9", Some(9_000)), ("0", None), ("1.", None)];
        let more = [("1.00001", None), ("-1", None), ("1,0", None), (".5", None), ("1000001", None), ("一", None)];
        for (text, want) in cases.into_iter().chain(more) {
            assert_eq!(Nav::parse(text).map(Nav::get), want, "{text}");
        }
        assert_eq!(Nav::parse("1.02").unwrap().to_string(), "1.0200");
    }

    #[test]
    fn the_fee_is_inside_and_rounded_once() {
        // amount, rate in millionths, fee
        let cases = [(1_000_000, 0, 0), (1_000_000, 1_000, 999), (1_015_000, 15_000, 15_000), (1, 15_000, 0)];
        for (fen, rate, fee) in cases {
            assert_eq!(fee_inside(Money::cny(fen), rate).unwrap(), Money::cny(fee), "{fen} at {rate}");
        }
    }

    proptest! {
        #[test]
        fn to_units_and_back_loses_less_than_a_unit_step_and_never_gains(fen in 1i64..10_000_000_000, at in 1i64..1_000_000) {
            let (net, nav) = (Money::cny(fen), Nav::new(at).unwrap());
            let units = units_of(net, nav).unwrap();
            let back = worth(units, nav, Currency::CNY).unwrap();
            prop_assert!(back.minor <= fen);
            // One hundredth of a unit, and one fen for the cut.
            prop_assert!(fen - back.minor <= at / NAV_SCALE + 2, "{fen} at {nav} gives {}", back.minor);
            let again = units_of(Money::cny(fen + 1), nav).unwrap();
            prop_assert!(again.minor >= units.minor);
        }

        #[test]
        fn two_parts_are_never_worth_more_than_the_whole(a in 0i64..1_000_000_000, b in 0i64..1_000_000_000, at in 1i64..1_000_000) {
            let nav = Nav::new(at).unwrap();
            let of = |n: i64| worth(Money::new(n, Currency::UNITS), nav, Currency::CNY).unwrap().minor;
            prop_assert!(of(a) + of(b) <= of(a + b));
        }

        #[test]
        fn fee_and_net_are_the_amount(fen in 0i64..10_000_000_000, rate in 0i64..100_000) {
            let fee = fee_inside(Money::cny(fen), rate).unwrap().minor;
            prop_assert!((0..=fen).contains(&fee));
            let net = i128::from(fen - fee);
            let exact = i128::from(fen) * 1_000_000;
            prop_assert!((net * i128::from(1_000_000 + rate) - exact).abs() * 2 <= i128::from(1_000_000 + rate));
        }
    }
}
