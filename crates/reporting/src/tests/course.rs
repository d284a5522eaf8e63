use super::*;

fn one(bank: &Bank) -> ReportId {
    bank.moves(bank.till, bank.accounts[2], 60_000);
    bank.night();
    bank.open_reports()[0].id
}

#[test]
fn a_report_takes_two_and_goes_out_once_with_a_receipt() {
    let bank = Bank::open();
    let id = one(&bank);
    assert_eq!(code(bank.agreed(2, id)), "report_state", "nobody has reviewed it");
    assert_eq!(code(bank.reviewed(4, id, Verdict::Send)), "not_found", "a teller");
    assert_eq!(code(bank.reviewed(5, id, Verdict::Send)), "not_found", "another branch");
    assert_eq!(bank.reviewed(0, id, Verdict::Send).unwrap(), Change::Done);
    assert_eq!(bank.reviewed(0, id, Verdict::Send).unwrap(), Change::AlreadySo);
    assert_eq!(code(bank.agreed(0, id)), "report_second_person");
    assert_eq!(bank.goes_on().sent, 0);
    let reader = bank.staff[2].clone();
    let read = move |bank: &Bank| {
        let reader = reader.clone();
        bank.write(move |tx| file(tx, &reader, id))
    };
    assert_eq!(code(read(&bank)), "not_found");
    assert_eq!(bank.agreed(2, id).unwrap(), Change::Done);
    assert_eq!(bank.agreed(2, id).unwrap(), Change::AlreadySo);
    assert_eq!(bank.report(id).state, State::Released);
    assert_eq!((bank.goes_on().sent, bank.goes_on().sent), (1, 0));
    let sent = bank.report(id);
    assert!(sent.state == State::Sent && sent.receipt.starts_with("SIM-") && sent.sent_at.is_some());
    let file = read(&bank).unwrap();
    let said: serde_json::Value = serde_json::from_slice(&file.bytes).unwrap();
    assert_eq!(said["form"], "yizhan.report/1");
    assert_eq!((&said["amount"], &said["customer"]["name"]), (&"60000.00".into(), &"张伟".into()));
    assert_eq!(said["lines"].as_array().unwrap().len(), 1);
    bank.verified();
}

#[test]
fn a_second_officer_puts_back_or_both_leave_it_out() {
    let bank = Bank::open();
    let id = one(&bank);
    bank.reviewed(0, id, Verdict::LeaveOut).unwrap();
    assert_eq!(code(bank.reviewed(1, id, Verdict::Send)), "report_state");
    let by = bank.staff[2].clone();
    let back = move |bank: &Bank| {
        let by = by.clone();
        bank.write(move |tx| put_back(tx, &by, id, "请附说明"))
    };
    assert_eq!(back(&bank).unwrap(), Change::Done);
    assert_eq!(back(&bank).unwrap(), Change::AlreadySo);
    bank.reviewed(2, id, Verdict::LeaveOut).unwrap();
    bank.agreed(0, id).unwrap();
    assert_eq!((bank.report(id).state, bank.goes_on().sent), (State::LeftOut, 0));
    assert_eq!(code(back(&bank)), "report_state");
}

#[test]
fn what_was_sent_is_corrected_or_withdrawn_by_a_new_report() {
    let bank = Bank::open();
    let id = one(&bank);
    let by = bank.staff[0].clone();
    let corrects = move |bank: &Bank, of: ReportId, act: Act| {
        let by = by.clone();
        bank.write(move |tx| correct(tx, &by, of, act, "金额有误"))
    };
    assert_eq!(code(corrects(&bank, id, Act::Correction)), "report_state", "it was not sent yet");
    bank.reviewed(0, id, Verdict::Send).unwrap();
    bank.agreed(2, id).unwrap();
    bank.goes_on();
    let (new, change) = corrects(&bank, id, Act::Correction).unwrap();
    assert_eq!((change, new.number, new.corrects, new.amount), (Change::Done, 1, Some(id), 6_000_000));
    let (same, change) = corrects(&bank, id, Act::Correction).unwrap();
    assert_eq!((change, same.id), (Change::AlreadySo, new.id));
    bank.reviewed(2, new.id, Verdict::Send).unwrap();
    bank.agreed(0, new.id).unwrap();
    assert_eq!(bank.goes_on().sent, 1);
    let (gone, _) = corrects(&bank, new.id, Act::Withdrawal).unwrap();
    assert_eq!((gone.number, gone.act), (2, Act::Withdrawal));
    assert_eq!(bank.report(id).state, State::Sent, "the first stays as it was sent");
    bank.verified();
}

