//! The rules, as a pure function: [`State::apply`] over the accounts a batch touches. No input or output, no clock.
//!
//! The caller loads what the batch speaks of (accounts, holds, known ids, grants), applies, and writes what changed. Every
//! change notes how to undo it, so that a linked group, a failed closure and a failed commit all go back the same way.
use crate::account::{Purpose, Side};
use crate::refusal::Refusal;
use crate::transfer::{CODE_BYTES_MAX, Entry, Kind, MEMO_BYTES_MAX, Outcome, REFERENCE_BYTES_MAX, Transfer};
use hashbrown::{HashMap, HashSet};
use kernel::{Currency, Date, Id, Timestamp, clock::DAY, id::AccountId, id::TransferId};
use std::hash::{BuildHasherDefault, Hasher};

/// Days a hold may last at most.
pub const HOLD_DAYS_MAX: i64 = 400;
/// Days a value date may lie from the business date.
pub const VALUE_DAYS_MAX: i64 = 366;
/// Debit codes that leave a restricted account without a grant: money returned to whence it came, a deduction ordered by
/// law, the balance at closing. Each is checked by the command that uses it.
pub const EXEMPT_CODES: [&str; 3] = ["wage_return", "legal_deduction", "closing"];

pub(crate) mod flag {
    pub const CLOSED: i64 = 1;
    pub const NO_DEBITS: i64 = 2;
    pub const NO_CREDITS: i64 = 4;
    pub const COUNTER_ONLY: i64 = 8;
    pub const DORMANT: i64 = 16;
}

/// What an account holds, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    pub debits_posted: i64,
    pub credits_posted: i64,
    /// Held and not yet posted.
    pub debits_pending: i64,
    pub credits_pending: i64,
    /// Frozen by order and not to be paid out.
    pub frozen: i64,
    pub(crate) flags: i64,
    /// The account's newest entry in the journal; 0 for none.
    pub head: i64,
}

impl Balance {
    /// Posted credits less posted debits.
    pub fn net(&self) -> i64 {
        self.credits_posted - self.debits_posted
    }
    /// The balance seen from the account's normal side.
    pub fn posted(&self, side: Side) -> i64 {
        if side == Side::Credit { self.net() } else { -self.net() }
    }
    /// What may still go out: posted, less what is held and frozen. Incoming holds do not count.
    pub fn available(&self, side: Side) -> i64 {
        let outgoing = if side == Side::Credit { self.debits_pending } else { self.credits_pending };
        self.posted(side).saturating_sub(outgoing).saturating_sub(self.frozen)
    }
}

/// The part of an account the rules look at, with its balance.
#[derive(Clone, Debug)]
pub struct Slot {
    pub id: AccountId,
    pub currency: Currency,
    pub side: Side,
    pub purpose: Purpose,
    pub limited: bool,
    pub balance: Balance,
    pub(crate) dirty: bool,
}

/// A hold and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    pub debit: AccountId,
    pub credit: AccountId,
    pub amount: i64,
    pub expires_at: Timestamp,
    pub ended: Option<Kind>,
}

/// Ids are random in their last bytes already; hashing them again is waste.
#[derive(Default)]
pub struct IdHasher(u64);
impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut b = [0; 8];
            b[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(b)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
    fn write_usize(&mut self, _: usize) {}
}
type ById<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

enum Undo {
    Balance(usize, Balance),
    Hold(TransferId, Option<Hold>),
    Reversed(TransferId),
    Entry,
}

/// The accounts, holds, ids and grants that a batch can reach.
#[derive(Default)]
pub struct State {
    pub(crate) slots: Vec<Slot>,
    index: ById<AccountId, usize>,
    pub(crate) holds: ById<TransferId, Hold>,
    pub(crate) holds_dirty: Vec<TransferId>,
    pub(crate) known: ById<TransferId, Entry>,
    pub(crate) grants: HashSet<(AccountId, AccountId), BuildHasherDefault<IdHasher>>,
    /// Entries that a reversal exists for, among those this batch would reverse.
    pub(crate) reversed: HashSet<TransferId, BuildHasherDefault<IdHasher>>,
    undo: Vec<Undo>,
    /// What this call posted, in order, without place and hash.
    pub(crate) posted: Vec<(Entry, usize, usize)>,
}

