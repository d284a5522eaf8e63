//! The clockwork: what the bank does by itself while it is served.
//!
//! One thread runs the jobs whose time has come, in the order of [`JOBS`], every [`LOOK_MILLISECONDS`]; another one sends
//! webhooks and messages, so that a slow receiver holds up nothing else. A job that fails or panics is told to the log and
//! runs again at its next time; every job can be run again at any moment and by several processes at once.
use crate::{Bank, notices, relay, webhooks};
use kernel::clock::{DAY, MINUTE, SECOND};
use kernel::{Actor, Error, Result, Timestamp};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use store::Tx;

/// How often the clockwork looks whether a job is due.
pub const LOOK_MILLISECONDS: u64 = 200;
/// Seconds between two runs of the relay.
pub const RELAY_SECONDS: i64 = 1;
/// Seconds between two ticks of clearing.
pub const CLEARING_SECONDS: i64 = 5;
/// Seconds between two looks for wages that are under way.
pub const PAYROLL_SECONDS: i64 = 2;
/// Seconds between two looks for files of payments under way.
pub const BULK_SECONDS: i64 = 2;
/// Chunks of such files paid in one run at most.
pub const BULK_CHUNKS: u32 = 10;
/// Seconds between two looks for a night of deposits that was broken off, and for bills of cards whose days have ended.
pub const DEPOSITS_SECONDS: i64 = 10;
/// Seconds between two looks at orders for wealth products.
pub const WEALTH_SECONDS: i64 = 10;
/// Minutes between two looks at what owners of works owe, and at the next pay days of sites.
pub const WORKSITE_MINUTES: i64 = 10;
/// Seconds between two looks at projects whose warnings are due.
pub const ARREARS_SECONDS: i64 = 10;
/// Projects looked at in one run at most.
pub const ARREARS_PROJECTS: u32 = 50;
/// Seconds between two looks for closed days that nobody looked through for reports, and for files to hand over.
pub const REPORTS_SECONDS: i64 = 10;
/// Seconds between two looks at orders of authorities that end or lapse.
pub const ORDERS_SECONDS: i64 = 5;
/// Seconds between two looks for customers to be judged anew.
pub const DILIGENCE_SECONDS: i64 = 60;
/// Customers judged in one run at most.
pub const DILIGENCE_ROWS: u32 = 50;
/// Seconds between two talks with the maker of cards.
pub const CARDS_SECONDS: i64 = 5;
/// Seconds between two looks for delayed and forgotten payments and approvals.
pub const PAYMENTS_SECONDS: i64 = 10;
/// Seconds between two passes over webhooks and messages.
pub const OUTWARD_SECONDS: i64 = 2;
/// Seconds between two looks for cash machines that stopped in the middle.
pub const MACHINES_SECONDS: i64 = 5;
/// Minutes between two clearings away: holds, restrictions, sessions, sums of denials.
pub const TIDYING_MINUTES: i64 = 1;
/// Days between two looks for answers and events that were kept long enough.
pub const PRUNING_DAYS: i64 = 1;
/// Answers and events taken away in one run at most; the rest goes in the next.
pub const PRUNED_MAX: u64 = 100_000;
/// Rows one run of a job works on at most.
pub const ROWS_AT_ONCE: u32 = 500;
/// Steps of a night of deposits taken in one run at most.
pub const DEPOSITS_STEPS: u32 = 20;
/// Chunks of wages paid in one run at most.
pub const PAYROLL_CHUNKS: u32 = 20;

type Run = fn(&Bank) -> Result<Done>;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Done {
    /// Things that were changed.
    things: u64,
    /// There is more to do at once.
    more: bool,
}

struct Job {
    name: &'static str,
    /// Microseconds between two runs.
    every: i64,
    run: Run,
}

