//! Wealth products: what is sold, the questions about risk, orders, holdings, recordings of sales.
use super::Key;
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Path, State};
use kernel::id::{AccountId, PersonId, RecordingId, WealthOrderId};
use kernel::{Currency, Error, Money, Owner, Page, Who};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use wealth::{Answer, Ask, Assessment, Entry, NavRow, Order, Product, Quote, Recording, Redeem, Standing, Subscribe};

type Told = Result<Json<Value>, Fault>;
type Listed = Result<Json<Page<Value>>, Fault>;

fn whole(items: Vec<Value>) -> Json<Page<Value>> {
    Json(Page { items, next: None })
}

pub(crate) fn told_product(p: &Product) -> Value {
    let t = p.terms();
    json!({
        "code": p.code, "version": p.version, "risk": p.risk, "name_zh": t.name.zh, "name_en": t.name.en, "issuer_zh": t.issuer.zh,
        "issuer_en": t.issuer.en, "about_zh": t.about.zh, "about_en": t.about.en, "currency": p.currency, "minimum": p.money(t.minimum),
        "step": p.money(t.step), "sold_until": t.sold_until, "matures": t.matures, "redeem_days": t.redeem_days,
        "cooling_hours": t.cooling_hours, "fee": t.fee_millionths, "second_look_age": t.second_look_age,
        "effective_from": p.effective_from, "document": p.document,
    })
}

fn told_value(row: &NavRow) -> Value {
    json!({ "day": row.day, "value": row.value })
}

fn told_assessment(a: &Assessment) -> Value {
    json!({
        "assessment": a.id, "person": a.person, "number": a.number, "level": a.level, "score": a.score, "day": a.day,
        "valid_until": a.valid_until, "channel": a.channel, "made_at": a.made_at,
    })
}

fn told_quote(q: &Quote) -> Value {
    json!({
        "product": told_product(&q.product), "amount": q.amount, "fee": q.fee, "net": q.net, "value": q.nav.as_ref().map(told_value),
        "units": q.units.map(|u| u.plain()), "level": q.level, "suits": q.suits, "second_look": q.second_look,
    })
}

fn told_order(o: &Order) -> Value {
    json!({
        "order": o.id, "holding": o.holding, "owner": o.owner, "product": o.product, "kind": o.kind, "state": o.state,
        "amount": o.money(o.amount), "fee": o.money(o.fee), "units": o.units().plain(), "value": o.nav, "level": o.level(),
        "made_at": o.made_at, "channel": o.channel, "recording": o.recording, "approval": o.approval, "cool_until": o.cool_until,
        "priced_on": o.priced_on, "pays_on": o.pays_on, "ended_at": o.ended_at, "ended_why": o.ended_why,
    })
}

fn told_standing(s: &Standing) -> Value {
    let h = &s.holding;
    json!({
        "holding": h.account, "owner": h.owner, "linked": h.linked, "product": h.product, "units": h.units().plain(),
        "free_units": h.free().plain(), "value": s.nav.as_ref().map(told_value), "worth": s.worth, "cost": s.cost, "gain": s.gain,
        "waiting": s.waiting,
    })
}

fn told_entry(e: &Entry, currency: Currency) -> Value {
    let (money, units) = (|minor| Money::new(minor, currency), |hundredths| Money::new(hundredths, Currency::UNITS));
    json!({
        "number": e.number, "order": e.wealth_order, "kind": e.kind, "day": e.day, "value": e.nav, "value_day": e.nav_day,
        "units": units(e.units).plain(), "amount": money(e.money), "fee": money(e.fee), "stands": units(e.stands).plain(),
    })
}

fn told_recording(r: &Recording) -> Value {
    let hash = r.hash.as_deref().and_then(|h| blake3::Hash::from_slice(h).ok()).map(|h| h.to_hex().to_string());
    json!({
        "recording": r.id, "person": r.person, "product": r.product, "branch": r.branch, "began_at": r.began_at, "ended_at": r.ended_at,
        "hash": hash, "bytes": r.bytes, "order": r.sold,
    })
}

