//! Looking people up. Only exact values find anybody; what is shown is masked.
use crate::directory::{self, Kind, hex};
use crate::person::{DocumentKind, Person, document_key, may_see, person, phone};
use crate::rights::{Scope, may};
use crate::role::Permission;
use crate::tier::Tier;
use kernel::chinese::half_width;
use kernel::id::PersonId;
use kernel::{Actor, BookId, Date, Kind as ErrorKind, Result};
use store::{Tx, params};

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

/// The person with this document, exactly; asks no permission. For rosters and payees.
pub fn person_by_identity(tx: &mut Tx<'_>, number: &str) -> Result<Option<PersonId>> {
    let text = half_width(number).trim().to_ascii_uppercase();
    let key = match text.split_once([' ', ':']) {
        Some((country, n)) if country.len() == 2 => document_key(DocumentKind::Passport, country, n.trim()),
        _ => {
            let joined: String = text.split_whitespace().collect();
            document_key(DocumentKind::ResidentId, "", &joined)
        }
    };
    let name = hex(&tx.keys().index("identity", &key));
    directory::find(tx, Kind::Identity, &name)?.map(|id| id.parse()).transpose()
}
