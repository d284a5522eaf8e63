//! Files of payments of the caller's firm.
use super::{Key, Why, changed, shown, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bulk::{BulkLine, FileView, LineState, Submitted};
use kernel::id::{AccountId, BulkId};
use kernel::{Error, Page, PageAsk};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A file of payments.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkAsk {
    /// The firm's account that pays.
    #[schema(value_type = String)]
    debit: AccountId,
    file_name: String,
    /// The .xlsx, .xls or .csv in base64.
    content: String,
}

fn told(v: FileView) -> Value {
    let (f, c) = (&v.file, v.counts);
    json!({
        "file": f.id, "debit": f.debit, "file_name": f.file_name, "state": f.state, "lines": f.lines, "total": f.sum(),
        "fees": f.fee_sum(), "refused_rows": f.refused_rows, "waiting": c.waiting, "open": c.open, "paid": c.paid,
        "failed": c.failed, "made_by": f.made_by, "made_at": f.made_at, "approval": f.approval, "started_by": f.started_by,
        "started_at": f.started_at, "ended_at": f.ended_at, "ended_why": f.ended_why,
    })
}

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    Ok(Json(shown(web.read(move |tx| bulk::files(tx, &caller.actor, &ask)).await?, told)))
}

pub async fn send(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<BulkAsk>,
) -> Result<Json<Value>, Fault> {
    let bytes = STANDARD.decode(&ask.content).map_err(|_| Error::field("content", "it is not base64"))?;
    // The request is recognised by the file's hash, not kept with the file.
    let kept = BulkAsk { content: blake3::hash(&bytes).to_string(), ..ask.clone() };
    let asked = Asked::new(&caller.actor, &key, "bulk.send", &kept)?;
    let upload = crate::pages::bulk::asked(&web, ask.debit, ask.file_name, bytes);
    let done = web.run_once(&asked, move |bank| {
        let taken = bulk::take_in(&bank.store, &caller.actor, upload)?;
        bank.read(|tx| bulk::file(tx, &caller.actor, taken.file).map(told))
    });
    Ok(Json(done.await?))
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<BulkId>) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| unknown_to_others(bulk::file(tx, &caller.actor, id), "bulk file", id)).await?;
    Ok(Json(told(found)))
}

#[derive(Deserialize)]
pub struct LinesAsk {
    state: Option<LineState>,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn lines(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<BulkId>,
    Query(ask): Query<LinesAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found = web
        .read(move |tx| unknown_to_others(bulk::lines(tx, &caller.actor, id, ask.state, &page), "bulk file", id))
        .await?;
    Ok(Json(shown(found, |l: BulkLine| {
        json!({
            "number": l.number, "row": l.row_number, "name": l.name_masked, "payee": l.masked, "amount": l.money(),
            "fee": l.fee_money(), "memo": l.memo, "instruction": l.instruction, "state": l.state, "code": l.code,
            "reason": l.reason, "settled_at": l.settled_at,
        })
    })))
}

pub async fn findings(State(web): State<Web>, caller: Caller, At(id): At<BulkId>) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| unknown_to_others(bulk::findings(tx, &caller.actor, id), "bulk file", id)).await?;
    Ok(Json(Page { items: found.into_iter().map(|f| json!(f)).collect(), next: None }))
}

pub async fn submit(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<BulkId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "bulk.submit", &id)?;
    let done = web.write_once(&asked, move |tx| {
        Ok(match unknown_to_others(bulk::submit(tx, &caller.actor, id), "bulk file", id)? {
            Submitted::Asked(approval) => json!({ "outcome": "asked", "approval": approval }),
            Submitted::Paying => json!({ "outcome": "paying", "approval": null }),
        })
    });
    Ok(Json(done.await?))
}

pub async fn cancel(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<BulkId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "bulk.cancel", &(id, &why))?;
    let done = web.write_once(&asked, move |tx| {
        unknown_to_others(bulk::cancel(tx, &caller.actor, id, &why.reason), "bulk file", id).map(changed)
    });
    Ok(Json(done.await?))
}
