use super::*;
use kernel::id::AccountId;
use kernel::{Currency, Id};

fn ask(bank: &Bank, who: usize, deed: Deed, amount: i64, age: u32) -> TalkNew {
    let subject = Owner::Person(bank.people[who]);
    TalkNew {
        subject,
        deed,
        account: AccountId::new(Timestamp::from_micros(1), bank.people[who].book()),
        payee: String::new(),
        payee_number: String::new(),
        amount: yuan(amount),
        rules: Vec::new(),
        age: Some(age),
    }
}

fn open(bank: &Bank, by: &Actor, new: &TalkNew) -> Result<Talk> {
    let (by, new) = (by.clone(), new.clone());
    bank.write(move |tx| talk_open(tx, &by, &new))
}

fn end(bank: &Bank, by: &Actor, t: &Talk, outcome: TalkOutcome) -> Result<Change> {
    let (by, id) = (by.clone(), t.id);
    bank.write(move |tx| talk_end(tx, &by, id, outcome, "说是养老床位，已劝住"))
}

fn passes(bank: &Bank, new: &TalkNew) -> bool {
    let rules = talk_rules(bank.now().local_date()).unwrap();
    bank.read(|tx| standing_talk(tx, new)).is_some_and(|t| t.lets_pass(bank.now(), rules))
}

#[test]
fn a_talk_comes_first_for_an_elder_with_a_large_sum_or_when_the_guard_asks() {
    let bank = Bank::open();
    let rules = talk_rules(bank.now().local_date()).unwrap();
    for (deed, amount, age, want) in [
        (Deed::CashOut, 50_000, 60, true),
        (Deed::CashOut, 49_999, 60, false),
        (Deed::CashOut, 50_000, 59, false),
        (Deed::Transfer, 50_000, 78, true),
        (Deed::Transfer, 49_999, 78, false),
        (Deed::DepositBroken, 50_000, 78, true),
        (Deed::DepositBroken, 49_999, 78, false),
    ] {
        let new = ask(&bank, 0, deed, amount, age);
        assert_eq!(talk_wanted(&new, rules), want, "{deed} {amount} {age}");
        let asked = TalkNew { rules: vec!["t14.broken_deposit".into()], ..new.clone() };
        assert!(talk_wanted(&asked, rules), "the guard asks at any age and sum");
        let firm = TalkNew { age: None, ..new.clone() };
        assert!(!talk_wanted(&firm, rules));
        let foreign = TalkNew { amount: Money::new(new.amount.minor, Currency::USD), ..new };
        assert!(!talk_wanted(&foreign, rules), "sums are in yuan");
    }
}

#[test]
fn he_is_dissuaded_and_his_money_counts_as_kept_once() {
    let bank = Bank::open();
    let new = ask(&bank, 0, Deed::DepositBroken, 200_000, 78);
    let t = open(&bank, &bank.teller, &new).unwrap();
    assert_eq!((t.typology.as_str(), t.script, t.outcome), ("pension", 1, None));
    assert_eq!(open(&bank, &bank.teller, &new).unwrap().id, t.id, "the same question, the same talk");
    let (by, id) = (bank.teller.clone(), t.id);
    let called = |whom| {
        let by = by.clone();
        bank.write(move |tx| talk_call(tx, &by, id, whom)).unwrap()
    };
    assert_eq!((called(Called::Manager), called(Called::Manager)), (Change::Done, Change::AlreadySo));
    assert_eq!(end(&bank, &bank.teller, &t, TalkOutcome::Dissuaded).unwrap(), Change::Done);
    assert_eq!(end(&bank, &bank.teller, &t, TalkOutcome::Dissuaded).unwrap(), Change::AlreadySo);
    assert_eq!(code(end(&bank, &bank.manager, &t, TalkOutcome::Insists)), "counter_talk_ended");
    assert!(!passes(&bank, &new));
    let day = bank.now().local_date();
    let risk = bank.officers[0].clone();
    let kept = bank.read(|tx| interceptions(tx, &risk, day, day));
    assert_eq!((kept.len(), kept[0].amount, kept[0].how), (1, 20_000_000, How::Talked));

    // The desk closes the case of it: the same money, once.
    let case = bank.read(|tx| talk(tx, &bank.teller, t.id)).of_case.unwrap();
    assert_eq!((bank.case(case).typology.as_str(), bank.case(case).severity), ("pension", Severity::High));
    bank.claim(&risk, case).unwrap();
    let alert = bank.read(|tx| alerts_of(tx, &risk, case))[0].id;
    bank.close(&risk, case, Outcome::Dissuaded, &[(alert, How::Talked)]).unwrap();
    assert_eq!(bank.read(|tx| interceptions(tx, &risk, day, day)), kept);

    let sums = bank.read(|tx| talk_sums(tx, &bank.teller, bank.branch, day, day));
    assert_eq!(sums, [TalkSum { outcome: Some(TalkOutcome::Dissuaded), talks: 1, amount: yuan(200_000) }]);
    let again = open(&bank, &bank.teller, &new).unwrap();
    assert_ne!(again.id, t.id, "he comes back: another talk");
    bank.verified();
}

