//! A site is opened: project, file, agreement, filing, guarantee, crews, schedule, each where it is not planted missing.
use super::acts::What;
use super::plan::{CREWS, Site};
use super::play::{Live, Play};
use super::town::{boss, for_firm};
use guarantee::{Ask, DutyNew, History, LetterTerms};
use kernel::id::{GuaranteeId, ProjectId};
use kernel::{Date, Id, Money, Result};
use payroll::{Period, Profile, ProjectNew};
use store::Tx;
use worksite::{AgreementNew, Contacts, LabourShare, PayBy, ScheduleNew, SiteNew};

/// The invented region of every site.
pub const REGION: &str = "990102";
/// A works contract in fen for each worker whom a site has.
const PRICE_FEN_A_WORKER: i64 = 15_000_000;
/// Days from the contract to the first day of the works.
const SIGNED_BEFORE_DAYS: i64 = 12;
/// Of the guarantee that is due, what is put aside where too little is planted.
const LOW_PERCENT: i64 = 55;

/// What a site is opened with.
struct Opening {
    site: Site,
    firm: kernel::id::FirmId,
    owner: (kernel::id::FirmId, String),
    workers: i64,
    filed: bool,
    signed_on: Date,
    ends_on: Date,
}

impl Play<'_> {
    /// Opens a site on its first day.
    pub fn open_site(&mut self, n: usize) -> Result<()> {
        let site = self.year.sites[n].clone();
        let firm = self.town.contractors[site.contractor].clone();
        let owner = self.town.owners[site.owner].clone();
        let opening = Opening {
            firm: firm.firm,
            owner: (owner.firm, format!("汐洲置业{}有限公司", site.owner + 1)),
            workers: self.year.stays_of[n].len() as i64,
            filed: self.year.act_of(n, What::NotFiled).is_none(),
            signed_on: site.begins.plus_days(-SIGNED_BEFORE_DAYS),
            ends_on: site.ends.unwrap_or_else(|| self.year.last.plus_days(300)),
            site: site.clone(),
        };
        let subs: Vec<_> = site.crews.iter().map(|c| self.town.subcontractors[*c].firm).collect();
        let (project, crews) = self.write("open_site", move |tx| {
            let project = project(tx, &opening)?;
            let mut crews = Vec::new();
            for (crew, sub) in subs.iter().enumerate() {
                let new = crews::CrewNew {
                    project,
                    firm: Some(*sub),
                    team: Site::team(crew).into(),
                    contact: "工地项目部".into(),
                    contract: format!("FB-{}-{crew}", opening.site.n),
                    from_on: opening.site.begins,
                };
                crews.push(crews::crew_add(tx, &boss(), new)?);
            }
            Ok((project, crews))
        })?;
        debug_assert_eq!(crews.len(), CREWS);
        self.lives[n] = Some(Live::new(project, crews));
        self.schedule(n, project)?;
        if !site.repair {
            self.guarantee(n, project)?;
        }
        Ok(())
    }

    /// Asked by the contractor, agreed to by the owner.
    fn schedule(&mut self, n: usize, project: ProjectId) -> Result<()> {
        let site = self.year.sites[n].clone();
        let amount = self.courses[n].instalment;
        if amount == 0 {
            return Ok(());
        }
        let clerk = self.clerk(n);
        let owner = self.town.owners[site.owner].clone();
        let begins = Period::of(site.begins).next();
        let until = site.ends.map_or(Period { year: 2027, month: 1 }, |e| Period::of(e).next());
        self.write("schedule", move |tx| {
            let new = ScheduleNew {
                amount: Some(Money::cny(amount)),
                bps: None,
                day: site.fund_day as u8,
                from_period: begins,
                until_period: until.max(begins),
                document: String::new(),
            };
            let asked = worksite::schedule_ask(tx, &clerk, project, &new)?;
            let hash = approval::raw(tx, asked)?.hash_text();
            worksite::approval_yes(tx, &for_firm(owner.owner, owner.firm), asked, &hash)
        })?;
        Ok(())
    }

    /// Cash, or a bank's letter; too little, or too short, where that is planted.
    fn guarantee(&mut self, n: usize, project: ProjectId) -> Result<()> {
        let site = self.year.sites[n].clone();
        let staff = self.town.staff(self.town.officer);
        let price = Money::cny(self.price(n));
        let expires = self.year.act_of(n, What::GuaranteeExpired).is_some();
        let low = self.year.act_of(n, What::GuaranteeLow).is_some();
        let until = if expires { self.year.turn(n) } else { self.year.last.plus_days(400) };
        let letter = expires || site.n % 2 == 1 && self.year.act_of(n, What::GuaranteeNotRefilled).is_none();
        let (begins, last) = (site.begins, until);
        let opened: (Option<GuaranteeId>, Money) = self.write("guarantee", move |tx| {
            let history = History { clean_years: 0, arrears: 0 };
            let ask = Ask { contract: price, other_works: 0, history, region: REGION.into(), date: begins };
            let due = guarantee::required(&ask)?;
            guarantee::duty_set(tx, &staff, DutyNew { project, ask, counts_from: begins })?;
            let amount = if low { Money::cny(due.amount.minor * LOW_PERCENT / 100) } else { due.amount };
            if letter {
                let paper = b"%PDF-1.4 letter of guarantee".to_vec();
                let evidence = payroll::file_hash(&paper);
                payroll::keep_file(tx, project.book(), &evidence, &paper)?;
                let terms = LetterTerms {
                    issuer: "沧溟银行".into(),
                    letter: format!("BH-{n:04}"),
                    amount,
                    valid_from: begins,
                    valid_until: last,
                    evidence,
                };
                guarantee::open_letter(tx, &staff, project, terms)?;
                return Ok((None, amount));
            }
            Ok((Some(guarantee::open_cash(tx, &staff, project)?), amount))
        })?;
        if let (Some(id), amount) = opened {
            let from = self.town.contractors[site.contractor].account;
            self.count("guarantee");
            let receipt = guarantee::pay_in(&self.town.bank.desk, &boss(), id, from, amount, None)?;
            if receipt.state != payments::State::Posted {
                return Err(kernel::Error::broken(format!("a guarantee was not paid in: {receipt:?}")));
            }
        }
        Ok(())
    }

    /// The contract's price in fen.
    pub fn price(&self, n: usize) -> i64 {
        self.year.stays_of[n].len() as i64 * PRICE_FEN_A_WORKER
    }
}

