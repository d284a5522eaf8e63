use super::*;
use party::Change;

fn movement(bank: &Bank, amount: i64) -> Movement {
    Movement { way: Way::Phone, to: To::Payee { firm: false, since: None }, amount: yuan(amount), at: bank.clock.now() }
}

fn passes(bank: &Bank, person: PersonId, m: Movement) -> Result<()> {
    bank.write(move |tx| pass(tx, person, &m).map(drop))
}

#[test]
fn one_button_locks_everything_at_once_and_a_day_opens_it() {
    let bank = Bank::open();
    let [wang, ..] = bank.people;
    assert!(passes(&bank, wang, movement(&bank, 1)).is_ok());
    assert_eq!(bank.lock_all(&phone(wang), wang).unwrap().change, Change::Done);
    assert_eq!(bank.lock_all(&phone(wang), wang).unwrap().change, Change::AlreadySo);
    assert_eq!(code(passes(&bank, wang, movement(&bank, 1))), "lock_all");
    assert_eq!(code(bank.set(&phone(wang), wang, &Terms::open())), "step_up_needed");
    let asked = bank.set(&sure(wang), wang, &Terms::open()).unwrap().lock;
    let due = asked.waiting.as_ref().unwrap().due_at;
    assert_eq!((asked.terms.all, due), (true, bank.clock.now().plus(24 * HOUR)));
    bank.clock.set(due.plus(-1));
    assert_eq!(bank.loosen_due(), 0);
    assert_eq!(code(passes(&bank, wang, movement(&bank, 1))), "lock_all");
    bank.clock.set(due);
    assert_eq!(code(passes(&bank, wang, movement(&bank, 1))), "lock_all", "until the clockwork has run");
    assert_eq!((bank.loosen_due(), bank.loosen_due()), (1, 0));
    assert!(passes(&bank, wang, movement(&bank, 1)).is_ok());
    assert_eq!(bank.events("safety."), ["safety.locked", "safety.loosening_asked", "safety.loosened"]);
}

#[test]
fn while_it_waits_the_customer_takes_it_back_with_one_word() {
    let bank = Bank::open();
    let [wang, li, _] = bank.people;
    bank.lock_all(&phone(wang), wang).unwrap();
    let id = bank.set(&sure(wang), wang, &Terms::open()).unwrap().lock.waiting.unwrap().id;
    let take_back = |who: PersonId| bank.write(move |tx| withdraw(tx, &phone(who), id));
    assert_eq!(code(take_back(li)), "not_found");
    assert_eq!(take_back(wang).unwrap(), Change::Done);
    assert_eq!(take_back(wang).unwrap(), Change::AlreadySo);
    bank.hours(25);
    assert_eq!((bank.loosen_due(), bank.terms(wang).all), (0, true));
    let again = bank.set(&sure(wang), wang, &Terms::open()).unwrap().lock.waiting.unwrap().id;
    bank.hours(24);
    bank.loosen_due();
    assert_eq!(code(bank.write(move |tx| withdraw(tx, &phone(wang), again))), "loosening_over");
}

#[test]
fn a_lock_of_everything_ends_what_waits() {
    let bank = Bank::open();
    let [wang, ..] = bank.people;
    let sum = Terms { per_day: Some(100_000), ..Terms::open() };
    bank.set(&phone(wang), wang, &sum).unwrap();
    bank.set(&sure(wang), wang, &Terms::open()).unwrap();
    bank.hours(23);
    bank.lock_all(&phone(wang), wang).unwrap();
    bank.hours(48);
    assert_eq!(bank.loosen_due(), 0);
    assert_eq!(bank.terms(wang), Terms { all: true, ..sum });
}

#[test]
fn a_stricter_wish_needs_no_proof_and_keeps_the_time_of_what_waits() {
    let bank = Bank::open();
    let [wang, ..] = bank.people;
    bank.lock_all(&phone(wang), wang).unwrap();
    let first = bank.set(&sure(wang), wang, &Terms::open()).unwrap().lock.waiting.unwrap();
    bank.hours(3);
    let sum = Terms { per_payment: Some(50_000), ..Terms::open() };
    let kept = bank.set(&phone(wang), wang, &sum).unwrap().lock;
    assert_eq!(kept.waiting.unwrap().due_at, first.due_at);
    assert_eq!(kept.terms, Terms { all: true, ..sum.clone() });
    let anew = bank.set(&sure(wang), wang, &Terms::open()).unwrap().lock.waiting.unwrap();
    assert_eq!(anew.due_at, bank.clock.now().plus(24 * HOUR), "looser again: the day begins anew");
    bank.clock.set(first.due_at);
    assert_eq!(bank.loosen_due(), 0);
}

