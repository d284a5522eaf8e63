//! Protected accounts (Decree 724, art. 33, 35).
use super::*;
use ledger::restrictions::{Restrict, Restriction, lift_due, orders};
use worksite::end::{self, Action, Basis, OrderNew, OrderState};

fn accounts(bank: &Bank) -> Vec<AccountId> {
    let id = bank.deposit(20 * WAN);
    let p = bank.read(|tx| payroll::project_raw(tx, bank.site));
    vec![p.wage_account, p.clearing_account, bank.account_of(id)]
}

fn restrict(bank: &Bank, account: AccountId, kind: Restriction) -> Result<i64> {
    let amount = if kind == Restriction::Freeze { 100 } else { 0 };
    let ask = Restrict { amount, ..Restrict::new(account, kind, "工程量纠纷") };
    bank.act(&system(), move |tx, a| end::restrict(tx, a, &ask))
}

#[test]
fn w13_and_w14_nothing_restricts_money_for_the_wages_of_a_building_project() {
    let bank = Bank::open();
    for account in accounts(&bank) {
        for kind in Restriction::ALL {
            assert_eq!(code(restrict(&bank, account, *kind)), "wage_protected", "{kind}");
            let amount = if *kind == Restriction::Freeze { 100 } else { 0 };
            let ask = Restrict { amount, ..Restrict::new(account, *kind, "x") };
            let direct = bank.act(&system(), move |tx, a| ledger::restrictions::restrict(tx, a, &ask));
            assert_eq!(code(direct), "wage_protected", "{kind} past the site");
        }
        assert!(bank.read(|tx| orders(tx, account)).is_empty());
    }
    let yard = bank.read(|tx| payroll::project_raw(tx, bank.yard)).wage_account;
    assert_eq!(code(restrict(&bank, yard, Restriction::Freeze)), "", "ship repair claims no protection");
    assert_eq!(code(restrict(&bank, bank.general, Restriction::NoDebits)), "");
}

#[test]
fn w13_a_frozen_contractor_pays_wages_all_the_same() {
    let bank = Bank::open();
    let (firm, wage) = (bank.firm, bank.wage_account());
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 2_000_000)).unwrap();
    let sheet = bank.sheet("2026-10", &[(0, 5_000)]);
    bank.act(&system(), move |tx, a| {
        let new = guard::NewFreeze {
            subject: Owner::Firm(firm),
            kind: guard::FreezeKind::All,
            basis: guard::FreezeBasis::Court,
            document: "法冻1号".into(),
            from: tx.now(),
            until: None,
            reason: "与工程款有关".into(),
        };
        guard::freeze_party(tx, a, new).map(|_| ())
    })
    .unwrap();
    let own = payments::Order::transfer(bank.general, payments::Payee::Account(bank.others), Money::cny(100));
    assert_eq!(payments::submit(&bank.desk, &bank.owner, own, None).unwrap().code, "payer_frozen");
    assert_eq!(bank.pay(sheet).paid_lines, 1);
    bank.verify();
}

fn order(bank: &Bank, account: AccountId) -> OrderNew {
    OrderNew {
        project: bank.site,
        account,
        action: Action::Freeze,
        authority: "望潮区人民法院".into(),
        document: "（2026）望执131号".into(),
        officer: "法官 陈一".into(),
        basis: Basis::TheseWages,
        article: String::new(),
        amount: Money::cny(100_000),
        until: Some(day("2026-12-31")),
        pay_to: None,
        evidence: bank.keep("协助冻结通知书"),
    }
}

#[test]
fn w13_a_legal_document_says_all_it_must() {
    let bank = Bank::open();
    let wage = bank.wage_account();
    let good = order(&bank, wage);
    let deduct = OrderNew { action: Action::Deduct, until: None, pay_to: Some(bank.others), ..good.clone() };
    let cases = [
        ("another account", OrderNew { account: bank.general, ..good.clone() }, "worksite_order_unfit"),
        ("no amount", OrderNew { amount: Money::cny(0), ..good.clone() }, "worksite_order_unfit"),
        ("another law, no article", OrderNew { basis: Basis::OtherLaw, ..good.clone() }, "worksite_order_unfit"),
        ("no end", OrderNew { until: None, ..good.clone() }, "worksite_order_unfit"),
        ("over", OrderNew { until: Some(day("2026-11-19")), ..good.clone() }, "worksite_order_unfit"),
        ("a freeze that pays", OrderNew { pay_to: Some(bank.others), ..good.clone() }, "worksite_order_unfit"),
        ("a deduction to nobody", OrderNew { pay_to: None, ..deduct.clone() }, "worksite_order_unfit"),
        ("no file", OrderNew { evidence: vec![], ..good.clone() }, "bad_field"),
        ("no number", OrderNew { document: "".into(), ..good.clone() }, "bad_field"),
        ("no officer", OrderNew { officer: " ".into(), ..good.clone() }, "bad_field"),
        (
            "an article",
            OrderNew {
                basis: Basis::OtherLaw, article: "民事诉讼法".into(), document: "2".into(), ..good.clone()
            },
            "",
        ),
        ("a deduction", OrderNew { document: "3".into(), ..deduct }, ""),
        ("its own wages", good, ""),
    ];
    for (what, new, want) in cases {
        assert_eq!(code(bank.act(&bank.risk, move |tx, a| end::order_enter(tx, a, new.clone()))), want, "{what}");
    }
    for who in [&bank.officer, &bank.manager, &bank.operations, &bank.clerk] {
        let new = order(&bank, wage);
        assert_eq!(code(bank.act(who, move |tx, a| end::order_enter(tx, a, new.clone()))), "forbidden");
    }
}

