//! What can be recomputed of guarantees: what left each deposit's account by the ledger is what its notices say it paid and what was
//! returned; what came back of the notices is no more than what was paid; what was paid is earmarked.
use crate::guarantee::{Form, Guarantee};
use crate::notice::PaymentNotice;
use kernel::{BookId, Id, Result};
use store::verify::Fault;
use store::{Tx, params};

/// Guarantees read at once.
const ROWS: i64 = 500;

/// Looks for what does not fit, on one snapshot.
pub fn verify(tx: &mut Tx<'_>, faults: &mut Vec<Fault>) -> Result<()> {
    let (mut book, mut after) = (BookId(0), [0u8; 16]);
    loop {
        let tail = "WHERE book > ?1 OR (book = ?1 AND id > ?2) ORDER BY book, id LIMIT ?3";
        let found = tx.select::<Guarantee>(tail, params![book, after, ROWS])?;
        let Some(last) = found.last() else { return Ok(()) };
        (book, after) = (last.book, last.id.bytes());
        for g in &found {
            one(tx, g, faults)?;
        }
    }
}

fn one(tx: &mut Tx<'_>, g: &Guarantee, faults: &mut Vec<Fault>) -> Result<()> {
    let mut wrong = |what: String| faults.push(Fault::new("guarantees", g.id.to_string(), what));
    let tail = "WHERE book = ?1 AND guarantee = ?2 ORDER BY id";
    let notices = tx.select::<PaymentNotice>(tail, params![g.book, g.id])?;
    let paid: i64 = notices.iter().filter(|n| n.paid_at.is_some()).map(|n| n.paid).sum();
    let came_back: i64 = notices.iter().map(|n| n.came_back).sum();
    for n in notices.iter().filter(|n| n.paid_at.is_some()) {
        let kept = payroll::earmark_of(tx, n.project, &n.id.to_string())?;
        let as_told = kept.is_some_and(|e| (e.amount, e.given_back, e.sheet) == (n.paid, n.came_back, n.sheet));
        if !as_told {
            wrong(format!("{} is not earmarked as it says", n.id));
        }
    }
    if g.form == Form::Letter {
        if g.called > g.amount || came_back != 0 {
            wrong(format!("{} called on a letter of {}", g.called, g.amount));
        }
        return Ok(());
    }
    let Some(account) = g.account else {
        wrong("a deposit has no account".into());
        return Ok(());
    };
    let balance = ledger::view(tx, account)?.balance;
    // What an agreed legal document took is no payment of a notice, and leaves the account all the same.
    let orders = worksite::end::orders_of(tx, g.project)?;
    let of_account = orders.iter().filter(|o| o.account == account && o.state == worksite::end::OrderState::Deducted);
    let taken: i64 = of_account.map(|o| o.amount).sum();
    if balance.debits_posted != paid + g.returned + taken {
        let (returned, left) = (g.returned, balance.debits_posted);
        wrong(format!("{paid} paid on notices, {returned} returned and {taken} taken by law, {left} left its account"));
    }
    if g.ended_at.is_some() && balance.debits_posted != balance.credits_posted {
        wrong("it has ended and its account is not empty".into());
    }
    Ok(())
}
