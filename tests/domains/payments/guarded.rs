//! The guard's verdicts, and the life of what waits for one.
use super::{code, list, told};
use guard::{Fault, ListKind, RuleSet};
use kernel::clock::{DAY, HOUR, MINUTE};
use kernel::{Actor, Channel};
use party::Limits;
use payments::{Receipt, State};
use tests::town::{Town, each_town, order};

/// A small payment and soon a large one: the guard wants to know that it is he.
fn challenged(town: &Town<'_>) -> (Actor, Receipt) {
    let f = &town.folk;
    let li = town.phone(f.li);
    assert_eq!(town.pay(&li, order(f.li.account, f.chen.account, 50)).state, State::Posted);
    let receipt = town.pay(&li, order(f.li.account, f.chen.account, 6_000));
    assert_eq!(told(&receipt), (State::Challenged, ""));
    (li, receipt)
}

/// An elder's first large payment to somebody.
fn delayed(town: &Town<'_>) -> Receipt {
    let f = &town.folk;
    let receipt = town.pay(&town.phone(f.wang), order(f.wang.account, f.li.account, 30_000));
    assert_eq!(told(&receipt), (State::Delayed, ""));
    assert_eq!(receipt.until, Some(town.bank.clock.now().plus(DAY)));
    receipt
}

fn stepped_up(actor: &Actor) -> Actor {
    Actor { stepped_up: true, ..actor.clone() }
}

#[test]
fn a_tip_passes_and_says_so() {
    each_town(|town| {
        let f = &town.folk;
        let receipt = town.pay(&town.phone(f.li), order(f.li.account, f.chen.account, 60_000));
        assert_eq!(told(&receipt), (State::Posted, ""));
        assert_eq!(receipt.reasons, ["guard-first-payee"]);
    });
}

#[test]
fn a_challenge_is_answered_by_the_payer_with_his_second_factor() {
    each_town(|town| {
        let f = &town.folk;
        let (li, receipt) = challenged(town);
        let (desk, id) = (&town.desk, receipt.instruction);
        assert_eq!(town.yuan(f.li.account), (799_950, 793_950));
        assert_eq!(code(payments::confirm(desk, &li, id).unwrap_err()), "step_up_needed");
        assert_eq!(code(payments::confirm(desk, &town.teller(), id).unwrap_err()), "not_the_payer");
        assert_eq!(code(payments::confirm(desk, &Actor::system("payments"), id).unwrap_err()), "not_the_payer");
        assert_eq!(told(&payments::confirm(desk, &stepped_up(&li), id).unwrap()), (State::Posted, ""));
        assert_eq!(town.verdicts(id), ["verify", "pass"]);
        assert_eq!(town.yuan(f.li.account), (793_950, 793_950));
        assert_eq!(code(payments::confirm(desk, &stepped_up(&li), id).unwrap_err()), "not_open");
        assert_eq!(code(payments::cancel(desk, &li, id, "too late").unwrap_err()), "not_open");
    });
}

#[test]
fn a_new_reason_is_not_covered_by_the_answer() {
    each_town(|town| {
        let f = &town.folk;
        let (li, receipt) = challenged(town);
        list(town, ListKind::Grey, f.chen.account);
        let until = town.bank.clock.now().plus(DAY);
        let again = payments::confirm(&town.desk, &stepped_up(&li), receipt.instruction).unwrap();
        assert_eq!((told(&again), again.until), ((State::Delayed, ""), Some(until)));
        // It is held anew for the whole delay and what follows.
        town.bank.clock.advance(DAY + 71 * HOUR);
        assert_eq!(payments::expire_due(&town.desk, 100).unwrap(), 0);
        assert_eq!(town.yuan(f.li.account), (799_950, 793_950));
        assert_eq!(payments::release_due(&town.desk, 100).unwrap(), 1);
        assert_eq!(town.verdicts(receipt.instruction), ["verify", "delay", "pass"]);
        assert_eq!(town.yuan(f.li.account), (793_950, 793_950));
    });
}

