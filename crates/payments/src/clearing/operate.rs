//! What an operator sees, and how two people settle an item nobody knows the end of.
use super::item::{ClearingItem, State, key};
use super::port::Reason;
use super::settle::{existing, give_back, pay, queue_again};
use super::{NOT_IN_DOUBT, OTHER_OWNER};
use crate::own::Own;
use approval::{Approve, Ask, Line};
use kernel::id::{AccountId, ApprovalId, ClearingId, InstructionId};
use kernel::{Actor, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Audit, Tx, params};

/// An item as the operator sees it.
#[derive(Clone, Debug, Serialize)]
pub struct ItemView {
    pub item: ClearingId,
    pub instruction: InstructionId,
    pub payee: String,
    pub amount: Money,
    pub reference: String,
    pub state: State,
    pub reason: Option<Reason>,
    pub note: String,
    pub sendings: u32,
    pub queued_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub taken_at: Option<Timestamp>,
    pub ask_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub returned_at: Option<Timestamp>,
    pub disputed_at: Option<Timestamp>,
    pub approval: Option<ApprovalId>,
    pub resolved_by: Option<String>,
}

impl From<ClearingItem> for ItemView {
    fn from(i: ClearingItem) -> ItemView {
        ItemView {
            item: i.id,
            instruction: i.instruction,
            amount: i.money(),
            payee: i.masked,
            reference: i.reference,
            state: i.state,
            reason: i.reason,
            note: i.note,
            sendings: i.sendings,
            queued_at: i.queued_at,
            sent_at: i.sent_at,
            taken_at: i.taken_at,
            ask_at: i.ask_at,
            paid_at: i.paid_at,
            returned_at: i.returned_at,
            disputed_at: i.disputed_at,
            approval: i.approval,
            resolved_by: i.resolved_by,
        }
    }
}

/// Items in a state, oldest first. `clearing.operate` for the whole bank.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, state: State, ask: &PageAsk) -> Result<Page<ItemView>> {
    party::may(tx, actor, Permission::ClearingOperate, &Scope::bank())?;
    let rows = ask.rows()?;
    let after = match &ask.after {
        Some(cursor) => cursor.parse::<ClearingId>()?.bytes(),
        None => [0; 16],
    };
    let tail = "WHERE state = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    let found = tx.select::<ClearingItem>(tail, params![state, after, rows + 1])?;
    Ok(Page::cut(found, rows, |i| i.id.to_string()).map(ItemView::from))
}

/// One item. `clearing.operate` for the whole bank.
pub fn view(tx: &mut Tx<'_>, actor: &Actor, id: ClearingId) -> Result<ItemView> {
    party::may(tx, actor, Permission::ClearingOperate, &Scope::bank())?;
    existing(tx, id).map(ItemView::from)
}

/// What was found out about an item by other means: a call, a statement of the clearing house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    Paid,
    /// The money came back. `to`: another account of the same owner, when the first takes no credits.
    Returned {
        reason: Reason,
        to: Option<AccountId>,
    },
    /// It never arrived anywhere.
    SendAgain,
}

impl Resolution {
    fn words(&self) -> String {
        match self {
            Resolution::Paid => "paid".into(),
            Resolution::Returned { reason, to: None } => format!("returned: {reason}"),
            Resolution::Returned { reason, to: Some(to) } => format!("returned to {to}: {reason}"),
            Resolution::SendAgain => "send_again".into(),
        }
    }
}

/// What the checker's approval is bound to.
#[derive(Debug, Serialize, Deserialize)]
struct Terms {
    item: ClearingId,
    resolution: Resolution,
    amount: i64,
    account: AccountId,
    payee: String,
    why: String,
}

