//! Every detector beside its near miss: what fires, and what lies a day, a fen or a person short of it.
use crate::find::*;
use crate::rules::{Kind, rules};
use kernel::clock::HOUR;
use kernel::{Date, Money};
use payroll::Period;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}
fn yuan(n: i64) -> Money {
    Money::cny(n * 100)
}

/// A building site on a Monday with nothing wrong.
fn site(today: &str) -> Facts {
    let mut f = Facts::of(day(today));
    (f.building, f.under_rules, f.has_roster) = (true, true, true);
    f.works_begin = Some(day("2026-03-01"));
    f
}
fn found(f: &Facts) -> Vec<(Kind, i64)> {
    find(f, rules(f.today)).into_iter().map(|x| (x.kind, x.size)).collect()
}
fn found_about(f: &Facts, kind: Kind) -> Vec<String> {
    find(f, rules(f.today)).into_iter().filter(|x| x.kind == kind).map(|x| x.about).collect()
}
fn fires(f: &Facts, kind: Kind) -> bool {
    found(f).iter().any(|(k, _)| *k == kind)
}

#[test]
fn a_site_in_order_is_not_warned_of() {
    assert_eq!(found(&site("2026-11-23")), []);
}

#[test]
fn w5_funding_is_late_when_its_day_has_ended() {
    let cases = [
        ("2026-11-20", 0, false, "on the day itself"),
        ("2026-11-21", 0, true, "the day after, a Saturday or not"),
        ("2026-11-21", 9_999_900, true, "a yuan short"),
        ("2026-11-21", 10_000_000, false, "all of it"),
        ("2026-11-19", 0, false, "before"),
    ];
    for (today, received, want, why) in cases {
        let mut f = site(today);
        f.agreed = vec![Agreed { due_on: day("2026-11-20"), amount: yuan(100_000), received: Money::cny(received) }];
        assert_eq!(fires(&f, Kind::FundingLate), want, "{why}");
    }
}

#[test]
fn the_balance_is_short_only_when_nothing_agreed_covers_the_pay() {
    let cases = [
        ("2026-11-23", 100, 60, 40, false, "covered to the fen by what is agreed"),
        ("2026-11-23", 100, 60, 39, true, "a yuan short"),
        ("2026-11-23", 100, 100, 0, false, "covered by what is there"),
        ("2026-11-15", 100, 0, 0, true, "fifteen days before"),
        ("2026-11-21", 100, 0, 0, true, "nine days before"),
        ("2026-11-14", 100, 0, 0, false, "sixteen days before is too early to tell"),
        ("2026-11-30", 100, 0, 0, true, "on the day"),
        ("2026-12-01", 100, 0, 0, false, "it is over"),
    ];
    for (today, needed, balance, expected, want, why) in cases {
        let mut f = site(today);
        let (needed, balance, expected) = (yuan(needed), yuan(balance), yuan(expected));
        f.coming = Some(Coming { pay_on: day("2026-11-30"), needed, balance, expected });
        assert_eq!(fires(&f, Kind::BalanceShort), want, "{why}");
    }
}

#[test]
fn w8_a_roster_is_missing_days_after_the_works_began_not_hours() {
    let cases = [
        ("2026-03-01", false, false),
        ("2026-03-08", false, false),
        ("2026-03-09", false, true),
        ("2026-03-09", true, false),
    ];
    for (today, has_roster, want) in cases {
        let mut f = site(today);
        f.has_roster = has_roster;
        assert_eq!(fires(&f, Kind::RosterMissing), want, "{today} {has_roster}");
    }
    let mut done = site("2026-11-23");
    (done.has_roster, done.works_done) = (false, Some(day("2026-11-01")));
    assert!(!fires(&done, Kind::RosterMissing), "the works are done");
}

