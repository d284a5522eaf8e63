//! The teller's journal: every submission of a day under a number of its own, without a gap.
use crate::day::{TillDay, open_day_of};
use crate::{ENTRIES_MAX, Notes, reader};
use kernel::id::{AccountId, ApprovalId, BranchId, DrawerId, InstructionId, StaffId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use party::{Permission, Scope};
use payments::State;
use serde::{Deserialize, Serialize};
use store::{Audit, Json, Tx, params};

store::text_enum! {
    /// What was done.
    pub enum EntryKind {
        CashIn = "cash_in",
        CashOut = "cash_out",
        Transfer = "transfer",
        /// Notes for notes of the same worth (兑换).
        Change = "change",
        /// Damaged notes for good ones.
        Damaged = "damaged",
        Seizure = "seizure",
        MoveOut = "move_out",
        MoveIn = "move_in",
        VoucherUse = "voucher_use",
        VoucherVoid = "voucher_void",
        AccountOpened = "account_opened",
        AccountClosed = "account_closed",
        DepositOpened = "deposit_opened",
        DepositDrawn = "deposit_drawn",
        DepositChanged = "deposit_changed",
        PhoneChanged = "phone_changed",
        DocumentRenewed = "document_renewed",
        LoginRenewed = "login_renewed",
        CertificateIssued = "certificate_issued",
        PassbookPrinted = "passbook_printed",
        CardService = "card_service",
    }
}

store::text_enum! {
    /// What became of it.
    pub enum EntryState {
        Done = "done",
        /// A second person has to authorise it; its notes are set aside.
        Waiting = "waiting",
        Refused = "refused",
        /// The second person gave it back: correct it and submit it again.
        SentBack = "sent_back",
        CalledOff = "called_off",
        /// Undone by a later entry.
        Reversed = "reversed",
    }
}

/// A soft rule that was gone past: which, and why. Who agreed stands on the approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// `appointment_missing` or `till_holds_too_much`.
    pub code: String,
    pub reason: String,
}

store::record! {
    /// A line of the journal.
    pub struct Entry in "till_entries" key 4 {
        pub book: BookId,
        pub teller: StaffId,
        pub date: Date,
        /// From 1, without a gap.
        pub number: i64,
        pub drawer: DrawerId,
        pub kind: EntryKind,
        pub state: EntryState,
        /// Minor units, at least zero: what the customer paid in or was paid.
        pub amount: i64,
        pub currency: Currency,
        pub notes_in: Notes,
        pub notes_out: Notes,
        pub account: Option<AccountId>,
        /// The account as people may read it: masked.
        pub shown: String,
        pub instruction: Option<InstructionId>,
        pub approval: Option<ApprovalId>,
        /// Code of the refusal; empty otherwise.
        pub refusal: String,
        pub overrides: Json<Vec<Override>>,
        /// The entry it undoes or submits again.
        pub of_number: Option<i64>,
        pub memo: String,
        /// The thing it is about beside money: a move, a certificate, a voucher, the appointment it was drawn by.
        pub object: String,
        /// Advices printed.
        pub copies: u32,
        pub made_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub ended_by: Option<String>,
    }
}

impl Entry {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    pub fn reference(&self) -> EntryRef {
        EntryRef { teller: self.teller, date: self.date, number: self.number }
    }
    /// What it moves in the drawer, minor units; above zero is in.
    pub(crate) fn effect(&self) -> Result<i64> {
        Ok(self.notes_in.sum()?.sub(self.notes_out.sum()?)?.minor)
    }
}

/// The teller sequence number with what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRef {
    pub teller: StaffId,
    pub date: Date,
    pub number: i64,
}

/// A new line, before it has a number.
pub(crate) struct NewEntry<'a> {
    pub kind: EntryKind,
    pub state: EntryState,
    pub amount: Money,
    pub notes_in: Notes,
    pub notes_out: Notes,
    pub object: &'a str,
    pub memo: &'a str,
}

impl NewEntry<'_> {
    pub fn plain(kind: EntryKind, amount: Money) -> NewEntry<'static> {
        let none = Notes::none(amount.currency);
        NewEntry {
            kind,
            state: EntryState::Done,
            amount,
            notes_in: none.clone(),
            notes_out: none,
            object: "",
            memo: "",
        }
    }
}

