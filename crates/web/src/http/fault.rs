//! How a failure is told: a status, and either a page in the reader's language or `application/problem+json`.
//!
//! A handler answers with a [`Fault`]. It carries its [`Error`] beside the answer, and the layer around the routes
//! writes it out for people ([`tell_people`]) or programs ([`tell_programs`]). What the framework itself refuses (an unknown address, a wrong
//! method, a body too long, a time limit) is told in the same words. The inside of a defect goes to the log and not to the reader.
use crate::codes::{METHOD_NOT_ALLOWED, PAGE_NOT_FOUND, TOO_MANY_REQUESTS, TOO_SLOW, UNREADABLE_REQUEST};
use crate::look::error_page;
use crate::view::View;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::error::TOO_LARGE;
use kernel::{Code, Error, Kind};
use maud::Markup;
use std::sync::Arc;

/// A failure on its way out. `?` makes one of a [`kernel::Error`].
#[derive(Debug)]
pub struct Fault(pub Error);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault(error)
    }
}

impl Fault {
    /// What the framework could not read of a request.
    pub(crate) fn unreadable(status: StatusCode, why: String) -> Fault {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Fault(body_too_large()),
            _ => Fault(Error::new(&UNREADABLE_REQUEST, why)),
        }
    }
}

/// A page.
pub struct Shown(pub Markup);

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
        (kind, self.0.into_string()).into_response()
    }
}

/// The status of a failure: the only place where a code or kind meets a number.
pub fn status(code: &Code) -> StatusCode {
    match code.kind {
        _ if code.name == TOO_LARGE.name => StatusCode::PAYLOAD_TOO_LARGE,
        _ if code.name == METHOD_NOT_ALLOWED.name => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::Missing => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Refused => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Limit => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unknown | Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What RFC 9457 calls a problem. `fields` holds the values the detail speaks of.
#[derive(serde::Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: &'static str,
    remedy: &'static str,
    fields: serde_json::Map<String, serde_json::Value>,
}

fn problem(error: &Error) -> String {
    let status = status(error.code());
    let broken = error.kind() == Kind::Broken;
    let fields =
        error.fields().iter().filter(|_| !broken).map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
    let problem = Problem {
        kind: format!("urn:yizhan:error:{}", error.code().name),
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        detail: if broken { "the bank could not finish this; the operator is told" } else { error.message() },
        code: error.code().name,
        remedy: error.remedy(),
        fields: fields.collect(),
    };
    serde_json::to_string(&problem).unwrap_or_default()
}

/// Travels beside the answer to the layer that tells it.
#[derive(Clone)]
struct Carried(Arc<Error>);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = status(self.0.code()).into_response();
        response.extensions_mut().insert(Carried(Arc::new(self.0)));
        response
    }
}

/// The error a handler answered with, before it is told.
pub(crate) fn carried(response: &Response) -> Option<&Arc<Error>> {
    response.extensions().get().map(|Carried(error)| error)
}

pub(crate) fn no_such_page() -> Error {
    Error::new(&PAGE_NOT_FOUND, "there is no page at this address")
}

fn body_too_large() -> Error {
    Error::new(&TOO_LARGE, "the body of the request is too large")
}

/// The error of an answer, ours or the framework's; `None` for an answer that is no failure or is told already.
fn error_of(response: &Response) -> Option<Arc<Error>> {
    if let Some(Carried(error)) = response.extensions().get() {
        return Some(error.clone());
    }
    let told = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| !v.as_bytes().starts_with(b"text/plain"));
    let error = match response.status() {
        s if told || !(s.is_client_error() || s.is_server_error()) => return None,
        StatusCode::NOT_FOUND => no_such_page(),
        StatusCode::METHOD_NOT_ALLOWED => Error::new(&METHOD_NOT_ALLOWED, "this address does not answer that method"),
        StatusCode::PAYLOAD_TOO_LARGE => body_too_large(),
        StatusCode::GATEWAY_TIMEOUT => Error::new(&TOO_SLOW, "the answer took too long"),
        s if s.is_client_error() => Error::new(&UNREADABLE_REQUEST, "the request cannot be read"),
        s => Error::broken(format!("answered {s} without saying why")),
    };
    Some(Arc::new(error))
}

/// Writes the error out in the form `body` gives, keeping what the handler set (cookies, `Allow`).
fn retold(response: Response, error: &Error, kind: &'static str, body: String) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = status(error.code());
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let wait = error.fields().iter().find(|(name, _)| *name == "seconds" && error.is(&TOO_MANY_REQUESTS));
    if let Some(value) = wait.and_then(|(_, seconds)| HeaderValue::from_str(seconds).ok()) {
        parts.headers.insert(header::RETRY_AFTER, value);
    }
    Response::from_parts(parts, body.into())
}

fn log(error: &Error, correlation: &str) {
    match error.kind() {
        Kind::Broken => tracing::error!(correlation, code = error.code().name, ?error, "a defect"),
        Kind::Unavailable | Kind::Unknown => {
            tracing::warn!(correlation, code = error.code().name, ?error, "not answered")
        }
        _ => tracing::debug!(correlation, code = error.code().name, "refused"),
    }
}

