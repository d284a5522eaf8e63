//! Money that is not there, went back, or goes where it should not.
use super::{Facts, Figure, Finding, Onward, Value, figure};
use crate::rules::{Kind, Rules};
use kernel::clock::HOUR;
use kernel::{Date, Money};
use std::collections::{BTreeMap, BTreeSet};

fn less(a: Money, b: Money) -> Money {
    Money::new(a.minor.saturating_sub(b.minor), a.currency)
}

/// Agreed wage money is late when its day has ended and something is still owed (R27).
pub fn funding_late(f: &Facts, _: &Rules) -> Vec<Finding> {
    let late = f.agreed.iter().filter(|a| f.today > a.due_on && a.received.minor < a.amount.minor);
    late.map(|a| {
        let left = less(a.amount, a.received);
        let figures = vec![
            figure("due-on", Value::Day(a.due_on)),
            figure("agreed", Value::Money(a.amount)),
            figure("received", Value::Money(a.received)),
            figure("left", Value::Money(left)),
        ];
        Finding { kind: Kind::FundingLate, about: format!("due {}", a.due_on), size: left.minor, figures }
    })
    .collect()
}

/// The next pay is not covered by what is there and what is agreed to come before it.
pub fn balance_short(f: &Facts, r: &Rules) -> Vec<Finding> {
    let Some(c) = &f.coming else { return Vec::new() };
    let days = c.pay_on.days() - f.today.days();
    let there = Money::new(c.balance.minor.saturating_add(c.expected.minor), c.balance.currency);
    let short = less(c.needed, there);
    if !(0..=r.numbers.balance_short_days).contains(&days) || !short.is_positive() {
        return Vec::new();
    }
    let figures = vec![
        figure("pay-on", Value::Day(c.pay_on)),
        figure("needed", Value::Money(c.needed)),
        figure("balance", Value::Money(c.balance)),
        figure("expected", Value::Money(c.expected)),
        figure("short", Value::Money(short)),
    ];
    vec![Finding { kind: Kind::BalanceShort, about: format!("pay {}", c.pay_on), size: short.minor, figures }]
}

/// The day that is `n` business days after one.
pub(crate) fn business_days_after(day: Date, n: i64) -> Date {
    let mut at = day;
    for _ in 0..n {
        at = at.plus_days(1);
        while !payroll::is_business_day(at) {
            at = at.plus_days(1);
        }
    }
    at
}

/// A wage came back and was not paid again in the business days for it.
pub fn returned_not_repaid(f: &Facts, r: &Rules) -> Vec<Finding> {
    let open = f.came_back.iter().filter_map(|c| {
        let by = business_days_after(c.on, r.numbers.returned_business_days);
        (f.today > by).then(|| {
            let figures = vec![
                figure("worker", Value::Words(c.name_masked.clone())),
                figure("came-back", Value::Day(c.on)),
                figure("repay-by", Value::Day(by)),
                figure("amount", Value::Money(c.amount)),
            ];
            Finding { kind: Kind::ReturnedNotRepaid, about: c.line.clone(), size: c.amount.minor, figures }
        })
    });
    open.collect()
}

/// One account takes the wages of several people, on whatever projects. One person on two projects has one account of his own.
pub fn one_card_many(f: &Facts, _: &Rules) -> Vec<Finding> {
    let shared = f.cards.iter().filter_map(|c| {
        let people: BTreeSet<&[u8]> = c.people.iter().map(|(id, _)| id.as_slice()).collect();
        let names: Vec<&str> = c.people.iter().map(|(_, name)| name.as_str()).take(10).collect();
        (people.len() > 1).then(|| {
            let figures = vec![
                figure("account", Value::Words(c.masked.clone())),
                figure("people", Value::Count(people.len() as i64)),
                figure("names", Value::Words(names.join("、"))),
            ];
            Finding { kind: Kind::OneCardMany, about: c.key.clone(), size: people.len() as i64, figures }
        })
    });
    shared.collect()
}

/// Within a day of the pay, several workers hand most of their wage to one payee, or empty their cards at one machine.
pub fn wage_backflow(f: &Facts, r: &Rules) -> Vec<Finding> {
    let n = &r.numbers;
    let soon = |o: &&Onward| (0..=n.backflow_hours * HOUR).contains(&o.at.since(o.paid_at));
    // Payee, then worker: what he sent of what he got.
    let mut sent: BTreeMap<&str, BTreeMap<&str, (i64, i64)>> = BTreeMap::new();
    let mut masked: BTreeMap<&str, &Onward> = BTreeMap::new();
    for o in f.onward.iter().filter(soon) {
        let of = sent.entry(&o.to).or_default().entry(&o.worker).or_insert((0, o.wage.minor));
        of.0 = of.0.saturating_add(o.amount.minor);
        masked.entry(&o.to).or_insert(o);
    }
    let most = |(sent, wage): &(i64, i64)| {
        *wage > 0 && i128::from(*sent) * 100 >= i128::from(*wage) * i128::from(n.backflow_percent)
    };
    let back = sent.iter().filter_map(|(to, workers)| {
        let those: Vec<&(i64, i64)> = workers.values().filter(|w| most(w)).collect();
        let first = masked.get(to).filter(|_| those.len() >= n.backflow_workers)?;
        let sum: i64 = those.iter().map(|w| w.0).sum();
        let figures: Vec<Figure> = vec![
            figure("paid-on", Value::Day(first.paid_at.local_date())),
            figure("to", Value::Words(first.to_masked.clone())),
            figure("people", Value::Count(those.len() as i64)),
            figure("sum", Value::Money(Money::new(sum, first.wage.currency))),
        ];
        Some(Finding { kind: Kind::WageBackflow, about: format!("to {to}"), size: those.len() as i64, figures })
    });
    back.collect()
}

/// A bureau ordered the contractor to pay by a day; the day has ended (R29, R30).
pub fn contractor_default(f: &Facts, _: &Rules) -> Vec<Finding> {
    let late = f.ordered.iter().filter(|o| f.today > o.due_on && o.left.is_positive());
    late.map(|o| {
        let figures = vec![
            figure("document", Value::Words(o.document.clone())),
            figure("due-on", Value::Day(o.due_on)),
            figure("left", Value::Money(o.left)),
        ];
        Finding { kind: Kind::ContractorDefault, about: o.case.clone(), size: o.left.minor, figures }
    })
    .collect()
}
