//! What moves on by itself: hours that are over, values that became known, days of payment, products that end.
//!
//! Each order is moved in a transaction of its own, in the order of ids. One that cannot be moved now (its owner is frozen, the guard
//! holds it) is told to the log, stays as it is and is tried again in the next run; none holds up another. An order whose product ended
//! before it could be bought ends too, and all of its money goes back.
use crate::nav::{Nav, units_of, worth};
use crate::order::{Order, OrderKind, State, raw, save};
use crate::pay::{Movement, accounts_of, move_now, move_units};
use crate::product::{Product, shelf};
use crate::{AMOUNT_UNFIT, Holding, ORDERS_AT_ONCE_MAX, buy, free, holding, mover, sell};
use kernel::id::{AccountId, WealthOrderId};
use kernel::{Actor, BookId, Date, Error, Id, Result};
use payments::own::{Own, own};
use payments::{Desk, Kind};
use store::{Tx, params};

/// Why an order ended that nobody decided: codes, told in words on pages and in notices.
pub const NOT_IN_TIME: &str = "not_in_time";
pub const PRODUCT_ENDED: &str = "product_ended";

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    pub orders: u64,
    /// Could not be moved now.
    pub stuck: u64,
}

/// Moves every open order on that can be, and gives back the units of products that have ended. For the clockwork; any number of processes
/// may call it.
pub fn go_on(desk: &Desk) -> Result<Moved> {
    let mut done = Moved::default();
    ended(desk, &mut done)?;
    let mut after = [0u8; 16];
    loop {
        let tail = "WHERE state IN ('review', 'cooling', 'due') AND id > ?1 ORDER BY id LIMIT ?2";
        let found = desk.store.read(|tx| tx.select::<Order>(tail, params![after, ORDERS_AT_ONCE_MAX]))?;
        let Some(last) = found.last() else { return Ok(done) };
        after = last.id.bytes();
        for id in found.iter().map(|o| o.id) {
            let desk2 = desk.clone();
            count(&mut done, desk.store.write(move |tx| step(&desk2, tx, id)), &id.to_string());
        }
    }
}

fn count(done: &mut Moved, moved: Result<bool>, what: &str) {
    match moved {
        Ok(true) => done.orders += 1,
        Ok(false) => {}
        Err(why) => {
            tracing::warn!(what, error = ?why, "an order for a wealth product could not be moved; it is tried again");
            done.stuck += 1;
        }
    }
}

/// One order, as far as it goes now; says whether it moved.
fn step(desk: &Desk, tx: &mut Tx<'_>, id: WealthOrderId) -> Result<bool> {
    let mut o = raw(tx, id)?;
    let by = mover(id);
    if o.kind == OrderKind::Subscribe && is_too_late(tx, &o)? {
        return give_up(desk, tx, &by, &mut o);
    }
    let moved = match (o.state, o.kind) {
        (State::Review, _) => lapsed(desk, tx, &by, &mut o)?,
        (State::Cooling, _) => cooled(tx, &by, &mut o)?,
        _ => false,
    };
    let settled = match (o.state, o.kind) {
        (State::Due, OrderKind::Subscribe) => confirm(desk, tx, &by, &mut o)?,
        (State::Due, OrderKind::Redeem) => pay_out(desk, tx, &by, &mut o)?,
        _ => false,
    };
    Ok(moved || settled)
}

/// Whether an order for units can come to nothing any more: its second look would leave no room for the hours to call it off, or the
/// product's last day has come without a value for it. No money waits for a product that has ended.
fn is_too_late(tx: &mut Tx<'_>, o: &Order) -> Result<bool> {
    let today = tx.business_date()?;
    let product = shelf(tx)?.product(&o.product, today)?.clone();
    Ok(match o.state {
        State::Review => !product.has_room(today),
        State::Cooling => product.is_over(today),
        State::Due => product.is_over(today) && priced(tx, o)?.2.is_none(),
        State::Confirmed | State::Refused | State::Cancelled => false,
    })
}

fn give_up(desk: &Desk, tx: &mut Tx<'_>, by: &Actor, o: &mut Order) -> Result<bool> {
    buy::put_back(desk, tx, o, "产品结束")?;
    if let Some(asked) = o.approval {
        approval::withdraw(tx, by, asked, "the product ended")?;
    }
    let (before, at) = (o.state, tx.now());
    o.end(State::Refused, &by.principal(), at, PRODUCT_ENDED);
    save(tx, by, o, "wealth.give_up", before)?;
    Ok(true)
}

/// Nobody looked at it in time, or it was taken back: the money goes back.
fn lapsed(desk: &Desk, tx: &mut Tx<'_>, by: &Actor, o: &mut Order) -> Result<bool> {
    let asked = o.approval.ok_or_else(|| Error::broken(format!("{} was never before a second person", o.id)))?;
    let now = tx.now();
    if approval::raw(tx, asked)?.is_open(now) {
        return Ok(false);
    }
    buy::put_back(desk, tx, o, "复核未通过")?;
    o.end(State::Refused, &by.principal(), now, NOT_IN_TIME);
    save(tx, by, o, "wealth.second_look", State::Review)?;
    Ok(true)
}

/// The hours to call it off are over: from now on it is bought at the value of today.
fn cooled(tx: &mut Tx<'_>, by: &Actor, o: &mut Order) -> Result<bool> {
    if o.cool_until.is_some_and(|until| until > tx.now()) {
        return Ok(false);
    }
    let product = o.product(&shelf(tx)?)?.clone();
    (o.state, o.priced_on) = (State::Due, Some(product.open_day(tx)?));
    save(tx, by, o, "wealth.cooled", State::Cooling)?;
    Ok(true)
}

