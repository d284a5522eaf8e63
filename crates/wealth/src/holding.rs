//! What somebody has of a product: an account of units, an account of money on its way, and every movement between them.
use crate::nav::{Nav, NavRow, worth};
use crate::order::{Order, OrderKind};
use crate::product::{Product, shelf};
use crate::{ENTRIES_LISTED_MAX, HOLDINGS_LISTED_MAX, mover, pay};
use kernel::id::{AccountId, WealthOrderId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Owner, Result, Timestamp};
use ledger::{Opening, Purpose};
use store::{Seal, Tx, params};

/// Chart codes: what is owed to customers who ordered, what was collected for issuers (代理业务负债), and units, which stand
/// outside the balance sheet. From memory of the chart of accounts of banks.
const CHART_CASH: &str = "2241";
const CHART_UNITS: &str = "9001";

store::record! {
    /// A holding; its account of units is its id.
    pub struct Holding in "wealth_holdings" key 2 {
        pub book: BookId,
        pub account: AccountId,
        /// Money on its way into the product.
        pub cash: AccountId,
        pub owner: Owner,
        /// Where the money came from and goes back to.
        pub linked: AccountId,
        pub product: String,
        /// Hundredths of a unit.
        pub units: i64,
        /// Of these, under orders to be given back.
        pub locked: i64,
        /// What the units that are left cost, fee included, minor units: each redemption takes its share.
        pub cost: i64,
        pub opened_by: String,
        pub opened_at: Timestamp,
    }
}

store::record! {
    /// A movement of units.
    pub struct Entry in "wealth_entries" key 3 {
        pub book: BookId,
        pub account: AccountId,
        /// From 1.
        pub number: i64,
        pub wealth_order: WealthOrderId,
        pub kind: OrderKind,
        pub day: Date,
        pub nav: Nav,
        pub nav_day: Date,
        /// Hundredths that came or went.
        pub units: i64,
        /// Minor units paid for them or out for them, without the fee.
        pub money: i64,
        pub fee: i64,
        /// Hundredths that were there after it.
        pub stands: i64,
    }
}

impl Holding {
    pub fn units(&self) -> Money {
        Money::new(self.units, Currency::UNITS)
    }
    /// What may still be given back.
    pub fn free(&self) -> Money {
        Money::new(self.units - self.locked, Currency::UNITS)
    }
}

/// A holding and what it is worth today.
#[derive(Clone, Debug)]
pub struct Standing {
    pub holding: Holding,
    pub product: Product,
    /// The newest value and its day.
    pub nav: Option<NavRow>,
    /// Units × newest value; nothing where there is none.
    pub worth: Money,
    /// What the units cost.
    pub cost: Money,
    /// `worth` less `cost`; below zero for a loss.
    pub gain: Money,
    /// Money of orders that are not confirmed.
    pub waiting: Money,
}

/// The holding of a product that is paid from an account, opened when there is none.
pub(crate) fn of(tx: &mut Tx<'_>, actor: &Actor, linked: &ledger::Account, product: &Product) -> Result<Holding> {
    let tail = "WHERE owner = ?1 AND linked = ?2 AND product = ?3 AND book = ?4";
    let book = linked.id.book();
    if let Some(there) = tx.select::<Holding>(tail, params![linked.owner, linked.id, product.code, book])?.pop() {
        return locked(tx, there.account);
    }
    let cash = AccountId::new(tx.now(), book);
    let account = AccountId::new(tx.now(), book);
    let (to_product, issued) = pay::accounts_of(tx, book, product)?;
    let opening = Opening::deposit(cash, linked.owner, &linked.name, product.currency);
    ledger::open_account(tx, actor, &opening.purpose(Purpose::WealthCash, CHART_CASH))?;
    let opening = Opening::deposit(account, linked.owner, &linked.name, Currency::UNITS);
    ledger::open_account(tx, actor, &opening.purpose(Purpose::WealthUnits, CHART_UNITS))?;
    if product.currency != Currency::CNY {
        payments::own::open_own(tx, &mover(&product.code), book, product.currency)?;
    }
    let fees = payments::own::own(book, payments::own::Own::FeeIncome, product.currency);
    for (payee, basis) in [(linked.id, "its own linked account"), (to_product, "the product"), (fees, "the fee")] {
        ledger::grants::grant(tx, actor, cash, payee, basis)?;
    }
    ledger::grants::grant(tx, actor, account, issued, "units are given back")?;
    let mut new = Holding {
        book,
        account,
        cash,
        owner: linked.owner,
        linked: linked.id,
        product: product.code.clone(),
        units: 0,
        locked: 0,
        cost: 0,
        opened_by: actor.principal(),
        opened_at: tx.now(),
        seal: Seal::default(),
    };
    tx.insert(&mut new)?;
    Ok(new)
}

