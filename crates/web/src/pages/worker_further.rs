//! A worker takes his objection further: whether the labour bureau is told who he is, and a number if he likes.
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::Further;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use crews::ObjectionView;
use kernel::id::ObjectionId;
use maud::html;
use serde::Deserialize;

/// What he answers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FurtherForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    step: String,
    named: String,
    phone: String,
}

const PLAN: &[&[&str]] = &[&["named"], &["phone"]];

/// His own objection; another's is not found.
async fn own(web: &Web, who: &Signed, id: ObjectionId) -> Result<ObjectionView, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let missing = || kernel::Error::not_found("objection", id);
        let his = crews::objection_raw(tx, id).is_ok_and(|o| actor.person() == Some(o.person));
        if his { crews::objection(tx, &actor, id) } else { Err(missing()) }
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ObjectionId>) -> Result<Shown, Fault> {
    let o = own(&web, &who, id).await?;
    Ok(form_page(&who, &o, &FurtherForm::default(), Turn::first(&who.view, PLAN), &FieldErrors::new()))
}

fn form_page(who: &Signed, o: &ObjectionView, f: &FurtherForm, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let errors = &turn.errors(errors);
    let ways = [
        Choice::new("no", who.t("further-unnamed")).hint(who.t("further-unnamed-hint")),
        Choice::new("yes", who.t("further-named")).hint(who.t("further-named-hint")),
    ];
    let named = Field::new("named", who.t("further-name")).value(f.named.as_str()).errors(errors);
    let phone = Field::new("phone", who.t("complaint-phone")).hint(who.t("complaint-phone-hint")).optional();
    let questions =
        vec![radios(w, &named, &ways), text(w, &phone.value(f.phone.as_str()).errors(errors).width(Width::Twenty))];
    let given = [("named", f.named.as_str()), ("phone", &f.phone)];
    let main = html! {
        (error_summary(w, errors))
        p { (w.t_with("my-objection", &[("what", say::told(w, "objection-kind", o.kind.code()).into()), ("at", w.moment(o.made_at).into())])) }
        (turn.form(&who.view, &format!("/worker/objections/{}/further", o.objection), &given, questions, &who.t("further-send")))
    };
    let sheet = Sheet::new(who.t("further")).lead(who.t("further-lead")).wrong(!errors.is_empty());
    page(who, sheet.crumb(who.t("my-lines"), format!("/worker/lines/{}", o.line)), main)
}

fn faults(who: &Signed, f: &FurtherForm) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if !matches!(f.named.as_str(), "yes" | "no") {
        errors.add("named", who.t("choice-missing"));
    }
    if super::complaints::is_no_phone(&f.phone) {
        errors.add("phone", who.t("complaint-phone-wrong"));
    }
    errors
}

pub async fn send(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ObjectionId>,
    Checked(given): Checked<FurtherForm>,
) -> Result<Response, Fault> {
    let o = own(&web, &who, id).await?;
    let errors = faults(&who, &given);
    let turn = Turn::of(&who.view, PLAN, &given.step, &errors);
    if !errors.is_empty() || !turn.is_done() {
        let shown = form_page(&who, &o, &given, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    }
    let (actor, how) = (who.actor.clone(), Further { named: given.named == "yes", phone: given.phone.clone() });
    let taken = web.write(move |tx| app::take_further(tx, &actor, id, &how)).await?;
    Ok(see_other(&format!("/worker/lines/{}", taken.line)))
}
