//! The whole demo, loaded; a load that was cut off; a bank of one's own.
use super::*;
use crate::{Bank, Options};
use kernel::id::FirmId;
use kernel::{PageAsk, Who};
use std::cell::Cell;

fn bank(dir: &std::path::Path) -> Bank {
    Bank::open(Options::sqlite(dir).memory_keys()).unwrap()
}

fn directory(name: &str) -> std::path::PathBuf {
    let dir = std::env::temp_dir().join(format!("yizhan-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    dir
}

#[test]
fn the_whole_demo_after_being_cut_off_again_and_again() {
    let dir = directory("demo-load");
    let bank = Bank::open(Options::sqlite(&dir).clock(kernel::Clock::with_a_past())).unwrap();
    assert_eq!(state(&bank).unwrap(), State::Fresh);
    let lived = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        load(&bank, &mut |what, done, _| assert!(what != "weeks gone by" || done < 5, "cut off in the past"))
    }));
    assert!(lived.is_err() && bank.clock().behind() > 0);
    // The n-th report of progress stops the load by a panic, as a kill would between two steps.
    for stop in [3, 12, 40, 90, 140] {
        let seen = Cell::new(0);
        let cut = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            load(&bank, &mut |_, _, _| {
                seen.set(seen.get() + 1);
                assert!(seen.get() < stop, "cut off here");
            })
        }));
        assert!(cut.is_err() && state(&bank).unwrap() == State::Begun, "stopped at {stop}: {:?}", cut.ok());
    }
    let loaded = load(&bank, &mut |_, _, _| ()).unwrap();
    let workers: usize = data().yard.subcontractors.iter().map(|s| s.workers.len()).sum();
    assert_eq!((loaded.branches, loaded.wage_accounts), (28, 32));
    assert_eq!(loaded.workers as usize, 2 * workers + 320);
    assert!(loaded.lines_paid > 50, "{loaded:?}");
    assert_eq!(state(&bank).unwrap(), State::Loaded(loaded.clone()));
    assert_eq!(load(&bank, &mut |_, _, _| ()).unwrap(), loaded, "again: nothing is done");
    let (open, closed) = bank.store.read(|tx| Ok((tx.business_date()?, ledger::day::closed(tx, 100)?.len()))).unwrap();
    assert_eq!(
        (open, closed, bank.clock().behind()),
        (bank.clock().now().local_date(), 6, 0),
        "the past is left behind"
    );
    ten_minutes(&bank);
    those_who_wait(&bank);
    let bank = a_day_ahead(bank, &dir);
    let report = crate::verify(&bank.store, &mut |_, _| ()).unwrap();
    assert!(report.ok, "{:?}", report.faults);
    drop(bank);
    std::fs::remove_dir_all(&dir).unwrap();
}

fn user(bank: &Bank, person: &demo::people::Person, firm: FirmId) -> Actor {
    let number = person.document.number().to_owned();
    let person = bank.read(|tx| party::person_by_identity(tx, &number)).unwrap().unwrap();
    Actor { stepped_up: true, ..Actor::of(Who::ForFirm { person, firm }) }
}

/// The site whose subcontractor is gone: a sheet of 43 that nobody has signed, money for a few of them, a deposit for all.
fn those_who_wait(bank: &Bank) {
    let firm = bank.read(|tx| party::firm_by_code(tx, &data().site.contractor.credit_code)).unwrap().unwrap();
    let all = bank.read(|tx| payroll::projects_of(tx, &actor(), firm, &PageAsk::default())).unwrap();
    let site = all.items.iter().find(|p| p.name == VANISHED_SITE).unwrap().project;
    let sheet = bank.read(|tx| payroll::sheets_newest(tx, site, 1)).unwrap().pop().unwrap();
    assert_eq!(sheet.lines as usize, VANISHED_WORKERS);
    let account = bank.read(|tx| payroll::project_raw(tx, site)).unwrap().wage_account;
    let account = bank.read(|tx| Ok(ledger::view(tx, account)?.posted())).unwrap();
    assert!(account.is_positive() && account.minor * 5 < sheet.net, "{account} of {}", sheet.net());
    let standing = bank.read(|tx| guarantee::standing(tx, &actor(), site)).unwrap();
    assert!(standing.short.is_zero() && standing.cash.minor >= sheet.net, "{standing:?}");
    let (_, found) = bank.read(|tx| ::arrears::project_warnings(tx, &actor(), site)).unwrap();
    for kind in [::arrears::Kind::BalanceShort, ::arrears::Kind::CrewVanished] {
        assert!(found.iter().any(|w| w.kind == kind && w.is_open()), "{kind} of {found:?}");
    }
}

