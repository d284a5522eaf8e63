//! Customers and firms on file, the users of a firm and its programs.
use super::staff::{LimitsAsk, told};
use super::{Key, Why, changed, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use app::rights::{control_ask, grant_ask};
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::{BranchId, ClientId, FirmId, PersonId};
use kernel::{Date, Error, Page, Result, Timestamp, Who};
use parking_lot::Mutex;
use party::{
    ApiClient, ClientNew, DocumentKind, Firm, FirmKind, FirmNew, FirmSize, GrantAsk, Held, Permission, PersonNew,
    PersonView, Role, Tier,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::ToSchema;

/// A person as on the document.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonAsk {
    #[schema(value_type = String)]
    branch: BranchId,
    name: String,
    /// `resident_id` or `passport`
    #[schema(value_type = String)]
    document: DocumentKind,
    number: String,
    /// Who issued it, ISO 3166-1 alpha-2; `CN` for an identity card.
    country: String,
    phone: String,
    #[serde(default)]
    address: String,
    #[schema(value_type = String)]
    born: Date,
    /// `I`, `II`, `III` or `restricted`
    #[schema(value_type = String)]
    tier: Tier,
}

pub async fn register(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<PersonAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "person.register", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let a = ask.clone();
        let new = PersonNew {
            branch: a.branch,
            name: a.name,
            document: a.document,
            number: a.number,
            country: a.country,
            phone: a.phone,
            address: a.address,
            born: a.born,
            tier: a.tier,
        };
        let done = party::person_register(tx, &caller.actor, new)?;
        Ok(json!({ "person": done.person, "already": done.already }))
    });
    Ok(Json(done.await?))
}

/// One customer, masked. The look is written down before it is answered.
pub async fn person(State(web): State<Web>, caller: Caller, At(id): At<PersonId>) -> Result<Json<Value>, Fault> {
    let found = web.write(move |tx| {
        let p: PersonView = unknown_to_others(party::person_view(tx, &caller.actor, id), "person", id)?;
        tx.audit(&caller.actor, store::Audit::of("person.look", id))?;
        Ok(json!({
            "person": p.id, "name": p.name, "identity": p.identity, "phone": p.phone, "document": p.document,
            "foreign": p.foreign, "tier": p.tier, "elder": p.elder,
        }))
    });
    Ok(Json(found.await?))
}

/// A firm as on the licence.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirmAsk {
    #[schema(value_type = String)]
    branch: BranchId,
    /// 18 characters.
    credit_code: String,
    name: String,
    /// `company`, `subcontractor`, `merchant` or `authority`
    #[schema(value_type = String)]
    kind: FirmKind,
    /// `micro`, `small`, `medium` or `large`
    #[schema(value_type = String)]
    size: FirmSize,
    #[serde(default)]
    address: String,
    #[serde(default)]
    phone: String,
}

pub async fn register_firm(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<FirmAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "firm.register", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let FirmAsk { branch, credit_code, name, kind, size, address, phone } = ask.clone();
        let new = FirmNew { branch, credit_code, name, kind, size, address, phone };
        let done = party::firm_register(tx, &caller.actor, new)?;
        Ok(json!({ "firm": done.firm, "already": done.already }))
    });
    Ok(Json(done.await?))
}

fn told_firm(f: Firm, two: bool) -> Value {
    json!({
        "firm": f.id, "credit_code": f.credit_code, "name": f.name, "kind": f.kind, "size": f.size, "address": f.address,
        "phone": f.phone, "registered_at": f.registered_at, "two_persons_for_rights": two,
    })
}

pub async fn firm(State(web): State<Web>, caller: Caller, At(id): At<FirmId>) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| {
        let firm = unknown_to_others(party::firm_view(tx, &caller.actor, id), "firm", id)?;
        Ok(told_firm(firm, party::firm_control(tx, id)?.is_some()))
    });
    Ok(Json(found.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeAsk {
    credit_code: String,
}

/// The firm with a credit code, or an empty page.
pub async fn firms(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<CodeAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        let wrong = || Error::new(&party::codes::BAD_CREDIT_CODE, "this is no credit code");
        let code = party::credit_code(&ask.credit_code).ok_or_else(wrong)?;
        let Some(id) = party::firm_by_code(tx, &code)? else { return Ok(Vec::new()) };
        match party::firm_view(tx, &caller.actor, id) {
            Ok(firm) => Ok(vec![told_firm(firm, party::firm_control(tx, id)?.is_some())]),
            Err(why) if why.kind() == kernel::Kind::Forbidden => Ok(Vec::new()),
            Err(why) => Err(why),
        }
    });
    Ok(Json(Page { items: found.await?, next: None }))
}

