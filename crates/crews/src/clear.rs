//! The labour officer's clearance of a sheet (Decree 724, art. 28, 31): attendance reviewed, every worker heard.
//!
//! A sheet is cleared when the month of every team on it is reviewed, each line with more days than attended has a reason, and
//! each worker signed, signed on a paper that was checked, objected, or cannot be asked for a reason that is written down. An
//! objection does not stop it: the sum on the line is what nobody disputes, and it is paid (art. 35).
use crate::course::course;
use crate::words::{each, unreviewed_teams};
use crate::{DAYS_ABOVE, Event, LINES_UNSIGNED, MONTH_NOT_REVIEWED, NOT_SUBMITTED, OWN_WORK};
use kernel::id::{CrewId, PaySheetId};
use kernel::{Actor, Error, Result};
use party::{Change, Permission, Scope};
use payroll::PaySheet;
use store::Tx;

/// Names that a refusal lists at most.
const NAMED_MAX: usize = 5;

/// Clears a sheet as `shown_hash` says it was seen, so that the main contractor may submit it. Needs `wage.review`. Clearing
/// again is already so. Errors: `no_site_rules`, `pay_sheet_changed`, `not_submitted` for a crew's sheet, `own_work`,
/// `month_not_reviewed`, `days_above_attendance`, `lines_unsigned`, `pay_sheet_state`.
pub fn clear_sheet(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, shown_hash: &str, note: &str) -> Result<Change> {
    let sheet = payroll::sheet_raw(tx, id)?;
    party::may(tx, actor, Permission::WageReview, &Scope::firm(sheet.firm))?;
    payroll::need_site_rules(tx, sheet.project)?;
    if sheet.payload_hash() != shown_hash {
        return Err(Error::new(&payroll::SHEET_CHANGED, "the pay sheet is not the one that was shown"));
    }
    if payroll::clearance(tx, &sheet)?.is_some() {
        return Ok(Change::AlreadySo);
    }
    if sheet.drafted_by == actor.principal() {
        return Err(Error::new(&OWN_WORK, "he drafted this sheet himself"));
    }
    let crew = submitted(tx, id)?;
    let missing = unreviewed_teams(tx, &sheet)?;
    if !missing.is_empty() {
        let message = format!("{} of {} is not reviewed", sheet.period, named(&missing));
        return Err(Error::new(&MONTH_NOT_REVIEWED, message).with("teams", named(&missing)));
    }
    everybody_heard(tx, &sheet)?;
    let done = payroll::clear(tx, actor, id, note)?;
    if done == Change::Done {
        tx.emit(&Event::Cleared { sheet: id, project: sheet.project, crew }, &actor.correlation)?;
    }
    Ok(done)
}

/// The workers were asked, and a crew gave its sheet to the main contractor. Answers the crew.
fn submitted(tx: &mut Tx<'_>, id: PaySheetId) -> Result<Option<CrewId>> {
    let not_asked = || Error::new(&crate::NOT_ASKED, "the workers were not asked to sign yet");
    let course = course(tx, id)?.filter(|c| c.asked_at.is_some()).ok_or_else(not_asked)?;
    match course.crew {
        Some(_) if course.submitted_at.is_none() => {
            Err(Error::new(&NOT_SUBMITTED, "the crew has not given this sheet to the main contractor"))
        }
        crew => Ok(crew),
    }
}

fn everybody_heard(tx: &mut Tx<'_>, sheet: &PaySheet) -> Result<()> {
    let (mut above, mut silent): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    each(tx, sheet, &mut |_, lines| {
        for line in lines {
            let name = format!("{} {}", line.number, line.name);
            if line.lacks_days() {
                above.push(name.clone());
            }
            if line.lacks_word() {
                silent.push(name);
            }
        }
        Ok(())
    })?;
    let refuse = |code, what: &str, list: &[String]| {
        let message = format!("{} {what}: {}", list.len(), named(list));
        Err(Error::new(code, message).with("lines", list.len()).with("named", named(list)))
    };
    match (above.is_empty(), silent.is_empty()) {
        (false, _) => refuse(&DAYS_ABOVE, "lines have more days than were attended", &above),
        (_, false) => refuse(&LINES_UNSIGNED, "workers neither signed nor objected", &silent),
        _ => Ok(()),
    }
}

fn named(list: &[String]) -> String {
    let shown = list.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join("、");
    if list.len() > NAMED_MAX { format!("{shown}…") } else { shown }
}
