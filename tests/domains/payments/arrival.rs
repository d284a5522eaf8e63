//! Payments that are to arrive later: held until their time, called off until then, and judged again when they go.
use super::{code, freeze, hash, list, owner_of, told};
use guard::ListKind;
use kernel::clock::{DAY, HOUR};
use kernel::{Actor, Channel};
use payments::{Arrival, Order, State};
use tests::town::{Town, away, each_town, order};

fn later(town: &Town<'_>, arrival: Arrival, yuan: i64) -> Order {
    order(town.folk.li.account, town.folk.chen.account, yuan).arrival(arrival)
}

#[test]
fn the_money_is_held_and_goes_at_its_time() {
    each_town(|town| {
        let (f, desk, clock) = (&town.folk, &town.desk, &town.bank.clock);
        let li = town.phone(f.li);
        for (arrival, hours, left) in [(Arrival::TwoHours, 2, 799_900), (Arrival::NextDay, 24, 799_800)] {
            let receipt = town.pay(&li, later(town, arrival, 100));
            let until = clock.now().plus(hours * HOUR);
            assert_eq!((told(&receipt), receipt.until), ((State::Delayed, ""), Some(until)), "{arrival}");
            assert_eq!(town.yuan(f.li.account), (left + 100, left));
            assert_eq!(town.read(|tx| payments::arrival_of(tx, receipt.instruction)), arrival);
            clock.advance(hours * HOUR - 1);
            assert_eq!(payments::release_due(desk, 100).unwrap(), 0);
            clock.advance(1);
            assert_eq!(payments::release_due(desk, 100).unwrap(), 1);
            assert_eq!(town.instruction(receipt.instruction).state, State::Posted);
            assert_eq!(town.yuan(f.li.account), (left, left));
            assert_eq!(town.verdicts(receipt.instruction), ["pass", "pass"]);
            assert_eq!(town.events(receipt.instruction), ["payment.delayed", "payment.posted"]);
        }
        let out = town.pay(&li, away(f.li.account, 50).arrival(Arrival::TwoHours));
        assert_eq!(out.state, State::Delayed);
        clock.advance(2 * HOUR);
        assert_eq!(payments::release_due(desk, 100).unwrap(), 1);
        assert_eq!(town.events(out.instruction).last().map(String::as_str), Some("payment.posted"));
    });
}

#[test]
fn until_then_the_payer_calls_it_off() {
    each_town(|town| {
        let (f, desk) = (&town.folk, &town.desk);
        let li = town.phone(f.li);
        let id = town.pay(&li, later(town, Arrival::NextDay, 100)).instruction;
        assert_eq!(code(payments::cancel(desk, &town.phone(f.chen), id, "").unwrap_err()), "not_found");
        assert_eq!(code(payments::release(desk, &town.officer(), id, "at once").unwrap_err()), "not_open");
        assert_eq!(payments::cancel(desk, &li, id, "").unwrap().state, State::Cancelled);
        assert_eq!(payments::cancel(desk, &li, id, "").unwrap().state, State::Cancelled);
        assert_eq!(town.yuan(f.li.account), (800_000, 800_000));
        town.bank.clock.advance(2 * DAY);
        assert_eq!(payments::release_due(desk, 100).unwrap(), 0);
        assert_eq!(town.yuan(f.chen.account), (10_000, 10_000));
        let gone = town.pay(&li, later(town, Arrival::TwoHours, 100)).instruction;
        town.bank.clock.advance(2 * HOUR);
        payments::release_due(desk, 100).unwrap();
        assert_eq!(code(payments::cancel(desk, &li, gone, "").unwrap_err()), "not_open");
    });
}

