//! Files of wages: what is sent, what is wrong in it, what comes back.
use super::{Key, shown, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body, Upload, download};
use crate::pages::say;
use crate::readings::Reading;
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::id::{ImportId, PaySheetId, ProjectId};
use kernel::{Actor, Date, Error, Page, PageAsk, Result};
use payroll::{Import, ImportFault, ImportFor, Kind, Period, TakenIn};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

pub(super) fn told(i: &Import, reading: Option<&Reading>) -> Value {
    let state = if i.is_read() && reading.is_none() { i.state.code() } else { "reading" };
    json!({
        "import": i.id, "project": i.project, "subject": i.subject, "period": i.period, "kind": i.kind, "number": i.number, "tag": i.tag,
        "due_on": i.due_on, "file_name": i.file_name, "file_bytes": i.file_bytes, "state": state, "rows": i.rows_read, "valid": i.valid,
        "refused": i.refused, "already": i.already, "faults": i.faults, "sheet": i.sheet, "made_at": i.made_at, "accepted_at": i.accepted_at,
        "written": reading.map(|r| r.done), "to_write": reading.map(|r| r.total),
    })
}

/// What a file is for, beside the file: parts of the form or fields of the JSON.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileAsk {
    /// `roster` or `pay_sheet`
    #[serde(rename = "for")]
    what: String,
    /// `2026-10`; of a pay sheet.
    #[serde(default)]
    period: String,
    /// `wage` (when empty) or `supplement`.
    #[serde(default)]
    kind: String,
    /// 1 to 99 of a supplement; 1 when empty.
    #[serde(default)]
    number: String,
    #[serde(default)]
    tag: String,
    /// The agreed day; empty: the project's pay day in the month after.
    #[serde(default)]
    due_on: String,
    /// `yes`: go on with the lines that are right although others are not.
    #[serde(default)]
    accept_valid: String,
    file_name: String,
    /// The file in base64.
    content: String,
}

/// The parts of a form with a file.
#[derive(ToSchema)]
pub struct FileForm {
    /// `roster` or `pay_sheet`
    #[schema(rename = "for")]
    pub what: String,
    pub period: Option<String>,
    pub kind: Option<String>,
    pub number: Option<String>,
    pub tag: Option<String>,
    pub due_on: Option<String>,
    pub accept_valid: Option<String>,
    /// .xlsx, .xls or .csv
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

const FORM_PARTS: [&str; 7] = ["for", "period", "kind", "number", "tag", "due_on", "accept_valid"];

impl FileAsk {
    fn purpose(&self) -> Result<ImportFor> {
        let due_on = Some(self.due_on.as_str()).filter(|d| !d.is_empty()).map(Date::parse).transpose()?;
        match self.what.as_str() {
            "roster" => Ok(ImportFor::Roster),
            "pay_sheet" => Ok(ImportFor::PaySheet {
                period: Period::parse(&self.period)?,
                kind: if self.kind.is_empty() {
                    Kind::Wage
                } else {
                    Kind::parse(&self.kind).ok_or_else(|| Error::field("kind", "`wage` or `supplement`"))?
                },
                number: if self.number.is_empty() {
                    1
                } else {
                    self.number.parse().map_err(|_| Error::field("number", "1 to 99"))?
                },
                tag: self.tag.clone(),
                due_on,
            }),
            _ => Err(Error::field("for", "`roster` or `pay_sheet`")),
        }
    }
}

async fn import(
    web: &Web,
    caller: Caller,
    key: &str,
    id: ProjectId,
    ask: FileAsk,
    bytes: Vec<u8>,
) -> Result<Response, Fault> {
    // The request is recognised by the file's hash, not kept with the file.
    let kept = FileAsk { content: blake3::hash(&bytes).to_string(), ..ask.clone() };
    let asked = Asked::new(&caller.actor, key, "payroll.import", &(id, &kept))?;
    let upload = payroll::Upload {
        project: id,
        what: ask.purpose()?,
        file_name: ask.file_name,
        bytes,
        accept_valid: ask.accept_valid == "yes",
    };
    if let Some(before) = web.answered::<Value>(&asked).await? {
        return Ok(Json(before).into_response());
    }
    let actor = caller.actor.clone();
    let take = move |bank: &app::Bank| unknown_to_others(payroll::take_in(&bank.store, &actor, upload), "project", id);
    let taken = web.run(take).await?;
    finish(web, &caller.actor, &asked, taken).await
}

/// Answers what came of the file; 202 while it is read on.
async fn finish(web: &Web, actor: &Actor, asked: &Asked, taken: TakenIn) -> Result<Response, Fault> {
    let before = taken.import.clone();
    match web.read_file(actor, taken).await? {
        Some(import) => {
            let answer = told(&import, None);
            web.keep_answer(asked, &answer).await?;
            Ok(Json(answer).into_response())
        }
        None => {
            let reading = web.inner().readings.get(before.id);
            Ok((StatusCode::ACCEPTED, Json(told(&before, reading.as_ref()))).into_response())
        }
    }
}

pub async fn send(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    request: Request,
) -> Result<Response, Fault> {
    let upload = Upload::read(request, &()).await?;
    if let Some((strange, _)) = upload.fields.iter().find(|(name, _)| !FORM_PARTS.contains(&name.as_str())) {
        return Err(Error::field("body", format!("there is no part {strange:?}")).into());
    }
    let part = |name: &str| upload.field(name).to_owned();
    let mut ask = FileAsk {
        what: part("for"),
        period: part("period"),
        kind: part("kind"),
        number: part("number"),
        tag: part("tag"),
        due_on: part("due_on"),
        accept_valid: part("accept_valid"),
        file_name: String::new(),
        content: String::new(),
    };
    let (name, bytes) = upload.take_file()?;
    ask.file_name = name;
    import(&web, caller, &key, id, ask, bytes.to_vec()).await
}

pub async fn send_json(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<FileAsk>,
) -> Result<Response, Fault> {
    let bytes = STANDARD.decode(&ask.content).map_err(|_| Error::field("content", "it is not base64"))?;
    import(&web, caller, &key, id, ask, bytes).await
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<ImportId>) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| unknown_to_others(payroll::import_of(tx, &caller.actor, id), "import", id)).await?;
    let reading = web.inner().readings.under_way(id);
    Ok(Json(told(&found, reading.as_ref())))
}

