//! An instruction to pay, in its life: what became of it, why, what comes next, and what the payer can do about it.
use super::confirm::{Confirm, Given};
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::{Lang, Told};
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::InstructionId;
use kernel::{Error, Timestamp};
use maud::{Markup, html};
use party::Permission as P;
use payments::{Arrival, Instruction, Receipt, State as Stage};

/// After an order: its page.
pub fn go_to(receipt: &Receipt) -> Response {
    see_other(&format!("/payments/{}", receipt.instruction))
}

/// A reason in the reader's language: the guard's texts by their key, anything else as it is.
pub fn reason(web: &Web, who: &Signed, text: &str) -> String {
    let language = match (who.words().lang, who.view.mode == crate::Mode::Elder) {
        (Lang::Zh, true) => "elder",
        (Lang::Zh, false) => "zh",
        _ => "en",
    };
    web.desk().guard.text(text, language).unwrap_or_else(|| text.to_owned())
}

/// A refusal by its stable code, in the reader's language, with what to do about it.
pub fn told(web: &Web, who: &Signed, code: &str, reasons: &[String]) -> Told {
    let message = reasons.iter().map(|r| reason(web, who, r)).collect::<Vec<_>>().join(" ");
    let known = app::codes().into_iter().find(|c| c.name == code);
    match known {
        Some(code) => {
            let told = who.words().error(&Error::new(code, message.clone()));
            let by_guard = code.name.starts_with("guard_") && !message.is_empty();
            Told { message: if by_guard { message } else { told.message }, ..told }
        }
        None => Told { message, remedy: String::new() },
    }
}

pub fn refusal(web: &Web, who: &Signed, code: &str, reasons: &[String]) -> Markup {
    let told = told(web, who, code, reasons);
    notice(Tone::Danger, &told.message, html! { p { (told.remedy) } })
}

/// An instruction as it is shown: with the names of who made and who ended it.
pub async fn load(web: &Web, who: &Signed, id: InstructionId) -> Result<(Instruction, String, String), Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let i = payments::instruction(tx, &actor, id)?;
        let made_by = party::who_name(tx, &i.made_by)?;
        let ended_by = i.ended_by.as_deref().map_or_else(|| Ok(String::new()), |by| party::who_name(tx, by))?;
        Ok((i, made_by, ended_by))
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<InstructionId>) -> Result<Shown, Fault> {
    let (i, made_by, ended_by) = load(&web, &who, id).await?;
    let (arrival, kept) = about(&web, &who, &i).await?;
    let cooling = web.read(move |tx| safety::cooling(tx, id)).await?.filter(|_| i.state == Stage::Delayed);
    let (tone, title) = headline(&who, &i);
    let next = html! {
        (next_step(&web, &who, &i))
        @if let Some(c) = cooling { (super::fraud::why_cooling(&who, c.above_yuan)) }
        (facts(&who, &i, arrival, &made_by, &ended_by))
        (what_to_do(&who, &i, kept))
    };
    let main = result(tone, &title, Some((&who.t("payment-reference"), &id.to_string())), next);
    let shown = Sheet::new(title.clone()).bare();
    let shown = if who.is_staff() { shown } else { shown.crumb(who.t("nav-accounts"), "/accounts") };
    Ok(page(&who, shown, main))
}

/// How soon it was to arrive, and whether the payer has the payee in his book; `None` where he could not put him there.
async fn about(web: &Web, who: &Signed, i: &Instruction) -> Result<(Arrival, Option<bool>), Fault> {
    let (id, masked, transfer) = (i.id, i.payee.clone(), i.credit.is_some());
    let book = super::pay::owner(who).filter(|owner| *owner == i.payer && who.holds(P::PaymentSubmit));
    let keeps = transfer && matches!(i.kind, payments::Kind::Transfer | payments::Kind::ClearingOut);
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let arrival = payments::arrival_of(tx, id)?;
        let Some(owner) = book.filter(|_| keeps) else { return Ok((arrival, None)) };
        let known =
            payments::payees(tx, &actor, owner, "", &kernel::PageAsk::first(kernel::page::PAGE_ROWS_MAX))?.items;
        Ok((arrival, Some(known.iter().any(|p| p.masked == masked))))
    });
    Ok(found.await?)
}

