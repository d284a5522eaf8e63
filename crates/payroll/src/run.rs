//! Paying a checked sheet, and going on after whatever happened.
//!
//! [`pay`] gives one order: the net sum from the wage account to its clearing account. From then on [`go_on`] takes one
//! [step](Step) at a time: look on a snapshot what is next, prepare it there, and do it in a transaction that first proves that
//! nobody else did it. A chunk's legs, the state of its lines, the sheet's figures and the number of its last line are one
//! transaction; after a kill the next step is found the same way. Who calls does not matter: two processes that go on with
//! one sheet get in each other's way, but pay nobody twice.
//!
//! While a chunk is posted, the next one is prepared on the snapshot before it ([`steps`]): the lines of two chunks have nothing
//! in common, and the posting proves where the sheet is. So a reader and the writer work at the same time.
use crate::line::{LineState, PayLine, sums};
use crate::project::{Project, project_raw};
use crate::screen::Screened;
use crate::sheet::{PaySheet, Progress, SheetState, sheet_raw};
use crate::worker::{Standing, Worker};
use crate::{CHUNK_LINES, Event, LINES_CHANGED, RUN_WAITS, RUNS_AT_ONCE_MAX, payer, settle};
use kernel::error::{STALE, UNKNOWN_OUTCOME};
use kernel::id::{AccountId, InstructionId, PaySheetId};
use kernel::{Actor, Error, Id, Owner, Result};
use party::{Permission, Scope};
use payments::own::{Own, own};
use payments::{Desk, Leg, Order, Payee, Prepared, Receipt, State};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, sync_channel};
use store::{Audit, Column, Param, Tx, params};

/// Steps that one call of [`resume`] takes for one sheet before it looks at the next.
const STEPS_IN_TURN: u32 = 20;

/// Begins to pay. Needs `wage.pay` of the firm; how much was the matter of who released it. `shown_hash` is [`PaySheet::payload_hash`] as the payer saw it. A sheet
/// that is being paid, or was, answers how far it is. A refusal of the whole sum (too little in the wage account, money
/// there that is for other workers, a freeze) leaves the sheet checked and stands in [`Progress::code`]. Errors: `pay_sheet_state`, `pay_sheet_changed`,
/// `pay_lines_changed`.
pub fn pay(desk: &Desk, actor: &Actor, id: PaySheetId, shown_hash: &str) -> Result<Progress> {
    let system = payer(&actor.correlation);
    let begun = desk.store.read(|tx| {
        let sheet = sheet_raw(tx, id)?;
        party::may(tx, actor, Permission::WagePay, &Scope::firm(sheet.firm))?;
        if sheet.paying().is_some() {
            return Ok(Err(sheet.progress()));
        }
        sheet.may_pay(shown_hash)?;
        if sums(tx, id)?.hash != sheet.lines_hash {
            return Err(Error::new(&LINES_CHANGED, format!("the lines of {id} are not those that were checked")));
        }
        let project = project_raw(tx, sheet.project)?;
        unprotected_is_free(tx, &project)?;
        let order = Order::new(
            payments::Kind::WageRun,
            project.wage_account,
            Payee::Account(project.clearing_account),
            sheet.net(),
        );
        let order = Order { approved: sheet.approval, ..order.id(InstructionId::new(tx.now(), sheet.book)) }
            .reference(id)
            .memo(format!("代发工资 {} {}笔", sheet.period, sheet.lines));
        Ok(Ok((payments::prepare(desk, tx, &system, &order), order)))
    })?;
    let (prepared, order) = match begun {
        Ok(begun) => begun,
        Err(under_way) => return Ok(under_way),
    };
    let (by, desk2, order2, system2) = (actor.clone(), desk.clone(), order.clone(), system.clone());
    let done = prepared
        .and_then(|prepared| desk.store.write(move |tx| start(&desk2, tx, &by, &system2, id, &order2, &prepared)));
    match done {
        Err(why) if payments::is_recorded(&why) && !is_ours(&why) => desk.store.write(move |tx| {
            let receipt = payments::refuse_in(tx, &system, &order, None, &why)?;
            Ok(told(sheet_raw(tx, id)?.progress(), &receipt))
        }),
        done => done,
    }
}

/// The law lets wages of building works go on while their payer is frozen (Decree 724, art. 33), and says nothing of ship repair. A run
/// that has begun is the workers' and ends.
fn unprotected_is_free(tx: &mut Tx<'_>, project: &Project) -> Result<()> {
    let at = tx.now();
    match project.profile.protected() || guard::in_force(tx, Owner::Firm(project.firm), at)?.is_empty() {
        true => Ok(()),
        false => Err(Error::new(&payments::PAYER_FROZEN, "the payer's accounts are frozen")),
    }
}

