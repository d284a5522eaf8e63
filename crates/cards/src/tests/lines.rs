//! A credit card in the bank: purchases, statements, repayments and what the ledger keeps of it.
use super::*;
use crate::credit::Decided;
use kernel::Error;
use kernel::id::InstructionId;
use payments::{Receipt, State as Paid};

pub(super) fn refused<T: std::fmt::Debug>(done: Result<T>) -> &'static str {
    done.map_err(|e: Error| e.code().name).unwrap_err()
}

impl Bank {
    pub(super) fn authorise(&self, card: &Card, sequence: i64, fen: i64, reference: &str) -> Result<Receipt> {
        let number = self.number(card.id);
        let ask = Purchase {
            number,
            sequence,
            amount: Money::cny(fen),
            reference: reference.into(),
            merchant: "面馆".into(),
        };
        authorise(&self.desk, &ask)
    }
    pub(super) fn buy(&self, card: &Card, fen: i64, reference: &str) -> InstructionId {
        let held = self.authorise(card, card.sequence, fen, reference).unwrap();
        assert_eq!(held.state, Paid::Held, "{held:?}");
        assert_eq!(present(&self.desk, held.instruction, Money::cny(fen)).unwrap().state, Paid::Posted);
        held.instruction
    }
    pub(super) fn balance(&self, account: AccountId) -> i64 {
        self.read(|tx| ledger::view(tx, account)).unwrap().posted().minor
    }
    pub(super) fn available(&self, account: AccountId) -> i64 {
        self.read(|tx| ledger::view(tx, account)).unwrap().available().minor
    }
    pub(super) fn bill(&self, account: AccountId) -> CreditLine {
        self.write(move |tx| line::bring_up(tx, account)).unwrap()
    }
    pub(super) fn repay(&self, by: &Customer, to: AccountId, what: Repay, key: &str) -> Result<Receipt> {
        repay(&self.desk, &by.phone(), to, by.account, what, key)
    }
}

#[test]
fn a_purchase_is_held_then_posted_and_the_ledger_keeps_the_limit() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1);
    let card = bank.active(&c, Kind::Credit);
    let line = card.account.unwrap();
    assert_eq!(bank.available(line), 1_000_000);
    let held = bank.authorise(&card, 1, 400_000, "a").unwrap();
    assert_eq!((held.state, bank.available(line), bank.balance(line)), (Paid::Held, 600_000, 1_000_000));
    assert_eq!(bank.authorise(&card, 1, 400_000, "a").unwrap().instruction, held.instruction, "asked twice, held once");
    assert_eq!(bank.authorise(&card, 1, 600_001, "b").unwrap().state, Paid::Refused);
    present(&bank.desk, held.instruction, Money::cny(350_000)).unwrap();
    assert_eq!((bank.available(line), bank.balance(line)), (650_000, 650_000), "the rest of the hold is free");
    let held = bank.authorise(&card, 1, 650_000, "c").unwrap();
    assert_eq!(reverse(&bank.desk, held.instruction).unwrap().state, Paid::Cancelled);
    assert_eq!(bank.available(line), 650_000);
    assert_eq!(bank.bill(line).bill.0.debt(), 350_000);
    bank.verify();
}

#[test]
fn a_plastic_pays_only_while_its_card_is_active() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1);
    let card = bank.active(&c, Kind::Debit);
    bank.pay_in(c.account, 10_000);
    assert_eq!(refused(bank.authorise(&card, 2, 100, "a")), "card_plastic_differs");
    bank.buy(&card, 2_500, "b");
    assert_eq!(bank.balance(c.account), 7_500);
    let by = c.phone();
    bank.write(move |tx| lose(tx, &by, card.id, "gone")).unwrap();
    let card = bank.raw(card.id);
    assert_eq!(refused(bank.authorise(&card, 1, 100, "c")), "card_state");
    bank.verify();
}

#[test]
fn a_line_is_spent_by_the_card_alone() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1);
    let line = bank.active(&c, Kind::Credit).account.unwrap();
    let order = payments::Order::transfer(line, payments::Payee::Account(c.account), Money::cny(100));
    let receipt = payments::submit(&bank.desk, &c.stepped_up(), order, None).unwrap();
    assert_eq!((receipt.state, receipt.code.as_ref()), (Paid::Refused, "purpose_reserved"));
    assert_eq!(bank.balance(line), 1_000_000);
}