/// In the order in which they run: what comes in, what moves on, what is told, what ends.
const JOBS: &[Job] = &[
    Job { name: "clearing", every: CLEARING_SECONDS * SECOND, run: clearing },
    Job { name: "relay", every: RELAY_SECONDS * SECOND, run: relay_pump },
    Job { name: "guard-rules", every: PAYMENTS_SECONDS * SECOND, run: guard_rules },
    Job { name: "payments-release", every: PAYMENTS_SECONDS * SECOND, run: payments_release },
    Job { name: "payments-expire", every: PAYMENTS_SECONDS * SECOND, run: payments_expire },
    Job { name: "approvals-expire", every: PAYMENTS_SECONDS * SECOND, run: approvals_expire },
    Job { name: "bulk", every: BULK_SECONDS * SECOND, run: bulk_resume },
    Job { name: "payroll", every: PAYROLL_SECONDS * SECOND, run: payroll_resume },
    Job { name: "cards-make", every: CARDS_SECONDS * SECOND, run: cards_make },
    Job { name: "card-bills", every: DEPOSITS_SECONDS * SECOND, run: card_bills },
    Job { name: "deposits-night", every: DEPOSITS_SECONDS * SECOND, run: deposits_night },
    Job { name: "machines", every: MACHINES_SECONDS * SECOND, run: machines },
    Job { name: "guarantees", every: TIDYING_MINUTES * MINUTE, run: guarantees },
    Job { name: "wealth", every: WEALTH_SECONDS * SECOND, run: wealth_orders },
    Job { name: "worksite", every: WORKSITE_MINUTES * MINUTE, run: worksite_sweep },
    Job { name: "arrears", every: ARREARS_SECONDS * SECOND, run: arrears_scan },
    Job { name: "orders", every: ORDERS_SECONDS * SECOND, run: orders_end },
    Job { name: "reports", every: REPORTS_SECONDS * SECOND, run: reports_go_on },
    Job { name: "holds-expire", every: TIDYING_MINUTES * MINUTE, run: holds_expire },
    Job { name: "restrictions-lift", every: TIDYING_MINUTES * MINUTE, run: restrictions_lift },
    Job { name: "call-backs-overdue", every: TIDYING_MINUTES * MINUTE, run: call_backs_overdue },
    Job { name: "safety", every: PAYMENTS_SECONDS * SECOND, run: safety_due },
    Job { name: "diligence", every: DILIGENCE_SECONDS * SECOND, run: diligence_due },
    Job { name: "family-expire", every: TIDYING_MINUTES * MINUTE, run: family_expire },
    Job { name: "sessions-expire", every: TIDYING_MINUTES * MINUTE, run: sessions_expire },
    Job { name: "forget", every: TIDYING_MINUTES * MINUTE, run: forget },
    Job { name: "prune", every: PRUNING_DAYS * DAY, run: prune },
    Job { name: "denials", every: TIDYING_MINUTES * MINUTE, run: denials },
];

/// What leaves the bank.
const OUTWARD: &[Job] = &[
    Job { name: "webhooks", every: OUTWARD_SECONDS * SECOND, run: webhooks_deliver },
    Job { name: "messages", every: OUTWARD_SECONDS * SECOND, run: messages_send },
];

fn done(things: impl TryInto<u64>, at_most: u32) -> Result<Done> {
    let things = things.try_into().unwrap_or(u64::MAX);
    Ok(Done { things, more: things >= u64::from(at_most) })
}

fn clearing(bank: &Bank) -> Result<Done> {
    let t = payments::clearing::tick(&bank.desk, &*bank.port)?;
    Ok(Done { things: u64::from(t.answered + t.asked + t.sent), more: t.more })
}
fn relay_pump(bank: &Bank) -> Result<Done> {
    let p = relay::pump(&bank.store)?;
    bank.store.read(|tx| bank.desk.guard.catch_up(tx))?;
    Ok(Done { things: u64::from(p.handled + p.parked + p.mended), more: p.more })
}
/// A set of rules whose day has come, or that another server's people agreed to.
fn guard_rules(bank: &Bank) -> Result<Done> {
    let taken = bank.desk.guard.renew(&bank.store)?;
    if let Some(number) = taken {
        // What could not be read at the start has been followed by what can.
        bank.desk.guard.inject(None);
        tracing::info!(number, "another set of rules against fraud is in force");
    }
    Ok(Done { things: u64::from(taken.is_some()), more: false })
}
fn payments_release(bank: &Bank) -> Result<Done> {
    done(payments::release_due(&bank.desk, ROWS_AT_ONCE)?, ROWS_AT_ONCE)
}
fn payments_expire(bank: &Bank) -> Result<Done> {
    done(payments::expire_due(&bank.desk, ROWS_AT_ONCE)?, ROWS_AT_ONCE)
}
fn approvals_expire(bank: &Bank) -> Result<Done> {
    done(bank.write(|tx| approval::expire_due(tx, ROWS_AT_ONCE))?.len(), ROWS_AT_ONCE)
}
fn payroll_resume(bank: &Bank) -> Result<Done> {
    let r = payroll::resume(&bank.desk, PAYROLL_CHUNKS)?;
    Ok(Done { things: u64::from(r.chunks), more: r.more })
}
fn bulk_resume(bank: &Bank) -> Result<Done> {
    let r = bulk::resume(&bank.desk, BULK_CHUNKS)?;
    Ok(Done { things: u64::from(r.lines), more: r.more })
}
fn deposits_night(bank: &Bank) -> Result<Done> {
    let d = deposits::night_go_on(&bank.desk, DEPOSITS_STEPS)?;
    Ok(Done { things: u64::from(d.steps), more: d.night.is_some() })
}
fn cards_make(bank: &Bank) -> Result<Done> {
    let made = cards::make_go_on(&bank.store, &*bank.maker)?;
    Ok(Done { things: (made.given + made.produced) as u64, more: false })
}
fn card_bills(bank: &Bank) -> Result<Done> {
    let many = cards::bills_go_on(&bank.store)?;
    Ok(Done { things: many as u64, more: many as i64 == cards::BILLS_AT_ONCE_MAX })
}
fn machines(bank: &Bank) -> Result<Done> {
    Ok(Done { things: crate::machines::look_after(bank)?, more: false })
}
fn guarantees(bank: &Bank) -> Result<Done> {
    let m = guarantee::go_on(&bank.desk)?;
    done(m.duties_late + m.notices_late + m.refills_late + m.letters_near_end, ROWS_AT_ONCE)
}
fn wealth_orders(bank: &Bank) -> Result<Done> {
    Ok(Done { things: wealth::go_on(&bank.desk)?.orders, more: false })
}
fn worksite_sweep(bank: &Bank) -> Result<Done> {
    let late = bank.write(|tx| worksite::sweep(tx, ROWS_AT_ONCE))?;
    let (mut things, mut after) = (late, [0; 16]);
    loop {
        let (last, told) = bank.write(move |tx| worksite::sweep_forecasts(tx, after, ROWS_AT_ONCE))?;
        things += told;
        match last {
            Some(id) => after = id,
            None => break,
        }
    }
    Ok(Done { things: u64::from(things), more: late >= ROWS_AT_ONCE })
}
fn arrears_scan(bank: &Bank) -> Result<Done> {
    let s = arrears::scan(&bank.store, bank.store.clock().now(), ARREARS_PROJECTS)?;
    Ok(Done { things: u64::from(s.opened + s.cleared + s.escalated), more: s.more })
}

