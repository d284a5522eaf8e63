//! Consents (个人信息处理同意): what a customer agreed to, since when, and that he may take it back.
//!
//! What is asked stands in `data/consents.toml` as dated texts: a purpose, a version, which data, how long it is kept, what follows
//! without it, and the article it rests on. A customer gives and takes back each by itself, himself (Personal
//! Information Protection Law art. 14, 15 and 29); what he said stays on record with the version he read. A new
//! version is asked for anew: the consent before it does not cover it. What an account cannot be kept without is shown
//! here and is not taken back here ([`CONSENT_REQUIRED`]). Staff see what a customer agreed to and cannot change it.
use crate::Change;
use crate::codes::{CONSENT_REQUIRED, CONSENT_TEXT_CHANGED};
use crate::events::Event;
use crate::person::may_see;
use crate::role::Permission;
use kernel::id::{ConsentId, PersonId};
use kernel::{Actor, BookId, Channel, Date, Error, Id, Result, Timestamp, Who};
use std::sync::LazyLock;
use store::{Audit, Seal, Tx, params};

/// Lines of a customer's history that are shown.
pub const CONSENT_HISTORY_MAX: u32 = 200;

/// One text, in the words the customer reads.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentText {
    /// What it is for: `face_check`.
    pub purpose: String,
    /// From 1.
    pub version: u32,
    pub effective_from: Date,
    /// An account cannot be kept without it.
    pub required: bool,
    /// Sensitive personal information (敏感个人信息).
    pub sensitive: bool,
    pub title_zh: String,
    pub title_en: String,
    pub why_zh: String,
    pub why_en: String,
    pub data_zh: String,
    pub data_en: String,
    pub without_zh: String,
    pub without_en: String,
    pub kept_zh: String,
    pub kept_en: String,
    /// The articles it rests on.
    pub basis: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    text: Vec<ConsentText>,
}

static TEXTS: LazyLock<Vec<ConsentText>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../data/consents.toml")).expect("data/consents.toml is tested");
    file.text
});

/// The texts in force on a date, in the order of the file: of each purpose the newest version.
pub fn consent_texts(date: Date) -> Vec<&'static ConsentText> {
    in_force(&TEXTS, date)
}

/// A text as somebody read it, of whatever date.
pub fn consent_text(purpose: &str, version: u32) -> Option<&'static ConsentText> {
    TEXTS.iter().find(|t| t.purpose == purpose && t.version == version)
}

fn in_force(all: &[ConsentText], date: Date) -> Vec<&ConsentText> {
    let begun = |t: &&ConsentText| t.effective_from <= date;
    let newest = |t: &&ConsentText| {
        !all.iter().filter(begun).any(|other| other.purpose == t.purpose && other.version > t.version)
    };
    all.iter().filter(begun).filter(newest).collect()
}

store::record! {
    /// A consent that was given, and when it ended.
    pub struct Consent in "consents" key 2 {
        pub book: BookId,
        pub id: ConsentId,
        pub person: PersonId,
        pub purpose: String,
        /// The version that was read.
        pub version: u32,
        pub given_at: Timestamp,
        pub given_by: String,
        pub channel: Channel,
        /// Taken back, or followed by another version.
        pub ended_at: Option<Timestamp>,
        pub ended_by: Option<String>,
    }
}

/// A text, and whether the customer agreed to it.
#[derive(Debug)]
pub struct ConsentStanding {
    pub text: &'static ConsentText,
    /// In force, of this or an earlier version.
    pub given: Option<Consent>,
}

impl ConsentStanding {
    /// Agreed to as it is worded now.
    pub fn is_given(&self) -> bool {
        self.given.as_ref().is_some_and(|c| c.version == self.text.version)
    }
    /// Agreed to in a wording of the past: it has to be asked for anew.
    pub fn is_outdated(&self) -> bool {
        self.given.is_some() && !self.is_given()
    }
}

fn standing_rows(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Consent>> {
    let tail = "WHERE book = ?1 AND person = ?2 AND ended_at IS NULL ORDER BY id";
    tx.select::<Consent>(tail, params![person.book(), person])
}

/// Every text in force and what this customer said to it. The customer himself, or staff with `person.read` at his branch.
pub fn consents_of(tx: &mut Tx<'_>, actor: &Actor, person: PersonId) -> Result<Vec<ConsentStanding>> {
    may_see(tx, actor, Permission::PersonRead, person)?;
    let rows = standing_rows(tx, person)?;
    let texts = consent_texts(tx.now().local_date());
    let standing = |text: &'static ConsentText| ConsentStanding {
        text,
        given: rows.iter().find(|c| c.purpose == text.purpose).cloned(),
    };
    Ok(texts.into_iter().map(standing).collect())
}

/// What this customer said before, newest first; at most [`CONSENT_HISTORY_MAX`]. Readers as of [`consents_of`].
pub fn consent_history(tx: &mut Tx<'_>, actor: &Actor, person: PersonId) -> Result<Vec<Consent>> {
    may_see(tx, actor, Permission::PersonRead, person)?;
    let tail = "WHERE book = ?1 AND person = ?2 ORDER BY id DESC LIMIT ?3";
    tx.select::<Consent>(tail, params![person.book(), person, CONSENT_HISTORY_MAX])
}

/// Whether this customer agreed to a purpose as it is worded now; for domains that need to know before they use his data.
pub fn consent_in_force(tx: &mut Tx<'_>, person: PersonId, purpose: &str) -> Result<bool> {
    let rows = standing_rows(tx, person)?;
    let text = consent_texts(tx.now().local_date()).into_iter().find(|t| t.purpose == purpose);
    Ok(text.is_some_and(|t| rows.iter().any(|c| c.purpose == purpose && c.version == t.version)))
}

