//! Branches, staff, people, firms, who may act for them, and logins.
use super::{Load, actor, broken};
use demo::branches::{CITY_BRANCH, Level};
use demo::firms::{Firm, Size};
use demo::logins::{Kind, Login, Whose, demo_logins};
use demo::numbers::OWN_BANK;
use demo::people::{Document, Person};
use demo::yard::{Planted, Subcontractor, Worker};
use kernel::id::{BranchId, FirmId, PersonId, StaffId};
use kernel::{Error, Result, Who};
use party::{
    BranchKind, BranchNew, DocumentKind, FirmKind, FirmNew, FirmSize, GrantAsk, LoginNew, PasswordCost, PasswordHash,
    PersonNew, Role, StaffNew, Tier,
};
use std::collections::HashMap;

/// Who there is, by what the demo's data calls them.
pub(super) struct People {
    /// By staff number.
    pub staff: HashMap<String, StaffId>,
    /// By document number. Workers with a card at another bank come with their roster.
    pub persons: HashMap<String, PersonId>,
    /// By credit code.
    pub firms: HashMap<String, FirmId>,
}

/// The city branch's holders of these roles hold them for the whole bank: a day is closed and the audit is read for all of it.
const FOR_THE_WHOLE_BANK: [Role; 4] = [Role::Operator, Role::Auditor, Role::RiskOfficer, Role::HeadOfficeAdmin];

pub(super) fn load(load: &mut Load<'_, '_>) -> Result<People> {
    let branches = branches(load)?;
    let staff = staff(load, &branches)?;
    let persons = persons(load, &branches)?;
    let firms = firms(load, &branches)?;
    let people = People { staff, persons, firms };
    firm_roles(load, &people)?;
    logins(load, &people)?;
    Ok(people)
}

fn branches(load: &mut Load<'_, '_>) -> Result<HashMap<String, BranchId>> {
    let open = |tx: &mut store::Tx<'_>, b: &demo::branches::Branch| {
        let parent = b.parent.as_ref().map(|code| party::branch_by_code(tx, code)).transpose()?.map(|p| p.id);
        let kind = match b.level {
            Level::HeadOffice => BranchKind::HeadOffice,
            Level::City => BranchKind::City,
            Level::SubBranch => BranchKind::SubBranch,
            Level::Outlet => BranchKind::Outlet,
        };
        let new = BranchNew {
            code: b.code.clone(),
            parent,
            kind,
            name_zh: b.zh.clone(),
            name_en: b.en.clone(),
            address_zh: b.address_zh.clone(),
            address_en: b.address_en.clone(),
            phone: format!("{}{:0>7}", demo::numbers::PHONE_PREFIX, b.code),
        };
        crate::branch_open(tx, &actor(), new)
    };
    let data = load.data.clone();
    let ids = load.each("branches", data.branches.clone(), open)?;
    load.numbers.branches = ids.len() as u64;
    Ok(data.branches.iter().map(|b| b.code.clone()).zip(ids).collect())
}

fn staff(load: &mut Load<'_, '_>, branches: &HashMap<String, BranchId>) -> Result<HashMap<String, StaffId>> {
    let data = load.data.clone();
    let mut items = Vec::with_capacity(data.staff.len());
    for s in &data.staff {
        let role = Role::parse(s.role).ok_or_else(|| broken("staff", format!("no role {:?}", s.role)))?;
        let everywhere =
            FOR_THE_WHOLE_BANK.contains(&role) && [CITY_BRANCH, &data.branches[0].code].contains(&&*s.branch);
        items.push((s.number.clone(), s.person.name.clone(), branch(branches, &s.branch)?, role, everywhere));
    }
    let join = |tx: &mut store::Tx<'_>, item: &(String, String, BranchId, Role, bool)| {
        let (number, name, branch, role, everywhere) = item.clone();
        let id = party::staff_join(tx, &actor(), StaffNew { branch, number, name, person: None })?;
        let ask = GrantAsk::new(Who::Staff(id), role);
        party::grant(tx, &actor(), if everywhere { ask } else { ask.at(branch) })?;
        Ok(id)
    };
    let ids = load.each("staff", items, join)?;
    load.numbers.staff = ids.len() as u64;
    Ok(data.staff.iter().map(|s| s.number.clone()).zip(ids).collect())
}

fn branch(branches: &HashMap<String, BranchId>, code: &str) -> Result<BranchId> {
    branches.get(code).copied().ok_or_else(|| Error::not_found("branch", code))
}

