//! Passkeys in the browser: a new one, signing in with one, one in the place of the code, and ending one.
//!
//! A page never holds more than an id of what was asked. The script asks for the question, the browser answers it, and the answer is
//! sent as an ordinary form: what follows is the same as after a password. At a machine that many people share none of
//! this is offered or taken, since a passkey that a stranger left there would be everybody's.
use super::confirm::{Confirm, Given};
use super::sign_in::{Coming, Way, set_session, sign_in_refused, step_up_refused};
use super::{Page, page, refused};
use crate::gate::{CameFrom, Signed};
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::view::{Mode, View};
use crate::{Fault, Shown, codes, door};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kernel::id::{PasskeyId, PendingId};
use kernel::{Error, Kind};
use maud::{Markup, html};
use party::codes::PASSKEY_REFUSED;
use party::{PASSKEY_NAME_CHARS_MAX, PASSKEYS_PER_LOGIN_MAX, PasskeyNew, PasskeyQuestion, PasskeyView, SignIn, StepUp};
use serde::Deserialize;

/// Not at a machine that many people share.
pub fn offered(view: &View) -> bool {
    view.mode != Mode::Kiosk
}

fn must_be_offered(view: &View) -> Result<(), Fault> {
    match offered(view) {
        true => Ok(()),
        false => Err(Error::new(&codes::PAGE_NOT_FOUND, "passkeys are not taken at this machine").into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    name: String,
}

pub async fn sign_in_question(
    State(web): State<Web>,
    view: View,
    CameFrom(origin): CameFrom,
    Checked(ask): Checked<Question>,
) -> Result<Json<PasskeyQuestion>, Fault> {
    must_be_offered(&view)?;
    Ok(Json(door::passkey_question(&web, &ask.name, &view.visitor, &origin).await?))
}

/// The browser's answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    pending: String,
    #[serde(default)]
    credential: String,
    #[serde(default)]
    next: String,
}

pub async fn sign_in(
    State(web): State<Web>,
    view: View,
    headers: HeaderMap,
    CameFrom(origin): CameFrom,
    Checked(form): Checked<AnswerForm>,
) -> Result<Response, Fault> {
    must_be_offered(&view)?;
    let coming = Coming::new(&web, &view, &headers, form.next, origin);
    let done = match form.pending.parse::<PendingId>() {
        Ok(pending) => door::passkey_sign_in(&web, pending, &view.visitor, &form.credential, &coming.origin).await?,
        Err(_) => SignIn::Refused,
    };
    match done {
        SignIn::Signed { token, view: session, .. } => coming.let_in(token, &session).await,
        SignIn::Refused => Ok(sign_in_refused(&coming, "", "passkey-refused")),
    }
}

pub async fn step_up_question(
    State(web): State<Web>,
    who: Signed,
    _: Checked<Question>,
) -> Result<Json<PasskeyQuestion>, Fault> {
    must_be_offered(&who.view)?;
    let (actor, bank) = (who.actor.clone(), web.relying().clone());
    Ok(Json(web.write(move |tx| party::passkey_ask_step_up(tx, &actor, &bank)).await?))
}

pub async fn step_up(
    State(web): State<Web>,
    who: Signed,
    headers: HeaderMap,
    Checked(form): Checked<AnswerForm>,
) -> Result<Response, Fault> {
    must_be_offered(&who.view)?;
    let (way, origin) = (Way::to(form.next), who.origin(&headers));
    let done = match form.pending.parse::<PendingId>() {
        Ok(pending) => door::passkey_step_up(&web, &who.token, &who.actor, pending, &form.credential, &origin).await?,
        Err(_) => StepUp::Refused,
    };
    match done {
        StepUp::Done { token, .. } => {
            let mut answer = see_other(way.next());
            set_session(&mut answer, token, who.view.site.tls);
            Ok(answer)
        }
        StepUp::Refused => step_up_refused(&web, &who, &way, "passkey-refused").await,
    }
}

/// The form for a new one; it needs the code first.
pub async fn new(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    must_be_offered(&who.view)?;
    who.need_step_up()?;
    let has = own(&web, &who).await?.len();
    Ok(new_page(&web, &who, has, "", &FieldErrors::new()))
}

async fn own(web: &Web, who: &Signed) -> Result<Vec<PasskeyView>, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| party::passkeys_of(tx, &actor)).await?)
}

