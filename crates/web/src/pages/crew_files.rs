//! Files of a site: attendance from the gate or a table, and a crew's pay sheet. What is wrong is told cell by cell; the others
//! go on when the sender says so.
use super::crews::{month_of, month_said, under_crew, under_project};
use super::imports::{ACCEPT, fault_table, months, of_file};
use super::opening::beside;
use super::worker::Bare;
use super::{Page as Sheet, next_href, page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, Upload};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use crews::{Attendance, AttendanceState, AttendanceUpload, CrewView};
use kernel::PageAsk;
use kernel::id::{AttendanceId, CrewId, ImportId, ProjectId};
use maud::{Markup, html};
use payroll::{Import, ImportFor, ImportState, Kind, Period, Project};

/// Faults on one page.
const FAULTS_ROWS: u32 = 100;

/// Whose attendance is sent: a crew's, or that of the whole site.
struct Whose {
    project: Project,
    crew: Option<CrewView>,
}

impl Whose {
    fn address(&self) -> String {
        match &self.crew {
            Some(crew) => format!("/crews/{}/attendance-import", crew.crew),
            None => format!("/wages/projects/{}/attendance-import", self.project.id),
        }
    }
    fn sheet<'a>(&self, who: &Signed, key: &str) -> Sheet<'a> {
        match &self.crew {
            Some(crew) => {
                let at = format!("/crews/{}", crew.crew);
                under_crew(who, who.t(key), crew).crumb(crew.team.clone(), at)
            }
            None => under_project(who, key, &self.project)
                .crumb(who.t("crew-site"), format!("/wages/projects/{}/attendance", self.project.id)),
        }
    }
}

async fn of_crew(web: &Web, who: &Signed, id: CrewId) -> Result<Whose, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let crew = crews::crew(tx, &actor, id)?;
        Ok(Whose { project: payroll::project_raw(tx, crew.project)?, crew: Some(crew) })
    });
    Ok(found.await?)
}

async fn of_site(web: &Web, who: &Signed, id: ProjectId) -> Result<Whose, Fault> {
    let actor = who.actor.clone();
    let project = web.read(move |tx| unknown_to_others(payroll::project(tx, &actor, id), "project", id)).await?;
    Ok(Whose { project, crew: None })
}

pub async fn attendance_of_crew(State(web): State<Web>, who: Signed, At(id): At<CrewId>) -> Result<Shown, Fault> {
    let whose = of_crew(&web, &who, id).await?;
    Ok(attendance_form(&web, &who, &whose, "", &FieldErrors::new()))
}

pub async fn attendance_of_site(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let whose = of_site(&web, &who, id).await?;
    Ok(attendance_form(&web, &who, &whose, "", &FieldErrors::new()))
}

fn attendance_form(web: &Web, who: &Signed, whose: &Whose, period: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let today = web.now().local_date();
    let chosen = if period.is_empty() { month_of(None, today).to_string() } else { period.to_owned() };
    let fields = html! {
        (select(w, &Field::new("period", who.t("attendance-month")).value(chosen).width(Width::Twelve), &months(w, today)))
        (file(w, &Field::new("file", who.t("file")).hint(who.t("file-hint")).errors(errors), ACCEPT))
        (details(&who.t("file-columns"), html! { p { (who.t("attendance-columns")) } p { (who.t("attendance-columns-marks")) } }))
        (actions(button(Button::Primary, &who.t("file-send"), None)))
    };
    let main = html! { (error_summary(w, errors)) (form_files(&who.view, &whose.address(), fields)) };
    page(
        who,
        whose.sheet(who, "attendance-import").lead(who.t("attendance-import-lead")).wrong(!errors.is_empty()),
        main,
    )
}

pub async fn send_of_crew(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CrewId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let whose = of_crew(&web, &who, id).await?;
    send(&web, &who, &whose, upload).await
}

pub async fn send_of_site(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let whose = of_site(&web, &who, id).await?;
    send(&web, &who, &whose, upload).await
}

async fn send(web: &Web, who: &Signed, whose: &Whose, upload: Upload) -> Result<Response, Fault> {
    let period_text = upload.field("period").to_owned();
    let period = period_text.parse::<Period>().ok();
    let (Some(period), Ok((file_name, bytes))) = (period, upload.take_file()) else {
        let mut errors = FieldErrors::new();
        errors.add("file", who.t("file-missing"));
        return Ok(refused(attendance_form(web, who, whose, &period_text, &errors)));
    };
    let (project, crew) = (whose.project.id, whose.crew.as_ref().map(|c| c.crew));
    let new = AttendanceUpload { project, period, crew, file_name, bytes: bytes.to_vec(), accept_valid: false };
    let actor = who.actor.clone();
    match web.run(move |bank| crews::attendance_import(&bank.store, &actor, new)).await {
        Ok(import) => Ok(see_other(&format!("/attendance/{}", import.id))),
        Err(why) if of_file(&why) => {
            Ok(refused(attendance_form(web, who, whose, &period_text, &beside("file", who, &why))))
        }
        Err(why) => Err(why.into()),
    }
}