#[test]
fn w8_a_stranger_is_somebody_who_came_twice() {
    let cases = [(1, "2026-11-20", false), (2, "2026-11-20", true), (2, "2026-10-24", true), (2, "2026-10-23", false)];
    for (days, last, want) in cases {
        let mut f = site("2026-11-23");
        let (first, last) = (day("2026-10-01"), day(last));
        f.strangers = vec![AtGate { key: "k".into(), name_masked: "张*".into(), first, last, days }];
        assert_eq!(fires(&f, Kind::StrangerOnSite), want, "{days} days, last {last}");
    }
}

fn month(entered: &str, sheet: Option<i64>, attended: Option<i64>, due: i64) -> WorkerMonth {
    WorkerMonth {
        worker: "work_1".into(),
        name_masked: "李*".into(),
        team: "钢筋一班".into(),
        period: Period::parse("2026-10").unwrap(),
        entered_on: day(entered),
        sheet_half_days: sheet,
        attended,
        due: yuan(due),
        net: yuan(due),
        leave_noted: false,
    }
}

#[test]
fn a_ghost_is_paid_and_was_never_there() {
    let cases = [
        (month("2026-03-01", Some(44), Some(0), 6000), true, "not there all month"),
        (month("2026-03-01", Some(44), Some(1), 6000), false, "half a day"),
        (month("2026-03-01", Some(44), None, 6000), false, "nobody knows who was there"),
        (month("2026-10-30", Some(2), Some(0), 300), false, "he came at the month's end"),
        (
            month("2026-10-19", Some(20), Some(0), 3000),
            true,
            "ten working days of the month were his: Monday 19th to Friday 30th",
        ),
        (month("2026-10-20", Some(18), Some(0), 3000), false, "nine were"),
        (month("2026-10-01", Some(44), Some(0), 6000), true, "his first month, all of it"),
        (month("2026-11-02", Some(2), Some(0), 300), false, "paid ahead"),
        (WorkerMonth { leave_noted: true, ..month("2026-03-01", Some(44), Some(0), 6000) }, false, "ill"),
        (month("2026-03-01", Some(44), Some(0), 0), false, "not paid either"),
    ];
    for (m, want, why) in cases {
        let mut f = site("2026-11-03");
        f.months = vec![m];
        assert_eq!(fires(&f, Kind::GhostWorker), want, "{why}");
    }
}

#[test]
fn days_are_invented_by_five_or_by_three_in_ten() {
    // Half days: on the sheet, attended.
    let cases = [
        (50, 40, true, "five days"),
        (49, 40, false, "four and a half of twenty"),
        (13, 10, true, "three in ten"),
        (12, 10, false, "two in ten"),
        (3, 2, false, "half a day of one: less than a day"),
        (4, 2, true, "a day of one"),
        (40, 40, false, "as attended"),
        (44, 0, false, "that is a ghost"),
    ];
    for (sheet, attended, want, why) in cases {
        let mut f = site("2026-11-03");
        f.months = vec![month("2026-03-01", Some(sheet), Some(attended), 6000)];
        assert_eq!(fires(&f, Kind::DaysInvented), want, "{why}");
    }
}

#[test]
fn a_wage_below_the_minimum_is_judged_by_hours_when_all_sheets_are_there() {
    // Attended half days, due yuan, minimum 2,100 a month of 174 hours.
    let cases = [
        ("2026-11-11", 44, 2_100, false, "a full month at the minimum"),
        ("2026-11-11", 44, 2_099, true, "a yuan below"),
        ("2026-11-11", 60, 2_099, true, "more hours than a month ask for the month"),
        ("2026-11-11", 22, 1_063, false, "half a month: 88 hours ask 1,062.06"),
        ("2026-11-11", 22, 1_062, true, "and six fen below"),
        ("2026-11-10", 22, 500, false, "the last weekly sheet may still come"),
        ("2026-11-11", 0, 500, false, "nobody asks for a wage without work"),
    ];
    for (today, attended, due, want, why) in cases {
        let mut f = site(today);
        f.minimum = Some(yuan(2_100));
        f.months = vec![month("2026-03-01", None, Some(attended), due)];
        assert_eq!(fires(&f, Kind::BelowMinimum), want, "{why}");
    }
}

