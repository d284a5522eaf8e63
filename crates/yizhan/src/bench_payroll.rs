//! `yizhan bench payroll`: one pay sheet from the spreadsheet to the last worker, each part timed.
#![expect(clippy::float_arithmetic, reason = "figures of a bench are for reading")]
use crate::exit::{Done, Outcome};
use crate::ground::{CHUNK, Ground, Stage, actor, card, identity, name, person, rss_mib};
use crate::progress::Progress;
use anyhow::{Result, ensure};
use kernel::clock::stopwatch;
use kernel::id::{AccountId, PaySheetId, ProjectId};
use kernel::{Currency, Error, Id, Money, Owner};
use ledger::Opening;
use payments::own::{Own, own};
use payments::{Kind as OrderKind, Order, Payee, State};
use payroll::{ImportFor, ImportState, Kind, Period, Profile, ProjectNew, Upload};
use rust_xlsxwriter::Workbook;
use serde_json::json;

/// Chunks paid between two looks at how far it is.
const CHUNKS_TOLD: u32 = 20;
/// Small enough that one checker and an owner may release the whole sheet.
const NET_FEN: i64 = 45_000;

/// What was measured: the part, its seconds, memory after it.
struct Part {
    what: &'static str,
    seconds: f64,
    rss_mib: Option<u64>,
}

struct Bench {
    ground: Ground,
    project: ProjectId,
    lines: u32,
    parts: Vec<Part>,
    progress: Progress,
}

pub fn run(lines: u32) -> Outcome {
    ensure!((1..=payroll::SHEET_LINES_MAX as u32).contains(&lines), "1 to {} lines", payroll::SHEET_LINES_MAX);
    let stage = Stage::new("payroll")?;
    let ground = Ground::new(&stage)?;
    let project = open(&ground, lines)?;
    let before = rss_mib(None);
    let mut bench = Bench { ground, project, lines, parts: Vec::new(), progress: Progress::new() };
    bench.part("people and accounts", people)?;
    let roster = workbook(lines, true)?;
    bench.part("roster import", move |b| import(b, ImportFor::Roster, &roster).map(|_| ()))?;
    let sheet_file = workbook(lines, false)?;
    let period = Period::new(2026, 10)?;
    let what = ImportFor::PaySheet { period, kind: Kind::Wage, number: 1, tag: String::new(), due_on: None };
    let sheet = bench.part("sheet import", move |b| import(b, what.clone(), &sheet_file))?;
    let sheet = sheet.ok_or_else(|| Error::broken("the import made no sheet"))?;
    let approval = bench.part("submit", move |b| {
        let by = b.ground.clerk.clone();
        Ok(b.ground.bank.store.write(move |tx| payroll::submit(tx, &by, sheet, ""))?)
    })?;
    bench.part("check", move |b| check(b, approval))?;
    bench.part("pay", move |b| pay(b, sheet))?;
    Ok(report(&bench, before))
}

impl Bench {
    fn part<T>(&mut self, what: &'static str, f: impl FnOnce(&mut Bench) -> Result<T>) -> Result<T> {
        self.progress.tell(what, 0, 0);
        let began = stopwatch();
        let done = f(self)?;
        self.parts.push(Part { what, seconds: began.elapsed().as_secs_f64(), rss_mib: rss_mib(None) });
        Ok(done)
    }
}

/// The project, its wage account funded for the whole sheet.
fn open(ground: &Ground, lines: u32) -> Result<ProjectId> {
    let (firm, book) = (ground.firm, ground.book());
    let sum = Money::cny(NET_FEN * i64::from(lines));
    let (project, account) = ground.bank.store.write(move |tx| {
        let id = AccountId::new(tx.now(), book);
        ledger::open_account(tx, &actor(), &Opening::deposit(id, Owner::Firm(firm), "测量", Currency::CNY))?;
        let new = ProjectNew {
            firm,
            contractor: firm,
            profile: Profile::ShipRepair,
            name: "测量项目".into(),
            tag: String::new(),
            basis: "BENCH-1".into(),
            agreement: String::new(),
            account_name: String::new(),
            account_number: String::new(),
            pay_day: 15,
        };
        Ok((payroll::project_open(tx, &actor(), new)?, id))
    })?;
    let from = own(book, Own::Settlement, Currency::CNY);
    let order = Order::new(OrderKind::ClearingIn, from, Payee::Account(account), sum);
    let receipt = payments::submit(&ground.bank.desk, &actor(), order, None)?;
    ensure!(receipt.state == State::Posted, "the money did not come in: {receipt:?}");
    let receipt = payroll::fund(&ground.bank.desk, &actor(), project, account, sum, None)?;
    ensure!(receipt.state == State::Posted, "the wage account was not funded: {receipt:?}");
    Ok(project)
}

