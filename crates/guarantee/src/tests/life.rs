//! What is put aside, paid out on a notice, and refilled.
use super::*;

fn standing_of(bank: &Bank) -> Standing {
    bank.read(|tx| standing(tx, &bank.clerk, bank.site))
}

#[test]
fn d2_twenty_working_days_and_then_it_is_late_once() {
    let bank = Bank::open();
    let id = bank.deposit(0);
    assert_eq!(standing_of(&bank).duty.map(|d| d.due_on.to_string()), Some("2026-12-18".into()));
    bank.go_to("2026-12-18");
    assert_eq!(go_on(&bank.desk).unwrap(), Moved::default(), "the last day is in time");
    assert!(!standing_of(&bank).late);
    bank.go_to("2026-12-19");
    assert_eq!(go_on(&bank.desk).unwrap().duties_late, 1);
    assert_eq!(go_on(&bank.desk).unwrap().duties_late, 0, "told once");
    assert!(standing_of(&bank).late);
    pay_in(&bank.desk, &system(), id, bank.general, Money::cny(20 * WAN), None).unwrap();
    let now = standing_of(&bank);
    assert!(!now.late && now.short.is_zero() && now.duty.unwrap().met_at.is_some());
    bank.verify();
}

#[test]
fn a_duty_is_written_down_by_the_bank_and_stands_once_something_stands_for_it() {
    let bank = Bank::open();
    let site = bank.site;
    assert_eq!(code(bank.act(&bank.officer, move |tx, a| open_cash(tx, a, site))), "guarantee_duty_missing");
    bank.duty();
    let ask = Ask {
        contract: Money::cny(200 * WAN),
        other_works: 0,
        history: History { clean_years: 1, arrears: 0 },
        region: "990102".into(),
        date: day("2026-11-02"),
    };
    let exempt = DutyNew { project: site, ask, counts_from: day(FIRST) };
    for who in [&bank.clerk, &bank.manager, &bank.stranger] {
        let new = exempt.clone();
        assert_eq!(code(bank.act(who, move |tx, a| duty_set(tx, a, new.clone()))), "forbidden");
    }
    let new = exempt.clone();
    assert_eq!(bank.act(&bank.officer, move |tx, a| duty_set(tx, a, new.clone())).unwrap(), Change::Done);
    assert_eq!(code(bank.act(&bank.officer, move |tx, a| open_cash(tx, a, site))), "guarantee_exempt");
    let id = bank.deposit(0);
    assert_eq!(bank.act(&bank.officer, move |tx, a| open_cash(tx, a, site)).unwrap(), id, "again is the same one");
    assert_eq!(code(bank.act(&bank.officer, move |tx, a| duty_set(tx, a, exempt.clone()))), "guarantee_duty_fixed");
    let others = bank.act(&bank.stranger, move |tx, a| guarantee(tx, a, id));
    assert_eq!(code(others), "not_found");
}

#[test]
fn money_of_a_deposit_is_nobodys_to_order() {
    let bank = Bank::open();
    let id = bank.deposit(20 * WAN);
    let account = bank.account_of(id);
    assert_eq!(bank.balance(account), 20 * WAN);
    let order = |kind, from, to| payments::Order::new(kind, from, payments::Payee::Account(to), Money::cny(100));
    let wage = bank.wage_account();
    for (who, kind, to) in [
        (&bank.owner, payments::Kind::Transfer, bank.general),
        (&bank.owner, payments::Kind::GuaranteeOut, bank.general),
        (&bank.owner, payments::Kind::LegalDeduction, bank.general),
        (&system(), payments::Kind::Transfer, bank.general),
        (&system(), payments::Kind::GuaranteeOut, wage),
        (&system(), payments::Kind::FundWageAccount, wage),
    ] {
        let done = payments::submit(&bank.desk, who, order(kind, account, to), None);
        assert!(done.is_err() || done.is_ok_and(|r| r.state == payments::State::Refused), "{kind}");
    }
    for kind in [payments::Kind::Transfer, payments::Kind::FundWageAccount] {
        let done = payments::submit(&bank.desk, &bank.owner, order(kind, bank.general, account), None);
        assert!(done.is_err() || done.is_ok_and(|r| r.state == payments::State::Refused), "{kind} comes in");
    }
    assert_eq!(
        code(pay_in(&bank.desk, &bank.owner, id, bank.others, Money::cny(1), None)),
        "guarantee_not_own_account"
    );
    assert_eq!(bank.balance(account), 20 * WAN);
    bank.verify();
}

