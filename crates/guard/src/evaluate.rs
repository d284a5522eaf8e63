//! The decision as a pure function: rules, facts and what was seen, to a place on the ladder with its reasons.
use crate::activity::{Activity, Windows};
use crate::facts::{Facts, Ladder, SubjectKind};
use crate::freezes::{FreezeBasis, FreezeKind};
use crate::lists::ListKind;
use crate::rules::{Check, Fen, Mode, Rule, RuleSet, Side, TEXT_UNCLEAR, TEXT_UNUSUAL};
use kernel::clock::MINUTE;
use kernel::id::ListEntryId;
use kernel::{Currency, Money, Timestamp};
use risk::ladder::Band;
use risk::{Action, Judged, Looked, Outcome};

/// The model among the reasons.
const MODEL: &str = "model";

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
    /// What the rules against fraud say; `None` for what they do not judge.
    pub watched: Option<Box<Judgement>>,
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
    /// Somebody is to look into it, even if the payment passes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub case: bool,
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

/// What the engine found, and what its rules came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub looked: Looked,
    pub decision: risk::Decision,
    /// Rules that are not to be named to the customer, and those that only keep a payment from being let go by itself.
    pub neutral: Vec<String>,
    pub gates: Vec<String>,
    /// Rules that ask for a case.
    pub cases: Vec<String>,
    pub ladder: Vec<Band>,
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
    if let Some(judgement) = &seen.watched {
        for reason in watched(judgement, facts, seen) {
            if reason.0.counts() {
                verdict = verdict.max(reason.0.action);
                score += reason.0.score;
                minutes = minutes.max(reason.1);
            }
            reasons.push(reason.0);
        }
        let soft: i64 = reasons.iter().filter(|r| r.counts() && r.action < Ladder::Stop).map(|r| r.score).sum();
        verdict = verdict.max(judgement.by_score(soft, facts));
    }
    let by_score = rules.bands.iter().filter(|b| score >= b.at_least).map(|b| b.action).max().unwrap_or(Ladder::Pass);
    // What is added up is suspicion; of a basic payment it asks for a proof at most (反洗钱法 30). Orders stand by their own rule.
    let basic = facts.payee.class().is_basic();
    verdict = verdict.max(if basic { by_score.min(Ladder::Verify) } else { by_score });
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
        case: false,
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
        _ => behaviour(check, facts, windows).map(|detail| (String::new(), detail)).into_iter().collect(),
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

fn behaviour(check: &Check, facts: &Facts, windows: &Windows) -> Option<String> {
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
        Check::FirstPayee { amount_min } => {
            let first = windows.payee_known == Some(false) && facts.payee.owner() != Some(facts.payer.owner);
            (first && reaches(amount, *amount_min)).then(|| format!("first payment to this payee, {amount}"))
        }
        Check::Night { from_hour, to_hour, amount_min } => {
            let (hour, minute, _) = facts.at.local_time();
            let night = match from_hour <= to_hour {
                true => (*from_hour..*to_hour).contains(&hour),
                false => hour >= *from_hour || hour < *to_hour,
            };
            (night && reaches(amount, *amount_min)).then(|| format!("{amount} at {hour:02}:{minute:02}"))
        }
    }
}

fn reaches(amount: Money, min: Fen) -> bool {
    amount.currency != Currency::CNY || amount.minor >= min.0
}

impl Judgement {
    /// What a sum of points asks for; of a basic payment at most a proof (反洗钱法 30).
    fn by_score(&self, score: i64, facts: &Facts) -> Ladder {
        let asked = self.ladder.iter().filter(|b| score >= b.at_least).map(|b| step(b.action)).max();
        let asked = at_a_counter(asked.unwrap_or(Ladder::Pass), facts);
        if self.decision.basic { asked.min(Ladder::Verify) } else { asked }
    }
}

/// A place on the ladder, as the engine names it.
fn step(action: Action) -> Ladder {
    match action {
        Action::Pass => Ladder::Pass,
        Action::Tip => Ladder::Tip,
        Action::Verify => Ladder::Verify,
        Action::Delay => Ladder::Delay,
        Action::Limit => Ladder::Limit,
        Action::Stop => Ladder::Stop,
    }
}

/// Where somebody of the bank stands beside the customer, a suspicion holds and does not refuse: people talk.
fn at_a_counter(asked: Ladder, facts: &Facts) -> Ladder {
    if facts.channel.is_counter() { asked.min(Ladder::Delay) } else { asked }
}

/// What the engine's rules and its model say, as reasons with the minutes each would delay.
fn watched(judgement: &Judgement, facts: &Facts, seen: &Seen) -> Vec<(Reason, i64)> {
    let cleared = |rule: &str, action: Ladder| {
        action <= Ladder::Delay && seen.cleared.iter().any(|(r, about)| r == rule && about.is_empty())
    };
    let of_rule = |j: &Judged| {
        let action = at_a_counter(step(j.action), facts);
        let customer = match j.outcome {
            Outcome::Failed(_) => TEXT_UNCLEAR,
            _ if judgement.gates.contains(&j.rule) => TEXT_UNUSUAL,
            _ => j.rule.as_str(),
        };
        let reason = Reason {
            rule: j.rule.clone(),
            version: j.version,
            mode: if j.mode == risk::Mode::Live { Mode::Live } else { Mode::Shadow },
            action,
            score: j.score,
            customer: customer.into(),
            neutral: judgement.neutral.contains(&j.rule),
            about: String::new(),
            detail: j.detail.clone(),
            cleared: cleared(&j.rule, action),
            case: judgement.cases.contains(&j.rule),
        };
        (reason, if action == Ladder::Delay { i64::from(j.delay_minutes) } else { 0 })
    };
    let hit = |j: &&Judged| matches!(j.outcome, Outcome::Hit | Outcome::Failed(_));
    let mut all: Vec<(Reason, i64)> = judgement.decision.judged.iter().filter(hit).map(of_rule).collect();
    all.extend(judgement.decision.model.iter().filter(|m| m.score > 0).map(|m| {
        let why: Vec<String> = m.contributions.iter().take(3).map(|(name, add)| format!("{name} {add:+}")).collect();
        let reason = Reason {
            rule: MODEL.into(),
            version: 0,
            mode: Mode::Live,
            action: Ladder::Pass,
            score: m.score,
            customer: TEXT_UNUSUAL.into(),
            neutral: false,
            about: String::new(),
            detail: format!("model {}: {} of 10,000 ({})", m.version, m.probability, why.join(", ")),
            cleared: cleared(MODEL, Ladder::Pass),
            case: false,
        };
        (reason, 0)
    }));
    all
}
