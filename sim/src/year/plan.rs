//! The year as it will go: sites, who stays on which from when to when, and what is played. Pure; one seed, one year.
use super::acts::{Act, COURSE, HONEST, STANDING, What};
use super::people::{self, Hand};
use demo::dice::Dice;
use kernel::{Date, Error, Result};
use payroll::Period;
use serde::Serialize;

/// Sites at most.
pub const PROJECTS_MAX: usize = 1_000;
/// Workers at most, and of each project at least.
pub const WORKERS_MAX: usize = 100_000;
pub const WORKERS_MIN: usize = 12;
/// Days at most, and at least: shorter has no pay day with a month before it.
pub const DAYS_MAX: i64 = 366;
pub const DAYS_MIN: i64 = 70;
/// Crews of a site.
pub const CREWS: usize = 3;
/// Nobody works on these days: home for the Spring Festival of 2026.
pub const FESTIVAL: (&str, &str) = ("2026-02-10", "2026-02-25");
/// Below this many days there is no second half with plants of its own.
const LONG_DAYS: i64 = 200;
/// Of four sites one has no plant.
const HONEST_IN: usize = 4;
/// Of ten sites one repairs ships.
const REPAIR_IN: usize = 10;

const TEAMS: [&str; CREWS] = ["钢筋班", "木工班", "砌筑班"];
const FIRST_DAY: (i16, i8, i8) = (2026, 1, 1);

/// How large a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Size {
    pub seed: u64,
    pub projects: usize,
    pub workers: usize,
    pub days: i64,
}

/// A building site, or a dock where ships are repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub n: usize,
    pub name: String,
    /// Numbers of the firms that build it, own it and work on it.
    pub contractor: usize,
    pub owner: usize,
    pub crews: Vec<usize>,
    pub repair: bool,
    pub begins: Date,
    pub ends: Option<Date>,
    /// Day of the month on which the wages of the month before are paid.
    pub pay_day: i8,
    /// Day of the month on which an instalment is due.
    pub fund_day: i8,
}

/// A hand on a site, in one of its crews, from his first to his last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    pub hand: usize,
    pub site: usize,
    pub crew: usize,
    pub from: Date,
    pub until: Option<Date>,
}

/// The whole year.
#[derive(Clone, Debug)]
pub struct Year {
    pub size: Size,
    pub first: Date,
    pub last: Date,
    pub hands: Vec<Hand>,
    pub sites: Vec<Site>,
    pub stays: Vec<Stay>,
    pub acts: Vec<Act>,
    pub contractors: usize,
    pub subcontractors: usize,
    pub owners: usize,
    /// Stays and acts by site.
    pub stays_of: Vec<Vec<usize>>,
    pub acts_of: Vec<Vec<usize>>,
}

impl Size {
    /// Errors: `too_many` with the limit.
    pub fn check(&self) -> Result<()> {
        if self.projects == 0 || self.projects > PROJECTS_MAX {
            return Err(Error::limit("projects", self.projects, PROJECTS_MAX, "projects, and at least one"));
        }
        if self.workers < self.projects * WORKERS_MIN || self.workers > WORKERS_MAX {
            return Err(Error::limit("workers", self.workers, WORKERS_MAX, "workers, and at least 12 a project"));
        }
        if !(DAYS_MIN..=DAYS_MAX).contains(&self.days) {
            return Err(Error::limit("days", self.days, DAYS_MAX, "days, and at least 70"));
        }
        Ok(())
    }
}

/// The month before.
pub fn before(period: Period) -> Period {
    match period.month {
        1 => Period { year: period.year - 1, month: 12 },
        m => Period { month: m - 1, ..period },
    }
}

/// First and last day of a month.
pub fn bounds(period: Period) -> (Date, Date) {
    let first = Date::ymd(period.year, period.month, 1).unwrap_or(Date::from_days(0));
    let next = first.plus_months(1);
    (first, next.plus_days(-1))
}

/// Day `day` of the month, 1 to 28.
pub fn on_day(period: Period, day: i8) -> Date {
    bounds(period).0.plus_days(i64::from(day) - 1)
}

