//! Gradient-boosted trees: a sum of small decision trees, trained here, kept as a file with its hash.
//!
//! **Reading a payment.** Each feature is an expression over the same names that rules use. A tree sends the row left
//! when the feature is below or at its threshold or not known, else right, until a leaf; leaves of all trees and the
//! base add up to a logit.
//!
//! **Saying why.** On its way down a tree the expected value changes at each step; the change belongs to the feature
//! that was asked there. Summed over all trees, base and contributions come to the logit exactly.
#![expect(clippy::float_arithmetic, reason = "a probability is no money")]
mod train;

pub(crate) use train::Dice;
pub use train::{Boosting, Rows, train};

use kernel::{Error, Result};
use std::fmt::Write;

/// Trees of a model at most.
pub const TREES_MAX: usize = 2_000;
/// Features of a model at most.
pub const FEATURES_MAX: usize = 200;
/// Levels of a tree at most.
pub const DEPTH_MAX: usize = 12;
/// Bytes of a model file at most.
pub const MODEL_BYTES_MAX: usize = 64 << 20;
/// Contributions kept with a decision.
pub const CONTRIBUTIONS_MAX: usize = 10;

/// A step of a tree.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Node {
    /// Which feature; of a leaf [`LEAF`].
    feature: u16,
    threshold: f32,
    /// Where rows at or below the threshold go; the others go to the one after it.
    left: u32,
    /// Expected value here; of a leaf, what it adds to the logit.
    value: f32,
}

const LEAF: u16 = u16::MAX;

/// A trained model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub version: String,
    /// Expressions, as written.
    pub features: Vec<String>,
    /// The logit before any tree.
    base: f32,
    trees: Vec<Vec<Node>>,
    /// How it was made: data, days, settings.
    pub made: Vec<(String, String)>,
    /// BLAKE3 of the content, the first 16 hexadecimal digits.
    pub hash: String,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    version: String,
    hash: String,
    made: Vec<(String, String)>,
    features: Vec<String>,
    base: f32,
    trees: Vec<Vec<Node>>,
}

impl Model {
    /// A model without trees: everybody is the same to it.
    pub fn blank(features: Vec<String>) -> Model {
        Model::new("blank", features, 0.0, Vec::new(), Vec::new())
    }

    pub(crate) fn new(
        version: &str,
        features: Vec<String>,
        base: f32,
        trees: Vec<Vec<Node>>,
        made: Vec<(String, String)>,
    ) -> Model {
        let mut model = Model { version: version.into(), features, base, trees, made, hash: String::new() };
        model.hash = model.content_hash();
        model
    }

