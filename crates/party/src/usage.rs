//! What of a limit is used, per subject, kind, currency and date.
use crate::codes::{LIMIT_COUNT_PER_DAY, LIMIT_PER_DAY};
use crate::directory::text;
use kernel::{BookId, Code, Currency, Date, Error, Money, Result};
use store::{Column, Seal, Tx};

store::record! {
    /// What one subject used of one kind of limit on one date (for a limit of a year its first day).
    pub struct LimitUsage in "limit_usage" key 5 {
        pub book: BookId,
        pub subject: String,
        pub kind: String,
        pub currency: Currency,
        pub date: Date,
        pub used: i64,
        pub count: u32,
    }
}

/// Whose limit of which kind: an id's text, and a word such as `counter.day`.
#[derive(Clone, Copy, Debug)]
pub struct LimitKey<'a> {
    pub book: BookId,
    pub subject: &'a str,
    pub kind: &'a str,
}

/// How much of a limit is used, and in how many uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    pub amount: Money,
    pub count: u32,
}

/// How far a use may go, and what to say beyond.
pub(crate) struct Bounds {
    pub amount_max: Option<i64>,
    pub count_max: Option<u32>,
    pub above: &'static Code,
}

/// Counts `amount` on the open business date. `Err(LIMIT_PER_DAY)` with used, asked and max when it would pass `max`
/// (which then undoes the transaction). `amount` is zero or more, `max` of the same currency.
pub fn use_limit(tx: &mut Tx<'_>, key: &LimitKey<'_>, amount: Money, max: Money) -> Result<()> {
    let date = tx.business_date()?;
    let bounds =
        Bounds { amount_max: Some(amount.sub(max).map(|_| max.minor)?), count_max: None, above: &LIMIT_PER_DAY };
    take(tx, key, amount, date, &bounds)
}

/// Gives back what a cancelled or reversed transaction used on `date`; never below zero.
pub fn release_limit(tx: &mut Tx<'_>, key: &LimitKey<'_>, amount: Money, date: Date) -> Result<()> {
    let Some(mut row) = load(tx, key, amount.currency, date)? else { return Ok(()) };
    row.used = (row.used - amount.minor.max(0)).max(0);
    row.count = row.count.saturating_sub(1);
    tx.update(&mut row)
}

pub fn limit_used(tx: &mut Tx<'_>, key: &LimitKey<'_>, currency: Currency, date: Date) -> Result<Used> {
    let row = load(tx, key, currency, date)?;
    let (used, count) = row.map_or((0, 0), |r| (r.used, r.count));
    Ok(Used { amount: Money::new(used, currency), count })
}

pub(crate) fn take(tx: &mut Tx<'_>, key: &LimitKey<'_>, amount: Money, date: Date, bounds: &Bounds) -> Result<()> {
    if amount.minor < 0 {
        return Err(Error::field("amount", "a use of a limit is zero or more"));
    }
    let mut row = zeroed(tx, key, amount.currency, date)?;
    let used = Money::new(row.used, amount.currency);
    let after = used.add(amount)?;
    if bounds.amount_max.is_some_and(|max| after.minor > max) {
        let max = Money::new(bounds.amount_max.unwrap_or_default(), amount.currency);
        let message = format!("{amount} asked, {used} of {max} used already");
        return Err(Error::new(bounds.above, message).with("used", used).with("asked", amount).with("max", max));
    }
    if let Some(max) = bounds.count_max.filter(|max| row.count >= *max) {
        let message = format!("{} of {max} uses are made", row.count);
        return Err(Error::new(&LIMIT_COUNT_PER_DAY, message).with("used", row.count).with("max", max));
    }
    row.used = after.minor;
    row.count += 1;
    tx.update(&mut row)
}

fn load(tx: &mut Tx<'_>, key: &LimitKey<'_>, currency: Currency, date: Date) -> Result<Option<LimitUsage>> {
    tx.load(&[key.book.param(), text(key.subject), text(key.kind), currency.param(), date.param()])
}

/// The row, locked. A lock on a row that is not there locks nothing, so it is made with zero first.
fn zeroed(tx: &mut Tx<'_>, key: &LimitKey<'_>, currency: Currency, date: Date) -> Result<LimitUsage> {
    if let Some(row) = load(tx, key, currency, date)? {
        return Ok(row);
    }
    tx.insert_if_absent(&mut LimitUsage {
        book: key.book,
        subject: key.subject.into(),
        kind: key.kind.into(),
        currency,
        date,
        used: 0,
        count: 0,
        seal: Seal::default(),
    })?;
    load(tx, key, currency, date)?.ok_or_else(|| Error::broken("a limit's row is not there after it was made"))
}
