//! When the owner pays, what is late, what is asked for besides.
use super::*;
use InstallmentState::*;

fn told(bank: &Bank) -> u32 {
    bank.act(&system(), |tx, _| sweep(tx, 500)).unwrap()
}

#[test]
fn w3_the_owner_agrees_to_a_schedule_before_it_holds() {
    let bank = Bank::filed();
    let site = bank.site;
    let ask = |actor: &Actor, new: ScheduleNew| bank.act(actor, move |tx, a| schedule_ask(tx, a, site, &new));
    let asked = ask(&bank.clerk, Bank::schedule(250_000)).unwrap();
    assert_eq!(ask(&bank.clerk, Bank::schedule(250_000)).unwrap(), asked, "the same again");
    assert!(ask(&bank.clerk, Bank::schedule(1)).unwrap_err().is(&SCHEDULE_WAITS));
    assert!(ask(&bank.stranger, Bank::schedule(1)).is_err());
    assert!(bank.owed().is_empty(), "nothing is owed by a request");
    assert!(bank.yes(&bank.clerk, asked).is_err(), "not by the contractor");
    assert!(bank.yes(&bank.stranger, asked).is_err());
    assert!(bank.yes(&bank.manager, asked).is_err(), "nor by the bank, where the owner banks here");
    assert_eq!(bank.yes(&bank.owner_user, asked).unwrap(), Change::Done);
    assert_eq!(bank.yes(&bank.owner_user, asked).unwrap(), Change::AlreadySo);
    let owed = bank.owed();
    assert_eq!((owed.len(), owed[0].0.as_str(), owed[11].0.as_str()), (12, "2026-11-23", "2027-10-23"));
    assert_eq!(bank.read(|tx| schedules(tx, &bank.owner_user, site))[0].state, ScheduleState::Agreed);
    bank.verify();
}

#[test]
fn w3_an_owner_who_does_not_bank_here_is_heard_by_his_document() {
    let bank = Bank::open();
    let (site, paper) = (bank.site, bank.paper());
    bank.act(&bank.clerk, move |tx, a| file_site(tx, a, site, &paper)).unwrap();
    let ask = |actor: &Actor, new: ScheduleNew| bank.act(actor, move |tx, a| schedule_ask(tx, a, site, &new));
    let with = || ScheduleNew { document: "业主函2026-3".into(), ..Bank::schedule(250_000) };
    assert!(ask(&bank.clerk, with()).unwrap_err().is(&DOCUMENT_NEEDED), "the contractor does not speak for him");
    assert!(ask(&bank.officer, Bank::schedule(250_000)).unwrap_err().is(&DOCUMENT_NEEDED));
    let asked = ask(&bank.officer, with()).unwrap();
    assert!(bank.yes(&bank.officer, asked).is_err(), "a second person");
    assert_eq!(bank.yes(&bank.manager, asked).unwrap(), Change::Done);
    assert_eq!(bank.owed().len(), 12);
}

#[test]
fn money_meets_the_oldest_first_counts_once_and_what_is_over_waits() {
    let bank = Bank::filed();
    assert_eq!(bank.fund("pay_0", 1_000_000), Change::Done, "before any schedule");
    bank.agreed(Bank::schedule(250_000));
    assert_eq!(bank.owed()[0], ("2026-11-23".into(), 10_000, Open), "what came before meets the first");
    assert_eq!(bank.fund("pay_1", 30_000_000), Change::Done);
    assert_eq!(bank.owed()[0].1, 250_000);
    assert_eq!((bank.owed()[0].2, bank.owed()[1].1, bank.owed()[1].2), (Received, 60_000, Open));
    let to = bank.wage_account();
    let again = move |tx: &mut Tx<'_>, _: &Actor| {
        on_funded(tx, &Funded { id: "pay_1".into(), account: to, amount: Money::cny(30_000_000), project: None })
    };
    assert_eq!(bank.act(&system(), again).unwrap(), Change::AlreadySo);
    assert_eq!(bank.owed()[1].1, 60_000, "it counted once");
    let elsewhere = bank.read(|tx| payroll::project_raw(tx, bank.yard)).wage_account;
    let not_ours = move |tx: &mut Tx<'_>, _: &Actor| {
        on_funded(tx, &Funded { id: "pay_2".into(), account: elsewhere, amount: Money::cny(1), project: None })
    };
    assert_eq!(bank.act(&system(), not_ours).unwrap(), Change::AlreadySo, "no site file, no schedule");
    bank.fund("pay_9", 12 * 25_000_000);
    assert!(bank.owed().iter().all(|o| o.2 == Received));
    bank.verify();
}