#[test]
fn a_month_on_one_sheet_is_judged_when_it_is_over_and_before_its_pay_day() {
    for (today, by_month, want) in [
        ("2026-11-01", true, true),
        ("2026-10-31", true, false),
        ("2026-11-10", false, false),
        ("2026-11-11", false, true),
    ] {
        let mut f = site(today);
        (f.minimum, f.paid_by_month) = (Some(yuan(2_100)), by_month);
        f.months = vec![month("2026-03-01", None, Some(44), 2_099)];
        assert_eq!(fires(&f, Kind::BelowMinimum), want, "{today}, by the month: {by_month}");
    }
}

#[test]
fn a_returned_wage_is_paid_again_in_three_business_days() {
    // A Thursday: Friday, Monday and Tuesday are the three.
    for (today, want) in [("2026-11-24", false), ("2026-11-25", true)] {
        let mut f = site(today);
        let (on, amount) = (day("2026-11-19"), yuan(5));
        f.came_back = vec![CameBack { line: "payl_1".into(), name_masked: "王*".into(), on, amount }];
        assert_eq!(fires(&f, Kind::ReturnedNotRepaid), want, "{today}");
    }
}

#[test]
fn w9_one_card_for_many_is_many_people_not_many_projects() {
    let card = |people: &[u8]| Card {
        key: "k".into(),
        masked: "6222****".into(),
        people: people.iter().map(|p| (vec![*p], format!("{p}*"))).collect(),
    };
    for (people, want) in [(&[1u8, 2][..], true), (&[1], false), (&[1, 1], false), (&[1, 2, 3], true)] {
        let mut f = site("2026-11-23");
        f.cards = vec![card(people)];
        assert_eq!(fires(&f, Kind::OneCardMany), want, "{people:?}");
    }
    let mut couple = site("2026-11-23");
    couple.cards = vec![card(&[1]), card(&[2])];
    assert!(!fires(&couple, Kind::OneCardMany), "husband and wife, each with a card");
}

/// A crew of `n` each working day of October and November before `today`, and what it is since `from`.
fn crew(today: &str, n: i64, from: &str, then: i64) -> CrewDays {
    let (today, from) = (day(today), day(from));
    let all = (0..80).rev().map(|back| today.plus_days(-1 - back)).filter(|d| payroll::is_business_day(*d));
    let days = all.map(|d| (d, if d < from { n } else { then })).filter(|(_, n)| *n > 0).collect();
    CrewDays { name: "钢筋一班".into(), days, reported_until: Some(today), unpaid: true, ended: false }
}

#[test]
fn a_crew_drops_by_half_for_three_working_days() {
    let cases = [
        (crew("2026-11-25", 20, "2026-11-20", 10), true, "half since Friday: Friday, Monday, Tuesday"),
        (crew("2026-11-25", 20, "2026-11-23", 10), false, "two days"),
        (crew("2026-11-25", 20, "2026-11-20", 11), false, "eleven of twenty"),
        (crew("2026-11-25", 4, "2026-11-20", 1), false, "four people"),
        (crew("2026-10-10", 20, "2026-10-08", 10), false, "two working days around the National Day"),
        (crew("2026-02-12", 20, "2026-02-09", 5), false, "they go home for the Spring Festival"),
        (CrewDays { ended: true, ..crew("2026-11-25", 20, "2026-11-20", 10) }, false, "the crew has ended"),
    ];
    let dates = ["2026-11-25", "2026-11-25", "2026-11-25", "2026-11-25", "2026-10-10", "2026-02-12", "2026-11-25"];
    for ((c, want, why), today) in cases.into_iter().zip(dates) {
        let mut f = site(today);
        f.works_begin = Some(day("2025-10-01"));
        f.crews = vec![c];
        assert_eq!(fires(&f, Kind::SuddenDrop), want, "{why}");
    }
    let mut done = site("2026-11-25");
    done.crews = vec![crew("2026-11-25", 20, "2026-11-20", 10)];
    done.works_done = Some(day("2026-11-20"));
    assert!(!fires(&done, Kind::SuddenDrop), "the works are done");
}

