//! The ledger: accounts, and transfers between them that always balance.
//!
//! **Words.** An *account* has a chart-of-accounts code, one currency, a normal side, a purpose and an owner. A *transfer*
//! takes an amount above zero from its debit account to its credit account: at once (`single`), as a *hold* with an end
//! (`pending`) that is later *posted* whole or in part, *voided* or *expires*, or in a *linked* group that succeeds or
//! fails together. Money enters and leaves the bank through settlement accounts, so every currency sums to zero.
//!
//! **Protocol.** [`post`] takes a batch of at most [`BATCH_TRANSFERS_MAX`] and answers an [`Outcome`] for each: posted,
//! already so (same id, same fields), or refused with the first [`Refusal`] in the published order. Refusals leave nothing
//! behind. Holds whose time is over end before the batch is looked at. The rules are a pure function ([`apply`]) over the
//! accounts a batch touches; [`books`] loads those, keeps them between commits on SQLite, and locks them on PostgreSQL.
//!
//! **The journal** (`transfers`) is append-only and chained: each entry's hash covers the hash before it in its lane. Each
//! entry also names the entry before it of both accounts and carries the balance after it, so a statement is a walk and
//! [`verify`] recomputes everything from it.
//!
//! **Never:** an overdrawn limited account by any path (hold, post, link, batch); a debit of a wage, deposit or escrow
//! account to anybody it was not granted ([`grants`]) except by the codes in [`EXEMPT_CODES`]; a changed entry: what was
//! wrong is reversed by a new entry that names it.
mod account;
mod apply;
mod books;
pub mod day;
pub mod grants;
mod refusal;
pub mod restrictions;
mod statement;
mod transfer;
pub mod verify;

pub use account::{Account, Opening, Purpose, Side};
pub use apply::{Balance, Context, EXEMPT_CODES, HOLD_DAYS_MAX, Hold, Slot, State, VALUE_DAYS_MAX};
pub use books::ACCOUNTS_KEPT_MAX;
pub use refusal::{Refusal, codes as refusals};
pub use statement::{Line, View, accounts, by_number, net_at, of_owner, statement, view};
pub use transfer::{CODE_BYTES_MAX, Entry, Kind, MEMO_BYTES_MAX, Outcome, REFERENCE_BYTES_MAX, Transfer};

use apply::flag;
use books::Books;
use kernel::{Actor, Error, Id, Money, Result, id::AccountId, id::TransferId};
use store::{Audit, Migration, Param, Seal, Tx};

/// Transfers in one batch at most.
pub const BATCH_TRANSFERS_MAX: usize = 8_192;
/// Holds ended before one batch at most; the rest end before the next.
pub const EXPIRE_AT_ONCE_MAX: u32 = 1_000;
/// Lines of a statement read at once at most.
pub const STATEMENT_ROWS_MAX: u32 = 1_000;
/// Restrictions one account may have had in its life.
pub const RESTRICTIONS_MAX: usize = 1_000;

kernel::codes! {
    ACCOUNT_UNKNOWN: Missing, "account_unknown", "check the account; you may not be entitled to see it";
    ACCOUNT_DIFFERS: Conflict, "account_differs", "use a new id for a different account";
    ACCOUNT_NOT_EMPTY: Refused, "account_not_empty", "move the balance and end its holds first";
    RESTRICTION_UNKNOWN: Missing, "restriction_unknown", "look at the account's list of restrictions";
    DAY_OUT_OF_BALANCE: Broken, "day_out_of_balance", "stop posting and run `yizhan verify`";
    BATCH_TOO_LARGE: Limit, "batch_too_large", "send at most 8,192 transfers at a time";
}

pub const MIGRATION: Migration = Migration { name: "0002_ledger", sql: include_str!("../migrations/0002_ledger.sql") };

/// Opens an account. The same opening again is already so; another under the same id is `Err(ACCOUNT_DIFFERS)`.
pub fn open_account(tx: &mut Tx<'_>, actor: &Actor, o: &Opening) -> Result<Account> {
    let number = if o.number.is_empty() { account::number_of(o.id) } else { o.number.clone() };
    if let Some(before) = tx.get::<Account>(&books::key(&o.id))? {
        let same = before.number == number && before.currency == o.currency && before.side == o.side && before.purpose == o.purpose && before.owner == o.owner;
        return if same { Ok(before) } else { Err(Error::new(&ACCOUNT_DIFFERS, format!("{} is another account", o.id))) };
    }
    let mut account = Account {
        book: o.id.book(),
        id: o.id,
        number,
        chart: o.chart.clone(),
        currency: o.currency,
        side: o.side,
        purpose: o.purpose,
        owner: o.owner,
        name: o.name.clone(),
        limited: o.limited,
        opened_at: tx.now(),
        opened_by: actor.principal(),
        closed_at: None,
        closed_by: None,
        seal: Seal::default(),
    };
    tx.insert(&mut account)?;
    books::insert_balance(tx, o.id)?;
    tx.audit(actor, Audit::of("ledger.open_account", o.id).after(format!("{} {} {}", o.chart, o.currency, o.purpose)))?;
    Ok(account)
}