#[test]
fn staff_lock_for_a_customer_and_loosen_with_his_document_seen() {
    let bank = Bank::open();
    let [wang, li, _] = bank.people;
    bank.lock_all(&bank.teller, wang).unwrap();
    assert_eq!(code(bank.lock_all(&phone(li), wang)), "forbidden");
    assert_eq!(code(bank.lock_all(&bank.officers[0], wang)), "forbidden");
    assert_eq!(code(bank.set(&bank.teller, wang, &Terms::open())), "document_not_seen");
    let teller = bank.teller.clone();
    let some = Terms { per_payment: Some(100_000), ..Terms::open() };
    let asked = bank.write(move |tx| set(tx, &teller, wang, &some, true)).unwrap().lock;
    assert_eq!(asked.waiting.unwrap().proof, Proof::Document);
    assert!(asked.terms.all, "a document does not shorten the wait");
    let afar = Actor { channel: Channel::Remote, ..bank.teller.clone() };
    let from_afar = |asked: Terms| {
        let afar = afar.clone();
        bank.write(move |tx| set(tx, &afar, wang, &asked, true))
    };
    assert_eq!(code(from_afar(Terms::open())), "document_not_seen", "looser than what waits");
    let stricter = Terms { per_payment: Some(50_000), ..Terms::open() };
    assert_eq!(from_afar(stricter).unwrap().lock.waiting.unwrap().proof, Proof::Document, "shown once is enough");
}

#[test]
fn a_sum_of_the_day_counts_what_was_paid_and_gives_back_what_was_called_off() {
    let bank = Bank::open();
    let [wang, ..] = bank.people;
    let date = bank.clock.now().local_date();
    let spend = |fen: i64| {
        let id = instruction(&bank);
        bank.write(move |tx| use_day(tx, wang, id, Money::cny(fen), date)).map(|()| id)
    };
    spend(1_000_000).unwrap();
    bank.set(&phone(wang), wang, &Terms { per_day: Some(100_000), ..Terms::open() }).unwrap();
    let first = spend(60_000).unwrap();
    assert_eq!(code(spend(40_001)), "lock_day");
    spend(40_000).unwrap();
    assert_eq!(code(spend(1)), "lock_day");
    bank.write(move |tx| give_back(tx, wang, first, Money::cny(10_000))).unwrap();
    spend(10_000).unwrap();
    assert_eq!(code(spend(1)), "lock_day");
    bank.write(move |tx| give_back(tx, wang, first, Money::cny(50_000))).unwrap();
    bank.write(move |tx| give_back(tx, wang, first, Money::cny(50_000))).unwrap();
    spend(50_000).unwrap();
    assert_eq!(code(spend(1)), "lock_day", "nothing is given back twice");
    bank.hours(24 * (USES_KEPT_DAYS + 2));
    assert_eq!(bank.write(|tx| forget_uses(tx, 100)).unwrap(), 3);
}

#[test]
fn a_sum_has_a_range() {
    let bank = Bank::open();
    let [wang, ..] = bank.people;
    for (sum, want) in [(0, true), (SUM_MAX, true), (-1, false), (SUM_MAX + 1, false)] {
        let got = bank.set(&phone(wang), wang, &Terms { per_payment: Some(sum), ..Terms::open() });
        assert!(got.is_ok() == want || got.is_err_and(|e| e.code().name == "step_up_needed"), "{sum}");
    }
    let too_much = Terms { per_day: Some(SUM_MAX + 1), ..Terms::open() };
    assert_eq!(code(bank.set(&phone(wang), wang, &too_much)), "lock_sum_out_of_range");
}

#[test]
fn a_days_sum_holds_when_many_pay_at_once() {
    let bank = Bank::open();
    let [wang, ..] = bank.people;
    bank.set(&phone(wang), wang, &Terms { per_day: Some(1_000), ..Terms::open() }).unwrap();
    let date = bank.clock.now().local_date();
    let spend = || {
        let id = instruction(&bank);
        bank.write(move |tx| use_day(tx, wang, id, Money::cny(100), date)).is_ok()
    };
    let done: usize = std::thread::scope(|s| {
        let threads: Vec<_> = (0..8).map(|_| s.spawn(|| (0..5).filter(|_| spend()).count())).collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert_eq!(done, 10);
}
