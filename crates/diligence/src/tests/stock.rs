use super::*;
use kernel::Money;

fn criteria(bank: &Bank) -> Criteria {
    let today = bank.clock.now().local_date();
    Criteria { from: today, until: today, tier: None, dormant: false, phone: false, address: false }
}

fn selects(bank: &Bank, c: &Criteria) -> Result<StockReview> {
    let Who::Staff(officer) = bank.risk.who else { panic!("staff") };
    let due_on = bank.clock.now().local_date().plus_days(10);
    let new = StockNew { branch: bank.branch, criteria: c.clone(), officer, due_on };
    let manager = bank.manager.clone();
    bank.write(move |tx| select(tx, &manager, &new))
}

fn taken(bank: &Bank, c: &Criteria) -> Vec<Owner> {
    let review = selects(bank, c).unwrap();
    bank.read(|tx| items(tx, &bank.risk, review.id, &PageAsk::first(50))).items.iter().map(|i| i.owner).collect()
}

/// Everybody with an account; Wang's has money in it.
fn stocked() -> Bank {
    let bank = Bank::open();
    for person in bank.people {
        let owner = Owner::Person(person);
        bank.opens(owner, Said { closer: "核实了".into(), ..bank.said(owner, &[]) });
    }
    let wang = bank.read(|tx| ledger::of_owner(tx, Owner::Person(bank.people[0])))[0].id;
    let vault = AccountId::new(bank.clock.now(), bank.branch.book());
    bank.write(move |tx| {
        let own = LedgerOpening::own(vault, "1001", Purpose::Settlement, ledger::Side::Debit, "库", Currency::CNY);
        ledger::open_account(tx, &system(), &own)?;
        let id = kernel::id::TransferId::new(tx.now(), wang.book());
        ledger::post_one(tx, true, &ledger::Transfer::single(id, vault, wang, Money::cny(100), "cash_in"))
    })
    .unwrap();
    bank
}

#[test]
fn each_sign_takes_who_has_it_and_leaves_who_just_has_not() {
    let bank = stocked();
    let [wang, li, zhang] = bank.people.map(Owner::Person);
    let c = criteria(&bank);
    assert_eq!(taken(&bank, &c), [wang, li, zhang], "no sign: all of the period");
    assert_eq!(taken(&bank, &Criteria { dormant: true, ..c.clone() }), [li, zhang], "hers was used");
    assert_eq!(taken(&bank, &Criteria { phone: true, ..c.clone() }), [wang, li]);
    assert_eq!(taken(&bank, &Criteria { address: true, ..c.clone() }), [wang, zhang], "written in two ways");
    bank.tier_of(bank.people[1], Tier::III);
    assert_eq!(taken(&bank, &Criteria { tier: Some("III".into()), ..c.clone() }), [li]);
    bank.clock.advance(DAY);
    let c = criteria(&bank);
    assert_eq!(code(selects(&bank, &c)), "stock_none_found", "nothing was opened today");
    let both = Criteria { from: c.from.plus_days(-1), ..c.clone() };
    assert_eq!(taken(&bank, &both).len(), 3);
    let wrong = Criteria { until: c.from.plus_days(1), ..c };
    assert_eq!(code(selects(&bank, &wrong)), "bad_field", "tomorrow is not over");
    bank.verified();
}

#[test]
fn an_account_has_an_officer_and_a_day_and_gets_one_result() {
    let bank = stocked();
    let review = selects(&bank, &criteria(&bank)).unwrap();
    assert_eq!((review.looked_at, review.found), (3, 3));
    let all = bank.read(|tx| items(tx, &bank.risk, review.id, &PageAsk::first(2)));
    assert!(all.next.is_some() && all.items.iter().all(|i| i.officer == review.officer && i.due_on == review.due_on));
    let (id, account) = (review.id, all.items[0].account);
    let ends = |by: &Actor, r: StockResult, note: &str| {
        let (by, note) = (by.clone(), note.to_owned());
        bank.write(move |tx| result(tx, &by, id, account, r, &note))
    };
    assert_eq!(code(ends(&bank.teller, StockResult::Fine, "好")), "not_found");
    assert_eq!(code(ends(&bank.risk, StockResult::Fine, "")), "bad_field");
    assert_eq!(ends(&bank.risk, StockResult::Fine, "电话核实").unwrap(), Change::Done);
    assert_eq!(ends(&bank.risk, StockResult::Fine, "电话核实").unwrap(), Change::AlreadySo);
    assert_eq!(code(ends(&bank.manager, StockResult::Case, "另案")), "stock_state");
    let item = bank.read(|tx| items(tx, &bank.risk, id, &PageAsk::first(1))).items.remove(0);
    assert_eq!(item_note(bank.store.keys(), &item).unwrap(), "电话核实");
    assert_eq!(bank.read(|tx| stock_reviews(tx, &bank.manager, &PageAsk::first(5))).items.len(), 1);
}
