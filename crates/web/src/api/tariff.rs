//! The tariff, for those who set it.
use super::desk::order;
use super::{Key, Why};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::Body;
use crate::state::{Asked, Web};
use app::desk::{Act, NewTariff, tariff_draft, tariff_keep, tariff_review, tariff_versions};
use axum::Json;
use axum::extract::{Path, State};
use kernel::Page;
use pricing::{Band, Review, Tariff};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

fn told(t: &Tariff) -> Value {
    let band = |b: &Band| json!({ "up_to": b.up_to, "fixed": b.fixed, "rate": b.rate, "min": b.min, "max": b.max });
    let bands: Vec<Value> = t.bands.0.iter().map(band).collect();
    json!({
        "code": t.code, "version": t.version, "kind": t.kind, "operation": t.operation, "reach": t.reach, "channel": t.channel,
        "payer": t.payer_class, "currency": t.currency, "bands": bands, "effective_from": t.effective_from,
        "effective_to": t.effective_to, "basis": t.basis, "document": t.document, "name_zh": t.name_zh, "name_en": t.name_en,
        "approved_by": t.approved_by,
    })
}

fn told_review(draft: Option<String>, review: &Review) -> Value {
    let fault = |f: &pricing::TariffFault| json!({ "line": f.line, "column": f.column, "entry": f.entry, "field": f.field, "why": f.why });
    let change = |(before, after): &(Option<Tariff>, Tariff)| json!({ "before": before.as_ref().map(told), "after": told(after) });
    json!({
        "draft": draft, "faults": review.faults.iter().map(fault).collect::<Vec<_>>(),
        "changes": review.changes.iter().map(change).collect::<Vec<_>>(), "already": review.already,
    })
}

/// Every version, by code and version.
pub async fn versions(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| tariff_versions(tx, &caller.actor)).await?;
    Ok(Json(Page { items: found.iter().map(told).collect(), next: None }))
}

/// A tariff text in TOML, at most 1 MiB.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftAsk {
    /// The file's name, for people.
    file: String,
    text: String,
}

/// Looks at a text; one without faults that changes something is kept, and `draft` names it.
pub async fn send(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<DraftAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "tariff.draft", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let review = tariff_review(tx, &caller.actor, &ask.text)?;
        let kept = match review.faults.is_empty() && !review.changes.is_empty() {
            true => Some(tariff_keep(tx, &caller.actor, &ask.file, &ask.text)?.name()),
            false => None,
        };
        Ok(told_review(kept, &review))
    });
    Ok(Json(done.await?))
}

/// What a kept text would change now.
pub async fn draft(State(web): State<Web>, caller: Caller, Path(name): Path<String>) -> Result<Json<Value>, Fault> {
    let (draft, review) = web.read(move |tx| tariff_draft(tx, &caller.actor, &name)).await?;
    Ok(Json(told_review(Some(draft.name()), &review)))
}

/// Asks the second person; the reason is for him to read.
pub async fn submit(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(draft): Path<String>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    order(&web, caller, &key, "desk.tariff", Act::Tariff(NewTariff { draft, note: why.reason })).await
}
