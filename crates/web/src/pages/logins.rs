//! Sign-in names: made for staff and customers with a first password and an authenticator that are shown once, unlocked, renewed
//! when a customer lost either, and signed out everywhere.
use super::asking::{Asking, told};
use super::confirm::{Confirm, Given};
use super::{Page as Sheet, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown, door};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::Who;
use kernel::id::{LoginId, PersonId, StaffId};
use maud::{Markup, html};
use party::{LoginNew, LoginView, Permission as P, Renewal};
use serde::Deserialize;

/// The sign-in name of somebody on his own page, and what can be done about it. `make`: where one is made.
pub fn block(who: &Signed, login: Option<&LoginView>, make: Option<&str>) -> Markup {
    let w = who.words();
    let Some(l) = login else {
        return html! {
            p { (status(Tone::Quiet, &who.t("login-none"), "", "")) }
            @if let (Some(href), true) = (make, who.holds(P::LoginMake)) { (actions(link_button(Button::Secondary, &who.t("login-make"), href))) }
        };
    };
    let state = match l.paused_until {
        Some(end) => status(Tone::Warn, &who.t("login-paused"), "", &w.moment(end)),
        None if l.first_password => status(Tone::Info, &who.t("login-first"), "", ""),
        None => status(Tone::Good, &who.t("login-in-use"), "", ""),
    };
    let rows = [
        Row::new(who.t("sign-in-name"), html! { code { (l.name) } }),
        Row::new(who.t("login-state"), state),
        Row::new(who.t("login-failures"), html! { (l.failures) }),
    ];
    let place = |rest: &str| format!("/logins/{}/{rest}", l.login);
    html! {
        (summary_list(w, &rows))
        @if make.is_some() {
            (actions(html! {
                @if who.holds(P::LoginUnlock) {
                    @if l.failures > 0 || l.paused_until.is_some() { (link_button(Button::Secondary, &who.t("login-unlock"), &place("unlocking"))) }
                    (link_button(Button::Secondary, &who.t("login-sign-out"), &place("sessions-end")))
                }
                @if who.holds(P::LoginMake) && l.who.starts_with("pers_") { (link_button(Button::Secondary, &who.t("login-renew"), &place("renewal"))) }
            }))
        }
    }
}

/// What is shown this once and kept nowhere in the clear.
fn issued(who: &Signed, name: &str, password: &str, secret: &[u8; party::TOTP_SECRET_BYTES], back: &str) -> Response {
    let url = party::totp_url(secret, name);
    let rows = [
        Row::new(who.t("sign-in-name"), html! { code { (name) } }),
        Row::new(who.t("login-first-password"), html! { code { (password) } }),
        Row::new(
            who.t("login-authenticator"),
            html! {
                (qr(&who.t("login-scan"), &url))
                p.hint { (who.t("login-typed")) br; code { (party::totp_typed(secret)) } }
            },
        ),
    ];
    let main = html! {
        (notice(Tone::Warn, &who.t("login-shown-once"), html! { p { (who.t("login-shown-once-text")) } }))
        (summary_list(who.words(), &rows))
        (actions(html! { (link_button(Button::Primary, &who.t("login-handed-over"), back)) (print_button(who.words())) }))
    };
    page(who, Sheet::new(who.t("login-issued")), main).into_response()
}

/// For whom a login is made: how he is called here, and where his page is.
struct For {
    who: Who,
    name: String,
    page: String,
}

async fn staff(web: &Web, who: &Signed, id: StaffId) -> Result<For, Fault> {
    let actor = who.actor.clone();
    let found =
        web.read(move |tx| crate::api::unknown_to_others(party::staff_view(tx, &actor, id), "staff", id)).await?;
    Ok(For { who: Who::Staff(id), name: found.name, page: format!("/staff/{id}") })
}

async fn person(web: &Web, who: &Signed, id: PersonId) -> Result<For, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| party::person_view(tx, &actor, id)).await?;
    Ok(For { who: Who::Person(id), name: found.name, page: format!("/customers/{id}") })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MakeForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    name: String,
}

fn make_page(who: &Signed, whose: &For, given: &MakeForm, errors: &FieldErrors) -> Shown {
    let field = Field::new("name", who.t("sign-in-name")).hint(who.t("login-name-hint")).value(given.name.as_str());
    let fields = text(who.words(), &field.errors(errors).width(Width::Twenty).autocomplete("off"));
    let asking = Asking {
        title: &who.t("login-make"),
        lead: &who.t("login-make-lead"),
        crumbs: vec![(whose.name.clone(), whose.page.clone())],
        action: &format!("{}/login", whose.page),
        back: &whose.page,
        button: &who.t("login-make"),
    };
    asking.show(who, fields, errors)
}

async fn make(web: &Web, who: &Signed, whose: For, given: MakeForm) -> Result<Response, Fault> {
    let name = given.name.trim().to_ascii_lowercase();
    if name.is_empty() {
        let mut errors = FieldErrors::new();
        errors.add("name", who.t("fill-in"));
        return Ok(refused(make_page(who, &whose, &given, &errors)));
    }
    let (password, hash) = door::first_password(web, &name).await?;
    let (actor, owner, login_name, totp_secret) =
        (who.actor.clone(), whose.who, name.clone(), party::totp_secret_new());
    let done = web.write(move |tx| {
        let (name, password) = (login_name.clone(), hash.clone());
        party::login_make(tx, &actor, LoginNew { name, who: owner, password, totp_secret, first_password: true })
    });
    match done.await {
        Ok(_) => Ok(issued(who, &name, &password, &totp_secret, &whose.page)),
        Err(why) => Ok(refused(make_page(who, &whose, &given, &told(who, &["name"], "name", why)?))),
    }
}

