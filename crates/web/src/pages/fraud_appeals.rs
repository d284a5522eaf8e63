//! Objections and complaints, for those who answer them: a no is one officer's, a yes takes two.
use super::{Page as Sheet, next_href, page, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use cases::{Appeal, AppealState};
use kernel::id::{AppealId, CaseStepId};
use kernel::{Error, PageAsk, Result as Done, Timestamp};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;

const CHARS: u32 = cases::TEXT_CHARS_MAX as u32;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ListAsk {
    after: Option<String>,
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (actor, first) = (who.actor.clone(), ask.after.is_none());
    let asked = PageAsk { limit: None, after: ask.after };
    let (items, next) = web
        .read(move |tx| {
            let found = cases::appeals(tx, &actor, &asked)?;
            let named = found.items.into_iter().map(|a| {
                let name = party::who_name(tx, &a.subject.to_string())?;
                Ok((a, name))
            });
            Ok((named.collect::<Done<Vec<_>>>()?, found.next))
        })
        .await?;
    let (w, now) = (who.words(), web.now());
    let row = |(a, name): &(Appeal, String)| {
        let kind = say::told(w, "appeal-kind", a.kind.code());
        [html! { a href={ "/appeals/" (a.id) } { (kind) } }, html! { (name) }, due(&who, a, now), say::tag(w, a.state)]
    };
    let table = Table::new(who.t("appeals"))
        .text(who.t("appeal-kind"))
        .text(who.t("fcase-customer"))
        .text(who.t("appeal-due"))
        .text(who.t("fcase-state"))
        .rows(items.iter().map(row))
        .when_empty(who.t("appeals-none"))
        .caption_hidden();
    let main = html! {
        (table.show(w))
        (pager(w, (!first).then_some("/appeals"), next_href(&who.view, &next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("appeals")).lead(who.t("appeals-lead")), main))
}

fn due(who: &Signed, a: &Appeal, now: Timestamp) -> Markup {
    let tone = if a.is_late(now) {
        Tone::Danger
    } else if a.urgent {
        Tone::Warn
    } else {
        Tone::Quiet
    };
    let key = if a.urgent { "appeal-urgent" } else { "appeal-due" };
    status(tone, &who.t(key), "", &say::end(who.words(), a.due_at))
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<AppealId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let a = cases::appeal(tx, &actor, id)?;
        let name = party::who_name(tx, &a.subject.to_string())?;
        Ok((cases::appeal_said(tx, &actor, id)?, name, a))
    });
    let ((said, answer, files), name, a) = found.await?;
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("fcase-state"), say::tag(w, a.state)),
        Row::new(who.t("fcase-customer"), html! { (name) }),
        Row::new(who.t("appeal-due"), due(&who, &a, web.now())),
        Row::new(who.t("appeal-said"), html! { (said) }),
    ];
    if let Some(i) = a.instruction.filter(|_| who.holds(P::GuardRead)) {
        rows.push(Row::new(who.t("payment"), html! { a href={ "/guard/" (i) } { (who.t("held-look")) } }));
    }
    if let Some(case) = a.of_case {
        rows.push(Row::new(who.t("fcase"), html! { a href={ "/cases/" (case) } { (who.t("notice-open")) } }));
    }
    if let Some(answer) = &answer {
        rows.push(Row::new(who.t("appeal-answer"), html! { (answer) }));
    }
    let main = html! {
        (summary_list(w, &rows))
        @for (file, name) in &files {
            (form(&who.view, &format!("/appeals/{id}/files/{file}"), button(Button::Secondary, &format!("{}: {name}", who.t("fcase-file-read")), None)))
        }
        (forms(&who, &a))
    };
    let title = say::told(w, "appeal-kind", a.kind.code());
    Ok(page(&who, Sheet::new(title).crumb(who.t("appeals"), "/appeals"), main))
}

fn forms(who: &Signed, a: &Appeal) -> Markup {
    let w = who.words();
    let at = |deed: &str| format!("/appeals/{}/{deed}", a.id);
    match a.state {
        AppealState::Open => form(
            &who.view,
            &at("answer"),
            html! {
                (multiline(w, &Field::new("text", who.t("appeal-answer")), 3, CHARS))
                (actions(html! {
                    (button(Button::Primary, &who.t("appeal-passes"), Some(("passes", "yes"))))
                    (button(Button::Danger, &who.t("appeal-fails"), Some(("passes", "no"))))
                }))
            },
        ),
        AppealState::Lifting => html! {
            (form(&who.view, &at("agreement"), actions(button(Button::Primary, &who.t("appeal-agree"), None))))
            (form(&who.view, &at("refusal"), html! {
                (multiline(w, &Field::new("text", who.t("appeal-why-back")), 2, CHARS))
                (actions(button(Button::Secondary, &who.t("appeal-disagree"), None)))
            }))
        },
        AppealState::Upheld | AppealState::Dismissed => html! {},
    }
}

/// An answer, or a second officer's word.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeedForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    text: String,
    passes: String,
}

fn none(what: &'static str) -> Error {
    Error::not_found(what, "here")
}

pub async fn act(
    State(web): State<Web>,
    who: Signed,
    Path((id, deed)): Path<(String, String)>,
    Checked(f): Checked<DeedForm>,
) -> Result<Response, Fault> {
    let id: AppealId = id.parse().map_err(|_| none("objection"))?;
    let actor = who.actor.clone();
    match deed.as_str() {
        "answer" => web.write(move |tx| cases::decide(tx, &actor, id, f.passes == "yes", &f.text)).await?,
        "agreement" => web.run(move |bank| app::followed::agree(bank, &actor, id)).await?,
        "refusal" => web.write(move |tx| cases::disagree(tx, &actor, id, &f.text)).await?,
        _ => return Err(Fault(none("deed"))),
    };
    Ok(see_other(&format!("/appeals/{id}")))
}

pub async fn read_file(
    State(web): State<Web>,
    who: Signed,
    Path((id, file)): Path<(String, String)>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let id: AppealId = id.parse().map_err(|_| none("objection"))?;
    let file: CaseStepId = file.parse().map_err(|_| none("file"))?;
    let actor = who.actor.clone();
    let f = web.write(move |tx| cases::appeal_file(tx, &actor, id, file)).await?;
    Ok(download(&f.name, "application/octet-stream", f.bytes))
}
