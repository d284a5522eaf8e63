//! Maker and checker (经办与复核) for anything: what one person prepared, another decides on, seeing exactly what will be done.
//!
//! **Asking.** The maker's command checks its own entitlement, tries the work as far as it can be tried, and [`ask`]s with a
//! payload (JSON of ids and masked text), a summary of what was and will be, the permission a checker needs, and whom
//! it concerns. [`policy`] says how many checkers an amount of a kind needs: none, one or two.
//!
//! **Deciding.** A checker sends back the hash he was shown; another payload is another hash and is refused. The maker
//! never checks, as no administrator, process or program ever does; nor does whoever gains from it. The amount
//! must be within his release limit and his second factor fresh. Of two checkers the second is another than the first.
//! Reasons are mandatory for no. A request waits at most [`APPROVAL_HOURS_MAX`] hours.
//!
//! **Doing.** [`approve`] answers the payload to the caller, who judges everything again (limits, freezes and balances
//! have moved), does the work and says [`mark_executed`] in the same transaction. So an approval is used once: of two
//! checkers at the same moment one finds it decided. Nothing here is ever changed afterwards: sent back means that the
//! maker asks anew, naming the one it replaces.
//!
//! ```text
//! waiting ─▶ approved ─▶ executed | failed
//!    └─────▶ refused | sent_back | cancelled | expired
//! ```
mod approval;
mod ask;
mod decide;
mod events;
mod list;
mod policy;
pub mod terms;
#[cfg(test)]
mod tests;

pub use approval::{Approval, Decision, Line, State, raw};
pub use ask::{Ask, ask, asked_already};
pub use decide::{Approve, approve, cancel, expire_due, mark_executed, mark_failed, refuse, send_back, withdraw};
pub use events::{Event, Happened};
pub use list::{approval, made_by, may_decide, waiting_for, waiting_in};
pub use policy::{Policy, policy};

use store::{Migration, Table};

/// Hours a request waits at most.
pub const APPROVAL_HOURS_MAX: u32 = 168;
/// Bytes of a payload at most.
pub const PAYLOAD_BYTES_MAX: usize = 64 * 1024;
/// Lines of a summary at most.
pub const SUMMARY_LINES_MAX: usize = 60;
/// Bytes of a text of dated terms at most.
pub const DRAFT_BYTES_MAX: usize = 1 << 20;
/// Characters of such a text's file name that are kept.
pub const DRAFT_NAME_CHARS_MAX: usize = 120;
/// Faults of one such text that are told.
pub const FAULTS_MAX: usize = 200;
/// Requests ended by one call of [`expire_due`] at most.
pub const EXPIRE_ROWS_MAX: u32 = 1_000;

pub const MIGRATION: Migration =
    Migration { name: "0004_approval", sql: include_str!("../migrations/0004_approval.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[store::verify::of::<Approval>(), store::verify::of::<terms::Draft>()];

pub mod codes {
    kernel::codes! {
        MAKER_IS_CHECKER: Forbidden, "maker_is_checker", "let another person check it";
        CHECKER_IS_BENEFICIARY: Forbidden, "checker_is_beneficiary", "let a person check it who gains nothing from it";
        ABOVE_RELEASE_LIMIT: Forbidden, "above_release_limit", "leave it to a colleague with a higher release limit";
        NOT_THE_MAKER: Forbidden, "not_the_maker", "ask the maker to cancel it, or refuse it as a checker";
        APPROVAL_CHANGED: Conflict, "approval_changed", "load it again and look at what would be done now";
        APPROVAL_DECIDED: Conflict, "approval_decided", "look at what was decided; ask anew if it is still wanted";
        APPROVAL_EXPIRED: Refused, "approval_expired", "let the maker ask anew";
    }
}