/// Asks a second person to settle an unknown item. The maker needs `clearing.operate`, the checker `payment.approve` with a
/// release limit that covers the amount. `Err(NOT_IN_DOUBT)` for an item whose end is known or still awaited.
pub fn resolve_ask(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ClearingId,
    resolution: Resolution,
    why: &str,
) -> Result<ApprovalId> {
    party::may(tx, actor, Permission::ClearingOperate, &Scope::bank())?;
    let why = party::reason(why)?;
    let mut i = in_doubt(tx, id)?;
    check(tx, &i, &resolution)?;
    let (amount, account, payee) = (i.amount, i.account, i.masked.clone());
    let words = resolution.words();
    let terms = Terms { item: id, resolution, amount, account, payee, why: why.clone() };
    let mut ask = Ask::new("clearing.resolve", &terms, Permission::PaymentApprove)?;
    ask.amount = Some(i.money());
    ask.branch = Some(party::branch_of(tx, i.book)?.id);
    ask.note = why.clone();
    ask.summary = vec![
        Line::shown("clearing-item", id.to_string()),
        Line::shown("payment-payee", i.masked.clone()),
        Line::shown("payment-amount", i.money().to_string()),
        Line::new("clearing-state", i.state.code(), words.clone()),
    ];
    let asked = approval::ask(tx, actor, ask)?;
    i.approval = Some(asked);
    tx.update(&mut i)?;
    tx.audit(actor, Audit::of("clearing.resolve_ask", id).after(words).reason(why).approval(asked))?;
    Ok(asked)
}

/// The second person agrees, and it is done. Repeating is safe.
pub fn resolve(tx: &mut Tx<'_>, actor: &Actor, approval: ApprovalId, shown_hash: &str) -> Result<Change> {
    let payload = match approval::approve(tx, actor, approval, shown_hash)? {
        Approve::FirstOfTwo => return Ok(Change::Done),
        Approve::AlreadySo { .. } => return Ok(Change::AlreadySo),
        Approve::Approved { payload, .. } => payload,
    };
    let terms: Terms = serde_json::from_str(&payload)
        .map_err(|e| Error::broken("the terms of an approval cannot be read").caused_by(e))?;
    let mut i = in_doubt(tx, terms.item)?;
    check(tx, &i, &terms.resolution)?;
    let debit = if i.paid_at.is_some() { Own::Settlement } else { Own::ClearingOut };
    match &terms.resolution {
        Resolution::Paid => pay(tx, actor, &mut i)?,
        Resolution::SendAgain => queue_again(tx, actor, &mut i, &terms.why)?,
        Resolution::Returned { reason, to } => {
            let to = to.unwrap_or(i.account);
            give_back(tx, actor, &mut i, debit, *reason, to)?;
            if i.returned_at.is_none() {
                let refusal = ledger::Refusal::parse(&i.note).map_or_else(|| Error::broken(&i.note), Error::from);
                return Err(refusal);
            }
        }
    }
    i.resolved_by = Some(actor.principal());
    tx.update(&mut i)?;
    tx.audit(
        actor,
        Audit::of("clearing.resolve", i.id).after(terms.resolution.words()).reason(terms.why).approval(approval),
    )?;
    approval::mark_executed(tx, actor, approval, &i.id.to_string())?;
    Ok(Change::Done)
}

fn in_doubt(tx: &mut Tx<'_>, id: ClearingId) -> Result<ClearingItem> {
    let i = tx.load::<ClearingItem>(&key(id))?.ok_or_else(|| Error::not_found("clearing item", id))?;
    match i.state {
        State::Unknown => Ok(i),
        state => Err(Error::new(&NOT_IN_DOUBT, format!("{id} is {state}")).with("state", state)),
    }
}

fn check(tx: &mut Tx<'_>, i: &ClearingItem, resolution: &Resolution) -> Result<()> {
    match resolution {
        Resolution::Returned { to: Some(to), .. } => {
            let (first, second) = (ledger::view(tx, i.account)?.account, ledger::view(tx, *to)?.account);
            match first.owner == second.owner {
                true => Ok(()),
                false => Err(Error::new(&OTHER_OWNER, format!("{to} belongs to somebody else than {}", i.account))),
            }
        }
        Resolution::Paid | Resolution::SendAgain if i.paid_at.is_some() => {
            Err(Error::new(&NOT_IN_DOUBT, format!("{} was paid; only its return is open", i.id)))
        }
        _ => Ok(()),
    }
}
