//! The commands, and what the auditor hears of each.
use crate::auditor::{Auditor, Open};
use crate::dice::Dice;
use crate::world::World;
use crate::{ASKED_AGAIN_MAX, Report};
use kernel::clock::{DAY, HOUR, MINUTE, SECOND};
use kernel::id::{AccountId, ClearingId, InstructionId};
use kernel::{Actor, Currency, Error, Id, Kind as ErrorKind, Money, Result};
use payments::own::{Own, own};
use payments::{Kind, Order, Payee, Receipt, State};

/// One kind of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Pay,
    PayTwice,
    PayTogether,
    PayAway,
    FirmPays,
    Approve,
    ApproveTogether,
    Disapprove,
    Confirm,
    Release,
    Cancel,
    Reverse,
    Carry,
    Jobs,
    Forward,
    Weeks,
    Backward,
    CloseDay,
    Restart,
    FailNext,
    GuardSilent,
    Payday,
}

/// How often each is drawn, of the sum of all.
const OFTEN: &[(Step, u64)] = &[
    (Step::Pay, 30),
    (Step::PayTwice, 10),
    (Step::PayTogether, 8),
    (Step::PayAway, 8),
    (Step::FirmPays, 12),
    (Step::Approve, 10),
    (Step::ApproveTogether, 4),
    (Step::Disapprove, 2),
    (Step::Confirm, 4),
    (Step::Release, 4),
    (Step::Cancel, 4),
    (Step::Reverse, 2),
    (Step::Carry, 8),
    (Step::Jobs, 5),
    (Step::Forward, 10),
    (Step::Weeks, 1),
    (Step::Backward, 2),
    (Step::CloseDay, 3),
    (Step::Restart, 2),
    (Step::FailNext, 14),
    (Step::GuardSilent, 2),
    (Step::Payday, 40),
];

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Step::Pay => "pay",
            Step::PayTwice => "pay twice",
            Step::PayTogether => "pay together",
            Step::PayAway => "pay to another bank",
            Step::FirmPays => "firm pays",
            Step::Approve => "approve",
            Step::ApproveTogether => "approve together",
            Step::Disapprove => "disapprove",
            Step::Confirm => "confirm",
            Step::Release => "release",
            Step::Cancel => "cancel",
            Step::Reverse => "reverse",
            Step::Carry => "carry",
            Step::Jobs => "jobs",
            Step::Forward => "clock forward",
            Step::Weeks => "weeks pass",
            Step::Backward => "clock back",
            Step::CloseDay => "close day",
            Step::Restart => "restart",
            Step::FailNext => "store fails",
            Step::GuardSilent => "guard silent",
            Step::Payday => "payday",
        }
    }
}

pub fn pick(dice: &mut Dice) -> Step {
    let sum: u64 = OFTEN.iter().map(|(_, n)| n).sum();
    let mut at = dice.below(sum);
    for (step, n) in OFTEN {
        if at < *n {
            return *step;
        }
        at -= n;
    }
    Step::Pay
}

/// Asks until there is an answer: what failed for want of a database, or whose outcome is not known, is asked again.
pub fn insist<T>(report: &mut Report, mut f: impl FnMut() -> Result<T>) -> Result<Result<T>> {
    for _ in 0..ASKED_AGAIN_MAX {
        match f() {
            Err(e) if matches!(e.kind(), ErrorKind::Unknown | ErrorKind::Unavailable) => report.asked_again += 1,
            answer => return Ok(answer),
        }
    }
    Err(Error::broken(format!("no answer after {ASKED_AGAIN_MAX} times")))
}

/// A refusal is counted; a defect of the bank ends the run.
pub fn tolerate<T>(report: &mut Report, answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(t) => Ok(Some(t)),
        Err(e) if e.kind() == ErrorKind::Broken => Err(e),
        Err(e) => {
            *report.refused.entry(e.code().name.into()).or_default() += 1;
            Ok(None)
        }
    }
}