/// What holds for a whole batch.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    pub now: Timestamp,
    pub business_date: Date,
    /// Whether the customer stands at a staffed counter.
    pub at_counter: bool,
}

impl State {
    pub fn add_account(&mut self, slot: Slot) {
        self.index.insert(slot.id, self.slots.len());
        self.slots.push(slot);
    }
    pub fn slot(&self, id: AccountId) -> Option<&Slot> {
        self.index.get(&id).map(|i| &self.slots[*i])
    }
    pub(crate) fn slot_mut(&mut self, id: AccountId) -> Option<&mut Slot> {
        let i = *self.index.get(&id)?;
        self.undo.push(Undo::Balance(i, self.slots[i].balance));
        self.slots[i].dirty = true;
        Some(&mut self.slots[i])
    }
    pub(crate) fn clear(&mut self) {
        *self = State::default();
    }
    /// A closure begins: from here on changes can be undone.
    pub(crate) fn forget_undo(&mut self) {
        self.undo.clear();
    }
    pub(crate) fn undo_all(&mut self) {
        self.undo_to(0);
    }

    fn undo_to(&mut self, mark: usize) {
        while self.undo.len() > mark {
            match self.undo.pop() {
                Some(Undo::Balance(i, old)) => self.slots[i].balance = old,
                Some(Undo::Hold(id, Some(old))) => {
                    self.holds.insert(id, old);
                }
                Some(Undo::Hold(id, None)) => {
                    self.holds.remove(&id);
                }
                Some(Undo::Reversed(id)) => {
                    self.reversed.remove(&id);
                }
                Some(Undo::Entry) => {
                    self.posted.pop();
                }
                None => {}
            }
        }
    }

    /// Applies a batch in its order. A linked group is applied whole or not at all; its first refusal is named, the others
    /// are [`Refusal::LinkFailed`].
    pub fn apply(&mut self, batch: &[Transfer], ctx: &Context) -> Vec<Outcome> {
        let mut out = Vec::with_capacity(batch.len());
        let mut from = 0;
        while from < batch.len() {
            let to = batch[from..].iter().position(|t| !t.linked).map_or(batch.len(), |n| from + n + 1);
            self.group(&batch[from..to], ctx, &mut out);
            from = to;
        }
        out
    }

    fn group(&mut self, group: &[Transfer], ctx: &Context, out: &mut Vec<Outcome>) {
        let (mark, first) = (self.undo.len(), out.len());
        let open = group.last().is_some_and(|t| t.linked);
        for t in group {
            let done = if open { Outcome::Refused(Refusal::LinkOpen) } else { self.one(t, ctx) };
            let refused = matches!(done, Outcome::Refused(_));
            out.push(done);
            if refused && group.len() > 1 {
                self.undo_to(mark);
                let bad = out.len() - 1;
                out[first..bad].fill(Outcome::Refused(Refusal::LinkFailed));
                out.resize(first + group.len(), Outcome::Refused(Refusal::LinkFailed));
                return;
            }
        }
    }

    fn one(&mut self, t: &Transfer, ctx: &Context) -> Outcome {
        if let Some(before) = self.known.get(&t.id) {
            return if before.is_answer_to(t) { Outcome::AlreadySo } else { Outcome::Refused(Refusal::ExistsDifferent) };
        }
        match self.check(t, ctx) {
            Ok((d, c, hold)) => {
                self.post(t, d, c, hold, ctx);
                Outcome::Posted
            }
            Err(r) => Outcome::Refused(r),
        }
    }

