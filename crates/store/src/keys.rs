//! The key file and what is done with it.
//!
//! One file (`keys.json`, mode 0600) holds the bank's secrets: the **key-encryption keys** (the newest wraps, older ones
//! only unwrap), the **seal key** (row seals and accumulators), the **index key** (equality search on encrypted fields),
//! the **session key** (CSRF tokens) and the **signing seed** (Ed25519, the day's root). Every person has a data key of his
//! own, wrapped by the newest key-encryption key; fields are XChaCha20-Poly1305 under that key with the field's name as
//! associated data, so a value cannot be moved to another field or person. Rotation adds a key-encryption key and rewraps;
//! erasing a person destroys the wrapped key. The seal key is never rotated: the seals are the books.
use crate::record::Seal;
use crate::sql::Param;
use crate::{DECRYPT, KEY_FILE};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use kernel::{Error, Result};
use std::path::Path;
use zeroize::Zeroizing;

/// Key-encryption keys kept in one file, the newest included.
pub const KEY_VERSIONS_MAX: usize = 100;

#[derive(serde::Serialize, serde::Deserialize)]
struct KeyFile {
    wrap: Vec<String>,
    seal: String,
    index: String,
    session: String,
    sign: String,
}

/// The bank's secrets in memory.
pub struct KeyRing {
    wrap: Vec<Zeroizing<[u8; 32]>>,
    seal: Zeroizing<[u8; 32]>,
    term: Zeroizing<[u8; 32]>,
    index: Zeroizing<[u8; 32]>,
    session: Zeroizing<[u8; 32]>,
    sign: SigningKey,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyRing({} wrapping keys)", self.wrap.len())
    }
}

/// A person's data key, unwrapped; forgotten when dropped.
pub struct DataKey(Zeroizing<[u8; 32]>);

fn random32() -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut()).expect("the operating system gives random bytes");
    key
}

fn trouble(path: &Path, why: impl std::fmt::Display) -> Error {
    Error::new(&KEY_FILE, format!("the key file {} cannot be used: {why}", path.display()))
}