/// Everybody gets opening money from the bank's cash.
pub fn open_everybody(world: &mut World, auditor: &mut Auditor, report: &mut Report) -> Result<()> {
    let accounts: Vec<AccountId> =
        world.people.iter().map(|c| c.account).chain(world.firms.iter().map(|f| f.account)).collect();
    for (n, account) in accounts.into_iter().enumerate() {
        let cash = own(account.book(), Own::Cash, Currency::CNY);
        // The first is a tier II customer, who may receive 10,000 yuan a day.
        let amount = if n == 0 {
            500_000
        } else if n < world.people.len() {
            5_000_000
        } else {
            500_000_000
        };
        let order = Order::new(Kind::CashIn, cash, Payee::Account(account), Money::cny(amount));
        let receipt = submit(world, auditor, report, &Actor::system("simulate"), &order, &format!("open-{n}"))?;
        if let Some(r) = receipt.filter(|r| r.state != State::Posted) {
            return Err(Error::broken(format!("an opening deposit was {} {} {:?}", r.state, r.code, r.reasons)));
        }
    }
    crate::payday::open(world, auditor, report)
}

pub fn take(step: Step, world: &mut World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report) -> Result<()> {
    match step {
        Step::Pay => pay(world, auditor, dice, report, 1),
        Step::PayTwice => pay(world, auditor, dice, report, 2),
        Step::PayTogether => pay_together(world, auditor, dice, report),
        Step::PayAway => pay_away(world, auditor, dice, report),
        Step::FirmPays => firm_pays(world, auditor, dice, report),
        Step::Approve => approve(world, auditor, dice, report, 1),
        Step::ApproveTogether => approve(world, auditor, dice, report, 2),
        Step::Disapprove => disapprove(world, auditor, dice, report),
        Step::Confirm | Step::Release | Step::Cancel => decide(step, world, auditor, dice, report),
        Step::Reverse => reverse(world, auditor, dice, report),
        Step::Carry => carry(world, auditor, report),
        Step::Jobs => jobs(world, auditor, report),
        Step::Forward => advance(world, (SECOND + dice.below(3 * HOUR as u64) as i64).max(SECOND)),
        Step::Weeks => advance(world, (1 + dice.below(20) as i64) * DAY),
        Step::Backward => advance(world, -(dice.below(2 * MINUTE as u64) as i64)),
        Step::CloseDay => close_day(world, auditor, report),
        Step::Restart => {
            world.restart()?;
            report.restarts += 1;
            auditor.check_all(world).map(|_| ())
        }
        Step::FailNext => {
            world.fail_in(1 + dice.below(60));
            report.faults_injected += 1;
            pay(world, auditor, dice, report, 1)?;
            world.calm();
            Ok(())
        }
        Step::GuardSilent => guard_silent(world, auditor, dice, report),
        Step::Payday => crate::payday::step(world, auditor, dice, report),
    }
}

fn advance(world: &mut World, micros: i64) -> Result<()> {
    world.advance(micros);
    Ok(())
}

/// Submits until answered and tells the auditor. `None` when the bank would not even take it in.
pub fn submit(
    world: &World,
    auditor: &mut Auditor,
    report: &mut Report,
    actor: &Actor,
    order: &Order,
    key: &str,
) -> Result<Option<Receipt>> {
    let desk = &world.bank().desk;
    let mut order = order.clone();
    order.fee_shown =
        insist(report, || desk.store.read(|tx| payments::quote(tx, actor, &order)))?.ok().flatten().map(|q| q.fee);
    let answer = insist(report, || payments::submit(desk, actor, order.clone(), Some(key)))?;
    world.calm();
    let Some(receipt) = tolerate(report, answer)? else { return Ok(None) };
    let credit = match &order.payee {
        Payee::Account(id) => *id,
        _ => own(order.debit.book(), Own::ClearingOut, Currency::CNY),
    };
    hear(auditor, report, &receipt, order.debit, credit, order.amount.minor);
    auditor.check(world, &[order.debit, credit])?;
    Ok(Some(receipt))
}

