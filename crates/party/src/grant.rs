//! Giving and taking roles.
use crate::branch::branch;
use crate::codes::{ROLE_CAP, ROLE_SCOPE, SELF_GRANT, TOXIC_ROLES};
use crate::events::Event;
use crate::firm::FirmKind;
use crate::rights::{Scope, grants_in_force, grants_standing, home_book, may};
use crate::role::{Limits, Permission, Role, Where, toxic};
use crate::{Change, reason};
use kernel::id::{ApprovalId, BranchId, FirmId, GrantId, PersonId};
use kernel::{Actor, BookId, Currency, Error, Id, Result, Timestamp, Who};
use store::{Audit, Column, Param, Seal, Tx, params};

/// Grants that one holder has in force at most.
pub const GRANTS_PER_HOLDER_MAX: u32 = 100;

store::record! {
    /// A role given to somebody over some part of the bank, from a time until a time. It is revoked, never changed.
    pub struct Grant in "grants" key 2 {
        pub book: BookId,
        pub id: GrantId,
        /// The principal: `staf_…` or `pers_…`.
        pub holder: String,
        pub role: Role,
        /// Only this permission of the role.
        pub permission: Option<Permission>,
        pub firm: Option<FirmId>,
        /// At this branch and below; `None` for the whole bank.
        pub branch: Option<BranchId>,
        pub branch_path: Option<String>,
        pub currency: Currency,
        pub per_transaction_max: i64,
        pub per_day_max: i64,
        pub own_max: i64,
        pub release_max: i64,
        /// Takes away instead of giving; wins over every grant.
        pub deny: bool,
        pub valid_from: Timestamp,
        pub valid_until: Option<Timestamp>,
        pub granted_by: String,
        pub asked_by: String,
        pub approval: Option<ApprovalId>,
        pub revoked_by: Option<String>,
        pub revoked_at: Option<Timestamp>,
        pub revoked_reason: Option<String>,
    }
}

impl Grant {
    pub fn in_force(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.valid_from <= now && self.valid_until.is_none_or(|end| now < end)
    }
    fn is_held_between(&self, from: Timestamp, until: Option<Timestamp>) -> bool {
        until.is_none_or(|end| self.valid_from < end) && self.valid_until.is_none_or(|end| from < end)
    }
    pub fn limits(&self) -> Limits {
        Limits {
            currency: self.currency,
            per_transaction_max: self.per_transaction_max,
            per_day_max: self.per_day_max,
            own_max: self.own_max,
            release_max: self.release_max,
        }
    }
    /// Where it is given and taken.
    pub fn scope(&self) -> Scope {
        Scope { branch: self.branch, firm: self.firm, ..Scope::default() }
    }
    pub(crate) fn is_about(&self, permission: Permission) -> bool {
        self.permission.is_none_or(|only| only == permission) && self.role.permissions().contains(&permission)
    }
}

/// A role to be given.
#[derive(Clone, Debug)]
pub struct GrantAsk {
    /// Staff for a role at the bank, a person for a role in a firm.
    pub holder: Who,
    pub role: Role,
    pub permission: Option<Permission>,
    pub firm: Option<FirmId>,
    pub branch: Option<BranchId>,
    pub limits: Limits,
    pub deny: bool,
    /// `None` for now.
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
    /// The maker's principal when an approval carried it here.
    pub asked_by: Option<String>,
    pub approval: Option<ApprovalId>,
}

impl GrantAsk {
    /// The role over the whole bank with its full cap.
    pub fn new(holder: Who, role: Role) -> GrantAsk {
        GrantAsk {
            holder,
            role,
            permission: None,
            firm: None,
            branch: None,
            limits: role.cap(),
            deny: false,
            valid_from: None,
            valid_until: None,
            asked_by: None,
            approval: None,
        }
    }
    /// At this branch and below.
    pub fn at(self, branch: BranchId) -> GrantAsk {
        GrantAsk { branch: Some(branch), ..self }
    }
    /// In this firm.
    pub fn of(self, firm: FirmId) -> GrantAsk {
        GrantAsk { firm: Some(firm), ..self }
    }

    pub fn scope(&self) -> Scope {
        Scope { branch: self.branch, firm: self.firm, ..Scope::default() }
    }

