//! A site ends: completion, pledge, notice, closing, return.
use super::*;
use worksite::end::{self, Step};

fn step(bank: &Bank) -> Step {
    let site = bank.site;
    bank.read(|tx| end::look(tx, &bank.officer, site)).step()
}

fn to_the_notice(bank: &Bank) {
    let site = bank.site;
    bank.act(&bank.clerk, move |tx, a| end::completed(tx, a, site, day(FIRST), "竣工验收〔2026〕9号")).unwrap();
    bank.act(&bank.clerk, move |tx, a| end::pledged(tx, a, site, "无欠薪承诺书")).unwrap();
    bank.act(&bank.clerk, move |tx, a| end::notice_begin(tx, a, site, "本项目已竣工，欠薪请在30日内提出。")).unwrap();
}

fn close_ask(bank: &Bank) -> Result<ApprovalId> {
    let (site, to) = (bank.site, bank.general);
    bank.act(&bank.officer, move |tx, a| end::close_ask(tx, a, site, to, ""))
}

#[test]
fn w15_the_steps_come_one_after_the_other() {
    let bank = Bank::open();
    let site = bank.site;
    assert_eq!(code(close_ask(&bank)), "worksite_not_completed");
    let begin = |bank: &Bank| bank.act(&bank.clerk, move |tx, a| end::notice_begin(tx, a, site, "公示"));
    let pledge = |bank: &Bank| bank.act(&bank.clerk, move |tx, a| end::pledged(tx, a, site, "承诺书"));
    let complete = |bank: &Bank, on: &'static str| {
        bank.act(&bank.clerk, move |tx, a| end::completed(tx, a, site, day(on), "竣工验收"))
    };
    assert_eq!(
        (step(&bank), code(begin(&bank)), code(pledge(&bank))),
        (Step::Complete, "worksite_not_completed", "worksite_not_completed")
    );
    assert_eq!(code(complete(&bank, "2026-11-21")), "bad_field", "a day to come");
    assert_eq!(complete(&bank, "2026-11-19").unwrap(), Change::Done);
    assert_eq!(complete(&bank, "2026-11-19").unwrap(), Change::AlreadySo);
    assert_eq!((step(&bank), code(begin(&bank))), (Step::Pledge, "worksite_not_pledged"));
    assert_eq!(pledge(&bank).unwrap(), Change::Done);
    assert_eq!((step(&bank), code(close_ask(&bank))), (Step::Notice, "worksite_notice_runs"));
    assert_eq!(begin(&bank).unwrap(), Change::Done);
    assert_eq!((step(&bank), begin(&bank).unwrap()), (Step::Wait, Change::AlreadySo));
    assert_eq!(code(complete(&bank, "2026-11-18")), "worksite_step_done");
    for who in [&bank.stranger, &bank.risk] {
        assert_eq!(code(bank.act(who, move |tx, a| end::completed(tx, a, site, day(FIRST), "x"))), "forbidden");
    }
}

#[test]
fn w15_thirty_whole_days_no_case_no_objection() {
    let bank = Bank::open();
    let site = bank.site;
    to_the_notice(&bank);
    let worker = Actor::of(Who::Person(bank.hands[0].person));
    let object = move |bank: &Bank, who: &Actor| bank.act(who, move |tx, a| end::object(tx, a, site, "九月还差一百"));
    assert_eq!(object(&bank, &worker).unwrap(), 1);
    assert_eq!(object(&bank, &worker).unwrap(), 1, "the same words");
    let passer_by = Actor::of(Who::Person(bank.owner.person().unwrap()));
    assert_eq!(code(object(&bank, &passer_by)), "not_found");
    bank.go_to("2026-12-19");
    assert_eq!(code(close_ask(&bank)), "worksite_notice_runs", "29 days");
    bank.go_to("2026-12-20");
    assert_eq!(code(close_ask(&bank)), "worksite_objection_open");
    bank.act(&bank.officer, move |tx, a| end::object_answer(tx, a, site, 1, "已补发")).unwrap();
    let block =
        move |bank: &Bank| bank.act(&system(), move |tx, a| worksite::block(tx, a, site, "arrears", "case_1", "立案"));
    assert_eq!((block(&bank).unwrap(), block(&bank).unwrap()), (Change::Done, Change::AlreadySo));
    assert_eq!(code(close_ask(&bank)), "worksite_blocked");
    bank.act(&system(), move |tx, a| worksite::unblock(tx, a, site, "arrears", "case_1", "结案")).unwrap();
    assert_eq!(step(&bank), Step::Close);
    assert!(close_ask(&bank).is_ok());
    bank.verify();
}

