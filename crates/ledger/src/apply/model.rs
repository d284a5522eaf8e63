//! The rules once more, written another way: a list of what happened, from which every balance is added up anew. Random
//! batches must come to the same end in both.
use super::tests::{acct, slot, written, xfer};
use super::{Balance, Context, Original, State, flag};
use crate::account::{Purpose, Side};
use crate::refusal::Refusal;
use crate::transfer::{Kind, Outcome, Transfer};
use kernel::{Id, Money, Timestamp, clock::DAY, id::AccountId, id::TransferId};
use proptest::prelude::*;
use std::collections::BTreeMap;

const START: Timestamp = Timestamp::from_micros(1_000 * DAY);

/// An account as the model has it. The first is unlimited; the others may be anything.
#[derive(Clone, Debug)]
struct Kept {
    side: Side,
    limited: bool,
    restricted: bool,
    flags: i64,
    frozen: i64,
}

#[derive(Clone, Default)]
struct Model {
    accounts: BTreeMap<AccountId, Kept>,
    grants: Vec<(AccountId, AccountId)>,
    /// Everything that was ever posted, in order.
    done: Vec<Transfer>,
}

/// Sums of one account: posted out, posted in, held out, held in.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
struct Sums {
    debits: i64,
    credits: i64,
    held_debits: i64,
    held_credits: i64,
}

impl Model {
    fn find(&self, id: TransferId) -> Option<&Transfer> {
        self.done.iter().find(|t| t.id == id)
    }
    fn end_of(&self, hold: TransferId) -> Option<Kind> {
        self.done.iter().find(|t| t.pending == Some(hold)).map(|t| t.kind)
    }
    fn sums(&self, id: AccountId) -> Sums {
        let mut s = Sums::default();
        for t in &self.done {
            let held = t.kind == Kind::Pending && self.end_of(t.id).is_none();
            let moved = matches!(t.kind, Kind::Single | Kind::Post);
            let amount = |counts: bool| if counts { t.amount.minor } else { 0 };
            if t.debit == id {
                (s.debits, s.held_debits) = (s.debits + amount(moved), s.held_debits + amount(held));
            }
            if t.credit == id {
                (s.credits, s.held_credits) = (s.credits + amount(moved), s.held_credits + amount(held));
            }
        }
        s
    }
    /// What may leave, and how much of what may not is frozen.
    fn free(&self, id: AccountId) -> Option<(i64, i64)> {
        let (a, s) = (&self.accounts[&id], self.sums(id));
        let free = match a.side {
            Side::Credit => s.credits - s.debits - s.held_debits,
            Side::Debit => s.debits - s.credits - s.held_credits,
        };
        a.limited.then_some((free - a.frozen, a.frozen))
    }

    fn batch(&mut self, batch: &[Transfer], ctx: &Context) -> Vec<Outcome> {
        let mut out = Vec::new();
        let mut group: Vec<Transfer> = Vec::new();
        for t in batch {
            group.push(t.clone());
            if !t.linked {
                out.extend(self.group(&std::mem::take(&mut group), ctx));
            }
        }
        let open = group.len();
        out.extend(
            (0..open)
                .map(|i| if i + 1 == open { Refusal::LinkOpen } else { Refusal::LinkFailed })
                .map(Outcome::Refused),
        );
        out
    }

    fn group(&mut self, group: &[Transfer], ctx: &Context) -> Vec<Outcome> {
        let before = self.done.clone();
        let mut out: Vec<Outcome> = Vec::new();
        for t in group {
            out.push(self.one(t, ctx));
            if let (Some(Outcome::Refused(_)), true) = (out.last(), group.len() > 1) {
                self.done = before;
                let bad = out.len() - 1;
                return (0..group.len())
                    .map(|i| if i == bad { out[bad].clone() } else { Outcome::Refused(Refusal::LinkFailed) })
                    .collect();
            }
        }
        out
    }

    fn one(&mut self, t: &Transfer, ctx: &Context) -> Outcome {
        let bare = |t: &Transfer| Transfer { linked: false, ..t.clone() };
        if let Some(before) = self.find(t.id) {
            return if bare(before) == bare(t) {
                Outcome::AlreadySo
            } else {
                Outcome::Refused(Refusal::ExistsDifferent)
            };
        }
        match self.why_not(t, ctx) {
            Some(r) => Outcome::Refused(r),
            None => {
                self.done.push(t.clone());
                Outcome::Posted
            }
        }
    }

