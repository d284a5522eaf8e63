//! The safety lock in the pipeline: nothing passes it, whatever races; and the elder's day to think; on every database.
use kernel::clock::{DAY, HOUR};
use kernel::{Actor, Channel, Money, Owner};
use payments::{Arrival, Order, State};
use safety::{Payees, Terms, Typology, Way};
use std::collections::BTreeSet;
use tests::town::{Customer, Town, away, each_town, order};

fn lock(town: &Town<'_>, who: Customer, terms: Terms) {
    let actor = town.phone(who);
    town.write(move |tx| safety::set(tx, &actor, who.person, &terms, false).map(|_| ()));
}

fn lock_all(town: &Town<'_>, who: Customer) {
    let actor = town.phone(who);
    town.write(move |tx| safety::lock_all(tx, &actor, who.person, true).map(|_| ()));
}

fn refused(town: &Town<'_>, actor: &Actor, order: Order) -> String {
    let receipt = town.pay(actor, order);
    assert_eq!(receipt.state, State::Refused, "{receipt:?}");
    receipt.code.into_owned()
}

#[test]
fn a_locked_customer_pays_nobody_gets_what_comes_in_and_is_served_at_the_counter() {
    each_town(|town| {
        let f = &town.folk;
        let li = town.phone(f.li);
        lock_all(town, f.li);
        assert_eq!(refused(town, &li, order(f.li.account, f.chen.account, 10)), "lock_all");
        assert_eq!(refused(town, &li, away(f.li.account, 10)), "lock_all");
        let program = Actor { channel: Channel::Api, ..li.clone() };
        assert_eq!(refused(town, &program, order(f.li.account, f.chen.account, 10)), "lock_all");
        let in_from = town.pay(&town.phone(f.chen), order(f.chen.account, f.li.account, 10));
        assert_eq!(in_from.state, State::Posted, "what comes in is never locked");
        assert_eq!(town.pay(&town.teller(), order(f.li.account, f.chen.account, 10)).state, State::Posted);
        lock(town, f.li, Terms { ways: BTreeSet::from([Way::Counter]), all: true, ..Terms::open() });
        assert_eq!(refused(town, &town.teller(), order(f.li.account, f.chen.account, 10)), "lock_way");
        assert_eq!(town.yuan(f.li.account), (800_000, 800_000));
        let firm = town.acting(f.yard.owner, f.yard);
        assert_eq!(town.pay(&firm, order(f.yard.account, f.chen.account, 10)).state, State::Posted);
    });
}

#[test]
fn payees_hours_and_sums_each_stand_in_the_way() {
    each_town(|town| {
        let f = &town.folk;
        let li = town.phone(f.li);
        let own = town.open(Owner::Person(f.li.person), kernel::Id::book(&f.li.account), ledger::Purpose::General);
        lock(town, f.li, Terms { payees: Payees::Own, ..Terms::open() });
        assert_eq!(refused(town, &li, order(f.li.account, f.chen.account, 10)), "lock_payee");
        assert_eq!(town.pay(&li, order(f.li.account, own, 10)).state, State::Posted, "to his own account");
        assert_eq!(town.pay(&town.phone(f.chen), order(f.chen.account, f.wu.account, 2)).state, State::Posted);
        let wu = town.phone(f.wu);
        lock(town, f.wu, Terms { payees: Payees::Firms, ..Terms::open() });
        assert_eq!(refused(town, &wu, order(f.wu.account, f.chen.account, 1)), "lock_payee");
        assert_eq!(town.pay(&wu, order(f.wu.account, f.mill.account, 1)).state, State::Posted);
        let chen = town.phone(f.chen);
        let (hour, ..) = town.bank.clock.now().local_time();
        lock(town, f.chen, Terms { per_payment: Some(10_000), per_day: Some(15_000), ..Terms::open() });
        assert_eq!(refused(town, &chen, order(f.chen.account, f.li.account, 101)), "lock_amount");
        assert_eq!(town.pay(&chen, order(f.chen.account, f.li.account, 100)).state, State::Posted);
        assert_eq!(refused(town, &chen, order(f.chen.account, f.li.account, 51)), "lock_day");
        assert_eq!(town.pay(&chen, order(f.chen.account, f.li.account, 50)).state, State::Posted);
        lock(
            town,
            f.chen,
            Terms {
                hours: safety::Hours::between(hour, (hour + 1) % 24),
                per_payment: Some(10_000),
                per_day: Some(15_000),
                ..Terms::open()
            },
        );
        assert_eq!(refused(town, &chen, order(f.chen.account, f.li.account, 1)), "lock_hours");
        town.bank.clock.advance(HOUR);
        assert_eq!(
            refused(town, &chen, order(f.chen.account, f.li.account, 1)),
            "lock_day",
            "the day is used up still"
        );
    });
}