#[test]
fn w5_an_installment_is_late_when_its_day_has_ended_and_not_before() {
    let bank = Bank::filed();
    bank.agreed(Bank::schedule(250_000));
    bank.fund("pay_1", 24_999_999);
    bank.clock.advance(day("2026-11-24").begins().since(bank.clock.now()) - 1);
    assert_eq!(
        (bank.read(|tx| late(tx, bank.site, tx.now())).len(), told(&bank)),
        (0, 0),
        "the last moment of its day"
    );
    bank.clock.advance(1);
    let overdue = bank.read(|tx| late(tx, bank.site, tx.now()));
    assert_eq!((overdue.len(), overdue[0].rest()), (1, Money::cny(1)), "one fen is missing");
    assert_eq!((told(&bank), told(&bank)), (1, 0), "told once");
    assert_eq!(bank.events().iter().filter(|k| *k == "worksite.funding_late").count(), 1);
    bank.fund("pay_2", 1);
    assert_eq!(bank.read(|tx| late(tx, bank.site, tx.now())).len(), 0);
    assert_eq!(bank.owed()[0].2, Received);
}

#[test]
fn w5_late_money_is_reported_within_a_working_day() {
    let bank = Bank::filed();
    bank.agreed(Bank::schedule(250_000));
    let site = bank.site;
    let report = |actor: &Actor, on: Date| {
        let new = ReportNew { installment: 1, number: "报-7".into(), on };
        bank.act(actor, move |tx, a| report(tx, a, site, &new))
    };
    assert!(report(&bank.clerk, bank.today()).unwrap_err().is(&NOT_LATE), "it is not due yet");
    bank.go_to("2026-11-27");
    told(&bank);
    let status = || bank.read(|tx| report_status(tx, &bank.clerk, site)).remove(0);
    assert_eq!(status().report_by, day("2026-11-30"), "told on a Friday, reported by Monday");
    assert_eq!(status().late_days, 0);
    bank.go_to("2026-12-01");
    assert_eq!(status().late_days, 1);
    assert!(report(&bank.stranger, bank.today()).is_err());
    assert!(report(&bank.clerk, day("2026-12-02")).is_err(), "not in the future");
    assert_eq!(report(&bank.clerk, day("2026-12-01")).unwrap(), Change::Done);
    assert_eq!(report(&bank.clerk, day("2026-12-01")).unwrap(), Change::AlreadySo);
    bank.go_to("2026-12-09");
    assert_eq!((status().late_days, status().installment.report_number.as_str()), (1, "报-7"), "it stays a day late");
    bank.verify();
}

#[test]
fn a_new_schedule_takes_the_place_of_what_nobody_paid_yet() {
    let bank = Bank::filed();
    bank.agreed(Bank::schedule(250_000));
    bank.fund("pay_1", 26_000_000);
    let new = ScheduleNew {
        day: 28,
        from_period: month("2026-12"),
        until_period: month("2027-02"),
        ..Bank::schedule(400_000)
    };
    bank.agreed(new);
    let open: Vec<_> = bank.owed().into_iter().filter(|o| o.2 != Cancelled).collect();
    let days: Vec<&str> = open.iter().map(|o| o.0.as_str()).collect();
    assert_eq!(
        days,
        ["2026-11-23", "2026-12-23", "2027-01-28", "2027-02-28"],
        "December was begun and stays as it was"
    );
    let states: Vec<_> = bank.read(|tx| schedules(tx, &bank.clerk, bank.site)).iter().map(|s| s.state).collect();
    assert_eq!(states, [ScheduleState::Agreed, ScheduleState::Ended]);
}

#[test]
fn w3_by_progress_a_part_of_each_month_is_due_in_the_next() {
    let bank = Bank::filed();
    let site = bank.site;
    let mark = |m: &str, amount: i64| {
        let new = ProgressNew { period: month(m), amount: yuan(amount), document: "进度-11".into() };
        bank.act(&bank.clerk, move |tx, a| progress_mark(tx, a, site, &new))
    };
    assert!(mark("2026-11", 800_000).unwrap_err().is(&NO_SCHEDULE));
    bank.agreed(ScheduleNew { amount: None, bps: Some(2_500), ..Bank::schedule(1) });
    assert!(bank.owed().is_empty(), "nothing was built yet");
    assert!(mark("2026-12", 1).is_err(), "the month has not begun");
    assert_eq!(mark("2026-11", 800_000).unwrap(), Change::Done);
    assert_eq!(mark("2026-11", 800_000).unwrap(), Change::AlreadySo);
    assert!(mark("2026-11", 900_000).unwrap_err().is(&PROGRESS_STANDS));
    let owed = bank.read(|tx| installments(tx, site));
    assert_eq!((owed.len(), owed[0].amount(), owed[0].due_on), (1, yuan(200_000), day("2026-12-23")));
}

