//! Looking people up. Only exact values find anybody; what is shown is masked.
use crate::directory::{self, Kind, hex};
use crate::firm::credit_code;
use crate::person::{DocumentKind, Person, document_key, may_see, person, phone};
use crate::rights::{Scope, may};
use crate::role::Permission;
use crate::tier::Tier;
use kernel::chinese::half_width;
use kernel::id::PersonId;
use kernel::{Actor, BookId, Date, Kind as ErrorKind, Result};
use store::{KeyRing, Tx, params};

/// Digits of an identity document's number at least.
const DOCUMENT_DIGITS_MIN: usize = 5;
/// People found by one phone number at most.
pub const PEOPLE_FOUND_MAX: u32 = 50;

/// A person as lists and screens show him.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PersonView {
    pub id: PersonId,
    pub branch_book: BookId,
    /// Masked, as the next two.
    pub name: String,
    pub identity: String,
    pub phone: String,
    pub document: DocumentKind,
    pub foreign: bool,
    pub tier: Tier,
    pub elder: bool,
}

impl PersonView {
    fn of(p: Person, today: Date) -> PersonView {
        PersonView {
            id: p.id,
            branch_book: p.book,
            elder: p.is_elder(today),
            name: p.name_masked,
            identity: p.identity_masked,
            phone: p.phone_masked,
            document: p.document,
            foreign: p.is_foreign,
            tier: p.tier,
        }
    }
}

/// By what a person is looked for.
#[derive(Clone, Copy)]
pub enum Find<'a> {
    Id(PersonId),
    /// A resident identity number, or a country and a passport number: `GB 123456789`.
    Identity(&'a str),
    Phone(&'a str),
}

/// A person, masked. Needs `person.read`, or it is the person himself.
pub fn person_view(tx: &mut Tx<'_>, actor: &Actor, id: PersonId) -> Result<PersonView> {
    may_see(tx, actor, Permission::PersonRead, id)?;
    let today = tx.now().local_date();
    Ok(PersonView::of(person(tx, id)?, today))
}

/// Who has this document, phone or id. Needs `person.read` where the actor works. A document finds customers of every
/// branch, because its holder stands at the counter; a phone or id only those within the actor's branches.
pub fn people_find(tx: &mut Tx<'_>, actor: &Actor, by: Find<'_>) -> Result<Vec<PersonView>> {
    may(tx, actor, Permission::PersonRead, &Scope::here(actor))?;
    let today = tx.now().local_date();
    let (found, anywhere) = match by {
        Find::Identity(number) => (person_by_identity(tx, number)?.into_iter().collect(), true),
        Find::Id(id) => (vec![id], false),
        Find::Phone(number) => (ids_by_phone(tx, number)?, false),
    };
    let mut views = Vec::new();
    for id in found {
        let seen = if anywhere { Ok(()) } else { may_see(tx, actor, Permission::PersonRead, id) };
        let view = seen.and_then(|()| person(tx, id));
        match view {
            Ok(p) => views.push(PersonView::of(p, today)),
            Err(e) if matches!(e.kind(), ErrorKind::Forbidden | ErrorKind::Missing) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(views)
}

fn ids_by_phone(tx: &mut Tx<'_>, number: &str) -> Result<Vec<PersonId>> {
    let Some(number) = phone(number) else { return Ok(Vec::new()) };
    let index = tx.keys().index("phone", &number);
    let people =
        tx.select::<Person>("WHERE phone_index = ?1 ORDER BY id LIMIT ?2", params![index, PEOPLE_FOUND_MAX])?;
    Ok(people.into_iter().map(|p| p.id).collect())
}

/// The book of the customers with this phone, when all of them are of one; asks no permission and names nobody. For calls.
pub fn book_by_phone(tx: &mut Tx<'_>, number: &str) -> Result<Option<BookId>> {
    let mut books: Vec<BookId> = ids_by_phone(tx, number)?.iter().map(kernel::Id::book).collect();
    books.sort();
    books.dedup();
    Ok(books.pop().filter(|_| books.is_empty()))
}

/// The person with this document, exactly; asks no permission. For rosters and payees.
pub fn person_by_identity(tx: &mut Tx<'_>, number: &str) -> Result<Option<PersonId>> {
    let name = hex(&tx.keys().index("identity", &written_key(number)));
    directory::find(tx, Kind::Identity, &name)?.map(|id| id.parse()).transpose()
}

/// What a document is recognised by, from how people write it: a resident identity number, or `GB 123456789`.
fn written_key(number: &str) -> String {
    let text = half_width(number).trim().to_ascii_uppercase();
    match text.split_once([' ', ':']) {
        Some((country, n)) if country.len() == 2 => document_key(DocumentKind::Passport, country, n.trim()),
        _ => {
            let joined: String = text.split_whitespace().collect();
            document_key(DocumentKind::ResidentId, "", &joined)
        }
    }
}

/// The keyed hash by which a document is known ([`Person::identity_index`]); a firm is known by its credit code
/// ([`firm_index`]). `None` for what is none of them.
pub fn identity_index(keys: &KeyRing, number: &str) -> Option<Vec<u8>> {
    if let Some(code) = credit_code(number) {
        return Some(firm_index(keys, &code));
    }
    let key = written_key(number);
    let digits = key.chars().filter(char::is_ascii_digit).count();
    (digits >= DOCUMENT_DIGITS_MIN).then(|| keys.index("identity", &key))
}

/// The keyed hash by which lists know a firm.
pub fn firm_index(keys: &KeyRing, credit_code: &str) -> Vec<u8> {
    keys.index("credit_code", credit_code)
}

/// The keyed hash by which a phone is known ([`Person::phone_index`]); `None` for what is no number.
pub fn phone_index(keys: &KeyRing, number: &str) -> Option<Vec<u8>> {
    Some(keys.index("phone", &phone(number)?))
}

/// People on file with this phone ([`Person::phone_index`]), at most [`PEOPLE_FOUND_MAX`]; asks no permission and names nobody.
/// One phone belongs to one document (银发〔2016〕261号).
pub fn phone_sharers(tx: &mut Tx<'_>, phone_index: &[u8]) -> Result<usize> {
    let tail = "WHERE phone_index = ?1 ORDER BY id LIMIT ?2";
    Ok(tx.select::<Person>(tail, params![phone_index.to_vec(), PEOPLE_FOUND_MAX])?.len())
}

/// A keyed hash of where somebody lives, by which two customers of one address meet; `None` where none is on file. The
/// address itself stays encrypted.
pub fn address_index(tx: &mut Tx<'_>, p: &Person) -> Result<Option<Vec<u8>>> {
    let written = p.key(tx.keys())?.decrypt("person.address", &p.address)?;
    let plain: String = half_width(&written).chars().filter(|c| !c.is_whitespace()).collect();
    Ok((!plain.is_empty()).then(|| tx.keys().index("address", &plain)))
}
