//! Counterfeit notes: the first person takes them, the second finds the same, the certificate is printed, the holder may have them
//! appraised, and somebody else enters what the appraisal found.
use super::till_day::branch_of;
use super::till_notes::{self, Fields, value};
use super::{Page as Sheet, given, once_field, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::{Lang, Words};
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::SeizureId;
use kernel::{Currency, Money, PageAsk, Result};
use maud::{Markup, html};
use party::Permission as P;
use till::{Appraisal, Seizure, SeizureAsk, SeizureState};

const CURRENCY: Currency = Currency::CNY;
/// Seizures on a page of the list.
const SHOWN_MAX: u32 = 50;
/// Characters of the serial numbers of one seizure at most: 100 notes of 20.
const SERIALS_CHARS_MAX: u32 = 2_100;

fn state(who: &Signed, state: SeizureState) -> Markup {
    let tone = match state {
        SeizureState::KeptAside | SeizureState::Asked => Tone::Warn,
        SeizureState::Seized => Tone::Info,
        SeizureState::Appealed => Tone::Warn,
        SeizureState::Genuine => Tone::Good,
        SeizureState::Counterfeit => Tone::Quiet,
    };
    status(tone, &say::told(who.words(), "seizure-state", state.code()), "", "")
}

pub async fn list(
    State(web): State<Web>,
    who: Signed,
    Query(ask): Query<super::till_day::DayAsk>,
) -> Result<Shown, Fault> {
    let (actor, branch) = (who.actor.clone(), branch_of(&who)?);
    let ask = PageAsk { limit: Some(SHOWN_MAX), after: ask.after };
    let found = web.read(move |tx| till::seizures(tx, &actor, branch, &ask)).await?;
    let w = who.words();
    let row = |s: &Seizure| {
        [
            html! { a href={ "/seizures/" (s.id) } { (s.certificate.as_deref().unwrap_or("–")) } },
            day(w, s.date),
            html! { (till_notes::face_name(w, s.face())) " × " (s.pieces) },
            html! { span.masked-text { (s.holder) } },
            state(&who, s.state),
        ]
    };
    let table = Table::new(who.t("seizures"))
        .text(who.t("seizure-certificate"))
        .text(who.t("business-date"))
        .text(who.t("seizure-notes"))
        .text(who.t("seizure-holder"))
        .text(who.t("entry-state"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("seizures-none"))
        .caption_hidden();
    let next = super::next_href(&who.view, &found.next);
    let takes = who.holds(P::TillOperate) || who.holds(P::VaultKeep);
    let main = html! {
        @if takes { (actions(link_button(Button::Primary, &who.t("seizure-new"), "/seizures/new"))) }
        (listing(html! {}, table.show(w), pager(w, None, next.as_deref())))
    };
    Ok(page(&who, Sheet::new(who.t("seizures")).lead(who.t("seizures-lead")), main))
}

pub async fn taking(who: Signed) -> Shown {
    take_page(&who, &Fields::new(), &FieldErrors::new())
}

fn take_page(who: &Signed, f: &Fields, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let faces = till::faces(CURRENCY).unwrap_or_default();
    let name = |face: &i64| till_notes::face_name(w, Money::new(*face, CURRENCY));
    let choices: Vec<Choice<'_>> = faces.iter().map(|face| Choice::new(face.to_string(), name(face))).collect();
    let face = Field::new("face", who.t("cash-face")).value(value(f, "face")).errors(errors).width(Width::Twelve);
    let serials = Field::new("serials", who.t("seizure-serials")).hint(who.t("seizure-serials-hint"));
    let holder = Field::new("holder", who.t("seizure-holder")).hint(who.t("seizure-holder-hint")).width(Width::Twenty);
    let main = html! {
        (error_summary(w, errors))
        (form(&who.view, "/seizures/new", html! {
            (once_field())
            (select(w, &face, &choices))
            (multiline(w, &serials.value(value(f, "serials")).errors(errors), 3, SERIALS_CHARS_MAX))
            (text(w, &holder.value(value(f, "holder")).errors(errors).autocomplete("off")))
            (actions(html! {
                (button(Button::Primary, &who.t("seizure-new"), None))
                (link_button(Button::Secondary, &who.t("back-without"), "/seizures"))
            }))
        }))
    };
    let sheet = Sheet::new(who.t("seizure-new")).lead(who.t("seizure-new-lead")).crumb(who.t("seizures"), "/seizures");
    page(who, sheet.wrong(!errors.is_empty()), main)
}

pub async fn take(State(web): State<Web>, who: Signed, Checked(f): Checked<Fields>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let face = value(&f, "face").parse::<i64>().ok();
    if face.is_none() {
        errors.add("face", who.t("choose-one"));
    }
    let serials: Vec<String> = value(&f, "serials")
        .split([',', ' ', '\n', '\r', '，', '、'])
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .map(str::to_owned)
        .collect();
    if serials.is_empty() {
        errors.add("serials", who.t("seizure-serials-missing"));
    }
    let holder = given::text(&who, &mut errors, "holder", value(&f, "holder"), "seizure-holder-missing").to_owned();
    let (Some(face), true) = (face, errors.is_empty()) else { return Ok(refused(take_page(&who, &f, &errors))) };
    let ask = SeizureAsk {
        face: Money::new(face, CURRENCY),
        serials,
        holder: kernel::chinese::mask_name(&holder),
        kept_aside: None,
    };
    let actor = who.actor.clone();
    match web.write(move |tx| till::seizure_ask(tx, &actor, &ask)).await {
        Ok(made) => Ok(see_other(&format!("/seizures/{}", made.id))),
        Err(why) if till_notes::is_told(&why) => {
            Ok(refused(take_page(&who, &f, &super::opening::beside("serials", &who, &why))))
        }
        Err(why) => Err(why.into()),
    }
}

/// A seizure with the names of the two.
struct Seen {
    s: Seizure,
    people: [String; 3],
}

async fn load(web: &Web, who: &Signed, id: SeizureId) -> Result<Seen, Fault> {
    let actor = who.actor.clone();
    let seen = web.read(move |tx| {
        let s = till::seizure(tx, &actor, id)?;
        let mut name = |by: Option<&str>| by.map_or_else(|| Ok(String::new()), |by| party::who_name(tx, by));
        let people = [name(s.first_by.as_deref())?, name(s.second_by.as_deref())?, name(s.appraised_by.as_deref())?];
        Ok(Seen { s, people })
    });
    Ok(seen.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<SeizureId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    Ok(one(&who, &seen, &Fields::new(), &FieldErrors::new()))
}

fn one(who: &Signed, seen: &Seen, f: &Fields, errors: &FieldErrors) -> Shown {
    let (w, s) = (who.words(), &seen.s);
    let me = who.actor.principal();
    let handles = who.holds(P::TillOperate) || who.holds(P::VaultKeep);
    let was_there = [&s.first_by, &s.second_by].iter().any(|by| by.as_deref() == Some(me.as_str()));
    let at = |rest: &str| format!("/seizures/{}/{rest}", s.id);
    let main = html! {
        (error_summary(w, errors))
        (status_line(who, seen))
        (paper(who, seen))
        @if s.state == SeizureState::Asked && handles && !was_there {
            p { (who.t("seizure-confirm-lead")) }
            (form(&who.view, &at("confirmation"), actions(button(Button::Primary, &who.t("seizure-confirm"), None))))
        }
        @if s.state == SeizureState::Seized && handles {
            (form(&who.view, &at("appeal"), actions(button(Button::Secondary, &who.t("seizure-appeal"), None))))
        }
        @if s.state == SeizureState::Appealed && who.holds(P::VaultKeep) && !was_there { (appraise_form(who, &at("appraisal"), f, errors)) }
        (actions(html! {
            @if s.certificate.is_some() { (print_button(w)) }
            (link_button(Button::Secondary, &who.t("seizures"), "/seizures"))
        }))
    };
    page(who, Sheet::new(who.t("seizure")).crumb(who.t("seizures"), "/seizures").wrong(!errors.is_empty()), main)
}

fn status_line(who: &Signed, seen: &Seen) -> Markup {
    let s = &seen.s;
    html! {
        p { (state(who, s.state)) @if !s.appraisal.is_empty() { " " (s.appraisal) " · " (seen.people[2]) } }
        @if s.state == SeizureState::Asked { (notice(Tone::Info, &who.t("seizure-waits"), html! { p { (who.t("seizure-waits-next")) } })) }
    }
}

/// The certificate, in both languages.
fn paper(who: &Signed, seen: &Seen) -> Markup {
    let (w, s) = (who.words(), &seen.s);
    let words = Lang::ALL.map(Words::of);
    let both = |key: &str| words.map(|w| w.t(key).into_owned()).join(" / ");
    let mut rows = vec![
        Row::new(both("seizure-certificate"), html! { strong { (s.certificate.as_deref().unwrap_or("–")) } }),
        Row::new(both("business-date"), html! { (s.date) }),
        Row::new(both("seizure-notes"), html! { (till_notes::face_name(w, s.face())) " × " (s.pieces) }),
        Row::new(both("seizure-serials"), html! { (s.serials.0.join(", ")) }),
        Row::new(both("seizure-holder"), html! { span.masked-text { (s.holder) } }),
        Row::new(both("seizure-by"), html! { (seen.people[0]) " · " (seen.people[1]) }),
    ];
    if let Some(until) = s.appeal_until {
        rows.push(Row::new(both("seizure-appeal-until"), html! { (until) }));
    }
    html! { div.slip { p { strong { (who.view.bank()) } } p { (both("seizure-paper")) } (summary_list(w, &rows)) } }
}

fn appraise_form(who: &Signed, action: &str, f: &Fields, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let choices = ["genuine", "counterfeit"].map(|c| Choice::new(c, say::told(w, "seizure-state", c)));
    let found = Field::new("found", who.t("seizure-found")).value(value(f, "found")).errors(errors);
    let document = Field::new("document", who.t("seizure-document")).value(value(f, "document")).errors(errors);
    form(
        &who.view,
        action,
        html! {
            (radios(w, &found, &choices))
            (text(w, &document.width(Width::Twenty)))
            (actions(button(Button::Primary, &who.t("seizure-appraise"), None)))
        },
    )
}

pub async fn confirm(
    State(web): State<Web>,
    who: Signed,
    At(id): At<SeizureId>,
    _: Checked<Fields>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| till::seizure_confirm(tx, &actor, id, &payroll::is_business_day)).await?;
    Ok(see_other(&format!("/seizures/{id}")))
}

pub async fn appeal(
    State(web): State<Web>,
    who: Signed,
    At(id): At<SeizureId>,
    _: Checked<Fields>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| till::seizure_appeal(tx, &actor, id)).await?;
    Ok(see_other(&format!("/seizures/{id}")))
}

pub async fn appraise(
    State(web): State<Web>,
    who: Signed,
    At(id): At<SeizureId>,
    Checked(f): Checked<Fields>,
) -> Result<Response, Fault> {
    let seen = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let found = match value(&f, "found") {
        "genuine" => Some(Appraisal::Genuine),
        "counterfeit" => Some(Appraisal::Counterfeit),
        _ => None,
    };
    if found.is_none() {
        errors.add("found", who.t("choose-one"));
    }
    let document =
        given::text(&who, &mut errors, "document", value(&f, "document"), "order-document-missing").to_owned();
    let (Some(found), true) = (found, errors.is_empty()) else { return Ok(refused(one(&who, &seen, &f, &errors))) };
    let actor = who.actor.clone();
    web.write(move |tx| till::seizure_appraise(tx, &actor, id, found, &document)).await?;
    Ok(see_other(&format!("/seizures/{id}")))
}
