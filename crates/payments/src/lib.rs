//! The one way in for everything that moves money.
//!
//! ```text
//! order ─▶ entitlement ─▶ price ─▶ limits ─▶ guard ─▶ ledger ─▶ outbox ─▶ receipt
//! ```
//!
//! With the entitlement goes the payer's own safety lock (crate `safety`), asked in the posting transaction.
//!
//! [`submit`] takes an [`Order`] and answers a [`Receipt`]: *posted*; *awaiting approval* (above what the actor may do
//! alone); *challenged* (the payer must prove something); *delayed* (revocable until a time); *held* (staff look at it, also
//! when the guard does not answer); or *refused*, with a stable code, the reason in plain words and the next step. In the
//! four open states the money is held in the ledger, so nothing else can spend it; [`HOLD_HOURS`] later it is free again.
//! [`approve`], [`confirm`] and [`release`] run entitlement, limits and guard again and post what is held; [`cancel`] and
//! time free it.
//!
//! A payroll, a bill, a sweep is an order with many legs, never a second pipeline; each leg succeeds or is refused on its
//! own and [`Receipt::legs`] says which.
//!
//! Repeating is safe: the same key with the same order answers the same receipt; with another order it is refused.
//!
//! **Never:** money moved without a decision recorded in the same transaction; a guard that is silent taken for a pass; a
//! fee that was not shown; a limit used without its posting.
mod arrival;
pub mod clearing;
mod days;
mod events;
mod form;
mod instruction;
mod jobs;
mod life;
mod limits;
mod locks;
mod machine;
mod numbers;
mod order;
pub mod own;
mod payees;
mod resolve;
mod reverse;
mod search;
mod submit;
mod tally;

pub use arrival::{Arrival, arrival_of};
pub use days::{COUNTED_INSTRUCTIONS_MAX, DAYS_BACK_MAX, per_day};
pub use events::PaymentEvent;
pub use instruction::Instruction;
pub use jobs::{JOB_ROWS_MAX, expire_due, release_due};
pub use life::{approve, cancel, cancel_in, confirm, disapprove, release, send_back};
pub use machine::{let_go, take};
pub use numbers::{NumberRoute, account_of_number, number_end, number_index, number_put};
pub use order::{
    Drawer, Kind, LEGS_MAX, Leg, LegOutcome, NAME_CHARS_MAX, NUMBER_CHARS_MAX, Order, Payee, Receipt, State,
};
pub use payees::{
    NICKNAME_CHARS_MAX, PAYEES_MAX, PayeeNew, PayeeView, SavedPayee, payee, payee_look, payee_owner, payee_put,
    payee_remove, payee_rename, payees, renew_payee, writes_payees,
};
pub use resolve::{class_of_number, hands_off};
pub use reverse::reverse;
pub use search::{SCAN_ROWS_MAX, Search, payments_of};
pub use submit::{Prepared, is_recorded, prepare, refuse_in, submit, submit_in};
pub use tally::{Standing, standing};

use guard::Guard;
use kernel::id::{AccountId, InstructionId};
use kernel::{Actor, BookId, Error, Id, Page, PageAsk, Result, Who};
use party::{Permission, Scope};
use store::{Column, Migration, Param, Store, Table, Tx, params};

/// Hours that money is held for a decision; for a delay, counted from its end.
pub const HOLD_HOURS: i64 = 72;