pub async fn faults(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ImportId>,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found =
        web.read(move |tx| unknown_to_others(payroll::faults(tx, &caller.actor, id, &ask), "import", id)).await?;
    Ok(Json(shown(found, told_fault)))
}

/// An entry of a list of faults, of whatever file.
pub(super) fn told_fault(f: ImportFault) -> Value {
    json!({
        "number": f.number, "sheet": f.sheet, "cell": f.cell, "row": f.row_number, "line": f.line, "column": f.column_title, "value": f.value,
        "severity": f.severity, "code": f.code, "reason_zh": f.reason_zh, "remedy_zh": f.remedy_zh, "reason_en": f.reason_en, "remedy_en": f.remedy_en,
    })
}

pub async fn faults_file(State(web): State<Web>, caller: Caller, At(id): At<ImportId>) -> Result<Response, Fault> {
    let bytes = web.read(move |tx| unknown_to_others(payroll::faults_csv(tx, &caller.actor, id), "import", id)).await?;
    Ok(download(&format!("faults-{id}.csv"), "text/csv; charset=utf-8", bytes))
}

pub async fn accept(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ImportId>,
) -> Result<Response, Fault> {
    let asked = Asked::new(&caller.actor, &key, "payroll.accept_valid", &id)?;
    if let Some(before) = web.answered::<Value>(&asked).await? {
        return Ok(Json(before).into_response());
    }
    let actor = caller.actor.clone();
    let take = move |bank: &app::Bank| unknown_to_others(payroll::take_up(&bank.store, &actor, id, true), "import", id);
    let taken = web.run(take).await?;
    finish(&web, &caller.actor, &asked, taken).await
}

pub async fn result(State(web): State<Web>, caller: Caller, At(id): At<PaySheetId>) -> Result<Response, Fault> {
    let bytes = web
        .read(move |tx| {
            let mut out = Vec::new();
            unknown_to_others(payroll::result_csv(tx, &caller.actor, id, &say::result, &mut out), "pay sheet", id)?;
            Ok(out)
        })
        .await?;
    Ok(download(&format!("result-{id}.csv"), "text/csv; charset=utf-8", bytes))
}
