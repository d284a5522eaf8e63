use crate::faults::{Column, FaultKind, SUBCONTRACTOR_FAULTS, YARD_FAULTS};
use crate::grid::{Charset, a1};
use crate::logins::{Kind, demo_logins};
use crate::numbers::{OWN_BANK, bank_of, is_credit_code};
use crate::paysheets::{FIRST_PAY_MONTH, pay_sheet};
use crate::people::{Document, FOREIGNERS, OVER_60_PERMILLE, PEOPLE, Person, roles};
use crate::workbooks::{Dirt, SheetFile, pay_sheet_csv, pay_sheet_xlsx, roster_xlsx, yard_csv, yard_xlsx};
use crate::yard::{HANDS, Planted, SITE_CREWS, SITE_PLANTED, Subcontractor, Worker, YARD_PLANTED, YARD_WORKERS_MIN};
use crate::{DEMO_SEED, DemoBank, as_of, firms, generate, names};
use calamine::{Data, Range, Reader, Xlsx};
use kernel::Money;
use kernel::chinese::{card_number, identity};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::LazyLock;

static BANK: LazyLock<DemoBank> = LazyLock::new(|| generate(DEMO_SEED));

/// FNV-1a, 64 bits.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3))
}

fn employers(bank: &DemoBank) -> impl Iterator<Item = &Subcontractor> {
    bank.yard.subcontractors.iter().chain(&bank.site.crews)
}

fn workers(bank: &DemoBank) -> impl Iterator<Item = &Worker> {
    employers(bank).flat_map(|e| &e.workers)
}

fn persons(bank: &DemoBank) -> Vec<&Person> {
    let firms = bank.firms.iter().chain([&bank.yard.firm, &bank.site.owner, &bank.site.contractor, &bank.bureau]);
    let firms = firms.chain(employers(bank).map(|e| &e.firm)).chain(&bank.basics);
    let staff = bank.staff.iter().map(|s| &s.person).chain(bank.customers.iter().map(|c| &c.person));
    staff
        .chain(bank.merchants.iter().map(|m| &m.owner))
        .chain(firms.flat_map(|f| [&f.legal, &f.maker, &f.checker]))
        .chain([&bank.labour])
        .collect()
}

#[test]
fn one_seed_is_one_bank_everywhere() {
    let text = |bank: &DemoBank| format!("{bank:?}{:?}", demo_logins(bank));
    let again = text(&generate(DEMO_SEED));
    assert!(text(&BANK) == again);
    assert!(text(&generate(DEMO_SEED + 1)) != again);
    // On another machine and with other libraries it is this bank too. Whoever changes the bank changes the number.
    assert_eq!(format!("{:#018x}", digest(again.as_bytes())), "0x611017841fe17cd7");
}

#[test]
fn there_are_as_many_as_promised_whatever_the_seed() {
    for bank in [&*BANK, &generate(1), &generate(u64::MAX)] {
        assert_eq!(bank.customers.len(), PEOPLE);
        assert_eq!(bank.customers.iter().filter(|c| c.is_foreign()).count(), FOREIGNERS);
        assert_eq!((bank.firms.len(), bank.merchants.len()), (firms::FIRMS, firms::MERCHANTS));
        let yard: Vec<usize> = bank.yard.subcontractors.iter().map(|s| s.workers.len()).collect();
        assert!(yard.len() == 30 && yard.iter().all(|n| (60..=220).contains(n)), "{yard:?}");
        assert!(yard.iter().sum::<usize>() >= YARD_WORKERS_MIN);
        assert_eq!(bank.site.crews.iter().map(|s| s.workers.len()).collect::<Vec<_>>(), SITE_CREWS);
        assert_eq!(SITE_CREWS.iter().sum::<usize>(), 320);
        let old = bank.customers.iter().filter(|c| c.person.born.years_until(as_of()) >= 60).count() as u64;
        assert!(old.abs_diff(PEOPLE as u64 * OVER_60_PERMILLE / 1000) < 80, "{old} are over 60");
        let other = workers(bank).filter(|w| w.bank != OWN_BANK).count() * 1000 / workers(bank).count();
        assert!((170..230).contains(&other), "{other} per mille of workers bank elsewhere");
    }
}

