use super::*;
use crate::codes::*;
use kernel::clock::DAY;
use kernel::id::Id;
use kernel::{BookId, Code, Money};

const KEY: LimitKey<'static> = LimitKey { book: BookId(1), subject: "staf_x", kind: "counter.day" };

fn used(bank: &Bank) -> i64 {
    bank.read(|tx| {
        let date = tx.business_date()?;
        limit_used(tx, &KEY, kernel::Currency::CNY, date)
    })
    .amount
    .minor
}

#[test]
fn a_limit_is_used_given_back_and_new_the_next_day() {
    let bank = Bank::open();
    let take = |fen: i64| bank.try_write(move |tx| use_limit(tx, &KEY, Money::cny(fen), Money::cny(1_000)));
    take(600).unwrap();
    take(400).unwrap();
    let e = take(1).unwrap_err();
    assert!(e.is(&LIMIT_PER_DAY), "{e}");
    assert_eq!(e.fields().iter().map(|(k, _)| *k).collect::<Vec<_>>(), ["used", "asked", "max"]);
    assert_eq!(used(&bank), 1_000, "a refusal uses nothing");
    let today = bank.read(|tx| tx.business_date());
    bank.write(move |tx| release_limit(tx, &KEY, Money::cny(400), today));
    assert_eq!(used(&bank), 600);
    bank.write(move |tx| release_limit(tx, &KEY, Money::cny(4_000), today));
    assert_eq!(used(&bank), 0, "never below zero");
    take(1_000).unwrap();
    bank.clock.advance(DAY);
    take(1_000).unwrap();
    assert!(take(-1).is_err());
    let mixed = bank.try_write(|tx| use_limit(tx, &KEY, Money::new(1, kernel::Currency::USD), Money::cny(1_000)));
    assert!(mixed.is_err(), "a limit is of one currency");
}

