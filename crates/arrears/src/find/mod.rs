//! The detectors: each a pure function from facts to findings. No clock, no database.
//!
//! A *finding* says what was found, about whom, by which figures, and how big it is: the size is what a dismissal is measured
//! against. Figures hold days and sums, never how long ago something was, so that a finding stays the same until a fact changes.
//! [`next_look`] says when time alone changes what is found: the findings of each of the days to come are compared with today's.
mod facts;
mod money;
mod people;
mod site;

pub use facts::*;

use crate::rules::{Kind, Rules};
use kernel::{Date, Money};

/// Days ahead in which [`next_look`] searches.
pub const LOOK_AHEAD_DAYS: i64 = 31;

/// One number of a finding, with the key of its text `arrears-figure-<name>`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Figure {
    pub name: String,
    pub value: Value,
}

/// What a figure is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Money(Money),
    Day(Date),
    Count(i64),
    /// Half days are shown as days with a half.
    HalfDays(i64),
    Words(String),
}

pub(crate) fn figure(name: &str, value: Value) -> Figure {
    Figure { name: name.into(), value }
}

/// What a detector found. `about` tells findings of one kind apart within the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    pub about: String,
    /// How big: fen, days or people, by kind; it only compares with findings of the same kind.
    pub size: i64,
    pub figures: Vec<Figure>,
}

/// Everything that is found, ordered by kind and about.
pub fn find(f: &Facts, r: &Rules) -> Vec<Finding> {
    let all = [
        money::funding_late,
        money::balance_short,
        money::returned_not_repaid,
        money::one_card_many,
        money::wage_backflow,
        money::contractor_default,
        site::roster_missing,
        site::stranger_on_site,
        site::sudden_drop,
        site::crew_vanished,
        site::guarantee_below,
        site::duties_late,
        site::agreement_missing,
        site::unsigned_sheet,
        site::pay_missed,
        people::ghost_worker,
        people::days_invented,
        people::below_minimum,
    ];
    let mut found: Vec<Finding> = all.iter().flat_map(|detect| detect(f, r)).collect();
    found.sort_by(|a, b| (a.kind, &a.about).cmp(&(b.kind, &b.about)));
    found
}

/// The first day after today on which other things of some kinds are found though nothing happens; `None` within
/// [`LOOK_AHEAD_DAYS`].
pub fn next_look(f: &Facts, r: &Rules, of: fn(Kind) -> bool) -> Option<Date> {
    let those = |f: &Facts| find(f, r).into_iter().filter(|f| of(f.kind)).collect::<Vec<_>>();
    let (now, mut then) = (those(f), f.clone());
    (1..=LOOK_AHEAD_DAYS).map(|n| f.today.plus_days(n)).find(|day| {
        then.today = *day;
        those(&then) != now
    })
}

/// The first day of the month after a day's: another month's sheets and attendance are looked at then.
pub(crate) fn first_of_next_month(day: Date) -> Date {
    people::last_day(payroll::Period::of(day)).plus_days(1)
}
