//! Paying from one's own account: fill in, check with the price, done. Nothing moves before the second page is sent.
use super::instructions::go_to;
use super::opening::beside;
use super::{Page as Sheet, given, once_field, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Lang, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::{Currency, Kind, Money, Owner, Who};
use ledger::{Purpose, View};
use maud::{Markup, html};
use payments::{Order, Payee};
use pricing::Quote;
use serde::Deserialize;

/// Bytes of a memo are limited by the ledger; so many characters always fit.
const MEMO_CHARS_MAX: usize = ledger::MEMO_BYTES_MAX / 4;

/// What is written into the form, and how far it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PayForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    /// `check`, `change` or `send`.
    step: String,
    from: String,
    name: String,
    number: String,
    /// Empty: an account here.
    bank: String,
    amount: String,
    memo: String,
    /// The fee that was shown, minor units.
    fee: String,
}

/// The questions, in the order in which they are asked.
const QUESTIONS: Plan<'static> = &[&["from"], &["name", "number", "bank"], &["amount"], &["memo"]];

impl PayForm {
    /// Every answer as it was given.
    fn answers(&self) -> [(&str, &str); 6] {
        [
            ("from", &self.from),
            ("name", &self.name),
            ("number", &self.number),
            ("bank", &self.bank),
            ("amount", &self.amount),
            ("memo", &self.memo),
        ]
    }
}

/// Whose accounts the reader pays from.
pub fn owner(who: &Signed) -> Option<Owner> {
    match who.actor.who {
        Who::Person(p) => Some(Owner::Person(p)),
        Who::ForFirm { firm, .. } => Some(Owner::Firm(firm)),
        _ => None,
    }
}

async fn accounts(web: &Web, who: &Signed) -> Result<Vec<View>, Fault> {
    let Some(owner) = owner(who) else { return Ok(Vec::new()) };
    let found = web.read(move |tx| {
        let all = ledger::of_owner(tx, owner)?;
        let open = all.into_iter().filter(|a| a.purpose == Purpose::General && a.closed_at.is_none());
        open.map(|a| ledger::view(tx, a.id)).collect::<kernel::Result<Vec<_>>>()
    });
    Ok(found.await?)
}

/// A price and why it is what it is. `None`: this has no price.
pub fn price(who: &Signed, quote: Option<&Quote>) -> Markup {
    let w = who.words();
    let Some(q) = quote else { return html! { (who.t("price-none")) } };
    let args: Vec<(&str, fluent_bundle::FluentValue<'_>)> =
        q.explanation.args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
    let name = if w.lang == Lang::Zh { &q.name_zh } else { &q.name_en };
    html! {
        (amount(w, q.fee))
        p.hint { (name) ": " (w.t_with(q.explanation.key, &args)) }
    }
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let accounts = accounts(&web, &who).await?;
    let turn = Turn::first(&who.view, QUESTIONS);
    Ok(form_page(&who, &accounts, &PayForm::default(), turn, &FieldErrors::new()))
}

fn stages(who: &Signed, now: usize) -> Markup {
    let names = ["stage-fill", "stage-check", "stage-done"].map(|key| who.t(key));
    steps(who.words(), &who.t("stages"), &names, now)
}

fn form_page(who: &Signed, accounts: &[View], given: &PayForm, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let errors = &turn.errors(errors);
    let choice = |v: &View| {
        let hint = w.t_with("account-available", &[("amount", w.money(v.available()).into())]);
        Choice::new(
            v.account.id.to_string(),
            format!("{} {}", v.account.name, kernel::chinese::mask_card(&v.account.number)),
        )
        .hint(hint)
    };
    let choices: Vec<Choice<'_>> = accounts.iter().map(choice).collect();
    let chosen = if choices.len() == 1 { choices[0].value.to_string() } else { given.from.clone() };
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let payee = html! {
        (text(w, &field("name", "pay-name", &given.name).hint(who.t("pay-name-hint")).autocomplete("off")))
        (number(w, &field("number", "pay-number", &given.number).hint(who.t("pay-number-hint")).width(Width::Twenty).autocomplete("off")))
        (text(w, &field("bank", "pay-bank", &given.bank).hint(who.t("pay-bank-hint")).width(Width::Twenty).optional()))
    };
    let questions = vec![
        radios(w, &field("from", "pay-from", &chosen), &choices),
        payee,
        money(w, &field("amount", "amount", &given.amount).hint(who.t("amount-hint")), Currency::CNY),
        text(w, &field("memo", "payment-memo", &given.memo).hint(who.t("pay-memo-hint")).optional()),
    ];
    let asking = turn.form(&who.view, "/pay", &given.answers(), questions, &who.t("go-check"));
    let main = html! {
        (error_summary(w, errors))
        (stages(who, 0))
        @if accounts.is_empty() { (notice(Tone::Warn, &who.t("pay-no-account"), html! { p { (who.t("pay-no-account-next")) } })) }
        @else {
            @if turn.at() < 2 { (notice(Tone::Info, &who.t("pay-care"), html! { p { (who.t("pay-care-text")) } })) }
            (asking)
        }
    };
    page(who, Sheet::new(who.t("pay")).wrong(!errors.is_empty()), main)
}

/// What the form asks for, when it is whole.
struct Asked<'a> {
    from: &'a View,
    amount: Money,
    order: Order,
}

