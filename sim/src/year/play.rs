//! The days of the year, one after the other, through the bank's own commands.
use super::course::Course;
use super::plan::{Site, Year};
use super::score::Warned;
use super::town::{Town, boss, for_firm, himself, someone};
use kernel::clock::HOUR;
use kernel::id::{AccountId, CrewId, PaySheetId, PersonId, ProjectId, WarningId, WorkerId};
use kernel::{Actor, Currency, Date, Error, Id, Money, Owner, Result};
use ledger::Opening;
use payments::{Kind, Order, Payee, Receipt, State};
use payroll::{AccountGiven, WorkerNew};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use store::Tx;

/// Workers taken on in one transaction at most.
const TAKEN_ON_AT_ONCE: usize = 50;
/// Jobs are run so often at one time of the day that a chain of events comes to its end.
const JOB_ROUNDS: usize = 3;

/// A site that was opened.
pub struct Live {
    pub project: ProjectId,
    pub crews: Vec<CrewId>,
    /// Roster lines by stay.
    pub workers: HashMap<usize, WorkerId>,
    /// Sheets by their place in the site's course.
    pub sheets: HashMap<usize, PaySheetId>,
}

impl Live {
    pub fn new(project: ProjectId, crews: Vec<CrewId>) -> Live {
        Live { project, crews, workers: HashMap::new(), sheets: HashMap::new() }
    }
}

/// A hand whom the bank knows.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub person: PersonId,
    pub account: Option<AccountId>,
}

/// The year under way.
pub struct Play<'y> {
    pub year: &'y Year,
    pub courses: &'y [Course],
    pub town: Town,
    pub lives: Vec<Option<Live>>,
    pub known: HashMap<usize, Known>,
    /// Commands given, by their name; and those that were refused, by the code.
    pub commands: BTreeMap<&'static str, u64>,
    pub refused: BTreeMap<String, u64>,
    pub today: Date,
    /// Sheets whose run has begun.
    pub paid: HashSet<PaySheetId>,
    /// Warnings that were read, each once.
    pub read: HashSet<WarningId>,
    pub warned: Vec<Warned>,
}

