//! A case of wages in arrears (欠薪案件): who is owed what, who was told, who must pay, and what became of it.
//!
//! ```text
//! open ─▶ told ─▶ reported ─▶ ordered ─▶ defaulted ─▶ noticed ─▶ paid ─▶ closed
//! ```
//! Steps may be left out where the law allows it: a bureau orders at any time, and whoever pays ends the way. What is paid is counted
//! from pay lines of the same worker and month that were credited after the case was opened, never from what somebody says.
use crate::case_entry::{What, entry};
use crate::case_line::{CaseLine, lines_of};
use crate::events::Event;
use crate::rules::Step;
use crate::{CASE_OWES, CASE_STATE, filled, note, system};
use kernel::clock::HOUR;
use kernel::id::{ApprovalId, ArrearsCaseId, BureauId, ComplaintId, FirmId, ProjectId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Result, Timestamp};
use party::{Change, Permission, Scope};
use store::{Audit, Tx, params};

/// Hours until a case that stands still is passed on to the next.
pub const CASE_HOURS: i64 = 48;

store::text_enum! {
    /// How far a case is.
    pub enum CaseState {
        Open = "open",
        /// The contractor was told (W5).
        Told = "told",
        /// The contractor reported it to the labour bureau and his authority (W5).
        Reported = "reported",
        /// The bureau ordered the main contractor to settle first (W16).
        Ordered = "ordered",
        /// The day of the order has ended and something is owed.
        Defaulted = "defaulted",
        /// The guarantee must pay (D4).
        Noticed = "noticed",
        Paid = "paid",
        Closed = "closed",
    }
}

store::record! {
    /// A case. Sums are fen.
    pub struct ArrearsCase in "arrears_cases" key 2 {
        pub book: BookId,
        pub id: ArrearsCaseId,
        pub project: ProjectId,
        pub firm: FirmId,
        /// Who settles first (art. 30).
        pub contractor: FirmId,
        pub region: String,
        /// Why it was opened.
        pub about: String,
        pub complaint: Option<ComplaintId>,
        pub state: CaseState,
        /// Whose turn it is.
        pub step: Step,
        pub next_at: Option<Timestamp>,
        pub workers: i64,
        pub owed: i64,
        pub paid: i64,
        /// What the owner of the works still owes the contractor: up to this he advances (art. 29). `None`: not known.
        pub works_money_left: Option<i64>,
        /// Whose workers they are, where that is a subcontractor; empty for the contractor's own.
        pub subcontractor: String,
        pub opened_by: String,
        pub opened_at: Timestamp,
        pub told_by: Option<String>,
        pub told_at: Option<Timestamp>,
        pub report_number: String,
        pub reported_by: Option<String>,
        pub reported_at: Option<Timestamp>,
        pub order_number: String,
        pub order_due_on: Option<Date>,
        pub ordered_by: Option<String>,
        pub ordered_at: Option<Timestamp>,
        pub defaulted_at: Option<Timestamp>,
        /// The number of the payment notice to the guarantee, from when it waits for the bureau's head; empty before.
        pub notice: String,
        pub notice_bureau: Option<BureauId>,
        pub notice_asked_by: Option<String>,
        pub notice_asked_at: Option<Timestamp>,
        pub notice_approval: Option<ApprovalId>,
        /// The head who signed it.
        pub noticed_by: Option<String>,
        pub noticed_at: Option<Timestamp>,
        pub paid_at: Option<Timestamp>,
        pub closed_by: Option<String>,
        pub closed_at: Option<Timestamp>,
        pub closed_why: String,
        pub entries: i64,
    }
}

/// Who answers for what is owed, in the order of art. 29 and 30.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Liability {
    /// The main contractor settles all of it first.
    pub contractor_first: Money,
    /// What he then takes back from the subcontractor; zero for his own workers.
    pub from_subcontractor: Money,
    /// The owner of the works advances up to the works money he still owes; `None` where that is not known.
    pub owner_up_to: Option<Money>,
}

/// The order of liability for a sum. Pure.
pub fn liability(owed: Money, of_subcontractor: bool, works_money_left: Option<Money>) -> Liability {
    let nothing = Money::new(0, owed.currency);
    let least = |left: Money| if left.minor < owed.minor { left } else { owed };
    Liability {
        contractor_first: owed,
        from_subcontractor: if of_subcontractor { owed } else { nothing },
        owner_up_to: works_money_left.map(least),
    }
}

impl ArrearsCase {
    pub fn owed(&self) -> Money {
        Money::new(self.owed, Currency::CNY)
    }
    pub fn paid(&self) -> Money {
        Money::new(self.paid, Currency::CNY)
    }
    pub fn left(&self) -> Money {
        Money::new(self.owed - self.paid, Currency::CNY)
    }
    pub fn liability(&self) -> Liability {
        let left = self.works_money_left.map(|m| Money::new(m, Currency::CNY));
        liability(self.left(), !self.subcontractor.is_empty(), left)
    }
    pub fn is_open(&self) -> bool {
        self.state != CaseState::Closed
    }

