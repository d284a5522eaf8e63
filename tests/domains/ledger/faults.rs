//! Any call of the database may fail: nothing is half done, asking again does it once.
use super::{Town, at_bank, customer, found, has, pay, settle, sound, teller};
use kernel::{Date, Result, clock::HOUR};
use ledger::restrictions::{Restrict, Restriction, restrict};
use ledger::{Kind, Opening, Transfer};
use store::Tx;
use tests::TestStore;

/// Calls of the database in one command at most; a loop that goes on beyond is a defect of the test.
const CALLS_MAX: i64 = 400;

/// A command that touches everything of the ledger.
#[derive(Clone)]
struct Command {
    town: Town,
    opening: Opening,
    first: Vec<Transfer>,
    second: Vec<Transfer>,
    freeze: Restrict,
    next: Date,
}

impl Command {
    fn new(bank: &TestStore, town: Town, n: i64) -> Command {
        let opening = customer(bank);
        let ends = bank.clock.now().plus(HOUR);
        let hold = pay(bank, town.ann, town.ben, 50).hold(ends);
        let end = Transfer { kind: Kind::Post, pending: Some(hold.id), ..pay(bank, town.ann, town.ben, 20) };
        let over = pay(bank, town.ben, town.ann, 5).hold(ends);
        Command {
            first: vec![pay(bank, town.vault, opening.id, 500), hold, over],
            second: vec![end, pay(bank, opening.id, town.ann, 100)],
            freeze: Restrict { amount: n, ..Restrict::new(opening.id, Restriction::Freeze, "court") },
            next: Date::ymd(2026, 3, 2).unwrap().plus_days(n),
            town,
            opening,
        }
    }

    fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        ledger::open_account(tx, &teller(), &self.opening)?;
        ledger::post(tx, false, &self.first)?;
        restrict(tx, &teller(), &self.freeze)?;
        ledger::grants::grant(tx, &teller(), self.town.wage, self.opening.id, "roster")?;
        ledger::post(tx, false, &self.second)?;
        ledger::day::close(tx, &teller(), self.next).map(|_| ())
    }
}

#[test]
fn the_nth_call_fails_for_every_n() {
    at_bank(|bank| {
        let town = settle(bank);
        for n in 1.. {
            assert!(n < CALLS_MAX);
            // Holds of the round before are over, and end first.
            bank.clock.advance(2 * HOUR);
            let command = Command::new(bank, town, n);
            let (again, id) = (command.clone(), command.opening.id);
            let before = has(bank, town.ann).0;
            bank.fail_call(n);
            let done = bank.store().write(move |tx| command.run(tx));
            let failed = bank.has_failed();
            assert!(done.is_ok() || failed, "call {n} did not fail, and yet: {done:?}");
            if failed {
                assert_eq!(has(bank, town.ann).0, before);
                assert!(bank.store().read(|tx| ledger::view(tx, id)).is_err());
                sound(bank);
                bank.store().write(move |tx| again.run(tx)).unwrap();
            }
            assert_eq!(has(bank, town.ann).0, before + 80, "after call {n}");
            assert_eq!(has(bank, id), (400, 400 - n));
            sound(bank);
            if n % 7 == 0 {
                bank.reopen();
            }
            if !failed {
                assert!(n > 25, "only {n} calls: the fault points are gone");
                break;
            }
        }
        assert!(found(bank).entries > 100);
    });
}