kernel::codes! {
    PAYEE_UNKNOWN: Refused, "payee_unknown", "check the number with the payee";
    NAME_MISMATCH: Refused, "name_mismatch", "check the payee's name and number with the payee; do not guess";
    GUARD_STOP: Refused, "guard_stop", "read the reason; you may appeal at any branch or by phone";
    GUARD_LIMIT: Refused, "guard_limit", "pay less, or come to a branch with your identity document";
    CHECKER_REFUSED: Refused, "checker_refused", "talk to the colleague who refused it";
    ALL_LEGS_REFUSED: Refused, "all_legs_refused", "read the reason of each line";
    SENT_BACK: Refused, "sent_back", "correct it as the reason says and order again";
    PAYER_FROZEN: Refused, "payer_frozen", "bring your identity document to the branch to learn why and what is needed";
    PURPOSE_RESERVED: Refused, "purpose_reserved", "pay from a general account; this one is paid from by its own procedure";
    KIND_RESERVED: Forbidden, "kind_reserved", "order a transfer, or leave it to the process whose business it is";
    OWN_BUSINESS: Forbidden, "own_business", "let a colleague do it, or use your own bank as a customer";
    LEGS_WAIT: Unavailable, "legs_wait", "nothing was moved; order the same again later";
    LEGS_NEED_APPROVAL: Refused, "legs_need_approval", "order it through the pay sheet, which brings its approval";
    NOT_OPEN: Conflict, "not_open", "nothing to do; it was decided already";
    NOT_THE_PAYER: Forbidden, "not_the_payer", "ask the payer, or staff of the branch";
    ARRIVAL_AT_MACHINE: Refused, "arrival_at_machine", "choose arrival the next day; you can call it off for 24 hours";
    PAYEES_FULL: Limit, "payees_full", "remove payees you do not pay any more";
    PAYEE_BY_PERSON: Forbidden, "payee_by_person", "let a person who may pay for the firm do it, with the second factor";
    NOT_AT_MACHINE: Refused, "not_at_machine", "come to the counter, or use your phone; a machine cannot wait for what is needed here";
    NOTHING_TO_REVERSE: Conflict, "nothing_to_reverse", "only a posted payment inside the bank can be reversed";
}

/// The kind of the one agreement that covers many orders of a firm; its outcome is what their references begin with, before a slash.
pub const COVERING: &str = "bulk.pay";

pub const MIGRATION: Migration =
    Migration { name: "0007_payments", sql: include_str!("../migrations/0007_payments.sql") };
/// Later arrivals and the payee book.
pub const MIGRATION_TRANSFER: Migration =
    Migration { name: "0012_transfer", sql: include_str!("../migrations/0012_transfer.sql") };
/// Numbers that lead to an account beside its own.
pub const MIGRATION_NUMBERS: Migration =
    Migration { name: "0022_numbers", sql: include_str!("../migrations/0022_numbers.sql") };
/// The tables of the safety lock, which the pipeline asks.
pub use safety::MIGRATION as MIGRATION_SAFETY;
/// The tables of record of the pipeline; clearing has its own.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Instruction>(),
    store::verify::of::<arrival::Wait>(),
    store::verify::of::<SavedPayee>(),
    store::verify::of::<NumberRoute>(),
];

/// What the pipeline works with; cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub store: Store,
    pub guard: Guard,
}

fn key(id: InstructionId) -> [Param<'static>; 2] {
    [Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())]
}

/// The instruction with this id, whoever asks; for the bank's own processes.
pub fn raw(tx: &mut Tx<'_>, id: InstructionId) -> Result<Option<Instruction>> {
    tx.get::<Instruction>(&key(id))
}

/// The same, locked in a write; it must be there.
pub fn locked(tx: &mut Tx<'_>, id: InstructionId) -> Result<Instruction> {
    tx.load::<Instruction>(&key(id))?.ok_or_else(|| Error::not_found("instruction", id))
}

/// An instruction the actor may see: his own, his firm's, or any for staff who may read accounts.
pub fn instruction(tx: &mut Tx<'_>, actor: &Actor, id: InstructionId) -> Result<Instruction> {
    let found = raw(tx, id)?.ok_or_else(|| Error::not_found("instruction", id))?;
    may_see(tx, actor, found.payer).map_err(|_| Error::not_found("instruction", id))?;
    Ok(found)
}

/// What the payer wrote of the payee of a payment of his; `None` where it is no transfer or the payee is not known.
pub fn payee_of(tx: &mut Tx<'_>, actor: &Actor, id: InstructionId) -> Result<Option<PayeeNew>> {
    let i = instruction(tx, actor, id)?;
    payees::of_instruction(tx, &i)
}

/// Whether the actor may look at what belongs to `owner`.
pub fn may_see(tx: &mut Tx<'_>, actor: &Actor, owner: kernel::Owner) -> Result<()> {
    let (permission, scope) = match (actor.who, owner) {
        (Who::Staff(_) | Who::System(_), kernel::Owner::Person(p)) => (Permission::AccountReadAny, Scope::person(p)),
        (Who::Staff(_) | Who::System(_), kernel::Owner::Firm(f)) => (Permission::AccountReadAny, Scope::firm(f)),
        (_, kernel::Owner::Person(p)) => (Permission::AccountRead, Scope::person(p)),
        (_, kernel::Owner::Firm(f)) => (Permission::AccountRead, Scope::firm(f)),
        (_, kernel::Owner::Bank) => (Permission::AccountReadAny, Scope::bank()),
    };
    party::may(tx, actor, permission, &scope).map(|_| ())
}

