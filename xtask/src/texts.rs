//! The words of the screens: every language has the same keys, no key is asked for that is missing, none lies unused.
//!
//! Texts are Fluent messages in `crates/web/locales/LANGUAGE/*.ftl`. A key counts as used
//!
//! * when product code holds it as a string, or another message refers to it;
//! * when code holds its beginning before a placeholder (`"currency-{}"`) or as the prefix given to one of [`FAMILIES_BY`]
//!   or declared in [`FAMILIES`]: `say::told(words, "channel", code)` uses every `channel-…`;
//! * when code holds its end behind a placeholder (`"{key}-lead"`) and what stands before the end is used itself;
//! * for `error-<code>`, when a crate declares the code.
//!
//! A key is asked for where a string is an argument of [`LOOKUPS`].
use crate::Finding;
use crate::lex::{Kind, pieces, tests_begin};
use crate::tree::File;
use std::collections::{BTreeMap, BTreeSet};

const LOCALES: &str = "crates/web/locales/";
/// Functions whose string argument is a key.
const LOOKUPS: [&str; 2] = ["t", "t_with"];
/// Functions whose string argument is the beginning of the keys of a family, without the hyphen.
const FAMILIES_BY: [&str; 3] = ["told", "told_or", "key"];
/// Beginnings that code hands over in another way, such as a macro or a table of queues. Each counts only while product code
/// holds it as a string.
const FAMILIES: &[&str] = &[
    "approval-state",
    "batch-state",
    "card-state",
    "clearing-state",
    "crew-step",
    "crew-word",
    "orders-state",
    "fcase-state",
    "appeal-state",
    "rept-state",
    "import-state",
    "guarantee-notice-state",
    "legal-order-state",
    "line-state",
    "payment-state",
    "sheet-state",
    "site-answer",
    "standing",
];
/// Languages that have every key. The others are being written: what they have must be a key, what they lack falls back.
const COMPLETE: [&str; 2] = ["zh-CN", "en"];
const ERROR: &str = "error-";

/// Key (an attribute as `key.attribute`) → where it is defined.
type Keys<'a> = BTreeMap<String, (&'a str, usize)>;

pub fn check(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut languages: BTreeMap<&str, Keys<'_>> = BTreeMap::new();
    let mut used = BTreeSet::new();
    let texts = files.iter().filter(|f| f.ending() == "ftl").filter_map(|f| Some((f, f.path.strip_prefix(LOCALES)?)));
    for (file, inside) in texts {
        let language = inside.split(['/', '.']).next().unwrap_or_default();
        let keys = languages.entry(language).or_default();
        for (line, key) in messages(&file.text) {
            if let Some((path, first)) = keys.insert(key.clone(), (&file.path, line)) {
                found.push(Finding::new(
                    &file.path,
                    line,
                    format!("{key} is also at {path}:{first}"),
                    "remove one of the two",
                ));
            }
        }
        used.extend(references(&file.text));
    }
    let (whole, young): (BTreeMap<_, _>, BTreeMap<_, _>) =
        languages.into_iter().partition(|(l, _)| COMPLETE.contains(l));
    let languages = whole;
    let all: BTreeSet<&String> = languages.values().flat_map(Keys::keys).collect();
    for (key, (path, line)) in young.values().flatten().filter(|(key, _)| !all.contains(key)) {
        found.push(Finding::new(
            path,
            *line,
            format!("no complete language has {key}"),
            "take it out, or write it in all of them",
        ));
    }
    for key in &all {
        let (path, line) = languages.values().find_map(|keys| keys.get(*key)).copied().unwrap_or_default();
        for (language, _) in languages.iter().filter(|(_, keys)| !keys.contains_key(*key)) {
            found.push(Finding::new(
                path,
                line,
                format!("{key} is missing in {language}"),
                format!("write it in {LOCALES}{language}"),
            ));
        }
    }
    if all.is_empty() {
        return found;
    }
    let code = Code::read(files);
    for asked in code.asked.iter().filter(|a| !all.contains(&a.key)) {
        found.push(Finding::new(
            &asked.path,
            asked.line,
            format!("no text has the key {}", asked.key),
            "write it in every language",
        ));
    }
    let defined = languages.into_values().flatten().collect::<BTreeMap<_, _>>();
    for (key, (path, line)) in defined.into_iter().filter(|(key, _)| !key.contains('.') && !used.contains(key)) {
        if !code.uses(&key) {
            found.push(Finding::new(path, line, format!("nothing shows {key}"), "remove it from every language"));
        }
    }
    found
}

