use super::*;

/// A teller takes 38,600 with one counterfeit among the notes, books a 10 as 100, balances, and the case is settled.
#[test]
fn a_day_with_a_planted_difference_is_balanced_and_settled() {
    let bank = Bank::open();
    let (_, account) = bank.customers[0];
    let (_, second) = bank.customers[1];
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 386)])).unwrap();
    let slip = bank.cash(&bank.teller, Direction::In, second, cny(&[(100, 1)])).unwrap();
    let really = bank.float().plus(&cny(&[(100, 386), (10, 1)])).unwrap();
    let seen = bank.read(|tx| balance(tx, &bank.teller, &really));
    assert_eq!(seen.difference, Money::cny(-9_000));
    let found = seen.candidates.iter().find(|c| c.cause == Cause::FactorTen).unwrap();
    assert_eq!((found.number, found.should_be), (Some(slip.number), Money::cny(1_000)));
    let close = |accepted| {
        let (teller, counted) = (bank.teller.clone(), really.clone());
        bank.write(move |tx| till_close(tx, &teller, &counted, &[], accepted))
    };
    assert_eq!(code(close(None)), "count_differs");
    assert_eq!(code(close(Some(Money::cny(9_000)))), "count_differs");
    assert_eq!(close(Some(Money::cny(-9_000))).unwrap().difference, -9_000);
    bank.verify();
    let case = bank.cases(true).pop().unwrap();
    assert_eq!((case.amount, case.source), (-9_000, Source::Balancing));
    assert!(case.candidates.0.iter().any(|c| c.cause == Cause::FactorTen));
    let explain = |who: &Actor, outcome, customer| {
        let (who, id) = (who.clone(), case.id);
        bank.write(move |tx| case_explain(tx, &who, id, "a 10 was booked as 100", outcome, customer))
    };
    let [a, b, _] = bank.keepers.clone();
    assert_eq!(code(explain(&bank.teller, Outcome::MadeGood, None)), "forbidden");
    assert_eq!(code(explain(&a, Outcome::ToIncome, None)), "cash_case_outcome");
    assert_eq!(code(case_settle(&bank.desk, &b, case.id, None)), "cash_case_state");
    explain(&a, Outcome::MadeGood, None).unwrap();
    assert_eq!(code(case_settle(&bank.desk, &a, case.id, Some(cny(&[(50, 1), (20, 2)])))), "same_person");
    assert_eq!(code(case_settle(&bank.desk, &b, case.id, Some(cny(&[(50, 1)])))), "notes_differ");
    let done = case_settle(&bank.desk, &b, case.id, Some(cny(&[(50, 1), (20, 2)]))).unwrap();
    assert_eq!(done.state, CaseState::Settled);
    assert_eq!(bank.cases(true).len(), 0);
    bank.verify();
}

#[test]
fn cash_over_goes_to_the_customer_it_belongs_to_or_to_income() {
    let bank = Bank::open();
    let (_, account) = bank.customers[0];
    let [a, b, _] = bank.keepers.clone();
    for (outcome, customer, held) in
        [(Outcome::ToCustomer, Some(account), 10_010_000), (Outcome::ToIncome, None, 10_010_000)]
    {
        let float = bank.drawer(bank.tills[0]).notes;
        bank.open_till(&bank.teller, bank.tills[0], float.clone());
        let (teller, more) = (bank.teller.clone(), float.plus(&cny(&[(100, 1)])).unwrap());
        bank.write(move |tx| till_close(tx, &teller, &more, &[], Some(Money::cny(10_000)))).unwrap();
        let id = bank.cases(true).pop().unwrap().id;
        let who = a.clone();
        bank.write(move |tx| case_explain(tx, &who, id, "he came back", outcome, customer)).unwrap();
        let done = case_settle(&bank.desk, &b, id, None).unwrap();
        assert_eq!(case_settle(&bank.desk, &b, id, None).unwrap().transfer, done.transfer, "once");
        assert_eq!(bank.balance(account), Money::cny(held), "{outcome}");
        bank.verify();
        bank.next_day();
    }
}

#[test]
fn the_day_waits_for_tills_vaults_and_what_is_under_way() {
    let bank = Bank::open();
    let [a, b, _] = bank.keepers.clone();
    assert_eq!(bank.blocked(), []);
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    let id = bank.send(bank.vault, bank.tills[0], &cny(&[(100, 1)]), &a, &b);
    assert_eq!(bank.blocked(), [("tills_open", 1), ("cash_in_transit", 1), ("vaults_uncounted", 1)]);
    let teller = bank.teller.clone();
    bank.write(move |tx| move_receive(tx, &teller, id, &cny(&[(100, 1)]), None)).unwrap();
    bank.close_till(&bank.teller, bank.float().plus(&cny(&[(100, 1)])).unwrap());
    assert_eq!(bank.blocked(), [("vaults_uncounted", 1)]);
    let (vault, there) = (bank.vault, bank.drawer(bank.vault).notes);
    let count = |who: &Actor, notes: Notes| {
        let who = who.clone();
        bank.write(move |tx| vault_count(tx, &who, vault, notes.clone()))
    };
    let confirm = |who: &Actor, notes: Notes| {
        let who = who.clone();
        bank.write(move |tx| vault_count_confirm(tx, &who, vault, &notes, None))
    };
    assert_eq!(code(confirm(&b, there.clone())), "cash_move_state");
    count(&a, there.clone()).unwrap();
    assert_eq!(code(confirm(&a, there.clone())), "same_person");
    assert_eq!(code(confirm(&b, cny(&[(100, 1)]))), "count_differs");
    assert_eq!(confirm(&b, there).unwrap(), Money::cny(0));
    assert_eq!(bank.blocked(), []);
    bank.verify();
}
