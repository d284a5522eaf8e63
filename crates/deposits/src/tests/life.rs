//! Contracts: what they pay at the end and before it, what is refused, what stands in the way.
use super::*;
use crate::contract::State;
use ledger::restrictions::{Restrict, Restriction, lift, restrict};

const YUAN: i64 = 100;

fn bank() -> (Bank, Customer) {
    let bank = Bank::open("2026-03-02");
    let c = bank.customers(0, 1)[0];
    bank.pay_in(vec![(c.account, 1_000_000 * YUAN)]);
    (bank, c)
}

#[test]
fn a_term_is_paid_on_its_last_day_and_not_before() {
    let (bank, c) = bank();
    let d = bank.open_deposit(&c, "term", "3m", 10_000 * YUAN, Rollover::None).unwrap();
    assert_eq!((d.matures, d.rate.to_string().as_str()), (Some(day("2026-06-02")), "0.65%"));
    assert_eq!(bank.balance(c.account), 990_000 * YUAN);
    bank.night("2026-06-01");
    assert_eq!(bank.contract(d.account).state, State::Open);
    bank.night("2026-06-02");
    let done = bank.contract(d.account);
    assert_eq!((done.state, done.paid), (State::Closed, 1_625), "10,000.00 at 0.65 % for a quarter: 16.25");
    assert_eq!(bank.balance(c.account), 1_000_000 * YUAN + 1_625 + 2_613, "and the demand interest of March");
    assert!(bank.read(|tx| ledger::view(tx, d.account)).account.closed_at.is_some());
    assert!(bank.draw(&c, d.account, 1).unwrap_err().is(&DEPOSIT_CLOSED));
    bank.verify();
}

#[test]
fn an_early_draw_shows_its_cost_and_is_bound_to_it() {
    let (bank, c) = bank();
    let d = bank.open_deposit(&c, "term", "1y", 50_000 * YUAN, Rollover::None).unwrap();
    bank.night("2026-06-01");
    let q = bank.quote(&c, d.account, 20_000 * YUAN).unwrap();
    assert_eq!((q.interest.minor, q.interest_if_kept.minor, q.lost.minor), (253, 19_000, 18_747));
    assert_eq!((q.days, q.stays.minor, q.arrives.minor), (91, 30_000 * YUAN, 20_000 * YUAN + 253));
    assert!(bank.draw_as_shown(&c, d.account, 20_000 * YUAN, 19_000).unwrap_err().is(&COST_CHANGED));
    assert_eq!(bank.contract(d.account).principal, 50_000 * YUAN, "nothing was done");
    let drawn = bank.draw(&c, d.account, 20_000 * YUAN).unwrap();
    assert!(!drawn.closed);
    let again = bank.quote(&c, d.account, 10_000 * YUAN).unwrap_err();
    assert!(again.is(&DRAWS_USED), "{again:?}");
    bank.night("2027-03-02");
    let paid: Vec<_> =
        bank.read(|tx| history(tx, &system(), d.account)).iter().map(|e| (e.kind, e.interest, e.lost)).collect();
    let want = [(EventKind::Opened, 0, 0), (EventKind::Drawn, 253, 18_747), (EventKind::Matured, 28_500, 0)];
    assert_eq!(paid, want, "what stayed keeps its rate: 30,000.00 at 0.95 %");
    bank.verify();
}

#[test]
fn a_rollover_takes_the_rate_of_its_day() {
    let (bank, c) = bank();
    let open = |r| bank.open_deposit(&c, "term", "6m", 10_000 * YUAN, r).unwrap().account;
    let (both, principal) = (open(Rollover::PrincipalAndInterest), open(Rollover::Principal));
    bank.load(&rate("term", "6m", "1.20", day("2026-09-01"))).unwrap();
    bank.load(&rate("term", "6m", "0.10", day("2026-09-03"))).unwrap();
    bank.night("2026-09-03");
    let (b, p) = (bank.contract(both), bank.contract(principal));
    assert_eq!((b.principal, p.principal), (1_004_250, 1_000_000));
    assert_eq!(
        (b.rate.to_string(), b.matures, b.round),
        ("1.20%".into(), Some(day("2027-03-02")), 2),
        "the rate of the last day"
    );
    bank.night("2027-03-02");
    assert_eq!(
        bank.contract(both).principal,
        1_004_250 + 6_025,
        "whole yuan earn: 10,042.00 at 1.20 % for half a year is 60.25"
    );
    bank.verify();
}

