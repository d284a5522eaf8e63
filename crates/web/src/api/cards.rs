//! Cards: asked for, activated, stopped, lost and found, replaced, closed; blank cards of a branch; credit, its bill and what is done with it.
use super::{Key, Why};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, State};
use cards::credit::{Bill, Decided, Item, Statement};
use cards::{Apply, Card, CardStep, CreditLine, Dispute, FindOutcome, InPerson, Kind, Offer, Plastic, Repay, Stock};
use kernel::id::{AccountId, BranchId, CardId, PersonId};
use kernel::{Actor, Error, Money, Page, Result, Who};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use utoipa::ToSchema;

type Told = Result<Json<Value>, Fault>;

/// Does it once; `ask` is what the request is recognised by.
async fn once<B: Serialize + Send + Sync + 'static>(
    web: &Web,
    caller: Caller,
    key: &str,
    what: &'static str,
    ask: B,
    f: fn(&mut Tx<'_>, &Actor, &B) -> Result<Value>,
) -> Told {
    let asked = Asked::new(&caller.actor, key, what, &ask)?;
    Ok(Json(web.write_once(&asked, move |tx| f(tx, &caller.actor, &ask)).await?))
}

fn told(c: &Card) -> Value {
    json!({
        "card": c.id, "kind": c.kind, "owner": c.owner, "account": c.account, "branch": c.branch, "state": c.state, "number": c.masked,
        "sequence": c.sequence, "expires": c.expires, "approval": c.approval, "applied_at": c.applied_at, "approved_at": c.approved_at,
        "frozen_at": c.stop.as_ref().map(|s| s.0.at), "lost_at": c.loss.as_ref().map(|s| s.0.at), "closed_at": c.closed_at,
    })
}

fn told_plastic(p: &Plastic) -> Value {
    json!({
        "sequence": p.sequence, "state": p.state, "expires": p.expires, "ordered_at": p.ordered_at, "produced_at": p.produced_at,
        "activated_at": p.activated_at, "dead_at": p.dead_at, "dead_why": p.dead_why,
    })
}

fn told_step(s: &CardStep) -> Value {
    json!({ "number": s.number, "step": s.step, "state": s.state, "sequence": s.sequence, "channel": s.channel, "at": s.at, "reason": s.reason })
}

fn told_stock(s: &Stock) -> Value {
    json!({ "branch": s.place, "blank": s.blank, "received": s.received, "used": s.used, "spoilt": s.spoilt, "coming": s.coming })
}

fn told_item(i: &Item) -> Value {
    json!({
        "item": i.number, "kind": i.kind, "posted": i.posted, "amount": Money::cny(i.amount), "unpaid": Money::cny(i.unpaid),
        "statement": i.billed, "disputed": i.disputed, "merchant": i.merchant,
    })
}

fn told_statement(s: &Statement) -> Value {
    let money = Money::cny;
    json!({
        "number": s.number, "day": s.day, "due": s.due, "balance": money(s.balance), "overpaid": money(s.overpaid), "minimum": money(s.minimum),
        "interest": money(s.interest), "late": money(s.late), "fees": money(s.fees),
    })
}

fn told_line(l: &CreditLine) -> Value {
    let b: &Bill = &l.bill.0;
    json!({
        "line": l.account, "owner": l.owner, "limit": Money::cny(l.limit_minor), "debt": Money::cny(b.debt()), "charges": Money::cny(b.charges),
        "overpaid": Money::cny(b.overpaid), "asked": Money::cny(b.asked()), "minimum_left": Money::cny(b.minimum_left()),
        "statement_day": b.statement_day, "items": b.items.iter().map(told_item).collect::<Vec<_>>(),
    })
}

/// The caller's own cards, newest first; closed ones too, at most 200.
pub async fn list(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| match caller.actor.who {
        Who::Person(p) => cards::cards_of(tx, &caller.actor, p),
        _ => Err(Error::forbidden("only persons have cards")),
    });
    Ok(Json(Page { items: found.await?.iter().map(told).collect(), next: None }))
}

