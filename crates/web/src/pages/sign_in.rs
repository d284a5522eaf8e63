//! Signing in and out, the code once more, and for whom one acts.
//!
//! A sign-in that fails says one thing, whatever was wrong: name, password, code, passkey, or a login that pauses. After signing
//! in a person goes back to the page that asked for it, which is always one of ours.
//!
//! **One question a page** (elder edition, kiosk). The name may wait in a hidden field, a password may not: a page that holds it
//! can be read by whoever comes next, is kept by the browser's memory of the form, and would send it twice. Asking password
//! and code together would keep it out of the page too, but puts two things before somebody who was promised one. So the password
//! is tried when it comes, and the outcome, not the password, waits on the server ([`party::sign_in_keep`]) for this
//! visitor, for five minutes and for one code. The page only carries the id of it. The code is asked for whether the
//! password was right or not, and the two are judged together, so nothing is learned between them.
use super::{Page, page, passkeys, public_page, refused};
use crate::gate::{CameFrom, Signed, encode};
use crate::http::cookies::{self, Cookie, SameSite};
use crate::http::csrf::{Checked, random};
use crate::http::redirect::{local, see_other};
use crate::look::*;
use crate::state::Web;
use crate::view::{Mode, View};
use crate::{Fault, Lang, Shown, door};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::id::{FirmId, PendingId};
use kernel::{Error, Kind};
use maud::{Markup, html};
use party::codes::SESSION_ENDED;
use party::{Edition, Origin, SessionView, SignIn, StepUp};
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
    pub(super) fn to(next: String) -> Way {
        Way { next, ended: String::new() }
    }
    pub(super) fn next(&self) -> &str {
        local(&self.next).unwrap_or("/home")
    }
}

pub async fn show(State(web): State<Web>, view: View, signed: Option<Signed>, Query(way): Query<Way>) -> Response {
    match signed {
        Some(_) if way.ended.is_empty() => see_other(way.next()),
        _ => {
            let turn = Turn::first(&view, QUESTIONS);
            sign_in_page(&web, &view, &way, &Answers::default(), turn, &FieldErrors::new()).into_response()
        }
    }
}

/// The questions, in the order in which they are asked.
const QUESTIONS: Plan<'static> = &[&["name"], &["password"], &["code"]];

/// What a page may carry on to the next question: no secret among it.
#[derive(Default)]
struct Answers<'a> {
    name: &'a str,
    /// The id of a password that was tried.
    kept: String,
}

fn sign_in_page(web: &Web, view: &View, way: &Way, given: &Answers<'_>, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let words = view.words;
    let errors = &turn.errors(errors);
    let name = Field::new("name", view.t("sign-in-name")).value(given.name).width(Width::Twenty);
    let digits = Field::new("code", view.t("sign-in-code")).hint(view.t("sign-in-code-hint"));
    let questions = vec![
        text(words, &name.autocomplete("username").errors(errors)),
        password(words, &Field::new("password", view.t("sign-in-password")).errors(errors)),
        code(words, &digits.errors(errors)),
    ];
    let carried = [("name", given.name), ("kept", given.kept.as_str()), ("next", way.next())];
    let first = turn.at() == 0;
    let main = html! {
        @if !way.ended.is_empty() { (notice(Tone::Info, &view.t("sign-in-ended-title"), html! { p { (view.t("sign-in-ended-text")) } })) }
        (error_summary(words, errors))
        (turn.form(view, "/sign-in", &carried, questions, &view.t("sign-in-button")))
        @if first { (passkey_way(web, view, way)) (edition_way(view)) }
        (details(&view.t("sign-in-help"), html! { p { (view.t("sign-in-help-text")) } }))
    };
    let lead = if view.mode.is_one_at_a_time() { "sign-in-lead-short" } else { "sign-in-lead" };
    public_page(view, Page::new(view.t("sign-in-title")).lead(view.t(lead)).wrong(!errors.is_empty()), main)
}

/// Signing in without typing anything, where the browser can.
fn passkey_way(web: &Web, view: &View, way: &Way) -> Markup {
    let label = view.t("passkey-sign-in");
    let form = PasskeyForm {
        origin: web.relying().origin(),
        question: "/passkeys/sign-in/question",
        action: "/passkeys/sign-in",
        named: true,
        kind: Button::Secondary,
        label: &label,
    };
    html! {
        @if passkeys::offered(view) {
            div.stack data-passkey-only hidden { p.hint { (view.t("passkey-sign-in-hint")) } }
            (form.show(view, html! { input type="hidden" name="next" value=(way.next()); }))
        }
    }
}