    /// `Err(CASE_STATE)` unless it is in one of these states.
    pub(crate) fn need(&self, states: &[CaseState], what: &str) -> Result<()> {
        match states.contains(&self.state) {
            true => Ok(()),
            false => Err(Error::new(&CASE_STATE, format!("a case that is {} cannot be {what}", self.state))
                .with("state", self.state)),
        }
    }

    /// What is paid now; answers whether the last of it came in with this.
    pub(crate) fn count(&mut self, paid: i64, at: Timestamp) -> bool {
        self.paid = paid.clamp(0, self.owed);
        let all = self.paid == self.owed && self.state != CaseState::Closed && self.state != CaseState::Paid;
        if all {
            (self.state, self.paid_at, self.next_at) = (CaseState::Paid, Some(at), None);
        }
        all
    }

    /// What time alone does: the order's day ends, or whoever has the turn did nothing. Answers what happened.
    pub(crate) fn pass(&mut self, now: Timestamp) -> Option<What> {
        let over = self.order_due_on.is_some_and(|d| d < now.local_date());
        if self.state == CaseState::Ordered && over {
            (self.state, self.defaulted_at) = (CaseState::Defaulted, Some(now));
            (self.step, self.next_at) = (Step::Bureau, None);
            return Some(What::Defaulted);
        }
        let waits = matches!(self.state, CaseState::Open | CaseState::Told);
        let next = self.step.next().filter(|_| waits && self.next_at.is_some_and(|at| at <= now))?;
        self.step = next;
        self.next_at = if next == Step::Bureau { None } else { Some(now.plus(CASE_HOURS * HOUR)) };
        Some(What::PassedOn)
    }
}

pub(crate) fn case_raw(tx: &mut Tx<'_>, id: ArrearsCaseId) -> Result<ArrearsCase> {
    tx.load::<ArrearsCase>(params![id.book(), id])?.ok_or_else(|| Error::not_found("case", id))
}

/// Saves a step of a case with its entry, audit line and event.
pub(crate) fn save(tx: &mut Tx<'_>, actor: &Actor, c: &mut ArrearsCase, what: What, note: &str) -> Result<()> {
    entry(tx, actor, c, what, note, None)?;
    tx.update(c)?;
    crate::touched_site(tx, c.project)?;
    let audit = Audit::of(format!("arrears.case_{what}"), c.id).after(c.state.code()).reason(note);
    tx.audit(actor, audit)?;
    tx.emit(&Event::of_case(what.event(), c), &actor.correlation)
}

/// The contractor was told of the arrears (W5). Needs `wage.case`. Errors: `arrears_case_state`.
pub fn case_tell(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId, words: &str) -> Result<Change> {
    let mut c = case_raw(tx, id)?;
    crate::may_keep(tx, actor, c.firm)?;
    if c.told_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    c.need(&[CaseState::Open], "told to the contractor")?;
    let now = tx.now();
    (c.state, c.told_by, c.told_at) = (CaseState::Told, Some(actor.principal()), Some(now));
    (c.step, c.next_at) = (Step::Contractor, Some(now.plus(CASE_HOURS * HOUR)));
    let words = note(words)?;
    save(tx, actor, &mut c, What::Told, &words)?;
    Ok(Change::Done)
}

/// The contractor reported to the labour bureau and his authority (W5), under a number. By the firm's own users
/// (`wage.project_manage`) or the bank (`wage.case`). Errors: `arrears_case_state`.
pub fn case_report(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId, number: &str) -> Result<Change> {
    let mut c = case_raw(tx, id)?;
    crate::may_act(tx, actor, c.firm)?;
    let number = filled("number", number)?;
    if c.reported_at.is_some() && c.report_number == number {
        return Ok(Change::AlreadySo);
    }
    c.need(&[CaseState::Open, CaseState::Told], "reported")?;
    (c.state, c.reported_by, c.reported_at) = (CaseState::Reported, Some(actor.principal()), Some(tx.now()));
    (c.step, c.next_at, c.report_number) = (Step::Bureau, None, number.clone());
    save(tx, actor, &mut c, What::Reported, &number)?;
    Ok(Change::Done)
}

