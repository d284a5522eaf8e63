//! Sending a browser elsewhere, to addresses of this site only.
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Bytes of an address we redirect to.
pub const ADDRESS_BYTES_MAX: usize = 2048;

/// `address` when it is a path of this site. Browsers read `//host`, `/\host` and a path with a tab or line break inside as another
/// site, so none of these is one; nor is a path that climbs with `..` into such a form.
pub fn local(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let plain = address.len() <= ADDRESS_BYTES_MAX && address.bytes().all(|b| (0x21..=0x7e).contains(&b) && b != b'\\');
    let rooted =
        path.starts_with('/') && !path.contains("//") && !path.split('/').any(|step| step == ".." || step == ".");
    (plain && rooted).then_some(address)
}

/// After a form: look at `address` (303, RFC 9110 §15.4.4). What is not local leads to the first page.
pub fn see_other(address: &str) -> Response {
    let place = local(address).and_then(|a| HeaderValue::from_str(a).ok()).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site() {
        let good = ["/", "/accounts", "/accounts/acct_01?after=x&y=//z", "/a#b", "/a/%2f%2fevil"];
        let evil = [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "evil.example",
            "",
            "?next=/",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a//b",
            "/..//evil.example",
            "/a/../b",
            "/./b",
            " /a",
            "/é",
        ];
        for address in good {
            assert_eq!(local(address), Some(address));
        }
        for address in evil {
            assert_eq!(local(address), None, "{address:?}");
            assert_eq!(see_other(address).headers()[header::LOCATION], "/");
        }
        assert_eq!(local(&format!("/{}", "a".repeat(ADDRESS_BYTES_MAX))), None);
        assert_eq!(see_other("/done").status(), 303);
    }
}
