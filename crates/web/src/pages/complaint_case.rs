//! An inspector makes a complaint a case of arrears: the project, and who is owed what, by a pay sheet or by a worker's identity number.
use super::site::against;
use super::{Page as Sheet, given, page, refused};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use arrears::{ComplaintCase, ComplaintRead, Filter};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{ComplaintId, ProjectId};
use kernel::{Error, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use payroll::{PaySheet, Period};
use serde::Deserialize;

/// Projects of the region to choose from, the gravest first.
const PROJECTS_SHOWN: u32 = 100;
/// Pay sheets of the project to choose from, the newest.
const SHEETS_SHOWN: u32 = 24;

/// What opens the case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaseForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    project: String,
    about: String,
    sheet: String,
    identity: String,
    period: String,
    amount: String,
}

/// The project that was chosen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProjectAsk {
    project: String,
}

/// What the page is made of.
struct Seen {
    complaint: ComplaintRead,
    /// The complaint's, or the one that was chosen.
    project: Option<(ProjectId, String)>,
    sheets: Vec<PaySheet>,
    /// To choose from while there is none.
    projects: Vec<(ProjectId, String)>,
}

async fn load(web: &Web, who: &Signed, id: ComplaintId, chosen: &str) -> Result<Seen, Fault> {
    let (actor, chosen) = (who.actor.clone(), chosen.trim().to_owned());
    let found = web.read(move |tx| {
        let complaint = unknown_to_others(arrears::complaint(tx, &actor, id), "complaint", id)?;
        let chosen = if chosen.is_empty() { None } else { Some(chosen.parse::<ProjectId>()?) };
        let Some(project) = complaint.project.or(chosen) else {
            let ask = PageAsk { limit: Some(PROJECTS_SHOWN), after: None };
            let board = arrears::bureau_board(tx, &actor, &Filter::default(), &ask)?;
            let projects = board.items.into_iter().map(|s| (s.project, s.name)).collect();
            return Ok(Seen { complaint, project: None, sheets: Vec::new(), projects });
        };
        // A project outside the region does not exist for the bureau.
        unknown_to_others(arrears::project_warnings(tx, &actor, project), "project", project)?;
        let name = payroll::project_raw(tx, project)?.name;
        let sheets = payroll::sheets_newest(tx, project, SHEETS_SHOWN)?;
        Ok(Seen { complaint, project: Some((project, name)), sheets, projects: Vec::new() })
    });
    Ok(found.await?)
}

/// The way to it, on the page of the complaint.
pub(super) fn link(who: &Signed, c: &ComplaintRead) -> Markup {
    let open = c.case_id.is_none() && c.state != arrears::ComplaintState::Closed;
    let href = format!("/bureau/complaints/{}/case", c.complaint);
    html! { @if open && who.holds(P::BureauAct) { (actions(link_button(Button::Secondary, &who.t("complaint-case"), &href))) } }
}

pub async fn form_of(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ComplaintId>,
    Query(ask): Query<ProjectAsk>,
) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id, &ask.project).await?;
    Ok(shown(&who, &seen, &CaseForm::default(), &FieldErrors::new()))
}

fn shown(who: &Signed, s: &Seen, given: &CaseForm, errors: &FieldErrors) -> Shown {
    let at = format!("/bureau/complaints/{}", s.complaint.complaint);
    let main = html! {
        (error_summary(who.words(), errors))
        (notice(Tone::Info, &who.t("complaint-words"), html! { p { (s.complaint.words) } }))
        @match &s.project {
            None => (choose(who, s, &at)),
            Some((project, _)) => (case_form(who, s, *project, &at, given, errors)),
        }
    };
    let lead = s.project.as_ref().map_or(s.complaint.place.clone(), |(_, name)| name.clone());
    let sheet = Sheet::new(who.t("complaint-case")).lead(lead).wrong(!errors.is_empty());
    page(who, sheet.crumb(who.t("complaints"), "/bureau/complaints").crumb(who.t("complaint"), at), main)
}

