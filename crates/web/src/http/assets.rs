//! The stylesheet, the script and the mark of the site. Each is named by the first 64 bits of the BLAKE3 hash of its content, so
//! a browser keeps it for a year and a new version has a new name; a page of the version before still finds its style,
//! because an old name is answered with the present file, uncached.
use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::LazyLock;

/// Bytes on the wire (gzip) of the stylesheet of all components.
pub const STYLE_GZIP_BYTES_MAX: usize = 14 * 1024;
/// Bytes on the wire (gzip) of the script.
pub const SCRIPT_GZIP_BYTES_MAX: usize = 10 * 1024;

const STYLE: &str = concat!(
    include_str!("../../assets/css/tokens.css"),
    include_str!("../../assets/css/base.css"),
    include_str!("../../assets/css/frame.css"),
    include_str!("../../assets/css/form.css"),
    include_str!("../../assets/css/button.css"),
    include_str!("../../assets/css/table.css"),
    include_str!("../../assets/css/amount.css"),
    include_str!("../../assets/css/status.css"),
    include_str!("../../assets/css/notice.css"),
    include_str!("../../assets/css/list.css"),
    include_str!("../../assets/css/chart.css"),
    include_str!("../../assets/css/dialog.css"),
    include_str!("../../assets/css/drawer.css"),
    include_str!("../../assets/css/toast.css"),
    include_str!("../../assets/css/door.css"),
    include_str!("../../assets/css/elder.css"),
    include_str!("../../assets/css/statement.css"),
    include_str!("../../assets/css/design.css"),
    include_str!("../../assets/css/transfer.css"),
    include_str!("../../assets/css/kiosk.css"),
    include_str!("../../assets/css/cash.css"),
    include_str!("../../assets/css/print.css"),
);
/// One module for the browser, out of one file per task. A file is a block of its own and starts itself.
const SCRIPT: &str = concat!(
    include_str!("../../assets/js/yizhan.js"),
    include_str!("../../assets/js/desk.js"),
    include_str!("../../assets/js/passkey.js"),
    include_str!("../../assets/js/speech.js"),
    include_str!("../../assets/js/kiosk.js"),
    include_str!("../../assets/js/app.js"),
    include_str!("../../assets/js/signs.js")
);
const MARK: &str = include_str!("../../assets/mark.svg");

struct Asset {
    path: String,
    kind: &'static str,
    text: &'static str,
}

impl Asset {
    fn new(ending: &str, kind: &'static str, text: &'static str) -> Asset {
        let hash = blake3::hash(text.as_bytes()).to_hex();
        Asset { path: format!("/assets/yizhan.{}.{ending}", &hash[..16]), kind, text }
    }
}

static ALL: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        Asset::new("css", "text/css; charset=utf-8", STYLE),
        Asset::new("js", "text/javascript; charset=utf-8", SCRIPT),
        Asset::new("svg", "image/svg+xml", MARK),
    ]
});

/// The address of the stylesheet.
pub fn style_path() -> &'static str {
    &ALL[0].path
}
/// The address of the script, an ES module.
pub fn script_path() -> &'static str {
    &ALL[1].path
}
/// The address of the site's icon.
pub fn mark_path() -> &'static str {
    &ALL[2].path
}

async fn asset(Path(name): Path<String>) -> Response {
    let ending = |a: &&Asset| name.starts_with("yizhan.") && name.ends_with(&a.path[a.path.rfind('.').unwrap_or(0)..]);
    match ALL.iter().find(ending) {
        Some(asset) => {
            let exact = asset.path.ends_with(&format!("/{name}"));
            let keep = if exact { "public, max-age=31536000, immutable" } else { "no-store" };
            ([(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, keep)], asset.text).into_response()
        }
        None => super::fault::Fault(super::fault::no_such_page()).into_response(),
    }
}

/// `GET /assets/{name}`
pub fn router() -> Router {
    Router::new().route("/assets/{name}", get(asset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::probe::Probe;

    #[tokio::test(flavor = "multi_thread")]
    async fn style_and_script_keep_their_budget_on_the_wire() {
        let probe = Probe::people(Router::new()).await;
        for (path, max) in [(style_path(), STYLE_GZIP_BYTES_MAX), (script_path(), SCRIPT_GZIP_BYTES_MAX)] {
            let answer = probe.ask(&format!("GET {path} HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")).await;
            assert_eq!((answer.status, answer.header("content-encoding")), (200, Some("gzip")), "{path}");
            assert!(answer.header("cache-control").unwrap().contains("immutable"));
            let size = answer.body.len();
            assert!(size > 500 && size <= max, "{path}: {size} bytes, {max} at most");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_old_name_is_answered_but_not_kept_and_a_strange_one_is_not() {
        let probe = Probe::people(Router::new()).await;
        let old = probe.get("/assets/yizhan.0123456789abcdef.css").await;
        assert_eq!((old.status, old.header("cache-control")), (200, Some("no-store")));
        for strange in ["/assets/other.css", "/assets/yizhan.exe", "/assets/..%2f..%2fCargo.toml"] {
            assert_eq!(probe.get(strange).await.status, 404, "{strange}");
        }
    }

    #[test]
    fn nothing_inline_and_nothing_from_elsewhere() {
        for needle in ["http://", "https://", "@import", "@font-face", "expression("] {
            assert!(!STYLE.contains(needle), "the stylesheet has {needle}");
        }
        assert!(!SCRIPT.contains("eval(") && !SCRIPT.contains(".style."));
    }

    #[test]
    fn every_style_file_is_in() {
        let folder = format!("{}/assets/css", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(STYLE.contains(&text));
        }
    }
}
