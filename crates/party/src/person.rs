//! Natural persons. Everything that names one is encrypted under his own key; masked columns serve lists.
use crate::codes::{BAD_IDENTITY, IDENTITY_TAKEN};
use crate::directory::{self, Kind, hex};
use crate::events::Event;
use crate::rights::{Scope, may};
use crate::role::Permission;
use crate::tier::Tier;
use crate::{Change, need_step_up, reason};
use kernel::chinese::{half_width, identity, mask_identity, mask_name, mask_phone};
use kernel::id::{BranchId, PersonId};
use kernel::{Actor, BookId, Date, Error, Id, Money, Result, Timestamp, Who};
use store::keys::DataKey;
use store::{Audit, KeyRing, Seal, Tx, params};

/// Characters of a name, an address at most.
pub const NAME_CHARS_MAX: usize = 60;
pub const ADDRESS_CHARS_MAX: usize = 200;
/// From this age in years a customer is an elder (老年人权益保障法 art. 2).
pub const ELDER_YEARS: i32 = 60;

store::text_enum! {
    pub enum DocumentKind { ResidentId = "resident_id", Passport = "passport" }
}

store::record! {
    /// A person known to the bank.
    pub struct Person in "people" key 2 {
        pub book: BookId,
        pub id: PersonId,
        /// His data key, wrapped by the key file.
        pub data_key: Vec<u8>,
        pub name: Vec<u8>,
        pub identity: Vec<u8>,
        pub phone: Vec<u8>,
        pub address: Vec<u8>,
        pub born: Vec<u8>,
        pub name_index: Vec<u8>,
        pub identity_index: Vec<u8>,
        pub phone_index: Vec<u8>,
        pub name_masked: String,
        pub identity_masked: String,
        pub phone_masked: String,
        pub document: DocumentKind,
        /// Who issued the document, ISO 3166-1 alpha-2.
        pub country: String,
        pub is_foreign: bool,
        pub birth_year: i32,
        pub tier: Tier,
        /// The customer's own cap of a day's transfers away from the counter, 分.
        pub noncounter_per_day_max: Option<i64>,
        pub registered_by: String,
        pub registered_at: Timestamp,
    }
}

impl Person {
    /// [`ELDER_YEARS`] or more in the year of `today`; the day of birth stays encrypted.
    pub fn is_elder(&self, today: Date) -> bool {
        i32::from(today.year()) - self.birth_year >= ELDER_YEARS
    }
    pub(crate) fn key(&self, keys: &KeyRing) -> Result<DataKey> {
        keys.unwrap_data_key(&self.data_key)
    }
}

/// A person to be registered, as on the document.
#[derive(Clone)]
pub struct PersonNew {
    pub branch: BranchId,
    pub name: String,
    pub document: DocumentKind,
    pub number: String,
    /// ISO 3166-1 alpha-2; `CN` for a resident identity card.
    pub country: String,
    pub phone: String,
    pub address: String,
    pub born: Date,
    pub tier: Tier,
}

/// The person, and whether he was on file before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    pub person: PersonId,
    pub already: bool,
}

/// Puts a person on file at a branch. Needs `person.register` there. The same document with the same name is the same
/// person. Errors: `BAD_IDENTITY`, `IDENTITY_TAKEN` (the document belongs to another name), field errors.
pub fn person_register(tx: &mut Tx<'_>, actor: &Actor, new: PersonNew) -> Result<Registered> {
    may(tx, actor, Permission::PersonRegister, &Scope::branch(new.branch))?;
    let new = checked(new, tx.now().local_date())?;
    let document = hex(&tx.keys().index("identity", &document_key(new.document, &new.country, &new.number)));
    if let Some(known) = directory::find(tx, Kind::Identity, &document)? {
        let person: PersonId = known.parse()?;
        return match person_name_is(tx, person, &new.name)? {
            true => Ok(Registered { person, already: true }),
            false => Err(Error::new(&IDENTITY_TAKEN, "the document belongs to a customer of another name")),
        };
    }
    let mut row = sealed(tx.keys(), tx.now(), actor, new);
    if !directory::take(tx, Kind::Identity, &document, row.id)? {
        return Err(Error::new(&kernel::error::STALE, "the document is being registered by somebody else"));
    }
    tx.insert(&mut row)?;
    let shown = format!("{} {} {}", row.name_masked, row.identity_masked, row.phone_masked);
    tx.audit(actor, Audit::of("person.register", row.id).after(shown))?;
    tx.emit(&Event::PersonRegistered { person: row.id }, &actor.correlation)?;
    Ok(Registered { person: row.id, already: false })
}

