//! Freezes of a person or firm: what stands on whose word and until when; made at once, released by two.
use super::desk::{end_of, fault, order};
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::{Act, Freeze, Release};
use axum::extract::{Path, State};
use axum::response::Response;
use guard::{FreezeBasis, FreezeKind, POLICE_STOP_HOURS_MAX, PartyFreeze};
use kernel::clock::HOUR;
use kernel::error::NOT_FOUND;
use kernel::{Error, Id, Owner, Timestamp};
use maud::{Markup, html};
use party::{Permission as P, Scope};
use serde::Deserialize;

/// A freeze as it is written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FreezeForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    kind: String,
    basis: String,
    document: String,
    until: String,
    reason: String,
}

const FIELDS: &[&str] = &["document", "until", "reason"];

/// A freeze with the names of who made and who ended it.
type Named = (PartyFreeze, String, String);

struct Seen {
    subject: Owner,
    name: String,
    all: Vec<Named>,
}

/// The party in an address.
pub(crate) fn party_of(text: &str) -> Result<Owner, Fault> {
    let none = || Fault(Error::new(&NOT_FOUND, "the id in the address names nobody").with("what", "party"));
    text.parse::<Owner>().ok().filter(|o| *o != Owner::Bank).ok_or_else(none)
}

/// The freezes of a party, for whoever may freeze it.
pub(crate) fn freezes(
    tx: &mut store::Tx<'_>,
    actor: &kernel::Actor,
    subject: Owner,
) -> kernel::Result<Vec<PartyFreeze>> {
    let book = match subject {
        Owner::Person(p) => p.book(),
        Owner::Firm(f) => f.book(),
        Owner::Bank => return Ok(Vec::new()),
    };
    let branch = party::branch_of(tx, book)?.id;
    party::may(tx, actor, P::AccountFreeze, &Scope::branch(branch))?;
    guard::freezes(tx, subject)
}

async fn load(web: &Web, who: &Signed, subject: Owner) -> Result<Seen, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let rows = freezes(tx, &actor, subject)?;
        let name = match subject {
            Owner::Person(p) => party::person(tx, p)?.name_masked,
            Owner::Firm(f) => party::firm(tx, f)?.name,
            Owner::Bank => String::new(),
        };
        let mut all = Vec::with_capacity(rows.len());
        for f in rows {
            let made = party::who_name(tx, &f.frozen_by)?;
            let ended = f.released_by.as_deref().map_or(Ok(String::new()), |by| party::who_name(tx, by))?;
            all.push((f, made, ended));
        }
        Ok(Seen { subject, name, all })
    });
    Ok(found.await?)
}

fn sheet<'a>(who: &Signed, title: &str, s: &Seen) -> Sheet<'a> {
    let shown = Sheet::new(who.t(title)).crumb(who.t("customers"), "/customers");
    match s.subject {
        Owner::Person(p) => shown.crumb(s.name.clone(), format!("/customers/{p}")),
        _ => shown,
    }
}

pub async fn list(State(web): State<Web>, who: Signed, Path(party): Path<String>) -> Result<Shown, Fault> {
    let s = load(&web, &who, party_of(&party)?).await?;
    let new = format!("/freezes/{}/new", s.subject);
    let main = html! {
        (table(&who, &s, web.now()))
        (actions(link_button(Button::Danger, &who.t("freeze-new"), &new)))
    };
    Ok(page(&who, sheet(&who, "freezes", &s).lead(s.name.clone()), main))
}

