//! What the bank sells to depositors, as dated data: products in versions, and rates from a day on.
//!
//! A product's version never changes and holds from its first day until the next version's; a rate holds from its first day
//! until the next one of its product and term. A contract keeps the version and the rate of the day it began.
use crate::interest::{Annual, Year};
use crate::{DayCount, PRODUCT_UNKNOWN, RATE_UNKNOWN, RATES_MAX};
use kernel::{BookId, Currency, Date, Error, Money, Owner, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Json, Tx, params};

store::text_enum! {
    /// What sort of deposit a product is.
    pub enum Kind {
        /// 活期: comes and goes, interest by cumulated balances.
        Demand = "demand",
        /// 定期 (整存整取): a sum for a term.
        Term = "term",
        /// 通知存款: a sum that is drawn after notice.
        Notice = "notice",
        /// 大额存单: a large sum for a term, sold in a window.
        Certificate = "certificate",
    }
}

impl Kind {
    /// Has a last day.
    pub fn has_term(self) -> bool {
        matches!(self, Kind::Term | Kind::Certificate)
    }
}

store::text_enum! {
    /// Which rate a demand account's quarter is settled at.
    pub enum SettledAt {
        /// That of the settlement day for the whole time.
        SettlementDay = "settlement_day",
        /// Each day at its own.
        EachDay = "each_day",
    }
}

store::text_enum! {
    /// Who may have a product.
    pub enum Holder { Person = "person", Firm = "firm" }
}

/// A product's figures. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub holders: Vec<Holder>,
    /// Chart-of-accounts codes of its accounts, by who owns them.
    pub chart_person: String,
    pub chart_firm: String,
    pub day_count: DayCount,
    /// 计息起点: balances count in whole units of this.
    pub counts_from: i64,
    /// 起存金额.
    pub minimum: i64,
    /// What must stay when a part is drawn.
    pub keeps: i64,
    /// A part drawn is at least this.
    pub draws: i64,
    /// How often a part may be drawn before the end.
    pub partial_draws: u32,
    /// The product at whose rate of the day an early draw is paid; empty for its own.
    pub broken_as: String,
    pub notice_days: u32,
    /// Whether a notice that is not used costs the interest of its days.
    pub idle_notice_costs: bool,
    /// Last day on which it is sold.
    pub sold_until: Option<Date>,
    pub settle_months: Vec<i8>,
    pub settle_day: i8,
    pub settled_at: SettledAt,
    /// Days without a movement of the owner's after which an account sleeps; 0 for never.
    pub dormant_days: i64,
    /// Tax kept back of interest, millionths.
    pub tax_millionths: i32,
}

store::record! {
    /// A version of a product.
    pub struct Product in "deposit_products" key 3 {
        /// Always the head office: one shelf for the bank.
        pub book: BookId,
        pub code: String,
        /// From 1.
        pub version: i64,
        /// The same in all versions; stands in the pages of accruals.
        pub number: u16,
        pub kind: Kind,
        pub currency: Currency,
        pub terms: Json<Terms>,
        pub name_zh: String,
        pub name_en: String,
        /// The first day.
        pub effective_from: Date,
        /// Where the rule stands.
        pub document: String,
        pub approved_by: String,
        pub approved_at: Timestamp,
    }
}

store::record! {
    /// A rate from a day on.
    pub struct Rate in "deposit_rates" key 4 {
        /// Always the head office.
        pub book: BookId,
        pub product: String,
        /// `3m`, `1y`; empty where there is no term.
        pub term: String,
        pub effective_from: Date,
        pub rate: Annual,
        pub document: String,
        pub approved_by: String,
        pub approved_at: Timestamp,
    }
}

impl Product {
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
    /// Whether it is sold on a day.
    pub fn is_sold(&self, day: Date) -> bool {
        self.terms.0.sold_until.is_none_or(|last| day <= last)
    }
    /// The chart code of an owner's account; `None` when it is not for him.
    pub fn chart(&self, owner: Owner) -> Option<&str> {
        let (holder, chart) = match owner {
            Owner::Person(_) => (Holder::Person, &self.terms.0.chart_person),
            Owner::Firm(_) => (Holder::Firm, &self.terms.0.chart_firm),
            Owner::Bank => return None,
        };
        self.terms.0.holders.contains(&holder).then_some(chart.as_str())
    }
    pub(crate) fn year(&self) -> Year {
        if self.terms.0.day_count == DayCount::Act365Fixed { Year::Of365 } else { Year::Of360 }
    }
    /// Whether interest becomes due at the end of this day.
    pub(crate) fn settles_on(&self, day: Date) -> bool {
        self.kind == Kind::Demand
            && day.day() == self.terms.0.settle_day
            && self.terms.0.settle_months.contains(&day.month())
    }
}

/// Months of a term: `3m`, `1y`; 0 for none.
pub fn months(term: &str) -> Option<i32> {
    if term.is_empty() {
        return Some(0);
    }
    let (digits, unit) = term.split_at_checked(term.len() - 1)?;
    let n = digits.parse::<i32>().ok().filter(|n| (1..=120).contains(n) && !digits.starts_with(['0', '+']))?;
    match unit {
        "m" => Some(n),
        "y" if n <= 10 => Some(n * 12),
        _ => None,
    }
}

