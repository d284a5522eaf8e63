//! From points to what follows, and the words that are said whatever the rules are.
use crate::rule::{Action, Texts};
use crate::source::{Faults, Source};

/// Steps of a ladder at most.
pub const BANDS_MAX: usize = 20;

/// From a sum of points on, this follows.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    pub at_least: i64,
    pub action: Action,
}

/// From this probability on, in basis points, a model gives so many points.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelBand {
    pub at_least: i64,
    pub score: i64,
}

/// What points mean.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    pub version: String,
    #[serde(default)]
    pub band: Vec<Band>,
    #[serde(default)]
    pub model: Vec<ModelBand>,
    /// Said in place of reasons that must not be named.
    pub neutral: Texts,
    /// Said when the model alone gave the points.
    pub unusual: Texts,
    /// Said when a rule could not be worked out.
    pub unclear: Texts,
}

impl Ladder {
    pub fn action(&self, score: i64) -> Action {
        self.band.iter().filter(|b| score >= b.at_least).map(|b| b.action).max().unwrap_or(Action::Pass)
    }
    pub fn model_score(&self, probability: i64) -> i64 {
        self.model.iter().filter(|b| probability >= b.at_least).map(|b| b.score).max().unwrap_or(0)
    }
}

pub(crate) fn read(source: &Source, faults: &mut Faults) -> Option<Ladder> {
    let ladder: Ladder = match toml::from_str(&source.text) {
        Ok(ladder) => ladder,
        Err(e) => {
            faults.toml(source, &e);
            return None;
        }
    };
    if ladder.band.len().max(ladder.model.len()) > BANDS_MAX {
        faults.add(source, 0..0, "band", format!("{BANDS_MAX} steps at most"));
    }
    if ladder.model.iter().any(|b| !(0..=10_000).contains(&b.at_least) || !(0..=100).contains(&b.score)) {
        faults.add(source, 0..0, "model", "a probability from 0 to 10,000 basis points, a score from 0 to 100");
    }
    for texts in [&ladder.neutral, &ladder.unusual, &ladder.unclear] {
        if [&texts.zh, &texts.en, &texts.elder].iter().any(|t| t.trim().is_empty()) {
            faults.add(source, 0..0, "neutral", "texts in zh, en and elder belong there");
        }
    }
    Some(ladder)
}
