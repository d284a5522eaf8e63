//! What a document says, as data.
use crate::Kind;
use kernel::id::TransferId;
use kernel::{Date, Money, Timestamp};
use serde::{Deserialize, Serialize};

/// One side of a movement, as people may read it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Side {
    /// Masked for a person; empty where the bank itself stands.
    pub name: String,
    /// Masked; may hold the other bank's name.
    pub number: String,
}

/// A wage, beside the movement that paid it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wage {
    /// `2026-10`.
    pub period: String,
    pub employer: String,
    pub project: String,
    pub due: Money,
    pub deductions: Money,
}

/// One movement of money, as one of its accounts sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// The journal entry: the receipt's serial number (流水号).
    pub transfer: TransferId,
    /// Whether the account that the receipt is for was paid.
    pub incoming: bool,
    pub payer: Side,
    pub payee: Side,
    pub amount: Money,
    /// What the payer paid for it; for the payee nothing is said.
    pub fee: Option<Money>,
    /// The journal's code: `transfer`, `wage_pay`.
    pub code: String,
    pub memo: String,
    pub reference: String,
    pub business_date: Date,
    pub value_date: Date,
    pub posted_at: Timestamp,
    pub wage: Option<Wage>,
}

/// An account over some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    pub holder: Side,
    /// First and last day.
    pub from: Date,
    pub to: Date,
    pub opening: Money,
    pub closing: Money,
    pub money_in: Money,
    pub money_out: Money,
    pub lines: u32,
    /// BLAKE3 over the hashes of its journal entries, newest first, lower-case hexadecimal.
    pub journal: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Facts {
    Movement(Movement),
    Covered(Covered),
}

impl Facts {
    pub fn kind(&self) -> Kind {
        match self {
            Facts::Movement(m) if m.wage.is_some() => Kind::Wage,
            Facts::Movement(_) => Kind::Payment,
            Facts::Covered(_) => Kind::Statement,
        }
    }
    /// The transfer, or `2026-11-01 2026-11-30`.
    pub fn about(&self) -> String {
        match self {
            Facts::Movement(m) => m.transfer.to_string(),
            Facts::Covered(c) => format!("{} {}", c.from, c.to),
        }
    }
}