#[test]
fn d4_the_main_contractor_is_ordered_first_and_defaults() {
    let bank = Bank::open();
    let id = bank.deposit(20 * WAN);
    let good = bank.notice_of(id, "动〔2026〕7号", &[(0, 500_000)]);
    let cases = [
        ("no order", NoticeNew { settle_order: " ".into(), ..good.clone() }, "guarantee_liability_order"),
        ("no proof", NoticeNew { default_proof: String::new(), ..good.clone() }, "guarantee_liability_order"),
        (
            "defaulted before",
            NoticeNew { defaulted_on: day("2026-11-04"), ..good.clone() },
            "guarantee_liability_order",
        ),
        ("the same day", NoticeNew { defaulted_on: day("2026-11-05"), ..good.clone() }, "guarantee_liability_order"),
        ("noticed before", NoticeNew { issued_on: day("2026-11-15"), ..good.clone() }, "guarantee_liability_order"),
        ("to come", NoticeNew { issued_on: day("2026-11-21"), ..good.clone() }, "guarantee_liability_order"),
        ("no number", NoticeNew { number: "".into(), ..good.clone() }, "bad_field"),
        ("nobody", NoticeNew { workers: vec![], ..good.clone() }, "too_large"),
        (
            "twice",
            NoticeNew { workers: [good.workers.clone(), good.workers.clone()].concat(), ..good.clone() },
            "guarantee_named_unfit",
        ),
        (
            "nothing",
            NoticeNew { workers: vec![Named { amount: 0, ..good.workers[0] }], ..good.clone() },
            "guarantee_named_unfit",
        ),
        ("the next day", NoticeNew { defaulted_on: day("2026-11-06"), ..good.clone() }, ""),
    ];
    for (what, new, want) in cases {
        assert_eq!(code(bank.receive(new)), want, "{what}");
    }
    let other = NoticeNew { workers: vec![Named { amount: 1, ..good.workers[0] }], ..good.clone() };
    assert_eq!(code(bank.receive(other)), "guarantee_notice_taken");
    for who in [&bank.clerk, &bank.operations, &bank.risk] {
        let new = good.clone();
        assert_eq!(code(bank.act(who, move |tx, a| notice_receive(tx, a, new.clone()))), "forbidden");
    }
}