fn hear(
    auditor: &mut Auditor,
    report: &mut Report,
    receipt: &Receipt,
    debit: AccountId,
    credit: AccountId,
    amount: i64,
) {
    if receipt.state == State::Refused {
        *report.refused.entry(receipt.code.to_string()).or_default() += 1;
    }
    let fee_account = own(debit.book(), Own::FeeIncome, Currency::CNY);
    let late = if receipt.state == State::Delayed { payments::HOLD_HOURS * HOUR } else { 0 };
    let expires = receipt.until.unwrap_or_default().plus(late);
    let terms = Open { debit, credit, amount, fee: receipt.fee.minor, fee_account, expires };
    auditor.hear(receipt.instruction, receipt.state, &terms);
    away(auditor, receipt, &terms);
}

/// A posted payment into the account of outgoing payments has an item in the clearing queue from then on.
fn away(auditor: &mut Auditor, receipt: &Receipt, terms: &Open) {
    let away = terms.credit == own(terms.debit.book(), Own::ClearingOut, Currency::CNY);
    if let (State::Posted, Some(moved), true) = (receipt.state, receipt.transfer, away) {
        auditor.sent_away(receipt.instruction, ClearingId::from_raw(moved.raw()), terms);
    }
}

fn order_between(world: &World, dice: &mut Dice) -> (Actor, Order) {
    let from = dice.pick(&world.people);
    let to = dice.pick(&world.people);
    let order = Order::transfer(from.account, Payee::Account(to.account), Money::cny(dice.amount()));
    (world.person(from.person), order)
}

fn key_of(dice: &mut Dice) -> String {
    format!("k-{:016x}", dice.below(u64::MAX))
}

/// The same order, `times` times under one key: it counts once.
fn pay(world: &World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report, times: u32) -> Result<()> {
    let (actor, order) = order_between(world, dice);
    let key = key_of(dice);
    let mut first = None;
    for _ in 0..times {
        let receipt = submit(world, auditor, report, &actor, &order, &key)?;
        let id = receipt.as_ref().map(|r| r.instruction);
        if *first.get_or_insert(id) != id {
            return Err(Error::broken("one key was answered with two instructions"));
        }
    }
    Ok(())
}

/// Several makers at once, so that they meet in one group commit.
fn pay_together(world: &World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let orders: Vec<(Actor, Order, String)> = (0..2 + dice.below(5))
        .map(|_| {
            let (actor, order) = order_between(world, dice);
            (actor, order, key_of(dice))
        })
        .collect();
    let desk = &world.bank().desk;
    let answers: Vec<Result<Receipt>> = std::thread::scope(|scope| {
        let ask =
            |(actor, order, key): &(Actor, Order, String)| payments::submit(desk, actor, order.clone(), Some(key));
        let threads: Vec<_> = orders.iter().map(|o| scope.spawn(move || ask(o))).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err(Error::broken("a submit panicked")))).collect()
    });
    for ((_, order, _), answer) in orders.iter().zip(answers) {
        let Payee::Account(credit) = order.payee else { continue };
        if let Some(receipt) = tolerate(report, answer)? {
            hear(auditor, report, &receipt, order.debit, credit, order.amount.minor);
        }
    }
    let touched: Vec<AccountId> = world.people.iter().map(|c| c.account).collect();
    auditor.check(world, &touched)
}

fn pay_away(world: &mut World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let from = dice.pick(&world.people).clone();
    let number = format!("99000299{:010}", dice.below(10_000_000_000));
    let payee = Payee::External { bank: "990002".into(), number, name: "外行收款人".into() };
    let order = Order::transfer(from.account, payee, Money::cny(dice.amount()));
    let actor = world.person(from.person);
    submit(world, auditor, report, &actor, &order, &key_of(dice)).map(|_| ())
}

fn firm_pays(world: &World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let firm = dice.pick(&world.firms).clone();
    let to = dice.pick(&world.people).account;
    let order = Order::transfer(firm.account, Payee::Account(to), Money::cny(dice.amount() * 10));
    let actor = world.firm_user(firm.clerk, firm.firm);
    submit(world, auditor, report, &actor, &order, &key_of(dice)).map(|_| ())
}

