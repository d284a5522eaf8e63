//! The customer's side.
use super::desk::write;
use super::{
    CALLS_PER_ADDRESS_MAX, CALLS_PER_PERSON_MAX, CALLS_PER_PHONE_MAX, CallBack, CallState, Happened, PHONE,
    SHOWN_HOURS, Topic, Wish, Word, promise, promise_at_machine as at_machine,
};
use crate::codes::{CALL_BACK_CLOSED, CALL_BACK_LIMIT};
use kernel::chinese::{half_width, mask_phone};
use kernel::clock::{DAY, HOUR};
use kernel::id::{BranchId, CallBackId, DeviceId, PersonId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp, Who};
use party::Change;
use store::{Audit, Param, Seal, Tx, params};

/// What a customer asks for.
#[derive(Clone, Debug)]
pub struct CallAsk {
    pub topic: Topic,
    pub wish: Wish,
    /// Of somebody who is not signed in; a customer is called at the number on file.
    pub phone: String,
    /// What a visitor who is not signed in is known by again: a secret of his browser.
    pub visitor: String,
}

/// The request, and whether it was there before.
#[derive(Clone, Debug)]
pub struct Asked {
    pub call: CallBack,
    pub already: bool,
}

/// Asks to be called. Who is signed in and has an open request is answered that one. Errors: a bad phone, `call_back_limit`.
pub fn ask(tx: &mut Tx<'_>, actor: &Actor, ask: &CallAsk) -> Result<Asked> {
    if matches!(actor.who, Who::Staff(_) | Who::Client { .. } | Who::System(_)) {
        return Err(Error::forbidden("customers ask to be called back"));
    }
    let person = actor.person();
    if let Some(open) = own(tx, actor, &ask.visitor)?.filter(CallBack::is_open) {
        return Ok(Asked { call: open, already: true });
    }
    let mut call = match person {
        Some(person) => of_customer(tx, actor, person, ask)?,
        None => of_visitor(tx, ask)?,
    };
    call.address_index = tx.keys().index("call_back.address", &actor.address);
    room(tx, &call)?;
    let promise = promise(call.asked_at, ask.topic, ask.wish, call.elder)?;
    (call.call_from, call.promised_by) = (promise.from, promise.by);
    let drawn = tx.keys().token("call_back.word", &call.id.bytes());
    call.word = Word::drawn([drawn[0], drawn[1]]).number();
    let told = format!("{} {}", call.topic, call.phone_masked);
    put(tx, actor, call, told)
}

/// Into the queue.
fn put(tx: &mut Tx<'_>, actor: &Actor, mut call: CallBack, told: String) -> Result<Asked> {
    tx.insert(&mut call)?;
    tx.audit(actor, Audit::of("call_back.ask", call.id).after(told))?;
    tx.emit(&super::Event::of(Happened::Asked, &call, String::new()), &actor.correlation)?;
    Ok(Asked { call, already: false })
}

/// The machine at which somebody asks for help.
#[derive(Clone, Debug)]
pub struct Machine {
    pub id: DeviceId,
    /// What is written on it and where it stands, for whoever comes.
    pub name: String,
    pub branch: BranchId,
}

/// Asks that somebody comes to a machine; one that is asked for already is answered again. `None` outside the hours in which
/// there is somebody to come.
pub fn ask_at_machine(tx: &mut Tx<'_>, actor: &Actor, machine: &Machine) -> Result<Option<Asked>> {
    if let Some(open) = open_at_machine(tx, machine.id)? {
        return Ok(Some(Asked { call: open, already: true }));
    }
    let Some(promise) = at_machine(tx.now())? else { return Ok(None) };
    let book = party::branch(tx, machine.branch)?.book;
    let elder = match actor.person() {
        Some(person) => party::person(tx, person)?.is_elder(tx.now().local_date()),
        None => false,
    };
    let wanted = CallAsk { topic: Topic::Other, wish: Wish::Soon, phone: String::new(), visitor: String::new() };
    let call = CallBack {
        asker_index: machine_index(tx, machine.id),
        phone_index: Vec::new(),
        phone_masked: String::new(),
        name_masked: machine.name.clone(),
        elder,
        call_from: promise.from,
        promised_by: promise.by,
        ..blank(tx, book, &wanted, "")
    };
    put(tx, actor, call, machine.name.clone()).map(Some)
}

/// The open request of a machine.
pub fn open_at_machine(tx: &mut Tx<'_>, machine: DeviceId) -> Result<Option<CallBack>> {
    let asker = machine_index(tx, machine);
    let mut newest = tx.select::<CallBack>("WHERE asker_index = ?1 ORDER BY id DESC LIMIT 1", params![asker])?;
    Ok(newest.pop().filter(CallBack::is_open))
}

fn machine_index(tx: &Tx<'_>, machine: DeviceId) -> Vec<u8> {
    tx.keys().index("call_back.machine", &machine.to_string())
}

fn of_customer(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, ask: &CallAsk) -> Result<CallBack> {
    let on_file = party::reveal(tx, actor, person, "asked to be called back")?;
    let row = party::person(tx, person)?;
    let elder = row.is_elder(tx.now().local_date());
    let call = blank(tx, person.book(), ask, &on_file.phone);
    Ok(CallBack { person: Some(person), name_masked: row.name_masked, elder, ..call })
}