/// Instructions from an account, newest first.
pub fn instructions_of(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, ask: &PageAsk) -> Result<Page<Instruction>> {
    let owner = resolve::debit(tx, account)?.account.owner;
    may_see(tx, actor, owner).map_err(|_| Error::not_found("account", account))?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<InstructionId>()?.bytes(),
        None => [0xff; 16],
    };
    let tail = "WHERE book = ?1 AND debit = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let found = tx.select::<Instruction>(tail, params![account.book(), account, before, rows + 1])?;
    Ok(Page::cut(found, rows, |i| i.id.to_string()))
}

/// Instructions in a state that waits for somebody, oldest first: the manned queue. Who decides for the whole bank sees
/// all, others those of the branches below their own.
pub fn queue(tx: &mut Tx<'_>, actor: &Actor, state: State, ask: &PageAsk) -> Result<Page<Instruction>> {
    let books = books_of(tx, actor)?;
    let rows = ask.rows()?;
    let after = match &ask.after {
        Some(cursor) => cursor.parse::<InstructionId>()?.bytes(),
        None => [0; 16],
    };
    let mut found = match books {
        None => tx.select::<Instruction>(QUEUE, params![state, after, rows + 1])?,
        Some(books) => {
            let mut all = Vec::new();
            for book in books {
                all.extend(tx.select::<Instruction>(QUEUE_OF_BOOK, params![state, after, rows + 1, book])?);
            }
            all
        }
    };
    found.sort_by_key(|i| i.id);
    found.truncate(rows as usize + 1);
    Ok(Page::cut(found, rows, |i| i.id.to_string()))
}

const QUEUE: &str = "WHERE state IN ('awaiting_approval', 'challenged', 'delayed', 'held') AND state = ?1 AND id > ?2 \
                     AND kind <> 'card_purchase' AND NOT (kind IN ('cash_in', 'cash_out') AND channel = 'kiosk') ORDER BY id LIMIT ?3";
const QUEUE_OF_BOOK: &str = "WHERE state IN ('awaiting_approval', 'challenged', 'delayed', 'held') AND state = ?1 AND id > ?2 \
                             AND kind <> 'card_purchase' AND NOT (kind IN ('cash_in', 'cash_out') AND channel = 'kiosk') \
                             AND book = ?4 ORDER BY id LIMIT ?3";

/// The books whose waiting payments the actor may look at; `None` for all.
fn books_of(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<Vec<BookId>>> {
    let everywhere = party::may(tx, actor, Permission::GuardRead, &Scope::bank());
    match (everywhere, actor.branch) {
        (Ok(_), _) => Ok(None),
        (Err(no), None) => Err(no),
        (Err(_), Some(here)) => {
            party::may(tx, actor, Permission::GuardRead, &Scope::here(actor))?;
            let path = party::branch(tx, here)?.path;
            let below = party::branches(tx)?.into_iter().filter(|b| b.path.starts_with(&path));
            Ok(Some(below.map(|b| b.book).collect()))
        }
    }
}

/// Counter instructions of a book that still wait for authorisation: the day cannot close before they are decided.
pub fn waiting_in(tx: &mut Tx<'_>, book: BookId) -> Result<u64> {
    let sql =
        "SELECT count(*) FROM instructions WHERE book = ?1 AND channel = 'counter' AND state = 'awaiting_approval'";
    Ok(tx.query_one(sql, &[book.param()], |r| r.get::<i64>(0))?.unwrap_or(0) as u64)
}

/// The price of an order, to be shown before it is given. `None` for what has no price.
pub fn quote(tx: &mut Tx<'_>, actor: &Actor, order: &Order) -> Result<Option<pricing::Quote>> {
    let (parties, _) = resolve::look(tx, actor, order)?;
    resolve::price(tx, actor, &parties, order)
}
