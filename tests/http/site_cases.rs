//! Who may do what with sites, as in `cases`; and the sites of the little bank.
//!
//! `$bare` is a ship in repair without a site file. `$site` is a building site of the firm whose
//! owner is the other firm (`x`), with a schedule that was agreed and a top-up that waits.
use super::cases::{Case, EVERYBODY, SIGNED_IN, case};
use super::house::{House, system};
use kernel::id::FirmId;
use kernel::{Date, Money, Who};
use store::Tx;

const FILE: &str = r#"{"region":"990102","works_contract":"HT-1","signed_on":"2026-02-02","price":{"amount":"1000000.00","currency":"CNY"},"labour_bps":2500,"begins_on":"2026-02-02","ends_on":"2026-12-31","address":"a","owner_name":"b","authority":"c","pay_by":"month","owner_contact":"d","owner_phone":"0990-55501","contractor_contact":"e","contractor_phone":"0990-55502","officer_name":"f","officer_phone":"0990-55503","reason":"longer"}"#;
const SCHEDULE: &str =
    r#"{"amount":{"amount":"1000.00","currency":"CNY"},"day":10,"from":"2026-03","until":"2026-05"}"#;
const TOP_UP: &str = r#"{"amount":{"amount":"1000.00","currency":"CNY"},"why":"more work","due_on":"2026-03-20"}"#;
/// The firm's own users who may read, its program, the bank, and the owner of the works.
const READ: &str = "okhlpmwyarx";

/// Programs.
pub(super) const SITES: &[Case] = &[
    case("GET /v1/site-regions", SIGNED_IN, "", "/v1/site-regions", ""),
    case("GET /v1/owned-sites", "ox", "p", "/v1/owned-sites", ""),
    case("GET /v1/wage-projects/{id}/site", READ, "", "/v1/wage-projects/$site/site", ""),
    case("POST /v1/wage-projects/{id}/site", "okw", "px", "/v1/wage-projects/$bare/site", FILE),
    case("GET /v1/wage-projects/{id}/site/amendments", READ, "", "/v1/wage-projects/$site/site/amendments", ""),
    case(
        "POST /v1/wage-projects/{id}/site/agreement",
        "okw",
        "px",
        "/v1/wage-projects/$site/site/agreement",
        r#"{"agreement":"A-1","signed_on":"2026-02-02"}"#,
    ),
    case(
        "POST /v1/wage-projects/{id}/site/filing",
        "okw",
        "px",
        "/v1/wage-projects/$site/site/filing",
        r#"{"number":"B-1","on":"2026-02-02"}"#,
    ),
    case("GET /v1/wage-projects/{id}/site/deadlines", READ, "", "/v1/wage-projects/$site/site/deadlines", ""),
    case("GET /v1/wage-projects/{id}/site/schedules", READ, "", "/v1/wage-projects/$site/site/schedules", ""),
    case("POST /v1/wage-projects/{id}/site/schedules", "okw", "px", "/v1/wage-projects/$site/site/schedules", SCHEDULE),
    case(
        "POST /v1/wage-projects/{id}/site/progress",
        "okw",
        "px",
        "/v1/wage-projects/$site/site/progress",
        r#"{"month":"2026-02","amount":{"amount":"1.00","currency":"CNY"},"document":"P-1"}"#,
    ),
    case("GET /v1/wage-projects/{id}/site/installments", READ, "", "/v1/wage-projects/$site/site/installments", ""),
    case("GET /v1/wage-projects/{id}/site/forecast", READ, "", "/v1/wage-projects/$site/site/forecast", ""),
    case("GET /v1/wage-projects/{id}/site/reports", READ, "", "/v1/wage-projects/$site/site/reports", ""),
    case(
        "POST /v1/wage-projects/{id}/site/reports",
        "okw",
        "px",
        "/v1/wage-projects/$site/site/reports",
        r#"{"installment":1,"number":"R-1","on":"2026-03-02"}"#,
    ),
    case("GET /v1/wage-projects/{id}/site/top-ups", READ, "", "/v1/wage-projects/$site/site/top-ups", ""),
    case("POST /v1/wage-projects/{id}/site/top-ups", "okw", "px", "/v1/wage-projects/$site/site/top-ups", TOP_UP),
    case("GET /v1/site-top-ups/{id}", READ, "", "/v1/site-top-ups/$top_up", ""),
    case("GET /v1/wage-projects/{id}/site/parts", "okhlpmwyar", "x", "/v1/wage-projects/$site/site/parts", ""),
    case("GET /v1/wage-projects/{id}/site/parts/next", "w", "", "/v1/wage-projects/$site/site/parts/next", ""),
    case(
        "POST /v1/wage-projects/{id}/site/parts",
        "w",
        "",
        "/v1/wage-projects/$site/site/parts",
        r#"{"project":"$bare"}"#,
    ),
    case("GET /v1/wage-projects/{id}/board", READ, "", "/v1/wage-projects/$site/board", ""),
    case("GET /v1/boards/{code}", EVERYBODY, "", "/v1/boards/$board", ""),
    // The last: from then on the site names no owner among the bank's customers.
    case("POST /v1/wage-projects/{id}/site/amendments", "okw", "px", "/v1/wage-projects/$site/site/amendments", FILE),
];

