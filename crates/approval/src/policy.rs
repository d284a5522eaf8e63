//! How many checkers what needs, as dated data.
use crate::APPROVAL_HOURS_MAX;
use kernel::{Currency, Date, Error, Money, Result};
use std::sync::LazyLock;

/// What an amount of a kind needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// 0, 1 or 2.
    pub checkers: u8,
    pub hours: u32,
    pub basis: &'static str,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    policy: Vec<Kind>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    kind: String,
    effective_from: Date,
    effective_to: Option<Date>,
    basis: String,
    steps: Vec<Step>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    up_to_yuan: Option<i64>,
    checkers: u8,
    hours: u32,
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../data/policy.toml")).expect("data/policy.toml is tested"));

/// The policy of a kind for an amount (or none) on a date. A kind that is not in the table needs one checker. An amount in
/// another currency is judged as the highest, for the table is in CNY.
pub fn policy(kind: &str, amount: Option<Money>, date: Date) -> Result<Policy> {
    let holds = |k: &&Kind| k.kind == kind && k.effective_from <= date && k.effective_to.is_none_or(|end| date <= end);
    let Some(found) = FILE.policy.iter().find(holds) else {
        return Ok(Policy {
            checkers: 1,
            hours: APPROVAL_HOURS_MAX,
            basis: "what is not listed is checked by another",
        });
    };
    let fits = |step: &&Step| match (step.up_to_yuan, amount) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(yuan), Some(m)) => m.currency == Currency::CNY && m.minor <= yuan * 100,
    };
    let step = found.steps.iter().find(fits).ok_or_else(|| Error::broken(format!("{kind} has no policy above")))?;
    Ok(Policy { checkers: step.checkers, hours: step.hours, basis: &found.basis })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_ends_with_a_step_for_all_and_never_asks_for_less_above() {
        for k in &FILE.policy {
            assert!(k.steps.last().is_some_and(|s| s.up_to_yuan.is_none()), "{} stops short", k.kind);
            assert!(k.steps.windows(2).all(|w| w[0].checkers <= w[1].checkers), "{} asks for less above", k.kind);
            assert!(k.steps.iter().all(|s| s.checkers <= 2 && (1..=APPROVAL_HOURS_MAX).contains(&s.hours)));
            assert_eq!(FILE.policy.iter().filter(|o| o.kind == k.kind && o.effective_to.is_none()).count(), 1);
        }
    }

    #[test]
    fn by_kind_and_amount() {
        let date = Date::parse("2026-11-21").unwrap();
        let yuan = |y: i64| Some(Money::cny(y * 100));
        let cases = [
            ("payment", yuan(50_000), 0),
            ("payment", yuan(50_001), 1),
            ("payment", yuan(1_000_001), 2),
            ("payment", Some(Money::new(1, Currency::USD)), 2),
            ("payment", None, 2),
            ("payment.reverse", yuan(1), 1),
            ("grant", None, 1),
            ("tariff", None, 1),
            ("tier", None, 1),
            ("tier.lower", None, 0),
            ("freeze", None, 0),
            ("unfreeze", None, 1),
            ("something new", yuan(1), 1),
        ];
        for (kind, amount, checkers) in cases {
            assert_eq!(policy(kind, amount, date).unwrap().checkers, checkers, "{kind} {amount:?}");
        }
    }
}
