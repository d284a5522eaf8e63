//! Events that a consumer could not take: tried again, or given up for a reason.
use super::confirm::REASON_CHARS_MAX;
use super::{Page as Sheet, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::relay::{self, Parked};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::Error;
use maud::{Markup, html};
use serde::Deserialize;

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let parked = web.read(move |tx| relay::parked(tx, &actor)).await?;
    let w = who.words();
    let table = Table::new(who.t("outbox"))
        .text(who.t("outbox-event"))
        .text(who.t("outbox-consumer"))
        .figures(who.t("outbox-tries"))
        .text(who.t("outbox-error"))
        .text(who.t("outbox-state"))
        .actions(who.t("table-actions"))
        .rows(parked.iter().map(|p| row(&who, p)))
        .when_empty(who.t("outbox-none"))
        .caption_hidden();
    Ok(page(&who, Sheet::new(who.t("outbox")).lead(who.t("outbox-lead")), table.show(w)))
}

fn row(who: &Signed, p: &Parked) -> [Markup; 6] {
    let w = who.words();
    let waits = if p.waits_for_operator { (Tone::Warn, "outbox-waits") } else { (Tone::Info, "outbox-tries-again") };
    let next = if p.waits_for_operator { String::new() } else { w.moment(p.next_at) };
    let again = html! {
        input type="hidden" name="consumer" value=(p.consumer);
        input type="hidden" name="pos" value=(p.pos);
        (button(Button::Secondary, &who.t("outbox-try"), None))
    };
    [
        html! { div { (p.kind) br; span.hint { (p.aggregate) " · " (w.moment(p.told_at)) } } },
        html! { (p.consumer) },
        html! { (p.tries) },
        html! { (p.error) },
        status(waits.0, &who.t(waits.1), "", &next),
        html! {
            (form(&who.view, "/outbox/attempts", again))
            a href={ "/outbox/drop?consumer=" (crate::gate::encode(&p.consumer)) "&pos=" (p.pos) } { (who.t("outbox-drop")) }
        },
    ]
}

/// Which event of which consumer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Which {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    consumer: String,
    pos: i64,
    reason: String,
}

pub async fn try_again(State(web): State<Web>, who: Signed, Checked(which): Checked<Which>) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| relay::try_again(tx, &actor, &which.consumer, which.pos)).await?;
    Ok(see_other("/outbox"))
}

async fn event(web: &Web, who: &Signed, which: &Which) -> Result<Parked, Fault> {
    let actor = who.actor.clone();
    let all = web.read(move |tx| relay::parked(tx, &actor)).await?;
    let found = all.into_iter().find(|p| p.consumer == which.consumer && p.pos == which.pos);
    found.ok_or_else(|| Fault(Error::not_found("parked event", which.pos)))
}

fn drop_page(who: &Signed, p: &Parked, reason: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let rows = [
        Row::new(who.t("outbox-event"), html! { (p.kind) " · " (p.aggregate) }),
        Row::new(who.t("outbox-consumer"), html! { (p.consumer) }),
        Row::new(who.t("outbox-told"), moment(w, p.told_at)),
        Row::new(who.t("outbox-error"), html! { (p.error) }),
    ];
    let why = Field::new("reason", who.t("reason")).hint(who.t("outbox-drop-hint")).value(reason.to_owned());
    let fields = html! {
        input type="hidden" name="consumer" value=(p.consumer);
        input type="hidden" name="pos" value=(p.pos);
        (multiline(w, &why.errors(errors), 3, REASON_CHARS_MAX))
        (actions(html! {
            (button(Button::Danger, &who.t("outbox-drop-confirm"), None))
            (link_button(Button::Secondary, &who.t("back-without"), "/outbox"))
        }))
    };
    let main = html! { (error_summary(w, errors)) (summary_list(w, &rows)) (form(&who.view, "/outbox/drop", fields)) };
    let shown = Sheet::new(who.t("outbox-drop")).lead(who.t("outbox-drop-lead")).crumb(who.t("outbox"), "/outbox");
    page(who, shown.wrong(!errors.is_empty()), main)
}

pub async fn dropping(State(web): State<Web>, who: Signed, Query(which): Query<Which>) -> Result<Shown, Fault> {
    let p = event(&web, &who, &which).await?;
    Ok(drop_page(&who, &p, "", &FieldErrors::new()))
}

pub async fn drop_event(
    State(web): State<Web>,
    who: Signed,
    Checked(which): Checked<Which>,
) -> Result<Response, Fault> {
    let p = event(&web, &who, &which).await?;
    if which.reason.trim().is_empty() {
        let mut errors = FieldErrors::new();
        errors.add("reason", who.t("reason-missing"));
        return Ok(refused(drop_page(&who, &p, &which.reason, &errors)));
    }
    let actor = who.actor.clone();
    web.write(move |tx| relay::drop_event(tx, &actor, &which.consumer, which.pos, &which.reason)).await?;
    Ok(see_other("/outbox"))
}
