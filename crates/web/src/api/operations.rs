//! For operators and auditors: audit, outbox, clearing, the day; and what monitoring asks.
use super::{Key, Why, changed, shown};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body, download};
use crate::state::{Asked, Web};
use app::AuditAsk;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::id::{AccountId, ClearingId};
use kernel::{Date, Error, Page, PageAsk, Result};
use payments::clearing::{self, ItemView, Reason, Resolution};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::OnceLock;
use utoipa::ToSchema;

/// Bytes of an export that is answered at once; longer ones are made with `yizhan audit export`.
pub const EXPORT_BYTES_MAX: usize = 64 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchAsk {
    #[serde(default)]
    principal: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    object: String,
    from: Option<Date>,
    to: Option<Date>,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn audit(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<SearchAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let what =
        AuditAsk { principal: ask.principal, action: ask.action, object: ask.object, from: ask.from, to: ask.to };
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found = web.read(move |tx| app::audit_search(tx, &caller.actor, &what, &page)).await?;
    Ok(Json(shown(found, |row: store::AuditRow| json!(row))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportAsk {
    from: Date,
    to: Date,
}

/// A buffer that says when it is full.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > EXPORT_BYTES_MAX {
            return Err(std::io::Error::other("the export is longer than one answer"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub async fn audit_export(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<ExportAsk>,
) -> Result<Response, Fault> {
    let bytes = web
        .run(move |bank| {
            let mut out = Bounded(Vec::new());
            let done = app::audit_export(bank, &caller.actor, ask.from, ask.to, &mut out);
            let full = out.0.len() + 64 * 1024 > EXPORT_BYTES_MAX;
            match done {
                Err(_) if full => Err(Error::limit("audit export", "more", EXPORT_BYTES_MAX, "bytes")),
                done => done.map(|_| out.0),
            }
        })
        .await?;
    Ok(download(&format!("audit-{}-{}.csv", ask.from, ask.to), "text/csv; charset=utf-8", bytes))
}

pub async fn parked(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| app::relay::parked(tx, &caller.actor)).await?;
    Ok(Json(json!({ "items": found })))
}

pub async fn try_again(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path((consumer, pos)): Path<(String, i64)>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "outbox.try_again", &(&consumer, pos))?;
    let done = web.write_once(&asked, move |tx| {
        app::relay::try_again(tx, &caller.actor, &consumer, pos)?;
        Ok(changed(party::Change::Done))
    });
    Ok(Json(done.await?))
}

pub async fn drop_event(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path((consumer, pos)): Path<(String, i64)>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "outbox.drop", &(&consumer, pos, &why))?;
    let done = web.write_once(&asked, move |tx| {
        app::relay::drop_event(tx, &caller.actor, &consumer, pos, &why.reason)?;
        Ok(changed(party::Change::Done))
    });
    Ok(Json(done.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemsAsk {
    state: Option<clearing::State>,
    limit: Option<u32>,
    after: Option<String>,
}

/// Items in a state, oldest first; unknown ones unless another is asked for.
pub async fn items(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<ItemsAsk>,
) -> Result<Json<Page<ItemView>>, Fault> {
    let (state, page) = (ask.state.unwrap_or(clearing::State::Unknown), PageAsk { limit: ask.limit, after: ask.after });
    Ok(Json(web.read(move |tx| clearing::list(tx, &caller.actor, state, &page)).await?))
}

pub async fn item(State(web): State<Web>, caller: Caller, At(id): At<ClearingId>) -> Result<Json<ItemView>, Fault> {
    Ok(Json(web.read(move |tx| clearing::view(tx, &caller.actor, id)).await?))
}

/// What was found out about an item by other means.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveAsk {
    /// `paid`, `returned` or `send_again`
    outcome: String,
    /// Of a return: `account_closed`, `name_mismatch`, `account_unknown`, `account_blocked`, `limit_exceeded`, `other`.
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
    /// Another account of the same owner, when the first takes no credits.
    #[schema(value_type = Option<String>)]
    to: Option<AccountId>,
    why: String,
}

impl ResolveAsk {
    fn resolution(&self) -> Result<Resolution> {
        match self.outcome.as_str() {
            "paid" => Ok(Resolution::Paid),
            "send_again" => Ok(Resolution::SendAgain),
            "returned" => Ok(Resolution::Returned {
                reason: self.reason.ok_or_else(|| Error::field("reason", "say why it was returned"))?,
                to: self.to,
            }),
            _ => Err(Error::field("outcome", "`paid`, `returned` or `send_again`")),
        }
    }
}

pub async fn resolve(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ClearingId>,
    Body(ask): Body<ResolveAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "clearing.resolve_ask", &(id, &ask))?;
    let resolution = ask.resolution()?;
    let done = web.write_once(&asked, move |tx| {
        Ok(json!({ "approval": clearing::resolve_ask(tx, &caller.actor, id, resolution.clone(), &ask.why)? }))
    });
    Ok(Json(done.await?))
}

pub async fn day(State(web): State<Web>) -> Result<Json<Value>, Fault> {
    let (date, blockers) = web.read(|tx| Ok((tx.business_date()?, app::blockers(tx)?))).await?;
    Ok(Json(json!({ "business_date": date, "blockers": blockers })))
}

/// The day that is to be open afterwards.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseAsk {
    #[schema(value_type = String)]
    to: Date,
}

/// Closes the day, or answers what stands in the way.
pub async fn close(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<CloseAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "day.close", &ask)?;
    let told = |close| match close {
        app::Close::Blocked(list) => json!({ "closed": null, "blocked": list }),
        app::Close::Closed(day) => json!({ "closed": day, "blocked": [] }),
    };
    let done =
        web.run_once(&asked, move |bank| app::close_day(bank, &caller.actor, ask.to, &mut |_, _, _| {}).map(told));
    Ok(Json(done.await?))
}

/// Alive: nothing is asked of the database.
pub async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Ready: a snapshot can be read.
pub async fn ready(State(web): State<Web>) -> Result<Json<Value>, Fault> {
    web.read(|tx| tx.business_date()).await?;
    Ok(Json(json!({ "status": "ready" })))
}

/// A few figures in the text format of Prometheus.
pub async fn metrics(State(web): State<Web>) -> Result<Response, Fault> {
    let date = web.read(|tx| tx.business_date()).await?;
    let (answered, failed) = crate::http::request::counted();
    let text = format!(
        "# HELP yizhan_requests_total Requests answered.\n# TYPE yizhan_requests_total counter\nyizhan_requests_total {answered}\n\
         # HELP yizhan_failures_total Requests answered with a status of 500 or above.\n# TYPE yizhan_failures_total counter\nyizhan_failures_total {failed}\n\
         # HELP yizhan_business_day Days since 1970-01-01 of the open business day.\n# TYPE yizhan_business_day gauge\nyizhan_business_day {}\n",
        date.days()
    );
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// The description of all this, in OpenAPI 3.1.
pub async fn open_api() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(crate::open_api);
    ([(header::CONTENT_TYPE, "application/json")], text.as_str()).into_response()
}
