//! The decision as a pure function: rules, facts and what was seen, to a place on the ladder with its reasons.
use crate::activity::{Activity, Out, Windows};
use crate::facts::{Facts, Ladder, SubjectKind};
use crate::freezes::{FreezeBasis, FreezeKind};
use crate::lists::ListKind;
use crate::rules::{Check, Fen, Mode, Rule, RuleSet, Share, Side};
use kernel::clock::{DAY, MINUTE};
use kernel::id::ListEntryId;
use kernel::{Currency, Money, Rounding, Timestamp};

/// A live list entry that names one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Payer or payee.
    pub side: Side,
    pub list: ListKind,
    pub entry: ListEntryId,
    pub by: SubjectKind,
}

/// A freeze in force on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    pub side: Side,
    pub kind: FreezeKind,
    pub basis: FreezeBasis,
    pub number: i64,
}

/// What was read for a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub activity: Activity,
    pub listed: Vec<Listed>,
    pub frozen: Vec<Frozen>,
    /// Rule and object of the reasons that somebody has seen to in an earlier round.
    pub cleared: Vec<(String, String)>,
}

/// Why a rule spoke up.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reason {
    pub rule: String,
    pub version: u32,
    pub mode: Mode,
    pub action: Ladder,
    pub score: i64,
    /// Text key for the customer.
    pub customer: String,
    /// Not to be named to the customer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub neutral: bool,
    /// What exactly hit: a list entry, a freeze; empty where it is the payment itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// For staff, masked.
    pub detail: String,
    /// Somebody has seen to it; it does not count any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cleared: bool,
}

impl Reason {
    /// Whether it has a say in the verdict.
    pub fn counts(&self) -> bool {
        self.mode == Mode::Live && !self.cleared
    }
}

/// What the rules say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    pub verdict: Ladder,
    /// Sum over the reasons that count.
    pub score: i64,
    pub reasons: Vec<Reason>,
    /// End of the longest delay asked for, when the verdict is delay.
    pub delay_until: Option<Timestamp>,
    pub windows: Windows,
}

/// The verdict is the highest of what each counting hit asks for and what the sum of their scores asks for; so more hits
/// never make it milder.
pub fn evaluate(rules: &RuleSet, facts: &Facts, seen: &Seen) -> Evaluation {
    let windows = seen.activity.windows(facts.at, facts.payee.acquaintance());
    let (mut reasons, mut verdict, mut score, mut minutes) = (Vec::new(), Ladder::Pass, 0, 0);
    for rule in rules.rules.iter().filter(|r| r.concerns(facts)) {
        for (about, detail) in hits(&rule.check, facts, seen, &windows) {
            let cleared =
                rule.action <= Ladder::Delay && seen.cleared.iter().any(|(r, a)| *r == rule.id && *a == about);
            let reason = reason(rule, about, detail, cleared);
            if reason.counts() {
                verdict = verdict.max(rule.action);
                score += rule.score;
                minutes = minutes.max(if rule.action == Ladder::Delay { rule.delay_minutes() } else { 0 });
            }
            reasons.push(reason);
        }
    }
    let by_score = rules.bands.iter().filter(|b| score >= b.at_least).map(|b| b.action).max();
    verdict = verdict.max(by_score.unwrap_or(Ladder::Pass));
    let minutes = if minutes == 0 { i64::from(crate::rules::DELAY_MINUTES_DEFAULT) } else { minutes };
    let delay_until = (verdict == Ladder::Delay).then(|| facts.at.plus(minutes * MINUTE));
    Evaluation { verdict, score, reasons, delay_until, windows }
}

fn reason(rule: &Rule, about: String, detail: String, cleared: bool) -> Reason {
    Reason {
        rule: rule.id.clone(),
        version: rule.version,
        mode: rule.mode,
        action: rule.action,
        score: rule.score,
        customer: rule.customer.clone(),
        neutral: rule.neutral,
        about,
        detail,
        cleared,
    }
}

