//! The first payday: everybody once, failures back, and the same after any interruption.
use super::*;
use kernel::id::PayLineId;
use ledger::restrictions::{Restrict, Restriction, restrict};
use payments::clearing::ClearingItem;

fn drafted(bank: &Bank, period: &str) -> PaySheetId {
    let import = bank.import(Bank::wages(period), &bank.pay_file(), false);
    import.sheet.unwrap_or_else(|| panic!("{}", bank.list(import.id)))
}

#[test]
fn everybody_is_paid_once() {
    let bank = Bank::open(5, 2);
    let sheet = drafted(&bank, "2026-10");
    bank.check(sheet);
    let before = bank.balance(bank.wage_account());
    let progress = bank.pay(sheet);
    let all: i64 = (0..7).map(Bank::net).sum();
    assert_eq!((progress.paid_lines, progress.processing_lines, progress.failed_lines), (5, 2, 0));
    assert_eq!((progress.state, progress.more), (SheetState::Paying, false), "two lines are at another bank");
    assert_eq!(bank.balance(bank.wage_account()), before - all);
    assert_eq!(bank.balance(bank.clearing_account()), 0);
    for (n, hand) in bank.hands.iter().enumerate().take(5) {
        assert_eq!(bank.balance(hand.account.unwrap()), Bank::net(n));
    }
    assert_eq!(bank.balance(own(bank.branch.book(), Own::ClearingOut, Currency::CNY)), Bank::net(5) + Bank::net(6));
    let repeated = bank.pay(sheet);
    assert_eq!(repeated, progress, "pressing again pays nobody again");
    for number in [6, 7] {
        let line = line_of(&bank, sheet, number);
        let done = bank.write(move |tx| on_clearing_paid(tx, line.id, line.clearing.unwrap())).unwrap();
        assert_eq!(done, party::Change::Done);
    }
    assert_eq!(resume(&bank.desk, 10).unwrap().chunks, 1);
    assert_eq!(bank.read(|tx| sheet_raw(tx, sheet)).state, SheetState::Paid);
    let line = line_of(&bank, sheet, 1);
    let proof = bank.read(|tx| proof(tx, &bank.clerk, line.id)).unwrap();
    assert_eq!((proof.amount.minor, proof.transfer), (Bank::net(0), line.transfer.unwrap()));
    let mut csv = Vec::new();
    let tell = |told: Told<'_>| match told {
        Told::State(state) => [format!("zh {state}"), format!("en {state}")],
        Told::Reason(_) => panic!("no line has failed"),
    };
    assert_eq!(bank.read(|tx| result_csv(tx, &bank.clerk, sheet, &tell, &mut csv)), 7);
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.contains(&proof.transfer.to_string()) && csv.contains(",zh paid,,en paid,,,"), "{csv}");
}

fn line_of(bank: &Bank, sheet: PaySheetId, number: i64) -> PayLine {
    let page = bank.read(|tx| lines(tx, &bank.clerk, sheet, None, &PageAsk::first(200)));
    let id = page.items.iter().find(|l| l.number == number).unwrap().line;
    bank.read(|tx| line_raw(tx, id))
}

fn stop(bank: &Bank, n: usize, kind: Restriction) {
    let account = bank.hands[n].account.unwrap();
    bank.write(move |tx| restrict(tx, &system(), &Restrict::new(account, kind, "test"))).unwrap();
}

/// Puts a worker on a list by his document, or freezes him.
fn listed(bank: &Bank, n: usize, list: guard::ListKind) {
    let number = bank.hands[n].identity.clone();
    bank.write(move |tx| {
        let person = party::person_by_identity(tx, &number)?.expect("he is on file");
        let subject = guard::Subject::identity(&party::person(tx, person)?.identity_index);
        let (from, until) = (tx.now(), tx.now().plus(kernel::clock::DAY));
        let [masked, reason, source] = ["*".to_owned(), "test".to_owned(), "doc 1".to_owned()];
        let entry = guard::NewEntry { list, subject, masked, reason, from, until, source, owner_staff: None };
        guard::add_entry(tx, &Actor::system("guard"), entry).map(|_| ())
    })
    .unwrap();
}