#[test]
fn notice_is_given_kept_missed_and_withdrawn() {
    let (bank, c) = bank();
    let d = bank.open_deposit(&c, "notice.7d", "", 200_000 * YUAN, Rollover::None).unwrap().account;
    let give = |fen| {
        let actor = c.actor();
        bank.write(move |tx| notice_give(tx, &actor, d, Money::cny(fen)))
    };
    assert!(bank.quote(&c, d, 10_000 * YUAN).unwrap_err().is(&PART_UNFIT), "at least 50,000.00");
    assert!(bank.quote(&c, d, 160_000 * YUAN).unwrap_err().is(&PART_UNFIT), "40,000.00 would stay");
    bank.night("2026-04-01");
    let n = give(50_000 * YUAN).unwrap();
    assert_eq!((n.number, n.due_on), (1, day("2026-04-08")));
    assert!(give(160_000 * YUAN).unwrap_err().is(&NO_NOTICE), "only 150,000.00 are left");
    let early = bank.quote(&c, d, 50_000 * YUAN).unwrap();
    assert_eq!((early.rate.to_string(), early.rate_if_kept.to_string()), ("0.05%".into(), "0.30%".into()));
    bank.night("2026-04-08");
    let due = bank.quote(&c, d, 50_000 * YUAN).unwrap();
    assert_eq!((due.interest.minor, due.lost.minor), (1_542, 0), "50,000.00 at 0.30 % for 37 days");
    bank.draw(&c, d, 50_000 * YUAN).unwrap();
    give(60_000 * YUAN).unwrap();
    bank.night("2026-04-15");
    bank.night("2026-04-16");
    bank.night("2026-04-20");
    let state = |n: usize| bank.read(|tx| notices(tx, &system(), d))[n].state;
    assert_eq!((state(0), state(1)), (NoticeState::Used, NoticeState::Lapsed));
    assert_eq!(bank.contract(d).idle, 60_000 * YUAN * 7, "the days of the notice earn nothing");
    let all = bank.quote(&c, d, 150_000 * YUAN).unwrap();
    assert_eq!(all.interest.minor, 963, "150,000.00 at 0.05 % for 49 days less 7 days on 60,000.00");
    bank.draw(&c, d, 150_000 * YUAN).unwrap();
    assert_eq!(bank.contract(d).state, State::Closed);
    bank.verify();
}

/// The 15th of March 2026 is a Sunday: who gave notice for it draws on the Monday, and not on the Tuesday.
#[test]
fn a_notice_for_a_day_without_business_stands_on_the_next() {
    for (next, rate, state) in
        [("2026-03-16", "0.30%", NoticeState::Standing), ("2026-03-17", "0.05%", NoticeState::Lapsed)]
    {
        let (bank, c) = bank();
        let d = bank.open_deposit(&c, "notice.7d", "", 60_000 * YUAN, Rollover::None).unwrap().account;
        bank.night("2026-03-08");
        let actor = c.actor();
        let given = bank.write(move |tx| notice_give(tx, &actor, d, Money::cny(60_000 * YUAN))).unwrap();
        assert_eq!(given.due_on, day("2026-03-15"));
        bank.night("2026-03-14");
        bank.night("2026-03-16");
        if next != "2026-03-16" {
            bank.night(next);
        }
        let seen = bank.quote(&c, d, 60_000 * YUAN).unwrap();
        assert_eq!((seen.rate.to_string().as_str(), bank.read(|tx| notices(tx, &system(), d))[0].state), (rate, state));
        bank.draw(&c, d, 60_000 * YUAN).unwrap();
        bank.verify();
    }
}

#[test]
fn a_notice_that_is_not_used_costs_no_more_than_what_is_still_there() {
    let (bank, c) = bank();
    let d = bank.open_deposit(&c, "notice.7d", "", 200_000 * YUAN, Rollover::None).unwrap().account;
    let actor = c.actor();
    bank.write(move |tx| notice_give(tx, &actor, d, Money::cny(200_000 * YUAN))).unwrap();
    bank.draw(&c, d, 150_000 * YUAN).unwrap();
    bank.night("2026-03-09");
    bank.night("2026-03-10");
    assert_eq!(bank.contract(d).idle, 50_000 * YUAN * 7);
    bank.verify();
}

