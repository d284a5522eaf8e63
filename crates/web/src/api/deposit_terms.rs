//! Products and rates of deposits, for those who set them.
use super::deposits::told_product;
use super::desk::order;
use super::{Key, Why};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::Body;
use crate::state::{Asked, Web};
use app::desk::{Act, NewTerms, terms_draft, terms_keep, terms_review, terms_versions};
use axum::Json;
use axum::extract::{Path, State};
use deposits::{Product, Rate, TermsReview};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

fn told_rate(r: &Rate) -> Value {
    json!({
        "product": r.product, "term": r.term, "rate": r.rate, "effective_from": r.effective_from, "document": r.document,
        "approved_by": r.approved_by,
    })
}

fn told_review(draft: Option<String>, review: &TermsReview) -> Value {
    let product = |(before, after): &(Option<Product>, Product)| json!({ "before": before.as_ref().map(told_product), "after": told_product(after) });
    let rate = |(before, after): &(Option<Rate>, Rate)| json!({ "before": before.as_ref().map(told_rate), "after": told_rate(after) });
    json!({
        "draft": draft, "faults": review.faults, "products": review.products.iter().map(product).collect::<Vec<_>>(),
        "rates": review.rates.iter().map(rate).collect::<Vec<_>>(), "already": review.already,
    })
}

/// Every version of a product and every rate.
pub async fn versions(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    let shelf = web.read(move |tx| terms_versions(tx, &caller.actor)).await?;
    let (products, rates) = (shelf.products(), shelf.rates());
    Ok(Json(json!({
        "products": products.iter().map(told_product).collect::<Vec<_>>(), "rates": rates.iter().map(told_rate).collect::<Vec<_>>(),
    })))
}

/// A text in TOML, at most 1 MiB.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsAsk {
    /// The file's name, for people.
    file: String,
    text: String,
}

/// Looks at a text; one without faults that changes something is kept, and `draft` names it.
pub async fn send(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<TermsAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.terms", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let review = terms_review(tx, &caller.actor, &ask.text)?;
        let kept = match review.faults.is_empty() && review.is_new() {
            true => Some(terms_keep(tx, &caller.actor, &ask.file, &ask.text)?.name()),
            false => None,
        };
        Ok(told_review(kept, &review))
    });
    Ok(Json(done.await?))
}

/// What a kept text would change now.
pub async fn draft(State(web): State<Web>, caller: Caller, Path(name): Path<String>) -> Result<Json<Value>, Fault> {
    let (draft, review) = web.read(move |tx| terms_draft(tx, &caller.actor, &name)).await?;
    Ok(Json(told_review(Some(draft.name()), &review)))
}

/// Asks the second person; the reason is for him to read.
pub async fn submit(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(draft): Path<String>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    order(&web, caller, &key, "desk.deposit_terms", Act::DepositTerms(NewTerms { draft, note: why.reason })).await
}
