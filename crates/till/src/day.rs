//! A teller's day at a till: counted in the morning, counted in the evening.
use crate::case::Source;
use crate::difference::{Candidate, Slip, candidates};
use crate::drawer::{self, Drawer, DrawerKind, raw};
use crate::entry::{Entry, EntryState};
use crate::events::Event;
use crate::{
    ENTRIES_MAX, NO_TILL, Notes, TILL_BUSY, TILL_CLOSED, TILL_OPEN, VOUCHERS_DIFFER, counter, teller, voucher,
};
use kernel::id::{DrawerId, StaffId};
use kernel::{Actor, BookId, Date, Error, Money, Result, Timestamp};
use serde::Serialize;
use store::{Audit, Seal, Tx, params};

store::record! {
    /// A teller's day. He has one till a day, and a till one teller.
    pub struct TillDay in "till_days" key 3 {
        pub book: BookId,
        pub teller: StaffId,
        pub date: Date,
        pub drawer: DrawerId,
        pub opened_at: Timestamp,
        pub opened_notes: Notes,
        /// The last number given in the journal.
        pub last_number: i64,
        pub closed_at: Option<Timestamp>,
        pub closed_notes: Option<Notes>,
        /// Counted less booked at the close, minor units.
        pub difference: i64,
    }
}

/// A count beside the book.
#[derive(Clone, Debug, Serialize)]
pub struct Balance {
    pub booked: Notes,
    pub counted: Notes,
    /// Counted less booked: above zero is over.
    pub difference: Money,
    /// Where the faces differ: face, and pieces counted less booked.
    pub faces: Vec<(Money, i64)>,
    /// What may explain it, likeliest first.
    pub candidates: Vec<Candidate>,
}

