//! Which accounts of a network look like mules: from a file of payments between accounts.
//!
//! The features are those of [`crate::flows`]: how fast money goes on, how many pay in or are paid within a day,
//! circles, and what the neighbours look like. Without labels a fixed formula ranks the accounts. With labels a model
//! is trained five times, each time without a fifth of the accounts, which it then judges; so no account is judged by a
//! model that knew it.
#![expect(clippy::float_arithmetic, reason = "scores of accounts are no money")]
use crate::BAD_HISTORY;
use crate::flows::{FEATURES, Flows};
use crate::history::{BAD_ROWS_MAX, BAD_ROWS_TOLD_MAX, BadRow, amount, header, moment, opened};
use crate::measure::{Scored, auc, average_precision, recall_at};
use crate::model::{Boosting, Model, Rows, train};
use crate::payment::Key;
use kernel::clock::SECOND;
use kernel::{Error, Result, Timestamp};
use std::collections::HashMap;
use std::io::Read;

/// Payments of a file at most.
pub const PAYMENTS_MAX: usize = 20_000_000;
/// Parts that labelled accounts are cut into.
pub const FOLDS: u64 = 5;
/// Accounts a report names.
pub const TOP_MAX: usize = 50;

/// How files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountOptions {
    /// Seconds that one unit of a numeric `time` is.
    pub time_unit: i64,
    pub seed: u64,
}

impl Default for AccountOptions {
    fn default() -> AccountOptions {
        AccountOptions { time_unit: 1, seed: 1 }
    }
}

/// How well labelled accounts were told apart.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct AccountRanking {
    pub auc: Option<f64>,
    pub average_precision: Option<f64>,
    pub recall_at_one_percent: Option<f64>,
}

/// An account and what it was given.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ScoredAccount {
    pub account: String,
    /// 0 to 1, the higher the worse.
    pub score: f64,
    pub label: Option<bool>,
    /// The features that stand out.
    pub why: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct AccountReport {
    pub payments: usize,
    pub accounts: usize,
    pub labelled: usize,
    pub bad: usize,
    pub bad_rows: Vec<BadRow>,
    /// By the formula, which never saw a label.
    pub by_formula: AccountRanking,
    /// By models that did not know the account; `None` without enough labels.
    pub by_model: Option<AccountRanking>,
    /// The worst first, at most [`TOP_MAX`].
    pub top: Vec<ScoredAccount>,
    /// All accounts, in the order of the file.
    #[serde(skip)]
    pub scores: Vec<(String, f64)>,
}

#[derive(Default)]
struct BadRows {
    told: Vec<BadRow>,
    count: usize,
}

impl BadRows {
    fn add(&mut self, line: u64, why: String) -> Result<()> {
        self.count += 1;
        if self.told.len() < BAD_ROWS_TOLD_MAX {
            self.told.push(BadRow { line, why });
        }
        if self.count <= BAD_ROWS_MAX {
            return Ok(());
        }
        let first = &self.told[0];
        let told =
            format!("more than {BAD_ROWS_MAX} rows cannot be read, the first on line {}: {}", first.line, first.why);
        Err(Error::new(&BAD_HISTORY, told).with("line", first.line))
    }
}

/// Scores every account of a file with the columns `source, target, value, time` (a time as 2018-06-15T00:02:14 or a
/// whole number), plain or gzip. `labels` has the columns `account, label` (0 or 1). `told` hears the rows read.
/// Errors: `BAD_HISTORY`.
pub fn score_accounts(
    payments: impl Read + 'static,
    labels: Option<Box<dyn Read>>,
    options: &AccountOptions,
    told: &mut dyn FnMut(u64),
) -> Result<AccountReport> {
    let mut bad = BadRows::default();
    let mut flows = read_payments(payments, options, &mut bad, told)?;
    flows.sort();
    let labels = match labels {
        Some(input) => read_labels(input, &flows, &mut bad)?,
        None => HashMap::new(),
    };
    let features = flows.features();
    let formula: Vec<f64> = features.iter().map(by_formula).collect();
    let model = by_model(&flows, &features, &labels, options);
    let ranking = |scores: &[f64]| {
        let scored: Vec<Scored> =
            labels.iter().map(|(a, fraud)| Scored { score: scores[*a as usize], fraud: *fraud }).collect();
        AccountRanking {
            auc: auc(&scored),
            average_precision: average_precision(&scored),
            recall_at_one_percent: recall_at(&scored, 0.01),
        }
    };
    let by = model.as_ref().unwrap_or(&formula);
    let mut order: Vec<usize> = (0..by.len()).collect();
    order.sort_by(|a, b| by[*b].total_cmp(&by[*a]).then(a.cmp(b)));
    let named = |a: &usize| ScoredAccount {
        account: flows.names[*a].clone(),
        score: by[*a],
        label: labels.get(&(*a as u32)).copied(),
        why: why(&features[*a]),
    };
    Ok(AccountReport {
        payments: flows.payments(),
        accounts: flows.names.len(),
        labelled: labels.len(),
        bad: bad.count,
        bad_rows: bad.told,
        by_formula: ranking(&formula),
        by_model: model.as_deref().map(ranking),
        top: order.iter().take(TOP_MAX).map(named).collect(),
        scores: flows.names.iter().cloned().zip(by.iter().copied()).collect(),
    })
}

