//! What police, courts and other authorities order. The second look is decided where all approvals are (`/approvals`).
use crate::api::{orders as api, schema};
use crate::gate::Access::{Either, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{orders as page, orders_new as new};
use party::Permission as P;

/// Bytes of a form with the scan of a document, and of the same in JSON.
const BODY_BYTES_MAX: usize = orders::EVIDENCE_BYTES_MAX + (64 << 10);
const JSON_BYTES_MAX: usize = orders::EVIDENCE_BYTES_MAX / 3 * 4 + (64 << 10);

/// Pages of those who enter and check.
pub(super) fn pages() -> Vec<Route> {
    let (sees, enters) = (Either(P::OrderEnter, P::OrderCheck), Staff(P::OrderEnter));
    vec![
        get("/orders", page::list, sees),
        get("/orders/new", new::show, enters),
        post("/orders/new", new::make, enters).takes(BODY_BYTES_MAX),
        get("/orders/stop", new::show_stop, enters),
        post("/orders/stop", new::stop, enters).takes(BODY_BYTES_MAX),
        get("/orders/{id}", page::show, sees),
        post("/orders/{id}/file", page::file, sees),
        get("/orders/{id}/looks", page::looks, sees),
        post("/orders/{id}/looks", page::look, sees),
    ]
}

/// Programs.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let (sees, enters) = (Either(P::OrderEnter, P::OrderCheck), Staff(P::OrderEnter));
    vec![
        ask("/v1/authority-orders", api::list, sees, "Orders of authorities: `show` is deciding, standing, waiting or over").doc(|d| d.page_of::<schema::AuthorityOrder>()),
        act("/v1/authority-orders", api::enter, enters, "Enter a document; a second person agrees before anything happens").takes(JSON_BYTES_MAX).doc(|d| d.body::<api::OrderAsk>().answer::<schema::AuthorityOrder>()),
        act("/v1/authority-orders/stops", api::stop, enters, "Stop payments at once; it lapses unless a second person confirms it within 30 minutes").takes(JSON_BYTES_MAX).doc(|d| d.body::<api::OrderAsk>().answer::<schema::AuthorityOrder>()),
        ask("/v1/authority-orders/{id}", api::one, sees, "An order").doc(|d| d.answer::<schema::AuthorityOrder>()),
        ask("/v1/authority-orders/{id}/looks", api::looks, sees, "Who looked at what under it, newest first").doc(|d| d.page_of::<schema::AuthorityLook>()),
        act("/v1/authority-orders/{id}/answers", api::answer, sees, "Answer a query that was agreed to; the look is written down").keyless().doc(|d| d.body::<api::AnswerAsk>().answer::<schema::AuthorityAnswer>()),
    ]
}
