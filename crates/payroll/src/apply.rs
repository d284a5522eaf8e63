//! Writing the valid rows of an import, in chunks.
use crate::faults::refusal;
use crate::import::{Hear, Import, import_raw};
use crate::line::{LineState, PayLine, line_raw, sums};
use crate::project::Project;
use crate::read_roster::Candidate;
use crate::read_sheet::Draft;
use crate::sheet::{SheetNew, SheetState, loading, sheet_raw};
use crate::worker::{put, worker_raw};
use crate::{Event, IMPORT_CHUNK_ROWS, ROSTER_WORKERS_MAX, SHEET_LINES_MAX, SHEET_STATE, TOO_MANY_LINES};
use kernel::id::{PayLineId, PaySheetId};
use kernel::{Actor, Error, Id, Kind, Result};
use sheets::Fault;
use std::sync::Arc;
use store::{Audit, Json, Seal, Store, Tx, params};

/// Workers registered in one transaction; each may be a new person.
const WORKER_CHUNK_ROWS: usize = 250;

/// How many workers went onto the roster, and which could not.
pub(crate) struct Taken {
    pub put: i64,
    pub faults: Vec<Fault>,
}

/// Puts the workers of a file on the roster. A chunk with a row that is refused is halved until that row stands alone.
pub(crate) fn workers(
    store: &Store,
    actor: &Actor,
    project: &Project,
    candidates: Vec<Candidate>,
    hear: Hear<'_>,
) -> Result<Taken> {
    room_on_roster(store, project, candidates.len())?;
    let mut taken = Taken { put: 0, faults: Vec::new() };
    for (n, chunk) in candidates.chunks(WORKER_CHUNK_ROWS).enumerate() {
        hear((n * WORKER_CHUNK_ROWS) as u64, candidates.len() as u64);
        let mut waiting = vec![chunk];
        while let Some(rows) = waiting.pop() {
            match put_chunk(store, actor, project, rows.to_vec()) {
                Ok(()) => taken.put += rows.len() as i64,
                Err(why) if is_of_the_row(&why) => match rows {
                    [one] => taken.faults.push(refusal(&one.place, &why)),
                    _ => {
                        let (first, second) = rows.split_at(rows.len() / 2);
                        waiting.extend([second, first]);
                    }
                },
                Err(why) => return Err(why),
            }
        }
    }
    let (actor, project, added) = (actor.clone(), project.clone(), taken.put);
    store.write(move |tx| {
        tx.audit(&actor, Audit::of("payroll.roster_import", project.id).after(format!("{added} workers")))?;
        tx.emit(&Event::RosterChanged { project: project.id, added, left: 0 }, &actor.correlation)
    })?;
    Ok(taken)
}

fn room_on_roster(store: &Store, project: &Project, more: usize) -> Result<()> {
    let sql = "SELECT count(*) FROM payroll_workers WHERE book = ?1 AND project = ?2 AND left_on IS NULL";
    let have = store.read(|tx| tx.query_one(sql, params![project.book, project.id], |r| r.get::<i64>(0)))?.unwrap_or(0);
    match have as usize + more {
        n if n > ROSTER_WORKERS_MAX => Err(Error::limit("roster", n, ROSTER_WORKERS_MAX, "workers")),
        _ => Ok(()),
    }
}

fn put_chunk(store: &Store, actor: &Actor, project: &Project, chunk: Vec<Candidate>) -> Result<()> {
    let (actor, project) = (actor.clone(), project.clone());
    store.write(move |tx| chunk.iter().try_for_each(|c| put(tx, &actor, &project, c.worker.clone()).map(|_| ())))
}

fn is_of_the_row(why: &Error) -> bool {
    let kind = matches!(why.kind(), Kind::Refused | Kind::Invalid | Kind::Conflict | Kind::Limit);
    kind && !why.is(&store::BUSY)
}

/// Writes the lines of a file to its sheet and drafts it. Answers the sheet.
pub(crate) fn lines(
    store: &Store,
    actor: &Actor,
    project: &Project,
    import: &Import,
    drafts: Vec<Draft>,
    hear: Hear<'_>,
) -> Result<PaySheetId> {
    if drafts.len() > SHEET_LINES_MAX {
        let message = format!("{} lines given, {SHEET_LINES_MAX} at most", drafts.len());
        return Err(Error::new(&TOO_MANY_LINES, message));
    }
    let sheet = open_sheet(store, actor, project, import)?;
    let drafts = Arc::new(drafts);
    for start in (0..drafts.len()).step_by(IMPORT_CHUNK_ROWS) {
        let rows = start..drafts.len().min(start + IMPORT_CHUNK_ROWS);
        let (drafts, project) = (drafts.clone(), project.clone());
        hear(rows.start as u64, drafts.len() as u64);
        store.write(move |tx| write_chunk(tx, &project, sheet, &drafts[rows.clone()]))?;
    }
    let sums = store.read(|tx| sums(tx, sheet))?;
    store.write(move |tx| {
        let mut row = sheet_raw(tx, sheet)?;
        if row.state == SheetState::Loading {
            row.draft(sums.clone())?;
            tx.update(&mut row)?;
        }
        Ok(())
    })?;
    Ok(sheet)
}

