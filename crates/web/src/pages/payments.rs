//! What one has paid: found by whom, how much, when and what became of it.
use super::payees::book;
use super::{Page as Sheet, given, next_href, page, say};
use crate::gate::Signed;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use kernel::PageAsk;
use maud::{Markup, html};
use payments::{Instruction, PayeeView, Search, State as Stage};
use serde::Deserialize;

/// Payments on one page.
const ROWS: u32 = 20;
/// Where one thing is asked at a time.
const FEW_ROWS: u32 = 6;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListAsk {
    text: String,
    least: String,
    most: String,
    from: String,
    to: String,
    state: String,
    after: Option<String>,
}

impl ListAsk {
    fn search(&self, who: &Signed, errors: &mut FieldErrors) -> Search {
        let mut sum = |field: &str, text: &str| match text.trim() {
            "" => None,
            text => given::amount(who, errors, field, text).map(|m| m.minor),
        };
        let (at_least, at_most) = (sum("least", &self.least), sum("most", &self.most));
        let (from, to) = (given::day(who, errors, "from", &self.from), given::day(who, errors, "to", &self.to));
        Search { text: self.text.trim().into(), at_least, at_most, from, to, state: Stage::parse(&self.state) }
    }
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (w, owner, actor) = (who.words(), book(&who)?, who.actor.clone());
    let mut errors = FieldErrors::new();
    let search = ask.search(&who, &mut errors);
    let (first, cursor) = (
        ask.after.is_none(),
        PageAsk {
            limit: Some(if who.view.mode.is_one_at_a_time() { FEW_ROWS } else { ROWS }),
            after: ask.after.clone(),
        },
    );
    let searched = search != Search::default();
    let (found, payees) = web
        .read(move |tx| {
            let found = payments::payments_of(tx, &actor, owner, &search, &cursor)?;
            let payees =
                payments::payees(tx, &actor, owner, "", &PageAsk::first(kernel::page::PAGE_ROWS_MAX)).map(|p| p.items);
            Ok((found, payees.unwrap_or_default()))
        })
        .await?;
    let more = next_href(&who.view, &found.next);
    let main = html! {
        (error_summary(w, &errors))
        (filter_bar(w, "/payments", filters(&who, &ask, &errors)))
        (table(&who, &found.items, &payees, searched))
        @if found.items.is_empty() && more.is_some() { p { (who.t("payments-look-on")) } }
        (pager(w, (!first).then_some("/payments"), more.as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("payments")).lead(who.t("payments-lead")).wrong(!errors.is_empty()), main))
}

/// Where one thing is asked at a time, only the words.
fn filters(who: &Signed, ask: &ListAsk, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let field = |name: &'static str, key: &str, value: &str| {
        Field::new(name, who.t(key).into_owned()).value(value.to_owned()).errors(errors).optional()
    };
    let states = Stage::ALL.iter().map(|s| Choice::new(s.code(), say::told(w, "payment-state", s.code())));
    let states: Vec<Choice<'_>> = [Choice::new("", who.t("payments-any-state"))].into_iter().chain(states).collect();
    let few = who.view.mode.is_one_at_a_time();
    html! {
        (text(w, &field("text", "payments-text", &ask.text)))
        @if !few {
            (money(w, &field("least", "payments-least", &ask.least).width(Width::Six), kernel::Currency::CNY))
            (money(w, &field("most", "payments-most", &ask.most).width(Width::Six), kernel::Currency::CNY))
            (date(w, &field("from", "payments-from", &ask.from), None, None))
            (date(w, &field("to", "payments-to", &ask.to), None, None))
            (select(w, &field("state", "payment-state", &ask.state), &states))
        }
    }
}

fn table(who: &Signed, items: &[Instruction], payees: &[PayeeView], searched: bool) -> Markup {
    let w = who.words();
    let called = |i: &Instruction| payees.iter().find(|p| p.masked == i.payee).map(PayeeView::called);
    let row = |i: &Instruction| {
        [
            html! { div {
                a href={ "/payments/" (i.id) } { (called(i).unwrap_or_else(|| say::told(w, "payment-kind", i.kind.code()).into_owned())) }
                br; span.masked-text { (i.payee) } @if !i.memo.is_empty() { br; span.hint { (i.memo) } }
            } },
            amount(w, i.money()),
            moment(w, i.made_at),
            say::tag(w, i.state),
        ]
    };
    Table::new(who.t("payments"))
        .text(who.t("payment-payee"))
        .figures(who.t("amount"))
        .text(who.t("payment-made"))
        .text(who.t("payment-state"))
        .rows(items.iter().map(row))
        .when_empty(who.t(if searched { "payments-none-found" } else { "payments-none" }))
        .caption_hidden()
        .show(w)
}
