//! Reports of large sums and of suspicion for officers' programs.
use super::{Key, changed};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::ReportId;
use kernel::{Page, PageAsk};
use reporting::{Ask, Kind, Report, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

type Told = Result<Json<Value>, Fault>;

fn told(r: &Report) -> Value {
    json!({
        "report": r.id, "kind": r.kind, "subject": r.subject, "day": r.day, "way": r.way, "amount": r.money(), "movements": r.movements,
        "act": r.act, "corrects": r.corrects, "branch": r.branch, "due_on": r.due_on, "state": r.state, "verdict": r.verdict,
        "sent_at": r.sent_at, "receipt": r.receipt, "words": null,
    })
}

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(page): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| reporting::listed(tx, &caller.actor, Ask::All, &page)).await?;
    Ok(Json(found.map(|r| told(&r))))
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<ReportId>) -> Told {
    let (r, words, _) = web.write(move |tx| reporting::look(tx, &caller.actor, id)).await?;
    let mut value = told(&r);
    if r.kind == Kind::Suspicion {
        value["words"] = words.into();
    }
    Ok(Json(value))
}

/// What is to become of a report.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewAsk {
    /// `send` or `leave_out`.
    #[schema(value_type = String)]
    verdict: Verdict,
    note: String,
}

pub async fn review(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ReportId>,
    Body(ask): Body<ReviewAsk>,
) -> Told {
    let actor = caller.actor.clone();
    let asked = Asked::new(&caller.actor, &key, "report.review", &(id.to_string(), &ask))?;
    let done =
        web.write_once(&asked, move |tx| reporting::review(tx, &actor, id, ask.verdict, &ask.note, None).map(changed));
    Ok(Json(done.await?))
}

pub async fn agree(State(web): State<Web>, caller: Caller, Key(key): Key, At(id): At<ReportId>) -> Told {
    let actor = caller.actor.clone();
    let asked = Asked::new(&caller.actor, &key, "report.agree", &id.to_string())?;
    Ok(Json(web.write_once(&asked, move |tx| reporting::agree(tx, &actor, id).map(changed)).await?))
}
