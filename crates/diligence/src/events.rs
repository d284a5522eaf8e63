//! What others may hear: that an opening was refused, that limits were lowered or given back. Never which answer or list did it.
use kernel::Owner;
use kernel::id::{BranchId, OpeningId, PersonId};
use party::Tier;
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    Refused {
        opening: OpeningId,
        owner: Owner,
        branch: BranchId,
        reason: &'static str,
    },
    /// A person's tier went down by itself.
    Lowered {
        person: PersonId,
        from: &'static str,
        to: &'static str,
        why: String,
    },
    /// What was lowered is given back.
    GivenBack {
        person: PersonId,
        to: &'static str,
    },
}

impl Event {
    pub(crate) fn lowered(person: PersonId, from: Tier, to: Tier, why: &str) -> Event {
        Event::Lowered { person, from: from.code(), to: to.code(), why: why.to_owned() }
    }
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::Refused { .. } => "diligence.refused",
            Event::Lowered { .. } => "diligence.lowered",
            Event::GivenBack { .. } => "diligence.given_back",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::Refused { opening, .. } => opening.to_string(),
            Event::Lowered { person, .. } | Event::GivenBack { person, .. } => person.to_string(),
        }
    }
}
