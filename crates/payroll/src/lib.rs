//! Wages through special accounts: projects, rosters, pay sheets, and runs that pay nobody twice.
//!
//! **Words.** A *project* (工资专户项目) is a building site or a ship-repair subcontractor with a wage account that pays wages
//! only, and a clearing account of its own. A *worker* is a line of its roster (花名册): a person, a contract, one account.
//! A *pay sheet* (工资表) holds a *line* for each worker of one period; it is also the run that pays it. An *import* is a
//! spreadsheet that became roster lines or a pay sheet, with the list of what was wrong in it.
//!
//! **Who is paid.** The ledger lets a wage account pay its clearing account alone, and that one the workers whose account
//! was verified for this roster, the outgoing payments of the bank, and the wage account itself by the code `wage_return`
//! (Decree 724, art. 26, 31: wages to the worker's own account, nothing else). One account belongs to one worker of a
//! project. A change of account takes two persons.
//!
//! **A line is paid once.** The key of a line is project, period, kind (wage, or supplement with its number) and worker; the
//! database holds one *live* line of a key. A second file, or the same one again, reports such lines as `already`.
//!
//! **A run** goes: drafted → submitted (maker) → checked (another person, by an approval that names the hash of all lines)
//! → paying → paid or partly paid. Paying debits the wage account once for the whole sum, then credits workers in chunks
//! of [`CHUNK_LINES`]; the state of a line is written in the transaction that posts its leg, and the sheet remembers the
//! last line done, so that after a kill [`resume`] goes on with the next line and no other. A chunk is prepared on a
//! snapshot and refused whole when a line or the sheet changed meanwhile. Lines to other banks go out through the
//! clearing port and stay `processing` until it answers; an unknown outcome is never paid again. The money of failed lines
//! goes back to the wage account; [`repay`] puts such lines on a new sheet, which is checked and paid as any other.
//!
//! **Money for named workers** lies on the wage account apart from the rest ([`earmark()`]): a run that would spend it on others does not
//! begin.
//!
//! Memory does not grow with the lines that are done: a chunk, its workers and its legs are all that is held.
//!
//! **Personal data.** Names and card numbers are encrypted under the person's key; lists and events hold masked text.
//! Files are kept encrypted under their hash.
//!
//! **Site rules.** A project [put under them](put_under_site_rules) takes on nobody without a labour contract, and submits a
//! sheet only with a [clearance](clear) of exactly its lines; crate `crews` gives it after attendance, review and signatures.
//! Who may draft for a crew is asked there too, so [`take_in_for_crew`] reads the rows of one team and asks no right.
mod account;
mod apply;
mod calendar;
mod columns;
mod earmark;
mod ending;
mod events;
mod fault_list;
mod faults;
mod files;
mod flow;
mod import;
mod line;
mod lists;
mod pages;
mod period;
mod project;
mod read_roster;
mod read_sheet;
mod result;
mod run;
mod screen;
mod settle;
mod sheet;
mod site_rules;
mod slips;
#[cfg(test)]
mod tests;
mod watch;
mod worker;

