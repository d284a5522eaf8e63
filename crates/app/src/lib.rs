//! The bank as one thing: its parts opened together, what happens by itself, and what concerns all of it.
//!
//! * [`Bank::open`] takes the key file, brings the database to the schema of all crates, loads the guard's rules, seeds the
//!   tariff into an empty bank and opens the bank's own accounts of every book.
//! * [`relay`] hands each event of the outbox to its consumers; which event leads to what stands in one match,
//!   `reactions.rs`. A consumer's database work and the move of its cursor are one transaction, so it happens exactly once;
//!   what leaves the bank ([`webhooks`], [`messenger`]) happens at least once.
//! * [`jobs`] is the clockwork: relay, clearing, delayed payments, expiries, wages that go on, idle sessions.
//! * [`close_day`] lists what stands in the way, closes the business day and does its night's work on deposits. [`verify`] recomputes all of it.
//! * [`demo_time`] puts the clock of a demo ahead by a day and its night; no other bank's.
//! * [`desk`] is what staff order about customers and the bank's own data, with a second person where the policy says so.
//! * [`family`] shows a member of the family what an owner shares, and writes each look down.
//! * [`take_further`] makes a worker's objection a complaint at the labour bureau.
//! * [`rights`] asks a second person before a role is given or taken.
//! * [`fraud`] calls a payment off that its payer calls a fraud, and proposes the payee for a watch list.
//! * [`keys_rotate`] puts a new key-encryption key in force and everything under it.
//! * [`machines`] holds the devices of cash machines and brings back what stopped in the middle.
//! * [`judged`] joins customer due diligence to what it follows from: openings, cases, objections.
//! * [`overview`] shows a customer as a whole to staff, each look with its reason on record.
//! * [`statement`] looks at an account over some days; [`receipts`] makes documents of what happened, and answers whoever holds one.
//! * [`audit_export`] and [`audit_search`] are the auditor's; [`Bank::denied`] writes down what was refused to whom.
//!
//! Nothing here moves money or decides about it: that is done by the crates below, which know nothing of this one.
mod audit;
mod bank;
mod close;
mod counted;
pub mod counter;
pub mod demo_load;
pub mod demo_time;
mod denial;
pub mod desk;
mod evidence;
pub mod family;
pub mod followed;
pub mod fraud;
mod further;
pub mod jobs;
pub mod judged;
mod keys;
pub mod machines;
pub mod messenger;
pub mod notices;
pub mod overview;
mod reactions;
pub mod receipts;
pub mod relay;
pub mod rights;
pub mod statement;
pub mod table;
pub mod talks;
#[cfg(test)]
mod tests;
mod verify;
mod watch;
pub mod webhooks;

pub use audit::{AuditAsk, EXPORT_DAYS_MAX, audit_export, audit_search};
pub use bank::{Bank, Keys, Options, branch_open};
pub use close::{Blocker, Close, Closed, blockers, close_day};
pub use denial::{DENIALS_PER_MINUTE_MAX, DENIERS_KEPT_MAX};
pub use evidence::{evidence, evidence_proof};
pub use further::{Further, TakenFurther, take_further};
pub use keys::{Rotated, keys_rewrap, keys_rotate};
pub use verify::{Report, TableRows, verify};

use kernel::Code;
use store::Migration;

pub const MIGRATION: Migration = Migration { name: "0010_app", sql: include_str!("../migrations/0010_app.sql") };

pub mod codes {
    kernel::codes! {
        BAD_URL: Invalid, "bad_webhook_url", "give an https address of a public host, without a user name or fragment";
        BAD_EVENT_KIND: Invalid, "bad_event_kind", "use kinds of the published list, or payment.*";
        WEBHOOK_ENDED: Conflict, "webhook_ended", "subscribe again";
        MAKER_LOST_RIGHT: Refused, "maker_lost_right", "refuse it, and let somebody who still holds the right ask anew";
        NOT_PARKED: Conflict, "event_not_parked", "load the list again; somebody was quicker";
        ACTIVATED_IN_PERSON: Refused, "activated_in_person", "let the owner come to a counter with his identity card and activate it there";
        BAD_DAYS: Invalid, "bad_days", "choose a first day that is not after the last, and at most five years";
        EXPORT_TOO_LARGE: Limit, "export_too_large", "choose a shorter period and take one file for each";
        STATEMENT_MOVED_ON: Conflict, "statement_moved_on", "make a new statement of these days; the old one stays what it was";
        NO_RECEIPT_YET: Refused, "no_receipt_yet", "ask again when it is paid";
        CHECK_MISSING: Refused, "account_check_missing", "look at what is named, tick it, and open the account then";
        HAS_ACCOUNT: Refused, "account_has_one", "use the account there is, or close it first";
        ACCOUNT_HAS_CARD: Refused, "account_has_card", "close the card first, or let it lead to another account";
        ACCOUNT_PAID_INTO: Refused, "account_paid_into", "let the deposits and products that pay into it end first";
        ACCOUNT_EARNS: Refused, "account_earns", "settle its interest first, pay the money out, and close it then";
        DAY_NOT_AFTER: Refused, "day_not_after", "open a day after the one that is open";
    }
}

/// Every code that can be raised, for the published list.
pub fn codes() -> Vec<&'static Code> {
    let lists: [&[&Code]; 33] = [
        kernel::error::ALL,
        store::ALL,
        sheets::ALL,
        ledger::ALL,
        ledger::refusals::ALL,
        party::codes::ALL,
        approval::codes::ALL,
        pricing::ALL,
        documents::ALL,
        risk::ALL,
        guard::ALL,
        safety::ALL,
        payments::ALL,
        payments::clearing::ALL,
        payroll::ALL,
        lobby::codes::ALL,
        bulk::ALL,
        till::ALL,
        deposits::ALL,
        cards::ALL,
        wealth::ALL,
        crews::ALL,
        worksite::ALL,
        worksite::end::ALL,
        guarantee::ALL,
        arrears::ALL,
        orders::ALL,
        cases::ALL,
        diligence::ALL,
        reporting::ALL,
        codes::ALL,
        demo_load::ALL,
        demo_time::ALL,
    ];
    lists.concat()
}
