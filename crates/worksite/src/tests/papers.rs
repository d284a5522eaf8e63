//! The file of a site, its agreement, its deadlines, its board.
use super::*;

#[test]
fn a_site_is_filed_once_and_amended_with_a_reason() {
    let bank = Bank::open();
    let (site, paper) = (bank.site, bank.paper());
    let file = |actor: &Actor, new: SiteNew| bank.act(actor, move |tx, a| file_site(tx, a, site, &new));
    assert!(file(&bank.stranger, paper.clone()).is_err(), "another firm's clerk");
    assert!(file(&bank.owner_user, paper.clone()).is_err());
    assert_eq!(file(&bank.clerk, paper.clone()).unwrap(), Change::Done);
    assert_eq!(
        file(&bank.clerk, bank.read(|tx| site_raw(tx, site)).unwrap().as_new(bank.desk.store.keys()).unwrap()).unwrap(),
        Change::AlreadySo
    );
    assert!(file(&bank.clerk, SiteNew { price: yuan(1), ..paper.clone() }).unwrap_err().is(&SITE_TAKEN));
    assert!(bank.read(|tx| payroll::site_rules(tx, site)).is_some(), "from now on its wages are reviewed");

    let amend = |new: SiteNew, why: &'static str| bank.act(&bank.clerk, move |tx, a| amend(tx, a, site, &new, why));
    let mut other = paper.clone();
    other.contacts.officer_phone = "13900019999".into();
    other.ends_on = day("2028-03-31");
    assert!(amend(other.clone(), "  ").is_err(), "no reason");
    assert_eq!(amend(other.clone(), "工期顺延").unwrap(), Change::Done);
    assert_eq!(amend(other, "工期顺延").unwrap(), Change::AlreadySo);
    let changes = bank.read(|tx| amendments(tx, &bank.officer, site, &page())).items.remove(0);
    let fields: Vec<&str> = changes.changes.0.iter().map(|c| c.field.as_str()).collect();
    assert_eq!((fields, changes.reason.as_str()), (vec!["ends_on", "officer"], "工期顺延"));
    let shown = &changes.changes.0[1];
    assert!(!shown.before.contains("13900010003") && !shown.after.contains("小满"), "masked: {shown:?}");
    assert!(bank.try_read(|tx| amendments(tx, &bank.stranger, site, &page())).is_err());
    bank.verify();
}

#[test]
fn a_file_that_is_wrong_says_where() {
    let bank = Bank::open();
    let site = bank.site;
    let paper = bank.paper();
    let c = |f: fn(&mut Contacts)| {
        let mut new = bank.paper();
        f(&mut new.contacts);
        new
    };
    let wrong: Vec<(SiteNew, &str)> = vec![
        (SiteNew { region: "123456".into(), ..paper.clone() }, "site_region_unknown"),
        (SiteNew { region: "9901".into(), ..paper.clone() }, "region"),
        (SiteNew { works_contract: " ".into(), ..paper.clone() }, "works_contract"),
        (SiteNew { signed_on: day("2026-11-21"), ..paper.clone() }, "signed_on"),
        (SiteNew { ends_on: day("2026-11-15"), ..paper.clone() }, "ends_on"),
        (SiteNew { price: yuan(0), ..paper.clone() }, "price"),
        (SiteNew { labour: LabourShare::Bps(10_001), ..paper.clone() }, "labour"),
        (SiteNew { labour: LabourShare::Amount(yuan(12_000_001)), ..paper.clone() }, "labour"),
        (SiteNew { pay_by: PayBy::Order, ..paper.clone() }, "pay_by"),
        (c(|c| c.officer_phone = "call me".into()), "officer_phone"),
        (c(|c| c.owner_name = String::new()), "owner_contact"),
        (SiteNew { address: "路".repeat(201), ..paper.clone() }, "address"),
    ];
    for (new, what) in wrong {
        let refused = bank.act(&bank.clerk, move |tx, a| file_site(tx, a, site, &new)).unwrap_err();
        assert!(format!("{refused:?}").contains(what), "{what}: {refused:?}");
    }
    assert!(bank.read(|tx| site_raw(tx, site)).is_none(), "nothing half done");
    let whole = SiteNew { labour: LabourShare::Amount(yuan(12_000_000)), signed_on: bank.today(), ..paper };
    assert_eq!(bank.act(&bank.clerk, move |tx, a| file_site(tx, a, site, &whole)).unwrap(), Change::Done);
}

