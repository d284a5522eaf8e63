//! The site behind a wage account: its contract, its agreement, its wage money.
//!
//! **Words.** A *site file* says of a wage project (payroll) which works it is for: contract, price and labour's part of it, region,
//! owner (建设单位), labour officer. The *rules* of its profile and the figures of its region are dated data ([`profile`],
//! [`region`]). An *agreement* (三方协议) binds owner, contractor and bank. A *schedule* says when the owner pays wage money in; each
//! payment that falls due is an *installment*. A *top-up* is more than the schedule has. A *board* (维权信息告示牌) is what hangs at
//! the gate of the site.
//!
//! **Days.** The account is opened within 30 days of the works contract, filed within 30 days of its opening, the guarantee stands
//! within 20 working days, the roster begins with the works ([`deadlines`]). A deadline that was missed stays in the list with how
//! late it was.
//!
//! **Money in** (Decree 724, art. 24, 29). A schedule names a day of the month, and an amount or a part of each month's progress; it
//! is monthly, which is the longest the law allows. The owner's firm agrees to it, or, when the owner does not bank here, the bank's
//! payroll officer enters it with the owner's document and a second person of the bank agrees. Money that arrives in the wage account
//! ([`on_funded`], once for each payment) meets the oldest open installment first; what is over waits and meets the next. An
//! installment is *late* when the day it was due has ended and it is not met in full: on the day itself it is not. Its day is kept as
//! agreed, rest day or not; only wages move before a rest day (art. 14).
//!
//! **Late money** (art. 27). [`sweep`] tells the contractor once; from that day he has `report_days` working days to tell the labour
//! bureau and the authority of his trade, and writes the number of his report down ([`report`]).
//!
//! **What will be needed.** [`forecast`] sets the wages of the next pay day (a sheet when there is one, else what was last paid, by heads)
//! against the balance and the installments that are due until that day.
//!
//! **One account for several projects**, where the region allows it: each has a ledger account of its own under the first one's number
//! ([`share_account`]), so none pays more than its own share.
//!
//! **Ship repair** has no protection by law; [`Rules`] say so and every screen shows it.
mod agreement;
mod board;
mod deadline;
mod decided;
pub mod end;
mod events;
mod forecast;
mod installment;
mod profile;
mod report;
mod schedule;
mod sharing;
mod site;
#[cfg(test)]
mod tests;
mod topup;

pub use agreement::{Agreement, AgreementNew, agreement_of, agreements, record_agreement};
pub use board::{Board, board, board_by_code};
pub use deadline::{Deadline, DeadlineKind, Milestone, deadlines, milestone, record_filing};
pub use decided::{KINDS, approval_no, approval_yes};
pub use end::{MIGRATION as MIGRATION_END, block, completion, is_blocked, unblock};
pub use events::Event;
pub use forecast::{Basis, Forecast, Short, forecast, sweep_forecasts};
pub use installment::{
    Funded, Installment, InstallmentState, Receipt, cancel_open, installments, late, on_funded, sweep,
};
pub use profile::{Approver, MinimumWage, PayBy, Region, Rules, Text, minimum_wage, profile, region, regions, within};
pub use report::{ReportNew, ReportStatus, report, report_status};
pub use schedule::{
    Progress, ProgressNew, Schedule, ScheduleNew, ScheduleState, progress_mark, schedule_ask, schedules,
};
pub use sharing::{Part, Share, joinable, next_share_number, parts, share_account};
pub use site::{
    Amendment, Changed, Contacts, LabourShare, SiteFile, SiteNew, SitePlace, amend, amendments, file_site, renew_sites,
    site_raw, site_view, sites_in_region, sites_owned,
};
pub use topup::{TopUp, TopUpNew, TopUpState, top_up, top_up_ask, top_ups};

use kernel::id::FirmId;
use kernel::{Actor, Error, Result, actor::Who};
use party::{Permission, Scope};
use store::{Migration, Table, Tx};

