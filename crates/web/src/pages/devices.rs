//! How somebody gets in and where he is in: his passkeys, the sessions that are open, the devices that were seen.
use super::{Page, page, passkeys};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::{DeviceId, SessionId};
use maud::{Markup, html};
use party::{Device, SessionView};

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (own, sessions, devices) = web
        .read(move |tx| {
            Ok((party::passkeys_of(tx, &actor)?, party::sessions_of(tx, &actor)?, party::devices_of(tx, &actor)?))
        })
        .await?;
    let others = sessions.iter().any(|s| s.session != who.session.session);
    let main = html! {
        @if passkeys::offered(&who.view) {
            section.stack {
                h2 { (who.t("passkeys")) }
                (passkeys::table(&who, &own))
                (actions(link_button(Button::Secondary, &who.t("passkey-new"), "/passkeys/new")))
            }
        }
        section.stack {
            h2 { (who.t("sessions-title")) }
            (open_table(&who, &sessions))
            @if others { (form(&who.view, "/devices/end-others", actions(button(Button::Danger, &who.t("devices-end-others"), None)))) }
        }
        section.stack {
            h2 { (who.t("devices-known")) }
            p.hint { (who.t("devices-known-hint")) }
            (known_table(&who, &devices))
        }
    };
    Ok(page(&who, Page::new(who.t("devices-title")).lead(who.t("devices-lead")), main))
}

fn open_table(who: &Signed, sessions: &[SessionView]) -> Markup {
    let words = who.words();
    let rows = sessions.iter().map(|s| {
        let here = s.session == who.session.session;
        let place = if here { status(Tone::Good, &who.t("devices-here"), "", "") } else { html! { (who.t("devices-elsewhere")) } };
        let end = html! {
            @if !here { (form(&who.view, &format!("/devices/{}/end", s.session), button(Button::Secondary, &who.t("devices-end"), None))) }
        };
        [moment(words, s.started_at), moment(words, s.seen_at), place, end]
    });
    let table = Table::new(who.t("sessions-title")).text(who.t("devices-since")).text(who.t("devices-seen"));
    table.text(who.t("devices-where")).actions(who.t("devices-action")).caption_hidden().rows(rows).show(words)
}

fn known_table(who: &Signed, devices: &[Device]) -> Markup {
    let words = who.words();
    let rows = devices.iter().map(|d| {
        let here = Some(d.id) == who.session.device;
        let place = if here { status(Tone::Good, &who.t("devices-here"), "", "") } else { html! { (who.t("devices-elsewhere")) } };
        let forget = html! {
            @if !here { (form(&who.view, &format!("/devices/{}/forgetting", d.id), button(Button::Secondary, &who.t("devices-forget"), None))) }
        };
        [moment(words, d.last_seen_at), moment(words, d.first_seen_at), place, forget]
    });
    let table = Table::new(who.t("devices-known")).text(who.t("devices-last")).text(who.t("devices-first"));
    let table = table.text(who.t("devices-where")).actions(who.t("devices-action")).caption_hidden();
    table.when_empty(who.t("devices-none")).rows(rows).show(words)
}

pub async fn end(
    State(web): State<Web>,
    who: Signed,
    At(id): At<SessionId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| party::session_end(tx, &actor, id)).await?;
    if let Some(login) = who.session.login {
        web.inner().sessions.forget_login(login);
    }
    Ok(see_other("/devices"))
}

pub async fn end_others(
    State(web): State<Web>,
    who: Signed,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| party::sessions_end_others(tx, &actor)).await?;
    who.session.login.inspect(|login| web.inner().sessions.forget_login(*login));
    Ok(see_other("/devices"))
}

pub async fn forget(
    State(web): State<Web>,
    who: Signed,
    At(id): At<DeviceId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| party::device_forget(tx, &actor, id)).await?;
    who.session.login.inspect(|login| web.inner().sessions.forget_login(*login));
    Ok(see_other("/devices"))
}
