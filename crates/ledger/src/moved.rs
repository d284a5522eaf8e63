//! What moved on a closed day, for whoever looks at large sums alone: sums by account and side above a floor, and an account's lines
//! of that day. One statement a side over the day's part of the journal; accounts that did not move are not read.
use crate::ACCOUNT_DAYS_MAX;
use crate::day::ClosedDay;
use crate::statement::{self, Line};
use kernel::clock::DAY;
use kernel::id::{AccountId, Raw};
use kernel::{BookId, Currency, Date, Error, Result, Timestamp};
use store::{Param, Tx, params};

/// Movements of one account on one side, on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub account: AccountId,
    pub currency: Currency,
    /// Into the account, or out of it.
    pub into: bool,
    /// Minor units.
    pub amount: i64,
    pub count: i64,
}

/// Accounts and sides whose movements of a closed day come to `floor` minor units or more, at most [`ACCOUNT_DAYS_MAX`]. Holds
/// do not count until they are posted. `Err(NOT_FOUND)` for a day that is not closed.
pub fn moved_on(tx: &mut Tx<'_>, date: Date, floor: i64) -> Result<Vec<Moved>> {
    let parts = parts(tx, date)?;
    let mut out = Vec::new();
    if parts.is_empty() {
        return Ok(out);
    }
    for (side, into) in [("debit", false), ("credit", true)] {
        let of_lane = |i: usize| format!("(pos > ?{} AND pos <= ?{})", 2 * i + 3, 2 * i + 4);
        let places: Vec<String> = (0..parts.len()).map(of_lane).collect();
        let sql = format!(
            "SELECT {side}, currency, CAST(sum(amount) AS BIGINT), count(*) FROM transfers \
             WHERE ({}) AND kind IN ('single', 'post') GROUP BY {side}, currency HAVING CAST(sum(amount) AS BIGINT) >= ?1 LIMIT ?2",
            places.join(" OR ")
        );
        let mut given = vec![Param::Int(floor), Param::Int(ACCOUNT_DAYS_MAX as i64 + 1)];
        given.extend(parts.iter().flat_map(|(from, to)| [Param::Int(*from), Param::Int(*to)]));
        let found = tx.query(&sql, &given, |r| {
            Ok(Moved { account: r.get(0)?, currency: r.get(1)?, into, amount: r.get(2)?, count: r.get(3)? })
        })?;
        if found.len() > ACCOUNT_DAYS_MAX {
            return Err(Error::limit("accounts", found.len(), ACCOUNT_DAYS_MAX, "accounts"));
        }
        out.extend(found);
    }
    Ok(out)
}

/// The day's part of each lane's journal: after the first position, up to the second.
fn parts(tx: &mut Tx<'_>, date: Date) -> Result<Vec<(i64, i64)>> {
    let two = tx.select::<ClosedDay>("WHERE date <= ?1 ORDER BY date DESC LIMIT 2", params![date])?;
    let Some(day) = two.first().filter(|d| d.date == date) else { return Err(Error::not_found("closed day", date)) };
    let before = |lane: i64| {
        let ends = two.get(1).and_then(|d| d.journal_ends().find(|(l, ..)| *l == lane));
        ends.map_or(store::first_pos(lane), |(_, pos, _)| pos)
    };
    let all = day.journal_ends().map(|(lane, end, _)| (before(lane), end));
    Ok(all.filter(|(from, to)| from < to).collect())
}

/// The lines of an account that moved money on a closed day, newest first, at most `most` and whether there are more.
pub fn lines_on(tx: &mut Tx<'_>, account: AccountId, date: Date, most: usize) -> Result<(Vec<Line>, bool)> {
    let closed = tx.select::<ClosedDay>("WHERE date = ?1", params![date])?.pop();
    let closed = closed.ok_or_else(|| Error::not_found("closed day", date))?;
    // A line's time may lie a little after the closing: it is never before the one that precedes it.
    let mut from = statement::first_before(tx, account, closed.closed_at.plus(DAY))?;
    let mut out = Vec::new();
    while let Some(pos) = from {
        let part = statement::statement(tx, account, Some(pos), crate::STATEMENT_ROWS_MAX)?;
        from = part.last().and_then(Line::prev);
        for line in part {
            if line.entry.business_date < date {
                return Ok((out, false));
            }
            if line.entry.business_date == date && line.entry.moved() {
                if out.len() == most {
                    return Ok((out, true));
                }
                out.push(line);
            }
        }
    }
    Ok((out, false))
}

/// Customers' accounts of a book whose ids were made from a time to another.
pub fn accounts_made(tx: &mut Tx<'_>, book: BookId, from: Timestamp, to: Timestamp) -> Result<i64> {
    let sql = "SELECT count(*) FROM accounts WHERE book = ?1 AND id >= ?2 AND id < ?3 AND owner <> 'bank'";
    let n = tx.query_one(sql, params![book, Raw::bound(from), Raw::bound(to)], |r| r.get::<i64>(0))?;
    Ok(n.unwrap_or(0))
}
