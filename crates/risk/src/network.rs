//! Who paid whom lately: how near somebody is to a listed account, and whether money comes back to where it began.
//!
//! Of every account the last [`STEPS_KEPT_MAX`] payments in and out are kept, up to [`STEP_DAYS_MAX`] days back. A
//! payment from or to a listed account marks the other side as a neighbour, so two hops are one look at each
//! neighbour's mark. A circle is searched forward from the payee, in the order of time, each step within
//! [`CIRCLE_DAYS_MAX`] days and of about the same amount, with at most [`LOOKS_MAX`] looks at payments; a search that
//! runs out of looks says that it does not know.
use crate::expr::{WHOLE, share};
use crate::payment::{Key, Observed, Payment};
use crate::state::{ByKey, second};
use std::collections::HashSet;

/// Payments in, and as many out, that an account is remembered by.
pub const STEPS_KEPT_MAX: usize = 32;
/// Days a payment is remembered.
pub const STEP_DAYS_MAX: u32 = 30;
/// Days a circle may take.
pub const CIRCLE_DAYS_MAX: u32 = 7;
/// Payments in a circle, the closing one with them.
pub const CIRCLE_HOPS_MAX: usize = 6;
/// Payments in a circle at least: there and back is a refund.
pub const CIRCLE_HOPS_MIN: usize = 3;
/// Looks at payments in one search.
pub const LOOKS_MAX: usize = 2_000;
/// Of the amount that left, this part comes back at least, in basis points.
pub const CIRCLE_SHARE_MIN: i64 = 8_000;
/// Accounts remembered at most.
pub const ACCOUNTS_MAX: usize = 4_000_000;
/// Listed accounts at most.
pub const LISTED_MAX: usize = 1_000_000;
/// What [`Found::listed_hops`] says where nobody listed is near.
pub const FAR: i64 = 99;

const DAY: u32 = 86_400;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    second: u32,
    other: u64,
    amount: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Account {
    out: Vec<Step>,
    into: Vec<Step>,
    /// When it last paid or was paid by a listed account.
    near: Option<u32>,
}

/// What the network says of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Steps from the payer to the next listed account: 0, 1, 2 or [`FAR`].
    pub listed_hops: i64,
    /// Of what the payer received, the part from listed accounts and their neighbours, in basis points.
    pub listed_share: i64,
    /// Payments in the circle that this one closes, 0 for none; `None` when the search ran out of looks.
    pub circle_hops: Option<i64>,
    /// Of the first payment of the circle, the part that comes back, in basis points.
    pub circle_share: Option<i64>,
}

/// Payments between accounts of the last days.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Network {
    accounts: ByKey<Account>,
    listed: HashSet<u64>,
}

fn keep(steps: &mut Vec<Step>, step: Step) {
    let at = steps.partition_point(|s| *s < step);
    if steps.len() == steps.capacity() {
        steps.reserve_exact(2 + steps.len() / 4);
    }
    steps.insert(at, step);
    let newest = steps.last().map_or(0, |s| s.second);
    let old = steps.partition_point(|s| s.second + STEP_DAYS_MAX * DAY < newest);
    let drop = old.max(steps.len().saturating_sub(STEPS_KEPT_MAX));
    steps.drain(..drop);
}

impl Network {
    /// Remembers money that moved between two accounts.
    pub fn observe(&mut self, event: &Observed) {
        let (Some(payer), Some(payee)) = (event.payer, event.payee) else { return };
        if payer == payee {
            return;
        }
        if self.accounts.len() >= ACCOUNTS_MAX {
            self.forget();
        }
        let (second, amount) = (second(event.at), event.amount.minor);
        let near = |on: bool, known: Option<u32>| if on { known.max(Some(second)) } else { known };
        let (payer_listed, payee_listed) = (self.listed.contains(&payer.0), self.listed.contains(&payee.0));
        let from = self.accounts.entry(payer.0).or_default();
        keep(&mut from.out, Step { second, other: payee.0, amount });
        from.near = near(payee_listed, from.near);
        let to = self.accounts.entry(payee.0).or_default();
        keep(&mut to.into, Step { second, other: payer.0, amount });
        to.near = near(payer_listed, to.near);
    }

    /// Puts an account on the list, or takes it off; whether there was room. Neighbours stay marked until their payment
    /// is [`STEP_DAYS_MAX`] days old.
    pub fn list(&mut self, key: Key, listed: bool) -> bool {
        if !listed {
            self.listed.remove(&key.0);
            return true;
        }
        if self.listed.len() >= LISTED_MAX && !self.listed.contains(&key.0) {
            return false;
        }
        self.listed.insert(key.0);
        let Some(account) = self.accounts.get(&key.0) else { return true };
        let touched: Vec<(u64, u32)> = account.out.iter().chain(&account.into).map(|s| (s.other, s.second)).collect();
        for (other, second) in touched {
            if let Some(other) = self.accounts.get_mut(&other) {
                other.near = other.near.max(Some(second));
            }
        }
        true
    }

