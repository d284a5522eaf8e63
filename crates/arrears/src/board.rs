//! Boards and pages: what the bank, a firm and a bureau see. Each asks the right and shows one page.
use crate::bureau::{after_region, my_bureau, prefix};
use crate::case::{ArrearsCase, case_raw, may_see};
use crate::rules::{Kind, KindRule, Severity, rules};
use crate::summary::{Summary, region_of};
use crate::warning::{Exception, Warning, warning_raw};
use kernel::id::{ArrearsCaseId, BranchId, FirmId, ProjectId, WarningId};
use kernel::{Actor, BookId, Currency, Error, Id, Money, Page, PageAsk, Result};
use party::{Permission, Scope};
use store::{Column, Param, Tx, params};

/// Warnings of one project listed at once at most, the gravest and newest first.
const PROJECT_WARNINGS_MAX: i64 = 500;
/// Warnings of one firm listed at once at most.
const FIRM_WARNINGS_MAX: i64 = 200;
/// Exceptions listed at once at most.
const EXCEPTIONS_MAX: i64 = 500;

/// Which projects of a board.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this branch.
    pub branch: Option<BranchId>,
    /// Only this place, within the bureau's region.
    pub region: String,
    /// Only projects with something open.
    pub open: bool,
}

/// What a board adds up to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    pub projects: i64,
    pub workers: i64,
    pub severe: i64,
    pub high: i64,
    pub middle: i64,
    pub cases: i64,
    pub owed: Money,
    /// By the place: code, projects, warnings, owed in fen; at most 200.
    pub places: Vec<Place>,
}

/// One place of a board.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    pub region: String,
    pub projects: i64,
    pub severe: i64,
    pub warnings: i64,
    pub owed: Money,
}

/// A warning's page.
#[derive(Clone, Debug)]
pub struct WarningPage {
    pub warning: Warning,
    pub rule: KindRule,
    pub project_name: String,
    pub firm_name: String,
    /// Whether the actor may dismiss it and make a case of it.
    pub may_keep: bool,
    /// Whether the actor may say that he acts on it.
    pub may_act: bool,
}

/// The books that a member of staff may look at: all he looks after, or the one branch he asks for.
fn books(tx: &mut Tx<'_>, actor: &Actor, only: Option<BranchId>) -> Result<Vec<BookId>> {
    if let Some(branch) = only {
        party::may(tx, actor, Permission::WageReadBank, &Scope::branch(branch))?;
        return Ok(vec![branch.book()]);
    }
    let (rights, branches) = (party::rights(tx, actor)?, party::branches(tx)?);
    let may = |b: &party::Branch| rights.entitle(Permission::WageReadBank, &Scope::branch(b.id), Some(&b.path)).is_ok();
    let books: Vec<BookId> = branches.iter().filter(|b| may(b)).map(|b| b.book).collect();
    if books.is_empty() {
        party::may(tx, actor, Permission::WageReadBank, &Scope::bank())?;
    }
    Ok(books)
}

/// `(?1, ?2, …)` of books as text: they are numbers.
fn list(books: &[BookId]) -> String {
    let all: Vec<String> = books.iter().map(|b| b.0.to_string()).collect();
    format!("({})", if all.is_empty() { "-1".into() } else { all.join(", ") })
}

const ORDER: &str = "ORDER BY severe DESC, high DESC, middle DESC, project";

/// A place in a board: the counts of the last row and its project, `3.0.1.proj_…`.
struct Cursor(i64, i64, i64, ProjectId);

impl Cursor {
    fn of(s: &Summary) -> String {
        format!("{}.{}.{}.{}", s.severe, s.high, s.middle, s.project)
    }
    fn read(text: &str) -> Result<Cursor> {
        let bad = || Error::field("after", "it is the cursor of the page before");
        let mut parts = text.split('.');
        let mut number = || parts.next().and_then(|p| p.parse::<i64>().ok()).ok_or_else(bad);
        let (severe, high, middle) = (number()?, number()?, number()?);
        let project = parts.next().ok_or_else(bad)?.parse()?;
        Ok(Cursor(severe, high, middle, project))
    }
}

