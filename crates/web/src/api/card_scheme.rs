//! What the scheme of the cards tells the bank: may this card pay, it has paid, it was taken back, some of it was given back. Its program
//! belongs to the firm that runs the scheme, and the head office gave it the right.
use super::Key;
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::State;
use cards::Purchase;
use kernel::Money;
use kernel::id::InstructionId;
use payments::Receipt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A merchant asks whether a card may pay.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthoriseAsk {
    /// The number on the card.
    number: String,
    /// The sequence number on the card.
    sequence: i64,
    #[schema(value_type = crate::api::schema::Amount)]
    amount: Money,
    /// The scheme's own; the same again is the same purchase.
    reference: String,
    merchant: String,
    /// Six digits, where the holder typed them.
    #[serde(default)]
    pin: Option<String>,
}

pub async fn authorise(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<AuthoriseAsk>,
) -> Result<Json<Receipt>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "cards.authorise", &ask)?;
    let done = web.run_once(&asked, move |bank| {
        let AuthoriseAsk { number, sequence, amount, reference, merchant, pin } = ask;
        let purchase = Purchase { number, sequence, amount, reference, merchant };
        cards::authorise_for(&bank.desk, &*bank.hsm, &caller.actor, &purchase, pin.as_deref())
    });
    Ok(Json(done.await?))
}

/// An amount of a purchase.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresentAsk {
    #[schema(value_type = crate::api::schema::Amount)]
    amount: Money,
}

pub async fn present(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<InstructionId>,
    Body(ask): Body<PresentAsk>,
) -> Result<Json<Receipt>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "cards.present", &(id, &ask))?;
    let done = web.run_once(&asked, move |bank| {
        bank.read(|tx| cards::scheme_may(tx, &caller.actor))?;
        cards::present(&bank.desk, id, ask.amount)
    });
    Ok(Json(done.await?))
}

pub async fn reverse(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<InstructionId>,
) -> Result<Json<Receipt>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "cards.reverse", &id)?;
    let done = web.run_once(&asked, move |bank| {
        bank.read(|tx| cards::scheme_may(tx, &caller.actor))?;
        cards::reverse(&bank.desk, id)
    });
    Ok(Json(done.await?))
}

/// What a merchant gives back.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundAsk {
    /// The scheme's own for this refund; the same again is the same refund.
    reference: String,
    #[schema(value_type = crate::api::schema::Amount)]
    amount: Money,
}

pub async fn refund(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<InstructionId>,
    Body(ask): Body<RefundAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "cards.refund", &(id, &ask))?;
    let done = web.run_once(&asked, move |bank| {
        bank.read(|tx| cards::scheme_may(tx, &caller.actor))?;
        let r = cards::refund(&bank.desk, id, &ask.reference, ask.amount)?;
        let amount = Money::cny(r.amount);
        Ok(json!({ "purchase": r.purchase, "reference": r.reference, "amount": amount, "transfer": r.transfer, "at": r.at }))
    });
    Ok(Json(done.await?))
}
