//! An item: how it comes to be, and what an answer does to it.
use super::port::{Outgoing, Reason, Status};
use super::{BANK_CHARS_MAX, NOT_MOVED};
use crate::own::{Own, own};
use crate::{Instruction, NAME_CHARS_MAX, NUMBER_CHARS_MAX, Order, Payee};
use kernel::id::{AccountId, ApprovalId, ClearingId, InstructionId, TransferId};
use kernel::{Actor, BookId, Currency, Error, Id, Money, Result, Timestamp};
use store::{Audit, KeyRing, Param, Seal, Tx};

const NUMBER_FIELD: &str = "clearing.number";
const NAME_FIELD: &str = "clearing.name";

store::text_enum! {
    /// Where an item is.
    pub enum State {
        Queued = "queued",
        /// Handed over, or just about to be.
        Sent = "sent",
        Paid = "paid",
        Returned = "returned",
        /// Nobody here knows what became of it, or the money that came back cannot be credited.
        Unknown = "unknown",
    }
}

store::record! {
    /// One payment under way to another bank.
    pub struct ClearingItem in "clearing_items" key 2 {
        pub book: BookId,
        pub id: ClearingId,
        pub instruction: InstructionId,
        /// Where the money came from, and goes back to.
        pub account: AccountId,
        /// The journal entry that brought it into the account of outgoing payments.
        pub moved: TransferId,
        pub bank: String,
        pub number: Vec<u8>,
        pub name: Vec<u8>,
        /// Bank and number as people may read them.
        pub masked: String,
        pub amount: i64,
        pub currency: Currency,
        pub reference: String,
        pub correlation: String,
        pub state: State,
        pub queued_at: Timestamp,
        /// How often it was handed over.
        pub sendings: u32,
        pub sent_at: Option<Timestamp>,
        /// When the port confirmed that it has it.
        pub taken_at: Option<Timestamp>,
        /// When its status is to be asked for next.
        pub ask_at: Option<Timestamp>,
        pub paid_at: Option<Timestamp>,
        pub returned_at: Option<Timestamp>,
        pub returned_to: Option<AccountId>,
        pub reason: Option<Reason>,
        /// What stands in the way, for the operator: a code, or empty.
        pub note: String,
        pub disputed_at: Option<Timestamp>,
        /// The last question to a second person about it.
        pub approval: Option<ApprovalId>,
        pub resolved_by: Option<String>,
    }
}

/// What is needed to queue an item. The money has moved already.
#[derive(Clone, Debug)]
pub struct NewItem {
    pub instruction: InstructionId,
    pub from: AccountId,
    pub bank: String,
    pub number: String,
    pub name: String,
    pub amount: Money,
    /// The business record, such as a pay line; comes back in the events.
    pub reference: String,
    /// The journal entry `from` → account of outgoing payments.
    pub moved: TransferId,
}

pub(crate) fn key(id: ClearingId) -> [Param<'static>; 2] {
    [Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())]
}

/// The item with this id, whoever asks.
pub fn item(tx: &mut Tx<'_>, id: ClearingId) -> Result<Option<ClearingItem>> {
    tx.get::<ClearingItem>(&key(id))
}

