//! Passbooks (存折): which entries of an account stand in the book already, and which are to be caught up (补登).
//!
//! A passbook is a cursor in the account's journal, the balance that stands on its last line, and how many lines it has. To
//! print is to move the cursor: the lines are worked out from the journal, so what a machine printed can be printed again
//! from the same numbers. A full book is replaced; the new one begins with the balance brought forward.
use crate::{NO_PASSBOOK, PASSBOOK_DIFFERS, PASSBOOK_FULL, PASSBOOK_MOVED, PASSBOOKS_MAX};
use kernel::id::AccountId;
use kernel::{Actor, BookId, Date, Error, Id, Money, Result, Timestamp};
use ledger::Line;
use party::{Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

/// Lines of a page.
pub const PAGE_LINES: i64 = 24;
/// Pages of a book.
pub const BOOK_PAGES: i64 = 8;
/// Lines of a book.
pub const BOOK_LINES: i64 = PAGE_LINES * BOOK_PAGES;
/// Entries looked at for one catch-up at most; what is older is caught up by the next.
pub const CATCH_UP_ENTRIES_MAX: usize = 10_000;
/// Characters of a voucher's number at most.
pub const VOUCHER_CHARS_MAX: usize = 30;

store::record! {
    /// A passbook in its life.
    pub struct Passbook in "deposit_passbooks" key 3 {
        pub book: BookId,
        pub account: AccountId,
        /// 1 for the account's first.
        pub number: i64,
        /// What is printed on it.
        pub voucher: String,
        /// The journal position of the last entry that stands in it; 0 for none.
        pub printed_to: i64,
        /// The balance on its last line, minor units.
        pub balance: i64,
        /// Lines that are used.
        pub lines: i64,
        pub issued_by: String,
        pub issued_at: Timestamp,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        pub ended_why: Option<String>,
    }
}

/// A line as the machine prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedLine {
    /// From 1; a page has [`PAGE_LINES`].
    pub page: i64,
    /// From 1 in its page.
    pub line: i64,
    pub day: Date,
    /// The journal's code: `transfer`, `interest`.
    pub code: String,
    /// Above zero money in, below zero money out.
    pub change: Money,
    pub balance: Money,
    /// Journal position; what was printed up to here.
    pub pos: i64,
}

/// What a passbook is and what is to be caught up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Printed {
    pub account: AccountId,
    pub number: i64,
    pub voucher: String,
    pub lines_used: i64,
    pub lines_left: i64,
    pub printed_to: i64,
    /// Oldest first; no more than fit.
    pub lines: Vec<PrintedLine>,
    /// There is more than fits, or than one catch-up takes.
    pub more: bool,
}

