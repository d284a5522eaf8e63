//! The maker's side: asking.
use crate::approval::{Approval, Line, State, raw};
use crate::events::{Event, Happened};
use crate::policy::policy;
use crate::{APPROVAL_HOURS_MAX, PAYLOAD_BYTES_MAX, SUMMARY_LINES_MAX};
use kernel::clock::HOUR;
use kernel::id::{ApprovalId, BranchId, FirmId, PersonId};
use kernel::{Actor, BookId, Currency, Error, Id, Money, Owner, Result, Who};
use party::{Permission, REASON_CHARS_MAX, home_book};
use store::{Audit, Json, Seal, Tx, params};

/// What is to be checked.
#[derive(Clone, Debug)]
pub struct Ask {
    pub kind: String,
    /// JSON: ids and masked text only; it stays for good.
    pub payload: String,
    pub summary: Vec<Line>,
    pub amount: Option<Money>,
    pub firm: Option<FirmId>,
    pub branch: Option<BranchId>,
    /// Whom it concerns, when that is no branch or firm.
    pub person: Option<PersonId>,
    /// Who gains from it: he may not check it.
    pub beneficiary: Option<Owner>,
    /// What a checker needs.
    pub permission: Permission,
    /// How long it waits, 1 to [`APPROVAL_HOURS_MAX`]; `None` for what the policy says.
    pub hours: Option<u32>,
    /// The maker's words to the checker.
    pub note: String,
    /// The one that was sent back.
    pub replaces: Option<ApprovalId>,
}

impl Ask {
    /// Only kind, payload and permission; the rest empty.
    pub fn new(kind: &str, payload: &impl serde::Serialize, permission: Permission) -> Result<Ask> {
        let payload =
            serde_json::to_string(payload).map_err(|e| Error::broken("a payload has no JSON form").caused_by(e))?;
        Ok(Ask {
            kind: kind.into(),
            payload,
            summary: Vec::new(),
            amount: None,
            firm: None,
            branch: None,
            person: None,
            beneficiary: None,
            permission,
            hours: None,
            note: String::new(),
            replaces: None,
        })
    }

    fn check(&self) -> Result<()> {
        let sizes = [
            ("payload", self.payload.len(), PAYLOAD_BYTES_MAX, "bytes"),
            ("summary", self.summary.len(), SUMMARY_LINES_MAX, "lines"),
            ("note", self.note.chars().count(), REASON_CHARS_MAX, "characters"),
            ("hours", self.hours.unwrap_or(1) as usize, APPROVAL_HOURS_MAX as usize, "hours"),
        ];
        if let Some((what, given, max, unit)) = sizes.into_iter().find(|(_, given, max, _)| given > max) {
            return Err(Error::limit(what, given, max, unit));
        }
        match self.amount {
            _ if self.hours == Some(0) => Err(Error::field("hours", "at least 1")),
            Some(m) if m.minor < 0 => Err(Error::field("amount", "it is below zero")),
            _ => Ok(()),
        }
    }

    /// Kept where it is decided: the branch's book, else the firm's, the person's, the maker's.
    fn book(&self, maker: Who) -> BookId {
        let place = self.branch.map(|b| b.book()).or(self.firm.map(|f| f.book()));
        place.or(self.person.map(|p| p.book())).or(home_book(maker)).unwrap_or(BookId::HEAD_OFFICE)
    }
}

/// The open request that asks for exactly this already, whoever made it: for a second click.
pub fn asked_already(tx: &mut Tx<'_>, actor: &Actor, ask: &Ask) -> Result<Option<ApprovalId>> {
    let tail =
        "WHERE state = 'waiting' AND expires_at > ?1 AND book = ?2 AND kind = ?3 AND payload = ?4 ORDER BY id LIMIT 1";
    let (now, book) = (tx.now(), ask.book(actor.who));
    Ok(tx.select::<Approval>(tail, params![now, book, ask.kind, ask.payload])?.pop().map(|row| row.id))
}

/// Puts a request before the checkers: one at least, more when the policy says so. The caller has asked for the maker's own
/// entitlement and has tried the work. Errors: limits of sizes, field errors.
pub fn ask(tx: &mut Tx<'_>, actor: &Actor, ask: Ask) -> Result<ApprovalId> {
    ask.check()?;
    if actor.who == Who::Nobody {
        return Err(Error::forbidden("nobody asks for nothing"));
    }
    let (now, maker) = (tx.now(), actor.principal());
    if let Some(old) = ask.replaces {
        let old = raw(tx, old)?;
        if old.state != State::SentBack || old.maker != maker {
            return Err(Error::field("replaces", "it names a request of yours that was sent back"));
        }
    }
    let date = tx.business_date()?;
    let policy = policy(&ask.kind, ask.amount, date)?;
    let book = ask.book(actor.who);
    let hours = ask.hours.unwrap_or(policy.hours);
    let mut row = Approval {
        book,
        id: ApprovalId::new(now, book),
        kind: ask.kind,
        payload: ask.payload,
        payload_hash: [0; 32],
        summary: Json(ask.summary),
        amount: ask.amount.map(|m| m.minor),
        currency: ask.amount.map_or(Currency::CNY, |m| m.currency),
        firm: ask.firm,
        branch: ask.branch,
        person: ask.person,
        beneficiary: ask.beneficiary.map(|o| o.to_string()),
        permission: ask.permission,
        maker,
        note: ask.note,
        replaces: ask.replaces,
        made_at: now,
        expires_at: now.plus(i64::from(hours) * HOUR),
        checkers: policy.checkers.max(1),
        state: State::Waiting,
        first_by: None,
        first_at: None,
        decided_by: None,
        decided_at: None,
        reason: String::new(),
        done_at: None,
        outcome: String::new(),
        seal: Seal::default(),
    };
    row.payload_hash = row.hash();
    tx.insert(&mut row)?;
    let shown = format!("{} {} ({} checkers)", row.kind, row.hash_text(), row.checkers);
    tx.audit(actor, Audit::of("approval.ask", row.id).after(shown).approval(row.id).reason(row.note.clone()))?;
    tx.emit(&Event::of(Happened::Asked, &row, &row.maker, &row.note), &actor.correlation)?;
    Ok(row.id)
}
