//! `yizhan bench deposits`: the nights of a bank with many current accounts: a first one, an ordinary one, one that settles.
//!
//! A night runs on one thread at a time. What its figure includes: reading every account's balance at the day's end from the
//! ledger's tables, reading the pages of accruals and proving their seals, the interest itself, sealing and writing the pages, the
//! sums and the night's row, and the commit with its fsync, for each chunk of 4,096 accounts.
#![expect(clippy::float_arithmetic, reason = "figures of a bench are for reading")]
use crate::exit::{Done, Outcome};
use crate::ground::{Ground, Stage, actor, card, person, rss_mib};
use crate::progress::Progress;
use anyhow::{Result, ensure};
use deposits::Step;
use kernel::clock::stopwatch;
use kernel::id::{AccountId, TransferId};
use kernel::{Currency, Date, Id, Money, Owner};
use ledger::{Opening, Transfer};
use payments::own::{Own, own};
use serde_json::{Value, json};

/// Accounts opened in one transaction.
const CHUNK: usize = 2_000;
/// Steps between two looks at how far a night is.
const STEPS_TOLD: u32 = 16;

struct Bench {
    ground: Ground,
    progress: Progress,
    accounts: u32,
    text: String,
    nights: Vec<Value>,
}

pub fn run(accounts: u32) -> Outcome {
    ensure!(accounts > 0, "at least one account");
    let stage = Stage::new("deposits")?;
    let ground = Ground::new(&stage)?;
    let first = Date::ymd(2027, 3, 18)?;
    ground.bank.store.write(move |tx| tx.open_business_date(first))?;
    let mut bench = Bench { ground, progress: Progress::new(), accounts, text: String::new(), nights: Vec::new() };
    let ids = bench.fill()?;
    bench.night("first night", first.plus_days(1))?;
    bench.move_some(&ids)?;
    bench.night("ordinary night", first.plus_days(2))?;
    bench.night("settlement night", first.plus_days(3))?;
    let text = format!("{accounts} accounts, {} MiB in use\n{}", mib(), bench.text.trim_end());
    Ok(Done::new(text, json!({ "bench": "deposits", "accounts": accounts, "nights": bench.nights })))
}

fn mib() -> String {
    rss_mib(None).map_or("?".into(), |m| m.to_string())
}

impl Bench {
    /// Accounts with 1,000.00 and more each.
    fn fill(&mut self) -> Result<Vec<AccountId>> {
        let (branch, book) = (self.ground.branch, self.ground.book());
        let owner = self
            .ground
            .bank
            .store
            .write(move |tx| Ok(party::person_register(tx, &actor(), person(branch, 0))?.person))?;
        let all: Vec<u32> = (0..self.accounts).collect();
        let mut ids = Vec::with_capacity(all.len());
        for chunk in all.chunks(CHUNK) {
            self.progress.tell("accounts", ids.len() as u64, u64::from(self.accounts));
            let chunk = chunk.to_vec();
            ids.extend(self.ground.bank.store.write(move |tx| {
                let outside = own(book, Own::Settlement, Currency::CNY);
                let (mut opened, mut paid) = (Vec::new(), Vec::new());
                for n in &chunk {
                    let id = AccountId::new(tx.now(), book);
                    let new = Opening::deposit(id, Owner::Person(owner), "工*", Currency::CNY).number(&card(*n));
                    ledger::open_account(tx, &actor(), &new)?;
                    opened.push(id);
                    let amount = Money::cny(100_000 + i64::from(*n) * 37 % 50_000_000);
                    paid.push(Transfer::single(TransferId::new(tx.now(), book), outside, id, amount, "opening"));
                }
                ledger::post(tx, false, &paid)?.into_iter().try_for_each(|o| o.ok().map_err(kernel::Error::from))?;
                Ok(opened)
            })?);
        }
        Ok(ids)
    }

    /// Every tenth account pays out one yuan, so that a day has moved something.
    fn move_some(&self, ids: &[AccountId]) -> Result<()> {
        let book = self.ground.book();
        let some: Vec<AccountId> = ids.iter().step_by(10).copied().collect();
        for chunk in some.chunks(CHUNK) {
            let chunk = chunk.to_vec();
            self.ground.bank.store.write(move |tx| {
                let outside = own(book, Own::Settlement, Currency::CNY);
                let out = |id: &AccountId| {
                    Transfer::single(TransferId::new(tx.now(), book), *id, outside, Money::cny(100), "transfer")
                };
                let batch: Vec<Transfer> = chunk.iter().map(out).collect();
                ledger::post(tx, false, &batch)?.into_iter().try_for_each(|o| o.ok().map_err(kernel::Error::from))
            })?;
        }
        Ok(())
    }

    /// Closes the day and does its night, each step timed.
    fn night(&mut self, what: &'static str, next: Date) -> Result<()> {
        let began = stopwatch();
        let day = self.ground.bank.store.write(move |tx| {
            let day = ledger::day::close(tx, &actor(), next)?.date;
            deposits::night_begin(tx, day, next)?;
            Ok(day)
        })?;
        let closed = began.elapsed().as_secs_f64();
        let mut seconds = [(Step::Accrue, 0.0), (Step::Post, 0.0), (Step::Pay, 0.0), (Step::Mature, 0.0)];
        let mut at = Step::Accrue;
        let mut done = 0;
        while at != Step::Done {
            self.progress.tell(what, done, u64::from(self.accounts));
            let began = stopwatch();
            let steps = if at == Step::Accrue { 1 } else { STEPS_TOLD };
            let after = deposits::night_go_on(&self.ground.bank.desk, steps)?.night;
            let took = began.elapsed().as_secs_f64();
            seconds.iter_mut().filter(|(step, _)| *step == at).for_each(|(_, s)| *s += took);
            done = after.as_ref().map_or(done, |n| n.accounts as u64);
            at = after.map_or(Step::Done, |n| n.step);
        }
        let night = self.ground.bank.store.read(|tx| Ok(deposits::nights(tx, 1)?.pop()))?;
        let (paid, interest) = night.filter(|n| n.day == day).map_or((0, 0), |n| (n.paid, n.interest));
        let per_second = f64::from(self.accounts) / seconds[0].1.max(1e-9);
        self.text.push_str(&format!(
            "  {what:17} close {closed:6.2} s  accrue {:7.3} s = {per_second:9.0} accounts/s  post {:.3} s  pay {:.3} s ({paid} accounts)  due {:.3} s\n",
            seconds[0].1, seconds[1].1, seconds[2].1, seconds[3].1
        ));
        self.nights.push(json!({
            "night": what, "close_seconds": closed, "accrue_seconds": seconds[0].1, "accounts_per_second": per_second,
            "post_seconds": seconds[1].1, "pay_seconds": seconds[2].1, "mature_seconds": seconds[3].1, "paid": paid, "interest": interest,
        }));
        Ok(())
    }
}