#[test]
fn what_waits_is_refused_at_its_time_and_its_money_is_free() {
    each_town(|town| {
        let f = &town.folk;
        let li = town.phone(f.li);
        let waits = town.pay(&li, order(f.li.account, f.chen.account, 100).arrival(Arrival::TwoHours));
        assert_eq!(waits.state, State::Delayed);
        lock_all(town, f.li);
        town.bank.clock.advance(2 * HOUR);
        payments::release_due(&town.desk, 10).unwrap();
        let i = town.instruction(waits.instruction);
        assert_eq!((i.state, i.refusal.as_str()), (State::Refused, "lock_all"));
        assert_eq!(town.yuan(f.li.account), (800_000, 800_000));
    });
}

#[test]
fn what_was_called_off_is_given_back_to_the_day() {
    each_town(|town| {
        let f = &town.folk;
        let li = town.phone(f.li);
        lock(town, f.li, Terms { per_day: Some(10_000), ..Terms::open() });
        let waits = town.pay(&li, order(f.li.account, f.chen.account, 100).arrival(Arrival::TwoHours));
        assert_eq!(refused(town, &li, order(f.li.account, f.chen.account, 1)), "lock_day");
        payments::cancel(&town.desk, &li, waits.instruction, "").unwrap();
        assert_eq!(town.pay(&li, order(f.li.account, f.chen.account, 100)).state, State::Posted);
    });
}

/// Four threads pay as fast as they can; in the middle the customer locks. What is posted was posted before the lock.
#[test]
fn nothing_passes_a_lock_under_racing_payments() {
    each_town(|town| {
        let f = town.folk;
        let li = town.phone(f.li);
        std::thread::scope(|s| {
            for n in 0..4 {
                let li = &li;
                s.spawn(move || {
                    for _ in 0..8 {
                        let to = if n % 2 == 0 { f.chen.account } else { f.wu.account };
                        town.pay(li, order(f.li.account, to, 1));
                    }
                });
            }
            s.spawn(|| {
                std::thread::sleep(std::time::Duration::from_millis(30));
                lock_all(town, f.li);
                let at_lock = town.yuan(f.li.account);
                std::thread::sleep(std::time::Duration::from_millis(60));
                assert_eq!(town.yuan(f.li.account), at_lock, "not one payment after the lock was said to hold");
            });
        });
        assert_eq!(refused(town, &li, order(f.li.account, f.chen.account, 1)), "lock_all");
    });
}

#[test]
fn a_days_own_sum_holds_under_a_rush() {
    each_town(|town| {
        let f = town.folk;
        let li = town.phone(f.li);
        lock(town, f.li, Terms { per_day: Some(2_000), ..Terms::open() });
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| (0..8).for_each(|_| drop(town.pay(&li, order(f.li.account, f.chen.account, 1)))));
            }
        });
        // The guard challenges some of so many; what they hold counts like what is posted.
        assert_eq!(town.yuan(f.li.account).1, 799_980);
    });
}

