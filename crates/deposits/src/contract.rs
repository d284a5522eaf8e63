//! A deposit: a contract with an account of its own, its life and its history.
use crate::interest::{Annual, counted, interest};
use crate::line::Line;
use crate::pay::{Movement, move_now};
use crate::terms::{Kind, Product, Shelf, months, shelf};
use crate::{BELOW_MINIMUM, DEPOSIT_CLOSED, DEPOSITS_LISTED_MAX, Event, LINKED_UNFIT, NOT_SOLD, may_move, page};
use kernel::id::AccountId;
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Owner, Result, Timestamp};
use ledger::{Opening, Purpose};
use payments::Desk;
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

store::text_enum! {
    /// What happens on the last day (约转).
    pub enum Rollover {
        /// Principal and interest go to the linked account.
        None = "none",
        /// The principal goes on, the interest goes to the linked account.
        Principal = "principal",
        /// Both go on.
        PrincipalAndInterest = "principal_and_interest",
    }
}

store::text_enum! {
    pub enum State {
        Open = "open",
        /// Fell due and could not be paid yet.
        Overdue = "overdue",
        Closed = "closed",
    }
}

store::record! {
    /// A contract; its account is its id.
    pub struct Deposit in "deposits" key 2 {
        pub book: BookId,
        pub account: AccountId,
        pub owner: Owner,
        /// Where it came from and goes to.
        pub linked: AccountId,
        pub product: String,
        pub version: i64,
        /// `1y`; empty where there is none.
        pub term: String,
        pub currency: Currency,
        pub opened_principal: i64,
        /// Minor units that are in it now.
        pub principal: i64,
        /// Of this term; for notice, that of the day it began.
        pub rate: Annual,
        /// The first day that earns.
        pub began: Date,
        /// The first day that earns no more; `None` where there is no end.
        pub matures: Option<Date>,
        pub rollover: Rollover,
        /// 1 for the first term, one more for each rollover.
        pub round: i64,
        /// Parts drawn in this term.
        pub draws: u32,
        /// Minor units × days under notice that was not used (通知期内不计息).
        pub idle: i64,
        /// Interest paid in its life, tax included.
        pub paid: i64,
        pub state: State,
        pub opened_by: String,
        pub opened_at: Timestamp,
        pub closed_by: Option<String>,
        pub closed_at: Option<Timestamp>,
    }
}

store::text_enum! {
    pub enum EventKind { Opened = "opened", Drawn = "drawn", Rolled = "rolled", Matured = "matured", Closed = "closed" }
}

store::record! {
    /// A step in a contract's life.
    pub struct DepositEvent in "deposit_events" key 3 {
        pub book: BookId,
        pub account: AccountId,
        /// From 1.
        pub number: i64,
        pub kind: EventKind,
        pub day: Date,
        /// Principal that moved, minor units.
        pub amount: i64,
        /// Interest paid, tax included.
        pub interest: i64,
        pub tax: i64,
        /// What an early draw cost against keeping it to the end.
        pub lost: i64,
        pub rate: Annual,
    }
}

impl Deposit {
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
    pub(crate) fn product<'s>(&self, shelf: &'s Shelf) -> Result<&'s Product> {
        shelf.version(&self.product, self.version)
    }
    /// `Err(DEPOSIT_CLOSED)` once it was paid out.
    pub(crate) fn check_open(&self) -> Result<()> {
        match self.state {
            State::Closed => Err(Error::new(&DEPOSIT_CLOSED, format!("{} was paid out", self.account))),
            _ => Ok(()),
        }
    }
}

/// What is needed to open a deposit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// The owner's current account that pays.
    pub linked: AccountId,
    pub product: String,
    /// Empty for notice.
    #[serde(default)]
    pub term: String,
    pub amount: Money,
    /// Only where there is a term.
    #[serde(default = "none")]
    pub rollover: Rollover,
}

fn none() -> Rollover {
    Rollover::None
}

/// What a deposit would be if it were opened now.
#[derive(Clone, Debug, Serialize)]
pub struct Offer {
    #[serde(skip)]
    pub product: Product,
    pub amount: Money,
    pub rate: Annual,
    /// The first day that earns.
    pub began: Date,
    /// The first day that earns no more; `None` where there is no end.
    pub matures: Option<Date>,
    /// Interest on the last day, tax included; `None` where there is no end.
    pub interest: Option<Money>,
    /// The rate of the day that is paid on what is drawn before.
    pub rate_if_broken: Annual,
    /// What the linked account has free now.
    pub available: Money,
}