#[test]
fn a_statement_is_paid_in_full_or_costs_interest_and_the_books_agree() {
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    bank.pay_in(c.account, 10_000_000);
    let card = bank.active(&c, Kind::Credit);
    let line = card.account.unwrap();
    bank.to("2026-03-06");
    bank.buy(&card, 100_000, "a");
    bank.to("2026-04-06");
    let made = bank.read(|tx| statements(tx, &c.phone(), line)).unwrap();
    let s = &made[0].statement.0;
    assert_eq!((made.len(), s.balance, s.minimum, s.due), (2, 100_000, 10_000, day("2026-04-30")));
    bank.to("2026-04-30");
    assert_eq!(bank.repay(&c, line, Repay::Minimum, "k1").unwrap().state, Paid::Posted);
    assert_eq!(
        (bank.balance(line), refused(bank.repay(&c, line, Repay::Minimum, "k2"))),
        (910_000, "card_nothing_due")
    );
    bank.to("2026-05-06");
    let made = bank.read(|tx| statements(tx, &c.phone(), line)).unwrap();
    let s = &made[0].statement.0;
    assert_eq!((s.interest, s.late), (55 * 50 + 6 * 45, 0), "55 evenings of 1,000.00 and 6 of 900.00");
    assert_eq!(bank.balance(bank.bill(line).dues), s.interest);
    assert_eq!(bank.balance(income_account(bank.branch.book())), s.interest);
    bank.verify();
    bank.repay(&c, line, Repay::Full, "k3").unwrap();
    assert_eq!((bank.balance(line), bank.balance(bank.bill(line).dues)), (1_000_000, 0));
    bank.verify();
}

#[test]
fn what_was_paid_too_much_comes_back_to_its_holder_alone() {
    let bank = Bank::open("2026-03-05");
    let (c, other) = (bank.customer(1), bank.customer(2));
    bank.pay_in(c.account, 50_000);
    let line = bank.active(&c, Kind::Credit).account.unwrap();
    bank.repay(&c, line, Repay::Amount(Money::cny(30_000)), "k1").unwrap();
    assert_eq!((bank.bill(line).bill.0.overpaid, bank.balance(line)), (30_000, 1_030_000));
    let out = |to: AccountId, fen: i64| {
        let (desk, by) = (bank.desk.clone(), c.stepped_up());
        bank.write(move |tx| take_out(&desk, tx, &by, line, to, Money::cny(fen)))
    };
    assert_eq!(refused(out(other.account, 100)), "card_account_unfit");
    assert!(out(c.account, 30_001).is_err());
    assert_eq!(out(c.account, 30_000).unwrap().bill.0.overpaid, 0);
    assert_eq!((bank.balance(c.account), bank.balance(line)), (50_000, 1_000_000));
    bank.verify();
}

#[test]
fn a_dispute_is_decided_by_two_and_gives_back_what_was_taken() {
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    let card = bank.active(&c, Kind::Credit);
    let line = card.account.unwrap();
    bank.buy(&card, 80_000, "a");
    let by = c.phone();
    bank.write(move |tx| dispute(tx, &by, line, 1, "not mine")).unwrap();
    let by = bank.manager.clone();
    let asked = bank.write(move |tx| decide_ask(tx, &by, line, 1, Decided::ForHolder, "forged slip")).unwrap();
    let hash = bank.hash(asked);
    let (maker, same) = (bank.manager.clone(), hash.clone());
    assert_eq!(refused(bank.write(move |tx| decide_approve(tx, &maker, asked, &same))), "maker_is_checker");
    let checker = bank.checker.clone();
    bank.write(move |tx| decide_approve(tx, &checker, asked, &hash)).unwrap().unwrap();
    assert_eq!((bank.balance(line), bank.bill(line).bill.0.debt()), (1_000_000, 0));
    bank.verify();
}

#[test]
fn a_purchase_is_paid_in_instalments_and_an_empty_line_is_closed() {
    let bank = Bank::open("2026-03-05");
    let c = bank.customer(1);
    bank.pay_in(c.account, 1_000_000);
    let card = bank.active(&c, Kind::Credit);
    let line = card.account.unwrap();
    bank.buy(&card, 100_000, "a");
    let by = c.phone();
    assert_eq!(refused(bank.write(move |tx| instalments(tx, &by, line, 1, 5))), "card_not_for_instalments");
    let by = c.phone();
    let plan = bank.write(move |tx| instalments(tx, &by, line, 1, 3)).unwrap();
    assert_eq!((plan.left, plan.fee), (vec![33_333, 33_333, 33_334], 600));
    let close_it = || {
        let by = c.stepped_up();
        bank.write(move |tx| close(tx, &by, card.id, &nothing(), "no need"))
    };
    for (n, month) in ["2026-03-06", "2026-04-06", "2026-05-06"].into_iter().enumerate() {
        assert_eq!(refused(close_it()), "card_line_not_empty");
        bank.to(month);
        bank.repay(&c, line, Repay::Full, &format!("k{n}")).unwrap();
        bank.verify();
    }
    assert_eq!(bank.balance(c.account), 1_000_000 - 100_000 - 1_800);
    assert_eq!(close_it().unwrap().state, State::Closed);
    bank.verify();
}