#[test]
fn every_branch_has_every_role() {
    for branch in &BANK.branches {
        for (role, count) in roles::PER_BRANCH {
            let here = BANK.staff.iter().filter(|s| s.branch == branch.code && s.role == role).count();
            assert_eq!(here, count, "{role} at {}", branch.zh);
        }
    }
    let admins = BANK.staff.iter().filter(|s| s.role == roles::HEAD_OFFICE_ADMIN);
    assert_eq!(admins.map(|s| s.branch.as_str()).collect::<Vec<_>>(), ["10000", "10000"]);
}

#[test]
fn every_number_is_valid_and_nobody_elses() {
    let mut seen = BTreeSet::new();
    let mut once = |number: &str| assert!(seen.insert(number.to_string()), "{number} is given twice");
    for person in persons(&BANK) {
        once(&person.phone);
        once(person.document.number());
        if let Document::Identity(number) = &person.document {
            assert_eq!(identity(number, as_of()).as_ref(), Ok(number));
            assert_eq!(number.as_bytes()[16] % 2 == 1, person.sex == names::Sex::Male);
        }
    }
    for worker in workers(&BANK) {
        assert_eq!(identity(&worker.identity, as_of()).as_ref(), Ok(&worker.identity));
        assert_eq!(bank_of(&worker.card), Some(&worker.bank));
        [&worker.identity, &worker.phone, &worker.card, &worker.number].into_iter().for_each(|n| once(n));
    }
    let cards = BANK.customers.iter().map(|c| &c.card).chain(BANK.merchants.iter().map(|m| &m.card));
    let accounts = BANK.firms.iter().map(|f| &f.account).chain(employers(&BANK).map(|e| &e.wage_account));
    for number in cards.chain(accounts).chain([&BANK.site.wage_account, &BANK.yard.firm.account]) {
        once(number);
        assert!(bank_of(number) == Some(&OWN_BANK) && number.len() == 19);
    }
    let accounts = BANK.firms.iter().map(|f| &f.account).chain(employers(&BANK).map(|e| &e.wage_account));
    for number in accounts.chain(workers(&BANK).map(|w| &w.card)).chain(BANK.customers.iter().map(|c| &c.card)) {
        assert_eq!(card_number(number).as_ref(), Some(number));
    }
    let codes = BANK.firms.iter().map(|f| &f.credit_code).chain(BANK.merchants.iter().map(|m| &m.credit_code));
    for code in codes.chain(employers(&BANK).map(|e| &e.firm.credit_code)) {
        once(code);
        assert!(is_credit_code(code) && code[2..].starts_with("990"), "{code}");
    }
}

#[test]
fn planted_accounts_are_as_many_as_the_constants_say() {
    for (crews, plan) in [(&BANK.yard.subcontractors, YARD_PLANTED), (&BANK.site.crews, SITE_PLANTED)] {
        let marked: Vec<&Worker> = crews.iter().flat_map(|c| &c.workers).filter(|w| w.planted.is_some()).collect();
        for (planted, count) in plan {
            assert_eq!(marked.iter().filter(|w| w.planted == Some(planted)).count(), count, "{planted:?}");
        }
        assert_eq!(marked.len(), plan.iter().map(|p| p.1).sum::<usize>());
    }
    for worker in workers(&BANK) {
        let differs = worker.name != worker.account_name;
        assert_eq!(differs, worker.planted == Some(Planted::NameMismatch), "{}", worker.name);
        let anywhere = matches!(worker.planted, None | Some(Planted::ClosedCard | Planted::NameMismatch));
        assert!(anywhere || worker.bank == OWN_BANK, "{:?} at {}", worker.planted, worker.bank.en);
    }
}

