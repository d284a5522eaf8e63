//! Forms that only our own pages can send.
//!
//! Each form holds a hidden field `csrf`: the proof that the page was made by this site for this visitor. The proof is
//! 16 random bytes, then those bytes XORed over the first 16 bytes of BLAKE3 keyed with the site's key over the visitor's secret
//! (the session cookie, before sign-in the visit cookie), as 43 characters of URL-safe base64. The random half makes it
//! another text on every page, so that compression leaks nothing of it (BREACH); nothing needs to be kept on the server,
//! and signing in or out makes older forms stale. A browser that says the form came from another site
//! (`Sec-Fetch-Site`) is refused whatever it carries.
use super::fault::Fault;
use crate::codes::FORM_EXPIRED;
use crate::view::View;
use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Error, Result};
use serde::de::DeserializeOwned;

/// The name of the hidden field.
pub const FIELD: &str = "csrf";
const HALF: usize = 16;

/// The site's key. Processes that serve the same visitors share one.
#[derive(Clone)]
pub struct CsrfKey([u8; 32]);

impl std::fmt::Debug for CsrfKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CsrfKey(…)")
    }
}

impl CsrfKey {
    pub fn new(key: [u8; 32]) -> CsrfKey {
        CsrfKey(key)
    }
    pub fn random() -> CsrfKey {
        CsrfKey(random())
    }

    fn mark(&self, visitor: &str) -> [u8; HALF] {
        let hash = blake3::keyed_hash(&self.0, visitor.as_bytes());
        std::array::from_fn(|i| hash.as_bytes()[i])
    }

    /// A proof for one form of this visitor.
    pub fn issue(&self, visitor: &str) -> String {
        let veil: [u8; HALF] = random();
        let mark = self.mark(visitor);
        let proof: [u8; 2 * HALF] =
            std::array::from_fn(|i| if i < HALF { veil[i] } else { veil[i - HALF] ^ mark[i - HALF] });
        URL_SAFE_NO_PAD.encode(proof)
    }

    /// Whether a proof was issued to this visitor. The time it takes does not tell how much of it is right.
    pub fn accepts(&self, visitor: &str, proof: &str) -> bool {
        let Some(proof) = URL_SAFE_NO_PAD.decode(proof).ok().filter(|p| p.len() == 2 * HALF) else {
            return false;
        };
        let mark = self.mark(visitor);
        let differ = (0..HALF).fold(0u8, |seen, i| seen | (proof[i] ^ proof[i + HALF] ^ mark[i]));
        !visitor.is_empty() && differ == 0
    }
}

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Refuses what did not come from one of our own pages. For forms that [`Checked`] does not read (files).
pub fn check(view: &View, headers: &HeaderMap, proof: &str) -> Result<()> {
    let from = headers.get("sec-fetch-site").and_then(|v| v.to_str().ok());
    let ours = from.is_none_or(|site| matches!(site, "same-origin" | "none"));
    if ours && view.site.csrf.accepts(&view.visitor, proof) {
        return Ok(());
    }
    Err(Error::new(&FORM_EXPIRED, "the form was not loaded in this session, or has grown old"))
}

/// A form that was sent from one of our own pages, read into `T`.
pub struct Checked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Checked<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> std::result::Result<Checked<T>, Fault> {
        let (mut parts, body) = request.into_parts();
        let view = View::from_request_parts(&mut parts, state).await?;
        let again = |body: Bytes| {
            let mut request = Request::new(Body::from(body));
            (*request.method_mut(), *request.headers_mut()) = (parts.method.clone(), parts.headers.clone());
            request
        };
        let whole = Request::from_parts(parts.clone(), body);
        let bytes =
            Bytes::from_request(whole, state).await.map_err(|e| Fault::unreadable(e.status(), e.body_text()))?;
        let fields = Form::<Vec<(String, String)>>::from_request(again(bytes.clone()), state).await;
        let Form(fields) = fields.map_err(|e| Fault::unreadable(e.status(), e.body_text()))?;
        let proof = fields.iter().find(|(name, _)| name == FIELD).map_or("", |(_, value)| value);
        check(&view, &parts.headers, proof)?;
        let form = Form::<T>::from_request(again(bytes), state).await;
        form.map(|Form(form)| Checked(form)).map_err(|e| Fault::unreadable(e.status(), e.body_text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::probe::{Answer, Probe};
    use axum::Router;
    use axum::routing::{get, post};

    #[test]
    fn a_proof_serves_its_visitor_and_nobody_else() {
        let (key, other) = (CsrfKey::random(), CsrfKey::random());
        let (first, second) = (key.issue("ann"), key.issue("ann"));
        assert_ne!(first, second, "each page has another text");
        assert_eq!(first.len(), 43);
        assert!(key.accepts("ann", &first) && key.accepts("ann", &second));
        assert!(!key.accepts("bob", &first) && !other.accepts("ann", &first) && !key.accepts("", &key.issue("")));
        let mut bent = first.clone().into_bytes();
        bent[30] = if bent[30] == b'A' { b'B' } else { b'A' };
        for bad in [std::str::from_utf8(&bent).unwrap(), "", "AAAA", &first[1..], "ü"] {
            assert!(!key.accepts("ann", bad), "{bad}");
        }
    }

    #[derive(serde::Deserialize)]
    struct Order {
        count: u32,
    }

    async fn send(probe: &Probe, cookie: &str, proof: &str, more: &str) -> Answer {
        let body = format!("count=3&csrf={proof}");
        let head = format!(
            "POST /order HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: {cookie}\r\n{more}"
        );
        probe.ask(&format!("{head}Content-Length: {}\r\n\r\n{body}", body.len())).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_form_is_read_only_from_our_own_page() {
        let routes = Router::new()
            .route("/form", get(|view: View| async move { view.form_proof() }))
            .route("/order", post(|Checked(order): Checked<Order>| async move { order.count.to_string() }));
        let probe = Probe::people(routes).await;
        let page = probe.get("/form").await;
        let proof = page.text();
        let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap();
        assert!(page.header("set-cookie").unwrap().contains("HttpOnly"));
        let sent = send(&probe, cookie, &proof, "").await;
        assert_eq!((sent.status, sent.text().as_str()), (200, "3"));
        assert_eq!(send(&probe, cookie, &proof, "Sec-Fetch-Site: same-origin\r\n").await.status, 200);
        let refused = [
            send(&probe, cookie, "", "").await,
            send(&probe, "yz_visit=another", &proof, "").await,
            send(&probe, "", &proof, "").await,
            send(&probe, cookie, &proof, "Sec-Fetch-Site: cross-site\r\n").await,
            send(&probe, &format!("{cookie}; yz_session=s"), &proof, "").await,
        ];
        assert!(refused.iter().all(|a| a.status == 403));
    }
}
