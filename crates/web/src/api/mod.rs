//! The interface for programs, `/v1`: JSON in, JSON out, the same domain functions as the pages call.
//!
//! Whoever calls signs in by a session token or as a firm's program ([`crate::gate`]). Fields that are not known are refused.
//! A change carries an `Idempotency-Key`: the same key with the same body answers the same, with another body it is
//! `key_reused`. Lists come in pages with a cursor. What somebody may not know of is not found. Answers that show a
//! person's data show it masked.
pub mod accounts;
pub mod approvals;
pub mod arrears;
pub mod bulk;
pub mod card_scheme;
pub mod cards;
pub mod case_papers;
pub mod counter;
pub mod crew_files;
pub mod crews;
pub mod deposits;
pub mod desk;
pub mod doc;
pub mod family;
pub mod fraud_cases;
pub mod guarantees;
pub mod guards;
pub mod help;
pub mod machines;
pub mod openings;
pub mod operations;
pub mod orders;
pub mod overviews;
pub mod passkeys;
pub mod payees;
pub mod payments;
pub mod people;
pub mod profile;
pub mod reports;
pub mod safety;
pub mod schema;
pub mod sessions;
pub mod site_end;
pub mod staff;
pub mod statements;
pub mod terminals;
pub mod terms;
pub mod till;
pub mod till_papers;
pub mod wage_files;
pub mod wages;
pub mod wealth;
pub mod webhooks;
pub mod worksite;

use crate::Fault;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kernel::{Kind, Page, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// The idempotency key of a change; the gate has looked at its form.
pub struct Key(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Key, Fault> {
        let key = parts.headers.get("idempotency-key").and_then(|v| v.to_str().ok()).unwrap_or_default();
        store::check_key(key)?;
        Ok(Key(key.to_owned()))
    }
}

/// Why something is done; 1 to 500 characters.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    pub reason: String,
}

/// Nothing but that it is so now: `done` when this request did it, `already_so` when it was so before.
fn changed(change: party::Change) -> Value {
    json!({ "outcome": if change == party::Change::Done { "done" } else { "already_so" } })
}

fn shown<T>(page: Page<T>, one: impl FnMut(T) -> Value) -> Page<Value> {
    page.map(one)
}

/// Somebody else's thing is answered as one that is not there; the denial goes along, for the audit.
pub fn unknown_to_others<T>(done: Result<T>, what: &'static str, id: impl std::fmt::Display) -> Result<T> {
    done.map_err(|why| match why.kind() {
        Kind::Forbidden => kernel::Error::not_found(what, id).caused_by(why),
        _ => why,
    })
}
