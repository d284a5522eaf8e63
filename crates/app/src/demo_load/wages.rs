//! Wage accounts: projects, rosters, money, what is planted, and one payday that is over.
use super::money::Accounts;
use super::people::{People, own_workers};
use super::{Load, actor, broken};
use demo::DemoBank;
use demo::paysheets::{FIRST_PAY_MONTH, Month, pay_sheet};
use demo::workbooks::{Dirt, pay_sheet_xlsx, roster_xlsx};
use demo::yard::{Planted, Subcontractor};
use kernel::id::{FirmId, PaySheetId, PersonId, ProjectId};
use kernel::{Actor, Channel, Money, Result, Who};
use ledger::restrictions::{Restrict, Restriction, restrict};
use party::Role;
use payroll::{AccountGiven, Approved, ImportFor, ImportState, Kind, Period, Profile, ProjectNew, Upload, WorkerNew};
use std::collections::HashMap;

/// The yard's project that pays on behalf of all subcontractors.
pub const YARD_PROJECT: &str = "修船厂总包代发";
/// Why an account opened through the employer pays nothing yet, as `payroll::activate` knows it.
const NOT_ACTIVATED: &str = "not_activated";
/// The building site's project.
pub const SITE_PROJECT: &str = "望潮客运枢纽一期工程";
/// Percent of a month's wages that a wage account is funded with.
const FUNDED_PERCENT: i64 = 110;
/// The month before the one the newcomer pays.
const PAST: Month = Month { year: FIRST_PAY_MONTH.year, month: FIRST_PAY_MONTH.month - 1 };

/// What a month of wages comes to, by the credit code of who pays it; minor units.
pub(super) fn month_of_wages(data: &DemoBank) -> HashMap<String, i64> {
    let net = |e: &Subcontractor| pay_sheet(e, FIRST_PAY_MONTH).net.minor;
    let sum = |all: &[Subcontractor]| all.iter().map(net).sum::<i64>();
    let mut out: HashMap<String, i64> =
        data.yard.subcontractors.iter().map(|e| (e.firm.credit_code.clone(), net(e))).collect();
    out.insert(data.yard.firm.credit_code.clone(), sum(&data.yard.subcontractors));
    out.insert(data.site.contractor.credit_code.clone(), sum(&data.site.crews));
    out
}

/// A wage account to be opened: who pays, from which account, whom.
struct Plan<'d> {
    new: ProjectNew,
    payer: &'d demo::firms::Firm,
    employers: Vec<&'d Subcontractor>,
}

/// A subcontractor's project at the yard: `外包修船01队`.
pub(super) fn team_project(employer: &Subcontractor) -> String {
    format!("外包修船{:02}队", employer.number)
}

fn plans<'d>(data: &'d DemoBank, people: &People) -> Result<Vec<Plan<'d>>> {
    let new = |firm: FirmId, profile, name: &str, basis: String| ProjectNew {
        firm,
        contractor: firm,
        profile,
        name: name.into(),
        tag: String::new(),
        basis,
        agreement: String::new(),
        account_name: String::new(),
        account_number: String::new(),
        pay_day: 15,
    };
    let mut out = Vec::new();
    let yard = people.firm(&data.yard.firm.credit_code)?;
    out.push(Plan {
        new: new(yard, Profile::ShipRepair, YARD_PROJECT, "XC-ZB-2026-01".into()),
        payer: &data.yard.firm,
        employers: data.yard.subcontractors.iter().collect(),
    });
    for e in &data.yard.subcontractors {
        let order = e.teams.first().and_then(|t| t.order.clone()).unwrap_or_default();
        let vessel = data.yard.orders.iter().find(|o| o.number == order).map(|o| o.vessel_zh.as_str());
        let firm = people.firm(&e.firm.credit_code)?;
        let open = new(firm, Profile::ShipRepair, &team_project(e), format!("XC-FB-2026-{:02}", e.number));
        let tag = format!("{order} {}", vessel.unwrap_or_default()).trim().to_string();
        let open = ProjectNew { tag, account_number: e.wage_account.clone(), ..open };
        out.push(Plan { new: open, payer: &e.firm, employers: vec![e] });
    }
    let site = people.firm(&data.site.contractor.credit_code)?;
    let open = new(site, Profile::Construction, SITE_PROJECT, data.site.number.clone());
    let open = ProjectNew {
        account_name: data.site.wage_account_name.clone(),
        account_number: data.site.wage_account.clone(),
        agreement: format!("{}-三方", data.site.number),
        pay_day: 20,
        ..open
    };
    out.push(Plan { new: open, payer: &data.site.contractor, employers: data.site.crews.iter().collect() });
    Ok(out)
}

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    let data = load.data.clone();
    let plans = plans(&data, people)?;
    let open = |tx: &mut store::Tx<'_>, new: &ProjectNew| payroll::project_open(tx, &actor(), new.clone());
    let projects = load.each("wage accounts", plans.iter().map(|p| p.new.clone()).collect(), open)?;
    load.numbers.wage_accounts = projects.len() as u64;
    rosters(load, &plans, &projects)?;
    planted(load, accounts)?;
    fund(load, &plans, &projects, accounts)?;
    if let (Some(plan), Some(project)) = (plans.get(1), projects.get(1)) {
        past_payday(load, people, plan, *project)?;
    }
    Ok(())
}