/// What is sold today: the least risk first.
pub async fn on_sale(State(web): State<Web>) -> Listed {
    let found = web.read(move |tx| {
        let today = tx.business_date()?;
        let shelf = wealth::shelf(tx)?;
        let one = |p: &&Product| {
            let value = p.latest(tx, today)?;
            Ok(json!({ "product": told_product(p), "value": value.as_ref().map(told_value) }))
        };
        shelf.on_sale(today).iter().map(one).collect::<kernel::Result<Vec<Value>>>()
    });
    Ok(whole(found.await?))
}

/// The values of a product's unit, oldest first, at most 400.
pub async fn values(State(web): State<Web>, Path(code): Path<String>) -> Listed {
    let found = web.read(move |tx| {
        let today = tx.business_date()?;
        wealth::shelf(tx)?.product(&code, today)?.values(tx, today)
    });
    Ok(whole(found.await?.iter().map(told_value).collect()))
}

/// The questions of today; how answers are weighed is the bank's.
pub async fn questions(State(web): State<Web>) -> Told {
    let set = web.read(move |tx| wealth::questions(tx.business_date()?)).await?;
    let question = |q: &wealth::Question| {
        let choices: Vec<Value> = q.choices.iter().map(|c| json!({ "zh": c.zh, "en": c.en })).collect();
        json!({ "question": q.key, "zh": q.text.zh, "en": q.text.en, "choices": choices })
    };
    Ok(Json(json!({
        "version": set.version, "valid_months": set.valid_months, "per_day_max": set.per_day_max, "per_year_max": set.per_year_max,
        "basis": set.basis, "questions": set.question.iter().map(question).collect::<Vec<_>>(),
    })))
}

/// The caller's own assessments, newest first, at most 50.
pub async fn assessments(State(web): State<Web>, caller: Caller) -> Listed {
    let found = web.read(move |tx| match caller.actor.who {
        Who::Person(p) => wealth::assessments_of(tx, &caller.actor, p),
        _ => Err(Error::forbidden("only persons are assessed")),
    });
    Ok(whole(found.await?.iter().map(told_assessment).collect()))
}

/// A customer's assessments, for staff.
pub async fn assessments_of(State(web): State<Web>, caller: Caller, At(person): At<PersonId>) -> Listed {
    let found = web.read(move |tx| wealth::assessments_of(tx, &caller.actor, person));
    Ok(whole(found.await?.iter().map(told_assessment).collect()))
}

/// An answer: the question's key and the place of the choice, from 0.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerAsk {
    question: String,
    choice: usize,
}

/// One answer to every question of today.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessAsk {
    answers: Vec<AnswerAsk>,
}

pub async fn assess(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<AssessAsk>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "wealth.assess", &ask)?;
    let answer = |a: AnswerAsk| Answer { question: a.question, choice: a.choice };
    let answers: Vec<Answer> = ask.answers.into_iter().map(answer).collect();
    let done = web.write_once(&asked, move |tx| Ok(told_assessment(&wealth::assess(tx, &caller.actor, &answers)?)));
    Ok(Json(done.await?))
}

/// What somebody thinks of buying.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuyAsk {
    /// A product's code.
    product: String,
    /// The person's current account that pays and is paid to.
    #[schema(value_type = String)]
    linked: AccountId,
    /// Fee included.
    #[schema(value_type = crate::api::schema::Amount)]
    amount: Money,
}

/// What an order would come to today; nothing moves.
pub async fn quote(State(web): State<Web>, caller: Caller, Body(ask): Body<BuyAsk>) -> Told {
    let BuyAsk { product, linked, amount } = ask;
    let found = web.read(move |tx| wealth::quote(tx, &caller.actor, &Ask { product, linked, amount }));
    Ok(Json(told_quote(&found.await?)))
}

/// An order bound to what was shown.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmedBuy {
    product: String,
    #[schema(value_type = String)]
    linked: AccountId,
    #[schema(value_type = crate::api::schema::Amount)]
    amount: Money,
    /// The `fee` of the quote that the customer saw.
    #[schema(value_type = crate::api::schema::Amount)]
    fee_shown: Money,
    /// By staff: the finished recording of the sale.
    #[schema(value_type = Option<String>)]
    recording: Option<RecordingId>,
}

