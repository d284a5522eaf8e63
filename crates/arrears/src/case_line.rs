//! Opening a case: which workers are owed what for which month.
use crate::bureau::my_bureau;
use crate::case::{ArrearsCase, CASE_HOURS, CaseState, case_raw, may_see, save};
use crate::case_entry::What;
use crate::complaint::complaint_to_case;
use crate::rules::Step;
use crate::summary::region_of;
use crate::warning::warning_raw;
use crate::{CASE_EMPTY, CASE_LINES_MAX, CASE_WARNINGS_MAX, filled, text};
use kernel::clock::HOUR;
use kernel::id::{ArrearsCaseId, ComplaintId, PaySheetId, PersonId, ProjectId, WarningId, WorkerId};
use kernel::{Actor, BookId, Currency, Error, Id, Money, Result};
use party::Permission;
use payroll::Period;
use std::collections::BTreeMap;
use store::{Seal, Tx, params};

store::record! {
    /// What one worker is owed for one month, in fen.
    pub struct CaseLine in "arrears_case_lines" key 4 {
        pub book: BookId,
        pub case_id: ArrearsCaseId,
        pub worker: WorkerId,
        pub period: Period,
        pub name_masked: String,
        pub owed: i64,
        pub paid: i64,
    }
}

impl CaseLine {
    pub fn owed(&self) -> Money {
        Money::new(self.owed, Currency::CNY)
    }
    pub fn paid(&self) -> Money {
        Money::new(self.paid, Currency::CNY)
    }
}

/// A worker, the month and the sum that is owed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Owed {
    pub worker: WorkerId,
    pub period: Period,
    pub amount: Money,
}

/// What a case is opened on.
#[derive(Clone, Debug)]
pub struct CaseNew {
    pub project: ProjectId,
    pub about: String,
    pub warnings: Vec<WarningId>,
    pub complaint: Option<ComplaintId>,
    /// All that is unpaid on these sheets is owed.
    pub sheets: Vec<PaySheetId>,
    /// And these sums; of one worker and month the larger counts.
    pub lines: Vec<Owed>,
    pub subcontractor: String,
    /// What the owner of the works still owes the contractor.
    pub works_money_left: Option<Money>,
}

impl CaseNew {
    pub fn of(project: ProjectId) -> CaseNew {
        CaseNew {
            project,
            about: String::new(),
            warnings: Vec::new(),
            complaint: None,
            sheets: Vec::new(),
            lines: Vec::new(),
            subcontractor: String::new(),
            works_money_left: None,
        }
    }
}

pub(crate) fn lines_of(tx: &mut Tx<'_>, id: ArrearsCaseId) -> Result<Vec<CaseLine>> {
    let tail = "WHERE book = ?1 AND case_id = ?2 ORDER BY worker, period";
    tx.select::<CaseLine>(tail, params![id.book(), id])
}

/// The lines of a case, at most [`CASE_LINES_MAX`]. By whoever may see it.
pub fn case_lines(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId) -> Result<Vec<CaseLine>> {
    let c = case_raw(tx, id)?;
    may_see(tx, actor, &c)?;
    lines_of(tx, id)
}

/// The persons behind the lines of a case, each once, at most `most`; no right is asked: who is told.
pub fn people_of_case(tx: &mut Tx<'_>, id: ArrearsCaseId, most: usize) -> Result<Vec<PersonId>> {
    let mut people = std::collections::BTreeSet::new();
    for line in lines_of(tx, id)?.into_iter().take(most) {
        people.insert(payroll::worker_raw(tx, line.worker)?.person);
    }
    Ok(people.into_iter().collect())
}

type ByWorker = BTreeMap<(WorkerId, Period), (String, i64)>;

/// Takes out what an open case has already, since two cases would call for the same wage; answers the newest case that has any of it.
fn without_known(tx: &mut Tx<'_>, project: ProjectId, all: &mut ByWorker) -> Result<Option<ArrearsCaseId>> {
    let mut known = None;
    let tail = "WHERE book = ?1 AND project = ?2 AND state <> 'closed' ORDER BY id";
    for case in tx.select::<ArrearsCase>(tail, params![project.book(), project])? {
        for line in lines_of(tx, case.id)? {
            if all.remove(&(line.worker, line.period)).is_some() {
                known = Some(case.id);
            }
        }
    }
    Ok(known)
}

/// A case has all that is owed already: what is new about it belongs to that case from now on.
fn join(tx: &mut Tx<'_>, actor: &Actor, new: &CaseNew, id: ArrearsCaseId) -> Result<ArrearsCaseId> {
    for w in &new.warnings {
        let mut w = warning_raw(tx, *w)?;
        w.case_id = Some(id);
        tx.update(&mut w)?;
    }
    if let Some(complaint) = new.complaint {
        complaint_to_case(tx, actor, complaint, id)?;
    }
    if !new.warnings.is_empty() || new.complaint.is_some() {
        let mut c = case_raw(tx, id)?;
        save(tx, actor, &mut c, What::Note, &text("about", &new.about)?)?;
    }
    Ok(id)
}

