//! Refunds, another limit, what a won dispute gives back, the PIN, and what is shown without being written.
use super::lines::refused;
use super::*;
use crate::credit::Decided;
use crate::pin::{Hsm, KeyedHashes, PIN_TRIES_MAX, PinTry, pin_seen, pin_set, pin_try};
use kernel::id::ApprovalId;
use party::PasswordCost;

impl Bank {
    fn dispute(&self, by: &Customer, line: AccountId, item: i64) -> Result<CreditLine> {
        let by = by.phone();
        self.write(move |tx| dispute(tx, &by, line, item, "not mine"))
    }
    /// The program of a firm that runs the scheme.
    fn scheme(&self) -> Actor {
        let branch = self.branch;
        let made = self.write(move |tx| {
            let new = party::FirmNew {
                branch,
                credit_code: "91990102MA0000001D".into(),
                name: "卡组织".into(),
                kind: party::FirmKind::Company,
                size: party::FirmSize::Small,
                address: String::new(),
                phone: String::new(),
            };
            let firm = party::firm_register(tx, &system(), new)?.firm;
            let (scopes, limits) = (party::SCHEME_SCOPES.to_vec(), Role::Client.cap());
            let new = party::ClientNew { firm, name: "卡组织".into(), scopes, limits };
            party::client_make(tx, &system(), new).map(|(client, _)| Who::Client { client, firm })
        });
        Actor { channel: Channel::Api, ..Actor::of(made.unwrap()) }
    }
    fn decide(&self, by: &Actor, line: AccountId, item: i64, how: Decided) -> Result<ApprovalId> {
        let by = by.clone();
        self.write(move |tx| decide_ask(tx, &by, line, item, how, "slip looked at"))
    }
    fn yes(&self, by: &Actor, asked: ApprovalId) -> Result<party::Change> {
        let (by, hash) = (by.clone(), self.hash(asked));
        self.write(move |tx| approval_yes(tx, &by, asked, &hash))
    }
    fn limit(&self, by: &Actor, line: AccountId, fen: i64) -> Result<ApprovalId> {
        let by = by.clone();
        self.write(move |tx| limit_ask(tx, &by, line, Money::cny(fen), "asked by the holder"))
    }
}

#[test]
fn a_won_dispute_gives_back_the_item_and_the_interest_that_was_stated_for_it() {
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    bank.pay_in(c.account, 10_000_000);
    let card = bank.active(&c, Kind::Credit);
    let line = card.account.unwrap();
    bank.to("2026-03-06");
    bank.buy(&card, 100_000, "a");
    bank.buy(&card, 50_000, "b");
    bank.to("2026-05-06");
    let s = bank.read(|tx| statements(tx, &c.phone(), line)).unwrap()[0].statement.0.clone();
    assert_eq!((s.interest, s.late), (61 * 75, 750), "61 evenings of 1,500.00; 5 % of 150.00");
    bank.repay(&c, line, Repay::Full, "k").unwrap();
    bank.to("2026-05-16");
    bank.buy(&card, 200_000, "c");
    bank.to("2026-07-06");
    assert_eq!(bank.read(|tx| statements(tx, &c.phone(), line)).unwrap()[0].statement.0.interest, 51 * 100);
    bank.dispute(&c, line, 3).unwrap();
    assert_eq!(refused(bank.dispute(&c, line, 3)), "card_dispute_state");
    let asked = bank.decide(&bank.manager, line, 3, Decided::ForHolder).unwrap();
    assert_eq!(refused(bank.decide(&bank.checker, line, 3, Decided::ForBank)), "card_dispute_state");
    let (income, before) = (income_account(bank.branch.book()), bank.balance(income_account(bank.branch.book())));
    bank.yes(&bank.checker, asked).unwrap();
    let d = bank.read(|tx| disputes(tx, &c.phone(), line)).unwrap().remove(0);
    assert_eq!((d.given_back, d.merchant.as_str(), d.decided), (200_000 + 5_100, "面馆", Some(Decided::ForHolder)));
    assert_eq!(bank.balance(income), before - 5_100);
    assert!(d.proposed_by != d.decided_by && d.raised_by == c.person.to_string());
    let late = bank.bill(line).bill.0.debt();
    assert_eq!(late, 1_000, "the charge for being late is its own matter");
    assert_eq!(
        bank.read(|tx| disputes(tx, &bank.customer(2).phone(), line)).map(|d| d.len()).unwrap_err().code().name,
        "not_found"
    );
    bank.verify();
}