#[test]
fn held_by_staff_decision_only_and_not_by_who_is_in_it() {
    each_town(|town| {
        let f = town.folk;
        let desk = &town.desk;
        desk.guard.inject(Some(Fault::Broken));
        let by_teller = town.pay(&town.teller(), order(f.li.account, f.chen.account, 100)).instruction;
        let to_wu = town.pay(&town.phone(f.li), order(f.li.account, f.wu.account, 100)).instruction;
        let queue = |actor: &Actor| {
            let page = desk.store.read(|tx| payments::queue(tx, actor, State::Held, &Default::default()));
            page.map(|p| p.items.len()).map_err(code)
        };
        assert_eq!((queue(&town.officer()), queue(&town.teller())), (Ok(2), Err("forbidden")));
        desk.guard.inject(None);
        for who in [town.teller(), town.checker(), town.phone(f.li)] {
            assert_eq!(code(payments::release(desk, &who, by_teller, "x").unwrap_err()), "forbidden");
        }
        assert_eq!(code(payments::release(desk, &town.officer(), by_teller, " ").unwrap_err()), "reason_needed");
        // The teller is made a risk officer, at the other outlet's queue too: not what he made, nor what he gains from.
        town.write(move |tx| {
            let ask = party::GrantAsk::new(kernel::Who::Staff(f.teller), party::Role::RiskOfficer);
            party::grant(tx, &Actor::system("demo"), ask).map(|_| ())
        });
        for id in [by_teller, to_wu] {
            assert_eq!(code(payments::release(desk, &town.teller(), id, "fine").unwrap_err()), "maker_is_checker");
        }
        assert_eq!(payments::release(desk, &town.officer(), by_teller, "called him").unwrap().state, State::Posted);
        let large = {
            desk.guard.inject(Some(Fault::Broken));
            let owner = town.acting(f.mill.owner, f.mill);
            town.pay(&owner, order(f.mill.account, f.chen.account, 90_000)).instruction
        };
        desk.guard.inject(None);
        town.write(move |tx| {
            let limits = Limits::yuan(0, 0, 0, 80_000);
            let here =
                party::GrantAsk::new(kernel::Who::Staff(f.other_teller), party::Role::RiskOfficer).at(f.other_outlet);
            party::grant(tx, &Actor::system("demo"), party::GrantAsk { limits, ..here }).map(|_| ())
        });
        let local = town.at(f.other_outlet, f.other_teller);
        assert_eq!(queue(&local), Ok(1), "of his own branch only");
        assert_eq!(code(payments::release(desk, &local, to_wu, "x").unwrap_err()), "forbidden");
        assert_eq!(code(payments::release(desk, &local, large, "x").unwrap_err()), "above_release_limit");
        assert_eq!(payments::release(desk, &town.officer(), large, "fine").unwrap().state, State::Posted);
    });
}

#[test]
fn a_delay_ends_by_time_or_by_the_customer_only() {
    each_town(|town| {
        let f = &town.folk;
        let desk = &town.desk;
        let receipt = delayed(town);
        assert_eq!(town.yuan(f.wang.account), (50_000, 20_000));
        for who in [town.officer(), Actor::system("payments")] {
            assert_eq!(code(payments::release(desk, &who, receipt.instruction, "quick").unwrap_err()), "not_open");
        }
        town.bank.clock.advance(DAY - MINUTE);
        assert_eq!(payments::release_due(desk, 100).unwrap(), 0);
        town.bank.clock.advance(MINUTE);
        assert_eq!(payments::expire_due(desk, 100).unwrap(), 0, "what is due is released, not ended");
        assert_eq!(payments::release_due(desk, 100).unwrap(), 1);
        assert_eq!(payments::release_due(desk, 100).unwrap(), 0);
        assert_eq!((town.yuan(f.wang.account).0, town.yuan(f.li.account).0), (20_000, 830_000));
        assert_eq!(town.verdicts(receipt.instruction), ["delay", "pass"]);
        // The next one to the same payee is known; another payee is not.
        let again = town.pay(&town.phone(f.wang), order(f.wang.account, f.chen.account, 15_000));
        assert_eq!(again.state, State::Delayed);
        let gone = payments::cancel(desk, &town.phone(f.wang), again.instruction, "").unwrap();
        assert_eq!(told(&gone), (State::Cancelled, ""));
        assert_eq!(payments::cancel(desk, &town.phone(f.wang), again.instruction, "").unwrap().state, State::Cancelled);
        assert_eq!(town.yuan(f.wang.account), (20_000, 20_000));
        assert_eq!(town.events(again.instruction), ["payment.delayed", "payment.cancelled"]);
    });
}

#[test]
fn a_delay_that_nothing_releases_gives_its_money_back() {
    each_town(|town| {
        let receipt = delayed(town);
        town.bank.clock.advance(DAY + payments::HOLD_HOURS * HOUR);
        assert_eq!(payments::release_due(&town.desk, 100).unwrap(), 1);
        let i = town.instruction(receipt.instruction);
        assert_eq!((i.state, i.limits_on, i.ended_at.is_some()), (State::Expired, None, true));
        assert_eq!(town.yuan(town.folk.wang.account), (50_000, 50_000));
    });
}

