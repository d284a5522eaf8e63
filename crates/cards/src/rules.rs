//! What holds for cards, as dated data (`data/cards.toml`).
use crate::credit::{CreditTerms, GRAINS_PER_MINOR};
use kernel::{Date, Error, Money, Result};
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    number: Number,
    rules: Vec<Rules>,
    credit: Vec<Credit>,
    instalments: Vec<Instalments>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Instalments {
    effective_from: Date,
    periods: Vec<u32>,
    fee_percent: String,
    least_yuan: i64,
    document: String,
}

/// What holds for instalments on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalmentTerms {
    pub periods: Vec<u32>,
    /// Grains a minor unit of the principal costs a period.
    pub fee_grains: i64,
    /// The smallest purchase, minor units.
    pub least: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credit {
    effective_from: Date,
    daily_rate: String,
    daily_rate_min: String,
    daily_rate_max: String,
    minimum_percent: i64,
    late_percent: i64,
    grace_days: i64,
    limit_max_yuan: i64,
    document: String,
}

/// What card numbers begin with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Number {
    pub bin: String,
    pub series: String,
}

/// What holds for all cards from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub effective_from: Date,
    /// Years a plastic is good for, to the end of its month.
    pub valid_years: i32,
    /// Open debit cards of one person at most.
    pub debit_cards_max: usize,
    /// A card whose PIN is locked pays up to this without one, whole yuan; 0 for nothing.
    pub locked_pays_yuan: i64,
    pub document: String,
}

static DATA: LazyLock<Data> =
    LazyLock::new(|| toml::from_str(include_str!("../data/cards.toml")).expect("data/cards.toml is tested"));

pub(crate) fn number() -> &'static Number {
    &DATA.number
}

/// The rules of a day.
pub fn rules(day: Date) -> Result<&'static Rules> {
    let found = DATA.rules.iter().filter(|r| r.effective_from <= day).max_by_key(|r| r.effective_from);
    found.ok_or_else(|| Error::broken(format!("no rules for cards on {day}")))
}

fn credit(day: Date) -> Result<&'static Credit> {
    let found = DATA.credit.iter().filter(|c| c.effective_from <= day).max_by_key(|c| c.effective_from);
    found.ok_or_else(|| Error::broken(format!("no terms for the credit of cards on {day}")))
}

/// The highest limit the bank gives on a day.
pub fn limit_max(day: Date) -> Result<Money> {
    Ok(Money::cny(credit(day)?.limit_max_yuan * 100))
}

/// What holds for instalments on a day.
pub fn instalment_terms(day: Date) -> Result<InstalmentTerms> {
    let found = DATA.instalments.iter().filter(|i| i.effective_from <= day).max_by_key(|i| i.effective_from);
    let i = found.ok_or_else(|| Error::broken(format!("no terms for instalments on {day}")))?;
    let fee_grains = grains_of(&i.fee_percent)
        .ok_or_else(|| Error::broken(format!("{:?} is no fee: {}", i.fee_percent, i.document)))?;
    Ok(InstalmentTerms { periods: i.periods.clone(), fee_grains, least: i.least_yuan * 100 })
}

/// What holds for the credit of cards on a day.
pub fn credit_terms(day: Date) -> Result<CreditTerms> {
    let c = credit(day)?;
    let Credit { minimum_percent, late_percent, grace_days, .. } = *c;
    let [rate, least, most] = [&c.daily_rate, &c.daily_rate_min, &c.daily_rate_max].map(|t| grains_of(t));
    let daily_grains = rate.filter(|r| least.is_some_and(|l| l <= *r) && most.is_some_and(|m| *r <= m));
    let bad = || Error::broken(format!("{:?} is outside the band of {}", c.daily_rate, c.document));
    let daily_grains = daily_grains.ok_or_else(bad)?;
    Ok(CreditTerms { daily_grains, minimum_percent, late_percent, grace_days })
}

/// Per cent, at most six decimals, as grains a minor unit: `0.05` is 50,000.
fn grains_of(percent: &str) -> Option<i64> {
    let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let shaped = whole.len() == 1 && part.len() <= 6 && digits(whole) && digits(part);
    let hundredth = (GRAINS_PER_MINOR / 100_000_000) as i64;
    shaped.then(|| format!("{whole}{part:0<6}").parse::<i64>().ok().map(|n| n * hundredth)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_rules_are_sound() {
        assert_eq!((number().bin.len(), number().series.len()), (6, 1));
        for r in &DATA.rules {
            assert!((1..=20).contains(&r.valid_years) && r.debit_cards_max > 0, "{r:?}");
            assert!(!r.document.is_empty());
        }
        assert!(rules(Date::parse("2019-12-31").unwrap()).is_err());
    }

    #[test]
    fn the_daily_rate_is_inside_its_band_and_the_free_time_is_from_20_to_56_days() {
        for c in &DATA.credit {
            let [rate, least, most] =
                [&c.daily_rate, &c.daily_rate_min, &c.daily_rate_max].map(|t| grains_of(t).unwrap());
            assert!(least <= rate && rate <= most, "{rate}");
            assert!((20..=25).contains(&c.grace_days), "at most 31 days to a statement, 56 in all");
            assert!((1..=100).contains(&c.minimum_percent) && (0..=100).contains(&c.late_percent));
            assert!(!c.document.is_empty() && c.limit_max_yuan > 0);
        }
        for i in &DATA.instalments {
            assert!(i.periods.iter().all(|n| (2..=60).contains(n)) && grains_of(&i.fee_percent).is_some());
            assert!(!i.document.is_empty() && i.least_yuan * 100 >= 60);
        }
        assert_eq!(credit_terms(Date::parse("2026-03-02").unwrap()).unwrap().daily_grains, 50_000);
        assert!(credit_terms(Date::parse("2019-12-31").unwrap()).is_err());
    }

    #[test]
    fn daily_rates_are_read() {
        let cases = [("0.05", Some(50_000)), ("0.035", Some(35_000)), ("1", Some(1_000_000)), ("0.0000001", None)];
        for (text, want) in cases.into_iter().chain([("", None), ("-1", None), ("10", None), ("0,05", None)]) {
            assert_eq!(grains_of(text), want, "{text}");
        }
    }
}