/// The other edition, said where somebody looks who cannot read this one.
fn edition_way(view: &View) -> Markup {
    let (to, key) = match view.mode {
        Mode::Elder => (Mode::Customer, "sign-in-to-standard"),
        _ => (Mode::Elder, "sign-in-to-elder"),
    };
    html! {
        @if view.mode.is_of_customers() { p.edition { a href=(view.address_with("mode", to.code())) { (view.t(key)) } } }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct SignInForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    step: String,
    name: String,
    password: String,
    code: String,
    kept: String,
    next: String,
}

pub async fn enter(
    State(web): State<Web>,
    view: View,
    headers: HeaderMap,
    CameFrom(origin): CameFrom,
    Checked(form): Checked<SignInForm>,
) -> Result<Response, Fault> {
    let coming = Coming::new(&web, &view, &headers, form.next.clone(), origin);
    let whole = !form.password.is_empty() && !form.code.is_empty() || !view.mode.is_one_at_a_time();
    let done = match whole {
        true => Some(door::sign_in(&web, &form.name, &form.password, &form.code, &coming.origin).await?),
        false => match one_question(&coming, &form).await? {
            Asked::Done(done) => done,
            Asked::Next(page) => return Ok(*page),
        },
    };
    match done {
        Some(SignIn::Signed { token, view: session, .. }) => coming.let_in(token, &session).await,
        Some(SignIn::Refused) => Ok(sign_in_refused(&coming, &form.name, "sign-in-refused")),
        None => Ok(sign_in_refused(&coming, &form.name, "sign-in-too-late")),
    }
}

enum Asked {
    /// All is answered; `None`: the password was too long ago.
    Done(Option<SignIn>),
    Next(Box<Response>),
}

/// The next question, or the end after the code.
async fn one_question(coming: &Coming<'_>, form: &SignInForm) -> Result<Asked, Fault> {
    let Coming { web, view, way, origin, .. } = coming;
    let mut errors = FieldErrors::new();
    if form.name.trim().is_empty() {
        errors.add("name", view.t("sign-in-name-missing"));
    }
    let mut given = Answers { name: &form.name, kept: String::new() };
    let next = match form.step.as_str() {
        "q2" if form.code.trim().is_empty() => {
            errors.add("code", view.t("sign-in-code-missing"));
            given.kept = form.kept.clone();
            "q2"
        }
        "q2" => {
            let Ok(kept) = form.kept.parse::<PendingId>() else { return Ok(Asked::Done(None)) };
            return Ok(Asked::Done(door::code_after(web, kept, &view.visitor, &form.code, origin).await?));
        }
        "q1" if form.password.is_empty() => {
            errors.add("password", view.t("sign-in-password-missing"));
            "q1"
        }
        "q1" if errors.is_empty() => {
            match door::password_first(web, &form.name, &form.password, &view.visitor, origin).await? {
                Some(kept) => given.kept = kept.to_string(),
                None => return Ok(Asked::Done(Some(SignIn::Refused))),
            }
            "q1"
        }
        "q1" => "q0",
        other => other,
    };
    let turn = Turn::of(view, QUESTIONS, next, &errors);
    let shown = sign_in_page(web, view, way, &given, turn, &errors);
    let answer = if turn.is_wrong() { refused(shown) } else { shown.into_response() };
    Ok(Asked::Next(Box::new(answer)))
}

/// The first question again, with the one thing that is said.
pub(super) fn sign_in_refused(coming: &Coming<'_>, name: &str, key: &str) -> Response {
    let Coming { web, view, way, .. } = coming;
    let mut errors = FieldErrors::new();
    errors.add("name", view.t(key));
    let turn = Turn::of(view, QUESTIONS, "q2", &errors);
    refused(sign_in_page(web, view, way, &Answers { name, kept: String::new() }, turn, &errors))
}

/// Somebody at the door, and the way he came.
pub(super) struct Coming<'a> {
    pub web: &'a Web,
    pub view: &'a View,
    pub headers: &'a HeaderMap,
    pub way: Way,
    pub origin: Origin,
}

