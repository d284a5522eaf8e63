//! From the document to its end: two persons, the emergency stop, days, places, renewals, releases.
use super::*;
use kernel::clock::{DAY, MINUTE};

const YUAN: i64 = 100;

#[test]
fn nothing_happens_before_a_second_person_agreed() {
    let b = Bank::open();
    let c = b.customer(1, 1_000 * YUAN);
    let id = b.enter(b.court(&c, "甲1", None, "2026-09-01")).unwrap();
    assert_eq!(b.state(id), OrderState::Entered);
    b.pays(c.account, 1).unwrap();
    assert!(b.yes_by(&b.risk, id).unwrap_err().is(&kernel::error::FORBIDDEN), "who enters does not check");
    assert!(b.yes_by(&b.teller, id).unwrap_err().is(&kernel::error::FORBIDDEN));
    b.yes(id).unwrap();
    let o = b.order(id);
    assert_eq!((o.state, o.place), (OrderState::InForce, 1));
    assert_ne!(Some(o.entered_by), o.decided_by);
    assert!(b.pays(c.account, 1).unwrap_err().is(&ledger::refusals::DEBITS_STOPPED));
    assert_eq!(b.yes(id).unwrap(), Change::AlreadySo);
    b.verify();
}

#[test]
fn a_no_leaves_the_money_free_and_says_why() {
    let b = Bank::open();
    let c = b.customer(1, 1_000 * YUAN);
    let id = b.enter(b.court(&c, "甲1", None, "2026-09-01")).unwrap();
    b.no(id).unwrap();
    let o = b.order(id);
    assert_eq!((o.state, o.decided_why.as_str()), (OrderState::Refused, "文书没有盖章"));
    b.pays(c.account, 1).unwrap();
    assert!(b.yes(id).is_err());
}

#[test]
fn what_nobody_decides_is_refused_after_a_day() {
    let b = Bank::open();
    let c = b.customer(1, 1_000 * YUAN);
    let id = b.enter(b.court(&c, "甲1", None, "2026-09-01")).unwrap();
    b.clock.advance(24 * HOUR - 1);
    assert_eq!(b.go_on(), Moved::default());
    b.clock.advance(1);
    assert_eq!(b.go_on().undecided, 1);
    assert_eq!(b.state(id), OrderState::Refused);
    assert!(b.yes(id).is_err());
    assert_eq!(b.go_on(), Moved::default());
}

#[test]
fn an_emergency_stop_acts_at_once_on_all_channels_and_lapses_unless_confirmed() {
    let b = Bank::open();
    let (c, other) = (b.customer(1, 1_000 * YUAN), b.customer(2, 0));
    b.transfers(&c.actor(), &c, &other, YUAN).unwrap();
    let new = OrderNew { evidence: None, ..b.paper(OrderKind::Stop, &c, "止1") };
    let id = b.stop_now(new.clone()).unwrap();
    assert_eq!(b.stop_now(new).unwrap(), id, "the same document again is the same stop");
    let at = |channel| Actor { channel, ..c.actor() };
    for by in [c.actor(), at(Channel::Remote), at(Channel::Kiosk), b.teller.clone()] {
        let refused = b.transfers(&by, &c, &other, YUAN);
        assert!(refused.is_err() || refused.unwrap().state == payments::State::Refused, "{:?}", by.channel);
    }
    assert_eq!(b.balance(other.account), YUAN);
    assert!(b.yes_by(&b.risk, id).is_err(), "nobody confirms his own");
    b.clock.advance(30 * MINUTE - 1);
    assert_eq!(b.go_on(), Moved::default());
    b.clock.advance(1);
    assert!(b.yes(id).unwrap_err().is(&TOO_LATE));
    assert_eq!(b.go_on().lapsed, 1);
    assert_eq!(b.state(id), OrderState::Lapsed);
    b.transfers(&c.actor(), &c, &other, YUAN).unwrap();
    assert_eq!(b.balance(other.account), 2 * YUAN);
    b.verify();
}

#[test]
fn a_confirmed_stop_holds_48_hours_from_when_it_began() {
    let b = Bank::open();
    let (c, other) = (b.customer(1, 1_000 * YUAN), b.customer(2, 0));
    let id = b.stop_now(b.paper(OrderKind::Stop, &c, "止1")).unwrap();
    b.clock.advance(20 * MINUTE);
    b.yes_by(&b.manager, id).unwrap();
    b.clock.advance(48 * HOUR - 20 * MINUTE - 1);
    assert_eq!(b.go_on(), Moved::default());
    assert!(b.transfers(&c.actor(), &c, &other, YUAN).map_or(true, |r| r.state == payments::State::Refused));
    b.clock.advance(1);
    assert_eq!(b.go_on().expired, 1);
    assert_eq!(b.transfers(&c.actor(), &c, &other, YUAN).unwrap().state, payments::State::Posted);
}