#[test]
fn a_lost_dispute_is_owed_again_and_not_disputed_twice() {
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    let card = bank.active(&c, Kind::Credit);
    let line = card.account.unwrap();
    bank.buy(&card, 80_000, "a");
    bank.dispute(&c, line, 1).unwrap();
    assert_eq!(bank.read(|tx| line::line(tx, &c.phone(), line)).unwrap().bill.0.asked(), 0);
    let asked = bank.decide(&bank.manager, line, 1, Decided::ForBank).unwrap();
    assert_eq!(refused(bank.yes(&bank.manager, asked)), "maker_is_checker");
    bank.yes(&bank.checker, asked).unwrap();
    assert_eq!((bank.balance(line), bank.bill(line).bill.0.debt()), (920_000, 80_000));
    assert_eq!(refused(bank.dispute(&c, line, 1)), "card_dispute_state");
    bank.verify();
}

#[test]
fn a_refund_makes_its_purchase_smaller_and_never_more_than_was_bought() {
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    bank.pay_in(c.account, 1_000_000);
    let card = bank.active(&c, Kind::Credit);
    let line = card.account.unwrap();
    let bought = bank.buy(&card, 80_000, "a");
    bank.bill(line);
    let held = bank.authorise(&card, 1, 10_000, "b").unwrap().instruction;
    let back = |of, reference: &str, fen: i64| refund(&bank.desk, of, reference, Money::cny(fen));
    assert_eq!(refused(back(held, "r", 100)), "card_refund_too_much", "it was not presented");
    assert_eq!(refused(back(bought, "r", 0)), "card_refund_too_much");
    assert_eq!(refused(back(bought, "r", 80_001)), "card_refund_too_much");
    let first = back(bought, "r", 30_000).unwrap();
    assert_eq!(back(bought, "r", 30_000).unwrap().transfer, first.transfer, "told twice, given back once");
    assert_eq!(refused(back(bought, "r", 30_001)), "card_refund_too_much");
    let bill = bank.bill(line).bill.0;
    assert_eq!((bill.items[0].amount, bill.items[0].unpaid, bill.debt()), (50_000, 50_000, 50_000));
    bank.repay(&c, line, Repay::Amount(Money::cny(50_000)), "k").unwrap();
    back(bought, "s", 50_000).unwrap();
    let bill = bank.bill(line).bill.0;
    assert_eq!((bill.debt(), bill.overpaid), (0, 50_000), "what was paid for it is the holder's");
    assert_eq!(refused(back(bought, "t", 1)), "card_refund_too_much");
    let spent = bank.read(|tx| spending(tx, &c.phone(), line)).unwrap();
    assert_eq!((spent.len(), spent[5]), (6, (day("2026-03-01"), Money::cny(0))));
    bank.verify();
}

#[test]
fn a_refund_to_a_debit_card_is_money_on_its_account() {
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    bank.pay_in(c.account, 100_000);
    let card = bank.active(&c, Kind::Debit);
    let bought = bank.buy(&card, 40_000, "a");
    refund(&bank.desk, bought, "r", Money::cny(15_000)).unwrap();
    assert_eq!(bank.balance(c.account), 75_000);
    bank.verify();
}

#[test]
fn a_limit_is_changed_by_two_and_never_below_what_is_used() {
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    let card = bank.active(&c, Kind::Credit);
    let line = card.account.unwrap();
    bank.buy(&card, 400_000, "a");
    for (fen, why) in
        [(399_999, "below what is used"), (10_000_001, "above the bank's most"), (1_000_000, "as it is"), (0, "none")]
    {
        assert_eq!(refused(bank.limit(&bank.teller, line, fen)), "card_limit_unfit", "{why}");
    }
    assert_eq!(refused(bank.limit(&c.stepped_up(), line, 2_000_000)), "forbidden");
    let more = bank.limit(&bank.teller, line, 2_000_000).unwrap();
    let less = bank.limit(&bank.teller, line, 400_000).unwrap();
    assert_eq!(refused(bank.yes(&bank.teller, less)), "forbidden");
    bank.yes(&bank.checker, more).unwrap();
    assert_eq!((bank.available(line), bank.bill(line).limit_minor), (1_600_000, 2_000_000));
    assert_eq!(refused(bank.yes(&bank.checker, less)), "card_limit_unfit", "it was changed meanwhile");
    let less = bank.limit(&bank.teller, line, 400_000).unwrap();
    bank.yes(&bank.checker, less).unwrap();
    assert_eq!((bank.available(line), bank.bill(line).bill.0.debt()), (0, 400_000));
    bank.verify();
}

