//! The lock of a person and the wish to loosen it.
use crate::check::{Movement, check, day};
use crate::events::Event;
use crate::rules::rules;
use crate::terms::{Step, Terms, step};
use crate::{DOCUMENT_NOT_SEEN, LOOSENING_OVER, SUM_OUT_OF_RANGE};
use kernel::clock::DAY;
use kernel::id::{InstructionId, LooseningId, PersonId};
use kernel::{Actor, BookId, Channel, Date, Error, Id, Money, Result, Timestamp, Who};
use party::{Change, Permission, Scope};
use store::{Audit, Json, Seal, Tx, params};

/// A sum of a lock at most, 分: ten million yuan.
pub const SUM_MAX: i64 = 1_000_000_000;
/// Days for which what was paid under a sum of the day is kept.
pub const USES_KEPT_DAYS: i64 = 40;
/// Wishes of one customer that are listed.
pub const LOOSENINGS_LISTED_MAX: u32 = 20;

store::record! {
    /// What a person locked.
    pub struct Lock in "safety_locks" key 2 {
        pub book: BookId,
        pub person: PersonId,
        pub terms: Json<Terms>,
        /// `None`: nobody ever locked anything.
        pub set_by: Option<String>,
        pub set_at: Option<Timestamp>,
        pub channel: Option<Channel>,
    }
}

store::text_enum! {
    /// By what somebody proved who he is before he loosened.
    pub enum Proof {
        SecondFactor = "second_factor",
        /// His identity document, seen at a counter.
        Document = "document",
    }
}

store::text_enum! {
    pub enum LooseningState {
        Waiting = "waiting",
        InForce = "in_force",
        /// By the customer, who changed his mind or never asked for it.
        Withdrawn = "withdrawn",
        /// Another wish took its place.
        Replaced = "replaced",
    }
}

