//! Watch lists: who goes on one and who comes off, each by two. What is kept of a number is its keyed hash and its mask.
use super::{Deed, Ordered, Terms, filled};
use approval::Line;
use guard::{ListEntry, ListKind, NewEntry, Subject, SubjectKind};
use kernel::id::ListEntryId;
use kernel::{Actor, Error, Owner, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission, Scope};
use serde::{Deserialize, Serialize};
use store::Tx;

/// Somebody to be put on a list. Made by [`ListAdd::of`], so that the number itself is nowhere kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListAdd {
    pub list: ListKind,
    pub kind: SubjectKind,
    /// The keyed hash in hexadecimal digits.
    hash: String,
    pub masked: String,
    pub reason: String,
    /// The document it rests on.
    pub source: String,
    pub until: Timestamp,
}

/// An entry to be taken off its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRemove {
    pub entry: ListEntryId,
    pub why: String,
}

/// An entry that shall last until another day. Only who looks after it says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRenew {
    pub entry: ListEntryId,
    pub until: Timestamp,
    pub why: String,
}

/// What is written down of an entry.
#[derive(Clone, Debug)]
pub struct ListAsk {
    pub list: ListKind,
    pub kind: SubjectKind,
    /// A number, or an id.
    pub value: String,
    pub reason: String,
    pub source: String,
    pub until: Timestamp,
}

impl ListAdd {
    /// Errors: a field error when the value is no number or id of its kind.
    pub fn of(tx: &mut Tx<'_>, ask: &ListAsk) -> Result<ListAdd> {
        let (subject, masked) = subject(tx, ask.kind, ask.value.trim())?;
        Ok(ListAdd {
            list: ask.list,
            kind: ask.kind,
            hash: data_encoding::HEXLOWER.encode(&subject.hash),
            masked,
            reason: ask.reason.trim().into(),
            source: ask.source.trim().into(),
            until: ask.until,
        })
    }
}

impl ListAdd {
    /// Of somebody whose keyed hash is kept already: a payee that a customer reported.
    pub fn of_subject(
        list: ListKind,
        subject: &Subject,
        masked: &str,
        reason: &str,
        source: &str,
        until: Timestamp,
    ) -> ListAdd {
        ListAdd {
            list,
            kind: subject.kind,
            hash: data_encoding::HEXLOWER.encode(&subject.hash),
            masked: masked.into(),
            reason: reason.trim().into(),
            source: source.into(),
            until,
        }
    }
}

fn subject(tx: &mut Tx<'_>, kind: SubjectKind, value: &str) -> Result<(Subject, String)> {
    let keys = tx.keys();
    let wrong = |why: &str| Error::field("value", why);
    Ok(match kind {
        SubjectKind::Owner => match value.parse::<Owner>() {
            Ok(owner) if owner != Owner::Bank => (Subject::owner(keys, owner), owner.to_string()),
            _ => return Err(wrong("a person's or firm's id: pers_… or firm_…")),
        },
        SubjectKind::Account => {
            let digits = kernel::chinese::half_width(value).chars().filter(char::is_ascii_digit).count();
            if !(8..=30).contains(&digits) {
                return Err(wrong("an account number has 8 to 30 digits"));
            }
            (Subject::number(keys, value), kernel::chinese::mask_card(value))
        }
        SubjectKind::Identity => {
            let hash = party::identity_index(keys, value)
                .ok_or_else(|| wrong("an identity number, a country and passport number, or a credit code"))?;
            (Subject { kind, hash }, kernel::chinese::mask_identity(value))
        }
        SubjectKind::Phone => {
            let hash = party::phone_index(keys, value).ok_or_else(|| wrong("5 to 15 digits"))?;
            (Subject { kind, hash }, kernel::chinese::mask_phone(value))
        }
    })
}

fn terms(tx: &mut Tx<'_>, actor: &Actor, summary: Vec<Line>, note: String) -> Result<Terms> {
    party::may(tx, actor, Permission::GuardLists, &Scope::here(actor))?;
    let (kind, permission) = ("guard.lists", Permission::GuardLists);
    Ok(Terms { kind, permission, branch: None, firm: None, person: None, owner: None, summary, note })
}