fn himself(actor: &Actor) -> Result<PersonId> {
    match actor.who {
        Who::Person(person) => Ok(person),
        _ => Err(Error::forbidden("a customer agrees for himself, and nobody for him")),
    }
}

fn text_of(tx: &Tx<'_>, purpose: &str) -> Result<&'static ConsentText> {
    let found = consent_texts(tx.now().local_date()).into_iter().find(|t| t.purpose == purpose);
    found.ok_or_else(|| Error::not_found("consent", purpose))
}

/// The customer agrees to `version` of a text. Errors: `consent_text_changed` when another version is in force.
pub fn consent_give(tx: &mut Tx<'_>, actor: &Actor, purpose: &str, version: u32) -> Result<Change> {
    let person = himself(actor)?;
    let text = text_of(tx, purpose)?;
    if text.version != version {
        let message = format!("version {version} of {purpose} was read, version {} is in force", text.version);
        return Err(Error::new(&CONSENT_TEXT_CHANGED, message).with("given", version).with("now", text.version));
    }
    crate::person::person_locked(tx, person)?;
    let before = standing_rows(tx, person)?.into_iter().find(|c| c.purpose == purpose);
    if before.as_ref().is_some_and(|c| c.version == version) {
        return Ok(Change::AlreadySo);
    }
    if let Some(old) = before {
        end_one(tx, actor, old)?;
    }
    let (id, now) = (ConsentId::new(tx.now(), person.book()), tx.now());
    tx.insert(&mut Consent {
        book: person.book(),
        id,
        person,
        purpose: purpose.into(),
        version,
        given_at: now,
        given_by: actor.principal(),
        channel: actor.channel,
        ended_at: None,
        ended_by: None,
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("consent.give", id).after(format!("{purpose} version {version}")))?;
    tx.emit(&Event::ConsentGiven { consent: id, person, purpose: &text.purpose }, &actor.correlation)?;
    Ok(Change::Done)
}

fn end_one(tx: &mut Tx<'_>, actor: &Actor, mut row: Consent) -> Result<()> {
    (row.ended_at, row.ended_by) = (Some(tx.now()), Some(actor.principal()));
    tx.update(&mut row)
}

/// The customer takes a consent back (撤回同意). Errors: `consent_required` for what an account cannot be kept without.
pub fn consent_withdraw(tx: &mut Tx<'_>, actor: &Actor, purpose: &str) -> Result<Change> {
    let person = himself(actor)?;
    let text = text_of(tx, purpose)?;
    if text.required {
        return Err(Error::new(&CONSENT_REQUIRED, "an account is not kept without this").with("purpose", purpose));
    }
    crate::person::person_locked(tx, person)?;
    let Some(row) = standing_rows(tx, person)?.into_iter().find(|c| c.purpose == purpose) else {
        return Ok(Change::AlreadySo);
    };
    let (id, version) = (row.id, row.version);
    end_one(tx, actor, row)?;
    tx.audit(actor, Audit::of("consent.withdraw", id).change(format!("{purpose} version {version}"), ""))?;
    tx.emit(&Event::ConsentEnded { consent: id, person, purpose: &text.purpose }, &actor.correlation)?;
    Ok(Change::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(purpose: &str, version: u32, from: &str) -> ConsentText {
        let effective_from = Date::parse(from).unwrap();
        let word = String::new;
        ConsentText {
            purpose: purpose.into(),
            version,
            effective_from,
            required: false,
            sensitive: false,
            title_zh: word(),
            title_en: word(),
            why_zh: word(),
            why_en: word(),
            data_zh: word(),
            data_en: word(),
            without_zh: word(),
            without_en: word(),
            kept_zh: word(),
            kept_en: word(),
            basis: word(),
        }
    }

    #[test]
    fn of_each_purpose_the_newest_that_has_begun() {
        let all = [text("a", 1, "2026-01-01"), text("b", 1, "2026-01-01"), text("a", 2, "2026-06-01")];
        let cases = [
            ("2025-12-31", vec![]),
            ("2026-01-01", vec![("a", 1), ("b", 1)]),
            ("2026-05-31", vec![("a", 1), ("b", 1)]),
            ("2026-06-01", vec![("b", 1), ("a", 2)]),
        ];
        for (date, want) in cases {
            let got = in_force(&all, Date::parse(date).unwrap());
            assert_eq!(got.iter().map(|t| (t.purpose.as_str(), t.version)).collect::<Vec<_>>(), want, "{date}");
        }
    }

    #[test]
    fn the_file_says_everything_in_both_languages() {
        let mut seen = std::collections::HashSet::new();
        for t in TEXTS.iter() {
            assert!(seen.insert((&t.purpose, t.version)), "{} version {} stands twice", t.purpose, t.version);
            let (zh, en) = (
                [&t.title_zh, &t.why_zh, &t.data_zh, &t.without_zh, &t.kept_zh],
                [&t.title_en, &t.why_en, &t.data_en, &t.without_en, &t.kept_en],
            );
            assert!(zh.iter().all(|s| s.chars().any(|c| c as u32 > 0x3000)), "{}", t.purpose);
            assert!(en.iter().all(|s| s.is_ascii() && !s.is_empty()), "{}", t.purpose);
            assert!(!t.basis.is_empty(), "{}", t.purpose);
            assert!(!t.required || !t.sensitive, "{}", t.purpose);
        }
    }
}
