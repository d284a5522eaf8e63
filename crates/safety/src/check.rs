//! Whether a payment passes a lock: a pure function of the terms and what is known of the payment.
use crate::rules::Rules;
use crate::terms::{Payees, Terms, Way};
use crate::{LOCK_ABROAD, LOCK_ALL, LOCK_AMOUNT, LOCK_DAY, LOCK_HOURS, LOCK_PAYEE, LOCK_WAY};
use kernel::clock::HOUR;
use kernel::{Currency, Error, Money, Result, Timestamp};

/// Whom the money goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// An account, deposit or product of the customer's own: no sum is counted.
    Own,
    /// Notes in his hand.
    Cash,
    /// A person or firm with an account here, or somebody at another bank.
    Payee {
        firm: bool,
        /// Since when he stands in the customer's book; `None` when he does not.
        since: Option<Timestamp>,
    },
}

/// A payment of a customer's, as far as a lock looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Movement {
    pub way: Way,
    pub to: To,
    pub amount: Money,
    /// When the customer ordered it.
    pub at: Timestamp,
}

impl Movement {
    /// Whether it counts against sums.
    pub fn counts(&self) -> bool {
        self.to != To::Own
    }
    fn known(&self, rules: &Rules, now: Timestamp) -> bool {
        match self.to {
            To::Own | To::Cash => true,
            To::Payee { since, .. } => since.is_some_and(|at| now.since(at) >= rules.known_hours * HOUR),
        }
    }
    /// A small payment to a firm that the customer has known for a day: water, light, the hospital.
    fn is_basic(&self, rules: &Rules, now: Timestamp) -> bool {
        let small = self.amount.currency == Currency::CNY && self.amount.minor <= rules.basic_up_to_yuan * 100;
        matches!(self.to, To::Payee { firm: true, .. }) && small && self.known(rules, now)
    }
}

/// `Err` with the part of the lock that stands in the way; the sum of the day is asked when it is used ([`day`]). At the
/// counter, before a person and with a document, a lock holds only when the customer locked the counter too.
pub fn check(terms: &Terms, m: &Movement, rules: &Rules, now: Timestamp) -> Result<()> {
    let no = |code, what: String| Err(Error::new(code, what));
    if terms.ways.contains(&m.way) {
        return no(&LOCK_WAY, format!("payments by {} are locked", m.way)).map_err(|e| e.with("way", m.way));
    }
    if m.way == Way::Counter {
        return Ok(());
    }
    let basic = terms.basics && m.is_basic(rules, now);
    if terms.all && !basic {
        return no(&LOCK_ALL, "all payments are locked".into());
    }
    let (hour, ..) = m.at.local_time();
    if terms.hours.hold(hour) && !basic {
        return no(&LOCK_HOURS, format!("payments from {hour}:00 to {}:00 are locked", (hour + 1) % 24));
    }
    if !basic && !reaches(terms.payees, m, rules, now) {
        let locked = no(&LOCK_PAYEE, format!("payments go to {} only", terms.payees));
        return locked.map_err(|e| e.with("payees", terms.payees));
    }
    money(terms, m)
}

fn reaches(payees: Payees, m: &Movement, rules: &Rules, now: Timestamp) -> bool {
    match (payees, m.to) {
        (Payees::Anybody, _) | (_, To::Own | To::Cash) => true,
        (Payees::Own, _) => false,
        (Payees::Firms, To::Payee { firm: true, .. }) => true,
        (Payees::Firms | Payees::Known, _) => m.known(rules, now),
    }
}

/// Foreign money has no sum that it could be compared with, so it is locked with any sum.
fn money(terms: &Terms, m: &Movement) -> Result<()> {
    let foreign = m.amount.currency != Currency::CNY;
    if foreign && (terms.abroad || m.counts() && (terms.per_payment.is_some() || terms.per_day.is_some())) {
        return Err(Error::new(&LOCK_ABROAD, "payments in foreign money are locked"));
    }
    match terms.per_payment.filter(|max| m.counts() && m.amount.minor > *max) {
        None => Ok(()),
        Some(max) => Err(above(&LOCK_AMOUNT, m.amount, Money::cny(0), max)),
    }
}

/// `Err(LOCK_DAY)` when `amount` with what was paid today passes the sum of a day.
pub(crate) fn day(terms: &Terms, used: i64, amount: Money) -> Result<()> {
    match terms.per_day {
        Some(max) if used.saturating_add(amount.minor) > max => Err(above(&LOCK_DAY, amount, Money::cny(used), max)),
        _ => Ok(()),
    }
}