/// The sheet of an import: the one that an interrupted writing began, or a new one.
fn open_sheet(store: &Store, actor: &Actor, project: &Project, import: &Import) -> Result<PaySheetId> {
    let (id, firm, by) = (import.id, project.firm, actor.clone());
    let period = import.period().ok_or_else(|| Error::broken("an import of a pay sheet has no period"))?;
    store.write(move |tx| {
        let mut import = import_raw(tx, id)?;
        if let Some(sheet) = import.sheet {
            return Ok(sheet);
        }
        let new = SheetNew {
            project: import.project,
            firm,
            period,
            kind: import.kind,
            number: import.number,
            tag: import.tag.clone(),
            repay: false,
            import: Some(id),
            due_on: import.due_on.unwrap_or_else(|| tx.now().local_date()),
        };
        let mut sheet = loading(tx.now(), &by.principal(), new);
        tx.insert(&mut sheet)?;
        import.sheet = Some(sheet.id);
        tx.update(&mut import)?;
        tx.audit(&by, Audit::of("payroll.sheet_draft", sheet.id).after(format!("{} {period}", import.file_name)))?;
        Ok(sheet.id)
    })
}

fn write_chunk(tx: &mut Tx<'_>, project: &Project, sheet: PaySheetId, chunk: &[Draft]) -> Result<()> {
    let sheet = sheet_raw(tx, sheet)?;
    if sheet.state != SheetState::Loading {
        return Err(Error::new(&SHEET_STATE, "the pay sheet was drafted meanwhile"));
    }
    for old in chunk.iter().filter_map(|d| d.release) {
        release(tx, old)?;
    }
    let mut lines = Vec::with_capacity(chunk.len());
    for draft in chunk {
        let worker = &draft.worker;
        lines.push(PayLine {
            book: sheet.book,
            id: PayLineId::new(tx.now(), sheet.book),
            sheet: sheet.id,
            project: project.id,
            firm: project.firm,
            number: draft.number,
            row_number: draft.row.into(),
            worker: worker.id,
            person: worker.person,
            period: sheet.period,
            kind: sheet.kind,
            kind_number: sheet.number,
            live: true,
            name_masked: worker.name_masked.clone(),
            identity_masked: worker.identity_masked.clone(),
            team: draft.team.clone(),
            days: draft.days,
            hours: draft.hours,
            due: draft.due,
            deductions: draft.deductions,
            net: draft.net,
            items: Json(draft.items.clone()),
            account: worker.account,
            bank: worker.bank.clone(),
            account_masked: worker.account_masked.clone(),
            account_index: worker.account_index.clone().unwrap_or_default(),
            note: draft.note.clone(),
            state: LineState::Waiting,
            reason: String::new(),
            clearing: None,
            instruction: None,
            transfer: None,
            settled_at: None,
            swept: None,
            repays: None,
            repaid_by: None,
            seal: Seal::default(),
        });
    }
    tx.insert_all(&mut lines)
}

/// A line of a cancelled sheet gives its key free.
pub(crate) fn release(tx: &mut Tx<'_>, old: PayLineId) -> Result<()> {
    let mut line = line_raw(tx, old)?;
    let sheet = sheet_raw(tx, line.sheet)?;
    if sheet.state != SheetState::Cancelled {
        return Err(Error::new(&SHEET_STATE, "the line stands on a sheet that is not cancelled"));
    }
    line.live = false;
    tx.update(&mut line)
}

/// The line `old` once more, on another sheet, to the roster's account of today.
pub(crate) fn line_again(tx: &mut Tx<'_>, old: &PayLine, sheet: PaySheetId, number: i64) -> Result<PayLine> {
    let worker = worker_raw(tx, old.worker)?;
    let mut new = old.afresh(PayLineId::new(tx.now(), sheet.book()), sheet, number);
    new.account = worker.account;
    new.bank = worker.bank;
    new.account_masked = worker.account_masked;
    new.account_index = worker.account_index.unwrap_or_default();
    Ok(new)
}