fn choose(who: &Signed, s: &Seen, at: &str) -> Markup {
    let choices: Vec<Choice<'_>> =
        s.projects.iter().map(|(id, name)| Choice::new(id.to_string(), name.as_str())).collect();
    let field = Field::new("project", who.t("complaint-case-project"));
    html! {
        p { (who.t("complaint-case-project-lead")) }
        form.form method="get" action={ (at) "/case" } {
            (select(who.words(), &field, &choices))
            (actions(button(Button::Primary, &who.t("complaint-case-next"), None)))
        }
    }
}

fn case_form(who: &Signed, s: &Seen, project: ProjectId, at: &str, given: &CaseForm, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let choice = |s: &PaySheet| Choice::new(s.id.to_string(), format!("{} {}", s.period, w.money(s.net())));
    let sheets: Vec<Choice<'_>> = s.sheets.iter().map(choice).collect();
    let about = field("about", "arrears-about", &given.about).hint(who.t("arrears-about-hint"));
    let sheet = field("sheet", "arrears-sheet", &given.sheet).hint(who.t("arrears-sheet-hint")).optional();
    let identity = field("identity", "complaint-case-identity", &given.identity).optional();
    let period = field("period", "complaint-case-period", &given.period).hint(who.t("complaint-case-period-hint"));
    form(
        &who.view,
        &format!("{at}/case"),
        html! {
            input type="hidden" name="project" value=(project);
            (text(w, &about))
            @if !sheets.is_empty() { (select(w, &sheet, &sheets)) }
            h2 { (who.t("complaint-case-worker")) }
            p { (who.t("complaint-case-worker-lead")) }
            (text(w, &identity.width(Width::Twenty).autocomplete("off")))
            (text(w, &period.width(Width::Twelve).optional()))
            (money(w, &field("amount", "arrears-claimed", &given.amount).optional(), kernel::Currency::CNY))
            (actions(button(Button::Primary, &who.t("complaint-case-open"), None)))
        },
    )
}

fn read(who: &Signed, form: &CaseForm) -> Result<ComplaintCase, FieldErrors> {
    let mut errors = FieldErrors::new();
    let about = given::text(who, &mut errors, "about", &form.about, "complaint-case-about-missing").to_owned();
    let project = form.project.trim().parse().ok();
    let sheets: Vec<_> = form.sheet.trim().parse().into_iter().collect();
    let mut workers = Vec::new();
    if !form.identity.trim().is_empty() {
        let period = Period::parse(form.period.trim()).ok();
        if period.is_none() {
            errors.add("period", who.t("complaint-case-period-wrong"));
        }
        let amount = given::amount(who, &mut errors, "amount", &form.amount);
        workers.extend(period.zip(amount).map(|(period, amount)| (form.identity.clone(), period, amount)));
    } else if sheets.is_empty() {
        errors.add("identity", who.t("complaint-case-nobody"));
    }
    if errors.is_empty() { Ok(ComplaintCase { project, about, sheets, workers }) } else { Err(errors) }
}

/// Beside which field the domain's word stands.
fn field_of(why: &Error) -> &'static str {
    match why.is(&arrears::COMPLAINT_WORKER_UNKNOWN) || why.is(&arrears::CASE_EMPTY) {
        true => "identity",
        false => "about",
    }
}

pub async fn open(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ComplaintId>,
    Checked(form): Checked<CaseForm>,
) -> Result<Response, Fault> {
    let seen = load(&web, &who, id, &form.project).await?;
    let new = match read(&who, &form) {
        Ok(new) => new,
        Err(errors) => return Ok(refused(shown(&who, &seen, &form, &errors))),
    };
    let actor = who.actor.clone();
    let open = move |tx: &mut store::Tx<'_>| arrears::complaint_case(tx, &actor, id, &new);
    match web.write(move |tx| unknown_to_others(open(tx), "complaint", id)).await {
        Ok(case) => Ok(see_other(&format!("/bureau/cases/{case}"))),
        Err(why) => {
            let why = against(why)?;
            let errors = super::desk::fault(&who, &why, &["about", "amount"], field_of(&why));
            Ok(refused(shown(&who, &seen, &form, &errors)))
        }
    }
}
