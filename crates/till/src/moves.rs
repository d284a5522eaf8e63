//! Cash on its way between two drawers, by two persons.
//!
//! ```text
//! asked ─▶ in transit (countersigned) ─▶ received (counted)
//!    └───▶ called off
//! ```
//! A till gives to and takes from the vault of its branch; a vault also from machines, the cash centre and other vaults. Who
//! asks holds the drawer the cash leaves: the teller of the till, or a keeper. Who countersigns is a keeper, another person,
//! and holds neither till. Who receives counts: the teller of the till, or a keeper; never the one who asked. Out of a vault,
//! the one who countersigned does not receive either, so what leaves a vault passes three pairs of eyes.
use crate::case::{self, Found, Source};
use crate::drawer::{self, Drawer, DrawerKind, over_short, raw, save};
use crate::entry::{self, EntryKind, NewEntry};
use crate::events::Event;
use crate::{
    COUNT_DIFFERS, MOVE_STATE, MOVE_WAY, NOT_THE_HOLDER, Notes, OWN_DRAWER, book, counter, keeper, others, reader,
};
use kernel::id::{BranchId, CashMoveId, DrawerId};
use kernel::{Actor, BookId, Currency, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use store::{Audit, Param, Seal, Tx, params};

store::text_enum! {
    pub enum MoveState { Asked = "asked", InTransit = "in_transit", Received = "received", CalledOff = "called_off" }
}

store::record! {
    /// Cash on its way.
    pub struct Move in "cash_moves" key 2 {
        pub book: BookId,
        pub id: CashMoveId,
        pub from_drawer: DrawerId,
        pub to_book: BookId,
        pub to_drawer: DrawerId,
        pub amount: i64,
        pub currency: Currency,
        pub notes: Notes,
        pub state: MoveState,
        pub asked_by: String,
        pub asked_at: Timestamp,
        pub second_by: Option<String>,
        pub second_at: Option<Timestamp>,
        pub received_by: Option<String>,
        pub received_at: Option<Timestamp>,
        /// What was counted at the end of the way.
        pub counted: Option<Notes>,
        pub ended_why: Option<String>,
    }
}

impl Move {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

/// What is to be moved.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveAsk {
    pub from: DrawerId,
    pub to: DrawerId,
    pub notes: Notes,
}

/// Whether cash may go this way at all; pure.
fn way(from: &Drawer, to: &Drawer) -> Result<()> {
    use DrawerKind::*;
    let near = from.branch == to.branch;
    let fits = match (from.kind, to.kind) {
        (Vault, Till | Machine | Centre) | (Till | Machine | Centre, Vault) => near,
        (Vault, Vault) => !near,
        _ => false,
    };
    match fits && from.currency == to.currency {
        true => Ok(()),
        false => Err(Error::new(&MOVE_WAY, format!("no cash goes from this {} to that {}", from.kind, to.kind))),
    }
}

/// Who holds the drawer: its teller for a till, else a keeper of its branch.
fn holds(tx: &mut Tx<'_>, actor: &Actor, d: &Drawer) -> Result<()> {
    if d.kind != DrawerKind::Till {
        return keeper(tx, actor, d.branch);
    }
    crate::teller(tx, actor)?;
    match d.holder.is_some() && d.holder == actor.staff() {
        true => Ok(()),
        false => Err(Error::new(&NOT_THE_HOLDER, format!("{} is not your till today", d.name))),
    }
}

fn locked(tx: &mut Tx<'_>, id: CashMoveId) -> Result<Move> {
    let key = [Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())];
    tx.load::<Move>(&key)?.ok_or_else(|| Error::not_found("cash move", id))
}

fn in_state(m: &Move, wanted: MoveState) -> Result<()> {
    match m.state == wanted {
        true => Ok(()),
        false => Err(Error::new(&MOVE_STATE, format!("{} is {}", m.id, m.state)).with("state", m.state)),
    }
}

/// A move that is under way; for the machine's own orders.
pub(crate) fn under_way(tx: &mut Tx<'_>, id: CashMoveId) -> Result<Move> {
    let m = locked(tx, id)?;
    in_state(&m, MoveState::InTransit)?;
    Ok(m)
}

