//! Products and rates of deposits.
use super::{Dated, New};
use crate::desk::Act;
use approval::Line;
use approval::terms::Fault;
use deposits::{Product, Rate, Shelf, TermsReview};
use kernel::{Actor, Result};
use party::Permission;
use store::Tx;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositTerms;

impl Dated for DepositTerms {
    const KIND: &'static str = "deposit.terms";
    const PERMISSION: Permission = Permission::TariffEdit;
    type Review = TermsReview;
    type All = Shelf;

    fn act(new: New<Self>) -> Act {
        Act::DepositTerms(new)
    }
    fn all(tx: &mut Tx<'_>) -> Result<Shelf> {
        deposits::shelf(tx)
    }
    fn review(tx: &mut Tx<'_>, text: &str) -> Result<TermsReview> {
        deposits::terms_review(tx, text)
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
            Line::new(&label, before.as_ref().map(told_product).unwrap_or_default(), told_product(after))
        });
        let rates = review.rates.iter().map(|(before, after)| {
            let label = format!("{} {}", after.product, after.term);
            Line::new(label.trim_end(), before.as_ref().map(told_rate).unwrap_or_default(), told_rate(after))
        });
        products.chain(rates).collect()
    }
    fn news(review: &TermsReview, file: &str) -> Result<()> {
        review.news(file)
    }
    fn load(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<usize> {
        deposits::load_terms(tx, actor, file, text)
    }
}

fn told_rate(r: &Rate) -> String {
    format!("{} ({})", r.rate, r.effective_from)
}

fn told_product(p: &Product) -> String {
    let t = &p.terms.0;
    let [minimum, keeps, draws] = [t.minimum, t.keeps, t.draws].map(|minor| p.money(minor).plain());
    format!(
        "{} {}, minimum {minimum}, keeps {keeps}, draws {draws} × {}, notice {} d, settles {:?}/{}, dormant {} d, tax {} ppm ({})",
        p.kind,
        t.day_count,
        t.partial_draws,
        t.notice_days,
        t.settle_months,
        t.settle_day,
        t.dormant_days,
        t.tax_millionths,
        p.effective_from
    )
}
