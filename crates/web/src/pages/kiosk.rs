//! What somebody meets at a machine of a branch: its first page, his card, his face, the question whether he is still there, the
//! end. One thing a page; what was refused says what to do, and that somebody can be called.
use super::{Page, public_page, refused};
use crate::gate::{CameFrom, Signed, encode};
use crate::http::cookies::{self, Cookie, SameSite};
use crate::http::csrf::Checked;
use crate::http::headers::CLEAR_SITE_DATA;
use crate::http::limiter::{Allowance, Limiter, address_key};
use crate::http::redirect::{local, see_other};
use crate::look::*;
use crate::state::Web;
use crate::view::View;
use crate::words::Lang;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kernel::Channel;
use lobby::call_back::{self, Machine};
use maud::{Markup, html};
use party::codes::ENROLMENT_CODE;
use party::{CardSeen, FaceAgain, FaceSeen, Judged, Origin, Reading, TerminalView, WARNING_SECONDS};
use serde::Deserialize;

/// Enrolment codes typed from one address.
pub const CODES_BY_ADDRESS: Allowance = Allowance { name: "enrolment code", burst: 10, per_minute: 6 };
/// Cards and faces at one machine.
pub const LOOKS_BY_MACHINE: Allowance = Allowance { name: "identity at a machine", burst: 20, per_minute: 20 };
/// Seconds that the last page of a visit is shown.
pub const END_SECONDS: u32 = 8;

/// How often a code is typed, and a card laid.
pub struct Tries {
    codes: Limiter,
    looks: Limiter,
}

impl Default for Tries {
    fn default() -> Tries {
        Tries { codes: Limiter::new(CODES_BY_ADDRESS), looks: Limiter::new(LOOKS_BY_MACHINE) }
    }
}

/// Where to go on.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Way {
    next: String,
    why: String,
}

fn next_of(text: &str) -> &str {
    local(text).unwrap_or("/home")
}

/// The first page of a machine: nobody is there, or somebody has just come.
pub async fn attract(web: &Web, view: &View) -> Result<Response, Fault> {
    let kiosk = view.at_kiosk()?;
    let id = kiosk.terminal.branch;
    let branch = web.read(move |tx| party::branch(tx, id)).await?;
    let name = if view.words.lang == Lang::Zh { &branch.name_zh } else { &branch.name_en };
    if kiosk.terminal.is_out_of_order() {
        let (title, text) = (view.t("kiosk-out"), view.t("kiosk-out-text"));
        let main = html! { p.kiosk-large { (text) } };
        return Ok(public_page(view, Page::new(title).lead(name.as_str()), main).into_response());
    }
    let main = html! {
        p.kiosk-wall { @if !kiosk.low { (clock(kiosk.now)) } span { (name) } }
        nav.kiosk-languages aria-label=(view.t("kiosk-languages")) {
            @for lang in Lang::ALL {
                a.button.button-secondary href={ "/?lang=" (lang.tag()) } lang=(lang.tag()) hreflang=(lang.tag())
                    aria-current=[(lang == view.words.lang).then_some("true")] { (lang.own_name()) }
            }
        }
        (services(view))
    };
    Ok(public_page(view, Page::new(view.t("kiosk-welcome")).lead(view.t("kiosk-welcome-lead")), main).into_response())
}

/// What a machine offers: an icon, what it is called, and where it is.
const SERVICES: [(Icon, &str, &str); 10] = [
    (Icon::Cash, "kiosk-cash-out", "/kiosk/cash-out"),
    (Icon::Cash, "kiosk-cash-in", "/kiosk/cash-in"),
    (Icon::Card, "kiosk-cards", "/kiosk/cards"),
    (Icon::Account, "kiosk-balance", "/accounts"),
    (Icon::Transfer, "kiosk-transfer", "/pay"),
    (Icon::Card, "kiosk-repay", "/kiosk/repayment"),
    (Icon::Bill, "kiosk-book", "/kiosk/passbook"),
    (Icon::Bill, "kiosk-slips", "/slips"),
    (Icon::Stop, "kiosk-lock", "/lock"),
    (Icon::Info, "kiosk-prices", "/prices"),
];

