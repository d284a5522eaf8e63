//! The end of a site and what protects its money until then.
//!
//! **Protected money (Decree 724, art. 33).** Nobody freezes, seizes or moves what lies on a wage account, its clearing account or a
//! guarantee deposit of a building project, for anything but this project's wages: the ledger refuses every restriction of such an account,
//! and [`restrict`] is the only way around it. It lets through what the law does not protect (ship repair), and nothing else. The
//! exception that the law makes is a [`LegalOrder`]: a document with number, authority, officer, basis, amount and file, entered by a
//! risk officer ([`order_enter`]), agreed to by another ([`approval_yes`]). Only then is exactly its amount frozen until its day, or taken and
//! paid to the account it names. A dispute on quantities or prices holds up nothing (art. 35): there is no command for that.
//!
//! **The end (art. 27).** [`completed`] → [`pledged`] (nothing is owed) → [`notice_begin`]: for [`NOTICE_DAYS`] whole days whoever is still owed says so
//! ([`object`]), and each objection is answered ([`object_answer`]) → [`close_ask`] → another person of the bank agrees. Both times the same
//! is judged ([`judge`], pure): the steps are done, the days are over, no objection is open, nothing blocks it ([`block`]: cases of
//! arrears, arbitrations), no pay sheet is under way, no money is in clearing, every failed line is paid again. Then what is left goes to
//! the main contractor's own account and both accounts are closed.
//!
//! **What is kept (art. 15, 28).** [`kept_until`]: three years after the later of completion and the end of the last pay sheet; until both are
//! known, without end. [`evidence`] packs all of it into one archive that the bank signs, and [`proof`] looks at such an archive without a bank. Nothing of a site is deleted before; [`may_forget`] is asked by whatever would.
mod archive;
mod blocks;
mod closing;
mod decided;
mod events;
mod evidence;
mod ledger_book;
mod links;
mod orders;
mod packing;
mod proof;
mod protected;
mod records;
mod running;

pub use blocks::{Block, block, blocks_of, is_blocked, unblock};
pub use closing::{
    Closing, Completion, Objection, Step, WorksiteEnd, close_ask, completed, completion, end_of, judge, look,
    may_return, notice_begin, object, object_answer, objections_of, pledged,
};
pub use decided::{KINDS, approval_no, approval_yes};
pub use events::Event;
pub use evidence::{Extra, KINDS_OF_SITE, evidence};
pub use ledger_book::{LedgerRow, pay_ledger, pay_ledger_file};
pub use orders::{
    Action, Basis, LegalOrder, OrderNew, OrderState, may_restrict, order, order_enter, order_lift,
    order_of_restriction, orders_of, orders_open, restrict,
};
pub use packing::{Packed, Packing, row};
pub use proof::{Fault, Proof, proof};
pub use protected::{Protected, protect, protected_accounts};
pub use records::{Kept, kept_until, may_forget};
pub use running::{Running, my_notice, my_notices, notice_of};

use kernel::{Actor, Error, Result, Who};
use party::{Permission, Scope};
use payroll::Project;
use store::{Migration, Table, Tx};

/// Whole days of the public notice before the closing.
pub const NOTICE_DAYS: i64 = 30;
/// Months that records are kept after the end.
pub const KEPT_MONTHS: i32 = 36;
/// Objections during one notice at most.
pub const OBJECTIONS_MAX: i64 = 10_000;
/// Objections and orders listed at once at most.
pub const LISTED_MAX: i64 = 200;
/// The kind of block under which a complaint holds a site; firms do not hear of it.
pub const COMPLAINT: &str = "complaint";
/// Blocks of one kind of one site at most.
pub const BLOCKS_MAX: i64 = 500;
/// Lines of the pay ledger shown on its page at most; the file has them all.
pub const LEDGER_SHOWN_MAX: u32 = 200;
/// Lines of the pay ledger in one file at most.
pub const LEDGER_FILE_MAX: u32 = 100_000;
/// Lines of one file of an archive of evidence at most.
pub const EVIDENCE_LINES_MAX: usize = 5_000;
/// Files of one archive at most.
pub const EVIDENCE_FILES_MAX: usize = 20_000;
/// Bytes of the papers of one archive at most (512 MiB); those beyond are named and not packed.
pub const EVIDENCE_PAPERS_BYTES_MAX: u64 = 512 << 20;
/// Bytes of one file of an archive at most.
pub const EVIDENCE_FILE_BYTES_MAX: u64 = 64 << 20;
/// Pay sheets of one archive at most, the newest first.
pub const EVIDENCE_SHEETS_MAX: u32 = 2_000;
/// Characters of a name or a document's number at most.
pub const TEXT_CHARS_MAX: usize = 200;
/// Characters of a public notice, an objection or an answer at most.
pub const LONG_CHARS_MAX: usize = 2_000;