impl<'a> Coming<'a> {
    pub fn new(web: &'a Web, view: &'a View, headers: &'a HeaderMap, next: String, origin: Origin) -> Coming<'a> {
        let known = cookies::read(headers, cookies::DEVICE, view.site.tls).map(str::to_owned);
        let device_mark = known.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(random::<16>()));
        Coming { web, view, headers, way: Way::to(next), origin: Origin { device_mark, ..origin } }
    }

    /// Everything that follows a sign-in: the session's cookie, the device's mark, and on a device where nothing was chosen yet
    /// the language and edition that its owner prefers elsewhere.
    pub async fn let_in(&self, token: String, session: &SessionView) -> Result<Response, Fault> {
        let tls = self.view.site.tls;
        let mut answer = see_other(self.way.next());
        set_session(&mut answer, token, tls);
        let mut keep = |name, value: &str| Cookie::choice(name, value).set(answer.headers_mut(), tls);
        keep(cookies::DEVICE, &self.origin.device_mark);
        let chose = |name| cookies::read(self.headers, name, tls).is_some();
        let login = session.login;
        match self.web.read(move |tx| login.map_or(Ok(None), |login| party::preference(tx, login))).await? {
            Some(prefers) => {
                if let Some(lang) = Lang::parse(&prefers.language).filter(|_| !chose(cookies::LANG)) {
                    keep(cookies::LANG, lang.tag());
                }
                if !chose(cookies::MODE) {
                    keep(cookies::MODE, prefers.edition.code());
                }
            }
            None if chose(cookies::MODE) || chose(cookies::LANG) => self.remember_choice(session).await?,
            None => {}
        }
        Ok(answer)
    }

    async fn remember_choice(&self, session: &SessionView) -> Result<(), Fault> {
        let actor = session.newcomer(self.web.now(), &self.origin)?;
        let edition = if self.view.mode == Mode::Elder { Edition::Elder } else { Edition::Standard };
        let language = self.view.words.lang.tag();
        self.web.write(move |tx| party::preference_set(tx, &actor, language, edition)).await?;
        Ok(())
    }
}

pub(super) fn set_session(answer: &mut Response, token: String, tls: bool) {
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

pub async fn step_up_page(State(web): State<Web>, who: Signed, Query(way): Query<Way>) -> Result<Shown, Fault> {
    ask_code(&web, &who, &way, &FieldErrors::new()).await
}

async fn ask_code(web: &Web, who: &Signed, way: &Way, errors: &FieldErrors) -> Result<Shown, Fault> {
    let words = who.words();
    let actor = who.actor.clone();
    let has_passkey =
        passkeys::offered(&who.view) && !web.read(move |tx| party::passkeys_of(tx, &actor)).await?.is_empty();
    let next = html! { input type="hidden" name="next" value=(way.next()); };
    let fields = html! {
        (code(words, &Field::new("code", who.t("sign-in-code")).hint(who.t("step-up-hint")).errors(errors)))
        (next)
        (actions(html! { (button(Button::Primary, &who.t("step-up-button"), None)) (link_button(Button::Secondary, &who.t("cancel"), "/home")) }))
    };
    let label = who.t("passkey-step-up");
    let instead = PasskeyForm {
        origin: web.relying().origin(),
        question: "/passkeys/step-up/question",
        action: "/passkeys/step-up",
        named: false,
        kind: Button::Secondary,
        label: &label,
    };
    let main = html! {
        (error_summary(words, errors))
        (form(&who.view, "/step-up", fields))
        @if has_passkey { (instead.show(&who.view, next)) }
    };
    Ok(page(who, Page::new(who.t("step-up-title")).lead(who.t("step-up-lead")).wrong(!errors.is_empty()), main))
}

pub(super) async fn step_up_refused(web: &Web, who: &Signed, way: &Way, key: &str) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    errors.add("code", who.t(key));
    Ok(refused(ask_code(web, who, way, &errors).await?))
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
    let (way, origin) = (Way::to(form.next), who.origin(&headers));
    match door::step_up(&web, &who.token, who.session.login, &form.code, &origin).await? {
        StepUp::Done { token, .. } => {
            let mut answer = see_other(way.next());
            set_session(&mut answer, token, who.view.site.tls);
            Ok(answer)
        }
        StepUp::Refused => step_up_refused(&web, &who, &way, "step-up-refused").await,
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