/// Lines and names of messages, terms and attributes of a Fluent file.
fn messages(text: &str) -> Vec<(usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    let mut message = String::new();
    for (i, line) in text.lines().enumerate() {
        let Some((name, _)) = line.split_once('=') else { continue };
        let attribute = name.trim().strip_prefix('.').filter(|_| name.starts_with(' '));
        let name = attribute.unwrap_or(name).trim_end();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            continue;
        }
        match attribute {
            Some(_) => out.push((i + 1, format!("{message}.{name}"))),
            None => {
                message = name.to_string();
                out.push((i + 1, message.clone()));
            }
        }
    }
    out
}

/// Messages and terms that a Fluent file refers to: `{ other-key }`, `{ -brand }`.
fn references(text: &str) -> Vec<String> {
    let inside = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(inside, _)| inside.trim());
    inside
        .filter_map(|name| name.split(['.', '(', ' ']).next())
        .filter(|n| !n.starts_with(['$', '"']))
        .map(Into::into)
        .collect()
}

struct Asked {
    path: String,
    line: usize,
    key: String,
}

/// What product code says of keys.
#[derive(Default)]
struct Code {
    strings: BTreeSet<String>,
    beginnings: BTreeSet<String>,
    ends: BTreeSet<String>,
    asked: Vec<Asked>,
}

impl Code {
    fn read(files: &[File]) -> Code {
        let mut code = Code::default();
        for file in files.iter().filter(|f| f.is_product_rust()) {
            let all = pieces(&file.text);
            let tests = tests_begin(&file.text);
            for (i, piece) in all.iter().enumerate().filter(|(_, p)| p.kind == Kind::Text && p.line < tests) {
                let before = all[..i].iter().rev().find(|p| p.kind == Kind::Code).map_or("", |p| p.text);
                if is_call(before, &LOOKUPS) && is_key(piece.text) {
                    code.asked.push(Asked { path: file.path.clone(), line: piece.line, key: piece.text.into() });
                }
                let family = FAMILIES.contains(&piece.text) || FAMILIES_BY.contains(&called(before));
                if family && is_key(piece.text) {
                    code.beginnings.insert(format!("{}-", piece.text));
                }
                code.hear(piece.text);
            }
        }
        code
    }

    /// A string of the code, which may be the pattern of a key.
    fn hear(&mut self, text: &str) {
        if let Some((beginning, _)) = text.split_once('{')
            && beginning.ends_with('-')
            && beginning != ERROR
        {
            self.beginnings.insert(beginning.into());
        }
        let end = text.strip_prefix('{').and_then(|rest| rest.split_once("}-"));
        if let Some((_, end)) = end.filter(|(name, end)| !name.contains('}') && is_key(end)) {
            self.ends.insert(format!("-{end}"));
        }
        self.strings.insert(text.into());
    }

    fn uses(&self, key: &str) -> bool {
        let declared = key.strip_prefix(ERROR).is_some_and(|code| self.strings.contains(&code.replace('-', "_")));
        let begun = || self.beginnings.iter().any(|b| key.starts_with(b.as_str()));
        let ended = || self.ends.iter().filter_map(|end| key.strip_suffix(end.as_str())).any(|rest| self.uses(rest));
        declared || self.strings.contains(key) || begun() || ended()
    }
}

fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Whether code that ends here is inside the parentheses of a call of one of `names`, before its key.
fn is_call(code: &str, names: &[&str]) -> bool {
    let Some((before, arguments)) = code.trim_end_matches('"').rsplit_once('(') else { return false };
    let plain = arguments.chars().all(|c| c.is_alphanumeric() || "_&., \n".contains(c));
    let name = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    plain && names.contains(&name)
}

