//! What can be recomputed of deposits: the sums of what accounts earned from their lines, and what is payable from the ledger.
//!
//! * every line stands once, in its page, by account id;
//! * the sum of each product in each book is that of its lines;
//! * what the sums say is payable is what stands on the book's account of interest payable, per currency;
//! * a deposit's principal is what its account holds.
use crate::contract::{Deposit, State};
use crate::page::{AccrualPage, AccrualSum};
use crate::terms::{Product, shelf};
use kernel::{BookId, Currency, Id, Result};
use payments::own::{Own, own};
use std::collections::BTreeMap;
use store::verify::Fault;
use store::{Tx, params};

/// Pages and deposits read at once.
const ROWS: i64 = 500;

/// Looks for what does not fit, on one snapshot.
pub fn verify(tx: &mut Tx<'_>, faults: &mut Vec<Fault>) -> Result<()> {
    let shelf = shelf(tx)?;
    let currencies: BTreeMap<u16, Currency> = shelf.products.iter().map(|p: &Product| (p.number, p.currency)).collect();
    let mut earned: BTreeMap<(BookId, u16, Currency), i128> = BTreeMap::new();
    pages(tx, faults, |book, product, grains| {
        let currency = currencies.get(&product).copied().unwrap_or(Currency::CNY);
        *earned.entry((book, product, currency)).or_default() += grains;
    })?;
    let mut owed: BTreeMap<(BookId, Currency), i64> = BTreeMap::new();
    for sum in tx.select::<AccrualSum>("ORDER BY book, product, currency", &[])? {
        let lines = earned.remove(&(sum.book, sum.product, sum.currency)).unwrap_or(0);
        if lines != sum.grains.0 {
            let what = format!("its lines come to {lines} grains, the sum says {}", sum.grains.0);
            faults.push(Fault::new("deposit_sums", format!("book {} product {}", sum.book, sum.product), what));
        }
        *owed.entry((sum.book, sum.currency)).or_default() += sum.payable;
    }
    for ((book, product, _), grains) in earned.into_iter().filter(|(_, grains)| *grains != 0) {
        let what = format!("its lines come to {grains} grains and there is no sum");
        faults.push(Fault::new("deposit_sums", format!("book {book} product {product}"), what));
    }
    for ((book, currency), owed) in owed {
        let id = own(book, Own::InterestPayable, currency);
        let stands = ledger::view(tx, id)?.posted().minor;
        if stands != owed {
            let what = format!("{owed} minor units of {currency} are owed to depositors, {stands} stand on {id}");
            faults.push(Fault::new("deposit_sums", format!("book {book}"), what));
        }
    }
    principals(tx, faults)
}

fn pages(tx: &mut Tx<'_>, faults: &mut Vec<Fault>, mut each: impl FnMut(BookId, u16, i128)) -> Result<()> {
    let (mut book, mut after, mut last) = (-1i64, [0u8; 16], None);
    loop {
        let tail = "WHERE book > ?1 OR (book = ?1 AND first > ?2) ORDER BY book, first LIMIT ?3";
        let found = tx.select::<AccrualPage>(tail, params![book, after, ROWS])?;
        let Some(end) = found.last() else { return Ok(()) };
        (book, after) = (i64::from(end.book.0), end.first);
        for page in &found {
            for line in page.read()? {
                let here = (page.book, line.account.bytes());
                if last.is_some_and(|last| last >= here) || here.1 < page.first || line.account.book() != page.book {
                    faults.push(Fault::new(
                        "deposit_pages",
                        line.account.to_string(),
                        "its line stands in the wrong place",
                    ));
                }
                last = Some(here);
                each(page.book, line.product, line.grains.0);
            }
        }
    }
}

fn principals(tx: &mut Tx<'_>, faults: &mut Vec<Fault>) -> Result<()> {
    let (mut book, mut after) = (-1i64, [0u8; 16]);
    loop {
        let tail = "WHERE book > ?1 OR (book = ?1 AND account > ?2) ORDER BY book, account LIMIT ?3";
        let found = tx.select::<Deposit>(tail, params![book, after, ROWS])?;
        let Some(end) = found.last() else { return Ok(()) };
        (book, after) = (i64::from(end.book.0), end.account.bytes());
        for d in found {
            let holds = ledger::view(tx, d.account)?.posted().minor;
            if holds != d.principal || (d.state == State::Closed) != (d.principal == 0) {
                let what = format!("{} minor units of principal, {holds} on the account, {}", d.principal, d.state);
                faults.push(Fault::new("deposits", d.account.to_string(), what));
            }
        }
    }
}
