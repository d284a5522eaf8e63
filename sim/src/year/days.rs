//! The order of a day.
use super::play::Play;
use kernel::clock::HOUR;
use kernel::{Date, Result};

/// Hours of a day, on the wall of the branch.
const MORNING: i64 = 6;
const OFFICE: i64 = 8;
const MONEY: i64 = 10;
const SHEETS: i64 = 11;
const PURSES: i64 = 17;
const GATE: i64 = 19;
const DUSK: i64 = 21;

impl Play<'_> {
    /// One day, from the look at the warnings in the morning to the money that comes at dusk.
    pub fn day(&mut self, date: Date) -> Result<()> {
        self.today = date;
        self.at(MORNING);
        self.jobs()?;
        self.read_warnings()?;
        self.events()?;
        self.jobs()
    }

    /// What people do in a day; what follows from it by itself comes after.
    pub fn events(&mut self) -> Result<()> {
        let date = self.today;
        self.at(OFFICE);
        let (year, sites) = (self.year, self.year.sites.len());
        for site in 0..sites {
            if year.sites[site].begins == date {
                self.open_site(site)?;
            }
        }
        let open: Vec<usize> = (0..sites).filter(|n| self.lives[*n].is_some()).collect();
        for site in &open {
            self.comings_and_goings(*site)?;
        }
        self.at(MONEY);
        for site in &open {
            self.money_comes(*site, 0..18)?;
        }
        self.jobs()?;
        self.at(SHEETS);
        for site in &open {
            self.sheets(*site)?;
            self.ends(*site)?;
        }
        self.jobs()?;
        self.at(PURSES);
        for site in &open {
            self.purses_open(*site)?;
        }
        self.at(GATE);
        for site in &open {
            self.gate(*site)?;
        }
        self.at(DUSK);
        for site in &open {
            self.money_comes(*site, 18..24)?;
        }
        Ok(())
    }

    /// The day after the last one.
    pub fn last_morning(&mut self) -> Result<()> {
        self.today = self.today.plus_days(1);
        self.at(MORNING);
        self.town.clock.advance(HOUR);
        self.jobs()?;
        self.read_warnings()
    }
}
