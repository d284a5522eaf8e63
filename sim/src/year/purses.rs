//! What workers do with their wages, where it looks like something: rents, canteens, advances, and a foreman who collects.
use super::acts::{Act, What};
use super::people;
use super::play::{Known, Play, open_card};
use super::town::{boss, someone};
use kernel::id::AccountId;
use kernel::{Id, Money, Result};
use payroll::AccountGiven;

/// Identity numbers of landlords begin here; cards that replace others have numbers from here on.
const OTHERS_FROM: u64 = 6_000_000;
/// Of a wage, what the foreman collects, in percent.
const COLLECTED_PERCENT: i64 = 55;
const RENT_FEN: i64 = 60_000;
const MEAL_FEN: i64 = 15_000;
const ADVANCE_FEN: i64 = 20_000;
/// Days after a pay day on which a card is changed: no sheet waits for it then.
const CHANGED_AFTER_DAYS: i64 = 1;

impl Play<'_> {
    /// What today's acts of a site have people pay.
    pub fn purses_open(&mut self, site: usize) -> Result<()> {
        let year = self.year;
        for n in &year.acts_of[site] {
            let act = &year.acts[*n];
            if act.site != site {
                continue;
            }
            let pay_on = year.sites[site].pay_on(act.period);
            let after = self.today.days() - pay_on.days();
            match act.what {
                What::Backflow if after == 1 => self.collect(act)?,
                What::SmallAdvances if after == 2 => {
                    let Some(to) = self.account_of(act.stays.first()) else { continue };
                    self.all_pay(&act.stays[1..], to, ADVANCE_FEN)?;
                }
                What::Landlord if (0..60).contains(&after) && after % 30 == 3 => {
                    let to = self.landlord(*n)?;
                    self.all_pay(&act.stays, to, RENT_FEN)?;
                }
                What::Canteen if (0..60).contains(&after) && after % 15 == 2 => {
                    let to = self.town.subcontractors[0].account;
                    self.all_pay(&act.stays, to, MEAL_FEN)?;
                }
                What::ChangedCard if after == CHANGED_AFTER_DAYS => self.change_cards(act)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn account_of(&self, stay: Option<&usize>) -> Option<AccountId> {
        self.known.get(&self.year.stays[*stay?].hand)?.account
    }

    fn all_pay(&mut self, stays: &[usize], to: AccountId, fen: i64) -> Result<()> {
        stays.iter().try_for_each(|n| self.person_pays(self.year.stays[*n].hand, to, Money::cny(fen)).map(|_| ()))
    }

    /// The first of them is the foreman.
    fn collect(&mut self, act: &Act) -> Result<()> {
        let Some(to) = self.account_of(act.stays.first()) else { return Ok(()) };
        let courses = self.courses;
        for stay in &act.stays[1..] {
            let lines = courses[act.site].sheets.iter().filter(|s| s.period == act.period).flat_map(|s| &s.lines);
            let net: i64 = lines.filter(|l| l.stay == *stay).map(|l| l.net()).sum();
            self.person_pays(self.year.stays[*stay].hand, to, Money::cny(net * COLLECTED_PERCENT / 100))?;
        }
        Ok(())
    }

    /// Somebody who works on no site.
    fn landlord(&mut self, act: usize) -> Result<AccountId> {
        let hand = usize::MAX - act;
        if let Some(Known { account: Some(account), .. }) = self.known.get(&hand) {
            return Ok(*account);
        }
        let n = OTHERS_FROM + act as u64;
        let branch = self.town.branch;
        let known = self.write("meet", move |tx| {
            let (number, born) = people::identity(n);
            let asked = someone(branch, "房东".into(), number, born, format!("12906{:06}", n % 1_000_000));
            let person = party::person_register(tx, &boss(), asked)?.person;
            let account = open_card(tx, person, branch.book(), &people::card(&demo::numbers::OWN_BANK, n))?;
            Ok(Known { person, account: Some(account) })
        })?;
        self.known.insert(hand, known);
        Ok(known.account.unwrap_or(self.town.subcontractors[0].account))
    }

    /// Asked by the clerk, agreed to by the checker.
    fn change_cards(&mut self, act: &Act) -> Result<()> {
        let (clerk, checker, branch) = (self.clerk(act.site), self.checker(act.site), self.town.branch);
        // Whoever left in the meantime keeps the card he had.
        let (year, today) = (self.year, self.today);
        for stay in act.stays.iter().filter(|s| year.stays[**s].covers(today)) {
            let hand = self.year.stays[*stay].hand;
            let (Some(worker), Some(known)) =
                (self.live(act.site)?.workers.get(stay).copied(), self.known.get(&hand).copied())
            else {
                continue;
            };
            let number = people::card(&demo::numbers::OWN_BANK, OTHERS_FROM + 500_000 + hand as u64);
            let (clerk, checker) = (clerk.clone(), checker.clone());
            let account = self.write("change_card", move |tx| {
                let account = open_card(tx, known.person, branch.book(), &number)?;
                let given = AccountGiven { number: number.clone(), bank: String::new() };
                let asked = payroll::account_change_ask(tx, &clerk, worker, given, "原卡遗失")?;
                let hash = approval::raw(tx, asked)?.hash_text();
                payroll::approve(tx, &checker, asked, &hash)?;
                Ok(account)
            })?;
            self.known.insert(hand, Known { account: Some(account), ..known });
        }
        Ok(())
    }
}
