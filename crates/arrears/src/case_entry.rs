//! What happened in a case: entries that are only ever added.
use crate::case::{ArrearsCase, case_raw, may_see};
use crate::{CASE_ENTRIES_MAX, filled};
use kernel::id::ArrearsCaseId;
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use store::{Audit, Seal, Tx, params};

store::text_enum! {
    /// What an entry says.
    pub enum What {
        Opened = "opened",
        Told = "told",
        Reported = "reported",
        Ordered = "ordered",
        Defaulted = "defaulted",
        /// The bureau's officer wrote a payment notice; its head has not signed it yet.
        NoticeAsked = "notice_asked",
        NoticeRefused = "notice_refused",
        Noticed = "noticed",
        Paid = "paid",
        Closed = "closed",
        /// Nobody acted in his hours; it is the next one's turn.
        PassedOn = "passed_on",
        Note = "note",
    }
}

impl What {
    pub(crate) fn event(self) -> &'static str {
        match self {
            What::Opened => "arrears.case_opened",
            What::Told => "arrears.case_told",
            What::Reported => "arrears.case_reported",
            What::Ordered => "arrears.case_ordered",
            What::Defaulted => "arrears.case_defaulted",
            What::NoticeAsked => "arrears.case_notice_asked",
            What::NoticeRefused => "arrears.case_notice_refused",
            What::Noticed => "arrears.case_noticed",
            What::Paid => "arrears.case_paid",
            What::Closed => "arrears.case_closed",
            What::PassedOn => "arrears.case_passed_on",
            What::Note => "arrears.case_note",
        }
    }
}

store::record! {
    /// One thing that happened.
    pub struct CaseEntry in "arrears_case_entries" key 3 {
        pub book: BookId,
        pub case_id: ArrearsCaseId,
        /// 1, 2, 3 …
        pub number: i64,
        pub at: Timestamp,
        pub made_by: String,
        pub what: What,
        pub note: String,
        pub file_name: String,
        pub file_hash: Option<Vec<u8>>,
    }
}

/// A file that comes with a note.
#[derive(Clone, Debug)]
pub struct Paper {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Adds an entry and counts it on the case, which the caller saves.
pub(crate) fn entry(
    tx: &mut Tx<'_>,
    actor: &Actor,
    c: &mut ArrearsCase,
    what: What,
    note: &str,
    paper: Option<(String, Vec<u8>)>,
) -> Result<()> {
    if c.entries >= CASE_ENTRIES_MAX && what == What::Note {
        return Err(Error::limit("entries", c.entries + 1, CASE_ENTRIES_MAX, "entries"));
    }
    c.entries += 1;
    let (file_name, file_hash) = paper.map_or((String::new(), None), |(name, hash)| (name, Some(hash)));
    tx.insert(&mut CaseEntry {
        book: c.book,
        case_id: c.id,
        number: c.entries,
        at: tx.now(),
        made_by: actor.principal(),
        what,
        note: note.into(),
        file_name,
        file_hash,
        seal: Seal::default(),
    })
}

/// A note, with or without a paper, by whoever may see the case and acts for somebody: bank, firm, bureau.
/// Errors: limits of notes and files.
pub fn case_note(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId, words: &str, paper: Option<&Paper>) -> Result<i64> {
    let mut c = case_raw(tx, id)?;
    crate::may_write(tx, actor, &c)?;
    let words = filled("note", words)?;
    let kept = match paper {
        None => None,
        Some(p) => {
            crate::check_file(&p.bytes)?;
            let hash = payroll::file_hash(&p.bytes);
            payroll::keep_file(tx, c.book, &hash, &p.bytes)?;
            Some((filled("file", &p.name)?, hash))
        }
    };
    entry(tx, actor, &mut c, What::Note, &words, kept)?;
    tx.update(&mut c)?;
    tx.audit(actor, Audit::of("arrears.case_note", id).after(c.entries.to_string()))?;
    Ok(c.entries)
}

/// The entries of a case, oldest first, at most [`CASE_ENTRIES_MAX`] and the steps. By whoever may see it.
pub fn case_entries(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId) -> Result<Vec<CaseEntry>> {
    let c = case_raw(tx, id)?;
    may_see(tx, actor, &c)?;
    let tail = "WHERE book = ?1 AND case_id = ?2 ORDER BY number";
    tx.select::<CaseEntry>(tail, params![id.book(), id])
}

/// The paper of an entry: its name and bytes. By whoever may see the case.
pub fn case_paper(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId, number: i64) -> Result<(String, Vec<u8>)> {
    let c = case_raw(tx, id)?;
    may_see(tx, actor, &c)?;
    let missing = || Error::not_found("file", number);
    let e = tx.get::<CaseEntry>(params![id.book(), id, number])?.ok_or_else(missing)?;
    let hash = e.file_hash.ok_or_else(missing)?;
    Ok((e.file_name, payroll::read_file(tx, e.book, &hash)?))
}
