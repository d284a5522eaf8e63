//! Depositors' money worked out another way: plain decimals, days one after the other, no grains, no pages, no ledger.
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeMap;

/// Year, month, day.
type Ymd = (i32, u32, u32);

fn is_leap(y: i32) -> bool {
    y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)
}

fn month_days(y: i32, m: u32) -> u32 {
    match m {
        2 if is_leap(y) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn next_day((y, m, d): Ymd) -> Ymd {
    if d < month_days(y, m) {
        (y, m, d + 1)
    } else if m < 12 {
        (y, m + 1, 1)
    } else {
        (y + 1, 1, 1)
    }
}

fn after_months((y, m, d): Ymd, months: u32) -> Ymd {
    let all = y as u32 * 12 + (m - 1) + months;
    let (y, m) = ((all / 12) as i32, all % 12 + 1);
    (y, m, d.min(month_days(y, m)))
}

fn days_between(from: Ymd, to: Ymd) -> u32 {
    let (mut at, mut n) = (from, 0);
    while at < to {
        at = next_day(at);
        n += 1;
    }
    n
}

fn fen(exact: Decimal) -> i64 {
    let rounded = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    rounded.try_into().expect("it fits")
}

fn whole_yuan(fen: i64) -> Decimal {
    Decimal::from(fen / 100 * 100)
}

/// By actual days over 360.
fn by_days(amount: i64, percent: Decimal, days: u32) -> i64 {
    fen(whole_yuan(amount) * percent / Decimal::from(100) * Decimal::from(days) / Decimal::from(360))
}

/// Whole months by 1/12, odd days by 1/360.
fn by_months(amount: i64, percent: Decimal, from: Ymd, to: Ymd) -> i64 {
    let mut months = 0;
    while after_months(from, months + 1) <= to {
        months += 1;
    }
    let odd = days_between(after_months(from, months), to);
    let year = Decimal::from(months) / Decimal::from(12) + Decimal::from(odd) / Decimal::from(360);
    // Twelfths do not end; what they are short of is far below half a fen.
    let exact = whole_yuan(amount) * percent / Decimal::from(100) * year;
    fen(exact.round_dp(9))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    Out,
    Principal,
    Both,
}

/// A term deposit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub customer: usize,
    pub principal: i64,
    pub months: u32,
    pub began: Ymd,
    pub ends: Ymd,
    pub percent: Decimal,
    pub after: After,
}

#[derive(Default)]
pub(super) struct Model {
    pub today: Ymd,
    pub demand: Vec<i64>,
    products: Vec<Decimal>,
    pub terms: BTreeMap<usize, Term>,
    /// Rates in force by what they are of: months, 0 for demand.
    pub percent: BTreeMap<u32, Decimal>,
    /// The rates of each day that was counted, for terms that end on a day without business.
    listed: BTreeMap<Ymd, BTreeMap<u32, Decimal>>,
    coming: Option<BTreeMap<u32, Decimal>>,
    /// Everything that was ever paid.
    pub interest: i64,
}

impl Model {
    pub fn new(customers: usize, today: Ymd) -> Model {
        Model { today, demand: vec![0; customers], products: vec![Decimal::ZERO; customers], ..Model::default() }
    }

    pub fn open(&mut self, key: usize, customer: usize, principal: i64, months: u32, after: After) {
        self.demand[customer] -= principal;
        let (began, percent) = (self.today, self.percent[&months]);
        let ends = after_months(began, months);
        self.terms.insert(key, Term { customer, principal, months, began, ends, percent, after });
    }

    /// What breaking a part now pays, and what it would have.
    pub fn cost(&self, key: usize, part: i64) -> (i64, i64) {
        let t = self.terms[&key];
        let now = by_days(part, self.percent[&0], days_between(t.began, self.today));
        (now, by_months(part, t.percent, t.began, t.ends))
    }

    pub fn break_part(&mut self, key: usize, part: i64) {
        let (now, _) = self.cost(key, part);
        let t = self.terms.get_mut(&key).expect("it is there");
        t.principal -= part;
        self.demand[t.customer] += part + now;
        self.interest += now;
        if t.principal == 0 {
            self.terms.remove(&key);
        }
    }

    /// As [`Model::nights`], with another list of rates from `next` on.
    pub fn nights_until_rates(&mut self, next: Ymd, percent: BTreeMap<u32, Decimal>) {
        self.coming = Some(percent);
        self.nights(next);
    }

    /// The days until `next`, a business day; then what is paid on it.
    pub fn nights(&mut self, next: Ymd) {
        let mut due = vec![0i64; self.demand.len()];
        while self.today < next {
            self.listed.insert(self.today, self.percent.clone());
            for (products, balance) in self.products.iter_mut().zip(&self.demand) {
                *products += whole_yuan(*balance);
            }
            let (_, month, day) = self.today;
            if month % 3 == 0 && day == 20 {
                for (products, due) in self.products.iter_mut().zip(&mut due) {
                    *due += fen(*products * self.percent[&0] / Decimal::from(100) / Decimal::from(360));
                    *products = Decimal::ZERO;
                }
            }
            self.today = next_day(self.today);
        }
        if let Some(percent) = self.coming.take() {
            self.percent = percent;
        }
        self.listed.insert(self.today, self.percent.clone());
        for (balance, due) in self.demand.iter_mut().zip(&due) {
            *balance += due;
        }
        self.interest += due.iter().sum::<i64>();
        let ended: Vec<usize> = self.terms.iter().filter(|(_, t)| t.ends <= next).map(|(k, _)| *k).collect();
        ended.into_iter().for_each(|key| self.end(key));
    }

    fn end(&mut self, key: usize) {
        let t = self.terms.get_mut(&key).expect("it is there");
        let mut earned = by_months(t.principal, t.percent, t.began, t.ends);
        if t.after == After::Out {
            earned += by_days(t.principal, self.percent[&0], days_between(t.ends, self.today));
        }
        self.interest += earned;
        match t.after {
            After::Out => {
                self.demand[t.customer] += t.principal + earned;
                self.terms.remove(&key);
                return;
            }
            After::Principal => self.demand[t.customer] += earned,
            After::Both => t.principal += earned,
        }
        t.percent = self.listed[&t.ends][&t.months];
        t.began = t.ends;
        t.ends = after_months(t.began, t.months);
    }
}