kernel::codes! {
    NOT_COMPLETED: Refused, "worksite_not_completed", "write down first when the works were completed, and by which document";
    NOT_PLEDGED: Refused, "worksite_not_pledged", "hand in the contractor's pledge that no wages are owed";
    NOTICE_RUNS: Refused, "worksite_notice_runs", "wait until the public notice has run for 30 whole days";
    OBJECTION_OPEN: Refused, "worksite_objection_open", "answer every objection, and pay what is owed";
    BLOCKED: Refused, "worksite_blocked", "wait until the case or the arbitration has come to its end";
    WAGES_OPEN: Refused, "worksite_wages_open", "pay or cancel the pay sheets under way, and pay every failed line again";
    MONEY_UNDER_WAY: Refused, "worksite_money_under_way", "wait until no money is in the clearing account and no freeze is in force";
    STEP_DONE: Conflict, "worksite_step_done", "load the page again; this step is done and the next one has begun";
    CLOSED: Conflict, "worksite_closed", "nothing to do; the accounts of this project are closed";
    NOT_CONTRACTORS: Refused, "worksite_not_contractors", "name a general account of the main contractor itself";
    ORDER_UNFIT: Refused, "worksite_order_unfit", "give what the document says; without an article of law only this project's wages are a basis";
    ORDER_STATE: Conflict, "worksite_order_state", "load the order again; it was decided already";
    NOT_MOVED: Refused, "worksite_not_moved", "nothing was moved; look at the reason and try again later";
    ORDERED: Refused, "worksite_ordered", "lift it at the legal document it stands on, with a document of its authority";
    CLOSE_BY_END: Refused, "worksite_close_by_end", "close the wage account by the steps of its site's end: completion, pledge, notice, closing";
    EVIDENCE_UNREAD: Invalid, "worksite_evidence_unread", "give the file as the bank sent it; this is no archive of evidence";
    KEPT: Refused, "worksite_records_kept", "keep it; the law sets the day before which it is not deleted";
}

pub const MIGRATION: Migration =
    Migration { name: "0034_worksite_end", sql: include_str!("../../migrations/0034_worksite_end.sql") };

/// Every table of record of this module, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<WorksiteEnd>(),
    store::verify::of::<Objection>(),
    store::verify::of::<Protected>(),
    store::verify::of::<Block>(),
    store::verify::of::<LegalOrder>(),
];

/// Whether the actor may look at the end of a site: who reads wages at the bank, the firm that pays, the main contractor.
pub(crate) fn may_read(tx: &mut Tx<'_>, actor: &Actor, project: &Project) -> Result<()> {
    if matches!(actor.who, Who::Staff(_) | Who::System(_)) {
        return party::may(tx, actor, Permission::WageReadBank, &Scope::firm(project.firm)).map(|_| ());
    }
    let own = party::may(tx, actor, Permission::WageRead, &Scope::firm(project.firm)).map(|_| ());
    own.or_else(|_| party::may(tx, actor, Permission::WageRead, &Scope::firm(project.contractor)).map(|_| ()))
}

/// A text as it is kept: trimmed, not empty, at most `most` characters.
pub(crate) fn filled(field: &'static str, given: &str, most: usize) -> Result<String> {
    let t = given.trim();
    match t.chars().count() {
        0 => Err(Error::field(field, "it is empty")),
        n if n > most => Err(Error::limit(field, n, most, "characters")),
        _ => Ok(t.to_owned()),
    }
}
