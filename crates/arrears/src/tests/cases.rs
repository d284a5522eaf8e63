//! Cases from the first word to the last fen.
use super::*;

fn opened(bank: &Bank) -> (Site, Vec<Hand>, PaySheetId, ArrearsCaseId) {
    let site = bank.site(1, Some("990102"));
    let hands: Vec<Hand> = (1..=3).map(|n| bank.hand(n)).collect();
    hands.iter().for_each(|h| {
        bank.take_on(&site, h, &h.card, OURS);
    });
    let sheet = bank.sheet(&site, "2026-10", &hands);
    bank.scan();
    let (officer, project) = (bank.officer.clone(), site.project);
    let id = bank.write(move |tx| {
        let new = CaseNew { about: "十月工资未付".into(), sheets: vec![sheet], ..CaseNew::of(project) };
        case_open(tx, &officer, &new)
    });
    (site, hands, sheet, id.unwrap())
}

#[test]
fn w16_the_main_contractor_first_the_owner_up_to_what_he_owes() {
    let cases = [
        (yuan(100), true, Some(yuan(60)), (100, 100, Some(60))),
        (yuan(100), true, Some(yuan(100)), (100, 100, Some(100))),
        (yuan(100), false, Some(yuan(500)), (100, 0, Some(100))),
        (yuan(100), false, Some(yuan(0)), (100, 0, Some(0))),
        (yuan(100), false, None, (100, 0, None)),
    ];
    for (owed, sub, left, (first, back, owner)) in cases {
        let l = liability(owed, sub, left);
        assert_eq!(
            (l.contractor_first, l.from_subcontractor, l.owner_up_to),
            (yuan(first), yuan(back), owner.map(yuan))
        );
    }
}

#[test]
fn w5_w16_a_case_goes_its_way_until_every_line_is_paid() {
    let bank = Bank::open("2026-11-16");
    let (inspector, head) = bank.bureau(1, "990100", Level::City);
    let (site, _, _, id) = opened(&bank);
    assert_eq!((bank.case(id).workers, bank.case(id).owed()), (3, yuan(24_000)));
    let (officer, clerk) = (bank.officer.clone(), site.clerk.clone());
    bank.write(move |tx| case_tell(tx, &officer, id, "请于两日内支付")).unwrap();
    bank.write(move |tx| case_report(tx, &clerk, id, "报告-7")).unwrap();
    let by = inspector.clone();
    bank.write(move |tx| case_order(tx, &by, id, "责令-3", day("2026-11-20"))).unwrap();
    assert_eq!(bank.case(id).state, CaseState::Ordered);
    let by = inspector.clone();
    let early = bank.write(move |tx| notice_ask(tx, &by, id, "通知-1")).unwrap_err();
    assert!(early.is(&CASE_STATE), "he has not defaulted yet");
    bank.at("2026-11-20");
    bank.scan();
    assert_eq!(bank.case(id).state, CaseState::Ordered, "the day itself");
    bank.at("2026-11-21");
    bank.scan();
    assert_eq!(bank.case(id).state, CaseState::Defaulted);
    bank.scan();
    assert!(bank.open_warnings(site.project).iter().any(|(k, _)| *k == Kind::ContractorDefault));
    signed(&bank, &inspector, &head, id);
    assert_eq!(bank.case(id).state, CaseState::Noticed);
    let officer = bank.officer.clone();
    let early = bank.write(move |tx| case_close(tx, &officer, id, "完结")).unwrap_err();
    assert!(early.is(&CASE_OWES));
    bank.verify();
}

/// The officer writes a notice, the head signs; neither does both.
fn signed(bank: &Bank, inspector: &Actor, head: &Actor, id: ArrearsCaseId) {
    let write = |number: &'static str, by: &Actor| {
        let by = by.clone();
        bank.write(move |tx| notice_ask(tx, &by, id, number))
    };
    assert!(write("通知-1", head).is_err(), "the head writes none");
    let asked = write("通知-1", inspector).unwrap();
    assert_eq!(write("通知-1", inspector).unwrap(), asked, "again is the same");
    assert!(write("通知-2", inspector).unwrap_err().is(&NOTICE_WAITS));
    let decide = |by: &Actor, asked: ApprovalId, no: Option<&'static str>| {
        let (by, hash) = (by.clone(), bank.read(|tx| approval::raw(tx, asked)).hash_text());
        bank.write(move |tx| match no {
            Some(why) => approval_no(tx, &by, asked, &hash, why),
            None => approval_yes(tx, &by, asked, &hash),
        })
    };
    assert!(decide(inspector, asked, None).is_err(), "w16: one person alone issues no notice");
    assert_eq!(bank.case(id).state, CaseState::Defaulted);
    let officer = bank.officer.clone();
    assert!(bank.write(move |tx| notice_take(tx, &officer, id)).unwrap_err().is(&CASE_STATE), "it is not signed");
    decide(head, asked, Some("编号写错了")).unwrap();
    let refused = bank.case(id);
    assert_eq!((refused.state, refused.notice.as_str(), refused.notice_approval), (CaseState::Defaulted, "", None));
    let again = write("通知-3", inspector).unwrap();
    decide(head, again, None).unwrap();
    assert_eq!(bank.case(id).notice, "通知-3");
}

