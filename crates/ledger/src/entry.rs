//! A line of the journal: its columns, and the bytes that the hash chain covers.
use crate::transfer::{Kind, Transfer};
use kernel::{Currency, Date, Id, Money, Result, Timestamp, id::AccountId, id::TransferId};
use std::borrow::Cow;
use store::{Column, Param, Row, Sheet};

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
    /// Never before the entry that precedes it on either account, whatever the clocks said.
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

pub(crate) const COLUMNS_NUMBER: usize = 22;

pub(crate) static JOURNAL: Sheet = Sheet {
    table: "transfers",
    columns: &[
        "pos",
        "book",
        "id",
        "kind",
        "debit",
        "credit",
        "amount",
        "currency",
        "code",
        "reference",
        "memo",
        "pending",
        "expires_at",
        "reverses",
        "at",
        "business_date",
        "value_date",
        "debit_prev",
        "credit_prev",
        "debit_after",
        "credit_after",
        "hash",
    ],
    keys: 1,
};

/// As [`Entry::from_row`] reads them.
pub(crate) const COLUMNS: &str = "pos, id, kind, debit, credit, amount, currency, code, reference, memo, pending, \
     expires_at, reverses, at, business_date, value_date, debit_prev, credit_prev, debit_after, credit_after, hash";

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

    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields {
            id: self.id,
            kind: self.kind,
            debit: self.debit,
            credit: self.credit,
            amount: self.amount,
            currency: &self.currency,
            code: &self.code,
            reference: &self.reference,
            memo: &self.memo,
            pending: self.pending,
            expires_at: self.expires_at,
            reverses: self.reverses,
            at: self.at,
            business_days: self.business_date.days(),
            value_days: self.value_date.days(),
            debit_prev: self.debit_prev,
            credit_prev: self.credit_prev,
            debit_after: self.debit_after,
            credit_after: self.credit_after,
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

    /// Whether it moved posted money; a hold and its end without posting did not.
    pub fn moved(&self) -> bool {
        matches!(self.kind, Kind::Single | Kind::Post)
    }
}

/// An entry without its place and hash, its texts borrowed: thousands are written at once.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub id: TransferId,
    pub kind: Kind,
    pub debit: AccountId,
    pub credit: AccountId,
    pub amount: i64,
    pub currency: &'a Currency,
    pub code: &'a str,
    pub reference: &'a str,
    pub memo: &'a str,
    pub pending: Option<TransferId>,
    pub expires_at: Option<Timestamp>,
    pub reverses: Option<TransferId>,
    pub at: Timestamp,
    pub business_days: i64,
    pub value_days: i64,
    pub debit_prev: i64,
    pub credit_prev: i64,
    pub debit_after: i64,
    pub credit_after: i64,
}

impl<'a> Fields<'a> {
    /// The bytes the hash chain covers: every column but the position and the hash (the book is the id's). A first byte says
    /// which of the columns that may be empty follow; numbers are little-endian, texts have their length before them, four
    /// bytes after a 255 where one is too small. A common entry with the hash before it is three blocks of BLAKE3.
    pub fn bytes_into(&self, out: &mut Vec<u8>) {
        out.clear();
        let there = |at: bool, bit: u8| u8::from(at) << bit;
        out.push(
            there(self.pending.is_some(), 0) | there(self.reverses.is_some(), 1) | there(self.expires_at.is_some(), 2),
        );
        out.push(self.kind as u8);
        [self.id.bytes(), self.debit.bytes(), self.credit.bytes()].iter().for_each(|id| out.extend(id));
        [self.pending, self.reverses].iter().flatten().for_each(|id| out.extend(id.bytes()));
        out.extend(self.expires_at.iter().flat_map(|at| at.micros().to_le_bytes()));
        let numbers = [
            self.amount,
            self.at.micros(),
            self.debit_prev,
            self.credit_prev,
            self.debit_after,
            self.credit_after,
            // Both dates fit: they are days.
            self.business_days << 32 | self.value_days & 0xffff_ffff,
        ];
        numbers.iter().for_each(|n| out.extend(n.to_le_bytes()));
        out.extend(self.currency.code().as_bytes());
        for text in [self.code, self.reference, self.memo] {
            match u8::try_from(text.len()) {
                Ok(short) if short < u8::MAX => out.push(short),
                _ => {
                    out.push(u8::MAX);
                    out.extend((text.len() as u32).to_le_bytes());
                }
            }
            out.extend(text.as_bytes());
        }
    }
    /// The columns of [`JOURNAL`].
    pub fn row(&self, pos: i64, hash: &'a [u8; 32]) -> [Param<'a>; COLUMNS_NUMBER] {
        let id = |id: Option<TransferId>| id.map_or(Param::Null, |id| Param::Id(id.bytes()));
        [
            Param::Int(pos),
            Param::Int(i64::from(self.id.book().0)),
            Param::Id(self.id.bytes()),
            self.kind.code().into(),
            Param::Id(self.debit.bytes()),
            Param::Id(self.credit.bytes()),
            Param::Int(self.amount),
            self.currency.param(),
            Param::Text(Cow::Borrowed(self.code)),
            Param::Text(Cow::Borrowed(self.reference)),
            Param::Text(Cow::Borrowed(self.memo)),
            id(self.pending),
            self.expires_at.map_or(Param::Null, |at| Param::Int(at.micros())),
            id(self.reverses),
            Param::Int(self.at.micros()),
            Param::Int(self.business_days),
            Param::Int(self.value_days),
            Param::Int(self.debit_prev),
            Param::Int(self.credit_prev),
            Param::Int(self.debit_after),
            Param::Int(self.credit_after),
            Param::Bytes(Cow::Borrowed(hash)),
        ]
    }
}
