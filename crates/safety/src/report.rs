//! A payment that its payer calls a fraud, and what the bank makes of the payee.
use crate::events::Event;
use crate::rules::rules;
use crate::{REPORT_DECIDED, REPORT_NOT_YOURS};
use kernel::clock::HOUR;
use kernel::id::{ApprovalId, BranchId, FraudReportId, InstructionId, PersonId, StaffId};
use kernel::{Actor, BookId, Channel, Currency, Error, Id, Money, Page, PageAsk, Result, Timestamp, Who};
use party::{Change, Permission, Scope};
use store::{Audit, Seal, Tx, params};

store::text_enum! {
    /// What the fraud looked like, as the customer says it.
    pub enum Typology {
        /// Somebody said he was the police, a court or an office (冒充公检法).
        Authority = "authority",
        /// A refund, a parcel, customer service (冒充客服退款).
        Refund = "refund",
        /// High gains, insider news, digital money (虚假投资理财).
        Investment = "investment",
        /// A loan for which one pays first (虚假贷款).
        Loan = "loan",
        /// Orders or likes against commission (刷单返利).
        Task = "task",
        /// A relative, leader or friend in need (冒充熟人).
        Relative = "relative",
        /// Somebody met online (杀猪盘).
        Dating = "dating",
        /// Medicine, massage, lectures, pensions (养老保健骗局).
        Health = "health",
        Other = "other",
    }
}

store::text_enum! {
    pub enum ReportState {
        /// Somebody has to look at it.
        Open = "open",
        /// It was proposed for the guard's grey list; two decide on that.
        Proposed = "proposed",
        /// The payee is nobody to be listed.
        Unfounded = "unfounded",
    }
}

store::record! {
    /// What was said of a payee.
    pub struct Report in "safety_reports" key 2 {
        pub book: BookId,
        pub id: FraudReportId,
        pub instruction: InstructionId,
        pub person: PersonId,
        pub typology: Typology,
        /// Masked.
        pub payee: String,
        /// By what a list would know the payee: a kind and a keyed hash.
        pub subject_kind: String,
        pub subject: Vec<u8>,
        pub amount: i64,
        pub currency: Currency,
        pub said_by: String,
        pub said_at: Timestamp,
        pub channel: Channel,
        /// The customer's; it answers for the report until somebody has taken it.
        pub branch: BranchId,
        pub due_at: Timestamp,
        /// Who took it.
        pub owner: Option<StaffId>,
        pub taken_at: Option<Timestamp>,
        pub state: ReportState,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        pub why: String,
        /// Under which two decide about the list.
        pub approval: Option<ApprovalId>,
    }
}

impl Report {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.state == ReportState::Open && now > self.due_at
    }
}

/// A payment that was called off as a fraud. The caller has called it off in this transaction and knows that it is the actor's.
#[derive(Clone, Debug)]
pub struct Said {
    pub instruction: InstructionId,
    pub person: PersonId,
    pub typology: Typology,
    pub payee: String,
    pub subject_kind: String,
    pub subject: Vec<u8>,
    pub amount: Money,
}

