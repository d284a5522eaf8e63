//! Two sites with their files. A building site whose owner banks here: agreement and filing, a schedule with two payments in time and
//! one that is late, a roster, a pay sheet that waits, one top-up refused and one asked. A ship in repair, whose owner banks elsewhere and
//! which no law protects.
use super::money::Accounts;
use super::people::People;
use super::{Load, actor, broken};
use demo::yard::Subcontractor;
use kernel::id::{FirmId, ProjectId};
use kernel::{Actor, Channel, Date, Money, Result, Who};
use party::Role;
use payroll::{AccountGiven, ImportFor, Kind, Period, Profile, ProjectNew, Upload, WorkerNew};
use store::Tx;
use worksite::{AgreementNew, Contacts, Funded, LabourShare, PayBy, ScheduleNew, SiteNew, TopUpNew};

/// The building site that has a file; the first one has none, so that its payday is the short one.
pub const FILED_SITE: &str = "望潮客运枢纽二期工程";
/// The ship in repair that has a file.
pub const FILED_YARD: &str = "海鹭66轮坞修";
/// The step that answers the building site's id.
pub(super) const SITE_STEP: &str = "demo-site";
/// A month's wage money, 元.
const MONTHLY: i64 = 40_000;
/// Days ago on which the last payment was due.
const LATE_DAYS: i64 = 3;
/// Workers of the site's roster.
const WORKERS: usize = 12;
const WAGE: i64 = 8_000;

/// Somebody of a firm at its own screen, the second factor just given.
pub(super) fn user(who: Who, role: Role) -> Actor {
    let correlation = "demo-load".into();
    Actor { channel: Channel::Api, roles: role.code().into(), correlation, stepped_up: true, ..Actor::of(who) }
}

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    (load.progress)("sites", 0, 2);
    let data = load.data.clone();
    let (contractor, owner) = (&data.site.contractor, &data.site.owner);
    let (firm, owner_firm) = (people.firm(&contractor.credit_code)?, people.firm(&owner.credit_code)?);
    let clerk = user(Who::ForFirm { person: people.person(&contractor.maker)?, firm }, Role::PayrollClerk);
    let agrees = user(Who::ForFirm { person: people.person(&owner.legal)?, firm: owner_firm }, Role::FirmOwner);
    let open = project(firm, Profile::Construction, FILED_SITE, &format!("{}-2", data.site.number));
    let owner_name = owner.zh.clone();
    let site = load.step(SITE_STEP.into(), move |tx| file(tx, &open, Some(owner_firm), &owner_name))?;
    let paper = format!("{}-2-三方", data.site.number);
    let by = clerk.clone();
    load.step("demo-site-papers".into(), move |tx| papers(tx, &by, site, &paper))?;
    schedule(load, &clerk, &agrees, site)?;
    fund(load, site, accounts.get(&contractor.account)?)?;
    crew(load, &clerk, site, &data.site.crews[0])?;
    top_ups(load, &clerk, &agrees, site)?;
    (load.progress)("sites", 1, 2);
    let yard = people.firm(&data.yard.firm.credit_code)?;
    let open = project(yard, Profile::ShipRepair, FILED_YARD, "XC-BX-2026-66");
    load.step("demo-site-yard".into(), move |tx| file(tx, &open, None, "海鹭航运有限公司"))?;
    (load.progress)("sites", 2, 2);
    Ok(())
}

pub(super) fn project(firm: FirmId, profile: Profile, name: &str, basis: &str) -> ProjectNew {
    ProjectNew {
        firm,
        contractor: firm,
        profile,
        name: name.into(),
        tag: String::new(),
        basis: basis.into(),
        agreement: format!("{basis}-三方"),
        account_name: String::new(),
        account_number: String::new(),
        pay_day: 25,
    }
}

fn file(tx: &mut Tx<'_>, open: &ProjectNew, owner_firm: Option<FirmId>, owner_name: &str) -> Result<ProjectId> {
    let id = payroll::project_open(tx, &actor(), open.clone())?;
    let today = tx.now().local_date();
    let builds = open.profile == Profile::Construction;
    let new = SiteNew {
        region: if builds { "990102" } else { "990103" }.into(),
        works_contract: format!("{}-施工", open.basis),
        signed_on: today.plus_days(-20),
        price: Money::cny(200_000_000),
        labour: LabourShare::Bps(2_500),
        begins_on: today.plus_days(-6),
        ends_on: today.plus_days(400),
        address: if builds { "望潮区海晏路18号" } else { "归帆区船坞路2号3号坞" }.into(),
        owner_name: owner_name.into(),
        owner_firm,
        authority: if builds { "望潮区住房和建设局" } else { "归帆区港航管理处" }.into(),
        hotline: String::new(),
        legal_aid: String::new(),
        pay_by: if builds { PayBy::Month } else { PayBy::Order },
        contacts: contacts(),
    };
    worksite::file_site(tx, &actor(), id, &new)?;
    Ok(id)
}

fn papers(tx: &mut Tx<'_>, clerk: &Actor, id: ProjectId, agreement: &str) -> Result<bool> {
    let today = tx.now().local_date();
    let new = AgreementNew { agreement: agreement.into(), signed_on: Some(today.plus_days(-20)), text: Vec::new() };
    worksite::record_agreement(tx, clerk, id, &new)?;
    worksite::record_filing(tx, clerk, id, "望人社备2026-31", today)?;
    let mut again = worksite::site_raw(tx, id)?.map(|f| f.as_new(tx.keys())).transpose()?;
    if let Some(new) = &mut again {
        new.ends_on = new.ends_on.plus_days(31);
        worksite::amend(tx, clerk, id, new, "设计变更，工期顺延一个月")?;
    }
    Ok(true)
}