/// The till day that is open for this teller, wherever; locked.
pub(crate) fn open_day_of(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<TillDay>> {
    let Some(staff) = actor.staff() else { return Ok(None) };
    Ok(tx.select_locked::<TillDay>("WHERE teller = ?1 AND closed_at IS NULL LIMIT 1", params![staff])?.pop())
}

/// The open till of the teller at this branch, with its drawer brought up to date. `Err(NO_TILL)`.
pub(crate) fn at_till(tx: &mut Tx<'_>, actor: &Actor) -> Result<(TillDay, Drawer)> {
    let (_, branch) = teller(tx, actor)?;
    let today = tx.business_date()?;
    let here = |d: &TillDay| d.book == kernel::Id::book(&branch) && d.date == today;
    let day = open_day_of(tx, actor)?.filter(here);
    let day = day.ok_or_else(|| Error::new(&NO_TILL, format!("you have no till open on {today}")))?;
    let mut d = raw(tx, day.drawer)?;
    counter::bring_up(tx, &mut d)?;
    Ok((day, d))
}

/// Opens a till for the day with the cash counted in it. `accepted`: the difference to the book that was seen. Errors:
/// `TILL_OPEN`, `TILL_CLOSED`, `COUNT_DIFFERS`.
pub fn till_open(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DrawerId,
    counted: &Notes,
    accepted: Option<Money>,
) -> Result<TillDay> {
    let (staff, branch) = teller(tx, actor)?;
    let mut d = raw(tx, id)?;
    if d.kind != DrawerKind::Till || d.branch != branch {
        return Err(Error::not_found("till", id));
    }
    let today = tx.business_date()?;
    if let Some(open) = open_day_of(tx, actor)? {
        let told = format!("your till {} is open since {}", open.drawer, open.opened_at.local());
        return Err(Error::new(&TILL_OPEN, told).with("till", open.drawer));
    }
    if let Some(holder) = d.holder {
        return Err(Error::new(&TILL_OPEN, format!("{} is open for {holder}", d.name)).with("till", id));
    }
    if tx.load::<TillDay>(params![d.book, staff, today])?.is_some() {
        return Err(Error::new(&TILL_CLOSED, format!("you closed your till of {today}")));
    }
    let found = candidates(counted, &d.notes, &[]);
    drawer::recount(tx, actor, &mut d, counted, accepted, Source::Opening, found)?;
    d.holder = Some(staff);
    tx.update(&mut d)?;
    let mut day = TillDay {
        book: d.book,
        teller: staff,
        date: today,
        drawer: id,
        opened_at: tx.now(),
        opened_notes: counted.clone(),
        last_number: 0,
        closed_at: None,
        closed_notes: None,
        difference: 0,
        seal: Seal::default(),
    };
    tx.insert(&mut day)?;
    tx.audit(actor, Audit::of("till.open", id).after(counted.to_string()))?;
    tx.emit(&Event::TillOpened { drawer: id, teller: staff }, &actor.correlation)?;
    Ok(day)
}

/// A count beside the book, with what may explain the difference. Changes nothing; the evening's first step.
pub fn balance(tx: &mut Tx<'_>, actor: &Actor, counted: &Notes) -> Result<Balance> {
    let (staff, branch) = teller(tx, actor)?;
    let tail = "WHERE teller = ?1 AND book = ?2 AND closed_at IS NULL LIMIT 1";
    let day = tx.select::<TillDay>(tail, params![staff, kernel::Id::book(&branch)])?.pop();
    let day = day.ok_or_else(|| Error::new(&NO_TILL, "you have no till open"))?;
    let d = tx.get::<Drawer>(&drawer::key(day.drawer))?.ok_or_else(|| Error::not_found("drawer", day.drawer))?;
    let booked = counter::booked_notes(tx, &d)?;
    beside(tx, &day, booked, counted)
}

fn beside(tx: &mut Tx<'_>, day: &TillDay, booked: Notes, counted: &Notes) -> Result<Balance> {
    let difference = counted.sum()?.sub(booked.sum()?)?;
    let tail = "WHERE book = ?1 AND teller = ?2 AND date = ?3 ORDER BY number LIMIT ?4";
    let entries = tx.select::<Entry>(tail, params![day.book, day.teller, day.date, ENTRIES_MAX])?;
    let slips: Result<Vec<Slip>> = entries.iter().map(slip).collect();
    let faces = counted.against(&booked).into_iter().map(|(f, n)| (Money::new(f, booked.currency()), n)).collect();
    let candidates = candidates(counted, &booked, &slips?);
    Ok(Balance { difference, faces, candidates, counted: counted.clone(), booked })
}

fn slip(e: &Entry) -> Result<Slip> {
    let booked = matches!(e.state, EntryState::Done | EntryState::Reversed);
    let party = if e.shown.is_empty() { e.object.clone() } else { e.shown.clone() };
    Ok(Slip { number: e.number, effect: e.effect()?, party, booked })
}

/// Closes the till with the cash and the blank vouchers counted in it. What differs needs `accepted`, the difference that was
/// seen, and opens a case with the candidates. Errors: `TILL_BUSY` while something waits, `COUNT_DIFFERS`, `VOUCHERS_DIFFER`.
pub fn till_close(
    tx: &mut Tx<'_>,
    actor: &Actor,
    counted: &Notes,
    vouchers: &[(voucher::VoucherKind, i64)],
    accepted: Option<Money>,
) -> Result<TillDay> {
    let (mut day, mut d) = at_till_of_any_day(tx, actor)?;
    let waiting = counter::waiting(tx, &d)?.len() as u64 + crate::moves::open_at(tx, &d)?;
    if waiting > 0 {
        return Err(Error::new(&TILL_BUSY, format!("{waiting} things wait at {}", d.name)).with("waiting", waiting));
    }
    for (kind, blank) in voucher::blank_in(tx, &d)? {
        let found = vouchers.iter().find(|(k, _)| *k == kind).map_or(0, |(_, n)| *n);
        if found != blank {
            let told = format!("{found} blank {kind} counted, {blank} are booked");
            return Err(Error::new(&VOUCHERS_DIFFER, told)
                .with("kind", kind)
                .with("given", found)
                .with("booked", blank));
        }
    }
    let seen = beside(tx, &day, d.notes.clone(), counted)?;
    let difference = drawer::recount(tx, actor, &mut d, counted, accepted, Source::Balancing, seen.candidates)?;
    (d.holder, d.counted_on, d.counted_by) = (None, Some(day.date), Some(actor.principal()));
    d.counted_at = Some(tx.now());
    tx.update(&mut d)?;
    (day.closed_at, day.closed_notes, day.difference) = (Some(tx.now()), Some(counted.clone()), difference.minor);
    tx.update(&mut day)?;
    tx.audit(actor, Audit::of("till.close", d.id).after(format!("{counted} ({difference})")))?;
    tx.emit(&Event::TillClosed { drawer: d.id, teller: day.teller, difference }, &actor.correlation)?;
    Ok(day)
}

/// A till that was left open over night is closed too.
fn at_till_of_any_day(tx: &mut Tx<'_>, actor: &Actor) -> Result<(TillDay, Drawer)> {
    teller(tx, actor)?;
    let day = open_day_of(tx, actor)?;
    let day = day.ok_or_else(|| Error::new(&NO_TILL, "you have no till open"))?;
    let mut d = raw(tx, day.drawer)?;
    counter::bring_up(tx, &mut d)?;
    Ok((day, d))
}

/// The teller's till day that is open; `None` when he has none.
pub fn till_day(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<TillDay>> {
    let (staff, _) = teller(tx, actor)?;
    Ok(tx.select::<TillDay>("WHERE teller = ?1 AND closed_at IS NULL LIMIT 1", params![staff])?.pop())
}