#[test]
fn a_pin_is_set_in_person_and_three_wrong_tries_lock_it() {
    let bank = Bank::open("2026-03-05");
    let (c, other) = (bank.customer(1), bank.customer(2));
    let card = bank.active(&c, Kind::Debit).id;
    let hsm = KeyedHashes { store: bank.desk.store.clone(), cost: PasswordCost::TEST };
    let set = |by: &Actor, pin: &str, seen: &InPerson| pin_set(&bank.desk.store, &hsm, by, card, pin, seen);
    let try_it = |pin: &str| pin_try(&bank.desk.store, &hsm, card, pin).unwrap();
    assert_eq!(try_it("258046"), PinTry::None);
    assert_eq!(refused(set(&c.stepped_up(), "258046", &nothing())), "card_in_person");
    assert_eq!(refused(set(&bank.teller, "258046", &other.shown())), "card_wrong_document");
    assert_eq!(refused(set(&bank.teller, "123456", &c.shown())), "card_pin_weak");
    set(&c.on(Channel::Kiosk), "258046", &nothing()).unwrap();
    assert_eq!(
        (try_it("258047"), try_it("258046"), try_it("258047")),
        (PinTry::Wrong(2), PinTry::Right, PinTry::Wrong(2))
    );
    assert_eq!((try_it("0"), try_it(""), try_it("258046")), (PinTry::Wrong(1), PinTry::Locked, PinTry::Locked));
    let seen = bank.read(|tx| pin_seen(tx, &c.phone(), card)).unwrap().unwrap();
    assert!(seen.locked_at.is_some() && seen.wrong == PIN_TRIES_MAX && !seen.sealed.contains("258046"));
    set(&bank.teller, "641973", &c.shown()).unwrap();
    assert_eq!((try_it("258046"), try_it("641973")), (PinTry::Wrong(2), PinTry::Right));
    bank.verify();
}

#[test]
fn at_a_counter_a_card_is_asked_for_with_the_document_or_not_at_all() {
    let bank = Bank::open("2026-03-05");
    let (c, other) = (bank.customer(1), bank.customer(2));
    let ask = |seen: InPerson| {
        let (by, branch, account) = (bank.teller.clone(), bank.branch, c.account);
        bank.write(move |tx| {
            let ask = Apply { kind: Kind::Debit, account, branch, limit: None };
            apply_in_person(tx, &by, &ask, &seen, &[Check::Present, Check::Terms])
        })
    };
    assert_eq!(refused(ask(other.shown())), "card_wrong_document");
    assert!(bank.read(|tx| cards_of(tx, &c.phone(), c.person)).unwrap().is_empty());
    let card = ask(c.shown()).unwrap();
    let asked = bank.read(|tx| approval::raw(tx, card.approval.unwrap())).unwrap();
    assert!(asked.summary.0.iter().any(|l| (l.label.as_str(), l.after.as_str()) == ("card-checked", "present terms")));
}

#[test]
fn a_card_is_found_by_its_number_by_staff_alone() {
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    let card = bank.active(&c, Kind::Debit);
    let number = bank.number(card.id);
    let find = |by: &Actor, number: &str| bank.read(|tx| card_by_number(tx, by, number)).unwrap().map(|c| c.id);
    assert_eq!(find(&bank.teller, &number), Some(card.id));
    assert_eq!(find(&bank.customer(2).phone(), &number), None);
    assert_eq!(find(&bank.teller, &number[1..]), None);
}

