//! A stretch of an account's history: found from its end, however long ago, and never more than so many entries at once.
use super::{at_bank, pay, post, settle, sound, teller};
use kernel::clock::{DAY, HOUR};
use kernel::{Date, Money, Timestamp};
use ledger::period::{Looked, PERIOD_ENTRIES_MAX, Period, line, look, reversal_of};
use ledger::{Line, Transfer};
use tests::TestStore;

fn seen(bank: &TestStore, id: kernel::id::AccountId, period: Period, most: u32) -> (Looked, Vec<Line>) {
    let mut lines = Vec::new();
    let looked = bank.store().read(|tx| {
        look(tx, id, period, most, |_, chunk| {
            lines.extend(chunk);
            Ok(())
        })
    });
    (looked.unwrap(), lines)
}

fn days(from: Timestamp, until: Timestamp) -> Period {
    Period { from, until }
}

/// Forty days of one payment an hour each way, every third day closed.
fn forty_days(bank: &TestStore, town: super::Town) -> Timestamp {
    let start = bank.clock.now();
    for day in 0..40 {
        for n in 0..6 {
            let (from, to) = if n % 2 == 0 { (town.ann, town.ben) } else { (town.ben, town.ann) };
            let hold = pay(bank, town.ann, town.vault, 1).hold(bank.clock.now().plus(HOUR));
            post(bank, &[pay(bank, from, to, 10 + n), hold]);
            bank.clock.advance(2 * HOUR);
        }
        bank.clock.advance(DAY - 12 * HOUR);
        if day % 3 == 0 {
            let next = Date::ymd(2026, 3, 2).unwrap().plus_days(day + 1);
            bank.store().write(move |tx| ledger::day::close(tx, &teller(), next)).unwrap();
        }
    }
    start
}

#[test]
fn a_period_has_its_own_lines_and_what_stood_at_its_ends() {
    at_bank(|bank| {
        let town = settle(bank);
        let start = forty_days(bank, town);
        let (_, all) = seen(bank, town.ann, days(Timestamp::from_micros(0), bank.clock.now()), u32::MAX);
        for (first, last) in [(0, 40), (0, 1), (7, 12), (39, 40), (38, 90)] {
            let period = days(start.plus(first * DAY), start.plus(last * DAY));
            let (looked, lines) = seen(bank, town.ann, period, u32::MAX);
            let want: Vec<_> = all
                .iter()
                .filter(|l| l.entry.at >= period.from && l.entry.at < period.until)
                .map(|l| l.entry.id)
                .collect();
            assert_eq!(lines.iter().map(|l| l.entry.id).collect::<Vec<_>>(), want, "days {first} to {last}");
            let moved: i64 = lines.iter().map(|l| l.change).sum();
            assert_eq!((looked.closing - looked.opening, looked.stopped_at), (moved, None), "days {first} to {last}");
            assert!(lines.iter().all(|l| l.entry.moved()), "holds are no lines");
        }
        let none = days(Timestamp::from_micros(0), Timestamp::from_micros(1));
        assert_eq!(seen(bank, town.ann, none, 10).0, Looked { opening: 0, closing: 0, entries: 0, stopped_at: None });
        sound(bank);
    });
}

#[test]
fn a_look_ends_where_it_may_and_says_so() {
    at_bank(|bank| {
        let town = settle(bank);
        let start = forty_days(bank, town);
        let period = days(start, bank.clock.now());
        let (whole, all) = seen(bank, town.ann, period, u32::MAX);
        assert!(whole.stopped_at.is_none() && whole.entries > 240 && whole.entries < PERIOD_ENTRIES_MAX);
        let (part, lines) = seen(bank, town.ann, period, 100);
        assert_eq!((part.entries, part.opening, part.closing), (100, whole.opening, whole.closing));
        assert_eq!(
            lines.iter().map(|l| l.entry.id).collect::<Vec<_>>(),
            all[..lines.len()].iter().map(|l| l.entry.id).collect::<Vec<_>>()
        );
        assert!(part.stopped_at.is_some_and(|at| at <= lines[lines.len() - 1].entry.at && at > start));
        let (exact, _) = seen(bank, town.ann, period, whole.entries);
        assert_eq!(exact.stopped_at, None, "all of it is all of it");
    });
}

#[test]
fn a_line_is_of_its_account_and_knows_what_gave_it_back() {
    at_bank(|bank| {
        let town = settle(bank);
        let paid = pay(bank, town.ann, town.ben, 500);
        post(bank, std::slice::from_ref(&paid));
        let of = |account| bank.store().read(|tx| line(tx, account, paid.id)).unwrap();
        assert_eq!(of(town.ann).map(|l| (l.change, l.counterparty)), Some((-500, town.ben)));
        assert_eq!(of(town.ben).map(|l| (l.change, l.counterparty)), Some((500, town.ann)));
        assert!(of(town.wage).is_none());
        let back = || bank.store().read(|tx| reversal_of(tx, paid.id)).unwrap();
        assert!(back().is_none());
        let entry = bank.store().read(|tx| ledger::entry(tx, paid.id)).unwrap().unwrap();
        let undo = Transfer::reversal(pay(bank, town.ben, town.ann, 1).id, &entry);
        post(bank, std::slice::from_ref(&undo));
        assert_eq!(back().map(|e| (e.id, e.money())), Some((undo.id, Money::cny(500))));
    });
}
