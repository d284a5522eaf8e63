//! How many payments a branch took day by day, for whoever looks over it.
use kernel::id::Raw;
use kernel::{Actor, Date, Result};
use party::{Permission, Scope};
use store::{Tx, params};

/// Days looked back at most.
pub const DAYS_BACK_MAX: u32 = 31;
/// Instructions looked at: the newest of the branch's book. A busier branch sees its last days only.
pub const COUNTED_INSTRUCTIONS_MAX: u32 = 20_000;

/// Instructions of the actor's own branch by business day, the oldest day first, days without one included; empty for somebody
/// without a branch. One walk along the primary key, of at most [`COUNTED_INSTRUCTIONS_MAX`] rows.
pub fn per_day(tx: &mut Tx<'_>, actor: &Actor, days: u32) -> Result<Vec<(Date, u32)>> {
    let Some(branch) = actor.branch else { return Ok(Vec::new()) };
    party::may(tx, actor, Permission::GuardRead, &Scope::here(actor))?;
    let today = tx.business_date()?;
    let first = today.plus_days(1 - i64::from(days.clamp(1, DAYS_BACK_MAX)));
    let book = kernel::Id::book(&branch);
    // An id is a little younger than its business day may be: one day more is read, and left out below.
    let from = first.plus_days(-1).begins().micros().max(0) as u64 / 1000;
    let from = Raw::from_parts(from << 12, book, [0; 6]).0;
    let sql = "SELECT business_date, COUNT(*) FROM (SELECT business_date FROM instructions WHERE book = ?1 AND id >= ?2 \
               ORDER BY id DESC LIMIT ?3) AS newest GROUP BY business_date";
    let counted =
        tx.query(sql, params![book, from, COUNTED_INSTRUCTIONS_MAX], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))?;
    let count = |date: Date| counted.iter().find(|(d, _)| *d == date.days()).map_or(0, |(_, n)| *n as u32);
    let mut found = Vec::new();
    let mut date = first;
    while date <= today {
        found.push((date, count(date)));
        date = date.plus_days(1);
    }
    Ok(found)
}
