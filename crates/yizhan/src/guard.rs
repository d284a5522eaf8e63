//! `yizhan guard …`: training a model, looking back at what rules would have found, scoring the accounts of a network.
//!
//! Training and scoring read files and touch no bank; so does looking back with `--file`. A file is plain or gzip; `-` or, for
//! training and scoring, none is what comes on standard input. Looking back without a file reads what the bank itself has
//! seen, beside a running server.
use crate::exit::{Done, Outcome};
use crate::place::Place;
use crate::progress::Progress;
use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand, ValueEnum};
use kernel::Date;
use risk::backtest::Options;
use risk::model::Boosting;
use risk::{AccountOptions, Engine, History, Lesson, Model, PaymentKind, RuleSet, Source};
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

/// Days of the bank's own past when none are named.
const OWN_DAYS: i64 = 30;
/// What is read of it at most, the newest: about 600 MB of memory.
const OWN_BOUNDS: ::guard::Bounds = ::guard::Bounds { payments: 300_000, events: 1_000_000 };

#[derive(Subcommand)]
pub enum Guard {
    /// Train a model on past payments; writes MODEL.json and its page MODEL.md beside it.
    Train(Train),
    /// What rules and a model would have found in past payments, and at what cost.
    Backtest(Backtest),
    /// Which accounts of a network of payments look like mules.
    ScoreAccounts(ScoreAccounts),
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Set {
    /// Transfers, cash, everything of an account.
    Transfers,
    /// Payments by card at merchants.
    Cards,
}

#[derive(Args)]
pub struct Past {
    /// Past payments as CSV or CSV.gz: tx_id, at, payer, payee, amount, fraud and, if known, scenario; - is standard input.
    #[arg(long, value_name = "CSV")]
    file: Option<PathBuf>,
    /// A folder of rule files instead of a set that comes with the product.
    #[arg(long, value_name = "DIR", conflicts_with = "set")]
    rules: Option<PathBuf>,
    /// A set that comes with the product; transfers for a file, and the rules in force for the bank's own past.
    #[arg(long, value_enum)]
    set: Option<Set>,
    /// First day; what lies before only teaches.
    #[arg(long)]
    from: Option<Date>,
    /// Last day.
    #[arg(long)]
    to: Option<Date>,
    /// Days until it is known what a payment was.
    #[arg(long, default_value_t = 7)]
    label_days: u32,
}

#[derive(Args)]
pub struct Train {
    #[command(flatten)]
    past: Past,
    /// Where the model is written.
    #[arg(long, value_name = "JSON", default_value = "MODEL.json")]
    out: PathBuf,
    /// What the model is called; the last day and the set when absent.
    #[arg(long)]
    name: Option<String>,
    #[arg(long, default_value_t = Boosting::default().trees)]
    trees: usize,
    #[arg(long, default_value_t = Boosting::default().depth)]
    depth: usize,
    #[arg(long, default_value_t = Boosting::default().seed)]
    seed: u64,
}

#[derive(Args)]
pub struct Backtest {
    #[command(flatten)]
    past: Past,
    /// A model made by `guard train`.
    #[arg(long, value_name = "JSON")]
    model: Option<PathBuf>,
    /// Leave out payers whose fraud since this day is known, as a stolen card is blocked.
    #[arg(long, value_name = "DATE")]
    known_from: Option<Date>,
    /// Payers looked at each day, for card precision.
    #[arg(long, default_value_t = 100)]
    top: usize,
}

#[derive(Args)]
pub struct ScoreAccounts {
    /// Payments as CSV or CSV.gz: source, target, value, time (2018-06-15T00:02:14 or a whole number).
    #[arg(long, value_name = "CSV")]
    file: Option<PathBuf>,
    /// What is known of accounts, as CSV or CSV.gz: account, label (0 or 1).
    #[arg(long, value_name = "CSV")]
    labels: Option<PathBuf>,
    /// Seconds that one unit of a numeric time is: 3600 for hours, 86400 for days.
    #[arg(long, default_value_t = 1)]
    time_unit: i64,
    /// Write every account's score there, as CSV.
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
}

pub fn run(guard: Guard, place: &Place) -> Outcome {
    match guard {
        Guard::Train(train) => self::train(train),
        Guard::Backtest(backtest) => self::backtest(backtest, place),
        Guard::ScoreAccounts(score) => score_accounts(score),
    }
}

fn open(path: &Path) -> Result<Box<dyn Read>> {
    let file = std::fs::File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(Box::new(file))
}

fn input(file: Option<&Path>) -> Result<Box<dyn Read>> {
    match file.filter(|path| path.as_os_str() != "-") {
        Some(path) => open(path),
        None => {
            ensure!(!std::io::stdin().is_terminal(), "name a file with --file, or send one to standard input");
            Ok(Box::new(std::io::stdin()))
        }
    }
}

impl Past {
    fn set(&self) -> Set {
        self.set.unwrap_or(Set::Transfers)
    }
    fn rules(&self) -> kernel::Result<RuleSet> {
        match (&self.rules, self.set()) {
            (Some(folder), _) => RuleSet::load(&Source::folder(folder)?),
            (None, Set::Transfers) => RuleSet::shipped(),
            (None, Set::Cards) => RuleSet::cards(),
        }
    }
    fn history(&self) -> Result<History> {
        let kind = if self.set() == Set::Cards { PaymentKind::Card } else { PaymentKind::Transfer };
        Ok(History::new(input(self.file.as_deref())?, kind)?)
    }
    fn options(&self) -> Options {
        Options { from: self.from, to: self.to, label_days: self.label_days, ..Options::default() }
    }
    fn name(&self) -> String {
        let set = self.set().to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default();
        let to = self.to.map_or_else(String::new, |to| format!("-{to}"));
        format!("{set}{to}")
    }
}

fn train(train: Train) -> Outcome {
    let boosting = Boosting { trees: train.trees, depth: train.depth, seed: train.seed, ..Boosting::default() };
    let file = train.past.file.as_ref().and_then(|f| f.file_name());
    let lesson = Lesson {
        version: train.name.clone().unwrap_or_else(|| train.past.name()),
        data: file.map_or_else(|| "standard input".into(), |f| f.to_string_lossy().into_owned()),
        options: train.past.options(),
        boosting,
    };
    let mut progress = Progress::new();
    let trees = train.trees as u64;
    let mut told = |step: risk::backtest::Step| match step {
        risk::backtest::Step::Rows(rows) => progress.tell("payments", rows, 0),
        risk::backtest::Step::Trees(done) => progress.tell("trees", done, trees),
    };
    let model = risk::learn(train.past.rules()?, train.past.history()?, &lesson, &mut told)?;
    drop(progress);
    let page = train.out.with_extension("md");
    let write = |path: &Path, text: String| {
        std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
    };
    write(&train.out, model.to_json()?)?;
    write(&page, model.card())?;
    let text = format!("{}\nwritten to {} and {}", model.card(), train.out.display(), page.display());
    let json = serde_json::json!({
        "model": model.version, "hash": model.hash, "file": train.out, "page": page, "made": model.made,
    });
    Ok(Done::new(text, json))
}

fn backtest(backtest: Backtest, place: &Place) -> Outcome {
    let model = match &backtest.model {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
            Some(Model::from_json(&text)?)
        }
        None => None,
    };
    if backtest.past.file.is_none() {
        return own_past(&backtest, model, place);
    }
    let engine = Engine::new(backtest.past.rules()?, model)?;
    let options = Options { known_from: backtest.known_from, top: backtest.top, ..backtest.past.options() };
    let history = backtest.past.history()?;
    let mut progress = Progress::new();
    let report = risk::backtest(engine, history, &options, &mut |rows| progress.tell("payments", rows, 0))?;
    drop(progress);
    Ok(Done::new(report.to_text(), serde_json::to_value(&report)?))
}

