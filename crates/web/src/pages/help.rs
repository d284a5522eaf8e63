//! Help by people: the bank's number, the face and name of who looks after her, and being called back. Open to everybody, also
//! before sign-in.
use super::{Page, page, public_page, refused};
use crate::gate::{CameFrom, Signed};
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::view::View;
use crate::words::Words;
use crate::{Fault, Lang, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::id::CallBackId;
use kernel::{Actor, Id, Kind, Timestamp};
use lobby::call_back::{self, CallAsk, CallBack, CallState, Topic, Wish, Word};
use maud::{Markup, html};
use party::{Branch, Manager, Origin};
use serde::Deserialize;
use store::Tx;

/// What the help page knows of its reader.
pub struct Helping {
    /// Her branch, or the head office.
    pub branch: Branch,
    pub manager: Option<Manager>,
    pub call: Option<CallBack>,
    /// Who took the call.
    pub caller: Option<Manager>,
}

/// The actor behind a page that is open to everybody, with where he comes from.
pub(super) fn actor_of(signed: Option<&Signed>, origin: Origin) -> Actor {
    match signed {
        Some(who) => who.actor.clone(),
        None => Actor {
            channel: origin.channel,
            address: origin.address,
            correlation: origin.correlation,
            ..Actor::nobody()
        },
    }
}

/// Everything for the help page; also asked by programs.
pub fn look(tx: &mut Tx<'_>, actor: &Actor, visitor: &str) -> kernel::Result<Helping> {
    let person = actor.person();
    let book = person.map_or(kernel::BookId::HEAD_OFFICE, |p| p.book());
    let call = call_back::own(tx, actor, visitor)?;
    let caller = match &call {
        Some(call) => call_back::taker(tx, call)?,
        None => None,
    };
    let manager = person.map(|p| party::manager_of(tx, p)).transpose()?.flatten();
    Ok(Helping { branch: party::branch_of(tx, book)?, manager, call, caller })
}

/// In the frame of whoever looks.
fn framed(view: &View, signed: Option<&Signed>, shown: Page<'_>, main: Markup) -> Shown {
    match signed {
        Some(who) => page(who, shown, main),
        None => public_page(view, shown, main),
    }
}

pub async fn show(
    State(web): State<Web>,
    view: View,
    signed: Option<Signed>,
    CameFrom(origin): CameFrom,
) -> Result<Shown, Fault> {
    let (actor, visitor) = (actor_of(signed.as_ref(), origin), view.visitor.clone());
    let staff = signed.as_ref().is_some_and(Signed::is_staff);
    let helping = web.read(move |tx| look(tx, &actor, &visitor)).await?;
    let main = html! {
        @if !staff { (call_state(&view, &helping, web.now())) }
        @if let Some(manager) = &helping.manager {
            h2 { (view.t("help-manager")) }
            (face(view.words, manager, &view.t("help-manager-does")))
        }
        h2 { (view.t("help-number")) }
        (number(&view, &helping.branch))
        (notice(Tone::Warn, &view.t("help-fraud"), html! { p { (view.t("help-fraud-text")) } }))
        (actions(link_button(Button::Secondary, &view.t("words-title"), "/words")))
    };
    Ok(framed(&view, signed.as_ref(), Page::new(view.t("help")).lead(view.t("help-lead")), main))
}

/// The number of the branch, to ring on a tap; its name beside it.
fn number(view: &View, branch: &Branch) -> Markup {
    let name = if view.words.lang == Lang::Zh { &branch.name_zh } else { &branch.name_en };
    html! {
        @if branch.phone.is_empty() { p { (view.t("help-no-number")) } }
        @else {
            p { a.call-number href={ "tel:" (branch.phone) } { (icon(Icon::Phone)) (branch.phone) } }
            p.hint { (name) }
        }
    }
}

/// A member of staff as customers see him.
pub fn face(words: Words, manager: &Manager, text: &str) -> Markup {
    let alt = words.t_with("help-face", &[("name", manager.name.as_str().into())]);
    html! {
        div.face {
            @if let Some(at) = manager.portrait_at {
                img.face-picture src={ "/portraits/" (manager.staff) "?at=" (at.micros()) } alt=(alt) width="96" height="96";
            } @else {
                span.face-picture aria-hidden="true" {}
            }
            div { p.face-name { (manager.name) } p { (text) } }
        }
    }
}

pub fn said(words: Words, word: Word) -> String {
    if words.lang == Lang::Zh { word.zh() } else { word.en() }
}

/// `今天 15:30`, or the day and time.
pub fn time_of_day(words: Words, at: Timestamp, now: Timestamp) -> String {
    let (hour, minute, _) = at.local_time();
    let time = format!("{hour:02}:{minute:02}");
    match at.local_date().days() - now.local_date().days() {
        0 => words.t_with("time-today", &[("time", time.into())]),
        1 => words.t_with("time-tomorrow", &[("time", time.into())]),
        _ => words.moment(at),
    }
}

/// What became of her request, or the key to ask.
fn call_state(view: &View, helping: &Helping, now: Timestamp) -> Markup {
    let w = view.words;
    let ask = |label: &str| actions(link_button(Button::Primary, &view.t(label), "/help/call"));
    let Some(call) = &helping.call else { return ask("help-call-me") };
    match call.state {
        CallState::Done => {
            html! { (notice(Tone::Good, &view.t("call-done"), html! { p { (view.t("call-done-text")) } })) (ask("help-call-again")) }
        }
        CallState::GivenUp => {
            html! { (notice(Tone::Warn, &view.t("call-given-up"), html! { p { (view.t("call-given-up-text")) } })) (ask("help-call-again")) }
        }
        CallState::Cancelled => {
            html! { (notice(Tone::Quiet, &view.t("call-cancelled"), html! {})) (ask("help-call-me")) }
        }
        CallState::Asked | CallState::Taken | CallState::NotReached => {
            let until = time_of_day(w, call.promised_by, now);
            let late = call.is_late(now);
            let title = match (&helping.caller, late) {
                (_, true) => view.t("call-late").into_owned(),
                (Some(m), _) => {
                    w.t_with("call-by-whom", &[("name", m.name.as_str().into()), ("until", until.as_str().into())])
                }
                (None, _) => w.t_with("call-until", &[("until", until.as_str().into())]),
            };
            let number = w.t_with("call-at-number", &[("phone", call.phone_masked.as_str().into())]);
            let body = html! {
                @if call.state == CallState::NotReached { p { (view.t("call-not-reached")) } }
                p { span { (number) } }
                p { (view.t("call-word")) }
                p.call-word { (said(w, call.word())) }
                p { (view.t("call-word-why")) }
            };
            html! {
                (notice(if late { Tone::Warn } else { Tone::Info }, &title, body))
                @if let Some(m) = &helping.caller { (face(w, m, &view.t("call-he-calls"))) }
                (form(view, &format!("/help/calls/{}/cancellation", call.id), actions(button(Button::Secondary, &view.t("call-cancel"), None))))
            }
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    step: String,
    topic: String,
    wish: String,
    phone: String,
}

const OF_CUSTOMER: Plan<'static> = &[&["topic"], &["wish"]];
const OF_VISITOR: Plan<'static> = &[&["topic"], &["wish"], &["phone"]];

fn plan(signed: Option<&Signed>) -> Plan<'static> {
    if signed.is_some() { OF_CUSTOMER } else { OF_VISITOR }
}

pub async fn ask_page(view: View, signed: Option<Signed>) -> Response {
    if signed.as_ref().is_some_and(Signed::is_staff) {
        return see_other("/help");
    }
    let turn = Turn::first(&view, plan(signed.as_ref()));
    form_page(&view, signed.as_ref(), &CallForm::default(), turn, &FieldErrors::new()).into_response()
}

fn form_page(view: &View, signed: Option<&Signed>, given: &CallForm, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let w = view.words;
    let errors = &turn.errors(errors);
    let field = |name, key: &str, value: &str| Field::new(name, view.t(key)).value(value.to_owned()).errors(errors);
    let choice = |prefix: &str, code: &str| Choice::new(code.to_owned(), super::say::told(w, prefix, code));
    let topics: Vec<Choice<'_>> = Topic::ALL.iter().map(|t| choice("call-topic", t.code())).collect();
    let wishes: Vec<Choice<'_>> = Wish::ALL.iter().map(|x| choice("call-wish", x.code())).collect();
    let mut questions = vec![
        radios(w, &field("topic", "call-topic", &given.topic), &topics),
        radios(w, &field("wish", "call-wish", &given.wish), &wishes),
    ];
    if signed.is_none() {
        let phone = field("phone", "call-phone", &given.phone).hint(view.t("call-phone-hint")).autocomplete("tel");
        questions.push(number_input(w, &phone));
    }
    let answers = [("topic", given.topic.as_str()), ("wish", &given.wish), ("phone", &given.phone)];
    let main = html! {
        (error_summary(w, errors))
        (turn.form(view, "/help/call", &answers, questions, &view.t("call-send")))
    };
    let shown = Page::new(view.t("call-title")).crumb(view.t("help"), "/help").wrong(!errors.is_empty());
    framed(view, signed, shown, main)
}

fn number_input(words: Words, field: &Field<'_>) -> Markup {
    crate::look::number(words, &field.clone().width(Width::Twenty))
}

pub async fn ask(
    State(web): State<Web>,
    view: View,
    signed: Option<Signed>,
    CameFrom(origin): CameFrom,
    Checked(given): Checked<CallForm>,
) -> Result<Response, Fault> {
    let who = signed.as_ref();
    let mut errors = FieldErrors::new();
    let (topic, wish) = (Topic::parse(&given.topic), Wish::parse(&given.wish));
    for (name, missing) in [("topic", topic.is_none()), ("wish", wish.is_none())] {
        if missing {
            errors.add(name, view.t("choose-one"));
        }
    }
    if who.is_none() && given.phone.trim().is_empty() {
        errors.add("phone", view.t("call-phone-missing"));
    }
    let turn = Turn::of(&view, plan(who), &given.step, &errors);
    let (Some(topic), Some(wish), true) = (topic, wish, turn.is_done()) else {
        let shown = form_page(&view, who, &given, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    let (actor, visitor) = (actor_of(who, origin), view.visitor.clone());
    let wanted = CallAsk { topic, wish, phone: given.phone.clone(), visitor };
    match web.write(move |tx| call_back::ask(tx, &actor, &wanted)).await {
        Ok(_) => Ok(see_other("/help")),
        Err(why) if matches!(why.kind(), Kind::Invalid | Kind::Limit) => {
            let told = view.words.error(&why);
            let at = if why.kind() == Kind::Invalid { "phone" } else { "topic" };
            errors.add(at, format!("{} {}", told.message, told.remedy));
            let turn = Turn::of(&view, plan(who), &given.step, &errors);
            Ok(refused(form_page(&view, who, &given, turn, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

pub async fn cancel(
    State(web): State<Web>,
    view: View,
    signed: Option<Signed>,
    CameFrom(origin): CameFrom,
    At(id): At<CallBackId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let (actor, visitor) = (actor_of(signed.as_ref(), origin), view.visitor.clone());
    web.write(move |tx| call_back::cancel(tx, &actor, id, &visitor)).await?;
    Ok(see_other("/help"))
}
