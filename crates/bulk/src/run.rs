//! Paying the lines of a file, and going on after whatever happened.
use crate::file::{FileState, raw};
use crate::line::{BulkLine, LineState};
use crate::{BulkFile, CHUNK_LINES, FILES_AT_ONCE_MAX, OPEN_AT_ONCE_MAX};
use kernel::id::{BulkId, InstructionId};
use kernel::{Actor, BookId, Error, Id, Kind, Result};
use payments::{Desk, Order};
use store::{Audit, Tx, params};

/// What a call of [`resume`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resumed {
    /// Lines taken in or settled.
    pub lines: u32,
    /// There is more to do now.
    pub more: bool,
}

/// Takes in at most `chunks` chunks of lines of files under way, in turn, and asks after those that were open. Any process may call it at
/// any time. A file that cannot go on keeps no other waiting; the first such failure is the answer, after all the others had their turn.
pub fn resume(desk: &Desk, chunks: u32) -> Result<Resumed> {
    let mut done = Resumed { lines: settle(desk)?, more: false };
    let sql = "SELECT id FROM bulk_files WHERE state = 'paying' ORDER BY id LIMIT ?1";
    let mut files: Vec<BulkId> = desk.store.read(|tx| tx.query(sql, params![FILES_AT_ONCE_MAX], |r| r.get(0)))?;
    let (mut taken, mut failed) = (0, None);
    while !files.is_empty() && taken < chunks {
        files.retain(|id| {
            if taken == chunks {
                return true;
            }
            taken += 1;
            let lines = chunk(desk, *id).unwrap_or_else(|why| {
                failed.get_or_insert(why);
                0
            });
            done.lines += lines;
            lines > 0
        });
    }
    done.more = !files.is_empty();
    failed.map_or(Ok(done), Err)
}

/// Takes in the next lines of a file; 0 when there are none, and the file is done.
fn chunk(desk: &Desk, id: BulkId) -> Result<u32> {
    let (file, lines) = desk.store.read(|tx| {
        let tail = "WHERE book = ?1 AND file = ?2 AND state = 'waiting' ORDER BY number LIMIT ?3";
        Ok((raw(tx, id)?, tx.select::<BulkLine>(tail, params![id.book(), id, CHUNK_LINES])?))
    })?;
    if file.state != FileState::Paying {
        return Ok(0);
    }
    let (maker, count) = (file.maker()?, lines.len() as u32);
    for line in lines {
        pay(desk, &file, &maker, line)?;
    }
    if count == 0 {
        desk.store.write(move |tx| finish(tx, id))?;
    }
    Ok(count)
}

/// One line: its order and its state in one transaction. A refusal by a rule is kept on record as any payment's; what went
/// wrong for another reason decides nothing, and the line waits.
fn pay(desk: &Desk, file: &BulkFile, maker: &Actor, line: BulkLine) -> Result<()> {
    let key = (line.book, line.file, line.number);
    let (order, prepared) = desk.store.read(|tx| {
        let order = Order { approved: file.approval, ..line.order(tx.keys(), file.debit)? };
        let prepared = payments::prepare(desk, tx, maker, &order);
        Ok((order, prepared))
    })?;
    let (inside, by, asked) = (desk.clone(), maker.clone(), order.clone());
    let taken = prepared.and_then(|prepared| {
        desk.store.write(move |tx| {
            let Some(mut line) = waiting(tx, key)? else { return Ok(()) };
            let receipt = payments::submit_in(&inside, tx, &by, &asked, &prepared, None)?;
            line.settle(&receipt, tx.now());
            tx.update(&mut line)
        })
    });
    let Err(why) = taken else { return Ok(()) };
    if passes(&why) {
        return Err(why);
    }
    let by = maker.clone();
    desk.store.write(move |tx| refuse(tx, &by, key, &order, &why))
}

/// Whether a failure says nothing about the payment: the same is tried again later.
fn passes(why: &Error) -> bool {
    matches!(why.kind(), Kind::Unavailable | Kind::Unknown | Kind::Broken)
        || why.is(&kernel::error::STALE)
        || why.is(&store::BUSY)
}

