//! A set of rules with the aggregates and the ladder they stand on, read and checked as a whole.
use crate::aggregate::{self, Aggregate};
use crate::expr::compile;
use crate::ladder::{self, Ladder};
use crate::model::FEATURES_MAX;
use crate::rule::{self, AllNames, RULES_MAX, Rule, SEEN_FROM};
use crate::source::{Fault, Faults, Source};
use kernel::{Error, Result};
use std::collections::BTreeSet;

/// Names of the files that are no rules.
pub const AGGREGATES_FILE: &str = "aggregates.toml";
pub const LADDER_FILE: &str = "ladder.toml";
/// What a model learns from; may be missing.
pub const FEATURES_FILE: &str = "features.toml";

/// Rules in force and not, with what they stand on. Immutable; a change is another set.
#[derive(Clone, Debug)]
pub struct RuleSet {
    /// Of aggregates and ladder.
    pub version: String,
    /// BLAKE3 of all texts, the first 16 hexadecimal digits.
    pub hash: String,
    pub rules: Vec<Rule>,
    pub ladder: Ladder,
    /// Expressions that a model trained with this set reads.
    pub features: Vec<String>,
    pub(crate) aggregates: Vec<Aggregate>,
}

impl RuleSet {
    /// Reads a whole set: `aggregates.toml`, `ladder.toml` and one file for each rule. Errors: `BAD_RULES` naming every
    /// fault with file, line and field; nothing of such a set is taken.
    pub fn load(sources: &[Source]) -> Result<RuleSet> {
        let mut faults = Faults::default();
        let set = RuleSet::read(sources, &mut faults)?;
        faults.done()?;
        set.ok_or_else(|| Error::broken("a set of rules without a fault cannot be read"))
    }

    /// Every fault of a set, for whoever writes it. Errors: the limit of rules.
    pub fn faults(sources: &[Source]) -> Result<Vec<Fault>> {
        let mut faults = Faults::default();
        RuleSet::read(sources, &mut faults)?;
        Ok(faults.0)
    }

    /// `None` only together with a fault.
    fn read(sources: &[Source], faults: &mut Faults) -> Result<Option<RuleSet>> {
        let named = |name: &str| sources.iter().find(|s| s.file == name);
        for name in [AGGREGATES_FILE, LADDER_FILE] {
            if named(name).is_none() {
                faults.add(&Source::new(name, ""), 0..0, "", "the file is missing");
            }
        }
        let (Some(aggregates_source), Some(ladder_source)) = (named(AGGREGATES_FILE), named(LADDER_FILE)) else {
            return Ok(None);
        };
        let (version, aggregates) = aggregate::read(aggregates_source, faults);
        let ladder = ladder::read(ladder_source, faults);
        let no_rules = [AGGREGATES_FILE, LADDER_FILE, FEATURES_FILE];
        let others: Vec<Source> = sources.iter().filter(|s| !no_rules.contains(&s.file.as_str())).cloned().collect();
        if others.len() > RULES_MAX {
            return Err(Error::limit("rules", others.len(), RULES_MAX, "rules"));
        }
        let rules = rule::read(&others, &aggregates, faults);
        let features = named(FEATURES_FILE).map_or_else(Vec::new, |s| features(s, &aggregates, faults));
        let Some(ladder) = ladder else { return Ok(None) };
        let version = format!("{version}/{}", ladder.version);
        Ok(Some(RuleSet { version, hash: hash(sources), rules, ladder, features, aggregates }))
    }

    /// The rules that come with the product: T01 to T25 and illegal fund-raising, with starting values.
    pub fn shipped() -> Result<RuleSet> {
        RuleSet::load(&RuleSet::shipped_sources())
    }

    /// The texts of those rules.
    pub fn shipped_sources() -> Vec<Source> {
        crate::shipped::sources()
    }

    /// The set for payments by card at merchants.
    pub fn cards() -> Result<RuleSet> {
        RuleSet::load(&crate::shipped::cards())
    }

    /// Places of the aggregates that rules, or `others` of these expressions, refer to.
    pub(crate) fn wanted<'a>(&self, others: impl Iterator<Item = &'a crate::expr::Expression>) -> Vec<usize> {
        let of_rules = self.rules.iter().flat_map(|r| r.when.names.iter());
        let names: BTreeSet<u16> = of_rules.chain(others.flat_map(|e| e.names.iter())).copied().collect();
        names.into_iter().filter_map(|n| usize::from(n).checked_sub(SEEN_FROM)).collect()
    }

    /// Names of everything that may be referred to, with the type of each.
    pub fn names(&self) -> Vec<(String, String)> {
        let all = 0..SEEN_FROM + self.aggregates.len();
        all.map(|at| rule::name_at(&self.aggregates, at as u16)).map(|(n, t)| (n, t.name())).collect()
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Features {
    features: Vec<toml::Spanned<String>>,
}

fn features(source: &Source, aggregates: &[Aggregate], faults: &mut Faults) -> Vec<String> {
    let file: Features = match toml::from_str(&source.text) {
        Ok(file) => file,
        Err(e) => {
            faults.toml(source, &e);
            return Vec::new();
        }
    };
    if file.features.len() > FEATURES_MAX {
        faults.add(source, 0..0, "features", format!("{} given, {FEATURES_MAX} at most", file.features.len()));
    }
    for feature in &file.features {
        if let Err(why) = compile(feature.get_ref(), &mut AllNames(aggregates)) {
            faults.add(source, feature.span(), "features", why);
        }
    }
    file.features.into_iter().map(toml::Spanned::into_inner).collect()
}

fn hash(sources: &[Source]) -> String {
    let mut sorted: Vec<&Source> = sources.iter().collect();
    sorted.sort_by(|a, b| a.file.cmp(&b.file));
    let mut hasher = blake3::Hasher::new();
    for source in sorted {
        hasher.update(source.file.as_bytes()).update(&[0]).update(source.text.as_bytes()).update(&[0]);
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
