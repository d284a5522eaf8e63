//! The trusted contact (紧急联系人): a tie of the family view whose member is told when a payment of the owner is delayed or
//! stopped. He is told that there is one, and nothing else.
use crate::events::Event;
use crate::{CONTACT_CLOSED, CONTACT_LIMIT, CONTACT_TEXT_CHANGED};
use kernel::id::{FamilyTieId, PersonId};
use kernel::{Actor, BookId, Channel, Date, Error, Id, Result, Timestamp, Who};
use party::Change;
use party::family::{self, Invite, Relation, Tie};
use std::sync::LazyLock;
use store::{Audit, Seal, Tx, params};

/// Trusted contacts of one customer at most, those who have not answered included.
pub const CONTACTS_MAX: usize = 2;

/// What both agree to, as it is worded in a version.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactText {
    /// From 1.
    pub version: u32,
    pub effective_from: Date,
    pub basis: String,
    pub owner_zh: String,
    pub owner_en: String,
    pub contact_zh: String,
    pub contact_en: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    text: Vec<ContactText>,
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../data/contact.toml")).expect("data/contact.toml is tested"));

/// The text in force on a date.
pub fn contact_text(on: Date) -> Result<&'static ContactText> {
    let begun = FILE.text.iter().filter(|t| t.effective_from <= on);
    begun.max_by_key(|t| t.version).ok_or_else(|| Error::broken(format!("no text for trusted contacts on {on}")))
}