pub async fn subscribe(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<ConfirmedBuy>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "wealth.subscribe", &ask)?;
    let ConfirmedBuy { product, linked, amount, fee_shown, recording } = ask;
    let order = Subscribe { ask: Ask { product, linked, amount }, fee_shown, recording };
    let desk = web.desk().clone();
    let done = web.write_once(&asked, move |tx| Ok(told_order(&wealth::subscribe(&desk, tx, &caller.actor, &order)?)));
    Ok(Json(done.await?))
}

pub async fn order(State(web): State<Web>, caller: Caller, At(id): At<WealthOrderId>) -> Told {
    Ok(Json(told_order(&web.read(move |tx| wealth::order(tx, &caller.actor, id)).await?)))
}

pub async fn cancel(State(web): State<Web>, caller: Caller, Key(key): Key, At(id): At<WealthOrderId>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "wealth.cancel", &id)?;
    let desk = web.desk().clone();
    let done = web.write_once(&asked, move |tx| Ok(told_order(&wealth::cancel(&desk, tx, &caller.actor, id)?)));
    Ok(Json(done.await?))
}

/// The caller's own holdings, empty ones too, newest first, at most 200.
pub async fn holdings(State(web): State<Web>, caller: Caller) -> Listed {
    let found = web.read(move |tx| match caller.actor.who {
        Who::Person(p) => wealth::holdings_of(tx, &caller.actor, Owner::Person(p)),
        _ => Err(Error::forbidden("only persons hold wealth products")),
    });
    Ok(whole(found.await?.iter().map(told_standing).collect()))
}

/// A holding with its movements and orders.
pub async fn statement(State(web): State<Web>, caller: Caller, At(id): At<AccountId>) -> Told {
    let found = web.read(move |tx| {
        let standing = wealth::holding(tx, &caller.actor, id)?.standing(tx)?;
        let currency = standing.product.currency;
        let entries: Vec<Value> =
            wealth::entries(tx, &caller.actor, id)?.iter().map(|e| told_entry(e, currency)).collect();
        let orders: Vec<Value> = wealth::orders_of(tx, &caller.actor, id)?.iter().map(told_order).collect();
        Ok(json!({ "holding": told_standing(&standing), "entries": entries, "orders": orders }))
    });
    Ok(Json(found.await?))
}

/// Units to be given back.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemAsk {
    /// With two decimals at most: `1234.50`.
    units: String,
}

pub async fn redeem(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(holding): At<AccountId>,
    Body(ask): Body<RedeemAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "wealth.redeem", &(holding, &ask))?;
    let units = Money::parse(&ask.units, Currency::UNITS)?;
    let done = web
        .write_once(&asked, move |tx| Ok(told_order(&wealth::redeem(tx, &caller.actor, &Redeem { holding, units })?)));
    Ok(Json(done.await?))
}

/// A sale that is to be recorded.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingAsk {
    #[schema(value_type = String)]
    person: PersonId,
    /// A product's code.
    product: String,
}

/// Written down first, then the device begins; asked again under its key, the device begins again under the same name.
pub async fn recording_begin(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<RecordingAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "wealth.recording", &ask)?;
    let who = caller.actor.clone();
    let done: (RecordingId, Value) = web
        .write_once(&asked, move |tx| {
            let made = wealth::recording_begin(tx, &caller.actor, ask.person, &ask.product)?;
            Ok((made.id, told_recording(&made)))
        })
        .await?;
    crate::pages::wealth_sale::start(&web, &who, done.0).await?;
    Ok(Json(done.1))
}

/// The device ends first, then what it kept is written down.
pub async fn recording_end(State(web): State<Web>, caller: Caller, Key(key): Key, At(id): At<RecordingId>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "wealth.recording_end", &id)?;
    let take = crate::pages::wealth_sale::stop(&web, &caller.actor, id).await?;
    let done =
        web.write_once(&asked, move |tx| Ok(told_recording(&wealth::recording_end(tx, &caller.actor, id, take)?)));
    Ok(Json(done.await?))
}
