//! `yizhan bench close-day`: the close of day of a bank with many branches and accounts, through the command itself. It is killed in
//! the middle of its night, and the next close goes on where it broke off; then all of it is verified.
#![expect(clippy::float_arithmetic, reason = "figures of a bench are for reading")]
use crate::exit::{Done, Outcome};
use crate::ground::{Ground, Stage, actor, card, outlet, person};
use crate::progress::Progress;
use anyhow::{Context, Result, bail, ensure};
use app::{Bank, Options};
use kernel::clock::stopwatch;
use kernel::id::{AccountId, BranchId, TransferId};
use kernel::{Currency, Date, Id, Money, Owner};
use ledger::{Opening, Transfer};
use payments::own::{Own, own};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Accounts opened in one transaction.
const CHUNK: u32 = 2_000;
/// What the command says while it counts interest.
const INTEREST: &str = "interest: ";

pub fn run(accounts: u32, branches: u32) -> Outcome {
    ensure!(accounts > 0 && (1..=1_000).contains(&branches), "at least one account, and 1 to 1,000 branches");
    let stage = Stage::new("close-day")?;
    let first = fill(&stage, accounts, branches)?;
    let day = |n: i64| first.plus_days(n).to_string();

    let (began, mut child) = (stopwatch(), close(&stage.0, &day(1))?);
    let stopped = kill_in_the_night(&mut child)?;
    let killed = began.elapsed().as_secs_f64();
    let (left, _) = nights(&stage.0)?;
    let began = stopwatch();
    finish(&mut close(&stage.0, &day(2))?)?;
    let both = began.elapsed().as_secs_f64();
    let began = stopwatch();
    finish(&mut close(&stage.0, &day(3))?)?;
    let quiet = began.elapsed().as_secs_f64();
    let (open, counted) = nights(&stage.0)?;
    ensure!(open == 0, "{open} nights are not done");
    ensure!(
        counted.iter().all(|n| *n == i64::from(accounts)),
        "nights counted {counted:?} accounts, not {accounts} each"
    );

    let began = stopwatch();
    let mut faults = app::verify(&Bank::open_to_read(Options::sqlite(&stage.0))?, &mut |_, _| {})?.faults;
    let verified = began.elapsed().as_secs_f64();
    ensure!(faults.is_empty(), "verify: {:?}", faults.swap_remove(0));
    let broken = stopped.as_deref().unwrap_or("it was done before it could be killed");
    let text = format!(
        "{branches} branches, {accounts} accounts\n  killed after {killed:.1} s ({broken}), {left} night left open\n  the next close finished that night and its own day in {both:.1} s\n  \
         an undisturbed close of day {quiet:.1} s = {:.0} accounts/s\n  every night counted every account once; verify found nothing in {verified:.1} s",
        f64::from(accounts) / quiet.max(1e-9)
    );
    let json = json!({
        "bench": "close-day", "branches": branches, "accounts": accounts, "killed_at": stopped, "killed_seconds": killed, "open_after_kill": left,
        "resumed_seconds": both, "close_seconds": quiet, "verify_seconds": verified,
    });
    Ok(Done::new(text, json))
}

/// Accounts of 1,000.00 and more, spread over the branches; answers the open day.
fn fill(stage: &Stage, accounts: u32, branches: u32) -> Result<Date> {
    let ground = Ground::new(stage)?;
    let day = Date::ymd(2027, 5, 12)?;
    ground.bank.store.write(move |tx| tx.open_business_date(day))?;
    let mut all = vec![ground.branch];
    for n in 1..branches {
        all.push(outlet(&ground.bank, n + 2)?);
    }
    let mut progress = Progress::new();
    for (n, branch) in all.iter().enumerate() {
        let share = |k: usize| (u64::from(accounts) * k as u64 / all.len() as u64) as u32;
        fill_branch(&ground.bank, *branch, share(n)..share(n + 1), |done| {
            progress.tell("accounts", done, accounts.into())
        })?;
    }
    Ok(day)
}

fn fill_branch(bank: &Bank, branch: BranchId, numbers: std::ops::Range<u32>, mut tell: impl FnMut(u64)) -> Result<()> {
    let (book, at) = (branch.book(), numbers.start);
    let owner = bank.store.write(move |tx| Ok(party::person_register(tx, &actor(), person(branch, at))?.person))?;
    for first in numbers.clone().step_by(CHUNK as usize) {
        let last = (first + CHUNK).min(numbers.end);
        tell(first.into());
        bank.store.write(move |tx| {
            let outside = own(book, Own::Settlement, Currency::CNY);
            let mut paid = Vec::new();
            for n in first..last {
                let id = AccountId::new(tx.now(), book);
                let new = Opening::deposit(id, Owner::Person(owner), "工*", Currency::CNY).number(&card(n));
                ledger::open_account(tx, &actor(), &new)?;
                let amount = Money::cny(100_000 + i64::from(n) * 37 % 50_000_000);
                paid.push(Transfer::single(TransferId::new(tx.now(), book), outside, id, amount, "opening"));
            }
            ledger::post(tx, false, &paid)?.into_iter().try_for_each(|o| o.ok().map_err(kernel::Error::from))
        })?;
    }
    Ok(())
}

fn close(data: &Path, to: &str) -> Result<Child> {
    Command::new(std::env::current_exe()?)
        .args(["close-day", "--to", to, "--data"])
        .arg(data)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("the close of day cannot be started")
}

/// Kills it as soon as it has told how many accounts are counted; `None` when it ended before.
fn kill_in_the_night(child: &mut Child) -> Result<Option<String>> {
    let told = child.stderr.take().context("nothing is told")?;
    for line in BufReader::new(told).lines() {
        let line = line?;
        if line.starts_with(INTEREST) {
            child.kill()?;
            child.wait()?;
            return Ok(Some(line));
        }
    }
    finish(child).map(|()| None)
}

fn finish(child: &mut Child) -> Result<()> {
    let mut said = String::new();
    if let Some(mut told) = child.stderr.take() {
        std::io::Read::read_to_string(&mut told, &mut said)?;
    }
    match child.wait()? {
        status if status.success() => Ok(()),
        status => bail!("the close of day ended with {status}: {said}"),
    }
}

/// Nights that are not done, and how many accounts each counted.
fn nights(data: &Path) -> Result<(usize, Vec<i64>)> {
    let bank = Bank::open_to_read(Options::sqlite(data))?;
    let all = bank.read(|tx| deposits::nights(tx, 10))?;
    let open = all.iter().filter(|n| n.step != deposits::Step::Done).count();
    Ok((open, all.iter().map(|n| n.accounts).collect()))
}
