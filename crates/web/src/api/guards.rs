//! The guard, for staff: its decisions, the manned queue, its lists.
use super::desk::{order, proposed};
use super::{Key, Why, shown};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use app::desk::{Act, ListAdd, ListAsk, ListRemove, list_entries, propose};
use axum::Json;
use axum::extract::{Path, Query, State};
use guard::{DecisionRecord, ListEntry, ListKind, SubjectKind};
use kernel::id::{InstructionId, ListEntryId};
use kernel::{Error, Page, PageAsk, Result, Timestamp};
use party::{Permission, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

fn told(d: DecisionRecord) -> Value {
    let reason = |r: &guard::Reason| {
        json!({
            "rule": r.rule, "version": r.version, "mode": r.mode, "action": r.action, "score": r.score, "customer": r.customer,
            "neutral": r.neutral, "detail": r.detail, "cleared": r.cleared,
        })
    };
    json!({
        "decision": d.id, "instruction": d.instruction, "round": d.round, "at": d.at, "verdict": d.verdict, "score": d.score,
        "delay_until": d.delay_until, "reasons": d.reasons.0.iter().map(reason).collect::<Vec<_>>(), "rule_set": d.rule_set, "cleared_by": d.cleared_by,
    })
}

/// Every decision on an instruction, the first first.
pub async fn decisions(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<InstructionId>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        payments::instruction(tx, &caller.actor, id)?;
        party::may(tx, &caller.actor, Permission::GuardRead, &Scope::here(&caller.actor))?;
        guard::decisions_of(tx, id)
    });
    Ok(Json(Page { items: found.await?.into_iter().map(told).collect(), next: None }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueAsk {
    state: Option<payments::State>,
    limit: Option<u32>,
    after: Option<String>,
}

/// What waits for staff, oldest first; held payments unless another state is asked for.
pub async fn queue(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<QueueAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let (state, page) = (ask.state.unwrap_or(payments::State::Held), PageAsk { limit: ask.limit, after: ask.after });
    let found = web.read(move |tx| payments::queue(tx, &caller.actor, state, &page)).await?;
    Ok(Json(shown(found, super::payments::told)))
}

fn told_entry(e: ListEntry) -> Value {
    json!({
        "entry": e.id, "list": e.list, "subject": e.subject_kind, "masked": e.masked, "reason": e.reason, "valid_from": e.valid_from,
        "valid_until": e.valid_until, "source": e.source, "added_by": e.added_by, "added_at": e.added_at,
    })
}

fn list_named(name: &str) -> Result<ListKind> {
    ListKind::parse(name).ok_or_else(|| Error::not_found("list", name))
}

pub async fn entries(
    State(web): State<Web>,
    caller: Caller,
    Path(list): Path<String>,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let list = list_named(&list)?;
    let found = web.read(move |tx| list_entries(tx, &caller.actor, list, &ask));
    Ok(Json(shown(found.await?, told_entry)))
}

/// Who goes on a list. The value is kept as a keyed hash only.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryAsk {
    /// `owner`, `account`, `identity`, `phone`
    #[schema(value_type = String)]
    subject: SubjectKind,
    value: String,
    reason: String,
    #[schema(value_type = String)]
    until: Timestamp,
    /// The document it rests on.
    source: String,
}

fn masked(kind: SubjectKind, value: &str) -> String {
    match kind {
        SubjectKind::Account => kernel::chinese::mask_card(value),
        SubjectKind::Identity => kernel::chinese::mask_identity(value),
        SubjectKind::Phone => kernel::chinese::mask_phone(value),
        SubjectKind::Owner => value.to_owned(),
    }
}

pub async fn add_entry(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(list): Path<String>,
    Body(ask): Body<EntryAsk>,
) -> Result<Json<Value>, Fault> {
    let list = list_named(&list)?;
    // What recognises the request is kept, so it must not hold the value.
    let kept = EntryAsk { value: masked(ask.subject, &ask.value), ..ask.clone() };
    let asked = Asked::new(&caller.actor, &key, "guard.add_entry", &(list, &kept))?;
    let done = web.write_once(&asked, move |tx| {
        let EntryAsk { subject: kind, value, reason, until, source } = ask.clone();
        let act = ListAdd::of(tx, &ListAsk { list, kind, value, reason, source, until })?;
        propose(tx, &caller.actor, &Act::ListAdd(act)).map(proposed)
    });
    Ok(Json(done.await?))
}

pub async fn remove_entry(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ListEntryId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    order(&web, caller, &key, "guard.remove_entry", Act::ListRemove(ListRemove { entry: id, why: why.reason })).await
}
