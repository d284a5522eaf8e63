//! A site whose subcontractor is gone: 43 workers wait for a month's wages.
//!
//! Six weeks ago the site was opened with its papers, a deposit that covers the month, and too little wage money. Fifteen days before the pay
//! day nobody of the crew came any more. Nine days before it the board looked, with the bank's clock on that day ([`super::history`]), so its
//! warnings stand from then. The pay day is the last working day up to today; the main contractor's clerk shows the pay sheet to the
//! workers on it, and nobody is paid. What follows (case, order, notice, deposit, signatures, wages, refill) is left to whoever plays it.
//! Where there is no past, all of it is of today.
use super::money::Accounts;
use super::people::People;
use super::sites::{contacts, project, user};
use super::{Load, actor, broken};
use ::crews::{AttendanceRow, CrewNew};
use demo::logins::{Whose, demo_logins};
use demo::yard::{Subcontractor, Worker};
use guarantee::{Ask, DutyNew, History};
use kernel::id::{CrewId, FirmId, GuaranteeId, ProjectId, WorkerId};
use kernel::{Actor, Date, Money, Result, Who};
use party::Role;
use payroll::{AccountGiven, ImportFor, Kind, Period, Profile, ProjectNew, Upload, WorkerNew};
use serde::{Deserialize, Serialize};
use store::Tx;
use worksite::{AgreementNew, LabourShare, PayBy, SiteNew};

/// The site whose subcontractor vanished.
pub const VANISHED_SITE: &str = "望潮滨海步道二标段工程";
/// Workers who wait.
pub const VANISHED_WORKERS: usize = 43;
/// Days before the pay day on which the board warned.
pub const WARNED_DAYS: i64 = 9;
/// Days before today on which the site was opened: a whole number of weeks.
const OPENED_DAYS: i64 = 42;
/// Days before the pay day on which the crew was last seen.
const LAST_SEEN_DAYS: i64 = 15;
const TEAM: &str = "模板一班";
/// The contract's price; a guarantee of 2 percent covers the month. 元.
const PRICE: i64 = 18_000_000;
/// Wage money that came in, 元: not a fifth of what is needed.
const FUNDED: i64 = 60_000;
/// A day's wage, 元.
const DAY: i64 = 300;
/// Half hours of a day on the site.
const HALF_HOURS: u8 = 16;

/// What the site is known by.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Site {
    project: ProjectId,
    crew: CrewId,
    deposit: GuaranteeId,
}

/// The days of the story, from today.
#[derive(Clone, Copy)]
struct Days {
    today: Date,
    pay: Date,
}

impl Days {
    fn of(today: Date) -> Days {
        Days { today, pay: payroll::pay_day(today) }
    }
    /// Days before today on which the board warned.
    fn warned(self) -> i64 {
        self.today.days() - self.pay.days() + WARNED_DAYS
    }
    fn period(self) -> Period {
        Period::of(self.pay.plus_days(-i64::from(self.pay.day())))
    }
    /// The days on which the crew worked, Sundays off, until nobody came any more.
    fn worked(self) -> Result<Vec<Date>> {
        let (first, last) = (self.period().first_day()?, self.pay.plus_days(-LAST_SEEN_DAYS));
        let all = (0..=last.days() - first.days()).map(|n| first.plus_days(n));
        Ok(all.filter(|d| d.weekday() != 7).collect())
    }
}

/// What happens in the week that begins `left` days before today; `put` puts the clock to so many days before today.
pub(super) fn live(
    load: &mut Load<'_, '_>,
    people: &People,
    accounts: &Accounts,
    left: i64,
    put: impl Fn(i64),
) -> Result<()> {
    let days = Days::of(load.bank.clock().now().local_date().plus_days(left));
    if left == OPENED_DAYS {
        open(load, people, accounts, days)?;
    }
    let warned = days.warned();
    if left - 7 < warned && warned <= left {
        put(warned);
        gone(load, people, accounts, days)?;
        arrears::scan_all(&load.bank.store)?;
    }
    Ok(())
}

/// What is left of it today: everything, where there was no past.
pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    (load.progress)("a subcontractor that is gone", 0, 1);
    let days = Days::of(load.bank.clock().now().local_date());
    let site = gone(load, people, accounts, days)?;
    let by = clerk(load, people)?;
    load.step("demo-vanished-asked".into(), move |tx| {
        let sheet = payroll::sheets_newest(tx, site.project, 1)?.pop();
        let sheet = sheet.ok_or_else(|| broken("vanished", "there is no pay sheet"))?;
        ::crews::ask_signatures(tx, &by, sheet.id).map(|_| true)
    })?;
    (load.progress)("a subcontractor that is gone", 1, 1);
    Ok(())
}

fn clerk(load: &Load<'_, '_>, people: &People) -> Result<Actor> {
    let contractor = &load.data.site.contractor;
    let who = Who::ForFirm { person: people.person(&contractor.maker)?, firm: people.firm(&contractor.credit_code)? };
    Ok(user(who, Role::PayrollClerk))
}

