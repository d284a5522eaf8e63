//! Trials: what a set of rules would have done with what the bank itself has seen, beside the set in force.
//!
//! Judged are the first rounds of instructions, held and stopped ones too, with the signals of their moment; counted is what
//! moved; labels become known when they were said. A payment that nobody looked into counts as honest, so precision
//! on one's own past is a lower bound.
use crate::decision::DecisionRecord;
use crate::facts::Asked;
use crate::kept::{engine, hash_of, in_force, rule_set, sources};
use crate::watch::{LabelRow, RECALL_DAYS, SeenRow, labels_since};
use crate::{Guard, RULES_UNTESTED, SHIPPED, TRIAL_BUSY, WATCH_ROWS_READ};
use kernel::clock::DAY;
use kernel::id::{DecisionId, InstructionId};
use kernel::{Actor, BookId, Date, Error, Id, Result, Timestamp};
use risk::backtest::Options;
use risk::{Comparison, Moment};
use std::collections::HashMap;
use store::{Audit, Seal, Store, Tx, params};

/// Days of one trial at most.
pub const TRIAL_DAYS_MAX: i64 = 31;
/// Payments a trial judges, and things it remembers, at most; the newest are taken. About ten seconds on one core.
pub const PAYMENTS_LOOKED_AT: Bounds = Bounds { payments: 20_000, events: 200_000 };

/// How much of the past is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub payments: usize,
    pub events: usize,
}

store::record! {
    /// A trial of a draft. Append-only.
    pub struct TrialRow in "guard_rule_trials" key 3 {
        pub book: BookId,
        pub number: i64,
        /// From 1.
        pub trial: i64,
        /// Of the set as it was tried.
        pub set_hash: String,
        /// The set in force.
        pub against: i64,
        pub against_hash: String,
        pub from_day: Date,
        pub to_day: Date,
        pub payments: i64,
        /// There was more than [`PAYMENTS_LOOKED_AT`].
        pub cut: bool,
        /// JSON of a [`Comparison`].
        pub report: String,
        /// BLAKE3 of it, 64 hexadecimal digits.
        pub report_hash: String,
        pub made_by: String,
        pub made_at: Timestamp,
    }
}

impl TrialRow {
    pub fn comparison(&self) -> Result<Comparison> {
        serde_json::from_str(&self.report).map_err(|e| Error::broken("a trial cannot be read").caused_by(e))
    }
}

/// What was seen, in the order of time.
#[derive(Clone, Debug)]
pub struct Past {
    pub moments: Vec<Moment>,
    pub payments: usize,
    /// There was more than the bounds let in.
    pub cut: bool,
}

/// A trial before it is on record.
#[derive(Clone, Debug)]
pub struct Trial {
    set: i64,
    set_hash: String,
    against: i64,
    against_hash: String,
    from: Date,
    to: Date,
    payments: usize,
    cut: bool,
    report: String,
}

/// The largest id, to begin before.
fn last_id() -> DecisionId {
    DecisionId::from_raw(kernel::id::Raw([0xff; 16]))
}

/// First rounds of the days, the newest `max`, oldest first; and whether there were more.
fn firsts(tx: &mut Tx<'_>, from: Timestamp, until: Timestamp, max: usize) -> Result<(Vec<First>, bool)> {
    let (mut found, mut before) = (Vec::new(), (until.micros(), last_id()));
    loop {
        let rows = tx.select::<DecisionRecord>(
            "WHERE at >= ?1 AND (at, id) < (?2, ?3) AND round = 0 ORDER BY at DESC, id DESC LIMIT ?4",
            params![from, before.0, before.1, WATCH_ROWS_READ],
        )?;
        let Some(last) = rows.last() else { break };
        before = (last.at.micros(), last.id);
        let asked = |r: DecisionRecord| {
            r.inputs.0.asked.map(|asked| First { id: r.id, instruction: r.instruction, at: r.at, asked: *asked })
        };
        found.extend(rows.into_iter().filter_map(asked));
        if found.len() > max {
            break;
        }
    }
    let cut = found.len() > max;
    found.truncate(max);
    found.reverse();
    Ok((found, cut))
}

struct First {
    id: DecisionId,
    instruction: InstructionId,
    at: Timestamp,
    asked: Asked,
}

/// What moved, the newest `max`, oldest first; and whether there was more.
fn seen(tx: &mut Tx<'_>, from: Timestamp, until: Timestamp, max: usize) -> Result<(Vec<SeenRow>, bool)> {
    let (mut found, mut before) = (Vec::new(), (until.micros(), last_id()));
    loop {
        let rows = tx.select::<SeenRow>(
            "WHERE at >= ?1 AND (at, id) < (?2, ?3) ORDER BY at DESC, id DESC LIMIT ?4",
            params![from, before.0, before.1, WATCH_ROWS_READ],
        )?;
        let Some(last) = rows.last() else { break };
        before = (last.at.micros(), last.id);
        found.extend(rows);
        if found.len() > max {
            break;
        }
    }
    let cut = found.len() > max;
    found.truncate(max);
    found.reverse();
    Ok((found, cut))
}

