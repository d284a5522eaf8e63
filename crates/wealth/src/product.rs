//! What may be sold, as dated data: products in versions, with the risk that they are.
use crate::PRODUCT_UNKNOWN;
use crate::nav::{NavRow, navs};
use kernel::{BookId, Currency, Date, Error, Money, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Json, Tx, params};

store::text_enum! {
    /// How much a product can lose: R1 the least, R5 the most (理财产品风险等级, at least five levels).
    pub enum Risk { R1 = "R1", R2 = "R2", R3 = "R3", R4 = "R4", R5 = "R5" }
}

store::text_enum! {
    /// How much a customer can bear: C1 the least, C5 the most (风险承受能力等级).
    pub enum Level { C1 = "C1", C2 = "C2", C3 = "C3", C4 = "C4", C5 = "C5" }
}

impl Level {
    /// Whether a customer of this level may have a product of that risk.
    pub fn bears(self, risk: Risk) -> bool {
        risk as u8 <= self as u8
    }
}

/// The same in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

/// A product's terms. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub name: Text,
    /// The company that makes the product and is answerable for it; the bank only sells.
    pub issuer: Text,
    /// What it puts the money into, in plain words.
    pub about: Text,
    /// 起购金额.
    pub minimum: i64,
    /// An amount is a whole number of these above nothing.
    pub step: i64,
    /// Last day on which it is sold.
    pub sold_until: Option<Date>,
    /// The day on which all units are given back by themselves; `None` where they may be given back any day.
    pub matures: Option<Date>,
    /// Calendar days from the order to give units back until it is paid (T+n).
    pub redeem_days: u32,
    /// 冷静期: hours in which an order is called off at no cost.
    pub cooling_hours: u32,
    /// Of the net amount, millionths.
    pub fee_millionths: i64,
    /// Who becomes this old in the year of the order waits for a second look; `None` where nobody does.
    pub second_look_age: Option<u32>,
}

store::record! {
    /// A version of a product.
    pub struct Product in "wealth_products" key 3 {
        /// Always the head office: one shelf for the bank.
        pub book: BookId,
        pub code: String,
        /// From 1.
        pub version: i64,
        /// The same in all versions; its accounts are found by it.
        pub number: u16,
        pub risk: Risk,
        pub currency: Currency,
        pub terms: Json<Terms>,
        /// The first day.
        pub effective_from: Date,
        /// The prospectus, and its registration code.
        pub document: String,
        pub approved_by: String,
        pub approved_at: Timestamp,
    }
}

impl Product {
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
    pub fn terms(&self) -> &Terms {
        &self.terms.0
    }
    /// Whether it is sold on a day: not after its last, and not on the day it is paid out.
    pub fn is_sold(&self, day: Date) -> bool {
        let t = self.terms();
        t.sold_until.is_none_or(|last| day <= last) && t.matures.is_none_or(|last| day < last)
    }
    /// Whether hours to call off that begin on a day end while it is still sold.
    pub(crate) fn has_room(&self, day: Date) -> bool {
        self.is_sold(self.cool_end(day))
    }
    /// The day on which hours to call off end that begin on a day.
    pub(crate) fn cool_end(&self, day: Date) -> Date {
        day.plus_days((i64::from(self.terms().cooling_hours) + 23) / 24)
    }
    /// Whether its last day has come: what waits is not bought any more.
    pub(crate) fn is_over(&self, day: Date) -> bool {
        self.terms().matures.is_some_and(|last| last <= day)
    }
    /// The newest value up to a day, with its day.
    pub fn latest(&self, tx: &mut Tx<'_>, to: Date) -> Result<Option<NavRow>> {
        let tail = "WHERE book = ?1 AND product = ?2 AND day <= ?3 ORDER BY day DESC LIMIT 1";
        Ok(tx.select::<NavRow>(tail, params![BookId::HEAD_OFFICE, self.code, to])?.pop())
    }
    /// Its values up to a day, oldest first, at most [`crate::NAV_DAYS_MAX`].
    pub fn values(&self, tx: &mut Tx<'_>, to: Date) -> Result<Vec<NavRow>> {
        navs(tx, &self.code, to)
    }
    /// The first value from a day on, with its day.
    pub(crate) fn value_from(&self, tx: &mut Tx<'_>, day: Date) -> Result<Option<NavRow>> {
        let tail = "WHERE book = ?1 AND product = ?2 AND day >= ?3 ORDER BY day LIMIT 1";
        Ok(tx.select::<NavRow>(tail, params![BookId::HEAD_OFFICE, self.code, day])?.pop())
    }
    /// The day whose value an order of now is priced at: today, or the next when today's value is known already, so that nobody
    /// orders at a value he knows.
    pub(crate) fn open_day(&self, tx: &mut Tx<'_>) -> Result<Date> {
        let today = tx.business_date()?;
        let known = self.value_from(tx, today)?.is_some();
        Ok(if known { today.plus_days(1) } else { today })
    }
}

/// All versions, as one transaction sees them.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// By code and version.
    pub(crate) products: Vec<Product>,
}

/// The whole shelf.
pub fn shelf(tx: &mut Tx<'_>) -> Result<Shelf> {
    let products = tx.select::<Product>("WHERE book = ?1 ORDER BY code, version", params![BookId::HEAD_OFFICE])?;
    Ok(Shelf { products })
}

impl Shelf {
    /// All versions, by code and version.
    pub fn products(&self) -> &[Product] {
        &self.products
    }
    /// The version of a product on a day. `Err(PRODUCT_UNKNOWN)`.
    pub fn product(&self, code: &str, day: Date) -> Result<&Product> {
        let found = self.products.iter().rfind(|p| p.code == code && p.effective_from <= day);
        found.ok_or_else(|| Error::new(&PRODUCT_UNKNOWN, format!("there is no {code:?} on {day}")).with("given", code))
    }
    pub(crate) fn version(&self, code: &str, version: i64) -> Result<&Product> {
        let found = self.products.iter().find(|p| p.code == code && p.version == version);
        found.ok_or_else(|| Error::broken(format!("version {version} of {code} is not there")))
    }
    /// What is sold on a day: the least risk first, then by name.
    pub fn on_sale(&self, day: Date) -> Vec<&Product> {
        let mut codes: Vec<&str> = self.products.iter().map(|p| p.code.as_str()).collect();
        codes.dedup();
        let mut sold: Vec<&Product> =
            codes.into_iter().filter_map(|code| self.product(code, day).ok()).filter(|p| p.is_sold(day)).collect();
        sold.sort_by(|a, b| (a.risk, &a.code).cmp(&(b.risk, &b.code)));
        sold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_bears_its_own_risk_and_less() {
        for (n, level) in Level::ALL.iter().enumerate() {
            for (m, risk) in Risk::ALL.iter().enumerate() {
                assert_eq!(level.bears(*risk), m <= n, "{level} {risk}");
            }
        }
    }
}