/// A holding, locked in a write; whoever asks.
pub(crate) fn locked(tx: &mut Tx<'_>, account: AccountId) -> Result<Holding> {
    tx.load::<Holding>(params![account.book(), account])?.ok_or_else(|| Error::not_found("holding", account))
}

/// Whether a holding with units or money on its way pays to this account.
pub fn pays_to(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    for h in tx.select::<Holding>("WHERE linked = ?1 LIMIT ?2", params![account, HOLDINGS_LISTED_MAX])? {
        if h.units > 0 || !ledger::view(tx, h.cash)?.posted().is_zero() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A holding that the actor may see.
pub fn holding(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Holding> {
    let found = locked(tx, account)?;
    payments::may_see(tx, actor, found.owner).map_err(|_| Error::not_found("holding", account))?;
    Ok(found)
}

impl Holding {
    /// What it is worth with the newest value.
    pub fn standing(self, tx: &mut Tx<'_>) -> Result<Standing> {
        let today = tx.business_date()?;
        let product = shelf(tx)?.product(&self.product, today)?.clone();
        let nav = product.latest(tx, today)?;
        let zero = product.money(0);
        let worth = nav.as_ref().map_or(Ok(zero), |row| worth(self.units(), row.value, product.currency))?;
        let cost = product.money(self.cost);
        let waiting = ledger::view(tx, self.cash)?.posted();
        Ok(Standing { gain: worth.sub(cost)?, worth, cost, waiting, nav, product, holding: self })
    }
}

/// Holdings of an owner that the actor may see, newest first, at most [`HOLDINGS_LISTED_MAX`]; empty ones included.
pub fn holdings_of(tx: &mut Tx<'_>, actor: &Actor, owner: Owner) -> Result<Vec<Standing>> {
    payments::may_see(tx, actor, owner)?;
    let tail = "WHERE owner = ?1 ORDER BY account DESC LIMIT ?2";
    let found = tx.select::<Holding>(tail, params![owner, HOLDINGS_LISTED_MAX])?;
    found.into_iter().map(|h| h.standing(tx)).collect()
}

/// Movements of a holding that the actor may see, newest first, at most [`ENTRIES_LISTED_MAX`].
pub fn entries(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Vec<Entry>> {
    let h = holding(tx, actor, account)?;
    let tail = "WHERE book = ?1 AND account = ?2 ORDER BY number DESC LIMIT ?3";
    tx.select::<Entry>(tail, params![h.book, h.account, ENTRIES_LISTED_MAX])
}

/// Writes down a movement; `h` holds what stands after it.
pub(crate) fn note(tx: &mut Tx<'_>, h: &Holding, o: &Order, (nav, nav_day): (Nav, Date), money: i64) -> Result<()> {
    let sql = "SELECT max(number) FROM wealth_entries WHERE book = ?1 AND account = ?2";
    let last = tx.query_one(sql, params![h.book, h.account], |r| r.get::<Option<i64>>(0))?.flatten();
    let (book, account, number, day) = (h.book, h.account, last.unwrap_or(0) + 1, tx.business_date()?);
    let (wealth_order, kind, units, fee, stands) = (o.id, o.kind, o.units, o.fee, h.units);
    tx.insert(&mut Entry {
        book,
        account,
        number,
        wealth_order,
        kind,
        day,
        nav,
        nav_day,
        units,
        money,
        fee,
        stands,
        seal: Seal::default(),
    })
}