#[test]
fn paid_is_what_was_credited_after_the_case_was_opened() {
    let bank = Bank::open("2026-11-16");
    let site = bank.site(1, None);
    let hands: Vec<Hand> = (1..=3).map(|n| bank.hand(n)).collect();
    hands.iter().for_each(|h| {
        bank.take_on(&site, h, &h.card, OURS);
    });
    let sheet = bank.sheet(&site, "2026-10", &hands);
    let (officer, project) = (bank.officer.clone(), site.project);
    let id = bank.write(move |tx| {
        let new = CaseNew { about: "十月工资未付".into(), sheets: vec![sheet], ..CaseNew::of(project) };
        case_open(tx, &officer, &new)
    });
    let id = id.unwrap();
    let blocked = || bank.read(|tx| worksite::end::is_blocked(tx, project));
    assert!(blocked(), "w15: a site is not closed while a case is open");
    bank.fund(&site, yuan(100_000));
    bank.pay(&site, sheet);
    bank.scan();
    let c = bank.case(id);
    assert_eq!((c.state, c.paid()), (CaseState::Paid, yuan(24_000)));
    let officer = bank.officer.clone();
    assert_eq!(bank.write(move |tx| case_close(tx, &officer, id, "全部付清")).unwrap(), Change::Done);
    assert!(!blocked());
    let officer = bank.officer.clone();
    assert_eq!(bank.write(move |tx| case_close(tx, &officer, id, "全部付清")).unwrap(), Change::AlreadySo);
    let entries = bank.read(|tx| case_entries(tx, &bank.officer, id));
    assert_eq!(entries.iter().map(|e| e.what).collect::<Vec<_>>(), [What::Opened, What::Paid, What::Closed]);
    bank.verify();
}

#[test]
fn a_case_in_error_is_closed_by_two() {
    let bank = Bank::open("2026-11-16");
    let (_, _, _, id) = opened(&bank);
    let (officer, manager) = (bank.officer.clone(), bank.manager.clone());
    let asked = bank.write(move |tx| close_ask(tx, &officer, id, "工资已由另一账户付清")).unwrap();
    let hash = bank.read(|tx| approval::raw(tx, asked)).hash_text();
    let (own, shown) = (bank.officer.clone(), hash.clone());
    assert!(bank.write(move |tx| approval_yes(tx, &own, asked, &shown)).is_err());
    bank.write(move |tx| approval_yes(tx, &manager, asked, &hash)).unwrap();
    assert_eq!(bank.case(id).state, CaseState::Closed);
}

#[test]
fn nobody_acts_and_the_case_is_passed_on_to_the_bureau() {
    let bank = Bank::open("2026-11-16");
    let (_, _, _, id) = opened(&bank);
    for (on, step) in [("2026-11-17", Step::Officer), ("2026-11-18", Step::Manager), ("2026-11-21", Step::Bureau)] {
        bank.at(on);
        bank.scan();
        assert_eq!(bank.case(id).step, step, "{on}");
    }
}

#[test]
fn a_case_needs_somebody_who_is_owed_something() {
    let bank = Bank::open("2026-11-16");
    let (site, other) = (bank.site(1, None), bank.site(2, None));
    let h = bank.hand(1);
    let worker = bank.take_on(&other, &h, &h.card, OURS);
    let (officer, project) = (bank.officer.clone(), site.project);
    let empty = CaseNew { about: "空".into(), ..CaseNew::of(project) };
    let by = officer.clone();
    assert!(bank.write(move |tx| case_open(tx, &by, &empty)).unwrap_err().is(&CASE_EMPTY));
    let owed = Owed { worker, period: "2026-10".parse().unwrap(), amount: yuan(10) };
    let foreign = CaseNew { about: "别处的人".into(), lines: vec![owed], ..CaseNew::of(project) };
    assert!(bank.write(move |tx| case_open(tx, &officer, &foreign)).is_err(), "a worker of another site");
}