/// ISO 3166-1: the bank keeps two letters of a country, a passport shows three.
fn country(alpha3: &str) -> Result<&'static str> {
    const COUNTRIES: [(&str, &str); 7] =
        [("PHL", "PH"), ("NOR", "NO"), ("GRC", "GR"), ("DEU", "DE"), ("GBR", "GB"), ("IND", "IN"), ("KOR", "KR")];
    let found = COUNTRIES.iter().find(|(three, _)| *three == alpha3).map(|(_, two)| *two);
    found.ok_or_else(|| broken("people", format!("no country {alpha3}")))
}

fn person_new(branch: BranchId, person: &Person) -> Result<PersonNew> {
    let (document, country) = match &person.document {
        Document::Identity(_) => (DocumentKind::ResidentId, "CN"),
        Document::Passport { country: alpha3, .. } => (DocumentKind::Passport, country(alpha3)?),
    };
    Ok(PersonNew {
        branch,
        name: person.name.clone(),
        document,
        number: person.document.number().into(),
        country: country.into(),
        phone: person.phone.clone(),
        address: person.address.clone(),
        born: person.born,
        tier: Tier::I,
    })
}

/// A worker as the bank knows him: the name of the account, and a lower tier where that is planted.
fn worker_new(branch: BranchId, worker: &Worker) -> PersonNew {
    PersonNew {
        branch,
        name: worker.account_name.clone(),
        document: DocumentKind::ResidentId,
        number: worker.identity.clone(),
        country: "CN".into(),
        phone: worker.phone.clone(),
        address: worker.home.into(),
        born: worker.born,
        tier: if worker.planted == Some(Planted::TierLimit) { Tier::III } else { Tier::I },
    }
}

/// Employers of workers: the yard's subcontractors and the site's crews.
pub(super) fn employers(data: &demo::DemoBank) -> impl Iterator<Item = &Subcontractor> {
    data.yard.subcontractors.iter().chain(&data.site.crews)
}

/// All firms but merchants.
pub(super) fn all_firms(data: &demo::DemoBank) -> Vec<&Firm> {
    let wages = [&data.yard.firm, &data.site.owner, &data.site.contractor];
    data.firms.iter().chain(wages).chain(employers(data).map(|e| &e.firm)).chain(&data.basics).collect()
}

/// Workers whose card is here.
pub(super) fn own_workers(data: &demo::DemoBank) -> impl Iterator<Item = &Worker> {
    employers(data).flat_map(|e| &e.workers).filter(|w| w.bank == OWN_BANK)
}

fn persons(load: &mut Load<'_, '_>, branches: &HashMap<String, BranchId>) -> Result<HashMap<String, PersonId>> {
    let data = load.data.clone();
    let city = branch(branches, CITY_BRANCH)?;
    let mut items = Vec::new();
    for c in &data.customers {
        items.push(person_new(branch(branches, &c.branch)?, &c.person)?);
    }
    for m in &data.merchants {
        items.push(person_new(branch(branches, &m.branch)?, &m.owner)?);
    }
    for f in all_firms(&data) {
        for person in [&f.legal, &f.maker, &f.checker] {
            items.push(person_new(branch(branches, &f.branch)?, person)?);
        }
    }
    for person in [&data.bureau.legal, &data.bureau.maker, &data.bureau.checker, &data.labour] {
        items.push(person_new(city, person)?);
    }
    items.extend(own_workers(&data).map(|w| worker_new(city, w)));
    let numbers: Vec<String> = items.iter().map(|i| i.number.clone()).collect();
    let ids = load
        .each("people", items, |tx, new: &PersonNew| Ok(party::person_register(tx, &actor(), new.clone())?.person))?;
    load.numbers.people = ids.len() as u64;
    Ok(numbers.into_iter().zip(ids).collect())
}

fn firms(load: &mut Load<'_, '_>, branches: &HashMap<String, BranchId>) -> Result<HashMap<String, FirmId>> {
    let data = load.data.clone();
    let crews: Vec<&str> = employers(&data).map(|e| e.firm.credit_code.as_str()).collect();
    let mut items = Vec::new();
    for f in all_firms(&data) {
        let kind = if crews.contains(&f.credit_code.as_str()) { FirmKind::Subcontractor } else { FirmKind::Company };
        items.push(FirmNew {
            branch: branch(branches, &f.branch)?,
            credit_code: f.credit_code.clone(),
            name: f.zh.clone(),
            kind,
            size: size(f.size),
            address: f.address.clone(),
            phone: f.maker.phone.clone(),
        });
    }
    let b = &data.bureau;
    items.push(FirmNew {
        branch: branch(branches, &b.branch)?,
        credit_code: b.credit_code.clone(),
        name: b.zh.clone(),
        kind: FirmKind::Authority,
        size: size(b.size),
        address: b.address.clone(),
        phone: "12333".into(),
    });
    for m in &data.merchants {
        items.push(FirmNew {
            branch: branch(branches, &m.branch)?,
            credit_code: m.credit_code.clone(),
            name: m.zh.clone(),
            kind: FirmKind::Merchant,
            size: FirmSize::Micro,
            address: m.address.clone(),
            phone: m.owner.phone.clone(),
        });
    }
    let codes: Vec<String> = items.iter().map(|i| i.credit_code.clone()).collect();
    let ids =
        load.each("firms", items, |tx, new: &FirmNew| Ok(party::firm_register(tx, &actor(), new.clone())?.firm))?;
    load.numbers.firms = ids.len() as u64;
    Ok(codes.into_iter().zip(ids).collect())
}