/// All versions and rates, as one transaction sees them.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// By code and version.
    pub(crate) products: Vec<Product>,
    /// By product, term and first day.
    pub(crate) rates: Vec<Rate>,
}

/// The whole shelf.
pub fn shelf(tx: &mut Tx<'_>) -> Result<Shelf> {
    let products = tx.select::<Product>("WHERE book = ?1 ORDER BY code, version", params![BookId::HEAD_OFFICE])?;
    let tail = "WHERE book = ?1 ORDER BY product, term, effective_from LIMIT ?2";
    let rates = tx.select::<Rate>(tail, params![BookId::HEAD_OFFICE, RATES_MAX as i64])?;
    Ok(Shelf { products, rates })
}

impl Shelf {
    /// All versions, by code and version.
    pub fn products(&self) -> &[Product] {
        &self.products
    }
    /// All rates, by product, term and first day.
    pub fn rates(&self) -> &[Rate] {
        &self.rates
    }
    /// The version of a product on a day. `Err(PRODUCT_UNKNOWN)`.
    pub fn product(&self, code: &str, day: Date) -> Result<&Product> {
        let found = self.products.iter().rfind(|p| p.code == code && p.effective_from <= day);
        found.ok_or_else(|| Error::new(&PRODUCT_UNKNOWN, format!("there is no {code:?} on {day}")).with("given", code))
    }
    /// One version. `Err(PRODUCT_UNKNOWN)`.
    pub(crate) fn version(&self, code: &str, version: i64) -> Result<&Product> {
        let found = self.products.iter().find(|p| p.code == code && p.version == version);
        found.ok_or_else(|| Error::broken(format!("version {version} of {code} is not there")))
    }
    /// The rate of a product and term on a day. `Err(RATE_UNKNOWN)`.
    pub fn rate(&self, code: &str, term: &str, day: Date) -> Result<Annual> {
        let of = self.rates.iter().filter(|r| r.product == code && r.term == term && r.effective_from <= day);
        let none = || {
            let what = if term.is_empty() { String::new() } else { format!(" for {term}") };
            Error::new(&RATE_UNKNOWN, format!("{code} has no rate{what} on {day}")).with("given", code).with("day", day)
        };
        of.map(|r| (r.effective_from, r.rate)).max().map(|(_, rate)| rate).ok_or_else(none)
    }
    /// The rate at which an early draw of a product is paid on a day.
    pub fn broken_rate(&self, product: &Product, day: Date) -> Result<Annual> {
        let code = if product.terms.0.broken_as.is_empty() { &product.code } else { &product.terms.0.broken_as };
        self.rate(code, "", day)
    }
    /// How the days of an early draw are counted: as by the product whose rate it is paid at.
    pub(crate) fn broken_count(&self, product: &Product, day: Date) -> Result<DayCount> {
        let code = if product.terms.0.broken_as.is_empty() { &product.code } else { &product.terms.0.broken_as };
        Ok(self.product(code, day)?.terms.0.day_count)
    }
    /// What is sold on a day, with its terms and rates.
    pub fn on_sale(&self, day: Date) -> Vec<OnSale> {
        let mut codes: Vec<&str> = self.products.iter().map(|p| p.code.as_str()).collect();
        codes.dedup();
        let sold = codes.into_iter().filter_map(|code| self.product(code, day).ok()).filter(|p| p.is_sold(day));
        let mut out = Vec::new();
        for product in sold {
            let mut terms: Vec<&str> =
                self.rates.iter().filter(|r| r.product == product.code).map(|r| r.term.as_str()).collect();
            terms.dedup();
            terms.sort_by_key(|t| months(t));
            let rated =
                terms.into_iter().filter_map(|t| self.rate(&product.code, t, day).ok().map(|r| (t.to_owned(), r)));
            out.push(OnSale { product: product.clone(), rates: rated.collect() });
        }
        out
    }
    pub(crate) fn by_number(&self, number: u16, day: Date) -> Result<&Product> {
        let found = self.products.iter().rfind(|p| p.number == number && p.effective_from <= day);
        found.ok_or_else(|| Error::broken(format!("no product has the number {number}")))
    }
    /// The demand product that an account of the ledger falls under.
    pub(crate) fn of_account(&self, chart: &str, currency: Currency, day: Date) -> Option<&Product> {
        let fits = |p: &&Product| {
            let terms = &p.terms.0;
            p.kind == Kind::Demand
                && p.currency == currency
                && p.effective_from <= day
                && (terms.chart_person == chart && terms.holders.contains(&Holder::Person)
                    || terms.chart_firm == chart && terms.holders.contains(&Holder::Firm))
        };
        self.products.iter().rfind(fits)
    }
}

/// A product as it is sold on a day.
#[derive(Clone, Debug)]
pub struct OnSale {
    pub product: Product,
    /// Term and rate, the shortest first.
    pub rates: Vec<(String, Annual)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_months_or_years() {
        let cases = [("", Some(0)), ("3m", Some(3)), ("18m", Some(18)), ("5y", Some(60)), ("0m", None), ("y", None)];
        for (text, want) in
            cases.into_iter().chain([("11y", None), ("3d", None), ("+3m", None), ("03m", None), ("年", None)])
        {
            assert_eq!(months(text), want, "{text}");
        }
    }
}