pub fn in_festival(date: Date) -> bool {
    let day = |text: &str| Date::parse(text).unwrap_or(Date::from_days(0));
    (day(FESTIVAL.0)..=day(FESTIVAL.1)).contains(&date)
}

impl Site {
    /// The day the wages of `period` are paid on.
    pub fn pay_on(&self, period: Period) -> Date {
        payroll::pay_day(on_day(period.next(), self.pay_day))
    }
    /// The day the instalment for the wages of `period` is due.
    pub fn fund_on(&self, period: Period) -> Date {
        on_day(period.next(), self.fund_day)
    }
    pub fn team(crew: usize) -> &'static str {
        TEAMS[crew % CREWS]
    }
}

impl Stay {
    pub fn covers(&self, date: Date) -> bool {
        self.from <= date && self.until.is_none_or(|last| date <= last)
    }
}

impl Year {
    /// Draws a year. Errors: those of [`Size::check`].
    pub fn draw(size: Size) -> Result<Year> {
        size.check()?;
        let first = Date::ymd(FIRST_DAY.0, FIRST_DAY.1, FIRST_DAY.2)?;
        let mut dice = Dice::new(size.seed, "year hands");
        let hands = (0..size.workers).map(|n| people::hand(&mut dice, n)).collect();
        let mut year = Year {
            size,
            first,
            last: first.plus_days(size.days - 1),
            hands,
            sites: Vec::new(),
            stays: Vec::new(),
            acts: Vec::new(),
            contractors: size.projects.div_ceil(4),
            subcontractors: size.projects * 2 / 3 + CREWS,
            owners: size.projects.div_ceil(6),
            stays_of: vec![Vec::new(); size.projects],
            acts_of: vec![Vec::new(); size.projects],
        };
        year.draw_sites();
        year.draw_stays();
        year.draw_acts();
        for (n, act) in year.acts.iter().enumerate() {
            year.acts_of[act.site].push(n);
            if matches!(act.what, What::SharedCard | What::TwoSites) {
                let others = act.stays.iter().map(|s| year.stays[*s].site).filter(|s| *s != act.site);
                others.for_each(|site| year.acts_of[site].push(n));
            }
        }
        for (n, stay) in year.stays.iter().enumerate() {
            year.stays_of[stay.site].push(n);
        }
        Ok(year)
    }

    pub fn is_long(&self) -> bool {
        self.size.days > LONG_DAYS
    }

    fn draw_sites(&mut self) {
        let mut dice = Dice::new(self.size.seed, "year sites");
        for n in 0..self.size.projects {
            let pool: &[i8] = if self.is_long() { &[10, 12, 15, 18, 20, 25, 28] } else { &[8, 9, 10] };
            let pay_day = *dice.pick(pool);
            let begins = if self.is_long() { self.first.plus_days(dice.between(0, 24)) } else { self.first };
            let from = dice.below(self.subcontractors as u64) as usize;
            self.sites.push(Site {
                n,
                name: format!("{}{}期", ["海堤", "港区", "学校", "医院", "桥梁", "水厂"][n % 6], n + 1),
                contractor: n % self.contractors,
                owner: n % self.owners,
                crews: (0..CREWS).map(|c| (from + c) % self.subcontractors).collect(),
                repair: n % REPAIR_IN == REPAIR_IN - 1,
                begins,
                ends: None,
                pay_day,
                fund_day: (pay_day - 7).clamp(1, 8),
            });
        }
    }

    /// Most come in the first week, the others when they come; some leave, and some of these go to the next site.
    fn draw_stays(&mut self) {
        let mut dice = Dice::new(self.size.seed, "year stays");
        for hand in 0..self.hands.len() {
            let site = hand % self.sites.len();
            let crew = hand / self.sites.len() % CREWS;
            let begins = self.sites[site].begins;
            let later = if dice.permille(850) { dice.between(0, 5) } else { dice.between(6, self.size.days * 2 / 3) };
            let from = begins.plus_days(later);
            let leaves = dice.permille(250).then(|| from.plus_days(dice.between(35, 240))).filter(|d| *d < self.last);
            self.stays.push(Stay { hand, site, crew, from, until: leaves });
            if let Some(on) = leaves.filter(|_| dice.permille(400)) {
                let site = (site + 1 + dice.below(3) as usize) % self.sites.len();
                let from = on.plus_days(dice.between(2, 6));
                if from < self.last && site != hand % self.sites.len() {
                    self.stays.push(Stay { hand, site, crew, from, until: None });
                }
            }
        }
    }

