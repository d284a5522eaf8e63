//! Thresholds and terms by date: `data/reporting.toml`.
use crate::report::Kind;
use kernel::{Currency, Date, Error, Owner, Result};
use std::sync::LazyLock;

/// What holds on a date.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub effective_from: Date,
    pub source: String,
    pub due_working_days: u32,
    pub suspicion_working_days: u32,
    /// Whole units of any currency.
    look_from: i64,
    threshold: Vec<Threshold>,
}

/// From which sum a day is reported.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    pub kind: Kind,
    pub whose: Whose,
    pub currency: Currency,
    /// Whole units.
    at_least: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    Any,
    Person,
    Firm,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rules>,
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../data/reporting.toml")).expect("data/reporting.toml is tested"));

/// The figures in force on a date: the newest that have begun.
pub fn rules(on: Date) -> Result<&'static Rules> {
    let begun = FILE.rule.iter().filter(|r| r.effective_from <= on);
    begun.max_by_key(|r| r.effective_from).ok_or_else(|| Error::broken(format!("no rules of reports for {on}")))
}

impl Rules {
    /// Minor units of an account's side below which a day is not looked at.
    pub fn look_from(&self) -> i64 {
        self.look_from * 100
    }

    /// Minor units from which a customer's day is reported; `None` where nothing is.
    pub fn threshold(&self, kind: Kind, subject: Owner, currency: Currency) -> Option<i64> {
        let whose = match subject {
            Owner::Person(_) => Whose::Person,
            Owner::Firm(_) => Whose::Firm,
            Owner::Bank => return None,
        };
        let fits =
            |t: &&Threshold| t.kind == kind && t.currency == currency && (t.whose == Whose::Any || t.whose == whose);
        self.threshold.iter().find(fits).map(|t| t.at_least * 100)
    }

    /// Every threshold, in the file's order.
    pub fn thresholds(&self) -> &[Threshold] {
        &self.threshold
    }
}

impl Threshold {
    pub fn money(&self) -> kernel::Money {
        kernel::Money::new(self.at_least * 100, self.currency)
    }
}

/// So many working days after a day.
pub(crate) fn working_days_after(from: Date, days: u32) -> Date {
    (0..days).fold(from, |day, _| {
        let mut next = day.plus_days(1);
        while !payroll::is_business_day(next) {
            next = next.plus_days(1);
        }
        next
    })
}