/// Firm and bank, and the owner of the works, by pages; a program has none.
const LOOK: &str = "okhlmwyarx";

/// Pages.
pub(super) const SITE_PAGES: &[Case] = &[
    case("GET /wages/owned", "ox", "", "/wages/owned", ""),
    case("GET /wages/projects/{id}/site", LOOK, "", "/wages/projects/$site/site", ""),
    case("GET /wages/projects/{id}/site/file", "okw", "x", "/wages/projects/$site/site/file", ""),
    case("POST /wages/projects/{id}/site/file", "okw", "x", "/wages/projects/$site/site/file", "region=990102"),
    case("GET /wages/projects/{id}/site/amendments", LOOK, "", "/wages/projects/$site/site/amendments", ""),
    case("GET /wages/projects/{id}/site/papers", "okw", "x", "/wages/projects/$site/site/papers", ""),
    case(
        "POST /wages/projects/{id}/site/agreement",
        "okw",
        "x",
        "/wages/projects/$site/site/agreement",
        "number=A-1&on=2026-02-02",
    ),
    case(
        "POST /wages/projects/{id}/site/filing",
        "okw",
        "x",
        "/wages/projects/$site/site/filing",
        "number=B-1&on=2026-02-02",
    ),
    case("GET /wages/projects/{id}/site/money", LOOK, "", "/wages/projects/$site/site/money", ""),
    case("GET /wages/projects/{id}/site/schedule", "okw", "x", "/wages/projects/$site/site/schedule", ""),
    case(
        "POST /wages/projects/{id}/site/schedule",
        "okw",
        "x",
        "/wages/projects/$site/site/schedule",
        "amount=1000&day=10&from=2026-03&until=2026-05",
    ),
    case(
        "POST /wages/projects/{id}/site/progress",
        "okw",
        "x",
        "/wages/projects/$site/site/progress",
        "month=2026-02&amount=1&document=P-1",
    ),
    case(
        "POST /wages/projects/{id}/site/report",
        "okw",
        "x",
        "/wages/projects/$site/site/report",
        "installment=1&number=R-1&on=2026-03-02",
    ),
    case("GET /wages/projects/{id}/site/top-up", "okw", "x", "/wages/projects/$site/site/top-up", ""),
    case(
        "POST /wages/projects/{id}/site/top-up",
        "okw",
        "x",
        "/wages/projects/$site/site/top-up",
        "amount=1000&why=x&due_on=2026-03-20",
    ),
    case("GET /wages/projects/{id}/site/sharing", "okhlmwyar", "x", "/wages/projects/$site/site/sharing", ""),
    case("POST /wages/projects/{id}/site/sharing", "w", "", "/wages/projects/$site/site/sharing", "project=$bare"),
    case("GET /wages/projects/{id}/board", LOOK, "", "/wages/projects/$site/board", ""),
    case("GET /board/{code}", EVERYBODY, "", "/board/$board", ""),
];

