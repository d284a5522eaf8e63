//! Exact money.
//!
//! A [`Money`] is a whole number of minor units (分, cents, 1 JPY) of one [`Currency`], held in an `i64`; products are
//! computed in `i128`. Rates are decimal ([`Rate`]); every rounding has a name. Splits give away every last unit.
use crate::error::{AMOUNT_OVERFLOW, BAD_AMOUNT, BAD_CURRENCY, CURRENCY_MISMATCH, Error, Result};
use rust_decimal::Decimal;
use std::fmt;

/// An ISO 4217 currency, or a unit internal to the bank whose code begins with X and a digit (`X1C`: coupon).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    pub const CNY: Currency = Currency(*b"CNY");
    pub const USD: Currency = Currency(*b"USD");
    pub const EUR: Currency = Currency(*b"EUR");
    pub const JPY: Currency = Currency(*b"JPY");
    pub const GBP: Currency = Currency(*b"GBP");
    pub const HKD: Currency = Currency(*b"HKD");
    pub const AUD: Currency = Currency(*b"AUD");
    /// Digital coupon, an internal unit of two decimals.
    pub const COUPON: Currency = Currency(*b"X1C");
    /// Units of wealth products (份额), of two decimals; which product's is known by the account.
    pub const UNITS: Currency = Currency(*b"X2U");
    /// Internal units: code and decimals.
    pub const INTERNAL: &'static [(&'static str, u8)] = &[("X1C", 2), ("X2U", 2)];

    pub fn parse(code: &str) -> Result<Currency> {
        let known =
            Currency::INTERNAL.iter().any(|(c, _)| *c == code) || iso_currency::Currency::from_code(code).is_some();
        match <[u8; 3]>::try_from(code.as_bytes()) {
            Ok(bytes) if known => Ok(Currency(bytes)),
            _ => Err(Error::new(&BAD_CURRENCY, format!("{code:?} is not a currency")).with("given", code)),
        }
    }

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency code is ASCII")
    }

    /// Decimals of the minor unit: CNY 2, JPY 0.
    pub fn decimals(&self) -> u32 {
        if self.0 == *b"CNY" {
            return 2;
        }
        let internal = Currency::INTERNAL.iter().find(|(c, _)| *c == self.code()).map(|(_, d)| u32::from(*d));
        internal.or_else(|| iso_currency::Currency::from_code(self.code())?.exponent().map(u32::from)).unwrap_or(0)
    }

    pub fn is_internal(&self) -> bool {
        self.0[0] == b'X' && self.0[1].is_ascii_digit()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl std::str::FromStr for Currency {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        Currency::parse(s)
    }
}
impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}
impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        Currency::parse(&<std::borrow::Cow<'de, str>>::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// An amount: `minor` units of `currency`, −9.2·10¹⁸ to 9.2·10¹⁸. In JSON, `{"amount":"1234.50","currency":"CNY"}`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }
    pub const fn cny(fen: i64) -> Money {
        Money { minor: fen, currency: Currency::CNY }
    }
    pub const fn zero(currency: Currency) -> Money {
        Money { minor: 0, currency }
    }
    pub fn is_zero(&self) -> bool {
        self.minor == 0
    }
    pub fn is_positive(&self) -> bool {
        self.minor > 0
    }

    #[expect(clippy::should_implement_trait, reason = "two currencies do not add: there is no `+` on purpose")]
    pub fn add(self, other: Money) -> Result<Money> {
        self.zip(other, i64::checked_add)
    }
    #[expect(clippy::should_implement_trait, reason = "as `add`")]
    pub fn sub(self, other: Money) -> Result<Money> {
        self.zip(other, i64::checked_sub)
    }
    fn zip(self, other: Money, f: impl Fn(i64, i64) -> Option<i64>) -> Result<Money> {
        if self.currency != other.currency {
            return Err(Error::new(
                &CURRENCY_MISMATCH,
                format!("{} and {} do not add up", self.currency, other.currency),
            ));
        }
        Ok(Money { minor: f(self.minor, other.minor).ok_or_else(overflow)?, currency: self.currency })
    }

    /// Sum of many amounts of one currency; `Ok(zero)` of `currency` for none.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Money>) -> Result<Money> {
        amounts.into_iter().try_fold(Money::zero(currency), Money::add)
    }

    /// `parts` amounts that differ by at most one minor unit and sum to `self` exactly; the larger ones first. `parts` ≥ 1.
    pub fn split_evenly(self, parts: u32) -> Vec<Money> {
        let n = i64::from(parts.max(1));
        let (each, rest) = (self.minor.div_euclid(n), self.minor.rem_euclid(n));
        (0..n).map(|i| Money { minor: each + i64::from(i < rest), currency: self.currency }).collect()
    }

    /// Shares in proportion to `weights` by largest remainder; they sum to `self` exactly. Negative money and a zero sum of
    /// weights are refused.
    pub fn split_by(self, weights: &[u32]) -> Result<Vec<Money>> {
        let total: u64 = weights.iter().map(|w| u64::from(*w)).sum();
        if self.minor < 0 || total == 0 {
            return Err(Error::new(&BAD_AMOUNT, "a split needs an amount of at least zero and a weight above zero"));
        }
        let exact = |w: u32| i128::from(self.minor) * i128::from(w);
        let mut shares: Vec<i64> = weights.iter().map(|w| (exact(*w) / i128::from(total)) as i64).collect();
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by_key(|i| (-(exact(weights[*i]) % i128::from(total)), *i));
        let rest = self.minor - shares.iter().sum::<i64>();
        order.iter().take(rest as usize).for_each(|i| shares[*i] += 1);
        Ok(shares.into_iter().map(|minor| Money { minor, currency: self.currency }).collect())
    }

    /// Reads `1234.5`, `1,234.50` or `１２３４．５０` with at most the currency's decimals. No sign, no exponent.
    pub fn parse(text: &str, currency: Currency) -> Result<Money> {
        let bad = |why: &str| {
            Error::new(&BAD_AMOUNT, format!("{text:?} is not an amount of {currency}: {why}")).with("given", text)
        };
        let plain: String = crate::chinese::half_width(text.trim());
        let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
        let whole = ungroup(whole).ok_or_else(|| bad("digits only, with commas between thousands"))?;
        if part.len() > currency.decimals() as usize {
            return Err(bad(&format!("at most {} decimals", currency.decimals())));
        }
        if !part.bytes().all(|b| b.is_ascii_digit()) || (plain.contains('.') && part.is_empty()) {
            return Err(bad("digits only after the point"));
        }
        let digits = format!("{whole}{part:0<width$}", width = currency.decimals() as usize);
        let minor = digits.parse::<i64>().map_err(|_| bad("it is too large"))?;
        Ok(Money { minor, currency })
    }

    /// Plain decimal text without grouping: `-1234.50`.
    pub fn plain(&self) -> String {
        let d = self.currency.decimals() as usize;
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = d + 1);
        let (whole, part) = digits.split_at(digits.len() - d);
        let sign = if self.minor < 0 { "-" } else { "" };
        if d == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }

    /// With commas between thousands: `-1,234.50`.
    pub fn grouped(&self) -> String {
        let plain = self.plain();
        let (sign, body) = plain.strip_prefix('-').map_or(("", plain.as_str()), |b| ("-", b));
        let (whole, part) = body.split_once('.').map_or((body, None), |(w, p)| (w, Some(p)));
        let mut out = String::from(sign);
        for (i, c) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(c);
        }
        if let Some(p) = part {
            out.push('.');
            out.push_str(p);
        }
        out
    }
}

