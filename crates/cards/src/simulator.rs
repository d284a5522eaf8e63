//! A maker of plastics that lives in memory: each job takes so many looks, and the maker can be away.
use crate::make::{CardMaker, Job, Progress};
use kernel::id::CardId;
use kernel::{Error, Result};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How it behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Looks at a job before it is done.
    pub looks: u32,
    /// The next so many calls find nobody.
    pub away: u32,
}

#[derive(Default)]
struct Shop {
    plan: Plan,
    /// Looks left, by card and sequence number.
    jobs: HashMap<(CardId, i64), u32>,
    embossed: Vec<(CardId, i64, String)>,
}

/// The simulated maker.
#[derive(Default)]
pub struct MakerSimulator {
    shop: Mutex<Shop>,
}

impl MakerSimulator {
    pub fn new(plan: Plan) -> MakerSimulator {
        MakerSimulator { shop: Mutex::new(Shop { plan, ..Shop::default() }) }
    }
    /// What was made, in order: card, sequence number, number.
    pub fn embossed(&self) -> Vec<(CardId, i64, String)> {
        self.shop().embossed.clone()
    }
    fn shop(&self) -> std::sync::MutexGuard<'_, Shop> {
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shop {
    fn answers(&mut self) -> Result<()> {
        match self.plan.away {
            0 => Ok(()),
            _ => {
                self.plan.away -= 1;
                Err(Error::new(&crate::MAKER_AWAY, "the maker of cards does not answer"))
            }
        }
    }
}

impl CardMaker for MakerSimulator {
    fn give(&self, job: &Job) -> Result<()> {
        let mut shop = self.shop();
        shop.answers()?;
        let looks = shop.plan.looks;
        if shop.jobs.insert((job.card, job.sequence), looks).is_none() {
            shop.embossed.push((job.card, job.sequence, job.number.clone()));
        }
        Ok(())
    }

    fn progress(&self, card: CardId, sequence: i64) -> Result<Progress> {
        let mut shop = self.shop();
        shop.answers()?;
        Ok(match shop.jobs.get_mut(&(card, sequence)) {
            None => Progress::Unknown,
            Some(0) => Progress::Done,
            Some(left) => {
                *left -= 1;
                Progress::Working
            }
        })
    }
}
