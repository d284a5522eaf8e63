//! What the bank knows of whoever calls, his consents, and what he prefers.
use super::{Key, changed};
use crate::Fault;
use crate::Lang;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Path, State};
use kernel::id::PersonId;
use kernel::{Error, Page, Who};
use party::{Consent, ConsentStanding, Edition};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

fn himself(caller: &Caller) -> Result<PersonId, Fault> {
    match caller.actor.who {
        Who::Person(person) => Ok(person),
        _ => Err(Error::forbidden("a profile is a customer's own").into()),
    }
}

pub async fn show(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    let id = himself(&caller)?;
    let seen = web.read(move |tx| {
        let p = party::person_view(tx, &caller.actor, id)?;
        let address = party::own_address_masked(tx, &caller.actor)?;
        let prefers = caller.actor.login.map(|login| party::preference(tx, login)).transpose()?.flatten();
        Ok(json!({
            "person": id, "name": p.name, "identity": p.identity, "phone": p.phone, "address": address, "tier": p.tier,
            "language": prefers.as_ref().map(|p| p.language.clone()), "edition": prefers.map(|p| p.edition.code()),
        }))
    });
    Ok(Json(seen.await?))
}

/// The audit is durable before it is answered.
pub async fn reveal(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    let seen = web.write(move |tx| party::reveal_own(tx, &caller.actor)).await?;
    Ok(Json(json!({ "name": seen.name, "phone": seen.phone, "address": seen.address })))
}

/// A telephone number or an address.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactAsk {
    value: String,
}

pub async fn phone(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<ContactAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "profile.phone", &ask)?;
    let done = web.write_once(&asked, move |tx| Ok(changed(party::phone_change(tx, &caller.actor, &ask.value)?)));
    Ok(Json(done.await?))
}

pub async fn address(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<ContactAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "profile.address", &ask)?;
    let done = web.write_once(&asked, move |tx| Ok(changed(party::address_change(tx, &caller.actor, &ask.value)?)));
    Ok(Json(done.await?))
}

/// The language and edition on a device where nothing was chosen.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreferenceAsk {
    /// `zh-CN` or `en`
    language: String,
    /// `customer` or `elder`
    #[schema(value_type = String)]
    edition: Edition,
}

pub async fn prefer(
    State(web): State<Web>,
    caller: Caller,
    Body(ask): Body<PreferenceAsk>,
) -> Result<Json<Value>, Fault> {
    let lang = Lang::parse(&ask.language).ok_or_else(|| Error::field("language", "not one of the languages"))?;
    Ok(Json(changed(web.write(move |tx| party::preference_set(tx, &caller.actor, lang.tag(), ask.edition)).await?)))
}

fn standing(s: ConsentStanding) -> Value {
    let t = s.text;
    json!({
        "purpose": t.purpose, "version": t.version, "effective_from": t.effective_from, "required": t.required,
        "sensitive": t.sensitive, "title_zh": t.title_zh, "title_en": t.title_en, "why_zh": t.why_zh, "why_en": t.why_en,
        "data_zh": t.data_zh, "data_en": t.data_en, "without_zh": t.without_zh, "without_en": t.without_en,
        "kept_zh": t.kept_zh, "kept_en": t.kept_en, "basis": t.basis, "given": s.is_given(),
        "given_version": s.given.as_ref().map(|c| c.version), "given_at": s.given.as_ref().map(|c| c.given_at),
    })
}

fn said(c: Consent) -> Value {
    json!({
        "consent": c.id, "purpose": c.purpose, "version": c.version, "given_at": c.given_at, "given_by": c.given_by,
        "channel": c.channel, "ended_at": c.ended_at, "ended_by": c.ended_by,
    })
}

fn page(items: impl Iterator<Item = Value>) -> Json<Page<Value>> {
    Json(Page { items: items.collect(), next: None })
}

pub async fn consents(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let id = himself(&caller)?;
    Ok(page(web.read(move |tx| party::consents_of(tx, &caller.actor, id)).await?.into_iter().map(standing)))
}

pub async fn history(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let id = himself(&caller)?;
    Ok(page(web.read(move |tx| party::consent_history(tx, &caller.actor, id)).await?.into_iter().map(said)))
}

/// The version that was read.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentAsk {
    version: u32,
}

pub async fn give(
    State(web): State<Web>,
    caller: Caller,
    Path(purpose): Path<String>,
    Body(ask): Body<ConsentAsk>,
) -> Result<Json<Value>, Fault> {
    let done = web.write(move |tx| party::consent_give(tx, &caller.actor, &purpose, ask.version)).await?;
    Ok(Json(changed(done)))
}

pub async fn withdraw(
    State(web): State<Web>,
    caller: Caller,
    Path(purpose): Path<String>,
) -> Result<Json<Value>, Fault> {
    Ok(Json(changed(web.write(move |tx| party::consent_withdraw(tx, &caller.actor, &purpose)).await?)))
}

/// A customer's consents, for staff; the look is written down before it is answered.
pub async fn of_customer(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<PersonId>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.write(move |tx| {
        let seen = super::unknown_to_others(party::consents_of(tx, &caller.actor, id), "person", id)?;
        tx.audit(&caller.actor, store::Audit::of("consent.look", id))?;
        Ok(seen)
    });
    Ok(page(found.await?.into_iter().map(standing)))
}