fn may(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<ledger::Account> {
    party::may(tx, actor, Permission::AccountOpen, &Scope::here(actor))?;
    let a = ledger::view(tx, account)?.account;
    payments::hands_off(tx, actor, &[a.owner])?;
    Ok(a)
}

fn voucher(text: &str) -> Result<String> {
    let t = text.trim();
    let plain = t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match plain && (1..=VOUCHER_CHARS_MAX).contains(&t.len()) {
        true => Ok(t.to_owned()),
        false => Err(Error::field("voucher", format!("1 to {VOUCHER_CHARS_MAX} digits and letters, as printed on it"))),
    }
}

/// The passbook in use.
fn in_use(tx: &mut Tx<'_>, account: AccountId) -> Result<Passbook> {
    let tail = "WHERE book = ?1 AND account = ?2 AND ended_at IS NULL ORDER BY number DESC LIMIT 1";
    let found = tx.select_locked::<Passbook>(tail, params![account.book(), account])?.pop();
    found.ok_or_else(|| Error::new(&NO_PASSBOOK, format!("{account} has no passbook in use")))
}

/// Issues an account's first passbook. By staff (`account.open`). The same voucher again is the same book; another one while
/// a book is in use is `deposit_passbook_differs`.
pub fn passbook_issue(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, voucher_number: &str) -> Result<Passbook> {
    may(tx, actor, account)?;
    let voucher = voucher(voucher_number)?;
    match in_use(tx, account) {
        Ok(book) if book.voucher == voucher => return Ok(book),
        Ok(book) => {
            let told = format!("{} is in use; it is replaced, not issued beside", book.voucher);
            return Err(Error::new(&PASSBOOK_DIFFERS, told));
        }
        Err(why) if why.is(&NO_PASSBOOK) => {}
        Err(why) => return Err(why),
    }
    // What there was before a first book is brought forward on its first line.
    let head = ledger::view(tx, account)?.balance;
    insert(tx, actor, account, voucher, head.head, head.net())
}

fn insert(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    voucher: String,
    to: i64,
    balance: i64,
) -> Result<Passbook> {
    let sql = "SELECT max(number) FROM deposit_passbooks WHERE book = ?1 AND account = ?2";
    let last = tx.query_one(sql, params![account.book(), account], |r| r.get::<Option<i64>>(0))?.flatten().unwrap_or(0);
    if last >= PASSBOOKS_MAX as i64 {
        return Err(Error::limit("passbooks of one account", last + 1, PASSBOOKS_MAX, "passbooks"));
    }
    let mut book = Passbook {
        book: account.book(),
        account,
        number: last + 1,
        voucher,
        printed_to: to,
        balance,
        lines: i64::from(balance != 0),
        issued_by: actor.principal(),
        issued_at: tx.now(),
        ended_by: None,
        ended_at: None,
        ended_why: None,
        seal: Seal::default(),
    };
    tx.insert(&mut book)?;
    tx.audit(actor, Audit::of("deposits.passbook", account).after(format!("{} {}", book.number, book.voucher)))?;
    Ok(book)
}

/// The passbook in use and the lines to be caught up, for whoever may see the account. Nothing is printed yet.
pub fn passbook(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Printed> {
    let a = ledger::view(tx, account)?.account;
    payments::may_see(tx, actor, a.owner).map_err(|_| Error::not_found("account", account))?;
    let book = in_use(tx, account)?;
    pending(tx, &book, a.currency)
}

fn pending(tx: &mut Tx<'_>, book: &Passbook, currency: kernel::Currency) -> Result<Printed> {
    let (mut newest_first, mut from) = (Vec::<Line>::new(), None);
    'walk: while newest_first.len() < CATCH_UP_ENTRIES_MAX {
        let lines = ledger::statement(tx, book.account, from, ledger::STATEMENT_ROWS_MAX)?;
        let next = lines.last().and_then(Line::prev);
        for line in lines {
            if line.entry.pos == book.printed_to {
                break 'walk;
            }
            newest_first.push(line);
        }
        match next {
            Some(pos) => from = Some(pos),
            None => break,
        }
    }
    let left = BOOK_LINES - book.lines;
    let moved = newest_first.iter().rev().filter(|l| l.change != 0);
    let all = moved.clone().count() as i64;
    let printed = |(n, l): (i64, &Line)| PrintedLine {
        page: (book.lines + n) / PAGE_LINES + 1,
        line: (book.lines + n) % PAGE_LINES + 1,
        day: l.entry.business_date,
        code: l.entry.code.to_string(),
        change: Money::new(l.change, currency),
        balance: Money::new(l.after, currency),
        pos: l.entry.pos,
    };
    let lines: Vec<PrintedLine> = (0..left).zip(moved).map(printed).collect();
    Ok(Printed {
        account: book.account,
        number: book.number,
        voucher: book.voucher.clone(),
        lines_used: book.lines,
        lines_left: left,
        printed_to: book.printed_to,
        more: all > lines.len() as i64 || newest_first.len() >= CATCH_UP_ENTRIES_MAX,
        lines,
    })
}

/// Prints what is to be caught up: `voucher` is the book that lies in the machine, `printed_to` where its owner's book stood
/// when the lines were shown. Staff (`account.open`) at the counter, or the owner at a machine. Errors:
/// `deposit_passbook_differs`, `deposit_passbook_moved`, `deposit_passbook_full` when no line is left for any.
pub fn passbook_print(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    voucher_number: &str,
    printed_to: i64,
) -> Result<Printed> {
    let a = match actor.staff() {
        Some(_) => may(tx, actor, account)?,
        None => ledger::view(tx, account)?.account,
    };
    payments::may_see(tx, actor, a.owner).map_err(|_| Error::not_found("account", account))?;
    let mut book = in_use(tx, account)?;
    if book.voucher != voucher(voucher_number)? {
        return Err(Error::new(&PASSBOOK_DIFFERS, format!("{} is in use", book.voucher)));
    }
    if book.printed_to != printed_to {
        return Err(Error::new(
            &PASSBOOK_MOVED,
            format!("{printed_to} was shown, it is printed to {}", book.printed_to),
        ));
    }
    let done = pending(tx, &book, a.currency)?;
    if done.lines.is_empty() && done.more {
        return Err(Error::new(&PASSBOOK_FULL, format!("all {BOOK_LINES} lines of {} are used", book.voucher)));
    }
    if let Some(last) = done.lines.last() {
        (book.printed_to, book.balance) = (last.pos, last.balance.minor);
        book.lines += done.lines.len() as i64;
        tx.update(&mut book)?;
        let told = format!("{} lines, to {}", done.lines.len(), book.lines);
        tx.audit(actor, Audit::of("deposits.passbook_print", account).after(told))?;
    }
    Ok(done)
}

/// Replaces the passbook in use, full, damaged or lost; the new one goes on where the old one stood.
pub fn passbook_replace(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    new_voucher: &str,
    why: &str,
) -> Result<Passbook> {
    may(tx, actor, account)?;
    let (new, why) = (voucher(new_voucher)?, party::reason(why)?);
    let mut old = in_use(tx, account)?;
    if old.voucher == new {
        return Ok(old);
    }
    (old.ended_by, old.ended_at, old.ended_why) = (Some(actor.principal()), Some(tx.now()), Some(why));
    tx.update(&mut old)?;
    insert(tx, actor, account, new, old.printed_to, old.balance)
}
