//! Where somebody is signed in, and ending it from afar.
use super::{Page, page};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::SessionId;
use maud::html;

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let sessions = web.read(move |tx| party::sessions_of(tx, &actor)).await?;
    let words = who.words();
    let rows = sessions.iter().map(|s| {
        let here = s.session == who.session.session;
        let place = if here { status(Tone::Good, &who.t("devices-here"), "", "") } else { html! { (who.t("devices-elsewhere")) } };
        let end = html! {
            @if !here { (form(&who.view, &format!("/devices/{}/end", s.session), button(Button::Secondary, &who.t("devices-end"), None))) }
        };
        [moment(words, s.started_at), moment(words, s.seen_at), place, end]
    });
    let table = Table::new(who.t("devices-title")).text(who.t("devices-since")).text(who.t("devices-seen"));
    let table = table.text(who.t("devices-where")).actions(who.t("devices-action")).caption_hidden().rows(rows);
    Ok(page(&who, Page::new(who.t("devices-title")).lead(who.t("devices-lead")), table.show(words)))
}

pub async fn end(
    State(web): State<Web>,
    who: Signed,
    At(id): At<SessionId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| party::session_end(tx, &actor, id)).await?;
    web.inner().sessions.forget_login(who.session.login);
    Ok(see_other("/devices"))
}