#[test]
fn a_bureau_makes_a_complaint_a_case_of_named_workers() {
    let bank = Bank::open("2026-11-16");
    let ((city, _), (far, _)) = (bank.bureau(1, "990100", Level::City), bank.bureau(2, "990202", Level::County));
    let (site, hand) = (bank.site(1, Some("990102")), bank.hand(1));
    bank.take_on(&site, &hand, &hand.card, OURS);
    let project = site.project;
    let told = |place: &str, project: Option<ProjectId>| {
        let (region, place) = ("990102".into(), place.to_owned());
        let new =
            ComplaintNew { project, region, place, words: "两个月没发工资".into(), ..ComplaintNew::default() };
        bank.write(move |tx| complain(tx, &Actor::nobody(), &new)).unwrap().0
    };
    let (of_site, in_words) = (told("", Some(project)), told("渔港", None));
    let who = |identity: String, fen: i64| vec![(identity, "2026-10".parse().unwrap(), Money::cny(fen))];
    let made = |by: &Actor, id, new: ComplaintCase| {
        let by = by.clone();
        bank.write(move |tx| complaint_case(tx, &by, id, &new))
    };
    let new = |project, workers| ComplaintCase { project, about: "十月工资".into(), sheets: vec![], workers };
    let right = new(None, who(identity(1), 500_000));
    assert!(made(&far, of_site, right.clone()).unwrap_err().is(&kernel::error::NOT_FOUND), "another region's");
    assert!(made(&city, of_site, new(None, who(identity(2), 1))).unwrap_err().is(&COMPLAINT_WORKER_UNKNOWN));
    assert!(made(&city, of_site, new(None, vec![])).unwrap_err().is(&CASE_EMPTY));
    assert!(made(&city, in_words, right.clone()).unwrap_err().is(&COMPLAINT_NO_PROJECT));
    let case = made(&city, of_site, right.clone()).unwrap();
    assert_eq!(made(&city, of_site, right.clone()).unwrap(), case, "again is the same case");
    assert_eq!((bank.case(case).owed(), bank.case(case).complaint), (yuan(5_000), Some(of_site)));
    let other = made(&city, in_words, new(Some(project), who(identity(1), 100))).unwrap();
    assert_eq!(other, case, "his October is in a case already: the complaint joins it");
    let read = bank.read(|tx| complaint(tx, &city, in_words));
    assert_eq!((read.case_id, read.project), (Some(other), Some(project)), "where it was is known now");
    let by = city.clone();
    bank.write(move |tx| complaint_move(tx, &by, of_site, ComplaintState::Closed, "已立案")).unwrap();
    assert!(bank.read(|tx| worksite::is_blocked(tx, project)), "the case and the other complaint still hold it");
    bank.verify();
}

#[test]
fn two_open_cases_never_hold_the_same_wage() {
    let bank = Bank::open("2026-11-16");
    let (site, _, sheet, first) = opened(&bank);
    let (officer, project) = (bank.officer.clone(), site.project);
    let same = CaseNew { about: "again".into(), sheets: vec![sheet], ..CaseNew::of(project) };
    let by = officer.clone();
    assert_eq!(bank.write(move |tx| case_open(tx, &by, &same)).unwrap(), first, "all of it is in the first");
    let held = bank.read(|tx| case_lines(tx, &bank.officer, first));
    let other = held[0].period.next();
    let owed = Owed { worker: held[0].worker, period: other, amount: Money::cny(100) };
    let later =
        CaseNew { about: "another month".into(), sheets: vec![sheet], lines: vec![owed], ..CaseNew::of(project) };
    let second = bank.write(move |tx| case_open(tx, &officer, &later)).unwrap();
    let lines = bank.read(|tx| case_lines(tx, &bank.officer, second));
    assert_eq!(lines.iter().map(|l| (l.period, l.owed)).collect::<Vec<_>>(), [(other, 100)]);
    bank.verify();
}

#[test]
fn a_site_is_held_until_the_last_complaint_is_answered_however_many_there_are() {
    let bank = Bank::open("2026-11-16");
    let ((city, _), site) = (bank.bureau(1, "990100", Level::City), bank.site(1, Some("990102")));
    let project = site.project;
    let told = |n: usize| {
        let words = format!("没发工资{n}");
        let new = ComplaintNew { project: Some(project), region: "990102".into(), words, ..ComplaintNew::default() };
        bank.write(move |tx| complain(tx, &Actor::nobody(), &new)).unwrap().0
    };
    let all: Vec<_> = (0..3).map(told).collect();
    for id in all {
        assert!(bank.read(|tx| worksite::is_blocked(tx, project)));
        let by = city.clone();
        bank.write(move |tx| complaint_move(tx, &by, id, ComplaintState::Closed, "已答复")).unwrap();
    }
    assert!(!bank.read(|tx| worksite::is_blocked(tx, project)));
    told(4);
    let blocks = bank.read(|tx| worksite::end::blocks_of(tx, project));
    assert_eq!((blocks.len(), blocks[0].lifted_at), (1, None), "one for all of them, again and again");
    bank.verify();
}
