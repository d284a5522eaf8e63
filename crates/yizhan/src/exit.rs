//! How a command ends: what it says and with which code.
use anyhow::Error;
use kernel::Kind;
use std::process::ExitCode;

/// A rule of the bank is against it, or there is no such thing.
pub const REFUSED: u8 = 1;
/// The command line, or a value on it, cannot be understood.
pub const USAGE: u8 = 2;
/// It looked, and found something wrong: `verify`, `doctor`, a spreadsheet with faults.
pub const FAULTS: u8 = 3;
/// The data, the disk, the port or the running server cannot be used now.
pub const UNAVAILABLE: u8 = 4;
/// A defect of the program or a broken record.
pub const DEFECT: u8 = 70;

pub const EXIT_CODES: &str = "Exit codes: 0 done; 1 refused by a rule; 2 usage; 3 faults found (verify, doctor, import); \
                              4 unavailable or locked; 70 a defect or a broken record.\n\
                              Environment: YIZHAN_LOG (what is logged to standard error, e.g. info), YIZHAN_DATA, \
                              YIZHAN_DATABASE, YIZHAN_KEYS, YIZHAN_LISTEN.";

pub type Outcome = Result<Done, Error>;

/// What a command answers: for people, for programs, and whether it found faults.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Done {
    pub text: String,
    pub json: serde_json::Value,
    pub faults: bool,
    /// A promise of the bank's does not hold: the answer is printed all the same.
    #[serde(default)]
    pub refused: bool,
}

impl Done {
    pub fn new(text: impl Into<String>, json: serde_json::Value) -> Done {
        Done { text: text.into(), json, ..Done::default() }
    }
    pub fn text(text: impl Into<String>) -> Done {
        let text = text.into();
        Done { json: serde_json::json!({ "done": text }), text, ..Done::default() }
    }
    pub fn refused(self, refused: bool) -> Done {
        Done { refused, ..self }
    }
    pub fn faults(self, faults: bool) -> Done {
        Done { faults, ..self }
    }
}

/// Prints the answer; its exit code.
pub fn say(done: &Done, json: bool) -> ExitCode {
    use std::io::Write;
    let text = if json { done.json.to_string() } else { done.text.trim_end().to_owned() };
    if !text.is_empty() {
        // A reader that went away (`| head`) is no failure of the command.
        let _ = writeln!(std::io::stdout(), "{text}");
    }
    ExitCode::from(match done {
        Done { refused: true, .. } => REFUSED,
        Done { faults: true, .. } => FAULTS,
        _ => 0,
    })
}

/// Prints why it could not be done; its exit code.
pub fn complain(why: &Error, json: bool) -> ExitCode {
    let (code, message, remedy) = match why.downcast_ref::<kernel::Error>() {
        Some(e) => (e.code().name, e.message().to_owned(), e.remedy()),
        None => ("unavailable", format!("{why:#}"), ""),
    };
    if json {
        println!("{}", serde_json::json!({ "error": { "code": code, "message": message, "remedy": remedy } }));
    }
    eprintln!("yizhan: {message} [{code}]");
    if !remedy.is_empty() {
        eprintln!("  what to do: {remedy}");
    }
    tracing::debug!(error = ?why, "the command ended");
    ExitCode::from(code_of(why))
}

/// The exit code of an error. What has no kind came from the operating system.
pub fn code_of(why: &Error) -> u8 {
    why.downcast_ref::<kernel::Error>().map_or(UNAVAILABLE, |e| code_of_kind(e.kind()))
}

fn code_of_kind(kind: Kind) -> u8 {
    match kind {
        Kind::Invalid => USAGE,
        Kind::Unauthenticated | Kind::Forbidden | Kind::Missing | Kind::Conflict | Kind::Refused | Kind::Limit => {
            REFUSED
        }
        Kind::Unknown | Kind::Unavailable => UNAVAILABLE,
        Kind::Broken => DEFECT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_kinds() {
        let cases = [
            (Error::new(kernel::Error::field("x", "y")), USAGE),
            (Error::new(kernel::Error::not_found("project", "x")), REFUSED),
            (Error::new(kernel::Error::new(&store::LOCKED, "x")), UNAVAILABLE),
            (Error::new(kernel::Error::broken("x")), DEFECT),
            (Error::new(std::io::Error::other("x")), UNAVAILABLE),
            (Error::new(kernel::Error::broken("x")).context("while it did this"), DEFECT),
        ];
        for (why, code) in cases {
            assert_eq!(code_of(&why), code, "{why:?}");
        }
    }
}
