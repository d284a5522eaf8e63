//! Watch lists: whom to look out for, by keyed hash, each entry with a source and an end.
//!
//! Whoever calls has checked the permission. Every change is audited with masked text and raises the lists' version, so
//! that an answer prepared before it is evaluated again before money moves.
use crate::facts::{Subject, SubjectKind};
use crate::{BAD_ENTRY, Change, ENTRY_DAYS_MAX, SCREEN_SUBJECTS_MAX, state};
use kernel::clock::DAY;
use kernel::id::{ListEntryId, StaffId};
use kernel::{Actor, BookId, Error, Id, Page, PageAsk, Result, Timestamp};
use store::{Audit, Column, Seal, Tx, params};

store::text_enum! {
    /// What an entry means: black is stopped, grey is delayed, police is stopped and not named, own is looked at.
    pub enum ListKind { Black = "black", Grey = "grey", Police = "police", Own = "own" }
}

store::record! {
    /// One entry of a watch list.
    pub struct ListEntry in "guard_list_entries" key 2 {
        /// Always the head office: lists hold in the whole bank.
        pub book: BookId,
        pub id: ListEntryId,
        pub list: ListKind,
        pub subject_kind: SubjectKind,
        /// [`Subject::hash`]
        pub subject: Vec<u8>,
        /// The name on the list as staff may see it: `6200 **** 1234`.
        pub masked: String,
        pub reason: String,
        pub valid_from: Timestamp,
        pub valid_until: Timestamp,
        /// The document it rests on.
        pub source: String,
        /// Who answers for it.
        pub owner_staff: Option<StaffId>,
        pub added_by: String,
        pub added_at: Timestamp,
        pub removed_by: Option<String>,
        pub removed_at: Option<Timestamp>,
        pub removed_reason: Option<String>,
    }
}

impl ListEntry {
    pub fn in_force(&self, at: Timestamp) -> bool {
        self.removed_at.is_none() && self.valid_from <= at && at < self.valid_until
    }
}

/// An entry to be added.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub list: ListKind,
    pub subject: Subject,
    pub masked: String,
    pub reason: String,
    pub from: Timestamp,
    /// At most [`ENTRY_DAYS_MAX`] after `from`.
    pub until: Timestamp,
    pub source: String,
    pub owner_staff: Option<StaffId>,
}

fn bad(field: &'static str, why: impl std::fmt::Display) -> Error {
    Error::new(&BAD_ENTRY, format!("{field}: {why}")).with("field", field)
}

fn text(field: &'static str, value: &str) -> Result<()> {
    match (1..=200).contains(&value.trim().chars().count()) {
        true => Ok(()),
        false => Err(bad(field, "1 to 200 characters")),
    }
}

fn term(from: Timestamp, until: Timestamp, now: Timestamp) -> Result<()> {
    match until.since(from) {
        ..=0 => Err(bad("until", "after its beginning")),
        span if span > ENTRY_DAYS_MAX * DAY => {
            Err(bad("until", format!("at most {ENTRY_DAYS_MAX} days after its beginning")))
        }
        _ if until <= now => Err(bad("until", "it is over already")),
        _ => Ok(()),
    }
}

