//! The crews of a site: who works for whom, who was there, who agreed to his wage before it is paid.
//!
//! **Words.** A project *under site rules* ([`payroll::put_under_site_rules`]) has *crews* (班组): teams of its roster, of a
//! subcontractor whose clerks act for it, or the main contractor's own. A worker's *month* holds half hours by day; up to
//! [`HALF_DAY_HALF_HOURS`] of them are half a day, more a whole one. A *stranger* was on the site and is on no roster. A *word* is what a
//! worker said of his line: signed, on paper, objected.
//!
//! **Attendance** comes from a gate's times, a table of days, a table of totals, or rows of a program. A file is written down in one
//! transaction or not at all; whoever is refused in it is left out whole, and only when the sender says so. The same bytes for the
//! same month are the same file. Heads by day are counted as days are written.
//!
//! **Review.** The labour officer reviews a crew's month as it was shown (its hash). From then on a day changes by a
//! [correction](correct) with a reason, and the month is reviewed again. Nobody reviews what he wrote down.
//!
//! **A sheet** goes: drafted by the crew's clerk → shown to its workers ([`ask_signatures`], in events of [`ASKED_LINES`] lines) →
//! [given to the main contractor](submit_to_main) → [cleared](clear_sheet) by the labour officer → submitted, checked and paid in
//! `payroll` → [proof](crew_proof) for the subcontractor. It may be given back before it is cleared; then the crew cancels it and sends another.
//!
//! **A signature** is bound to [`line_hash`]: worker, month, days, every part, the sums. The worker signs as himself; paper counts once
//! the labour officer compared it. **An objection** stops nothing (Decree 724, art. 35): it is a word like a signature. It is
//! answered, corrected on a supplement or kept with a reason, and can be taken further when kept or after [`ANSWER_DAYS`] days.
//! What he said last is his word: who signed may still object, and sign once he is answered.
//!
//! **Clearing** needs the month of every team on the sheet reviewed, a reason for each line with more days than attended, and a
//! word of each worker or a reason why he cannot be reached.
mod chain;
mod clear;
mod columns;
mod course;
mod crew;
mod events;
mod findings;
mod headcount;
mod import;
mod kept;
mod month;
mod object;
mod paper;
mod proof;
mod read;
mod reviews;
mod sign;
#[cfg(test)]
mod tests;
mod times;
mod words;

pub use chain::{
    CourseView, Step, ToSign, ask_signatures, crew_sheet_accept, crew_sheet_cancel, crew_sheet_faults,
    crew_sheet_import, firm_of_sheet, return_to_crew, sheet_course, sheets_of_crew, sheets_on_site, submit_to_main,
    to_sign_in_chunk,
};
pub use clear::clear_sheet;
pub use course::Course;
pub use crew::{Crew, CrewNew, CrewView, crew, crew_add, crew_end, crew_raw, crews_of, crews_of_firm, crews_raw};
pub use events::Event;
pub use findings::Finding;
pub use headcount::{HEAD_COUNT_DAYS_MAX, Heads, STRANGERS_MAX, Stranger, StrangerMonth, head_count, strangers};
pub use import::{
    Attendance, AttendanceRow, AttendanceState, AttendanceTaken, AttendanceUpload, attendance, attendance_accept,
    attendance_faults, attendance_import, attendance_rows, attendances,
};
pub use kept::{MonthPart, SheetKept, attendance_kept, month_kept, months_kept, sheet_kept};
pub use month::{
    AttendanceMonth, DAY_HALF_HOURS_MAX, HALF_DAY_HALF_HOURS, Source, half_days, months_page, teams_at_work,
    teams_ever, worked,
};
pub use object::{
    ANSWER_DAYS, Answer, Objection, ObjectionNew, ObjectionView, Reason, answer_objection, keep_complaint_code, object,
    objection, objection_of_line, objection_raw, objections, open_objections, take_further,
};
pub use paper::{
    Paper, PaperKind, PaperNew, PaperView, lines_on_used_scans, paper_check, paper_file, paper_refuse, paper_send,
    papers_of,
};
pub use proof::{CrewProof, ProofLine, crew_proof, proof_csv, proof_lines};
pub use reviews::{
    Correction, CrewMonth, MonthRow, MonthSum, Review, correct, is_reviewed, month_rows, month_sum, months_of_crews,
    review_attendance, review_of,
};
pub use sign::{MyLine, Signature, Word, line_hash, my_line, my_lines, sign, signature_of, waiting_for_me};
pub use words::{
    Given, LineWord, ReasonKind, WordCount, explain, line_word, line_words, lines_without_word, word_count,
};

