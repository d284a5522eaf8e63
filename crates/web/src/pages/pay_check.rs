//! All of a payment once more before it is sent, each answer with a button to change it.
use super::pay::{PayForm, price};
use super::pay_form::{Asked, Choices, stages};
use super::{Page as Sheet, once_field, page, say};
use crate::gate::Signed;
use crate::look::*;
use crate::{Lang, Shown};
use kernel::Timestamp;
use maud::{Markup, html};
use payments::Arrival;
use pricing::Quote;

pub fn check_page(
    who: &Signed,
    choices: &Choices,
    asked: &Asked<'_>,
    given: &PayForm,
    quote: Option<&Quote>,
    now: Timestamp,
) -> Shown {
    let fee = quote.map_or(0, |q| q.fee.minor).to_string();
    let carried = given.answers().into_iter().filter(|(name, value)| *name != "back" && !value.is_empty());
    let fields = html! {
        (once_field())
        @for (name, value) in carried { input type="hidden" name=(name) value=(value); }
        input type="hidden" name="fee" value=(fee);
        input type="hidden" name="back" value="check";
    };
    let groups = [("".into(), rows(who, choices, asked, given, quote, now))];
    let answers = Answers {
        groups: &groups,
        after: who.t("pay-after"),
        action: "/pay",
        fields,
        send: (Button::Primary, who.t("pay-confirm"), Some(("step", "send"))),
        leave: (who.t("pay-leave"), "/home"),
    };
    let main = html! {
        @if !who.view.mode.is_one_at_a_time() { (stages(who, 1)) }
        (check_answers(&who.view, answers))
    };
    page(who, Sheet::new(who.t("pay-check")).lead(who.t("pay-check-lead")).crumb(who.t("pay"), "/pay"), main)
}

fn rows<'a>(
    who: &'a Signed,
    choices: &Choices,
    asked: &Asked<'_>,
    given: &PayForm,
    quote: Option<&Quote>,
    now: Timestamp,
) -> Vec<Row<'a>> {
    let single = who.view.mode.is_one_at_a_time();
    let plan = choices.plan(given, single);
    let change = |row: Row<'a>, field: &str| match plan.iter().position(|group| group.contains(&field)) {
        Some(n) if single => row.change_by("step", format!("to{n}")),
        Some(_) => row.change_by("step", "change"),
        None => row,
    };
    let known = choices.known(given);
    let to = if known.is_some() { ["payee"; 2] } else { ["name", "number"] };
    let account = &asked.from.account;
    let from = html! { (account.name) br; span.masked-text { (kernel::chinese::mask_card(&account.number)) } };
    let name = known.map_or_else(|| asked.name.clone(), payments::PayeeView::called);
    let mut rows = vec![
        change(Row::new(who.t("pay-name"), html! { strong { (name) } }), to[0]),
        change(Row::new(who.t("pay-number"), html! { (say::grouped(&asked.number)) }), to[1]),
    ];
    if !asked.bank.is_empty() {
        rows.push(change(Row::new(who.t("pay-bank"), html! { (asked.bank) }), to[1]));
    }
    rows.push(change(Row::new(who.t("amount"), sum(who, asked)), "amount"));
    rows.push(Row::new(who.t("fee"), price(who, quote)));
    rows.push(change(Row::new(who.t("pay-arrival"), arrival(who, asked.arrival, now)), "arrival"));
    let memo = if given.memo.trim().is_empty() { who.t("pay-memo-none") } else { given.memo.trim().to_owned().into() };
    rows.push(change(Row::new(who.t("payment-memo"), html! { (memo) }), "memo"));
    rows.push(change(Row::new(who.t("pay-from"), from), "from"));
    rows
}

/// The amount, in Chinese in capital words too, as on a cheque: a digit too many is seen there.
fn sum(who: &Signed, asked: &Asked<'_>) -> Markup {
    let capital = kernel::chinese::capital_amount(asked.amount);
    html! {
        strong { (amount(who.words(), asked.amount)) }
        @if who.words().lang == Lang::Zh { @if let Some(capital) = capital { br; span.amount-capital { (capital) } } }
    }
}

fn arrival(who: &Signed, arrival: Arrival, now: Timestamp) -> Markup {
    let w = who.words();
    html! {
        (say::told(w, "arrival", arrival.code()))
        p.hint {
            @match arrival.after(now) {
                Some(at) => (w.t_with("pay-arrives-at", &[("at", w.moment(at).into())])),
                None => (who.t("pay-arrives-now")),
            }
        }
    }
}
