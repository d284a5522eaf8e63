//! From the order to the money back, with the books checked at each step.
use super::*;
use proptest::prelude::*;

#[test]
fn money_waits_becomes_units_at_the_value_of_the_day_and_comes_back_later() {
    let bank = Bank::open("2026-03-02");
    let c = bank.assessed(1, 1990, Level::C5);
    let shown = bank.quote(&c, "p1", 10_100 * YUAN).unwrap();
    assert_eq!((shown.fee, shown.net), (Money::cny(10_000), Money::cny(10_000 * YUAN)), "1 % of the net amount");
    assert_eq!((shown.level, shown.suits, shown.second_look), (Some(Level::C5), true, false));
    let o = bank.buy(&c, "p1", 10_100 * YUAN).unwrap();
    assert_eq!((o.state, o.units), (State::Cooling, 0));
    assert_eq!(o.cool_until.unwrap(), o.made_at.plus(24 * HOUR));
    let h = &bank.standing(&c)[0];
    assert_eq!(
        (h.waiting, h.worth, bank.balance(c.account)),
        (Money::cny(10_100 * YUAN), Money::cny(0), 89_900 * YUAN)
    );
    bank.verify();
    bank.nav("p1", "2026-03-02", "1.2500");
    assert_eq!(bank.go_on(), Moved::default(), "its hours are not over");
    bank.day("2026-03-03");
    bank.clock.advance(HOUR);
    assert_eq!(bank.go_on().orders, 1);
    let o = bank.order(o.id);
    assert_eq!((o.state, o.priced_on), (State::Due, Some(day("2026-03-03"))), "the value of the day its hours ended");
    assert!(bank.cancel(&c, o.id).unwrap_err().is(&NOT_REVOCABLE));
    assert_eq!(bank.go_on(), Moved::default(), "that day has no value yet");
    bank.nav("p1", "2026-03-03", "1.2345");
    assert_eq!(bank.go_on().orders, 1);
    let o = bank.order(o.id);
    // 10,000.00 ÷ 1.2345 = 8,100.445…
    assert_eq!((o.state, o.units, o.nav), (State::Confirmed, 810_044, Nav::new(12_345)));
    let h = bank.standing(&c).remove(0);
    // 8,100.44 × 1.2345 = 9,999.993…
    assert_eq!((h.worth, h.cost, h.gain), (Money::cny(999_999), Money::cny(1_010_000), Money::cny(-10_001)));
    let book = bank.branch.book();
    let product = bank.read(|tx| shelf(tx)?.product("p1", day("2026-03-03")).cloned());
    let (collected, issued) = pay::ids_of(book, &product);
    assert_eq!((bank.balance(collected), bank.balance(issued)), (10_000 * YUAN, 810_044));
    assert_eq!(bank.balance(own(book, Own::FeeIncome, Currency::CNY)), 100 * YUAN);
    bank.verify();

    let account = h.holding.account;
    let back = bank.redeem(&c, account, 400_000).unwrap();
    assert_eq!((back.state, back.pays_on), (State::Due, Some(day("2026-03-04"))), "T+1");
    assert!(bank.redeem(&c, account, 410_045).unwrap_err().is(&UNITS_SHORT), "what is under an order is not free");
    assert_eq!(bank.go_on(), Moved::default(), "it is paid tomorrow");
    bank.day("2026-03-04");
    assert_eq!(bank.go_on(), Moved::default(), "today's value was known when it was ordered, so it waits for the next");
    bank.nav("p1", "2026-03-04", "1.3000");
    assert_eq!(bank.go_on().orders, 1);
    let back = bank.order(back.id);
    assert_eq!((back.amount, back.nav), (5_200 * YUAN, Nav::new(13_000)), "a value nobody knew when he ordered");
    assert_eq!(bank.balance(c.account), 89_900 * YUAN + 5_200 * YUAN);
    let h = bank.standing(&c).remove(0);
    assert_eq!((h.holding.units, h.holding.locked), (410_044, 0));
    assert_eq!(h.cost.minor, 1_010_000 - 1_010_000 * 400_000 / 810_044, "each part takes its share of the cost");
    let lines = bank.read(|tx| entries(tx, &c.actor(), account));
    let seen: Vec<_> = lines.iter().map(|e| (e.number, e.kind, e.units, e.money, e.stands)).collect();
    let wanted =
        [(2, OrderKind::Redeem, 400_000, 520_000, 410_044), (1, OrderKind::Subscribe, 810_044, 1_000_000, 810_044)];
    assert_eq!(seen, wanted);
    bank.verify();
}

#[test]
fn an_order_is_called_off_at_no_cost_until_its_hours_are_over() {
    let bank = Bank::open("2026-03-02");
    let (c, other) = (bank.assessed(1, 1990, Level::C5), bank.assessed(2, 1990, Level::C5));
    let o = bank.buy(&c, "p2", 1_000 * YUAN).unwrap();
    assert!(bank.cancel(&other, o.id).is_err(), "nobody else's");
    bank.clock.advance(24 * HOUR - 1);
    assert_eq!(bank.cancel(&c, o.id).unwrap().state, State::Cancelled);
    assert_eq!(bank.cancel(&c, o.id).unwrap().state, State::Cancelled, "the same again");
    assert_eq!(bank.balance(c.account), 100_000 * YUAN, "every fen, the fee too");
    let late = bank.buy(&c, "p2", 1_000 * YUAN).unwrap();
    bank.clock.advance(24 * HOUR);
    assert!(bank.cancel(&c, late.id).unwrap_err().is(&NOT_REVOCABLE), "even before the clockwork comes by");
    let at_once = bank.buy(&c, "p0", 1_000 * YUAN).unwrap();
    assert_eq!((at_once.state, at_once.priced_on), (State::Due, Some(day("2026-03-02"))), "no hours, no calling off");
    assert!(bank.cancel(&c, at_once.id).unwrap_err().is(&NOT_REVOCABLE));
    bank.verify();
}

