//! Lists for screens: roster, sheets, lines, imports. Every one asks `wage.read` of the firm, or `wage.read_bank`.
use crate::fault_list::{self, ImportFault, faults_kept};
use crate::import::{Import, import_raw};
use crate::line::{LineState, PayLine};
use crate::project::{Project, project_raw};
use crate::sheet::{EndedView, PaySheet, Progress, SheetState, SheetView, Signed, SignedView, sheet_raw};
use crate::worker::{Standing, Worker};
use crate::{OPEN_ACCOUNTS_MAX, may_read};
use approval::Approval;
use kernel::id::{ImportId, PayLineId, PaySheetId, ProjectId, TransferId, WorkerId};
use kernel::{Actor, Id, Money, Page, PageAsk, Result, Timestamp};
use store::{Tx, params};

/// Rows of a list of faults read at a time for the file.
const FAULT_PAGE_ROWS: i64 = 1_000;

fn after_number(ask: &PageAsk) -> Result<i64> {
    let bad = |_| kernel::Error::field("after", "it is the cursor of the page before");
    ask.after.as_deref().map_or(Ok(0), |text| text.parse::<i64>().map_err(bad))
}

/// The roster, those who left included, in the order they were taken on.
pub fn roster(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId, ask: &PageAsk) -> Result<Page<Worker>> {
    let project = project_raw(tx, id)?;
    may_read(tx, actor, project.firm)?;
    let rows = ask.rows()?;
    let after = ask.after.as_deref().map_or(Ok([0; 16]), |text| text.parse::<WorkerId>().map(|w| w.bytes()))?;
    let tail = "WHERE book = ?1 AND project = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
    let found = tx.select::<Worker>(tail, params![project.book, id, after, rows + 1])?;
    Ok(Page::cut(found, rows, |w| w.id.to_string()))
}

/// Workers on the roster who have no account, at most [`OPEN_ACCOUNTS_MAX`]: those whom
/// [`open_accounts`](crate::open_accounts) opens one for.
pub fn without_account(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId) -> Result<Vec<Worker>> {
    let project = project_raw(tx, id)?;
    may_read(tx, actor, project.firm)?;
    let tail = "WHERE book = ?1 AND project = ?2 AND standing = ?3 AND left_on IS NULL ORDER BY id LIMIT ?4";
    tx.select::<Worker>(tail, params![project.book, id, Standing::Missing, OPEN_ACCOUNTS_MAX as u32])
}

/// A sheet, for its page.
pub fn sheet(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId) -> Result<SheetView> {
    let sheet = readable(tx, actor, id)?;
    let project = project_raw(tx, sheet.project)?;
    sheet_view(tx, actor, &project, sheet)
}

fn readable(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId) -> Result<PaySheet> {
    let sheet = sheet_raw(tx, id)?;
    may_read(tx, actor, sheet.firm)?;
    Ok(sheet)
}

/// How far a run is.
pub fn progress(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId) -> Result<Progress> {
    Ok(readable(tx, actor, id)?.progress())
}