/// A day passes in the demo, and a process that opens it again finds that day.
fn a_day_ahead(bank: Bank, dir: &std::path::Path) -> Bank {
    use crate::demo_time::{a_day_passes, restore, standing};
    let before = bank.clock().now().local_date();
    let passed = a_day_passes(&bank, &actor()).unwrap();
    assert_eq!((passed.today, bank.clock().ahead()), (before.plus_days(1), kernel::clock::DAY));
    let at = standing(&bank, &actor()).unwrap();
    assert_eq!((at.minutes_ahead, at.open == passed.today), (1_440, passed.closed), "{at:?}");
    let nobody = Actor { correlation: String::new(), ..Actor::nobody() };
    assert!(a_day_passes(&bank, &nobody).is_err() && bank.clock().ahead() == kernel::clock::DAY);
    drop(bank);
    let again = |clock| Bank::open(Options::sqlite(dir).clock(clock));
    let system = again(kernel::Clock::system()).unwrap();
    assert!(a_day_passes(&system, &actor()).unwrap_err().is(&crate::demo_time::DEMO_TIME_REFUSED));
    drop(system);
    let bank = again(kernel::Clock::with_a_past()).unwrap();
    assert_eq!((bank.clock().ahead(), restore(&bank).unwrap(), bank.clock().ahead()), (0, 1_440, kernel::clock::DAY));
    it_becomes_night(bank)
}

/// The clock goes on to an hour of the evening: the same day before it, the next day after it.
fn it_becomes_night(bank: Bank) -> Bank {
    use crate::demo_time::{it_becomes, standing};
    let before = bank.clock().now();
    let passed = it_becomes(&bank, &actor(), 21, 40).unwrap();
    let now = bank.clock().now();
    let (h, m, _) = now.local_time();
    assert_eq!((h, m), (21, 40));
    assert!(now > before && now.since(before) <= kernel::clock::DAY && passed.today == now.local_date());
    assert!(it_becomes(&bank, &actor(), 24, 0).is_err());
    let again = it_becomes(&bank, &actor(), 21, 40).unwrap();
    assert_eq!(again.today, passed.today.plus_days(1), "the same minute is tomorrow's");
    assert!(standing(&bank, &actor()).unwrap().minutes_ahead > 2 * 1_440);
    bank
}

fn every_fault(bank: &Bank, actor: &Actor, import: &payroll::Import) -> Vec<payroll::ImportFault> {
    let (mut all, mut ask) = (Vec::new(), PageAsk::first(200));
    loop {
        let page = bank.read(|tx| payroll::faults(tx, actor, import.id, &ask)).unwrap();
        all.extend(page.items);
        match page.next {
            Some(next) => ask.after = Some(next),
            None => return all,
        }
    }
}