pub async fn attendance(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AttendanceId>,
    Query(ask): Query<PageAsk>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (whose, import, faults) = web
        .read(move |tx| {
            let import = crews::attendance(tx, &actor, id)?;
            let crew = import.crew.map(|c| crews::crew(tx, &actor, c)).transpose()?;
            let ask = PageAsk { limit: Some(FAULTS_ROWS), after: ask.after };
            let faults = crews::attendance_faults(tx, &actor, id, &ask)?;
            Ok((Whose { project: payroll::project_raw(tx, import.project)?, crew }, import, faults))
        })
        .await?;
    let w = who.words();
    let main = html! {
        (attendance_state(&who, &import))
        (attendance_counts(&who, &import))
        @if import.state == AttendanceState::Read {
            (form(&who.view, &format!("/attendance/{id}/acceptance"), actions(html! {
                (button(Button::Primary, &who.t("attendance-accept"), None))
                (link_button(Button::Secondary, &who.t("file-again"), &whose.address()))
            })))
        }
        @if !faults.items.is_empty() { (fault_table(&who, &faults.items)) }
        (pager(w, None, next_href(&who.view, &faults.next).as_deref()))
    };
    Ok(page(&who, whose.sheet(&who, "attendance-result"), main))
}

fn attendance_state(who: &Signed, i: &Attendance) -> Markup {
    let (tone, key) = match (i.state, i.refused) {
        (AttendanceState::Accepted, 0) => (Tone::Good, "attendance-told-all"),
        (AttendanceState::Accepted, _) => (Tone::Good, "attendance-told-some"),
        (AttendanceState::Read, _) => (Tone::Warn, "attendance-told-read"),
        (AttendanceState::Rejected, _) => (Tone::Danger, "attendance-told-none"),
    };
    notice(tone, &who.t(key), html! {})
}

fn attendance_counts(who: &Signed, i: &Attendance) -> Markup {
    let w = who.words();
    let people = |n: i64| html! { (say::people(w, n)) };
    let mut rows = vec![
        Row::new(who.t("import-file"), html! { (i.file_name) }),
        Row::new(who.t("attendance-month"), html! { (month_said(who, i.period)) }),
        Row::new(who.t("attendance-people"), people(i.people)),
    ];
    for (key, n) in [("attendance-refused", i.refused), ("attendance-already", i.already), ("strangers", i.strangers)] {
        if n > 0 {
            rows.push(Row::new(who.t(key), people(n)));
        }
    }
    summary_list(w, &rows)
}

pub async fn attendance_accept(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AttendanceId>,
    _: Checked<Bare>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.run(move |bank| crews::attendance_accept(&bank.store, &actor, id)).await?;
    Ok(see_other(&format!("/attendance/{id}")))
}

pub async fn sheet_form(State(web): State<Web>, who: Signed, At(id): At<CrewId>) -> Result<Shown, Fault> {
    let whose = of_crew(&web, &who, id).await?;
    Ok(pay_form(&web, &who, &whose, "", &FieldErrors::new()))
}

fn pay_form(web: &Web, who: &Signed, whose: &Whose, period: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let today = web.now().local_date();
    let chosen = if period.is_empty() { month_of(None, today).to_string() } else { period.to_owned() };
    let kind = |k: Kind| Choice::new(k.code(), say::told(w, "sheet-kind", k.code()));
    let crew = whose.crew.as_ref().map_or_else(String::new, |c| c.crew.to_string());
    let fields = html! {
        (select(w, &Field::new("period", who.t("sheet-period")).value(chosen).width(Width::Twelve), &months(w, today)))
        (radios(w, &Field::new("kind", who.t("sheet-kind")).value(Kind::Wage.code()), &[kind(Kind::Wage), kind(Kind::Supplement)]))
        (number(w, &Field::new("number", who.t("sheet-number")).hint(who.t("sheet-number-hint")).width(Width::Two).optional()))
        (file(w, &Field::new("file", who.t("file")).hint(who.t("file-hint")).errors(errors), ACCEPT))
        (actions(button(Button::Primary, &who.t("file-send"), None)))
    };
    let main =
        html! { (error_summary(w, errors)) (form_files(&who.view, &format!("/crews/{crew}/sheet-import"), fields)) };
    page(who, whose.sheet(who, "sheet-import").lead(who.t("crew-sheet-import-lead")).wrong(!errors.is_empty()), main)
}