/// A refusal of this crate, not of the payment. What is kept for others is too little money, as any other lack of it.
fn is_ours(why: &Error) -> bool {
    crate::ALL.iter().any(|c| why.is(c)) && !why.is(&crate::EARMARKED)
}

fn told(progress: Progress, receipt: &Receipt) -> Progress {
    let open = receipt.state.is_open() || receipt.state == State::Refused;
    let waits = open.then_some(receipt.state);
    Progress { waits, code: receipt.code.to_string(), reasons: receipt.reasons.clone(), ..progress }
}

fn start(
    desk: &Desk,
    tx: &mut Tx<'_>,
    by: &Actor,
    system: &Actor,
    id: PaySheetId,
    order: &Order,
    prepared: &Prepared,
) -> Result<Progress> {
    let mut sheet = sheet_raw(tx, id)?;
    if sheet.paying().is_some() {
        return Ok(sheet.progress());
    }
    party::may(tx, by, Permission::WagePay, &Scope::firm(sheet.firm))?;
    let receipt = payments::submit_in(desk, tx, system, order, prepared, None)?;
    if receipt.state == State::Posted || receipt.state.is_open() {
        sheet.start(&by.principal(), tx.now(), receipt.instruction, receipt.state == State::Posted)?;
        tx.update(&mut sheet)?;
        crate::earmark::not_of_others(tx, sheet.project)?;
        tx.emit(&Event::RunStarted { sheet: id, instruction: receipt.instruction, net: sheet.net() }, &by.correlation)?;
    }
    let shown = format!("{} {} {}", receipt.state, sheet.net(), receipt.instruction);
    tx.audit(
        by,
        Audit::of("payroll.pay", id).after(shown).result(if receipt.code.is_empty() {
            "done".into()
        } else {
            receipt.code.clone()
        }),
    )?;
    Ok(told(sheet.progress(), &receipt))
}

/// [`pay`], and [`go_on`] until nothing is left to do now.
pub fn pay_all(desk: &Desk, actor: &Actor, id: PaySheetId, shown_hash: &str) -> Result<Progress> {
    let mut progress = pay(desk, actor, id, shown_hash)?;
    while progress.more {
        progress = go_on(desk, id, STEPS_IN_TURN)?;
    }
    Ok(progress)
}

/// Takes at most `chunks` steps of a run: a chunk of lines each, or money of failed lines back to the wage account.
pub fn go_on(desk: &Desk, id: PaySheetId, chunks: u32) -> Result<Progress> {
    steps(desk, id, chunks).1?;
    desk.store.read(|tx| Ok(sheet_raw(tx, id)?.progress()))
}

/// What [`resume`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Resumed {
    /// Runs under way that were looked at.
    pub sheets: u32,
    /// Steps that were taken.
    pub chunks: u32,
    /// There may be more to do now.
    pub more: bool,
}

/// Goes on with every run under way, at most `chunks` steps in all, taking turns. The job that also finishes what a
/// killed process began. A run that fails does not keep the others from going on; the first failure is answered then.
pub fn resume(desk: &Desk, chunks: u32) -> Result<Resumed> {
    let sql = "SELECT id FROM payroll_sheets WHERE state IN ('starting', 'paying') ORDER BY book, id LIMIT ?1";
    let mut open = desk.store.read(|tx| tx.query(sql, params![RUNS_AT_ONCE_MAX], |r| r.get::<PaySheetId>(0)))?;
    let mut done = Resumed { sheets: open.len() as u32, ..Resumed::default() };
    let mut failed = None;
    while !open.is_empty() && done.chunks < chunks {
        open.retain(|id| {
            let (taken, more) = steps(desk, *id, STEPS_IN_TURN.min(chunks - done.chunks));
            done.chunks += taken;
            more.unwrap_or_else(|why| {
                failed.get_or_insert(why);
                false
            })
        });
    }
    done.more = !open.is_empty();
    failed.map_or(Ok(done), Err)
}

/// What a run does next.
enum Step {
    /// Nothing now: it is over, or waits for payments or another bank.
    Nothing,
    /// The order of the whole sum was decided.
    Started {
        posted: bool,
    },
    Chunk(Box<Chunk>),
    /// Failed lines' money back to the wage account.
    Sweep(Box<settle::Sweep>),
    Finish,
}

