//! Money of a wage account that is for named workers alone, such as what a guarantee deposit paid for them.
//!
//! An earmark is a sum with its basis; one pay sheet uses it. What is out of it is that sheet's sum once it began to be paid, less what came
//! back of failed lines, and those lines again once another sheet pays them. The rest is *kept*. A run whose sum leaves less on the wage
//! account than is kept there for others does not begin (`wage_earmarked`): this is looked at in the transaction that posts it, after the
//! posting, so that two runs cannot both spend the same money.
use crate::line::{LineState, PayLine, line_raw};
use crate::project::{Project, project_raw};
use crate::sheet::{PaySheet, SheetState, sheet_raw};
use crate::{EARMARK_TAKEN, EARMARKED};
use kernel::id::{PaySheetId, ProjectId};
use kernel::{Actor, BookId, Currency, Error, Id, Money, Result, Timestamp};
use party::Change;
use store::{Audit, Seal, Tx, params};

/// Sheets that may pay a failed line one after the other; more are not followed.
const REPAID_AT_MOST: usize = 100;

store::record! {
    /// A sum for named workers. Amounts are minor units.
    pub struct Earmark in "payroll_earmarks" key 3 {
        pub book: BookId,
        pub project: ProjectId,
        /// The document it came from, such as the id of a notice.
        pub basis: String,
        pub currency: Currency,
        pub amount: i64,
        /// What went back to where it came from.
        pub given_back: i64,
        /// The sheet that uses it.
        pub sheet: Option<PaySheetId>,
        pub made_by: String,
        pub made_at: Timestamp,
    }
}

fn load(tx: &mut Tx<'_>, project: ProjectId, basis: &str) -> Result<Option<Earmark>> {
    tx.load::<Earmark>(params![project.book(), project, basis.to_owned()])
}

fn known(tx: &mut Tx<'_>, project: ProjectId, basis: &str) -> Result<Earmark> {
    load(tx, project, basis)?.ok_or_else(|| Error::not_found("earmark", basis))
}

/// Sets money apart that came into the wage account, in the transaction that brought it or learnt of it. Repeating is safe. For domain code.
pub fn earmark(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, basis: &str, amount: Money) -> Result<Change> {
    if load(tx, project, basis)?.is_some() {
        return Ok(Change::AlreadySo);
    }
    tx.insert(&mut Earmark {
        book: project.book(),
        project,
        basis: basis.into(),
        currency: amount.currency,
        amount: amount.minor,
        given_back: 0,
        sheet: None,
        made_by: actor.principal(),
        made_at: tx.now(),
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("payroll.earmark", project).after(amount.to_string()).reason(basis))?;
    Ok(Change::Done)
}

/// Names the sheet that uses an earmark; who looked at its lines calls this. One that was cancelled since gives way. Repeating is safe.
/// Errors: `earmark_taken` when another sheet uses it, or this one uses another's. For domain code.
pub fn earmark_sheet(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: ProjectId,
    basis: &str,
    id: PaySheetId,
) -> Result<Change> {
    let mut found = known(tx, project, basis)?;
    if found.sheet == Some(id) {
        return Ok(Change::AlreadySo);
    }
    let others = all(tx, project)?;
    let before = found.sheet.map(|s| sheet_raw(tx, s)).transpose()?;
    let used = before.is_some_and(|s| s.state != SheetState::Cancelled);
    if used || others.iter().any(|e| e.sheet == Some(id)) {
        return Err(Error::new(&EARMARK_TAKEN, format!("{id} or {basis} is taken")));
    }
    found.sheet = Some(id);
    tx.update(&mut found)?;
    tx.audit(actor, Audit::of("payroll.earmark_sheet", project).after(id.to_string()).reason(basis))?;
    Ok(Change::Done)
}

/// Whether a sheet has lines and nothing of it was paid or is under way.
pub fn awaits_pay(sheet: &PaySheet) -> bool {
    use SheetState::*;
    matches!(sheet.state, Drafted | Submitted | SentBack | Checked) && sheet.lines > 0 && sheet.paying_at.is_none()
}

/// Notes that so much of an earmark left the wage account for where it came from. For domain code.
pub fn earmark_given_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: ProjectId,
    basis: &str,
    amount: Money,
) -> Result<()> {
    let mut found = known(tx, project, basis)?;
    found.given_back += amount.minor;
    tx.update(&mut found)?;
    tx.audit(actor, Audit::of("payroll.earmark_back", project).after(amount.to_string()).reason(basis))
}

