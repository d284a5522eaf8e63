use super::{House, system};
use crate::codes::DAY_NOT_AFTER;
use crate::{Close, blockers, close_day, notices};
use kernel::{Currency, Date, Kind, Money, PageAsk};
use party::Role;
use payments::clearing::{self, Plan, Resolution, Simulator, State};
use payments::{Order, Payee};
use std::sync::Arc;

fn abroad(h: &House, fen: i64) -> payments::Receipt {
    let payee =
        Payee::External { bank: "102100099996".into(), number: "6222021234567890".into(), name: "王秀英".into() };
    let order = Order::transfer(h.funds, payee, Money::cny(fen));
    let shown = h.read(|tx| payments::quote(tx, &system(), &order)).map(|q| q.fee);
    let order = Order { fee_shown: shown, ..order };
    payments::submit(&h.bank.desk, &system(), order, None).unwrap()
}

fn items(h: &House, state: State) -> Vec<clearing::ItemView> {
    let operator = system();
    h.read(|tx| clearing::list(tx, &operator, state, &PageAsk::default())).items
}

#[test]
fn a_payment_to_another_bank_goes_out_and_is_paid() {
    let h = House::open();
    let receipt = abroad(&h, 50_000);
    assert_eq!(receipt.state, payments::State::Posted, "{receipt:?}");
    assert_eq!(items(&h, State::Queued).len(), 1);
    h.sound();
    h.settle();
    assert_eq!(items(&h, State::Sent).len(), 1);
    h.wait(180);
    h.settle();
    let paid = items(&h, State::Paid);
    assert_eq!((paid.len(), paid[0].instruction), (1, receipt.instruction));
    h.sound();
}

#[test]
fn a_payment_that_comes_back_is_told_to_the_payer() {
    let h = House::open_with(|o| {
        let port = Simulator::new(o.clock.clone(), Plan { returned: 1_000, ..Plan::calm(3) });
        crate::Options { port: Some(Arc::new(port)), ..o }
    });
    let before = h.read(|tx| ledger::view(tx, h.funds)).posted();
    let fee = abroad(&h, 50_000).fee;
    h.settle();
    h.wait(2 * 86_400);
    h.settle();
    assert_eq!(items(&h, State::Returned).len(), 1);
    assert_eq!(h.read(|tx| ledger::view(tx, h.funds)).posted(), before.sub(fee).unwrap(), "all but the fee is back");
    let owner = h.owner();
    let told = h.read(|tx| notices::list(tx, &owner, false, &PageAsk::default())).items;
    assert!(told.iter().any(|n| n.kind == "clearing.returned" && n.args.0.contains_key("reason")), "{told:?}");
    h.sound();
}

#[test]
fn answers_and_events_go_after_their_time() {
    let h = House::open();
    let order = Order::transfer(h.funds, Payee::Account(h.account), Money::cny(100)).fee_shown(Money::cny(0));
    payments::submit(&h.bank.desk, &system(), order, Some("once")).unwrap();
    h.settle();
    let events = || h.read(|tx| tx.outbox_after_cursor("a new consumer", 1_000)).len();
    let (before, day) = (events(), 86_400);
    h.wait(store::KEPT_DAYS * day);
    assert_eq!((h.read(|tx| tx.old_answers(None)).old.len(), events()), (0, before), "to the day");
    h.wait(day);
    assert_eq!(h.read(|tx| tx.old_answers(None)).old.len(), 1);
    h.settle();
    assert!(h.read(|tx| tx.old_answers(None)).old.is_empty());
    assert!(before > 0 && events() < before, "{} of {before} events are left", events());
    h.sound();
}

#[test]
fn the_simulated_carrier_remembers_over_a_restart() {
    let directory = super::directory();
    let in_files = |o| crate::Options { keys: crate::Keys::File(directory.join("keys.json")), ..o };
    let h = House::open_with(in_files);
    abroad(&h, 50_000);
    h.settle();
    let sent: Vec<_> = items(&h, State::Sent).iter().map(|i| i.item).collect();
    let options = in_files(crate::Options { clock: h.clock.clone(), ..super::options(&h.directory) });
    let after = crate::bank::simulator(&options).unwrap();
    assert_eq!(after.status(&sent).unwrap(), [(sent[0], clearing::Status::Taken)]);
    let _ = std::fs::remove_dir_all(&directory);
}

/// Nothing comes through: whatever is sent is in doubt for ever.
struct Deaf;

impl clearing::Port for Deaf {
    fn send(&self, _: &[clearing::Outgoing]) -> kernel::Result<()> {
        Err(kernel::Error::broken("deaf"))
    }
    fn status(&self, _: &[kernel::id::ClearingId]) -> kernel::Result<Vec<(kernel::id::ClearingId, clearing::Status)>> {
        Err(kernel::Error::broken("deaf"))
    }
    fn answers(&self, _: u32) -> kernel::Result<Vec<clearing::Answer>> {
        Err(kernel::Error::broken("deaf"))
    }
    fn acknowledge(&self, _: &[u64]) -> kernel::Result<()> {
        Err(kernel::Error::broken("deaf"))
    }
}

