//! The lesson after a fraud that did not happen (反诈教育): a short text by what it looked like, in the reader's language and,
//! for elders, in fewer and larger words. Which text in which version was shown to whom, and when, stays on record.
use crate::report::{Report, Typology};
use kernel::id::{FraudReportId, LessonId, PersonId};
use kernel::{Actor, BookId, Channel, Date, Error, Id, Result, Timestamp, Who};
use std::sync::LazyLock;
use store::{Audit, Seal, Tx, params};

/// Sentences of a lesson at most.
pub const SENTENCES_MAX: usize = 6;

store::text_enum! {
    pub enum Edition { Zh = "zh", En = "en", ZhElder = "zh_elder", EnElder = "en_elder" }
}

impl Edition {
    pub fn of(chinese: bool, elder: bool) -> Edition {
        match (chinese, elder) {
            (true, false) => Edition::Zh,
            (false, false) => Edition::En,
            (true, true) => Edition::ZhElder,
            (false, true) => Edition::EnElder,
        }
    }
}

/// A lesson in all its editions; the first sentence is its title.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonText {
    pub typology: Typology,
    /// From 1.
    pub version: u32,
    pub effective_from: Date,
    pub zh: Vec<String>,
    pub en: Vec<String>,
    pub zh_elder: Vec<String>,
    pub en_elder: Vec<String>,
}

impl LessonText {
    pub fn edition(&self, edition: Edition) -> &[String] {
        match edition {
            Edition::Zh => &self.zh,
            Edition::En => &self.en,
            Edition::ZhElder => &self.zh_elder,
            Edition::EnElder => &self.en_elder,
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    lesson: Vec<LessonText>,
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../data/lessons.toml")).expect("data/lessons.toml is tested"));

/// The newest lesson of a kind that is in force on a date.
pub fn lesson_text(typology: Typology, on: Date) -> Result<&'static LessonText> {
    let fits = FILE.lesson.iter().filter(|l| l.typology == typology && l.effective_from <= on);
    fits.max_by_key(|l| l.version).ok_or_else(|| Error::broken(format!("no lesson about {typology} on {on}")))
}

store::record! {
    /// A lesson that was shown.
    pub struct Lesson in "safety_lessons" key 2 {
        pub book: BookId,
        pub id: LessonId,
        pub person: PersonId,
        pub report: FraudReportId,
        pub typology: Typology,
        pub version: u32,
        pub edition: Edition,
        pub given_at: Timestamp,
        pub channel: Channel,
    }
}

/// The lesson that goes with a report of the actor's, and that it was shown now. An edition that was shown before is shown
/// again and not written down twice. In a write transaction only.
pub fn give(tx: &mut Tx<'_>, actor: &Actor, report: &Report, edition: Edition) -> Result<&'static LessonText> {
    if actor.who != Who::Person(report.person) {
        return Err(Error::forbidden("a lesson is for who reported"));
    }
    let now = tx.now();
    let text = lesson_text(report.typology, now.local_date())?;
    let (book, id) = (report.person.book(), LessonId::new(now, report.person.book()));
    let made = tx.insert_if_absent(&mut Lesson {
        book,
        id,
        person: report.person,
        report: report.id,
        typology: report.typology,
        version: text.version,
        edition,
        given_at: now,
        channel: actor.channel,
        seal: Seal::default(),
    })?;
    if made {
        let shown = format!("{} version {} {edition}", text.typology, text.version);
        tx.audit(actor, Audit::of("safety.lesson", report.id).after(shown))?;
    }
    Ok(text)
}

/// Lessons that were shown to a person after a report, the first first.
pub fn lessons_of(tx: &mut Tx<'_>, report: FraudReportId) -> Result<Vec<Lesson>> {
    tx.select::<Lesson>("WHERE book = ?1 AND report = ?2 ORDER BY id", params![report.book(), report])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_fraud_has_its_lesson_in_four_editions() {
        let on = Date::ymd(2026, 11, 23).unwrap();
        for typology in Typology::ALL {
            let text = lesson_text(*typology, on).unwrap();
            for edition in Edition::ALL {
                let said = text.edition(*edition);
                assert!((3..=SENTENCES_MAX).contains(&said.len()), "{typology} {edition}");
                let chinese = matches!(edition, Edition::Zh | Edition::ZhElder);
                assert!(said.iter().all(|s| s.chars().any(|c| c as u32 > 0x3000) == chinese), "{typology} {edition}");
            }
            let long = |said: &[String]| said.iter().map(|s| s.chars().count()).sum::<usize>();
            assert!(long(&text.zh_elder) <= long(&text.zh), "{typology}: an elder reads no more than others");
        }
        assert!(lesson_text(Typology::Other, Date::ymd(2025, 12, 31).unwrap()).is_err());
    }
}
