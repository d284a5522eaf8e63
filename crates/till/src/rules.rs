//! The figures the counter goes by, as dated data (`data/cash.toml`).
use kernel::{Currency, Date, Error, Money, Result};
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    pub currency: Vec<Faces>,
    pub counter: Counter,
    pub machine: Machine,
    damaged: Vec<Damaged>,
    pub seizure: Seizure,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Faces {
    pub code: Currency,
    /// Minor units, the highest first.
    pub faces: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counter {
    appointment_above_yuan: i64,
    pub appointment_days_ahead_max: i64,
    till_holds_yuan_max: i64,
}

impl Counter {
    /// Drawings of one day above this are by appointment. CNY.
    pub fn appointment_above(&self) -> Money {
        Money::cny(self.appointment_above_yuan * 100)
    }
    /// What a till may hold before it hands over to the vault. CNY.
    pub fn till_holds_max(&self) -> Money {
        Money::cny(self.till_holds_yuan_max * 100)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Machine {
    pub takes: Vec<i64>,
    pub pays: Vec<i64>,
    /// Notes of one visit at most.
    pub notes_max: i64,
    /// Working days until a customer hears what became of money that the counters left open.
    pub answer_working_days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Damaged {
    from: Date,
    left_per_mille: i64,
    gives_per_mille: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seizure {
    pub appeal_working_days: u32,
}

static RULES: LazyLock<Rules> =
    LazyLock::new(|| toml::from_str(include_str!("../data/cash.toml")).expect("data/cash.toml is tested"));

pub(crate) fn rules() -> &'static Rules {
    &RULES
}

/// What is given for a damaged note of which `left` thousandths of the area are left, whole pieces joined as they were; a
/// quarter missing in the form of a cross (`crossed`) gives half. Zero when less than half is left.
/// Source: PBoC Order 2003 No. 7, art. 3 and 4. `Err(bad_field)` beyond 0 to 1,000.
pub fn worth_of_damaged(face: Money, left: i64, crossed: bool, on: Date) -> Result<Money> {
    if !(0..=1_000).contains(&left) {
        return Err(Error::field("left_per_mille", format!("{left} given, 0 to 1,000 belong there")));
    }
    let steps = RULES.damaged.iter().filter(|d| d.from <= on && left >= d.left_per_mille);
    let gives = steps.map(|d| d.gives_per_mille).max().unwrap_or(0);
    let gives = if crossed { gives.min(500) } else { gives };
    Ok(Money::new(face.minor * gives / 1_000, face.currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_currency_has_its_faces_once_and_the_highest_first() {
        for c in &rules().currency {
            assert!(c.faces.windows(2).all(|w| w[0] > w[1]) && c.faces.iter().all(|f| *f > 0), "{}", c.code);
            assert_eq!(rules().currency.iter().filter(|o| o.code == c.code).count(), 1);
        }
        let cny = crate::notes::faces(Currency::CNY).unwrap();
        assert!(rules().machine.takes.iter().chain(&rules().machine.pays).all(|f| cny.contains(f)));
        assert_eq!(rules().counter.appointment_above(), Money::cny(5_000_000));
    }

    #[test]
    fn damaged_notes_are_worth_what_the_order_says() {
        let on = Date::parse("2026-11-20").unwrap();
        let cases = [
            (10_000, 1_000, false, 10_000),
            (10_000, 750, false, 10_000),
            (10_000, 749, false, 5_000),
            (10_000, 750, true, 5_000),
            (10_000, 500, false, 5_000),
            (10_000, 499, false, 0),
            (10_000, 0, false, 0),
            (500, 600, false, 250),
            (10, 600, false, 5),
        ];
        for (face, left, crossed, want) in cases {
            let got = worth_of_damaged(Money::cny(face), left, crossed, on).unwrap();
            assert_eq!(got, Money::cny(want), "{face} with {left}");
        }
        assert!(worth_of_damaged(Money::cny(10_000), 1_001, false, on).is_err());
        let before = Date::parse("2004-01-31").unwrap();
        assert_eq!(worth_of_damaged(Money::cny(10_000), 1_000, false, before).unwrap(), Money::cny(0));
    }
}