/// What a check hits: (about, detail) each.
fn hits(check: &Check, facts: &Facts, seen: &Seen, windows: &Windows) -> Vec<(String, String)> {
    match check {
        Check::Frozen => seen.frozen.iter().filter(|f| stops(f)).map(frozen_hit).collect(),
        Check::Listed { list, side } => {
            let named = |l: &&Listed| l.list == *list && (*side == Side::Either || *side == l.side);
            seen.listed.iter().filter(named).map(listed_hit).collect()
        }
        _ => behaviour(check, facts, seen, windows).map(|detail| (String::new(), detail)).into_iter().collect(),
    }
}

fn stops(f: &Frozen) -> bool {
    f.side == Side::Payer || f.kind == FreezeKind::All
}

fn frozen_hit(f: &Frozen) -> (String, String) {
    (format!("{}:{}", f.side, f.number), format!("{} frozen ({}, {})", f.side, f.kind, f.basis))
}

fn listed_hit(l: &Listed) -> (String, String) {
    (format!("{}:{}", l.side, l.entry), format!("{} on the {} list by {}", l.side, l.list, l.by))
}

fn behaviour(check: &Check, facts: &Facts, seen: &Seen, windows: &Windows) -> Option<String> {
    let amount = facts.amount;
    match check {
        Check::Frozen | Check::Listed { .. } => None,
        Check::WagePurpose => (facts.payer.wage_account && !facts.kind.pays_wages())
            .then(|| format!("{} out of a wage account", facts.kind)),
        Check::Velocity { window, count_min, sum_min } => {
            let before = windows.of(*window);
            let (count, sum) = (before.count.saturating_add(1), before.sum.saturating_add(amount.minor));
            let sum = Money::new(sum, amount.currency);
            let hit = count_min.is_some_and(|min| count >= min) || sum_min.is_some_and(|min| reaches(sum, min));
            hit.then(|| format!("with this one {count} payments of {sum} within the {window}"))
        }
        Check::FirstPayee { age, amount_min, balance_share, share_from } => {
            let first = windows.payee_known == Some(false) && facts.payee.owner() != Some(facts.payer.owner);
            let aged = age.is_none_or(|a| a == facts.payer.age);
            let large = reaches(amount, *amount_min) || large_share(facts, *balance_share, *share_from);
            (first && aged && large)
                .then(|| format!("first payment to this payee, {amount}, payer {}", facts.payer.age))
        }
        Check::Night { from_hour, to_hour, amount_min } => {
            let (hour, minute, _) = facts.at.local_time();
            let night = match from_hour <= to_hour {
                true => (*from_hour..*to_hour).contains(&hour),
                false => hour >= *from_hour || hour < *to_hour,
            };
            (night && reaches(amount, *amount_min)).then(|| format!("{amount} at {hour:02}:{minute:02}"))
        }
        Check::UnderLimit { limit, share, count_min } => {
            let floor = share.0.apply(Money::cny(limit.0), Rounding::Up).map_or(limit.0, |m| m.minor);
            let under = |minor: i64| (floor..limit.0).contains(&minor);
            let before = seen.activity.recent(facts.at, DAY).filter(|o| under(o.minor)).count();
            let count = before + 1;
            (under(amount.minor) && count >= *count_min as usize)
                .then(|| format!("with this one {count} payments just under {} within 24 hours", Money::cny(limit.0)))
        }
        Check::TestThenLarge { small_max, within_minutes, large_min } => {
            let payee = facts.payee.acquaintance()?;
            let small = |o: &&Out| o.payee == payee && o.minor <= small_max.0;
            let tested = seen.activity.recent(facts.at, i64::from(*within_minutes) * MINUTE).find(small)?;
            reaches(amount, *large_min).then(|| {
                format!("{} at {} and now {amount}", Money::new(tested.minor, amount.currency), tested.at.local())
            })
        }
        Check::UnknownDevice { amount_min } => (facts.payer.device_known == Some(false)
            && reaches(amount, *amount_min))
        .then(|| format!("{amount} from a device not known")),
    }
}

fn reaches(amount: Money, min: Fen) -> bool {
    amount.currency != Currency::CNY || amount.minor >= min.0
}

fn large_share(facts: &Facts, share: Option<Share>, from: Option<Fen>) -> bool {
    let (Some(share), Some(balance)) = (share, facts.payer.balance) else { return false };
    let part = share.0.apply(balance, Rounding::Up).map_or(i64::MAX, |m| m.minor);
    facts.amount.minor >= part && from.is_none_or(|min| reaches(facts.amount, min))
}