/// A move that was asked for and has not left.
pub(crate) fn to_be_sent(tx: &mut Tx<'_>, id: CashMoveId) -> Result<Move> {
    let m = locked(tx, id)?;
    in_state(&m, MoveState::Asked)?;
    Ok(m)
}

/// What came out of a machine is on its way.
pub(crate) fn sent(tx: &mut Tx<'_>, actor: &Actor, id: CashMoveId, from: &mut Drawer, notes: &Notes) -> Result<()> {
    let mut m = to_be_sent(tx, id)?;
    (m.amount, m.notes) = (notes.sum()?.minor, notes.clone());
    leave(tx, &mut m, from)?;
    (m.state, m.second_by, m.second_at) = (MoveState::InTransit, Some(actor.principal()), Some(tx.now()));
    tx.update(&mut m)?;
    tx.emit(&Event::MoveSent { movement: id, amount: m.money() }, &actor.correlation)
}

/// Both drawers, locked in the order of their ids, brought up to date when they are tills.
fn both(tx: &mut Tx<'_>, from: DrawerId, to: DrawerId) -> Result<(Drawer, Drawer)> {
    let (mut a, mut b) = if from < to {
        let a = raw(tx, from)?;
        (a, raw(tx, to)?)
    } else {
        let b = raw(tx, to)?;
        (raw(tx, from)?, b)
    };
    counter::bring_up(tx, &mut a)?;
    counter::bring_up(tx, &mut b)?;
    Ok((a, b))
}

/// The first person asks; the notes must be in the drawer (a centre's are not counted). A machine gives and takes with
/// [`crate::machine::load`] and [`crate::machine::unload`].
pub fn move_ask(tx: &mut Tx<'_>, actor: &Actor, ask: &MoveAsk) -> Result<Move> {
    let (from, to) = both(tx, ask.from, ask.to)?;
    way(&from, &to)?;
    holds(tx, actor, &from)?;
    others(actor, &[])?;
    if from.kind == DrawerKind::Machine {
        return Err(Error::new(&MOVE_WAY, "a machine is emptied by its own order"));
    }
    asked(tx, actor, &from, &to, &ask.notes)
}

/// Writes down what is asked for; the ways in are checked.
pub(crate) fn asked(tx: &mut Tx<'_>, actor: &Actor, from: &Drawer, to: &Drawer, notes: &Notes) -> Result<Move> {
    let amount = notes.sum()?;
    if !amount.is_positive() {
        return Err(Error::field("notes", "at least one note"));
    }
    if from.kind != DrawerKind::Centre {
        counter::free(tx, from)?.minus(notes)?;
    }
    let id = CashMoveId::new(tx.now(), from.book);
    let mut m = Move {
        book: from.book,
        id,
        from_drawer: from.id,
        to_book: to.book,
        to_drawer: to.id,
        amount: amount.minor,
        currency: amount.currency,
        notes: notes.clone(),
        state: MoveState::Asked,
        asked_by: actor.principal(),
        asked_at: tx.now(),
        second_by: None,
        second_at: None,
        received_by: None,
        received_at: None,
        counted: None,
        ended_why: None,
        seal: Seal::default(),
    };
    tx.insert(&mut m)?;
    tx.audit(actor, Audit::of("till.move_ask", id).after(format!("{amount} from {} to {}", from.name, to.name)))?;
    Ok(m)
}