    fn content_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut text = |t: &str| {
            hasher.update(&(t.len() as u64).to_le_bytes()).update(t.as_bytes());
        };
        text(&self.version);
        self.features.iter().for_each(|f| text(f));
        self.made.iter().for_each(|(k, v)| {
            text(k);
            text(v);
        });
        hasher.update(&self.base.to_le_bytes());
        for tree in &self.trees {
            hasher.update(&(tree.len() as u64).to_le_bytes());
            for n in tree {
                hasher.update(&n.feature.to_le_bytes()).update(&n.threshold.to_le_bytes());
                hasher.update(&n.left.to_le_bytes()).update(&n.value.to_le_bytes());
            }
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// The model as a file.
    pub fn to_json(&self) -> Result<String> {
        let file = File {
            format: 1,
            version: self.version.clone(),
            hash: self.hash.clone(),
            made: self.made.clone(),
            features: self.features.clone(),
            base: self.base,
            trees: self.trees.clone(),
        };
        serde_json::to_string(&file).map_err(|e| Error::broken("a model cannot be written").caused_by(e))
    }

    /// Reads a model file. Errors: `BAD_MODEL` when it is no model, leads nowhere, is too large, or its hash is
    /// another.
    pub fn from_json(text: &str) -> Result<Model> {
        let bad = |why: String| Error::new(&crate::BAD_MODEL, why);
        if text.len() > MODEL_BYTES_MAX {
            return Err(Error::limit("a model file", text.len(), MODEL_BYTES_MAX, "bytes"));
        }
        let file: File = serde_json::from_str(text).map_err(|e| bad(format!("line {}: {e}", e.line())))?;
        if file.format != 1 {
            return Err(bad(format!("format {} is not known, 1 is", file.format)));
        }
        if file.trees.len() > TREES_MAX || file.features.len() > FEATURES_MAX {
            return Err(bad(format!("at most {TREES_MAX} trees and {FEATURES_MAX} features")));
        }
        for (at, tree) in file.trees.iter().enumerate() {
            sound(tree, file.features.len()).map_err(|why| bad(format!("tree {}: {why}", at + 1)))?;
        }
        let model = Model::new(&file.version, file.features, file.base, file.trees, file.made);
        if model.hash != file.hash {
            return Err(bad(format!("its content has the hash {}, the file says {}", model.hash, file.hash)));
        }
        Ok(model)
    }

    /// The logit of a row.
    pub fn logit(&self, row: &[f32]) -> f64 {
        let leaf = |tree: &Vec<Node>| {
            let mut at = tree[0];
            while at.feature != LEAF {
                at = tree[at.next(row)];
            }
            f64::from(at.value)
        };
        f64::from(self.base) + self.trees.iter().map(leaf).sum::<f64>()
    }

    /// From 0 to 1.
    pub fn probability(&self, row: &[f32]) -> f64 {
        1.0 / (1.0 + (-self.logit(row)).exp())
    }

    /// What each feature adds to the logit; with [`Model::expected`] they sum to [`Model::logit`].
    pub fn contributions(&self, row: &[f32]) -> Vec<f64> {
        let mut added = vec![0.0; self.features.len()];
        for tree in &self.trees {
            let mut at = tree[0];
            while at.feature != LEAF {
                let next = tree[at.next(row)];
                added[usize::from(at.feature)] += f64::from(next.value) - f64::from(at.value);
                at = next;
            }
        }
        added
    }

    /// The logit of nobody in particular.
    pub fn expected(&self) -> f64 {
        f64::from(self.base) + self.trees.iter().map(|t| f64::from(t[0].value)).sum::<f64>()
    }

    /// Basis points, the logit in millionths, and the largest contributions in thousandths of the logit.
    pub(crate) fn explain(&self, row: &[f32]) -> (i64, i64, Vec<(String, i64)>) {
        let logit = self.logit(row);
        let probability = (10_000.0 / (1.0 + (-logit).exp())).round() as i64;
        let mut named: Vec<(usize, i64)> =
            self.contributions(row).iter().map(|a| (a * 1_000.0).round() as i64).enumerate().collect();
        named.retain(|(_, a)| *a != 0);
        named.sort_by_key(|(at, a)| (-a.abs(), *at));
        named.truncate(CONTRIBUTIONS_MAX);
        let named = named.into_iter().map(|(at, a)| (self.features[at].clone(), a)).collect();
        (probability, (logit * 1e6).round() as i64, named)
    }

    /// How often each feature is asked, most often first.
    pub fn used(&self) -> Vec<(String, usize)> {
        let mut count = vec![0; self.features.len()];
        self.trees.iter().flatten().filter(|n| n.feature != LEAF).for_each(|n| count[usize::from(n.feature)] += 1);
        let mut named: Vec<(String, usize)> = self.features.iter().cloned().zip(count).collect();
        named.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        named
    }

    /// A page for people about the model: what it is made from, what it may be used for.
    pub fn card(&self) -> String {
        let mut page = format!(
            "# Model {}\n\nGradient-boosted trees, hash `{}`, {} trees.\n\n",
            self.version,
            self.hash,
            self.trees.len()
        );
        page.push_str("| made from | |\n|---|---|\n");
        for (what, value) in &self.made {
            let _ = writeln!(page, "| {what} | {value} |");
        }
        page.push_str("\n| feature | asked in so many steps |\n|---|---|\n");
        for (feature, times) in self.used() {
            let _ = writeln!(page, "| `{}` | {times} |", feature.replace('|', "\\|"));
        }
        page.push_str(
            "\nIt gives points to a decision; alone it never stops a payment unless the ladder is set so. What it learned holds \
             for payments like those it was made from. Judge it again on the bank's own payments before it counts, and \
             every quarter after that.\n",
        );
        page
    }
}

impl Node {
    fn next(&self, row: &[f32]) -> usize {
        let value = row[usize::from(self.feature)];
        self.left as usize + usize::from(value > self.threshold)
    }
}

/// Whether every way down a tree ends in a leaf.
fn sound(tree: &[Node], features: usize) -> std::result::Result<(), &'static str> {
    if tree.is_empty() {
        return Err("it is empty");
    }
    for (at, node) in tree.iter().enumerate() {
        if node.feature == LEAF {
            continue;
        }
        if usize::from(node.feature) >= features {
            return Err("it asks a feature that there is not");
        }
        let left = node.left as usize;
        if left <= at || left + 1 >= tree.len() {
            return Err("a step leads nowhere or back");
        }
    }
    Ok(())
}
