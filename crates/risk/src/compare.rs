//! Two sets of rules beside each other over what has happened: payments that were asked for, money that moved, and what
//! was found out, each at its own time.
use crate::backtest::{Figures, Options, Report, RowsRead};
use crate::decision::Decision;
use crate::engine::Engine;
use crate::history::Past;
use crate::payment::Observed;
use crate::rule::Action;
use kernel::{Money, Result, Timestamp};

/// Payments named on which two sets part; the rest is counted.
pub const DIFFERENCES_MAX: usize = 50;

/// One thing of the past, in the order of time.
#[derive(Clone, Debug, PartialEq)]
pub enum Moment {
    /// A payment was asked for: it is decided, and not counted. Boxed, because it is much the larger.
    Asked(Box<Past>),
    /// Money moved, somebody signed in, a label became known.
    Saw(Observed),
}

/// A payment on which two sets part.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Difference {
    pub id: String,
    pub at: Timestamp,
    pub amount: Money,
    pub fraud: bool,
    pub before: Action,
    pub after: Action,
    /// Live rules that were hit.
    pub rules_before: Vec<String>,
    pub rules_after: Vec<String>,
}

/// What two sets of rules say of the same past.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Comparison {
    pub before: Report,
    pub after: Report,
    /// Payments that the second treats more strictly, and more mildly.
    pub stricter: u64,
    pub milder: u64,
    /// The first [`DIFFERENCES_MAX`] of them.
    pub differences: Vec<Difference>,
}

/// One set, and what it came to so far.
struct Hand {
    engine: Engine,
    figures: Figures,
}

impl Hand {
    fn new(engine: Engine) -> Hand {
        Hand { engine, figures: Figures::default() }
    }
    fn decide(&mut self, past: &Past, options: &Options) -> Result<Option<Decision>> {
        self.figures.count(&self.engine, past, options)
    }
    fn report(self, rows: u64, options: &Options) -> Report {
        self.figures.report(&self.engine, RowsRead { rows, ..RowsRead::default() }, options)
    }
}

/// What one set would have found. Labels are among the moments, so `label_days` and `known_from` of the options have no
/// say.
pub fn look_back(engine: Engine, moments: impl IntoIterator<Item = Moment>, options: &Options) -> Result<Report> {
    let (mut hand, mut rows) = (Hand::new(engine), 0);
    for moment in moments {
        match moment {
            Moment::Asked(past) => {
                rows += 1;
                hand.decide(&past, options)?;
            }
            Moment::Saw(event) => hand.engine.observe(&event),
        }
    }
    Ok(hand.report(rows, options))
}

/// What two sets would have found, and where they part.
pub fn compare(
    before: Engine,
    after: Engine,
    moments: impl IntoIterator<Item = Moment>,
    options: &Options,
) -> Result<Comparison> {
    let (mut before, mut after, mut rows) = (Hand::new(before), Hand::new(after), 0);
    let (mut stricter, mut milder, mut differences) = (0, 0, Vec::new());
    for moment in moments {
        let past = match moment {
            Moment::Saw(event) => {
                before.engine.observe(&event);
                after.engine.observe(&event);
                continue;
            }
            Moment::Asked(past) => past,
        };
        rows += 1;
        let (Some(b), Some(a)) = (before.decide(&past, options)?, after.decide(&past, options)?) else { continue };
        stricter += u64::from(a.action > b.action);
        milder += u64::from(a.action < b.action);
        if a.action != b.action && differences.len() < DIFFERENCES_MAX {
            differences.push(difference(&past, &b, &a));
        }
    }
    let (before, after) = (before.report(rows, options), after.report(rows, options));
    Ok(Comparison { before, after, stricter, milder, differences })
}

fn difference(past: &Past, before: &Decision, after: &Decision) -> Difference {
    let rules = |d: &Decision| d.hits().map(|j| j.rule.clone()).collect();
    Difference {
        id: past.id.clone(),
        at: past.at,
        amount: past.payment.amount,
        fraud: past.fraud,
        before: before.action,
        after: after.action,
        rules_before: rules(before),
        rules_after: rules(after),
    }
}
