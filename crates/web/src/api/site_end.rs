//! The end of a site, its records, and legal documents on its accounts.
use super::{changed, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body, download};
use crate::state::Web;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::id::{AccountId, LegalOrderId, ProjectId};
use kernel::{Date, Error, Id, Money, Page, PageAsk};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use utoipa::ToSchema;
use worksite::end::{self, Action, Basis, Closing, Kept, LedgerRow, LegalOrder, Objection, OrderNew};

type Told = Result<Json<Value>, Fault>;
type Listed = Result<Json<Page<Value>>, Fault>;

fn whole(items: Vec<Value>) -> Json<Page<Value>> {
    Json(Page { items, next: None })
}

fn told(c: &Closing, kept: &Kept) -> Value {
    let e = &c.end;
    json!({
        "project": e.project, "step": c.step(), "completed_on": e.completed_on, "completion_document": e.completion_document,
        "pledge_document": e.pledge_document, "notice_text": e.notice_text, "notice_from": e.notice_from, "notice_until": e.notice_until,
        "days_left": c.days_left(), "open_objections": c.open_objections, "blocked": c.blocked,
        "in_the_way": end::judge(c).err().map(|why| why.code().name), "approval": e.approval, "balance": Money::cny(e.balance),
        "closed_at": e.closed_at, "settled_on": kept.settled_on, "kept_until": kept.until,
    })
}

/// How far a site is on its way to its end.
pub async fn show(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Told {
    let found = web.read(move |tx| {
        let closing = unknown_to_others(end::look(tx, &caller.actor, id), "project", id)?;
        Ok(told(&closing, &end::kept_until(tx, id)?))
    });
    Ok(Json(found.await?))
}

/// The day and the document of the completion.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompletionAsk {
    #[schema(value_type = String)]
    on: Date,
    document: String,
}

/// Writes down that the works are completed.
pub async fn completion(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ProjectId>,
    Body(b): Body<CompletionAsk>,
) -> Told {
    let work = move |tx: &mut Tx<'_>| {
        unknown_to_others(end::completed(tx, &caller.actor, id, b.on, &b.document), "project", id)
    };
    Ok(Json(changed(web.write(work).await?)))
}

/// A document's number.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentAsk {
    document: String,
}

/// Hands in the pledge.
pub async fn pledge(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>, Body(b): Body<DocumentAsk>) -> Told {
    let work =
        move |tx: &mut Tx<'_>| unknown_to_others(end::pledged(tx, &caller.actor, id, &b.document), "project", id);
    Ok(Json(changed(web.write(work).await?)))
}

/// A text.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextAsk {
    text: String,
}

/// Begins the public notice.
pub async fn public(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>, Body(b): Body<TextAsk>) -> Told {
    let work =
        move |tx: &mut Tx<'_>| unknown_to_others(end::notice_begin(tx, &caller.actor, id, &b.text), "project", id);
    Ok(Json(changed(web.write(work).await?)))
}

fn told_objection(o: &Objection) -> Value {
    json!({ "number": o.number, "text": o.text, "made_at": o.made_at, "answer": o.answer, "answered_at": o.answered_at })
}

/// Objections during the notice, newest first.
pub async fn objections(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let found = web.read(move |tx| unknown_to_others(end::objections_of(tx, &caller.actor, id), "project", id)).await?;
    Ok(whole(found.iter().map(told_objection).collect()))
}

/// Notices that run at one's own sites.
pub async fn my_notices(State(web): State<Web>, caller: Caller) -> Listed {
    let found = web.read(move |tx| end::my_notices(tx, &caller.actor)).await?;
    Ok(whole(found.iter().map(|n| json!(n)).collect()))
}

/// Says that one is still owed.
pub async fn objection(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>, Body(b): Body<TextAsk>) -> Told {
    let number = web.write(move |tx| end::object(tx, &caller.actor, id, &b.text)).await?;
    Ok(Json(json!({ "number": number })))
}

/// An objection's number and the answer.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerAsk {
    number: i64,
    text: String,
}

/// Answers an objection.
pub async fn answer(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>, Body(b): Body<AnswerAsk>) -> Told {
    let work = move |tx: &mut Tx<'_>| end::object_answer(tx, &caller.actor, id, b.number, &b.text);
    Ok(Json(changed(web.write(work).await?)))
}