    pub fn find(&self, payment: &Payment, at: kernel::Timestamp) -> Found {
        let now = second(at);
        let (listed_hops, listed_share) = self.nearness(payment.payer, now);
        let circle = self.circle(payment, now);
        let circle_hops = circle.as_ref().map(|c| c.as_ref().map_or(0, |(members, _)| members.len() as i64));
        let circle_share = circle.map(|c| c.map_or(0, |(_, share)| share));
        Found { listed_hops, listed_share, circle_hops, circle_share }
    }

    /// Steps to the next listed account and the part of what came in that came from near it.
    fn nearness(&self, of: Key, now: u32) -> (i64, i64) {
        if self.listed.is_empty() {
            return (FAR, 0);
        }
        let here = if self.listed.contains(&of.0) { 0 } else { FAR };
        let Some(account) = self.accounts.get(&of.0) else { return (here, 0) };
        let fresh = |second: u32| second + STEP_DAYS_MAX * DAY >= now;
        let mut hops = here;
        let (mut all, mut tainted) = (0i64, 0i64);
        let into = account.into.iter().map(|s| (s, true)).chain(account.out.iter().map(|s| (s, false)));
        for (step, received) in into.filter(|(s, _)| fresh(s.second)) {
            let far = self.hops_of(step.other, &fresh);
            hops = hops.min(far + 1);
            if received {
                all = all.saturating_add(step.amount);
                tainted = tainted.saturating_add(if far <= 1 { step.amount } else { 0 });
            }
        }
        (if hops > 2 { FAR } else { hops }, share(tainted, all))
    }

    fn hops_of(&self, key: u64, fresh: &impl Fn(u32) -> bool) -> i64 {
        if self.listed.contains(&key) {
            return 0;
        }
        let near = self.accounts.get(&key).and_then(|a| a.near);
        if near.is_some_and(fresh) { 1 } else { FAR }
    }

    /// Accounts in the circle that this payment closes; none when there is none, or the search ran out of looks.
    pub fn circle_members(&self, payment: &Payment, at: kernel::Timestamp) -> Vec<u64> {
        self.circle(payment, second(at)).flatten().map_or_else(Vec::new, |(members, _)| members)
    }

    /// The circle that this payment closes: its accounts and the part of the first payment that comes back. `None` when
    /// the looks are used up.
    fn circle(&self, payment: &Payment, now: u32) -> Option<Option<(Vec<u64>, i64)>> {
        let Some(start) = self.accounts.get(&payment.payee.0) else { return Some(None) };
        let mut looks = LOOKS_MAX;
        for first in start.out.iter().rev().take_while(|s| s.second + CIRCLE_DAYS_MAX * DAY >= now) {
            looks = looks.checked_sub(1)?;
            let back = share(payment.amount.minor, first.amount);
            if !(CIRCLE_SHARE_MIN..=WHOLE * 5 / 4).contains(&back) || first.other == payment.payer.0 {
                continue;
            }
            let mut path = vec![payment.payee.0];
            if self.follow(*first, *first, payment.payer.0, &mut path, &mut looks)? {
                path.push(payment.payer.0);
                return Some(Some((path, back)));
            }
        }
        Some(None)
    }

    /// Whether `goal` is paid on some way after `last`, whose accounts are put on `path`; `None` when the looks are
    /// used up.
    fn follow(&self, first: Step, last: Step, goal: u64, path: &mut Vec<u64>, looks: &mut usize) -> Option<bool> {
        path.push(last.other);
        let next = self.accounts.get(&last.other).map(|a| a.out.as_slice()).unwrap_or_default();
        for step in &next[next.partition_point(|s| s.second < last.second)..] {
            *looks = looks.checked_sub(1)?;
            let about = (CIRCLE_SHARE_MIN..=WHOLE * 5 / 4).contains(&share(step.amount, first.amount));
            if !about || path.contains(&step.other) || step.second > first.second + CIRCLE_DAYS_MAX * DAY {
                continue;
            }
            if step.other == goal {
                if path.len() + 1 >= CIRCLE_HOPS_MIN {
                    return Some(true);
                }
                continue;
            }
            if path.len() + 2 <= CIRCLE_HOPS_MAX && self.follow(first, *step, goal, path, looks)? {
                return Some(true);
            }
        }
        path.pop();
        Some(false)
    }

    fn forget(&mut self) {
        let newest = |a: &Account| a.out.last().max(a.into.last()).map_or(0, |s| s.second);
        let mut ages: Vec<u32> = self.accounts.values().map(newest).collect();
        let part = ages.len() / 16;
        let (_, edge, _) = ages.select_nth_unstable(part);
        let edge = *edge;
        let mut left = part + 1;
        self.accounts.retain(|_, a| {
            let goes = newest(a) <= edge && left > 0;
            left -= usize::from(goes);
            !goes
        });
    }

    /// Accounts remembered.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    pub fn bytes(&self) -> usize {
        let steps = |a: &Account| (a.out.capacity() + a.into.capacity()) * size_of::<Step>();
        self.accounts.capacity() * (size_of::<u64>() + size_of::<Account>() + 1)
            + self.accounts.values().map(steps).sum::<usize>()
    }
}