/// Adds an entry. [`Change::AlreadySo`] when the subject is on this list now. Err [`BAD_ENTRY`].
pub fn add_entry(tx: &mut Tx<'_>, actor: &Actor, new: NewEntry) -> Result<Change<ListEntry>> {
    text("reason", &new.reason)?;
    text("source", &new.source)?;
    text("masked", &new.masked)?;
    let now = tx.now();
    term(new.from, new.until, now)?;
    if new.subject.hash.len() != 32 {
        return Err(bad("subject", "a keyed hash has 32 bytes"));
    }
    let same = |e: &ListEntry| e.list == new.list && e.in_force(now);
    if let Some(there) = of_subject(tx, &new.subject)?.into_iter().find(same) {
        return Ok(Change::AlreadySo(there));
    }
    let mut row = ListEntry {
        book: BookId::HEAD_OFFICE,
        id: ListEntryId::new(now, BookId::HEAD_OFFICE),
        list: new.list,
        subject_kind: new.subject.kind,
        subject: new.subject.hash,
        masked: new.masked,
        reason: new.reason,
        valid_from: new.from,
        valid_until: new.until,
        source: new.source,
        owner_staff: new.owner_staff,
        added_by: actor.principal(),
        added_at: now,
        removed_by: None,
        removed_at: None,
        removed_reason: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    state::lists_changed(tx)?;
    let shown = format!("{} {} {} until {}", row.list, row.subject_kind, row.masked, row.valid_until.local());
    tx.audit(actor, Audit::of("list.add", row.id).after(shown).reason(row.reason.clone()))?;
    Ok(Change::Made(row))
}

/// An entry, in force or not. Asks no permission.
pub fn entry(tx: &mut Tx<'_>, id: ListEntryId) -> Result<ListEntry> {
    tx.get::<ListEntry>(params![BookId::HEAD_OFFICE, id])?.ok_or_else(|| Error::not_found("list entry", id))
}

pub(crate) fn load(tx: &mut Tx<'_>, id: ListEntryId) -> Result<ListEntry> {
    tx.load::<ListEntry>(params![BookId::HEAD_OFFICE, id])?.ok_or_else(|| Error::not_found("list entry", id))
}

/// Moves an entry's end. Err [`BAD_ENTRY`] for a removed one and for an end too far.
pub fn renew_entry(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ListEntryId,
    until: Timestamp,
    reason: &str,
) -> Result<Change<ListEntry>> {
    text("reason", reason)?;
    let mut row = load(tx, id)?;
    if row.removed_at.is_some() {
        return Err(bad("id", "it was removed; add a new entry"));
    }
    if row.valid_until == until {
        return Ok(Change::AlreadySo(row));
    }
    term(row.valid_from, until, tx.now())?;
    let before = std::mem::replace(&mut row.valid_until, until);
    tx.update(&mut row)?;
    state::lists_changed(tx)?;
    tx.audit(actor, Audit::of("list.renew", id).change(before.local(), until.local()).reason(reason))?;
    Ok(Change::Made(row))
}

/// Takes an entry off its list; it stays on record.
pub fn remove_entry(tx: &mut Tx<'_>, actor: &Actor, id: ListEntryId, reason: &str) -> Result<Change<ListEntry>> {
    text("reason", reason)?;
    let mut row = load(tx, id)?;
    if row.removed_at.is_some() {
        return Ok(Change::AlreadySo(row));
    }
    row.removed_by = Some(actor.principal());
    row.removed_at = Some(tx.now());
    row.removed_reason = Some(reason.to_owned());
    tx.update(&mut row)?;
    state::lists_changed(tx)?;
    tx.audit(actor, Audit::of("list.remove", id).change(row.list.code(), "").reason(reason))?;
    Ok(Change::Made(row))
}

/// All entries of a list, removed and ended ones too, newest first.
pub fn entries(tx: &mut Tx<'_>, list: ListKind, ask: &PageAsk) -> Result<Page<ListEntry>> {
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<ListEntryId>()?.bytes(),
        None => [0xff; 16],
    };
    let found = tx.select::<ListEntry>(
        "WHERE list = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
        params![list, before, rows + 1],
    )?;
    Ok(Page::cut(found, rows, |e| e.id.to_string()))
}

fn of_subject(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<ListEntry>> {
    tx.select::<ListEntry>(
        "WHERE book = ?1 AND subject = ?2 AND subject_kind = ?3 AND removed_at IS NULL ORDER BY id",
        params![BookId::HEAD_OFFICE, subject.hash, subject.kind],
    )
}

/// Entries in force at `at` for many subjects, with the subject's position: how a wage run screens its payees. At most
/// [`SCREEN_SUBJECTS_MAX`] at a time.
pub fn screen(tx: &mut Tx<'_>, subjects: &[Subject], at: Timestamp) -> Result<Vec<(usize, ListEntry)>> {
    if subjects.len() > SCREEN_SUBJECTS_MAX {
        return Err(Error::limit("subjects", subjects.len(), SCREEN_SUBJECTS_MAX, "subjects"));
    }
    let mut out = Vec::new();
    for (nth, part) in subjects.chunks(AT_ONCE).enumerate() {
        let mut asked = vec![BookId::HEAD_OFFICE.param()];
        // One text for every number of subjects: the last fills what is left.
        asked.extend((0..AT_ONCE).map(|i| part[i.min(part.len() - 1)].hash.param()));
        for entry in tx.select::<ListEntry>(BY_SUBJECTS, &asked)?.into_iter().filter(|e| e.in_force(at)) {
            let named = |s: &Subject| s.hash == entry.subject && s.kind == entry.subject_kind;
            let places = part.iter().enumerate().filter(|(_, s)| named(s)).map(|(i, _)| nth * AT_ONCE + i);
            out.extend(places.map(|i| (i, entry.clone())));
        }
    }
    out.sort_by_key(|(i, e)| (*i, e.id));
    Ok(out)
}

/// Subjects looked up by one statement.
const AT_ONCE: usize = 8;
const BY_SUBJECTS: &str =
    "WHERE book = ?1 AND removed_at IS NULL AND subject IN (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ORDER BY id";