#[test]
fn a_bill_is_shown_as_it_stands_without_being_written() {
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    let card = bank.active(&c, Kind::Credit);
    let line = card.account.unwrap();
    let kept = || bank.read(|tx| line::seen(tx, &c.phone(), line)).unwrap().bill.0.debt();
    bank.buy(&card, 120_000, "a");
    let before = kept();
    let shown = bank.read(|tx| line::line(tx, &c.phone(), line)).unwrap();
    assert_eq!((before, shown.bill.0.debt(), kept()), (0, 120_000, 0));
    let offers = offers(&shown.bill.0, 1, day("2026-03-05")).unwrap();
    let told: Vec<_> = offers.iter().map(|o| (o.periods, o.fees.minor, o.yearly.to_string())).collect();
    assert_eq!(told[2], (12, 8_640, "13.03%".to_owned()), "{told:?}");
    assert!(super::super::offers(&shown.bill.0, 2, day("2026-03-05")).unwrap().is_empty());
}

/// A module that looks at PINs, and may break down.
struct Flaky {
    inner: KeyedHashes,
    down: std::sync::atomic::AtomicBool,
}

impl Hsm for Flaky {
    fn seal(&self, card: CardId, pin: &str) -> Result<String> {
        self.inner.seal(card, pin)
    }
    fn fits(&self, card: CardId, sealed: &str, pin: &str) -> Result<bool> {
        match self.down.load(std::sync::atomic::Ordering::Relaxed) {
            true => Err(kernel::Error::new(&MAKER_AWAY, "the module does not answer")),
            false => self.inner.fits(card, sealed, pin),
        }
    }
}

#[test]
fn a_request_asked_again_is_answered_the_same_and_counts_no_pin_twice() {
    use std::sync::atomic::Ordering::Relaxed;
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    bank.pay_in(c.account, 1_000_000);
    let card = bank.active(&c, Kind::Debit);
    let scheme = bank.scheme();
    let inner = KeyedHashes { store: bank.desk.store.clone(), cost: PasswordCost::TEST };
    let hsm = Flaky { inner, down: false.into() };
    let set = |pin: &str| pin_set(&bank.desk.store, &hsm, &bank.teller, card.id, pin, &c.shown()).unwrap();
    set("258046");
    let number = bank.number(card.id);
    let ask = |reference: &str, fen: i64, pin: Option<&str>| {
        let (number, merchant) = (number.clone(), "面馆".to_owned());
        let ask = Purchase { number, sequence: 1, amount: Money::cny(fen), reference: reference.into(), merchant };
        authorise_for(&bank.desk, &hsm, &scheme, &ask, pin)
    };
    let wrong = || bank.read(|tx| pin_seen(tx, &c.phone(), card.id)).unwrap().unwrap().wrong;
    for _ in 0..5 {
        let told = ask("w1", 100, Some("000001")).unwrap_err();
        assert!(told.is(&PIN_WRONG) && told.fields()[0] == ("left", "2".into()), "{told:?}");
        assert_eq!(wrong(), 1, "one request is one try");
    }
    assert_eq!(refused(ask("w1", 100, Some("258046"))), "key_reused", "a reference is no second guess");
    assert_eq!(refused(ask("w1", 101, Some("000001"))), "key_reused");
    // The process ends, or the module breaks down, between counting and looking.
    hsm.down.store(true, Relaxed);
    for _ in 0..3 {
        assert_eq!((refused(ask("w2", 100, Some("258046"))), wrong()), ("card_maker_away", 2));
    }
    hsm.down.store(false, Relaxed);
    let held = ask("w2", 100, Some("258046")).unwrap();
    assert_eq!((held.state, wrong()), (payments::State::Held, 0));
    assert_eq!(ask("w2", 100, Some("258046")).unwrap().instruction, held.instruction);
    std::thread::scope(|s| {
        let storm: Vec<_> = (0..8).map(|_| s.spawn(|| refused(ask("w3", 100, Some("000001"))))).collect();
        assert!(storm.into_iter().all(|t| t.join().unwrap() == "card_pin_wrong"));
    });
    assert_eq!(wrong(), 1, "eight at once are one try");
    for reference in ["w4", "w5"] {
        let _ = ask(reference, 100, Some("000001"));
    }
    assert_eq!(refused(ask("n1", 1, None)), "card_pin_locked", "nor without a PIN");
    set("641973");
    assert_eq!(refused(ask("n1", 1, None)), "card_pin_locked", "as it was answered");
    assert_eq!(ask("n2", 1, None).unwrap().state, payments::State::Held);
    assert_eq!(ask("w2", 100, Some("258046")).unwrap().instruction, held.instruction, "also after the PIN changed");
    bank.verify();
}