fn size(size: Size) -> FirmSize {
    match size {
        Size::Micro => FirmSize::Micro,
        Size::Small => FirmSize::Small,
        Size::Medium => FirmSize::Medium,
        Size::Large => FirmSize::Large,
    }
}

/// Owner, maker and checker of every firm; the owner of every shop.
fn firm_roles(load: &mut Load<'_, '_>, people: &People) -> Result<()> {
    let data = load.data.clone();
    let mut items = Vec::new();
    for f in all_firms(&data) {
        let roles = [(&f.legal, Role::FirmOwner), (&f.maker, Role::PayrollClerk), (&f.checker, Role::PayrollChecker)];
        for (person, role) in roles {
            items.push((people.person(person)?, people.firm(&f.credit_code)?, role));
        }
    }
    for m in &data.merchants {
        items.push((people.person(&m.owner)?, people.firm(&m.credit_code)?, Role::FirmOwner));
    }
    let bureau = people.firm(&data.bureau.credit_code)?;
    items.push((people.person(&data.bureau.maker)?, bureau, Role::BureauOfficer));
    items.push((people.person(&data.bureau.checker)?, bureau, Role::BureauHead));
    items.push((people.person(&data.labour)?, people.firm(&data.site.contractor.credit_code)?, Role::LabourOfficer));
    let crew = &data.site.crew().firm;
    items.push((people.person(&crew.maker)?, people.firm(&crew.credit_code)?, Role::CrewClerk));
    let give = |tx: &mut store::Tx<'_>, item: &(PersonId, FirmId, Role)| {
        party::grant(tx, &actor(), GrantAsk::new(Who::Person(item.0), item.2).of(item.1))
    };
    load.each("roles in firms", items, give).map(|_| ())
}

impl People {
    pub fn person(&self, person: &Person) -> Result<PersonId> {
        self.by_document(person.document.number())
    }
    pub fn by_document(&self, number: &str) -> Result<PersonId> {
        self.persons.get(number).copied().ok_or_else(|| broken("people", "somebody was not registered"))
    }
    pub fn firm(&self, credit_code: &str) -> Result<FirmId> {
        self.firms.get(credit_code).copied().ok_or_else(|| Error::not_found("firm", credit_code))
    }

    fn who(&self, login: &Login) -> Result<Who> {
        match (&login.kind, &login.whose) {
            (Kind::Staff, Whose::Staff(number)) => {
                self.staff.get(number).map(|s| Who::Staff(*s)).ok_or_else(|| Error::not_found("staff", number))
            }
            _ => self.by_document(login.document.number()).map(Who::Person),
        }
    }
}

/// Argon2id is slow on purpose, so the passwords are hashed here, on every core, and not by the writer.
fn logins(load: &mut Load<'_, '_>, people: &People) -> Result<()> {
    let all = demo_logins(&load.data);
    (load.progress)("logins", 0, all.len() as u64);
    let hash = |login: &Login| PasswordCost::default().hash(login.name, &login.password);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let hashed: Vec<Result<PasswordHash>> = std::thread::scope(|scope| {
        let part = |part: &'_ [Login]| part.iter().map(hash).collect::<Vec<_>>();
        let threads: Vec<_> = all.chunks(all.len().div_ceil(cores)).map(|p| scope.spawn(move || part(p))).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap_or_default()).collect()
    });
    let mut items = Vec::new();
    for (login, password) in all.iter().zip(hashed) {
        items.push((login.name.to_string(), people.who(login)?, password?, login.totp_secret));
    }
    let made = load.each("logins", items, |tx, item: &(String, Who, PasswordHash, [u8; 20])| {
        let (name, who, password, totp_secret) = item.clone();
        party::login_make(tx, &actor(), LoginNew { name, who, password, totp_secret, first_password: false })
    })?;
    load.numbers.logins = made.len() as u64;
    if made.len() != all.len() {
        return Err(broken("logins", "a password was not hashed"));
    }
    Ok(())
}
