//! More wage money is asked of the owner.
use super::desk::fault;
use super::site::{Place, against, kept, law, sheet};
use super::{given, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::Currency;
use kernel::id::ProjectId;
use maud::html;
use serde::Deserialize;
use worksite::TopUpNew;

/// What is written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TopUpForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    amount: String,
    why: String,
    due_on: String,
    document: String,
}

async fn load(web: &Web, who: &Signed, id: ProjectId) -> Result<Place, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| kept(tx, &actor, id)).await?)
}

pub async fn form_of(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let p = load(&web, &who, id).await?;
    Ok(form_page(&who, &p, &TopUpForm::default(), &FieldErrors::new()))
}

fn form_page(who: &Signed, p: &Place, given: &TopUpForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let here = p.file.as_ref().is_some_and(|f| f.owner_firm.is_some());
    let fields = html! {
        (money(w, &field("amount", "site-top-up-amount", &given.amount).hint(who.t("amount-hint")), Currency::CNY))
        (multiline(w, &field("why", "site-top-up-why", &given.why).hint(who.t("site-top-up-why-hint")), 3, 200))
        (date(w, &field("due_on", "site-top-up-due", &given.due_on), Some(p.today), None))
        @if !here { (text(w, &field("document", "site-document", &given.document).hint(who.t("site-document-hint")))) }
        (actions(button(Button::Primary, &who.t("site-top-up-do"), None)))
    };
    let at = format!("/wages/projects/{}/site/top-up", p.project.id);
    let main = html! { (law(who, p)) (error_summary(w, errors)) (form(&who.view, &at, fields)) };
    let lead = who.t(if here { "site-top-up-lead" } else { "site-owner-elsewhere" }).into_owned();
    page(who, sheet(who, p, who.t("site-top-up").into_owned()).lead(lead).wrong(!errors.is_empty()), main)
}

fn read(who: &Signed, form: &TopUpForm) -> Result<TopUpNew, FieldErrors> {
    let mut errors = FieldErrors::new();
    let amount = given::amount(who, &mut errors, "amount", &form.amount);
    let why = given::text(who, &mut errors, "why", &form.why, "site-top-up-why-missing").to_owned();
    let due_on = given::day(who, &mut errors, "due_on", &form.due_on);
    if form.due_on.trim().is_empty() {
        errors.add("due_on", who.t("site-day-missing"));
    }
    match (amount, due_on) {
        (Some(amount), Some(due_on)) if errors.is_empty() => {
            Ok(TopUpNew { amount, why, due_on, document: form.document.clone() })
        }
        _ => Err(errors),
    }
}

pub async fn ask(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(form): Checked<TopUpForm>,
) -> Result<Response, Fault> {
    let p = load(&web, &who, id).await?;
    let new = match read(&who, &form) {
        Ok(new) => new,
        Err(errors) => return Ok(refused(form_page(&who, &p, &form, &errors))),
    };
    let actor = who.actor.clone();
    match web.write(move |tx| worksite::top_up_ask(tx, &actor, id, &new)).await {
        Ok(_) => Ok(see_other(&format!("/wages/projects/{id}/site/money"))),
        Err(why) => {
            let errors = fault(&who, &against(why)?, &["amount", "why", "due_on", "document"], "amount");
            Ok(refused(form_page(&who, &p, &form, &errors)))
        }
    }
}
