//! What holds for cards, as dated data (`data/cards.toml`).
use kernel::{Date, Error, Result};
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    number: Number,
    rules: Vec<Rules>,
}

/// What card numbers begin with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Number {
    pub bin: String,
    pub series: String,
}

/// What holds for all cards from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub effective_from: Date,
    /// Years a plastic is good for, to the end of its month.
    pub valid_years: i32,
    /// Open debit cards of one person at most.
    pub debit_cards_max: usize,
    pub document: String,
}

static DATA: LazyLock<Data> =
    LazyLock::new(|| toml::from_str(include_str!("../data/cards.toml")).expect("data/cards.toml is tested"));

pub(crate) fn number() -> &'static Number {
    &DATA.number
}

/// The rules of a day.
pub fn rules(day: Date) -> Result<&'static Rules> {
    let found = DATA.rules.iter().filter(|r| r.effective_from <= day).max_by_key(|r| r.effective_from);
    found.ok_or_else(|| Error::broken(format!("no rules for cards on {day}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_rules_are_sound() {
        assert_eq!((number().bin.len(), number().series.len()), (6, 1));
        for r in &DATA.rules {
            assert!((1..=20).contains(&r.valid_years) && r.debit_cards_max > 0, "{r:?}");
            assert!(!r.document.is_empty());
        }
        assert!(rules(Date::parse("2019-12-31").unwrap()).is_err());
    }
}
