//! Trusted contacts: whom the bank tells that a payment was delayed or stopped, and whom one is told of. Both read the same text.
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Lang;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::id::FamilyTieId;
use kernel::{Error, Kind, Timestamp};
use maud::{Markup, html};
use party::family::Relation;
use safety::{CONTACTS_MAX, ContactText, ContactView, Named};
use serde::Deserialize;

/// What one reads: as the owner, and as the contact.
fn texts(who: &Signed, t: &'static ContactText) -> [&'static str; 2] {
    match who.words().lang {
        Lang::Zh => [&t.owner_zh, &t.contact_zh],
        _ => [&t.owner_en, &t.contact_en],
    }
}

fn text_now(web: &Web) -> Result<&'static ContactText, Fault> {
    Ok(safety::contact_text(web.now().local_date())?)
}

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let all = web.read(move |tx| safety::contacts(tx, &actor)).await?;
    let (w, now) = (who.words(), web.now());
    let [owner, contact] = texts(&who, text_now(&web)?);
    let main = html! {
        @for (view, from) in &all.of_others { (of_other(&who, view, from, contact, now)) }
        @for view in &all.named {
            section.stack {
                h2 { (say::told(w, "family-relation", view.tie.relation.code())) " " (view.tie.name_masked) }
                p { (state(&who, view, now)) }
                (ending(&who, view))
            }
        }
        @if all.named.is_empty() { p { (who.t("trusted-none")) } }
        @if all.named.len() < CONTACTS_MAX {
            (actions(link_button(Button::Primary, &who.t("trusted-name"), "/trusted-contacts/new")))
        }
        (details(&who.t("trusted-what"), html! { p { (owner) } }))
    };
    let up = Sheet::new(who.t("trusted")).lead(who.t("trusted-lead")).crumb(who.t("lock"), "/lock");
    Ok(page(&who, up, main))
}

fn state(who: &Signed, view: &ContactView, now: Timestamp) -> Markup {
    let when = view.contact.accepted_at.unwrap_or(view.contact.named_at);
    let (tone, key) = match view.is_told(now) {
        true => (Tone::Good, "trusted-told"),
        false => (Tone::Info, "trusted-waits"),
    };
    status(tone, &who.t(key), "", &who.words().moment(when))
}

fn ending(who: &Signed, view: &ContactView) -> Markup {
    let end = actions(button(Button::Secondary, &who.t("trusted-end"), None));
    form(&who.view, &format!("/trusted-contacts/{}/ending", view.tie.id), end)
}

/// Whose contact one is, or is asked to be.
fn of_other(who: &Signed, view: &ContactView, from: &str, text: &str, now: Timestamp) -> Markup {
    let version = html! { input type="hidden" name="version" value=(version_now(view, now)); };
    let title = who.words().t_with("trusted-of", &[("name", from.into())]);
    html! {
        section.stack {
            h2 { (title) }
            p { (text) }
            @if view.waits(now) {
                (form(&who.view, &format!("/trusted-contacts/{}/answer", view.tie.id), html! {
                    (version)
                    (actions(html! {
                        (button(Button::Primary, &who.t("trusted-yes"), Some(("answer", "yes"))))
                        (button(Button::Secondary, &who.t("trusted-no"), Some(("answer", "no"))))
                    }))
                }))
            } @else {
                p { (state(who, view, now)) }
                (ending(who, view))
            }
        }
    }
}

/// The version that is shown now; the one that was named under when there is none.
fn version_now(view: &ContactView, now: Timestamp) -> u32 {
    safety::contact_text(now.local_date()).map_or(view.contact.version, |t| t.version)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NameForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    step: String,
    relation: String,
    name: String,
    phone: String,
    agreed: String,
    version: u32,
}

const QUESTIONS: Plan<'static> = &[&["relation"], &["name", "phone"], &["agreed"]];

pub async fn new(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    who.need_step_up()?;
    let f = NameForm { version: text_now(&web)?.version, ..NameForm::default() };
    name_page(&web, &who, &f, Turn::first(&who.view, QUESTIONS), &FieldErrors::new())
}

