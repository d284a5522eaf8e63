//! Carrying pages and answers.
//!
//! A request passes, from the outside in: its id ([`request`]), the security headers ([`headers`]), compression, the
//! reader's [`View`], the telling of errors ([`fault`]), a time limit and a size limit on its body, the handler.
//! Handlers answer `Result<Shown, Fault>` or `Result<Json<T>, Fault>` and write `?`; a [`Fault`] is told to people as a page in their language
//! and to programs as `application/problem+json` (RFC 9457). The status of an error is decided in [`fault::status`]
//! alone.
//!
//! A form carries a proof that only this site could have put there ([`csrf`]); handlers of forms take
//! [`csrf::Checked`]. Assets are named by the hash of their content and kept by browsers for a year ([`assets`]).
pub mod app;
pub mod assets;
pub mod cookies;
pub mod csrf;
pub mod fault;
pub mod headers;
pub mod limiter;
pub mod read;
pub mod redirect;
pub mod request;
pub mod route;

#[cfg(test)]
pub(crate) mod probe;

use crate::view::Site;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use std::sync::Arc;
use std::time::Duration;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

/// Bytes of a request's body; a route that takes files sets its own.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Seconds until a request is answered `too_slow`.
pub const ANSWER_SECONDS_MAX: u64 = 30;

/// The routes of people: pages, forms and assets.
pub fn for_people(routes: Router, site: Arc<Site>) -> Router {
    let routes = limited(routes.merge(assets::router()).merge(app::router())).layer(from_fn(fault::tell_people));
    carried(routes.layer(from_fn_with_state(site.clone(), request::view)), site)
}

/// The routes of programs: JSON in, JSON out, no cookies.
pub fn for_programs(routes: Router, site: Arc<Site>) -> Router {
    carried(limited(routes).layer(from_fn(fault::tell_programs)), site)
}

fn limited(routes: Router) -> Router {
    let patience = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(ANSWER_SECONDS_MAX));
    routes.layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).layer(patience)
}

fn carried(routes: Router, site: Arc<Site>) -> Router {
    routes
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(site, headers::secure))
        .layer(from_fn(request::identify))
}
