//! Cases of the guard for officers' programs, and objections for customers'.
use super::{Key, changed};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, State};
use cases::{Appeal, AppealKind, AppealNew, Ask, Case, Outcome};
use kernel::clock::MINUTE;
use kernel::id::{FraudCaseId, InstructionId};
use kernel::{Error, Owner, Page, PageAsk, Who};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

type Told = Result<Json<Value>, Fault>;

fn told(c: &Case) -> Value {
    json!({
        "case": c.id, "subject": c.subject, "about": c.about, "typology": c.typology, "skill": c.skill, "severity": c.severity,
        "branch": c.branch, "desk": c.desk, "alerts": c.alerts, "opened_at": c.opened_at, "due_at": c.due_at, "state": c.state,
        "officer": c.officer, "worked_minutes": c.worked / MINUTE, "outcome": c.outcome, "closed_at": c.closed_at,
    })
}

fn told_appeal(a: &Appeal) -> Value {
    json!({
        "appeal": a.id, "kind": a.kind, "instruction": a.instruction, "urgent": a.urgent, "state": a.told_state(), "made_at": a.made_at,
        "due_at": a.due_at, "decided_at": a.decided_at,
    })
}

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(page): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| cases::listed(tx, &caller.actor, Ask::default(), &page)).await?;
    Ok(Json(found.map(|c| told(&c))))
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<FraudCaseId>) -> Told {
    Ok(Json(told(&web.read(move |tx| cases::case(tx, &caller.actor, id)).await?)))
}

pub async fn claim(State(web): State<Web>, caller: Caller, Key(key): Key, At(id): At<FraudCaseId>) -> Told {
    let actor = caller.actor.clone();
    let asked = Asked::new(&caller.actor, &key, "fraud_case.claim", &id.to_string())?;
    Ok(Json(web.write_once(&asked, move |tx| cases::claim(tx, &actor, id).map(changed)).await?))
}

/// How a case ends.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingAsk {
    /// `dissuaded`, `insists`, `police`, `false_alarm`, `fraud` or `no_answer`.
    #[schema(value_type = String)]
    outcome: Outcome,
    reason: String,
    /// Payments that wait: true releases them, false calls them off, nothing leaves them.
    release: Option<bool>,
    /// Propose the payees for the grey list.
    #[serde(default)]
    list: bool,
}

pub async fn close(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FraudCaseId>,
    Body(ask): Body<ClosingAsk>,
) -> Told {
    let actor = caller.actor.clone();
    let asked = Asked::new(&caller.actor, &key, "fraud_case.close", &(id.to_string(), &ask))?;
    let ending = app::followed::Ending { release: ask.release, list: ask.list };
    let done = web.run_once(&asked, move |bank| {
        app::followed::close(bank, &actor, id, ask.outcome, &ask.reason, ending).map(changed)
    });
    Ok(Json(done.await?))
}

/// The person who calls.
fn himself(caller: &Caller) -> Result<Owner, Fault> {
    match caller.actor.who {
        Who::Person(p) => Ok(Owner::Person(p)),
        _ => Err(Fault(Error::forbidden("a customer speaks for himself"))),
    }
}

pub async fn objections(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let subject = himself(&caller)?;
    let found = web.read(move |tx| cases::appeals_of(tx, &caller.actor, subject)).await?;
    Ok(Json(Page { items: found.iter().map(told_appeal).collect(), next: None }))
}

/// What is wrong with what the bank did.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionAsk {
    text: String,
    /// About money for living, medicine or work.
    #[serde(default)]
    urgent: bool,
}

pub async fn object(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<InstructionId>,
    Body(ask): Body<ObjectionAsk>,
) -> Told {
    let (actor, subject) = (caller.actor.clone(), himself(&caller)?);
    let asked = Asked::new(&caller.actor, &key, "payment.objection", &(id.to_string(), &ask))?;
    let work = move |tx: &mut store::Tx<'_>| {
        payments::instruction(tx, &actor, id)?;
        let kind = AppealKind::Objection;
        let (urgent, words) = (ask.urgent, ask.text.clone());
        let new = AppealNew { subject, kind, instruction: Some(id), urgent, words, files: Vec::new() };
        cases::object(tx, &actor, &new).map(|(a, _)| told_appeal(&a))
    };
    Ok(Json(web.write_once(&asked, work).await?))
}