pub async fn send_sheet(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CrewId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let whose = of_crew(&web, &who, id).await?;
    let period_text = upload.field("period").to_owned();
    let kind = Kind::parse(upload.field("kind")).unwrap_or(Kind::Wage);
    let number = if kind == Kind::Wage { 1 } else { upload.field("number").trim().parse().unwrap_or(1) };
    let (Ok(period), Ok((file_name, bytes))) = (period_text.parse::<Period>(), upload.take_file()) else {
        let mut errors = FieldErrors::new();
        errors.add("file", who.t("file-missing"));
        return Ok(refused(pay_form(&web, &who, &whose, &period_text, &errors)));
    };
    let what = ImportFor::PaySheet { period, kind, number, tag: String::new(), due_on: None };
    let (project, bytes) = (whose.project.id, bytes.to_vec());
    let new = payroll::Upload { project, what, file_name, bytes, accept_valid: false };
    let actor = who.actor.clone();
    match web.run(move |bank| crews::crew_sheet_import(&bank.store, &actor, id, new)).await {
        Ok(import) => Ok(see_other(&format!("/crews/{id}/sheet-imports/{}", import.id))),
        Err(why) if of_file(&why) => {
            Ok(refused(pay_form(&web, &who, &whose, &period_text, &beside("file", &who, &why))))
        }
        Err(why) => Err(why.into()),
    }
}

/// A crew and its import in an address.
fn place((crew, import): &(String, String)) -> kernel::Result<(CrewId, ImportId)> {
    Ok((crew.parse()?, import.parse()?))
}

pub async fn sheet_result(
    State(web): State<Web>,
    who: Signed,
    Path(at): Path<(String, String)>,
    Query(ask): Query<PageAsk>,
) -> Result<Shown, Fault> {
    let (id, import) = place(&at)?;
    let whose = of_crew(&web, &who, id).await?;
    let actor = who.actor.clone();
    let ask = PageAsk { limit: Some(FAULTS_ROWS), after: ask.after };
    let (import, faults) = web.read(move |tx| crews::crew_sheet_faults(tx, &actor, id, import, &ask)).await?;
    let w = who.words();
    let period = import.period.parse().map_or_else(|_| import.period.clone(), |p: Period| month_said(&who, p));
    let main = html! {
        (sheet_state(&who, id, &import))
        (summary_list(w, &[
            Row::new(who.t("import-file"), html! { (import.file_name) }),
            Row::new(who.t("sheet-period"), html! { (period) }),
            Row::new(who.t("import-valid"), html! { (say::people(w, import.valid)) }),
            Row::new(who.t("import-refused"), html! { (say::people(w, import.refused)) }),
        ]))
        @if !faults.items.is_empty() { (fault_table(&who, &faults.items)) }
        (pager(w, None, next_href(&who.view, &faults.next).as_deref()))
    };
    Ok(page(&who, whose.sheet(&who, "import-sheet"), main))
}

fn sheet_state(who: &Signed, crew: CrewId, i: &Import) -> Markup {
    let again = format!("/crews/{crew}/sheet-import");
    match (i.state, i.sheet) {
        (ImportState::Accepted, Some(sheet)) => html! {
            (notice(Tone::Good, &who.t("crew-sheet-drafted"), html! { p { (who.t("crew-sheet-drafted-next")) } }))
            (actions(link_button(Button::Primary, &who.t("crew-sheet-open"), &format!("/crews/sheets/{sheet}"))))
        },
        (ImportState::Read, _) => html! {
            (notice(Tone::Warn, &who.t("attendance-told-read"), html! {}))
            (form(&who.view, &format!("/crews/{crew}/sheet-imports/{}/acceptance", i.id), actions(html! {
                (button(Button::Primary, &who.t("crew-sheet-accept"), None))
                (link_button(Button::Secondary, &who.t("file-again"), &again))
            })))
        },
        _ => html! {
            (notice(Tone::Danger, &who.t("attendance-told-none"), html! {}))
            (actions(link_button(Button::Primary, &who.t("file-again"), &again)))
        },
    }
}

pub async fn sheet_accept(
    State(web): State<Web>,
    who: Signed,
    Path(at): Path<(String, String)>,
    _: Checked<Bare>,
) -> Result<Response, Fault> {
    let (id, import) = place(&at)?;
    let actor = who.actor.clone();
    web.run(move |bank| crews::crew_sheet_accept(&bank.store, &actor, id, import)).await?;
    Ok(see_other(&format!("/crews/{id}/sheet-imports/{import}")))
}
