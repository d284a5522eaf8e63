//! What holds the money: freezes of the guard for parties, one restriction of the ledger for all orders on an account.
use crate::line::{Place, covered, standing};
use crate::order::{AuthorityOrder, OrderKind, OrderState, Queue};
use crate::{Event, book_of, process};
use guard::{FreezeBasis, FreezeKind, NewFreeze};
use kernel::clock::{DAY, HOUR};
use kernel::id::{AccountId, AuthorityOrderId};
use kernel::{Actor, Error, Id, Money, Owner, Result, Timestamp};
use ledger::restrictions::{self, Restrict, Restriction};
use store::{Audit, Seal, Tx, params};

/// Basis of the ledger's restrictions that stand for orders of which the customer may hear.
pub const OPEN: &str = "authority_order";
/// The same when one of the orders is silent: the word says nothing to whoever comes to see it.
pub const QUIET: &str = "account_restriction";

/// Orders on one party follow each other.
pub(crate) fn lock(tx: &mut Tx<'_>, subject: Owner) -> Result<Queue> {
    let book = book_of(subject)?;
    if let Some(row) = tx.load::<Queue>(params![book, subject])? {
        return Ok(row);
    }
    let mut row = Queue { book, subject, places: 0, seal: Seal::default() };
    match tx.insert_if_absent(&mut row)? {
        true => Ok(row),
        false => tx.load::<Queue>(params![book, subject])?.ok_or_else(|| Error::broken("a queue is there and is not")),
    }
}

/// Stops and freezes of a party that stand or wait, by their places.
pub(crate) fn held_of(tx: &mut Tx<'_>, subject: Owner) -> Result<Vec<AuthorityOrder>> {
    let tail = "WHERE book = ?1 AND subject = ?2 AND state IN ('in_force', 'waiting') AND kind IN ('stop', 'freeze') \
                ORDER BY place";
    tx.select::<AuthorityOrder>(tail, params![book_of(subject)?, subject])
}

/// Those that reach an account: its own, and those on the whole party.
fn reaching(tx: &mut Tx<'_>, subject: Owner, account: AccountId) -> Result<Vec<AuthorityOrder>> {
    let mut all = held_of(tx, subject)?;
    all.retain(|o| o.account.is_none_or(|a| a == account));
    Ok(all)
}

fn place_of(o: &AuthorityOrder) -> Place {
    Place { amount: o.left(), party: o.account.is_none() }
}

fn line_of(orders: &[AuthorityOrder]) -> Vec<(&AuthorityOrder, Place)> {
    orders.iter().filter(|o| o.kind == OrderKind::Freeze).map(|o| (o, place_of(o))).collect()
}

/// A freeze on an account, and what of the balance it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub order: AuthorityOrderId,
    /// What it keeps; `None` for all.
    pub asked: Option<Money>,
    pub covered: Money,
}

/// The freezes that reach an account, by their places, each with what it has of the balance; and what all leave.
pub fn shares(tx: &mut Tx<'_>, account: AccountId) -> Result<(Vec<Share>, Money)> {
    let view = ledger::view(tx, account)?;
    let currency = view.account.currency;
    let orders = reaching(tx, view.account.owner, account)?;
    let line = line_of(&orders);
    let places: Vec<Place> = line.iter().map(|(_, p)| *p).collect();
    let (own, _) = ours(tx, account)?.amounts();
    let room = view.posted().sub(view.held())?.minor - (view.balance.frozen - own);
    let (shares, left) = covered(room, &places);
    let share = |((o, _), has): (&(&AuthorityOrder, Place), i64)| Share {
        order: o.id,
        asked: o.left().map(|minor| Money::new(minor, currency)),
        covered: Money::new(has, currency),
    };
    Ok((line.iter().zip(shares).map(share).collect(), Money::new(left, currency)))
}

/// Gives an order the next place, and has it take effect or wait. The row is kept already.
pub(crate) fn place(tx: &mut Tx<'_>, actor: &Actor, o: &mut AuthorityOrder) -> Result<()> {
    let mut queue = lock(tx, o.subject)?;
    queue.places += 1;
    tx.update(&mut queue)?;
    (o.place, o.placed_at) = (queue.places, Some(tx.now()));
    o.state = OrderState::InForce;
    if let Some(account) = o.account.filter(|_| o.kind == OrderKind::Freeze) {
        let before = reaching(tx, o.subject, account)?;
        let mut line: Vec<Place> = line_of(&before).into_iter().map(|(_, p)| p).collect();
        line.push(place_of(o));
        if standing(&line).last() == Some(&false) {
            o.state = OrderState::Waiting;
        }
    }
    match o.state {
        OrderState::InForce => take_effect(tx, actor, o)?,
        _ => {
            tx.update(o)?;
            tx.emit(&Event::waiting(o), &actor.correlation)?;
        }
    }
    match o.account {
        Some(account) => settle(tx, actor, o.subject, account),
        None => Ok(()),
    }
}

