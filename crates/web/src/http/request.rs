//! What is known of a request before its handler: its id and its [`View`].
use super::cookies::{self, Cookie, SameSite};
use super::csrf::random;
use super::fault::Fault;
use crate::terminals::{HIGH, Here, LOW, REACH};
use crate::view::{Mode, Site, Size, View};
use crate::words::young::Young;
use crate::words::{Lang, Words};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The id of a request, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of an id that a caller may bring.
const REQUEST_ID_CHARS_MAX: usize = 64;

/// One id from the first click to the last posting.
#[derive(Clone, Debug)]
pub struct Correlation(pub String);

/// Takes over the caller's request id when it is 8 to 64 letters, digits, `-`, `_`, `.`; makes one otherwise; answers with it.
pub async fn identify(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID).and_then(|v| v.to_str().ok());
    let plain = |t: &&str| {
        (8..=REQUEST_ID_CHARS_MAX).contains(&t.len())
            && t.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    let id = given.filter(plain).map_or_else(made, str::to_owned);
    let header = HeaderValue::from_str(&id);
    request.extensions_mut().insert(Correlation(id));
    let mut response = next.run(request).await;
    if let Ok(value) = header {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    ANSWERED.fetch_add(1, Ordering::Relaxed);
    if response.status().is_server_error() {
        FAILED.fetch_add(1, Ordering::Relaxed);
    }
    response
}

/// Fifteen digits in three groups: an old person can read them out on the telephone, and 10¹⁵ of them do not run out.
fn made() -> String {
    let drawn = u64::from_le_bytes(random::<8>());
    let group = |over: u64| drawn / over % 100_000;
    format!("{:05}-{:05}-{:05}", group(1), group(100_000), group(10_000_000_000))
}

static ANSWERED: AtomicU64 = AtomicU64::new(0);
static FAILED: AtomicU64 = AtomicU64::new(0);

/// Requests that this process answered, and how many of them with a status of 500 or above.
pub fn counted() -> (u64, u64) {
    (ANSWERED.load(Ordering::Relaxed), FAILED.load(Ordering::Relaxed))
}

/// Puts the [`View`] beside the request: language, mode and size of text from query, cookie and header, and the visitor's secret, which is made
/// here for who has none. A choice made by `?lang=`, `?mode=` or `?size=` is kept in a cookie.
pub async fn view(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let tls = site.tls;
    let (view, new_cookies) = read(&request, site);
    request.extensions_mut().insert(view.clone());
    let mut response = next.run(request).await;
    let kept = response.headers().get(header::CACHE_CONTROL).is_some_and(|v| v.as_bytes().starts_with(b"public"));
    if !kept {
        new_cookies.iter().for_each(|cookie| cookie.set(response.headers_mut(), tls));
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
        response.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(view.words.lang.tag()));
    }
    response
}

fn read(request: &Request, site: Arc<Site>) -> (View, Vec<Cookie>) {
    let query = |name: &str| {
        let mut pairs = request.uri().query().unwrap_or_default().split('&').filter_map(|p| p.split_once('='));
        pairs.find(|(n, _)| *n == name).map(|(_, value)| value)
    };
    let cookie = |name: &str| cookies::read(request.headers(), name, site.tls);
    let accept = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    let lang = Lang::choose(query("lang"), cookie(cookies::LANG), accept);
    let young = |tag: &str| Young::parse(tag).filter(|_| site.young_languages);
    let words = match (query("lang"), cookie(cookies::LANG).and_then(young)) {
        (Some(asked), _) => young(asked).map_or(Words::of(lang), Words::young),
        (None, Some(kept)) => Words::young(kept),
        (None, None) => Words::of(lang),
    };
    let own = |text: &str| Mode::parse(text).filter(|m| m.is_of_customers());
    let kiosk = request.extensions().get::<Here>().map(|here| here.kiosk(query(REACH), cookie(cookies::REACH)));
    let mode = query("mode")
        .filter(|_| kiosk.is_none())
        .and_then(own)
        .or_else(|| cookie(cookies::MODE).and_then(own))
        .unwrap_or_default();
    let mode = if kiosk.is_some() { Mode::Kiosk } else { mode };
    let asked_size = query("size").and_then(Size::parse);
    let size = asked_size.or_else(|| cookie(cookies::SIZE).and_then(Size::parse)).unwrap_or_default();
    let mut fresh = Vec::new();
    if query("lang").is_some_and(|tag| Lang::parse(tag).is_some() || young(tag).is_some()) {
        fresh.push(Cookie::choice(cookies::LANG, words.young.map_or(lang.tag(), |y| y.tag)));
    }
    if kiosk.is_some() {
        let asked = query(REACH).filter(|r| [LOW, HIGH].contains(r));
        fresh.extend(asked.map(|r| Cookie::secret(cookies::REACH, r, SameSite::Lax)));
    } else if query("mode").and_then(own).is_some() {
        fresh.push(Cookie::choice(cookies::MODE, mode.code()));
    }
    if asked_size.is_some() {
        fresh.push(Cookie::choice(cookies::SIZE, size.code()));
    }
    let known = cookie(cookies::SESSION).or_else(|| cookie(cookies::VISIT)).map(str::to_owned);
    let visitor = known.unwrap_or_else(|| {
        let secret = URL_SAFE_NO_PAD.encode(random::<16>());
        fresh.push(Cookie::secret(cookies::VISIT, secret.clone(), SameSite::Lax));
        secret
    });
    let address = request.uri().path_and_query().map_or("/", |a| a.as_str()).to_owned();
    let correlation = request.extensions().get::<Correlation>().map_or_else(String::new, |c| c.0.clone());
    (View { words, mode, size, address, correlation, visitor, site, kiosk, app: None }, fresh)
}

