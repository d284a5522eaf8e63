//! Cash over the counter: notes in, notes out, with change, through the one way in for money.
//!
//! [`cash`] looks at the order on a snapshot, then in one transaction gives it its number in the journal, submits it and, when it is
//! posted, moves the notes in the drawer. What a second person must authorise waits: the notes to be paid out stay in the
//! drawer but are set aside, the notes paid in lie beside it. When the payment was decided (from any desk), the next touch
//! of the drawer brings it up ([`follow`] does so at once). So notes and ledger agree at the end of every command here.
use crate::appointment::{self, Appointment};
use crate::day::{TillDay, at_till};
use crate::drawer::{Drawer, raw, save};
use crate::entry::{self, Entry, EntryKind, EntryRef, EntryState, NewEntry, Override, state_of};
use crate::rules::rules;
use crate::{ENTRIES_MAX, ENTRY_STATE, Notes, OVERRIDE_NEEDED, OVERRIDE_UNKNOWN, OVERRIDES_MAX, WAITING_MAX};
use kernel::id::{AccountId, InstructionId};
use kernel::{Actor, Currency, Error, Id, Money, Result};
use payments::{Desk, Kind, Order, Payee, Receipt, State};
use serde::{Deserialize, Serialize};
use store::{Audit, Json, Once, Tx, params};

/// Into the customer's account, or out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    In,
    Out,
}

/// Cash over the counter. The amount is what the notes come to, change taken off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashAsk {
    pub direction: Direction,
    pub account: AccountId,
    /// From the customer into the drawer: the deposit, or change for a drawing.
    pub notes_in: Notes,
    /// From the drawer to the customer: the drawing, or change for a deposit.
    pub notes_out: Notes,
    /// The fee that was shown; a higher one is refused.
    #[serde(default)]
    pub fee_shown: Option<Money>,
    #[serde(default)]
    pub memo: String,
    /// Soft rules gone past, each with its reason.
    #[serde(default)]
    pub overrides: Vec<Override>,
    /// The entry that was sent back and is submitted again.
    #[serde(default)]
    pub resubmits: Option<i64>,
}

impl CashAsk {
    /// Net of change. Above zero, or the order is refused.
    pub fn amount(&self) -> Result<Money> {
        let (into, out) = (self.notes_in.sum()?, self.notes_out.sum()?);
        match self.direction {
            Direction::In => into.sub(out),
            Direction::Out => out.sub(into),
        }
    }
    fn currency(&self) -> Currency {
        self.notes_in.currency()
    }
    fn kind(&self) -> (Kind, EntryKind) {
        match self.direction {
            Direction::In => (Kind::CashIn, EntryKind::CashIn),
            Direction::Out => (Kind::CashOut, EntryKind::CashOut),
        }
    }
    fn order(&self, till: AccountId, second: bool) -> Result<Order> {
        let (from, to) = match self.direction {
            Direction::In => (till, self.account),
            Direction::Out => (self.account, till),
        };
        let drawer = payments::Drawer { account: till, second, reserve: false };
        let order = Order::new(self.kind().0, from, Payee::Account(to), self.amount()?).drawer(drawer);
        Ok(Order { fee_shown: self.fee_shown, ..order.memo(self.memo.clone()) })
    }
}

/// What is undone, if anything.
#[derive(Clone, Copy, PartialEq)]
enum Aim {
    Plain,
    Undo(EntryRef),
}

const WHAT: &str = "till.cash";

/// Takes cash in or pays it out at the teller's till. `Ok` with a refused entry when a rule of the bank is against it. Errors:
/// `NO_TILL`, `NOTES_SHORT`, `OVERRIDE_NEEDED` (a soft rule that names its code), those of `payments` for a malformed order.
pub fn cash(desk: &Desk, actor: &Actor, ask: CashAsk, key: Option<&str>) -> Result<Entry> {
    run(desk, actor, ask, Aim::Plain, key)
}

/// The fee of what is asked, to be shown before it is done. Errors: `NO_TILL`, those of `payments` for a malformed order.
pub fn cash_fee(tx: &mut Tx<'_>, actor: &Actor, ask: &CashAsk) -> Result<Money> {
    let d = till_of(tx, actor, ask)?;
    let order = ask.order(d.account, false)?;
    Ok(payments::quote(tx, actor, &order)?.map_or(Money::zero(d.currency), |q| q.fee))
}