#[test]
fn one_that_cannot_be_released_does_not_stop_the_others() {
    each_town(|town| {
        let f = town.folk;
        let teller = Actor { correlation: "c".into(), ..town.at(f.other_outlet, f.other_teller) };
        let poisoned = town.pay(&teller, order(f.wang.account, f.chen.account, 20_000));
        assert_eq!(poisoned.state, State::Delayed);
        town.bank.clock.advance(MINUTE);
        let good = delayed(town);
        town.write(move |tx| party::staff_leave(tx, &Actor::system("demo"), f.other_teller, "retired").map(|_| ()));
        town.bank.clock.advance(2 * DAY);
        assert_eq!(payments::release_due(&town.desk, 100).unwrap(), 2);
        assert_eq!(town.instruction(good.instruction).state, State::Posted);
        let i = town.instruction(poisoned.instruction);
        assert_eq!((i.state, i.refusal.as_str()), (State::Refused, "forbidden"), "its maker may no more");
        assert_eq!(town.yuan(f.wang.account), (20_000, 20_000));
    });
}

#[test]
fn two_releases_at_once_post_once() {
    each_town(|town| {
        let f = &town.folk;
        town.desk.guard.inject(Some(Fault::Broken));
        let held = town.pay(&town.phone(f.li), order(f.li.account, f.chen.account, 100)).instruction;
        town.desk.guard.inject(None);
        let answers: Vec<_> = std::thread::scope(|s| {
            let ask = |_| s.spawn(|| payments::release(&town.desk, &town.officer(), held, "fine"));
            (0..8).map(ask).collect::<Vec<_>>().into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1, "{answers:?}");
        assert!(answers.into_iter().filter_map(|a| a.err()).all(|e| ["not_open", "stale"].contains(&code(e))));
        assert_eq!(town.yuan(f.li.account), (799_900, 799_900));
        assert_eq!(town.verdicts(held), ["held", "pass"]);
    });
}

#[test]
fn stop_and_limit_are_refused_and_recorded() {
    each_town(|town| {
        let f = &town.folk;
        list(town, ListKind::Police, f.chen.account);
        let stopped = town.pay(&town.phone(f.li), order(f.li.account, f.chen.account, 10));
        assert_eq!(told(&stopped), (State::Refused, "guard_stop"));
        assert_eq!(stopped.reasons, ["guard-check"]);
        assert_eq!(town.verdicts(stopped.instruction), ["stop"]);
        let rules = include_str!("../../../crates/guard/data/rules.toml");
        let milder = "action = \"tip\"\ncustomer = \"guard-first-payee\"";
        assert!(rules.contains(milder));
        let rules = rules.replace(milder, &milder.replace("tip", "limit"));
        town.desk.guard.swap(RuleSet::parse("rules.toml", &rules).unwrap());
        let limited = town.pay(&town.phone(f.li), order(f.li.account, f.wang.account, 60_000));
        assert_eq!(told(&limited), (State::Refused, "guard_limit"));
        assert_eq!(town.yuan(f.li.account), (800_000, 800_000));
        assert_eq!(town.instruction(limited.instruction).limits_on, None);
    });
}

#[test]
fn an_account_that_pays_at_the_counter_only_is_not_paid_from_elsewhere_by_a_release_there() {
    each_town(|town| {
        let f = town.folk;
        town.desk.guard.inject(Some(Fault::Broken));
        let held = town.pay(&town.phone(f.li), order(f.li.account, f.chen.account, 100)).instruction;
        town.desk.guard.inject(None);
        let kind = ledger::restrictions::Restriction::CounterOnly;
        town.write(move |tx| {
            let ask = ledger::restrictions::Restrict::new(f.li.account, kind, "check of the customer");
            ledger::restrictions::restrict(tx, &Actor::system("demo"), &ask).map(|_| ())
        });
        assert_eq!(town.officer().channel, Channel::Counter);
        let refused = payments::release(&town.desk, &town.officer(), held, "fine").unwrap();
        assert_eq!(told(&refused), (State::Refused, "counter_only"));
        assert_eq!(town.yuan(f.li.account), (800_000, 800_000));
    });
}

#[test]
fn amlaw_30_an_elder_pays_a_hospital_at_midnight_and_is_asked_for_a_proof_at_most() {
    each_town(|town| {
        let f = &town.folk;
        town.bank.clock.advance(14 * HOUR + 30 * MINUTE);
        let (wang, ask) = (town.phone(f.wang), || order(f.wang.account, f.mill.account, 40_000));
        let named_so = town.pay(&wang, ask().memo("住院费"));
        assert!(matches!(named_so.state, State::Delayed | State::Held), "a memo is no proof: {named_so:?}");
        payments::cancel(&town.desk, &wang, named_so.instruction, "").unwrap();
        let (id, officer) = (f.mill.firm, Actor::system("demo"));
        town.write(move |tx| party::firm_verify(tx, &officer, id, party::FirmClass::Medical, "许可证 7", "test"));
        let verified = town.pay(&wang, ask());
        assert!(matches!(verified.state, State::Posted | State::Challenged), "{verified:?}");
    });
}
