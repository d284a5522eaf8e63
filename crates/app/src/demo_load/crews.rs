//! A building site under site rules with a subcontractor's crew of twelve ([`demo::yard::Site::hands`]). The month before last came
//! through the gate, was reviewed, signed by everybody, cleared and paid. The last month is a table of days with a mark nobody can
//! read and a stranger; its pay sheet waits: some signed, one signature is on paper, one worker objects, one line has more days than
//! were attended, and both who can sign in have not said a word.
use super::money::Accounts;
use super::people::People;
use super::sites::{project, user};
use super::{Load, actor, broken};
use ::crews::{
    Attendance, AttendanceUpload, CrewNew, ObjectionNew, PaperNew, Reason, ask_signatures, attendance_accept,
    attendance_import, clear_sheet, crew_add, crew_sheet_import, line_hash, month_sum, object, paper_send,
    review_attendance, sign, submit_to_main,
};
use demo::yard::Worker;
use kernel::id::{AccountId, CrewId, PaySheetId, ProjectId};
use kernel::{Actor, Channel, Date, Money, Result, Who};
use party::Role;
use payroll::{AccountGiven, Approved, ImportFor, Kind, PayLine, Period, Profile, Upload, WorkerNew};
use std::ops::Range;
use store::Tx;

/// The building site with a crew.
pub const CREWS_SITE: &str = "海角渔港防波堤工程";
const TEAM: &str = "钢筋班";
/// Into the wage account, 元: more than two months of the crew.
const FUNDS: i64 = 300_000;
/// For meals, off each month's wage, 元.
const MEALS: i64 = 300;
/// Places on the sheet of the last month: whose mark cannot be read, who signed, who objects, who signed on paper.
const UNREADABLE: usize = 7;
const SIGNED: Range<usize> = 2..8;
const OBJECTS: usize = 8;
const ON_PAPER: usize = 9;

/// Who acts on the site, each the second factor just given.
#[derive(Clone)]
struct Hands {
    clerk: Actor,
    checker: Actor,
    owner: Actor,
    labour: Actor,
    crew_clerk: Actor,
}

/// The site, its crew and who they are.
#[derive(Clone)]
struct Site {
    project: ProjectId,
    crew: CrewId,
    by: Hands,
    workers: Vec<Worker>,
}

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    (load.progress)("crews", 0, 3);
    let site = open(load, people)?;
    let data = load.data.clone();
    fund(load, &site, accounts.get(&data.site.contractor.account)?)?;
    let today = load.bank.clock().now().local_date();
    let last = Period::of(today.plus_days(-i64::from(today.day())));
    let before = Period::of(last.first_day()?.plus_days(-1));
    (load.progress)("crews", 1, 3);
    paid_month(load, &site, before)?;
    (load.progress)("crews", 2, 3);
    let stranger = data.site.crews[2].workers.first().cloned();
    open_month(load, &site, last, stranger.as_ref())?;
    (load.progress)("crews", 3, 3);
    Ok(())
}

fn open(load: &mut Load<'_, '_>, people: &People) -> Result<Site> {
    let data = load.data.clone();
    let (contractor, crew) = (&data.site.contractor, &data.site.crew().firm);
    let (firm, crew_firm) = (people.firm(&contractor.credit_code)?, people.firm(&crew.credit_code)?);
    let of = |person: &demo::people::Person, firm, role| -> Result<Actor> {
        Ok(user(Who::ForFirm { person: people.person(person)?, firm }, role))
    };
    let by = Hands {
        clerk: of(&contractor.maker, firm, Role::PayrollClerk)?,
        checker: of(&contractor.checker, firm, Role::PayrollChecker)?,
        owner: of(&contractor.legal, firm, Role::FirmOwner)?,
        labour: of(&data.labour, firm, Role::LabourOfficer)?,
        crew_clerk: of(&crew.maker, crew_firm, Role::CrewClerk)?,
    };
    let new = project(firm, Profile::Construction, CREWS_SITE, "海渔建施2026-12");
    let (contact, began) = (format!("{} {}", crew.maker.name, crew.maker.phone), demo::as_of().plus_days(-150));
    let ids = load.step("demo-crews-site".into(), move |tx| {
        let project = payroll::project_open(tx, &actor(), new.clone())?;
        payroll::put_under_site_rules(tx, &actor(), project)?;
        let (team, contract) = (TEAM.to_owned(), "海渔分包2026-03".to_owned());
        let crew = CrewNew { project, firm: Some(crew_firm), team, contact: contact.clone(), contract, from_on: began };
        Ok((project, crew_add(tx, &actor(), crew)?))
    })?;
    let site = Site { project: ids.0, crew: ids.1, by, workers: data.site.hands().into_iter().cloned().collect() };
    roster(load, &site, began)?;
    Ok(site)
}

