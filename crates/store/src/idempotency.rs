//! Doing once what is asked twice.
//!
//! A key belongs to a principal and is kept in his home book for 400 days ([`crate::KEPT_DAYS`]), past any month end a
//! payroll could be sent again. The answer is stored in the transaction that did the work.
use crate::sql::{Column, Param};
use crate::tx::Tx;
use crate::{BAD_KEY, KEY_REUSED, Seal};
use kernel::{BookId, Error, Result, Timestamp};

/// Characters of an idempotency key at most.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 100;

crate::record! {
    pub(crate) struct Answered in "idempotency" key 3 {
        book: BookId,
        principal: String,
        key: String,
        request: [u8; 32],
        pub(crate) at: Timestamp,
        answer: String,
    }
}

pub(crate) const TABLE: &crate::Table = <Answered as crate::Record>::TABLE;

/// What is known of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Once {
    /// Not seen before; do the work and call [`Tx::answered`] in the same transaction.
    New,
    /// The same request was answered with this.
    Done(String),
}

/// Refuses keys that are empty, too long or not visible ASCII.
pub fn check_key(key: &str) -> Result<()> {
    match (1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) {
        true => Ok(()),
        false => Err(Error::new(
            &BAD_KEY,
            format!("{:?} is not an idempotency key", key.chars().take(40).collect::<String>()),
        )),
    }
}

/// What a request is recognised by: BLAKE3 over what it does and its body.
pub fn request_hash(what: &str, body: &[u8]) -> [u8; 32] {
    let mut h = blake3::Hasher::new();
    h.update(&(what.len() as u64).to_le_bytes()).update(what.as_bytes()).update(body);
    *h.finalize().as_bytes()
}

impl Tx<'_> {
    /// The hash under the bank's key: a copy of the table without the key file does not tell what was asked, however few
    /// requests there may have been.
    fn recognised(&self, what: &str, body: &[u8]) -> [u8; 32] {
        self.keys().token("request", &request_hash(what, body))
    }

    /// Whether `key` of `principal` was answered before. `Err(KEY_REUSED)` when it was for another request.
    pub fn once(&mut self, book: BookId, principal: &str, key: &str, what: &str, body: &[u8]) -> Result<Once> {
        check_key(key)?;
        let found = self.get::<Answered>(&[book.param(), Param::Text(principal.into()), Param::Text(key.into())])?;
        match found {
            None => Ok(Once::New),
            Some(a) if a.request == self.recognised(what, body) => Ok(Once::Done(a.answer)),
            Some(_) => {
                Err(Error::new(&KEY_REUSED, format!("the key {key:?} was used for another request")).with("key", key))
            }
        }
    }

    /// Keeps the answer. Two writers with one key: the second is told STALE, runs again and finds the first's answer.
    pub fn answered(
        &mut self,
        book: BookId,
        principal: &str,
        key: &str,
        what: &str,
        body: &[u8],
        answer: &str,
    ) -> Result<()> {
        let request = self.recognised(what, body);
        self.insert(&mut Answered {
            book,
            principal: principal.into(),
            key: key.into(),
            request,
            at: self.now(),
            answer: answer.into(),
            seal: Seal::default(),
        })
    }
}
