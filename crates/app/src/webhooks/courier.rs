//! The way out: signing, checking where it goes, sending.
use crate::codes::BAD_URL;
use crate::webhooks::{ANSWER_SECONDS_MAX, URL_CHARS_MAX};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Error, Result};
use sha2::Sha256;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;
use ureq::Agent;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Where webhooks may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Also http, and addresses of this machine and its network: for demonstrations and tests.
    pub allow_private: bool,
}

/// `v1` of the signature header: lower-case hexadecimal HMAC-SHA256 over `<unix_seconds>.<body>`.
pub fn signature(secret: &str, unix_seconds: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(unix_seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes())
}

/// What is sent.
pub(super) struct Parcel<'a> {
    pub url: &'a str,
    pub secret: &'a str,
    pub event: String,
    pub kind: &'a str,
    pub body: &'a str,
    pub unix_seconds: i64,
}

/// Sends parcels; cheap to clone.
#[derive(Clone)]
pub struct Courier {
    agent: Agent,
    policy: Policy,
}

impl Courier {
    pub fn new(policy: Policy) -> Courier {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(ANSWER_SECONDS_MAX)))
            .http_status_as_error(false)
            .https_only(!policy.allow_private)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .proxy(None)
            .user_agent("yizhan-webhooks")
            .build();
        let agent =
            Agent::with_parts(config, DefaultConnector::default(), Checked { policy, inner: Default::default() });
        Courier { agent, policy }
    }

    pub(crate) fn check(&self, url: &str) -> Result<()> {
        check_url(url, self.policy)
    }

    /// The status that the receiver answered, or why there is none.
    pub(super) fn send(&self, parcel: &Parcel<'_>) -> Result<u16, String> {
        check_url(parcel.url, self.policy).map_err(|e| e.message().to_owned())?;
        let v1 = signature(parcel.secret, parcel.unix_seconds, parcel.body);
        let answered = self
            .agent
            .post(parcel.url)
            .header("Content-Type", "application/json")
            .header("Yizhan-Event", &parcel.event)
            .header("Yizhan-Kind", parcel.kind)
            .header("Yizhan-Signature", format!("t={},v1={v1}", parcel.unix_seconds))
            .send(parcel.body.as_bytes());
        answered.map(|a| a.status().as_u16()).map_err(|e| e.to_string())
    }
}

/// Refuses what is not an https address of a host; literal addresses are judged here, names when they are resolved.
pub(super) fn check_url(url: &str, policy: Policy) -> Result<()> {
    let bad = |why: &str| Err(Error::new(&BAD_URL, format!("the address cannot be used: {why}")));
    if url.chars().count() > URL_CHARS_MAX {
        return bad("it is too long");
    }
    let Ok(uri) = url.parse::<Uri>() else { return bad("it is not a URL") };
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if policy.allow_private => {}
        _ => return bad("only https is used"),
    }
    let Some(authority) = uri.authority() else { return bad("it names no host") };
    if authority.as_str().contains('@') || url.contains('#') {
        return bad("user names and fragments are not sent");
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(ip) if !policy.allow_private && !is_public(ip) => bad("it is not a public address"),
        Err(_) if host.is_empty() => bad("it names no host"),
        _ => Ok(()),
    }
}

/// Resolves once and lets only checked addresses through; the connection is made to what this answers.
#[derive(Debug)]
struct Checked {
    policy: Policy,
    inner: Inner,
}

#[derive(Default)]
struct Inner(DefaultResolver);

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("system resolver")
    }
}

impl Resolver for Checked {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.0.resolve(uri, config, timeout)?;
        if self.policy.allow_private || found.iter().all(|a| is_public(a.ip())) {
            return Ok(found);
        }
        let why = "the host's name leads to an address that is not public";
        Err(ureq::Error::Io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, why)))
    }
}

/// Whether an address can belong to a machine on the internet (IANA special-purpose registries, as of 2025).
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (18..20).contains(&b));
    !special
}

/// Global unicast is 2000::/3, less Teredo and the rest of 2001::/23, documentation, and 6to4 (which hides an IPv4 address).
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    (0x2000..0x4000).contains(&a) && !special
}
