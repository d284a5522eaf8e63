//! Cash machines of branches: what each holds by its own counters, who was served, loading and emptying by three, the terminal each stands
//! in.
use super::{Key, changed};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use app::machines;
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::{BranchId, CashMoveId, DeviceId, DrawerId};
use kernel::{Error, Page, PageAsk, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use till::Visit;
use till::device::Holdings;
use utoipa::ToSchema;

type Told = Result<Json<Value>, Fault>;

fn visit(v: &Visit) -> Value {
    json!({
        "visit": v.id, "machine": v.machine, "kind": v.kind, "step": v.step, "notes": v.notes, "movement": v.movement,
        "began_at": v.began_at, "ended_at": v.ended_at, "outcome": v.outcome, "amount": v.money(), "recovered": v.recovered,
    })
}

fn parts(now: &Holdings) -> Value {
    json!({
        "cassettes": now.cassettes, "rejects": now.rejects, "retracted": now.retracted, "transport": now.transport,
        "escrow": now.escrow, "slot": now.slot, "suspect": now.suspect,
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListAsk {
    limit: Option<u32>,
    after: Option<String>,
}

/// Visits at a branch's machines; whose account it was is not told.
pub async fn visits(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<BranchId>,
    Query(ask): Query<ListAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let ask = PageAsk { limit: ask.limit, after: ask.after };
    let found = web.read(move |tx| till::visits(tx, &caller.actor, id, &ask)).await?;
    Ok(Json(found.map(|v| visit(&v))))
}

/// A machine by the book and by its own counters; none while it is at work or without power.
pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<DrawerId>) -> Told {
    let found = web.run(move |bank| {
        let d = bank.read(|tx| till::drawer(tx, &caller.actor, id))?;
        if d.kind != till::DrawerKind::Machine {
            return Err(Error::not_found("machine", id));
        }
        let now = machines::holdings(bank, id).ok();
        Ok(json!({
            "machine": d.id, "branch": d.branch, "name": d.name, "notes": d.notes, "booked": d.booked,
            "out_of_service": d.out_of_service, "counters": now.as_ref().map(parts),
        }))
    });
    Ok(Json(found.await?))
}

pub async fn unload_ask(State(web): State<Web>, caller: Caller, At(id): At<DrawerId>, Key(key): Key) -> Told {
    let asked = Asked::new(&caller.actor, &key, "till.unload_ask", &id)?;
    let done = web.write_once(&asked, move |tx| {
        till::machine::unload_ask(tx, &caller.actor, id).map(|m| json!({ "movement": m.id, "amount": m.money() }))
    });
    Ok(Json(done.await?))
}

pub async fn recover(State(web): State<Web>, caller: Caller, At(id): At<DrawerId>, Key(_): Key) -> Told {
    let done = web.run(move |bank| machines::recover(bank, &caller.actor, id)).await?;
    let change = if done.is_some() { party::Change::Done } else { party::Change::AlreadySo };
    Ok(Json(changed(change)))
}

async fn at_machine(web: &Web, caller: Caller, id: CashMoveId, key: &str, loads: bool) -> Told {
    let what = if loads { "till.load" } else { "till.unload" };
    let asked = Asked::new(&caller.actor, key, what, &id)?;
    let done = web.run_once(&asked, move |bank| {
        let m = bank.read(|tx| till::movement(tx, &caller.actor, id))?;
        let done = match loads {
            true => machines::load(bank, &caller.actor, m.to_drawer, id),
            false => machines::unload(bank, &caller.actor, m.from_drawer, id),
        };
        done.map(|v| visit(&v))
    });
    Ok(Json(done.await?))
}

pub async fn load(State(web): State<Web>, caller: Caller, At(id): At<CashMoveId>, Key(key): Key) -> Told {
    at_machine(&web, caller, id, &key, true).await
}

pub async fn empty(State(web): State<Web>, caller: Caller, At(id): At<CashMoveId>, Key(key): Key) -> Told {
    at_machine(&web, caller, id, &key, false).await
}

/// Which cash machine stands in a terminal.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAsk {
    /// A drawer of the kind `machine`, of the terminal's branch.
    #[schema(value_type = String)]
    machine: DrawerId,
}

pub async fn link(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<DeviceId>,
    Key(key): Key,
    Body(ask): Body<LinkAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "till.machine_link", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| till::machine_link(tx, &caller.actor, id, ask.machine).map(changed));
    Ok(Json(done.await?))
}
