//! Looking at an account: now, at a past time, line by line.
//!
//! An account's history is a walk: its balance row names its newest entry, each entry names the one before for either
//! account. Closed days keep where each account stood, so a past balance is found by walking back within one day.
use crate::account::Account;
use crate::apply::Balance;
use crate::books::{Books, balance_from, key};
use crate::transfer::{COLUMNS, Entry, Kind};
use crate::{ACCOUNT_UNKNOWN, STATEMENT_ROWS_MAX};
use kernel::{Error, Id, Money, Result, Timestamp, id::AccountId};
use store::{Param, Tx};

/// An account and what it holds at one moment.
#[derive(Clone, Debug)]
pub struct View {
    pub account: Account,
    pub balance: Balance,
}

impl View {
    /// Posted balance from the account's normal side.
    pub fn posted(&self) -> Money {
        Money::new(self.balance.posted(self.account.side), self.account.currency)
    }
    /// What may still go out.
    pub fn available(&self) -> Money {
        Money::new(self.balance.available(self.account.side), self.account.currency)
    }
    pub fn held(&self) -> Money {
        Money::new(self.balance.debits_pending, self.account.currency)
    }
}

/// A line of a statement: the entry as this account sees it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Line {
    pub entry: Entry,
    /// Minor units: above zero is money in (credit), below zero money out (debit).
    pub change: i64,
    /// Posted credits less posted debits after this line.
    pub after: i64,
    pub counterparty: AccountId,
}

/// The account with its balance. `Err(ACCOUNT_UNKNOWN)`.
pub fn view(tx: &mut Tx<'_>, id: AccountId) -> Result<View> {
    let unknown = || Error::new(&ACCOUNT_UNKNOWN, format!("no account {id}")).with("id", id);
    let account = tx.get::<Account>(&key(&id))?.ok_or_else(unknown)?;
    Ok(View { account, balance: balance(tx, id)?.ok_or_else(unknown)? })
}

/// What an account holds, this transaction's own postings included.
pub(crate) fn balance(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Balance>> {
    let in_memory = tx.is_write().then(|| tx.with_overlay(|books: &mut Books, _| Ok(books.state.slot(id).map(|s| s.balance)))).transpose()?.flatten();
    if in_memory.is_some() {
        return Ok(in_memory);
    }
    let sql = "SELECT debits_posted, credits_posted, debits_pending, credits_pending, frozen, flags, head FROM balances WHERE book = ?1 AND account = ?2";
    tx.query_one(sql, &key(&id), |r| balance_from(r, 0))
}

/// The account with this number, closed ones included.
pub fn by_number(tx: &mut Tx<'_>, number: &str) -> Result<Option<Account>> {
    Ok(tx.select::<Account>("WHERE number = ?1 ORDER BY opened_at LIMIT 1", &[Param::Text(number.into())])?.pop())
}

/// The accounts with these ids; missing ones are left out.
pub fn accounts(tx: &mut Tx<'_>, ids: &[AccountId]) -> Result<Vec<Account>> {
    let keys: Vec<_> = ids.iter().map(key).collect();
    tx.get_all::<Account>(&keys, false)
}

/// Accounts of an owner, oldest first, at most 200.
pub fn of_owner(tx: &mut Tx<'_>, owner: kernel::Owner) -> Result<Vec<Account>> {
    tx.select::<Account>("WHERE owner = ?1 ORDER BY opened_at, id LIMIT 200", &[Param::Text(owner.to_string().into())])
}

fn walk_sql() -> String {
    let plain: Vec<String> = COLUMNS.split(", ").map(|c| format!("t.{}", c.trim())).collect();
    format!(
        "WITH RECURSIVE walk AS (SELECT {all} FROM transfers t WHERE t.pos = ?1 UNION ALL SELECT {all} FROM walk w JOIN transfers t \
         ON t.pos = CASE WHEN w.debit = ?2 THEN w.debit_prev ELSE w.credit_prev END) SELECT {COLUMNS} FROM walk LIMIT ?3",
        all = plain.join(", ")
    )
}

fn line(account: AccountId, entry: Entry) -> Line {
    let out = entry.debit == account;
    let moved = if matches!(entry.kind, Kind::Single | Kind::Post) { entry.amount } else { 0 };
    let (change, after, counterparty) = if out { (-moved, entry.debit_after, entry.credit) } else { (moved, entry.credit_after, entry.debit) };
    Line { entry, change, after, counterparty }
}

/// Lines newest first, from the entry at `from` (`None`: the newest), at most `rows`; holds and their ends included.
/// The next page begins at the last line's [`Line::prev`].
pub fn statement(tx: &mut Tx<'_>, id: AccountId, from: Option<i64>, rows: u32) -> Result<Vec<Line>> {
    if rows > STATEMENT_ROWS_MAX {
        return Err(Error::limit("statement", rows, STATEMENT_ROWS_MAX, "rows"));
    }
    let start = match from {
        Some(pos) => pos,
        None => balance(tx, id)?.map_or(0, |b| b.head),
    };
    let sql = walk_sql();
    let entries = tx.query(&sql, &[Param::Int(start), Param::Id(id.bytes()), Param::Int(i64::from(rows))], Entry::from_row)?;
    Ok(entries.into_iter().filter(|e| e.debit == id || e.credit == id).map(|e| line(id, e)).collect())
}

impl Line {
    /// The position of this account's entry before; `None` at its first.
    pub fn prev(&self) -> Option<i64> {
        let pos = if self.change <= 0 && self.entry.credit == self.counterparty { self.entry.debit_prev } else { self.entry.credit_prev };
        (pos != 0).then_some(pos)
    }
}

/// The posted balance (credits less debits, minor units) as it stood at `at`, opening balance zero included.
pub fn net_at(tx: &mut Tx<'_>, id: AccountId, at: Timestamp) -> Result<i64> {
    let day_end = "SELECT head FROM account_days WHERE book = ?1 AND account = ?2 AND date > ?3 ORDER BY date LIMIT 1";
    let params = [key(&id), vec![Param::Int(at.local_date().days())]].concat();
    let start = match tx.query_one(day_end, &params, |r| r.get::<i64>(0))? {
        Some(head) => head,
        None => balance(tx, id)?.map_or(0, |b| b.head),
    };
    let mut from = Some(start).filter(|p| *p != 0);
    while let Some(pos) = from {
        let lines = statement(tx, id, Some(pos), STATEMENT_ROWS_MAX)?;
        if let Some(line) = lines.iter().find(|l| l.entry.at <= at) {
            return Ok(line.after);
        }
        from = lines.last().and_then(Line::prev);
    }
    Ok(0)
}