/// What [`open`] would agree on; nothing moves. The same errors, but the ledger's.
pub fn offer(tx: &mut Tx<'_>, actor: &Actor, ask: &Open) -> Result<Offer> {
    let Agreed { linked, product, rate, today, matures, shelf, .. } = agree(tx, actor, ask)?;
    let base = counted(ask.amount.minor, product.terms.0.counts_from);
    let whole = |last| interest(base, rate, product.terms.0.day_count, today, last);
    let interest = matures.map(whole).transpose()?.map(|minor| product.money(minor));
    let rate_if_broken = shelf.broken_rate(&product, today)?;
    let available = linked.available();
    Ok(Offer { product, amount: ask.amount, rate, began: today, matures, interest, rate_if_broken, available })
}

/// What was found out about an order to open.
struct Agreed {
    linked: ledger::View,
    product: Product,
    chart: String,
    rate: Annual,
    today: Date,
    matures: Option<Date>,
    shelf: Shelf,
}

fn agree(tx: &mut Tx<'_>, actor: &Actor, ask: &Open) -> Result<Agreed> {
    let linked = ledger::view(tx, ask.linked)?;
    let owner = linked.account.owner;
    payments::may_see(tx, actor, owner).map_err(|_| Error::not_found("account", ask.linked))?;
    may_move(tx, actor, owner, ask.amount)?;
    let (today, shelf) = (tx.business_date()?, shelf(tx)?);
    let product = shelf.product(&ask.product, today)?.clone();
    let chart = sold(&product, ask, &linked.account, today)?.to_owned();
    let rate = shelf.rate(&product.code, &ask.term, today)?;
    let matures = months(&ask.term).filter(|n| *n > 0).map(|n| today.plus_months(n));
    Ok(Agreed { linked, product, chart, rate, today, matures, shelf })
}

/// Opens a deposit and moves its principal. Needs `payment.submit` of the owner, or `payment.submit_any`. Errors:
/// `deposit_product_unknown`, `deposit_not_sold`, `deposit_rate_unknown`, `deposit_below_minimum`, `deposit_linked_unfit`,
/// `deposit_owner_frozen`, `deposit_needs_checker`, the ledger's refusals.
pub fn open(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, ask: &Open) -> Result<Deposit> {
    let Agreed { linked, product, chart, rate, today, matures, .. } = agree(tx, actor, ask)?;
    let linked = linked.account;
    let id = AccountId::new(tx.now(), ask.linked.book());
    let opening = Opening::deposit(id, linked.owner, &linked.name, product.currency).purpose(Purpose::Term, &chart);
    ledger::open_account(tx, actor, &opening)?;
    ledger::grants::grant(tx, actor, id, ask.linked, "the deposit's own linked account")?;
    let movement = Movement {
        kind: payments::Kind::DepositIn,
        from: ask.linked,
        to: id,
        amount: ask.amount,
        reference: id.to_string(),
        memo: &product.name_zh,
    };
    move_now(desk, tx, movement)?;
    let mut new = Deposit {
        book: id.book(),
        account: id,
        owner: linked.owner,
        linked: ask.linked,
        product: product.code.clone(),
        version: product.version,
        term: ask.term.clone(),
        currency: product.currency,
        opened_principal: ask.amount.minor,
        principal: ask.amount.minor,
        rate,
        began: today,
        matures,
        rollover: ask.rollover,
        round: 1,
        draws: 0,
        idle: 0,
        paid: 0,
        state: State::Open,
        opened_by: actor.principal(),
        opened_at: tx.now(),
        closed_by: None,
        closed_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut new)?;
    let number = product.number;
    page::change(tx, id, product.currency, || Ok(Line::new(id, number, Some(rate), today)), |_| Ok(()))?;
    note(tx, &new, EventKind::Opened, ask.amount.minor, Paid::default())?;
    let told = format!("{} {} {} at {rate}", product.code, ask.term, ask.amount);
    tx.audit(actor, Audit::of("deposits.open", id).after(told))?;
    let (account, owner) = (id, new.owner);
    let opened = Event::Opened { account, owner, product: product.code, amount: ask.amount, matures };
    tx.emit(&opened, &actor.correlation)?;
    Ok(new)
}