/// A card with its plastics and every step of its life.
pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<CardId>) -> Told {
    let found = web.read(move |tx| {
        let mut all = told(&cards::card(tx, &caller.actor, id)?);
        all["plastics"] = cards::plastics(tx, &caller.actor, id)?.iter().map(told_plastic).collect();
        all["steps"] = cards::steps(tx, &caller.actor, id)?.iter().map(told_step).collect();
        Ok(all)
    });
    Ok(Json(found.await?))
}

/// A card to be asked for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyAsk {
    /// `debit`, `credit`, `social`
    #[schema(value_type = String)]
    kind: Kind,
    /// The holder's current account.
    #[schema(value_type = String)]
    account: AccountId,
    /// Where it is fetched.
    #[schema(value_type = String)]
    branch: BranchId,
    /// Of a credit card.
    #[schema(value_type = Option<crate::api::schema::Amount>)]
    limit: Option<Money>,
}

pub async fn apply(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<ApplyAsk>) -> Told {
    once(&web, caller, &key, "cards.apply", ask, |tx, actor, ask| {
        let ask = Apply { kind: ask.kind, account: ask.account, branch: ask.branch, limit: ask.limit };
        cards::apply(tx, actor, &ask).map(|c| told(&c))
    })
    .await
}

/// Who stands there.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivateAsk {
    /// The sequence number on the plastic.
    sequence: i64,
    /// The number of the identity document that staff read; nothing at a machine.
    #[serde(default)]
    document: String,
}

pub async fn activate(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CardId>,
    Body(ask): Body<ActivateAsk>,
) -> Told {
    once(&web, caller, &key, "cards.activate", (id, ask), |tx, actor, (id, ask)| {
        let seen = InPerson { document: ask.document.clone() };
        cards::activate(tx, actor, *id, ask.sequence, &seen).map(|c| told(&c))
    })
    .await
}

pub async fn freeze(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CardId>,
    Body(why): Body<Why>,
) -> Told {
    once(&web, caller, &key, "cards.freeze", (id, why), |tx, actor, (id, why)| {
        cards::freeze(tx, actor, *id, &why.reason).map(|c| told(&c))
    })
    .await
}

/// What is done with the holder there, or by himself with a fresh code.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonAsk {
    /// The number of the identity document that staff read.
    #[serde(default)]
    document: String,
}

pub async fn thaw(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CardId>,
    Body(ask): Body<PersonAsk>,
) -> Told {
    once(&web, caller, &key, "cards.thaw", (id, ask), |tx, actor, (id, ask)| {
        cards::thaw(tx, actor, *id, &InPerson { document: ask.document.clone() }).map(|c| told(&c))
    })
    .await
}

pub async fn lose(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CardId>,
    Body(why): Body<Why>,
) -> Told {
    once(&web, caller, &key, "cards.lose", (id, why), |tx, actor, (id, why)| {
        cards::lose(tx, actor, *id, &why.reason).map(|c| told(&c))
    })
    .await
}

/// Found again: `done`, or `asked` when a second person has to agree.
pub async fn find(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CardId>,
    Body(ask): Body<PersonAsk>,
) -> Told {
    once(&web, caller, &key, "cards.find", (id, ask), |tx, actor, (id, ask)| {
        let found = cards::find(tx, actor, *id, &InPerson { document: ask.document.clone() })?;
        Ok(match found {
            FindOutcome::Done(card) => json!({ "outcome": "done", "state": card.state, "approval": null }),
            FindOutcome::Asked(approval) => json!({ "outcome": "asked", "state": "lost", "approval": approval }),
        })
    })
    .await
}

/// A new plastic with the same number.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceAsk {
    reason: String,
    /// Made here and now from a blank card.
    #[serde(default)]
    waits: bool,
    #[serde(default)]
    document: String,
}

pub async fn replace(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CardId>,
    Body(ask): Body<ReplaceAsk>,
) -> Told {
    once(&web, caller, &key, "cards.replace", (id, ask), |tx, actor, (id, ask)| {
        let seen = InPerson { document: ask.document.clone() };
        cards::replace(tx, actor, *id, ask.waits, &seen, &ask.reason).map(|c| told(&c))
    })
    .await
}

