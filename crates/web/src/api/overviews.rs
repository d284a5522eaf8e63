//! A customer or firm as a whole, for staff's programs: each look names its reason, and is on record before it is answered.
use super::unknown_to_others;
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::At;
use crate::state::Web;
use app::overview::{Money, Seen, Side, Why};
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::{FirmId, PersonId};
use kernel::{Error, Result};
use payments::Instruction;
use serde::Deserialize;
use serde_json::{Value, json};

/// Why, and which side.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LookAsk {
    why: String,
    side: String,
}

impl LookAsk {
    fn why(&self) -> Result<Why> {
        let known = || Why::ALL.iter().map(|w| w.code()).collect::<Vec<_>>().join(", ");
        Why::parse(&self.why).ok_or_else(|| Error::field("why", format!("one of {}", known())))
    }
    fn side(&self) -> Result<Side> {
        let known = || Side::ALL.iter().map(|s| s.code()).collect::<Vec<_>>().join(", ");
        match self.side.as_str() {
            "" => Ok(Side::Who),
            side => Side::parse(side).ok_or_else(|| Error::field("side", format!("one of {}", known()))),
        }
    }
}

pub async fn person(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<PersonId>,
    Query(ask): Query<LookAsk>,
) -> std::result::Result<Json<Value>, Fault> {
    let (why, side) = (ask.why()?, ask.side()?);
    let seen = web
        .write(move |tx| {
            let found = app::overview::person(tx, &caller.actor, id, why, side);
            unknown_to_others(found, "person", id).map(|(p, seen)| told(p, side, &seen))
        })
        .await?;
    Ok(Json(seen))
}

fn told(p: party::PersonView, side: Side, seen: &Seen) -> Value {
    let mut out = json!({
        "person": p.id, "name": p.name, "identity": p.identity, "tier": p.tier, "side": side, "accounts": [], "payments": [], "slips": [],
        "sessions": [], "devices": [],
    });
    match seen {
        Seen::Who(_) => {}
        Seen::Money(all) => out["accounts"] = accounts(all),
        Seen::Orders(all) => out["payments"] = payments(all),
        Seen::Wages(slips) => out["slips"] = json!(slips),
        Seen::Access(sessions, devices) => {
            (out["sessions"], out["devices"]) = (json!(sessions), json!(devices));
        }
    }
    out
}

fn accounts(all: &Money) -> Value {
    all.accounts.iter().map(super::accounts::told_masked).collect()
}

fn payments(all: &[Instruction]) -> Value {
    all.iter().cloned().map(super::payments::told).collect()
}

pub async fn firm(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<FirmId>,
    Query(ask): Query<LookAsk>,
) -> std::result::Result<Json<Value>, Fault> {
    let why = ask.why()?;
    let seen =
        web.write(move |tx| unknown_to_others(app::overview::firm(tx, &caller.actor, id, why), "firm", id)).await?;
    Ok(Json(json!({ "firm": id, "accounts": accounts(&seen.0), "payments": payments(&seen.1) })))
}
