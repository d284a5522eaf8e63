//! What others may hear of deposits: ids, days and amounts, no personal data.
use crate::contract::Rollover;
use kernel::id::{AccountId, DepositProofId};
use kernel::{Date, Money, Owner};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    Opened {
        account: AccountId,
        owner: Owner,
        product: String,
        amount: Money,
        matures: Option<Date>,
    },
    /// All or a part was paid out before or after its last day.
    Drawn {
        account: AccountId,
        owner: Owner,
        amount: Money,
        interest: Money,
    },
    /// Its last day comes in [`crate::DUE_SOON_DAYS`] days.
    DueSoon {
        account: AccountId,
        owner: Owner,
        amount: Money,
        matures: Date,
        rollover: Rollover,
    },
    /// It fell due and was paid out to `linked`.
    Matured {
        account: AccountId,
        owner: Owner,
        linked: AccountId,
        amount: Money,
        interest: Money,
    },
    /// It fell due and goes on for another term.
    Rolled {
        account: AccountId,
        owner: Owner,
        amount: Money,
        interest: Money,
        matures: Date,
    },
    /// It fell due and could not be paid; it is tried again each night.
    Overdue {
        account: AccountId,
        owner: Owner,
        amount: Money,
        code: String,
    },
    /// An account fell asleep.
    Asleep {
        account: AccountId,
    },
    Woken {
        account: AccountId,
    },
    ProofIssued {
        proof: DepositProofId,
        account: AccountId,
        amount: Money,
        until: Date,
    },
    /// A night's work is done.
    NightDone {
        day: Date,
        accounts: i64,
        interest: i64,
    },
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::Opened { .. } => "deposits.opened",
            Event::Drawn { .. } => "deposits.drawn",
            Event::DueSoon { .. } => "deposits.due_soon",
            Event::Matured { .. } => "deposits.matured",
            Event::Rolled { .. } => "deposits.rolled",
            Event::Overdue { .. } => "deposits.overdue",
            Event::Asleep { .. } => "deposits.asleep",
            Event::Woken { .. } => "deposits.woken",
            Event::ProofIssued { .. } => "deposits.proof_issued",
            Event::NightDone { .. } => "deposits.night_done",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::Opened { account, .. }
            | Event::Drawn { account, .. }
            | Event::DueSoon { account, .. }
            | Event::Matured { account, .. }
            | Event::Rolled { account, .. }
            | Event::Overdue { account, .. }
            | Event::Asleep { account }
            | Event::Woken { account } => account.to_string(),
            Event::ProofIssued { proof, .. } => proof.to_string(),
            Event::NightDone { day, .. } => day.to_string(),
        }
    }
}
