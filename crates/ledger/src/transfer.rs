//! A movement of money as it is asked for, and what became of it.
use crate::entry::Entry;
use crate::refusal::Refusal;
use kernel::{Date, Money, Timestamp, id::AccountId, id::TransferId};
use std::borrow::Cow;

/// Bytes of a code at most.
pub const CODE_BYTES_MAX: usize = 32;
/// Bytes of a business reference at most.
pub const REFERENCE_BYTES_MAX: usize = 64;
/// Bytes of a memo at most.
pub const MEMO_BYTES_MAX: usize = 200;

store::text_enum! {
    /// What a transfer does.
    pub enum Kind {
        /// Moves the amount now.
        Single = "single",
        /// Holds the amount until it is posted, voided or expires.
        Pending = "pending",
        /// Moves a held amount, whole or part; the rest is freed and the hold ends.
        Post = "post",
        /// Frees a held amount; nothing moves.
        Void = "void",
        /// Made by the ledger when a hold's time is over.
        Expire = "expire",
    }
}

/// A transfer as asked for. Its id is chosen by the asker, in the book of the debit account.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    pub id: TransferId,
    pub kind: Kind,
    pub debit: AccountId,
    pub credit: AccountId,
    /// Above zero. For `Post`, at most what is held; for `Void`, all of it.
    pub amount: Money,
    /// What it is for, in the field's words: `wage`, `fee`, `transfer`.
    pub code: Cow<'static, str>,
    /// The business record it belongs to, usually an instruction's id.
    pub reference: String,
    pub memo: String,
    /// The hold that `Post` and `Void` speak of.
    pub pending: Option<TransferId>,
    /// When a hold ends by itself; only for `Pending`.
    pub expires_at: Option<Timestamp>,
    /// The transfer this one gives back, whole and once: a reversal is a new entry. It may go back to another account than it
    /// came from (a returned payment whose payer closed his account).
    pub reverses: Option<TransferId>,
    /// From when it counts for interest; `None` is the business date.
    pub value_date: Option<Date>,
    /// Succeeds or fails together with the next transfer of the batch.
    pub linked: bool,
}

impl Transfer {
    pub fn single(
        id: TransferId,
        debit: AccountId,
        credit: AccountId,
        amount: Money,
        code: impl Into<Cow<'static, str>>,
    ) -> Transfer {
        Transfer {
            id,
            kind: Kind::Single,
            debit,
            credit,
            amount,
            code: code.into(),
            reference: String::new(),
            memo: String::new(),
            pending: None,
            expires_at: None,
            reverses: None,
            value_date: None,
            linked: false,
        }
    }
    /// A hold that ends at `expires_at` unless it is posted or voided before.
    pub fn hold(self, expires_at: Timestamp) -> Transfer {
        Transfer { kind: Kind::Pending, expires_at: Some(expires_at), ..self }
    }
    /// Posts `amount` of the hold `of`.
    pub fn post(id: TransferId, of: &Entry, amount: Money) -> Transfer {
        Transfer {
            kind: Kind::Post,
            pending: Some(of.id),
            reference: of.reference.clone(),
            ..Transfer::single(id, of.debit, of.credit, amount, of.code.clone())
        }
    }
    /// Frees the hold `of`.
    pub fn void(id: TransferId, of: &Entry) -> Transfer {
        Transfer { kind: Kind::Void, ..Transfer::post(id, of, Money::new(of.amount, of.currency)) }
    }
    /// Undoes `of` by a new entry in the other direction.
    pub fn reversal(id: TransferId, of: &Entry) -> Transfer {
        Transfer {
            reverses: Some(of.id),
            reference: of.reference.clone(),
            ..Transfer::single(id, of.credit, of.debit, Money::new(of.amount, of.currency), "reversal")
        }
    }
    pub fn reference(mut self, reference: impl std::fmt::Display) -> Transfer {
        self.reference = reference.to_string();
        self
    }
    pub fn memo(mut self, memo: impl Into<String>) -> Transfer {
        self.memo = memo.into();
        self
    }
    pub fn linked(mut self) -> Transfer {
        self.linked = true;
        self
    }
}

/// What became of a transfer.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Posted,
    /// The same transfer was posted before.
    AlreadySo,
    Refused(Refusal),
}

impl Outcome {
    /// `Posted` and `AlreadySo` are `Ok`: repeating is safe.
    pub fn ok(&self) -> Result<(), Refusal> {
        match self {
            Outcome::Refused(r) => Err(*r),
            _ => Ok(()),
        }
    }
}
