//! Those who call: the queue of their branches in the order in which it is to be called, one request, taking it, its result.
use super::{Page as Sheet, help, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::Timestamp;
use kernel::id::CallBackId;
use lobby::call_back::{self, CallBack, CallState, Outcome};
use maud::{Markup, html};
use serde::Deserialize;

/// Requests on the page of the queue.
pub const QUEUE_SHOWN_MAX: usize = 100;

pub async fn queue(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let calls = web
        .read(move |tx| {
            let all = call_back::queue(tx, &actor, QUEUE_SHOWN_MAX)?;
            all.into_iter().map(|c| Ok((taker(tx, &c)?, c))).collect::<kernel::Result<Vec<_>>>()
        })
        .await?;
    let (w, now) = (who.words(), web.now());
    let row = |(name, c): &(String, CallBack)| {
        let shown = if c.name_masked.is_empty() { who.t("calls-visitor").into_owned() } else { c.name_masked.clone() };
        [
            html! { div { a href={ "/call-backs/" (c.id) } { (shown) } br;
            @if c.is_at_machine() { span.hint { (who.t("calls-at-machine")) } } @else { span.masked-text { (c.phone_masked) } } } },
            html! { (say::told(w, "call-topic", c.topic.code())) @if c.elder { br; (status(Tone::Info, &who.t("calls-elder"), "", "")) } },
            html! { div { (help::time_of_day(w, c.call_from.max(c.asked_at), now)) " - " (help::time_of_day(w, c.promised_by, now)) } },
            html! { (state(&who, c, name, now)) },
            html! { (c.tries) },
        ]
    };
    let table = Table::new(who.t("calls"))
        .text(who.t("calls-who"))
        .text(who.t("calls-topic"))
        .text(who.t("calls-when"))
        .text(who.t("calls-state"))
        .figures(who.t("calls-tries"))
        .rows(calls.iter().map(row))
        .when_empty(who.t("calls-none"))
        .caption_hidden();
    Ok(page(&who, Sheet::new(who.t("calls")).lead(who.t("calls-lead")), table.show(w)))
}

/// The name of who took it; empty for nobody.
fn taker(tx: &mut store::Tx<'_>, c: &CallBack) -> kernel::Result<String> {
    c.taken_by.as_deref().map_or(Ok(String::new()), |by| party::who_name(tx, by))
}

fn state(who: &Signed, c: &CallBack, name: &str, now: Timestamp) -> Markup {
    let w = who.words();
    let at = c.taken_at.filter(|_| !name.is_empty()).map(|at| w.moment(at)).unwrap_or_default();
    let tone = match c.state {
        CallState::Done => Tone::Good,
        CallState::GivenUp | CallState::NotReached => Tone::Warn,
        CallState::Cancelled => Tone::Quiet,
        CallState::Asked | CallState::Taken => Tone::Info,
    };
    html! {
        (status(tone, &say::told(w, "call-state", c.state.code()), name, &at))
        @if c.is_late(now) { " " (status(Tone::Danger, &who.t("calls-late"), "", "")) }
    }
}

/// A request as its page shows it. The number is there only for who took it.
struct Seen {
    call: CallBack,
    taker: String,
    number: Option<String>,
}

/// What is wrong with a result that was sent, and what was sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResultForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    result: String,
    note: String,
}