fn employer<'d>(load: &'d Load<'_, '_>) -> &'d Subcontractor {
    &load.data.site.crews[2]
}

/// Those who wait: one who can sign in, and workers of the crew whose cards are here and in order.
fn hands(load: &Load<'_, '_>) -> Result<Vec<Worker>> {
    let logins = demo_logins(&load.data);
    let number = logins.iter().find_map(|l| match &l.whose {
        Whose::Worker(number) if l.name == "worker" => Some(number),
        _ => None,
    });
    let yard = load.data.yard.subcontractors.iter().flat_map(|s| &s.workers);
    let known = yard.into_iter().find(|w| Some(&w.number) == number);
    let fit = |w: &&Worker| w.planted.is_none() && w.bank == demo::numbers::OWN_BANK;
    let all = known.into_iter().chain(employer(load).workers.iter().filter(fit));
    let all: Vec<Worker> = all.take(VANISHED_WORKERS).cloned().collect();
    match all.len() {
        VANISHED_WORKERS => Ok(all),
        n => Err(broken("vanished", format!("{n} workers are fit"))),
    }
}

/// Opens the site with its papers, its crew, its deposit and its first wage money. Again answers the same site.
fn open(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts, days: Days) -> Result<Site> {
    let data = load.data.clone();
    let contractor = &data.site.contractor;
    let (firm, from) = (people.firm(&contractor.credit_code)?, accounts.get(&contractor.account)?);
    let (gone, by) = (employer(load).firm.clone(), clerk(load, people)?);
    let (crew_firm, owner) = (people.firm(&gone.credit_code)?, data.site.owner.zh.clone());
    let contact = format!("{} {}", gone.maker.name, gone.maker.phone);
    let site = load.step("demo-vanished-site".into(), move |tx| {
        let project = papers(tx, &by, firm, &owner, days)?;
        let (team, contract, from_on) = (TEAM.to_owned(), "滨步分包2026-05".to_owned(), days.period().first_day()?);
        let new = CrewNew { project, firm: Some(crew_firm), team, contact: contact.clone(), contract, from_on };
        let crew = ::crews::crew_add(tx, &actor(), new)?;
        Ok(Site { project, crew, deposit: deposit(tx, project)? })
    })?;
    let amount = load.bank.read(|tx| guarantee::duty(tx, site.project))?.map_or(Money::cny(0), |d| d.money());
    let paid = guarantee::pay_in(&load.bank.desk, &actor(), site.deposit, from, amount, Some("demo-vanished-deposit"))?;
    let funded = Money::cny(FUNDED * 100);
    let came = payroll::fund(&load.bank.desk, &actor(), site.project, from, funded, Some("demo-vanished-funding"))?;
    match (paid.state, came.state) {
        (payments::State::Posted, payments::State::Posted) => Ok(site),
        (one, other) => Err(broken("vanished", format!("deposit {one}, wage money {other}"))),
    }
}

fn papers(tx: &mut Tx<'_>, by: &Actor, firm: FirmId, owner: &str, days: Days) -> Result<ProjectId> {
    let (today, begins) = (tx.now().local_date(), days.period().first_day()?);
    let signed_on = begins.min(today).plus_days(-5);
    let named = project(firm, Profile::Construction, VANISHED_SITE, "望建施2026-47");
    let open = ProjectNew { pay_day: days.pay.day().unsigned_abs(), ..named };
    let id = payroll::project_open(tx, &actor(), open)?;
    payroll::put_under_site_rules(tx, &actor(), id)?;
    let new = SiteNew {
        region: "990102".into(),
        works_contract: "望建施2026-47-施工".into(),
        signed_on,
        price: Money::cny(PRICE * 100),
        labour: LabourShare::Bps(2_500),
        begins_on: begins,
        ends_on: today.plus_days(200),
        address: "望潮区滨海大道东段".into(),
        owner_name: owner.into(),
        owner_firm: None,
        authority: "望潮区住房和建设局".into(),
        hotline: String::new(),
        legal_aid: String::new(),
        pay_by: PayBy::Month,
        contacts: contacts(),
    };
    worksite::file_site(tx, &actor(), id, &new)?;
    let agreement = "望建施2026-47-三方".to_owned();
    let new = AgreementNew { agreement, signed_on: Some(signed_on), text: Vec::new() };
    worksite::record_agreement(tx, by, id, &new)?;
    worksite::record_filing(tx, by, id, "望人社备2026-47", today)?;
    Ok(id)
}

fn deposit(tx: &mut Tx<'_>, project: ProjectId) -> Result<GuaranteeId> {
    let (today, region) = (tx.now().local_date(), "990102".to_owned());
    let (contract, history) = (Money::cny(PRICE * 100), History::default());
    let ask = Ask { contract, other_works: 0, history, region, date: today };
    guarantee::duty_set(tx, &actor(), DutyNew { project, ask, counts_from: today })?;
    guarantee::open_cash(tx, &actor(), project)
}

