//! A cash machine's transactions: nobody is debited for notes he did not take, nobody loses notes he put in.
//!
//! **Paying out:** the money is reserved in the ledger and the visit written down with the device's counters; then the notes are
//! dispensed and presented; what was taken is posted, the rest is free again. **Taking in:** the notes are counted into escrow;
//! when the customer agrees, the payment is reserved, the notes stored, and what was stored is posted.
//!
//! ```text
//! reserved ─▶ dispensing ─▶ presenting ─▶ (retracting) ─▶ posted as much as was taken | free
//! accepting ─▶ counted ─▶ storing (reserved) ─▶ posted as much as stayed
//!                 └─────▶ returning ─▶ (retracting)
//! ```
//! Before each order to the device the step is written down and durable. After a power cut [`recover`] brings the device to rest
//! (what lies in the slot is retracted, what was agreed to is stored, what was not is given back) and [`settle`]s: **the
//! counters decide**. What the machine holds now, less what it held when the visit began, is what the customer put in or took,
//! whatever was or was not written down. The books follow the counters; what no reservation covers goes to over and short
//! with a case that names the customer's account. A customer whose visit did not go to its end is told what came of it, and by when the
//! case will be answered ([`answered_by`]). So after every visit the notes in the machine are worth what its account holds.
//!
//! Notes taken for counterfeit are kept aside, are not cash and not returned: two members of staff look at them
//! ([`crate::seizure_ask`]).
//!
//! **Replenishing** is a move by three: asked and countersigned as any other, then loaded by a third ([`load`]); emptying is asked
//! by one, carried out by another ([`unload`]), and received into the vault by count.
mod counters;
mod staff;
mod told;

pub use staff::{load, unload, unload_ask};
pub use told::answered_by;

use crate::device::{CashDevice, Command, Event as Heard, Holdings};
use crate::drawer::{Drawer, DrawerKind, raw};
use crate::events::Event;
use crate::moves;
use crate::rules::rules;
use crate::visit::{Step, Visit, VisitKind, begun, locked, open_at};
use crate::{
    DEVICE_DOWN, DEVICE_JAM, MACHINE_AMOUNT, MACHINE_BUSY, MACHINE_OUT, Notes, VISIT_STATE, keeper, seizure, us,
};
use counters::follow_counters;
use kernel::id::{AccountId, DrawerId, VisitId};
use kernel::{Actor, Error, Id, Money, Result};
use payments::{Desk, Kind, Order, Payee, Receipt, State};
use store::{Audit, Json, Seal, Tx};

/// What came of coming to a machine.
#[derive(Clone, Debug)]
pub enum Served {
    /// A rule of the bank is against it; no note moved.
    Refused(Box<Receipt>),
    Visit(Box<Visit>),
    /// The request came before, and began this visit; the device was ordered nothing now.
    Before(Box<Visit>),
}

/// Listens to the device and forgets: the counters are what counts.
fn unheard(_: &Heard) {}

fn machine(tx: &mut Tx<'_>, id: DrawerId) -> Result<Drawer> {
    let d = raw(tx, id)?;
    match d.kind {
        DrawerKind::Machine => Ok(d),
        _ => Err(Error::not_found("machine", id)),
    }
}

/// A machine in service, with nobody at it, whose counters agree with the book.
fn free(tx: &mut Tx<'_>, id: DrawerId, now: &Holdings) -> Result<Drawer> {
    let d = machine(tx, id)?;
    if let Some(visit) = open_at(tx, id)? {
        return Err(
            Error::new(&MACHINE_BUSY, format!("{} is in the middle of {}", d.name, visit.id)).with("visit", visit.id)
        );
    }
    if let Some(why) = &d.out_of_service {
        return Err(Error::new(&MACHINE_OUT, format!("{}: {why}", d.name)));
    }
    match d.notes == now.inside()? {
        true => Ok(d),
        false => Err(Error::new(&MACHINE_OUT, format!("{} holds {}, not {}", d.name, now.inside()?, d.notes))),
    }
}

fn begin(tx: &mut Tx<'_>, actor: &Actor, d: &Drawer, kind: VisitKind, step: Step, before: Holdings) -> Visit {
    Visit {
        book: d.book,
        id: VisitId::new(tx.now(), d.book),
        machine: d.id,
        kind,
        step,
        account: None,
        by_whom: actor.principal(),
        notes: Notes::none(d.currency),
        before: Json(before),
        instruction: None,
        movement: None,
        asked: String::new(),
        began_at: tx.now(),
        step_at: tx.now(),
        ended_at: None,
        outcome: String::new(),
        amount: 0,
        currency: d.currency,
        recovered: false,
        seal: Seal::default(),
    }
}