/// The end of a card.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseAsk {
    reason: String,
    #[serde(default)]
    document: String,
}

pub async fn close(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CardId>,
    Body(ask): Body<CloseAsk>,
) -> Told {
    once(&web, caller, &key, "cards.close", (id, ask), |tx, actor, (id, ask)| {
        cards::close(tx, actor, *id, &InPerson { document: ask.document.clone() }, &ask.reason).map(|c| told(&c))
    })
    .await
}

/// The blank cards of a branch.
pub async fn stock(State(web): State<Web>, caller: Caller, At(id): At<BranchId>) -> Told {
    Ok(Json(web.read(move |tx| cards::stock(tx, &caller.actor, id).map(|s| told_stock(&s))).await?))
}

/// Blank cards that were counted.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockAsk {
    count: i64,
}

pub async fn stock_receive(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<BranchId>,
    Body(ask): Body<StockAsk>,
) -> Told {
    once(&web, caller, &key, "cards.stock_receive", (id, ask), |tx, actor, (id, ask)| {
        cards::stock_receive(tx, actor, *id, ask.count).map(|s| told_stock(&s))
    })
    .await
}

pub async fn stock_confirm(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<BranchId>,
    Body(ask): Body<StockAsk>,
) -> Told {
    once(&web, caller, &key, "cards.stock_confirm", (id, ask), |tx, actor, (id, ask)| {
        cards::stock_confirm(tx, actor, *id, ask.count).map(|s| told_stock(&s))
    })
    .await
}

/// A credit line and its bill, as it was last brought up.
pub async fn line(State(web): State<Web>, caller: Caller, At(id): At<AccountId>) -> Told {
    Ok(Json(web.read(move |tx| cards::line(tx, &caller.actor, id).map(|l| told_line(&l))).await?))
}

/// The statements of a line, newest first, at most 120.
pub async fn statements(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AccountId>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| cards::statements(tx, &caller.actor, id)).await?;
    Ok(Json(Page { items: found.iter().map(|s| told_statement(&s.statement.0)).collect(), next: None }))
}

/// How much of a bill is repaid, and from where.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepayAsk {
    /// An account of the payer's own.
    #[schema(value_type = String)]
    from: AccountId,
    /// `"full"`, `"minimum"` or `{"amount": …}`
    #[schema(value_type = Object)]
    what: Repay,
}

pub async fn repay(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<RepayAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "cards.repay", &(id, &ask))?;
    let done = web.run_once(&asked, move |bank| {
        cards::repay(&bank.desk, &caller.actor, id, ask.from, ask.what, &key).map(|receipt| json!(receipt))
    });
    Ok(Json(done.await?))
}

/// What was paid too much, back to an account of the holder's.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutAsk {
    #[schema(value_type = String)]
    to: AccountId,
    #[schema(value_type = crate::api::schema::Amount)]
    amount: Money,
}

pub async fn take_out(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<OutAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "cards.take_out", &(id, &ask))?;
    let desk = web.desk().clone();
    let done = web.write_once(&asked, move |tx| {
        cards::take_out(&desk, tx, &caller.actor, id, ask.to, ask.amount).map(|l| told_line(&l))
    });
    Ok(Json(done.await?))
}

/// An item to be paid in parts.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanAsk {
    item: i64,
    periods: u32,
}

pub async fn instalments(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<PlanAsk>,
) -> Told {
    once(&web, caller, &key, "cards.instalments", (id, ask), |tx, actor, (id, ask)| {
        let plan = cards::instalments(tx, actor, *id, ask.item, ask.periods)?;
        let parts: Vec<Money> = plan.left.iter().map(|p| Money::cny(*p)).collect();
        Ok(json!({ "item": plan.item, "parts": parts, "fee": Money::cny(plan.fee) }))
    })
    .await
}

/// An item that is not the holder's.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeAsk {
    item: i64,
    reason: String,
}

pub async fn dispute(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<DisputeAsk>,
) -> Told {
    once(&web, caller, &key, "cards.dispute", (id, ask), |tx, actor, (id, ask)| {
        cards::dispute(tx, actor, *id, ask.item, &ask.reason).map(|l| told_line(&l))
    })
    .await
}

