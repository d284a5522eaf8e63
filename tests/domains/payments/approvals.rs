//! Above what the maker may do alone: held until another decides, who decides on exactly what he saw.
use super::{code, hash, list, told};
use guard::ListKind;
use kernel::clock::{DAY, HOUR};
use kernel::id::ApprovalId;
use kernel::{Actor, Error, Id, Who};
use ledger::restrictions::{Restrict, Restriction, restrict};
use payments::{Receipt, State};
use tests::town::{Town, away, each_town, order};

fn clerk(town: &Town<'_>) -> Actor {
    town.acting(town.folk.yard.clerk, town.folk.yard)
}

fn boss(town: &Town<'_>) -> Actor {
    town.acting(town.folk.yard.checker, town.folk.yard)
}

/// The clerk asks for 10,000 to Li.
fn asked(town: &Town<'_>) -> (Receipt, ApprovalId, String) {
    let receipt = town.pay(&clerk(town), order(town.folk.yard.account, town.folk.li.account, 10_000));
    assert_eq!(told(&receipt), (State::AwaitingApproval, ""));
    let (id, hash) = hash(town, receipt.approval);
    (receipt, id, hash)
}

fn waiting(town: &Town<'_>, id: ApprovalId) -> approval::State {
    town.read(|tx| approval::raw(tx, id)).state
}

#[test]
fn the_money_is_held_and_another_releases_it() {
    each_town(|town| {
        let (receipt, id, hash) = asked(town);
        assert_eq!(town.yuan(town.folk.yard.account), (5_000_000, 4_990_000));
        assert_eq!(receipt.until, Some(town.bank.clock.now().plus(24 * HOUR)), "as long as the approval waits");
        let done = payments::approve(&town.desk, &boss(town), id, &hash).unwrap();
        assert_eq!(told(&done), (State::Posted, ""));
        assert_eq!(
            (town.yuan(town.folk.yard.account), town.yuan(town.folk.li.account).0),
            ((4_990_000, 4_990_000), 810_000)
        );
        assert_eq!(town.verdicts(receipt.instruction), ["pass", "pass"]);
        assert_eq!(waiting(town, id), approval::State::Executed);
        assert_eq!(town.events(receipt.instruction), ["payment.awaiting_approval", "payment.posted"]);
        let audits = town.audits(receipt.instruction);
        assert_eq!(
            audits.iter().map(|(a, r)| format!("{a} {r}")).collect::<Vec<_>>(),
            ["payment.submit awaiting_approval", "payment.release posted"]
        );
        let again = payments::approve(&town.desk, &boss(town), id, &hash).unwrap();
        assert_eq!((again.state, again.transfer), (State::Posted, done.transfer));
    });
}

#[test]
fn who_may_not_check() {
    each_town(|town| {
        let f = &town.folk;
        let (_, id, hash) = asked(town);
        let desk = &town.desk;
        let refused = |actor: &Actor| code(payments::approve(desk, actor, id, &hash).unwrap_err());
        assert_eq!(refused(&clerk(town)), "forbidden", "the maker has no right to check");
        assert_eq!(refused(&town.phone(f.chen)), "not_found");
        assert_eq!(refused(&town.acting(f.mill.owner, f.mill)), "not_found");
        assert_eq!(refused(&Actor::system("payments")), "not_found");
        let stale = Actor { stepped_up: false, ..boss(town) };
        assert_eq!(code(payments::approve(desk, &stale, id, &hash).unwrap_err()), "step_up_needed");
        let other = hash.replace(&hash[..1], if hash.starts_with('0') { "1" } else { "0" });
        assert_eq!(code(payments::approve(desk, &boss(town), id, &other).unwrap_err()), "approval_changed");
        // An owner is maker and checker in one: not of his own.
        let own = town.pay(&town.acting(f.yard.owner, f.yard), order(f.yard.account, f.li.account, 100_001));
        let (mine, shown) = super::hash(town, own.approval);
        let himself = town.acting(f.yard.owner, f.yard);
        assert_eq!(code(payments::approve(desk, &himself, mine, &shown).unwrap_err()), "maker_is_checker");
        assert_eq!(town.yuan(f.li.account).0, 800_000);
    });
}

