//! Products and rates of deposits.
use super::{Leaf, Stands, both, fresh, pairs};
use crate::gate::Signed;
use crate::look::details;
use crate::pages::deposits::{product_name, term_said};
use crate::pages::say;
use app::desk::terms::DepositTerms;
use deposits::{Product, Rate, Shelf, TermsReview};
use kernel::Date;
use maud::{Markup, html};

impl Leaf for DepositTerms {
    const PATH: &'static str = "/deposit-terms";
    const TITLE: &'static str = "deposit-terms";
    const LEAD: &'static str = "deposit-terms-lead";
    const DRAFT: &'static str = "deposit-terms-draft";
    const SAMPLE: &'static str = "[[rate]]
product = \"term\"
term = \"1y\"
rate = \"1.10\"
effective_from = \"2027-01-01\"
document = \"存款挂牌利率 2\"
";

    fn standing(who: &Signed, all: &Shelf, today: Date) -> Markup {
        let heads = ["deposit-product", "deposit-rate", "price-term", "terms-state"];
        let sorts = ["deposit-product", "terms-figures", "price-term", "terms-state"];
        html! {
            (both(who, "deposit-terms-rates", heads, rates(who, all, today)))
            (details(&who.t("deposit-terms-products"), both(who, "deposit-terms-products", sorts, products(who, all, today))))
        }
    }

    fn changed(who: &Signed, review: &TermsReview) -> Markup {
        let product = |(before, after): &(Option<Product>, Product)| {
            let one = |p: &Product| html! { div { (figures(who, p)) br; span.hint { (since(who, p.effective_from)) " · " (p.document) } } };
            [named(who, after), before.as_ref().map_or_else(|| fresh(who), one), one(after)]
        };
        let rate = |(before, after): &(Option<Rate>, Rate)| {
            let one = |r: &Rate| html! { div { strong { (r.rate.to_string()) } br; span.hint { (since(who, r.effective_from)) " · " (r.document) } } };
            let what = html! { div { code { (after.product) } br; (term_said(who.words(), &after.term)) } };
            [what, before.as_ref().map_or_else(|| fresh(who), one), one(after)]
        };
        let rows = review.products.iter().map(product).chain(review.rates.iter().map(rate));
        pairs(who, "deposit-product", rows.collect())
    }
}

fn since(who: &Signed, from: Date) -> String {
    let w = who.words();
    w.t_with("price-from", &[("from", w.date(from).into())])
}

fn named(who: &Signed, p: &Product) -> Markup {
    html! { div { (product_name(who.words(), p)) br; code { (p.code) " v" (p.version) } } }
}

/// What a product asks for, in one line.
fn figures(who: &Signed, p: &Product) -> String {
    let (w, t) = (who.words(), &p.terms.0);
    let mut parts = vec![say::told(w, "deposit-kind", p.kind.code()).into_owned()];
    if t.minimum > 0 {
        parts.push(w.t_with("deposit-terms-minimum", &[("amount", w.money(p.money(t.minimum)).into())]));
    }
    if t.notice_days > 0 {
        parts.push(w.t_with("deposit-terms-notice", &[("n", i64::from(t.notice_days).into())]));
    }
    if t.partial_draws > 0 {
        parts.push(w.t_with("deposit-terms-draws", &[("n", i64::from(t.partial_draws).into())]));
    }
    if let Some(last) = t.sold_until {
        parts.push(w.t_with("deposit-terms-sold-until", &[("day", w.date(last).into())]));
    }
    parts.join(" · ")
}

fn rates(who: &Signed, all: &Shelf, today: Date) -> Vec<(Stands, [Markup; 4])> {
    let name = |r: &Rate| match all.product(&r.product, today.max(r.effective_from)) {
        Ok(p) => product_name(who.words(), p).to_owned(),
        Err(_) => r.product.clone(),
    };
    let row = |(i, r): (usize, &Rate)| {
        let next = all.rates().get(i + 1).filter(|n| n.product == r.product && n.term == r.term);
        let stands = Stands::of(r.effective_from, None, next.is_some_and(|n| n.effective_from <= today), today);
        let cells = [
            html! { div { (name(r)) @if !r.term.is_empty() { " · " (term_said(who.words(), &r.term)) } br; code { (r.product) @if !r.term.is_empty() { " " (r.term) } } } },
            html! { (r.rate.to_string()) },
            html! { div { (since(who, r.effective_from)) br; span.hint { (r.document) } } },
            stands.show(who),
        ];
        (stands, cells)
    };
    all.rates().iter().enumerate().map(row).collect()
}

fn products(who: &Signed, all: &Shelf, today: Date) -> Vec<(Stands, [Markup; 4])> {
    let row = |(i, p): (usize, &Product)| {
        let next = all.products().get(i + 1).filter(|n| n.code == p.code);
        let stands = Stands::of(p.effective_from, None, next.is_some_and(|n| n.effective_from <= today), today);
        let cells = [
            named(who, p),
            html! { (figures(who, p)) },
            html! { div { (since(who, p.effective_from)) br; span.hint { (p.document) } } },
            stands.show(who),
        ];
        (stands, cells)
    };
    all.products().iter().enumerate().map(row).collect()
}