/// The earmark with this basis; for domain code.
pub fn earmark_of(tx: &mut Tx<'_>, project: ProjectId, basis: &str) -> Result<Option<Earmark>> {
    tx.get::<Earmark>(params![project.book(), project, basis.to_owned()])
}

fn all(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Earmark>> {
    tx.select::<Earmark>("WHERE book = ?1 AND project = ?2 ORDER BY basis", params![project.book(), project])
}

/// What of a wage account is kept for named workers.
pub fn earmarked(tx: &mut Tx<'_>, project: ProjectId) -> Result<Money> {
    let currency = project_raw(tx, project)?.currency;
    let mut kept = Money::zero(currency);
    for e in all(tx, project)? {
        kept = kept.add(Money::new(left(tx, &e, None)?, currency))?;
    }
    Ok(kept)
}

/// What a sheet may take from the wage account's money: all of it but what is kept for others.
pub(crate) fn free_for(tx: &mut Tx<'_>, project: &Project, sheet: PaySheetId) -> Result<Money> {
    let mut free = ledger::view(tx, project.wage_account)?.available();
    for e in all(tx, project.id)? {
        free = free.sub(Money::new(left(tx, &e, Some(sheet))?, free.currency))?;
    }
    Ok(free)
}

/// Money left a wage account in this transaction: `Err(wage_earmarked)` when it took what is kept for named workers. For domain code.
pub fn not_of_others(tx: &mut Tx<'_>, project: ProjectId) -> Result<()> {
    let kept = earmarked(tx, project)?;
    if kept.is_zero() {
        return Ok(());
    }
    let account = project_raw(tx, project)?.wage_account;
    let there = ledger::view(tx, account)?.available();
    match there.minor >= kept.minor {
        true => Ok(()),
        false => Err(Error::new(&EARMARKED, format!("{kept} are for named workers, {there} would be left"))
            .with("kept", kept.minor)),
    }
}

/// What is kept of an earmark; `with` counts a sheet as begun that has not.
fn left(tx: &mut Tx<'_>, e: &Earmark, with: Option<PaySheetId>) -> Result<i64> {
    let out = match e.sheet {
        Some(sheet) => out_of(tx, sheet, with)?,
        None => 0,
    };
    Ok((e.amount - e.given_back - out).max(0))
}

fn has_begun(sheet: &PaySheet, with: Option<PaySheetId>) -> bool {
    sheet.paying_at.is_some() || with == Some(sheet.id)
}

fn out_of(tx: &mut Tx<'_>, id: PaySheetId, with: Option<PaySheetId>) -> Result<i64> {
    let sheet = sheet_raw(tx, id)?;
    if !has_begun(&sheet, with) {
        return Ok(0);
    }
    let mut out = sheet.net - sheet.returned_net;
    let tail = "WHERE book = ?1 AND sheet = ?2 AND state = 'failed' AND repaid_by IS NOT NULL ORDER BY number";
    for line in tx.select::<PayLine>(tail, params![sheet.book, sheet.id])? {
        out += out_again(tx, &line, with)?;
    }
    Ok(out)
}

/// What is out for a failed line that other sheets pay.
fn out_again(tx: &mut Tx<'_>, failed: &PayLine, with: Option<PaySheetId>) -> Result<i64> {
    let mut next = failed.repaid_by;
    for _ in 0..REPAID_AT_MOST {
        let Some(id) = next else { return Ok(0) };
        let line = line_raw(tx, id)?;
        let sheet = sheet_raw(tx, line.sheet)?;
        let is_back = line.state == LineState::Failed && line.swept.is_some();
        if !is_back {
            return Ok(if has_begun(&sheet, with) { line.net } else { 0 });
        }
        next = line.repaid_by;
    }
    Ok(0)
}
