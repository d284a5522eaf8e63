//! Who looks after the entries that rest on the bank's own suspicion: each has an owner, and is due [`LIST_REVIEW_DAYS`] days before
//! it ends. One that ended without a word stays due, as late, for [`LIST_LATE_DAYS`] days. What authorities listed is not looked
//! after here.
//!
//! Whoever calls has checked the permission.
use crate::lists::{ListEntry, load};
use crate::{Change, LIST_LATE_DAYS, LIST_NOT_OWNER, LIST_REVIEW_DAYS, ListKind};
use kernel::clock::DAY;
use kernel::id::{ListEntryId, StaffId};
use kernel::{Actor, Error, Id, Page, PageAsk, Result, Timestamp, Who};
use store::{Audit, Tx, params};

impl ListEntry {
    /// When somebody has to have looked at it.
    pub fn due_at(&self) -> Timestamp {
        self.valid_until.plus(-LIST_REVIEW_DAYS * DAY)
    }
    /// It ended and nobody said whether it should.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.removed_at.is_none() && self.valid_until <= now
    }
    /// Rests on the bank's own suspicion.
    pub fn is_own(&self) -> bool {
        self.list != ListKind::Police
    }
}

/// Entries that are due or late, the first ending first.
pub fn due_entries(tx: &mut Tx<'_>, ask: &PageAsk) -> Result<Page<ListEntry>> {
    let (rows, now) = (ask.rows()?, tx.now());
    let (mut at, mut id) = (now.plus(-LIST_LATE_DAYS * DAY), [0; 16]);
    if let Some(cursor) = &ask.after {
        let last = crate::entry(tx, cursor.parse::<ListEntryId>()?)?;
        (at, id) = (last.valid_until, last.id.bytes());
    }
    let tail = "WHERE removed_at IS NULL AND list <> 'police' AND (valid_until, id) > (?1, ?2) AND valid_until <= ?3 \
                ORDER BY valid_until, id LIMIT ?4";
    let until = now.plus(LIST_REVIEW_DAYS * DAY);
    Ok(Page::cut(tx.select::<ListEntry>(tail, params![at, id, until, rows + 1])?, rows, |e| e.id.to_string()))
}

fn staff(actor: &Actor) -> Result<StaffId> {
    match actor.who {
        Who::Staff(me) => Ok(me),
        _ => Err(Error::forbidden("staff look after lists")),
    }
}

/// A colleague takes an entry over: one that nobody owns or that is due. Audited with who had it.
pub fn take_entry(tx: &mut Tx<'_>, actor: &Actor, id: ListEntryId) -> Result<Change<ListEntry>> {
    let (mut row, me, now) = (load(tx, id)?, staff(actor)?, tx.now());
    if row.owner_staff == Some(me) {
        return Ok(Change::AlreadySo(row));
    }
    if row.removed_at.is_some() || !row.is_own() || row.owner_staff.is_some() && now < row.due_at() {
        return Err(Error::new(&LIST_NOT_OWNER, "a colleague looks after it and it is not due"));
    }
    let before = row.owner_staff.replace(me).map(|s| s.to_string()).unwrap_or_default();
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("list.take", id).change(before, me.to_string()))?;
    Ok(Change::Made(row))
}

/// `Err(LIST_NOT_OWNER)` unless the actor looks after the entry.
pub fn owns_entry(entry: &ListEntry, actor: &Actor) -> Result<()> {
    match entry.owner_staff.map(Who::Staff) == Some(actor.who) {
        true => Ok(()),
        false => Err(Error::new(&LIST_NOT_OWNER, "a colleague looks after it")),
    }
}