#[test]
fn he_insists_and_only_another_than_the_teller_says_so_for_thirty_minutes() {
    let bank = Bank::open();
    let new = ask(&bank, 0, Deed::CashOut, 60_000, 75);
    let t = open(&bank, &bank.teller, &new).unwrap();
    assert_eq!(t.typology, "elder");
    assert!(!passes(&bank, &new), "a talk under way lets nothing pass");
    assert_eq!(code(end(&bank, &bank.teller, &t, TalkOutcome::Insists)), "counter_talk_second");
    assert_eq!(code(end(&bank, &bank.far, &t, TalkOutcome::Insists)), "not_found");
    assert_eq!(end(&bank, &bank.manager, &t, TalkOutcome::Insists).unwrap(), Change::Done);
    assert!(passes(&bank, &new));
    assert!(!passes(&bank, &TalkNew { amount: yuan(60_001), ..new.clone() }), "what was asked, and nothing else");
    assert!(!passes(&bank, &TalkNew { deed: Deed::Transfer, ..new.clone() }));
    bank.clock.advance(30 * kernel::clock::MINUTE);
    assert!(passes(&bank, &new));
    bank.clock.advance(1);
    assert!(!passes(&bank, &new));
    let day = bank.now().local_date();
    assert!(bank.read(|tx| interceptions(tx, &bank.officers[0], day, day)).is_empty(), "nothing was kept");
    assert_eq!(bank.read(|tx| talk(tx, &bank.teller, t.id)).of_case, None);
}

#[test]
fn a_manager_who_serves_the_customer_himself_is_no_second_person() {
    let bank = Bank::open();
    let new = ask(&bank, 0, Deed::CashOut, 60_000, 75);
    let t = open(&bank, &bank.teller, &new).unwrap();
    let mut own = t.clone();
    own.teller = bank.manager.principal();
    let id = own.id;
    bank.write(move |tx| {
        let mut row = tx.load::<Talk>(store::params![id.book(), id])?.expect("a talk");
        row.teller = own.teller.clone();
        tx.update(&mut row)
    })
    .unwrap();
    assert_eq!(code(end(&bank, &bank.manager, &t, TalkOutcome::Insists)), "counter_talk_second");
    assert_eq!(end(&bank, &bank.officers[0], &t, TalkOutcome::Insists).unwrap(), Change::Done);
}

#[test]
fn the_police_are_called_before_a_talk_is_handed_to_them() {
    let bank = Bank::open();
    let new = TalkNew { rules: vec!["t12.remote_control".into()], ..ask(&bank, 2, Deed::Transfer, 30_000, 41) };
    let t = open(&bank, &bank.teller, &new).unwrap();
    assert_eq!(t.typology, "remote");
    let (by, id) = (bank.teller.clone(), t.id);
    let chosen = bank.write(move |tx| talk_about(tx, &by, id, "pension"));
    assert_eq!(chosen.unwrap(), Change::Done);
    assert_eq!(code(end(&bank, &bank.teller, &t, TalkOutcome::Police)), "case_form");
    let by = bank.teller.clone();
    bank.write(move |tx| talk_call(tx, &by, id, Called::Police)).unwrap();
    end(&bank, &bank.teller, &t, TalkOutcome::Police).unwrap();
    let seen = bank.read(|tx| talk(tx, &bank.manager, t.id));
    assert_eq!(bank.case(seen.of_case.unwrap()).severity, Severity::Grave);
    assert_eq!(bank.read(|tx| talk_words(tx.keys(), &seen)), "说是养老床位，已劝住");
    assert_eq!(
        bank.events().into_iter().filter(|k| k.starts_with("talk")).collect::<Vec<_>>(),
        ["talk.police_called", "talk.ended"]
    );
}

#[test]
fn a_talk_is_read_at_its_branch() {
    let bank = Bank::open();
    let t = open(&bank, &bank.teller, &ask(&bank, 0, Deed::CashOut, 60_000, 75)).unwrap();
    let first = PageAsk { limit: Some(1), after: None };
    let (branch, id) = (bank.branch, t.id);
    assert_eq!(bank.read(|tx| talks(tx, &bank.teller, branch, &first)).items[0].id, t.id);
    assert_eq!(bank.store.read(|tx| talk(tx, &bank.far, id)).unwrap_err().code().name, "not_found");
    assert_eq!(bank.store.read(|tx| talks(tx, &bank.far, branch, &first)).unwrap_err().code().name, "forbidden");
    let customer = phone_of(bank.people[0]);
    assert_eq!(bank.store.read(|tx| talk(tx, &customer, id)).unwrap_err().code().name, "not_found");
    assert_eq!(code(open(&bank, &customer, &ask(&bank, 0, Deed::CashOut, 60_000, 75))), "forbidden");
}