/// Whether `signature` over `message` was made with the private half of `key` (Ed25519, RFC 8032, strict).
pub fn is_signed(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let key = VerifyingKey::from_bytes(key);
    key.is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

impl KeyRing {
    /// Opens the key file, or makes one where there is none.
    pub fn open_or_create(path: &Path) -> Result<KeyRing> {
        if !path.exists() {
            KeyRing::random().save(path)?;
        }
        KeyRing::open(path)
    }

    pub fn open(path: &Path) -> Result<KeyRing> {
        let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|e| trouble(path, e))?);
        let file: KeyFile = serde_json::from_str(&text).map_err(|e| trouble(path, e))?;
        let key = |s: &str| -> Result<Zeroizing<[u8; 32]>> {
            let bytes = Zeroizing::new(BASE64.decode(s.as_bytes()).map_err(|e| trouble(path, e))?);
            Ok(Zeroizing::new(bytes.as_slice().try_into().map_err(|_| trouble(path, "a key is not 32 bytes"))?))
        };
        if file.wrap.is_empty() || file.wrap.len() > KEY_VERSIONS_MAX {
            return Err(trouble(
                path,
                format!("it has {} wrapping keys, 1 to {KEY_VERSIONS_MAX} belong there", file.wrap.len()),
            ));
        }
        let wrap = file.wrap.iter().map(|s| key(s)).collect::<Result<_>>()?;
        Ok(KeyRing::from_secrets(wrap, key(&file.seal)?, key(&file.index)?, key(&file.session)?, &*key(&file.sign)?))
    }

    /// Fresh secrets that were never saved: for tests and simulations.
    pub fn random() -> KeyRing {
        KeyRing::from_secrets(vec![random32()], random32(), random32(), random32(), &random32())
    }

    fn from_secrets(
        wrap: Vec<Zeroizing<[u8; 32]>>,
        seal: Zeroizing<[u8; 32]>,
        index: Zeroizing<[u8; 32]>,
        session: Zeroizing<[u8; 32]>,
        sign: &[u8; 32],
    ) -> KeyRing {
        let term = Zeroizing::new(blake3::derive_key("yizhan 2026 accumulator term", seal.as_ref()));
        KeyRing { wrap, seal, term, index, session, sign: SigningKey::from_bytes(sign) }
    }

    /// Writes the file beside `path` and moves it there, so that a crash leaves the old one or the new one whole.
    pub fn save(&self, path: &Path) -> Result<()> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let text = |k: &[u8; 32]| BASE64.encode(k);
        let file = KeyFile {
            wrap: self.wrap.iter().map(|k| text(k)).collect(),
            seal: text(&self.seal),
            index: text(&self.index),
            session: text(&self.session),
            sign: text(self.sign.as_bytes()),
        };
        let body = Zeroizing::new(serde_json::to_string_pretty(&file).map_err(|e| trouble(path, e))?);
        let beside = path.with_extension("new");
        let write = || -> std::io::Result<()> {
            let mut f =
                std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
            f.write_all(body.as_bytes())?;
            f.sync_all()?;
            std::fs::rename(&beside, path)?;
            path.parent().map_or(Ok(()), |dir| {
                std::fs::File::open(if dir.as_os_str().is_empty() { Path::new(".") } else { dir })?.sync_all()
            })
        };
        write().map_err(|e| trouble(path, e))
    }

    /// The ring with one more key-encryption key, which from now on wraps.
    pub fn rotated(&self) -> Result<KeyRing> {
        if self.wrap.len() == KEY_VERSIONS_MAX {
            return Err(Error::limit("wrapping keys", self.wrap.len() + 1, KEY_VERSIONS_MAX, "keys"));
        }
        let mut wrap = self.wrap.clone();
        wrap.push(random32());
        Ok(KeyRing::from_secrets(
            wrap,
            self.seal.clone(),
            self.index.clone(),
            self.session.clone(),
            self.sign.as_bytes(),
        ))
    }

    /// The newest key-encryption key's version, from 1.
    pub fn version(&self) -> u32 {
        self.wrap.len() as u32
    }

    /// A new person's data key: for use now, and wrapped to be stored (`version ‖ nonce ‖ ciphertext`).
    pub fn new_data_key(&self) -> (DataKey, Vec<u8>) {
        let key = random32();
        let wrapped = self.wrap(&key);
        (DataKey(key), wrapped)
    }

    fn wrap(&self, key: &[u8; 32]) -> Vec<u8> {
        let mut out = self.version().to_be_bytes().to_vec();
        out.extend(encrypt(&self.wrap[self.wrap.len() - 1], b"data key", key));
        out
    }

    pub fn unwrap_data_key(&self, wrapped: &[u8]) -> Result<DataKey> {
        let gone = || Error::new(&DECRYPT, "a data key cannot be unwrapped with this key file");
        let (version, sealed) = wrapped.split_first_chunk::<4>().ok_or_else(gone)?;
        let kek =
            (u32::from_be_bytes(*version) as usize).checked_sub(1).and_then(|i| self.wrap.get(i)).ok_or_else(gone)?;
        let plain = Zeroizing::new(decrypt(kek, b"data key", sealed)?);
        Ok(DataKey(Zeroizing::new(plain.as_slice().try_into().map_err(|_| gone())?)))
    }

    /// The same data key under the newest key-encryption key; `None` when it is there already.
    pub fn rewrap(&self, wrapped: &[u8]) -> Result<Option<Vec<u8>>> {
        if wrapped.get(..4) == Some(&self.version().to_be_bytes()) {
            return Ok(None);
        }
        Ok(Some(self.wrap(&self.unwrap_data_key(wrapped)?.0)))
    }

    /// A keyed hash for equality search on an encrypted value: same kind and value, same hash.
    pub fn index(&self, kind: &str, value: &str) -> Vec<u8> {
        let mut h = blake3::Hasher::new_keyed(&self.index);
        h.update(&(kind.len() as u64).to_le_bytes()).update(kind.as_bytes()).update(value.as_bytes());
        h.finalize().as_bytes().to_vec()
    }

    /// A keyed hash for the server's own tokens (CSRF), never stored.
    pub fn token(&self, purpose: &str, value: &[u8]) -> [u8; 32] {
        let mut h = blake3::Hasher::new_keyed(&self.session);
        h.update(&(purpose.len() as u64).to_le_bytes()).update(purpose.as_bytes()).update(value);
        *h.finalize().as_bytes()
    }

    /// Encrypts for the server itself (a second factor's secret): `field` is bound to the value.
    pub fn encrypt_own(&self, field: &str, plain: &[u8]) -> Vec<u8> {
        let mut out = self.version().to_be_bytes().to_vec();
        out.extend(encrypt(&self.wrap[self.wrap.len() - 1], field.as_bytes(), plain));
        out
    }

    pub fn decrypt_own(&self, field: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let gone = || Error::new(&DECRYPT, format!("{field} cannot be decrypted with this key file"));
        let (version, body) = sealed.split_first_chunk::<4>().ok_or_else(gone)?;
        let kek =
            (u32::from_be_bytes(*version) as usize).checked_sub(1).and_then(|i| self.wrap.get(i)).ok_or_else(gone)?;
        decrypt(kek, field.as_bytes(), body).map(Zeroizing::new)
    }

    /// Ed25519 (RFC 8032) over `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.sign.sign(message).to_bytes()
    }

    /// The public half of the signing key, for whoever verifies the day's root.
    pub fn verifying_key(&self) -> [u8; 32] {
        self.sign.verifying_key().to_bytes()
    }

    pub(crate) fn seal(&self, table: &str, params: &[Param<'_>]) -> Seal {
        let mut h = blake3::Hasher::new_keyed(&self.seal);
        h.update(&(table.len() as u64).to_le_bytes()).update(table.as_bytes());
        params.iter().for_each(|p| p.digest_into(&mut h));
        Seal(h.finalize().as_bytes()[..16].try_into().expect("16 of 32 bytes"))
    }

    pub(crate) fn term(&self, seal: Seal) -> [u64; 4] {
        let hash = blake3::keyed_hash(&self.term, &seal.0);
        std::array::from_fn(|i| u64::from_le_bytes(hash.as_bytes()[i * 8..i * 8 + 8].try_into().expect("8 bytes")))
    }
}

