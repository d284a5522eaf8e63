use super::*;

#[test]
fn damaged_notes_are_exchanged_by_the_rule() {
    let bank = Bank::open();
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    let piece =
        |yuan: i64, left_per_mille, crossed| DamagedPiece { face: Money::cny(yuan * 100), left_per_mille, crossed };
    let give = |pieces: Vec<DamagedPiece>, notes_out: Notes| {
        let (teller, ask) = (bank.teller.clone(), ExchangeAsk::Damaged { pieces, notes_out });
        bank.write(move |tx| exchange(tx, &teller, &ask))
    };
    assert_eq!(code(give(vec![piece(100, 499, false)], cny(&[(50, 1)]))), "nothing_given");
    assert_eq!(code(give(vec![piece(100, 600, false)], cny(&[(100, 1)]))), "notes_differ");
    assert_eq!(code(give(vec![], none())), "too_large");
    let done =
        give(vec![piece(100, 600, false), piece(50, 800, false), piece(100, 900, true)], cny(&[(100, 1), (50, 1)]))
            .unwrap();
    assert_eq!((done.number, done.kind, done.money()), (1, EntryKind::Damaged, Money::cny(15_000)));
    let book = bank.branch.book();
    let account = bank.read(|tx| drawer::of_kind(tx, book, DrawerKind::Damaged, CNY)).account;
    assert_eq!(bank.balance(account), Money::cny(15_000));
    let swap = |notes_in: Notes, notes_out: Notes| {
        let (teller, ask) = (bank.teller.clone(), ExchangeAsk::Change { notes_in, notes_out });
        bank.write(move |tx| exchange(tx, &teller, &ask))
    };
    assert_eq!(code(swap(cny(&[(100, 1)]), cny(&[(50, 1)]))), "notes_differ");
    assert_eq!(swap(cny(&[(100, 1)]), cny(&[(50, 2)])).unwrap().number, 2);
    bank.verify();
}

#[test]
fn a_counterfeit_note_is_taken_in_by_two_and_is_not_cash() {
    let bank = Bank::open();
    bank.open_till(&bank.teller, bank.tills[0], bank.float());
    let (teller, [keeper, other, third]) = (bank.teller.clone(), bank.keepers.clone());
    let ask = SeizureAsk {
        face: Money::cny(10_000),
        serials: vec!["FC10 000 001".into()],
        holder: "张*".into(),
        kept_aside: None,
    };
    let id = bank.write(move |tx| seizure_ask(tx, &teller, &ask)).unwrap().id;
    let weekdays = |d: Date| d.weekday() < 6;
    let confirm = |who: &Actor| {
        let who = who.clone();
        bank.write(move |tx| seizure_confirm(tx, &who, id, &weekdays))
    };
    assert_eq!(code(confirm(&bank.teller)), "same_person");
    let done = confirm(&keeper).unwrap();
    assert_eq!(done.certificate.as_deref(), Some("10100-2026-00001"));
    assert_eq!(
        done.appeal_until,
        Some(Date::parse("2026-11-25").unwrap()),
        "Saturday seized: Monday, Tuesday, Wednesday"
    );
    assert_eq!(code(confirm(&keeper)), "ok");
    assert_eq!(bank.drawer(bank.tills[0]).notes, bank.float(), "it is no cash");
    let (a, b, c) = (other.clone(), keeper.clone(), third.clone());
    let appraise = |who: &Actor| {
        let who = who.clone();
        bank.write(move |tx| seizure_appraise(tx, &who, id, Appraisal::Counterfeit, "鉴-1"))
    };
    assert_eq!(code(appraise(&a)), "seizure_state");
    bank.write(move |tx| seizure_appeal(tx, &b, id)).unwrap();
    assert_eq!(
        (code(appraise(&keeper)), code(appraise(&c)), code(appraise(&c))),
        ("same_person", "ok", "seizure_state")
    );
    assert_eq!(bank.read(|tx| till_day(tx, &bank.teller)).unwrap().last_number, 1);
    bank.verify();
}

#[test]
fn an_appraisal_is_asked_for_in_time() {
    let bank = Bank::open();
    let (teller, keeper) = (bank.teller.clone(), bank.keepers[0].clone());
    let ask =
        SeizureAsk { face: Money::cny(2_000), serials: vec!["A1".into()], holder: "李*".into(), kept_aside: None };
    let id = bank.write(move |tx| seizure_ask(tx, &teller, &ask)).unwrap().id;
    bank.write(move |tx| seizure_confirm(tx, &keeper, id, &|_| true)).unwrap();
    (0..4).for_each(|_| bank.next_day());
    let keeper = bank.keepers[0].clone();
    assert_eq!(code(bank.write(move |tx| seizure_appeal(tx, &keeper, id))), "appeal_late");
    bank.verify();
}
