//! An instruction in its life.
use crate::order::{Kind, LegOutcome, Receipt, State};
use kernel::id::{AccountId, ApprovalId, BranchId, DecisionId, InstructionId, TransferId};
use kernel::{BookId, Channel, Currency, Date, Money, Owner, Timestamp};
use std::borrow::Cow;
use store::Json;

store::record! {
    /// An order that was taken in, and all that became of it.
    pub struct Instruction in "instructions" key 2 {
        pub book: BookId,
        pub id: InstructionId,
        pub kind: Kind,
        pub debit: AccountId,
        pub payer: Owner,
        /// The credit account; for other banks, the account of outgoing payments. `None` when the payee was not found, or for many legs.
        pub credit: Option<AccountId>,
        /// The payee as people may read it: masked number and bank.
        pub payee: String,
        /// Bank, number and name at another bank, encrypted.
        pub payee_sealed: Option<Vec<u8>>,
        /// Minor units, without the fee.
        pub amount: i64,
        pub currency: Currency,
        /// Minor units.
        pub fee: i64,
        /// Legs of an order with many; 0 for a single payment.
        pub legs: u32,
        pub code: String,
        pub reference: String,
        pub memo: String,
        pub channel: Channel,
        /// Where staff took it in.
        pub branch: Option<BranchId>,
        pub made_by: String,
        pub made_at: Timestamp,
        pub business_date: Date,
        pub state: State,
        /// Code of the refusal, or empty.
        pub refusal: String,
        pub reasons: Json<Vec<String>>,
        /// How often the guard has decided on it, less one.
        pub round: u32,
        pub decision: Option<DecisionId>,
        pub approval: Option<ApprovalId>,
        pub transfer: Option<TransferId>,
        pub hold: Option<TransferId>,
        pub fee_hold: Option<TransferId>,
        pub until: Option<Timestamp>,
        /// Who released, refused, cancelled or let it expire after it had waited, when and why.
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        pub ended_why: Option<String>,
        pub reverses: Option<InstructionId>,
        /// The business date on which limits were used, so that they are given back on that date.
        pub limits_on: Option<Date>,
    }
}

impl Instruction {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    pub fn fee_money(&self) -> Money {
        Money::new(self.fee, self.currency)
    }

    /// Whether a process of the bank ordered it.
    pub(crate) fn made_by_bank(&self) -> bool {
        self.made_by.starts_with("system:")
    }

    /// Held for a machine that moves its notes: nobody else decides on it.
    pub(crate) fn is_reserved(&self) -> bool {
        let cash = matches!(self.kind, Kind::CashIn | Kind::CashOut);
        self.state == State::Held && (cash && self.channel == Channel::Kiosk || self.kind == Kind::CardPurchase)
    }

    /// The receipt as of now.
    pub fn receipt(&self) -> Receipt {
        Receipt {
            instruction: self.id,
            state: self.state,
            code: Cow::Owned(self.refusal.clone()),
            reasons: self.reasons.0.clone(),
            next: Cow::Borrowed(next_step(self.state)),
            fee: self.fee_money(),
            transfer: self.transfer,
            approval: self.approval,
            until: self.until,
            legs: Vec::new(),
        }
    }

    /// The state, or the refusal's code: for the audit.
    pub(crate) fn result(&self) -> String {
        if self.refusal.is_empty() { self.state.code().into() } else { self.refusal.clone() }
    }

    pub(crate) fn receipt_with(&self, legs: Vec<LegOutcome>) -> Receipt {
        Receipt { legs, ..self.receipt() }
    }

    pub(crate) fn end(&mut self, by: &str, at: Timestamp, why: &str) {
        self.until = None;
        (self.ended_by, self.ended_at, self.ended_why) = (Some(by.into()), Some(at), Some(why.into()));
    }
}

fn next_step(state: State) -> &'static str {
    match state {
        State::Posted | State::Cancelled | State::Expired => "",
        State::AwaitingApproval => "a second person with the right to release it must approve",
        State::Challenged => "confirm with your second factor, or cancel",
        State::Delayed => "wait until the time shown, or cancel; nothing has left your account",
        State::Held => "the bank is looking at it; nothing has left your account",
        State::Refused => "read the reason; correct it and order again",
    }
}
