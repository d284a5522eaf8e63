//! Who may do what, and who sees what.
use super::*;

#[test]
fn a_building_project_needs_its_name_and_papers() {
    let bank = Bank::bare();
    let firm = bank.firm;
    let open = |actor: &Actor, new: ProjectNew| {
        let actor = actor.clone();
        bank.write(move |tx| project_open(tx, &actor, new.clone()))
    };
    assert_eq!(open(&bank.officer, site(firm)).unwrap(), bank.project, "opening again answers the same");
    let other = || ProjectNew { name: "三期".into(), ..site(firm) };
    assert!(open(&bank.clerk, other()).is_err(), "the bank opens accounts");
    assert!(
        open(&bank.officer, ProjectNew { account_name: "海岳工资户".into(), ..other() }).unwrap_err().is(&ACCOUNT_NAME)
    );
    assert!(open(&bank.officer, ProjectNew { agreement: String::new(), ..other() }).is_err());
    assert!(open(&bank.officer, ProjectNew { pay_day: 32, ..other() }).is_err());
    assert!(open(&bank.officer, ProjectNew { basis: "other".into(), ..site(firm) }).unwrap_err().is(&PROJECT_TAKEN));
    let repair = ProjectNew { profile: Profile::ShipRepair, tag: "XL-7".into(), agreement: String::new(), ..other() };
    let repair = open(&bank.officer, repair).unwrap();
    let view = bank.read(|tx| project_page(tx, &bank.owner, repair)).view;
    assert_eq!((view.notice, view.tag.as_str()), ("wage-ship-repair-not-protected", "XL-7"));
    assert_eq!(bank.read(|tx| projects_of(tx, &bank.owner, firm, &PageAsk::default())).items.len(), 2);
    assert_eq!(bank.read(|tx| projects(tx, &bank.officer, &PageAsk::first(1))).items.len(), 1);
    assert!(bank.desk.store.read(|tx| projects(tx, &bank.teller, &PageAsk::default())).is_err());
}

#[test]
fn the_wage_account_pays_wages_only() {
    let bank = Bank::open(1, 0);
    let (wage, to) = (bank.wage_account(), bank.hands[0].account.unwrap());
    let pay = |code: &'static str, from: AccountId| {
        bank.write(move |tx| {
            let id = kernel::id::TransferId::new(tx.now(), from.book());
            ledger::post_one(tx, false, &Transfer::single(id, from, to, Money::cny(100), code))
        })
    };
    assert!(pay("transfer", wage).unwrap_err().is(&ledger::refusals::NOT_GRANTED));
    let clearing = bank.clearing_account();
    assert!(pay("wage", clearing).unwrap_err().is(&ledger::refusals::FUNDS_SHORT), "granted by the roster, and empty");
}

#[test]
fn only_the_firms_own_money_comes_in() {
    let bank = Bank::open(1, 0);
    let (firm, book) = (bank.firm, bank.branch.book());
    let own_account = bank
        .write(move |tx| {
            let id = AccountId::new(tx.now(), book);
            ledger::open_account(tx, &system(), &Opening::deposit(id, Owner::Firm(firm), "海岳建工", Currency::CNY))?;
            deposit(tx, id, 5_000_000)?;
            Ok(id)
        })
        .unwrap();
    let before = bank.balance(bank.wage_account());
    let amount = Money::cny(1_000_000);
    let strange = fund(&bank.desk, &bank.owner, bank.project, bank.hands[0].account.unwrap(), amount, None);
    assert!(strange.unwrap_err().is(&NOT_OWN_ACCOUNT));
    let receipt = fund(&bank.desk, &bank.owner, bank.project, own_account, amount, Some("k1")).unwrap();
    let again = fund(&bank.desk, &bank.owner, bank.project, own_account, amount, Some("k1")).unwrap();
    assert_eq!(receipt.instruction, again.instruction);
    if receipt.state == payments::State::Posted {
        assert_eq!(bank.balance(bank.wage_account()), before + 1_000_000);
    } else {
        assert_eq!(receipt.state, payments::State::AwaitingApproval, "{receipt:?}");
    }
}

