//! The tariff.
use super::{Dated, New};
use crate::desk::Act;
use approval::Line;
use approval::terms::Fault;
use kernel::{Actor, Money, Result};
use party::Permission;
use pricing::{Band, Review, Tariff};
use store::Tx;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TariffTerms;

impl Dated for TariffTerms {
    const KIND: &'static str = "tariff";
    const PERMISSION: Permission = Permission::TariffEdit;
    type Review = Review;
    /// Every version, by code and version.
    type All = Vec<Tariff>;

    fn act(new: New<Self>) -> Act {
        Act::Tariff(new)
    }
    fn all(tx: &mut Tx<'_>) -> Result<Vec<Tariff>> {
        pricing::tariff_versions(tx)
    }
    fn review(tx: &mut Tx<'_>, text: &str) -> Result<Review> {
        pricing::review(tx, text)
    }
    fn faults(review: &Review) -> &[Fault] {
        &review.faults
    }
    fn already(review: &Review) -> usize {
        review.already
    }
    fn changes(review: &Review) -> Vec<Line> {
        let line = |(before, after): &(Option<Tariff>, Tariff)| {
            let label = format!("{} v{}", after.code, after.version);
            Line::new(&label, before.as_ref().map(told).unwrap_or_default(), told(after))
        };
        review.changes.iter().map(line).collect()
    }
    fn news(review: &Review, file: &str) -> Result<()> {
        review.news(file)
    }
    fn load(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<usize> {
        pricing::load_tariff(tx, actor, file, text).map(|loaded| loaded.added.len())
    }
}

/// `≤ CNY 10000.00: CNY 5.00; 0.00002 ≤ CNY 200.00 (2026-12-01)`
fn told(t: &Tariff) -> String {
    let money = |minor: i64| Money::new(minor, t.currency).to_string();
    let band = |b: &Band| {
        let fee = [b.fixed.map(money), b.rate.clone()].into_iter().flatten().collect::<Vec<_>>().join(" + ");
        let ends = [b.min.map(|m| format!(" ≥ {}", money(m))), b.max.map(|m| format!(" ≤ {}", money(m)))];
        let up_to = b.up_to.map(|m| format!("≤ {}: ", money(m))).unwrap_or_default();
        format!("{up_to}{fee}{}", ends.into_iter().flatten().collect::<String>())
    };
    let bands = t.bands.0.iter().map(band).collect::<Vec<_>>().join("; ");
    let until = t.effective_to.map(|to| format!(" – {to}")).unwrap_or_default();
    format!("{bands} ({}{until})", t.effective_from)
}
