//! Who may do what with warnings, cases of arrears, labour bureaus and complaints, as in `cases`; and what of them the little bank has.
//!
//! `$watched` is a building site of the firm in 990102, with the severe warning `$warning`; `$passed` is a warning of another site that
//! two people let pass. The bureau of `b` and `j` looks after 990100 and all below it, the one of `q` after 990202. `$owed` is a case,
//! `$query_of_bureau` a query of `b`, `$grievance` a complaint with the code `$slip_of_paper`.
use super::cases::{Case, EVERYBODY, SIGNED_IN, WHY, case};
use super::house::{House, system};
use arrears::{BureauNew, CaseNew, ComplaintNew, Dismissal, Dismissed, Level, Owed};
use kernel::id::{FirmId, ProjectId, WarningId};
use kernel::{Actor, Date, Money};
use store::Tx;

const NOTE: &str = r#"{"note":"a note"}"#;
const ORDER: &str = r#"{"document":"D-1","due_on":"2026-03-20"}"#;
const BUREAU: &str = r#"{"firm":"$bureau_firm","region":"990100","level":"city"}"#;
const MAKE_CASE: &str =
    r#"{"about":"x","workers":[{"identity":"1","month":"2026-02","amount":{"amount":"1.00","currency":"CNY"}}]}"#;
const COMPLAINT: &str = r#"{"region":"990102","place":"a site","words":"no wages"}"#;
const QUERY: &str = r#"{"reason":"a test","document":"D-1"}"#;
/// The firm's own users who may read, its program, the bank.
const READ: &str = "okhlpmwyar";

/// Programs.
pub(super) const ARREARS: &[Case] = &[
    case("GET /v1/arrears-board", "mwyra", "", "/v1/arrears-board", ""),
    case("GET /v1/arrears-board/totals", "mwyra", "", "/v1/arrears-board/totals", ""),
    case("GET /v1/projects/{id}/warnings", READ, "x", "/v1/projects/$watched/warnings", ""),
    case("GET /v1/warnings/{id}", READ, "x", "/v1/warnings/$warning", ""),
    case("POST /v1/warnings/{id}/actions", "okmw", "px", "/v1/warnings/$warning/actions", NOTE),
    case("POST /v1/warnings/{id}/dismissal", "mw", "", "/v1/warnings/$warning/dismissal", WHY),
    case("GET /v1/arrears-cases", "mwyra", "", "/v1/arrears-cases", ""),
    case(
        "POST /v1/projects/{id}/arrears-cases",
        "mw",
        "",
        "/v1/projects/$watched/arrears-cases",
        r#"{"about":"x","sheets":["$sheet"]}"#,
    ),
    case("GET /v1/arrears-cases/{id}", READ, "x", "/v1/arrears-cases/$owed", ""),
    case("POST /v1/arrears-cases/{id}/telling", "mw", "", "/v1/arrears-cases/$owed/telling", NOTE),
    case("POST /v1/arrears-cases/{id}/report", "okmw", "px", "/v1/arrears-cases/$owed/report", NOTE),
    case("POST /v1/arrears-cases/{id}/closing", "mw", "", "/v1/arrears-cases/$owed/closing", WHY),
    case("GET /v1/arrears-cases/{id}/entries", "okhlpmwyarbj", "cdxzqteg", "/v1/arrears-cases/$owed/entries", ""),
    case("POST /v1/arrears-cases/{id}/entries", SIGNED_IN, "", "/v1/arrears-cases/$owed/entries", "no form"),
    case(
        "GET /v1/arrears-cases/{id}/entries/{number}/paper",
        "okhlpmwyarbj",
        "cdxzqteg",
        "/v1/arrears-cases/$owed/entries/2/paper",
        "",
    ),
    case("POST /v1/complaints", EVERYBODY, "", "/v1/complaints", COMPLAINT),
    case("GET /v1/complaints/{code}", EVERYBODY, "", "/v1/complaints/$slip_of_paper", ""),
    case("GET /v1/bureau/projects", "bjq", "p", "/v1/bureau/projects", ""),
    case("GET /v1/bureau/totals", "bjq", "p", "/v1/bureau/totals", ""),
    case("GET /v1/bureau/projects/{id}/warnings", "bjp", "q", "/v1/bureau/projects/$watched/warnings", ""),
    case("POST /v1/bureau/projects/{id}/queries", "b", "pq", "/v1/bureau/projects/$watched/queries", QUERY),
    case("GET /v1/bureau/queries/{id}", "bj", "pq", "/v1/bureau/queries/$query_of_bureau", ""),
    case("POST /v1/bureau/queries/{id}/looks", "b", "pq", "/v1/bureau/queries/$query_of_bureau/looks", ""),
    case("GET /v1/bureau/cases", "bjq", "p", "/v1/bureau/cases", ""),
    case("POST /v1/bureau/cases/{id}/order", "b", "pq", "/v1/bureau/cases/$owed/order", ORDER),
    case("POST /v1/bureau/cases/{id}/notice", "b", "pq", "/v1/bureau/cases/$owed/notice", NOTE),
    case("POST /v1/bureau/complaints/{id}/case", "b", "qp", "/v1/bureau/complaints/$grievance/case", MAKE_CASE),
    case("GET /v1/bureau/complaints", "bjq", "p", "/v1/bureau/complaints", ""),
    case(
        "POST /v1/bureau/complaints/{id}/state",
        "b",
        "pq",
        "/v1/bureau/complaints/$grievance/state",
        r#"{"state":"accepted"}"#,
    ),
    case("GET /v1/bureau/reports/{period}", "bjq", "p", "/v1/bureau/reports/2026-03", ""),
    case("GET /v1/bureaus", "g", "", "/v1/bureaus", ""),
    case("POST /v1/bureaus", "g", "", "/v1/bureaus", BUREAU),
];

