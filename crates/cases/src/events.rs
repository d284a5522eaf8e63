//! What others may hear: that a case, an objection or a talk moved on. Never what it is about.
use crate::case::{Appeal, Case};
use crate::talk::Talk;
use kernel::id::{AppealId, BranchId, CounterTalkId, FraudCaseId, PersonId};
use kernel::{Owner, Timestamp};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    Case {
        #[serde(skip)]
        kind: &'static str,
        case: FraudCaseId,
        branch: BranchId,
        due: Timestamp,
    },
    Appeal {
        #[serde(skip)]
        kind: &'static str,
        appeal: AppealId,
        /// Who is told.
        person: Option<PersonId>,
        due: Timestamp,
        state: &'static str,
    },
    Talk {
        #[serde(skip)]
        kind: &'static str,
        talk: CounterTalkId,
        branch: BranchId,
        teller: String,
    },
}

impl Event {
    pub(crate) fn case(kind: &'static str, c: &Case) -> Event {
        Event::Case { kind, case: c.id, branch: c.branch, due: c.due_at }
    }
    pub(crate) fn appeal(kind: &'static str, a: &Appeal) -> Event {
        let person = match a.subject {
            Owner::Person(p) => Some(p),
            _ => a.made_by.parse().ok(),
        };
        Event::Appeal { kind, appeal: a.id, person, due: a.due_at, state: a.state.code() }
    }
}

impl Event {
    pub(crate) fn talk(kind: &'static str, t: &Talk) -> Event {
        Event::Talk { kind, talk: t.id, branch: t.branch, teller: t.teller.clone() }
    }
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::Case { kind, .. } | Event::Appeal { kind, .. } | Event::Talk { kind, .. } => kind,
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::Case { case, .. } => case.to_string(),
            Event::Appeal { appeal, .. } => appeal.to_string(),
            Event::Talk { talk, .. } => talk.to_string(),
        }
    }
}
