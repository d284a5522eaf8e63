//! The rules, as a pure function: [`State::apply`] over the accounts a batch touches. No input or output, no clock.
//!
//! The caller loads what the batch speaks of (accounts, holds, known ids, what is reversed, grants), applies, and writes
//! what changed. Every change notes how to undo it, so that a linked group, a failed closure and a failed commit all go
//! back the same way.
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use crate::account::{Purpose, Side};
use crate::entry::{Entry, Fields};
use crate::refusal::Refusal;
use crate::transfer::{CODE_BYTES_MAX, Kind, MEMO_BYTES_MAX, Outcome, REFERENCE_BYTES_MAX, Transfer};
use hashbrown::{HashMap, HashSet};
use kernel::{Currency, Date, Id, Money, Timestamp, clock::DAY, id::AccountId, id::TransferId};

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
    /// When that entry was made.
    pub moved_at: Timestamp,
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
    /// Held and on its way out.
    pub fn held(&self, side: Side) -> i64 {
        if side == Side::Credit { self.debits_pending } else { self.credits_pending }
    }
    /// What may still go out: posted, less what is held and frozen. Incoming holds do not count.
    pub fn available(&self, side: Side) -> i64 {
        self.posted(side).saturating_sub(self.held(side)).saturating_sub(self.frozen)
    }
    /// Two rows of one account together; flags and frozen amount stand in each.
    pub(crate) fn with(&self, other: &Balance) -> Balance {
        Balance {
            debits_posted: self.debits_posted.saturating_add(other.debits_posted),
            credits_posted: self.credits_posted.saturating_add(other.credits_posted),
            debits_pending: self.debits_pending.saturating_add(other.debits_pending),
            credits_pending: self.credits_pending.saturating_add(other.credits_pending),
            frozen: self.frozen.max(other.frozen),
            flags: self.flags | other.flags,
            head: if (other.moved_at, other.head) > (self.moved_at, self.head) { other.head } else { self.head },
            moved_at: self.moved_at.max(other.moved_at),
        }
    }
}

/// What an account holds beside the row this writer changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing: it has one row.
    Nothing,
    /// A hot account, of which this writer took its own strand alone: nothing may go out.
    NotTaken,
    /// A hot account, with its other strands taken; their sum.
    Strands(Balance),
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
    /// Where the balance stands: its place in its book, or on SQLite the number of its row, which is the shortest way to it.
    pub(crate) place: i64,
    pub(crate) rest: Rest,
    dirty: bool,
}

impl Slot {
    pub fn new(
        id: AccountId,
        currency: Currency,
        side: Side,
        purpose: Purpose,
        limited: bool,
        balance: Balance,
    ) -> Slot {
        Slot { id, currency, side, purpose, limited, balance, place: 0, rest: Rest::Nothing, dirty: false }
    }

    /// The account as a whole; `None` when not all of it was taken.
    pub(crate) fn whole(&self) -> Option<Balance> {
        match &self.rest {
            Rest::Nothing => Some(self.balance),
            Rest::NotTaken => None,
            Rest::Strands(rest) => Some(self.balance.with(rest)),
        }
    }
    pub(crate) fn is_hot(&self) -> bool {
        self.rest != Rest::Nothing
    }
    /// No entry may be made earlier. Positions of two lanes tell nothing of which came first, so an entry that saw another
    /// lane's is made later than it.
    fn not_before(&self) -> Timestamp {
        match &self.rest {
            Rest::Strands(rest) if rest.head != 0 => self.balance.moved_at.max(rest.moved_at.plus(1)),
            _ => self.balance.moved_at,
        }
    }
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

/// What a transfer would reverse: its amount, `None` when it moved nothing, and whether it was reversed before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Original {
    pub moved: Option<Money>,
    pub reversed: bool,
}

/// A transfer of the batch that was posted: its place there, its accounts' slots, and what the journal says beside the ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posted {
    pub ask: usize,
    pub debit: usize,
    pub credit: usize,
    pub at: Timestamp,
    pub debit_after: i64,
    pub credit_after: i64,
}

impl Posted {
    /// The entry, following the entries at `debit_prev` and `credit_prev`.
    pub fn fields<'b>(&self, batch: &'b [Transfer], ctx: &Context, debit_prev: i64, credit_prev: i64) -> Fields<'b> {
        let t = &batch[self.ask];
        let business_days = ctx.business_date.days();
        Fields {
            id: t.id,
            kind: t.kind,
            debit: t.debit,
            credit: t.credit,
            amount: t.amount.minor,
            currency: &t.amount.currency,
            code: &t.code,
            reference: &t.reference,
            memo: &t.memo,
            pending: t.pending,
            expires_at: t.expires_at,
            reverses: t.reverses,
            at: self.at,
            business_days,
            value_days: t.value_date.map_or(business_days, Date::days),
            debit_prev,
            credit_prev,
            debit_after: self.debit_after,
            credit_after: self.credit_after,
        }
    }
}

