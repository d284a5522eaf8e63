//! What police, courts and other authorities order a bank to do with a customer's money (有权机关协助查询、冻结、扣划).
//!
//! **Words.** An *order* is one document of one authority: a *stop* of payments (紧急止付), a *freeze* (冻结), a *query* (查询), a
//! *deduction* (扣划), a *return of funds* to a victim (资金返还), a *renewal* (续冻) or a *release* (解除) of an earlier order. It names its
//! number, authority, legal basis and two officers, and reaches a whole party, one account, or an amount on one account. Which authority
//! may order what, and how long a freeze lasts, is dated data ([`powers`]).
//!
//! **Two persons.** One enters the document ([`enter`]), another sees what will be done and agrees ([`approval_yes`]); nothing happens
//! before. What nobody decided within [`DECIDE_HOURS`] hours is refused by itself. Only the *emergency stop* ([`stop_now`]) acts on one
//! officer's word, in the same transaction and on all channels; another person confirms it within [`CONFIRM_MINUTES`] minutes, or it
//! lapses by itself.
//!
//! **Places.** Freezes take places in the order in which they were agreed to; a place is never given to another. What stands before is
//! served first. A freeze of a whole account takes all of it, so an account's later freezes *wait* (轮候冻结) until it ends, and then
//! take effect in the order of their places, up to the next that takes all. Freezes of amounts stand beside each other; the balance
//! covers them in the order of their places, what comes in later fills them, and a later one is covered by what the earlier ones leave
//! ([`shares`]). An order on a whole party holds every account of it and never waits; on an account that another holds it has what that
//! one leaves. The days of a freeze that waited are counted from the day on which it takes effect.
//!
//! **How it holds.** A party is frozen in the guard, so new accounts and all channels are reached; an account is stopped, or an amount
//! kept, by one restriction of the ledger that stands for all orders on it. Nobody lifts those by the bank's own pages.
//!
//! **Taking.** A deduction takes what is asked and no more than its freeze covers and the account has; without a freeze before it, what
//! all freezes leave. When a court, tax or customs takes from a person, the document says what must stay for living. Funds go back to a
//! victim from the freeze of the same authority alone. Money moves through the one pipeline, as `legal_deduction`.
//!
//! **Time.** A stop ends 48 hours after it took effect, a freeze with its last day, a query after [`QUERY_DAYS`] days; [`go_on`] ends
//! what is over. A renewal comes before the end, keeps the place, and adds a link to the chain.
//!
//! **Protected accounts.** Wage accounts and guarantee deposits of construction (Decree 724, art. 33) are not reached from here: an
//! order on one is refused, and one on a whole party leaves wages alone. Their legal exception is kept with the site.
//!
//! **Silence.** An order that the customer must not hear of says so. Its events then name no owner, so no notice can follow, and the
//! restriction that holds it is not shown to the customer.
//!
//! **Never:** an order on one person's word beside the emergency stop; a look at an answer, a file or an officer's number that is not
//! written down; a release, renewal, deduction or return by another authority than that of the freeze.
mod act;
mod authority;
mod decided;
mod enter;
mod events;
mod hold;
mod line;
mod list;
mod look;
mod order;
mod run;
#[cfg(test)]
mod tests;

pub use authority::{Authority, Powers, powers};
pub use decided::{KINDS, approval_no, approval_yes};
pub use enter::{Evidence, Officer, OrderNew, enter, stop_now};
pub use events::Event;
pub use hold::{OPEN, QUIET, Share, keeps_account, keeps_party, shares};
pub use list::{Show, listed, of_party, order};
pub use look::{
    Answer, AnsweredAccount, AnsweredLine, Look, LookAsk, What, answer, answer_again, evidence, looks, officers,
};
pub use order::{AuthorityOrder, LookPlace, OrderKind, OrderState, Queue, renew_looks, renew_order};
pub use run::{Moved, go_on};

use kernel::{Actor, BookId, Error, Id, Owner, Result};
use party::{Permission, Scope};
use store::{Migration, Table, Tx};

