//! What others may hear from the guard.
use crate::freezes::{FreezeBasis, FreezeKind, PartyFreeze};
use kernel::id::{DecisionId, InstructionId};
use kernel::{Owner, Timestamp};

#[derive(Clone, Debug, serde::Serialize)]
#[serde(untagged)]
pub enum Event {
    PartyFrozen {
        subject: Owner,
        number: i64,
        kind: FreezeKind,
        basis: FreezeBasis,
        until: Option<Timestamp>,
    },
    PartyReleased {
        subject: Owner,
        number: i64,
        kind: FreezeKind,
        basis: FreezeBasis,
    },
    /// A payment passed, and rules ask for a case all the same.
    CaseWanted {
        instruction: InstructionId,
        decision: DecisionId,
        payer: Owner,
        rules: Vec<String>,
    },
}

impl Event {
    pub(crate) fn frozen(row: &PartyFreeze) -> Event {
        let PartyFreeze { subject, number, kind, basis, valid_until: until, .. } = *row;
        Event::PartyFrozen { subject, number, kind, basis, until }
    }
    pub(crate) fn released(row: &PartyFreeze) -> Event {
        let PartyFreeze { subject, number, kind, basis, .. } = *row;
        Event::PartyReleased { subject, number, kind, basis }
    }
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::PartyFrozen { .. } => "guard.party_frozen",
            Event::PartyReleased { .. } => "guard.party_released",
            Event::CaseWanted { .. } => "guard.case_wanted",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::PartyFrozen { subject, .. } | Event::PartyReleased { subject, .. } => subject.to_string(),
            Event::CaseWanted { instruction, .. } => instruction.to_string(),
        }
    }
}
