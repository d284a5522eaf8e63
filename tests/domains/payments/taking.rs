//! What is taken in, and what is refused at once.
use super::{code, told};
use guard::Fault;
use kernel::clock::HOUR;
use kernel::id::{AccountId, InstructionId};
use kernel::{BookId, Id, Money, Owner};
use ledger::restrictions::{Restrict, Restriction, restrict};
use payments::own::{Own, own};
use payments::{Kind, Order, Payee, State, clearing};
use pricing::record_of;
use tests::town::{away, each_town, order};

#[test]
fn a_transfer_is_posted_with_its_decision_price_audit_and_event() {
    each_town(|town| {
        let f = &town.folk;
        let receipt = town.pay(&town.phone(f.li), order(f.li.account, f.chen.account, 100).memo("房租"));
        assert_eq!(told(&receipt), (State::Posted, ""));
        assert_eq!((town.yuan(f.li.account).0, town.yuan(f.chen.account).0), (799_900, 10_100));
        assert_eq!(town.events(receipt.instruction), ["payment.posted"]);
        assert_eq!(town.audits(receipt.instruction), [("payment.submit".to_owned(), "posted".to_owned())]);
        assert_eq!(town.verdicts(receipt.instruction), ["pass"]);
        assert_eq!(town.read(|tx| record_of(tx, receipt.instruction)).map(|p| p.charged), Some(0));
        let i = town.instruction(receipt.instruction);
        assert_eq!((i.reference.as_str(), i.memo.as_str(), i.limits_on.is_some()), ("", "房租", true));
        let entry = town.read(|tx| ledger::entry(tx, receipt.transfer.unwrap())).unwrap();
        assert_eq!((entry.reference, entry.code.as_ref()), (receipt.instruction.to_string(), "transfer"));
    });
}

#[test]
fn the_same_again_counts_once() {
    each_town(|town| {
        let (f, payer) = (&town.folk, town.phone(town.folk.li));
        let ask = |order: Order, key: Option<&str>| payments::submit(&town.desk, &payer, order, key);
        let plain = || order(f.li.account, f.chen.account, 100);
        let first = ask(plain(), Some("k1")).unwrap();
        assert_eq!(ask(plain(), Some("k1")).unwrap(), first);
        assert_eq!(code(ask(order(f.li.account, f.chen.account, 101), Some("k1")).unwrap_err()), "key_reused");
        assert_eq!(code(ask(plain().fee_shown(Money::cny(1)), Some("k1")).unwrap_err()), "key_reused");
        let id = InstructionId::new(town.bank.clock.now(), f.li.account.book());
        let named = ask(plain().id(id), None).unwrap();
        assert_eq!((named.instruction, ask(plain().id(id), None).unwrap().transfer), (id, named.transfer));
        let others = [
            order(f.li.account, f.chen.account, 101).id(id),
            order(f.li.account, f.wang.account, 100).id(id),
            plain().memo("another").id(id),
            plain().reference("another").id(id),
            away(f.li.account, 100).id(id),
        ];
        for other in others {
            assert_eq!(code(ask(other, None).unwrap_err()), "key_reused");
        }
        // A refusal is an answer as well, and the key of one principal is none of another.
        let refused = ask(order(f.li.account, f.zhang.account, 20_000), Some("k2")).unwrap();
        assert_eq!(told(&refused), (State::Refused, "limit_per_day"));
        assert_eq!(ask(order(f.li.account, f.zhang.account, 20_000), Some("k2")).unwrap(), refused);
        let wangs =
            payments::submit(&town.desk, &town.phone(f.wang), order(f.wang.account, f.chen.account, 1), Some("k1"));
        assert_eq!(wangs.unwrap().state, State::Posted);
        assert_eq!(town.yuan(f.li.account).0, 799_800);
    });
}