/// Nobody has the contract's rate for what he breaks: neither in parts, nor by giving notice today, nor by changing what
/// becomes of it at the end.
#[test]
fn nothing_that_is_drawn_early_is_paid_at_the_contracts_rate() {
    let (bank, c) = bank();
    let term = bank.open_deposit(&c, "term", "3m", 100_000 * YUAN, Rollover::None).unwrap().account;
    let notice = bank.open_deposit(&c, "notice.7d", "", 200_000 * YUAN, Rollover::None).unwrap().account;
    bank.night("2026-06-01");
    let actor = c.actor();
    bank.write(move |tx| rollover_set(tx, &actor, term, Rollover::PrincipalAndInterest)).unwrap();
    let part = bank.quote(&c, term, 50_000 * YUAN).unwrap();
    assert_eq!((part.rate.to_string().as_str(), part.interest.minor), ("0.05%", 632), "a day before its end");
    let actor = c.actor();
    bank.write(move |tx| notice_give(tx, &actor, notice, Money::cny(100_000 * YUAN))).unwrap();
    let now = bank.quote(&c, notice, 100_000 * YUAN).unwrap();
    assert_eq!(now.rate.to_string(), "0.05%", "its day has not come");
    bank.night("2026-06-08");
    assert_eq!(bank.quote(&c, notice, 60_000 * YUAN).unwrap().rate.to_string(), "0.05%", "it was for another amount");
    assert_eq!(bank.quote(&c, notice, 100_000 * YUAN).unwrap().rate.to_string(), "0.30%");
    let rolled = bank.contract(term);
    assert_eq!((rolled.round, rolled.principal, rolled.began), (2, 10_016_250, day("2026-06-02")));
    let whole = bank.quote(&c, term, rolled.principal).unwrap();
    assert_eq!((whole.days, whole.interest.minor), (6, 83), "what was paid at the end is not paid again");
    bank.verify();
}

#[test]
fn what_falls_due_while_its_owner_is_frozen_waits() {
    let (bank, c) = bank();
    let d = bank.open_deposit(&c, "term", "3m", 10_000 * YUAN, Rollover::None).unwrap().account;
    let owner = c.owner();
    bank.write(move |tx| {
        let (kind, basis, from) = (guard::FreezeKind::StopDebits, guard::FreezeBasis::Court, tx.now());
        let [document, reason] = ["order 12".to_owned(), "court".to_owned()];
        let until = Some(day("2026-06-05").begins());
        let new = guard::NewFreeze { subject: owner, kind, basis, document, from, until, reason };
        guard::freeze_party(tx, &Actor::system("guard"), new).map(|_| ())
    })
    .unwrap();
    bank.night("2026-06-02");
    assert_eq!((bank.contract(d).state, bank.balance(d)), (State::Overdue, 10_000 * YUAN));
    assert!(bank.draw(&c, d, 10_000 * YUAN).unwrap_err().is(&OWNER_FROZEN));
    bank.night("2026-06-12");
    assert_eq!(
        (bank.contract(d).state, bank.contract(d).paid),
        (State::Closed, 1_625 + 14),
        "10 days at the demand rate"
    );
    bank.verify();
}

#[test]
fn what_is_not_sold() {
    let (bank, c) = bank();
    let cases = [
        ("term", "1y", 49 * YUAN, "deposit_below_minimum"),
        ("term", "7m", 100 * YUAN, "deposit_rate_unknown"),
        ("term", "", 100 * YUAN, "bad_field"),
        ("demand", "", 100 * YUAN, "deposit_not_sold"),
        ("gold", "", 100 * YUAN, "deposit_product_unknown"),
        ("certificate.2026", "1y", 199_999 * YUAN, "deposit_below_minimum"),
        ("notice.1d", "", 49_999 * YUAN, "deposit_below_minimum"),
        ("term", "1y", 1_000_001 * YUAN, "funds_short"),
        ("certificate.2026", "1y", 200_000 * YUAN, ""),
    ];
    for (product, term, fen, want) in cases {
        let got = bank.open_deposit(&c, product, term, fen, Rollover::None).err().map_or("", |e| e.code().name);
        assert_eq!(got, want, "{product} {term} {fen}");
    }
    bank.night("2027-01-04");
    let late = bank.open_deposit(&c, "certificate.2026", "1y", 200_000 * YUAN, Rollover::None).unwrap_err();
    assert!(late.is(&NOT_SOLD), "the issue is over: {late:?}");
    bank.verify();
}

