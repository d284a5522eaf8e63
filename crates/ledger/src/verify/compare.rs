//! What the journal says of accounts and holds, against the tables that follow from it.
use super::journal::{Counted, Recount};
use super::{Faults, Pages};
use crate::account::Side;
use crate::apply::{Balance, Hold, flag};
use crate::books::{balance_from, hold_from, key};
use crate::restrictions::{Restriction, sum};
use kernel::{Currency, Result, Timestamp, id::AccountId, id::TransferId};
use std::collections::{HashMap, HashSet};
use store::verify::Progress;
use store::{Column, Row, Tx};

/// The accounts that are counted strand by strand.
pub(super) fn hot(tx: &mut Tx<'_>) -> Result<HashSet<AccountId>> {
    let ids = tx.query("SELECT id FROM accounts WHERE hot = 1", &[], |r| r.get(0))?;
    Ok(ids.into_iter().collect())
}

/// Each account's balance row: the journal's sums, the restrictions in force, closed or not, never overdrawn.
pub(super) fn accounts(tx: &mut Tx<'_>, re: &Recount, faults: &mut Faults, progress: &mut Progress<'_>) -> Result<()> {
    let orders = in_force(tx)?;
    let sql = "SELECT a.book, a.id, a.currency, a.side, a.limited, a.closed_at, b.debits_posted, b.credits_posted, \
               b.debits_pending, b.credits_pending, b.frozen, b.flags, b.head, b.moved_at \
               FROM accounts a LEFT JOIN balances b ON b.book = a.book AND b.place = a.place";
    let totals = totals(re);
    let mut moved = 0usize;
    let pages = Pages { table: "accounts", select: sql, keys: &[("a.book", 0), ("a.id", 1)] };
    let rows = pages.read(tx, faults, |r, faults| {
        let id: AccountId = r.get(1)?;
        moved += usize::from(re.accounts.contains_key(&(id, 0)));
        if let Some((table, what)) = account(r, id, re, &totals, orders.get(&id).map_or(&[], Vec::as_slice))? {
            faults.add(table, id.to_string(), what);
        }
        Ok(())
    })?;
    moved += strands(tx, re, &orders, faults)?;
    progress("balances", rows);
    if moved != re.accounts.len() {
        let gone = re.accounts.len() - moved;
        faults.add("accounts", "whole table", format!("{gone} accounts have entries and are not there"));
    }
    let sql = "SELECT b.book, b.place FROM balances b LEFT JOIN accounts a ON a.book = b.book AND a.place = b.place \
               LEFT JOIN strands s ON s.book = b.book AND s.place = b.place WHERE a.id IS NULL AND s.account IS NULL";
    for (book, place) in tx.query(sql, &[], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))? {
        faults.add("balances", format!("book {book}, place {place}"), "it belongs to no account");
    }
    Ok(())
}

type Told = (&'static str, &'static str);

fn account(
    r: &Row<'_>,
    id: AccountId,
    re: &Recount,
    totals: &HashMap<AccountId, Counted>,
    orders: &[(Restriction, i64)],
) -> Result<Option<Told>> {
    let counted = re.accounts.get(&(id, 0));
    let mut wanted: Balance = counted.map(|a| a.balance).unwrap_or_default();
    (wanted.flags, wanted.frozen) = sum(orders.iter().copied());
    wanted.flags |= if r.get::<Option<Timestamp>>(5)?.is_some() { flag::CLOSED } else { 0 };
    if r.param(6)?.is_null() {
        return Ok(Some(("balances", "it is missing")));
    }
    if balance_from(r, 6)? != wanted {
        return Ok(Some(("balances", "it does not follow from the journal and the restrictions")));
    }
    let (currency, side, limited): (Currency, Side, bool) = (r.get(2)?, r.get(3)?, r.get(4)?);
    if counted.is_some_and(|a| a.currency != currency) {
        return Ok(Some(("accounts", "its entries are in another currency")));
    }
    let strands = totals.get(&id);
    if strands.is_some_and(|all| all.currency != currency) {
        return Ok(Some(("accounts", "its entries are in another currency")));
    }
    let whole = strands.map_or(wanted, |all| all.balance);
    if limited && whole.posted(side) < whole.held(side) {
        return Ok(Some(("balances", "it is overdrawn and must not be")));
    }
    Ok(None)
}