#[test]
fn a_crew_that_is_gone_for_three_working_days_is_told_before_the_pay_day() {
    let cases = [
        (crew("2026-11-25", 20, "2026-11-20", 0), true, "Friday, Monday, Tuesday"),
        (crew("2026-11-25", 20, "2026-11-23", 0), false, "two days"),
        (CrewDays { unpaid: false, ..crew("2026-11-25", 20, "2026-11-20", 0) }, false, "nothing is owed to it"),
        (
            CrewDays { reported_until: Some(day("2026-11-20")), ..crew("2026-11-25", 20, "2026-11-20", 0) },
            false,
            "the gate told nothing since Friday",
        ),
        (CrewDays { ended: true, ..crew("2026-11-25", 20, "2026-11-20", 0) }, false, "the crew has ended"),
    ];
    for (c, want, why) in cases {
        let mut f = site("2026-11-25");
        f.crews = vec![c, others(crew("2026-11-25", 9, "2026-11-25", 9))];
        assert_eq!(fires(&f, Kind::CrewVanished), want, "{why}");
    }
    let mut festival = site("2026-02-12");
    let crews = vec![crew("2026-02-12", 20, "2026-02-04", 0), others(crew("2026-02-12", 9, "2026-02-12", 9))];
    (festival.works_begin, festival.crews) = (Some(day("2025-10-01")), crews);
    assert!(!fires(&festival, Kind::CrewVanished), "they are at home");
}

fn others(c: CrewDays) -> CrewDays {
    CrewDays { name: "木工二班".into(), ..c }
}

#[test]
fn rain_empties_a_whole_site_and_no_crew_vanished_in_it() {
    // Both crews away from the 12th on: eight working days on the 24th, and seven on the 23rd.
    for (today, others_from, want, why) in [
        ("2026-11-19", "2026-11-12", false, "five wet days"),
        ("2026-11-23", "2026-11-12", false, "seven working days"),
        ("2026-11-24", "2026-11-12", true, "eight working days are no rain"),
        ("2026-11-19", "2026-11-16", false, "the others worked on two days more"),
        ("2026-11-19", "2026-11-17", true, "and on three"),
    ] {
        let mut f = site(today);
        f.crews = vec![crew(today, 20, "2026-11-12", 0), others(crew(today, 9, others_from, 0))];
        let gone = found_about(&f, Kind::CrewVanished);
        assert_eq!(gone.contains(&"crew 钢筋一班".to_owned()), want, "{why}: {gone:?}");
    }
}

