//! What a dishonest teller or keeper would try.
use super::*;

fn yuan(n: i64) -> Money {
    Money::cny(n * 100)
}

/// Somebody taken on in the branch with a role, who is also this customer.
fn hired(bank: &Bank, role: Role, number: &'static str, person: Option<kernel::id::PersonId>) -> Actor {
    let branch = bank.branch;
    let staff = bank.write(move |tx| {
        let new = party::StaffNew { branch, number: number.into(), name: format!("职员{number}"), person };
        let id = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(branch))?;
        Ok(id)
    });
    let who = Actor::of(Who::Staff(staff.unwrap()));
    Actor { branch: Some(branch), channel: Channel::Counter, stepped_up: true, ..who }
}

/// Waits for a second person: 430 notes of 100 are set aside and 20 are left.
fn set_aside(bank: &Bank) -> Entry {
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    let (_, account) = bank.customers[0];
    bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 300)])).unwrap();
    let overrides = vec![Override { code: "appointment_missing".into(), reason: "病危".into() }];
    let big = CashAsk { overrides, ..ask(Direction::Out, account, cny(&[(100, 730)])) };
    let waits = cash(&bank.desk, &bank.teller, big, None).unwrap();
    assert_eq!(waits.state, EntryState::Waiting);
    waits
}

#[test]
fn notes_set_aside_are_not_changed_moved_or_given_for_damaged_ones() {
    let bank = Bank::open();
    let waits = set_aside(&bank);
    let by_teller = |f: fn(&mut Tx<'_>, &Actor, DrawerId, DrawerId) -> Result<()>| {
        let (teller, till, vault) = (bank.teller.clone(), bank.tills[0], bank.vault);
        code(bank.write(move |tx| f(tx, &teller, till, vault)))
    };
    let change = by_teller(|tx, who, _, _| {
        let ask = ExchangeAsk::Change { notes_in: cny(&[(50, 42)]), notes_out: cny(&[(100, 21)]) };
        exchange(tx, who, &ask).map(|_| ())
    });
    let damaged = by_teller(|tx, who, _, _| {
        let pieces = vec![DamagedPiece { face: yuan(100), left_per_mille: 900, crossed: false }; 21];
        exchange(tx, who, &ExchangeAsk::Damaged { pieces, notes_out: cny(&[(100, 21)]) }).map(|_| ())
    });
    let moved =
        by_teller(|tx, who, from, to| move_ask(tx, who, &MoveAsk { from, to, notes: cny(&[(100, 21)]) }).map(|_| ()));
    assert_eq!((change, damaged, moved), ("notes_short", "notes_short", "notes_short"));
    let allowed = by_teller(|tx, who, _, _| {
        let ask = ExchangeAsk::Change { notes_in: cny(&[(50, 40)]), notes_out: cny(&[(100, 20)]) };
        exchange(tx, who, &ask).map(|_| ())
    });
    assert_eq!(allowed, "ok", "what is not set aside");
    let hash = bank.read(|tx| approval::raw(tx, waits.approval.unwrap())).hash_text();
    payments::approve(&bank.desk, &bank.keepers[1], waits.approval.unwrap(), &hash).unwrap();
    bank.write(move |tx| follow(tx, waits.instruction.unwrap())).unwrap();
    assert_eq!(bank.drawer(bank.tills[0]).notes.pieces(10_000), 0);
    bank.verify();
}

/// 160 notes of 100 are asked for, then all but 150 are set aside; the sum would do, with the smaller notes.
#[test]
fn a_move_asked_for_earlier_does_not_take_what_was_set_aside_since() {
    let bank = Bank::open();
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    let (teller, ask) =
        (bank.teller.clone(), MoveAsk { from: bank.tills[0], to: bank.vault, notes: cny(&[(100, 160)]) });
    let id = bank.write(move |tx| move_ask(tx, &teller, &ask)).unwrap().id;
    let (_, account) = bank.customers[0];
    bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 300)])).unwrap();
    let overrides = vec![Override { code: "appointment_missing".into(), reason: "病危".into() }];
    let big = CashAsk { overrides, ..super::ask(Direction::Out, account, cny(&[(100, 600)])) };
    assert_eq!(cash(&bank.desk, &bank.teller, big, None).unwrap().state, EntryState::Waiting);
    let keeper = bank.keepers[0].clone();
    assert_eq!(code(bank.write(move |tx| move_countersign(tx, &keeper, id))), "notes_short");
    bank.verify();
}

