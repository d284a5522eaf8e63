//! Dated terms for those who set them: the tariff, products and rates of deposits, wealth products and their values. The handlers are
//! the same for all; a kind says how what stands and what a text changes are told ([`Told`]).
use super::desk::order;
use super::{Key, Why};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::Body;
use crate::state::{Asked, Web};
use app::desk::terms::{Dated, DepositTerms, New, TariffTerms, WealthShelf, WealthTerms};
use app::desk::terms::{all, draft as kept, keep, review};
use axum::Json;
use axum::extract::{Path, State};
use kernel::Page;
use pricing::{Band, Tariff};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// How a kind of terms is told.
pub trait Told: Dated {
    fn all(all: &Self::All) -> Value;
    /// The changes that a text comes to, as fields of the review.
    fn changed(review: &Self::Review) -> Vec<(&'static str, Value)>;
}

fn told<K: Told>(draft: Option<String>, review: &K::Review) -> Value {
    let mut told = json!({ "draft": draft, "faults": K::faults(review), "already": K::already(review) });
    for (name, value) in K::changed(review) {
        told[name] = value;
    }
    told
}

fn pairs<T, F: Fn(&T) -> Value>(changes: &[(Option<T>, T)], one: F) -> Value {
    let pair = |(before, after): &(Option<T>, T)| json!({ "before": before.as_ref().map(&one), "after": one(after) });
    changes.iter().map(pair).collect()
}

/// Everything that stands.
pub async fn versions<K: Told>(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| all::<K>(tx, &caller.actor)).await?;
    Ok(Json(<K as Told>::all(&found)))
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
pub async fn send<K: Told>(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<TermsAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, K::KIND, &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let review = review::<K>(tx, &caller.actor, &ask.text)?;
        let kept = match K::news(&review, &ask.file).is_ok() {
            true => Some(keep::<K>(tx, &caller.actor, &ask.file, &ask.text)?.name()),
            false => None,
        };
        Ok(told::<K>(kept, &review))
    });
    Ok(Json(done.await?))
}

/// What a kept text would change now.
pub async fn draft<K: Told>(
    State(web): State<Web>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Value>, Fault> {
    let (draft, review) = web.read(move |tx| kept::<K>(tx, &caller.actor, &name)).await?;
    Ok(Json(told::<K>(Some(draft.name()), &review)))
}

/// Asks the second person; the reason is for him to read.
pub async fn submit<K: Told>(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(draft): Path<String>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    order(&web, caller, &key, "desk.terms", K::act(New::of(draft, why.reason))).await
}

impl Told for TariffTerms {
    fn all(all: &Vec<Tariff>) -> Value {
        json!(Page { items: all.iter().map(told_price).collect(), next: None })
    }
    fn changed(review: &pricing::Review) -> Vec<(&'static str, Value)> {
        vec![("changes", pairs(&review.changes, told_price))]
    }
}

fn told_price(t: &Tariff) -> Value {
    let band = |b: &Band| json!({ "up_to": b.up_to, "fixed": b.fixed, "rate": b.rate, "min": b.min, "max": b.max });
    let bands: Vec<Value> = t.bands.0.iter().map(band).collect();
    json!({
        "code": t.code, "version": t.version, "kind": t.kind, "operation": t.operation, "reach": t.reach, "channel": t.channel,
        "payer": t.payer_class, "currency": t.currency, "bands": bands, "effective_from": t.effective_from,
        "effective_to": t.effective_to, "basis": t.basis, "document": t.document, "name_zh": t.name_zh, "name_en": t.name_en,
        "approved_by": t.approved_by,
    })
}

impl Told for DepositTerms {
    fn all(all: &deposits::Shelf) -> Value {
        let products: Value = all.products().iter().map(super::deposits::told_product).collect();
        json!({ "products": products, "rates": all.rates().iter().map(told_rate).collect::<Value>() })
    }
    fn changed(review: &deposits::TermsReview) -> Vec<(&'static str, Value)> {
        let products = pairs(&review.products, super::deposits::told_product);
        vec![("products", products), ("rates", pairs(&review.rates, told_rate))]
    }
}

fn told_rate(r: &deposits::Rate) -> Value {
    json!({
        "product": r.product, "term": r.term, "rate": r.rate, "effective_from": r.effective_from, "document": r.document,
        "approved_by": r.approved_by,
    })
}

impl Told for WealthTerms {
    fn all(all: &WealthShelf) -> Value {
        json!({ "products": all.shelf.products().iter().map(super::wealth::told_product).collect::<Value>() })
    }
    fn changed(review: &wealth::TermsReview) -> Vec<(&'static str, Value)> {
        let values = review.navs.iter().map(|(before, after)| {
            let before = before.map(|(day, value)| json!({ "day": day, "value": value }));
            let now = json!({ "day": after.day, "value": after.value });
            json!({ "product": after.product, "before": before, "after": now, "document": after.document })
        });
        vec![("products", pairs(&review.products, super::wealth::told_product)), ("values", values.collect())]
    }
}
