use super::*;

#[test]
fn aml_35_cash_of_fifty_thousand_a_day_a_person_is_reported_and_a_fen_less_is_not() {
    let bank = Bank::open();
    let [wang, li, zhang, _] = bank.accounts;
    let p = bank.people.map(Owner::Person);
    bank.moves(bank.till, wang, 30_000);
    bank.moves(bank.till, wang, 20_000);
    bank.moves_of(bank.till, li, Money::cny(4_999_999));
    bank.moves(bank.till, zhang, 60_000);
    bank.moves(zhang, bank.till, 50_000);
    let night = bank.night();
    assert_eq!((night.days, night.reports), (1, 3));
    let mut want = [
        (p[0], Kind::Cash, Some(Way::In), 50_000, 2),
        (p[2], Kind::Cash, Some(Way::In), 60_000, 1),
        (p[2], Kind::Cash, Some(Way::Out), 50_000, 1),
    ];
    want.sort_by_key(|(o, k, w, ..)| (o.to_string(), *k, *w));
    assert_eq!(bank.told(), want);
    let one = bank.open_reports().remove(0);
    assert_eq!((one.day, one.due_on), (Date::parse("2026-11-23").unwrap(), Date::parse("2026-11-30").unwrap()));
    assert_eq!((one.threshold, one.branch), (5_000_000, bank.branch));
    assert_eq!(bank.goes_on(), Night::default(), "a day is looked through once");
    bank.moves(bank.till, wang, 20_000);
    assert_eq!(bank.night().reports, 0, "yesterday's money is not today's");
    bank.verified();
}

#[test]
fn transfers_count_by_customer_over_his_accounts_and_by_his_own_threshold() {
    let bank = Bank::open();
    let [wang, li, zhang, firm] = bank.accounts;
    bank.moves(bank.till, li, 1_300_000);
    bank.moves(bank.till, firm, 2_500_000);
    bank.night();
    bank.moves(li, wang, 250_000);
    bank.moves(li, bank.term, 250_000);
    bank.moves(firm, zhang, 499_999);
    bank.moves(firm, zhang, 1_499_000);
    bank.night();
    let p = bank.people.map(Owner::Person);
    let second = Date::parse("2026-11-24").unwrap();
    let told: Vec<_> = bank
        .open_reports()
        .into_iter()
        .filter(|r| r.day == second)
        .map(|r| (r.subject, r.way.unwrap(), r.amount / 100))
        .collect();
    assert!(told.contains(&(p[0], Way::In, 500_000)), "250,000 on each of two accounts of one person: {told:?}");
    assert!(told.contains(&(p[1], Way::Out, 500_000)));
    assert!(told.contains(&(p[2], Way::In, 1_998_999)));
    assert_eq!(told.len(), 3, "the firm stayed below two million: {told:?}");
    bank.verified();
}

#[test]
fn own_accounts_and_what_is_given_back_do_not_count() {
    let bank = Bank::open();
    let [wang, li, ..] = bank.accounts;
    bank.moves(bank.till, wang, 900_000);
    bank.night();
    bank.moves(wang, bank.term, 800_000);
    bank.moves(bank.term, wang, 800_000);
    let wrong = bank.moves(wang, li, 499_999);
    bank.gives_back(wrong);
    let night = bank.night();
    assert_eq!((night.days, night.reports), (1, 0));
    bank.moves(wang, li, 500_000);
    assert_eq!(bank.night().reports, 2, "of who pays and of who is paid");
    let lines = &bank.open_reports().pop().unwrap().lines.0;
    assert_eq!((lines.len(), lines[0].amount), (1, 50_000_000));
}

#[test]
fn days_that_were_missed_are_made_up_the_oldest_first() {
    let bank = Bank::open();
    for _ in 0..3 {
        bank.moves(bank.till, bank.accounts[0], 50_000);
        bank.write(|tx| {
            let today = tx.business_date()?;
            ledger::day::close(tx, &Actor::system("close-day"), today.plus_days(1)).map(|_| ())
        })
        .unwrap();
        bank.clock.advance(DAY);
    }
    let night = bank.goes_on();
    assert_eq!((night.days, night.reports), (3, 3));
    let days: Vec<String> = bank.open_reports().iter().map(|r| r.day.to_string()).collect();
    assert_eq!(days, ["2026-11-23", "2026-11-24", "2026-11-25"]);
    let counted = bank.store.read(|tx| {
        let day = Date::parse("2026-11-23")?;
        days_of(tx, &bank.staff[0], day)
    });
    assert_eq!(counted.unwrap(), 5, "accounts opened that day");
}

fn days_of(tx: &mut Tx<'_>, actor: &Actor, day: Date) -> Result<i64> {
    Ok(days(tx, actor, day, day)?.iter().filter(|d| d.code == "opened").map(|d| d.counted).sum())
}

#[test]
fn every_threshold_has_a_source_and_says_from_when() {
    let before = Date::parse("2017-06-30").unwrap();
    assert!(rules(before).is_err());
    let r = rules(before.plus_days(1)).unwrap();
    assert!(!r.source.is_empty() && r.thresholds().len() == 6);
    let person = Owner::Person(PersonId::new(kernel::Timestamp::from_micros(0), kernel::BookId(1)));
    assert_eq!(r.threshold(Kind::Cash, person, Currency::CNY), Some(5_000_000));
    assert_eq!(r.threshold(Kind::Transfer, person, Currency::CNY), Some(50_000_000));
    assert_eq!(r.threshold(Kind::Suspicion, person, Currency::CNY), None);
    assert!(r.look_from() < 5_000_000);
}

#[test]
fn a_month_counts_openings_closings_and_limits_by_branch() {
    let bank = Bank::open();
    let [wang, ..] = bank.people.map(Owner::Person);
    for (n, code) in ["limited", "limited", "closed"].into_iter().enumerate() {
        bank.write(move |tx| count(tx, wang, code)).unwrap();
        let first = Date::parse("2026-11-01").unwrap();
        let m = bank.store.read(|tx| month(tx, &bank.staff[0], first)).unwrap();
        assert_eq!(m[&bank.branch].limited + m[&bank.branch].closed, n as i64 + 1);
    }
    bank.write(|tx| count(tx, Owner::Bank, "closed")).unwrap();
    bank.clock.advance(2 * DAY);
    bank.night();
    let of = |who: usize, day: &str| bank.store.read(|tx| month(tx, &bank.staff[who], Date::parse(day)?)).unwrap();
    let counted = of(0, "2026-11-30")[&bank.branch];
    assert_eq!(counted, Month { opened: 5, closed: 1, limited: 2 });
    assert!(of(0, "2026-12-01").is_empty(), "another month");
    assert!(of(5, "2026-11-01").is_empty(), "another branch's officer");
    let far = Date::parse("2026-11-01").unwrap().plus_days(62);
    let asked = bank.store.read(|tx| days(tx, &bank.staff[0], Date::parse("2026-11-01")?, far));
    assert_eq!(code(asked), "report_form");
    bank.verified();
}