#[test]
fn a_worker_on_a_list_is_not_paid_and_the_others_are() {
    let bank = Bank::open(4, 2);
    let sheet = drafted(&bank, "2026-10");
    bank.check(sheet);
    listed(&bank, 1, guard::ListKind::Police);
    listed(&bank, 2, guard::ListKind::Grey);
    listed(&bank, 4, guard::ListKind::Black);
    let frozen = bank.hands[3].identity.clone();
    bank.write(move |tx| {
        let person = party::person_by_identity(tx, &frozen)?.expect("he is on file");
        let new = guard::NewFreeze {
            subject: Owner::Person(person),
            kind: guard::FreezeKind::All,
            basis: guard::FreezeBasis::Court,
            document: "12".into(),
            from: tx.now(),
            until: None,
            reason: "court".into(),
        };
        guard::freeze_party(tx, &Actor::system("guard"), new).map(|_| ())
    })
    .unwrap();
    let before = bank.balance(bank.wage_account());
    bank.pay(sheet);
    let states = bank.states(sheet);
    let failed: Vec<i64> = states.iter().filter(|s| s.1 == LineState::Failed).map(|s| s.0).collect();
    assert_eq!(failed, [2, 4, 5], "black, police and frozen whole; grey is paid: {states:?}");
    assert!(states.iter().filter(|s| s.1 == LineState::Failed).all(|s| s.2 == "guard_limit"), "{states:?}");
    let paid: i64 = [0, 2, 5].map(Bank::net).iter().sum();
    assert_eq!(bank.balance(bank.wage_account()), before - paid, "what was not paid is back");
    let told = bank.read(|tx| tx.audit_search(i64::MAX, 10, "system:payroll", "payroll.line_stopped", ""));
    assert_eq!(told.len(), 3);
    bank.verify();
}

#[test]
fn what_cannot_be_paid_goes_back_and_is_paid_later_once() {
    let bank = Bank::open(4, 1);
    let sheet = drafted(&bank, "2026-10");
    bank.check(sheet);
    stop(&bank, 1, Restriction::Dormant);
    let account = bank.hands[2].account.unwrap();
    bank.write(move |tx| ledger::close_account(tx, &system(), account, "moved away")).unwrap();
    let before = bank.balance(bank.wage_account());
    let progress = bank.pay(sheet);
    assert_eq!((progress.paid_lines, progress.failed_lines, progress.processing_lines), (2, 2, 1));
    assert_eq!((progress.returned, progress.more), (progress.failed, false));
    let paid: i64 = [0, 3, 4].map(Bank::net).iter().sum();
    assert_eq!(bank.balance(bank.wage_account()), before - paid);
    assert_eq!(bank.balance(bank.clearing_account()), 0);
    let states = bank.states(sheet);
    assert_eq!(states[1], (2, LineState::Failed, "credit_dormant".into()));
    assert_eq!(states[2], (3, LineState::Failed, "credit_closed".into()));
    let failed = bank.read(|tx| lines(tx, &bank.clerk, sheet, Some(LineState::Failed), &PageAsk::default())).items;
    assert_eq!(
        (failed.len(), failed[0].reason_key.as_str(), failed[0].money_back),
        (2, "wage-fail-credit-dormant", true)
    );

    // The other bank sends the fifth back.
    let line = line_of(&bank, sheet, 5);
    returned(&bank, &line);
    let done = resume(&bank.desk, 10).unwrap();
    assert_eq!((done.chunks, done.more), (2, false), "its money, and the end");
    let row = bank.read(|tx| sheet_raw(tx, sheet));
    assert_eq!((row.state, row.failed_lines, row.returned_net), (SheetState::PartlyPaid, 3, row.failed_net));
    assert_eq!(line_of(&bank, sheet, 5).reason, "returned_account_closed");

    awake_and_paid(&bank, sheet, failed[0].line);
}

/// The dormant account is awake again: its line, and only that, once more.
fn awake_and_paid(bank: &Bank, sheet: PaySheetId, old: PayLineId) {
    let account = bank.hands[1].account.unwrap();
    bank.write(move |tx| {
        let number = ledger::restrictions::orders(tx, account)?[0].number;
        ledger::restrictions::lift(tx, &system(), account, number, "woken at the counter")
    })
    .unwrap();
    let again = |line: PayLineId| {
        let clerk = bank.clerk.clone();
        bank.write(move |tx| repay(tx, &clerk, &[line], "woken"))
    };
    assert!(again(line_of(bank, sheet, 1).id).unwrap_err().is(&NOT_FAILED));
    // Of the three that failed: what counts as unpaid, and whether this one is among what came back.
    let project = line_of(bank, sheet, 1).project;
    let open = || {
        let back = bank.read(|tx| came_back(tx, project)).iter().any(|l| l.id == old);
        (bank.read(|tx| unsettled(tx, project)).failed, back)
    };
    assert_eq!(open(), (3, true));
    let first = again(old).unwrap();
    assert!(again(old).unwrap_err().is(&REPAID_ALREADY));
    assert_eq!(open(), (3, false), "a draft pays nobody yet");
    let clerk = bank.clerk.clone();
    bank.write(move |tx| cancel(tx, &clerk, first, "once more")).unwrap();
    assert_eq!(open(), (3, true), "nor does a cancelled sheet");
    let row = bank.read(|tx| line_raw(tx, old));
    assert_eq!((row.live, row.repaid_by), (true, None), "it stands for itself again");
    let second = again(old).unwrap();
    bank.check(second);
    assert_eq!(open(), (2, false), "it waits for its run, which counts as a sheet");
    assert_eq!(bank.pay(second).state, SheetState::Paid);
    assert_eq!(open(), (2, false));
    assert_eq!(bank.balance(account), Bank::net(1));
    let third = bank.import(Bank::wages("2026-10"), &format!("{}\n", bank.pay_file()), false);
    assert_eq!((third.valid, third.already), (0, 5));
    bank.verify();
}