/// A subcontractor's roster comes as the file it would send; who pays for many employers takes their workers on one by one.
fn rosters(load: &mut Load<'_, '_>, plans: &[Plan<'_>], projects: &[ProjectId]) -> Result<()> {
    let of: u64 = plans.iter().flat_map(|p| &p.employers).map(|e| e.workers.len() as u64).sum();
    for (n, (plan, project)) in plans.iter().zip(projects).enumerate() {
        (load.progress)("rosters", load.numbers.workers, of);
        match plan.employers.as_slice() {
            [one] => roster_file(load, one, *project)?,
            many => roster_lines(load, many, *project, n)?,
        }
        load.numbers.workers += plan.employers.iter().map(|e| e.workers.len() as u64).sum::<u64>();
    }
    (load.progress)("rosters", of, of);
    Ok(())
}

fn roster_file(load: &Load<'_, '_>, employer: &Subcontractor, project: ProjectId) -> Result<()> {
    let bytes = roster_xlsx(&[employer])?;
    let upload =
        Upload { project, what: ImportFor::Roster, file_name: "花名册.xlsx".into(), bytes, accept_valid: true };
    let import = payroll::import(&load.bank.store, &actor(), upload)?;
    match import.state {
        ImportState::Accepted if import.refused == 0 => Ok(()),
        _ => Err(broken("rosters", format!("{} rows of {} were refused", import.refused, import.id))),
    }
}

fn roster_lines(load: &mut Load<'_, '_>, employers: &[&Subcontractor], project: ProjectId, n: usize) -> Result<()> {
    let mut items = Vec::new();
    for e in employers {
        items.extend(e.workers.iter().map(|w| WorkerNew {
            name: w.name.clone(),
            identity: w.identity.clone(),
            phone: w.phone.clone(),
            team: e.teams[w.team].zh.clone(),
            contract: format!("XZ-LD-{}", w.number),
            contract_on: Some(w.joined),
            entered_on: Some(w.joined),
            account: Some(AccountGiven { number: w.card.clone(), bank: w.bank.zh.into() }),
        }));
    }
    let what = if n == 0 { "workers of the yard" } else { "workers of the site" };
    let add = move |tx: &mut store::Tx<'_>, new: &WorkerNew| payroll::worker_add(tx, &actor(), project, new.clone());
    load.each(what, items, move |tx, new| Ok(add(tx, new)?.worker)).map(|_| ())
}

/// What keeps some workers from being paid. Names and tiers were planted when the people were registered.
fn planted(load: &mut Load<'_, '_>, accounts: &Accounts) -> Result<()> {
    let data = load.data.clone();
    let mut items = Vec::new();
    for w in own_workers(&data) {
        let spoilt = w.planted.filter(|p| !matches!(p, Planted::NameMismatch | Planted::TierLimit));
        if let Some(planted) = spoilt {
            items.push((accounts.get(&w.card)?, planted));
        }
    }
    let spoil = |tx: &mut store::Tx<'_>, item: &(kernel::id::AccountId, Planted)| match item.1 {
        Planted::ClosedCard => ledger::close_account(tx, &actor(), item.0, "the holder closed it at the counter"),
        Planted::DormantCard => {
            let dormant = Restrict::new(item.0, Restriction::Dormant, "no movement for three years");
            restrict(tx, &actor(), &dormant).map(|_| ())
        }
        Planted::NotActivated => {
            restrict(tx, &actor(), &Restrict::new(item.0, Restriction::NoDebits, NOT_ACTIVATED)).map(|_| ())
        }
        Planted::NameMismatch | Planted::TierLimit => Ok(()),
    };
    load.each("accounts with a history", items, spoil).map(|_| ())
}