/// What a newcomer does: the faulty sheet names every planted fault by its cell; the right one is checked by two and paid;
/// exactly the planted accounts fail.
fn ten_minutes(bank: &Bank) {
    let (data, month) = (data(), demo::paysheets::FIRST_PAY_MONTH);
    let yard = &data.yard.firm;
    let firm = bank.read(|tx| party::firm_by_code(tx, &yard.credit_code)).unwrap().unwrap();
    let [clerk, checker, owner] = [&yard.maker, &yard.checker, &yard.legal].map(|p| user(bank, p, firm));
    let projects = bank.read(|tx| payroll::projects_of(tx, &clerk, firm, &PageAsk::default())).unwrap();
    let project = projects.items.iter().find(|p| p.name == YARD_PROJECT).unwrap().project;
    let import = |bytes: Vec<u8>, accept_valid| {
        let period = payroll::Period::new(month.year, month.month).unwrap();
        let (kind, tag) = (payroll::Kind::Wage, String::new());
        let what = payroll::ImportFor::PaySheet { period, kind, number: 1, tag, due_on: None };
        let upload = payroll::Upload { project, what, file_name: "yard.xlsx".into(), bytes, accept_valid };
        payroll::import(&bank.store, &clerk, upload).unwrap()
    };
    let faulty = demo::workbooks::yard_xlsx(&data.yard, month, demo::workbooks::Dirt::Faulty).unwrap();
    let found = import(faulty.bytes, false);
    let faults = every_fault(bank, &clerk, &found);
    for planted in &faulty.faults {
        let named = faults.iter().any(|f| f.cell == planted.cell && f.severity != "note");
        let stands = planted.kind == demo::faults::FaultKind::NotOnRoster;
        let row = i64::try_from(planted.row).unwrap();
        assert!(named || stands && faults.iter().any(|f| f.row_number == row), "{planted:?} was not found");
    }
    let sheet = import(file("yard-2026-10.xlsx").unwrap().bytes().unwrap(), true);
    let workers = || data.yard.subcontractors.iter().flat_map(|s| &s.workers);
    assert_eq!((sheet.valid as usize, sheet.refused), (workers().count(), 0));
    let sheet = sheet.sheet.unwrap();
    let by = clerk.clone();
    let asked = bank.write(move |tx| payroll::submit(tx, &by, sheet, "")).unwrap();
    for by in [checker.clone(), owner] {
        let check = move |tx: &mut Tx<'_>| {
            let hash = approval::raw(tx, asked)?.hash_text();
            payroll::approve(tx, &by, asked, &hash)
        };
        bank.write(check).unwrap();
    }
    let hash = bank.read(|tx| Ok(payroll::sheet_raw(tx, sheet)?.payload_hash())).unwrap();
    let done = payroll::pay_all(&bank.desk, &checker, sheet, &hash).unwrap();
    let own = || workers().filter(|w| w.bank == demo::numbers::OWN_BANK);
    let fails = own().filter(|w| w.planted.is_some_and(|p| p != demo::yard::Planted::NotActivated)).count();
    assert_eq!((done.waiting_lines, done.failed_lines as usize), (0, fails), "{done:?}");
    assert_eq!(done.processing_lines as usize, workers().count() - own().count());
}

#[test]
fn a_bank_of_ones_own_is_left_alone() {
    let dir = directory("demo-own");
    let bank = bank(&dir);
    let new = party::BranchNew {
        code: "1".into(),
        parent: None,
        kind: party::BranchKind::HeadOffice,
        name_zh: "总行".into(),
        name_en: "Head Office".into(),
        address_zh: String::new(),
        address_en: String::new(),
        phone: "12900000000".into(),
    };
    bank.store.write(move |tx| crate::branch_open(tx, &Actor::system("bootstrap"), new.clone())).unwrap();
    assert_eq!(state(&bank).unwrap(), State::Other);
    assert!(load(&bank, &mut |_, _, _| ()).unwrap_err().is(&DEMO_REFUSED));
    let refused = crate::demo_time::a_day_passes(&bank, &Actor::system("bootstrap")).unwrap_err();
    assert!(refused.is(&crate::demo_time::DEMO_TIME_REFUSED), "{refused}");
    drop(bank);
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn files_have_names_of_their_own_and_the_bytes_they_promise() {
    let all = files();
    for f in &all {
        assert_eq!(all.iter().filter(|o| o.name == f.name).count(), 1, "{}", f.name);
        assert!(f.name.is_ascii() && !f.bytes().unwrap().is_empty());
        assert_eq!(f.bytes().unwrap().starts_with(b"PK"), f.name.ends_with(".xlsx"), "{}", f.name);
    }
    assert!(file("yard-2026-10-faulty.xlsx").is_ok() && file("../keys.json").is_err());
}