/// What the bank saw on these days, with what came before as far as a window reaches.
pub fn past(tx: &mut Tx<'_>, from: Date, to: Date, bounds: Bounds) -> Result<Past> {
    let (begins, until) = (from.begins(), to.plus_days(1).begins());
    let before = begins.plus(-RECALL_DAYS * DAY);
    let (firsts, cut_payments) = firsts(tx, begins, until, bounds.payments)?;
    let (seen, cut_events) = seen(tx, before, until, bounds.events)?;
    let labels: Vec<LabelRow> = labels_since(tx, before)?;
    let fraud: HashMap<InstructionId, bool> = labels.iter().map(|l| (l.id, l.fraud)).collect();
    let moved: HashMap<DecisionId, Timestamp> = seen.iter().map(|s| (s.id, s.at)).collect();
    let payments = firsts.len();
    // A payment is judged just before it is counted itself.
    let asked = firsts.into_iter().enumerate().map(|(i, f)| {
        let at = moved.get(&f.id).copied().unwrap_or(f.at);
        let past = risk::Past {
            line: i as u64 + 1,
            id: f.instruction.to_string(),
            at,
            payment: f.asked.payment,
            signals: f.asked.signals,
            fraud: fraud.get(&f.instruction).copied().unwrap_or(false),
            scenario: String::new(),
        };
        ((at, 0), Moment::Asked(Box::new(past)))
    });
    let events = seen.iter().map(|s| ((s.at, 1), Moment::Saw(s.event())));
    let known = labels.iter().filter(|l| l.at < until).map(|l| ((l.at, 1), Moment::Saw(l.event())));
    let mut all: Vec<((Timestamp, u8), Moment)> = asked.chain(events).chain(known).collect();
    all.sort_by_key(|(when, _)| *when);
    Ok(Past { moments: all.into_iter().map(|(_, m)| m).collect(), payments, cut: cut_payments || cut_events })
}

/// Tries a set on these days against the set in force, on a snapshot. Errors: a field error for the days, those of the rules.
pub fn trial(tx: &mut Tx<'_>, number: i64, from: Date, to: Date) -> Result<Trial> {
    let today = tx.now().local_date();
    let days = to.days() - from.days() + 1;
    if !(1..=TRIAL_DAYS_MAX).contains(&days) || to > today {
        return Err(Error::field("days", format!("1 to {TRIAL_DAYS_MAX} days that have been")));
    }
    let set = rule_set(tx, number)?;
    let against = in_force(tx, today)?.map_or(SHIPPED, |s| s.number);
    let (before, after) = (sources(tx, against)?, sources(tx, number)?);
    let against_hash = hash_of(&before);
    let past = past(tx, from, to, PAYMENTS_LOOKED_AT)?;
    let comparison = risk::compare(engine(before)?, engine(after)?, past.moments, &Options::default())?;
    let report =
        serde_json::to_string(&comparison).map_err(|e| Error::broken("a trial cannot be written").caused_by(e))?;
    let (payments, cut) = (past.payments, past.cut);
    Ok(Trial { set: number, set_hash: set.hash, against, against_hash, from, to, payments, cut, report })
}

/// Puts a trial on record. Whoever calls has checked the permission. Errors: `rules_untested` when the set was changed meanwhile.
pub fn keep_trial(tx: &mut Tx<'_>, actor: &Actor, trial: &Trial) -> Result<TrialRow> {
    if rule_set(tx, trial.set)?.hash != trial.set_hash {
        return Err(Error::new(&RULES_UNTESTED, "the set was changed while it was tried").with("set", trial.set));
    }
    let number = crate::kept::trials(tx, trial.set)?.first().map_or(0, |t| t.trial) + 1;
    let mut row = TrialRow {
        book: BookId::HEAD_OFFICE,
        number: trial.set,
        trial: number,
        set_hash: trial.set_hash.clone(),
        against: trial.against,
        against_hash: trial.against_hash.clone(),
        from_day: trial.from,
        to_day: trial.to,
        payments: trial.payments as i64,
        cut: trial.cut,
        report: trial.report.clone(),
        report_hash: blake3::hash(trial.report.as_bytes()).to_hex().to_string(),
        made_by: actor.principal(),
        made_at: tx.now(),
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    let shown = format!("{} to {}, {} payments, {}", trial.from, trial.to, trial.payments, row.report_hash);
    tx.audit(actor, Audit::of("guard.rules_trial", format!("{}/{number}", trial.set)).after(shown))?;
    Ok(row)
}

impl Guard {
    /// Tries a set and puts the trial on record; one at a time. Errors: [`TRIAL_BUSY`], those of [`trial`] and [`keep_trial`].
    pub fn try_set(&self, store: &Store, actor: &Actor, number: i64, from: Date, to: Date) -> Result<TrialRow> {
        let Some(_looking) = self.0.looking_back.try_lock() else {
            return Err(Error::new(&TRIAL_BUSY, "another look back is running"));
        };
        let found = store.read(|tx| trial(tx, number, from, to))?;
        let actor = actor.clone();
        store.write(move |tx| keep_trial(tx, &actor, &found))
    }
}
