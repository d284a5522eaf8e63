//! The clock of a demo goes on by a day, or to a time of day: orders come due, deposits must be refilled, cases are passed on, it becomes
//! night, and nobody has to wait for it.
//!
//! It is put ahead in two parts. First, in one transaction, the minutes ahead are kept under the next key of `system:demo` and
//! the audit says who did it; only then is the clock put there, so that a process that opens the same data finds the same day
//! ([`restore`]). Where a midnight lay between, what a night does is done: the business day is closed up to the new one where nothing stands in the way, every job
//! runs until none finds anything to do, at most [`PASSES_MAX`] times, and all projects are looked at for wages in arrears.
//!
//! **Only a demo** does this. Any other bank refuses with `demo_time_refused`, whoever asks: there the law's days pass by themselves. Sessions
//! end as time passes; one-time codes do not, for a telephone does not follow ([`kernel::Clock::outside`]). Time never goes back.
use crate::demo_load::{self, State};
use crate::{Bank, Blocker, Close, close_day};
use kernel::clock::{DAY, MINUTE};
use kernel::{Actor, BookId, Date, Error, Result, Timestamp};
use party::{Permission, Scope};
use store::{Audit, Once, Tx};

/// Days that a demo is put ahead at most: answers by which it knows itself are kept 400 days.
pub const DAYS_MAX: i64 = 200;
/// Times that it is put ahead at most.
pub const TIMES_MAX: i64 = 400;
const MINUTES_OF_DAY: i64 = DAY / MINUTE;
/// Passes over all jobs in one night at most.
pub const PASSES_MAX: u32 = 10;
const PROCESS: &str = "system:demo";
const WHAT: &str = "demo.time";

kernel::codes! {
    DEMO_TIME_REFUSED: Refused, "demo_time_refused", "only a demo bank puts its clock ahead; in any other wait for the day";
}

/// Where a demo stands in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The time on the bank's clock.
    pub now: Timestamp,
    /// The business day that is open.
    pub open: Date,
    pub minutes_ahead: i64,
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
    let minutes_ahead = bank.read(|tx| Ok(ahead(tx)?.1))?;
    bank.read(|tx| {
        let (now, open) = (tx.now(), tx.business_date()?);
        Ok(Standing { now, open, minutes_ahead, blockers: crate::blockers(tx)? })
    })
}

/// Puts the demo's clock ahead by a day and does what the night does. Needs `day.close`. Errors: `demo_time_refused`, [`DAYS_MAX`],
/// [`TIMES_MAX`]. A job that fails is told to the log and runs again.
pub fn a_day_passes(bank: &Bank, actor: &Actor) -> Result<Passed> {
    of_demo(bank, actor)?;
    pass(bank, actor, MINUTES_OF_DAY)
}

/// Puts it ahead to the next `hour:minute` at the branch, this evening or tomorrow; the night is done where one lies between. Otherwise as
/// [`a_day_passes`].
pub fn it_becomes(bank: &Bank, actor: &Actor, hour: u8, minute: u8) -> Result<Passed> {
    of_demo(bank, actor)?;
    if hour > 23 || minute > 59 {
        return Err(Error::field("until", format!("{hour}:{minute} is no time of day")));
    }
    let (h, m, _) = bank.clock().now().local_time();
    let wanted = i64::from(hour) * 60 + i64::from(minute);
    let more = (wanted - i64::from(h) * 60 - i64::from(m)).rem_euclid(MINUTES_OF_DAY);
    pass(bank, actor, if more == 0 { MINUTES_OF_DAY } else { more })
}

fn pass(bank: &Bank, actor: &Actor, minutes: i64) -> Result<Passed> {
    let by = actor.clone();
    let before = bank.clock().now().local_date();
    let ahead = bank.write(move |tx| put_down(tx, &by, minutes))?;
    bank.clock().go_ahead(ahead * MINUTE);
    let today = bank.clock().now().local_date();
    if today == before {
        return Ok(Passed { today, closed: false, things: bank.run_jobs_once().total() });
    }
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

/// Puts the clock of a demo that is opened to where it was; the clock of any other bank stays the system's. Answers the minutes ahead.
pub fn restore(bank: &Bank) -> Result<i64> {
    let (_, minutes) = bank.read(ahead)?;
    match minutes > 0 && matches!(demo_load::state(bank)?, State::Loaded(_)) {
        true => Ok(if bank.clock().go_ahead(minutes * MINUTE) { minutes } else { 0 }),
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
    format!("demo-time-{n}")
}

/// How often the demo was put ahead, and by how many minutes in all.
fn ahead(tx: &mut Tx<'_>) -> Result<(i64, i64)> {
    let mut minutes = 0;
    for n in 1..=TIMES_MAX {
        match tx.once(BookId::HEAD_OFFICE, PROCESS, &key(n), WHAT, &n.to_le_bytes())? {
            Once::New => return Ok((n - 1, minutes)),
            Once::Done(kept) => {
                minutes =
                    kept.parse().map_err(|e| Error::broken("the demo's time ahead cannot be read").caused_by(e))?;
            }
        }
    }
    Ok((TIMES_MAX, minutes))
}

fn put_down(tx: &mut Tx<'_>, actor: &Actor, more: i64) -> Result<i64> {
    let (times, before) = ahead(tx)?;
    let (next, minutes) = (times + 1, before + more);
    if next > TIMES_MAX {
        return Err(Error::limit("times", next, TIMES_MAX, "times put ahead"));
    }
    if minutes > DAYS_MAX * MINUTES_OF_DAY {
        return Err(Error::limit("days", minutes / MINUTES_OF_DAY, DAYS_MAX, "days ahead"));
    }
    tx.answered(BookId::HEAD_OFFICE, PROCESS, &key(next), WHAT, &next.to_le_bytes(), &minutes.to_string())?;
    tx.audit(actor, Audit::of(WHAT, BookId::HEAD_OFFICE).change(before.to_string(), minutes.to_string()))?;
    Ok(minutes)
}
