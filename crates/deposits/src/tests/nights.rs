//! Nights: what they book, and that a kill anywhere loses and repeats nothing.
use super::*;
use crate::night::Step;

const YUAN: i64 = 100;

#[test]
fn demand_interest_is_settled_on_the_twentieth_and_paid_on_the_next_day() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customers(0, 1)[0];
    bank.pay_in(vec![(c.account, 360_000 * YUAN + 99)]);
    bank.night("2026-03-20");
    assert_eq!(bank.balance(c.account), 360_000 * YUAN + 99);
    assert_eq!(bank.own(Own::InterestPayable), 18 * 50, "50 fen a day: the fen beyond whole yuan earn nothing");
    bank.night("2026-03-21");
    assert_eq!(bank.balance(c.account) - 360_000 * YUAN - 99, 19 * 50, "from the 2nd to the 20th");
    let lines = bank.read(|tx| ledger::statement(tx, c.account, None, 1));
    assert_eq!((lines[0].entry.code.as_ref(), lines[0].entry.business_date), ("interest", day("2026-03-21")));
    assert_eq!((bank.own(Own::InterestPayable), bank.own(Own::InterestExpense)), (0, 950));
    bank.verify();
}

#[test]
fn many_days_at_once_come_to_the_same_as_one_by_one() {
    let ends = |steps: &[&str]| {
        let bank = Bank::open("2026-03-02");
        let c = bank.customers(0, 3);
        bank.pay_in(vec![(c[0].account, 123_456_789), (c[1].account, 777), (c[2].account, 50_000_000)]);
        bank.open_deposit(&c[2], "term", "3m", 10_000_000, Rollover::PrincipalAndInterest).unwrap();
        steps.iter().for_each(|next| bank.night(next));
        bank.verify();
        (c.iter().map(|c| bank.balance(c.account)).collect::<Vec<_>>(), bank.own(Own::InterestExpense))
    };
    let each: Vec<String> = (1..=120).map(|n| day("2026-03-02").plus_days(n).to_string()).collect();
    let each: Vec<&str> = each.iter().map(String::as_str).collect();
    assert_eq!(ends(&each), ends(&["2026-03-15", "2026-03-21", "2026-06-02", "2026-06-21", "2026-06-30"]));
}

#[test]
fn the_rate_of_the_settlement_day_counts_for_the_quarter() {
    let bank = Bank::open("2026-03-21");
    let c = bank.customers(0, 1)[0];
    bank.pay_in(vec![(c.account, 360_000 * YUAN)]);
    bank.load(&rate("demand", "", "0.10", day("2026-06-20"))).unwrap();
    bank.night("2026-06-20");
    assert_eq!(bank.own(Own::InterestPayable), 91 * 50, "so far each day at its own");
    bank.night("2026-06-21");
    assert_eq!(bank.balance(c.account) - 360_000 * YUAN, 92 * 100, "all of it at 0.10 %");
    assert_eq!(bank.own(Own::InterestExpense), 92 * 100, "the difference went to expense with the same night");
    bank.verify();
}

#[test]
fn a_night_that_is_late_counts_what_stood_at_the_days_end() {
    let bank = Bank::open("2026-03-19");
    let c = bank.customers(0, 2);
    bank.pay_in(vec![(c[0].account, 360_000 * YUAN)]);
    bank.close_day(day("2026-03-20"));
    bank.pay_in(vec![(c[0].account, -360_000 * YUAN), (c[1].account, 720_000 * YUAN)]);
    bank.close_day(day("2026-03-21"));
    bank.pay_in(vec![(c[0].account, 5 * YUAN)]);
    let done = night_go_on(&bank.desk, u32::MAX).unwrap();
    assert!(done.night.is_none());
    assert_eq!(bank.balance(c[0].account), 5 * YUAN + 50, "one day at 360,000.00, the 19th");
    assert_eq!(bank.balance(c[1].account), 720_000 * YUAN + 100, "one day at 720,000.00, the 20th");
    bank.verify();
}

#[test]
fn while_a_night_is_under_way_deposits_wait_and_money_moves() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customers(0, 1)[0];
    bank.pay_in(vec![(c.account, 100_000 * YUAN)]);
    let d = bank.open_deposit(&c, "term", "3m", 10_000 * YUAN, Rollover::None).unwrap().account;
    bank.close_day(day("2026-03-03"));
    assert!(bank.quote(&c, d, 10_000 * YUAN).unwrap_err().is(&NIGHT_UNDER_WAY));
    bank.open_deposit(&c, "term", "3m", 10_000 * YUAN, Rollover::None).unwrap();
    bank.pay_in(vec![(c.account, 1)]);
    night_go_on(&bank.desk, u32::MAX).unwrap();
    assert_eq!(bank.quote(&c, d, 10_000 * YUAN).unwrap().interest.minor, 1);
    bank.verify();
}

