//! The gate of a site: each evening its machine sends who was there, and the labour officer reviews a month before sheets are made of it.
use super::acts::What;
use super::play::Play;
use crews::{AttendanceRow, Correction};
use kernel::{Date, Result};
use payroll::Period;

/// Half hours of a half day and of a whole one.
const HALF_HOURS: [u8; 3] = [0, 8, 18];

impl Play<'_> {
    /// Sends who was at the gate today.
    pub fn gate(&mut self, site: usize) -> Result<()> {
        let (year, today) = (self.year, self.today);
        let mut rows: Vec<AttendanceRow> = Vec::new();
        for stay in &year.stays_of[site] {
            let halves = year.halves(*stay, today);
            if halves > 0 {
                rows.push(self.row(year.stays[*stay].hand, today, HALF_HOURS[halves.clamp(0, 2) as usize]));
            }
        }
        for hand in self.strangers(site) {
            rows.push(self.row(hand, today, HALF_HOURS[2]));
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.open_review(site)?;
        let (project, clerk) = (self.live(site)?.project, self.clerk(site));
        self.write("gate", move |tx| crews::attendance_rows(tx, &clerk, project, None, &rows).map(|_| ()))
    }

    fn row(&self, hand: usize, date: Date, half_hours: u8) -> AttendanceRow {
        let hand = &self.year.hands[hand];
        let (identity, name) = (Some(hand.identity.clone()), hand.name.clone());
        AttendanceRow { worker: None, identity, name, date: Some(date), half_hours }
    }

    /// Those who are at the gate and on no roster: planted, in their month.
    fn strangers(&self, site: usize) -> Vec<usize> {
        let acts = self.year.acts_of[site].iter().map(|a| &self.year.acts[*a]);
        let now = acts
            .filter(|a| a.what == What::Strangers && a.period == Period::of(self.today) && self.today.weekday() < 7);
        now.flat_map(|a| a.hands.iter().copied()).collect()
    }

    /// The roster has come at last: what the gate has of those who stood on none is sent again.
    pub fn gate_again(&mut self, site: usize) -> Result<()> {
        let today = self.today;
        let mut date = self.year.sites[site].begins;
        while date < today {
            let stays = &self.year.stays_of[site];
            let there = stays.iter().map(|n| (*n, self.year.halves(*n, date))).filter(|(_, h)| *h > 0);
            let rows: Vec<AttendanceRow> = there
                .map(|(n, h)| self.row(self.year.stays[n].hand, date, HALF_HOURS[h.clamp(0, 2) as usize]))
                .collect();
            if !rows.is_empty() {
                let (project, clerk) = (self.live(site)?.project, self.clerk(site));
                self.write("gate", move |tx| crews::attendance_rows(tx, &clerk, project, None, &rows).map(|_| ()))?;
            }
            date = date.plus_days(1);
        }
        Ok(())
    }

    /// Where wages are paid by the week, a reviewed month goes on: the first correction opens it again.
    fn open_review(&mut self, site: usize) -> Result<()> {
        let (year, today) = (self.year, self.today);
        if year.act_of(site, What::Weekly).is_none() {
            return Ok(());
        }
        for crew in 0..self.live(site)?.crews.len() {
            let there =
                year.stays_of[site].iter().find(|n| year.stays[**n].crew == crew && year.halves(**n, today) > 0);
            let live = self.live(site)?;
            let Some(worker) = there.and_then(|n| live.workers.get(n)).copied() else { continue };
            let (id, project, clerk) = (live.crews[crew], live.project, self.crew_clerk(site, crew));
            let newest = self.town.bank.read(|tx| crews::review_of(tx, id, project, Period::of(today)))?;
            if newest.is_none_or(|r| r.opened_at.is_some()) {
                continue;
            }
            self.write("correct", move |tx| {
                let day = Correction {
                    worker,
                    date: today,
                    half_hours: HALF_HOURS[2],
                    reason: "按周结算，本月继续考勤".into(),
                };
                crews::correct(tx, &clerk, id, &day).map(|_| ())
            })?;
        }
        Ok(())
    }

    /// The labour officer looks at a crew's month.
    pub fn review(&mut self, site: usize, crew: usize, period: Period) -> Result<()> {
        let (id, officer) = (self.live(site)?.crews[crew], self.labour_officer(site));
        let done = self.write("review", move |tx| {
            let sum = crews::month_sum(tx, &officer, id, period)?;
            match sum.workers {
                0 => Ok(()),
                _ => crews::review_attendance(tx, &officer, id, period, &sum.hash, "与闸机核对").map(|_| ()),
            }
        });
        self.tolerate(done).map(|_| ())
    }
}
