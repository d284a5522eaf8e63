//! Rust text taken apart into code, comments and strings, so that a rule about one is not misled by another.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Code,
    Comment,
    /// The inside of a string literal, escapes left as written.
    Text,
}

/// A stretch of one kind; `line` is where it begins, from 1.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub kind: Kind,
    pub line: usize,
    pub text: &'a str,
}

impl Piece<'_> {
    /// The lines of the piece with their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(i, line)| (self.line + i, line))
    }
}

/// Takes `source` apart. Text that does not compile gives some answer, never a panic.
pub fn pieces(source: &str) -> Vec<Piece<'_>> {
    let bytes = source.as_bytes();
    let mut out = Vec::new();
    let (mut at, mut code) = (0, 0);
    while at < bytes.len() {
        let Some((kind, open, inside, end)) = literal(source, at) else {
            at += skip(source, at);
            continue;
        };
        push(&mut out, source, Kind::Code, code, at + open);
        if kind != Kind::Code {
            push(&mut out, source, kind, at + open, inside);
        }
        (at, code) = (end, if kind == Kind::Code { at } else { inside });
    }
    push(&mut out, source, Kind::Code, code, bytes.len());
    out
}

fn push<'a>(out: &mut Vec<Piece<'a>>, source: &'a str, kind: Kind, from: usize, to: usize) {
    if from < to {
        let line = 1 + source[..from].matches('\n').count();
        out.push(Piece { kind, line, text: &source[from..to] });
    }
}

/// What begins at `at`: (kind, bytes before its inside, end of its inside, end of it all).
fn literal(source: &str, at: usize) -> Option<(Kind, usize, usize, usize)> {
    let rest = &source[at..];
    if rest.starts_with("//") {
        let end = at + rest.find('\n').unwrap_or(rest.len());
        return Some((Kind::Comment, 0, end, end));
    }
    if rest.starts_with("/*") {
        let end = at + block_comment(rest);
        return Some((Kind::Comment, 0, end, end));
    }
    if rest.starts_with('"') {
        let close = string_close(rest.as_bytes(), 1);
        return Some((Kind::Text, 1, at + close, (at + close + 1).min(source.len())));
    }
    let hashes = rest.strip_prefix('r').map(|r| r.len() - r.trim_start_matches('#').len())?;
    let before = source[..at].chars().next_back();
    let joined = before.is_some_and(|c| c.is_alphanumeric() || c == '_') && !matches!(before, Some('b' | 'c'));
    let open = 1 + hashes;
    if joined || !rest[open..].starts_with('"') {
        return None;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let length = rest[open + 1..].find(&close).unwrap_or(rest.len() - open - 1);
    let inside = at + open + 1 + length;
    Some((Kind::Text, open + 1, inside, (inside + close.len()).min(source.len())))
}

/// Bytes of code to step over at `at`: a character literal as a whole, so that `'"'` opens no string.
fn skip(source: &str, at: usize) -> usize {
    let mut chars = source[at..].chars();
    let first = chars.next().map_or(1, char::len_utf8);
    if !source[at..].starts_with('\'') {
        return first;
    }
    match (chars.next(), chars.next()) {
        (Some('\\'), Some(escaped)) => {
            let from = at + 2 + escaped.len_utf8();
            source[from..].find('\'').map_or(first, |length| from + length + 1 - at)
        }
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => first,
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    let bytes = rest.as_bytes();
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'*')) => (depth, at) = (depth + 1, at + 2),
            (b'*', Some(b'/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at.min(rest.len());
        }
    }
    rest.len()
}

fn string_close(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// The line where the unit tests of a file begin (`#[cfg(test)]` before a `mod`), or `usize::MAX`.
pub fn tests_begin(source: &str) -> usize {
    let lines: Vec<&str> = source.lines().collect();
    let begins =
        |pair: &[&str]| pair[0].trim() == "#[cfg(test)]" && pair[1].trim().starts_with("mod ") && pair[1].contains('{');
    lines.windows(2).position(begins).map_or(usize::MAX, |i| i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, source: &str) -> Vec<(usize, &str)> {
        pieces(source).into_iter().filter(|p| p.kind == kind).map(|p| (p.line, p.text)).collect()
    }

    #[test]
    fn strings_are_found_whatever_their_spelling() {
        let cases: &[(&str, &[&str])] = &[
            (r#"f("a", "b")"#, &["a", "b"]),
            (r#"f("a\"b")"#, &[r#"a\"b"#]),
            ("f(r\"a\\\")", &["a\\"]),
            ("f(r#\"a\"b\"#, \"c\")", &["a\"b", "c"]),
            ("f(b\"a\", br\"c\")", &["a", "c"]),
            ("('\"', \"a\", '\\'', '\\\\', \"b\")", &["a", "b"]),
            ("'\\\"' \"a\"", &["a"]),
            ("fn f<'a>(x: &'a str) { \"z\" }", &["z"]),
            ("'\\u{1f600}' \"a\" '驿' \"b\"", &["a", "b"]),
            ("for \"a\"", &["a"]),
            ("bar\"a\"", &["a"]),
            ("// \"a\"\n\"b\"", &["b"]),
            ("/* \"a\" /* \"b\" */ \"c\" */ \"d\"", &["d"]),
            ("\"// a\"", &["// a"]),
            ("\"", &[]),
            ("r#\"open", &["open"]),
            ("\"驿站\"", &["驿站"]),
        ];
        for (source, want) in cases {
            assert_eq!(of(Kind::Text, source).iter().map(|(_, t)| *t).collect::<Vec<_>>(), *want, "{source}");
        }
    }

    #[test]
    fn lines_are_counted_across_pieces() {
        assert_eq!(of(Kind::Text, "a\n\"b\nc\"\n\"d\""), [(2, "b\nc"), (4, "d")]);
        assert_eq!(of(Kind::Comment, "a\n// b\n/* c\n */ // d"), [(2, "// b"), (3, "/* c\n */"), (4, "// d")]);
    }

    #[test]
    fn code_keeps_what_is_around_a_string() {
        let code: String = of(Kind::Code, "t(x, \"a\") // b\n+ 1").iter().map(|(_, t)| *t).collect();
        assert_eq!(code, "t(x, \"\") \n+ 1");
    }

    #[test]
    fn the_test_module_is_where_it_begins() {
        assert_eq!(tests_begin("a\n#[cfg(test)]\nmod tests {\n"), 2);
        assert_eq!(tests_begin("#[cfg(test)]\nfn f() {}\n"), usize::MAX);
        assert_eq!(tests_begin("#[cfg(test)]\nmod tests;\n"), usize::MAX);
    }
}
