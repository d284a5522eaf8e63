//! The ledger: accounts, and transfers between them that always balance.
//!
//! **Words.** An *account* has a chart-of-accounts code, one currency, a normal side, a purpose and an owner. A *transfer*
//! takes an amount above zero from its debit account to its credit account: at once (`single`), as a *hold* with an end
//! (`pending`) that is later *posted* whole or in part, *voided* or *expires*, or in a *linked* group that succeeds or
//! fails together. Money enters and leaves the bank through settlement accounts, so every currency sums to zero.
//!
//! **Protocol.** [`post`] takes a batch of at most [`BATCH_TRANSFERS_MAX`] and answers an [`Outcome`] for each: posted,
//! already so (same id, same fields), or refused with the first [`Refusal`] in the published order. Refusals leave nothing
//! behind, so a refused id may be asked for again. Holds whose time is over end before the batch is looked at. The rules are
//! a pure function ([`apply`]) over the accounts a batch touches; [`books`] loads those, keeps them between commits on
//! SQLite, and locks them on PostgreSQL.
//!
//! A *hot* account, into which many pay at once, has a balance row per writer lane ([`strands`]).
//!
//! **Time.** An entry is made at the transaction's time, but never before the entry that precedes it on either account, so a
//! clock that steps back does not disorder an account's history and a balance at a past time has one answer.
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
mod entry;
mod events;
pub mod grants;
mod moved;
pub mod period;
mod refusal;
pub mod restrictions;
mod standing;
mod statement;
mod strands;
mod transfer;
pub mod verify;

pub use account::{Account, Opening, Purpose, Side};
pub use apply::{Balance, Context, EXEMPT_CODES, HOLD_DAYS_MAX, Hold, Slot, State, VALUE_DAYS_MAX};
pub use books::ACCOUNTS_KEPT_MAX;
pub use entry::Entry;
pub use events::Event;
pub use moved::{Moved, accounts_made, lines_on, moved_on};
pub use refusal::{Refusal, codes as refusals};
pub use standing::{STANDING_ROWS_MAX, Standing, standing};
pub use statement::{
    ACCOUNTS_OF_OWNER_MAX, Line, View, accounts, accounts_count, by_number, net_at, of_owner, opened_between,
    statement, view,
};
pub use transfer::{CODE_BYTES_MAX, Kind, MEMO_BYTES_MAX, Outcome, REFERENCE_BYTES_MAX, Transfer};

use apply::flag;
use books::{Books, Touch};
use kernel::{Actor, Error, Id, Money, Result, id::AccountId, id::TransferId};
use store::{Audit, Migration, Seal, Tx};

/// Transfers in one batch at most.
pub const BATCH_TRANSFERS_MAX: usize = 8_192;
/// Holds ended before one batch at most, besides those of the batch's own accounts; the rest end before the next.
pub const EXPIRE_AT_ONCE_MAX: u32 = 1_000;
/// Lines of a statement read at once at most.
pub const STATEMENT_ROWS_MAX: u32 = 1_000;
/// Restrictions one account may have had in its life.
pub const RESTRICTIONS_MAX: usize = 1_000;
/// Accounts and sides of one day that are summed for a report at most.
pub const ACCOUNT_DAYS_MAX: usize = 1_000_000;

kernel::codes! {
    ACCOUNT_UNKNOWN: Missing, "account_unknown", "check the account; you may not be entitled to see it";
    ACCOUNT_DIFFERS: Conflict, "account_differs", "use a new id for a different account";
    NUMBER_TAKEN: Conflict, "account_number_taken", "choose another account number";
    NUMBER_AMBIGUOUS: Broken, "account_number_ambiguous", "name the account by its id and give one of them another number";
    ACCOUNT_RESTRICTED: Refused, "account_restricted", "have the freeze or stop lifted before the account is closed";
    ACCOUNT_NOT_EMPTY: Refused, "account_not_empty", "move the balance and end its holds first";
    RESTRICTION_UNKNOWN: Missing, "restriction_unknown", "look at the account's list of restrictions";
    DAY_OUT_OF_BALANCE: Broken, "day_out_of_balance", "stop posting and run `yizhan verify`";
    WAGE_PROTECTED: Refused, "wage_protected", "leave the account free; a legal document that names this project's wages, or an article that allows it, is entered and agreed by two";
    BATCH_TOO_LARGE: Limit, "batch_too_large", "send at most 8,192 transfers at a time";
}

pub const MIGRATION: Migration = Migration { name: "0002_ledger", sql: include_str!("../migrations/0002_ledger.sql") };

