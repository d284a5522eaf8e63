//! Closing a day.
use super::{Town, at_bank, at_postgres_bank, closure, in_one_group, pay, post, settle, sound, teller};
use kernel::{Date, Id};
use ledger::day::{ClosedDay, close, closed, root, signed_text, trial_balance};
use store::Chain;
use tests::TestStore;

fn march(day: i8) -> Date {
    Date::ymd(2026, 3, day).unwrap()
}

fn closes(bank: &TestStore, next: Date) -> ClosedDay {
    bank.store().write(move |tx| close(tx, &teller(), next)).unwrap()
}

/// Accounts that the day keeps: id bytes in hexadecimal, net, as the table has them.
fn kept(bank: &TestStore, date: Date) -> i64 {
    bank.hand().count(&format!("SELECT count(*) FROM account_days WHERE date = {}", date.days()))
}

fn busy(bank: &TestStore, town: &Town) {
    assert!(
        post(bank, &[pay(bank, town.ann, town.ben, 10), pay(bank, town.vault, town.ann, 1)])
            .iter()
            .all(|o| o.ok().is_ok())
    );
}

#[test]
fn a_closed_day_holds_its_trial_balance_its_accounts_and_a_signed_root() {
    at_bank(|bank| {
        let town = settle(bank);
        busy(bank, &town);
        let day = closes(bank, march(3));
        let sums: Vec<_> =
            day.trial_balance.0.iter().map(|l| (l.chart.as_str(), l.accounts, l.debits, l.credits)).collect();
        assert_eq!(sums, [("1001", 1, 300_001, 0), ("2011", 2, 10, 200_011), ("2013", 1, 0, 100_000)]);
        assert_eq!(kept(bank, march(2)), 4);
        assert_eq!(day.root, root(&day.heads.0, &day.trial_balance.0));
        assert_eq!(day.signature, bank.keys().sign(&signed_text(march(2), &day.root)));
        let journal = day.heads.0.iter().filter(|h| h.chain == Chain::Journal.code()).map(|h| h.seq).sum::<i64>();
        assert_eq!(journal, bank.hand().count("SELECT count(*) FROM transfers"));
        // The next day keeps only who moved.
        post(bank, &[pay(bank, town.ben, town.ann, 1)]);
        closes(bank, march(4));
        assert_eq!(kept(bank, march(3)), 2);
        closes(bank, march(7));
        assert_eq!(kept(bank, march(4)), 0);
        bank.reopen();
        busy(bank, &town);
        let dates: Vec<Date> = bank.store().read(|tx| closed(tx, 10)).unwrap().iter().map(|d| d.date).collect();
        assert_eq!(dates, [march(4), march(3), march(2)]);
        let entry = bank.store().read(|tx| ledger::statement(tx, town.ann, None, 1)).unwrap().remove(0).entry;
        assert_eq!(entry.business_date, march(7));
        sound(bank);
    });
}

#[test]
fn a_day_is_closed_once_and_forward_only() {
    at_bank(|bank| {
        let town = settle(bank);
        assert!(bank.store().write(|tx| close(tx, &teller(), march(2))).is_err());
        assert!(bank.store().write(|tx| close(tx, &teller(), march(1))).is_err());
        closes(bank, march(3));
        busy(bank, &town);
        sound(bank);
    });
}

#[test]
fn a_day_covers_what_was_posted_in_its_own_commit() {
    at_bank(|bank| {
        let town = settle(bank);
        let one = |fen: i64| {
            let t = pay(bank, town.ann, town.ben, fen);
            closure(move |tx| ledger::post_one(tx, false, &t).map(|()| None))
        };
        let before = closure(|tx| trial_balance(tx).map(|_| None));
        let done =
            in_one_group(bank, vec![one(1), before, closure(|tx| close(tx, &teller(), march(3)).map(Some)), one(2)]);
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        sound(bank);
        busy(bank, &town);
        closes(bank, march(4));
        sound(bank);
    });
}

#[test]
fn a_failed_close_leaves_the_day_open() {
    at_bank(|bank| {
        let town = settle(bank);
        let failed = bank.store().write(|tx| {
            close(tx, &teller(), march(3))?;
            Err::<(), _>(kernel::Error::field("test", "it fails"))
        });
        assert!(failed.is_err());
        busy(bank, &town);
        let entry = bank.store().read(|tx| ledger::statement(tx, town.ann, None, 1)).unwrap().remove(0).entry;
        assert_eq!(entry.business_date, march(2));
        closes(bank, march(3));
        sound(bank);
    });
}

#[test]
fn books_out_of_balance_are_not_closed() {
    at_bank(|bank| {
        let town = settle(bank);
        bank.close();
        let id: String = town.ann.bytes().iter().map(|b| format!("{b:02x}")).collect();
        let id = if bank.is_postgres() { format!("decode('{id}', 'hex')") } else { format!("x'{id}'") };
        let of = format!("(SELECT place FROM accounts WHERE id = {id})");
        bank.hand().does(&format!("UPDATE balances SET credits_posted = credits_posted + 1 WHERE place = {of}"));
        bank.reopen();
        let refused = bank.store().write(|tx| close(tx, &teller(), march(3))).unwrap_err();
        assert!(refused.is(&ledger::DAY_OUT_OF_BALANCE), "{refused:?}");
    });
}

#[test]
fn a_day_closes_while_others_post() {
    at_postgres_bank(|bank| {
        let town = settle(bank);
        let stores = [bank.store(), bank.open_another()];
        std::thread::scope(|scope| {
            for store in &stores {
                for _ in 0..3 {
                    scope.spawn(|| {
                        for _ in 0..40 {
                            let t = pay(bank, town.ann, town.ben, 1);
                            store.write(move |tx| ledger::post_one(tx, false, &t)).unwrap();
                        }
                    });
                }
            }
            for day in 3..7 {
                closes(bank, march(day));
            }
        });
        assert_eq!(super::has(bank, town.ann), (100_000 - 240, 100_000 - 240));
        drop(stores);
        sound(bank);
    });
}