/// What whoever is served can do.
pub fn services(view: &View) -> Markup {
    tiles(&SERVICES.map(|(icon, key, href)| Tile {
        icon,
        label: view.t(key),
        hint: Some(view.t(&format!("{key}-hint"))),
        href: href.into(),
    }))
}

/// The machine types the code it was given.
pub async fn enrolment(view: View) -> Shown {
    enrolment_page(&view, &FieldErrors::new())
}

fn enrolment_page(view: &View, errors: &FieldErrors) -> Shown {
    let field = Field::new("code", view.t("kiosk-code")).hint(view.t("kiosk-code-hint")).width(Width::Twenty);
    let fields = html! {
        (number(view.words, &field.autocomplete("off").errors(errors)))
        (actions(button(Button::Primary, &view.t("kiosk-enrol"), None)))
    };
    let main = html! { (error_summary(view.words, errors)) (form(view, "/kiosk/enrolment", fields)) };
    let title = view.t("kiosk-enrolment");
    public_page(view, Page::new(title).lead(view.t("kiosk-enrolment-lead")).wrong(!errors.is_empty()), main)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    code: String,
}

pub async fn enrol(
    State(web): State<Web>,
    view: View,
    CameFrom(origin): CameFrom,
    Checked(form): Checked<CodeForm>,
) -> Result<Response, Fault> {
    let address = origin.address.parse().map_or_else(|_| String::new(), address_key);
    web.inner().machines.codes.take(&address, web.now())?;
    match web.write(move |tx| party::terminal_join(tx, &form.code, &origin)).await {
        Ok(joined) => {
            web.inner().sessions.forget_terminal(joined.view.terminal);
            let mut answer = see_other("/");
            Cookie::choice(cookies::TERMINAL, joined.token).set(answer.headers_mut(), view.site.tls);
            Cookie::forget(cookies::SESSION).set(answer.headers_mut(), view.site.tls);
            let (name, value) = CLEAR_SITE_DATA;
            answer.headers_mut().insert(name, value);
            Ok(answer)
        }
        Err(why) if why.is(&ENROLMENT_CODE) => {
            let mut errors = FieldErrors::new();
            errors.add("code", view.t("kiosk-code-wrong"));
            Ok(refused(enrolment_page(&view, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

/// Lay the card on the reader.
pub async fn identity(
    State(web): State<Web>,
    view: View,
    signed: Option<Signed>,
    Query(way): Query<Way>,
) -> Result<Response, Fault> {
    view.at_kiosk()?;
    Ok(match signed {
        Some(_) => see_other(next_of(&way.next)),
        None => card_page(&web, &view, next_of(&way.next)).into_response(),
    })
}

fn card_page(web: &Web, view: &View, next: &str) -> Shown {
    let shown = web.bank().identity.shown();
    let simulated = html! {
        (number(view.words, &Field::new("laid", view.t("kiosk-laid")).hint(view.t("kiosk-laid-hint")).width(Width::Six).autocomplete("off")))
        (details(&view.t("kiosk-demo-cards"), html! {
            ol.kiosk-cards { @for card in &shown { li value=(card.number) { (card.holder) ": " (super::say::told(view.words, "kiosk-story", card.story)) } } }
        }))
    };
    let fields = html! {
        @if !shown.is_empty() { (simulated) }
        input type="hidden" name="next" value=(next);
        (actions(button(Button::Primary, &view.t("kiosk-card-there"), None)))
    };
    let main = form(view, "/kiosk/identity", fields);
    public_page(view, Page::new(view.t("kiosk-card")).lead(view.t("kiosk-card-lead")), main)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    laid: String,
}

fn here(origin: Origin) -> Origin {
    Origin { channel: Channel::Kiosk, device_mark: String::new(), ..origin }
}

pub async fn read_card(
    State(web): State<Web>,
    view: View,
    CameFrom(origin): CameFrom,
    Checked(form): Checked<LookForm>,
) -> Result<Response, Fault> {
    let at = view.at_kiosk()?.terminal.clone();
    web.inner().machines.looks.take(&at.terminal.to_string(), web.now())?;
    let id = at.terminal;
    let laid = form.laid;
    let reading = web.run(move |bank| Ok(bank.identity.read(id, &laid))).await?;
    let card = match reading {
        Reading::Card(card) => card,
        Reading::NotRead => return Ok(not(&view, "kiosk-not-read", Some(&again("identity", &form.next)))),
        Reading::Down => return Ok(not(&view, "kiosk-down", None)),
    };
    let origin = here(origin);
    let seen = web.write(move |tx| party::card_seen(tx, &at, &card, &origin)).await?;
    Ok(match seen {
        CardSeen::LookUp => see_other(&again("face", &form.next)),
        CardSeen::OtherCard => not(&view, "kiosk-other-card", Some(&again("identity", &form.next))),
        CardSeen::Expired { .. } => not(&view, "kiosk-expired", None),
        CardSeen::AskAtCounter => not(&view, "kiosk-too-often", None),
    })
}

fn again(page: &str, next: &str) -> String {
    format!("/kiosk/{page}?next={}", encode(next_of(next)))
}

/// It did not work: why, and what now. `again` leads to another try.
fn not(view: &View, key: &str, again: Option<&str>) -> Response {
    let main = html! {
        p.kiosk-large { (view.t(&format!("{key}-next"))) }
        (actions(html! {
            @if let Some(href) = again { (link_button(Button::Primary, &view.t("kiosk-again"), href)) }
            (link_button(if again.is_some() { Button::Secondary } else { Button::Primary }, &view.t("kiosk-stop"), "/kiosk/end?why=left"))
        }))
    };
    refused(public_page(view, Page::new(view.t(key)).wrong(true), main))
}

/// Look into the camera: after the card, or once more for what needs it.
pub async fn face(view: View, Query(way): Query<Way>) -> Result<Shown, Fault> {
    view.at_kiosk()?;
    let fields = html! {
        input type="hidden" name="next" value=(next_of(&way.next));
        (actions(button(Button::Primary, &view.t("kiosk-face-there"), None)))
    };
    Ok(public_page(
        &view,
        Page::new(view.t("kiosk-face")).lead(view.t("kiosk-face-lead")),
        form(&view, "/kiosk/face", fields),
    ))
}

pub async fn look(
    State(web): State<Web>,
    view: View,
    signed: Option<Signed>,
    CameFrom(origin): CameFrom,
    Checked(form): Checked<LookForm>,
) -> Result<Response, Fault> {
    let at = view.at_kiosk()?.terminal.clone();
    web.inner().machines.looks.take(&at.terminal.to_string(), web.now())?;
    match signed {
        Some(who) => look_again(&web, &view, &who, &at, here(origin), &form.next).await,
        None => look_first(&web, &view, &at, here(origin), &form.next).await,
    }
}

async fn look_first(web: &Web, view: &View, at: &TerminalView, origin: Origin, next: &str) -> Result<Response, Fault> {
    let (of, id) = (at.clone(), at.terminal);
    let photo = web.read(move |tx| party::photo_waiting(tx, &of)).await?;
    let Some(photo) = photo else { return Ok(not(view, "kiosk-no-card", Some(&again("identity", next)))) };
    let face = web.run(move |bank| Ok(bank.identity.face(id, &photo))).await?;
    let of = at.clone();
    let seen = web.write(move |tx| party::face_seen(tx, &of, face, &origin)).await?;
    let (card, camera) = (again("identity", next), again("face", next));
    Ok(match seen {
        FaceSeen::Welcome(visited) => {
            web.inner().sessions.forget_visits(visited.view.person);
            entered(view, visited.token, next)
        }
        FaceSeen::Again { .. } => not(view, "kiosk-other-face", Some(&camera)),
        FaceSeen::AskAtCounter => not(view, "kiosk-too-often", None),
        FaceSeen::NotOnFile => not(view, "kiosk-not-on-file", None),
        FaceSeen::NoCard => not(view, "kiosk-no-card", Some(&card)),
        FaceSeen::TimedOut => not(view, "kiosk-timed-out", Some(&camera)),
        FaceSeen::CameraOff => not(view, "kiosk-camera-off", None),
        FaceSeen::Down => not(view, "kiosk-down", None),
    })
}

async fn look_again(
    web: &Web,
    view: &View,
    who: &Signed,
    at: &TerminalView,
    origin: Origin,
    next: &str,
) -> Result<Response, Fault> {
    let (token, id) = (who.token.clone(), at.terminal);
    let photo = web.write(move |tx| party::visit_photo(tx, &token)).await?;
    let face = web.run(move |bank| Ok(bank.identity.face(id, &photo))).await?;
    let (token, of) = (who.token.clone(), at.clone());
    let seen = web.write(move |tx| party::visit_step_up(tx, &token, &of, face, &origin)).await;
    web.inner().sessions.forget_terminal(at.terminal);
    let camera = again("face", next);
    Ok(match seen? {
        FaceAgain::Done(visited) => entered(view, visited.token, next),
        FaceAgain::Again { .. } => not(view, "kiosk-other-face", Some(&camera)),
        FaceAgain::Over => not(view, "kiosk-too-often", None),
        FaceAgain::Not(Judged::TimedOut) => not(view, "kiosk-timed-out", Some(&camera)),
        FaceAgain::Not(Judged::CameraOff) => not(view, "kiosk-camera-off", None),
        FaceAgain::Not(_) => not(view, "kiosk-down", None),
    })
}

fn entered(view: &View, token: String, next: &str) -> Response {
    let mut answer = see_other(next_of(next));
    Cookie::secret(cookies::SESSION, token, SameSite::Lax).set(answer.headers_mut(), view.site.tls);
    answer
}

/// Without scripts: is somebody still there?
pub async fn still(view: View, signed: Option<Signed>, Query(way): Query<Way>) -> Result<Response, Fault> {
    view.at_kiosk()?;
    let Some(who) = signed else { return Ok(see_other("/")) };
    let warning = who.view.kiosk.as_ref().and_then(|k| k.pace).map_or(WARNING_SECONDS, |p| p.warning);
    let view = who.view.leaving(u32::try_from(warning).unwrap_or(0), "/kiosk/end?why=time");
    let fields = html! {
        input type="hidden" name="next" value=(next_of(&way.next));
        (actions(button(Button::Primary, &view.t("kiosk-still-here"), None)))
    };
    let main = html! { p.kiosk-large { (view.t("kiosk-still-text")) } (form(&view, "/kiosk/staying", fields)) };
    Ok(public_page(&view, Page::new(view.t("kiosk-still-title")), main).into_response())
}

/// He is: the gate has written that the machine was touched.
pub async fn staying(view: View, signed: Option<Signed>, Checked(form): Checked<LookForm>) -> Result<Response, Fault> {
    view.at_kiosk()?;
    Ok(see_other(if signed.is_some() { next_of(&form.next) } else { "/kiosk/end?why=time" }))
}

pub async fn more_time(
    State(web): State<Web>,
    view: View,
    signed: Option<Signed>,
    CameFrom(origin): CameFrom,
    Checked(form): Checked<LookForm>,
) -> Result<Response, Fault> {
    let at = view.at_kiosk()?.terminal.clone();
    let Some(who) = signed else { return Ok(see_other("/kiosk/end?why=time")) };
    let (id, origin) = (at.terminal, here(origin));
    web.write(move |tx| party::visit_more_time(tx, &who.token, &at, &origin)).await?;
    web.inner().sessions.forget_terminal(id);
    Ok(see_other(next_of(&form.next)))
}

/// The end of a visit, whoever wanted it: nothing of it stays in the machine.
pub async fn end(
    State(web): State<Web>,
    view: View,
    headers: HeaderMap,
    CameFrom(origin): CameFrom,
    Query(way): Query<Way>,
) -> Result<Response, Fault> {
    let at = view.at_kiosk()?.terminal.clone();
    let (token, id) = (cookies::read(&headers, cookies::SESSION, view.site.tls).map(str::to_owned), at.terminal);
    let timed_out = way.why == "time";
    let reason = if timed_out { "timed_out" } else { "left" };
    web.inner().sessions.forget_terminal(id);
    web.write(move |tx| {
        party::forget_check(tx, at.terminal)?;
        match &token {
            Some(token) => party::visit_end(tx, token, &at, reason, &here(origin.clone())).map(drop),
            None => Ok(()),
        }
    })
    .await?;
    web.inner().sessions.forget_terminal(id);
    let branch = view.at_kiosk()?.terminal.branch;
    web.run(move |bank| app::machines::left(bank, branch, id)).await?;
    let view = view.leaving(END_SECONDS, "/");
    let key = if timed_out { "kiosk-ended-time" } else { "kiosk-ended" };
    let main = html! {
        p.kiosk-large { (view.t("kiosk-take-card")) }
        (actions(link_button(Button::Primary, &view.t("kiosk-next"), "/")))
    };
    let mut answer = public_page(&view, Page::new(view.t(key)), main).into_response();
    for name in [cookies::SESSION, cookies::VISIT, cookies::LANG, cookies::REACH] {
        Cookie::forget(name).set(answer.headers_mut(), view.site.tls);
    }
    let (name, value) = CLEAR_SITE_DATA;
    answer.headers_mut().insert(name, value);
    Ok(answer)
}

/// Somebody who helps: called to the machine, or rung.
pub async fn help(State(web): State<Web>, view: View) -> Result<Shown, Fault> {
    let kiosk = view.at_kiosk()?;
    let (id, machine) = (kiosk.terminal.branch, kiosk.terminal.terminal);
    let (branch, open, by) = web
        .read(move |tx| {
            let open = call_back::open_at_machine(tx, machine)?;
            let by = open.as_ref().map(|call| call_back::taker(tx, call)).transpose()?.flatten();
            Ok((party::branch(tx, id)?, open, by))
        })
        .await?;
    let hours = call_back::promise_at_machine(web.now())?.is_some();
    let main = html! {
        @match &open {
            Some(_) => { (notice(Tone::Good, &view.t("kiosk-called"), html! { p { (view.t("kiosk-called-text")) } })) }
            None if hours => { (form(&view, "/kiosk/help", actions(button(Button::Primary, &view.t("kiosk-call"), None)))) }
            None => { p.kiosk-large { (view.t("kiosk-call-closed")) } }
        }
        @if let Some(by) = &by { (super::help::face(view.words, by, &view.t("kiosk-comes"))) }
        @if hours { p.kiosk-large { (view.t("kiosk-help-text")) } }
        @if !branch.phone.is_empty() { p.kiosk-large { (view.t("kiosk-help-phone")) " " strong { (branch.phone) } } }
        (actions(link_button(Button::Secondary, &view.t("kiosk-back"), "/")))
    };
    Ok(public_page(&view, Page::new(view.t("kiosk-help")), main))
}

/// Puts the machine into the queue of those who help.
pub async fn call(
    State(web): State<Web>,
    view: View,
    signed: Option<Signed>,
    CameFrom(origin): CameFrom,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let at = &view.at_kiosk()?.terminal;
    let machine = Machine { id: at.terminal, name: format!("{} · {}", at.name, at.place), branch: at.branch };
    let actor = super::help::actor_of(signed.as_ref(), origin);
    web.write(move |tx| call_back::ask_at_machine(tx, &actor, &machine)).await?;
    Ok(see_other("/kiosk/help"))
}