fn headline(who: &Signed, i: &Instruction) -> (Tone, String) {
    let tone = say::Stated::tone(&i.state);
    let wages = matches!(i.kind, payments::Kind::FundWageAccount);
    let key = match i.state {
        Stage::Posted if i.kind == payments::Kind::ClearingOut => "payment-sent",
        Stage::Posted if wages => "payment-funded",
        state => return (tone, say::told(who.words(), "payment-told", state.code()).into_owned()),
    };
    (tone, who.t(key).into_owned())
}

/// What it means for the money, and when it goes on.
fn next_step(web: &Web, who: &Signed, i: &Instruction) -> Markup {
    let w = who.words();
    if i.state == Stage::Refused {
        let told = told(web, who, &i.refusal, &i.reasons.0);
        return html! { p.error-message { (told.message) } p { (told.remedy) } };
    }
    let reasons: Vec<String> = i.reasons.0.iter().map(|r| reason(web, who, r)).collect();
    html! {
        @if i.state == Stage::Posted && i.kind == payments::Kind::ClearingOut { p { (who.t("payment-sent-next")) } }
        @else { p { (say::told(w, "payment-next", i.state.code())) } }
        @if i.state == Stage::Delayed { @if let Some(until) = i.until { (countdown(who, until, web.now())) } }
        @for reason in &reasons { (notice(Tone::Warn, &who.t("payment-why"), html! { p { (reason) } })) }
    }
}

/// When a delayed payment goes, and how long that is from now.
fn countdown(who: &Signed, until: Timestamp, now: Timestamp) -> Markup {
    let w = who.words();
    let left = say::span(w, until.since(now));
    html! { p { strong { (w.t_with("payment-goes-at", &[("at", w.moment(until).into()), ("left", left.into())])) } } }
}

fn facts(who: &Signed, i: &Instruction, arrival: Arrival, made_by: &str, ended_by: &str) -> Markup {
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("payment-kind"), html! { (say::told(w, "payment-kind", i.kind.code())) }),
        Row::new(who.t("payment-payee"), html! { span.masked-text { (i.payee) } }),
        Row::new(who.t("amount"), html! { strong { (amount(w, i.money())) } }),
        Row::new(who.t("fee"), amount(w, i.fee_money())),
    ];
    if !arrival.is_real_time() {
        rows.push(Row::new(who.t("pay-arrival"), html! { (say::told(w, "arrival", arrival.code())) }));
    }
    if !i.memo.is_empty() {
        rows.push(Row::new(who.t("payment-memo"), html! { (i.memo) }));
    }
    rows.push(Row::new(who.t("payment-made"), say::by(w, made_by, i.made_at)));
    rows.push(Row::new(who.t("business-date"), day(w, i.business_date)));
    if let Some(at) = i.ended_at {
        let why = i.ended_why.clone().unwrap_or_default();
        let plain = !why.is_empty() && !why.is_ascii();
        rows.push(Row::new(
            say::told(w, "payment-ended", i.state.code()),
            html! { (say::by(w, ended_by, at)) @if plain { br; (why) } },
        ));
    }
    summary_list(w, &rows)
}

fn what_to_do(who: &Signed, i: &Instruction, kept: Option<bool>) -> Markup {
    let at = |rest: &str| format!("/payments/{}/{rest}", i.id);
    let payer = !who.is_staff();
    let approver = who.holds(P::PaymentApprove) && i.made_by != who.actor.principal();
    html! {
        (actions(html! {
            @if payer && i.state == Stage::Challenged { (link_button(Button::Primary, &who.t("payment-confirm"), &at("confirmation"))) }
            @if approver && i.state == Stage::AwaitingApproval { @if let Some(a) = i.approval { (link_button(Button::Primary, &who.t("sheet-check"), &format!("/approvals/{a}"))) } }
            @if payer && i.state.is_open() { (link_button(Button::Danger, &who.t("payment-cancel"), &at("cancellation"))) }
            @if is_answerable(who, i) { (link_button(Button::Secondary, &who.t("dissent-ask"), &at("objection"))) }
            @if is_reportable(who, i) { (link_button(Button::Danger, &who.t(if i.state.is_open() { "fraud" } else { "fraud-tell" }), &at("fraud"))) }
            @if who.is_staff() && i.state.is_open() && who.holds(P::GuardRead) { (link_button(Button::Secondary, &who.t("held-look"), &format!("/guard/{}", i.id))) }
            @if payer && i.state == Stage::Refused && app::fraud::was_stopped(i) && who.firm().is_none() { (link_button(Button::Primary, &who.t("help-call-me"), "/help/call")) }
            @else if payer && i.state == Stage::Refused && who.holds(P::PaymentSubmit) { (link_button(Button::Primary, &who.t("pay-again"), "/pay")) }
            @if kept == Some(false) && i.state != Stage::Refused { (link_button(Button::Secondary, &who.t("payee-keep"), &format!("/payees/new?payment={}", i.id))) }
            @if let Some(line) = i.transfer.filter(|_| i.state == Stage::Posted) {
                (link_button(Button::Secondary, &who.t("line-receipt"), &format!("/accounts/{}/lines/{line}", i.debit)))
            }
            @if payer { (link_button(Button::Secondary, &who.t("to-account"), &format!("/accounts/{}", i.debit))) }
            (print_button(who.words()))
        }))
    }
}