    /// Months whose pay day, and the one after it, lie in the year, without the festival's.
    fn months(&self, site: &Site) -> Vec<Period> {
        let mut period = Period::of(site.begins);
        let mut months = Vec::new();
        while site.pay_on(period.next()) <= self.last {
            if !in_festival(on_day(period, 15)) && bounds(period).0.plus_days(7) > site.begins {
                months.push(period);
            }
            period = period.next();
        }
        months
    }

    fn draw_acts(&mut self) {
        let mut dice = Dice::new(self.size.seed, "year acts");
        let shift = dice.below(COURSE.len() as u64) as usize;
        let (mut course, mut standing) = (shift, shift);
        for n in 0..self.sites.len() {
            let months = self.months(&self.sites[n].clone());
            let Some(first) = months.first().copied() else { continue };
            let honest = n % HONEST_IN == HONEST_IN - 1 || self.sites[n].repair;
            if n % 20 == 16 || !self.is_long() && n == 6 {
                self.act(&mut dice, What::NoRoster, n, Period::of(self.sites[n].begins));
                continue;
            }
            let half = months.len() / 2;
            if !honest {
                let early = if self.is_long() { &months[..half.max(1)] } else { &months[..1] };
                self.act(
                    &mut dice,
                    COURSE[course % COURSE.len()],
                    n,
                    *dice_pick(&mut Dice::new(self.size.seed, "m1"), early, n),
                );
                course += 1;
                if self.is_long() && half + 1 < months.len() {
                    let late = *dice_pick(&mut Dice::new(self.size.seed, "m2"), &months[half + 1..], n);
                    self.act(&mut dice, COURSE[course % COURSE.len()], n, late);
                    course += 1;
                }
                if n % HONEST_IN == 1 || !self.is_long() {
                    self.act(&mut dice, STANDING[standing % STANDING.len()], n, first);
                    standing += 1;
                }
            }
            self.look_alikes(&mut dice, n, honest, &months);
        }
        // Nobody works on a site that is completed, whenever he came.
        for stay in &mut self.stays {
            if let Some(end) = self.sites[stay.site].ends {
                stay.until = Some(stay.until.map_or(end, |u| u.min(end)));
            }
        }
    }

    fn look_alikes(&mut self, dice: &mut Dice, site: usize, honest: bool, months: &[Period]) {
        if self.sites[site].repair {
            self.act(dice, What::Weekly, site, months[0]);
            return;
        }
        let many = if honest { HONEST.len() } else { 3 };
        for j in 0..many {
            let what = HONEST[(site + j) % HONEST.len()];
            let month = months[(site + j) % months.len()];
            let unsettling = matches!(
                what,
                What::FundedAtDusk
                    | What::NextCovers
                    | What::RainWeek
                    | What::Repaid
                    | What::SmallAdvances
                    | What::Completed
            );
            if unsettling && !honest || what == What::Completed && !self.is_long() {
                continue;
            }
            let month = if what == What::Completed { months[months.len() * 2 / 3] } else { month };
            self.act(dice, what, site, month);
        }
    }

    /// How many hands an act takes from one crew.
    fn act(&mut self, dice: &mut Dice, what: What, site: usize, period: Period) {
        use What::*;
        let crew = match what {
            Ghosts | SickMonth | ChangedCard | NewMidMonth => 0,
            Vanished | LeftUnpaid | ForgedPaper | InventedDays => 1,
            _ => 2,
        };
        let many = match what {
            Ghosts | NotRepaid => 5,
            InventedDays => 8,
            BelowMinimum | Couples => 6,
            Backflow => 12,
            SickMonth | ChangedCard | Repaid => 3,
            SmallAdvances => 6,
            Landlord => 4,
            Canteen => 20,
            _ => 0,
        };
        let (stays, hands) = match what {
            SharedCard | TwoSites => (self.across(what, site, period), Vec::new()),
            Ghosts | NewMidMonth => {
                (self.newcomers(site, crew, period, if what == Ghosts { 0 } else { 15 }), Vec::new())
            }
            Strangers => (Vec::new(), self.outsiders(6)),
            _ => (self.steady(dice, what, site, crew, period, many), Vec::new()),
        };
        if what == Completed {
            let end = on_day(period, 20);
            self.sites[site].ends = Some(end);
        }
        self.acts.push(Act { what, site, period, crew, stays, hands });
    }