/// Pays `amount` out of the customer's account: [`withdraw_begin`] and [`withdraw_pay`] in one.
pub fn withdraw(
    desk: &Desk,
    actor: &Actor,
    id: DrawerId,
    account: AccountId,
    amount: Money,
    device: &mut dyn CashDevice,
) -> Result<Served> {
    match withdraw_begin(desk, actor, id, &Drawing { account, amount, mix: Mix::Few, key: String::new() }, device)? {
        Served::Visit(visit) => withdraw_pay(desk, visit.id, device).map(|v| Served::Visit(Box::new(v))),
        other => Ok(other),
    }
}

/// Which notes somebody wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mix {
    /// As few as possible.
    #[default]
    Few,
    /// A hundred of it in smaller notes.
    Small,
}

/// What somebody draws.
#[derive(Clone, Debug)]
pub struct Drawing {
    pub account: AccountId,
    pub amount: Money,
    pub mix: Mix,
    /// The request's own: sent again it gets the visit that it began. Empty without one.
    pub key: String,
}

/// The notes that a machine would pay an amount with, out of what its cassettes hold. Errors: `MACHINE_AMOUNT`.
pub fn made_up(cassettes: &Notes, amount: Money, mix: Mix) -> Result<Notes> {
    let rules = &rules().machine;
    let notes = match mix {
        Mix::Few => cassettes.make_up(amount, &rules.pays, rules.notes_max),
        Mix::Small => with_small(cassettes, amount, &rules.pays, rules.notes_max)?,
    };
    let notes = notes.filter(|n| !n.is_empty());
    notes.ok_or_else(|| Error::new(&MACHINE_AMOUNT, format!("{amount} cannot be paid with what it holds")))
}

/// The worth of one highest note in smaller ones, the rest as few as possible.
fn with_small(cassettes: &Notes, amount: Money, pays: &[i64], most: i64) -> Result<Option<Notes>> {
    let highest = Money::new(pays.iter().copied().max().unwrap_or(0), amount.currency);
    let smaller: Vec<i64> = pays.iter().copied().filter(|f| *f < highest.minor).collect();
    let first = if amount.minor < highest.minor { amount } else { highest };
    let Some(small) = cassettes.make_up(first, &smaller, most) else { return Ok(None) };
    let Some(rest) = cassettes.minus(&small)?.make_up(amount.sub(first)?, pays, most) else { return Ok(None) };
    Ok(Some(rest.plus(&small)?).filter(|n| n.count() <= most))
}

/// Notes of one visit at most.
pub fn notes_max() -> i64 {
    rules().machine.notes_max
}

/// Reserves `amount` and writes the visit down. The customer stands before the machine, signed in. Errors: `MACHINE_AMOUNT`,
/// `MACHINE_BUSY`, `MACHINE_OUT`, `DEVICE_DOWN` (then [`recover`] makes up for it), those of `payments` for a malformed order.
pub fn withdraw_begin(
    desk: &Desk,
    actor: &Actor,
    id: DrawerId,
    drawing: &Drawing,
    device: &mut dyn CashDevice,
) -> Result<Served> {
    if let Some(visit) = desk.store.read(|tx| begun(tx, actor, id, &drawing.key))? {
        return Ok(Served::Before(Box::new(visit)));
    }
    let (account, amount, before) = (drawing.account, drawing.amount, device.holdings()?);
    let notes = made_up(&before.cassettes, amount, drawing.mix)?;
    let till = desk.store.read(|tx| machine(tx, id))?.account;
    let drawer = payments::Drawer { account: till, second: false, reserve: true };
    let order = Order::new(Kind::CashOut, account, Payee::Account(till), amount).drawer(drawer);
    let reserved = reserve(desk, actor, order, {
        let (actor, key) = (actor.clone(), drawing.key.clone());
        move |tx, receipt| {
            let d = free(tx, id, &before)?;
            let mut visit = begin(tx, &actor, &d, VisitKind::Withdrawal, Step::Dispensing, before.clone());
            (visit.account, visit.notes, visit.instruction) = (Some(account), notes.clone(), Some(receipt.instruction));
            visit.asked = key.clone();
            tx.insert(&mut visit)?;
            Ok(visit)
        }
    })?;
    Ok(match reserved {
        (_, Some(visit)) => Served::Visit(Box::new(visit)),
        (receipt, None) => Served::Refused(Box::new(receipt)),
    })
}