#[test]
fn d1_d4_a_guarantee_is_below_its_rate_ends_soon_or_was_not_refilled() {
    let part = |amount: i64, until: Option<&str>| DepositPart {
        reference: "g".into(),
        amount: yuan(amount),
        until: until.map(day),
        refill: None,
    };
    let cases = [
        (300, vec![part(300, None)], 0, "as asked"),
        (300, vec![part(299, None)], 1, "a yuan below"),
        (300, vec![part(300, Some("2026-11-22"))], 1, "ended yesterday"),
        (300, vec![part(300, Some("2026-12-24"))], 0, "31 days left"),
        (300, vec![part(300, Some("2026-12-23"))], 1, "30 days left"),
        (300, vec![part(100, None), part(200, Some("2027-06-30"))], 0, "in two parts"),
        (0, vec![part(100, Some("2026-11-30"))], 0, "nothing is asked of it"),
        (300, vec![], 1, "none"),
    ];
    for (required, parts, many, why) in cases {
        let mut f = site("2026-11-23");
        f.deposit = Some(Deposit { required: yuan(required), due_on: None, parts });
        assert_eq!(found(&f).iter().filter(|(k, _)| *k == Kind::GuaranteeBelow).count(), many, "{why}");
    }
    for (due_on, want) in [("2026-11-23", false), ("2026-11-22", true)] {
        let mut f = site("2026-11-23");
        f.deposit = Some(Deposit { required: yuan(300), due_on: Some(day(due_on)), parts: Vec::new() });
        assert_eq!(fires(&f, Kind::GuaranteeBelow), want, "to be put aside until {due_on}");
    }
    for (by, left, want) in [("2026-11-23", 10, false), ("2026-11-22", 10, true), ("2026-11-22", 0, false)] {
        let mut f = site("2026-11-23");
        let refill = Some((yuan(left), day(by)));
        f.deposit =
            Some(Deposit { required: yuan(300), due_on: None, parts: vec![DepositPart { refill, ..part(300, None) }] });
        assert_eq!(fires(&f, Kind::GuaranteeBelow), want, "{by} {left}");
    }
}

#[test]
fn w1_w2_papers_are_late_after_their_day() {
    let duty =
        |kind: &str, done: Option<&str>| Duty { kind: kind.into(), due_on: day("2026-11-22"), done_on: done.map(day) };
    for (today, done, want) in
        [("2026-11-22", None, false), ("2026-11-23", None, true), ("2026-11-23", Some("2026-11-23"), false)]
    {
        let mut f = site(today);
        f.duties = vec![duty("filing", done), duty("account", done)];
        assert_eq!((fires(&f, Kind::FilingLate), fires(&f, Kind::AccountLate)), (want, want), "{today}");
    }
    let mut f = site("2026-11-23");
    f.agreement = false;
    assert!(fires(&f, Kind::AgreementMissing));
    f.building = false;
    assert!(!fires(&f, Kind::AgreementMissing), "a shipyard has no such agreement");
}

/// `n` workers who each send `percent` of 5,000 to one payee `hours` after their pay.
fn sent(n: usize, percent: i64, hours: i64, to: impl Fn(usize) -> String) -> Vec<Onward> {
    let paid_at = day("2026-11-20").begins().plus(9 * HOUR);
    let of = |i: usize| Onward {
        worker: format!("work_{i}"),
        wage: yuan(5_000),
        paid_at,
        to: to(i),
        to_masked: "6222****".into(),
        amount: yuan(50 * percent),
        at: paid_at.plus(hours * HOUR),
    };
    (0..n).map(of).collect()
}

#[test]
fn wages_flow_back_when_five_send_half_of_them_within_three_days() {
    let one = |_: usize| "acct_boss".to_owned();
    let cases = [
        (sent(5, 50, 72, one), true, "five, half, three days"),
        (sent(4, 100, 1, one), false, "four"),
        (sent(5, 49, 1, one), false, "49 %"),
        (sent(5, 50, 73, one), false, "three days and an hour"),
        (sent(5, 15, 1, one), false, "the rent of a common landlord"),
        (sent(9, 100, 1, |i| format!("acct_family{i}")), false, "each to his own family"),
        (sent(5, 100, 1, |_| "acct_machine".into()), true, "emptied at one machine"),
        ([sent(4, 100, 1, one), sent(5, 20, 1, one)].concat(), false, "four and a few small ones"),
    ];
    for (onward, want, why) in cases {
        let mut f = site("2026-11-21");
        f.onward = onward;
        assert_eq!(fires(&f, Kind::WageBackflow), want, "{why}");
    }
    let halves = [sent(5, 25, 1, one), sent(5, 25, 2, one)].concat();
    let mut f = site("2026-11-21");
    f.onward = halves;
    assert!(fires(&f, Kind::WageBackflow), "in two halves");
}

