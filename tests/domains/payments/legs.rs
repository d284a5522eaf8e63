//! Many legs in one order: each on its own, one decision for all.
use super::{code, list, told};
use guard::{Fault, ListKind};
use kernel::id::AccountId;
use kernel::{Actor, BookId, Id, Money};
use payments::own::{Own, own};
use payments::{Kind, LEGS_MAX, Leg, Order, State};
use tests::town::{Town, each_town};

fn leg(credit: AccountId, yuan: i64, reference: &str) -> Leg {
    Leg { credit, amount: Money::cny(yuan * 100), reference: reference.into(), memo: "工资 2026-02".into() }
}

fn boss() -> Actor {
    Actor::system("demo")
}

fn from(town: &Town<'_>) -> AccountId {
    own(town.folk.outlet.book(), Own::Settlement, kernel::Currency::CNY)
}

#[test]
fn each_leg_stands_alone() {
    each_town(|town| {
        let f = town.folk;
        town.write(move |tx| ledger::close_account(tx, &boss(), f.wu.account, "asked"));
        let nobody = AccountId::new(town.bank.clock.now(), BookId(9));
        let legs = vec![
            leg(f.li.account, 10, "a"),
            leg(f.wu.account, 10, "b"),
            leg(f.zhang.account, 9_999, "c"),
            leg(f.zhang.account, 2, "d"),
            leg(nobody, 10, "e"),
            leg(f.chen.account, 10, "f"),
            leg(f.zhang.account, 1, "g"),
        ];
        let receipt = town.pay(&boss(), Order::many(Kind::ClearingIn, from(town), legs).unwrap());
        assert_eq!(told(&receipt), (State::Posted, ""));
        let codes: Vec<_> = receipt.legs.iter().map(|l| (l.reference.as_str(), l.code.as_ref())).collect();
        let want = [
            ("a", ""),
            ("b", "credit_closed"),
            ("c", ""),
            ("d", "limit_per_day"),
            ("e", "credit_unknown"),
            ("f", ""),
            ("g", ""),
        ];
        assert_eq!(codes, want);
        let posted = |n: usize| town.read(|tx| ledger::entry(tx, receipt.legs[n].transfer)).is_some();
        assert_eq!([0, 1, 2, 3].map(posted), [true, false, true, false]);
        assert_eq!((town.yuan(f.zhang.account).0, town.yuan(f.li.account).0), (10_000, 800_010));
    });
}

#[test]
fn a_leg_that_the_ledger_refuses_uses_no_limit() {
    each_town(|town| {
        let f = town.folk;
        let kind = ledger::restrictions::Restriction::NoCredits;
        let lock = move |tx: &mut store::Tx<'_>| {
            ledger::restrictions::restrict(
                tx,
                &boss(),
                &ledger::restrictions::Restrict::new(f.zhang.account, kind, "x"),
            )
        };
        let number = town.write(lock);
        let wage = |yuan| {
            Order::many(Kind::ClearingIn, from(town), vec![leg(f.zhang.account, yuan, ""), leg(f.li.account, 1, "")])
        };
        let refused = town.pay(&boss(), wage(10_000).unwrap());
        assert_eq!(refused.legs[0].code, "credits_stopped");
        town.write(move |tx| ledger::restrictions::lift(tx, &boss(), f.zhang.account, number, "done"));
        assert_eq!(town.pay(&boss(), wage(10_000).unwrap()).legs[0].code, "", "the whole limit is there");
    });
}

#[test]
fn none_at_all_and_too_many() {
    each_town(|town| {
        let f = town.folk;
        town.write(move |tx| ledger::close_account(tx, &boss(), f.wu.account, "asked"));
        let legs = vec![leg(f.wu.account, 1, "a"), leg(f.wu.account, 1, "b")];
        let receipt = town.pay(&boss(), Order::many(Kind::ClearingIn, from(town), legs).unwrap());
        assert_eq!(told(&receipt), (State::Refused, "all_legs_refused"));
        let too_many = vec![leg(f.li.account, 1, ""); LEGS_MAX + 1];
        let order = Order::many(Kind::ClearingIn, from(town), too_many).unwrap();
        assert_eq!(code(town.fails(&boss(), order)), "too_large");
        let as_many = vec![leg(f.li.account, 1, ""); LEGS_MAX];
        let receipt = town.pay(&boss(), Order::many(Kind::ClearingIn, from(town), as_many).unwrap());
        assert!(receipt.legs.iter().all(|l| l.code.is_empty()) && receipt.legs.len() == LEGS_MAX);
        assert_eq!(town.yuan(f.li.account).0, 801_000);
        let understated = Order {
            amount: Money::cny(1),
            ..Order::many(Kind::ClearingIn, from(town), vec![leg(f.li.account, 9, "")]).unwrap()
        };
        assert_eq!(code(town.fails(&boss(), understated)), "bad_field");
    });
}

#[test]
fn what_cannot_be_decided_now_comes_again() {
    each_town(|town| {
        let f = &town.folk;
        let order = Order::many(Kind::ClearingIn, from(town), vec![leg(f.li.account, 1, "")]).unwrap();
        town.desk.guard.inject(Some(Fault::Broken));
        let key = |key| payments::submit(&town.desk, &boss(), order.clone(), Some(key));
        assert_eq!(code(key("k").unwrap_err()), "legs_wait");
        assert_eq!(town.yuan(f.li.account), (800_000, 800_000));
        town.desk.guard.inject(None);
        assert_eq!(key("k").unwrap().state, State::Posted, "nothing was kept of the first try");
        // Nobody screens the payees of a run here; whoever makes the run does. The payer side still stops it.
        list(town, ListKind::Police, f.yard.account);
        let run = Order::many(Kind::WagePay, f.yard.account, vec![leg(f.li.account, 1, "")]).unwrap();
        assert_eq!(told(&town.pay(&boss(), run)), (State::Refused, "guard_stop"));
    });
}
