//! Limits: used with the posting or the hold, never by a refusal, given back when nothing comes of it.
use super::{hash, told};
use kernel::clock::DAY;
use kernel::id::BranchId;
use kernel::{Actor, Id, Money, Who};
use party::{GrantAsk, LimitKey, Limits, Role};
use payments::State;
use tests::town::{Town, each_town, order};

/// Yuan of a limit used today.
fn used(town: &Town<'_>, place: BranchId, subject: impl ToString, kind: &str) -> i64 {
    let subject = subject.to_string();
    town.read(|tx| {
        let key = LimitKey { book: place.book(), subject: &subject, kind };
        let date = tx.business_date()?;
        party::limit_used(tx, &key, kernel::Currency::CNY, date).map(|u| u.amount.minor / 100)
    })
}

#[test]
fn a_tier_counts_both_sides_and_a_refusal_neither() {
    each_town(|town| {
        let f = &town.folk;
        let (li, zhang) = (town.phone(f.li), town.phone(f.zhang));
        let of = |person, pool: &str| used(town, f.outlet, person, pool);
        assert_eq!(town.pay(&li, order(f.li.account, f.zhang.account, 9_000)).state, State::Posted);
        assert_eq!((of(f.zhang.person, "tier.in.day"), of(f.li.person, "tier.noncounter.day")), (9_000, 9_000));
        assert_eq!(
            told(&town.pay(&li, order(f.li.account, f.zhang.account, 1_001))),
            (State::Refused, "limit_per_day")
        );
        assert_eq!(
            told(&town.pay(&zhang, order(f.zhang.account, f.chen.account, 9_001))),
            (State::Refused, "funds_short")
        );
        assert_eq!((of(f.zhang.person, "tier.in.day"), of(f.li.person, "tier.noncounter.day")), (9_000, 9_000));
        assert_eq!(of(f.zhang.person, "tier.out.day"), 0);
        // From himself to himself counts neither way.
        let second = town.open(kernel::Owner::Person(f.zhang.person), f.outlet.book(), ledger::Purpose::General);
        assert_eq!(town.pay(&zhang, order(f.zhang.account, second, 9_000)).state, State::Posted);
        assert_eq!((of(f.zhang.person, "tier.in.day"), of(f.zhang.person, "tier.out.day")), (9_000, 0));
    });
}

#[test]
fn what_is_called_off_is_given_back() {
    each_town(|town| {
        let f = &town.folk;
        let wang = town.phone(f.wang);
        let of = || used(town, f.outlet, f.wang.person, "tier.noncounter.day");
        let delayed = town.pay(&wang, order(f.wang.account, f.li.account, 30_000));
        assert_eq!((delayed.state, of()), (State::Delayed, 30_000));
        payments::cancel(&town.desk, &wang, delayed.instruction, "").unwrap();
        assert_eq!(of(), 0);
        let clerk = town.acting(f.yard.clerk, f.yard);
        let of = || used(town, f.outlet, format!("{}/{}", f.yard.clerk, f.yard.firm), "payment.day");
        let waiting = town.pay(&clerk, order(f.yard.account, f.li.account, 10_000));
        assert_eq!((waiting.state, of()), (State::AwaitingApproval, 10_000));
        let (id, shown) = hash(town, waiting.approval);
        payments::disapprove(&town.desk, &town.acting(f.yard.checker, f.yard), id, &shown, "no").unwrap();
        assert_eq!(of(), 0);
    });
}

#[test]
fn a_late_release_counts_on_its_own_day() {
    each_town(|town| {
        let f = &town.folk;
        let wang = town.phone(f.wang);
        let of = || used(town, f.outlet, f.wang.person, "tier.noncounter.day");
        let delayed = town.pay(&wang, order(f.wang.account, f.li.account, 30_000));
        assert_eq!(of(), 30_000);
        let monday = town.read(|tx| tx.business_date());
        town.write(move |tx| tx.open_business_date(monday.plus_days(1)));
        assert_eq!(of(), 0, "a new day");
        town.bank.clock.advance(DAY);
        assert_eq!(payments::release_due(&town.desk, 10).unwrap(), 1);
        assert_eq!(of(), 30_000, "counted today");
        let i = town.instruction(delayed.instruction);
        assert_eq!((i.limits_on, i.business_date), (Some(monday.plus_days(1)), monday));
        let before = town.read(|tx| {
            let subject = f.wang.person.to_string();
            let key = LimitKey { book: f.outlet.book(), subject: &subject, kind: "tier.noncounter.day" };
            party::limit_used(tx, &key, kernel::Currency::CNY, monday)
        });
        assert_eq!(before.amount, Money::cny(0), "and not on the day before");
    });
}

#[test]
fn where_today_has_no_room_a_delayed_payment_waits() {
    each_town(|town| {
        let f = town.folk;
        let wang = town.phone(f.wang);
        let delayed = town.pay(&wang, order(f.wang.account, f.li.account, 30_000));
        let monday = town.read(|tx| tx.business_date());
        town.write(move |tx| tx.open_business_date(monday.plus_days(1)));
        let cap = Some(Money::cny(1_000_000));
        town.write(move |tx| party::own_cap_set(tx, &Actor::system("demo"), f.wang.person, cap).map(|_| ()));
        town.bank.clock.advance(DAY);
        assert_eq!(payments::release_due(&town.desk, 10).unwrap(), 0);
        assert_eq!(
            (town.instruction(delayed.instruction).state, town.yuan(f.wang.account)),
            (State::Delayed, (50_000, 20_000))
        );
        town.write(move |tx| party::own_cap_set(tx, &Actor::system("demo"), f.wang.person, None).map(|_| ()));
        assert_eq!(payments::release_due(&town.desk, 10).unwrap(), 1);
        assert_eq!(town.instruction(delayed.instruction).state, State::Posted);
    });
}

#[test]
fn a_tellers_day_counts_for_persons_and_firms_and_in_every_book() {
    each_town(|town| {
        let f = town.folk;
        town.write(move |tx| {
            for g in party::grants_of(tx, Who::Staff(f.teller))? {
                party::revoke(tx, &Actor::system("demo"), g.id, "new limits", None)?;
            }
            let limits = Limits::yuan(5_000, 10_000, 5_000, 0);
            let ask = GrantAsk::new(Who::Staff(f.teller), Role::Teller).at(f.outlet);
            party::grant(tx, &Actor::system("demo"), GrantAsk { limits, ..ask }).map(|_| ())
        });
        let teller = town.teller();
        assert_eq!(town.pay(&teller, order(f.li.account, f.chen.account, 4_000)).state, State::Posted);
        assert_eq!(town.pay(&teller, order(f.yard.account, f.chen.account, 4_000)).state, State::Posted);
        let last = town.pay(&teller, order(f.chen.account, f.li.account, 2_001));
        assert_eq!(told(&last), (State::Refused, "limit_per_day"), "of another book");
        assert_eq!(used(town, f.outlet, f.teller, "payment.day"), 8_000);
        assert_eq!(town.pay(&teller, order(f.chen.account, f.li.account, 2_000)).state, State::Posted);
        assert_eq!(
            super::code(town.fails(&teller, order(f.li.account, f.chen.account, 5_001))),
            "limit_per_transaction"
        );
    });
}
