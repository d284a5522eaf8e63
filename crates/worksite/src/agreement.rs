//! The agreement of owner, contractor and bank (三方协议): its number, its parties, and the text that was signed.
use crate::site::{SiteFile, managed, readable};
use crate::{AGREEMENT_BYTES_MAX, filled};
use kernel::id::ProjectId;
use kernel::{Actor, BookId, Date, Error, Id, Result, Timestamp};
use party::Change;
use store::{Audit, Json, Seal, Tx, params};

/// Agreements of one project that a page shows at most; there is rarely more than one.
const SHOWN_MAX: u32 = 50;

store::record! {
    /// An agreement; the newest of a project holds.
    pub struct Agreement in "worksite_agreements" key 3 {
        pub book: BookId,
        pub project: ProjectId,
        /// From 1.
        pub number: i64,
        /// Its own number, as it stands on the paper.
        pub agreement: String,
        /// Owner, contractor, bank.
        pub parties: Json<Vec<String>>,
        pub signed_on: Date,
        /// What its text is kept under; empty when only the number was given.
        pub text_hash: Vec<u8>,
        pub made_by: String,
        pub made_at: Timestamp,
    }
}

/// An agreement as it is given.
#[derive(Clone, Debug, Default)]
pub struct AgreementNew {
    pub agreement: String,
    pub signed_on: Option<Date>,
    /// The signed paper as a file; may be empty.
    pub text: Vec<u8>,
}

/// Writes the agreement of a site down; another one later takes its place, the older one is kept. Needs `wage.project_manage`. The
/// same again is `AlreadySo`.
pub fn record_agreement(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, new: &AgreementNew) -> Result<Change> {
    let file = managed(tx, actor, project)?;
    let agreement = filled("agreement", &new.agreement)?;
    let signed_on = new.signed_on.ok_or_else(|| Error::field("signed_on", "the day it was signed"))?;
    if signed_on > tx.now().local_date() {
        return Err(Error::field("signed_on", "it is in the future"));
    }
    if new.text.len() > AGREEMENT_BYTES_MAX {
        return Err(Error::limit("text", new.text.len(), AGREEMENT_BYTES_MAX, "bytes"));
    }
    let text_hash = if new.text.is_empty() { Vec::new() } else { payroll::file_hash(&new.text) };
    let last = newest(tx, &file, 1)?.pop();
    if let Some(a) = &last
        && (&a.agreement, a.signed_on, &a.text_hash) == (&agreement, signed_on, &text_hash)
    {
        return Ok(Change::AlreadySo);
    }
    if !text_hash.is_empty() {
        payroll::keep_file(tx, file.book, &text_hash, &new.text)?;
    }
    let of = payroll::project_raw(tx, project)?;
    let bank = party::branch_of(tx, file.book)?.name_zh;
    let parties = vec![file.owner_name.clone(), party::firm(tx, of.contractor)?.name, bank];
    tx.insert(&mut Agreement {
        book: file.book,
        project,
        number: last.map_or(1, |a| a.number + 1),
        agreement: agreement.clone(),
        parties: Json(parties),
        signed_on,
        text_hash,
        made_by: actor.principal(),
        made_at: tx.now(),
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("worksite.agreement", project).after(agreement))?;
    Ok(Change::Done)
}

fn newest(tx: &mut Tx<'_>, file: &SiteFile, rows: u32) -> Result<Vec<Agreement>> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY number DESC LIMIT ?3";
    tx.select::<Agreement>(tail, params![file.book, file.project, rows])
}

/// The agreement that holds. For domain code.
pub fn agreement_of(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<Agreement>> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY number DESC LIMIT 1";
    Ok(tx.select::<Agreement>(tail, params![project.book(), project])?.pop())
}

/// All agreements of a site, oldest first, with no permission asked. For domain code.
pub(crate) fn agreements_kept(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Agreement>> {
    tx.select::<Agreement>("WHERE book = ?1 AND project = ?2 ORDER BY number", params![project.book(), project])
}

/// The agreements of a site, newest first, at most 50.
pub fn agreements(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<Vec<Agreement>> {
    let file = readable(tx, actor, project)?;
    newest(tx, &file, SHOWN_MAX)
}
