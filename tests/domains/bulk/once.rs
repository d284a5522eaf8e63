//! Paid once: whatever fails, whoever pays at the same time, however often a file is sent.
use super::*;
use kernel::Id;
use kernel::clock::DAY;

#[test]
fn whatever_call_fails_every_line_is_paid_once() {
    each_bulk_town(|town| {
        let f = &town.folk;
        for n in 1.. {
            let id = agreed(town, &rows(town).replace("货款", &format!("货款{n}")));
            let fen = |account| town.read(|tx| ledger::view(tx, account)).posted().minor;
            let before = (fen(f.yard.account), fen(f.chen.account));
            town.bank.fail_call(n * 3);
            let _ = bulk::resume(&town.desk, 20);
            let failed = town.bank.has_failed();
            run(town);
            // Where the call that failed was the guard's, the line is held for staff.
            for line in lines(town, id).into_iter().filter(|l| l.state == LineState::Open) {
                payments::release(&town.desk, &town.officer(), line.instruction, "looked at").expect("it goes");
            }
            run(town);
            assert!(states(town, id).iter().all(|(state, _)| *state == LineState::Paid), "call {n}");
            assert_eq!(state(town, id), FileState::Paid, "call {n}");
            let after = (fen(f.yard.account), fen(f.chen.account));
            let fees: i64 = lines(town, id).iter().map(|l| l.fee).sum();
            assert_eq!(after, (before.0 - 60_000 - fees, before.1 + 30_000), "call {n}, failed: {failed}");
            if !failed {
                assert!(n > 10, "calls were failed");
                return;
            }
        }
    });
}

#[test]
fn two_who_pay_at_the_same_moment_pay_once() {
    each_bulk_town(|town| {
        let f = &town.folk;
        let chen = number(town, f.chen.account);
        let text: String = (1..=70).map(|n| format!("陈静,{chen},,1.00,第{n}笔\n")).collect();
        let id = agreed(town, &format!("{HEAD}{text}"));
        std::thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    for _ in 0..20 {
                        let _ = bulk::resume(&town.desk, 1);
                    }
                });
            }
        });
        run(town);
        assert!(states(town, id).iter().all(|(state, _)| *state == LineState::Paid));
        assert_eq!((town.yuan(f.chen.account).0, town.yuan(f.yard.account).0), (10_070, 4_999_930));
    });
}

#[test]
fn the_same_is_not_sent_twice_unseen() {
    each_bulk_town(|town| {
        let f = town.folk;
        let (text, maker) = (rows(town), clerk(town));
        let first = upload(town, &maker, f.yard.account, text.as_bytes()).unwrap();
        let again = upload(town, &maker, f.yard.account, text.as_bytes()).unwrap();
        assert_eq!((first.known, again.known, first.file), (false, true, again.file));
        // From another account of the firm, or in other bytes, it is another file, and every line of it is told.
        let other = town.open(Owner::Firm(f.yard.firm), f.yard.account.book(), ledger::Purpose::General);
        let twins = |bytes: &[u8], debit| {
            let taken = upload(town, &maker, debit, bytes).unwrap();
            assert!(!taken.known);
            let told = findings(town, taken.file);
            (taken.file, told.iter().filter(|c| *c == "payment_in_another_file").count())
        };
        assert_eq!(twins(text.as_bytes(), other).1, 3);
        let (dropped, told) = twins(format!("{text}\n").as_bytes(), f.yard.account);
        assert_eq!(told, 3);
        // One that was called off neither counts nor hides the others.
        let by = maker.clone();
        town.write(move |tx| bulk::cancel(tx, &by, dropped, "twice"));
        assert_eq!(twins(format!("{text}\n\n").as_bytes(), f.yard.account).1, 3);
        town.bank.clock.advance((bulk::TWIN_DAYS + 1) * DAY);
        assert_eq!(twins(format!("{text}\n\n\n").as_bytes(), f.yard.account).1, 0);
    });
}

#[test]
fn a_file_that_was_called_off_can_be_sent_again() {
    each_bulk_town(|town| {
        let (text, maker) = (rows(town), clerk(town));
        let id = send(town, &maker, &text).unwrap();
        let by = maker.clone();
        town.write(move |tx| bulk::cancel(tx, &by, id, "mistake"));
        assert_ne!(send(town, &maker, &text).unwrap(), id);
        assert_eq!(code(submit(town, &maker, id).unwrap_err()), "bulk_file_state");
    });
}

#[test]
fn a_file_that_cannot_go_on_keeps_no_other_waiting() {
    each_bulk_town(|town| {
        let spoiled = agreed(town, &rows(town).replace("一月货款", "坏了的"));
        let whole = agreed(town, &rows(town).replace("货款", "尾款"));
        let set = |from: &str, to: &str| {
            town.bank.hand().does(&format!("UPDATE bulk_lines SET memo = '{to}' WHERE memo = '{from}'"));
        };
        set("坏了的", "改过的");
        assert!(bulk::resume(&town.desk, 20).is_err(), "it is told");
        assert!(bulk::resume(&town.desk, 20).is_err(), "each time");
        assert_eq!(state(town, whole), FileState::Paid);
        assert_eq!(town.yuan(town.folk.chen.account).0, 10_300, "and no line of the other was paid");
        set("改过的", "坏了的");
        run(town);
        assert_eq!((state(town, spoiled), town.yuan(town.folk.chen.account).0), (FileState::Paid, 10_600));
    });
}

#[test]
fn many_open_lines_hide_none_that_is_decided() {
    each_bulk_town(|town| {
        let chen = number(town, town.folk.chen.account);
        let text: String = (0..=bulk::OPEN_AT_ONCE_MAX).map(|n| format!("陈静,{chen},,1.00,第{n}笔\n")).collect();
        let id = agreed(town, &format!("{HEAD}{text}"));
        town.desk.guard.inject(Some(guard::Fault::Broken));
        run(town);
        town.desk.guard.inject(None);
        let after = PageAsk { limit: Some(100), after: Some("100".into()) };
        let last = town.read(|tx| bulk::lines(tx, &clerk(town), id, None, &after)).items.pop().expect("a last line");
        payments::release(&town.desk, &town.officer(), last.instruction, "looked at").expect("it goes");
        run(town);
        let counts = town.read(|tx| bulk::file(tx, &clerk(town), id)).counts;
        assert_eq!((counts.paid, counts.open), (1, i64::from(bulk::OPEN_AT_ONCE_MAX)));
    });
}
