//! What staff order about customers: restrictions and closing of accounts, freezes of parties, tiers; and a customer's
//! own limits.
use super::{Key, Why, changed, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::pages::freezes::{freezes as freezes_for, party_of};
use crate::state::{Asked, Web};
use app::desk::{Act, Close, Freeze, Lift, Proposed, Release, TierMove, propose, tier_view};
use axum::Json;
use axum::extract::{Path, State};
use guard::{FreezeBasis, FreezeKind, PartyFreeze};
use kernel::error::NOT_FOUND;
use kernel::id::{AccountId, PersonId};
use kernel::{Currency, Error, Id, Money, Owner, Page, Timestamp, Who};
use ledger::restrictions::{Order, Restrict, Restriction};
use party::Tier;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

pub(crate) fn proposed(done: Proposed) -> Value {
    match done {
        Proposed::Done(change, id) => json!({ "outcome": changed(change)["outcome"], "made": id, "approval": null }),
        Proposed::Asked(approval) => json!({ "outcome": "asked", "made": null, "approval": approval }),
    }
}

/// Gives an order once; `ask` is what the request is recognised by.
pub(crate) async fn order(
    web: &Web,
    caller: Caller,
    key: &str,
    what: &'static str,
    act: Act,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, key, what, &act)?;
    let done = web.write_once(&asked, move |tx| propose(tx, &caller.actor, &act).map(proposed));
    Ok(Json(done.await?))
}

fn told(o: &Order, currency: Currency) -> Value {
    json!({
        "number": o.number, "kind": o.kind, "amount": Money::new(o.amount, currency), "queued": o.queued, "basis": o.basis,
        "document": o.document, "made_by": o.made_by, "made_at": o.made_at, "until": o.until, "lifted_by": o.lifted_by,
        "lifted_at": o.lifted_at, "lifted_why": o.lifted_why,
    })
}

/// All orders an account has had, by number.
pub async fn restrictions(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AccountId>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        let account = ledger::view(tx, id)?.account;
        unknown_to_others(payments::may_see(tx, &caller.actor, account.owner), "account", id)?;
        let mut all = ledger::restrictions::orders(tx, id)?;
        // Of a silent order of an authority its customer hears nothing.
        all.retain(|o| matches!(caller.actor.who, Who::Staff(_)) || o.basis != orders::QUIET);
        Ok(Page { items: all.iter().map(|o| told(o, account.currency)).collect(), next: None })
    });
    Ok(Json(found.await?))
}

/// A restriction to be made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestrictAsk {
    /// `no_debits`, `no_credits`, `counter_only`, `dormant`, `freeze`
    #[schema(value_type = String)]
    kind: Restriction,
    /// Of a freeze: what must stay.
    #[schema(value_type = Option<crate::api::schema::Amount>)]
    amount: Option<Money>,
    /// Wait behind a freeze or stop that stands.
    #[serde(default)]
    queue: bool,
    basis: String,
    #[serde(default)]
    document: String,
    #[schema(value_type = Option<String>)]
    until: Option<Timestamp>,
}

pub async fn restrict(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(account): At<AccountId>,
    Body(ask): Body<RestrictAsk>,
) -> Result<Json<Value>, Fault> {
    let RestrictAsk { kind, amount, queue, basis, document, until } = ask;
    let amount = amount.map_or(0, |m| m.minor);
    let act = Act::Restrict(Restrict { account, kind, amount, queue, basis, document, until });
    order(&web, caller, &key, "desk.restrict", act).await
}

pub async fn lift(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path((account, number)): Path<(String, i64)>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let none = |_| Fault(Error::new(&NOT_FOUND, "the id in the address names nothing here").with("what", "acct"));
    let account = AccountId::parse(&account).map_err(none)?;
    order(&web, caller, &key, "desk.lift", Act::Lift(Lift { account, number, why: why.reason })).await
}

pub async fn close(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(account): At<AccountId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    order(&web, caller, &key, "desk.close", Act::Close(Close { account, why: why.reason })).await
}

