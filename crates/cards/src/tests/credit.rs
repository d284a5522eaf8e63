//! What a holder owes, by hand and against another way of counting it.
use super::day;
use crate::credit::*;
use kernel::{Date, Result};
use proptest::prelude::*;

fn terms(_: Date) -> Result<CreditTerms> {
    Ok(CreditTerms { daily_grains: 50_000, minimum_percent: 10, late_percent: 5, grace_days: 25 })
}

fn to(bill: &mut Bill, text: &str) -> Vec<Statement> {
    bill.end_of(day(text), &terms).unwrap()
}

#[test]
fn what_is_paid_in_full_by_the_due_day_costs_nothing() {
    let mut bill = Bill::new(5, day("2026-01-06"));
    bill.purchase(100_000, Bought::default()).unwrap();
    let made = to(&mut bill, "2026-02-06");
    assert_eq!((made.len(), made[0].balance, made[0].minimum), (1, 100_000, 10_000));
    assert_eq!((made[0].day, made[0].due), (day("2026-02-05"), day("2026-03-02")));
    to(&mut bill, "2026-03-02");
    bill.pay(100_000);
    let made = to(&mut bill, "2026-03-06");
    assert_eq!((made[0].balance, made[0].interest, made[0].late), (0, 0, 0));
    assert_eq!(bill.debt(), 0);
}

#[test]
fn the_free_time_is_from_25_to_56_days() {
    let s = |posted: &str| {
        let mut bill = Bill::new(5, day(posted));
        bill.purchase(100, Bought::default()).unwrap();
        let due = bill.end_of(day(posted).plus_days(40), &terms).unwrap()[0].due;
        due.days() - day(posted).days()
    };
    assert_eq!((s("2026-01-05"), s("2026-01-06")), (25, 55));
}

/// 1,000.00 posted on the day after a statement; 400.00 paid on the due day. By hand: 56 days to the due day's eve are 55 on
/// 1,000.00, then 600.00 from 2 March to 5 March, 4 days: (55 × 100,000 + 4 × 60,000) × 0.0005 = 2,870.00 fen.
#[test]
fn what_is_not_paid_in_full_costs_from_its_posting() {
    let mut bill = Bill::new(5, day("2026-01-06"));
    bill.purchase(100_000, Bought::default()).unwrap();
    to(&mut bill, "2026-03-02");
    bill.pay(40_000);
    let made = to(&mut bill, "2026-03-06");
    assert_eq!((made[0].interest, made[0].late, made[0].balance), (2_870, 0, 62_870));
    assert_eq!(made[0].minimum, 6_000 + 2_870);
}

#[test]
fn what_is_missing_of_the_minimum_costs_five_per_cent_of_it() {
    let mut bill = Bill::new(5, day("2026-01-06"));
    bill.purchase(100_000, Bought::default()).unwrap();
    to(&mut bill, "2026-03-02");
    bill.pay(4_000);
    let made = to(&mut bill, "2026-03-06");
    assert_eq!(made[0].late, 300, "6,000 of the minimum is missing");
    assert!(made[0].minimum >= 6_000 + made[0].interest + 300, "{made:?}");
}

#[test]
fn what_is_paid_too_much_is_the_holders_and_pays_his_next_purchase() {
    let mut bill = Bill::new(5, day("2026-01-06"));
    bill.purchase(100, Bought::default()).unwrap();
    bill.pay(250);
    assert_eq!((bill.overpaid, bill.debt()), (150, 0));
    bill.purchase(200, Bought::default()).unwrap();
    assert_eq!((bill.overpaid, bill.debt()), (0, 50));
    bill.pay(60);
    assert!(bill.take_back(11).is_err());
    bill.take_back(10).unwrap();
    assert_eq!((bill.overpaid, bill.debt()), (0, 0));
}

