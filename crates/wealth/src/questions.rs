//! The questions about risk, as dated data.
use crate::product::{Level, Risk};
use kernel::{Date, Error, Result};
use std::sync::LazyLock;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    questions: Vec<Questions>,
}

/// One set of questions and what its answers come to.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// From 1.
    pub version: u32,
    pub effective_from: Date,
    /// Where the rules stand.
    pub basis: String,
    /// Months that an assessment counts.
    pub valid_months: i32,
    /// Assessments of one person in one day, and in twelve months, at most.
    pub per_day_max: usize,
    pub per_year_max: usize,
    /// Whoever is this old in the year of his order waits for a second look, from this risk on; no product may ask for less.
    pub second_look_age: u32,
    pub second_look_from: Risk,
    /// The least score of C1 to C5, rising.
    pub levels: [u32; 5],
    pub question: Vec<Question>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub key: String,
    #[serde(flatten)]
    pub text: QuestionText,
    pub choices: Vec<Choice>,
}

#[derive(Debug, serde::Deserialize)]
pub struct QuestionText {
    pub zh: String,
    pub en: String,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub zh: String,
    pub en: String,
    pub score: u32,
    /// Whoever says this is on no higher level than that, whatever the sum.
    pub at_most: Option<Level>,
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../data/questions.toml")).expect("data/questions.toml is tested"));

/// The set in force on a day.
pub fn questions(day: Date) -> Result<&'static Questions> {
    let found = FILE.questions.iter().filter(|q| q.effective_from <= day).max_by_key(|q| q.effective_from);
    found.ok_or_else(|| Error::broken(format!("no questions are in force on {day}")))
}

impl Questions {
    /// Score and level of the answers, one a question in their order; `None` where one is missing or is no choice.
    pub fn judge(&self, answers: &[usize]) -> Option<(u32, Level)> {
        if answers.len() != self.question.len() {
            return None;
        }
        let chosen: Vec<&Choice> =
            self.question.iter().zip(answers).map(|(q, n)| q.choices.get(*n)).collect::<Option<_>>()?;
        let score = chosen.iter().map(|c| c.score).sum();
        let reached = Level::ALL.iter().zip(self.levels).rfind(|(_, least)| *least <= score);
        let level = *reached.map_or(&Level::C1, |(level, _)| level);
        Some((score, chosen.iter().filter_map(|c| c.at_most).fold(level, Ord::min)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> &'static Questions {
        questions(Date::parse("2026-11-20").unwrap()).unwrap()
    }

    #[test]
    fn the_questions_are_whole_and_every_level_is_reached() {
        for set in &FILE.questions {
            assert!((10..=20).contains(&set.question.len()), "{}", set.version);
            assert!(set.levels[0] == 0 && set.levels.windows(2).all(|w| w[0] < w[1]));
            let most: u32 = set.question.iter().map(|q| q.choices.iter().map(|c| c.score).max().unwrap()).sum();
            assert!(set.levels[4] <= most, "nobody is ever C5");
            assert!(!set.basis.is_empty() && set.per_day_max <= set.per_year_max && set.valid_months <= 12);
            for q in &set.question {
                assert!((3..=5).contains(&q.choices.len()), "{}", q.key);
                assert!(!q.text.zh.is_empty() && !q.text.en.is_empty());
                assert!(q.choices.iter().all(|c| !c.zh.is_empty() && !c.en.is_empty()));
            }
            let mut keys: Vec<&str> = set.question.iter().map(|q| q.key.as_str()).collect();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), set.question.len());
        }
    }

    #[test]
    fn a_level_follows_from_the_sum_and_some_answers_cap_it() {
        let set = today();
        let many = set.question.len();
        let best: Vec<usize> = set
            .question
            .iter()
            .map(|q| q.choices.iter().enumerate().max_by_key(|(_, c)| c.score).map_or(0, |(n, _)| n))
            .collect();
        let worst: Vec<usize> = set
            .question
            .iter()
            .map(|q| q.choices.iter().enumerate().min_by_key(|(_, c)| c.score).map_or(0, |(n, _)| n))
            .collect();
        assert_eq!(set.judge(&best).unwrap().1, Level::C5);
        assert_eq!(set.judge(&worst).unwrap().1, Level::C1);
        let loss = set.question.iter().position(|q| q.key == "loss").expect("what he can bear to lose is asked");
        let mut careful = best.clone();
        careful[loss] = set.question[loss].choices.iter().position(|c| c.at_most == Some(Level::C1)).unwrap();
        assert_eq!(set.judge(&careful).unwrap().1, Level::C1, "whoever bears no loss is C1 whatever else he says");
        for bad in [vec![], vec![0; many - 1], vec![0; many + 1], vec![9; many]] {
            assert_eq!(set.judge(&bad), None, "{bad:?}");
        }
    }
}
