//! Projects as screens show them.
use crate::import::Import;
use crate::lists::{newest, sheet_view};
use crate::project::{Profile, Project, project_raw};
use crate::sheet::SheetView;
use crate::{calendar, calendar_is_known, may_read};
use kernel::id::{FirmId, ProjectId};
use kernel::{Actor, BookId, Date, Id, Money, Page, PageAsk, Result, Timestamp};
use party::{Permission, Scope};
use std::collections::HashSet;
use store::{Tx, params};

/// Sheets on a project's page.
const PAGE_SHEETS: u32 = 24;
/// Imports on a project's page.
const PAGE_IMPORTS: i64 = 12;

/// A project in a list.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ProjectView {
    pub project: ProjectId,
    pub firm: FirmId,
    pub firm_name: String,
    pub contractor_name: String,
    pub profile: Profile,
    /// Text key: what the law does, or does not, protect.
    pub notice: &'static str,
    pub name: String,
    pub tag: String,
    pub account_name: String,
    pub account_number: String,
    pub balance: Money,
    /// Under way to workers.
    pub in_clearing: Money,
    /// On the roster now.
    pub workers: i64,
    pub next_pay_day: Date,
    pub next_pay_day_certain: bool,
}

/// A project's page.
#[derive(Clone, Debug)]
pub struct ProjectPage {
    pub view: ProjectView,
    pub basis: String,
    pub agreement: String,
    pub opened_by_name: String,
    pub opened_at: Timestamp,
    /// Newest, at most 24.
    pub sheets: Vec<SheetView>,
    /// Newest, at most 12.
    pub imports: Vec<Import>,
    /// Failed lines that no other sheet pays.
    pub unpaid: i64,
}

/// A project of one's own firm, or for staff one of the branches they look after.
pub fn project(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId) -> Result<Project> {
    let project = project_raw(tx, id)?;
    may_read(tx, actor, project.firm)?;
    Ok(project)
}

fn view(tx: &mut Tx<'_>, project: &Project) -> Result<ProjectView> {
    let account = ledger::view(tx, project.wage_account)?;
    let sql = "SELECT count(*) FROM payroll_workers WHERE book = ?1 AND project = ?2 AND left_on IS NULL";
    let workers = tx.query_one(sql, params![project.book, project.id], |r| r.get(0))?.unwrap_or(0);
    let next_pay_day = calendar::next_pay_day(tx.now().local_date(), project.pay_day)?;
    Ok(ProjectView {
        project: project.id,
        firm: project.firm,
        firm_name: party::firm(tx, project.firm)?.name,
        contractor_name: party::firm(tx, project.contractor)?.name,
        profile: project.profile,
        notice: project.profile.notice_key(),
        name: project.name.clone(),
        tag: project.tag.clone(),
        account_name: project.account_name.clone(),
        balance: account.posted(),
        account_number: account.account.number,
        in_clearing: ledger::view(tx, project.clearing_account)?.posted(),
        workers,
        next_pay_day,
        next_pay_day_certain: calendar_is_known(next_pay_day),
    })
}

/// The projects of a firm, oldest first.
pub fn projects_of(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId, ask: &PageAsk) -> Result<Page<ProjectView>> {
    may_read(tx, actor, firm)?;
    let rows = ask.rows()?;
    let tail = "WHERE book = ?1 AND firm = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
    let found = tx.select::<Project>(tail, params![firm.book(), firm, after(ask)?, rows + 1])?;
    shown(tx, Page::cut(found, rows, |p| p.id.to_string()))
}

