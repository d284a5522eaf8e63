//! From the completion of the works to the closing of the wage account (Decree 724, art. 27).
use crate::end::{
    BLOCKED, CLOSED, Event, LISTED_MAX, LONG_CHARS_MAX, MONEY_UNDER_WAY, NOT_COMPLETED, NOT_CONTRACTORS, NOT_PLEDGED,
    NOTICE_DAYS, NOTICE_RUNS, OBJECTION_OPEN, OBJECTIONS_MAX, STEP_DONE, TEXT_CHARS_MAX, WAGES_OPEN, filled,
    is_blocked, may_read,
};
use kernel::id::{AccountId, ApprovalId, InstructionId, PersonId, ProjectId};
use kernel::{Actor, BookId, Date, Error, Id, Money, Owner, Result, Timestamp};
use ledger::Purpose;
use party::{Change, Permission, Scope};
use payroll::{Project, Unsettled, project_raw};
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

/// The approval kind of a closing.
pub(crate) const KIND: &str = "worksite.close";

store::record! {
    /// How far a site is on its way to its end; each step with who and when.
    pub struct WorksiteEnd in "worksite_ends" key 2 {
        pub book: BookId,
        pub project: ProjectId,
        pub completed_on: Option<Date>,
        /// Number of the certificate of completion.
        pub completion_document: String,
        pub completed_by: Option<String>,
        pub completed_at: Option<Timestamp>,
        /// Number of the pledge that no wages are owed (无欠薪承诺).
        pub pledge_document: String,
        pub pledged_by: Option<String>,
        pub pledged_at: Option<Timestamp>,
        pub notice_text: String,
        /// The first day of the public notice (公示).
        pub notice_from: Option<Date>,
        /// The first day on which it has run its days.
        pub notice_until: Option<Date>,
        pub noticed_by: Option<String>,
        pub noticed_at: Option<Timestamp>,
        /// How many objections there were.
        pub objections: i64,
        pub asked_by: Option<String>,
        pub approval: Option<ApprovalId>,
        /// Where the balance goes.
        pub pay_to: Option<AccountId>,
        /// What was left; minor units.
        pub balance: i64,
        pub instruction: Option<InstructionId>,
        pub closed_by: Option<String>,
        pub closed_at: Option<Timestamp>,
    }
}

store::record! {
    /// Somebody says during the notice that he is still owed.
    pub struct Objection in "worksite_objections" key 3 {
        pub book: BookId,
        pub project: ProjectId,
        /// From 1.
        pub number: i64,
        /// The worker, when he says it himself.
        pub person: Option<PersonId>,
        pub text: String,
        pub made_by: String,
        pub made_at: Timestamp,
        pub answer: String,
        pub answered_by: Option<String>,
        pub answered_at: Option<Timestamp>,
    }
}

/// When the works were completed, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    pub on: Date,
    pub document: String,
    pub by: String,
    pub at: Timestamp,
}

/// The next step of a site's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Complete,
    Pledge,
    Notice,
    /// The notice runs, or something stands in the way.
    Wait,
    /// It may be asked for.
    Close,
    Closed,
}

/// All that the closing depends on, as it stands.
#[derive(Clone, Debug)]
pub struct Closing {
    pub end: WorksiteEnd,
    pub today: Date,
    pub open_objections: i64,
    pub blocked: bool,
    pub unsettled: Unsettled,
    /// Posted or held on the clearing account, or held or frozen on the wage account; minor units.
    pub under_way: i64,
}

impl Closing {
    pub fn step(&self) -> Step {
        match &self.end {
            e if e.closed_at.is_some() => Step::Closed,
            e if e.completed_at.is_none() => Step::Complete,
            e if e.pledged_at.is_none() => Step::Pledge,
            e if e.noticed_at.is_none() => Step::Notice,
            _ if judge(self).is_err() => Step::Wait,
            _ => Step::Close,
        }
    }
    /// Days that the notice has still to run; 0 when it has, `None` before it began.
    pub fn days_left(&self) -> Option<i64> {
        self.end.notice_until.map(|until| (until.days() - self.today.days()).max(0))
    }
}