/// The bureau orders the main contractor to settle first, by a document, until the end of a day (W16). Needs `bureau.act` in the region.
/// Errors: `arrears_case_state`.
pub fn case_order(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId, document: &str, due_on: Date) -> Result<Change> {
    let mut c = seen_by_bureau(tx, actor, Permission::BureauAct, id)?;
    let document = filled("document", document)?;
    if c.order_number == document && c.order_due_on == Some(due_on) {
        return Ok(Change::AlreadySo);
    }
    c.need(&[CaseState::Open, CaseState::Told, CaseState::Reported], "ordered to be paid")?;
    if due_on < tx.now().local_date() {
        return Err(Error::field("due_on", "the day is over already"));
    }
    (c.state, c.ordered_by, c.ordered_at) = (CaseState::Ordered, Some(actor.principal()), Some(tx.now()));
    (c.order_number, c.order_due_on, c.next_at) = (document.clone(), Some(due_on), Some(due_on.plus_days(1).begins()));
    c.step = Step::Contractor;
    save(tx, actor, &mut c, What::Ordered, &document)?;
    Ok(Change::Done)
}

/// Closes a case whose wages are paid; one that was opened in error (`unfounded`) takes a branch's second person, see
/// [`crate::close_ask`]. Needs `wage.case`. Errors: `arrears_case_owes`, `arrears_case_state`.
pub fn case_close(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId, why: &str) -> Result<Change> {
    let mut c = case_raw(tx, id)?;
    crate::may_keep(tx, actor, c.firm)?;
    let why = party::reason(why)?;
    if c.state == CaseState::Closed {
        return Ok(Change::AlreadySo);
    }
    if c.state != CaseState::Paid {
        return Err(Error::new(&CASE_OWES, format!("{} is still owed", c.left())).with("left", c.left()));
    }
    closed(tx, actor, &mut c, &why)?;
    Ok(Change::Done)
}

pub(crate) fn closed(tx: &mut Tx<'_>, actor: &Actor, c: &mut ArrearsCase, why: &str) -> Result<()> {
    (c.state, c.closed_by, c.closed_at) = (CaseState::Closed, Some(actor.principal()), Some(tx.now()));
    (c.closed_why, c.next_at) = (why.into(), None);
    crate::links::unblock(tx, actor, c)?;
    save(tx, actor, c, What::Closed, why)
}

/// A case of the bureau's region.
pub(crate) fn seen_by_bureau(
    tx: &mut Tx<'_>,
    actor: &Actor,
    permission: Permission,
    id: ArrearsCaseId,
) -> Result<ArrearsCase> {
    let bureau = crate::my_bureau(tx, actor, permission)?;
    let c = case_raw(tx, id)?;
    bureau.sees(&c.region, "case", id)?;
    Ok(c)
}

/// Counts what was paid and does what time does, for all open cases of a project.
pub(crate) fn follow(tx: &mut Tx<'_>, project: ProjectId) -> Result<()> {
    let tail = "WHERE book = ?1 AND project = ?2 AND state <> 'closed' ORDER BY id";
    for mut c in tx.select_locked::<ArrearsCase>(tail, params![project.book(), project])? {
        let (before, now) = (c.clone(), tx.now());
        let paid = settle_lines(tx, &c)?;
        let actor = system();
        if c.count(paid, now) {
            save(tx, &actor, &mut c, What::Paid, "")?;
        }
        while let Some(what) = c.pass(now) {
            save(tx, &actor, &mut c, what, "")?;
        }
        if c.paid != before.paid && c.entries == before.entries {
            tx.update(&mut c)?;
        }
        if c.paid != before.paid {
            crate::links::lower(tx, &c)?;
        }
    }
    Ok(())
}

/// Writes down per line what was credited since the case was opened; answers the sum.
fn settle_lines(tx: &mut Tx<'_>, c: &ArrearsCase) -> Result<i64> {
    let mut sum = 0i64;
    for mut line in lines_of(tx, c.id)? {
        let credited = payroll::paid_since(tx, line.worker, line.period, c.opened_at)?;
        line.paid = credited.minor.min(line.owed);
        sum = sum.saturating_add(line.paid);
        tx.update::<CaseLine>(&mut line)?;
    }
    Ok(sum)
}

/// The first moment at which a case of the project changes by time alone.
pub(crate) fn next_of(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<Timestamp>> {
    let sql = "SELECT min(next_at) FROM arrears_cases WHERE book = ?1 AND project = ?2 AND state <> 'closed'";
    Ok(tx.query_one(sql, params![project.book(), project], |r| r.get::<Option<Timestamp>>(0))?.flatten())
}

/// Whether the actor may see a case: the bank, the firm, the contractor, the bureau of the region.
pub(crate) fn may_see(tx: &mut Tx<'_>, actor: &Actor, c: &ArrearsCase) -> Result<()> {
    if let Some(firm) = actor.firm() {
        if crate::bureau_of(tx, firm)?.is_some() {
            return seen_by_bureau(tx, actor, Permission::BureauRead, c.id).map(|_| ());
        }
        let own = if firm == c.contractor { c.contractor } else { c.firm };
        return party::may(tx, actor, Permission::WageRead, &Scope::firm(own)).map(|_| ());
    }
    party::may(tx, actor, Permission::WageReadBank, &Scope::firm(c.firm)).map(|_| ())
}
