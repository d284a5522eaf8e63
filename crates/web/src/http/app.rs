//! What makes the site one that can be installed: its manifest, its icons and its service worker.
//!
//! The worker is served at the root, so that it stands before every page, and is asked for again each time (`no-cache`): its text
//! holds the hash of what it keeps, so that a new version of the site is a new worker. It keeps the stylesheet, the script, the
//! mark and the page for when there is no network, and never a page of a person.
use super::assets;
use crate::view::{Site, View};
use crate::words::Lang;
use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use std::sync::LazyLock;

/// Bytes on the wire (gzip) of the worker and the manifest together.
pub const APP_GZIP_BYTES_MAX: usize = 2 * 1024;

const WORKER: &str = include_str!("../../assets/js/sw.js");
/// Drawn from `assets/mark.svg` by `tests/browser/icons.mjs`.
const ICONS: [(&str, &[u8]); 2] =
    [("192", include_bytes!("../../assets/icon-192.png")), ("512", include_bytes!("../../assets/icon-512.png"))];

pub const MANIFEST: &str = "/manifest.webmanifest";
pub const SERVICE_WORKER: &str = "/sw.js";

static WORKER_TEXT: LazyLock<String> = LazyLock::new(|| {
    let files = [assets::style_path(), assets::script_path(), assets::mark_path()];
    let files = serde_json::to_string(&files).unwrap_or_default();
    let version = blake3::hash(format!("{WORKER}{files}{}", env!("CARGO_PKG_VERSION")).as_bytes()).to_hex();
    WORKER.replace("@VERSION@", &version[..16]).replace("@FILES@", &files)
});

fn manifest(view: &View) -> String {
    let icon = |size: &str| {
        let sizes = format!("{size}x{size}");
        json!({ "src": format!("/icons/{size}.png"), "sizes": sizes, "type": "image/png", "purpose": "any" })
    };
    let vector = json!({ "src": assets::mark_path(), "sizes": "any", "type": "image/svg+xml" });
    let shortcut = |key: &str, url: &str| json!({ "name": view.t(key), "url": url });
    let site: &Site = &view.site;
    let short = if view.words.lang == Lang::Zh { "驿站" } else { "Yizhan" };
    json!({
        "id": "/", "name": site.bank(view.words.lang), "short_name": short, "lang": view.words.lang.tag(), "start_url": "/home",
        "scope": "/", "display": "standalone", "background_color": "#f1f6f6", "theme_color": "#07303a",
        "icons": [vector, icon("192"), icon("512")],
        "shortcuts": [shortcut("tile-pay", "/pay"), shortcut("nav-accounts", "/accounts")],
    })
    .to_string()
}

async fn shown_manifest(view: View) -> Response {
    let kind = (CONTENT_TYPE, "application/manifest+json");
    ([kind, (CACHE_CONTROL, "no-cache")], manifest(&view)).into_response()
}

async fn worker() -> Response {
    let kind = (CONTENT_TYPE, "text/javascript; charset=utf-8");
    ([kind, (CACHE_CONTROL, "no-cache")], WORKER_TEXT.as_str()).into_response()
}

async fn icon(axum::extract::Path(name): axum::extract::Path<String>) -> Response {
    match ICONS.iter().find(|(size, _)| name == format!("{size}.png")) {
        Some((_, bytes)) => {
            ([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "public, max-age=86400")], *bytes).into_response()
        }
        None => super::fault::Fault(super::fault::no_such_page()).into_response(),
    }
}

/// `GET /manifest.webmanifest`, `GET /sw.js`, `GET /icons/{name}`
pub fn router() -> Router {
    Router::new()
        .route(MANIFEST, get(shown_manifest))
        .route(SERVICE_WORKER, get(worker))
        .route("/icons/{name}", get(icon))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::probe::Probe;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_worker_and_the_manifest_are_served_as_browsers_want_them() {
        let probe = Probe::people(Router::new()).await;
        let mut bytes = 0;
        for (path, kind) in
            [(SERVICE_WORKER, "text/javascript; charset=utf-8"), (MANIFEST, "application/manifest+json")]
        {
            let answer = probe.ask(&format!("GET {path} HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{path}");
            assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.contains("worker-src 'self'") && policy.contains("manifest-src 'self'"), "{policy}");
            bytes += answer.body.len();
        }
        assert!(bytes <= APP_GZIP_BYTES_MAX, "{bytes} bytes, {APP_GZIP_BYTES_MAX} at most");
        let text = probe.get(SERVICE_WORKER).await.text();
        assert!(!text.contains('@') && text.contains(assets::style_path()) && text.contains(assets::script_path()));
        assert_eq!(probe.get("/icons/192.png").await.header("content-type"), Some("image/png"));
        assert_eq!(probe.get("/icons/1.png").await.status, 404);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_manifest_speaks_the_readers_language_and_names_what_is_there() {
        let probe = Probe::people(Router::new()).await;
        for (lang, name) in [("zh", "驿站"), ("en", "Yizhan")] {
            let text = probe.get(&format!("{MANIFEST}?lang={lang}")).await.text();
            let told: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!((told["short_name"].as_str(), told["display"].as_str()), (Some(name), Some("standalone")));
            let routes = crate::routes();
            let mut addresses = vec![told["start_url"].as_str().unwrap()];
            addresses.extend(told["shortcuts"].as_array().unwrap().iter().map(|s| s["url"].as_str().unwrap()));
            assert!(
                addresses.iter().all(|a| routes.iter().any(|r| r.method == "GET" && r.path == *a)),
                "{addresses:?}"
            );
            for icon in told["icons"].as_array().unwrap() {
                assert_eq!(probe.get(icon["src"].as_str().unwrap()).await.status, 200, "{icon}");
            }
        }
    }
}
