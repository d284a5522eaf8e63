//! When the payee has the money (到账方式): at once, in two hours, or a day later.
//!
//! Since 2016-12-01 a bank offers its customers real-time, ordinary and next-day arrival to choose from before they pay, and a
//! person's transfer to others at a self-service machine goes a day after it was taken in and can be called off until then
//! (银发〔2016〕261号, art. 8, as reported). The notice gives hours for the machine alone. Ordinary is two hours here, and next day
//! is 24 hours for both: whoever pays late in the evening under somebody's pressure has the whole night and the morning,
//! which the opening of a business day would not give him, and a weekend would make of a day three.
//!
//! A later arrival is the pipeline's own *delayed* state. The money is held at once; the time begins when nobody else has
//! to decide any more (a checker, a challenge), and where the guard delays too, the longer of both counts. Until then the
//! payer calls it off. At its time entitlement, limits and guard are asked again and what is held is posted.
use kernel::clock::HOUR;
use kernel::id::InstructionId;
use kernel::{BookId, Id, Result, Timestamp};
use store::{Seal, Tx, params};

store::text_enum! {
    /// How soon a payment arrives.
    #[derive(Default)]
    pub enum Arrival { #[default] RealTime = "real_time", TwoHours = "two_hours", NextDay = "next_day" }
}

impl Arrival {
    /// Hours between the last decision and the posting.
    pub fn hours(self) -> i64 {
        match self {
            Arrival::RealTime => 0,
            Arrival::TwoHours => 2,
            Arrival::NextDay => 24,
        }
    }
    pub fn is_real_time(&self) -> bool {
        *self == Arrival::RealTime
    }
    /// When it is posted, decided upon at `at`; `None` at once.
    pub fn after(self, at: Timestamp) -> Option<Timestamp> {
        (!self.is_real_time()).then(|| at.plus(self.hours() * HOUR))
    }
}

store::record! {
    /// A payment that arrives later, and since everybody decided, when.
    pub struct Wait in "payment_waits" key 2 {
        pub book: BookId,
        pub id: InstructionId,
        pub arrival: Arrival,
        pub until: Option<Timestamp>,
    }
}

/// Notes that an instruction arrives later.
pub(crate) fn note(tx: &mut Tx<'_>, id: InstructionId, arrival: Arrival, until: Option<Timestamp>) -> Result<()> {
    if arrival.is_real_time() {
        return Ok(());
    }
    tx.insert(&mut Wait { book: id.book(), id, arrival, until, seal: Seal::default() })
}

/// How soon the payer wanted it to arrive.
pub fn arrival_of(tx: &mut Tx<'_>, id: InstructionId) -> Result<Arrival> {
    Ok(tx.get::<Wait>(params![id.book(), id])?.map_or(Arrival::RealTime, |w| w.arrival))
}

/// Until when an instruction that may go has still to wait; its time begins with the first such question.
pub(crate) fn waits_until(tx: &mut Tx<'_>, id: InstructionId) -> Result<Option<Timestamp>> {
    let Some(mut wait) = tx.load::<Wait>(params![id.book(), id])? else { return Ok(None) };
    let now = tx.now();
    if wait.until.is_none() {
        wait.until = wait.arrival.after(now);
        tx.update(&mut wait)?;
    }
    Ok(wait.until.filter(|at| *at > now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_arrival_has_its_hours() {
        let at = Timestamp::from_micros(0);
        let cases = [(Arrival::RealTime, None), (Arrival::TwoHours, Some(2)), (Arrival::NextDay, Some(24))];
        for (arrival, hours) in cases {
            assert_eq!(arrival.after(at), hours.map(|h| at.plus(h * HOUR)), "{arrival}");
        }
    }
}
