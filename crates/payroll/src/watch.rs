//! What whoever watches over wages needs of a project: sums and masked names, no page of anybody. The caller has asked the right.
use crate::calendar::next_pay_day;
use crate::line::{LineState, PayLine};
use crate::project::Project;
use crate::sheet::PaySheet;
use crate::worker::Worker;
use crate::{Period, Standing};
use kernel::id::{AccountId, PaySheetId, ProjectId, WorkerId};
use kernel::{Currency, Date, Error, Id, Money, Result, Timestamp};
use store::{Tx, params};

/// Sheets of a project that are not paid yet, read at most.
pub const WAITING_SHEETS_MAX: i64 = 200;
/// Lines that came back, read at most.
pub const CAME_BACK_MAX: i64 = 1_000;

/// A worker's month over all sheets that stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthSum {
    pub worker: WorkerId,
    pub name_masked: String,
    pub team: String,
    pub entered_on: Date,
    /// Hundredths of a day; `None` where no sheet says.
    pub days: Option<i64>,
    pub due: Money,
    pub net: Money,
    /// The notes of all lines, one after the other.
    pub notes: String,
}

/// A worker with the account his wage goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payable {
    pub worker: WorkerId,
    pub identity_index: Vec<u8>,
    pub account_index: Vec<u8>,
    pub account_masked: String,
    pub name_masked: String,
}

/// A wage that was credited to an account of this bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credited {
    pub worker: WorkerId,
    pub account: AccountId,
    pub net: Money,
    pub at: Timestamp,
}

/// The projects of all branches after one, by id.
pub fn project_ids(tx: &mut Tx<'_>, after: [u8; 16], limit: u32) -> Result<Vec<ProjectId>> {
    let sql = "SELECT id FROM payroll_projects WHERE id > ?1 ORDER BY id LIMIT ?2";
    tx.query(sql, params![after, limit], |r| r.get(0))
}

/// Workers on the roster now.
pub fn roster_size(tx: &mut Tx<'_>, project: ProjectId) -> Result<i64> {
    let sql = "SELECT count(*) FROM payroll_workers WHERE book = ?1 AND project = ?2 AND left_on IS NULL";
    Ok(tx.query_one(sql, params![project.book(), project], |r| r.get(0))?.unwrap_or(0))
}

/// The day on which the project pays next.
pub fn pays_next(project: &Project, today: Date) -> Result<Date> {
    next_pay_day(today, project.pay_day)
}

/// Sheets that were drafted, are neither paid nor ended, and whose money has not moved; at most [`WAITING_SHEETS_MAX`].
pub fn waiting_sheets(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<PaySheet>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND state IN ('drafted', 'submitted', 'checked', 'sent_back') \
                ORDER BY id LIMIT ?3";
    tx.select::<PaySheet>(tail, params![project.book(), project, WAITING_SHEETS_MAX])
}

/// Lines of a project that failed and that no other line pays, at most [`CAME_BACK_MAX`].
pub fn came_back(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<PayLine>> {
    // The list of states is that of the index of open lines, which SQLite takes only when it stands here as it stands there.
    let tail = "WHERE book = ?1 AND state IN ('processing', 'failed') AND state = 'failed' AND sheet IN \
                (SELECT id FROM payroll_sheets s WHERE s.book = ?1 AND s.project = ?2) AND live = 1 \
                ORDER BY sheet, number LIMIT ?3";
    tx.select::<PayLine>(tail, params![project.book(), project, CAME_BACK_MAX])
}

/// The lines of a sheet that are not paid, at most `most`.
pub fn unpaid_lines(tx: &mut Tx<'_>, sheet: PaySheetId, most: usize) -> Result<Vec<PayLine>> {
    let tail = "WHERE book = ?1 AND sheet = ?2 AND live = 1 AND state <> 'paid' ORDER BY number LIMIT ?3";
    tx.select::<PayLine>(tail, params![sheet.book(), sheet, most as i64])
}

/// The project of a worker and his masked name.
pub fn worker_named(tx: &mut Tx<'_>, worker: WorkerId) -> Result<(ProjectId, String)> {
    let found = tx.get::<Worker>(params![worker.book(), worker])?;
    found.map(|w| (w.project, w.name_masked)).ok_or_else(|| Error::not_found("worker", worker))
}

/// What a worker was credited for a month since a time.
pub fn paid_since(tx: &mut Tx<'_>, worker: WorkerId, period: Period, since: Timestamp) -> Result<Money> {
    let (project, _) = worker_named(tx, worker)?;
    let sql = "SELECT CAST(coalesce(sum(net), 0) AS BIGINT) FROM payroll_lines \
               WHERE book = ?1 AND project = ?2 AND period = ?3 AND worker = ?4 AND state = 'paid' AND live = 1 AND settled_at >= ?5";
    let sum = tx.query_one(sql, params![worker.book(), project, period, worker, since], |r| r.get::<i64>(0))?;
    Ok(Money::new(sum.unwrap_or(0), Currency::CNY))
}

/// What the sheets that stand say of the workers of a month, by worker, at most `limit` after one.
pub fn month_sums(
    tx: &mut Tx<'_>,
    project: ProjectId,
    period: Period,
    after: [u8; 16],
    limit: u32,
) -> Result<Vec<MonthSum>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND period = ?3 AND live = 1 AND worker > ?4 AND NOT EXISTS \
                (SELECT 1 FROM payroll_sheets s WHERE s.book = ?1 AND s.id = sheet AND s.state IN ('loading', 'cancelled')) \
                ORDER BY worker, id LIMIT ?5";
    // A worker has as many lines as there are sheets in a month; the last one may be cut off in the middle and is left out then.
    let many = i64::from(limit) * 4;
    let lines = tx.select::<PayLine>(tail, params![project.book(), project, period, after, many])?;
    let whole = (lines.len() as i64) < many;
    let mut sums: Vec<MonthSum> = Vec::new();
    for line in &lines {
        match sums.last_mut().filter(|s| s.worker == line.worker) {
            Some(sum) => sum.take(line)?,
            None => {
                let found = tx.get::<Worker>(params![line.worker.book(), line.worker])?;
                let entered_on = found.map_or(Date::from_days(0), |w| w.entered_on);
                let mut sum = MonthSum::of(line, entered_on);
                sum.take(line)?;
                sums.push(sum);
            }
        }
    }
    if !whole && sums.len() > 1 {
        sums.pop();
    }
    Ok(sums)
}

