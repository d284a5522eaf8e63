//! Orders for those who enter and check them.
use crate::order::AuthorityOrder;
use crate::{book_of, may_see};
use kernel::id::AuthorityOrderId;
use kernel::{Actor, BookId, Error, Id, Owner, Page, PageAsk, Result};
use store::{Tx, params};

store::text_enum! {
    /// Which orders are shown.
    pub enum Show {
        /// Wait for the second person, emergency stops with them.
        Deciding = "deciding",
        Standing = "standing",
        Waiting = "waiting",
        Over = "over",
    }
}

/// An order. Needs `order.enter` or `order.check`.
pub fn order(tx: &mut Tx<'_>, actor: &Actor, id: AuthorityOrderId) -> Result<AuthorityOrder> {
    may_see(tx, actor, id.book()).map_err(|_| Error::not_found("order", id))?;
    tx.get::<AuthorityOrder>(params![id.book(), id])?.ok_or_else(|| Error::not_found("order", id))
}

const DECIDING: &str = "WHERE (state = 'entered' OR (state = 'in_force' AND confirm_by IS NOT NULL AND decided_at IS NULL)) \
                        AND id < ?1 ORDER BY id DESC LIMIT ?2";
const STANDING: &str = "WHERE state = 'in_force' AND id < ?1 ORDER BY id DESC LIMIT ?2";
const WAITING: &str = "WHERE state = 'waiting' AND id < ?1 ORDER BY id DESC LIMIT ?2";
const OVER: &str =
    "WHERE state IN ('done', 'refused', 'lapsed', 'released', 'expired') AND id < ?1 ORDER BY id DESC LIMIT ?2";

/// Orders of the books that the actor may see, the newest first. Needs `order.enter` or `order.check`.
pub fn listed(tx: &mut Tx<'_>, actor: &Actor, show: Show, ask: &PageAsk) -> Result<Page<AuthorityOrder>> {
    let (rows, mut before) = (ask.rows()?, before(ask)?);
    let tail = match show {
        Show::Deciding => DECIDING,
        Show::Standing => STANDING,
        Show::Waiting => WAITING,
        Show::Over => OVER,
    };
    let mut seen: Vec<(BookId, bool)> = Vec::new();
    let mut found = Vec::new();
    loop {
        let part = tx.select::<AuthorityOrder>(tail, params![before, rows + 1])?;
        let Some(last) = part.last() else { break };
        let last_part = part.len() <= rows as usize;
        before = last.id.bytes();
        for o in part {
            if sees(tx, actor, o.book, &mut seen) && found.len() <= rows as usize {
                found.push(o);
            }
        }
        if last_part || found.len() > rows as usize {
            break;
        }
    }
    Ok(Page::cut(found, rows, |o| o.id.to_string()))
}

fn sees(tx: &mut Tx<'_>, actor: &Actor, book: BookId, seen: &mut Vec<(BookId, bool)>) -> bool {
    if let Some((_, sees)) = seen.iter().find(|(b, _)| *b == book) {
        return *sees;
    }
    let sees = may_see(tx, actor, book).is_ok();
    seen.push((book, sees));
    sees
}

fn before(ask: &PageAsk) -> Result<[u8; 16]> {
    ask.after.as_deref().map_or(Ok([0xff; 16]), |text| text.parse::<AuthorityOrderId>().map(|id| id.bytes()))
}

/// All orders on a party, the newest first. Needs `order.enter` or `order.check`.
pub fn of_party(tx: &mut Tx<'_>, actor: &Actor, subject: Owner, ask: &PageAsk) -> Result<Page<AuthorityOrder>> {
    let book = book_of(subject)?;
    may_see(tx, actor, book)?;
    let rows = ask.rows()?;
    let tail = "WHERE book = ?1 AND subject = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let found = tx.select::<AuthorityOrder>(tail, params![book, subject, before(ask)?, rows + 1])?;
    Ok(Page::cut(found, rows, |o| o.id.to_string()))
}