#[test]
fn pay_sheets_add_up() {
    for employer in employers(&BANK) {
        for month in [FIRST_PAY_MONTH, FIRST_PAY_MONTH.next()] {
            let sheet = pay_sheet(employer, month);
            assert_eq!(sheet.rows.len(), employer.workers.len());
            for row in &sheet.rows {
                let sum = |parts: &[Money]| parts.iter().map(|m| m.minor).sum::<i64>();
                assert_eq!(sum(&[row.base, row.overtime, row.allowance]), row.due.minor);
                assert_eq!(sum(&[row.social, row.tax, row.meals, row.advance]), row.deductions.minor);
                assert_eq!(sum(&[row.deductions, row.net]), row.due.minor);
                assert!((50_000..2_500_000).contains(&row.net.minor), "{row:?}");
                assert!(row.half_days < 2 * month.days());
            }
            assert_eq!(sheet.due.minor, sheet.deductions.minor + sheet.net.minor);
            assert_eq!(sheet.net.minor, sheet.rows.iter().map(|r| r.net.minor).sum::<i64>());
        }
    }
}

fn first_sheet(file: &SheetFile) -> Range<Data> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file.bytes.clone())).unwrap();
    book.worksheet_range_at(0).unwrap().unwrap()
}

fn counts(file: &SheetFile) -> BTreeMap<FaultKind, usize> {
    let mut counts = BTreeMap::new();
    file.faults.iter().for_each(|f| *counts.entry(f.kind).or_default() += 1);
    counts
}

#[test]
fn faults_stand_where_the_list_says() {
    let one = pay_sheet_xlsx(&BANK.yard.subcontractors[0], FIRST_PAY_MONTH, Dirt::Faulty).unwrap();
    let all = yard_xlsx(&BANK.yard, FIRST_PAY_MONTH, Dirt::Faulty).unwrap();
    for (file, plan) in [(&one, SUBCONTRACTOR_FAULTS), (&all, YARD_FAULTS)] {
        assert_eq!(counts(file), plan.into_iter().collect());
        let range = first_sheet(file);
        for fault in &file.faults {
            let at = (0..range.width()).find(|c| a1(fault.row - 1, *c) == fault.cell).unwrap();
            let read = match range.get_value((fault.row as u32 - 1, at as u32)) {
                Some(Data::Float(number)) if fault.column == Column::Net => format!("{number:.2}"),
                Some(Data::Float(number)) => number.to_string(),
                Some(Data::String(text)) => text.clone(),
                _ => String::new(),
            };
            assert_eq!(read, fault.wrote, "{fault:?}");
            assert_ne!(fault.wrote, fault.right);
        }
        assert!(file.faults.is_sorted_by_key(|f| f.row));
    }
    assert_eq!(YARD_FAULTS.iter().map(|f| f.1).sum::<usize>(), 25);
}

/// Reads a usual sheet as plainly as can be: header names, lines with a net, filled-down nothing.
fn net_by_identity(range: &Range<Data>, skip: usize, identity_at: usize, net_at: usize) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for row in range.rows().skip(skip) {
        let cell = |c: usize| match &row[c] {
            Data::Float(number) => format!("{number:.2}"),
            Data::String(text) => text.clone(),
            _ => String::new(),
        };
        if let Ok(number) = identity(&cell(identity_at), as_of()) {
            found.insert(number, Money::parse(&cell(net_at), kernel::Currency::CNY).unwrap().minor);
        }
    }
    found
}

