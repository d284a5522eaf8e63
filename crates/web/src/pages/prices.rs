//! The published price list (收费价目名录), for everybody.
use super::{Page as Sheet, public_page, say};
use crate::look::*;
use crate::state::Web;
use crate::view::View;
use crate::{Fault, Lang, Shown};
use axum::extract::State;
use kernel::{Currency, Money};
use maud::{Markup, html};
use pricing::{Band, Operation, RuleKind, Tariff};

pub async fn show(State(web): State<Web>, view: View) -> Result<Shown, Fault> {
    let (date, all) = web
        .read(|tx| {
            let date = tx.business_date()?;
            Ok((date, pricing::tariff_table(tx, date)?))
        })
        .await?;
    let w = view.words;
    let main = html! {
        @for operation in Operation::ALL {
            @let own: Vec<&Tariff> = all.iter().filter(|t| t.operation == *operation).collect();
            @if !own.is_empty() { (table(&view, *operation, &own)) }
        }
        p { (view.t("prices-promise")) }
    };
    let lead = w.t_with("prices-lead", &[("day", w.date(date).into())]);
    Ok(public_page(&view, Sheet::new(view.t("prices")).lead(lead), main))
}

fn table(view: &View, operation: Operation, all: &[&Tariff]) -> Markup {
    let w = view.words;
    let row = |t: &&Tariff| {
        let name = if w.lang == Lang::Zh { &t.name_zh } else { &t.name_en };
        let channel = t.channel.map_or_else(|| view.t("price-every-channel"), |c| say::told(w, "channel", c.code()));
        [
            html! { (name) @if t.kind == RuleKind::Relief { " " (status(Tone::Good, &view.t("price-relief-tag"), "", "")) } },
            html! { div { (say::told(w, "payer-class", t.payer_class.code())) br; span.hint { (channel) } } },
            bands(view, &t.bands.0, t.currency),
            html! { div { (say::told(w, "price-basis", t.basis.code())) br; span.hint { (t.document) } } },
            html! { (term(view, t)) },
        ]
    };
    let table = Table::new(say::told(w, "operation", operation.code()))
        .text(view.t("price-what"))
        .text(view.t("price-who"))
        .text(view.t("price-fee"))
        .text(view.t("price-basis"))
        .text(view.t("price-term"))
        .rows(all.iter().map(row));
    table.show(w)
}

/// From when, and until when where that is known.
pub(super) fn term(view: &View, t: &Tariff) -> String {
    let w = view.words;
    let from = w.date(t.effective_from);
    match t.effective_to {
        Some(to) => w.t_with("price-from-to", &[("from", from.into()), ("to", w.date(to).into())]),
        None => w.t_with("price-from", &[("from", from.into())]),
    }
}

pub(super) fn bands(view: &View, bands: &[Band], currency: Currency) -> Markup {
    let w = view.words;
    let money = |minor: i64| w.money(Money::new(minor, currency));
    let told = |b: &Band| {
        let mut parts = Vec::new();
        if let Some(fixed) = b.fixed.filter(|f| *f > 0) {
            parts.push(money(fixed));
        }
        if let Some(rate) = &b.rate {
            parts.push(w.t_with("price-rate", &[("rate", percent(rate).into())]));
        }
        if parts.is_empty() {
            parts.push(view.t("price-nothing").into_owned());
        }
        let mut text = parts.join(" + ");
        if let Some(min) = b.min.filter(|m| *m > 0) {
            text += &w.t_with("price-min", &[("amount", money(min).into())]);
        }
        if let Some(max) = b.max {
            text += &w.t_with("price-max", &[("amount", money(max).into())]);
        }
        match b.up_to {
            Some(up_to) => w.t_with("price-up-to", &[("amount", money(up_to).into()), ("fee", text.into())]),
            None => text,
        }
    };
    html! { ul { @for b in bands { li { (told(b)) } } } }
}

/// A decimal rate as percent: `0.00315` is `0.315%`. Text that is no such rate stays as it is.
fn percent(rate: &str) -> String {
    let Some((whole, part)) = rate.split_once('.') else { return rate.to_owned() };
    let digits = format!("{whole}{part:0<2}");
    let point = whole.len() + 2;
    let (head, tail) = digits.split_at(point);
    let head = head.trim_start_matches('0');
    let tail = tail.trim_end_matches('0');
    let head = if head.is_empty() { "0" } else { head };
    if tail.is_empty() { format!("{head}%") } else { format!("{head}.{tail}%") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_told_in_percent() {
        for (rate, want) in
            [("0.00315", "0.315%"), ("0.5", "50%"), ("0.01", "1%"), ("1.0", "100%"), ("0.00002", "0.002%")]
        {
            assert_eq!(percent(rate), want);
        }
    }
}
