//! Files of a site for programs: attendance from a gate or a table, a crew's pay sheet, scans of signatures. A file is a part of a form;
//! what is wrong in it is told cell by cell at the address of its faults, and `accept_valid` or the acceptance lets the others go on.
use super::wage_files::{told as told_import, told_fault};
use super::{Key, changed, shown, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body, Upload, download};
use crate::pages::crew_papers::numbers;
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use crews::{Attendance, AttendanceUpload, PaperNew, PaperView};
use kernel::id::{AttendanceId, CrewId, ImportId, PaySheetId, ProjectId};
use kernel::{Error, Page, PageAsk, Result};
use payroll::{ImportFor, Kind, Period};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

type Told = Result<Json<Value>, Fault>;
type Listed = Result<Json<Page<Value>>, Fault>;

fn told(a: &Attendance) -> Value {
    json!({
        "attendance": a.id, "project": a.project, "crew": a.crew, "period": a.period, "file_name": a.file_name, "file_bytes": a.file_bytes,
        "state": a.state, "rows": a.rows_read, "people": a.people, "refused": a.refused, "already": a.already, "strangers": a.strangers,
        "faults": a.faults, "made_at": a.made_at, "accepted_at": a.accepted_at,
    })
}

/// The parts of a form with a file, none but these.
pub(super) async fn form(request: Request, parts: &[&str]) -> Result<Upload, Fault> {
    let upload = Upload::read(request, &()).await?;
    match upload.fields.iter().find(|(name, _)| !parts.contains(&name.as_str())) {
        Some((strange, _)) => Err(Error::field("body", format!("there is no part {strange:?}")).into()),
        None => Ok(upload),
    }
}

/// Which request it is: by what was said and the file's hash.
#[derive(Serialize)]
struct Sent<'s> {
    to: String,
    fields: &'s [(String, String)],
    file_name: &'s str,
    file_hash: String,
}

/// Takes a file in once for each key, outside of a transaction.
async fn take(
    web: &Web,
    asked: &Asked,
    work: impl FnOnce(&app::Bank) -> Result<Value> + Send + 'static,
) -> Result<Json<Value>, Fault> {
    if let Some(before) = web.answered::<Value>(asked).await? {
        return Ok(Json(before));
    }
    let answer = web.run(work).await?;
    web.keep_answer(asked, &answer).await?;
    Ok(Json(answer))
}

/// The request as its key knows it.
pub(super) fn request_of(caller: &Caller, key: &str, what: &'static str, to: String, upload: &Upload) -> Result<Asked> {
    let (file_name, file_hash) = match upload.files.first() {
        Some((name, bytes)) => (name.as_str(), blake3::hash(bytes).to_string()),
        None => ("", String::new()),
    };
    Asked::new(&caller.actor, key, what, &Sent { to, fields: &upload.fields, file_name, file_hash })
}