/// Takes at most `most` steps; answers how many, and whether there may be more now. A step that somebody else took
/// meanwhile counts as taken.
fn steps(desk: &Desk, id: PaySheetId, most: u32) -> (u32, Result<bool>) {
    let mut ahead = None;
    for taken in 0..most {
        let found = match ahead.take() {
            Some(chunk) => Ok(Step::Chunk(chunk)),
            None => desk.store.read(|tx| next(desk, tx, id)),
        };
        let done = match found {
            Ok(Step::Nothing) => return (taken, Ok(false)),
            Ok(Step::Chunk(chunk)) => {
                let after = chunk.lines.last().map_or(chunk.after, |line| line.number);
                let posting = post(desk, chunk);
                // What goes wrong here goes wrong again in the next step, and is told there.
                ahead = if taken + 1 < most { look_ahead(desk, id, after) } else { None };
                posting.recv().unwrap_or_else(|_| Err(Error::new(&UNKNOWN_OUTCOME, "the writer stopped")))
            }
            Ok(step) => take(desk, id, step).map(|()| false),
            Err(why) => Err(why),
        };
        match done {
            Ok(true) => {}
            Ok(false) => ahead = None,
            Err(why) if why.is(&STALE) || why.is(&crate::SHEET_STATE) => ahead = None,
            Err(why) => return (taken, Err(why)),
        }
    }
    (most, Ok(true))
}

/// Has a chunk posted; the answer says whether its turn had come.
fn post(desk: &Desk, chunk: Box<Chunk>) -> Receiver<Result<bool>> {
    let (answer, outcome) = sync_channel(1);
    let inside = desk.clone();
    desk.store.write_then(move |tx| chunk.post(&inside, tx), move |done| drop(answer.send(done)));
    outcome
}

fn look_ahead(desk: &Desk, id: PaySheetId, after: i64) -> Option<Box<Chunk>> {
    let chunk = desk.store.read(|tx| {
        let sheet = sheet_raw(tx, id)?;
        match sheet.state == SheetState::Paying && after < sheet.lines {
            true => Chunk::next(desk, tx, &sheet, after).map(|chunk| Some(Box::new(chunk))),
            false => Ok(None),
        }
    });
    chunk.ok().flatten()
}

fn take(desk: &Desk, id: PaySheetId, step: Step) -> Result<()> {
    let inside = desk.clone();
    match step {
        Step::Nothing | Step::Chunk(_) => Ok(()),
        Step::Started { posted } => desk.store.write(move |tx| {
            let mut sheet = sheet_raw(tx, id)?;
            sheet.started(posted)?;
            tx.update(&mut sheet)
        }),
        Step::Sweep(sweep) => desk.store.write(move |tx| sweep.post(&inside, tx)),
        Step::Finish => desk.store.write(move |tx| finish(tx, id)),
    }
}

fn next(desk: &Desk, tx: &mut Tx<'_>, id: PaySheetId) -> Result<Step> {
    let sheet = sheet_raw(tx, id)?;
    match (sheet.state, sheet.instruction) {
        (SheetState::Starting, Some(order)) => Ok(match payments::raw(tx, order)?.map(|i| i.state) {
            Some(State::Posted) => Step::Started { posted: true },
            Some(state) if state.is_open() => Step::Nothing,
            _ => Step::Started { posted: false },
        }),
        (SheetState::Paying, _) if sheet.waiting_lines() > 0 => {
            Chunk::next(desk, tx, &sheet, sheet.next_line).map(|c| Step::Chunk(Box::new(c)))
        }
        (SheetState::Paying, _) if sheet.returned_net < sheet.failed_net => {
            settle::Sweep::next(desk, tx, sheet).map(|s| Step::Sweep(Box::new(s)))
        }
        (SheetState::Paying, _) if sheet.is_over() => Ok(Step::Finish),
        _ => Ok(Step::Nothing),
    }
}

fn finish(tx: &mut Tx<'_>, id: PaySheetId) -> Result<()> {
    let mut sheet = sheet_raw(tx, id)?;
    sheet.finish(tx.now())?;
    tx.update(&mut sheet)?;
    let actor = payer(&id.to_string());
    let shown = format!("{}: {} paid, {} failed", sheet.state, sheet.paid_lines, sheet.failed_lines);
    tx.audit(&actor, Audit::of("payroll.run_finish", id).after(shown))?;
    let (state, paid, failed) = (sheet.state, sheet.paid_lines, sheet.failed_lines);
    tx.emit(&Event::RunFinished { sheet: id, state, paid, failed }, &actor.correlation)
}

/// What is to become of a line.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// To an account of ours.
    Inside(AccountId),
    /// To another bank.
    Outside { bank: String, number: String, name: String },
    /// Not at all.
    Refused(&'static str),
}

/// Lines to be paid in one transaction, as they were on a snapshot.
pub(crate) struct Chunk {
    pub(crate) sheet: PaySheetId,
    /// The last line done before it.
    pub(crate) after: i64,
    pub(crate) clearing_account: AccountId,
    pub(crate) lines: Vec<PayLine>,
    /// What is to become of each of them.
    pub(crate) fates: Vec<Fate>,
    /// None when no line of it can be paid.
    pub(crate) order: Option<(Order, Prepared)>,
    /// What was found about its payees.
    pub(crate) screened: Screened,
}

