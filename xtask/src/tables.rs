//! A crate's SQL names its own tables only, where its row types stand; every migration is in force.
//!
//! Who owns a table is read from `CREATE TABLE` in `crates/*/migrations/*.sql` and in the crates' own SQL. A string is
//! searched for names after FROM, JOIN, INTO, UPDATE and TABLE; a row type (`struct … in "table"`) may stand where its
//! crate likes. Prose is not taken for SQL: a lower-case keyword counts only beside its partner (select … from).
use crate::Finding;
use crate::lex::{Kind, pieces, tests_begin};
use crate::tree::File;
use std::collections::BTreeMap;

pub fn check(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    let owners = owners(files, &mut found);
    for file in files.iter().filter(|f| f.is_product_rust()) {
        found.extend(check_rust(file, &owners));
    }
    for file in files.iter().filter(|f| is_migration(f)) {
        found.extend(
            named_tables(&file.text).into_iter().filter_map(|(line, name)| foreign(file, line, &name, &owners)),
        );
        found.extend(unlisted(file, files));
    }
    found
}

fn is_migration(file: &File) -> bool {
    file.ending() == "sql" && file.inside().is_some_and(|rest| rest.starts_with("migrations/"))
}

/// Table name → owning crate.
type Owners = BTreeMap<String, String>;

fn owners(files: &[File], found: &mut Vec<Finding>) -> Owners {
    let mut owners = Owners::new();
    for file in files {
        let created = match file.is_product_rust() {
            true => strings(file)
                .filter(|(_, _, in_tests)| !in_tests)
                .flat_map(|(line, text, _)| created(&text, line))
                .collect(),
            false if is_migration(file) => created(&file.text, 1),
            false => Vec::new(),
        };
        let domain = file.domain().unwrap_or_default();
        for (line, name) in created {
            let owner = owners.entry(name.clone()).or_insert_with(|| domain.to_string());
            if owner != domain {
                let wrong = format!("table {name} is also made by crate {owner}");
                found.push(Finding::new(&file.path, line, wrong, format!("name it {domain}_{name}")));
            }
        }
    }
    owners
}

/// (line, text, whether a unit test holds it) of each string of a file.
/// String literals: first line, text, and whether they stand in the tests.
fn strings(file: &File) -> impl Iterator<Item = (usize, String, bool)> {
    let inside = file.inside().unwrap_or_default();
    let tests = if inside.ends_with("/tests.rs") || inside.contains("/tests/") { 0 } else { tests_begin(&file.text) };
    let texts: Vec<_> =
        pieces(&file.text).into_iter().filter(|p| p.kind == Kind::Text).map(|p| (p.line, p.text.to_string())).collect();
    texts.into_iter().map(move |(line, text)| (line, text, line >= tests))
}

fn check_rust(file: &File, owners: &Owners) -> Vec<Finding> {
    let mut found = Vec::new();
    for (first, text, _) in strings(file) {
        for (offset, name) in named_tables(&text) {
            let line = first + offset - 1;
            found.extend(foreign(file, line, &name, owners));
        }
    }
    found.extend(row_types(file).into_iter().filter_map(|(line, name)| foreign(file, line, &name, owners)));
    found
}

fn foreign(file: &File, line: usize, name: &str, owners: &Owners) -> Option<Finding> {
    let owner = owners.get(name)?;
    let wrong = format!("table {name} belongs to crate {owner}");
    (Some(owner.as_str()) != file.domain())
        .then(|| Finding::new(&file.path, line, wrong, format!("ask {owner} through its public functions")))
}

/// Row types: the string after `struct Name in`.
fn row_types(file: &File) -> Vec<(usize, String)> {
    let all = pieces(&file.text);
    let pairs = all.windows(2).filter(|w| w[0].kind == Kind::Code && w[1].kind == Kind::Text);
    let named = pairs.filter(|w| {
        let words: Vec<&str> = w[0].text.trim_end_matches('"').split_whitespace().rev().take(3).collect();
        words.first() == Some(&"in") && words.get(2) == Some(&"struct")
    });
    named.map(|w| (w[1].line, w[1].text.to_string())).collect()
}

/// A migration file that no source file of its crate includes is never applied.
fn unlisted(file: &File, files: &[File]) -> Option<Finding> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let mut sources = files.iter().filter(|f| f.is_product_rust() && f.domain() == file.domain());
    let listed = sources.any(|f| {
        pieces(&f.text).iter().any(|p| p.kind == Kind::Text && p.text.ends_with(&format!("migrations/{name}")))
    });
    let todo = "add it with include_str! to the crate's list of migrations";
    (!listed).then(|| Finding::new(&file.path, 0, "this migration is never applied", todo))
}

/// Words and commas of SQL with their lines, comments left out, quotes around names taken off.
fn tokens(sql: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for (i, line) in sql.lines().enumerate() {
        let line = line.split("--").next().unwrap_or_default().replace("\\\"", "").replace('"', "");
        let mut word = String::new();
        for c in line.chars().chain([' ']) {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            if !word.is_empty() {
                out.push((i + 1, std::mem::take(&mut word)));
            }
            if ",()".contains(c) {
                out.push((i + 1, c.to_string()));
            }
        }
    }
    out
}