#[test]
fn clean_and_usual_files_hold_exactly_the_pay_sheet() {
    let employer = &BANK.yard.subcontractors[3];
    let sheet = pay_sheet(employer, FIRST_PAY_MONTH);
    let expected: BTreeMap<String, i64> = sheet.rows.iter().map(|r| (r.identity.clone(), r.net.minor)).collect();
    for (dirt, skip) in [(Dirt::Clean, 1), (Dirt::Usual, 4)] {
        let file = pay_sheet_xlsx(employer, FIRST_PAY_MONTH, dirt).unwrap();
        assert_eq!(net_by_identity(&first_sheet(&file), skip, 3, 16), expected, "{dirt:?}");
        assert_eq!((file.lines, file.net, file.faults.len()), (sheet.rows.len(), sheet.net, 0));
    }
    let yard = yard_xlsx(&BANK.yard, FIRST_PAY_MONTH, Dirt::Usual).unwrap();
    let lines = BANK.yard.subcontractors.iter().map(|s| s.workers.len()).sum::<usize>();
    assert_eq!(net_by_identity(&first_sheet(&yard), 4, 4, 17).len(), lines);
    assert_eq!(yard.lines, lines);
}

/// Lines of workers in the yard's CSV without the sequence number, which the lines too many shift.
fn yard_lines(dirt: Dirt) -> Vec<String> {
    let text = String::from_utf8(yard_csv(&BANK.yard, FIRST_PAY_MONTH, dirt, Charset::Utf8).bytes).unwrap();
    let worker = |line: &str| line.split_once(',').filter(|p| p.0.parse::<u32>().is_ok()).map(|p| p.1.to_string());
    text.lines().filter_map(worker).collect()
}

#[test]
fn a_corrected_file_is_odd_in_the_same_places() {
    let (usual, faulty) = (yard_lines(Dirt::Usual), yard_lines(Dirt::Faulty));
    let extra = |f: &&(FaultKind, usize)| matches!(f.0, FaultKind::WorkerTwice | FaultKind::NotOnRoster);
    let too_many: usize = YARD_FAULTS.iter().filter(extra).map(|f| f.1).sum();
    assert_eq!(faulty.len(), usual.len() + too_many);
    let faulty: BTreeSet<String> = faulty.into_iter().collect();
    // All but the total and the lines too many change a line.
    assert_eq!(usual.iter().filter(|l| !faulty.contains(*l)).count(), 25 - 1 - too_many);
}

#[test]
fn a_fault_is_the_one_it_says_and_no_other() {
    BANK.yard.subcontractors.iter().take(6).for_each(faults_are_single);
}

fn faults_are_single(employer: &Subcontractor) {
    let file = pay_sheet_xlsx(employer, FIRST_PAY_MONTH, Dirt::Faulty).unwrap();
    let range = first_sheet(&file);
    for fault in file.faults.iter().filter(|f| f.kind != FaultKind::TotalWrong) {
        let cell = |column: u32| range.get_value((fault.row as u32 - 1, column)).cloned().unwrap_or_default();
        let fen = |column: u32| {
            Money::parse(cell(column).to_string().trim_start_matches('-'), kernel::Currency::CNY).unwrap().minor
        };
        let sign = if fault.kind == FaultKind::NetNegative { -1 } else { 1 };
        // Columns from 0: 7 to 9 make up 10, due; 11 to 14 make up 15, deductions; 16 is net, 17 the card.
        assert_eq!((7..10).map(fen).sum::<i64>(), fen(10), "{fault:?}");
        assert_eq!((11..15).map(fen).sum::<i64>(), fen(15), "{fault:?}");
        assert_eq!(fen(10) - fen(15) == sign * fen(16), fault.kind != FaultKind::NetWrong, "{fault:?}");
        let roster = employer.workers.iter().find(|w| w.name == fault.worker && w.card == cell(17).to_string());
        assert_eq!(
            roster.is_some(),
            !matches!(fault.kind, FaultKind::NotOnRoster | FaultKind::CardMissing | FaultKind::CardZeros)
        );
        assert!(roster.is_none_or(|w| w.planted.is_none()));
        let good = identity(&cell(3).to_string(), as_of()).is_ok();
        assert_eq!(good, fault.column != Column::Identity || fault.kind == FaultKind::WorkerTwice, "{fault:?}");
        assert_eq!(card_number(&cell(17).to_string()).is_some(), fault.column != Column::Card, "{fault:?}");
    }
    assert_eq!(
        file.faults.iter().find(|f| f.kind == FaultKind::NetNegative).map(|f| f.wrote.starts_with('-')),
        Some(true)
    );
}