impl Chunk {
    /// The lines after number `after`.
    fn next(desk: &Desk, tx: &mut Tx<'_>, sheet: &PaySheet, after: i64) -> Result<Chunk> {
        let project = project_raw(tx, sheet.project)?;
        let tail = "WHERE book = ?1 AND sheet = ?2 AND number > ?3 ORDER BY number LIMIT ?4";
        let found = tx.select::<PayLine>(tail, params![sheet.book, sheet.id, after, CHUNK_LINES as i64])?;
        if found.is_empty() {
            return Err(Error::broken(format!("{} counts lines that are not there", sheet.id)));
        }
        let workers = workers(tx, &found)?;
        let mut fates: Vec<Fate> = found.iter().map(|l| fate(tx, l, workers.get(&l.worker))).collect::<Result<_>>()?;
        let screened = crate::screen::screen(desk, tx, &found, &mut fates)?;
        let order = match legs(&project, &found, &fates) {
            legs if legs.is_empty() => None,
            legs => {
                let order = Order::many(payments::Kind::WagePay, project.clearing_account, legs)?;
                let order = Order { approved: sheet.approval, ..order.id(InstructionId::new(tx.now(), sheet.book)) };
                let order = order.reference(sheet.id).memo(format!("工资 {}", sheet.period));
                let prepared = payments::prepare(desk, tx, &payer(&sheet.id.to_string()), &order)?;
                Some((order, prepared))
            }
        };
        let clearing_account = project.clearing_account;
        Ok(Chunk { sheet: sheet.id, after, clearing_account, lines: found, fates, order, screened })
    }
}

fn workers(tx: &mut Tx<'_>, lines: &[PayLine]) -> Result<HashMap<kernel::id::WorkerId, Worker>> {
    let keys: Vec<Vec<Param<'_>>> = lines.iter().map(|l| vec![l.book.param(), l.worker.param()]).collect();
    Ok(tx.get_all::<Worker>(&keys, false)?.into_iter().map(|w| (w.id, w)).collect())
}

/// Where a line goes. The account must still be the one that was checked; the ledger proves the same again by its grants.
fn fate(tx: &mut Tx<'_>, line: &PayLine, worker: Option<&Worker>) -> Result<Fate> {
    let Some(worker) = worker else { return Ok(Fate::Refused("not_on_roster")) };
    if worker.account_index.as_deref().unwrap_or_default() != line.account_index {
        return Ok(Fate::Refused("account_changed"));
    }
    Ok(match (worker.standing, worker.account) {
        (Standing::Verified | Standing::Closed, Some(account)) => Fate::Inside(account),
        (Standing::NameMismatch, _) => Fate::Refused("name_mismatch"),
        (Standing::External, None) => {
            let (number, name) = (worker.number(tx)?, worker.name(tx)?);
            Fate::Outside { bank: worker.bank.clone(), number, name }
        }
        _ => Fate::Refused("account_missing"),
    })
}

fn legs(project: &Project, lines: &[PayLine], fates: &[Fate]) -> Vec<Leg> {
    let outgoing = own(project.book, Own::ClearingOut, project.currency);
    let leg = |(line, fate): (&PayLine, &Fate)| {
        let credit = match fate {
            Fate::Inside(account) => *account,
            Fate::Outside { .. } => outgoing,
            Fate::Refused(_) => return None,
        };
        Some(Leg {
            credit, amount: line.net(), reference: line.id.to_string(), memo: format!("工资 {}", line.period)
        })
    };
    lines.iter().zip(fates).filter_map(leg).collect()
}

/// What a receipt says of each leg, by the line's id: the transfer, or why not. `Err(RUN_WAITS)` when the order as a whole
/// was not carried out: then nothing is written, and the chunk comes again.
pub(crate) fn outcomes(receipt: Receipt) -> Result<HashMap<String, (kernel::id::TransferId, String)>> {
    let all_refused = receipt.state == State::Refused && !receipt.legs.is_empty();
    match receipt.state == State::Posted || all_refused {
        true => Ok(receipt.legs.into_iter().map(|l| (l.reference, (l.transfer, l.code.into_owned()))).collect()),
        false => {
            let message = format!("the lines are {}: {}", receipt.state, receipt.reasons.join(", "));
            Err(Error::new(&RUN_WAITS, message).with("state", receipt.state).with("code", receipt.code))
        }
    }
}

/// The line's part of a posted chunk.
pub(crate) fn mark(
    line: &mut PayLine,
    at: kernel::Timestamp,
    instruction: InstructionId,
    transfer: kernel::id::TransferId,
    state: LineState,
) {
    (line.state, line.instruction, line.transfer) = (state, Some(instruction), Some(transfer));
    line.settled_at = (state == LineState::Paid).then_some(at);
}
