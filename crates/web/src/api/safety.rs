//! The customer's own protections: his lock, his trusted contacts, one word against a fraud; and the reports, for staff.
use super::{Key, Why, changed, shown};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::{FamilyTieId, FraudReportId, InstructionId, LooseningId, PersonId};
use kernel::{Error, Page, PageAsk, Timestamp};
use party::family::Relation;
use safety::{ContactView, Edition, Hours, LockView, Named, Outcome, Payees, Report, Terms, Typology, Way};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

fn himself(caller: &Caller) -> kernel::Result<PersonId> {
    match caller.actor.who {
        kernel::Who::Person(me) => Ok(me),
        _ => Err(Error::forbidden("a safety lock is a customer's own")),
    }
}

fn hours(h: Hours) -> Vec<u8> {
    (0..24).filter(|hour| h.hold(*hour)).collect()
}

fn terms(t: &Terms) -> Value {
    json!({
        "all": t.all, "basics": t.basics, "hours": hours(t.hours), "ways": t.ways, "payees": t.payees, "abroad": t.abroad,
        "per_payment": t.per_payment, "per_day": t.per_day,
    })
}

fn told(lock: &LockView) -> Value {
    let waiting = lock
        .waiting
        .as_ref()
        .map(|l| json!({ "loosening": l.id, "terms": terms(&l.terms.0), "asked_at": l.asked_at, "due_at": l.due_at }));
    json!({ "terms": terms(&lock.terms), "set_at": lock.set_at, "waiting": waiting })
}

/// The caller's lock, and what waits.
pub async fn lock(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| safety::lock_of(tx, &caller.actor, himself(&caller)?));
    Ok(Json(told(&found.await?)))
}

/// A lock as a whole.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LockAsk {
    /// Nothing goes out but at the counter.
    #[serde(default)]
    all: bool,
    /// Small payments to known firms stay possible although `all`, `hours` or `payees` are against them.
    #[serde(default)]
    basics: bool,
    /// Hours of the day, 0 to 23, in which nothing is paid.
    #[serde(default)]
    hours: Vec<u8>,
    /// `phone`, `kiosk`, `card`, `remote`, `counter`: those that are locked.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    ways: Vec<Way>,
    /// `own`, `known`, `firms` or `anybody`
    #[schema(value_type = String)]
    payees: Payees,
    /// Foreign money is locked.
    #[serde(default)]
    abroad: bool,
    /// One payment at most, in fen.
    #[serde(default)]
    per_payment: Option<i64>,
    /// All payments of a day at most, in fen.
    #[serde(default)]
    per_day: Option<i64>,
}

impl LockAsk {
    fn terms(&self) -> kernel::Result<Terms> {
        if self.hours.iter().any(|h| *h > 23) {
            return Err(Error::field("hours", "0 to 23"));
        }
        Ok(Terms {
            all: self.all,
            basics: self.basics,
            hours: Hours::of_bits(self.hours.iter().fold(0, |bits, h| bits | 1 << h)),
            ways: self.ways.iter().copied().collect(),
            payees: self.payees,
            abroad: self.abroad,
            per_payment: self.per_payment,
            per_day: self.per_day,
        })
    }
}

pub async fn set(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<LockAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "safety.set", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        safety::set(tx, &caller.actor, himself(&caller)?, &ask.terms()?, false).map(|s| told(&s.lock))
    });
    Ok(Json(done.await?))
}

/// What stays possible.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LockAllAsk {
    /// Small payments to known firms stay possible.
    #[serde(default)]
    basics: bool,
}

pub async fn lock_all(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<LockAllAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "safety.lock_all", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        safety::lock_all(tx, &caller.actor, himself(&caller)?, ask.basics).map(|s| told(&s.lock))
    });
    Ok(Json(done.await?))
}

pub async fn withdraw(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<LooseningId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "safety.withdraw", &id)?;
    Ok(Json(web.write_once(&asked, move |tx| safety::withdraw(tx, &caller.actor, id).map(changed)).await?))
}