/// Opens an account. The same opening again is already so; another under the same id is `Err(ACCOUNT_DIFFERS)`, a number
/// that another account has is `Err(NUMBER_TAKEN)`.
pub fn open_account(tx: &mut Tx<'_>, actor: &Actor, o: &Opening) -> Result<Account> {
    if let Some(before) = tx.get::<Account>(&books::key(&o.id))? {
        return if o.is_of(&before) {
            Ok(before)
        } else {
            Err(Error::new(&ACCOUNT_DIFFERS, format!("{} is another account", o.id)))
        };
    }
    let mut account = Account {
        book: o.id.book(),
        id: o.id,
        place: account::next_place(tx, o.id.book())?,
        number: account::free_number(tx, o)?,
        chart: o.chart.clone(),
        currency: o.currency,
        side: o.side,
        purpose: o.purpose,
        owner: o.owner,
        name: o.name.clone(),
        limited: o.limited,
        hot: o.hot,
        opened_at: tx.now(),
        opened_by: actor.principal(),
        closed_at: None,
        closed_by: None,
        seal: Seal::default(),
    };
    tx.insert(&mut account)?;
    books::insert_row(tx, account.book, account.place, Balance::default())?;
    let opened = format!("{} {} {}", o.chart, o.currency, o.purpose);
    tx.audit(actor, Audit::of("ledger.open_account", o.id).after(opened))?;
    Ok(account)
}

/// Closes an account that is empty, has no holds and is not frozen or stopped. Repeating is safe.
pub fn close_account(tx: &mut Tx<'_>, actor: &Actor, id: AccountId, why: &str) -> Result<()> {
    let unknown = || Error::new(&ACCOUNT_UNKNOWN, format!("no account {id}")).with("id", id);
    let mut account = tx.load::<Account>(&books::key(&id))?.ok_or_else(unknown)?;
    if account.closed_at.is_some() {
        return Ok(());
    }
    let context = context(tx, true)?;
    tx.with_overlay(|books: &mut Books, tx| {
        books.load_accounts(tx, [(id, Touch::Whole)].into_iter())?;
        books.expire_of(tx, &context, id)?;
        let slot = books.state.slot(id).ok_or_else(|| Error::broken(format!("{id} has no balance")))?;
        let balance = slot.whole().ok_or_else(|| Error::broken(format!("{id} was not taken whole")))?;
        if balance.net() != 0 || balance.debits_pending != 0 || balance.credits_pending != 0 {
            let left = Money::new(balance.posted(slot.side), slot.currency);
            return Err(Error::new(&ACCOUNT_NOT_EMPTY, format!("{id} still holds {left} or has holds")));
        }
        if balance.frozen != 0 || balance.flags & flag::NO_DEBITS != 0 {
            return Err(Error::new(&ACCOUNT_RESTRICTED, format!("{id} is frozen or stopped")));
        }
        books.set_status(tx, id, balance.flags | flag::CLOSED, balance.frozen)
    })?;
    (account.closed_at, account.closed_by) = (Some(tx.now()), Some(actor.principal()));
    tx.update(&mut account)?;
    tx.audit(actor, Audit::of("ledger.close_account", id).change("open", "closed").reason(why))?;
    tx.emit(&Event::Closed { account: id, owner: account.owner }, &actor.correlation)
}

/// Posts a batch in its order; see the module's head. `at_counter`: the customer stands at a staffed counter.
pub fn post(tx: &mut Tx<'_>, at_counter: bool, batch: &[Transfer]) -> Result<Vec<Outcome>> {
    if batch.len() > BATCH_TRANSFERS_MAX {
        let told = format!("{} transfers given, {BATCH_TRANSFERS_MAX} at most", batch.len());
        return Err(Error::new(&BATCH_TOO_LARGE, told).with("given", batch.len()).with("max", BATCH_TRANSFERS_MAX));
    }
    let context = context(tx, at_counter)?;
    tx.with_overlay(|books: &mut Books, tx| {
        books.expire(tx, &context, EXPIRE_AT_ONCE_MAX, batch)?;
        books.load(tx, batch)?;
        let outcomes = books.state.apply(batch, &context);
        books.journal(tx, batch, &context)?;
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

/// Ends holds whose time is over, the oldest first and at most `most`; answers how many there were. Runs before every batch
/// and as a job of its own.
pub fn expire_due(tx: &mut Tx<'_>, most: u32) -> Result<usize> {
    let context = context(tx, false)?;
    tx.with_overlay(|books: &mut Books, tx| books.expire(tx, &context, most, &[]))
}

fn context(tx: &mut Tx<'_>, at_counter: bool) -> Result<Context> {
    Ok(Context { now: tx.now(), business_date: tx.business_date()?, at_counter })
}

/// The journal entry with this id.
pub fn entry(tx: &mut Tx<'_>, id: TransferId) -> Result<Option<Entry>> {
    Ok(books::entries(tx, &[id])?.pop())
}
