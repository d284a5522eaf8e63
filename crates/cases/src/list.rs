//! Cases for those who work or read them.
use crate::case::{About, Alert, CallOutcome, Case, CaseState, Severity, Skill, Step, StepKind, Words, words};
use crate::{ALERTS_MAX, STEPS_MAX, book_of, may_see};
use kernel::id::{BranchId, CaseStepId, FraudCaseId, InstructionId, StaffId};
use kernel::{Actor, BookId, Error, Id, Owner, Page, PageAsk, Result, Timestamp};
use party::{Permission, Scope};
use std::collections::HashMap;
use store::{Tx, params};

/// Which cases are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    pub branch: Option<BranchId>,
    pub skill: Option<Skill>,
    pub severity: Option<Severity>,
    pub officer: Option<StaffId>,
    /// Closed ones instead of open ones.
    pub closed: bool,
}

impl Ask {
    fn fits(&self, c: &Case) -> bool {
        self.branch.is_none_or(|b| b == c.branch || b == c.desk)
            && self.skill.is_none_or(|s| s == c.skill)
            && self.severity.is_none_or(|s| s == c.severity)
            && self.officer.is_none_or(|o| Some(o) == c.officer)
    }
}

/// Where the actor works or reads cases, looked up once a branch.
#[derive(Default)]
pub(crate) struct Reach(HashMap<(BookId, bool), bool>);

impl Reach {
    /// Whether he sees ordinary cases of a branch.
    pub fn sees(&mut self, tx: &mut Tx<'_>, actor: &Actor, branch: BranchId) -> Result<bool> {
        self.at(tx, actor, branch, false)
    }

    fn at(&mut self, tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, secret: bool) -> Result<bool> {
        if let Some(known) = self.0.get(&(branch.book(), secret)) {
            return Ok(*known);
        }
        let scope = Scope::branch(branch);
        let sees = match secret {
            true => party::may(tx, actor, Permission::CaseSecret, &scope).is_ok(),
            false => {
                party::may(tx, actor, Permission::CaseWork, &scope).is_ok()
                    || party::may(tx, actor, Permission::GuardRead, &scope).is_ok()
            }
        };
        self.0.insert((branch.book(), secret), sees);
        Ok(sees)
    }

    pub fn case(&mut self, tx: &mut Tx<'_>, actor: &Actor, c: &Case) -> Result<bool> {
        Ok(self.at(tx, actor, c.branch, c.sensitive)? || self.at(tx, actor, c.desk, c.sensitive)?)
    }
}

const OPEN: &str =
    "WHERE state IN ('open', 'claimed', 'waiting') AND (due_at, id) > (?1, ?2) ORDER BY due_at, id LIMIT ?3";
const CLOSED: &str =
    "WHERE closed_at IS NOT NULL AND (closed_at, id) < (?1, ?2) ORDER BY closed_at DESC, id DESC LIMIT ?3";

/// Cases that the actor may see: open ones, the first due first; or closed ones, the newest first.
/// Needs `case.work`, `case.secret` or `guard.read` somewhere; where he has none of them the list is empty.
pub fn listed(tx: &mut Tx<'_>, actor: &Actor, show: Ask, ask: &PageAsk) -> Result<Page<Case>> {
    let rows = ask.rows()?;
    let key = |c: &Case| (if show.closed { c.closed_at.unwrap_or(c.opened_at) } else { c.due_at }, c.id.bytes());
    let mut at = match &ask.after {
        Some(cursor) => {
            let id = cursor.parse::<FraudCaseId>()?;
            key(&case_raw(tx, id)?)
        }
        None if show.closed => (Timestamp::from_micros(i64::MAX), [0xff; 16]),
        None => (Timestamp::from_micros(0), [0; 16]),
    };
    let (mut reach, mut found) = (Reach::default(), Vec::new());
    loop {
        let part = tx.select::<Case>(if show.closed { CLOSED } else { OPEN }, params![at.0, at.1, rows + 1])?;
        let Some(last) = part.last() else { break };
        at = key(last);
        let last_part = part.len() <= rows as usize;
        for c in part {
            if show.fits(&c) && reach.case(tx, actor, &c)? {
                found.push(c);
            }
        }
        if last_part || found.len() > rows as usize {
            break;
        }
    }
    found.truncate(rows as usize + 1);
    Ok(Page::cut(found, rows, |c| c.id.to_string()))
}

/// A case, whoever asks.
pub fn case_raw(tx: &mut Tx<'_>, id: FraudCaseId) -> Result<Case> {
    tx.get::<Case>(params![id.book(), id])?.ok_or_else(|| Error::not_found("case", id))
}

/// A case. To who may not see it, it does not exist.
pub fn case(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId) -> Result<Case> {
    let c = case_raw(tx, id)?;
    may_see(tx, actor, &c)?;
    Ok(c)
}