fn checked(mut new: PersonNew, today: Date) -> Result<PersonNew> {
    new.name = plain_name(&new.name);
    let chars = new.name.chars().count();
    if chars == 0 {
        return Err(Error::field("name", "it is empty"));
    }
    if chars > NAME_CHARS_MAX {
        return Err(Error::limit("name", chars, NAME_CHARS_MAX, "characters"));
    }
    if new.address.chars().count() > ADDRESS_CHARS_MAX {
        return Err(Error::limit("address", new.address.chars().count(), ADDRESS_CHARS_MAX, "characters"));
    }
    new.country = new.country.trim().to_ascii_uppercase();
    new.number = document_number(new.document, &new.country, &new.number, today)?;
    let on_card = kernel::chinese::identity_birth(&new.number).filter(|_| new.document == DocumentKind::ResidentId);
    if on_card.is_some_and(|born| born != new.born) || new.born > today {
        return Err(Error::field("born", "it is not the date of birth of the document"));
    }
    new.phone = phone(&new.phone).ok_or_else(|| Error::field("phone", "5 to 15 digits, with + for other countries"))?;
    Ok(new)
}

/// The number of a document as it is kept. `Err(BAD_IDENTITY)`.
pub(crate) fn document_number(kind: DocumentKind, country: &str, number: &str, today: Date) -> Result<String> {
    match kind {
        DocumentKind::ResidentId => identity(number, today)
            .map_err(|fault| Error::new(&BAD_IDENTITY, format!("not an identity number: {fault:?}"))),
        DocumentKind::Passport => passport(number)
            .filter(|_| country.len() == 2)
            .ok_or_else(|| Error::new(&BAD_IDENTITY, "a passport has 5 to 20 letters and digits and a country")),
    }
}

