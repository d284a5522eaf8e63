//! Passkeys for programs that have a browser or an authenticator of their own: signing in, one in the place of the code, and
//! one's own list. What is asked and answered has the JSON forms of WebAuthn Level 3, bytes in URL-safe base64.
use super::changed;
use super::sessions::{SignedIn, origin, session};
use crate::Fault;
use crate::door;
use crate::gate::{Caller, CameFrom};
use crate::http::csrf::random;
use crate::http::read::{At, Body};
use crate::state::Web;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::id::{PasskeyId, PendingId};
use kernel::{Channel, Error, Page};
use party::codes::NOT_SIGNED_IN;
use party::{Origin, PasskeyNew, PasskeyQuestion, SignIn, StepUp};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Whose passkey is asked for; empty for any that the device keeps for the bank.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInQuestionAsk {
    #[serde(default)]
    name: String,
}

/// The ticket is a secret of whoever asked: it comes back with the answer.
pub async fn sign_in_question(
    State(web): State<Web>,
    CameFrom(origin): CameFrom,
    Body(ask): Body<SignInQuestionAsk>,
) -> Result<Json<Value>, Fault> {
    let ticket = URL_SAFE_NO_PAD.encode(random::<16>());
    let question = door::passkey_question(&web, &ask.name, &ticket, &origin).await?;
    Ok(Json(asked(question, Some(ticket))))
}

fn asked(question: PasskeyQuestion, ticket: Option<String>) -> Value {
    json!({ "pending": question.pending, "ticket": ticket, "options": question.options })
}

/// The answer of a passkey to what was asked at sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInAnswer {
    #[schema(value_type = String)]
    pending: PendingId,
    ticket: String,
    /// `PublicKeyCredential` as JSON.
    #[schema(value_type = Object)]
    credential: Value,
    /// What this device keeps to be known again; empty for none.
    #[serde(default)]
    device: String,
}

pub async fn sign_in(
    State(web): State<Web>,
    CameFrom(origin): CameFrom,
    Body(ask): Body<SignInAnswer>,
) -> Result<(StatusCode, Json<Value>), Fault> {
    let origin = Origin { channel: Channel::Api, device_mark: ask.device, ..origin };
    let answer = ask.credential.to_string();
    match door::passkey_sign_in(&web, ask.pending, &ask.ticket, &answer, &origin).await? {
        SignIn::Signed { token, view, new_device } => {
            Ok((StatusCode::CREATED, Json(SignedIn { token, view: &view, new_device }.told())))
        }
        SignIn::Refused => Err(Error::new(&NOT_SIGNED_IN, "the passkey was not accepted, or the login pauses").into()),
    }
}

pub async fn step_up_question(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    session(&caller)?;
    let bank = web.relying().clone();
    let question = web.write(move |tx| party::passkey_ask_step_up(tx, &caller.actor, &bank)).await?;
    Ok(Json(asked(question, None)))
}

/// The answer of a passkey to what was asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUpAnswer {
    #[schema(value_type = String)]
    pending: PendingId,
    /// `PublicKeyCredential` as JSON.
    #[schema(value_type = Object)]
    credential: Value,
}

pub async fn step_up(
    State(web): State<Web>,
    caller: Caller,
    headers: HeaderMap,
    Body(ask): Body<StepUpAnswer>,
) -> Result<Json<Value>, Fault> {
    session(&caller)?;
    let (from, answer) = (origin(&caller, &headers), ask.credential.to_string());
    match door::passkey_step_up(&web, &caller.token, &caller.actor, ask.pending, &answer, &from).await? {
        StepUp::Done { token, view } => Ok(Json(SignedIn { token, view: &view, new_device: false }.told())),
        StepUp::Refused => Err(Error::new(&NOT_SIGNED_IN, "the passkey was not accepted").into()),
    }
}

pub async fn list(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let own = web.read(move |tx| party::passkeys_of(tx, &caller.actor)).await?;
    let items = own.into_iter().map(|p| {
        json!({ "passkey": p.passkey, "name": p.name, "made_at": p.made_at, "used_at": p.used_at, "suspect_at": p.suspect_at })
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

pub async fn question(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    session(&caller)?;
    let bank = web.relying().clone();
    let question = web.write(move |tx| party::passkey_ask_new(tx, &caller.actor, &bank)).await?;
    Ok(Json(asked(question, None)))
}

/// A new passkey, and what its owner calls it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAsk {
    #[schema(value_type = String)]
    pending: PendingId,
    /// 1 to 30 characters.
    name: String,
    /// `PublicKeyCredential` as JSON.
    #[schema(value_type = Object)]
    credential: Value,
}

pub async fn make(
    State(web): State<Web>,
    caller: Caller,
    Body(ask): Body<PasskeyAsk>,
) -> Result<(StatusCode, Json<Value>), Fault> {
    session(&caller)?;
    let (bank, answer) = (web.relying().clone(), ask.credential.to_string());
    let made = web
        .write(move |tx| {
            let new = PasskeyNew { pending: ask.pending, answer: &answer, name: &ask.name };
            party::passkey_make(tx, &caller.actor, &bank, &new)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(json!({ "passkey": made }))))
}

pub async fn remove(State(web): State<Web>, caller: Caller, At(id): At<PasskeyId>) -> Result<Json<Value>, Fault> {
    session(&caller)?;
    Ok(Json(changed(web.write(move |tx| party::passkey_remove(tx, &caller.actor, id)).await?)))
}