fn new_page(web: &Web, who: &Signed, has: usize, name: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let title = who.t("passkey-new");
    let hint = w.t_with("passkey-name-hint", &[("max", (PASSKEY_NAME_CHARS_MAX as i64).into())]);
    let name = Field::new("name", who.t("passkey-name")).hint(hint).value(name.to_owned()).width(Width::Twenty);
    let label = who.t("passkey-make");
    let form = PasskeyForm {
        origin: web.relying().origin(),
        question: "/passkeys/question",
        action: "/passkeys",
        named: false,
        kind: Button::Primary,
        label: &label,
    };
    let full = has >= PASSKEYS_PER_LOGIN_MAX;
    let main = html! {
        (error_summary(w, errors))
        @if full {
            (notice(Tone::Info, &w.t_with("passkey-full", &[("max", (PASSKEYS_PER_LOGIN_MAX as i64).into())]), html! { p { a href="/devices" { (who.t("devices-title")) } } }))
        } @else {
            (form.show(&who.view, text(w, &name.autocomplete("off").errors(errors))))
            noscript { (notice(Tone::Info, &who.t("passkey-no-script"), html! {})) }
            (details(&who.t("passkey-what"), html! { p { (who.t("passkey-what-text")) } }))
        }
        (actions(link_button(Button::Secondary, &who.t("passkey-back"), "/devices")))
    };
    let shown = Page::new(title).lead(who.t("passkey-new-lead")).crumb(who.t("devices-title"), "/devices");
    page(who, shown.wrong(!errors.is_empty()), main)
}

pub async fn question(
    State(web): State<Web>,
    who: Signed,
    _: Checked<Question>,
) -> Result<Json<PasskeyQuestion>, Fault> {
    must_be_offered(&who.view)?;
    let (actor, bank) = (who.actor.clone(), web.relying().clone());
    Ok(Json(web.write(move |tx| party::passkey_ask_new(tx, &actor, &bank)).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    pending: String,
    #[serde(default)]
    credential: String,
    #[serde(default)]
    name: String,
}

pub async fn make(State(web): State<Web>, who: Signed, Checked(form): Checked<NewForm>) -> Result<Response, Fault> {
    must_be_offered(&who.view)?;
    let (actor, bank, name) = (who.actor.clone(), web.relying().clone(), form.name.clone());
    let pending = form.pending.parse::<PendingId>();
    let done = match pending {
        _ if name.trim().is_empty() => Err(Error::field("name", "it is empty")),
        Err(_) => Err(Error::new(&PASSKEY_REFUSED, "nothing was asked for")),
        Ok(pending) => {
            let make = move |tx: &mut store::Tx<'_>| {
                let new = PasskeyNew { pending, answer: &form.credential, name: &form.name };
                party::passkey_make(tx, &actor, &bank, &new)
            };
            web.write(make).await
        }
    };
    let key = match done {
        Ok(_) => return Ok(see_other("/devices")),
        Err(why) if why.is(&PASSKEY_REFUSED) => "passkey-not-made",
        Err(why) if why.kind() == Kind::Invalid => "passkey-name-missing",
        Err(why) => return Err(why.into()),
    };
    let mut errors = FieldErrors::new();
    errors.add("name", who.words().t_with(key, &[("max", (PASSKEY_NAME_CHARS_MAX as i64).into())]));
    let has = own(&web, &who).await?.len();
    Ok(refused(new_page(&web, &who, has, &name, &errors)))
}

fn removal_page(who: &Signed, p: &PasskeyView) -> Shown {
    let w = who.words();
    let rows = vec![
        Row::new(who.t("passkey-name"), html! { (p.name) }),
        Row::new(who.t("passkey-made"), moment(w, p.made_at)),
        Row::new(who.t("passkey-used"), used(who, p)),
    ];
    let confirm = Confirm {
        title: &who.t("passkey-remove"),
        lead: &who.t("passkey-remove-lead"),
        crumbs: vec![(who.t("devices-title").into_owned(), "/devices".into())],
        rows,
        more: html! {},
        action: &format!("/passkeys/{}/removal", p.passkey),
        back: "/devices",
        button: (Button::Danger, &who.t("passkey-remove-confirm")),
        reason: None,
        hash: "",
    };
    confirm.show(who, &Given::default(), &FieldErrors::new())
}

fn used(who: &Signed, p: &PasskeyView) -> Markup {
    match p.used_at {
        Some(at) => moment(who.words(), at),
        None => html! { (who.t("passkey-unused")) },
    }
}

pub async fn removal(State(web): State<Web>, who: Signed, At(id): At<PasskeyId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let seen = web.read(move |tx| party::passkey(tx, &actor, id)).await?;
    who.need_step_up()?;
    Ok(removal_page(&who, &seen))
}

pub async fn remove(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PasskeyId>,
    _: Checked<Given>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| party::passkey_remove(tx, &actor, id)).await?;
    Ok(see_other("/devices").into_response())
}

/// The passkeys of the reader, for the page of his devices.
pub fn table(who: &Signed, own: &[PasskeyView]) -> Markup {
    let w = who.words();
    let row = |p: &PasskeyView| {
        let name = html! {
            (p.name)
            @if let Some(at) = p.suspect_at { " " (status(Tone::Danger, &who.t("passkey-suspect"), "", &w.moment(at))) }
        };
        let remove =
            link_button(Button::Secondary, &who.t("passkey-remove"), &format!("/passkeys/{}/removal", p.passkey));
        [name, moment(w, p.made_at), used(who, p), remove]
    };
    let table = Table::new(who.t("passkeys")).text(who.t("passkey-name")).text(who.t("passkey-made"));
    let table = table.text(who.t("passkey-used")).actions(who.t("devices-action")).caption_hidden();
    table.when_empty(who.t("passkeys-none")).rows(own.iter().map(row)).show(w)
}