fn ungroup(whole: &str) -> Option<String> {
    let groups: Vec<&str> = whole.split(',').collect();
    let digits = |g: &&str| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
    let grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|g| g.len() == 3));
    (groups.iter().all(digits) && grouped).then(|| groups.concat())
}

fn overflow() -> Error {
    Error::new(&AMOUNT_OVERFLOW, "the amount is larger than the ledger can hold")
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.grouped())
    }
}
impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.plain())
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct MoneyText {
    amount: String,
    currency: Currency,
}
impl serde::Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        MoneyText { amount: self.plain(), currency: self.currency }.serialize(s)
    }
}
impl<'de> serde::Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let t = MoneyText::deserialize(d)?;
        let (sign, body) = t.amount.strip_prefix('-').map_or((1, t.amount.as_str()), |b| (-1, b));
        let m = Money::parse(body, t.currency).map_err(serde::de::Error::custom)?;
        Ok(Money { minor: sign * m.minor, currency: m.currency })
    }
}

/// How a fraction of a minor unit is settled. Customer postings use `HalfUp` (四舍五入).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// 0.5 away from zero.
    HalfUp,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// 0.5 to the even neighbour.
    HalfEven,
}

/// An exact decimal factor: an interest rate, a fee rate, an exchange rate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rate(Decimal);