fn read_payments(
    input: impl Read + 'static,
    options: &AccountOptions,
    bad: &mut BadRows,
    told: &mut dyn FnMut(u64),
) -> Result<Flows> {
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(opened(input)?);
    let places = header(&mut rows, ["source", "target", "value", "time"], 0)?;
    let mut flows = Flows::default();
    for record in rows.into_records() {
        let record = record.map_err(|e| Error::new(&BAD_HISTORY, format!("the file breaks off or is no CSV: {e}")))?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |at: usize| places[at].and_then(|p| record.get(p)).map(str::trim).unwrap_or_default();
        match payment(&field, options) {
            Ok((at, fen)) => {
                let (payer, payee) = (flows.number(field(0)), flows.number(field(1)));
                flows.pay(at, payer, payee, fen);
            }
            Err(why) => bad.add(line, why)?,
        }
        if flows.payments() > PAYMENTS_MAX {
            return Err(Error::limit("payments between accounts", flows.payments(), PAYMENTS_MAX, "payments"));
        }
        if flows.payments().is_multiple_of(100_000) {
            told(flows.payments() as u64);
        }
    }
    Ok(flows)
}

fn payment<'a>(
    field: &impl Fn(usize) -> &'a str,
    options: &AccountOptions,
) -> std::result::Result<(Timestamp, i64), String> {
    if field(0).is_empty() || field(1).is_empty() {
        return Err("source or target is empty".into());
    }
    let at = match field(3).parse::<i64>() {
        Ok(units) => Timestamp::from_micros(units.saturating_mul(options.time_unit).saturating_mul(SECOND)),
        Err(_) => moment(field(3)).ok_or_else(|| {
            format!("time: {:?} is neither a whole number nor a time such as 2018-06-15T00:02:14", field(3))
        })?,
    };
    let amount = amount(field(2)).map_err(|why| format!("value: {why}"))?;
    Ok((at, amount.minor))
}

fn read_labels(input: Box<dyn Read>, flows: &Flows, bad: &mut BadRows) -> Result<HashMap<u32, bool>> {
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(opened(input)?);
    let places = header(&mut rows, ["account", "label"], 0)?;
    let mut labels = HashMap::new();
    for record in rows.into_records() {
        let record =
            record.map_err(|e| Error::new(&BAD_HISTORY, format!("the labels break off or are no CSV: {e}")))?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |at: usize| places[at].and_then(|p| record.get(p)).map(str::trim).unwrap_or_default();
        let label = match field(1) {
            "1" | "true" => true,
            "0" | "false" => false,
            other => {
                bad.add(line, format!("label: {other:?} is neither 0 nor 1"))?;
                continue;
            }
        };
        if let Some(account) = flows.find(field(0)) {
            labels.insert(account, label);
        }
    }
    Ok(labels)
}

fn at(feature: &str) -> usize {
    FEATURES.iter().position(|f| *f == feature).unwrap_or(0)
}

/// Fast through, many at once, and circles: what mules have in common, each part between 0 and 1.
fn by_formula(f: &[f32; 30]) -> f64 {
    let of = |name: &str| f64::from(f[at(name)]);
    let grown = |v: f64, half: f64| v / (v + half);
    let through = of("passed_on_2d") * of("balance").sqrt();
    let gathered = of("fan_in_part") * grown((of("fan_in_1d") - 1.0).max(0.0), 5.0);
    let spread = of("fan_out_part") * grown((of("fan_out_1d") - 1.0).max(0.0), 5.0);
    let circles = grown(of("circles"), 1.0);
    let company = of("payers_passed_on").max(of("payees_passed_on"));
    let points =
        2.0 * through + 1.5 * gathered + 1.0 * spread + 2.0 * circles + 1.0 * company + 0.5 * of("circles_near");
    let logit = 2.0 * points - 4.0;
    1.0 / (1.0 + (-logit).exp())
}

/// The features in which an account is like a mule, with their values.
fn why(f: &[f32; 30]) -> Vec<String> {
    let marks: [(&str, f32); 6] = [
        ("passed_on_2d", 0.7),
        ("fan_in_1d", 5.0),
        ("fan_out_1d", 5.0),
        ("circles", 1.0),
        ("payers_passed_on", 0.7),
        ("payees_passed_on", 0.7),
    ];
    let over = marks.iter().filter(|(name, from)| f[at(name)] >= *from);
    over.map(|(name, _)| format!("{name} {:.2}", f[at(name)])).collect()
}

/// Each labelled account judged by a model that did not know it, the others by the mean of all.
fn by_model(
    flows: &Flows,
    features: &[[f32; 30]],
    labels: &HashMap<u32, bool>,
    options: &AccountOptions,
) -> Option<Vec<f64>> {
    let fold = |a: u32| Key::of(&flows.names[a as usize]).0.wrapping_add(options.seed) % FOLDS;
    let set = Boosting { trees: 200, depth: 5, rate: 0.05, seed: options.seed, ..Boosting::default() };
    let mut sorted: Vec<(u32, bool)> = labels.iter().map(|(a, l)| (*a, *l)).collect();
    sorted.sort_unstable();
    let mut models = Vec::new();
    for out in 0..FOLDS {
        let mut rows = Rows::new(FEATURES.len());
        for (account, label) in sorted.iter().filter(|(a, _)| fold(*a) != out) {
            rows.push(&features[*account as usize], *label);
        }
        let fraud = rows.labels.iter().filter(|l| **l).count();
        if fraud == 0 || fraud == rows.len() {
            return None;
        }
        let (base, trees) = train(&rows, &set, &mut |_| {});
        let names = FEATURES.iter().map(|f| (*f).to_owned()).collect();
        models.push(Model::new("accounts", names, base, trees, Vec::new()));
    }
    let judge = |(a, row): (usize, &[f32; 30])| match labels.contains_key(&(a as u32)) {
        true => models[fold(a as u32) as usize].probability(row),
        false => models.iter().map(|m| m.probability(row)).sum::<f64>() / FOLDS as f64,
    };
    Some(features.iter().enumerate().map(judge).collect())
}
