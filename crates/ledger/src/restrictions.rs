//! Freezes and stops on an account, each with who, when, on what basis and until when.
//!
//! Several may stand at once; what the account may do is their sum. A **queued freeze** (轮候冻结) waits behind the freezes
//! that stand and takes effect by itself when the last of them is lifted. One that has an end is lifted by
//! [`lift_due`] when its time is over.
use crate::account::Account;
use crate::apply::flag;
use crate::books::{Books, Touch, key};
use crate::events::Event;
use crate::{ACCOUNT_UNKNOWN, RESTRICTION_UNKNOWN, RESTRICTIONS_MAX, WAGE_PROTECTED};
use kernel::{Actor, BookId, Error, Id, Owner, Result, Timestamp, id::AccountId};
use serde::{Deserialize, Serialize};
use store::{Audit, Param, Seal, Tx};

store::text_enum! {
    /// What is restricted.
    pub enum Restriction {
        /// 止付: nothing goes out.
        NoDebits = "no_debits",
        NoCredits = "no_credits",
        /// 暂停非柜面业务: pays at a staffed counter only.
        CounterOnly = "counter_only",
        /// 久悬/睡眠户: neither pays nor receives until woken in person.
        Dormant = "dormant",
        /// 部分冻结: an amount must stay.
        Freeze = "freeze",
    }
}

store::record! {
    /// A restriction in its life: made, perhaps queued, perhaps lifted.
    pub struct Order in "restrictions" key 3 {
        pub book: BookId,
        pub account: AccountId,
        /// 1, 2, 3 … per account: the order in which queued freezes take effect.
        pub number: i64,
        pub kind: Restriction,
        /// Minor units that must stay; only for `Freeze`.
        pub amount: i64,
        pub queued: bool,
        /// Why: a law's article, a court's or police order, a rule of the bank.
        pub basis: String,
        /// The document's number.
        pub document: String,
        pub made_by: String,
        pub made_at: Timestamp,
        pub until: Option<Timestamp>,
        pub lifted_by: Option<String>,
        pub lifted_at: Option<Timestamp>,
        pub lifted_why: Option<String>,
    }
}

/// What is needed to restrict an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restrict {
    pub account: AccountId,
    pub kind: Restriction,
    /// Minor units that must stay; above zero for `Freeze`, 0 otherwise.
    pub amount: i64,
    /// Wait behind a freeze or stop that stands.
    pub queue: bool,
    pub basis: String,
    /// May be empty for a rule of the bank.
    pub document: String,
    pub until: Option<Timestamp>,
}

impl Restrict {
    pub fn new(account: AccountId, kind: Restriction, basis: &str) -> Restrict {
        Restrict { account, kind, amount: 0, queue: false, basis: basis.into(), document: String::new(), until: None }
    }
}

/// Restricts an account; answers the order's number. The same kind on the same basis and document is the same order.
/// `Err(WAGE_PROTECTED)` for money that is set aside for wages (Decree 724, art. 33); see [`restrict_wages`].
pub fn restrict(tx: &mut Tx<'_>, actor: &Actor, ask: &Restrict) -> Result<i64> {
    let account = tx.get::<Account>(&key(&ask.account))?.ok_or_else(|| unknown(ask.account))?;
    if account.purpose.is_for_wages() {
        return Err(Error::new(&WAGE_PROTECTED, format!("{} is a {} account", ask.account, account.purpose))
            .with("purpose", account.purpose));
    }
    restrict_any(tx, actor, ask)
}

/// As [`restrict`], on money that is set aside for wages. Only the crate that keeps the legal documents on such accounts calls it,
/// after it has seen one, or that the law protects nothing here.
pub fn restrict_wages(tx: &mut Tx<'_>, actor: &Actor, ask: &Restrict) -> Result<i64> {
    restrict_any(tx, actor, ask)
}

fn restrict_any(tx: &mut Tx<'_>, actor: &Actor, ask: &Restrict) -> Result<i64> {
    if (ask.kind == Restriction::Freeze) != (ask.amount > 0) {
        return Err(Error::field("amount", "a partial freeze needs an amount above zero, the others none"));
    }
    if ask.until.is_some_and(|until| until <= tx.now()) {
        return Err(Error::field("until", "the end of a restriction lies in the future"));
    }
    lock(tx, ask.account)?;
    let orders = orders(tx, ask.account)?;
    let same = |o: &&Order| {
        o.lifted_at.is_none()
            && o.kind == ask.kind
            && o.basis == ask.basis
            && o.document == ask.document
            && o.amount == ask.amount
    };
    if let Some(before) = orders.iter().find(same) {
        return Ok(before.number);
    }
    if orders.len() >= RESTRICTIONS_MAX {
        return Err(Error::limit("restrictions of one account", orders.len() + 1, RESTRICTIONS_MAX, "orders"));
    }
    let behind = ask.queue
        && orders
            .iter()
            .any(|o| o.lifted_at.is_none() && matches!(o.kind, Restriction::Freeze | Restriction::NoDebits));
    let mut order = Order {
        book: ask.account.book(),
        account: ask.account,
        number: orders.last().map_or(1, |o| o.number + 1),
        kind: ask.kind,
        amount: ask.amount,
        queued: behind,
        basis: ask.basis.clone(),
        document: ask.document.clone(),
        made_by: actor.principal(),
        made_at: tx.now(),
        until: ask.until,
        lifted_by: None,
        lifted_at: None,
        lifted_why: None,
        seal: Seal::default(),
    };
    tx.insert(&mut order)?;
    apply(tx, ask.account)?;
    tx.audit(
        actor,
        Audit::of("ledger.restrict", ask.account)
            .after(format!("{} {} {}", order.number, order.kind, order.amount))
            .reason(&order.basis),
    )?;
    if !order.queued {
        tell(tx, actor, &order)?;
    }
    Ok(order.number)
}

