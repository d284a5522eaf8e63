use super::*;

#[test]
fn cash_in_and_out_with_change_and_numbers_without_a_gap() {
    let bank = Bank::open();
    let (_, account) = bank.customers[0];
    let till = bank.tills[0];
    assert_eq!(code(bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 1)]))), "no_till");
    bank.open_till(&bank.teller, till, bank.float());
    let e = bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 380), (50, 12)])).unwrap();
    assert_eq!((e.number, e.state, e.money()), (1, EntryState::Done, Money::cny(3_860_000)));
    let changed = CashAsk { notes_out: cny(&[(20, 1)]), ..ask(Direction::In, account, cny(&[(100, 1)])) };
    let e = cash(&bank.desk, &bank.teller, changed, None).unwrap();
    assert_eq!((e.number, e.money()), (2, Money::cny(8_000)));
    let short = bank.cash(&bank.teller, Direction::Out, account, cny(&[(10, 101)]));
    assert_eq!(code(short), "notes_short");
    let e = bank.cash(&bank.teller, Direction::Out, account, cny(&[(100, 20)])).unwrap();
    assert_eq!((e.number, e.state), (3, EntryState::Done));
    assert_eq!(bank.balance(account), Money::cny(10_000_000 + 3_860_000 + 8_000 - 200_000));
    let now = bank.float().plus(&cny(&[(100, 361), (50, 12)])).unwrap().minus(&cny(&[(20, 1)])).unwrap();
    assert_eq!(bank.drawer(till).notes, now);
    bank.verify();
}

#[test]
fn a_refusal_has_its_number_and_the_same_key_the_same_answer() {
    let bank = Bank::open();
    let (_, account) = bank.customers[0];
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    let much = bank.cash(&bank.teller, Direction::Out, account, cny(&[(100, 400), (50, 60)])).unwrap();
    assert_eq!((much.number, much.state), (1, EntryState::Done));
    let rest = Money::cny(10_000_000 - 4_300_000);
    let frozen = {
        let order = ledger::restrictions::Restrict::new(account, ledger::restrictions::Restriction::NoDebits, "法院");
        bank.write(move |tx| ledger::restrictions::restrict(tx, &system(), &order).map(|_| ()))
    };
    assert_eq!(code(frozen), "ok");
    let no = bank.cash(&bank.teller, Direction::Out, account, cny(&[(20, 1)])).unwrap();
    assert_eq!((no.number, no.state, no.refusal.as_str()), (2, EntryState::Refused, "debits_stopped"));
    assert_eq!(bank.balance(account), rest);
    let keyed = |notes| cash(&bank.desk, &bank.teller, ask(Direction::In, account, notes), Some("k-1"));
    let (one, two) = (keyed(cny(&[(100, 1)])).unwrap(), keyed(cny(&[(100, 1)])).unwrap());
    assert_eq!((one.number, two.number), (3, 3));
    assert_eq!(code(keyed(cny(&[(100, 2)]))), "key_reused");
    let page = bank.read(|tx| {
        let find = EntryAsk {
            branch: bank.branch,
            teller: bank.teller.staff().unwrap(),
            date: tx.business_date()?,
            kind: None,
            account: None,
            amount: None,
        };
        assert_eq!(journal(tx, &bank.other, &find, &PageAsk::default()).unwrap_err().code().name, "forbidden");
        journal(tx, &bank.teller, &find, &PageAsk::default())
    });
    assert_eq!(page.items.iter().map(|e| e.number).collect::<Vec<_>>(), [3, 2, 1]);
    bank.verify();
}

#[test]
fn above_his_limit_a_colleague_authorises_from_his_own_desk() {
    let bank = Bank::open();
    let (_, account) = bank.customers[0];
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    let big = bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 600)])).unwrap();
    assert_eq!((big.number, big.state), (1, EntryState::Waiting));
    assert_eq!(bank.drawer(bank.tills[0]).notes, bank.float(), "notes lie beside the drawer until then");
    let counted = bank.float();
    let teller = bank.teller.clone();
    assert_eq!(code(bank.write(move |tx| till_close(tx, &teller, &counted, &[], None))), "till_busy");
    assert_eq!(bank.blocked(), [("tills_open", 1), ("till_entries", 1)]);
    let approval = big.approval.unwrap();
    let hash = bank.read(|tx| approval::raw(tx, approval)).hash_text();
    payments::approve(&bank.desk, &bank.keepers[1], approval, &hash).unwrap();
    let live = bank.read(|tx| entry(tx, &bank.teller, bank.branch, big.reference()));
    assert_eq!(live.state, EntryState::Done, "the journal shows it before the till is touched");
    let instruction = big.instruction.unwrap();
    bank.write(move |tx| follow(tx, instruction)).unwrap();
    bank.write(move |tx| follow(tx, instruction)).unwrap();
    assert_eq!(bank.drawer(bank.tills[0]).notes, bank.float().plus(&cny(&[(100, 600)])).unwrap());
    let sent = bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 700)])).unwrap();
    let approval = sent.approval.unwrap();
    let hash = bank.read(|tx| approval::raw(tx, approval)).hash_text();
    payments::send_back(&bank.desk, &bank.keepers[1], approval, &hash, "count again").unwrap();
    let again = CashAsk { resubmits: Some(sent.number), ..ask(Direction::In, account, cny(&[(100, 100)])) };
    let done = cash(&bank.desk, &bank.teller, again, None).unwrap();
    assert_eq!((done.number, done.of_number, done.state), (3, Some(2), EntryState::Done));
    let off = bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 600)])).unwrap();
    assert_eq!(call_off(&bank.desk, &bank.teller, off.number, "he left").unwrap().state, EntryState::CalledOff);
    bank.verify();
}