fn roster(load: &mut Load<'_, '_>, site: &Site, began: Date) -> Result<()> {
    let new = |w: &Worker| WorkerNew {
        name: w.name.clone(),
        identity: w.identity.clone(),
        phone: w.phone.clone(),
        team: TEAM.into(),
        contract: format!("HY-LD-{}", w.number),
        contract_on: Some(began),
        entered_on: Some(began),
        account: Some(AccountGiven { number: w.card.clone(), bank: w.bank.zh.into() }),
    };
    let project = site.project;
    let add = move |tx: &mut Tx<'_>, new: &WorkerNew| payroll::worker_add(tx, &actor(), project, new.clone());
    let items = site.workers.iter().map(new).collect();
    load.each("workers of the crew", items, move |tx, new| Ok(add(tx, new)?.worker)).map(|_| ())
}

fn fund(load: &Load<'_, '_>, site: &Site, from: AccountId) -> Result<()> {
    let amount = Money::cny(FUNDS * 100);
    let receipt = payroll::fund(&load.bank.desk, &actor(), site.project, from, amount, Some("demo-crews-funding"))?;
    match receipt.state {
        payments::State::Posted => Ok(()),
        state => Err(broken("crews", format!("{state} {}", receipt.code))),
    }
}

/// Half days of somebody on a day: none on Sundays and now and then, half a day now and then.
fn half_days(place: usize, date: Date) -> i64 {
    let (place, day) = (place as i64, i64::from(date.day()));
    match () {
        () if date.weekday() == 7 || (day * 7 + place * 3) % 19 == 0 => 0,
        () if (day + place * 5) % 23 == 0 => 1,
        () => 2,
    }
}

fn days_of(period: Period) -> Result<Vec<Date>> {
    let (first, end) = (period.first_day()?, period.next().first_day()?);
    Ok((0..end.days() - first.days()).map(|n| first.plus_days(n)).collect())
}

/// Times at the gate: a day from seven to half past five, half a day until eleven. The youngest forgot to go out once.
fn gate_file(workers: &[Worker], days: &[Date]) -> String {
    let mut out = String::from("姓名,身份证号码,打卡时间,进出\n");
    for (place, w) in workers.iter().enumerate() {
        let there = days.iter().filter(|d| half_days(place, **d) > 0);
        for date in there {
            let home = if half_days(place, *date) == 1 { "11:00" } else { "17:30" };
            out += &format!("{},{},{date} 07:00,进\n{},{},{date} {home},出\n", w.name, w.identity, w.name, w.identity);
        }
        if let Some(sunday) = days.iter().find(|d| place == 1 && d.weekday() == 7) {
            out += &format!("{},{},{sunday} 07:30,进\n", w.name, w.identity);
        }
    }
    out
}

/// A table with a column for each day; one mark in it cannot be read, and its last row is of somebody on no roster.
fn table_file(workers: &[Worker], days: &[Date], stranger: Option<&Worker>) -> String {
    let titles: String = days.iter().map(|d| format!(",{}", d.day())).collect();
    let mut out = format!("姓名,身份证号码{titles}\n");
    for (place, w) in workers.iter().enumerate() {
        let mark = |d: &Date| match half_days(place, *d) {
            _ if place == UNREADABLE && d.day() == 12 => ",？",
            0 => ",",
            1 => ",半",
            _ => ",√",
        };
        out += &format!("{},{}{}\n", w.name, w.identity, days.iter().map(mark).collect::<String>());
    }
    if let Some(w) = stranger {
        let mark = |d: &Date| if d.day() <= 3 { ",√" } else { "," };
        out += &format!("{},{}{}\n", w.name, w.identity, days.iter().map(mark).collect::<String>());
    }
    out
}

fn attend(load: &Load<'_, '_>, site: &Site, period: Period, file_name: &str, text: String) -> Result<()> {
    let upload = AttendanceUpload {
        project: site.project,
        period,
        crew: Some(site.crew),
        file_name: file_name.into(),
        bytes: text.into_bytes(),
        accept_valid: false,
    };
    let read: Attendance = attendance_import(&load.bank.store, &site.by.crew_clerk, upload)?;
    attendance_accept(&load.bank.store, &site.by.crew_clerk, read.id).map(|_| ())
}

/// The crew's pay sheet of a month, shown to its workers.
fn sheet(load: &Load<'_, '_>, site: &Site, period: Period) -> Result<PaySheetId> {
    let days = days_of(period)?;
    let mut text =
        String::from("姓名,身份证号码,班组,出勤天数,基本工资,应发工资,伙食费,扣款合计,实发工资,银行卡号,开户行\n");
    for (place, w) in site.workers.iter().enumerate() {
        let worked: i64 = days.iter().map(|d| half_days(place, *d)).sum();
        let due = worked * w.day_rate.minor / 200;
        let (half, net) = (worked % 2 * 5, due - MEALS);
        text += &format!(
            "{},{},{TEAM},{}.{half},{due},{due},{MEALS},{MEALS},{net},{},{}\n",
            w.name,
            w.identity,
            worked / 2,
            w.card,
            w.bank.zh
        );
    }
    let what = ImportFor::PaySheet { period, kind: Kind::Wage, number: 1, tag: String::new(), due_on: None };
    let (file_name, bytes) = (format!("{TEAM}-{period}.csv"), text.into_bytes());
    let upload = Upload { project: site.project, what, file_name, bytes, accept_valid: true };
    let import = crew_sheet_import(&load.bank.store, &site.by.crew_clerk, site.crew, upload)?;
    let sheet = import.sheet.ok_or_else(|| broken("crews", format!("{} made no sheet", import.id)))?;
    let by = site.by.crew_clerk.clone();
    load.step(format!("demo-crews-asked-{period}"), move |tx| ask_signatures(tx, &by, sheet).map(|_| true))?;
    Ok(sheet)
}