/// A number that is a customer's goes to his branch, without a word about it.
fn of_visitor(tx: &mut Tx<'_>, ask: &CallAsk) -> Result<CallBack> {
    let phone: String = half_width(&ask.phone).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = phone.strip_prefix('+').unwrap_or(&phone);
    if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::field("phone", "7 to 15 digits, with + for other countries"));
    }
    let book = match party::book_by_phone(tx, &phone)? {
        Some(book) => book,
        None => duty_book(tx)?,
    };
    let asker_index = tx.keys().index("call_back.asker", &ask.visitor);
    Ok(CallBack { asker_index, ..blank(tx, book, ask, &phone) })
}

/// The first branch below the head office; the head office where there is no other.
fn duty_book(tx: &mut Tx<'_>) -> Result<BookId> {
    let all = party::branches(tx)?;
    Ok(all.iter().find(|b| b.parent.is_some()).or(all.first()).map_or(BookId::HEAD_OFFICE, |b| b.book))
}

fn blank(tx: &Tx<'_>, book: BookId, ask: &CallAsk, phone: &str) -> CallBack {
    let (keys, now) = (tx.keys(), tx.now());
    CallBack {
        book,
        id: CallBackId::new(now, book),
        person: None,
        asker_index: Vec::new(),
        address_index: Vec::new(),
        phone: keys.encrypt_own(PHONE, phone.as_bytes()),
        phone_index: keys.index("phone", phone),
        phone_masked: mask_phone(phone),
        name_masked: String::new(),
        elder: false,
        topic: ask.topic,
        wish: ask.wish,
        word: 0,
        state: CallState::Asked,
        asked_at: now,
        call_from: now,
        promised_by: now,
        overdue_at: None,
        taken_by: None,
        taken_at: None,
        tries: 0,
        ended_by: None,
        ended_at: None,
        outcome: None,
        note: String::new(),
        seal: Seal::default(),
    }
}

/// Whether there is room for one more request of 24 hours.
fn room(tx: &mut Tx<'_>, call: &CallBack) -> Result<()> {
    let since = call.asked_at.plus(-DAY);
    let by_phone = "SELECT count(*) FROM call_backs WHERE phone_index = ?1 AND asked_at > ?2";
    let by_person = "SELECT count(*) FROM call_backs WHERE person = ?1 AND asked_at > ?2";
    let by_address = "SELECT count(*) FROM call_backs WHERE address_index = ?1 AND asked_at > ?2 AND person IS NULL";
    counted(tx, by_phone, params![call.phone_index, since], CALLS_PER_PHONE_MAX)?;
    match call.person {
        Some(person) => counted(tx, by_person, params![person, since], CALLS_PER_PERSON_MAX),
        None => counted(tx, by_address, params![call.address_index, since], CALLS_PER_ADDRESS_MAX),
    }
}

fn counted(tx: &mut Tx<'_>, sql: &'static str, params: &[Param<'_>], max: i64) -> Result<()> {
    let n: i64 = tx.query_one(sql, params, |r| r.get(0))?.unwrap_or(0);
    if n < max {
        return Ok(());
    }
    Err(Error::new(&CALL_BACK_LIMIT, format!("{n} requests in 24 hours")).with("given", n).with("max", max))
}

/// The newest request of the actor, or of a visitor who is not signed in, open or ended within [`SHOWN_HOURS`].
pub fn own(tx: &mut Tx<'_>, actor: &Actor, visitor: &str) -> Result<Option<CallBack>> {
    let by_person = "WHERE person = ?1 ORDER BY id DESC LIMIT 1";
    let by_asker = "WHERE asker_index = ?1 ORDER BY id DESC LIMIT 1";
    let mut found = match actor.person() {
        Some(person) => tx.select::<CallBack>(by_person, params![person])?,
        None if visitor.is_empty() => Vec::new(),
        None => {
            let asker = tx.keys().index("call_back.asker", visitor);
            tx.select::<CallBack>(by_asker, params![asker])?
        }
    };
    let now = tx.now();
    Ok(found.pop().filter(|c| c.is_open() || recent(c, now)))
}

fn recent(call: &CallBack, now: Timestamp) -> bool {
    call.ended_at.is_some_and(|at| now.since(at) < SHOWN_HOURS * HOUR)
}

/// Takes the request back. Errors: not found for everybody else, `call_back_closed` when it was done.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: CallBackId, visitor: &str) -> Result<Change> {
    let none = || Error::not_found("call-back", id);
    let mut row = tx.load::<CallBack>(params![id.book(), id])?.ok_or_else(none)?;
    let his = match (row.person, actor.person()) {
        (Some(of), Some(me)) => of == me,
        (None, None) => !visitor.is_empty() && row.asker_index == tx.keys().index("call_back.asker", visitor),
        _ => false,
    };
    if !his {
        return Err(none().caused_by(Error::forbidden("somebody else asked for it")));
    }
    match row.state {
        CallState::Cancelled => return Ok(Change::AlreadySo),
        _ if !row.is_open() => {
            let message = format!("it is {}", row.state);
            return Err(Error::new(&CALL_BACK_CLOSED, message).with("state", row.state));
        }
        _ => {}
    }
    (row.state, row.ended_by, row.ended_at) = (CallState::Cancelled, Some(actor.principal()), Some(tx.now()));
    write(tx, actor, &mut row, Happened::Cancelled)?;
    Ok(Change::Done)
}
