//! Warnings of wages that will not or did not come, cases of wages in arrears, the labour bureau's view, complaints of workers.
//!
//! **Words.** A *finding* is what a detector says of the facts of one project; a *warning* is a finding that stands open, with somebody
//! whose turn it is. An *exception* lets a finding pass for a while. A *case* (欠薪案件) says which workers are owed what and who must
//! pay. A *bureau* (劳动保障监察机构) looks after a region. A *query* is its look into an account. A *complaint* comes from a worker
//! who need not say who he is.
//!
//! **Looking.** [`find::find`] is pure: 18 detectors over [`find::Facts`], with the dated thresholds of `data/warnings.toml`. Each project
//! has a time at which it is looked at again: at once when something happened to it ([`touched`]), or when time alone changes what is
//! found ([`find::next_look`] tries the 31 days to come). [`scan`] looks at the projects that are due, each in a transaction: it opens
//! one warning of a kind, project and matter, brings figures up to date, clears what is not found any more, and passes on what nobody
//! acted on in his hours: contractor, officer, manager of the branch, bureau. Looking at everything ([`scan_all`]) finds the same.
//! Of a kind the 200 biggest findings of a project stand.
//!
//! **Dismissed and learnt.** A dismissal says a reason. It holds for 7 days and ends when the figures get worse; an exception holds up to
//! 180 days and until they are worse by a named step. What is severe (W18) takes a second person.
//!
//! **A case** goes told → reported → ordered → default → notice to the guarantee → paid → closed. Who pays (Decree 724, art. 29, 30): the
//! main contractor settles first and takes it back from the subcontractor; the owner of the works advances up to the works money he still
//! owes. Paid is what was credited to the workers after the case was opened, counted from pay lines. The notice is written by the
//! bureau's officer and signed by its head ([`notice_ask`]); what is paid after the bank took it in is taken off it ([`guarantee_yes`]). While a case
//! is open its site is not closed.
//!
//! **The bureau** (art. 38, 40) sees its region and what lies below it, and nothing else: what lies elsewhere does not exist for it. It sees
//! no balance until a query is approved: a reason, a document, the yes of the head of a bureau of a city or above, a number; each look is
//! counted, written down and shown to the bank.
//!
//! **Complaints** are taken from anybody. The code that shows their progress is 60 random bits, kept as a keyed hash; the words and the
//! telephone number are encrypted.
mod board;
mod bureau;
mod case;
mod case_entry;
mod case_line;
mod complaint;
mod decided;
mod events;
pub mod find;
mod kept;
mod links;
mod load;
mod look;
mod notice;
mod onward;
mod query;
mod report;
mod rules;
mod site;
mod summary;
#[cfg(test)]
mod tests;
mod warning;

pub use board::{
    Filter, Place, Totals, WarningPage, board, board_totals, bureau_board, bureau_totals, case, cases, cases_of_bureau,
    exceptions, firm_warnings, project_warnings, warning,
};
pub use bureau::{
    Bureau, BureauNew, Level, bureau_end, bureau_make, bureau_of, bureaus, bureaus_kept, bureaus_over, covers,
    is_region, my_bureau,
};
pub use case::{
    ArrearsCase, CASE_HOURS, CaseState, Liability, case_close, case_order, case_report, case_tell, liability,
};
pub use case_entry::{CaseEntry, Paper, What, case_entries, case_note, case_paper};
pub use case_line::{CaseLine, CaseNew, Owed, case_lines, case_open, people_of_case};
pub use complaint::{
    Attached, CODE_SIGNS, Complaint, ComplaintCase, ComplaintNew, ComplaintRead, ComplaintState, Progress, complain,
    complaint, complaint_case, complaint_file, complaint_move, complaint_reveal, complaints, plain_code, progress,
    renew as renew_complaint, shown_code,
};
pub use decided::{Dismissed, KINDS, approval_no, approval_yes, close_ask, dismiss};
pub use events::Event;
pub use kept::{CaseKept, cases_kept};
pub use links::{guarantee_yes, notice_take, notices_of_case};
pub use look::{Scanned, attended, due_at, scan, scan_all, touched, touched_site};
pub use notice::{notice_ask, notice_waits};
pub use query::{AccountLook, BureauQuery, QueryState, account_look, queries, queries_of, query, query_ask};
pub use report::{MonthReport, ReportLine, report, report_csv};
pub use rules::{Kind, KindRule, Numbers, Rules, Severity, Step, is_quiet, rules};
pub use summary::Summary;
pub use warning::{Dismissal, Exception, WORSE_PERCENT_MAX, Warning, WarningState, act_on, exception_end};