#[test]
fn d4_two_persons_pay_named_workers_and_it_is_refilled() {
    let bank = Bank::open();
    let id = bank.deposit(20 * WAN);
    let new = bank.notice_of(id, "动〔2026〕7号", &[(0, 500_000), (1, 600_000)]);
    let notice = bank.receive(new.clone()).unwrap();
    assert_eq!(bank.receive(new).unwrap(), notice, "again is the same one");
    assert_eq!(bank.notice(notice).pay_by, day("2026-11-27"));
    let asked = bank.act(&bank.manager, move |tx, a| notice_ask(tx, a, notice, "")).unwrap();
    assert_eq!(code(bank.yes(&bank.manager, asked)), "maker_is_checker");
    assert_eq!(code(bank.yes(&bank.officer, asked)), "forbidden");
    assert_eq!(bank.no(&bank.operations, asked, "章不清楚").unwrap(), Change::Done);
    assert_eq!(bank.notice(notice).state, NoticeState::Refused);
    let asked = bank.ask(notice).unwrap();
    assert_eq!(bank.ask(notice).unwrap(), asked, "it waits");
    assert_eq!(bank.yes(&bank.manager, asked).unwrap(), Change::Done);
    assert_eq!(bank.yes(&bank.manager, asked).unwrap(), Change::AlreadySo);
    let paid = bank.notice(notice);
    assert_eq!((paid.state, paid.paid, paid.refill_by), (NoticeState::Paid, 1_100_000, Some(day("2026-12-04"))));
    assert_eq!((bank.balance(bank.account_of(id)), bank.balance(bank.wage_account())), (18_900_000, 1_100_000));
    assert_eq!(standing_of(&bank).refill, Some((Money::cny(1_100_000), day("2026-12-04"))));

    let unfit = bank.sheet("2026-08", &[(0, 5_000), (2, 100)]);
    let above = bank.sheet("2026-09", &[(0, 5_001)]);
    let right = bank.sheet("2026-10", &[(0, 5_000), (1, 6_000)]);
    let gone = bank.sheet("2026-06", &[(0, 5_000), (1, 6_000)]);
    bank.cancel(gone);
    assert_eq!(code(bank.act(&bank.officer, move |tx, a| notice_sheet(tx, a, notice, gone))), "guarantee_sheet_unfit");
    let named = bank.sheet("2026-07", &[(0, 5_000), (1, 6_000)]);
    bank.act(&bank.officer, move |tx, a| notice_sheet(tx, a, notice, named)).unwrap();
    bank.cancel(named);
    for (sheet, want) in [(unfit, "guarantee_sheet_unfit"), (above, "guarantee_sheet_unfit"), (right, "")] {
        assert_eq!(code(bank.act(&bank.officer, move |tx, a| notice_sheet(tx, a, notice, sheet))), want);
    }
    assert_eq!(bank.pay(right).paid_lines, 2);
    assert_eq!((bank.balance(bank.hands[0].account), bank.balance(bank.wage_account())), (500_000, 0));

    bank.go_to("2026-12-04");
    assert_eq!(go_on(&bank.desk).unwrap().refills_late, 0, "the tenth day is in time");
    bank.go_to("2026-12-05");
    assert_eq!(go_on(&bank.desk).unwrap().refills_late, 1);
    assert!(standing_of(&bank).late);
    pay_in(&bank.desk, &system(), id, bank.general, Money::cny(1_099_999), None).unwrap();
    assert!(bank.notice(notice).refilled_at.is_none(), "a fen is missing");
    pay_in(&bank.desk, &system(), id, bank.general, Money::cny(1), None).unwrap();
    assert!(bank.notice(notice).refilled_at.is_some() && standing_of(&bank).refill.is_none());
    bank.verify();
}

#[test]
fn d4_the_bank_is_late_after_five_working_days() {
    let bank = Bank::open();
    let id = bank.deposit(WAN);
    let notice = bank.receive(bank.notice_of(id, "1", &[(0, 2 * WAN)])).unwrap();
    bank.go_to("2026-11-27");
    assert_eq!(go_on(&bank.desk).unwrap().notices_late, 0);
    bank.go_to("2026-11-28");
    assert_eq!(go_on(&bank.desk).unwrap().notices_late, 1);
    assert_eq!(go_on(&bank.desk).unwrap().notices_late, 0, "told once");
    let asked = bank.ask(notice).unwrap();
    bank.yes(&bank.operations, asked).unwrap();
    let paid = bank.notice(notice);
    assert_eq!((paid.paid, paid.is_late(day("2026-11-28"))), (WAN, true), "what is there is paid");
    let more = bank.receive(bank.notice_of(id, "2", &[(1, 100)])).unwrap();
    let asked = bank.ask(more).unwrap();
    assert_eq!(code(bank.yes(&bank.operations, asked)), "guarantee_nothing_there");
    bank.verify();
}

#[test]
fn what_a_worker_could_not_be_paid_refills_first() {
    let bank = Bank::open();
    let id = bank.deposit(20 * WAN);
    let notice = bank.receive(bank.notice_of(id, "1", &[(0, 500_000), (1, 600_000)])).unwrap();
    let asked = bank.ask(notice).unwrap();
    bank.yes(&bank.operations, asked).unwrap();
    let sheet = bank.sheet("2026-10", &[(0, 5_000), (1, 6_000)]);
    bank.act(&bank.officer, move |tx, a| notice_sheet(tx, a, notice, sheet)).unwrap();
    let desk = bank.desk.clone();
    let back = move |bank: &Bank| {
        let desk = desk.clone();
        bank.act(&bank.officer, move |tx, a| came_back(&desk, tx, a, notice))
    };
    assert_eq!(code(back(&bank)), "guarantee_nothing_back");
    let closed = bank.hands[1].account;
    bank.act(&system(), move |tx, a| ledger::close_account(tx, a, closed, "he left")).unwrap();
    assert_eq!(bank.pay(sheet).failed_lines, 1);
    assert_eq!(bank.balance(bank.wage_account()), 600_000);
    assert_eq!(back(&bank).unwrap(), Money::cny(600_000));
    assert_eq!((bank.balance(bank.wage_account()), bank.balance(bank.account_of(id))), (0, 19_500_000));
    assert_eq!(standing_of(&bank).refill.map(|(owed, _)| owed), Some(Money::cny(500_000)));
    assert_eq!(code(back(&bank)), "guarantee_nothing_back");
    bank.verify();
}

