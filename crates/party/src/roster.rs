//! The members of staff of a branch with all below it, as lists and screens show them, and the logins behind them.
use crate::held::below;
use crate::login::{Login, login_of, scope_of};
use crate::rights::{Scope, grants_in_force, may, rights, scope_path};
use crate::role::{Permission, Role};
use crate::staff::{Staff, staff};
use kernel::id::{BranchId, LoginId, StaffId};
use kernel::{Actor, Error, Id, Page, PageAsk, Result, Timestamp, Who};
use store::{Param, Tx, params};

/// Which members of staff are listed.
#[derive(Clone, Debug)]
pub struct StaffFind {
    /// At this branch and below.
    pub branch: BranchId,
    /// The employee number, or the beginning of the name; empty for all.
    pub text: String,
    /// Those who left instead of those who are there.
    pub left: bool,
}

/// A member of staff and his roles.
#[derive(Clone, Debug, serde::Serialize)]
pub struct StaffView {
    pub staff: StaffId,
    pub branch: BranchId,
    pub number: String,
    pub name: String,
    pub roles: Vec<Role>,
    pub joined_at: Timestamp,
    pub left_at: Option<Timestamp>,
    pub login: Option<LoginId>,
}

fn view(tx: &mut Tx<'_>, s: Staff) -> Result<StaffView> {
    let held = grants_in_force(tx, Who::Staff(s.id))?;
    let mut roles: Vec<Role> = held.iter().filter(|g| !g.deny).map(|g| g.role).collect();
    roles.sort_unstable_by_key(|r| r.code());
    roles.dedup();
    let login = login_of(tx, Who::Staff(s.id))?;
    let (joined_at, left_at) = (s.joined_at, s.left_at);
    Ok(StaffView { staff: s.id, branch: s.branch, number: s.number, name: s.name, roles, joined_at, left_at, login })
}

const THERE: &str = "WHERE book IN (SELECT book FROM branches WHERE path LIKE ?1) AND id > ?2 AND left_at IS NULL AND \
                     (?3 = '' OR number = ?3 OR substr(name, 1, length(?3)) = ?3) ORDER BY id LIMIT ?4";
const LEFT: &str = "WHERE book IN (SELECT book FROM branches WHERE path LIKE ?1) AND id > ?2 AND left_at IS NOT NULL AND \
                    (?3 = '' OR number = ?3 OR substr(name, 1, length(?3)) = ?3) ORDER BY id LIMIT ?4";

/// The staff of a branch and all below it, by id. Needs `staff.read` there.
pub fn staff_list(tx: &mut Tx<'_>, actor: &Actor, find: &StaffFind, ask: &PageAsk) -> Result<Page<StaffView>> {
    may(tx, actor, Permission::StaffRead, &Scope::branch(find.branch))?;
    let below = below(tx, find.branch)?;
    let rows = ask.rows()?;
    let after = ask.after.as_ref().map(|c| c.parse::<StaffId>()).transpose()?.map_or([0; 16], |id| id.bytes());
    let tail = if find.left { LEFT } else { THERE };
    let text = crate::plain_name(&find.text);
    let params =
        [Param::Text(below.into()), Param::Id(after), Param::Text(text.into()), Param::Int(i64::from(rows) + 1)];
    let found = Page::cut(tx.select::<Staff>(tail, &params)?, rows, |s| s.id.to_string());
    let items = found.items.into_iter().map(|s| view(tx, s)).collect::<Result<_>>()?;
    Ok(Page { items, next: found.next })
}

/// One member of staff. Needs `staff.read` at his branch.
pub fn staff_view(tx: &mut Tx<'_>, actor: &Actor, id: StaffId) -> Result<StaffView> {
    let row = staff(tx, id)?;
    may(tx, actor, Permission::StaffRead, &Scope::branch(row.branch))?;
    view(tx, row)
}

/// A login as those see it who make, unlock or end it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct LoginView {
    pub login: LoginId,
    pub name: String,
    /// Whose it is: `staf_…` or `pers_…`.
    pub who: String,
    pub failures: u32,
    pub paused_until: Option<Timestamp>,
    /// Its password was given and is still to be replaced by the owner.
    pub first_password: bool,
    pub made_at: Timestamp,
}

/// The login in use of a person or member of staff. Needs `login.make`, `login.unlock` or, for staff, `staff.read` where one who
/// handles it stands.
pub fn login_seen(tx: &mut Tx<'_>, actor: &Actor, who: Who) -> Result<Option<LoginView>> {
    match login_of(tx, who)? {
        Some(id) => login_view(tx, actor, id).map(Some),
        None => Ok(None),
    }
}

/// A login by its id; see [`login_seen`].
pub fn login_view(tx: &mut Tx<'_>, actor: &Actor, id: LoginId) -> Result<LoginView> {
    let row = tx.get::<Login>(params![id.book(), id])?.ok_or_else(|| Error::not_found("login", id))?;
    let scope = scope_of(tx, actor, &row)?;
    let path = scope_path(tx, &scope)?;
    let held = rights(tx, actor)?;
    let staff = row.who.starts_with(StaffId::PREFIX).then_some(Permission::StaffRead);
    let by = [Some(Permission::LoginMake), staff];
    let seen = by.into_iter().flatten().any(|p| held.entitle(p, &scope, path.as_deref()).is_ok());
    if !seen {
        held.entitle(Permission::LoginUnlock, &scope, path.as_deref())?;
    }
    let now = tx.now();
    Ok(LoginView {
        login: id,
        name: row.name,
        who: row.who,
        failures: row.failures,
        paused_until: row.paused_until.filter(|end| now < *end),
        first_password: row.password_given_by.is_some(),
        made_at: row.made_at,
    })
}

/// The branches that a permission of the actor reaches, by their place in the tree.
pub fn branches_of(tx: &mut Tx<'_>, actor: &Actor, permission: Permission) -> Result<Vec<crate::Branch>> {
    let held = rights(tx, actor)?;
    let mut all = crate::branches(tx)?;
    all.retain(|b| held.entitle(permission, &Scope::branch(b.id), Some(&b.path)).is_ok());
    Ok(all)
}
