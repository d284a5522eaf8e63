//! Texts of rules with the names of their files, and every fault in them with file, line and field.
use crate::BAD_RULES;
use kernel::Error;
use std::ops::Range;
use std::path::Path;

/// Bytes of one file at most.
pub const FILE_BYTES_MAX: u64 = 256 * 1024;
/// Files in a folder of rules at most.
pub const FILES_MAX: usize = 300;
/// Faults that an error names; what is beyond is counted.
pub const FAULTS_TOLD_MAX: usize = 20;

/// A text and where it stands.
#[derive(Clone, Debug)]
pub struct Source {
    pub file: String,
    pub text: String,
}

impl Source {
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Source {
        Source { file: file.into(), text: text.into() }
    }

    /// The `.toml` files of a folder by name.
    pub fn folder(path: &Path) -> kernel::Result<Vec<Source>> {
        let cannot = |at: &Path, e: std::io::Error| {
            Error::new(&BAD_RULES, format!("{}: {e}", at.display())).with("file", at.display())
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|e| cannot(path, e))? {
            let file = entry.map_err(|e| cannot(path, e))?.path();
            if file.extension().is_some_and(|e| e == "toml") {
                files.push(file);
            }
        }
        files.sort();
        if files.len() > FILES_MAX {
            return Err(Error::limit("rule files", files.len(), FILES_MAX, "files"));
        }
        let read = |file: &std::path::PathBuf| {
            let bytes = std::fs::metadata(file).map_err(|e| cannot(file, e))?.len();
            if bytes > FILE_BYTES_MAX {
                return Err(Error::limit("a rule file", bytes, FILE_BYTES_MAX, "bytes"));
            }
            let text = std::fs::read_to_string(file).map_err(|e| cannot(file, e))?;
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok(Source::new(name, text))
        };
        files.iter().map(read).collect()
    }

    fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1
    }
}

/// One wrong thing in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub file: String,
    /// From 1.
    pub line: usize,
    pub field: String,
    pub why: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} line {}", self.file, self.line)?;
        if !self.field.is_empty() {
            write!(f, ", {}", self.field)?;
        }
        write!(f, ": {}", self.why)
    }
}

/// A fault before the file is known.
pub(crate) struct Bad {
    pub at: Range<usize>,
    pub field: &'static str,
    pub why: String,
}

impl Bad {
    pub fn new(at: Range<usize>, field: &'static str, why: impl Into<String>) -> Bad {
        Bad { at, field, why: why.into() }
    }
}

/// The faults found so far.
#[derive(Default)]
pub(crate) struct Faults(pub Vec<Fault>);

impl Faults {
    pub fn add(&mut self, source: &Source, at: Range<usize>, field: &str, why: impl Into<String>) {
        let line = source.line(at.start);
        self.0.push(Fault { file: source.file.clone(), line, field: field.into(), why: why.into() });
    }

    pub fn bad(&mut self, source: &Source, bad: Bad) {
        self.add(source, bad.at, bad.field, bad.why);
    }

    pub fn toml(&mut self, source: &Source, error: &toml::de::Error) {
        self.add(source, error.span().unwrap_or(0..0), "", error.message());
    }

    /// `Err(BAD_RULES)` with the first [`FAULTS_TOLD_MAX`] when there are any.
    pub fn done(self) -> kernel::Result<()> {
        let Some(first) = self.0.first() else { return Ok(()) };
        let mut told: Vec<String> = self.0.iter().take(FAULTS_TOLD_MAX).map(Fault::to_string).collect();
        if self.0.len() > FAULTS_TOLD_MAX {
            told.push(format!("and {} more", self.0.len() - FAULTS_TOLD_MAX));
        }
        let error = Error::new(&BAD_RULES, told.join("; "));
        Err(error.with("file", &first.file).with("line", first.line).with("field", &first.field))
    }
}