/// Everything that is owed, each worker and month once.
fn gathered(tx: &mut Tx<'_>, new: &CaseNew) -> Result<ByWorker> {
    let mut all = ByWorker::new();
    let mut add = |worker, period, name: String, amount: i64| {
        let of = all.entry((worker, period)).or_insert((name, 0));
        of.1 = of.1.max(amount);
    };
    for sheet in &new.sheets {
        let s = payroll::sheet_raw(tx, *sheet)?;
        if s.project != new.project {
            return Err(Error::field("sheets", "they are of the case's project"));
        }
        for line in payroll::unpaid_lines(tx, *sheet, CASE_LINES_MAX)? {
            add(line.worker, line.period, line.name_masked, line.net);
        }
    }
    for owed in &new.lines {
        let (project, name) = payroll::worker_named(tx, owed.worker)?;
        if project != new.project || owed.amount.currency != Currency::CNY || !owed.amount.is_positive() {
            return Err(Error::field("lines", "workers of the case's project, and sums in yuan above zero"));
        }
        add(owed.worker, owed.period, name, owed.amount.minor);
    }
    match all.len() {
        0 => Err(Error::new(&CASE_EMPTY, "nobody is owed anything")),
        n if n > CASE_LINES_MAX => Err(Error::limit("lines", n, CASE_LINES_MAX, "lines")),
        _ => Ok(all),
    }
}

/// By the bank (`wage.case`) or the bureau of the region (`bureau.act`).
fn may_open(tx: &mut Tx<'_>, actor: &Actor, firm: kernel::id::FirmId, region: &str, project: ProjectId) -> Result<()> {
    match actor.firm() {
        None => crate::may_keep(tx, actor, firm),
        Some(_) => my_bureau(tx, actor, Permission::BureauAct)?.sees(region, "project", project),
    }
}

/// Opens a case; the site is not closed while it is open. The warnings and the complaint belong to it from now on. A warning that has
/// a case already answers that case; and a wage stands in one open case, so that what is in one already is not called for twice: with
/// nothing else owed, the answer is that case, and warnings and complaint join it. Errors: `arrears_case_empty`, limits, field errors.
pub fn case_open(tx: &mut Tx<'_>, actor: &Actor, new: &CaseNew) -> Result<ArrearsCaseId> {
    let p = payroll::project_raw(tx, new.project)?;
    let region = region_of(tx, new.project)?;
    may_open(tx, actor, p.firm, &region, new.project)?;
    if new.warnings.len() > CASE_WARNINGS_MAX {
        return Err(Error::limit("warnings", new.warnings.len(), CASE_WARNINGS_MAX, "warnings"));
    }
    let mut warnings = new.warnings.iter().map(|w| warning_raw(tx, *w)).collect::<Result<Vec<_>>>()?;
    if warnings.iter().any(|w| w.project != new.project) {
        return Err(Error::field("warnings", "they are of the case's project"));
    }
    if let Some(known) = warnings.first().and_then(|w| w.case_id) {
        return Ok(known);
    }
    let mut all = gathered(tx, new)?;
    if let Some(known) = without_known(tx, new.project, &mut all)?.filter(|_| all.is_empty()) {
        return join(tx, actor, new, known);
    }
    let (id, now) = (ArrearsCaseId::new(tx.now(), new.project.book()), tx.now());
    for w in &mut warnings {
        w.case_id = Some(id);
        tx.update(w)?;
    }
    if let Some(complaint) = new.complaint {
        complaint_to_case(tx, actor, complaint, id)?;
    }
    let owed = all.values().try_fold(0i64, |sum, (_, n)| sum.checked_add(*n));
    let owed = owed.ok_or_else(|| Error::field("lines", "they are too much together"))?;
    let workers = all.keys().map(|(w, _)| *w).collect::<std::collections::BTreeSet<_>>().len() as i64;
    let mut c = begun(actor, new, (&p, region, id), (workers, owed), now)?;
    tx.insert(&mut c)?;
    let line = |((worker, period), (name_masked, owed))| CaseLine {
        book: id.book(),
        case_id: id,
        worker,
        period,
        name_masked,
        owed,
        paid: 0,
        seal: Seal::default(),
    };
    let mut lines: Vec<CaseLine> = all.into_iter().map(line).collect();
    tx.insert_all(&mut lines)?;
    crate::links::block(tx, actor, &c)?;
    let about = c.about.clone();
    save(tx, actor, &mut c, What::Opened, &about)?;
    Ok(id)
}

fn begun(
    actor: &Actor,
    new: &CaseNew,
    (p, region, id): (&payroll::Project, String, ArrearsCaseId),
    (workers, owed): (i64, i64),
    now: kernel::Timestamp,
) -> Result<ArrearsCase> {
    let book: BookId = id.book();
    Ok(ArrearsCase {
        book,
        id,
        project: new.project,
        firm: p.firm,
        contractor: p.contractor,
        region,
        about: filled("about", &new.about)?,
        complaint: new.complaint,
        state: CaseState::Open,
        step: Step::Officer,
        next_at: Some(now.plus(CASE_HOURS * HOUR)),
        workers,
        owed,
        paid: 0,
        works_money_left: new.works_money_left.map(|m| m.minor),
        subcontractor: text("subcontractor", &new.subcontractor)?,
        opened_by: actor.principal(),
        opened_at: now,
        told_by: None,
        told_at: None,
        report_number: String::new(),
        reported_by: None,
        reported_at: None,
        order_number: String::new(),
        order_due_on: None,
        ordered_by: None,
        ordered_at: None,
        defaulted_at: None,
        notice: String::new(),
        notice_bureau: None,
        notice_asked_by: None,
        notice_asked_at: None,
        notice_approval: None,
        noticed_by: None,
        noticed_at: None,
        paid_at: None,
        closed_by: None,
        closed_at: None,
        closed_why: String::new(),
        entries: 0,
        seal: Seal::default(),
    })
}
