//! A pay sheet on its way: made by the crew, signed by its workers, cleared by the labour officer, checked, paid, and what came back
//! paid again.
use super::acts::What;
use super::course::SheetPlan;
use super::people;
use super::plan::Site;
use super::play::{Known, Play, open_card};
use super::town::himself;
use crews::{PaperNew, ReasonKind};
use kernel::id::{PayLineId, PaySheetId};
use kernel::{Id, Money, Result};
use payroll::{AccountGiven, Approved, ImportFor, SheetState, Upload};
use std::collections::BTreeMap;

/// Days from the draft to the signatures, and to the submission.
const SIGNED_AFTER: i64 = 1;
const SUBMITTED_AFTER: i64 = 2;
/// Days after the next pay day on which even a careless one does.
const REPAID_AT_LAST_AFTER: i64 = 5;
/// Of 100 workers so many sign themselves, and so many on paper; the others cannot be reached.
const SIGN_PERCENT: usize = 88;
const PAPER_PERCENT: usize = 9;
/// Cards that take the place of broken ones.
const MENDED_FROM: u64 = 5_000_000;
/// Lines of one sheet read at once: all of them.
const LINES: u32 = 2_000;

/// A line of a sheet that is there.
#[derive(Clone, Debug)]
struct Line {
    id: PayLineId,
    number: i64,
    stay: usize,
    hash: String,
}

