//! The tariff.
use super::{Leaf, Stands, both, fresh, pairs};
use crate::Lang;
use crate::gate::Signed;
use crate::pages::prices::{bands, term};
use crate::pages::say;
use app::desk::terms::TariffTerms;
use kernel::Date;
use maud::{Markup, html};
use pricing::{Review, Tariff};

impl Leaf for TariffTerms {
    const PATH: &'static str = "/tariff";
    const TITLE: &'static str = "tariff";
    const LEAD: &'static str = "tariff-lead";
    const DRAFT: &'static str = "tariff-draft";
    const SAMPLE: &'static str = "[[price]]
code = \"transfer.same_bank\"
version = 2
kind = \"list\"
operation = \"transfer\"
reach = \"same_bank\"
payer = \"any\"
effective_from = \"2027-01-01\"
basis = \"own\"
document = \"本行价目表 2\"
name = { zh = \"行内转账\", en = \"Transfer within the bank\" }
bands = [{ up_to = \"10000\", fixed = \"0\" }, { rate = \"0.0001\", max = \"20\" }]
";

    fn standing(who: &Signed, all: &Vec<Tariff>, today: Date) -> Markup {
        let row = |(i, t): (usize, &Tariff)| {
            let followed = all.get(i + 1).is_some_and(|next| next.code == t.code && next.effective_from <= today);
            let stands = Stands::of(t.effective_from, t.effective_to, followed, today);
            let cells = [
                named(who, t),
                bands(&who.view, &t.bands.0, t.currency),
                html! { div { (term(&who.view, t)) br; span.hint { (t.document) } } },
                stands.show(who),
            ];
            (stands, cells)
        };
        let heads = ["price-what", "price-fee", "price-term", "terms-state"];
        both(who, "terms-standing", heads, all.iter().enumerate().map(row).collect())
    }

    fn changed(who: &Signed, review: &Review) -> Markup {
        let one = |t: &Tariff| {
            let basis = say::told(who.words(), "price-basis", t.basis.code());
            html! { div { (bands(&who.view, &t.bands.0, t.currency)) span.hint { (term(&who.view, t)) " · " (basis) " · " (t.document) } } }
        };
        let row = |(before, after): &(Option<Tariff>, Tariff)| {
            [named(who, after), before.as_ref().map_or_else(|| fresh(who), one), one(after)]
        };
        pairs(who, "price-what", review.changes.iter().map(row).collect())
    }
}

fn named(who: &Signed, t: &Tariff) -> Markup {
    let name = if who.words().lang == Lang::Zh { &t.name_zh } else { &t.name_en };
    html! { div { (name) br; code { (t.code) " v" (t.version) } } }
}