enum Undo {
    Balance(usize, Balance),
    Hold(TransferId, Option<Hold>),
    Original(TransferId, Option<Original>),
    Posted,
}

/// The accounts, holds, ids and grants that a batch can reach.
#[derive(Default)]
pub struct State {
    slots: Vec<Slot>,
    index: HashMap<AccountId, usize>,
    /// Slots changed since they were last written.
    dirty: Vec<usize>,
    pub(crate) holds: HashMap<TransferId, Hold>,
    /// Entries of the journal under ids that the batch asks for.
    pub(crate) known: HashMap<TransferId, Entry>,
    /// Places in the batch of what was posted, by id; only when an id could come twice.
    in_batch: HashMap<TransferId, usize>,
    pub(crate) grants: HashSet<(AccountId, AccountId)>,
    /// What the batch would reverse.
    pub(crate) originals: HashMap<TransferId, Original>,
    undo: Vec<Undo>,
    /// What was posted and is not yet in the journal, in order.
    pub(crate) posted: Vec<Posted>,
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
    pub fn hold(&self, id: TransferId) -> Option<&Hold> {
        self.holds.get(&id)
    }
    pub(crate) fn slots(&self) -> &[Slot] {
        &self.slots
    }
    /// The balance at this place, to be changed. Undone with everything else.
    pub(crate) fn change(&mut self, i: usize) -> &mut Balance {
        self.undo.push(Undo::Balance(i, self.slots[i].balance));
        self.mark(i);
        &mut self.slots[i].balance
    }
    /// More of a hot account was taken than its slot knew.
    pub(crate) fn set_rest(&mut self, id: AccountId, rest: Rest) {
        if let Some(i) = self.index.get(&id) {
            self.slots[*i].rest = rest;
        }
    }
    pub(crate) fn change_account(&mut self, id: AccountId) -> Option<(Side, Currency, &mut Balance)> {
        let i = *self.index.get(&id)?;
        let (side, currency) = (self.slots[i].side, self.slots[i].currency);
        Some((side, currency, self.change(i)))
    }
    /// The newest entry of the account at this place; noted with its balance when it was posted.
    pub(crate) fn set_head(&mut self, i: usize, pos: i64) {
        self.slots[i].balance.head = pos;
    }
    fn mark(&mut self, i: usize) {
        if !std::mem::replace(&mut self.slots[i].dirty, true) {
            self.dirty.push(i);
        }
    }
    /// Which slots were changed, in the order of their keys; from here on they count as written.
    pub(crate) fn take_dirty(&mut self) -> Vec<usize> {
        let key = |i: usize| (self.slots[i].id.book(), self.slots[i].place);
        let mut dirty: Vec<_> = std::mem::take(&mut self.dirty).into_iter().map(|i| (key(i), i)).collect();
        dirty.sort_unstable();
        dirty.iter().for_each(|(_, i)| self.slots[*i].dirty = false);
        dirty.into_iter().map(|(_, i)| i).collect()
    }
    /// What was written is not, after all.
    pub(crate) fn give_back_dirty(&mut self, written: &[usize]) {
        let accounts = self.slots.len();
        written.iter().filter(|i| **i < accounts).for_each(|i| self.mark(*i));
    }
    /// A closure begins: what was done until now stays.
    pub(crate) fn forget_undo(&mut self) {
        self.undo.clear();
    }
    /// Back to where the closure began, when there were `accounts` slots: those that came later may be of accounts that
    /// were opened in it.
    pub(crate) fn undo_closure(&mut self, accounts: usize) {
        self.undo_to(0);
        self.posted.clear();
        self.slots.drain(accounts..).for_each(|slot| {
            self.index.remove(&slot.id);
        });
        self.dirty.retain(|i| *i < accounts);
    }

    fn undo_to(&mut self, mark: usize) {
        for change in self.undo.drain(mark..).rev() {
            match change {
                Undo::Balance(i, old) => self.slots[i].balance = old,
                Undo::Hold(id, Some(old)) => {
                    self.holds.insert(id, old);
                }
                Undo::Hold(id, None) => {
                    self.holds.remove(&id);
                }
                Undo::Original(id, Some(old)) => {
                    self.originals.insert(id, old);
                }
                Undo::Original(id, None) => {
                    self.originals.remove(&id);
                }
                Undo::Posted => {
                    self.posted.pop();
                }
            }
        }
    }