#[test]
fn what_staff_made_is_checked_by_other_staff_and_not_by_themselves_as_a_firms_checker() {
    each_town(|town| {
        let f = town.folk;
        // The teller's customer self, Wu, is made a checker of the yard.
        town.write(move |tx| {
            let who = Who::Person(f.wu.person);
            let ask = party::GrantAsk::new(who, party::Role::PayrollChecker).of(f.yard.firm);
            party::grant(tx, &Actor::system("demo"), ask).map(|_| ())
        });
        let receipt = town.pay(&town.teller(), order(f.yard.account, f.li.account, 60_000));
        assert_eq!(receipt.state, State::AwaitingApproval);
        assert_eq!(town.read(|tx| payments::waiting_in(tx, f.outlet.book())), 1);
        let (id, hash) = hash(town, receipt.approval);
        let hat = town.acting(f.wu.person, f.yard);
        assert_eq!(code(payments::approve(&town.desk, &hat, id, &hash).unwrap_err()), "not_found");
        assert_eq!(code(payments::approve(&town.desk, &town.teller(), id, &hash).unwrap_err()), "forbidden");
        assert_eq!(payments::approve(&town.desk, &town.checker(), id, &hash).unwrap().state, State::Posted);
        assert_eq!(town.read(|tx| payments::waiting_in(tx, f.outlet.book())), 0);
    });
}