/// One page of a board whose rows meet `place`, which uses the first parameters.
fn page(tx: &mut Tx<'_>, place: &str, mut given: Vec<Param<'_>>, open: bool, ask: &PageAsk) -> Result<Page<Summary>> {
    let rows = ask.rows()?;
    let mut place = format!("WHERE {place}");
    if open {
        place.push_str(" AND (severe + high + middle > 0 OR cases > 0)");
    }
    if let Some(after) = &ask.after {
        let c = Cursor::read(after)?;
        let n = given.len();
        place.push_str(&format!(
            " AND (severe < ?{} OR (severe = ?{} AND (high < ?{} OR (high = ?{} AND (middle < ?{} OR (middle = ?{} AND project > ?{}))))))",
            n + 1, n + 1, n + 2, n + 2, n + 3, n + 3, n + 4
        ));
        given.extend([Param::Int(c.0), Param::Int(c.1), Param::Int(c.2), Param::Id(c.3.bytes())]);
    }
    given.push(Param::Int(i64::from(rows) + 1));
    let sql = format!("SELECT project FROM arrears_summaries {place} {ORDER} LIMIT ?{}", given.len());
    let ids = tx.query(&sql, &given, |r| r.get::<ProjectId>(0))?;
    let keys: Vec<Vec<Param<'_>>> =
        ids.iter().map(|id| vec![Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())]).collect();
    let mut found = tx.get_all::<Summary>(&keys, false)?;
    found.sort_by_key(|s| (-s.severe, -s.high, -s.middle, s.project));
    Ok(Page::cut(found, rows, Cursor::of))
}

fn totals(tx: &mut Tx<'_>, place: &str, given: &[Param<'_>]) -> Result<Totals> {
    let sum = |c: &str| format!("CAST(coalesce(sum({c}), 0) AS BIGINT)");
    let columns = ["workers", "severe", "high", "middle", "cases", "owed"].map(sum).join(", ");
    let sql = format!("SELECT count(*), {columns} FROM arrears_summaries WHERE {place}");
    let row = tx.query_one(&sql, given, |r| {
        Ok(Totals {
            projects: r.get(0)?,
            workers: r.get(1)?,
            severe: r.get(2)?,
            high: r.get(3)?,
            middle: r.get(4)?,
            cases: r.get(5)?,
            owed: Money::new(r.get(6)?, Currency::CNY),
            places: Vec::new(),
        })
    })?;
    let Some(mut totals) = row else { return Err(Error::broken("a sum has no row")) };
    let warnings = sum("severe + high + middle");
    let sql = format!(
        "SELECT region, count(*), {}, {warnings}, {} FROM arrears_summaries WHERE {place} GROUP BY region ORDER BY region LIMIT 200",
        sum("severe"),
        sum("owed")
    );
    totals.places = tx.query(&sql, given, |r| {
        Ok(Place {
            region: r.get(0)?,
            projects: r.get(1)?,
            severe: r.get(2)?,
            warnings: r.get(3)?,
            owed: Money::new(r.get(4)?, Currency::CNY),
        })
    })?;
    Ok(totals)
}

/// The projects of the branches that a member of staff looks after (`wage.read_bank`), the gravest first.
pub fn board(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter, ask: &PageAsk) -> Result<Page<Summary>> {
    let books = books(tx, actor, filter.branch)?;
    page(tx, &format!("book IN {}", list(&books)), Vec::new(), filter.open, ask)
}