/// What payments does when an item comes back: the money into the clearing account, then the reaction.
fn returned(bank: &Bank, line: &PayLine) {
    let (id, item, net, to) = (line.id, line.clearing.unwrap(), line.net(), bank.clearing_account());
    let kept: Option<ClearingItem> = bank.read(|tx| payments::clearing::item(tx, item));
    assert_eq!(kept.unwrap().reference, id.to_string());
    bank.write(move |tx| {
        let from = own(to.book(), Own::ClearingOut, Currency::CNY);
        let transfer = kernel::id::TransferId::new(tx.now(), from.book());
        ledger::post_one(tx, false, &Transfer::single(transfer, from, to, net, "clearing_return"))?;
        on_clearing_returned(tx, id, item, "account_closed")
    })
    .unwrap();
    let again = bank.write(move |tx| on_clearing_returned(tx, id, item, "account_closed")).unwrap();
    assert_eq!(again, party::Change::AlreadySo);
}

#[test]
fn many_who_press_at_once_pay_once() {
    let bank = Bank::open(6, 1);
    let sheet = drafted(&bank, "2026-10");
    bank.check(sheet);
    let (before, hash) = (bank.balance(bank.wage_account()), bank.hash(sheet));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| pay_all(&bank.desk, &bank.checker, sheet, &hash).unwrap());
        }
        scope.spawn(|| (0..20).for_each(|_| drop(resume(&bank.desk, 5))));
    });
    assert_eq!(before - bank.balance(bank.wage_account()), (0..7).map(Bank::net).sum::<i64>());
    for (n, hand) in bank.hands.iter().enumerate().take(6) {
        assert_eq!(bank.balance(hand.account.unwrap()), Bank::net(n));
    }
    bank.verify();
}

#[test]
fn a_return_after_the_end_opens_the_run_again() {
    let bank = Bank::open(1, 1);
    let sheet = drafted(&bank, "2026-10");
    bank.check(sheet);
    bank.pay(sheet);
    let line = line_of(&bank, sheet, 2);
    bank.write({
        let line = line.clone();
        move |tx| on_clearing_paid(tx, line.id, line.clearing.unwrap())
    })
    .unwrap();
    resume(&bank.desk, 10).unwrap();
    assert_eq!(bank.read(|tx| sheet_raw(tx, sheet)).state, SheetState::Paid);
    returned(&bank, &line);
    resume(&bank.desk, 10).unwrap();
    let row = bank.read(|tx| sheet_raw(tx, sheet));
    assert_eq!((row.state, row.paid_lines, row.returned_net), (SheetState::PartlyPaid, 1, Bank::net(1)));
}

