//! Webhooks of the caller's firm.
use super::{Key, Why, changed, shown};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use app::webhooks::{DeliveryView, NewWebhook, WebhookView};
use axum::Json;
use axum::extract::{Path, Query, State};
use kernel::id::{FirmId, WebhookId};
use kernel::{Actor, Error, Page, PageAsk, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

fn firm(actor: &Actor) -> Result<FirmId> {
    actor.firm().ok_or_else(|| Error::forbidden("webhooks belong to firms; act for one"))
}

pub async fn list(State(web): State<Web>, caller: Caller) -> Result<Json<Page<WebhookView>>, Fault> {
    let of = firm(&caller.actor)?;
    let items = web.read(move |tx| app::webhooks::list(tx, &caller.actor, of)).await?;
    Ok(Json(Page { items, next: None }))
}

/// An address and the kinds of events it wants.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookAsk {
    /// https, a public host.
    url: String,
    /// Kinds such as `payment.posted`, `payroll.*` or `*`.
    kinds: Vec<String>,
}

/// The secret is answered once and not kept with the answer: the same request again has null in its place.
async fn secret_once(
    web: &Web,
    asked: Asked,
    f: impl Fn(&mut store::Tx<'_>) -> Result<(WebhookId, String)> + Send + 'static,
) -> Result<Json<Value>, Fault> {
    let fresh = std::sync::Arc::new(parking_lot::Mutex::new(None));
    let shown = fresh.clone();
    let mut answer: Value = web
        .write_once(&asked, move |tx| {
            let (id, secret) = f(tx)?;
            *fresh.lock() = Some(secret);
            Ok(json!({ "webhook": id, "secret": null }))
        })
        .await?;
    if let Some(secret) = shown.lock().take() {
        answer["secret"] = secret.into();
    }
    Ok(Json(answer))
}

pub async fn subscribe(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<WebhookAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "webhook.subscribe", &ask)?;
    let (of, courier) = (firm(&caller.actor)?, web.bank().webhooks.clone());
    let subscribe = move |tx: &mut store::Tx<'_>| {
        let WebhookAsk { url, kinds } = ask.clone();
        app::webhooks::subscribe(tx, &caller.actor, &courier, NewWebhook { firm: of, url, kinds })
    };
    secret_once(&web, asked, subscribe).await
}

pub async fn change_secret(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<WebhookId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "webhook.secret_change", &id)?;
    secret_once(&web, asked, move |tx| Ok((id, app::webhooks::secret_change(tx, &caller.actor, id)?))).await
}

pub async fn enable(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<WebhookId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "webhook.enable", &id)?;
    Ok(Json(web.write_once(&asked, move |tx| app::webhooks::enable(tx, &caller.actor, id).map(changed)).await?))
}

pub async fn end(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<WebhookId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "webhook.end", &(id, &why))?;
    let done = web.write_once(&asked, move |tx| app::webhooks::end(tx, &caller.actor, id, &why.reason).map(changed));
    Ok(Json(done.await?))
}

pub async fn deliveries(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<WebhookId>,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| app::webhooks::deliveries(tx, &caller.actor, id, &ask)).await?;
    Ok(Json(shown(found, |d: DeliveryView| json!(d))))
}

pub async fn redeliver(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path((id, pos)): Path<(String, i64)>,
) -> Result<Json<Value>, Fault> {
    let id: WebhookId = id.parse().map_err(|_| Error::not_found("webhook", &id))?;
    let asked = Asked::new(&caller.actor, &key, "webhook.redeliver", &(id, pos))?;
    let done = web.write_once(&asked, move |tx| {
        app::webhooks::redeliver(tx, &caller.actor, id, pos)?;
        Ok(changed(party::Change::Done))
    });
    Ok(Json(done.await?))
}
