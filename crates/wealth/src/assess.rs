//! What a person answered to the questions about risk, and the level it puts him on.
use crate::product::Level;
use crate::questions::{Questions, questions};
use crate::{ANSWERS_UNFIT, ASSESSED_OFTEN, ASSESSMENTS_LISTED_MAX, BY_HIMSELF, Event, NO_ASSESSMENT};
use kernel::id::{AssessmentId, PersonId};
use kernel::{Actor, BookId, Channel, Date, Error, Id, Owner, Result, Timestamp, Who};
use party::{Permission, Scope};
use store::{Audit, Seal, Tx, params};

/// What the answers are encrypted as.
const SEALED_AS: &str = "wealth.answers";

store::record! {
    /// An assessment (风险承受能力评估). It counts from its day until the day before `valid_until`.
    pub struct Assessment in "wealth_assessments" key 2 {
        pub book: BookId,
        pub id: AssessmentId,
        pub person: PersonId,
        /// From 1 for each person; of two at once one is refused.
        pub number: i64,
        /// The set of questions that was asked.
        pub questions: i64,
        /// The choices, encrypted.
        pub answers: Vec<u8>,
        pub score: i64,
        pub level: Level,
        pub day: Date,
        /// The first day on which it counts no more.
        pub valid_until: Date,
        pub channel: Channel,
        pub made_at: Timestamp,
    }
}

impl Assessment {
    pub fn is_valid(&self, day: Date) -> bool {
        (self.day..self.valid_until).contains(&day)
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// The question's key.
    pub question: String,
    /// Its choice, from 0.
    pub choice: usize,
}

/// Takes the answers of a person to all questions, his own. Nobody answers for him: not staff, not a program, not a
/// member of the family. Errors: `wealth_by_himself`, `wealth_answers_unfit`, `wealth_assessed_often`.
pub fn assess(tx: &mut Tx<'_>, actor: &Actor, answers: &[Answer]) -> Result<Assessment> {
    let Who::Person(person) = actor.who else {
        return Err(Error::new(&BY_HIMSELF, "an assessment is answered by the customer himself"));
    };
    party::may(tx, actor, Permission::PaymentSubmit, &Scope::person(person))?;
    let today = tx.business_date()?;
    let set = questions(today)?;
    let chosen = in_order(set, answers)?;
    let unfit = || Error::new(&ANSWERS_UNFIT, "a question has no answer, or one that is not there");
    let (score, level) = set.judge(&chosen).ok_or_else(unfit)?;
    let number = often(tx, person, today, set)?;
    let text = serde_json::to_vec(&chosen).map_err(|e| Error::broken("answers have no JSON form").caused_by(e))?;
    let id = AssessmentId::new(tx.now(), person.book());
    let mut new = Assessment {
        book: id.book(),
        id,
        person,
        number,
        questions: i64::from(set.version),
        answers: tx.keys().encrypt_own(SEALED_AS, &text),
        score: i64::from(score),
        level,
        day: today,
        valid_until: today.plus_months(set.valid_months),
        channel: actor.channel,
        made_at: tx.now(),
        seal: Seal::default(),
    };
    tx.insert(&mut new)?;
    tx.audit(actor, Audit::of("wealth.assess", id).after(format!("{level} until {}", new.valid_until)))?;
    tx.emit(&Event::Assessed { assessment: id, person, level, valid_until: new.valid_until }, &actor.correlation)?;
    Ok(new)
}

/// The choices in the order of the questions. Each is answered once, and nothing else is.
fn in_order(set: &Questions, answers: &[Answer]) -> Result<Vec<usize>> {
    let told = format!("{} answers to {} questions", answers.len(), set.question.len());
    let unfit = || Error::new(&ANSWERS_UNFIT, told.clone());
    if answers.len() != set.question.len() {
        return Err(unfit());
    }
    let choice = |key: &str| answers.iter().find(|a| a.question == key).map(|a| a.choice).ok_or_else(unfit);
    set.question.iter().map(|q| choice(&q.key)).collect()
}

/// The number of the next one. `Err(ASSESSED_OFTEN)`.
fn often(tx: &mut Tx<'_>, person: PersonId, today: Date, set: &Questions) -> Result<i64> {
    let all = raw(tx, person)?;
    let since = today.plus_months(-12);
    let (day, year) = (all.iter().filter(|a| a.day == today).count(), all.iter().filter(|a| a.day > since).count());
    for (given, max, unit) in [(day, set.per_day_max, "a day"), (year, set.per_year_max, "in twelve months")] {
        if given >= max {
            let told = format!("{given} assessments were made {unit}, {max} at most");
            return Err(Error::new(&ASSESSED_OFTEN, told).with("given", given).with("max", max).with("unit", unit));
        }
    }
    Ok(all.first().map_or(1, |newest| newest.number + 1))
}

/// Newest first.
fn raw(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Assessment>> {
    let tail = "WHERE person = ?1 ORDER BY number DESC LIMIT ?2";
    tx.select::<Assessment>(tail, params![person, ASSESSMENTS_LISTED_MAX])
}

/// The assessment of a person that counts today: the newest, while it is valid. `Err(NO_ASSESSMENT)`. Whoever asks.
pub(crate) fn counting(tx: &mut Tx<'_>, person: PersonId) -> Result<Assessment> {
    let today = tx.business_date()?;
    match raw(tx, person)?.into_iter().next() {
        Some(newest) if newest.is_valid(today) => Ok(newest),
        Some(old) => {
            let told = format!("the assessment of {} counted until {}", old.day, old.valid_until.plus_days(-1));
            Err(Error::new(&NO_ASSESSMENT, told).with("until", old.valid_until))
        }
        None => Err(Error::new(&NO_ASSESSMENT, "there is no assessment yet")),
    }
}

/// The assessment that counts today of a person the actor may see; `None` where there is none.
pub fn assessment_of(tx: &mut Tx<'_>, actor: &Actor, person: PersonId) -> Result<Option<Assessment>> {
    payments::may_see(tx, actor, Owner::Person(person)).map_err(|_| Error::not_found("person", person))?;
    match counting(tx, person) {
        Ok(found) => Ok(Some(found)),
        Err(none) if none.is(&NO_ASSESSMENT) => Ok(None),
        Err(why) => Err(why),
    }
}

/// Assessments of a person the actor may see, newest first, at most [`ASSESSMENTS_LISTED_MAX`].
pub fn assessments_of(tx: &mut Tx<'_>, actor: &Actor, person: PersonId) -> Result<Vec<Assessment>> {
    payments::may_see(tx, actor, Owner::Person(person)).map_err(|_| Error::not_found("person", person))?;
    raw(tx, person)
}
