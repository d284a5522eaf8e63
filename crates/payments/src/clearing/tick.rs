//! The job that talks to the port.
use super::item::{ClearingItem, State, Step};
use super::port::{Answer, Outgoing, Port, Status};
use super::settle::{doubt, settle};
use super::{ANSWER_DUE_HOURS, ANSWERS_AT_ONCE_MAX, ASK_AFTER_SECONDS, BATCH_ITEMS_MAX, BATCHES_PER_TICK_MAX};
use crate::Desk;
use kernel::clock::{HOUR, SECOND};
use kernel::id::ClearingId;
use kernel::{Actor, Result};
use store::{Store, params};

/// What one tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Answers taken, those that changed nothing included.
    pub answered: u32,
    /// Items whose status was asked for.
    pub asked: u32,
    pub sent: u32,
    /// Items that are in doubt after this tick's calls.
    pub unknown: u32,
    /// There is more to do at once.
    pub more: bool,
}

/// Takes answers, asks about items in doubt, sends what is queued. A port that does not answer is no failure: its items
/// are in doubt then. Errors are the store's.
pub fn tick(desk: &Desk, port: &dyn Port) -> Result<Ticked> {
    let mut done = Ticked::default();
    take_answers(&desk.store, port, &mut done)?;
    ask(&desk.store, port, &mut done)?;
    for _ in 0..BATCHES_PER_TICK_MAX {
        match send(&desk.store, port, &mut done)? {
            0 => return Ok(done),
            n if n < BATCH_ITEMS_MAX as usize => return Ok(done),
            _ => {}
        }
    }
    done.more = true;
    Ok(done)
}

fn us() -> Actor {
    Actor::system("clearing")
}

fn take_answers(store: &Store, port: &dyn Port, done: &mut Ticked) -> Result<()> {
    let answers = match port.answers(ANSWERS_AT_ONCE_MAX) {
        Ok(answers) => answers,
        Err(why) => {
            tracing::warn!(error = ?why, "the clearing port gives no answers");
            return Ok(());
        }
    };
    let kept = keep(store, &answers)?;
    done.answered += kept.len() as u32;
    done.more |= answers.len() == ANSWERS_AT_ONCE_MAX as usize && !kept.is_empty();
    if let Err(why) = port.acknowledge(&kept) {
        tracing::warn!(error = ?why, "the clearing port took no acknowledgement; its answers come again");
    }
    Ok(())
}

/// All in one transaction; when one of them cannot be kept, one by one, and that one is left to come again.
fn keep(store: &Store, answers: &[Answer]) -> Result<Vec<u64>> {
    let numbers = |of: &[Answer]| of.iter().map(|a| a.number).collect::<Vec<_>>();
    let write = |of: &[Answer]| {
        let batch = of.to_vec();
        store.write(move |tx| batch.iter().try_for_each(|a| settle(tx, &us(), a.item, a.status).map(|_| ())))
    };
    if answers.is_empty() || write(answers).is_ok() {
        return Ok(numbers(answers));
    }
    let mut kept = Vec::new();
    for answer in answers {
        match write(std::slice::from_ref(answer)) {
            Ok(()) => kept.push(answer.number),
            Err(why) => {
                tracing::error!(item = %answer.item, error = ?why, "an answer of the clearing port cannot be kept")
            }
        }
    }
    Ok(kept)
}

fn ask(store: &Store, port: &dyn Port, done: &mut Ticked) -> Result<()> {
    let tail = "WHERE state IN ('sent', 'unknown') AND ask_at <= ?1 ORDER BY ask_at, book, id LIMIT ?2";
    let doubtful: Vec<ClearingId> = store
        .read(|tx| tx.select::<ClearingItem>(tail, params![tx.now(), BATCH_ITEMS_MAX]))?
        .iter()
        .map(|i| i.id)
        .collect();
    if doubtful.is_empty() {
        return Ok(());
    }
    let known = port.status(&doubtful).unwrap_or_else(|why| {
        tracing::warn!(error = ?why, "the clearing port does not say what became of its items");
        Vec::new()
    });
    done.asked += doubtful.len() as u32;
    done.more |= doubtful.len() == BATCH_ITEMS_MAX as usize;
    let learned: Vec<_> = doubtful
        .into_iter()
        .map(|id| (id, known.iter().find(|(known, _)| *known == id).map(|(_, status)| *status)))
        .collect();
    done.unknown += keep_learned(store, &learned)?;
    Ok(())
}

