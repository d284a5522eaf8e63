//! Errors that say what is wrong, where, and what to do.
//!
//! A crate declares its codes with [`codes!`](crate::codes); `docs/api/errors.md` is generated from those lists, so a code that is not
//! declared cannot be raised. The message is for the reader of a log or an API answer; screens look the code up in the
//! language of the person (`error-<code>`) and fill in [`Error::fields`].
use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure this is; `web` maps it to an HTTP status, the binary to an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request itself is malformed (400).
    Invalid,
    /// Nobody is signed in, or the proof is wrong or stale (401).
    Unauthenticated,
    /// Signed in, and not entitled (403). Always audited.
    Forbidden,
    /// No such thing, or none this actor may know of (404).
    Missing,
    /// Same key with another body, or the thing changed meanwhile (409).
    Conflict,
    /// Well-formed, understood, and against a rule of the bank (422).
    Refused,
    /// Too many, too big, too often (429 or 413).
    Limit,
    /// The answer is not known; ask again with the same key (503).
    Unknown,
    /// A part the bank needs does not answer (503).
    Unavailable,
    /// A defect or broken record; never the caller's fault (500).
    Broken,
}

/// A stable, documented name for one way to fail.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// snake_case, unique in the product, never renamed.
    pub name: &'static str,
    pub kind: Kind,
    /// What the reader can do about it, one sentence.
    pub remedy: &'static str,
}

/// Declares a crate's codes and the list `ALL` of them.
///
/// ```
/// kernel::codes! {
///     SHIP_SUNK: Refused, "ship_sunk", "take the next ferry";
/// }
/// assert_eq!(ALL[0].name, "ship_sunk");
/// ```
#[macro_export]
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident: $kind:ident, $text:literal, $remedy:literal;)*) => {
        $($(#[$doc])* pub static $name: $crate::Code = $crate::Code { name: $text, kind: $crate::Kind::$kind, remedy: $remedy };)*
        /// Every code of this crate, for the published list.
        pub static ALL: &[&$crate::Code] = &[$(&$name),*];
    };
}

codes! {
    BROKEN: Broken, "broken_record", "stop using this record and tell the operator; run `yizhan verify`";
    BAD_ID: Invalid, "bad_id", "copy the id whole, with its prefix";
    BAD_AMOUNT: Invalid, "bad_amount", "write digits with at most the decimals of the currency, for example 1234.50";
    BAD_CURRENCY: Invalid, "bad_currency", "use an ISO 4217 code such as CNY";
    BAD_DATE: Invalid, "bad_date", "write the date as YYYY-MM-DD";
    BAD_FIELD: Invalid, "bad_field", "correct the field that is named";
    CURRENCY_MISMATCH: Refused, "currency_mismatch", "use one currency, or exchange first";
    AMOUNT_OVERFLOW: Refused, "amount_overflow", "split the amount";
    TOO_LARGE: Limit, "too_large", "send less at a time";
    NOT_FOUND: Missing, "not_found", "check the id; you may not be entitled to see it";
    FORBIDDEN: Forbidden, "forbidden", "ask a colleague whose role allows it";
    UNKNOWN_OUTCOME: Unknown, "unknown_outcome", "ask again with the same key; nothing is done twice";
    STALE: Conflict, "stale", "load it again and repeat; somebody changed it meanwhile";
}

/// A failure with a code, a message, a remedy and the values the message speaks of.
pub struct Error(Box<Inner>);

struct Inner {
    code: &'static Code,
    message: String,
    fields: Vec<(&'static str, String)>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub fn new(code: &'static Code, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { code, message: message.into(), fields: Vec::new(), source: None }))
    }

    /// A value the message is about, kept apart so that a screen can say it in its own language.
    pub fn with(mut self, field: &'static str, value: impl fmt::Display) -> Error {
        self.0.fields.push((field, value.to_string()));
        self
    }

    /// The failure underneath, for the log; it is never printed into the message.
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.0.source = Some(source.into());
        self
    }

    pub fn forbidden(what: impl Into<String>) -> Error {
        Error::new(&FORBIDDEN, what)
    }

    pub fn not_found(what: &'static str, id: impl fmt::Display) -> Error {
        Error::new(&NOT_FOUND, format!("no {what} {id}")).with("what", what).with("id", id)
    }

    /// A field of a request that cannot be read. `field` is its name as the sender wrote it.
    pub fn field(field: &'static str, why: impl Into<String>) -> Error {
        Error::new(&BAD_FIELD, format!("{field}: {}", why.into())).with("field", field)
    }

    pub fn broken(what: impl Into<String>) -> Error {
        Error::new(&BROKEN, what)
    }

    /// More than a named limit allows. Both numbers are in `unit`.
    pub fn limit(what: &'static str, given: impl fmt::Display, max: impl fmt::Display, unit: &'static str) -> Error {
        Error::new(&TOO_LARGE, format!("{what}: {given} {unit} given, {max} {unit} at most"))
            .with("what", what)
            .with("given", given)
            .with("max", max)
    }

    pub fn code(&self) -> &'static Code {
        self.0.code
    }

    pub fn kind(&self) -> Kind {
        self.0.code.kind
    }

    pub fn is(&self, code: &'static Code) -> bool {
        self.0.code.name == code.name
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    pub fn remedy(&self) -> &'static str {
        self.0.code.remedy
    }

    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.0.fields
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.0.message, self.0.code.remedy)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.0.code.name, self)?;
        if let Some(source) = &self.0.source {
            write!(f, " (caused by: {source})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|s| s as _)
    }
}
