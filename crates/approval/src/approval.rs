//! The record: what was asked, who decided, what came of it.
use kernel::id::{ApprovalId, BranchId, FirmId, PersonId};
use kernel::{BookId, Currency, Error, Id, Money, Result, Timestamp};
use party::{Permission, Scope};
use store::{Json, Tx, params};

store::text_enum! {
    pub enum State {
        Waiting = "waiting",
        Approved = "approved",
        Refused = "refused",
        SentBack = "sent_back",
        Cancelled = "cancelled",
        Expired = "expired",
        Executed = "executed",
        Failed = "failed",
    }
}

/// One line of what the checker sees: a text key or word, what is, and what will be; personal data masked.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Line {
    pub label: String,
    pub before: String,
    pub after: String,
}

impl Line {
    pub fn new(label: &str, before: impl Into<String>, after: impl Into<String>) -> Line {
        Line { label: label.into(), before: before.into(), after: after.into() }
    }
    /// A line that changes nothing but must be seen.
    pub fn shown(label: &str, value: impl Into<String>) -> Line {
        let value = value.into();
        Line { label: label.into(), before: value.clone(), after: value }
    }
    /// Whether the screen marks it.
    pub fn is_change(&self) -> bool {
        self.before != self.after
    }
}

/// Who decided, when and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Decision {
    pub by: String,
    pub at: Timestamp,
    pub reason: String,
}

store::record! {
    /// Something that waits, or waited, for a second person.
    pub struct Approval in "approvals" key 2 {
        pub book: BookId,
        pub id: ApprovalId,
        /// `payment`, `payroll.pay`, `grant` …
        pub kind: String,
        /// JSON: ids and masked text only.
        pub payload: String,
        /// Binds payload, kind, maker, amount and whom it concerns.
        pub payload_hash: [u8; 32],
        pub summary: Json<Vec<Line>>,
        pub amount: Option<i64>,
        pub currency: Currency,
        pub firm: Option<FirmId>,
        pub branch: Option<BranchId>,
        pub person: Option<PersonId>,
        /// Who gains: `pers_…`, `firm_…` or `bank`.
        pub beneficiary: Option<String>,
        /// What a checker needs.
        pub permission: Permission,
        pub maker: String,
        pub note: String,
        /// The one that was sent back and is asked anew.
        pub replaces: Option<ApprovalId>,
        pub made_at: Timestamp,
        pub expires_at: Timestamp,
        /// 1 or 2.
        pub checkers: u8,
        pub state: State,
        pub first_by: Option<String>,
        pub first_at: Option<Timestamp>,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        /// Of the decision; empty for yes.
        pub reason: String,
        pub done_at: Option<Timestamp>,
        /// The id of what came of it, or why it failed.
        pub outcome: String,
    }
}

impl Approval {
    pub fn amount(&self) -> Option<Money> {
        self.amount.map(|minor| Money::new(minor, self.currency))
    }
    /// Where a checker must be entitled. Without the amount: his release limit is asked, not his own.
    pub fn scope(&self) -> Scope {
        Scope { branch: self.branch, firm: self.firm, person: self.person, amount: None }
    }
    /// 64 hexadecimal characters; what is shown goes back with the decision.
    pub fn hash_text(&self) -> String {
        blake3::Hash::from_bytes(self.payload_hash).to_hex().to_string()
    }
    /// Checkers still needed.
    pub fn left(&self) -> u8 {
        match self.state {
            State::Waiting => self.checkers - u8::from(self.first_by.is_some()),
            _ => 0,
        }
    }
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == State::Waiting && now < self.expires_at
    }
    /// The first of two yeses.
    pub fn first(&self) -> Option<Decision> {
        let (by, at) = (self.first_by.clone()?, self.first_at?);
        Some(Decision { by, at, reason: String::new() })
    }
    /// The yes that counted; it stays when it was executed or failed.
    pub fn approved(&self) -> Option<Decision> {
        self.decision(&[State::Approved, State::Executed, State::Failed])
    }
    pub fn refused(&self) -> Option<Decision> {
        self.decision(&[State::Refused])
    }
    pub fn sent_back(&self) -> Option<Decision> {
        self.decision(&[State::SentBack])
    }
    pub fn cancelled(&self) -> Option<Decision> {
        self.decision(&[State::Cancelled])
    }
    pub fn expired(&self) -> Option<Decision> {
        self.decision(&[State::Expired])
    }

    fn decision(&self, states: &[State]) -> Option<Decision> {
        if !states.contains(&self.state) {
            return None;
        }
        Some(Decision { by: self.decided_by.clone()?, at: self.decided_at?, reason: self.reason.clone() })
    }

    /// BLAKE3 over everything the checker's yes binds to, each part with its length.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let text = |t: Option<String>| t.unwrap_or_default();
        let parts = [
            self.id.to_string(),
            self.kind.clone(),
            self.maker.clone(),
            text(self.amount().map(|m| format!("{m:?}"))),
            text(self.firm.map(|f| f.to_string())),
            text(self.branch.map(|b| b.to_string())),
            text(self.person.map(|p| p.to_string())),
            text(self.beneficiary.clone()),
            self.payload.clone(),
        ];
        let mut h = blake3::Hasher::new();
        for part in &parts {
            h.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        *h.finalize().as_bytes()
    }
}

/// The record, locked in a write; asks no permission. For domain code.
pub fn raw(tx: &mut Tx<'_>, id: ApprovalId) -> Result<Approval> {
    tx.load::<Approval>(params![id.book(), id])?.ok_or_else(|| Error::not_found("approval", id))
}
