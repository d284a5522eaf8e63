//! Notes for notes: change (兑换), and damaged notes by the rule (残缺污损人民币兑换).
//!
//! Change leaves the drawer's sum as it was. For a damaged note the customer gets what the rule gives for what is left of it; the
//! note goes to the branch's damaged notes at that value, because the central bank gives the same for it.
use crate::damaged::DamagedNote;
use crate::day::at_till;
use crate::drawer::{self, DrawerKind, save};
use crate::entry::{self, Entry, EntryKind, NewEntry};
use crate::rules::worth_of_damaged;
use crate::{DAMAGED_PIECES_MAX, NOTHING_GIVEN, Notes, book, counter};
use kernel::{Actor, Error, Money, Result};
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx};

/// One damaged note as the teller measured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DamagedPiece {
    pub face: Money,
    /// Thousandths of the area that are left, joined as they were.
    pub left_per_mille: i64,
    /// A quarter is missing in the form of a cross.
    #[serde(default)]
    pub crossed: bool,
}

/// Notes for notes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeAsk {
    /// For other faces of the same worth.
    Change { notes_in: Notes, notes_out: Notes },
    /// `notes_out` must come to what the rule gives for all pieces together.
    Damaged { pieces: Vec<DamagedPiece>, notes_out: Notes },
}

/// Exchanges at the teller's till. Errors: `NO_TILL`, `NOTES_DIFFER`, `NOTES_SHORT`, `NOTHING_GIVEN` for a piece that is worth
/// nothing.
pub fn exchange(tx: &mut Tx<'_>, actor: &Actor, ask: &ExchangeAsk) -> Result<Entry> {
    match ask {
        ExchangeAsk::Change { notes_in, notes_out } => change(tx, actor, notes_in, notes_out),
        ExchangeAsk::Damaged { pieces, notes_out } => damaged(tx, actor, pieces, notes_out),
    }
}

fn change(tx: &mut Tx<'_>, actor: &Actor, notes_in: &Notes, notes_out: &Notes) -> Result<Entry> {
    let (mut day, mut d) = at_till(tx, actor)?;
    let amount = notes_in.sum()?;
    notes_out.must_be(amount)?;
    counter::free(tx, &d)?.plus(notes_in)?.minus(notes_out)?;
    let notes = d.notes.plus(notes_in)?.minus(notes_out)?;
    save(tx, &mut d, notes)?;
    let new = NewEntry::plain(EntryKind::Change, amount);
    let new = NewEntry { notes_in: notes_in.clone(), notes_out: notes_out.clone(), ..new };
    let mut e = entry::number(tx, &mut day, new)?;
    tx.insert(&mut e)?;
    tx.audit(actor, Audit::of("till.change", d.id).after(format!("{notes_in} for {notes_out}")))?;
    Ok(e)
}

fn damaged(tx: &mut Tx<'_>, actor: &Actor, pieces: &[DamagedPiece], notes_out: &Notes) -> Result<Entry> {
    if pieces.is_empty() || pieces.len() > DAMAGED_PIECES_MAX {
        return Err(Error::limit("pieces", pieces.len(), DAMAGED_PIECES_MAX, "notes"));
    }
    let (mut day, mut d) = at_till(tx, actor)?;
    let mut given = Vec::with_capacity(pieces.len());
    for p in pieces {
        Notes::of(d.currency, &[(p.face.minor, 1)])?.must_be(p.face)?;
        let worth = worth_of_damaged(p.face, p.left_per_mille, p.crossed, day.date)?;
        if worth.is_zero() {
            let told = format!("{} thousandths of {} are left", p.left_per_mille, p.face);
            return Err(Error::new(&NOTHING_GIVEN, told).with("face", p.face).with("left", p.left_per_mille));
        }
        given.push(worth);
    }
    let amount = Money::sum(d.currency, given.iter().copied())?;
    notes_out.must_be(amount)?;
    counter::free(tx, &d)?.minus(notes_out)?;
    let mut e = entry::number(
        tx,
        &mut day,
        NewEntry { notes_out: notes_out.clone(), ..NewEntry::plain(EntryKind::Damaged, amount) },
    )?;
    tx.insert(&mut e)?;
    let mut box_of_damaged = drawer::of_kind(tx, d.book, DrawerKind::Damaged, d.currency)?;
    let reference = format!("{} {} {}", day.date, d.name, e.number);
    book(tx, box_of_damaged.account, d.account, amount, "damaged_notes", &reference)?;
    let left = d.notes.minus(notes_out)?;
    save(tx, &mut d, left)?;
    let none = Notes::none(d.currency);
    save(tx, &mut box_of_damaged, none)?;
    let rows = pieces.iter().zip(given).zip(1..);
    for ((p, worth), piece) in rows {
        tx.insert(&mut DamagedNote {
            book: e.book,
            teller: e.teller,
            date: e.date,
            number: e.number,
            piece,
            face: p.face.minor,
            currency: d.currency,
            left_per_mille: p.left_per_mille,
            crossed: p.crossed,
            given: worth.minor,
            seal: Seal::default(),
        })?;
    }
    tx.audit(actor, Audit::of("till.damaged", d.id).after(format!("{} pieces for {amount}", pieces.len())))?;
    Ok(e)
}
