//! What rules and a model would have found in the past, and at what cost.
//!
//! Rows pass through the very functions that run live: decide, then observe. A row's label reaches the engine when its
//! delay is over, as a confirmed complaint would. What would have been stopped is observed all the same, because in the
//! past it moved. Rows before the first day only teach the engine; rows after the last are not read.
#![expect(clippy::float_arithmetic, reason = "figures about rules are no money")]
use crate::decision::Decision;
use crate::engine::Engine;
use crate::history::{BadRow, History, Past};
use crate::measure::{DayScored, Scored, auc, average_precision, card_precision, recall_at};
use crate::model::{Boosting, Model, Rows, train};
use crate::payment::Observed;
use crate::rule::{Action, Mode};
use crate::ruleset::RuleSet;
use crate::{BAD_HISTORY, Outcome};
use kernel::clock::{DAY, HOUR};
use kernel::{Date, Error, Money, Result, Timestamp};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};

/// Payments decided in one back-test at most.
pub const DECIDED_MAX: usize = 20_000_000;
/// Rows a training learns from at most.
pub const TRAINED_MAX: usize = 2_000_000;
/// Rows between two words about how far it is.
pub const ROWS_TOLD: u64 = 10_000;

/// Which days, and how labels come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// First day that is decided; the first of the file when absent.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Days until it is known what a payment was.
    pub label_days: u32,
    /// Payers whose fraud since this day is known are left out of the figures, as a card known to be stolen is blocked.
    pub known_from: Option<Date>,
    /// Payers looked at each day, for card precision.
    pub top: usize,
}

impl Options {
    /// Whether the first day has come.
    fn begun(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at.local_date() >= from)
    }
}

impl Default for Options {
    fn default() -> Options {
        Options { from: None, to: None, label_days: 7, known_from: None, top: 100 }
    }
}

/// How a rule did.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RuleFigures {
    pub rule: String,
    pub mode: Mode,
    pub alerts: u64,
    pub alerts_a_day: f64,
    /// Payments it named that were fraud.
    pub right: u64,
    /// Right of alerts; `None` without alerts.
    pub precision: Option<f64>,
    /// Right of all fraud.
    pub recall: Option<f64>,
    /// Fraud it named.
    pub amount: Money,
    /// Payments it could not judge for want of a signal.
    pub unknown: u64,
}

/// How a kind of fraud was found.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ScenarioFigures {
    /// Empty where the file does not say.
    pub scenario: String,
    pub fraud: u64,
    /// Verified or stricter.
    pub found: u64,
    pub recall: f64,
    pub amount: Money,
    pub amount_found: Money,
}

/// How a score ranks fraud before the rest.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Ranking {
    pub auc: Option<f64>,
    pub average_precision: Option<f64>,
    /// At the payers looked at each day.
    pub card_precision: Option<f64>,
    /// Where 1 % of honest payments are wrongly named.
    pub recall_at_one_percent: Option<f64>,
}

/// One day of a back-test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DayFigures {
    pub day: Date,
    pub decided: u64,
    /// Verified or stricter.
    pub alerts: u64,
}

/// What would have happened.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Report {
    pub rows: u64,
    pub bad_rows: usize,
    pub bad: Vec<BadRow>,
    pub out_of_order: u64,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub days: u64,
    pub decided: u64,
    /// Left out because the payer's fraud was known.
    pub left_out: u64,
    pub fraud: u64,
    pub fraud_amount: Money,
    /// Verified or stricter.
    pub alerts: u64,
    pub alerts_a_day: f64,
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    /// Fraud delayed, limited or stopped.
    pub amount_stopped: Money,
    /// Honest payments delayed, limited or stopped, and how many payers that were.
    pub wrongly_delayed: u64,
    pub wrongly_delayed_customers: u64,
    /// Hours that honest payments were delayed, mean over those with a delay.
    pub wrong_hours: Option<f64>,
    pub actions: BTreeMap<Action, u64>,
    pub daily: Vec<DayFigures>,
    pub rules: Vec<RuleFigures>,
    pub scenarios: Vec<ScenarioFigures>,
    /// By the sum of points.
    pub by_score: Ranking,
    /// By the model alone.
    pub by_model: Option<Ranking>,
    pub rules_version: String,
    pub rules_hash: String,
    pub model: Option<String>,
    /// Bytes the engine remembers at the end.
    pub memory_bytes: usize,
}