/// Gives the next number of the day. The caller inserts the entry in the same transaction.
pub(crate) fn number(tx: &mut Tx<'_>, day: &mut TillDay, new: NewEntry<'_>) -> Result<Entry> {
    if day.last_number >= ENTRIES_MAX {
        return Err(Error::limit("entries", day.last_number + 1, ENTRIES_MAX, "entries of a day"));
    }
    day.last_number += 1;
    tx.update(day)?;
    let now = tx.now();
    Ok(Entry {
        book: day.book,
        teller: day.teller,
        date: day.date,
        number: day.last_number,
        drawer: day.drawer,
        kind: new.kind,
        state: new.state,
        amount: new.amount.minor,
        currency: new.amount.currency,
        notes_in: new.notes_in,
        notes_out: new.notes_out,
        account: None,
        shown: String::new(),
        instruction: None,
        approval: None,
        refusal: String::new(),
        overrides: Json(Vec::new()),
        of_number: None,
        memo: new.memo.into(),
        object: new.object.into(),
        copies: 0,
        made_at: now,
        ended_at: (new.state != EntryState::Waiting).then_some(now),
        ended_by: None,
        seal: store::Seal::default(),
    })
}

/// What was done for a customer at the counter without notes of the drawer.
#[derive(Clone, Debug)]
pub struct Service<'a> {
    pub kind: EntryKind,
    pub account: Option<AccountId>,
    /// What it was about in money; nothing where it was not.
    pub amount: Option<Money>,
    /// The id of the thing.
    pub object: &'a str,
    pub memo: &'a str,
}

/// Enters a service in the journal of the teller who did it, under his next number, in the transaction that did it. Whoever has no
/// open till (a customer for himself, staff without one) has no journal: `None`.
pub fn serve(tx: &mut Tx<'_>, actor: &Actor, done: &Service<'_>) -> Result<Option<Entry>> {
    let Some(mut day) = open_day_of(tx, actor)? else { return Ok(None) };
    let amount = done.amount.unwrap_or(Money::zero(Currency::CNY));
    let new = NewEntry { object: done.object, memo: done.memo, ..NewEntry::plain(done.kind, amount) };
    let mut entry = number(tx, &mut day, new)?;
    if let Some(id) = done.account {
        entry.account = Some(id);
        entry.shown = kernel::chinese::mask_card(&ledger::view(tx, id)?.account.number);
    }
    tx.insert(&mut entry)?;
    Ok(Some(entry))
}

/// Enters what a teller did beside payments, when his till is open.
pub(crate) fn note(tx: &mut Tx<'_>, actor: &Actor, new: NewEntry<'_>) -> Result<Option<Entry>> {
    let Some(mut day) = open_day_of(tx, actor)? else { return Ok(None) };
    let mut entry = number(tx, &mut day, new)?;
    tx.insert(&mut entry)?;
    Ok(Some(entry))
}

pub(crate) fn locked(tx: &mut Tx<'_>, book: BookId, at: EntryRef) -> Result<Entry> {
    let key = params![book, at.teller, at.date, at.number];
    tx.load::<Entry>(key)?.ok_or_else(|| Error::not_found("journal entry", at.number))
}

fn may_see(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, teller: StaffId) -> Result<()> {
    match actor.staff() == Some(teller) {
        true => reader(tx, actor, branch),
        false => party::may(tx, actor, Permission::TillRead, &Scope::branch(branch)).map(|_| ()),
    }
}

/// What is looked for in a journal.
#[derive(Clone, Debug)]
pub struct EntryAsk {
    pub branch: BranchId,
    pub teller: StaffId,
    pub date: Date,
    pub kind: Option<EntryKind>,
    pub account: Option<AccountId>,
    /// Exactly this much.
    pub amount: Option<Money>,
}

