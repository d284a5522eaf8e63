//! Who is on a site, and which crews it has.
use super::*;

#[test]
fn w8_nobody_is_on_a_sites_roster_without_a_labour_contract() {
    let site = Site::open();
    let (clerk, project) = (site.clerk.clone(), site.project);
    let add = move |contract: &str| {
        let new = WorkerNew {
            name: "工人戊".into(),
            identity: identity(5),
            contract: contract.into(),
            phone: "13900000009".into(),
            ..WorkerNew::default()
        };
        let clerk = clerk.clone();
        site.write(move |tx| payroll::worker_add(tx, &clerk, project, new.clone()))
    };
    assert!(add("  ").unwrap_err().is(&payroll::CONTRACT_MISSING));
    assert!(add("HT-5").is_ok());
}

#[test]
fn w8_a_roster_file_without_contracts_is_refused_row_by_row() {
    let site = Site::open();
    let text = format!("姓名,身份证号码,合同编号\n工人戊,{},\n工人己,{},HT-6\n", identity(5), identity(6));
    let upload = Upload { what: ImportFor::Roster, ..site.upload(&text) };
    let import = payroll::import(&site.desk.store, &site.clerk, upload).unwrap();
    assert_eq!((import.valid, import.refused, import.state), (1, 1, payroll::ImportState::Read));
}

#[test]
fn a_project_without_site_rules_goes_on_as_before() {
    let site = Site::open();
    let (clerk, firm) = (site.clerk.clone(), site.firm);
    let done = site.write(move |tx| {
        let other = ProjectNew { name: "渔港三期".into(), account_number: String::new(), ..super::site(firm) };
        let project = payroll::project_open(tx, &system(), other)?;
        let new = WorkerNew {
            name: "工人戊".into(),
            identity: identity(5),
            phone: "13900000009".into(),
            ..WorkerNew::default()
        };
        payroll::worker_add(tx, &clerk, project, new)?;
        let crew = CrewNew {
            project,
            firm: None,
            team: "班".into(),
            contact: String::new(),
            contract: String::new(),
            from_on: day("2026-10-01"),
        };
        Ok(crew_add(tx, &system(), crew).unwrap_err())
    });
    assert!(done.unwrap().is(&payroll::NO_SITE_RULES));
}

#[test]
fn a_crew_is_added_once_and_ended_with_a_reason() {
    let site = Site::open();
    let (project, sub, officer) = (site.project, site.sub, site.officer.clone());
    let new = |team: &str, contract: &str, firm| CrewNew {
        project,
        firm,
        team: team.into(),
        contact: "李工".into(),
        contract: contract.into(),
        from_on: day("2026-10-01"),
    };
    let add = |actor: &Actor, new: CrewNew| {
        let actor = actor.clone();
        site.write(move |tx| crew_add(tx, &actor, new.clone()))
    };
    assert_eq!(add(&officer, new(TEAM, "FB-1", Some(sub))).unwrap(), site.crew, "the same crew again");
    assert!(add(&officer, new(TEAM, "FB-2", Some(sub))).unwrap_err().is(&TEAM_TAKEN));
    assert!(add(&site.clerk, new("瓦工班", "", Some(sub))).is_err(), "a subcontractor's crew needs its contract");
    assert!(add(&site.clerk, new("瓦工班", "", None)).is_ok(), "an own crew needs none");
    for stranger in [&site.crew_clerk, &site.labour, &site.checker] {
        assert!(add(stranger, new("油漆班", "FB-3", None)).unwrap_err().is(&kernel::error::FORBIDDEN));
    }
    let end = |on: &str| {
        let (officer, crew, on) = (officer.clone(), site.crew, day(on));
        site.write(move |tx| crew_end(tx, &officer, crew, on, "做完了"))
    };
    assert!(end("2026-08-01").is_err());
    assert_eq!(end("2026-11-01").unwrap(), Change::Done);
    assert_eq!(end("2026-11-02").unwrap(), Change::AlreadySo);
    assert_ne!(add(&officer, new(TEAM, "FB-9", Some(sub))).unwrap(), site.crew, "the name is free again");
}

#[test]
fn a_subcontractor_sees_its_own_crews_and_the_site_sees_all() {
    let site = Site::open();
    let names = |page: kernel::Page<CrewView>| page.items.into_iter().map(|c| c.team).collect::<Vec<_>>();
    let (sub, project, ask) = (site.sub, site.project, PageAsk::first(10));
    let (mine, far, labour) = (site.crew_clerk.clone(), site.far_clerk.clone(), site.labour.clone());
    assert_eq!(names(site.read(|tx| crews_of_firm(tx, &mine, sub, &ask))), [TEAM]);
    assert!(site.read_as(|tx| crews_of_firm(tx, &far, sub, &ask)).is_err());
    assert_eq!(names(site.read(|tx| crews_of(tx, &labour, project, &ask))), [TEAM, OTHER_TEAM]);
    assert!(site.read_as(|tx| crews_of(tx, &mine, project, &ask)).is_err());
    assert!(site.read_as(|tx| crew(tx, &far, site.crew)).unwrap_err().is(&kernel::error::NOT_FOUND));
}