fn read<'a>(who: &Signed, accounts: &'a [View], given: &PayForm, errors: &mut FieldErrors) -> Option<Asked<'a>> {
    let from = accounts.iter().find(|v| v.account.id.to_string() == given.from);
    if from.is_none() {
        errors.add("from", who.t("pay-from-missing"));
    }
    let name = given::text(who, errors, "name", &given.name, "pay-name-missing").to_owned();
    let number = given::number(&given.number);
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        errors.add("number", who.t("pay-number-missing"));
    }
    let amount = given::amount(who, errors, "amount", &given.amount);
    if given.memo.chars().count() > MEMO_CHARS_MAX {
        errors.add("memo", who.words().t_with("pay-memo-long", &[("max", (MEMO_CHARS_MAX as i64).into())]));
    }
    let (Some(from), Some(amount), true) = (from, amount, errors.is_empty()) else { return None };
    let payee = match given.bank.trim() {
        "" => Payee::Number(number),
        bank => Payee::External { bank: bank.into(), number, name: name.clone() },
    };
    let fee = Money::new(given.fee.parse().unwrap_or(0), Currency::CNY);
    let order = Order::transfer(from.account.id, payee, amount).memo(given.memo.trim()).fee_shown(fee);
    let order = if given.bank.trim().is_empty() { order.payee_name(name) } else { order };
    Some(Asked { from, amount, order })
}

pub async fn pay(State(web): State<Web>, who: Signed, Checked(given): Checked<PayForm>) -> Result<Response, Fault> {
    let accounts = accounts(&web, &who).await?;
    let mut errors = FieldErrors::new();
    let asked = read(&who, &accounts, &given, &mut errors);
    let turn = Turn::of(&who.view, QUESTIONS, &given.step, &errors);
    let (Some(asked), true) = (asked, turn.is_done()) else {
        let shown = form_page(&who, &accounts, &given, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    if given.step == "send" {
        return Ok(go_to(&web.submit(&who.actor, asked.order, Some(given.once)).await?));
    }
    let (actor, order) = (who.actor.clone(), asked.order.clone());
    match web.read(move |tx| payments::quote(tx, &actor, &order)).await {
        Ok(quote) => Ok(check_page(&who, &asked, &given, quote.as_ref()).into_response()),
        Err(why) if matches!(why.kind(), Kind::Refused | Kind::Invalid | Kind::Missing | Kind::Limit) => {
            let errors = beside("number", &who, &why);
            let turn = Turn::of(&who.view, QUESTIONS, "check", &errors);
            Ok(refused(form_page(&who, &accounts, &given, turn, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

fn check_page(who: &Signed, asked: &Asked<'_>, given: &PayForm, quote: Option<&Quote>) -> Shown {
    let w = who.words();
    let fee = quote.map_or(0, |q| q.fee.minor).to_string();
    let mut rows = vec![
        Row::new(
            who.t("pay-from"),
            html! { (asked.from.account.name) br; span.masked-text { (kernel::chinese::mask_card(&asked.from.account.number)) } },
        ),
        Row::new(who.t("pay-name"), html! { (given.name) }),
        Row::new(who.t("pay-number"), html! { (say::grouped(&given::number(&given.number))) }),
    ];
    if !given.bank.trim().is_empty() {
        rows.push(Row::new(who.t("pay-bank"), html! { (given.bank) }));
    }
    rows.push(Row::new(who.t("amount"), html! { strong { (amount(w, asked.amount)) } }));
    rows.push(Row::new(who.t("fee"), price(who, quote)));
    if !given.memo.trim().is_empty() {
        rows.push(Row::new(who.t("payment-memo"), html! { (given.memo) }));
    }
    let fields = html! {
        (once_field())
        @for (name, value) in given.answers() { input type="hidden" name=(name) value=(value); }
        input type="hidden" name="fee" value=(fee);
        (actions(html! {
            (button(Button::Primary, &who.t("pay-confirm"), Some(("step", "send"))))
            (button(Button::Secondary, &who.t("go-change"), Some(("step", "change"))))
        }))
    };
    let main = html! { (stages(who, 1)) (summary_list(w, &rows)) (form(&who.view, "/pay", fields)) };
    page(who, Sheet::new(who.t("pay-check")).lead(who.t("pay-check-lead")).crumb(who.t("pay"), "/pay"), main)
}