async fn load(web: &Web, who: &Signed, id: CallBackId) -> Result<Seen, Fault> {
    let actor = who.actor.clone();
    let seen = web.write(move |tx| {
        let call = call_back::call(tx, &actor, id)?;
        tx.audit(&actor, store::Audit::of("call_back.look", id))?;
        let mine = call.state == CallState::Taken && call.taken_by.as_deref() == Some(actor.principal().as_str());
        let number = mine.then(|| call_back::number(tx, &actor, id)).transpose()?;
        Ok(Seen { taker: taker(tx, &call)?, call, number })
    });
    Ok(seen.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<CallBackId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    Ok(one(&who, &seen, web.now(), &ResultForm::default(), &FieldErrors::new()))
}

fn one(who: &Signed, seen: &Seen, now: Timestamp, given: &ResultForm, errors: &FieldErrors) -> Shown {
    let (w, c) = (who.words(), &seen.call);
    let name = if c.name_masked.is_empty() { who.t("calls-visitor").into_owned() } else { c.name_masked.clone() };
    let here = format!("/call-backs/{}", c.id);
    let mut rows = vec![
        Row::new(who.t("calls-state"), state(who, c, &seen.taker, now)),
        Row::new(who.t("calls-topic"), html! { (say::told(w, "call-topic", c.topic.code())) }),
        Row::new(who.t("calls-wish"), html! { (say::told(w, "call-wish", c.wish.code())) }),
        Row::new(who.t("calls-asked"), moment(w, c.asked_at)),
        Row::new(who.t("calls-promised"), moment(w, c.promised_by)),
        Row::new(
            who.t("person-phone"),
            match &seen.number {
                _ if c.is_at_machine() => html! { (who.t("calls-at-machine")) },
                Some(number) => html! { a.call-number href={ "tel:" (number) } { (number) } },
                None => html! { span.masked-text { (c.phone_masked) } },
            },
        ),
    ];
    if let Some(person) = c.person {
        rows.push(Row::new(who.t("calls-customer"), html! { a href={ "/customers/" (person) } { (c.name_masked) } }));
    }
    if seen.number.is_some() && !c.is_at_machine() {
        rows.push(Row::new(who.t("calls-word"), html! { strong.call-word { (c.word().zh()) } br; (c.word().en()) }));
    }
    if !c.note.is_empty() {
        rows.push(Row::new(who.t("calls-note"), html! { (c.note) }));
    }
    let may_take = c.is_open() && seen.number.is_none() && (c.state != CallState::Taken || c.is_late(now));
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        @if may_take { (form(&who.view, &format!("{here}/taking"), actions(button(Button::Primary, &who.t("calls-take"), None)))) }
        @if seen.number.is_some() { (result_form(who, &here, c.is_at_machine(), given, errors)) }
    };
    page(who, Sheet::new(name).crumb(who.t("calls"), "/call-backs").wrong(!errors.is_empty()), main)
}

fn result_form(who: &Signed, here: &str, at_machine: bool, given: &ResultForm, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let choice = |code: &'static str| Choice::new(code, say::told(w, "call-result", code));
    let mut choices: Vec<Choice<'_>> = Outcome::ALL.iter().map(|o| choice(o.code())).collect();
    choices.push(choice("not_reached"));
    let result = Field::new("result", who.t("calls-result")).value(given.result.as_str()).errors(errors);
    let note = Field::new("note", who.t("calls-note")).hint(who.t("calls-note-hint")).value(given.note.as_str());
    html! {
        h2 { (who.t("calls-result")) }
        @if !at_machine { (notice(Tone::Info, &who.t("calls-say-word"), html! { p { (who.t("calls-say-word-text")) } })) }
        (form(&who.view, &format!("{here}/result"), html! {
            (radios(w, &result, &choices))
            (multiline(w, &note.optional(), 3, party::REASON_CHARS_MAX as u32))
            (actions(button(Button::Primary, &who.t("calls-result-send"), None)))
        }))
    }
}

pub async fn take(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CallBackId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| call_back::take(tx, &actor, id)).await?;
    Ok(see_other(&format!("/call-backs/{id}")))
}

pub async fn result(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CallBackId>,
    Checked(given): Checked<ResultForm>,
) -> Result<Response, Fault> {
    let outcome = Outcome::parse(&given.result);
    if outcome.is_none() && given.result != CallState::NotReached.code() {
        let mut errors = FieldErrors::new();
        errors.add("result", who.t("choose-one"));
        let seen = load(&web, &who, id).await?;
        return Ok(refused(one(&who, &seen, web.now(), &given, &errors)));
    }
    let (actor, note) = (who.actor.clone(), given.note.clone());
    web.write(move |tx| match outcome {
        Some(outcome) => call_back::done(tx, &actor, id, outcome, &note),
        None => call_back::not_reached(tx, &actor, id, &note),
    })
    .await?;
    Ok(see_other("/call-backs"))
}
