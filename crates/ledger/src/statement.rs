//! Looking at an account: now, at a past time, line by line.
//!
//! An account's history is a walk: its balance row names its newest entry, each entry names the one before for either
//! account. Closed days keep where each account stood, so a past balance is found by walking back within one day. An
//! account's entries never go back in time ([`crate::Entry::at`]), so the walk ends at the first that is not too late.
//!
//! A hot account is walked strand by strand ([`crate::strands`]); its statement merges the walks by time and position.
use crate::account::Account;
use crate::apply::{Balance, Slot};
use crate::books::{BALANCE_COLUMNS, Books, balance_from, key};
use crate::entry::{COLUMNS, Entry};
use crate::strands;
use crate::{ACCOUNT_UNKNOWN, NUMBER_AMBIGUOUS, STATEMENT_ROWS_MAX};
use kernel::{Error, Id, Money, Result, Timestamp, id::AccountId};
use std::collections::VecDeque;
use store::{Column, Param, Tx};

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
    /// Where the next line stands in the journal, the account's entry before; 0 for none.
    #[serde(skip)]
    before: i64,
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
        let in_memory = tx.with_overlay(|books: &mut Books, _| Ok(books.state.slot(id).and_then(Slot::whole)))?;
        if in_memory.is_some() {
            return Ok(in_memory);
        }
    }
    let sql = format!(
        "SELECT {BALANCE_COLUMNS}, a.hot FROM balances b JOIN accounts a ON a.book = b.book AND a.place = b.place \
         WHERE a.book = ?1 AND a.id = ?2"
    );
    match tx.query_one(&sql, &key(&id), |r| Ok((balance_from(r, 0)?, r.get::<bool>(8)?)))? {
        Some((own, true)) => {
            let rows = strands::rows(tx, id)?;
            Ok(Some(strands::sum(rows.into_iter().map(|(_, b)| b).chain([own]))))
        }
        plain => Ok(plain.map(|(balance, _)| balance)),
    }
}

fn is_hot(tx: &mut Tx<'_>, id: AccountId) -> Result<bool> {
    let sql = "SELECT hot FROM accounts WHERE book = ?1 AND id = ?2";
    Ok(tx.query_one(sql, &key(&id), |r| r.get(0))?.unwrap_or(false))
}

/// The account's strands: an ordinary account has one.
fn strands_of(tx: &mut Tx<'_>, id: AccountId) -> Result<Vec<strands::Row>> {
    match is_hot(tx, id)? {
        true => strands::rows(tx, id),
        false => Ok(balance(tx, id)?.map(|b| (0, b)).into_iter().collect()),
    }
}

/// The account with this number, closed ones included. `Err(NUMBER_AMBIGUOUS)` when two books gave it at once.
pub fn by_number(tx: &mut Tx<'_>, number: &str) -> Result<Option<Account>> {
    let mut found = tx.select::<Account>("WHERE number = ?1 LIMIT 2", &[Param::Text(number.into())])?;
    match found.len() {
        2 => Err(Error::new(&NUMBER_AMBIGUOUS, format!("{} and {} have one number", found[0].id, found[1].id))),
        _ => Ok(found.pop()),
    }
}

