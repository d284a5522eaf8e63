//! Files that come in: what is wrong in them is found, and the same thing twice is one thing.
use super::*;

#[test]
fn a_roster_is_taken_in_once() {
    let bank = Bank::open(3, 1);
    let file = bank.roster_file();
    let again = bank.import(ImportFor::Roster, &file, false);
    assert_eq!((again.valid, again.already), (4, 0), "the same bytes are the same import");
    let longer = format!("{file}新人,{},13800000000,木工班,木工,{},{OURS},HT-9,2026-04-01\n", identity(50), card(50));
    let import = bank.import(ImportFor::Roster, &longer, false);
    assert_eq!((import.state, import.rows_read, import.already), (ImportState::Accepted, 5, 4));
    assert_eq!(import.refused, 1, "our bank has no such account");
    let roster = bank.read(|tx| roster(tx, &bank.clerk, bank.project, &PageAsk::default()));
    let standings: Vec<Standing> = roster.items.iter().map(|w| w.standing).collect();
    assert_eq!(standings, [Standing::Verified, Standing::Verified, Standing::Verified, Standing::External]);
    let view = bank.read(|tx| project_page(tx, &bank.officer, bank.project)).view;
    assert_eq!(
        (view.workers, view.next_pay_day.to_string().as_str(), view.notice),
        (4, "2026-11-20", "wage-protected")
    );
}

#[test]
fn a_roster_line_is_refused_for_its_own_fault_alone() {
    let mut bank = Bank::bare();
    for n in 0..4 {
        bank.meet(n, true);
    }
    let mut file = bank.roster_file();
    let [a, b, c, d] = [0, 1, 2, 3].map(|n| bank.hands[n].clone());
    // b with a's card; c's identity became a quantity; d's card is nobody's.
    file = file.replace(&b.card, &a.card).replace(&c.identity, "9.90102E+17").replace(&d.card, "1234567890123456");
    let import = bank.import(ImportFor::Roster, &file, false);
    assert_eq!((import.state, import.refused, import.valid), (ImportState::Read, 3, 1));
    let list = bank.list(import.id);
    for code in ["card_twice", "identity_damaged", "card_number"] {
        assert!(list.contains(code), "{code}: {list}");
    }
    let csv = bank.read(|tx| faults_csv(tx, &bank.clerk, import.id));
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.contains("identity_damaged") && !csv.contains(&a.card), "masked");
    let import = accept_valid(&bank.desk.store, &bank.clerk, import.id).unwrap();
    assert_eq!((import.state, import.valid), (ImportState::Accepted, 1));
    let again = accept_valid(&bank.desk.store, &bank.clerk, import.id).unwrap();
    assert_eq!(again.accepted_at, import.accepted_at);
}

#[test]
fn an_account_of_somebody_else_or_of_two_is_no_wage_account() {
    let mut bank = Bank::open(2, 0);
    bank.meet(2, false);
    let add = |bank: &Bank, number: String, bank_name: &str| {
        let (hand, project, clerk) = (bank.hands[2].clone(), bank.project, bank.clerk.clone());
        let new = WorkerNew {
            name: hand.name,
            identity: hand.identity,
            phone: "13800000000".into(),
            account: Some(AccountGiven { number, bank: bank_name.into() }),
            ..WorkerNew::default()
        };
        bank.write(move |tx| worker_add(tx, &clerk, project, new.clone()))
    };
    assert!(add(&bank, card(0), "").unwrap_err().is(&ACCOUNT_OF_ANOTHER));
    assert!(add(&bank, card(77), "").unwrap_err().is(&ACCOUNT_UNKNOWN_HERE));
    assert!(add(&bank, card(77), OURS).unwrap_err().is(&ACCOUNT_UNKNOWN_HERE));
    assert!(add(&bank, card(2), THEIRS).is_ok());
    assert!(add(&bank, card(78), THEIRS).unwrap_err().is(&ACCOUNT_DIFFERS));
    bank.meet(3, false);
    bank.hands.swap(2, 3);
    assert!(add(&bank, card(2), THEIRS).unwrap_err().is(&ACCOUNT_SHARED));
}

