//! Opening and closing.
use super::{at_bank, customer, has, new_account, open, pay, post, settle, sound, teller, view};
use kernel::{Owner, id::AccountId};
use ledger::restrictions::{Restrict, Restriction};
use ledger::{Opening, Outcome, Purpose, Refusal, Side};
use std::collections::BTreeSet;
use tests::TestStore;

fn close(bank: &TestStore, id: AccountId) -> Result<(), &'static str> {
    let closed = bank.store().write(move |tx| ledger::close_account(tx, &teller(), id, "asked for"));
    closed.map_err(|e| e.code().name)
}

#[test]
fn opening_twice_opens_once() {
    at_bank(|bank| {
        let o = customer(bank);
        let id = open(bank, o.clone());
        let first = view(bank, id).account;
        open(bank, o.clone());
        assert_eq!(view(bank, id).account.seal, first.seal);
        assert!(first.number.starts_with("9900007") && first.number.len() == 19);
        let others: [fn(&mut Opening); 6] = [
            |o| o.chart = "2012".into(),
            |o| o.side = Side::Debit,
            |o| o.purpose = Purpose::Escrow,
            |o| o.owner = Owner::Bank,
            |o| o.limited = false,
            |o| o.number = "1".into(),
        ];
        for change in others {
            let mut other = o.clone();
            change(&mut other);
            let refused = bank.store().write(move |tx| ledger::open_account(tx, &teller(), &other)).unwrap_err();
            assert!(refused.is(&ledger::ACCOUNT_DIFFERS), "{refused:?}");
        }
        sound(bank);
    });
}

#[test]
fn a_number_leads_to_one_account() {
    at_bank(|bank| {
        let id = open(bank, customer(bank).number("6228480000000000017"));
        let found = bank.store().read(|tx| ledger::by_number(tx, "6228480000000000017")).unwrap();
        assert_eq!(found.unwrap().id, id);
        assert!(bank.store().read(|tx| ledger::by_number(tx, "6228480000000000018")).unwrap().is_none());
        let taken = customer(bank).number("6228480000000000017");
        let refused = bank.store().write(move |tx| ledger::open_account(tx, &teller(), &taken)).unwrap_err();
        assert!(refused.is(&ledger::NUMBER_TAKEN), "{refused:?}");
        // Given a number that the next account would make for itself, the next account makes another.
        let next = customer(bank);
        let own = {
            open(bank, next.clone());
            view(bank, next.id).account.number
        };
        let numbers: BTreeSet<String> =
            (0..50).map(|_| view(bank, open(bank, customer(bank))).account.number).collect();
        assert!(numbers.len() == 50 && !numbers.contains(&own));
        sound(bank);
    });
}

#[test]
fn an_owner_has_a_list_oldest_first() {
    at_bank(|bank| {
        let first = customer(bank);
        let owner = first.owner;
        open(bank, first.clone());
        bank.clock.advance(1);
        let second = Opening { id: new_account(bank), ..first.clone() };
        open(bank, second.clone());
        open(bank, customer(bank));
        let listed = bank.store().read(|tx| ledger::of_owner(tx, owner)).unwrap();
        assert_eq!(listed.iter().map(|a| a.id).collect::<Vec<_>>(), [first.id, second.id]);
    });
}

#[test]
fn only_an_empty_account_that_nobody_stopped_is_closed() {
    at_bank(|bank| {
        let town = settle(bank);
        assert_eq!(close(bank, new_account(bank)), Err("account_unknown"));
        assert_eq!(close(bank, town.ann), Err("account_not_empty"));
        let soon = bank.clock.now().plus(kernel::clock::HOUR);
        post(bank, &[pay(bank, town.ann, town.ben, 99_999), pay(bank, town.ann, town.ben, 1).hold(soon)]);
        assert_eq!(close(bank, town.ann), Err("account_not_empty"));
        bank.clock.set(soon);
        assert_eq!(close(bank, town.ann), Err("account_not_empty"), "the hold is over, one fen is left");
        assert_eq!(has(bank, town.ann), (1, 0), "a refused closing leaves nothing, its expiry neither");
        post(bank, &[pay(bank, town.ann, town.ben, 1)]);
        let order = Restrict::new(town.ann, Restriction::NoDebits, "a rule");
        let number = bank.store().write(move |tx| ledger::restrictions::restrict(tx, &teller(), &order)).unwrap();
        assert_eq!(close(bank, town.ann), Err("account_restricted"));
        let id = town.ann;
        bank.store().write(move |tx| ledger::restrictions::lift(tx, &teller(), id, number, "over")).unwrap();
        assert_eq!(close(bank, town.ann), Ok(()));
        assert_eq!(close(bank, town.ann), Ok(()), "closing twice closes once");
        for _ in 0..2 {
            let refused = [pay(bank, town.ann, town.ben, 1), pay(bank, town.ben, town.ann, 1)];
            let wanted = [Refusal::DebitClosed, Refusal::CreditClosed].map(Outcome::Refused);
            assert_eq!(post(bank, &refused), wanted);
            bank.reopen();
        }
        sound(bank);
    });
}

#[test]
fn a_hold_that_is_over_does_not_keep_an_account_open() {
    at_bank(|bank| {
        let town = settle(bank);
        let soon = bank.clock.now().plus(kernel::clock::HOUR);
        let id = open(bank, customer(bank));
        post(bank, &[pay(bank, town.ann, id, 5).hold(soon)]);
        assert_eq!(close(bank, id), Err("account_not_empty"));
        bank.clock.set(soon);
        assert_eq!(close(bank, id), Ok(()));
        assert_eq!(has(bank, town.ann), (100_000, 100_000));
        sound(bank);
    });
}