#[test]
fn an_elders_first_large_payment_arrives_the_next_day_unless_the_counter_takes_it() {
    each_town(|town| {
        let f = &town.folk;
        let wang = town.phone(f.wang);
        let first = town.pay(&wang, order(f.wang.account, f.li.account, 5_001));
        let until = town.bank.clock.now().plus(DAY);
        assert_eq!((first.state, first.until), (State::Delayed, Some(until)));
        let why = town.read(|tx| safety::cooling(tx, first.instruction)).expect("why is on record");
        assert_eq!((why.person, why.above_yuan), (f.wang.person, 5_000));
        let same = order(f.wang.account, f.li.account, 5_001).id(first.instruction);
        assert_eq!(town.pay(&wang, same).instruction, first.instruction, "the same order again");
        for (to, yuan) in [(f.chen.account, 5_000), (f.wu.account, 100)] {
            assert_eq!(town.pay(&wang, order(f.wang.account, to, yuan)).state, State::Posted, "{yuan}");
        }
        town.bank.clock.advance(DAY);
        assert_eq!(payments::release_due(&town.desk, 10).unwrap(), 1);
        assert_eq!(town.instruction(first.instruction).state, State::Posted);
        let known = town.pay(&wang, order(f.wang.account, f.li.account, 5_001));
        assert_eq!(known.state, State::Posted, "she has paid him before");
        let counter = town.pay(&town.teller(), order(f.wang.account, f.zhang.account, 5_001));
        assert!(town.read(|tx| safety::cooling(tx, counter.instruction)).is_none());
        let young = town.pay(&town.phone(f.li), order(f.li.account, f.chen.account, 5_001));
        assert_eq!(young.state, State::Posted);
    });
}

#[test]
fn one_word_calls_a_fraud_off_and_reports_its_payee_for_two_to_decide() {
    each_town(|town| {
        let f = &town.folk;
        let wang = town.phone(f.wang);
        let waits = town.pay(&wang, order(f.wang.account, f.chen.account, 20_000)).instruction;
        let say = |who: &Actor| {
            let who = who.clone();
            town.desk.store.write(move |tx| app::fraud::refuse_and_report(tx, &who, waits, Typology::Relative))
        };
        assert_eq!(say(&town.phone(f.chen)).unwrap_err().code().name, "not_found");
        let (report, change) = say(&wang).unwrap();
        assert_eq!((report.money(), change), (Money::cny(2_000_000), party::Change::Done));
        assert_eq!(say(&wang).unwrap().1, party::Change::AlreadySo);
        assert_eq!(town.instruction(waits).state, State::Cancelled);
        assert_eq!(town.yuan(f.wang.account), (50_000, 50_000));

        let officer = town.officer();
        let propose = || {
            let officer = officer.clone();
            town.desk.store.write(move |tx| app::fraud::propose(tx, &officer, report.id, "three customers said so"))
        };
        assert_eq!(propose().unwrap_err().code().name, "report_not_yours");
        let taker = officer.clone();
        town.write(move |tx| safety::report_take(tx, &taker, report.id).map(|_| ()));
        assert_eq!(propose().unwrap(), party::Change::Done);
        assert_eq!(propose().unwrap(), party::Change::AlreadySo);
        let kept = town.read(|tx| safety::report_of(tx, waits)).unwrap();
        let asked = town.read(|tx| approval::raw(tx, kept.approval.expect("a second person decides")));
        assert_eq!((asked.kind.as_str(), asked.state), ("guard.lists", approval::State::Waiting));
        let posted = town.pay(&town.phone(f.li), order(f.li.account, f.chen.account, 10));
        assert_eq!(posted.state, State::Posted, "nobody is listed on one person's word");
    });
}

#[test]
fn a_payment_that_was_looked_at_before_a_lock_and_commits_after_it_never_goes_out() {
    each_town(|town| {
        let f = town.folk;
        let li = town.phone(f.li);
        let plain = order(f.li.account, f.chen.account, 1);
        let prepared = town.read(|tx| payments::prepare(&town.desk, tx, &li, &plain));
        let before = town.yuan(f.li.account);
        lock_all(town, f.li);
        let desk = town.desk.clone();
        let late = town.desk.store.write(move |tx| payments::submit_in(&desk, tx, &li, &plain, &prepared, None));
        assert_eq!(late.expect_err("it is locked").code().name, "lock_all");
        assert_eq!(town.yuan(f.li.account), before);
    });
}