/// Writes a report down for the customer's branch. Again for the same payment: the report there is.
pub fn say(tx: &mut Tx<'_>, actor: &Actor, said: Said) -> Result<(Report, Change)> {
    if let Some(before) = report_of(tx, said.instruction)? {
        return Ok((before, Change::AlreadySo));
    }
    let now = tx.now();
    let book = said.person.book();
    let mut row = Report {
        book,
        id: FraudReportId::new(now, book),
        instruction: said.instruction,
        person: said.person,
        typology: said.typology,
        payee: said.payee,
        subject_kind: said.subject_kind,
        subject: said.subject,
        amount: said.amount.minor,
        currency: said.amount.currency,
        said_by: actor.principal(),
        said_at: now,
        channel: actor.channel,
        branch: party::branch_of(tx, book)?.id,
        due_at: now.plus(rules(now.local_date())?.report_hours * HOUR),
        owner: None,
        taken_at: None,
        state: ReportState::Open,
        decided_by: None,
        decided_at: None,
        why: String::new(),
        approval: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    let shown = format!("{} {} to {}", row.typology, row.money(), row.payee);
    tx.audit(actor, Audit::of("safety.report", row.id).after(shown))?;
    tx.emit(&Event::report("safety.reported", &row), &actor.correlation)?;
    Ok((row, Change::Done))
}

/// What was said of a payment. Asks no permission.
pub fn report_of(tx: &mut Tx<'_>, instruction: InstructionId) -> Result<Option<Report>> {
    Ok(tx.select::<Report>("WHERE instruction = ?1", params![instruction])?.pop())
}

fn may(tx: &mut Tx<'_>, actor: &Actor, r: &Report) -> Result<()> {
    party::may(tx, actor, Permission::GuardDecide, &Scope::person(r.person)).map(|_| ())
}

/// A report, for its customer or staff with `guard.decide` or `guard.read`; to others it does not exist.
pub fn report(tx: &mut Tx<'_>, actor: &Actor, id: FraudReportId) -> Result<Report> {
    let none = || Error::not_found("report", id);
    let row = tx.load::<Report>(params![id.book(), id])?.ok_or_else(none)?;
    if actor.who == Who::Person(row.person) {
        return Ok(row);
    }
    let place = Scope::person(row.person);
    match party::may(tx, actor, Permission::GuardRead, &place) {
        Ok(_) => Ok(row),
        Err(_) => may(tx, actor, &row).map(|()| row).map_err(|why| none().caused_by(why)),
    }
}

/// Open reports, the first due first, for staff with `guard.decide` in the whole bank.
pub fn open_reports(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<Report>> {
    party::may(tx, actor, Permission::GuardDecide, &Scope::here(actor))?;
    let rows = ask.rows()?;
    let (at, id) = match &ask.after {
        Some(cursor) => {
            let id = cursor.parse::<FraudReportId>()?;
            let row = tx.get::<Report>(params![id.book(), id])?.ok_or_else(|| Error::not_found("report", id))?;
            (row.due_at, id.bytes())
        }
        None => (Timestamp::from_micros(0), [0; 16]),
    };
    let tail = "WHERE state = 'open' AND (due_at > ?1 OR (due_at = ?1 AND id > ?2)) ORDER BY due_at, id LIMIT ?3";
    let found = tx.select::<Report>(tail, params![at, id, rows + 1])?;
    Ok(Page::cut(found, rows, |r| r.id.to_string()))
}

/// One member of staff takes a report and answers for it from then on.
pub fn take(tx: &mut Tx<'_>, actor: &Actor, id: FraudReportId) -> Result<Change> {
    let Who::Staff(me) = actor.who else { return Err(Error::forbidden("staff take reports")) };
    let mut row = report(tx, actor, id)?;
    may(tx, actor, &row)?;
    if row.state != ReportState::Open {
        return Err(decided(&row));
    }
    if row.owner == Some(me) {
        return Ok(Change::AlreadySo);
    }
    let before = row.owner.map(|o| o.to_string()).unwrap_or_default();
    if row.owner.is_some() && !row.is_late(tx.now()) {
        return Err(Error::new(&REPORT_NOT_YOURS, format!("{before} took it and it is not late")));
    }
    (row.owner, row.taken_at) = (Some(me), Some(tx.now()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("safety.report_take", id).change(before, me.to_string()))?;
    Ok(Change::Done)
}

fn decided(row: &Report) -> Error {
    Error::new(&REPORT_DECIDED, format!("{} is {}", row.id, row.state)).with("state", row.state)
}

/// What came of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The payee was proposed for the grey list, under the approval by which another agrees; none where none is needed.
    Proposed(Option<ApprovalId>),
    Unfounded,
}

/// Whether the actor may decide on a report now: it is open and he took it.
pub fn decidable(row: &Report, actor: &Actor) -> Result<()> {
    if row.state != ReportState::Open {
        return Err(decided(row));
    }
    match row.owner.map(Who::Staff) == Some(actor.who) {
        true => Ok(()),
        false => Err(Error::new(&REPORT_NOT_YOURS, "only who took a report decides on it")),
    }
}

/// Writes down what came of a report. Only who took it says so, with a reason. Saying the same again changes nothing.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, id: FraudReportId, outcome: Outcome, why: &str) -> Result<Change> {
    let why = party::reason(why)?;
    let (state, proposed) = match outcome {
        Outcome::Proposed(approval) => (ReportState::Proposed, approval),
        Outcome::Unfounded => (ReportState::Unfounded, None),
    };
    let mut row = report(tx, actor, id)?;
    may(tx, actor, &row)?;
    if row.state == state {
        return Ok(Change::AlreadySo);
    }
    decidable(&row, actor)?;
    (row.state, row.decided_by, row.decided_at) = (state, Some(actor.principal()), Some(tx.now()));
    (row.why, row.approval) = (why.clone(), proposed);
    tx.update(&mut row)?;
    let mut entry = Audit::of("safety.report_decide", id).after(state.code()).reason(why);
    if let Some(approval) = proposed {
        entry = entry.approval(approval);
    }
    tx.audit(actor, entry)?;
    tx.emit(&Event::report("safety.report_decided", &row), &actor.correlation)?;
    Ok(Change::Done)
}
