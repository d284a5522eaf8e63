//! Members of staff: joining, leaving, and how a principal is shown in a list.
use crate::codes::NUMBER_TAKEN;
use crate::directory::{self, Kind};
use crate::events::Event;
use crate::rights::{Scope, may};
use crate::role::Permission;
use crate::{Change, branch, client::client, firm, grant, login, person, plain_number, reason, shown_name};
use kernel::id::{BranchId, ClientId, FirmId, PersonId, StaffId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp, Who};
use store::{Audit, Seal, Tx, params};

store::record! {
    /// A member of staff. The name is the one on the badge, which customers read; everything else about the person is in
    /// the person's own row, when he is a customer too.
    pub struct Staff in "staff" key 2 {
        pub book: BookId,
        pub id: StaffId,
        pub branch: BranchId,
        pub number: String,
        pub name: String,
        /// Himself as a customer: he checks nothing that he asked for or gains from in that place.
        pub person: Option<PersonId>,
        pub joined_at: Timestamp,
        pub left_at: Option<Timestamp>,
        pub left_by: Option<String>,
    }
}

/// Somebody who joins.
#[derive(Clone, Debug)]
pub struct StaffNew {
    pub branch: BranchId,
    /// Employee number, unique in the bank.
    pub number: String,
    pub name: String,
    pub person: Option<PersonId>,
}

/// Takes somebody on at a branch; roles and a login follow. Needs `staff.manage` there. Errors: `NUMBER_TAKEN`.
pub fn staff_join(tx: &mut Tx<'_>, actor: &Actor, new: StaffNew) -> Result<StaffId> {
    may(tx, actor, Permission::StaffManage, &Scope::branch(new.branch))?;
    branch(tx, new.branch)?;
    let (number, name) = (plain_number("number", &new.number)?, shown_name("name", &new.name)?);
    let book = new.branch.book();
    let id = StaffId::new(tx.now(), book);
    if !directory::take(tx, Kind::Employee, &number, id)? {
        let message = format!("employee number {number:?} is in use");
        return Err(Error::new(&NUMBER_TAKEN, message).with("given", number));
    }
    let shown = format!("{number} at {}", new.branch);
    tx.insert(&mut Staff {
        book,
        id,
        branch: new.branch,
        number,
        name,
        person: new.person,
        joined_at: tx.now(),
        left_at: None,
        left_by: None,
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("staff.join", id).after(shown))?;
    Ok(id)
}

/// Ends a member of staff: every grant, the login and its sessions end in the same transaction.
pub fn staff_leave(tx: &mut Tx<'_>, actor: &Actor, id: StaffId, why: &str) -> Result<Change> {
    let missing = || Error::not_found("staff", id);
    let mut row = tx.load::<Staff>(params![id.book(), id])?.ok_or_else(missing)?;
    may(tx, actor, Permission::StaffManage, &Scope::branch(row.branch))?;
    if row.left_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    let why = reason(why)?;
    (row.left_at, row.left_by) = (Some(tx.now()), Some(actor.principal()));
    tx.update(&mut row)?;
    grant::revoke_all(tx, actor, Who::Staff(id), &why)?;
    login::end(tx, actor, Who::Staff(id))?;
    tx.audit(actor, Audit::of("staff.leave", id).reason(why))?;
    tx.emit(&Event::StaffLeft { staff: id }, &actor.correlation)?;
    Ok(Change::Done)
}

pub fn staff(tx: &mut Tx<'_>, id: StaffId) -> Result<Staff> {
    tx.get::<Staff>(params![id.book(), id])?.ok_or_else(|| Error::not_found("staff", id))
}

/// The principal behind its text (`staf_…`, `pers_…`); processes and clients have none here.
pub fn principal(text: &str) -> Option<Who> {
    match text.split_once('_')?.0 {
        StaffId::PREFIX => text.parse().ok().map(Who::Staff),
        PersonId::PREFIX => text.parse().ok().map(Who::Person),
        _ => None,
    }
}

/// How a principal or firm is shown in a list: the name on the badge, a masked name, a firm's or client's name; what names
/// nobody (`system:relay`) as it is.
pub fn who_name(tx: &mut Tx<'_>, text: &str) -> Result<String> {
    if let Ok(id) = text.parse::<StaffId>() {
        return Ok(staff(tx, id)?.name);
    }
    if let Ok(id) = text.parse::<PersonId>() {
        return Ok(person(tx, id)?.name_masked);
    }
    if let Ok(id) = text.parse::<ClientId>() {
        return Ok(client(tx, id)?.name);
    }
    match text.parse::<FirmId>() {
        Ok(id) => Ok(firm(tx, id)?.name),
        Err(_) => Ok(text.to_owned()),
    }
}
