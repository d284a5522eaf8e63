//! A year of wages: 60 sites and 12,000 workers, what goes wrong on them, and whether the bank says so in time.
//!
//! **A year is drawn first, whole and pure** ([`Year`]): sites with crews, workers who come, leave and move, what stands on which sheet,
//! when money comes. Into it are *planted* the things that end in unpaid wages ([`What`]), each with the truth written down before
//! anything is played: the first day on which it could be known, the pay day it endangers ([`Planted`]). Beside them stand
//! *look-alikes* of which nothing must be said: rain, illness, the Spring Festival, money on the very evening it was due.
//!
//! **Then it is played**, day by day on a clock moved by hand, through the bank's own commands by the people who would give them: no
//! SQL, no short cuts. What the bank warns of is read each morning.
//!
//! **Then it is judged** ([`score`]): a warning counts when it came before the endangered pay day, on a site of the plant, in a kind that
//! speaks of it. What no plant explains is a false warning. Whoever wrote the year did not know how warnings are found.
mod acts;
mod carrier;
mod course;
mod days;
mod ends;
mod gate;
mod open;
mod people;
mod plan;
mod play;
mod purses;
mod score;
mod sheets;
#[cfg(test)]
mod tests;
mod town;
mod truth;
mod warned;

use kernel::{Error, Result};
use play::Play;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

pub use acts::{Act, Planted, What};
pub use carrier::Carrier;
pub use course::Course;
pub use plan::{DAYS_MAX, DAYS_MIN, PROJECTS_MAX, Size, WORKERS_MAX, Year};
pub use play::{Known, open_card};
pub use score::{Fate, Figures, Judged, Of, Score, Warned};
pub use town::{Town, boss, for_firm, himself, someone};

/// What a year came to.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub size: Size,
    /// Commands given, by their name; what the bank refused in between, by its code.
    pub commands: BTreeMap<&'static str, u64>,
    pub refused: BTreeMap<String, u64>,
    pub workers: usize,
    pub sheets: usize,
    pub lines_paid: i64,
    pub seconds: f64,
    /// Entries of the journal, all of them verified.
    pub journal_entries: u64,
    pub score: Score,
}

/// Draws a year, plays it in a bank of its own in `directory`, and judges what the bank warned of. `progress` hears of each day. `Err` names
/// the day and the command that failed, or what does not balance at the end.
pub fn play_year(size: Size, directory: &Path, progress: &mut dyn FnMut(i64)) -> Result<Report> {
    let began = kernel::clock::stopwatch();
    let year = Year::draw(size)?;
    let courses: Vec<Course> = (0..year.sites.len()).map(|n| year.course(n)).collect();
    let planted = year.truths(&courses);
    let mut play = Play::begin(&year, &courses, directory)?;
    for n in 0..size.days {
        let date = year.first.plus_days(n);
        play.day(date).map_err(|e| {
            let what = e.fields().iter().find(|(k, _)| *k == "command").map_or(String::new(), |(_, v)| v.clone());
            Error::broken(format!("seed {} {date} {what}: {} [{}]", size.seed, e.message(), e.code().name)).caused_by(e)
        })?;
        progress(n + 1);
    }
    play.last_morning()?;
    let books = app::verify(&play.town.bank.store, &mut |_, _| {})?;
    if let Some(fault) = books.faults.first() {
        return Err(Error::broken(format!("seed {}: the books do not verify: {fault:?}", size.seed)));
    }
    let honest = |w: &Warned| year.looks_like(w);
    let score = score::score(&planted, &play.warned, &warned::READING, &honest);
    let sheets = play.paid.len();
    Ok(Report {
        size,
        lines_paid: play.lines_paid()?,
        commands: play.commands,
        refused: play.refused,
        workers: play.known.len(),
        sheets,
        seconds: began.elapsed().as_secs_f64(),
        journal_entries: books.entries,
        score,
    })
}

/// The first `days` of a year, for whoever measures what comes after: the bank, and one more day of events ([`Begun::events`]).
pub struct Begun<'y> {
    play: Play<'y>,
}

impl Begun<'_> {
    pub fn bank(&self) -> &app::Bank {
        &self.play.town.bank
    }
    /// The branch at which everybody banks.
    pub fn branch(&self) -> kernel::id::BranchId {
        self.play.town.branch
    }
    /// A day's events on every site, with nothing looked at after them. Answers how many commands it took.
    pub fn events(&mut self) -> Result<u64> {
        let before: u64 = self.play.commands.values().sum();
        self.play.today = self.play.today.plus_days(1);
        self.play.events()?;
        Ok(self.play.commands.values().sum::<u64>() - before)
    }
}

/// Plays the first days of a year and hands the bank over.
pub fn begin_year<T>(
    size: Size,
    directory: &Path,
    days: i64,
    progress: &mut dyn FnMut(i64),
    then: impl FnOnce(&mut Begun<'_>) -> Result<T>,
) -> Result<T> {
    let year = Year::draw(size)?;
    let courses: Vec<Course> = (0..year.sites.len()).map(|n| year.course(n)).collect();
    let mut play = Play::begin(&year, &courses, directory)?;
    for n in 0..days {
        play.day(year.first.plus_days(n))?;
        progress(n + 1);
    }
    then(&mut Begun { play })
}

/// A card of this bank; the same `n`, the same number.
pub fn own_card(n: u64) -> String {
    people::card(&demo::numbers::OWN_BANK, n)
}

/// A card of another bank.
pub fn card_at(bank: &demo::numbers::Bank, n: u64) -> String {
    people::card(bank, n)
}
