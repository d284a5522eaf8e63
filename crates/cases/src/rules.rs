//! The figures, typologies and scripts by date: `data/cases.toml`, `data/scripts.toml`.
use crate::case::{About, Severity, Skill};
use kernel::clock::{DAY, HOUR};
use kernel::{Date, Error, Result, Timestamp};
use std::sync::LazyLock;

/// What holds on a date.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub effective_from: Date,
    #[serde(rename = "source")]
    _source: String,
    pub grave_hours: i64,
    pub high_hours: i64,
    pub middle_hours: i64,
    pub low_hours: i64,
    /// Days in which an objection is answered (反洗钱法 39).
    pub appeal_days: i64,
    /// Hours in which one about money for living, medicine or work is.
    pub urgent_hours: i64,
    /// Hours of the day between which nobody answers, where no branch said otherwise.
    pub night_begins: u8,
    pub night_ends: u8,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rules>,
    typology: Vec<Typology>,
}

/// What an alert is about, by the rules that spoke up.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typology {
    pub code: String,
    /// Beginnings of rule ids.
    rules: Vec<String>,
    pub about: About,
    pub skill: Skill,
    pub severity: Severity,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Scripts {
    script: Vec<Script>,
}

/// What an officer says and asks; a version is never changed.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub typology: String,
    pub version: u32,
    pub from: Date,
    pub zh: Vec<String>,
    pub en: Vec<String>,
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../data/cases.toml")).expect("data/cases.toml is tested"));
static SCRIPTS: LazyLock<Scripts> =
    LazyLock::new(|| toml::from_str(include_str!("../data/scripts.toml")).expect("data/scripts.toml is tested"));

/// The figures in force on a date: the newest that have begun.
pub fn rules(on: Date) -> Result<&'static Rules> {
    let begun = FILE.rule.iter().filter(|r| r.effective_from <= on);
    begun.max_by_key(|r| r.effective_from).ok_or_else(|| Error::broken(format!("no rules of cases for {on}")))
}

/// All typologies, the catch-all last.
pub fn typologies() -> &'static [Typology] {
    &FILE.typology
}

/// What the gravest of some rules is about; the catch-all for none.
pub fn typology_of(rules: &[String]) -> &'static Typology {
    let first = |rule: &String| {
        FILE.typology.iter().find(|t| t.rules.iter().any(|begin| rule.to_ascii_lowercase().starts_with(begin)))
    };
    let found = rules.iter().filter_map(first).min_by_key(|t| t.severity);
    found.unwrap_or_else(|| FILE.typology.last().expect("data/cases.toml is tested"))
}

/// One typology by its code.
pub fn typology(code: &str) -> Option<&'static Typology> {
    FILE.typology.iter().find(|t| t.code == code)
}

/// The newest script of a typology that has begun.
pub fn script(typology: &str, on: Date) -> Result<&'static Script> {
    let begun = SCRIPTS.script.iter().filter(|s| s.typology == typology && s.from <= on);
    begun.max_by_key(|s| s.version).ok_or_else(|| Error::not_found("script", typology))
}

impl Rules {
    /// When a case of this severity is to be taken up that came at `at`.
    pub fn due(&self, severity: Severity, at: Timestamp) -> Timestamp {
        let hours = match severity {
            Severity::Grave => self.grave_hours,
            Severity::High => self.high_hours,
            Severity::Middle => self.middle_hours,
            Severity::Low => self.low_hours,
        };
        at.plus(hours * HOUR)
    }
    /// When an objection made at `at` is to be answered: the end of the last day.
    pub fn appeal_due(&self, urgent: bool, at: Timestamp) -> Timestamp {
        match urgent {
            true => at.plus(self.urgent_hours * HOUR),
            false => at.local_date().plus_days(self.appeal_days).begins().plus(DAY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_typology_has_a_script_in_both_languages_and_the_last_takes_all() {
        let on = Date::ymd(2026, 1, 1).unwrap();
        assert!(rules(on).is_ok() && rules(on.plus_days(-1)).is_err());
        for t in typologies() {
            let s = script(&t.code, on).unwrap();
            assert!(s.zh.len() == s.en.len() && s.zh.len() >= 3, "{}", t.code);
        }
        assert_eq!(typology_of(&["no.such.rule".into()]).code, "other");
        assert_eq!(typology_of(&[]).code, "other");
    }

    #[test]
    fn the_gravest_rule_says_what_it_is_about() {
        let of = |rules: &[&str]| {
            let rules: Vec<String> = rules.iter().map(|r| (*r).to_owned()).collect();
            typology_of(&rules).code.clone()
        };
        assert_eq!(of(&["t03.gathered"]), "mule");
        assert_eq!(of(&["t13.emptied", "t12.remote_control"]), "remote");
        assert_eq!(of(&["t12.remote_control", "t13.emptied"]), "remote");
        assert_eq!(of(&["t26.fund_raising"]), "elder", "the payer is who may lose");
    }

    #[test]
    fn aml_39_an_objection_is_answered_within_fifteen_days() {
        let on = Date::ymd(2026, 11, 1).unwrap();
        let r = rules(on).unwrap();
        let at = on.begins().plus(10 * HOUR);
        assert_eq!(r.appeal_due(false, at).local_date(), Date::ymd(2026, 11, 17).unwrap());
        assert_eq!(r.appeal_due(false, at).plus(-1).local_date(), Date::ymd(2026, 11, 16).unwrap());
        assert_eq!(r.appeal_due(true, at), at.plus(24 * HOUR));
    }
}