/// Whether a site may be closed. The first thing in the way is told: `worksite_closed`, `worksite_not_completed`, `worksite_not_pledged`,
/// `worksite_notice_runs`, `worksite_objection_open`, `worksite_blocked`, `worksite_wages_open`, `worksite_money_under_way`.
pub fn judge(c: &Closing) -> Result<()> {
    let u = c.unsettled;
    let until = c.end.notice_until;
    let checks = [
        (c.end.closed_at.is_none(), &CLOSED, "it is closed".to_owned()),
        (c.end.completed_at.is_some(), &NOT_COMPLETED, "the works are not completed".into()),
        (c.end.pledged_at.is_some(), &NOT_PLEDGED, "there is no pledge".into()),
        (
            until.is_some_and(|until| until <= c.today),
            &NOTICE_RUNS,
            match until {
                Some(until) => format!("the notice runs until {until}, today is {}", c.today),
                None => "there was no notice".into(),
            },
        ),
        (c.open_objections == 0, &OBJECTION_OPEN, format!("{} objections are open", c.open_objections)),
        (!c.blocked, &BLOCKED, "a case is open".into()),
        (
            u.is_none(),
            &WAGES_OPEN,
            format!("{} sheets and {} lines are under way, {} failed lines unpaid", u.sheets, u.processing, u.failed),
        ),
        (c.under_way == 0, &MONEY_UNDER_WAY, format!("{} minor units are under way or frozen", c.under_way)),
    ];
    match checks.into_iter().find(|(fine, ..)| !fine) {
        Some((_, code, told)) => {
            Err(Error::new(code, told).with("until", until.map(|d| d.to_string()).unwrap_or_default()))
        }
        None => Ok(()),
    }
}

/// How far a site is, whoever asks; empty where nothing was written down.
pub fn end_of(tx: &mut Tx<'_>, project: ProjectId) -> Result<WorksiteEnd> {
    let found = tx.load::<WorksiteEnd>(params![project.book(), project])?;
    Ok(found.unwrap_or_else(|| WorksiteEnd {
        book: project.book(),
        project,
        completed_on: None,
        completion_document: String::new(),
        completed_by: None,
        completed_at: None,
        pledge_document: String::new(),
        pledged_by: None,
        pledged_at: None,
        notice_text: String::new(),
        notice_from: None,
        notice_until: None,
        noticed_by: None,
        noticed_at: None,
        objections: 0,
        asked_by: None,
        approval: None,
        pay_to: None,
        balance: 0,
        instruction: None,
        closed_by: None,
        closed_at: None,
        seal: Seal::default(),
    }))
}

