//! The figures, by date: `data/safety.toml`.
use kernel::clock::HOUR;
use kernel::{Date, Error, Result};
use std::sync::LazyLock;

/// What holds on a date.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub effective_from: Date,
    #[serde(rename = "source")]
    _source: String,
    /// Hours between asking for less protection and having less.
    pub loosen_hours: i64,
    /// Hours after which a payee of the book is known.
    pub known_hours: i64,
    /// A basic payment is at most this, in yuan.
    pub basic_up_to_yuan: i64,
    /// A first payment of an elder above this arrives the next day, in yuan.
    pub elder_first_payee_above_yuan: i64,
    /// Hours in which a reported payee is looked at.
    pub report_hours: i64,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rules>,
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../data/safety.toml")).expect("data/safety.toml is tested"));

/// The figures in force on a date: the newest that have begun.
pub fn rules(on: Date) -> Result<&'static Rules> {
    let begun = FILE.rule.iter().filter(|r| r.effective_from <= on);
    begun.max_by_key(|r| r.effective_from).ok_or_else(|| Error::broken(format!("no safety rules for {on}")))
}

impl Rules {
    /// Microseconds a loosening waits.
    pub fn wait(&self) -> i64 {
        self.loosen_hours * HOUR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_figures_from_its_first_day_on() {
        let first = Date::ymd(2026, 1, 1).unwrap();
        let r = rules(first).unwrap();
        assert!(rules(first.plus_days(-1)).is_err());
        assert_eq!((r.wait(), r.report_hours), (24 * HOUR, 24));
        assert!(r.basic_up_to_yuan < r.elder_first_payee_above_yuan);
    }
}