#[test]
fn a_disputed_item_waits_without_interest_and_falls_away_or_comes_back() {
    for how in [Decided::ForHolder, Decided::ForBank] {
        let mut bill = Bill::new(5, day("2026-01-06"));
        let number = bill.purchase(100_000, Bought::default()).unwrap();
        to(&mut bill, "2026-01-16");
        bill.dispute(number).unwrap();
        assert!(bill.dispute(number).is_err());
        let made = to(&mut bill, "2026-03-06");
        assert!(made.iter().all(|s| (s.balance, s.interest, s.late) == (0, 0, 0)), "{made:?}");
        let gone = bill.decide(number, how).unwrap();
        assert!(bill.decide(number, how).is_err());
        let made = to(&mut bill, "2026-04-06");
        match how {
            Decided::ForHolder => assert_eq!((gone.amount, made[0].balance, bill.debt()), (100_000, 0, 0)),
            Decided::ForBank => assert_eq!((gone.amount, made[0].balance, made[0].interest), (0, 100_000, 0)),
        }
    }
}

#[test]
fn instalments_come_one_a_statement_and_the_last_takes_the_rest() {
    let mut bill = Bill::new(5, day("2026-01-06"));
    let number = bill.purchase(100_000, Bought::default()).unwrap();
    let plan = bill.instalments(number, 3, 600).unwrap();
    assert_eq!(plan.left, [33_333, 33_333, 33_334]);
    assert!(bill.instalments(number, 3, 600).is_err());
    for (month, principal) in [("2026-02-06", 33_333), ("2026-03-06", 33_333), ("2026-04-06", 33_334)] {
        let made = to(&mut bill, month);
        let s = made.last().unwrap();
        assert_eq!((s.balance, s.minimum, s.fees), (principal + 600, principal + 600, 600), "{month}");
        bill.pay(s.balance);
    }
    assert_eq!((bill.debt(), bill.overpaid), (0, 0));
}

#[test]
fn half_a_minor_unit_is_one_and_less_is_none() {
    let half = GRAINS_PER_MINOR / 2;
    for (grains, want) in [(half, 1), (half - 1, 0), (-half, 0), (-half - 1, -1), (3 * half, 2)] {
        assert_eq!(rounded(grains), want, "{grains}");
    }
}

/// The same counted another way: every purchase keeps what was unpaid at the end of each of its days, and its interest is
/// summed up from that only when it is owed.
struct Slow {
    things: Vec<Thing>,
    charges: i64,
    overpaid: i64,
    /// Owed in all, in grains, and stated in all.
    owed: i128,
    stated: i64,
    late: i64,
    last: Option<(Date, i64, i64)>,
}

struct Thing {
    unpaid: i64,
    evenings: Vec<i64>,
    billed: bool,
    /// Evenings whose interest was owed or let go.
    done: usize,
    bears: bool,
}

