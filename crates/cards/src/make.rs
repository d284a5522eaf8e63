//! The port to whoever makes plastics, and the work that goes through it.
//!
//! A plastic that was ordered is told to the maker, again until he has it: a job is known by its card and sequence number. Then he is asked
//! whether it is done; when it is, the card is produced. What was told in a run that broke off is told again, and nothing is made twice. The
//! number leaves the bank here alone, and each time it is written down before it does.
use crate::card::{Plastic, PlasticState, Step, key, note, plastic, raw};
use crate::{Card, MAKE_ROWS_MAX, number, us};
use kernel::id::CardId;
use kernel::{Date, Error, Result};
use store::{Audit, Store, params};

/// A plastic to be made.
#[derive(Clone, PartialEq, Eq)]
pub struct Job {
    pub card: CardId,
    pub sequence: i64,
    /// In the clear: it is embossed.
    pub number: String,
    pub expires: Date,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// He knows nothing of it.
    Unknown,
    Working,
    Done,
}

/// Whoever makes plastics.
pub trait CardMaker: Send + Sync {
    /// Gives him a job. The same job again is the same job.
    fn give(&self, job: &Job) -> Result<()>;
    fn progress(&self, card: CardId, sequence: i64) -> Result<Progress>;
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    pub given: usize,
    pub produced: usize,
    /// The maker did not answer for these; they are tried again.
    pub failed: usize,
}

/// Tells the maker what is ordered and takes note of what he has done; at most [`MAKE_ROWS_MAX`] plastics, the oldest first.
pub fn make_go_on(store: &Store, maker: &dyn CardMaker) -> Result<Made> {
    let tail = "WHERE state = 'ordered' ORDER BY ordered_at, book, card LIMIT ?1";
    let ordered = store.read(|tx| tx.select::<Plastic>(tail, params![MAKE_ROWS_MAX]))?;
    let mut made = Made::default();
    for p in ordered {
        match one(store, maker, &p) {
            Ok(Progress::Unknown) => made.given += 1,
            Ok(Progress::Done) => made.produced += 1,
            Ok(Progress::Working) => {}
            Err(_) => made.failed += 1,
        }
    }
    Ok(made)
}

fn one(store: &Store, maker: &dyn CardMaker, p: &Plastic) -> Result<Progress> {
    let (card, sequence, expires) = (p.card, p.sequence, p.expires);
    let found = maker.progress(card, sequence)?;
    match found {
        Progress::Working => {}
        Progress::Done => store.write(move |tx| produced(tx, card, sequence))?,
        Progress::Unknown => {
            let number = store.write(move |tx| {
                let c = tx.get::<Card>(&key(card))?.ok_or_else(|| Error::not_found("card", card))?;
                tx.audit(&us("card maker"), Audit::of("cards.number_out", card).after(format!("plastic {sequence}")))?;
                number::open(tx, &c)
            })?;
            maker.give(&Job { card, sequence, number, expires })?;
        }
    }
    Ok(found)
}

/// The plastic is there. One whose card was reported lost or closed meanwhile stays dead.
fn produced(tx: &mut store::Tx<'_>, card: CardId, sequence: i64) -> Result<()> {
    let mut p = plastic(tx, card, sequence)?;
    if p.state != PlasticState::Ordered {
        return Ok(());
    }
    (p.state, p.produced_at) = (PlasticState::Produced, Some(tx.now()));
    tx.update(&mut p)?;
    let mut c = raw(tx, card)?;
    let Some(to) = Step::Produce.of(c.state).filter(|_| c.sequence == sequence) else { return Ok(()) };
    let before = std::mem::replace(&mut c.state, to);
    tx.update(&mut c)?;
    note(tx, &us("card maker"), &c, Step::Produce, before, "")
}
