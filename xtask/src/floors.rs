//! Which crate may depend on which: a crate sees lower floors only, and what stands beside the floors says what it may see.
use crate::Finding;
use serde_json::Value;
use std::path::Path;

/// Where a crate stands.
enum Place {
    /// Sees the crates of lower floors, and what stands beside and is named with [`Place::Beside`] as seen from here.
    Floor(u8),
    /// Sees only what is named; `from` is the lowest floor that may see it.
    Beside { sees: &'static [&'static str], from: u8 },
    /// Sees everything below the binary; nobody sees it.
    Apart,
}

/// The one table of floors. A new crate gets a line here.
const PLACES: [(&str, Place); 40] = [
    ("kernel", Place::Floor(0)),
    ("store", Place::Floor(1)),
    ("sheets", Place::Floor(1)),
    ("ledger", Place::Floor(2)),
    ("party", Place::Floor(3)),
    ("approval", Place::Floor(4)),
    ("risk", Place::Floor(4)),
    ("documents", Place::Floor(5)),
    ("pricing", Place::Floor(5)),
    ("guard", Place::Floor(5)),
    ("safety", Place::Floor(5)),
    ("payments", Place::Floor(6)),
    ("payroll", Place::Floor(7)),
    ("lobby", Place::Floor(7)),
    ("bulk", Place::Floor(7)),
    ("till", Place::Floor(7)),
    ("cards", Place::Floor(7)),
    ("deposits", Place::Floor(7)),
    ("wealth", Place::Floor(7)),
    ("crews", Place::Floor(8)),
    ("worksite", Place::Floor(9)),
    ("orders", Place::Floor(9)),
    ("cases", Place::Floor(9)),
    ("reporting", Place::Floor(10)),
    ("guarantee", Place::Floor(10)),
    ("diligence", Place::Floor(10)),
    ("arrears", Place::Floor(11)),
    ("app", Place::Floor(12)),
    ("web", Place::Floor(13)),
    (
        "sim",
        Place::Beside {
            sees: &[
                "kernel",
                "store",
                "ledger",
                "party",
                "approval",
                "pricing",
                "guard",
                "payments",
                "payroll",
                "bulk",
                "crews",
                "worksite",
                "guarantee",
                "arrears",
                "deposits",
                "app",
                "demo",
            ],
            from: 14,
        },
    ),
    ("yizhan", Place::Floor(14)),
    ("demo", Place::Beside { sees: &["kernel"], from: 12 }),
    ("mutants", Place::Beside { sees: &["kernel"], from: 1 }),
    ("powercut", Place::Beside { sees: &[], from: 0 }),
    ("authenticator", Place::Beside { sees: &[], from: 0 }),
    ("scratch", Place::Beside { sees: &["store"], from: 2 }),
    ("bench", Place::Floor(13)),
    ("tests", Place::Apart),
    ("xtask", Place::Apart),
    ("fuzz", Place::Apart),
];

/// One line of a manifest: `from` depends on `to`.
#[derive(Debug, PartialEq, Eq)]
pub struct Edge {
    pub manifest: String,
    pub from: String,
    /// A crate of this workspace, or `None` when `from` depends on none of them.
    pub to: Option<String>,
}

/// The edges between crates of the workspace, dev- and build-dependencies with them.
pub fn edges(metadata: &Value, root: &Path) -> Result<Vec<Edge>, String> {
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let mut out = Vec::new();
    for package in packages {
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_string();
        let manifest = Path::new(&text("manifest_path"))
            .strip_prefix(root)
            .map_or_else(|_| text("manifest_path"), |p| p.display().to_string());
        out.push(Edge { manifest: manifest.clone(), from: text("name"), to: None });
        let own = package["dependencies"].as_array().into_iter().flatten().filter(|d| d["path"].is_string());
        out.extend(own.map(|d| Edge {
            manifest: manifest.clone(),
            from: text("name"),
            to: d["name"].as_str().map(Into::into),
        }));
    }
    Ok(out)
}

fn place(name: &str) -> Option<&'static Place> {
    PLACES.iter().find(|(known, _)| *known == name).map(|(_, place)| place)
}

pub fn check(edges: &[Edge]) -> Vec<Finding> {
    let mut found = Vec::new();
    for edge in edges {
        let Some(from) = place(&edge.from) else {
            let todo = "give it a line in PLACES of xtask/src/floors.rs";
            found.push(Finding::new(&edge.manifest, 0, format!("crate {} stands on no floor", edge.from), todo));
            continue;
        };
        if let Some(to) = &edge.to
            && !may_see(from, to)
        {
            let todo = format!("move what is shared to a lower floor, or let a higher crate hand it to {}", edge.from);
            found.push(Finding::new(&edge.manifest, 0, format!("{} may not depend on {to}", edge.from), todo));
        }
    }
    found.dedup();
    found
}

fn may_see(from: &Place, to: &str) -> bool {
    match (from, place(to)) {
        (_, None | Some(Place::Apart)) => false,
        (Place::Apart, _) => true,
        (Place::Floor(a), Some(Place::Floor(b))) => a > b,
        (Place::Floor(a), Some(Place::Beside { from, .. })) => a >= from,
        (Place::Beside { sees, .. }, _) => sees.contains(&to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_sees_lower_floors_only() {
        let cases = [
            ("ledger", "kernel", true),
            ("ledger", "store", true),
            ("ledger", "party", false),
            ("store", "sheets", false),
            ("guard", "pricing", false),
            ("kernel", "store", false),
            ("payroll", "payments", true),
            ("web", "app", true),
            ("web", "demo", true),
            ("web", "sim", false),
            ("yizhan", "web", true),
            ("yizhan", "sim", true),
            ("app", "demo", true),
            ("payroll", "demo", false),
            ("demo", "kernel", true),
            ("demo", "store", false),
            ("sim", "app", true),
            ("sim", "web", false),
            ("tests", "web", true),
            ("app", "tests", false),
        ];
        for (from, to, allowed) in cases {
            let edge = Edge { manifest: "Cargo.toml".into(), from: from.into(), to: Some(to.into()) };
            assert_eq!(check(&[edge]).is_empty(), allowed, "{from} -> {to}");
        }
    }

    #[test]
    fn a_crate_without_a_floor_is_named() {
        let edge = Edge { manifest: "crates/new/Cargo.toml".into(), from: "new".into(), to: None };
        assert_eq!(check(&[edge])[0].wrong, "crate new stands on no floor");
    }

    #[test]
    fn edges_come_from_paths_not_from_the_index() {
        let metadata = serde_json::json!({"packages": [{"name": "ledger", "manifest_path": "/w/crates/ledger/Cargo.toml",
            "dependencies": [{"name": "kernel", "path": "/w/crates/kernel"}, {"name": "serde"}]}]});
        let found = edges(&metadata, Path::new("/w")).unwrap();
        assert_eq!(found.iter().map(|e| e.to.as_deref()).collect::<Vec<_>>(), [None, Some("kernel")]);
        assert_eq!(found[0].manifest, "crates/ledger/Cargo.toml");
    }
}
