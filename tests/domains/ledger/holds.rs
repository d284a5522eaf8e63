//! Holds: they end by a recorded transfer before anything else happens at or after their time.
use super::{at_bank, closure, customer, has, in_one_group, open, pay, post, settle, sound};
use kernel::clock::HOUR;
use ledger::{EXPIRE_AT_ONCE_MAX, Kind, Outcome, Refusal, Transfer};

const POSTED: Outcome = Outcome::Posted;

#[test]
fn a_hold_ends_before_the_first_batch_at_its_time() {
    at_bank(|bank| {
        let town = settle(bank);
        let ends = bank.clock.now().plus(HOUR);
        let hold = pay(bank, town.ann, town.ben, 100_000).hold(ends);
        assert_eq!(post(bank, std::slice::from_ref(&hold)), [POSTED]);
        assert_eq!(has(bank, town.ann), (100_000, 0));
        bank.reopen();
        bank.clock.set(ends.plus(-1));
        assert_eq!(post(bank, &[pay(bank, town.ann, town.ben, 1)]), [Outcome::Refused(Refusal::FundsShort)]);
        bank.clock.set(ends);
        let end = Transfer { kind: Kind::Post, pending: Some(hold.id), ..pay(bank, town.ann, town.ben, 100_000) };
        let expired = Outcome::Refused(Refusal::PendingExpired);
        assert_eq!(post(bank, &[end, pay(bank, town.ann, town.ben, 100_000)]), [expired, POSTED]);
        let lines = bank.store().read(|tx| ledger::statement(tx, town.ann, None, 10)).unwrap();
        let kinds: Vec<Kind> = lines.iter().map(|l| l.entry.kind).collect();
        assert_eq!(kinds, [Kind::Single, Kind::Expire, Kind::Pending, Kind::Single]);
        assert_eq!(lines[1].entry.pending, Some(hold.id));
        sound(bank);
    });
}

#[test]
fn a_part_posting_frees_the_rest_and_ends_the_hold() {
    at_bank(|bank| {
        let town = settle(bank);
        let ends = bank.clock.now().plus(HOUR);
        let hold = pay(bank, town.ann, town.ben, 60_000).hold(ends);
        post(bank, std::slice::from_ref(&hold));
        bank.reopen();
        let entry = bank.store().read(|tx| ledger::entry(tx, hold.id)).unwrap().unwrap();
        let part = Transfer::post(pay(bank, town.ann, town.ben, 1).id, &entry, kernel::Money::cny(10_000));
        let void = Transfer::void(pay(bank, town.ann, town.ben, 1).id, &entry);
        assert_eq!(post(bank, &[part, void.clone()]), [POSTED, Outcome::Refused(Refusal::PendingPosted)]);
        assert_eq!((has(bank, town.ann), has(bank, town.ben)), ((90_000, 90_000), (110_000, 110_000)));
        bank.reopen();
        assert_eq!(post(bank, &[void]), [Outcome::Refused(Refusal::PendingPosted)]);
        bank.clock.set(ends);
        assert_eq!(bank.store().write(|tx| ledger::expire_due(tx, 10)).unwrap(), 0);
        sound(bank);
    });
}

#[test]
fn a_batch_never_meets_a_hold_that_is_over_however_many_wait() {
    at_bank(|bank| {
        let town = settle(bank);
        let ends = bank.clock.now().plus(HOUR);
        let many = EXPIRE_AT_ONCE_MAX as usize * 2 + 10;
        let crowd: Vec<_> = (0..many).map(|_| pay(bank, town.vault, town.ben, 1).hold(ends)).collect();
        assert!(post(bank, &crowd).iter().all(|o| *o == POSTED));
        // The last to end of all, so that the first thousand do not include it.
        let last = pay(bank, town.ann, town.wage, 100_000).hold(ends.plus(1));
        assert_eq!(post(bank, &[last]), [POSTED]);
        bank.clock.set(ends.plus(1));
        assert_eq!(post(bank, &[pay(bank, town.ann, town.wage, 100_000)]), [POSTED]);
        let job = |most: u32| bank.store().write(move |tx| ledger::expire_due(tx, most)).unwrap();
        assert_eq!(job(10), 10);
        assert_eq!(job(EXPIRE_AT_ONCE_MAX), many - 10 - EXPIRE_AT_ONCE_MAX as usize);
        assert_eq!(job(10), 0);
        sound(bank);
    });
}

#[test]
fn a_failed_closure_does_not_forget_when_the_next_hold_ends() {
    at_bank(|bank| {
        let town = settle(bank);
        let now = bank.clock.now();
        let keep = pay(bank, town.ann, town.ben, 100_000).hold(now.plus(2 * HOUR));
        let lost = pay(bank, town.ben, town.ann, 5).hold(now.plus(HOUR));
        let ask = |t: Transfer, fails: bool| {
            closure(move |tx| {
                ledger::post(tx, false, std::slice::from_ref(&t))?;
                if fails { Err(kernel::Error::field("test", "it fails")) } else { Ok(()) }
            })
        };
        let done = in_one_group(bank, vec![ask(lost.clone(), true), ask(keep, false), ask(lost, true)]);
        assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 1);
        bank.clock.set(now.plus(2 * HOUR));
        // Its expiry goes with the closure that fails, and is made again by the next.
        let failing = ask(pay(bank, town.ben, town.vault, 1), true);
        assert!(bank.store().write(failing).is_err());
        assert_eq!(post(bank, &[pay(bank, town.ann, town.ben, 100_000)]), [POSTED]);
        sound(bank);
    });
}

#[test]
fn a_stopped_account_keeps_its_holds_until_they_end() {
    at_bank(|bank| {
        use ledger::restrictions::{Restrict, Restriction, restrict};
        let town = settle(bank);
        let payee = open(bank, customer(bank));
        let ends = bank.clock.now().plus(HOUR);
        let hold = pay(bank, town.ann, payee, 500).hold(ends);
        let other = pay(bank, town.ann, payee, 300).hold(ends);
        post(bank, &[hold.clone(), other.clone()]);
        let stop = Restrict::new(town.ann, Restriction::NoDebits, "an order");
        bank.store().write(move |tx| restrict(tx, &super::teller(), &stop)).unwrap();
        let end = |kind, of: &Transfer| Transfer {
            kind,
            pending: Some(of.id),
            ..pay(bank, of.debit, of.credit, of.amount.minor)
        };
        let wanted = [Outcome::Refused(Refusal::DebitsStopped), POSTED];
        assert_eq!(post(bank, &[end(Kind::Post, &hold), end(Kind::Void, &other)]), wanted);
        bank.clock.set(ends);
        assert_eq!(bank.store().write(|tx| ledger::expire_due(tx, 10)).unwrap(), 1);
        assert_eq!(has(bank, town.ann), (100_000, 100_000));
        sound(bank);
    });
}
