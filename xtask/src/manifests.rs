//! Versions stand in the root manifest only, and every crate takes the workspace's lints.
use crate::Finding;
use crate::tree::File;

/// A workspace of its own: it needs another compiler.
const APART: &str = "fuzz/Cargo.toml";
/// The one crate with lints of its own, because it alone may use `unsafe`.
const OWN_LINTS: &str = "tests/powercut/Cargo.toml";

pub fn check(files: &[File]) -> Vec<Finding> {
    let members = files.iter().filter(|f| f.path.ends_with("/Cargo.toml") && f.path != APART);
    members.flat_map(check_one).collect()
}

fn check_one(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let (mut section, mut lints) = (String::new(), false);
    for (i, line) in file.text.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name.to_string();
            if section.rsplit_once('.').is_some_and(|(before, _)| is_dependencies(before)) {
                found.push(Finding::new(
                    &file.path,
                    i + 1,
                    format!("[{section}] spreads a dependency over lines"),
                    "write `name.workspace = true`",
                ));
            }
            continue;
        }
        lints |= section == "lints" && line.replace(' ', "") == "workspace=true";
        if is_dependencies(&section) && !line.replace(' ', "").contains("workspace=true") {
            let name = line.split(['=', '.', ' ']).next().unwrap_or(line);
            let todo = "put the version under [workspace.dependencies] in the root Cargo.toml and write `name.workspace = true` here";
            found.push(Finding::new(&file.path, i + 1, format!("{name} is given a version here"), todo));
        }
    }
    if !lints && file.path != OWN_LINTS {
        found.push(Finding::new(
            &file.path,
            0,
            "the workspace's lints do not apply here",
            "add `[lints]` with `workspace = true`",
        ));
    }
    found
}

fn is_dependencies(section: &str) -> bool {
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .iter()
        .any(|s| section == *s || section.ends_with(&format!(".{s}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_outside_the_root_is_named_with_its_line() {
        let cases: &[(&str, Option<usize>)] = &[
            ("serde.workspace = true", None),
            ("serde = { workspace = true, features = [\"derive\"] }", None),
            ("# serde = \"1\"", None),
            ("serde = \"1\"", Some(4)),
            ("serde = { version = \"1\" }", Some(4)),
            ("kernel = { path = \"../kernel\" }", Some(4)),
            ("[dependencies.serde]\nworkspace = true", Some(4)),
            ("[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"", Some(5)),
            ("[package.metadata]\nlibc = \"0.2\"", None),
        ];
        for (text, line) in cases {
            let file =
                File::new("crates/x/Cargo.toml", &format!("[lints]\nworkspace = true\n[dependencies]\n{text}\n"));
            assert_eq!(check(&[file]).first().map(|f| f.line), *line, "{text}");
        }
    }

    #[test]
    fn a_crate_without_the_lints_is_named_and_the_root_is_not_a_crate() {
        assert_eq!(check(&[File::new("crates/x/Cargo.toml", "[package]\n")]).len(), 1);
        assert_eq!(check(&[File::new("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\n")]), []);
    }
}