    fn why_not(&self, t: &Transfer, ctx: &Context) -> Option<Refusal> {
        use Refusal::*;
        if t.amount.minor < 1 {
            return Some(AmountNotPositive);
        }
        if t.debit == t.credit {
            return Some(SameAccount);
        }
        let (Some(from), Some(to)) = (self.accounts.get(&t.debit), self.accounts.get(&t.credit)) else {
            return Some(if self.accounts.contains_key(&t.debit) { CreditUnknown } else { DebitUnknown });
        };
        let ends = !matches!(t.kind, Kind::Single | Kind::Pending);
        let hold = t.pending.and_then(|id| self.find(id)).filter(|h| h.kind == Kind::Pending);
        match (ends, t.pending.is_some(), hold) {
            (false, false, _) => {}
            (false, true, _) | (true, _, None) => return Some(PendingUnknown),
            (true, _, Some(hold)) => {
                if let Some(r) = self.why_not_end(t, hold, ctx) {
                    return Some(r);
                }
            }
        }
        if let Some(id) = t.reverses {
            let moved = self.find(id).filter(|o| matches!(o.kind, Kind::Single | Kind::Post));
            match moved {
                None => return Some(ReversalUnknown),
                Some(o) if o.amount != t.amount => return Some(ReversalDiffers),
                Some(_) if self.done.iter().any(|d| d.reverses == Some(id)) => return Some(ReversedAlready),
                Some(_) => {}
            }
        }
        let in_time = t.expires_at.is_some_and(|at| at > ctx.now && at.since(ctx.now) <= 400 * DAY);
        if (t.kind == Kind::Pending && !in_time) || (t.kind != Kind::Pending && t.expires_at.is_some()) {
            return Some(ExpiryMissing);
        }
        if matches!(t.kind, Kind::Void | Kind::Expire) {
            return None;
        }
        let says = |a: &Kept, what: i64| a.flags & what == what;
        let status = [
            (says(from, flag::CLOSED), DebitClosed),
            (says(to, flag::CLOSED), CreditClosed),
            (says(from, flag::DORMANT), DebitDormant),
            (says(to, flag::DORMANT), CreditDormant),
            (says(from, flag::NO_DEBITS), DebitsStopped),
            (says(to, flag::NO_CREDITS), CreditsStopped),
            (says(from, flag::COUNTER_ONLY) && !ctx.at_counter, CounterOnly),
            (from.restricted && t.code != "closing" && !self.grants.contains(&(t.debit, t.credit)), NotGranted),
        ];
        if let Some((_, r)) = status.into_iter().find(|(applies, _)| *applies) {
            return Some(r);
        }
        let back = if t.kind == Kind::Post { hold.map_or(0, |h| h.amount.minor) } else { 0 };
        for (id, giver) in [(t.debit, Side::Credit), (t.credit, Side::Debit)] {
            if let (Some((free, frozen)), true) = (self.free(id), self.accounts[&id].side == giver) {
                let free = free + back;
                if free < t.amount.minor {
                    return Some(if free + frozen < t.amount.minor { FundsShort } else { FundsFrozen });
                }
            }
        }
        None
    }

    fn why_not_end(&self, t: &Transfer, hold: &Transfer, ctx: &Context) -> Option<Refusal> {
        use Refusal::*;
        let over = hold.expires_at.is_some_and(|at| at <= ctx.now);
        let part = t.amount.minor < hold.amount.minor && t.kind != Kind::Post;
        if t.debit != hold.debit || t.credit != hold.credit || part {
            return Some(PendingDiffers);
        }
        match (self.end_of(hold.id), t.kind) {
            (Some(Kind::Post), _) => Some(PendingPosted),
            (Some(Kind::Void), _) => Some(PendingVoided),
            (Some(_), _) => Some(PendingExpired),
            (None, Kind::Expire) if !over => Some(PendingNotDue),
            (None, Kind::Post | Kind::Void) if over => Some(PendingExpired),
            _ if t.amount.minor > hold.amount.minor => Some(ExceedsPending),
            _ => None,
        }
    }
}

