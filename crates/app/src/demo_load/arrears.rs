//! The labour bureau of the city, a case of wages in arrears at the building site that has a file, a query that waits for the head, and a
//! complaint. What the board warns of is found by a look at all projects.
use super::people::People;
use super::sites::SITE_STEP;
use super::{Load, actor, broken};
use arrears::{BureauNew, CaseNew, ComplaintNew, Level};
use kernel::id::{PaySheetId, ProjectId};
use kernel::{Actor, Channel, Money, Result, Who};
use party::Role;

/// The bureau's region: the city with all its districts.
const REGION: &str = "990100";
/// What the owner of the works still owes the contractor, 元.
const WORKS_MONEY_LEFT: i64 = 1_800_000;

pub(super) fn load(load: &mut Load<'_, '_>, people: &People) -> Result<()> {
    (load.progress)("warnings", 0, 2);
    let data = load.data.clone();
    let firm = people.firm(&data.bureau.credit_code)?;
    load.step("demo-bureau".into(), move |tx| {
        let new = BureauNew { firm, region: REGION.into(), level: Level::City, hotline: "12333".into() };
        arrears::bureau_make(tx, &actor(), new)
    })?;
    let site =
        load.step(SITE_STEP.into(), |_| -> Result<ProjectId> { Err(broken("warnings", "the site comes first")) })?;
    let inspector = Actor {
        channel: Channel::Remote,
        roles: Role::BureauOfficer.code().into(),
        correlation: "demo-load".into(),
        stepped_up: true,
        ..Actor::of(Who::ForFirm { person: people.person(&data.bureau.maker)?, firm })
    };
    load.step("demo-arrears".into(), move |tx| {
        let sheet: Option<PaySheetId> = payroll::sheets_newest(tx, site, 1)?.first().map(|s| s.id);
        let new = CaseNew {
            about: "上月工资没有发放".into(),
            sheets: sheet.into_iter().collect(),
            subcontractor: "潮生劳务有限公司".into(),
            works_money_left: Some(Money::cny(WORKS_MONEY_LEFT * 100)),
            ..CaseNew::of(site)
        };
        let case = arrears::case_open(tx, &actor(), &new)?;
        arrears::case_tell(tx, &actor(), case, "请在两日内付清，并向人社部门报告。")?;
        arrears::query_ask(tx, &inspector, site, "核查工人反映的欠薪", "汐劳监查〔2026〕8号")?;
        let said = ComplaintNew {
            project: Some(site),
            words: "上个月的工资到现在还没有发，我们班组十二个人都没有收到。".into(),
            phone: "13900010077".into(),
            ..ComplaintNew::default()
        };
        arrears::complain(tx, &Actor::nobody(), &said).map(|_| true)
    })?;
    (load.progress)("warnings", 1, 2);
    arrears::scan_all(&load.bank.store)?;
    (load.progress)("warnings", 2, 2);
    Ok(())
}