/// The projects of the branches that a member of staff looks after (`wage.read_bank`), oldest first.
pub fn projects(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<ProjectView>> {
    let rows = ask.rows()?;
    let books = books_of(tx, actor)?;
    let mut after = after(ask)?;
    let mut kept: Vec<Project> = Vec::new();
    while kept.len() <= rows as usize {
        let page = tx.select::<Project>("WHERE id > ?1 ORDER BY id LIMIT ?2", params![after, rows + 1])?;
        let Some(last) = page.last() else { break };
        after = last.id.bytes();
        kept.extend(page.into_iter().filter(|p| books.contains(&p.book)));
    }
    shown(tx, Page::cut(kept, rows, |p| p.id.to_string()))
}

/// Where the actor may look, or the refusal when he may nowhere.
fn books_of(tx: &mut Tx<'_>, actor: &Actor) -> Result<HashSet<BookId>> {
    let (rights, branches) = (party::rights(tx, actor)?, party::branches(tx)?);
    let may = |scope: &Scope, path: &str| rights.entitle(Permission::WageReadBank, scope, Some(path));
    let books: HashSet<BookId> =
        branches.iter().filter(|b| may(&Scope::branch(b.id), &b.path).is_ok()).map(|b| b.book).collect();
    if books.is_empty() {
        party::may(tx, actor, Permission::WageReadBank, &Scope::bank())?;
    }
    Ok(books)
}

fn after(ask: &PageAsk) -> Result<[u8; 16]> {
    ask.after.as_deref().map_or(Ok([0; 16]), |text| text.parse::<ProjectId>().map(|p| p.bytes()))
}

fn shown(tx: &mut Tx<'_>, page: Page<Project>) -> Result<Page<ProjectView>> {
    let items = page.items.iter().map(|p| view(tx, p)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}

/// A project with what goes on in it.
pub fn project_page(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId) -> Result<ProjectPage> {
    let project = project(tx, actor, id)?;
    let found = newest(tx, &project, [0xff; 16], PAGE_SHEETS)?;
    let sheets = found.into_iter().map(|s| sheet_view(tx, actor, &project, s)).collect::<Result<_>>()?;
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY id DESC LIMIT ?3";
    let imports = tx.select::<Import>(tail, params![project.book, id, PAGE_IMPORTS])?;
    Ok(ProjectPage {
        view: view(tx, &project)?,
        basis: project.basis.clone(),
        agreement: project.agreement.clone(),
        opened_by_name: party::who_name(tx, &project.opened_by)?,
        opened_at: project.opened_at,
        sheets,
        imports,
        unpaid: unpaid(tx, id)?,
    })
}

/// Who stands on a roster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headcount {
    /// Workers who have not left.
    pub workers: i64,
    /// The first day on which anybody entered, those who left since included.
    pub first_on: Option<Date>,
}

/// Who stands on a project's roster. For domain code: asks no right.
pub fn headcount(tx: &mut Tx<'_>, id: ProjectId) -> Result<Headcount> {
    let sql = "SELECT sum(CASE WHEN left_on IS NULL THEN 1 ELSE 0 END), min(entered_on) FROM payroll_workers \
               WHERE book = ?1 AND project = ?2";
    let found = tx.query_one(sql, params![id.book(), id], |r| Ok((r.get::<Option<i64>>(0)?, r.get(1)?)))?;
    Ok(found
        .map_or_else(Headcount::default, |(workers, first_on)| Headcount { workers: workers.unwrap_or(0), first_on }))
}

fn unpaid(tx: &mut Tx<'_>, id: ProjectId) -> Result<i64> {
    let sql = "SELECT count(*) FROM payroll_lines l JOIN payroll_sheets s ON s.book = l.book AND s.id = l.sheet \
               WHERE s.book = ?1 AND s.project = ?2 AND l.state = 'failed' AND l.live = 1";
    Ok(tx.query_one(sql, params![id.book(), id], |r| r.get(0))?.unwrap_or(0))
}

/// What goes on in a project: its newest sheets, at most `sheets`, and how many failed lines no other sheet pays.
pub fn goings_on(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId, sheets: u32) -> Result<(Vec<SheetView>, i64)> {
    let project = project(tx, actor, id)?;
    let found = newest(tx, &project, [0xff; 16], sheets.min(PAGE_SHEETS))?;
    let sheets = found.into_iter().map(|s| sheet_view(tx, actor, &project, s)).collect::<Result<_>>()?;
    Ok((sheets, unpaid(tx, id)?))
}