#[test]
fn every_fault_of_a_pay_sheet_is_found_at_its_cell() {
    let bank = Bank::open(9, 0);
    let h = |n: usize| bank.hands[n].clone();
    let row = |n: usize| {
        format!("{},{},钢筋一班,26,7000,8000,100,{},{},{},", h(n).name, h(n).identity, 100 + n, 7900 - n, h(n).card)
    };
    let file = bank.pay_file();
    let changed = [
        (row(1), row(1).replace(&h(1).identity, "990102198102150000"), "B3/3 identity_damaged"),
        (row(2), row(2).replace(&h(2).name, "旁人"), "A4/4 name_differs"),
        (row(3), row(3).replace(",7897,", ",7987,"), "I5/5 net_differs"),
        (row(4), row(4).replace(&h(4).card, ""), "J6/6 missing_value"),
        (row(5), row(5).replace(&h(5).card, &card(60)), "J7/7 card_differs"),
        (row(6), row(6).replace(&h(6).identity, &identity(61)), "B8/8 not_on_roster"),
        (row(7), row(7).replace(",107,7893,", ",8000,0,"), "I9/9 net_not_positive"),
        (row(8), row(0), "B10/10 worker_twice"),
    ];
    let mut spoilt = file.clone();
    for (before, after, _) in &changed {
        assert!(spoilt.contains(before.as_str()), "{before}");
        spoilt = spoilt.replace(before.as_str(), after);
    }
    let import = bank.import(Bank::wages("2026-10"), &spoilt, false);
    let list = bank.list(import.id);
    for (_, _, fault) in &changed {
        assert!(list.contains(fault), "{fault} in {list}");
    }
    assert!(list.contains("total_differs"), "{list}");
    assert_eq!((import.state, import.rows_read, import.valid, import.refused), (ImportState::Read, 9, 1, 8));
    assert_eq!(import.sheet, None, "nothing goes on without the maker's word");
    let import = accept_valid(&bank.desk.store, &bank.clerk, import.id).unwrap();
    let sheet = bank.read(|tx| sheet(tx, &bank.clerk, import.sheet.unwrap()));
    assert_eq!((sheet.progress.lines, sheet.net, sheet.state), (1, Money::cny(790_000), SheetState::Drafted));
    assert_eq!((sheet.due_on.to_string().as_str(), sheet.pay_on.to_string().as_str()), ("2026-11-20", "2026-11-20"));
}

#[test]
fn a_yards_file_is_read_for_the_employer_it_names() {
    let mut bank = Bank::bare();
    (0..3).for_each(|n| bank.meet(n, true));
    let (firm, officer) = (bank.firm, bank.officer.clone());
    let site = bank.project;
    let yard =
        ProjectNew {
            profile: Profile::ShipRepair, name: "坞修".into(), agreement: String::new(), ..super::site(firm)
        };
    bank.project = bank.write(move |tx| project_open(tx, &officer, yard.clone())).unwrap();
    let employers = ["海岳建工有限公司", "别家船舶有限公司", "海岳建工有限公司"];
    let file: String = bank
        .roster_file()
        .lines()
        .enumerate()
        .map(|(n, l)| match n {
            0 => format!("单位,{l}\n"),
            n => format!("{},{l}\n", employers[n - 1]),
        })
        .collect();
    let import = bank.import(ImportFor::Roster, &file, false);
    assert_eq!(
        (import.state, import.rows_read, import.valid),
        (ImportState::Accepted, 2, 2),
        "{}",
        bank.list(import.id)
    );
    let others = file.replace("海岳建工", "第三家");
    let import = bank.import(ImportFor::Roster, &others, false);
    assert_eq!(
        (import.rows_read, import.valid, import.already),
        (3, 1, 2),
        "no row names the contractor: all are meant"
    );
    bank.project = site;
    assert_eq!(bank.import(ImportFor::Roster, &file, false).valid, 3, "one account for all crews of a site");
}

#[test]
fn a_corrected_file_adds_only_who_was_missing() {
    let bank = Bank::open(4, 0);
    let file = bank.pay_file();
    let wrong = file.replace(&bank.hands[2].identity, "990102198102150000");
    let first = bank.import(Bank::wages("2026-10"), &wrong, true);
    assert_eq!((first.valid, first.refused), (3, 1));
    let second = bank.import(Bank::wages("2026-10"), &file, false);
    assert_eq!((second.state, second.valid, second.already, second.refused), (ImportState::Accepted, 1, 3, 0));
    assert_ne!(first.sheet, second.sheet);
    let third = bank.import(Bank::wages("2026-10"), &format!("{file}\n"), false);
    assert_eq!((third.state, third.valid, third.already, third.sheet), (ImportState::Rejected, 0, 4, None));
    let more = ImportFor::PaySheet {
        period: "2026-10".parse().unwrap(),
        kind: Kind::Supplement,
        number: 1,
        tag: String::new(),
        due_on: None,
    };
    assert_eq!(bank.import(more, &file, false).valid, 4, "a supplement is another key");
}

