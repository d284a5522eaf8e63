//! How long a site's records are kept (Decree 724, art. 15, 28).
use crate::end::{KEPT, KEPT_MONTHS, completion};
use kernel::id::ProjectId;
use kernel::{Date, Error, Result};
use store::Tx;

/// What the clock of a site's records counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Kept {
    pub completed_on: Option<Date>,
    /// The day on which the last pay sheet came to its end.
    pub settled_on: Option<Date>,
    /// The last day on which everything is kept; `None`: without end, for the works or the wages are not at their end.
    pub until: Option<Date>,
}

/// Three years after the later of both; pure.
fn until(completed_on: Option<Date>, settled_on: Option<Date>) -> Option<Date> {
    Some(completed_on?.max(settled_on?).plus_months(KEPT_MONTHS))
}

/// How long the records of a project are kept.
pub fn kept_until(tx: &mut Tx<'_>, project: ProjectId) -> Result<Kept> {
    let completed_on = completion(tx, project)?.map(|c| c.on);
    let settled_on = payroll::settled_at(tx, project)?.map(|at| at.local_date());
    Ok(Kept { completed_on, settled_on, until: until(completed_on, settled_on) })
}

/// Whether records of a project may be deleted on a day. `Err(worksite_records_kept)` until the day after the last one.
pub fn may_forget(tx: &mut Tx<'_>, project: ProjectId, today: Date) -> Result<()> {
    let kept = kept_until(tx, project)?;
    match kept.until {
        Some(until) if until < today => Ok(()),
        Some(until) => Err(Error::new(&KEPT, format!("kept until {until}")).with("until", until)),
        None => Err(Error::new(&KEPT, "works or wages are not at their end").with("until", "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w12_three_years_after_the_later_of_both() {
        let day = |text: &str| Some(Date::parse(text).unwrap());
        let cases = [
            (day("2026-03-01"), day("2026-06-30"), day("2029-06-30")),
            (day("2026-08-01"), day("2026-06-30"), day("2029-08-01")),
            (day("2024-02-29"), day("2024-01-01"), day("2027-02-28")),
            (None, day("2026-06-30"), None),
            (day("2026-08-01"), None, None),
        ];
        for (completed, settled, want) in cases {
            assert_eq!(until(completed, settled), want, "{completed:?} {settled:?}");
        }
    }
}
