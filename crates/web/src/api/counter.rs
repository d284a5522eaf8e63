//! What is done for a customer at a counter: accounts opened, numbers and documents changed.
use super::Key;
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use app::counter::{AccountNew, Check};
use axum::Json;
use axum::extract::State;
use kernel::id::PersonId;
use kernel::{Currency, Error, Owner};
use party::{DocumentKind, DocumentNew};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// An account to be opened.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountAsk {
    /// A person's or a firm's id.
    #[schema(value_type = String)]
    owner: Owner,
    /// ISO 4217; `CNY` when absent.
    #[schema(value_type = Option<String>)]
    currency: Option<Currency>,
    /// What it is for, in the customer's words.
    purpose: String,
    /// What was looked at: `document`, `phone`, `not_lent` for a person; `licence`, `representative`, `beneficial_owner`, `not_lent`
    /// for a firm.
    #[schema(value_type = Vec<String>)]
    checked: Vec<Check>,
}

pub async fn open_account(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<AccountAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "counter.open_account", &ask)?;
    let AccountAsk { owner, currency, purpose, checked } = ask;
    let new = AccountNew { owner, currency: currency.unwrap_or(Currency::CNY), purpose, checked };
    let done = web.write_once(&asked, move |tx| {
        let a = app::counter::open_account(tx, &caller.actor, &new)?;
        Ok(json!({ "account": a.id, "number": a.number, "owner": a.owner, "currency": a.currency, "opened_at": a.opened_at }))
    });
    Ok(Json(done.await?))
}

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
