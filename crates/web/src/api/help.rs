//! Help by people, for both sides: the customer who asks to be called, and those who call.
use super::{Key, changed, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::pages::call_backs::QUEUE_SHOWN_MAX;
use crate::pages::help as pages;
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::State;
use kernel::id::{CallBackId, PersonId, StaffId};
use kernel::{Error, Page};
use lobby::call_back::{self, CallAsk, CallBack, Outcome, Topic, Wish};
use party::Manager;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

fn face(m: Option<&Manager>) -> Value {
    m.map_or(Value::Null, |m| json!({ "staff": m.staff, "name": m.name, "portrait": m.portrait_at.is_some() }))
}

/// As the one who asked sees it.
fn own(call: &CallBack, caller: Option<&Manager>) -> Value {
    json!({
        "call": call.id, "topic": call.topic, "wish": call.wish, "phone": call.phone_masked, "state": call.state,
        "asked_at": call.asked_at, "promised_by": call.promised_by, "overdue_at": call.overdue_at,
        "word_zh": call.word().zh(), "word_en": call.word().en(), "caller": face(caller),
    })
}

/// As those see it who call; the number and the word only for who took it.
fn queued(call: &CallBack) -> Value {
    json!({
        "call": call.id, "customer": call.person, "name": call.name_masked, "phone": call.phone_masked, "elder": call.elder,
        "topic": call.topic, "wish": call.wish, "state": call.state, "asked_at": call.asked_at, "call_from": call.call_from,
        "promised_by": call.promised_by, "overdue_at": call.overdue_at, "taken_by": call.taken_by, "tries": call.tries,
    })
}

/// The number to ring, who looks after the caller, and his open request.
pub async fn help(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| pages::look(tx, &caller.actor, "")).await?;
    let call = found.call.as_ref().map(|c| own(c, found.caller.as_ref()));
    Ok(Json(json!({ "phone": found.branch.phone, "manager": face(found.manager.as_ref()), "call_back": call })))
}

/// A request to be called at the number on file.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallBackAsk {
    /// `suspicious`, `payment`, `card`, `other`
    #[schema(value_type = String)]
    topic: Topic,
    /// `soon`, `morning`, `afternoon`
    #[schema(value_type = String)]
    wish: Wish,
}

pub async fn ask(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<CallBackAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "call_back.ask", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let wanted = CallAsk { topic: ask.topic, wish: ask.wish, phone: String::new(), visitor: String::new() };
        let done = call_back::ask(tx, &caller.actor, &wanted)?;
        let taker = call_back::taker(tx, &done.call)?;
        Ok(own(&done.call, taker.as_ref()))
    });
    Ok(Json(done.await?))
}

pub async fn cancel(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CallBackId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "call_back.cancel", &id)?;
    let done = web.write_once(&asked, move |tx| call_back::cancel(tx, &caller.actor, id, "").map(changed));
    Ok(Json(done.await?))
}

/// The open requests of the caller's branches in the order in which they are to be called.
pub async fn queue(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let calls = web.read(move |tx| call_back::queue(tx, &caller.actor, QUEUE_SHOWN_MAX)).await?;
    Ok(Json(Page { items: calls.iter().map(queued).collect(), next: None }))
}

/// Takes a request; the answer holds the number to ring and the word to say. The look at the number is in the audit.
pub async fn take(
    State(web): State<Web>,
    caller: Caller,
    Key(_): Key,
    At(id): At<CallBackId>,
) -> Result<Json<Value>, Fault> {
    let done = web.write(move |tx| {
        let taken = unknown_to_others(call_back::take(tx, &caller.actor, id), "call-back", id)?;
        let number = call_back::number(tx, &caller.actor, id)?;
        let call = call_back::call(tx, &caller.actor, id)?;
        // Nobody rings a machine, so there is no word by which the caller is known.
        let (zh, en) =
            if call.is_at_machine() { (String::new(), String::new()) } else { (call.word().zh(), call.word().en()) };
        let outcome = &changed(taken)["outcome"];
        Ok(json!({ "outcome": outcome, "phone": number, "word_zh": zh, "word_en": en }))
    });
    Ok(Json(done.await?))
}

/// What came of a call.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallResult {
    /// `helped`, `appointment`, `handed_on`; absent when nobody answered.
    #[schema(value_type = Option<String>)]
    outcome: Option<Outcome>,
    /// 500 characters at most.
    #[serde(default)]
    note: String,
}

pub async fn result(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CallBackId>,
    Body(told): Body<CallResult>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "call_back.result", &(id, &told))?;
    let done = web.write_once(&asked, move |tx| {
        let done = match told.outcome {
            Some(outcome) => call_back::done(tx, &caller.actor, id, outcome, &told.note),
            None => call_back::not_reached(tx, &caller.actor, id, &told.note),
        };
        unknown_to_others(done, "call-back", id).map(changed)
    });
    Ok(Json(done.await?))
}

/// Who looks after a customer from now on.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagerAsk {
    /// `null`: nobody.
    #[schema(value_type = Option<String>)]
    staff: Option<StaffId>,
}

pub async fn assign(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PersonId>,
    Body(ask): Body<ManagerAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "customer.manager", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        unknown_to_others(party::manager_assign(tx, &caller.actor, id, ask.staff), "person", id).map(changed)
    });
    Ok(Json(done.await?))
}

/// A portrait as base64.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PortraitAsk {
    /// A PNG, JPEG or WebP picture.
    image: String,
}

pub async fn portrait(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<StaffId>,
    Body(ask): Body<PortraitAsk>,
) -> Result<Json<Value>, Fault> {
    use base64::Engine;
    let decoded = base64::engine::general_purpose::STANDARD.decode(&ask.image);
    let image = decoded.map_err(|_| Error::field("image", "it is not base64"))?;
    let asked = Asked::new(&caller.actor, &key, "staff.portrait", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| party::portrait_set(tx, &caller.actor, id, &image).map(changed));
    Ok(Json(done.await?))
}
