//! The elder's day to think: a first payment above a sum arrives the next day.
use crate::rules::rules;
use crate::terms::Way;
use kernel::id::{InstructionId, PersonId};
use kernel::{BookId, Currency, Date, Id, Money, Result, Timestamp};
use store::{Seal, Tx, params};

store::record! {
    /// A payment whose arrival the bank put off.
    pub struct Cooling in "safety_coolings" key 2 {
        pub book: BookId,
        pub instruction: InstructionId,
        pub person: PersonId,
        /// The sum that it was above.
        pub above_yuan: i64,
        pub cooled_at: Timestamp,
    }
}

/// What the bank knows of a transfer before it chooses its arrival.
#[derive(Clone, Copy, Debug)]
pub struct First {
    /// The payer is 60 or over.
    pub elder: bool,
    /// He never paid this payee.
    pub first: bool,
    /// To an account of his own.
    pub own: bool,
    pub way: Way,
    pub amount: Money,
}

/// The sum in yuan that this transfer is above, when it arrives the next day by default; at the counter the customer chooses.
pub fn cools(t: &First, on: Date) -> Result<Option<i64>> {
    let above = rules(on)?.elder_first_payee_above_yuan;
    let large = t.amount.currency != Currency::CNY || t.amount.minor > above * 100;
    let holds = t.elder && t.first && !t.own && large && t.way != Way::Counter;
    Ok(holds.then_some(above))
}

/// Notes that the bank put a payment off.
pub fn cool(tx: &mut Tx<'_>, instruction: InstructionId, person: PersonId, above_yuan: i64) -> Result<()> {
    let (book, cooled_at) = (instruction.book(), tx.now());
    tx.insert(&mut Cooling { book, instruction, person, above_yuan, cooled_at, seal: Seal::default() })
}

/// Why the bank put a payment off; `None` when it did not. Asks no permission.
pub fn cooling(tx: &mut Tx<'_>, instruction: InstructionId) -> Result<Option<Cooling>> {
    tx.get::<Cooling>(params![instruction.book(), instruction])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_elders_first_large_payment_cools_and_its_near_misses_do_not() {
        let on = Date::ymd(2026, 11, 23).unwrap();
        let base = First { elder: true, first: true, own: false, way: Way::Phone, amount: Money::cny(500_001) };
        let cases = [
            (base, true),
            (First { amount: Money::cny(500_000), ..base }, false),
            (First { amount: Money::new(1, Currency::USD), ..base }, true),
            (First { elder: false, ..base }, false),
            (First { first: false, ..base }, false),
            (First { own: true, ..base }, false),
            (First { way: Way::Kiosk, ..base }, true),
            (First { way: Way::Counter, ..base }, false),
        ];
        for (n, (t, want)) in cases.into_iter().enumerate() {
            assert_eq!(cools(&t, on).unwrap().is_some(), want, "case {n}");
        }
    }
}