#[test]
fn whoever_left_before_his_wage_came_back_is_paid_to_his_new_card() {
    let bank = Bank::open(1, 1);
    let sheet = drafted(&bank, "2026-10");
    bank.check(sheet);
    bank.pay(sheet);
    let line = line_of(&bank, sheet, 2);
    let change = |bank: &Bank| {
        let (clerk, worker) = (bank.clerk.clone(), line.worker);
        let given = AccountGiven { number: card(70), bank: THEIRS.into() };
        bank.write(move |tx| account_change_ask(tx, &clerk, worker, given.clone(), "退汇"))
    };
    let (clerk, worker, on) = (bank.clerk.clone(), line.worker, bank.read(|tx| Ok(tx.now().local_date())));
    bank.write(move |tx| worker_leave(tx, &clerk, worker, on, "完工离场")).unwrap();
    assert!(change(&bank).unwrap_err().is(&LEFT_ROSTER), "nothing came back");
    returned(&bank, &line);
    resume(&bank.desk, 10).unwrap();
    let asked = change(&bank).unwrap();
    let (checker, hash) = (bank.checker.clone(), bank.read(|tx| approval::raw(tx, asked)).hash_text());
    bank.write(move |tx| approve(tx, &checker, asked, &hash)).unwrap();
    let (clerk, id) = (bank.clerk.clone(), line.id);
    let again = bank.write(move |tx| repay(tx, &clerk, &[id], "退汇重发")).unwrap();
    assert!(change(&bank).unwrap_err().is(&LEFT_ROSTER), "another sheet pays it");
    bank.check(again);
    let paid = bank.pay(again);
    assert_eq!((paid.failed_lines, bank.read(|tx| line_raw(tx, id)).repaid_by.is_some()), (0, true));
    bank.verify();
}

#[test]
fn an_account_changed_after_the_check_is_not_paid() {
    let bank = Bank::open(1, 1);
    let sheet = drafted(&bank, "2026-10");
    bank.check(sheet);
    let worker = line_of(&bank, sheet, 2).worker;
    let clerk = bank.clerk.clone();
    let asked = bank
        .write(move |tx| {
            account_change_ask(tx, &clerk, worker, AccountGiven { number: card(70), bank: THEIRS.into() }, "")
        })
        .unwrap();
    let hash = bank.read(|tx| approval::raw(tx, asked)).hash_text();
    let (clerk, hash1) = (bank.clerk.clone(), hash.clone());
    assert!(bank.write(move |tx| approve(tx, &clerk, asked, &hash1)).is_err(), "two persons");
    let checker = bank.checker.clone();
    let done = bank.write(move |tx| approve(tx, &checker, asked, &hash)).unwrap();
    assert_eq!(done, Approved::AccountChanged(worker));
    let progress = bank.pay(sheet);
    assert_eq!((progress.state, progress.failed_lines), (SheetState::PartlyPaid, 1));
    assert_eq!(bank.states(sheet)[1].2, "account_changed");
}

#[test]
fn a_name_the_bank_does_not_know_him_by_is_paid_after_its_correction() {
    let mut bank = Bank::bare();
    bank.meet(0, true);
    bank.meet(1, false);
    let known = bank.customer(&Hand { bank: OURS, ..bank.hands[1].clone() }, "另名");
    bank.hands[1].bank = OURS;
    let import = bank.import(ImportFor::Roster, &bank.roster_file(), false);
    assert_eq!((import.state, bank.list(import.id).as_str()), (ImportState::Accepted, "A3/3 bank_name_differs"));
    let sheet = drafted(&bank, "2026-10");
    bank.check(sheet);
    assert_eq!(bank.pay(sheet).state, SheetState::PartlyPaid);
    assert_eq!(bank.states(sheet)[1].2, "name_mismatch");
    assert_eq!(bank.balance(known), 0);
    let (line, clerk) = (line_of(&bank, sheet, 2), bank.clerk.clone());
    let unfit = bank.write(move |tx| repay(tx, &clerk, &[line.id], "")).unwrap_err();
    assert!(unfit.is(&ACCOUNT_UNFIT));
}

#[test]
fn too_little_money_leaves_the_sheet_checked() {
    let bank = Bank::open(2, 0);
    let sheet = drafted(&bank, "2026-10");
    bank.check(sheet);
    let (wage, book) = (bank.wage_account(), bank.branch.book());
    bank.write(move |tx| {
        let to = own(book, Own::Settlement, Currency::CNY);
        let all = ledger::view(tx, wage)?.available();
        let id = kernel::id::TransferId::new(tx.now(), book);
        ledger::post_one(tx, false, &Transfer::single(id, wage, to, all, "closing"))
    })
    .unwrap();
    let progress = bank.pay(sheet);
    assert_eq!((progress.state, progress.code.as_str()), (SheetState::Checked, "funds_short"));
    bank.write(move |tx| deposit(tx, wage, 100_000_000)).unwrap();
    assert_eq!(bank.pay(sheet).state, SheetState::Paid);
}