impl Deed for ListAdd {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        filled("source", &self.source)?;
        if self.until <= tx.now() {
            return Err(Error::field("until", "it lies in the future"));
        }
        let summary = vec![
            Line::new("list", "", self.list.code()),
            Line::shown("list-by", self.kind.code()),
            Line::shown("list-value", &self.masked),
            Line::shown("list-source", &self.source),
            Line::shown("order-until", self.until.local()),
        ];
        terms(tx, actor, summary, filled("reason", &self.reason)?)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, ordered: &Ordered<'_>) -> Result<(Change, String)> {
        let hash = data_encoding::HEXLOWER
            .decode(self.hash.as_bytes())
            .map_err(|e| Error::broken("a list entry's hash cannot be read").caused_by(e))?;
        let owner_staff = match party::principal(ordered.maker) {
            Some(kernel::Who::Staff(staff)) => Some(staff),
            _ => None,
        };
        let new = NewEntry {
            list: self.list,
            subject: Subject { kind: self.kind, hash },
            masked: self.masked.clone(),
            reason: self.reason.clone(),
            from: tx.now(),
            until: self.until,
            source: self.source.clone(),
            owner_staff,
        };
        let done = guard::add_entry(tx, actor, new)?;
        Ok((if done.made() { Change::Done } else { Change::AlreadySo }, done.get().id.to_string()))
    }
}

impl Deed for ListRemove {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let entry = guard::entry(tx, self.entry)?;
        let summary = vec![
            Line::new("list", entry.list.code(), ""),
            Line::shown("list-by", entry.subject_kind.code()),
            Line::shown("list-value", &entry.masked),
            Line::shown("list-source", &entry.source),
            Line::shown("list-reason", &entry.reason),
        ];
        terms(tx, actor, summary, filled("reason", &self.why)?)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let done = guard::remove_entry(tx, actor, self.entry, self.why.trim())?;
        Ok((if done.made() { Change::Done } else { Change::AlreadySo }, self.entry.to_string()))
    }
}

impl Deed for ListRenew {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let entry = guard::entry(tx, self.entry)?;
        guard::owns_entry(&entry, actor)?;
        if self.until <= tx.now() {
            return Err(Error::field("until", "it lies in the future"));
        }
        let summary = vec![
            Line::shown("list", entry.list.code()),
            Line::shown("list-by", entry.subject_kind.code()),
            Line::shown("list-value", &entry.masked),
            Line::shown("list-reason", &entry.reason),
            Line::new("order-until", entry.valid_until.local(), self.until.local()),
        ];
        terms(tx, actor, summary, filled("reason", &self.why)?)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let done = guard::renew_entry(tx, actor, self.entry, self.until, self.why.trim())?;
        Ok((if done.made() { Change::Done } else { Change::AlreadySo }, self.entry.to_string()))
    }
}

/// Entries of the bank's own suspicion that are due or late. `guard.lists`.
pub fn list_work(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<ListEntry>> {
    party::may(tx, actor, Permission::GuardLists, &Scope::here(actor))?;
    guard::due_entries(tx, ask)
}

/// Takes over the care of an entry. `guard.lists`.
pub fn list_take(tx: &mut Tx<'_>, actor: &Actor, id: ListEntryId) -> Result<Change> {
    party::may(tx, actor, Permission::GuardLists, &Scope::here(actor))?;
    Ok(if guard::take_entry(tx, actor, id)?.made() { Change::Done } else { Change::AlreadySo })
}

/// The entries of a list, removed and ended ones too, newest first. `guard.read`.
pub fn list_entries(tx: &mut Tx<'_>, actor: &Actor, list: ListKind, ask: &PageAsk) -> Result<Page<ListEntry>> {
    party::may(tx, actor, Permission::GuardRead, &Scope::here(actor))?;
    guard::entries(tx, list, ask)
}
