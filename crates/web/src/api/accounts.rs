//! Accounts and their statements.
use super::unknown_to_others;
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::At;
use crate::state::Web;
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::AccountId;
use kernel::{Actor, Error, Money, Owner, Page, PageAsk, Result, Who};
use ledger::{Line, View};
use serde_json::{Value, json};
use store::Tx;

fn told(view: &View) -> Value {
    let a = &view.account;
    json!({
        "account": a.id, "number": a.number, "name": a.name, "purpose": a.purpose, "currency": a.currency, "posted": view.posted(),
        "available": view.available(), "held": view.held(), "opened_at": a.opened_at, "closed_at": a.closed_at,
    })
}

/// As staff look at it in an overview: the number masked.
pub(super) fn told_masked(view: &View) -> Value {
    let number = kernel::chinese::mask_card(&view.account.number);
    let mut told = told(view);
    (told["number"], told["name"]) = (json!(number), json!(masked_name(view)));
    told
}

fn masked_name(view: &View) -> String {
    match view.account.owner {
        Owner::Person(_) => kernel::chinese::mask_name(&view.account.name),
        _ => view.account.name.clone(),
    }
}

/// The caller's own accounts, or those of the firm he acts for; all of them, at most 200.
pub async fn list(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let actor = caller.actor;
    let items = web
        .read(move |tx| {
            let owner = match actor.who {
                Who::Person(p) => Owner::Person(p),
                Who::ForFirm { firm, .. } | Who::Client { firm, .. } => Owner::Firm(firm),
                _ => return Err(Error::forbidden("only customers have accounts of their own")),
            };
            payments::may_see(tx, &actor, owner)?;
            ledger::of_owner(tx, owner)?.into_iter().map(|a| ledger::view(tx, a.id).map(|v| told(&v))).collect()
        })
        .await?;
    Ok(Json(Page { items, next: None }))
}

/// The account, if the actor may look at it; what he may not know of is not found.
fn visible(tx: &mut Tx<'_>, actor: &Actor, id: AccountId) -> Result<View> {
    let view = ledger::view(tx, id)?;
    unknown_to_others(payments::may_see(tx, actor, view.account.owner), "account", id)?;
    Ok(view)
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<AccountId>) -> Result<Json<Value>, Fault> {
    Ok(Json(web.read(move |tx| visible(tx, &caller.actor, id).map(|v| told(&v))).await?))
}

/// Newest first; the cursor is the journal position of the next line.
pub async fn lines(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AccountId>,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let page = web
        .read(move |tx| {
            let view = visible(tx, &caller.actor, id)?;
            let rows = ask.rows()?;
            let bad = |_| Error::field("after", "it is the cursor of the page before");
            let from = ask.after.as_deref().map(|text| text.parse::<i64>().map_err(bad)).transpose()?;
            let found = ledger::statement(tx, id, from, rows)?;
            let next =
                found.last().filter(|_| found.len() == rows as usize).and_then(Line::prev).map(|p| p.to_string());
            let currency = view.account.currency;
            let items = found.iter().map(|line| told_line(line, currency)).collect();
            Ok(Page { items, next })
        })
        .await?;
    Ok(Json(page))
}

fn told_line(line: &Line, currency: kernel::Currency) -> Value {
    let e = &line.entry;
    json!({
        "transfer": e.id, "at": e.at, "business_date": e.business_date, "value_date": e.value_date, "kind": e.kind, "code": e.code,
        "change": Money::new(line.change, currency), "after": Money::new(line.after, currency), "counterparty": line.counterparty,
        "reference": e.reference, "memo": e.memo,
    })
}