#[test]
fn w13_two_persons_freeze_exactly_the_amount_until_its_day() {
    let bank = Bank::open();
    let wage = bank.wage_account();
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 600_000)).unwrap();
    let new = order(&bank, wage);
    let enter = move |bank: &Bank| {
        let new = new.clone();
        bank.act(&bank.risk, move |tx, a| end::order_enter(tx, a, new.clone())).unwrap()
    };
    let id = enter(&bank);
    assert_eq!(enter(&bank), id, "the same document");
    let of = |bank: &Bank| bank.read(|tx| end::order(tx, &bank.risk, id));
    assert_eq!(bank.read(|tx| ledger::view(tx, wage)).available().minor, 600_000, "one person freezes nothing");
    assert_eq!(code(bank.yes(&bank.risk, of(&bank).approval)), "forbidden");
    assert_eq!(bank.yes(&bank.operations, of(&bank).approval).unwrap(), Change::Done);
    assert_eq!(bank.read(|tx| ledger::view(tx, wage)).available().minor, 500_000);
    let sheet = bank.sheet("2026-10", &[(0, 5_000)]);
    assert_eq!(bank.pay(sheet).paid_lines, 1, "the rest pays wages");
    bank.go_to("2026-12-31");
    assert_eq!(bank.act(&system(), |tx, a| lift_due(tx, a, 10)).unwrap(), 0);
    assert!(of(&bank).holds(day("2026-12-31")) && !of(&bank).holds(day("2027-01-01")));
    bank.go_to("2027-01-01");
    assert_eq!(bank.act(&system(), |tx, a| lift_due(tx, a, 10)).unwrap(), 1, "its day is over");
    assert_eq!(bank.read(|tx| ledger::view(tx, wage)).available().minor, 100_000);
    bank.verify();
}

#[test]
fn w13_a_freeze_is_lifted_on_a_document_by_another_person() {
    let bank = Bank::open();
    let wage = bank.wage_account();
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 600_000)).unwrap();
    let new = order(&bank, wage);
    let id = bank.act(&bank.risk, move |tx, a| end::order_enter(tx, a, new.clone())).unwrap();
    let lift = move |bank: &Bank, who: &Actor, document: &'static str| {
        bank.act(who, move |tx, a| end::order_lift(tx, a, id, document))
    };
    assert_eq!(code(lift(&bank, &bank.operations, "解1号")), "worksite_order_state", "nothing stands yet");
    let asked = bank.read(|tx| end::order(tx, &bank.risk, id)).approval;
    bank.yes(&bank.operations, asked).unwrap();
    assert_eq!(code(lift(&bank, &bank.risk, "解1号")), "forbidden");
    assert_eq!(code(lift(&bank, &bank.operations, " ")), "bad_field");
    assert_eq!(lift(&bank, &bank.operations, "解1号").unwrap(), Change::Done);
    assert_eq!(lift(&bank, &bank.operations, "解1号").unwrap(), Change::AlreadySo);
    assert_eq!(bank.read(|tx| ledger::view(tx, wage)).available().minor, 600_000);
    bank.verify();
}

#[test]
fn w13_a_deduction_takes_exactly_its_amount_once() {
    let bank = Bank::open();
    let (wage, others) = (bank.wage_account(), bank.others);
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 99_999)).unwrap();
    let deduct = OrderNew { action: Action::Deduct, until: None, pay_to: Some(others), ..order(&bank, wage) };
    let id = bank.act(&bank.risk, move |tx, a| end::order_enter(tx, a, deduct.clone())).unwrap();
    let asked = bank.read(|tx| end::order(tx, &bank.risk, id)).approval;
    let shown = bank.read(|tx| approval::raw(tx, asked));
    let number = bank.read(|tx| ledger::view(tx, others)).account.number;
    let told = format!("{:?}", shown.summary);
    assert!(told.contains(&number[number.len() - 4..]), "the checker reads whom it pays: {told}");
    assert!(shown.beneficiary.is_some(), "and is not that one himself");
    assert_ne!(code(bank.yes(&bank.operations, asked)), "", "a fen is missing: nothing is taken");
    assert_eq!(bank.balance(wage), 99_999);
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 101)).unwrap();
    let before = bank.balance(others);
    assert_eq!(bank.yes(&bank.operations, asked).unwrap(), Change::Done);
    assert_eq!((bank.balance(wage), bank.balance(others) - before), (100, 100_000));
    assert_eq!(bank.yes(&bank.operations, asked).unwrap(), Change::AlreadySo);
    assert_eq!(bank.read(|tx| end::order(tx, &bank.risk, id)).state, OrderState::Deducted);
    bank.verify();
}

