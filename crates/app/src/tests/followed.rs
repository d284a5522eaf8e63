//! The desk of cases beside payments: what becomes a case and what does not, and what its end does to the money.
use super::House;
use super::relaying::pay;
use crate::followed::{Ending, agree, close};
use crate::fraud::refuse_and_report;
use cases::{Alert, AppealKind, AppealNew, Case, CaseState, Outcome, Source};
use guard::Fault;
use kernel::id::{FraudCaseId, InstructionId};
use kernel::{Actor, Money, Owner, PageAsk};
use party::{Change, Role};
use payments::{Arrival, Order, Payee, State};

fn ask(h: &House, yuan: i64) -> Order {
    Order::transfer(h.account, Payee::Account(h.funds), Money::cny(yuan * 100))
}

/// The person has 5,000 yuan.
fn house() -> House {
    let h = House::open();
    pay(&h, 500_000);
    h
}

/// A payment that the guard could not judge.
fn held(h: &House, yuan: i64) -> InstructionId {
    h.bank.desk.guard.inject(Some(Fault::Broken));
    let receipt = payments::submit(&h.bank.desk, &h.customer(), ask(h, yuan), None).unwrap();
    h.bank.desk.guard.inject(None);
    assert_eq!(receipt.state, State::Held);
    h.settle();
    receipt.instruction
}

fn state(h: &House, id: InstructionId) -> State {
    h.read(|tx| payments::raw(tx, id)).unwrap().state
}

fn available(h: &House) -> i64 {
    h.read(|tx| ledger::view(tx, h.account)).available().minor / 100
}

fn case_of(h: &House, id: InstructionId) -> Option<Case> {
    h.read(|tx| cases::case_of_instruction(tx, Owner::Person(h.person), id))
}

fn alerts(h: &House, by: &Actor, case: FraudCaseId) -> Vec<Alert> {
    h.read(|tx| cases::alerts_of(tx, by, case))
}

fn claim(h: &House, by: &Actor, case: FraudCaseId) {
    let by = by.clone();
    h.write(move |tx| cases::claim(tx, &by, case).map(|_| ()));
}

/// Yuan counted as kept.
fn kept(h: &House, by: &Actor) -> i64 {
    let day = h.clock.now().local_date();
    let all = h.read(|tx| cases::interceptions(tx, by, day, day));
    all.iter().map(|s| s.amount).sum::<i64>() / 100
}

#[test]
fn what_is_held_becomes_one_case_whose_end_calls_it_off_and_counts_the_money() {
    let h = house();
    let [risk, other] = ["r1", "r2"].map(|n| h.staff(n, Role::RiskOfficer));
    let (first, second) = (held(&h, 1_000), held(&h, 200));
    let case = case_of(&h, first).unwrap();
    assert_eq!(case_of(&h, second).unwrap().id, case.id, "one open case a customer and matter");
    h.settle();
    let all = alerts(&h, &risk, case.id);
    assert_eq!(all.iter().map(|a| a.source).collect::<Vec<_>>(), [Source::Held, Source::Held]);
    claim(&h, &risk, case.id);
    let ending = Ending { release: Some(false), list: true };
    let stranger = close(&h.bank, &other, case.id, Outcome::Dissuaded, "a fraud", ending).unwrap_err();
    assert_eq!((stranger.code().name, state(&h, first)), ("case_not_yours", State::Held));
    let done = close(&h.bank, &risk, case.id, Outcome::Dissuaded, "a fraud", ending).unwrap();
    assert_eq!((done, state(&h, first), state(&h, second)), (Change::Done, State::Cancelled, State::Cancelled));
    assert_eq!((available(&h), kept(&h, &risk)), (5_000, 1_200));
    let inbox = h.read(|tx| approval::waiting_for(tx, &other, &PageAsk::default())).items;
    assert_eq!(inbox.iter().filter(|a| a.kind == "guard.lists").count(), 1, "one payee, however many payments");
    let again = close(&h.bank, &risk, case.id, Outcome::Dissuaded, "a fraud", ending).unwrap();
    assert_eq!((again, kept(&h, &risk)), (Change::AlreadySo, 1_200));
    assert_eq!(case_of(&h, first).unwrap().state, CaseState::Closed);
    h.settle();
    h.sound();
}

