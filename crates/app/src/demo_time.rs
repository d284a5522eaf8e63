//! The clock of a demo goes on by a day: orders come due, deposits must be refilled, cases are passed on, and nobody has to wait for it.
//!
//! A day is put ahead in two parts. First, in one transaction, the number of days ahead is kept under the next key of `system:demo` and
//! the audit says who did it; only then is the clock put there, so that a process that opens the same data finds the same day
//! ([`restore`]). Then what a night does is done: the business day is closed up to the new one where nothing stands in the way, every job
//! runs until none finds anything to do, at most [`PASSES_MAX`] times, and all projects are looked at for wages in arrears.
//!
//! **Only a demo** does this. Any other bank refuses with `demo_time_refused`, whoever asks: there the law's days pass by themselves. Sessions
//! end as time passes; one-time codes do not, for a telephone does not follow ([`kernel::Clock::outside`]). Time never goes back.
use crate::demo_load::{self, State};
use crate::{Bank, Blocker, Close, close_day};
use kernel::clock::DAY;
use kernel::{Actor, BookId, Date, Error, Result};
use party::{Permission, Scope};
use store::{Audit, Once, Tx};

/// Days that a demo is put ahead at most: answers by which it knows itself are kept 400 days.
pub const DAYS_MAX: i64 = 200;
/// Passes over all jobs in one night at most.
pub const PASSES_MAX: u32 = 10;
const PROCESS: &str = "system:demo";
const WHAT: &str = "demo.day";

kernel::codes! {
    DEMO_TIME_REFUSED: Refused, "demo_time_refused", "only a demo bank puts its clock ahead; in any other wait for the day";
}

/// Where a demo stands in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The day on the bank's clock.
    pub today: Date,
    /// The business day that is open.
    pub open: Date,
    pub days_ahead: i64,
    /// What keeps the business day open.
    pub blockers: Vec<Blocker>,
}

/// What a day and its night came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub today: Date,
    /// The business day was closed; otherwise something waits, see [`Standing::blockers`].
    pub closed: bool,
    /// Things that jobs changed.
    pub things: u64,
}

/// Where the demo stands. Needs `day.close`. Errors: `demo_time_refused`.
pub fn standing(bank: &Bank, actor: &Actor) -> Result<Standing> {
    of_demo(bank, actor)?;
    let days_ahead = bank.read(days)?;
    bank.read(|tx| {
        let (today, open) = (tx.now().local_date(), tx.business_date()?);
        Ok(Standing { today, open, days_ahead, blockers: crate::blockers(tx)? })
    })
}

/// Puts the demo's clock ahead by a day and does what the night does. Needs `day.close`. Errors: `demo_time_refused`, [`DAYS_MAX`]. A job
/// that fails is told to the log and runs again.
pub fn a_day_passes(bank: &Bank, actor: &Actor) -> Result<Passed> {
    of_demo(bank, actor)?;
    let by = actor.clone();
    let ahead = bank.write(move |tx| put_down(tx, &by))?;
    bank.clock().go_ahead(ahead * DAY);
    let today = bank.clock().now().local_date();
    let behind = bank.read(|tx| tx.business_date())? < today;
    let closed = behind && matches!(close_day(bank, actor, today, &mut |_, _, _| {})?, Close::Closed(_));
    let mut things = 0;
    for _ in 0..PASSES_MAX {
        match bank.run_jobs_once().total() {
            0 => break,
            some => things += some,
        }
    }
    arrears::scan_all(&bank.store)?;
    Ok(Passed { today, closed, things })
}

/// Puts the clock of a demo that is opened to where it was; the clock of any other bank stays the system's. Answers the days ahead.
pub fn restore(bank: &Bank) -> Result<i64> {
    let days = bank.read(days)?;
    match days > 0 && matches!(demo_load::state(bank)?, State::Loaded(_)) {
        true => Ok(if bank.clock().go_ahead(days * DAY) { days } else { 0 }),
        false => Ok(0),
    }
}

/// `Err(DEMO_TIME_REFUSED)` unless this is a demo whose clock can be put ahead.
fn of_demo(bank: &Bank, actor: &Actor) -> Result<()> {
    let asker = actor.clone();
    bank.read(|tx| party::may(tx, &asker, Permission::DayClose, &Scope::bank()).map(|_| ()))?;
    let refused = |why: &str| Err(Error::new(&DEMO_TIME_REFUSED, why));
    match demo_load::state(bank)? {
        State::Loaded(_) if bank.clock().is_movable() => Ok(()),
        State::Loaded(_) => refused("this process reads the system's clock"),
        _ => refused("this is no demo bank"),
    }
}

fn key(n: i64) -> String {
    format!("demo-day-{n}")
}

/// Days that the demo is ahead.
fn days(tx: &mut Tx<'_>) -> Result<i64> {
    for n in 1..=DAYS_MAX {
        if tx.once(BookId::HEAD_OFFICE, PROCESS, &key(n), WHAT, &n.to_le_bytes())? == Once::New {
            return Ok(n - 1);
        }
    }
    Ok(DAYS_MAX)
}

fn put_down(tx: &mut Tx<'_>, actor: &Actor) -> Result<i64> {
    let next = days(tx)? + 1;
    if next > DAYS_MAX {
        return Err(Error::limit("days", next, DAYS_MAX, "days ahead"));
    }
    tx.answered(BookId::HEAD_OFFICE, PROCESS, &key(next), WHAT, &next.to_le_bytes(), &next.to_string())?;
    tx.audit(actor, Audit::of(WHAT, BookId::HEAD_OFFICE).change((next - 1).to_string(), next.to_string()))?;
    Ok(next)
}
