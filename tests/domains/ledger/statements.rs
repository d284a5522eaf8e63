//! Statements and balances at a past time.
use super::{at_bank, closure, in_one_group, new_account, pay, post, settle, sound, teller};
use kernel::clock::{DAY, HOUR};
use kernel::{Date, Timestamp, id::AccountId};
use ledger::{Kind, Line, STATEMENT_ROWS_MAX, Transfer};
use tests::TestStore;

fn page(bank: &TestStore, id: AccountId, from: Option<i64>, rows: u32) -> Vec<Line> {
    bank.store().read(|tx| ledger::statement(tx, id, from, rows)).unwrap()
}

fn whole(bank: &TestStore, id: AccountId, rows: u32) -> Vec<Line> {
    let (mut lines, mut from) = (Vec::new(), None);
    loop {
        let page = page(bank, id, from, rows);
        assert!(page.len() <= rows as usize);
        lines.extend(page);
        from = match lines.last().and_then(Line::prev) {
            Some(pos) => Some(pos),
            None => return lines,
        };
    }
}

#[test]
fn a_statement_walks_every_entry_of_both_sides_once() {
    at_bank(|bank| {
        let town = settle(bank);
        let ends = bank.clock.now().plus(DAY);
        let all: Vec<Transfer> = (0..2_600)
            .map(|n| match n % 4 {
                0 => pay(bank, town.ann, town.ben, 3),
                1 => pay(bank, town.ben, town.ann, 2),
                2 => pay(bank, town.ann, town.vault, 1).hold(ends),
                _ => pay(bank, town.vault, town.ben, 1),
            })
            .collect();
        all.chunks(997).for_each(|batch| assert!(post(bank, batch).iter().all(|o| o.ok().is_ok())));
        for id in [town.ann, town.ben, town.vault] {
            let lines = whole(bank, id, STATEMENT_ROWS_MAX);
            let of: Vec<_> = all.iter().filter(|t| t.debit == id || t.credit == id).map(|t| t.id).collect();
            let walked: Vec<_> = lines.iter().rev().map(|l| l.entry.id).collect();
            let opening = walked.len() - of.len();
            assert_eq!(walked[opening..], of);
            let mut net = 0;
            for l in lines.iter().rev() {
                net += l.change;
                assert_eq!((l.after, l.account), (net, id));
                assert!(l.counterparty != id);
                assert_eq!(l.change == 0, l.entry.kind == Kind::Pending);
            }
            let small: Vec<_> = whole(bank, id, 333).iter().map(|l| l.entry.pos).collect();
            assert_eq!(small, lines.iter().map(|l| l.entry.pos).collect::<Vec<_>>());
        }
        sound(bank);
    });
}

#[test]
fn a_statement_is_of_one_account_and_has_a_limit() {
    at_bank(|bank| {
        let town = settle(bank);
        post(bank, &[pay(bank, town.vault, town.ben, 1)]);
        let pos = page(bank, town.ben, None, 1)[0].entry.pos;
        let foreign = bank.store().read(|tx| ledger::statement(tx, town.ann, Some(pos), 10));
        assert!(foreign.unwrap_err().is(&kernel::error::BAD_FIELD));
        assert!(bank.store().read(|tx| ledger::statement(tx, town.ann, None, STATEMENT_ROWS_MAX + 1)).is_err());
        assert!(page(bank, town.ann, None, 0).is_empty());
        assert!(page(bank, new_account(bank), None, 10).is_empty());
        assert!(page(bank, town.ann, Some(0), 10).is_empty());
    });
}

/// What an account had at each step, noted while it happened.
#[derive(Default)]
struct Diary(Vec<(Timestamp, [i64; 3])>);

impl Diary {
    fn note(&mut self, bank: &TestStore, of: [AccountId; 3]) {
        let nets = of.map(|id| bank.store().read(|tx| ledger::view(tx, id)).unwrap().balance.net());
        let newest = of.map(|id| bank.store().read(|tx| ledger::view(tx, id)).unwrap().balance.moved_at);
        self.0.push((newest.into_iter().max().unwrap(), nets));
    }
    /// As it was after the last step that was not later than `at`.
    fn at(&self, at: Timestamp) -> [i64; 3] {
        self.0.iter().rev().find(|(when, _)| *when <= at).map_or([0; 3], |(_, nets)| *nets)
    }
}

#[test]
fn a_balance_at_any_past_time_is_what_it_was() {
    at_bank(|bank| {
        let before = bank.clock.now();
        let town = settle(bank);
        let of = [town.vault, town.ann, town.ben];
        // The wage account takes no part in what follows; its opening credit is the vault's too.
        let mut diary = Diary::default();
        diary.note(bank, of);
        let mut date = Date::ymd(2026, 3, 2).unwrap();
        for day in 0..4 {
            for step in 0..6 {
                // Clocks step back now and then, also across a day's end.
                bank.clock.advance(if step % 3 == 2 { -HOUR } else { 2 * HOUR });
                let (from, to) = (of[(day + step) % 3], of[(day + step + 1) % 3]);
                let ends = bank.clock.now().plus(90 * DAY);
                let hold = pay(bank, to, from, 5).hold(ends);
                assert!(post(bank, &[pay(bank, from, to, 100 + step as i64), hold]).iter().all(|o| o.ok().is_ok()));
                diary.note(bank, of);
            }
            if day == 2 {
                continue;
            }
            date = date.plus_days(1);
            bank.store().write(move |tx| ledger::day::close(tx, &teller(), date)).unwrap();
        }
        bank.reopen();
        let times = diary.0.iter().flat_map(|(at, _)| [at.plus(-1), *at, at.plus(1)]);
        for at in times.chain([before.plus(-1), Timestamp::from_micros(0), bank.clock.now().plus(DAY)]) {
            let told = of.map(|id| bank.store().read(|tx| ledger::net_at(tx, id, at)).unwrap());
            assert_eq!(told, diary.at(at), "at {at}");
        }
        sound(bank);
    });
}

#[test]
fn a_closure_sees_its_own_postings() {
    at_bank(|bank| {
        let town = settle(bank);
        let one = pay(bank, town.ann, town.ben, 77);
        let ann = town.ann;
        let seen = in_one_group(
            bank,
            vec![closure(move |tx| {
                ledger::post_one(tx, false, &one)?;
                let now = tx.now();
                let line = ledger::statement(tx, ann, None, 1)?.remove(0);
                Ok((ledger::view(tx, ann)?.posted().minor, line.after, ledger::net_at(tx, ann, now)?))
            })],
        );
        assert_eq!(*seen[0].as_ref().unwrap(), (99_923, 99_923, 99_923));
    });
}
