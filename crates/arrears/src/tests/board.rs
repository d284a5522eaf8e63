//! Who sees what: the bank its branches, a firm its own, a bureau its region; looks into accounts; complaints.
use super::*;
use kernel::error::NOT_FOUND;

#[test]
fn w17_a_bureau_sees_its_region_and_below_and_nothing_else() {
    let bank = Bank::open("2026-11-16");
    let (here, there, nowhere) = (bank.site(1, Some("990102")), bank.site(2, Some("990202")), bank.site(3, None));
    let ((city, _), (far, _)) = (bank.bureau(1, "990100", Level::City), bank.bureau(2, "990202", Level::County));
    bank.scan();
    let seen = |who: &Actor| {
        let page = bank.read(|tx| bureau_board(tx, who, &Filter::default(), &first(50)));
        page.items.into_iter().map(|s| s.project).collect::<Vec<_>>()
    };
    assert_eq!(seen(&city), [here.project]);
    assert_eq!(seen(&far), [there.project]);
    let look = |who: &Actor, s: &Site| bank.desk.store.read(|tx| project_warnings(tx, who, s.project)).map(|_| ());
    assert!(look(&city, &here).is_ok() && look(&far, &there).is_ok());
    for (who, s) in [(&city, &there), (&city, &nowhere), (&far, &here)] {
        assert!(look(who, s).unwrap_err().is(&NOT_FOUND));
    }
    let place = Filter { region: "990202".into(), ..Filter::default() };
    assert!(bank.desk.store.read(|tx| bureau_board(tx, &city, &place, &first(50))).is_err(), "a place elsewhere");
    assert!(bank.desk.store.read(|tx| bureau_board(tx, &here.clerk, &Filter::default(), &first(50))).is_err());
    assert!(bank.desk.store.read(|tx| board(tx, &city, &Filter::default(), &first(50))).is_err(), "the bank's board");
    let totals = bank.read(|tx| bureau_totals(tx, &city, &Filter::default()));
    assert_eq!((totals.projects, totals.places.len()), (1, 1));
    let all = bank.read(|tx| board_totals(tx, &bank.officer, &Filter::default()));
    assert_eq!(all.projects, 3);
}

#[test]
fn a_board_is_read_page_by_page_the_gravest_first() {
    let bank = Bank::open("2026-11-16");
    for n in 1..=5 {
        bank.site(n, (n % 2 == 0).then_some("990102"));
    }
    bank.scan();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let ask = PageAsk { limit: Some(2), after };
        let page = bank.read(|tx| board(tx, &bank.officer, &Filter::default(), &ask));
        seen.extend(page.items.iter().map(|s| (s.severe, s.project)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.windows(2).all(|w| w[0].0 >= w[1].0));
    let distinct: std::collections::BTreeSet<_> = seen.iter().map(|s| s.1).collect();
    assert_eq!(distinct.len(), 5);
}

#[test]
fn w17_an_account_is_looked_into_after_the_heads_yes_and_every_look_is_counted() {
    let bank = Bank::open("2026-11-16");
    let site = bank.site(1, Some("990102"));
    let (county, county_head) = bank.bureau(1, "990102", Level::County);
    let project = site.project;
    let by = county.clone();
    let asked = move |tx: &mut Tx<'_>| query_ask(tx, &by, project, "核查拖欠线索", "汐劳监查2026-8");
    assert!(bank.write(asked.clone()).unwrap_err().is(&NO_HEAD), "a county has no head who may agree");
    let (_, city_head) = bank.bureau(2, "990100", Level::City);
    let id = bank.write(asked).unwrap();
    let by = county.clone();
    assert!(bank.write(move |tx| account_look(tx, &by, id)).unwrap_err().is(&QUERY_NOT_APPROVED));
    let approval = bank.read(|tx| query(tx, &county, id)).approval;
    let hash = bank.read(|tx| approval::raw(tx, approval)).hash_text();
    let (no, shown) = (county_head, hash.clone());
    assert!(bank.write(move |tx| approval_yes(tx, &no, approval, &shown)).is_err(), "the head of a county");
    bank.write(move |tx| approval_yes(tx, &city_head, approval, &hash)).unwrap();
    bank.fund(&site, yuan(1_000));
    let by = county.clone();
    let look = bank.write(move |tx| account_look(tx, &by, id)).unwrap();
    assert_eq!(look.balance, yuan(1_000));
    assert!(look.account_masked.contains('*') && look.number.starts_with("990102-2026-"));
    let seen = bank.read(|tx| queries_of(tx, &bank.officer, project));
    assert_eq!((seen.len(), seen[0].0.looks), (1, 1));
    bank.at("2026-12-02");
    let by = county.clone();
    assert!(bank.write(move |tx| account_look(tx, &by, id)).is_err(), "fifteen days are over");
    bank.verify();
}

#[test]
fn a_complaint_is_known_by_its_code_alone() {
    let bank = Bank::open("2026-11-16");
    let site = bank.site(1, Some("990102"));
    let ((city, _), (far, _)) = (bank.bureau(1, "990100", Level::City), bank.bureau(2, "990202", Level::County));
    let project = site.project;
    let (id, code) = bank
        .write(move |tx| {
            let new = ComplaintNew {
                project: Some(project),
                words: "两个月没发工资".into(),
                phone: "139 0000 0001".into(),
                files: vec![("条子.png".into(), b"\x89PNG\r\n\x1a\nxx".to_vec())],
                ..ComplaintNew::default()
            };
            complain(tx, &Actor::nobody(), &new)
        })
        .unwrap();
    let held = || bank.read(|tx| worksite::is_blocked(tx, project));
    assert!(held(), "w15: a site about which a complaint is open does not end");
    let known = bank.read(|tx| progress(tx, &code.to_lowercase()));
    assert_eq!((known.state, known.hotline.as_str()), (ComplaintState::Received, "12333"));
    for wrong in ["", "0000-0000-0000", &code[1..], &format!("{code}0")] {
        assert!(bank.desk.store.read(|tx| progress(tx, wrong)).unwrap_err().is(&NO_SUCH_CODE), "{wrong:?}");
    }
    let read = bank.read(|tx| complaint(tx, &city, id));
    assert_eq!((read.words.as_str(), read.phone.contains('*')), ("两个月没发工资", true));
    assert_eq!(bank.read(|tx| complaint_file(tx, &city, id, 0)).0, "条子.png");
    assert!(bank.desk.store.read(|tx| complaint(tx, &far, id)).unwrap_err().is(&NOT_FOUND));
    let step = |who: &Actor, to, words: &'static str| {
        let who = who.clone();
        bank.write(move |tx| complaint_move(tx, &who, id, to, words))
    };
    assert!(step(&city, ComplaintState::Handling, "").is_err(), "it was not accepted yet");
    assert_eq!(step(&city, ComplaintState::Accepted, "").unwrap(), Change::Done);
    assert_eq!(step(&city, ComplaintState::Accepted, "").unwrap(), Change::AlreadySo);
    assert!(step(&city, ComplaintState::Closed, "").is_err(), "an answer is owed");
    assert!(step(&far, ComplaintState::Handling, "").is_err());
    step(&city, ComplaintState::Handling, "").unwrap();
    assert!(held());
    step(&city, ComplaintState::Closed, "工资已付清").unwrap();
    assert!(!held(), "the bureau has answered it");
    assert_eq!(bank.read(|tx| progress(tx, &code)).answer, "工资已付清");
    bank.verify();
}

