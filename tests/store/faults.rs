//! Any call of the database may fail: nothing is half done, and the books verify after each.
use super::{Ferry, at_yard, ferries, launch};
use kernel::Error;
use store::{FAULT, params};
use tests::Command;

/// Calls of the database in one command at most; a loop that goes on beyond is a defect of the test.
const CALLS_MAX: i64 = 200;

#[test]
fn the_nth_call_fails_for_every_n() {
    at_yard(|bank| {
        let command = Command::new(0);
        bank.store().write(move |tx| command.run(tx)).unwrap();
        for n in 1.. {
            assert!(n < CALLS_MAX);
            let (command, key) = (Command::new(n as u64), n);
            bank.fail_call(n);
            let again = command.clone();
            let done = bank.store().write(move |tx| {
                command.run(tx)?;
                launch(tx, key)?;
                let mut ferry = tx.load::<Ferry>(params![key])?.ok_or_else(|| Error::not_found("ferry", key))?;
                ferry.trips += 1;
                tx.update(&mut ferry)
            });
            let failed = bank.has_failed();
            let kept = bank.store().read(|tx| Ok((again.is_done(tx)?, ferries(tx)?.contains(&key)))).unwrap();
            assert_eq!(kept, (done.is_ok(), done.is_ok()), "call {n}: {done:?}");
            assert!(done.is_ok() || failed, "call {n} did not fail, and yet: {done:?}");
            bank.finish();
            if n % 5 == 0 {
                bank.reopen();
            }
            if !failed {
                assert!(n > 15, "only {n} calls: the fault points are gone");
                break;
            }
        }
    });
}

#[test]
fn a_command_that_swallows_a_failed_call_still_fails() {
    at_yard(|bank| {
        for n in 1..6 {
            bank.fail_call(n);
            let careless = bank.store().write(|tx| {
                let _ = launch(tx, 1);
                Ok(())
            });
            assert!(bank.has_failed());
            assert!(careless.unwrap_err().is(&FAULT), "call {n}");
            bank.finish();
        }
        assert!(bank.store().read(ferries).unwrap().is_empty());
    });
}
