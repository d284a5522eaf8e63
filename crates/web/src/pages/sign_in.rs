//! Signing in and out, the code once more, and for whom one acts.
//!
//! A sign-in that fails says one thing, whatever was wrong: name, password, code, or a login that pauses. After signing in
//! a person goes back to the page that asked for it, which is always one of ours.
use super::{Page, page, public_page, refused};
use crate::gate::{CameFrom, Signed, encode};
use crate::http::cookies::{self, Cookie, SameSite};
use crate::http::csrf::{Checked, random};
use crate::http::redirect::{local, see_other};
use crate::look::*;
use crate::state::Web;
use crate::view::View;
use crate::{Fault, Shown, door};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::id::FirmId;
use kernel::{Error, Kind};
use maud::{Markup, html};
use party::codes::SESSION_ENDED;
use party::{Origin, SignIn, StepUp};
use serde::Deserialize;

/// Where to go afterwards, and why one came.
#[derive(Deserialize, Default)]
pub struct Way {
    #[serde(default)]
    next: String,
    #[serde(default)]
    ended: String,
}

impl Way {
    fn next(&self) -> &str {
        local(&self.next).unwrap_or("/home")
    }
}

pub async fn show(view: View, signed: Option<Signed>, Query(way): Query<Way>) -> Response {
    match signed {
        Some(_) if way.ended.is_empty() => see_other(way.next()),
        _ => sign_in_page(&view, &way, "", &FieldErrors::new()).into_response(),
    }
}

fn sign_in_page(view: &View, way: &Way, name: &str, errors: &FieldErrors) -> Shown {
    let words = view.words;
    let title = view.t("sign-in-title");
    let fields = html! {
        (text(words, &Field::new("name", view.t("sign-in-name")).value(name).width(Width::Twenty).autocomplete("username").errors(errors)))
        (password(words, &Field::new("password", view.t("sign-in-password"))))
        (code(words, &Field::new("code", view.t("sign-in-code")).hint(view.t("sign-in-code-hint"))))
        input type="hidden" name="next" value=(way.next());
        (actions(button(Button::Primary, &view.t("sign-in-button"), None)))
    };
    let main = html! {
        @if !way.ended.is_empty() { (notice(Tone::Info, &view.t("sign-in-ended-title"), html! { p { (view.t("sign-in-ended-text")) } })) }
        (error_summary(words, errors))
        (form(view, "/sign-in", fields))
        (details(&view.t("sign-in-help"), html! { p { (view.t("sign-in-help-text")) } }))
    };
    public_page(view, Page::new(title).lead(view.t("sign-in-lead")).wrong(!errors.is_empty()), main)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    name: String,
    password: String,
    code: String,
    #[serde(default)]
    next: String,
}

pub async fn enter(
    State(web): State<Web>,
    view: View,
    headers: HeaderMap,
    CameFrom(origin): CameFrom,
    Checked(form): Checked<SignInForm>,
) -> Result<Response, Fault> {
    let known = cookies::read(&headers, cookies::DEVICE, view.site.tls).map(str::to_owned);
    let mark = known.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(random::<16>()));
    let origin = Origin { device_mark: mark.clone(), ..origin };
    let way = Way { next: form.next, ended: String::new() };
    match door::sign_in(&web, &form.name, &form.password, &form.code, &origin).await? {
        SignIn::Signed { token, .. } => {
            let mut answer = see_other(way.next());
            set_session(&mut answer, token, view.site.tls);
            Cookie::choice(cookies::DEVICE, mark).set(answer.headers_mut(), view.site.tls);
            Ok(answer)
        }
        SignIn::Refused => {
            let mut errors = FieldErrors::new();
            errors.add("name", view.t("sign-in-refused"));
            Ok(refused(sign_in_page(&view, &way, &form.name, &errors)))
        }
    }
}

fn set_session(answer: &mut Response, token: String, tls: bool) {
    Cookie::secret(cookies::SESSION, token, SameSite::Lax).set(answer.headers_mut(), tls);
}

/// Ends the session; without one there is nothing to end.
pub async fn leave(
    State(web): State<Web>,
    view: View,
    headers: HeaderMap,
    CameFrom(origin): CameFrom,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    if let Some(token) = cookies::read(&headers, cookies::SESSION, view.site.tls).map(str::to_owned) {
        web.inner().sessions.forget(&token);
        web.write(move |tx| party::sign_out(tx, &token, &origin)).await?;
    }
    let mut answer = see_other("/");
    Cookie::forget(cookies::SESSION).set(answer.headers_mut(), view.site.tls);
    Ok(answer)
}