#[test]
fn totals_of_sections_and_of_all_are_told_apart() {
    let bank = Bank::open(4, 0);
    let file = bank.pay_file();
    let rows: Vec<&str> = file.lines().collect();
    let net = |ns: &[usize]| ns.iter().map(|n| 7900 - n).sum::<usize>();
    let section = |ns: &[usize]| {
        let lines = ns.iter().map(|n| rows[1 + n]).collect::<Vec<_>>().join("\n");
        format!("{lines}\n小计,,,,,,,,{},,\n", net(ns))
    };
    let sections = format!("{}\n{}{}", rows[0], section(&[0, 1]), section(&[2, 3]));
    for (period, more, wrong) in [
        ("2026-01", String::new(), false),
        ("2026-02", format!("合计,,,,,,,,{},,\n", net(&[0, 1, 2, 3])), false),
        ("2026-03", format!("合计,,,,,,,,{},,\n", net(&[0, 1, 2])), true),
    ] {
        let import = bank.import(Bank::wages(period), &(sections.clone() + &more), false);
        assert_eq!((import.valid, bank.list(import.id).contains("total_differs")), (4, wrong), "{period}");
    }
}

#[test]
fn a_cancelled_sheet_gives_its_lines_free() {
    let bank = Bank::open(3, 0);
    let file = bank.pay_file();
    let first = bank.import(Bank::wages("2026-10"), &file, false).sheet.unwrap();
    let clerk = bank.clerk.clone();
    bank.write(move |tx| cancel(tx, &clerk, first, "wrong month")).unwrap();
    let again = bank.import(Bank::wages("2026-10"), &file, false);
    assert_eq!((again.state, again.valid), (ImportState::Accepted, 3));
    assert_ne!(again.sheet, Some(first));
    bank.check(again.sheet.unwrap());
    assert_eq!(bank.pay(again.sheet.unwrap()).paid_lines, 3);
}

#[test]
fn an_import_that_broke_off_is_finished_by_asking_again() {
    let bank = Bank::open(5, 1);
    let file = bank.pay_file();
    let mut broke = 0;
    for n in (0..400).step_by(9) {
        let period = format!("{}-{:02}", 2027 + n / 12, 1 + n % 12);
        bank.fail_at.store(n, Ordering::SeqCst);
        let upload = Upload {
            project: bank.project,
            what: Bank::wages(&period),
            file_name: "表.csv".into(),
            bytes: file.as_bytes().to_vec(),
            accept_valid: false,
        };
        broke += u32::from(import(&bank.desk.store, &bank.clerk, upload).is_err());
        bank.fail_at.store(-1, Ordering::SeqCst);
        let import = bank.import(Bank::wages(&period), &file, false);
        assert_eq!((import.state, import.valid, import.already), (ImportState::Accepted, 6, 0), "at {n}");
        let sheet = bank.read(|tx| sheet_raw(tx, import.sheet.unwrap()));
        assert_eq!(
            (sheet.state, sheet.lines, sheet.net),
            (SheetState::Drafted, 6, (0..6).map(Bank::net).sum::<i64>()),
            "at {n}"
        );
    }
    assert!(broke > 3, "{broke}");
}

#[test]
fn a_roster_sent_along_in_the_same_workbook_does_not_hold_the_pay_sheet_up() {
    let bank = Bank::open(4, 0);
    let mut book = rust_xlsxwriter::Workbook::new();
    let fill = |sheet: &mut rust_xlsxwriter::Worksheet, text: &str| {
        for (row, line) in (0..).zip(text.lines()) {
            for (column, cell) in (0..).zip(line.split(',')) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
    };
    fill(book.add_worksheet().set_name("工资表").unwrap(), &bank.pay_file());
    let hands: Vec<String> = bank.hands.iter().map(|h| format!("{},{},{}", h.name, h.identity, h.card)).collect();
    fill(book.add_worksheet().set_name("花名册").unwrap(), &format!("姓名,身份证号,银行卡号\n{}", hands.join("\n")));
    let bytes = book.save_to_buffer().unwrap();
    let upload = Upload {
        project: bank.project,
        what: Bank::wages("2026-10"),
        file_name: "表.xlsx".into(),
        bytes,
        accept_valid: false,
    };
    let import = import(&bank.desk.store, &bank.clerk, upload).unwrap();
    assert_eq!((import.state, import.valid, import.refused), (ImportState::Accepted, 4, 0), "{}", bank.list(import.id));
}
