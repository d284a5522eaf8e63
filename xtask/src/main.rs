//! Checks on the source itself, run by `./test`: `tidy` (how the tree is written) and `deps` (what it is built from).
//!
//! Each rule is a function from text to findings, so each is tested on a few lines. A finding says where, what is wrong
//! and what to do; one finding fails the run. An exception is a line in a list with a reason, and such a list may only
//! shrink: an entry that is no longer needed is itself a finding.
mod deps;
mod floors;
mod lex;
mod manifests;
mod sizes;
mod tables;
mod texts;
mod tree;
mod words;

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// One fault in the tree. `line` 0 stands for the file as a whole.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    wrong: String,
    todo: String,
}

impl Finding {
    fn new(path: &str, line: usize, wrong: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding { path: path.into(), line, wrong: wrong.into(), todo: todo.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.path, self.line.max(1), self.wrong, self.todo)
    }
}

type Outcome = Result<Vec<Finding>, String>;

const USAGE: &str = "usage: cargo run -p xtask -- tidy | deps";

fn tidy(root: &Path) -> Outcome {
    let files = tree::read(root)?;
    let metadata = deps::metadata(root, &["--no-deps"])?;
    let mut found = floors::check(&floors::edges(&metadata, root)?);
    found.extend(manifests::check(&files));
    found.extend(sizes::check(&files, &sizes::LONG_FILES));
    found.extend(words::check(&files));
    found.extend(tables::check(&files));
    found.extend(texts::check(&files));
    Ok(found)
}

fn main() -> ExitCode {
    // Asked when it runs: the build may be another clone's, where clones share a build folder.
    let own = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&own).parent().expect("xtask lies in the workspace");
    let task = std::env::args().nth(1);
    let outcome = match task.as_deref() {
        Some("tidy") => tidy(root),
        Some("deps") => deps::check_workspace(root),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(mut found) => {
            found.sort();
            found.iter().for_each(|finding| println!("{finding}"));
            println!("{}: {} found", task.unwrap_or_default(), found.len());
            if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}