#[test]
fn w15_no_money_under_way_and_no_failed_line_unpaid() {
    let bank = Bank::open();
    to_the_notice(&bank);
    bank.go_to("2026-12-20");
    let wage = bank.wage_account();
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 2_000_000)).unwrap();
    let sheet = bank.sheet("2026-10", &[(0, 5_000), (1, 6_000)]);
    assert_eq!(code(close_ask(&bank)), "worksite_wages_open", "a sheet is checked");
    let closed = bank.hands[1].account;
    bank.act(&system(), move |tx, a| ledger::close_account(tx, a, closed, "he left")).unwrap();
    bank.pay(sheet);
    assert_eq!(code(close_ask(&bank)), "worksite_wages_open", "a failed line is not paid again");
    assert!(bank.read(|tx| payroll::unsettled(tx, bank.site)).failed == 1);
    let clearing = bank.read(|tx| payroll::project_raw(tx, bank.site)).clearing_account;
    let other = Bank::open();
    to_the_notice(&other);
    other.go_to("2026-12-20");
    let there = other.read(|tx| payroll::project_raw(tx, other.site)).clearing_account;
    assert_ne!(clearing, there);
    other.act(&system(), move |tx, _| from_outside(tx, there, 1)).unwrap();
    assert_eq!(code(close_ask(&other)), "worksite_money_under_way", "a fen in clearing");
}

#[test]
fn w15_two_persons_close_it_and_the_balance_is_the_main_contractors() {
    let bank = Bank::open();
    let (site, wage) = (bank.site, bank.wage_account());
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 123_456)).unwrap();
    to_the_notice(&bank);
    bank.go_to("2026-12-20");
    let others = bank.others;
    let asked = bank.act(&bank.officer, move |tx, a| end::close_ask(tx, a, site, others, ""));
    assert_eq!(code(asked), "worksite_not_contractors");
    let asked = close_ask(&bank).unwrap();
    assert_eq!(close_ask(&bank).unwrap(), asked, "it waits");
    let before = bank.balance(bank.general);
    bank.act(&system(), move |tx, a| worksite::block(tx, a, site, "arbitration", "a", "b")).unwrap();
    assert_eq!(code(bank.yes(&bank.operations, asked)), "worksite_blocked", "judged again");
    bank.act(&system(), move |tx, a| worksite::unblock(tx, a, site, "arbitration", "a", "b")).unwrap();
    assert_eq!(bank.yes(&bank.operations, asked).unwrap(), Change::Done);
    assert_eq!(bank.balance(bank.general) - before, 123_456);
    let project = bank.read(|tx| payroll::project_raw(tx, site));
    assert!(project.closed_at.is_some() && bank.read(|tx| ledger::view(tx, wage)).account.closed_at.is_some());
    assert_eq!((step(&bank), code(close_ask(&bank))), (Step::Closed, "worksite_closed"));
    bank.verify();
}

#[test]
fn d5_a_deposit_goes_back_after_the_end_and_not_before() {
    let bank = Bank::open();
    let id = bank.deposit(20 * WAN);
    let account = bank.account_of(id);
    let (to, others) = (bank.general, bank.others);
    let ask = move |bank: &Bank, to| bank.act(&bank.officer, move |tx, a| return_ask(tx, a, id, to, ""));
    assert_eq!(code(ask(&bank, Some(to))), "worksite_not_completed");
    to_the_notice(&bank);
    bank.go_to("2026-12-19");
    assert_eq!(code(ask(&bank, Some(to))), "worksite_notice_runs", "29 days");
    bank.go_to("2026-12-20");
    let notice = bank.receive(bank.notice_of(id, "1", &[(0, 10_000)])).unwrap();
    assert_eq!(code(ask(&bank, Some(to))), "guarantee_notice_open");
    let asked = bank.ask(notice).unwrap();
    bank.no(&bank.operations, asked, "不清楚").unwrap();
    assert_eq!(code(ask(&bank, Some(others))), "guarantee_not_own_account");
    assert_eq!(code(ask(&bank, None)), "bad_field");
    let (asked, before) = (ask(&bank, Some(to)).unwrap(), bank.balance(bank.general));
    assert_eq!(ask(&bank, Some(to)).unwrap(), asked, "a second click");
    assert_eq!(code(bank.yes(&bank.officer, asked)), "forbidden");
    assert_eq!(bank.yes(&bank.operations, asked).unwrap(), Change::Done);
    assert_eq!((bank.balance(bank.general) - before, bank.balance(account)), (20 * WAN, 0));
    assert_eq!(code(ask(&bank, Some(to))), "guarantee_ended");
    bank.verify();
}

#[test]
fn w12_records_are_kept_three_years_from_the_later_of_completion_and_wages() {
    let bank = Bank::open();
    let (site, wage) = (bank.site, bank.wage_account());
    let until = |bank: &Bank| bank.read(|tx| end::kept_until(tx, site)).until;
    let may = |bank: &Bank, on: &str| code(bank.read(|tx| Ok(end::may_forget(tx, site, day(on)))));
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 2_000_000)).unwrap();
    bank.act(&bank.clerk, move |tx, a| end::completed(tx, a, site, day(FIRST), "竣工验收")).unwrap();
    assert_eq!((until(&bank), may(&bank, "2126-01-01")), (None, "worksite_records_kept"));
    bank.go_to("2026-12-01");
    let sheet = bank.sheet("2026-10", &[(0, 5_000)]);
    assert_eq!(until(&bank), None, "not settled");
    bank.pay(sheet);
    assert_eq!(until(&bank), Some(day("2029-12-01")));
    assert_eq!((may(&bank, "2029-12-01"), may(&bank, "2029-12-02")), ("worksite_records_kept", ""));
}

