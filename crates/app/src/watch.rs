//! What follows for the wage board: which project is looked at again, which bureau and which workers hear of a case.
use crate::reactions::text;
use kernel::Result;
use kernel::id::{ArrearsCaseId, PaySheetId, ProjectId};
use store::{Outbox, Tx};

/// Workers told of one case at most.
pub const WORKERS_TOLD_MAX: usize = 2_000;

/// Domains whose events change what the board finds.
const WATCHED: &[&str] = &["payroll", "crews", "worksite", "guarantee"];

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
    match domain {
        "payroll" | "crews" => arrears::touched(tx, project),
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