/// Queues a payment whose money is in the account of outgoing payments. The same entry again is the same item.
/// `Err(NOT_MOVED)` when the journal has no such entry.
pub fn queue(tx: &mut Tx<'_>, actor: &Actor, new: NewItem) -> Result<ClearingId> {
    let id = ClearingId::from_raw(new.moved.raw());
    if item(tx, id)?.is_some() {
        return Ok(id);
    }
    check_text(&new)?;
    check_moved(tx, &new)?;
    let number: String =
        kernel::chinese::half_width(&new.number).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let masked = format!("{} {}", new.bank, kernel::chinese::mask_card(&number));
    let keys = tx.keys();
    let mut row = ClearingItem {
        book: id.book(),
        id,
        instruction: new.instruction,
        account: new.from,
        moved: new.moved,
        number: keys.encrypt_own(NUMBER_FIELD, number.as_bytes()),
        name: keys.encrypt_own(NAME_FIELD, new.name.as_bytes()),
        bank: new.bank,
        masked,
        amount: new.amount.minor,
        currency: new.amount.currency,
        reference: new.reference,
        correlation: actor.correlation.clone(),
        state: State::Queued,
        queued_at: tx.now(),
        sendings: 0,
        sent_at: None,
        taken_at: None,
        ask_at: None,
        paid_at: None,
        returned_at: None,
        returned_to: None,
        reason: None,
        note: String::new(),
        disputed_at: None,
        approval: None,
        resolved_by: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    let what = format!("{} to {} for {}", new.amount, row.masked, row.instruction);
    tx.audit(actor, Audit::of("clearing.queue", id).after(what))?;
    Ok(id)
}

fn check_text(new: &NewItem) -> Result<()> {
    let checks = [
        ("bank", new.bank.chars().count(), BANK_CHARS_MAX),
        ("number", new.number.chars().count(), NUMBER_CHARS_MAX),
        ("name", new.name.chars().count(), NAME_CHARS_MAX),
    ];
    for (field, given, max) in checks {
        if given == 0 {
            return Err(Error::field(field, "it is empty"));
        }
        if given > max {
            return Err(Error::limit(field, given, max, "characters"));
        }
    }
    Ok(())
}

fn check_moved(tx: &mut Tx<'_>, new: &NewItem) -> Result<()> {
    let credit = own(new.from.book(), Own::ClearingOut, new.amount.currency);
    let moves = |e: &ledger::Entry| matches!(e.kind, ledger::Kind::Single | ledger::Kind::Post);
    let fits = ledger::entry(tx, new.moved)?
        .is_some_and(|e| moves(&e) && (e.debit, e.credit, e.money()) == (new.from, credit, new.amount));
    match fits {
        true => Ok(()),
        false => Err(Error::new(
            &NOT_MOVED,
            format!("{} is not an entry of {} from {} to {credit}", new.moved, new.amount, new.from),
        )),
    }
}

/// The pipeline's posted payment to another bank.
pub(crate) fn queue_payment(tx: &mut Tx<'_>, actor: &Actor, order: &Order, new: &Instruction) -> Result<()> {
    let (Payee::External { bank, number, name }, Some(moved)) = (&order.payee, new.transfer) else {
        return Err(Error::new(&NOT_MOVED, format!("{} is not a payment to another bank", new.id)));
    };
    let (bank, number, name, reference) = (bank.clone(), number.clone(), name.clone(), new.reference.clone());
    let item =
        NewItem { instruction: new.id, from: new.debit, bank, number, name, amount: new.money(), reference, moved };
    queue(tx, actor, item).map(|_| ())
}

/// What an answer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    AlreadySo,
    /// It contradicts what is known.
    Dispute,
    Pay,
    /// The money comes back out of this account.
    Return(Own, Reason),
    /// The port never had it.
    QueueAgain,
    /// The port has it.
    Wait,
    /// The port had confirmed it and does not know it any more.
    Lost,
}

impl ClearingItem {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// Its money still stands in the account of outgoing payments.
    pub fn is_under_way(&self) -> bool {
        self.paid_at.is_none() && self.returned_at.is_none()
    }

    pub(crate) fn outgoing(&self, keys: &KeyRing) -> Result<Outgoing> {
        let plain = |field, sealed: &[u8]| -> Result<String> {
            String::from_utf8(keys.decrypt_own(field, sealed)?.to_vec())
                .map_err(|_| Error::broken(format!("{field} of {} is not text", self.id)))
        };
        let (number, name) = (plain(NUMBER_FIELD, &self.number)?, plain(NAME_FIELD, &self.name)?);
        let (item, bank, reference) = (self.id, self.bank.clone(), self.reference.clone());
        Ok(Outgoing { item, bank, number, name, amount: self.money(), reference })
    }

    /// Pure: what to do about what the port says.
    pub(crate) fn step(&self, status: Status) -> Step {
        match status {
            Status::Paid if self.paid_at.is_some() => Step::AlreadySo,
            Status::Paid if self.returned_at.is_some() => Step::Dispute,
            Status::Paid => Step::Pay,
            Status::Returned(_) if self.returned_at.is_some() => Step::AlreadySo,
            Status::Returned(why) if self.paid_at.is_some() => Step::Return(Own::Settlement, why),
            Status::Returned(why) => Step::Return(Own::ClearingOut, why),
            _ if !matches!(self.state, State::Sent | State::Unknown) || self.paid_at.is_some() => Step::AlreadySo,
            Status::Taken => Step::Wait,
            Status::Absent if self.taken_at.is_some() => Step::Lost,
            Status::Absent => Step::QueueAgain,
        }
    }
}

/// Puts number and name under the newest key; `false` when they are there already. For key rotation.
pub fn renew(keys: &KeyRing, item: &mut ClearingItem) -> Result<bool> {
    let newest = keys.version().to_be_bytes();
    if item.number.starts_with(&newest) && item.name.starts_with(&newest) {
        return Ok(false);
    }
    item.number = keys.encrypt_own(NUMBER_FIELD, &keys.decrypt_own(NUMBER_FIELD, &item.number)?);
    item.name = keys.encrypt_own(NAME_FIELD, &keys.decrypt_own(NAME_FIELD, &item.name)?);
    Ok(true)
}
