//! What is done for a customer at a counter: numbers and documents changed.
use super::Key;
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::State;
use kernel::Error;
use kernel::id::PersonId;
use party::{DocumentKind, DocumentNew};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneAsk {
    /// 5 to 15 digits, with + for other countries.
    phone: String,
}

pub async fn phone(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PersonId>,
    Body(ask): Body<PhoneAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "counter.phone", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        app::counter::phone_change(tx, &caller.actor, id, &ask.phone).map(super::changed)
    });
    Ok(Json(done.await?))
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentAsk {
    /// `resident_id` or `passport`
    document: String,
    number: String,
    /// ISO 3166-1 alpha-2; `CN` when absent.
    country: Option<String>,
}

pub async fn document(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PersonId>,
    Body(ask): Body<DocumentAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "counter.document", &(id, &ask))?;
    let document = DocumentKind::parse(&ask.document);
    let document = document.ok_or_else(|| Error::field("document", "resident_id or passport"))?;
    let new = DocumentNew { document, number: ask.number, country: ask.country.unwrap_or_else(|| "CN".into()) };
    let done =
        web.write_once(&asked, move |tx| app::counter::document_renew(tx, &caller.actor, id, &new).map(super::changed));
    Ok(Json(done.await?))
}
