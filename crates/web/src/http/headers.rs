//! What every answer tells the browser it may not do.
use crate::view::Site;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Scripts and styles come from files of this site; nothing frames us, forms go nowhere else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

/// What a machine forgets with a visit: everything but its own secret.
pub const CLEAR_SITE_DATA: (HeaderName, HeaderValue) =
    (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));

const GUARDS: [(HeaderName, &str); 9] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Two years, as the preload lists ask.
const STAY_ON_TLS: &str = "max-age=63072000; includeSubDomains";

/// Sets each guard the handler has not set itself (the remote counter needs the camera, an asset is kept).
pub async fn secure(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in GUARDS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if site.tls {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static(STAY_ON_TLS));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::probe::Probe;
    use axum::Router;
    use axum::routing::get;

    #[tokio::test(flavor = "multi_thread")]
    async fn every_answer_is_guarded_and_a_handler_may_say_otherwise() {
        let own = || async { ([(header::CACHE_CONTROL, "private, max-age=60")], "x") };
        let probe = Probe::people(Router::new().route("/own", get(own))).await;
        for path in ["/own", "/nowhere", "/assets/nothing"] {
            let answer = probe.get(path).await;
            for (name, value) in GUARDS.iter().filter(|(n, _)| *n != header::CACHE_CONTROL) {
                assert_eq!(answer.header(name.as_str()), Some(*value), "{path}");
            }
            assert_eq!(answer.header("strict-transport-security"), None, "not without TLS");
        }
        assert_eq!(probe.get("/own").await.header("cache-control"), Some("private, max-age=60"));
        assert_eq!(probe.get("/nowhere").await.header("cache-control"), Some("no-store"));
    }
}
