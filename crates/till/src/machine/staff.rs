//! A machine loaded and emptied by staff: see [`super`].
use super::{begin, end, free, machine, unheard};
use crate::device::{CashDevice, Command, Holdings};
use crate::drawer::{self, Drawer, DrawerKind};
use crate::moves::{self, Move};
use crate::visit::{Step, Visit, VisitKind, open_at};
use crate::{MACHINE_BUSY, MACHINE_OUT, keeper, others};
use kernel::id::{CashMoveId, DrawerId};
use kernel::{Actor, Error, Result};
use payments::Desk;
use store::{Audit, Tx};

/// Loads what is under way to a machine: the third person. The counters say what arrived.
pub fn load(desk: &Desk, actor: &Actor, id: CashMoveId, device: &mut dyn CashDevice) -> Result<Visit> {
    let before = device.holdings()?;
    let who = actor.clone();
    let visit = desk.store.write(move |tx| {
        let m = moves::under_way(tx, id)?;
        let d = machine(tx, m.to_drawer)?;
        keeper(tx, &who, d.branch)?;
        others(&who, &[Some(&m.asked_by), m.second_by.as_deref()])?;
        let d = free(tx, d.id, &before)?;
        staff_visit(tx, &who, &d, &m, VisitKind::Load, Step::Loading, &before)
    })?;
    let done = device.run(&Command::Load(visit.notes.clone()), &mut unheard);
    end(desk, visit.id, done, device)
}

fn staff_visit(
    tx: &mut Tx<'_>,
    who: &Actor,
    d: &Drawer,
    m: &Move,
    kind: VisitKind,
    step: Step,
    before: &Holdings,
) -> Result<Visit> {
    let mut visit = begin(tx, who, d, kind, step, before.clone());
    (visit.notes, visit.movement) = (m.notes.clone(), Some(m.id));
    tx.insert(&mut visit)?;
    tx.audit(who, Audit::of(format!("till.machine_{kind}"), d.id).after(m.id.to_string()))?;
    Ok(visit)
}

/// The first person asks that a machine be emptied into the vault, everything in it.
pub fn unload_ask(tx: &mut Tx<'_>, actor: &Actor, id: DrawerId) -> Result<Move> {
    let d = machine(tx, id)?;
    keeper(tx, actor, d.branch)?;
    others(actor, &[])?;
    let vault = drawer::of_kind(tx, d.book, DrawerKind::Vault, d.currency)?;
    let notes = d.notes.clone();
    moves::asked(tx, actor, &d, &vault, &notes)
}

/// The second person empties it: what came out is in transit to the vault, and the machine in service again. What was stuck comes out
/// too.
pub fn unload(desk: &Desk, actor: &Actor, id: CashMoveId, device: &mut dyn CashDevice) -> Result<Visit> {
    let before = device.holdings()?;
    let who = actor.clone();
    let visit = desk.store.write(move |tx| {
        let m = moves::to_be_sent(tx, id)?;
        let d = machine(tx, m.from_drawer)?;
        keeper(tx, &who, d.branch)?;
        others(&who, &[Some(&m.asked_by)])?;
        if let Some(open) = open_at(tx, d.id)? {
            return Err(Error::new(&MACHINE_BUSY, format!("{} is in the middle of {}", d.name, open.id)));
        }
        if d.notes != before.inside()? {
            return Err(Error::new(&MACHINE_OUT, "its counters and the book differ; recover it first"));
        }
        staff_visit(tx, &who, &d, &m, VisitKind::Unload, Step::Unloading, &before)
    })?;
    let done = device.run(&Command::Unload, &mut unheard);
    end(desk, visit.id, done, device)
}