fn open_in(world: &World, auditor: &Auditor, state: State, dice: &mut Dice) -> Result<Option<payments::Instruction>> {
    let ids = auditor.open_ids();
    let found: Vec<payments::Instruction> = world.bank().store.read(|tx| {
        let mut all = Vec::new();
        for id in ids {
            all.extend(payments::raw(tx, id)?.filter(|i| i.state == state));
        }
        Ok(all)
    })?;
    Ok(if found.is_empty() { None } else { Some(dice.pick(&found).clone()) })
}

fn told(auditor: &mut Auditor, world: &World, report: &mut Report, id: InstructionId, receipt: Receipt) -> Result<()> {
    let touched = heard(auditor, report, id, receipt);
    auditor.check(world, &touched)
}

/// Tells the auditor what became of an open instruction; answers the accounts to be compared.
fn heard(auditor: &mut Auditor, report: &mut Report, id: InstructionId, receipt: Receipt) -> Vec<AccountId> {
    let Some(terms) = auditor.terms(id).cloned() else { return Vec::new() };
    if receipt.state == State::Refused {
        *report.refused.entry(receipt.code.to_string()).or_default() += 1;
    }
    auditor.hear(id, receipt.state, &terms);
    away(auditor, &receipt, &terms);
    vec![terms.debit, terms.credit]
}

fn checker_of(world: &World, i: &payments::Instruction) -> Option<Actor> {
    let firm = world.firms.iter().find(|f| f.account == i.debit)?;
    Some(world.firm_user(firm.checker, firm.firm))
}

/// One approval, by `together` threads at once: it counts once.
fn approve(world: &World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report, together: usize) -> Result<()> {
    let Some(i) = open_in(world, auditor, State::AwaitingApproval, dice)? else { return Ok(()) };
    let (Some(asked), Some(checker)) = (i.approval, checker_of(world, &i)) else { return Ok(()) };
    let desk = &world.bank().desk;
    let hash = desk.store.read(|tx| approval::raw(tx, asked))?.hash_text();
    let answers: Vec<Result<Receipt>> = std::thread::scope(|scope| {
        let ask = || payments::approve(desk, &checker, asked, &hash);
        let threads: Vec<_> = (0..together).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err(Error::broken("an approval panicked")))).collect()
    });
    for answer in answers {
        if let Some(receipt) = tolerate(report, answer)? {
            told(auditor, world, report, i.id, receipt)?;
        }
    }
    Ok(())
}

fn disapprove(world: &World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let Some(i) = open_in(world, auditor, State::AwaitingApproval, dice)? else { return Ok(()) };
    let (Some(asked), Some(checker)) = (i.approval, checker_of(world, &i)) else { return Ok(()) };
    let desk = &world.bank().desk;
    let hash = desk.store.read(|tx| approval::raw(tx, asked))?.hash_text();
    let answer = payments::disapprove(desk, &checker, asked, &hash, "不对");
    match tolerate(report, answer)? {
        Some(receipt) => told(auditor, world, report, i.id, receipt),
        None => Ok(()),
    }
}

fn decide(step: Step, world: &World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let states = match step {
        Step::Confirm => &[State::Challenged][..],
        Step::Release => &[State::Held, State::Challenged, State::Delayed][..],
        _ => &[State::AwaitingApproval, State::Challenged, State::Delayed, State::Held][..],
    };
    let Some(i) = open_in(world, auditor, *dice.pick(states), dice)? else { return Ok(()) };
    let payer =
        match (world.people.iter().find(|c| c.account == i.debit), world.firms.iter().find(|f| f.account == i.debit)) {
            (Some(c), _) => world.person(c.person),
            (_, Some(f)) => world.firm_user(f.clerk, f.firm),
            _ => return Ok(()),
        };
    let desk = &world.bank().desk;
    let answer = match step {
        Step::Confirm => payments::confirm(desk, &payer, i.id),
        Step::Release => payments::release(desk, &world.officer(), i.id, "核实无误"),
        _ => payments::cancel(desk, &payer, i.id, "不付了"),
    };
    match tolerate(report, answer)? {
        Some(receipt) => told(auditor, world, report, i.id, receipt),
        None => Ok(()),
    }
}