/// The same by pages; a program has none.
const LOOK: &str = "okhlmwyar";
const NOTED: &str = "note=noted";

/// Pages.
pub(super) const ARREARS_PAGES: &[Case] = &[
    case("GET /arrears", "mwyra", "", "/arrears?open=yes", ""),
    case("GET /arrears/mine", "okhlx", "", "/arrears/mine", ""),
    case("GET /arrears/projects/{id}", LOOK, "x", "/arrears/projects/$watched", ""),
    case("GET /arrears/warnings/{id}", LOOK, "x", "/arrears/warnings/$warning", ""),
    case("POST /arrears/warnings/{id}/action", "okmw", "x", "/arrears/warnings/$warning/action", NOTED),
    case("POST /arrears/warnings/{id}/dismissal", "mw", "", "/arrears/warnings/$warning/dismissal", NOTED),
    case("GET /arrears/exceptions", "mwyra", "", "/arrears/exceptions", ""),
    case("POST /arrears/exceptions/{id}/end", "mw", "", "/arrears/exceptions/$passed/end", NOTED),
    case("GET /arrears/projects/{id}/case", "mw", "", "/arrears/projects/$watched/case", ""),
    case("POST /arrears/projects/{id}/case", "mw", "", "/arrears/projects/$watched/case", "about=x&sheet=$sheet"),
    case("GET /arrears/cases", "mwyra", "", "/arrears/cases", ""),
    case("GET /arrears/cases/{id}", LOOK, "x", "/arrears/cases/$owed", ""),
    case("POST /arrears/cases/{id}/telling", "mw", "", "/arrears/cases/$owed/telling", NOTED),
    case("POST /arrears/cases/{id}/report", "okmw", "x", "/arrears/cases/$owed/report", NOTED),
    case("POST /arrears/cases/{id}/notes", "okmwx", "", "/arrears/cases/$owed/notes", NOTED),
    case("GET /arrears/cases/{id}/papers/{number}", "okhlmwyar", "x", "/arrears/cases/$owed/papers/2", ""),
    case("POST /arrears/cases/{id}/notice-taking", "mw", "", "/arrears/cases/$owed/notice-taking", ""),
    case("POST /arrears/cases/{id}/closing", "mw", "", "/arrears/cases/$owed/closing", NOTED),
    case("GET /complaint", EVERYBODY, "", "/complaint", ""),
    case("GET /complaint/progress", EVERYBODY, "", "/complaint/progress?code=$slip_of_paper", ""),
    case("GET /complaint/{code}", EVERYBODY, "", "/complaint/$slip_of_paper", ""),
    case("GET /bureau", "bjq", "", "/bureau", ""),
    case("GET /bureau/projects/{id}", "bj", "q", "/bureau/projects/$watched", ""),
    case(
        "POST /bureau/projects/{id}/queries",
        "b",
        "q",
        "/bureau/projects/$watched/queries",
        "reason=checked&document=D-1",
    ),
    case("GET /bureau/projects/{id}/case", "b", "q", "/bureau/projects/$watched/case", ""),
    case("POST /bureau/projects/{id}/case", "b", "q", "/bureau/projects/$watched/case", "about=x&sheet=$sheet"),
    case("GET /bureau/queries", "bjq", "", "/bureau/queries", ""),
    case("GET /bureau/queries/{id}", "bj", "q", "/bureau/queries/$query_of_bureau", ""),
    case("POST /bureau/queries/{id}/look", "b", "q", "/bureau/queries/$query_of_bureau/look", ""),
    case("GET /bureau/cases", "bjq", "", "/bureau/cases", ""),
    case("GET /bureau/cases/{id}", "bj", "q", "/bureau/cases/$owed", ""),
    case("POST /bureau/cases/{id}/order", "b", "q", "/bureau/cases/$owed/order", "document=D-1&due_on=2026-03-20"),
    case("POST /bureau/cases/{id}/notice", "b", "q", "/bureau/cases/$owed/notice", NOTED),
    case("POST /bureau/cases/{id}/notes", "bq", "", "/bureau/cases/$owed/notes", NOTED),
    case("GET /bureau/cases/{id}/papers/{number}", "bj", "q", "/bureau/cases/$owed/papers/2", ""),
    case("GET /bureau/complaints", "bjq", "", "/bureau/complaints", ""),
    case("GET /bureau/complaints/{id}", "bj", "q", "/bureau/complaints/$grievance", ""),
    case("POST /bureau/complaints/{id}/phone", "b", "q", "/bureau/complaints/$grievance/phone", NOTED),
    case("POST /bureau/complaints/{id}/state", "b", "q", "/bureau/complaints/$grievance/state", "state=accepted"),
    case("GET /bureau/complaints/{id}/case", "b", "q", "/bureau/complaints/$grievance/case", ""),
    case("POST /bureau/complaints/{id}/case", "b", "q", "/bureau/complaints/$grievance/case", "about=x"),
    case("GET /bureau/complaints/{id}/files/{number}", "bj", "q", "/bureau/complaints/$grievance/files/0", ""),
    case("GET /bureau/report", "bjq", "", "/bureau/report", ""),
    case("GET /bureau/report.csv", "bjq", "", "/bureau/report.csv?period=2026-03", ""),
    case("GET /bureau/report.xlsx", "bjq", "", "/bureau/report.xlsx?period=2026-03", ""),
    case("GET /bureaus", "g", "", "/bureaus", ""),
    case("POST /bureaus", "g", "", "/bureaus", "firm=$bureau_firm&region=990100&level=city"),
    // The last: the other bureau looks after nothing from then on.
    case("POST /bureaus/{id}/end", "g", "", "/bureaus/$far_bureau/end", NOTED),
];

