//! How the bank reaches a customer, and what it knows him by: his telephone number and address, changed by himself or, when he
//! stands at a counter with his document, by staff; his document, renewed there.
//!
//! Whoever took over a session would first want another number. So a change needs a fresh second factor, is written
//! down, and is told to the number before: what it was stays on record ([`ContactChange`]), encrypted under the
//! customer's own key, for that message and for the case in which somebody has to find out.
use crate::Change;
use crate::codes::IDENTITY_TAKEN;
use crate::directory::{self, Kind, hex};
use crate::events::Event;
use crate::need_step_up;
use crate::person::{
    ADDRESS_CHARS_MAX, DocumentKind, Revealed, document_key, document_number, person_locked, phone, reveal,
};
use crate::rights::{Scope, may};
use crate::role::Permission;
use kernel::chinese::{mask_identity, mask_phone};
use kernel::id::{ContactChangeId, PersonId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp, Who};
use store::{Audit, Seal, Tx, params};

store::text_enum! {
    pub enum Contact { Phone = "phone", Address = "address" }
}

store::record! {
    /// One change of a number or an address, with what it was before.
    pub struct ContactChange in "contact_changes" key 2 {
        pub book: BookId,
        pub id: ContactChangeId,
        pub person: PersonId,
        pub what: Contact,
        /// Encrypted under the person's key.
        pub before: Vec<u8>,
        pub before_masked: String,
        pub changed_by: String,
        pub changed_at: Timestamp,
    }
}

fn himself(actor: &Actor) -> Result<PersonId> {
    match actor.who {
        Who::Person(person) => Ok(person),
        _ => Err(Error::forbidden("a customer changes his own number and address")),
    }
}

/// What the bank knows of the actor, in the clear; written down as any other look. Needs a fresh second factor.
pub fn reveal_own(tx: &mut Tx<'_>, actor: &Actor) -> Result<Revealed> {
    let person = himself(actor)?;
    need_step_up(actor)?;
    reveal(tx, actor, person, "his own profile")
}

/// The customer's new telephone number. Needs a fresh second factor. Errors: a field error for what is no number.
pub fn phone_change(tx: &mut Tx<'_>, actor: &Actor, number: &str) -> Result<Change> {
    let person = himself(actor)?;
    need_step_up(actor)?;
    put_phone(tx, actor, person, number)
}

/// Another number for a customer who stands at the counter with the document the bank knows him by. Needs `person.register` where
/// he is on file and a fresh second factor; nobody changes his own. The number before is told, as after any change.
pub fn phone_change_at_counter(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, number: &str) -> Result<Change> {
    at_counter(tx, actor, person)?;
    put_phone(tx, actor, person, number)
}

/// A new document of the same person: renewed, or a passport for a card. His name and date of birth stay. Needs
/// `person.register` where he is on file and a fresh second factor; nobody renews his own, and the customer is told. The document before still leads to him, so that nobody else is put
/// on file with it. Errors: `BAD_IDENTITY`, `IDENTITY_TAKEN`.
pub fn document_renew(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, new: &DocumentNew) -> Result<Change> {
    at_counter(tx, actor, person)?;
    let mut row = person_locked(tx, person)?;
    let (country, number) = (new.country.trim().to_ascii_uppercase(), new.number.as_str());
    let number = document_number(new.document, &country, number, tx.now().local_date())?;
    let name = document_key(new.document, &country, &number);
    let index = tx.keys().index("identity", &name);
    if index == row.identity_index {
        return Ok(Change::AlreadySo);
    }
    if new.document == DocumentKind::ResidentId {
        let born = row.key(tx.keys())?.decrypt("person.born", &row.born)?;
        if kernel::chinese::identity_birth(&number).is_none_or(|on_card| on_card.to_string() != born) {
            return Err(Error::field("number", "the card is of somebody born on another day"));
        }
    }
    let taken = hex(&index);
    let own = directory::find(tx, Kind::Identity, &taken)?.is_some_and(|of| of == person.to_string());
    if !own && !directory::take(tx, Kind::Identity, &taken, person)? {
        return Err(Error::new(&IDENTITY_TAKEN, "the document belongs to another customer"));
    }
    let key = row.key(tx.keys())?;
    let before = row.identity_masked.clone();
    (row.identity, row.identity_index) = (key.encrypt("person.identity", &number), index);
    (row.identity_masked, row.document) = (mask_identity(&number), new.document);
    (row.is_foreign, row.country) = (country != "CN", country);
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("person.document", person).change(before.clone(), row.identity_masked))?;
    tx.emit(&Event::DocumentChanged { person, masked: before }, &actor.correlation)?;
    Ok(Change::Done)
}