/// A label on its way.
struct Due {
    at: Timestamp,
    past: Past,
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    /// The earliest is the greatest, for the heap.
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        other.at.cmp(&self.at).then(other.past.line.cmp(&self.past.line))
    }
}

/// How what was looked at could be read.
#[derive(Default)]
pub(crate) struct RowsRead {
    pub rows: u64,
    pub bad_rows: usize,
    pub bad: Vec<BadRow>,
    pub out_of_order: u64,
}

/// Streams rows: labels that are due first, then `row` with the engine as it stands, then the payment is seen.
fn walk(
    engine: &mut Engine,
    history: &mut History,
    options: &Options,
    told: &mut dyn FnMut(u64),
    mut row: impl FnMut(&Engine, &Past) -> Result<()>,
) -> Result<u64> {
    let mut due: BinaryHeap<Due> = BinaryHeap::new();
    let mut rows = 0;
    while let Some(past) = history.next_row()? {
        let day = past.at.local_date();
        if options.to.is_some_and(|to| day > to) {
            break;
        }
        while due.peek().is_some_and(|d| d.at <= past.at) {
            if let Some(Due { at, past }) = due.pop() {
                engine.observe(&Observed::labelled(&past.payment, past.fraud, at));
            }
        }
        row(engine, &past)?;
        engine.observe(&Observed::paid(&past.payment, &past.signals, past.at));
        due.push(Due { at: past.at.plus(i64::from(options.label_days) * DAY), past });
        rows += 1;
        if rows % ROWS_TOLD == 0 {
            told(rows);
        }
    }
    told(rows);
    Ok(rows)
}

#[derive(Default)]
struct Tally {
    alerts: u64,
    right: u64,
    unknown: u64,
    amount: i64,
}

#[derive(Default)]
struct Kind {
    fraud: u64,
    found: u64,
    amount: i64,
    amount_found: i64,
}

#[derive(Default)]
pub(crate) struct Figures {
    /// Payments decided and alerts of each day.
    days: BTreeMap<i64, (u64, u64)>,
    decided: u64,
    left_out: u64,
    alerts: u64,
    right: u64,
    stopped: i64,
    wrongly: u64,
    wronged: HashSet<u64>,
    hours: f64,
    delayed: u64,
    actions: BTreeMap<Action, u64>,
    rules: BTreeMap<String, Tally>,
    kinds: BTreeMap<String, Kind>,
    by_score: Vec<DayScored>,
    by_model: Vec<DayScored>,
    /// Payers with the first day on which their fraud is known.
    known: HashMap<u64, i64>,
}

/// Streams a file of past payments through an engine that has seen nothing. `told` hears the number of rows from time
/// to time. Errors: `BAD_HISTORY`; the limit [`DECIDED_MAX`].
pub fn backtest(
    mut engine: Engine,
    mut history: History,
    options: &Options,
    told: &mut dyn FnMut(u64),
) -> Result<Report> {
    let mut figures = Figures::default();
    let rows =
        walk(&mut engine, &mut history, options, told, |engine, past| figures.count(engine, past, options).map(drop))?;
    let read = RowsRead { rows, bad_rows: history.bad_rows, bad: history.bad, out_of_order: history.out_of_order };
    Ok(figures.report(&engine, read, options))
}

impl Figures {
    /// Decides on a payment and counts what follows; `None` for one that is left out.
    pub fn count(&mut self, engine: &Engine, past: &Past, options: &Options) -> Result<Option<Decision>> {
        let day = past.at.local_date().days();
        let payer = past.payment.payer.0;
        let known = self.known.get(&payer).is_some_and(|from| day >= *from);
        if past.fraud && options.known_from.is_some_and(|from| past.at.local_date() >= from) {
            self.known.entry(payer).or_insert(day + i64::from(options.label_days) + 1);
        }
        if known || !options.begun(past.at) {
            self.left_out += u64::from(known && options.begun(past.at));
            return Ok(None);
        }
        if self.by_score.len() >= DECIDED_MAX {
            return Err(Error::limit("payments of a back-test", DECIDED_MAX + 1, DECIDED_MAX, "payments"));
        }
        self.decided += 1;
        let decision = engine.decide(&past.payment, &past.signals, past.at);
        self.judged(past, &decision);
        self.followed(past, &decision);
        let scored = |score: f64| DayScored { day, payer, scored: Scored { score, fraud: past.fraud } };
        self.by_score.push(scored(decision.score as f64));
        if engine.model().is_some() {
            self.by_model.push(scored(decision.model.as_ref().map_or(f64::INFINITY, |m| m.logit as f64)));
        }
        Ok(Some(decision))
    }