fn table(who: &Signed, s: &Seen, now: Timestamp) -> Markup {
    let w = who.words();
    let row = |(f, made, ended): &Named| {
        let stands = f.released_at.is_none() && f.valid_until.is_none_or(|until| now < until);
        [
            html! { div { (f.number) ". " (say::told(w, "freeze-kind", f.kind.code())) br; span.hint { (say::told(w, "freeze-basis", f.basis.code())) " · " (f.document) } } },
            html! { div { (say::by(w, made, f.frozen_at)) br; span.hint { (f.reason) } } },
            html! { @if let Some(until) = f.valid_until { (moment(w, until)) } @else { (who.t("freeze-no-end")) } },
            html! { div {
                @if let Some(at) = f.released_at { (say::by(w, ended, at)) br; span.hint { (f.release_reason.as_deref().unwrap_or_default()) } }
                @else if stands { a href={ "/freezes/" (s.subject) "/" (f.number) "/release" } { (who.t("freeze-release")) } }
                @else { (who.t("freeze-over")) }
            } },
        ]
    };
    let table = Table::new(who.t("freezes"))
        .text(who.t("freeze"))
        .text(who.t("order-made"))
        .text(who.t("order-until"))
        .text(who.t("order-ended"))
        .rows(s.all.iter().map(row))
        .when_empty(who.t("freezes-none"))
        .caption_hidden();
    table.show(w)
}