/// When the works of a project were completed; `None` until it was written down. For domain code.
pub fn completion(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<Completion>> {
    let e = end_of(tx, project)?;
    let found = (e.completed_on, e.completed_by, e.completed_at);
    let (Some(on), Some(by), Some(at)) = found else { return Ok(None) };
    Ok(Some(Completion { on, document: e.completion_document, by, at }))
}

/// All that the closing depends on, for who may read the project's wages.
pub fn look(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<Closing> {
    let found = project_raw(tx, project)?;
    may_read(tx, actor, &found)?;
    facts(tx, &found)
}

pub(crate) fn facts(tx: &mut Tx<'_>, project: &Project) -> Result<Closing> {
    let (end, today) = (end_of(tx, project.id)?, tx.now().local_date());
    let sql = "SELECT count(*) FROM worksite_objections WHERE book = ?1 AND project = ?2 AND answered_at IS NULL";
    let open_objections = tx.query_one(sql, params![project.book, project.id], |r| r.get::<i64>(0))?.unwrap_or(0);
    let (wage, clearing) = (ledger::view(tx, project.wage_account)?, ledger::view(tx, project.clearing_account)?);
    let under_way = clearing.posted().minor + clearing.held().minor + wage.held().minor + wage.balance.frozen;
    let (blocked, unsettled) = (is_blocked(tx, project.id)?, payroll::unsettled(tx, project.id)?);
    Ok(Closing { end, today, open_objections, blocked, unsettled, under_way })
}

/// Whether a project has come so far that its guarantee goes back (D5): as [`judge`], and a site that is closed has; nothing may block it.
/// For domain code.
pub fn may_return(tx: &mut Tx<'_>, project: ProjectId) -> Result<()> {
    let found = project_raw(tx, project)?;
    let facts = facts(tx, &found)?;
    match judge(&facts) {
        Err(why) if why.is(&CLOSED) && !facts.blocked && facts.open_objections == 0 => Ok(()),
        Err(why) if why.is(&CLOSED) => Err(Error::new(&BLOCKED, "a case is open")),
        told => told,
    }
}

fn save(tx: &mut Tx<'_>, end: &mut WorksiteEnd) -> Result<()> {
    match end.seal == Seal::default() {
        true => tx.insert(end),
        false => tx.update(end),
    }
}

/// The project and how far it is, for who may manage it. `Err(worksite_closed)`.
fn managed(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId) -> Result<(Project, WorksiteEnd)> {
    let project = project_raw(tx, id)?;
    party::may(tx, actor, Permission::WageProjectManage, &Scope::firm(project.firm))?;
    let end = end_of(tx, id)?;
    match end.closed_at {
        Some(_) => Err(Error::new(&CLOSED, format!("{id} is closed"))),
        None => Ok((project, end)),
    }
}

fn done(step: &str) -> Error {
    Error::new(&STEP_DONE, format!("the {step} stands already")).with("step", step)
}

/// Writes down that the works are completed. Needs `wage.project_manage`. The same again is already so; another before the notice began
/// corrects it. Errors: `worksite_step_done`, `worksite_closed`, field errors.
pub fn completed(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId, on: Date, document: &str) -> Result<Change> {
    let (_, mut end) = managed(tx, actor, id)?;
    let document = filled("document", document, TEXT_CHARS_MAX)?;
    if (end.completed_on, &end.completion_document) == (Some(on), &document) {
        return Ok(Change::AlreadySo);
    }
    if end.noticed_at.is_some() {
        return Err(done("notice"));
    }
    if on > tx.now().local_date() {
        return Err(Error::field("on", "the day is still to come"));
    }
    (end.completed_on, end.completion_document) = (Some(on), document);
    (end.completed_by, end.completed_at) = (Some(actor.principal()), Some(tx.now()));
    save(tx, &mut end)?;
    let shown = format!("{on} {}", end.completion_document);
    tx.audit(actor, Audit::of("worksite.completed", id).after(shown))?;
    tx.emit(&Event::Completed { project: id, on }, &actor.correlation)?;
    Ok(Change::Done)
}

/// The contractor pledges that no wages are owed. Needs `wage.project_manage`. The same again is already so. Errors:
/// `worksite_not_completed`, `worksite_step_done`, `worksite_closed`.
pub fn pledged(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId, document: &str) -> Result<Change> {
    let (_, mut end) = managed(tx, actor, id)?;
    let document = filled("document", document, TEXT_CHARS_MAX)?;
    if end.pledged_at.is_some() && end.pledge_document == document {
        return Ok(Change::AlreadySo);
    }
    if end.completed_at.is_none() {
        return Err(Error::new(&NOT_COMPLETED, format!("{id} is not completed")));
    }
    if end.noticed_at.is_some() {
        return Err(done("notice"));
    }
    end.pledge_document = document;
    (end.pledged_by, end.pledged_at) = (Some(actor.principal()), Some(tx.now()));
    save(tx, &mut end)?;
    tx.audit(actor, Audit::of("worksite.pledged", id).after(end.pledge_document))?;
    Ok(Change::Done)
}

/// Begins the public notice today. Needs `wage.project_manage`. Again is already so. Errors: `worksite_not_completed`,
/// `worksite_not_pledged`, `worksite_closed`, field errors.
pub fn notice_begin(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId, text: &str) -> Result<Change> {
    let (project, mut end) = managed(tx, actor, id)?;
    if end.noticed_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    if end.completed_at.is_none() {
        return Err(Error::new(&NOT_COMPLETED, format!("{id} is not completed")));
    }
    if end.pledged_at.is_none() {
        return Err(Error::new(&NOT_PLEDGED, format!("{id} has no pledge")));
    }
    let today = tx.now().local_date();
    end.notice_text = filled("text", text, LONG_CHARS_MAX)?;
    (end.notice_from, end.notice_until) = (Some(today), Some(today.plus_days(NOTICE_DAYS)));
    (end.noticed_by, end.noticed_at) = (Some(actor.principal()), Some(tx.now()));
    save(tx, &mut end)?;
    let until = today.plus_days(NOTICE_DAYS);
    tx.audit(actor, Audit::of("worksite.notice", id).after(format!("{today} to {until}")))?;
    tx.emit(&Event::NoticeBegun { project: id, firm: project.firm, until }, &actor.correlation)?;
    Ok(Change::Done)
}

/// Somebody says that he is still owed: a worker of the roster for himself, or the bank for whoever came to it. Answers the objection's
/// number; the same words of the same one again are the same objection. Errors: `worksite_notice_runs` where no notice runs.
pub fn object(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId, text: &str) -> Result<i64> {
    let project = project_raw(tx, id)?;
    let person = actor.person().filter(|_| actor.firm().is_none());
    match person {
        Some(p) => payroll::is_of_roster(tx, id, p)?.then_some(()).ok_or_else(|| Error::not_found("project", id))?,
        None => party::may(tx, actor, Permission::WageReadBank, &Scope::firm(project.firm)).map(|_| ())?,
    }
    let mut end = end_of(tx, id)?;
    if end.noticed_at.is_none() || end.closed_at.is_some() {
        return Err(Error::new(&NOTICE_RUNS, format!("no notice of {id} runs")));
    }
    let (text, made_by) = (filled("text", text, LONG_CHARS_MAX)?, actor.principal());
    let tail = "WHERE book = ?1 AND project = ?2 AND made_by = ?3 AND text = ?4";
    if let Some(same) = tx.select::<Objection>(tail, params![project.book, id, made_by, text])?.pop() {
        return Ok(same.number);
    }
    if end.objections >= OBJECTIONS_MAX {
        return Err(Error::limit("objections", end.objections + 1, OBJECTIONS_MAX, "objections"));
    }
    end.objections += 1;
    let mut row = Objection {
        book: project.book,
        project: id,
        number: end.objections,
        person,
        text,
        made_by,
        made_at: tx.now(),
        answer: String::new(),
        answered_by: None,
        answered_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    tx.update(&mut end)?;
    tx.audit(actor, Audit::of("worksite.object", id).after(row.number.to_string()))?;
    tx.emit(&Event::Objected { project: id, firm: project.firm, number: row.number }, &actor.correlation)?;
    Ok(row.number)
}

/// Answers an objection: what was found, and what was paid. Needs `wage.case` at the bank. Again is already so.
pub fn object_answer(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId, number: i64, answer: &str) -> Result<Change> {
    let project = project_raw(tx, id)?;
    party::may(tx, actor, Permission::WageCase, &Scope::firm(project.firm))?;
    let found = tx.load::<Objection>(params![project.book, id, number])?;
    let mut row = found.ok_or_else(|| Error::not_found("objection", number))?;
    let answer = filled("answer", answer, LONG_CHARS_MAX)?;
    if row.answered_at.is_some() {
        return match row.answer == answer {
            true => Ok(Change::AlreadySo),
            false => Err(done("answer")),
        };
    }
    row.answer = answer;
    (row.answered_by, row.answered_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("worksite.object_answer", id).after(number.to_string()).reason(row.answer))?;
    Ok(Change::Done)
}

/// Objections of a site, the newest first, at most [`LISTED_MAX`]; for who may read its wages.
pub fn objections_of(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<Vec<Objection>> {
    let found = project_raw(tx, project)?;
    may_read(tx, actor, &found)?;
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY number DESC LIMIT ?3";
    tx.select::<Objection>(tail, params![project.book(), project, LISTED_MAX])
}

/// All objections of a site, oldest first, with no permission asked; at most [`crate::end::OBJECTIONS_MAX`] of a notice.
pub(crate) fn objections_kept(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Objection>> {
    tx.select::<Objection>("WHERE book = ?1 AND project = ?2 ORDER BY number", params![project.book(), project])
}

/// What the approval of a closing speaks of.
#[derive(Serialize, Deserialize)]
pub(crate) struct Payload {
    pub project: ProjectId,
    pub pay_to: AccountId,
}

/// Asks a second person to close the accounts; what is left then goes to `pay_to`. Needs `wage.account_open`; he needs
/// `wage.account_check`. Asking again answers the request that waits. Errors: those of [`judge`], `worksite_not_contractors`.
pub fn close_ask(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId, pay_to: AccountId, note: &str) -> Result<ApprovalId> {
    let project = project_raw(tx, id)?;
    party::may(tx, actor, Permission::WageAccountOpen, &Scope::firm(project.firm))?;
    let facts = facts(tx, &project)?;
    judge(&facts)?;
    contractors(tx, &project, pay_to)?;
    let mut end = facts.end;
    let now = tx.now();
    if let Some(asked) = end.approval
        && end.pay_to == Some(pay_to)
        && approval::raw(tx, asked)?.is_open(now)
    {
        return Ok(asked);
    }
    let left = ledger::view(tx, project.wage_account)?.posted();
    let shown = |key: &str, value: String| approval::Line::shown(key, value);
    let date = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
    let mut ask = approval::Ask::new(KIND, &Payload { project: id, pay_to }, Permission::WageAccountCheck)?;
    ask.amount = Some(left);
    ask.firm = Some(project.firm);
    ask.note = note.trim().to_owned();
    ask.summary = vec![
        shown("wage-project", project.name.clone()),
        shown("worksite-completed", format!("{} {}", date(end.completed_on), end.completion_document)),
        shown("worksite-pledge", end.pledge_document.clone()),
        shown("worksite-notice", format!("{} – {}", date(end.notice_from), date(end.notice_until))),
        shown("worksite-objections", end.objections.to_string()),
        shown("worksite-balance", left.to_string()),
        shown("worksite-pay-to", kernel::chinese::mask_card(&ledger::view(tx, pay_to)?.account.number)),
    ];
    let asked = approval::ask(tx, actor, ask)?;
    (end.asked_by, end.approval, end.pay_to) = (Some(actor.principal()), Some(asked), Some(pay_to));
    tx.update(&mut end)?;
    tx.audit(actor, Audit::of("worksite.close_ask", id).after(left.to_string()).approval(asked))?;
    Ok(asked)
}

/// Whether an account is a general one of the main contractor.
pub(crate) fn contractors(tx: &mut Tx<'_>, project: &Project, account: AccountId) -> Result<()> {
    let other =
        || Error::new(&NOT_CONTRACTORS, format!("{account} is not a general account of {}", project.contractor));
    let found = ledger::accounts(tx, &[account])?.pop().ok_or_else(other)?;
    let own = found.owner == Owner::Firm(project.contractor) && found.purpose == Purpose::General;
    match own && found.closed_at.is_none() && found.currency == project.currency {
        true => Ok(()),
        false => Err(other()),
    }
}

/// The second person agreed: judged again, then the balance goes and both accounts end.
pub(crate) fn close(desk: &payments::Desk, tx: &mut Tx<'_>, actor: &Actor, asked: &Payload) -> Result<Money> {
    let project = project_raw(tx, asked.project)?;
    let facts = facts(tx, &project)?;
    judge(&facts)?;
    contractors(tx, &project, asked.pay_to)?;
    let mut end = facts.end;
    let left = ledger::view(tx, project.wage_account)?.posted();
    if left.is_positive() {
        let m = super::decided::Movement {
            kind: payments::Kind::WageClosing,
            from: project.wage_account,
            to: asked.pay_to,
            amount: left,
            reference: project.id.to_string(),
            memo: "工资专户销户余额",
        };
        end.instruction = Some(super::decided::move_now(desk, tx, m)?);
    }
    for account in [project.clearing_account, project.wage_account] {
        ledger::close_account(tx, actor, account, "the site has come to its end")?;
    }
    payroll::project_closed(tx, actor, project.id)?;
    (end.balance, end.closed_by, end.closed_at) = (left.minor, Some(actor.principal()), Some(tx.now()));
    tx.update(&mut end)?;
    tx.audit(actor, Audit::of("worksite.close", project.id).after(left.to_string()))?;
    tx.emit(&Event::Closed { project: project.id, firm: project.firm, balance: left }, &actor.correlation)?;
    Ok(left)
}