#[test]
fn d4_a_repayment_that_was_cancelled_leaves_the_money_to_go_back() {
    let bank = Bank::open();
    let id = bank.deposit(20 * WAN);
    let notice = bank.paid_notice(id, "1", &[(0, 500_000), (1, 600_000)]);
    let sheet = bank.sheet("2026-10", &[(0, 5_000), (1, 6_000)]);
    bank.act(&bank.officer, move |tx, a| notice_sheet(tx, a, notice, sheet)).unwrap();
    let closed = bank.hands[1].account;
    bank.act(&system(), move |tx, a| ledger::close_account(tx, a, closed, "he left")).unwrap();
    assert_eq!(bank.pay(sheet).failed_lines, 1);
    let failed =
        bank.read(|tx| payroll::lines(tx, &bank.clerk, sheet, Some(payroll::LineState::Failed), &PageAsk::first(5)));
    let line = failed.items[0].line;
    let desk = bank.desk.clone();
    let back = || {
        let desk = desk.clone();
        bank.act(&bank.officer, move |tx, a| came_back(&desk, tx, a, notice))
    };
    let again = bank.act(&bank.clerk, move |tx, a| payroll::repay(tx, a, &[line], "")).unwrap();
    assert_eq!(code(back()), "guarantee_nothing_back", "another sheet is to pay it");
    bank.cancel(again);
    assert_eq!(back().unwrap(), Money::cny(600_000));
    bank.verify();
}

#[test]
fn d4_money_that_is_not_needed_goes_back_by_two() {
    let bank = Bank::open();
    let id = bank.deposit(20 * WAN);
    let notice = bank.paid_notice(id, "1", &[(0, 500_000), (1, 600_000)]);
    let ask = |who: &Actor| bank.act(who, move |tx, a| unneeded_ask(tx, a, notice, "总包已用自有资金付清"));
    assert_eq!(code(ask(&bank.operations)), "forbidden");
    let sheet = bank.sheet("2026-10", &[(0, 5_000), (1, 6_000)]);
    bank.act(&bank.officer, move |tx, a| notice_sheet(tx, a, notice, sheet)).unwrap();
    assert_eq!(code(ask(&bank.manager)), "guarantee_sheet_unfit", "a sheet is to pay it out");
    bank.cancel(sheet);
    let asked = ask(&bank.manager).unwrap();
    assert_eq!(ask(&bank.manager).unwrap(), asked, "a second click");
    assert_eq!(code(bank.yes(&bank.manager, asked)), "maker_is_checker");
    let another = bank.sheet("2026-11", &[(0, 5_000)]);
    bank.act(&bank.officer, move |tx, a| notice_sheet(tx, a, notice, another)).unwrap();
    assert_eq!(code(bank.yes(&bank.operations, asked)), "guarantee_sheet_unfit", "judged again");
    bank.cancel(another);
    assert_eq!(bank.yes(&bank.operations, asked).unwrap(), Change::Done);
    assert_eq!((bank.balance(bank.wage_account()), bank.balance(bank.account_of(id))), (0, 20 * WAN));
    assert!(bank.notice(notice).refilled_at.is_some(), "it is whole again");
    assert_eq!(code(ask(&bank.manager)), "guarantee_nothing_back");
    bank.verify();
}

