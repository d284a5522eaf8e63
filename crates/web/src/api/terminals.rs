//! The machines of branches, for who looks after them.
use super::{Key, Why, changed, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::{BranchId, DeviceId};
use kernel::{Page, PageAsk, Result};
use parking_lot::Mutex;
use party::{Change, Enrolment, Permission, TerminalNew, TerminalView, Variant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use store::Tx;
use utoipa::ToSchema;

fn told(t: &TerminalView) -> Value {
    json!({
        "terminal": t.terminal, "branch": t.branch, "name": t.name, "place": t.place, "variant": t.variant, "state": t.state.code(),
        "by": t.state.by(), "at": t.state.at(), "reason": t.state.reason(), "seen_at": t.seen_at,
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListAsk {
    branch: String,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<ListAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        let reached = party::branches_of(tx, &caller.actor, Permission::TerminalWatch)?;
        let at = crate::pages::staff::place(&ask.branch, &reached)?;
        party::terminals(tx, &caller.actor, at, &PageAsk { limit: ask.limit, after: ask.after })
    });
    Ok(Json(found.await?.map(|t| told(&t))))
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<DeviceId>) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| unknown_to_others(party::terminal(tx, &caller.actor, id), "terminal", id)).await?;
    Ok(Json(told(&found)))
}

/// A machine to be enrolled.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminalAsk {
    #[schema(value_type = String)]
    branch: BranchId,
    /// On its front: 1 to 60 characters.
    name: String,
    /// Where it stands: 1 to 60 characters.
    place: String,
    /// `tall`, or `low` for people who sit.
    #[schema(value_type = String)]
    variant: Variant,
}

/// The code is answered once and not kept with the answer: the same request again has null in its place.
async fn issued(
    web: &Web,
    asked: Asked,
    f: impl Fn(&mut Tx<'_>) -> Result<Enrolment> + Send + 'static,
) -> Result<Json<Value>, Fault> {
    let fresh = Arc::new(Mutex::new(None));
    let shown = fresh.clone();
    let mut answer: Value = web
        .write_once(&asked, move |tx| {
            let made = f(tx)?;
            let kept = json!({ "terminal": made.terminal, "code": null, "until": made.until });
            *fresh.lock() = Some(made.code);
            Ok(kept)
        })
        .await?;
    if let Some(code) = shown.lock().take() {
        answer["code"] = code.into();
    }
    Ok(Json(answer))
}

pub async fn enrol(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<TerminalAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "terminal.enrol", &ask)?;
    issued(&web, asked, move |tx| {
        let TerminalAsk { branch, name, place, variant } = ask.clone();
        party::terminal_enrol(tx, &caller.actor, TerminalNew { branch, name, place, variant })
    })
    .await
}

pub async fn again(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<DeviceId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "terminal.enrol_again", &id)?;
    let done =
        issued(&web, asked, move |tx| unknown_to_others(party::terminal_again(tx, &caller.actor, id), "terminal", id))
            .await;
    web.inner().sessions.forget_terminal(id);
    done
}

async fn change(
    web: Web,
    asked: Asked,
    id: DeviceId,
    f: impl Fn(&mut Tx<'_>) -> Result<Change> + Send + 'static,
) -> Result<Json<Value>, Fault> {
    let done = web.write_once(&asked, move |tx| unknown_to_others(f(tx), "terminal", id).map(changed)).await;
    web.inner().sessions.forget_terminal(id);
    Ok(Json(done?))
}

pub async fn out_of_order(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<DeviceId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "terminal.out_of_order", &(id, &why))?;
    change(web, asked, id, move |tx| party::terminal_out(tx, &caller.actor, id, &why.reason)).await
}

pub async fn in_order(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<DeviceId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "terminal.in_order", &id)?;
    change(web, asked, id, move |tx| party::terminal_in_order(tx, &caller.actor, id)).await
}

pub async fn retire(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<DeviceId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "terminal.retire", &(id, &why))?;
    change(web, asked, id, move |tx| party::terminal_retire(tx, &caller.actor, id, &why.reason)).await
}
