//! What the carrier of payments to other banks looks like from here.
use kernel::{Money, Result, id::ClearingId};

store::text_enum! {
    /// Why a payment came back; the names are ours, the codes are ISO 20022's external status reasons.
    pub enum Reason {
        AccountClosed = "account_closed",
        NameMismatch = "name_mismatch",
        AccountUnknown = "account_unknown",
        AccountBlocked = "account_blocked",
        LimitExceeded = "limit_exceeded",
        Other = "other",
    }
}

impl Reason {
    /// ISO 20022 ExternalStatusReason1Code.
    pub fn iso(self) -> &'static str {
        match self {
            Reason::AccountClosed => "AC04",
            Reason::NameMismatch => "BE01",
            Reason::AccountUnknown => "AC01",
            Reason::AccountBlocked => "AC06",
            Reason::LimitExceeded => "AM02",
            Reason::Other => "NARR",
        }
    }
    pub fn from_iso(code: &str) -> Reason {
        Reason::ALL.iter().copied().find(|r| r.iso() == code).unwrap_or(Reason::Other)
    }
}

/// An item as it is handed over. Plain numbers and names: never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The port takes it at most once.
    pub item: ClearingId,
    /// The other bank's clearing code.
    pub bank: String,
    pub number: String,
    pub name: String,
    pub amount: Money,
    pub reference: String,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outgoing({} {} to {})", self.item, self.amount, self.bank)
    }
}

/// What became of an item, as the port knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It never had it and will not find it later: it may be sent again.
    Absent,
    /// It has it; the answer is to come.
    Taken,
    Paid,
    Returned(Reason),
}

/// An answer that came in by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The port's own number, for [`Port::acknowledge`].
    pub number: u64,
    pub item: ClearingId,
    pub status: Status,
}

/// A clearing house, a correspondent, a simulator. Calls block, and end within [`super::ASK_AFTER_SECONDS`].
pub trait Port: Send + Sync {
    /// `Ok`: it has them all. `Err`: it may or may not have some.
    fn send(&self, items: &[Outgoing]) -> Result<()>;
    /// What became of these; one that is left out is not known.
    fn status(&self, items: &[ClearingId]) -> Result<Vec<(ClearingId, Status)>>;
    /// Answers not acknowledged yet, oldest first, at most `most`.
    fn answers(&self, most: u32) -> Result<Vec<Answer>>;
    /// These answers are kept here now. Repeating is safe.
    fn acknowledge(&self, numbers: &[u64]) -> Result<()>;
}