/// What the strands of each hot account hold together.
fn totals(re: &Recount) -> HashMap<AccountId, Counted> {
    let mut totals: HashMap<AccountId, Counted> = HashMap::new();
    for ((id, _), strand) in re.accounts.iter().filter(|((id, _), _)| re.hot.contains(id)) {
        let all = totals.entry(*id).or_insert(Counted { balance: Balance::default(), ..*strand });
        all.balance = all.balance.with(&strand.balance);
    }
    totals
}

/// Each strand's row of the hot accounts: the journal's sums of its lane, and the status of its account. Answers how many
/// have entries.
fn strands(
    tx: &mut Tx<'_>,
    re: &Recount,
    orders: &HashMap<AccountId, Vec<(Restriction, i64)>>,
    faults: &mut Faults,
) -> Result<usize> {
    let sql = "SELECT s.book, s.account, s.lane, a.closed_at, b.debits_posted, b.credits_posted, b.debits_pending, \
               b.credits_pending, b.frozen, b.flags, b.head, b.moved_at FROM strands s \
               JOIN accounts a ON a.book = s.book AND a.id = s.account AND a.hot = 1 \
               LEFT JOIN balances b ON b.book = s.book AND b.place = s.place";
    let mut moved = 0;
    let keys = &[("s.book", 0), ("s.account", 1), ("s.lane", 2)];
    Pages { table: "strands", select: sql, keys }.read(tx, faults, |r, faults| {
        let (id, lane): (AccountId, i64) = (r.get(1)?, r.get(2)?);
        let counted = re.accounts.get(&(id, lane + 1));
        moved += usize::from(counted.is_some());
        let mut wanted: Balance = counted.map(|a| a.balance).unwrap_or_default();
        (wanted.flags, wanted.frozen) = sum(orders.get(&id).into_iter().flatten().copied());
        wanted.flags |= if r.get::<Option<Timestamp>>(3)?.is_some() { flag::CLOSED } else { 0 };
        if r.param(4)?.is_null() || balance_from(r, 4)? != wanted {
            let what = "it does not follow from the journal and the restrictions";
            faults.add("balances", format!("{id}, lane {lane}"), what);
        }
        Ok(())
    })?;
    Ok(moved)
}

/// The restrictions in force per account. One that cannot be read is named by the check of seals.
fn in_force(tx: &mut Tx<'_>) -> Result<HashMap<AccountId, Vec<(Restriction, i64)>>> {
    let mut orders: HashMap<AccountId, Vec<(Restriction, i64)>> = HashMap::new();
    let sql = "SELECT account, kind, amount FROM restrictions WHERE lifted_at IS NULL AND queued = 0";
    tx.each_row(sql, &[], &mut |r| {
        if let (Ok(account), Ok(kind)) = (r.get(0), Restriction::from_param(&r.param(1)?)) {
            orders.entry(account).or_default().push((kind, r.get(2)?));
        }
        Ok(())
    })?;
    Ok(orders)
}

/// Each hold, open or ended, as the journal has it.
pub(super) fn holds(
    tx: &mut Tx<'_>,
    wanted: &mut HashMap<TransferId, Hold>,
    faults: &mut Faults,
    progress: &mut Progress<'_>,
) -> Result<()> {
    let sql = "SELECT id, debit, credit, amount, expires_at, ended, book FROM pendings";
    let pages = Pages { table: "pendings", select: sql, keys: &[("book", 6), ("id", 0)] };
    let rows = pages.read(tx, faults, |r, faults| {
        let (id, hold) = hold_from(r)?;
        if wanted.remove(&id) != Some(hold) || key(&id)[0] != r.param(6)? {
            faults.add("pendings", id.to_string(), "it does not follow from the journal");
        }
        Ok(())
    })?;
    progress("pendings", rows);
    wanted.keys().for_each(|id| faults.add("pendings", id.to_string(), "it is missing"));
    Ok(())
}
