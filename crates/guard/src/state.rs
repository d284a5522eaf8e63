//! Two counters that say whether lists or freezes changed since something was prepared.
use kernel::{BookId, Error, Result};
use store::{Seal, Tx, params};

store::record! {
    /// One row for the bank.
    pub struct GuardState in "guard_state" key 1 {
        pub book: BookId,
        pub lists_version: i64,
        pub freezes_version: i64,
    }
}

/// Both counters; zeros before the first change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    pub lists: i64,
    pub freezes: i64,
}

/// What an answer about lists and freezes rests on: another value, and it is looked at again.
pub fn versions(tx: &mut Tx<'_>) -> Result<Versions> {
    let row = tx.get::<GuardState>(params![BookId::HEAD_OFFICE])?;
    Ok(row.map_or(Versions::default(), |s| Versions { lists: s.lists_version, freezes: s.freezes_version }))
}

/// The row, locked; made when there is none. Changes of lists and freezes pass here one after the other.
pub(crate) fn lock(tx: &mut Tx<'_>) -> Result<GuardState> {
    let key = params![BookId::HEAD_OFFICE];
    if let Some(row) = tx.load::<GuardState>(key)? {
        return Ok(row);
    }
    let mut row = GuardState { book: BookId::HEAD_OFFICE, lists_version: 0, freezes_version: 0, seal: Seal::default() };
    match tx.insert_if_absent(&mut row)? {
        true => Ok(row),
        false => tx.load::<GuardState>(key)?.ok_or_else(|| Error::broken("the guard's counters are there and are not")),
    }
}

pub(crate) fn lists_changed(tx: &mut Tx<'_>) -> Result<()> {
    let mut row = lock(tx)?;
    row.lists_version += 1;
    tx.update(&mut row)
}

pub(crate) fn freezes_changed(tx: &mut Tx<'_>) -> Result<()> {
    let mut row = lock(tx)?;
    row.freezes_version += 1;
    tx.update(&mut row)
}
