//! One project, its wage account and guarantee, six workers, and everybody who might try something.
use super::Told;
use crate::year::{Known, Size, Town, Year, boss, for_firm, himself, open_card, own_card, someone};
use kernel::id::{AccountId, ApprovalId, GuaranteeId, InstructionId, PaySheetId, PersonId, ProjectId, WorkerId};
use kernel::{Actor, Id, Money, Result};
use payroll::{AccountGiven, Profile, ProjectNew, WorkerNew};
use std::path::Path;

/// Workers of the project to begin with; the last two have cards at another bank.
pub const WORKERS: usize = 6;
const EXTERNAL_FROM: usize = 4;
/// The works contract in fen: the guarantee is a few percent of it.
const PRICE_FEN: i64 = 2_000_000_000;

/// A worker with whom the auditor compares.
#[derive(Clone, Debug)]
pub struct Hand {
    pub name: String,
    pub identity: String,
    pub person: PersonId,
    pub worker: WorkerId,
    /// His account here, or the number of his card elsewhere.
    pub account: Option<AccountId>,
    pub number: String,
}

pub struct World {
    pub town: Town,
    pub project: ProjectId,
    pub wage: AccountId,
    pub clearing: AccountId,
    pub deposit: AccountId,
    pub guarantee: GuaranteeId,
    pub hands: Vec<Hand>,
    /// Somebody with an account here who is on no roster.
    pub stranger: (PersonId, AccountId),
    /// A court's account, and the contractor's own.
    pub court: AccountId,
    pub contractor: AccountId,
    pub sheets: Vec<PaySheetId>,
    pub orders: Vec<(kernel::id::LegalOrderId, ApprovalId)>,
    pub notices: Vec<(kernel::id::PayNoticeId, ApprovalId)>,
    pub closings: Vec<ApprovalId>,
    pub instructions: Vec<InstructionId>,
    pub evidence: Vec<u8>,
    pub months: i64,
    pub told: Told,
}

impl World {
    pub fn found(directory: &Path) -> Result<World> {
        let year = Year::draw(Size { seed: 1, projects: 1, workers: 24, days: 70 })?;
        let town = Town::found(&year, directory)?;
        let firm = town.contractors[0].clone();
        let branch = town.branch;
        let people: Vec<_> = year.hands.iter().take(WORKERS + 1).cloned().collect();
        let (project, known, evidence) = town.bank.write(move |tx| {
            let new = ProjectNew {
                firm: firm.firm,
                contractor: firm.firm,
                profile: Profile::Construction,
                name: "海堤一期".into(),
                tag: String::new(),
                basis: "SG-1".into(),
                agreement: "SF-1".into(),
                account_name: String::new(),
                account_number: String::new(),
                pay_day: 15,
            };
            let project = payroll::project_open(tx, &boss(), new)?;
            let mut known = Vec::new();
            for (n, hand) in people.iter().enumerate() {
                let asked = someone(branch, hand.name.clone(), hand.identity.clone(), hand.born, hand.phone.clone());
                let person = party::person_register(tx, &boss(), asked)?.person;
                let account = match n {
                    n if (EXTERNAL_FROM..WORKERS).contains(&n) => None,
                    _ => Some(open_card(tx, person, branch.book(), &own_card(n as u64))?),
                };
                known.push(Known { person, account });
            }
            let paper = b"%PDF-1.4 a court's document".to_vec();
            let evidence = payroll::file_hash(&paper);
            payroll::keep_file(tx, project.book(), &evidence, &paper)?;
            Ok((project, known, evidence))
        })?;
        let (wage, clearing) = town.bank.read(|tx| {
            let p = payroll::project_raw(tx, project)?;
            Ok((p.wage_account, p.clearing_account))
        })?;
        let (guarantee, deposit) = guaranteed(&town, project)?;
        let stranger = &known[WORKERS];
        let mut world = World {
            stranger: (stranger.person, stranger.account.unwrap_or(wage)),
            court: town.owners[0].account,
            contractor: town.contractors[0].account,
            town,
            project,
            wage,
            clearing,
            deposit,
            guarantee,
            hands: Vec::new(),
            sheets: Vec::new(),
            orders: Vec::new(),
            notices: Vec::new(),
            closings: Vec::new(),
            instructions: Vec::new(),
            evidence,
            months: 0,
            told: Told::default(),
        };
        for (n, (hand, known)) in year.hands.iter().zip(&known).take(WORKERS).enumerate() {
            world.hire((hand.name.clone(), hand.identity.clone()), *known, n)?;
        }
        Ok(world)
    }