#[test]
fn a_rule_against_it_is_recorded_and_moves_nothing() {
    each_town(|town| {
        let f = &town.folk;
        let (li, wang, teller) = (town.phone(f.li), town.phone(f.wang), town.teller());
        let number = town.read(|tx| ledger::view(tx, f.chen.account)).account.number;
        let by_number = |number: &str| Order::transfer(f.li.account, Payee::Number(number.into()), Money::cny(100));
        let nobody = AccountId::new(town.bank.clock.now(), BookId(9));
        let usd = Money::parse("1", kernel::Currency::parse("USD").unwrap()).unwrap();
        let cases = [
            (&li, by_number(&number).payee_name("陈静"), ""),
            (&li, by_number("6222 0000 0000 0000"), "payee_unknown"),
            (&li, order(f.li.account, nobody, 1), "payee_unknown"),
            (&li, by_number(&number).payee_name("陈 京"), "name_mismatch"),
            (
                &li,
                order(f.li.account, own(f.outlet.book(), Own::ClearingOut, kernel::Currency::CNY), 1),
                "payee_unknown",
            ),
            (&li, Order { amount: usd, ..order(f.li.account, f.chen.account, 1) }, "currency_differs"),
            (&wang, order(f.wang.account, f.li.account, 60_000), "funds_short"),
            (&li, order(f.li.account, f.zhang.account, 10_001), "limit_per_day"),
            (&li, order(f.li.account, f.chen.account, 500_001), "limit_per_transaction_tier"),
            (&teller, away(f.li.account, 1_000), "price_changed"),
        ];
        for (actor, order, want) in cases {
            let before = town.yuan(order.debit);
            let receipt = town.pay(actor, order.clone());
            let state = if want.is_empty() { State::Posted } else { State::Refused };
            assert_eq!(told(&receipt), (state, want), "{order:?}");
            if state == State::Refused {
                assert_eq!(town.yuan(order.debit), before, "{want}");
                assert_eq!(town.events(receipt.instruction), ["payment.refused"]);
                assert_eq!(town.audits(receipt.instruction), [("payment.submit".to_owned(), want.to_owned())]);
                assert!(!receipt.next.is_empty() && receipt.fee.is_zero(), "{want}");
                assert_eq!(town.instruction(receipt.instruction).limits_on, None);
            }
        }
    });
}

#[test]
fn malformed_orders_leave_nothing() {
    each_town(|town| {
        let f = &town.folk;
        let li = town.phone(f.li);
        let plain = || order(f.li.account, f.chen.account, 1);
        let cases = [
            (Order { amount: Money::cny(0), ..plain() }, "amount_not_positive"),
            (plain().memo("a\u{0}b"), "bad_field"),
            (plain().memo("长".repeat(67)), "too_large"),
            (order(f.li.account, f.li.account, 1), "same_account"),
            (plain().id(InstructionId::new(town.bank.clock.now(), BookId(77))), "wrong_book"),
        ];
        for (order, want) in cases {
            assert_eq!(code(town.fails(&li, order)), want);
        }
        let page = town.read(|tx| payments::instructions_of(tx, &li, f.li.account, &Default::default()));
        assert!(page.items.is_empty());
    });
}

#[test]
fn accounts_that_are_stopped_or_closed_or_whose_owner_is_frozen() {
    each_town(|town| {
        let f = town.folk;
        let li = town.phone(f.li);
        let stop = |account: AccountId, kind| {
            town.write(move |tx| {
                restrict(tx, &kernel::Actor::system("demo"), &Restrict::new(account, kind, "court order")).map(|_| ())
            });
        };
        stop(f.chen.account, Restriction::NoCredits);
        assert_eq!(told(&town.pay(&li, order(f.li.account, f.chen.account, 1))), (State::Refused, "credits_stopped"));
        stop(f.li.account, Restriction::NoDebits);
        assert_eq!(told(&town.pay(&li, order(f.li.account, f.wang.account, 1))), (State::Refused, "debits_stopped"));
        town.write(move |tx| ledger::close_account(tx, &kernel::Actor::system("demo"), f.zhang.account, "asked"));
        let wang = town.phone(f.wang);
        assert_eq!(
            told(&town.pay(&wang, order(f.wang.account, f.zhang.account, 1))),
            (State::Refused, "credit_closed")
        );
        super::freeze(town, Owner::Person(f.wang.person));
        assert_eq!(told(&town.pay(&wang, order(f.wang.account, f.wu.account, 1))), (State::Refused, "payer_frozen"));
        assert_eq!(
            told(&town.pay(&town.teller(), order(f.wang.account, f.li.account, 1))),
            (State::Refused, "payer_frozen")
        );
        super::freeze(town, Owner::Firm(f.yard.firm));
        let owner = town.acting(f.yard.owner, f.yard);
        assert_eq!(told(&town.pay(&owner, order(f.yard.account, f.wu.account, 1))), (State::Refused, "payer_frozen"));
    });
}