/// Where the balance goes.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingAsk {
    #[schema(value_type = String)]
    to: AccountId,
    #[serde(default)]
    note: String,
}

/// Asks a second person to close the wage account.
pub async fn closing(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>, Body(b): Body<ClosingAsk>) -> Told {
    let asked = web.write(move |tx| end::close_ask(tx, &caller.actor, id, b.to, &b.note)).await?;
    Ok(Json(json!({ "approval": asked })))
}

/// The signed archive.
pub async fn evidence(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Result<Response, Fault> {
    let packed = web.run(move |bank| unknown_to_others(app::evidence(bank, &caller.actor, id), "project", id)).await?;
    Ok(download(&format!("{id}.tar"), "application/x-tar", packed))
}

fn told_line(r: &LedgerRow) -> Value {
    json!({
        "period": r.period, "name": r.name, "identity": r.identity, "team": r.team, "days": r.days, "hours": r.hours, "due": r.due,
        "deductions": r.deductions, "net": r.net, "state": r.state, "paid_at": r.paid_at, "proof": r.proof,
    })
}

/// The newest lines of the pay ledger.
pub async fn ledger(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let found = web.read(move |tx| {
        unknown_to_others(end::pay_ledger(tx, &caller.actor, id, end::LEDGER_SHOWN_MAX), "project", id)
    });
    Ok(whole(found.await?.iter().map(told_line).collect()))
}

fn told_order(o: &LegalOrder) -> Value {
    json!({
        "order": o.id, "project": o.project, "account": o.account, "action": o.action, "authority": o.authority, "document": o.document,
        "officer": o.officer, "basis": o.basis, "article": o.article, "amount": o.money(), "until": o.until, "pay_to": o.pay_to,
        "state": o.state, "entered_at": o.entered_at, "approval": o.approval, "decided_at": o.decided_at, "restriction": o.restriction,
        "lifted_at": o.lifted_at, "lift_document": o.lift_document,
    })
}

/// Documents that wait or are in force.
pub async fn orders(State(web): State<Web>, caller: Caller, Query(ask): Query<PageAsk>) -> Listed {
    let page = web.read(move |tx| end::orders_open(tx, &caller.actor, &ask)).await?;
    Ok(Json(page.map(|o| told_order(&o))))
}

/// A legal document with its file.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderAsk {
    #[schema(value_type = String)]
    account: AccountId,
    /// `freeze` or `deduct`
    #[schema(value_type = String)]
    action: Action,
    authority: String,
    document: String,
    officer: String,
    /// `these_wages` or `other_law`
    #[schema(value_type = String)]
    basis: Basis,
    #[serde(default)]
    article: String,
    #[schema(value_type = super::schema::Amount)]
    amount: Money,
    #[schema(value_type = Option<String>)]
    until: Option<Date>,
    #[schema(value_type = Option<String>)]
    pay_to: Option<AccountId>,
    /// The document's file in base64.
    file: String,
}

/// Enters a legal document.
pub async fn order_enter(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ProjectId>,
    Body(b): Body<OrderAsk>,
) -> Told {
    let bytes = STANDARD.decode(&b.file).map_err(|_| Error::field("file", "it is not base64"))?;
    let new = OrderNew {
        project: id,
        account: b.account,
        action: b.action,
        authority: b.authority,
        document: b.document,
        officer: b.officer,
        basis: b.basis,
        article: b.article,
        amount: b.amount,
        until: b.until,
        pay_to: b.pay_to,
        evidence: payroll::file_hash(&bytes),
    };
    let work = move |tx: &mut Tx<'_>| {
        payroll::keep_file(tx, id.book(), &new.evidence, &bytes)?;
        end::order_enter(tx, &caller.actor, new.clone())
    };
    Ok(Json(json!({ "order": web.write(work).await? })))
}

/// A legal document.
pub async fn order(State(web): State<Web>, caller: Caller, At(id): At<LegalOrderId>) -> Told {
    Ok(Json(told_order(&web.read(move |tx| end::order(tx, &caller.actor, id)).await?)))
}

/// Lifts a freeze.
pub async fn lift(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<LegalOrderId>,
    Body(b): Body<DocumentAsk>,
) -> Told {
    let done = web.write(move |tx| end::order_lift(tx, &caller.actor, id, &b.document)).await?;
    Ok(Json(changed(done)))
}