#[test]
fn two_checkers_at_once_and_two_in_turn() {
    each_town(|town| {
        let f = &town.folk;
        let (_, id, hash) = asked(town);
        let owner = town.acting(f.yard.owner, f.yard);
        let answers: Vec<Result<Receipt, Error>> = std::thread::scope(|s| {
            let who = [boss(town), owner.clone(), boss(town), owner];
            let ask = |actor: Actor| {
                let (desk, hash) = (&town.desk, &hash);
                s.spawn(move || payments::approve(desk, &actor, id, hash))
            };
            who.map(ask).into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(answers.iter().any(|a| a.as_ref().is_ok_and(|r| r.state == State::Posted)), "{answers:?}");
        let lost = |e: &Error| ["approval_decided", "stale"].contains(&e.code().name);
        assert!(answers.iter().filter_map(|a| a.as_ref().err()).all(lost), "{answers:?}");
        assert_eq!(town.yuan(f.li.account).0, 810_000);
        // Above 1,000,000 yuan two are needed.
        let big = town.pay(&clerk(town), order(f.yard.account, f.mill.account, 1_000_001));
        let (id, hash) = super::hash(town, big.approval);
        assert_eq!(payments::approve(&town.desk, &boss(town), id, &hash).unwrap().state, State::AwaitingApproval);
        assert_eq!(
            payments::approve(&town.desk, &boss(town), id, &hash).unwrap().state,
            State::AwaitingApproval,
            "not twice"
        );
        let owner = town.acting(f.yard.owner, f.yard);
        assert_eq!(payments::approve(&town.desk, &owner, id, &hash).unwrap().state, State::Posted);
    });
}

#[test]
fn a_no_frees_the_money_and_the_limits() {
    each_town(|town| {
        let f = &town.folk;
        let desk = &town.desk;
        type End = fn(&Town<'_>, &Receipt, ApprovalId, &str) -> Receipt;
        let ends: [(End, State, &str, approval::State); 5] = [
            (
                |t, _, id, h| payments::disapprove(&t.desk, &boss(t), id, h, "wrong payee").unwrap(),
                State::Refused,
                "checker_refused",
                approval::State::Refused,
            ),
            (
                |t, _, id, h| payments::send_back(&t.desk, &boss(t), id, h, "add the invoice").unwrap(),
                State::Refused,
                "sent_back",
                approval::State::SentBack,
            ),
            (
                |t, r, _, _| payments::cancel(&t.desk, &clerk(t), r.instruction, "").unwrap(),
                State::Cancelled,
                "",
                approval::State::Cancelled,
            ),
            (
                |t, r, _, _| {
                    payments::cancel(&t.desk, &t.acting(t.folk.yard.owner, t.folk.yard), r.instruction, "no").unwrap()
                },
                State::Cancelled,
                "",
                approval::State::Cancelled,
            ),
            (
                |t, r, _, _| payments::cancel(&t.desk, &t.officer(), r.instruction, "fraud").unwrap(),
                State::Cancelled,
                "",
                approval::State::Cancelled,
            ),
        ];
        for (end, state, refusal, asked_then) in ends {
            let (receipt, id, hash) = asked(town);
            assert_eq!(told(&end(town, &receipt, id, &hash)), (state, refusal));
            assert_eq!(told(&end(town, &receipt, id, &hash)).0, state, "again");
            assert_eq!(town.yuan(f.yard.account), (5_000_000, 5_000_000));
            let i = town.instruction(receipt.instruction);
            assert_eq!((waiting(town, id), i.limits_on, i.until), (asked_then, None, None));
            let late = code(payments::approve(desk, &boss(town), id, &hash).unwrap_err());
            assert_eq!(late, "approval_decided");
        }
        let (_, id, hash) = asked(town);
        assert_eq!(code(payments::disapprove(desk, &boss(town), id, &hash, " ").unwrap_err()), "reason_needed");
        assert_eq!(code(payments::disapprove(desk, &clerk(town), id, &hash, "x").unwrap_err()), "forbidden");
    });
}

#[test]
fn an_approval_that_ended_elsewhere_takes_its_payment_with_it() {
    each_town(|town| {
        type End = fn(&mut store::Tx<'_>, &Ending) -> kernel::Result<()>;
        let cases: [(End, State, &str); 3] = [
            (|tx, t| approval::cancel(tx, &t.maker, t.id, "typed wrong").map(|_| ()), State::Cancelled, ""),
            (
                |tx, t| approval::send_back(tx, &t.checker, t.id, &t.hash, "add the invoice").map(|_| ()),
                State::Refused,
                "sent_back",
            ),
            (
                |tx, t| approval::refuse(tx, &t.checker, t.id, &t.hash, "no").map(|_| ()),
                State::Refused,
                "checker_refused",
            ),
        ];
        for (end, state, refusal) in cases {
            let (receipt, id, hash) = asked(town);
            let seen = Ending { maker: clerk(town), checker: boss(town), id, hash };
            town.write(move |tx| end(tx, &seen));
            assert_eq!(payments::expire_due(&town.desk, 100).unwrap(), 1);
            let i = town.instruction(receipt.instruction);
            assert_eq!((i.state, i.refusal.as_str()), (state, refusal));
            assert_eq!(town.yuan(town.folk.yard.account), (5_000_000, 5_000_000));
        }
    });
}

/// What ends an approval without the pipeline.
struct Ending {
    maker: Actor,
    checker: Actor,
    id: ApprovalId,
    hash: String,
}

#[test]
fn approval_and_payment_end_together_when_nobody_decides() {
    each_town(|town| {
        for approvals_first in [true, false] {
            let (receipt, id, hash) = asked(town);
            town.bank.clock.advance(24 * HOUR);
            let late = payments::approve(&town.desk, &boss(town), id, &hash);
            assert_eq!(code(late.unwrap_err()), "approval_expired");
            if approvals_first {
                town.write(|tx| approval::expire_due(tx, 100).map(|_| ()));
            }
            assert_eq!(payments::expire_due(&town.desk, 100).unwrap(), 1);
            town.write(|tx| approval::expire_due(tx, 100).map(|_| ()));
            assert_eq!(town.instruction(receipt.instruction).state, State::Expired);
            assert_eq!(waiting(town, id), approval::State::Expired);
            assert_eq!(town.yuan(town.folk.yard.account), (5_000_000, 5_000_000));
        }
    });
}

#[test]
fn the_guard_decides_again_after_the_approval() {
    each_town(|town| {
        let f = town.folk;
        let (receipt, id, hash) = asked(town);
        list(town, ListKind::Black, f.li.account);
        let stopped = payments::approve(&town.desk, &boss(town), id, &hash).unwrap();
        assert_eq!(told(&stopped), (State::Refused, "guard_stop"));
        assert_eq!(stopped.reasons, ["guard-check"], "and does not say why");
        assert_eq!(
            (town.verdicts(receipt.instruction), waiting(town, id)),
            (vec!["pass".into(), "stop".into()], approval::State::Failed)
        );
        assert_eq!(town.yuan(f.yard.account), (5_000_000, 5_000_000));

        let frozen = town.pay(&clerk(town), order(f.yard.account, f.chen.account, 10_000));
        town.write(move |tx| {
            restrict(tx, &Actor::system("demo"), &Restrict::new(f.yard.account, Restriction::NoDebits, "court"))
                .map(|_| ())
        });
        let (id, hash) = super::hash(town, frozen.approval);
        let refused = payments::approve(&town.desk, &boss(town), id, &hash).unwrap();
        assert_eq!(told(&refused), (State::Refused, "debits_stopped"));
        assert_eq!(town.yuan(f.yard.account), (5_000_000, 5_000_000), "its hold is freed");
        assert_eq!(waiting(town, id), approval::State::Failed);
    });
}

#[test]
fn a_maker_who_lost_his_right_or_was_frozen_meanwhile() {
    each_town(|town| {
        let f = town.folk;
        let (_, id, hash) = asked(town);
        town.write(move |tx| {
            let who = Who::Person(f.yard.clerk);
            for g in party::grants_of(tx, who)? {
                party::revoke(tx, &Actor::system("demo"), g.id, "left the firm", None)?;
            }
            Ok(())
        });
        let refused = payments::approve(&town.desk, &boss(town), id, &hash).unwrap();
        assert_eq!(told(&refused), (State::Refused, "forbidden"));
        let owner = town.acting(f.yard.owner, f.yard);
        let second = town.pay(&owner, order(f.yard.account, f.li.account, 100_001));
        super::freeze(town, kernel::Owner::Firm(f.yard.firm));
        let (id, hash) = super::hash(town, second.approval);
        let refused = payments::approve(&town.desk, &boss(town), id, &hash).unwrap();
        assert_eq!(told(&refused), (State::Refused, "payer_frozen"));
        assert_eq!(town.yuan(f.yard.account), (5_000_000, 5_000_000));
    });
}

#[test]
fn to_another_bank_after_an_approval() {
    each_town(|town| {
        let f = &town.folk;
        let ask = away(f.yard.account, 20_000);
        let fee = town.read(|tx| payments::quote(tx, &clerk(town), &ask)).unwrap().fee;
        let receipt = town.pay(&clerk(town), ask.fee_shown(fee));
        assert_eq!((told(&receipt), receipt.fee), ((State::AwaitingApproval, ""), fee));
        let (id, hash) = hash(town, receipt.approval);
        town.bank.clock.advance(HOUR);
        let done = payments::approve(&town.desk, &boss(town), id, &hash).unwrap();
        let item = kernel::id::ClearingId::from_raw(done.transfer.unwrap().raw());
        let item = town.read(|tx| payments::clearing::item(tx, item)).expect("it is in the queue");
        assert_eq!(item.instruction, receipt.instruction);
        let away = payments::own::own(f.outlet.book(), payments::own::Own::ClearingOut, kernel::Currency::CNY);
        assert_eq!(town.yuan(away).0, 20_000);
        town.bank.clock.advance(3 * DAY);
        assert_eq!(payments::expire_due(&town.desk, 100).unwrap(), 0);
    });
}
