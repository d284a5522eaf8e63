//! How many decisions were made, by step: for figures.
use crate::decision::Verdict;
use kernel::id::Raw;
use kernel::{BookId, Result, Timestamp};
use store::{Tx, params};

/// First decisions of a book from a time to another by their step; what is decided again on release counts once.
pub fn tally(tx: &mut Tx<'_>, book: BookId, from: Timestamp, to: Timestamp) -> Result<Vec<(Verdict, i64)>> {
    let sql = "SELECT verdict, count(*) FROM guard_decisions WHERE book = ?1 AND id >= ?2 AND id < ?3 AND round = 0 \
               GROUP BY verdict ORDER BY verdict";
    let (low, high) = (Raw::bound(from), Raw::bound(to));
    tx.query(sql, params![book, low, high], |r| Ok((r.get(0)?, r.get(1)?)))
}
