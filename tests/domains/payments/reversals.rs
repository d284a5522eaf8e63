//! Undoing what was posted, by two people and once.
use super::{code, hash, told};
use kernel::Actor;
use kernel::id::InstructionId;
use payments::{Kind, State};
use tests::town::{Town, away, each_town, order};

fn mistake(town: &Town<'_>) -> InstructionId {
    let f = &town.folk;
    let receipt = town.pay(&town.teller(), order(f.li.account, f.chen.account, 100));
    assert_eq!(receipt.state, State::Posted);
    receipt.instruction
}

#[test]
fn a_second_person_checks_it_and_the_money_goes_back_once() {
    each_town(|town| {
        let f = town.folk;
        let id = mistake(town);
        // The checker of the outlet asks; a branch manager of the whole bank checks.
        let boss = town.write(move |tx| {
            let new = party::StaffNew { branch: f.outlet, number: "M1".into(), name: "M1".into(), person: None };
            let boss = party::staff_join(tx, &Actor::system("demo"), new)?;
            let ask = party::GrantAsk::new(kernel::Who::Staff(boss), party::Role::BranchManager);
            party::grant(tx, &Actor::system("demo"), ask)?;
            Ok(boss)
        });
        let boss = town.at(f.outlet, boss);
        for who in [town.teller(), town.officer(), town.phone(f.li)] {
            assert_eq!(code(payments::reverse(&town.desk, &who, id, "typed wrong").unwrap_err()), "forbidden");
        }
        assert_eq!(code(payments::reverse(&town.desk, &town.checker(), id, " ").unwrap_err()), "reason_needed");
        let asked = payments::reverse(&town.desk, &town.checker(), id, "typed wrong").unwrap();
        assert_eq!((told(&asked), town.yuan(f.chen.account)), ((State::AwaitingApproval, ""), (10_100, 10_000)));
        let again = payments::reverse(&town.desk, &town.checker(), id, "typed wrong").unwrap();
        assert_eq!(again.instruction, asked.instruction, "the same asker, the same reversal");
        let another = payments::reverse(&town.desk, &boss, id, "typed wrong").unwrap();
        assert_eq!(told(&another), (State::Refused, "nothing_to_reverse"));
        let (approval, shown) = hash(town, asked.approval);
        let himself = payments::approve(&town.desk, &town.checker(), approval, &shown);
        assert_eq!(code(himself.unwrap_err()), "maker_is_checker");
        let done = payments::approve(&town.desk, &boss, approval, &shown).unwrap();
        assert_eq!(done.state, State::Posted);
        assert_eq!((town.yuan(f.chen.account), town.yuan(f.li.account)), ((10_000, 10_000), (800_000, 800_000)));
        let entry = town.read(|tx| ledger::entry(tx, done.transfer.unwrap())).unwrap();
        assert_eq!(entry.reverses, town.instruction(id).transfer);
        let late = payments::reverse(&town.desk, &boss, id, "once more").unwrap();
        assert_eq!(told(&late), (State::Refused, "nothing_to_reverse"));
        let of_reversal = payments::reverse(&town.desk, &town.checker(), done.instruction, "no, after all");
        assert_eq!(code(of_reversal.unwrap_err()), "nothing_to_reverse");
    });
}

#[test]
fn one_that_was_refused_may_be_asked_for_again() {
    each_town(|town| {
        let f = &town.folk;
        let system = Actor::system("simulate");
        let id = mistake(town);
        let spent = town.pay(&town.phone(f.chen), order(f.chen.account, f.wang.account, 10_050));
        assert_eq!(spent.state, State::Posted);
        let short = payments::reverse(&town.desk, &system, id, "typed wrong").unwrap();
        assert_eq!(told(&short), (State::Refused, "funds_short"));
        assert_eq!(town.pay(&town.phone(f.wang), order(f.wang.account, f.chen.account, 100)).state, State::Posted);
        let done = payments::reverse(&town.desk, &system, id, "typed wrong").unwrap();
        assert_eq!(told(&done), (State::Posted, ""));
        assert_eq!(payments::reverse(&town.desk, &system, id, "typed wrong").unwrap().transfer, done.transfer);
        assert_eq!(town.yuan(f.li.account).0, 800_000);
    });
}

#[test]
fn what_is_not_a_posted_payment_inside_the_bank_is_not_reversed() {
    each_town(|town| {
        let f = &town.folk;
        let delayed = town.pay(&town.phone(f.wang), order(f.wang.account, f.li.account, 30_000));
        let refused = town.pay(&town.phone(f.wang), order(f.wang.account, f.li.account, 60_000));
        let gone = town.pay(&town.phone(f.li), away(f.li.account, 10).fee_shown(kernel::Money::cny(1_000)));
        assert_eq!((gone.state, town.instruction(gone.instruction).kind), (State::Posted, Kind::ClearingOut));
        for id in [delayed.instruction, refused.instruction, gone.instruction] {
            let e = payments::reverse(&town.desk, &town.checker(), id, "typed wrong").unwrap_err();
            assert_eq!(code(e), "nothing_to_reverse");
        }
    });
}

#[test]
fn many_at_once_reverse_once() {
    each_town(|town| {
        let f = &town.folk;
        let id = mistake(town);
        let answers: Vec<_> = std::thread::scope(|s| {
            let ask = |_| s.spawn(|| payments::reverse(&town.desk, &Actor::system("simulate"), id, "typed wrong"));
            (0..8).map(ask).collect::<Vec<_>>().into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(answers.iter().any(|a| a.as_ref().is_ok_and(|r| r.state == State::Posted)), "{answers:?}");
        assert_eq!((town.yuan(f.li.account).0, town.yuan(f.chen.account).0), (800_000, 10_000), "{answers:?}");
    });
}
