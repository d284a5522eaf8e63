//! Putting a tariff text in force, and keeping it until somebody agrees. Nothing of a text with a fault in it is taken.
use crate::review::{TariffFault, review};
use crate::tariff::Tariff;
use crate::{Applied, BAD_TARIFF, NOTHING_NEW, TARIFF_FIXED, TARIFF_NAME_CHARS_MAX};
use kernel::{Actor, BookId, Error, Result, Timestamp};
use store::{Audit, Seal, Tx, params};

/// What a load did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    pub added: Vec<Applied>,
    /// Versions that were there, word for word.
    pub already: usize,
}

store::record! {
    /// A tariff text that waits, or waited, for the second person; found by what it says.
    pub struct TariffDraft in "tariff_drafts" key 2 {
        /// Always the head office.
        pub book: BookId,
        /// BLAKE3 of the text.
        pub hash: [u8; 32],
        /// The file's name as it was sent.
        pub file: String,
        pub text: String,
        pub kept_by: String,
        pub kept_at: Timestamp,
    }
}

impl TariffDraft {
    /// 64 hexadecimal characters.
    pub fn name(&self) -> String {
        blake3::Hash::from_bytes(self.hash).to_hex().to_string()
    }
}

/// Adds the versions of a tariff text that are not there yet. `file` is for messages; `actor` is who approved it (maker
/// and checker are the caller's). Repeating is safe. Errors: [`BAD_TARIFF`] with file, line, column, entry and field;
/// [`TARIFF_FIXED`] for a version that is there with other words.
pub fn load_tariff(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<Loaded> {
    let found = review(tx, text)?;
    if let Some(fault) = found.faults.first() {
        return Err(refusal(file, fault));
    }
    let mut done = Loaded { added: Vec::with_capacity(found.changes.len()), already: found.already };
    for (_, mut row) in found.changes {
        (row.approved_by, row.approved_at) = (actor.principal(), tx.now());
        tx.insert(&mut row)?;
        tx.audit(actor, Audit::of("tariff.add", format!("{} v{}", row.code, row.version)).after(summary(&row)))?;
        done.added.push(Applied { code: row.code, version: row.version });
    }
    Ok(done)
}

/// Keeps a text without faults that changes something, so that two people speak of the same. The same text is the same
/// draft. Errors: as [`load_tariff`], and [`NOTHING_NEW`].
pub fn keep_draft(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<TariffDraft> {
    let found = review(tx, text)?;
    if let Some(fault) = found.faults.first() {
        return Err(refusal(file, fault));
    }
    if found.changes.is_empty() {
        return Err(Error::new(&NOTHING_NEW, format!("all {} versions of {file} are there", found.already)));
    }
    let hash = *blake3::hash(text.as_bytes()).as_bytes();
    if let Some(there) = draft(tx, hash)? {
        return Ok(there);
    }
    let file: String = file.chars().take(TARIFF_NAME_CHARS_MAX).collect();
    let (kept_by, kept_at) = (actor.principal(), tx.now());
    let mut row = TariffDraft {
        book: BookId::HEAD_OFFICE,
        hash,
        file,
        text: text.to_owned(),
        kept_by,
        kept_at,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    tx.audit(actor, Audit::of("tariff.draft", row.name()).after(format!("{} new versions", found.changes.len())))?;
    Ok(row)
}

/// A draft by the hash of its text.
pub fn draft(tx: &mut Tx<'_>, hash: [u8; 32]) -> Result<Option<TariffDraft>> {
    tx.get::<TariffDraft>(params![BookId::HEAD_OFFICE, hash])
}

/// Every version there is, by code and version. At most [`crate::TARIFFS_MAX`].
pub fn tariff_versions(tx: &mut Tx<'_>) -> Result<Vec<Tariff>> {
    tx.select::<Tariff>("ORDER BY code, version", &[])
}

fn refusal(file: &str, fault: &TariffFault) -> Error {
    let TariffFault { line, column, entry, field, why, fixed } = fault;
    let [mut place, mut about] = [String::new(), String::new()];
    if !entry.is_empty() {
        place = format!(", {entry}");
    }
    if !field.is_empty() {
        about = format!(", field {field}");
    }
    let code = if *fixed { &TARIFF_FIXED } else { &BAD_TARIFF };
    Error::new(code, format!("{file}: line {line} column {column}{place}{about}: {why}"))
        .with("file", file)
        .with("line", line)
        .with("column", column)
        .with("entry", entry)
        .with("field", field)
}

fn summary(row: &Tariff) -> String {
    let until = row.effective_to.map(|d| format!(" to {d}")).unwrap_or_default();
    format!("{} {} {} from {}{until}, {}", row.kind, row.operation, row.payer_class, row.effective_from, row.document)
}