/// When an order that takes effect now ends by itself.
fn end_of(o: &AuthorityOrder, now: Timestamp, waited: bool) -> Result<Timestamp> {
    let from = if waited { now } else { o.received_at };
    Ok(match o.kind {
        OrderKind::Stop => now.plus(crate::powers(o.authority, o.received_at.local_date())?.stop_hours * HOUR),
        _ => from.local_date().plus_days(o.term_days + 1).begins(),
    })
}

/// It stands from now on; written and told.
fn take_effect(tx: &mut Tx<'_>, actor: &Actor, o: &mut AuthorityOrder) -> Result<()> {
    let now = tx.now();
    let waited = o.state == OrderState::Waiting;
    o.state = OrderState::InForce;
    o.until = Some(end_of(o, now, waited)?);
    if o.account.is_none() {
        freeze_party(tx, actor, o)?;
    }
    tx.update(o)?;
    let until = o.until.map(|t| t.local()).unwrap_or_default();
    tx.audit(actor, Audit::of("order.in_force", o.id).after(format!("place {} until {until}", o.place)))?;
    tx.emit(&Event::placed(o), &actor.correlation)
}

/// Freezes the party in the guard until the order's end.
pub(crate) fn freeze_party(tx: &mut Tx<'_>, actor: &Actor, o: &mut AuthorityOrder) -> Result<()> {
    let (now, police) = (tx.now(), o.authority == crate::Authority::Police);
    let days = o.until.map_or(i64::MAX, |until| until.since(now) / DAY);
    let basis = match o.kind {
        OrderKind::Stop if police => FreezeBasis::PoliceStop,
        _ if police && days < guard::POLICE_FREEZE_DAYS_MAX => FreezeBasis::PoliceFreeze,
        _ => FreezeBasis::Court,
    };
    let new = NewFreeze {
        subject: o.subject,
        kind: FreezeKind::StopDebits,
        basis,
        // The number of the document is no key: two authorities may have the same.
        document: format!("{} {}", o.document.chars().take(150).collect::<String>(), o.id),
        from: now,
        until: o.until,
        reason: o.basis.clone(),
    };
    o.freeze_number = Some(guard::freeze_party(tx, actor, new)?.into_inner().number);
    Ok(())
}

/// Ends an order that stands or waits; whoever waits behind it takes effect.
pub(crate) fn end(
    tx: &mut Tx<'_>,
    actor: &Actor,
    o: &mut AuthorityOrder,
    (state, why): (OrderState, &str),
) -> Result<()> {
    lock(tx, o.subject)?;
    if o.is_unconfirmed() {
        approval::withdraw(tx, actor, o.approval, why)?;
    }
    let before = o.state;
    (o.state, o.ended_by, o.ended_at) = (state, Some(actor.principal()), Some(tx.now()));
    o.ended_why = why.to_owned();
    tx.update(o)?;
    if let Some(number) = o.freeze_number {
        guard::end_ordered(tx, actor, o.subject, number, &o.document, why)?;
    }
    tx.audit(actor, Audit::of("order.end", o.id).change(before.code(), state.code()).reason(why))?;
    tx.emit(&Event::ended(o), &actor.correlation)?;
    settle_all(tx, actor, o.subject, o.account)
}

