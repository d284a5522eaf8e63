//! Firms that want two persons for their rights (双人控制).
//!
//! While a [`FirmControl`] stands, whoever gives or takes a role of the firm for the firm itself needs a second person; the
//! command that asks him lives above this crate, where approvals are seen. A control is set at once, because it only takes away what
//! one person may do alone; to end it takes the second person too.
use crate::rights::{Scope, may};
use crate::role::Permission;
use crate::{Change, reason};
use kernel::id::{ApprovalId, FirmId};
use kernel::{Actor, BookId, Id, Result, Timestamp};
use store::{Audit, Seal, Tx, params};

store::record! {
    /// Two persons for the rights of this firm, since when and by whom. Removed when it ends; both stand in the audit.
    pub struct FirmControl in "firm_controls" key 2 {
        pub book: BookId,
        pub firm: FirmId,
        pub set_by: String,
        pub set_at: Timestamp,
        pub reason: String,
    }
}

/// The firm's control in force; asks no permission.
pub fn firm_control(tx: &mut Tx<'_>, firm: FirmId) -> Result<Option<FirmControl>> {
    tx.get::<FirmControl>(params![firm.book(), firm])
}

/// From now on it takes two. Needs `role.grant` at the firm.
pub fn firm_control_set(tx: &mut Tx<'_>, actor: &Actor, id: FirmId, why: &str) -> Result<Change> {
    may(tx, actor, Permission::RoleGrant, &Scope::firm(id))?;
    crate::firm(tx, id)?;
    let reason = reason(why)?;
    let (book, set_by, set_at) = (id.book(), actor.principal(), tx.now());
    let row = FirmControl { book, firm: id, set_by, set_at, reason: reason.clone(), seal: Seal::default() };
    if !tx.insert_if_absent(&mut row.clone())? {
        return Ok(Change::AlreadySo);
    }
    tx.audit(actor, Audit::of("firm.control", id).change("one person", "two persons").reason(reason))?;
    Ok(Change::Done)
}

/// One person is enough again. Needs `role.grant` at the firm; `approval` is the second person's.
pub fn firm_control_end(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: FirmId,
    why: &str,
    approval: Option<ApprovalId>,
) -> Result<Change> {
    may(tx, actor, Permission::RoleGrant, &Scope::firm(id))?;
    let Some(row) = tx.load::<FirmControl>(params![id.book(), id])? else { return Ok(Change::AlreadySo) };
    tx.remove(&row)?;
    let audit = Audit::of("firm.control", id).change("two persons", "one person").reason(reason(why)?);
    tx.audit(actor, approval.iter().fold(audit, |audit, a| audit.approval(*a)))?;
    Ok(Change::Done)
}