/// Closes the till with a note too many and answers the case.
fn over(bank: &Bank, teller: &Actor) -> kernel::id::CashCaseId {
    let float = bank.drawer(bank.tills[0]).notes;
    bank.open_till(teller, bank.tills[0], float.clone());
    let (teller, more) = (teller.clone(), float.plus(&cny(&[(100, 1)])).unwrap());
    bank.write(move |tx| till_close(tx, &teller, &more, &[], Some(yuan(100)))).unwrap();
    bank.cases(true).pop().unwrap().id
}

fn explain(bank: &Bank, who: &Actor, id: kernel::id::CashCaseId, customer: AccountId) -> &'static str {
    let who = who.clone();
    code(bank.write(move |tx| case_explain(tx, &who, id, "he came back", Outcome::ToCustomer, Some(customer))))
}

#[test]
fn cash_over_goes_to_nobody_who_has_to_do_with_it() {
    let bank = Bank::open();
    let [a, b, _] = bank.keepers.clone();
    let (customer, account) = bank.customers[0].clone();
    let Who::Person(person) = customer.who else { panic!("a customer is a person") };
    let keeper = hired(&bank, Role::OperationsChecker, "2001", Some(person));
    let id = over(&bank, &bank.teller);
    assert_eq!(explain(&bank, &keeper, id, account), "own_business");
    let of_a_till = bank.read(|tx| drawer::raw(tx, bank.tills[1])).account;
    assert_eq!(explain(&bank, &a, id, of_a_till), "bad_field");
    assert_eq!(explain(&bank, &a, id, account), "ok");
    assert_eq!(code(case_settle(&bank.desk, &keeper, id, None)), "own_business");
    assert_eq!(bank.balance(account), yuan(100_000));
    assert_eq!(explain(&bank, &keeper, id, bank.customers[1].1), "ok");
    assert_eq!(code(case_settle(&bank.desk, &b, id, None)), "ok");
    bank.verify();
}

/// A teller who keeps vaults from the next day on.
#[test]
fn who_found_a_difference_at_his_own_till_has_no_part_in_its_case() {
    let bank = Bank::open();
    let [a, ..] = bank.keepers.clone();
    let branch = bank.branch;
    let (staff, grant) = bank
        .write(move |tx| {
            let new = party::StaffNew { branch, number: "2002".into(), name: "职员2002".into(), person: None };
            let id = party::staff_join(tx, &system(), new)?;
            Ok((id, party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), Role::Teller).at(branch))?))
        })
        .unwrap();
    let teller = Actor { who: Who::Staff(staff), ..bank.teller.clone() };
    let id = over(&bank, &teller);
    bank.write(move |tx| {
        party::revoke(tx, &system(), grant, "promoted", None)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(staff), Role::OperationsChecker).at(branch))
    })
    .unwrap();
    let account = bank.customers[1].1;
    assert_eq!(explain(&bank, &teller, id, account), "same_person");
    assert_eq!(explain(&bank, &a, id, account), "ok");
    assert_eq!(code(case_settle(&bank.desk, &teller, id, None)), "same_person");
    assert_eq!(bank.cases(true).len(), 1);
    bank.verify();
}

