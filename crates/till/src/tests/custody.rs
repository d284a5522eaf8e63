use super::*;

#[test]
fn a_move_takes_two_persons_and_nobody_countersigns_for_his_own_drawer() {
    let bank = Bank::open();
    let [a, b, c] = bank.keepers.clone();
    let (teller, other) = (bank.teller.clone(), bank.other.clone());
    bank.open_till(&teller, bank.tills[0], bank.float());
    let notes = cny(&[(100, 50)]);
    let try_ask = |who: &Actor, from, to| {
        let (who, ask) = (who.clone(), MoveAsk { from, to, notes: notes.clone() });
        bank.write(move |tx| move_ask(tx, &who, &ask))
    };
    let sign = |who: &Actor, id| {
        let who = who.clone();
        bank.write(move |tx| move_countersign(tx, &who, id))
    };
    let take = |who: &Actor, id, counted: Notes, accepted| {
        let who = who.clone();
        bank.write(move |tx| move_receive(tx, &who, id, &counted, accepted))
    };
    assert_eq!(code(try_ask(&teller, bank.vault, bank.tills[0])), "forbidden");
    assert_eq!(code(try_ask(&a, bank.tills[0], bank.vault)), "forbidden");
    assert_eq!(code(try_ask(&other, bank.tills[0], bank.vault)), "not_the_till_holder");
    assert_eq!(code(try_ask(&teller, bank.tills[0], bank.tills[1])), "cash_move_way");
    let out = try_ask(&a, bank.vault, bank.tills[0]).unwrap().id;
    assert_eq!(code(take(&teller, out, notes.clone(), None)), "cash_move_state");
    assert_eq!(code(sign(&a, out)), "same_person");
    assert_eq!(code(sign(&teller, out)), "forbidden");
    assert_eq!(sign(&b, out).unwrap().state, MoveState::InTransit);
    assert_eq!(sign(&b, out).unwrap().state, MoveState::InTransit, "again is the same");
    assert_eq!(code(sign(&c, out)), "cash_move_state");
    assert_eq!(code(take(&other, out, notes.clone(), None)), "not_the_till_holder");
    bank.verify();
    assert_eq!(code(take(&teller, out, cny(&[(100, 49)]), None)), "count_differs");
    let got = take(&teller, out, cny(&[(100, 49)]), Some(Money::cny(-10_000))).unwrap();
    assert_eq!(got.state, MoveState::Received);
    assert_eq!(bank.cases(true).len(), 1);
    bank.verify();
    let back = try_ask(&teller, bank.tills[0], bank.vault).unwrap().id;
    assert_eq!(code(take(&b, back, notes.clone(), None)), "cash_move_state");
    sign(&b, back).unwrap();
    assert_eq!(code(take(&teller, back, notes.clone(), None)), "forbidden");
    assert_eq!(
        take(&b, back, notes.clone(), None).unwrap().state,
        MoveState::Received,
        "the keeper who took it from the teller"
    );
    let off = try_ask(&a, bank.vault, bank.tills[0]).unwrap().id;
    let call_off = |who: &Actor| {
        let who = who.clone();
        bank.write(move |tx| move_call_off(tx, &who, off, "not needed"))
    };
    assert_eq!((code(call_off(&b)), code(call_off(&a)), code(call_off(&a))), ("not_the_till_holder", "ok", "ok"));
    assert_eq!(code(sign(&b, off)), "cash_move_state");
    let day = bank.read(|tx| till_day(tx, &teller)).unwrap();
    assert_eq!(day.last_number, 2, "both moves stand in the teller's journal");
    bank.verify();
}

#[test]
fn out_of_a_vault_it_passes_three_pairs_of_eyes() {
    let bank = Bank::open();
    let [a, b, _] = bank.keepers.clone();
    let centre = bank.read(|tx| drawer::of_kind(tx, bank.branch.book(), DrawerKind::Centre, CNY)).id;
    let notes = cny(&[(100, 10)]);
    let id = bank.send(bank.vault, centre, &notes, &a, &b);
    for who in [&a, &b] {
        let (who, notes) = (who.clone(), notes.clone());
        assert_eq!(code(bank.write(move |tx| move_receive(tx, &who, id, &notes, None))), "same_person");
    }
    let c = bank.keepers[2].clone();
    bank.write(move |tx| move_receive(tx, &c, id, &notes, None)).unwrap();
    bank.verify();
}

