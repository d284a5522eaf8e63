//! Copies taken while the bank is open.
use super::{at_postgres_yard, at_sqlite_yard, ferries, launch};
use std::sync::atomic::{AtomicBool, Ordering};
use store::{COPY, Config, KeyRing, LOCKED, Store};
use tests::TempDir;

#[test]
fn a_copy_of_the_open_bank_verifies_and_can_be_put_back() {
    at_sqlite_yard(|bank| {
        let (copy, home) = (TempDir::new(), TempDir::new());
        let stop = AtomicBool::new(false);
        let before = std::thread::scope(|scope| {
            scope.spawn(|| {
                let ids = (0..).take_while(|_| !stop.load(Ordering::SeqCst));
                ids.for_each(|id| bank.store().write(move |tx| launch(tx, id)).unwrap());
            });
            while bank.store().read(ferries).unwrap().len() < 50 {
                std::thread::yield_now();
            }
            let before = bank.store().read(ferries).unwrap().len();
            assert!(bank.store().backup(copy.path()).unwrap().bytes > 0);
            stop.store(true, Ordering::SeqCst);
            before
        });
        assert!(bank.store().backup(copy.path()).unwrap_err().is(&COPY), "a copy is not written over");
        store::restore(copy.path(), home.path()).unwrap();
        std::fs::copy(bank.dir().join("keys.json"), home.path().join("keys.json")).unwrap();
        let keys = KeyRing::open(&home.path().join("keys.json")).unwrap();
        let restored = Store::open(Config::sqlite(home.path()), keys, bank.migrations()).unwrap();
        assert!(restored.read(ferries).unwrap().len() >= before);
        restored.write(|tx| launch(tx, -1)).unwrap();
        let mut faults = Vec::new();
        let tables = [super::FERRIES_TABLE, tests::CROSSINGS_TABLE];
        restored.read(|tx| store::verify::everything(tx, &tables, &mut faults, &mut |_, _| {})).unwrap();
        assert_eq!(faults, []);
        assert!(store::restore(copy.path(), home.path()).unwrap_err().is(&LOCKED), "it is being served");
        drop(restored);
        assert!(store::restore(copy.path(), home.path()).unwrap_err().is(&COPY), "it holds a bank");
        bank.finish();
    });
}

#[test]
fn what_is_no_copy_is_not_put_back() {
    at_sqlite_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        let (copy, home) = (TempDir::new(), TempDir::new());
        assert!(store::restore(copy.path(), home.path()).is_err(), "there is none");
        bank.store().backup(copy.path()).unwrap();
        let file = copy.path().join("yizhan.db");
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        assert!(store::restore(copy.path(), home.path()).is_err(), "half of it is missing");
        assert!(!home.path().join("yizhan.db").exists());
    });
}

#[test]
fn postgresql_is_copied_by_its_own_tools() {
    at_postgres_yard(|bank| {
        let why = bank.store().backup(bank.dir()).unwrap_err();
        assert!(why.is(&COPY) && why.remedy().contains("pg_dump"));
    });
}
