//! The truth about what was planted, written down before anything is played.
use super::acts::{Act, Planted, What};
use super::course::Course;
use super::plan::{Year, bounds, in_festival, on_day};
use super::score::Warned;
use kernel::Date;
use payroll::Period;

/// Days after the endangered pay day in which a warning may still speak of the plant.
const ECHO_DAYS: i64 = 40;
/// Days from the middle of a look-alike's month in which a false warning is laid to it.
const NEAR_DAYS: i64 = 50;
/// Days from opening until an account must be filed with the bureau (rule W2).
const FILING_DAYS: i64 = 30;
/// Working days from the beginning until the guarantee is put aside (rule D2).
const GUARANTEE_DAYS: usize = 20;

impl Year {
    /// Every plant whose pay day lies in the year.
    pub fn truths(&self, courses: &[Course]) -> Vec<Planted> {
        let played = |act: &Act| !(act.what.is_honest() || act.stays.is_empty() && act.what.needs_hands());
        let found = self.acts.iter().enumerate().filter(|(_, act)| played(act));
        found.filter_map(|(n, _)| self.truth(n, courses)).filter(|p| p.endangers <= self.last).collect()
    }

    fn truth(&self, n: usize, courses: &[Course]) -> Option<Planted> {
        use What::*;
        let act = &self.acts[n];
        let site = &self.sites[act.site];
        let (first, last) = bounds(act.period);
        let course = &courses[act.site];
        let (this, next) = (site.pay_on(act.period), site.pay_on(act.period.next()));
        let drafted = last.plus_days(4);
        let began = first.max(site.begins);
        let (known, endangers) = match act.what {
            NeverFunded => {
                let missed = course.missed.iter().find(|p| **p >= act.period)?;
                // What was left of better months may carry the site to the year's end.
                let short = course.short.iter().find(|p| **p >= act.period).unwrap_or(missed);
                (site.fund_on(*missed).plus_days(1), site.pay_on(*short))
            }
            FundedLate => (site.fund_on(act.period).plus_days(1), this),
            ShortBalance => (drafted, site.pay_on(*course.short.iter().find(|p| **p == act.period)?)),
            InventedDays | BelowMinimum | ForgedPaper => (drafted, this),
            Ghosts => (last.plus_days(1), this),
            SharedCard => (first.plus_days(2).max(site.begins.plus_days(2)), this),
            Strangers => (began.plus_days(2), this),
            Vanished => (on_day(act.period, 17), this),
            LeftUnpaid => (this.plus_days(4), next),
            NotRepaid => (this.plus_days(2), next),
            Backflow => (this.plus_days(3), next),
            NotFiled => self.first_pay_after(act.site, site.begins.plus_days(FILING_DAYS + 1)),
            GuaranteeLow => self.first_pay_after(act.site, self.guaranteed_by(act.site).plus_days(1)),
            GuaranteeExpired => self.first_pay_after(act.site, self.turn(act.site).plus_days(1)),
            GuaranteeNotRefilled => self.first_pay_after(act.site, self.turn(act.site).plus_days(16)),
            NoRoster => (site.begins.plus_days(2), this),
            _ => return None,
        };
        let mut sites: Vec<usize> = act.stays.iter().map(|s| self.stays[*s].site).chain([act.site]).collect();
        sites.sort_unstable();
        sites.dedup();
        // What nobody puts right lasts to the end.
        let lasting =
            matches!(act.what, NotFiled | GuaranteeLow | GuaranteeExpired | GuaranteeNotRefilled | SharedCard);
        // A ghost stands on the sheet of each month in which he is on the roster.
        let on_roster = act.stays.iter().map(|s| self.stays[*s].until.unwrap_or(self.last)).max();
        let seen_until = on_roster.filter(|_| act.what == Ghosts).map_or(endangers, |d| d.max(endangers));
        let until = if lasting { self.last } else { seen_until.plus_days(ECHO_DAYS) };
        let arrears =
            act.what.is_arrears() && (act.what != NeverFunded || course.short.iter().any(|p| *p >= act.period));
        let (stays, crew) = (act.stays.clone(), matches!(act.what, Vanished | LeftUnpaid).then_some(act.crew));
        Some(Planted { act: n, what: act.what, sites, stays, crew, known, endangers, until, arrears })
    }

    /// The day on which a guarantee of the site expires or must pay.
    pub fn turn(&self, site: usize) -> Date {
        let begins = self.sites[site].begins;
        begins.plus_days(if self.is_long() { 100 } else { 18 })
    }

    /// The last of the working days in which a site's guarantee is put aside (rule D2).
    fn guaranteed_by(&self, site: usize) -> Date {
        let begins = self.sites[site].begins;
        let days = (1..90).map(|n| begins.plus_days(n)).filter(|d| payroll::is_business_day(*d));
        days.into_iter().nth(GUARANTEE_DAYS - 1).unwrap_or(begins)
    }

    /// The look-alikes that were played on a site about the time when a warning came.
    pub fn looks_like(&self, warned: &Warned) -> Vec<What> {
        let festival = in_festival(warned.on.plus_days(-10)) || in_festival(warned.on);
        let acts = self.acts_of[warned.site].iter().map(|a| &self.acts[*a]).filter(|a| a.what.is_honest());
        let near = acts.filter(|a| (on_day(a.period, 15).days() - warned.on.days()).abs() <= NEAR_DAYS).map(|a| a.what);
        festival.then_some(What::Festival).into_iter().chain(near).collect()
    }

    /// `known`, and the first pay day after it.
    fn first_pay_after(&self, site: usize, known: Date) -> (Date, Date) {
        let mut period = Period::of(self.sites[site].begins);
        while self.sites[site].pay_on(period) <= known {
            period = period.next();
        }
        (known, self.sites[site].pay_on(period))
    }
}