impl Rate {
    /// `Rate::new(35, 4)` is 0.0035. `scale` ≤ 28.
    pub fn new(mantissa: i64, scale: u32) -> Rate {
        Rate(Decimal::new(mantissa, scale))
    }
    pub fn parse(text: &str) -> Result<Rate> {
        text.parse::<Decimal>().map(Rate).map_err(|_| Error::field("rate", format!("{text:?} is not a decimal number")))
    }
    pub fn decimal(&self) -> Decimal {
        self.0
    }
    /// `amount × rate` in the amount's currency, rounded once as named. `Err` when it does not fit.
    pub fn apply(&self, amount: Money, rounding: Rounding) -> Result<Money> {
        use rust_decimal::RoundingStrategy as R;
        let strategy = match rounding {
            Rounding::HalfUp => R::MidpointAwayFromZero,
            Rounding::Down => R::ToZero,
            Rounding::Up => R::AwayFromZero,
            Rounding::HalfEven => R::MidpointNearestEven,
        };
        let product =
            Decimal::from(amount.minor).checked_mul(self.0).ok_or_else(overflow)?.round_dp_with_strategy(0, strategy);
        let minor = i64::try_from(product).map_err(|_| overflow())?;
        Ok(Money { minor, currency: amount.currency })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.normalize(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let cases: &[(&str, Currency, Option<i64>)] = &[
            ("1234.5", Currency::CNY, Some(123_450)),
            ("1,234.50", Currency::CNY, Some(123_450)),
            ("１２３４．５０", Currency::CNY, Some(123_450)),
            (" 0.01 ", Currency::CNY, Some(1)),
            ("100", Currency::JPY, Some(100)),
            ("100.5", Currency::JPY, None),
            ("1.234", Currency::CNY, None),
            ("1.", Currency::CNY, None),
            (".5", Currency::CNY, None),
            ("12,34", Currency::CNY, None),
            ("-5", Currency::CNY, None),
            ("1e5", Currency::CNY, None),
            ("", Currency::CNY, None),
            ("99999999999999999999", Currency::CNY, None),
        ];
        for (text, currency, want) in cases {
            assert_eq!(Money::parse(text, *currency).ok().map(|m| m.minor), *want, "{text}");
        }
    }

    #[test]
    fn shown_with_the_decimals_of_the_currency() {
        assert_eq!(Money::cny(-123_456_789).grouped(), "-1,234,567.89");
        assert_eq!(Money::cny(5).plain(), "0.05");
        assert_eq!(Money::new(1234, Currency::JPY).grouped(), "1,234");
        assert_eq!(Money::new(i64::MIN, Currency::JPY).plain(), i64::MIN.to_string());
    }

    #[test]
    fn splits_lose_nothing() {
        assert_eq!(Money::cny(100).split_evenly(3).iter().map(|m| m.minor).collect::<Vec<_>>(), [34, 33, 33]);
        assert_eq!(
            Money::cny(101).split_by(&[1, 1, 1]).unwrap().iter().map(|m| m.minor).collect::<Vec<_>>(),
            [34, 34, 33]
        );
        assert_eq!(Money::cny(1000).split_by(&[70, 20, 10]).unwrap()[0].minor, 700);
        assert!(Money::cny(-1).split_by(&[1]).is_err());
    }

    #[test]
    fn two_currencies_do_not_add() {
        assert!(Money::cny(1).add(Money::new(1, Currency::JPY)).unwrap_err().is(&CURRENCY_MISMATCH));
        assert!(Money::cny(i64::MAX).add(Money::cny(1)).unwrap_err().is(&AMOUNT_OVERFLOW));
    }

    #[test]
    fn each_rounding_is_its_own() {
        let half = |r| Rate::new(5, 1).apply(Money::cny(5), r).unwrap().minor;
        assert_eq!(
            (half(Rounding::HalfUp), half(Rounding::Down), half(Rounding::Up), half(Rounding::HalfEven)),
            (3, 2, 3, 2)
        );
    }
}
