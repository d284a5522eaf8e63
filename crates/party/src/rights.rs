//! May he? Two queries at most: the grants of the holder, the branch of the scope. The decision itself is pure.
use crate::branch::{ROOT_PATH, branch_of};
use crate::client::ApiClient;
use crate::codes::LIMIT_PER_TRANSACTION;
use crate::directory::text;
use crate::grant::{GRANTS_PER_HOLDER_MAX, Grant};
use crate::role::{Limits, PROCESSES, Permission, Role};
use kernel::id::{BranchId, FirmId, GrantId, PersonId};
use kernel::{Actor, BookId, Error, Id, Money, Result, Timestamp, Who};
use store::{Column, Tx, params};

/// What a command is about. The place is the branch; without one, the branch that the person or firm belongs to; without
/// any, the whole bank, which only a grant for the whole bank covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    pub branch: Option<BranchId>,
    pub firm: Option<FirmId>,
    pub person: Option<PersonId>,
    /// When given, it must be within the limit of one transaction.
    pub amount: Option<Money>,
}

impl Scope {
    /// Something of the whole bank: a tariff, the business day.
    pub fn bank() -> Scope {
        Scope::default()
    }
    /// Where the actor works: what a teller does at the counter, whoever the customer is.
    pub fn here(actor: &Actor) -> Scope {
        Scope { branch: actor.branch, ..Scope::default() }
    }
    pub fn branch(branch: BranchId) -> Scope {
        Scope { branch: Some(branch), ..Scope::default() }
    }
    pub fn firm(firm: FirmId) -> Scope {
        Scope { firm: Some(firm), ..Scope::default() }
    }
    pub fn person(person: PersonId) -> Scope {
        Scope { person: Some(person), ..Scope::default() }
    }
    pub fn amount(self, amount: Money) -> Scope {
        Scope { amount: Some(amount), ..self }
    }

    pub(crate) fn book(&self) -> Option<BookId> {
        let of = self.branch.map(|b| b.book()).or(self.person.map(|p| p.book()));
        of.or(self.firm.map(|f| f.book()))
    }

    /// The kind of place, for messages: no ids.
    fn words(&self) -> &'static str {
        match (self.branch, self.person, self.firm) {
            (Some(_), ..) => "at this branch",
            (_, Some(_), _) => "for this person",
            (_, _, Some(_)) => "for this firm",
            _ => "for the whole bank",
        }
    }
}

/// By what right, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entitlement {
    pub via_role: Role,
    /// The first of the grants that allow it; `None` for implied roles.
    pub grant: Option<GrantId>,
    /// The highest of all grants that allow it, field by field.
    pub limits: Limits,
}

impl Entitlement {
    /// Whether the amount is above what he may do without a checker.
    pub fn needs_checker(&self, amount: Money) -> bool {
        !self.limits.covers(self.limits.own_max, amount)
    }
    /// Whether he may release this amount as a checker.
    pub fn may_release(&self, amount: Money) -> bool {
        self.limits.covers(self.limits.release_max, amount)
    }

    fn implied(via_role: Role, limits: Limits) -> Entitlement {
        Entitlement { via_role, grant: None, limits }
    }
}

/// What an actor holds, loaded once to decide many times (a list of work).
#[derive(Clone, Debug)]
pub struct Rights {
    who: Who,
    grants: Vec<Grant>,
    client: Option<ApiClient>,
    now: Timestamp,
}

/// Loads what the actor holds: one query, none for customers and processes.
pub fn rights(tx: &mut Tx<'_>, actor: &Actor) -> Result<Rights> {
    let now = tx.now();
    let mut rights = Rights { who: actor.who, grants: Vec::new(), client: None, now };
    match actor.who {
        Who::Staff(_) | Who::ForFirm { .. } => rights.grants = grants_in_force(tx, actor.who)?,
        Who::Client { client, .. } => rights.client = tx.get::<ApiClient>(params![client.book(), client])?,
        Who::Person(_) | Who::System(_) | Who::Nobody => {}
    }
    Ok(rights)
}

pub(crate) fn grants_in_force(tx: &mut Tx<'_>, holder: Who) -> Result<Vec<Grant>> {
    let now = tx.now();
    Ok(grants_standing(tx, holder)?.into_iter().filter(|g| g.in_force(now)).collect())
}

/// In force now or from some later time.
pub(crate) fn grants_standing(tx: &mut Tx<'_>, holder: Who) -> Result<Vec<Grant>> {
    let Some(book) = home_book(holder) else { return Ok(Vec::new()) };
    let (now, principal) = (tx.now(), Actor::of(holder).principal());
    let tail = "WHERE book = ?1 AND holder = ?2 AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > ?3) \
                ORDER BY id LIMIT ?4";
    tx.select::<Grant>(tail, &[book.param(), text(&principal), now.param(), GRANTS_PER_HOLDER_MAX.param()])
}

/// The book a principal's own rows are kept in; `None` for processes and nobody.
pub fn home_book(who: Who) -> Option<BookId> {
    match who {
        Who::Person(p) | Who::ForFirm { person: p, .. } => Some(p.book()),
        Who::Staff(s) => Some(s.book()),
        Who::Client { client, .. } => Some(client.book()),
        Who::System(_) | Who::Nobody => None,
    }
}