/// The second person saw it counted and lets it go: it is in transit from now on. Again by the same: the same.
pub fn move_countersign(tx: &mut Tx<'_>, actor: &Actor, id: CashMoveId) -> Result<Move> {
    let mut m = locked(tx, id)?;
    let (mut from, to) = both(tx, m.from_drawer, m.to_drawer)?;
    keeper(tx, actor, from.branch)?;
    if m.state == MoveState::InTransit && m.second_by == Some(actor.principal()) {
        return Ok(m);
    }
    in_state(&m, MoveState::Asked)?;
    others(actor, &[Some(&m.asked_by)])?;
    if from.kind == DrawerKind::Machine {
        return Err(Error::new(&MOVE_WAY, "a machine is emptied by its own order"));
    }
    if [&from, &to].iter().any(|d| d.holder.is_some() && d.holder == actor.staff()) {
        return Err(Error::new(&OWN_DRAWER, "the teller of the till does not countersign for it"));
    }
    leave(tx, &mut m, &mut from)?;
    (m.state, m.second_by, m.second_at) = (MoveState::InTransit, Some(actor.principal()), Some(tx.now()));
    tx.update(&mut m)?;
    teller_note(tx, &m, &from, EntryKind::MoveOut)?;
    tx.audit(actor, Audit::of("till.move_countersign", id).after(m.money().to_string()))?;
    tx.emit(&Event::MoveSent { movement: id, amount: m.money() }, &actor.correlation)?;
    Ok(m)
}

fn leave(tx: &mut Tx<'_>, m: &mut Move, from: &mut Drawer) -> Result<()> {
    let mut transit = drawer::of_kind(tx, from.book, DrawerKind::Transit, m.currency)?;
    book(tx, transit.account, from.account, m.money(), "cash_move", &m.id.to_string())?;
    if from.kind != DrawerKind::Centre {
        counter::free(tx, from)?.minus(&m.notes)?;
        let left = from.notes.minus(&m.notes)?;
        save(tx, from, left)?;
    }
    let under_way = transit.notes.plus(&m.notes)?;
    save(tx, &mut transit, under_way)
}

/// A move that touches a till stands in its teller's journal.
fn teller_note(tx: &mut Tx<'_>, m: &Move, d: &Drawer, kind: EntryKind) -> Result<()> {
    let Some(teller) = d.holder.filter(|_| d.kind == DrawerKind::Till) else { return Ok(()) };
    let holder = Actor::of(kernel::Who::Staff(teller));
    let object = m.id.to_string();
    let counted = m.counted.as_ref().unwrap_or(&m.notes).clone();
    let amount = counted.sum()?;
    let new = NewEntry { object: &object, ..NewEntry::plain(kind, amount) };
    let new = match kind {
        EntryKind::MoveOut => NewEntry { notes_out: counted, ..new },
        _ => NewEntry { notes_in: counted, ..new },
    };
    entry::note(tx, &holder, new).map(|_| ())
}

/// The receiver counted it. What is over or short needs `accepted`, the difference that was seen, and opens a case.
pub fn move_receive(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CashMoveId,
    counted: &Notes,
    accepted: Option<Money>,
) -> Result<Move> {
    let m = locked(tx, id)?;
    let (from, to) = both(tx, m.from_drawer, m.to_drawer)?;
    holds(tx, actor, &to)?;
    if to.kind == DrawerKind::Machine {
        return Err(Error::new(&MOVE_WAY, "a machine is loaded by its own order"));
    }
    if m.state == MoveState::Received && m.received_by == Some(actor.principal()) {
        return Ok(m);
    }
    in_state(&m, MoveState::InTransit)?;
    let out_of_till = from.kind == DrawerKind::Till;
    let second = m.second_by.as_deref().filter(|_| !out_of_till);
    others(actor, &[Some(&m.asked_by), second])?;
    arrive(tx, actor, m, to, counted, accepted)
}

