//! What was bought on a line, month by month, and what a purchase would cost in parts.
use crate::cost::{Yearly, of_parts};
use crate::credit::{Bill, rounded};
use crate::line::seen;
use crate::{SPENDING_LINES_MAX, rules};
use kernel::id::AccountId;
use kernel::{Actor, Date, Money, Result};
use ledger::STATEMENT_ROWS_MAX;
use store::Tx;

/// Months that [`spending`] tells of, this one included.
pub const SPENDING_MONTHS: i32 = 6;

/// The first day of each of the last [`SPENDING_MONTHS`] months and what was bought in it, the oldest first; refunds are taken off.
/// Looks at the newest [`SPENDING_LINES_MAX`] entries.
pub fn spending(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Vec<(Date, Money)>> {
    seen(tx, actor, account)?;
    let today = tx.business_date()?;
    let this = today.plus_days(1 - i64::from(today.day()));
    let mut months: Vec<(Date, i64)> = (0..SPENDING_MONTHS).rev().map(|n| (this.plus_months(-n), 0)).collect();
    let first = this.plus_months(1 - SPENDING_MONTHS);
    let (mut from, mut looked) = (None, 0);
    loop {
        let page = ledger::statement(tx, account, from, STATEMENT_ROWS_MAX)?;
        looked += page.len();
        for entry in page.iter().filter(|l| matches!(&*l.entry.code, "card_purchase" | "card_refund")) {
            let of = months.iter_mut().rev().find(|(day, _)| *day <= entry.entry.business_date);
            if let Some((_, sum)) = of {
                *sum -= entry.change;
            }
        }
        from = page.last().filter(|l| l.entry.business_date >= first).and_then(ledger::Line::prev);
        if from.is_none() || looked >= SPENDING_LINES_MAX {
            return Ok(months.into_iter().map(|(day, sum)| (day, Money::cny(sum))).collect());
        }
    }
}

/// A purchase in parts, before it is agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub periods: u32,
    /// Of the principal; the last part takes what is left over.
    pub part: Money,
    pub last: Money,
    /// With each part.
    pub fee: Money,
    pub fees: Money,
    pub yearly: Yearly,
}

/// The offers for an item of a bill on a day; none where it cannot be paid in parts.
pub fn offers(bill: &Bill, item: i64, today: Date) -> Result<Vec<Offer>> {
    let terms = rules::instalment_terms(today)?;
    let Some(i) = bill.items.iter().find(|i| i.number == item && i.amount >= terms.least) else {
        return Ok(Vec::new());
    };
    let (amount, fee) = (i.amount, rounded(i128::from(i.amount) * i128::from(terms.fee_grains)));
    let offer = |periods: &u32| {
        let plan = bill.clone().instalments(item, *periods, fee).ok()?;
        let (part, last) = (*plan.left.first()?, *plan.left.last()?);
        let paid: Vec<i64> = plan.left.iter().map(|p| p + fee).collect();
        Some(Offer {
            periods: *periods,
            part: Money::cny(part),
            last: Money::cny(last),
            fee: Money::cny(fee),
            fees: Money::cny(fee * i64::from(*periods)),
            yearly: of_parts(amount, &paid),
        })
    };
    Ok(terms.periods.iter().filter_map(offer).collect())
}