/// The place of a scope in the branch tree; `None` for the whole bank.
pub fn scope_path(tx: &mut Tx<'_>, scope: &Scope) -> Result<Option<String>> {
    scope.book().map(|book| branch_of(tx, book).map(|b| b.path)).transpose()
}

/// Whether the actor may, by what right and how far. `FORBIDDEN` names the permission and the kind of scope and nothing
/// else; `LIMIT_PER_TRANSACTION` when the scope's amount is above his limit.
pub fn may(tx: &mut Tx<'_>, actor: &Actor, permission: Permission, scope: &Scope) -> Result<Entitlement> {
    let rights = rights(tx, actor)?;
    let path = match actor.who {
        Who::Staff(_) => scope_path(tx, scope)?,
        _ => None,
    };
    rights.entitle(permission, scope, path.as_deref())
}

impl Rights {
    /// The pure decision; `path` is [`scope_path`] of the scope (only staff need it).
    pub fn entitle(&self, permission: Permission, scope: &Scope, path: Option<&str>) -> Result<Entitlement> {
        let found = match self.who {
            Who::Nobody => None,
            Who::System(name) => process(name, permission),
            Who::Person(p) => {
                let own = scope.person == Some(p) && Role::Customer.permissions().contains(&permission);
                own.then(|| Entitlement::implied(Role::Customer, Limits::UNLIMITED))
            }
            Who::Client { firm, .. } => self.by_client(firm, permission, scope),
            Who::Staff(_) => self.by_grants(permission, |g| g.firm.is_none() && covers(g.branch_path.as_deref(), path)),
            Who::ForFirm { firm, .. } if scope.firm == Some(firm) => {
                self.by_grants(permission, |g| g.firm == Some(firm))
            }
            Who::ForFirm { .. } => None,
        };
        let refused = || {
            let message = format!("{permission} is not among your permissions {}", scope.words());
            Error::forbidden(message).with("permission", permission)
        };
        let entitlement = found.ok_or_else(refused)?;
        match scope.amount {
            Some(amount) if !entitlement.limits.covers(entitlement.limits.per_transaction_max, amount) => {
                Err(above(&entitlement.limits, amount))
            }
            _ => Ok(entitlement),
        }
    }

    /// Whether he holds a role in this firm.
    pub fn acts_for(&self, firm: FirmId) -> bool {
        self.grants.iter().any(|g| g.firm == Some(firm) && g.in_force(self.now) && !g.deny)
    }

    fn by_client(&self, firm: FirmId, permission: Permission, scope: &Scope) -> Option<Entitlement> {
        let client = self.client.as_ref().filter(|c| c.ended_at.is_none() && c.firm == firm)?;
        let allowed = scope.firm == Some(firm) && client.scopes.0.contains(&permission);
        allowed.then(|| Entitlement::implied(Role::Client, client.limits()))
    }

    fn by_grants(&self, permission: Permission, here: impl Fn(&Grant) -> bool) -> Option<Entitlement> {
        let about = |g: &&Grant| g.in_force(self.now) && g.is_about(permission) && here(g);
        let mut found: Option<Entitlement> = None;
        for g in self.grants.iter().filter(about) {
            if g.deny {
                return None;
            }
            found = Some(match found {
                None => Entitlement { via_role: g.role, grant: Some(g.id), limits: g.limits() },
                Some(e) => Entitlement { limits: e.limits.highest(g.limits()), ..e },
            });
        }
        found
    }
}

/// Whether a grant at `grant` reaches `place`. No grant path is the whole bank; no place is the whole bank.
fn covers(grant: Option<&str>, place: Option<&str>) -> bool {
    match grant {
        None => true,
        Some(g) => place.unwrap_or(ROOT_PATH).starts_with(g),
    }
}

fn process(name: &str, permission: Permission) -> Option<Entitlement> {
    let (_, may) = PROCESSES.iter().find(|(n, _)| *n == name)?;
    may.contains(&permission).then(|| Entitlement::implied(Role::System, Limits::UNLIMITED))
}

fn above(limits: &Limits, amount: Money) -> Error {
    let max = Money::new(limits.per_transaction_max, limits.currency);
    Error::new(&LIMIT_PER_TRANSACTION, format!("{amount} is above your limit of {max} a transaction"))
        .with("given", amount)
        .with("max", max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_covers_its_subtree() {
        let cases = [
            (None, None, true),
            (None, Some("/0/1/7/"), true),
            (Some("/0/"), None, true),
            (Some("/0/1/"), None, false),
            (Some("/0/1/"), Some("/0/1/7/"), true),
            (Some("/0/1/"), Some("/0/1/"), true),
            (Some("/0/1/"), Some("/0/12/"), false),
            (Some("/0/1/7/"), Some("/0/1/"), false),
        ];
        for (grant, place, want) in cases {
            assert_eq!(covers(grant, place), want, "{grant:?} {place:?}");
        }
    }
}