/// The n-th call of the store fails, for n from 1 until none does: a night that is gone on with comes to the same end.
#[test]
fn a_night_may_break_off_anywhere() {
    let lived = |fail: bool| {
        let bank = Bank::open("2026-03-18");
        let c = bank.customers(0, 5);
        bank.pay_in(c.iter().enumerate().map(|(n, c)| (c.account, (n as i64 + 1) * 9_876_543)).collect());
        bank.open_deposit(&c[4], "term", "3m", 1_000_000, Rollover::None).unwrap();
        bank.open_deposit(&c[3], "term", "3m", 2_000_000, Rollover::PrincipalAndInterest).unwrap();
        let mut broke = 0;
        for next in ["2026-03-21", "2026-06-18", "2026-06-21"] {
            bank.close_day(day(next));
            let mut n = 0;
            loop {
                bank.fail_at.store(if fail { n } else { -1 }, Ordering::SeqCst);
                let done = night_go_on(&bank.desk, u32::MAX);
                let failed = fail && bank.fail_at.swap(-1, Ordering::SeqCst) < 0;
                n += 7;
                match done {
                    Ok(done) if !failed && done.night.is_none() => break,
                    _ => broke += 1,
                }
            }
        }
        bank.verify();
        (c.iter().map(|c| bank.balance(c.account)).collect::<Vec<_>>(), bank.own(Own::InterestExpense), broke)
    };
    let (whole, cost, _) = lived(false);
    let (broken, same_cost, times) = lived(true);
    assert_eq!((broken, same_cost), (whole, cost));
    assert!(times > 20, "it broke off {times} times");
}

/// One step at a time, each by another caller, and one that is taken twice at once.
#[test]
fn whoever_takes_the_steps() {
    let bank = Bank::open("2026-03-19");
    let c = bank.customers(0, 600);
    bank.pay_in(c.iter().enumerate().skip(1).map(|(n, c)| (c.account, n as i64 * 1_000_003)).collect());
    bank.close_day(day("2026-03-21"));
    let mut seen = Vec::new();
    loop {
        let others = bank.desk.clone();
        let beside = std::thread::spawn(move || night_go_on(&others, 1).map(|d| d.night.is_none()));
        let done = night_go_on(&bank.desk, 1).unwrap();
        beside.join().unwrap().unwrap();
        match done.night {
            Some(night) => seen.push(night.step),
            None => break,
        }
    }
    seen.dedup();
    assert!(seen.contains(&Step::Pay), "{seen:?}");
    let night = bank.read(|tx| nights(tx, 1)).remove(0);
    assert_eq!((night.accounts, night.paid, night.step), (600, 599, Step::Done), "nobody twice, nobody left out");
    assert_eq!(night.interest, (1..600i64).map(|n| (n * 1_000_003 / 100 + 1_800) / 3_600).sum::<i64>());
    bank.verify();
}

#[test]
fn pages_are_cut_and_every_account_keeps_its_line() {
    let bank = Bank::open("2026-03-02");
    let first = bank.customers(0, 700);
    bank.pay_in(first.iter().map(|c| (c.account, 36_000_000)).collect());
    bank.night("2026-03-03");
    let more = bank.customers(700, 300);
    bank.pay_in(more.iter().map(|c| (c.account, 36_000_000)).collect());
    bank.night("2026-03-04");
    bank.verify();
    assert_eq!(bank.own(Own::InterestPayable), 700 * 50 * 2 + 300 * 50);
    let lines = bank.read(|tx| tx.query("SELECT count(*) FROM deposit_pages", &[], |r| r.get::<i64>(0)));
    assert!(lines[0] >= 4, "{lines:?}");
}

#[test]
fn a_line_or_a_sum_changed_by_hand_is_named() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customers(0, 2);
    bank.pay_in(vec![(c[0].account, 36_000_000), (c[1].account, 36_000_000)]);
    bank.night("2026-03-03");
    let account = c[0].account;
    bank.write(move |tx| {
        let mut page = page::page_of(tx, account)?;
        let mut lines = page.read()?;
        lines[0].grains.0 += 1;
        page.set(&lines);
        tx.update(&mut page)
    })
    .unwrap();
    let faults = bank.read(|tx| {
        let mut faults = Vec::new();
        verify::verify(tx, &mut faults)?;
        Ok(faults)
    });
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].table, "deposit_sums");
}