/// A sheet for the last day of November.
fn waiting(drafted: &str, unsigned: i64, on_used_scans: i64) -> Waiting {
    let (drafted_on, pay_on) = (day(drafted), day("2026-11-30"));
    Waiting { sheet: "s".into(), period: "2026-10".into(), pay_on, drafted_on, unsigned, on_used_scans }
}

#[test]
fn w7_a_sheet_without_its_signatures_is_told_three_days_before() {
    for (today, drafted, unsigned, want, why) in [
        ("2026-11-26", "2026-11-03", 1, false, "four days before"),
        ("2026-11-27", "2026-11-03", 1, true, "three days before"),
        ("2026-11-27", "2026-11-03", 0, false, "everybody has signed"),
        ("2026-11-27", "2026-11-26", 1, false, "made yesterday: the workers have time"),
        ("2026-11-28", "2026-11-26", 1, true, "out for two days"),
        ("2026-11-29", "2026-11-28", 1, true, "tomorrow is the pay day"),
        ("2026-12-02", "2026-11-28", 1, true, "it is over"),
        ("2026-12-02", "2026-12-01", 1, false, "made after its pay day, and yesterday"),
        ("2026-12-03", "2026-12-01", 1, true, "and two days ago"),
    ] {
        let mut f = site(today);
        f.sheets = vec![waiting(drafted, unsigned, 0)];
        assert_eq!(fires(&f, Kind::UnsignedSheet), want, "{why}");
        f.under_rules = false;
        assert!(!fires(&f, Kind::UnsignedSheet), "nobody signs where no site rules are");
    }
}

#[test]
fn w7_a_scan_of_another_sheet_signs_nothing_however_early_and_cleared() {
    for (on_used_scans, size) in [(0, None), (1, Some(1)), (30, Some(30))] {
        let mut f = site("2026-11-05");
        f.sheets = vec![waiting("2026-11-03", 0, on_used_scans)];
        let want: Vec<_> = size.map(|n| (Kind::UnsignedSheet, n)).into_iter().collect();
        assert_eq!(found(&f), want, "{on_used_scans}");
    }
}

#[test]
fn w10_a_crew_that_worked_and_was_left_out_is_told_the_day_after_its_pay_day() {
    for (today, ordered, want) in
        [("2026-11-15", false, false), ("2026-11-16", false, true), ("2026-11-16", true, false)]
    {
        let mut f = site(today);
        let (period, pay_on) = (Period::parse("2026-10").unwrap(), day("2026-11-15"));
        f.worked = vec![CrewMonth { crew: "钢筋一班".into(), period, people: 20, pay_on, ordered }];
        assert_eq!(fires(&f, Kind::PayMissed), want, "{today} {ordered}");
    }
}

#[test]
fn w16_a_contractor_defaults_when_the_day_of_the_order_has_ended() {
    for (today, left, want) in [("2026-11-23", 5, false), ("2026-11-24", 5, true), ("2026-11-24", 0, false)] {
        let mut f = site(today);
        let (due_on, left) = (day("2026-11-23"), yuan(left));
        f.ordered = vec![Ordered { case: "c".into(), document: "令1".into(), due_on, left }];
        assert_eq!(fires(&f, Kind::ContractorDefault), want, "{today} {left}");
    }
}

#[test]
fn time_alone_is_seen_coming() {
    let any = |_: Kind| true;
    let mut f = site("2026-11-16");
    assert_eq!(next_look(&f, rules(f.today), any), None);
    f.agreed = vec![Agreed { due_on: day("2026-11-20"), amount: yuan(1), received: yuan(0) }];
    assert_eq!(next_look(&f, rules(f.today), any), Some(day("2026-11-21")));
    assert_eq!(next_look(&f, rules(f.today), |k| k == Kind::GhostWorker), None);
}
