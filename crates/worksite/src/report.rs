//! Late wage money is reported (Decree 724, art. 27): the bank tells the contractor, the contractor tells the labour bureau and the
//! authority of his trade.
use crate::events::Event;
use crate::installment::Installment;
use crate::site::{managed, readable};
use crate::{NOT_LATE, filled, profile};
use kernel::id::ProjectId;
use kernel::{Actor, Date, Error, Result, Timestamp};
use party::Change;
use store::{Audit, Tx, params};

/// A report as it is given.
#[derive(Clone, Debug)]
pub struct ReportNew {
    /// Number of the installment.
    pub installment: i64,
    /// Number that the labour bureau gave the report.
    pub number: String,
    pub on: Date,
}

/// How a late installment was handed over.
#[derive(Clone, Debug)]
pub struct ReportStatus {
    pub installment: Installment,
    pub told_at: Timestamp,
    /// The day until which the contractor reports.
    pub report_by: Date,
    /// Days that the report is late, or was; 0 when it is not.
    pub late_days: i64,
}

/// Writes down that a late installment was reported. Needs `wage.project_manage`. The same again is `AlreadySo`. Errors:
/// `site_not_late`, field errors.
pub fn report(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, new: &ReportNew) -> Result<Change> {
    let file = managed(tx, actor, project)?;
    let number = filled("number", &new.number)?;
    if new.on > tx.now().local_date() {
        return Err(Error::field("on", "it is in the future"));
    }
    let found = tx.load::<Installment>(params![file.book, project, new.installment])?;
    let mut i = found.ok_or_else(|| Error::not_found("installment", new.installment))?;
    if i.told_at.is_none() || new.on <= i.due_on {
        return Err(Error::new(&NOT_LATE, format!("installment {} is due on {}", i.number, i.due_on)));
    }
    if (&i.report_number, i.reported_on) == (&number, Some(new.on)) {
        return Ok(Change::AlreadySo);
    }
    let before = i.report_number.clone();
    (i.reported_by, i.reported_at) = (Some(actor.principal()), Some(tx.now()));
    (i.report_number, i.reported_on) = (number.clone(), Some(new.on));
    tx.update(&mut i)?;
    let shown = format!("{} {number} {}", i.number, new.on);
    tx.audit(actor, Audit::of("worksite.report", project).change(before, shown))?;
    let event = Event::FundingReported { project, firm: file.firm, number: i.number };
    tx.emit(&event, &actor.correlation)?;
    Ok(Change::Done)
}

/// Every installment whose lateness the contractor was told, oldest first.
pub fn report_status(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<Vec<ReportStatus>> {
    let file = readable(tx, actor, project)?;
    let today = tx.now().local_date();
    let days = profile(file.profile, today)?.report_days;
    let all = crate::installments(tx, project)?.into_iter();
    Ok(all.filter_map(|i| i.told_at.map(|told| status(i, told, days, today))).collect())
}

fn status(installment: Installment, told_at: Timestamp, days: i64, today: Date) -> ReportStatus {
    let report_by = profile::business_days_after(told_at.local_date(), days);
    let late_days = (installment.reported_on.unwrap_or(today).days() - report_by.days()).max(0);
    ReportStatus { installment, told_at, report_by, late_days }
}
