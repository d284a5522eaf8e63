//! The second person: whose agreement covers which payments, and what has changed by the time they are paid.
use super::*;
use kernel::Id;
use kernel::Who;
use kernel::id::ApprovalId;
use payments::Order;

fn asked(submitted: Submitted) -> ApprovalId {
    let Submitted::Asked(id) = submitted else { panic!("nobody was asked") };
    id
}

fn hash(town: &Town<'_>, id: ApprovalId) -> String {
    town.read(|tx| approval::raw(tx, id)).hash_text()
}

fn approve(town: &Town<'_>, actor: &Actor, id: ApprovalId) -> kernel::Result<Approved> {
    let (actor, hash) = (actor.clone(), hash(town, id));
    town.desk.store.write(move |tx| bulk::approve(tx, &actor, id, &hash))
}

#[test]
fn an_agreement_covers_the_lines_of_its_file_and_nothing_else() {
    each_bulk_town(|town| {
        let f = town.folk;
        let id = agreed(town, &rows(town));
        let done = town.read(|tx| bulk::file(tx, &clerk(town), id)).file.approval.expect("an agreement");
        let other = send(town, &clerk(town), &rows(town).replace("货款", "尾款")).unwrap();
        let waits = asked(submit(town, &clerk(town), other).unwrap());
        let checker = town.acting(f.yard.checker, f.yard);
        let single =
            town.pay(&clerk(town), order(f.yard.account, f.li.account, 300)).approval.expect("a second person");
        payments::approve(&town.desk, &checker, single, &hash(town, single)).expect("he agrees");
        let before = town.yuan(f.yard.account);
        let with = |debit, yuan: i64, by, reference: String| {
            Order::transfer(debit, payments::Payee::Account(f.li.account), kernel::Money::cny(yuan * 100))
                .approved(by)
                .reference(reference)
        };
        let cases = [
            ("nobody has agreed yet", clerk(town), with(f.yard.account, 100, waits, format!("{other}/1"))),
            ("to another payment", clerk(town), with(f.yard.account, 100, single, format!("{id}/1"))),
            ("no line of a file", clerk(town), with(f.yard.account, 100, done, String::new())),
            ("a line of another file", clerk(town), with(f.yard.account, 100, done, format!("{other}/1"))),
            ("more than the file", clerk(town), with(f.yard.account, 601, done, format!("{id}/1"))),
            ("by another maker", town.acting(f.yard.owner, f.yard), with(f.yard.account, 100, done, format!("{id}/1"))),
            ("of another firm", town.acting(f.mill.owner, f.mill), with(f.mill.account, 100, done, format!("{id}/1"))),
            ("by a person", town.phone(f.chen), with(f.chen.account, 100, done, format!("{id}/1"))),
        ];
        for (why, actor, order) in cases {
            assert_eq!(code(town.fails(&actor, order)), "kind_reserved", "{why}");
        }
        assert_eq!(town.yuan(f.yard.account), before);
        let mut sent = serde_json::to_value(order(f.yard.account, f.li.account, 100)).unwrap();
        sent["approved"] = serde_json::json!(done);
        let read: Order = serde_json::from_value(sent).expect("an order");
        assert_eq!(read.approved, None, "it never comes from outside");
        assert_eq!(town.pay(&clerk(town), read).state, State::AwaitingApproval);
    });
}

#[test]
fn who_is_paid_by_a_line_does_not_agree_to_it() {
    each_bulk_town(|town| {
        let f = town.folk;
        let own = town.open(Owner::Person(f.yard.checker), f.yard.account.book(), ledger::Purpose::General);
        let text = format!("{HEAD}孙平,{},,100,报销\n", number(town, own));
        let id = send(town, &clerk(town), &text).unwrap();
        let request = asked(submit(town, &clerk(town), id).unwrap());
        let checker = town.acting(f.yard.checker, f.yard);
        assert_eq!(code(approve(town, &checker, request).unwrap_err()), "checker_is_beneficiary");
        run(town);
        assert_eq!((state(town, id), town.yuan(own).0), (FileState::Submitted, 0));
        assert_eq!(approve(town, &town.acting(f.yard.owner, f.yard), request).unwrap(), Approved::Paying(id));
        run(town);
        assert_eq!(town.yuan(own).0, 100);
    });
}