fn new_page(who: &Signed, s: &Seen, given: &FreezeForm, errors: &FieldErrors, now: Timestamp) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let kinds = FreezeKind::ALL.iter().map(|k| Choice::new(k.code(), say::told(w, "freeze-kind", k.code())));
    let bases = FreezeBasis::ALL.iter().map(|b| {
        Choice::new(b.code(), say::told(w, "freeze-basis", b.code())).hint(say::told(w, "freeze-basis-about", b.code()))
    });
    let fields = html! {
        (radios(w, &field("kind", "freeze-what", &given.kind), &kinds.collect::<Vec<_>>()))
        (radios(w, &field("basis", "freeze-on-whose-word", &given.basis), &bases.collect::<Vec<_>>()))
        (text(w, &field("document", "order-document", &given.document).hint(who.t("freeze-document-hint"))))
        (date(w, &field("until", "order-until", &given.until).hint(who.t("freeze-until-hint")).optional(), Some(now.local_date()), None))
        (multiline(w, &field("reason", "reason", &given.reason).hint(who.t("reason-hint")), 3, super::confirm::REASON_CHARS_MAX))
        (actions(html! {
            (button(Button::Danger, &who.t("freeze-make"), None))
            (link_button(Button::Secondary, &who.t("back-without"), &format!("/freezes/{}", s.subject)))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        p { strong { (s.name) } }
        (form(&who.view, &format!("/freezes/{}/new", s.subject), fields))
    };
    page(who, sheet(who, "freeze-new", s).lead(who.t("freeze-new-lead")).wrong(!errors.is_empty()), main)
}

pub async fn new(State(web): State<Web>, who: Signed, Path(party): Path<String>) -> Result<Shown, Fault> {
    let s = load(&web, &who, party_of(&party)?).await?;
    Ok(new_page(&who, &s, &FreezeForm::default(), &FieldErrors::new(), web.now()))
}

fn read(who: &Signed, subject: Owner, form: &FreezeForm, now: Timestamp, errors: &mut FieldErrors) -> Option<Freeze> {
    let (kind, basis) = (FreezeKind::parse(&form.kind), FreezeBasis::parse(&form.basis));
    for (field, missing) in [("kind", kind.is_none()), ("basis", basis.is_none())] {
        if missing {
            errors.add(field, who.t("choice-missing"));
        }
    }
    let document = given::text(who, errors, "document", &form.document, "order-document-missing").to_owned();
    let reason = given::text(who, errors, "reason", &form.reason, "reason-missing").to_owned();
    let day = given::day(who, errors, "until", &form.until).map(end_of);
    let until = match basis {
        // Two whole days is the longest there is: nobody has to work it out.
        Some(FreezeBasis::PoliceStop) => Some(day.unwrap_or(now.plus(POLICE_STOP_HOURS_MAX * HOUR))),
        _ => day,
    };
    let (kind, basis) = (kind?, basis?);
    errors.is_empty().then_some(Freeze { subject, kind, basis, document, until, reason })
}

pub async fn freeze(
    State(web): State<Web>,
    who: Signed,
    Path(party): Path<String>,
    Checked(form): Checked<FreezeForm>,
) -> Result<Response, Fault> {
    let (s, now) = (load(&web, &who, party_of(&party)?).await?, web.now());
    let mut errors = FieldErrors::new();
    let Some(ask) = read(&who, s.subject, &form, now, &mut errors) else {
        return Ok(refused(new_page(&who, &s, &form, &errors, now)));
    };
    let again = |why: &Error| new_page(&who, &s, &form, &fault(&who, why, FIELDS, "until"), now);
    order(&web, &who, Act::Freeze(ask), &format!("/freezes/{}", s.subject), again).await
}

/// What ends a freeze, as it is written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReleaseForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    document: String,
    reason: String,
}

fn release_page(who: &Signed, s: &Seen, f: &PartyFreeze, given: &ReleaseForm, errors: &FieldErrors) -> Shown {
    let (w, here) = (who.words(), format!("/freezes/{}", s.subject));
    let rows = vec![
        Row::new(who.t("order-party"), html! { (s.name) }),
        Row::new(who.t("freeze-what"), html! { (say::told(w, "freeze-kind", f.kind.code())) }),
        Row::new(who.t("freeze-on-whose-word"), html! { (say::told(w, "freeze-basis", f.basis.code())) }),
        Row::new(who.t("order-document"), html! { (f.document) }),
        Row::new(who.t("order-since"), moment(w, f.frozen_at)),
    ];
    let document = Field::new("document", who.t("release-document")).hint(who.t("release-document-hint"));
    let reason = Field::new("reason", who.t("reason")).hint(who.t("restriction-lift-hint")).value(given.reason.clone());
    let fields = html! {
        (text(w, &document.value(given.document.clone()).errors(errors)))
        (multiline(w, &reason.errors(errors), 3, super::confirm::REASON_CHARS_MAX))
        (actions(html! {
            (button(Button::Primary, &who.t("ask-second"), None))
            (link_button(Button::Secondary, &who.t("back-without"), &here))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        (form(&who.view, &format!("{here}/{}/release", f.number), fields))
    };
    page(who, sheet(who, "freeze-release", s).lead(who.t("restriction-lift-lead")).wrong(!errors.is_empty()), main)
}

async fn one(web: &Web, who: &Signed, (party, number): (String, i64)) -> Result<(Seen, PartyFreeze), Fault> {
    let s = load(web, who, party_of(&party)?).await?;
    let found = s.all.iter().find(|(f, ..)| f.number == number).map(|(f, ..)| f.clone());
    Ok((s, found.ok_or_else(|| Error::not_found("freeze", number))?))
}

pub async fn release(State(web): State<Web>, who: Signed, Path(at): Path<(String, i64)>) -> Result<Shown, Fault> {
    let (s, f) = one(&web, &who, at).await?;
    Ok(release_page(&who, &s, &f, &ReleaseForm::default(), &FieldErrors::new()))
}

pub async fn release_it(
    State(web): State<Web>,
    who: Signed,
    Path(at): Path<(String, i64)>,
    Checked(given): Checked<ReleaseForm>,
) -> Result<Response, Fault> {
    let (s, f) = one(&web, &who, at).await?;
    let mut errors = FieldErrors::new();
    let why = given::text(&who, &mut errors, "reason", &given.reason, "reason-missing").to_owned();
    if !errors.is_empty() {
        return Ok(refused(release_page(&who, &s, &f, &given, &errors)));
    }
    let act = Release { subject: s.subject, number: f.number, document: given.document.trim().to_owned(), why };
    let again = |why: &Error| release_page(&who, &s, &f, &given, &fault(&who, why, FIELDS, "document"));
    order(&web, &who, Act::Release(act), &format!("/freezes/{}", s.subject), again).await
}