#[test]
fn an_unknown_item_is_settled_by_two_people_and_by_nobody_alone() {
    let h = House::open_with(|o| crate::Options { port: Some(Arc::new(Deaf)), ..o });
    abroad(&h, 50_000);
    h.jobs();
    let id = items(&h, State::Unknown)[0].item;
    let (operator, checker) = (h.staff("o", Role::Operator), h.staff("c", Role::OperationsChecker));
    let teller = h.staff("t", Role::Teller);
    let ask = |actor: &kernel::Actor, resolution: Resolution, why: &'static str| {
        let actor = actor.clone();
        h.bank.write(move |tx| clearing::resolve_ask(tx, &actor, id, resolution.clone(), why))
    };
    assert_eq!(ask(&teller, Resolution::Paid, "x").unwrap_err().kind(), Kind::Forbidden);
    assert!(ask(&operator, Resolution::Paid, "").unwrap_err().is(&party::codes::REASON_NEEDED));
    let other = Resolution::Returned { reason: clearing::Reason::Other, to: Some(h.account) };
    assert!(ask(&operator, other, "x").unwrap_err().is(&clearing::OTHER_OWNER), "not to somebody else");
    let asked = ask(&operator, Resolution::Paid, "statement 118 of the clearing house").unwrap();
    let hash = h.read(|tx| approval::approval(tx, &checker, asked)).hash_text();
    let resolve = |actor: &kernel::Actor| {
        let (actor, hash) = (actor.clone(), hash.clone());
        h.bank.write(move |tx| clearing::resolve(tx, &actor, asked, &hash))
    };
    assert_eq!(resolve(&operator).unwrap_err().kind(), Kind::Forbidden);
    assert_eq!(items(&h, State::Unknown).len(), 1);
    assert_eq!(resolve(&checker).unwrap(), party::Change::Done);
    assert_eq!(resolve(&checker).unwrap(), party::Change::AlreadySo);
    let paid = items(&h, State::Paid);
    assert_eq!(paid[0].resolved_by.as_deref(), Some(checker.principal().as_str()));
    assert!(ask(&operator, Resolution::SendAgain, "x").unwrap_err().is(&clearing::NOT_IN_DOUBT));
    h.sound();
}

#[test]
fn the_day_closes_when_nothing_waits_at_a_counter() {
    let h = House::open();
    let (operator, teller) = (h.staff("o", Role::Operator), h.staff("t", Role::Teller));
    let (open, next) = (Date::parse("2026-11-18").unwrap(), Date::parse("2026-11-19").unwrap());
    let close = |actor: &kernel::Actor, to: Date| close_day(&h.bank, actor, to, &mut |_, _, _| {});
    assert_eq!(close(&teller, next).unwrap_err().kind(), Kind::Forbidden);
    assert!(close(&operator, open).unwrap_err().is(&DAY_NOT_AFTER));

    let order = Order::transfer(h.funds, Payee::Account(h.account), Money::cny(10_000_000));
    let waiting = payments::submit(&h.bank.desk, &teller, order, None).unwrap();
    assert_eq!(waiting.state, payments::State::AwaitingApproval, "{waiting:?}");
    let Close::Blocked(list) = close(&operator, next).unwrap() else { panic!("it closed") };
    assert_eq!((list.len(), list[0].what, list[0].count), (1, "payments", 1));
    assert_eq!(h.read(|tx| tx.business_date()), open);
    let (checker, asked) = (h.staff("c", Role::OperationsChecker), waiting.approval.unwrap());
    let hash = h.read(|tx| approval::approval(tx, &checker, asked)).hash_text();
    payments::disapprove(&h.bank.desk, &checker, asked, &hash, "the customer went home").unwrap();
    assert!(h.read(blockers).is_empty());

    let mut steps = Vec::new();
    let done = close_day(&h.bank, &operator, next, &mut |step, _, _| steps.push(step.to_owned())).unwrap();
    assert!(done.to_string().starts_with("2026-11-18 is closed, 2026-11-19 is open"), "{done}");
    assert_eq!(steps.last().map(String::as_str), Some("done"));
    assert_eq!(h.read(|tx| tx.business_date()), next);
    assert_eq!(h.sound().days, 1);
    super::relaying::pay(&h, 100);
    h.settle();
    close(&operator, next.plus_days(1)).unwrap();
    assert_eq!(h.sound().days, 2);
    let cny = h.read(ledger::day::trial_balance).into_iter().filter(|l| l.currency == Currency::CNY);
    assert_eq!(cny.map(|l| l.credits - l.debits).sum::<i64>(), 0);
}

#[test]
fn a_night_that_was_broken_off_is_finished_by_the_clockwork_or_before_the_next_day_closes() {
    let h = House::open();
    let operator = h.staff("o", Role::Operator);
    let open_nights =
        || h.read(|tx| deposits::nights(tx, 10)).iter().filter(|n| n.step != deposits::Step::Done).count();
    // The process dies between the closing of the day and its night.
    let close_alone = |to: &str| {
        let to = Date::parse(to).unwrap();
        h.write(move |tx| {
            let day = ledger::day::close(tx, &kernel::Actor::system("close-day"), to)?.date;
            deposits::night_begin(tx, day, to)
        });
    };
    close_alone("2026-11-19");
    assert_eq!(open_nights(), 1);
    h.jobs();
    assert_eq!(open_nights(), 0);
    close_alone("2026-12-20");
    close_day(&h.bank, &operator, Date::parse("2026-12-21").unwrap(), &mut |_, _, _| {}).unwrap();
    assert_eq!(open_nights(), 0);
    // A million yuan of the firm's from 18 November to 20 December, 33 days at 0.05 %.
    let paid = h.read(|tx| ledger::view(tx, h.funds)).posted().minor - 100_000_000;
    assert_eq!(paid, 4_583);
    assert_eq!(h.sound().days, 3);
}