#[test]
fn maker_checker_and_payer_are_bound_to_what_was_shown() {
    let bank = Bank::open(2, 0);
    let sheet = bank.import(Bank::wages("2026-10"), &bank.pay_file(), false).sheet.unwrap();
    let act = |actor: &Actor, f: fn(&mut Tx<'_>, &Actor, PaySheetId) -> Result<()>| {
        let actor = actor.clone();
        bank.write(move |tx| f(tx, &actor, sheet))
    };
    assert!(act(&bank.checker, |tx, a, s| submit(tx, a, s, "").map(|_| ())).is_err(), "a checker makes nothing");
    let clerk = bank.clerk.clone();
    let asked = bank.write(move |tx| submit(tx, &clerk, sheet, "10月工资")).unwrap();
    assert!(act(&bank.clerk, |tx, a, s| submit(tx, a, s, "").map(|_| ())).unwrap_err().is(&SHEET_STATE));
    let hash = bank.read(|tx| approval::raw(tx, asked)).hash_text();
    let pay_hash = bank.hash(sheet);
    assert!(pay(&bank.desk, &bank.checker, sheet, &pay_hash).unwrap_err().is(&SHEET_STATE), "not checked yet");
    let (clerk, hash2) = (bank.clerk.clone(), hash.clone());
    assert!(bank.write(move |tx| approve(tx, &clerk, asked, &hash2)).is_err(), "the maker does not check");
    let (checker, hash3) = (bank.checker.clone(), hash.clone());
    bank.write(move |tx| send_back(tx, &checker, asked, &hash3, "第3行")).unwrap();
    assert_eq!(bank.read(|tx| sheet_raw(tx, sheet)).state, SheetState::SentBack);
    bank.check(sheet);
    assert!(pay(&bank.desk, &bank.clerk, sheet, &pay_hash).is_err(), "a clerk does not pay");
    assert!(pay(&bank.desk, &bank.checker, sheet, "00").unwrap_err().is(&SHEET_CHANGED));
    assert!(pay(&bank.desk, &bank.checker, sheet, &pay_hash).unwrap().more);
    assert!(act(&bank.clerk, |tx, a, s| cancel(tx, a, s, "late").map(|_| ())).unwrap_err().is(&SHEET_STATE));
    assert_eq!(resume(&bank.desk, 100).unwrap().chunks, 2);
    let view = bank.read(|tx| crate::sheet(tx, &bank.owner, sheet));
    assert_eq!(view.state, SheetState::Paid);
    assert_ne!(view.submitted.unwrap().name, view.checked.unwrap().name);
}

#[test]
fn a_worker_sees_his_own_slip_and_nobody_elses() {
    let bank = Bank::open(2, 0);
    let sheet = bank.import(Bank::wages("2026-10"), &bank.pay_file(), false).sheet.unwrap();
    let line =
        |number: usize| bank.read(|tx| lines(tx, &bank.clerk, sheet, None, &PageAsk::default())).items[number].line;
    let (first, second) = (line(0), line(1));
    let person = |id| bank.read(|tx| line_raw(tx, id)).person;
    let worker = Actor::of(Who::Person(person(first)));
    let slips = |actor: &Actor, of: PersonId| bank.desk.store.read(|tx| slips_of(tx, actor, of, &PageAsk::default()));
    assert_eq!(slips(&worker, person(first)).unwrap().items.len(), 0, "nothing before it is paid");
    bank.check(sheet);
    bank.pay(sheet);
    assert_eq!(slips(&worker, person(first)).unwrap().items.len(), 1);
    assert!(slips(&worker, person(second)).is_err());
    let own = bank.read(|tx| slip(tx, &worker, first));
    assert_eq!((own.net, own.due, own.days), (Money::cny(Bank::net(0)), Money::cny(800_000), Some(2_600)));
    let keys: Vec<&str> = own.items.iter().map(|i| i.key.as_str()).collect();
    assert_eq!(keys, ["base", "social", "other"], "7,000 base, 100 social, 1,000 of due not itemised");
    assert!(own.proof.is_some() && !own.checked_by.is_empty() && own.made_by != own.checked_by);
    assert!(bank.desk.store.read(|tx| slip(tx, &worker, second)).unwrap_err().is(&kernel::error::NOT_FOUND));
    assert!(bank.desk.store.read(|tx| slip(tx, &bank.clerk, second)).is_ok());
    let stranger = Actor::of(Who::ForFirm {
        person: person(first),
        firm: FirmId::new(kernel::Timestamp::from_micros(0), bank.branch.book()),
    });
    assert!(bank.desk.store.read(|tx| slip(tx, &stranger, second)).unwrap_err().is(&kernel::error::NOT_FOUND));
    let officer = bank.officer.clone();
    bank.write(move |tx| slip(tx, &officer, second)).unwrap();
    let looks = bank.read(|tx| tx.audit_search(i64::MAX, 10, "", "payroll.slip_look", ""));
    assert_eq!(looks.len(), 1);
}
