//! Freezes and stops: their sum, their queue, their end.
use super::{Town, at_bank, has, new_account, pay, post, settle, sound, teller};
use kernel::clock::DAY;
use ledger::restrictions::{Restrict, Restriction, lift, lift_due, orders, restrict};
use ledger::{Outcome, Refusal};
use tests::TestStore;

fn order(bank: &TestStore, ask: Restrict) -> i64 {
    bank.store().write(move |tx| restrict(tx, &teller(), &ask)).unwrap()
}
fn lifts(bank: &TestStore, town: &Town, number: i64) {
    let id = town.ann;
    bank.store().write(move |tx| lift(tx, &teller(), id, number, "over")).unwrap();
}
fn freeze(town: &Town, amount: i64, document: &str) -> Restrict {
    let new = Restrict::new(town.ann, Restriction::Freeze, "court");
    Restrict { amount, document: document.into(), ..new }
}
fn queued(ask: Restrict) -> Restrict {
    Restrict { queue: true, ..ask }
}
fn refused(bank: &TestStore, town: &Town) -> Option<Refusal> {
    match post(bank, &[pay(bank, town.ann, town.ben, 1)]).remove(0) {
        Outcome::Refused(r) => Some(r),
        _ => None,
    }
}

#[test]
fn freezes_add_up_and_queued_ones_wait() {
    at_bank(|bank| {
        let town = settle(bank);
        let free = |bank: &TestStore| has(bank, town.ann).1;
        assert_eq!(order(bank, freeze(&town, 30_000, "1")), 1);
        assert_eq!(order(bank, freeze(&town, 30_000, "1")), 1, "the same order is the same order");
        assert_eq!(order(bank, freeze(&town, 20_000, "2")), 2);
        assert_eq!(free(bank), 50_000);
        assert_eq!(order(bank, queued(freeze(&town, 90_000, "3"))), 3);
        assert_eq!(order(bank, queued(freeze(&town, 10_000, "4"))), 4);
        assert_eq!(free(bank), 50_000);
        bank.reopen();
        lifts(bank, &town, 1);
        lifts(bank, &town, 1);
        assert_eq!(free(bank), 80_000, "the second still stands, the queue waits");
        lifts(bank, &town, 2);
        assert_eq!(free(bank), 10_000, "the first of the queue takes effect");
        lifts(bank, &town, 4);
        lifts(bank, &town, 3);
        assert_eq!(free(bank), 100_000, "who was lifted while he waited does not come back");
        assert_eq!(order(bank, queued(freeze(&town, 5, "5"))), 5);
        assert_eq!(free(bank), 99_995, "nothing to wait for");
        sound(bank);
    });
}

#[test]
fn an_order_ends_when_its_time_is_over() {
    at_bank(|bank| {
        let town = settle(bank);
        let now = bank.clock.now();
        let due = || bank.store().write(|tx| lift_due(tx, &teller(), 10)).unwrap();
        let until = |ask: Restrict, days: i64| Restrict { until: Some(now.plus(days * DAY)), ..ask };
        let stop = Restrict::new(town.ann, Restriction::NoDebits, "police");
        order(bank, until(stop, 1));
        order(bank, until(queued(freeze(&town, 100_000, "1")), 3));
        assert_eq!(refused(bank, &town), Some(Refusal::DebitsStopped));
        assert_eq!(due(), 0);
        bank.clock.set(now.plus(DAY));
        assert_eq!(due(), 1);
        assert_eq!(refused(bank, &town), Some(Refusal::FundsFrozen));
        bank.clock.set(now.plus(3 * DAY));
        assert_eq!(due(), 1);
        assert_eq!(due(), 0);
        assert_eq!(refused(bank, &town), None);
        let past = until(freeze(&town, 1, "2"), 3);
        assert!(bank.store().write(move |tx| restrict(tx, &teller(), &past)).is_err(), "an end that is over");
        sound(bank);
    });
}

#[test]
fn each_kind_does_what_it_says() {
    at_bank(|bank| {
        let town = settle(bank);
        let kinds = [
            (Restriction::NoDebits, Some(Refusal::DebitsStopped), None),
            (Restriction::NoCredits, None, Some(Refusal::CreditsStopped)),
            (Restriction::CounterOnly, Some(Refusal::CounterOnly), None),
            (Restriction::Dormant, Some(Refusal::DebitDormant), Some(Refusal::CreditDormant)),
        ];
        for (kind, out, into) in kinds {
            let number = order(bank, Restrict::new(town.ann, kind, "a rule"));
            assert_eq!(refused(bank, &town), out, "{kind}");
            let paid = post(bank, &[pay(bank, town.ben, town.ann, 1)]).remove(0);
            assert_eq!(paid.ok().err(), into, "{kind}");
            let at_counter = pay(bank, town.ann, town.ben, 1);
            let done = bank.store().write(move |tx| ledger::post(tx, true, std::slice::from_ref(&at_counter))).unwrap();
            assert_eq!(done[0].ok().err(), out.filter(|r| *r != Refusal::CounterOnly), "{kind} at the counter");
            lifts(bank, &town, number);
            assert_eq!(refused(bank, &town), None);
        }
        sound(bank);
    });
}

#[test]
fn what_makes_no_sense_is_refused_and_leaves_nothing() {
    at_bank(|bank| {
        let town = settle(bank);
        let strange = [
            Restrict::new(town.ann, Restriction::Freeze, "court"),
            Restrict { amount: 5, ..Restrict::new(town.ann, Restriction::NoDebits, "court") },
            Restrict::new(new_account(bank), Restriction::NoDebits, "court"),
        ];
        for ask in strange {
            assert!(bank.store().write(move |tx| restrict(tx, &teller(), &ask)).is_err());
        }
        let id = town.ann;
        let unknown = bank.store().write(move |tx| lift(tx, &teller(), id, 1, "over")).unwrap_err();
        assert!(unknown.is(&ledger::RESTRICTION_UNKNOWN));
        assert!(bank.store().read(|tx| orders(tx, id)).unwrap().is_empty());
        let failed = freeze(&town, 100_000, "1");
        let undone = bank.store().write(move |tx| {
            restrict(tx, &teller(), &failed)?;
            Err::<(), _>(kernel::Error::field("test", "it fails"))
        });
        assert!(undone.is_err());
        assert_eq!(refused(bank, &town), None);
        sound(bank);
    });
}