#[test]
fn an_emergency_stop_that_is_refused_ends_at_once() {
    let b = Bank::open();
    let c = b.customer(1, 1_000 * YUAN);
    let id = b.stop_now(OrderNew { account: Some(c.account), ..b.paper(OrderKind::Stop, &c, "止1") }).unwrap();
    assert!(b.pays(c.account, 1).is_err());
    b.no(id).unwrap();
    assert_eq!(b.state(id), OrderState::Refused);
    b.pays(c.account, 1).unwrap();
    let freeze = b.court(&c, "甲1", None, "2026-09-01");
    assert!(b.stop_now(freeze).unwrap_err().is(&FORM), "only a stop acts alone");
}

#[test]
fn who_may_order_what_and_how_long() {
    let b = Bank::open();
    let c = b.customer(1, 1_000 * YUAN);
    let court = |until| b.court(&c, "甲1", None, until);
    let police =
        |until: &str, grave| OrderNew { until: Some(day(until)), grave, ..b.paper(OrderKind::Freeze, &c, "冻1") };
    let stop_by_court = OrderNew { authority: Authority::Court, ..b.paper(OrderKind::Stop, &c, "止1") };
    let cases = [
        (court("2027-03-02"), None),
        (court("2027-03-03"), Some(&POWER)),
        (court("2026-03-01"), Some(&FORM)),
        (police("2026-09-02", false), None),
        (police("2026-09-03", false), Some(&POWER)),
        (police("2027-03-02", true), None),
        (police("2027-03-03", true), Some(&POWER)),
        (stop_by_court, Some(&POWER)),
    ];
    for (n, (new, want)) in cases.into_iter().enumerate() {
        let document = format!("第{n}号");
        let done = b.enter(OrderNew { document, ..new });
        assert_eq!(done.as_ref().err().map(|e| e.code().name), want.map(|w| w.name), "{n}: {done:?}");
    }
}

#[test]
fn what_a_document_must_and_must_not_say() {
    let b = Bank::open();
    let c = b.customer(1, 1_000 * YUAN);
    let base = b.court(&c, "甲1", Some(10), "2026-09-01");
    let one = base.officers[0].clone();
    let now = b.clock.now();
    let cases: Vec<(&str, OrderNew)> = vec![
        ("officers", OrderNew { officers: [one.clone(), one], ..base.clone() }),
        ("evidence", OrderNew { evidence: None, ..base.clone() }),
        ("evidence", OrderNew { evidence: Some(Evidence { name: "空.pdf".into(), bytes: vec![] }), ..base.clone() }),
        ("amount", OrderNew { amount: Some(Money::cny(0)), ..base.clone() }),
        ("amount", OrderNew { account: None, ..base.clone() }),
        ("until", OrderNew { until: None, ..base.clone() }),
        ("received_at", OrderNew { received_at: now.plus(1), ..base.clone() }),
        ("received_at", OrderNew { received_at: now.plus(-31 * DAY), ..base.clone() }),
        ("document", OrderNew { document: "  ".into(), ..base.clone() }),
        ("payee_number", OrderNew { payee_number: "1".into(), ..base.clone() }),
        ("subject", OrderNew { subject: Owner::Bank, ..base.clone() }),
        ("target", OrderNew { kind: OrderKind::Release, until: None, amount: None, ..base.clone() }),
    ];
    for (field, new) in cases {
        let why = b.enter(new).unwrap_err();
        let named = why.fields().iter().any(|(k, v)| *k == "field" && v == field);
        assert!(named || why.is(&kernel::error::FORBIDDEN), "{field}: {why}");
    }
    b.enter(base.clone()).unwrap();
    let other = OrderNew { amount: Some(Money::cny(11)), ..base };
    assert!(b.enter(other).unwrap_err().is(&DOCUMENT_TAKEN), "one document says one thing");
}