#[test]
fn large_sums_by_appointment_or_with_an_override() {
    let bank = Bank::open();
    let (customer, account) = bank.customers[0].clone();
    let (branch, today) = (bank.branch, bank.read(|tx| tx.business_date()));
    let make = |days: i64| {
        let (customer, new) = (
            customer.clone(),
            AppointmentNew { branch, account, amount: Money::cny(6_000_000), date: today.plus_days(days) },
        );
        bank.write(move |tx| appointment_make(tx, &customer, &new))
    };
    assert_eq!((code(make(0)), code(make(31)), code(make(1))), ("appointment_out", "appointment_out", "ok"));
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 300)])).unwrap();
    let notes = cny(&[(100, 580)]);
    assert_eq!(code(bank.cash(&bank.teller, Direction::Out, account, notes.clone())), "override_needed");
    let why = |code: &str| vec![Override { code: code.into(), reason: "病危".into() }];
    let wrong = CashAsk { overrides: why("till_holds_too_much"), ..ask(Direction::Out, account, notes.clone()) };
    assert_eq!(code(cash(&bank.desk, &bank.teller, wrong, None)), "override_unknown");
    let right = CashAsk { overrides: why("appointment_missing"), ..ask(Direction::Out, account, notes.clone()) };
    let waits = cash(&bank.desk, &bank.teller, right, None).unwrap();
    assert_eq!(waits.state, EntryState::Waiting);
    assert_eq!(
        code(bank.cash(&bank.teller, Direction::Out, account, cny(&[(100, 200)]))),
        "notes_short",
        "they are set aside"
    );
    let listed = bank.read(|tx| overrides_of(tx, &bank.keepers[0], branch, today));
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].overrides.0[0].reason, "病危");
    call_off(&bank.desk, &bank.teller, waits.number, "by appointment after all").unwrap();
    bank.close_till(&bank.teller, bank.float().plus(&cny(&[(100, 300)])).unwrap());
    bank.next_day();
    bank.open_till(&bank.teller, bank.tills[0], bank.float().plus(&cny(&[(100, 300)])).unwrap());
    let large = bank.cash(&bank.teller, Direction::Out, account, notes).unwrap();
    assert_eq!(large.state, EntryState::Waiting, "an appointment is no authorisation");
    let used = bank.read(|tx| appointments(tx, &bank.teller, branch, today.plus_days(1)));
    assert!(used[0].used_at.is_some());
    bank.verify();
}

#[test]
fn an_entry_is_undone_once_and_by_two() {
    let bank = Bank::open();
    let (_, account) = bank.customers[0];
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    let first = bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 10)])).unwrap();
    let undo = reverse(&bank.desk, &bank.teller, first.number, "wrong account").unwrap();
    assert_eq!((undo.number, undo.of_number, undo.state), (2, Some(1), EntryState::Waiting));
    assert_eq!(code(reverse(&bank.desk, &bank.teller, 1, "again")), "till_entry_state");
    let approval = undo.approval.unwrap();
    let hash = bank.read(|tx| approval::raw(tx, approval)).hash_text();
    assert_eq!(code(payments::approve(&bank.desk, &bank.teller, approval, &hash)), "forbidden");
    payments::approve(&bank.desk, &bank.keepers[1], approval, &hash).unwrap();
    bank.write(move |tx| follow(tx, undo.instruction.unwrap())).unwrap();
    let states: Vec<_> = [1, 2]
        .into_iter()
        .map(|number| {
            let at = EntryRef { number, ..first.reference() };
            bank.read(|tx| entry(tx, &bank.teller, bank.branch, at)).state
        })
        .collect();
    assert_eq!(states, [EntryState::Reversed, EntryState::Done]);
    assert_eq!(bank.balance(account), Money::cny(10_000_000));
    assert_eq!(bank.drawer(bank.tills[0]).notes, bank.float());
    assert_eq!(code(reverse(&bank.desk, &bank.teller, 1, "again")), "till_entry_state");
    bank.verify();
}

#[test]
fn every_advice_after_the_first_is_a_copy_with_its_number() {
    let bank = Bank::open();
    let (_, account) = bank.customers[0];
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    let at = bank.cash(&bank.teller, Direction::In, account, cny(&[(100, 1)])).unwrap().reference();
    let print = || {
        let (teller, branch) = (bank.teller.clone(), bank.branch);
        bank.write(move |tx| advice(tx, &teller, branch, at)).unwrap().copy
    };
    assert_eq!([print(), print(), print()], [1, 2, 3]);
    let (other, branch) = (bank.other.clone(), bank.branch);
    assert_eq!(code(bank.write(move |tx| advice(tx, &other, branch, at).map(|_| ()))), "not_found");
    bank.verify();
}
