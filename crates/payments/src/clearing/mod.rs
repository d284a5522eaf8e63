//! Payments to other banks: a queue, a port to whoever carries them, and what comes back.
//!
//! **Words.** An *item* (汇出款项) is one payment under way to another bank. It is made in the transaction that moved its
//! money from the payer into the account of outgoing payments, takes its id from that journal entry, and so exists once.
//! *Paid* (已入账): the other bank credited it; the money goes on to the settlement account. *Returned* (退汇): it came back,
//! with a reason; the money goes back to the account it came from, also when it had been reported paid before.
//!
//! **Protocol.** [`tick`] is the job. It takes the answers that came in; asks what became of items it is in doubt about;
//! and hands over what is queued: an item is marked *sent* and that is committed **before** the port is called. So after
//! a crash, a broken connection or a lost reply an item is in doubt, never queued; it becomes *unknown*, its state is asked
//! for ([`ASK_AFTER_SECONDS`] after it was sent, then every [`ASK_EVERY_SECONDS`]), and it is sent again only after the port
//! has said that it never had it, or after two people have found out by other means ([`resolve_ask`], [`resolve`]).
//! A taken item without an answer is asked about after [`ANSWER_DUE_HOURS`].
//!
//! **What a port promises** ([`Port`]): it takes an item's id at most once however often it is sent; it keeps an answer
//! until it is acknowledged; it may answer late, twice or not at all.
//!
//! **Repeating is safe:** an answer that was given before changes nothing. One that contradicts what is known (paid, after
//! it was returned without having been paid) is kept as a *dispute* for the operator.
//!
//! **Money** moves in the transaction that changes the item: account of outgoing payments → settlement when paid, back to
//! the payer when returned (an entry that *reverses* the first one, which the journal admits once). Neither needs a new
//! decision of the guard: they end what it decided on. [`verify`] proves that the account of outgoing payments holds
//! exactly the items that are under way.
//!
//! **Never:** an item sent in the transaction that queued it; an unknown item sent again; a plain number in a log.
mod item;
mod operate;
mod port;
mod settle;
mod simulator;
#[cfg(test)]
mod tests;
mod tick;

pub(crate) use item::queue_payment;
pub use item::{ClearingItem, NewItem, State, item, queue, renew};
pub use operate::{ItemView, Resolution, list, resolve, resolve_ask, view};
pub use port::{Answer, Outgoing, Port, Reason, Status};
pub use settle::{ClearingEvent, verify};
pub use simulator::{Plan, Simulator};
pub use tick::{Ticked, tick};

use store::{Migration, Table};

pub const MIGRATION: Migration =
    Migration { name: "0009_clearing", sql: include_str!("../../migrations/0009_clearing.sql") };
pub const TABLES: &[&Table] = &[store::verify::of::<ClearingItem>()];

/// Items handed to the port in one call at most.
pub const BATCH_ITEMS_MAX: u32 = 200;
/// Calls of the port that send, in one tick, at most.
pub const BATCHES_PER_TICK_MAX: u32 = 20;
/// Answers taken in one transaction at most.
pub const ANSWERS_AT_ONCE_MAX: u32 = 200;
/// Seconds after handing over before a missing confirmation is asked about: longer than any call of the port takes.
pub const ASK_AFTER_SECONDS: i64 = 60;
/// Seconds between two questions about the same unknown item.
pub const ASK_EVERY_SECONDS: i64 = 600;
/// Hours after which a taken item without an answer is asked about.
pub const ANSWER_DUE_HOURS: i64 = 26;
/// Characters of a bank's clearing code at most.
pub const BANK_CHARS_MAX: usize = 40;

kernel::codes! {
    NOT_MOVED: Broken, "clearing_not_moved", "tell the operator; the item and the journal do not fit";
    NOT_IN_DOUBT: Conflict, "clearing_not_in_doubt", "nothing to resolve; wait for the answer, or look at what is known";
    PORT_SILENT: Unavailable, "clearing_port_silent", "nothing to do; the bank asks again by itself";
    OTHER_OWNER: Refused, "clearing_other_owner", "name an account of the same owner";
}
