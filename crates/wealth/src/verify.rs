//! What can be recomputed of wealth products: units and money of every holding from the ledger and from their movements.
//!
//! * a holding has the units that its account holds, and that its movements come to, one after the other;
//! * its account of money holds what its open orders have put aside;
//! * the units under orders to be given back are those of these orders;
//! * the units of a product that were issued in a book are those of its holdings there.
use crate::holding::{Entry, Holding};
use crate::nav::worth;
use crate::order::{Order, OrderKind};
use crate::pay::ids_of;
use crate::product::{Product, shelf};
use kernel::{BookId, Currency, Id, Money, Result};
use std::collections::BTreeMap;
use store::verify::Fault;
use store::{Tx, params};

/// Holdings read at once.
const ROWS: i64 = 500;

/// Looks for what does not fit, on one snapshot.
pub fn verify(tx: &mut Tx<'_>, faults: &mut Vec<Fault>) -> Result<()> {
    let shelf = shelf(tx)?;
    let numbers: BTreeMap<&str, &Product> = shelf.products().iter().map(|p| (p.code.as_str(), p)).collect();
    let mut issued: BTreeMap<(BookId, String), i64> = BTreeMap::new();
    let (mut book, mut after) = (-1i64, [0u8; 16]);
    loop {
        let tail = "WHERE book > ?1 OR (book = ?1 AND account > ?2) ORDER BY book, account LIMIT ?3";
        let found = tx.select::<Holding>(tail, params![book, after, ROWS])?;
        let Some(end) = found.last() else { break };
        (book, after) = (i64::from(end.book.0), end.account.bytes());
        for h in &found {
            *issued.entry((h.book, h.product.clone())).or_default() += h.units;
            one(tx, h, faults)?;
        }
    }
    for ((book, code), units) in issued {
        let Some(product) = numbers.get(code.as_str()) else {
            faults.push(Fault::new("wealth_holdings", code, "there is no such product".to_owned()));
            continue;
        };
        let stands = ledger::view(tx, ids_of(book, product).1)?.posted().minor;
        if stands != units {
            let what = format!("its holdings have {units} hundredths of a unit, {stands} were issued");
            faults.push(Fault::new("wealth_holdings", format!("book {book} {code}"), what));
        }
    }
    Ok(())
}

fn one(tx: &mut Tx<'_>, h: &Holding, faults: &mut Vec<Fault>) -> Result<()> {
    let mut wrong = |what: String| faults.push(Fault::new("wealth_holdings", h.account.to_string(), what));
    let stands = ledger::view(tx, h.account)?.posted().minor;
    if stands != h.units {
        wrong(format!("{} hundredths of a unit, {stands} in the ledger", h.units));
    }
    let tail = "WHERE book = ?1 AND account = ?2 ORDER BY number";
    let (mut sum, mut last) = (0, 0);
    for e in tx.select::<Entry>(tail, params![h.book, h.account])? {
        sum += if e.kind == OrderKind::Subscribe { e.units } else { -e.units };
        let units = Money::new(e.units, Currency::UNITS);
        let fits = worth(units, e.nav, Currency::CNY)?.minor <= e.money;
        if e.number != last + 1 || e.stands != sum || !fits {
            wrong(format!("movement {} does not follow from the one before and its value", e.number));
        }
        last = e.number;
    }
    if sum != h.units {
        wrong(format!("{} hundredths of a unit, its movements come to {sum}", h.units));
    }
    let tail = "WHERE book = ?1 AND holding = ?2 AND state IN ('review', 'cooling', 'due')";
    let open = tx.select::<Order>(tail, params![h.book, h.account])?;
    let of = |kind: OrderKind| open.iter().filter(move |o| o.kind == kind);
    let aside: i64 = of(OrderKind::Subscribe).map(|o| o.amount).sum();
    let locked: i64 = of(OrderKind::Redeem).map(|o| o.units).sum();
    let cash = ledger::view(tx, h.cash)?.posted().minor;
    if cash != aside {
        wrong(format!("its orders put {aside} minor units aside, {cash} stand on {}", h.cash));
    }
    if locked != h.locked {
        wrong(format!("{} hundredths locked, its orders say {locked}", h.locked));
    }
    Ok(())
}
