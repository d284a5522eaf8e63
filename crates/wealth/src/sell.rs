//! Giving units back (赎回).
use crate::nav::worth;
use crate::order::{Order, OrderKind, State};
use crate::product::{Product, shelf};
use crate::{CLOSED_TERM, Event, Holding, UNITS_SHORT, holding, may_order};
use kernel::id::{AccountId, WealthOrderId};
use kernel::{Actor, Currency, Date, Error, Id, Money, Result};
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx};

/// An order to give units back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeem {
    /// The holding's account of units.
    pub holding: AccountId,
    /// In units, with two decimals.
    pub units: Money,
}

/// Orders to give units back: they can be ordered away no second time; the value of today counts, and the money comes to the linked
/// account after the days of the product. Needs what buying needs. Errors: `wealth_closed_term`, `wealth_units_short`.
pub fn redeem(tx: &mut Tx<'_>, actor: &Actor, ask: &Redeem) -> Result<Order> {
    let h = holding(tx, actor, ask.holding)?;
    let today = tx.business_date()?;
    let product = shelf(tx)?.product(&h.product, today)?.clone();
    may_order(tx, actor, h.owner, product.money(0))?;
    if let Some(last) = product.terms().matures.filter(|last| today < *last) {
        let told = format!("{} is paid out on {last} and not before", product.code);
        return Err(Error::new(&CLOSED_TERM, told).with("matures", last));
    }
    let free = h.free();
    if ask.units.currency != Currency::UNITS || !ask.units.is_positive() || ask.units.minor > free.minor {
        let (given, left) = (ask.units.plain(), free.plain());
        let told = format!("{given} units given, {left} are free");
        return Err(Error::new(&UNITS_SHORT, told).with("given", given).with("max", left));
    }
    let about = match product.latest(tx, today)? {
        Some(known) => worth(ask.units, known.value, product.currency)?,
        None => product.money(0),
    };
    may_order(tx, actor, h.owner, about)?;
    let pays_on = today.plus_days(i64::from(product.terms().redeem_days));
    let priced_on = product.open_day(tx)?;
    give_back(tx, actor, h, &product, ask.units.minor, (priced_on, pays_on))
}

/// Writes the order down and locks its units.
pub(crate) fn give_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut h: Holding,
    product: &Product,
    units: i64,
    (priced_on, pays_on): (Date, Date),
) -> Result<Order> {
    let id = WealthOrderId::new(tx.now(), h.book);
    h.locked += units;
    tx.update(&mut h)?;
    let mut new = Order {
        book: h.book,
        id,
        holding: h.account,
        owner: h.owner,
        product: h.product.clone(),
        version: product.version,
        kind: OrderKind::Redeem,
        state: State::Due,
        currency: product.currency,
        amount: 0,
        fee: 0,
        units,
        nav: None,
        level: String::new(),
        made_by: actor.principal(),
        made_at: tx.now(),
        channel: actor.channel,
        branch: actor.staff().and(actor.branch),
        recording: None,
        approval: None,
        cool_until: None,
        priced_on: Some(priced_on),
        pays_on: Some(pays_on),
        ended_by: None,
        ended_at: None,
        ended_why: String::new(),
        seal: Seal::default(),
    };
    tx.insert(&mut new)?;
    let told = format!("{} units of {}", new.units().plain(), new.product);
    tx.audit(actor, Audit::of("wealth.redeem", id).after(told))?;
    tx.emit(&Event::of(&new, product), &actor.correlation)?;
    Ok(new)
}