fn people(bench: &mut Bench) -> Result<()> {
    let (branch, book) = (bench.ground.branch, bench.ground.book());
    let all: Vec<u32> = (0..bench.lines).collect();
    for (n, chunk) in all.chunks(CHUNK).enumerate() {
        bench.progress.tell("people and accounts", (n * CHUNK) as u64, all.len() as u64);
        let chunk = chunk.to_vec();
        bench.ground.bank.store.write(move |tx| {
            for n in &chunk {
                let owner = party::person_register(tx, &actor(), person(branch, *n))?.person;
                let id = AccountId::new(tx.now(), book);
                let new = Opening::deposit(id, Owner::Person(owner), "工*", Currency::CNY).number(&card(*n));
                ledger::open_account(tx, &actor(), &new)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// A roster or a pay sheet of `lines` workers, as a firm would send it.
fn workbook(lines: u32, roster: bool) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let titles = ["姓名", "身份证号码", "班组", "银行卡号", "开户银行", "应发合计", "扣款合计", "实发工资"];
    let columns = if roster { 5 } else { titles.len() };
    for (column, title) in titles.iter().take(columns).enumerate() {
        sheet.write_string(0, column as u16, *title)?;
    }
    for n in 0..lines {
        let row = n + 1;
        sheet.write_string(row, 0, name(n))?;
        sheet.write_string(row, 1, identity(n).0)?;
        sheet.write_string(row, 2, format!("{}班", n / 18 + 1))?;
        sheet.write_string(row, 3, card(n))?;
        sheet.write_string(row, 4, "")?;
        if !roster {
            sheet.write_string(row, 5, Money::cny(NET_FEN + 5_000).plain())?;
            sheet.write_string(row, 6, Money::cny(5_000).plain())?;
            sheet.write_string(row, 7, Money::cny(NET_FEN).plain())?;
        }
    }
    Ok(book.save_to_buffer()?)
}

fn import(bench: &mut Bench, what: ImportFor, bytes: &[u8]) -> Result<Option<PaySheetId>> {
    let file_name = "bench.xlsx".into();
    let upload = Upload { project: bench.project, what, file_name, bytes: bytes.to_vec(), accept_valid: true };
    // The clerk keeps roster and sheets, as in life.
    let import = payroll::import(&bench.ground.bank.store, &bench.ground.clerk, upload)?;
    let all = import.state == ImportState::Accepted && import.valid == i64::from(bench.lines);
    ensure!(all, "{} rows are good, {} refused", import.valid, import.refused);
    Ok(import.sheet)
}

fn check(bench: &mut Bench, approval: kernel::id::ApprovalId) -> Result<()> {
    for by in [bench.ground.checker.clone(), bench.ground.owner.clone()] {
        let first = bench.ground.bank.store.write(move |tx| {
            let hash = approval::raw(tx, approval)?.hash_text();
            Ok(matches!(payroll::approve(tx, &by, approval, &hash)?, payroll::Approved::FirstOfTwo))
        })?;
        if !first {
            break;
        }
    }
    Ok(())
}

fn pay(bench: &mut Bench, sheet: PaySheetId) -> Result<()> {
    let hash = bench.ground.bank.store.read(|tx| Ok(payroll::sheet_raw(tx, sheet)?.payload_hash()))?;
    let desk = &bench.ground.bank.desk;
    let mut progress = payroll::pay(desk, &bench.ground.checker, sheet, &hash)?;
    while progress.more {
        bench.progress.tell("pay", (progress.lines - progress.waiting_lines) as u64, progress.lines as u64);
        progress = payroll::go_on(desk, sheet, CHUNKS_TOLD)?;
    }
    ensure!(progress.paid_lines == i64::from(bench.lines), "{} lines were paid", progress.paid_lines);
    Ok(())
}

fn report(bench: &Bench, before: Option<u64>) -> Done {
    let lines = f64::from(bench.lines);
    let mib = |m: Option<u64>| m.map_or("?".into(), |m| m.to_string());
    let mut text = format!("{} lines; {} MiB before\n", bench.lines, mib(before));
    for p in &bench.parts {
        let each = lines / p.seconds.max(1e-9);
        text.push_str(&format!(
            "  {:20} {:9.3} s {:10.0} lines/s {:>6} MiB\n",
            p.what,
            p.seconds,
            each,
            mib(p.rss_mib)
        ));
    }
    let run: f64 = bench.parts.iter().skip(2).map(|p| p.seconds).sum();
    text.push_str(&format!("sheet import to the last worker: {run:.2} s, {:.0} lines/s", lines / run.max(1e-9)));
    let parts: Vec<_> =
        bench.parts.iter().map(|p| json!({ "part": p.what, "seconds": p.seconds, "rss_mib": p.rss_mib })).collect();
    Done::new(
        text,
        json!({ "bench": "payroll", "lines": bench.lines, "rss_mib_before": before, "parts": parts, "run_seconds": run }),
    )
}
