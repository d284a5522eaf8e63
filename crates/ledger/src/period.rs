//! A stretch of an account's history, looked at from its end to its beginning.
//!
//! The look starts at the first entry before the end, found by the closed days, and walks back entry by entry until the
//! beginning or until it has seen as many as it may: [`PERIOD_ENTRIES_MAX`] at once, however long the history. A look that ended
//! early says where it stood, and the next goes on there. What stood at either end is found without a walk ([`net_at`]).
use crate::statement::{Line, first_before, net_at, statement};
use crate::{STATEMENT_ROWS_MAX, books};
use kernel::{Error, Result, Timestamp, id::AccountId, id::TransferId};
use store::{Param, Tx};

/// Entries of an account that one look at a period passes at most.
pub const PERIOD_ENTRIES_MAX: u32 = 20_000;

/// From a moment, to before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

/// What a look at a period saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Posted credits less posted debits before the period and at its end, minor units.
    pub opening: i64,
    pub closing: i64,
    /// Entries passed, holds with them.
    pub entries: u32,
    /// The time of the oldest entry passed where the look ended before the period's beginning.
    pub stopped_at: Option<Timestamp>,
}

/// Passes the entries of a period that moved money, newest first, to `each`, at most `most` entries of all kinds
/// (and [`PERIOD_ENTRIES_MAX`]).
pub fn look(
    tx: &mut Tx<'_>,
    id: AccountId,
    period: Period,
    most: u32,
    mut each: impl FnMut(&mut Tx<'_>, Vec<Line>) -> Result<()>,
) -> Result<Looked> {
    let most = most.min(PERIOD_ENTRIES_MAX);
    let before = |at: Timestamp| at.plus(-1);
    let opening = net_at(tx, id, before(period.from))?;
    let closing = net_at(tx, id, before(period.until))?;
    let mut looked = Looked { opening, closing, entries: 0, stopped_at: None };
    let mut next = first_before(tx, id, before(period.until))?;
    while let Some(from) = next {
        let rows = STATEMENT_ROWS_MAX.min(most - looked.entries);
        if rows == 0 {
            return Ok(looked);
        }
        let mut lines = statement(tx, id, Some(from), rows)?;
        next = lines.last().and_then(Line::prev);
        let whole = lines.len();
        lines.retain(|l| l.entry.at >= period.from);
        if lines.len() < whole {
            next = None;
        }
        looked.entries += lines.len() as u32;
        looked.stopped_at = next.and_then(|_| lines.last().map(|l| l.entry.at));
        lines.retain(|l| l.entry.moved());
        each(tx, lines)?;
    }
    Ok(looked)
}

/// One line of an account's history by the transfer's id. `None` when there is no such entry, or it is not the account's.
pub fn line(tx: &mut Tx<'_>, account: AccountId, id: TransferId) -> Result<Option<Line>> {
    let found = books::entries(tx, &[id])?.pop();
    let own = found.filter(|e| e.debit == account || e.credit == account);
    let Some(entry) = own else { return Ok(None) };
    let line = statement(tx, account, Some(entry.pos), 1)?.pop();
    line.filter(|l| l.entry.id == id)
        .map_or_else(|| Err(Error::broken(format!("{id} is not in its walk"))), |l| Ok(Some(l)))
}

/// The entry that gave this one back, if it was reversed or returned.
pub fn reversal_of(tx: &mut Tx<'_>, id: TransferId) -> Result<Option<crate::Entry>> {
    use kernel::Id;
    let sql = "SELECT id FROM transfers WHERE reverses = ?1 LIMIT 1";
    let found = tx.query_one(sql, &[Param::Id(id.bytes())], |r| r.get::<TransferId>(0))?;
    match found {
        Some(id) => Ok(books::entries(tx, &[id])?.pop()),
        None => Ok(None),
    }
}