#[test]
fn d4_the_same_worker_is_not_paid_by_two_notices_at_once() {
    let bank = Bank::open();
    let id = bank.deposit(20 * WAN);
    let first = bank.paid_notice(id, "1", &[(0, 500_000)]);
    let now = kernel::Timestamp::from_micros(1);
    let cases: Vec<_> = (0..2).map(|_| kernel::id::ArrearsCaseId::new(now, bank.site.book()).to_string()).collect();
    let second = |number: &str, owed, proof: String| {
        let new = NoticeNew { default_proof: proof, ..bank.notice_of(id, number, owed) };
        let asked = bank.ask(bank.receive(new).unwrap()).unwrap();
        code(bank.yes(&bank.operations, asked))
    };
    assert_eq!(second("2", &[(0, 100)], "另一份".into()), "guarantee_named_elsewhere");
    assert_eq!(second("3", &[(0, 100)], cases[0].clone()), "guarantee_named_elsewhere", "one on paper, one of a case");
    assert_eq!(second("4", &[(1, 100)], "另一份".into()), "", "another worker");
    assert_eq!(second("5", &[(2, 100)], cases[0].clone()), "");
    assert_eq!(second("6", &[(2, 100)], cases[1].clone()), "", "two cases: two wages");
    assert_eq!(second("7", &[(2, 100)], cases[1].clone()), "guarantee_named_elsewhere", "the same case");
    let sheet = bank.sheet("2026-10", &[(0, 5_000)]);
    bank.act(&bank.officer, move |tx, a| notice_sheet(tx, a, first, sheet)).unwrap();
    assert_eq!(second("8", &[(0, 100)], "另一份".into()), "guarantee_named_elsewhere", "it is not paid out yet");
    bank.pay(sheet);
    assert_eq!(second("9", &[(0, 100)], "另一份".into()), "");
    bank.verify();
}

fn letter(bank: &Bank, until: &str, yuan: i64) -> LetterTerms {
    LetterTerms {
        issuer: "沧溟银行".into(),
        letter: "BH-2026-118".into(),
        amount: Money::cny(yuan * 100),
        valid_from: day("2026-11-01"),
        valid_until: day(until),
        evidence: bank.keep("保函扫描件"),
    }
}

#[test]
fn a_letter_stands_for_cash_until_its_last_day_and_is_renewed() {
    let bank = Bank::open();
    bank.duty();
    let site = bank.site;
    for (what, terms, want) in [
        ("over", letter(&bank, "2026-11-19", 200_000), "guarantee_letter_terms"),
        ("nothing", letter(&bank, "2026-12-31", 0), "guarantee_letter_terms"),
        ("no file", LetterTerms { evidence: vec![1; 32], ..letter(&bank, "2026-12-31", 200_000) }, "bad_field"),
        ("no issuer", LetterTerms { issuer: " ".into(), ..letter(&bank, "2026-12-31", 200_000) }, "bad_field"),
    ] {
        assert_eq!(code(bank.act(&bank.officer, move |tx, a| open_letter(tx, a, site, terms.clone()))), want, "{what}");
    }
    let terms = letter(&bank, "2026-12-31", 200_000);
    let id = bank.act(&bank.officer, move |tx, a| open_letter(tx, a, site, terms.clone())).unwrap();
    assert!(standing_of(&bank).short.is_zero());
    assert_eq!(code(pay_in(&bank.desk, &system(), id, bank.general, Money::cny(1), None)), "guarantee_not_cash");
    bank.go_to("2026-11-30");
    assert_eq!(go_on(&bank.desk).unwrap().letters_near_end, 0, "31 days");
    bank.go_to("2026-12-01");
    assert_eq!(go_on(&bank.desk).unwrap().letters_near_end, 1);
    assert_eq!(go_on(&bank.desk).unwrap().letters_near_end, 0);
    let renewed =
        move |bank: &Bank, terms: LetterTerms| bank.act(&bank.officer, move |tx, a| renew(tx, a, id, terms.clone()));
    assert_eq!(code(renewed(&bank, letter(&bank, "2026-12-30", 200_000))), "guarantee_letter_terms", "shorter");
    assert_eq!(renewed(&bank, letter(&bank, "2027-12-31", 200_000)).unwrap(), Change::Done);
    assert_eq!(renewed(&bank, letter(&bank, "2027-12-31", 200_000)).unwrap(), Change::AlreadySo);
    assert_eq!(bank.read(|tx| letters(tx, &bank.clerk, id)).len(), 2);
    bank.go_to("2027-12-31");
    assert!(standing_of(&bank).short.is_zero(), "its last day");
    bank.go_to("2028-01-01");
    assert_eq!(standing_of(&bank).short, Money::cny(20 * WAN));
    bank.verify();
}

