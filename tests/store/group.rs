//! Closures in one durable transaction: they share its fsync and nothing else.
use super::{Ferry, Launched, at_sqlite_yard, at_yard, ferries, launch};
use kernel::error::{BROKEN, STALE};
use kernel::{Actor, Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use store::{Audit, DATABASE, GROUP_CLOSURES_MAX, Overlay, Tx};
use tests::TestStore;

type Closure<T> = Box<dyn Fn(&mut Tx<'_>) -> Result<T> + Send>;

/// Makes closures wait in line behind one that sleeps, so that those of SQLite come into one group; answers them in order.
fn in_one_group<T: Send + 'static>(bank: &TestStore, closures: Vec<Closure<T>>) -> Vec<Result<T>> {
    let (hold, held) = mpsc::channel::<()>();
    let (said, hear) = mpsc::channel();
    let held = std::sync::Mutex::new(held);
    let store = bank.store();
    store.write_then(
        move |_| {
            let _ = held.lock().expect("one thread").recv();
            Ok(())
        },
        |_| {},
    );
    let wanted = closures.len();
    for (at, closure) in closures.into_iter().enumerate() {
        let said = said.clone();
        store.write_then(closure, move |done| said.send((at, done)).expect("the test listens"));
    }
    drop(hold);
    let mut answers: Vec<_> = hear.iter().take(wanted).collect();
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, done)| done).collect()
}

fn closure<T>(f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Closure<T> {
    Box::new(f)
}

#[test]
fn everybody_is_answered_and_everything_is_there() {
    at_yard(|bank| {
        let wanted = GROUP_CLOSURES_MAX as i64 / 20;
        let answers = in_one_group(bank, (0..wanted).map(|id| closure(move |tx| launch(tx, id))).collect());
        assert!(answers.iter().all(Result::is_ok));
        bank.reopen();
        assert_eq!(bank.store().read(ferries).unwrap(), (0..wanted).collect::<Vec<_>>());
        bank.finish();
    });
}

#[test]
fn a_failed_closure_leaves_no_trace_and_its_neighbours_stay() {
    at_yard(|bank| {
        let refused = || {
            closure(|tx| {
                launch(tx, 2)?;
                let mut first = tx.load::<Ferry>(store::params![1i64])?.unwrap_or_else(|| Ferry::new(1));
                first.trips += 100;
                if first.seal == store::Seal::default() {
                    tx.insert(&mut first)?
                } else {
                    tx.update(&mut first)?
                }
                Err(Error::field("ferry", "it leaks"))
            })
        };
        let answers =
            in_one_group(bank, vec![closure(|tx| launch(tx, 1)), refused(), refused(), closure(|tx| launch(tx, 3))]);
        let kept: Vec<bool> = answers.iter().map(Result::is_ok).collect();
        assert_eq!(kept, [true, false, false, true]);
        let (audited, told) = bank
            .store()
            .read(|tx| {
                assert_eq!(ferries(tx)?, [1, 3]);
                assert_eq!(tx.get::<Ferry>(store::params![1i64])?.map(|f| f.trips), Some(0));
                let audited: Vec<String> = tx.audit_rows(0, 10, None)?.into_iter().map(|a| a.object).collect();
                Ok((audited, tx.outbox_after_cursor("relay", 10)?.into_iter().map(|e| e.aggregate).collect::<Vec<_>>()))
            })
            .unwrap();
        assert_eq!((audited.len(), told.len()), (2, 2), "{audited:?} {told:?}");
        bank.finish();
    });
}

#[test]
fn a_panic_is_told_to_its_caller_and_the_neighbours_run_again() {
    at_yard(|bank| {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let closures = vec![
            closure(move |tx| {
                counted.fetch_add(1, Ordering::SeqCst);
                launch(tx, 1)
            }),
            closure(|tx| {
                launch(tx, 2)?;
                panic!("the slipway broke")
            }),
            closure(|tx| launch(tx, 3)),
            closure(|_| panic!("and again")),
        ];
        let answers = in_one_group(bank, closures);
        let codes: Vec<&str> = answers.iter().map(|a| a.as_ref().map_or_else(|e| e.code().name, |()| "done")).collect();
        assert_eq!(codes, ["done", BROKEN.name, "done", BROKEN.name]);
        assert_eq!(runs.load(Ordering::SeqCst), if bank.is_postgres() { 1 } else { 2 });
        assert_eq!(bank.store().read(ferries).unwrap(), [1, 3]);
        bank.store().write(|tx| launch(tx, 4)).expect("the writer goes on");
        bank.finish();
    });
}

/// Trips that ferries made, kept in memory until the group commits.
#[derive(Default)]
struct Trips {
    now: Vec<i64>,
    marks: Vec<usize>,
}

impl Overlay for Trips {
    fn savepoint(&mut self) {
        self.marks.push(self.now.len());
    }
    fn release(&mut self) {
        self.marks.pop();
    }
    fn rollback(&mut self) {
        self.now.truncate(self.marks.pop().unwrap_or(0));
    }
    fn flush(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.now.drain(..).try_for_each(|id| {
            let mut ferry = tx.load::<Ferry>(store::params![id])?.ok_or_else(|| Error::not_found("ferry", id))?;
            ferry.trips += 1;
            tx.update(&mut ferry)
        })
    }
    fn published(&mut self, _keep: bool) {
        self.now.clear();
        self.marks.clear();
    }
}

fn trip(id: i64, then: impl Fn() -> Result<()> + Send + 'static) -> Closure<()> {
    closure(move |tx| {
        tx.with_overlay::<Trips, _>(|trips, _| {
            trips.now.push(id);
            Ok(())
        })?;
        then()
    })
}

fn trips(bank: &TestStore) -> i64 {
    bank.store().read(|tx| Ok(tx.get::<Ferry>(store::params![1i64])?.map_or(-1, |f| f.trips))).unwrap()
}

#[test]
fn overlays_follow_their_closures_through_failures_and_panics() {
    at_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        let done = || Ok(());
        let closures = vec![
            trip(1, done),
            trip(1, || Err(Error::field("trip", "fog"))),
            trip(1, done),
            trip(1, || panic!("ice")),
            trip(1, done),
        ];
        let kept = in_one_group(bank, closures).iter().filter(|a| a.is_ok()).count();
        assert_eq!((kept, trips(bank)), (3, 3));
        bank.finish();
    });
}