fn name_page(web: &Web, who: &Signed, f: &NameForm, turn: Turn<'_>, errors: &FieldErrors) -> Result<Shown, Fault> {
    let (w, errors) = (who.words(), &turn.errors(errors));
    let [owner, _] = texts(who, text_now(web)?);
    let told = |r: &Relation| Choice::new(r.code(), say::told(w, "family-relation", r.code()).into_owned());
    let relations: Vec<Choice<'_>> = Relation::ALL.iter().map(told).collect();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let whom = html! {
        (text(w, &field("name", "family-name", &f.name).hint(who.t("family-name-hint")).autocomplete("off")))
        (number(w, &field("phone", "family-phone", &f.phone).hint(who.t("family-phone-hint")).width(Width::Twenty).autocomplete("off")))
    };
    let agreed = html! {
        p { (owner) }
        (checkbox(w, &field("agreed", "trusted-agree", ""), f.agreed == "yes"))
    };
    let version = f.version.to_string();
    let answers = [
        ("relation", f.relation.as_str()),
        ("name", &f.name),
        ("phone", &f.phone),
        ("agreed", &f.agreed),
        ("version", &version),
    ];
    let asked = vec![radios(w, &field("relation", "family-relation", &f.relation), &relations), whom, agreed];
    let main = html! {
        (error_summary(w, errors))
        (turn.form(&who.view, "/trusted-contacts/new", &answers, asked, &who.t("trusted-send")))
    };
    let up = Sheet::new(who.t("trusted-name")).crumb(who.t("trusted"), "/trusted-contacts");
    Ok(page(who, up.wrong(!errors.is_empty()), main))
}

fn read(who: &Signed, f: &NameForm, errors: &mut FieldErrors) -> Option<Named> {
    let relation = Relation::parse(&f.relation);
    if relation.is_none() {
        errors.add("relation", who.t("choose-one"));
    }
    if f.agreed != "yes" {
        errors.add("agreed", who.t("trusted-agree-missing"));
    }
    let name = given::text(who, errors, "name", &f.name, "fill-in").to_owned();
    let phone = given::text(who, errors, "phone", &f.phone, "call-phone-missing").to_owned();
    let relation = relation?;
    errors.is_empty().then_some(Named { relation, name, phone, version: f.version })
}

pub async fn name(State(web): State<Web>, who: Signed, Checked(f): Checked<NameForm>) -> Result<Response, Fault> {
    who.need_step_up()?;
    let mut errors = FieldErrors::new();
    let wanted = read(&who, &f, &mut errors);
    let turn = Turn::of(&who.view, QUESTIONS, &f.step, &errors);
    let (Some(wanted), true) = (wanted, turn.is_done()) else {
        let shown = name_page(&web, &who, &f, turn, &errors)?;
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    let actor = who.actor.clone();
    match web.write(move |tx| safety::contact_name(tx, &actor, &wanted)).await {
        Ok(_) => Ok(see_other("/trusted-contacts")),
        Err(why) if matches!(why.kind(), Kind::Invalid | Kind::Refused | Kind::Limit) => {
            let told = who.words().error(&why);
            errors.add("phone", format!("{} {}", told.message, told.remedy));
            Ok(refused(name_page(&web, &who, &f, Turn::of(&who.view, QUESTIONS, &f.step, &errors), &errors)?))
        }
        Err(why) => Err(why.into()),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    answer: String,
    version: u32,
}

pub async fn answer(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FamilyTieId>,
    Checked(f): Checked<AnswerForm>,
) -> Result<Response, Fault> {
    let yes = match f.answer.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::field("answer", "yes or no").into()),
    };
    let actor = who.actor.clone();
    web.write(move |tx| safety::contact_answer(tx, &actor, id, yes, f.version)).await?;
    Ok(see_other("/trusted-contacts"))
}

pub async fn end(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FamilyTieId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| safety::contact_end(tx, &actor, id)).await?;
    Ok(see_other("/trusted-contacts"))
}