    fn judged(&mut self, past: &Past, decision: &Decision) {
        for judged in &decision.judged {
            if judged.outcome == Outcome::Clear {
                continue;
            }
            let tally = match self.rules.get_mut(&judged.rule) {
                Some(tally) => tally,
                None => self.rules.entry(judged.rule.clone()).or_default(),
            };
            match judged.outcome {
                Outcome::Unknown(_) => tally.unknown += 1,
                _ => {
                    tally.alerts += 1;
                    tally.right += u64::from(past.fraud);
                    tally.amount += if past.fraud { past.payment.amount.minor } else { 0 };
                }
            }
        }
    }

    fn followed(&mut self, past: &Past, decision: &Decision) {
        *self.actions.entry(decision.action).or_default() += 1;
        let (alert, held) = (decision.action >= Action::Verify, decision.action >= Action::Delay);
        let amount = past.payment.amount.minor;
        self.alerts += u64::from(alert);
        let of_day = self.days.entry(past.at.local_date().days()).or_default();
        *of_day = (of_day.0 + 1, of_day.1 + u64::from(alert));
        if past.fraud {
            self.right += u64::from(alert);
            self.stopped += if held { amount } else { 0 };
            let kind = self.kinds.entry(past.scenario.clone()).or_default();
            kind.fraud += 1;
            kind.amount += amount;
            kind.found += u64::from(alert);
            kind.amount_found += if alert { amount } else { 0 };
        } else if held {
            self.wrongly += 1;
            self.wronged.insert(past.payment.payer.0);
            if let Some(until) = decision.delay_until {
                self.delayed += 1;
                self.hours += until.since(decision.at) as f64 / HOUR as f64;
            }
        }
    }

    pub fn report(self, engine: &Engine, read: RowsRead, options: &Options) -> Report {
        let days = self.days.len() as u64;
        let fraud: u64 = self.kinds.values().map(|k| k.fraud).sum();
        let rules = self.rule_figures(engine, fraud);
        let of_day = |(day, (decided, alerts)): (&i64, &(u64, u64))| DayFigures {
            day: Date::from_days(*day),
            decided: *decided,
            alerts: *alerts,
        };
        let daily = self.days.iter().map(of_day).collect();
        Report {
            rows: read.rows,
            bad_rows: read.bad_rows,
            bad: read.bad,
            out_of_order: read.out_of_order,
            from: self.days.keys().next().map(|d| Date::from_days(*d)),
            to: self.days.keys().next_back().map(|d| Date::from_days(*d)),
            days,
            decided: self.decided,
            left_out: self.left_out,
            fraud,
            fraud_amount: Money::cny(self.kinds.values().map(|k| k.amount).sum()),
            alerts: self.alerts,
            alerts_a_day: a_day(self.alerts, days),
            precision: part(self.right, self.alerts),
            recall: part(self.right, fraud),
            amount_stopped: Money::cny(self.stopped),
            wrongly_delayed: self.wrongly,
            wrongly_delayed_customers: self.wronged.len() as u64,
            wrong_hours: (self.delayed > 0).then(|| self.hours / self.delayed as f64),
            scenarios: self.kinds.into_iter().map(|(name, kind)| scenario(name, &kind)).collect(),
            actions: self.actions,
            daily,
            rules,
            by_score: ranking(&self.by_score, options.top),
            by_model: engine.model().map(|_| ranking(&self.by_model, options.top)),
            rules_version: engine.rules().version.clone(),
            rules_hash: engine.rules().hash.clone(),
            model: engine.model().map(|m| format!("{} {}", m.version, m.hash)),
            memory_bytes: engine.memory().bytes,
        }
    }

    fn rule_figures(&self, engine: &Engine, fraud: u64) -> Vec<RuleFigures> {
        let days = self.days.len() as u64;
        let none = Tally::default();
        let figures = engine.rules().rules.iter().map(|rule| {
            let tally = self.rules.get(&rule.id).unwrap_or(&none);
            RuleFigures {
                rule: rule.id.clone(),
                mode: rule.mode,
                alerts: tally.alerts,
                alerts_a_day: a_day(tally.alerts, days),
                right: tally.right,
                precision: part(tally.right, tally.alerts),
                recall: part(tally.right, fraud),
                amount: Money::cny(tally.amount),
                unknown: tally.unknown,
            }
        });
        figures.collect()
    }
}