#[test]
fn a_teller_has_one_till_and_a_till_one_teller() {
    let bank = Bank::open();
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    let open = |who: &Actor, till, counted: Notes, accepted| {
        let who = who.clone();
        bank.write(move |tx| till_open(tx, &who, till, &counted, accepted))
    };
    assert_eq!(code(open(&bank.teller, bank.tills[1], bank.float(), None)), "till_open");
    assert_eq!(code(open(&bank.other, bank.tills[0], bank.float(), None)), "till_open");
    assert_eq!(code(open(&bank.keepers[0], bank.tills[1], bank.float(), None)), "forbidden");
    assert_eq!(code(open(&bank.other, bank.vault, bank.float(), None)), "not_found");
    let less = bank.float().minus(&cny(&[(100, 1)])).unwrap();
    assert_eq!(code(open(&bank.other, bank.tills[1], less.clone(), None)), "count_differs");
    open(&bank.other, bank.tills[1], less, Some(Money::cny(-10_000))).unwrap();
    bank.close_till(&bank.teller, bank.float());
    assert_eq!(code(open(&bank.teller, bank.tills[0], bank.float(), None)), "till_closed_today");
    bank.next_day();
    open(&bank.teller, bank.tills[0], bank.float(), None).unwrap();
    bank.verify();
}

#[test]
fn blank_vouchers_are_received_issued_and_used_by_number() {
    let bank = Bank::open();
    let [a, b, _] = bank.keepers.clone();
    let (teller, vault, till) = (bank.teller.clone(), bank.vault, bank.tills[0]);
    bank.open_till(&teller, till, bank.float());
    let kind = VoucherKind::Passbook;
    let receive = |first, last| {
        let a = a.clone();
        bank.write(move |tx| voucher_receive(tx, &a, vault, kind, first, last))
    };
    let range = receive(1_001, 1_100).unwrap().id;
    assert_eq!(
        (code(receive(1_100, 1_200)), code(receive(5, 4)), code(receive(1, 200_000))),
        ("voucher_taken", "bad_field", "too_large")
    );
    let issue = |count| {
        let a = a.clone();
        bank.write(move |tx| voucher_issue(tx, &a, range, till, count))
    };
    assert_eq!(code(issue(10)), "cash_move_state", "it waits for the second person");
    let sign = |who: &Actor| {
        let who = who.clone();
        bank.write(move |tx| voucher_countersign(tx, &who, range))
    };
    assert_eq!((code(sign(&a)), code(sign(&b))), ("same_person", "ok"));
    assert_eq!((code(issue(0)), code(issue(101)), code(issue(10))), ("too_large", "too_large", "ok"));
    assert_eq!((code(sign(&b)), code(sign(&teller))), ("not_the_till_holder", "ok"));
    let used = |number, void: bool| {
        let teller = teller.clone();
        bank.write(move |tx| match void {
            false => voucher_use(tx, &teller, kind, number, "acct"),
            true => voucher_void(tx, &teller, kind, number, "torn"),
        })
    };
    assert_eq!(
        (code(used(1_002, false)), code(used(1_001, false)), code(used(1_001, false))),
        ("voucher_order", "ok", "voucher_order")
    );
    assert_eq!((code(used(1_003, true)), code(used(1_002, true))), ("voucher_order", "ok"));
    let close = |blank: i64| {
        let (teller, counted) = (teller.clone(), bank.float());
        bank.write(move |tx| till_close(tx, &teller, &counted, &[(kind, blank)], None))
    };
    assert_eq!((code(close(9)), code(close(8))), ("vouchers_differ", "ok"));
    let left: i64 = bank.read(|tx| vouchers(tx, &a, bank.branch)).iter().map(VoucherRange::blank).sum();
    assert_eq!(left, 98);
    bank.verify();
}
