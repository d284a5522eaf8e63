//! Where the customers' accounts of a book stood at the end of a closed day, read in the order of their ids.
//!
//! What is done for each account after a day was closed (interest) need not hurry: an account's balance is the one of that
//! day's end as long as its newest entry lies before the end that the day signed. An account that moved since is looked up in
//! what the closed days kept.
use crate::account::Purpose;
use crate::books::BALANCE_COLUMNS;
use crate::day::ClosedDay;
use kernel::{BookId, Currency, Date, Error, Result, Timestamp, id::AccountId};
use std::collections::HashMap;
use store::{Column, Param, Tx};

/// Accounts read at once at most.
pub const STANDING_ROWS_MAX: u32 = 20_000;

/// An account at the end of a day.
#[derive(Clone, Debug)]
pub struct Standing {
    pub id: AccountId,
    pub chart: String,
    pub currency: Currency,
    pub purpose: Purpose,
    pub opened_at: Timestamp,
    /// Closed by now.
    pub closed: bool,
    /// Posted credits less posted debits, minor units, at the end of the day.
    pub net: i64,
    /// The account's newest entry now; 0 for none.
    pub head: i64,
}

/// Customers' accounts of a book from the id `from` on and below `below`, by id, as they stood at the end of `day`. At most
/// `rows`. Errors: `too_large`; a day that is not closed is a bad field.
pub fn standing(
    tx: &mut Tx<'_>,
    day: Date,
    book: BookId,
    from: [u8; 16],
    below: Option<[u8; 16]>,
    rows: u32,
) -> Result<Vec<Standing>> {
    if rows > STANDING_ROWS_MAX {
        return Err(Error::limit("standing", rows, STANDING_ROWS_MAX, "rows"));
    }
    let closed = tx.get::<ClosedDay>(&[day.param()])?;
    let closed = closed.ok_or_else(|| Error::field("day", format!("{day} is not closed")))?;
    let ends: HashMap<i64, i64> = closed.journal_ends().map(|(lane, pos, _)| (lane, pos)).collect();
    let sql = format!(
        "SELECT {BALANCE_COLUMNS}, a.id, a.chart, a.currency, a.purpose, a.opened_at, a.closed_at, a.hot FROM accounts a \
         JOIN balances b ON b.book = a.book AND b.place = a.place \
         WHERE a.book = ?1 AND a.id >= ?2 AND a.id < ?3 AND a.side = 'credit' AND a.owner <> 'bank' ORDER BY a.id LIMIT ?4"
    );
    let below = below.unwrap_or([0xff; 16]);
    let mut later = Vec::new();
    let mut found = tx.query(&sql, &[book.param(), Param::Id(from), Param::Id(below), rows.param()], |r| {
        let balance = crate::books::balance_from(r, 0)?;
        let stands =
            balance.head == 0 || ends.get(&store::lane_of(balance.head)).is_some_and(|end| balance.head <= *end);
        let hot: bool = r.get(14)?;
        let (id, closed): (AccountId, Option<Timestamp>) = (r.get(8)?, r.get(13)?);
        if hot || !stands {
            later.push((id, hot));
        }
        Ok(Standing {
            id,
            chart: r.get(9)?,
            currency: r.get(10)?,
            purpose: r.get(11)?,
            opened_at: r.get(12)?,
            closed: closed.is_some(),
            net: balance.net(),
            head: balance.head,
        })
    })?;
    let mut later = later.into_iter().peekable();
    for account in &mut found {
        let Some((id, hot)) = later.next_if(|(id, _)| *id == account.id) else { continue };
        account.net = net_of_day(tx, id, day)?;
        if hot {
            let newest = crate::strands::rows(tx, id)?.into_iter().map(|(_, b)| (b.moved_at, b.head)).max();
            account.head = newest.map_or(account.head, |(_, head)| head);
        }
    }
    Ok(found)
}

/// The posted net at the end of a closed day, all strands together, as the closed days kept it.
fn net_of_day(tx: &mut Tx<'_>, id: AccountId, day: Date) -> Result<i64> {
    let sql = "SELECT CAST(coalesce(sum(d.net), 0) AS BIGINT) FROM account_days d WHERE d.book = ?1 AND d.account = ?2 \
               AND d.date = (SELECT max(e.date) FROM account_days e WHERE e.book = d.book AND e.account = d.account \
               AND e.strand = d.strand AND e.date <= ?3)";
    let params = [crate::books::key(&id), vec![day.param()]].concat();
    Ok(tx.query_one(sql, &params, |r| r.get::<i64>(0))?.unwrap_or(0))
}
