//! An order: for units, or to give them back. Its life is in `buy`, `sell`, `decided` and `run`.
use crate::nav::Nav;
use crate::product::{Level, Product, Shelf, shelf};
use crate::{Event, ORDERS_LISTED_MAX, holding};
use kernel::id::{AccountId, ApprovalId, BranchId, RecordingId, WealthOrderId};
use kernel::{Actor, BookId, Channel, Currency, Date, Error, Id, Money, Owner, Result, Timestamp};
use store::{Audit, Tx, params};

store::text_enum! {
    pub enum OrderKind { Subscribe = "subscribe", Redeem = "redeem" }
}

store::text_enum! {
    /// Where an order is in its life.
    pub enum State {
        /// Waits for the second look.
        Review = "review",
        /// Can be called off at no cost until `cool_until`.
        Cooling = "cooling",
        /// Waits for the value of its day, and for the day it is paid.
        Due = "due",
        Confirmed = "confirmed",
        /// The second look said no, or did not come in time.
        Refused = "refused",
        Cancelled = "cancelled",
    }
}

impl State {
    pub fn is_open(self) -> bool {
        matches!(self, State::Review | State::Cooling | State::Due)
    }
    /// The customer may call it off at no cost.
    pub fn is_revocable(self) -> bool {
        matches!(self, State::Review | State::Cooling)
    }
}

store::record! {
    /// An order.
    pub struct Order in "wealth_orders" key 2 {
        pub book: BookId,
        pub id: WealthOrderId,
        /// Its holding's account of units.
        pub holding: AccountId,
        pub owner: Owner,
        pub product: String,
        pub version: i64,
        pub kind: OrderKind,
        pub state: State,
        pub currency: Currency,
        /// Minor units: what was paid in, fee included; of a redemption what was paid out, 0 until then.
        pub amount: i64,
        /// Part of `amount`.
        pub fee: i64,
        /// Hundredths: bought, 0 until confirmed; or given back.
        pub units: i64,
        /// The value it was confirmed at.
        pub nav: Option<Nav>,
        /// The customer's level when he ordered; empty for a redemption.
        pub level: String,
        pub made_by: String,
        pub made_at: Timestamp,
        pub channel: Channel,
        pub branch: Option<BranchId>,
        pub recording: Option<RecordingId>,
        pub approval: Option<ApprovalId>,
        pub cool_until: Option<Timestamp>,
        /// The day whose value counts; `None` until it is fixed.
        pub priced_on: Option<Date>,
        /// Of a redemption: the first day on which it is paid.
        pub pays_on: Option<Date>,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        pub ended_why: String,
    }
}

impl Order {
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
    pub fn units(&self) -> Money {
        Money::new(self.units, Currency::UNITS)
    }
    pub fn level(&self) -> Option<Level> {
        Level::parse(&self.level)
    }
    pub(crate) fn product<'s>(&self, shelf: &'s Shelf) -> Result<&'s Product> {
        shelf.version(&self.product, self.version)
    }
    pub(crate) fn end(&mut self, state: State, by: &str, at: Timestamp, why: &str) {
        self.state = state;
        (self.ended_by, self.ended_at, self.ended_why) = (Some(by.to_owned()), Some(at), why.to_owned());
    }
}

/// Writes an order down again, with its step in the audit and an event.
pub(crate) fn save(tx: &mut Tx<'_>, actor: &Actor, o: &mut Order, action: &'static str, before: State) -> Result<()> {
    tx.update(o)?;
    let approval = o.approval.map(|a| a.to_string()).unwrap_or_default();
    let entry = Audit::of(action, o.id).change(before.code(), o.state.code()).reason(&o.ended_why).approval(approval);
    tx.audit(actor, entry)?;
    let shelf = shelf(tx)?;
    tx.emit(&Event::of(o, o.product(&shelf)?), &actor.correlation)
}

/// An order, locked in a write; whoever asks.
pub(crate) fn raw(tx: &mut Tx<'_>, id: WealthOrderId) -> Result<Order> {
    tx.load::<Order>(params![id.book(), id])?.ok_or_else(|| Error::not_found("order", id))
}

/// An order that the actor may see.
pub fn order(tx: &mut Tx<'_>, actor: &Actor, id: WealthOrderId) -> Result<Order> {
    let found = raw(tx, id)?;
    payments::may_see(tx, actor, found.owner).map_err(|_| Error::not_found("order", id))?;
    Ok(found)
}

/// Orders of a holding that the actor may see, newest first, at most [`ORDERS_LISTED_MAX`].
pub fn orders_of(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Vec<Order>> {
    let h = holding(tx, actor, account)?;
    let tail = "WHERE book = ?1 AND holding = ?2 ORDER BY id DESC LIMIT ?3";
    tx.select::<Order>(tail, params![h.book, h.account, ORDERS_LISTED_MAX])
}