#[test]
fn a_product_that_ends_is_paid_out_whole_and_not_before() {
    let bank = Bank::open("2026-03-02");
    let c = bank.assessed(1, 1990, Level::C5);
    bank.buy(&c, "p4", 10_400 * YUAN).unwrap();
    bank.day("2026-03-03");
    bank.clock.advance(HOUR);
    assert_eq!(bank.go_on().orders, 1, "its hours are over");
    bank.nav("p4", "2026-03-03", "1.0000");
    assert_eq!(bank.go_on().orders, 1, "and its value is known");
    let account = bank.standing(&c)[0].holding.account;
    assert_eq!(bank.standing(&c)[0].holding.units, 10_000 * YUAN);
    assert!(bank.redeem(&c, account, 100).unwrap_err().is(&CLOSED_TERM));
    bank.day("2026-04-01");
    assert!(bank.buy(&c, "p4", 10_000 * YUAN).unwrap_err().is(&NOT_SOLD), "its selling days are over");
    bank.day("2026-06-01");
    bank.nav("p4", "2026-06-01", "0.8000");
    assert_eq!(bank.go_on().orders, 1, "an order of its own");
    assert_eq!(bank.go_on().orders, 0, "and only one");
    assert_eq!(bank.balance(c.account), 89_600 * YUAN, "four days later");
    bank.day("2026-06-05");
    assert_eq!(bank.go_on().orders, 1);
    assert_eq!(bank.balance(c.account), 89_600 * YUAN + 8_000 * YUAN, "with its loss");
    assert_eq!(bank.standing(&c)[0].holding.units, 0);
    bank.verify();
}

#[test]
fn a_frozen_owner_waits_and_holds_up_nobody() {
    let bank = Bank::open("2026-03-02");
    let (frozen, free) = (bank.assessed(1, 1990, Level::C5), bank.assessed(2, 1990, Level::C5));
    let waits = bank.buy(&frozen, "p0", 1_000 * YUAN).unwrap();
    let goes = bank.buy(&free, "p0", 1_000 * YUAN).unwrap();
    let now = bank.clock.now();
    bank.write(move |tx| {
        let new = guard::NewFreeze {
            subject: frozen.owner(),
            kind: guard::FreezeKind::StopDebits,
            basis: guard::FreezeBasis::Court,
            document: "(2026)苏0591执1".into(),
            from: now,
            until: None,
            reason: "协助执行".into(),
        };
        guard::freeze_party(tx, &Actor::system("guard"), new).map(|_| ())
    })
    .unwrap();
    bank.nav("p0", "2026-03-02", "1");
    assert_eq!(bank.go_on(), Moved { orders: 1, stuck: 1 });
    assert_eq!((bank.order(waits.id).state, bank.order(goes.id).state), (State::Due, State::Confirmed));
    assert!(bank.buy(&frozen, "p0", 1_000 * YUAN).unwrap_err().is(&OWNER_FROZEN));
    bank.verify();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Any mixture of orders, callings off, days and values leaves the books whole, and nobody with more than he may have.
    #[test]
    fn the_books_stay_whole(steps in prop::collection::vec((0u8..6, 0usize..3, 1i64..3_000_000), 1..40)) {
        let bank = Bank::open("2026-03-02");
        let all: Vec<Customer> = (0..3).map(|n| bank.assessed(n, 1990, Level::C5)).collect();
        let mut today = day("2026-03-02");
        let mut orders: Vec<(usize, WealthOrderId)> = Vec::new();
        for (what, who, much) in steps {
            let c = &all[who];
            match what {
                0 | 1 => {
                    let product = ["p0", "p1"][usize::from(what)];
                    if let Ok(o) = bank.buy(c, product, (much / 100).max(100) * YUAN) {
                        orders.push((who, o.id));
                    }
                }
                2 => drop(orders.get(who).map(|(of, id)| bank.cancel(&all[*of], *id))),
                3 => {
                    for h in bank.standing(c) {
                        let some = much.min(h.holding.free().minor.max(1));
                        drop(bank.redeem(c, h.holding.account, some));
                    }
                }
                4 => {
                    today = today.plus_days(1);
                    bank.day(&today.to_string());
                    bank.clock.advance(HOUR);
                }
                _ => {
                    let value = Nav::new(5_000 + much % 10_000).unwrap().to_string();
                    let texts = ["p0", "p1"].map(|p| nav(p, &today.to_string(), &value)).concat();
                    drop(bank.load(&texts));
                    bank.go_on();
                }
            }
        }
        bank.go_on();
        bank.verify();
        for c in &all {
            for h in bank.standing(c) {
                prop_assert!(h.holding.units >= h.holding.locked && h.holding.cost >= 0);
            }
        }
    }
}