pub use account::{
    AccountChange, AccountGiven, NOT_ACTIVATED, Opened, account_change_ask, activate, is_activated, open_accounts,
};
pub use calendar::{calendar_is_known, is_business_day, next_pay_day, pay_day};
pub use earmark::{
    Earmark, awaits_pay, earmark, earmark_given_back, earmark_of, earmark_sheet, earmarked, not_of_others,
};
pub use ending::{
    Unsettled, is_of_roster, project_closed, project_of_account, projects_of_person, settled_at, unsettled,
    worker_by_identity,
};
pub use events::Event;
pub use fault_list::{FileId, ImportFault, faults_kept, keep_faults};
pub use faults::Finding;
pub use files::{FilePart, hash as file_hash, keep as keep_file, read as read_file, renew_files};
pub use flow::{Approved, approve, cancel, cancel_for_crew, repay, send_back, submit};
pub use import::{
    Hear, Import, ImportFor, ImportState, Subject, TakenIn, Upload, accept_valid, import, import_raw, take_in,
    take_in_for_crew, take_up, take_up_for_crew,
};
pub use line::{Item, LineState, PayLine, last_line, line_raw, lines_of_person, lines_raw};
pub use lists::{
    LineView, faults, faults_csv, import_of, lines, net_and_days, progress, roster, sheet, sheets_newest, sheets_of,
    without_account,
};
pub use pages::{
    Headcount, ProjectPage, ProjectView, goings_on, headcount, project, project_page, projects, projects_of,
};
pub use period::Period;
pub use project::{
    Profile, Project, ProjectNew, account_name, fund, project_check, project_open, project_open_checked, project_raw,
};
pub use result::{Proof, Tell, Told, proof, result_csv};
pub use run::{Resumed, go_on, pay, pay_all, resume};
pub use settle::{on_clearing_paid, on_clearing_returned};
pub use sheet::{Ended, EndedView, Kind, PaySheet, Progress, SheetState, SheetView, Signed, SignedView, sheet_raw};
pub use site_rules::{Clearance, SiteRules, clear, clearance, need_site_rules, put_under_site_rules, site_rules};
pub use slips::{Paid, Slip, SlipLine, paid_in_chunk, paid_line, slip, slips_of};
pub use watch::{
    Credited, MonthSum, Payable, came_back, credited_since, month_has_lines, month_sums, ordered_teams, paid_since,
    paid_teams, payables, pays_for, pays_next, project_ids, roster_size, unpaid_lines, waiting_sheets, worker_named,
};
pub use worker::{
    Added, Standing, Worker, WorkerNew, identity_index, name_index, roster_raw, worker_add, worker_leave, worker_raw,
    worker_verify,
};

use kernel::id::FirmId;
use kernel::{Actor, Result, actor::Who};
use party::{Permission, Scope};
use store::{Migration, Table, Tx};

/// Lines of a pay sheet at most.
pub const SHEET_LINES_MAX: usize = 100_000;
/// Workers on a roster at most.
pub const ROSTER_WORKERS_MAX: usize = 100_000;
/// Lines credited in one transaction at most.
pub const CHUNK_LINES: usize = 500;
/// Rows of an import written in one transaction at most.
pub const IMPORT_CHUNK_ROWS: usize = 500;
/// Entries kept of an import's list of faults; what is beyond is counted.
pub const FAULTS_KEPT_MAX: usize = 10_000;
/// Lines of one repayment at most.
pub const REPAY_LINES_MAX: usize = 1_000;
/// Accounts opened in bulk by one order at most.
pub const OPEN_ACCOUNTS_MAX: usize = 5_000;
/// Characters of a project's or team's name, a note or a document number at most.
pub const TEXT_CHARS_MAX: usize = 200;
/// The highest number of a supplement in one period.
pub const SUPPLEMENTS_MAX: u8 = 99;
/// Runs under way that one call of [`resume`] looks at.
pub const RUNS_AT_ONCE_MAX: i64 = 200;