#[test]
fn who_the_owner_is_among_customers_the_bank_says() {
    let bank = Bank::open();
    let (site, owner, contractor) = (bank.site, bank.owner, bank.contractor);
    let named = |firm| SiteNew { owner_firm: Some(firm), ..bank.paper() };
    let file = |actor: &Actor, new: SiteNew| bank.act(actor, move |tx, a| file_site(tx, a, site, &new));
    assert!(file(&bank.clerk, named(owner)).unwrap_err().is(&OWNER_BY_BANK), "a clerk gives no powers away");
    assert!(file(&bank.officer, named(contractor)).unwrap_err().is(&NOT_OWNER_ITSELF));
    assert_eq!(file(&bank.officer, named(owner)).unwrap(), Change::Done);
    let none = bank.paper();
    let taken = bank.act(&bank.clerk, move |tx, a| amend(tx, a, site, &none, "业主不再在本行"));
    assert!(taken.unwrap_err().is(&OWNER_BY_BANK), "nor takes them");
    assert!(bank.read(|tx| site_view(tx, &bank.owner_user, site)).is_some(), "the owner sees its site");
    assert!(bank.try_read(|tx| site_view(tx, &bank.stranger, site)).is_err());
    assert_eq!(bank.read(|tx| sites_owned(tx, &bank.owner_user, owner, &page())).items.len(), 1);
    assert!(bank.try_read(|tx| sites_owned(tx, &bank.stranger, owner, &page())).is_err());
}

#[test]
fn w2_the_agreement_and_the_filing_are_written_down() {
    let bank = Bank::filed();
    let site = bank.site;
    let paper = |number: &str| AgreementNew {
        agreement: number.into(),
        signed_on: Some(day("2026-10-30")),
        text: b"signed".to_vec(),
    };
    let record = |new: AgreementNew| bank.act(&bank.clerk, move |tx, a| record_agreement(tx, a, site, &new));
    assert_eq!(record(paper("三方-2026-5")).unwrap(), Change::Done);
    assert_eq!(record(paper("三方-2026-5")).unwrap(), Change::AlreadySo);
    assert_eq!(record(paper("三方-2026-5补")).unwrap(), Change::Done);
    assert!(record(AgreementNew { signed_on: Some(day("2026-11-21")), ..paper("x") }).is_err());
    let holds = bank.read(|tx| agreement_of(tx, site)).unwrap();
    assert_eq!((holds.number, holds.parties.0.len()), (2, 3));
    assert_eq!(bank.read(|tx| payroll::read_file(tx, holds.book, &holds.text_hash)), b"signed");
    assert_eq!(bank.read(|tx| agreements(tx, &bank.owner_user, site)).len(), 2);

    let filing =
        || bank.read(|tx| deadlines(tx, site, bank.today())).into_iter().find(|d| d.kind == DeadlineKind::Filing);
    assert_eq!(filing().unwrap().done_on, None);
    let today = bank.today();
    assert!(bank.act(&bank.stranger, move |tx, a| record_filing(tx, a, site, "备-9", today)).is_err());
    assert!(bank.act(&bank.clerk, move |tx, a| record_filing(tx, a, site, "备-9", today.plus_days(1))).is_err());
    assert_eq!(bank.act(&bank.clerk, move |tx, a| record_filing(tx, a, site, "备-9", today)).unwrap(), Change::Done);
    assert_eq!(
        bank.act(&bank.clerk, move |tx, a| record_filing(tx, a, site, "备-9", today)).unwrap(),
        Change::AlreadySo
    );
    assert_eq!(filing().unwrap().done_on, Some(today));
    bank.verify();
}

#[test]
fn art_34_the_board_says_whom_to_call_and_the_lowest_wage() {
    let bank = Bank::filed();
    let board = bank.read(|tx| board(tx, &bank.clerk, bank.site));
    assert_eq!(board.contacts.officer_name, "何小满");
    assert_eq!((board.minimum.month, board.hotline.as_str()), (yuan(2_130), "0990-12333"));
    assert_eq!(board.code.len(), site::BOARD_CODE_LETTERS);
    let code = board.code.to_lowercase();
    assert_eq!(bank.read(|tx| board_by_code(tx, &code)).project, bank.site, "typed in small letters");
    assert!(bank.try_read(|tx| board_by_code(tx, "ABCDEFGHJKLM")).is_err());
    assert!(bank.try_read(|tx| crate::board(tx, &bank.stranger, bank.site)).is_err());
    assert!(board.notice.zh.contains("第三十三条"));
}