/// Closes an account that is empty and has no holds. Repeating is safe.
pub fn close_account(tx: &mut Tx<'_>, actor: &Actor, id: AccountId, why: &str) -> Result<()> {
    let mut account = tx.load::<Account>(&books::key(&id))?.ok_or_else(|| Error::new(&ACCOUNT_UNKNOWN, format!("no account {id}")))?;
    if account.closed_at.is_some() {
        return Ok(());
    }
    tx.with_overlay(|books: &mut Books, tx| {
        books.load_accounts(tx, [id].into_iter())?;
        let slot = books.state.slot_mut(id).ok_or_else(|| Error::broken(format!("{id} has no balance")))?;
        let b = slot.balance;
        if b.net() != 0 || b.debits_pending != 0 || b.credits_pending != 0 {
            return Err(Error::new(&ACCOUNT_NOT_EMPTY, format!("{id} still holds {} or has holds", Money::new(b.posted(slot.side), slot.currency))));
        }
        slot.balance.flags |= flag::CLOSED;
        Ok(())
    })?;
    (account.closed_at, account.closed_by) = (Some(tx.now()), Some(actor.principal()));
    tx.update(&mut account)?;
    tx.audit(actor, Audit::of("ledger.close_account", id).change("open", "closed").reason(why))
}

/// Posts a batch in its order; see the module's head. `at_counter`: the customer stands at a staffed counter.
pub fn post(tx: &mut Tx<'_>, at_counter: bool, batch: &[Transfer]) -> Result<Vec<Outcome>> {
    if batch.len() > BATCH_TRANSFERS_MAX {
        return Err(Error::new(&BATCH_TOO_LARGE, format!("{} transfers given", batch.len())));
    }
    let business_date = tx.business_date()?;
    tx.with_overlay(|books: &mut Books, tx| {
        expire(books, tx, business_date, EXPIRE_AT_ONCE_MAX)?;
        books.load(tx, batch)?;
        let outcomes = books.state.apply(batch, &context(tx, business_date, at_counter));
        books.journal(tx)?;
        Ok(outcomes)
    })
}

/// One transfer; its refusal as an error.
pub fn post_one(tx: &mut Tx<'_>, at_counter: bool, transfer: &Transfer) -> Result<()> {
    match post(tx, at_counter, std::slice::from_ref(transfer))?.pop() {
        Some(Outcome::Refused(r)) => Err(r.into()),
        _ => Ok(()),
    }
}

/// Ends holds whose time is over, at most `most`; answers how many. Runs before every batch and as a job of its own.
pub fn expire_due(tx: &mut Tx<'_>, most: u32) -> Result<usize> {
    let business_date = tx.business_date()?;
    tx.with_overlay(|books: &mut Books, tx| expire(books, tx, business_date, most))
}

/// The journal's time of a posting is read when its rows are locked, so that entries of an account never go back in time.
fn context(tx: &Tx<'_>, business_date: kernel::Date, at_counter: bool) -> Context {
    let now = if tx.is_postgres() { tx.clock().now().max(tx.now()) } else { tx.now() };
    Context { now, business_date, at_counter }
}

fn expire(books: &mut Books, tx: &mut Tx<'_>, business_date: kernel::Date, most: u32) -> Result<usize> {
    if !tx.is_postgres() && books.next_expiry.is_some_and(|at| at > tx.now()) {
        return Ok(0);
    }
    let sql = "SELECT id, debit, credit, amount, expires_at, ended FROM pendings WHERE ended IS NULL AND expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2";
    let due = tx.query(sql, &[Param::Int(tx.now().micros()), Param::Int(i64::from(most))], books::hold_from)?;
    if !due.is_empty() {
        books.load_accounts(tx, due.iter().flat_map(|(_, h)| [h.debit, h.credit]))?;
        books.load_holds(tx, due.iter().map(|(id, _)| *id))?;
        let batch = expiries(books, &due);
        books.state.known.clear();
        books.state.apply(&batch, &context(tx, business_date, false));
        books.journal(tx)?;
    }
    if !tx.is_postgres() {
        let sql = "SELECT min(expires_at) FROM pendings WHERE ended IS NULL";
        let next = tx.query_one(sql, &[], |r| r.get::<Option<kernel::Timestamp>>(0))?.flatten();
        books.next_expiry = Some(next.unwrap_or(kernel::Timestamp::from_micros(i64::MAX)));
    }
    Ok(due.len())
}

fn expiries(books: &Books, due: &[(TransferId, Hold)]) -> Vec<Transfer> {
    let one = |(id, h): &(TransferId, Hold)| {
        let currency = books.state.slot(h.debit)?.currency;
        let new = TransferId::new(h.expires_at, h.debit.book());
        let single = Transfer::single(new, h.debit, h.credit, Money::new(h.amount, currency), "expiry");
        Some(Transfer { kind: Kind::Expire, pending: Some(*id), ..single })
    };
    due.iter().filter_map(one).collect()
}

/// The journal entry with this id.
pub fn entry(tx: &mut Tx<'_>, id: TransferId) -> Result<Option<Entry>> {
    Ok(books::entries(tx, &[id])?.pop())
}