fn project(tx: &mut Tx<'_>, o: &Opening) -> Result<ProjectId> {
    let site = &o.site;
    let new = ProjectNew {
        firm: o.firm,
        contractor: o.firm,
        profile: if site.repair { Profile::ShipRepair } else { Profile::Construction },
        name: site.name.clone(),
        tag: String::new(),
        basis: format!("SG-{:04}", site.n),
        agreement: format!("SF-{:04}", site.n),
        account_name: String::new(),
        account_number: String::new(),
        pay_day: site.pay_day as u8,
    };
    let project = payroll::project_open(tx, &boss(), new)?;
    let file = SiteNew {
        region: REGION.into(),
        works_contract: format!("SG-{:04}", site.n),
        signed_on: o.signed_on,
        price: Money::cny(o.workers * PRICE_FEN_A_WORKER),
        labour: LabourShare::Bps(3_000),
        begins_on: site.begins,
        ends_on: o.ends_on,
        address: "望潮区海堤路".into(),
        owner_name: o.owner.1.clone(),
        owner_firm: Some(o.owner.0),
        authority: "望潮区住房和城乡建设局".into(),
        hotline: String::new(),
        legal_aid: String::new(),
        pay_by: if site.repair { PayBy::Week } else { PayBy::Month },
        contacts: Contacts {
            owner_name: "业主代表".into(),
            owner_phone: "12900000001".into(),
            contractor_name: "项目经理".into(),
            contractor_phone: "12900000002".into(),
            officer_name: "劳资员".into(),
            officer_phone: "12900000003".into(),
        },
    };
    worksite::file_site(tx, &boss(), project, &file)?;
    let agreement =
        AgreementNew { agreement: format!("SF-{:04}", site.n), signed_on: Some(o.signed_on), text: Vec::new() };
    worksite::record_agreement(tx, &boss(), project, &agreement)?;
    if o.filed {
        worksite::record_filing(tx, &boss(), project, &format!("BA-{:04}", site.n), site.begins)?;
    }
    Ok(project)
}
