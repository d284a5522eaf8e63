//! Passwords and one-time codes.
//!
//! A password is kept as Argon2id (RFC 9106) with 19 MiB, two passes, one lane: the second of OWASP's equal choices
//! (Password Storage Cheat Sheet, 2023), about 20 ms on a server's core. A one-time code is TOTP (RFC 6238) with SHA-1, six
//! digits, steps of 30 s and one step of tolerance either way, as every authenticator app reads it; a step is taken once
//! per login, so a code seen over a shoulder is worth nothing.
use crate::codes::PASSWORD_WEAK;
use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use kernel::clock::SECOND;
use kernel::{Error, Result, Timestamp};
use totp_rs::{Builder, Totp};

pub const PASSWORD_CHARS_MIN: usize = 10;
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Seconds of a one-time code's step.
pub const TOTP_STEP_SECONDS: u64 = 30;
/// Bytes of a one-time code's secret (RFC 4226 §4: 160 bits recommended).
pub const TOTP_SECRET_BYTES: usize = 20;

/// How hard a password is to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct PasswordCost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Default for PasswordCost {
    fn default() -> PasswordCost {
        PasswordCost { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// A password as it is stored: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
#[derive(Clone)]
pub struct PasswordHash(pub(crate) String);

impl PasswordHash {
    /// One that was kept.
    pub fn kept(text: &str) -> PasswordHash {
        PasswordHash(text.to_owned())
    }
    /// What is kept of it.
    pub fn text(&self) -> &str {
        &self.0
    }
    /// Whether a password is the one that was hashed; slow.
    pub fn fits(&self, password: &str) -> bool {
        fits(&self.0, password)
    }
}

impl PasswordCost {
    /// For tests and simulations, where a thousand people sign in.
    pub const TEST: PasswordCost = PasswordCost { memory_kib: 8, passes: 1, lanes: 1 };

    /// Hashes a new password; slow by design, never on the writer. `Err(PASSWORD_WEAK)` for 9 characters or fewer, more
    /// than 128, the sign-in name, or one character repeated.
    pub fn hash(&self, login_name: &str, password: &str) -> Result<PasswordHash> {
        let chars = password.chars().count();
        let first = password.chars().next();
        let repeated = password.chars().all(|c| Some(c) == first);
        let named = password.eq_ignore_ascii_case(login_name);
        if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars) || repeated || named {
            return Err(Error::new(&PASSWORD_WEAK, "the password is too easy to guess"));
        }
        let params = Params::new(self.memory_kib, self.passes, self.lanes, None)
            .map_err(|e| Error::field("password_cost", e.to_string()))?;
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = hasher
            .hash_password(password.as_bytes())
            .map_err(|e| Error::broken("a password could not be hashed").caused_by(e.to_string()))?;
        Ok(PasswordHash(hash.to_string()))
    }

    /// Hashes the password that replaces `old`; besides, it must be another one.
    pub fn hash_instead(&self, login_name: &str, old: &str, new: &str) -> Result<PasswordHash> {
        match old == new {
            true => Err(Error::new(&PASSWORD_WEAK, "the new password is the old one")),
            false => self.hash(login_name, new),
        }
    }

    /// What is tried for a name that does not exist: the same work, and no password fits.
    pub(crate) fn nobody(&self) -> String {
        let (m, t, p) = (self.memory_kib, self.passes, self.lanes);
        format!("$argon2id$v=19$m={m},t={t},p={p}$bm9ib2R5IGlzIGhlcmU$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    }
}

/// Whether the password fits the stored hash; slow.
pub(crate) fn fits(stored: &str, password: &str) -> bool {
    let short = password.chars().count() <= PASSWORD_CHARS_MAX;
    let parsed = phc::PasswordHash::new(stored);
    short && parsed.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A first password, given once and then replaced by its owner: 120 random bits as 24 letters and digits that are not
/// taken for one another.
pub fn first_password() -> String {
    const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the operating system gives random bytes");
    let bits = u128::from_be_bytes(random);
    (0..24).map(|i| char::from(SIGNS[(bits >> (i * 5) & 31) as usize])).collect()
}

/// The secret as it is typed into an authenticator that scans nothing: Base32, in groups of four.
pub fn totp_typed(secret: &[u8; TOTP_SECRET_BYTES]) -> String {
    let whole = data_encoding::BASE32_NOPAD.encode(secret);
    whole.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c)).collect::<Vec<_>>().join(" ")
}

/// A fresh secret for an authenticator.
pub fn totp_secret_new() -> [u8; TOTP_SECRET_BYTES] {
    let mut secret = [0; TOTP_SECRET_BYTES];
    getrandom::fill(&mut secret).expect("the operating system gives random bytes");
    secret
}

fn totp(secret: &[u8]) -> Option<Totp> {
    Builder::new().with_secret(secret.to_vec()).with_skew(1).with_step_duration(TOTP_STEP_SECONDS).build().ok()
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.micros() / SECOND).unwrap_or_default()
}

/// The code an authenticator shows at a time: for the demo's list of logins and for simulated people.
pub fn totp_code(secret: &[u8; TOTP_SECRET_BYTES], at: Timestamp) -> String {
    totp(secret).map(|t| t.generate(seconds(at)).to_string()).unwrap_or_default()
}

/// The step a code belongs to, within one step of now; `None` when it is no code of this secret.
pub(crate) fn totp_step(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = totp(secret)?.check(&digits, seconds(now))?;
    i64::try_from(step).ok()
}

/// What an authenticator app scans (the `otpauth` URI format).
pub fn totp_url(secret: &[u8; TOTP_SECRET_BYTES], login_name: &str) -> String {
    let secret = data_encoding::BASE32_NOPAD.encode(secret);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-._~".contains(b);
    let name: String =
        login_name.bytes().map(|b| if plain(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    format!(
        "otpauth://totp/Yizhan:{name}?secret={secret}&issuer=Yizhan&algorithm=SHA1&digits=6&period={TOTP_STEP_SECONDS}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        let cases = [
            ("anchor-lantern-4821", true),
            ("一二三四五六七八九十", true),
            ("short", false),
            ("aaaaaaaaaaaaaaa", false),
            ("Worker-0001", false),
            ("", false),
        ];
        for (password, good) in cases {
            assert_eq!(PasswordCost::TEST.hash("worker-0001", password).is_ok(), good, "{password}");
        }
        assert!(PasswordCost::TEST.hash("w", &"a1".repeat(65)).is_err());
    }

    #[test]
    fn a_hash_names_its_cost_and_nobodys_costs_the_same() {
        let cost = PasswordCost::TEST;
        let hash = cost.hash("worker", "anchor-lantern-4821").unwrap().0;
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(fits(&hash, "anchor-lantern-4821") && !fits(&hash, "anchor-lantern-4822"));
        assert!(phc::PasswordHash::new(&cost.nobody()).is_ok());
        assert!(!fits(&cost.nobody(), "anchor-lantern-4821"));
    }

    /// RFC 6238, appendix B, SHA-1, the last six of its eight digits.
    #[test]
    fn codes_of_rfc_6238() {
        let secret = b"12345678901234567890";
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(totp_code(secret, Timestamp::from_micros(at * SECOND)), code);
            assert_eq!(totp_step(secret, code, Timestamp::from_micros(at * SECOND)), Some(at / 30));
        }
        let late = Timestamp::from_micros((59 + 61) * SECOND);
        assert_eq!(totp_step(secret, "287082", late), None, "two steps late");
    }

    #[test]
    fn first_passwords_are_long_and_differ() {
        let (a, b) = (first_password(), first_password());
        assert!(a.len() == 24 && a != b);
        assert!(PasswordCost::TEST.hash("admin", &a).is_ok());
        let (old, new) = ("anchor-lantern-4821", "beacon-orange-7710");
        assert!(PasswordCost::TEST.hash_instead("admin", old, new).is_ok());
        assert!(PasswordCost::TEST.hash_instead("admin", old, old).is_err());
    }

    #[test]
    fn what_the_app_scans() {
        assert_eq!(totp_typed(b"12345678901234567890"), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let url = totp_url(b"12345678901234567890", "pay clerk");
        assert!(url.starts_with("otpauth://totp/Yizhan:pay%20clerk?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&"), "{url}");
    }
}