/// Lifts an order; a queued freeze behind it takes effect. Repeating is safe.
pub fn lift(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, number: i64, why: &str) -> Result<()> {
    lock(tx, account)?;
    let mut orders = orders(tx, account)?;
    let Some(order) = orders.iter_mut().find(|o| o.number == number) else {
        return Err(Error::new(&RESTRICTION_UNKNOWN, format!("{account} has no restriction {number}")));
    };
    if order.lifted_at.is_some() {
        return Ok(());
    }
    (order.lifted_by, order.lifted_at, order.lifted_why) = (Some(actor.principal()), Some(tx.now()), Some(why.into()));
    tx.update(order)?;
    let kind = order.kind;
    let stands =
        |o: &Order| o.lifted_at.is_none() && !o.queued && matches!(o.kind, Restriction::Freeze | Restriction::NoDebits);
    let freed = !orders.iter().any(stands);
    if let Some(next) = orders.iter_mut().find(|o| freed && o.lifted_at.is_none() && o.queued) {
        next.queued = false;
        tx.update(next)?;
        tell(tx, actor, next)?;
    }
    apply(tx, account)?;
    tx.audit(actor, Audit::of("ledger.lift", account).change(number.to_string(), "").reason(why))?;
    let owner = owner_of(tx, account)?;
    tx.emit(&Event::Lifted { account, owner, number, kind }, &actor.correlation)
}

/// Lifts every order whose time is over, at most `most`; answers how many.
pub fn lift_due(tx: &mut Tx<'_>, actor: &Actor, most: u32) -> Result<usize> {
    let now = tx.now();
    let sql = "WHERE lifted_at IS NULL AND until IS NOT NULL AND until <= ?1 ORDER BY book, account, number LIMIT ?2";
    let due = tx.select::<Order>(sql, &[Param::Int(now.micros()), Param::Int(i64::from(most))])?;
    due.iter().try_for_each(|o| lift(tx, actor, o.account, o.number, "its time is over"))?;
    Ok(due.len())
}

/// All orders of an account, lifted ones included, by number.
pub fn orders(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Order>> {
    tx.select_locked::<Order>("WHERE book = ?1 AND account = ?2 ORDER BY number", &key(&account))
}

/// What the orders in force add up to: flags and frozen amount.
pub(crate) fn sum(in_force: impl Iterator<Item = (Restriction, i64)>) -> (i64, i64) {
    in_force.fold((0, 0), |(flags, frozen), (kind, amount)| match kind {
        Restriction::NoDebits => (flags | flag::NO_DEBITS, frozen),
        Restriction::NoCredits => (flags | flag::NO_CREDITS, frozen),
        Restriction::CounterOnly => (flags | flag::COUNTER_ONLY, frozen),
        Restriction::Dormant => (flags | flag::DORMANT, frozen),
        Restriction::Freeze => (flags, i64::saturating_add(frozen, amount)),
    })
}

/// Takes the account's balance row, so that orders on one account follow each other and their sum is never an old one.
fn lock(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    tx.with_overlay(|books: &mut Books, tx| {
        books.load_accounts(tx, [(account, Touch::Whole)].into_iter())?;
        books.state.slot(account).map(|_| ()).ok_or_else(|| unknown(account))
    })
}

fn apply(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    let orders = orders(tx, account)?;
    let in_force = orders.iter().filter(|o| o.lifted_at.is_none() && !o.queued);
    let (flags, frozen) = sum(in_force.map(|o| (o.kind, o.amount)));
    tx.with_overlay(|books: &mut Books, tx| {
        let now = books.state.slot(account).ok_or_else(|| unknown(account))?.balance.flags;
        books.set_status(tx, account, now & flag::CLOSED | flags, frozen)
    })
}

/// Tells of an order that took effect.
fn tell(tx: &mut Tx<'_>, actor: &Actor, order: &Order) -> Result<()> {
    let (account, number, kind, until) = (order.account, order.number, order.kind, order.until);
    let owner = owner_of(tx, account)?;
    tx.emit(&Event::Restricted { account, owner, number, kind, until }, &actor.correlation)
}

fn owner_of(tx: &mut Tx<'_>, account: AccountId) -> Result<Owner> {
    Ok(tx.get::<Account>(&key(&account))?.ok_or_else(|| unknown(account))?.owner)
}

fn unknown(account: AccountId) -> Error {
    Error::new(&ACCOUNT_UNKNOWN, format!("no account {account}")).with("id", account)
}
