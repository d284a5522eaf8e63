//! The wealth shelf: products, and the values of their units.
use super::{Leaf, Stands, both, fresh, pairs};
use crate::gate::Signed;
use crate::look::{Button, actions, link_button};
use crate::pages::wealth::{percent, risk, risk_said, said};
use app::desk::terms::{WealthShelf, WealthTerms};
use kernel::Date;
use maud::{Markup, html};
use wealth::{NavChange, Product, TermsReview};

impl Leaf for WealthTerms {
    const PATH: &'static str = "/wealth-terms";
    const TITLE: &'static str = "wealth-terms";
    const LEAD: &'static str = "wealth-terms-lead";
    const DRAFT: &'static str = "wealth-terms-draft";
    const SAMPLE: &'static str = "[[product]]
code = \"steady.bond\"
version = 2
number = 2
risk = \"R2\"
name = { zh = \"稳健债券\", en = \"Steady bonds\" }
issuer = { zh = \"某某理财\", en = \"Some Wealth Co.\" }
about = { zh = \"主要投资国债\", en = \"Government bonds above all\" }
minimum = \"1000\"
step = \"1\"
redeem_days = 1
fee = \"0.10\"
effective_from = \"2027-01-01\"
document = \"产品说明书 2\"

[[nav]]
product = \"cash.daily\"
day = \"2026-11-22\"
value = \"1.0012\"
document = \"净值公告\"
";

    fn standing(who: &Signed, all: &WealthShelf, today: Date) -> Markup {
        let products = all.shelf.products();
        let value = |p: &Product| all.values.iter().find(|v| v.product == p.code);
        let row = |(i, p): (usize, &Product)| {
            let next = products.get(i + 1).filter(|n| n.code == p.code);
            let followed = next.is_some_and(|n| n.effective_from <= today);
            let stands = Stands::of(p.effective_from, p.terms().matures, followed, today);
            let told = value(p).map(|v| (v.value.to_string(), who.words().date(v.day)));
            let cells = [
                named(who, p),
                html! { div { (risk(who.words(), p.risk)) br; (figures(who, p)) } },
                html! { @if let Some((value, day)) = told { div { (value) br; span.hint { (day) } } } @else { span.hint { (who.t("wealth-terms-no-value")) } } },
                html! { div { (since(who, p)) br; span.hint { (p.document) } } },
                stands.show(who),
            ];
            (stands, cells)
        };
        let heads = ["wealth-terms-product", "terms-figures", "wealth-terms-value", "price-term", "terms-state"];
        html! {
            (actions(link_button(Button::Secondary, &who.t("wealth-entry"), "/wealth-terms/values")))
            (both(who, "wealth-terms-products", heads, products.iter().enumerate().map(row).collect()))
        }
    }

    fn changed(who: &Signed, review: &TermsReview) -> Markup {
        let product = |(before, after): &(Option<Product>, Product)| {
            let one = |p: &Product| html! { div { (risk_said(who.words(), p.risk)) br; (figures(who, p)) br; span.hint { (since(who, p)) " · " (p.document) } } };
            [named(who, after), before.as_ref().map_or_else(|| fresh(who), one), one(after)]
        };
        let value = |(before, after): &NavChange| {
            let one = |day: Date, value: String| html! { div { strong { (value) } br; span.hint { (who.words().date(day)) } } };
            [
                html! { code { (after.product) } },
                before.map_or_else(|| fresh(who), |(day, value)| one(day, value.to_string())),
                one(after.day, after.value.to_string()),
            ]
        };
        let rows = review.products.iter().map(product).chain(review.navs.iter().map(value));
        pairs(who, "wealth-terms-product", rows.collect())
    }
}

fn named(who: &Signed, p: &Product) -> Markup {
    html! { div { (said(who.words(), &p.terms().name)) br; code { (p.code) " v" (p.version) } } }
}

fn since(who: &Signed, p: &Product) -> String {
    let w = who.words();
    w.t_with("price-from", &[("from", w.date(p.effective_from).into())])
}

/// What a product asks for, in one line.
fn figures(who: &Signed, p: &Product) -> String {
    let (w, t) = (who.words(), p.terms());
    let n = |key: &str, n: u32| w.t_with(key, &[("n", i64::from(n).into())]);
    let mut parts = vec![
        w.t_with("wealth-terms-minimum", &[("amount", w.money(p.money(t.minimum)).into())]),
        w.t_with("wealth-terms-fee", &[("fee", percent(t.fee_millionths).into())]),
    ];
    match t.matures {
        Some(last) => parts.push(w.t_with("wealth-back-at-end", &[("day", w.date(last).into())])),
        None => parts.push(n("wealth-back-after", t.redeem_days)),
    }
    if t.cooling_hours > 0 {
        parts.push(n("wealth-cooling-hours", t.cooling_hours));
    }
    if let Some(age) = t.second_look_age {
        parts.push(n("wealth-second-look-from", age));
    }
    parts.join(" · ")
}