pub async fn staff_making(State(web): State<Web>, who: Signed, At(id): At<StaffId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    let whose = staff(&web, &who, id).await?;
    Ok(make_page(&who, &whose, &MakeForm::default(), &FieldErrors::new()))
}
pub async fn make_staff(
    State(web): State<Web>,
    who: Signed,
    At(id): At<StaffId>,
    Checked(given): Checked<MakeForm>,
) -> Result<Response, Fault> {
    let whose = staff(&web, &who, id).await?;
    make(&web, &who, whose, given).await
}
pub async fn person_making(State(web): State<Web>, who: Signed, At(id): At<PersonId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    let whose = person(&web, &who, id).await?;
    Ok(make_page(&who, &whose, &MakeForm::default(), &FieldErrors::new()))
}
pub async fn make_person(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PersonId>,
    Checked(given): Checked<MakeForm>,
) -> Result<Response, Fault> {
    let whose = person(&web, &who, id).await?;
    make(&web, &who, whose, given).await
}

/// The three things done to a login, as pages of the same shape.
#[derive(Clone, Copy)]
enum Act {
    Unlock,
    SignOut,
    Renew,
}

impl Act {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Act::Unlock => ("login-unlock", "unlocking"),
            Act::SignOut => ("login-sign-out", "sessions-end"),
            Act::Renew => ("login-renew", "renewal"),
        }
    }
}

async fn view(web: &Web, who: &Signed, id: LoginId) -> Result<LoginView, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| crate::api::unknown_to_others(party::login_view(tx, &actor, id), "login", id)).await?)
}

fn home_of(l: &LoginView) -> String {
    let folder = if l.who.starts_with("staf_") { "staff" } else { "customers" };
    format!("/{folder}/{}", l.who)
}

fn act_page(who: &Signed, l: &LoginView, act: Act, given: &Given, errors: &FieldErrors) -> Shown {
    let (key, place) = act.words();
    let home = home_of(l);
    let confirm = Confirm {
        title: &who.t(key),
        lead: &who.t(&format!("{key}-lead")),
        crumbs: vec![(l.name.clone(), home.clone())],
        rows: vec![
            Row::new(who.t("sign-in-name"), html! { code { (l.name) } }),
            Row::new(who.t("login-failures"), html! { (l.failures) }),
        ],
        more: html! {},
        action: &format!("/logins/{}/{place}", l.login),
        back: &home,
        button: (if matches!(act, Act::Unlock) { Button::Primary } else { Button::Danger }, &who.t(key)),
        reason: Some((&who.t("reason"), &who.t("reason-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

async fn ask(web: Web, who: Signed, id: LoginId, act: Act) -> Result<Shown, Fault> {
    let l = view(&web, &who, id).await?;
    Ok(act_page(&who, &l, act, &Given::default(), &FieldErrors::new()))
}

/// The view, and the reason; without one the page is shown again.
async fn reasoned(
    web: &Web,
    who: &Signed,
    id: LoginId,
    act: Act,
    given: &Given,
) -> Result<Result<(LoginView, String), Response>, Fault> {
    let l = view(web, who, id).await?;
    let mut errors = FieldErrors::new();
    let why = given.reason(who, &mut errors);
    if errors.is_empty() { Ok(Ok((l, why))) } else { Ok(Err(refused(act_page(who, &l, act, given, &errors)))) }
}

pub async fn unlocking(State(web): State<Web>, who: Signed, At(id): At<LoginId>) -> Result<Shown, Fault> {
    ask(web, who, id, Act::Unlock).await
}
pub async fn unlock(
    State(web): State<Web>,
    who: Signed,
    At(id): At<LoginId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let (l, why) = match reasoned(&web, &who, id, Act::Unlock, &given).await? {
        Ok(found) => found,
        Err(again) => return Ok(again),
    };
    let actor = who.actor.clone();
    web.write(move |tx| party::login_unlock(tx, &actor, id, &why)).await?;
    Ok(see_other(&home_of(&l)))
}

pub async fn sessions_ending(State(web): State<Web>, who: Signed, At(id): At<LoginId>) -> Result<Shown, Fault> {
    ask(web, who, id, Act::SignOut).await
}
pub async fn end_sessions(
    State(web): State<Web>,
    who: Signed,
    At(id): At<LoginId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let (l, why) = match reasoned(&web, &who, id, Act::SignOut, &given).await? {
        Ok(found) => found,
        Err(again) => return Ok(again),
    };
    let actor = who.actor.clone();
    web.write(move |tx| party::sessions_end(tx, &actor, id, &why)).await?;
    web.inner().sessions.forget_login(id);
    Ok(see_other(&home_of(&l)))
}

pub async fn renewal(State(web): State<Web>, who: Signed, At(id): At<LoginId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    ask(web, who, id, Act::Renew).await
}
pub async fn renew(
    State(web): State<Web>,
    who: Signed,
    At(id): At<LoginId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let (l, why) = match reasoned(&web, &who, id, Act::Renew, &given).await? {
        Ok(found) => found,
        Err(again) => return Ok(again),
    };
    let (password, hash) = door::first_password(&web, &l.name).await?;
    let (actor, totp_secret) = (who.actor.clone(), party::totp_secret_new());
    let renewal = Renewal { password: hash, totp_secret };
    web.write(move |tx| app::counter::login_renew(tx, &actor, id, renewal.clone(), &why)).await?;
    web.inner().sessions.forget_login(id);
    Ok(issued(&who, &l.name, &password, &totp_secret, &home_of(&l)))
}