/// Errors as pages in the reader's language.
pub async fn tell_people(request: Request, next: Next) -> Response {
    let view = request.extensions().get::<View>().cloned();
    let response = next.run(request).await;
    match (error_of(&response), view) {
        (Some(error), Some(view)) => {
            log(&error, &view.correlation);
            let page = error_page(&view, &error, status(error.code()).as_u16());
            retold(response, &error, "text/html; charset=utf-8", page.into_string())
        }
        _ => response,
    }
}

/// Errors as `application/problem+json`.
pub async fn tell_programs(request: Request, next: Next) -> Response {
    let correlation =
        request.extensions().get::<super::request::Correlation>().map_or_else(String::new, |c| c.0.clone());
    let response = next.run(request).await;
    match error_of(&response) {
        Some(error) => {
            log(&error, &correlation);
            let body = problem(&error);
            retold(response, &error, "application/problem+json", body)
        }
        None => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::probe::Probe;
    use axum::Router;
    use axum::routing::{get, post};

    fn routes() -> Router {
        Router::new()
            .route("/limit", get(|| async { Fault(Error::limit("rows", 900, 200, "rows")) }))
            .route("/evil", get(|| async { Fault(Error::field("name", "<script>alert(1)</script>")) }))
            .route("/broken", get(|| async { Fault(Error::broken("row 7 of accounts").with("iban", "secret")) }))
            .route(
                "/wait",
                get(|| async { Fault(Error::new(&TOO_MANY_REQUESTS, "slow").with("limit", "x").with("seconds", 9)) }),
            )
            .route("/read", post(|body: String| async move { body.len().to_string() }))
    }

    #[test]
    fn every_kind_has_its_status() {
        let cases: &[(&Code, u16)] = &[
            (&kernel::error::BAD_ID, 400),
            (&kernel::error::FORBIDDEN, 403),
            (&kernel::error::NOT_FOUND, 404),
            (&METHOD_NOT_ALLOWED, 405),
            (&kernel::error::STALE, 409),
            (&TOO_LARGE, 413),
            (&kernel::error::CURRENCY_MISMATCH, 422),
            (&TOO_MANY_REQUESTS, 429),
            (&kernel::error::BROKEN, 500),
            (&kernel::error::UNKNOWN_OUTCOME, 503),
            (&TOO_SLOW, 503),
        ];
        for (code, want) in cases {
            assert_eq!(status(code).as_u16(), *want, "{}", code.name);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn programs_get_a_problem() {
        let probe = Probe::programs(routes()).await;
        let answer = probe.get("/limit").await;
        assert_eq!((answer.status, answer.header("content-type")), (413, Some("application/problem+json")));
        let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let want = serde_json::json!({
            "type": "urn:yizhan:error:too_large", "title": "Payload Too Large", "status": 413,
            "detail": "rows: 900 rows given, 200 rows at most", "code": "too_large", "remedy": "send less at a time",
            "fields": {"what": "rows", "given": "900", "max": "200"},
        });
        assert_eq!(told, want);
        for (path, status, code) in [("/nowhere", 404, "page_not_found"), ("/read", 405, "method_not_allowed")] {
            let answer = probe.get(path).await;
            let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!((answer.status, told["code"].as_str()), (status, Some(code)));
        }
        let long = "x".repeat(crate::http::BODY_BYTES_MAX + 1);
        let answer = probe.ask(&format!("POST /read HTTP/1.0\r\nContent-Length: {}\r\n\r\n{long}", long.len())).await;
        assert_eq!(answer.status, 413);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_defect_keeps_its_inside_to_itself() {
        let people = Probe::people(routes()).await.get("/broken").await;
        let programs = Probe::programs(routes()).await.get("/broken").await;
        for answer in [people, programs] {
            assert_eq!(answer.status, 500);
            assert!(!answer.text().contains("row 7") && !answer.text().contains("secret"), "{}", answer.text());
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn people_get_a_page_in_their_language() {
        let probe = Probe::people(routes()).await;
        let zh = probe.get("/limit").await;
        assert_eq!((zh.status, zh.header("content-type")), (413, Some("text/html; charset=utf-8")));
        assert!(zh.text().contains("<html lang=\"zh-CN\"") && zh.text().contains("900"));
        let en = probe.get("/limit?lang=en").await;
        assert!(en.text().contains("<html lang=\"en\""));
        let evil = probe.get("/evil").await.text();
        assert!(!evil.contains("<script>alert") && evil.contains("&lt;script&gt;"), "what a visitor wrote is text");
        assert_eq!(probe.get("/nowhere").await.status, 404);
        let wait = probe.get("/wait").await;
        assert_eq!((wait.status, wait.header("retry-after")), (429, Some("9")));
        let allow = probe.get("/read").await;
        assert_eq!((allow.status, allow.header("allow")), (405, Some("POST")));
    }
}
