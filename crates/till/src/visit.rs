//! What one customer, or staff, does at a cash machine: the record that is written before each order to the device.
use crate::Notes;
use crate::device::Holdings;
use crate::reader;
use kernel::id::{AccountId, BranchId, CashMoveId, DrawerId, InstructionId, VisitId};
use kernel::{Actor, BookId, Currency, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use store::{Json, Param, Tx, params};

store::text_enum! {
    pub enum VisitKind { Deposit = "deposit", Withdrawal = "withdrawal", Load = "load", Unload = "unload" }
}

store::text_enum! {
    /// What the device was last ordered to do.
    pub enum Step {
        Accepting = "accepting",
        /// The notes are in escrow and the customer sees the count.
        Counted = "counted",
        /// He agreed, and the money is reserved.
        Storing = "storing",
        Returning = "returning",
        /// The money is reserved.
        Dispensing = "dispensing",
        Presenting = "presenting",
        Retracting = "retracting",
        Loading = "loading",
        Unloading = "unloading",
    }
}

store::record! {
    /// One visit at a machine.
    pub struct Visit in "machine_visits" key 2 {
        pub book: BookId,
        pub id: VisitId,
        pub machine: DrawerId,
        pub kind: VisitKind,
        pub step: Step,
        pub account: Option<AccountId>,
        pub by_whom: String,
        /// What is to be paid out, loaded, or was counted into escrow.
        pub notes: Notes,
        /// The device's counters when it began.
        pub before: Json<Holdings>,
        pub instruction: Option<InstructionId>,
        pub movement: Option<CashMoveId>,
        /// The key of the request that began it; empty without one.
        pub asked: String,
        pub began_at: Timestamp,
        /// When the step began.
        pub step_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        /// How it ended: `paid`, `paid_in_part`, `credited`, `returned`, `refused`, `nothing`, `done`; empty while it goes on.
        pub outcome: String,
        /// Minor units that came onto or left the customer's account.
        pub amount: i64,
        pub currency: Currency,
        /// It stopped in the middle and was made up for later.
        pub recovered: bool,
    }
}

impl Visit {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

/// The visit that a request began which came before, by its key.
pub(crate) fn begun(tx: &mut Tx<'_>, actor: &Actor, machine: DrawerId, asked: &str) -> Result<Option<Visit>> {
    if asked.is_empty() {
        return Ok(None);
    }
    let tail = "WHERE book = ?1 AND by_whom = ?2 AND asked = ?3 AND asked <> '' LIMIT 1";
    let found = tx.select::<Visit>(tail, params![machine.book(), actor.principal(), asked.to_owned()])?.pop();
    Ok(found.filter(|v| v.machine == machine))
}

pub(crate) fn locked(tx: &mut Tx<'_>, id: VisitId) -> Result<Visit> {
    let key = [Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())];
    tx.load::<Visit>(&key)?.ok_or_else(|| Error::not_found("visit at a machine", id))
}

/// The visit that goes on at a machine.
pub(crate) fn open_at(tx: &mut Tx<'_>, machine: DrawerId) -> Result<Option<Visit>> {
    let tail = "WHERE book = ?1 AND machine = ?2 AND ended_at IS NULL LIMIT 1";
    Ok(tx.select::<Visit>(tail, params![machine.book(), machine])?.pop())
}

/// Visits at the machines of a branch, newest first.
pub fn visits(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, ask: &PageAsk) -> Result<Page<Visit>> {
    reader(tx, actor, branch)?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<VisitId>()?.bytes(),
        None => [0xff; 16],
    };
    let tail = "WHERE book = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    let found = tx.select::<Visit>(tail, params![branch.book(), before, rows + 1])?;
    Ok(Page::cut(found, rows, |v| v.id.to_string()))
}

/// One visit: for whoever stood before the machine, and for those who look at the branch's cash.
pub fn visit(tx: &mut Tx<'_>, actor: &Actor, id: VisitId) -> Result<Visit> {
    let none = || Error::not_found("visit at a machine", id);
    let found = tx.get::<Visit>(&[Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())])?.ok_or_else(none)?;
    if found.by_whom == actor.principal() {
        return Ok(found);
    }
    let branch = party::branch_of(tx, found.book)?.id;
    reader(tx, actor, branch).map_err(|_| none())?;
    Ok(found)
}
