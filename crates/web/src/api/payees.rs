//! The caller's book of payees.
use super::desk::proposed;
use super::{Key, changed};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use app::desk::{Act, PayeeAdd, PayeeRename, propose};
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::PayeeId;
use kernel::{Actor, Error, Owner, Page, PageAsk, Who};
use payments::{PayeeNew, PayeeView};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

pub(super) fn owner(actor: &Actor) -> Result<Owner, Fault> {
    match actor.who {
        Who::Person(p) => Ok(Owner::Person(p)),
        Who::ForFirm { firm, .. } | Who::Client { firm, .. } => Ok(Owner::Firm(firm)),
        _ => Err(Fault(Error::forbidden("only customers and firms pay from accounts of their own"))),
    }
}

/// A payee to be put into the book.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayeeNewAsk {
    name: String,
    /// Digits; spaces and hyphens do not count.
    number: String,
    /// Clearing code or name of another bank; empty for an account here.
    #[serde(default)]
    bank: String,
    /// What the owner calls him; at most 20 characters.
    #[serde(default)]
    nickname: String,
}

/// What a payee is called from now on; empty for nothing.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NicknameAsk {
    nickname: String,
}

#[derive(Deserialize)]
pub struct ListAsk {
    #[serde(default)]
    text: String,
    limit: Option<u32>,
    after: Option<String>,
}

fn told(p: PayeeView) -> Value {
    json!({
        "payee": p.id, "name": p.name, "nickname": p.nickname, "bank": p.bank, "number": p.masked, "added_at": p.added_at,
        "times_paid": p.times_paid, "last_paid_at": p.last_paid_at, "last_amount": p.last_amount,
    })
}

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<ListAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let owner = owner(&caller.actor)?;
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found = web.read(move |tx| payments::payees(tx, &caller.actor, owner, &ask.text, &page)).await?;
    Ok(Json(super::shown(found, told)))
}

pub async fn add(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<PayeeNewAsk>,
) -> Result<Json<Value>, Fault> {
    let owner = owner(&caller.actor)?;
    let asked = Asked::new(&caller.actor, &key, "payee.add", &ask)?;
    let PayeeNewAsk { name, number, bank, nickname } = ask;
    let new = PayeeNew { name, number, bank, nickname };
    let person = caller.actor.clone();
    let done = web.write_once(&asked, move |tx| {
        let act = Act::PayeeAdd(PayeeAdd::of(tx, owner, &new)?);
        propose(tx, &caller.actor, &act).map(proposed)
    });
    Ok(Json(web.naming(&person, done).await?))
}

pub async fn rename(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(payee): At<PayeeId>,
    Body(ask): Body<NicknameAsk>,
) -> Result<Json<Value>, Fault> {
    let act = Act::PayeeRename(PayeeRename { payee, nickname: ask.nickname });
    super::desk::order(&web, caller, &key, "payee.rename", act).await
}

pub async fn remove(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PayeeId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "payee.remove", &id)?;
    let done = web.write_once(&asked, move |tx| payments::payee_remove(tx, &caller.actor, id).map(changed));
    Ok(Json(done.await?))
}