#[test]
fn what_a_colleague_called_off_is_not_agreed_to_any_more() {
    each_bulk_town(|town| {
        let f = town.folk;
        let id = send(town, &clerk(town), &rows(town)).unwrap();
        let request = asked(submit(town, &clerk(town), id).unwrap());
        assert_eq!(code(submit(town, &clerk(town), id).unwrap_err()), "bulk_file_state", "it is ordered once");
        let owner = town.acting(f.yard.owner, f.yard);
        assert_eq!(code(submit(town, &owner, id).unwrap_err()), "forbidden", "only its maker orders it");
        town.write(move |tx| bulk::cancel(tx, &owner, id, "wrong month"));
        assert!(approve(town, &town.acting(f.yard.checker, f.yard), request).is_err());
        run(town);
        assert_eq!((state(town, id), town.yuan(f.yard.account).0), (FileState::Cancelled, 5_000_000));
    });
}

#[test]
fn a_file_that_came_back_is_ordered_anew_under_the_rules_of_then() {
    each_bulk_town(|town| {
        let f = town.folk;
        let owner = town.acting(f.yard.owner, f.yard);
        let by = owner.clone();
        town.write(move |tx| party::firm_control_set(tx, &by, f.yard.firm, "two").map(|_| ()));
        let id = send(town, &owner, &rows(town)).unwrap();
        let request = asked(submit(town, &owner, id).unwrap());
        let (checker, shown) = (town.acting(f.yard.checker, f.yard), hash(town, request));
        town.write(move |tx| bulk::refuse(tx, &checker, request, &shown, "which month?").map(|_| ()));
        assert_eq!(state(town, id), FileState::Drafted);
        let by = owner.clone();
        town.write(move |tx| party::firm_control_end(tx, &by, f.yard.firm, "one", None).map(|_| ()));
        assert_eq!(submit(town, &owner, id).unwrap(), Submitted::Paying);
        run(town);
        for line in lines(town, id) {
            assert_eq!((line.state, town.instruction(line.instruction).approval), (LineState::Paid, None));
        }
        let told = town.read(|tx| bulk::file(tx, &clerk(town), id)).file;
        assert_eq!((told.ended_why.as_str(), told.approval), ("", None));
    });
}

#[test]
fn a_maker_who_left_meanwhile_pays_nobody() {
    each_bulk_town(|town| {
        let f = town.folk;
        let id = agreed(town, &rows(town));
        town.write(move |tx| {
            for g in party::grants_of(tx, Who::Person(f.yard.clerk))? {
                party::revoke(tx, &Actor::system("demo"), g.id, "left the firm", None)?;
            }
            Ok(())
        });
        run(town);
        let owner = town.acting(f.yard.owner, f.yard);
        let page = town.read(|tx| bulk::lines(tx, &owner, id, None, &PageAsk::default()));
        assert!(page.items.iter().all(|l| l.state == LineState::Failed && l.code == "forbidden"), "{:?}", page.items);
        assert_eq!(town.yuan(f.yard.account), (5_000_000, 5_000_000));
    });
}

#[test]
fn a_payee_who_closed_his_account_keeps_no_other_from_his_money() {
    each_bulk_town(|town| {
        let f = town.folk;
        let gone = town.open(Owner::Person(f.chen.person), f.chen.account.book(), ledger::Purpose::General);
        let (old, chen) = (number(town, gone), number(town, f.chen.account));
        let text = format!("{HEAD}陈静,{old},,5,a\n陈静,{chen},,6,b\n");
        let id = agreed(town, &text);
        town.write(move |tx| ledger::close_account(tx, &Actor::system("demo"), gone, "moved away"));
        run(town);
        let found = states(town, id);
        assert_eq!((found[0].0, found[1].0), (LineState::Failed, LineState::Paid), "{found:?}");
        assert!(!found[0].1.is_empty());
        let again = send(town, &clerk(town), &text.replace(",5,", ",7,")).unwrap();
        assert!(findings(town, again).contains(&"account_closed_here".to_owned()));
    });
}

#[test]
fn a_request_nobody_answered_in_time_can_be_made_again() {
    each_bulk_town(|town| {
        let id = send(town, &clerk(town), &rows(town)).unwrap();
        let request = asked(submit(town, &clerk(town), id).unwrap());
        town.bank.clock.advance(80 * kernel::clock::HOUR);
        town.write(|tx| approval::expire_due(tx, 10).map(|_| ()));
        assert!(approve(town, &town.acting(town.folk.yard.checker, town.folk.yard), request).is_err());
        let anew = submit(town, &clerk(town), id).unwrap();
        assert!(agree(town, anew).is_ok());
        run(town);
        assert_eq!(town.yuan(town.folk.chen.account).0, 10_300);
    });
}
