//! A bureau looks into an account (Decree 724, art. 40): a reason, a document, the yes of the head of a city's or higher bureau; each
//! look is written down and the bank sees it.
use crate::bureau::{Bureau, bureau_raw, my_bureau};
use crate::events::Event;
use crate::summary::region_of;
use crate::{NO_HEAD, QUERY_DAYS, QUERY_NOT_APPROVED, filled};
use approval::Approve;
use kernel::clock::DAY;
use kernel::id::{ApprovalId, BureauId, BureauQueryId, ProjectId};
use kernel::{Actor, BookId, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission};
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

pub(crate) const KIND_QUERY: &str = "bureau.query";

store::text_enum! {
    pub enum QueryState { Asked = "asked", Approved = "approved", Refused = "refused" }
}

store::record! {
    /// What was asked, who agreed, until when, and how often it was looked.
    pub struct BureauQuery in "arrears_queries" key 2 {
        pub book: BookId,
        pub id: BureauQueryId,
        pub bureau: BureauId,
        pub project: ProjectId,
        pub reason: String,
        /// The number of the bureau's own document.
        pub document: String,
        pub asked_by: String,
        pub asked_at: Timestamp,
        pub approval: ApprovalId,
        pub state: QueryState,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        pub decided_why: String,
        /// The number of the yes, such as `990100-2026-ABCDEF`; empty before.
        pub number: String,
        pub until: Option<Timestamp>,
        pub looks: i64,
        pub looked_by: Option<String>,
        pub looked_at: Option<Timestamp>,
    }
}

/// What a look shows: the special account of the project, nothing of any other.
#[derive(Clone, Debug, Serialize)]
pub struct AccountLook {
    pub query: BureauQueryId,
    pub number: String,
    pub account_name: String,
    pub account_masked: String,
    pub balance: Money,
    /// On its way to workers.
    pub in_clearing: Money,
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    query: BureauQueryId,
    project: ProjectId,
    bureau: BureauId,
    document: String,
}

/// The bureau whose head agrees: the asking one where it is of a city or higher, else the nearest above it.
fn who_agrees(tx: &mut Tx<'_>, asking: &Bureau) -> Result<Bureau> {
    let over = crate::bureau::bureaus_over(tx, &asking.region)?;
    let own = asking.may_agree().then(|| asking.clone());
    let found = own.or_else(|| over.into_iter().find(Bureau::may_agree));
    found.ok_or_else(|| Error::new(&NO_HEAD, format!("no bureau of a city or above looks after {}", asking.region)))
}

/// Asks for a look into the wage account of a project in the region. Needs `bureau.act`. Errors: `bureau_no_head`, limits.
pub fn query_ask(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: ProjectId,
    reason: &str,
    document: &str,
) -> Result<BureauQueryId> {
    let bureau = my_bureau(tx, actor, Permission::BureauAct)?;
    bureau.sees(&region_of(tx, project)?, "project", project)?;
    let (reason, document) = (party::reason(reason)?, filled("document", document)?);
    let agrees = who_agrees(tx, &bureau)?;
    let id = BureauQueryId::new(tx.now(), project.book());
    let p = payroll::project_raw(tx, project)?;
    let payload = Payload { query: id, project, bureau: bureau.id, document: document.clone() };
    let mut ask = approval::Ask::new(KIND_QUERY, &payload, Permission::BureauApprove)?;
    ask.firm = Some(agrees.firm);
    ask.note = reason.clone();
    ask.summary = vec![
        approval::Line::shown("bureau-query-account", p.account_name),
        approval::Line::shown("bureau-query-document", document.clone()),
        approval::Line::shown("bureau-query-by", bureau.name.clone()),
        approval::Line::shown("bureau-query-reason", reason.clone()),
    ];
    let approval = approval::ask(tx, actor, ask)?;
    let mut new = BureauQuery {
        book: id.book(),
        id,
        bureau: bureau.id,
        project,
        reason,
        document,
        asked_by: actor.principal(),
        asked_at: tx.now(),
        approval,
        state: QueryState::Asked,
        decided_by: None,
        decided_at: None,
        decided_why: String::new(),
        number: String::new(),
        until: None,
        looks: 0,
        looked_by: None,
        looked_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut new)?;
    tx.audit(actor, Audit::of("arrears.query_ask", id).after(project.to_string()).approval(approval))?;
    tx.emit(&Event::of_query("arrears.query_asked", &new), &actor.correlation)?;
    Ok(id)
}

pub(crate) fn query_raw(tx: &mut Tx<'_>, id: BureauQueryId) -> Result<BureauQuery> {
    tx.load::<BureauQuery>(params![id.book(), id])?.ok_or_else(|| Error::not_found("query", id))
}

fn read(payload: &str) -> Result<Payload> {
    serde_json::from_str(payload).map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))
}

/// The number of a yes: region, year, and six signs of the approval.
fn number(region: &str, year: i16, approval: ApprovalId) -> String {
    let shown = approval.to_string();
    format!("{region}-{year}-{}", &shown[shown.len() - 6..])
}

