//! What a customer is told whose visit did not go to its end: what was booked, what the counters left open, and by when he is answered.
use crate::events::Event;
use crate::rules::rules;
use crate::seizure;
use crate::visit::Visit;
use kernel::{Actor, Date, Money, Result};
use store::Tx;

/// Whoever stood there hears what came of it.
pub(super) fn interrupted(tx: &mut Tx<'_>, who: &Actor, visit: &Visit, place: &str, left: Money) -> Result<()> {
    let Some(account) = visit.account else { return Ok(()) };
    let (owner, date) = (ledger::view(tx, account)?.account.owner, tx.business_date()?);
    let open = (!left.is_zero()).then(|| Money::new(left.minor.abs(), left.currency));
    let (kind, amount, place) = (visit.kind, visit.money(), place.to_owned());
    let event = Event::Interrupted { visit: visit.id, owner, account, kind, place, amount, open, date };
    tx.emit(&event, &who.correlation)
}

/// The last day on which the customer hears what became of money that the counters left open. `works` says which days are worked.
pub fn answered_by(day: Date, works: &dyn Fn(Date) -> bool) -> Date {
    seizure::working_days_after(day, rules().machine.answer_working_days, works)
}
