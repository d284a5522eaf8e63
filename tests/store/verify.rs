//! Everything that a hand can change past the store is found, and named.
use super::{FERRIES_TABLE, Ferry, at_yard, launch};
use kernel::{Actor, BookId, Date};
use store::{Table, params, verify};
use tests::{CROSSINGS_TABLE, Command, TestStore};

/// A little of everything that the store keeps.
fn busy_morning(bank: &TestStore) {
    let store = bank.store();
    store.write(|tx| tx.answered(BookId(3), "pers_a", "old", "launch", b"1", "ok")).unwrap();
    bank.clock.advance((::store::KEPT_DAYS + 1) * kernel::clock::DAY);
    let old = store.read(|tx| tx.old_answers(None)).unwrap().old;
    store.write(move |tx| tx.prune_answers(&Actor::system("prune"), &old)).unwrap();
    store.write(|tx| tx.open_business_date(Date::ymd(2026, 3, 2)?)).unwrap();
    for id in 1..4 {
        store.write(move |tx| launch(tx, id)).unwrap();
        let command = Command::new(id as u64);
        store.write(move |tx| command.run(tx)).unwrap();
    }
    assert_eq!(bank.faults(), [], "before anybody touched it");
}

fn tables() -> Vec<&'static Table> {
    verify::tables().into_iter().chain([FERRIES_TABLE, CROSSINGS_TABLE]).collect()
}

/// The verification after a hand was at `table`, which must name it first.
fn found(bank: &TestStore, table: &str, what: &str) -> String {
    let faults = bank.faults();
    let first = faults.first().unwrap_or_else(|| panic!("nobody noticed: {table}, {what}"));
    assert_eq!(first.table, table, "{what}: {faults:?}");
    first.record.clone()
}

#[test]
fn every_changed_column_of_every_table_is_found_and_its_row_named() {
    at_yard(|bank| {
        busy_morning(bank);
        for table in tables() {
            let hand = bank.hand();
            hand.keeps(table.name);
            for column in table.columns.iter().copied().chain(["seal"]) {
                if hand.bends(table, column).is_err() {
                    assert_eq!((table.name, column), ("business_day", "id"), "only this CHECK keeps a hand away");
                    continue;
                }
                let record = found(bank, table.name, column);
                assert!(record.contains(table.columns[0]), "{} of {} is named as {record}", column, table.name);
                hand.puts_back(table.name);
            }
            hand.does(&format!("DROP TABLE kept_{}", table.name));
        }
        bank.finish();
    });
}

#[test]
fn a_missing_row_and_a_forged_row_are_found() {
    at_yard(|bank| {
        busy_morning(bank);
        for table in tables() {
            let hand = bank.hand();
            hand.keeps(table.name);
            hand.deletes_first(table);
            assert_eq!(found(bank, table.name, "a deleted row"), "whole table");
            hand.puts_back(table.name);
            match hand.forges(table) {
                Ok(()) => assert_ne!(found(bank, table.name, "a forged row"), "whole table"),
                Err(_) => assert_eq!(table.name, "business_day", "it can have one row only"),
            }
            hand.puts_back(table.name);
            hand.does(&format!("DROP TABLE kept_{}", table.name));
        }
        bank.finish();
    });
}

#[test]
fn an_old_version_put_back_is_found_although_its_seal_is_sound() {
    at_yard(|bank| {
        busy_morning(bank);
        bank.hand().keeps("ferries");
        let sail = bank.store().write(|tx| {
            let mut ferry = tx.load::<Ferry>(params![2i64])?.expect("it is there");
            ferry.trips = 9;
            tx.update(&mut ferry)
        });
        sail.unwrap();
        bank.finish();
        bank.hand().puts_back("ferries");
        bank.store().read(|tx| tx.get::<Ferry>(params![2i64])).expect("its seal is sound");
        assert_eq!(found(bank, "ferries", "an old version"), "whole table");
    });
}

#[test]
fn a_row_of_one_table_or_key_does_not_pass_for_another() {
    at_yard(|bank| {
        busy_morning(bank);
        bank.hand().does("UPDATE ferries SET id = 20 WHERE id = 2; UPDATE ferries SET id = 2 WHERE id = 3; UPDATE ferries SET id = 3 WHERE id = 20");
        assert_eq!(found(bank, "ferries", "two rows that changed places"), "(id 2)");
    });
}

