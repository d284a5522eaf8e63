//! What waits for a second person, and his decision.
use super::{Key, Why, changed};
use crate::Fault;
use crate::decide::{self, Decided};
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use app::Bank;
use approval::Approval;
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::ApprovalId;
use kernel::{Actor, Page, PageAsk, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use utoipa::ToSchema;

fn told(tx: &mut Tx<'_>, a: Approval) -> Result<Value> {
    Ok(json!({
        "approval": a.id, "kind": a.kind, "summary": a.summary.0, "amount": a.amount(), "maker": a.maker, "maker_name": party::who_name(tx, &a.maker)?,
        "note": a.note, "made_at": a.made_at, "expires_at": a.expires_at, "checkers": a.checkers, "state": a.state, "hash": a.hash_text(),
        "first_by": a.first_by, "first_at": a.first_at, "decided_by": a.decided_by, "decided_at": a.decided_at, "reason": a.reason, "outcome": a.outcome,
    }))
}

fn told_page(tx: &mut Tx<'_>, page: Page<Approval>) -> Result<Page<Value>> {
    let items = page.items.into_iter().map(|a| told(tx, a)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}

pub async fn waiting(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web
        .read(move |tx| {
            let page = approval::waiting_for(tx, &caller.actor, &ask)?;
            told_page(tx, page)
        })
        .await?;
    Ok(Json(found))
}

pub async fn made(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web
        .read(move |tx| {
            let page = approval::made_by(tx, &caller.actor, &ask)?;
            told_page(tx, page)
        })
        .await?;
    Ok(Json(found))
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<ApprovalId>) -> Result<Json<Value>, Fault> {
    let found = web
        .read(move |tx| {
            let a = approval::approval(tx, &caller.actor, id)?;
            told(tx, a)
        })
        .await?;
    Ok(Json(found))
}

/// A yes to what was shown.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Yes {
    /// The `hash` of the approval that was shown.
    pub hash: String,
}

/// A no to what was shown, and why.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct No {
    /// The `hash` of the approval that was shown.
    pub hash: String,
    pub reason: String,
}

fn decided(done: Decided) -> Value {
    let outcome = match &done {
        Decided::FirstOfTwo => "first_of_two",
        Decided::AlreadySo => "already_so",
        _ => "done",
    };
    let (mut receipt, mut sheet, mut worker, mut grant) = (Value::Null, Value::Null, Value::Null, Value::Null);
    match done {
        Decided::Payment(r) => receipt = json!(r),
        Decided::Sheet(id) => sheet = json!(id),
        Decided::Worker(id) => worker = json!(id),
        Decided::Granted(id) => grant = json!(id),
        Decided::FirstOfTwo | Decided::Done | Decided::AlreadySo => {}
    }
    json!({ "outcome": outcome, "receipt": receipt, "sheet": sheet, "worker": worker, "grant": grant })
}

async fn decision(
    web: &Web,
    caller: Caller,
    asked: Asked,
    f: impl FnOnce(&Bank, &Actor) -> Result<Decided> + Send + 'static,
) -> Result<Json<Value>, Fault> {
    Ok(Json(web.run_once(&asked, move |bank| f(bank, &caller.actor).map(decided)).await?))
}

pub async fn approve(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ApprovalId>,
    Body(yes): Body<Yes>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "approval.approve", &(id, &yes))?;
    decision(&web, caller, asked, move |bank, actor| decide::approve(bank, actor, id, &yes.hash)).await
}

pub async fn refuse(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ApprovalId>,
    Body(no): Body<No>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "approval.refuse", &(id, &no))?;
    decision(&web, caller, asked, move |bank, actor| decide::refuse(bank, actor, id, &no.hash, &no.reason)).await
}

pub async fn send_back(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ApprovalId>,
    Body(no): Body<No>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "approval.send_back", &(id, &no))?;
    decision(&web, caller, asked, move |bank, actor| decide::send_back(bank, actor, id, &no.hash, &no.reason)).await
}

/// The maker takes back what nobody else holds on to: payments, pay sheets and files of payments are cancelled at their own addresses.
pub async fn cancel(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ApprovalId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "approval.cancel", &(id, &why))?;
    let done = web.write_once(&asked, move |tx| decide::withdraw(tx, &caller.actor, id, &why.reason).map(changed));
    Ok(Json(done.await?))
}