fn any_account() -> impl Strategy<Value = Kept> {
    let flags = prop_oneof![
        8 => Just(0),
        1 => Just(flag::NO_DEBITS),
        1 => Just(flag::NO_CREDITS),
        1 => Just(flag::COUNTER_ONLY),
        1 => Just(flag::DORMANT),
        1 => Just(flag::CLOSED)
    ];
    (any::<bool>(), any::<bool>(), prop::bool::weighted(0.2), flags, prop_oneof![3 => Just(0i64), 1 => 1..20i64])
        .prop_map(|(debit, limited, restricted, flags, frozen)| {
            let side = if debit { Side::Debit } else { Side::Credit };
            Kept { side, limited, restricted, flags, frozen }
        })
}

fn any_transfer() -> impl Strategy<Value = Transfer> {
    let kind = prop_oneof![
        5 => Just(Kind::Single),
        3 => Just(Kind::Pending),
        2 => Just(Kind::Post),
        1 => Just(Kind::Void),
        1 => Just(Kind::Expire)
    ];
    let ids = (0..40u64, 0..7u64, 0..7u64, 0..40u64, prop::option::weighted(0.15, 0..40u64));
    let rest =
        (prop_oneof![9 => 1..25i64, 1 => Just(0)], 0..4i64, prop::bool::weighted(0.25), prop::bool::weighted(0.1));
    (kind, ids, rest).prop_map(|(kind, (id, debit, credit, pending, reverses), (amount, hours, linked, closing))| {
        Transfer {
            kind,
            pending: (!matches!(kind, Kind::Single | Kind::Pending)).then(|| xfer(pending)),
            expires_at: (kind == Kind::Pending).then(|| START.plus(hours * 4 * kernel::clock::HOUR)),
            reverses: reverses.map(xfer),
            linked,
            ..Transfer::single(
                xfer(id),
                acct(debit),
                acct(credit),
                Money::cny(amount),
                if closing { "closing" } else { "transfer" },
            )
        }
    })
}

/// Ends of holds mostly speak of what was held, reversals of what was moved.
fn aimed(mut batch: Vec<Transfer>, model: &Model) -> Vec<Transfer> {
    for at in 0..batch.len() {
        let held: Vec<&Transfer> = batch[..at].iter().chain(&model.done).filter(|h| h.kind == Kind::Pending).collect();
        let pick = |id: TransferId| held.get(id.bytes()[7] as usize % held.len().max(1)).map(|h| (*h).clone());
        let held = batch[at].pending.and_then(pick);
        if let Some(h) = held
            && batch[at].amount.minor % 5 != 0
        {
            (batch[at].debit, batch[at].credit, batch[at].pending) = (h.debit, h.credit, Some(h.id));
            if batch[at].kind != Kind::Post {
                batch[at].amount = h.amount;
            }
        }
        let mut earlier = batch[..at].iter().chain(&model.done);
        if let Some(moved) = batch[at].reverses.and_then(|id| earlier.find(|t| t.id == id)).cloned()
            && batch[at].amount.minor % 5 != 0
        {
            let t = &mut batch[at];
            (t.debit, t.credit, t.amount, t.kind, t.pending, t.expires_at) =
                (moved.credit, moved.debit, moved.amount, Kind::Single, None, None);
        }
    }
    batch
}

fn open(accounts: &[Kept]) -> (State, Model) {
    let (mut state, mut model) = (State::default(), Model::default());
    for (n, kept) in (0..).zip(accounts) {
        let purpose = if kept.restricted { Purpose::Escrow } else { Purpose::General };
        let balance = Balance { flags: kept.flags, frozen: kept.frozen, ..Balance::default() };
        state.add_account(slot(n, kept.side, kept.limited, purpose, balance));
        model.accounts.insert(acct(n), kept.clone());
    }
    for pair in [(1, 2), (2, 3), (3, 0)] {
        state.grants.insert((acct(pair.0), acct(pair.1)));
        model.grants.push((acct(pair.0), acct(pair.1)));
    }
    (state, model)
}