    /// What can be judged without the database.
    fn check(&self, actor: &Actor, now: Timestamp) -> Result<BookId> {
        let wrong = |why: String| Error::new(&ROLE_SCOPE, why).with("role", self.role);
        let book = match (self.holder, self.role.is_firm(), self.firm, self.branch) {
            (Who::Staff(s), false, None, _) if self.role.is_staff() => s.book(),
            (Who::Person(p), true, Some(_), None) => p.book(),
            _ => return Err(wrong(format!("{} is not given to this holder in this way", self.role))),
        };
        if self.permission.is_some_and(|p| !self.role.permissions().contains(&p)) {
            return Err(wrong(format!("{} does not hold the permission named", self.role)));
        }
        if matches!(actor.who, Who::ForFirm { .. }) && self.role == Role::FirmOwner {
            return Err(wrong("an owner of a firm is entered by the bank".into()));
        }
        let holder = Actor::of(self.holder).principal();
        if holder == actor.principal() || self.asked_by.as_ref() == Some(&holder) {
            return Err(Error::new(&SELF_GRANT, "a role cannot be asked for or given by its holder"));
        }
        if self.valid_until.is_some_and(|end| end <= self.valid_from.unwrap_or(now).max(now)) {
            return Err(Error::field("valid_until", "it is over before it begins"));
        }
        let cap = self.role.cap();
        if !self.limits.within(&cap) {
            let message = format!("the limits are above the bank's cap of {}", self.role);
            return Err(Error::new(&ROLE_CAP, message).with("role", self.role));
        }
        Ok(book)
    }
}

/// Whether the role could be given now: everything [`grant`] judges, nothing written but the holder's lock. Answers where its row
/// goes and the branch's path.
pub fn grant_check(tx: &mut Tx<'_>, actor: &Actor, ask: &GrantAsk) -> Result<(BookId, Option<String>)> {
    may(tx, actor, Permission::RoleGrant, &ask.scope())?;
    let book = ask.check(actor, tx.now())?;
    not_to_himself(tx, actor, ask)?;
    fits_the_firm(tx, ask)?;
    let path = ask.branch.map(|b| branch(tx, b).map(|b| b.path)).transpose()?;
    lock_holder(tx, ask.holder)?;
    let held = grants_standing(tx, ask.holder)?;
    if held.len() >= GRANTS_PER_HOLDER_MAX as usize {
        return Err(Error::limit("grants", held.len() + 1, GRANTS_PER_HOLDER_MAX, "grants of one holder"));
    }
    if !ask.deny {
        let from = ask.valid_from.unwrap_or(tx.now());
        let meets = |g: &&Grant| !g.deny && g.is_held_between(from, ask.valid_until);
        refuse_toxic(held.iter().filter(meets), ask.role, ask.firm, path.as_deref())?;
    }
    Ok((book, path))
}

/// A bureau's roles are held at an authority, an authority has no others, and the bank alone gives them: who may look into
/// a region is not the bureau's own affair.
fn fits_the_firm(tx: &mut Tx<'_>, ask: &GrantAsk) -> Result<()> {
    let Some(firm) = ask.firm else { return Ok(()) };
    let kind = crate::firm::firm(tx, firm)?.kind;
    match (ask.role.is_of_bureau(), kind == FirmKind::Authority) {
        (true, true) | (false, false) => Ok(()),
        _ => Err(Error::new(&ROLE_SCOPE, format!("{} is not a role of a {kind}", ask.role)).with("role", ask.role)),
    }
}

/// Staff give nothing to themselves as customers either.
fn not_to_himself(tx: &mut Tx<'_>, actor: &Actor, ask: &GrantAsk) -> Result<()> {
    let Who::Person(holder) = ask.holder else { return Ok(()) };
    let makers = [actor.staff(), ask.asked_by.as_ref().and_then(|by| by.parse().ok())];
    for maker in makers.into_iter().flatten() {
        if crate::staff(tx, maker)?.person == Some(holder) {
            return Err(Error::new(&SELF_GRANT, "a role cannot be asked for or given by its holder"));
        }
    }
    Ok(())
}

