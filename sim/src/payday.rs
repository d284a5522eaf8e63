//! One wage project of the first firm: sheets are imported, checked and paid, a piece at a time between all the other steps.
//!
//! The auditor's rule is plain: what leaves the wage account is what the lines say, each worker is paid at most once per
//! month and kind, and every account of the project holds what the lines add up to.
use crate::Report;
use crate::auditor::{Auditor, Open};
use crate::dice::Dice;
use crate::steps::{insist, submit, tolerate};
use crate::world::{World, identity, name};
use kernel::clock::HOUR;
use kernel::id::{AccountId, PayLineId, PaySheetId, ProjectId, WorkerId};
use kernel::{Actor, Currency, Date, Error, Id, Money, Owner, PageAsk, Result};
use ledger::Opening;
use ledger::restrictions::{Restrict, Restriction};
use payments::own::{Own, own};
use payments::{Kind, Order, Payee, State};
use payroll::{
    AccountGiven, Approved, ImportFor, LineState, Period, Profile, ProjectNew, SheetState, Upload, WorkerNew,
};
use std::collections::BTreeMap;

const WORKERS: usize = 12;
/// Of them, those with an account here; the others bank elsewhere.
const OUR_WORKERS: usize = 8;

/// A worker of the project.
#[derive(Clone, Debug)]
pub struct Hand {
    n: usize,
    worker: WorkerId,
    account: Option<AccountId>,
    number: String,
}

/// What the auditor last saw of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    state: LineState,
    money_back: bool,
}

/// The project under simulation and what is known of its lines.
#[derive(Debug, Default)]
pub struct Payday {
    project: Option<(ProjectId, AccountId, AccountId)>,
    hands: Vec<Hand>,
    sheets: Vec<PaySheetId>,
    lines: BTreeMap<PayLineId, Seen>,
    month: i64,
}

impl Payday {
    fn remember(&mut self, sheet: Option<PaySheetId>) {
        self.sheets.extend(sheet.filter(|id| !self.sheets.contains(id)));
    }

    /// Lines by the state they were last seen in.
    pub fn counts(&self) -> BTreeMap<&'static str, u32> {
        let mut counts = BTreeMap::new();
        self.lines.values().for_each(|seen| *counts.entry(seen.state.code()).or_default() += 1);
        counts
    }
}

fn elsewhere(n: usize) -> String {
    let body = format!("990002990000000{n:03}");
    let check = kernel::chinese::luhn_check(&body).unwrap_or('0');
    format!("{body}{check}")
}

pub fn open(world: &mut World, auditor: &mut Auditor, report: &mut Report) -> Result<()> {
    let firm = world.firms[0].clone();
    let (project, wage, clearing, hands) = world.bank().store.write(move |tx| {
        let boss = Actor::system("simulate");
        let new = ProjectNew {
            firm: firm.firm,
            contractor: firm.firm,
            profile: Profile::ShipRepair,
            name: "修船一号".into(),
            tag: "XC-001".into(),
            basis: "地方办法1号".into(),
            agreement: String::new(),
            account_name: String::new(),
            account_number: String::new(),
            pay_day: 15,
        };
        let id = payroll::project_open(tx, &boss, new)?;
        let project = payroll::project_raw(tx, id)?;
        let mut hands = Vec::new();
        for n in 0..WORKERS {
            hands.push(hire(tx, &boss, id, 200 + n, n < OUR_WORKERS)?);
        }
        Ok((id, project.wage_account, project.clearing_account, hands))
    })?;
    let cash = own(wage.book(), Own::Cash, Currency::CNY);
    let order = Order::new(Kind::CashIn, cash, Payee::Account(wage), Money::cny(90_000_000_000));
    submit(world, auditor, report, &Actor::system("simulate"), &order, "open-wages")?;
    world.payday = Payday { project: Some((project, wage, clearing)), hands, ..Payday::default() };
    Ok(())
}

