//! The bank of the year, the firms that bank there, and their people.
use super::carrier::Carrier;
use super::people::identity;
use super::plan::Year;
use app::{Bank, Options};
use demo::numbers::{credit_check, organisation_check};
use kernel::id::{AccountId, BranchId, FirmId, PersonId, StaffId};
use kernel::{Actor, Channel, Clock, Currency, Date, Id, Money, Owner, Result, Who};
use ledger::Opening;
use party::{
    BranchKind, BranchNew, DocumentKind, FirmKind, FirmNew, FirmSize, GrantAsk, PersonNew, Role, StaffNew, Tier,
};
use payments::own::{Own, own};
use payments::{Kind, Order, Payee};
use std::path::Path;
use std::sync::Arc;
use store::Tx;

/// Identity numbers of firms' people begin here.
const PEOPLE_FROM: u64 = 7_000_000;
/// What a contractor has on its general account to begin with, in fen: nobody in the year is poor, only unwilling.
const PURSE_FEN: i64 = 500_000_000_000;

/// A firm with its general account and those who act for it.
#[derive(Clone, Debug)]
pub struct Firm {
    pub firm: FirmId,
    pub account: AccountId,
    pub clerk: PersonId,
    pub checker: PersonId,
    pub owner: PersonId,
    pub officer: PersonId,
}

/// The bank and everybody who is there from the first day.
pub struct Town {
    pub bank: Bank,
    pub clock: Clock,
    pub carrier: Arc<Carrier>,
    pub branch: BranchId,
    pub contractors: Vec<Firm>,
    pub subcontractors: Vec<Firm>,
    pub owners: Vec<Firm>,
    /// A payroll officer of the bank, who checks him, a risk officer and the manager.
    pub officer: StaffId,
    pub checker: StaffId,
    pub risk: StaffId,
    pub manager: StaffId,
}

/// Whoever owns the machine.
pub fn boss() -> Actor {
    Actor::system("simulate")
}

pub fn for_firm(person: PersonId, firm: FirmId) -> Actor {
    Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(Who::ForFirm { person, firm }) }
}

pub fn himself(person: PersonId) -> Actor {
    Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(Who::Person(person)) }
}

impl Town {
    /// A new bank in a directory, on the morning of the year's first day.
    pub fn found(year: &Year, directory: &Path) -> Result<Town> {
        let clock = Clock::manual(year.first.begins().plus(6 * kernel::clock::HOUR));
        let carrier = Arc::new(Carrier::new(clock.clone()));
        let bank = Bank::open(Options {
            synchronous: "OFF",
            port: Some(carrier.clone()),
            readers: 2,
            ..Options::sqlite(directory).memory_keys().clock(clock.clone())
        })?;
        let (branch, staff) = bank.write(|tx| {
            let head = app::branch_open(tx, &boss(), branch("000", None, BranchKind::HeadOffice))?;
            let branch = app::branch_open(tx, &boss(), branch("001", Some(head), BranchKind::SubBranch))?;
            let mut staff = Vec::new();
            let roles = [Role::PayrollOfficer, Role::OperationsChecker, Role::RiskOfficer, Role::BranchManager];
            for (n, role) in roles.into_iter().enumerate() {
                let (number, name) = (format!("S00{n}"), ["林晓", "周正", "吴清", "郑远"][n]);
                let new = StaffNew { branch, number, name: name.into(), person: None };
                let id = party::staff_join(tx, &boss(), new)?;
                party::grant(tx, &boss(), GrantAsk::new(Who::Staff(id), role).at(branch))?;
                staff.push(id);
            }
            Ok((branch, staff))
        })?;
        let mut town = Town {
            bank,
            clock,
            carrier,
            branch,
            contractors: vec![],
            subcontractors: vec![],
            owners: vec![],
            officer: staff[0],
            checker: staff[1],
            risk: staff[2],
            manager: staff[3],
        };
        let kinds = [("建工", year.contractors), ("劳务", year.subcontractors), ("置业", year.owners)];
        let mut at = 0;
        for (kind, (name, many)) in kinds.into_iter().enumerate() {
            for n in 0..many {
                let firm = town.firm(at, &format!("汐洲{name}{}有限公司", n + 1), kind == 0)?;
                [&mut town.contractors, &mut town.subcontractors, &mut town.owners][kind].push(firm);
                at += 1;
            }
        }
        Ok(town)
    }