    /// Every condition in the order of precedence; answers the two slots and the hold it speaks of.
    fn check(&self, t: &Transfer, ctx: &Context) -> Result<(usize, usize, Option<Hold>), Refusal> {
        if t.amount.minor <= 0 {
            return Err(Refusal::AmountNotPositive);
        }
        if t.debit == t.credit {
            return Err(Refusal::SameAccount);
        }
        if t.id.book() != t.debit.book() {
            return Err(Refusal::WrongBook);
        }
        let d = *self.index.get(&t.debit).ok_or(Refusal::DebitUnknown)?;
        let c = *self.index.get(&t.credit).ok_or(Refusal::CreditUnknown)?;
        let (debit, credit) = (&self.slots[d], &self.slots[c]);
        if debit.currency != t.amount.currency || credit.currency != t.amount.currency {
            return Err(Refusal::CurrencyDiffers);
        }
        let hold = self.check_hold(t, ctx)?;
        if t.reverses.is_some_and(|id| self.reversed.contains(&id)) {
            return Err(Refusal::ReversedAlready);
        }
        check_form(t, ctx)?;
        if matches!(t.kind, Kind::Void | Kind::Expire) {
            return Ok((d, c, hold));
        }
        check_status(debit, credit, ctx)?;
        let granted = !debit.purpose.is_restricted() || EXEMPT_CODES.contains(&t.code.as_ref()) || self.grants.contains(&(t.debit, t.credit));
        if !granted {
            return Err(Refusal::NotGranted);
        }
        check_funds(debit, credit, t.amount.minor, hold.map(|h| h.amount))?;
        Ok((d, c, hold))
    }

    fn check_hold(&self, t: &Transfer, ctx: &Context) -> Result<Option<Hold>, Refusal> {
        if !matches!(t.kind, Kind::Post | Kind::Void | Kind::Expire) {
            return if t.pending.is_none() { Ok(None) } else { Err(Refusal::PendingUnknown) };
        }
        let hold = t.pending.and_then(|id| self.holds.get(&id)).ok_or(Refusal::PendingUnknown)?;
        if (hold.debit, hold.credit) != (t.debit, t.credit) {
            return Err(Refusal::PendingDiffers);
        }
        match hold.ended {
            Some(Kind::Void) => return Err(Refusal::PendingVoided),
            Some(Kind::Expire) => return Err(Refusal::PendingExpired),
            Some(_) => return Err(Refusal::PendingPosted),
            None if t.kind != Kind::Expire && hold.expires_at <= ctx.now => return Err(Refusal::PendingExpired),
            None => {}
        }
        if t.amount.minor > hold.amount {
            return Err(Refusal::ExceedsPending);
        }
        Ok(Some(*hold))
    }

    fn post(&mut self, t: &Transfer, d: usize, c: usize, hold: Option<Hold>, ctx: &Context) {
        let amount = t.amount.minor;
        for i in [d, c] {
            self.undo.push(Undo::Balance(i, self.slots[i].balance));
            self.slots[i].dirty = true;
        }
        if let (Some(hold), Some(id)) = (hold, t.pending) {
            self.slots[d].balance.debits_pending -= hold.amount;
            self.slots[c].balance.credits_pending -= hold.amount;
            self.set_hold(id, Hold { ended: Some(t.kind), ..hold });
        }
        match t.kind {
            Kind::Single | Kind::Post => {
                self.slots[d].balance.debits_posted += amount;
                self.slots[c].balance.credits_posted += amount;
            }
            Kind::Pending => {
                self.slots[d].balance.debits_pending += amount;
                self.slots[c].balance.credits_pending += amount;
                let expires_at = t.expires_at.unwrap_or(ctx.now);
                self.set_hold(t.id, Hold { debit: t.debit, credit: t.credit, amount, expires_at, ended: None });
            }
            Kind::Void | Kind::Expire => {}
        }
        if let Some(id) = t.reverses {
            self.reversed.insert(id);
            self.undo.push(Undo::Reversed(id));
        }
        let entry = self.entry(t, d, c, ctx);
        self.posted.push((entry, d, c));
        self.undo.push(Undo::Entry);
    }

