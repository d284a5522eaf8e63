//! What happened in a case of wages in arrears, notes, and the papers that come with them: for the bank, the firm and the bureau.
use super::{Key, unknown_to_others};
use crate::Fault;
use crate::api::crew_files::{form, request_of};
use crate::gate::Caller;
use crate::http::read::{At, download};
use crate::pages::arrears_case::{media_type, of_entry};
use crate::state::Web;
use arrears::{CaseEntry, Paper};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use kernel::Page;
use kernel::id::ArrearsCaseId;
use serde_json::{Value, json};
use utoipa::ToSchema;

fn told(e: &CaseEntry) -> Value {
    let file_name = e.file_hash.as_ref().map(|_| &e.file_name);
    json!({ "number": e.number, "at": e.at, "by": e.made_by, "what": e.what, "note": e.note, "file_name": file_name })
}

pub async fn entries(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ArrearsCaseId>,
) -> Result<Json<Page<Value>>, Fault> {
    let read = web.read(move |tx| unknown_to_others(arrears::case_entries(tx, &caller.actor, id), "case", id));
    Ok(Json(Page { items: read.await?.iter().map(told).collect(), next: None }))
}

/// The parts of a form with a note.
#[derive(ToSchema)]
pub struct NoteForm {
    /// 1 to 500 characters.
    pub note: String,
    /// A PDF, JPEG or PNG of at most 5 MiB; may be left out.
    #[schema(value_type = Option<String>, format = Binary)]
    pub file: Option<Vec<u8>>,
}

pub async fn note(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ArrearsCaseId>,
    request: Request,
) -> Result<Json<Value>, Fault> {
    let upload = form(request, &["note"]).await?;
    let asked = request_of(&caller, &key, "arrears.case_note", id.to_string(), &upload)?;
    let words = upload.field("note").to_owned();
    let paper = upload.files.into_iter().next().map(|(name, bytes)| Paper { name, bytes: bytes.to_vec() });
    let noted = web.write_once(&asked, move |tx| {
        let number = arrears::case_note(tx, &caller.actor, id, &words, paper.as_ref());
        Ok(json!({ "number": unknown_to_others(number, "case", id)? }))
    });
    Ok(Json(noted.await?))
}

pub async fn paper(
    State(web): State<Web>,
    caller: Caller,
    Path(at): Path<(String, String)>,
) -> Result<Response, Fault> {
    let (id, number) = of_entry(&at)?;
    let read = web.read(move |tx| unknown_to_others(arrears::case_paper(tx, &caller.actor, id, number), "case", id));
    let (name, bytes) = read.await?;
    Ok(download(&name, media_type(&bytes), bytes))
}
