//! A firm pays many at once from a spreadsheet (批量转账): one file, one agreement, a payment for each line.
//!
//! ```text
//! drafted ─▶ submitted ─▶ paying ─▶ paid
//!    │           └─▶ drafted (refused, sent back, expired)
//!    └─▶ cancelled        rejected (nothing in it can be paid)
//! ```
//!
//! **Reading.** [`take_in`] reads the file by [`sheets`], tolerantly in its form and strictly in its values. A row that cannot be paid is
//! a finding with its cell; the others are the lines of a draft. A total that does not fit rejects the whole file, because a
//! row may be missing. The same payee, amount and memo twice in a file is refused, and in another file of the last
//! [`TWIN_DAYS`] days it is a warning. The same bytes for the same account are the same file, unless it was cancelled or rejected.
//!
//! **Agreeing.** [`submit`] prices every line, and puts the file before a second person when the firm wants two for its rights
//! ([`party::FirmControl`]) or the sum is above what its maker may do alone; else it is paid at once. What is agreed to is the hash of all
//! lines with their prices; the maker never agrees himself.
//!
//! **Paying.** Each line is an order of its own through [`payments`], in its maker's name and limits, with an instruction id that was
//! chosen when the file was read. The state of a line is written in the transaction that takes its order in, so after a kill
//! [`resume`] goes on with the lines that wait and no other, and an order that was taken in is recognised by its id: a
//! line is paid at most once. What the guard holds is *open* until it is decided; what is refused says why, is listed in the same columns
//! as the file it came from ([`failed_csv`]), and is sent again as a new file when it was corrected.
//!
//! Names of accounts here are compared, and [`MISNAMED_A_DAY_MAX`] wrong ones a day are told to a firm, so that no file tries names on a number.
//!
//! **Personal data.** Names and numbers are encrypted; lists hold masked text. The file itself is not kept.
mod columns;
mod csvs;
mod file;
mod flow;
mod line;
mod read;
mod run;

pub use columns::Wrong;
pub use csvs::{failed_csv, findings_csv, result_csv};
pub use file::{BulkFile, FileState, FileView, Finding, file, files, findings};
pub use flow::{Approved, KIND, Submitted, approve, cancel, refuse, submit};
pub use line::{BulkLine, Counts, LinePlace, LineState, lines, renew_lines};
pub use read::{Taken, Upload, take_in};
pub use run::{Resumed, resume};

use store::{Migration, Table};

/// Lines of one file at most.
pub const LINES_MAX: usize = 5_000;
/// Rows that hold something, in one sheet of a file, at most.
pub const ROWS_MAX: usize = 20_000;
/// Files that a firm may send in 24 hours.
pub const FILES_A_DAY_MAX: i64 = 200;
/// Names that did not fit their accounts here, in the files of a firm in 24 hours; beyond it no name is compared.
pub const MISNAMED_A_DAY_MAX: i64 = 100;
/// Findings kept of one file at most; what is beyond is counted.
pub const FINDINGS_MAX: usize = 1_000;
/// Lines of one file paid in its turn at most.
pub const CHUNK_LINES: u32 = 50;
/// Files under way that one call of [`resume`] looks at.
pub const FILES_AT_ONCE_MAX: u32 = 50;
/// Open lines asked after on one snapshot at most.
pub const OPEN_AT_ONCE_MAX: u32 = 100;
/// Days in which the same payee, amount and memo in another file is worth a warning.
pub const TWIN_DAYS: i64 = 7;

kernel::codes! {
    FILE_STATE: Conflict, "bulk_file_state", "load the file again; it has moved on";
    FILE_CHANGED: Conflict, "bulk_file_changed", "load the file again and compare its sum before you go on";
    FILES_TODAY: Limit, "bulk_files_today", "put the payments into one file, or send the next one tomorrow";
    MISNAMED: Limit, "bulk_misnamed", "correct the names that were told, and send the file tomorrow";
    TOO_MANY: Limit, "bulk_too_many", "send at most 5,000 lines in one file";
}

pub const MIGRATION: Migration = Migration { name: "0016_bulk", sql: include_str!("../migrations/0016_bulk.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] =
    &[store::verify::of::<BulkFile>(), store::verify::of::<BulkLine>(), store::verify::of::<file::Findings>()];
