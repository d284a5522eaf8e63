//! What others may hear of cash: ids, sums and counts.
use crate::visit::VisitKind;
use kernel::id::{AccountId, CashCaseId, CashMoveId, DrawerId, InstructionId, SeizureId, StaffId, VisitId};
use kernel::{Date, Money, Owner};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    TillOpened {
        drawer: DrawerId,
        teller: StaffId,
    },
    TillClosed {
        drawer: DrawerId,
        teller: StaffId,
        difference: Money,
    },
    VaultCounted {
        drawer: DrawerId,
        difference: Money,
    },
    MoveSent {
        movement: CashMoveId,
        amount: Money,
    },
    MoveReceived {
        movement: CashMoveId,
        amount: Money,
        difference: Money,
    },
    CaseOpened {
        case: CashCaseId,
        drawer: DrawerId,
        amount: Money,
    },
    CaseSettled {
        case: CashCaseId,
        outcome: &'static str,
    },
    NoteSeized {
        seizure: SeizureId,
        face: Money,
    },
    VisitEnded {
        visit: VisitId,
        machine: DrawerId,
        outcome: &'static str,
        amount: Money,
        instruction: Option<InstructionId>,
    },
    MachineStopped {
        machine: DrawerId,
        reason: String,
    },
    /// A customer's visit at a machine did not go to its end.
    Interrupted {
        visit: VisitId,
        owner: Owner,
        account: AccountId,
        kind: VisitKind,
        /// The machine's name.
        place: String,
        /// What came onto or left the account.
        amount: Money,
        /// What the counters leave open: put in and not credited, or paid out and not debited.
        open: Option<Money>,
        /// The business day; what is open is answered from it on.
        date: Date,
    },
}

impl Event {
    /// Kinds of events of this crate, for subscribers.
    pub const KINDS: &'static [&'static str] = &[
        "till.opened",
        "till.closed",
        "till.vault_counted",
        "till.move_sent",
        "till.move_received",
        "till.case_opened",
        "till.case_settled",
        "till.note_seized",
        "till.visit_ended",
        "till.machine_stopped",
        "till.interrupted",
        "till.interrupted_open",
    ];
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::TillOpened { .. } => Event::KINDS[0],
            Event::TillClosed { .. } => Event::KINDS[1],
            Event::VaultCounted { .. } => Event::KINDS[2],
            Event::MoveSent { .. } => Event::KINDS[3],
            Event::MoveReceived { .. } => Event::KINDS[4],
            Event::CaseOpened { .. } => Event::KINDS[5],
            Event::CaseSettled { .. } => Event::KINDS[6],
            Event::NoteSeized { .. } => Event::KINDS[7],
            Event::VisitEnded { .. } => Event::KINDS[8],
            Event::MachineStopped { .. } => Event::KINDS[9],
            Event::Interrupted { open: None, .. } => Event::KINDS[10],
            Event::Interrupted { .. } => Event::KINDS[11],
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::TillOpened { drawer, .. }
            | Event::TillClosed { drawer, .. }
            | Event::VaultCounted { drawer, .. } => drawer.to_string(),
            Event::MoveSent { movement, .. } | Event::MoveReceived { movement, .. } => movement.to_string(),
            Event::CaseOpened { case, .. } | Event::CaseSettled { case, .. } => case.to_string(),
            Event::NoteSeized { seizure, .. } => seizure.to_string(),
            Event::VisitEnded { visit, .. } | Event::Interrupted { visit, .. } => visit.to_string(),
            Event::MachineStopped { machine, .. } => machine.to_string(),
        }
    }
}