#[test]
fn a_large_sum_in_parts_is_a_large_sum() {
    let bank = Bank::open();
    let (_, account) = bank.customers[0];
    let till = bank.tills[0];
    bank.open_till(&bank.teller, till, bank.float());
    let draw = |n: i64| bank.cash(&bank.teller, Direction::Out, account, cny(&[(100, n)]));
    let first = draw(300).unwrap();
    bank.cash(&bank.teller, Direction::In, bank.customers[1].1, cny(&[(100, 300)])).unwrap();
    assert_eq!(code(draw(201)), "override_needed", "30,000.00 and 20,100.00 are more than 50,000.00");
    draw(200).unwrap();
    assert_eq!(code(draw(1)), "override_needed");
    let other = bank.cash(&bank.teller, Direction::Out, bank.customers[1].1, cny(&[(100, 1)]));
    assert_eq!(code(other), "ok", "each account for itself");
    let undo = reverse(&bank.desk, &bank.teller, first.number, "wrong account").unwrap();
    let hash = bank.read(|tx| approval::raw(tx, undo.approval.unwrap())).hash_text();
    payments::approve(&bank.desk, &bank.keepers[1], undo.approval.unwrap(), &hash).unwrap();
    assert_eq!(code(draw(1)), "ok", "what was undone does not count");
    bank.verify();
}

#[test]
fn an_appointment_holds_at_its_branch_and_what_is_drawn_by_it_stands_alone() {
    let bank = Bank::open();
    let (customer, account) = bank.customers[0].clone();
    let parent = bank.branch;
    let there = bank
        .write(move |tx| {
            let text = |t: &str| t.to_owned();
            let new = party::BranchNew {
                code: text("10200"),
                parent: Some(parent),
                kind: party::BranchKind::Outlet,
                name_zh: text("渔港支行"),
                name_en: text("Harbour branch"),
                address_zh: text("路"),
                address_en: text("Road"),
                phone: String::new(),
            };
            party::branch_open(tx, &system(), new)
        })
        .unwrap();
    let make = |branch, days: i64, amount| {
        let date = bank.read(|tx| tx.business_date()).plus_days(days);
        let (customer, new) = (customer.clone(), AppointmentNew { branch, account, amount, date });
        bank.write(move |tx| appointment_make(tx, &customer, &new)).unwrap()
    };
    make(there, 1, yuan(50_100));
    make(bank.branch, 2, yuan(50_100));
    let draw = |n: i64| bank.cash(&bank.teller, Direction::Out, account, cny(&[(100, n)]));
    let float = bank.float().plus(&cny(&[(100, 60)])).unwrap();
    for (day, want) in [(1, "override_needed"), (2, "ok")] {
        bank.next_day();
        let notes = if day == 1 { bank.float() } else { float.clone() };
        bank.open_till(&bank.teller, bank.tills[0], notes);
        if day == 1 {
            bank.cash(&bank.teller, Direction::In, bank.customers[1].1, cny(&[(100, 60)])).unwrap();
        }
        assert_eq!(code(draw(501)), want, "day {day}");
        if day == 1 {
            bank.close_till(&bank.teller, float.clone());
        }
    }
    bank.verify();
}

#[test]
fn a_first_count_of_a_vault_is_void_when_cash_moved_since() {
    let bank = Bank::open();
    let [a, b, _] = bank.keepers.clone();
    let (vault, there) = (bank.vault, bank.drawer(bank.vault).notes);
    let (first, counted) = (a.clone(), there.clone());
    bank.write(move |tx| vault_count(tx, &first, vault, counted.clone())).unwrap();
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    bank.carry(bank.vault, bank.tills[0], cny(&[(100, 1)]), [&a, &b, &bank.teller]);
    let back = bank.send(bank.tills[0], bank.vault, &cny(&[(100, 1)]), &bank.teller, &b);
    let third = bank.keepers[2].clone();
    bank.write(move |tx| move_receive(tx, &third, back, &cny(&[(100, 1)]), None)).unwrap();
    let second = b.clone();
    let confirmed = bank.write(move |tx| vault_count_confirm(tx, &second, vault, &there, None));
    assert_eq!(code(confirmed), "cash_move_state", "the same notes are there again, and nobody counted them since");
    bank.verify();
}
