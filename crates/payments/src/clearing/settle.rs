//! What is known of an item becomes its state, and moves its money, in one transaction.
use super::item::{ClearingItem, State, Step, key};
use super::port::{Reason, Status};
use super::{ANSWER_DUE_HOURS, ASK_EVERY_SECONDS};
use crate::own::{Own, own};
use kernel::clock::{HOUR, SECOND};
use kernel::id::{AccountId, ClearingId, TransferId};
use kernel::{Actor, BookId, Currency, Error, Id, Result};
use ledger::{Outcome, Transfer};
use serde::Serialize;
use store::verify::Fault;
use store::{Audit, Tx};

/// `clearing.paid`, `clearing.returned`, `clearing.unknown`, `clearing.disputed`: with whom it concerns. Ids only.
#[derive(Debug, Serialize)]
pub struct ClearingEvent {
    #[serde(skip)]
    kind: &'static str,
    pub item: String,
    pub instruction: String,
    pub reference: String,
    /// Owner of the account the money came from.
    pub payer: String,
    pub account: String,
    /// A [`Reason`], or empty.
    pub reason: &'static str,
    pub amount: i64,
    pub currency: String,
}

impl store::Event for ClearingEvent {
    fn kind(&self) -> &'static str {
        self.kind
    }
    fn aggregate(&self) -> String {
        self.item.clone()
    }
}

fn emit(tx: &mut Tx<'_>, kind: &'static str, i: &ClearingItem) -> Result<()> {
    let payer = ledger::view(tx, i.account)?.account.owner.to_string();
    let event = ClearingEvent {
        kind,
        item: i.id.to_string(),
        instruction: i.instruction.to_string(),
        reference: i.reference.clone(),
        payer,
        account: i.account.to_string(),
        reason: i.reason.map_or("", Reason::code),
        amount: i.amount,
        currency: i.currency.to_string(),
    };
    tx.emit(&event, &i.correlation)
}

/// Applies what the port says of an item. Nothing but a broken record or the database makes this fail.
pub(super) fn settle(tx: &mut Tx<'_>, actor: &Actor, id: ClearingId, status: Status) -> Result<Step> {
    let Some(mut i) = tx.load::<ClearingItem>(&key(id))? else {
        let entry = Audit::of("clearing.answer", id).after(format!("{status:?}")).result("not_ours");
        tx.audit(actor, entry)?;
        return Ok(Step::AlreadySo);
    };
    let step = i.step(status);
    match step {
        Step::AlreadySo => return Ok(step),
        Step::Wait => {
            i.state = State::Sent;
            i.taken_at = i.taken_at.or(Some(tx.now()));
            i.ask_at = Some(tx.now().plus(ANSWER_DUE_HOURS * HOUR));
            i.note.clear();
        }
        Step::QueueAgain => queue_again(tx, actor, &mut i, "the port never had it")?,
        Step::Lost => doubt(tx, actor, &mut i, "port_lost_it")?,
        Step::Dispute => dispute(tx, actor, &mut i)?,
        Step::Pay => pay(tx, actor, &mut i)?,
        Step::Return(debit, reason) => {
            let to = i.account;
            give_back(tx, actor, &mut i, debit, reason, to)?
        }
    }
    tx.update(&mut i)?;
    Ok(step)
}

pub(super) fn queue_again(tx: &mut Tx<'_>, actor: &Actor, i: &mut ClearingItem, why: &str) -> Result<()> {
    (i.state, i.ask_at) = (State::Queued, None);
    i.note.clear();
    tx.audit(actor, Audit::of("clearing.queue_again", i.id).reason(why))
}

/// Nobody knows what became of it: it is asked about again later. Tells of it once.
pub(super) fn doubt(tx: &mut Tx<'_>, actor: &Actor, i: &mut ClearingItem, note: &str) -> Result<()> {
    i.ask_at = Some(tx.now().plus(ASK_EVERY_SECONDS * SECOND));
    if i.state == State::Unknown && i.note == note {
        return Ok(());
    }
    (i.state, i.note) = (State::Unknown, note.into());
    tx.audit(actor, Audit::of("clearing.doubt", i.id).after(note).result("unknown"))?;
    emit(tx, "clearing.unknown", i)
}

