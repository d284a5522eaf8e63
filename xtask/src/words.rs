//! What is unfinished, switched off or left over does not lie in the code: a gap is a row of `docs/known-gaps.md`.
use crate::Finding;
use crate::lex::{Kind, pieces};
use crate::tree::File;

struct Rule {
    kind: Kind,
    word: &'static str,
    todo: &'static str,
}

const GAP: &str = "finish it, or say what is missing in docs/known-gaps.md";
const RULES: [Rule; 10] = [
    Rule { kind: Kind::Code, word: "todo!", todo: GAP },
    Rule { kind: Kind::Code, word: "unimplemented!", todo: GAP },
    Rule { kind: Kind::Code, word: "dbg!", todo: "remove it, or write a tracing event" },
    Rule {
        kind: Kind::Code,
        word: "#[ignore",
        todo: "make the test run always; one that needs outside data skips loudly by itself",
    },
    Rule { kind: Kind::Code, word: "allow(dead_code", todo: "remove what nobody uses" },
    Rule { kind: Kind::Code, word: "expect(dead_code", todo: "remove what nobody uses" },
    Rule { kind: Kind::Code, word: "allow(unused", todo: "remove what nobody uses" },
    Rule { kind: Kind::Comment, word: "FIXME", todo: GAP },
    Rule { kind: Kind::Comment, word: "TODO", todo: GAP },
    Rule { kind: Kind::Comment, word: "XXX", todo: GAP },
];

pub fn check(files: &[File]) -> Vec<Finding> {
    files.iter().filter(|f| f.ending() == "rs").flat_map(check_one).collect()
}

fn check_one(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    for piece in pieces(&file.text) {
        for (line, text) in piece.lines() {
            let hits = RULES.iter().filter(|r| r.kind == piece.kind && has_word(text, r.word));
            found.extend(hits.map(|r| Finding::new(&file.path, line, format!("`{}` is left here", r.word), r.todo)));
        }
    }
    found
}

/// Whether `word` stands in `text` on its own, not inside a longer word or a masked number.
fn has_word(text: &str, word: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let longer_before = joins(before) && word.starts_with(char::is_alphanumeric);
        let longer_after = joins(after) && word.chars().all(char::is_alphanumeric);
        !longer_before && !longer_after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_found_where_they_count() {
        let cases = [
            ("fn f() { todo!() }", 1),
            ("fn f() { my_todo!() }", 0),
            ("let s = \"todo!\";", 0),
            ("// todo! is refused", 0),
            ("// TODO later", 1),
            ("/// FIXME: later", 1),
            ("let TODO = 1;", 0),
            ("// 622202XXXX", 0),
            ("// XXXX 1234", 0),
            ("// XXX hack", 1),
            ("#[ignore]\nfn f() {}", 1),
            ("#[ignore = \"slow\"]", 1),
            ("#[allow(dead_code)]", 1),
            ("#![allow(unused_variables)]", 1),
            ("#[cfg_attr(test, expect(dead_code, reason = \"\"))]", 1),
            ("dbg!(x)", 1),
        ];
        for (text, want) in cases {
            assert_eq!(check(&[File::new("crates/x/src/lib.rs", text)]).len(), want, "{text}");
        }
        assert_eq!(check(&[File::new("a.rs", "\n\n// XXX")])[0].line, 3);
    }
}