fn day(text: &str) -> Date {
    Date::parse(text).expect("a date")
}

/// A site whose works began weeks ago and on whose roster nobody stands.
fn site(tx: &mut Tx<'_>, firm: FirmId, name: String, agreement: &str) -> kernel::Result<ProjectId> {
    let new = super::site_cases::opening(firm, payroll::Profile::Construction, name);
    let project = payroll::project_open(tx, &system(), payroll::ProjectNew { agreement: agreement.into(), ..new })?;
    let contacts = worksite::Contacts {
        owner_name: "甲".into(),
        owner_phone: "0990-5550101".into(),
        contractor_name: "乙".into(),
        contractor_phone: "0990-5550102".into(),
        officer_name: "丙".into(),
        officer_phone: "0990-5550103".into(),
    };
    let file = worksite::SiteNew {
        region: "990102".into(),
        works_contract: "HT-2026-30".into(),
        signed_on: day("2026-01-30"),
        price: Money::cny(900_000_000),
        labour: worksite::LabourShare::Bps(2_000),
        begins_on: day("2026-02-01"),
        ends_on: day("2027-12-31"),
        address: "海晏路30号".into(),
        owner_name: "渔港建设指挥部".into(),
        owner_firm: None,
        authority: "住房和建设局".into(),
        hotline: String::new(),
        legal_aid: String::new(),
        pay_by: worksite::PayBy::Month,
        contacts,
    };
    worksite::file_site(tx, &system(), project, &file)?;
    arrears::touched(tx, project)?;
    Ok(project)
}

