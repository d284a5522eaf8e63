//! Signatures on paper: a scan that stands for named lines of a sheet, for workers who cannot sign by themselves.
//!
//! A clerk sends the scan and says which lines it holds; the labour officer compares it with them. Until then the lines still
//! wait, and a scan that is refused takes its signatures with it.
use crate::chain::readable;
use crate::course::course;
use crate::crew::{crew_raw, may_act};
use crate::sign::{Signature, line_hash, need_open, put, signature, signature_of};
use crate::{NO_SUCH_LINES, OWN_WORK, PAPER_BAD, PAPER_BYTES_MAX, PAPER_LINES_MAX, PAPERS_PER_SHEET_MAX};
use kernel::id::PaySheetId;
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use party::{Change, Permission, Scope};
use store::{Audit, Seal, Tx, params};

store::text_enum! {
    /// What a scan is.
    pub enum PaperKind { Pdf = "pdf", Jpeg = "jpeg", Png = "png" }
}

impl PaperKind {
    /// By the first bytes; `None` for anything else.
    pub fn of(bytes: &[u8]) -> Option<PaperKind> {
        match bytes {
            b if b.starts_with(b"%PDF-") => Some(PaperKind::Pdf),
            [0xff, 0xd8, 0xff, ..] => Some(PaperKind::Jpeg),
            b if b.starts_with(b"\x89PNG\r\n\x1a\n") => Some(PaperKind::Png),
            _ => None,
        }
    }
    pub fn media_type(self) -> &'static str {
        match self {
            PaperKind::Pdf => "application/pdf",
            PaperKind::Jpeg => "image/jpeg",
            PaperKind::Png => "image/png",
        }
    }
}

store::record! {
    /// A scan of signatures.
    pub struct Paper in "crews_papers" key 3 {
        pub book: BookId,
        pub sheet: PaySheetId,
        pub file_hash: Vec<u8>,
        pub file_name: String,
        pub kind: PaperKind,
        pub file_bytes: i64,
        pub lines: i64,
        pub sent_by: String,
        pub sent_at: Timestamp,
        pub checked_by: Option<String>,
        pub checked_at: Option<Timestamp>,
        pub refused_by: Option<String>,
        pub refused_at: Option<Timestamp>,
        pub refused_reason: Option<String>,
    }
}

/// A scan as it is sent.
#[derive(Clone, Debug)]
pub struct PaperNew {
    pub sheet: PaySheetId,
    /// Numbers of the lines whose workers signed on it.
    pub lines: Vec<i64>,
    pub file_name: String,
    pub bytes: Vec<u8>,
}

/// A scan in a list.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PaperView {
    /// What the file is called by: 64 hexadecimal digits.
    pub paper: String,
    pub file_name: String,
    pub kind: PaperKind,
    pub lines: Vec<i64>,
    pub sent_by: String,
    pub sent_at: Timestamp,
    pub checked_by: String,
    pub checked_at: Option<Timestamp>,
    pub refused_reason: String,
}

/// Keeps a scan and lets the lines wait for its check. Needs `wage.crew` of the sheet's crew, or `wage.sheet_make` at the main
/// contractor. Answers what the file is called by. The same scan again is already there. Errors: `paper_bad`,
/// `no_such_lines`, `sheet_ended`, limits of bytes ([`PAPER_BYTES_MAX`]) and lines ([`PAPER_LINES_MAX`]).
pub fn paper_send(tx: &mut Tx<'_>, actor: &Actor, new: &PaperNew) -> Result<String> {
    let sheet = readable(tx, actor, new.sheet)?;
    let course = sender(tx, actor, &sheet)?;
    if new.bytes.len() > PAPER_BYTES_MAX {
        return Err(Error::limit("file", new.bytes.len(), PAPER_BYTES_MAX, "bytes"));
    }
    if new.lines.is_empty() || new.lines.len() > PAPER_LINES_MAX {
        return Err(Error::limit("lines", new.lines.len(), PAPER_LINES_MAX, "lines, and at least one"));
    }
    let bad = || Error::new(&PAPER_BAD, "the file is no PDF, JPEG or PNG");
    let kind = PaperKind::of(&new.bytes).ok_or_else(bad)?;
    let file_hash = payroll::file_hash(&new.bytes);
    let called = crate::sign::hex(&file_hash);
    let known = tx.load::<Paper>(params![sheet.book, sheet.id, file_hash])?;
    if known.as_ref().is_some_and(|p| p.refused_at.is_none()) {
        return Ok(called);
    }
    need_open(&sheet, &course)?;
    if known.is_none() && papers(tx, &sheet)?.len() >= PAPERS_PER_SHEET_MAX {
        return Err(Error::limit("papers", PAPERS_PER_SHEET_MAX + 1, PAPERS_PER_SHEET_MAX, "papers of a sheet"));
    }
    payroll::keep_file(tx, sheet.book, &file_hash, &new.bytes)?;
    let lines = stands_for(tx, actor, &sheet, &file_hash, &new.lines)?;
    let mut paper = Paper {
        book: sheet.book,
        sheet: sheet.id,
        file_hash,
        file_name: new.file_name.chars().filter(|c| !c.is_control()).take(crate::TEXT_CHARS_MAX).collect(),
        kind,
        file_bytes: new.bytes.len() as i64,
        lines,
        sent_by: actor.principal(),
        sent_at: tx.now(),
        checked_by: None,
        checked_at: None,
        refused_by: None,
        refused_at: None,
        refused_reason: None,
        seal: known.as_ref().map_or_else(Seal::default, |p| p.seal),
    };
    if known.is_some() {
        tx.update(&mut paper)?
    } else {
        tx.insert(&mut paper)?
    }
    tx.audit(actor, Audit::of("crews.paper_send", sheet.id).after(format!("{lines} lines, {called}")))?;
    Ok(called)
}

