//! A movement of money: what is asked, and what stands in the journal.
use crate::refusal::Refusal;
use kernel::{Currency, Date, Id, Money, Result, Timestamp, id::AccountId, id::TransferId};
use std::borrow::Cow;
use store::Row;

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
    /// Above zero. For `Post` and `Void`, at most what is held.
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
    /// The transfer this one undoes: a reversal is a new entry.
    pub reverses: Option<TransferId>,
    /// From when it counts for interest; `None` is the business date.
    pub value_date: Option<Date>,
    /// Succeeds or fails together with the next transfer of the batch.
    pub linked: bool,
}

impl Transfer {
    pub fn single(id: TransferId, debit: AccountId, credit: AccountId, amount: Money, code: impl Into<Cow<'static, str>>) -> Transfer {
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
        Transfer { kind: Kind::Post, pending: Some(of.id), reference: of.reference.clone(), ..Transfer::single(id, of.debit, of.credit, amount, of.code.clone()) }
    }
    /// Frees the hold `of`.
    pub fn void(id: TransferId, of: &Entry) -> Transfer {
        Transfer { kind: Kind::Void, ..Transfer::post(id, of, Money::new(of.amount, of.currency)) }
    }
    /// Undoes `of` by a new entry in the other direction.
    pub fn reversal(id: TransferId, of: &Entry) -> Transfer {
        Transfer { reverses: Some(of.id), reference: of.reference.clone(), ..Transfer::single(id, of.credit, of.debit, Money::new(of.amount, of.currency), "reversal") }
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

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Entry {
    /// Place in the journal: lane and sequence number.
    pub pos: i64,
    pub id: TransferId,
    pub kind: Kind,
    pub debit: AccountId,
    pub credit: AccountId,
    /// Minor units of `currency`.
    pub amount: i64,
    pub currency: Currency,
    pub code: Cow<'static, str>,
    pub reference: String,
    pub memo: String,
    pub pending: Option<TransferId>,
    pub expires_at: Option<Timestamp>,
    pub reverses: Option<TransferId>,
    pub at: Timestamp,
    pub business_date: Date,
    pub value_date: Date,
    /// The entry before this one of the debit account; 0 for its first. So an account's history is a walk through the journal.
    pub debit_prev: i64,
    pub credit_prev: i64,
    /// Posted credits less posted debits of the debit account after this entry, minor units.
    pub debit_after: i64,
    pub credit_after: i64,
    #[serde(skip)]
    pub hash: [u8; 32],
}

pub(crate) const COLUMNS: &str = "pos, id, kind, debit, credit, amount, currency, code, reference, memo, pending, expires_at, reverses, at, \
     business_date, value_date, debit_prev, credit_prev, debit_after, credit_after, hash";

impl Entry {
    pub(crate) fn from_row(r: &Row<'_>) -> Result<Entry> {
        Ok(Entry {
            pos: r.get(0)?,
            id: r.get(1)?,
            kind: r.get(2)?,
            debit: r.get(3)?,
            credit: r.get(4)?,
            amount: r.get(5)?,
            currency: r.get(6)?,
            code: Cow::Owned(r.get(7)?),
            reference: r.get(8)?,
            memo: r.get(9)?,
            pending: r.get(10)?,
            expires_at: r.get(11)?,
            reverses: r.get(12)?,
            at: r.get(13)?,
            business_date: r.get(14)?,
            value_date: r.get(15)?,
            debit_prev: r.get(16)?,
            credit_prev: r.get(17)?,
            debit_after: r.get(18)?,
            credit_after: r.get(19)?,
            hash: r.get(20)?,
        })
    }

    /// The bytes the hash chain covers: every column but the position and the hash, each with its length or a fixed width.
    pub(crate) fn bytes_into(&self, out: &mut Vec<u8>) {
        out.clear();
        out.extend(self.id.bytes());
        out.extend(self.debit.bytes());
        out.extend(self.credit.bytes());
        out.extend(self.pending.map_or([0; 16], |p| p.bytes()));
        out.extend(self.reverses.map_or([0; 16], |p| p.bytes()));
        let numbers = [
            self.kind as i64,
            self.amount,
            self.expires_at.map_or(i64::MIN, Timestamp::micros),
            self.at.micros(),
            self.business_date.days(),
            self.value_date.days(),
            self.debit_prev,
            self.credit_prev,
            self.debit_after,
            self.credit_after,
        ];
        numbers.iter().for_each(|n| out.extend(n.to_le_bytes()));
        out.extend(self.currency.code().as_bytes());
        for text in [self.code.as_ref(), &self.reference, &self.memo] {
            out.push(text.len() as u8);
            out.extend(text.as_bytes());
        }
    }

    /// Whether a repeated request asks for this very entry.
    pub(crate) fn is_answer_to(&self, t: &Transfer) -> bool {
        self.kind == t.kind
            && self.debit == t.debit
            && self.credit == t.credit
            && self.amount == t.amount.minor
            && self.currency == t.amount.currency
            && self.code == t.code
            && self.reference == t.reference
            && self.memo == t.memo
            && self.pending == t.pending
            && self.expires_at == t.expires_at
            && self.reverses == t.reverses
            && t.value_date.is_none_or(|d| d == self.value_date)
    }

    /// The amount with its currency.
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}
