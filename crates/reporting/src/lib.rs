//! What the bank reports against laundering and fraud, and the figures of its guard.
//!
//! **Large sums** (大额交易报告, 反洗钱法 35). When a day is closed, [`go_on`] looks through what moved on it: accounts whose sums of a side come
//! to the `look_from` of `data/reporting.toml`, 10,000 yuan, and of them the customers whose cash or transfers come to a threshold. A day, a
//! customer, a side, a kind and a currency make one report, with its movements; what a customer moves between his own accounts, fees, interest
//! and reversals do not count. Days are looked through once, the oldest first, at most [`DAYS_BACK_MAX`] back.
//!
//! **Its course.** open → reviewed (one officer says what is to become of it, and why) → a second officer agrees: it is released and its file
//! made, or left out; or he puts it back. Nobody does both, and nobody touches a report about himself or his own (`cases::CONFLICT`). The job
//! hands released files to the centre through [`Receiver`], again and again until it answers with a receipt; a file carries the report's id, so
//! that receiving it twice is known. What was sent never changes: [`correct`] makes a new report that corrects or withdraws it. The second
//! person stands here and not in `approval`: a request there would be listed to people who may not know.
//!
//! **Suspicions** (可疑交易报告). Written by hand or from a case, with the same course. They have a permission of their own; to everybody
//! without it, and to who is near the customer, they do not exist. Every look is audited, by the report's id alone. Words are encrypted. No
//! event leaves this crate: nobody else can be told of a report, the customer last of all.
//!
//! **Figures.** The same job counts the day: decisions of the guard by step, accounts opened. Closings and limits are counted as they are told
//! ([`count`]). A month of them by branch is the pack ([`month`]).
//!
//! **Never:** a report sent by one; a suspicion in a list of somebody without the permission; a day looked through twice.
mod course;
mod day;
mod figures;
mod file;
mod found;
mod list;
mod report;
mod rules;
#[cfg(test)]
mod tests;

pub use course::{agree, correct, look, put_back, review};
pub use day::{Night, ReportDay, go_on};
pub use figures::{Count, Day, Month, What, Wronged, count, days, month, waiting, wronged};
pub use file::{Outgoing, Receiver, Sent, Simulator, file};
pub use list::{Ask, Due, due, listed};
pub use report::{Act, Kind, Movement, Report, State, Suspicion, Verdict, Way, renew_words, suspect};
pub use rules::{Rules, Threshold, Whose, rules};

use kernel::{Actor, Error, Id, Owner, Result};
use party::{Permission, Scope};
use store::{Migration, Table, Tx};

/// Closed days that are looked back at.
pub const DAYS_BACK_MAX: u32 = 31;
/// Movements kept with one report; the sum and their number are of all.
pub const MOVEMENTS_MAX: usize = 500;
/// Lines of one account and day that are looked at.
pub const LINES_MAX: usize = 100_000;
/// Reports written in one transaction.
pub const REPORTS_AT_ONCE: usize = 100;
/// Files handed over in one run.
pub const SENT_AT_ONCE: i64 = 50;
/// Characters of a note or of what is suspected.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Corrections of one report.
pub const CORRECTIONS_MAX: i64 = 20;
/// Days that figures are asked for at once.
pub const FIGURE_DAYS_MAX: i64 = 62;

kernel::codes! {
    FORM: Invalid, "report_form", "correct the named field";
    STATE: Conflict, "report_state", "load the report again; it has moved on";
    SECOND_PERSON: Refused, "report_second_person", "leave it to a colleague: who reviewed a report does not agree to it";
}

pub const MIGRATION: Migration =
    Migration { name: "0045_reporting", sql: include_str!("../migrations/0045_reporting.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] =
    &[store::verify::of::<Report>(), store::verify::of::<ReportDay>(), store::verify::of::<Count>()];

pub(crate) fn bad(field: &'static str, why: impl std::fmt::Display) -> Error {
    Error::new(&FORM, format!("{field}: {why}")).with("field", field)
}

/// Trimmed, 1 to [`TEXT_CHARS_MAX`] characters.
pub(crate) fn text(field: &'static str, given: &str) -> Result<String> {
    let t = given.trim();
    match t.chars().count() {
        0 => Err(bad(field, "write something")),
        n if n > TEXT_CHARS_MAX => Err(Error::limit(field, n, TEXT_CHARS_MAX, "characters")),
        _ => Ok(t.to_owned()),
    }
}

/// `Err(NOT_FOUND)` unless the actor works on reports of this kind where the customer belongs and is not near him.
pub(crate) fn may_work(tx: &mut Tx<'_>, actor: &Actor, r: &Report) -> Result<()> {
    let none = |e: Error| Error::not_found("report", r.id).caused_by(e);
    party::may(tx, actor, r.kind.permission(), &Scope::branch(r.branch)).map_err(none)?;
    match r.kind {
        Kind::Suspicion => cases::free_of(tx, actor, r.subject).map_err(none),
        _ => Ok(()),
    }
}

/// Whether the actor works on reports of suspicion anywhere.
pub fn works_on_suspicions(tx: &mut Tx<'_>, actor: &Actor) -> bool {
    party::may(tx, actor, Permission::ReportSuspicion, &Scope::here(actor)).is_ok()
}

pub(crate) fn branch_of(tx: &mut Tx<'_>, subject: Owner) -> Result<(kernel::BookId, kernel::id::BranchId)> {
    let book = match subject {
        Owner::Person(p) => p.book(),
        Owner::Firm(f) => f.book(),
        Owner::Bank => return Err(bad("subject", "a report is about a customer")),
    };
    Ok((book, party::branch_of(tx, book)?.id))
}