#[test]
fn at_its_time_everything_is_asked_again() {
    each_town(|town| {
        let (f, desk) = (town.folk, &town.desk);
        let li = town.phone(f.li);
        let listed = town.pay(&li, later(town, Arrival::TwoHours, 100)).instruction;
        list(town, ListKind::Grey, f.chen.account);
        town.bank.clock.advance(2 * HOUR);
        let until = town.bank.clock.now().plus(DAY);
        payments::release_due(desk, 100).unwrap();
        let i = town.instruction(listed);
        assert_eq!((i.state, i.until), (State::Delayed, Some(until)), "what is new is not waited out already");
        let frozen = town.pay(&li, order(f.li.account, f.wu.account, 100).arrival(Arrival::TwoHours)).instruction;
        freeze(town, owner_of(f.li.person));
        town.bank.clock.advance(2 * HOUR);
        payments::release_due(desk, 100).unwrap();
        let i = town.instruction(frozen);
        assert_eq!((i.state, i.refusal.as_str()), (State::Refused, "payer_frozen"));
    });
}

#[test]
fn the_longer_of_two_delays_counts() {
    each_town(|town| {
        let f = &town.folk;
        let elder =
            town.pay(&town.phone(f.wang), order(f.wang.account, f.li.account, 30_000).arrival(Arrival::TwoHours));
        assert_eq!((elder.state, elder.until), (State::Delayed, Some(town.bank.clock.now().plus(DAY))));
        town.bank.clock.advance(DAY);
        assert_eq!(payments::release_due(&town.desk, 100).unwrap(), 1);
        assert_eq!(town.instruction(elder.instruction).state, State::Posted);
    });
}

#[test]
fn the_time_begins_when_nobody_has_to_decide_any_more() {
    each_town(|town| {
        let (f, desk, clock) = (&town.folk, &town.desk, &town.bank.clock);
        let clerk = town.acting(f.yard.clerk, f.yard);
        let asked = town.pay(&clerk, order(f.yard.account, f.li.account, 200).arrival(Arrival::TwoHours));
        assert_eq!(asked.state, State::AwaitingApproval);
        let (id, shown) = hash(town, asked.approval);
        assert!(town.read(|tx| approval::raw(tx, id)).summary.0.iter().any(|l| l.label == "payment-arrival"));
        clock.advance(5 * HOUR);
        let checker = town.acting(f.yard.checker, f.yard);
        let approved = payments::approve(desk, &checker, id, &shown).unwrap();
        assert_eq!((approved.state, approved.until), (State::Delayed, Some(clock.now().plus(2 * HOUR))));
        assert_eq!(town.yuan(f.yard.account), (5_000_000, 4_999_800));
        clock.advance(2 * HOUR);
        assert_eq!(payments::release_due(desk, 100).unwrap(), 1);
        assert_eq!(town.yuan(f.yard.account), (4_999_800, 4_999_800));
    });
}

#[test]
fn another_arrival_is_another_order() {
    each_town(|town| {
        let (f, desk) = (&town.folk, &town.desk);
        let li = town.phone(f.li);
        let send = |order: Order| payments::submit(desk, &li, order, Some("key-1"));
        let first = send(later(town, Arrival::TwoHours, 100)).unwrap();
        assert_eq!(send(later(town, Arrival::TwoHours, 100)).unwrap().instruction, first.instruction);
        assert_eq!(code(send(later(town, Arrival::NextDay, 100)).unwrap_err()), "key_reused");
        let named = later(town, Arrival::TwoHours, 100).id(first.instruction);
        assert_eq!(town.pay(&li, named.clone()).instruction, first.instruction);
        assert_eq!(code(town.fails(&li, named.arrival(Arrival::NextDay))), "key_reused");
    });
}

#[test]
fn at_a_machine_money_to_others_goes_the_next_day() {
    each_town(|town| {
        let f = &town.folk;
        let machine = Actor { channel: Channel::Kiosk, ..town.phone(f.li) };
        let own = town.open(owner_of(f.li.person), kernel::Id::book(&f.li.account), ledger::Purpose::General);
        let cases = [
            (later(town, Arrival::RealTime, 10), State::Refused, "arrival_at_machine"),
            (later(town, Arrival::TwoHours, 10), State::Refused, "arrival_at_machine"),
            (later(town, Arrival::NextDay, 10), State::Delayed, ""),
            (away(f.li.account, 10), State::Refused, "arrival_at_machine"),
            (order(f.li.account, own, 10), State::Posted, ""),
        ];
        for (n, (order, state, code)) in cases.into_iter().enumerate() {
            assert_eq!(told(&town.pay(&machine, order)), (state, code), "case {n}");
        }
    });
}