/// What made a case and joined it, the oldest first.
pub fn alerts_of(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId) -> Result<Vec<Alert>> {
    case(tx, actor, id)?;
    alerts(tx, id)
}

pub(crate) fn alerts(tx: &mut Tx<'_>, id: FraudCaseId) -> Result<Vec<Alert>> {
    let tail = "WHERE book = ?1 AND of_case = ?2 ORDER BY id LIMIT ?3";
    tx.select::<Alert>(tail, params![id.book(), id, ALERTS_MAX as i64])
}

/// Something done, in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub id: CaseStepId,
    pub kind: StepKind,
    pub who: String,
    pub at: Timestamp,
    pub shown: String,
    pub call: Option<CallOutcome>,
    pub words: Words,
    /// Something can be read.
    pub file: bool,
}

/// What was done in a case, the oldest first.
pub fn steps_of(tx: &mut Tx<'_>, actor: &Actor, id: FraudCaseId) -> Result<Vec<Said>> {
    case(tx, actor, id)?;
    said(tx, &id.to_string())
}

pub(crate) fn said(tx: &mut Tx<'_>, of_what: &str) -> Result<Vec<Said>> {
    let all = steps(tx, of_what)?;
    all.into_iter()
        .map(|s| {
            let words = words(tx.keys(), &s.words)?;
            let Step { id, kind, who, at, shown, call, file, .. } = s;
            Ok(Said { id, kind, who, at, shown, call, words, file: file.is_some() })
        })
        .collect()
}

pub(crate) fn steps(tx: &mut Tx<'_>, of_what: &str) -> Result<Vec<Step>> {
    let book = match of_what.parse::<FraudCaseId>() {
        Ok(case) => case.book(),
        Err(_) => of_what.parse::<kernel::id::AppealId>()?.book(),
    };
    let tail = "WHERE book = ?1 AND of_what = ?2 ORDER BY id LIMIT ?3";
    tx.select::<Step>(tail, params![book, of_what.to_owned(), STEPS_MAX as i64])
}

/// Cases of one customer that the actor may see, the newest first.
pub fn cases_of(tx: &mut Tx<'_>, actor: &Actor, subject: Owner) -> Result<Vec<Case>> {
    let tail = "WHERE book = ?1 AND subject = ?2 ORDER BY id DESC LIMIT ?3";
    let all = tx.select::<Case>(tail, params![book_of(subject)?, subject, ALERTS_MAX as i64])?;
    let (mut reach, mut seen) = (Reach::default(), Vec::new());
    for c in all {
        if reach.case(tx, actor, &c)? {
            seen.push(c);
        }
    }
    Ok(seen)
}

/// The case about a payment, the newest; asks no permission.
pub fn case_of_instruction(tx: &mut Tx<'_>, subject: Owner, id: InstructionId) -> Result<Option<Case>> {
    let tail = "WHERE book = ?1 AND instruction = ?2 ORDER BY id DESC LIMIT 1";
    match tx.select::<Alert>(tail, params![book_of(subject)?, id])?.pop() {
        Some(alert) => case_raw(tx, alert.of_case).map(Some),
        None => Ok(None),
    }
}

/// Cases about the misuse of a customer's account: open now, and ended against him.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Involved {
    pub open: usize,
    pub confirmed: usize,
}

/// How far a customer is in cases about the misuse of his account; asks no permission. Who may lose money is not counted, and of
/// a report of suspicion nothing shows.
pub fn involved(tx: &mut Tx<'_>, subject: Owner) -> Result<Involved> {
    let tail = "WHERE book = ?1 AND subject = ?2 ORDER BY id DESC LIMIT ?3";
    let all = tx.select::<Case>(tail, params![book_of(subject)?, subject, ALERTS_MAX as i64])?;
    let mut found = Involved::default();
    for c in all.iter().filter(|c| c.about == About::Misuse && !c.sensitive) {
        found.open += usize::from(c.state.is_open());
        found.confirmed += usize::from(c.outcome.is_some_and(crate::Outcome::confirms));
    }
    Ok(found)
}

/// The customer's open case about something, locked.
pub(crate) fn open_of(tx: &mut Tx<'_>, subject: Owner, about: About) -> Result<Option<Case>> {
    let tail = "WHERE book = ?1 AND subject = ?2 AND about = ?3 AND state IN ('open', 'claimed', 'waiting') \
                ORDER BY id LIMIT 1";
    match tx.select::<Case>(tail, params![book_of(subject)?, subject, about])?.pop() {
        Some(c) => crate::case::locked(tx, c.id).map(|c| Some(c).filter(|c| c.state != CaseState::Closed)),
        None => Ok(None),
    }
}
