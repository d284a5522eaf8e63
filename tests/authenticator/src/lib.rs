//! A device with passkeys that lives in memory, and the browser around it, for tests.
//!
//! It answers what the bank asks in the JSON forms of WebAuthn Level 3 (`navigator.credentials.create` and `get`): ES256 keys,
//! attestation `none`, resident keys. What makes a device bad can be switched on: no user verification, a counter
//! that stands still, another origin.
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_KEY: u8 = 0x40;

/// A device. Cloning it copies its keys with their counters, as a thief would.
#[derive(Clone)]
pub struct Authenticator {
    /// Where its browser believes to be: `http://localhost:8088`.
    pub origin: String,
    /// Asks for a finger before it signs.
    pub verifies: bool,
    /// Counts its signatures; otherwise it always says 0.
    pub counts: bool,
    /// Tells whose key it is without being told which.
    pub resident: bool,
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    id: Vec<u8>,
    user: Vec<u8>,
    secret: SigningKey,
    counter: u32,
}

fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn bytes(value: &Value) -> Vec<u8> {
    BASE64URL_NOPAD.decode(value.as_str().unwrap_or_default().as_bytes()).expect("URL-safe base64")
}

fn random<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    getrandom::fill(&mut out).expect("random bytes");
    out
}

impl Authenticator {
    pub fn at(origin: &str) -> Authenticator {
        Authenticator { origin: origin.into(), verifies: true, counts: true, resident: true, keys: Vec::new() }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let told =
            json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        told.to_string().into_bytes()
    }

    /// Hash of the relying party, flags, counter.
    fn head(&self, rp: &str, more: u8, counter: u32) -> Vec<u8> {
        let mut out = Sha256::digest(rp.as_bytes()).to_vec();
        out.push(USER_PRESENT | more | if self.verifies { USER_VERIFIED } else { 0 });
        out.extend(counter.to_be_bytes());
        out
    }

    /// `create`: a new key. `None` when one of the excluded keys is here.
    pub fn create(&mut self, options: &Value) -> Option<String> {
        let known = |id: &Value| self.keys.iter().any(|k| k.id == bytes(&id["id"]));
        if options["excludeCredentials"].as_array().into_iter().flatten().any(known) {
            return None;
        }
        let secret = std::iter::repeat_with(random::<32>).find_map(|r| SigningKey::from_slice(&r).ok())?;
        let key = Key { id: random::<20>().to_vec(), user: bytes(&options["user"]["id"]), secret, counter: 0 };
        let point = key.secret.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x()?.to_vec(), point.y()?.to_vec());
        let mut data = self.head(options["rp"]["id"].as_str()?, HAS_KEY, 0);
        data.extend([0; 16]);
        data.extend((key.id.len() as u16).to_be_bytes());
        data.extend(&key.id);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}: an EC2 key for ES256 on P-256 (RFC 9053).
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&x);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&y);
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData".to_vec();
        object.push(0x59);
        object.extend((data.len() as u16).to_be_bytes());
        object.extend(&data);
        let client = self.client_data("webauthn.create", options);
        let answer = json!({
            "id": text(&key.id), "rawId": text(&key.id), "type": "public-key",
            "response": { "clientDataJSON": text(&client), "attestationObject": text(&object) },
        });
        self.keys.push(key);
        Some(answer.to_string())
    }

    /// `get`: a signature by one of the allowed keys, or by the newest where none is named. `None` when there is no such key.
    pub fn get(&mut self, options: &Value) -> Option<String> {
        let allowed: Vec<Vec<u8>> =
            options["allowCredentials"].as_array().into_iter().flatten().map(|a| bytes(&a["id"])).collect();
        let fits = |k: &Key| if allowed.is_empty() { self.resident } else { allowed.contains(&k.id) };
        let at = self.keys.iter().rposition(fits)?;
        self.keys[at].counter += u32::from(self.counts);
        let key = &self.keys[at];
        let data = self.head(options["rpId"].as_str()?, 0, key.counter);
        let client = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature: Signature = key.secret.sign(&signed);
        let mut response = json!({
            "clientDataJSON": text(&client), "authenticatorData": text(&data), "signature": text(signature.to_der().as_bytes()),
        });
        if self.resident {
            response["userHandle"] = text(&key.user).into();
        }
        Some(
            json!({ "id": text(&key.id), "rawId": text(&key.id), "type": "public-key", "response": response })
                .to_string(),
        )
    }
}