/// Pays the notes of a withdrawal that was begun, waits until they are taken, and books what was.
pub fn withdraw_pay(desk: &Desk, id: VisitId, device: &mut dyn CashDevice) -> Result<Visit> {
    let visit = at_step(desk, id, Step::Dispensing)?;
    let done = pay_out(desk, &visit, &visit.notes.clone(), device);
    end(desk, id, done, device)
}

/// A visit whose next order to the device is known.
fn at_step(desk: &Desk, id: VisitId, step: Step) -> Result<Visit> {
    let visit = desk.store.read(|tx| locked(tx, id))?;
    match visit.step == step && visit.ended_at.is_none() {
        true => Ok(visit),
        false => Err(Error::new(&VISIT_STATE, format!("{id} is {}", visit.step)).with("step", visit.step)),
    }
}

fn pay_out(desk: &Desk, visit: &Visit, notes: &Notes, device: &mut dyn CashDevice) -> Result<()> {
    device.run(&Command::Dispense(notes.clone()), &mut unheard)?;
    step(desk, visit.id, Step::Presenting)?;
    device.run(&Command::Present, &mut unheard)?;
    device.run(&Command::Collect, &mut unheard)
}

/// Writes down what is about to be ordered.
fn step(desk: &Desk, id: VisitId, to: Step) -> Result<()> {
    desk.store.write(move |tx| {
        let mut visit = locked(tx, id)?;
        (visit.step, visit.step_at) = (to, tx.now());
        tx.update(&mut visit)
    })
}