/// The way of the sheet, for whoever may send a paper for it.
fn sender(tx: &mut Tx<'_>, actor: &Actor, sheet: &payroll::PaySheet) -> Result<crate::course::Course> {
    let not_asked = || Error::new(&crate::NOT_ASKED, "the workers were not asked to sign yet");
    let course = course(tx, sheet.id)?.ok_or_else(not_asked)?;
    let project = payroll::project_raw(tx, sheet.project)?;
    let refused = match party::may(tx, actor, Permission::WageSheetMake, &Scope::firm(sheet.firm)) {
        Ok(_) => return Ok(course),
        Err(why) => why,
    };
    let crew = course.crew.map(|c| crew_raw(tx, c)).transpose()?;
    match crew {
        Some(crew) => may_act(tx, actor, &crew, &project).map(|()| course),
        None => Err(refused),
    }
}

/// Lets each line wait for the paper's check; a line that its worker signed himself stays as it is.
fn stands_for(
    tx: &mut Tx<'_>,
    actor: &Actor,
    sheet: &payroll::PaySheet,
    file_hash: &[u8],
    numbers: &[i64],
) -> Result<i64> {
    let mut wanted = numbers.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    for number in &wanted {
        let line = payroll::lines_raw(tx, sheet.id, number - 1, 1)?.pop().filter(|l| l.number == *number);
        let none = || Error::new(&NO_SUCH_LINES, format!("the sheet has no line {number}")).with("line", number);
        let line = line.ok_or_else(none)?;
        let hash = line_hash(&line);
        let known = signature_of(tx, line.id)?;
        if known.as_ref().is_some_and(|s| s.line_hash == hash && s.holds()) {
            continue;
        }
        let made = signature(actor, tx.now(), &line, hash, Some(file_hash.to_vec()));
        put(tx, known, made)?;
    }
    Ok(wanted.len() as i64)
}

pub(crate) fn papers(tx: &mut Tx<'_>, sheet: &payroll::PaySheet) -> Result<Vec<Paper>> {
    let tail = "WHERE book = ?1 AND sheet = ?2 ORDER BY sent_at, file_hash LIMIT ?3";
    tx.select::<Paper>(tail, params![sheet.book, sheet.id, PAPERS_PER_SHEET_MAX as u32])
}

fn signatures_on(tx: &mut Tx<'_>, sheet: PaySheetId, file_hash: &[u8]) -> Result<Vec<Signature>> {
    let tail = "WHERE book = ?1 AND sheet = ?2 AND paper = ?3 ORDER BY number";
    let file_hash = file_hash.to_vec();
    tx.select_locked::<Signature>(tail, params![sheet.book(), sheet, file_hash])
}

/// The papers of a sheet, oldest first, at most [`PAPERS_PER_SHEET_MAX`]; readers as [`sheet_course`](crate::sheet_course).
pub fn papers_of(tx: &mut Tx<'_>, actor: &Actor, sheet: PaySheetId) -> Result<Vec<PaperView>> {
    let sheet = readable(tx, actor, sheet)?;
    let name = |tx: &mut Tx<'_>, who: Option<&str>| who.map_or(Ok(String::new()), |w| party::who_name(tx, w));
    let mut out = Vec::new();
    for p in papers(tx, &sheet)? {
        let lines = signatures_on(tx, sheet.id, &p.file_hash)?.into_iter().map(|s| s.number).collect();
        out.push(PaperView {
            paper: crate::sign::hex(&p.file_hash),
            kind: p.kind,
            lines,
            sent_by: party::who_name(tx, &p.sent_by)?,
            sent_at: p.sent_at,
            checked_by: name(tx, p.checked_by.as_deref())?,
            checked_at: p.checked_at,
            refused_reason: p.refused_reason.unwrap_or_default(),
            file_name: p.file_name,
        });
    }
    Ok(out)
}

