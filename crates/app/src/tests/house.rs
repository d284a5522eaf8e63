use super::{House, directory, system};
use crate::{Bank, DENIALS_PER_MINUTE_MAX, Keys, Options, keys_rewrap, keys_rotate};
use kernel::{Clock, Error, Kind};
use party::Role;
use std::collections::HashSet;
use store::Param;

#[test]
fn every_code_has_one_meaning_and_a_remedy() {
    let mut seen = HashSet::new();
    for code in crate::codes() {
        assert!(seen.insert(code.name), "{} is declared twice", code.name);
        assert!(!code.remedy.is_empty(), "{} says no remedy", code.name);
    }
}

#[test]
fn every_sealed_table_is_verified() {
    let h = House::open();
    if h.read(|tx| Ok(tx.is_postgres())) {
        return; // The same migrations make the same tables; SQLite lists them.
    }
    let sql =
        "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c ON c.name = 'seal' WHERE m.type = 'table'";
    let sealed: Vec<String> = h.read(|tx| tx.query(sql, &[], |r| r.get(0)));
    // The lanes' own state is checked with the lanes.
    let of_lanes = ["lanes", "chain_heads", "accumulators"];
    for name in sealed.iter().filter(|n| !of_lanes.contains(&n.as_str())) {
        assert!(Bank::tables().iter().any(|t| t.name == name), "{name} is verified by nobody");
    }
    assert!(sealed.len() > 30);
}

