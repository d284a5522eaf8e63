//! The notice before a site's end, for a worker of it: what it says, until when, and a place to say that one is still owed.
use super::site::against;
use super::{Page as Sheet, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::ProjectId;
use maud::{Markup, html};
use serde::Deserialize;
use worksite::end::{self, Objection, Running};

/// What he is still owed, in his words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwedForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    text: String,
}

/// On his pages of wages: sites of his that are about to end.
pub(super) fn part(who: &Signed, all: &[Running]) -> Markup {
    let w = who.words();
    html! {
        @for n in all {
            (notice(Tone::Warn, &w.t_with("site-notice-ends", &[("name", n.name.as_str().into())]), html! {
                p { (w.t_with("site-notice-until", &[("day", w.date(n.until).into())])) }
                p { a href={ "/worker/sites/" (n.project) } { (who.t("site-notice-say")) } }
            }))
        }
    }
}

async fn load(web: &Web, who: &Signed, id: ProjectId) -> Result<(Running, Vec<Objection>), Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| end::my_notice(tx, &actor, id)).await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let (notice, said) = load(&web, &who, id).await?;
    Ok(shown(&who, &notice, &said, "", &FieldErrors::new()))
}

fn shown(who: &Signed, n: &Running, said: &[Objection], text: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let words =
        Field::new("text", who.t("site-notice-text")).hint(who.t("site-notice-text-hint")).value(text.to_owned());
    let most = end::LONG_CHARS_MAX as u32;
    let main = html! {
        (error_summary(w, errors))
        (notice(Tone::Info, &who.t("site-notice-words"), html! { p { (n.text) } }))
        p { (w.t_with("site-notice-until", &[("day", w.date(n.until).into())])) " " (who.t("site-notice-holds")) }
        @for o in said { (own(who, o)) }
        (form(&who.view, &format!("/worker/sites/{}/objection", n.project), html! {
            (multiline(w, &words.errors(errors), 4, most))
            (actions(button(Button::Primary, &who.t("site-notice-send"), None)))
        }))
        p { (who.t("site-notice-unnamed")) " " a href="/complaint" { (who.t("complaint")) } }
    };
    let sheet = Sheet::new(w.t_with("site-notice-ends", &[("name", n.name.as_str().into())]));
    page(who, sheet.crumb(who.t("slips"), "/slips").wrong(!errors.is_empty()), main)
}

/// What he has said, and what was answered.
fn own(who: &Signed, o: &Objection) -> Markup {
    let w = who.words();
    let mine = html! { p { "“" (o.text) "” " span.hint { (moment(w, o.made_at)) } } };
    match o.answered_at {
        None => notice(Tone::Info, &who.t("site-notice-waits"), mine),
        Some(_) => notice(Tone::Good, &who.t("site-notice-answered"), html! { p { "“" (o.answer) "”" } (mine) }),
    }
}

pub async fn object(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(given): Checked<OwedForm>,
) -> Result<Response, Fault> {
    let (n, said) = load(&web, &who, id).await?;
    if given.text.trim().is_empty() {
        let mut errors = FieldErrors::new();
        errors.add("text", who.t("site-notice-text-missing"));
        return Ok(refused(shown(&who, &n, &said, "", &errors)));
    }
    let (actor, text) = (who.actor.clone(), given.text.clone());
    match web.write(move |tx| end::object(tx, &actor, id, &text)).await {
        Ok(_) => Ok(see_other(&format!("/worker/sites/{id}"))),
        Err(why) => {
            let errors = super::desk::fault(&who, &against(why)?, &["text"], "text");
            Ok(refused(shown(&who, &n, &said, &given.text, &errors)))
        }
    }
}