fn priced(tx: &mut Tx<'_>, o: &Order) -> Result<(Product, Date, Option<Nav>)> {
    let day = o.priced_on.ok_or_else(|| Error::broken(format!("{} is due without a day", o.id)))?;
    let product = o.product(&shelf(tx)?)?.clone();
    let found = product.value_from(tx, day)?;
    let (day, nav) = found.map_or((day, None), |row| (row.day, Some(row.value)));
    Ok((product, day, nav))
}

/// Fee to the bank, the rest to the product, units to the customer.
fn confirm(desk: &Desk, tx: &mut Tx<'_>, by: &Actor, o: &mut Order) -> Result<bool> {
    let (product, day, Some(nav)) = priced(tx, o)? else { return Ok(false) };
    free(tx, o.owner)?;
    let mut h = holding::locked(tx, o.holding)?;
    let net = o.money(o.amount - o.fee);
    let units = units_of(net, nav)?;
    if !units.is_positive() {
        return Err(Error::new(&AMOUNT_UNFIT, format!("{net} is less than one hundredth of a unit at {nav}")));
    }
    let (collected, issued) = accounts_of(tx, h.book, &product)?;
    let fees = own(h.book, Own::FeeIncome, o.currency);
    let memo = &product.terms().name.zh;
    for (to, amount) in [(collected, net), (fees, o.money(o.fee))] {
        let (from, reference) = (h.cash, o.id.to_string());
        move_now(desk, tx, Movement { kind: Kind::WealthIn, from, to, amount, reference, memo })?;
    }
    move_units(tx, issued, h.account, units, &o.id.to_string())?;
    h.units += units.minor;
    h.cost += o.amount;
    tx.update(&mut h)?;
    (o.units, o.nav) = (units.minor, Some(nav));
    holding::note(tx, &h, o, (nav, day), net.minor)?;
    ended_now(tx, by, o, "wealth.confirm")
}

/// Units end, and their worth goes to the linked account.
fn pay_out(desk: &Desk, tx: &mut Tx<'_>, by: &Actor, o: &mut Order) -> Result<bool> {
    let (product, day, Some(nav)) = priced(tx, o)? else { return Ok(false) };
    let today = tx.business_date()?;
    if o.pays_on.is_some_and(|on| today < on) {
        return Ok(false);
    }
    free(tx, o.owner)?;
    let mut h = holding::locked(tx, o.holding)?;
    let amount = worth(o.units(), nav, o.currency)?;
    let (collected, issued) = accounts_of(tx, h.book, &product)?;
    move_units(tx, h.account, issued, o.units(), &o.id.to_string())?;
    let memo = &product.terms().name.zh;
    let (from, to, reference) = (collected, h.linked, o.id.to_string());
    move_now(desk, tx, Movement { kind: Kind::WealthOut, from, to, amount, reference, memo })?;
    h.cost -= cost_of(&h, o.units);
    h.units -= o.units;
    h.locked -= o.units;
    tx.update(&mut h)?;
    (o.amount, o.nav) = (amount.minor, Some(nav));
    holding::note(tx, &h, o, (nav, day), amount.minor)?;
    ended_now(tx, by, o, "wealth.pay_out")
}

/// The part of what was paid that goes with units that end; all of it with the last. Cut to the minor unit.
fn cost_of(h: &Holding, units: i64) -> i64 {
    match h.units {
        0 => 0,
        all => (i128::from(h.cost) * i128::from(units) / i128::from(all)) as i64,
    }
}

fn ended_now(tx: &mut Tx<'_>, by: &Actor, o: &mut Order, action: &'static str) -> Result<bool> {
    let at = tx.now();
    o.end(State::Confirmed, &by.principal(), at, "");
    save(tx, by, o, action, State::Due)?;
    Ok(true)
}

/// Products whose last day has come: whoever still holds units gets an order to give them back, at the value of that day.
fn ended(desk: &Desk, done: &mut Moved) -> Result<()> {
    let over = desk.store.read(|tx| {
        let today = tx.business_date()?;
        let all = shelf(tx)?;
        let mut over: Vec<(String, Date)> = Vec::new();
        for p in all.products().iter().filter(|p| p.effective_from <= today) {
            over.retain(|(code, _)| *code != p.code);
            over.extend(p.terms().matures.filter(|last| *last <= today).map(|last| (p.code.clone(), last)));
        }
        Ok(over)
    })?;
    for (product, last) in over {
        let (mut book, mut after) = (BookId::HEAD_OFFICE, [0u8; 16]);
        loop {
            let tail = "WHERE product = ?1 AND units > 0 AND (book > ?2 OR (book = ?2 AND account > ?3)) \
                        ORDER BY book, account LIMIT ?4";
            let keys = params![product, book, after, ORDERS_AT_ONCE_MAX];
            let found = desk.store.read(|tx| tx.select::<Holding>(tail, keys))?;
            let Some(end) = found.last() else { break };
            (book, after) = (end.book, end.account.bytes());
            for account in found.iter().filter(|h| h.units > h.locked).map(|h| h.account) {
                count(done, desk.store.write(move |tx| end_of(tx, account, last)), &account.to_string());
            }
        }
    }
    Ok(())
}

fn end_of(tx: &mut Tx<'_>, account: AccountId, last: Date) -> Result<bool> {
    let h = holding::locked(tx, account)?;
    let left = h.units - h.locked;
    if left == 0 {
        return Ok(false);
    }
    let today = tx.business_date()?;
    let product = shelf(tx)?.product(&h.product, today)?.clone();
    let pays_on = last.plus_days(i64::from(product.terms().redeem_days));
    sell::give_back(tx, &mover(account), h, &product, left, (last, pays_on))?;
    Ok(true)
}