#[test]
fn files_are_the_same_bytes_each_time_and_in_both_charsets() {
    let employer = &BANK.site.crews[2];
    let xlsx = |dirt| pay_sheet_xlsx(employer, FIRST_PAY_MONTH, dirt).unwrap();
    assert!(xlsx(Dirt::Faulty) == xlsx(Dirt::Faulty));
    assert!(roster_xlsx(&[employer]).unwrap() == roster_xlsx(&[employer]).unwrap());
    let small = pay_sheet_csv(employer, FIRST_PAY_MONTH, Dirt::Faulty, Charset::Utf8);
    assert_eq!((small.faults, small.net), (xlsx(Dirt::Faulty).faults, xlsx(Dirt::Faulty).net));
    let csv = |charset| yard_csv(&BANK.yard, FIRST_PAY_MONTH, Dirt::Faulty, charset);
    let (utf8, gb) = (csv(Charset::Utf8), csv(Charset::Gb18030));
    assert_eq!(utf8.faults, gb.faults);
    let text = String::from_utf8(utf8.bytes).unwrap();
    assert!(text.contains(names::RARE) && text.contains('·'), "the yard has rare characters and dotted names");
    assert_eq!(encoding_rs::GB18030.decode_without_bom_handling(&gb.bytes).0, text.trim_start_matches('\u{feff}'));
    let lines: Vec<&str> = text.lines().collect();
    for fault in utf8.faults.iter().filter(|f| f.kind != FaultKind::CardMissing && f.kind != FaultKind::TotalWrong) {
        assert!(lines[fault.row - 1].contains(&fault.wrote), "{fault:?}");
    }
}

#[test]
fn every_role_can_sign_in() {
    let logins = demo_logins(&BANK);
    let names: BTreeSet<&str> = logins.iter().map(|l| l.name).collect();
    assert_eq!(names.len(), logins.len());
    for (role, _) in roles::PER_BRANCH.iter().chain(&[(roles::HEAD_OFFICE_ADMIN, 0)]) {
        assert!(logins.iter().any(|l| l.role == *role && l.kind == Kind::Staff), "{role}");
    }
    for name in [
        "customer",
        "elder",
        "foreigner",
        "merchant",
        "worker",
        "oldhand",
        "younghand",
        "payclerk",
        "paycheck",
        "subclerk",
        "subcheck",
        "siteclerk",
        "sitecheck",
        "siteowner",
        "labour",
        "crewclerk",
        "inspector",
        "bureauhead",
    ] {
        assert!(names.contains(name), "{name}");
    }
    let secrets: BTreeSet<_> = logins.iter().map(|l| (l.totp_secret, &l.password)).collect();
    assert_eq!(secrets.len(), logins.len());
    assert!(logins.iter().all(|l| l.password.len() >= 14));
}

#[test]
fn the_crew_under_site_rules_can_be_paid_and_its_first_two_sign_in() {
    let hands = BANK.site.hands();
    assert_eq!(hands.len(), HANDS);
    assert!(hands.iter().all(|w| w.planted.is_none() && w.bank == OWN_BANK));
    let ages: Vec<i32> = hands.iter().map(|w| w.born.years_until(as_of())).collect();
    assert!(ages[0] >= 55 && ages[1] <= 25, "{ages:?}");
    let logins = demo_logins(&BANK);
    for (name, hand) in ["oldhand", "younghand"].into_iter().zip(hands) {
        assert!(logins.iter().any(|l| l.name == name && l.document.number() == hand.identity), "{name}");
    }
}