/// A teller's day, newest first; his own, or any for readers of the branch. What waits shows how it stands now.
pub fn journal(tx: &mut Tx<'_>, actor: &Actor, find: &EntryAsk, ask: &PageAsk) -> Result<Page<Entry>> {
    may_see(tx, actor, find.branch, find.teller)?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => {
            cursor.parse::<i64>().map_err(|_| Error::field("after", "it is not a number of the journal"))?
        }
        None => i64::MAX,
    };
    let tail = "WHERE book = ?1 AND teller = ?2 AND date = ?3 AND number < ?4 ORDER BY number DESC LIMIT ?5";
    let all = tx.select::<Entry>(tail, params![find.branch.book(), find.teller, find.date, before, ENTRIES_MAX])?;
    let fits = |e: &Entry| {
        find.kind.is_none_or(|k| k == e.kind)
            && find.account.is_none_or(|a| e.account == Some(a))
            && find.amount.is_none_or(|m| m == e.money())
    };
    let mut found: Vec<Entry> = all.into_iter().filter(fits).take(rows as usize + 1).collect();
    for e in &mut found {
        live(tx, e)?;
    }
    Ok(Page::cut(found, rows, |e| e.number.to_string()))
}

/// One entry, as it stands now.
pub fn entry(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, at: EntryRef) -> Result<Entry> {
    may_see(tx, actor, branch, at.teller).map_err(|_| Error::not_found("journal entry", at.number))?;
    let book = branch.book();
    let mut found = tx
        .get::<Entry>(params![book, at.teller, at.date, at.number])?
        .ok_or_else(|| Error::not_found("journal entry", at.number))?;
    live(tx, &mut found)?;
    Ok(found)
}

/// Shows an entry that waits as its payment stands, before the till was touched again.
fn live(tx: &mut Tx<'_>, e: &mut Entry) -> Result<()> {
    if let (EntryState::Waiting, Some(instruction)) = (e.state, e.instruction)
        && let Some(i) = payments::raw(tx, instruction)?
    {
        (e.state, e.refusal) = (state_of(i.state, &i.refusal), i.refusal);
    }
    if e.state == EntryState::Done && e.object != "reversal" && is_undone(tx, e)? {
        e.state = EntryState::Reversed;
    }
    Ok(())
}

/// Whether its reversal was agreed to since the till was touched.
fn is_undone(tx: &mut Tx<'_>, e: &Entry) -> Result<bool> {
    let tail = "WHERE book = ?1 AND teller = ?2 AND date = ?3 AND of_number = ?4 AND state = 'waiting' LIMIT 1";
    let found = tx.select::<Entry>(tail, params![e.book, e.teller, e.date, e.number])?.pop();
    let Some(by) = found.filter(|by| by.object == "reversal").and_then(|by| by.instruction) else { return Ok(false) };
    Ok(payments::raw(tx, by)?.is_some_and(|i| i.state == State::Posted))
}

/// The entry's state by its payment's.
pub(crate) fn state_of(state: State, refusal: &str) -> EntryState {
    match state {
        State::Posted => EntryState::Done,
        State::AwaitingApproval | State::Challenged | State::Delayed | State::Held => EntryState::Waiting,
        State::Refused if refusal == payments::SENT_BACK.name => EntryState::SentBack,
        State::Refused => EntryState::Refused,
        State::Cancelled | State::Expired => EntryState::CalledOff,
    }
}

/// What is printed for the customer: the entry and which copy it is.
#[derive(Clone, Debug)]
pub struct Advice {
    pub entry: Entry,
    /// 1 is the original.
    pub copy: u32,
}

/// An advice to print; each one after the first is a copy with its number, and audited.
pub fn advice(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, at: EntryRef) -> Result<Advice> {
    may_see(tx, actor, branch, at.teller).map_err(|_| Error::not_found("journal entry", at.number))?;
    let mut found = locked(tx, branch.book(), at)?;
    found.copies += 1;
    tx.update(&mut found)?;
    let what = format!("{} {} {}", at.teller, at.date, at.number);
    tx.audit(actor, Audit::of("till.advice", what).after(format!("copy {}", found.copies)))?;
    let copy = found.copies;
    live(tx, &mut found)?;
    Ok(Advice { entry: found, copy })
}

/// Every override of a branch's day, with the approval that says who agreed.
pub fn overrides_of(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, date: Date) -> Result<Vec<Entry>> {
    party::may(tx, actor, Permission::TillRead, &Scope::branch(branch))?;
    let tail = "WHERE book = ?1 AND date = ?2 AND overrides <> '[]' ORDER BY teller, number LIMIT ?3";
    let mut found = tx.select::<Entry>(tail, params![branch.book(), date, ENTRIES_MAX])?;
    found.iter_mut().try_for_each(|e| live(tx, e))?;
    Ok(found)
}