/// Rules of the guard that ask for a talk before what is asked is paid out; none where it is refused anyway. Errors: `NO_TILL`,
/// those of `payments` for a malformed order.
pub fn cash_asks(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, ask: &CashAsk) -> Result<Vec<String>> {
    let d = till_of(tx, actor, ask)?;
    let order = ask.order(d.account, false)?;
    match payments::prepare(desk, tx, actor, &order) {
        Ok(prepared) => Ok(prepared.asks()),
        Err(why) if payments::is_recorded(&why) => Ok(Vec::new()),
        Err(why) => Err(why),
    }
}

/// The open till of the teller, for looking.
fn till_of(tx: &mut Tx<'_>, actor: &Actor, ask: &CashAsk) -> Result<Drawer> {
    let (_, branch) = crate::teller(tx, actor)?;
    let day = crate::day::till_day(tx, actor)?.filter(|d| d.book == branch.book());
    let day = day.ok_or_else(|| Error::new(&crate::NO_TILL, "you have no till open"))?;
    let d = tx.get::<Drawer>(&crate::drawer::key(day.drawer))?;
    let d = d.ok_or_else(|| Error::not_found("drawer", day.drawer))?;
    match d.currency == ask.currency() {
        true => Ok(d),
        false => Err(Error::new(&crate::NO_TILL, format!("your till is of {}", d.currency))),
    }
}

/// Undoes an entry of the teller's open day by the opposite one, which a second person authorises.
pub fn reverse(desk: &Desk, actor: &Actor, number: i64, reason: &str) -> Result<Entry> {
    let reason = party::reason(reason)?;
    let (ask, at) = desk.store.read(|tx| {
        let (_, branch) = crate::teller(tx, actor)?;
        let day =
            crate::day::till_day(tx, actor)?.ok_or_else(|| Error::new(&crate::NO_TILL, "you have no till open"))?;
        let at = EntryRef { teller: day.teller, date: day.date, number };
        let e = entry::entry(tx, actor, branch, at)?;
        let direction = match e.kind {
            EntryKind::CashIn => Direction::Out,
            EntryKind::CashOut => Direction::In,
            _ => return Err(Error::new(&ENTRY_STATE, format!("a {} is not undone this way", e.kind))),
        };
        let account = e.account.ok_or_else(|| Error::broken("cash without an account"))?;
        let (notes_in, notes_out) = (e.notes_out, e.notes_in);
        let ask = CashAsk {
            direction,
            account,
            notes_in,
            notes_out,
            fee_shown: None,
            memo: reason,
            overrides: Vec::new(),
            resubmits: None,
        };
        Ok((ask, at))
    })?;
    run(desk, actor, ask, Aim::Undo(at), None)
}

fn run(desk: &Desk, actor: &Actor, ask: CashAsk, aim: Aim, key: Option<&str>) -> Result<Entry> {
    let second = aim != Aim::Plain || !ask.overrides.is_empty();
    let (order, prepared) = desk.store.read(|tx| {
        let d = till_of(tx, actor, &ask)?;
        let order = ask.order(d.account, second)?;
        Ok((order.clone(), payments::prepare(desk, tx, actor, &order)))
    })?;
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(why) if payments::is_recorded(&why) => return refused(desk, actor, ask, aim, order, key, why),
        Err(why) => return Err(why),
    };
    let (desk2, actor2, ask2, order2, key2) =
        (desk.clone(), actor.clone(), ask.clone(), order.clone(), key.map(str::to_owned));
    let done = desk.store.write(move |tx| {
        once(tx, &actor2, WHAT, &ask2, key2.as_deref(), |tx| {
            let (mut day, mut d) = at_till(tx, &actor2)?;
            let used = soft_rules(tx, &d, &ask2, aim)?;
            fits(tx, &d, &ask2)?;
            let receipt = payments::submit_in(&desk2, tx, &actor2, &order2, &prepared, None)?;
            let entry = enter(tx, &mut day, &ask2, aim, used.as_ref(), &receipt)?;
            if receipt.state == State::Posted {
                moved(tx, &mut d, &entry)?;
            }
            match used {
                Some(used) if receipt.state != State::Refused => appointment::used(tx, &actor2, used)?,
                _ => {}
            }
            Ok(entry)
        })
    });
    match done {
        Err(why) if payments::is_recorded(&why) && !is_ours(&why) => refused(desk, actor, ask, aim, order, key, why),
        done => done,
    }
}