fn contact(view: &ContactView, named: bool, name: &str, now: Timestamp) -> Value {
    let state = if view.is_told(now) { "told" } else { "waits" };
    json!({
        "tie": view.tie.id, "named": named, "relation": view.tie.relation, "name": name, "state": state,
        "version": view.contact.version, "named_at": view.contact.named_at, "accepted_at": view.contact.accepted_at,
        "valid_until": view.tie.valid_until,
    })
}

/// Whom the caller named, and who named him.
pub async fn contacts(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let now = web.now();
    let all = web.read(move |tx| safety::contacts(tx, &caller.actor)).await?;
    let named = all.named.iter().map(|c| contact(c, true, &c.tie.name_masked, now));
    let of = all.of_others.iter().map(|(c, name)| contact(c, false, name, now));
    Ok(Json(Page { items: named.chain(of).collect(), next: None }))
}

/// Somebody is named.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactAsk {
    /// `daughter`, `son`, `spouse`, `grandchild`, `sibling`, `other`
    #[schema(value_type = String)]
    relation: Relation,
    name: String,
    phone: String,
    /// Of the text that was read.
    version: u32,
}

pub async fn name(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<ContactAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "safety.contact_name", &ask)?;
    let now = web.now();
    let done = web.write_once(&asked, move |tx| {
        let ContactAsk { relation, name, phone, version } = ask.clone();
        let view = safety::contact_name(tx, &caller.actor, &Named { relation, name, phone, version })?;
        Ok(contact(&view, true, &view.tie.name_masked, now))
    });
    Ok(Json(done.await?))
}

/// The contact's answer.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactAnswer {
    accept: bool,
    /// Of the text that was read.
    version: u32,
}

pub async fn answer(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FamilyTieId>,
    Body(ask): Body<ContactAnswer>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "safety.contact_answer", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        safety::contact_answer(tx, &caller.actor, id, ask.accept, ask.version).map(changed)
    });
    Ok(Json(done.await?))
}

pub async fn end(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FamilyTieId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "safety.contact_end", &id)?;
    Ok(Json(web.write_once(&asked, move |tx| safety::contact_end(tx, &caller.actor, id).map(changed)).await?))
}

fn reported(r: Report) -> Value {
    json!({
        "report": r.id, "payment": r.instruction, "kind": r.typology, "payee": r.payee, "amount": r.money(), "state": r.state,
        "said_at": r.said_at, "due_at": r.due_at, "owner": r.owner, "approval": r.approval,
    })
}

/// What the fraud looks like.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FraudAsk {
    /// `authority`, `refund`, `investment`, `loan`, `task`, `relative`, `dating`, `health` or `other`
    #[schema(value_type = String)]
    kind: Typology,
    /// The lesson in Chinese; English otherwise.
    #[serde(default)]
    chinese: bool,
    #[serde(default)]
    elder: bool,
}

/// The payment is called off and its payee reported; the answer holds the lesson, and that it was given is written down.
pub async fn fraud(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<InstructionId>,
    Body(ask): Body<FraudAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "safety.fraud", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let (report, _) = app::fraud::refuse_and_report(tx, &caller.actor, id, ask.kind)?;
        let edition = Edition::of(ask.chinese, ask.elder);
        let lesson = safety::give(tx, &caller.actor, &report, edition)?.edition(edition);
        Ok(json!({ "report": reported(report), "lesson": lesson }))
    });
    Ok(Json(done.await?))
}

/// Open reports, the first due first.
pub async fn reports(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| safety::open_reports(tx, &caller.actor, &ask)).await?;
    Ok(Json(shown(found, reported)))
}

pub async fn take(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FraudReportId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "safety.report_take", &id)?;
    Ok(Json(web.write_once(&asked, move |tx| safety::report_take(tx, &caller.actor, id).map(changed)).await?))
}

pub async fn propose(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FraudReportId>,
    Body(ask): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "safety.report_propose", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| app::fraud::propose(tx, &caller.actor, id, &ask.reason).map(changed));
    Ok(Json(done.await?))
}

pub async fn dismiss(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<FraudReportId>,
    Body(ask): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "safety.report_dismiss", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        safety::report_decide(tx, &caller.actor, id, Outcome::Unfounded, &ask.reason).map(changed)
    });
    Ok(Json(done.await?))
}