fn dispute(tx: &mut Tx<'_>, actor: &Actor, i: &mut ClearingItem) -> Result<()> {
    if i.disputed_at.is_some() {
        return Ok(());
    }
    i.disputed_at = Some(tx.now());
    tx.audit(actor, Audit::of("clearing.dispute", i.id).change("returned", "paid").result("disputed"))?;
    emit(tx, "clearing.disputed", i)
}

pub(super) fn pay(tx: &mut Tx<'_>, actor: &Actor, i: &mut ClearingItem) -> Result<()> {
    let (debit, credit) = (own(i.book, Own::ClearingOut, i.currency), own(i.book, Own::Settlement, i.currency));
    let id = TransferId::new(tx.now(), i.book);
    let t = Transfer::single(id, debit, credit, i.money(), "clearing_paid").reference(i.instruction);
    ledger::post_one(tx, false, &t)?;
    let before = i.state;
    (i.state, i.paid_at, i.ask_at) = (State::Paid, Some(tx.now()), None);
    i.note.clear();
    tx.audit(actor, Audit::of("clearing.paid", i.id).change(before.code(), "paid"))?;
    emit(tx, "clearing.paid", i)
}

/// The money goes to `to`. When the ledger refuses the credit the item becomes unknown with the refusal as its note, and
/// the port's answer is asked for again, so that it goes through by itself once the account takes credits again.
pub(super) fn give_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    i: &mut ClearingItem,
    debit: Own,
    reason: Reason,
    to: AccountId,
) -> Result<()> {
    let id = TransferId::new(tx.now(), i.book);
    let single = Transfer::single(id, own(i.book, debit, i.currency), to, i.money(), "clearing_return");
    let t = Transfer { reverses: Some(i.moved), ..single.reference(i.instruction).memo(reason.iso()) };
    i.reason = Some(reason);
    match ledger::post(tx, false, &[t])?.pop() {
        Some(Outcome::Refused(ledger::Refusal::ReversedAlready)) => {
            Err(Error::broken(format!("{} was reversed before it was returned", i.moved)))
        }
        Some(Outcome::Refused(r)) => doubt(tx, actor, i, r.code().name),
        _ => {
            let before = i.state;
            (i.state, i.returned_at, i.returned_to, i.ask_at) = (State::Returned, Some(tx.now()), Some(to), None);
            i.note.clear();
            tx.audit(
                actor,
                Audit::of("clearing.returned", i.id).change(before.code(), "returned").reason(reason.code()),
            )?;
            emit(tx, "clearing.returned", i)
        }
    }
}

/// Loads an item that must be there.
pub(super) fn existing(tx: &mut Tx<'_>, id: ClearingId) -> Result<ClearingItem> {
    tx.load::<ClearingItem>(&key(id))?.ok_or_else(|| Error::not_found("clearing item", id))
}

/// Proves that each account of outgoing payments holds exactly the items under way. Answers the accounts looked at.
pub fn verify(tx: &mut Tx<'_>, faults: &mut Vec<Fault>) -> Result<u64> {
    let sql = "SELECT book, currency, CAST(sum(amount) AS BIGINT) FROM clearing_items WHERE paid_at IS NULL AND returned_at IS NULL \
               GROUP BY book, currency ORDER BY book, currency";
    let mut wanted = tx.query(sql, &[], |r| Ok((r.get::<BookId>(0)?, r.get::<Currency>(1)?, r.get::<i64>(2)?)))?;
    for branch in party::branches(tx)? {
        if !wanted.iter().any(|(book, currency, _)| (*book, *currency) == (branch.book, Currency::CNY)) {
            wanted.push((branch.book, Currency::CNY, 0));
        }
    }
    for (book, currency, sum) in &wanted {
        let account = own(*book, Own::ClearingOut, *currency);
        let held = match ledger::view(tx, account) {
            Ok(view) => view.posted().minor,
            Err(why) if why.is(&ledger::ACCOUNT_UNKNOWN) => 0,
            Err(why) => return Err(why),
        };
        if held != *sum {
            let what = format!("it holds {held}, the items under way are {sum} minor units of {currency}");
            faults.push(Fault::new("clearing_items", account.to_string(), what));
        }
    }
    Ok(wanted.len() as u64)
}
