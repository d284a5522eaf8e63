//! A branch's payments counted by day.
use kernel::{Actor, Who};
use party::{GrantAsk, Role, StaffNew};
use tests::town::{each_town, order};

#[test]
fn payments_are_counted_by_day_for_whoever_looks_over_the_branch() {
    each_town(|town| {
        let f = town.folk;
        let boss = town.write(move |tx| {
            let new = StaffNew { branch: f.outlet, number: "M1".into(), name: "M1".into(), person: None };
            let boss = party::staff_join(tx, &Actor::system("demo"), new)?;
            party::grant(
                tx,
                &Actor::system("demo"),
                GrantAsk::new(Who::Staff(boss), Role::BranchManager).at(f.outlet),
            )?;
            Ok(boss)
        });
        let boss = town.at(f.outlet, boss);
        let counted = |days| town.read(|tx| payments::per_day(tx, &boss, days));
        let before = counted(1)[0].1;
        for yuan in [10, 20, 30] {
            town.pay(&town.teller(), order(f.li.account, f.chen.account, yuan));
        }
        let today = town.read(|tx| tx.business_date());
        let found = counted(14);
        assert_eq!((found.len(), found.last().copied()), (14, Some((today, before + 3))));
        assert!(found.windows(2).all(|w| w[1].0 == w[0].0.plus_days(1)) && found[..13].iter().all(|(_, n)| *n == 0));
        assert_eq!((counted(0).len(), counted(10_000).len()), (1, payments::DAYS_BACK_MAX as usize));
        assert!(
            town.read(|tx| payments::per_day(tx, &town.phone(f.li), 14)).is_empty(),
            "a customer has no branch to look over"
        );
        let teller = town.read(|tx| Ok(payments::per_day(tx, &town.teller(), 14).unwrap_err().code().name));
        assert_eq!(teller, "forbidden");
    });
}