fn created(sql: &str, first: usize) -> Vec<(usize, String)> {
    let tokens = tokens(sql);
    let words: Vec<String> = tokens.iter().map(|(_, t)| t.to_ascii_uppercase()).collect();
    let mut out = Vec::new();
    for at in 0..words.len() {
        if words[at] != "TABLE" || at == 0 || !["CREATE", "UNLOGGED"].contains(&words[at - 1].as_str()) {
            continue;
        }
        let skip = if words.get(at + 1).is_some_and(|w| w == "IF") { 4 } else { 1 };
        out.extend(tokens.get(at + skip).map(|(line, name)| (first + line - 1, name.to_lowercase())));
    }
    out
}

const STATEMENTS: [(&str, &str); 4] = [("select", "from"), ("insert", "into"), ("update", "set"), ("delete", "from")];

/// Tables named in SQL, with the line of each counted from 1. Names of anything else may be among them.
fn named_tables(sql: &str) -> Vec<(usize, String)> {
    let tokens = tokens(sql);
    let has = |word: &str| tokens.iter().any(|(_, t)| t.eq_ignore_ascii_case(word));
    let begins = tokens.first().map(|(_, t)| t.to_lowercase()).unwrap_or_default();
    let statement =
        STATEMENTS.iter().any(|(first, partner)| (begins == *first || begins == "with") && has(first) && has(partner));
    let keyword = |text: &str| {
        let upper = text.to_ascii_uppercase();
        (statement || text == upper) && ["FROM", "JOIN", "INTO", "UPDATE", "TABLE"].contains(&upper.as_str())
    };
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        if !keyword(&tokens[at].1) {
            continue;
        }
        let mut next = at + 1;
        while let Some((line, name)) = tokens.get(next) {
            out.push((*line, name.to_lowercase()));
            let alias = (next + 1..next + 4)
                .find(|i| tokens.get(*i).is_none_or(|(_, t)| t == "," || keyword(t) || "()".contains(t.as_str())));
            match alias {
                Some(i)
                    if tokens[at].1.eq_ignore_ascii_case("from") && tokens.get(i).is_some_and(|(_, t)| t == ",") =>
                {
                    next = i + 1
                }
                _ => break,
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<String> {
        named_tables(sql).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn tables_are_read_from_sql_and_not_from_prose() {
        let cases: &[(&str, &[&str])] = &[
            ("SELECT a FROM accounts WHERE b = $1", &["accounts"]),
            ("select a from accounts", &["accounts"]),
            ("SELECT 1 FROM accounts a, holds h WHERE a.id = h.id", &["accounts", "holds"]),
            ("SELECT 1 FROM accounts AS a JOIN holds USING (id)", &["accounts", "holds"]),
            ("INSERT INTO accounts (id) VALUES ($1) ON CONFLICT DO UPDATE SET x = 1", &["accounts", "set"]),
            ("UPDATE \\\"accounts\\\" SET x = 1", &["accounts"]),
            ("DELETE FROM accounts", &["accounts"]),
            (" JOIN holds h ON h.id = a.id", &["holds"]),
            ("WITH x AS (SELECT 1 FROM holds) INSERT INTO accounts SELECT 1 FROM x", &["holds", "accounts", "x"]),
            ("money moved from accounts into holds", &[]),
            ("update accounts of the firm first", &[]),
            ("SELECT 1 -- FROM accounts", &[]),
        ];
        for (sql, want) in cases {
            assert_eq!(names(sql), *want, "{sql}");
        }
    }

    const LEDGER: &str = "CREATE TABLE IF NOT EXISTS accounts (id BYTES);\nCREATE TABLE holds (\n id BYTES);";

    fn tree(path: &str, text: &str) -> Vec<File> {
        vec![
            File::new("crates/ledger/migrations/0001_ledger.sql", LEDGER),
            File::new("crates/ledger/src/list.rs", "include_str!(\"../migrations/0001_ledger.sql\")"),
            File::new(path, text),
        ]
    }

    #[test]
    fn a_table_is_named_by_its_owner_only() {
        let sql = "f(\"SELECT 1\n FROM holds\")";
        let tested = format!("#[cfg(test)]\nmod tests {{\n{sql} }}");
        let cases: &[(&str, &str, Option<usize>)] = &[
            ("crates/ledger/src/store.rs", sql, None),
            ("crates/ledger/src/store/holds.rs", sql, None),
            ("crates/ledger/src/lib.rs", sql, None),
            ("crates/ledger/src/lib.rs", &tested, None),
            ("crates/ledger/src/tests.rs", sql, None),
            ("crates/party/src/store.rs", sql, Some(2)),
            ("crates/party/src/store.rs", &tested, Some(4)),
            ("crates/store/src/lib.rs", sql, Some(2)),
            ("crates/party/src/lib.rs", "record! { pub struct Hold in \"holds\" key 1 {} }", Some(1)),
            ("crates/ledger/src/hold.rs", "record! { pub struct Hold in \"holds\" key 1 {} }", None),
            ("crates/party/src/lib.rs", "f(\"holds\")", None),
            ("tests/src/lib.rs", sql, None),
        ];
        for (path, text, want) in cases {
            assert_eq!(check(&tree(path, text)).first().map(|f| f.line), *want, "{path}: {text}");
        }
    }

    #[test]
    fn a_table_has_one_owner() {
        let found = check(&tree("crates/party/src/store.rs", "f(\"CREATE TABLE holds (id BIGINT)\")"));
        assert!(found.iter().any(|f| f.wrong.contains("also made by crate ledger")), "{found:?}");
    }

    #[test]
    fn a_migration_nobody_lists_is_named() {
        let found = check(&[File::new("crates/ledger/migrations/0002_more.sql", "CREATE TABLE x (id BIGINT);")]);
        assert_eq!(found[0].wrong, "this migration is never applied");
    }
}