#[test]
fn ship_repair_claims_no_protection_by_law() {
    let bank = Bank::open();
    let yard = bank.yard;
    let new = SiteNew { pay_by: PayBy::Order, ..bank.paper() };
    bank.act(&bank.officer, move |tx, a| file_site(tx, a, yard, &new)).unwrap();
    let board = bank.read(|tx| board(tx, &bank.clerk, yard));
    assert!(board.notice.zh.contains("没有第三十三条那样的法律保护"));
    let kinds: Vec<DeadlineKind> = bank.read(|tx| deadlines(tx, yard, bank.today())).iter().map(|d| d.kind).collect();
    assert_eq!(kinds, [DeadlineKind::Roster]);
}

#[test]
fn a_region_lists_what_lies_in_it() {
    let bank = Bank::filed();
    let (yard, new) = (bank.yard, SiteNew { region: "990121".into(), ..bank.paper() });
    bank.act(&bank.officer, move |tx, a| file_site(tx, a, yard, &new)).unwrap();
    let of = |region: &'static str| bank.read(|tx| sites_in_region(tx, region, &page())).items.len();
    assert_eq!((of("990100"), of("990102"), of("990121"), of("990200"), of("990103")), (2, 1, 1, 0, 0));
    let first = bank.read(|tx| sites_in_region(tx, "990100", &PageAsk::first(1)));
    let next = PageAsk { limit: Some(1), after: first.next };
    let second = bank.read(|tx| sites_in_region(tx, "990100", &next));
    assert_eq!((second.items[0].project, second.next), (yard, None));
}

#[test]
fn contacts_go_under_a_new_key() {
    let bank = Bank::filed();
    let (last, seen, changed) = bank.act(&system(), |tx, _| renew_sites(tx, &(-1, [0; 16]), 10)).unwrap();
    assert_eq!((last.is_some(), seen, changed), (true, 1, 0), "they are under the newest already");
}

#[test]
fn w2_projects_share_an_account_where_the_region_allows_it_and_each_pays_its_own() {
    let bank = Bank::filed();
    let (site, firm, yard) = (bank.site, bank.contractor, bank.yard);
    let number = bank.act(&bank.officer, move |tx, a| next_share_number(tx, a, site)).unwrap();
    let join = |main, project| bank.act(&bank.officer, move |tx, a| share_account(tx, a, main, project));
    assert!(bank.act(&bank.clerk, move |tx, a| next_share_number(tx, a, site)).is_err(), "the bank opens accounts");
    let open = |name: &'static str, account_number: String| {
        let new = ProjectNew { account_number, ..project(firm, Profile::Construction, name) };
        bank.act(&bank.officer, move |tx, a| payroll::project_open(tx, a, new.clone())).unwrap()
    };
    let second = open("渔港三期", number.clone());
    let apart = open("渔港四期", String::new());
    let waiting =
        |bank: &Bank| bank.read(|tx| joinable(tx, &bank.officer, site)).iter().map(|p| p.project).collect::<Vec<_>>();
    assert_eq!(waiting(&bank), [second], "the one with a number of its own does not");
    assert!(join(site, apart).unwrap_err().is(&NOT_SHARED), "its number is its own");
    assert!(join(site, yard).unwrap_err().is(&NOT_SHARED), "other rules");
    assert!(join(site, site).unwrap_err().is(&NOT_SHARED));
    assert_eq!(join(site, second).unwrap(), Change::Done);
    assert_eq!(join(site, second).unwrap(), Change::AlreadySo);
    assert!(waiting(&bank).is_empty());
    assert_ne!(bank.act(&bank.officer, move |tx, a| next_share_number(tx, a, site)).unwrap(), number);
    bank.fund("pay_1", 10_000);
    let parts = bank.read(|tx| parts(tx, &bank.clerk, second));
    let sums: Vec<(ProjectId, i64)> = parts.iter().map(|p| (p.project, p.balance.minor)).collect();
    assert_eq!(sums, [(second, 0), (site, 10_000)], "what came for the first is not the second one's");
    assert_eq!(parts[0].account_number, number);
    let move_on = SiteNew { region: "990121".into(), owner_firm: Some(bank.owner), ..bank.paper() };
    bank.act(&bank.officer, move |tx, a| amend(tx, a, site, &move_on, "区划调整")).unwrap();
    let refused = bank.act(&bank.officer, move |tx, a| next_share_number(tx, a, site)).unwrap_err();
    assert!(refused.is(&NOT_SHARED), "a county that keeps them apart");
    bank.verify();
}