fn warned(house: &House, project: ProjectId) -> WarningId {
    let all = house.bank.read(|tx| arrears::project_warnings(tx, &system(), project)).expect("a look").1;
    all.into_iter().find(|w| w.kind == arrears::Kind::RosterMissing).expect("nobody is on its roster").id
}

/// Two bureaus, two sites, what is open in them, a case, a query and a complaint.
pub(super) fn furnish(house: &mut House) {
    let of = |name: &str| house.ids[name].parse::<FirmId>().expect("a firm");
    let (firm, bureau, far, texts) = (of("$firm"), of("$bureau_firm"), of("$far_firm"), house.texts);
    let made = house.bank.write(move |tx| {
        let new = |firm, region: &str, level| BureauNew { firm, region: region.into(), level, hotline: "12333".into() };
        arrears::bureau_make(tx, &system(), new(bureau, "990100", Level::City))?;
        let far = arrears::bureau_make(tx, &system(), new(far, "990202", Level::County))?;
        let watched = site(tx, firm, texts.of("work", "渔港三期"), "三方 30")?;
        Ok((far, watched, site(tx, firm, texts.of("work", "渔港四期"), "三方 31")?))
    });
    let (far_bureau, watched, other) = made.expect("bureaus and sites");
    arrears::scan(&house.bank.store, house.bank.store.clock().now(), 50).expect("a look at what is due");
    let (warning, passed) = (warned(house, watched), warned(house, other));
    let manager = house.actor('m');
    let pass = house.bank.write(move |tx| {
        let how = Dismissal { reason: texts.of("why", "停工"), until: Some(day("2026-04-30")), worse_percent: 50 };
        let Dismissed::Asked(asked) = arrears::dismiss(tx, &system(), passed, how)? else { return Ok(()) };
        let shown = approval::raw(tx, asked)?.hash_text();
        arrears::approval_yes(tx, &manager, asked, &shown).map(|_| ())
    });
    pass.expect("two let it pass");
    let inspector = house.actor('b');
    let more = house.bank.write(move |tx| {
        let query = arrears::query_ask(tx, &inspector, watched, &texts.of("why", "核查欠薪"), "D-9")?;
        let new = ComplaintNew {
            project: Some(watched),
            words: texts.of("words", "两个月没有发工资"),
            phone: "13900010009".into(),
            files: vec![("a.png".into(), b"\x89PNG\r\n\x1a\n".to_vec())],
            ..ComplaintNew::default()
        };
        let (grievance, code) = arrears::complain(tx, &Actor::nobody(), &new)?;
        let worker = payroll::WorkerNew {
            name: "赵海".into(),
            identity: super::house::identity(77),
            contract: "LD-1".into(),
            phone: "13800000077".into(),
            ..payroll::WorkerNew::default()
        };
        let worker = payroll::worker_add(tx, &system(), watched, worker)?.worker;
        let owed = Owed { worker, period: "2026-02".parse()?, amount: Money::cny(500_000) };
        let case = CaseNew { about: texts.of("why", "二月工资未付"), lines: vec![owed], ..CaseNew::of(watched) };
        let owed = arrears::case_open(tx, &system(), &case)?;
        let bytes = b"%PDF-1.7 a note of debt".to_vec();
        let paper = arrears::Paper { name: texts.of("paper", "欠条") + ".pdf", bytes };
        arrears::case_note(tx, &system(), owed, &texts.of("note", "工人交来欠条"), Some(&paper))?;
        Ok((query, grievance, code, owed))
    });
    let (query, grievance, code, owed) = more.expect("a query, a complaint and a case");
    house.ids.extend([
        ("$far_bureau", far_bureau.to_string()),
        ("$watched", watched.to_string()),
        ("$warning", warning.to_string()),
        ("$passed", passed.to_string()),
        ("$query_of_bureau", query.to_string()),
        ("$grievance", grievance.to_string()),
        ("$slip_of_paper", code),
        ("$owed", owed.to_string()),
    ]);
}