fn day(text: &str) -> Date {
    Date::parse(text).expect("a date")
}

fn paper(house: &House, owner: FirmId) -> worksite::SiteNew {
    let said = |field: &'static str, text: &str| house.texts.of(field, text);
    worksite::SiteNew {
        region: "990102".into(),
        works_contract: said("contract", "HT-2026-18"),
        signed_on: day("2026-01-30"),
        price: Money::cny(1_200_000_000),
        labour: worksite::LabourShare::Bps(2_500),
        begins_on: day("2026-02-16"),
        ends_on: day("2027-12-31"),
        address: said("address", "海晏路18号"),
        owner_name: said("owner", "海角建筑有限公司"),
        owner_firm: Some(owner),
        authority: said("authority", "住房和建设局"),
        hotline: String::new(),
        legal_aid: String::new(),
        pay_by: worksite::PayBy::Month,
        contacts: worksite::Contacts {
            owner_name: said("who", "周远山"),
            owner_phone: "0990-5550101".into(),
            contractor_name: said("who", "林立"),
            contractor_phone: "13900010002".into(),
            officer_name: said("who", "何小满"),
            officer_phone: "13900010003".into(),
        },
    }
}

/// The site file of a project that has none: in the region of `b`, of the other firm's.
pub(super) fn file(house: &House, project: kernel::id::ProjectId) {
    let owner = house.actor('x').firm().expect("he acts for his firm");
    let new = paper(house, owner);
    let filed = house.bank.write(move |tx| worksite::file_site(tx, &system(), project, &new).map(|_| ()));
    filed.expect("a site file");
}