/// Reserves a payment; in the same transaction `written` writes down what follows from it. No visit when it was refused.
fn reserve(
    desk: &Desk,
    actor: &Actor,
    order: Order,
    written: impl Fn(&mut Tx<'_>, &Receipt) -> Result<Visit> + Send + 'static,
) -> Result<(Receipt, Option<Visit>)> {
    let refused = |why: Error| {
        let (actor, order) = (actor.clone(), order.clone());
        desk.store.write(move |tx| payments::refuse_in(tx, &actor, &order, None, &why).map(|r| (r, None)))
    };
    let prepared = match desk.store.read(|tx| payments::prepare(desk, tx, actor, &order)) {
        Ok(prepared) => prepared,
        Err(why) if payments::is_recorded(&why) => return refused(why),
        Err(why) => return Err(why),
    };
    let (desk2, actor2, order2) = (desk.clone(), actor.clone(), order.clone());
    let done = desk.store.write(move |tx| {
        let receipt = payments::submit_in(&desk2, tx, &actor2, &order2, &prepared, None)?;
        let visit = match receipt.state {
            State::Held => Some(written(tx, &receipt)?),
            _ => None,
        };
        Ok((receipt, visit))
    });
    match done {
        Err(why) if payments::is_recorded(&why) && !crate::ALL.iter().any(|c| why.is(c)) => refused(why),
        done => done,
    }
}

/// Takes notes from the customer into escrow: [`deposit_begin`] and [`deposit_count`] in one.
pub fn deposit(
    desk: &Desk,
    actor: &Actor,
    id: DrawerId,
    account: AccountId,
    device: &mut dyn CashDevice,
) -> Result<Visit> {
    match deposit_begin(desk, actor, id, account, "", device)? {
        Served::Visit(visit) => deposit_count(desk, visit.id, device),
        _ => Err(Error::broken("a deposit without a key came before")),
    }
}

/// Writes down that somebody is about to put notes in; `key` as in [`Drawing`]. Errors: those of [`withdraw_begin`].
pub fn deposit_begin(
    desk: &Desk,
    actor: &Actor,
    id: DrawerId,
    account: AccountId,
    key: &str,
    device: &mut dyn CashDevice,
) -> Result<Served> {
    if let Some(visit) = desk.store.read(|tx| begun(tx, actor, id, key))? {
        return Ok(Served::Before(Box::new(visit)));
    }
    let before = device.holdings()?;
    let (who, key) = (actor.clone(), key.to_owned());
    let visit = desk.store.write(move |tx| {
        let owner = ledger::view(tx, account)?.account.owner;
        payments::may_see(tx, &who, owner).map_err(|_| Error::not_found("account", account))?;
        let d = free(tx, id, &before)?;
        let mut visit = begin(tx, &who, &d, VisitKind::Deposit, Step::Accepting, before.clone());
        (visit.account, visit.asked) = (Some(account), key.clone());
        tx.insert(&mut visit)?;
        Ok(visit)
    })?;
    Ok(Served::Visit(Box::new(visit)))
}

/// Opens the slot, and shows what it counted: the visit's notes. The customer then agrees ([`deposit_agree`]) or has them back
/// ([`deposit_return`]).
pub fn deposit_count(desk: &Desk, id: VisitId, device: &mut dyn CashDevice) -> Result<Visit> {
    at_step(desk, id, Step::Accepting)?;
    let rules = &rules().machine;
    let accept = Command::Accept { takes: rules.takes.clone(), most: rules.notes_max };
    if let Err(why) = device.run(&accept, &mut unheard) {
        return end(desk, id, Err(why), device);
    }
    let now = device.holdings()?;
    if now.escrow.is_empty() {
        return end(desk, id, Ok(()), device);
    }
    desk.store.write(move |tx| {
        let mut visit = locked(tx, id)?;
        (visit.step, visit.step_at, visit.notes) = (Step::Counted, tx.now(), now.escrow.clone());
        tx.update(&mut visit)?;
        Ok(visit)
    })
}

/// His own visit, with the notes in escrow.
fn counted(tx: &mut Tx<'_>, actor: &Actor, id: VisitId) -> Result<Visit> {
    let visit = locked(tx, id)?;
    if visit.by_whom != actor.principal() {
        return Err(Error::not_found("visit at a machine", id));
    }
    match visit.step == Step::Counted && visit.ended_at.is_none() {
        true => Ok(visit),
        false => Err(Error::new(&VISIT_STATE, format!("{id} is {}", visit.step)).with("step", visit.step)),
    }
}

/// The customer agrees to the count: [`deposit_agree`] and [`deposit_store`] in one; when a rule of the bank is against it, the notes are
/// given back.
pub fn deposit_confirm(desk: &Desk, actor: &Actor, id: VisitId, device: &mut dyn CashDevice) -> Result<Served> {
    match deposit_agree(desk, actor, id)? {
        Served::Visit(_) => deposit_store(desk, id, device).map(|v| Served::Visit(Box::new(v))),
        other => give_back(desk, id, device).map(|_| other),
    }
}

/// The customer agrees to the count, and the payment is reserved. A refusal says why; his notes are still in escrow then, to be given
/// back.
pub fn deposit_agree(desk: &Desk, actor: &Actor, id: VisitId) -> Result<Served> {
    let (visit, till) = desk.store.read(|tx| {
        let visit = counted(tx, actor, id)?;
        let till = machine(tx, visit.machine)?.account;
        Ok((visit, till))
    })?;
    let account = visit.account.ok_or_else(|| Error::broken("a deposit without an account"))?;
    let drawer = payments::Drawer { account: till, second: false, reserve: true };
    let order = Order::new(Kind::CashIn, till, Payee::Account(account), visit.notes.sum()?).drawer(drawer);
    let who = actor.clone();
    let reserved = reserve(desk, actor, order, move |tx, receipt| {
        let mut visit = counted(tx, &who, id)?;
        (visit.step, visit.step_at, visit.instruction) = (Step::Storing, tx.now(), Some(receipt.instruction));
        tx.update(&mut visit)?;
        Ok(visit)
    })?;
    Ok(match reserved {
        (_, Some(visit)) => Served::Visit(Box::new(visit)),
        (receipt, None) => Served::Refused(Box::new(receipt)),
    })
}

/// Stores what was agreed to, and books what stayed.
pub fn deposit_store(desk: &Desk, id: VisitId, device: &mut dyn CashDevice) -> Result<Visit> {
    at_step(desk, id, Step::Storing)?;
    let done = device.run(&Command::Store, &mut unheard);
    end(desk, id, done, device)
}

/// The customer wants his notes back.
pub fn deposit_return(desk: &Desk, actor: &Actor, id: VisitId, device: &mut dyn CashDevice) -> Result<Visit> {
    desk.store.read(|tx| counted(tx, actor, id))?;
    give_back(desk, id, device)
}

/// Notes in escrow go back into the slot.
pub fn give_back(desk: &Desk, id: VisitId, device: &mut dyn CashDevice) -> Result<Visit> {
    at_step(desk, id, Step::Counted)?;
    step(desk, id, Step::Returning)?;
    end(desk, id, Ok(()), device)
}

/// Makes up for what stopped in the middle: after a power cut, or when the book and the counters differ without a visit. By a keeper,
/// or by the bank itself when the machine reports. `None` when there was nothing to do.
pub fn recover(desk: &Desk, actor: &Actor, id: DrawerId, device: &mut dyn CashDevice) -> Result<Option<Visit>> {
    let open = desk.store.read(|tx| {
        let d = machine(tx, id)?;
        if *actor != us(&actor.correlation) {
            keeper(tx, actor, d.branch)?;
        }
        open_at(tx, id)
    })?;
    if let Some(visit) = open {
        let of = visit.id;
        desk.store.write(move |tx| {
            let mut visit = locked(tx, of)?;
            visit.recovered = true;
            tx.update(&mut visit)
        })?;
        return end(desk, visit.id, Ok(()), device).map(Some);
    }
    let now = device.holdings()?;
    let actor = actor.clone();
    desk.store.write(move |tx| {
        let mut d = machine(tx, id)?;
        if open_at(tx, id)?.is_none() && d.notes != now.inside()? {
            follow_counters(tx, &actor, &mut d, &now, None, "without a visit")?;
        }
        Ok(None)
    })
}

/// Brings the device to rest and settles the visit. Without power nothing is settled: [`recover`] does it later.
fn end(desk: &Desk, id: VisitId, done: Result<()>, device: &mut dyn CashDevice) -> Result<Visit> {
    let stopped = match done {
        Err(why) if why.is(&DEVICE_DOWN) || !is_of_device(&why) => return Err(why),
        Err(why) => Some(why.message().to_owned()),
        Ok(()) => None,
    };
    let visit = desk.store.read(|tx| locked(tx, id))?;
    to_rest(desk, &visit, device)?;
    let now = device.holdings()?;
    desk.store.write(move |tx| settle(tx, id, &now, stopped.as_deref()))
}

/// The same by the bank itself, when a machine answers again.
pub fn come_back(desk: &Desk, id: DrawerId, device: &mut dyn CashDevice) -> Result<Option<Visit>> {
    recover(desk, &us(""), id, device)
}

/// The visit that goes on at a machine, for the bank's own processes.
pub fn going_on(tx: &mut Tx<'_>, id: DrawerId) -> Result<Option<Visit>> {
    open_at(tx, id)
}

fn is_of_device(why: &Error) -> bool {
    why.is(&DEVICE_JAM) || why.is(&crate::NOTES_SHORT)
}

fn to_rest(desk: &Desk, visit: &Visit, device: &mut dyn CashDevice) -> Result<()> {
    let now = device.holdings()?;
    if visit.ended_at.is_some() || now.at_rest() || matches!(visit.kind, VisitKind::Load | VisitKind::Unload) {
        return Ok(());
    }
    if visit.step == Step::Storing {
        return past_a_jam(device.run(&Command::Store, &mut unheard));
    }
    if visit.kind == VisitKind::Deposit && visit.step != Step::Retracting {
        past_a_jam(device.run(&Command::Return, &mut unheard))?;
        past_a_jam(device.run(&Command::Collect, &mut unheard))?;
        if device.holdings()?.at_rest() {
            return Ok(());
        }
    }
    step(desk, visit.id, Step::Retracting)?;
    past_a_jam(device.run(&Command::Retract, &mut unheard))
}

fn past_a_jam(done: Result<()>) -> Result<()> {
    match done {
        Err(why) if is_of_device(&why) => Ok(()),
        done => done,
    }
}

/// The end of a visit by the counters; once.
fn settle(tx: &mut Tx<'_>, id: VisitId, now: &Holdings, stopped: Option<&str>) -> Result<Visit> {
    let mut visit = locked(tx, id)?;
    if visit.ended_at.is_some() {
        return Ok(visit);
    }
    let mut d = machine(tx, visit.machine)?;
    let who = party::principal(&visit.by_whom).map_or(us(""), Actor::of);
    let came_in = now.inside()?.sum()?.sub(visit.before.0.inside()?.sum()?)?;
    let outcome = match visit.kind {
        VisitKind::Withdrawal => paid(tx, &mut visit, Money::new(-came_in.minor, came_in.currency))?,
        VisitKind::Deposit => credited(tx, &mut visit, came_in)?,
        VisitKind::Load => loaded(tx, &who, &visit, &d, now)?,
        VisitKind::Unload => unloaded(tx, &who, &visit, &mut d, now)?,
    };
    d = machine(tx, visit.machine)?;
    if visit.kind == VisitKind::Deposit {
        let suspects = now.suspect.minus(&visit.before.0.suspect)?;
        let holder = shown(tx, visit.account)?;
        seizure::keep_aside(tx, d.book, &suspects, &d.name, &holder)?;
    }
    d.out_of_service = match (visit.kind, now.at_rest(), stopped) {
        (VisitKind::Unload, true, _) => None,
        (_, false, _) => Some("notes are stuck in it".into()),
        (_, true, Some(why)) => Some(why.into()),
        (_, true, None) => d.out_of_service,
    };
    let left = follow_counters(tx, &who, &mut d, now, visit.account, outcome)?;
    (visit.outcome, visit.ended_at) = (outcome.into(), Some(tx.now()));
    tx.update(&mut visit)?;
    tx.audit(&who, Audit::of("till.visit", id).after(format!("{} {outcome} {}", visit.kind, visit.money())))?;
    let (machine, instruction, amount) = (d.id, visit.instruction, visit.money());
    tx.emit(&Event::VisitEnded { visit: id, machine, outcome, amount, instruction }, &who.correlation)?;
    let broken = !now.at_rest() || stopped.is_some();
    if broken || visit.recovered || !left.is_zero() {
        told::interrupted(tx, &who, &visit, &d.name, left)?;
    }
    if let Some(reason) = d.out_of_service.filter(|_| broken) {
        tx.emit(&Event::MachineStopped { machine, reason }, &who.correlation)?;
    }
    Ok(visit)
}

fn shown(tx: &mut Tx<'_>, account: Option<AccountId>) -> Result<String> {
    let Some(account) = account else { return Ok(String::new()) };
    Ok(kernel::chinese::mask_card(&ledger::view(tx, account)?.account.number))
}

/// Posts what was taken, as far as it was reserved. A reservation that is gone leaves it to over and short.
fn paid(tx: &mut Tx<'_>, visit: &mut Visit, gone: Money) -> Result<&'static str> {
    let Some(instruction) = visit.instruction else { return Ok("nothing") };
    let ordered = visit.notes.sum()?;
    if !gone.is_positive() {
        payments::let_go(tx, &us(""), instruction, "no note was taken")?;
        return Ok("nothing");
    }
    let taken = if gone.minor > ordered.minor { ordered } else { gone };
    if !posted(tx, visit, taken)? {
        return Ok("unposted");
    }
    visit.amount = taken.minor;
    Ok(if taken == ordered { "paid" } else { "paid_in_part" })
}

fn credited(tx: &mut Tx<'_>, visit: &mut Visit, came_in: Money) -> Result<&'static str> {
    let Some(instruction) = visit.instruction else { return Ok("returned") };
    let agreed = visit.notes.sum()?;
    if !came_in.is_positive() {
        payments::let_go(tx, &us(""), instruction, "no note stayed")?;
        return Ok("returned");
    }
    let stayed = if came_in.minor > agreed.minor { agreed } else { came_in };
    if !posted(tx, visit, stayed)? {
        return Ok("unposted");
    }
    visit.amount = stayed.minor;
    Ok("credited")
}

/// Whether the reservation could be posted: its hold may have run out meanwhile.
fn posted(tx: &mut Tx<'_>, visit: &Visit, amount: Money) -> Result<bool> {
    let Some(instruction) = visit.instruction else { return Ok(false) };
    match payments::raw(tx, instruction)?.map(|i| i.state) {
        Some(State::Held) => payments::take(tx, &us(""), instruction, amount).map(|_| true),
        _ => Ok(false),
    }
}

fn loaded(tx: &mut Tx<'_>, who: &Actor, visit: &Visit, d: &Drawer, now: &Holdings) -> Result<&'static str> {
    let Some(id) = visit.movement else { return Ok("nothing") };
    let counted = now.inside()?.minus(&visit.before.0.inside()?)?;
    if counted.is_empty() {
        return Ok("nothing");
    }
    let m = moves::under_way(tx, id)?;
    let difference = counted.sum()?.sub(m.money())?;
    moves::arrive(tx, who, m, d.clone(), &counted, Some(difference))?;
    Ok("done")
}

fn unloaded(tx: &mut Tx<'_>, who: &Actor, visit: &Visit, d: &mut Drawer, now: &Holdings) -> Result<&'static str> {
    let Some(id) = visit.movement else { return Ok("nothing") };
    let out = visit.before.0.inside()?.minus(&now.inside()?)?;
    if out.is_empty() {
        return Ok("nothing");
    }
    moves::sent(tx, who, id, d, &out)?;
    Ok("done")
}