/// What the till itself refuses leaves no entry: nothing was submitted.
pub(crate) fn is_ours(why: &Error) -> bool {
    crate::ALL.iter().any(|code| why.is(code))
}

/// The answer that was given to the same key before, or what `f` does.
pub(crate) fn once(
    tx: &mut Tx<'_>,
    actor: &Actor,
    what: &'static str,
    ask: &impl Serialize,
    key: Option<&str>,
    f: impl FnOnce(&mut Tx<'_>) -> Result<Entry>,
) -> Result<Entry> {
    let Some(key) = key else { return f(tx) };
    let body = serde_json::to_vec(ask).map_err(|e| Error::broken("an order has no JSON form").caused_by(e))?;
    let (principal, book) = (actor.principal(), party::home_book(actor.who).unwrap_or_default());
    if let Once::Done(answer) = tx.once(book, &principal, key, what, &body)? {
        let (book, at): (kernel::BookId, EntryRef) =
            serde_json::from_str(&answer).map_err(|e| Error::broken("a kept answer cannot be read").caused_by(e))?;
        return entry::locked(tx, book, at);
    }
    let done = f(tx)?;
    let answer = serde_json::to_string(&(done.book, done.reference()))
        .map_err(|e| Error::broken("an answer has no JSON form").caused_by(e))?;
    tx.answered(book, &principal, key, what, &body, &answer)?;
    Ok(done)
}

/// Records the refusal with a number of its own.
fn refused(
    desk: &Desk,
    actor: &Actor,
    ask: CashAsk,
    aim: Aim,
    order: Order,
    key: Option<&str>,
    why: Error,
) -> Result<Entry> {
    let (actor, key) = (actor.clone(), key.map(str::to_owned));
    desk.store.write(move |tx| {
        once(tx, &actor, WHAT, &ask, key.as_deref(), |tx| {
            let (mut day, _) = at_till(tx, &actor)?;
            let receipt = payments::refuse_in(tx, &actor, &order, None, &why)?;
            enter(tx, &mut day, &ask, aim, None, &receipt)
        })
    })
}

fn enter(
    tx: &mut Tx<'_>,
    day: &mut TillDay,
    ask: &CashAsk,
    aim: Aim,
    used: Option<&Appointment>,
    receipt: &Receipt,
) -> Result<Entry> {
    if let Some(before) = ask.resubmits {
        let at = EntryRef { teller: day.teller, date: day.date, number: before };
        let e = entry::locked(tx, day.book, at)?;
        if e.state != EntryState::SentBack {
            return Err(
                Error::new(&ENTRY_STATE, format!("{before} is {}, not sent back", e.state)).with("state", e.state)
            );
        }
    }
    let new = NewEntry {
        kind: ask.kind().1,
        state: state_of(receipt.state, &receipt.code),
        amount: ask.amount()?,
        notes_in: ask.notes_in.clone(),
        notes_out: ask.notes_out.clone(),
        object: "",
        memo: &ask.memo,
    };
    let mut e = entry::number(tx, day, new)?;
    let account = ledger::view(tx, ask.account)?.account;
    (e.account, e.shown) = (Some(ask.account), kernel::chinese::mask_card(&account.number));
    (e.instruction, e.approval) = (Some(receipt.instruction), receipt.approval);
    e.refusal = receipt.code.to_string();
    e.overrides = Json(ask.overrides.clone());
    e.of_number = ask.resubmits;
    e.object = used.map(|a| a.id.to_string()).unwrap_or_default();
    if let Aim::Undo(at) = aim {
        e.of_number = Some(at.number);
        e.object = "reversal".into();
        undone(tx, &e, at)?;
    }
    tx.insert(&mut e)?;
    Ok(e)
}

/// An entry is undone once: while its reversal waits or after it was posted.
fn undone(tx: &mut Tx<'_>, by: &Entry, at: EntryRef) -> Result<()> {
    let mut first = entry::locked(tx, by.book, at)?;
    let tail =
        "WHERE book = ?1 AND teller = ?2 AND date = ?3 AND of_number = ?4 AND state IN ('done', 'waiting') LIMIT 1";
    let standing = tx.select::<Entry>(tail, params![by.book, at.teller, at.date, at.number])?;
    if first.state != EntryState::Done || !standing.is_empty() {
        return Err(Error::new(&ENTRY_STATE, format!("{} is {} or being undone", at.number, first.state)));
    }
    if by.state == EntryState::Done {
        first.state = EntryState::Reversed;
        tx.update(&mut first)?;
    }
    Ok(())
}

/// Moves the notes of a posted entry and marks what it undoes.
fn moved(tx: &mut Tx<'_>, d: &mut Drawer, e: &Entry) -> Result<()> {
    let notes = d.notes.plus(&e.notes_in)?.minus(&e.notes_out)?;
    save(tx, d, notes)
}

/// Entries of a drawer that wait, oldest first, at most [`WAITING_MAX`].
pub(crate) fn waiting(tx: &mut Tx<'_>, d: &Drawer) -> Result<Vec<Entry>> {
    let tail = "WHERE book = ?1 AND drawer = ?2 AND state = 'waiting' ORDER BY date, number LIMIT ?3";
    tx.select::<Entry>(tail, params![d.book, d.id, WAITING_MAX])
}

/// What the drawer holds by the book when everything decided meanwhile is counted.
pub(crate) fn booked_notes(tx: &mut Tx<'_>, d: &Drawer) -> Result<Notes> {
    let mut notes = d.notes.clone();
    for e in waiting(tx, d)? {
        if decided(tx, &e)?.is_some_and(|(state, ..)| state == EntryState::Done) {
            notes = notes.plus(&e.notes_in)?.minus(&e.notes_out)?;
        }
    }
    Ok(notes)
}

fn decided(tx: &mut Tx<'_>, e: &Entry) -> Result<Option<(EntryState, String, Option<String>)>> {
    let Some(instruction) = e.instruction else { return Ok(None) };
    let Some(i) = payments::raw(tx, instruction)? else { return Ok(None) };
    let state = state_of(i.state, &i.refusal);
    Ok((state != EntryState::Waiting).then_some((state, i.refusal, i.ended_by)))
}

/// Counts what was decided on since the drawer was last touched.
pub(crate) fn bring_up(tx: &mut Tx<'_>, d: &mut Drawer) -> Result<()> {
    let mut notes = d.notes.clone();
    for mut e in waiting(tx, d)? {
        let Some((state, refusal, by)) = decided(tx, &e)? else { continue };
        (e.state, e.refusal, e.ended_by, e.ended_at) = (state, refusal, by, Some(tx.now()));
        tx.update(&mut e)?;
        if state != EntryState::Done {
            continue;
        }
        notes = notes.plus(&e.notes_in)?.minus(&e.notes_out)?;
        if let (Some(number), "reversal") = (e.of_number, e.object.as_str()) {
            let mut first = entry::locked(tx, e.book, EntryRef { number, ..e.reference() })?;
            first.state = EntryState::Reversed;
            tx.update(&mut first)?;
        }
    }
    match notes == d.notes {
        true => Ok(()),
        false => save(tx, d, notes),
    }
}

/// A payment was decided on: the drawer that waits for it is brought up. For whoever hears of the payment; again does nothing.
pub fn follow(tx: &mut Tx<'_>, instruction: InstructionId) -> Result<()> {
    let tail = "WHERE book = ?1 AND instruction = ?2 AND state = 'waiting' LIMIT 1";
    let book = instruction.book();
    let Some(e) = tx.select::<Entry>(tail, params![book, instruction])?.pop() else { return Ok(()) };
    let mut d = raw(tx, e.drawer)?;
    bring_up(tx, &mut d)
}

/// The teller calls off what waits.
pub fn call_off(desk: &Desk, actor: &Actor, number: i64, why: &str) -> Result<Entry> {
    let at = desk.store.read(|tx| {
        let (_, branch) = crate::teller(tx, actor)?;
        let day =
            crate::day::till_day(tx, actor)?.ok_or_else(|| Error::new(&crate::NO_TILL, "you have no till open"))?;
        entry::entry(tx, actor, branch, EntryRef { teller: day.teller, date: day.date, number })
    })?;
    if let (EntryState::Waiting, Some(instruction)) = (at.state, at.instruction) {
        payments::cancel(desk, actor, instruction, why)?;
    }
    let (actor, book, at) = (actor.clone(), at.book, at.reference());
    desk.store.write(move |tx| {
        at_till(tx, &actor)?;
        let e = entry::locked(tx, book, at)?;
        tx.audit(&actor, Audit::of("till.call_off", format!("{} {}", at.date, at.number)).result(e.state.code()))?;
        Ok(e)
    })
}

/// Whether the notes asked for are there beside those set aside for what waits.
fn fits(tx: &mut Tx<'_>, d: &Drawer, ask: &CashAsk) -> Result<()> {
    let waiting = waiting(tx, d)?;
    if waiting.len() >= WAITING_MAX as usize {
        return Err(Error::limit("waiting", waiting.len() + 1, WAITING_MAX, "entries"));
    }
    without(d, &waiting)?.plus(&ask.notes_in)?.minus(&ask.notes_out).map(|_| ())
}

fn without(d: &Drawer, waiting: &[Entry]) -> Result<Notes> {
    waiting.iter().try_fold(d.notes.clone(), |free, e| free.minus(&e.notes_out))
}

/// What a drawer holds beside the notes set aside for what waits. Nothing else takes those, or what waits could not be paid out.
pub(crate) fn free(tx: &mut Tx<'_>, d: &Drawer) -> Result<Notes> {
    let waiting = waiting(tx, d)?;
    without(d, &waiting)
}

/// What was drawn from an account today at this branch, neither by appointment nor with an override; what waits included.
fn drawn_today(tx: &mut Tx<'_>, d: &Drawer, account: AccountId) -> Result<Money> {
    let tail = "WHERE book = ?1 AND account = ?2 AND date = ?3 AND kind = 'cash_out' AND state IN ('done', 'waiting') \
                AND currency = ?4 AND object = '' AND overrides = '[]' LIMIT ?5";
    let today = tx.business_date()?;
    let found = tx.select::<Entry>(tail, params![d.book, account, today, d.currency, ENTRIES_MAX])?;
    Money::sum(d.currency, found.iter().map(Entry::money))
}

/// The soft rules that this goes past must be overridden, and no others may be. Answers the appointment it uses.
fn soft_rules(tx: &mut Tx<'_>, d: &Drawer, ask: &CashAsk, aim: Aim) -> Result<Option<Appointment>> {
    if ask.overrides.len() > OVERRIDES_MAX {
        return Err(Error::limit("overrides", ask.overrides.len(), OVERRIDES_MAX, "overrides"));
    }
    let mut met = Vec::new();
    let mut appointment = None;
    let amount = ask.amount()?;
    if aim == Aim::Plain
        && ask.direction == Direction::Out
        && appointment::is_large(amount.add(drawn_today(tx, d, ask.account)?)?)
    {
        appointment = appointment::of_today(tx, d.book, ask.account, amount)?;
        if appointment.is_none() {
            met.push("appointment_missing");
        }
    }
    let after = d.sum()?.add(ask.notes_in.sum()?)?.sub(ask.notes_out.sum()?)?;
    let max = rules().counter.till_holds_max();
    if aim == Aim::Plain && ask.direction == Direction::In && after.currency == max.currency && after.minor > max.minor
    {
        met.push("till_holds_too_much");
    }
    for given in &ask.overrides {
        party::reason(&given.reason)?;
        if !met.contains(&given.code.as_str()) {
            return Err(
                Error::new(&OVERRIDE_UNKNOWN, format!("{:?} was not asked for", given.code)).with("given", &given.code)
            );
        }
    }
    match met.iter().find(|code| ask.overrides.iter().all(|o| o.code != **code)) {
        Some(code) => Err(Error::new(&OVERRIDE_NEEDED, format!("{code} stands against it")).with("override", code)),
        None => Ok(appointment),
    }
}