    /// Applies a batch in its order. A linked group is applied whole or not at all; its first refusal is named, the others
    /// are [`Refusal::LinkFailed`].
    pub fn apply(&mut self, batch: &[Transfer], ctx: &Context) -> Vec<Outcome> {
        let mut out = Vec::with_capacity(batch.len());
        self.in_batch.clear();
        let twice = !batch.windows(2).all(|pair| pair[0].id < pair[1].id);
        let mut from = 0;
        while from < batch.len() {
            let to = batch[from..].iter().position(|t| !t.linked).map_or(batch.len(), |n| from + n + 1);
            self.group(batch, from..to, twice, ctx, &mut out);
            from = to;
        }
        out
    }

    fn group(
        &mut self,
        batch: &[Transfer],
        group: std::ops::Range<usize>,
        twice: bool,
        ctx: &Context,
        out: &mut Vec<Outcome>,
    ) {
        let (first, last) = (group.start, group.end - 1);
        if batch[last].linked {
            out.resize(last, Outcome::Refused(Refusal::LinkFailed));
            out.push(Outcome::Refused(Refusal::LinkOpen));
            return;
        }
        let mark = self.undo.len();
        for at in group {
            let done = self.one(batch, at, ctx);
            let refused = matches!(done, Outcome::Refused(_));
            if twice && done == Outcome::Posted {
                self.in_batch.insert(batch[at].id, at);
            }
            out.push(done);
            if refused && first != last {
                self.undo_to(mark);
                self.in_batch.retain(|_, known| *known < first);
                out[first..at].fill(Outcome::Refused(Refusal::LinkFailed));
                out.resize(last + 1, Outcome::Refused(Refusal::LinkFailed));
                return;
            }
        }
    }

    fn one(&mut self, batch: &[Transfer], at: usize, ctx: &Context) -> Outcome {
        let t = &batch[at];
        let before = match self.known.get(&t.id) {
            Some(entry) => Some(entry.is_answer_to(t)),
            None => self.in_batch.get(&t.id).map(|first| is_repeat(&batch[*first], t, ctx)),
        };
        match before {
            Some(true) => return Outcome::AlreadySo,
            Some(false) => return Outcome::Refused(Refusal::ExistsDifferent),
            None => {}
        }
        match self.check(batch, t, ctx) {
            Ok(found) => {
                self.post(t, at, &found, ctx);
                Outcome::Posted
            }
            Err(r) => Outcome::Refused(r),
        }
    }

    /// Every condition in the order of precedence.
    fn check(&self, batch: &[Transfer], t: &Transfer, ctx: &Context) -> Result<Found, Refusal> {
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
        let original = self.check_reversal(batch, t)?;
        check_form(t, ctx)?;
        let found = Found { d, c, hold, original };
        if matches!(t.kind, Kind::Void | Kind::Expire) {
            return Ok(found);
        }
        check_status(debit, credit, ctx)?;
        let granted = !debit.purpose.is_restricted()
            || EXEMPT_CODES.contains(&t.code.as_ref())
            || self.grants.contains(&(t.debit, t.credit));
        if !granted {
            return Err(Refusal::NotGranted);
        }
        check_funds(debit, credit, t.amount.minor, hold.map_or(0, |h| h.amount))?;
        Ok(found)
    }

    fn check_hold(&self, t: &Transfer, ctx: &Context) -> Result<Option<Hold>, Refusal> {
        if !matches!(t.kind, Kind::Post | Kind::Void | Kind::Expire) {
            return if t.pending.is_none() { Ok(None) } else { Err(Refusal::PendingUnknown) };
        }
        let hold = t.pending.and_then(|id| self.holds.get(&id)).ok_or(Refusal::PendingUnknown)?;
        let whole = t.kind == Kind::Post || t.amount.minor >= hold.amount;
        if (hold.debit, hold.credit) != (t.debit, t.credit) || !whole {
            return Err(Refusal::PendingDiffers);
        }
        let due = hold.expires_at <= ctx.now;
        match hold.ended {
            Some(Kind::Void) => return Err(Refusal::PendingVoided),
            Some(Kind::Expire) => return Err(Refusal::PendingExpired),
            Some(_) => return Err(Refusal::PendingPosted),
            None if t.kind == Kind::Expire && !due => return Err(Refusal::PendingNotDue),
            None if t.kind != Kind::Expire && due => return Err(Refusal::PendingExpired),
            None => {}
        }
        if t.amount.minor > hold.amount {
            return Err(Refusal::ExceedsPending);
        }
        Ok(Some(*hold))
    }

