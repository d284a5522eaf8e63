//! Who may, and that nobody else learns that there is anything.
use super::{code, owner_of, told};
use kernel::id::AccountId;
use kernel::{Actor, Channel, Error, Id, Money, Who};
use party::{ClientNew, Limits, Permission};
use payments::own::{Own, own};
use payments::{Leg, Order, State};
use tests::town::{Town, away, each_town, order};

/// As an outsider reads it: nothing of the id he asked with.
fn plain(e: Error, id: impl Id) -> (String, String) {
    (e.code().name.to_owned(), e.message().replace(&id.to_string(), "ID"))
}

fn client(town: &Town<'_>, scopes: &[Permission], limits: Limits) -> Actor {
    let (owner, firm, scopes) =
        (town.acting(town.folk.yard.owner, town.folk.yard), town.folk.yard.firm, scopes.to_vec());
    let (client, _) = town.write(move |tx| {
        let new = ClientNew { firm, name: "erp".into(), scopes: scopes.clone(), limits };
        party::client_make(tx, &owner, new)
    });
    Actor { channel: Channel::Api, ..Actor::of(Who::Client { client, firm }) }
}

#[test]
fn somebody_elses_account_is_as_unknown_as_none() {
    each_town(|town| {
        let f = &town.folk;
        let nobody = AccountId::new(town.bank.clock.now(), f.outlet.book());
        let chen = town.phone(f.chen);
        let unknown = plain(town.fails(&chen, order(nobody, f.chen.account, 1)), nobody);
        assert_eq!(unknown.0, "not_found");
        let settlement = own(f.outlet.book(), Own::Settlement, kernel::Currency::CNY);
        for theirs in [f.li.account, f.yard.account, settlement] {
            // Also when the payee, his name or the price would be refused: whose account it is comes first.
            let missing = AccountId::new(town.bank.clock.now(), f.outlet.book());
            let orders = [
                order(theirs, f.chen.account, 1),
                order(theirs, missing, 1),
                order(theirs, f.wang.account, 1).payee_name("not his name"),
                away(theirs, 20_000),
            ];
            for order in orders {
                assert_eq!(plain(town.fails(&chen, order.clone()), theirs), unknown);
                let quoted = town.desk.store.read(|tx| payments::quote(tx, &chen, &order));
                assert_eq!(plain(quoted.unwrap_err(), theirs), unknown);
                let why = Error::new(&payments::PAYEE_UNKNOWN, "tried");
                let chen = chen.clone();
                let kept = town.desk.store.write(move |tx| payments::refuse_in(tx, &chen, &order, None, &why));
                assert_eq!(plain(kept.unwrap_err(), theirs), unknown, "and leaves no record on it");
            }
            let listed = town.desk.store.read(|tx| payments::instructions_of(tx, &chen, theirs, &Default::default()));
            assert_eq!(plain(listed.unwrap_err(), theirs), unknown);
        }
        let nobody_signed_in = town.fails(&Actor::nobody(), order(f.li.account, f.chen.account, 1));
        assert_eq!(plain(nobody_signed_in, f.li.account), unknown);
    });
}

#[test]
fn somebody_elses_instruction_is_as_unknown_as_none() {
    each_town(|town| {
        let f = &town.folk;
        let posted = town.pay(&town.phone(f.li), order(f.li.account, f.wu.account, 1)).instruction;
        town.desk.guard.inject(Some(guard::Fault::Broken));
        let held = town.pay(&town.phone(f.li), order(f.li.account, f.wu.account, 1)).instruction;
        let none = kernel::id::InstructionId::new(town.bank.clock.now(), f.outlet.book());
        let desk = &town.desk;
        for who in [town.phone(f.chen), town.acting(f.mill.owner, f.mill)] {
            let who = Actor { stepped_up: true, ..who };
            let unknown = plain(payments::confirm(desk, &who, none).unwrap_err(), none);
            for id in [posted, held] {
                assert_eq!(plain(payments::confirm(desk, &who, id).unwrap_err(), id), unknown);
                assert_eq!(plain(payments::cancel(desk, &who, id, "x").unwrap_err(), id), unknown);
                assert_eq!(plain(desk.store.read(|tx| payments::instruction(tx, &who, id)).unwrap_err(), id), unknown);
                assert_eq!(code(payments::release(desk, &who, id, "x").unwrap_err()), "forbidden");
            }
        }
        let mine = town.read(|tx| payments::instruction(tx, &town.phone(f.li), held));
        assert_eq!(mine.state, State::Held);
    });
}