fn month_of(day: Date) -> Result<Period> {
    Period::new(day.year(), day.month())
}

/// Three payments are due, the last of them some days ago.
fn schedule(load: &Load<'_, '_>, clerk: &Actor, agrees: &Actor, id: ProjectId) -> Result<()> {
    let by = clerk.clone();
    let asked = load.step("demo-site-schedule".into(), move |tx| {
        let due = tx.now().local_date().plus_days(-LATE_DAYS);
        let new = ScheduleNew {
            amount: Some(Money::cny(MONTHLY * 100)),
            bps: None,
            day: due.day().unsigned_abs(),
            from_period: month_of(due.plus_months(-2))?,
            until_period: month_of(due.plus_months(9))?,
            document: String::new(),
        };
        worksite::schedule_ask(tx, &by, id, &new)
    })?;
    decide(load, agrees, "demo-site-schedule-yes", asked, None)
}

/// The owner's answer: yes, or no with a reason.
fn decide(
    load: &Load<'_, '_>,
    by: &Actor,
    key: &str,
    asked: kernel::id::ApprovalId,
    no: Option<&'static str>,
) -> Result<()> {
    let by = by.clone();
    load.step(key.into(), move |tx| {
        let hash = approval::raw(tx, asked)?.hash_text();
        match no {
            Some(why) => worksite::approval_no(tx, &by, asked, &hash, why)?,
            None => worksite::approval_yes(tx, &by, asked, &hash)?,
        };
        Ok(true)
    })
    .map(|_| ())
}

/// Two of the three payments come.
fn fund(load: &Load<'_, '_>, id: ProjectId, from: kernel::id::AccountId) -> Result<()> {
    let amount = Money::cny(2 * MONTHLY * 100);
    let receipt = payroll::fund(&load.bank.desk, &actor(), id, from, amount, Some("demo-site-funding"))?;
    if receipt.state != payments::State::Posted {
        return Err(broken("site funding", format!("{} {}", receipt.state, receipt.code)));
    }
    let paid = receipt.instruction.to_string();
    load.step("demo-site-funded".into(), move |tx| {
        let account = payroll::project_raw(tx, id)?.wage_account;
        worksite::on_funded(tx, &Funded { id: paid.clone(), account, amount, project: Some(id) })?;
        Ok(true)
    })
    .map(|_| ())
}

/// Some workers, and a pay sheet of theirs that waits to be reviewed.
fn crew(load: &mut Load<'_, '_>, clerk: &Actor, id: ProjectId, crew: &Subcontractor) -> Result<()> {
    let all: Vec<_> = crew.workers.iter().filter(|w| w.planted.is_none()).take(WORKERS).cloned().collect();
    let new = |w: &demo::yard::Worker| WorkerNew {
        name: w.name.clone(),
        identity: w.identity.clone(),
        phone: w.phone.clone(),
        team: "钢筋一班".into(),
        contract: format!("XZ-2Q-{}", w.number),
        contract_on: Some(w.joined),
        entered_on: None,
        account: Some(AccountGiven { number: w.card.clone(), bank: w.bank.zh.into() }),
    };
    let add = move |tx: &mut Tx<'_>, new: &WorkerNew| payroll::worker_add(tx, &actor(), id, new.clone());
    load.each("workers of the second site", all.iter().map(new).collect(), move |tx, new| Ok(add(tx, new)?.worker))?;
    let mut text =
        String::from("姓名,身份证号码,班组,出勤天数,基本工资,应发工资,社保,扣款合计,实发工资,银行卡号,开户行\n");
    for w in &all {
        let row = format!("{},{},钢筋一班,26,{WAGE},{WAGE},0,0,{WAGE},{},{}\n", w.name, w.identity, w.card, w.bank.zh);
        text += &row;
    }
    let today = load.bank.clock().now().local_date();
    let period = month_of(today.plus_months(-1))?;
    let what = ImportFor::PaySheet { period, kind: Kind::Wage, number: 1, tag: String::new(), due_on: None };
    let (file_name, bytes) = (format!("{FILED_SITE}-{period}.csv"), text.into_bytes());
    let upload = Upload { project: id, what, file_name, bytes, accept_valid: true };
    let import = payroll::import(&load.bank.store, clerk, upload)?;
    match import.sheet {
        Some(_) => Ok(()),
        None => Err(broken("site pay sheet", format!("{} made no sheet", import.id))),
    }
}

/// One the owner refused, one that waits for him.
fn top_ups(load: &Load<'_, '_>, clerk: &Actor, agrees: &Actor, id: ProjectId) -> Result<()> {
    let ask = |key: &str, yuan: i64, why: &'static str| {
        let by = clerk.clone();
        load.step(key.into(), move |tx| {
            let due_on = tx.now().local_date().plus_days(10);
            let new = TopUpNew { amount: Money::cny(yuan * 100), why: why.into(), due_on, document: String::new() };
            let id = worksite::top_up_ask(tx, &by, id, &new)?;
            Ok(worksite::top_up(tx, &by, id)?.approval)
        })
    };
    let refused = ask("demo-site-top-up-1", 12_000, "夜间加班")?;
    decide(load, agrees, "demo-site-top-up-no", refused, Some("加班费已经包含在合同价款里"))?;
    ask("demo-site-top-up-2", 30_000, "设计变更，增加地下室")?;
    Ok(())
}

/// Who answers for owner, contractor and wages on each notice at a gate.
pub(super) fn contacts() -> Contacts {
    Contacts {
        owner_name: "周远山".into(),
        owner_phone: "0990-5550101".into(),
        contractor_name: "林立".into(),
        contractor_phone: "0990-5550102".into(),
        officer_name: "何小满".into(),
        officer_phone: "0990-5550103".into(),
    }
}
