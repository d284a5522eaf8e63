//! Who may do what with crews, as in `cases`; and the crew of the little bank.
//!
//! `$works` is a building site of the firm under site rules. Its crew `$crew` is a subcontractor's, whose clerk is `z`; on the crew's
//! sheet stands `c`, who objected to his line.
use super::cases::{Case, PEOPLE, SIGNED_IN, WHY, case};
use super::founding::{card, identity, system};
use super::house::House;
use super::wire::Texts;
use kernel::id::{CrewId, FirmId, PayLineId, ProjectId};
use kernel::{Actor, Channel, Date, PageAsk, Who};
use store::Tx;

const DAYS: &str = r#"{"rows":[{"worker":"$crew_worker","date":"2026-02-03","half_hours":16}]}"#;
const CREW: &str = r#"{"team":"瓦工班","from_on":"2026-02-01"}"#;
const CORRECTION: &str = r#"{"worker":"$crew_worker","date":"2026-02-03","half_hours":8,"reason":"a test"}"#;
const END: &str = r#"{"on":"2026-01-01","reason":"a test"}"#;
const SEEN: &str = r#"{"hash":"00"}"#;
const REASON: &str = r#"{"kind":"not_reachable","reason":"a test"}"#;
const OBJECTION: &str = r#"{"kind":"days","text":"a test"}"#;
const ANSWER: &str = r#"{"answer":"kept","text":"a test"}"#;
const RETURN: &str = r#"{"reason":"a test"}"#;
/// As the roster and the files have `c`.
const NAME: &str = "李客";
/// Whoever may see the crew: the site's own users, its program, the bank, and the crew's clerk.
const SEE: &str = "okhplmwyraz";
const NOT: &str = "cdxbjqteg";
/// The same without the program, which has no pages.
const LOOK: &str = "okhlmwyraz";

/// Programs.
pub(super) const CREWS: &[Case] = &[
    case("POST /v1/wage-projects/{id}/site-rules", "okw", "px", "/v1/wage-projects/$works/site-rules", ""),
    case("GET /v1/wage-projects/{id}/crews", "okhplmwyra", "x", "/v1/wage-projects/$works/crews", ""),
    case("POST /v1/wage-projects/{id}/crews", "okw", "px", "/v1/wage-projects/$works/crews", CREW),
    case(
        "POST /v1/wage-projects/{id}/attendance",
        "kpw",
        "cdohxlzbjqtmyreag",
        "/v1/wage-projects/$works/attendance",
        DAYS,
    ),
    case(
        "GET /v1/wage-projects/{id}/head-count",
        "okhplmwyra",
        "x",
        "/v1/wage-projects/$works/head-count?from=2026-02-01&to=2026-02-28",
        "",
    ),
    case("GET /v1/wage-projects/{id}/strangers", "okhplmwyra", "x", "/v1/wage-projects/$works/strangers", ""),
    case(
        "GET /v1/wage-projects/{id}/objections",
        "okhplmwyra",
        "cdxbjqtegz",
        "/v1/wage-projects/$works/objections",
        "",
    ),
    case("GET /v1/crews", "zp", "", "/v1/crews", ""),
    case("GET /v1/crews/{id}", SEE, NOT, "/v1/crews/$crew", ""),
    case("POST /v1/crews/{id}/end", "okw", "px", "/v1/crews/$crew/end", END),
    case("GET /v1/crews/{id}/months/{month}", SEE, NOT, "/v1/crews/$crew/months/2026-02", ""),
    case("POST /v1/crews/{id}/months/{month}/review", "l", "p", "/v1/crews/$crew/months/2026-02/review", SEEN),
    case("POST /v1/crews/{id}/corrections", "z", "cdokhpxlbjqtmwyreag", "/v1/crews/$crew/corrections", CORRECTION),
    case("GET /v1/crews/{id}/sheets", SEE, NOT, "/v1/crews/$crew/sheets", ""),
    case("GET /v1/crew-sheets/{id}", SEE, NOT, "/v1/crew-sheets/$crew_sheet", ""),
    case("GET /v1/crew-sheets/{id}/lines", SEE, NOT, "/v1/crew-sheets/$crew_sheet/lines", ""),
    case(
        "POST /v1/crew-sheets/{id}/signature-request",
        "z",
        "cdokhpxlbjqtmwyreag",
        "/v1/crew-sheets/$crew_sheet/signature-request",
        "",
    ),
    case("GET /v1/my-wage-lines", "cd", "", "/v1/my-wage-lines", ""),
    case("POST /v1/my-wage-lines/{id}/signature", "c", "d", "/v1/my-wage-lines/$crew_line/signature", SEEN),
    case("POST /v1/my-wage-lines/{id}/objection", "c", "d", "/v1/my-wage-lines/$crew_line/objection", OBJECTION),
    case("GET /v1/objections/{id}", "cokhplmwyraz", "dxbjqteg", "/v1/objections/$objection", ""),
    case("POST /v1/objections/{id}/further", "c", "d", "/v1/objections/$objection/further", "{}"),
    case("POST /v1/objections/{id}/answer", "kpz", "cdohxlbjqtmwyreag", "/v1/objections/$objection/answer", ANSWER),
    case(
        "POST /v1/crew-sheets/{id}/submission",
        "z",
        "cdokhpxlbjqtmwyreag",
        "/v1/crew-sheets/$crew_sheet/submission",
        "",
    ),
    case("POST /v1/wage-lines/{id}/reason", "l", "p", "/v1/wage-lines/$crew_line/reason", REASON),
    case("POST /v1/crew-sheets/{id}/clearance", "l", "p", "/v1/crew-sheets/$crew_sheet/clearance", SEEN),
    case("POST /v1/crew-sheets/{id}/return", "l", "p", "/v1/crew-sheets/$crew_sheet/return", RETURN),
    case("GET /v1/crew-sheets/{id}/proof", SEE, NOT, "/v1/crew-sheets/$crew_sheet/proof", ""),
];

