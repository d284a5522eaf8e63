//! What a login prefers on every device: its language, and the ordinary or the elder edition.
//!
//! A device on which nothing was chosen yet takes it over at sign-in; what was chosen on a device stays there.
use crate::Change;
use crate::login::own_login;
use kernel::id::{LoginId, PersonId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use store::{Seal, Tx, params};

/// Characters of a language's tag at most (BCP 47 asks for room for 35).
pub const LANGUAGE_CHARS_MAX: usize = 35;

store::text_enum! {
    pub enum Edition { Standard = "customer", Elder = "elder" }
}

store::record! {
    pub struct Preference in "preferences" key 2 {
        pub book: BookId,
        pub login: LoginId,
        /// `zh-CN`, `en`.
        pub language: String,
        pub edition: Edition,
        pub set_at: Timestamp,
    }
}

/// What a login prefers; `None` while it said nothing.
pub fn preference(tx: &mut Tx<'_>, login: LoginId) -> Result<Option<Preference>> {
    tx.get::<Preference>(params![login.book(), login])
}

/// Whether a person keeps the elder edition on his devices.
pub fn prefers_elder(tx: &mut Tx<'_>, person: PersonId) -> Result<bool> {
    let sql = "SELECT count(*) FROM logins l JOIN preferences p ON p.book = l.book AND p.login = l.id \
               WHERE l.book = ?1 AND l.who = ?2 AND l.ended_at IS NULL AND p.edition = 'elder'";
    let many = tx.query_one(sql, params![person.book(), person.to_string()], |r| r.get::<i64>(0))?;
    Ok(many.unwrap_or(0) > 0)
}

/// Keeps what the actor prefers. Errors: a field error for what is no language's tag.
pub fn preference_set(tx: &mut Tx<'_>, actor: &Actor, language: &str, edition: Edition) -> Result<Change> {
    let login = own_login(actor)?;
    let tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !(2..=LANGUAGE_CHARS_MAX).contains(&language.len()) || !language.chars().all(tag) {
        return Err(Error::field("language", "a language's tag, such as zh-CN"));
    }
    let (language, set_at) = (language.to_owned(), tx.now());
    match tx.load::<Preference>(params![login.book(), login])? {
        Some(row) if row.language == language && row.edition == edition => Ok(Change::AlreadySo),
        Some(row) => tx.update(&mut Preference { language, edition, set_at, ..row }).map(|()| Change::Done),
        None => {
            let (book, seal) = (login.book(), Seal::default());
            tx.insert(&mut Preference { book, login, language, edition, set_at, seal }).map(|()| Change::Done)
        }
    }
}
