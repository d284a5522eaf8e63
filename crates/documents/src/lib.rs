//! What the bank gives out in writing: electronic receipts (电子回单), wage receipts, statements.
//!
//! **Words.** *Facts* are what a document says, as data, names and numbers masked. A *document* is the sealed record that the bank
//! issued these facts: about which account and which movement, when, to whom, and how often it was printed. Its *code*
//! ([`code`]) lets anybody who holds the paper ask whether the bank issued it.
//!
//! **Protocol.** [`issue`] seals facts once: the same facts are the same document, with the same code, whoever asks and how often, because
//! the hash of the facts is unique in a book. [`printed`] counts a copy that leaves the bank. [`find`] answers a code with its document,
//! and only when the code is the keyed hash of the document as it stands: facts that were changed in the database have no code.
//! What became of the movement afterwards (reversed, returned) is not in the facts; whoever answers a code looks it up anew.
//!
//! **Paper.** [`Paper`] is a document as it is read: headings, rows, tables, a QR code. [`pdf`] draws it as a tagged PDF with the
//! characters it uses of a font of the machine ([`Fonts`]); without a Chinese font there is no PDF (`no_chinese_font`), and the page that
//! shows the same is printed instead.
//!
//! Nothing here asks for permission: who may see the movement may have its document, and that the crates above know.
mod capitals;
pub mod code;
mod facts;
mod font;
mod layout;
mod paper;
mod pdf;
#[cfg(test)]
mod tests;

pub use capitals::capitals;
pub use code::Code;
pub use facts::{Covered, Facts, Movement, Side, Wage};
pub use font::{Font, Fonts, PACKAGES};
pub use paper::{Column, PARTS_MAX, Paper, Part};
pub use pdf::{PAGES_MAX, pdf};

use kernel::id::{AccountId, DocumentId};
use kernel::{Actor, BookId, Error, Id, Owner, Result, Timestamp};
use store::{Audit, Json, Migration, Seal, Table, Tx, params};

/// Copies of one document that may leave the bank.
pub const PRINTS_MAX: u32 = 1_000;

kernel::codes! {
    CODE_TYPO: Invalid, "receipt_code_typo", "compare it with the paper letter by letter and type it again";
    RECEIPT_UNKNOWN: Missing, "receipt_unknown", "the bank did not issue a receipt with this code; do not rely on the paper, and ask at a branch";
    PRINTS_SPENT: Refused, "prints_spent", "use a copy you have; its code is the same";
    NO_CHINESE_FONT: Unavailable, "no_chinese_font", "print the page instead; the operator can install fonts-noto-cjk";
    PAPER_TOO_LONG: Limit, "paper_too_long", "choose a shorter period, or take the spreadsheet";
}

pub const MIGRATION: Migration =
    Migration { name: "0013_documents", sql: include_str!("../migrations/0013_documents.sql") };
pub const TABLES: &[&Table] = &[store::verify::of::<Document>()];

store::text_enum! {
    /// What a document is about.
    pub enum Kind {
        /// 电子回单: one movement of money, as one of its two accounts sees it.
        Payment = "payment",
        /// The same of a wage, for the worker.
        Wage = "wage",
        /// 对账单: an account over some days.
        Statement = "statement",
    }
}

store::record! {
    /// The record of an issued document.
    pub struct Document in "documents" key 2 {
        pub book: BookId,
        pub id: DocumentId,
        pub kind: Kind,
        /// Whose account it is about.
        pub owner: Owner,
        pub account: AccountId,
        /// A transfer, or the days of a statement.
        pub about: String,
        pub facts: Json<Facts>,
        /// BLAKE3 of account, subject and facts.
        pub hash: [u8; 32],
        /// Keyed hash of the code, to find it by.
        pub code_index: Vec<u8>,
        pub issued_at: Timestamp,
        pub issued_by: String,
        pub prints: u32,
        pub printed_at: Option<Timestamp>,
        pub printed_by: Option<String>,
    }
}