#[test]
fn a_payment_to_another_bank_takes_its_fee_and_is_queued() {
    each_town(|town| {
        let f = &town.folk;
        let owner = town.acting(f.yard.owner, f.yard);
        let quoted = town.read(|tx| payments::quote(tx, &owner, &away(f.yard.account, 20_000))).unwrap().fee;
        assert!(quoted.is_positive());
        let short = away(f.yard.account, 20_000).fee_shown(Money::cny(quoted.minor - 1));
        assert_eq!(told(&town.pay(&owner, short)), (State::Refused, "price_changed"));
        let receipt = town.pay(&owner, away(f.yard.account, 20_000).fee_shown(Money::cny(quoted.minor + 1)));
        assert_eq!((told(&receipt), receipt.fee), ((State::Posted, ""), quoted));
        let book = f.outlet.book();
        assert_eq!(town.yuan(own(book, Own::ClearingOut, kernel::Currency::CNY)).0, 20_000);
        assert_eq!(town.read(|tx| ledger::view(tx, own(book, Own::FeeIncome, kernel::Currency::CNY))).posted(), quoted);
        let item = kernel::id::ClearingId::from_raw(receipt.transfer.unwrap().raw());
        let item = town.read(|tx| clearing::item(tx, item)).unwrap();
        assert_eq!((item.state, item.instruction), (clearing::State::Queued, receipt.instruction));
        // All but the fee is there: nothing is posted.
        let rest = 100 * 100 - 1;
        let drained = Order::transfer(f.chen.account, Payee::Account(f.wu.account), Money::cny(1_000_000 - rest));
        assert_eq!(town.pay(&town.phone(f.chen), drained).state, State::Posted);
        let fee = Money::cny(10_000);
        let all = Order { amount: Money::cny(rest), ..away(f.chen.account, 1) }.fee_shown(fee);
        let teller = town.at(f.other_outlet, f.other_teller);
        let receipt = town.pay(&teller, all);
        assert_eq!((told(&receipt), receipt.fee.minor), ((State::Refused, "funds_short"), 0));
        assert_eq!(town.read(|tx| ledger::view(tx, f.chen.account)).posted().minor, rest);
    });
}

#[test]
fn a_silent_guard_holds_and_never_passes() {
    each_town(|town| {
        let f = &town.folk;
        let li = town.phone(f.li);
        for fault in [Fault::Broken, Fault::Slow(guard::GUARD_PREPARE_MS_MAX + 1)] {
            town.desk.guard.inject(Some(fault));
            let held = town.pay(&li, order(f.li.account, f.chen.account, 100));
            assert_eq!(told(&held), (State::Held, ""));
            let again = payments::release(&town.desk, &town.officer(), held.instruction, "looked at").unwrap();
            assert_eq!(told(&again), (State::Held, ""), "still silent");
            town.desk.guard.inject(None);
            let done = payments::release(&town.desk, &town.officer(), held.instruction, "looked at").unwrap();
            assert_eq!(told(&done), (State::Posted, ""));
            assert_eq!(town.verdicts(held.instruction), ["held", "held", "pass"]);
            assert_eq!(town.events(held.instruction), ["payment.held", "payment.held", "payment.posted"]);
        }
        assert_eq!(town.yuan(f.li.account), (799_800, 799_800));
    });
}

#[test]
fn what_nobody_decides_on_ends_by_itself() {
    each_town(|town| {
        let f = &town.folk;
        town.desk.guard.inject(Some(Fault::Broken));
        let held = town.pay(&town.phone(f.li), order(f.li.account, f.chen.account, 100));
        assert_eq!(town.yuan(f.li.account), (800_000, 799_900));
        town.bank.clock.advance(payments::HOLD_HOURS * HOUR - 1);
        assert_eq!(payments::expire_due(&town.desk, 100).unwrap(), 0);
        town.bank.clock.advance(1);
        assert_eq!(payments::expire_due(&town.desk, 100).unwrap(), 1);
        assert_eq!(payments::expire_due(&town.desk, 100).unwrap(), 0);
        let i = town.instruction(held.instruction);
        assert_eq!((i.state, i.ended_by.as_deref(), i.limits_on), (State::Expired, Some("system:payments"), None));
        assert_eq!(town.yuan(f.li.account), (800_000, 800_000));
        assert_eq!(town.events(held.instruction), ["payment.held", "payment.expired"]);
        let late = payments::release(&town.desk, &town.officer(), held.instruction, "too late");
        assert_eq!(code(late.unwrap_err()), "not_open");
    });
}