#[test]
fn a_deposit_pays_nobody_but_its_linked_account() {
    let (bank, c) = bank();
    let other = bank.customers(1, 1)[0];
    let d = bank.open_deposit(&c, "term", "1y", 10_000 * YUAN, Rollover::None).unwrap().account;
    let book = bank.branch.book();
    let paid = bank.write(move |tx| {
        let t = Transfer::single(TransferId::new(tx.now(), book), d, other.account, Money::cny(1), "transfer");
        ledger::post_one(tx, true, &t)
    });
    assert_eq!(paid.unwrap_err().code().name, "not_granted");
    let into = payments::Order::transfer(other.account, payments::Payee::Account(d), Money::cny(1));
    bank.pay_in(vec![(other.account, 100)]);
    let receipt = payments::submit(&bank.desk, &other.actor(), into, None).unwrap();
    assert_eq!(receipt.code, "purpose_reserved", "and nobody pays in later");
    assert!(bank.quote(&other, d, 100).unwrap_err().is(&kernel::error::NOT_FOUND), "a stranger finds nothing");
    let shown = bank.draw_as_shown(&other, d, 10_000 * YUAN, 0).unwrap_err();
    assert!(shown.is(&kernel::error::NOT_FOUND));
    bank.verify();
}

#[test]
fn a_frozen_deposit_stays_and_is_paid_when_it_is_free() {
    let (bank, c) = bank();
    let d = bank.open_deposit(&c, "term", "3m", 10_000 * YUAN, Rollover::None).unwrap().account;
    let order = bank
        .write(move |tx| restrict(tx, &system(), &Restrict::new(d, Restriction::NoDebits, "court order 7")))
        .unwrap();
    assert_eq!(bank.draw(&c, d, 10_000 * YUAN).unwrap_err().code().name, "debits_stopped");
    bank.night("2026-06-02");
    assert_eq!((bank.contract(d).state, bank.balance(d)), (State::Overdue, 10_000 * YUAN));
    bank.night("2026-06-12");
    assert_eq!(bank.contract(d).state, State::Overdue, "tried again, refused again");
    bank.write(move |tx| lift(tx, &system(), d, order, "lifted by the court")).unwrap();
    bank.night("2026-06-22");
    let quarters = 2_613 + 12_650;
    assert_eq!(bank.contract(d).paid, 1_625 + 28, "the term, and 20 days at the demand rate");
    assert_eq!(
        bank.balance(c.account) - 1_000_000 * YUAN,
        1_625 + 28 + quarters,
        "990,000.00 for 19 and 92 days beside it"
    );
    bank.verify();
}

#[test]
fn tax_is_kept_back_where_the_product_says_so() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customers(0, 1)[0];
    bank.pay_in(vec![(c.account, 1_000_000 * YUAN)]);
    let text = DATA.split("[[product]]").find(|p| p.contains("code = \"demand\"\n")).unwrap();
    let taxed = text
        .replace("version = 1", "version = 2")
        .replace("tax = \"0\"", "tax = \"20\"")
        .replace("2020-01-01", "2026-03-03");
    bank.load(&format!("[[product]]{taxed}")).unwrap();
    bank.night("2026-03-20");
    bank.night("2026-03-21");
    assert_eq!(bank.balance(c.account) - 1_000_000 * YUAN, 2_639 - 528, "a fifth of 26.39");
    assert_eq!(bank.own(Own::InterestTax), 528);
    bank.verify();
}

#[test]
fn staff_stay_within_what_they_may_do_alone() {
    let (bank, c) = bank();
    let open_as_teller = |fen| {
        let (desk, teller) = (bank.desk.clone(), bank.teller.clone());
        let ask = Open {
            linked: c.account,
            product: "term".into(),
            term: "1y".into(),
            amount: Money::cny(fen),
            rollover: Rollover::None,
        };
        bank.write(move |tx| open(&desk, tx, &teller, &ask))
    };
    assert!(open_as_teller(60_000 * YUAN).unwrap_err().is(&NEEDS_CHECKER));
    assert_eq!(open_as_teller(50_000 * YUAN).unwrap().owner, c.owner());
    bank.verify();
}