fn above(code: &'static kernel::Code, asked: Money, used: Money, max: i64) -> Error {
    let max = Money::cny(max);
    let error = Error::new(code, format!("{asked} asked, {used} used, {max} at most"));
    error.with("used", used).with("asked", asked).with("max", max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::rules;
    use crate::terms::Hours;
    use kernel::Date;
    use std::collections::BTreeSet;

    fn noon() -> Timestamp {
        Date::ymd(2026, 11, 23).unwrap().begins().plus(12 * HOUR)
    }

    fn moved(way: Way, to: To, fen: i64) -> Movement {
        Movement { way, to, amount: Money::cny(fen), at: noon() }
    }

    const STRANGER: To = To::Payee { firm: false, since: None };
    const SHOP: To = To::Payee { firm: true, since: None };

    fn known(firm: bool, hours: i64) -> To {
        To::Payee { firm, since: Some(noon().plus(-hours * HOUR)) }
    }

    fn code(terms: &Terms, m: &Movement) -> &'static str {
        let rules = rules(Date::ymd(2026, 11, 23).unwrap()).unwrap();
        check(terms, m, rules, noon()).err().map_or("", |e| e.code().name)
    }

    #[test]
    fn each_part_of_a_lock_and_what_just_passes_it() {
        let open = Terms::open();
        let all = Terms { all: true, ..Terms::open() };
        let bare = Terms { basics: false, ..all.clone() };
        let kiosk = Terms { ways: BTreeSet::from([Way::Kiosk]), ..Terms::open() };
        let desk = Terms { ways: BTreeSet::from([Way::Counter]), ..Terms::open() };
        let to = |payees| Terms { payees, ..Terms::open() };
        let one = Terms { per_payment: Some(10_000), ..Terms::open() };
        let noon_on = Terms { hours: Hours::between(12, 13), ..Terms::open() };
        let noon_off = Terms { hours: Hours::between(13, 12), ..Terms::open() };
        let cases = [
            (&open, moved(Way::Phone, STRANGER, i64::MAX), ""),
            (&all, moved(Way::Phone, STRANGER, 1), "lock_all"),
            (&all, moved(Way::Card, SHOP, 1), "lock_all"),
            (&all, moved(Way::Kiosk, To::Cash, 1), "lock_all"),
            (&all, moved(Way::Phone, To::Own, 1), "lock_all"),
            (&all, moved(Way::Counter, STRANGER, 1), ""),
            (&all, moved(Way::Phone, known(true, 24), 200_000), ""),
            (&all, moved(Way::Phone, known(true, 24), 200_001), "lock_all"),
            (&all, moved(Way::Phone, known(true, 23), 1), "lock_all"),
            (&all, moved(Way::Phone, known(false, 99), 1), "lock_all"),
            (&bare, moved(Way::Phone, known(true, 24), 1), "lock_all"),
            (&kiosk, moved(Way::Kiosk, To::Cash, 1), "lock_way"),
            (&kiosk, moved(Way::Phone, STRANGER, 1), ""),
            (&desk, moved(Way::Counter, To::Cash, 1), "lock_way"),
            (&noon_on, moved(Way::Phone, STRANGER, 1), "lock_hours"),
            (&noon_off, moved(Way::Phone, STRANGER, 1), ""),
            (&to(Payees::Own), moved(Way::Phone, To::Own, 1), ""),
            (&to(Payees::Own), moved(Way::Kiosk, To::Cash, 1), ""),
            (&to(Payees::Own), moved(Way::Phone, known(false, 99), 1), "lock_payee"),
            (&to(Payees::Known), moved(Way::Phone, known(false, 24), 1), ""),
            (&to(Payees::Known), moved(Way::Phone, known(false, 23), 1), "lock_payee"),
            (&to(Payees::Known), moved(Way::Card, SHOP, 1), "lock_payee"),
            (&to(Payees::Firms), moved(Way::Card, SHOP, 1), ""),
            (&to(Payees::Firms), moved(Way::Phone, STRANGER, 1), "lock_payee"),
            (&one, moved(Way::Phone, STRANGER, 10_000), ""),
            (&one, moved(Way::Phone, STRANGER, 10_001), "lock_amount"),
            (&one, moved(Way::Kiosk, To::Cash, 10_001), "lock_amount"),
            (&one, moved(Way::Phone, To::Own, 10_001), ""),
        ];
        for (n, (terms, m, want)) in cases.into_iter().enumerate() {
            assert_eq!(code(terms, &m), want, "case {n}");
        }
    }

    #[test]
    fn foreign_money_is_locked_with_any_sum() {
        let dollar = |to| Movement { amount: Money::new(1, Currency::USD), ..moved(Way::Phone, to, 1) };
        let abroad = Terms { abroad: true, ..Terms::open() };
        let summed = Terms { per_day: Some(1_000_000), ..Terms::open() };
        let cases = [
            (&Terms::open(), STRANGER, ""),
            (&abroad, STRANGER, "lock_abroad"),
            (&abroad, To::Own, "lock_abroad"),
            (&summed, STRANGER, "lock_abroad"),
            (&summed, To::Own, ""),
        ];
        for (terms, to, want) in cases {
            assert_eq!(code(terms, &dollar(to)), want, "{terms:?}");
        }
    }

    #[test]
    fn the_sum_of_a_day_counts_what_was_paid() {
        let terms = Terms { per_day: Some(1_000), ..Terms::open() };
        let cases = [(0, 1_000, true), (1, 1_000, false), (999, 1, true), (i64::MAX, 1, false)];
        for (used, asked, want) in cases {
            assert_eq!(day(&terms, used, Money::cny(asked)).is_ok(), want, "{used} {asked}");
        }
        assert!(day(&Terms::open(), i64::MAX, Money::cny(1)).is_ok());
    }
}