    fn set_hold(&mut self, id: TransferId, hold: Hold) {
        let old = self.holds.insert(id, hold);
        self.undo.push(Undo::Hold(id, old));
        self.holds_dirty.push(id);
    }

    fn entry(&self, t: &Transfer, d: usize, c: usize, ctx: &Context) -> Entry {
        Entry {
            pos: 0,
            id: t.id,
            kind: t.kind,
            debit: t.debit,
            credit: t.credit,
            amount: t.amount.minor,
            currency: t.amount.currency,
            code: t.code.clone(),
            reference: t.reference.clone(),
            memo: t.memo.clone(),
            pending: t.pending,
            expires_at: t.expires_at,
            reverses: t.reverses,
            at: ctx.now,
            business_date: ctx.business_date,
            value_date: t.value_date.unwrap_or(ctx.business_date),
            debit_prev: 0,
            credit_prev: 0,
            debit_after: self.slots[d].balance.net(),
            credit_after: self.slots[c].balance.net(),
            hash: [0; 32],
        }
    }
}

fn check_form(t: &Transfer, ctx: &Context) -> Result<(), Refusal> {
    let latest = ctx.now.plus(HOLD_DAYS_MAX * DAY);
    let expiry_fits = match (t.kind, t.expires_at) {
        (Kind::Pending, Some(at)) => at > ctx.now && at <= latest,
        (Kind::Pending, None) => false,
        (_, at) => at.is_none(),
    };
    if !expiry_fits {
        return Err(Refusal::ExpiryMissing);
    }
    if t.value_date.is_some_and(|d| (d.days() - ctx.business_date.days()).abs() > VALUE_DAYS_MAX) {
        return Err(Refusal::ValueDateOut);
    }
    if t.code.len() > CODE_BYTES_MAX || t.reference.len() > REFERENCE_BYTES_MAX || t.memo.len() > MEMO_BYTES_MAX {
        return Err(Refusal::TextTooLong);
    }
    Ok(())
}

fn check_status(debit: &Slot, credit: &Slot, ctx: &Context) -> Result<(), Refusal> {
    let (d, c) = (debit.balance.flags, credit.balance.flags);
    let stops = [
        (d & flag::CLOSED != 0, Refusal::DebitClosed),
        (c & flag::CLOSED != 0, Refusal::CreditClosed),
        (d & flag::DORMANT != 0, Refusal::DebitDormant),
        (c & flag::DORMANT != 0, Refusal::CreditDormant),
        (d & flag::NO_DEBITS != 0, Refusal::DebitsStopped),
        (c & flag::NO_CREDITS != 0, Refusal::CreditsStopped),
        (d & flag::COUNTER_ONLY != 0 && !ctx.at_counter, Refusal::CounterOnly),
    ];
    stops.iter().find(|(applies, _)| *applies).map_or(Ok(()), |(_, r)| Err(*r))
}

/// Whether the side that gives has enough, and no sum grows beyond the ledger. `held` is given back first when a hold is posted.
fn check_funds(debit: &Slot, credit: &Slot, amount: i64, held: Option<i64>) -> Result<(), Refusal> {
    for (slot, giving) in [(debit, Side::Credit), (credit, Side::Debit)] {
        let available = slot.balance.available(slot.side).saturating_add(held.unwrap_or(0));
        if slot.limited && slot.side == giving && available < amount {
            let without_freeze = available.saturating_add(slot.balance.frozen);
            return Err(if without_freeze >= amount { Refusal::FundsFrozen } else { Refusal::FundsShort });
        }
    }
    let sums = [debit.balance.debits_posted, debit.balance.debits_pending, credit.balance.credits_posted, credit.balance.credits_pending];
    match sums.iter().all(|s| s.checked_add(amount).is_some()) {
        true => Ok(()),
        false => Err(Refusal::Overflow),
    }
}