/// The sheets of a project, newest first.
pub fn sheets_of(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId, ask: &PageAsk) -> Result<Page<SheetView>> {
    let project = project_raw(tx, id)?;
    may_read(tx, actor, project.firm)?;
    let rows = ask.rows()?;
    let before = ask.after.as_deref().map_or(Ok([0xff; 16]), |text| text.parse::<PaySheetId>().map(|s| s.bytes()))?;
    let page = Page::cut(newest(tx, &project, before, rows + 1)?, rows, |s| s.id.to_string());
    let items = page.items.into_iter().map(|s| sheet_view(tx, actor, &project, s)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}

pub(crate) fn newest(tx: &mut Tx<'_>, project: &Project, before: [u8; 16], rows: u32) -> Result<Vec<PaySheet>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    tx.select::<PaySheet>(tail, params![project.book, project.id, before, rows])
}

/// The newest sheets of a project, newest first, at most `rows`. For domain code: asks no right.
pub fn sheets_newest(tx: &mut Tx<'_>, id: ProjectId, rows: u32) -> Result<Vec<PaySheet>> {
    let project = project_raw(tx, id)?;
    newest(tx, &project, [0xff; 16], rows)
}

/// What the lines of a sheet that tell their days come to: net in minor units, and hundredths of days. For domain code.
pub fn net_and_days(tx: &mut Tx<'_>, sheet: PaySheetId) -> Result<(i64, i64)> {
    let sql = "SELECT CAST(coalesce(sum(net), 0) AS BIGINT), CAST(coalesce(sum(days), 0) AS BIGINT) FROM payroll_lines \
               WHERE book = ?1 AND sheet = ?2 AND days > 0";
    Ok(tx.query_one(sql, params![sheet.book(), sheet], |r| Ok((r.get(0)?, r.get(1)?)))?.unwrap_or((0, 0)))
}

fn signed(tx: &mut Tx<'_>, who: Option<Signed>) -> Result<Option<SignedView>> {
    who.map(|s| Ok(SignedView { name: party::who_name(tx, &s.by)?, at: s.at })).transpose()
}

/// Everybody who said yes to the sheet as it stands, in order.
pub(crate) fn checkers(tx: &mut Tx<'_>, sheet: &PaySheet, asked: Option<&Approval>) -> Result<Vec<SignedView>> {
    let first = asked.and_then(Approval::first).map(|d| Signed { by: d.by, at: d.at });
    let all = first.into_iter().chain(sheet.checked());
    all.map(|s| Ok(SignedView { name: party::who_name(tx, &s.by)?, at: s.at })).collect()
}

pub(crate) fn sheet_view(tx: &mut Tx<'_>, actor: &Actor, project: &Project, sheet: PaySheet) -> Result<SheetView> {
    let asked = sheet.approval.map(|id| approval::raw(tx, id)).transpose()?;
    let may_check = match &asked {
        Some(asked) if sheet.state == SheetState::Submitted => approval::may_decide(tx, actor, asked)?,
        _ => false,
    };
    let free = crate::earmark::free_for(tx, project, sheet.id)?;
    let drafted = sheet.drafted();
    let ended = match sheet.ended() {
        Some(e) => Some(EndedView { name: party::who_name(tx, &e.by)?, at: e.at, reason: e.reason }),
        None => None,
    };
    Ok(SheetView {
        sheet: sheet.id,
        project: project.id,
        project_name: project.name.clone(),
        firm_name: party::firm(tx, sheet.firm)?.name,
        period: sheet.period,
        kind: sheet.kind,
        number: sheet.number,
        tag: sheet.tag.clone(),
        repay: sheet.repay,
        due_on: sheet.due_on,
        pay_on: sheet.pay_on,
        pay_on_certain: crate::calendar_is_known(sheet.due_on),
        state: sheet.state,
        progress: sheet.progress(),
        drafted: SignedView { name: party::who_name(tx, &drafted.by)?, at: drafted.at },
        submitted: signed(tx, sheet.submitted())?,
        checked: signed(tx, sheet.checked())?,
        checkers: checkers(tx, &sheet, asked.as_ref())?,
        may_check,
        paying: signed(tx, sheet.paying())?,
        ended,
        approval: sheet.approval,
        payload_hash: sheet.payload_hash(),
        import: sheet.import,
        due: sheet.money(sheet.due),
        deductions: sheet.money(sheet.deductions),
        net: sheet.net(),
        enough: free.minor >= sheet.net,
    })
}

/// A line as lists show it: masked.
#[derive(Clone, Debug, serde::Serialize)]
pub struct LineView {
    pub line: PayLineId,
    pub number: i64,
    /// Row of the spreadsheet; 0 on a sheet of repayments.
    pub row: i64,
    pub worker: WorkerId,
    pub name: String,
    pub identity: String,
    pub team: String,
    pub due: Money,
    pub deductions: Money,
    pub net: Money,
    pub account: String,
    /// Another bank's name; empty when ours.
    pub bank: String,
    pub state: LineState,
    /// Code of the failure; empty otherwise.
    pub reason: String,
    /// Text key of the failure in plain words; empty otherwise.
    pub reason_key: String,
    pub at: Option<Timestamp>,
    pub transfer: Option<TransferId>,
    /// The failed line's money is in the wage account again.
    pub money_back: bool,
    pub repaid_by: Option<PayLineId>,
}

impl From<PayLine> for LineView {
    fn from(l: PayLine) -> LineView {
        LineView {
            line: l.id,
            number: l.number,
            row: l.row_number,
            worker: l.worker,
            due: l.due(),
            deductions: l.deductions(),
            net: l.net(),
            reason_key: if l.reason.is_empty() {
                String::new()
            } else {
                format!("wage-fail-{}", l.reason.replace('_', "-"))
            },
            name: l.name_masked,
            identity: l.identity_masked,
            team: l.team,
            account: l.account_masked,
            bank: l.bank,
            state: l.state,
            reason: l.reason,
            at: l.settled_at,
            transfer: l.transfer,
            money_back: l.swept.is_some(),
            repaid_by: l.repaid_by,
        }
    }
}

/// The lines of a sheet in the order of its file, all or those in one state.
pub fn lines(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PaySheetId,
    state: Option<LineState>,
    ask: &PageAsk,
) -> Result<Page<LineView>> {
    let sheet = readable(tx, actor, id)?;
    let (rows, after) = (ask.rows()?, after_number(ask)?);
    let tail = match state {
        None => "WHERE book = ?1 AND sheet = ?2 AND number > ?3 ORDER BY number LIMIT ?4",
        Some(LineState::Waiting) => {
            "WHERE book = ?1 AND sheet = ?2 AND number > ?3 AND state = 'waiting' ORDER BY number LIMIT ?4"
        }
        Some(LineState::Processing) => {
            "WHERE book = ?1 AND sheet = ?2 AND number > ?3 AND state = 'processing' ORDER BY number LIMIT ?4"
        }
        Some(LineState::Paid) => {
            "WHERE book = ?1 AND sheet = ?2 AND number > ?3 AND state = 'paid' ORDER BY number LIMIT ?4"
        }
        Some(LineState::Failed) => {
            "WHERE book = ?1 AND sheet = ?2 AND number > ?3 AND state = 'failed' ORDER BY number LIMIT ?4"
        }
    };
    // Lines that wait come after the last one that was done.
    let after = if state == Some(LineState::Waiting) { after.max(sheet.next_line) } else { after };
    let found = tx.select::<PayLine>(tail, params![sheet.book, id, after, rows + 1])?;
    Ok(Page::cut(found, rows, |l| l.number.to_string()).map(LineView::from))
}

/// An import, for its page.
pub fn import_of(tx: &mut Tx<'_>, actor: &Actor, id: ImportId) -> Result<Import> {
    let import = import_raw(tx, id)?;
    let project = project_raw(tx, import.project)?;
    may_read(tx, actor, project.firm)?;
    Ok(import)
}

/// An import's list of faults: refusals, warnings, notes.
pub fn faults(tx: &mut Tx<'_>, actor: &Actor, id: ImportId, ask: &PageAsk) -> Result<Page<ImportFault>> {
    import_of(tx, actor, id)?;
    faults_kept(tx, id, ask)
}

/// The whole list as one file, in both languages; see [`sheets::faults_csv`].
pub fn faults_csv(tx: &mut Tx<'_>, actor: &Actor, id: ImportId) -> Result<Vec<u8>> {
    import_of(tx, actor, id)?;
    let mut all = Vec::new();
    let mut after = 0;
    loop {
        let page = fault_list::after(tx, id, after, FAULT_PAGE_ROWS)?;
        let Some(last) = page.last() else { return sheets::faults_csv(&all) };
        after = last.number;
        all.extend(page.into_iter().map(ImportFault::fault));
    }
}