impl Play<'_> {
    /// Whatever is to be done today with the sheets of a site.
    pub fn sheets(&mut self, site: usize) -> Result<()> {
        let courses = self.courses;
        for (n, plan) in courses[site].sheets.iter().enumerate() {
            let since = self.today.days() - plan.draft.days();
            match since {
                0 => self.draft(site, n, plan)?,
                SIGNED_AFTER => self.signatures(site, n, plan)?,
                SUBMITTED_AFTER => {
                    // Where wages are paid by the week, the month went on since.
                    self.review(site, plan.crew, plan.period)?;
                    self.submit(site, n)?;
                }
                _ => {}
            }
            if self.today >= plan.pay && since > SUBMITTED_AFTER {
                self.pay(site, n)?;
            }
        }
        self.cards_break(site);
        self.repay(site)
    }

    fn draft(&mut self, site: usize, n: usize, plan: &SheetPlan) -> Result<()> {
        self.review(site, plan.crew, plan.period)?;
        let live = self.live(site)?;
        let (project, crew) = (live.project, live.crews[plan.crew]);
        let monthly = self.year.act_of(site, What::Weekly).is_none() && plan.kind == payroll::Kind::Wage;
        let due_on = (!monthly).then_some(plan.pay);
        let what = ImportFor::PaySheet {
            period: plan.period,
            kind: plan.kind,
            number: plan.number,
            tag: String::new(),
            due_on,
        };
        let file_name = format!("{} {}.csv", Site::team(plan.crew), plan.period);
        let upload = Upload { project, what, file_name, bytes: self.csv(plan).into_bytes(), accept_valid: true };
        let clerk = self.crew_clerk(site, plan.crew);
        self.count("crew_sheet");
        let done = crews::crew_sheet_import(&self.town.bank.store, &clerk, crew, upload);
        let Some(sheet) = self.tolerate(done)?.and_then(|i| i.sheet) else { return Ok(()) };
        if let Some(live) = &mut self.lives[site] {
            live.sheets.insert(n, sheet);
        }
        self.write("ask_signatures", move |tx| crews::ask_signatures(tx, &clerk, sheet).map(|_| ()))
    }

    fn csv(&self, plan: &SheetPlan) -> String {
        let mut csv = String::from("姓名,身份证号,班组,出勤天数,应发合计,扣款合计,实发工资,备注\n");
        let yuan = |fen: i64| Money::cny(fen).plain();
        for line in &plan.lines {
            let hand = &self.year.hands[self.year.stays[line.stay].hand];
            let days = match line.claimed {
                0 if !line.sick => String::new(),
                n => format!("{}.{}", n / 2, n % 2 * 5),
            };
            let note = if line.sick { "病假整月，附医院证明" } else { "" };
            let (due, off, net) = (yuan(line.due), yuan(line.deductions), yuan(line.net()));
            csv.push_str(&format!(
                "{},{},{},{days},{due},{off},{net},{note}\n",
                hand.name,
                hand.identity,
                Site::team(plan.crew)
            ));
        }
        csv
    }

    fn lines(&self, site: usize, sheet: PaySheetId) -> Result<Vec<Line>> {
        let stays: BTreeMap<_, _> = self.live(site)?.workers.iter().map(|(stay, worker)| (*worker, *stay)).collect();
        let found = self.town.bank.read(|tx| payroll::lines_raw(tx, sheet, 0, LINES))?;
        let hex = |hash: [u8; 32]| hash.iter().map(|b| format!("{b:02x}")).collect();
        let line = |l: &payroll::PayLine| {
            let stay = stays.get(&l.worker).copied()?;
            Some(Line { id: l.id, number: l.number, stay, hash: hex(crews::line_hash(l)) })
        };
        Ok(found.iter().filter_map(line).collect())
    }

    /// Most sign on their own telephones; some on paper; some cannot be reached. Ghosts sign on paper.
    fn signatures(&mut self, site: usize, n: usize, plan: &SheetPlan) -> Result<()> {
        let Some(sheet) = self.live(site)?.sheets.get(&n).copied() else { return Ok(()) };
        let lines = self.lines(site, sheet)?;
        let ghosts = self.year.act_of(site, What::Ghosts).map(|a| &self.year.acts[a].stays);
        let is_ghost = |l: &Line| ghosts.is_some_and(|g| g.contains(&l.stay));
        let percent = |l: &Line| (l.stay * 37 + plan.period.month as usize * 11) % 100;
        // Where a scan is used twice, somebody signed on it the first time.
        let forging =
            self.year.act_of(site, What::ForgedPaper).is_some_and(|a| self.year.acts[a].period == plan.period);
        let on_paper = |l: &Line| {
            plan.forged
                || is_ghost(l)
                || forging && plan.crew == 0
                || (SIGN_PERCENT..SIGN_PERCENT + PAPER_PERCENT).contains(&percent(l))
        };
        let (paper, others): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(on_paper);
        let (own, silent): (Vec<Line>, Vec<Line>) = others.into_iter().partition(|l| percent(l) < SIGN_PERCENT);
        let signers: Vec<_> = own
            .iter()
            .filter_map(|l| Some((self.known.get(&self.year.stays[l.stay].hand)?.person, l.id, l.hash.clone())))
            .collect();
        *self.commands.entry("sign").or_default() += signers.len() as u64;
        self.write("signatures", move |tx| {
            let sign =
                |(person, line, hash): &(_, _, String)| crews::sign(tx, &himself(*person), *line, hash).map(|_| ());
            signers.iter().try_for_each(sign)
        })?;
        self.paper(site, sheet, plan, &paper)?;
        self.reasons(site, sheet, plan, &silent)?;
        let clerk = self.crew_clerk(site, plan.crew);
        self.write("submit_to_main", move |tx| crews::submit_to_main(tx, &clerk, sheet).map(|_| ()))
    }

    /// A scan of its own for each sheet; where it is forged, the one that the first crew of the site signed.
    fn paper(&mut self, site: usize, sheet: PaySheetId, plan: &SheetPlan, lines: &[Line]) -> Result<()> {
        let (clerk, officer) = (self.crew_clerk(site, plan.crew), self.labour_officer(site));
        let crew = if plan.forged { 0 } else { plan.crew };
        let text = format!("工资表签字页 {site} {} {} {} {crew}", plan.period, plan.kind, plan.number);
        for some in lines.chunks(crews::PAPER_LINES_MAX) {
            let new = PaperNew {
                sheet,
                lines: some.iter().map(|l| l.number).collect(),
                file_name: "签字页.pdf".into(),
                bytes: format!("%PDF-1.4\n{text}\n%%EOF").into_bytes(),
            };
            let (clerk, officer) = (clerk.clone(), officer.clone());
            self.write("paper", move |tx| {
                let called = crews::paper_send(tx, &clerk, &new)?;
                crews::paper_check(tx, &officer, sheet, &called).map(|_| ())
            })?;
        }
        Ok(())
    }

    /// Why some cannot be asked, and why there are more days than were attended.
    fn reasons(&mut self, site: usize, sheet: PaySheetId, plan: &SheetPlan, silent: &[Line]) -> Result<()> {
        let officer = self.labour_officer(site);
        let mut given: Vec<(PayLineId, ReasonKind, &str)> =
            silent.iter().map(|l| (l.id, ReasonKind::NotReachable, "请假回乡，电话未通")).collect();
        let above: Vec<usize> = plan.lines.iter().filter(|l| l.claimed > l.attended).map(|l| l.stay).collect();
        for line in self.lines(site, sheet)?.iter().filter(|l| above.contains(&l.stay)) {
            given.push((line.id, ReasonKind::DaysAbove, "闸机故障，班组记录补登"));
        }
        *self.commands.entry("explain").or_default() += given.len() as u64;
        self.write("reasons", move |tx| {
            let explain = |(line, kind, why): &(PayLineId, ReasonKind, &str)| {
                crews::explain(tx, &officer, *line, *kind, why).map(|_| ())
            };
            given.iter().try_for_each(explain)
        })
    }

    /// Cleared by the labour officer, submitted by the clerk, agreed to by the checker and, where two are wanted, the owner.
    fn submit(&mut self, site: usize, n: usize) -> Result<()> {
        let Some(sheet) = self.live(site)?.sheets.get(&n).copied() else { return Ok(()) };
        let (officer, clerk) = (self.labour_officer(site), self.clerk(site));
        let checkers = [self.checker(site), self.firm_owner(site)];
        let done = self.write("clear", move |tx| {
            let hash = payroll::sheet_raw(tx, sheet)?.payload_hash();
            crews::clear_sheet(tx, &officer, sheet, &hash, "").map(|_| ())
        });
        if self.tolerate(done)?.is_none() {
            return Ok(());
        }
        self.agree(sheet, clerk, checkers)
    }

    fn agree(&mut self, sheet: PaySheetId, clerk: kernel::Actor, checkers: [kernel::Actor; 2]) -> Result<()> {
        let asked = self.write("submit", move |tx| payroll::submit(tx, &clerk, sheet, ""))?;
        let hash = self.town.bank.read(|tx| approval::raw(tx, asked))?.hash_text();
        for by in checkers {
            let hash = hash.clone();
            if self.write("check", move |tx| payroll::approve(tx, &by, asked, &hash))? != Approved::FirstOfTwo {
                break;
            }
        }
        Ok(())
    }

    /// Tried on the pay day, and on each day after it until the money is there.
    fn pay(&mut self, site: usize, n: usize) -> Result<()> {
        let Some(sheet) = self.live(site)?.sheets.get(&n).copied() else { return Ok(()) };
        if self.paid.contains(&sheet) {
            return Ok(());
        }
        let row = self.town.bank.read(|tx| payroll::sheet_raw(tx, sheet))?;
        if row.state != SheetState::Checked {
            return Ok(());
        }
        self.count("pay");
        let progress = payroll::pay_all(&self.town.bank.desk, &self.checker(site), sheet, &row.payload_hash())?;
        match progress.code.is_empty() {
            true => _ = self.paid.insert(sheet),
            false => *self.refused.entry(format!("pay {}", progress.code)).or_default() += 1,
        }
        Ok(())
    }

    /// Lines of all sheets that reached their workers.
    pub fn lines_paid(&self) -> Result<i64> {
        let paid = |id: &PaySheetId| self.town.bank.read(|tx| Ok(payroll::sheet_raw(tx, *id)?.paid_lines));
        self.paid.iter().map(paid).sum()
    }

    /// From the evening before the pay day on, some cards elsewhere are out of order.
    fn cards_break(&mut self, site: usize) {
        let year = self.year;
        for act in year.acts_of[site].iter().map(|a| &year.acts[*a]) {
            let planted = matches!(act.what, What::NotRepaid | What::Repaid) && act.site == site;
            if planted && self.today == year.sites[site].pay_on(act.period).plus_days(-1) {
                act.stays
                    .iter()
                    .for_each(|s| self.town.carrier.break_card(&year.hands[year.stays[*s].hand].card.number));
            }
        }
    }

    /// What came back is paid again to new cards: as soon as it is back by those who care, after the next pay day by those who do not.
    fn repay(&mut self, site: usize) -> Result<()> {
        let year = self.year;
        if let Some(act) = year.act_of(site, What::NotRepaid).map(|a| &year.acts[a]) {
            let on = year.sites[site].pay_on(act.period.next()).plus_days(REPAID_AT_LAST_AFTER);
            if (year.sites[site].pay_on(act.period)..on).contains(&self.today) {
                return Ok(());
            }
        }
        let project = self.live(site)?.project;
        let back = self.town.bank.read(|tx| payroll::came_back(tx, project))?;
        // Sheets are repaid each by itself.
        let mut sheets: BTreeMap<PaySheetId, Vec<PayLineId>> = BTreeMap::new();
        for line in back.into_iter().filter(|l| l.swept.is_some()) {
            let workers = &self.live(site)?.workers;
            let stay = workers.iter().find(|(_, w)| **w == line.worker).map(|(stay, _)| *stay);
            if let Some(stay) = stay {
                self.mend(site, stay)?;
                sheets.entry(line.sheet).or_default().push(line.id);
            }
        }
        sheets.into_values().try_for_each(|failed| self.repay_failed(site, failed))
    }

    /// A new card here for a worker whose old one was out of order.
    fn mend(&mut self, site: usize, stay: usize) -> Result<()> {
        let hand = self.year.stays[stay].hand;
        let (Some(worker), Some(known)) =
            (self.live(site)?.workers.get(&stay).copied(), self.known.get(&hand).copied())
        else {
            return Ok(());
        };
        if self.year.hands[hand].card.bank.is_none() {
            return Ok(());
        }
        let (clerk, checker, branch) = (self.clerk(site), self.checker(site), self.town.branch);
        let number = people::card(&demo::numbers::OWN_BANK, MENDED_FROM + hand as u64);
        // He may have it from another site.
        let has = known.account;
        let account = self.write("change_card", move |tx| {
            let account = match has {
                Some(account) => account,
                None => open_card(tx, known.person, branch.book(), &number)?,
            };
            let given = AccountGiven { number: number.clone(), bank: String::new() };
            let asked = payroll::account_change_ask(tx, &clerk, worker, given, "原卡停用")?;
            let hash = approval::raw(tx, asked)?.hash_text();
            payroll::approve(tx, &checker, asked, &hash)?;
            Ok(account)
        });
        if let Some(account) = self.tolerate(account)? {
            self.known.insert(hand, Known { account: Some(account), ..known });
        }
        Ok(())
    }

    /// Failed lines of one sheet on a sheet of their own, agreed to and paid today.
    fn repay_failed(&mut self, site: usize, failed: Vec<PayLineId>) -> Result<()> {
        let clerk = self.clerk(site);
        let by = clerk.clone();
        let done = self.write("repay", move |tx| payroll::repay(tx, &by, &failed, "重发"));
        let Some(again) = self.tolerate(done)? else { return Ok(()) };
        self.agree(again, clerk, [self.checker(site), self.firm_owner(site)])?;
        let hash = self.town.bank.read(|tx| payroll::sheet_raw(tx, again))?.payload_hash();
        self.count("pay");
        payroll::pay_all(&self.town.bank.desk, &self.checker(site), again, &hash).map(|_| ())
    }
}
