//! Cash: vaults, tills and machines, what is done at the counter, and the books that agree with the notes.
//!
//! **Words.** A *drawer* is a place where cash is: the *vault* of a branch (库房), a *till* (尾箱) of one teller, a *machine*, the
//! *damaged* notes, what is in *transit*, the cash *centre* the notes come from. Each has an account of its own in the ledger.
//! A *till day* is a teller's day at a till, from the count in the morning to the count in the evening (轧账). The *journal* of a
//! till day numbers every submission without a gap. A *case* is cash over or short (长短款) until two persons settled it.
//!
//! **Cash is always somewhere.** The notes counted in a drawer are worth what its account holds, after every command. What leaves
//! a drawer is in transit until somebody counted it in. What a count does not find goes to the over/short account together
//! with a case, never away.
//!
//! **Two persons.** A move is asked by one and countersigned by another before it leaves; who asked does not receive. The teller
//! of a till countersigns nothing that touches it. A vault is counted by one and confirmed by another; a case is explained by
//! one and settled by another; a counterfeit note is taken in by two.
//!
//! **Customers' cash** goes the one way in for money: [`cash`] hands `payments` an order with the drawer it was counted in. Above the
//! teller's own limit, and with every override, a second person authorises it from his own desk; until then the notes for
//! it are set aside. What a soft rule stops goes on with an [`Override`]: code, reason, approver, listed daily.
//!
//! **Machines** ([`machine`]) write down each step before they order the device; the device's own counters decide what happened
//! when the power comes back.
//!
//! **The day** closes when no till is open, nothing waits or is on its way inside a branch, every vault that moved was counted
//! and no machine is in the middle of a visit ([`blockers`]).
mod appointment;
mod blockers;
mod case;
mod counter;
mod damaged;
mod day;
pub mod device;
pub mod difference;
mod drawer;
mod entry;
mod events;
mod exchange;
mod link;
pub mod machine;
mod moves;
mod notes;
mod rules;
mod seizure;
pub mod simulator;
#[cfg(test)]
mod tests;
mod transfer;
mod visit;
mod voucher;

pub use appointment::{Appointment, AppointmentNew, appointment_cancel, appointment_make, appointments};
pub use blockers::{Blocked, blockers};
pub use case::{Case, CaseState, Outcome, Source, case, case_explain, case_settle, cases};
pub use counter::{CashAsk, Direction, call_off, cash, cash_asks, cash_fee, follow, reverse};
pub use damaged::DamagedNote;
pub use day::{Balance, TillDay, balance, till_close, till_day, till_open};
pub use drawer::{
    Count, Drawer, DrawerKind, DrawerView, centre, drawer, drawers, machine_make, over_short, set_up, till_make,
};
pub use drawer::{vault_count, vault_count_confirm};
pub use entry::{
    Advice, Entry, EntryAsk, EntryKind, EntryRef, EntryState, Override, Service, advice, entry, journal, overrides_of,
    serve,
};
pub use events::Event;
pub use exchange::{DamagedPiece, ExchangeAsk, exchange};
pub use link::{MachineTerminal, machine_drawers, machine_in, machine_link, machine_open, machines_for};
pub use moves::{Move, MoveAsk, MoveState, move_ask, move_call_off, move_countersign, move_receive, movement, moves};
pub use notes::{Notes, faces};
pub use rules::worth_of_damaged;
pub use seizure::{
    Appraisal, Seizure, SeizureAsk, SeizureState, seizure, seizure_appeal, seizure_appraise, seizure_ask,
    seizure_confirm, seizures,
};
pub use transfer::{TransferAsk, transfer, transfer_asks, transfer_fee};
pub use visit::{Step, Visit, VisitKind, visit, visits};
pub use voucher::{
    RangeState, VoucherKind, VoucherRange, VoucherUse, voucher_countersign, voucher_issue, voucher_receive,
    voucher_use, voucher_void, vouchers,
};

use kernel::id::{BranchId, StaffId};
use kernel::{Actor, Error, Money, Result};
use party::{Permission, Scope};
use store::{Migration, Table, Tx};

