//! The worker's pay slip (工资条): what was due, what was taken off and why, who made, checked and paid it, and the proof.
//!
//! A worker sees his own, a user of the firm the firm's, staff those of their branches; a look by staff is audited, so it is
//! asked for in a write.
use crate::line::{Item, LineState, PayLine, line_raw};
use crate::lists::checkers;
use crate::project::project_raw;
use crate::result::{Proof, proof_of};
use crate::sheet::{Kind, Signed, sheet_raw};
use crate::{CHUNK_LINES, Period, is_bank, may_read};
use kernel::id::{PayLineId, PaySheetId, PersonId};
use kernel::{Actor, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use party::{Permission, Scope};
use store::{Audit, Tx, params};

/// A slip in the worker's list.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SlipLine {
    pub line: PayLineId,
    pub project_name: String,
    pub employer: String,
    pub period: Period,
    pub kind: Kind,
    pub number: u8,
    pub net: Money,
    pub state: LineState,
    pub at: Option<Timestamp>,
}

/// A whole slip. Names and numbers of people are masked.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Slip {
    pub line: PayLineId,
    pub project_name: String,
    /// Repair order, vessel or sub-ledger; may be empty.
    pub tag: String,
    pub employer: String,
    /// The firm from whose wage account it is paid.
    pub payer: String,
    pub period: Period,
    pub kind: Kind,
    pub number: u8,
    pub worker: String,
    pub identity: String,
    pub team: String,
    /// Hundredths.
    pub days: Option<i64>,
    pub hours: Option<i64>,
    pub items: Vec<Item>,
    pub due: Money,
    pub deductions: Money,
    pub net: Money,
    pub made_by: String,
    /// Everybody who checked it, in order.
    pub checked_by: String,
    pub paid_by: String,
    pub state: LineState,
    /// Code of a failure; empty otherwise.
    pub reason: String,
    pub paid_at: Option<Timestamp>,
    pub account: String,
    pub bank: String,
    pub proof: Option<Proof>,
}

/// The slips of a person, newest first; a wage shows as soon as its line was taken up.
pub fn slips_of(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, ask: &PageAsk) -> Result<Page<SlipLine>> {
    if actor.person() != Some(person) {
        party::may(tx, actor, Permission::WageReadBank, &Scope::person(person))?;
        tx.audit(actor, Audit::of("payroll.slips_look", person))?;
    }
    let rows = ask.rows()?;
    let before = ask.after.as_deref().map_or(Ok([0xff; 16]), |text| text.parse::<PayLineId>().map(|l| l.bytes()))?;
    let tail = "WHERE person = ?1 AND id < ?2 AND state <> 'waiting' ORDER BY id DESC LIMIT ?3";
    let page = Page::cut(tx.select::<PayLine>(tail, params![person, before, rows + 1])?, rows, |l| l.id.to_string());
    let items = page.items.iter().map(|l| slip_line(tx, l)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}

fn slip_line(tx: &mut Tx<'_>, line: &PayLine) -> Result<SlipLine> {
    let project = project_raw(tx, line.project)?;
    Ok(SlipLine {
        line: line.id,
        employer: party::firm(tx, project.contractor)?.name,
        project_name: project.name,
        period: line.period,
        kind: line.kind,
        number: line.kind_number,
        net: line.net(),
        state: line.state,
        at: line.settled_at,
    })
}

/// What a worker is told when his wage has come into his account. Numbers are masked.
#[derive(Clone, Debug)]
pub struct Paid {
    pub line: PayLineId,
    pub person: PersonId,
    pub period: Period,
    pub kind: Kind,
    pub net: Money,
    pub account: String,
    /// Another bank's name; empty when ours.
    pub bank: String,
    pub employer: String,
}

/// The lines of a sheet that a chunk paid inside the bank: those after number `after` up to `last`. For the bank's own
/// processes; lines to other banks are told one by one when these answer.
pub fn paid_in_chunk(tx: &mut Tx<'_>, sheet: PaySheetId, after: i64, last: i64) -> Result<Vec<Paid>> {
    let tail = "WHERE book = ?1 AND sheet = ?2 AND number > ?3 AND number <= ?4 AND clearing IS NULL ORDER BY number";
    let last = last.min(after.saturating_add(CHUNK_LINES as i64));
    let lines = tx.select::<PayLine>(tail, params![sheet.book(), sheet, after, last])?;
    let Some(project) = lines.first().map(|l| project_raw(tx, l.project)).transpose()? else { return Ok(Vec::new()) };
    let employer = party::firm(tx, project.contractor)?.name;
    Ok(lines.into_iter().filter(|l| l.state == LineState::Paid).map(|l| paid(l, &employer)).collect())
}

/// A line that another bank credited, while that is still so.
pub fn paid_line(tx: &mut Tx<'_>, id: PayLineId) -> Result<Option<Paid>> {
    let line = line_raw(tx, id)?;
    let project = project_raw(tx, line.project)?;
    let employer = party::firm(tx, project.contractor)?.name;
    Ok((line.state == LineState::Paid).then(|| paid(line, &employer)))
}

fn paid(line: PayLine, employer: &str) -> Paid {
    Paid {
        line: line.id,
        person: line.person,
        period: line.period,
        kind: line.kind,
        net: line.net(),
        account: line.account_masked,
        bank: line.bank,
        employer: employer.to_owned(),
    }
}

/// One slip. A line the actor may not see is not found.
pub fn slip(tx: &mut Tx<'_>, actor: &Actor, id: PayLineId) -> Result<Slip> {
    let line = line_raw(tx, id)?;
    if actor.person() != Some(line.person) {
        may_read(tx, actor, line.firm).map_err(|_| Error::not_found("pay slip", id))?;
        if is_bank(actor) {
            tx.audit(actor, Audit::of("payroll.slip_look", id))?;
        }
    }
    let (project, sheet) = (project_raw(tx, line.project)?, sheet_raw(tx, line.sheet)?);
    let made_by = party::who_name(tx, &sheet.drafted_by)?;
    let asked = sheet.approval.map(|id| approval::raw(tx, id)).transpose()?;
    let checkers = checkers(tx, &sheet, asked.as_ref())?;
    let checked_by = checkers.into_iter().map(|c| c.name).collect::<Vec<_>>().join("、");
    let paid_by = name(tx, sheet.paying())?;
    Ok(Slip {
        line: id,
        tag: if sheet.tag.is_empty() { project.tag.clone() } else { sheet.tag.clone() },
        employer: party::firm(tx, project.contractor)?.name,
        payer: party::firm(tx, project.firm)?.name,
        project_name: project.name,
        period: line.period,
        kind: line.kind,
        number: line.kind_number,
        due: line.due(),
        deductions: line.deductions(),
        net: line.net(),
        made_by,
        checked_by,
        paid_by,
        proof: proof_of(tx, &line)?,
        worker: line.name_masked,
        identity: line.identity_masked,
        team: line.team,
        days: line.days,
        hours: line.hours,
        items: line.items.0,
        state: line.state,
        reason: line.reason,
        paid_at: line.settled_at,
        account: line.account_masked,
        bank: line.bank,
    })
}

fn name(tx: &mut Tx<'_>, who: Option<Signed>) -> Result<String> {
    who.map_or(Ok(String::new()), |s| party::who_name(tx, &s.by))
}