#[test]
fn w4_the_owner_agrees_to_a_top_up_or_says_why_not() {
    let bank = Bank::filed();
    let site = bank.site;
    let new = |amount: i64| TopUpNew {
        amount: yuan(amount),
        why: "增加地下室".into(),
        due_on: day("2026-11-25"),
        document: String::new(),
    };
    let ask = |actor: &Actor, new: TopUpNew| bank.act(actor, move |tx, a| top_up_ask(tx, a, site, &new));
    assert!(ask(&bank.stranger, new(80_000)).is_err());
    for wrong in [
        TopUpNew { amount: yuan(0), ..new(1) },
        TopUpNew { why: " ".into(), ..new(1) },
        TopUpNew { due_on: day("2026-11-19"), ..new(1) },
        new(12_000_001),
    ] {
        assert!(ask(&bank.clerk, wrong).is_err());
    }
    let id = ask(&bank.clerk, new(80_000)).unwrap();
    assert_eq!(ask(&bank.clerk, new(80_000)).unwrap(), id, "the same again");
    let other = ask(&bank.clerk, new(1_000)).unwrap();
    let approval = |id| bank.read(|tx| top_up(tx, &bank.owner_user, id)).approval;
    assert!(bank.yes(&bank.clerk, approval(id)).is_err());
    assert_eq!(bank.yes(&bank.owner_user, approval(id)).unwrap(), Change::Done);
    assert!(bank.no(&bank.owner_user, approval(other), " ").is_err(), "a no has its reason");
    assert_eq!(bank.no(&bank.owner_user, approval(other), "已含在合同内").unwrap(), Change::Done);
    assert_eq!(bank.owed(), [("2026-11-25".into(), 0, Open)]);
    let refused = bank.read(|tx| top_up(tx, &bank.clerk, other));
    assert_eq!((refused.state, refused.reason.as_str()), (TopUpState::Refused, "已含在合同内"));
    assert!(bank.try_read(|tx| top_up(tx, &bank.stranger, id)).is_err());
    assert_eq!(bank.read(|tx| top_ups(tx, &bank.clerk, site, &page())).items.len(), 2);
    let kinds = bank.events();
    for kind in ["top_up_asked", "top_up_approved", "top_up_refused"] {
        assert!(kinds.contains(&format!("worksite.{kind}")), "{kinds:?}");
    }
    bank.verify();
}

#[test]
fn only_so_many_top_ups_wait_and_what_lapsed_does_not_count() {
    let bank = Bank::filed();
    let site = bank.site;
    let ask = |amount: i64| {
        let due_on = bank.today();
        let new = TopUpNew { amount: yuan(amount), why: "加班".into(), due_on, document: String::new() };
        bank.act(&bank.clerk, move |tx, a| top_up_ask(tx, a, site, &new))
    };
    for n in 1..=TOP_UPS_WAITING_MAX as i64 {
        ask(n).unwrap();
    }
    assert!(ask(99).unwrap_err().is(&TOP_UPS_WAIT));
    bank.clock.advance(8 * A_DAY);
    ask(99).unwrap();
    let states: Vec<_> =
        bank.read(|tx| top_ups(tx, &bank.clerk, site, &page())).items.iter().map(|t| t.state).collect();
    assert_eq!(states[0], TopUpState::Asked);
    assert!(states[1..].iter().all(|s| *s == TopUpState::Lapsed));
}

#[test]
fn a_pay_day_without_enough_money_is_told_once() {
    let bank = Bank::filed();
    let f = bank.read(|tx| forecast(tx, bank.site, bank.today()));
    assert_eq!(
        (f.pay_on, f.basis, f.short),
        (day("2026-11-25"), Basis::Nothing, yuan(0)),
        "nobody is known to be paid"
    );
    let all = |tx: &mut Tx<'_>, _: &Actor| sweep_forecasts(tx, [0; 16], 10);
    assert_eq!(bank.act(&system(), all).unwrap().1, 0);
}
