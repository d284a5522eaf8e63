//! Wealth products and the values of their units.
use super::{Dated, New};
use crate::desk::Act;
use approval::Line;
use approval::terms::Fault;
use kernel::{Actor, Date, Result};
use party::Permission;
use store::Tx;
use wealth::{NavRow, Product, Shelf, TermsReview};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WealthTerms;

/// Every version of every product, and the newest value of each product that has one.
pub struct WealthShelf {
    pub shelf: Shelf,
    pub values: Vec<NavRow>,
}

impl Dated for WealthTerms {
    const KIND: &'static str = "wealth.terms";
    const PERMISSION: Permission = Permission::TariffEdit;
    type Review = TermsReview;
    type All = WealthShelf;

    fn act(new: New<Self>) -> Act {
        Act::WealthTerms(new)
    }
    fn all(tx: &mut Tx<'_>) -> Result<WealthShelf> {
        let (shelf, today) = (wealth::shelf(tx)?, tx.business_date()?);
        let first = shelf.products().iter().filter(|p| p.version == 1);
        let values = first.map(|p| p.latest(tx, today)).collect::<Result<Vec<_>>>()?;
        Ok(WealthShelf { values: values.into_iter().flatten().collect(), shelf })
    }
    fn review(tx: &mut Tx<'_>, text: &str) -> Result<TermsReview> {
        wealth::terms_review(tx, text)
    }
    fn faults(review: &TermsReview) -> &[Fault] {
        &review.faults
    }
    fn already(review: &TermsReview) -> usize {
        review.already
    }
    fn changes(review: &TermsReview) -> Vec<Line> {
        let products = review.products.iter().map(|(before, after)| {
            let label = format!("{} v{}", after.code, after.version);
            Line::new(&label, before.as_ref().map(told).unwrap_or_default(), told(after))
        });
        let navs = review.navs.iter().map(|(before, after)| {
            let label = format!("{} {}", after.product, after.day);
            let before = before.map(|(day, value)| format!("{value} ({day})")).unwrap_or_default();
            Line::new(&label, before, after.value.to_string())
        });
        products.chain(navs).collect()
    }
    fn news(review: &TermsReview, file: &str) -> Result<()> {
        review.news(file)
    }
    fn load(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<usize> {
        wealth::load_terms(tx, actor, file, text)
    }
}

fn told(p: &Product) -> String {
    let t = p.terms();
    let [minimum, step] = [t.minimum, t.step].map(|minor| p.money(minor).plain());
    let age = t.second_look_age.map_or("-".to_owned(), |age| age.to_string());
    let matures = t.matures.map_or("-".to_owned(), |day| day.to_string());
    format!(
        "{} {}, minimum {minimum}, step {step}, fee {} ppm, T+{}, cooling {} h, second look {age}, ends {matures} ({})",
        p.risk, t.name.zh, t.fee_millionths, t.redeem_days, t.cooling_hours, p.effective_from
    )
}

/// A text of the values of one day, by product.
pub fn values_text(day: Date, document: &str, values: &[(String, String)]) -> String {
    // What JSON quotes, TOML reads.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let one = |(product, value): &(String, String)| {
        let [product, value, document] = [product, value, document].map(quoted);
        format!("[[nav]]\nproduct = {product}\nday = \"{day}\"\nvalue = {value}\ndocument = {document}\n")
    };
    values.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_filled_in_stays_a_value() {
        let evil = "1\"\n[[product]]\ncode = \"x\\".to_owned();
        let text = values_text(Date::parse("2026-03-02").unwrap(), "公告 \"2\"\u{7f}", &[("a".into(), evil.clone())]);
        let read: toml::Table = toml::from_str(&text.replace('\u{7f}', "")).unwrap();
        assert_eq!(read["nav"][0]["value"].as_str(), Some(evil.as_str()));
        assert_eq!((read.len(), read["nav"].as_array().map(Vec::len)), (1, Some(1)));
    }
}