/// The end of the way, whoever counted.
pub(crate) fn arrive(
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut m: Move,
    mut to: Drawer,
    counted: &Notes,
    accepted: Option<Money>,
) -> Result<Move> {
    let difference = counted.sum()?.sub(m.money())?;
    if m.notes != *counted && accepted != Some(difference) {
        let told = format!("{} was sent, {counted} is counted", m.notes);
        return Err(Error::new(&COUNT_DIFFERS, told).with("difference", difference));
    }
    let reference = m.id.to_string();
    let mut transit = drawer::of_kind(tx, m.book, DrawerKind::Transit, m.currency)?;
    book(tx, to.account, transit.account, m.money(), "cash_move", &reference)?;
    let left = transit.notes.minus(&m.notes)?;
    save(tx, &mut transit, left)?;
    if !difference.is_zero() {
        let detail = format!("sent {}, counted {counted}", m.notes);
        let candidates = crate::difference::candidates(counted, &m.notes, &[]);
        let found = Found { source: Source::Transit, amount: difference, detail, candidates, customer: None };
        let opened = case::open(tx, actor, &to, found)?;
        let amount = Money::new(difference.minor.abs(), m.currency);
        let account = over_short(to.book, m.currency);
        let (debit, credit) = if difference.is_positive() { (to.account, account) } else { (account, to.account) };
        book(tx, debit, credit, amount, "cash_difference", &opened.to_string())?;
    }
    if to.kind != DrawerKind::Centre {
        let notes = to.notes.plus(counted)?;
        save(tx, &mut to, notes)?;
    }
    (m.state, m.received_by, m.received_at) = (MoveState::Received, Some(actor.principal()), Some(tx.now()));
    m.counted = Some(counted.clone());
    tx.update(&mut m)?;
    teller_note(tx, &m, &to, EntryKind::MoveIn)?;
    tx.audit(actor, Audit::of("till.move_receive", m.id).after(format!("{counted} ({difference})")))?;
    tx.emit(&Event::MoveReceived { movement: m.id, amount: counted.sum()?, difference }, &actor.correlation)?;
    Ok(m)
}

/// Whoever asked calls it off while nothing has left.
pub fn move_call_off(tx: &mut Tx<'_>, actor: &Actor, id: CashMoveId, why: &str) -> Result<Move> {
    let mut m = locked(tx, id)?;
    if m.asked_by != actor.principal() {
        return Err(Error::new(&NOT_THE_HOLDER, "only who asked for it calls it off"));
    }
    if m.state == MoveState::CalledOff {
        return Ok(m);
    }
    in_state(&m, MoveState::Asked)?;
    (m.state, m.ended_why) = (MoveState::CalledOff, Some(party::reason(why)?));
    tx.update(&mut m)?;
    tx.audit(actor, Audit::of("till.move_call_off", id).reason(why))?;
    Ok(m)
}

/// Moves that are asked for or under way at a drawer.
pub(crate) fn open_at(tx: &mut Tx<'_>, d: &Drawer) -> Result<u64> {
    let sql = "SELECT count(*) FROM cash_moves WHERE state IN ('asked', 'in_transit') \
               AND ((book = ?1 AND from_drawer = ?2 AND state = 'asked') OR (to_book = ?1 AND to_drawer = ?2))";
    Ok(tx.query_one(sql, params![d.book, d.id], |r| r.get::<i64>(0))?.unwrap_or(0) as u64)
}

/// One move, for whoever may look at the cash at either end.
pub fn movement(tx: &mut Tx<'_>, actor: &Actor, id: CashMoveId) -> Result<Move> {
    let none = || Error::not_found("cash move", id);
    let found = tx.get::<Move>(&[Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())])?.ok_or_else(none)?;
    let (here, there) = (party::branch_of(tx, found.book)?.id, party::branch_of(tx, found.to_book)?.id);
    match reader(tx, actor, here).is_ok() || reader(tx, actor, there).is_ok() {
        true => Ok(found),
        false => Err(none()),
    }
}

/// Moves to or from a branch, newest first; `open` for those not ended.
pub fn moves(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, open: bool, ask: &PageAsk) -> Result<Page<Move>> {
    reader(tx, actor, branch)?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<CashMoveId>()?.bytes(),
        None => [0xff; 16],
    };
    let tail = match open {
        true => {
            "WHERE (book = ?1 OR to_book = ?1) AND id < ?2 AND state IN ('asked', 'in_transit') ORDER BY id DESC LIMIT ?3"
        }
        false => "WHERE (book = ?1 OR to_book = ?1) AND id < ?2 ORDER BY id DESC LIMIT ?3",
    };
    let found = tx.select::<Move>(tail, params![branch.book(), before, rows + 1])?;
    Ok(Page::cut(found, rows, |m| m.id.to_string()))
}