/// Minutes within which an emergency stop is confirmed by another person.
pub const CONFIRM_MINUTES: i64 = 30;
/// Hours within which an order that was entered is decided.
pub const DECIDE_HOURS: u32 = 24;
/// Days on which a query that was agreed to may be answered.
pub const QUERY_DAYS: i64 = 10;
/// Days that a document may have been received before it is entered.
pub const RECEIVED_DAYS_MAX: i64 = 30;
/// Orders on one party that stand, wait or are undecided at once.
pub const ORDERS_OF_PARTY_MAX: usize = 50;
/// Looks under one order.
pub const LOOKS_MAX: i64 = 500;
/// Lines of one answer.
pub const ANSWER_LINES_MAX: usize = 1_000;
/// Bytes of an evidence file.
pub const EVIDENCE_BYTES_MAX: usize = 10 << 20;
/// Characters of a name, number or basis.
pub const TEXT_CHARS_MAX: usize = 200;
/// Orders that one call of [`go_on`] ends, of each kind.
pub const ROWS_AT_ONCE_MAX: i64 = 200;

kernel::codes! {
    FORM: Invalid, "order_form", "correct the named field from the authority's document";
    POWER: Refused, "order_power", "ask the authority for a document of one who may order this, or a shorter term";
    PROTECTED: Refused, "order_protected", "answer the authority that the law protects this account; a legal exception is entered with the site of the project";
    ACCOUNT_UNFIT: Refused, "order_account_unfit", "name an open general or term account of the party";
    TARGET_UNFIT: Refused, "order_target_unfit", "name an order of the same authority that still stands";
    NOT_COVERED: Refused, "order_not_covered", "answer the authority that nothing is left for this order";
    LIVING: Refused, "order_living", "enter what the document leaves for living; 0 when it says that nothing is left";
    DOCUMENT_TAKEN: Conflict, "order_document_taken", "look at the order with this document; it says other things";
    STATE: Conflict, "order_state", "load the order again; it has moved on";
    TOO_LATE: Refused, "order_too_late", "it ended by itself; let the authority send a new document";
    NOT_MOVED: Refused, "order_not_moved", "nothing was moved; look at the reason and try again later";
    KEPT_BY_ORDER: Refused, "order_keeps_it", "release the order itself, with the authority's document";
}

pub const MIGRATION: Migration = Migration { name: "0036_orders", sql: include_str!("../migrations/0036_orders.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] =
    &[store::verify::of::<AuthorityOrder>(), store::verify::of::<Queue>(), store::verify::of::<Look>()];

/// The process that carries orders out; `correlation` is what its entries belong to.
pub(crate) fn process(correlation: impl std::fmt::Display) -> Actor {
    Actor { correlation: correlation.to_string(), ..Actor::system("orders") }
}

/// Where orders on a party are kept.
pub(crate) fn book_of(subject: Owner) -> Result<BookId> {
    match subject {
        Owner::Person(p) => Ok(p.book()),
        Owner::Firm(f) => Ok(f.book()),
        Owner::Bank => {
            Err(Error::new(&FORM, "subject: orders reach customers, never the bank itself").with("field", "subject"))
        }
    }
}

/// `Err(FORBIDDEN)` unless the actor may enter orders where this book is kept.
pub(crate) fn may_enter(tx: &mut Tx<'_>, actor: &Actor, book: BookId) -> Result<()> {
    let branch = party::branch_of(tx, book)?.id;
    party::may(tx, actor, Permission::OrderEnter, &Scope::branch(branch)).map(|_| ())
}

/// `Err(FORBIDDEN)` unless the actor enters or checks orders there.
pub(crate) fn may_see(tx: &mut Tx<'_>, actor: &Actor, book: BookId) -> Result<()> {
    let scope = Scope::branch(party::branch_of(tx, book)?.id);
    match party::may(tx, actor, Permission::OrderEnter, &scope) {
        Ok(_) => Ok(()),
        Err(_) => party::may(tx, actor, Permission::OrderCheck, &scope).map(|_| ()),
    }
}