store::record! {
    /// Two consents: the owner's that he is told of, and the contact's that he hears of it.
    pub struct Contact in "safety_contacts" key 2 {
        pub book: BookId,
        /// The tie of the two; its member is the contact.
        pub tie: FamilyTieId,
        pub owner: PersonId,
        /// Of the text that the owner read.
        pub version: u32,
        pub named_by: String,
        pub named_at: Timestamp,
        pub channel: Channel,
        pub accepted_version: Option<u32>,
        pub accepted_at: Option<Timestamp>,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

/// A contact with the tie that it hangs on.
#[derive(Clone, Debug)]
pub struct ContactView {
    pub contact: Contact,
    pub tie: Tie,
}

impl ContactView {
    /// Whether the contact is told now.
    pub fn is_told(&self, now: Timestamp) -> bool {
        self.contact.ended_at.is_none() && self.contact.accepted_at.is_some() && self.tie.is_open(now)
    }
    /// Whether the contact has yet to say yes.
    pub fn waits(&self, now: Timestamp) -> bool {
        let asked = self.tie.waits(now) || self.tie.is_open(now);
        self.contact.ended_at.is_none() && self.contact.accepted_at.is_none() && asked
    }
}

/// Whom somebody names.
#[derive(Clone, Debug)]
pub struct Named {
    pub relation: Relation,
    pub name: String,
    pub phone: String,
    /// Of the text he read.
    pub version: u32,
}

fn myself(actor: &Actor) -> Result<PersonId> {
    match actor.who {
        Who::Person(me) => Ok(me),
        _ => Err(Error::forbidden("a customer names his trusted contact himself")),
    }
}

fn read_text(tx: &Tx<'_>, version: u32) -> Result<()> {
    let now = contact_text(tx.now().local_date())?.version;
    match now == version {
        true => Ok(()),
        false => {
            let message = format!("version {version} was read, version {now} is in force");
            Err(Error::new(&CONTACT_TEXT_CHANGED, message).with("given", version).with("now", now))
        }
    }
}

/// Names somebody new; the tie that is made shows him no account, and lasts [`family::MONTHS_MAX`] months. Errors:
/// `STEP_UP_NEEDED`, [`CONTACT_LIMIT`], [`CONTACT_TEXT_CHANGED`], those of [`family::invite`].
pub fn name(tx: &mut Tx<'_>, actor: &Actor, named: &Named) -> Result<ContactView> {
    let owner = myself(actor)?;
    read_text(tx, named.version)?;
    room(tx, owner)?;
    let ask = Invite {
        relation: named.relation,
        name: named.name.clone(),
        phone: named.phone.clone(),
        shares: Vec::new(),
        months: family::MONTHS_MAX,
    };
    let tie = family::invite_unseeing(tx, actor, &ask)?;
    put(tx, actor, tie, named.version)
}

/// Names a member of the family who may look already. Errors: as [`name`]; not found for a tie of others, [`CONTACT_CLOSED`]
/// for one that ended.
pub fn name_member(tx: &mut Tx<'_>, actor: &Actor, tie: FamilyTieId, version: u32) -> Result<ContactView> {
    let owner = myself(actor)?;
    party::need_step_up(actor)?;
    read_text(tx, version)?;
    let (tie, _) = family::tie(tx, actor, tie)?;
    if tie.owner != owner {
        return Err(Error::not_found("family tie", tie.id));
    }
    if !tie.is_open(tx.now()) {
        return Err(closed(&tie, tx.now()));
    }
    if let Some(contact) = row(tx, tie.id)?.filter(|c| c.ended_at.is_none()) {
        return Ok(ContactView { contact, tie });
    }
    room(tx, owner)?;
    put(tx, actor, tie, version)
}

fn closed(tie: &Tie, now: Timestamp) -> Error {
    let state = tie.state_at(now);
    Error::new(&CONTACT_CLOSED, format!("the tie is {state}")).with("state", state)
}

fn row(tx: &mut Tx<'_>, tie: FamilyTieId) -> Result<Option<Contact>> {
    tx.load::<Contact>(params![tie.book(), tie])
}

/// Whether there is room for one more; who names two at once waits for himself at his own lock.
fn room(tx: &mut Tx<'_>, owner: PersonId) -> Result<()> {
    crate::lock::must(tx, owner)?;
    let now = tx.now();
    let open = of_owner(tx, owner)?.into_iter().filter(|c| c.is_told(now) || c.waits(now)).count();
    match open < CONTACTS_MAX {
        true => Ok(()),
        false => {
            let message = format!("{open} of {CONTACTS_MAX} are named");
            Err(Error::new(&CONTACT_LIMIT, message).with("given", open).with("max", CONTACTS_MAX))
        }
    }
}

fn put(tx: &mut Tx<'_>, actor: &Actor, tie: Tie, version: u32) -> Result<ContactView> {
    let new = Contact {
        book: tie.book,
        tie: tie.id,
        owner: tie.owner,
        version,
        named_by: actor.principal(),
        named_at: tx.now(),
        channel: actor.channel,
        accepted_version: None,
        accepted_at: None,
        ended_by: None,
        ended_at: None,
        seal: Seal::default(),
    };
    let contact = match row(tx, tie.id)? {
        Some(before) => {
            let mut again = Contact { seal: before.seal, ..new };
            tx.update(&mut again)?;
            again
        }
        None => {
            let mut new = new;
            tx.insert(&mut new)?;
            new
        }
    };
    let shown = format!("{} {} version {version}", tie.relation, tie.phone_masked);
    tx.audit(actor, Audit::of("safety.contact_name", tie.id).after(shown))?;
    if let Some(member) = tie.member {
        tell(tx, actor, "safety.contact_named", &contact, member, tie.owner)?;
    }
    Ok(ContactView { contact, tie })
}

fn tell(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: &'static str,
    contact: &Contact,
    to: PersonId,
    other: PersonId,
) -> Result<()> {
    let from = party::person(tx, other)?.name_masked;
    tx.emit(&Event::contact(kind, contact, to, from), &actor.correlation)
}

/// The contact's yes or no; a yes answers the invitation of the tie with it. Errors: not found for everybody else,
/// [`CONTACT_CLOSED`], [`CONTACT_TEXT_CHANGED`].
pub fn answer(tx: &mut Tx<'_>, actor: &Actor, tie: FamilyTieId, yes: bool, version: u32) -> Result<Change> {
    let me = myself(actor)?;
    let (tie, _) = family::tie(tx, actor, tie)?;
    let none = || Error::not_found("trusted contact", tie.id);
    let mut contact = row(tx, tie.id)?.filter(|_| tie.member == Some(me)).ok_or_else(none)?;
    if contact.ended_at.is_some() {
        return if yes { Err(closed(&tie, tx.now())) } else { Ok(Change::AlreadySo) };
    }
    if !yes {
        return end(tx, actor, tie.id);
    }
    if contact.accepted_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    read_text(tx, version)?;
    match tie.waits(tx.now()) {
        true => family::answer(tx, actor, tie.id, true).map(|_| ())?,
        false if tie.is_open(tx.now()) => {}
        false => return Err(closed(&tie, tx.now())),
    }
    (contact.accepted_version, contact.accepted_at) = (Some(version), Some(tx.now()));
    tx.update(&mut contact)?;
    tx.audit(actor, Audit::of("safety.contact_accept", tie.id).after(format!("version {version}")))?;
    tell(tx, actor, "safety.contact_accepted", &contact, contact.owner, me)?;
    Ok(Change::Done)
}

/// Either of the two ends it, at once and without a reason. A tie that shows no account ends with it. Errors: not found for
/// everybody else.
pub fn end(tx: &mut Tx<'_>, actor: &Actor, tie: FamilyTieId) -> Result<Change> {
    let me = myself(actor)?;
    let (tie, shares) = family::tie(tx, actor, tie)?;
    let none = || Error::not_found("trusted contact", tie.id);
    let mut contact = row(tx, tie.id)?.ok_or_else(none)?;
    if contact.ended_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    (contact.ended_by, contact.ended_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut contact)?;
    tx.audit(actor, Audit::of("safety.contact_end", tie.id))?;
    let other = if contact.owner == me { tie.member } else { Some(contact.owner) };
    if let Some(other) = other {
        tell(tx, actor, "safety.contact_ended", &contact, other, me)?;
    }
    if shares.is_empty() {
        family::end(tx, actor, tie.id)?;
    }
    Ok(Change::Done)
}

/// Who is a contact of the actor's, and whose contact he is.
#[derive(Clone, Debug)]
pub struct Contacts {
    pub named: Vec<ContactView>,
    /// With the owner's name, masked.
    pub of_others: Vec<(ContactView, String)>,
}

/// Those that stand or wait.
pub fn contacts(tx: &mut Tx<'_>, actor: &Actor) -> Result<Contacts> {
    let (me, now) = (myself(actor)?, tx.now());
    let open = |c: &ContactView| c.is_told(now) || c.waits(now);
    let named = of_owner(tx, me)?.into_iter().filter(open).collect();
    let mut of_others = Vec::new();
    for tie in family::received(tx, actor)? {
        let Some(contact) = tx.get::<Contact>(params![tie.book, tie.id])? else { continue };
        let view = ContactView { contact, tie };
        if open(&view) {
            let from = party::person(tx, view.contact.owner)?.name_masked;
            of_others.push((view, from));
        }
    }
    Ok(Contacts { named, of_others })
}

fn of_owner(tx: &mut Tx<'_>, owner: PersonId) -> Result<Vec<ContactView>> {
    let tail = "WHERE book = ?1 AND owner = ?2 AND ended_at IS NULL ORDER BY tie DESC LIMIT ?3";
    let rows = tx.select::<Contact>(tail, params![owner.book(), owner, family::TIES_LISTED_MAX])?;
    let mut out = Vec::with_capacity(rows.len());
    for contact in rows {
        if let Some(tie) = family::tie_raw(tx, contact.tie)? {
            out.push(ContactView { contact, tie });
        }
    }
    Ok(out)
}

/// Who is told that a payment of this person was delayed or stopped; asks no permission, for the relay.
pub fn told(tx: &mut Tx<'_>, owner: PersonId) -> Result<Vec<PersonId>> {
    let now = tx.now();
    Ok(of_owner(tx, owner)?.iter().filter(|c| c.is_told(now)).filter_map(|c| c.tie.member).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_in_both_languages_what_is_told_and_what_is_not() {
        let t = contact_text(Date::ymd(2026, 1, 1).unwrap()).unwrap();
        assert!(contact_text(Date::ymd(2025, 12, 31).unwrap()).is_err());
        for zh in [&t.owner_zh, &t.contact_zh] {
            assert!(["余额", "收款人", "随时"].iter().all(|word| zh.contains(word)), "{zh}");
        }
        for en in [&t.owner_en, &t.contact_en] {
            assert!(["balance", "payee", "at any time"].iter().all(|word| en.contains(word)), "{en}");
        }
        assert!(!t.basis.is_empty());
    }
}