fn hire(tx: &mut store::Tx<'_>, boss: &Actor, project: ProjectId, n: usize, ours: bool) -> Result<Hand> {
    let branch = party::branch_of(tx, project.book())?.id;
    let new = party::PersonNew {
        branch,
        name: name(n),
        document: party::DocumentKind::ResidentId,
        number: identity(n),
        country: "CN".into(),
        phone: format!("1290000{n:04}"),
        address: "工棚".into(),
        born: Date::ymd(1980, 1, 1)?,
        tier: if n.is_multiple_of(5) { party::Tier::III } else { party::Tier::I },
    };
    let person = party::person_register(tx, boss, new)?.person;
    let (account, number, bank) = if ours {
        let id = AccountId::new(tx.now(), person.book());
        let opened =
            ledger::open_account(tx, boss, &Opening::deposit(id, Owner::Person(person), "工资卡", Currency::CNY))?;
        (Some(id), opened.number, String::new())
    } else {
        (None, elsewhere(n), "990002".to_owned())
    };
    let given = AccountGiven { number: number.clone(), bank };
    let worker = WorkerNew {
        name: name(n),
        identity: identity(n),
        phone: String::new(),
        team: "电焊".into(),
        contract: format!("HT-{n}"),
        contract_on: None,
        entered_on: None,
        account: Some(given),
    };
    let worker = payroll::worker_add(tx, boss, project, worker)?.worker;
    Ok(Hand { n, worker, account, number })
}

pub fn step(world: &mut World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report) -> Result<()> {
    for _ in 0..3 {
        match dice.below(12) {
            0 => import(world, dice, report, false)?,
            1 => import(world, dice, report, true)?,
            2 | 3 => send(world, dice, report)?,
            4 | 5 => check(world, dice, report)?,
            6 | 7 => pay(world, dice, report)?,
            8 | 9 => go_on(world, dice, report)?,
            10 => repay(world, dice, report)?,
            _ => trouble(world, dice)?,
        }
        follow(world, auditor)?;
    }
    Ok(())
}

/// A sheet as a clerk types it; `again` sends the last month's once more, perhaps with other amounts.
fn import(world: &mut World, dice: &mut Dice, report: &mut Report, again: bool) -> Result<()> {
    let Some((project, ..)) = world.payday.project else { return Ok(()) };
    if !again || world.payday.month == 0 {
        world.payday.month += 1;
    }
    let months = world.payday.month + 24_302;
    let period = Period { year: (months / 12) as i16, month: (months % 12 + 1) as i8 };
    let mut csv = String::from("姓名,身份证号,银行卡号,应发,扣款,实发\n");
    for hand in &world.payday.hands {
        if dice.one_in(9) {
            continue;
        }
        let (due, off) = (500_000 + dice.below(600_000) as i64, dice.below(50_000) as i64);
        let yuan = |minor: i64| Money::cny(minor).plain();
        csv.push_str(&format!(
            "{},{},{},{},{},{}\n",
            name(hand.n),
            identity(hand.n),
            hand.number,
            yuan(due),
            yuan(off),
            yuan(due - off)
        ));
    }
    let what = ImportFor::PaySheet { period, kind: payroll::Kind::Wage, number: 1, tag: String::new(), due_on: None };
    let clerk = world.firm_user(world.firms[0].clerk, world.firms[0].firm);
    let store = &world.bank().store;
    let upload = || Upload {
        project,
        what: what.clone(),
        file_name: "工资表.csv".into(),
        bytes: csv.clone().into_bytes(),
        accept_valid: true,
    };
    let answer = insist(report, || payroll::import(store, &clerk, upload()))?;
    let made = tolerate(report, answer)?.and_then(|i| i.sheet);
    world.payday.remember(made);
    Ok(())
}