/// The function in whose parentheses code ends; other calls among its arguments are passed over. Empty for none.
fn called(code: &str) -> &str {
    let mut inner = 0;
    for (at, c) in code.char_indices().rev() {
        match c {
            ')' => inner += 1,
            '(' if inner == 0 => {
                return code[..at].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            }
            '(' => inner -= 1,
            ';' | '{' | '}' => break,
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(zh: &str, en: &str, code: &str) -> Vec<String> {
        let files = [
            File::new("crates/web/locales/zh-CN/base.ftl", zh),
            File::new("crates/web/locales/en/base.ftl", en),
            File::new("crates/web/src/lib.rs", code),
        ];
        check(&files).into_iter().map(|f| f.wrong).collect()
    }

    #[test]
    fn keys_are_the_same_used_and_there() {
        let both = "hello = x\n";
        let cases: &[(&str, &str, &str, &[&str])] = &[
            (both, both, "words.t(\"hello\")", &[]),
            (both, "", "t(\"hello\")", &["hello is missing in en"]),
            (both, both, "", &["nothing shows hello"]),
            (both, both, "[\"hello\"]", &[]),
            (both, both, "t(\"hello\"); t_with(words, \"gone\", &[])", &["no text has the key gone"]),
            (both, both, "[\"hello\"]; format(\"gone\"); #[cfg(test)]\nt(\"{x}\")", &[]),
            (both, both, "[\"hello\"];\n#[cfg(test)]\nmod tests {\nt(\"gone\") }", &[]),
            (both, both, "t(\"hello\"); t(x); [\"gone\"]; t(if a { \"b\" })", &[]),
            ("unit-a = x", "unit-a = x", "format!(\"unit-{}\", x)", &[]),
            ("unit-a = x", "unit-a = x", "say::told(w, \"unit\", x.code())", &[]),
            ("error-sunk-ship = x", "error-sunk-ship = x", "codes! { SUNK: Refused, \"sunk_ship\", \"\"; }", &[]),
            ("error-sunk = x", "error-sunk = x", "format!(\"error-{}\", x)", &["nothing shows error-sunk"]),
            ("way-on = x", "way-on = x", "say::told(view.words(), \"way\", w.code())", &[]),
            ("way-on = x", "way-on = x", "say::key(\"way\", w.code())", &[]),
            ("way-on = x", "way-on = x", "say::about(w, \"way\", code)", &["nothing shows way-on"]),
            ("way-on = x", "way-on = x", "told(w); [\"way\"]", &["nothing shows way-on"]),
            ("standing-odd = x", "standing-odd = x", "stated! { Standing, \"standing\": Odd }", &[]),
            ("standing-odd = x", "standing-odd = x", "", &["nothing shows standing-odd"]),
            ("go-hint = x\ngo = x", "go-hint = x\ngo = x", "t(\"go\"); format!(\"{key}-hint\")", &[]),
            ("go-hint = x", "go-hint = x", "format!(\"{key}-hint\")", &["nothing shows go-hint"]),
            ("go-hint = x", "go-hint = x", "[\"go\"]; format!(\"{a} {b}-hint\")", &["nothing shows go-hint"]),
            ("a = { b }\nb = x", "a = { b }\nb = x", "t(\"a\")", &[]),
            ("a = x\n  .tip = y", "a = x", "t(\"a\")", &["a.tip is missing in en"]),
            ("# a = x\nb = x = y\n  c = z", "b = x", "t(\"b\")", &[]),
            ("a = x\na = y", "a = x", "t(\"a\")", &["a is also at crates/web/locales/zh-CN/base.ftl:1"]),
        ];
        for (zh, en, code, want) in cases {
            assert_eq!(faults(zh, en, code), *want, "{zh} | {en} | {code}");
        }
    }

    #[test]
    fn a_language_that_is_being_written_may_lack_keys_and_invents_none() {
        let files = |lis: &str| {
            [
                File::new("crates/web/locales/zh-CN/base.ftl", "a = x\nb = x\n"),
                File::new("crates/web/locales/en/base.ftl", "a = x\nb = x\n"),
                File::new("crates/web/locales/lis/sample.ftl", lis),
                File::new("crates/web/src/lib.rs", "[\"a\", \"b\"]"),
            ]
        };
        let wrong = |lis: &str| check(&files(lis)).into_iter().map(|f| f.wrong).collect::<Vec<_>>();
        assert!(wrong("a = y\n").is_empty());
        assert_eq!(wrong("c = y\n"), ["no complete language has c"]);
    }

    #[test]
    fn without_texts_nothing_is_asked() {
        assert_eq!(check(&[File::new("crates/web/src/lib.rs", "t(\"hello\")")]), []);
    }
}