impl DataKey {
    /// `field` (such as `person.name`) is bound to the value and must be the same when it is read.
    pub fn encrypt(&self, field: &str, plain: &str) -> Vec<u8> {
        encrypt(&self.0, field.as_bytes(), plain.as_bytes())
    }
    pub fn decrypt(&self, field: &str, sealed: &[u8]) -> Result<String> {
        let bytes = decrypt(&self.0, field.as_bytes(), sealed)?;
        String::from_utf8(bytes).map_err(|_| Error::new(&DECRYPT, format!("{field} is not text")))
    }
}

fn encrypt(key: &[u8; 32], aad: &[u8], msg: &[u8]) -> Vec<u8> {
    let mut nonce = [0u8; 24];
    getrandom::fill(&mut nonce).expect("the operating system gives random bytes");
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), Payload { msg, aad })
        .expect("the message is short");
    [nonce.as_slice(), &sealed].concat()
}

fn decrypt(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    let failed = || Error::new(&DECRYPT, "an encrypted value was changed or belongs elsewhere");
    let (nonce, msg) = sealed.split_first_chunk::<24>().ok_or_else(failed)?;
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(*nonce), Payload { msg, aad }).map_err(|_| failed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_opens_only_where_it_was_sealed() {
        let ring = KeyRing::random();
        let (key, wrapped) = ring.new_data_key();
        let sealed = key.encrypt("person.name", "王秀英");
        assert_eq!(ring.unwrap_data_key(&wrapped).unwrap().decrypt("person.name", &sealed).unwrap(), "王秀英");
        assert!(key.decrypt("person.phone", &sealed).is_err());
        assert!(ring.new_data_key().0.decrypt("person.name", &sealed).is_err());
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert!(key.decrypt("person.name", &bent).is_err());
    }

    #[test]
    fn rotation_rewraps_and_old_wrappings_still_open() {
        let old = KeyRing::random();
        let (key, wrapped) = old.new_data_key();
        let sealed = key.encrypt("f", "v");
        let new = old.rotated().unwrap();
        let again = new.rewrap(&wrapped).unwrap().unwrap();
        assert_eq!(new.unwrap_data_key(&again).unwrap().decrypt("f", &sealed).unwrap(), "v");
        assert_eq!(new.unwrap_data_key(&wrapped).unwrap().decrypt("f", &sealed).unwrap(), "v");
        assert!(new.rewrap(&again).unwrap().is_none());
        assert!(old.unwrap_data_key(&again).is_err(), "the old ring does not know the new key");
        assert_eq!(old.seal("t", &[Param::Int(1)]), new.seal("t", &[Param::Int(1)]), "seals outlive rotation");
    }

    #[test]
    fn the_file_is_read_back_and_only_the_owner_may() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("yizhan-keys-{}.json", std::process::id()));
        let ring = KeyRing::open_or_create(&path).unwrap();
        let again = KeyRing::open_or_create(&path).unwrap();
        assert_eq!(ring.verifying_key(), again.verifying_key());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "{}").unwrap();
        assert!(KeyRing::open(&path).unwrap_err().is(&KEY_FILE));
        std::fs::remove_file(&path).unwrap();
    }
}
