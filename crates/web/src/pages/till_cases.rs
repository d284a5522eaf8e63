//! A case of cash over or short: what was found, what one person says of it, and the other who settles it.
use super::till_day::branch_of;
use super::till_notes::{self, Fields, value};
use super::till_vault::name_of;
use super::{Page as Sheet, given, once_field, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::CashCaseId;
use kernel::{Error, Result};
use maud::{Markup, html};
use party::Permission as P;
use till::{Case, CaseState, Outcome};

/// A case with the names of those who worked on it.
struct Seen {
    case: Case,
    drawer: String,
    people: [String; 3],
}

pub fn state(who: &Signed, state: CaseState) -> Markup {
    let tone = match state {
        CaseState::Open => Tone::Danger,
        CaseState::Explained => Tone::Warn,
        CaseState::Settled => Tone::Good,
    };
    status(tone, &say::told(who.words(), "case-state", state.code()), "", "")
}

async fn load(web: &Web, who: &Signed, id: CashCaseId) -> Result<Seen, Fault> {
    let (actor, branch) = (who.actor.clone(), branch_of(who)?);
    let seen = web.read(move |tx| {
        let case = till::case(tx, &actor, id)?;
        let drawers = till::drawers(tx, &actor, branch)?;
        let drawer = name_of(&drawers, case.drawer, "");
        let mut name = |by: Option<&str>| by.map_or_else(|| Ok(String::new()), |by| party::who_name(tx, by));
        let opened = name(Some(&case.opened_by))?;
        let people = [opened, name(case.explained_by.as_deref())?, name(case.settled_by.as_deref())?];
        Ok(Seen { case, drawer, people })
    });
    Ok(seen.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<CashCaseId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    Ok(one(&who, &seen, &Fields::new(), &FieldErrors::new()))
}

fn one(who: &Signed, seen: &Seen, f: &Fields, errors: &FieldErrors) -> Shown {
    let (w, c) = (who.words(), &seen.case);
    let mut rows = vec![
        Row::new(who.t("till-name"), html! { (seen.drawer) }),
        Row::new(who.t("case-source"), html! { (say::told(w, "case-source", c.source.code())) " · " (day(w, c.date)) }),
        Row::new(who.t("cash-difference"), html! { strong { (amount(w, c.money())) } }),
        Row::new(who.t("entry-state"), state(who, c.state)),
        Row::new(who.t("case-opened"), say::by(w, &seen.people[0], c.opened_at)),
    ];
    if let (Some(outcome), Some(at)) = (c.outcome, c.explained_at) {
        rows.push(Row::new(who.t("case-outcome"), html! { (say::told(w, "case-outcome", outcome.code())) }));
        rows.push(Row::new(who.t("case-explanation"), html! { (c.explanation) br; (say::by(w, &seen.people[1], at)) }));
    }
    if let Some(at) = c.settled_at {
        rows.push(Row::new(who.t("case-settled"), say::by(w, &seen.people[2], at)));
    }
    let keeps = who.holds(P::VaultKeep) && c.state != CaseState::Settled;
    let other = c.explained_by.as_deref() != Some(who.actor.principal().as_str());
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        (super::till_balance::candidates(who, &c.candidates.0))
        @if keeps && c.state == CaseState::Explained && other { (settle_form(who, c, f, errors)) }
        @if keeps { (explain_form(who, c, f, errors)) }
    };
    page(who, Sheet::new(who.t("cash-case")).crumb(who.t("vault"), "/vault").wrong(!errors.is_empty()), main)
}

fn explain_form(who: &Signed, c: &Case, f: &Fields, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let fits: &[Outcome] = match c.amount > 0 {
        true => &[Outcome::ToCustomer, Outcome::ToIncome],
        false => &[Outcome::MadeGood, Outcome::ToExpense],
    };
    let choices: Vec<Choice<'_>> =
        fits.iter().map(|o| Choice::new(o.code(), say::told(w, "case-outcome", o.code()))).collect();
    let outcome = Field::new("outcome", who.t("case-outcome")).value(value(f, "outcome")).errors(errors);
    let text = Field::new("explanation", who.t("case-explanation")).hint(who.t("case-explanation-hint"));
    let customer = Field::new("number", who.t("cash-number")).hint(who.t("case-customer-hint")).width(Width::Twenty);
    html! {
        h2 { (who.t("case-explain")) }
        (form(&who.view, &format!("/cash-cases/{}/explanation", c.id), html! {
            (radios(w, &outcome, &choices))
            @if c.amount > 0 { (number(w, &customer.value(value(f, "number")).errors(errors).optional())) }
            (multiline(w, &text.value(value(f, "explanation")).errors(errors), 3, super::confirm::REASON_CHARS_MAX))
            (actions(button(Button::Primary, &who.t("case-explain"), None)))
        }))
    }
}

fn settle_form(who: &Signed, c: &Case, f: &Fields, errors: &FieldErrors) -> Markup {
    html! {
        h2 { (who.t("case-settle")) }
        p { (who.t("case-settle-lead")) }
        (form(&who.view, &format!("/cash-cases/{}/settlement", c.id), html! {
            (once_field())
            @if c.outcome == Some(Outcome::MadeGood) { (till_notes::count(who, &who.t("case-paid"), "n", c.currency, f, errors)) }
            (actions(button(Button::Primary, &who.t("case-settle"), None)))
        }))
    }
}

pub async fn explain(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CashCaseId>,
    Checked(f): Checked<Fields>,
) -> Result<Response, Fault> {
    let seen = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let explanation =
        given::text(&who, &mut errors, "explanation", value(&f, "explanation"), "reason-missing").to_owned();
    let outcome = Outcome::parse(value(&f, "outcome"));
    if outcome.is_none() {
        errors.add("outcome", who.t("choose-one"));
    }
    let (Some(outcome), true) = (outcome, errors.is_empty()) else {
        return Ok(refused(one(&who, &seen, &f, &errors)));
    };
    let (actor, number) = (who.actor.clone(), given::number(value(&f, "number")));
    let done = web.write(move |tx| {
        let customer = match number.is_empty() {
            true => None,
            false => {
                let found = ledger::by_number(tx, &number)?;
                Some(found.ok_or_else(|| Error::field("number", "there is no such account here"))?.id)
            }
        };
        till::case_explain(tx, &actor, id, &explanation, outcome, customer)
    });
    answer(&who, &seen, &f, "explanation", done.await)
}

fn answer(who: &Signed, seen: &Seen, f: &Fields, field: &'static str, done: Result<Case>) -> Result<Response, Fault> {
    match done {
        Ok(case) => Ok(see_other(&format!("/cash-cases/{}", case.id))),
        Err(why) if till_notes::is_told(&why) => {
            let errors = super::desk::fault(who, &why, &["number", "explanation"], field);
            Ok(refused(one(who, seen, f, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

pub async fn settle(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CashCaseId>,
    Checked(f): Checked<Fields>,
) -> Result<Response, Fault> {
    let seen = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let paid = match seen.case.outcome {
        Some(Outcome::MadeGood) => till_notes::read(&who, &mut errors, &f, "n", seen.case.currency),
        _ => None,
    };
    if !errors.is_empty() {
        return Ok(refused(one(&who, &seen, &f, &errors)));
    }
    let actor = who.actor.clone();
    let done = web.run(move |bank| till::case_settle(&bank.desk, &actor, id, paid)).await;
    answer(&who, &seen, &f, "explanation", done)
}