impl MonthSum {
    fn of(line: &PayLine, entered_on: Date) -> MonthSum {
        MonthSum {
            worker: line.worker,
            name_masked: line.name_masked.clone(),
            team: line.team.clone(),
            entered_on,
            days: None,
            due: Money::new(0, Currency::CNY),
            net: Money::new(0, Currency::CNY),
            notes: String::new(),
        }
    }
    fn take(&mut self, line: &PayLine) -> Result<()> {
        self.due = self.due.add(line.due())?;
        self.net = self.net.add(line.net())?;
        if let Some(days) = line.days {
            self.days = Some(self.days.unwrap_or(0).saturating_add(days));
        }
        self.notes.push_str(&line.note);
        Ok(())
    }
}

/// Whether a sheet that was not cancelled says anything of a month.
pub fn month_has_lines(tx: &mut Tx<'_>, project: ProjectId, period: Period) -> Result<bool> {
    let sql = "SELECT 1 FROM payroll_lines WHERE book = ?1 AND project = ?2 AND period = ?3 AND live = 1 LIMIT 1";
    Ok(tx.query_one(sql, params![project.book(), project, period], |r| r.get::<i64>(0))?.is_some())
}

/// The teams of a project that were paid wages of a month.
pub fn paid_teams(tx: &mut Tx<'_>, project: ProjectId, period: Period) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT team FROM payroll_lines WHERE book = ?1 AND project = ?2 AND period = ?3 \
               AND state = 'paid' AND live = 1 ORDER BY team";
    tx.query(sql, params![project.book(), project, period], |r| r.get(0))
}

/// The teams of a project for whose wages of a month money left the wage account, whatever became of it.
pub fn ordered_teams(tx: &mut Tx<'_>, project: ProjectId, period: Period) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT team FROM payroll_lines WHERE book = ?1 AND project = ?2 AND period = ?3 \
               AND state IN ('processing', 'paid', 'failed') AND live = 1 ORDER BY team";
    tx.query(sql, params![project.book(), project, period], |r| r.get(0))
}

/// The day on which the wages of a month are paid.
pub fn pays_for(project: &Project, period: Period) -> Result<Date> {
    let next = period.next();
    Ok(crate::calendar::pay_day(crate::calendar::day_of_month(next.year, next.month, project.pay_day)?))
}

/// Workers on the roster who have an account, by id, at most `limit` after one.
pub fn payables(tx: &mut Tx<'_>, project: ProjectId, after: [u8; 16], limit: u32) -> Result<Vec<Payable>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND left_on IS NULL AND account_index IS NOT NULL AND id > ?3 \
                ORDER BY id LIMIT ?4";
    let found = tx.select::<Worker>(tail, params![project.book(), project, after, limit])?;
    let of = |w: Worker| {
        (w.standing != Standing::Missing).then_some(())?;
        Some(Payable {
            worker: w.id,
            identity_index: w.identity_index,
            account_index: w.account_index?,
            account_masked: w.account_masked,
            name_masked: w.name_masked,
        })
    };
    Ok(found.into_iter().filter_map(of).collect())
}

/// Wages of a project that were credited to accounts here since a time, at most `most`.
pub fn credited_since(tx: &mut Tx<'_>, project: ProjectId, since: Timestamp, most: u32) -> Result<Vec<Credited>> {
    let sheets = "SELECT id FROM payroll_sheets WHERE book = ?1 AND project = ?2 AND paying_at >= ?3 ORDER BY id";
    // A run may take days for other banks; what is credited here comes within the day on which it began.
    let began = since.plus(-2 * kernel::clock::DAY);
    let sheets = tx.query(sheets, params![project.book(), project, began], |r| r.get::<PaySheetId>(0))?;
    let mut all = Vec::new();
    for sheet in sheets {
        let tail = "WHERE book = ?1 AND sheet = ?2 AND state = 'paid' AND account IS NOT NULL AND settled_at >= ?3 \
                    ORDER BY number LIMIT ?4";
        let left = i64::from(most) - all.len() as i64;
        let lines = tx.select::<PayLine>(tail, params![sheet.book(), sheet, since, left.max(0)])?;
        let credited = lines.into_iter().filter(|l| l.state == LineState::Paid);
        all.extend(
            credited.filter_map(|l| {
                Some(Credited { worker: l.worker, account: l.account?, net: l.net(), at: l.settled_at? })
            }),
        );
    }
    Ok(all)
}