/// What rules would have found in what this bank has seen: the last [`OWN_DAYS`] days when none are named, with the labels that its
/// people gave.
fn own_past(backtest: &Backtest, model: Option<Model>, place: &Place) -> Outcome {
    let store = place.open_to_read()?;
    let past = &backtest.past;
    let today = store.clock().now().local_date();
    let to = past.to.unwrap_or(today);
    let from = past.from.unwrap_or(to.plus_days(1 - OWN_DAYS));
    ensure!(from <= to, "--from {from} is after --to {to}");
    let chosen = past.rules.is_some() || past.set.is_some();
    let (engine, seen) = store.read(|tx| {
        let number = ::guard::rules_in_force(tx, today)?.map_or(::guard::SHIPPED, |s| s.number);
        let engine = match (chosen, model) {
            (true, model) => Engine::new(past.rules()?, model)?,
            (false, None) => ::guard::set_engine(tx, number)?,
            (false, Some(model)) => Engine::new(::guard::set_engine(tx, number)?.rules().clone(), Some(model))?,
        };
        Ok((engine, ::guard::past(tx, from, to, OWN_BOUNDS)?))
    })?;
    let options = Options { from: Some(from), to: Some(to), top: backtest.top, ..Options::default() };
    let (payments, cut) = (seen.payments, seen.cut);
    let report = risk::look_back(engine, seen.moments, &options)?;
    let more = if cut { ", the newest; there were more" } else { "" };
    let text = format!(
        "the bank's own past: {payments} payments{more}; one that nobody looked into counts as honest\n{}",
        report.to_text()
    );
    let mut json = serde_json::to_value(&report)?;
    json["cut"] = cut.into();
    Ok(Done::new(text, json))
}

fn score_accounts(score: ScoreAccounts) -> Outcome {
    let labels = score.labels.as_deref().map(open).transpose()?;
    let options = AccountOptions { time_unit: score.time_unit.max(1), ..AccountOptions::default() };
    let mut progress = Progress::new();
    let payments = input(score.file.as_deref())?;
    let report = risk::score_accounts(payments, labels, &options, &mut |rows| progress.tell("payments", rows, 0))?;
    drop(progress);
    if let Some(out) = &score.out {
        let lines = report.scores.iter().map(|(account, score)| format!("{},{score:.6}\n", quoted(account)));
        let text = format!("account,score\n{}", lines.collect::<String>());
        std::fs::write(out, text).with_context(|| format!("{} cannot be written", out.display()))?;
    }
    Ok(Done::new(report.to_text(), serde_json::to_value(&report)?))
}

/// A field of a CSV file.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