    fn firm(&self, n: usize, name: &str, contractor: bool) -> Result<Firm> {
        let (branch, name) = (self.branch, name.to_owned());
        let firm = self.bank.write(move |tx| firm_of(tx, branch, n, &name))?;
        if contractor {
            let settlement = own(firm.account.book(), Own::Settlement, Currency::CNY);
            let order = Order::new(Kind::ClearingIn, settlement, Payee::Account(firm.account), Money::cny(PURSE_FEN));
            payments::submit(&self.bank.desk, &boss(), order, None)?;
        }
        Ok(firm)
    }

    /// The bank's own people.
    pub fn staff(&self, who: StaffId) -> Actor {
        Actor { channel: Channel::Counter, branch: Some(self.branch), stepped_up: true, ..Actor::of(Who::Staff(who)) }
    }
}

fn firm_of(tx: &mut Tx<'_>, branch: BranchId, n: usize, name: &str) -> Result<Firm> {
    let new = FirmNew {
        branch,
        credit_code: credit_code(n),
        name: name.to_owned(),
        kind: FirmKind::Company,
        size: FirmSize::Large,
        address: "港城路1号".into(),
        phone: "12900000000".into(),
    };
    let firm = party::firm_register(tx, &boss(), new)?.firm;
    let mut people = Vec::new();
    for (k, roles) in [
        &[Role::PayrollClerk, Role::CrewClerk][..],
        &[Role::PayrollChecker],
        &[Role::FirmOwner],
        &[Role::LabourOfficer],
    ]
    .into_iter()
    .enumerate()
    {
        let person = person(tx, branch, (n * 4 + k) as u64)?;
        for role in roles {
            party::grant(tx, &boss(), GrantAsk::new(Who::Person(person), *role).of(firm))?;
        }
        people.push(person);
    }
    let account = AccountId::new(tx.now(), branch.book());
    ledger::open_account(tx, &boss(), &Opening::deposit(account, Owner::Firm(firm), "基本户", Currency::CNY))?;
    Ok(Firm { firm, account, clerk: people[0], checker: people[1], owner: people[2], officer: people[3] })
}

fn person(tx: &mut Tx<'_>, branch: BranchId, n: u64) -> Result<PersonId> {
    let (number, born) = identity(PEOPLE_FROM + n);
    let name = format!(
        "{}{}",
        ["陈", "林", "黄", "周", "吴"][n as usize % 5],
        ["海", "江", "波", "帆", "舟"][n as usize / 5 % 5]
    );
    Ok(party::person_register(tx, &boss(), someone(branch, name, number, born, format!("12907{n:06}")))?.person)
}

/// A customer as he is registered.
pub fn someone(branch: BranchId, name: String, number: String, born: Date, phone: String) -> PersonNew {
    PersonNew {
        branch,
        name,
        document: DocumentKind::ResidentId,
        number,
        country: "CN".into(),
        phone,
        address: "海滨路2号".into(),
        born,
        tier: Tier::I,
    }
}

fn credit_code(n: usize) -> String {
    let body = format!("MA{n:06}");
    let first17 = format!("91990102{body}{}", organisation_check(&body).unwrap_or('0'));
    let last = credit_check(&first17).unwrap_or('0');
    format!("{first17}{last}")
}

fn branch(code: &str, parent: Option<BranchId>, kind: BranchKind) -> BranchNew {
    BranchNew {
        code: code.into(),
        parent,
        kind,
        name_zh: format!("汐洲海岛银行{code}"),
        name_en: format!("Xizhou Island Bank {code}"),
        address_zh: "海滨路1号".into(),
        address_en: "1 Harbour Road".into(),
        phone: "0580-0000000".into(),
    }
}
