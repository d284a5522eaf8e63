//! What a firm is verified to be for: how it stands, how it came about, and the request to change it, which a second person decides.
use super::desk::{fault, order};
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::{Act, FirmUnverify, FirmVerify};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::FirmId;
use kernel::{Error, Timestamp};
use maud::{Markup, html};
use party::{Firm, FirmClass, FirmVerified};
use serde::Deserialize;

/// The answer that it is for nothing special any more.
const NONE: &str = "none";
const FIELDS: &[&str] = &["class", "document", "reason"];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClassForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    class: String,
    document: String,
    reason: String,
}

struct Seen {
    firm: Firm,
    /// With the names of who asked, verified and ended.
    all: Vec<(FirmVerified, [String; 3])>,
}

async fn load(web: &Web, who: &Signed, id: FirmId) -> Result<Seen, Fault> {
    let actor = who.actor.clone();
    let seen = web.read(move |tx| {
        party::firm_verify_may(tx, &actor)?;
        let firm = party::firm(tx, id)?;
        let mut all = Vec::new();
        for v in party::firm_classes(tx, id)? {
            let ended = v.ended_by.as_deref().map_or(Ok(String::new()), |by| party::who_name(tx, by))?;
            let names = [party::who_name(tx, &v.asked_by)?, party::who_name(tx, &v.verified_by)?, ended];
            all.push((v, names));
        }
        Ok(Seen { firm, all })
    });
    Ok(seen.await?)
}

fn history(who: &Signed, seen: &Seen, now: Timestamp) -> Markup {
    let w = who.words();
    let row = |(v, [asked, verified, ended]): &(FirmVerified, [String; 3])| {
        [
            html! { div { (say::told(w, "firm-class", v.class.code())) br; span.hint { (v.document) } } },
            html! { div { (say::by(w, verified, v.verified_at)) br; span.hint { (who.t("firm-class-asked")) " " (asked) } } },
            moment(w, v.until),
            html! { div {
                @if let Some(at) = v.ended_at { (say::by(w, ended, at)) br; span.hint { (v.ended_why.as_deref().unwrap_or_default()) } }
                @else if now >= v.until { (who.t("freeze-over")) }
            } },
        ]
    };
    let table = Table::new(who.t("firm-class-history"))
        .text(who.t("firm-class"))
        .text(who.t("firm-class-verified"))
        .text(who.t("order-until"))
        .text(who.t("order-ended"))
        .rows(seen.all.iter().map(row))
        .when_empty(who.t("firm-class-never"));
    table.show(w)
}

fn class_page(who: &Signed, seen: &Seen, given: &ClassForm, errors: &FieldErrors, now: Timestamp) -> Shown {
    let w = who.words();
    let standing = seen.all.iter().find(|(v, _)| v.in_force(now)).map(|(v, _)| v.class);
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let classes = FirmClass::ALL.iter().map(|c| {
        Choice::new(c.code(), say::told(w, "firm-class", c.code())).hint(say::told(w, "firm-class-hint", c.code()))
    });
    let none = standing.map(|_| Choice::new(NONE, who.t("firm-class-none")));
    let choices: Vec<Choice<'_>> = classes.chain(none).collect();
    let back = format!("/firms/{}", seen.firm.id);
    let fields = html! {
        (radios(w, &field("class", "firm-class", &given.class), &choices))
        (text(w, &field("document", "order-document", &given.document).hint(who.t("firm-class-document-hint"))))
        (multiline(w, &field("reason", "reason", &given.reason).hint(who.t("reason-hint")), 3, super::confirm::REASON_CHARS_MAX))
        (actions(html! {
            (button(Button::Primary, &who.t("ask-second"), None))
            (link_button(Button::Secondary, &who.t("back-without"), &back))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        (history(who, seen, now))
        h2 { (who.t("firm-class-change")) }
        (form(&who.view, &format!("{back}/class"), fields))
    };
    let shown = Sheet::new(who.t("firm-class-title")).lead(who.t("firm-class-lead"));
    page(who, shown.crumb(seen.firm.name.clone(), back).wrong(!errors.is_empty()), main)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct FindAsk {
    code: String,
}

/// Firms that are verified now, and the way to any other by its credit code.
pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<FindAsk>) -> Result<Response, Fault> {
    let (code, actor) = (ask.code.trim().to_owned(), who.actor.clone());
    let asked = code.clone();
    let found = web.read(move |tx| {
        let whole = party::credit_code(&asked);
        let id = whole.map(|code| party::firm_by_code(tx, &code)).transpose()?.flatten();
        let mut all = Vec::new();
        for v in party::firms_verified(tx, &actor)? {
            all.push((party::firm(tx, v.firm)?.name, v));
        }
        Ok((id, all))
    });
    let (id, all) = found.await?;
    if let Some(id) = id {
        return Ok(see_other(&format!("/firms/{id}/class")));
    }
    let (errors, asking) = super::firms::by_code(&who, &code, "/verified-firms");
    let main = html! {
        (asking)
        (verified(&who, &all))
    };
    let sheet = Sheet::new(who.t("verified-firms")).lead(who.t("verified-firms-lead")).wrong(!errors.is_empty());
    let shown = page(&who, sheet, main);
    Ok(if errors.is_empty() { shown.into_response() } else { refused(shown) })
}

fn verified(who: &Signed, all: &[(String, FirmVerified)]) -> Markup {
    let w = who.words();
    let row = |(name, v): &(String, FirmVerified)| {
        [
            html! { div { a href={ "/firms/" (v.firm) "/class" } { (name) } br; span.hint { (v.document) } } },
            html! { (say::told(w, "firm-class", v.class.code())) },
            moment(w, v.until),
        ]
    };
    let table = Table::new(who.t("verified-firms"))
        .text(who.t("firm-name"))
        .text(who.t("firm-class"))
        .text(who.t("order-until"))
        .rows(all.iter().map(row))
        .when_empty(who.t("verified-firms-none"))
        .caption_hidden();
    table.show(w)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<FirmId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    Ok(class_page(&who, &seen, &ClassForm::default(), &FieldErrors::new(), web.now()))
}

fn read(who: &Signed, firm: FirmId, form: &ClassForm, errors: &mut FieldErrors) -> Option<Act> {
    let class = FirmClass::parse(&form.class);
    if class.is_none() && form.class != NONE {
        errors.add("class", who.t("choice-missing"));
    }
    let reason = given::text(who, errors, "reason", &form.reason, "reason-missing").to_owned();
    let act = match class {
        Some(class) => {
            let document = given::text(who, errors, "document", &form.document, "order-document-missing").to_owned();
            Act::FirmVerify(FirmVerify { firm, class, document, reason })
        }
        None => Act::FirmUnverify(FirmUnverify { firm, why: reason }),
    };
    errors.is_empty().then_some(act)
}

pub async fn change(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FirmId>,
    Checked(form): Checked<ClassForm>,
) -> Result<Response, Fault> {
    let (seen, now, mut errors) = (load(&web, &who, id).await?, web.now(), FieldErrors::new());
    let Some(act) = read(&who, id, &form, &mut errors) else {
        return Ok(refused(class_page(&who, &seen, &form, &errors, now)));
    };
    let again = |why: &Error| class_page(&who, &seen, &form, &fault(&who, why, FIELDS, "class"), now);
    order(&web, &who, act, &format!("/firms/{id}/class"), again).await
}