type Key = (BookId, BulkId, i64);

fn waiting(tx: &mut Tx<'_>, (book, file, number): Key) -> Result<Option<BulkLine>> {
    let line = tx.load::<BulkLine>(params![book, file, number])?;
    Ok(line.filter(|l| l.state == LineState::Waiting))
}

fn refuse(tx: &mut Tx<'_>, maker: &Actor, key: Key, order: &Order, why: &Error) -> Result<()> {
    let Some(mut line) = waiting(tx, key)? else { return Ok(()) };
    let now = tx.now();
    match payments::is_recorded(why) {
        true => {
            let receipt = payments::refuse_in(tx, maker, order, None, why)?;
            line.settle(&receipt, now);
        }
        // Whoever made it may not pay any more, or the payee is gone.
        false => line.end(LineState::Failed, why.code().name, why.message(), now),
    }
    tx.update(&mut line)
}

fn finish(tx: &mut Tx<'_>, id: BulkId) -> Result<()> {
    let mut file = raw(tx, id)?;
    if file.state != FileState::Paying {
        return Ok(());
    }
    (file.state, file.ended_at) = (FileState::Paid, Some(tx.now()));
    tx.update(&mut file)?;
    let counts = crate::line::counts(tx, id)?;
    let told = format!("{} paid, {} open, {} failed", counts.paid, counts.open, counts.failed);
    tx.audit(&Actor::system("bulk"), Audit::of("bulk.finish", id).after(told))
}

/// Writes down what became of lines that somebody had to decide on; answers how many.
fn settle(desk: &Desk) -> Result<u32> {
    let (mut count, mut after) = (0, None);
    loop {
        let (ended, last) = desk.store.read(|tx| decided(tx, after))?;
        count += ended.len() as u32;
        for key in ended {
            desk.store.write(move |tx| settle_line(tx, key))?;
        }
        match last {
            None => return Ok(count),
            last => after = last,
        }
    }
}

/// Of the next open lines after an order, those that are decided; and the last of them, where there may be more.
fn decided(tx: &mut Tx<'_>, after: Option<InstructionId>) -> Result<(Vec<Key>, Option<InstructionId>)> {
    let tail = "WHERE state = 'open' AND instruction > ?1 ORDER BY instruction LIMIT ?2";
    let after = after.map_or([0; 16], |id| id.bytes());
    let open = tx.select::<BulkLine>(tail, params![after, OPEN_AT_ONCE_MAX])?;
    let last = open.last().map(|l| l.instruction).filter(|_| open.len() == OPEN_AT_ONCE_MAX as usize);
    let mut ended = Vec::new();
    for line in open {
        if payments::raw(tx, line.instruction)?.is_some_and(|i| !i.state.is_open()) {
            ended.push((line.book, line.file, line.number));
        }
    }
    Ok((ended, last))
}

fn settle_line(tx: &mut Tx<'_>, (book, file, number): Key) -> Result<()> {
    let Some(mut line) = tx.load::<BulkLine>(params![book, file, number])? else { return Ok(()) };
    let Some(i) = payments::raw(tx, line.instruction)?.filter(|_| line.state == LineState::Open) else {
        return Ok(());
    };
    line.settle(&i.receipt(), tx.now());
    tx.update(&mut line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_of_a_payment_refuses_no_line() {
        let cases = [
            (&store::BUSY, true),
            (&store::DATABASE, true),
            (&store::DAY_MOVED, true),
            (&kernel::error::UNKNOWN_OUTCOME, true),
            (&kernel::error::STALE, true),
            (&kernel::error::BROKEN, true),
            (&kernel::error::FORBIDDEN, false),
            (&payments::PAYEE_UNKNOWN, false),
            (&payments::PAYER_FROZEN, false),
        ];
        for (code, want) in cases {
            assert_eq!(passes(&Error::new(code, "")), want, "{}", code.name);
        }
    }
}
