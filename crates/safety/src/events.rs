//! What others may hear: who locked or wants to loosen, who is a contact, what was reported. Ids and times only.
use crate::contact::Contact;
use crate::lock::Loosening;
use crate::report::Report;
use kernel::id::{FamilyTieId, FraudReportId, InstructionId, LooseningId, PersonId};
use kernel::{Channel, Timestamp};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// Something became stricter; `all`: everything is locked now.
    Locked { person: PersonId, all: bool, channel: Channel },
    Loosening {
        #[serde(skip)]
        kind: &'static str,
        loosening: LooseningId,
        person: PersonId,
        /// When it comes into force.
        until: Timestamp,
    },
    Contact {
        #[serde(skip)]
        kind: &'static str,
        tie: FamilyTieId,
        /// Who is told.
        person: PersonId,
        /// The other of the two, masked.
        from: String,
    },
    Report {
        #[serde(skip)]
        kind: &'static str,
        report: FraudReportId,
        person: PersonId,
        instruction: InstructionId,
        due: Timestamp,
    },
}

impl Event {
    pub(crate) fn loosening(kind: &'static str, l: &Loosening) -> Event {
        Event::Loosening { kind, loosening: l.id, person: l.person, until: l.due_at }
    }
    pub(crate) fn contact(kind: &'static str, c: &Contact, person: PersonId, from: String) -> Event {
        Event::Contact { kind, tie: c.tie, person, from }
    }
    pub(crate) fn report(kind: &'static str, r: &Report) -> Event {
        Event::Report { kind, report: r.id, person: r.person, instruction: r.instruction, due: r.due_at }
    }
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::Locked { .. } => "safety.locked",
            Event::Loosening { kind, .. } | Event::Contact { kind, .. } | Event::Report { kind, .. } => kind,
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::Locked { person, .. } => person.to_string(),
            Event::Loosening { loosening, .. } => loosening.to_string(),
            Event::Contact { tie, .. } => tie.to_string(),
            Event::Report { report, .. } => report.to_string(),
        }
    }
}
