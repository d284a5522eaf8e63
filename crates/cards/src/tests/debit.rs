//! A debit card from the application to its end.
use super::*;
use kernel::Error;

/// The code of what was refused.
fn refused<T: std::fmt::Debug>(done: Result<T>) -> &'static str {
    done.map_err(|e: Error| e.code().name).unwrap_err()
}

#[test]
fn a_card_is_applied_for_approved_made_and_activated() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1);
    let card = bank.apply(&c, Kind::Debit).unwrap();
    assert_eq!((card.state, card.sequence, card.masked.as_str()), (State::Applied, 0, ""));
    assert_eq!(refused(bank.apply(&c, Kind::Debit)), "has_card");
    assert_eq!(refused(bank.approve(&bank.teller, &card)), "forbidden");
    let card = bank.approve(&bank.checker, &card).unwrap();
    assert_eq!((card.state, card.sequence, card.expires), (State::Approved, 1, Some(day("2036-03-31"))));
    assert_eq!(refused(bank.activate(&bank.teller, card.id, 1, c.shown())), "card_state");
    bank.make();
    bank.make();
    let number = bank.number(card.id);
    assert_eq!(card.masked, kernel::chinese::mask_card(&number));
    assert_eq!(refused(bank.activate(&c.phone(), card.id, 1, c.shown())), "card_in_person");
    let other = InPerson { document: bank.customer(2).document };
    assert_eq!(refused(bank.activate(&bank.teller, card.id, 1, other)), "card_wrong_document");
    assert_eq!(refused(bank.activate(&bank.teller, card.id, 2, c.shown())), "card_plastic_differs");
    assert_eq!(bank.activate(&bank.teller, card.id, 1, c.shown()).unwrap().state, State::Active);
    assert_eq!(bank.activate(&bank.teller, card.id, 1, c.shown()).unwrap().state, State::Active);
    let steps = bank.read(|tx| steps(tx, &c.phone(), card.id)).unwrap();
    let told: Vec<_> = steps.iter().map(|s| (s.number, s.step)).collect();
    assert_eq!(told, [(1, Step::Apply), (2, Step::Approve), (3, Step::Produce), (4, Step::Activate)]);
    bank.verify();
}

#[test]
fn the_number_lies_nowhere_in_the_clear_and_leads_to_the_account() {
    let bank = Bank::open("2026-03-02");
    let (c, payer) = (bank.customer(1), bank.customer(2));
    let card = bank.active(&c, Kind::Debit);
    let number = bank.number(card.id);
    assert!(!card.pan.windows(8).any(|w| number.as_bytes().windows(8).any(|n| n == w)));
    let found = bank.read(|tx| payments::account_of_number(tx, &number)).unwrap().unwrap();
    assert_eq!(found.id, c.account);
    bank.pay_in(payer.account, 10_000);
    let order = payments::Order::transfer(payer.account, payments::Payee::Number(number.clone()), Money::cny(2_500));
    let receipt = payments::submit(&bank.desk, &payer.phone(), order, None).unwrap();
    assert_eq!(receipt.state, payments::State::Posted, "{receipt:?}");
    assert_eq!(bank.read(|tx| ledger::view(tx, c.account)).unwrap().posted(), Money::cny(2_500));
    let holder = c.stepped_up();
    bank.write(move |tx| close(tx, &holder, card.id, &nothing(), "moving away")).unwrap();
    assert!(bank.read(|tx| payments::account_of_number(tx, &number)).unwrap().is_none());
    bank.verify();
}