/// [`settle`] for the account of an order, or for every account of the party that has one.
fn settle_all(tx: &mut Tx<'_>, actor: &Actor, subject: Owner, account: Option<AccountId>) -> Result<()> {
    if let Some(account) = account {
        return settle(tx, actor, subject, account);
    }
    let mut accounts: Vec<AccountId> = held_of(tx, subject)?.into_iter().filter_map(|o| o.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts.into_iter().try_for_each(|a| settle(tx, actor, subject, a))
}

/// Brings an account to what the orders on it say: who may stand now stands, and the ledger keeps what they keep together.
pub(crate) fn settle(tx: &mut Tx<'_>, actor: &Actor, subject: Owner, account: AccountId) -> Result<()> {
    let orders = reaching(tx, subject, account)?;
    let line = line_of(&orders);
    let places: Vec<Place> = line.iter().map(|(_, p)| *p).collect();
    let (mut stop, mut keep, mut silent) = (false, 0i64, false);
    let stands = standing(&places);
    let let_in: Vec<AuthorityOrder> = line
        .iter()
        .zip(&stands)
        .filter(|((o, _), s)| **s && o.state == OrderState::Waiting)
        .map(|((o, _), _)| (*o).clone())
        .collect();
    for ((o, p), stands) in line.iter().zip(&stands) {
        if *stands && o.account.is_some() {
            stop |= p.amount.is_none();
            keep = keep.saturating_add(p.amount.unwrap_or(0));
            silent |= o.silent;
        }
    }
    for o in orders.iter().filter(|o| o.kind == OrderKind::Stop && o.account.is_some()) {
        stop = true;
        silent |= o.silent;
    }
    for mut o in let_in {
        take_effect(tx, actor, &mut o)?;
    }
    ours(tx, account)?.become_(tx, actor, account, (stop, keep), if silent { QUIET } else { OPEN })
}

/// Takes the orders' restrictions off an account for a payment in this transaction; [`settle`] puts them on again.
pub(crate) fn open(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    ours(tx, account)?.become_(tx, &process(account), account, (false, 0), OPEN)
}

/// The ledger's restrictions that stand for orders: number and basis of the stop; number, basis and amount of what is kept.
struct Ours {
    stop: Option<(i64, String)>,
    keep: Option<(i64, String, i64)>,
}

fn ours(tx: &mut Tx<'_>, account: AccountId) -> Result<Ours> {
    let mut ours = Ours { stop: None, keep: None };
    for r in restrictions::orders(tx, account)? {
        if r.lifted_at.is_some() || !is_ours(&r.basis) {
            continue;
        }
        match r.kind {
            Restriction::Freeze => ours.keep = Some((r.number, r.basis, r.amount)),
            _ => ours.stop = Some((r.number, r.basis)),
        }
    }
    Ok(ours)
}

fn is_ours(basis: &str) -> bool {
    basis == OPEN || basis == QUIET
}

impl Ours {
    /// What is kept, and whether all is stopped.
    fn amounts(&self) -> (i64, bool) {
        (self.keep.as_ref().map_or(0, |(.., amount)| *amount), self.stop.is_some())
    }

    fn become_(
        self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        account: AccountId,
        (stop, keep): (bool, i64),
        basis: &str,
    ) -> Result<()> {
        let same_stop = self.stop.as_ref().map_or(!stop, |(_, b)| stop && b == basis);
        let same_keep = self.keep.as_ref().map_or(keep == 0, |(_, b, amount)| *amount == keep && b == basis);
        if !same_stop && stop {
            restrictions::restrict(tx, actor, &Restrict::new(account, Restriction::NoDebits, basis))?;
        }
        if !same_keep && keep > 0 {
            let ask = Restrict { amount: keep, ..Restrict::new(account, Restriction::Freeze, basis) };
            restrictions::restrict(tx, actor, &ask)?;
        }
        if let Some((number, _)) = self.stop.filter(|_| !same_stop) {
            restrictions::lift(tx, actor, account, number, "the orders on this account changed")?;
        }
        if let Some((number, ..)) = self.keep.filter(|_| !same_keep) {
            restrictions::lift(tx, actor, account, number, "the orders on this account changed")?;
        }
        Ok(())
    }
}

/// Whether this restriction of an account stands for orders: it is not lifted, and not told, as the bank's own are.
pub fn keeps_account(tx: &mut Tx<'_>, account: AccountId, number: i64) -> Result<bool> {
    Ok(restrictions::orders(tx, account)?.iter().any(|r| r.number == number && is_ours(&r.basis)))
}

/// Whether this freeze of a party stands for an order.
pub fn keeps_party(tx: &mut Tx<'_>, subject: Owner, number: i64) -> Result<bool> {
    let found = guard::freezes(tx, subject)?.into_iter().find(|f| f.number == number);
    let named = found.and_then(|f| f.document.rsplit(' ').next().and_then(|t| t.parse::<AuthorityOrderId>().ok()));
    let Some(id) = named else { return Ok(false) };
    Ok(tx.get::<AuthorityOrder>(params![id.book(), id])?.is_some_and(|o| o.subject == subject))
}