#[test]
fn a_letter_is_called_and_its_issuer_pays() {
    let bank = Bank::open();
    bank.duty();
    let (site, terms) = (bank.site, letter(&bank, "2027-12-31", 200_000));
    let id = bank.act(&bank.officer, move |tx, a| open_letter(tx, a, site, terms.clone())).unwrap();
    let notice = bank.receive(bank.notice_of(id, "7", &[(0, 500_000)])).unwrap();
    let pay = |from: AccountId, fen: i64| {
        let wage = bank.wage_account();
        let order =
            payments::Order::new(payments::Kind::Transfer, from, payments::Payee::Account(wage), Money::cny(fen));
        payments::submit(&bank.desk, &system(), order, None).unwrap().instruction
    };
    let early = pay(bank.others, 500_000);
    bank.clock.advance(HOUR);
    let asked = bank.ask(notice).unwrap();
    bank.yes(&bank.manager, asked).unwrap();
    let called = bank.notice(notice);
    assert_eq!((called.state, called.claim.as_str(), called.paid), (NoticeState::Called, "BH-2026-118-7", 500_000));
    assert_eq!(standing_of(&bank).letters, Money::cny(19_500_000));
    let (own, less, right) = (pay(bank.general, 500_000), pay(bank.others, 499_999), pay(bank.others, 500_000));
    for (payment, want) in [
        (early, "guarantee_payment_unfit"),
        (own, "guarantee_payment_unfit"),
        (less, "guarantee_payment_unfit"),
        (right, ""),
    ] {
        assert_eq!(code(bank.act(&bank.officer, move |tx, a| issuer_paid(tx, a, notice, payment))), want);
    }
    let again = bank.act(&bank.officer, move |tx, a| issuer_paid(tx, a, notice, right)).unwrap();
    assert_eq!((again, bank.notice(notice).state), (Change::AlreadySo, NoticeState::Paid));
    let terms = letter(&bank, "2028-06-30", 200_000);
    bank.act(&bank.officer, move |tx, a| renew(tx, a, id, terms.clone())).unwrap();
    assert!(bank.notice(notice).refilled_at.is_some(), "the new letter makes it whole");
    bank.verify();
}

#[test]
fn d4_money_of_a_notice_pays_the_named_alone() {
    let bank = Bank::open();
    let id = bank.deposit(20 * WAN);
    let notice = bank.receive(bank.notice_of(id, "1", &[(0, 500_000), (1, 600_000)])).unwrap();
    bank.yes(&bank.operations, bank.ask(notice).unwrap()).unwrap();
    let wage = bank.wage_account();
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 100_000)).unwrap();
    let kept = || bank.read(|tx| payroll::earmarked(tx, bank.site)).minor;
    let refused = |sheet: PaySheetId| bank.pay(sheet).code;

    let named = bank.sheet("2026-10", &[(0, 5_000), (1, 5_000)]);
    assert_eq!(refused(named), "wage_earmarked", "nobody said yet that it is theirs");
    let others = bank.sheet("2026-09", &[(2, 1_001)]);
    assert_eq!(refused(others), "wage_earmarked", "a yuan too much");
    assert_eq!((bank.balance(wage), kept()), (1_200_000, 1_100_000), "nothing moved");
    let enough = |id| bank.read(|tx| payroll::sheet(tx, &bank.clerk, id)).enough;
    assert!(!enough(others) && !enough(named));

    bank.act(&bank.officer, move |tx, a| notice_sheet(tx, a, notice, named)).unwrap();
    assert!(!enough(others) && enough(named));
    let fits = bank.sheet("2026-08", &[(2, 1_000)]);
    assert_eq!(bank.pay(fits).paid_lines, 1, "what is not theirs pays others");
    let closed = bank.hands[1].account;
    bank.act(&system(), move |tx, a| ledger::close_account(tx, a, closed, "he left")).unwrap();
    let done = bank.pay(named);
    assert_eq!((done.paid_lines, done.failed_lines, kept()), (1, 1, 600_000), "what failed is kept, and the rest");
    assert_eq!(refused(others), "wage_earmarked");
    assert!(bank.read(|tx| payroll::unsettled(tx, bank.site)).earmarked == 600_000, "the site does not end over it");
    let desk = bank.desk.clone();
    let back = bank.act(&bank.officer, move |tx, a| came_back(&desk, tx, a, notice)).unwrap();
    assert_eq!((back.minor, kept(), bank.balance(wage)), (600_000, 0, 0));
    bank.verify();
}