#[test]
fn cash_moves_between_a_customer_and_the_till() {
    each_town(|town| {
        let f = &town.folk;
        let (teller, till) = (town.teller(), town.till(f.outlet));
        let drawer = payments::Drawer { account: till, second: false, reserve: false };
        let bare = |kind, from, to| Order::new(kind, from, Payee::Account(to), Money::cny(100_000));
        let cash = |kind, from, to| bare(kind, from, to).drawer(drawer);
        assert_eq!(town.pay(&teller, cash(Kind::CashIn, till, f.li.account)).state, State::Posted);
        assert_eq!(town.pay(&teller, cash(Kind::CashOut, f.li.account, till)).state, State::Posted);
        let theirs = town.till(f.other_outlet);
        assert_eq!(code(town.fails(&teller, cash(Kind::CashIn, theirs, f.li.account))), "bad_field");
        assert_eq!(code(town.fails(&teller, cash(Kind::CashOut, f.li.account, theirs))), "bad_field");
        assert_eq!(code(town.fails(&teller, cash(Kind::CashOut, f.li.account, f.chen.account))), "bad_field");
        assert_eq!(code(town.fails(&town.phone(f.li), cash(Kind::CashOut, f.li.account, till))), "kind_reserved");
        assert_eq!(code(town.fails(&teller, bare(Kind::CashIn, till, f.li.account))), "kind_reserved");
        assert_eq!(town.yuan(f.li.account).0, 800_000);
    });
}

#[test]
fn a_wage_account_is_funded_by_a_firm_and_pays_nobody_by_order() {
    each_town(|town| {
        let f = &town.folk;
        let owner = town.acting(f.yard.owner, f.yard);
        let firm = Owner::Firm(f.yard.firm);
        let wage = town.open(firm, f.outlet.book(), ledger::Purpose::Wage);
        let clearing = town.open(firm, f.outlet.book(), ledger::Purpose::WageClearing);
        let fund = |from, to| Order::new(Kind::FundWageAccount, from, Payee::Account(to), Money::cny(5_000_000));
        assert_eq!(town.pay(&owner, fund(f.yard.account, wage)).state, State::Posted);
        assert_eq!(code(town.fails(&owner, fund(f.yard.account, f.li.account))), "bad_field");
        assert_eq!(code(town.fails(&town.phone(f.li), fund(f.li.account, wage))), "bad_field");
        town.write(move |tx| ledger::grants::grant(tx, &kernel::Actor::system("demo"), wage, clearing, "run"));
        assert_eq!(told(&town.pay(&owner, order(wage, clearing, 1))), (State::Refused, "guard_stop"));
        assert_eq!(told(&town.pay(&owner, order(wage, f.li.account, 1))), (State::Refused, "guard_stop"));
        assert_eq!(told(&town.pay(&owner, order(clearing, f.li.account, 1))), (State::Refused, "purpose_reserved"));
        for kind in [Kind::WageRun, Kind::WagePay, Kind::WageReturn, Kind::ClearingIn, Kind::ClearingReturn] {
            let taken = Order { kind, ..order(wage, f.li.account, 1) };
            assert_eq!(code(town.fails(&owner, taken.clone())), "kind_reserved");
            assert_eq!(code(town.fails(&town.teller(), taken)), "kind_reserved");
        }
        for code_word in ["wage_return", "closing", "legal_deduction"] {
            assert_eq!(code(town.fails(&owner, order(wage, f.li.account, 1).code(code_word))), "kind_reserved");
        }
        assert_eq!(town.yuan(wage), (50_000, 50_000));
    });
}

/// What the writer does for a plain transfer under a key, the accounts being in memory: 1 key looked up, 1 payer, 2 guard
/// (versions, activity), 2 the payer's own lock and its sum of the day, 1 decision, 1 journal, 3 limit (payer's tier, usage,
/// its update), 1 activity, 1 what the guard saw, 1 instruction, 1 price, 1 audit, 1 event, 1 answer. PostgreSQL besides
/// locks what it reads and keeps no accounts.
#[test]
fn a_plain_transfer_takes_few_statements() {
    each_town(|town| {
        let (f, payer) = (town.folk, town.phone(town.folk.li));
        let plain = order(f.li.account, f.chen.account, 1);
        town.write(|tx| {
            let today = tx.business_date()?;
            tx.open_business_date(today)
        });
        town.pay(&payer, plain.clone());
        let prepared = town.read(|tx| payments::prepare(&town.desk, tx, &payer, &plain));
        let (desk, calls) = (town.desk.clone(), town.bank.counter());
        let taken = town.write(move |tx| {
            let before = calls();
            payments::submit_in(&desk, tx, &payer, &plain, &prepared, Some("k")).map(|_| calls() - before)
        });
        assert!(taken <= if town.bank.is_postgres() { 24 } else { 17 }, "{taken} statements");
    });
}