#[test]
fn decree_724_art_33_wage_and_guarantee_accounts_are_not_reached() {
    let b = Bank::open();
    let c = b.customer(1, 1_000 * YUAN);
    for purpose in [Purpose::Wage, Purpose::WageClearing, Purpose::Deposit] {
        let account = b.account(c.person, purpose, 0);
        let new = OrderNew { account: Some(account), ..b.court(&c, "甲1", Some(10), "2026-09-01") };
        assert!(b.enter(new).unwrap_err().is(&PROTECTED), "{purpose}");
    }
    let term = b.account(c.person, Purpose::Term, 0);
    b.enter(OrderNew { account: Some(term), ..b.court(&c, "甲1", Some(10), "2026-09-01") }).unwrap();
    let credit = b.account(c.person, Purpose::CreditLine, 0);
    let new = OrderNew { account: Some(credit), ..b.court(&c, "甲2", Some(10), "2026-09-01") };
    assert!(b.enter(new).unwrap_err().is(&ACCOUNT_UNFIT));
    let foreign = b.customer(2, 0);
    let new = OrderNew { account: Some(foreign.account), ..b.court(&c, "甲3", Some(10), "2026-09-01") };
    assert!(b.enter(new).unwrap_err().is(&ACCOUNT_UNFIT), "another's account");
}

#[test]
fn the_second_court_waits_and_takes_effect_in_order() {
    let b = Bank::open();
    let c = b.customer(1, 1_000 * YUAN);
    let first = b.done(b.court(&c, "甲1", None, "2026-03-10")).unwrap();
    let second = b.done(b.court(&c, "乙1", Some(300 * YUAN), "2026-09-01")).unwrap();
    let third = b.done(b.court(&c, "丙1", None, "2026-09-01")).unwrap();
    let fourth = b.done(b.court(&c, "丁1", Some(1), "2026-09-01")).unwrap();
    let states = |b: &Bank| [first, second, third, fourth].map(|id| b.state(id));
    use OrderState::*;
    assert_eq!(states(&b), [InForce, Waiting, Waiting, Waiting]);
    assert_eq!(b.order(second).until, None);
    b.day("2026-03-10");
    assert_eq!(b.go_on(), Moved::default(), "its last day has not ended");
    b.day("2026-03-11");
    assert_eq!(b.go_on().expired, 1);
    assert_eq!(states(&b), [Expired, InForce, InForce, Waiting]);
    let days = day("2026-09-01").days() - day("2026-03-02").days();
    let last = day("2026-03-11").plus_days(days);
    assert_eq!(b.order(second).until, Some(last.plus_days(1).begins()), "its days count from its taking effect");
    assert!(b.pays(c.account, 1).is_err());
    b.done(b.after(OrderKind::Release, third, "丙2")).unwrap();
    assert_eq!(states(&b), [Expired, InForce, Released, InForce]);
    assert!(b.pays(c.account, 700 * YUAN).unwrap_err().is(&ledger::refusals::FUNDS_FROZEN));
    b.pays(c.account, 700 * YUAN - 1).unwrap();
    b.verify();
}

#[test]
fn a_renewal_comes_before_the_end_and_keeps_the_place() {
    let b = Bank::open();
    let c = b.customer(1, 1_000 * YUAN);
    let first = b.done(b.court(&c, "甲1", None, "2026-03-10")).unwrap();
    let second = b.done(b.court(&c, "乙1", None, "2026-09-01")).unwrap();
    let renewal = |until: &str, document: &str| OrderNew {
        until: Some(day(until)),
        ..b.after(OrderKind::Renew, first, document)
    };
    assert!(b.enter(renewal("2026-03-10", "甲2")).unwrap_err().is(&FORM), "not later than it ends now");
    assert!(b.enter(renewal("2027-03-11", "甲2")).unwrap_err().is(&POWER), "a year from its end at most");
    let other = OrderNew { authority_name: "法院乙".into(), ..renewal("2026-06-01", "甲2") };
    assert!(b.enter(other).unwrap_err().is(&TARGET_UNFIT), "another court does not renew it");
    b.done(renewal("2027-03-10", "甲2")).unwrap();
    b.day("2026-03-11");
    assert_eq!(b.go_on(), Moved::default());
    assert_eq!(
        (b.state(first), b.state(second), b.order(first).renewals),
        (OrderState::InForce, OrderState::Waiting, 1)
    );
    b.day("2027-03-11");
    b.go_on();
    assert_eq!((b.state(first), b.state(second)), (OrderState::Expired, OrderState::InForce));
    let new = OrderNew { until: Some(day("2027-09-01")), ..b.after(OrderKind::Renew, first, "甲3") };
    assert!(b.enter(new).unwrap_err().is(&TARGET_UNFIT), "what ended is not renewed");
}