kernel::codes! {
    SHEET_STATE: Conflict, "pay_sheet_state", "load the pay sheet again; it has moved on";
    SHEET_EMPTY: Refused, "pay_sheet_empty", "import the lines first";
    SHEET_CHANGED: Conflict, "pay_sheet_changed", "load the pay sheet again and compare its totals before you go on";
    LINES_CHANGED: Broken, "pay_lines_changed", "do not pay; tell the operator to run `yizhan verify`";
    ACCOUNT_NAME: Refused, "wage_account_name", "name the account after the contractor and the project, ending in 农民工工资专用账户";
    PROJECT_TAKEN: Conflict, "project_taken", "use the project there is, or another name or tag";
    NOT_OWN_ACCOUNT: Refused, "not_own_account", "fund the wage account from the firm's own general account";
    ACCOUNT_SHARED: Refused, "account_shared", "one account belongs to one worker; ask the worker for his own";
    ACCOUNT_OF_ANOTHER: Refused, "account_of_another", "the account must be the worker's own; ask him for his card";
    ACCOUNT_DIFFERS: Refused, "worker_account_differs", "ask for a change of account; a second person must approve it";
    ACCOUNT_UNKNOWN_HERE: Refused, "account_unknown_here", "check the number, or name the bank that keeps the account";
    ACCOUNT_BAD: Invalid, "bad_account_number", "type the 8 to 30 digits of the card or account";
    ACCOUNT_UNFIT: Refused, "worker_account_unfit", "correct the worker's account on the roster first";
    LEFT_ROSTER: Refused, "left_roster", "take the worker on again first";
    REPAID_ALREADY: Conflict, "repaid_already", "look at the sheet that pays it";
    NOT_FAILED: Conflict, "line_not_failed", "only a line that failed can be paid again";
    MONEY_NOT_BACK: Conflict, "money_not_back", "wait until the money of the line is back in the wage account";
    NOT_ACTIVATED_HERE: Refused, "not_activated_here", "the worker activates his account at a counter in person, with his identity card";
    RUN_WAITS: Unavailable, "run_waits", "nothing was posted for these lines; the run goes on by itself when the check answers";
    SHEET_NOT_CLEARED: Refused, "sheet_not_cleared", "have the labour officer look at attendance and signatures and clear the sheet first";
    NO_SITE_RULES: Refused, "no_site_rules", "put the project under the rules of a site first";
    EARMARKED: Refused, "wage_earmarked", "name this sheet at the labour bureau's notice, or pay in the money for it; what is there is for other workers";
    EARMARK_TAKEN: Conflict, "wage_earmark_taken", "look at the sheet that uses this money";
    CONTRACT_MISSING: Refused, "contract_missing", "enter the number of his labour contract";
    BAD_PERIOD: Invalid, "bad_period", "write the month as YYYY-MM";
    TOO_MANY_LINES: Limit, "too_many_lines", "send at most 100,000 lines at a time";
}

pub const MIGRATION: Migration =
    Migration { name: "0008_payroll", sql: include_str!("../migrations/0008_payroll.sql") };

/// The rules of a site.
pub const MIGRATION_SITE_RULES: Migration =
    Migration { name: "0029_site_rules", sql: include_str!("../migrations/0029_site_rules.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Project>(),
    store::verify::of::<Worker>(),
    store::verify::of::<AccountChange>(),
    store::verify::of::<Import>(),
    store::verify::of::<ImportFault>(),
    store::verify::of::<PaySheet>(),
    store::verify::of::<PayLine>(),
    store::verify::of::<SiteRules>(),
    store::verify::of::<Clearance>(),
    store::verify::of::<Earmark>(),
];

/// The process that pays: it holds the rights of a run and no others. What it does after [`pay`] bears the sheet as its
/// correlation.
pub(crate) fn payer(correlation: &str) -> Actor {
    Actor { correlation: correlation.into(), ..Actor::system("payroll") }
}

pub(crate) fn is_bank(actor: &Actor) -> bool {
    matches!(actor.who, Who::Staff(_) | Who::System(_))
}

/// `Err(FORBIDDEN)` unless the actor may look at the firm's projects.
pub(crate) fn may_read(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId) -> Result<()> {
    let permission = if is_bank(actor) { Permission::WageReadBank } else { Permission::WageRead };
    party::may(tx, actor, permission, &Scope::firm(firm)).map(|_| ())
}

/// A text as it is kept: trimmed, at most [`TEXT_CHARS_MAX`] characters.
pub(crate) fn text(field: &'static str, given: &str) -> Result<String> {
    let t = given.trim();
    match t.chars().count() {
        n if n > TEXT_CHARS_MAX => Err(kernel::Error::limit(field, n, TEXT_CHARS_MAX, "characters")),
        _ => Ok(t.to_owned()),
    }
}

/// As [`text`], and not empty.
pub(crate) fn filled(field: &'static str, given: &str) -> Result<String> {
    match text(field, given)? {
        t if t.is_empty() => Err(kernel::Error::field(field, "it is empty")),
        t => Ok(t),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
