//! A credit card repaid at a machine from one's own account: how much, from where, checked, done.
use super::instructions::go_to;
use super::kiosk_cash::{Buttons, account_name, accounts, sorry};
use super::{Page as Sheet, once_field, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cards::{CreditLine, Kind, Repay};
use kernel::id::AccountId;
use kernel::{Currency, Money, Result};
use ledger::View;
use maud::html;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RepayForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    /// `full`, `minimum`, `all`, `own`.
    what: String,
    amount: String,
    from: String,
    step: String,
}

/// The reader's credit line, and the number of the card that leads to it.
async fn line(web: &Web, who: &Signed) -> Result<Option<(CreditLine, String)>, Fault> {
    who.view.at_kiosk()?;
    let (actor, person) = (who.actor.clone(), who.person());
    let found = web.write(move |tx| {
        let Some(person) = person else { return Ok(None) };
        let all = cards::cards_of(tx, &actor, person)?;
        let card = all.into_iter().find(|c| c.kind == Kind::Credit && c.is_open() && c.account.is_some());
        let Some((account, masked)) = card.and_then(|c| Some((c.account?, c.masked))) else { return Ok(None) };
        Ok(Some((cards::line_now(tx, &actor, account)?, masked)))
    });
    Ok(found.await?)
}

/// What is owed in all, asked for now, and at least.
fn owed(l: &CreditLine) -> [Money; 3] {
    let b = &l.bill.0;
    [b.debt(), b.asked(), b.minimum_left()].map(Money::cny)
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Response, Fault> {
    repaid(&web, &who, RepayForm::default()).await
}

pub async fn send(State(web): State<Web>, who: Signed, Checked(f): Checked<RepayForm>) -> Result<Response, Fault> {
    repaid(&web, &who, f).await
}

async fn repaid(web: &Web, who: &Signed, f: RepayForm) -> Result<Response, Fault> {
    let Some((l, number)) = line(web, who).await? else { return Ok(sorry(who, "kiosk-repay-none")) };
    let [debt, full, minimum] = owed(&l);
    if !debt.is_positive() {
        return Ok(sorry(who, "kiosk-repay-nothing"));
    }
    let amount = match f.what.as_str() {
        "full" if full.is_positive() => full,
        "minimum" if minimum.is_positive() => minimum,
        "all" => debt,
        "own" => match own(who, &f) {
            Ok(Some(amount)) => amount,
            Ok(None) => return Ok(own_page(who, &f, &FieldErrors::new()).into_response()),
            Err(errors) => return Ok(refused(own_page(who, &f, &errors))),
        },
        _ => return Ok(what_page(who, &l, &number)),
    };
    let all = accounts(web, who).await?;
    let chosen = all.iter().find(|v| all.len() == 1 || v.account.id.to_string() == f.from);
    let Some(from) = chosen else { return Ok(from_page(who, &f, &all)) };
    if from.available().minor < amount.minor {
        return Ok(sorry(who, "kiosk-repay-short"));
    }
    if f.step != "do" {
        return Ok(check_page(who, &f, from, amount, &number));
    }
    let (actor, desk, to, debit) = (who.actor.clone(), web.desk().clone(), l.account, from.account.id);
    let done = web.run(move |_| cards::repay(&desk, &actor, to, debit, Repay::Amount(amount), &f.once)).await?;
    Ok(go_to(&done))
}

fn own(who: &Signed, f: &RepayForm) -> std::result::Result<Option<Money>, FieldErrors> {
    if f.amount.trim().is_empty() && f.step.is_empty() {
        return Ok(None);
    }
    let mut errors = FieldErrors::new();
    super::given::amount(who, &mut errors, "amount", &f.amount).map(Some).ok_or(errors)
}

fn what_page(who: &Signed, l: &CreditLine, number: &str) -> Response {
    let w = who.words();
    let [debt, full, minimum] = owed(l);
    let offered = [("full", full), ("minimum", minimum), ("all", debt)];
    let mut answers: Vec<_> = offered
        .into_iter()
        .filter(|(what, m)| m.is_positive() && (*what != "all" || *m != full))
        .map(|(what, m)| (what.to_owned(), who.t(&format!("kiosk-repay-{what}")).into_owned(), w.money(m)))
        .collect();
    answers.push(("own".into(), who.t("kiosk-cash-other").into_owned(), String::new()));
    let buttons = Buttons { action: "/kiosk/repayment", carried: Vec::new(), name: "what", answers };
    let main = html! { p.kiosk-large { (number) } (buttons.show(who)) };
    page(who, Sheet::new(who.t("kiosk-repay-how-much")), main).into_response()
}

fn own_page(who: &Signed, f: &RepayForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = Field::new("amount", who.t("amount")).hint(who.t("amount-hint")).value(f.amount.as_str());
    let body = html! {
        input type="hidden" name="what" value="own";
        (money(w, &field.errors(errors), Currency::CNY))
        (actions(button(Button::Primary, &who.t("turn-next"), Some(("step", "amount")))))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, "/kiosk/repayment", body)) };
    page(who, Sheet::new(who.t("kiosk-repay-how-much")).wrong(!errors.is_empty()), main)
}

fn from_page(who: &Signed, f: &RepayForm, all: &[View]) -> Response {
    if all.is_empty() {
        return sorry(who, "kiosk-cash-no-account");
    }
    let w = who.words();
    let answer = |v: &View| {
        let hint = w.t_with("account-available", &[("amount", w.money(v.available()).into())]);
        (v.account.id.to_string(), account_name(v), hint)
    };
    let carried = vec![("what", f.what.as_str()), ("amount", f.amount.as_str())];
    let answers = all.iter().map(answer).collect();
    let buttons = Buttons { action: "/kiosk/repayment", carried, name: "from", answers };
    page(who, Sheet::new(who.t("kiosk-repay-from")), buttons.show(who)).into_response()
}

fn check_page(who: &Signed, f: &RepayForm, from: &View, sum: Money, number: &str) -> Response {
    let w = who.words();
    let id: AccountId = from.account.id;
    let rows = vec![
        Row::new(who.t("amount"), html! { strong { (amount(w, sum)) } }),
        Row::new(who.t("kiosk-repay-card"), html! { (number) }),
        Row::new(who.t("pay-from"), html! { (account_name(from)) }),
    ];
    let fields = html! {
        (once_field())
        @for (name, value) in [("what", f.what.as_str()), ("amount", &f.amount)] { input type="hidden" name=(name) value=(value); }
        input type="hidden" name="from" value=(id);
    };
    let answers = Answers {
        groups: &[("".into(), rows)],
        after: who.t("kiosk-repay-after"),
        action: "/kiosk/repayment",
        fields,
        send: (Button::Primary, who.t("kiosk-repay-do"), Some(("step", "do"))),
        leave: (who.t("pay-leave"), "/home"),
    };
    page(who, Sheet::new(who.t("kiosk-cash-check")), check_answers(&who.view, answers)).into_response()
}