#[test]
fn w2_another_project_comes_under_the_account_where_the_region_allows_it() {
    let mut house = House::open();
    house.save();
    let site = house.ids["$site"].clone();
    let (at, opening) = (format!("/wages/projects/{site}/site/sharing"), format!("/wages/opening?under={site}"));
    let page = house.page('w', &at).text();
    assert!(page.contains(&opening.replace('&', "&amp;")), "{page}");
    assert!(!house.page('k', &at).text().contains("/wages/opening"), "the bank opens accounts");
    let form = house.page('w', &opening);
    assert_eq!(form.status, 200);
    let code = form.text().split("name=\"firm\"").nth(1).and_then(|t| t.split("value=\"").nth(1)).map(str::to_owned);
    let code = code.and_then(|t| t.split('"').next().map(str::to_owned)).expect("the firm is filled in");
    let next = house.program('w', "GET", &format!("/v1/wage-projects/{site}/site/parts/next"), "");
    let number = next.json()["account_number"].as_str().expect("a number").to_owned();
    let fields = [
        ("under", site.as_str()),
        ("profile", "construction"),
        ("firm", code.as_str()),
        ("contractor", ""),
        ("name", "渔港共用"),
        ("tag", ""),
        ("basis", "许可 20"),
        ("agreement", "三方 20"),
        ("pay_day", "15"),
        ("step", "check"),
    ];
    let check = house.form('w', &opening, "/wages/opening", &fields);
    let shown: String = check.text().chars().filter(|c| !c.is_whitespace()).collect();
    assert!(check.status == 200 && shown.contains(&number[number.len() - 4..]), "{}", check.text());
    let mut send = fields;
    send[9].1 = "send";
    let asked = house.form('w', &opening, "/wages/opening", &send);
    assert_eq!(asked.status, 303, "{}", asked.text());
    let firm: FirmId = house.ids["$firm"].parse().expect("a firm");
    let given = number.clone();
    let second = house.bank.write(move |tx| {
        let new = opening_of(firm, &given);
        payroll::project_open(tx, &system(), new)
    });
    let second = second.expect("the second person opens it").to_string();
    let parts = |letter| house.program(letter, "GET", &format!("/v1/wage-projects/{site}/site/parts"), "").json();
    assert_eq!(parts('k')["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(house.form('w', &at, &at, &[("project", "")]).status, 422);
    let joined = house.form('w', &at, &at, &[("project", second.as_str())]);
    assert_eq!(joined.status, 303, "{}", joined.text());
    assert_eq!(parts('k')["items"][1]["account_number"], number.as_str());
    assert!(house.page('o', &at).text().contains("渔港共用"));

    // A county that keeps them apart.
    let project: kernel::id::ProjectId = site.parse().expect("a project");
    let new = worksite::SiteNew { region: "990121".into(), ..paper(&house, house.actor('x').firm().expect("a firm")) };
    house.bank.write(move |tx| worksite::amend(tx, &system(), project, &new, "区划调整").map(|_| ())).expect("moved");
    let refused = house.program('w', "GET", &format!("/v1/wage-projects/{site}/site/parts/next"), "");
    assert!(refused.status >= 400 && refused.text().contains("site_not_shared"), "{}", refused.text());
    assert!(!house.page('w', &at).text().contains("/wages/opening"));
}

fn opening_of(firm: FirmId, number: &str) -> payroll::ProjectNew {
    let name = "渔港共用".to_owned();
    payroll::ProjectNew { account_number: number.into(), ..opening(firm, payroll::Profile::Construction, name) }
}

/// A building site with all that the cases name.
pub(super) fn furnish(house: &mut House) {
    let firm: FirmId = house.ids["$firm"].parse().expect("a firm");
    let owner_user = house.actor('x');
    let owner = owner_user.firm().expect("he acts for his firm");
    assert!(matches!(owner_user.who, Who::ForFirm { .. }));
    let (new, texts) = (paper(house, owner), house.texts);
    let made = house.bank.write(move |tx| site(tx, firm, texts.of("work", "渔港二期"), &new));
    let (project, schedule) = made.expect("a site with a schedule that waits");
    let shown = house.bank.read(|tx| Ok(approval::raw(tx, schedule)?.hash_text())).expect("what is shown");
    let agreed = house.bank.write(move |tx| worksite::approval_yes(tx, &owner_user, schedule, &shown));
    agreed.expect("the owner agrees");
    let asked = house.bank.write(move |tx| {
        let why = texts.of("why", "增加地下室");
        let new = worksite::TopUpNew {
            amount: Money::cny(8_000_000),
            why,
            due_on: day("2026-03-25"),
            document: String::new(),
        };
        let top_up = worksite::top_up_ask(tx, &system(), project, &new)?;
        let bare = payroll::project_open(
            tx,
            &system(),
            opening(firm, payroll::Profile::ShipRepair, texts.of("work", "海丰轮")),
        )?;
        let code = worksite::site_raw(tx, project)?.expect("a site").board_code;
        Ok((top_up, code, bare))
    });
    let (top_up, code, bare) = asked.expect("a top-up");
    house.ids.insert("$bare", bare.to_string());
    house.ids.extend([("$site", project.to_string()), ("$top_up", top_up.to_string()), ("$board", code)]);
}

pub(super) fn opening(firm: FirmId, profile: payroll::Profile, name: String) -> payroll::ProjectNew {
    payroll::ProjectNew {
        firm,
        contractor: firm,
        profile,
        name,
        tag: String::new(),
        basis: "施工许可 18".into(),
        agreement: "三方 5".into(),
        account_name: String::new(),
        account_number: String::new(),
        pay_day: 25,
    }
}

fn site(
    tx: &mut Tx<'_>,
    firm: FirmId,
    name: String,
    new: &worksite::SiteNew,
) -> kernel::Result<(kernel::id::ProjectId, kernel::id::ApprovalId)> {
    let open = opening(firm, payroll::Profile::Construction, name);

    let project = payroll::project_open(tx, &system(), open)?;
    worksite::file_site(tx, &system(), project, new)?;
    let schedule = worksite::ScheduleNew {
        amount: Some(Money::cny(25_000_000)),
        bps: None,
        day: 10,
        from_period: "2026-03".parse()?,
        until_period: "2026-12".parse()?,
        document: String::new(),
    };
    Ok((project, worksite::schedule_ask(tx, &system(), project, &schedule)?))
}
