//! Several projects under one wage account, each with a book of its own, where the region allows it (人社部发〔2021〕53号).
//!
//! A project that joins another keeps a ledger account of its own whose number is the first one's and two digits more (子账户, 01 to 20).
//! So the money of each is apart in the ledger itself: what names a project is its own, and it never pays more than its share. What
//! they have in common is the number that the owner knows, and the sum.
use crate::{NOT_SHARED, SHARES_MAX, is_bank, profile, site};
use kernel::id::ProjectId;
use kernel::{Actor, BookId, Error, Id, Money, Result, Timestamp};
use party::{Change, Permission, Scope};
use payroll::Project;
use store::{Audit, Seal, Tx, params};

store::record! {
    /// That a project is under another one's account.
    pub struct Share in "worksite_shares" key 2 {
        pub book: BookId,
        pub project: ProjectId,
        /// Whose number it bears.
        pub main: ProjectId,
        pub made_by: String,
        pub made_at: Timestamp,
    }
}

/// A project's part of a shared account.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Part {
    pub project: ProjectId,
    pub name: String,
    pub account_number: String,
    /// What it may pay.
    pub balance: Money,
}

/// Why two projects may not share, or that they may.
fn may_share(allowed: bool, main: &Project, other: &Project) -> Result<()> {
    let refuse = |why: &str| Err(Error::new(&NOT_SHARED, why.to_owned()));
    if !allowed {
        return refuse("the region keeps an account for each project");
    }
    if (main.firm, main.contractor, main.profile) != (other.firm, other.contractor, other.profile) {
        return refuse("only projects of one contractor share an account");
    }
    if main.id == other.id || main.closed_at.is_some() || other.closed_at.is_some() {
        return refuse("it is the same project, or one of them is closed");
    }
    Ok(())
}

fn shares(tx: &mut Tx<'_>, main: ProjectId) -> Result<Vec<Share>> {
    let tail = "WHERE book = ?1 AND main = ?2 ORDER BY project";
    tx.select::<Share>(tail, params![main.book(), main])
}

fn share(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<Share>> {
    tx.get::<Share>(params![project.book(), project])
}

fn number_of(tx: &mut Tx<'_>, of: &Project) -> Result<String> {
    Ok(ledger::view(tx, of.wage_account)?.account.number)
}

/// `Err(NOT_SHARED)` unless the account of this project may be shared; answers it.
fn shareable(tx: &mut Tx<'_>, actor: &Actor, main: ProjectId) -> Result<(Project, bool)> {
    let of = payroll::project_raw(tx, main)?;
    party::may(tx, actor, Permission::WageAccountOpen, &Scope::firm(of.firm))?;
    let file = site::site(tx, main)?;
    if share(tx, main)?.is_some() {
        return Err(Error::new(&NOT_SHARED, "it is under another project's account itself"));
    }
    let allowed = profile::region(&file.region, tx.now().local_date())?.shared_account;
    Ok((of, allowed))
}

/// The account number that the next project under this one's account is opened with. Needs `wage.account_open`. Errors:
/// `site_missing`, `site_not_shared`, `limit`.
pub fn next_share_number(tx: &mut Tx<'_>, actor: &Actor, main: ProjectId) -> Result<String> {
    let (of, allowed) = shareable(tx, actor, main)?;
    if !allowed {
        return Err(Error::new(&NOT_SHARED, "the region keeps an account for each project"));
    }
    let number = number_of(tx, &of)?;
    for n in 1..=SHARES_MAX {
        let sub = format!("{number}{n:02}");
        if ledger::by_number(tx, &sub)?.is_none() {
            return Ok(sub);
        }
    }
    Err(Error::limit("shares", SHARES_MAX + 1, SHARES_MAX, "projects under one account"))
}

/// Projects that were opened under this one's number and have not joined yet. Needs `wage.account_open`. Errors: `site_missing`,
/// `site_not_shared` where it is under another one's account itself.
pub fn joinable(tx: &mut Tx<'_>, actor: &Actor, main: ProjectId) -> Result<Vec<Part>> {
    let (of, _) = shareable(tx, actor, main)?;
    let number = number_of(tx, &of)?;
    let mut found = Vec::new();
    for n in 1..=SHARES_MAX {
        let Some(account) = ledger::by_number(tx, &format!("{number}{n:02}"))? else { continue };
        let Some(project) = payroll::project_of_account(tx, account.id)? else { continue };
        if share(tx, project.id)?.is_none() {
            found.push(part(tx, project.id)?);
        }
    }
    Ok(found)
}

/// A project that was opened under such a number joins. Needs `wage.account_open`. Repeating is safe. Errors: `site_missing`,
/// `site_not_shared`.
pub fn share_account(tx: &mut Tx<'_>, actor: &Actor, main: ProjectId, project: ProjectId) -> Result<Change> {
    let (of, allowed) = shareable(tx, actor, main)?;
    let other = payroll::project_raw(tx, project)?;
    may_share(allowed, &of, &other)?;
    let (number, sub) = (number_of(tx, &of)?, number_of(tx, &other)?);
    let tail = sub.strip_prefix(&number).and_then(|tail| tail.parse::<usize>().ok());
    if !tail.is_some_and(|n| (1..=SHARES_MAX).contains(&n)) || sub.len() != number.len() + 2 {
        return Err(Error::new(&NOT_SHARED, "its account was not opened under the other one's number"));
    }
    if let Some(known) = share(tx, project)? {
        return match known.main == main {
            true => Ok(Change::AlreadySo),
            false => Err(Error::new(&NOT_SHARED, format!("it is under the account of {}", known.main))),
        };
    }
    if !shares(tx, project)?.is_empty() {
        return Err(Error::new(&NOT_SHARED, "other projects are under its own account"));
    }
    let (made_by, made_at, seal) = (actor.principal(), tx.now(), Seal::default());
    tx.insert(&mut Share { book: project.book(), project, main, made_by, made_at, seal })?;
    tx.audit(actor, Audit::of("worksite.share", project).after(main.to_string()))?;
    Ok(Change::Done)
}

/// The parts of the account that a project pays from, its own first; one when it is not shared. Readable as the project is.
pub fn parts(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<Vec<Part>> {
    let of = payroll::project_raw(tx, project)?;
    let permission = if is_bank(actor) { Permission::WageReadBank } else { Permission::WageRead };
    party::may(tx, actor, permission, &Scope::firm(of.firm))?;
    let main = share(tx, project)?.map_or(project, |s| s.main);
    let mut others: Vec<ProjectId> = shares(tx, main)?.into_iter().map(|s| s.project).collect();
    others.insert(0, main);
    let others = others.into_iter().filter(|id| *id != project);
    std::iter::once(project).chain(others).map(|id| part(tx, id)).collect()
}

fn part(tx: &mut Tx<'_>, project: ProjectId) -> Result<Part> {
    let of = payroll::project_raw(tx, project)?;
    let view = ledger::view(tx, of.wage_account)?;
    let balance = view.available();
    Ok(Part { project, name: of.name, account_number: view.account.number, balance })
}