#[test]
fn a_complaint_has_limits() {
    let bank = Bank::open("2026-11-16");
    let base = || ComplaintNew {
        region: "990102".into(),
        place: "渔港".into(),
        words: "欠薪".into(),
        ..ComplaintNew::default()
    };
    let png = || ("a.png".to_owned(), b"\x89PNG\r\n\x1a\n".to_vec());
    let cases: Vec<(ComplaintNew, bool)> = vec![
        (base(), true),
        (ComplaintNew { region: "9901".into(), ..base() }, false),
        (ComplaintNew { place: " ".into(), ..base() }, false),
        (ComplaintNew { words: String::new(), ..base() }, false),
        (ComplaintNew { words: "字".repeat(COMPLAINT_CHARS_MAX), ..base() }, true),
        (ComplaintNew { words: "字".repeat(COMPLAINT_CHARS_MAX + 1), ..base() }, false),
        (ComplaintNew { phone: "1390000000x".into(), ..base() }, false),
        (ComplaintNew { files: vec![png(), png(), png()], ..base() }, true),
        (ComplaintNew { files: vec![png(), png(), png(), png()], ..base() }, false),
        (ComplaintNew { files: vec![("a.exe".into(), b"MZ".to_vec())], ..base() }, false),
    ];
    for (n, (new, good)) in cases.into_iter().enumerate() {
        assert_eq!(bank.write(move |tx| complain(tx, &Actor::nobody(), &new)).is_ok(), good, "case {n}");
    }
}

#[test]
fn a_month_is_reported_for_the_region() {
    let bank = Bank::open("2026-11-16");
    bank.site(1, Some("990102"));
    bank.site(2, Some("990202"));
    let (city, _) = bank.bureau(1, "990100", Level::City);
    bank.scan();
    let r = bank.read(|tx| report(tx, &city, "2026-11".parse().unwrap()));
    let roster = r.lines.iter().find(|l| l.kind == Kind::RosterMissing).unwrap();
    assert_eq!((roster.opened, roster.cleared, roster.open), (1, 0, 1));
    let before = bank.read(|tx| report(tx, &city, "2026-10".parse().unwrap()));
    assert!(before.lines.iter().all(|l| l.opened + l.open == 0));
    let csv = report_csv(&r, |k| k.code().into(), str::to_owned);
    assert!(csv.starts_with('\u{feff}') && csv.contains("\"roster_missing\",1,0,0,1"));
}

#[test]
fn bureaus_are_written_down_by_head_office_alone() {
    let bank = Bank::open("2026-11-16");
    let (authority, company) = (bank.firm(50, FirmKind::Authority), bank.firm(51, FirmKind::Company));
    let new = |firm, region: &str, level| BureauNew { firm, region: region.into(), level, hotline: String::new() };
    let cases = [
        (&bank.officer, new(authority, "990100", Level::City), false),
        (&bank.admin, new(company, "990100", Level::City), false),
        (&bank.admin, new(authority, "990100", Level::County), false),
        (&bank.admin, new(authority, "99010", Level::City), false),
        (&bank.admin, new(authority, "990100", Level::City), true),
        (&bank.admin, new(authority, "990100", Level::City), true),
        (&bank.admin, new(authority, "990200", Level::City), false),
    ];
    for (n, (who, new, good)) in cases.into_iter().enumerate() {
        let who = who.clone();
        assert_eq!(bank.write(move |tx| bureau_make(tx, &who, new.clone())).is_ok(), good, "case {n}");
    }
}