use kernel::Result;
use store::{Migration, Table};

/// Crews of a project at most, those that ended included.
pub const CREWS_PER_PROJECT_MAX: usize = 200;
/// Characters of a team's name, a contact, a contract number or a note at most.
pub const TEXT_CHARS_MAX: usize = 200;
/// Characters of an objection and of its answer at most.
pub const OBJECTION_CHARS_MAX: usize = 500;
/// People of one file of attendance at most.
pub const PEOPLE_MAX: usize = 10_000;
/// Rows that a program sends at once at most.
pub const PROGRAM_ROWS_MAX: usize = 2_000;
/// Bytes of a scanned sheet of signatures at most (5 MiB).
pub const PAPER_BYTES_MAX: usize = 5 << 20;
/// Lines that one scan stands for at most.
pub const PAPER_LINES_MAX: usize = 200;
/// Scans of one pay sheet at most.
pub const PAPERS_PER_SHEET_MAX: usize = 100;
/// Lines whose workers are asked by one event at most.
pub const ASKED_LINES: u32 = 500;

kernel::codes! {
    TEAM_TAKEN: Conflict, "team_taken", "use the crew there is, or end it first";
    MONTH_REVIEWED: Conflict, "month_reviewed", "correct the day with a reason; the labour officer then reviews the month again";
    MONTH_CHANGED: Conflict, "month_changed", "load the month again and compare it before you go on";
    MONTH_EMPTY: Refused, "month_empty", "send the attendance of the month first";
    OWN_WORK: Refused, "own_work", "ask another person; nobody reviews his own work";
    LINE_CHANGED: Conflict, "line_changed", "look at the line again before you sign";
    NOT_ASKED: Refused, "not_asked", "wait until the sheet is shown to the workers";
    NOT_SUBMITTED: Refused, "not_submitted", "wait until the crew gives the sheet to the main contractor";
    MONTH_NOT_REVIEWED: Refused, "month_not_reviewed", "review the attendance of the month first";
    DAYS_ABOVE: Refused, "days_above_attendance", "give a reason for each line with more days than were attended, or have it corrected";
    LINES_UNSIGNED: Refused, "lines_unsigned", "have the workers sign, by themselves or on paper, or say why they cannot be reached";
    PAPER_BAD: Invalid, "paper_bad", "send a PDF, JPEG or PNG of the signed sheet";
    NO_SUCH_LINES: Invalid, "no_such_lines", "name lines of this pay sheet by their numbers";
    PROOF_NOT_YET: Conflict, "proof_not_yet", "wait until the sheet is paid";
    SHEET_ENDED: Conflict, "sheet_ended", "the sheet is being paid or has ended; look at the pay slip";
    OBJECTION_OPEN: Conflict, "objection_open", "wait for the answer; the sum on the sheet is paid all the same";
    ANSWER_DIFFERS: Conflict, "answer_differs", "load the objection again; it was answered already";
    NOT_FURTHER: Refused, "not_further", "wait for the answer, seven days at most";
}

pub const MIGRATION: Migration = Migration { name: "0030_crews", sql: include_str!("../migrations/0030_crews.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Crew>(),
    store::verify::of::<AttendanceMonth>(),
    store::verify::of::<Heads>(),
    store::verify::of::<StrangerMonth>(),
    store::verify::of::<Attendance>(),
    store::verify::of::<Review>(),
    store::verify::of::<Course>(),
    store::verify::of::<course::Sent>(),
    store::verify::of::<Signature>(),
    store::verify::of::<Paper>(),
    store::verify::of::<Given>(),
    store::verify::of::<Objection>(),
];

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