store::record! {
    /// A wish for less protection.
    pub struct Loosening in "safety_loosenings" key 2 {
        pub book: BookId,
        pub id: LooseningId,
        pub person: PersonId,
        /// The whole lock as it shall be.
        pub terms: Json<Terms>,
        pub proof: Proof,
        pub channel: Channel,
        pub asked_by: String,
        pub asked_at: Timestamp,
        pub due_at: Timestamp,
        pub state: LooseningState,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

store::record! {
    /// A payment that counted against a sum of the day, until it is called off.
    pub struct Use in "safety_uses" key 2 {
        pub book: BookId,
        pub instruction: InstructionId,
        pub person: PersonId,
        pub date: Date,
        /// 分.
        pub amount: i64,
    }
}

/// A lock as its owner sees it.
#[derive(Clone, Debug)]
pub struct LockView {
    pub terms: Terms,
    pub set_at: Option<Timestamp>,
    pub waiting: Option<Loosening>,
}

impl LockView {
    /// What holds once everything that waits has come: the base of the next wish.
    pub fn wish(&self) -> &Terms {
        self.waiting.as_ref().map_or(&self.terms, |l| &l.terms.0)
    }
}

/// What a command did.
#[derive(Clone, Debug)]
pub struct Set {
    pub change: Change,
    pub lock: LockView,
}

/// The lock of a person: his own, or for staff with `person.read` at his branch.
pub fn lock_of(tx: &mut Tx<'_>, actor: &Actor, person: PersonId) -> Result<LockView> {
    if actor.who != Who::Person(person) {
        party::may(tx, actor, Permission::PersonRead, &Scope::person(person))?;
    }
    view(tx, person)
}

fn view(tx: &mut Tx<'_>, person: PersonId) -> Result<LockView> {
    let row = tx.get::<Lock>(params![person.book(), person])?;
    let waiting = waiting(tx, person)?;
    Ok(match row {
        Some(row) => LockView { terms: row.terms.0, set_at: row.set_at, waiting },
        None => LockView { terms: Terms::open(), set_at: None, waiting },
    })
}

fn waiting(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Loosening>> {
    let tail = "WHERE book = ?1 AND person = ?2 AND state = 'waiting' LIMIT 1";
    Ok(tx.select::<Loosening>(tail, params![person.book(), person])?.pop())
}

/// Wishes of a person, newest first, at most [`LOOSENINGS_LISTED_MAX`]. Readers as of [`lock_of`].
pub fn loosenings(tx: &mut Tx<'_>, actor: &Actor, person: PersonId) -> Result<Vec<Loosening>> {
    lock_of(tx, actor, person)?;
    let tail = "WHERE book = ?1 AND person = ?2 ORDER BY id DESC LIMIT ?3";
    tx.select::<Loosening>(tail, params![person.book(), person, LOOSENINGS_LISTED_MAX])
}

/// The row, locked. A lock on a row that is not there locks nothing, so where rows are locked it is made open first: a
/// payment and a lock of the same person then go one after the other.
fn locked(tx: &mut Tx<'_>, person: PersonId, make: bool) -> Result<Option<Lock>> {
    let book = person.book();
    let key = params![book, person];
    if let Some(row) = tx.load::<Lock>(key)? {
        return Ok(Some(row));
    }
    if !make {
        return Ok(None);
    }
    tx.insert_if_absent(&mut Lock {
        book,
        person,
        terms: Json(Terms::open()),
        set_by: None,
        set_at: None,
        channel: None,
        seal: Seal::default(),
    })?;
    tx.load::<Lock>(key)?.map(Some).ok_or_else(|| Error::broken("a lock is not there after it was made"))
}

/// Locks everything, at once, and ends what waits. The customer himself on any channel without another proof, or staff who
/// serve him. `basics`: small payments to known firms stay possible; a lock that forbids them already goes on to.
pub fn lock_all(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, basics: bool) -> Result<Set> {
    serves(tx, actor, person)?;
    let row = must(tx, person)?;
    let terms = Terms { all: true, basics: row.terms.0.basics && basics, ..row.terms.0.clone() };
    apply(tx, actor, row, Step { now: terms, later: None }, None)
}

/// Sets a lock as a whole. What is stricter than before holds at once; what is looser needs a proof and waits, and the
/// trusted contact is told. The customer himself with a second factor given just now, or staff at a counter who saw his
/// document (`document`). Errors: `STEP_UP_NEEDED`, [`DOCUMENT_NOT_SEEN`], [`SUM_OUT_OF_RANGE`].
pub fn set(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, asked: &Terms, document: bool) -> Result<Set> {
    serves(tx, actor, person)?;
    sums(asked)?;
    let row = must(tx, person)?;
    let (now, wait) = (tx.now(), rules(tx.now().local_date())?.wait());
    let open = waiting(tx, person)?;
    let before = open.as_ref().map(|l| (&l.terms.0, l.due_at));
    let step = step(&row.terms.0, before, asked, now, wait);
    let proof = match &step.later {
        Some((terms, _)) if !open.as_ref().is_some_and(|l| terms.holds_all_of(&l.terms.0)) => {
            Some(proof(actor, document)?)
        }
        _ => None,
    };
    apply(tx, actor, row, step, proof)
}

/// The lock of a person, made when there is none, and locked: what changes his protections goes one after the other.
pub(crate) fn must(tx: &mut Tx<'_>, person: PersonId) -> Result<Lock> {
    locked(tx, person, true)?.ok_or_else(|| Error::broken("a lock is not there after it was made"))
}

fn sums(terms: &Terms) -> Result<()> {
    for (field, sum) in [("per_payment", terms.per_payment), ("per_day", terms.per_day)] {
        if let Some(given) = sum.filter(|s| !(0..=SUM_MAX).contains(s)) {
            let message = format!("{field}: {} is not between 0 and {}", Money::cny(given), Money::cny(SUM_MAX));
            return Err(Error::new(&SUM_OUT_OF_RANGE, message).with("field", field).with("max", Money::cny(SUM_MAX)));
        }
    }
    Ok(())
}

/// Whoever serves him: himself, or staff who may pay for a customer or call one back, never their own.
fn serves(tx: &mut Tx<'_>, actor: &Actor, person: PersonId) -> Result<()> {
    match actor.who {
        Who::Person(me) if me == person => Ok(()),
        Who::Staff(staff) => {
            if party::staff(tx, staff)?.person == Some(person) {
                return Err(Error::forbidden("staff set their own locks as customers"));
            }
            let place = Scope::person(person);
            match party::may(tx, actor, Permission::PaymentSubmitAny, &place) {
                Ok(_) => Ok(()),
                Err(_) => party::may(tx, actor, Permission::CallBackTake, &place).map(|_| ()),
            }
        }
        _ => Err(Error::forbidden("a lock is set by the customer himself, or for him at the bank")),
    }
}

fn proof(actor: &Actor, document: bool) -> Result<Proof> {
    match actor.who {
        Who::Person(_) => party::need_step_up(actor).map(|()| Proof::SecondFactor),
        _ if actor.channel.is_counter() && document => Ok(Proof::Document),
        _ => Err(Error::new(&DOCUMENT_NOT_SEEN, "a lock is loosened at a counter, with the customer's document")),
    }
}

fn apply(tx: &mut Tx<'_>, actor: &Actor, mut row: Lock, step: Step, proof: Option<Proof>) -> Result<Set> {
    let (person, now) = (row.person, tx.now());
    let open = waiting(tx, person)?;
    let stricter = row.terms.0 != step.now;
    let same_wish = match (&open, &step.later) {
        (Some(l), Some((terms, due))) => l.terms.0 == *terms && l.due_at == *due,
        (open, later) => open.is_none() && later.is_none(),
    };
    if stricter {
        let before = std::mem::replace(&mut row.terms.0, step.now);
        (row.set_by, row.set_at, row.channel) = (Some(actor.principal()), Some(now), Some(actor.channel));
        tx.update(&mut row)?;
        tx.audit(actor, Audit::of("safety.lock", person).change(shown(&before), shown(&row.terms.0)))?;
        tx.emit(&Event::Locked { person, all: row.terms.0.all, channel: actor.channel }, &actor.correlation)?;
    }
    if !same_wish {
        let state = if step.later.is_some() { LooseningState::Replaced } else { LooseningState::Withdrawn };
        let proven = proof.or(open.as_ref().map(|l| l.proof));
        if let Some(open) = open {
            end(tx, actor, open, state)?;
        }
        if let (Some((terms, due)), Some(proof)) = (step.later, proven) {
            wish(tx, actor, person, terms, due, proof)?;
        }
    }
    let change = if stricter || !same_wish { Change::Done } else { Change::AlreadySo };
    Ok(Set { change, lock: view(tx, person)? })
}

fn wish(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, terms: Terms, due: Timestamp, proof: Proof) -> Result<()> {
    let now = tx.now();
    let id = LooseningId::new(now, person.book());
    let mut row = Loosening {
        book: person.book(),
        id,
        person,
        terms: Json(terms),
        proof,
        channel: actor.channel,
        asked_by: actor.principal(),
        asked_at: now,
        due_at: due,
        state: LooseningState::Waiting,
        ended_by: None,
        ended_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    tx.audit(actor, Audit::of("safety.loosen", id).after(format!("{} by {proof}", shown(&row.terms.0))))?;
    tx.emit(&Event::loosening("safety.loosening_asked", &row), &actor.correlation)
}

fn end(tx: &mut Tx<'_>, actor: &Actor, mut row: Loosening, state: LooseningState) -> Result<()> {
    (row.state, row.ended_by, row.ended_at) = (state, Some(actor.principal()), Some(tx.now()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("safety.loosening_end", row.id).after(state.code()))?;
    match state {
        LooseningState::Withdrawn => tx.emit(&Event::loosening("safety.loosening_withdrawn", &row), &actor.correlation),
        LooseningState::InForce => tx.emit(&Event::loosening("safety.loosened", &row), &actor.correlation),
        LooseningState::Waiting | LooseningState::Replaced => Ok(()),
    }
}

/// What the audit keeps of terms.
fn shown(terms: &Terms) -> String {
    let sum = |s: Option<i64>| s.map_or("any".into(), |s| Money::cny(s).to_string());
    let ways: Vec<&str> = terms.ways.iter().map(|w| w.code()).collect();
    let Terms { all, basics, payees, abroad, .. } = terms;
    let hours = terms.hours.bits();
    let (one, day) = (sum(terms.per_payment), sum(terms.per_day));
    format!("all {all} basics {basics} hours {hours:06x} ways {ways:?} payees {payees} abroad {abroad} {one} {day}")
}

/// The customer, or staff who serve him, withdraws a wish: what is locked stays locked. Needs no further proof. Errors: not
/// found for everybody else, [`LOOSENING_OVER`] when it is in force already.
pub fn withdraw(tx: &mut Tx<'_>, actor: &Actor, id: LooseningId) -> Result<Change> {
    let none = || Error::not_found("loosening", id);
    let person = tx.get::<Loosening>(params![id.book(), id])?.ok_or_else(none)?.person;
    serves(tx, actor, person).map_err(|why| none().caused_by(why))?;
    locked(tx, person, false)?;
    let row = tx.load::<Loosening>(params![id.book(), id])?.ok_or_else(none)?;
    match row.state {
        LooseningState::Waiting => end(tx, actor, row, LooseningState::Withdrawn).map(|()| Change::Done),
        LooseningState::Withdrawn | LooseningState::Replaced => Ok(Change::AlreadySo),
        LooseningState::InForce => Err(Error::new(&LOOSENING_OVER, format!("{id} is in force"))),
    }
}

/// Puts wishes into force whose time has come, at most `limit`, and forgets old uses; answers how many wishes. For the
/// clockwork: until it has run, the stricter lock holds.
pub fn loosen_due(tx: &mut Tx<'_>, limit: u32) -> Result<u32> {
    let (actor, now) = (Actor::system("safety"), tx.now());
    let tail = "WHERE state = 'waiting' AND due_at <= ?1 ORDER BY due_at, book, id LIMIT ?2";
    let due = tx.select::<Loosening>(tail, params![now, limit])?;
    let count = due.len() as u32;
    for found in due {
        let Some(mut lock) = locked(tx, found.person, false)? else { continue };
        let Some(row) = tx.load::<Loosening>(params![found.book, found.id])? else { continue };
        if row.state != LooseningState::Waiting || row.due_at > now {
            continue;
        }
        let before = std::mem::replace(&mut lock.terms.0, row.terms.0.clone());
        (lock.set_by, lock.set_at, lock.channel) = (Some(row.asked_by.clone()), Some(now), Some(row.channel));
        tx.update(&mut lock)?;
        tx.audit(&actor, Audit::of("safety.loosened", row.person).change(shown(&before), shown(&lock.terms.0)))?;
        end(tx, &actor, row, LooseningState::InForce)?;
    }
    Ok(count)
}

/// Removes what was paid under sums of days long over, at most `limit`; answers how many. For the clockwork.
pub fn forget_uses(tx: &mut Tx<'_>, limit: u32) -> Result<u32> {
    let before = tx.now().plus(-USES_KEPT_DAYS * DAY).local_date();
    let old =
        tx.select_locked::<Use>("WHERE date < ?1 ORDER BY date, book, instruction LIMIT ?2", params![before, limit])?;
    old.iter().try_for_each(|u| tx.remove(u))?;
    Ok(old.len() as u32)
}

/// Whether a payment passes the payer's lock, in the posting transaction; from here to its commit no lock of his changes.
/// Answers whether a sum of the day is set, against which it is then counted ([`use_day`]). `Err`: one of the codes `lock_…`.
pub fn pass(tx: &mut Tx<'_>, payer: PersonId, m: &Movement) -> Result<bool> {
    let make = tx.locks_rows();
    let Some(row) = locked(tx, payer, make)? else { return Ok(false) };
    let now = tx.now();
    check(&row.terms.0, m, rules(now.local_date())?, now)?;
    Ok(row.terms.0.per_day.is_some())
}

/// Counts a payment that passed against the sum of its day, where one is set. `Err(LOCK_DAY)` undoes the transaction.
pub fn use_day(tx: &mut Tx<'_>, payer: PersonId, id: InstructionId, amount: Money, date: Date) -> Result<()> {
    let Some(row) = locked(tx, payer, false)?.filter(|l| l.terms.0.per_day.is_some()) else { return Ok(()) };
    let sql = "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM safety_uses WHERE book = ?1 AND person = ?2 AND date = ?3";
    let used: i64 = tx.query_one(sql, params![payer.book(), payer, date], |r| r.get(0))?.unwrap_or(0);
    day(&row.terms.0, used, amount)?;
    let (book, person, amount) = (payer.book(), payer, amount.minor);
    tx.insert(&mut Use { book, instruction: id, person, date, amount, seal: Seal::default() })
}

/// Gives back what a payment used, when it was called off as a whole or in part.
pub fn give_back(tx: &mut Tx<'_>, payer: PersonId, id: InstructionId, amount: Money) -> Result<()> {
    let Some(mut row) = tx.load::<Use>(params![payer.book(), id])? else { return Ok(()) };
    row.amount -= amount.minor;
    match row.amount {
        ..=0 => tx.remove(&row),
        _ => tx.update(&mut row),
    }
}
