//! A person or firm: frozen at once, released by two.
use super::{Deed, Ordered, Terms, place};
use approval::Line;
use guard::{FreezeBasis, FreezeKind, NewFreeze, PartyFreeze};
use kernel::{Actor, BookId, Error, Id, Owner, Result, Timestamp};
use party::{Change, Permission};
use serde::{Deserialize, Serialize};
use store::Tx;

/// A freeze to be made; see [`guard::NewFreeze`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    pub subject: Owner,
    pub kind: FreezeKind,
    pub basis: FreezeBasis,
    pub document: String,
    pub until: Option<Timestamp>,
    pub reason: String,
}

/// A freeze to be released before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub subject: Owner,
    pub number: i64,
    /// The authority's; empty where none ordered the freeze.
    pub document: String,
    pub why: String,
}

fn book(subject: Owner) -> Result<BookId> {
    match subject {
        Owner::Person(p) => Ok(p.book()),
        Owner::Firm(f) => Ok(f.book()),
        Owner::Bank => Err(Error::field("subject", "a person or a firm is frozen, never the bank itself")),
    }
}

/// How staff see a party: a firm by its name, a person masked.
fn shown(tx: &mut Tx<'_>, subject: Owner) -> Result<String> {
    match subject {
        Owner::Person(p) => party::person(tx, p).map(|p| format!("{} {}", p.name_masked, p.identity_masked)),
        Owner::Firm(f) => party::firm(tx, f).map(|f| f.name),
        Owner::Bank => Ok(String::new()),
    }
}

fn reach(tx: &mut Tx<'_>, actor: &Actor, subject: Owner) -> Result<Terms> {
    let (branch, scope) = place(tx, book(subject)?)?;
    party::may(tx, actor, Permission::AccountFreeze, &scope)?;
    let summary = vec![Line::shown("order-party", shown(tx, subject)?)];
    let (kind, permission, note) = ("freeze", Permission::AccountFreeze, String::new());
    Ok(Terms { kind, permission, branch: Some(branch), firm: None, person: None, owner: Some(subject), summary, note })
}

impl Deed for Freeze {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let mut terms = reach(tx, actor, self.subject)?;
        terms.summary.push(Line::new("freeze-what", "", self.kind.code()));
        terms.summary.push(Line::shown("freeze-on-whose-word", self.basis.code()));
        terms.summary.push(Line::shown("order-document", self.document.trim()));
        Ok(Terms { note: party::reason(&self.reason)?, ..terms })
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let new = NewFreeze {
            subject: self.subject,
            kind: self.kind,
            basis: self.basis,
            document: self.document.trim().into(),
            from: tx.now(),
            until: self.until,
            reason: self.reason.trim().into(),
        };
        let made = guard::freeze_party(tx, actor, new)?;
        Ok((if made.made() { Change::Done } else { Change::AlreadySo }, made.get().number.to_string()))
    }
}

fn existing(tx: &mut Tx<'_>, subject: Owner, number: i64) -> Result<PartyFreeze> {
    let found = guard::freezes(tx, subject)?.into_iter().find(|f| f.number == number);
    let found = found.ok_or_else(|| Error::not_found("freeze", format!("{subject} no. {number}")))?;
    match orders::keeps_party(tx, subject, number)? {
        true => {
            Err(Error::new(&orders::KEPT_BY_ORDER, "an authority's order keeps it, and ends it with its own document"))
        }
        false => Ok(found),
    }
}

impl Deed for Release {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let mut terms = reach(tx, actor, self.subject)?;
        let freeze = existing(tx, self.subject, self.number)?;
        guard::releasable(&freeze, &self.document)?;
        terms.summary.push(Line::new("freeze-what", freeze.kind.code(), ""));
        terms.summary.push(Line::shown("freeze-on-whose-word", freeze.basis.code()));
        terms.summary.push(Line::shown("order-document", &freeze.document));
        if !self.document.trim().is_empty() {
            terms.summary.push(Line::new("release-document", "", self.document.trim()));
        }
        Ok(Terms { kind: "unfreeze", note: party::reason(&self.why)?, ..terms })
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, ordered: &Ordered<'_>) -> Result<(Change, String)> {
        let approval = ordered.approval.ok_or_else(|| Error::broken("a freeze is released by an approval only"))?;
        let release = guard::Release {
            document: self.document.trim().into(),
            reason: self.why.trim().into(),
            asked_by: ordered.maker.into(),
            approval,
        };
        let done = guard::release_party(tx, actor, self.subject, self.number, release)?;
        Ok((if done.made() { Change::Done } else { Change::AlreadySo }, self.subject.to_string()))
    }
}
