//! Who answers at night, by branch and first day.
use crate::rules::rules;
use crate::{bad, list};
use kernel::clock::HOUR;
use kernel::id::BranchId;
use kernel::{Actor, BookId, Date, Result, Timestamp};
use party::{Change, Permission, Scope};
use store::{Audit, Seal, Tx, params};

store::record! {
    /// What holds at a branch from a day on.
    pub struct Night in "fraud_case_nights" key 3 {
        /// Always the head office.
        pub book: BookId,
        pub branch: BranchId,
        pub from_day: Date,
        /// Whose officers answer; `None`: nobody, it waits for the morning.
        pub desk: Option<BranchId>,
        /// Hours of the day, 18 to 23 and 5 to 9.
        pub begins: i64,
        pub ends: i64,
        pub set_by: String,
        pub set_at: Timestamp,
    }
}

/// A setting as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NightNew {
    pub branch: BranchId,
    /// Not before today.
    pub from_day: Date,
    pub desk: Option<BranchId>,
    pub begins: u8,
    pub ends: u8,
}

/// Where a case of a branch is answered now, and since when its hours count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answers {
    pub desk: BranchId,
    pub from: Timestamp,
}

/// Whether an hour lies in a night.
fn is_night(hour: u8, begins: u8, ends: u8) -> bool {
    hour >= begins || hour < ends
}

/// The end of the night that holds at `at`.
fn morning(at: Timestamp, ends: u8) -> Timestamp {
    let today = at.local_date().begins().plus(i64::from(ends) * HOUR);
    if at < today { today } else { at.local_date().plus_days(1).begins().plus(i64::from(ends) * HOUR) }
}

pub(crate) fn answers(tx: &mut Tx<'_>, branch: BranchId, at: Timestamp, exempt: bool) -> Result<Answers> {
    let today = rules(at.local_date())?;
    let set = night_of(tx, branch, at.local_date())?;
    let (begins, ends, desk) = match &set {
        Some(n) => (n.begins as u8, n.ends as u8, n.desk),
        None => (today.night_begins, today.night_ends, None),
    };
    if !is_night(at.local_time().0, begins, ends) {
        return Ok(Answers { desk: branch, from: at });
    }
    Ok(match desk {
        Some(desk) => Answers { desk, from: at },
        None if exempt => Answers { desk: branch, from: at },
        None => Answers { desk: branch, from: morning(at, ends) },
    })
}

/// What a branch has set for a day; `None`: what `data/cases.toml` says.
pub fn night_of(tx: &mut Tx<'_>, branch: BranchId, on: Date) -> Result<Option<Night>> {
    let tail = "WHERE book = ?1 AND branch = ?2 AND from_day <= ?3 ORDER BY from_day DESC LIMIT 1";
    Ok(tx.select::<Night>(tail, params![BookId::HEAD_OFFICE, branch, on])?.pop())
}

/// All settings that the actor may see, the newest first. Needs `case.work` or `guard.read`.
pub fn nights(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Night>> {
    let all = tx.select::<Night>("ORDER BY from_day DESC, branch LIMIT ?1", params![crate::CASES_COUNTED_MAX])?;
    let mut reach = list::Reach::default();
    let mut seen = Vec::new();
    for n in all {
        if reach.sees(tx, actor, n.branch)? {
            seen.push(n);
        }
    }
    Ok(seen)
}

/// Says who answers at night from a day on. Needs `case.work` at the branch. The same again changes nothing; another setting
/// for the same day replaces one that has not begun. Errors: bad fields, a day that has begun.
pub fn set_night(tx: &mut Tx<'_>, actor: &Actor, new: NightNew) -> Result<Change> {
    party::may(tx, actor, Permission::CaseWork, &Scope::branch(new.branch))?;
    party::branch(tx, new.branch)?;
    if let Some(desk) = new.desk {
        party::branch(tx, desk)?;
    }
    if !(18..=23).contains(&new.begins) {
        return Err(bad("begins", "18 to 23 o'clock"));
    }
    if !(5..=9).contains(&new.ends) {
        return Err(bad("ends", "5 to 9 o'clock"));
    }
    let (now, book) = (tx.now(), BookId::HEAD_OFFICE);
    if new.from_day <= now.local_date() {
        return Err(bad("from_day", "a day after today"));
    }
    let mut row = Night {
        book,
        branch: new.branch,
        from_day: new.from_day,
        desk: new.desk,
        begins: i64::from(new.begins),
        ends: i64::from(new.ends),
        set_by: actor.principal(),
        set_at: now,
        seal: Seal::default(),
    };
    match tx.load::<Night>(params![book, new.branch, new.from_day])? {
        Some(n) if (n.desk, n.begins, n.ends) == (row.desk, row.begins, row.ends) => return Ok(Change::AlreadySo),
        Some(before) => {
            row.seal = before.seal;
            tx.update(&mut row)?;
        }
        None => tx.insert(&mut row)?,
    }
    let desk = new.desk.map_or_else(|| "nobody".to_owned(), |d| d.to_string());
    let shown = format!("from {}: {desk}, {} to {}", new.from_day, new.begins, new.ends);
    tx.audit(actor, Audit::of("case.night", new.branch).after(shown))?;
    Ok(Change::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_ends_in_the_morning_after() {
        let day = Date::ymd(2026, 11, 23).unwrap();
        let at = |hour: i64| day.begins().plus(hour * HOUR);
        assert_eq!(morning(at(23), 8), day.plus_days(1).begins().plus(8 * HOUR));
        assert_eq!(morning(at(3), 8), at(8));
        for (hour, night) in [(21, false), (22, true), (23, true), (0, true), (7, true), (8, false), (12, false)] {
            assert_eq!(is_night(hour, 22, 8), night, "{hour}");
        }
    }
}