/// Whether a product may be sold for this order; answers the chart code of the new account.
fn sold<'p>(product: &'p Product, ask: &Open, linked: &ledger::Account, today: Date) -> Result<&'p str> {
    let refused = |why: String| Err(Error::new(&NOT_SOLD, why).with("product", &product.code));
    if product.kind == Kind::Demand {
        return refused(format!("{} is what a current account is; it is not opened as a deposit", product.code));
    }
    if !product.is_sold(today) {
        return refused(format!("{} is not sold any more on {today}", product.code));
    }
    let Some(chart) = product.chart(linked.owner) else {
        return refused(format!("{} is not for customers of this kind", product.code));
    };
    if ask.rollover != Rollover::None && !product.kind.has_term() {
        return Err(Error::field("rollover", "only what has a last day can be rolled over"));
    }
    if months(&ask.term).is_none_or(|n| (n > 0) != product.kind.has_term()) {
        return Err(Error::field("term", "months or years where the product has a term, nothing where it has none"));
    }
    if linked.purpose != Purpose::General || linked.currency != product.currency || linked.closed_at.is_some() {
        return Err(Error::new(&LINKED_UNFIT, format!("{} cannot pay for it", linked.id)));
    }
    if ask.amount.currency != product.currency {
        return Err(Error::field("amount", format!("{} is kept in {}", product.code, product.currency)));
    }
    if ask.amount.minor < product.terms.0.minimum {
        let least = product.money(product.terms.0.minimum);
        let told = format!("{} given, {least} is the smallest", ask.amount);
        return Err(Error::new(&BELOW_MINIMUM, told).with("given", ask.amount).with("min", least));
    }
    Ok(chart)
}

/// What was paid beside the principal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paid {
    pub interest: i64,
    pub tax: i64,
    pub lost: i64,
    pub rate: Annual,
}

/// Writes down a step.
pub(crate) fn note(tx: &mut Tx<'_>, d: &Deposit, kind: EventKind, amount: i64, paid: Paid) -> Result<()> {
    let sql = "SELECT max(number) FROM deposit_events WHERE book = ?1 AND account = ?2";
    let last = tx.query_one(sql, params![d.book, d.account], |r| r.get::<Option<i64>>(0))?.flatten();
    let day = tx.business_date()?;
    let Paid { interest, tax, lost, rate } = paid;
    let rate = if kind == EventKind::Opened { d.rate } else { rate };
    let (book, account, number) = (d.book, d.account, last.unwrap_or(0) + 1);
    tx.insert(&mut DepositEvent {
        book,
        account,
        number,
        kind,
        day,
        amount,
        interest,
        tax,
        lost,
        rate,
        seal: Seal::default(),
    })
}

/// The contract of an account, locked in a write; whoever asks.
pub(crate) fn raw(tx: &mut Tx<'_>, account: AccountId) -> Result<Deposit> {
    let found = tx.load::<Deposit>(params![account.book(), account])?;
    found.ok_or_else(|| Error::not_found("deposit", account))
}

/// A deposit that the actor may see.
pub fn deposit(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Deposit> {
    let found = raw(tx, account)?;
    payments::may_see(tx, actor, found.owner).map_err(|_| Error::not_found("deposit", account))?;
    Ok(found)
}

/// Whether a deposit that is not closed pays to this account.
pub fn pays_to(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    let tail = "WHERE linked = ?1 AND state <> 'closed' LIMIT 1";
    Ok(!tx.select::<Deposit>(tail, params![account])?.is_empty())
}

/// Deposits of an owner, newest first, at most [`DEPOSITS_LISTED_MAX`]; closed ones included.
pub fn deposits_of(tx: &mut Tx<'_>, actor: &Actor, owner: Owner) -> Result<Vec<Deposit>> {
    payments::may_see(tx, actor, owner)?;
    let tail = "WHERE owner = ?1 ORDER BY account DESC LIMIT ?2";
    tx.select::<Deposit>(tail, params![owner, DEPOSITS_LISTED_MAX])
}

/// Every step of a deposit that the actor may see.
pub fn history(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Vec<DepositEvent>> {
    let d = deposit(tx, actor, account)?;
    tx.select::<DepositEvent>("WHERE book = ?1 AND account = ?2 ORDER BY number", params![d.book, d.account])
}

/// Another instruction for the last day, while it has not come. Repeating is safe.
pub fn rollover_set(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, to: Rollover) -> Result<Deposit> {
    let mut d = deposit(tx, actor, account)?;
    let nothing = d.money(0);
    may_move(tx, actor, d.owner, nothing)?;
    d.check_open()?;
    let today = tx.business_date()?;
    if d.matures.is_none_or(|last| last <= today) {
        return Err(Error::field("rollover", "only what has a last day that is still to come can be rolled over"));
    }
    let before = std::mem::replace(&mut d.rollover, to);
    if before != to {
        tx.update(&mut d)?;
        tx.audit(actor, Audit::of("deposits.rollover", account).change(before.code(), to.code()))?;
    }
    Ok(d)
}