/// Pages.
pub(super) const CREW_PAGES: &[Case] = &[
    case("GET /worker/lines", "cd", "", "/worker/lines", ""),
    case("GET /worker/lines/{id}", "c", "d", "/worker/lines/$crew_line", ""),
    case("POST /worker/lines/{id}/signature", "c", "d", "/worker/lines/$crew_line/signature", "hash=00"),
    case("GET /worker/lines/{id}/objection", "c", "d", "/worker/lines/$crew_line/objection", ""),
    case("POST /worker/lines/{id}/objection", "c", "d", "/worker/lines/$crew_line/objection", "kind=days"),
    case("GET /worker/objections/{id}/further", "c", "d", "/worker/objections/$objection/further", ""),
    case("POST /worker/objections/{id}/further", "c", "d", "/worker/objections/$objection/further", "named=no"),
    case("GET /worker/sites/{id}", "", "cd", "/worker/sites/$works", ""),
    case("POST /worker/sites/{id}/objection", "", "cd", "/worker/sites/$works/objection", "text=x"),
    case("GET /wages/projects/{id}/attendance", "okhlmwyra", "x", "/wages/projects/$works/attendance", ""),
    case("POST /wages/projects/{id}/site-rules", "okw", "x", "/wages/projects/$works/site-rules", ""),
    case("GET /wages/projects/{id}/crew", "okw", "x", "/wages/projects/$works/crew", ""),
    case("POST /wages/projects/{id}/crew", "okw", "x", "/wages/projects/$works/crew", "team=油漆班"),
    case("GET /wages/projects/{id}/attendance-import", "kw", "", "/wages/projects/$works/attendance-import", ""),
    case("POST /wages/projects/{id}/attendance-import", "kw", "", "/wages/projects/$works/attendance-import", ""),
    case("GET /attendance/{id}", LOOK, NOT, "/attendance/$attendance", ""),
    case("POST /attendance/{id}/acceptance", "z", "cdokhxlbjqtmwyreag", "/attendance/$attendance/acceptance", ""),
    case("GET /crews", "z", "", "/crews", ""),
    case("GET /crews/{id}", LOOK, NOT, "/crews/$crew", ""),
    case("POST /crews/{id}/end", "okw", "x", "/crews/$crew/end", "on=2026-01-01&reason=test"),
    case("GET /crews/{id}/attendance-import", "z", "", "/crews/$crew/attendance-import", ""),
    case("POST /crews/{id}/attendance-import", "z", "", "/crews/$crew/attendance-import", ""),
    case("GET /crews/{id}/sheet-import", "z", "", "/crews/$crew/sheet-import", ""),
    case("POST /crews/{id}/sheet-import", "z", "", "/crews/$crew/sheet-import", ""),
    case("GET /crews/{id}/sheet-imports/{import}", "z", "", "/crews/$crew/sheet-imports/$crew_import", ""),
    case(
        "POST /crews/{id}/sheet-imports/{import}/acceptance",
        "z",
        "",
        "/crews/$crew/sheet-imports/$crew_import/acceptance",
        "",
    ),
    case("GET /crews/{id}/months/{month}", LOOK, NOT, "/crews/$crew/months/2026-02", ""),
    case("POST /crews/{id}/months/{month}/review", "l", "", "/crews/$crew/months/2026-02/review", "hash=00"),
    case(
        "POST /crews/{id}/corrections",
        "z",
        "cdokhxlbjqtmwyreag",
        "/crews/$crew/corrections",
        "month=2026-02&worker=$crew_worker&date=2026-02-03&hours=4&reason=test",
    ),
    case("GET /crews/sheets/{id}", LOOK, NOT, "/crews/sheets/$crew_sheet", ""),
    case("POST /crews/sheets/{id}/asking", "z", "cdokhxlbjqtmwyreag", "/crews/sheets/$crew_sheet/asking", ""),
    case("GET /crews/lines/{id}", LOOK, NOT, "/crews/lines/$crew_line", ""),
    case("POST /crews/lines/{id}/reason", "l", "", "/crews/lines/$crew_line/reason", "kind=not_reachable&reason=test"),
    case(
        "POST /crews/objections/{id}/answer",
        "kz",
        "cdohxlbjqtmwyreag",
        "/crews/objections/$objection/answer",
        "answer=kept&text=test",
    ),
    case("POST /crews/sheets/{id}/papers", PEOPLE, "", "/crews/sheets/$crew_sheet/papers", ""),
    case("GET /crews/sheets/{id}/papers/{paper}", LOOK, NOT, "/crews/sheets/$crew_sheet/papers/$paper", ""),
    case("POST /crews/sheets/{id}/papers/{paper}/check", "l", "", "/crews/sheets/$crew_sheet/papers/$paper/check", ""),
    case(
        "POST /crews/sheets/{id}/papers/{paper}/refusal",
        "l",
        "",
        "/crews/sheets/$crew_sheet/papers/$paper/refusal",
        "reason=test",
    ),
    case("POST /crews/sheets/{id}/submission", "z", "cdokhxlbjqtmwyreag", "/crews/sheets/$crew_sheet/submission", ""),
    case("POST /crews/sheets/{id}/clearance", "l", "", "/crews/sheets/$crew_sheet/clearance", "hash=00"),
    case("POST /crews/sheets/{id}/return", "l", "", "/crews/sheets/$crew_sheet/return", "reason=test"),
    case("GET /crews/sheets/{id}/proof", LOOK, NOT, "/crews/sheets/$crew_sheet/proof", ""),
    case("GET /crews/sheets/{id}/proof.csv", LOOK, NOT, "/crews/sheets/$crew_sheet/proof.csv", ""),
    case(
        "POST /crews/sheets/{id}/cancellation",
        "z",
        "cdokhxlbjqtmwyreag",
        "/crews/sheets/$crew_sheet/cancellation",
        "reason=test",
    ),
];

