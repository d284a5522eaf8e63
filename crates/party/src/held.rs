//! Lists of who holds what: for recertification over the whole bank, for a branch with all below it, for a firm.
use crate::branch::branch;
use crate::codes::PERSON_UNKNOWN;
use crate::grant::Grant;
use crate::person::person_name_is;
use crate::person_find::person_by_identity;
use crate::rights::{Scope, may};
use crate::role::{Limits, Permission, Role};
use crate::staff::who_name;
use kernel::id::{ApprovalId, BranchId, FirmId, GrantId, PersonId, StaffId};
use kernel::{Actor, Error, Id, Page, PageAsk, Result, Timestamp};
use store::{Column, Param, Tx, params};

/// Users of one firm shown at most.
pub const FIRM_USERS_MAX: u32 = 200;

/// A line of the recertification list: who holds what, since when and by whom.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Held {
    pub grant: GrantId,
    pub holder: String,
    pub holder_name: String,
    pub role: Role,
    pub permission: Option<Permission>,
    pub branch: Option<BranchId>,
    pub firm: Option<FirmId>,
    pub limits: Limits,
    pub deny: bool,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
    pub granted_by: String,
    pub approval: Option<ApprovalId>,
}

/// Everything in force in the bank, by holder's book and id. Needs `audit.read` over the whole bank.
pub fn recertification(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<Held>> {
    may(tx, actor, Permission::AuditRead, &Scope::bank())?;
    let (rows, now) = (ask.rows()?, tx.now());
    let (book, after) = match &ask.after {
        None => (-1, Vec::new()),
        Some(cursor) => {
            let id: GrantId = cursor.parse()?;
            (i64::from(id.book().0), id.bytes().to_vec())
        }
    };
    let tail = "WHERE (book > ?1 OR (book = ?1 AND id > ?2)) AND revoked_at IS NULL AND valid_from <= ?3 \
                AND (valid_until IS NULL OR valid_until > ?3) ORDER BY book, id LIMIT ?4";
    let grants = tx.select::<Grant>(tail, params![book, after, now, rows + 1])?;
    told_page(tx, Page::cut(grants, rows, |g| g.id.to_string()))
}

fn told_page(tx: &mut Tx<'_>, page: Page<Grant>) -> Result<Page<Held>> {
    let items = page.items.into_iter().map(|g| held(tx, g)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}

fn held(tx: &mut Tx<'_>, g: Grant) -> Result<Held> {
    let (holder_name, limits) = (who_name(tx, &g.holder)?, g.limits());
    Ok(Held {
        grant: g.id,
        holder: g.holder,
        holder_name,
        role: g.role,
        permission: g.permission,
        branch: g.branch,
        firm: g.firm,
        limits,
        deny: g.deny,
        valid_from: g.valid_from,
        valid_until: g.valid_until,
        granted_by: g.granted_by,
        approval: g.approval,
    })
}

/// Which grants of staff are listed.
#[derive(Clone, Debug)]
pub struct GrantsFind {
    /// Of staff at this branch and below.
    pub branch: BranchId,
    pub role: Option<Role>,
}

/// What the staff of a branch and all below it hold now, by id. Needs `staff.read` there.
pub fn grants_seen(tx: &mut Tx<'_>, actor: &Actor, find: &GrantsFind, ask: &PageAsk) -> Result<Page<Held>> {
    may(tx, actor, Permission::StaffRead, &Scope::branch(find.branch))?;
    let below = below(tx, find.branch)?;
    let (rows, now) = (ask.rows()?, tx.now());
    let after = ask.after.as_ref().map(|c| c.parse::<GrantId>()).transpose()?.map_or([0; 16], |id| id.bytes());
    let role = find.role.map_or("", Role::code);
    let tail = "WHERE book IN (SELECT book FROM branches WHERE path LIKE ?1) AND id > ?2 AND firm IS NULL AND \
                (?3 = '' OR role = ?3) AND revoked_at IS NULL AND valid_from <= ?4 AND \
                (valid_until IS NULL OR valid_until > ?4) ORDER BY id LIMIT ?5";
    let params = [
        Param::Text(below.into()),
        Param::Id(after),
        Param::Text(role.into()),
        now.param(),
        Param::Int(i64::from(rows) + 1),
    ];
    let found = tx.select::<Grant>(tail, &params)?;
    told_page(tx, Page::cut(found, rows, |g| g.id.to_string()))
}

/// Who has a role nearest to a branch: granted at the branch itself, else at the next one above, else for the whole bank; by grant, at
/// most `most`. Only staff who belong to the branch or to one above. Asks no permission: for domain code that tells whose turn it is.
pub fn staff_near(tx: &mut Tx<'_>, role: Role, place: BranchId, most: usize) -> Result<Vec<StaffId>> {
    let (path, now) = (branch(tx, place)?.path, tx.now());
    let tail = "WHERE book IN (SELECT book FROM branches WHERE ?1 LIKE path || '%') AND role = ?2 AND firm IS NULL AND \
                deny = 0 AND revoked_at IS NULL AND valid_from <= ?3 AND (valid_until IS NULL OR valid_until > ?3) ORDER BY id";
    let params = [Param::Text(path.clone().into()), Param::Text(role.code().into()), now.param()];
    let found = tx.select::<Grant>(tail, &params)?;
    let reach = |g: &Grant| g.branch_path.as_ref().map_or(0, |p| p.len() + 1);
    let over = |g: &&Grant| g.branch_path.as_ref().is_none_or(|p| path.starts_with(p.as_str()));
    let nearest = found.iter().filter(over).map(reach).max();
    let near = found.iter().filter(over).filter(|g| Some(reach(g)) == nearest);
    let mut staff: Vec<StaffId> = Vec::new();
    for id in near.filter_map(|g| g.holder.parse().ok()).take(most) {
        if !staff.contains(&id) {
            staff.push(id);
        }
    }
    Ok(staff)
}

/// The pattern of a branch's path and every path below it.
pub(crate) fn below(tx: &mut Tx<'_>, id: BranchId) -> Result<String> {
    Ok(format!("{}%", branch(tx, id)?.path))
}

/// What a member of staff or a person holds now or will hold. Needs `staff.read` where he belongs, `firm.read` at a firm of which
/// a role is held; what the actor may not see is left out.
pub fn held_by(tx: &mut Tx<'_>, actor: &Actor, holder: kernel::Who) -> Result<Vec<Held>> {
    let book = crate::home_book(holder).ok_or_else(|| Error::not_found("holder", Actor::of(holder).principal()))?;
    let place = crate::branch_of(tx, book)?.id;
    may(tx, actor, Permission::StaffRead, &Scope::branch(place))?;
    crate::rights::grants_standing(tx, holder)?.into_iter().map(|g| held(tx, g)).collect()
}

/// The users of a firm and their roles, oldest first. Needs `firm.read` there.
pub fn firm_users(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId) -> Result<Vec<Held>> {
    may(tx, actor, Permission::FirmRead, &Scope::firm(firm))?;
    let tail =
        "WHERE firm = ?1 AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > ?2) ORDER BY id LIMIT ?3";
    let found = tx.select::<Grant>(tail, params![firm, tx.now(), FIRM_USERS_MAX])?;
    found.into_iter().map(|g| held(tx, g)).collect()
}

/// Who is to get a role of a firm: the customer with exactly this document and this name. Needs `role.grant` at the firm. The
/// one answer to everything else is `PERSON_UNKNOWN`, so that nobody learns here who banks with us.
pub fn firm_user_find(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId, number: &str, name: &str) -> Result<PersonId> {
    may(tx, actor, Permission::RoleGrant, &Scope::firm(firm))?;
    let unknown = || Error::new(&PERSON_UNKNOWN, "no customer has this document and this name");
    let found = person_by_identity(tx, number)?.ok_or_else(unknown)?;
    if person_name_is(tx, found, name)? { Ok(found) } else { Err(unknown()) }
}
