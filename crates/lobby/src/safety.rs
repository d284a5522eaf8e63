//! Three questions before an elder's transfer (转账安全提示): does somebody on the phone tell you to, was a code or your
//! screen asked for, are you to keep it secret? One yes is what nearly every fraud on old people has in common, and then
//! nothing is sent: the page explains and offers a person. Whoever pays somebody known a small sum is not asked
//! ([`asks`]). Every answer is in the audit, also the noes: who was warned, when, about how much.
use kernel::{Actor, Currency, Date, Error, Money, Result};
use std::sync::LazyLock;
use store::{Audit, Tx};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    safety: Vec<Rule>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    effective_from: Date,
    effective_to: Option<Date>,
    #[serde(rename = "source")]
    _source: String,
    known_payee_up_to_yuan: i64,
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../data/safety.toml")).expect("data/safety.toml is tested"));

/// The answers: whether a caller tells her to, whether a code or the screen was asked for, whether it is to be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    pub caller: bool,
    pub code: bool,
    pub secret: bool,
}

impl Answers {
    /// One yes is enough to stop.
    pub fn stop(self) -> bool {
        self.caller || self.code || self.secret
    }
}

/// Whether the questions are asked before a transfer of `amount`; `known`: to somebody she has paid before.
pub fn asks(known: bool, amount: Money, on: Date) -> Result<bool> {
    let holds = |r: &&Rule| r.effective_from <= on && r.effective_to.is_none_or(|end| on <= end);
    let rule = FILE.safety.iter().find(holds).ok_or_else(|| Error::broken(format!("no safety rule for {on}")))?;
    let small = amount.currency == Currency::CNY && amount.minor <= rule.known_payee_up_to_yuan * 100;
    Ok(!(known && small))
}

/// Writes the answers down; `about` is the account that would pay.
pub fn answered(tx: &mut Tx<'_>, actor: &Actor, answers: Answers, about: &str, amount: Money) -> Result<()> {
    let Answers { caller, code, secret } = answers;
    let shown = format!("{amount}: caller {caller}, code {code}, secret {secret}");
    let action = if answers.stop() { "transfer.safety_stop" } else { "transfer.safety_passed" };
    tx.audit(actor, Audit::of(action, about).after(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_known_and_a_small_sum_need_no_questions() {
        let on = Date::ymd(2026, 11, 22).unwrap();
        let cases = [
            (true, Money::cny(20_000), false),
            (true, Money::cny(100_000), false),
            (true, Money::cny(100_001), true),
            (false, Money::cny(1), true),
            (true, Money::new(1, Currency::USD), true),
        ];
        for (known, amount, want) in cases {
            assert_eq!(asks(known, amount, on).unwrap(), want, "{known} {amount}");
        }
    }

    #[test]
    fn one_yes_stops() {
        for bits in 0..8u8 {
            let answers = Answers { caller: bits & 1 > 0, code: bits & 2 > 0, secret: bits & 4 > 0 };
            assert_eq!(answers.stop(), bits > 0);
        }
    }
}