/// Programs: files. Whoever is signed in may send a form; one that is none is refused before it is asked whose the crew is.
pub(super) const FILES: &[Case] = &[
    case(
        "POST /v1/wage-projects/{id}/attendance-files",
        SIGNED_IN,
        "",
        "/v1/wage-projects/$works/attendance-files",
        "no form",
    ),
    case("GET /v1/attendance-files/{id}", SEE, NOT, "/v1/attendance-files/$attendance", ""),
    case("GET /v1/attendance-files/{id}/faults", SEE, NOT, "/v1/attendance-files/$attendance/faults", ""),
    case(
        "POST /v1/attendance-files/{id}/acceptance",
        "z",
        "cdokhpxlbjqtmwyreag",
        "/v1/attendance-files/$attendance/acceptance",
        "",
    ),
    case("POST /v1/crews/{id}/sheet-files", SIGNED_IN, "", "/v1/crews/$crew/sheet-files", "no form"),
    case("GET /v1/crews/{id}/sheet-files/{import}", SEE, NOT, "/v1/crews/$crew/sheet-files/$crew_import", ""),
    case(
        "GET /v1/crews/{id}/sheet-files/{import}/faults",
        SEE,
        NOT,
        "/v1/crews/$crew/sheet-files/$crew_import/faults",
        "",
    ),
    case(
        "POST /v1/crews/{id}/sheet-files/{import}/acceptance",
        "z",
        "cdokhpxlbjqtmwyreag",
        "/v1/crews/$crew/sheet-files/$crew_import/acceptance",
        "",
    ),
    case("POST /v1/crew-sheets/{id}/papers", SIGNED_IN, "", "/v1/crew-sheets/$crew_sheet/papers", "no form"),
    case("GET /v1/crew-sheets/{id}/papers", SEE, NOT, "/v1/crew-sheets/$crew_sheet/papers", ""),
    case("GET /v1/crew-sheets/{id}/papers/{paper}", SEE, NOT, "/v1/crew-sheets/$crew_sheet/papers/$paper", ""),
    case(
        "POST /v1/crew-sheets/{id}/papers/{paper}/check",
        "l",
        "p",
        "/v1/crew-sheets/$crew_sheet/papers/$paper/check",
        "",
    ),
    case(
        "POST /v1/crew-sheets/{id}/papers/{paper}/refusal",
        "l",
        "p",
        "/v1/crew-sheets/$crew_sheet/papers/$paper/refusal",
        WHY,
    ),
];

