//! Several processes write one PostgreSQL database: each in lanes of its own, fenced by epochs.
use super::{Ferry, at_postgres_yard, at_yard, ferries, launch};
use kernel::clock::{HOUR, SECOND};
use kernel::{Actor, Date, Error};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use store::{Audit, Engine, Store};
use tests::TestStore;

fn day(n: i64) -> Date {
    Date::ymd(2026, 3, 2).expect("a date").plus_days(n)
}

#[test]
fn two_stores_at_once_share_the_books() {
    at_postgres_yard(|bank| {
        let second = bank.open_another();
        let next = AtomicI64::new(0);
        std::thread::scope(|scope| {
            for store in [bank.store(), second.clone(), bank.store(), second.clone()] {
                let next = &next;
                scope.spawn(move || {
                    for _ in 0..50 {
                        let id = next.fetch_add(1, Ordering::SeqCst);
                        store.write(move |tx| launch(tx, id)).unwrap();
                    }
                });
            }
        });
        assert_eq!(second.read(ferries).unwrap().len(), 200);
        let lanes: BTreeSet<i64> =
            second.read(|tx| tx.audit_rows(0, 1_000, None)).unwrap().iter().map(|a| a.pos >> 44).collect();
        assert!(lanes.iter().any(|l| *l < 4) && lanes.iter().any(|l| *l >= 4), "{lanes:?}");
        drop(second);
        bank.finish();
    });
}

#[test]
fn whoever_lost_his_lane_takes_another_and_goes_on() {
    at_postgres_yard(|bank| {
        for id in 0..20 {
            bank.store().write(move |tx| launch(tx, id)).unwrap();
        }
        // All leases run out while the first process sleeps, and a second takes its lanes.
        bank.clock.advance(HOUR);
        let second = bank.open_another();
        second.write(|tx| launch(tx, 100)).unwrap();
        for id in 20..40 {
            bank.store().write(move |tx| launch(tx, id)).expect("the store recovers by itself");
        }
        second.write(|tx| launch(tx, 101)).unwrap();
        assert_eq!(bank.store().read(ferries).unwrap().len(), 42);
        assert!(bank.hand().count("SELECT count(*) FROM lanes") > 4, "nobody lost a lane: the test proves nothing");
        assert_eq!(bank.hand().count("SELECT count(*) FROM lanes WHERE epoch = 2"), 4);
        drop(second);
        bank.finish();
    });
}

#[test]
fn a_lane_is_given_back_at_a_clean_stop() {
    at_postgres_yard(|bank| {
        for _ in 0..3 {
            bank.store().write(|tx| tx.audit(&Actor::system("yard"), Audit::of("yard.open", "gate"))).unwrap();
            bank.reopen();
        }
        assert_eq!(bank.hand().count("SELECT count(*) FROM lanes"), 4);
        bank.finish();
    });
}

#[test]
fn the_business_day_moves_while_others_write() {
    at_yard(|bank| {
        let open = |store: &Store, n: i64| store.write(move |tx| tx.open_business_date(day(n)));
        open(&bank.store(), 0).unwrap();
        assert!(open(&bank.store(), 0).is_err(), "a day opens once");
        let stop = AtomicBool::new(false);
        let next = AtomicI64::new(0);
        let stores = if bank.is_postgres() { vec![bank.store(), bank.open_another()] } else { vec![bank.store()] };
        std::thread::scope(|scope| {
            for store in stores.iter().chain(&stores) {
                scope.spawn(|| {
                    while !stop.load(Ordering::SeqCst) {
                        let id = next.fetch_add(1, Ordering::SeqCst);
                        // The berth holds the day the command believed in.
                        let dock = store.write(move |tx| {
                            let today = tx.business_date()?.days();
                            tx.insert(&mut Ferry { berth: Some(today), ..Ferry::new(id) })?;
                            tx.audit(&Actor::system("yard"), Audit::of("ferry.dock", id).after(today.to_string()))
                        });
                        dock.unwrap();
                    }
                });
            }
            for n in 1..8 {
                // Four threads: of twelve more commands some began after the day before was closed, and are done.
                let seen = next.load(Ordering::SeqCst);
                while next.load(Ordering::SeqCst) < seen + 12 {
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
                // Whoever closes a day writes the number of its ferries: none may come after.
                let close = bank.store().write(move |tx| {
                    tx.open_business_date(day(n))?;
                    let sql = "SELECT count(*) FROM ferries WHERE berth = ?1";
                    let docked = tx.query_one(sql, store::params![day(n - 1).days()], |r| r.get::<i64>(0))?;
                    tx.insert(&mut Ferry { trips: docked.unwrap_or(0), ..Ferry::new(-n) })
                });
                close.unwrap();
            }
            stop.store(true, Ordering::SeqCst);
        });
        drop(stores);
        bank.store()
            .read(|tx| {
                let all = tx.select::<Ferry>("ORDER BY id", &[])?;
                for n in 1..8 {
                    let counted = all.iter().find(|f| f.id == -n).map(|f| f.trips);
                    let docked = all.iter().filter(|f| f.berth == Some(day(n - 1).days())).count() as i64;
                    assert_eq!(counted, Some(docked), "ferries of day {n} when it was closed, and now");
                    assert!(docked > 0, "nobody wrote on day {n}: the test proves nothing");
                }
                let audited = tx.audit_rows(0, 100_000, None)?;
                assert!(audited.iter().all(|a| a.after == a.business_date.days().to_string()));
                Ok(())
            })
            .unwrap();
        bank.finish();
    });
}

#[test]
fn a_failed_close_of_day_leaves_the_day_open() {
    at_yard(|bank| {
        bank.store().write(|tx| tx.open_business_date(day(0))).unwrap();
        let failed = bank.store().write(|tx| {
            tx.open_business_date(day(1))?;
            assert_eq!(tx.business_date()?, day(1));
            Err::<(), _>(Error::field("day", "the books do not balance"))
        });
        assert!(failed.is_err());
        assert_eq!(bank.store().write(|tx| tx.business_date()).unwrap(), day(0));
        assert_eq!(bank.store().read(|tx| tx.business_date()).unwrap(), day(0));
        bank.store().write(|tx| tx.open_business_date(day(1))).unwrap();
        assert_eq!(bank.store().write(|tx| tx.business_date()).unwrap(), day(1));
        bank.finish();
    });
}

#[test]
fn before_a_day_was_opened_the_calendar_counts() {
    at_yard(|bank| {
        assert_eq!(bank.store().write(|tx| tx.business_date()).unwrap(), day(0));
        bank.clock.advance(24 * HOUR);
        assert_eq!(bank.store().write(|tx| tx.business_date()).unwrap(), day(1));
    });
}

/// Ends every connection of this test's store, as a restart of the server does: those that set its schema.
fn sever(bank: &TestStore) {
    let Engine::Postgres { schema, .. } = &bank.config().engine else { return };
    bank.hand().does(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{schema}' AND pid <> pg_backend_pid()"
    ));
}

#[test]
fn connections_that_ended_are_made_again() {
    at_postgres_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        for id in 2..6 {
            sever(bank);
            bank.store().read(ferries).expect("readers connect again");
            bank.store().write(move |tx| launch(tx, id)).expect("writers too, and nothing was lost");
        }
        assert_eq!(bank.store().read(ferries).unwrap().len(), 5);
        bank.clock.advance(SECOND);
        bank.finish();
    });
}