#[test]
fn many_at_once_never_pass_the_limit() {
    let bank = Bank::open();
    let taken: usize = std::thread::scope(|s| {
        let tries: Vec<_> = (0..8)
            .map(|_| {
                s.spawn(|| {
                    let one = |tx: &mut store::Tx<'_>| use_limit(tx, &KEY, Money::cny(7), Money::cny(100));
                    (0..10).filter(|_| bank.store.write(one).is_ok()).count()
                })
            })
            .collect();
        tries.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert_eq!((taken, used(&bank)), (14, 98), "14 times 7 fit into 100");
}

#[test]
fn a_failed_transaction_uses_nothing() {
    let bank = Bank::open();
    let done: Result<()> = bank.try_write(|tx| {
        use_limit(tx, &KEY, Money::cny(50), Money::cny(100))?;
        Err(Error::forbidden("the posting was refused"))
    });
    assert!(done.is_err());
    assert_eq!(used(&bank), 0);
}

fn owner(bank: &Bank, nth: usize, tier: Tier) -> PersonId {
    let new = PersonNew { tier, ..bank.person_new(nth, 1) };
    bank.write(move |tx| person_register(tx, &system(), new.clone())).person
}

#[test]
fn what_each_tier_lets_through() {
    let bank = Bank::open();
    let of = [owner(&bank, 0, Tier::II), owner(&bank, 1, Tier::III), owner(&bank, 2, Tier::Restricted)];
    use Channel as C;
    use Function as F;
    let (two, three, restricted) = (0, 1, 2);
    // In order: each use counts for those below it.
    type Case<'a> = (&'a str, usize, Channel, Function, i64, Option<&'a Code>);
    let cases: &[Case<'_>] = &[
        ("II pays 9,000 by phone", two, C::Phone, F::TransferOut, 9_000, None),
        ("and 1,000 in cash at the counter", two, C::Counter, F::Cash, 1_000, None),
        ("and no more that day", two, C::Kiosk, F::TransferOut, 1, Some(&LIMIT_PER_DAY)),
        ("to the bound account it is free", two, C::Phone, F::TransferOwn, 500_000, None),
        ("what comes in is counted apart", two, C::System, F::Receive, 10_000, None),
        ("up to its limit", two, C::System, F::Receive, 1, Some(&LIMIT_PER_DAY)),
        ("III pays 2,000", three, C::Phone, F::TransferOut, 2_000, None),
        ("and no more", three, C::Counter, F::TransferOut, 1, Some(&LIMIT_PER_DAY)),
        ("III gives no cash", three, C::Counter, F::Cash, 1, Some(&TIER_FUNCTION)),
        ("restricted: nothing by phone", restricted, C::Phone, F::TransferOut, 1, Some(&TIER_FUNCTION)),
        ("restricted: over the counter", restricted, C::Counter, F::TransferOut, 1_000_000, None),
        ("restricted: still paid", restricted, C::System, F::Receive, 1_000_000, None),
    ];
    for (what, nth, channel, function, yuan, want) in cases {
        let (id, channel, function, amount) = (of[*nth], *channel, *function, Money::cny(yuan * 100));
        let done = bank.try_write(move |tx| tier_check(tx, id, channel, function, amount));
        match want {
            None => assert!(done.is_ok(), "{what}: {done:?}"),
            Some(code) => assert!(done.as_ref().is_err_and(|e| e.is(code)), "{what}: {done:?}"),
        }
    }
}

#[test]
fn a_year_fills_up_and_a_reversal_gives_back_both() {
    let bank = Bank::open();
    let id = owner(&bank, 0, Tier::II);
    let day = Money::cny(1_000_000);
    let pay = |bank: &Bank| bank.try_write(move |tx| tier_check(tx, id, Channel::Phone, Function::TransferOut, day));
    for _ in 0..20 {
        pay(&bank).unwrap();
        bank.clock.advance(DAY);
    }
    assert!(pay(&bank).unwrap_err().is(&LIMIT_PER_YEAR), "20 days of 10,000 are the year");
    let yesterday = bank.read(|tx| tx.business_date()).plus_days(-1);
    bank.write(move |tx| tier_release(tx, id, Channel::Phone, Function::TransferOut, day, yesterday));
    pay(&bank).unwrap();
    bank.clock.advance(30 * DAY);
    pay(&bank).unwrap();
}

#[test]
fn tier_one_has_a_count_and_the_customers_own_cap() {
    let bank = Bank::open();
    let id = bank.person(1, 1);
    let pay = |yuan: i64, channel: Channel| {
        bank.try_write(move |tx| tier_check(tx, id, channel, Function::TransferOut, Money::cny(yuan * 100)))
    };
    assert!(pay(500_001, Channel::Phone).unwrap_err().is(&LIMIT_PER_TRANSACTION_TIER));
    pay(5_000_000, Channel::Counter).unwrap();
    (0..100).for_each(|_| pay(1, Channel::Phone).unwrap());
    assert!(pay(1, Channel::Phone).unwrap_err().is(&LIMIT_COUNT_PER_DAY));
    bank.clock.advance(DAY);
    let himself = Actor::of(Who::Person(id));
    let set = |actor: &Actor, yuan: Option<i64>| {
        let (actor, cap) = (actor.clone(), yuan.map(|y| Money::cny(y * 100)));
        bank.try_write(move |tx| own_cap_set(tx, &actor, id, cap))
    };
    assert_eq!(set(&himself, Some(2_000)).unwrap(), Change::Done, "down at once");
    for up in [Some(3_000), None] {
        assert!(set(&himself, up).unwrap_err().is(&STEP_UP_NEEDED), "up with the second factor");
    }
    assert_eq!(set(&stepped_up(himself.clone()), Some(3_000)).unwrap(), Change::Done);
    assert_eq!(set(&himself, Some(3_000)).unwrap(), Change::AlreadySo);
    pay(3_000, Channel::Phone).unwrap();
    assert!(pay(1, Channel::Kiosk).unwrap_err().is(&LIMIT_PER_DAY), "his own cap");
    pay(1_000_000, Channel::Counter).unwrap();
    assert_eq!(id.book(), BookId(1));
}