#[test]
fn staff_act_where_their_role_reaches_and_never_for_themselves() {
    each_town(|town| {
        let f = &town.folk;
        let (teller, here) = (town.teller(), order(f.li.account, f.chen.account, 100));
        assert_eq!(town.pay(&teller, here.clone()).state, State::Posted);
        assert_eq!(
            town.pay(&town.at(f.other_outlet, f.other_teller), here.clone()).state,
            State::Posted,
            "for anybody, at their counter"
        );
        assert_eq!(code(town.fails(&town.at(f.outlet, f.other_teller), here.clone())), "forbidden");
        assert_eq!(code(town.fails(&Actor { branch: None, ..teller.clone() }, here.clone())), "forbidden");
        assert_eq!(code(town.fails(&town.checker(), here)), "forbidden");
        // The teller is the customer Wu.
        assert_eq!(code(town.fails(&teller, order(f.li.account, f.wu.account, 100))), "own_business");
        assert_eq!(code(town.fails(&teller, order(f.wu.account, f.li.account, 100))), "own_business");
        let till = town.till(f.outlet);
        let settlement = own(f.outlet.book(), Own::Settlement, kernel::Currency::CNY);
        for bank in [settlement, till, own(f.outlet.book(), Own::FeeIncome, kernel::Currency::CNY)] {
            assert_eq!(code(town.fails(&teller, order(bank, f.li.account, 100))), "forbidden");
        }
    });
}

#[test]
fn a_firms_people_and_programs_pay_for_their_firm_only() {
    each_town(|town| {
        let f = &town.folk;
        let owner = town.acting(f.yard.owner, f.yard);
        assert_eq!(town.pay(&owner, order(f.yard.account, f.li.account, 100)).state, State::Posted);
        assert_eq!(code(town.fails(&owner, order(f.mill.account, f.li.account, 100))), "not_found");
        assert_eq!(
            code(town.fails(&town.acting(f.yard.checker, f.yard), order(f.yard.account, f.li.account, 100))),
            "forbidden"
        );
        assert_eq!(
            code(town.fails(&town.acting(f.mill.owner, f.yard), order(f.yard.account, f.li.account, 100))),
            "forbidden"
        );
        let limits = Limits::yuan(1_000, 1_500, 0, 0);
        let program = client(town, &[Permission::AccountRead, Permission::PaymentSubmit], limits);
        let reader = client(town, &[Permission::AccountRead], limits);
        assert_eq!(town.pay(&program, order(f.yard.account, f.li.account, 1_000)).state, State::AwaitingApproval);
        assert_eq!(
            told(&town.pay(&program, order(f.yard.account, f.li.account, 501))),
            (State::Refused, "limit_per_day")
        );
        assert_eq!(code(town.fails(&program, order(f.yard.account, f.li.account, 1_001))), "limit_per_transaction");
        assert_eq!(code(town.fails(&program, order(f.mill.account, f.li.account, 1))), "not_found");
        assert_eq!(code(town.fails(&reader, order(f.yard.account, f.li.account, 1))), "forbidden");
    });
}

#[test]
fn what_is_the_banks_own_is_not_for_outsiders() {
    each_town(|town| {
        let f = &town.folk;
        let li = town.phone(f.li);
        let leg = Leg { credit: f.chen.account, amount: Money::cny(1), reference: String::new(), memo: String::new() };
        let many = Order::many(payments::Kind::Transfer, f.li.account, vec![leg]).unwrap();
        assert_eq!(code(town.fails(&li, many)), "legs_need_approval");
        // What comes over the wire cannot bring an approval or a reversal along.
        let text = serde_json::to_string(&order(f.li.account, f.chen.account, 1)).unwrap();
        let with = |extra: &str| text.replacen('{', &format!("{{{extra},"), 1);
        let approved =
            format!("\"approved\":\"{}\"", kernel::id::ApprovalId::new(town.bank.clock.now(), f.outlet.book()));
        let parsed: Order = serde_json::from_str(&with(&approved)).unwrap();
        assert_eq!(parsed.approved, None);
        let reversal: Order = serde_json::from_str(&text.replace("\"transfer\"", "\"reversal\"")).unwrap();
        assert_eq!(code(town.fails(&town.checker(), reversal.clone())), "kind_reserved");
        assert_eq!(code(town.fails(&Actor::system("payments"), reversal)), "kind_reserved");
        assert_eq!(code(town.fails(&Actor::system("relay"), order(f.li.account, f.chen.account, 1))), "forbidden");
        assert_eq!(code(town.fails(&Actor::system("unheard-of"), order(f.li.account, f.chen.account, 1))), "forbidden");
        assert_eq!(town.pay(&Actor::system("payments"), order(f.li.account, f.chen.account, 1)).state, State::Posted);
        assert_ne!(owner_of(f.li.person), owner_of(f.chen.person));
    });
}