/// A person's own payment that the bank did not let go at once.
fn is_answerable(who: &Signed, i: &Instruction) -> bool {
    let own = who.person().map(kernel::Owner::Person) == Some(i.payer) && who.firm().is_none();
    own && matches!(i.state, Stage::Challenged | Stage::Delayed | Stage::Held | Stage::Refused)
}

/// A person's own payment that waits and goes to somebody.
fn is_reportable(who: &Signed, i: &Instruction) -> bool {
    let own = who.person().map(kernel::Owner::Person) == Some(i.payer) && who.firm().is_none();
    let stopped = i.state.is_open() || app::fraud::was_stopped(i);
    own && stopped && matches!(i.kind, payments::Kind::Transfer | payments::Kind::ClearingOut)
}

fn question<'a>(who: &'a Signed, i: &Instruction) -> Vec<Row<'a>> {
    let w = who.words();
    vec![
        Row::new(who.t("payment-payee"), html! { span.masked-text { (i.payee) } }),
        Row::new(who.t("amount"), html! { strong { (amount(w, i.money())) } }),
        Row::new(who.t("payment-state"), say::tag(w, i.state)),
    ]
}

fn confirm_page(who: &Signed, i: &Instruction, texts: [&str; 3], place: &str) -> Shown {
    let here = format!("/payments/{}", i.id);
    let [title, lead, yes] = texts;
    let undoes = place == "cancellation";
    let confirm = Confirm {
        title: &who.t(title),
        lead: &who.t(lead),
        crumbs: vec![(who.t("payment").into_owned(), here.clone())],
        rows: question(who, i),
        more: html! {},
        action: &format!("{here}/{place}"),
        back: &here,
        button: (if undoes { Button::Danger } else { Button::Primary }, &who.t(yes)),
        reason: None,
        hash: "",
    };
    confirm.show(who, &Given::default(), &FieldErrors::new())
}

const CONFIRM: [&str; 3] = ["payment-confirm", "payment-confirm-lead", "payment-confirm-yes"];
const CANCEL: [&str; 3] = ["payment-cancel", "payment-cancel-lead", "payment-cancel-yes"];

pub async fn confirmation(State(web): State<Web>, who: Signed, At(id): At<InstructionId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    let (i, ..) = load(&web, &who, id).await?;
    Ok(confirm_page(&who, &i, CONFIRM, "confirmation"))
}

pub async fn confirm(
    State(web): State<Web>,
    who: Signed,
    At(id): At<InstructionId>,
    Checked(_): Checked<Given>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    Ok(go_to(&web.run(move |bank| payments::confirm(&bank.desk, &actor, id)).await?))
}

pub async fn cancellation(State(web): State<Web>, who: Signed, At(id): At<InstructionId>) -> Result<Shown, Fault> {
    let (i, ..) = load(&web, &who, id).await?;
    Ok(confirm_page(&who, &i, CANCEL, "cancellation"))
}

pub async fn cancel(
    State(web): State<Web>,
    who: Signed,
    At(id): At<InstructionId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    Ok(go_to(&web.run(move |bank| payments::cancel(&bank.desk, &actor, id, &given.reason)).await?))
}