/// Characters of a name, number or address at most.
pub const TEXT_CHARS_MAX: usize = 200;
/// Bytes of the text of an agreement at most.
pub const AGREEMENT_BYTES_MAX: usize = 10 << 20;
/// Months of one schedule at most.
pub const SCHEDULE_MONTHS_MAX: i32 = 120;
/// Top-ups of a project that wait for the owner at most.
pub const TOP_UPS_WAITING_MAX: usize = 5;
/// Days ahead of a pay day from which a lack of money is told.
pub const FORECAST_DAYS: i64 = 7;
/// Installments and sites that one [`sweep`] looks at at most.
pub const SWEEP_ROWS_MAX: u32 = 500;
/// Projects under one account at most, beside the first.
pub const SHARES_MAX: usize = 20;
/// Digits of a region's code.
pub const SITES_REGION_DIGITS: usize = 6;

kernel::codes! {
    REGION_UNKNOWN: Invalid, "site_region_unknown", "choose a region from the list";
    SITE_MISSING: Refused, "site_missing", "make the site file of the project first";
    SITE_TAKEN: Conflict, "site_taken", "amend the site file there is, with the reason";
    OWNER_BY_BANK: Refused, "site_owner_by_bank", "ask the bank's payroll officer to enter the owner";
    NOT_OWNER_ITSELF: Refused, "site_owner_itself", "name the firm that the works are built for";
    DOCUMENT_NEEDED: Refused, "site_document_needed", "the owner does not bank here: the bank's payroll officer enters it with the owner's document";
    SCHEDULE_WAITS: Conflict, "site_schedule_waits", "wait until the owner has answered the one before";
    NO_SCHEDULE: Refused, "site_no_schedule", "agree a schedule by progress first";
    PROGRESS_STANDS: Conflict, "site_progress_stands", "the month was written down; correct it in the next month";
    ASKED_ELSE: Conflict, "site_asked_else", "load the page again; it was decided meanwhile";
    NOT_LATE: Refused, "site_not_late", "only an installment whose day has ended unpaid is reported";
    NOT_SHARED: Refused, "site_not_shared", "open an account of its own for the project";
    TOP_UPS_WAIT: Limit, "site_top_ups_wait", "wait for the owner's answer to those before";
}

pub const MIGRATION: Migration =
    Migration { name: "0031_worksite", sql: include_str!("../migrations/0031_worksite.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<SiteFile>(),
    store::verify::of::<Amendment>(),
    store::verify::of::<Agreement>(),
    store::verify::of::<Milestone>(),
    store::verify::of::<Schedule>(),
    store::verify::of::<Progress>(),
    store::verify::of::<Installment>(),
    store::verify::of::<Receipt>(),
    store::verify::of::<TopUp>(),
    store::verify::of::<Short>(),
    store::verify::of::<Share>(),
];

pub(crate) fn is_bank(actor: &Actor) -> bool {
    matches!(actor.who, Who::Staff(_) | Who::System(_))
}

/// `Err(FORBIDDEN)` unless the actor keeps projects of this firm.
pub(crate) fn may_manage(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId) -> Result<()> {
    party::may(tx, actor, Permission::WageProjectManage, &Scope::firm(firm)).map(|_| ())
}

/// `Err(FORBIDDEN)` unless the actor may look at the firm's projects, or answers for the firm that owns the works.
pub(crate) fn may_read(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId, owner: Option<FirmId>) -> Result<()> {
    let permission = if is_bank(actor) { Permission::WageReadBank } else { Permission::WageRead };
    let refused = match party::may(tx, actor, permission, &Scope::firm(firm)) {
        Ok(_) => return Ok(()),
        Err(refused) => refused,
    };
    let owner = owner.filter(|_| !is_bank(actor));
    let agrees = |tx: &mut Tx<'_>, o| party::may(tx, actor, Permission::WageTopUpApprove, &Scope::firm(o)).is_ok();
    match owner.is_some_and(|o| agrees(tx, o)) {
        true => Ok(()),
        false => Err(refused),
    }
}

/// A text as it is kept: trimmed, at most [`TEXT_CHARS_MAX`] characters.
pub(crate) fn optional(field: &'static str, given: &str) -> Result<String> {
    let t = given.trim();
    match t.chars().count() {
        n if n > TEXT_CHARS_MAX => Err(Error::limit(field, n, TEXT_CHARS_MAX, "characters")),
        _ => Ok(t.to_owned()),
    }
}

/// As [`optional`], and not empty.
pub(crate) fn filled(field: &'static str, given: &str) -> Result<String> {
    match optional(field, given)? {
        t if t.is_empty() => Err(Error::field(field, "it is empty")),
        t => Ok(t),
    }
}
