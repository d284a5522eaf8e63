//! Dated terms that two agree to: a text of prices, rates or products is kept by its kind and what it says, so that both speak of
//! the same; what is wrong in one is told with its place. What a text means is its own crate's matter.
use crate::{DRAFT_BYTES_MAX, DRAFT_NAME_CHARS_MAX};
use kernel::error::Code;
use kernel::{Actor, BookId, Error, Result, Timestamp};
use serde::Serialize;
use store::{Audit, Seal, Tx, params};

/// Something wrong in a text of terms. Line and column count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub line: usize,
    pub column: usize,
    /// `entry 3 (transfer.same_bank v1)`, `rate term 1y 2026-03-02`; empty where it is none of the entries.
    pub entry: String,
    /// `bands[2].up_to`; empty where it is the entry or the text itself.
    pub field: String,
    pub code: Amiss,
    /// The values that `why` speaks of.
    #[serde(skip)]
    pub given: Vec<(&'static str, String)>,
    pub why: String,
    /// The entry stands already, with other words.
    pub fixed: bool,
}

store::text_enum! {
    /// What can be wrong in a text of terms.
    pub enum Amiss {
        Form = "form",
        Unknown = "unknown",
        Empty = "empty",
        Stands = "stands",
        VersionNext = "version_next",
        Later = "later",
        Backwards = "backwards",
        Most = "most",
        Code = "code",
        Length = "length",
        Amount = "amount",
        Kept = "kept",
        NumberTaken = "number_taken",
        NoProduct = "no_product",
        Twin = "twin",
        EndsBefore = "ends_before",
        Bands = "bands",
        BandOrder = "band_order",
        BandOpen = "band_open",
        BandClosed = "band_closed",
        BandEmpty = "band_empty",
        Share = "share",
        MinAboveMax = "min_above_max",
        Holders = "holders",
        Chart = "chart",
        SettleDay = "settle_day",
        DayCount = "day_count",
        DemandOnly = "demand_only",
        NoticeDays = "notice_days",
        BrokenAs = "broken_as",
        Rate = "rate",
        Term = "term",
        TermUnfit = "term_unfit",
        Steps = "steps",
        TooLarge = "too_large",
        Waits = "waits",
        Matures = "matures",
        SecondLook = "second_look",
        Fee = "fee",
        Value = "value",
        ValueDay = "value_day",
    }
}

/// What is wrong with a field: a code that screens have words for, its values, and the same in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub code: Amiss,
    pub given: Vec<(&'static str, String)>,
    pub told: String,
}

/// `why!(VersionNext, "{given} given, the next is {next}", given = row.version, next = next)`
#[macro_export]
macro_rules! why {
    ($code:ident, $told:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::terms::Why {
            code: $crate::terms::Amiss::$code,
            given: vec![$((stringify!($name), $value.to_string())),*],
            told: format!($told $(, $name = $value)*),
        }
    };
}

impl Fault {
    /// What is wrong at a byte of a text.
    pub fn at(text: &str, byte: usize, entry: &str, field: &str, why: Why) -> Fault {
        let before = text.get(..byte).unwrap_or(text);
        let begins = before.rfind('\n').map_or(0, |i| i + 1);
        let (line, column) = (before.matches('\n').count() + 1, before[begins..].chars().count() + 1);
        let [entry, field] = [entry, field].map(str::to_owned);
        let Why { code, given, told: why } = why;
        Fault { line, column, entry, field, code, given, why, fixed: code == Amiss::Stands }
    }

    /// A text that is not written as TOML, or has something in it that nobody asks for.
    pub fn form(text: &str, byte: usize, entry: &str, message: &str) -> Fault {
        Fault::at(text, byte, entry, "", crate::why!(Form, "{message}", message = message))
    }

    /// The error that names its place: `bad`, or `stands` for an entry that stands with other words.
    pub fn refusal(&self, file: &str, bad: &'static Code, stands: &'static Code) -> Error {
        let Fault { line, column, entry, field, why, fixed, .. } = self;
        let place = if entry.is_empty() { String::new() } else { format!(", {entry}") };
        let about = if field.is_empty() { String::new() } else { format!(", field {field}") };
        let code = if *fixed { stands } else { bad };
        Error::new(code, format!("{file}: line {line} column {column}{place}{about}: {why}"))
            .with("file", file)
            .with("line", line)
            .with("column", column)
            .with("entry", entry)
            .with("field", field)
    }
}

store::record! {
    /// A text that waits, or waited, for the second person.
    pub struct Draft in "approval_drafts" key 3 {
        /// Always the head office.
        pub book: BookId,
        /// The kind of its approval.
        pub kind: String,
        /// BLAKE3 of the text.
        pub hash: [u8; 32],
        /// The file's name as it was sent.
        pub file: String,
        pub text: String,
        pub kept_by: String,
        pub kept_at: Timestamp,
    }
}

impl Draft {
    /// 64 hexadecimal characters.
    pub fn name(&self) -> String {
        blake3::Hash::from_bytes(self.hash).to_hex().to_string()
    }
}

/// Keeps a text that was looked at and found sound. The same text of a kind is the same draft. `Err(limit)` beyond
/// [`DRAFT_BYTES_MAX`].
pub fn keep(tx: &mut Tx<'_>, actor: &Actor, kind: &str, file: &str, text: &str) -> Result<Draft> {
    if text.len() > DRAFT_BYTES_MAX {
        return Err(Error::limit("draft", text.len(), DRAFT_BYTES_MAX, "bytes"));
    }
    let hash = *blake3::hash(text.as_bytes()).as_bytes();
    if let Some(there) = tx.get::<Draft>(params![BookId::HEAD_OFFICE, kind.to_owned(), hash])? {
        return Ok(there);
    }
    let mut row = Draft {
        book: BookId::HEAD_OFFICE,
        kind: kind.to_owned(),
        hash,
        file: file.chars().take(DRAFT_NAME_CHARS_MAX).collect(),
        text: text.to_owned(),
        kept_by: actor.principal(),
        kept_at: tx.now(),
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    tx.audit(actor, Audit::of(format!("{kind}.draft"), row.name()).after(row.file.clone()))?;
    Ok(row)
}

/// A draft of a kind by its [`Draft::name`]. `Err(not_found)`.
pub fn draft(tx: &mut Tx<'_>, kind: &str, name: &str) -> Result<Draft> {
    let unknown = || Error::not_found("draft", name);
    let hash = blake3::Hash::from_hex(name).map_err(|_| unknown())?;
    tx.get::<Draft>(params![BookId::HEAD_OFFICE, kind.to_owned(), *hash.as_bytes()])?.ok_or_else(unknown)
}