fn orders_end(bank: &Bank) -> Result<Done> {
    let ended = orders::go_on(&bank.desk)?;
    Ok(Done { things: u64::from(ended.lapsed + ended.expired + ended.undecided), more: ended.more })
}
fn reports_go_on(bank: &Bank) -> Result<Done> {
    let night = reporting::go_on(&bank.store, &*bank.receiver)?;
    Ok(Done { things: u64::from(night.reports + night.sent), more: i64::from(night.sent) >= reporting::SENT_AT_ONCE })
}
fn holds_expire(bank: &Bank) -> Result<Done> {
    done(bank.write(|tx| ledger::expire_due(tx, ROWS_AT_ONCE))?, ROWS_AT_ONCE)
}
fn restrictions_lift(bank: &Bank) -> Result<Done> {
    let actor = Actor::system("expire");
    done(bank.write(move |tx| ledger::restrictions::lift_due(tx, &actor, ROWS_AT_ONCE))?, ROWS_AT_ONCE)
}
fn call_backs_overdue(bank: &Bank) -> Result<Done> {
    done(bank.write(|tx| lobby::call_back::mark_overdue(tx, ROWS_AT_ONCE))?, ROWS_AT_ONCE)
}
fn family_expire(bank: &Bank) -> Result<Done> {
    done(bank.write(|tx| party::family::family_expire(tx, ROWS_AT_ONCE))?, ROWS_AT_ONCE)
}
fn safety_due(bank: &Bank) -> Result<Done> {
    let all = |tx: &mut Tx<'_>| Ok(safety::loosen_due(tx, ROWS_AT_ONCE)?.max(safety::forget_uses(tx, ROWS_AT_ONCE)?));
    done(bank.write(all)?, ROWS_AT_ONCE)
}
fn diligence_due(bank: &Bank) -> Result<Done> {
    done(bank.write(|tx| diligence::rescore_due(tx, DILIGENCE_ROWS))?, DILIGENCE_ROWS)
}
fn sessions_expire(bank: &Bank) -> Result<Done> {
    let all = |tx: &mut Tx<'_>| {
        let over = party::sessions_expire(tx, ROWS_AT_ONCE)?.max(party::pending_expire(tx, ROWS_AT_ONCE)?);
        Ok(over.max(party::visits_expire(tx, ROWS_AT_ONCE)?))
    };
    done(bank.write(all)?, ROWS_AT_ONCE)
}
fn forget(bank: &Bank) -> Result<Done> {
    done(
        bank.write(|tx| Ok(notices::forget_old(tx, ROWS_AT_ONCE)? + webhooks::forget_old(tx, ROWS_AT_ONCE)?))?,
        ROWS_AT_ONCE,
    )
}
fn prune(bank: &Bank) -> Result<Done> {
    let mut things = 0;
    for lane in bank.read(|tx| tx.event_lanes())? {
        let actor = Actor::system("prune");
        let prune = move |tx: &mut Tx<'_>| tx.prune_events(&actor, lane);
        while things < PRUNED_MAX {
            let gone = u64::from(bank.write(prune.clone())?);
            things += gone;
            if gone < u64::from(store::PRUNED_ROWS_MAX) {
                break;
            }
        }
    }
    let mut after = None;
    while things < PRUNED_MAX {
        let found = bank.read(|tx| tx.old_answers(after.as_ref()))?;
        for keys in found.old.chunks(store::PRUNED_ROWS_MAX as usize) {
            let (keys, actor) = (keys.to_vec(), Actor::system("prune"));
            things += u64::from(bank.write(move |tx| tx.prune_answers(&actor, &keys))?);
        }
        match found.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(Done { things, more: things >= PRUNED_MAX })
}
fn denials(bank: &Bank) -> Result<Done> {
    Ok(Done { things: u64::from(bank.denials_summed()?), more: false })
}
fn webhooks_deliver(bank: &Bank) -> Result<Done> {
    let d = webhooks::deliver_due(&bank.store, &bank.webhooks)?;
    Ok(Done { things: u64::from(d.delivered + d.failed), more: d.more })
}
fn messages_send(bank: &Bank) -> Result<Done> {
    done(notices::send_due(&bank.store, &*bank.messenger)?, notices::MESSAGES_AT_ONCE_MAX)
}

fn run(job: &Job, bank: &Bank) -> Result<Done> {
    let outcome = catch_unwind(AssertUnwindSafe(|| (job.run)(bank)))
        .unwrap_or_else(|_| Err(Error::broken(format!("the job {} panicked", job.name))));
    if let Err(why) = &outcome {
        tracing::error!(job = job.name, error = ?why, "a job failed; it runs again");
    }
    outcome
}

/// What a pass over all jobs did: things changed by each, and the failures.
#[derive(Debug, Default)]
pub struct JobsDone {
    pub things: Vec<(&'static str, u64)>,
    pub failed: Vec<(&'static str, Error)>,
}

impl JobsDone {
    /// All things changed.
    pub fn total(&self) -> u64 {
        self.things.iter().map(|(_, n)| n).sum()
    }
}

impl Bank {
    /// Every job once, in their fixed order, whatever the time; for tests and simulations, where time is moved by hand.
    pub fn run_jobs_once(&self) -> JobsDone {
        let mut all = JobsDone::default();
        for job in JOBS.iter().chain(OUTWARD) {
            match run(job, self) {
                Ok(done) => all.things.push((job.name, done.things)),
                Err(why) => all.failed.push((job.name, why)),
            }
        }
        all
    }
}

/// The running clockwork; it stops when this is dropped.
pub struct Jobs {
    threads: Vec<(Sender<()>, JoinHandle<()>)>,
}

/// Starts the clockwork of a bank that is served.
pub fn start(bank: &Bank) -> Result<Jobs> {
    let threads = [("jobs", JOBS), ("outward", OUTWARD)].map(|(name, jobs)| {
        let (stop, stopped) = channel();
        let bank = bank.clone();
        let work = move || {
            let mut last: Vec<Option<Timestamp>> = vec![None; jobs.len()];
            while stopped.recv_timeout(Duration::from_millis(LOOK_MILLISECONDS)) == Err(RecvTimeoutError::Timeout) {
                look(&bank, jobs, &mut last);
            }
        };
        let started = std::thread::Builder::new().name(name.into()).spawn(work);
        started.map(|thread| (stop, thread)).map_err(|e| Error::broken("a thread could not be started").caused_by(e))
    });
    Ok(Jobs { threads: threads.into_iter().collect::<Result<_>>()? })
}

/// Runs what is due. A clock that was set back makes everything due.
fn look(bank: &Bank, jobs: &[Job], last: &mut [Option<Timestamp>]) {
    for (job, last) in jobs.iter().zip(last) {
        let now = bank.clock().now();
        if last.is_some_and(|at| (0..job.every).contains(&now.since(at))) {
            continue;
        }
        let more = run(job, bank).is_ok_and(|done| done.more);
        *last = if more { None } else { Some(now) };
    }
}

impl Jobs {
    /// Waits until the jobs under way are done.
    pub fn stop(self) {}
}

impl Drop for Jobs {
    fn drop(&mut self) {
        for (stop, thread) in self.threads.drain(..) {
            drop(stop);
            if thread.join().is_err() {
                tracing::error!("a thread of the clockwork had panicked");
            }
        }
    }
}
