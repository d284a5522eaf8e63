//! Wealth products and the values of their units, for those who set them.
use super::desk::order;
use super::wealth::told_product;
use super::{Key, Why};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::Body;
use crate::state::{Asked, Web};
use app::desk::{Act, NewWealthTerms, wealth_draft, wealth_keep, wealth_review, wealth_versions};
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use wealth::TermsReview;

fn told(draft: Option<String>, review: &TermsReview) -> Value {
    let products = review
        .products
        .iter()
        .map(|(before, after)| json!({ "before": before.as_ref().map(told_product), "after": told_product(after) }));
    let values = review.navs.iter().map(|(before, after)| {
        let before = before.map(|(day, value)| json!({ "day": day, "value": value }));
        let now = json!({ "day": after.day, "value": after.value });
        json!({ "product": after.product, "before": before, "after": now, "document": after.document })
    });
    json!({
        "draft": draft, "faults": review.faults, "products": products.collect::<Vec<_>>(), "values": values.collect::<Vec<_>>(),
        "already": review.already,
    })
}

/// Every version of every product.
pub async fn versions(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    let shelf = web.read(move |tx| wealth_versions(tx, &caller.actor)).await?;
    Ok(Json(json!({ "products": shelf.products().iter().map(told_product).collect::<Vec<_>>() })))
}

/// A text in TOML, at most 1 MiB.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WealthTermsAsk {
    /// The file's name, for people.
    file: String,
    text: String,
}

/// Looks at a text; one without faults that changes something is kept, and `draft` names it.
pub async fn send(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<WealthTermsAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "wealth.terms", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let review = wealth_review(tx, &caller.actor, &ask.text)?;
        let kept = match review.faults.is_empty() && review.is_new() {
            true => Some(wealth_keep(tx, &caller.actor, &ask.file, &ask.text)?.name()),
            false => None,
        };
        Ok(told(kept, &review))
    });
    Ok(Json(done.await?))
}

/// What a kept text would change now.
pub async fn draft(State(web): State<Web>, caller: Caller, Path(name): Path<String>) -> Result<Json<Value>, Fault> {
    let (draft, review) = web.read(move |tx| wealth_draft(tx, &caller.actor, &name)).await?;
    Ok(Json(told(Some(draft.name()), &review)))
}

/// Asks the second person; the reason is for him to read.
pub async fn submit(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(draft): Path<String>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let terms = NewWealthTerms { draft, note: why.reason };
    order(&web, caller, &key, "desk.wealth_terms", Act::WealthTerms(terms)).await
}