impl<S: Send + Sync> FromRequestParts<S> for View {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<View, Fault> {
        let view = parts.extensions.get::<View>().cloned();
        view.ok_or_else(|| Fault(Error::broken("a page is served outside `for_people`")))
    }
}

#[cfg(test)]
mod tests {
    use crate::http::probe::Probe;
    use crate::view::{Site, View};
    use axum::Router;
    use axum::routing::get;

    async fn probe() -> Probe {
        let told = |v: View| async move { format!("{} {} {}", v.words.lang.tag(), v.mode.code(), v.address) };
        Probe::people(Router::new().route("/x", get(told))).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_choice_is_kept_and_a_mode_of_staff_is_not_for_the_asking() {
        let probe = probe().await;
        let answer = probe.get("/x?lang=en&mode=elder").await;
        assert_eq!(answer.text(), "en elder /x?lang=en&mode=elder");
        assert_eq!(answer.header("content-language"), Some("en"));
        let cookies =
            answer.headers.iter().filter(|(n, _)| n == "set-cookie").map(|(_, v)| v.as_str()).collect::<Vec<_>>();
        assert_eq!(cookies.len(), 3, "{cookies:?}");
        assert!(
            cookies[0].starts_with("yz_lang=en")
                && cookies[1].starts_with("yz_mode=elder")
                && cookies[2].starts_with("yz_visit=")
        );
        assert_eq!(probe.get("/x?mode=manager").await.text(), "zh-CN customer /x?mode=manager");
        let again = probe.ask("GET /x HTTP/1.0\r\nCookie: yz_visit=v; yz_lang=en; yz_mode=elder\r\n\r\n").await;
        assert_eq!((again.text().as_str(), again.header("set-cookie")), ("en elder /x", None));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_young_language_is_spoken_only_where_it_is_turned_on() {
        let told = |v: View| async move { format!("{} {}", v.words.lang.tag(), v.t("sign-out")) };
        let router = || Router::new().route("/x", get(told));
        let off = Probe::people(router()).await;
        assert_eq!(off.get("/x?lang=lis").await.text(), "zh-CN 退出登录");
        let on = Probe::site(router(), Site::new("驿站", "Yizhan", false).young_languages(true)).await;
        let answer = on.get("/x?lang=lis").await;
        assert_eq!(answer.text(), "zh-CN ［傈僳语样例］退出登录");
        assert!(answer.header("set-cookie").unwrap().starts_with("yz_lang=lis"));
        let kept = |lang: &str| format!("GET /x{lang} HTTP/1.0\r\nCookie: yz_visit=v; yz_lang=lis\r\n\r\n");
        assert_eq!(on.ask(&kept("")).await.text(), "zh-CN ［傈僳语样例］退出登录");
        assert_eq!(on.ask(&kept("?lang=en")).await.text(), "en Sign out");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_request_has_one_id() {
        let probe = probe().await;
        let given = |id: &str| format!("GET /x HTTP/1.0\r\nX-Request-Id: {id}\r\n\r\n");
        assert_eq!(probe.ask(&given("call-0001.a")).await.header("x-request-id"), Some("call-0001.a"));
        for strange in ["short", "with space inside", "<script>alert(1)"] {
            let made = probe.ask(&given(strange)).await;
            let id = made.header("x-request-id").unwrap();
            assert!(id.len() == 17 && id.bytes().all(|b| b.is_ascii_digit() || b == b'-'), "{strange}: {id}");
        }
    }
}
