//! Customer due diligence beside the other domains: a case that ended judges its customer anew, an upheld objection gives back what it is
//! about, and customers object to a refused opening and to lowered limits.
use crate::reactions::{id, text};
use cases::{AppealKind, AppealNew, AppealState};
use kernel::id::{AppealId, FraudCaseId, OpeningId, PersonId};
use kernel::{Actor, Error, Owner, Result, Who};
use party::Change;
use store::{Outbox, Tx};

/// Consumer of ended cases and decided objections.
pub(crate) fn heard(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    if event.kind == "case.closed" {
        let c = cases::case_raw(tx, id::<FraudCaseId>(event, "case")?)?;
        return diligence::rescore(tx, c.subject).map(drop);
    }
    if text(event, "state") != AppealState::Upheld.code() {
        return Ok(());
    }
    let process = Actor { correlation: diligence::PROCESS.into(), ..Actor::system(diligence::PROCESS) };
    diligence::upheld(tx, &process, id::<AppealId>(event, "appeal")?).map(drop)
}

fn words(subject: Owner, words: &str) -> AppealNew {
    AppealNew {
        subject,
        kind: AppealKind::Objection,
        instruction: None,
        urgent: false,
        words: words.to_owned(),
        files: Vec::new(),
    }
}

/// A customer at the counter objects to a refused opening; written down by the teller, answered within 15 days by others. Again: the
/// same. Errors: `opening_not_refused`, those of [`cases::object`].
pub fn object_to_refusal(tx: &mut Tx<'_>, actor: &Actor, id: OpeningId, said: &str) -> Result<Change> {
    let o = diligence::opening(tx, actor, id)?;
    if o.outcome != diligence::Outcome::Refused {
        return Err(Error::new(&diligence::NOT_REFUSED, format!("{id} is {}", o.outcome)));
    }
    if o.appeal.is_some() {
        return Ok(Change::AlreadySo);
    }
    let (appeal, _) = cases::object(tx, actor, &words(o.owner, said))?;
    diligence::object(tx, actor, id, appeal.id)
}

/// A customer objects to his lowered limits. Again: the same. Errors: `tier_not_lowered`, those of [`cases::object`].
pub fn object_to_lowering(tx: &mut Tx<'_>, actor: &Actor, said: &str) -> Result<Change> {
    let Who::Person(me) = actor.who else { return Err(Error::forbidden("a customer speaks for himself")) };
    let lowered = lowering(tx, actor, me)?;
    let s = lowered.ok_or_else(|| Error::new(&diligence::NOT_LOWERED, "nothing was lowered"))?;
    if s.appeal.is_some() {
        return Ok(Change::AlreadySo);
    }
    let (appeal, _) = cases::object(tx, actor, &words(Owner::Person(me), said))?;
    diligence::object_lowered(tx, actor, me, appeal.id)
}

/// What the bank lowered by itself of a person, while it stands.
pub fn lowering(tx: &mut Tx<'_>, actor: &Actor, person: PersonId) -> Result<Option<diligence::Standing>> {
    let standing = diligence::standing(tx, actor, Owner::Person(person))?;
    Ok(standing.filter(|s| s.lowered_at.is_some()))
}