#[test]
fn whatever_breaks_off_is_finished_and_nobody_is_paid_twice() {
    let bank = Bank::open(3, 1);
    stop(&bank, 1, Restriction::NoCredits);
    let wage = bank.wage_account();
    bank.write(move |tx| deposit(tx, wage, 10_000_000_000)).unwrap();
    let (mut broke, mut held, mut n) = (0, 0, 0);
    let accounts: Vec<AccountId> = bank.hands.iter().filter_map(|h| h.account).collect();
    loop {
        let sheet = drafted(&bank, &format!("{}-{:02}", 2027 + n / 12, 1 + n % 12));
        bank.check(sheet);
        let hash = bank.hash(sheet);
        let before: Vec<i64> = accounts.iter().map(|a| bank.balance(*a)).collect();
        let out = bank.balance(own(bank.branch.book(), Own::ClearingOut, Currency::CNY));
        let wages = bank.balance(wage);
        bank.fail_at.store(n * 5, Ordering::SeqCst);
        let first = pay_all(&bank.desk, &bank.checker, sheet, &hash);
        let fired = bank.fail_at.swap(-1, Ordering::SeqCst) < 0;
        broke += u32::from(first.is_err());
        if let Some(order) =
            first.ok().filter(|p| p.state == SheetState::Starting).and(bank.read(|tx| sheet_raw(tx, sheet)).instruction)
        {
            held += 1;
            payments::release(&bank.desk, &system(), order, "the guard was silent").unwrap();
        }
        resume(&bank.desk, 10).unwrap();
        pay_all(&bank.desk, &bank.checker, sheet, &hash).unwrap();
        let row = bank.read(|tx| sheet_raw(tx, sheet));
        assert_eq!((row.paid_lines, row.processing_lines, row.failed_lines), (2, 1, 1), "at {n}");
        for (i, account) in accounts.iter().enumerate() {
            let paid = if i == 1 { 0 } else { Bank::net(i) };
            assert_eq!(bank.balance(*account) - before[i], paid, "worker {i} at {n}");
        }
        assert_eq!(bank.balance(bank.clearing_account()), 0, "at {n}");
        assert_eq!(bank.balance(own(bank.branch.book(), Own::ClearingOut, Currency::CNY)) - out, Bank::net(3));
        assert_eq!(wages - bank.balance(wage), [0, 2, 3].map(Bank::net).iter().sum::<i64>(), "at {n}");
        if !fired {
            break;
        }
        n += 1;
    }
    bank.verify();
    assert!(broke > 10 && held > 0, "{broke} broke and {held} were held of {n}");
}

#[test]
fn accounts_opened_through_the_employer_only_receive_until_activated() {
    let mut bank = Bank::bare();
    bank.meet(0, false);
    let file = bank.roster_file().replace(&bank.hands[0].card, "").replace(THEIRS, "");
    bank.import(ImportFor::Roster, &file, true);
    let worker = bank.read(|tx| roster(tx, &bank.clerk, bank.project, &PageAsk::default())).items[0].clone();
    assert_eq!(worker.standing, Standing::Missing);
    assert!(
        open_accounts(&bank.desk.store, &bank.clerk, bank.project, &[worker.id]).is_err(),
        "the bank opens accounts"
    );
    let opened = open_accounts(&bank.desk.store, &bank.officer, bank.project, &[worker.id]).unwrap();
    assert_eq!(open_accounts(&bank.desk.store, &bank.officer, bank.project, &[worker.id]).unwrap(), []);
    let account = opened[0].account;
    bank.hands[0] =
        Hand { card: opened[0].number.clone(), bank: OURS, account: Some(account), ..bank.hands[0].clone() };
    let sheet = drafted(&bank, "2026-10");
    bank.check(sheet);
    assert_eq!(bank.pay(sheet).state, SheetState::Paid);
    assert_eq!(bank.balance(account), Bank::net(0));
    let spend = move |tx: &mut Tx<'_>| {
        let to = own(account.book(), Own::Cash, Currency::CNY);
        let id = kernel::id::TransferId::new(tx.now(), account.book());
        ledger::post_one(tx, true, &Transfer::single(id, account, to, Money::cny(100), "cash_out"))
    };
    assert!(bank.write(spend).unwrap_err().is(&ledger::refusals::DEBITS_STOPPED));
    let (officer, teller) = (bank.officer.clone(), Actor { channel: Channel::Phone, ..bank.teller.clone() });
    assert!(bank.write(move |tx| activate(tx, &officer, account)).is_err());
    assert!(bank.write(move |tx| activate(tx, &teller, account)).unwrap_err().is(&NOT_ACTIVATED_HERE));
    let teller = bank.teller.clone();
    assert_eq!(bank.write(move |tx| activate(tx, &teller, account)).unwrap(), party::Change::Done);
    assert!(bank.read(|tx| is_activated(tx, account)));
    bank.write(spend).unwrap();
}
