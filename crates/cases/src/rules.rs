//! The figures, typologies and scripts by date: `data/cases.toml`, `data/scripts.toml`, `data/talks.toml`.
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

/// Where a script is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// On the telephone.
    #[default]
    Call,
    Counter,
}

/// What an officer says and asks; a version is never changed.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub typology: String,
    #[serde(default)]
    pub place: Place,
    /// For customers of this age and above.
    #[serde(default)]
    pub from_age: u32,
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

/// The newest script of calls of a typology that has begun.
pub fn script(typology: &str, on: Date) -> Result<&'static Script> {
    newest(Place::Call, typology, 0, on).ok_or_else(|| Error::not_found("script", typology))
}

fn newest(place: Place, typology: &str, age: u32, on: Date) -> Option<&'static Script> {
    let fits = |s: &&Script| s.place == place && s.typology == typology && s.from_age <= age && s.from <= on;
    SCRIPTS.script.iter().filter(fits).max_by_key(|s| (s.from_age, s.version))
}

/// The newest script of a typology for a customer at the counter, by his age; where there is none, that of calls.
pub fn counter_script(typology: &str, age: Option<u32>, on: Date) -> Result<&'static Script> {
    match newest(Place::Counter, typology, age.unwrap_or(0), on) {
        Some(script) => Ok(script),
        None => script(typology, on),
    }
}

/// The typologies a teller chooses from, by what the customer says the money is for.
pub fn counter_typologies(age: Option<u32>, on: Date) -> impl Iterator<Item = &'static Typology> {
    FILE.typology.iter().filter(move |t| newest(Place::Counter, &t.code, age.unwrap_or(0), on).is_some())
}

/// When a teller talks to a customer before the money is paid.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TalkRules {
    pub effective_from: Date,
    #[serde(rename = "source")]
    _source: String,
    /// From this age on the sum alone asks for a talk.
    pub elder_years: u32,
    pub cash_yuan: i64,
    pub transfer_yuan: i64,
    pub deposit_yuan: i64,
    /// Minutes for which what the customer insisted on may be done.
    pub holds_minutes: i64,
    /// The number of the police, and of their line against fraud.
    pub police: String,
    pub advice: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TalkFile {
    rule: Vec<TalkRules>,
}

static TALKS: LazyLock<TalkFile> =
    LazyLock::new(|| toml::from_str(include_str!("../data/talks.toml")).expect("data/talks.toml is tested"));

/// The figures of talks in force on a date.
pub fn talk_rules(on: Date) -> Result<&'static TalkRules> {
    let begun = TALKS.rule.iter().filter(|r| r.effective_from <= on);
    begun.max_by_key(|r| r.effective_from).ok_or_else(|| Error::broken(format!("no rules of talks for {on}")))
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
        assert!(SCRIPTS.script.iter().all(|s| s.zh.len() == s.en.len() && typology(&s.typology).is_some()));
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
        assert_eq!(of(&["t26.fund_raising"]), "pension", "the payer is who may lose");
        assert_eq!(of(&["t14.broken_deposit"]), "elder");
    }

    #[test]
    fn a_script_at_the_counter_is_by_typology_and_age() {
        let on = Date::ymd(2026, 1, 1).unwrap();
        let of = |typology, age| counter_script(typology, age, on).unwrap();
        assert_eq!((of("pension", Some(60)).place, of("pension", Some(60)).from_age), (Place::Counter, 60));
        assert_eq!((of("pension", Some(59)).place, of("pension", Some(59)).from_age), (Place::Counter, 0));
        assert_eq!(of("pension", None).from_age, 0);
        assert_eq!((of("elder", Some(59)).place, of("elder", Some(60)).place), (Place::Call, Place::Counter));
        assert_eq!(of("firm", Some(70)).place, Place::Call, "where there is none, what is said on the telephone");
        let asked: Vec<&str> = counter_typologies(Some(78), on).map(|t| t.code.as_str()).collect();
        assert_eq!(asked, ["remote", "pension", "elder", "other"]);
        assert!(talk_rules(on).is_ok() && talk_rules(on.plus_days(-1)).is_err());
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
