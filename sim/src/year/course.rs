//! What follows from the plan day by day: who is at the gate, what stands on which sheet, when money comes.
use super::acts::What;
use super::plan::{CREWS, Year, before, bounds, in_festival, on_day};
use kernel::Date;
use payroll::{Kind, Period};

/// Days after the month's end on which the sheet is made.
const DRAFT_AFTER_DAYS: i64 = 3;
/// Days from a weekly sheet's last day to its pay day.
const WEEKLY_PAY_DAYS: i64 = 4;
/// Days after a missed pay day on which somebody puts it right.
pub const RESCUE_DAYS: i64 = 20;
/// Of a wage, what is kept for meals, in percent.
const MEALS_PERCENT: i64 = 3;
/// Of 1,000 days, those on which a worker who could come does not.
const AWAY_PERMILLE: u64 = 50;
/// Days that a full month's instalment is agreed for.
const FULL_DAYS: i64 = 28;
/// Sick pay of a month in fen: above four fifths of the minimum wage of the region.
const SICK_FEN: i64 = 180_000;
/// Half days that a ghost is given on the sheet.
const GHOST_HALVES: i64 = 44;
/// A day's wage in fen where less than the minimum is planted.
const LOW_DAY_FEN: i64 = 6_000;

/// A line as the crew's clerk writes it. Days are half days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePlan {
    pub stay: usize,
    pub claimed: i64,
    pub attended: i64,
    /// Fen.
    pub due: i64,
    pub deductions: i64,
    /// Ill for the whole month: sick pay, and a note that says so.
    pub sick: bool,
}

impl LinePlan {
    pub fn net(&self) -> i64 {
        self.due - self.deductions
    }
}

/// A sheet of one crew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetPlan {
    pub site: usize,
    pub crew: usize,
    pub period: Period,
    pub kind: Kind,
    pub number: u8,
    /// The day it is drafted.
    pub draft: Date,
    /// The day it is paid, if the money is there.
    pub pay: Date,
    /// Signed by an old scan alone.
    pub forged: bool,
    pub lines: Vec<LinePlan>,
}

impl SheetPlan {
    pub fn net(&self) -> i64 {
        self.lines.iter().map(LinePlan::net).sum()
    }
}

/// Money for a wage account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fund {
    pub on: Date,
    /// Hour of the day, 0 to 23.
    pub hour: u8,
    /// Fen.
    pub amount: i64,
}

/// The course of one site: its sheets, its money, and the pay days at which it did not reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    pub sheets: Vec<SheetPlan>,
    /// What comes in each month by the schedule, in fen.
    pub instalment: i64,
    pub funds: Vec<Fund>,
    /// Months whose instalment did not come, and months whose pay day was short.
    pub missed: Vec<Period>,
    pub short: Vec<Period>,
}