fn suspicion(bank: &Bank, nth: usize) -> Suspicion {
    Suspicion {
        subject: Owner::Person(bank.people[nth]),
        of_case: None,
        typology: "other".into(),
        amount: Money::cny(300_000),
        words: "资金快进快出".into(),
    }
}

fn suspects(bank: &Bank, who: usize, nth: usize) -> Result<(Report, Change)> {
    let (actor, new) = (bank.staff[who].clone(), suspicion(bank, nth));
    bank.write(move |tx| suspect(tx, &actor, new.clone()))
}

#[test]
fn aml_35_a_suspicion_does_not_exist_for_who_may_not_see_it() {
    let bank = Bank::open();
    let (r, _) = suspects(&bank, 0, 2).unwrap();
    assert_eq!(suspects(&bank, 2, 2).unwrap().1, Change::AlreadySo);
    for (who, sees) in [(0, true), (2, true), (3, false), (4, false), (5, false)] {
        let actor = bank.staff[who].clone();
        let looked = bank.write(move |tx| look(tx, &actor, r.id));
        assert_eq!(looked.is_ok(), sees, "{who}");
        let listed = bank.store.read(|tx| listed(tx, &bank.staff[who], Ask::Suspicions, &PageAsk::first(9)));
        assert_eq!(listed.map(|p| p.items.len()).unwrap_or(0), usize::from(sees), "{who}");
        if !sees {
            let actor = bank.staff[who].clone();
            assert_eq!(code(bank.write(move |tx| look(tx, &actor, r.id))), "not_found");
        }
    }
    assert!(bank.told().is_empty(), "it is in no list of large sums");
    let outbox = bank.store.read(|tx| tx.outbox_after_cursor("test", 100_000)).unwrap();
    assert!(outbox.iter().all(|e| !e.kind.contains("report")), "nobody is told");
    bank.verified();
}

#[test]
fn aml_35_every_look_is_audited_without_the_customers_name() {
    let bank = Bank::open();
    let (r, _) = suspects(&bank, 0, 2).unwrap();
    let actor = bank.staff[2].clone();
    let (_, said, note) = bank.write(move |tx| look(tx, &actor, r.id)).unwrap();
    assert_eq!((said.as_str(), note.as_str()), ("资金快进快出", ""));
    let rows = bank.store.read(|tx| tx.audit_rows(0, 50, Some(&r.id.to_string()))).unwrap();
    let actions: Vec<&str> = rows.iter().map(|a| a.action.as_str()).collect();
    assert!(actions.contains(&"report.look") && actions.contains(&"report.suspect"), "{actions:?}");
    assert!(rows.iter().all(|a| !format!("{a:?}").contains(&bank.people[2].to_string())));
}

#[test]
fn nobody_reports_himself_and_who_is_near_does_not_learn_of_it() {
    let bank = Bank::open();
    let (r, _) = suspects(&bank, 0, 1).unwrap();
    let li = bank.staff[1].clone();
    assert_eq!(code(bank.write(move |tx| look(tx, &li, r.id))), "not_found", "it is about himself");
    assert_eq!(code(suspects(&bank, 1, 1)), "not_found");
    bank.reviewed(0, r.id, Verdict::Send).unwrap();
    assert_eq!(code(bank.agreed(1, r.id)), "not_found");
    bank.agreed(2, r.id).unwrap();
    assert_eq!(bank.goes_on().sent, 1);
    let bad = Suspicion { typology: "no-such".into(), ..suspicion(&bank, 2) };
    let actor = bank.staff[0].clone();
    assert_eq!(code(bank.write(move |tx| suspect(tx, &actor, bad.clone()))), "report_form");
}