#[test]
fn an_overlay_that_cannot_be_written_hurts_its_own_closure_only() {
    at_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        let answers = in_one_group(bank, vec![trip(1, || Ok(())), trip(77, || Ok(())), trip(1, || Ok(()))]);
        assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(trips(bank), 2);
        bank.finish();
    });
}

#[test]
fn a_closure_that_goes_on_after_a_refused_statement_fails() {
    at_yard(|bank| {
        let stubborn = |tx: &mut Tx<'_>| {
            launch(tx, 1)?;
            let mut sunk = Ferry { trips: -1, ..Ferry::new(2) };
            assert!(tx.insert(&mut sunk).is_err(), "the CHECK refuses it");
            Ok("all well")
        };
        assert!(bank.store().write(stubborn).unwrap_err().is(&DATABASE));
        assert_eq!(bank.store().read(ferries).unwrap(), Vec::<i64>::new());
        bank.store().write(|tx| launch(tx, 2)).unwrap();
        bank.finish();
    });
}

#[test]
fn a_row_that_is_there_already_is_no_failed_statement() {
    at_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        let done = bank.store().write(|tx| {
            assert!(!tx.insert_if_absent(&mut Ferry::new(1))?);
            launch(tx, 2)
        });
        done.unwrap();
        assert!(bank.store().write(|tx| tx.insert(&mut Ferry::new(1))).unwrap_err().is(&STALE));
        bank.finish();
    });
}

#[test]
fn a_writer_does_not_wait_for_itself() {
    at_yard(|bank| {
        let store = bank.store();
        let inner = bank.store().write(move |_| store.write(|_| Ok(())));
        assert!(inner.unwrap_err().is(&BROKEN));
    });
}

#[test]
fn what_waits_is_written_when_the_store_closes() {
    at_sqlite_yard(|bank| {
        let (said, hear) = mpsc::channel();
        for id in 0..500 {
            let said = said.clone();
            bank.store().write_then(move |tx| launch(tx, id), move |done| said.send(done.is_ok()).unwrap_or(()));
        }
        bank.reopen();
        assert_eq!(hear.iter().take(500).filter(|kept| *kept).count(), 500);
        assert_eq!(bank.store().read(ferries).unwrap().len(), 500);
        bank.finish();
    });
}

#[test]
fn a_directory_has_one_writer_and_is_free_as_soon_as_it_closed() {
    at_sqlite_yard(|bank| {
        for id in 0..50 {
            bank.store().write(move |tx| launch(tx, id)).unwrap();
            let second = store::Store::open(bank.config().clone(), bank.keys(), bank.migrations());
            assert!(second.is_err_and(|e| e.is(&store::LOCKED)));
            bank.reopen();
        }
        let left: Vec<_> = std::fs::read_dir(bank.dir()).unwrap().flatten().map(|f| f.file_name()).collect();
        bank.close();
        let wal = bank.dir().join("yizhan.db-wal");
        assert!(!wal.exists(), "a clean stop leaves no write-ahead log; there was {left:?}");
        bank.reopen();
        bank.finish();
    });
}

#[test]
fn a_slow_group_takes_in_no_more() {
    at_sqlite_yard(|bank| {
        let nap = || {
            std::thread::sleep(std::time::Duration::from_millis(store::GROUP_AGE_MS_MAX + 10));
            Ok::<(), Error>(())
        };
        let (said, hear) = mpsc::channel();
        for id in 0..3 {
            let said = said.clone();
            let run = move |tx: &mut Tx<'_>| {
                launch(tx, id)?;
                nap()?;
                // What another closure of the same group wrote is seen here, uncommitted.
                ferries(tx)
            };
            bank.store().write_then(run, move |done| {
                let _ = said.send(done);
            });
        }
        // Each is answered before the next has run: the first does not wait for the last.
        let first = hear.recv().unwrap().unwrap();
        assert_eq!(first, [0]);
        assert_eq!(hear.iter().take(2).filter(|d| d.is_ok()).count(), 2);
    });
}

#[test]
fn an_audit_entry_and_an_event_need_a_write() {
    at_yard(|bank| {
        let refused = bank.store().read(|tx| tx.audit(&Actor::nobody(), Audit::of("ferry.look", 1)));
        assert!(refused.unwrap_err().is(&DATABASE));
        assert!(bank.store().read(|tx| tx.emit(&Launched { ferry: 1 }, "")).is_err());
        assert!(bank.store().read(|tx| tx.insert(&mut Ferry::new(1))).is_err());
        bank.finish();
    });
}

/// Keeps a store while it is slowly dropped.
struct Slow(store::Store);

impl Drop for Slow {
    fn drop(&mut self) {
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
}

#[test]
fn whoever_has_his_answer_can_close_the_store_and_open_it_again() {
    at_sqlite_yard(|bank| {
        for id in 1..6 {
            let held = Slow(bank.store());
            let launched = bank.store().write(move |tx| {
                let _ = &held.0;
                launch(tx, id)
            });
            launched.unwrap();
            bank.reopen();
        }
        assert_eq!(bank.store().read(ferries).unwrap().len(), 5);
    });
}
