//! Payments under way to other banks, by state; and how two people settle one whose end nobody knows.
use super::opening::beside;
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{AccountId, ClearingId};
use kernel::{Kind, PageAsk};
use maud::{Markup, html};
use payments::clearing::{self, ItemView, Reason, Resolution, State as Stage};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ListAsk {
    state: Option<String>,
    after: Option<String>,
}

/// Those that need somebody first.
const STATES: [Stage; 5] = [Stage::Unknown, Stage::Queued, Stage::Sent, Stage::Returned, Stage::Paid];

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let state = ask.state.as_deref().and_then(Stage::parse).unwrap_or(Stage::Unknown);
    let (actor, first) = (who.actor.clone(), ask.after.is_none());
    let ask = PageAsk { limit: None, after: ask.after };
    let found = web.read(move |tx| clearing::list(tx, &actor, state, &ask)).await?;
    let w = who.words();
    let sides = STATES.map(|s| {
        (Text::from(say::told(w, "clearing-state", s.code())), Text::from(format!("/clearing?state={}", s.code())))
    });
    let row = |i: &ItemView| {
        [
            html! { div { a href={ "/clearing/" (i.item) } { span.masked-text { (i.payee) } } @if !i.reference.is_empty() { br; span.hint { (i.reference) } } } },
            amount(w, i.amount),
            moment(w, i.queued_at),
            html! { @if let Some(at) = i.sent_at { (moment(w, at)) } },
            html! { div { (say::tag(w, i.state)) @if !i.note.is_empty() { br; span.hint { (i.note) } } @if i.approval.is_some() && i.state == Stage::Unknown { br; span.hint { (who.t("clearing-asked")) } } } },
        ]
    };
    let table = Table::new(who.t("clearing"))
        .text(who.t("payment-payee"))
        .figures(who.t("amount"))
        .text(who.t("clearing-queued"))
        .text(who.t("clearing-sent"))
        .text(who.t("clearing-state"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("clearing-none"))
        .caption_hidden();
    let here = format!("/clearing?state={}", state.code());
    let main = html! {
        (tabs(&who.t("clearing"), &sides, STATES.iter().position(|s| *s == state).unwrap_or(0)))
        (table.show(w))
        (pager(w, (!first).then_some(here.as_str()), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("clearing")).lead(who.t("clearing-lead")), main))
}

/// What somebody found out, as it is written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FoundOut {
    #[serde(rename = "csrf")]
    _csrf: String,
    outcome: String,
    code: String,
    to: String,
    why: String,
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ClearingId>) -> Result<Shown, Fault> {
    let item = item(&web, &who, id).await?;
    Ok(item_page(&who, &item, &FoundOut::default(), &FieldErrors::new()))
}

async fn item(web: &Web, who: &Signed, id: ClearingId) -> Result<ItemView, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| clearing::view(tx, &actor, id)).await?)
}

fn item_page(who: &Signed, i: &ItemView, given: &FoundOut, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("payment-payee"), html! { span.masked-text { (i.payee) } }),
        Row::new(who.t("amount"), html! { strong { (amount(w, i.amount)) } }),
        Row::new(who.t("clearing-sendings"), html! { (i.sendings) }),
    ];
    let times = [
        ("clearing-queued", Some(i.queued_at)),
        ("clearing-sent", i.sent_at),
        ("clearing-taken", i.taken_at),
        ("clearing-ask", i.ask_at),
        ("clearing-paid", i.paid_at),
        ("clearing-returned", i.returned_at),
        ("clearing-disputed", i.disputed_at),
    ];
    rows.extend(times.into_iter().filter_map(|(key, at)| Some(Row::new(who.t(key), moment(w, at?)))));
    if let Some(reason) = i.reason {
        rows.push(Row::new(
            who.t("fault-reason"),
            html! { (say::told(w, "clearing-reason", reason.code())) " (" (reason.iso()) ")" },
        ));
    }
    if !i.note.is_empty() {
        rows.push(Row::new(who.t("clearing-note"), html! { (i.note) }));
    }
    let main = html! {
        (error_summary(w, errors))
        p { (say::tag(w, i.state)) }
        (summary_list(w, &rows))
        @if let Some(a) = i.approval { p { a href={ "/approvals/" (a) } { (who.t("clearing-to-approval")) } } }
        @if i.state == Stage::Unknown { (resolve_form(who, i, given, errors)) }
    };
    page(who, Sheet::new(who.t("clearing-item")).crumb(who.t("clearing"), "/clearing").wrong(!errors.is_empty()), main)
}

fn resolve_form(who: &Signed, i: &ItemView, given: &FoundOut, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let way = |code: &'static str| {
        Choice::new(code, say::told(w, "clearing-outcome", code)).hint(say::told(w, "clearing-outcome-about", code))
    };
    let ways = [way("paid"), way("returned"), way("send_again")];
    let ways = if i.paid_at.is_some() { &ways[1..2] } else { &ways[..] };
    let codes: Vec<Choice<'_>> =
        Reason::ALL.iter().map(|r| Choice::new(r.code(), say::told(w, "clearing-reason", r.code()))).collect();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let fields = html! {
        (radios(w, &field("outcome", "clearing-found-out", &given.outcome), ways))
        (select(w, &field("code", "clearing-code", &given.code).optional(), &codes))
        (text(w, &field("to", "clearing-to", &given.to).hint(who.t("clearing-to-hint")).optional()))
        (multiline(w, &field("why", "clearing-why", &given.why).hint(who.t("clearing-why-hint")), 3, 200))
        (actions(button(Button::Primary, &who.t("clearing-resolve"), None)))
    };
    html! {
        h2 { (who.t("clearing-resolution")) }
        p { (who.t("clearing-resolution-lead")) }
        (form(&who.view, &format!("/clearing/{}/resolution", i.item), fields))
    }
}

fn resolution(who: &Signed, given: &FoundOut, errors: &mut FieldErrors) -> Option<Resolution> {
    match given.outcome.as_str() {
        "paid" => Some(Resolution::Paid),
        "send_again" => Some(Resolution::SendAgain),
        "returned" => {
            let reason = Reason::parse(&given.code);
            if reason.is_none() {
                errors.add("code", who.t("clearing-code-missing"));
            }
            let to = match given.to.trim() {
                "" => None,
                text => match text.parse::<AccountId>() {
                    Ok(id) => Some(id),
                    Err(_) => {
                        errors.add("to", who.t("clearing-to-wrong"));
                        None
                    }
                },
            };
            Some(Resolution::Returned { reason: reason?, to })
        }
        _ => {
            errors.add("outcome", who.t("clearing-outcome-missing"));
            None
        }
    }
}

pub async fn resolve(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ClearingId>,
    Checked(given): Checked<FoundOut>,
) -> Result<Response, Fault> {
    let item = item(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let resolution = resolution(&who, &given, &mut errors);
    let why = super::given::text(&who, &mut errors, "why", &given.why, "reason-missing").to_owned();
    let (Some(resolution), true) = (resolution, errors.is_empty()) else {
        return Ok(refused(item_page(&who, &item, &given, &errors)));
    };
    let actor = who.actor.clone();
    match web.write(move |tx| clearing::resolve_ask(tx, &actor, id, resolution.clone(), &why)).await {
        Ok(approval) => Ok(see_other(&format!("/approvals/{approval}"))),
        Err(error) if matches!(error.kind(), Kind::Refused | Kind::Conflict | Kind::Missing | Kind::Invalid) => {
            Ok(refused(item_page(&who, &item, &given, &beside("outcome", &who, &error))))
        }
        Err(error) => Err(error.into()),
    }
}
