//! A wage project is opened at the bank, for the firm that pays.
use super::say;
use super::{Page as Sheet, once_field, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::Error;
use kernel::id::{FirmId, ProjectId};
use maud::{Markup, html};
use payroll::{Profile, ProjectNew};
use serde::Deserialize;

/// What is written into the form, and how far it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OpenForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    step: String,
    profile: String,
    firm: String,
    contractor: String,
    name: String,
    tag: String,
    basis: String,
    agreement: String,
    pay_day: String,
    /// The project whose account it shares.
    under: String,
}

/// The project whose account the new one shares; empty for an account of its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Under {
    under: String,
}

const FIELDS: &[&str] = &["name", "basis", "agreement", "pay_day"];

/// The firms that the form names by their credit codes.
struct Found {
    firm: Option<(FirmId, String)>,
    contractor: Option<(FirmId, String)>,
    /// The number under a shared account; empty for a new one.
    number: String,
}

pub async fn opening(State(web): State<Web>, who: Signed, Query(asked): Query<Under>) -> Result<Shown, Fault> {
    let mut given =
        OpenForm { profile: Profile::Construction.code().into(), pay_day: "15".into(), ..OpenForm::default() };
    if !asked.under.is_empty() {
        let (actor, main) = (who.actor.clone(), asked.under.parse::<ProjectId>()?);
        let found = move |tx: &mut store::Tx<'_>| {
            worksite::next_share_number(tx, &actor, main)?;
            let of = payroll::project_raw(tx, main)?;
            let code = |tx: &mut store::Tx<'_>, id| party::firm(tx, id).map(|f| f.credit_code);
            Ok((code(tx, of.firm)?, code(tx, of.contractor)?, of.profile, of.pay_day))
        };
        let (firm, contractor, profile, pay_day) = web.read(found).await?;
        (given.firm, given.contractor, given.under) = (firm, contractor, asked.under);
        (given.profile, given.pay_day) = (profile.code().into(), pay_day.to_string());
    }
    Ok(form_page(&who, &given, &FieldErrors::new()))
}

fn opening_page<'a>(who: &Signed) -> Sheet<'a> {
    Sheet::new(who.t("project-opening")).crumb(who.t("wages"), "/wages")
}

fn form_page(who: &Signed, given: &OpenForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let profile = |p: Profile| {
        Choice::new(p.code(), say::told(w, "profile", p.code())).hint(say::told(w, "profile-about", p.code()))
    };
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let fields = html! {
        @if !given.under.is_empty() { input type="hidden" name="under" value=(given.under); }
        (radios(w, &field("profile", "project-profile", &given.profile), &[profile(Profile::Construction), profile(Profile::ShipRepair)]))
        (text(w, &field("firm", "opening-firm", &given.firm).hint(who.t("opening-firm-hint")).width(Width::Twenty)))
        (text(w, &field("contractor", "opening-contractor", &given.contractor).hint(who.t("opening-contractor-hint")).width(Width::Twenty).optional()))
        (text(w, &field("name", "project-name", &given.name).hint(who.t("opening-name-hint"))))
        (text(w, &field("tag", "project-tag", &given.tag).hint(who.t("opening-tag-hint")).optional()))
        (text(w, &field("basis", "project-basis", &given.basis).hint(who.t("opening-basis-hint"))))
        (text(w, &field("agreement", "project-agreement", &given.agreement).hint(who.t("opening-agreement-hint")).optional()))
        (number(w, &field("pay_day", "opening-pay-day", &given.pay_day).hint(who.t("opening-pay-day-hint")).width(Width::Two)))
        (actions(button(Button::Primary, &who.t("go-check"), Some(("step", "check")))))
    };
    let main = html! {
        (error_summary(w, errors))
        @if !given.under.is_empty() { (notice(Tone::Info, &who.t("opening-under"), html! { p { (who.t("opening-under-more")) } })) }
        (form(&who.view, "/wages/opening", fields))
    };
    page(who, opening_page(who).lead(who.t("opening-lead")).wrong(!errors.is_empty()), main)
}

fn by_code(tx: &mut store::Tx<'_>, code: &str) -> kernel::Result<Option<(FirmId, String)>> {
    match party::firm_by_code(tx, code.trim())? {
        Some(id) => Ok(Some((id, party::firm(tx, id)?.name))),
        None => Ok(None),
    }
}

async fn firms(web: &Web, who: &Signed, given: &OpenForm) -> Result<Found, Fault> {
    let codes = [given.firm.clone(), given.contractor.clone()];
    let (actor, under) = (who.actor.clone(), given.under.trim().to_owned());
    let under = if under.is_empty() { None } else { Some(under.parse::<ProjectId>()?) };
    let found = web.read(move |tx| {
        let firm = by_code(tx, &codes[0])?;
        let contractor = if codes[1].trim().is_empty() { firm.clone() } else { by_code(tx, &codes[1])? };
        let number = under.map(|main| worksite::next_share_number(tx, &actor, main)).transpose()?.unwrap_or_default();
        Ok(Found { firm, contractor, number })
    });
    Ok(found.await?)
}