/// Pieces of one face value in one count at most.
pub const PIECES_MAX: i64 = 1_000_000;
/// Drawers of one branch at most.
pub const DRAWERS_MAX: u32 = 200;
/// Cash machines of a bank at most.
pub const MACHINES_MAX: i64 = 1_000;
/// Entries of one till day at most.
pub const ENTRIES_MAX: i64 = 5_000;
/// Entries of one drawer that wait for authorisation at most.
pub const WAITING_MAX: u32 = 50;
/// Characters of a name, a memo or a serial number at most.
pub const TEXT_CHARS_MAX: usize = 200;
/// Blank vouchers in one range at most.
pub const VOUCHERS_MAX: i64 = 100_000;
/// Damaged notes exchanged in one entry at most.
pub const DAMAGED_PIECES_MAX: usize = 100;
/// Overrides of one entry at most.
pub const OVERRIDES_MAX: usize = 4;

kernel::codes! {
    NOT_A_FACE: Invalid, "not_a_face", "count in the face values of the currency";
    NOTES_SHORT: Refused, "notes_short", "choose other notes, or have the till or machine supplied";
    NOTES_DIFFER: Refused, "notes_differ", "count again; the notes must come to the amount";
    NO_TILL: Refused, "no_till", "open your till for today first";
    TILL_OPEN: Conflict, "till_open", "a teller has one till a day and a till one teller; close the other first";
    TILL_CLOSED: Conflict, "till_closed_today", "it was counted and closed; go on with the next business day";
    TILL_BUSY: Refused, "till_busy", "have what waits authorised or call it off first";
    COUNT_DIFFERS: Refused, "count_differs", "count again and look at the candidates; accept the difference to open a case";
    NOT_THE_HOLDER: Forbidden, "not_the_till_holder", "only the teller whose till it is counts it and asks for it";
    SAME_PERSON: Forbidden, "same_person", "let another person be the second one";
    OWN_DRAWER: Forbidden, "own_drawer", "nobody countersigns for the drawer he holds";
    MOVE_STATE: Conflict, "cash_move_state", "load it again; it has moved on";
    MOVE_WAY: Refused, "cash_move_way", "cash goes between a vault and a till, a machine, the centre or another vault";
    CASE_STATE: Conflict, "cash_case_state", "load it again; it has moved on";
    CASE_OUTCOME: Refused, "cash_case_outcome", "choose an outcome that fits cash over or short";
    ENTRY_STATE: Conflict, "till_entry_state", "load the journal again; the entry has moved on";
    OVERRIDE_NEEDED: Refused, "override_needed", "give a reason and go on; a second person authorises it";
    OVERRIDE_UNKNOWN: Invalid, "override_unknown", "send only overrides that were asked for";
    APPOINTMENT_OUT: Refused, "appointment_out", "choose a day from tomorrow to 30 days ahead";
    APPOINTMENT_ENDED: Conflict, "appointment_ended", "make a new appointment";
    NOTHING_GIVEN: Refused, "nothing_given", "less than half of it is left: give it back, it is worth nothing";
    SEIZURE_STATE: Conflict, "seizure_state", "load it again; it has moved on";
    APPEAL_LATE: Refused, "appeal_late", "the days in which an appraisal can be asked for are over";
    VOUCHER_TAKEN: Conflict, "voucher_taken", "compare the numbers: they are in another range, or no longer blank";
    VOUCHER_ORDER: Refused, "voucher_order", "use blank vouchers one by one in their order, or void the ones before with a reason";
    VOUCHER_NONE: Refused, "voucher_none", "have blank vouchers of this kind issued to your till first";
    VOUCHERS_DIFFER: Refused, "vouchers_differ", "count the blank vouchers again; void what is missing with a reason";
    MACHINE_BUSY: Conflict, "machine_busy", "wait until the visit is over; staff can recover a machine that stopped in the middle";
    MACHINE_OUT: Unavailable, "machine_out_of_service", "use another machine or the counter; staff look at it";
    MACHINE_AMOUNT: Refused, "machine_amount", "choose an amount the machine can pay with the notes it holds";
    DEVICE_DOWN: Unavailable, "device_down", "do nothing at the machine; it is brought back and makes up for what was under way";
    DEVICE_JAM: Unavailable, "device_jam", "call staff: notes are stuck in the machine; nothing is lost, what is due is put right";
    TERMINAL_TAKEN: Conflict, "machine_terminal_taken", "a machine stands in one terminal and a terminal has one machine; choose another";
    VISIT_STATE: Conflict, "machine_visit_state", "load the visit again; it has moved on";
}