/// A share as whole basis points, to be shown.
pub fn basis_points(share: Option<f64>) -> Option<i64> {
    share.map(|s| (s * 10_000.0).round() as i64)
}

fn part(of: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| of as f64 / all as f64)
}

fn a_day(count: u64, days: u64) -> f64 {
    count as f64 / days.max(1) as f64
}

fn scenario(name: String, kind: &Kind) -> ScenarioFigures {
    ScenarioFigures {
        scenario: name,
        fraud: kind.fraud,
        found: kind.found,
        recall: kind.found as f64 / kind.fraud.max(1) as f64,
        amount: Money::cny(kind.amount),
        amount_found: Money::cny(kind.amount_found),
    }
}

fn ranking(rows: &[DayScored], top: usize) -> Ranking {
    let scored: Vec<Scored> = rows.iter().map(|r| r.scored).collect();
    Ranking {
        auc: auc(&scored),
        average_precision: average_precision(&scored),
        card_precision: card_precision(rows, top),
        recall_at_one_percent: recall_at(&scored, 0.01),
    }
}

/// How far a training is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Payments read.
    Rows(u64),
    /// Trees grown.
    Trees(u64),
}

/// What a training is to be called, and how it is made.
#[derive(Clone, Debug)]
pub struct Lesson {
    pub version: String,
    /// Where the payments came from, for the model's page.
    pub data: String,
    pub options: Options,
    pub boosting: Boosting,
}

/// Trains a model with the features of `rules` on the days of a file; the engine sees what came before them too. Every
/// label of those days is taken as known, so the model is for days from the last one plus the label delay on. `told`
/// hears rows, then trees. Errors: `BAD_HISTORY` when there is no fraud, or nothing else, to learn from; `BAD_MODEL`
/// without features.
pub fn learn(rules: RuleSet, mut history: History, lesson: &Lesson, told: &mut dyn FnMut(Step)) -> Result<Model> {
    let features = rules.features.clone();
    if features.is_empty() {
        return Err(Error::new(&crate::BAD_MODEL, "the set names no features to learn from"));
    }
    let rules_hash = rules.hash.clone();
    let mut engine = Engine::new(rules, Some(Model::blank(features.clone())))?;
    let mut rows = Rows::new(features.len());
    let mut days: BTreeSet<i64> = BTreeSet::new();
    walk(&mut engine, &mut history, &lesson.options, &mut |rows| told(Step::Rows(rows)), |engine, past| {
        if !lesson.options.begun(past.at) {
            return Ok(());
        }
        if rows.len() >= TRAINED_MAX {
            return Err(Error::limit("payments to learn from", TRAINED_MAX + 1, TRAINED_MAX, "payments"));
        }
        days.insert(past.at.local_date().days());
        if let Some(row) = engine.features(&past.payment, &past.signals, past.at) {
            rows.push(&row, past.fraud);
        }
        Ok(())
    })?;
    let fraud = rows.labels.iter().filter(|l| **l).count();
    if fraud == 0 || fraud == rows.len() {
        let told = format!("{} payments, {fraud} of them fraud: both kinds are needed", rows.len());
        return Err(Error::new(&BAD_HISTORY, told));
    }
    let (base, trees) = train(&rows, &lesson.boosting, &mut |done| told(Step::Trees(done as u64)));
    let day = |d: Option<&i64>| d.map_or_else(String::new, |d| Date::from_days(*d).to_string());
    let set = &lesson.boosting;
    let made = vec![
        ("payments".into(), lesson.data.clone()),
        ("days".into(), format!("{} to {}", day(days.first()), day(days.last()))),
        ("rows".into(), format!("{}, of which {fraud} fraud", rows.len())),
        ("labels known after".into(), format!("{} days", lesson.options.label_days)),
        ("rules and aggregates".into(), rules_hash),
        (
            "settings".into(),
            format!(
                "{} trees, depth {}, rate {}, lambda {}, weight at least {}, rows {}, features {}, seed {}",
                set.trees, set.depth, set.rate, set.lambda, set.weight_min, set.rows, set.columns, set.seed
            ),
        ),
    ];
    Ok(Model::new(&lesson.version, features, base, trees, made))
}