fn checked(who: &Signed, given: &OpenForm, firms: &Found) -> Result<ProjectNew, FieldErrors> {
    let mut errors = FieldErrors::new();
    let profile = Profile::parse(&given.profile);
    if profile.is_none() {
        errors.add("profile", who.t("opening-profile-missing"));
    }
    if firms.firm.is_none() {
        errors.add("firm", who.t("opening-firm-unknown"));
    }
    if firms.contractor.is_none() && !given.contractor.trim().is_empty() {
        errors.add("contractor", who.t("opening-firm-unknown"));
    }
    super::given::text(who, &mut errors, "name", &given.name, "opening-name-missing");
    super::given::text(who, &mut errors, "basis", &given.basis, "opening-basis-missing");
    if profile == Some(Profile::Construction) && given.agreement.trim().is_empty() {
        errors.add("agreement", who.t("opening-agreement-missing"));
    }
    let pay_day = given.pay_day.trim().parse::<u8>().ok().filter(|d| (1..=31).contains(d));
    if pay_day.is_none() {
        errors.add("pay_day", who.t("opening-pay-day-wrong"));
    }
    match (profile, &firms.firm, &firms.contractor, pay_day) {
        (Some(profile), Some((firm, _)), Some((contractor, _)), Some(pay_day)) if errors.is_empty() => Ok(ProjectNew {
            firm: *firm,
            contractor: *contractor,
            profile,
            name: given.name.trim().into(),
            tag: given.tag.trim().into(),
            basis: given.basis.trim().into(),
            agreement: given.agreement.trim().into(),
            account_name: String::new(),
            account_number: firms.number.clone(),
            pay_day,
        }),
        _ => Err(errors),
    }
}

pub async fn open(State(web): State<Web>, who: Signed, Checked(given): Checked<OpenForm>) -> Result<Response, Fault> {
    let firms = firms(&web, &who, &given).await?;
    let new = match checked(&who, &given, &firms) {
        Ok(new) => new,
        Err(errors) => return Ok(refused(form_page(&who, &given, &errors))),
    };
    match given.step.as_str() {
        "change" => Ok(form_page(&who, &given, &FieldErrors::new()).into_response()),
        "send" => {
            let again = |why: &Error| form_page(&who, &given, &super::desk::fault(&who, why, FIELDS, "name"));
            super::desk::order(&web, &who, app::desk::Act::Project(new), "/wages", again).await
        }
        _ => Ok(check_page(&who, &given, &new, &firms).into_response()),
    }
}

/// An error of the domain beside a field, with its remedy.
pub fn beside(field: &str, who: &Signed, why: &Error) -> FieldErrors {
    let told = who.words().error(why);
    let mut errors = FieldErrors::new();
    errors.add(
        field,
        who.words().t_with("told-with-remedy", &[("message", told.message.into()), ("remedy", told.remedy.into())]),
    );
    errors
}

fn hidden(given: &OpenForm) -> Markup {
    let all = [
        ("profile", &given.profile),
        ("firm", &given.firm),
        ("contractor", &given.contractor),
        ("name", &given.name),
        ("tag", &given.tag),
        ("basis", &given.basis),
        ("agreement", &given.agreement),
        ("pay_day", &given.pay_day),
        ("under", &given.under),
    ];
    html! { @for (name, value) in all { input type="hidden" name=(name) value=(value); } }
}

fn check_page(who: &Signed, given: &OpenForm, new: &ProjectNew, firms: &Found) -> Shown {
    let w = who.words();
    let name = |f: &Option<(FirmId, String)>| f.as_ref().map_or_else(String::new, |(_, name)| name.clone());
    let contractor = name(&firms.contractor);
    let mut rows = vec![
        Row::new(who.t("project-profile"), html! { (say::told(w, "profile", new.profile.code())) }),
        Row::new(who.t("opening-firm"), html! { (name(&firms.firm)) br; (given.firm.trim()) }),
        Row::new(who.t("opening-contractor"), html! { (contractor) }),
        Row::new(who.t("project-name"), html! { (new.name) }),
    ];
    if new.profile == Profile::Construction {
        let account = payroll::account_name(&contractor, &new.name);
        rows.push(Row::new(who.t("wage-account-name"), html! { (account) }));
        rows.push(Row::new(who.t("project-agreement"), html! { (new.agreement) }));
    }
    if !new.account_number.is_empty() {
        rows.push(Row::new(who.t("wage-account-number"), html! { (say::grouped(&new.account_number)) }));
    }
    if !new.tag.is_empty() {
        rows.push(Row::new(who.t("project-tag"), html! { (new.tag) }));
    }
    rows.push(Row::new(who.t("project-basis"), html! { (new.basis) }));
    let day = w.t_with("pay-day-agreed", &[("day", i64::from(new.pay_day).into())]);
    rows.push(Row::new(who.t("opening-pay-day"), html! { (day) }));
    let fields = html! {
        (once_field()) (hidden(given))
        (actions(html! {
            (button(Button::Primary, &who.t("opening-confirm"), Some(("step", "send"))))
            (button(Button::Secondary, &who.t("go-change"), Some(("step", "change"))))
        }))
    };
    let main = html! { (summary_list(w, &rows)) (form(&who.view, "/wages/opening", fields)) };
    page(who, opening_page(who).lead(who.t("check-lead")), main)
}