impl<'y> Play<'y> {
    pub fn begin(year: &'y Year, courses: &'y [Course], directory: &Path) -> Result<Play<'y>> {
        let town = Town::found(year, directory)?;
        let lives = year.sites.iter().map(|_| None).collect();
        let (commands, refused) = (BTreeMap::new(), BTreeMap::new());
        let (paid, read) = (HashSet::new(), HashSet::new());
        Ok(Play {
            year,
            courses,
            town,
            lives,
            known: HashMap::new(),
            commands,
            refused,
            today: year.first,
            paid,
            read,
            warned: Vec::new(),
        })
    }

    pub fn count(&mut self, what: &'static str) {
        *self.commands.entry(what).or_default() += 1;
    }

    /// A command in a transaction of its own.
    pub fn write<T: Send + 'static>(
        &mut self,
        what: &'static str,
        f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.count(what);
        self.town.bank.write(f).map_err(|e| e.with("command", what))
    }

    /// What a rule may refuse in the course of the year: counted, and no end of it.
    pub fn tolerate<T>(&mut self, done: Result<T>) -> Result<Option<T>> {
        match done {
            Ok(t) => Ok(Some(t)),
            Err(e) if e.kind() == kernel::Kind::Broken => Err(e),
            Err(e) => {
                *self.refused.entry(e.code().name.to_owned()).or_default() += 1;
                Ok(None)
            }
        }
    }

    pub fn clerk(&self, site: usize) -> Actor {
        let firm = &self.town.contractors[self.year.sites[site].contractor];
        for_firm(firm.clerk, firm.firm)
    }
    pub fn checker(&self, site: usize) -> Actor {
        let firm = &self.town.contractors[self.year.sites[site].contractor];
        for_firm(firm.checker, firm.firm)
    }
    pub fn firm_owner(&self, site: usize) -> Actor {
        let firm = &self.town.contractors[self.year.sites[site].contractor];
        for_firm(firm.owner, firm.firm)
    }
    pub fn labour_officer(&self, site: usize) -> Actor {
        let firm = &self.town.contractors[self.year.sites[site].contractor];
        for_firm(firm.officer, firm.firm)
    }
    pub fn crew_clerk(&self, site: usize, crew: usize) -> Actor {
        let firm = &self.town.subcontractors[self.year.sites[site].crews[crew]];
        for_firm(firm.clerk, firm.firm)
    }
    pub fn live(&self, site: usize) -> Result<&Live> {
        self.lives[site].as_ref().ok_or_else(|| Error::broken(format!("site {site} is not open yet")))
    }

    /// Moves the clock to an hour of today; it never goes back.
    pub fn at(&self, hour: i64) {
        let to = self.today.begins().plus(hour * HOUR);
        let by = to.since(self.town.clock.now());
        if by > 0 {
            self.town.clock.advance(by);
        }
    }

    /// Everything that happens by itself.
    pub fn jobs(&mut self) -> Result<()> {
        for _ in 0..JOB_ROUNDS {
            let done = self.town.bank.run_jobs_once();
            if let Some((job, why)) = done.failed.into_iter().next() {
                return Err(Error::broken(format!("{job} on {}: {}", self.today, why.message())).caused_by(why));
            }
            if done.things.iter().all(|(_, n)| *n == 0) {
                break;
            }
            self.town.clock.advance(kernel::clock::MINUTE);
        }
        Ok(())
    }

    /// Whoever comes to a site today, and whoever left it yesterday.
    pub fn comings_and_goings(&mut self, site: usize) -> Result<()> {
        let (year, today) = (self.year, self.today);
        if year.is_unrostered(site, today) {
            return Ok(());
        }
        let live = self.live(site)?;
        let new: Vec<usize> = year.stays_of[site]
            .iter()
            .copied()
            .filter(|n| year.stays[*n].covers(today) && !live.workers.contains_key(n))
            .collect();
        let gone: Vec<(usize, WorkerId)> = year.stays_of[site]
            .iter()
            .filter(|n| year.stays[**n].until.is_some_and(|u| u.plus_days(1) == today))
            .filter_map(|n| Some((*n, *live.workers.get(n)?)))
            .collect();
        for some in new.chunks(TAKEN_ON_AT_ONCE) {
            self.take_on(site, some)?;
        }
        if year.is_unrostered(site, today.plus_days(-1)) {
            self.gate_again(site)?;
        }
        let clerk = self.clerk(site);
        for (stay, worker) in gone {
            let (clerk, last) = (clerk.clone(), year.stays[stay].until.unwrap_or(today));
            self.write("leave", move |tx| payroll::worker_leave(tx, &clerk, worker, last, "退场"))?;
        }
        Ok(())
    }

    fn take_on(&mut self, site: usize, stays: &[usize]) -> Result<()> {
        let hands: Vec<usize> = stays.iter().map(|n| self.year.stays[*n].hand).collect();
        self.meet(&hands)?;
        let (project, clerk) = (self.live(site)?.project, self.clerk(site));
        let new: Vec<(usize, WorkerNew)> = stays.iter().map(|n| (*n, self.worker_new(*n))).collect();
        let added = self.write("take_on", move |tx| {
            let add =
                |(n, new): &(usize, WorkerNew)| Ok((*n, payroll::worker_add(tx, &clerk, project, new.clone())?.worker));
            new.iter().map(add).collect::<Result<Vec<_>>>()
        })?;
        if let Some(live) = &mut self.lives[site] {
            live.workers.extend(added);
        }
        Ok(())
    }

    fn worker_new(&self, stay: usize) -> WorkerNew {
        let s = &self.year.stays[stay];
        let hand = &self.year.hands[s.hand];
        let bank = hand.card.bank.map_or(String::new(), |b| b.zh.to_owned());
        WorkerNew {
            name: hand.name.clone(),
            identity: hand.identity.clone(),
            phone: self.phone(stay),
            team: Site::team(s.crew).into(),
            contract: format!("LD-{}-{stay}", s.site),
            contract_on: Some(s.from),
            entered_on: Some(s.from),
            account: Some(AccountGiven { number: hand.card.number.clone(), bank }),
        }
    }

    /// Couples have one telephone between them.
    fn phone(&self, stay: usize) -> String {
        let s = &self.year.stays[stay];
        let act = self.year.act_of(s.site, super::What::Couples).map(|a| &self.year.acts[a].stays);
        let first = act.and_then(|a| a.iter().position(|n| *n == stay).map(|at| a[at / 2 * 2]));
        self.year.hands[self.year.stays[first.unwrap_or(stay)].hand].phone.clone()
    }

    /// Registers hands whom the bank does not know, and opens their accounts when their cards are ours.
    pub fn meet(&mut self, hands: &[usize]) -> Result<()> {
        let new: Vec<_> =
            hands.iter().filter(|h| !self.known.contains_key(h)).map(|h| self.year.hands[*h].clone()).collect();
        if new.is_empty() {
            return Ok(());
        }
        let branch = self.town.branch;
        let met = self.write("meet", move |tx| {
            let mut met = Vec::new();
            for hand in &new {
                let asked = someone(branch, hand.name.clone(), hand.identity.clone(), hand.born, hand.phone.clone());
                let person = party::person_register(tx, &boss(), asked)?.person;
                let account = match hand.card.bank {
                    Some(_) => None,
                    None => Some(open_card(tx, person, branch.book(), &hand.card.number)?),
                };
                met.push((hand.n, Known { person, account }));
            }
            Ok(met)
        })?;
        self.known.extend(met);
        Ok(())
    }

    /// Money that is planned for a site at an hour of today.
    pub fn money_comes(&mut self, site: usize, hours: std::ops::Range<u8>) -> Result<()> {
        let (courses, today) = (self.courses, self.today);
        for fund in courses[site].funds.iter().filter(|f| f.on == today && hours.contains(&f.hour)) {
            let from = self.town.contractors[self.year.sites[site].contractor].account;
            let (project, amount) = (self.live(site)?.project, Money::cny(fund.amount));
            self.count("fund");
            let receipt = payroll::fund(&self.town.bank.desk, &boss(), project, from, amount, None)?;
            if receipt.state != State::Posted {
                return Err(Error::broken(format!("a wage account was not funded: {receipt:?}")));
            }
        }
        Ok(())
    }

    /// A person pays from his own account, as often as he is asked to prove himself.
    pub fn person_pays(&mut self, hand: usize, to: AccountId, amount: Money) -> Result<Option<Receipt>> {
        let Some(Known { person, account: Some(from) }) = self.known.get(&hand).copied() else { return Ok(None) };
        self.count("person_pays");
        let order = Order::new(Kind::Transfer, from, Payee::Account(to), amount);
        let done = payments::submit(&self.town.bank.desk, &himself(person), order, None);
        let Some(mut receipt) = self.tolerate(done)? else { return Ok(None) };
        if receipt.state == State::Challenged {
            let done = payments::confirm(&self.town.bank.desk, &himself(person), receipt.instruction);
            if let Some(confirmed) = self.tolerate(done)? {
                receipt = confirmed;
            }
        }
        Ok(Some(receipt))
    }
}

/// An account with a card's number.
pub fn open_card(tx: &mut Tx<'_>, person: PersonId, book: kernel::BookId, number: &str) -> Result<AccountId> {
    let id = AccountId::new(tx.now(), book);
    let new = Opening::deposit(id, Owner::Person(person), "工资卡", Currency::CNY).number(number);
    ledger::open_account(tx, &boss(), &new)?;
    Ok(id)
}
