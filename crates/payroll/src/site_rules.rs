//! Site rules: a project whose wages go out only after attendance, review and signatures (Decree 724, art. 28, 31).
//!
//! For building works they are the law, for ship repair terms of the contract. A project is put under them once and stays
//! there. From then on a roster line needs a labour contract, and a sheet is submitted only with a clearance of exactly its
//! lines. A sheet that pays failed lines again repeats lines that were cleared, so it needs none of its own.
use crate::sheet::{PaySheet, sheet_raw};
use crate::{CONTRACT_MISSING, Event, NO_SITE_RULES, SHEET_NOT_CLEARED, project_raw, text};
use kernel::id::{PaySheetId, ProjectId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use party::{Change, Permission, Scope};
use store::{Audit, Seal, Tx, params};

store::record! {
    /// Who put a project under the rules of a site, and when.
    pub struct SiteRules in "payroll_site_rules" key 2 {
        pub book: BookId,
        pub project: ProjectId,
        pub put_by: String,
        pub put_at: Timestamp,
    }
}

store::record! {
    /// That a sheet may be submitted as it stands.
    pub struct Clearance in "payroll_clearances" key 2 {
        pub book: BookId,
        pub sheet: PaySheetId,
        /// [`PaySheet::payload_hash`] of what was cleared.
        pub lines_hash: String,
        pub cleared_by: String,
        pub cleared_at: Timestamp,
        pub note: String,
    }
}

/// Puts a project under the rules of a site. Needs `wage.project_manage` at the firm or at the bank. Sheets that were
/// submitted before go on as they are.
pub fn put_under_site_rules(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId) -> Result<Change> {
    let project = project_raw(tx, id)?;
    party::may(tx, actor, Permission::WageProjectManage, &Scope::firm(project.firm))?;
    let (put_by, put_at) = (actor.principal(), tx.now());
    let mut rules = SiteRules { book: project.book, project: id, put_by, put_at, seal: Seal::default() };
    if !tx.insert_if_absent(&mut rules)? {
        return Ok(Change::AlreadySo);
    }
    tx.audit(actor, Audit::of("payroll.site_rules", id).after(project.profile.code()))?;
    tx.emit(&Event::SiteRulesPut { project: id, firm: project.firm }, &actor.correlation)?;
    Ok(Change::Done)
}

/// Since when a project is under the rules of a site, and by whom; `None` when it is not.
pub fn site_rules(tx: &mut Tx<'_>, id: ProjectId) -> Result<Option<SiteRules>> {
    tx.get::<SiteRules>(params![id.book(), id])
}

/// `Err(no_site_rules)` unless the project is under them.
pub fn need_site_rules(tx: &mut Tx<'_>, id: ProjectId) -> Result<SiteRules> {
    site_rules(tx, id)?.ok_or_else(|| Error::new(&NO_SITE_RULES, "the project is not under the rules of a site"))
}

/// The clearance of a sheet's lines as they are now; `None` when there is none or the sheet changed.
pub fn clearance(tx: &mut Tx<'_>, sheet: &PaySheet) -> Result<Option<Clearance>> {
    let found = tx.get::<Clearance>(params![sheet.book, sheet.id])?;
    Ok(found.filter(|c| c.lines_hash == sheet.payload_hash()))
}

/// Writes down that a sheet may be submitted as it stands. For crate `crews`, which looked at attendance and signatures and
/// asked for the right before. Errors: `no_site_rules`, `pay_sheet_state`, `pay_sheet_empty`.
pub fn clear(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, note: &str) -> Result<Change> {
    let sheet = sheet_raw(tx, id)?;
    need_site_rules(tx, sheet.project)?;
    let (note, lines_hash) = (text("note", note)?, sheet.payload_hash());
    let (cleared_by, cleared_at) = (actor.principal(), tx.now());
    let known = tx.load::<Clearance>(params![sheet.book, id])?;
    if known.as_ref().is_some_and(|c| c.lines_hash == lines_hash) {
        return Ok(Change::AlreadySo);
    }
    sheet.may_submit()?;
    match known {
        Some(mut old) => {
            (old.lines_hash, old.cleared_by, old.cleared_at, old.note) = (lines_hash, cleared_by, cleared_at, note);
            tx.update(&mut old)?;
        }
        None => {
            let (book, seal) = (sheet.book, Seal::default());
            tx.insert(&mut Clearance { book, sheet: id, lines_hash, cleared_by, cleared_at, note, seal })?;
        }
    }
    tx.audit(actor, Audit::of("payroll.sheet_clear", id).after(sheet.payload_hash()))?;
    Ok(Change::Done)
}

/// Under site rules, only a sheet that was cleared is submitted.
pub(crate) fn may_submit(tx: &mut Tx<'_>, sheet: &PaySheet) -> Result<()> {
    if sheet.repay || site_rules(tx, sheet.project)?.is_none() || clearance(tx, sheet)?.is_some() {
        return Ok(());
    }
    Err(Error::new(&SHEET_NOT_CLEARED, "the labour officer has not cleared these lines"))
}

/// Under site rules, nobody is on the roster without a labour contract (art. 28).
pub(crate) fn need_contract(tx: &mut Tx<'_>, project: ProjectId, contract: &str) -> Result<()> {
    match contract.trim().is_empty() && site_rules(tx, project)?.is_some() {
        true => Err(Error::new(&CONTRACT_MISSING, "he has no labour contract")),
        false => Ok(()),
    }
}
