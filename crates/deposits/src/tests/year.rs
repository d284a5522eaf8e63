//! A year of a bank's depositors, held against the model to the fen.
use super::model::{After, Model};
use super::*;
use crate::contract::State;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// Numbers that come the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
    fn fen(&mut self, most: i64) -> i64 {
        1 + self.below(most as u64) as i64
    }
}

fn ymd(d: Date) -> (i32, u32, u32) {
    (i32::from(d.year()), d.month() as u32, d.day() as u32)
}

struct Year {
    bank: Bank,
    model: Model,
    dice: Dice,
    customers: Vec<Customer>,
    deposits: Vec<AccountId>,
    today: Date,
    broken: u32,
    rolled: u32,
}

const TERMS: [(&str, u32); 4] = [("3m", 3), ("6m", 6), ("1y", 12), ("2y", 24)];
const PERCENT: [(u32, &str); 5] = [(0, "0.05"), (3, "0.65"), (6, "0.85"), (12, "0.95"), (24, "1.05")];

impl Year {
    fn begin(customers: usize) -> Year {
        let first = day("2027-07-01");
        let bank = Bank::open("2027-07-01");
        let all = bank.customers(0, customers);
        let mut model = Model::new(customers, ymd(first));
        model.percent = PERCENT.iter().map(|(m, p)| (*m, p.parse().unwrap())).collect();
        let dice = Dice(20_270_701);
        Year { bank, model, dice, customers: all, deposits: Vec::new(), today: first, broken: 0, rolled: 0 }
    }

    fn customer(&mut self) -> usize {
        self.dice.below(self.customers.len() as u64) as usize
    }

    fn money_moves(&mut self, many: usize) {
        let mut moves = Vec::new();
        for _ in 0..many {
            let n = self.customer();
            let left = self.model.demand[n];
            let fen = match left > 0 && self.dice.below(3) == 0 {
                true => -self.dice.fen(left),
                false => self.dice.fen(9_000_000),
            };
            self.model.demand[n] += fen;
            moves.push((self.customers[n].account, fen));
        }
        self.bank.pay_in(moves);
    }

    fn open_some(&mut self, many: usize) {
        for _ in 0..many {
            let n = self.customer();
            let left = self.model.demand[n];
            if left < 1_000_000 {
                continue;
            }
            let principal = 5_000 + self.dice.fen(left - 5_000);
            let (term, months) = TERMS[self.dice.below(4) as usize];
            let (rollover, after) = [
                (Rollover::None, After::Out),
                (Rollover::Principal, After::Principal),
                (Rollover::PrincipalAndInterest, After::Both),
            ][self.dice.below(3) as usize];
            let d = self.bank.open_deposit(&self.customers[n], "term", term, principal, rollover).unwrap();
            self.model.open(self.deposits.len(), n, principal, months, after);
            self.deposits.push(d.account);
        }
    }

    fn break_some(&mut self, many: usize) {
        for _ in 0..many {
            let keys: Vec<usize> = self.model.terms.keys().copied().collect();
            if keys.is_empty() {
                return;
            }
            let key = keys[self.dice.below(keys.len() as u64) as usize];
            let term = self.model.terms[&key];
            let drawn = self.bank.contract(self.deposits[key]).draws;
            let part = match drawn == 0 && term.principal > 20_000 && self.dice.below(2) == 0 {
                true => self.dice.fen(term.principal - 10_000),
                false => term.principal,
            };
            let (by, account) = (self.customers[term.customer], self.deposits[key]);
            let quote = self.bank.quote(&by, account, part).unwrap();
            let (now, kept) = self.model.cost(key, part);
            assert_eq!(
                (quote.interest.minor, quote.interest_if_kept.minor),
                (now, kept),
                "{term:?} {part} {}",
                self.today
            );
            assert_eq!(quote.lost.minor, kept - now);
            self.bank.draw_as_shown(&by, account, part, now).unwrap();
            self.model.break_part(key, part);
            self.broken += 1;
        }
    }

    /// Another list of rates from a day on, which is the next business day.
    fn new_rates(&mut self, from: Date) -> HashMap<u32, Decimal> {
        let mut text = String::new();
        let mut percent = HashMap::new();
        for (months, _) in PERCENT {
            let p = format!("{}.{:02}", self.dice.below(2), 1 + self.dice.below(99));
            let term = TERMS.iter().find(|(_, m)| *m == months).map_or("", |(t, _)| t);
            text += &rate(if months == 0 { "demand" } else { "term" }, term, &p, from);
            percent.insert(months, p.parse::<Decimal>().unwrap());
        }
        assert_eq!(self.bank.load(&text).unwrap(), 5);
        percent
    }

    /// A day of business, then its night; Sundays have none.
    fn live_a_day(&mut self, moves: usize, opened: usize, broken: usize) {
        self.money_moves(moves);
        self.open_some(opened);
        self.break_some(broken);
        let after = if self.today.weekday() == 6 { 2 } else { 1 };
        let next = self.today.plus_days(after);
        let rates = (next.day() == 5 || next.day() == 20 && next.month() == 12).then(|| self.new_rates(next));
        self.bank.night_to(next);
        if let Some(rates) = rates {
            self.model.nights_until_rates(ymd(next), rates.into_iter().collect());
        } else {
            self.model.nights(ymd(next));
        }
        self.today = next;
    }

    fn compare(&mut self) {
        for (n, c) in self.customers.iter().enumerate() {
            assert_eq!(self.bank.balance(c.account), self.model.demand[n], "customer {n} on {}", self.today);
        }
        let owner = system();
        self.rolled = 0;
        for (key, account) in self.deposits.iter().enumerate() {
            let d = self.bank.read(|tx| deposit(tx, &owner, *account));
            let (principal, round) = (self.model.terms.get(&key).map_or(0, |t| t.principal), d.round);
            assert_eq!(d.principal, principal, "{account} on {}", self.today);
            assert_eq!(d.state == State::Closed, principal == 0);
            assert_eq!(self.bank.balance(*account), principal);
            self.rolled += u32::from(round > 1);
        }
    }
}

fn live(customers: usize, days: i64, (moves, opened, broken): (usize, usize, usize)) {
    let mut year = Year::begin(customers);
    let (first, mut quarter) = (year.today, year.today.month());
    year.money_moves(customers);
    while year.today.days() - first.days() < days {
        year.live_a_day(moves, opened, broken);
        if year.today.month() != quarter {
            quarter = year.today.month();
            year.compare();
        }
    }
    year.compare();
    let (cost, owed) = (year.bank.own(Own::InterestExpense), year.bank.own(Own::InterestPayable));
    assert_eq!(cost, year.model.interest + owed, "what deposits cost was paid or is owed");
    assert!(year.broken > 0 && (days < 200 || year.rolled > 0));
    year.bank.verify();
    println!(
        "{customers} customers, {days} days: {} deposits, {} breaks, {} rolled over, {} fen of interest paid, {owed} owed",
        year.deposits.len(),
        year.broken,
        year.rolled,
        year.model.interest
    );
}

/// On SQLite 2,000 customers for a year; on PostgreSQL, where a statement costs more, fewer for a quarter.
#[test]
fn a_year_of_two_thousand_depositors_to_the_fen() {
    match std::env::var("YIZHAN_TEST_DATABASE").is_ok_and(|url| url.starts_with("postgres")) {
        true => live(200, 100, (20, 4, 2)),
        false => live(2_000, 366, (40, 6, 3)),
    }
}
