//! The schema is what the binary says, or the store does not open.
use super::{FERRIES, Ferry, at_sqlite_yard, at_yard, ferries, launch};
use store::{Config, Engine, KeyRing, Migration, SCHEMA, Store};
use tests::{CROSSINGS, TempDir, postgres_url};

fn refused(bank: &mut tests::TestStore, all: &[Migration]) -> String {
    bank.close();
    let opened = Store::open(bank.config().clone(), bank.keys(), all);
    let why = opened.err().expect("it does not open");
    assert!(why.is(&SCHEMA), "{why}");
    why.message().to_owned()
}

#[test]
fn a_migration_that_was_changed_after_it_ran_is_refused() {
    at_yard(|bank| {
        let mut all = bank.migrations().to_vec();
        let last = all.last_mut().unwrap();
        last.sql = "CREATE TABLE ferries (id BIGINT PRIMARY KEY) PLAIN;";
        assert!(refused(bank, &all).contains(FERRIES.name));
        bank.reopen();
        bank.finish();
    });
}

#[test]
fn data_of_a_newer_binary_is_refused() {
    at_yard(|bank| {
        let fewer = bank.migrations()[..2].to_vec();
        assert!(refused(bank, &fewer).contains(FERRIES.name));
        bank.reopen();
        bank.finish();
    });
}

#[test]
fn a_migration_that_fails_leaves_the_schema_as_it_was() {
    at_yard(|bank| {
        let broken = Migration {
            name: "9003_broken",
            sql: "CREATE TABLE rafts (id BIGINT PRIMARY KEY) PLAIN;\nCREATE NONSENSE;",
        };
        bank.close();
        let all: Vec<_> = bank.migrations().iter().copied().chain([broken]).collect();
        assert!(Store::open(bank.config().clone(), bank.keys(), &all).is_err());
        assert!(bank.hand().tries("SELECT * FROM rafts").is_err());
        bank.reopen();
        bank.finish();
    });
}

#[test]
fn two_processes_that_start_at_once_make_one_schema() {
    let Some(url) = postgres_url() else { return };
    let dir = TempDir::new();
    let schema = format!("test_{}", dir.path().file_name().unwrap().to_string_lossy().replace('-', "_"));
    let all = [store::migrations(), vec![CROSSINGS, FERRIES]].concat();
    let key_file = dir.path().join("keys.json");
    KeyRing::open_or_create(&key_file).unwrap();
    std::thread::scope(|scope| {
        let open = || {
            let config = Config { pg_writers: 2, readers: 1, ..Config::postgres(&url, &schema) };
            Store::open(config, KeyRing::open(&key_file)?, &all)
        };
        let opened: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
        let stores: Vec<Store> = opened.into_iter().map(|t| t.join().unwrap().expect("all four start")).collect();
        for (store, id) in stores.iter().zip(0..) {
            store.write(move |tx| launch(tx, id)).unwrap();
        }
        assert_eq!(stores[0].read(ferries).unwrap(), [0, 1, 2, 3]);
    });
    tests::Hand::reach(&Engine::Postgres { url, schema: schema.clone() })
        .does(&format!("DROP SCHEMA {schema} CASCADE"));
}

#[test]
fn a_reader_opens_beside_the_running_server_and_cannot_write() {
    at_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        let beside = Store::open_to_read(bank.config().clone(), bank.keys()).unwrap();
        assert_eq!(beside.read(ferries).unwrap(), [1]);
        bank.store().write(|tx| launch(tx, 2)).unwrap();
        assert_eq!(beside.read(ferries).unwrap(), [1, 2], "and sees what is written meanwhile");
        assert!(beside.write(|tx| launch(tx, 3)).unwrap_err().is(&store::LOCKED));
        assert!(beside.read(|tx| tx.execute("DELETE FROM ferries", &[])).is_err());
        bank.finish();
    });
}

#[test]
fn a_reader_sees_one_moment() {
    at_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        let store = bank.store();
        let seen = bank.store().read(|tx| {
            let before = ferries(tx)?;
            store.write(|tx| launch(tx, 2))?;
            Ok((before, ferries(tx)?))
        });
        assert_eq!(seen.unwrap(), (vec![1], vec![1]));
    });
}

#[test]
fn readers_come_back_after_a_panic() {
    at_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        for _ in 0..2 * bank.config().readers {
            let store = bank.store();
            let panicked =
                std::thread::spawn(move || store.read(|_| -> kernel::Result<()> { panic!("a reader's own") }));
            assert!(panicked.join().is_err());
        }
        assert_eq!(bank.store().read(ferries).unwrap(), [1]);
    });
}

#[test]
fn nothing_is_opened_to_read_where_nothing_is() {
    let dir = TempDir::new();
    assert!(Store::open_to_read(Config::sqlite(dir.path()), KeyRing::random()).is_err());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "and nothing is made");
}

#[test]
fn the_log_is_moved_into_the_file_on_demand() {
    at_sqlite_yard(|bank| {
        let fleet = || (0..500).map(Ferry::new).collect::<Vec<_>>();
        bank.store().write(move |tx| tx.insert_all(&mut fleet())).unwrap();
        let wal = bank.dir().join("yizhan.db-wal");
        assert!(std::fs::metadata(&wal).unwrap().len() > 0);
        assert!(bank.store().checkpoint().unwrap());
        assert_eq!(std::fs::metadata(&wal).unwrap().len(), 0);
        bank.finish();
    });
}

#[test]
fn sqlite_takes_the_index_that_tells_rows_apart_and_not_the_book() {
    let dir = TempDir::new();
    let store = Store::open(Config::sqlite(dir.path()), KeyRing::random(), &app::Bank::migrations()).unwrap();
    let plan = |sql: &str| {
        let asked = format!("EXPLAIN QUERY PLAN {sql}");
        store.read(|tx| tx.query(&asked, &[], |r| r.get::<String>(3))).unwrap().join("; ")
    };
    for (sql, wanted) in [
        ("SELECT sum(net) FROM payroll_lines WHERE book = 1 AND sheet = x'00'", "payroll_lines_by_sheet"),
        (
            "SELECT team FROM payroll_lines WHERE book = 1 AND project = x'00' AND period = '2026-10' AND live = 1",
            "payroll_lines_once (book=? AND project=? AND period=?)",
        ),
        ("SELECT count(*) FROM payroll_workers WHERE book = 1 AND project = x'00'", "(book=? AND project=?)"),
        ("SELECT * FROM payroll_lines WHERE book = 1 AND id = x'00'", "PRIMARY KEY (book=? AND id=?)"),
        (
            "SELECT * FROM payroll_lines WHERE book = 1 AND state IN ('processing', 'failed') AND state = 'failed' AND sheet IN \
             (SELECT id FROM payroll_sheets s WHERE s.book = 1 AND s.project = x'00') ORDER BY sheet, number LIMIT 9",
            "payroll_lines_open (book=? AND sheet=? AND state=?)",
        ),
    ] {
        let found = plan(sql);
        assert!(found.contains(wanted), "{sql}: {found}");
    }
}

#[test]
fn a_database_without_figures_for_its_plans_gets_them_when_it_is_opened() {
    at_sqlite_yard(|bank| {
        bank.close();
        bank.hand().does("DROP TABLE sqlite_stat1");
        bank.reopen();
        assert!(bank.hand().count("SELECT count(*) FROM sqlite_stat1") > 0);
        bank.finish();
    });
}