/// A document as it is read at the counter.
#[derive(Clone, Debug)]
pub struct DocumentNew {
    pub document: DocumentKind,
    pub number: String,
    /// ISO 3166-1 alpha-2; `CN` for a resident identity card.
    pub country: String,
}

fn at_counter(tx: &mut Tx<'_>, actor: &Actor, person: PersonId) -> Result<()> {
    let Who::Staff(staff) = actor.who else {
        return Err(Error::forbidden("staff do this at a counter, for whoever stands there"));
    };
    may(tx, actor, Permission::PersonRegister, &Scope::person(person))?;
    need_step_up(actor)?;
    match crate::staff(tx, staff)?.person == Some(person) {
        true => Err(Error::forbidden("staff do not handle what is their own as customers")),
        false => Ok(()),
    }
}

fn put_phone(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, number: &str) -> Result<Change> {
    let number = phone(number).ok_or_else(|| Error::field("phone", "5 to 15 digits, with + for other countries"))?;
    let mut row = person_locked(tx, person)?;
    let index = tx.keys().index("phone", &number);
    if index == row.phone_index {
        return Ok(Change::AlreadySo);
    }
    let key = row.key(tx.keys())?;
    let before = (key.decrypt("person.phone", &row.phone)?, row.phone_masked.clone());
    let sealed = key.encrypt(FIELD, &before.0);
    (row.phone, row.phone_index, row.phone_masked) = (key.encrypt("person.phone", &number), index, mask_phone(&number));
    tx.update(&mut row)?;
    kept(tx, actor, person, Contact::Phone, sealed, before.1, row.phone_masked)
}

/// The customer's new address, 1 to [`ADDRESS_CHARS_MAX`] characters. Needs a fresh second factor.
pub fn address_change(tx: &mut Tx<'_>, actor: &Actor, address: &str) -> Result<Change> {
    let person = himself(actor)?;
    need_step_up(actor)?;
    let address = address.trim();
    let chars = address.chars().count();
    if chars == 0 {
        return Err(Error::field("address", "it is empty"));
    }
    if chars > ADDRESS_CHARS_MAX {
        return Err(Error::limit("address", chars, ADDRESS_CHARS_MAX, "characters"));
    }
    let mut row = person_locked(tx, person)?;
    let key = row.key(tx.keys())?;
    let before = key.decrypt("person.address", &row.address)?;
    if before == address {
        return Ok(Change::AlreadySo);
    }
    row.address = key.encrypt("person.address", address);
    tx.update(&mut row)?;
    let sealed = key.encrypt(FIELD, &before);
    kept(tx, actor, person, Contact::Address, sealed, address_masked(&before), address_masked(address))
}

const FIELD: &str = "contact_change.before";

/// The first six characters, as a clerk reads it out to be sure of the right one; nothing where none is on file.
pub fn address_masked(address: &str) -> String {
    const SHOWN: usize = 6;
    let shown: String = address.chars().take(SHOWN).collect();
    match address.chars().count() {
        0 => String::new(),
        1..=SHOWN => "***".into(),
        _ => format!("{shown}***"),
    }
}

fn kept(
    tx: &mut Tx<'_>,
    actor: &Actor,
    person: PersonId,
    what: Contact,
    before: Vec<u8>,
    before_masked: String,
    after_masked: String,
) -> Result<Change> {
    let id = ContactChangeId::new(tx.now(), person.book());
    let masked = before_masked.clone();
    tx.insert(&mut ContactChange {
        book: person.book(),
        id,
        person,
        what,
        before,
        before_masked,
        changed_by: actor.principal(),
        changed_at: tx.now(),
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of(format!("person.{what}"), person).change(masked.clone(), after_masked))?;
    tx.emit(&Event::ContactChanged { change: id, person, what, masked }, &actor.correlation)?;
    Ok(Change::Done)
}

/// The address on file as it may be shown without a look being written down.
pub fn own_address_masked(tx: &mut Tx<'_>, actor: &Actor) -> Result<String> {
    let row = crate::person::person(tx, himself(actor)?)?;
    Ok(address_masked(&row.key(tx.keys())?.decrypt("person.address", &row.address)?))
}

/// A change on record; its former number is masked. For who sends the message about it.
pub fn contact_change(tx: &mut Tx<'_>, id: ContactChangeId) -> Result<ContactChange> {
    tx.get::<ContactChange>(params![id.book(), id])?.ok_or_else(|| Error::not_found("contact change", id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_recognised_and_not_told() {
        let cases = [("汐洲市海晏路8号", "汐洲市海晏路***"), ("汐洲市", "***"), ("", ""), ("abcdefg", "abcdef***")];
        for (address, want) in cases {
            assert_eq!(address_masked(address), want);
        }
    }
}