use kernel::id::FirmId;
use kernel::{Actor, Error, Result};
use party::{Permission, Scope};
use store::{Migration, Table, Tx};

/// Findings of one kind that stand in a project at most.
pub const FINDINGS_OF_A_KIND_MAX: usize = 200;
/// Bureaus in office at most.
pub const BUREAUS_MAX: u32 = 4_000;
/// Days for which an approved query may be used.
pub const QUERY_DAYS: i64 = 15;
/// Lines of a case at most: a worker and a month each.
pub const CASE_LINES_MAX: usize = 20_000;
/// Warnings that a case is opened on at most.
pub const CASE_WARNINGS_MAX: usize = 200;
/// Entries of a case after which no note is taken; steps always are.
pub const CASE_ENTRIES_MAX: i64 = 1_000;
/// Characters of a complaint at most.
pub const COMPLAINT_CHARS_MAX: usize = 2_000;
/// Files of a complaint at most.
pub const COMPLAINT_FILES_MAX: usize = 3;
/// Bytes of a file of a case or a complaint at most: 5 MiB.
pub const FILE_BYTES_MAX: usize = 5 << 20;
/// Characters of a name, a number or a note at most.
pub const TEXT_CHARS_MAX: usize = 500;
/// Hours between two looks at where wages went, in the days after they came in.
pub const FOLLOW_HOURS: i64 = 6;
/// Months back in which a worker's open warning is still looked at.
pub const MONTHS_BACK_MAX: usize = 12;
/// Workers read at a time.
pub const WORKERS_PAGE: u32 = 2_000;
/// Roster lines with their accounts read at a time.
pub const CARDS_PAGE: u32 = 2_000;
/// Workers of a project whose wages are followed after they came in, at most.
pub const ONWARD_WORKERS_MAX: u32 = 20_000;
/// Movements of one worker's account that are followed at most.
pub const ONWARD_PAYEES_MAX: u32 = 50;

kernel::codes! {
    NOT_OPEN: Conflict, "warning_not_open", "load the warning again; it has ended";
    CASE_STATE: Conflict, "arrears_case_state", "load the case again; it has moved on";
    CASE_EMPTY: Refused, "arrears_case_empty", "name the workers, months and sums that are owed";
    CASE_OWES: Refused, "arrears_case_owes", "let the wages be paid first, or ask a second person to close what was opened in error";
    NOTICE_WAITS: Conflict, "arrears_notice_waits", "let the head of the bureau decide on the notice that waits";
    NO_GUARANTEE: Refused, "arrears_no_guarantee", "open the guarantee of the project first, or let the contractor pay";
    NOT_AN_AUTHORITY: Refused, "bureau_not_authority", "register the bureau as an authority first";
    BUREAU_TAKEN: Conflict, "bureau_taken", "end the region it looks after first";
    LEVEL_UNFIT: Refused, "bureau_level_unfit", "a code that ends in 0000 is a province, in 00 a city, any other a county";
    BAD_REGION: Invalid, "bad_region", "give the six digits of the place";
    NO_HEAD: Refused, "bureau_no_head", "let the head office write down the bureau of the city first";
    QUERY_NOT_APPROVED: Refused, "bureau_query_not_approved", "wait for the yes of the head, or ask anew";
    COMPLAINT_STATE: Conflict, "complaint_state", "load the complaint again; it has moved on";
    COMPLAINT_NO_PROJECT: Refused, "complaint_no_project", "choose the project first";
    COMPLAINT_WORKER_UNKNOWN: Refused, "complaint_worker_unknown", "compare the identity number, digit by digit";
    NO_SUCH_CODE: Missing, "complaint_code_unknown", "compare the code with your note, sign by sign";
    BAD_FILE: Invalid, "arrears_bad_file", "send a picture (JPEG, PNG) or a PDF of at most 5 MiB";
}