#[test]
fn a_loss_is_reported_by_any_channel_and_taken_back_at_a_counter_only() {
    for channel in [Channel::Phone, Channel::Remote, Channel::Kiosk, Channel::Counter] {
        let bank = Bank::open("2026-03-02");
        let c = bank.customer(1);
        let card = bank.active(&c, Kind::Debit);
        let by = if channel == Channel::Counter { bank.teller.clone() } else { c.on(channel) };
        let lost = bank.write(move |tx| lose(tx, &by, card.id, "bag stolen")).unwrap();
        assert_eq!(lost.state, State::Lost);
        for actor in [c.stepped_up(), c.on(Channel::Kiosk), Actor { channel: Channel::Remote, ..bank.teller.clone() }] {
            let seen = c.shown();
            let tried = bank.write(move |tx| find(tx, &actor, card.id, &seen));
            assert_eq!(refused(tried), "card_in_person", "{channel:?}");
        }
        let (teller, seen) = (bank.teller.clone(), c.shown());
        match bank.write(move |tx| find(tx, &teller, card.id, &seen)).unwrap() {
            FindOutcome::Done(found) => {
                assert!(channel != Channel::Counter);
                assert_eq!(found.state, State::Active);
            }
            FindOutcome::Asked(asked) => {
                assert_eq!(channel, Channel::Counter, "reported at a counter: two persons");
                assert_eq!(bank.raw(card.id).state, State::Lost);
                let hash = bank.hash(asked);
                let (maker, same) = (bank.teller.clone(), hash.clone());
                assert_eq!(refused(bank.write(move |tx| find_approve(tx, &maker, asked, &same))), "forbidden");
                let checker = bank.checker.clone();
                let found = bank.write(move |tx| find_approve(tx, &checker, asked, &hash)).unwrap();
                assert_eq!(found.state, State::Active);
            }
        }
        bank.verify();
    }
}

#[test]
fn a_stranger_neither_sees_nor_stops_a_card() {
    let bank = Bank::open("2026-03-02");
    let (c, stranger) = (bank.customer(1), bank.customer(2));
    let card = bank.active(&c, Kind::Debit);
    let by = stranger.stepped_up();
    let me = by.clone();
    assert_eq!(refused(bank.write(move |tx| lose(tx, &me, card.id, "x"))), "not_found");
    let me = by.clone();
    assert_eq!(refused(bank.write(move |tx| freeze(tx, &me, card.id, "x"))), "not_found");
    let me = by.clone();
    assert_eq!(refused(bank.write(move |tx| close(tx, &me, card.id, &nothing(), "x"))), "not_found");
    let (kiosk, theirs) = (stranger.on(Channel::Kiosk), c.person);
    assert_eq!(refused(bank.activate(&kiosk, card.id, 1, nothing())), "not_found");
    assert_eq!(refused(bank.read(|tx| cards_of(tx, &by, theirs))), "forbidden");
}

#[test]
fn a_freeze_ends_by_its_holder_unless_the_bank_made_it() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1);
    let card = bank.active(&c, Kind::Social);
    let holder = c.phone();
    let frozen = bank.write(move |tx| freeze(tx, &holder, card.id, "on a journey")).unwrap();
    assert_eq!(frozen.state, State::Frozen);
    let plain = c.phone();
    assert_eq!(refused(bank.write(move |tx| thaw(tx, &plain, card.id, &nothing()))), "step_up_needed");
    let fresh = c.stepped_up();
    assert_eq!(bank.write(move |tx| thaw(tx, &fresh, card.id, &nothing())).unwrap().state, State::Active);
    let teller = bank.teller.clone();
    bank.write(move |tx| freeze(tx, &teller, card.id, "strange use")).unwrap();
    let fresh = c.stepped_up();
    assert_eq!(refused(bank.write(move |tx| thaw(tx, &fresh, card.id, &nothing()))), "card_in_person");
    let (teller, seen) = (bank.teller.clone(), c.shown());
    assert_eq!(bank.write(move |tx| thaw(tx, &teller, card.id, &seen)).unwrap().state, State::Active);
    bank.verify();
}

#[test]
fn a_replacement_keeps_the_number_and_kills_the_old_plastic() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1);
    let card = bank.active(&c, Kind::Debit);
    let by = c.phone();
    bank.write(move |tx| lose(tx, &by, card.id, "lost")).unwrap();
    let by = c.stepped_up();
    let again = bank.write(move |tx| replace(tx, &by, card.id, false, &nothing(), "lost")).unwrap();
    assert_eq!((again.state, again.sequence), (State::Approved, 2));
    assert_eq!((again.pan_index.clone(), again.masked.clone()), (card.pan_index.clone(), card.masked.clone()));
    bank.make();
    bank.make();
    let numbers: Vec<_> = bank.maker.embossed().into_iter().map(|(_, sequence, number)| (sequence, number)).collect();
    assert_eq!(numbers, [(1, bank.number(card.id)), (2, bank.number(card.id))]);
    assert_eq!(refused(bank.activate(&bank.teller, card.id, 1, c.shown())), "card_plastic_differs");
    assert_eq!(bank.activate(&c.on(Channel::Kiosk), card.id, 2, nothing()).unwrap().state, State::Active);
    let states: Vec<_> = bank.read(|tx| plastics(tx, &c.phone(), card.id)).unwrap().iter().map(|p| p.state).collect();
    assert_eq!(states, [PlasticState::Dead, PlasticState::Active]);
    bank.verify();
}

