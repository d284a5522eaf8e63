//! Which cash machine stands in a terminal of the lobby: whoever is served at the terminal puts in and takes his cash there.
use crate::drawer::{Drawer, DrawerKind, key, raw};
use crate::{MACHINES_MAX, TERMINAL_TAKEN};
use kernel::id::{BranchId, DeviceId, DrawerId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use party::{Change, Permission, Scope};
use store::{Audit, Seal, Tx, params};

store::record! {
    /// A terminal with cash.
    pub struct MachineTerminal in "machine_terminals" key 2 {
        pub book: BookId,
        pub terminal: DeviceId,
        pub machine: DrawerId,
        pub linked_by: String,
        pub linked_at: Timestamp,
    }
}

/// Builds a machine into a terminal of its branch. Needs `terminal.enrol`. Repeating is safe. Errors: `machine_terminal_taken` when the
/// one or the other has its counterpart already.
pub fn machine_link(tx: &mut Tx<'_>, actor: &Actor, terminal: DeviceId, machine: DrawerId) -> Result<Change> {
    let d = raw(tx, machine)?;
    party::may(tx, actor, Permission::TerminalEnrol, &Scope::branch(d.branch))?;
    let at = party::terminal(tx, actor, terminal)?;
    if d.kind != DrawerKind::Machine || at.branch != d.branch {
        return Err(Error::not_found("cash machine of this branch", machine));
    }
    let tail = "WHERE book = ?1 AND (terminal = ?2 OR machine = ?3) LIMIT 2";
    match tx.select::<MachineTerminal>(tail, params![d.book, terminal, machine])?.as_slice() {
        [] => {}
        [one] if one.terminal == terminal && one.machine == machine => return Ok(Change::AlreadySo),
        [one, ..] => {
            let told = format!("{} stands in {}", one.machine, one.terminal);
            return Err(Error::new(&TERMINAL_TAKEN, told).with("machine", one.machine).with("terminal", one.terminal));
        }
    }
    let linked_at = tx.now();
    let by = actor.principal();
    tx.insert(&mut MachineTerminal {
        book: d.book,
        terminal,
        machine,
        linked_by: by,
        linked_at,
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("till.machine_link", machine).after(terminal.to_string()))?;
    Ok(Change::Done)
}

/// The cash machine in a terminal, and those of its branch that stand in none yet, by name. Needs `terminal.enrol`.
pub fn machines_for(tx: &mut Tx<'_>, actor: &Actor, terminal: DeviceId) -> Result<(Option<Drawer>, Vec<Drawer>)> {
    let at = party::terminal(tx, actor, terminal)?;
    party::may(tx, actor, Permission::TerminalEnrol, &Scope::branch(at.branch))?;
    let own = machine_in(tx, at.branch, terminal)?.map(|id| raw(tx, id)).transpose()?;
    let tail = "WHERE book = ?1 AND branch = ?2 AND kind = 'machine' AND NOT EXISTS (SELECT 1 FROM machine_terminals t WHERE t.book = drawers.book AND t.machine = drawers.id) ORDER BY name LIMIT ?3";
    let free = tx.select::<Drawer>(tail, params![at.branch.book(), at.branch, MACHINES_MAX])?;
    Ok((own, free))
}

/// Every cash machine of the bank, for the process that attaches devices.
pub fn machine_drawers(tx: &mut Tx<'_>) -> Result<Vec<Drawer>> {
    tx.select::<Drawer>("WHERE kind = 'machine' ORDER BY book, id LIMIT ?1", params![MACHINES_MAX])
}

/// A machine as whoever stands before it may know it: whether it is in service.
pub fn machine_open(tx: &mut Tx<'_>, id: DrawerId) -> Result<Option<Drawer>> {
    let found = tx.get::<Drawer>(&key(id))?;
    Ok(found.filter(|d| d.kind == DrawerKind::Machine))
}

/// The machine in a terminal of a branch; `None` for a terminal without cash.
pub fn machine_in(tx: &mut Tx<'_>, branch: BranchId, terminal: DeviceId) -> Result<Option<DrawerId>> {
    Ok(tx.get::<MachineTerminal>(params![branch.book(), terminal])?.map(|row| row.machine))
}
