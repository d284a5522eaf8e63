//! The bank as browsers know it: an origin, and the name passkeys are bound to (WebAuthn Level 3 §4, relying party).
//!
//! A passkey works at one origin only, so the bank has to know its own: `https://` and a domain, or for trying out
//! `http://localhost`. An address of numbers has no passkeys; browsers refuse them there. Everything that
//! touches the protocol is here, and pure: what is asked, and whether an answer fits it. User verification (a finger, a
//! face or the device's code) is always required, so a passkey alone proves both what one has and who one is.
use crate::codes::BAD_PUBLIC_URL;
use kernel::id::LoginId;
use kernel::{Error, Id, Result};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey as Key, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// Bytes of a browser's answer at most.
pub const PASSKEY_ANSWER_BYTES_MAX: usize = 16 * 1024;

#[derive(Clone, Debug)]
pub struct RelyingParty {
    webauthn: Webauthn,
    origin: String,
}

/// What was asked of a passkey; remembered until the answer comes.
pub(crate) type Asked = DiscoverableAuthentication;
pub(crate) type AskedNew = PasskeyRegistration;

/// Why an answer does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    Wrong,
    /// The counter did not rise: the same key seems to be in two places.
    Copied,
}

impl RelyingParty {
    /// The bank at `public_url`, the address people type, as `bank` in the browser's own dialogs.
    /// Errors: `bad_public_url` for anything but `https://` with a domain or `http://localhost`.
    pub fn new(public_url: &str, bank: &str) -> Result<RelyingParty> {
        let bad = |why: &str| Error::new(&BAD_PUBLIC_URL, format!("{public_url}: {why}")).with("given", public_url);
        let url = Url::parse(public_url.trim()).map_err(|e| bad(&e.to_string()))?;
        let domain = url.domain().ok_or_else(|| bad("it has no domain, and an address of numbers has no passkeys"))?;
        let local = domain == "localhost" || domain.ends_with(".localhost");
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            return Err(bad("browsers keep passkeys for https only, and for http on localhost"));
        }
        if url.path() != "/" || url.query().is_some() || !url.username().is_empty() {
            return Err(bad("it is more than scheme, domain and port"));
        }
        let (domain, origin) = (domain.to_owned(), url.origin().ascii_serialization());
        let built = WebauthnBuilder::new(&domain, &url).and_then(|b| b.rp_name(bank).build());
        let webauthn = built.map_err(|e| bad(&e.to_string()))?;
        Ok(RelyingParty { webauthn, origin })
    }

    /// A bank that is tried out on its own machine.
    pub fn local(port: u16) -> RelyingParty {
        RelyingParty::new(&format!("http://localhost:{port}"), "Yizhan").expect("localhost is an origin")
    }

    /// Scheme, domain and port, as a browser's `location.origin` has it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Asks for a new passkey of `login`, not one of those it has.
    pub(crate) fn ask_new(&self, login: LoginId, name: &str, has: &[Key]) -> Result<(Value, AskedNew)> {
        let known = has.iter().map(|k| k.cred_id().clone()).collect();
        let user = Uuid::from_bytes(login.bytes());
        let (asks, state) =
            self.webauthn.start_passkey_registration(user, name, name, Some(known)).map_err(unaskable)?;
        let mut asks = to_json(&asks.public_key)?;
        // Kept on the device where it can be, so that nobody has to type a name; a key without room is welcome too.
        asks["authenticatorSelection"]["residentKey"] = json!("preferred");
        Ok((asks, state))
    }

    pub(crate) fn made(&self, answer: &RegisterPublicKeyCredential, asked: &AskedNew) -> Option<Key> {
        self.webauthn.finish_passkey_registration(answer, asked).ok()
    }

    /// Asks any of these passkeys; with none, whichever the browser keeps for the bank.
    pub(crate) fn ask(&self, any_of: &[Vec<u8>]) -> Result<(Value, Asked)> {
        let (asks, state) = self.webauthn.start_discoverable_authentication().map_err(unaskable)?;
        let mut asks = to_json(&asks.public_key)?;
        let text = |id: &Vec<u8>| data_encoding::BASE64URL_NOPAD.encode(id);
        let allowed = any_of.iter().map(|id| json!({ "type": "public-key", "id": text(id) }));
        asks["allowCredentials"] = allowed.collect();
        Ok((asks, state))
    }

    /// The key as it is after a fitting answer: its counter moved on.
    pub(crate) fn fits(
        &self,
        answer: &PublicKeyCredential,
        asked: Asked,
        key: &Key,
    ) -> std::result::Result<Key, Misfit> {
        let known = DiscoverableKey::from(key);
        let result =
            self.webauthn.finish_discoverable_authentication_v2(answer, asked, &known).map_err(|e| match e {
                WebauthnError::CredentialPossibleCompromise => Misfit::Copied,
                _ => Misfit::Wrong,
            })?;
        let mut after = key.clone();
        match result.user_verified() && after.update_credential(&result).is_some() {
            true => Ok(after),
            false => Err(Misfit::Wrong),
        }
    }
}

fn unaskable(e: WebauthnError) -> Error {
    Error::broken("a passkey cannot be asked for").caused_by(e.to_string())
}

fn to_json(asks: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(asks).map_err(|e| Error::broken("a question to a passkey has no JSON form").caused_by(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_browsers_keep_passkeys() {
        let cases = [
            ("https://bank.example", Some("https://bank.example")),
            ("https://bank.example/", Some("https://bank.example")),
            ("https://bank.example:8443", Some("https://bank.example:8443")),
            ("http://localhost:8088", Some("http://localhost:8088")),
            ("http://bank.example", None),
            ("https://127.0.0.1:8088", None),
            ("https://[::1]", None),
            ("https://bank.example/app", None),
            ("https://bank.example/?a=b", None),
            ("https://user@bank.example", None),
            ("bank.example", None),
            ("", None),
            ("javascript:alert(1)", None),
        ];
        for (url, want) in cases {
            let got = RelyingParty::new(url, "Bank");
            assert_eq!(got.as_ref().ok().map(RelyingParty::origin), want, "{url}");
            assert!(want.is_some() || got.unwrap_err().is(&BAD_PUBLIC_URL), "{url}");
        }
    }
}