    /// The entry to be reversed may be in the journal or earlier in this batch.
    fn check_reversal(&self, batch: &[Transfer], t: &Transfer) -> Result<Option<Original>, Refusal> {
        let Some(id) = t.reverses else { return Ok(None) };
        let here = |p: &&Posted| batch[p.ask].id == id && matches!(batch[p.ask].kind, Kind::Single | Kind::Post);
        let original = self.originals.get(&id).copied().or_else(|| {
            let first = self.posted.iter().find(here)?;
            Some(Original { moved: Some(batch[first.ask].amount), reversed: false })
        });
        let original = original.ok_or(Refusal::ReversalUnknown)?;
        match original.moved {
            None => Err(Refusal::ReversalUnknown),
            Some(moved) if moved != t.amount => Err(Refusal::ReversalDiffers),
            Some(_) if original.reversed => Err(Refusal::ReversedAlready),
            Some(_) => Ok(Some(original)),
        }
    }

    fn post(&mut self, t: &Transfer, ask: usize, found: &Found, ctx: &Context) {
        let (amount, d, c) = (t.amount.minor, found.d, found.c);
        let at = ctx.now.max(self.slots[d].not_before()).max(self.slots[c].not_before());
        let freed = found.hold.map_or(0, |h| h.amount);
        if let (Some(hold), Some(id)) = (found.hold, t.pending) {
            self.set_hold(id, Hold { ended: Some(t.kind), ..hold });
        }
        let (posted, pending) = match t.kind {
            Kind::Single | Kind::Post => (amount, -freed),
            Kind::Pending => (0, amount),
            Kind::Void | Kind::Expire => (0, -freed),
        };
        let debit = self.change(d);
        debit.debits_posted += posted;
        debit.debits_pending += pending;
        debit.moved_at = at;
        let debit_after = debit.net();
        let credit = self.change(c);
        credit.credits_posted += posted;
        credit.credits_pending += pending;
        credit.moved_at = at;
        let credit_after = credit.net();
        if let (Kind::Pending, Some(expires_at)) = (t.kind, t.expires_at) {
            self.set_hold(t.id, Hold { debit: t.debit, credit: t.credit, amount, expires_at, ended: None });
        }
        if let (Some(original), Some(id)) = (found.original, t.reverses) {
            let old = self.originals.insert(id, Original { reversed: true, ..original });
            self.undo.push(Undo::Original(id, old));
        }
        self.posted.push(Posted { ask, debit: d, credit: c, at, debit_after, credit_after });
        self.undo.push(Undo::Posted);
    }

    fn set_hold(&mut self, id: TransferId, hold: Hold) {
        let old = self.holds.insert(id, hold);
        self.undo.push(Undo::Hold(id, old));
    }
}

/// What the checks came upon.
struct Found {
    d: usize,
    c: usize,
    hold: Option<Hold>,
    original: Option<Original>,
}

/// Whether `t` asks for what `first`, earlier in the batch, got.
fn is_repeat(first: &Transfer, t: &Transfer, ctx: &Context) -> bool {
    let day = |d: Option<Date>| d.unwrap_or(ctx.business_date);
    let value_date = t.value_date.is_none_or(|d| d == day(first.value_date));
    let plain = |t: &Transfer| Transfer { value_date: None, linked: false, ..t.clone() };
    value_date && plain(first) == plain(t)
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
    let bounds = [(t.code.as_ref(), CODE_BYTES_MAX), (&t.reference, REFERENCE_BYTES_MAX), (&t.memo, MEMO_BYTES_MAX)];
    if bounds.iter().any(|(text, most)| text.len() > *most || text.as_bytes().contains(&0)) {
        return Err(Refusal::TextTooLong);
    }
    Ok(())
}

fn check_status(debit: &Slot, credit: &Slot, ctx: &Context) -> Result<(), Refusal> {
    let (d, c) = (debit.balance.flags, credit.balance.flags);
    if d | c == 0 {
        return Ok(());
    }
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

/// Whether the side that gives has enough, and no sum grows beyond the ledger. `held` is what a posted hold gives back first.
fn check_funds(debit: &Slot, credit: &Slot, amount: i64, held: i64) -> Result<(), Refusal> {
    for (slot, giving) in [(debit, Side::Credit), (credit, Side::Debit)] {
        if !slot.limited || slot.side != giving {
            continue;
        }
        let available = slot.whole().map_or(0, |b| b.available(slot.side)).saturating_add(held);
        if available < amount {
            let without_freeze = available.saturating_add(slot.balance.frozen);
            return Err(if without_freeze >= amount { Refusal::FundsFrozen } else { Refusal::FundsShort });
        }
    }
    let (d, c) = (&debit.balance, &credit.balance);
    let fits =
        |posted: i64, pending: i64| posted.checked_add(pending - held).and_then(|n| n.checked_add(amount)).is_some();
    match fits(d.debits_posted, d.debits_pending) && fits(c.credits_posted, c.credits_pending) {
        true => Ok(()),
        false => Err(Refusal::Overflow),
    }
}