/// Brings into the state what the journal would say, as the books do before a batch.
fn load(state: &mut State, model: &Model, batch: &[Transfer]) {
    state.known = model.done.iter().map(|t| (t.id, written(t))).collect();
    state.originals.clear();
    for id in batch.iter().filter_map(|t| t.reverses) {
        if let Some(o) = model.find(id) {
            let reversed = model.done.iter().any(|d| d.reverses == Some(id));
            let moved = matches!(o.kind, Kind::Single | Kind::Post).then_some(o.amount);
            state.originals.insert(id, Original { moved, reversed });
        }
    }
}

type Picture = (Vec<Balance>, BTreeMap<TransferId, String>, usize);

fn picture(state: &State) -> Picture {
    let holds = state.holds.iter().map(|(id, h)| (*id, format!("{h:?}"))).collect();
    (state.slots().iter().map(|s| s.balance).collect(), holds, state.posted.len())
}

fn agrees(state: &State, model: &Model) {
    let mut sum = 0;
    for s in state.slots() {
        let (b, wanted) = (s.balance, model.sums(s.id));
        let got = Sums {
            debits: b.debits_posted,
            credits: b.credits_posted,
            held_debits: b.debits_pending,
            held_credits: b.credits_pending,
        };
        assert_eq!(got, wanted, "{}", s.id);
        assert_eq!(b.available(s.side), b.posted(s.side) - b.held(s.side) - b.frozen);
        assert!(!s.limited || b.posted(s.side) - b.held(s.side) >= 0, "{} is overdrawn", s.id);
        sum += b.net();
    }
    assert_eq!(sum, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn the_rules_and_the_model_come_to_the_same_end(
        first in any_account(),
        others in prop::collection::vec(any_account(), 5),
        batches in prop::collection::vec((prop::collection::vec(any_transfer(), 0..12), 0..3i64, any::<bool>(), any::<bool>()), 1..10),
    ) {
        let first = Kept { limited: false, flags: 0, restricted: false, ..first };
        let accounts: Vec<Kept> = std::iter::once(first).chain(others).collect();
        let (mut state, mut model) = open(&accounts);
        let mut now = START;
        for (batch, hours, at_counter, fails) in batches {
            now = now.plus(hours * 3 * kernel::clock::HOUR);
            let ctx = Context { now, business_date: now.local_date(), at_counter };
            let batch = aimed(batch, &model);
            load(&mut state, &model, &batch);
            state.forget_undo();
            state.posted.clear();
            let before = picture(&state);
            let accounts = state.slots().len();
            if fails {
                state.apply(&batch, &ctx);
                state.undo_closure(accounts);
                prop_assert_eq!(picture(&state), before);
                load(&mut state, &model, &batch);
            }
            let posted_before = model.done.len();
            let wanted = model.batch(&batch, &ctx);
            prop_assert_eq!(state.apply(&batch, &ctx), wanted, "{:#?}", batch);
            let posted: Vec<TransferId> = state.posted.iter().map(|p| batch[p.ask].id).collect();
            prop_assert_eq!(posted, model.done[posted_before..].iter().map(|t| t.id).collect::<Vec<_>>());
            agrees(&state, &model);
        }
    }
}

#[test]
fn random_batches_reach_every_refusal_but_those_of_form() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3_000 {
        let accounts = prop::collection::vec(any_account(), 6).new_tree(&mut runner).unwrap().current();
        let (_, mut model) = open(&accounts);
        for step in 0..6 {
            let now = START.plus(step * 3 * kernel::clock::HOUR);
            let ctx = Context { now, business_date: now.local_date(), at_counter: false };
            let batch = prop::collection::vec(any_transfer(), 0..12).new_tree(&mut runner).unwrap().current();
            let batch = aimed(batch, &model);
            seen.extend(model.batch(&batch, &ctx).into_iter().filter_map(|o| o.ok().err()));
        }
    }
    let form =
        [Refusal::WrongBook, Refusal::CurrencyDiffers, Refusal::ValueDateOut, Refusal::TextTooLong, Refusal::Overflow];
    let missing: Vec<_> = Refusal::ALL.iter().filter(|r| !seen.contains(r) && !form.contains(r)).collect();
    assert!(missing.is_empty(), "never tried: {missing:?}");
}