/// Whoever adds a statement that deletes from one of these tables asks `may_forget` first, and names it here.
#[test]
fn w12_no_statement_deletes_what_belongs_to_a_site() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut seen = 0;
    for name in ["payroll", "crews", "worksite", "guarantee", "arrears"] {
        let mut folders = vec![crates.join(name).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.extend((!path.ends_with("tests")).then_some(path));
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                seen += 1;
                // No record: who shares an account, found anew each night.
                let text = text.replace(concat!("DELETE", " FROM arr", "ears_cards"), "");
                for word in [concat!("DELETE", " FROM"), concat!("tx.", "delete")] {
                    assert!(!text.contains(word), "{} deletes; ask worksite::end::may_forget first", path.display());
                }
            }
        }
    }
    assert!(seen > 20, "the sources were found");
}

#[test]
fn w11_the_pay_ledger_has_what_the_law_wants_and_names_only_with_a_reason() {
    let bank = Bank::open();
    let (site, wage) = (bank.site, bank.wage_account());
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 2_000_000)).unwrap();
    let sheet = bank.sheet("2026-10", &[(0, 5_000)]);
    assert!(bank.read(|tx| end::pay_ledger(tx, &bank.clerk, site, 10)).is_empty(), "nothing was paid yet");
    bank.pay(sheet);
    let rows = bank.read(|tx| end::pay_ledger(tx, &bank.clerk, site, 10));
    assert_eq!((rows.len(), rows[0].period.as_str(), rows[0].net), (1, "2026-10", Money::cny(500_000)));
    assert!(rows[0].proof.starts_with("tran_") || !rows[0].proof.is_empty());
    assert!(rows[0].name.contains('*'), "masked: {}", rows[0].name);
    let file = move |bank: &Bank, who: &Actor, why: &'static str| {
        bank.act(who, move |tx, a| end::pay_ledger_file(tx, a, site, why))
    };
    assert_eq!(code(file(&bank, &bank.clerk, " ")), "reason_needed");
    for who in [&bank.stranger, &bank.checker, &bank.officer] {
        assert_eq!(code(file(&bank, who, "检查")), "forbidden");
    }
    let text = String::from_utf8(file(&bank, &bank.manager, "劳动监察检查").unwrap()).unwrap();
    let h = &bank.hands[0];
    let wanted = ["海岳建工有限公司", "2026-10", &h.name, &h.identity, "13700000000", "HT-1", "5000.00", "26.00"];
    assert!(wanted.iter().all(|w| text.contains(w)), "{text}");
    let told = bank.read(|tx| tx.audit_search(i64::MAX, 10, "", "worksite.pay_ledger_reveal", ""));
    assert_eq!(told.len(), 1, "the look is written down");
}

#[test]
fn w15_a_worker_sees_the_notice_of_his_own_site_and_what_he_says_holds_it() {
    let bank = Bank::open();
    let site = bank.site;
    let hand = |n: usize| Actor::of(Who::Person(bank.hands[n].person));
    let nobody = Actor::of(Who::Person(bank.clerk.person().unwrap()));
    let mine = |who: &Actor| bank.read(|tx| end::my_notices(tx, who)).len();
    assert_eq!(mine(&hand(0)), 0, "no notice runs");
    bank.act(&bank.clerk, move |tx, a| end::completed(tx, a, site, day(FIRST), "竣工验收")).unwrap();
    bank.act(&bank.clerk, move |tx, a| end::pledged(tx, a, site, "承诺书")).unwrap();
    bank.act(&bank.clerk, move |tx, a| end::notice_begin(tx, a, site, "公示三十天")).unwrap();
    assert_eq!((mine(&hand(0)), mine(&nobody), mine(&bank.clerk)), (1, 0, 0));
    assert!(bank.desk.store.read(|tx| end::my_notice(tx, &nobody, site)).is_err(), "another's site");
    let object = move |bank: &Bank, n: usize| {
        bank.act(&Actor::of(Who::Person(bank.hands[n].person)), move |tx, a| end::object(tx, a, site, "还差两天工钱"))
    };
    let number = object(&bank, 0).unwrap();
    assert_eq!(object(&bank, 0).unwrap(), number, "the same words are the same objection");
    let own = |n: usize| bank.read(|tx| end::my_notice(tx, &hand(n), site)).1.len();
    assert_eq!((own(0), own(1)), (1, 0), "what others say is not shown");
    bank.go_to("2026-12-20");
    let general = bank.general;
    let close = |bank: &Bank| code(bank.act(&bank.officer, move |tx, a| end::close_ask(tx, a, site, general, "")));
    assert_eq!(close(&bank), "worksite_objection_open");
    bank.act(&bank.officer, move |tx, a| end::object_answer(tx, a, site, number, "已补发")).unwrap();
    assert_eq!(close(&bank), "");
}