#[test]
fn a_freeze_of_a_party_reaches_every_account_and_is_renewed_and_released() {
    let b = Bank::open();
    let (c, other) = (b.customer(1, 1_000 * YUAN), b.customer(2, 0));
    let held =
        |b: &Bank| b.transfers(&c.actor(), &c, &other, YUAN).map_or(true, |r| r.state != payments::State::Posted);
    let new = OrderNew { until: Some(day("2026-03-10")), ..b.paper(OrderKind::Freeze, &c, "冻1") };
    let id = b.done(new).unwrap();
    assert!(held(&b));
    let later = OrderNew { until: Some(day("2026-09-01")), ..b.after(OrderKind::Renew, id, "冻2") };
    b.done(later).unwrap();
    b.day("2026-03-11");
    b.go_on();
    assert!(held(&b), "it was renewed");
    b.done(b.after(OrderKind::Release, id, "解1")).unwrap();
    assert!(!held(&b));
    assert_eq!(b.state(id), OrderState::Released);
    let freezes = b.read(|tx| guard::freezes(tx, c.owner()));
    assert!(freezes.len() == 2 && freezes.iter().all(|f| f.released_at.is_some()));
    for f in freezes {
        assert!(b.read(|tx| keeps_party(tx, c.owner(), f.number)));
    }
    b.verify();
}

#[test]
fn a_silent_order_names_nobody_to_tell() {
    let b = Bank::open();
    let c = b.customer(1, 1_000 * YUAN);
    let silent = OrderNew { silent: true, ..b.court(&c, "甲1", Some(10), "2026-09-01") };
    b.done(silent).unwrap();
    let owner = c.owner().to_string();
    assert!(b.events().iter().all(|(_, payload)| !payload.contains(&owner)), "{:?}", b.events());
    let restrictions = b.read(|tx| ledger::restrictions::orders(tx, c.account));
    assert_eq!(restrictions[0].basis, QUIET);
    assert!(b.read(|tx| keeps_account(tx, c.account, restrictions[0].number)));
    b.done(b.court(&c, "乙1", Some(10), "2026-09-01")).unwrap();
    let told: Vec<String> = b.events().into_iter().filter(|(_, p)| p.contains(&owner)).map(|(k, _)| k).collect();
    assert_eq!(told, ["orders.placed"], "an order that is not silent is told, when it took effect");
    let now = b.read(|tx| ledger::restrictions::orders(tx, c.account));
    let live: Vec<_> = now.iter().filter(|r| r.lifted_at.is_none()).map(|r| (r.basis.as_str(), r.amount)).collect();
    assert_eq!(live, [(QUIET, 20)], "one restriction stands for both, and stays quiet");
}

#[test]
fn a_payment_that_was_looked_at_before_a_stop_and_commits_after_it_never_goes_out() {
    let b = Bank::open();
    let (c, other) = (b.customer(1, 1_000 * YUAN), b.customer(2, 0));
    let order = payments::Order::transfer(c.account, Payee::Account(other.account), Money::cny(YUAN));
    let prepared = b.desk.store.read(|tx| payments::prepare(&b.desk, tx, &c.actor(), &order)).unwrap();
    b.stop_now(OrderNew { evidence: None, ..b.paper(OrderKind::Stop, &c, "止1") }).unwrap();
    let (desk, by) = (b.desk.clone(), c.actor());
    let late = b.write(move |tx| payments::submit_in(&desk, tx, &by, &order, &prepared, None));
    assert!(late.is_err() || late.unwrap().state == payments::State::Refused);
    assert_eq!(b.balance(other.account), 0);
    b.verify();
}

/// Four threads pay as fast as they can; in the middle the stop is placed. What is posted was posted before it.
#[test]
fn nothing_passes_an_emergency_stop_under_racing_payments() {
    let b = Bank::open();
    let (c, other) = (b.customer(1, 1_000 * YUAN), b.customer(2, 0));
    std::thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| (0..12).for_each(|_| drop(b.transfers(&c.actor(), &c, &other, 1))));
        }
        s.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            b.stop_now(OrderNew { evidence: None, ..b.paper(OrderKind::Stop, &c, "止1") }).unwrap();
            let at_stop = b.balance(c.account);
            std::thread::sleep(std::time::Duration::from_millis(60));
            assert_eq!(b.balance(c.account), at_stop, "not one payment after the stop was said to hold");
        });
    });
    let refused = b.transfers(&c.actor(), &c, &other, 1);
    assert!(refused.is_err() || refused.unwrap().state == payments::State::Refused);
    b.verify();
}