/// Lines of a sheet that stand on a scan which was sent for another sheet before, or at the same moment: nobody signs two sheets on one
/// paper. A sheet that was cancelled does not count, for its scan may serve the one that takes its place; nor does a scan that was
/// refused. Asks no right: the caller has.
pub fn lines_on_used_scans(tx: &mut Tx<'_>, sheet: &payroll::PaySheet) -> Result<i64> {
    let mut lines = 0;
    for mine in papers(tx, sheet)?.into_iter().filter(|p| p.refused_at.is_none()) {
        let sql = "SELECT sheet FROM crews_papers WHERE book = ?1 AND file_hash = ?2 AND sheet <> ?3 AND sent_at <= ?4 \
                   AND refused_at IS NULL ORDER BY sent_at, sheet LIMIT ?5";
        let of = params![sheet.book, mine.file_hash, sheet.id, mine.sent_at, PAPERS_PER_SHEET_MAX as u32];
        let others = tx.query(sql, of, |r| r.get::<PaySheetId>(0))?;
        for other in others {
            if payroll::sheet_raw(tx, other)?.state != payroll::SheetState::Cancelled {
                let sql = "SELECT count(*) FROM crews_signatures WHERE book = ?1 AND sheet = ?2 AND paper = ?3";
                let on_it = tx.query_one(sql, params![sheet.book, sheet.id, mine.file_hash], |r| r.get::<i64>(0))?;
                lines += on_it.unwrap_or(0);
                break;
            }
        }
    }
    Ok(lines)
}

/// A scan as it was sent, to look at it.
pub fn paper_file(
    tx: &mut Tx<'_>,
    actor: &Actor,
    sheet: PaySheetId,
    paper: &str,
) -> Result<(PaperKind, String, Vec<u8>)> {
    let sheet = readable(tx, actor, sheet)?;
    let found = paper_of(tx, &sheet, paper)?;
    let bytes = payroll::read_file(tx, sheet.book, &found.file_hash)?;
    Ok((found.kind, found.file_name, bytes))
}

fn paper_of(tx: &mut Tx<'_>, sheet: &payroll::PaySheet, paper: &str) -> Result<Paper> {
    let found = papers(tx, sheet)?.into_iter().find(|p| crate::sign::hex(&p.file_hash) == paper);
    found.ok_or_else(|| Error::not_found("paper", paper))
}

/// The labour officer says that a scan holds the signatures of its lines. Needs `wage.review`. Errors: `own_work` for whoever
/// sent it, `paper_bad` for one that was refused.
pub fn paper_check(tx: &mut Tx<'_>, actor: &Actor, sheet: PaySheetId, paper: &str) -> Result<Change> {
    let mut found = reviewed(tx, actor, sheet, paper)?;
    if found.checked_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    if found.refused_at.is_some() {
        return Err(Error::new(&PAPER_BAD, "this scan was refused; another one is needed"));
    }
    (found.checked_by, found.checked_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut found)?;
    for mut one in signatures_on(tx, sheet, &found.file_hash)? {
        (one.checked_by, one.checked_at) = (found.checked_by.clone(), found.checked_at);
        tx.update(&mut one)?;
    }
    tx.audit(actor, Audit::of("crews.paper_check", sheet).after(paper))?;
    Ok(Change::Done)
}

/// The labour officer refuses a scan, with a reason; its lines wait for their workers again. Needs `wage.review`.
pub fn paper_refuse(tx: &mut Tx<'_>, actor: &Actor, sheet: PaySheetId, paper: &str, reason: &str) -> Result<Change> {
    let mut found = reviewed(tx, actor, sheet, paper)?;
    let reason = party::reason(reason)?;
    if found.refused_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    if found.checked_at.is_some() {
        return Err(Error::new(&PAPER_BAD, "this scan was checked already"));
    }
    (found.refused_by, found.refused_at) = (Some(actor.principal()), Some(tx.now()));
    found.refused_reason = Some(reason.clone());
    tx.update(&mut found)?;
    for one in signatures_on(tx, sheet, &found.file_hash)? {
        tx.remove(&one)?;
    }
    tx.audit(actor, Audit::of("crews.paper_refuse", sheet).after(paper).reason(reason))?;
    Ok(Change::Done)
}

fn reviewed(tx: &mut Tx<'_>, actor: &Actor, sheet: PaySheetId, paper: &str) -> Result<Paper> {
    let sheet = payroll::sheet_raw(tx, sheet)?;
    party::may(tx, actor, Permission::WageReview, &Scope::firm(sheet.firm))?;
    let found = tx_paper(tx, &sheet, paper)?;
    match found.sent_by == actor.principal() {
        true => Err(Error::new(&OWN_WORK, "he sent this scan himself")),
        false => Ok(found),
    }
}

/// The scan, locked.
fn tx_paper(tx: &mut Tx<'_>, sheet: &payroll::PaySheet, paper: &str) -> Result<Paper> {
    let found = paper_of(tx, sheet, paper)?;
    let key = params![sheet.book, sheet.id, found.file_hash];
    tx.load::<Paper>(key)?.ok_or_else(|| Error::not_found("paper", paper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_known_by_its_first_bytes() {
        for (bytes, want) in [
            (&b"%PDF-1.7"[..], Some(PaperKind::Pdf)),
            (&[0xff, 0xd8, 0xff, 0xe0], Some(PaperKind::Jpeg)),
            (b"\x89PNG\r\n\x1a\nx", Some(PaperKind::Png)),
            (b"<html>", None),
            (b"", None),
        ] {
            assert_eq!(PaperKind::of(bytes), want);
        }
    }
}