/// How a dispute should end.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideAsk {
    item: i64,
    /// `for_holder` or `for_bank`
    #[schema(value_type = String)]
    how: Decided,
    reason: String,
}

pub async fn decide(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<DecideAsk>,
) -> Told {
    once(&web, caller, &key, "cards.decide", (id, ask), |tx, actor, (id, ask)| {
        let approval = cards::decide_ask(tx, actor, *id, ask.item, ask.how, &ask.reason)?;
        Ok(json!({ "outcome": "asked", "approval": approval }))
    })
    .await
}

/// The cards of a customer, newest first, for staff who may read accounts.
pub async fn of_person(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<PersonId>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| cards::cards_of(tx, &caller.actor, id));
    Ok(Json(Page { items: found.await?.iter().map(told).collect(), next: None }))
}

/// A PIN that the holder typed, in person.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinAsk {
    /// Six digits.
    pin: String,
    /// The number of the identity document that staff read; nothing at a machine.
    #[serde(default)]
    document: String,
}

pub async fn pin(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CardId>,
    Body(ask): Body<PinAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "cards.pin", &(id, &ask))?;
    let done = web.run_once(&asked, move |bank| {
        let seen = InPerson { document: ask.document };
        cards::pin::pin_set(&bank.store, &*bank.hsm, &caller.actor, id, &ask.pin, &seen)?;
        Ok(json!({ "card": id, "pin": "set" }))
    });
    Ok(Json(done.await?))
}

/// A blank card that is spoilt or missing.
pub async fn stock_spoil(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<BranchId>,
    Body(why): Body<Why>,
) -> Told {
    once(&web, caller, &key, "cards.stock_spoil", (id, why), |tx, actor, (id, why)| {
        cards::stock_spoil(tx, actor, *id, &why.reason).map(|s| told_stock(&s))
    })
    .await
}

/// The disputes of a line, newest first, at most 100.
pub async fn disputes(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AccountId>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| cards::disputes(tx, &caller.actor, id)).await?;
    let told = |d: &Dispute| {
        json!({
            "item": d.item, "posted": d.posted, "amount": Money::cny(d.amount), "merchant": d.merchant, "raised_at": d.raised_at,
            "reason": d.reason, "proposed": d.proposed, "decided": d.decided, "decided_at": d.decided_at,
            "given_back": Money::cny(d.given_back),
        })
    };
    Ok(Json(Page { items: found.iter().map(told).collect(), next: None }))
}

/// Which item of a bill.
#[derive(Deserialize)]
pub struct ItemAsk {
    item: i64,
}

/// What it would cost to pay an item in parts; nothing where it cannot be.
pub async fn offers(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AccountId>,
    Query(ask): Query<ItemAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        let l = cards::line(tx, &caller.actor, id)?;
        cards::offers(&l.bill.0, ask.item, tx.business_date()?)
    });
    let told = |o: &Offer| {
        json!({
            "periods": o.periods, "part": o.part, "last": o.last, "fee": o.fee, "fees": o.fees, "yearly": o.yearly.to_string(),
        })
    };
    Ok(Json(Page { items: found.await?.iter().map(told).collect(), next: None }))
}

/// What was bought in each of the last six months.
pub async fn spending(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AccountId>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| cards::spending(tx, &caller.actor, id)).await?;
    let items = found.iter().map(|(month, sum)| json!({ "month": month, "amount": sum })).collect();
    Ok(Json(Page { items, next: None }))
}

/// Another limit.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitAsk {
    #[schema(value_type = crate::api::schema::Amount)]
    limit: Money,
    reason: String,
}

pub async fn limit(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<LimitAsk>,
) -> Told {
    once(&web, caller, &key, "cards.limit", (id, ask), |tx, actor, (id, ask)| {
        let approval = cards::limit_ask(tx, actor, *id, ask.limit, &ask.reason)?;
        Ok(json!({ "outcome": "asked", "approval": approval }))
    })
    .await
}