fn sheet_in(world: &World, dice: &mut Dice, states: &[SheetState]) -> Result<Option<payroll::PaySheet>> {
    let ids = world.payday.sheets.clone();
    let found: Vec<payroll::PaySheet> =
        world.bank().store.read(|tx| ids.iter().map(|id| payroll::sheet_raw(tx, *id)).collect::<Result<Vec<_>>>())?;
    let found: Vec<_> = found.into_iter().filter(|s| states.contains(&s.state)).collect();
    Ok(if found.is_empty() { None } else { Some(dice.pick(&found).clone()) })
}

fn send(world: &World, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let Some(sheet) = sheet_in(world, dice, &[SheetState::Drafted, SheetState::SentBack])? else { return Ok(()) };
    let clerk = world.firm_user(world.firms[0].clerk, world.firms[0].firm);
    let answer = insist(report, || {
        let (clerk, id) = (clerk.clone(), sheet.id);
        world.bank().store.write(move |tx| payroll::submit(tx, &clerk, id, ""))
    })?;
    tolerate(report, answer).map(|_| ())
}

fn check(world: &World, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let Some(sheet) = sheet_in(world, dice, &[SheetState::Submitted])? else { return Ok(()) };
    let Some(asked) = sheet.approval else { return Ok(()) };
    let checker = world.firm_user(world.firms[0].checker, world.firms[0].firm);
    let hash = world.bank().store.read(|tx| approval::raw(tx, asked))?.hash_text();
    let back = dice.one_in(6);
    let answer = insist(report, || {
        let (checker, hash) = (checker.clone(), hash.clone());
        world.bank().store.write(move |tx| match back {
            true => payroll::send_back(tx, &checker, asked, &hash, "请核对").map(|_| Approved::AlreadySo),
            false => payroll::approve(tx, &checker, asked, &hash),
        })
    })?;
    tolerate(report, answer).map(|_| ())
}

fn pay(world: &World, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let Some(sheet) = sheet_in(world, dice, &[SheetState::Checked])? else { return Ok(()) };
    let checker = world.firm_user(world.firms[0].checker, world.firms[0].firm);
    world.fail_in(if dice.one_in(3) { 1 + dice.below(40) } else { u64::from(u32::MAX) });
    let answer = insist(report, || payroll::pay(&world.bank().desk, &checker, sheet.id, &sheet.payload_hash()))?;
    world.calm();
    tolerate(report, answer).map(|_| ())
}

fn go_on(world: &World, dice: &mut Dice, report: &mut Report) -> Result<()> {
    world.fail_in(if dice.one_in(3) { 1 + dice.below(200) } else { u64::from(u32::MAX) });
    let answer = insist(report, || payroll::resume(&world.bank().desk, 3))?;
    world.calm();
    tolerate(report, answer).map(|_| ())
}

fn repay(world: &mut World, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let Some(sheet) = sheet_in(world, dice, &[SheetState::PartlyPaid])? else { return Ok(()) };
    let clerk = world.firm_user(world.firms[0].clerk, world.firms[0].firm);
    let boss = Actor::system("simulate");
    let failed: Vec<PayLineId> = world
        .bank()
        .store
        .read(|tx| payroll::lines(tx, &boss, sheet.id, Some(LineState::Failed), &PageAsk::first(50)))?
        .items
        .iter()
        .map(|l| l.line)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    let answer = insist(report, || {
        let (clerk, failed) = (clerk.clone(), failed.clone());
        world.bank().store.write(move |tx| payroll::repay(tx, &clerk, &failed, "重发"))
    })?;
    let made = tolerate(report, answer)?;
    world.payday.remember(made);
    Ok(())
}

/// A worker's account falls asleep, or wakes.
fn trouble(world: &World, dice: &mut Dice) -> Result<()> {
    let Some(account) = dice.pick(&world.payday.hands).account else { return Ok(()) };
    world.bank().store.write(move |tx| {
        let boss = Actor::system("simulate");
        let asleep = ledger::restrictions::orders(tx, account)?.into_iter().find(|o| o.lifted_at.is_none());
        match asleep {
            Some(order) => ledger::restrictions::lift(tx, &boss, account, order.number, "本人唤醒"),
            None => ledger::restrictions::restrict(tx, &boss, &Restrict::new(account, Restriction::Dormant, "久悬"))
                .map(|_| ()),
        }
    })
}