fn told_freeze(f: &PartyFreeze) -> Value {
    json!({
        "number": f.number, "kind": f.kind, "basis": f.basis, "document": f.document, "reason": f.reason, "from": f.valid_from,
        "until": f.valid_until, "frozen_by": f.frozen_by, "frozen_at": f.frozen_at, "released_by": f.released_by,
        "released_at": f.released_at, "release_document": f.release_document, "release_reason": f.release_reason,
        "release_approved_by": f.release_approved_by,
    })
}

/// Every freeze of a person or firm, newest first.
pub async fn freezes(
    State(web): State<Web>,
    caller: Caller,
    Path(party): Path<String>,
) -> Result<Json<Page<Value>>, Fault> {
    let subject = party_of(&party)?;
    let found = web.read(move |tx| freezes_for(tx, &caller.actor, subject)).await?;
    Ok(Json(Page { items: found.iter().map(told_freeze).collect(), next: None }))
}

/// A freeze to be made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeAsk {
    /// `stop_debits` or `all`
    #[schema(value_type = String)]
    kind: FreezeKind,
    /// `police_stop`, `police_freeze`, `court`, `risk`, `customer`
    #[schema(value_type = String)]
    basis: FreezeBasis,
    document: String,
    #[schema(value_type = Option<String>)]
    until: Option<Timestamp>,
    reason: String,
}

pub async fn freeze(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(party): Path<String>,
    Body(ask): Body<FreezeAsk>,
) -> Result<Json<Value>, Fault> {
    let FreezeAsk { kind, basis, document, until, reason } = ask;
    let act = Act::Freeze(Freeze { subject: party_of(&party)?, kind, basis, document, until, reason });
    order(&web, caller, &key, "desk.freeze", act).await
}

/// How a freeze ends before its time.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseAsk {
    /// The authority's, where one ordered the freeze.
    #[serde(default)]
    document: String,
    reason: String,
}

pub async fn release(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path((party, number)): Path<(String, i64)>,
    Body(ask): Body<ReleaseAsk>,
) -> Result<Json<Value>, Fault> {
    let subject: Owner = party_of(&party)?;
    let act = Act::Release(Release { subject, number, document: ask.document, why: ask.reason });
    order(&web, caller, &key, "desk.release", act).await
}

/// A person's tier, its limits and what is used of them.
pub async fn tier(State(web): State<Web>, caller: Caller, At(id): At<PersonId>) -> Result<Json<Value>, Fault> {
    Ok(Json(web.read(move |tx| Ok(json!(tier_view(tx, &caller.actor, id)?))).await?))
}

/// Another tier for a person.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TierAsk {
    /// `I`, `II`, `III`, `restricted`
    #[schema(value_type = String)]
    to: Tier,
    /// The evidence for a way up.
    reason: String,
}

pub async fn move_tier(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(person): At<PersonId>,
    Body(ask): Body<TierAsk>,
) -> Result<Json<Value>, Fault> {
    order(&web, caller, &key, "desk.tier", Act::Tier(TierMove { person, to: ask.to, why: ask.reason })).await
}

fn himself(caller: &Caller) -> Result<PersonId, Fault> {
    match caller.actor.who {
        Who::Person(p) => Ok(p),
        _ => Err(Fault(Error::forbidden("only customers have a tier of their own"))),
    }
}

/// The caller's own tier and limits.
pub async fn limits(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    let id = himself(&caller)?;
    Ok(Json(web.read(move |tx| Ok(json!(tier_view(tx, &caller.actor, id)?))).await?))
}

/// The caller's own cap of a day.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CapAsk {
    /// `null` for none.
    #[schema(value_type = Option<crate::api::schema::Amount>)]
    cap: Option<Money>,
}

/// Down at once; up, or away, after the second factor.
pub async fn own_cap(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<CapAsk>,
) -> Result<Json<Value>, Fault> {
    let id = himself(&caller)?;
    let asked = Asked::new(&caller.actor, &key, "party.own_cap", &ask)?;
    let done = web.write_once(&asked, move |tx| party::own_cap_set(tx, &caller.actor, id, ask.cap).map(changed));
    Ok(Json(done.await?))
}
