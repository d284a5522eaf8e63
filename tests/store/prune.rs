//! What was kept long enough goes, a record of it stays, and nothing else may be missing.
use super::{Launched, at_yard};
use kernel::clock::DAY;
use kernel::{Actor, BookId};
use store::{KEPT_DAYS, Once, PRUNED_ROWS_MAX, verify};
use tests::TestStore;

const HOME: BookId = BookId(3);

fn actor() -> Actor {
    Actor::system("prune")
}

fn tell(bank: &TestStore, ferries: std::ops::Range<i64>) {
    for ferry in ferries {
        bank.clock.advance(1);
        bank.store().write(move |tx| tx.emit(&Launched { ferry }, "")).unwrap();
    }
}

/// Every consumer passes everything that stands there.
fn pass(bank: &TestStore, consumers: &[&'static str]) {
    for consumer in consumers.iter().copied() {
        bank.store()
            .write(move |tx| {
                let events = tx.outbox_after_cursor(consumer, 10_000)?;
                events.iter().try_for_each(|e| tx.outbox_passed(consumer, e.pos).map(|_| ()))
            })
            .unwrap();
    }
}

fn prune_events(bank: &TestStore) -> u32 {
    let lanes = bank.store().read(|tx| tx.event_lanes()).unwrap();
    lanes.into_iter().map(|lane| bank.store().write(move |tx| tx.prune_events(&actor(), lane)).unwrap()).sum()
}

fn prune_answers(bank: &TestStore) -> u32 {
    let found = bank.store().read(|tx| tx.old_answers(None)).unwrap();
    assert!(found.next.is_none());
    let all = found.old.chunks(PRUNED_ROWS_MAX as usize).map(|keys| {
        let keys = keys.to_vec();
        bank.store().write(move |tx| tx.prune_answers(&actor(), &keys)).unwrap()
    });
    all.sum()
}

fn left(bank: &TestStore, table: &str) -> i64 {
    bank.hand().count(&format!("SELECT count(*) FROM {table}"))
}

#[test]
fn events_go_when_they_are_old_and_everybody_passed_them() {
    at_yard(|bank| {
        tell(bank, 0..30);
        pass(bank, &["relay"]);
        assert_eq!(prune_events(bank), 0, "they are young");
        bank.clock.advance((KEPT_DAYS + 1) * DAY);
        tell(bank, 30..40);
        let first = bank.store().read(|tx| tx.outbox_after_cursor("webhooks", 1)).unwrap().remove(0);
        bank.store().write(move |tx| tx.outbox_passed("webhooks", first.pos)).unwrap();
        pass(bank, &["relay"]);
        assert_eq!(prune_events(bank), 1, "webhooks passed one");
        pass(bank, &["webhooks"]);
        assert_eq!(prune_events(bank), 29);
        assert_eq!((left(bank, "outbox"), prune_events(bank)), (10, 0));
        assert!(bank.store().read(|tx| tx.outbox_after_cursor("relay", 10)).unwrap().is_empty());
        assert_eq!(bank.store().read(|tx| tx.outbox_after_cursor("new", 100)).unwrap().len(), 10);
        bank.finish();
    });
}

#[test]
fn a_parked_event_keeps_those_behind_it() {
    at_yard(|bank| {
        tell(bank, 0..20);
        let events = bank.store().read(|tx| tx.outbox_after_cursor("relay", 100)).unwrap();
        let stuck = events[5].clone();
        let parked = stuck.clone();
        bank.store().write(move |tx| tx.outbox_park("relay", &parked, 1, "no answer")).unwrap();
        pass(bank, &["relay"]);
        bank.clock.advance((KEPT_DAYS + 1) * DAY);
        let gone = prune_events(bank);
        let lane = |pos: i64| pos >> 44;
        let before = events[..5].iter().filter(|e| lane(e.pos) == lane(stuck.pos)).count();
        let elsewhere = events.iter().filter(|e| lane(e.pos) != lane(stuck.pos)).count();
        assert_eq!(gone as usize, before + elsewhere);
        bank.store().write(move |tx| tx.outbox_unpark("relay", stuck.pos)).unwrap();
        assert_eq!((gone + prune_events(bank), left(bank, "outbox")), (20, 0));
        bank.finish();
        tell(bank, 0..3);
        bank.finish();
    });
}

#[test]
fn answers_go_and_their_keys_are_new_again() {
    at_yard(|bank| {
        let answer = |key: String| {
            bank.store().write(move |tx| tx.answered(HOME, "pers_a", &key, "launch", b"1", "ok")).unwrap();
        };
        (0..PRUNED_ROWS_MAX + 20).for_each(|n| answer(format!("old-{n}")));
        bank.clock.advance(KEPT_DAYS * DAY);
        assert_eq!(prune_answers(bank), 0, "to the day");
        bank.clock.advance(1);
        answer("young".into());
        assert_eq!((prune_answers(bank), left(bank, "idempotency")), (PRUNED_ROWS_MAX + 20, 1));
        let once =
            |key: &'static str| bank.store().read(move |tx| tx.once(HOME, "pers_a", key, "launch", b"1")).unwrap();
        assert_eq!((once("old-1"), once("young")), (Once::New, Once::Done("ok".into())));
        assert_eq!(left(bank, "prunings"), 2);
        bank.finish();
    });
}

#[test]
fn what_is_missing_without_a_record_is_found() {
    at_yard(|bank| {
        tell(bank, 0..12);
        pass(bank, &["relay"]);
        bank.clock.advance((KEPT_DAYS + 1) * DAY);
        tell(bank, 12..24);
        assert_eq!(prune_events(bank), 12);
        let hand = bank.hand();
        let cases = [
            "DELETE FROM prunings",
            "UPDATE prunings SET rows = rows + 1",
            "DELETE FROM outbox WHERE pos = (SELECT min(pos) FROM outbox)",
            "DELETE FROM outbox WHERE pos = (SELECT max(pos) FROM outbox)",
        ];
        for sql in cases {
            ["outbox", "prunings"].iter().for_each(|table| hand.keeps(table));
            hand.does(sql);
            let mut faults = Vec::new();
            bank.store().read(|tx| verify::outbox(tx, &mut faults)).unwrap();
            assert!(!faults.is_empty(), "nobody noticed: {sql}");
            assert!(!bank.faults().is_empty());
            for table in ["outbox", "prunings"] {
                hand.puts_back(table);
                hand.does(&format!("DROP TABLE kept_{table}"));
            }
        }
        bank.finish();
    });
}