/// The head agrees: the query holds for [`QUERY_DAYS`]. Errors: those of `approval::approve`.
pub(crate) fn query_yes(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Change> {
    let (approval, payload) = match approval::approve(tx, actor, id, shown_hash)? {
        Approve::Approved { approval, payload } => (approval, payload),
        Approve::FirstOfTwo => return Ok(Change::Done),
        Approve::AlreadySo { .. } => return Ok(Change::AlreadySo),
    };
    let asked = read(&payload)?;
    let mut q = query_raw(tx, asked.query)?;
    let region = bureau_raw(tx, q.bureau)?.region;
    let now = tx.now();
    (q.state, q.decided_by, q.decided_at) = (QueryState::Approved, Some(actor.principal()), Some(now));
    q.number = number(&region, now.local_date().year(), approval.id);
    q.until = Some(now.plus(QUERY_DAYS * DAY));
    tx.update(&mut q)?;
    approval::mark_executed(tx, actor, approval.id, &q.number)?;
    tx.audit(actor, Audit::of("arrears.query_approve", q.id).after(q.number.clone()).approval(id))?;
    tx.emit(&Event::of_query("arrears.query_approved", &q), &actor.correlation)?;
    Ok(Change::Done)
}

/// The head refuses, with a reason.
pub(crate) fn query_no(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, why: &str) -> Result<Change> {
    if approval::refuse(tx, actor, id, shown_hash, why)? == Change::AlreadySo {
        return Ok(Change::AlreadySo);
    }
    let asked = read(&approval::raw(tx, id)?.payload)?;
    let mut q = query_raw(tx, asked.query)?;
    (q.state, q.decided_by, q.decided_at) = (QueryState::Refused, Some(actor.principal()), Some(tx.now()));
    q.decided_why = party::reason(why)?;
    tx.update(&mut q)?;
    tx.emit(&Event::of_query("arrears.query_refused", &q), &actor.correlation)?;
    Ok(Change::Done)
}

/// One look into the account that was agreed to; it is counted and written down. By the bureau that asked (`bureau.act`).
/// Errors: `bureau_query_not_approved`.
pub fn account_look(tx: &mut Tx<'_>, actor: &Actor, id: BureauQueryId) -> Result<AccountLook> {
    let bureau = my_bureau(tx, actor, Permission::BureauAct)?;
    let mut q = query_raw(tx, id)?;
    if q.bureau != bureau.id {
        return Err(Error::not_found("query", id));
    }
    let now = tx.now();
    if q.state != QueryState::Approved || q.until.is_none_or(|until| until <= now) {
        return Err(Error::new(&QUERY_NOT_APPROVED, format!("{id} is {} or its days are over", q.state)));
    }
    let p = payroll::project_raw(tx, q.project)?;
    let account = ledger::view(tx, p.wage_account)?;
    let look = AccountLook {
        query: id,
        number: q.number.clone(),
        account_name: p.account_name,
        account_masked: kernel::chinese::mask_card(&account.account.number),
        balance: account.posted(),
        in_clearing: ledger::view(tx, p.clearing_account)?.posted(),
        at: now,
    };
    (q.looks, q.looked_by, q.looked_at) = (q.looks + 1, Some(actor.principal()), Some(now));
    tx.update(&mut q)?;
    tx.audit(actor, Audit::of("arrears.query_look", id).after(q.project.to_string()).approval(&q.number))?;
    tx.emit(&Event::of_query("arrears.query_looked", &q), &actor.correlation)?;
    Ok(look)
}

/// The queries of one's own bureau, newest first. Needs `bureau.read`.
pub fn queries(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<BureauQuery>> {
    let bureau = my_bureau(tx, actor, Permission::BureauRead)?;
    let rows = ask.rows()?;
    let before = before(ask)?;
    let tail = "WHERE bureau = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    let found = tx.select::<BureauQuery>(tail, params![bureau.id, before, rows + 1])?;
    Ok(Page::cut(found, rows, |q| q.id.to_string()))
}

fn before(ask: &PageAsk) -> Result<[u8; 16]> {
    ask.after.as_deref().map_or(Ok([0xff; 16]), |text| text.parse::<BureauQueryId>().map(|q| q.bytes()))
}

/// A query of one's own bureau. Needs `bureau.read`.
pub fn query(tx: &mut Tx<'_>, actor: &Actor, id: BureauQueryId) -> Result<BureauQuery> {
    let bureau = my_bureau(tx, actor, Permission::BureauRead)?;
    let q = query_raw(tx, id)?;
    match q.bureau == bureau.id {
        true => Ok(q),
        false => Err(Error::not_found("query", id)),
    }
}

/// Who looked into a project's account, for the bank (`wage.read_bank`), newest first, at most 200.
pub fn queries_of(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<Vec<(BureauQuery, String)>> {
    let firm = payroll::project_raw(tx, project)?.firm;
    party::may(tx, actor, Permission::WageReadBank, &party::Scope::firm(firm))?;
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY id DESC LIMIT 200";
    let found = tx.select::<BureauQuery>(tail, params![project.book(), project])?;
    found.into_iter().map(|q| bureau_raw(tx, q.bureau).map(|b| (q, b.name))).collect()
}