/// The worker of a line, on his own phone.
fn himself(line: &PayLine) -> Actor {
    let roles = Role::Customer.code().into();
    Actor { channel: Channel::Phone, roles, correlation: "demo-load".into(), ..Actor::of(Who::Person(line.person)) }
}

fn sign_lines(tx: &mut Tx<'_>, sheet: PaySheetId, places: Range<usize>) -> Result<bool> {
    for line in payroll::lines_raw(tx, sheet, places.start as i64, places.len() as u32)? {
        let shown: String = line_hash(&line).iter().map(|b| format!("{b:02x}")).collect();
        sign(tx, &himself(&line), line.id, &shown)?;
    }
    Ok(true)
}

/// Reviewed, signed by all, cleared, paid.
fn paid_month(load: &Load<'_, '_>, site: &Site, period: Period) -> Result<()> {
    attend(load, site, period, "闸机记录.csv", gate_file(&site.workers, &days_of(period)?))?;
    let (labour, crew) = (site.by.labour.clone(), site.crew);
    load.step(format!("demo-crews-reviewed-{period}"), move |tx| {
        let shown = month_sum(tx, &labour, crew, period)?.hash;
        review_attendance(tx, &labour, crew, period, &shown, "与闸机记录一致").map(|_| true)
    })?;
    let sheet = sheet(load, site, period)?;
    let (by, lines) = (site.by.clone(), 0..site.workers.len());
    let asked = load.step(format!("demo-crews-cleared-{period}"), move |tx| {
        sign_lines(tx, sheet, lines.clone())?;
        submit_to_main(tx, &by.crew_clerk, sheet)?;
        let shown = payroll::sheet_raw(tx, sheet)?.payload_hash();
        clear_sheet(tx, &by.labour, sheet, &shown, "")?;
        payroll::submit(tx, &by.clerk, sheet, "")
    })?;
    let by = site.by.clone();
    load.step(format!("demo-crews-checked-{period}"), move |tx| {
        let hash = approval::raw(tx, asked)?.hash_text();
        if matches!(payroll::approve(tx, &by.checker, asked, &hash)?, Approved::FirstOfTwo) {
            payroll::approve(tx, &by.owner, asked, &hash)?;
        }
        Ok(true)
    })?;
    let shown = load.bank.read(|tx| Ok(payroll::sheet_raw(tx, sheet)?.payload_hash()))?;
    let done = payroll::pay_all(&load.bank.desk, &site.by.checker, sheet, &shown)?;
    match (done.waiting_lines, done.failed_lines) {
        (0, 0) => Ok(()),
        (left, failed) => Err(broken("crews", format!("{left} lines of {sheet} wait, {failed} failed"))),
    }
}

/// What a scanner would make of a signed sheet: a page that says so.
fn scan() -> Vec<u8> {
    const PAGE: &str = "BT /F 18 Tf 40 200 Td (Line 10: signed by hand, with a thumb print) Tj ET";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 260]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>stream\n{PAGE}\nendstream", PAGE.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let (mut out, mut places) = (String::from("%PDF-1.4\n"), String::new());
    for (n, object) in (1..).zip(&objects) {
        places += &format!("{:010} 00000 n \n", out.len());
        out += &format!("{n} 0 obj{object}endobj\n");
    }
    let (start, count) = (out.len(), objects.len() + 1);
    out += &format!("xref\n0 {count}\n0000000000 65535 f \n{places}");
    out += &format!("trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}

/// Waits for words of its workers.
fn open_month(load: &Load<'_, '_>, site: &Site, period: Period, stranger: Option<&Worker>) -> Result<()> {
    attend(load, site, period, "考勤表.csv", table_file(&site.workers, &days_of(period)?, stranger))?;
    let sheet = sheet(load, site, period)?;
    let clerk = site.by.crew_clerk.clone();
    load.step(format!("demo-crews-words-{period}"), move |tx| {
        sign_lines(tx, sheet, SIGNED)?;
        let objects = payroll::lines_raw(tx, sheet, OBJECTS as i64, 1)?.pop();
        let objects = objects.ok_or_else(|| broken("crews", "nobody objects"))?;
        let new = ObjectionNew {
            kind: Reason::Overtime,
            text: "十二号晚上浇混凝土，加了四个小时的班，表上没有算。".into(),
            claimed: Some(Money::cny(objects.net + 20_000)),
            claimed_half_days: None,
        };
        object(tx, &himself(&objects), objects.id, &new)?;
        let scan =
            PaperNew { sheet, lines: vec![ON_PAPER as i64 + 1], file_name: "签字表.pdf".into(), bytes: scan() };
        paper_send(tx, &clerk, &scan).map(|_| true)
    })
    .map(|_| ())
}