/// How many accounts there are, closed ones included.
pub fn accounts_count(tx: &mut Tx<'_>) -> Result<u64> {
    let n = tx.query_one("SELECT count(*) FROM accounts", &[], |r| r.get::<i64>(0))?;
    Ok(n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
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

/// Current accounts of customers in a book that were opened from `from` until before `until`, oldest first, after the id `after`;
/// closed ones are left out. At most `rows`, and of those that stand there, not of those that fit.
pub fn opened_between(
    tx: &mut Tx<'_>,
    book: kernel::BookId,
    (from, until): (Timestamp, Timestamp),
    after: Option<AccountId>,
    rows: u32,
) -> Result<Vec<Account>> {
    if rows > STATEMENT_ROWS_MAX {
        return Err(Error::limit("accounts", rows, STATEMENT_ROWS_MAX, "rows"));
    }
    // Ids begin with the millisecond in which they were made; a day is room enough for whoever chose one before he opened.
    let since = from.plus(-kernel::clock::DAY).micros().max(0) as u64 / 1000;
    let first = kernel::id::Raw::from_parts(since << 12, book, [0; 6]);
    let after = after.map_or(first.0, |id| id.bytes());
    let tail = "WHERE book = ?1 AND id > ?2 AND opened_at >= ?3 AND opened_at < ?4 AND closed_at IS NULL \
                AND purpose = 'general' AND owner <> 'bank' ORDER BY id LIMIT ?5";
    tx.select::<Account>(tail, &[book.param(), Param::Id(after), from.param(), until.param(), rows.param()])
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
    let (change, after, counterparty, before) = match entry.debit == account {
        true => (-moved, entry.debit_after, entry.credit, entry.debit_prev),
        false => (moved, entry.credit_after, entry.debit, entry.credit_prev),
    };
    Line { account, entry, change, after, counterparty, before }
}

fn walk(tx: &mut Tx<'_>, id: AccountId, start: i64, rows: u32) -> Result<VecDeque<Line>> {
    if start == 0 {
        return Ok(VecDeque::new());
    }
    let params = [Param::Int(start), Param::Id(id.bytes()), Param::Int(i64::from(rows))];
    Ok(tx.query(&walk_sql(), &params, Entry::from_row)?.into_iter().map(|e| line(id, e)).collect())
}

fn not_his(id: AccountId, from: i64) -> Error {
    Error::field("from", format!("entry {from} is not one of {id}"))
}

/// Lines newest first, from the entry at `from` (`None`: the newest), at most `rows`; holds and their ends included.
/// The next page begins at the last line's [`Line::prev`]. An entry of another account is a bad field.
pub fn statement(tx: &mut Tx<'_>, id: AccountId, from: Option<i64>, rows: u32) -> Result<Vec<Line>> {
    if rows > STATEMENT_ROWS_MAX {
        return Err(Error::limit("statement", rows, STATEMENT_ROWS_MAX, "rows"));
    }
    if is_hot(tx, id)? {
        return merged(tx, id, from, rows);
    }
    let start = match from {
        Some(pos) => pos,
        None => balance(tx, id)?.map_or(0, |b| b.head),
    };
    let lines = walk(tx, id, start, rows)?;
    match lines.front() {
        Some(l) if l.entry.debit != id && l.entry.credit != id => Err(not_his(id, start)),
        _ => Ok(lines.into()),
    }
}

/// The strands' walks as one, newest first; each line's balance is that of all strands together.
fn merged(tx: &mut Tx<'_>, id: AccountId, from: Option<i64>, rows: u32) -> Result<Vec<Line>> {
    let newest = match from {
        None => None,
        Some(pos) => {
            let first = walk(tx, id, pos, 1)?.pop_front().map(|l| l.entry);
            let first = first.filter(|e| e.debit == id || e.credit == id).ok_or_else(|| not_his(id, pos))?;
            Some((first.at, pos))
        }
    };
    let mut walks = Vec::new();
    for (strand, balance) in strands_of(tx, id)? {
        let start = match newest {
            None => balance.head,
            Some(newest) => last_until(tx, id, (strand, balance.head), newest)?.map_or(0, |l| l.entry.pos),
        };
        walks.push(walk(tx, id, start, rows + 1)?);
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut all: i64 = walks.iter().filter_map(|w| w.front()).map(|l| l.after).sum();
    while lines.len() <= rows as usize {
        let newest =
            walks.iter_mut().filter(|w| !w.is_empty()).max_by_key(|w| w.front().map(|l| place_in_time(&l.entry)));
        let Some(mut next) = newest.and_then(VecDeque::pop_front) else { break };
        next.after = all;
        all -= next.change;
        if let Some(above) = lines.last_mut() {
            above.before = next.entry.pos;
        }
        lines.push(next);
    }
    match lines.len() > rows as usize {
        true => lines.truncate(rows as usize),
        false => lines.last_mut().into_iter().for_each(|first| first.before = 0),
    }
    Ok(lines)
}

fn place_in_time(e: &Entry) -> (Timestamp, i64) {
    (e.at, e.pos)
}

impl Line {
    /// The position of this account's entry before; `None` at its first.
    pub fn prev(&self) -> Option<i64> {
        (self.before != 0).then_some(self.before)
    }
}

/// The posted balance (credits less debits, minor units) as it stood at `at`, all entries of that microsecond included; 0
/// before the first.
pub fn net_at(tx: &mut Tx<'_>, id: AccountId, at: Timestamp) -> Result<i64> {
    let mut net = 0;
    for (strand, balance) in strands_of(tx, id)? {
        net += last_until(tx, id, (strand, balance.head), (at, i64::MAX))?.map_or(0, |l| l.after);
    }
    Ok(net)
}

/// Where the account's newest entry that is not after `at` stands in the journal.
pub(crate) fn first_before(tx: &mut Tx<'_>, id: AccountId, at: Timestamp) -> Result<Option<i64>> {
    let mut newest: Option<(Timestamp, i64)> = None;
    for (strand, balance) in strands_of(tx, id)? {
        let last = last_until(tx, id, (strand, balance.head), (at, i64::MAX))?;
        newest = newest.max(last.map(|l| place_in_time(&l.entry)));
    }
    Ok(newest.map(|(_, pos)| pos))
}

/// A strand's newest line that is not after `until`, a time and a position. Walks back from the end of the first closed day
/// on which the strand moved later, or from its head.
fn last_until(
    tx: &mut Tx<'_>,
    id: AccountId,
    (strand, head): (i64, i64),
    until: (Timestamp, i64),
) -> Result<Option<Line>> {
    let sql = "SELECT head FROM account_days WHERE book = ?1 AND account = ?2 AND strand = ?3 AND moved_at > ?4 \
               ORDER BY date LIMIT 1";
    let params = [key(&id), vec![Param::Int(strand), Param::Int(until.0.micros())]].concat();
    let mut from = tx.query_one(sql, &params, |r| r.get::<i64>(0))?.unwrap_or(head);
    while from != 0 {
        let mut lines = walk(tx, id, from, STATEMENT_ROWS_MAX)?;
        from = lines.back().map_or(0, |l| l.before);
        if let Some(at) = lines.iter().position(|l| place_in_time(&l.entry) <= until) {
            return Ok(lines.remove(at));
        }
    }
    Ok(None)
}
