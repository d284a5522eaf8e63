//! The family view, for both of its two.
use super::{Key, changed, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Path, Query, State};
use kernel::error::NOT_FOUND;
use kernel::id::{AccountId, FamilyTieId};
use kernel::{Error, Id, Page, PageAsk};
use party::family::{self, Invite, Level, Relation, Share, ShareAsk, Tie};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use utoipa::ToSchema;

fn told(tx: &mut Tx<'_>, tie: &Tie, given: bool) -> kernel::Result<Value> {
    let owner = party::person(tx, tie.owner)?.name_masked;
    let (name, phone) = if given { (&tie.name_masked, tie.phone_masked.as_str()) } else { (&owner, "") };
    Ok(json!({
        "tie": tie.id, "given": given, "relation": tie.relation, "name": name, "phone": phone,
        "state": tie.state_at(tx.now()), "invited_at": tie.invited_at, "answer_by": tie.answer_by,
        "valid_until": tie.valid_until, "ended_at": tie.ended_at,
    }))
}

fn share(s: &Share) -> Value {
    json!({ "account": s.account, "level": s.level, "alerts": s.alerts })
}

/// Whom the caller lets look, and who lets him; newest first.
pub async fn circle(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        let circle = family::circle(tx, &caller.actor)?;
        let mut items = Vec::new();
        for tie in &circle.received {
            items.push(told(tx, tie, false)?);
        }
        for tie in &circle.given {
            items.push(told(tx, tie, true)?);
        }
        Ok(Page { items, next: None })
    });
    Ok(Json(found.await?))
}

/// An account to be shared.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareBody {
    #[schema(value_type = String)]
    account: AccountId,
    /// `balance` or `movements`
    #[schema(value_type = String)]
    level: Level,
    /// The member hears when a payment from it is stopped or held.
    #[serde(default)]
    alerts: bool,
}

/// Somebody is invited to look.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteAsk {
    /// `daughter`, `son`, `spouse`, `grandchild`, `sibling`, `other`
    #[schema(value_type = String)]
    relation: Relation,
    name: String,
    phone: String,
    shares: Vec<ShareBody>,
    /// 1 to 12.
    months: u32,
}

/// The answer is the same whether name and phone are a customer's or not.
pub async fn invite(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<InviteAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "family.invite", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let each = |s: &ShareBody| ShareAsk { account: s.account, level: s.level, alerts: s.alerts };
        let wanted = Invite {
            relation: ask.relation,
            name: ask.name.clone(),
            phone: ask.phone.clone(),
            shares: ask.shares.iter().map(each).collect(),
            months: ask.months,
        };
        let tie = app::family::invite(tx, &caller.actor, &wanted)?;
        told(tx, &tie, true)
    });
    Ok(Json(done.await?))
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<FamilyTieId>) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| {
        let (tie, shares) = family::tie(tx, &caller.actor, id)?;
        let given = caller.actor.person() == Some(tie.owner);
        let shares: Vec<Value> = shares.iter().map(share).collect();
        Ok(json!({ "tie": told(tx, &tie, given)?, "shares": shares }))
    });
    Ok(Json(found.await?))
}

/// The member's answer.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FamilyAnswer {
    accept: bool,
}

pub async fn answer(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FamilyTieId>,
    Body(given): Body<FamilyAnswer>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "family.answer", &(id, given.accept))?;
    let done = web.write_once(&asked, move |tx| {
        unknown_to_others(family::answer(tx, &caller.actor, id, given.accept), "family tie", id).map(changed)
    });
    Ok(Json(done.await?))
}

pub async fn end(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FamilyTieId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "family.end", &id)?;
    let done = web.write_once(&asked, move |tx| family::end(tx, &caller.actor, id).map(changed));
    Ok(Json(done.await?))
}

/// Who looked and when, newest first; for the owner.
pub async fn looks(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<FamilyTieId>,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| unknown_to_others(family::looks(tx, &caller.actor, id, &ask), "family tie", id));
    let each =
        |l: family::Look| json!({ "look": l.id, "account": l.account, "level": l.level, "looked_at": l.looked_at });
    Ok(Json(found.await?.map(each)))
}

/// What is shared. The look is written down, and the owner sees it.
pub async fn accounts(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<FamilyTieId>,
) -> Result<Json<Page<Value>>, Fault> {
    let seen = web.write(move |tx| unknown_to_others(app::family::look(tx, &caller.actor, id, None), "family tie", id));
    let each = |a: &app::family::Seen| json!({ "account": a.share.account, "number": a.number, "level": a.share.level, "available": a.available });
    Ok(Json(Page { items: seen.await?.accounts.iter().map(each).collect(), next: None }))
}

/// The movements of one shared account. The look is written down.
pub async fn movements(
    State(web): State<Web>,
    caller: Caller,
    Path((id, account)): Path<(String, String)>,
) -> Result<Json<Page<Value>>, Fault> {
    let none = |_| Fault(Error::new(&NOT_FOUND, "the id in the address names nothing here").with("what", "ftie"));
    let id = FamilyTieId::parse(&id).map_err(none)?;
    let account = AccountId::parse(&account).map_err(none)?;
    let seen = web
        .write(move |tx| unknown_to_others(app::family::look(tx, &caller.actor, id, Some(account)), "family tie", id));
    let each = |m: &app::family::Movement| json!({ "date": m.on, "code": m.code, "change": m.change });
    Ok(Json(Page { items: seen.await?.movements.iter().map(each).collect(), next: None }))
}