#[test]
fn a_card_is_made_at_the_branch_while_a_blank_one_is_left() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1);
    let card = bank.active(&c, Kind::Debit);
    let branch = bank.branch;
    let here = |waits: bool| {
        let (teller, seen) = (bank.teller.clone(), c.shown());
        bank.write(move |tx| replace(tx, &teller, card.id, waits, &seen, "worn"))
    };
    assert_eq!(refused(here(true)), "card_stock_empty");
    assert_eq!(bank.raw(card.id).state, State::Active, "nothing of it was done");
    let by = bank.manager.clone();
    bank.write(move |tx| stock_receive(tx, &by, branch, 1)).unwrap();
    let by = bank.manager.clone();
    assert_eq!(refused(bank.write(move |tx| stock_confirm(tx, &by, branch, 1))), "card_same_person");
    let by = bank.checker.clone();
    assert_eq!(refused(bank.write(move |tx| stock_confirm(tx, &by, branch, 2))), "card_stock_state");
    let by = bank.checker.clone();
    assert_eq!(bank.write(move |tx| stock_confirm(tx, &by, branch, 1)).unwrap().blank, 1);
    let made = here(true).unwrap();
    assert_eq!((made.state, made.sequence), (State::Produced, 2));
    bank.activate(&bank.teller, card.id, 2, c.shown()).unwrap();
    assert_eq!(refused(here(true)), "card_stock_empty");
    bank.verify();
}

#[test]
fn a_maker_who_is_away_is_asked_again_and_makes_nothing_twice() {
    let mut bank = Bank::open("2026-03-02");
    bank.maker = MakerSimulator::new(Plan { looks: 2, away: 3 });
    let c = bank.customer(1);
    let card = bank.apply(&c, Kind::Debit).unwrap();
    bank.approve(&bank.checker, &card).unwrap();
    let runs: Vec<_> = (0..7).map(|_| bank.make()).map(|m| (m.given, m.produced, m.failed)).collect();
    assert_eq!(runs, [(0, 0, 1), (0, 0, 1), (0, 0, 1), (1, 0, 0), (0, 0, 0), (0, 0, 0), (0, 1, 0)]);
    assert_eq!(bank.maker.embossed().len(), 1);
    bank.verify();
}

#[test]
fn what_was_lost_while_it_was_made_stays_lost() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1);
    let card = bank.apply(&c, Kind::Debit).unwrap();
    bank.approve(&bank.checker, &card).unwrap();
    bank.make();
    let by = c.phone();
    bank.write(move |tx| lose(tx, &by, card.id, "stolen in the post")).unwrap();
    assert_eq!(bank.make().produced, 1);
    assert_eq!(bank.raw(card.id).state, State::Lost);
    assert_eq!(refused(bank.activate(&bank.teller, card.id, 1, c.shown())), "card_state");
    bank.verify();
}

#[test]
fn all_cards_of_a_person_are_lost_at_once_and_there_is_a_most() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1);
    for _ in 0..4 {
        let account = bank.another_account(&c);
        let card = bank.apply_for(&c, Kind::Debit, account).unwrap();
        bank.approve(&bank.manager, &card).unwrap();
    }
    assert_eq!(refused(bank.apply(&c, Kind::Debit)), "cards_full");
    let (by, person) = (c.phone(), c.person);
    let lost = bank.write(move |tx| lose_all(tx, &by, person, "bag stolen")).unwrap();
    assert_eq!(lost.len(), 4);
    let by = c.phone();
    assert_eq!(bank.write(move |tx| lose_all(tx, &by, person, "again")).unwrap().len(), 0);
    bank.verify();
}

#[test]
fn no_means_no_number() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1);
    let card = bank.apply(&c, Kind::Debit).unwrap();
    let (by, hash) = (bank.checker.clone(), bank.hash(card.approval.unwrap()));
    let no = bank.write(move |tx| decline(tx, &by, card.id, &hash, "identity not clear")).unwrap();
    assert_eq!((no.state, no.pan.len()), (State::Declined, 0));
    assert_eq!(bank.apply(&c, Kind::Debit).unwrap().state, State::Applied, "he may ask again");
    bank.verify();
}
