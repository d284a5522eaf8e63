//! What authorities order: entered, stopped at once, looked at, answered. The second look is decided where all approvals are.
use super::Key;
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::id::{AccountId, AuthorityOrderId};
use kernel::{Date, Error, Money, Page, PageAsk, Timestamp};
use orders::{Authority, AuthorityOrder, Evidence, Look, LookAsk, Officer, OrderKind, OrderNew, Show};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

type Told = Result<Json<Value>, Fault>;

fn told(o: &AuthorityOrder) -> Value {
    json!({
        "order": o.id, "subject": o.subject, "account": o.account, "kind": o.kind, "authority": o.authority,
        "authority_name": o.authority_name, "document": o.document, "basis": o.basis, "officers": o.officers_shown,
        "amount": o.money(), "keep": o.keep.map(|k| Money::new(k, o.currency)), "payee": o.payee_shown, "target": o.target,
        "grave": o.grave, "silent": o.silent, "state": o.state, "received_at": o.received_at, "entered_by": o.entered_by,
        "entered_at": o.entered_at, "approval": o.approval, "decided_by": o.decided_by, "decided_at": o.decided_at, "place": o.place,
        "confirm_by": o.confirm_by, "until": o.until, "taken": Money::new(o.taken, o.currency), "ended_at": o.ended_at,
        "ended_why": o.ended_why,
    })
}

fn told_look(l: &Look) -> Value {
    json!({
        "number": l.number, "what": l.what, "account": l.account, "from": l.from_day, "to": l.to_day, "rows": l.rows,
        "looked_by": l.looked_by, "looked_at": l.looked_at,
    })
}

#[derive(Deserialize)]
pub struct ListAsk {
    show: Option<Show>,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<ListAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found =
        web.read(move |tx| orders::listed(tx, &caller.actor, ask.show.unwrap_or(Show::Deciding), &page)).await?;
    Ok(Json(found.map(|o| told(&o))))
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<AuthorityOrderId>) -> Told {
    Ok(Json(told(&web.read(move |tx| orders::order(tx, &caller.actor, id)).await?)))
}

/// An officer who brought the document.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficerAsk {
    name: String,
    /// Of his badge or work permit; kept encrypted.
    number: String,
}

/// A document of an authority.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderAsk {
    /// `stop`, `freeze`, `query`, `deduct`, `return`, `renew` or `release`.
    #[schema(value_type = String)]
    kind: OrderKind,
    #[schema(value_type = String)]
    authority: Authority,
    authority_name: String,
    document: String,
    basis: String,
    /// Two.
    #[schema(value_type = Vec<OfficerAsk>)]
    officers: [OfficerAsk; 2],
    /// The person or firm.
    subject: String,
    /// Without it the whole party.
    #[schema(value_type = Option<String>)]
    account: Option<AccountId>,
    #[schema(value_type = Option<crate::api::schema::Amount>)]
    amount: Option<Money>,
    /// What stays for living.
    #[schema(value_type = Option<crate::api::schema::Amount>)]
    keep: Option<Money>,
    #[serde(default)]
    payee_number: String,
    #[serde(default)]
    payee_name: String,
    /// The order that it renews, releases or takes from.
    #[schema(value_type = Option<String>)]
    target: Option<AuthorityOrderId>,
    #[serde(default)]
    grave: bool,
    #[serde(default)]
    silent: bool,
    /// The last day of a freeze or renewal.
    #[schema(value_type = Option<String>)]
    until: Option<Date>,
    /// When it came in, UTC; without it now.
    #[schema(value_type = Option<String>)]
    received_at: Option<Timestamp>,
    #[serde(default)]
    file_name: String,
    /// The document's file in base64; only a stop may come without.
    #[serde(default)]
    content: String,
}

impl OrderAsk {
    fn read(self, now: Timestamp) -> kernel::Result<OrderNew> {
        let bytes = STANDARD.decode(&self.content).map_err(|_| Error::field("content", "it is not base64"))?;
        Ok(OrderNew {
            kind: self.kind,
            authority: self.authority,
            authority_name: self.authority_name,
            document: self.document,
            basis: self.basis,
            officers: self.officers.map(|o| Officer { name: o.name, number: o.number }),
            subject: self.subject.parse()?,
            account: self.account,
            amount: self.amount,
            keep: self.keep,
            payee_number: self.payee_number,
            payee_name: self.payee_name,
            target: self.target,
            grave: self.grave,
            silent: self.silent,
            until: self.until,
            received_at: self.received_at.unwrap_or(now),
            evidence: (!bytes.is_empty()).then_some(Evidence { name: self.file_name, bytes }),
        })
    }

    /// How the request is recognised: officers and file by a hash, not kept with the answer.
    fn recognised(&self) -> kernel::Result<String> {
        let text = serde_json::to_vec(self).map_err(|e| Error::broken("an order has no JSON form").caused_by(e))?;
        Ok(blake3::hash(&text).to_string())
    }
}

pub async fn enter(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<OrderAsk>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "order.enter", &ask.recognised()?)?;
    let new = ask.read(web.now())?;
    let done = web.write_once(&asked, move |tx| {
        let id = orders::enter(tx, &caller.actor, new.clone())?;
        Ok(told(&orders::order(tx, &caller.actor, id)?))
    });
    Ok(Json(done.await?))
}

pub async fn stop(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<OrderAsk>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "order.stop", &ask.recognised()?)?;
    let new = ask.read(web.now())?;
    let done = web.write_once(&asked, move |tx| {
        let id = orders::stop_now(tx, &caller.actor, new.clone())?;
        Ok(told(&orders::order(tx, &caller.actor, id)?))
    });
    Ok(Json(done.await?))
}

pub async fn looks(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AuthorityOrderId>,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        orders::order(tx, &caller.actor, id)?;
        orders::looks(tx, &caller.actor, id, &ask)
    });
    Ok(Json(found.await?.map(|l| told_look(&l))))
}

/// What is to be told under a query.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerAsk {
    /// With it its movements of the days; without it the party's accounts.
    #[schema(value_type = Option<String>)]
    account: Option<AccountId>,
    #[schema(value_type = Option<String>)]
    from: Option<Date>,
    #[schema(value_type = Option<String>)]
    to: Option<Date>,
}

/// Each answer is a look that is written down; it is never answered from a kept answer, so it takes no key.
pub async fn answer(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AuthorityOrderId>,
    Body(ask): Body<AnswerAsk>,
) -> Told {
    let look = LookAsk { account: ask.account, from: ask.from, to: ask.to };
    let found = web.write(move |tx| {
        orders::order(tx, &caller.actor, id)?;
        orders::answer(tx, &caller.actor, id, look)
    });
    let (number, answer) = found.await?;
    Ok(Json(json!({ "number": number, "answer": answer })))
}