/// A month's wages and a tenth more into every wage account, from the payer's own account; twice that where a month is paid.
fn fund(load: &mut Load<'_, '_>, plans: &[Plan<'_>], projects: &[ProjectId], accounts: &Accounts) -> Result<()> {
    for (n, (plan, project)) in plans.iter().zip(projects).enumerate() {
        (load.progress)("funding", n as u64, plans.len() as u64);
        let month: i64 = plan.employers.iter().map(|e| pay_sheet(e, FIRST_PAY_MONTH).net.minor).sum();
        let past: i64 = if n == 1 { plan.employers.iter().map(|e| pay_sheet(e, PAST).net.minor).sum() } else { 0 };
        let amount = Money::cny((month + past) * FUNDED_PERCENT / 100);
        let (from, key) = (accounts.get(&plan.payer.account)?, format!("demo-funding-{n}"));
        let receipt = payroll::fund(&load.bank.desk, &actor(), *project, from, amount, Some(&key))?;
        if receipt.state != payments::State::Posted {
            return Err(broken("funding", format!("{} {} {:?}", receipt.state, receipt.code, receipt.reasons)));
        }
    }
    (load.progress)("funding", plans.len() as u64, plans.len() as u64);
    Ok(())
}

/// Somebody of a firm at its own screen, the second factor just given.
fn user(person: PersonId, firm: FirmId, role: Role) -> Actor {
    let who = Who::ForFirm { person, firm };
    let correlation = "demo-load".into();
    Actor { channel: Channel::Api, roles: role.code().into(), correlation, stepped_up: true, ..Actor::of(who) }
}

/// Last month's sheet of one subcontractor, made by its clerk, checked by its checker, paid.
fn past_payday(load: &mut Load<'_, '_>, people: &People, plan: &Plan<'_>, project: ProjectId) -> Result<()> {
    let firm = plan.new.firm;
    let clerk = user(people.person(&plan.payer.maker)?, firm, Role::PayrollClerk);
    let checker = user(people.person(&plan.payer.checker)?, firm, Role::PayrollChecker);
    let owner = user(people.person(&plan.payer.legal)?, firm, Role::FirmOwner);
    (load.progress)("a payday that is over", 0, 1);
    let file = pay_sheet_xlsx(plan.employers[0], PAST, Dirt::Usual)?;
    let period = Period::new(PAST.year, PAST.month)?;
    let what = ImportFor::PaySheet { period, kind: Kind::Wage, number: 1, tag: String::new(), due_on: None };
    let upload = Upload { project, what, file_name: file.name, bytes: file.bytes, accept_valid: true };
    let import = payroll::import(&load.bank.store, &clerk, upload)?;
    let sheet = import.sheet.ok_or_else(|| broken("payday", format!("{} made no sheet", import.id)))?;
    let by = clerk.clone();
    let asked = load.step("demo-payday-submit".into(), move |tx| payroll::submit(tx, &by, sheet, ""))?;
    for (n, by) in [checker.clone(), owner].into_iter().enumerate() {
        let approve = move |tx: &mut store::Tx<'_>| {
            let hash = approval::raw(tx, asked)?.hash_text();
            Ok(matches!(payroll::approve(tx, &by, asked, &hash)?, Approved::FirstOfTwo))
        };
        if !load.step(format!("demo-payday-check-{n}"), approve)? {
            break;
        }
    }
    pay(load, &checker, sheet)
}

fn pay(load: &mut Load<'_, '_>, checker: &Actor, sheet: PaySheetId) -> Result<()> {
    let hash = load.bank.store.read(|tx| Ok(payroll::sheet_raw(tx, sheet)?.payload_hash()))?;
    let done = payroll::pay_all(&load.bank.desk, checker, sheet, &hash)?;
    (load.numbers.lines_paid, load.numbers.lines_failed) = (done.paid_lines + done.processing_lines, done.failed_lines);
    match done.waiting_lines {
        0 => {
            (load.progress)("a payday that is over", 1, 1);
            Ok(())
        }
        left => Err(broken("payday", format!("{left} lines of {sheet} wait in state {}", done.state))),
    }
}