/// Gives a role. Needs `role.grant` over the same branch or firm. Whether a second person has to say yes is asked above this
/// crate; `ask` carries who asked and the approval.
/// Errors: `ROLE_SCOPE`, `SELF_GRANT`, `ROLE_CAP`, `TOXIC_ROLES`, a limit at [`GRANTS_PER_HOLDER_MAX`].
pub fn grant(tx: &mut Tx<'_>, actor: &Actor, ask: GrantAsk) -> Result<GrantId> {
    let (book, path) = grant_check(tx, actor, &ask)?;
    let now = tx.now();
    let mut row = Grant {
        book,
        id: GrantId::new(now, book),
        holder: Actor::of(ask.holder).principal(),
        role: ask.role,
        permission: ask.permission,
        firm: ask.firm,
        branch: ask.branch,
        branch_path: path,
        currency: ask.limits.currency,
        per_transaction_max: ask.limits.per_transaction_max,
        per_day_max: ask.limits.per_day_max,
        own_max: ask.limits.own_max,
        release_max: ask.limits.release_max,
        deny: ask.deny,
        valid_from: ask.valid_from.unwrap_or(now),
        valid_until: ask.valid_until,
        granted_by: actor.principal(),
        asked_by: ask.asked_by.unwrap_or_else(|| actor.principal()),
        approval: ask.approval,
        revoked_by: None,
        revoked_at: None,
        revoked_reason: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    let verb = if row.deny { "deny" } else { "allow" };
    let mut audit = Audit::of("role.grant", row.id).after(format!("{verb} {} to {}", row.role, row.holder));
    if let Some(approval) = row.approval {
        audit = audit.approval(approval);
    }
    tx.audit(actor, audit)?;
    tx.emit(&Event::Granted { grant: row.id, holder: row.holder, role: row.role }, &actor.correlation)?;
    Ok(row.id)
}

/// Two grants to one holder at the same time would each miss the other: the holder's own row is locked first.
fn lock_holder(tx: &mut Tx<'_>, holder: Who) -> Result<()> {
    let found = match holder {
        Who::Staff(s) => {
            let staff = tx.load::<crate::Staff>(params![s.book(), s])?;
            staff.is_some_and(|s| s.left_at.is_none())
        }
        Who::Person(p) => tx.load::<crate::Person>(params![p.book(), p])?.is_some(),
        _ => false,
    };
    if found { Ok(()) } else { Err(Error::not_found("holder", Actor::of(holder).principal())) }
}

fn refuse_toxic<'g>(
    mut held: impl Iterator<Item = &'g Grant>,
    role: Role,
    firm: Option<FirmId>,
    path: Option<&str>,
) -> Result<()> {
    let meet = |g: &&Grant| match toxic(g.role, role) {
        None => false,
        Some(Where::Anywhere) => true,
        Some(Where::SameFirm) => g.firm == firm,
        Some(Where::SameBranches) => overlap(g.branch_path.as_deref(), path),
    };
    match held.find(meet) {
        None => Ok(()),
        Some(g) => {
            let message = format!("{role} and {} are not held by one person", g.role);
            Err(Error::new(&TOXIC_ROLES, message).with("role", role).with("held", g.role))
        }
    }
}

fn overlap(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.starts_with(b) || b.starts_with(a),
        _ => true,
    }
}

/// A grant that the actor may take back. Needs `role.revoke` over the same branch or firm; nobody lifts a deny on himself.
pub fn grant_to_revoke(tx: &mut Tx<'_>, actor: &Actor, id: GrantId) -> Result<Grant> {
    let missing = || Error::not_found("grant", id);
    let row = tx.load::<Grant>(params![id.book(), id])?.ok_or_else(missing)?;
    may(tx, actor, Permission::RoleRevoke, &row.scope())?;
    if row.deny && row.holder == actor.principal() {
        return Err(Error::new(&SELF_GRANT, "nobody lifts what is denied to himself"));
    }
    Ok(row)
}

/// Takes a role back; see [`grant_to_revoke`]. `approval` is the second person's, where one was asked.
pub fn revoke(tx: &mut Tx<'_>, actor: &Actor, id: GrantId, why: &str, approval: Option<ApprovalId>) -> Result<Change> {
    let why = reason(why)?;
    let row = grant_to_revoke(tx, actor, id)?;
    if row.revoked_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    end(tx, actor, row, why, approval)?;
    Ok(Change::Done)
}

/// Ends everything a leaver holds.
pub(crate) fn revoke_all(tx: &mut Tx<'_>, actor: &Actor, holder: Who, why: &str) -> Result<()> {
    let Some(book) = home_book(holder) else { return Ok(()) };
    let principal = Actor::of(holder).principal();
    let tail = "WHERE book = ?1 AND holder = ?2 AND revoked_at IS NULL ORDER BY id";
    for row in tx.select_locked::<Grant>(tail, &[book.param(), Param::Text(principal.into())])? {
        end(tx, actor, row, why.to_owned(), None)?;
    }
    Ok(())
}

fn end(tx: &mut Tx<'_>, actor: &Actor, mut row: Grant, why: String, approval: Option<ApprovalId>) -> Result<()> {
    row.revoked_by = Some(actor.principal());
    row.revoked_at = Some(tx.now());
    row.revoked_reason = Some(why.clone());
    tx.update(&mut row)?;
    let before = format!("{} of {}", row.role, row.holder);
    let audit = Audit::of("role.revoke", row.id).change(before, "").reason(why);
    tx.audit(actor, approval.iter().fold(audit, |audit, a| audit.approval(*a)))?;
    tx.emit(&Event::Revoked { grant: row.id, holder: row.holder, role: row.role }, &actor.correlation)
}

/// What somebody holds now.
pub fn grants_of(tx: &mut Tx<'_>, holder: Who) -> Result<Vec<Grant>> {
    grants_in_force(tx, holder)
}

/// The firms a person may act for, with his roles in each.
pub fn firms_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<(FirmId, Vec<Role>)>> {
    let mut firms: Vec<(FirmId, Vec<Role>)> = Vec::new();
    for g in grants_in_force(tx, Who::Person(person))?.into_iter().filter(|g| !g.deny) {
        let Some(firm) = g.firm else { continue };
        match firms.iter_mut().find(|(f, _)| *f == firm) {
            Some((_, roles)) if roles.contains(&g.role) => {}
            Some((_, roles)) => roles.push(g.role),
            None => firms.push((firm, vec![g.role])),
        }
    }
    Ok(firms)
}