    fn hire(&mut self, (name, identity): (String, String), known: Known, n: usize) -> Result<()> {
        let bank = &demo::numbers::BANKS[1];
        let (number, bank) = match known.account {
            Some(_) => (own_card(n as u64), String::new()),
            None => (crate::year::card_at(bank, n as u64), bank.zh.to_owned()),
        };
        let new = WorkerNew {
            name: name.clone(),
            identity: identity.clone(),
            phone: String::new(),
            team: "木工班".into(),
            contract: format!("LD-{n}"),
            contract_on: None,
            entered_on: None,
            account: Some(AccountGiven { number: number.clone(), bank }),
        };
        let (project, clerk) = (self.project, self.clerk());
        let worker =
            self.town.bank.write(move |tx| Ok(payroll::worker_add(tx, &clerk, project, new.clone())?.worker))?;
        self.hands.push(Hand { name, identity, person: known.person, worker, account: known.account, number });
        Ok(())
    }

    pub fn clerk(&self) -> Actor {
        for_firm(self.town.contractors[0].clerk, self.town.contractors[0].firm)
    }
    pub fn checker(&self) -> Actor {
        for_firm(self.town.contractors[0].checker, self.town.contractors[0].firm)
    }
    pub fn owner(&self) -> Actor {
        for_firm(self.town.contractors[0].owner, self.town.contractors[0].firm)
    }
    /// Anybody who might try: people of the firm, of the bank, a worker, a stranger.
    pub fn anybody(&self, who: u8) -> Actor {
        match who % 8 {
            0 => self.clerk(),
            1 => self.checker(),
            2 => self.owner(),
            3 => himself(self.hands[usize::from(who) % self.hands.len()].person),
            4 => himself(self.stranger.0),
            5 => self.town.staff(self.town.officer),
            6 => self.town.staff(self.town.checker),
            _ => self.town.staff(self.town.risk),
        }
    }
}

/// What the project must put aside, as cash.
fn guaranteed(town: &Town, project: ProjectId) -> Result<(GuaranteeId, AccountId)> {
    let (staff, today) = (town.staff(town.officer), town.clock.now().local_date());
    let (id, account, amount) = town.bank.write(move |tx| {
        let history = guarantee::History { clean_years: 0, arrears: 0 };
        let contract = Money::cny(PRICE_FEN);
        let ask = guarantee::Ask { contract, other_works: 0, history, region: "990102".into(), date: today };
        let amount = guarantee::required(&ask)?.amount;
        guarantee::duty_set(tx, &staff, guarantee::DutyNew { project, ask, counts_from: today })?;
        let id = guarantee::open_cash(tx, &staff, project)?;
        let account = guarantee::guarantee(tx, &staff, id)?.account;
        Ok((id, account, amount))
    })?;
    let account = account.ok_or_else(|| kernel::Error::broken("a deposit has no account"))?;
    let firm = &town.contractors[0];
    let receipt = guarantee::pay_in(&town.bank.desk, &boss(), id, firm.account, amount, None)?;
    match receipt.state {
        payments::State::Posted => Ok((id, account)),
        _ => Err(kernel::Error::broken(format!("the guarantee was not paid in: {receipt:?}"))),
    }
}
