//! Events are told in order per aggregate, at least once, and a broken one holds up only its own kind.
use super::{Launched, at_postgres_yard, at_yard};
use kernel::clock::SECOND;
use kernel::error::BROKEN;
use store::{Outbox, PARK_AFTER_TRIES};
use tests::TestStore;

const RELAY: &str = "relay";

fn tell(bank: &TestStore, ferries: &[i64]) {
    for ferry in ferries.iter().copied() {
        bank.clock.advance(1);
        bank.store().write(move |tx| tx.emit(&Launched { ferry }, "click-1")).unwrap();
    }
}

fn waiting(bank: &TestStore, rows: u32) -> Vec<Outbox> {
    bank.store().read(|tx| tx.outbox_after_cursor(RELAY, rows)).unwrap()
}

fn names(events: &[Outbox]) -> Vec<&str> {
    events.iter().map(|e| e.aggregate.as_str()).collect()
}

#[test]
fn a_cursor_moves_forward_only_and_each_consumer_has_its_own() {
    at_yard(|bank| {
        tell(bank, &[1, 2, 3]);
        let events = waiting(bank, 10);
        assert_eq!(names(&events), ["ferry 1", "ferry 2", "ferry 3"]);
        assert_eq!((events[0].kind.as_str(), &events[0].payload["ferry"]), ("ferry.launched", &1.into()));
        assert_eq!(waiting(bank, 2).len(), 2);
        for event in &events {
            let pos = event.pos;
            assert!(bank.store().write(move |tx| tx.outbox_passed(RELAY, pos)).unwrap());
            assert!(!bank.store().write(move |tx| tx.outbox_passed(RELAY, pos)).unwrap(), "it was passed already");
        }
        bank.reopen();
        assert!(waiting(bank, 10).is_empty());
        assert_eq!(bank.store().read(|tx| tx.outbox_after_cursor("webhooks", 10)).unwrap().len(), 3);
        bank.finish_with_outbox_empty(&[RELAY]);
    });
}

#[test]
fn a_parked_event_is_tried_later_and_later_and_then_waits_for_the_operator() {
    at_yard(|bank| {
        tell(bank, &[1]);
        let event = waiting(bank, 1).remove(0);
        let due = |bank: &TestStore| bank.store().read(|tx| tx.outbox_due(RELAY, 10)).unwrap().len();
        let mut waited = Vec::new();
        for tries in 1..=PARK_AFTER_TRIES {
            let failed = event.clone();
            bank.store().write(move |tx| tx.outbox_park(RELAY, &failed, tries, "no answer")).unwrap();
            let mut seconds = 0;
            while due(bank) == 0 && seconds < 1_000 {
                bank.clock.advance(SECOND);
                seconds += 1;
            }
            waited.push(seconds);
        }
        assert_eq!(waited, [2, 4, 8, 16, 32, 64, 128, 1_000], "and the last is the operator's");
        let pos = event.pos;
        assert!(bank.store().write(move |tx| tx.outbox_try_again(RELAY, pos)).unwrap());
        assert_eq!(due(bank), 1);
        assert!(bank.store().write(move |tx| tx.outbox_unpark(RELAY, pos)).unwrap());
        assert!(!bank.store().write(move |tx| tx.outbox_unpark(RELAY, pos)).unwrap());
        bank.finish();
    });
}

#[test]
fn later_events_of_the_same_aggregate_wait_behind_a_parked_one() {
    at_yard(|bank| {
        tell(bank, &[1, 2, 1]);
        let events = waiting(bank, 10);
        let first = events[0].clone();
        bank.store().write(move |tx| tx.outbox_park(RELAY, &first, 1, "no answer")).unwrap();
        let held = |at: usize| {
            bank.store().read(|tx| tx.outbox_is_held_up(RELAY, &events[at].aggregate, events[at].pos)).unwrap()
        };
        assert_eq!((held(0), held(1), held(2)), (false, false, true));
        bank.finish();
    });
}

#[test]
fn order_holds_over_lanes_where_positions_tell_nothing() {
    at_postgres_yard(|bank| {
        // The second store has the higher lanes: what it writes first has the higher positions.
        let second = bank.open_another();
        bank.clock.advance(1);
        second.write(|tx| tx.emit(&Launched { ferry: 1 }, "")).unwrap();
        tell(bank, &[1]);
        let events = waiting(bank, 10);
        assert!(events[0].pos > events[1].pos && events[0].at < events[1].at, "{events:?}");
        for event in events.clone().into_iter().rev() {
            bank.store().write(move |tx| tx.outbox_park(RELAY, &event, 0, "no answer")).unwrap();
        }
        let held = |e: &Outbox| bank.store().read(|tx| tx.outbox_is_held_up(RELAY, &e.aggregate, e.pos)).unwrap();
        assert_eq!((held(&events[0]), held(&events[1])), (false, true));
        let due = bank.store().read(|tx| tx.outbox_due(RELAY, 10)).unwrap();
        assert_eq!(due.iter().map(|p| p.pos).collect::<Vec<_>>(), [events[0].pos, events[1].pos]);
        drop(second);
        bank.finish();
    });
}

#[test]
fn a_forged_event_is_not_delivered() {
    at_yard(|bank| {
        tell(bank, &[1]);
        bank.hand().does("UPDATE outbox SET payload = '{\"ferry\":2}'");
        let read = bank.store().read(|tx| tx.outbox_after_cursor(RELAY, 10));
        assert!(read.unwrap_err().is(&BROKEN));
    });
}