pub async fn users(State(web): State<Web>, caller: Caller, At(id): At<FirmId>) -> Result<Json<Page<Held>>, Fault> {
    let items = web.read(move |tx| unknown_to_others(party::firm_users(tx, &caller.actor, id), "firm", id)).await?;
    Ok(Json(Page { items, next: None }))
}

/// A role in a firm for the customer with exactly this document and this name.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserAsk {
    /// An identity number, or a country and a passport number: `GB 123456789`.
    number: String,
    name: String,
    /// `payroll_clerk`, `payroll_checker`; by the bank also `firm_owner`
    #[schema(value_type = String)]
    role: Role,
    #[serde(default)]
    limits: LimitsAsk,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    valid_until: Option<Timestamp>,
    #[serde(default)]
    note: String,
}

pub async fn give(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FirmId>,
    Body(ask): Body<UserAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "role.grant_firm", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let found = party::firm_user_find(tx, &caller.actor, id, &ask.number, &ask.name);
        let person = unknown_to_others(found, "firm", id)?;
        let given = GrantAsk {
            limits: ask.limits.within(ask.role.cap()),
            valid_until: ask.valid_until,
            ..GrantAsk::new(Who::Person(person), ask.role).of(id)
        };
        grant_ask(tx, &caller.actor, given, &ask.note).map(told)
    });
    Ok(Json(done.await?))
}

/// Whether the firm wants two persons for its rights, and why.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlAsk {
    two_persons: bool,
    reason: String,
}

pub async fn control(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FirmId>,
    Body(ask): Body<ControlAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "firm.control", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let done = control_ask(tx, &caller.actor, id, ask.two_persons, &ask.reason);
        unknown_to_others(done, "firm", id).map(told)
    });
    Ok(Json(done.await?))
}

fn told_client(c: ApiClient) -> Value {
    json!({
        "client": c.id, "firm": c.firm, "name": c.name, "scopes": c.scopes.0, "currency": c.currency,
        "per_transaction_max": c.per_transaction_max, "per_day_max": c.per_day_max, "made_by": c.made_by, "made_at": c.made_at,
        "ended_at": c.ended_at,
    })
}

pub async fn clients(State(web): State<Web>, caller: Caller, At(id): At<FirmId>) -> Result<Json<Page<Value>>, Fault> {
    let all = web.read(move |tx| unknown_to_others(party::clients_of(tx, &caller.actor, id), "firm", id)).await?;
    Ok(Json(Page { items: all.into_iter().map(told_client).collect(), next: None }))
}

/// A program and what it may do.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientAsk {
    name: String,
    /// Among `account.read`, `payment.submit`, `wage.read`, `wage.roster_edit`, `wage.sheet_make`, `webhook.manage`.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Permission>,
    /// `own_max` and `release_max` are nothing for programs.
    #[serde(default)]
    limits: LimitsAsk,
}

/// The secret is answered once and not kept with the answer: the same request again has null in its place.
pub async fn make_client(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FirmId>,
    Body(ask): Body<ClientAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "client.make", &(id, &ask))?;
    let fresh = Arc::new(Mutex::new(None));
    let shown = fresh.clone();
    let mut answer: Value = web
        .write_once(&asked, move |tx| {
            let ClientAsk { name, scopes, limits } = ask.clone();
            let new = ClientNew { firm: id, name, scopes, limits: limits.within(Role::Client.cap()) };
            let (client, secret) = unknown_to_others(party::client_make(tx, &caller.actor, new), "firm", id)?;
            *fresh.lock() = Some(secret);
            Ok(json!({ "client": client, "secret": null }))
        })
        .await?;
    if let Some(secret) = shown.lock().take() {
        answer["secret"] = secret.into();
    }
    Ok(Json(answer))
}

pub async fn end_client(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ClientId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "client.end", &(id, &why))?;
    let done = web.write_once(&asked, move |tx| {
        unknown_to_others(party::client_end(tx, &caller.actor, id, &why.reason), "program", id).map(changed)
    });
    let done = done.await;
    web.inner().sessions.forget_client(id);
    Ok(Json(done?))
}