impl Slow {
    fn new() -> Slow {
        Slow { things: Vec::new(), charges: 0, overpaid: 0, owed: 0, stated: 0, late: 0, last: None }
    }
    fn pay(&mut self, amount: i64) {
        let mut left = amount;
        let mut asked = left.min(self.charges);
        self.charges -= asked;
        left -= asked;
        for billed in [true, false] {
            for t in self.things.iter_mut().filter(|t| t.billed == billed) {
                let part = left.min(t.unpaid);
                t.unpaid -= part;
                left -= part;
                asked += if billed { part } else { 0 };
            }
        }
        if let Some((.., paid)) = &mut self.last {
            *paid += asked;
        }
        self.overpaid += left;
    }
    fn buy(&mut self, amount: i64) {
        self.things.push(Thing { unpaid: amount, evenings: Vec::new(), billed: false, done: 0, bears: false });
        let left = std::mem::take(&mut self.overpaid);
        self.pay(left);
    }
    fn owe(&mut self) {
        for t in self.things.iter_mut().filter(|t| t.bears) {
            let days: i128 = t.evenings[t.done..].iter().map(|u| i128::from(*u)).sum();
            self.owed += days * 50_000;
            t.done = t.evenings.len();
        }
    }
    /// Interest and charge for being late of a statement made this evening.
    fn evening(&mut self, today: Date, statement_day: i8) -> Option<(i64, i64)> {
        self.things.iter_mut().for_each(|t| t.evenings.push(t.unpaid));
        if let Some((due, minimum, paid)) = self.last
            && due == today
        {
            let asked = self.charges + self.things.iter().filter(|t| t.billed).map(|t| t.unpaid).sum::<i64>();
            for t in self.things.iter_mut().filter(|t| t.billed && !t.bears) {
                t.bears = asked > 0;
                t.done = if asked > 0 { t.done } else { t.evenings.len() };
            }
            let missing = (minimum - paid).clamp(0, asked);
            self.late = (missing * 5 + 50) / 100;
            self.last = None;
            self.owe();
        }
        if today.day() != statement_day {
            return None;
        }
        self.owe();
        let interest = rounded(self.owed - i128::from(self.stated) * GRAINS_PER_MINOR).max(0);
        self.stated += interest;
        let late = std::mem::take(&mut self.late);
        self.charges += interest + late;
        let left = std::mem::take(&mut self.overpaid);
        self.pay(left);
        self.things.iter_mut().for_each(|t| t.billed = true);
        Some((interest, late))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// A year of any purchases and payments: statements, debt and every grain are those of the slow way.
    #[test]
    fn a_year_comes_to_the_same_either_way(
        acts in prop::collection::vec((0usize..365, prop::bool::ANY, 1i64..3_000_000), 0..80),
        statement_day in 1i8..=28,
    ) {
        let first = day("2026-01-01");
        let (mut bill, mut slow) = (Bill::new(statement_day, first), Slow::new());
        let mut statements = 0;
        for n in 0..365 {
            let today = first.plus_days(n as i64);
            for (_, buys, amount) in acts.iter().filter(|(on, ..)| *on == n) {
                match buys {
                    true => { bill.purchase(*amount, Bought::default()).unwrap(); slow.buy(*amount); }
                    false => { bill.pay(*amount); slow.pay(*amount); }
                }
            }
            let made = bill.end_of(today.plus_days(1), &terms).unwrap();
            let other = slow.evening(today, statement_day);
            prop_assert_eq!(made.first().map(|s| (s.interest, s.late)), other, "{}", today);
            if let Some(s) = made.first() {
                statements += 1;
                prop_assert!(s.minimum <= s.balance && s.minimum >= 0, "{:?}", s);
                slow.last = Some((s.due, s.minimum, 0));
            }
            let theirs: i64 = slow.things.iter().map(|t| t.unpaid).sum::<i64>() + slow.charges;
            prop_assert_eq!((bill.debt(), bill.overpaid), (theirs, slow.overpaid), "{}", today);
            let carried = slow.owed - i128::from(slow.stated) * GRAINS_PER_MINOR;
            prop_assert_eq!(bill.owed, carried, "not a grain is lost, {}", today);
        }
        prop_assert_eq!(statements, 12);
    }

    /// How often the days are ended changes nothing.
    #[test]
    fn days_ended_one_by_one_or_all_at_once_come_to_the_same(
        purchases in prop::collection::vec(1i64..3_000_000, 1..10), jump in 1i64..200,
    ) {
        let first = day("2026-01-01");
        let mut one = Bill::new(10, first);
        purchases.iter().for_each(|p| { one.purchase(*p, Bought::default()).unwrap(); });
        let mut all = one.clone();
        let mut made = Vec::new();
        for n in 1..=jump {
            made.extend(one.end_of(first.plus_days(n), &terms).unwrap());
        }
        prop_assert_eq!(all.end_of(first.plus_days(jump), &terms).unwrap(), made);
        prop_assert_eq!(one, all);
    }

    #[test]
    fn a_plan_loses_nothing(amount in 1_000i64..100_000_000, periods in 1u32..=36) {
        let mut bill = Bill::new(10, day("2026-01-01"));
        let number = bill.purchase(amount, Bought::default()).unwrap();
        let plan = bill.instalments(number, periods, 0).unwrap();
        prop_assert_eq!((plan.left.iter().sum::<i64>(), plan.left.len()), (amount, periods as usize));
        prop_assert_eq!(bill.debt(), amount);
    }
}
