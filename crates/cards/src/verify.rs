//! What can be recomputed of cards: what state a card is in from its last step and its plastic, and the blank cards of branches.
use crate::card::{Card, CardStep, Plastic, PlasticState, State};
use crate::line::CreditLine;
use crate::stock::Stock;
use kernel::{BookId, Id, Result};
use store::verify::Fault;
use store::{Tx, params};

/// Cards read at once.
const ROWS: i64 = 500;

/// Looks for what does not fit, on one snapshot.
pub fn verify(tx: &mut Tx<'_>, faults: &mut Vec<Fault>) -> Result<()> {
    let (mut book, mut after) = (-1i64, [0u8; 16]);
    loop {
        let tail = "WHERE book > ?1 OR (book = ?1 AND id > ?2) ORDER BY book, id LIMIT ?3";
        let found = tx.select::<Card>(tail, params![book, after, ROWS])?;
        let Some(end) = found.last() else { break };
        (book, after) = (i64::from(end.book.0), end.id.bytes());
        for c in found {
            if let Some(what) = wrong(tx, &c)? {
                faults.push(Fault::new("cards", c.id.to_string(), what));
            }
        }
    }
    lines(tx, faults)?;
    for s in tx.select::<Stock>("ORDER BY book, place", &[])? {
        let place = Some(s.place);
        let sql = "SELECT count(*) FROM card_plastics WHERE stock = ?1";
        let used = tx.query_one(sql, params![place], |r| r.get::<i64>(0))?.unwrap_or(0);
        if s.blank != s.received - s.used - s.spoilt || used != s.used {
            let what =
                format!("{} blank of {}, {} used and {used} made, {} spoilt", s.blank, s.received, s.used, s.spoilt);
            faults.push(Fault::new("card_stocks", s.place.to_string(), what));
        }
    }
    Ok(())
}

/// The ledger keeps what the bill says: the limit, the charges, and what of the limit is used. Only of lines whose newest entry the bill
/// knows.
fn lines(tx: &mut Tx<'_>, faults: &mut Vec<Fault>) -> Result<()> {
    let (mut book, mut after) = (-1i64, [0u8; 16]);
    loop {
        let tail =
            "WHERE closed_at IS NULL AND (book > ?1 OR (book = ?1 AND account > ?2)) ORDER BY book, account LIMIT ?3";
        let found = tx.select::<CreditLine>(tail, params![book, after, ROWS])?;
        let Some(end) = found.last() else { return Ok(()) };
        (book, after) = (i64::from(end.book.0), end.account.bytes());
        for l in found {
            let behind = crate::line::is_behind(tx, &l)?;
            let b = &l.bill.0;
            let stands = [l.granted, l.dues, l.account].map(|id| ledger::view(tx, id).map(|v| v.posted().minor));
            let [granted, dues, line] = stands;
            let want = (l.limit_minor, b.charges, l.limit_minor - (b.debt() - b.charges) + b.overpaid);
            let stands = (granted?, dues?, line?);
            // Charges that could not be booked for want of what is held stand on both sides.
            let waits = stands.1 - want.1;
            let same = waits >= 0 && stands == (want.0, want.1 + waits, want.2 + waits);
            if !behind && !same {
                let what = format!("limit, charges and line should hold {want:?} and hold {stands:?}");
                faults.push(Fault::new("card_lines", l.account.to_string(), what));
            }
        }
    }
}

fn wrong(tx: &mut Tx<'_>, c: &Card) -> Result<Option<String>> {
    let tail = "WHERE book = ?1 AND card = ?2 ORDER BY number DESC LIMIT 1";
    let last = tx.select::<CardStep>(tail, params![c.book, c.id])?.pop().map(|s| (s.state, s.sequence));
    if last != Some((c.state, c.sequence)) {
        return Ok(Some(format!("{} with plastic {}, its last step says {last:?}", c.state, c.sequence)));
    }
    let tail = "WHERE book = ?1 AND card = ?2 AND state <> 'dead' ORDER BY sequence LIMIT 2";
    let live = tx.select::<Plastic>(tail, params![c.book, c.id])?;
    let want: &[PlasticState] = match c.state {
        State::Applied | State::Declined | State::Closed => &[],
        State::Approved => &[PlasticState::Ordered],
        State::Produced => &[PlasticState::Produced],
        State::Active | State::Frozen => &[PlasticState::Active],
        State::Lost => &[PlasticState::Ordered, PlasticState::Produced, PlasticState::Active],
    };
    let fits = match live.as_slice() {
        [] => want.is_empty(),
        [one] => one.sequence == c.sequence && want.contains(&one.state),
        _ => false,
    };
    if !fits {
        return Ok(Some(format!("{}, and its plastics do not fit", c.state)));
    }
    let stops = (c.loss.is_some(), c.stop.is_some());
    let fits = match c.state {
        State::Lost => stops.0,
        State::Frozen => stops == (false, true),
        State::Closed => true,
        _ => stops == (false, false),
    };
    if !fits {
        return Ok(Some(format!("{}, and what stopped it does not fit", c.state)));
    }
    let numbered = !matches!(c.state, State::Applied | State::Declined);
    let route = match c.pan_index.is_empty() {
        true => None,
        false => tx.get::<payments::NumberRoute>(params![BookId::HEAD_OFFICE, c.pan_index.clone()])?,
    };
    let leads = route.filter(|r| r.ended_at.is_none() == (c.state != State::Closed)).map(|r| r.account);
    Ok((numbered && leads != c.account).then(|| "its number does not lead to its account".to_owned()))
}