pub const MIGRATION: Migration = Migration { name: "0021_till", sql: include_str!("../migrations/0021_till.sql") };

pub const MIGRATION_TERMINALS: Migration =
    Migration { name: "0023_machine_terminals", sql: include_str!("../migrations/0023_machine_terminals.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Drawer>(),
    store::verify::of::<TillDay>(),
    store::verify::of::<Entry>(),
    store::verify::of::<Move>(),
    store::verify::of::<Case>(),
    store::verify::of::<Appointment>(),
    store::verify::of::<Seizure>(),
    store::verify::of::<DamagedNote>(),
    store::verify::of::<VoucherRange>(),
    store::verify::of::<VoucherUse>(),
    store::verify::of::<Visit>(),
];

/// The table of [`MIGRATION_TERMINALS`].
pub const TERMINAL_TABLES: &[&Table] = &[store::verify::of::<MachineTerminal>()];

/// The process that settles cases and moves what machines moved.
pub(crate) fn us(correlation: &str) -> Actor {
    Actor { correlation: correlation.into(), ..Actor::system("till") }
}

/// The teller and his branch. `Err(FORBIDDEN)` for anybody else.
pub(crate) fn teller(tx: &mut Tx<'_>, actor: &Actor) -> Result<(StaffId, BranchId)> {
    party::may(tx, actor, Permission::TillOperate, &Scope::here(actor))?;
    match (actor.staff(), actor.branch) {
        (Some(staff), Some(branch)) => Ok((staff, branch)),
        _ => Err(Error::forbidden("a till is for a teller at a branch")),
    }
}

/// Who keeps vaults at this branch.
pub(crate) fn keeper(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId) -> Result<()> {
    party::may(tx, actor, Permission::VaultKeep, &Scope::branch(branch)).map(|_| ())
}

/// Who may look at a branch's cash: its readers, and tellers of the branch.
pub(crate) fn reader(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId) -> Result<()> {
    let scope = Scope::branch(branch);
    match party::may(tx, actor, Permission::TillRead, &scope) {
        Ok(_) => Ok(()),
        Err(no) if actor.branch == Some(branch) => {
            party::may(tx, actor, Permission::TillOperate, &scope).map(|_| ()).map_err(|_| no)
        }
        Err(no) => Err(no),
    }
}

/// Two persons, never one twice.
pub(crate) fn others(actor: &Actor, before: &[Option<&str>]) -> Result<()> {
    let me = actor.principal();
    match actor.staff().is_none() || before.iter().flatten().any(|who| **who == me) {
        true => Err(Error::new(&SAME_PERSON, "the second person is another member of staff than the first")),
        false => Ok(()),
    }
}

/// A text as it is kept: trimmed, 1 to [`TEXT_CHARS_MAX`] characters.
pub(crate) fn filled(field: &'static str, given: &str) -> Result<String> {
    let t = given.trim();
    match t.chars().count() {
        0 => Err(Error::field(field, "it is empty")),
        n if n > TEXT_CHARS_MAX => Err(Error::limit(field, n, TEXT_CHARS_MAX, "characters")),
        _ => Ok(t.to_owned()),
    }
}

/// Posts a movement between the bank's own cash accounts.
pub(crate) fn book(
    tx: &mut Tx<'_>,
    debit: kernel::id::AccountId,
    credit: kernel::id::AccountId,
    amount: Money,
    code: &'static str,
    reference: &str,
) -> Result<kernel::id::TransferId> {
    use kernel::Id;
    let id = kernel::id::TransferId::new(tx.now(), debit.book());
    let transfer = ledger::Transfer::single(id, debit, credit, amount, code).reference(reference);
    ledger::post_one(tx, true, &transfer)?;
    Ok(id)
}
