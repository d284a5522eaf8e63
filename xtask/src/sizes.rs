//! One file, one screenful of subjects: at most [`FILE_LINES_MAX`] lines. (The length of functions is clippy's.)
use crate::Finding;
use crate::tree::File;

pub const FILE_LINES_MAX: usize = 600;

/// A file that may be longer, up to `lines`, and why. The list only shrinks; so does each entry.
pub struct LongFile {
    pub path: &'static str,
    pub lines: usize,
    pub why: &'static str,
}

pub const LONG_FILES: [LongFile; 0] = [];

pub fn check(files: &[File], allowed: &[LongFile]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|f| !["md", "ftl", "toml"].contains(&f.ending())) {
        let lines = file.text.lines().count();
        match allowed.iter().find(|a| a.path == file.path) {
            None if lines > FILE_LINES_MAX => {
                let wrong = format!("{lines} lines given, {FILE_LINES_MAX} lines at most");
                found.push(Finding::new(
                    &file.path,
                    FILE_LINES_MAX + 1,
                    wrong,
                    "move one of its subjects to a file named after it",
                ));
            }
            Some(entry) if lines > entry.lines => {
                let wrong = format!("{lines} lines given, {} allowed ({})", entry.lines, entry.why);
                found.push(Finding::new(
                    &file.path,
                    entry.lines + 1,
                    wrong,
                    "an exception may only shrink; split the file",
                ));
            }
            Some(_) if lines <= FILE_LINES_MAX => {
                found.push(Finding::new(
                    &file.path,
                    0,
                    "the exception for long files is no longer needed",
                    "remove its line from LONG_FILES",
                ));
            }
            _ => {}
        }
    }
    let gone = allowed.iter().filter(|a| !files.iter().any(|f| f.path == a.path));
    found.extend(gone.map(|a| Finding::new(a.path, 0, "LONG_FILES names a file that is not there", "remove its line")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_is_exact_and_only_shrinks() {
        const ENTRY: LongFile = LongFile { path: "a.rs", lines: 700, why: "one table" };
        let cases: &[(usize, &[LongFile], usize)] = &[
            (600, &[], 0),
            (601, &[], 1),
            (650, &[ENTRY], 0),
            (700, &[ENTRY], 0),
            (701, &[ENTRY], 1),
            (600, &[ENTRY], 1),
        ];
        for (lines, allowed, want) in cases {
            let file = File::new("a.rs", &"x\n".repeat(*lines));
            assert_eq!(check(&[file], allowed).len(), *want, "{lines} lines, {} exceptions", allowed.len());
        }
        assert_eq!(check(&[], &[ENTRY]).len(), 1);
        assert_eq!(check(&[File::new("CHANGELOG.md", &"x\n".repeat(900))], &[]), []);
    }
}
