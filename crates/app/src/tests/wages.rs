//! A payday as the workers hear of it.
use super::{House, system};
use crate::notices::{self, Notice};
use kernel::id::{PaySheetId, PersonId, ProjectId};
use kernel::{Actor, Currency, Id, Money, Owner, PageAsk, Who};
use ledger::restrictions::{Restrict, Restriction, restrict};
use party::{GrantAsk, Role};
use payroll::{AccountGiven, ImportFor, Kind, Profile, ProjectNew, Upload, WorkerNew};

/// Name, identity number, card; the first two keep their accounts here.
const WORKERS: [(&str, &str, &str); 3] = [
    ("何立新", "990102198501010010", "9900010000000018"),
    ("罗大山", "99010219850101003X", "9900010000000026"),
    ("马秀兰", "990102198501010053", "9900010000000034"),
];

fn person(h: &House, name: &'static str, number: &str) -> PersonId {
    let (branch, number) = (h.branch, number.to_owned());
    h.write(move |tx| {
        let born = kernel::chinese::identity_birth(&number).unwrap();
        let new = party::PersonNew {
            branch,
            name: name.into(),
            document: party::DocumentKind::ResidentId,
            number: number.clone(),
            country: "CN".into(),
            phone: "13800001234".into(),
            address: String::new(),
            born,
            tier: party::Tier::I,
        };
        Ok(party::person_register(tx, &system(), new)?.person)
    })
}

fn user(h: &House, name: &'static str, number: &str, role: Role) -> Actor {
    let (person, firm) = (person(h, name, number), h.firm);
    h.write(move |tx| party::grant(tx, &system(), GrantAsk::new(Who::Person(person), role).of(firm)).map(|_| ()));
    let who = Who::ForFirm { person, firm };
    Actor { who, channel: kernel::Channel::Phone, stepped_up: true, ..system() }
}

fn identity(body: &str) -> String {
    format!("{body}{}", kernel::chinese::identity_check(body).unwrap())
}

fn project(h: &House) -> ProjectId {
    let (firm, funds) = (h.firm, h.funds);
    h.write(move |tx| {
        let new = ProjectNew {
            firm,
            contractor: firm,
            profile: Profile::ShipRepair,
            name: "十二号坞".into(),
            tag: String::new(),
            basis: "合同一".into(),
            agreement: String::new(),
            account_name: String::new(),
            account_number: String::new(),
            pay_day: 15,
        };
        let project = payroll::project_open(tx, &system(), new)?;
        let wages = payroll::project_raw(tx, project)?.wage_account;
        let id = kernel::id::TransferId::new(tx.now(), funds.book());
        let fund = ledger::Transfer::single(id, funds, wages, Money::cny(5_000_000), "fund");
        ledger::post_one(tx, false, &fund)?;
        Ok(project)
    })
}

/// Everybody on the roster, the third with a card of another bank, and a sheet that was checked.
fn checked(h: &House, people: &mut Vec<PersonId>) -> PaySheetId {
    let (clerk, checker) = (
        user(h, "丁文", &identity("99010219850101007"), Role::PayrollClerk),
        user(h, "方正", &identity("99010219850101009"), Role::PayrollChecker),
    );
    let project = project(h);
    let mut file = String::from("姓名,身份证号码,实发工资\n");
    for (n, (name, body, card)) in WORKERS.into_iter().enumerate() {
        let (number, book) = (identity(&body[..17]), h.branch.book());
        file += &format!("{name},{number},{}\n", 3000 + n);
        let owner = person(h, name, &number);
        people.push(owner);
        let ours = n < 2;
        h.write(move |tx| {
            let id = kernel::id::AccountId::new(tx.now(), book);
            if ours {
                let new = ledger::Opening::deposit(id, Owner::Person(owner), "工*", Currency::CNY).number(card);
                ledger::open_account(tx, &system(), &new)?;
            }
            if n == 1 {
                restrict(tx, &system(), &Restrict::new(id, Restriction::Dormant, "test"))?;
            }
            let bank = if ours { String::new() } else { "沧溟银行".into() };
            let account = Some(AccountGiven { number: card.into(), bank });
            let worker = WorkerNew { name: name.into(), identity: number.clone(), account, ..WorkerNew::default() };
            payroll::worker_add(tx, &system(), project, worker).map(|_| ())
        });
    }
    let period = payroll::Period::new(2026, 10).unwrap();
    let what = ImportFor::PaySheet { period, kind: Kind::Wage, number: 1, tag: String::new(), due_on: None };
    let upload = Upload { project, what, file_name: "a.csv".into(), bytes: file.into_bytes(), accept_valid: false };
    let sheet = payroll::import(&h.bank.store, &clerk, upload).unwrap().sheet.expect("a sheet");
    let asked = h.write(move |tx| payroll::submit(tx, &clerk, sheet, ""));
    let hash = h.read(|tx| approval::raw(tx, asked)).hash_text();
    h.write(move |tx| payroll::approve(tx, &checker, asked, &hash).map(|_| ()));
    sheet
}

fn told(h: &House, person: PersonId) -> Vec<Notice> {
    let reader = Actor { who: Who::Person(person), ..system() };
    let all = h.read(|tx| notices::list(tx, &reader, false, &PageAsk::default())).items;
    all.into_iter().filter(|n| n.kind.starts_with("payroll.")).collect()
}

#[test]
fn each_worker_hears_once_what_became_of_his_wage() {
    let h = House::open();
    let mut people = Vec::new();
    let sheet = checked(&h, &mut people);
    let hash = h.read(|tx| payroll::sheet_raw(tx, sheet)).payload_hash();
    payroll::pay_all(&h.bank.desk, &system(), sheet, &hash).unwrap();
    h.settle();
    let kinds = |n: usize| told(&h, people[n]).into_iter().map(|n| n.kind).collect::<Vec<_>>();
    assert_eq!((kinds(0), kinds(1)), (vec!["payroll.line_paid".into()], vec!["payroll.line_failed".to_owned()]));
    assert_eq!(kinds(2), Vec::<String>::new(), "the other bank has not answered");

    let paid = told(&h, people[0]).remove(0);
    let said = |name: &str| paid.args.0.get(name).map(String::as_str).unwrap_or_default().to_owned();
    assert_eq!(
        ["wage", "period", "amount", "employer"].map(said),
        ["wage", "2026-10", "3000.00", "汐源船舶修造有限公司"]
    );
    assert!(said("account").ends_with("0018") && !said("account").contains("9900010000"), "{}", said("account"));
    for (n, notice) in [(0, &paid), (1, &told(&h, people[1])[0])] {
        let reader = Actor { who: Who::Person(people[n]), ..system() };
        let line = notice.about.parse().expect("a notice leads to the slip");
        assert_eq!(h.read(|tx| payroll::slip(tx, &reader, line)).worker, kernel::chinese::mask_name(WORKERS[n].0));
    }

    h.wait(180);
    h.settle();
    h.settle();
    assert_eq!(kinds(2), ["payroll.line_paid"]);
    assert_eq!((kinds(0).len(), kinds(1).len()), (1, 1), "and nobody twice");
    h.sound();
}
