//! What follows for the wage board: which project is looked at again, which bureau, which workers and which staff hear of it; and whom a
//! teller calls to a talk at the counter.
use crate::notices::{self, Draft};
use crate::reactions::text;
use kernel::id::{ArrearsCaseId, BranchId, PaySheetId, ProjectId};
use kernel::{Id, Result};
use party::Role;
use store::{Outbox, Tx};

/// Workers told of one case at most.
pub const WORKERS_TOLD_MAX: usize = 2_000;
/// Members of staff told of one turn at most.
pub const STAFF_TOLD_MAX: usize = 20;
/// What staff are told whose turn it is; of a project it stands for all its warnings and cases of a day.
const TURN: &str = "arrears.turn.staff";

/// Domains whose events change what the board finds.
const WATCHED: &[&str] = &["payroll", "crews", "worksite", "guarantee"];

/// Events that change who is on the roster, what a sheet says of him, or where his wage went.
const OF_PEOPLE: &[&str] = &[
    "payroll.project_opened",
    "payroll.roster_changed",
    "payroll.imported",
    "payroll.sheet_cancelled",
    "payroll.chunk_paid",
    "payroll.run_finished",
];

/// A project to which something happened is looked at with the next run of the job. What happens to its papers and its money says
/// nothing about its people.
pub(crate) fn look_again(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    let domain = event.kind.split('.').next().unwrap_or_default();
    if !WATCHED.contains(&domain) {
        return Ok(());
    }
    let project = match (text(event, "project").parse::<ProjectId>(), text(event, "sheet").parse::<PaySheetId>()) {
        (Ok(project), _) => project,
        (_, Ok(sheet)) => payroll::sheet_raw(tx, sheet)?.project,
        _ => return Ok(()),
    };
    match (event.kind.as_str(), text(event, "period").parse::<payroll::Period>()) {
        ("crews.attended" | "crews.reviewed" | "crews.review_opened", Ok(period)) => {
            arrears::attended(tx, project, period)
        }
        (kind, _) if OF_PEOPLE.contains(&kind) => arrears::touched(tx, project),
        _ => arrears::touched_site(tx, project),
    }
}

/// The bureau next to the place, and the side it is told on; a warning only when it is the bureau's turn.
pub(crate) fn bureau(tx: &mut Tx<'_>, event: &Outbox) -> Result<Vec<(String, &'static str)>> {
    if event.kind == "arrears.escalated" && text(event, "step") != arrears::Step::Bureau.code() {
        return Ok(Vec::new());
    }
    let over = arrears::bureaus_over(tx, text(event, "region"))?;
    Ok(over.first().map(|b| (b.firm.to_string(), ".bureau")).into_iter().collect())
}

/// The workers of a case, each once, at most [`WORKERS_TOLD_MAX`].
pub(crate) fn workers(tx: &mut Tx<'_>, event: &Outbox) -> Result<Vec<(String, &'static str)>> {
    let Ok(case) = text(event, "case").parse::<ArrearsCaseId>() else { return Ok(Vec::new()) };
    let people = arrears::people_of_case(tx, case, WORKERS_TOLD_MAX)?;
    Ok(people.into_iter().map(|p| (p.to_string(), ".worker")).collect())
}

/// Those at the site's branch whose turn it is now: payroll officers, then the branch's manager. Whoever did it himself is not told,
/// and nobody twice a day of one project: the board has the rest.
pub(crate) fn staff(tx: &mut Tx<'_>, event: &Outbox) -> Result<Vec<Draft>> {
    if event.kind.starts_with("talk.") {
        return called(tx, event);
    }
    let role = match arrears::Step::parse(text(event, "step")) {
        Some(arrears::Step::Officer) => Role::PayrollOfficer,
        Some(arrears::Step::Manager) => Role::BranchManager,
        _ => return Ok(Vec::new()),
    };
    let Ok(project) = text(event, "project").parse::<ProjectId>() else { return Ok(Vec::new()) };
    let (place, today) = (party::branch_of(tx, project.book())?.id, tx.now().local_date().begins());
    let args = vec![("place".to_owned(), payroll::project_raw(tx, project)?.name)];
    let mut drafts = Vec::new();
    for staff in party::staff_near(tx, role, place, STAFF_TOLD_MAX)? {
        let (recipient, about) = (staff.to_string(), project.to_string());
        let own = event.kind == "arrears.case_opened" && text(event, "who") == recipient;
        if !own && !notices::was_told(tx, &recipient, TURN, &about, today)? {
            drafts.push(Draft { recipient, kind: TURN.into(), args: args.clone(), about });
        }
    }
    Ok(drafts)
}

/// Whom a teller calls to a talk at his branch: its manager, and of a call to the police the risk officers besides. Not himself.
fn called(tx: &mut Tx<'_>, event: &Outbox) -> Result<Vec<Draft>> {
    let Ok(branch) = text(event, "branch").parse::<BranchId>() else { return Ok(Vec::new()) };
    let mut all = party::staff_near(tx, Role::BranchManager, branch, STAFF_TOLD_MAX)?;
    if event.kind == "talk.police_called" {
        all.extend(party::staff_near(tx, Role::RiskOfficer, branch, STAFF_TOLD_MAX)?);
    }
    let others = all.into_iter().map(|s| s.to_string()).filter(|s| s != text(event, "teller"));
    let draft =
        |recipient| Draft { recipient, kind: event.kind.clone(), args: Vec::new(), about: text(event, "talk").into() };
    Ok(others.map(draft).collect())
}
