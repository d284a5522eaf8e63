//! What waits, by state: for figures.
use crate::order::State;
use kernel::{BookId, Result, Timestamp};
use store::{Tx, params};

/// Payments of a book that wait in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    pub count: i64,
    /// When the oldest was ordered.
    pub oldest: Timestamp,
}

/// Payments of a book that wait for somebody or for a time. Asks no permission.
pub fn standing(tx: &mut Tx<'_>, book: BookId) -> Result<Vec<Standing>> {
    let sql = "SELECT state, count(*), min(made_at) FROM instructions WHERE book = ?1 \
               AND state IN ('awaiting_approval', 'challenged', 'delayed', 'held') GROUP BY state ORDER BY state";
    tx.query(sql, params![book], |r| Ok(Standing { state: r.get(0)?, count: r.get(1)?, oldest: r.get(2)? }))
}
