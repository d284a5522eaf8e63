//! What ends: works that are complete, and a guarantee that a bureau has pay.
use super::acts::What;
use super::plan::bounds;
use super::play::Play;
use guarantee::{Named, NoticeNew};
use kernel::Result;
use payroll::Period;

/// Workers named on a bureau's notice, and what each is owed in fen.
const NAMED: usize = 3;
const OWED_FEN: i64 = 100_000;
/// Days of the public notice, and one.
const NOTICE_DAYS: i64 = 31;

impl Play<'_> {
    pub fn ends(&mut self, site: usize) -> Result<()> {
        if self.year.act_of(site, What::GuaranteeNotRefilled).is_some() && self.today == self.year.turn(site) {
            self.bureau_has_paid(site)?;
        }
        let Some(end) = self.year.sites[site].ends else { return Ok(()) };
        let (project, clerk, today) = (self.live(site)?.project, self.clerk(site), self.today);
        let last_pay = self.year.sites[site].pay_on(Period::of(bounds(Period::of(end)).1));
        if today == end.plus_days(1) {
            self.write("completed", move |tx| {
                worksite::end::completed(tx, &clerk, project, end, "竣工验收-1").map(|_| ())
            })?;
        } else if today == last_pay.plus_days(2) {
            self.write("notice", move |tx| {
                worksite::end::pledged(tx, &clerk, project, "无拖欠承诺书")?;
                worksite::end::notice_begin(tx, &clerk, project, "本项目农民工工资已全部结清").map(|_| ())
            })?;
        } else if today == last_pay.plus_days(2 + NOTICE_DAYS) {
            self.close(site)?;
        }
        Ok(())
    }

    fn close(&mut self, site: usize) -> Result<()> {
        let project = self.live(site)?.project;
        let (officer, checker) = (self.town.staff(self.town.officer), self.town.staff(self.town.checker));
        let to = self.town.contractors[self.year.sites[site].contractor].account;
        let asked = self.write("close_ask", move |tx| worksite::end::close_ask(tx, &officer, project, to, ""));
        let Some(asked) = self.tolerate(asked)? else { return Ok(()) };
        let hash = self.town.bank.read(|tx| approval::raw(tx, asked))?.hash_text();
        let desk = self.town.bank.desk.clone();
        let done =
            self.write("close", move |tx| worksite::end::approval_yes(&desk, tx, &checker, asked, &hash).map(|_| ()));
        self.tolerate(done).map(|_| ())
    }

    /// A notice for three workers, paid out of the deposit; nobody fills it up again.
    fn bureau_has_paid(&mut self, site: usize) -> Result<()> {
        let live = self.live(site)?;
        let project = live.project;
        let mut named: Vec<_> = live.workers.iter().collect();
        named.sort();
        let workers: Vec<Named> =
            named.iter().take(NAMED).map(|(_, w)| Named { worker: **w, amount: OWED_FEN }).collect();
        let (officer, checker) = (self.town.staff(self.town.officer), self.town.staff(self.town.checker));
        let (desk, today) = (self.town.bank.desk.clone(), self.today);
        let asked = self.write("pay_notice", move |tx| {
            let found = guarantee::of_project(tx, project)?;
            let Some(g) = found.first() else { return Ok(None) };
            let new = NoticeNew {
                guarantee: g.id,
                bureau: None,
                bureau_name: "望潮区人力资源和社会保障局".into(),
                number: format!("劳监-{today}"),
                officer: "李监察员".into(),
                basis: "保障农民工工资支付条例第三十条".into(),
                issued_on: today,
                settle_order: "责令-1".into(),
                settle_ordered_on: today.plus_days(-10),
                default_proof: "未履行证明-1".into(),
                defaulted_on: today.plus_days(-3),
                workers: workers.clone(),
            };
            let notice = guarantee::notice_receive(tx, &officer, new)?;
            Ok(Some(guarantee::notice_ask(tx, &officer, notice, "")?))
        })?;
        let Some(asked) = asked else { return Ok(()) };
        let hash = self.town.bank.read(|tx| approval::raw(tx, asked))?.hash_text();
        self.write("pay_notice_check", move |tx| guarantee::approval_yes(&desk, tx, &checker, asked, &hash).map(|_| ()))
    }
}