/// A site under rules with a crew, its attendance and its sheet.
pub(super) fn furnish(house: &mut House) {
    let firm: FirmId = house.ids["$firm"].parse().expect("a firm");
    let crew_firm: FirmId = house.ids["$crew_firm"].parse().expect("a firm");
    let texts = house.texts;
    let made = house.bank.write(move |tx| works(tx, texts, firm, crew_firm));
    let (project, crew, worker) = made.expect("a site with a crew");
    let (clerk, customer) = (house.actor('z'), house.actor('c'));
    let who = format!("{NAME},{}", identity(1));
    let table = format!("姓名,身份证号码,1日,2日\n{who},√,√\n");
    let upload = crews::AttendanceUpload {
        project,
        period: "2026-02".parse().expect("a month"),
        crew: Some(crew),
        file_name: texts.of("attendance", "考勤") + ".csv",
        bytes: table.into_bytes(),
        accept_valid: true,
    };
    let attendance = crews::attendance_import(&house.bank.store, &clerk, upload).expect("attendance").id;
    let pay = format!("姓名,身份证号码,出勤天数,应发工资,实发工资\n{who},2,500,500\n");
    let what = payroll::ImportFor::PaySheet {
        period: "2026-02".parse().expect("a month"),
        kind: payroll::Kind::Wage,
        number: 1,
        tag: String::new(),
        due_on: None,
    };
    let (file_name, bytes) = (texts.of("crewpay", "工资") + ".csv", pay.into_bytes());
    let upload = payroll::Upload { project, what, file_name, bytes, accept_valid: true };
    let import = crews::crew_sheet_import(&house.bank.store, &clerk, crew, upload).expect("a sheet");
    let sheet = import.sheet.expect("it was drafted");
    let words = texts.of("objection", "少了一天");
    let done = house.bank.write(move |tx| {
        crews::ask_signatures(tx, &clerk, sheet)?;
        let bytes = b"%PDF-1.7 signed".to_vec();
        let new = crews::PaperNew { sheet, lines: vec![1], file_name: "签字.pdf".into(), bytes };
        let paper = crews::paper_send(tx, &clerk, &new)?;
        let himself = Actor { channel: Channel::Phone, ..Actor::of(Who::Person(customer.person().expect("a person"))) };
        let line: PayLineId = crews::my_lines(tx, &himself, &PageAsk::first(1))?.items[0].line;
        let kind = crews::Reason::Days;
        let new = crews::ObjectionNew { kind, text: words.clone(), claimed: None, claimed_half_days: None };
        Ok((paper, line, crews::object(tx, &himself, line, &new)?))
    });
    let (paper, line, objection) = done.expect("a line, a paper and an objection");
    house.ids.extend([
        ("$works", project.to_string()),
        ("$crew", crew.to_string()),
        ("$crew_worker", worker),
        ("$attendance", attendance.to_string()),
        ("$crew_import", import.id.to_string()),
        ("$crew_sheet", sheet.to_string()),
        ("$crew_line", line.to_string()),
        ("$paper", paper),
        ("$objection", objection.to_string()),
    ]);
}

fn works(
    tx: &mut Tx<'_>,
    texts: Texts,
    firm: FirmId,
    crew_firm: FirmId,
) -> kernel::Result<(ProjectId, CrewId, String)> {
    let new = payroll::ProjectNew {
        profile: payroll::Profile::Construction,
        name: texts.of("works", "渔港二期"),
        agreement: "三方-2026-5".into(),
        ..super::furniture::project_of(texts, firm)
    };
    let project = payroll::project_open(tx, &system(), new)?;
    payroll::put_under_site_rules(tx, &system(), project)?;
    let crew = crews::CrewNew {
        project,
        firm: Some(crew_firm),
        team: "钢筋一班".into(),
        contact: texts.of("contact", "周工"),
        contract: "FB-1".into(),
        from_on: Date::parse("2026-01-05")?,
    };
    let crew = crews::crew_add(tx, &system(), crew)?;
    let account = payroll::AccountGiven { number: card(77), bank: "沧溟银行".into() };
    let worker = payroll::WorkerNew {
        name: NAME.into(),
        identity: identity(1),
        phone: "13900000001".into(),
        team: "钢筋一班".into(),
        contract: "HT-1".into(),
        entered_on: Some(Date::parse("2026-01-05")?),
        account: Some(account),
        ..payroll::WorkerNew::default()
    };
    Ok((project, crew, payroll::worker_add(tx, &system(), project, worker)?.worker.to_string()))
}
