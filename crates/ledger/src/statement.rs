//! Looking at an account: now, at a past time, line by line.
//!
//! An account's history is a walk: its balance row names its newest entry, each entry names the one before for either
//! account. Closed days keep where each account stood, so a past balance is found by walking back within one day. An
//! account's entries never go back in time ([`crate::Entry::at`]), so the walk ends at the first that is not too late.
use crate::account::Account;
use crate::apply::Balance;
use crate::books::{BALANCE_COLUMNS, Books, balance_from, key};
use crate::entry::{COLUMNS, Entry};
use crate::{ACCOUNT_UNKNOWN, NUMBER_AMBIGUOUS, STATEMENT_ROWS_MAX};
use kernel::{Error, Id, Money, Result, Timestamp, id::AccountId};
use store::{Param, Tx};

/// Accounts of one owner listed at most.
pub const ACCOUNTS_OF_OWNER_MAX: i64 = 200;

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
    /// What is held and on its way out.
    pub fn held(&self) -> Money {
        Money::new(self.balance.held(self.account.side), self.account.currency)
    }
}

/// A line of a statement: the entry as this account sees it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Line {
    /// Whose statement this is.
    pub account: AccountId,
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
    if tx.is_write() {
        let in_memory = tx.with_overlay(|books: &mut Books, _| Ok(books.state.slot(id).map(|s| s.balance)))?;
        if in_memory.is_some() {
            return Ok(in_memory);
        }
    }
    let sql = format!(
        "SELECT {BALANCE_COLUMNS} FROM balances b JOIN accounts a ON a.book = b.book AND a.place = b.place \
         WHERE a.book = ?1 AND a.id = ?2"
    );
    tx.query_one(&sql, &key(&id), |r| balance_from(r, 0))
}

/// The account with this number, closed ones included. `Err(NUMBER_AMBIGUOUS)` when two books gave it at once.
pub fn by_number(tx: &mut Tx<'_>, number: &str) -> Result<Option<Account>> {
    let mut found = tx.select::<Account>("WHERE number = ?1 LIMIT 2", &[Param::Text(number.into())])?;
    match found.len() {
        2 => Err(Error::new(&NUMBER_AMBIGUOUS, format!("{} and {} have one number", found[0].id, found[1].id))),
        _ => Ok(found.pop()),
    }
}

/// The accounts with these ids; missing ones are left out.
pub fn accounts(tx: &mut Tx<'_>, ids: &[AccountId]) -> Result<Vec<Account>> {
    let keys: Vec<_> = ids.iter().map(key).collect();
    tx.get_all::<Account>(&keys, false)
}

/// Accounts of an owner, oldest first, at most [`ACCOUNTS_OF_OWNER_MAX`].
pub fn of_owner(tx: &mut Tx<'_>, owner: kernel::Owner) -> Result<Vec<Account>> {
    let params = [Param::Text(owner.to_string().into()), Param::Int(ACCOUNTS_OF_OWNER_MAX)];
    tx.select::<Account>("WHERE owner = ?1 ORDER BY opened_at, id LIMIT ?2", &params)
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
    let moved = if entry.moved() { entry.amount } else { 0 };
    let (change, after, counterparty) = match entry.debit == account {
        true => (-moved, entry.debit_after, entry.credit),
        false => (moved, entry.credit_after, entry.debit),
    };
    Line { account, entry, change, after, counterparty }
}

/// Lines newest first, from the entry at `from` (`None`: the newest), at most `rows`; holds and their ends included.
/// The next page begins at the last line's [`Line::prev`]. An entry of another account is a bad field.
pub fn statement(tx: &mut Tx<'_>, id: AccountId, from: Option<i64>, rows: u32) -> Result<Vec<Line>> {
    if rows > STATEMENT_ROWS_MAX {
        return Err(Error::limit("statement", rows, STATEMENT_ROWS_MAX, "rows"));
    }
    let start = match from {
        Some(pos) => pos,
        None => balance(tx, id)?.map_or(0, |b| b.head),
    };
    let params = [Param::Int(start), Param::Id(id.bytes()), Param::Int(i64::from(rows))];
    let entries = tx.query(&walk_sql(), &params, Entry::from_row)?;
    match entries.first() {
        Some(e) if e.debit != id && e.credit != id => {
            Err(Error::field("from", format!("entry {start} is not one of {id}")))
        }
        _ => Ok(entries.into_iter().map(|e| line(id, e)).collect()),
    }
}

impl Line {
    /// The position of this account's entry before; `None` at its first.
    pub fn prev(&self) -> Option<i64> {
        let prev = if self.entry.debit == self.account { self.entry.debit_prev } else { self.entry.credit_prev };
        (prev != 0).then_some(prev)
    }
}

/// The posted balance (credits less debits, minor units) as it stood at `at`, all entries of that microsecond included; 0
/// before the first. Walks back from the end of the first closed day on which the account moved later than `at`.
pub fn net_at(tx: &mut Tx<'_>, id: AccountId, at: Timestamp) -> Result<i64> {
    let day_end =
        "SELECT head FROM account_days WHERE book = ?1 AND account = ?2 AND moved_at > ?3 ORDER BY date LIMIT 1";
    let params = [key(&id), vec![Param::Int(at.micros())]].concat();
    let start = match tx.query_one(day_end, &params, |r| r.get::<i64>(0))? {
        Some(head) => head,
        None => balance(tx, id)?.map_or(0, |b| b.head),
    };
    let mut from = Some(start).filter(|pos| *pos != 0);
    while let Some(pos) = from {
        let lines = statement(tx, id, Some(pos), STATEMENT_ROWS_MAX)?;
        if let Some(line) = lines.iter().find(|l| l.entry.at <= at) {
            return Ok(line.after);
        }
        from = lines.last().and_then(Line::prev);
    }
    Ok(0)
}
