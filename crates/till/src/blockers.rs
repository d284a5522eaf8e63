//! What must be done at a branch before its day can close.
use crate::drawer::{Drawer, DrawerKind};
use crate::{DRAWERS_MAX, counter};
use kernel::{BookId, Result};
use store::{Tx, params};

/// One thing that stands in the way, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// `tills_open`, `till_entries`, `cash_in_transit`, `vaults_uncounted` or `machine_visits`.
    pub what: &'static str,
    pub count: u64,
}

/// Tills that are open, entries that wait, cash under way inside the branch, vaults that moved since they were counted, machines in
/// the middle of a visit. Cash between two branches may be under way over night.
pub fn blockers(tx: &mut Tx<'_>, book: BookId) -> Result<Vec<Blocked>> {
    let drawers = tx.select::<Drawer>("WHERE book = ?1 ORDER BY id LIMIT ?2", params![book, DRAWERS_MAX])?;
    if drawers.is_empty() {
        return Ok(Vec::new());
    }
    let today = tx.business_date()?;
    let open = drawers.iter().filter(|d| d.holder.is_some()).count() as u64;
    let mut waiting = 0;
    for d in &drawers {
        waiting += counter::waiting(tx, d)?.len() as u64;
    }
    let uncounted =
        |d: &&Drawer| d.kind == DrawerKind::Vault && d.moved_on == Some(today) && d.counted_on != Some(today);
    let uncounted = drawers.iter().filter(uncounted).count() as u64;
    let mut number =
        |sql: &str| -> Result<u64> { Ok(tx.query_one(sql, params![book], |r| r.get::<i64>(0))?.unwrap_or(0) as u64) };
    let under_way = number(
        "SELECT count(*) FROM cash_moves WHERE book = ?1 AND (state = 'asked' OR (state = 'in_transit' AND to_book = book))",
    )?;
    let visits = number("SELECT count(*) FROM machine_visits WHERE book = ?1 AND ended_at IS NULL")?;
    let all = [
        ("tills_open", open),
        ("till_entries", waiting),
        ("cash_in_transit", under_way),
        ("vaults_uncounted", uncounted),
        ("machine_visits", visits),
    ];
    Ok(all.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| Blocked { what, count }).collect())
}