/// The crew came until it came no more; the pay sheet of the month is written, and the labour officer looked at who was there.
fn gone(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts, days: Days) -> Result<Site> {
    let site = open(load, people, accounts, days)?;
    let (hands, by) = (hands(load)?, clerk(load, people)?);
    let (ids, worked) = (roster(load, site, &hands, days)?, days.worked()?);
    for (n, month) in worked.chunk_by(|a, b| a.month() == b.month()).enumerate() {
        let day = |id: &WorkerId, date: &Date| {
            let (worker, half_hours, name) = (Some(*id), HALF_HOURS, String::new());
            AttendanceRow { worker, identity: None, name, date: Some(*date), half_hours }
        };
        let rows: Vec<_> = ids.iter().flat_map(|id| month.iter().map(move |d| day(id, d))).collect();
        let by = by.clone();
        let attended =
            move |tx: &mut Tx<'_>| ::crews::attendance_rows(tx, &by, site.project, None, &rows).map(|_| true);
        load.step(format!("demo-vanished-attended-{n}"), attended)?;
    }
    sheet(load, &by, site, &hands, days)?;
    let contractor = people.firm(&load.data.site.contractor.credit_code)?;
    let who = Who::ForFirm { person: people.person(&load.data.labour)?, firm: contractor };
    let (labour, period) = (user(who, Role::LabourOfficer), days.period());
    load.step("demo-vanished-reviewed".into(), move |tx| {
        let seen = ::crews::month_sum(tx, &labour, site.crew, period)?.hash;
        ::crews::review_attendance(tx, &labour, site.crew, period, &seen, "").map(|_| true)
    })?;
    Ok(site)
}

fn roster(load: &mut Load<'_, '_>, site: Site, hands: &[Worker], days: Days) -> Result<Vec<WorkerId>> {
    let began = days.period().first_day()?.plus_days(-2);
    let new = |w: &Worker| WorkerNew {
        name: w.name.clone(),
        identity: w.identity.clone(),
        phone: w.phone.clone(),
        team: TEAM.into(),
        contract: format!("BB-LD-{}", w.number),
        contract_on: Some(began),
        entered_on: Some(began),
        account: Some(AccountGiven { number: w.card.clone(), bank: w.bank.zh.into() }),
    };
    let add = move |tx: &mut Tx<'_>, new: &WorkerNew| payroll::worker_add(tx, &actor(), site.project, new.clone());
    load.each("workers who wait", hands.iter().map(new).collect(), move |tx, new| Ok(add(tx, new)?.worker))
}

fn sheet(load: &Load<'_, '_>, by: &Actor, site: Site, hands: &[Worker], days: Days) -> Result<()> {
    if !load.bank.read(|tx| payroll::sheets_newest(tx, site.project, 1))?.is_empty() {
        return Ok(());
    }
    let period = days.period();
    let worked = days.worked()?.iter().filter(|d| Period::of(**d) == period).count() as i64;
    let wage = worked * DAY;
    let mut text =
        String::from("姓名,身份证号码,班组,出勤天数,基本工资,应发工资,社保,扣款合计,实发工资,银行卡号,开户行\n");
    for w in hands {
        let row =
            format!("{},{},{TEAM},{worked},{wage},{wage},0,0,{wage},{},{}\n", w.name, w.identity, w.card, w.bank.zh);
        text += &row;
    }
    let what = ImportFor::PaySheet { period, kind: Kind::Wage, number: 1, tag: String::new(), due_on: None };
    let (file_name, bytes) = (format!("{VANISHED_SITE}-{period}.csv"), text.into_bytes());
    let upload = Upload { project: site.project, what, file_name, bytes, accept_valid: true };
    let import = payroll::import(&load.bank.store, by, upload)?;
    match import.sheet {
        Some(_) => Ok(()),
        None => Err(broken("vanished", format!("{} made no sheet", import.id))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_any_day_the_story_is_whole() {
        let first = Date::ymd(2026, 1, 1).unwrap();
        for today in (0..730).map(|n| first.plus_days(n)) {
            let days = Days::of(today);
            let worked = days.worked().unwrap();
            assert!(payroll::is_business_day(days.pay) && days.pay <= today, "{today}");
            assert!(days.warned() < OPENED_DAYS, "{today}: the board warns of a site that is there");
            let paid: Vec<_> = worked.iter().filter(|d| Period::of(**d) == days.period()).collect();
            assert!(paid.len() >= 9, "{today}: {} days of wages", paid.len());
            let seen = worked.last().unwrap();
            assert!(seen.days() < days.pay.days() - WARNED_DAYS - 5, "{today}: last seen {seen}");
        }
    }
}