#[test]
fn w13_a_refused_document_leaves_nothing_behind() {
    let bank = Bank::open();
    let wage = bank.wage_account();
    let new = order(&bank, wage);
    let again = new.clone();
    let id = bank.act(&bank.risk, move |tx, a| end::order_enter(tx, a, new.clone())).unwrap();
    let asked = bank.read(|tx| end::order(tx, &bank.risk, id)).approval;
    assert_eq!(bank.no(&bank.operations, asked, "无章").unwrap(), Change::Done);
    assert_eq!(bank.read(|tx| end::order(tx, &bank.risk, id)).state, OrderState::Refused);
    assert!(bank.read(|tx| orders(tx, wage)).is_empty());
    let second = bank.act(&bank.risk, move |tx, a| end::order_enter(tx, a, again.clone())).unwrap();
    assert_ne!(second, id, "it may be entered anew");
}

#[test]
fn w13_a_payment_into_a_wage_account_is_not_taken_back() {
    let bank = Bank::open();
    let (wage, general) = (bank.wage_account(), bank.general);
    let order = payments::Order::new(
        payments::Kind::FundWageAccount,
        general,
        payments::Payee::Account(wage),
        Money::cny(500_000),
    );
    let paid = payments::submit(&bank.desk, &system(), order, None).unwrap();
    assert_eq!(paid.state, payments::State::Posted);
    let back = payments::reverse(&bank.desk, &bank.manager, paid.instruction, "误汇");
    assert!(back.is_err() || back.is_ok_and(|r| r.state == payments::State::Refused));
    assert_eq!((bank.balance(wage), bank.read(|tx| ledger::view(tx, wage)).held().minor), (500_000, 0));
    bank.verify();
}

#[test]
fn w13_a_document_reaches_the_deposit_of_its_own_project_alone() {
    let bank = Bank::open();
    let own = bank.account_of(bank.deposit(20 * WAN));
    let other = bank.second_site();
    let enter = |project, account| {
        let new = OrderNew { project, ..order(&bank, account) };
        code(bank.act(&bank.risk, move |tx, a| end::order_enter(tx, a, new.clone())))
    };
    assert_eq!(enter(other, own), "worksite_order_unfit", "of the same contractor, of another project");
    assert_eq!(enter(bank.site, own), "");
}

#[test]
fn w13_a_deduction_leaves_what_is_kept_for_named_workers() {
    let bank = Bank::open();
    let (wage, others) = (bank.wage_account(), bank.others);
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 99_999)).unwrap();
    let id = bank.deposit(20 * WAN);
    bank.paid_notice(id, "1", &[(0, 500_000)]);
    let deduct = OrderNew { action: Action::Deduct, until: None, pay_to: Some(others), ..order(&bank, wage) };
    let id = bank.act(&bank.risk, move |tx, a| end::order_enter(tx, a, deduct.clone())).unwrap();
    let asked = bank.read(|tx| end::order(tx, &bank.risk, id)).approval;
    assert_eq!(code(bank.yes(&bank.operations, asked)), "wage_earmarked", "a fen would be the workers'");
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 1)).unwrap();
    assert_eq!(bank.yes(&bank.operations, asked).unwrap(), Change::Done);
    assert_eq!(bank.balance(wage), 500_000);
    bank.verify();
}

#[test]
fn w13_what_is_agreed_to_names_the_payee() {
    let bank = Bank::open();
    let (wage, others, general) = (bank.wage_account(), bank.others, bank.general);
    let hash = |document: &str, to| {
        let new = OrderNew { action: Action::Deduct, until: None, pay_to: Some(to), ..order(&bank, wage) };
        let new = OrderNew { document: document.into(), ..new };
        let id = bank.act(&bank.risk, move |tx, a| end::order_enter(tx, a, new.clone())).unwrap();
        let asked = bank.read(|tx| end::order(tx, &bank.risk, id)).approval;
        bank.read(|tx| approval::raw(tx, asked)).payload
    };
    assert!(hash("1", others).contains(&others.to_string()) && hash("2", general).contains(&general.to_string()));
}