/// Reads every line and moves the auditor's money as the lines say.
pub fn follow(world: &mut World, auditor: &mut Auditor) -> Result<()> {
    let Some((_, wage, clearing)) = world.payday.project else { return Ok(()) };
    let boss = Actor::system("simulate");
    let mut paid_once: BTreeMap<(String, String), u32> = BTreeMap::new();
    for id in world.payday.sheets.clone() {
        let (sheet, lines, run) = world.bank().store.read(|tx| {
            let sheet = payroll::sheet_raw(tx, id)?;
            let lines = payroll::lines(tx, &boss, id, None, &PageAsk::first(100))?.items;
            let run = sheet.instruction.map(|i| payments::raw(tx, i)).transpose()?.flatten();
            Ok((sheet, lines, run))
        })?;
        if let Some(run) = run {
            auditor.hear(run.id, run.state, &terms_of_run(&run, wage, clearing));
        }
        for line in lines {
            let seen = Seen { state: line.state, money_back: line.money_back };
            let before = world
                .payday
                .lines
                .insert(line.line, seen)
                .unwrap_or(Seen { state: LineState::Waiting, money_back: false });
            follow_line(world, auditor, &line, before, (wage, clearing))?;
            if line.state == LineState::Paid {
                *paid_once.entry((line.worker.to_string(), sheet.period.to_string())).or_default() += 1;
            }
        }
    }
    if let Some(((worker, period), n)) = paid_once.iter().find(|(_, n)| **n > 1) {
        return Err(Error::broken(format!("{worker} was paid {n} times for {period}")));
    }
    let ours = world.payday.hands.iter().filter_map(|h| h.account).chain([wage, clearing]);
    auditor.check(world, &ours.collect::<Vec<_>>())
}

fn terms_of_run(run: &payments::Instruction, debit: AccountId, credit: AccountId) -> Open {
    let late = if run.state == State::Delayed { payments::HOLD_HOURS * HOUR } else { 0 };
    let expires = run.until.unwrap_or_default().plus(late);
    Open { debit, credit, amount: run.amount, fee: run.fee, fee_account: credit, expires }
}

fn follow_line(
    world: &World,
    auditor: &mut Auditor,
    line: &payroll::LineView,
    before: Seen,
    (wage, clearing): (AccountId, AccountId),
) -> Result<()> {
    use LineState::{Failed, Paid, Processing, Waiting};
    let ours = world.payday.hands.iter().find(|h| h.worker == line.worker).and_then(|h| h.account);
    let out = own(clearing.book(), Own::ClearingOut, Currency::CNY);
    let settlement = own(clearing.book(), Own::Settlement, Currency::CNY);
    let net = line.net.minor;
    match (before.state, line.state, ours) {
        (a, b, _) if a == b => {}
        (Waiting, Paid, Some(account)) => auditor.move_money(clearing, account, net),
        (Waiting, Processing, None) => auditor.move_money(clearing, out, net),
        (Waiting, Failed, _) => {}
        (Waiting, Paid, None) => {
            auditor.move_money(clearing, out, net);
            auditor.move_money(out, settlement, net);
        }
        (Processing, Paid, None) => auditor.move_money(out, settlement, net),
        (Processing, Failed, None) => auditor.move_money(out, clearing, net),
        (Paid, Failed, None) => auditor.move_money(settlement, clearing, net),
        (a, b, _) => return Err(Error::broken(format!("{} went from {a} to {b}", line.line))),
    }
    if line.money_back && !before.money_back {
        auditor.move_money(clearing, wage, net);
    }
    Ok(())
}
