//! The questions before an account is opened, as dated data.
use kernel::{Date, Error, Owner, Result};
use std::sync::LazyLock;

/// Whom a set is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerOf {
    Person,
    Firm,
}

impl AnswerOf {
    pub fn owner(owner: Owner) -> AnswerOf {
        if matches!(owner, Owner::Firm(_)) { AnswerOf::Firm } else { AnswerOf::Person }
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    set: Vec<Questions>,
}

/// One set.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    pub of: AnswerOf,
    /// From 1.
    pub version: u32,
    pub effective_from: Date,
    pub source: String,
    pub question: Vec<Question>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub key: String,
    pub zh: String,
    pub en: String,
    pub choice: Vec<Choice>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub code: String,
    pub zh: String,
    pub en: String,
    /// What the answer is noted as.
    #[serde(default)]
    pub flag: String,
    /// Somebody looks more closely before it is opened.
    #[serde(default)]
    pub closer: bool,
    /// The opening is refused; the flag is the reason.
    #[serde(default)]
    pub refuse: bool,
}

/// One answer: a question's key and the code of a choice.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    pub question: String,
    pub choice: String,
}

impl Answer {
    pub fn new(question: impl Into<String>, choice: impl Into<String>) -> Answer {
        Answer { question: question.into(), choice: choice.into() }
    }
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../data/questions.toml")).expect("data/questions.toml is tested"));

/// The set in force on a day.
pub fn set_of(of: AnswerOf, day: Date) -> Result<&'static Questions> {
    let begun = FILE.set.iter().filter(|s| s.of == of && s.effective_from <= day);
    begun.max_by_key(|s| s.effective_from).ok_or_else(|| Error::broken(format!("no questions are in force on {day}")))
}

/// One version; `None` for what never was.
pub fn version_of(of: AnswerOf, version: i64) -> Option<&'static Questions> {
    FILE.set.iter().find(|s| s.of == of && i64::from(s.version) == version)
}

impl Questions {
    /// What was chosen, in the order of the questions; `None` where one is missing, twice, or no choice.
    pub fn chosen<'a>(&'a self, answers: &[Answer]) -> Option<Vec<&'a Choice>> {
        if answers.len() != self.question.len() {
            return None;
        }
        let one = |q: &'a Question| {
            let given = answers.iter().find(|a| a.question == q.key)?;
            q.choice.iter().find(|c| c.code == given.choice)
        };
        self.question.iter().map(one).collect()
    }

    /// The first choice of every question: nothing odd. For tests and examples.
    pub fn plain(&self) -> Vec<Answer> {
        let first = |q: &Question| {
            let fine = q.choice.iter().find(|c| c.flag.is_empty());
            Answer::new(q.key.clone(), fine.map_or("", |c| c.code.as_str()))
        };
        self.question.iter().map(first).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    #[test]
    fn every_set_is_whole_in_both_languages_and_every_refusal_has_its_reason() {
        for s in &FILE.set {
            assert!(s.question.len() >= 5 && s.version > 0 && !s.source.is_empty());
            for q in &s.question {
                assert!(!q.zh.is_empty() && !q.en.is_empty() && (3..=7).contains(&q.choice.len()), "{}", q.key);
                assert!(q.choice.iter().any(|c| c.flag.is_empty()), "{} has no plain answer", q.key);
                for c in &q.choice {
                    assert!(!c.zh.is_empty() && !c.en.is_empty(), "{} {}", q.key, c.code);
                    assert!(!c.refuse || Reason::parse(&c.flag).is_some(), "{} refuses without a reason", c.code);
                    assert!(
                        c.flag.is_empty() != (c.closer || c.refuse)
                            || c.flag.ends_with("untold")
                            || c.flag == "place_unseen"
                    );
                }
            }
        }
        let day = Date::parse("2026-11-23").unwrap();
        assert!(set_of(AnswerOf::Person, day).is_ok() && set_of(AnswerOf::Firm, day).is_ok());
    }

    #[test]
    fn answers_are_whole_or_none() {
        let set = set_of(AnswerOf::Person, Date::parse("2026-11-23").unwrap()).unwrap();
        let plain = set.plain();
        assert!(set.chosen(&plain).is_some_and(|c| c.iter().all(|c| c.flag.is_empty())));
        assert!(set.chosen(&plain[1..]).is_none(), "one is missing");
        let twice: Vec<Answer> = std::iter::once(plain[0].clone()).chain(plain[..plain.len() - 1].to_vec()).collect();
        assert!(set.chosen(&twice).is_none(), "one is there twice");
        let mut other = plain.clone();
        other[0].choice = "banana".into();
        assert!(set.chosen(&other).is_none());
    }
}