pub async fn step_up_page(who: Signed, Query(way): Query<Way>) -> Shown {
    ask_code(&who, &way, &FieldErrors::new())
}

fn ask_code(who: &Signed, way: &Way, errors: &FieldErrors) -> Shown {
    let words = who.words();
    let fields = html! {
        (code(words, &Field::new("code", who.t("sign-in-code")).hint(who.t("step-up-hint")).errors(errors)))
        input type="hidden" name="next" value=(way.next());
        (actions(html! { (button(Button::Primary, &who.t("step-up-button"), None)) (link_button(Button::Secondary, &who.t("cancel"), "/home")) }))
    };
    let main = html! { (error_summary(words, errors)) (form(&who.view, "/step-up", fields)) };
    page(who, Page::new(who.t("step-up-title")).lead(who.t("step-up-lead")).wrong(!errors.is_empty()), main)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepUpForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    code: String,
    #[serde(default)]
    next: String,
}

pub async fn step_up(
    State(web): State<Web>,
    who: Signed,
    headers: HeaderMap,
    Checked(form): Checked<StepUpForm>,
) -> Result<Response, Fault> {
    let way = Way { next: form.next, ended: String::new() };
    let origin = who.origin(&headers);
    match door::step_up(&web, &who.token, who.session.login, &form.code, &origin).await? {
        StepUp::Done { token, .. } => {
            let mut answer = see_other(way.next());
            set_session(&mut answer, token, who.view.site.tls);
            Ok(answer)
        }
        StepUp::Refused => {
            let mut errors = FieldErrors::new();
            errors.add("code", who.t("step-up-refused"));
            Ok(refused(ask_code(&who, &way, &errors)))
        }
    }
}

/// For whom one may act: oneself, and each firm one holds a role of.
pub async fn act_for_page(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let person = who.person().ok_or_else(|| Error::forbidden("staff do not act for firms"))?;
    let firms = web.read(move |tx| firms_with_names(tx, person)).await?;
    Ok(page(&who, Page::new(who.t("act-for-title")).lead(who.t("act-for-lead")), act_for_form(&who, &firms)))
}

pub(super) fn firms_with_names(
    tx: &mut store::Tx<'_>,
    person: kernel::id::PersonId,
) -> kernel::Result<Vec<(FirmId, String)>> {
    let held = party::firms_of(tx, person)?;
    held.into_iter().map(|(id, _)| Ok((id, party::firm(tx, id)?.name))).collect()
}

pub(super) fn act_for_form(who: &Signed, firms: &[(FirmId, String)]) -> Markup {
    let now = who.firm().map_or_else(|| "self".to_owned(), |f| f.to_string());
    let own = [Choice::new("self", who.t("act-for-self"))];
    let choices: Vec<Choice<'_>> =
        own.into_iter().chain(firms.iter().map(|(id, name)| Choice::new(id.to_string(), name.as_str()))).collect();
    let field = Field::new("firm", who.t("act-for-whom")).value(now);
    form(
        &who.view,
        "/act-for",
        html! {
            (radios(who.words(), &field, &choices))
            (actions(button(Button::Primary, &who.t("act-for-button"), None)))
        },
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActForForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    firm: String,
}

pub async fn act_for(
    State(web): State<Web>,
    who: Signed,
    headers: HeaderMap,
    Checked(form): Checked<ActForForm>,
) -> Result<Response, Fault> {
    let firm = match form.firm.as_str() {
        "self" | "" => None,
        id => Some(id.parse::<FirmId>()?),
    };
    let (token, origin) = (who.token.clone(), who.origin(&headers));
    let done = web.write(move |tx| party::act_for(tx, &token, firm, &origin)).await;
    web.inner().sessions.forget(&who.token);
    match done {
        Ok(_) => Ok(see_other("/home")),
        Err(why) if why.kind() == Kind::Unauthenticated && !why.is(&SESSION_ENDED) => {
            Ok(see_other(&format!("/sign-in?next={}", encode("/act-for"))))
        }
        Err(why) => Err(why.into()),
    }
}