/// The parts of a form with attendance.
#[derive(ToSchema)]
pub struct AttendanceForm {
    /// `2026-10`
    pub period: String,
    /// By a subcontractor's program or clerk: whose workers they are.
    pub crew: Option<String>,
    /// `yes`: go on with the people who are right although others are not.
    pub accept_valid: Option<String>,
    /// .xlsx, .xls or .csv
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

pub async fn attendance_send(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(project): At<ProjectId>,
    request: Request,
) -> Told {
    let upload = form(request, &["period", "crew", "accept_valid"]).await?;
    let asked = request_of(&caller, &key, "crews.attendance_import", project.to_string(), &upload)?;
    let crew = Some(upload.field("crew")).filter(|c| !c.is_empty()).map(str::parse::<CrewId>).transpose()?;
    let (period, accept_valid) = (Period::parse(upload.field("period"))?, upload.field("accept_valid") == "yes");
    let (file_name, bytes) = upload.take_file()?;
    let new = AttendanceUpload { project, period, crew, file_name, bytes: bytes.to_vec(), accept_valid };
    let work = move |bank: &app::Bank| {
        unknown_to_others(crews::attendance_import(&bank.store, &caller.actor, new), "project", project)
    };
    take(&web, &asked, move |bank| Ok(told(&work(bank)?))).await
}

pub async fn attendance(State(web): State<Web>, caller: Caller, At(id): At<AttendanceId>) -> Told {
    Ok(Json(told(&web.read(move |tx| crews::attendance(tx, &caller.actor, id)).await?)))
}

pub async fn attendance_faults(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AttendanceId>,
    Query(ask): Query<PageAsk>,
) -> Listed {
    let found = web.read(move |tx| crews::attendance_faults(tx, &caller.actor, id, &ask)).await?;
    Ok(Json(shown(found, told_fault)))
}

pub async fn attendance_accept(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AttendanceId>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.attendance_accept", &id)?;
    let work = move |bank: &app::Bank| {
        bank.store.read(|tx| crews::attendance(tx, &caller.actor, id))?;
        crews::attendance_accept(&bank.store, &caller.actor, id)
    };
    take(&web, &asked, move |bank| Ok(told(&work(bank)?))).await
}

/// The parts of a form with a crew's pay sheet.
#[derive(ToSchema)]
pub struct CrewSheetForm {
    /// `2026-10`
    pub period: String,
    /// `wage` (when empty) or `supplement`.
    pub kind: Option<String>,
    /// 1 to 99 of a supplement; 1 when empty.
    pub number: Option<String>,
    /// `yes`: go on with the lines that are right although others are not.
    pub accept_valid: Option<String>,
    /// .xlsx, .xls or .csv
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

fn purpose(upload: &Upload) -> Result<ImportFor> {
    let kind = match upload.field("kind") {
        "" => Kind::Wage,
        text => Kind::parse(text).ok_or_else(|| Error::field("kind", "`wage` or `supplement`"))?,
    };
    let number = match upload.field("number") {
        "" => 1,
        text => text.parse().map_err(|_| Error::field("number", "1 to 99"))?,
    };
    let period = Period::parse(upload.field("period"))?;
    Ok(ImportFor::PaySheet { period, kind, number, tag: String::new(), due_on: None })
}

pub async fn sheet_send(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(crew): At<CrewId>,
    request: Request,
) -> Told {
    let upload = form(request, &["period", "kind", "number", "accept_valid"]).await?;
    let asked = request_of(&caller, &key, "crews.sheet_import", crew.to_string(), &upload)?;
    let (what, accept_valid) = (purpose(&upload)?, upload.field("accept_valid") == "yes");
    let (file_name, bytes) = upload.take_file()?;
    let work = move |bank: &app::Bank| {
        let project = bank.store.read(|tx| crews::crew(tx, &caller.actor, crew))?.project;
        let new = payroll::Upload { project, what, file_name, bytes: bytes.to_vec(), accept_valid };
        crews::crew_sheet_import(&bank.store, &caller.actor, crew, new)
    };
    take(&web, &asked, move |bank| Ok(told_import(&unknown_to_others(work(bank), "crew", crew)?, None))).await
}

/// A crew and its file in an address.
fn of_crew((crew, import): &(String, String)) -> Result<(CrewId, ImportId)> {
    Ok((crew.parse()?, import.parse()?))
}

pub async fn sheet(State(web): State<Web>, caller: Caller, Path(at): Path<(String, String)>) -> Told {
    let (crew, import) = of_crew(&at)?;
    let one = PageAsk::first(1);
    let found = web.read(move |tx| crews::crew_sheet_faults(tx, &caller.actor, crew, import, &one)).await?;
    Ok(Json(told_import(&found.0, None)))
}

pub async fn sheet_faults(
    State(web): State<Web>,
    caller: Caller,
    Path(at): Path<(String, String)>,
    Query(ask): Query<PageAsk>,
) -> Listed {
    let (crew, import) = of_crew(&at)?;
    let found = web.read(move |tx| crews::crew_sheet_faults(tx, &caller.actor, crew, import, &ask)).await?;
    Ok(Json(shown(found.1, told_fault)))
}

pub async fn sheet_accept(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(at): Path<(String, String)>,
) -> Told {
    let (crew, import) = of_crew(&at)?;
    let asked = Asked::new(&caller.actor, &key, "crews.sheet_accept", &(crew, import))?;
    let work = move |bank: &app::Bank| crews::crew_sheet_accept(&bank.store, &caller.actor, crew, import);
    take(&web, &asked, move |bank| Ok(told_import(&unknown_to_others(work(bank), "crew", crew)?, None))).await
}

/// The parts of a form with a scan of signatures.
#[derive(ToSchema)]
pub struct PaperForm {
    /// Numbers of the lines whose workers signed on it: `1-3, 7`; at most 200.
    pub lines: String,
    /// A PDF, JPEG or PNG of at most 5 MiB.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

pub async fn paper_send(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(sheet): At<PaySheetId>,
    request: Request,
) -> Told {
    let upload = form(request, &["lines"]).await?;
    let asked = request_of(&caller, &key, "crews.paper_send", sheet.to_string(), &upload)?;
    let wrong = || Error::field("lines", "numbers of lines, like 1-3, 7");
    let lines = numbers(upload.field("lines")).ok_or_else(wrong)?;
    let (file_name, bytes) = upload.take_file()?;
    let new = PaperNew { sheet, lines, file_name, bytes: bytes.to_vec() };
    let sent = web.write_once(&asked, move |tx| {
        let paper = unknown_to_others(crews::paper_send(tx, &caller.actor, &new), "pay sheet", sheet)?;
        Ok(json!({ "paper": paper }))
    });
    Ok(Json(sent.await?))
}

pub async fn papers(State(web): State<Web>, caller: Caller, At(id): At<PaySheetId>) -> Listed {
    let found = web.read(move |tx| crews::papers_of(tx, &caller.actor, id)).await?;
    let told = |p: PaperView| serde_json::to_value(p).unwrap_or_default();
    Ok(Json(Page { items: found.into_iter().map(told).collect(), next: None }))
}

/// A sheet and a scan in an address.
fn of_sheet((sheet, paper): (String, String)) -> Result<(PaySheetId, String)> {
    Ok((sheet.parse()?, paper))
}

pub async fn paper(
    State(web): State<Web>,
    caller: Caller,
    Path(at): Path<(String, String)>,
) -> Result<Response, Fault> {
    let (sheet, paper) = of_sheet(at)?;
    let (kind, name, bytes) = web.read(move |tx| crews::paper_file(tx, &caller.actor, sheet, &paper)).await?;
    Ok(download(&name, kind.media_type(), bytes))
}

pub async fn paper_check(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(at): Path<(String, String)>,
) -> Told {
    let (sheet, paper) = of_sheet(at)?;
    let asked = Asked::new(&caller.actor, &key, "crews.paper_check", &(sheet, &paper))?;
    let done = web.write_once(&asked, move |tx| {
        let checked = crews::paper_check(tx, &caller.actor, sheet, &paper);
        Ok(changed(unknown_to_others(checked, "paper", &paper)?))
    });
    Ok(Json(done.await?))
}

pub async fn paper_refuse(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(at): Path<(String, String)>,
    Body(why): Body<super::Why>,
) -> Told {
    let (sheet, paper) = of_sheet(at)?;
    let asked = Asked::new(&caller.actor, &key, "crews.paper_refuse", &(sheet, &paper, &why))?;
    let done = web.write_once(&asked, move |tx| {
        let refused = crews::paper_refuse(tx, &caller.actor, sheet, &paper, &why.reason);
        Ok(changed(unknown_to_others(refused, "paper", &paper)?))
    });
    Ok(Json(done.await?))
}