    /// Hands of a crew who stay from before the month until after the next.
    fn steady(&self, dice: &mut Dice, what: What, site: usize, crew: usize, period: Period, many: usize) -> Vec<usize> {
        let (first, last) = (bounds(period).0.plus_days(5), bounds(period.next()).1.plus_days(25));
        let taken = |n: &usize| self.acts.iter().any(|a| a.site == site && a.stays.contains(n));
        let fits = |n: &usize| {
            let stay = &self.stays[*n];
            let here = self.hands[stay.hand].card.bank.is_none();
            let card = match what {
                What::NotRepaid | What::Repaid => !here,
                What::Backflow | What::SmallAdvances | What::Landlord | What::Canteen | What::ChangedCard => here,
                _ => true,
            };
            let anywhere = matches!(what, What::NotRepaid | What::Repaid | What::Landlord | What::Canteen);
            stay.site == site
                && (anywhere || stay.crew == crew)
                && card
                && !taken(n)
                && stay.from <= first
                && stay.until.is_none_or(|u| u > last)
        };
        let mut found: Vec<usize> = (0..self.stays.len()).filter(fits).collect();
        dice.shuffle(&mut found);
        found.truncate(many);
        found
    }

    /// New hands on this and the two next sites; [`What::TwoSites`] is one hand on two of them.
    fn across(&mut self, what: What, site: usize, period: Period) -> Vec<usize> {
        let sites = if what == What::TwoSites { 2 } else { 3.min(self.sites.len()) };
        let from = bounds(period).0.plus_days(1).max(self.sites[site].begins);
        let mut made = Vec::new();
        let mut hand = 0;
        for k in 0..sites {
            let n = (site + k) % self.sites.len();
            if k == 0 || what == What::SharedCard {
                hand = self.outsiders(1)[0];
                if let (What::SharedCard, Some(first)) = (what, made.first()) {
                    let first: &usize = first;
                    self.hands[hand].card = self.hands[self.stays[*first].hand].card.clone();
                } else if what == What::SharedCard {
                    let bank = &demo::numbers::BANKS[1];
                    self.hands[hand].card =
                        people::Card { number: people::card(bank, 9_000_000 + hand as u64), bank: Some(bank) };
                }
            }
            made.push(self.stays.len());
            let from = from.max(self.sites[n].begins.plus_days(1));
            self.stays.push(Stay { hand, site: n, crew: 2, from, until: None });
        }
        made
    }

    fn newcomers(&mut self, site: usize, crew: usize, period: Period, after: i64) -> Vec<usize> {
        let from = bounds(period).0.plus_days(after).max(self.sites[site].begins);
        let hands = self.outsiders(5);
        let until = (after == 0).then(|| from.plus_days(80)).filter(|d| *d < self.last);
        let at = self.stays.len();
        self.stays.extend(hands.iter().map(|hand| Stay { hand: *hand, site, crew, from, until }));
        (at..at + hands.len()).collect()
    }

    /// Hands beyond those the size asks for.
    fn outsiders(&mut self, many: usize) -> Vec<usize> {
        let at = self.hands.len();
        let mut dice = Dice::new(self.size.seed, &format!("year more {at}"));
        self.hands.extend((at..at + many).map(|n| people::hand(&mut dice, n)));
        (at..at + many).collect()
    }
}

/// One of `from`, its own for each site.
fn dice_pick<'a, T>(dice: &mut Dice, from: &'a [T], site: usize) -> &'a T {
    let turn = dice.below(from.len() as u64) as usize;
    &from[(turn + site) % from.len()]
}
