//! Cookies: opaque names for things the server keeps, or a choice of language or mode. Over TLS they are `Secure` and named
//! with `__Host-`, so that no other host and no unencrypted page can set them (RFC 6265bis §4.1.3.2).
use axum::http::{HeaderMap, HeaderValue, header};

/// Names a signed-in session.
pub const SESSION: &str = "yz_session";
/// Names a visitor before sign-in, for the proof of the sign-in form.
pub const VISIT: &str = "yz_visit";
/// Names a browser for a year, so that a login knows its devices again.
pub const DEVICE: &str = "yz_device";
pub const LANG: &str = "yz_lang";
pub const MODE: &str = "yz_mode";
pub const SIZE: &str = "yz_size";
/// The secret of an enrolled machine of a branch.
pub const TERMINAL: &str = "yz_terminal";
/// Whether the controls of a machine were brought lower.
pub const REACH: &str = "yz_reach";

/// Bytes of all cookies of a request that are looked at.
const COOKIE_HEADER_BYTES_MAX: usize = 8 * 1024;
/// Seconds a choice of language or mode is kept: a year.
pub const CHOICE_SECONDS: u32 = 31_536_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Sent when a person follows a link to us.
    Lax,
    /// Sent from our own pages only.
    Strict,
}

/// A cookie to set. `value` is of our own making: letters, digits, `-`, `_`, `.`.
#[derive(Clone, Debug)]
pub struct Cookie {
    pub name: &'static str,
    pub value: String,
    pub same_site: SameSite,
    /// Kept from scripts.
    pub http_only: bool,
    /// Seconds to keep it; `None` until the browser closes, 0 to forget it now.
    pub keep_seconds: Option<u32>,
}

impl Cookie {
    /// A secret: not for scripts, until the browser closes.
    pub fn secret(name: &'static str, value: impl Into<String>, same_site: SameSite) -> Cookie {
        Cookie { name, value: value.into(), same_site, http_only: true, keep_seconds: None }
    }
    /// A choice of the visitor, kept for a year.
    pub fn choice(name: &'static str, value: impl Into<String>) -> Cookie {
        Cookie { keep_seconds: Some(CHOICE_SECONDS), ..Cookie::secret(name, value, SameSite::Lax) }
    }
    pub fn forget(name: &'static str) -> Cookie {
        Cookie { keep_seconds: Some(0), ..Cookie::secret(name, "", SameSite::Lax) }
    }

    /// The value of a `Set-Cookie` header. `None` when the value holds a character that no cookie of ours has.
    pub fn header(&self, tls: bool) -> Option<HeaderValue> {
        if !self.value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
            return None;
        }
        let site = if self.same_site == SameSite::Lax { "Lax" } else { "Strict" };
        let mut text = format!("{}={}; Path=/; SameSite={site}", full_name(self.name, tls), self.value);
        if self.http_only {
            text.push_str("; HttpOnly");
        }
        if tls {
            text.push_str("; Secure");
        }
        if let Some(seconds) = self.keep_seconds {
            text.push_str(&format!("; Max-Age={seconds}"));
        }
        HeaderValue::from_str(&text).ok()
    }

    /// Adds it to an answer.
    pub fn set(&self, headers: &mut HeaderMap, tls: bool) {
        match self.header(tls) {
            Some(value) => drop(headers.append(header::SET_COOKIE, value)),
            None => tracing::error!(cookie = self.name, "a cookie value holds a character that is not allowed"),
        }
    }
}

fn full_name(name: &str, tls: bool) -> String {
    if tls { format!("__Host-{name}") } else { name.to_owned() }
}

/// The value of a cookie of ours; the first where a client sends it twice, `None` when empty.
pub fn read<'a>(headers: &'a HeaderMap, name: &str, tls: bool) -> Option<&'a str> {
    let name = full_name(name, tls);
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .filter(|v| v.len() <= COOKIE_HEADER_BYTES_MAX);
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, value)| value.trim_matches('"')).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(line).unwrap())])
    }

    #[test]
    fn read_by_whole_name() {
        let cases = [
            ("yz_session=abc", false, Some("abc")),
            ("a=1; yz_session=abc ;b=2", false, Some("abc")),
            ("xyz_session=abc", false, None),
            ("yz_session=first; yz_session=second", false, Some("first")),
            ("yz_session=", false, None),
            ("yz_session", false, None),
            ("yz_session=abc", true, None),
            ("__Host-yz_session=\"abc\"", true, Some("abc")),
        ];
        for (line, tls, want) in cases {
            assert_eq!(read(&headers(line), SESSION, tls), want, "{line}");
        }
    }

    #[test]
    fn set_with_every_guard() {
        let text = |c: Cookie, tls| c.header(tls).map(|v| v.to_str().unwrap().to_owned());
        assert_eq!(
            text(Cookie::secret(SESSION, "abc", SameSite::Strict), true).unwrap(),
            "__Host-yz_session=abc; Path=/; SameSite=Strict; HttpOnly; Secure"
        );
        assert_eq!(
            text(Cookie::forget(SESSION), false).unwrap(),
            "yz_session=; Path=/; SameSite=Lax; HttpOnly; Max-Age=0"
        );
        for evil in ["a;b", "a\r\nSet-Cookie: x", "a b", "é"] {
            assert_eq!(text(Cookie::secret(SESSION, evil, SameSite::Lax), true), None, "{evil:?}");
        }
    }
}