/// What that board adds up to.
pub fn board_totals(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<Totals> {
    let books = books(tx, actor, filter.branch)?;
    totals(tx, &format!("book IN {}", list(&books)), &[])
}

/// The range of a bureau's region, or of a place in it that is asked for.
fn region_range(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<[String; 2]> {
    let bureau = my_bureau(tx, actor, Permission::BureauRead)?;
    let region = match filter.region.as_str() {
        "" => bureau.region.clone(),
        place => {
            bureau.sees(place, "place", place)?;
            place.to_owned()
        }
    };
    Ok([prefix(&region).to_owned(), after_region(&region)])
}

const IN_REGION: &str = "region >= ?1 AND region < ?2";

/// The projects of a bureau's region (`bureau.read`), the gravest first.
pub fn bureau_board(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter, ask: &PageAsk) -> Result<Page<Summary>> {
    let range = region_range(tx, actor, filter)?;
    page(tx, IN_REGION, range.iter().map(Column::param).collect(), filter.open, ask)
}

/// What that board adds up to.
pub fn bureau_totals(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<Totals> {
    let range = region_range(tx, actor, filter)?;
    totals(tx, IN_REGION, &range.iter().map(Column::param).collect::<Vec<_>>())
}

/// Whether the actor may see a project's warnings: the bank, the firm's own users, the bureau of the region.
fn sees_project(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId, project: ProjectId) -> Result<()> {
    match actor.firm() {
        Some(own) if crate::bureau_of(tx, own)?.is_some() => {
            let region = region_of(tx, project)?;
            my_bureau(tx, actor, Permission::BureauRead)?.sees(&region, "project", project)
        }
        Some(_) => party::may(tx, actor, Permission::WageRead, &Scope::firm(firm)).map(|_| ()),
        None => party::may(tx, actor, Permission::WageReadBank, &Scope::firm(firm)).map(|_| ()),
    }
}

/// A project's row of the boards and its warnings, open ones first, at most 500.
pub fn project_warnings(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<(Summary, Vec<Warning>)> {
    let p = payroll::project_raw(tx, project)?;
    sees_project(tx, actor, p.firm, project)?;
    let summary = match tx.get::<Summary>(params![p.book, project])? {
        Some(summary) => summary,
        None => crate::summary::empty(tx, &p)?,
    };
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY id DESC LIMIT ?3";
    let mut all = tx.select::<Warning>(tail, params![p.book, project, PROJECT_WARNINGS_MAX])?;
    all.sort_by_key(|w| (!w.is_open(), w.severity, std::cmp::Reverse(w.id)));
    Ok((summary, all))
}

/// The open warnings of a firm's projects, the gravest first, at most 200. Needs `wage.read`.
pub fn firm_warnings(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId) -> Result<Vec<Warning>> {
    party::may(tx, actor, Permission::WageRead, &Scope::firm(firm))?;
    let tail = "WHERE book = ?1 AND state IN ('open', 'acting') AND severity = ?2 AND firm = ?3 ORDER BY id LIMIT ?4";
    let mut all = Vec::new();
    for severity in Severity::ALL {
        let left = FIRM_WARNINGS_MAX - all.len() as i64;
        all.extend(tx.select::<Warning>(tail, params![firm.book(), *severity, firm, left.max(0)])?);
    }
    Ok(all)
}

/// A warning with what stands behind it. By whoever may see its project.
pub fn warning(tx: &mut Tx<'_>, actor: &Actor, id: WarningId) -> Result<WarningPage> {
    let w = warning_raw(tx, id)?;
    sees_project(tx, actor, w.firm, w.project)?;
    let rule = rules(w.opened_at.local_date()).kind(w.kind).clone();
    let may_keep = w.is_open() && crate::may_keep(tx, actor, w.firm).is_ok();
    let may_act = w.is_open() && crate::may_act(tx, actor, w.firm).is_ok();
    Ok(WarningPage {
        rule,
        project_name: payroll::project_raw(tx, w.project)?.name,
        firm_name: party::firm(tx, w.firm)?.name,
        may_keep,
        may_act,
        warning: w,
    })
}

/// The exceptions that hold in the branches a member of staff looks after, at most 500.
pub fn exceptions(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<(Exception, String)>> {
    let (today, mut all) = (tx.now().local_date(), Vec::new());
    for book in books(tx, actor, None)? {
        let tail = "WHERE book = ?1 AND until >= ?2 AND ended_at IS NULL ORDER BY until, warning LIMIT ?3";
        let left = EXCEPTIONS_MAX - all.len() as i64;
        for e in tx.select::<Exception>(tail, params![book, today, left.max(0)])? {
            let name = payroll::project_raw(tx, e.project)?.name;
            all.push((e, name));
        }
    }
    Ok(all)
}

/// A case with its liability. By the bank, the firm, the contractor or the bureau of the region.
pub fn case(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId) -> Result<ArrearsCase> {
    let c = case_raw(tx, id)?;
    may_see(tx, actor, &c)?;
    Ok(c)
}

fn before(ask: &PageAsk) -> Result<[u8; 16]> {
    ask.after.as_deref().map_or(Ok([0xff; 16]), |t| t.parse::<ArrearsCaseId>().map(|c| c.bytes()))
}

/// The cases of the branches that a member of staff looks after, newest first.
pub fn cases(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter, ask: &PageAsk) -> Result<Page<ArrearsCase>> {
    let (rows, books, before) = (ask.rows()?, books(tx, actor, filter.branch)?, before(ask)?);
    let sql =
        format!("SELECT id FROM arrears_cases WHERE book IN {} AND id < ?1 ORDER BY id DESC LIMIT ?2", list(&books));
    let ids = tx.query(&sql, params![before, rows + 1], |r| r.get::<ArrearsCaseId>(0))?;
    let found = ids.into_iter().map(|id| case_raw(tx, id)).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(found, rows, |c| c.id.to_string()))
}

/// The cases of a bureau's region (`bureau.read`), newest first.
pub fn cases_of_bureau(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<ArrearsCase>> {
    let bureau = my_bureau(tx, actor, Permission::BureauRead)?;
    let (rows, before) = (ask.rows()?, before(ask)?);
    let tail = "WHERE region >= ?1 AND region < ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let (from, to) = (prefix(&bureau.region).to_owned(), after_region(&bureau.region));
    let found = tx.select::<ArrearsCase>(tail, params![from, to, before, rows + 1])?;
    Ok(Page::cut(found, rows, |c| c.id.to_string()))
}

impl Warning {
    /// The keys of the texts that say why it is raised and what clears it.
    pub fn texts(&self) -> (String, String) {
        texts(self.kind)
    }
}

fn texts(kind: Kind) -> (String, String) {
    let name = kind.code().replace('_', "-");
    (format!("arrears-why-{name}"), format!("arrears-clears-{name}"))
}