/// A name as it is compared: half-width, without spaces around, one space inside.
pub fn plain_name(name: &str) -> String {
    half_width(name).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn passport(number: &str) -> Option<String> {
    let t: String = half_width(number).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    ((5..=20).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(t)
}

pub(crate) fn phone(number: &str) -> Option<String> {
    let t: String = half_width(number).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = t.strip_prefix('+').unwrap_or(&t);
    ((5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then_some(t)
}

/// What a document is recognised by: `resident_id 1101…` or `passport GB 123…`.
pub(crate) fn document_key(kind: DocumentKind, country: &str, number: &str) -> String {
    match kind {
        DocumentKind::ResidentId => format!("{kind} {number}"),
        DocumentKind::Passport => format!("{kind} {country} {number}"),
    }
}

fn sealed(keys: &KeyRing, now: Timestamp, actor: &Actor, new: PersonNew) -> Person {
    let (key, data_key) = keys.new_data_key();
    let book = new.branch.book();
    Person {
        book,
        id: PersonId::new(now, book),
        data_key,
        name: key.encrypt("person.name", &new.name),
        identity: key.encrypt("person.identity", &new.number),
        phone: key.encrypt("person.phone", &new.phone),
        address: key.encrypt("person.address", &new.address),
        born: key.encrypt("person.born", &new.born.to_string()),
        name_index: keys.index("name", &new.name),
        identity_index: keys.index("identity", &document_key(new.document, &new.country, &new.number)),
        phone_index: keys.index("phone", &new.phone),
        name_masked: mask_name(&new.name),
        identity_masked: mask_identity(&new.number),
        phone_masked: mask_phone(&new.phone),
        document: new.document,
        is_foreign: new.country != "CN",
        country: new.country,
        birth_year: i32::from(new.born.year()),
        tier: new.tier,
        noncounter_per_day_max: None,
        registered_by: actor.principal(),
        registered_at: now,
        seal: Seal::default(),
    }
}

/// The row. For domain code: it asks no permission and everything personal in it is encrypted or masked.
pub fn person(tx: &mut Tx<'_>, id: PersonId) -> Result<Person> {
    tx.get::<Person>(params![id.book(), id])?.ok_or_else(|| Error::not_found("person", id))
}

/// The row, locked until the transaction ends.
pub fn person_locked(tx: &mut Tx<'_>, id: PersonId) -> Result<Person> {
    tx.load::<Person>(params![id.book(), id])?.ok_or_else(|| Error::not_found("person", id))
}

impl Person {
    /// Whether the bank knows the person by this name.
    pub fn has_name(&self, keys: &KeyRing, name: &str) -> bool {
        self.name_index == keys.index("name", &plain_name(name))
    }
}

/// Whether the person is called so (户名核对). Compares keyed hashes: nothing is decrypted, so nothing is audited.
pub fn person_name_is(tx: &mut Tx<'_>, id: PersonId, name: &str) -> Result<bool> {
    Ok(person(tx, id)?.has_name(tx.keys(), name))
}

/// A person in the clear.
pub struct Revealed {
    pub name: String,
    pub identity: String,
    pub phone: String,
    pub address: String,
}

/// Shows a person in the clear, after writing who looked and why. In a write transaction only: answer after its commit.
/// Needs `person.reveal`, or it is the person himself.
pub fn reveal(tx: &mut Tx<'_>, actor: &Actor, id: PersonId, why: &str) -> Result<Revealed> {
    may_see(tx, actor, Permission::PersonReveal, id)?;
    let row = person(tx, id)?;
    tx.audit(actor, Audit::of("person.reveal", id).reason(reason(why)?))?;
    let key = row.key(tx.keys())?;
    Ok(Revealed {
        name: key.decrypt("person.name", &row.name)?,
        identity: key.decrypt("person.identity", &row.identity)?,
        phone: key.decrypt("person.phone", &row.phone)?,
        address: key.decrypt("person.address", &row.address)?,
    })
}

/// Own data always, others' by permission at their branch.
pub(crate) fn may_see(tx: &mut Tx<'_>, actor: &Actor, permission: Permission, id: PersonId) -> Result<()> {
    if actor.person() == Some(id) {
        return Ok(());
    }
    may(tx, actor, permission, &Scope::person(id)).map(|_| ())
}

/// Moves a person to another tier. Needs `person.tier`. A way up also needs a second person: the caller has asked.
pub fn tier_change(tx: &mut Tx<'_>, actor: &Actor, id: PersonId, to: Tier, why: &str) -> Result<Change> {
    may(tx, actor, Permission::PersonTier, &Scope::person(id))?;
    let mut row = person_locked(tx, id)?;
    let from = std::mem::replace(&mut row.tier, to);
    if from == to {
        return Ok(Change::AlreadySo);
    }
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("person.tier", id).change(from.code(), to.code()).reason(reason(why)?))?;
    tx.emit(&Event::TierChanged { person: id, from, to }, &actor.correlation)?;
    Ok(Change::Done)
}

/// Sets or lifts the customer's own cap of a day's transfers away from the counter, in CNY. The customer himself, at once
/// when it goes down and after a step-up when it goes up or falls away; or staff with `person.tier`.
pub fn own_cap_set(tx: &mut Tx<'_>, actor: &Actor, id: PersonId, cap: Option<Money>) -> Result<Change> {
    let himself = actor.who == Who::Person(id);
    if !himself {
        may(tx, actor, Permission::PersonTier, &Scope::person(id))?;
    }
    if cap.is_some_and(|c| c.minor < 0 || c.currency != kernel::Currency::CNY) {
        return Err(Error::field("cap", "zero or more, in CNY"));
    }
    let mut row = person_locked(tx, id)?;
    let cap = cap.map(|c| c.minor);
    let before = std::mem::replace(&mut row.noncounter_per_day_max, cap);
    if before == cap {
        return Ok(Change::AlreadySo);
    }
    if himself && before.is_some_and(|b| cap.is_none_or(|c| c > b)) {
        need_step_up(actor)?;
    }
    tx.update(&mut row)?;
    let shown = |c: Option<i64>| c.map_or("none".into(), |c| Money::cny(c).to_string());
    tx.audit(actor, Audit::of("person.own_cap", id).change(shown(before), shown(cap)))?;
    Ok(Change::Done)
}