#[test]
fn a_false_alarm_lets_the_payment_go_and_keeps_nothing() {
    let h = house();
    let risk = h.staff("r1", Role::RiskOfficer);
    let id = held(&h, 1_000);
    let case = case_of(&h, id).unwrap().id;
    claim(&h, &risk, case);
    let ending = Ending { release: Some(true), list: false };
    close(&h.bank, &risk, case, Outcome::FalseAlarm, "his own firm", ending).unwrap();
    assert_eq!((state(&h, id), available(&h), kept(&h, &risk)), (State::Posted, 4_000, 0));
    h.settle();
    h.sound();
}

#[test]
fn what_passes_or_is_wanted_later_is_nobodys_case() {
    let h = house();
    let now = payments::submit(&h.bank.desk, &h.customer(), ask(&h, 100), None).unwrap();
    let later = payments::submit(&h.bank.desk, &h.customer(), ask(&h, 100).arrival(Arrival::NextDay), None).unwrap();
    h.settle();
    assert_eq!((now.state, later.state), (State::Posted, State::Delayed));
    assert!([now, later].iter().all(|r| case_of(&h, r.instruction).is_none()));
}

#[test]
fn a_customers_word_that_it_is_a_fraud_becomes_a_case_and_what_was_called_off_is_kept() {
    let h = house();
    let risk = h.staff("r1", Role::RiskOfficer);
    let later = payments::submit(&h.bank.desk, &h.customer(), ask(&h, 300).arrival(Arrival::NextDay), None).unwrap();
    let (me, id) = (h.customer(), later.instruction);
    h.write(move |tx| refuse_and_report(tx, &me, id, safety::Typology::Refund).map(|_| ()));
    assert!(case_of(&h, id).is_none(), "nobody has heard it yet");
    h.settle();
    let case = case_of(&h, id).unwrap().id;
    assert_eq!(alerts(&h, &risk, case).iter().map(|a| a.source).collect::<Vec<_>>(), [Source::Report]);
    claim(&h, &risk, case);
    close(&h.bank, &risk, case, Outcome::Fraud, "reported elsewhere too", Ending::default()).unwrap();
    assert_eq!((state(&h, id), kept(&h, &risk)), (State::Cancelled, 300));
}

#[test]
fn aml_39_what_two_officers_say_yes_to_is_let_go_at_once() {
    let h = house();
    let [risk, other] = ["r1", "r2"].map(|n| h.staff(n, Role::RiskOfficer));
    let id = held(&h, 800);
    let (me, person) = (h.customer(), Owner::Person(h.person));
    let appeal = h.write(move |tx| {
        let new = AppealNew {
            subject: person,
            kind: AppealKind::Objection,
            instruction: Some(id),
            urgent: true,
            words: "学费".into(),
            files: Vec::new(),
        };
        cases::object(tx, &me, &new).map(|(a, _)| a.id)
    });
    let first = risk.clone();
    h.write(move |tx| cases::decide(tx, &first, appeal, true, "可以").map(|_| ()));
    assert_eq!(state(&h, id), State::Held);
    assert_eq!(agree(&h.bank, &risk, appeal).unwrap_err().code().name, "appeal_not_yours");
    assert_eq!((agree(&h.bank, &other, appeal).unwrap(), state(&h, id)), (Change::Done, State::Posted));
    assert_eq!(agree(&h.bank, &other, appeal).unwrap(), Change::AlreadySo);
    assert_eq!(available(&h), 4_200);
    h.settle();
    h.sound();
}