/// A number from 0 to 2⁶⁴ − 1 that only the three given numbers decide (splitmix64).
fn mix(seed: u64, a: u64, b: u64) -> u64 {
    let mut z = seed ^ a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Year {
    /// Half days that a hand is at the gate on a day: 0, 1 or 2.
    pub fn halves(&self, stay: usize, date: Date) -> i64 {
        let s = &self.stays[stay];
        let site = &self.sites[s.site];
        let quiet = date < site.begins || in_festival(date) || self.is_kept_away(stay, date);
        if !s.covers(date) || quiet {
            return 0;
        }
        let draw = mix(self.size.seed, s.hand as u64, date.days() as u64);
        let sunday_off = date.weekday() == 7 && (date.days() / 7 + s.crew as i64) % 2 == 0;
        if sunday_off || draw % 1_000 < AWAY_PERMILLE {
            return 0;
        }
        // A hand on two sites is each day on one of them.
        let shared = self.acts_of[s.site]
            .iter()
            .map(|a| &self.acts[*a])
            .find(|a| a.what == What::TwoSites && a.stays.contains(&stay));
        if let Some(act) = shared {
            let turn = act.stays.iter().position(|n| *n == stay).unwrap_or(0) as i64;
            return if date.days() % act.stays.len() as i64 == turn { 2 } else { 0 };
        }
        if draw >> 32 & 63 == 0 { 1 } else { 2 }
    }

    fn is_kept_away(&self, stay: usize, date: Date) -> bool {
        let s = &self.stays[stay];
        self.acts_of[s.site].iter().map(|a| &self.acts[*a]).any(|act| {
            let (first, last) = bounds(act.period);
            let mine = act.crew == s.crew && act.site == s.site;
            match act.what {
                What::Ghosts => act.stays.contains(&stay),
                What::SickMonth => act.stays.contains(&stay) && (first..=last).contains(&date),
                What::RainWeek => (on_day(act.period, 10)..=on_day(act.period, 16)).contains(&date),
                What::Vanished => mine && date > on_day(act.period, 15),
                What::LeftUnpaid => mine && date > self.sites[s.site].pay_on(act.period).plus_days(3),
                _ => false,
            }
        })
    }

    /// Whether the site's roster is still missing on a day.
    pub fn is_unrostered(&self, site: usize, date: Date) -> bool {
        self.act_of(site, What::NoRoster)
            .is_some_and(|a| date < self.sites[site].pay_on(self.acts[a].period).plus_days(10))
    }

    pub fn act_of(&self, site: usize, what: What) -> Option<usize> {
        self.acts_of[site].iter().copied().find(|a| self.acts[*a].what == what)
    }

    /// Months in which the site works and whose sheets are made within the year.
    fn periods(&self, site: usize) -> Vec<Period> {
        let s = &self.sites[site];
        let mut period = Period::of(s.begins);
        let mut all = Vec::new();
        while bounds(period).1 < self.last && s.ends.is_none_or(|e| bounds(period).0 <= e) {
            all.push(period);
            period = period.next();
        }
        all
    }

    /// Everything that happens with a site's sheets and money.
    pub fn course(&self, site: usize) -> Course {
        let mut course = Course { sheets: self.sheets(site), ..Course::default() };
        course.sheets.sort_by_key(|s| (s.draft, s.period, s.crew, s.number));
        self.money(site, &mut course);
        course
    }

    fn sheets(&self, site: usize) -> Vec<SheetPlan> {
        let mut all = Vec::new();
        for period in self.periods(site) {
            for crew in 0..CREWS {
                let (first, last) = bounds(period);
                if self.act_of(site, What::Weekly).is_some() {
                    for (week, day) in [1i8, 8, 15, 22].into_iter().enumerate() {
                        let from = on_day(period, day);
                        let to = if week == 3 { last } else { from.plus_days(6) };
                        let (kind, number) = if week == 0 { (Kind::Wage, 1) } else { (Kind::Supplement, week as u8) };
                        all.extend(self.sheet(site, crew, period, (kind, number), (from, to)));
                    }
                } else {
                    all.extend(self.sheet(site, crew, period, (Kind::Wage, 1), (first, last)));
                    all.extend(self.supplement(site, crew, period));
                }
            }
        }
        all.retain(|s| s.pay <= self.last);
        all
    }

    fn sheet(
        &self,
        site: usize,
        crew: usize,
        period: Period,
        (kind, number): (Kind, u8),
        (from, to): (Date, Date),
    ) -> Option<SheetPlan> {
        let s = &self.sites[site];
        let weekly = self.act_of(site, What::Weekly).is_some();
        let usual = if weekly { weekly_pay(to) } else { s.pay_on(period) };
        let act = |what: What| {
            let found = self.acts_of[site].iter().map(|a| &self.acts[*a]);
            found.into_iter().find(|a| a.what == what && a.site == site && a.crew == crew && a.period == period)
        };
        let held = act(What::Vanished).or(act(What::LeftUnpaid)).is_some();
        let unrostered = self.is_unrostered(site, usual);
        let (draft, pay) = match held || unrostered {
            true if held && act(What::LeftUnpaid).is_some() => {
                let next = s.pay_on(period.next());
                (next.plus_days(RESCUE_DAYS - 4), next.plus_days(RESCUE_DAYS))
            }
            true => (usual.plus_days(RESCUE_DAYS - 4), usual.plus_days(RESCUE_DAYS)),
            false => (to.plus_days(if weekly { 1 } else { DRAFT_AFTER_DAYS }), usual),
        };
        let lines: Vec<LinePlan> = self.stays_of[site]
            .iter()
            .filter(|n| self.stays[**n].crew == crew)
            .filter_map(|n| self.line(*n, period, (from, to)))
            .collect();
        let forged = act(What::ForgedPaper).is_some();
        (!lines.is_empty()).then_some(SheetPlan { site, crew, period, kind, number, draft, pay, forged, lines })
    }

    fn line(&self, stay: usize, period: Period, (from, to): (Date, Date)) -> Option<LinePlan> {
        let s = &self.stays[stay];
        let days = to.days() - from.days();
        let attended: i64 = (0..=days).map(|d| self.halves(stay, from.plus_days(d))).sum();
        let act = |what: What| {
            self.acts_of[s.site]
                .iter()
                .map(|a| &self.acts[*a])
                .any(|a| a.what == what && a.period == period && a.stays.contains(&stay))
        };
        let ghost = self.acts_of[s.site]
            .iter()
            .map(|a| &self.acts[*a])
            .any(|a| a.what == What::Ghosts && a.stays.contains(&stay));
        if act(What::SickMonth) {
            return Some(LinePlan { stay, claimed: 0, attended: 0, due: SICK_FEN, deductions: 0, sick: true });
        }
        let claimed = match attended {
            0 if ghost && s.from <= from => GHOST_HALVES,
            n if act(What::InventedDays) => (n + 14).min(2 * (days + 1)),
            n => n,
        };
        if claimed == 0 {
            return None;
        }
        let day = if act(What::BelowMinimum) { LOW_DAY_FEN } else { self.hands[s.hand].day_fen };
        let due = day * claimed / 2;
        Some(LinePlan { stay, claimed, attended, due, deductions: due * MEALS_PERCENT / 100, sick: false })
    }

    fn supplement(&self, site: usize, crew: usize, period: Period) -> Option<SheetPlan> {
        let found = self.acts_of[site].iter().map(|a| &self.acts[*a]);
        found.into_iter().find(|a| a.what == What::Supplement && a.period == period && a.crew == crew)?;
        let (first, last) = bounds(period);
        let days =
            |n: usize| -> i64 { (0..=last.days() - first.days()).map(|d| self.halves(n, first.plus_days(d))).sum() };
        let lines: Vec<LinePlan> = self.stays_of[site]
            .iter()
            .filter(|n| self.stays[**n].crew == crew && days(**n) > 20)
            .take(10)
            .map(|n| LinePlan { stay: *n, claimed: 0, attended: 0, due: 30_000, deductions: 0, sick: false })
            .collect();
        let pay = payroll::pay_day(self.sites[site].pay_on(period).plus_days(6));
        let draft = pay.plus_days(-3);
        (!lines.is_empty()).then_some(SheetPlan {
            site,
            crew,
            period,
            kind: Kind::Supplement,
            number: 1,
            draft,
            pay,
            forged: false,
            lines,
        })
    }

    /// What a month costs in which everybody who is on the site at its end works all of it.
    fn full_month(&self, site: usize, period: Period) -> i64 {
        let last = bounds(period).1;
        let there = self.stays_of[site].iter().map(|n| &self.stays[*n]).filter(|s| s.covers(last));
        there.map(|s| self.hands[s.hand].day_fen * FULL_DAYS).sum()
    }

    /// Instalments, what they leave, and who comes to the rescue. Money that is missing is missing for one pay day alone.
    fn money(&self, site: usize, course: &mut Course) {
        let s = self.sites[site].clone();
        let mut need: std::collections::BTreeMap<Date, i64> = Default::default();
        course.sheets.iter().for_each(|sheet| *need.entry(sheet.pay).or_default() += sheet.net());
        let periods = self.periods(site);
        course.instalment = periods.iter().map(|p| self.full_month(site, *p)).max().unwrap_or(0);
        let plays = |what: What, p: Period| {
            self.acts_of[site].iter().map(|a| &self.acts[*a]).any(|a| a.what == what && a.period == p && a.site == site)
        };
        let weekly = self.act_of(site, What::Weekly).is_some();
        let (mut balance, mut dry, mut rescued) = (0i64, false, s.begins);
        for period in periods {
            // A weekly site is paid in advance.
            let due = if weekly { s.fund_on(before(period)) } else { s.fund_on(period) };
            let pay = s.pay_on(period);
            if due > self.last {
                break;
            }
            dry |= plays(What::NeverFunded, period);
            let times = match plays(What::NextCovers, period) {
                true => 2,
                false => i64::from(!dry && !plays(What::NextCovers, before(period))),
            };
            let (on, hour) = match () {
                () if plays(What::FundedAtDusk, period) => (due, 21),
                () if plays(What::FundedLate, period) => (due.plus_days(3), 10),
                () if weekly => (due.max(s.begins), 10),
                () => (due.plus_days(-(s.n as i64 % 2)), 10),
            };
            if times > 0 {
                course.funds.push(Fund { on, hour, amount: course.instalment * times });
                balance += course.instalment * times;
            } else if dry {
                course.missed.push(period);
            }
            let mut wanted: i64 = need.range(..=pay).map(|(_, n)| n).sum();
            need.retain(|on, _| *on > pay);
            if plays(What::ShortBalance, period) && !weekly {
                wanted += bonus(course, period, balance - wanted);
            }
            if balance < wanted && !weekly {
                let owed = course.instalment * course.missed.iter().filter(|p| s.fund_on(**p) > rescued).count() as i64;
                let amount = (wanted - balance + course.instalment / 50).max(owed);
                rescued = pay.plus_days(RESCUE_DAYS);
                course.short.push(period);
                course.funds.push(Fund { on: pay.plus_days(RESCUE_DAYS), hour: 10, amount });
                (balance, dry) = (balance + amount, false);
            }
            balance -= wanted;
        }
    }
}

/// The first working day on which a weekly sheet can be signed and agreed to.
fn weekly_pay(last: Date) -> Date {
    let days = (WEEKLY_PAY_DAYS..).map(|n| last.plus_days(n));
    days.into_iter().find(|d| payroll::pay_day(*d) == *d).unwrap_or(last)
}

/// Work that nobody foresaw: enough on each line that the sheets exceed the balance by a fifth of the month's wages.
fn bonus(course: &mut Course, period: Period, left: i64) -> i64 {
    let more = left.max(0) + course.instalment / 5;
    let lines: i64 = course.sheets.iter().filter(|s| s.period == period).map(|s| s.lines.len() as i64).sum();
    let each = more / lines.max(1) + 1;
    let of = course.sheets.iter_mut().filter(|s| s.period == period && s.kind == Kind::Wage);
    of.flat_map(|s| s.lines.iter_mut())
        .map(|l| {
            l.due += each;
            each
        })
        .sum()
}