pub const MIGRATION: Migration =
    Migration { name: "0033_arrears", sql: include_str!("../migrations/0033_arrears.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Warning>(),
    store::verify::of::<Exception>(),
    store::verify::of::<Summary>(),
    store::verify::of::<ArrearsCase>(),
    store::verify::of::<CaseLine>(),
    store::verify::of::<CaseEntry>(),
    store::verify::of::<Bureau>(),
    store::verify::of::<BureauQuery>(),
    store::verify::of::<Complaint>(),
];

/// The process that looks at projects and follows cases.
pub(crate) fn system() -> Actor {
    Actor::system("arrears")
}

/// `Err(FORBIDDEN)` unless the bank's officer may keep warnings and cases of the firm (`wage.case`).
pub(crate) fn may_keep(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId) -> Result<()> {
    party::may(tx, actor, Permission::WageCase, &Scope::firm(firm)).map(|_| ())
}

/// The bank (`wage.case`) or the firm's own users (`wage.project_manage`).
pub(crate) fn may_act(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId) -> Result<()> {
    match actor.firm() {
        Some(_) => party::may(tx, actor, Permission::WageProjectManage, &Scope::firm(firm)).map(|_| ()),
        None => may_keep(tx, actor, firm),
    }
}

/// The bank, the firm's own users, or the bureau of the region (`bureau.act`).
pub(crate) fn may_write(tx: &mut Tx<'_>, actor: &Actor, c: &ArrearsCase) -> Result<()> {
    match actor.firm() {
        Some(firm) if bureau_of(tx, firm)?.is_some() => {
            my_bureau(tx, actor, Permission::BureauAct)?.sees(&c.region, "case", c.id)
        }
        _ => may_act(tx, actor, c.firm),
    }
}

/// A text as it is kept: trimmed, at most [`TEXT_CHARS_MAX`] characters.
pub(crate) fn text(field: &'static str, given: &str) -> Result<String> {
    let t = given.trim();
    match t.chars().count() {
        n if n > TEXT_CHARS_MAX => Err(Error::limit(field, n, TEXT_CHARS_MAX, "characters")),
        _ => Ok(t.to_owned()),
    }
}

/// As [`text`], and not empty.
pub(crate) fn filled(field: &'static str, given: &str) -> Result<String> {
    match text(field, given)? {
        t if t.is_empty() => Err(Error::field(field, "it is empty")),
        t => Ok(t),
    }
}

pub(crate) fn note(given: &str) -> Result<String> {
    text("note", given)
}

/// A picture or a PDF by its first bytes, within [`FILE_BYTES_MAX`].
pub(crate) fn check_file(bytes: &[u8]) -> Result<()> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Error::limit("file", bytes.len(), FILE_BYTES_MAX, "bytes"));
    }
    let known = [&b"%PDF-"[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"];
    match known.iter().any(|head| bytes.starts_with(head)) {
        true => Ok(()),
        false => Err(Error::new(&BAD_FILE, "neither a picture nor a PDF")),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Result<Vec<u8>> {
    let pair = |at: usize| text.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes = (0..text.len()).step_by(2).map(pair).collect::<Option<Vec<_>>>();
    bytes.ok_or_else(|| Error::broken("a kept file has no name"))
}