/// Seals what an account's document says. The same facts again are the same document.
pub fn issue(tx: &mut Tx<'_>, actor: &Actor, owner: Owner, account: AccountId, facts: &Facts) -> Result<Document> {
    let hash = hash_of(account, facts)?;
    if let Some(before) = by_hash(tx, account.book(), &hash)? {
        return Ok(before);
    }
    let id = DocumentId::new(tx.now(), account.book());
    let mut new = Document {
        book: account.book(),
        id,
        kind: facts.kind(),
        owner,
        account,
        about: facts.about(),
        facts: Json(facts.clone()),
        hash,
        code_index: Vec::new(),
        issued_at: tx.now(),
        issued_by: actor.principal(),
        prints: 0,
        printed_at: None,
        printed_by: None,
        seal: Seal::default(),
    };
    new.code_index = index_of(tx, &code_of(tx, &new));
    if !tx.insert_if_absent(&mut new)? {
        let other = by_hash(tx, account.book(), &hash)?;
        return other.ok_or_else(|| Error::broken(format!("{id} could not be issued")));
    }
    tx.audit(actor, Audit::of("document.issue", id).after(format!("{} {}", new.kind, new.about)))?;
    Ok(new)
}

/// The document with this id, whoever asks.
pub fn document(tx: &mut Tx<'_>, id: DocumentId) -> Result<Document> {
    tx.get::<Document>(params![id.book(), id])?.ok_or_else(|| Error::not_found("document", id))
}

/// Counts one more copy, and says which it is.
pub fn printed(tx: &mut Tx<'_>, actor: &Actor, id: DocumentId) -> Result<Document> {
    let mut row = tx.load::<Document>(params![id.book(), id])?.ok_or_else(|| Error::not_found("document", id))?;
    if row.prints >= PRINTS_MAX {
        let spent = Error::new(&PRINTS_SPENT, format!("{PRINTS_MAX} copies of this document were made"));
        return Err(spent.with("max", PRINTS_MAX));
    }
    row.prints += 1;
    (row.printed_at, row.printed_by) = (Some(tx.now()), Some(actor.principal()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("document.print", id).after(format!("copy {}", row.prints)))?;
    Ok(row)
}

/// The code of a document: the same as long as its facts are the same.
pub fn code_of(tx: &Tx<'_>, document: &Document) -> Code {
    let subject = format!("{} {}", document.id, blake3::Hash::from_bytes(document.hash).to_hex());
    let mac = tx.keys().index("document.code", &subject);
    Code::of(&mac.try_into().unwrap_or([0; 32]))
}

/// The genuine document with this code. `None`: the bank issued none, or what it issued says something else.
pub fn find(tx: &mut Tx<'_>, code: &Code) -> Result<Option<Document>> {
    let index = index_of(tx, code);
    let found = tx.select::<Document>("WHERE code_index = ?1 ORDER BY book, id LIMIT 2", params![index])?;
    let mut genuine = Vec::new();
    for document in found {
        let same = hash_of(document.account, &document.facts.0)? == document.hash;
        if same && code_of(tx, &document) == *code {
            genuine.push(document);
        }
    }
    Ok(genuine.pop().filter(|_| genuine.is_empty()))
}

fn index_of(tx: &Tx<'_>, code: &Code) -> Vec<u8> {
    tx.keys().index("document.lookup", &code.plain())
}

fn by_hash(tx: &mut Tx<'_>, book: BookId, hash: &[u8; 32]) -> Result<Option<Document>> {
    Ok(tx.select::<Document>("WHERE book = ?1 AND hash = ?2 LIMIT 1", params![book, *hash])?.pop())
}

fn hash_of(account: AccountId, facts: &Facts) -> Result<[u8; 32]> {
    let text = serde_json::to_vec(&(account, facts))
        .map_err(|e| Error::broken("a document's facts have no JSON form").caused_by(e))?;
    Ok(*blake3::hash(&text).as_bytes())
}
