//! Staff hear when a warning or a case becomes their turn, once a project and day.
use super::{House, system};
use crate::notices::{self, Notice};
use kernel::id::ProjectId;
use kernel::{Actor, PageAsk};
use party::Role;
use payroll::{Profile, ProjectNew};

const DAY_SECONDS: i64 = 86_400;

fn site(h: &House, name: &'static str) -> ProjectId {
    let firm = h.firm;
    h.write(move |tx| {
        let new = ProjectNew {
            firm,
            contractor: firm,
            profile: Profile::Construction,
            name: name.into(),
            tag: String::new(),
            basis: "施工合同".into(),
            agreement: "三方-1".into(),
            account_name: String::new(),
            account_number: String::new(),
            pay_day: 15,
        };
        let project = payroll::project_open(tx, &system(), new)?;
        worksite::file_site(tx, &system(), project, &file()).map(|_| project)
    })
}

/// Works that began long ago, so that papers are missing and late.
fn file() -> worksite::SiteNew {
    let day = |text: &str| kernel::Date::parse(text).unwrap();
    worksite::SiteNew {
        region: "990102".into(),
        works_contract: "施工-2026-9".into(),
        signed_on: day("2026-02-20"),
        price: kernel::Money::cny(2_000_000_000),
        labour: worksite::LabourShare::Bps(2_000),
        begins_on: day("2026-03-01"),
        ends_on: day("2027-06-30"),
        address: "渔港路1号".into(),
        owner_name: "渔港建设指挥部".into(),
        owner_firm: None,
        authority: "住建局".into(),
        hotline: String::new(),
        legal_aid: String::new(),
        pay_by: worksite::PayBy::Month,
        contacts: worksite::Contacts {
            owner_name: "甲方".into(),
            owner_phone: "0990-1234567".into(),
            contractor_name: "项目部".into(),
            contractor_phone: "0990-1234568".into(),
            officer_name: "劳专管".into(),
            officer_phone: "13900000009".into(),
        },
    }
}

fn turns(h: &House, staff: &Actor) -> Vec<Notice> {
    let all = h.read(|tx| notices::list(tx, staff, false, &PageAsk::first(100))).items;
    all.into_iter().filter(|n| n.kind == "arrears.turn.staff").collect()
}

#[test]
fn a_warning_that_nobody_acts_on_is_told_to_the_officer_then_to_the_manager_once_a_day() {
    let h = House::open();
    let (officer, manager) = (h.staff("2001", Role::PayrollOfficer), h.staff("2002", Role::BranchManager));
    let other = h.staff("2003", Role::Teller);
    let project = site(&h, "渔港一期");
    h.settle();
    // Severe warnings of papers that are missing: first the contractor's turn.
    let mut days = 0;
    while turns(&h, &officer).is_empty() && days < 30 {
        assert!(turns(&h, &manager).is_empty(), "the officer comes before the manager");
        h.wait(DAY_SECONDS);
        h.settle();
        days += 1;
    }
    let told = turns(&h, &officer);
    assert_eq!((told.len(), told[0].about.clone()), (1, project.to_string()), "after {days} days");
    assert_eq!(told[0].args.0["place"], "渔港一期");
    while turns(&h, &manager).is_empty() && days < 60 {
        h.wait(DAY_SECONDS);
        h.settle();
        days += 1;
    }
    assert!(!turns(&h, &manager).is_empty() && turns(&h, &other).is_empty());
    let all = turns(&h, &officer);
    let mut on: Vec<_> = all.iter().map(|n| n.at.local_date()).collect();
    on.dedup();
    assert_eq!(on.len(), all.len(), "one a project and day");
}

#[test]
fn who_opens_a_case_is_not_told_of_it_and_two_cases_of_a_day_are_told_once() {
    let h = House::open();
    let (one, two) = (h.staff("2001", Role::PayrollOfficer), h.staff("2002", Role::PayrollOfficer));
    let project = site(&h, "渔港一期");
    let worker = h.write(move |tx| {
        let worker = payroll::WorkerNew {
            name: "何立新".into(),
            identity: format!("99010219850101001{}", kernel::chinese::identity_check("99010219850101001").unwrap()),
            contract: "LD-1".into(),
            phone: "13800000077".into(),
            ..payroll::WorkerNew::default()
        };
        Ok(payroll::worker_add(tx, &system(), project, worker)?.worker)
    });
    for month in ["2026-09", "2026-10"] {
        let by = one.clone();
        h.write(move |tx| {
            let owed = arrears::Owed { worker, period: month.parse()?, amount: kernel::Money::cny(1_000) };
            let new = arrears::CaseNew { about: month.into(), lines: vec![owed], ..arrears::CaseNew::of(project) };
            arrears::case_open(tx, &by, &new)
        });
        h.settle();
    }
    assert_eq!((turns(&h, &one).len(), turns(&h, &two).len()), (0, 1));
}
