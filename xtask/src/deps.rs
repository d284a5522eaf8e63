//! What the product is built from: licences it may carry, sources it trusts, crates it refuses.
//!
//! Needs nothing but cargo, so that it always runs; `deny.toml` says the same to cargo-deny, which also asks for advisories.
use crate::{Finding, Outcome};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// SPDX identifiers of licences that may be shipped with an Apache-2.0 product. `deny.toml` holds the same list.
pub const LICENCES: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

/// Crates that are refused, and why.
const REFUSED: [(&str, &str); 3] = [
    ("openssl", "a C library to patch on every machine; use rustls"),
    ("openssl-sys", "a C library to patch on every machine; use rustls"),
    ("native-tls", "another TLS on each system; use rustls"),
];

pub fn metadata(root: &Path, options: &[&str]) -> Result<Value, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let run = Command::new(cargo).current_dir(root).args(["metadata", "--format-version", "1"]).args(options).output();
    let output = run.map_err(|e| format!("cargo metadata does not start: {e}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata answered no JSON: {e}"))
}

pub fn check_workspace(root: &Path) -> Outcome {
    Ok(check(&metadata(root, &[])?))
}

fn check(metadata: &Value) -> Vec<Finding> {
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Value) -> Vec<Finding> {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let (name, version) = (text("name"), text("version"));
    let at = |wrong: String, todo: &str| Finding::new("Cargo.lock", 0, format!("{name} {version}: {wrong}"), todo);
    let mut found = Vec::new();
    if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        found
            .push(at(format!("refused: {why}"), "find who asks for it with `cargo tree -i` and turn that feature off"));
    }
    match package["source"].as_str() {
        Some(source) if !source.contains("crates.io-index") && !source.contains("index.crates.io") => {
            found.push(at(format!("it comes from {source}"), "take a released version from crates.io"));
        }
        Some(_) => found.extend(
            licence_fault(package)
                .map(|wrong| at(wrong, "take another crate, or add the licence to xtask/src/deps.rs and deny.toml")),
        ),
        None => {
            let open = package["dependencies"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|d| d["req"] == "*" && d["source"].is_string());
            found.extend(open.map(|d| {
                at(format!("any version of {} will do", d["name"].as_str().unwrap_or_default()), "name a version")
            }));
        }
    }
    found
}

fn licence_fault(package: &Value) -> Option<String> {
    let Some(expression) = package["license"].as_str() else {
        return Some("it names no licence".into());
    };
    match allowed(expression) {
        Some(true) => None,
        Some(false) => Some(format!("its licence is {expression}")),
        None => Some(format!("its licence {expression:?} cannot be read")),
    }
}

/// Whether an SPDX expression can be met with [`LICENCES`]; `None` when it cannot be read. `A/B` is the old way to write OR.
fn allowed(expression: &str) -> Option<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&words, &mut at)?;
    (at == words.len()).then_some(met)
}

fn either(words: &[&str], at: &mut usize) -> Option<bool> {
    let mut met = both(words, at)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(words, at)?;
    }
    Some(met)
}

fn both(words: &[&str], at: &mut usize) -> Option<bool> {
    let mut met = single(words, at)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= single(words, at)?;
    }
    Some(met)
}

fn single(words: &[&str], at: &mut usize) -> Option<bool> {
    let word = *words.get(*at)?;
    *at += 1;
    if word == "(" {
        let met = either(words, at)?;
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return closed.then_some(met);
    }
    if ["OR", "AND", "WITH", ")"].contains(&word) {
        return None;
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1)?;
        *at += 2;
        return Some(LICENCES.contains(&format!("{word} WITH {exception}").as_str()));
    }
    Some(LICENCES.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn licence_expressions_are_read_as_spdx_means_them() {
        let cases = [
            ("MIT", Some(true)),
            ("MIT OR GPL-3.0", Some(true)),
            ("MIT AND GPL-3.0", Some(false)),
            ("MIT/Apache-2.0", Some(true)),
            ("GPL-3.0", Some(false)),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", Some(true)),
            ("GPL-3.0 OR MIT AND ISC", Some(true)),
            ("(GPL-3.0 OR MIT) AND AGPL-3.0", Some(false)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("GPL-2.0 WITH Classpath-exception-2.0", Some(false)),
            ("MIT OR", None),
            ("(MIT", None),
            ("MIT Apache-2.0", None),
            ("", None),
        ];
        for (expression, want) in cases {
            assert_eq!(allowed(expression), want, "{expression}");
        }
    }

    #[test]
    fn sources_refusals_and_open_versions_are_named() {
        let index = "registry+https://github.com/rust-lang/crates.io-index";
        let cases = [
            (json!({"name": "a", "version": "1.0.0", "source": index, "license": "MIT"}), None),
            (
                json!({"name": "a", "version": "1.0.0", "source": index, "license": null}),
                Some("a 1.0.0: it names no licence"),
            ),
            (
                json!({"name": "a", "version": "1.0.0", "source": "git+https://x/a", "license": "MIT"}),
                Some("a 1.0.0: it comes from git+https://x/a"),
            ),
            (
                json!({"name": "native-tls", "version": "1.0.0", "source": index, "license": "MIT"}),
                Some("native-tls 1.0.0: refused: another TLS on each system; use rustls"),
            ),
            (
                json!({"name": "own", "version": "0.1.0", "source": null, "dependencies": [{"name": "a", "req": "*", "source": index}]}),
                Some("own 0.1.0: any version of a will do"),
            ),
            (
                json!({"name": "own", "version": "0.1.0", "source": null, "dependencies": [{"name": "kernel", "req": "*", "source": null}]}),
                None,
            ),
        ];
        for (package, want) in cases {
            assert_eq!(check(&json!({"packages": [package]})).first().map(|f| f.wrong.as_str()), want);
        }
    }

    #[test]
    fn deny_toml_allows_the_same_licences() {
        let text = include_str!("../../deny.toml");
        let list = text.split_once("allow = [").and_then(|(_, rest)| rest.split_once(']')).map_or("", |(list, _)| list);
        let named: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
        assert_eq!(named, LICENCES);
    }
}