/// All in one transaction; when one of them cannot be kept, one by one. Answers how many are still in doubt.
fn keep_learned(store: &Store, learned: &[(ClearingId, Option<Status>)]) -> Result<u32> {
    let write = |of: &[(ClearingId, Option<Status>)]| {
        let batch = of.to_vec();
        store.write(move |tx| batch.iter().try_fold(0, |n, (id, status)| Ok(n + u32::from(learn(tx, *id, *status)?))))
    };
    if let Ok(in_doubt) = write(learned) {
        return Ok(in_doubt);
    }
    let mut in_doubt = 0;
    for one in learned {
        match write(std::slice::from_ref(one)) {
            Ok(n) => in_doubt += n,
            Err(why) => tracing::error!(item = %one.0, error = ?why, "what became of it cannot be kept"),
        }
    }
    Ok(in_doubt)
}

/// Whether the item is still in doubt.
fn learn(tx: &mut store::Tx<'_>, id: ClearingId, status: Option<Status>) -> Result<bool> {
    if let Some(status) = status {
        return Ok(settle(tx, &us(), id, status)? == Step::Lost);
    }
    let mut i = super::settle::existing(tx, id)?;
    if !matches!(i.state, State::Sent | State::Unknown) {
        return Ok(false);
    }
    let note = if i.note.is_empty() { "no_status".to_owned() } else { i.note.clone() };
    doubt(tx, &us(), &mut i, &note)?;
    tx.update(&mut i)?;
    Ok(true)
}

/// Marks a batch as sent, commits, and only then calls the port. Answers how many.
fn send(store: &Store, port: &dyn Port, done: &mut Ticked) -> Result<usize> {
    let batch = store.write(mark_sent)?;
    if batch.is_empty() {
        return Ok(0);
    }
    let outcome = port.send(&batch);
    if let Err(why) = &outcome {
        tracing::warn!(items = batch.len(), error = ?why, "the clearing port did not confirm a batch");
    }
    let (items, taken): (Vec<_>, bool) = (batch.iter().map(|o| o.item).collect(), outcome.is_ok());
    store.write(move |tx| items.iter().try_for_each(|id| confirm(tx, *id, taken)))?;
    done.sent += batch.len() as u32;
    done.unknown += if taken { 0 } else { batch.len() as u32 };
    Ok(batch.len())
}

pub(super) fn mark_sent(tx: &mut store::Tx<'_>) -> Result<Vec<Outgoing>> {
    let tail = "WHERE state = 'queued' ORDER BY queued_at, book, id LIMIT ?1";
    let mut batch = Vec::new();
    for mut i in tx.select_locked::<ClearingItem>(tail, params![BATCH_ITEMS_MAX])? {
        batch.push(i.outgoing(tx.keys())?);
        (i.state, i.sent_at, i.taken_at) = (State::Sent, Some(tx.now()), None);
        i.ask_at = Some(tx.now().plus(ASK_AFTER_SECONDS * SECOND));
        i.sendings += 1;
        tx.update(&mut i)?;
    }
    Ok(batch)
}

/// After the call: taken, or in doubt. An answer that was quicker is left alone.
fn confirm(tx: &mut store::Tx<'_>, id: ClearingId, taken: bool) -> Result<()> {
    let mut i = super::settle::existing(tx, id)?;
    if i.state != State::Sent || i.taken_at.is_some() {
        return Ok(());
    }
    match taken {
        true => (i.taken_at, i.ask_at) = (Some(tx.now()), Some(tx.now().plus(ANSWER_DUE_HOURS * HOUR))),
        false => {
            doubt(tx, &us(), &mut i, "not_confirmed")?;
            i.ask_at = Some(tx.now().plus(ASK_AFTER_SECONDS * SECOND));
        }
    }
    tx.update(&mut i)
}
