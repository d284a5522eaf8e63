//! How rules do day by day: first decisions on which they spoke up, and what labels say of those payments.
use crate::decision::DecisionRecord;
use crate::facts::Ladder;
use crate::rules::Mode;
use crate::watch::labels_since;
use crate::{Verdict, WATCH_ROWS_READ};
use kernel::clock::DAY;
use kernel::id::{DecisionId, InstructionId};
use kernel::{Date, Id, Result, Timestamp};
use std::collections::{BTreeMap, HashMap};
use store::{Tx, params};

/// Days of figures, the last of which is today.
pub const DAYS_SHOWN: usize = 30;
/// Decisions with a reason that are read for figures, the newest.
pub const HITS_READ_MAX: usize = 10_000;
/// Payments named with a rule.
const NEWEST_MAX: usize = 20;

/// A payment that a rule named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub instruction: InstructionId,
    pub at: Timestamp,
    pub amount: String,
    pub verdict: Verdict,
    pub action: Ladder,
    pub mode: Mode,
    pub detail: String,
    /// What a label says.
    pub fraud: Option<bool>,
}

/// How one rule did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleHits {
    /// A day each, oldest first.
    pub days: Vec<u32>,
    /// Hits of all days that were found to be fraud, and to be honest.
    pub right: u32,
    pub wrong: u32,
    /// The newest 20.
    pub newest: Vec<Hit>,
}

impl RuleHits {
    /// Hits of the last `days`.
    pub fn last(&self, days: usize) -> u32 {
        self.days.iter().rev().take(days).sum()
    }
    /// Of the hits that somebody looked into, those that were fraud, in basis points.
    pub fn confirmed(&self) -> Option<i64> {
        let looked = i64::from(self.right + self.wrong);
        (looked > 0).then(|| i64::from(self.right) * 10_000 / looked)
    }
}

/// All rules that spoke up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    pub rules: BTreeMap<String, RuleHits>,
    /// Decisions that were read.
    pub decisions: usize,
    /// There were more than [`HITS_READ_MAX`]: since when the figures are whole.
    pub whole_since: Option<Timestamp>,
}

/// The last [`DAYS_SHOWN`] days to today. Asks no permission.
pub fn hits(tx: &mut Tx<'_>, today: Date) -> Result<Hits> {
    let first = today.plus_days(1 - DAYS_SHOWN as i64);
    let labels = labels_since(tx, first.begins().plus(-DAY))?;
    let labels: HashMap<InstructionId, bool> = labels.into_iter().map(|l| (l.id, l.fraud)).collect();
    let until = today.plus_days(1).begins();
    let mut before = (until.micros(), DecisionId::from_raw(kernel::id::Raw([0xff; 16])));
    let mut all = Hits::default();
    while all.decisions < HITS_READ_MAX {
        let rows = tx.select::<DecisionRecord>(
            "WHERE at >= ?1 AND (at, id) < (?2, ?3) AND round = 0 AND reasons <> '[]' ORDER BY at DESC, id DESC LIMIT ?4",
            params![first.begins(), before.0, before.1, WATCH_ROWS_READ],
        )?;
        let Some(last) = rows.last() else { return Ok(all) };
        before = (last.at.micros(), last.id);
        all.decisions += rows.len();
        rows.iter().for_each(|r| all.add(r, first, labels.get(&r.instruction).copied()));
    }
    all.whole_since = Some(Timestamp::from_micros(before.0));
    Ok(all)
}

impl Hits {
    fn add(&mut self, d: &DecisionRecord, first: Date, fraud: Option<bool>) {
        for reason in &d.reasons.0 {
            let rule = self.rules.entry(reason.rule.clone()).or_default();
            rule.days.resize(DAYS_SHOWN, 0);
            let place = usize::try_from(d.at.local_date().days() - first.days()).unwrap_or(0);
            if let Some(day) = rule.days.get_mut(place) {
                *day += 1;
            }
            rule.right += u32::from(fraud == Some(true));
            rule.wrong += u32::from(fraud == Some(false));
            if rule.newest.len() < NEWEST_MAX {
                rule.newest.push(Hit {
                    instruction: d.instruction,
                    at: d.at,
                    amount: format!("{} {}", d.inputs.0.currency, d.inputs.0.amount),
                    verdict: d.verdict,
                    action: reason.action,
                    mode: reason.mode,
                    detail: reason.detail.clone(),
                    fraud,
                });
            }
        }
    }
}