#[test]
fn it_opens_again_and_never_with_another_key_file() {
    let directory = directory();
    drop(Bank::open(Options::sqlite(&directory)).unwrap());
    let bank = Bank::open(Options::sqlite(&directory)).unwrap();
    assert!(bank.read(|tx| pricing::tariff_table(tx, tx.now().local_date())).is_ok_and(|t| !t.is_empty()));
    let second = Bank::open(Options::sqlite(&directory)).err().unwrap();
    assert!(second.is(&store::LOCKED));
    drop(bank);
    std::fs::rename(directory.join("keys.json"), directory.join("elsewhere.json")).unwrap();
    let lost = Bank::open(Options::sqlite(&directory)).err().unwrap();
    assert!(lost.is(&store::KEY_FILE), "{lost:?}");
    assert!(!directory.join("keys.json").exists(), "no other is made");
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_rotation_leaves_everything_readable_under_the_newest_key_and_goes_on_after_a_crash() {
    let (place, keys) = (directory(), directory().with_extension("keys"));
    let options =
        |clock: &Clock| Options { keys: Keys::File(keys.clone()), ..Options::sqlite(&place).clock(clock.clone()) };
    let mut h = House::open_with(|o| options(&o.clock));
    let (person, clock) = (h.person, h.clock.clone());
    let open = keys_rotate(options(&clock), &mut |_, _| {}).err().unwrap();
    assert!(open.is(&store::LOCKED), "the bank is open: {open:?}");

    let sheet = payroll::file_hash(b"a pay sheet");
    let hash = sheet.clone();
    h.write(move |tx| payroll::keep_file(tx, kernel::BookId(1), &hash, b"a pay sheet"));

    let text =
        "户名,账号,开户行,金额\n周外行,6222021234567890,990001000013,1\n李外行,6222021234567891,990001000013,2\n";
    let (debit, bytes) = (h.funds, text.as_bytes().to_vec());
    let upload = bulk::Upload { debit, file_name: "a.csv".into(), bytes, own_names: Vec::new() };
    let file = bulk::take_in(&h.bank.store, &h.owner(), upload).unwrap().file;
    let (owner, boss) = (h.owner(), h.owner());
    h.write(move |tx| bulk::submit(tx, &owner, file).map(|_| ()));

    // Another bank in the house's place closes the first one.
    h.bank = Bank::open(Options::sqlite(&h.directory).memory_keys()).unwrap();
    let done = keys_rotate(options(&clock), &mut |_, _| {}).unwrap();
    assert_eq!((done.version, done.people, done.file_parts, done.bulk_lines), (2, 1, 1, 2));

    // A third key is saved, and then the process dies before anything is put under it.
    store::KeyRing::open(&keys).unwrap().rotated().unwrap().save(&keys).unwrap();
    let bank = Bank::open(options(&clock)).unwrap();
    let reads = |bank: &Bank| {
        let seen = bank.write(move |tx| party::reveal(tx, &system(), person, "test")).unwrap();
        assert_eq!((seen.name.as_str(), seen.phone.as_str()), ("李建国", "13800005678"));
    };
    reads(&bank);
    let rest = keys_rewrap(&bank, &mut |_, _| {}).unwrap();
    assert_eq!((rest.version, rest.people, rest.file_parts, rest.bulk_lines), (3, 1, 1, 2));
    let kept = bank.read(move |tx| payroll::read_file(tx, kernel::BookId(1), &sheet)).unwrap();
    assert_eq!(kept.as_slice(), b"a pay sheet");
    reads(&bank);
    while bulk::resume(&bank.desk, 1).unwrap().more {}
    assert_eq!(bank.read(|tx| bulk::file(tx, &boss, file)).unwrap().counts.paid, 2, "and is paid as it was agreed to");
    let again = keys_rewrap(&bank, &mut |_, _| {}).unwrap();
    assert_eq!((again.people, again.file_parts, again.bulk_lines), (0, 0, 0), "nothing is left under an older key");
    assert!(crate::verify(&bank.store, &mut |_, _| {}).unwrap().ok);
    drop(bank);
    std::fs::remove_file(&keys).unwrap();
    std::fs::remove_dir_all(&place).unwrap();
}

#[test]
fn a_denial_is_written_down_and_a_flood_is_summed_up() {
    let h = House::open();
    let teller = h.staff("t", Role::Teller);
    let why = Error::forbidden("day.close is not among your permissions for the whole bank");
    assert_eq!(why.kind(), Kind::Forbidden);
    for _ in 0..DENIALS_PER_MINUTE_MAX + 5 {
        h.bank.denied(&teller, "day.close", "2026-11-18", &why);
    }
    let log = |action: &'static str| h.read(|tx| tx.audit_search(i64::MAX, 100, "", action, ""));
    let written = log("day.close");
    assert_eq!(written.len(), DENIALS_PER_MINUTE_MAX as usize);
    assert_eq!((written[0].result.as_str(), written[0].principal.as_str()), ("forbidden", teller.principal().as_str()));
    h.wait(61);
    h.jobs();
    let more = log("denials.more");
    assert_eq!((more.len(), more[0].after.as_str()), (1, "5 more in a minute"));
}

#[test]
fn the_auditor_exports_what_others_may_not() {
    let h = House::open();
    let (auditor, teller) = (h.staff("a", Role::Auditor), h.staff("t", Role::Teller));
    let day = kernel::Date::parse("2026-11-18").unwrap();
    let mut out = Vec::new();
    assert_eq!(crate::audit_export(&h.bank, &teller, day, day, &mut out).unwrap_err().kind(), Kind::Forbidden);
    let rows = crate::audit_export(&h.bank, &auditor, day, day, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("\u{feff}position,at_utc,"));
    assert_eq!(text.lines().count() as u64, rows + 1);
    assert!(text.contains("audit.export") && !text.contains("13800005678"));
    let next = day.plus_days(1);
    assert_eq!(crate::audit_export(&h.bank, &auditor, next, next, &mut Vec::new()).unwrap(), 0);
    assert_eq!(crate::audit_export(&h.bank, &auditor, next, day, &mut Vec::new()).unwrap_err().kind(), Kind::Invalid);
    let ask = crate::AuditAsk { action: "audit.".into(), ..Default::default() };
    let found = h.read(|tx| crate::audit_search(tx, &auditor, &ask, &kernel::PageAsk::first(1)));
    assert!(found.next.is_some() && found.items[0].action == "audit.export");
}

#[test]
fn verify_names_what_was_planted() {
    let h = House::open();
    super::relaying::pay(&h, 300);
    h.settle();
    let report = h.sound();
    assert!(report.compared && report.entries >= 2 && report.audit > 5);
    assert!(report.tables.iter().any(|t| t.name == "notices" && t.rows == 3));
    assert_eq!(serde_json::to_value(&report).unwrap()["ok"], true);
    let faults = |h: &House| crate::verify(&h.bank.store, &mut |_, _| {}).unwrap().faults;
    h.write(|tx| tx.execute("UPDATE notices SET kind = 'planted' WHERE kind = 'payment.posted.payee'", &[]));
    let found = faults(&h);
    assert_eq!(found.iter().map(|f| f.table.as_str()).collect::<Vec<_>>(), ["notices"], "{found:?}");
    h.write(|tx| tx.execute("DELETE FROM notices", &[] as &[Param<'_>]));
    let found = faults(&h);
    assert!(found.iter().any(|f| f.what == "0 rows are there, 3 were written"), "{found:?}");
}

#[test]
fn the_clockwork_runs_and_stops() {
    let h = House::open_with(|o| Options { clock: Clock::system(), ..o });
    super::relaying::pay(&h, 100);
    let jobs = crate::jobs::start(&h.bank).unwrap();
    let customer = h.customer();
    for _ in 0..100 {
        if h.read(|tx| crate::notices::unread(tx, &customer)) == 2 {
            jobs.stop();
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("nobody was told in five seconds");
}