fn reverse(world: &World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let from = dice.pick(&world.people).account;
    let boss = Actor::system("simulate");
    let ask = kernel::PageAsk::first(20);
    let posted: Vec<payments::Instruction> = world
        .bank()
        .store
        .read(|tx| payments::instructions_of(tx, &boss, from, &ask))?
        .items
        .into_iter()
        .filter(|i| i.state == State::Posted && i.kind == Kind::Transfer)
        .collect();
    if posted.is_empty() {
        return Ok(());
    }
    let i = dice.pick(&posted).clone();
    let answer = insist(report, || payments::reverse(&world.bank().desk, &boss, i.id, "录入错误"))?;
    if let (Some(receipt), Some(credit)) = (tolerate(report, answer)?, i.credit) {
        hear(auditor, report, &receipt, credit, i.debit, i.amount);
        auditor.check(world, &[i.debit, credit])?;
    }
    Ok(())
}

/// Delays and holds end by themselves; the auditor asks the bank which, and judges by the money.
fn jobs(world: &mut World, auditor: &mut Auditor, report: &mut Report) -> Result<()> {
    carry(world, auditor, report)
}

fn hear_open(world: &World, auditor: &mut Auditor, report: &mut Report) -> Result<Vec<AccountId>> {
    let mut touched = Vec::new();
    for id in auditor.open_ids() {
        let now = world.bank().store.read(|tx| payments::raw(tx, id))?;
        let now = now.ok_or_else(|| Error::broken(format!("{id} was acknowledged and is gone")))?;
        touched.extend(heard(auditor, report, id, now.receipt()));
    }
    Ok(touched)
}

fn carry(world: &mut World, auditor: &mut Auditor, report: &mut Report) -> Result<()> {
    let answer = insist(report, || payments::clearing::tick(&world.bank().desk, world.bank().port.as_ref()))?;
    tolerate(report, answer)?;
    world.bank().run_jobs_once();
    let mut touched = hear_open(world, auditor, report)?;
    touched.extend(auditor.follow_clearing(world)?);
    crate::payday::follow(world, auditor)?;
    auditor.check(world, &touched)
}

fn close_day(world: &mut World, auditor: &mut Auditor, report: &mut Report) -> Result<()> {
    jobs(world, auditor, report)?;
    let open = world.bank().store.read(|tx| tx.business_date())?;
    let to = open.plus_days(1);
    let answer = insist(report, || app::close_day(world.bank(), &Actor::system("close-day"), to, &mut |_, _, _| {}))?;
    if let Some(app::Close::Closed(_)) = tolerate(report, answer)? {
        report.days_closed += 1;
    }
    // A night that broke off at a fault is gone on with, as the clockwork would.
    let answer = insist(report, || deposits::night_go_on(&world.bank().desk, u32::MAX))?;
    tolerate(report, answer)?;
    // What was done although its answer was lost counts as well.
    let now = world.bank().store.read(|tx| tx.business_date())?;
    auditor.nights(world, open, now)?;
    auditor.check_all(world).map(|_| ())
}

/// While the guard does not answer nothing may be posted for a customer.
fn guard_silent(world: &World, auditor: &mut Auditor, dice: &mut Dice, report: &mut Report) -> Result<()> {
    world.bank().desk.guard.inject(Some(guard::Fault::Broken));
    let (actor, order) = order_between(world, dice);
    let receipt = submit(world, auditor, report, &actor, &order, &key_of(dice));
    world.bank().desk.guard.inject(None);
    match receipt? {
        Some(r) if r.state == State::Posted => Err(Error::broken("money moved while the guard was silent")),
        _ => Ok(()),
    }
}