#[test]
fn the_audit_log_cannot_be_changed_shortened_or_added_to_unnoticed() {
    at_yard(|bank| {
        busy_morning(bank);
        let hand = bank.hand();
        hand.keeps("audit");
        for sql in ["UPDATE audit SET reason = 'none'", "DELETE FROM audit"] {
            let refused = hand.tries(sql).expect_err("the triggers refuse it");
            assert!(refused.contains("append-only"), "{refused}");
        }
        if bank.is_postgres() {
            assert!(hand.tries("TRUNCATE audit").is_err());
        }
        hand.disarms("audit");
        let audit = Table { name: "audit", columns: &["pos"], keys: 1 };
        let columns = [
            "at",
            "business_date",
            "principal",
            "on_behalf",
            "roles",
            "branch",
            "channel",
            "device",
            "session",
            "address",
            "action",
            "object",
            "before",
            "after",
            "reason",
            "approval",
            "decision",
            "correlation",
            "result",
            "hash",
        ];
        for column in columns {
            hand.bends(&audit, column).unwrap();
            let record = found(bank, "audit", column);
            assert!(record.starts_with("pos "), "{column}: {record}");
            hand.puts_back("audit");
        }
        let last = "(SELECT max(pos) FROM kept_audit)";
        let first = "(SELECT min(pos) FROM kept_audit)";
        let cases = [
            ("a deleted entry", format!("DELETE FROM audit WHERE pos = {first}")),
            ("a shortened log", format!("DELETE FROM audit WHERE pos = {last}")),
            ("an emptied log", "DELETE FROM audit".into()),
            ("an added entry", format!("CREATE TABLE more AS SELECT * FROM audit WHERE pos = {last}; UPDATE more SET pos = pos + 1; INSERT INTO audit SELECT * FROM more; DROP TABLE more")),
            ("an entry outside all chains", format!("CREATE TABLE more AS SELECT * FROM audit WHERE pos = {first}; UPDATE more SET pos = pos + 175921860444160; INSERT INTO audit SELECT * FROM more; DROP TABLE more")),
            ("an entry before the first", "CREATE TABLE more AS SELECT * FROM audit LIMIT 1; UPDATE more SET pos = 0; INSERT INTO audit SELECT * FROM more; DROP TABLE more".into()),
        ];
        for (what, sql) in cases {
            hand.does(&sql);
            found(bank, "audit", what);
            hand.puts_back("audit");
        }
        bank.finish();
    });
}

#[test]
fn what_a_writer_keeps_of_itself_is_sealed_too() {
    at_yard(|bank| {
        busy_morning(bank);
        let hand = bank.hand();
        let lane = "(SELECT lane FROM chain_heads WHERE seq > 0 ORDER BY lane LIMIT 1)";
        let cases = [
            ("lanes", format!("UPDATE lanes SET events = events - 1 WHERE lane = {lane}")),
            ("chain_heads", format!("UPDATE chain_heads SET seq = seq - 1 WHERE lane = {lane} AND chain = 'audit'")),
            ("chain_heads", format!("DELETE FROM chain_heads WHERE lane = {lane} AND chain = 'audit'")),
            ("accumulators", format!("UPDATE accumulators SET rows = rows + 1 WHERE lane = {lane}")),
        ];
        for (table, sql) in cases {
            hand.keeps(table);
            hand.does(&sql);
            found(bank, table, &sql);
            hand.puts_back(table);
            hand.does(&format!("DROP TABLE kept_{table}"));
        }
        bank.finish();
    });
}

#[test]
fn a_writer_does_not_go_on_from_a_forged_head() {
    super::at_sqlite_yard(|bank| {
        busy_morning(bank);
        bank.close();
        bank.hand().does("UPDATE chain_heads SET seq = seq - 1 WHERE chain = 'audit'");
        let opened = store::Store::open(bank.config().clone(), bank.keys(), bank.migrations());
        assert!(opened.is_err_and(|e| e.is(&kernel::error::BROKEN)));
        bank.hand().does("UPDATE chain_heads SET seq = seq + 1 WHERE chain = 'audit'");
        bank.reopen();
        bank.finish();
    });
}

#[test]
fn a_table_that_nobody_asked_to_verify_is_reported() {
    at_yard(|bank| {
        busy_morning(bank);
        let mut faults = Vec::new();
        let rows = bank.store().read(|tx| verify::everything(tx, &[FERRIES_TABLE], &mut faults, &mut |_, _| {}));
        assert!(rows.unwrap() > 10);
        assert_eq!(faults.iter().map(|f| f.table.as_str()).collect::<Vec<_>>(), ["crossings"]);
    });
}

#[test]
fn a_key_of_another_bank_breaks_every_seal() {
    super::at_sqlite_yard(|bank| {
        busy_morning(bank);
        bank.close();
        let stranger = store::KeyRing::random();
        let store = store::Store::open_to_read(bank.config().clone(), stranger).unwrap();
        let mut faults = Vec::new();
        store.read(|tx| verify::everything(tx, &[FERRIES_TABLE], &mut faults, &mut |_, _| {})).unwrap();
        assert!(faults.len() > 10);
        assert!(store.read(|tx| tx.once(BookId(1), "system:ferry", "crossing-1", "crossing", b"crossing-1")).is_err());
    });
}
